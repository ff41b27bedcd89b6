//! What was: machine time, counts, stops and logs of a range, read from one snapshot.
//!
//! Every function takes the connection that [`super::Store::read`] gives; none changes anything. Figures
//! are made by `unison_core` alone, so that the cloud comes to the same.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use unison_core::activity::Activity;
use unison_core::facts::{ScrapPart, WorkOrderVerb};
use unison_core::ids::{MachineId, ScrapReasonId, ShiftId, UserId, WorkOrderId};
use unison_core::kpi::{Bucket, EQUIPMENT, Observed, OeeSums, Run, Standard, order_runs};
use unison_core::shift::ShiftCalendar;
use unison_core::span::Span;
use unison_core::time::{BUCKET, Timestamp};
use unison_core::timeline::Timeline;
use uuid::Uuid;

use super::model::Model;
use super::stops;

/// What ranges are judged by: a copy of the parts of the model that figures need.
#[derive(Clone, Debug)]
pub struct Frame {
    pub calendar: ShiftCalendar,
    pub standard: Standard,
    pub reasons: stops::Reasons,
    /// The present.
    pub now: Timestamp,
    /// Rated capacities in millionths of units per hour.
    pub capacities: HashMap<MachineId, i64>,
}

impl Model {
    /// What [`oee`] needs.
    #[must_use]
    pub fn frame(&self, now: Timestamp) -> Frame {
        let calendar = ShiftCalendar {
            zone: self.zone.clone(),
            shifts: self.shifts.values().cloned().collect(),
            cycles: self.cycles.clone(),
            days: self.days.values().cloned().collect(),
        };
        let reasons = self.reasons.values().map(|r| (r.id, (r.category == EQUIPMENT, r.is_planned))).collect();
        let rated = |m: &super::model::MachineNow| Some((m.record.id, m.record.capacity_micro?));
        let capacities = self.machines.values().filter_map(rated).collect();
        Frame { calendar, standard: self.standard(), reasons, now, capacities }
    }
}

/// A row of `production_logs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    pub id: Uuid,
    pub work_order: WorkOrderId,
    pub machine: Option<MachineId>,
    pub by: UserId,
    pub shift: Option<ShiftId>,
    pub completed: u32,
    pub rejected: u32,
    pub hours_micro: i64,
    pub notes: Option<String>,
    pub at: Timestamp,
    /// Made at this edge.
    pub is_own: bool,
    /// Why units were rejected.
    pub scrap: Vec<ScrapPart>,
    /// Units completed on the work order up to and with this log, in order of time.
    pub cumulative: u64,
}

/// Parts of a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rejected ones included.
    pub total: u64,
    pub rejected: u64,
}

/// Up to here machine time is settled.
pub fn observed_until(conn: &Connection) -> rusqlite::Result<Timestamp> {
    let bytes: Option<[u8; 8]> = conn
        .prepare_cached("SELECT value FROM meta WHERE key = 'observed_until'")?
        .query_row([], |r| r.get(0))
        .optional()?;
    Ok(Timestamp(bytes.map_or(0, i64::from_le_bytes)))
}

/// What is known of one machine in a range: the figures of it and of its parts are made from this.
pub fn observed(conn: &Connection, frame: &Frame, machine: MachineId, range: Span) -> rusqlite::Result<Observed> {
    Ok(Observed {
        now: frame.now,
        range,
        changes: changes(conn, machine, range)?,
        known_until: observed_until(conn)?,
        stops: stops::times(&stops::touching(conn, machine, range)?, &frame.reasons),
        counts: buckets(conn, machine, range)?,
        capacity_micro: frame.capacities.get(&machine).copied(),
    })
}

/// The addends of OEE of one machine.
pub fn oee(conn: &Connection, frame: &Frame, machine: MachineId, range: Span) -> rusqlite::Result<OeeSums> {
    Ok(observed(conn, frame, machine, range)?.oee(&frame.calendar, range, frame.standard))
}

/// The gapless machine time of a range. What is not known at `known_until` is `no_data`: pass
/// [`observed_until`] for figures, or until when the machine was seen for what a page shows.
pub fn timeline(
    conn: &Connection,
    machine: MachineId,
    range: Span,
    known_until: Timestamp,
) -> rusqlite::Result<Timeline> {
    Ok(Timeline::from_ordered(range, &changes(conn, machine, range)?, known_until))
}

