//! Units that do not answer. Each backs off alone; what asking after the silent ones may cost the others is
//! bounded. Pure: times come from outside.

use std::time::Duration;

use tokio::time::Instant;

use crate::driver::backoff::Backoff;

pub(super) const PAUSE_FIRST: Duration = Duration::from_millis(500);
pub(super) const PAUSE_MOST: Duration = Duration::from_secs(30);
/// The shortest wait for a unit that was silent.
const PROBE_LEAST: Duration = Duration::from_millis(50);
/// A unit that was silent is given this many times the time that it took when it was well.
const PROBE_SLACK: u32 = 3;
/// After a probe that took a while, none follows for this many times as long: 2 % of the line's time.
pub(super) const PROBE_SHARE: u32 = 50;

/// One device behind the connection.
pub(super) struct Unit {
    pub(super) id: u8,
    backoff: Backoff,
    silence: Option<Silence>,
    /// How long it takes to answer; falls slowly when it gets faster.
    slowest: Option<Duration>,
    heard: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Silence {
    /// It failed again after the first time.
    is_sure: bool,
    probe_at: Instant,
    limit: Duration,
    /// The request that is asked next, to see whether it is back.
    request: usize,
    is_asked: bool,
}

/// What something may cost those that answer: a share of the line's time.
pub(super) struct Budget {
    next: Instant,
    share: u32,
}

impl Budget {
    /// After something that took a while, nothing follows for `share` times as long.
    pub(super) const fn new(now: Instant, share: u32) -> Self {
        Self { next: now, share }
    }

    pub(super) fn spend(&mut self, now: Instant, took: Duration) {
        self.next = self.next.max(now + took * self.share);
    }

    pub(super) const fn next(&self) -> Instant {
        self.next
    }
}

impl Unit {
    pub(super) const fn new(id: u8) -> Self {
        Self { id, backoff: Backoff::new(PAUSE_FIRST, PAUSE_MOST), silence: None, slowest: None, heard: None }
    }

    pub(super) const fn is_silent(&self) -> bool {
        self.silence.is_some()
    }

    /// One answer can get lost; a unit is given up when the next one does not come either.
    pub(super) fn is_given_up(&self) -> bool {
        self.silence.is_some_and(|silence| silence.is_sure)
    }

    /// When it last answered.
    pub(super) const fn heard(&self) -> Option<Instant> {
        self.heard
    }

    /// How long it may take when it is well.
    pub(super) fn slowest(&self, timeout: Duration) -> Duration {
        self.slowest.unwrap_or(timeout / 4)
    }

    /// It answered; true when it had been silent. `took` without the time that the line needs.
    pub(super) fn answered(&mut self, now: Instant, took: Duration) -> bool {
        self.heard = Some(now);
        let before = self.slowest.unwrap_or_default();
        self.slowest = Some(took.max(before - before / 16));
        self.backoff.reset();
        self.silence.take().is_some()
    }

    /// An answer came too late to be of use: it is alive, but needs its time.
    pub(super) fn answered_late(&mut self, now: Instant, timeout: Duration) {
        if let Some(silence) = &mut self.silence {
            silence.limit = timeout;
            silence.probe_at = silence.probe_at.min(now);
        }
    }

    /// It did not answer this request. `rest` is how long its answer may still be on the way.
    pub(super) fn failed(&mut self, now: Instant, timeout: Duration, rest: Duration, request: usize) {
        let limit = match self.silence {
            Some(silence) => silence.limit * 2,
            None => self.slowest.map_or(timeout / 4, |slowest| slowest * PROBE_SLACK).max(PROBE_LEAST),
        };
        // Once more as soon as may be, then later and later.
        let is_sure = self.silence.is_some();
        let pause = if is_sure { self.backoff.pause() } else { Duration::ZERO };
        let probe_at = now + pause.max(rest);
        self.silence = Some(Silence { is_sure, probe_at, limit: limit.min(timeout), request, is_asked: false });
    }

    /// The gateway says that it is gone; there is nothing to wait for.
    pub(super) fn is_gone(&mut self, now: Instant, timeout: Duration, request: usize) {
        self.failed(now, timeout, Duration::ZERO, request);
        if !self.is_given_up() {
            self.failed(now, timeout, Duration::ZERO, request);
        }
    }

    /// What was asked got lost with the connection.
    pub(super) fn ask_again(&mut self) {
        if let Some(silence) = &mut self.silence {
            silence.is_asked = false;
        }
    }

    /// The plan was made anew: requests have other places in it.
    pub(super) fn ask_for(&mut self, request: usize) {
        self.ask_again();
        if let Some(silence) = &mut self.silence {
            silence.request = request;
        }
    }

    /// When it may be asked again. `budget` is given while others answer. It does not hold back the first
    /// repeat: that is short, there is one for each outage, and until it is over the tags are taken for good.
    pub(super) fn probe_at(&self, budget: Option<&Budget>) -> Option<Instant> {
        let silence = self.silence.filter(|silence| !silence.is_asked)?;
        let budget = budget.filter(|_| silence.is_sure);
        Some(budget.map_or(silence.probe_at, |budget| budget.next.max(silence.probe_at)))
    }

