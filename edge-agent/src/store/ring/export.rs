//! All values of some tags, in order of time, in pieces that are small enough to send while the next is read.

use std::sync::Arc;

use super::chart::Stretch;
use super::codec::Point;
use super::file::Place;
use super::recorder::Run;
use super::{Ring, RingError, Row, lock};
use crate::driver::Value;

/// Blocks and values that are read before the file is let go again.
const BLOCKS_AT_ONCE: usize = 64;
const VALUES_AT_ONCE: usize = 100_000;

/// Where an export stands. Beside what changed it says what held when its time began and when it ends, and when a run
/// ended: read again as a recording, it gives what was seen and nothing more.
pub struct Export {
    ring: Ring,
    names: Vec<Arc<str>>,
    stretch: Stretch,
    /// The file that it began with.
    made: u64,
    /// By their beginning, the last first.
    blocks: Vec<Place>,
    /// What was in memory when it began, and the ends of runs, in order of time.
    memory: Vec<Row>,
    /// Read, but something earlier may still come.
    pub(super) held: Vec<Row>,
    /// What each tag was before the time asked for; `None` once that is told.
    before: Option<Vec<Option<Value>>>,
    /// What each tag was last, and when it is over.
    last: Vec<Option<Value>>,
    end: Option<i64>,
}

impl Export {
    pub(super) fn begin(ring: Ring, names: &[Arc<str>], stretch: Stretch) -> Result<Self, RingError> {
        let mut keeper = lock(&ring.0.file);
        let asked: Vec<&str> = names.iter().map(|name| &**name).collect();
        let memory = ring.memory(&asked);
        let found = keeper.ask(&ring.0.path, |file| {
            let (mut runs, mut blocks) = (file.runs()?, file.blocks(stretch)?);
            memory.merge(&mut runs);
            for run in runs.iter().filter(|run| run.from < stretch.0 && run.until >= stretch.0) {
                blocks.extend(file.blocks_before(run.id, stretch.0)?);
            }
            Ok((runs, blocks))
        })?;
        let made = keeper.made;
        drop(keeper);
        let (runs, mut blocks) = found.unwrap_or_else(|| (memory.runs.clone(), Vec::new()));
        blocks.sort_by_key(|block| std::cmp::Reverse((block.from, block.id)));
        let rows = memory.parts.into_iter().flat_map(|(_, tags)| {
            tags.into_iter().enumerate().flat_map(|(tag, points)| points.into_iter().map(move |point| (tag, point)))
        });
        let mut rows: Vec<Row> = rows.collect();
        // Behind what was seen at the same moment.
        rows.extend(ends(&runs, stretch, names.len(), memory.goes_on));
        rows.sort_by_key(|(_, point)| point.at);
        let end = Some(stretch.1.min(ring.now_ms())).filter(|end| *end > stretch.0);
        let nothing = vec![None; names.len()];
        let (names, before) = (names.to_vec(), Some(nothing.clone()));
        Ok(Self { ring, names, stretch, made, blocks, memory: rows, held: Vec::new(), before, last: nothing, end })
    }

    /// The next values, in order of time over all pieces; `None` at the end. Blocks for the disk.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn piece(&mut self) -> Result<Option<Vec<Row>>, RingError> {
        if self.blocks.is_empty() && self.memory.is_empty() && self.held.is_empty() {
            return Ok(self.end.take().map(|end| self.told(end)));
        }
        let mut keeper = lock(&self.ring.0.file);
        for _ in 0..BLOCKS_AT_ONCE {
            let Some(block) = self.blocks.pop() else { break };
            for (tag, name) in self.names.iter().enumerate() {
                let points = keeper.points(&self.ring.0.path, self.made, &block, name)?;
                self.held.extend(points.into_iter().map(|point| (tag, point)));
            }
            // After a block, so that each piece takes one: what is held may wait for blocks that are still to come.
            if self.held.len() >= VALUES_AT_ONCE {
                break;
            }
        }
        drop(keeper);
        // Blocks and runs may overlap; no later block begins before the next one.
        let safe = self.blocks.last().map_or(i64::MAX, |next| next.from);
        let early = self.memory.partition_point(|(_, point)| point.at < safe);
        self.held.extend(self.memory.drain(..early));
        // Stable: of two at one time the later one stays the later one.
        self.held.sort_by_key(|(_, point)| point.at);
        let ready = self.held.partition_point(|(_, point)| point.at < safe);
        let ready: Vec<Row> = self.held.drain(..ready).collect();
        Ok(Some(self.within(ready, safe)))
    }

    /// What of these rows lies in the time asked for, after what held when it began.
    fn within(&mut self, rows: Vec<Row>, safe: i64) -> Vec<Row> {
        let (from, until) = self.stretch;
        let mut out = Vec::with_capacity(rows.len());
        for (tag, point) in rows {
            match &mut self.before {
                Some(before) if point.at < from => {
                    if let Some(held) = before.get_mut(tag) {
                        *held = point.value;
                    }
                    continue;
                }
                _ => self.begun(&mut out),
            }
            let Some(last) = self.last.get_mut(tag) else { continue };
            // The end of a run says nothing of a tag that was not seen in it.
            if (from..until).contains(&point.at) && (point.value.is_some() || last.is_some()) {
                *last = point.value;
                out.push((tag, point));
            }
        }
        if safe >= from {
            self.begun(&mut out);
        }
        out
    }

    /// Tells once what held when the time began.
    fn begun(&mut self, out: &mut Vec<Row>) {
        let Some(before) = self.before.take() else { return };
        self.last = before;
        out.extend(self.told(self.stretch.0));
    }

    /// What each tag is that is seen.
    fn told(&self, at: i64) -> Vec<Row> {
        let rows = self.last.iter().enumerate().filter(|(_, value)| value.is_some());
        rows.map(|(tag, value)| (tag, Point { at, value: *value })).collect()
    }
}

/// When runs ended after which nothing was seen: then no tag is any more what it was. `goes_on`: the run of now.
fn ends(runs: &[Run], (from, until): Stretch, tags: usize, goes_on: Option<i64>) -> Vec<Row> {
    let ended = runs.iter().filter(|run| Some(run.id) != goes_on && (from..until).contains(&run.until));
    let alone = ended.filter(|run| {
        !runs.iter().any(|other| other.id != run.id && other.from <= run.until && other.until > run.until)
    });
    alone.flat_map(|run| (0..tags).map(|tag| (tag, Point { at: run.until, value: None }))).collect()
}
