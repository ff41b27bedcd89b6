//! The power goes at any moment: what the store acknowledged is there afterwards, whatever the disk made of the
//! writes that were not flushed (EDGE-09). A child's writes are recorded; then many states that a disk may be in after
//! a cut are made of the recording, and the store is opened on each. UNISON_PROVE_POWER says how many.

#[path = "store_common/disk.rs"]
mod disk;
mod store_common;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use disk::{Disk, Step, What, library, steps};
use edge_agent::store::Store;
use store_common::{child, logged, open, try_chain, try_logs, try_open};
use uuid::Uuid;

const CHILD: &str = "UNISON_POWER_LOSS_DIR";
const STATES: usize = 60;
const WRITERS: usize = 4;
const EACH: usize = 60;
const MISSING: &str = "acknowledged records are missing";
/// So often it writes, and then leaves upkeep the time to fold the log.
const ROUNDS: usize = 4;

/// Not a test of its own: the process whose disk is recorded. It says each acknowledged record, and how long the
/// recording was then.
#[tokio::test(flavor = "multi_thread")]
async fn child_whose_writes_are_recorded() {
    let Some(dir) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let store = open(&dir).await;
    for _ in 0..ROUNDS {
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..WRITERS {
            writers.spawn(write_some(store.clone()));
        }
        writers.join_all().await;
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
}

async fn write_some(store: Store) {
    let record = PathBuf::from(std::env::var_os("DISK_RECORD").unwrap());
    for _ in 0..EACH {
        let id = Uuid::new_v4();
        let fact = logged(id, Some("x".repeat(6_000)));
        store.decide(move |_| Ok::<_, Infallible>((vec![fact], ()))).await.unwrap().unwrap();
        let length = std::fs::metadata(&record).unwrap().len();
        let mut out = std::io::stdout().lock();
        writeln!(out, "acked {id} {length}").unwrap();
    }
}

/// A recording, what the disk held before it, and each acknowledged record with the recording's length then.
struct Recorded {
    before: Vec<(String, Vec<u8>)>,
    steps: Vec<Step>,
    acked: Vec<(Uuid, u64)>,
}

async fn recorded(dir: &Path) -> Recorded {
    let data = dir.join("data");
    open(&data).await.close();
    let names = ["edge.db", "edge.db-wal"];
    let before = names.iter().filter_map(|n| Some(((*n).to_owned(), std::fs::read(data.join(n)).ok()?))).collect();
    let record = dir.join("record");
    let ran = child("child_whose_writes_are_recorded")
        .env(CHILD, &data)
        .env("DISK_DIR", &data)
        .env("DISK_RECORD", &record)
        .env("LD_PRELOAD", library(dir))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    let acked = said.lines().filter_map(|line| {
        let mut words = line.split_once("acked ")?.1.split(' ');
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    });
    let acked: Vec<_> = acked.collect();
    assert_eq!(acked.len(), ROUNDS * WRITERS * EACH);
    Recorded { before, steps: steps(&std::fs::read(record).unwrap()), acked }
}

/// Opens the store on what a cut left; what is wrong with it, where it cannot be read or misses something.
async fn found(files: &BTreeMap<&str, Vec<u8>>, acked: impl Iterator<Item = Uuid>) -> Result<(), String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let store = try_open(dir.path()).await.map_err(|e| e.to_string())?;
    let whole = whole(&store, acked).await;
    store.close();
    whole
}

async fn whole(store: &Store, acked: impl Iterator<Item = Uuid>) -> Result<(), String> {
    let booked = try_logs(store).map_err(|e| e.to_string())?;
    match acked.filter(|id| !booked.contains(id)).count() {
        0 => try_chain(store).await,
        lost => Err(format!("{lost} {MISSING}")),
    }
}

/// Cuts the power at `states` moments, and says what was wrong after each that broke something.
async fn cut(recorded: &Recorded, states: usize, flushes: impl Fn(&Step) -> bool) -> Vec<String> {
    let mut random = 0x5eed_u64;
    let mut chance = move |n: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % n
    };
    let mut disk = Disk::with(recorded.before.clone());
    let mut broken = Vec::new();
    let mut made = 0;
    for (place, step) in recorded.steps.iter().enumerate() {
        if !matches!(step.what, What::Flush) || flushes(step) {
            disk.step(step);
        }
        while made * recorded.steps.len() < (place + 1) * states {
            made += 1;
            let acked = recorded.acked.iter().filter(|(_, length)| *length <= step.end).map(|(id, _)| *id);
            let files = disk.cut(&mut chance);
            if let Err(wrong) = found(&files, acked).await {
                broken.push(format!("cut {made}: {wrong}"));
            }
        }
    }
    broken
}

#[tokio::test]
async fn edge_09_nothing_acknowledged_is_lost_by_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let recorded = recorded(dir.path()).await;
    let of = |file: &str, flush: bool| {
        let is = |s: &&Step| s.file == file && matches!(s.what, What::Flush) == flush;
        recorded.steps.iter().filter(is).count()
    };
    // The database itself was written, too: the log was folded while the child ran.
    assert!(of("edge.db-wal", true) > 100 && of("edge.db", false) > 10 && of("edge.db", true) > 0);
    let states = std::env::var("UNISON_PROVE_POWER").map_or(STATES, |n| n.parse().unwrap());
    let broken = cut(&recorded, states, |_| true).await;
    // As `synchronous=NORMAL` leaves them out. If that lost nothing, the states above would prove nothing.
    let control = (states / 4).clamp(16, 1_000);
    let without = cut(&recorded, control, |step| step.file != "edge.db-wal").await;
    let mut out = std::io::stdout().lock();
    let (lost, without_lost) = (broken.len(), without.len());
    writeln!(out, "{states} power cuts, {lost} broke it; without flushes of the log {without_lost} of {control}")
        .unwrap();
    assert!(broken.is_empty(), "of {states}: {broken:#?}");
    assert!(without_lost > control / 4, "only {without:#?} of {control} without flushes of the log");
    // And not only because the file could not be read.
    assert!(without.iter().any(|wrong| wrong.contains(MISSING)), "{without:#?}");
}
