//! Where drivers put what they read and the engine takes it: a flat table with the newest reading of
//! every tag. Publishing never waits for the reader; what it overwrites unread is counted (a poll loop
//! must never hang on disk, network or a page). Not a queue: history is the engine's business.
//!
//! Only what changed is handed on at once, with the time up to which it had been as before. That the others
//! are still what they were is a time beside them, which the engine asks for when it wants to know.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::reading::{Quality, Reading, Scan, SourceStamp, TagIndex};
use super::slot::{Slot, Texts};

/// Scans that may wait unread. A person scans a few a minute; more than this is a stuck scanner.
pub const SCANS_MAX: usize = 256;

/// Changes of kept tags that may wait to be taken; whoever takes them looks twice a second.
pub const KEPT_MAX: usize = 64 * 1024;

/// Room for so many changes stays reserved. At the start, or when a line comes back, all tags change at once.
const ROOM_KEPT: usize = 4 * 1024;

/// Cloneable handle; all clones share one table.
#[derive(Clone)]
pub struct Sink(Arc<Shared>);

struct Shared {
    table: Mutex<Table>,
    readings: Notify,
    scans: Mutex<VecDeque<Scan>>,
    scanned: Notify,
}

struct Table {
    slots: Vec<Slot>,
    /// When each tag was read or last confirmed. By itself, so that a confirmation touches nothing else.
    at: Vec<i64>,
    /// What devices said about values; no longer than to the last tag of which one said anything.
    sources: Vec<SourceStamp>,
    texts: Texts,
    /// Tags with an unread reading in the order they became unread. Never longer than `slots`.
    unread: Vec<Unread>,
    merged: u64,
    /// The tags of which every change is kept.
    keep: Vec<TagIndex>,
    /// Their changes since they were taken, in the order in which they came.
    kept: Vec<Reading>,
    kept_lost: u64,
}

/// What the reader does not know of a tag yet.
struct Unread {
    /// What held until then.
    before: Reading,
    /// When it was lost first. A loss that is over before anybody looks was one all the same: a machine was not seen
    /// running through it.
    lost: Option<i64>,
}

impl Sink {
    /// A table for `tags` tags, all Bad until somebody reads them.
    #[must_use]
    pub fn new(tags: usize) -> Self {
        Self::keeping(tags, Vec::new())
    }

    /// As [`Sink::new`]; of the tags in `keep` every change can be taken with [`Sink::take_kept`].
    #[must_use]
    pub fn keeping(tags: usize, keep: Vec<TagIndex>) -> Self {
        let mut slots = vec![Slot::NEVER_READ; tags];
        for tag in &keep {
            slots.get_mut(tag.index()).into_iter().for_each(|slot| slot.is_kept = true);
        }
        Self(Arc::new(Shared {
            table: Mutex::new(Table {
                slots,
                at: vec![0; tags],
                sources: Vec::new(),
                texts: Texts::new(),
                unread: Vec::with_capacity(tags.min(ROOM_KEPT)),
                merged: 0,
                keep,
                kept: Vec::new(),
                kept_lost: 0,
            }),
            readings: Notify::new(),
            scans: Mutex::new(VecDeque::with_capacity(SCANS_MAX)),
            scanned: Notify::new(),
        }))
    }

    /// Stores readings. Returns how many unread readings they replaced.
    /// Never blocks: the lock is only ever held for copies.
    pub fn publish(&self, readings: &[Reading]) -> u64 {
        self.write(|table| readings.iter().for_each(|reading| table.put(*reading, None)))
    }

    /// As [`Sink::publish`], with what the device said about each value.
    pub fn publish_stamped(&self, readings: &[(Reading, SourceStamp)]) -> u64 {
        self.write(|table| readings.iter().for_each(|(reading, stamp)| table.put(*reading, Some(*stamp))))
    }

    /// One answer of a device: the tags of these ranges were read at `at` and are as they were, but for
    /// `changed`. What did not change costs a copy of its time.
    pub fn confirm(&self, ranges: &[Range<u32>], at: i64, changed: &[Reading]) -> u64 {
        self.write(|table| {
            // What changes here must find the time before.
            changed.iter().for_each(|reading| table.put(*reading, None));
            for range in ranges {
                if let Some(times) = table.at.get_mut(range.start as usize..range.end as usize) {
                    times.fill(at);
                }
            }
        })
    }

