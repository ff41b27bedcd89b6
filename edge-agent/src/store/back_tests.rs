//! A database that was set back to a copy: no number gets a second meaning, nothing the cloud lacks stays behind.
//! And clocks that were set back.

use std::path::Path;
use std::sync::atomic::AtomicI64;

use unison_core::activity::Activity;
use unison_core::facts::Counted;
use unison_core::time::{HOUR, SECOND};
use unison_sync::gate::{Verdict, judge};
use unison_sync::wire::Batch;
use uuid::Uuid;

use super::test_plant::*;
use super::*;

/// What a cloud that takes our log holds: its vector and the logs in it.
#[derive(Clone, Default)]
struct Held {
    have: Have,
    logs: Vec<u128>,
    starts: u32,
    parts: u32,
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
                Some(Fact::Counted(f)) => self.parts += f.total,
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
    let has_log = |id| store.read(move |c| project::has_log(c, Uuid::from_u128(id))).unwrap();
    assert!(has_log(2) && !has_log(3));
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

fn counted(seconds: i64, total: u32) -> Fact {
    Counted { machine: MILL, bucket: at(seconds), total, rejected: 0, ideal: 6 * SECOND, work_order: None }.into()
}

#[tokio::test]
async fn edge_09_of_a_whole_box_set_back_only_what_was_written_since_goes_up_again() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    write(&store, vec![logged(1, 1, 0).into()]).await;
    held.take(&store).await;
    // Machines are claimed anew and parts are made; the copy is made before the cloud acknowledged that.
    store.claim("test", vec!["CNC-001".into()]).await.unwrap();
    write(&store, vec![logged(2, 1, 0).into(), counted(10, 7)]).await;
    let copy = crashed(&dir);
    write(&store, vec![logged(3, 1, 0).into(), counted(20, 5)]).await;
    held.take(&store).await;
    store.close();
    drop(store);
    assert_eq!((held.logs.as_slice(), held.parts), ([1, 2, 3].as_slice(), 12));

    let store = Store::open(copy.path(), clock()).unwrap();
    store.start("test", vec!["CNC-001".into()]).await.unwrap();
    write(&store, vec![logged(4, 1, 0).into(), changed(100, Activity::Running), counted(100, 2)]).await;
    assert!(store.compare(held.have).await.unwrap());
    held.take(&store).await;
    assert_eq!(held.logs, [1, 2, 3, 4], "a claim is no start");
    assert_eq!(held.parts, 14);
}

#[tokio::test]
async fn edge_09_parts_made_while_a_box_was_replaced_are_counted_by_what_it_replaced_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    let stood = |raw, seconds| vec![CounterAt { machine: MILL, name: "parts", raw, at: at(seconds) }];
    store.ride(Ride { facts: vec![counted(0, 3)], counters: stood(1_003, 5) }).unwrap();
    store.side(|_| Ok(())).await.unwrap();
    held.take(&store).await;
    let copy = crashed(&dir);
    store.ride(Ride { facts: vec![counted(300, 40)], counters: stood(1_043, 305) }).unwrap();
    store.side(|_| Ok(())).await.unwrap();
    held.take(&store).await;
    store.close();
    drop(store);

    // The counter goes on at 1,045: for this database 42 parts more than it knew of, of which the cloud holds 40.
    let later = Arc::new(TestClock(AtomicI64::new(at(3_600).0)));
    let store = Store::open(copy.path(), later).unwrap();
    store.start("test", vec!["CNC-001".into()]).await.unwrap();
    let facts = vec![changed(3_605, Activity::Running), counted(3_590, 42), counted(3_600, 6)];
    store.ride(Ride { facts, counters: stood(1_051, 3_608) }).unwrap();
    store.side(|_| Ok(())).await.unwrap();
    assert!(store.compare(held.have).await.unwrap());
    held.take(&store).await;
    assert_eq!(held.parts, 3 + 40 + 6, "what it counted since it saw the machine, and nothing twice");
    let range = unison_core::span::Span::new(at(3_000), at(4_000));
    assert_eq!(store.read(|c| history::counts(c, MILL, range)).unwrap().total, 6, "the edge says the same");
    assert_eq!(store.read(history::counters).unwrap().len(), 1, "what was read since the copy stands");
}

#[tokio::test]
async fn edge_09_what_was_written_since_a_set_back_is_not_under_two_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    held.take(&store).await;
    let copy = crashed(&dir);
    let earlier = held.clone();
    write(&store, vec![logged(2, 1, 0).into()]).await;
    held.take(&store).await;
    drop(store);
    let store = Store::open(copy.path(), clock()).unwrap();
    store.start("test", vec!["CNC-001".into()]).await.unwrap();
    write(&store, vec![logged(3, 1, 0).into()]).await;
    assert!(store.compare(held.have).await.unwrap());
    // The cloud is set back, too, to before all of that.
    let mut held = earlier;
    assert!(!store.compare(held.have).await.unwrap(), "the first incarnation ends where the copy was made");
    held.take(&store).await;
    assert_eq!(held.logs, [3], "once; log 2 was only on the disk that was replaced and in the cloud");
}

