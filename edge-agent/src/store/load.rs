//! Builds the model from the database when the store opens, and checks what the log ends with.

use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;
use std::sync::Arc;
use unison_core::activity::Activity;
use unison_core::facts::StopSource;
use unison_core::ids::{MachineId, ReasonId, UserId, WorkOrderId};
use unison_core::master::{MasterOp, WorkOrderStatus};
use unison_core::time::Timestamp;
use unison_sync::wire::{Batch, Hash, Op, hash};
use uuid::Uuid;

use super::log::{self, Head};
use super::mark::Mark;
use super::model::{Model, OpenDowntime, Sums, Tail};
use super::{Identity, StoreError, people, project, stops};

/// `mark` is what the file beside the database says of the end of its log.
pub(super) fn load(conn: &Connection, mark: Option<&Mark>) -> Result<(Model, Head), StoreError> {
    let mut model = Model::default();
    if let Some(bytes) = meta(conn, "identity")? {
        let identity: Identity = postcard::from_bytes(&bytes).map_err(|e| damaged("the identity", &e))?;
        model.identity = Some(Arc::new(identity));
    }
    if let Some(bytes) = meta(conn, "observed_until")? {
        let bytes: [u8; 8] = bytes.as_slice().try_into().map_err(|e| damaged("observed_until", &e))?;
        model.observed_until = Timestamp(i64::from_le_bytes(bytes));
    }
    let head = after_mark(conn, head(conn)?, mark)?;
    master(conn, &mut model)?;
    executions(conn, &mut model)?;
    activities(conn, &mut model)?;
    downtimes(conn, &mut model)?;
    people::load(conn, &mut model)?;
    queue(conn, &mut model, &head)?;
    model.place_work_orders();
    Ok((model, head))
}

/// Records that an older program set aside because it did not know their kind: this one may. In the order in which
/// they came; none of them can be older than a record of its kind that was taken, for that takes a newer program.
pub(super) fn take_up(conn: &mut Connection) -> Result<(), StoreError> {
    let tx = conn.transaction()?;
    let mut statement = tx.prepare("SELECT id, body FROM set_aside WHERE reason = ?1 ORDER BY id")?;
    let rows =
        statement.query_map([super::down::FOR_NEWER], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    drop(statement);
    for (id, body) in rows {
        let Ok(op) = postcard::from_bytes::<Op>(&body) else { continue };
        let record = MasterOp::decode(op.kind, op.version, &op.body).ok().flatten();
        if let Some(record) = record.filter(|r| project::key(r).is_some()) {
            project::master(&tx, &record, op.version, &op.body)?;
            tx.execute("DELETE FROM set_aside WHERE id = ?1", [id])?;
            tracing::info!(kind = op.kind, version = op.version, "took up a record that an older version set aside");
        }
    }
    Ok(tx.commit()?)
}

pub(super) fn meta(conn: &Connection, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |r| r.get(0)).optional()
}

fn damaged(what: &str, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("{what}: {error}"))
}

fn head(conn: &Connection) -> Result<Head, StoreError> {
    let seen: i64 = conn.query_row("SELECT hlc_seen FROM link WHERE id = 1", [], |r| r.get(0))?;
    let seen = log::seq(seen);
    let last: Option<(i64, i64, Hash, Vec<u8>)> = conn
        .query_row("SELECT place, last_seq, hash, body FROM log ORDER BY place DESC LIMIT 1", [], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
        })
        .optional()?;
    let Some((place, last_seq, stored, body)) = last else {
        return Ok(Head { incarnation: 1, seq: 0, hash: [0; 32], hlc: seen });
    };
    if hash(&body) != stored {
        return Err(StoreError::Damaged("the last batch of the log is not what was written".into()));
    }
    let batch = Batch::decode(&body).map_err(|e| damaged("the last batch of the log", &e))?;
    let hlc = batch.ops.last().map_or(0, |op| op.hlc).max(seen);
    Ok(Head { incarnation: log::of_place(place).0, seq: log::seq(last_seq), hash: stored, hlc })
}

