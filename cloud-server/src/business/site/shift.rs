//! Shifts of a plant (SHIFT-01, SHIFT-02, API-18). One that is archived has no days any more, here and at edges.

use super::PLANT;
use crate::business::master;
use crate::db::DbError;
use crate::resource::valid::wrong;
use crate::resource::{Meta, Reach, Resource};
use crate::tenancy::{Topic, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::calendar::{Day, TimeOfDay};
use unison_core::decimal::Decimal;
use unison_core::ids::{PlantId, ShiftId};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    #[default]
    Fixed,
    Rotating,
    Custom,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A break at a known time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Break {
    pub from: TimeOfDay,
    pub minutes: u16,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Shift {
    pub plant_id: i64,
    /// Unique in the plant.
    #[schemars(length(max = 100))]
    pub name: String,
    #[serde(default)]
    pub pattern_type: Pattern,
    /// In the time of the plant.
    pub start_time: TimeOfDay,
    /// Not after the start: on the next day.
    pub end_time: TimeOfDay,
    /// The days on which it starts.
    #[serde(default)]
    pub active_days: Vec<Weekday>,
    /// Rotating and custom shifts start on days of a cycle that comes again and again: this is its first day.
    pub cycle_first_day: Option<Day>,
    /// Such as 14 for every other week, 8 for four on and four off.
    #[schemars(range(min = 1, max = 56), extend("x-unit" = "d"))]
    pub cycle_length_days: Option<u8>,
    /// The days of the cycle on which it starts, from 1: 1, 2, 3, 4.
    #[serde(default)]
    pub cycle_days: Vec<u8>,
    #[serde(default)]
    #[schemars(range(max = 1440), extend("x-unit" = "min"))]
    pub break_duration_minutes: u16,
    /// Breaks at a known time; they are part of the minutes above.
    #[serde(default)]
    pub breaks: Vec<Break>,
    pub production_target_units: Option<u32>,
    #[schemars(range(max = 100), extend("x-unit" = "%"))]
    pub oee_target_percent: Option<u8>,
    #[schemars(range(min = 0, max = 100), extend("x-unit" = "%"))]
    pub quality_target_percent: Option<Decimal>,
}

impl Resource for Shift {
    const META: Meta = Meta {
        entity: "shift",
        label: "Shift",
        label_plural: "Shifts",
        table: "shifts",
        path: "/shifts",
        area: "organisation",
        reach: Reach::Plant,
        unique: &[&["plant_id", "name"]],
        sort: "start_time,name",
        list: &["plant_id", "name", "start_time", "end_time", "active_days", "production_target_units"],
        look_ups: &[PLANT],
        ..Meta::USUAL
    };

    fn check(&self, _before: Option<&Self>) -> Vec<Detail> {
        let mut out = Vec::new();
        let placed: u32 = self.breaks.iter().map(|b| u32::from(b.minutes)).sum();
        if placed > u32::from(self.break_duration_minutes) {
            out.push(wrong("breaks", format!("last {placed} minutes, more than all breaks together")));
        }
        if u32::from(self.break_duration_minutes) >= self.minutes() {
            out.push(wrong("break_duration_minutes", "must be shorter than the shift"));
        }
        self.check_cycle(&mut out);
        out
    }

    fn saved(tx: &WriteTx<'_>, id: i64, before: Option<&Self>, after: &Self) -> Result<(), DbError> {
        master::send(tx, PlantId(after.plant_id), master::shift(tx, ShiftId(id))?);
        if after.cycle_first_day.is_some() || before.is_some_and(|before| before.cycle_first_day.is_some()) {
            master::send(tx, PlantId(after.plant_id), master::shift_cycle(tx, ShiftId(id))?);
        }
        tx.changed(Topic::MasterData);
        Ok(())
    }
}

impl Shift {
    fn check_cycle(&self, out: &mut Vec<Detail>) {
        let Some(length) = self.cycle_length_days else {
            if self.cycle_first_day.is_some() || !self.cycle_days.is_empty() {
                out.push(wrong("cycle_length_days", "is required with a cycle"));
            }
            return;
        };
        if self.pattern_type == Pattern::Fixed {
            out.push(wrong("pattern_type", "must be rotating or custom where there is a cycle"));
        }
        if self.cycle_first_day.is_none() {
            out.push(wrong("cycle_first_day", "is required with a cycle"));
        }
        if self.cycle_days.is_empty() {
            out.push(wrong("cycle_days", "needs at least one day"));
        }
        if let Some(day) = self.cycle_days.iter().find(|day| **day == 0 || **day > length) {
            out.push(wrong("cycle_days", format!("{day} is no day of a cycle of {length} days")));
        }
    }

    /// From start to end on the clock.
    fn minutes(&self) -> u32 {
        const DAY: u32 = 24 * 60;
        let (start, end) = (u32::from(self.start_time.0.minutes()), u32::from(self.end_time.0.minutes()));
        if end > start { end - start } else { DAY + end - start }
    }
}
