//! kill -9 at any moment: what the store acknowledged is there afterwards, and the log is whole (EDGE-09).
//!
//! The child is this test binary itself, told by an environment variable to write until it is killed. It
//! says each acknowledged record on its standard output; that is the judge's ledger.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use edge_agent::agent::WallClock;
use edge_agent::store::{Identity, Store};
use unison_core::facts::{Fact, ProductionLogged};
use unison_core::ids::{UserId, WorkOrderId};
use unison_core::time::Timestamp;
use unison_sync::gate::{Verdict, judge};
use unison_sync::wire::Have;
use uuid::Uuid;

const CHILD: &str = "UNISON_CRASH_TEST_DIR";
const CYCLES: u32 = 8;

fn logged(id: Uuid) -> Fact {
    ProductionLogged {
        id,
        work_order: WorkOrderId(1),
        machine: None,
        completed: 1,
        rejected: 0,
        hours_micro: 1,
        notes: None,
        by: UserId(1),
        at: Timestamp(1),
        shift: None,
    }
    .into()
}

async fn open(dir: &Path) -> Store {
    let store = Store::open(dir, Arc::new(WallClock)).unwrap();
    if store.model().identity.is_none() {
        let identity = Identity {
            organization: Uuid::from_u128(1),
            plant: Uuid::from_u128(2),
            edge: Uuid::from_u128(3),
            edge_id: 1,
            cloud_public_key: [1; 32],
            key_id: 1,
            mqtt_host: String::new(),
            mqtt_port: 1,
            organization_name: String::new(),
            plant_name: String::new(),
        };
        store.enrolled(identity).await.unwrap();
    }
    store
}

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
        store.decide(move |_| Ok::<_, Infallible>((vec![logged(id)], ()))).await.unwrap().unwrap();
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
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["child_that_writes_until_it_is_killed", "--exact", "--nocapture", "--test-threads=1"])
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
        let lost: Vec<_> = acked.iter().filter(|id| !store.model().has_log(**id)).collect();
        assert!(lost.is_empty(), "cycle {cycle}: lost {lost:?}");
        let (mut have, head) = (Have::default(), store.model().queue.head);
        while have.seq < head {
            for bytes in store.log_after(1, have.seq, 1024 * 1024).await.unwrap().batches {
                have = match judge(&have, &bytes).unwrap().1 {
                    Verdict::Next(next) => next,
                    other => panic!("{other:?}"),
                };
            }
        }
    }
    assert!(acked.len() > 100, "only {} records: the child did not write", acked.len());
}