/// A log that the mark contradicts was set back to a copy. What it will say from now on must not have numbers that
/// the cloud may hold with another meaning: it goes on under an incarnation of its own.
fn after_mark(conn: &Connection, head: Head, mark: Option<&Mark>) -> Result<Head, StoreError> {
    let Some(mark) = mark else { return Ok(head) };
    if !log::contradicts(conn, &Mark::of(&head), mark)? {
        return Ok(head);
    }
    let incarnation = head.incarnation.max(mark.incarnation).saturating_add(1);
    tracing::error!(
        holds = head.seq,
        held = mark.seq,
        incarnation,
        "the database was set back to an older copy: of what it held after that only what the cloud acknowledged is left. \
         Its log goes on under a new incarnation"
    );
    // Where counters stood is of the copy, too; parts since then may be booked already. The first reading begins anew.
    conn.execute("DELETE FROM counters", [])?;
    Ok(Head { incarnation, seq: 0, hash: [0; 32], hlc: head.hlc })
}

fn master(conn: &Connection, model: &mut Model) -> Result<(), StoreError> {
    let sums = sums(conn)?;
    let mut statement = conn.prepare("SELECT kind, version, body FROM master ORDER BY kind, id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, version, body): (u16, u8, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let op = MasterOp::decode(kind, version, &body).map_err(|e| damaged("a record of the master data", &e))?;
        if let Some(op) = op {
            let sums = match &op {
                MasterOp::WorkOrder(w) => sums.get(&w.id).copied().unwrap_or_default(),
                _ => Sums::default(),
            };
            model.master(&op, sums);
        }
    }
    Ok(())
}

fn sums(conn: &Connection) -> rusqlite::Result<HashMap<WorkOrderId, Sums>> {
    let mut statement = conn.prepare("SELECT completed, rejected, work_order_id FROM work_order_sums")?;
    statement.query_map([], |row| Ok((WorkOrderId(row.get(2)?), sum(row)?)))?.collect()
}

/// The sums of one work order.
pub(super) fn sums_of(conn: &Connection, id: WorkOrderId) -> rusqlite::Result<Sums> {
    let mut statement =
        conn.prepare_cached("SELECT completed, rejected FROM work_order_sums WHERE work_order_id = ?1")?;
    Ok(statement.query_row([id.0], sum).optional()?.unwrap_or_default())
}

fn sum(row: &rusqlite::Row<'_>) -> rusqlite::Result<Sums> {
    Ok(Sums { completed: log::seq(row.get(0)?), rejected: log::seq(row.get(1)?) })
}

fn executions(conn: &Connection, model: &mut Model) -> Result<(), StoreError> {
    let mut statement =
        conn.prepare("SELECT id, status, machine_id, started_at, started_by, changed_at FROM work_orders")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let status: String = row.get(1)?;
        let status = WorkOrderStatus::from_code(&status)
            .ok_or_else(|| damaged("a work order", &format!("status {status} is not known")))?;
        let started = (row.get::<_, Option<i64>>(3)?.map(Timestamp), row.get::<_, Option<i64>>(4)?.map(UserId));
        let machine = row.get::<_, Option<i64>>(2)?.map(MachineId);
        model.execution(WorkOrderId(row.get(0)?), status, machine, started, Timestamp(row.get(5)?));
    }
    Ok(())
}