/// The changes of activity in a range, and the last one before it, in order. What was forgotten is unknown; the
/// change that held at its end goes on from there.
pub fn changes(conn: &Connection, machine: MachineId, range: Span) -> rusqlite::Result<Vec<(Timestamp, Activity)>> {
    let mut statement = conn.prepare_cached(
        "SELECT at, activity FROM activity_changes
         WHERE machine_id = ?1 AND at < ?3
           AND at >= coalesce((SELECT max(at) FROM activity_changes WHERE machine_id = ?1 AND at <= ?2), ?2)
         ORDER BY at",
    )?;
    let rows = statement.query_map(params![machine.0, range.from.0, range.to.0], |r| {
        let code: String = r.get(1)?;
        // A word of a newer version is time that this one cannot judge.
        Ok((Timestamp(r.get(0)?), Activity::from_code(&code).unwrap_or(Activity::NoData)))
    })?;
    let mut changes = rows.collect::<rusqlite::Result<Vec<(Timestamp, Activity)>>>()?;
    let pruned = super::retention::pruned_until(conn)?;
    let forgotten = changes.partition_point(|(at, _)| *at <= pruned);
    if let Some(last) = forgotten.checked_sub(1) {
        changes.drain(..last);
        changes.first_mut().into_iter().for_each(|first| first.0 = pruned);
    }
    Ok(changes)
}

/// Count buckets that start in a range; one bucket may be in several parts, which add up.
pub fn buckets(conn: &Connection, machine: MachineId, range: Span) -> rusqlite::Result<Vec<Bucket>> {
    let range = kept(conn, range)?;
    let mut statement = conn.prepare_cached(
        "SELECT bucket_at, total, rejected, ideal_us FROM counts_settled
         WHERE machine_id = ?1 AND bucket_at >= ?2 AND bucket_at < ?3
         UNION ALL SELECT bucket_at, total, rejected, ideal_us FROM counts_fresh
         WHERE bucket_at >= ?2 AND bucket_at < ?3 AND machine_id = ?1 ORDER BY bucket_at",
    )?;
    let rows = statement.query_map(params![machine.0, range.from.0, range.to.0], |r| {
        let count = |i| r.get::<_, i64>(i).map(super::log::seq);
        Ok(Bucket { at: Timestamp(r.get(0)?), total: count(1)?, rejected: count(2)?, ideal: r.get(3)? })
    })?;
    rows.collect()
}

/// Parts counted in buckets that start in a range; its start is taken back to its bucket's.
pub fn counts(conn: &Connection, machine: MachineId, range: Span) -> rusqlite::Result<Counts> {
    let from = Timestamp(range.from.0.div_euclid(BUCKET).saturating_mul(BUCKET));
    let mut sum = Counts::default();
    for b in buckets(conn, machine, Span::new(from, range.to))? {
        sum.total += b.total;
        sum.rejected += b.rejected;
    }
    Ok(sum)
}

/// The part of a range whose rows are all there.
pub(super) fn kept(conn: &Connection, range: Span) -> rusqlite::Result<Span> {
    let from = range.from.max(super::retention::pruned_until(conn)?);
    Ok(Span::new(from, range.to.max(from)))
}

const LOG: &str = "SELECT * FROM (SELECT uuid, work_order_id, machine_id, user_id, shift_id, quantity_completed,
    quantity_rejected, hours_micro, notes, logged_at, own,
    sum(quantity_completed) OVER (PARTITION BY work_order_id ORDER BY logged_at, uuid) AS cumulative
    FROM production_logs";

fn log_row(r: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        id: Uuid::from_bytes(r.get(0)?),
        work_order: WorkOrderId(r.get(1)?),
        machine: r.get::<_, Option<i64>>(2)?.map(MachineId),
        by: UserId(r.get(3)?),
        shift: r.get::<_, Option<i64>>(4)?.map(ShiftId),
        completed: r.get(5)?,
        rejected: r.get(6)?,
        hours_micro: r.get(7)?,
        notes: r.get(8)?,
        at: Timestamp(r.get(9)?),
        is_own: r.get(10)?,
        scrap: Vec::new(),
        cumulative: super::log::seq(r.get(11)?),
    })
}

