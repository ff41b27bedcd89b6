//! OEE of machines from what their edges observed (KPI-02 to KPI-06, Q-133): loads machine time, stops,
//! shifts and counts, and leaves the arithmetic to the functions that the edge uses too.

use super::calendar::calendar;
use super::{master, reach_sql, reach_values};
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::Tx;
use std::collections::{BTreeMap, HashMap};
use unison_api::error::ApiError;
use unison_api::figures::{FigureList, FigureRow};
use unison_api::oee::{OeeAnswer, OeeDay, OeeTrend};
use unison_core::activity::Activity;
use unison_core::facts::WorkOrderVerb;
use unison_core::ids::{LaneId, MachineId, PlantId, ReasonId};
use unison_core::kpi::group::{By, Groups, Key, Machine};
use unison_core::kpi::{
    Bucket, EQUIPMENT, Figures, Move, Observed, OeeSums, Percent, Run, Standard, StopTime, order_runs,
};
use unison_core::shift::{ShiftCalendar, date_of, day_start};
use unison_core::span::Span;
use unison_core::time::{HOUR, Timestamp};

/// The longest range of one answer.
pub const RANGE_MAX: i64 = 400 * 24 * HOUR;
/// Rows of one answer; a year by the hour would be 8,760.
const ROWS_MAX: usize = 1_000;
/// Longest trend in days.
pub const DAYS_MAX: u32 = 366;

/// Which machines a figure is about.
#[derive(Clone, Debug, Default)]
pub struct Which {
    pub code: Option<String>,
    pub plant: Option<i64>,
}

struct Found {
    id: MachineId,
    plant: PlantId,
    lane: Option<LaneId>,
    capacity_micro: Option<i64>,
    known_until: Timestamp,
}

fn machines(tx: &Tx<'_>, which: &Which) -> Result<Vec<Found>, super::Wrong> {
    let (all_plants, user) = reach_values(tx.caller());
    let sql = format!(
        "SELECT m.id, m.plant_id, m.lane_id, m.capacity_units_per_hour, e.observed_until FROM machines m
         LEFT JOIN edges e ON e.organization_id = m.organization_id AND e.id = m.edge_id
         WHERE m.organization_id = $1 AND {} AND ($4 = '' OR m.machine_code = $4) AND ($5 = 0 OR m.plant_id = $5)
           AND (m.mode <> 'decommissioned' OR $4 <> '') ORDER BY m.id",
        reach_sql("m.plant_id")
    );
    let code = which.code.clone().unwrap_or_default();
    let rows = tx.query(&sql, params![tx.org(), all_plants, user, &code, which.plant.unwrap_or(0)])?;
    if rows.is_empty() && which.code.is_some() {
        return Err(ApiError::not_found("machine").into());
    }
    let found = rows.iter().map(|row| {
        let known: Option<Timestamp> = row.get("observed_until")?;
        Ok(Found {
            id: row.get("id")?,
            plant: row.get("plant_id")?,
            lane: row.get("lane_id")?,
            capacity_micro: row.get("capacity_units_per_hour")?,
            known_until: known.unwrap_or(Timestamp(i64::MIN)),
        })
    });
    Ok(found.collect::<Result<_, DbError>>()?)
}

/// What is known of one machine in a range.
fn observed(tx: &Tx<'_>, machine: &Found, reasons: &Reasons, range: Span) -> Result<Observed, DbError> {
    Ok(Observed {
        now: tx.now(),
        range,
        changes: changes(tx, machine.id, range)?,
        known_until: machine.known_until,
        stops: stops(tx, machine.id, reasons, range)?,
        counts: counts(tx, machine.id, range)?,
        capacity_micro: machine.capacity_micro,
    })
}

/// Which reasons are failures, and which are planned.
type Reasons = HashMap<ReasonId, (bool, bool)>;

