//! What the ring of kept tags costs: bytes a value and written bytes a day for 1,000 kept tags that are new in every
//! second, once as measurements with all the noise a 32-bit float can hold, once as scaled whole numbers with a noise
//! of some steps; and how long a chart of an hour and of seven days of one of 100 such tags takes to read. The plant's
//! time runs faster than ours; each minute of it is flushed as in life.

use crate::measure::{Figures, median};
use crate::volume::stored;
use anyhow::Result;
use edge_agent::driver::{Clock, Quality, Reading, Sink, TagIndex, Value};
use edge_agent::store::StorageState;
use edge_agent::store::ring::{Kept, Ring};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Instant;
use unison_core::time::{HOUR, MINUTE, SECOND, Timestamp};

const TAGS: u32 = 1_000;
const QUERIED_TAGS: u32 = 100;
const START: i64 = 1_762_423_200_000_000;
const MEASURED: i64 = 2 * HOUR;
const WEEK: i64 = 7 * 24 * HOUR;
const POINTS: usize = 600;
const ROUNDS: usize = 7;

struct PlantClock(AtomicI64);

impl Clock for PlantClock {
    fn now_us(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

/// The same noise in every run.
struct Noise(u64);

impl Noise {
    /// Between -1 and 1, more often in the middle.
    fn next(&mut self) -> f64 {
        let mut one = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 40) as f64 / f64::from(1u32 << 24)
        };
        one() + one() - 1.0
    }
}

type Measurement = fn(&mut Noise) -> f64;

/// A load of about 50 per cent, as a device sends it in 32 bits.
fn float(noise: &mut Noise) -> f64 {
    f64::from((50.0 + 2.0 * noise.next()) as f32)
}

/// A temperature in tenths of a degree that moves by some tenths.
fn scaled(noise: &mut Noise) -> f64 {
    (382.0 + 6.0 * noise.next()).round() * 0.1
}

struct Plant {
    clock: Arc<PlantClock>,
    sink: Sink,
    ring: Ring,
    noise: Noise,
    tags: u32,
}

impl Plant {
    fn new(dir: &Path, tags: u32) -> Self {
        let clock = Arc::new(PlantClock(AtomicI64::new(START)));
        let all: Vec<TagIndex> = (0..tags).map(TagIndex).collect();
        let kept = |tag: &TagIndex| Kept { tag: *tag, name: format!("tag_{}", tag.0).into(), period_ms: 1_000 };
        let ring = Ring::open(dir, all.iter().map(kept).collect(), 64 << 30, clock.clone(), || StorageState::Ok);
        Self { clock, sink: Sink::keeping(tags as usize, all), ring, noise: Noise(7), tags }
    }

    /// A time of the plant from `from` on; every second every tag is new. Polls come a little early or late.
    fn live(&mut self, from: i64, until: i64, value: Measurement) {
        let mut readings = Vec::new();
        for second in (from..until).step_by(SECOND as usize) {
            readings.clear();
            for tag in 0..self.tags {
                // Ten tags each are of one answer.
                let late = ((self.noise.0 >> 33) % 3_000) as i64 * i64::from(tag % 10 == 0);
                let at = readings.last().map_or(second, |last: &Reading| if tag % 10 == 0 { second } else { last.at })
                    + late;
                let value = Value::Float(value(&mut self.noise));
                readings.push(Reading { tag: TagIndex(tag), value, quality: Quality::Good, at });
            }
            self.clock.0.store(second + SECOND / 2, Relaxed);
            self.sink.publish(&readings);
            self.ring.step(&self.sink);
            if second % MINUTE == 59 * SECOND {
                self.ring.flush();
            }
        }
        self.ring.flush();
    }
}

pub fn run(figures: &mut Figures) -> Result<()> {
    let kinds: [(&str, Measurement); 2] = [("float", float), ("scaled", scaled)];
    for (name, value) in kinds {
        let dir = tempfile::tempdir_in("target")?;
        let mut plant = Plant::new(dir.path(), TAGS);
        // The first hour makes the file; then it only grows.
        plant.live(START, START + HOUR, value);
        let size = || std::fs::metadata(dir.path().join("ring.db")).map(|file| file.len());
        let (before, written, begun) = (size()?, stored()?, Instant::now());
        plant.live(START + HOUR, START + HOUR + MEASURED, value);
        let spent = begun.elapsed().as_secs_f64();
        let (grown, written) = (size()? - before, stored()? - written);
        let values = f64::from(TAGS) * (MEASURED / SECOND) as f64;
        let days = MEASURED as f64 / (24 * HOUR) as f64;
        figures.put(&format!("bytes_per_value_{name}"), grown as f64 / values, "B")?;
        figures.put(&format!("file_per_day_{name}"), grown as f64 / days / 1e6, "MB")?;
        figures.put(&format!("written_per_day_{name}"), written as f64 / days / 1e6, "MB")?;
        figures.put(&format!("busy_{name}"), spent / (MEASURED / SECOND) as f64 * 100.0, "% of a core")?;
    }
    let dir = tempfile::tempdir_in("target")?;
    let mut plant = Plant::new(dir.path(), QUERIED_TAGS);
    plant.live(START, START + WEEK, float);
    let end = START + WEEK;
    for (name, from) in [("hour", end - HOUR), ("week", START)] {
        let mut times = Vec::new();
        for round in 0..ROUNDS {
            let begun = Instant::now();
            let found = plant.ring.history(&format!("tag_{}", round * 7), (Timestamp(from), Timestamp(end)), POINTS)?;
            times.push(begun.elapsed().as_secs_f64() * 1_000.0);
            anyhow::ensure!(found.buckets.len() > POINTS - 2 && found.gaps.is_empty(), "not all is there");
        }
        figures.put(&format!("chart_of_{name}"), median(times), "ms")?;
    }
    Ok(())
}
