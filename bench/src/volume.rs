//! Bytes written to the disk a day at 100 machines: two hours of such a plant, commit by commit as they group in
//! life, on a database that holds hours of history (in an empty one all machines share a few pages). Every machine
//! makes parts in every bucket and changes its activity once a minute. The plant's time runs faster than ours: each
//! commit waits for its answer, so none shares its flush with another that would come later in life. What the
//! upkeep of the file writes meanwhile counts, and so does all that is left at the end.

use crate::measure::Figures;
use crate::plant;
use anyhow::Result;
use edge_agent::driver::Clock;
use edge_agent::store::{CounterAt, Ride, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;
use unison_core::activity::Activity;
use unison_core::facts::{ActivityChanged, ClockQuality, Counted, Fact, Observed};
use unison_core::ids::MachineId;
use unison_core::time::{HOUR, SECOND, Timestamp};

const MACHINES: i64 = 100;
const HISTORY_HOURS: i64 = 6;
const MEASURED_HOURS: i64 = 2;
const START: i64 = 1_762_423_200_000_000;
/// Between two changes of activity in the plant. Longer than facts wait for company, so each is a commit.
const CHANGE_EVERY: i64 = 600_000;
const BUCKET: i64 = 10 * SECOND;

/// The plant's time.
struct PlantClock(AtomicI64);

impl Clock for PlantClock {
    fn now_us(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

pub fn run(figures: &mut Figures) -> Result<()> {
    let dir = tempfile::tempdir_in("target")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let clock = Arc::new(PlantClock(AtomicI64::new(START)));
    let store = runtime.block_on(plant::store_at(dir.path(), MACHINES, clock.clone()))?;
    history(&store, &clock)?;
    let (before, disk_before) = (stored()?, disk()?);
    let from = START + HISTORY_HOURS * HOUR;
    runtime.block_on(live(&store, &clock, from))?;
    store.close();
    let days = MEASURED_HOURS as f64 / 24.0;
    figures.put("written_per_day_100_machines", (stored()? - before) as f64 / days / 1e9, "GB")?;
    figures.put("disk_of_all_programs_per_day", (disk()? - disk_before) as f64 / days / 1e9, "GB")
}

/// Hours of the past, quickly.
fn history(store: &Store, clock: &PlantClock) -> Result<()> {
    let mut head = store.model().queue.head;
    for bucket in (START..START + HISTORY_HOURS * HOUR).step_by(60 * 1_000_000) {
        clock.0.store(bucket, Relaxed);
        let mut facts: Vec<Fact> = (0..6).flat_map(|i| counts(bucket + i * BUCKET)).collect();
        facts.extend((0..MACHINES).map(|i| changed(bucket + i * CHANGE_EVERY, i)));
        head += facts.len() as u64;
        let mut ride = Ride { facts, counters: vec![] };
        while let Err(back) = store.ride(ride) {
            ride = back;
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    while store.model().queue.head < head {
        std::thread::sleep(Duration::from_millis(10));
    }
    // Until it is settled and folded.
    std::thread::sleep(Duration::from_secs(3));
    Ok(())
}

async fn live(store: &Store, clock: &PlantClock, from: i64) -> Result<()> {
    let mut next_bucket = from;
    for (i, now) in (from..from + MEASURED_HOURS * HOUR).step_by(600_000).enumerate() {
        clock.0.store(now, Relaxed);
        let change = changed(now, i as i64 % MACHINES);
        store.decide(move |_| Ok::<_, ()>((vec![change], ()))).await?.ok();
        if now >= next_bucket + BUCKET {
            let mut facts = counts(next_bucket);
            facts.push(Observed { until: Timestamp(next_bucket + BUCKET) }.into());
            let counters = (1..=MACHINES).map(|i| counter(i, now)).collect();
            let ride = Ride { facts: vec![], counters };
            anyhow::ensure!(store.ride(ride).is_ok(), "the writer fell behind a pace it must hold easily");
            store.decide(move |_| Ok::<_, ()>((facts, ()))).await?.ok();
            next_bucket += BUCKET;
        }
        if i % 50 == 0 {
            // In life the writer has nothing to do most of the time.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    Ok(())
}

fn changed(at: i64, machine: i64) -> Fact {
    let activity = if (at / (60 * SECOND)) % 2 == 0 { Activity::Idle } else { Activity::Running };
    ActivityChanged { machine: MachineId(1 + machine), at: Timestamp(at), activity, clock: ClockQuality::Sure }.into()
}

fn counts(bucket: i64) -> Vec<Fact> {
    let bucket = Timestamp(bucket);
    let counted =
        |i| Counted { machine: MachineId(i), bucket, total: 2, rejected: 0, ideal: 5 * SECOND, work_order: None };
    (1..=MACHINES).map(|i| counted(i).into()).collect()
}

/// Where the machine's counter stood: in life it is booked with its counts.
fn counter(machine: i64, now: i64) -> CounterAt {
    let raw = (now / BUCKET).unsigned_abs();
    CounterAt { machine: MachineId(machine), name: "parts", raw, at: Timestamp(now) }
}

/// Bytes that reached, or will reach, the disk because of this process.
pub fn stored() -> Result<u64> {
    let io = std::fs::read_to_string("/proc/self/io")?;
    let line = io.lines().find_map(|l| l.strip_prefix("write_bytes: "));
    Ok(line.unwrap_or("0").parse()?)
}

/// Bytes written to all disks of this machine, the file system's journal included: true only while nothing else
/// writes.
fn disk() -> Result<u64> {
    let stats = std::fs::read_to_string("/proc/diskstats")?;
    let written = stats.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        // Partitions and stacked devices would count twice.
        let is_disk =
            words.get(2).is_some_and(|name| std::path::Path::new("/sys/block").join(name).join("device").exists());
        words.get(9).filter(|_| is_disk)?.parse::<u64>().ok()
    });
    Ok(written.sum::<u64>() * 512)
}
