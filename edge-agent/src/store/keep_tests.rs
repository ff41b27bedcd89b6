//! How the file is looked after: older files are taken up, counts find their place, what is old is forgotten.

use std::path::Path;

use unison_core::activity::Activity;
use unison_core::facts::{Counted, DowntimeClosed, Observed};
use unison_core::span::Span;
use unison_core::time::{HOUR, SECOND};
use unison_sync::wire::hash;

use super::log::Head;
use super::retention::{Present, Retention, pruned_until};
use super::test_plant::*;
use super::*;

const DAY: i64 = 24 * 3_600;

fn counted(bucket: i64, total: u32) -> Fact {
    Counted { machine: MILL, bucket: at(bucket), total, rejected: 1, ideal: 6 * SECOND, work_order: None }.into()
}

/// A database as version 2 left it.
fn version_2(path: &Path, batch: &Batch) {
    let conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    conn.execute_batch(include_str!("schema_0001.sql")).unwrap();
    conn.execute_batch(include_str!("schema_0002.sql")).unwrap();
    conn.pragma_update(None, "user_version", 2).unwrap();
    let body = batch.encode().unwrap();
    let last = i64::try_from(batch.last()).unwrap();
    conn.execute("INSERT INTO log VALUES (1, 1, ?1, ?2, 5, ?3)", (last, hash(&body), body)).unwrap();
    let identity = postcard::to_stdvec(&identity()).unwrap();
    conn.execute("INSERT INTO meta VALUES ('identity', ?1)", [identity]).unwrap();
    conn.execute("UPDATE link SET up_acked = 1", []).unwrap();
    conn.execute("INSERT INTO count_buckets VALUES (7, ?1, 6000000, 4, 1)", [at(0).0]).unwrap();
    conn.execute(
        "INSERT INTO production_logs VALUES (?1, 456, 7, 3, NULL, 10, 1, 0, NULL, ?2, 1)",
        (Uuid::from_u128(1).as_bytes(), at(1).0),
    )
    .unwrap();
    conn.execute(
        "INSERT INTO downtime_events (uuid, machine_id, started_at, source) VALUES (?1, 7, ?2, 'signal')",
        (Uuid::from_u128(9).as_bytes(), at(2).0),
    )
    .unwrap();
}

#[tokio::test]
async fn edge_09_a_database_of_version_2_is_taken_up_whole() {
    let dir = tempfile::tempdir().unwrap();
    let facts = [changed(0, Activity::Running), logged(1, 10, 1).into()];
    let op = |(i, f): (usize, &Fact)| Op {
        kind: f.kind().0,
        version: f.kind().1,
        hlc: 100 + i as u64,
        body: f.encode().unwrap(),
    };
    let ops = facts.iter().enumerate().map(op).collect();
    let batch = Batch { format: 1, origin: EDGE, incarnation: 1, first: 1, prev: [0; 32], ops };
    version_2(&dir.path().join("edge.db"), &batch);
    let store = open(&dir);
    let queue = store.model().queue;
    assert_eq!((queue.incarnation, queue.head, queue.acked), (1, 2, 1));
    assert_eq!(store.log_after(1, 0, usize::MAX).await.unwrap().batches, [batch.encode().unwrap()]);
    assert!(store.read(|c| project::has_log(c, Uuid::from_u128(1))).unwrap());
    let sums = store.read(|c| load::sums_of(c, ORDER)).unwrap();
    assert_eq!((sums.completed, sums.rejected), (10, 1));
    write(&store, vec![counted(0, 3)]).await;
    let counts = store.read(|c| history::counts(c, MILL, Span::new(at(0), at(10)))).unwrap();
    assert_eq!((counts.total, counts.rejected), (7, 2), "old and new rows of a bucket add up");
    let view: (i64, i64) = store
        .read(|c| c.query_row("SELECT total, rejected FROM count_buckets", [], |r| Ok((r.get(0)?, r.get(1)?))))
        .unwrap();
    assert_eq!(view, (7, 2));
    let open: i64 = store
        .read(|c| c.query_row("SELECT count(*) FROM downtime_events WHERE ended_at IS NULL", [], |r| r.get(0)))
        .unwrap();
    assert_eq!(open, 1);
}