    fn probe(&mut self) -> Option<Probe> {
        let silence = self.silence.as_mut()?;
        silence.is_asked = true;
        Some(Probe { request: silence.request, limit: silence.limit, is_repeat: !silence.is_sure })
    }
}

/// What to ask a silent unit, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Probe {
    pub(super) request: usize,
    pub(super) limit: Duration,
    /// It is the request that failed, once more, and not a look whether a lost unit is back.
    pub(super) is_repeat: bool,
}

/// The silent unit to ask now: of those whose time has come the one that waits longest, so that none is
/// forgotten for those before it in the list.
pub(super) fn probe(units: &mut [Unit], now: Instant, budget: Option<&Budget>) -> Option<Probe> {
    let due = units.iter_mut().filter(|unit| unit.probe_at(budget).is_some_and(|at| at <= now));
    due.min_by_key(|unit| unit.silence.map(|silence| (silence.is_sure, silence.probe_at)))?.probe()
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(1);

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn edge_12_one_lost_answer_is_asked_for_again_at_once_and_briefly() {
        let now = Instant::now();
        let (mut unit, budget) = (Unit::new(3), Budget::new(now, PROBE_SHARE));
        assert!(!unit.answered(now, ms(30)));
        unit.failed(now, TIMEOUT, Duration::ZERO, 7);
        assert!(unit.is_silent() && !unit.is_given_up());
        let repeat = Probe { request: 7, limit: ms(90), is_repeat: true };
        assert_eq!(probe(slice::from_mut(&mut unit), now, Some(&budget)), Some(repeat));
        // It is asked once, not twice.
        assert_eq!(probe(slice::from_mut(&mut unit), now, Some(&budget)), None);
        assert!(unit.answered(now, ms(20)));
        assert!(!unit.is_silent());
    }

    #[test]
    fn edge_12_a_silent_unit_is_given_more_time_at_each_try_up_to_the_time_out() {
        let now = Instant::now();
        let mut unit = Unit::new(3);
        let mut limits = Vec::new();
        let mut at = now;
        for _ in 0..6 {
            unit.failed(at, TIMEOUT, Duration::ZERO, 0);
            at += ms(40_000);
            limits.push(probe(slice::from_mut(&mut unit), at, None).unwrap().limit.as_millis());
        }
        assert!(unit.is_given_up());
        assert_eq!(limits, [250, 500, 1_000, 1_000, 1_000, 1_000]);
        // Proof of life, too late to be of use.
        unit.failed(at, ms(4_000), Duration::ZERO, 0);
        unit.answered_late(at, ms(4_000));
        assert_eq!(probe(slice::from_mut(&mut unit), at, None).unwrap().limit, ms(4_000));
    }

    #[test]
    fn edge_12_probes_of_all_silent_units_together_cost_two_percent() {
        let start = Instant::now();
        let mut budget = Budget::new(start, PROBE_SHARE);
        let mut units: Vec<Unit> = (0..9).map(Unit::new).collect();
        units.iter_mut().enumerate().for_each(|(i, unit)| unit.failed(start, TIMEOUT, Duration::ZERO, i));
        let (mut now, mut spent, mut asked) = (start, Duration::ZERO, [0; 9]);
        while now < start + ms(3_600_000) {
            if let Some(Probe { request, limit, is_repeat }) = probe(&mut units, now, Some(&budget)) {
                now += limit;
                spent += limit;
                asked[request] += 1;
                if !is_repeat {
                    budget.spend(now, limit);
                }
                units[request].failed(now, TIMEOUT, Duration::ZERO, request);
            }
            now += ms(10);
        }
        let share = spent.as_secs_f64() / 3_600.0;
        assert!(share <= 0.0205, "{share}");
        // And none is forgotten for another one: each a look in seven or eight minutes.
        assert!(asked.iter().all(|n| *n >= 7), "{asked:?}");
        assert!(share >= 0.01, "{share}");
    }

    #[test]
    fn edge_14_the_first_repeat_does_not_wait_for_looks_at_the_lost() {
        let now = Instant::now();
        let (mut units, mut budget) = ([Unit::new(1), Unit::new(2)], Budget::new(now, PROBE_SHARE));
        for _ in 0..2 {
            units[0].failed(now, TIMEOUT, Duration::ZERO, 0);
        }
        // A look at the one that is lost has used up the minute.
        budget.spend(now, TIMEOUT);
        units[1].answered(now, ms(20));
        units[1].failed(now, TIMEOUT, Duration::ZERO, 1);
        assert_eq!(units[1].probe_at(Some(&budget)), Some(now));
        let repeat = Probe { request: 1, limit: ms(60), is_repeat: true };
        assert_eq!(probe(&mut units, now, Some(&budget)), Some(repeat));
        // From then on it waits like the other one.
        units[1].failed(now, TIMEOUT, Duration::ZERO, 1);
        assert_eq!(units[1].probe_at(Some(&budget)), Some(now + TIMEOUT * PROBE_SHARE));
    }
}
