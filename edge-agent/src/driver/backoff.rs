//! Growing pauses between attempts. Pure but for [`Backoff::pause`], which draws the jitter.

use std::time::Duration;

/// Doubles from `first` to `most`; starts again after [`Backoff::reset`].
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) const fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, next: first }
    }

    pub(crate) const fn reset(&mut self) {
        self.next = self.first;
    }

    /// The next pause, shortened by up to a quarter so that devices behind one switch that failed
    /// together are not called together again.
    pub(crate) fn pause(&mut self) -> Duration {
        // Without randomness (it has never happened) the pause is just not spread.
        self.pause_with(getrandom::u32().unwrap_or(0))
    }

    fn pause_with(&mut self, random: u32) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.most);
        let share = f64::from(random) / f64::from(u32::MAX) * 0.25;
        pause - pause.mul_f64(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_12_pauses_grow_to_a_limit_and_start_again() {
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
        let pauses: Vec<_> = (0..9).map(|_| backoff.pause_with(0).as_millis()).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        backoff.reset();
        assert_eq!(backoff.pause_with(u32::MAX).as_millis(), 375);
    }
}