fn reasons(tx: &Tx<'_>) -> Result<Reasons, DbError> {
    let sql = "SELECT id, category, is_planned FROM downtime_reasons WHERE organization_id = $1";
    let of = |row: &Row| Ok((row.get("id")?, (row.get::<String>("category")? == EQUIPMENT, row.get("is_planned")?)));
    tx.query(sql, params![tx.org()])?.iter().map(of).collect()
}

/// Changes of activity inside the range and the last one before it.
///
/// # Errors
/// When the database fails.
pub fn changes(tx: &Tx<'_>, machine: MachineId, range: Span) -> Result<Vec<(Timestamp, Activity)>, DbError> {
    tx.query_map(
        "SELECT at, activity FROM activity_changes WHERE organization_id = $1 AND machine_id = $2 AND at < $4
           AND at >= coalesce((SELECT max(at) FROM activity_changes WHERE organization_id = $1 AND machine_id = $2 AND at <= $3), $3)
         ORDER BY at",
        params![tx.org(), machine, range.from, range.to],
        |row| Ok((row.get("at")?, activity(&row.get::<String>("activity")?)?)),
    )
}

/// # Errors
/// When the code is unknown.
pub fn activity(code: &str) -> Result<Activity, DbError> {
    Activity::from_code(code).ok_or_else(|| DbError::Failed(format!("the database holds the unknown activity {code}")))
}

fn stops(tx: &Tx<'_>, machine: MachineId, reasons: &Reasons, range: Span) -> Result<Vec<StopTime>, DbError> {
    let rows = tx.query(
        "SELECT started_at, ended_at, reason_id, reason_hlc FROM downtime_events
         WHERE organization_id = $1 AND machine_id = $2
           AND started_at < $4 AND (ended_at IS NULL OR ended_at > $3) AND is_gone = FALSE",
        params![tx.org(), machine, range.from, range.to],
    )?;
    let stop = |row: &Row| {
        let reason: Option<ReasonId> = row.get("reason_id")?;
        let (is_failure, is_planned) = reason.and_then(|r| reasons.get(&r)).copied().unwrap_or_default();
        let (started_at, ended_at, recorded) = (row.get("started_at")?, row.get("ended_at")?, row.get("reason_hlc")?);
        Ok(StopTime { started_at, ended_at, is_failure, is_planned, recorded })
    };
    rows.iter().map(stop).collect()
}

/// When work orders were in progress on a machine, of those that touch a range.
fn runs(tx: &Tx<'_>, machine: MachineId, range: Span) -> Result<Vec<Run>, DbError> {
    let rows = tx.query(
        "SELECT work_order_id, at, verb, machine_id FROM work_order_moves
         WHERE organization_id = $1 AND at < $3 AND work_order_id IN (
           SELECT x.work_order_id FROM work_order_moves x WHERE x.organization_id = $1 AND x.machine_id = $2)
         ORDER BY work_order_id, at, pos",
        params![tx.org(), machine, range.to],
    )?;
    let mut moves: Vec<Move> = Vec::with_capacity(rows.len());
    for row in &rows {
        let verb = WorkOrderVerb::from_code(&row.get::<String>("verb")?);
        let (order, at, on) = (row.get("work_order_id")?, row.get("at")?, row.get("machine_id")?);
        moves.extend(verb.map(|verb| (order, at, verb, on)));
    }
    Ok(order_runs(&moves, machine, range))
}

fn counts(tx: &Tx<'_>, machine: MachineId, range: Span) -> Result<Vec<Bucket>, DbError> {
    // A year has three million of them.
    tx.query_map(
        "SELECT bucket_at, total, rejected, ideal_us FROM count_buckets
         WHERE organization_id = $1 AND machine_id = $2 AND bucket_at >= $3 AND bucket_at < $4 ORDER BY bucket_at",
        params![tx.org(), machine, range.from, range.to],
        |row| {
            Ok(Bucket {
                at: row.get("bucket_at")?,
                total: row.get("total")?,
                rejected: row.get("rejected")?,
                ideal: row.get("ideal_us")?,
            })
        },
    )
}

