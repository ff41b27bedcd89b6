//! The disk side of the store: its log, its files, and what happens when they fail.

use std::convert::Infallible;
use std::path::Path;

use unison_core::activity::Activity;
use unison_core::facts::Counted;
use unison_sync::gate::{Verdict, judge};
use unison_sync::wire::BATCH_BYTES_MAX;

use super::test_plant::*;
use super::*;

#[tokio::test]
async fn sync_04_the_log_is_whole_chained_and_cut_to_size() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let one = |n: i64| Counted { machine: MILL, bucket: at(n * 10), total: 1, rejected: 0, ideal: 0, work_order: None };
    write(&store, (0..30_000).map(|n| one(n).into()).collect()).await;
    write(&store, vec![logged(1, 1, 0).into()]).await;
    let (mut have, mut after, mut parts) = (Have::default(), 0, 0);
    while after < store.model().queue.head {
        let part = store.log_after(1, after, 192 * 1024).await.unwrap();
        for bytes in &part.batches {
            assert!(bytes.len() <= BATCH_BYTES_MAX);
            let (batch, verdict) = judge(&have, bytes).unwrap();
            assert_eq!(batch.origin, EDGE);
            assert!(batch.ops.windows(2).all(|w| w[0].hlc < w[1].hlc));
            let Verdict::Next(next) = verdict else { panic!("{verdict:?}") };
            have = next;
        }
        (after, parts) = (part.last, parts + 1);
    }
    assert!(parts > 3 && have.seq == store.model().queue.head);
}

#[tokio::test]
async fn sync_04_acknowledgement_moves_the_queue() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![logged(1, 1, 0).into()]).await;
    let before = store.model().queue;
    assert!(before.pending() > 0 && before.oldest_unsent.is_some());
    store.acked(before.incarnation, before.head);
    store.side(|_| Ok(())).await.unwrap();
    let after = store.model().queue;
    assert_eq!((after.pending(), after.oldest_unsent), (0, None));
    let disk = crashed(&dir);
    assert_eq!(Store::open(disk.path(), clock()).unwrap().model().queue, after);
}

#[tokio::test]
async fn edge_09_the_log_is_kept_from_its_acknowledgement_on_and_its_end_for_ever() {
    const DAY_S: u64 = 24 * 3_600;
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    for n in 1..=5 {
        write(&store, vec![logged(n, 1, 0).into()]).await;
    }
    let (rows, head) = (log_rows(&store), store.model().queue.head);
    let acked = |acked: u64| Queue { acked, ..store.model().queue };
    // After these days of running in all the cloud holds so much.
    let day = |acked: Queue, days: u64| {
        let end = log::Head { incarnation: 1, seq: head, hash: [0; 32], hlc: 0 };
        store.side(move |conn| {
            let pruned = log::prune(conn, &end, &acked, (days * DAY_S).checked_sub(35 * DAY_S))?;
            log::note_acked(conn, &acked, days * DAY_S)?;
            Ok(pruned)
        })
    };
    assert_eq!(day(acked(0), 60).await.unwrap(), 0, "only this box has it, however long it was offline");
    assert_eq!(day(acked(head - 3), 61).await.unwrap(), 0, "acknowledged just now");
    assert_eq!(day(acked(head), 95).await.unwrap(), 0, "a restored cloud may ask for it");
    assert_eq!(day(acked(head), 96).await.unwrap(), usize::try_from(rows - 3).unwrap());
    assert_eq!(day(acked(head), 129).await.unwrap(), 0);
    assert_eq!(day(acked(head), 130).await.unwrap(), 2, "the chain goes on from the last batch");
    drop(store);
    assert_eq!(open(&dir).model().queue.head, head);
}

