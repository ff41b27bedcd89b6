//! From readings to points, in memory: what changed, where nothing was seen, and where the clock or the agent broke
//! off. Pure; times come from outside.
//!
//! A *run* is a stretch in which the agent looked without a break under a clock that did not go back. Within a run
//! the points of a tag are in order of time. A value holds from its point to the next one, or to the end of the run.

use std::sync::Arc;

use super::codec::{POINTS_MAX, Point};
use crate::driver::{Quality, Reading, TagIndex, Value};

/// A clock that goes back by less is taken to stand still.
const BACK_MS: i64 = 1_000;
/// The agent looks twice a second; after this long without, it was not there.
const AWAY_MS: i64 = 30_000;
/// A value that was not confirmed for this long, or for three periods, was not seen.
const STALE_MS: i64 = 5_000;
/// Points that may wait for the disk; more are given up, and their time is a gap.
const WAITING_MAX: usize = 400_000;

/// A tag whose changes are kept.
#[derive(Clone, Debug)]
pub struct Kept {
    pub tag: TagIndex,
    pub name: Arc<str>,
    /// How often it is read or confirmed.
    pub period_ms: u32,
}

/// A stretch without a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) id: i64,
    pub(super) from: i64,
    pub(super) until: i64,
}

/// Points of all tags that go to the disk together.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) run: i64,
    pub(super) from: i64,
    pub(super) until: i64,
    /// It says what every tag is that is seen, so that nobody has to look further back.
    pub(super) is_key: bool,
    /// By the place of the tag among the kept ones.
    pub(super) chunks: Vec<(usize, Vec<Point>)>,
}

pub(super) struct Recorder {
    tags: Vec<Recorded>,
    /// For each tag of the configuration its place in `tags`.
    places: Vec<Option<usize>>,
    run: Option<Run>,
    /// Runs that ended and are not on the disk.
    ended: Vec<Run>,
    next_run: i64,
    /// Whether the open block began with what every tag is.
    is_key: bool,
    open: usize,
    /// Blocks that are not on the disk.
    waiting: Vec<Arc<Block>>,
    waiting_points: usize,
    /// The latest run of which there is a block on the disk.
    written_run: Option<i64>,
    lost: u64,
}

struct Recorded {
    kept: Kept,
    points: Vec<Point>,
    /// The last one in this run.
    last: Option<Point>,
}

impl Recorder {
    pub(super) fn new(kept: Vec<Kept>, next_run: i64) -> Self {
        let mut places = Vec::new();
        for (place, one) in kept.iter().enumerate() {
            if places.len() <= one.tag.index() {
                places.resize(one.tag.index() + 1, None);
            }
            places.get_mut(one.tag.index()).into_iter().for_each(|at| *at = Some(place));
        }
        let tags = kept.into_iter().map(|kept| Recorded { kept, points: Vec::new(), last: None }).collect();
        Self {
            tags,
            places,
            run: None,
            ended: Vec::new(),
            next_run,
            is_key: true,
            open: 0,
            waiting: Vec::new(),
            waiting_points: 0,
            written_run: None,
            lost: 0,
        }
    }

    /// Takes what changed, in the order in which it came, how many changes after these were lost, and how each kept tag
    /// is `now`.
    pub(super) fn take(&mut self, changes: &[Reading], lost: u64, present: &[Reading], now: i64) {
        match self.run {
            Some(run) if now < run.until - BACK_MS || now > run.until + AWAY_MS => self.begin(now),
            None => self.begin(now),
            Some(_) => {}
        }
        changes.iter().for_each(|reading| self.change(reading));
        if lost > 0 {
            self.lost += lost;
            // What was held may have been anything since the last change that is known.
            let known = changes.iter().map(|reading| reading.at.div_euclid(1_000)).max();
            if let (Some(run), Some(known)) = (&mut self.run, known) {
                run.until = run.until.min(known.max(run.from));
            }
            self.begin(now);
        }
        present.iter().for_each(|reading| self.settle(reading, now));
        if let Some(run) = &mut self.run {
            run.until = run.until.max(now);
        }
        if self.waiting_points + self.open > WAITING_MAX {
            self.forget(now);
        }
    }

