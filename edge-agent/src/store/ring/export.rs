//! All values of some tags, in order of time, in pieces that are small enough to send while the next is read.

use std::sync::Arc;

use super::chart::Stretch;
use super::codec::Point;
use super::file::Place;
use super::{Ring, RingError, Row, lock};

/// Blocks and values that are read before the file is let go again.
const BLOCKS_AT_ONCE: usize = 64;
const VALUES_AT_ONCE: usize = 100_000;

/// Where an export stands.
pub struct Export {
    ring: Ring,
    names: Vec<Arc<str>>,
    stretch: Stretch,
    /// By their beginning, the last first.
    blocks: Vec<Place>,
    /// What was in memory when it began, in order of time.
    memory: Vec<Row>,
    /// Read, but something earlier may still come.
    pub(super) held: Vec<Row>,
}

impl Export {
    pub(super) fn begin(ring: Ring, names: &[Arc<str>], stretch: Stretch) -> Result<Self, RingError> {
        let (blocks, memory) = {
            let mut keeper = lock(&ring.0.file);
            let blocks = keeper.ask(&ring.0.path, |file| file.blocks(stretch))?.unwrap_or_default();
            let asked: Vec<&str> = names.iter().map(|name| &**name).collect();
            let memory = ring.memory(&asked);
            let rows = memory.parts.into_iter().flat_map(|(_, tags)| {
                tags.into_iter().enumerate().flat_map(|(tag, points)| points.into_iter().map(move |point| (tag, point)))
            });
            let mut rows: Vec<Row> = rows.filter(|(_, point)| is_in(point, stretch)).collect();
            rows.sort_by_key(|(_, point)| point.at);
            (blocks, rows)
        };
        let mut blocks = blocks;
        blocks.sort_by_key(|block| std::cmp::Reverse((block.from, block.id)));
        Ok(Self { ring, names: names.to_vec(), stretch, blocks, memory, held: Vec::new() })
    }

    /// The next values, in order of time over all pieces; `None` at the end. Blocks for the disk.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn piece(&mut self) -> Result<Option<Vec<Row>>, RingError> {
        if self.blocks.is_empty() && self.memory.is_empty() && self.held.is_empty() {
            return Ok(None);
        }
        let mut keeper = lock(&self.ring.0.file);
        for _ in 0..BLOCKS_AT_ONCE {
            let Some(block) = self.blocks.pop() else { break };
            for (tag, name) in self.names.iter().enumerate() {
                let points = keeper.ask(&self.ring.0.path, |file| file.points(&block, name))?.unwrap_or_default();
                let stretch = self.stretch;
                self.held.extend(points.into_iter().filter(|p| is_in(p, stretch)).map(|point| (tag, point)));
            }
            // After a block, so that each piece takes one: what is held may wait for blocks that are still to come.
            if self.held.len() >= VALUES_AT_ONCE {
                break;
            }
        }
        drop(keeper);
        // Blocks and runs may overlap; no later block begins before the next one.
        let safe = self.blocks.last().map_or(i64::MAX, |next| next.from);
        if self.blocks.is_empty() {
            self.held.append(&mut self.memory);
        } else {
            let early = self.memory.partition_point(|(_, point)| point.at < safe);
            self.held.extend(self.memory.drain(..early));
        }
        // Stable: of two at one time the later one stays the later one.
        self.held.sort_by_key(|(_, point)| point.at);
        let ready = self.held.partition_point(|(_, point)| point.at < safe);
        Ok(Some(self.held.drain(..ready).collect()))
    }
}

const fn is_in(point: &Point, (from, until): Stretch) -> bool {
    point.at >= from && point.at < until
}
