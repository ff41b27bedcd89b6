//! Machines as they are now (API-15, MACH-01, Q-128) and what they did (ribbon).

use super::{Wrong, kpi, master, need_plant, reach_sql, reach_values, shift_people};
use crate::db::{DbError, Row};
use crate::params;
use crate::resource::Map;
use crate::tenancy::Tx;
use serde_json::Value;
use std::collections::HashMap;
use unison_api::error::ApiError;
use unison_api::machine::{MachineView, Ribbon, RibbonInterval, WorkOrderRef};
use unison_core::activity::{Activity, Status, shown};
use unison_core::ids::{MachineId, PlantId};
use unison_core::span::Span;
use unison_core::time::{MINUTE, Rfc3339, Timestamp};

/// Machines of one organisation that are read at once.
const MACHINES_MAX: u32 = 20_000;

/// Reads a status that a list is narrowed to.
///
/// # Errors
/// Names the word that is no status.
pub fn status(word: Option<&str>) -> Result<Option<Status>, ApiError> {
    let read = |word: &str| {
        let all = Status::ALL.map(Status::code).join(", ");
        Status::from_code(word).ok_or_else(|| ApiError::field("status", format!("\"{word}\" is none of {all}")))
    };
    word.filter(|w| !w.is_empty()).map(read).transpose()
}

/// Of which plant a machine is.
///
/// # Errors
/// When the database fails.
pub fn plant_of(tx: &Tx<'_>, machine: MachineId) -> Result<Option<PlantId>, DbError> {
    let row = tx.query_one(
        "SELECT plant_id FROM machines WHERE organization_id = $1 AND id = $2",
        params![tx.org(), machine],
    )?;
    row.map(|r| r.get("plant_id")).transpose()
}

/// Longest that a short stop may hold settled time back; the edge's configuration bounds its limit to ten minutes.
const SETTLE_MAX: i64 = 15 * MINUTE;

/// A machine and until when it was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    pub view: MachineView,
    pub known_until: Timestamp,
}

// The newest change counts, and beside it the newest that was no `no_data`: what is shown while nothing is seen.
const VIEW: &str = "SELECT m.*, p.name AS plant_name, l.name AS lane_name, l.ideal_cycle_time_seconds AS lane_cycle,
   e.name AS edge_name, e.observed_until, e.last_seen_at AS heard_at,
   (SELECT a.at FROM activity_changes a WHERE a.organization_id = m.organization_id AND a.machine_id = m.id
     ORDER BY a.at DESC LIMIT 1) AS since,
   (SELECT a.activity FROM activity_changes a WHERE a.organization_id = m.organization_id AND a.machine_id = m.id
     ORDER BY a.at DESC LIMIT 1) AS activity,
   (SELECT a.activity FROM activity_changes a WHERE a.organization_id = m.organization_id AND a.machine_id = m.id
     AND a.activity <> 'no_data' ORDER BY a.at DESC LIMIT 1) AS last_known,
   d.uuid AS downtime_id, r.name AS reason_name,
   (SELECT count(*) FROM downtime_events x WHERE x.organization_id = m.organization_id AND x.machine_id = m.id
     AND x.ended_at IS NULL AND x.is_gone = FALSE AND x.source = 'operator') AS open_reports,
   (SELECT CASE WHEN x.source = 'signal' AND x.reason_id IS NULL THEN 1 ELSE 0 END FROM downtime_events x
     WHERE x.organization_id = m.organization_id AND x.machine_id = m.id AND x.ended_at IS NOT NULL AND x.is_gone = FALSE
     ORDER BY x.started_at DESC LIMIT 1) AS unexplained,
   w.id AS work_order_id, w.work_order_number, o.ideal_cycle_time_seconds AS product_cycle
 FROM machines m
 JOIN plants p ON p.organization_id = m.organization_id AND p.id = m.plant_id
 LEFT JOIN lanes l ON l.organization_id = m.organization_id AND l.id = m.lane_id
 LEFT JOIN edges e ON e.organization_id = m.organization_id AND e.id = m.edge_id
 LEFT JOIN downtime_events d ON d.organization_id = m.organization_id AND d.uuid = (
   SELECT x.uuid FROM downtime_events x WHERE x.organization_id = m.organization_id AND x.machine_id = m.id AND x.ended_at IS NULL
     AND x.is_gone = FALSE
   ORDER BY x.started_at DESC LIMIT 1)
 LEFT JOIN downtime_reasons r ON r.organization_id = d.organization_id AND r.id = d.reason_id
 LEFT JOIN work_orders w ON w.organization_id = m.organization_id AND w.id = (
   SELECT o.id FROM work_orders o WHERE o.organization_id = m.organization_id AND o.status = 'in_progress'
     AND (o.machine_id = m.id OR (o.machine_id IS NULL AND o.lane_id = m.lane_id)) ORDER BY o.started_at DESC NULLS LAST LIMIT 1)
 LEFT JOIN products o ON o.organization_id = w.organization_id AND o.id = w.product_id
 WHERE m.organization_id = $1";

