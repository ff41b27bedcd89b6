//! The rows that each fact makes. Applying the log again from its start gives the same rows.

use rusqlite::{Connection, params};
use unison_core::downtime::Stop;
use unison_core::facts::{ClockQuality, Counted, Fact, ProductionLogged, WorkOrderVerb};
use unison_core::master::MasterOp;
use unison_core::time::Timestamp;
use uuid::Uuid;

use super::model::status_after;
use super::{CounterAt, people, stops, writes};

/// Returns the stops that an edit changed; `None` for a production log that is booked already.
pub(super) fn fact(conn: &Connection, fact: &Fact, hlc: u64) -> rusqlite::Result<Option<Vec<Stop>>> {
    match fact {
        Fact::ActivityChanged(f) => {
            conn.prepare_cached(
                "INSERT INTO activity_changes (machine_id, at, activity, clock_unsure) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (machine_id, at) DO UPDATE SET activity = excluded.activity, clock_unsure = excluded.clock_unsure",
            )?
            .execute(params![f.machine.0, f.at.0, f.activity.code(), f.clock == ClockQuality::Unsure])?;
        }
        Fact::Counted(f) => {
            conn.prepare_cached(
                "INSERT INTO counts_fresh (machine_id, bucket_at, ideal_us, total, rejected) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (bucket_at, machine_id, ideal_us)
                 DO UPDATE SET total = total + excluded.total, rejected = rejected + excluded.rejected",
            )?
            .execute(params![f.machine.0, f.bucket.0, f.ideal, f.total, f.rejected])?;
        }
        Fact::Observed(f) => meta(conn, "observed_until", &f.until.0.to_le_bytes())?,
        Fact::AgentStarted(_) => {}
        Fact::WorkOrderRefused(f) => answered(conn, f.request, f.at)?,
        Fact::DowntimeOpened(_)
        | Fact::DowntimeClassified(_)
        | Fact::DowntimeClosed(_)
        | Fact::DowntimeAlarmed(_)
        | Fact::DowntimeSplit(_)
        | Fact::DowntimeMerged(_)
        | Fact::DowntimeCorrected(_)
        | Fact::DowntimeVoided(_)
        | Fact::DowntimeEscalated(_) => return stops::project(conn, fact, hlc).map(Some),
        Fact::ShiftHandedOver(_)
        | Fact::HandoverAcknowledged(_)
        | Fact::HelpCalled(_)
        | Fact::HelpAnswered(_)
        | Fact::HelpEnded(_) => people::project(conn, fact)?,
        Fact::TagWritten(f) => writes::project(conn, f)?,
        Fact::ProductionLogged(f) => {
            if !production_log(conn, f, true)? {
                return Ok(None);
            }
        }
        Fact::ProductionScrapped(f) => {
            for part in &f.parts {
                conn.prepare_cached(
                    "INSERT OR IGNORE INTO production_scrap (log_uuid, reason_id, quantity) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![f.log.as_bytes(), part.reason.0, part.quantity])?;
            }
        }
        Fact::WorkOrderMoved(f) => {
            let (started_at, started_by) = match f.verb {
                WorkOrderVerb::Start => (Some(f.at.0), f.by.map(|by| by.0)),
                WorkOrderVerb::Pause | WorkOrderVerb::Resume | WorkOrderVerb::Complete => (None, None),
            };
            conn.prepare_cached(
                "INSERT INTO work_orders (id, status, machine_id, started_at, started_by, changed_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET status = excluded.status,
                   machine_id = coalesce(excluded.machine_id, machine_id),
                   started_at = coalesce(excluded.started_at, started_at),
                   started_by = coalesce(excluded.started_by, started_by), changed_at = excluded.changed_at",
            )?
            .execute(params![
                f.work_order.0,
                status_after(f.verb).code(),
                f.machine.map(|m| m.0),
                started_at,
                started_by,
                f.at.0
            ])?;
            conn.prepare_cached(
                "INSERT OR IGNORE INTO work_order_moves (work_order_id, at, hlc, verb, machine_id, user_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                f.work_order.0,
                f.at.0,
                super::log::int(hlc),
                f.verb.code(),
                f.machine.map(|m| m.0),
                f.by.map(|u| u.0)
            ])?;
            if let Some(request) = f.request {
                answered(conn, request, f.at)?;
            }
        }
    }
    Ok(Some(Vec::new()))
}

/// Whether a production log is booked, wherever it was made.
pub(super) fn has_log(conn: &Connection, id: Uuid) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM production_logs WHERE uuid = ?1")?.exists([id.as_bytes()])
}