#[tokio::test]
async fn edge_08_counts_are_the_same_before_and_after_they_settle() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, (0..600).map(|i| counted(i * 10, 2)).collect()).await;
    let sum = |store: &Store| {
        let wanted = [(0, 6_000), (95, 4_005), (5_990, 6_000)];
        wanted.map(|(from, to)| store.read(|c| history::counts(c, MILL, Span::new(at(from), at(to)))).unwrap())
    };
    let before = sum(&store);
    assert_eq!((before[0].total, before[0].rejected), (1_200, 600));
    let fresh = |c: &Connection| c.query_row("SELECT count(*) FROM counts_fresh", [], |r| r.get::<_, i64>(0));
    store.close();
    drop(store);
    let conn = schema::open(&dir.path().join("edge.db"), NOW).unwrap();
    while upkeep::settle(&conn, at(6_000)).unwrap() {}
    let left = fresh(&conn).unwrap();
    assert!(left > 0 && left < 600, "{left}: the youngest stay");
    drop(conn);
    let store = open(&dir);
    assert_eq!(sum(&store), before);
    // One that comes late for a bucket that has settled.
    write(&store, vec![counted(0, 5)]).await;
    assert_eq!(sum(&store)[0].total, 1_205);
}

/// Forgets all there is to forget on this day.
fn prune(dir: &Path, days: i64, is_short: bool, queue: Queue) -> u32 {
    let conn = schema::open(&dir.join("edge.db"), NOW).unwrap();
    let head = Head { incarnation: 1, seq: queue.head, hash: [0; 32], hlc: 0 };
    let present = Present { now: at(days * DAY), before: at(0), lived_s: 0 };
    let (mut retention, mut steps) = (Retention::default(), 0);
    while retention.step(&conn, &StorageConfig::default(), is_short, &head, &queue, present).unwrap() {
        steps += 1;
    }
    steps
}

#[tokio::test]
async fn edge_09_old_time_is_forgotten_and_reads_as_no_data() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut facts = vec![changed(0, Activity::Running), opened(9, 60)];
    facts.push(DowntimeClosed { id: Uuid::from_u128(9), ended_at: at(120) }.into());
    facts.extend((0..3_000).map(|i| counted(i * 10, 1)));
    facts.extend((1..3_000).map(|i| changed(i * 20, if i % 2 == 0 { Activity::Running } else { Activity::Idle })));
    facts.extend([changed(20 * DAY, Activity::Running), counted(20 * DAY, 7), logged(1, 10, 0).into()]);
    facts.push(Observed { until: at(21 * DAY) }.into());
    write(&store, facts).await;
    let head = store.model().queue;
    let rows = |dir: &Path| {
        let conn = Connection::open(dir.join("edge.db")).unwrap();
        ["activity_changes", "count_buckets", "downtime_events", "production_logs"]
            .map(|t| conn.query_row(&format!("SELECT count(*) FROM {t}"), [], |r| r.get::<_, i64>(0)).unwrap())
    };
    store.close();
    drop(store);
    let all = rows(dir.path());
    assert_eq!(prune(dir.path(), 50, false, Queue { oldest_unsent: Some(at(0)), ..head }), 0);
    assert_eq!(rows(dir.path()), all, "what is not acknowledged stays however old it is");
    let acked = Queue { acked: head.head, oldest_unsent: None, ..head };
    assert_eq!(prune(dir.path(), 34, false, acked), 0);
    assert_eq!(rows(dir.path()), all);
    // The counts must settle before they can be forgotten, as they do within minutes in life.
    let conn = schema::open(&dir.path().join("edge.db"), NOW).unwrap();
    while upkeep::settle(&conn, at(50 * DAY)).unwrap() {}
    drop(conn);
    let steps = prune(dir.path(), 50, false, acked);
    assert!(steps >= 6, "{steps}: in small steps");
    let [changes, counts, stops, logs] = rows(dir.path());
    assert_eq!((changes, counts, stops), (2, 1, 0), "the last change before stays");
    assert_eq!(logs, 1, "its work order is known, and its sum is made of it");

    let store = open(&dir);
    let cut = store.read(pruned_until).unwrap();
    assert_eq!(cut, at(15 * DAY));
    let known = |from: i64, to: i64| {
        let range = Span::new(at(from), at(to));
        let line = store.read(|c| history::timeline(c, MILL, range, at(21 * DAY))).unwrap();
        line.spans(|a| a != Activity::NoData).total()
    };
    assert_eq!(known(0, DAY), 0);
    assert_eq!(known(14 * DAY, 16 * DAY), 24 * HOUR, "from where it is kept");
    let frame = store.model().frame(at(100_000));
    let sums = store.read(|c| history::oee(c, &frame, MILL, Span::new(at(0), at(DAY)))).unwrap();
    assert_eq!((sums.known, sums.total, sums.downtime), (0, 0, 0), "unknown, not bad");
    assert_eq!(store.read(|c| history::counts(c, MILL, Span::new(at(20 * DAY), at(21 * DAY)))).unwrap().total, 7);
    assert_eq!(store.model().work_orders[&ORDER].completed, 10);
}