pub fn production_log(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<LogRow>> {
    let of = "WHERE work_order_id = (SELECT work_order_id FROM production_logs WHERE uuid = ?1)";
    let mut statement = conn.prepare_cached(&format!("{LOG} {of}) WHERE uuid = ?1"))?;
    let found = statement.query_row([id.as_bytes()], log_row).optional()?;
    found.map(|row| Ok(LogRow { scrap: scrap(conn, id)?, ..row })).transpose()
}

/// Production logs, newest first, and how many there are in all.
pub fn production_logs(
    conn: &Connection,
    work_order: Option<WorkOrderId>,
    offset: u64,
    limit: u64,
) -> rusqlite::Result<(Vec<LogRow>, u64)> {
    let wanted = "WHERE (?1 IS NULL OR work_order_id = ?1)";
    let work_order = work_order.map(|w| w.0);
    let total: i64 = conn
        .prepare_cached(&format!("SELECT count(*) FROM production_logs {wanted}"))?
        .query_row([work_order], |r| r.get(0))?;
    let sql = format!("{LOG} {wanted}) ORDER BY logged_at DESC, uuid DESC LIMIT ?2 OFFSET ?3");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![work_order, super::log::int(limit), super::log::int(offset)], log_row)?;
    let rows = rows.map(|row| row.and_then(|row| Ok(LogRow { scrap: scrap(conn, row.id)?, ..row })));
    Ok((rows.collect::<rusqlite::Result<_>>()?, super::log::seq(total)))
}

/// Why the rejected units of a log were rejected.
fn scrap(conn: &Connection, log: Uuid) -> rusqlite::Result<Vec<ScrapPart>> {
    let mut statement =
        conn.prepare_cached("SELECT reason_id, quantity FROM production_scrap WHERE log_uuid = ?1 ORDER BY reason_id")?;
    let rows = statement
        .query_map([log.as_bytes()], |r| Ok(ScrapPart { reason: ScrapReasonId(r.get(0)?), quantity: r.get(1)? }))?;
    rows.collect()
}

/// When work orders were in progress on a machine, of those that touch a range.
pub fn runs(conn: &Connection, machine: MachineId, range: Span) -> rusqlite::Result<Vec<Run>> {
    let mut statement = conn.prepare_cached(
        "SELECT work_order_id, at, verb, machine_id FROM work_order_moves
         WHERE at < ?2 AND work_order_id IN (SELECT work_order_id FROM work_order_moves WHERE machine_id = ?1)
         ORDER BY work_order_id, at, hlc",
    )?;
    let rows = statement.query_map(params![machine.0, range.to.0], |r| {
        let verb = WorkOrderVerb::from_code(r.get_ref(2)?.as_str()?);
        let machine = r.get::<_, Option<i64>>(3)?.map(MachineId);
        Ok(verb.map(|verb| (WorkOrderId(r.get_unwrap(0)), Timestamp(r.get_unwrap(1)), verb, machine)))
    })?;
    let moves: Vec<_> = rows.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?;
    Ok(order_runs(&moves, machine, range))
}

/// When production was last logged for a work order on a machine.
pub fn last_log(conn: &Connection, work_order: WorkOrderId, machine: MachineId) -> rusqlite::Result<Option<Timestamp>> {
    conn.prepare_cached(
        "SELECT max(logged_at) FROM production_logs WHERE work_order_id = ?1 AND (machine_id IS NULL OR machine_id = ?2)",
    )?
    .query_row(params![work_order.0, machine.0], |r| r.get::<_, Option<i64>>(0).map(|at| at.map(Timestamp)))
}

/// Where the PLC counters of a machine stood: name, position, when.
pub fn counters(conn: &Connection) -> rusqlite::Result<Vec<(MachineId, String, u64, Timestamp)>> {
    let mut statement = conn.prepare_cached("SELECT machine_id, name, raw, at FROM counters")?;
    let rows = statement.query_map([], |r| {
        Ok((MachineId(r.get(0)?), r.get(1)?, r.get::<_, i64>(2)?.cast_unsigned(), Timestamp(r.get(3)?)))
    })?;
    rows.collect()
}
