//! OEE of machines from what their edges observed (KPI-02 to KPI-06, Q-133): loads machine time, stops,
//! shifts and counts, and leaves the arithmetic to the functions that the edge uses too.

use super::calendar::calendar;
use super::{master, reach_sql, reach_values};
use crate::db::DbError;
use crate::params;
use crate::tenancy::Tx;
use std::collections::BTreeMap;
use unison_api::error::ApiError;
use unison_api::oee::{OeeAnswer, OeeDay, OeeTrend};
use unison_core::activity::Activity;
use unison_core::ids::{MachineId, PlantId};
use unison_core::kpi::{Bucket, MachineTime, OeeSums, Percent, Standard, Utilisation, oee, utilisation};
use unison_core::shift::{ShiftCalendar, date_of, day_start};
use unison_core::span::Span;
use unison_core::time::{HOUR, Timestamp};
use unison_core::timeline::Timeline;

/// The longest range of one answer.
pub const RANGE_MAX: i64 = 400 * 24 * HOUR;
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
    known_until: Timestamp,
}

fn machines(tx: &Tx<'_>, which: &Which) -> Result<Vec<Found>, super::Wrong> {
    let (all_plants, user) = reach_values(tx.caller());
    let sql = format!(
        "SELECT m.id, m.plant_id, e.observed_until FROM machines m
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
        Ok(Found { id: row.get("id")?, plant: row.get("plant_id")?, known_until: known.unwrap_or(Timestamp(i64::MIN)) })
    });
    Ok(found.collect::<Result<_, DbError>>()?)
}

/// What was observed of one machine in a range, and a bit around it.
pub struct Observed {
    range: Span,
    changes: Vec<(Timestamp, Activity)>,
    known_until: Timestamp,
    stops: Vec<(Timestamp, Option<Timestamp>)>,
    counts: Vec<Bucket>,
}

impl Observed {
    /// # Errors
    /// When the database fails.
    pub fn load(tx: &Tx<'_>, machine: MachineId, known_until: Timestamp, range: Span) -> Result<Self, DbError> {
        Ok(Self {
            range,
            changes: changes(tx, machine, range)?,
            known_until,
            stops: stops(tx, machine, range)?,
            counts: counts(tx, machine, range)?,
        })
    }

    #[must_use]
    pub fn timeline(&self, range: Span) -> Timeline {
        Timeline::from_changes(range, self.changes.iter().copied(), self.known_until)
    }

    fn sums(&self, calendar: &ShiftCalendar, range: Span, standard: Standard) -> OeeSums {
        let range = range.intersect(self.range);
        if range.is_empty() {
            return OeeSums::default();
        }
        let timeline = self.timeline(range);
        let shifts = calendar.windows(range);
        let stops: Vec<Span> = self.stops.iter().map(|(from, to)| Span::new(*from, to.unwrap_or(range.to))).collect();
        oee(&MachineTime { timeline: &timeline, shifts: &shifts, stops: &stops, counts: &self.counts }, standard)
    }
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

fn stops(tx: &Tx<'_>, machine: MachineId, range: Span) -> Result<Vec<(Timestamp, Option<Timestamp>)>, DbError> {
    let rows = tx.query(
        "SELECT started_at, ended_at FROM downtime_events WHERE organization_id = $1 AND machine_id = $2
           AND started_at < $4 AND (ended_at IS NULL OR ended_at > $3)",
        params![tx.org(), machine, range.from, range.to],
    )?;
    rows.iter().map(|row| Ok((row.get("started_at")?, row.get("ended_at")?))).collect()
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
    let standard = master::standard(tx)?;
    let mut sums = OeeSums::default();
    let mut calendars = Calendars::default();
    for machine in machines(tx, which)? {
        let observed = Observed::load(tx, machine.id, machine.known_until, range)?;
        sums += observed.sums(calendars.of(tx, machine.plant)?, range, standard);
    }
    Ok(OeeAnswer::new(which.code.clone(), range, &sums))
}

/// OEE of the last days, today included, each day in the zone of the machine's plant.
///
/// # Errors
/// When the machine is unknown or the database fails.
pub fn trend(tx: &Tx<'_>, which: &Which, days: u32) -> Result<OeeTrend, super::Wrong> {
    let standard = master::standard(tx)?;
    let mut by_date: BTreeMap<String, OeeSums> = BTreeMap::new();
    let mut calendars = Calendars::default();
    for machine in machines(tx, which)? {
        let calendar = calendars.of(tx, machine.plant)?;
        for (date, range) in last_days(calendar, tx.now(), days) {
            // Day by day: a year of one machine at once would not fit into memory next to others.
            let observed = Observed::load(tx, machine.id, machine.known_until, range)?;
            *by_date.entry(date).or_default() += observed.sums(calendar, range, standard);
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
        let line = Timeline::from_changes(today, changes(tx, *machine, today)?, *known_until);
        let shifts = calendar.windows(today);
        let running = line.spans(|a| a == Activity::Running);
        let shift: unison_core::span::Spans = shifts.iter().map(|w| w.span.intersect(today)).collect();
        let breaks: unison_core::span::Spans =
            shifts.iter().flat_map(|w| w.breaks.as_slice()).map(|b| b.intersect(today)).collect();
        let time = Utilisation {
            shift: shift.total(),
            planned_maintenance: 0,
            breaks: breaks.total(),
            running: running.intersect(&shift.subtract(&breaks)).total(),
        };
        // A day on which nothing was seen has no figure; 0 % would be a claim.
        let is_seen = !line.spans(|a| a != Activity::NoData).as_slice().is_empty();
        out.insert(machine.0, utilisation(time).filter(|_| is_seen).map(Percent::value));
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
