//! A database that was set back to a copy: no number gets a second meaning, nothing the cloud lacks stays behind.
//! And clocks that were set back.

use std::path::Path;
use std::sync::atomic::AtomicI64;

use unison_core::time::HOUR;
use unison_sync::gate::{Verdict, judge};
use unison_sync::wire::Batch;
use uuid::Uuid;

use super::test_plant::*;
use super::*;

/// What a cloud that takes our log holds: its vector and the logs in it.
#[derive(Default)]
struct Held {
    have: Have,
    logs: Vec<u128>,
    starts: u32,
}

impl Held {
    /// Sends everything as the carrier does: incarnation by incarnation, from where the cloud says it is.
    async fn take(&mut self, store: &Store) {
        loop {
            assert!(!store.compare(self.have).await.unwrap(), "nothing contradicts");
            let sending = store.model().queue.sending();
            if self.have.incarnation > sending.incarnation {
                store.acked(sending.incarnation, u64::MAX);
                store.side(|_| Ok(())).await.unwrap();
                continue;
            }
            let held = if self.have.incarnation == sending.incarnation { self.have.seq } else { 0 };
            let part = store.log_after(sending.incarnation, held.min(sending.head), usize::MAX).await.unwrap();
            for bytes in &part.batches {
                let (batch, verdict) = judge(&self.have, bytes).unwrap();
                let Verdict::Next(have) = verdict else { panic!("{verdict:?}") };
                self.have = have;
                self.read(&batch);
            }
            store.acked(sending.incarnation, sending.head);
            store.side(|_| Ok(())).await.unwrap();
            if store.model().queue.before.is_none() && store.model().queue.pending() == 0 {
                return;
            }
        }
    }

    fn read(&mut self, batch: &Batch) {
        for op in &batch.ops {
            match Fact::decode(op.kind, op.version, &op.body).unwrap() {
                Some(Fact::ProductionLogged(f)) => self.logs.push(f.id.as_u128()),
                Some(Fact::AgentStarted(_)) => self.starts += 1,
                _ => {}
            }
        }
    }
}

/// Puts what a copy holds in the place of the database; what lies beside it stays.
fn restore(copy: &Path, dir: &Path) {
    for name in ["edge.db-wal", "edge.db-shm"] {
        drop(std::fs::remove_file(dir.join(name)));
    }
    for name in ["edge.db", "edge.db-wal"] {
        std::fs::copy(copy.join(name), dir.join(name)).unwrap();
    }
}

#[tokio::test]
async fn edge_09_a_restored_copy_goes_on_under_a_new_incarnation() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    write(&store, vec![logged(1, 1, 0).into()]).await;
    held.take(&store).await;
    let counters = vec![CounterAt { machine: MILL, name: "parts", raw: 1_000, at: at(0) }];
    store.ride(Ride { facts: vec![], counters }).unwrap();
    write(&store, vec![logged(2, 1, 0).into()]).await;
    let copy = crashed(&dir);
    write(&store, vec![logged(3, 1, 0).into()]).await;
    held.take(&store).await;
    assert_eq!(store.read(history::counters).unwrap().len(), 1);
    store.close();
    drop(store);
    restore(copy.path(), dir.path());

    let store = open(&dir);
    let queue = store.model().queue;
    assert_eq!((queue.incarnation, queue.head), (2, 0), "the mark beside the database shows it");
    assert_eq!(store.read(history::counters).unwrap(), [], "parts since the copy may be booked already");
    assert!(store.model().has_log(Uuid::from_u128(2)) && !store.model().has_log(Uuid::from_u128(3)));
    store.start("test", vec!["CNC-001".into()]).await.unwrap();
    write(&store, vec![logged(4, 1, 0).into()]).await;
    held.take(&store).await;
    assert_eq!(held.logs, [1, 2, 3, 4], "each once");
    assert_eq!(held.have.incarnation, 2);
    store.close();
    drop(store);
    let store = open(&dir);
    assert_eq!((store.model().queue.incarnation, store.model().queue.pending()), (2, 0), "it is no copy any more");
    write(&store, vec![logged(5, 1, 0).into()]).await;
    held.take(&store).await;
    assert_eq!(held.logs, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn edge_09_what_the_cloud_lacked_when_the_copy_was_made_still_goes_up() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    write(&store, vec![logged(1, 1, 0).into()]).await;
    held.take(&store).await;
    write(&store, vec![logged(2, 1, 0).into()]).await;
    let copy = crashed(&dir);
    write(&store, vec![logged(3, 1, 0).into()]).await;
    store.close();
    drop(store);
    restore(copy.path(), dir.path());
    let store = open(&dir);
    let before = store.model().queue.before.expect("the cloud lacks log 2");
    assert_eq!(before.incarnation, 1);
    write(&store, vec![logged(4, 1, 0).into()]).await;
    assert_eq!(store.model().queue.pending(), 2);
    held.take(&store).await;
    assert_eq!(held.logs, [1, 2, 4], "log 3 was only on the disk that was replaced");
}