#[tokio::test]
async fn edge_09_a_cloud_that_was_set_back_acknowledges_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![logged(1, 1, 0).into()]).await;
    let (queue, head) = (store.model().queue, store.model().queue.head);
    store.acked(1, head);
    let noted = Queue { acked: head, ..queue };
    store.side(move |conn| log::note_acked(conn, &noted, 0)).await.unwrap();
    let notes = |store: &Store| {
        store.read(|c| c.query_row("SELECT count(*) FROM acknowledged", [], |r| r.get::<_, i64>(0))).unwrap()
    };
    assert_eq!(notes(&store), 1);
    store.acked(1, head - 1);
    store.side(|_| Ok(())).await.unwrap();
    assert_eq!(notes(&store), 0, "its 35 days begin when it is acknowledged again");
}

#[tokio::test]
async fn q_136_the_data_directory_is_for_its_user_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("lib/unison");
    let store = Store::open(&data_dir, clock()).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data_dir), 0o700);
    for file in ["edge.db", "edge.db-wal", "edge.db-shm"] {
        assert_eq!(mode(&data_dir.join(file)), 0o600, "{file}");
    }
    drop(store);
}

#[tokio::test]
async fn edge_09_a_damaged_a_newer_and_a_used_database_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    assert!(matches!(Store::open(dir.path(), clock()), Err(StoreError::InUse(_))));
    drop(store);
    let path = dir.path().join("edge.db");
    Connection::open(&path).unwrap().execute("UPDATE log SET body = CAST(body || x'00' AS BLOB)", []).unwrap();
    assert!(matches!(Store::open(dir.path(), clock()), Err(StoreError::Damaged(_))));
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(dir.path(), clock()), Err(StoreError::Newer { found: 99, .. })));
}

#[tokio::test]
async fn sync_03_evidence_is_kept_once_however_often_it_comes() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    for body in [b"one", b"two", b"one"] {
        store.set_aside("a newer format".into(), body.to_vec()).await.unwrap();
    }
    let rows: i64 = store.read(|c| c.query_row("SELECT count(*) FROM set_aside", [], |r| r.get(0))).unwrap();
    assert_eq!(rows, 2);
}

#[tokio::test]
async fn side_rows_are_kept_or_undone_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    store.side(|c| project::meta(c, "a", b"1")).await.unwrap();
    let failed: Result<(), _> = store
        .side(|c| {
            project::meta(c, "b", b"1")?;
            Err(rusqlite::Error::QueryReturnedNoRows)
        })
        .await;
    assert!(matches!(failed, Err(StoreError::Sqlite(_))));
    let keys = |key: &'static str| store.read(move |c| load::meta(c, key)).unwrap().is_some();
    assert!(keys("a") && !keys("b"));
}

#[tokio::test]
async fn edge_09_a_full_disk_acknowledges_nothing_and_goes_on_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let before = (log_rows(&store), store.model().queue);
    let pages = |c: &Connection| c.pragma_query_value(None, "page_count", |r| r.get::<_, i64>(0));
    store.side(move |c| pages(c).and_then(|n| c.pragma_update(None, "max_page_count", n))).await.unwrap();
    let rides = (0..2_001).map(|n| changed(n, Activity::Running)).collect();
    store.ride(Ride { facts: rides, counters: vec![] }).unwrap();
    let many: Vec<Fact> = (0..5_000).map(|n| logged(n + 1, 1, 0).into()).collect();
    let said = store.decide(move |_| Ok::<_, Infallible>((many, ()))).await;
    assert!(matches!(said, Err(StoreError::DiskFull)), "{said:?}");
    assert_eq!((log_rows(&store), store.model().queue), before);
    assert_eq!(store.model().work_orders[&ORDER].completed, 0);
    assert_eq!(store.storage().state, StorageState::ReadOnly);
    assert!(store.storage().message().unwrap().starts_with("Nothing can be recorded: the disk is full"));
    store.side(|c| c.pragma_update(None, "max_page_count", 1_000_000)).await.unwrap();
    write(&store, vec![logged(1, 1, 0).into()]).await;
    assert_eq!((store.storage().state, store.storage().error), (StorageState::Ok, None));
    let model = store.model();
    assert_eq!(model.machines[&MILL].activity, Activity::Running, "what rode is not lost");
    assert_eq!(model.work_orders[&ORDER].completed, 1);
}