/// Machines of the plants the caller reaches, by code. Utilisation is left out: it costs a timeline each.
///
/// # Errors
/// When the database fails.
pub fn all(tx: &Tx<'_>, stale_after: i64) -> Result<Vec<Seen>, DbError> {
    let (all_plants, user) = reach_values(tx.caller());
    let reach = reach_sql("m.plant_id");
    let sql = format!("{VIEW} AND {reach} AND m.is_active = TRUE ORDER BY m.machine_code LIMIT {MACHINES_MAX}");
    let rows = tx.query(&sql, params![tx.org(), all_plants, user])?;
    presented(tx, &rows, stale_after)
}

/// The ids of machines that show this status.
///
/// # Errors
/// When the database fails.
pub fn with_status(tx: &Tx<'_>, status: Status, stale_after: i64) -> Result<Vec<i64>, DbError> {
    let all = all(tx, stale_after)?;
    Ok(all.into_iter().filter(|s| s.view.status == status).map(|s| s.view.id).collect())
}

/// Adds to records of the engine what machines do at present, and how they were used today.
///
/// # Errors
/// When the database fails.
pub fn enrich(tx: &Tx<'_>, records: &mut [Map], stale_after: i64) -> Result<(), DbError> {
    let ids: Vec<_> = records.iter().filter_map(|r| r.get("id")?.as_i64()).map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = tx.query(&format!("{VIEW} AND m.id IN ({})", ids.join(", ")), params![tx.org()])?;
    let mut seen = presented(tx, &rows, stale_after)?;
    add_utilization(tx, &mut seen)?;
    let mut views: HashMap<i64, MachineView> = seen.into_iter().map(|s| (s.view.id, s.view)).collect();
    for record in records {
        let Some(view) = record.get("id").and_then(Value::as_i64).and_then(|id| views.remove(&id)) else { continue };
        if let Ok(Value::Object(view)) = serde_json::to_value(view) {
            record.extend(view);
        }
    }
    Ok(())
}

/// Whether an edge has been silent too long to believe in what it last said. Settled time may lag behind a
/// talking edge by a stop that is not judged yet; further behind, its engine does not run.
fn is_late(now: Timestamp, heard: Option<Timestamp>, observed: Option<Timestamp>, stale_after: i64) -> bool {
    let older = |at: Option<Timestamp>, than: i64| at.is_none_or(|at| now.since(at) > than);
    older(heard, stale_after) || older(observed, stale_after + SETTLE_MAX)
}

/// Rows as they are shown, with the calls for help that are open.
fn presented(tx: &Tx<'_>, rows: &[Row], stale_after: i64) -> Result<Vec<Seen>, DbError> {
    let mut help = shift_people::open_help(tx)?;
    let shown = |row| {
        let mut seen = present(row, tx.now(), stale_after)?;
        seen.view.help_calls = help.remove(&seen.view.id).unwrap_or_default();
        Ok(seen)
    };
    rows.iter().map(shown).collect()
}

fn present(row: &Row, now: Timestamp, stale_after: i64) -> Result<Seen, DbError> {
    let code = |column: &str| row.get::<Option<String>>(column)?.map(|c| kpi::activity(&c)).transpose();
    let observed: Option<Timestamp> = row.get("observed_until")?;
    let activity = code("activity")?.unwrap_or(Activity::NoData);
    let since: Option<Timestamp> = row.get("since")?;
    let order = row.get::<Option<i64>>("work_order_id")?.zip(row.get::<Option<String>>("work_order_number")?);
    let heard: Option<Timestamp> = row.get("heard_at")?;
    let is_late = is_late(now, heard, observed, stale_after);
    // What was not confirmed lately is not known to be so now.
    let present = if is_late { Activity::NoData } else { activity };
    let mode = master::mode(&row.get::<String>("mode")?)?;
    let reported_down = row.get::<i64>("open_reports")? > 0;
    let state = shown(present, code("last_known")?, order.is_some(), mode, reported_down);
    let flags = state.flags(row.get::<Option<i64>>("unexplained")?.is_some_and(|is| is > 0));
    let open: Option<uuid::Uuid> = row.get("downtime_id")?;
    let reason: Option<String> = row.get("reason_name")?;
    let cycle: Option<i64> = row.get("product_cycle")?;
    let cycle = cycle.or(row.get("ideal_cycle_time_seconds")?).or(row.get("lane_cycle")?);
    // Seen until the edge was last heard, or until the signals were lost.
    let seen_at = if activity == Activity::NoData { since } else { observed.max(heard) };
    let view = MachineView {
        id: row.get("id")?,
        machine_code: row.get("machine_code")?,
        name: row.get("name")?,
        plant_id: row.get("plant_id")?,
        plant_name: row.get("plant_name")?,
        lane_id: row.get("lane_id")?,
        lane_name: row.get("lane_name")?,
        status: state.status,
        activity: present,
        stale: state.stale,
        waiting: state.waiting,
        flags,
        since: since.map(Rfc3339::from),
        seen_at: seen_at.map(Rfc3339::from),
        downtime_reason: open.map(|_| reason.unwrap_or_else(|| super::downtime::UNCLASSIFIED_NAME.to_owned())),
        open_downtime_id: open.map(|id| id.to_string()),
        help_calls: vec![],
        current_work_order: order.map(|(id, work_order_number)| WorkOrderRef { id, work_order_number }),
        capacity_units_per_hour: row.get::<Option<i64>>("capacity_units_per_hour")?.map(super::micro),
        ideal_cycle_seconds: cycle.map(super::micro),
        utilization_percent: None,
        last_maintenance_date: row.get("last_maintenance_date")?,
        next_maintenance_due: row.get("next_maintenance_due")?,
        edge: row.get("edge_name")?,
    };
    Ok(Seen { view, known_until: observed.unwrap_or(Timestamp(i64::MIN)) })
}

