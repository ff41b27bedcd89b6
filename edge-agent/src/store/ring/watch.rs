//! Whether the time of the box can be believed: a box without a battery starts in 1970, and a clock that is set jumps.
//! Pure; times come from outside.

use std::time::{Duration, Instant};

/// So long the clock goes on as time passes before it makes anything old.
pub(super) const BELIEVED_AFTER: Duration = Duration::from_secs(3_600);
/// A clock that is this far from where it should be since the last look was set.
const SET_US: u128 = 60_000_000;

pub(super) struct Watch {
    /// Since when the clock was not set.
    since: Instant,
    seen: (Instant, i64),
}

impl Watch {
    pub(super) const fn new(passed: Instant, clock_us: i64) -> Self {
        Self { since: passed, seen: (passed, clock_us) }
    }

    /// Looks at the clock; true when it may be believed.
    pub(super) fn look(&mut self, passed: Instant, clock_us: i64) -> bool {
        let should = i128::from(self.seen.1) + passed.saturating_duration_since(self.seen.0).as_micros().cast_signed();
        if should.abs_diff(i128::from(clock_us)) > SET_US {
            self.since = passed;
        }
        self.seen = (passed, clock_us);
        passed.saturating_duration_since(self.since) >= BELIEVED_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_09_a_clock_is_believed_after_an_hour_in_which_nobody_set_it() {
        let start = Instant::now();
        let mut watch = Watch::new(start, 0);
        let mut look =
            |minute: u64, clock_s: i64| watch.look(start + Duration::from_secs(minute * 60), clock_s * 1_000_000);
        assert!(!look(0, 0));
        // It is slewed by half a second a minute.
        assert!((1..60).all(|minute| !look(minute, minute.cast_signed() * 60 - minute.cast_signed() / 2)));
        assert!(look(60, 3_570));
        // Set ahead, and an hour later set back.
        assert!(!look(61, 1_795_339_200));
        assert!(!look(120, 1_795_339_200 + 59 * 60));
        assert!(look(121, 1_795_339_200 + 60 * 60));
        assert!(!look(122, 1_795_339_200 - 86_400));
    }
}
