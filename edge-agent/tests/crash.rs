//! kill -9 at any moment: what the store acknowledged is there afterwards, and the log is whole (EDGE-09).
//!
//! The child is this test binary itself, told by an environment variable to write until it is killed. It
//! says each acknowledged record on its standard output; that is the judge's ledger.

mod store_common;

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use edge_agent::store::Store;
use store_common::{chain_is_whole, child, logged, logs, open};
use uuid::Uuid;

const CHILD: &str = "UNISON_CRASH_TEST_DIR";
const CYCLES: u32 = 8;

/// Not a test of its own: the process that is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child_that_writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let store = open(&dir).await;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        writers.spawn(write_on(store.clone()));
    }
    // They never end by themselves.
    writers.join_next().await;
}

async fn write_on(store: Store) {
    loop {
        let id = Uuid::new_v4();
        store.decide(move |_| Ok::<_, Infallible>((vec![logged(id, None)], ()))).await.unwrap().unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "acked {id}").unwrap();
        out.flush().unwrap();
    }
}

#[tokio::test]
async fn edge_09_nothing_acknowledged_is_lost_by_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut acked: Vec<Uuid> = Vec::new();
    for cycle in 0..CYCLES {
        let mut child = child("child_that_writes_until_it_is_killed")
            .env(CHILD, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let reader = std::thread::spawn(move || {
            // The last line may be torn by the kill; it then names no record.
            let id = |line: String| line.split_once("acked ").and_then(|(_, id)| id.trim().parse::<Uuid>().ok());
            out.lines().map_while(Result::ok).filter_map(id).collect::<Vec<_>>()
        });
        tokio::time::sleep(Duration::from_millis(150 + u64::from(cycle) * 37)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        acked.extend(reader.join().unwrap());

        let store = open(dir.path()).await;
        let booked = logs(&store);
        let lost: Vec<_> = acked.iter().filter(|id| !booked.contains(*id)).collect();
        assert!(lost.is_empty(), "cycle {cycle}: lost {lost:?}");
        chain_is_whole(&store).await;
    }
    assert!(acked.len() > 100, "only {} records: the child did not write", acked.len());
}