/// OEE over a range: sums of all machines before ratios.
///
/// # Errors
/// When the machine is unknown or the database fails.
pub fn answer(tx: &Tx<'_>, which: &Which, range: Span) -> Result<OeeAnswer, super::Wrong> {
    let (standard, reasons) = (master::standard(tx)?, reasons(tx)?);
    let mut sums = OeeSums::default();
    let mut calendars = Calendars::default();
    for machine in machines(tx, which)? {
        let observed = observed(tx, &machine, &reasons, range)?;
        sums += observed.oee(calendars.of(tx, machine.plant)?, range, standard);
    }
    Ok(OeeAnswer::new(which.code.clone(), range, &sums))
}

/// All figures of a range by what `by` says: sums before ratios.
///
/// # Errors
/// When the machine is unknown, there are too many rows, or the database fails.
pub fn figures(tx: &Tx<'_>, which: &Which, by: By, range: Span) -> Result<FigureList, super::Wrong> {
    // Before anything is read: an hour asks for as much as a year does.
    let pieces = if by == By::Hour { usize::try_from(range.len() / HOUR).unwrap_or(usize::MAX) } else { 0 };
    if pieces > ROWS_MAX {
        return Err(ApiError::field("to", format!("{pieces} hours are more than {ROWS_MAX}; ask for less time")).into());
    }
    let (standard, reasons) = (master::standard(tx)?, reasons(tx)?);
    let mut calendars = Calendars::default();
    let mut groups = Groups::default();
    for found in machines(tx, which)? {
        let observed = observed(tx, &found, &reasons, range)?;
        let runs = if by == By::WorkOrder { runs(tx, found.id, range)? } else { Vec::new() };
        let calendar = calendars.of(tx, found.plant)?;
        let machine = Machine { id: found.id, lane: found.lane, observed: &observed, runs: &runs, calendar };
        groups.add(by, &machine, standard);
    }
    let Groups(groups) = groups;
    if groups.len() > ROWS_MAX {
        let reason = format!("{} rows are more than {ROWS_MAX}; ask for less time", groups.len());
        return Err(ApiError::field("to", reason).into());
    }
    let names = names(tx, by)?;
    let named = |id: i64| names.get(&id).cloned().unwrap_or_else(|| (id.to_string(), None));
    let row = |(key, (span, figures)): (&Key, &(Span, Figures))| {
        let (key, (label, target)) = match *key {
            Key::Machine(id) => (id.to_string(), named(id.0)),
            Key::Lane(None) => (String::new(), ("no lane".to_owned(), None)),
            Key::Lane(Some(id)) => (id.to_string(), named(id.0)),
            Key::WorkOrder(id) => (id.to_string(), named(id.0)),
            Key::Shift(date, _, id) => {
                let (name, target) = named(id.0);
                (format!("{date}/{id}"), (format!("{name}, {date}"), target))
            }
            Key::Hour(at) => (at.rfc3339(), (at.rfc3339(), None)),
            Key::Day(date) => (date.to_string(), (date.to_string(), None)),
        };
        FigureRow::new(key, label, *span, figures, target)
    };
    let rows = groups.iter().map(row).collect();
    Ok(FigureList { by, standard, from: range.from.into(), to: range.to.into(), rows })
}

/// Names, and of shifts what they are to make, by id.
fn names(tx: &Tx<'_>, by: By) -> Result<HashMap<i64, (String, Option<u64>)>, DbError> {
    let sql = match by {
        By::Machine => "SELECT id, machine_code AS name FROM machines WHERE organization_id = $1",
        By::Lane => "SELECT id, name FROM lanes WHERE organization_id = $1",
        By::Shift => "SELECT id, name, production_target_units FROM shifts WHERE organization_id = $1",
        By::WorkOrder => "SELECT id, work_order_number AS name FROM work_orders WHERE organization_id = $1",
        By::Hour | By::Day => return Ok(HashMap::new()),
    };
    let of = |row: &Row| {
        let target: Option<i64> = if by == By::Shift { row.get("production_target_units")? } else { None };
        Ok((row.get("id")?, (row.get("name")?, target.and_then(|n| u64::try_from(n).ok()))))
    };
    tx.query(sql, params![tx.org()])?.iter().map(of).collect()
}

