//! The search for addresses that a unit does not have. A refused request is cut in parts until the bad address is
//! alone; that one is tried again later, because programs of PLCs change. What all this may cost the others is
//! bounded. Pure: times come from outside.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::unit::Budget;

/// An address that the unit refused is asked for again after this.
const RETRY: Duration = Duration::from_secs(60);
/// After a request of the search, none follows for this many times as long: 9 % of the line's time.
const SHARE: u32 = 10;

/// Requests that wait for their turn in the search, by their place in the plan.
pub(super) struct Search {
    budget: Budget,
    /// Parts of refused requests with the time since when they wait. The longest parts come first, so that most
    /// tags are found again soonest.
    parts: VecDeque<(Instant, usize)>,
    /// Addresses alone, with the time from which on they may be tried again. In that order.
    bad: VecDeque<(Instant, usize)>,
}

impl Search {
    pub(super) const fn new(now: Instant) -> Self {
        Self { budget: Budget::new(now, SHARE), parts: VecDeque::new(), bad: VecDeque::new() }
    }

    /// The plan was made anew. What was spent is not forgotten.
    pub(super) fn clear(&mut self) {
        self.parts.clear();
        self.bad.clear();
    }

    /// Part of a request that was refused.
    pub(super) fn add_part(&mut self, now: Instant, index: usize) {
        if !self.parts.iter().any(|(_, part)| *part == index) {
            self.parts.push_back((now, index));
        }
    }

    /// An address that is not there.
    pub(super) fn add_bad(&mut self, now: Instant, index: usize) {
        self.bad.retain(|(_, bad)| *bad != index);
        self.bad.push_back((now + RETRY, index));
    }

    /// It got lost on the way: the next one to ask.
    pub(super) fn again(&mut self, now: Instant, index: usize) {
        self.parts.retain(|(_, part)| *part != index);
        self.parts.push_front((now, index));
    }

    /// What may be asked before everything else; `may_ask` says for which requests there is somebody to answer.
    pub(super) fn next(&mut self, now: Instant, may_ask: impl Fn(usize) -> bool) -> Option<usize> {
        if now < self.budget.next() {
            return None;
        }
        self.next_idle(&may_ask).or_else(|| {
            let place = self.bad.iter().position(|(at, index)| *at <= now && may_ask(*index))?;
            self.bad.remove(place).map(|(_, index)| index)
        })
    }

    /// What may be asked while the line has nothing else to do. Known bad addresses have time.
    pub(super) fn next_idle(&mut self, may_ask: impl Fn(usize) -> bool) -> Option<usize> {
        let place = self.parts.iter().position(|(_, index)| may_ask(*index))?;
        self.parts.remove(place).map(|(_, index)| index)
    }

    pub(super) fn spend(&mut self, now: Instant, took: Duration) {
        self.budget.spend(now, took);
    }

    /// Parts that wait since before this.
    pub(super) fn waiting(&self, since: Instant) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().filter(move |(at, _)| *at <= since).map(|(_, index)| *index)
    }

    /// When there may be something to ask.
    pub(super) fn due(&self, may_ask: impl Fn(usize) -> bool) -> Option<Instant> {
        let parts = self.parts.iter().filter(|(_, index)| may_ask(*index));
        let bad = self.bad.iter().filter(|(_, index)| may_ask(*index));
        parts.chain(bad).map(|(at, _)| *at).min().map(|at| at.max(self.budget.next()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn edge_12_two_hundred_bad_addresses_take_a_tenth_of_the_line_and_none_is_forgotten() {
        let start = Instant::now();
        let mut search = Search::new(start);
        (0..200).for_each(|index| search.add_bad(start, index));
        let (mut now, mut spent, mut asked) = (start, Duration::ZERO, [0; 200]);
        while now < start + ms(600_000) {
            if let Some(index) = search.next(now, |_| true) {
                (now, spent, asked[index]) = (now + ms(40), spent + ms(40), asked[index] + 1);
                search.spend(now, ms(40));
                search.add_bad(now, index);
            }
            now += ms(1);
        }
        let share = spent.as_secs_f64() / 600.0;
        assert!((0.05..=0.1).contains(&share), "{share}");
        assert!(asked.iter().all(|n| (4..=9).contains(n)), "{asked:?}");
    }

    #[test]
    fn edge_12_parts_use_an_idle_line_and_known_bad_addresses_do_not() {
        let start = Instant::now();
        let mut search = Search::new(start);
        search.add_bad(start, 9);
        (1..4).for_each(|part| search.add_part(start, part));
        search.add_part(start, 2);
        assert_eq!(search.next(start, |_| true), Some(1));
        search.spend(start + ms(40), ms(40));
        assert_eq!(search.next(start + ms(40), |_| true), None);
        assert_eq!(search.next_idle(|index| index != 2), Some(3));
        assert_eq!(search.due(|_| true), Some(start + ms(440)));
        assert_eq!(search.waiting(start).collect::<Vec<_>>(), [2]);
        assert_eq!(search.next_idle(|_| true), Some(2));
        let later = start + RETRY;
        assert_eq!((search.next_idle(|_| true), search.next(later - ms(1), |_| true)), (None, None));
        assert_eq!(search.due(|_| true), Some(later));
        assert_eq!((search.due(|_| false), search.next(later, |_| false)), (None, None));
        assert_eq!(search.next(later, |_| true), Some(9));
    }
}