/// True when the log was not known yet.
pub(super) fn production_log(conn: &Connection, f: &ProductionLogged, own: bool) -> rusqlite::Result<bool> {
    let changed = conn
        .prepare_cached(
            "INSERT INTO production_logs (uuid, work_order_id, machine_id, user_id, shift_id, quantity_completed,
               quantity_rejected, hours_micro, notes, logged_at, own)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (uuid) DO NOTHING",
        )?
        .execute(params![
            f.id.as_bytes(),
            f.work_order.0,
            f.machine.map(|m| m.0),
            f.by.0,
            f.shift.map(|s| s.0),
            f.completed,
            f.rejected,
            f.hours_micro,
            f.notes,
            f.at.0,
            own
        ])?;
    Ok(changed == 1)
}

pub(super) fn counter(conn: &Connection, c: &CounterAt) -> rusqlite::Result<()> {
    // Counters use all 64 bits; SQLite's integers are signed.
    conn.prepare_cached(
        "INSERT INTO counters (machine_id, name, raw, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (machine_id, name) DO UPDATE SET raw = excluded.raw, at = excluded.at",
    )?
    .execute(params![c.machine.0, c.name, c.raw.cast_signed(), c.at.0])?;
    Ok(())
}

/// Takes a count back.
pub(super) fn uncounted(conn: &Connection, f: &Counted) -> rusqlite::Result<()> {
    // Where it has settled already, the difference settles after it.
    conn.prepare_cached(
        "INSERT INTO counts_fresh (machine_id, bucket_at, ideal_us, total, rejected) VALUES (?1, ?2, ?3, -?4, -?5)
         ON CONFLICT (bucket_at, machine_id, ideal_us)
         DO UPDATE SET total = total + excluded.total, rejected = rejected + excluded.rejected",
    )?
    .execute(params![f.machine.0, f.bucket.0, f.ideal, f.total, f.rejected])
    .map(drop)
}

fn answered(conn: &Connection, request: Uuid, at: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO answers (request, answered_at) VALUES (?1, ?2) ON CONFLICT (request) DO NOTHING")?
        .execute(params![request.as_bytes(), at.0])?;
    Ok(())
}

/// Whether this edge answered a request of the cloud.
pub(super) fn has_answered(conn: &Connection, request: Uuid) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM answers WHERE request = ?1")?.exists(params![request.as_bytes()])
}

/// Another edge executes the work order now: what was done to it here is history.
pub(super) fn forget_execution(conn: &Connection, id: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM work_orders WHERE id = ?1")?.execute(params![id])?;
    Ok(())
}

/// Kind and id of a record; none for what is no record.
pub(super) fn key(op: &MasterOp) -> Option<(u16, i64)> {
    let id = match op {
        MasterOp::Plant(p) => p.id.0,
        MasterOp::Lane(l) => l.id.0,
        MasterOp::Machine(m) => m.id.0,
        MasterOp::Shift(s) => s.id.0,
        MasterOp::ShiftCycle(c) => c.shift.0,
        MasterOp::CalendarDay(d) => d.id.0,
        MasterOp::Reason(r) => r.id.0,
        MasterOp::ScrapReason(r) => r.id.0,
        MasterOp::MachineTag(t) => t.id.0,
        MasterOp::User(u) => u.id.0,
        MasterOp::WorkOrder(w) => w.id.0,
        MasterOp::WorkOrderTerms(t) => t.work_order.0,
        MasterOp::WorkOrderRequest(_) | MasterOp::WorkOrderAsked(_) => return None,
    };
    Some((op.kind().0, id))
}

/// Keeps the record; of two versions the one with the higher sequence, which comes later.
pub(super) fn master(conn: &Connection, op: &MasterOp, version: u8, body: &[u8]) -> rusqlite::Result<()> {
    let Some((kind, id)) = key(op) else { return Ok(()) };
    conn.prepare_cached(
        "INSERT INTO master (kind, id, version, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, body = excluded.body",
    )?
    .execute(params![kind, id, version, body])?;
    Ok(())
}

/// Keeps evidence once: what cannot be taken is sent again and again.
pub(super) fn set_aside(conn: &Connection, at: Timestamp, reason: &str, body: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO set_aside (received_at, reason, body) SELECT ?1, ?2, ?3
         WHERE NOT EXISTS (SELECT 1 FROM set_aside WHERE reason = ?2 AND body = ?3)",
    )?
    .execute(params![at.0, reason, body])?;
    Ok(())
}

pub(super) fn meta(conn: &Connection, key: &str, value: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![key, value])?;
    Ok(())
}