#[tokio::test]
async fn edge_09_a_cloud_restored_to_before_a_new_incarnation_gets_the_rest_of_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    write(&store, vec![logged(1, 1, 0).into()]).await;
    held.take(&store).await;
    let backup = held.clone();
    write(&store, vec![logged(2, 1, 0).into()]).await;
    held.take(&store).await;
    let copy = crashed(&dir);
    write(&store, vec![logged(3, 1, 0).into()]).await;
    store.close();
    drop(store);
    restore(copy.path(), dir.path());
    let store = open(&dir);
    write(&store, vec![logged(4, 1, 0).into()]).await;
    held.take(&store).await;
    assert_eq!((held.have.incarnation, held.logs.as_slice()), (2, [1, 2, 4].as_slice()));

    let mut held = backup;
    assert!(store.compare(held.have).await.unwrap(), "another incarnation goes up now");
    let queue = store.model().queue;
    assert_eq!((queue.sending().incarnation, queue.acked), (1, 0), "it holds nothing of the second any more");
    let disk = crashed(&dir);
    assert_eq!(Store::open(disk.path(), clock()).unwrap().model().queue.sending().incarnation, 1, "also after a crash");
    held.take(&store).await;
    assert_eq!((held.have.incarnation, held.logs.as_slice()), (2, [1, 2, 4].as_slice()));
    assert!(!store.compare(held.have).await.unwrap(), "and then it is as it was");
}

#[tokio::test]
async fn edge_09_what_is_kept_no_more_is_not_promised_to_a_restored_cloud() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    held.take(&store).await;
    let backup = held.clone();
    write(&store, vec![logged(1, 1, 0).into()]).await;
    write(&store, vec![logged(2, 1, 0).into()]).await;
    held.take(&store).await;
    let copy = crashed(&dir);
    write(&store, vec![logged(3, 1, 0).into()]).await;
    store.close();
    drop(store);
    restore(copy.path(), dir.path());
    let store = open(&dir);
    write(&store, vec![logged(4, 1, 0).into()]).await;
    held.take(&store).await;
    let after = i64::try_from(backup.have.seq).unwrap() + 1 + (1 << 40);
    store.side(move |c| c.execute("DELETE FROM log WHERE place <= ?1", [after])).await.unwrap();
    let mut held = backup;
    assert!(!store.compare(held.have).await.unwrap(), "its first batch is forgotten: the rest fits nowhere");
    held.take(&store).await;
    assert_eq!(held.logs, [4]);
}

#[tokio::test]
async fn edge_09_a_cloud_restored_to_before_what_is_kept_gets_what_is_kept() {
    for is_empty in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = edge(&dir).await;
        let mut held = Held::default();
        if !is_empty {
            held.take(&store).await;
        }
        let backup = held.clone();
        for id in 1..=3 {
            write(&store, vec![logged(id, 1, 0).into()]).await;
        }
        held.take(&store).await;
        let first = i64::try_from(store.model().queue.head).unwrap() - 1 + (1 << 40);
        store.side(move |c| c.execute("DELETE FROM log WHERE place < ?1", [first])).await.unwrap();
        write(&store, vec![logged(4, 1, 0).into(), counted(10, 5)]).await;
        assert!(!store.compare(held.have).await.unwrap(), "nothing is missing");
        let mut held = backup;
        assert!(store.compare(held.have).await.unwrap(), "{is_empty}");
        let queue = store.model().queue;
        assert_eq!((queue.incarnation, queue.head, queue.acked), (2, 4, 0));
        held.take(&store).await;
        assert_eq!((held.logs.as_slice(), held.parts), ([2, 3, 4].as_slice(), 5));
        assert!(!store.compare(held.have).await.unwrap(), "and then it is as it was");
        assert_eq!(Store::open(crashed(&dir).path(), clock()).unwrap().model().queue.pending(), 0);
    }
}

#[tokio::test]
async fn edge_09_what_moves_to_a_new_incarnation_is_as_old_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut held = Held::default();
    held.take(&store).await;
    let copy = crashed(&dir);
    write(&store, vec![logged(1, 1, 0).into()]).await;
    held.take(&store).await;
    drop(store);
    let store = Store::open(copy.path(), clock()).unwrap();
    write(&store, vec![logged(2, 1, 0).into()]).await;
    store
        .side(|c| c.execute("UPDATE log SET committed_at = 77 WHERE place = (SELECT max(place) FROM log)", []))
        .await
        .unwrap();
    assert!(store.compare(held.have).await.unwrap());
    assert_eq!(store.model().queue.oldest_unsent, Some(Timestamp(77)));
    let written: i64 = store
        .read(|c| c.query_row("SELECT committed_at FROM log ORDER BY place DESC LIMIT 1", [], |r| r.get(0)))
        .unwrap();
    assert_eq!(written, 77);
}

#[tokio::test]
async fn edge_09_an_earlier_incarnation_that_the_cloud_lacks_again_is_acknowledged_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![logged(1, 1, 0).into()]).await;
    write(&store, vec![logged(2, 1, 0).into()]).await;
    let copy = crashed(&dir);
    write(&store, vec![logged(3, 1, 0).into()]).await;
    store.close();
    drop(store);
    restore(copy.path(), dir.path());
    let store = open(&dir);
    write(&store, vec![logged(4, 1, 0).into()]).await;
    let tail = store.model().queue.before.unwrap();
    store.acked(tail.incarnation, tail.head - 1);
    let noted = i64::try_from(tail.head - 1).unwrap() + (1 << 40);
    store.side(move |c| c.execute("INSERT INTO acknowledged VALUES (?1, 5)", [noted])).await.unwrap();
    store.acked(tail.incarnation, tail.head - 2);
    store.side(|_| Ok(())).await.unwrap();
    assert_eq!(store.model().queue.before.unwrap().acked, tail.head - 2);
    let left = |c: &rusqlite::Connection| {
        c.query_row("SELECT count(*) FROM acknowledged WHERE place >= ?1", [noted], |r| r.get::<_, i64>(0))
    };
    assert_eq!(store.read(left).unwrap(), 0);
}