#[tokio::test]
async fn edge_09_a_whole_box_set_back_is_seen_by_what_the_cloud_holds() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    write(&store, vec![logged(1, 1, 0).into()]).await;
    held.take(&store).await;
    let copy = crashed(&dir);
    write(&store, vec![logged(2, 1, 0).into(), logged(3, 1, 0).into()]).await;
    held.take(&store).await;
    store.close();
    drop(store);
    let starts = held.starts;

    // The mark is set back too: there is none in the copy.
    let store = Store::open(copy.path(), clock()).unwrap();
    store.start("test", vec!["CNC-001".into()]).await.unwrap();
    write(&store, vec![logged(4, 1, 0).into()]).await;
    assert_eq!(store.model().queue.incarnation, 1, "nobody here can know");
    assert!(store.compare(held.have).await.unwrap());
    assert_eq!(store.model().queue.incarnation, 2);
    held.take(&store).await;
    assert_eq!(held.logs, [1, 2, 3, 4], "what was written since goes up, what the cloud holds does not again");
    assert_eq!(held.starts, starts + 1);
    let again = Store::open(crashed_to(copy.path()).path(), clock()).unwrap();
    assert_eq!(again.model().queue.incarnation, 2);
}

fn crashed_to(dir: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    restore(dir, to.path());
    to
}

#[tokio::test]
async fn edge_09_a_cloud_that_was_set_back_makes_no_new_incarnation() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    held.take(&store).await;
    let earlier = held.have;
    write(&store, vec![logged(1, 1, 0).into()]).await;
    held.take(&store).await;
    assert!(!store.compare(earlier).await.unwrap());
    assert!(!store.compare(Have::default()).await.unwrap());
    assert!(store.compare(Have { hash: [9; 32], ..earlier }).await.unwrap(), "the same place, another past");
}

#[tokio::test]
async fn sync_stamps_go_on_above_the_last_when_the_clock_is_set_back_across_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    write(&store, vec![logged(1, 1, 0).into()]).await;
    let stamps = async |store: &Store| {
        let part = store.log_after(1, 0, usize::MAX).await.unwrap();
        let ops = part.batches.iter().flat_map(|b| Batch::decode(b).unwrap().ops);
        ops.map(|op| op.hlc).collect::<Vec<_>>()
    };
    let before = *stamps(&store).await.last().unwrap();
    // The cloud's clock is far ahead, and nothing of ours follows before the restart.
    let ahead = before + (1 << 40);
    cloud.stamped(&store, work_order(unison_core::master::WorkOrderStatus::Released).into(), ahead).await;
    store.close();
    drop(store);
    let earlier = Arc::new(TestClock(AtomicI64::new(NOW - HOUR)));
    let store = Store::open(dir.path(), earlier).unwrap();
    write(&store, vec![logged(2, 1, 0).into()]).await;
    let all = stamps(&store).await;
    assert!(*all.last().unwrap() > ahead, "above our own and above what was seen");
    assert!(all.is_sorted());
}

#[tokio::test]
async fn edge_09_two_boxes_with_one_identity_do_not_overtake_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![logged(1, 1, 0).into()]).await;
    let ahead = Have { incarnation: 2, seq: 1, hash: [7; 32] };
    let refused = store.compare(ahead).await.unwrap_err();
    assert!(matches!(refused, StoreError::Elsewhere { cloud: 2, here: 1 }), "{refused}");
    assert_eq!(store.model().queue.incarnation, 1, "a person decides");
}
