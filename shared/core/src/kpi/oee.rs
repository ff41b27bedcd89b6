//! Overall equipment effectiveness (KPI-02 to KPI-05) from machine time, stops, shifts and counts.
//!
//! Rules: Q-133 (planned time, downtime, buckets), Q-140 (breaks, counts outside planned time), Q-141
//! (time counts once). Sums come before ratios: figures of several machines or days are added as
//! [`OeeSums`] and divided once, never averaged.

use super::{OeeBand, Percent};
use crate::activity::Activity;
use crate::shift::ShiftWindow;
use crate::span::{Span, Spans};
use crate::time::Timestamp;
use crate::timeline::Timeline;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose definition of planned time is used; a setting of the organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standard {
    /// Breaks are downtime inside planned time (KPI-02, the default).
    #[default]
    Unison,
    /// ISO 22400-2: planned busy time leaves breaks out.
    #[serde(rename = "iso_22400")]
    Iso22400,
}

/// Parts of ten seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Start of the bucket, to which its parts belong.
    pub at: Timestamp,
    pub total: u64,
    pub rejected: u64,
    /// Ideal time of one part in microseconds; 0 where nobody said one.
    pub ideal: i64,
}

/// What is known of one machine over one range.
#[derive(Clone, Debug)]
pub struct MachineTime<'a> {
    pub timeline: &'a Timeline,
    pub shifts: &'a [ShiftWindow],
    /// Time covered by downtime events, in any order and overlapping as they may.
    pub stops: &'a [Span],
    pub counts: &'a [Bucket],
}

/// The addends of OEE, in microseconds and units. Add them over machines and days, then divide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OeeSums {
    /// Time inside shifts.
    pub shift: i64,
    /// Of that, time in which the machine was seen.
    pub known: i64,
    /// Planned time: what availability is a share of.
    pub planned: i64,
    /// Planned time lost to setup, downtime events and, under `unison`, breaks.
    pub downtime: i64,
    /// Of the planned time, time in activity `setup`.
    pub setup: i64,
    /// Of the planned time, time in activity `running`.
    pub run: i64,
    /// Ideal time of all parts made in planned time.
    pub ideal: i128,
    /// Parts made in planned time.
    pub total: u64,
    pub rejected: u64,
    /// Parts without an ideal cycle time: performance has no value while there are any.
    pub without_ideal: u64,
    /// Parts made outside planned time: left out of OEE, shown beside it.
    pub outside: u64,
}

impl std::ops::AddAssign for OeeSums {
    fn add_assign(&mut self, o: Self) {
        self.shift += o.shift;
        self.known += o.known;
        self.planned += o.planned;
        self.downtime += o.downtime;
        self.setup += o.setup;
        self.run += o.run;
        self.ideal += o.ideal;
        self.total += o.total;
        self.rejected += o.rejected;
        self.without_ideal += o.without_ideal;
        self.outside += o.outside;
    }
}

/// The ratios that [`OeeSums`] give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oee {
    pub oee: Option<Percent>,
    pub availability: Option<Percent>,
    pub performance: Option<Percent>,
    pub quality: Option<Percent>,
    /// Share of the shift time in which the machine was seen: how far to trust the others.
    pub coverage: Option<Percent>,
    pub band: Option<OeeBand>,
}

/// Sums the time and parts of one machine.
#[must_use]
pub fn oee(m: &MachineTime<'_>, standard: Standard) -> OeeSums {
    let range = m.timeline.range();
    let shift: Spans = m.shifts.iter().map(|w| w.span.intersect(range)).collect();
    let known = shift.intersect(&m.timeline.spans(|a| a != Activity::NoData));
    let breaks = m.shifts.iter().flat_map(|w| w.breaks.as_slice()).map(|b| b.intersect(range)).collect::<Spans>();
    let setup = m.timeline.spans(|a| a == Activity::Setup);
    let lost = m.stops.iter().copied().collect::<Spans>().union(&setup);
    let (planned, lost) = match standard {
        Standard::Unison => (known.clone(), lost.union(&breaks)),
        Standard::Iso22400 => (known.subtract(&breaks), lost),
    };
    let lost = lost.intersect(&planned);
    let unplaced = unplaced_in(m.shifts, &planned).min(planned.total() - lost.total());
    let mut sums = OeeSums {
        shift: shift.total(),
        known: known.total(),
        planned: planned.total(),
        downtime: lost.total(),
        setup: setup.intersect(&planned).total(),
        run: m.timeline.spans(|a| a == Activity::Running).intersect(&planned).total(),
        ..OeeSums::default()
    };
    match standard {
        Standard::Unison => sums.downtime += unplaced,
        Standard::Iso22400 => sums.planned -= unplaced,
    }
    count(&mut sums, m.counts, range, &planned);
    sums
}

/// Break minutes without a place, in proportion to how much of each shift is planned time here.
pub(super) fn unplaced_in(shifts: &[ShiftWindow], planned: &Spans) -> i64 {
    let share = |w: &ShiftWindow| {
        let inside = planned.intersect(&Spans::of([w.span])).total();
        let whole = i128::from(w.span.len().max(1));
        i64::try_from(i128::from(w.break_unplaced) * i128::from(inside) / whole).unwrap_or(0)
    };
    shifts.iter().filter(|w| w.break_unplaced > 0).map(share).sum()
}

fn count(sums: &mut OeeSums, counts: &[Bucket], range: Span, planned: &Spans) {
    let mut planned = planned.cursor();
    for b in counts.iter().filter(|b| range.contains(b.at)) {
        if !planned.contains(b.at) {
            sums.outside += b.total;
            continue;
        }
        sums.total += b.total;
        sums.rejected += b.rejected.min(b.total);
        sums.ideal += i128::from(b.ideal) * i128::from(b.total);
        if b.ideal <= 0 {
            sums.without_ideal += b.total;
        }
    }
}

impl OeeSums {
    /// Planned time less downtime, in microseconds.
    #[must_use]
    pub const fn operating(&self) -> i64 {
        self.planned - self.downtime
    }

    /// Good parts made in planned time.
    #[must_use]
    pub const fn good(&self) -> u64 {
        self.total - self.rejected
    }

    /// Whether the ideal cycle time cannot be right: more was made than it allows.
    #[must_use]
    pub fn performance_above_100(&self) -> bool {
        self.ideal > i128::from(self.operating())
    }

    /// Divides, once.
    #[must_use]
    pub fn ratios(&self) -> Oee {
        let (planned, operating) = (i128::from(self.planned), i128::from(self.operating()));
        let (total, good) = (i128::from(self.total), i128::from(self.good()));
        let performance = if self.without_ideal > 0 { None } else { Percent::of(self.ideal, operating) };
        // Availability x performance x quality; operating time and the factor of parts cancel out.
        let oee = match (performance, total) {
            (Some(_), 1..) => Percent::of(self.ideal * good, planned * total),
            _ => None,
        };
        Oee {
            oee,
            availability: Percent::of(operating, planned),
            performance,
            quality: Percent::of(good, total),
            coverage: Percent::of(i128::from(self.known), i128::from(self.shift)),
            band: oee.map(OeeBand::of),
        }
    }
}

#[cfg(test)]
#[path = "oee_tests.rs"]
mod tests;