fn activities(conn: &Connection, model: &mut Model) -> Result<(), StoreError> {
    let machines: Vec<MachineId> = model.machines.keys().copied().collect();
    // The newest change that was no `no_data` first, then the newest of all: together they give the
    // present activity and the last one known.
    let mut known = conn.prepare(
        "SELECT at, activity FROM activity_changes WHERE machine_id = ?1 AND activity <> 'no_data' ORDER BY at DESC LIMIT 1",
    )?;
    let mut newest =
        conn.prepare("SELECT at, activity FROM activity_changes WHERE machine_id = ?1 ORDER BY at DESC LIMIT 1")?;
    for machine in machines {
        for statement in [&mut known, &mut newest] {
            let found: Option<(i64, String)> =
                statement.query_row([machine.0], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
            if let Some((at, code)) = found {
                let activity = Activity::from_code(&code)
                    .ok_or_else(|| damaged("machine time", &format!("activity {code} is not known")))?;
                model.activity(machine, Timestamp(at), activity);
            }
        }
    }
    Ok(())
}

fn downtimes(conn: &Connection, model: &mut Model) -> rusqlite::Result<()> {
    let mut statement = conn.prepare(
        "SELECT uuid, machine_id, started_at, source, reason_id, note, classified_by, escalated_at IS NOT NULL
         FROM downtime_events WHERE ended_at IS NULL AND is_voided = 0 AND merged_into IS NULL ORDER BY started_at",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let source: String = row.get(3)?;
        let open = OpenDowntime {
            id: Uuid::from_bytes(row.get(0)?),
            started_at: Timestamp(row.get(2)?),
            source: if source == "operator" { StopSource::Operator } else { StopSource::Signal },
            reason: row.get::<_, Option<i64>>(4)?.map(ReasonId),
            note: row.get(5)?,
            classified_by: row.get::<_, Option<i64>>(6)?.map(UserId),
            is_escalated: row.get(7)?,
        };
        if let Some(m) = model.machines.get_mut(&MachineId(row.get(1)?)) {
            m.downtimes.push(open);
        }
    }
    let machines: Vec<MachineId> = model.machines.keys().copied().collect();
    for machine in machines {
        model.unexplained(machine, stops::is_unexplained(conn, machine)?);
    }
    Ok(())
}

fn queue(conn: &Connection, model: &mut Model, head: &Head) -> rusqlite::Result<()> {
    let (incarnation, acked, at): (u32, i64, Option<i64>) =
        conn.query_row("SELECT up_incarnation, up_acked, acked_at FROM link WHERE id = 1", [], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })?;
    let queue = &mut model.queue;
    (queue.incarnation, queue.head, queue.last_ack) = (head.incarnation, head.seq, at.map(Timestamp));
    if incarnation == head.incarnation {
        queue.acked = log::seq(acked).min(head.seq);
    } else {
        queue.before = tail(conn, incarnation, log::seq(acked), head.incarnation)?;
    }
    let sending = queue.sending();
    queue.oldest_unsent = log::oldest_unsent(conn, sending.incarnation, sending.acked)?;
    Ok(())
}

/// What a cloud lacks that holds this much of our log, of incarnations before `present`: it was restored. What is kept
/// no more it cannot have; nor what another past followed.
pub(super) fn missing(conn: &Connection, have: &Mark, present: u32) -> rusqlite::Result<Option<Tail>> {
    let is_other = log::contradicts(conn, &Mark { seq: u64::MAX, ..*have }, have)?;
    let mut held = (have.incarnation, if is_other { u64::MAX } else { have.seq });
    while let Some(tail) = tail(conn, held.0, held.1, present)? {
        if log::is_kept_after(conn, tail.incarnation, tail.acked)? {
            return Ok(Some(tail));
        }
        tracing::error!(
            incarnation = tail.incarnation,
            after = tail.acked,
            "the cloud was restored to a moment so long ago that this edge no longer keeps what followed it"
        );
        held = (tail.incarnation, u64::MAX);
    }
    Ok(None)
}

/// The first incarnation from this one on, before the present, of which the cloud lacks something.
pub(super) fn tail(conn: &Connection, incarnation: u32, acked: u64, present: u32) -> rusqlite::Result<Option<Tail>> {
    let (mut incarnation, mut acked) = (incarnation, acked);
    while incarnation < present {
        let head = log::end(conn, incarnation)?;
        if acked < head {
            return Ok(Some(Tail { incarnation, head, acked }));
        }
        let Some(next) = log::incarnation_after(conn, incarnation)? else { break };
        (incarnation, acked) = (next, 0);
    }
    Ok(None)
}
