//! Where drivers put what they read and the engine takes it: a flat table with the newest reading of
//! every tag. Publishing never waits for the reader; what it overwrites unread is counted (a poll loop
//! must never hang on disk, network or a page). Not a queue: history is the engine's business.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::reading::{Quality, Reading, Scan, SourceStamp, TagIndex, Value};

/// Scans that may wait unread. A person scans a few a minute; more than this is a stuck scanner.
pub const SCANS_MAX: usize = 256;

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
    /// Tags with an unread reading, in the order they became unread. Never longer than `slots`.
    unread: Vec<TagIndex>,
    merged: u64,
}

#[derive(Clone, Copy)]
struct Slot {
    reading: Reading,
    unread: bool,
    source: SourceStamp,
}

impl Sink {
    /// A table for `tags` tags, all Bad until somebody reads them.
    #[must_use]
    pub fn new(tags: usize) -> Self {
        let slot = |i: usize| Slot {
            reading: Reading {
                tag: TagIndex(u32::try_from(i).unwrap_or(u32::MAX)),
                value: Value::Int(0),
                quality: Quality::Bad,
                at: 0,
            },
            unread: false,
            source: SourceStamp::default(),
        };
        Self(Arc::new(Shared {
            table: Mutex::new(Table {
                slots: (0..tags).map(slot).collect(),
                unread: Vec::with_capacity(tags),
                merged: 0,
            }),
            readings: Notify::new(),
            scans: Mutex::new(VecDeque::with_capacity(SCANS_MAX)),
            scanned: Notify::new(),
        }))
    }

    /// Stores the readings of one request. Returns how many unread readings they replaced.
    /// Never blocks: the lock is only ever held for copies.
    pub fn publish(&self, readings: &[Reading]) -> u64 {
        let merged = {
            let mut table = self.table();
            let before = table.merged;
            for reading in readings {
                table.put(*reading, None);
            }
            table.merged - before
        };
        self.0.readings.notify_one();
        merged
    }

    /// As [`Sink::publish`], with what the device said about each value.
    pub fn publish_stamped(&self, readings: &[(Reading, SourceStamp)]) -> u64 {
        let merged = {
            let mut table = self.table();
            let before = table.merged;
            for (reading, stamp) in readings {
                table.put(*reading, Some(*stamp));
            }
            table.merged - before
        };
        self.0.readings.notify_one();
        merged
    }

    /// Takes the quality from tags whose device cannot be seen; their last values stay beside it.
    pub fn mark_bad(&self, tags: impl IntoIterator<Item = TagIndex>, at: i64) -> u64 {
        let merged = {
            let mut table = self.table();
            let before = table.merged;
            for tag in tags {
                let Some(slot) = table.slots.get(tag.index()) else { continue };
                let reading = Reading { quality: Quality::Bad, at, ..slot.reading };
                table.put(reading, None);
            }
            table.merged - before
        };
        self.0.readings.notify_one();
        merged
    }

    /// Appends every unread reading and marks it read.
    pub fn drain(&self, into: &mut Vec<Reading>) {
        let mut table = self.table();
        let table = &mut *table;
        into.reserve(table.unread.len());
        for tag in table.unread.drain(..) {
            if let Some(slot) = table.slots.get_mut(tag.index()) {
                slot.unread = false;
                into.push(slot.reading);
            }
        }
    }

    /// Waits until something was published since the last `drain`. For one reader.
    pub async fn ready(&self) {
        self.0.readings.notified().await;
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
        self.table().slots.get(tag.index()).map(|slot| (slot.reading, slot.source))
    }

    /// Readings that were replaced before the engine took them, since the start.
    #[must_use]
    pub fn merged(&self) -> u64 {
        self.table().merged
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A panic while the lock is held can leave no half-written row behind: rows are `Copy`.
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn put(&mut self, reading: Reading, stamp: Option<SourceStamp>) {
        let Some(slot) = self.slots.get_mut(reading.tag.index()) else { return };
        if slot.unread {
            self.merged += 1;
        } else {
            slot.unread = true;
            self.unread.push(reading.tag);
        }
        slot.reading = reading;
        if let Some(stamp) = stamp {
            slot.source = stamp;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn edge_14_bad_keeps_the_last_value_but_not_its_quality() {
        let sink = Sink::new(2);
        sink.publish(&[reading(1, 7)]);
        sink.mark_bad([TagIndex(0), TagIndex(1), TagIndex(99)], 50);
        let mut taken = Vec::new();
        sink.drain(&mut taken);
        assert_eq!(taken.len(), 2);
        assert!(taken.iter().all(|r| r.quality == Quality::Bad && r.at == 50));
        assert_eq!(taken.first().map(|r| r.value), Some(Value::Int(7)));
    }

    #[test]
    fn edge_04_a_full_scan_queue_keeps_the_oldest() {
        let sink = Sink::new(0);
        let scan = |code: String| Scan { connection: "s".into(), machine: None, code, at: 0 };
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