    /// Takes the quality from tags whose device cannot be seen; their last values stay beside it.
    pub fn mark_bad(&self, tags: impl IntoIterator<Item = TagIndex>, at: i64) -> u64 {
        self.write(|table| {
            for tag in tags {
                if let Some(now) = table.newest(tag) {
                    table.put(Reading { quality: Quality::Bad, at, ..now }, None);
                }
            }
        })
    }

    /// Appends, for every tag that changed since the last call, up to when it was as it had been before, since
    /// when it was Bad if that is over, and what it is now, and marks it read.
    pub fn drain(&self, into: &mut Vec<Reading>) {
        let mut table = self.table();
        let table = &mut *table;
        let is_quiet = table.unread.len() < ROOM_KEPT;
        for Unread { before, lost } in table.unread.drain(..) {
            let Some(slot) = table.slots.get_mut(before.tag.index()) else { continue };
            if before.at > slot.told && before.quality == Quality::Good {
                into.push(before);
            }
            // Times do not tell which came first: a clock may have been set back in between.
            let is_over = |lost: &i64| slot.quality == Quality::Good || *lost != slot.since;
            if let Some(lost) = lost.filter(is_over) {
                into.push(Reading { quality: Quality::Bad, at: lost, ..before });
            }
            slot.unread = 0;
            slot.told = slot.since;
            into.push(slot.reading(before.tag, &table.texts, slot.since));
        }
        if is_quiet {
            // Once a burst is over; while it lasts nobody waits for memory.
            table.unread.shrink_to(ROOM_KEPT);
        }
    }

    /// Appends the newest reading of each of these tags that was confirmed since the reader last heard of it
    /// and is not waiting to be drained.
    pub fn refresh(&self, tags: &[TagIndex], into: &mut Vec<Reading>) {
        let mut table = self.table();
        let table = &mut *table;
        for tag in tags {
            let (Some(slot), Some(at)) = (table.slots.get_mut(tag.index()), table.at.get(tag.index())) else {
                continue;
            };
            if slot.unread == 0 && *at != slot.told {
                slot.told = *at;
                into.push(slot.reading(*tag, &table.texts, *at));
            }
        }
    }

    /// Waits until something was published since the last `drain`. For one reader.
    pub async fn ready(&self) {
        self.0.readings.notified().await;
    }

    /// Takes the changes of kept tags since the last call, in order, each after up to when it had been as before;
    /// and how each kept tag is now. Says how many changes were lost since the start because nobody took them.
    /// `changes` and `now` are emptied first; their memory goes round.
    pub fn take_kept(&self, changes: &mut Vec<Reading>, now: &mut Vec<Reading>) -> u64 {
        changes.clear();
        now.clear();
        let mut table = self.table();
        std::mem::swap(&mut table.kept, changes);
        now.extend(table.keep.iter().filter_map(|tag| table.newest(*tag)));
        table.kept_lost
    }

    /// For each of these ranges of tags, neighbours in this order, how many have a reading that nobody took yet.
    #[must_use]
    pub fn unread(&self, ranges: &[Range<u32>]) -> Vec<usize> {
        let mut counts = vec![0; ranges.len()];
        for Unread { before, .. } in &self.table().unread {
            let place = ranges.partition_point(|range| range.end <= before.tag.0);
            counts.get_mut(place).into_iter().for_each(|count| *count += 1);
        }
        counts
    }

    /// How many scans of a connection nobody took yet.
    #[must_use]
    pub fn scans_waiting(&self, connection: &str) -> usize {
        let scans = self.0.scans.lock().unwrap_or_else(PoisonError::into_inner);
        scans.iter().filter(|scan| *scan.connection == *connection).count()
    }

    /// Stores a scan. When nobody has read the last [`SCANS_MAX`], the oldest stay and this one is
    /// refused with `false`: what was scanned first is what the operator waits for.
    pub fn scan(&self, scan: Scan) -> bool {
        let mut scans = self.0.scans.lock().unwrap_or_else(PoisonError::into_inner);
        if scans.len() >= SCANS_MAX {
            return false;
        }
        scans.push_back(scan);
        drop(scans);
        self.0.scanned.notify_one();
        true
    }