    /// Ends the open block; `is_key`: the next one begins with what every tag is.
    pub(super) fn seal(&mut self, is_key: bool) {
        let chunks: Vec<(usize, Vec<Point>)> = self
            .tags
            .iter_mut()
            .enumerate()
            .filter(|(_, tag)| !tag.points.is_empty())
            .map(|(place, tag)| (place, std::mem::take(&mut tag.points)))
            .collect();
        let times = || chunks.iter().flat_map(|(_, points)| points.first().into_iter().chain(points.last()));
        if let (Some(run), Some(from), Some(until)) =
            (self.run, times().map(|p| p.at).min(), times().map(|p| p.at).max())
        {
            self.waiting_points += self.open;
            self.waiting.push(Arc::new(Block { run: run.id, from, until, is_key: self.is_key, chunks }));
            self.is_key = false;
        }
        self.open = 0;
        if let (true, Some(run)) = (is_key, self.run) {
            self.is_key = true;
            for tag in &mut self.tags {
                if let Some(last) = tag.last.filter(|last| last.value.is_some()) {
                    tag.points.push(Point { at: last.at.max(run.until), ..last });
                    tag.last = tag.points.last().copied();
                    self.open += 1;
                }
            }
        }
    }

    /// What is not on the disk: runs, and blocks in their order.
    pub(super) fn waiting(&self) -> (Vec<Run>, Vec<Arc<Block>>) {
        (self.ended.iter().copied().chain(self.run).collect(), self.waiting.clone())
    }

    /// These are on the disk now.
    pub(super) fn written(&mut self, blocks: &[Arc<Block>], runs: &[Run]) {
        self.written_run = blocks.iter().map(|block| block.run).max().max(self.written_run);
        self.waiting.retain(|waiting| !blocks.iter().any(|block| Arc::ptr_eq(block, waiting)));
        self.waiting_points = self.waiting.iter().map(|block| block.points()).sum();
        self.ended.retain(|ended| !runs.contains(ended));
    }

    /// Points of the open block of a tag.
    pub(super) fn open(&self, place: usize) -> &[Point] {
        self.tags.get(place).map_or(&[], |tag| &tag.points)
    }

    /// The run that goes on.
    pub(super) const fn run(&self) -> Option<Run> {
        self.run
    }

    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.tags.iter().position(|tag| *tag.kept.name == *name)
    }

    pub(super) fn names(&self) -> Vec<Arc<str>> {
        self.tags.iter().map(|tag| tag.kept.name.clone()).collect()
    }

    /// Points in memory.
    pub(super) const fn open_points(&self) -> usize {
        self.open
    }

    /// Points that were given up because the disk took none.
    pub(super) const fn lost(&self) -> u64 {
        self.lost
    }

    fn change(&mut self, reading: &Reading) {
        let Some(place) = self.places.get(reading.tag.index()).copied().flatten() else { return };
        let mut at = reading.at.div_euclid(1_000);
        let last = self.tags.get(place).and_then(|tag| tag.last);
        if let Some(last) = last.filter(|last| at < last.at) {
            if at < last.at - BACK_MS {
                self.begin(at);
            } else {
                at = last.at;
            }
        }
        if let Some(run) = self.run.as_mut().filter(|run| at < run.from) {
            run.from = at;
        }
        self.push(place, Point { at, value: (reading.quality == Quality::Good).then_some(reading.value) });
    }

    /// What is known of a tag by itself: changes that were lost, a value that nobody confirms any more, and one that
    /// did not change since the run began.
    fn settle(&mut self, reading: &Reading, now: i64) {
        let Some(place) = self.places.get(reading.tag.index()).copied().flatten() else { return };
        let (Some(tag), Some(run)) = (self.tags.get(place), self.run) else { return };
        let at = reading.at.div_euclid(1_000);
        let value = (reading.quality == Quality::Good).then_some(reading.value);
        let is_stale = now - at > STALE_MS.max(3 * i64::from(tag.kept.period_ms));
        let point = match (tag.last, value) {
            (Some(Point { value: Some(_), at: since }), value) if is_stale || value.is_none() => {
                Point { at: at.max(since), value: None }
            }
            (Some(Point { value: Some(known), at: since }), Some(value)) if known != value => {
                Point { at: at.max(since), value: Some(value) }
            }
            (Some(Point { value: None, at: since }), Some(value)) if !is_stale && at > since => {
                Point { at, value: Some(value) }
            }
            // A time that is still to come is of before the clock went back.
            (None, Some(value)) if !is_stale && at <= now + BACK_MS => {
                Point { at: at.max(run.from), value: Some(value) }
            }
            _ => return,
        };
        self.push(place, point);
    }

    fn push(&mut self, place: usize, point: Point) {
        let Some(tag) = self.tags.get_mut(place) else { return };
        // Twice unseen is unseen.
        if (tag.last.is_none_or(|last| last.value.is_none()) && point.value.is_none()) || tag.points.len() >= POINTS_MAX
        {
            return;
        }
        tag.points.push(point);
        tag.last = Some(point);
        self.open += 1;
        if let Some(run) = &mut self.run {
            run.until = run.until.max(point.at);
        }
    }

    /// Begins a run; what there is belongs to the one before.
    fn begin(&mut self, from: i64) {
        self.seal(false);
        self.ended.extend(self.run);
        self.run = Some(Run { id: self.next_run, from, until: from });
        self.next_run += 1;
        self.is_key = true;
        self.tags.iter_mut().for_each(|tag| tag.last = None);
    }

    /// Nothing of it can be written. Its runs end where the first of it would have been: what was held before may have
    /// been anything since.
    fn forget(&mut self, now: i64) {
        self.lost += (self.waiting_points + self.open) as u64;
        self.seal(false);
        let lost = std::mem::take(&mut self.waiting);
        self.waiting_points = 0;
        self.begin(now);
        let written = self.written_run;
        // Of later runs nothing is on the disk.
        self.ended.retain_mut(|run| {
            let first = lost.iter().filter(|block| block.run == run.id).map(|block| block.from).min();
            run.until = run.until.min(first.unwrap_or(run.until)).max(run.from);
            written.is_some_and(|written| run.id <= written)
        });
    }
}

