//! A disk that refuses writes: nothing is acknowledged meanwhile, what was acknowledged stays, and it goes on by
//! itself (EDGE-09). The refusal is the kernel's own: a process may write no file beyond its limit, which the child
//! lowers and raises. SQLite sees an input/output error there, not a full disk.

mod store_common;

use std::convert::Infallible;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use edge_agent::store::{StorageState, StoreError};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use store_common::{logged, logs, open};
use uuid::Uuid;

const CHILD: &str = "UNISON_REFUSED_WRITES_DIR";
const ROUNDS: u64 = 12;

fn limit(bytes: Option<u64>) {
    let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    setrlimit(Resource::RLIMIT_FSIZE, bytes.unwrap_or(hard), hard).unwrap();
}

/// Not a test of its own: the process whose writes are refused.
#[tokio::test(flavor = "multi_thread")]
async fn child_whose_writes_are_refused() {
    let Some(dir) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let store = open(&dir).await;
    let mut acked = Vec::new();
    for round in 0..ROUNDS {
        // Another place of the log each time, also in the middle of a page's frame.
        let len = std::fs::metadata(dir.join("edge.db-wal")).unwrap().len();
        limit(Some(len + 40_000 + round * 177));
        loop {
            let id = Uuid::new_v4();
            match store.decide(move |_| Ok::<_, Infallible>((vec![logged(id, Some("x".repeat(300)))], ()))).await {
                Ok(_) => acked.push(id),
                Err(StoreError::Unwritable(_)) => break,
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(store.storage().state, StorageState::ReadOnly);
        assert!(store.storage().message().unwrap().starts_with("Nothing can be recorded"));
        limit(None);
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let id = Uuid::new_v4();
            if store.decide(move |_| Ok::<_, Infallible>((vec![logged(id, Some("x".repeat(300)))], ()))).await.is_ok() {
                acked.push(id);
                break;
            }
            assert!(Instant::now() < until, "it does not go on by itself");
        }
        assert_eq!(store.storage().state, StorageState::Ok);
    }
    let expected = u64::try_from(acked.len()).unwrap();
    assert!(expected >= 2 * ROUNDS, "{expected}");
    assert_eq!(store.model().queue.head, expected, "what was refused is not in the log");
    drop(store);
    let again = open(&dir).await;
    assert_eq!(again.model().queue.head, expected);
    let booked = logs(&again);
    let lost: Vec<_> = acked.iter().enumerate().filter(|(_, id)| !booked.contains(*id)).collect();
    assert!(lost.is_empty(), "{lost:?} of {expected}");
}

#[test]
fn edge_09_refused_writes_lose_and_acknowledge_nothing() {
    let dir = tempfile::tempdir().unwrap();
    // The signal of a file that is too long would end the process; ignored, the write fails instead.
    let ended = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" child_whose_writes_are_refused --exact --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .env(CHILD, dir.path())
        .output()
        .unwrap();
    let text = [ended.stdout, ended.stderr].concat();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&text));
}