#[tokio::test]
async fn edge_09_a_disk_that_is_nearly_full_keeps_seven_days() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![changed(0, Activity::Running), changed(60, Activity::Idle), changed(9 * DAY, Activity::Idle)])
        .await;
    let queue = Queue { acked: store.model().queue.head, oldest_unsent: None, ..store.model().queue };
    store.close();
    drop(store);
    assert_eq!(prune(dir.path(), 10, false, queue), 0);
    assert!(prune(dir.path(), 10, true, queue) > 0);
    let store = open(&dir);
    assert_eq!(store.read(pruned_until).unwrap(), at(3 * DAY));
}

#[tokio::test]
async fn edge_09_a_question_that_takes_too_long_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let said = store.read_within(Duration::from_millis(50), |c| c.query_row(endless, [], |r| r.get::<_, i64>(0)));
    assert!(matches!(said, Err(StoreError::TooSlow)), "{said:?}");
    assert!(store.read(|c| c.query_row("SELECT 1", [], |r| r.get::<_, i64>(0))).is_ok(), "the reader is good again");
}

#[tokio::test]
async fn edge_09_a_reader_that_does_not_end_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let wal = dir.path().join("edge.db-wal");
    let reader = Connection::open(dir.path().join("edge.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM log").unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    let wait = async |is_stuck: bool| {
        while store.storage().is_wal_stuck != is_stuck {
            assert!(Instant::now() < until, "{:?}", store.storage());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    for n in 0..40u8 {
        store.set_aside(format!("{n}"), vec![n; 1 << 20]).await.unwrap();
    }
    wait(true).await;
    assert!(store.storage().message().unwrap().contains("close programs"), "{:?}", store.storage().message());
    reader.execute_batch("ROLLBACK").unwrap();
    wait(false).await;
    store.set_aside("after".into(), vec![1]).await.unwrap();
    assert!(std::fs::metadata(&wal).unwrap().len() <= upkeep::WAL_STUCK, "what it grew beyond is given back");
}

#[tokio::test]
async fn edge_09_a_mark_that_a_wrong_clock_left_in_the_future_is_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![changed(49 * DAY, Activity::Running), Observed { until: at(50 * DAY) }.into()]).await;
    let acked = Queue { acked: store.model().queue.head, oldest_unsent: None, ..store.model().queue };
    store.close();
    drop(store);
    let conn = schema::open(&dir.path().join("edge.db"), NOW).unwrap();
    project::meta(&conn, "pruned_until", &at(9_000 * DAY).0.to_le_bytes()).unwrap();
    drop(conn);
    prune(dir.path(), 50, false, acked);
    let store = open(&dir);
    assert_eq!(
        store.read(pruned_until).unwrap(),
        at(15 * DAY),
        "what is to come is known again, and what is young too"
    );
}

#[test]
fn edge_09_a_clock_that_is_wrong_makes_nothing_old() {
    // Days since the time that was believed before: what the clock shows now, after the program ran this many hours.
    let check = |clock: i64, ran: i64, expect_hours: i64| {
        let believed = upkeep::believed(Timestamp(NOW + clock * 24 * HOUR), Timestamp(NOW), ran * HOUR);
        assert_eq!((believed.0 - NOW) / HOUR, expect_hours, "{clock} {ran}");
    };
    check(0, 0, 0);
    // Off over the weekend, and right.
    check(2, 6, 48);
    check(2, 24, 48);
    // Wrong: seven times as long as it runs is the most that the box is believed to have been off, and three days.
    check(4_000, 0, 0);
    check(4_000, 1, 8);
    check(4_000, 24, 96);
    check(4_000, 240, 312);
    // It was set back.
    check(-30, 1, -30 * 24);
    check(-4_000, 100, -4_000 * 24);
}