    /// Takes all waiting scans, oldest first.
    pub fn drain_scans(&self, into: &mut Vec<Scan>) {
        into.extend(self.0.scans.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
    }

    /// Waits until a scan came since the last `drain_scans`. For one reader.
    pub async fn scans_ready(&self) {
        self.0.scanned.notified().await;
    }

    /// The newest reading of a tag, read or not, with the device's stamp.
    #[must_use]
    pub fn latest(&self, tag: TagIndex) -> Option<(Reading, SourceStamp)> {
        let table = self.table();
        let source = table.sources.get(tag.index()).copied().unwrap_or_default();
        Some((table.newest(tag)?, source))
    }

    /// Readings that were replaced before the engine took them, since the start.
    #[must_use]
    pub fn merged(&self) -> u64 {
        self.table().merged
    }

    /// Changes the table; wakes the reader when there is something to drain.
    fn write(&self, change: impl FnOnce(&mut Table)) -> u64 {
        let (merged, is_unread) = {
            let mut table = self.table();
            let before = table.merged;
            change(&mut table);
            (table.merged - before, !table.unread.is_empty())
        };
        if is_unread {
            self.0.readings.notify_one();
        }
        merged
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A panic while the lock is held can leave no half-written row behind: rows are `Copy`.
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn newest(&self, tag: TagIndex) -> Option<Reading> {
        let (slot, at) = (self.slots.get(tag.index())?, self.at.get(tag.index())?);
        Some(slot.reading(tag, &self.texts, *at))
    }

    fn put(&mut self, reading: Reading, stamp: Option<SourceStamp>) {
        let tag = reading.tag.index();
        let (Some(slot), Some(at)) = (self.slots.get_mut(tag), self.at.get_mut(tag)) else { return };
        if let Some(stamp) = stamp {
            if self.sources.len() <= tag {
                self.sources.resize(tag + 1, SourceStamp::default());
            }
            self.sources.get_mut(tag).into_iter().for_each(|source| *source = stamp);
        }
        // As it was, up to when it was last confirmed.
        let before = slot.reading(reading.tag, &self.texts, std::mem::replace(at, reading.at));
        // What was never read is Bad from the beginning: saying so is no news.
        let is_known = before.at != 0 || reading.quality == Quality::Bad;
        if is_known && (before.value, before.quality) == (reading.value, reading.quality) {
            return;
        }
        if slot.is_kept {
            // Two at the most: how long it had been as before, and what it is now.
            if self.kept.len() + 2 > KEPT_MAX {
                self.kept_lost += 1;
            } else {
                if before.at > slot.since && slot.quality == Quality::Good {
                    self.kept.push(before);
                }
                self.kept.push(reading);
            }
        }
        let is_loss = (before.quality, reading.quality) == (Quality::Good, Quality::Bad);
        if let Some(unread) = self.unread.get_mut((slot.unread as usize).wrapping_sub(1)) {
            // A loss is handed on, whatever follows it.
            self.merged += u64::from(unread.lost != Some(slot.since));
            unread.lost = unread.lost.or(is_loss.then_some(reading.at));
        } else {
            self.unread.push(Unread { before, lost: is_loss.then_some(reading.at) });
            // No more than there are tags.
            slot.unread = self.unread.len() as u32;
        }
        slot.hold(&reading, &mut self.texts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::{Reader, Text, Value};

    fn reading(tag: u32, value: i64) -> Reading {
        Reading { tag: TagIndex(tag), value: Value::Int(value), quality: Quality::Good, at: value }
    }

    #[test]
    fn edge_12_the_newest_reading_wins_and_the_replaced_one_is_counted() {
        let sink = Sink::new(3);
        assert_eq!(sink.publish(&[reading(2, 1), reading(0, 1)]), 0);
        assert_eq!(sink.publish(&[reading(2, 2)]), 1);
        let mut taken = Vec::new();
        sink.drain(&mut taken);
        assert_eq!(taken, vec![reading(2, 2), reading(0, 1)]);
        taken.clear();
        sink.drain(&mut taken);
        assert!(taken.is_empty());
        assert_eq!(sink.merged(), 1);
    }

    #[test]
    fn edge_12_a_value_comes_out_as_it_went_in() {
        let sink = Sink::new(2);
        let text = |text: &[u8]| Value::Text(Text::new(text).unwrap());
        let values = [
            Value::Bool(true),
            Value::Int(i64::MIN),
            text(b"Recipe 7"),
            Value::Uint(u64::MAX),
            Value::Float(-0.1),
            text(b"Recipe 8"),
            text(b""),
            Value::Bool(false),
        ];
        let mut taken = Vec::new();
        for (value, at) in values.into_iter().zip(1..) {
            sink.publish(&[Reading { value, at, ..reading(1, 0) }]);
            sink.drain(&mut taken);
            assert_eq!(sink.latest(TagIndex(1)).unwrap().0, Reading { value, at, ..reading(1, 0) });
        }
        assert_eq!(taken.iter().map(|reading| reading.value).collect::<Vec<_>>(), values);
        // Lost, it keeps the text; another text is news.
        sink.publish(&[Reading { value: text(b"A"), at: 20, ..reading(0, 0) }]);
        sink.mark_bad([TagIndex(0)], 30);
        let bad = Reading { value: text(b"A"), quality: Quality::Bad, at: 30, ..reading(0, 0) };
        assert_eq!(sink.latest(TagIndex(0)).unwrap().0, bad);
    }

    #[test]
    fn edge_12_what_did_not_change_is_confirmed_and_not_handed_on() {
        let sink = Sink::new(3);
        let at = |tag, value, at| Reading { at, ..reading(tag, value) };
        let (two, three) = (std::slice::from_ref(&(0..2)), std::slice::from_ref(&(0..3)));
        let mut taken = Vec::new();
        let mut take = |sink: &Sink| {
            sink.drain(&mut taken);
            std::mem::take(&mut taken)
        };
        sink.publish(&[at(0, 7, 10), at(1, 8, 10), at(2, 9, 10)]);
        assert_eq!(take(&sink).len(), 3);
        sink.publish(&[at(2, 9, 20)]);
        sink.confirm(two, 20, &[]);
        assert!(take(&sink).is_empty());
        assert_eq!(sink.latest(TagIndex(1)).unwrap().0, at(1, 8, 20));
        // The change comes with the time up to which nothing had changed.
        assert_eq!(sink.confirm(two, 30, &[at(1, 5, 30)]), 0);
        sink.confirm(three, 40, &[]);
        assert_eq!(take(&sink), [at(1, 8, 20), at(1, 5, 30)]);
        let all = [TagIndex(0), TagIndex(1), TagIndex(2)];
        let mut fresh = Vec::new();
        sink.refresh(&all, &mut fresh);
        assert_eq!(fresh, [at(0, 7, 40), at(1, 5, 40), at(2, 9, 40)]);
        // Nothing was heard since: the same again would make old values look alive.
        fresh.clear();
        sink.refresh(&all, &mut fresh);
        assert!(fresh.is_empty());
        sink.publish(&[at(0, 1, 50)]);
        sink.refresh(&all, &mut fresh);
        assert!(fresh.is_empty());
        // What the reader was told of before is not told again.
        assert_eq!(take(&sink), [at(0, 1, 50)]);
    }

    #[test]
    fn edge_14_bad_keeps_the_last_value_but_not_its_quality() {
        let sink = Sink::new(2);
        sink.publish(&[reading(1, 7)]);
        sink.mark_bad([TagIndex(0), TagIndex(1), TagIndex(99)], 50);
        let mut taken = Vec::new();
        sink.drain(&mut taken);
        // The other one was never read: that it is Bad is no change, but it is known of this time.
        let bad = |tag, value| Reading { quality: Quality::Bad, at: 50, ..reading(tag, value) };
        assert_eq!(taken, [bad(1, 7)]);
        taken.clear();
        sink.refresh(&[TagIndex(0), TagIndex(1)], &mut taken);
        assert_eq!(taken, [bad(0, 0)]);
    }

    #[test]
    fn edge_14_a_loss_that_is_over_before_the_reader_looks_is_still_told() {
        let sink = Sink::new(2);
        let tag = TagIndex(1);
        let at = |value, quality, at| Reading { quality, at, ..reading(1, value) };
        let (good, bad) = (Quality::Good, Quality::Bad);
        let mut taken = Vec::new();
        let mut take = || {
            sink.drain(&mut taken);
            std::mem::take(&mut taken)
        };
        sink.publish(&[at(7, good, 10)]);
        assert_eq!(take(), [at(7, good, 10)]);
        // Seen at 20, gone at 30, back at 40 with the value that it had, and with another one.
        sink.publish(&[at(7, good, 20)]);
        assert_eq!(sink.mark_bad([tag], 30), 0);
        assert_eq!(sink.publish(&[at(7, good, 40)]), 0);
        assert_eq!(take(), [at(7, good, 20), at(7, bad, 30), at(7, good, 40)]);
        sink.mark_bad([tag], 50);
        sink.publish(&[at(8, good, 60)]);
        assert_eq!(sink.publish(&[at(9, good, 70)]), 1);
        assert_eq!(take(), [at(7, bad, 50), at(9, good, 70)]);
        // Of two losses the first one counts.
        sink.mark_bad([tag], 80);
        sink.publish(&[at(9, good, 90)]);
        sink.mark_bad([tag], 100);
        assert_eq!(take(), [at(9, bad, 80), at(9, bad, 100)]);
        // It was told of that one; what comes back is only back.
        sink.publish(&[at(9, good, 110)]);
        assert_eq!(take(), [at(9, good, 110)]);
    }

    #[test]
    fn edge_12_every_change_of_a_kept_tag_can_be_taken_however_late_the_engine_looks() {
        let sink = Sink::keeping(3, vec![TagIndex(1)]);
        let at = |tag, value, at| Reading { at, ..reading(tag, value) };
        let (mut changes, mut now) = (Vec::new(), Vec::new());
        sink.publish(&[at(0, 1, 10), at(1, 1, 10), at(1, 2, 20)]);
        sink.confirm(std::slice::from_ref(&(0..3)), 30, &[]);
        sink.publish(&[at(1, 3, 40)]);
        sink.mark_bad([TagIndex(1)], 50);
        assert_eq!(sink.take_kept(&mut changes, &mut now), 0);
        let bad = Reading { quality: Quality::Bad, ..at(1, 3, 50) };
        // That it was 2 up to 30 stands before what came then.
        assert_eq!(changes, [at(1, 1, 10), at(1, 2, 20), at(1, 2, 30), at(1, 3, 40), bad]);
        assert_eq!(now, [bad]);
        assert_eq!(sink.unread(&[0..1, 1..1, 1..3]), [1, 0, 1]);
        sink.take_kept(&mut changes, &mut now);
        assert!(changes.is_empty());
        assert_eq!(now, [bad]);
        // Nobody takes them: what is too much is counted, and nothing grows.
        (0..).take(KEPT_MAX).for_each(|n| _ = sink.publish(&[at(1, n, 100 + n)]));
        assert_eq!(sink.take_kept(&mut changes, &mut now), 1);
        assert_eq!((changes.len(), now.len()), (KEPT_MAX - 1, 1));
    }

    #[test]
    fn edge_04_a_full_scan_queue_keeps_the_oldest() {
        let sink = Sink::new(0);
        let scan = |code: String| Scan { connection: "s".into(), machine: None, code, reader: Reader::Serial, at: 0 };
        for i in 0..SCANS_MAX {
            assert!(sink.scan(scan(i.to_string())));
        }
        assert!(!sink.scan(scan("late".into())));
        let mut taken = Vec::new();
        sink.drain_scans(&mut taken);
        assert_eq!(taken.len(), SCANS_MAX);
        assert_eq!(taken.first().map(|s| s.code.as_str()), Some("0"));
        assert!(sink.scan(scan("next".into())));
    }

    #[tokio::test]
    async fn edge_12_a_reader_that_was_busy_is_still_woken() {
        let sink = Sink::new(1);
        sink.publish(&[reading(0, 1)]);
        sink.ready().await;
    }
}
