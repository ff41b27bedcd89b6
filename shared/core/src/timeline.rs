//! Machine time: a list of intervals without gap or overlap. What nobody observed is `no_data`, an
//! interval of its own, so the activities of a range always sum to its calendar time exactly.

use crate::activity::Activity;
use crate::span::{Span, Spans};
use crate::time::Timestamp;

/// One stretch of a machine's time with one activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    pub span: Span,
    pub activity: Activity,
}

/// The gapless timeline of one machine over one range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    range: Span,
    intervals: Vec<Interval>,
}

impl Timeline {
    /// Makes the timeline of `range` from the times at which the activity changed.
    ///
    /// `changes` may come in any order and reach beyond the range; of two at one instant the later in
    /// the list counts. Time before the first change and from `known_until` on is `no_data`: a machine
    /// is never assumed to go on doing what it last did.
    #[must_use]
    pub fn from_changes(
        range: Span,
        changes: impl IntoIterator<Item = (Timestamp, Activity)>,
        known_until: Timestamp,
    ) -> Self {
        let mut changes: Vec<(Timestamp, Activity)> = changes.into_iter().collect();
        changes.sort_by_key(|(at, _)| *at);
        Self::from_ordered(range, &changes, known_until)
    }

    /// As [`Timeline::from_changes`], of changes that are in order.
    #[must_use]
    pub fn from_ordered(range: Span, changes: &[(Timestamp, Activity)], known_until: Timestamp) -> Self {
        let end = range.to.min(known_until);
        let changes = changes.get(..changes.partition_point(|(at, _)| *at < end)).unwrap_or_default();
        let mut line = Self { range, intervals: Vec::with_capacity(changes.len() + 2) };
        let mut current = Activity::NoData;
        let mut from = range.from;
        for &(at, activity) in changes {
            line.push(Span::new(from, at), current);
            from = from.max(at);
            current = activity;
        }
        let known_end = range.to.min(known_until).max(from);
        line.push(Span::new(from, known_end), current);
        line.push(Span::new(known_end, range.to), Activity::NoData);
        line
    }

    fn push(&mut self, span: Span, activity: Activity) {
        let span = span.intersect(self.range);
        if span.is_empty() {
            return;
        }
        match self.intervals.last_mut() {
            Some(last) if last.activity == activity => last.span.to = span.to,
            _ => self.intervals.push(Interval { span, activity }),
        }
    }

    #[must_use]
    pub const fn range(&self) -> Span {
        self.range
    }

    #[must_use]
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// The time spent in activities that `pick` accepts.
    #[must_use]
    pub fn spans(&self, pick: impl Fn(Activity) -> bool) -> Spans {
        Spans::ordered(self.intervals.iter().filter(|i| pick(i.activity)).map(|i| i.span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn t(s: i64) -> Timestamp {
        Timestamp(s)
    }

    #[test]
    fn edge_14_unseen_time_is_no_data() {
        let range = Span::new(t(0), t(100));
        let line = Timeline::from_changes(range, [(t(10), Activity::Running), (t(60), Activity::Idle)], t(80));
        let got: Vec<_> = line.intervals().iter().map(|i| (i.span.from.0, i.span.to.0, i.activity)).collect();
        assert_eq!(
            got,
            [
                (0, 10, Activity::NoData),
                (10, 60, Activity::Running),
                (60, 80, Activity::Idle),
                (80, 100, Activity::NoData)
            ]
        );
    }

    #[test]
    fn a_change_before_the_range_fills_its_start() {
        let line = Timeline::from_changes(Span::new(t(50), t(100)), [(t(10), Activity::Running)], t(1000));
        assert_eq!(line.intervals(), [Interval { span: Span::new(t(50), t(100)), activity: Activity::Running }]);
    }

    proptest! {
        /// MACH-04: no gap, no overlap, activities sum exactly to calendar time, in whatever order changes come.
        #[test]
        fn mach_04_sums_to_calendar_time(
            from in -50i64..50, len in 0i64..200, known in -50i64..300,
            changes in prop::collection::vec((-100i64..300, 0usize..7), 0..30),
        ) {
            let range = Span::new(t(from), t(from + len));
            let changes: Vec<_> = changes.into_iter().map(|(at, a)| (t(at), Activity::ALL[a])).collect();
            let line = Timeline::from_changes(range, changes, t(known));
            let mut at = range.from;
            for i in line.intervals() {
                prop_assert_eq!(i.span.from, at);
                prop_assert!(!i.span.is_empty());
                at = i.span.to;
            }
            prop_assert_eq!(at, range.to);
            let sum: i64 = Activity::ALL.iter().map(|a| line.spans(|b| b == *a).total()).sum();
            prop_assert_eq!(sum, len);
            let known_spans = line.spans(|a| a != Activity::NoData);
            prop_assert!(known_spans.as_slice().iter().all(|s| s.to <= t(known)));
        }
    }
}
