//! All figures of a machine over a range, as addends: add them over machines, shifts or hours, then divide, once.
//! Both programs fill an [`Observed`] from their rows and come to the same figures by the code in here.

use super::oee::{Bucket, MachineTime, OeeSums, Standard, oee, unplaced_in};
use super::{Percent, Utilisation, first_pass_yield, utilisation};
use crate::activity::Activity;
use crate::ids::WorkOrderId;
use crate::shift::{ShiftCalendar, ShiftWindow};
use crate::span::{Span, Spans};
use crate::time::{HOUR, SECOND, Timestamp};
use crate::timeline::Timeline;

/// A stop as figures need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopTime {
    pub started_at: Timestamp,
    /// None: it goes on.
    pub ended_at: Option<Timestamp>,
    /// Its reason is one of the equipment.
    pub is_failure: bool,
    /// Its reason is a planned one, such as a changeover.
    pub is_planned: bool,
    /// Logical time of its reason: of two at one time the one recorded last counts.
    pub recorded: i64,
}

/// A work order was in progress on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub work_order: WorkOrderId,
    pub span: Span,
}

/// What is known of one machine in a range: rows, in any order where nothing else is said.
#[derive(Clone, Debug)]
pub struct Observed {
    pub range: Span,
    /// Changes of activity in the range, and the last one before it.
    pub changes: Vec<(Timestamp, Activity)>,
    /// Time from here on is not known.
    pub known_until: Timestamp,
    /// The present: a stop that goes on lasts until now and no longer.
    pub now: Timestamp,
    /// Stops that touch the range.
    pub stops: Vec<StopTime>,
    /// In the order of their starts.
    pub counts: Vec<Bucket>,
    /// Rated capacity in millionths of units per hour (MACH-05).
    pub capacity_micro: Option<i64>,
}

/// Addends of all figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub oee: OeeSums,
    /// All parts of the range, also those made outside planned time.
    pub produced: u64,
    pub rejected: u64,
    /// All time in activity `running`, also outside shifts.
    pub running: i64,
    /// Failures that began in the range.
    pub failures: u64,
    /// Those of them that have ended, and how long they took in all.
    pub repairs: u64,
    pub repair_time: i64,
    /// Time covered by stops, each moment once.
    pub stopped: i64,
    /// Of that, time whose reason is not a planned one.
    pub stopped_unplanned: i64,
    pub utilisation: Utilisation,
    /// Units that the rated capacity allows in the available time, in millionths (KPI-10).
    pub capacity_micro: i128,
    /// Parts of machines that have a rated capacity.
    pub produced_rated: u64,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, o: Self) {
        self.oee += o.oee;
        self.produced += o.produced;
        self.rejected += o.rejected;
        self.running += o.running;
        self.failures += o.failures;
        self.repairs += o.repairs;
        self.repair_time = self.repair_time.saturating_add(o.repair_time);
        self.stopped += o.stopped;
        self.stopped_unplanned += o.stopped_unplanned;
        self.utilisation.shift += o.utilisation.shift;
        self.utilisation.planned_maintenance += o.utilisation.planned_maintenance;
        self.utilisation.breaks += o.utilisation.breaks;
        self.utilisation.running += o.utilisation.running;
        self.capacity_micro += o.capacity_micro;
        self.produced_rated += o.produced_rated;
    }
}

impl Observed {
    #[must_use]
    pub fn timeline(&self, range: Span) -> Timeline {
        if self.changes.is_sorted_by_key(|(at, _)| *at) {
            return Timeline::from_ordered(range, &self.changes, self.known_until);
        }
        Timeline::from_changes(range, self.changes.iter().copied(), self.known_until)
    }

    /// The addends of OEE alone, in a part of the range.
    #[must_use]
    pub fn oee(&self, calendar: &ShiftCalendar, range: Span, standard: Standard) -> OeeSums {
        let range = range.intersect(self.range);
        if range.is_empty() {
            return OeeSums::default();
        }
        let (timeline, shifts, stops) = (self.timeline(range), calendar.windows(range), self.spans(range));
        let counts = self.counts_in(range);
        oee(&MachineTime { timeline: &timeline, shifts: &shifts, stops: &stops, counts }, standard)
    }