/// Opens the store with a clock that shows this, writes a log of parts, and then looks after the file as after a run of
/// so many hours.
async fn run(dir: &tempfile::TempDir, shows: Timestamp, log: u128, ran_hours: u64) {
    let clock: Arc<dyn Clock> = Arc::new(TestClock(std::sync::atomic::AtomicI64::new(shows.0)));
    let store = Store::open(dir.path(), clock.clone()).unwrap();
    write(&store, vec![logged(log, 1, 0).into()]).await;
    let head = store.model().queue;
    store.close();
    drop(store);
    let mut conn = schema::open(&dir.path().join("edge.db"), NOW).unwrap();
    let storage = Arc::default();
    let upkeep =
        upkeep::Upkeep::new(&mut conn, dir.path().to_owned(), StorageConfig::default(), clock, storage).unwrap();
    let queue = Queue { acked: head.head, oldest_unsent: None, ..head };
    let head = Head { incarnation: 1, seq: head.head, hash: [0; 32], hlc: 0 };
    let present = upkeep.present(Duration::from_secs(ran_hours * 3_600));
    let mut retention = Retention::default();
    while retention.step(&conn, &StorageConfig::default(), false, &head, &queue, present).unwrap() {}
}

#[tokio::test]
async fn edge_09_a_wrong_clock_that_wrote_itself_into_the_log_takes_nothing_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut facts: Vec<Fact> = (0..50).map(|i| changed(i * 3_600, Activity::Running)).collect();
    facts.extend((0..50).map(|i| counted(i * 3_600, 1)));
    facts.extend([opened(9, 60), DowntimeClosed { id: Uuid::from_u128(9), ended_at: at(120) }.into()]);
    write(&store, facts).await;
    store.close();
    drop(store);
    let rows = || {
        let conn = Connection::open(dir.path().join("edge.db")).unwrap();
        while upkeep::settle(&conn, at(20 * DAY)).unwrap() {}
        ["activity_changes", "count_buckets", "downtime_events"]
            .map(|t| conn.query_row(&format!("SELECT count(*) FROM {t}"), [], |r| r.get::<_, i64>(0)).unwrap())
    };
    let all = rows();
    run(&dir, at(5_000 * DAY), 1, 30).await;
    run(&dir, at(5_000 * DAY), 2, 30).await;
    run(&dir, at(5_000 * DAY), 3, 1).await;
    assert_eq!(rows(), all, "still wrong");
    run(&dir, at(3 * DAY), 4, 30).await;
    assert_eq!(rows(), all, "right again");
    let store = open(&dir);
    assert!(store.read(pruned_until).unwrap() < at(0), "and all of it is read");
}

/// Looks after the file once, on this day, when the program ran for so many hours in all.
fn look_after(dir: &Path, lived_hours: u64, queue: Queue) {
    let conn = schema::open(&dir.join("edge.db"), NOW).unwrap();
    let head = Head { incarnation: 1, seq: queue.head, hash: [0; 32], hlc: 0 };
    let present = Present { now: at(0), before: at(0), lived_s: lived_hours * 3_600 };
    let mut retention = Retention::default();
    while retention.step(&conn, &StorageConfig::default(), false, &head, &queue, present).unwrap() {}
}

fn count(dir: &Path, table: &str) -> i64 {
    let conn = Connection::open(dir.join("edge.db")).unwrap();
    conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0)).unwrap()
}

