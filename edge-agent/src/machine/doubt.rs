//! Activities that must last to count. One that a rule wants for `for_ms` is doubted until then; when it holds, it
//! counts from its first moment, so that debouncing loses no second. One that shall stay for `keep_ms` claims that
//! time from the next. Pure.

use unison_core::activity::Activity;

use crate::config::Outcome;

/// What a machine may turn out to be doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pending {
    activity: Activity,
    /// From when on, if it is believed.
    from: i64,
    /// When it is believed.
    due: i64,
    keep: i64,
}

/// An activity that counts from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Believed {
    pub(super) activity: Activity,
    pub(super) from: i64,
}

/// The doubts about one machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt {
    pending: Option<Pending>,
    kept_until: i64,
}

impl Doubt {
    pub(super) const NONE: Self = Self { pending: None, kept_until: i64::MIN };

    /// The signals say this since `at`, while `present` counts.
    pub(super) fn hear(&mut self, outcome: Outcome, at: i64, present: Activity) -> Option<Believed> {
        let Outcome { activity, .. } = outcome;
        if activity == present {
            self.pending = None;
            return None;
        }
        if self.pending.is_some_and(|p| p.activity == activity) {
            return None;
        }
        let (wait, keep) = (i64::from(outcome.for_ms) * 1_000, i64::from(outcome.keep_ms) * 1_000);
        // What follows time in which nothing was seen needs no proof: there is nothing that it could be a part of.
        if present == Activity::NoData || activity == Activity::NoData {
            return Some(self.believe(Pending { activity, from: at, due: at, keep }));
        }
        let due = at.saturating_add(wait).max(self.kept_until);
        let pending = Pending { activity, from: at.max(self.kept_until), due, keep };
        if due <= at {
            return Some(self.believe(pending));
        }
        self.pending = Some(pending);
        None
    }

    /// The signals did not change until `seen`.
    pub(super) fn settle(&mut self, seen: i64) -> Option<Believed> {
        let pending = self.pending.filter(|p| p.due <= seen)?;
        Some(self.believe(pending))
    }

    /// Nothing is seen any more, so nothing can be proved.
    pub(super) const fn forget(&mut self) {
        *self = Self::NONE;
    }

    /// The clock was set back: nothing is owed to a time that may not come for long.
    pub(super) fn set_back(&mut self, now: i64) {
        self.kept_until = self.kept_until.min(now);
        if let Some(p) = &mut self.pending {
            let late = p.from.saturating_sub(now).max(0);
            (p.from, p.due) = (p.from - late, p.due - late);
        }
    }

    /// Up to here the present activity is certain.
    pub(super) fn certain_until(&self) -> i64 {
        self.pending.map_or(i64::MAX, |p| p.from)
    }

    fn believe(&mut self, p: Pending) -> Believed {
        self.pending = None;
        self.kept_until = p.from.saturating_add(p.keep);
        Believed { activity: p.activity, from: p.from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unison_core::activity::Activity::{Down, Idle, NoData, Running, Setup};

    const fn outcome(activity: Activity, for_ms: u32, keep_ms: u32) -> Outcome {
        Outcome { activity, for_ms, keep_ms }
    }

    /// Hears each at its millisecond and settles at the last; what was believed, from when.
    #[track_caller]
    fn check(heard: &[(i64, Outcome)], end: i64, expect: &[(i64, Activity)]) {
        let (mut doubt, mut present, mut believed) = (Doubt::NONE, NoData, Vec::new());
        let mut take = |b: Option<Believed>, present: &mut Activity| {
            if let Some(b) = b {
                *present = b.activity;
                believed.push((b.from / 1_000, b.activity));
            }
        };
        for (at, outcome) in heard {
            take(doubt.settle(at * 1_000), &mut present);
            take(doubt.hear(*outcome, at * 1_000, present), &mut present);
        }
        take(doubt.settle(end * 1_000), &mut present);
        assert_eq!(believed, expect);
    }

    #[test]
    fn edge_06_what_lasts_counts_from_its_first_moment_and_what_does_not_is_no_change() {
        let (running, idle) = (outcome(Running, 0, 0), outcome(Idle, 500, 0));
        check(&[(0, running), (1_000, idle)], 1_600, &[(0, Running), (1_000, Idle)]);
        check(&[(0, running), (1_000, idle), (1_400, running)], 9_000, &[(0, Running)]);
        check(
            &[(0, running), (1_000, idle), (1_500, running)],
            9_000,
            &[(0, Running), (1_000, Idle), (1_500, Running)],
        );
        // Two that take turns and never last.
        let down = outcome(Down, 500, 0);
        check(&[(0, running), (1_000, idle), (1_300, down), (1_600, idle), (1_900, running)], 9_000, &[(0, Running)]);
    }

    #[test]
    fn edge_06_what_is_kept_claims_its_time_from_the_next() {
        let (running, setup, idle) = (outcome(Running, 0, 0), outcome(Setup, 0, 2_000), outcome(Idle, 0, 0));
        let heard = [(0, running), (1_000, setup), (1_100, idle)];
        check(&heard, 9_000, &[(0, Running), (1_000, Setup), (3_000, Idle)]);
        check(&[(0, setup), (100, idle), (200, setup)], 9_000, &[(0, Setup)]);
        check(&[(0, setup), (2_000, idle)], 9_000, &[(0, Setup), (2_000, Idle)]);
    }

    #[test]
    fn edge_14_after_no_data_the_first_signal_counts_at_once() {
        check(&[(0, outcome(Running, 5_000, 0))], 1, &[(0, Running)]);
    }
}
