//! The disk fails at every one of its calls in turn, once or for a while: nothing is acknowledged without its commit,
//! nothing acknowledged is lost, and it goes on by itself or, where a flush failed, after a start (EDGE-09).
//! UNISON_PROVE_DISK says up to which call.

#[path = "store_common/disk.rs"]
mod disk;
mod store_common;

use std::convert::Infallible;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use store_common::{chain_is_whole, child, logged, logs, open, try_open};
use uuid::Uuid;

const CHILD: &str = "UNISON_FAILING_DISK_DIR";
const CALLS: u64 = 40;
const SIDE_BY_SIDE: usize = 8;
/// The child is content once it has written so many after the last failure.
const AFTER: usize = 5;

/// Not a test of its own: the process whose disk fails. It says what was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn child_whose_disk_fails() {
    let Some(dir) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let Ok(store) = try_open(&dir).await else { return };
    let (until, mut in_a_row) = (Instant::now() + Duration::from_secs(30), 0);
    let mut refused = 0;
    // Beyond the call that fails, or until what follows it is written.
    while in_a_row < AFTER + usize::from(refused == 0) * 40 {
        assert!(Instant::now() < until, "it does not go on by itself");
        let id = Uuid::new_v4();
        let fact = logged(id, Some("x".repeat(300)));
        if store.decide(move |_| Ok::<_, Infallible>((vec![fact], ()))).await.is_ok() {
            writeln!(std::io::stdout().lock(), "acked {id}").unwrap();
            in_a_row += 1;
        } else {
            writeln!(std::io::stdout().lock(), "refused {id}").unwrap();
            (in_a_row, refused) = (0, refused + 1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// How a run ended: records acknowledged and refused, and whether the process ended for a new start.
struct Ran {
    acked: usize,
    refused: usize,
    gave_up: bool,
}

async fn fail(dir: &Path, library: &Path, from: u64, until: u64) -> Ran {
    let data = dir.join(format!("{from}-{until}"));
    open(&data).await.close();
    let ran = tokio::process::Command::from(child("child_whose_disk_fails"))
        .env(CHILD, &data)
        .env("DISK_DIR", &data)
        .env("DISK_FAIL_FROM", from.to_string())
        .env("DISK_FAIL_UNTIL", until.to_string())
        .env("LD_PRELOAD", library)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let ids = |word: &str| -> Vec<Uuid> {
        let id = |line: &str| line.split_once(word)?.1.trim().parse().ok();
        said.lines().filter_map(id).collect()
    };
    let (acked, refused) = (ids("acked "), ids("refused "));
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(!errors.contains("does not go on by itself"), "calls {from} to {until}: {errors}");
    let store = open(&data).await;
    let booked = logs(&store);
    let lost: Vec<_> = acked.iter().filter(|id| !booked.contains(*id)).collect();
    assert!(lost.is_empty(), "calls {from} to {until}: {lost:?} of {}", acked.len());
    let kept: Vec<_> = refused.iter().filter(|id| booked.contains(*id)).collect();
    // Where the process ended, the last one was under way: nobody was told that it was refused.
    assert!(kept.is_empty(), "calls {from} to {until}: refused and kept {kept:?}");
    chain_is_whole(&store).await;
    store.close();
    std::fs::remove_dir_all(&data).unwrap();
    Ran { acked: acked.len(), refused: refused.len(), gave_up: !ran.status.success() }
}

#[tokio::test]
async fn edge_09_an_error_at_every_call_of_the_disk_loses_and_acknowledges_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let library = disk::library(dir.path());
    let calls = std::env::var("UNISON_PROVE_DISK").map_or(CALLS, |n| n.parse().unwrap());
    let spans = (1..=calls).flat_map(|from| [(from, from + 1), (from, from + 6)]);
    let spans = spans.filter(|(from, until)| until - from == 1 || from % 5 == 0);
    // They mostly wait for the store to try again.
    let all = futures::stream::iter(spans.map(|(from, until)| fail(dir.path(), &library, from, until)));
    let all: Vec<Ran> = all.buffer_unordered(SIDE_BY_SIDE).collect().await;
    let (runs, acked) = (all.len(), all.iter().map(|ran| ran.acked).sum::<usize>());
    let refused: usize = all.iter().map(|ran| ran.refused).sum();
    let gave_up = all.iter().filter(|ran| ran.gave_up).count();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{runs} runs: {acked} acknowledged, {refused} refused, {gave_up} ended for a new start").unwrap();
    assert!(refused + gave_up >= runs / 2, "the errors did not reach the store: {refused} refused, {gave_up} ended");
}
