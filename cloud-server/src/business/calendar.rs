//! Plants, their zones and shifts, as KPIs and logs need them.

use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::Tx;
use jiff::tz::TimeZone;
use serde::Deserialize;
use unison_core::ids::{PlantId, ShiftId};
use unison_core::shift::{ActiveDays, Break, Shift, WallTime, window_at};
use unison_core::time::Timestamp;

/// The calendar of a plant.
#[derive(Clone, Debug)]
pub struct Calendar {
    pub zone: TimeZone,
    pub shifts: Vec<Shift>,
}

impl Calendar {
    /// The shift that a moment falls into.
    #[must_use]
    pub fn shift_at(&self, at: Timestamp) -> Option<ShiftId> {
        window_at(&self.shifts, &self.zone, at).map(|w| w.shift)
    }
}

/// # Errors
/// When the plant is missing or holds what cannot be read.
pub fn calendar(tx: &Tx<'_>, plant: PlantId) -> Result<Calendar, DbError> {
    let row =
        tx.query_one("SELECT timezone FROM plants WHERE organization_id = $1 AND id = $2", params![tx.org(), plant])?;
    let name: String = row.ok_or_else(|| DbError::Failed(format!("there is no plant {plant}")))?.get("timezone")?;
    let zone = TimeZone::get(&name).map_err(|e| DbError::Failed(format!("zone of plant {plant}: {e}")))?;
    let rows = tx.query(
        "SELECT * FROM shifts WHERE organization_id = $1 AND plant_id = $2 ORDER BY id",
        params![tx.org(), plant],
    )?;
    Ok(Calendar { zone, shifts: rows.iter().map(shift).collect::<Result<_, _>>()? })
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
        // An archived shift does not start any more.
        days: if row.get("is_active")? { days } else { ActiveDays(0) },
        break_minutes_unplaced: minutes.saturating_sub(breaks.iter().map(|b| b.minutes).sum()),
        breaks,
        target_units: row.get("production_target_units")?,
        oee_target_percent: row.get("oee_target_percent")?,
    })
}
