//! Days that are not as every week: holidays and shutdowns, on which no shift starts, and extra working days. They
//! belong to a plant, or to all plants of the organisation.

use super::PLANT;
use super::shift::Weekday;
use crate::business::master;
use crate::db::DbError;
use crate::resource::valid::wrong;
use crate::resource::{Meta, Reach, Resource};
use crate::tenancy::{Topic, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::calendar::Day;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Holiday,
    Shutdown,
    ExtraWorkingDay,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CalendarDay {
    /// Empty for all plants of the organisation.
    pub plant_id: Option<i64>,
    #[schemars(length(max = 100))]
    pub name: String,
    /// No shift starts on a holiday or in a shutdown; an extra working day stands above both.
    #[serde(default)]
    pub kind: Kind,
    pub first_day: Day,
    /// The last day of a range; the first day for a single one.
    pub last_day: Day,
    /// Comes again each year.
    #[serde(default)]
    pub is_yearly: bool,
    /// The weekday whose shifts an extra working day has.
    pub works_like: Option<Weekday>,
}

impl Resource for CalendarDay {
    const META: Meta = Meta {
        entity: "calendar_day",
        label: "Calendar day",
        label_plural: "Calendar days",
        table: "calendar_days",
        path: "/calendar-days",
        area: "organisation",
        reach: Reach::Plant,
        sort: "first_day,name",
        list: &["name", "plant_id", "kind", "first_day", "last_day", "is_yearly"],
        look_ups: &[PLANT],
        // A part of its plant, which goes with it.
        holds: "FALSE",
        ..Meta::USUAL
    };

    fn check(&self, _before: Option<&Self>) -> Vec<Detail> {
        let mut out = Vec::new();
        let (first, last) = (self.first_day.0, self.last_day.0);
        if last < first {
            out.push(wrong("last_day", "must not lie before the first day"));
        }
        // A range as long as a year would meet itself again.
        let a_year_on = first.checked_add(jiff::Span::new().years(1));
        if self.is_yearly && a_year_on.is_ok_and(|next| last >= next) {
            out.push(wrong("last_day", "must come within a year, as it comes again each year"));
        }
        match (self.kind, self.works_like) {
            (Kind::ExtraWorkingDay, None) => {
                out.push(wrong("works_like", "is required for an extra working day"));
            }
            (Kind::Holiday | Kind::Shutdown, Some(_)) => {
                out.push(wrong("works_like", "is for extra working days only"));
            }
            _ => {}
        }
        out
    }

    fn saved(tx: &WriteTx<'_>, id: i64, _: Option<&Self>, _: &Self) -> Result<(), DbError> {
        master::send_calendar_day(tx, id)?;
        tx.changed(Topic::MasterData);
        Ok(())
    }
}