#[tokio::test]
async fn edge_09_the_log_goes_when_the_program_ran_for_35_days_after_its_acknowledgement() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    for id in 1..=4 {
        write(&store, vec![logged(id, 1, 0).into()]).await;
    }
    let queue = store.model().queue;
    store.close();
    drop(store);
    let all = count(dir.path(), "log");
    let acked = |seq: u64| Queue { acked: seq, oldest_unsent: None, ..queue };
    // All but the last two batches on the first day, the rest ten days later.
    look_after(dir.path(), 1, acked(queue.head - 2));
    look_after(dir.path(), 240, acked(queue.head));
    assert_eq!(count(dir.path(), "acknowledged"), 2);
    // The running time goes on where it was when the program ends and starts.
    let mut conn = schema::open(&dir.path().join("edge.db"), NOW).unwrap();
    let upkeep =
        upkeep::Upkeep::new(&mut conn, dir.path().to_owned(), StorageConfig::default(), clock(), Arc::default());
    assert_eq!(upkeep.unwrap().present(Duration::from_secs(7_200)).lived_s, 242 * 3_600);
    drop(conn);
    look_after(dir.path(), 35 * 24, acked(queue.head));
    assert_eq!(count(dir.path(), "log"), all, "an hour is missing");
    look_after(dir.path(), 35 * 24 + 1, acked(queue.head));
    assert_eq!(count(dir.path(), "log"), 2);
    look_after(dir.path(), 35 * 24 + 240, acked(queue.head));
    assert_eq!(count(dir.path(), "log"), 1, "the last stays");
    assert!(count(dir.path(), "acknowledged") <= 2, "notes of what is gone go, too");
}

#[tokio::test]
async fn edge_09_a_batch_written_while_the_clock_was_ahead_hides_no_older_one() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![changed(0, Activity::Running), changed(60, Activity::Idle), changed(120, Activity::Running)])
        .await;
    store.acked(1, store.model().queue.head);
    write(&store, vec![logged(1, 1, 0).into()]).await;
    let ahead =
        "UPDATE log SET committed_at = committed_at + 90 * 86400000000 WHERE place = (SELECT max(place) FROM log)";
    store.side(move |c| c.execute(ahead, [])).await.unwrap();
    write(&store, vec![changed(180, Activity::Idle)]).await;
    let queue = store.model().queue;
    assert_eq!(queue.pending(), 2);
    store.close();
    drop(store);
    let all = count(dir.path(), "activity_changes");
    prune(dir.path(), 80, false, Queue { oldest_unsent: Some(at(90 * DAY)), ..queue });
    assert_eq!(count(dir.path(), "activity_changes"), all);
    // Nor does a mark that a wrong clock set.
    let conn = schema::open(&dir.path().join("edge.db"), NOW).unwrap();
    project::meta(&conn, "pruned_until", &at(70 * DAY).0.to_le_bytes()).unwrap();
    drop(conn);
    prune(dir.path(), 80, false, queue);
    assert_eq!(count(dir.path(), "activity_changes"), all);
}

#[tokio::test]
async fn edge_09_an_upgraded_database_forgets_what_was_acknowledged_long_ago_as_before() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    for id in 1..=5 {
        write(&store, vec![logged(id, 1, 0).into()]).await;
    }
    let queue = store.model().queue;
    store.close();
    drop(store);
    let conn = Connection::open(dir.path().join("edge.db")).unwrap();
    // As version 6 left it: the last two batches are new, one of them is not acknowledged; all others are 40 days old.
    conn.execute_batch(
        "DROP TRIGGER production_log_is_summed; DROP TRIGGER production_log_is_summed_no_more; DROP TABLE work_order_sums;
         DROP TABLE runs; DROP TABLE acknowledged; DELETE FROM meta WHERE key IN ('lived_s', 'believed_at');
         UPDATE log SET committed_at = committed_at - 40 * 86400000000
         WHERE place < (SELECT place FROM log ORDER BY place DESC LIMIT 1 OFFSET 1);
         UPDATE link SET up_acked = (SELECT max(last_seq) - 1 FROM log);
         PRAGMA user_version = 6;",
    )
    .unwrap();
    drop(conn);
    let conn = schema::open(&dir.path().join("edge.db"), NOW).unwrap();
    let lived_s = retention::lived_s(&conn).unwrap();
    drop(conn);
    let queue = Queue { acked: queue.head - 1, ..queue };
    look_after(dir.path(), lived_s / 3_600, queue);
    assert_eq!(count(dir.path(), "log"), 2, "what is old is gone at once");
    look_after(dir.path(), lived_s / 3_600 + 34 * 24, queue);
    assert_eq!(count(dir.path(), "log"), 2);
    look_after(dir.path(), lived_s / 3_600 + 35 * 24, queue);
    assert_eq!(count(dir.path(), "log"), 1, "as if it had run for ever, also what came a moment before");
}