    /// The addends of all figures in a part of the range.
    #[must_use]
    pub fn figures(&self, calendar: &ShiftCalendar, range: Span, standard: Standard) -> Figures {
        let range = range.intersect(self.range);
        if range.is_empty() {
            return Figures::default();
        }
        let (timeline, shifts, stops) = (self.timeline(range), calendar.windows(range), self.spans(range));
        let counts = self.counts_in(range);
        let m = MachineTime { timeline: &timeline, shifts: &shifts, stops: &stops, counts };
        let mut f = Figures { oee: oee(&m, standard), ..Figures::default() };
        for b in self.counts_in(range) {
            f.produced += b.total;
            f.rejected += b.rejected.min(b.total);
        }
        f.running = timeline.spans(|a| a == Activity::Running).total();
        f.utilisation = used(&timeline, &shifts);
        self.count_failures(&mut f, range);
        (f.stopped, f.stopped_unplanned) = self.stopped(range);
        if let Some(per_hour) = self.capacity_micro {
            let available = f.utilisation.available();
            f.capacity_micro = i128::from(per_hour) * i128::from(available) / i128::from(HOUR);
            f.produced_rated = f.produced;
        }
        f
    }

    fn spans(&self, range: Span) -> Vec<Span> {
        self.stops.iter().map(|stop| self.span(stop, range)).collect()
    }

    fn span(&self, stop: &StopTime, range: Span) -> Span {
        Span::new(stop.started_at, stop.ended_at.unwrap_or(range.to.min(self.now)))
    }

    /// Buckets that start in a part of the range.
    fn counts_in(&self, range: Span) -> &[Bucket] {
        let place = |t: Timestamp| self.counts.partition_point(|b| b.at < t);
        self.counts.get(place(range.from)..place(range.to)).unwrap_or_default()
    }

    fn count_failures(&self, f: &mut Figures, range: Span) {
        for stop in self.stops.iter().filter(|stop| stop.is_failure && range.contains(stop.started_at)) {
            f.failures += 1;
            if let Some(ended_at) = stop.ended_at {
                f.repairs += 1;
                f.repair_time = f.repair_time.saturating_add(ended_at.since(stop.started_at).max(0));
            }
        }
    }

    /// Time in stops and of it the unplanned part: the reason recorded last says what a moment was.
    fn stopped(&self, range: Span) -> (i64, i64) {
        let mut order: Vec<&StopTime> = self.stops.iter().collect();
        order.sort_by_key(|stop| std::cmp::Reverse((stop.recorded, stop.started_at)));
        let (mut taken, mut unplanned) = (Spans::default(), 0);
        for stop in order {
            let whole = self.span(stop, range).intersect(range);
            let own = Spans::of([whole]).subtract(&taken);
            if !stop.is_planned {
                unplanned += own.total();
            }
            taken = taken.union(&own);
        }
        (taken.total(), unplanned)
    }
}

/// What utilisation is made of. Time in which nothing was seen is neither available nor used, as in OEE: else a
/// lost connection would read as a machine that nobody uses.
fn used(timeline: &Timeline, shifts: &[ShiftWindow]) -> Utilisation {
    let range = timeline.range();
    let seen = timeline.spans(|a| a != Activity::NoData);
    let shift = shifts.iter().map(|w| w.span.intersect(range)).collect::<Spans>().intersect(&seen);
    let breaks = shifts.iter().flat_map(|w| w.breaks.as_slice()).copied().collect::<Spans>().intersect(&shift);
    let work = shift.subtract(&breaks);
    Utilisation {
        shift: shift.total(),
        planned_maintenance: 0,
        breaks: breaks.total() + unplaced_in(shifts, &work).min(work.total()),
        running: timeline.spans(|a| a == Activity::Running).intersect(&work).total(),
    }
}

impl Figures {
    #[must_use]
    pub fn first_pass_yield(&self) -> Option<Percent> {
        first_pass_yield(self.produced, self.rejected)
    }

    #[must_use]
    pub fn utilisation(&self) -> Option<Percent> {
        utilisation(self.utilisation)
    }

    /// Mean time between failures in microseconds (KPI-11, Q-142).
    #[must_use]
    pub fn mtbf(&self) -> Option<i64> {
        mean(self.running, self.failures)
    }

    /// Mean time to repair in microseconds (KPI-12).
    #[must_use]
    pub fn mttr(&self) -> Option<i64> {
        mean(self.repair_time, self.repairs)
    }

    /// Share of the stopped time that nobody planned (DOWN-10, Q-067).
    #[must_use]
    pub fn unplanned_share(&self) -> Option<Percent> {
        Percent::of(i128::from(self.stopped_unplanned), i128::from(self.stopped))
    }

    /// Units made of those that the rated capacity allows (KPI-10).
    #[must_use]
    pub fn capacity_used(&self) -> Option<Percent> {
        Percent::of(i128::from(self.produced_rated) * i128::from(SECOND), self.capacity_micro)
    }
}

fn mean(sum: i64, count: u64) -> Option<i64> {
    sum.checked_div(i64::try_from(count).ok()?)
}

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
