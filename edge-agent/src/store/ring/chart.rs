//! From points to what a chart draws: at most so many buckets, each with its first, lowest, highest and last value, so
//! that no spike is lost however far away one looks; and the gaps, in which nothing was seen. Pure.

use super::codec::Point;
use super::recorder::as_number;
use crate::driver::Value;

/// What happened in one part of the time asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// The times of its first and last value, milliseconds since 1970 UTC.
    pub at: i64,
    pub until: i64,
    /// `None` where the values are texts.
    pub numbers: Option<Numbers>,
    /// The last value, where it is a text.
    pub text: Option<String>,
    /// There was a moment in it in which nothing was seen.
    pub has_gap: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    pub first: f64,
    pub min: f64,
    pub max: f64,
    pub last: f64,
}

/// A time, from the first moment to before the last.
pub type Stretch = (i64, i64);

#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    pub buckets: Vec<Bucket>,
    /// Those that are at least as long as a bucket; a shorter one is noted in its bucket.
    pub gaps: Vec<Stretch>,
}

/// Gathers the points of one tag, run by run.
pub(super) struct Chart {
    from: i64,
    until: i64,
    /// How long a bucket is; at least a millisecond.
    width: i64,
    buckets: Vec<Option<Bucket>>,
    /// When the tag was seen.
    seen: Vec<Stretch>,
    held: Option<(i64, Value)>,
}

impl Chart {
    /// `points`: how many buckets at most; at least one.
    pub(super) fn new((from, until): Stretch, points: usize) -> Self {
        let points = points.max(1);
        let time = until.saturating_sub(from).max(1);
        // Rounded up, so that there are never more.
        let width = time.div_euclid(points as i64) + i64::from(time % points as i64 != 0);
        let count = usize::try_from(time.div_euclid(width) + 1).unwrap_or(points).min(points);
        Self { from, until, width, buckets: vec![None; count], seen: Vec::new(), held: None }
    }

    /// The next points of a run, in order of time; those before the time asked for say what was when it began.
    pub(super) fn add(&mut self, points: impl IntoIterator<Item = Point>) {
        let end = self.until;
        for point in points.into_iter().take_while(|point| point.at < end) {
            self.ends(point.at);
            self.held = point.value.map(|value| (point.at, value));
            if let Some(value) = point.value.filter(|_| point.at >= self.from) {
                self.put(point.at, &value);
            }
        }
    }

    /// The run ends here, and another one may begin.
    pub(super) fn end(&mut self, until: i64) {
        self.ends(until);
        self.held = None;
    }

    /// What was held, was so up to here.
    fn ends(&mut self, at: i64) {
        let Some((since, value)) = self.held else { return };
        if since < self.from && at > self.from {
            self.put(self.from, &value);
        }
        let (from, until) = (since.max(self.from), at.min(self.until));
        match self.seen.last_mut() {
            _ if from >= until => {}
            Some((_, to)) if *to == from => *to = until,
            _ => self.seen.push((from, until)),
        }
        self.held = Some((at.max(since), value));
    }

    fn place(&self, at: i64) -> usize {
        usize::try_from((at - self.from).div_euclid(self.width)).unwrap_or(0).min(self.buckets.len().saturating_sub(1))
    }

    fn put(&mut self, at: i64, value: &Value) {
        let place = self.place(at);
        let Some(slot) = self.buckets.get_mut(place) else { return };
        let number = as_number(value);
        let text = match value {
            Value::Text(text) => Some(text.to_string()),
            _ => None,
        };
        let numbers = number.map(|n| Numbers { first: n, min: n, max: n, last: n });
        let new = Bucket { at, until: at, numbers, text, has_gap: false };
        match slot {
            None => *slot = Some(new),
            Some(bucket) => bucket.add(new),
        }
    }

    /// `now`: what comes later cannot have been seen yet.
    pub(super) fn finish(mut self, now: i64) -> History {
        let until = self.until.min(now);
        self.seen.sort_unstable();
        let (mut gaps, mut seen_to) = (Vec::new(), self.from);
        for (from, to) in std::mem::take(&mut self.seen).into_iter().chain([(until, until)]) {
            if from > seen_to && seen_to < until {
                gaps.push((seen_to, from.min(until)));
            }
            seen_to = seen_to.max(to);
        }
        for (from, to) in &gaps {
            for place in [self.place(*from), self.place(to - 1)] {
                self.buckets.get_mut(place).into_iter().flatten().for_each(|bucket| bucket.has_gap = true);
            }
        }
        let width = self.width;
        gaps.retain(|(from, to)| to - from >= width);
        History { buckets: self.buckets.into_iter().flatten().collect(), gaps }
    }
}