/// OEE of the last days, today included, each day in the zone of the machine's plant.
///
/// # Errors
/// When the machine is unknown or the database fails.
pub fn trend(tx: &Tx<'_>, which: &Which, days: u32) -> Result<OeeTrend, super::Wrong> {
    let (standard, reasons) = (master::standard(tx)?, reasons(tx)?);
    let mut by_date: BTreeMap<String, OeeSums> = BTreeMap::new();
    let mut calendars = Calendars::default();
    for machine in machines(tx, which)? {
        let calendar = calendars.of(tx, machine.plant)?;
        for (date, range) in last_days(calendar, tx.now(), days) {
            // Day by day: a year of one machine at once would not fit into memory next to others.
            let observed = observed(tx, &machine, &reasons, range)?;
            *by_date.entry(date).or_default() += observed.oee(calendar, range, standard);
        }
    }
    let value = |p: Option<Percent>| p.map(Percent::value);
    let day = |(date, sums): (String, OeeSums)| {
        let r = sums.ratios();
        OeeDay {
            date,
            oee: value(r.oee),
            availability: value(r.availability),
            performance: value(r.performance),
            quality: value(r.quality),
            coverage: value(r.coverage),
        }
    };
    Ok(OeeTrend { machine: which.code.clone(), days: by_date.into_iter().map(day).collect() })
}

fn last_days(calendar: &ShiftCalendar, now: Timestamp, days: u32) -> Vec<(String, Span)> {
    let Some(today) = date_of(&calendar.zone, now) else { return Vec::new() };
    let back = (0..i64::from(days.clamp(1, DAYS_MAX))).rev();
    back.filter_map(|n| {
        let date = today.checked_sub(jiff::Span::new().days(n)).ok()?;
        let (from, to) = (day_start(&calendar.zone, date)?, day_start(&calendar.zone, date.tomorrow().ok()?)?);
        Some((date.to_string(), Span::new(from, to.min(now))))
    })
    .collect()
}

/// Utilisation of each machine on the present day of its plant so far (KPI-09).
///
/// # Errors
/// When the database fails.
pub fn utilization_today(
    tx: &Tx<'_>,
    machines: &[(MachineId, PlantId, Timestamp)],
) -> Result<BTreeMap<i64, Option<f64>>, DbError> {
    let mut calendars = Calendars::default();
    let mut out = BTreeMap::new();
    for (machine, plant, known_until) in machines {
        let calendar = calendars.of(tx, *plant)?;
        let today = last_days(calendar, tx.now(), 1).pop().map_or(Span::new(tx.now(), tx.now()), |(_, r)| r);
        // Parts and stops say nothing of it.
        let observed = Observed {
            now: tx.now(),
            range: today,
            changes: changes(tx, *machine, today)?,
            known_until: *known_until,
            stops: vec![],
            counts: vec![],
            capacity_micro: None,
        };
        let figures = observed.figures(calendar, today, Standard::default());
        out.insert(machine.0, figures.utilisation().map(Percent::value));
    }
    Ok(out)
}

/// Calendars of plants, each read once.
#[derive(Default)]
struct Calendars(BTreeMap<PlantId, ShiftCalendar>);

impl Calendars {
    fn of(&mut self, tx: &Tx<'_>, plant: PlantId) -> Result<&ShiftCalendar, DbError> {
        match self.0.entry(plant) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(new) => Ok(new.insert(calendar(tx, plant)?)),
        }
    }
}
