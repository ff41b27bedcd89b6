//! Bytes written to the disk a day at 100 machines: a minute of such a plant in real time, so that
//! commits group as they do in life, times 1,440. Every machine makes parts in every bucket and changes
//! its activity once a minute.

use crate::measure::Figures;
use crate::plant;
use anyhow::Result;
use edge_agent::driver::Clock;
use edge_agent::store::Ride;
use std::time::Duration;
use unison_core::activity::Activity;
use unison_core::facts::{ActivityChanged, ClockQuality, Counted, Fact, Observed};
use unison_core::ids::MachineId;
use unison_core::time::{SECOND, Timestamp};

const MACHINES: i64 = 100;
const SECONDS: i64 = 60;

pub fn run(figures: &mut Figures) -> Result<()> {
    let dir = tempfile::tempdir_in("target")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let store = runtime.block_on(plant::store(dir.path(), MACHINES))?;
    let start = Timestamp(plant::Wall.now_us()).bucket();
    let before = stored()?;
    for tick in 0..SECONDS * 10 {
        let now = start.plus(tick * SECOND / 10);
        let facts = facts_of(tick, now);
        if !facts.is_empty() && store.ride(Ride { facts, counters: vec![] }).is_err() {
            anyhow::bail!("the writer fell behind a pace it must hold easily");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    store.close();
    let bytes = stored()? - before;
    figures.put("written_per_day_100_machines", bytes as f64 / SECONDS as f64 * 86_400.0 / 1e9, "GB")
}

fn facts_of(tick: i64, now: Timestamp) -> Vec<Fact> {
    let mut facts = Vec::new();
    // 100 changes a minute, spread: one in six ticks.
    if tick % 6 == 0 {
        let machine = MachineId(1 + (tick / 6) % MACHINES);
        let activity = if (tick / 600) % 2 == 0 { Activity::Idle } else { Activity::Running };
        facts.push(ActivityChanged { machine, at: now, activity, clock: ClockQuality::Sure }.into());
    }
    if tick % 100 == 99 {
        let bucket = now.bucket();
        let counted =
            |i| Counted { machine: MachineId(i), bucket, total: 2, rejected: 0, ideal: 5 * SECOND, work_order: None };
        facts.extend((1..=MACHINES).map(|i| Fact::from(counted(i))));
        facts.push(Observed { until: bucket.plus(10 * SECOND) }.into());
    }
    facts
}

/// Bytes that reached, or will reach, the disk because of this process.
fn stored() -> Result<u64> {
    let io = std::fs::read_to_string("/proc/self/io")?;
    let line = io.lines().find_map(|l| l.strip_prefix("write_bytes: "));
    Ok(line.unwrap_or("0").parse()?)
}
