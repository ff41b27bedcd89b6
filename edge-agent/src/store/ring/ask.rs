//! What a chart asks of the ring, read in pieces, so that whoever writes never waits for all of it.

use std::sync::Arc;

use super::chart::{Chart, History, Stretch};
use super::file::Place;
use super::{Memory, Ring, RingError, lock};

/// Blocks that are read before the file is let go again.
const BLOCKS_AT_ONCE: usize = 256;

/// Where the reading for a chart stands.
pub(super) struct Ask {
    ring: Ring,
    name: Arc<str>,
    chart: Chart,
    /// The file that it began with.
    made: u64,
    /// What there is left to do, the last first.
    left: Vec<Part>,
    memory: Memory,
}

enum Part {
    Block(Place),
    /// What was in memory of this run when it began, and then the end of the run.
    End {
        run: i64,
        until: i64,
    },
}

impl Ask {
    pub(super) fn begin(ring: &Ring, name: &str, stretch: Stretch, points: usize) -> Result<Self, RingError> {
        let mut keeper = lock(&ring.0.file);
        let memory = ring.memory(&[name]);
        let found = keeper.ask(&ring.0.path, |file| {
            let (mut runs, blocks) = (file.runs()?, file.blocks(stretch)?);
            memory.merge(&mut runs);
            runs.retain(|run| run.from < stretch.1 && run.until >= stretch.0);
            let mut left = Vec::new();
            for run in runs {
                for block in file.blocks_before(run.id, stretch.0)? {
                    if !file.points(&block, name)?.is_empty() {
                        left.push(Part::Block(block));
                        break;
                    }
                }
                left.extend(blocks.iter().filter(|block| block.run == run.id).map(|block| Part::Block(*block)));
                left.push(Part::End { run: run.id, until: run.until });
            }
            Ok(left)
        })?;
        // There is no file: what is in memory is all there is.
        let of_memory = || memory.runs.iter().map(|run| Part::End { run: run.id, until: run.until }).collect();
        let mut left = found.unwrap_or_else(of_memory);
        left.reverse();
        let (made, chart) = (keeper.made, Chart::new(stretch, points));
        drop(keeper);
        Ok(Self { ring: ring.clone(), name: name.into(), chart, made, left, memory })
    }

    /// Reads some more; false when that was all.
    pub(super) fn piece(&mut self) -> Result<bool, RingError> {
        let mut keeper = lock(&self.ring.0.file);
        for _ in 0..BLOCKS_AT_ONCE {
            match self.left.pop() {
                Some(Part::Block(block)) => {
                    self.chart.add(keeper.points(&self.ring.0.path, self.made, &block, &self.name)?);
                }
                Some(Part::End { run, until }) => {
                    self.chart.add(self.memory.points(run, 0));
                    self.chart.end(until);
                }
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    pub(super) fn finish(self) -> History {
        let now = self.ring.now_ms();
        self.chart.finish(now)
    }
}