impl Bucket {
    /// Of two runs at one time, because the clock went back, the times say which was first and last.
    fn add(&mut self, other: Self) {
        let is_first = other.at < self.at;
        let is_last = other.until >= self.until;
        self.numbers = match (self.numbers, other.numbers) {
            (Some(a), Some(b)) => Some(Numbers {
                first: if is_first { b.first } else { a.first },
                min: a.min.min(b.min),
                max: a.max.max(b.max),
                last: if is_last { b.last } else { a.last },
            }),
            (a, b) => a.or(b),
        };
        if is_last && other.text.is_some() {
            self.text = other.text;
        }
        self.at = self.at.min(other.at);
        self.until = self.until.max(other.until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(at: i64, value: f64) -> Point {
        Point { at, value: Some(Value::Float(value)) }
    }

    const fn unseen(at: i64) -> Point {
        Point { at, value: None }
    }

    fn history(runs: &[(&[Point], i64)], stretch: Stretch, points: usize) -> History {
        let mut chart = Chart::new(stretch, points);
        for (points, until) in runs {
            // In two pieces, as they come from two blocks.
            let (first, second) = points.split_at(points.len() / 2);
            chart.add(first.iter().copied());
            chart.add(second.iter().copied());
            chart.end(*until);
        }
        chart.finish(i64::MAX)
    }

    fn rows(history: &History) -> Vec<(i64, i64, f64, f64, f64, f64)> {
        let numbers = |b: &Bucket| b.numbers.unwrap();
        let row = |b: &Bucket| (b.at, b.until, numbers(b).first, numbers(b).min, numbers(b).max, numbers(b).last);
        history.buckets.iter().map(row).collect()
    }

    #[test]
    fn edge_12_what_was_before_still_holds_and_unseen_times_are_gaps() {
        let run = [point(0, 5.0), point(120, 7.0), unseen(150), point(180, 7.0)];
        let found = history(&[(&run, 190)], (100, 200), 4);
        let five = (100, 120, 5.0, 5.0, 7.0, 7.0);
        assert_eq!(rows(&found), [five, (180, 180, 7.0, 7.0, 7.0, 7.0)]);
        assert_eq!(found.gaps, [(150, 180)]);
        // The end of the run is a gap shorter than a bucket.
        assert_eq!(found.buckets.iter().map(|b| b.has_gap).collect::<Vec<_>>(), [false, true]);
        // What ended before is not held.
        assert_eq!(history(&[(&run, 190)], (195, 200), 4), History { buckets: vec![], gaps: vec![(195, 200)] });
        // What is to come is no gap.
        let mut chart = Chart::new((100, 200), 20);
        chart.add(run);
        chart.end(190);
        assert_eq!(chart.finish(160).gaps, [(150, 160)]);
    }

    #[test]
    fn edge_12_after_a_clock_that_went_back_both_times_count() {
        let (first, second) = ([point(0, 1.0), point(90, 9.0)], [point(20, 2.0), point(60, -4.0)]);
        let found = history(&[(&first, 100), (&second, 70)], (0, 100), 1);
        assert_eq!(rows(&found), [(0, 90, 1.0, -4.0, 9.0, 9.0)]);
        assert!(found.gaps.is_empty());
    }

    #[test]
    fn edge_12_texts_have_a_last_one() {
        let text =
            |at, text: &str| Point { at, value: Some(Value::Text(crate::driver::Text::new(text.as_bytes()).unwrap())) };
        let found = history(&[(&[text(0, "A"), text(5, "B")], 10)], (0, 10), 1);
        assert_eq!(found.buckets.first().and_then(|b| b.text.as_deref()), Some("B"));
        assert_eq!(found.buckets.first().and_then(|b| b.numbers), None);
    }

    proptest! {
        #[test]
        fn edge_12_however_few_buckets_no_spike_is_lost(
            steps in prop::collection::vec((0i64..500, prop::option::weighted(0.8, -1e6f64..1e6)), 1..200),
            from in 0i64..20_000, length in 1i64..40_000, buckets in 1usize..300,
        ) {
            let mut at = 0;
            let run: Vec<Point> = steps.into_iter().map(|(step, value)| {
                at += step;
                Point { at, value: value.map(Value::Float) }
            }).collect();
            let (stretch, end) = ((from, from + length), at + 1);
            let found = history(&[(&run, end)], stretch, buckets);
            prop_assert!(found.buckets.len() <= buckets);
            prop_assert!(found.gaps.len() <= buckets + 1);
            let inside: Vec<f64> = run.iter()
                .filter(|p| p.at >= from && p.at < from + length)
                .filter_map(|p| p.value.map(Value::as_f64)).collect();
            let numbers = || found.buckets.iter().filter_map(|b| b.numbers);
            let (low, high) = (f64::min as fn(f64, f64) -> f64, f64::max as fn(f64, f64) -> f64);
            for (pick, of_buckets) in [(low, numbers().map(|n| n.min).collect::<Vec<_>>()),
                                       (high, numbers().map(|n| n.max).collect())] {
                let held = found.buckets.first().filter(|b| b.at == from).and_then(|b| b.numbers).map(|n| n.first);
                let all = inside.iter().copied().chain(held).reduce(pick);
                prop_assert_eq!(of_buckets.into_iter().reduce(pick), all);
            }
            prop_assert!(found.buckets.windows(2).all(|w| w[0].until <= w[1].at));
            prop_assert!(found.gaps.windows(2).all(|w| w[0].1 <= w[1].0));
            prop_assert!(found.gaps.iter().all(|(a, b)| from <= *a && a < b && *b <= from + length));
            // A moment is either seen or in a gap: looked at closely, to the millisecond.
            if length <= 2_000 {
                let close = history(&[(&run, end)], stretch, 2_000);
                for moment in from..from + length {
                    let is_seen = moment < end
                        && run.iter().rfind(|p| p.at <= moment).is_some_and(|p| p.value.is_some());
                    let is_gap = close.gaps.iter().any(|(a, b)| (*a..*b).contains(&moment));
                    prop_assert_eq!(is_seen, !is_gap, "{}", moment);
                }
            }
        }
    }
}