impl Block {
    pub(super) fn points(&self) -> usize {
        self.chunks.iter().map(|(_, points)| points.len()).sum()
    }

    pub(super) fn of(&self, place: usize) -> &[Point] {
        self.chunks.iter().find(|(at, _)| *at == place).map_or(&[], |(_, points)| points)
    }
}

/// A value as a chart has it; a text has no number.
pub(super) fn as_number(value: &Value) -> Option<f64> {
    Some(value.as_f64()).filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: i64 = 1_795_339_200_000;

    fn recorder(period_ms: u32) -> Recorder {
        Recorder::new(vec![Kept { tag: TagIndex(3), name: "load".into(), period_ms }], 1)
    }

    /// Milliseconds after T.
    fn reading(value: i64, quality: Quality, at: i64) -> Reading {
        Reading { tag: TagIndex(3), value: Value::Int(value), quality, at: (T + at) * 1_000 + 999 }
    }

    fn good(value: i64, at: i64) -> Reading {
        reading(value, Quality::Good, at)
    }

    /// Points of all blocks with the run that they are of.
    fn points(recorder: &mut Recorder) -> Vec<(i64, i64, Option<i64>)> {
        recorder.seal(false);
        let (_, blocks) = recorder.waiting();
        let value = |point: &Point| point.value.and_then(|value| value.as_count(64)).map(u64::cast_signed);
        blocks
            .iter()
            .flat_map(|block| {
                block.of(0).iter().map(|point| (block.run, point.at - T, value(point))).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn edge_12_a_loss_is_a_gap_until_it_is_seen_again() {
        let mut r = recorder(1_000);
        r.take(&[good(1, 0), reading(1, Quality::Bad, 400), reading(1, Quality::Bad, 450)], 0, &[], T + 500);
        r.take(&[good(2, 900)], 0, &[good(2, 900)], T + 1_000);
        assert_eq!(points(&mut r), [(1, 0, Some(1)), (1, 400, None), (1, 900, Some(2))]);
    }

    #[test]
    fn edge_14_a_value_that_nobody_confirms_is_a_gap_from_when_it_was_last_seen() {
        let mut r = recorder(1_000);
        r.take(&[good(1, 0)], 0, &[good(1, 0)], T);
        r.take(&[], 0, &[good(1, 4_000)], T + 9_000);
        r.take(&[], 0, &[good(1, 4_000)], T + 9_001);
        r.take(&[], 0, &[good(1, 4_000)], T + 12_000);
        assert_eq!(points(&mut r), [(1, 0, Some(1)), (1, 4_000, None)]);
        // The same value, confirmed anew.
        r.take(&[], 0, &[good(1, 12_400)], T + 12_500);
        assert_eq!(points(&mut r).last(), Some(&(1, 12_400, Some(1))));
        // Who is read every ten minutes is believed for longer.
        let mut slow = recorder(600_000);
        slow.take(&[good(1, 0)], 0, &[good(1, 0)], T);
        (1..100).for_each(|n| slow.take(&[], 0, &[good(1, 0)], T + n * 10_000));
        assert_eq!(points(&mut slow), [(1, 0, Some(1))]);
    }

    #[test]
    fn edge_12_a_clock_that_goes_back_begins_a_run_and_order_holds_in_each() {
        let mut r = recorder(1_000);
        r.take(&[good(1, 0), good(2, 900)], 0, &[], T + 1_000);
        // A little back is no time at all.
        r.take(&[good(3, 500)], 0, &[], T + 600);
        assert_eq!(points(&mut r), [(1, 0, Some(1)), (1, 900, Some(2)), (1, 900, Some(3))]);
        // An hour back; one reading is still of before.
        r.take(&[good(4, 950), good(5, -3_600_000)], 0, &[good(5, -3_600_000)], T - 3_599_900);
        assert_eq!(points(&mut r)[3..], [(2, 950, Some(4)), (3, -3_600_000, Some(5))]);
        let (runs, _) = r.waiting();
        let spans: Vec<_> = runs.iter().map(|run| (run.id, run.from - T, run.until - T)).collect();
        assert_eq!(spans, [(1, 0, 1_000), (2, -3_599_900, 950), (3, -3_600_000, -3_599_900)]);
    }

    #[test]
    fn edge_12_time_in_which_the_agent_did_not_look_is_between_two_runs() {
        let mut r = recorder(1_000);
        r.take(&[good(1, 0)], 0, &[good(1, 0)], T);
        r.take(&[], 0, &[good(1, 99_900)], T + 100_000);
        assert_eq!(points(&mut r), [(1, 0, Some(1)), (2, 100_000, Some(1))]);
        assert_eq!(r.waiting().0.first().map(|run| run.until - T), Some(0));
    }

    #[test]
    fn edge_12_a_key_says_what_every_seen_tag_is() {
        let mut r = recorder(600_000);
        r.take(&[good(1, 0)], 0, &[], T + 100);
        r.seal(false);
        r.take(&[], 0, &[good(1, 0)], T + 10_000);
        r.seal(true);
        assert_eq!((r.open(0).len(), r.open(0)[0].at), (1, T + 10_000));
        let (_, blocks) = r.waiting();
        assert_eq!(blocks.iter().map(|block| block.is_key).collect::<Vec<_>>(), [true]);
        r.seal(false);
        let (runs, blocks) = r.waiting();
        assert_eq!(blocks.iter().map(|block| block.is_key).collect::<Vec<_>>(), [true, true]);
        r.written(&blocks, &runs);
        assert!(r.waiting().1.is_empty());
    }

    #[test]
    fn edge_09_what_the_disk_does_not_take_is_given_up_and_becomes_a_gap() {
        let mut r = recorder(1_000);
        let many: Vec<_> = (0..=WAITING_MAX as i64).map(|n| good(n % 7, n)).collect();
        r.take(&many, 0, &[], T + WAITING_MAX as i64);
        assert_eq!(r.lost(), WAITING_MAX as u64 + 1);
        assert!(points(&mut r).is_empty());
        assert_eq!(r.run().map(|run| run.id), Some(2));
    }

    #[test]
    fn edge_09_what_was_held_before_a_loss_is_not_held_over_it() {
        let mut r = recorder(1_000);
        r.take(&[good(1, 0)], 0, &[good(1, 0)], T);
        r.seal(false);
        let (runs, blocks) = r.waiting();
        r.written(&blocks, &runs);
        let many: Vec<_> = (0..=WAITING_MAX as i64).map(|n| good(n % 7, 2_000 + n / 100)).collect();
        r.take(&many, 0, &[], T + 9_000);
        let spans = |r: &Recorder| -> Vec<_> {
            r.waiting().0.iter().map(|run| (run.id, run.from - T, run.until - T)).collect()
        };
        assert_eq!(spans(&r), [(1, 0, 2_000), (2, 9_000, 9_000)]);
        // Of the second run nothing was written, so there is nothing to tell of it.
        let again: Vec<_> = (0..=WAITING_MAX as i64).map(|n| good(n % 7, 9_000 + n / 100)).collect();
        r.take(&again, 0, &[], T + 14_000);
        assert_eq!(spans(&r), [(1, 0, 2_000), (3, 14_000, 14_000)]);
    }

    #[test]
    fn edge_09_changes_that_came_too_fast_are_a_gap_and_are_counted() {
        let mut r = recorder(1_000);
        r.take(&[good(1, 0)], 0, &[good(1, 0)], T);
        r.take(&[], 0, &[good(1, 900)], T + 1_000);
        r.take(&[good(2, 1_100), good(3, 1_200)], 5, &[good(9, 1_500)], T + 1_500);
        assert_eq!(points(&mut r), [(1, 0, Some(1)), (1, 1_100, Some(2)), (1, 1_200, Some(3)), (2, 1_500, Some(9))]);
        let spans: Vec<_> = r.waiting().0.iter().map(|run| (run.from - T, run.until - T)).collect();
        assert_eq!((spans, r.lost()), (vec![(0, 1_200), (1_500, 1_500)], 5));
    }
}
