//! Facts per second through the store's writer, beside a plain SQLite loop on the same tables.

use crate::measure::{Figures, beside, numbers};
use crate::plant;
use anyhow::Result;
use edge_agent::store::Ride;
use std::time::{Duration, Instant};
use unison_core::activity::Activity;
use unison_core::facts::{ActivityChanged, ClockQuality, Fact};
use unison_core::ids::MachineId;
use unison_core::time::{SECOND, Timestamp};

const PAIRS: usize = 7;
const FACTS: i64 = 100_000;
const MACHINES: i64 = 100;

pub fn run(figures: &mut Figures) -> Result<()> {
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let ours = ours()?;
        let dir = tempfile::tempdir_in("target")?;
        let file = dir.path().join("peer.db").display().to_string();
        pairs.push((ours, numbers(&beside("peer-sqlite-loop")?, &[file, FACTS.to_string()])?[0]));
    }
    figures.pairs("facts_per_second", "1/s", &pairs)
}

fn ours() -> Result<f64> {
    let dir = tempfile::tempdir_in("target")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let store = runtime.block_on(plant::store(dir.path(), MACHINES))?;
    let head = store.model().queue.head;
    let begun = Instant::now();
    for start in (0..FACTS).step_by(500) {
        let mut ride = Ride { facts: (start..start + 500).map(changed).collect(), counters: vec![] };
        while let Err(back) = store.ride(ride) {
            ride = back;
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    while store.model().queue.head < head + FACTS.unsigned_abs() {
        std::thread::sleep(Duration::from_micros(200));
    }
    let seconds = begun.elapsed().as_secs_f64();
    store.close();
    Ok(FACTS as f64 / seconds)
}

fn changed(i: i64) -> Fact {
    ActivityChanged {
        machine: MachineId(1 + i % MACHINES),
        at: Timestamp(1_762_423_200_000_000 + i * SECOND),
        activity: if (i / MACHINES) % 2 == 0 { Activity::Running } else { Activity::Idle },
        clock: ClockQuality::Sure,
    }
    .into()
}