/// Adds the utilisation of the present day to some machines.
///
/// # Errors
/// When the database fails.
pub fn add_utilization(tx: &Tx<'_>, seen: &mut [Seen]) -> Result<(), DbError> {
    let which: Vec<_> = seen.iter().map(|s| (MachineId(s.view.id), PlantId(s.view.plant_id), s.known_until)).collect();
    let figures = kpi::utilization_today(tx, &which)?;
    for s in seen {
        s.view.utilization_percent = figures.get(&s.view.id).copied().flatten();
    }
    Ok(())
}

/// What a machine did in a range.
///
/// # Errors
/// When there is no such machine in a plant of the caller.
pub fn ribbon(tx: &Tx<'_>, machine: i64, range: Span, stale_after: i64) -> Result<Ribbon, Wrong> {
    let sql = "SELECT m.plant_id, e.observed_until, e.last_seen_at FROM machines m
               LEFT JOIN edges e ON e.organization_id = m.organization_id AND e.id = m.edge_id
               WHERE m.organization_id = $1 AND m.id = $2";
    let row = tx.query_one(sql, params![tx.org(), machine])?.ok_or_else(|| ApiError::not_found("machine"))?;
    need_plant(tx, row.get("plant_id")?)?;
    let known: Option<Timestamp> = row.get("observed_until")?;
    let known_until = known.unwrap_or(Timestamp(i64::MIN));
    // The last seconds are on their way while the edge talks; they are not a gap.
    let now = tx.now();
    let is_fresh = !is_late(now, row.get("last_seen_at")?, known, stale_after);
    let end = if is_fresh { range.to.min(known_until) } else { range.to.min(now) };
    let range = Span::new(range.from, end.max(range.from));
    let changes = kpi::changes(tx, MachineId(machine), range)?;
    let line = unison_core::timeline::Timeline::from_changes(range, changes, known_until);
    let stops = stops(tx, machine, range)?;
    let goes_on = end == known_until || end == now;
    let last = line.intervals().len().saturating_sub(1);
    let interval = |(i, it): (usize, &unison_core::timeline::Interval)| RibbonInterval {
        from: it.span.from.into(),
        to: if goes_on && i == last { None } else { Some(it.span.to.into()) },
        activity: it.activity,
        downtime_id: stops
            .iter()
            .find(|s| it.activity.is_stop() && !s.1.intersect(it.span).is_empty())
            .map(|s| s.0.clone()),
    };
    let intervals = line.intervals().iter().enumerate().map(interval).collect();
    Ok(Ribbon { intervals, known_until: known.map(Rfc3339::from) })
}

fn stops(tx: &Tx<'_>, machine: i64, range: Span) -> Result<Vec<(String, Span)>, DbError> {
    let rows = tx.query(
        "SELECT uuid, started_at, ended_at FROM downtime_events WHERE organization_id = $1 AND machine_id = $2
           AND started_at < $4 AND (ended_at IS NULL OR ended_at > $3) AND is_gone = FALSE ORDER BY started_at",
        params![tx.org(), machine, range.from, range.to],
    )?;
    let stop = |row: &Row| {
        let ended: Option<Timestamp> = row.get("ended_at")?;
        Ok((row.get::<uuid::Uuid>("uuid")?.to_string(), Span::new(row.get("started_at")?, ended.unwrap_or(range.to))))
    };
    rows.iter().map(stop).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use unison_core::time::SECOND;

    #[test]
    fn q_128_a_stop_that_is_not_judged_yet_does_not_make_a_talking_edge_stale() {
        let now = Timestamp(1_000_000 * SECOND);
        let ago = |seconds: i64| Some(now.plus(-seconds * SECOND));
        let check = |heard, observed, late| {
            assert_eq!(is_late(now, heard, observed, 30 * SECOND), late, "{heard:?} {observed:?}")
        };
        check(ago(5), ago(5), false);
        check(ago(5), ago(120), false);
        check(ago(31), ago(5), true);
        check(ago(5), ago(16 * 60), true);
        check(None, ago(5), true);
        check(ago(5), None, true);
    }
}
