//! When plants work: their zones, shifts and calendars of days, as KPIs, logs and edges need them.

use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::Tx;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;
use unison_core::calendar::Day;
use unison_core::calendar_day::{CalendarDay, DayKind};
use unison_core::ids::PlantId;
use unison_core::shift::{ActiveDays, Break, Cycle, Shift, ShiftCalendar, WallTime};

/// When a plant works.
///
/// # Errors
/// When the plant is missing or holds what cannot be read.
pub fn calendar(tx: &Tx<'_>, plant: PlantId) -> Result<ShiftCalendar, DbError> {
    let row =
        tx.query_one("SELECT timezone FROM plants WHERE organization_id = $1 AND id = $2", params![tx.org(), plant])?;
    let name: String = row.ok_or_else(|| DbError::Failed(format!("there is no plant {plant}")))?.get("timezone")?;
    let zone = TimeZone::get(&name).map_err(|e| DbError::Failed(format!("zone of plant {plant}: {e}")))?;
    let rows = tx.query(
        "SELECT * FROM shifts WHERE organization_id = $1 AND plant_id = $2 ORDER BY id",
        params![tx.org(), plant],
    )?;
    let shifts = rows.iter().map(shift).collect::<Result<_, _>>()?;
    let mut cycles = BTreeMap::new();
    for row in &rows {
        cycles.extend(cycle(row)?.map(|cycle| Ok::<_, DbError>((row.get("id")?, cycle))).transpose()?);
    }
    // Those of all plants and its own. An archived one says nothing, as at the edges.
    let sql =
        "SELECT * FROM calendar_days WHERE organization_id = $1 AND (plant_id = $2 OR plant_id IS NULL) ORDER BY id";
    let days = tx.query(sql, params![tx.org(), plant])?.iter().map(day).collect::<Result<_, _>>()?;
    Ok(ShiftCalendar { zone, shifts, cycles, days })
}

/// A row of `calendar_days`.
pub(super) fn day(row: &Row) -> Result<CalendarDay, DbError> {
    let wrong = |e: String| DbError::Failed(format!("a calendar day in the database: {e}"));
    let date = |column: &str| Day::parse(&row.get::<String>(column)?).map_err(wrong);
    let (kind, like): (String, Option<String>) = (row.get("kind")?, row.get("works_like")?);
    let kind = match (kind.as_str(), like) {
        ("holiday", _) => DayKind::Holiday,
        ("shutdown", _) => DayKind::Shutdown,
        ("extra_working_day", Some(like)) => {
            let number = ActiveDays::NAMES.iter().position(|name| *name == like).and_then(|n| u8::try_from(n).ok());
            DayKind::ExtraWorkingDay(number.ok_or_else(|| wrong(format!("there is no weekday {like}")))?)
        }
        (other, like) => return Err(wrong(format!("there is no kind {other} like {like:?}"))),
    };
    Ok(CalendarDay {
        id: row.get("id")?,
        name: row.get("name")?,
        kind,
        first: date("first_day")?,
        last: date("last_day")?,
        is_yearly: row.get("is_yearly")?,
        is_active: row.get("is_active")?,
    })
}

/// The cycle of a row of `shifts`; none where it starts on weekdays.
pub(super) fn cycle(row: &Row) -> Result<Option<Cycle>, DbError> {
    let wrong = |e: String| DbError::Failed(format!("the cycle of a shift in the database: {e}"));
    let (first, length): (Option<String>, Option<u8>) = (row.get("cycle_first_day")?, row.get("cycle_length_days")?);
    let (Some(first), Some(length)) = (first, length) else { return Ok(None) };
    let days: Vec<u8> = serde_json::from_str(&row.get::<String>("cycle_days")?).map_err(|e| wrong(e.to_string()))?;
    let bit = |day: u8| 1u64.checked_shl(u32::from(day).wrapping_sub(1)).unwrap_or(0);
    let days = days.into_iter().fold(0, |bits, day| bits | bit(day));
    Ok(Some(Cycle { first: Day::parse(&first).map_err(wrong)?, length, days }))
}

#[derive(Deserialize)]
struct BreakRow {
    from: String,
    minutes: u16,
}

/// A row of `shifts`.
pub(super) fn shift(row: &Row) -> Result<Shift, DbError> {
    let wrong = |e: String| DbError::Failed(format!("a shift in the database: {e}"));
    let time = |column: &str| WallTime::parse(&row.get::<String>(column)?).map_err(wrong);
    let breaks: Vec<BreakRow> =
        serde_json::from_str(&row.get::<String>("breaks")?).map_err(|e| wrong(e.to_string()))?;
    let placed = breaks.iter().map(|b| WallTime::parse(&b.from).map(|from| Break { from, minutes: b.minutes }));
    let breaks = placed.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    let minutes: u16 = row.get("break_duration_minutes")?;
    let days: Vec<String> =
        serde_json::from_str(&row.get::<String>("active_days")?).map_err(|e| wrong(e.to_string()))?;
    let days = ActiveDays::parse(days.iter().map(String::as_str)).map_err(wrong)?;
    Ok(Shift {
        id: row.get("id")?,
        name: row.get("name")?,
        start: time("start_time")?,
        end: time("end_time")?,
        // An archived shift does not start any more; one with a cycle needs no weekdays.
        days: match (row.get("is_active")?, cycle(row)?) {
            (false, _) => ActiveDays(0),
            (true, Some(_)) if days == ActiveDays(0) => ActiveDays::EVERY,
            (true, _) => days,
        },
        break_minutes_unplaced: minutes.saturating_sub(breaks.iter().map(|b| b.minutes).sum()),
        breaks,
        target_units: row.get("production_target_units")?,
        oee_target_percent: row.get("oee_target_percent")?,
    })
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "calendar_tests.rs"]
#[expect(clippy::duplicate_mod, reason = "the same tests on the other database")]
mod on_postgres;
