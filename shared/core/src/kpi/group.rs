//! Figures by machine, lane, shift, work order, hour or day: one function for both programs, sums before ratios.

use super::{Figures, Observed, Run, Standard, cut};
use crate::ids::{LaneId, MachineId, ShiftId, WorkOrderId};
use crate::shift::{ShiftCalendar, date_of};
use crate::span::Span;
use crate::time::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What figures are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Machine,
    Lane,
    Shift,
    WorkOrder,
    Hour,
    Day,
}

impl By {
    pub const ALL: [Self; 6] = [Self::Machine, Self::Lane, Self::Shift, Self::WorkOrder, Self::Hour, Self::Day];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Lane => "lane",
            Self::Shift => "shift",
            Self::WorkOrder => "work_order",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }
}

/// What a row of figures is about, in the order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Machine(MachineId),
    /// None: machines on no lane.
    Lane(Option<LaneId>),
    /// A shift on its start day.
    Shift(Date, Timestamp, ShiftId),
    WorkOrder(WorkOrderId),
    /// The first moment of the hour, or of what the range leaves of it.
    Hour(Timestamp),
    Day(Date),
}

/// A machine whose figures are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    pub id: MachineId,
    pub lane: Option<LaneId>,
    pub observed: &'a Observed,
    /// Needed for [`By::WorkOrder`] only.
    pub runs: &'a [Run],
    pub calendar: &'a ShiftCalendar,
}

/// Rows of figures with the time from the first to the last moment of each.
#[derive(Clone, Debug, Default)]
pub struct Groups(pub BTreeMap<Key, (Span, Figures)>);

impl Groups {
    /// Adds one machine.
    pub fn add(&mut self, by: By, m: &Machine<'_>, standard: Standard) {
        let range = m.observed.range;
        let pieces: Vec<(Key, Span)> = match by {
            By::Machine => vec![(Key::Machine(m.id), range)],
            By::Lane => vec![(Key::Lane(m.lane), range)],
            By::WorkOrder => m.runs.iter().map(|run| (Key::WorkOrder(run.work_order), run.span)).collect(),
            By::Hour => {
                cut::hours(&m.calendar.zone, range).into_iter().map(|hour| (Key::Hour(hour.from), hour)).collect()
            }
            By::Day => {
                let key = |day: Span| Some((Key::Day(date_of(&m.calendar.zone, day.from)?), day));
                cut::days(&m.calendar.zone, range).into_iter().filter_map(key).collect()
            }
            By::Shift => {
                let shift =
                    |w: crate::shift::ShiftWindow| (Key::Shift(w.date, w.span.from, w.shift), w.span.intersect(range));
                m.calendar.windows(range).into_iter().map(shift).collect()
            }
        };
        for (key, span) in pieces {
            let figures = m.observed.figures(m.calendar, span, standard);
            let (hull, sum) = self.0.entry(key).or_insert((span, Figures::default()));
            *hull = Span::new(hull.from.min(span.from), hull.to.max(span.to));
            *sum += figures;
        }
    }
}
