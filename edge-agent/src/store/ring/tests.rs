//! The ring as a whole: what is kept, what goes first, and what happens to its file.

use std::os::unix::fs::MetadataExt as _;
use std::sync::atomic::{AtomicI64, AtomicU8};

use super::*;
use crate::driver::{Quality, TagIndex, Value};

const T: i64 = 1_795_339_200;
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now_us(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

/// A plant of two kept tags and one other, under a clock that a test moves.
struct Plant {
    dir: tempfile::TempDir,
    clock: Arc<Hand>,
    disk: Arc<AtomicU8>,
    sink: Sink,
    ring: Ring,
}

fn kept() -> Vec<Kept> {
    ["load", "door"]
        .iter()
        .zip([0, 2])
        .map(|(name, n)| Kept { tag: TagIndex(n), name: (*name).into(), period_ms: 1_000 })
        .collect()
}

impl Plant {
    fn new() -> Self {
        Self::in_dir(tempfile::tempdir().unwrap(), T, 64 << 20)
    }

    fn in_dir(dir: tempfile::TempDir, at: i64, bytes_max: u64) -> Self {
        let clock = Arc::new(Hand(AtomicI64::new(at * 1_000_000)));
        let disk = Arc::new(AtomicU8::new(0));
        let seen = disk.clone();
        let state = move || StorageState::ALL[usize::from(seen.load(Relaxed))];
        let ring = Ring::open(dir.path(), kept(), bytes_max, clock.clone(), state);
        let sink = Sink::keeping(3, kept().iter().map(|one| one.tag).collect());
        Self { dir, clock, disk, sink, ring }
    }

    /// As after the process ended without a word; what was not flushed is gone.
    fn restarted(self, at: i64) -> Self {
        Self::in_dir(self.dir, at, 64 << 20)
    }

    fn publish(&self, at: i64, tag: u32, value: Value, quality: Quality) {
        self.clock.0.store(at * 1_000_000, Relaxed);
        self.sink.publish(&[Reading { tag: TagIndex(tag), value, quality, at: at * 1_000_000 }]);
        self.ring.step(&self.sink);
    }

    /// Looks after the file as of a clock that nobody set for an hour.
    fn look_believed(&self) {
        let hour = watch::BELIEVED_AFTER;
        let then = self.clock.now_us() - i64::try_from(hour.as_micros()).unwrap();
        let mut turn = lock(&self.ring.0.turn);
        turn.watch = Watch::new(Instant::now().checked_sub(hour).unwrap(), then);
        self.ring.look_after(&mut turn);
    }

    fn load(&self, at: i64, value: f64) {
        self.publish(at, 0, Value::Float(value), Quality::Good);
    }

    fn history(&self, name: &str, from: i64, until: i64, points: usize) -> History {
        self.ring.history(name, (Timestamp(from * 1_000_000), Timestamp(until * 1_000_000)), points).unwrap()
    }

    /// Time after T in seconds and value of each, as finely as may be.
    fn values(&self, from: i64, until: i64) -> Vec<(i64, f64)> {
        let found = self.history("load", from, until, usize::try_from(until - from).unwrap());
        found.buckets.iter().map(|b| (b.at / 1_000 - T, b.numbers.unwrap().last)).collect()
    }

    /// Gaps in seconds after T.
    fn gaps(&self, from: i64, until: i64) -> Vec<(i64, i64)> {
        let found = self.history("load", from, until, usize::try_from(until - from).unwrap());
        found.gaps.iter().map(|(a, b)| (a / 1_000 - T, b / 1_000 - T)).collect()
    }

    /// What this file of the ring's directory is.
    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn exported(&self, from: i64, until: i64) -> Vec<Row> {
        let names: Vec<Arc<str>> = vec!["load".into(), "door".into()];
        let mut export = self.ring.export(&names, (Timestamp(from * 1_000_000), Timestamp(until * 1_000_000))).unwrap();
        let mut all = Vec::new();
        while let Some(mut rows) = export.piece().unwrap() {
            all.append(&mut rows);
        }
        all
    }
}

#[test]
fn edge_12_what_is_in_memory_and_what_is_on_the_disk_are_one_history() {
    let plant = Plant::new();
    plant.load(T, 1.0);
    plant.load(T + 10, 9.5);
    plant.ring.flush();
    plant.load(T + 20, 2.0);
    let expect = [(0, 1.0), (10, 9.5), (20, 2.0)];
    assert_eq!(plant.values(T, T + 60), expect);
    plant.ring.flush();
    assert_eq!(plant.values(T, T + 60), expect);
    // From the middle: what was before still holds.
    assert_eq!(plant.values(T + 15, T + 60), [(15, 9.5), (20, 2.0)]);
    // The spike is there however far away one looks.
    let far = plant.history("load", T - DAY, T + DAY, 1);
    assert_eq!(far.buckets[0].numbers.unwrap().max, 9.5);
    assert_eq!(plant.history("other", T, T + 60, 5).buckets, []);
}

#[test]
fn edge_12_after_a_restart_what_was_kept_is_there_and_the_time_between_is_a_gap() {
    let plant = Plant::new();
    plant.load(T, 1.0);
    plant.load(T + 25, 4.0);
    plant.ring.flush();
    plant.load(T + 26, 5.0);
    // Killed: the last seconds are lost, and nothing is made up for them.
    let plant = plant.restarted(T + 100);
    plant.load(T + 100, 6.0);
    assert_eq!(plant.values(T, T + 101), [(0, 1.0), (25, 4.0), (100, 6.0)]);
    assert_eq!(plant.gaps(T, T + 101), [(25, 100)]);
    assert!(!plant.file("ring.damaged").exists());
}

#[test]
fn edge_14_bad_times_are_gaps_and_not_held_values() {
    let plant = Plant::new();
    plant.load(T, 1.0);
    plant.publish(T + 4, 0, Value::Float(1.0), Quality::Bad);
    plant.load(T + 20, 1.0);
    plant.clock.0.store((T + 24) * 1_000_000, Relaxed);
    plant.ring.step(&plant.sink);
    plant.ring.flush();
    assert_eq!(plant.gaps(T, T + 60), [(4, 20)]);
    // Nobody confirmed it since it came back: it was seen for that moment only.
    plant.clock.0.store((T + 40) * 1_000_000, Relaxed);
    plant.ring.step(&plant.sink);
    assert_eq!(plant.gaps(T, T + 60), [(4, 40)]);
    assert_eq!(plant.values(T, T + 60), [(0, 1.0), (20, 1.0)]);
}

#[test]
fn edge_12_a_value_that_holds_for_hours_is_found_from_its_key() {
    let plant = Plant::new();
    plant.load(T, 7.0);
    plant.publish(T, 2, Value::Bool(false), Quality::Good);
    for minute in 1..240 {
        let at = (T + minute * MINUTE) * 1_000_000;
        plant.clock.0.store(at, Relaxed);
        // The load is only confirmed, the door moves. Two looks, as there would be many.
        plant.sink.confirm(std::slice::from_ref(&(0..1)), at, &[]);
        for half in [0, 25] {
            plant.publish(T + minute * MINUTE + half, 2, Value::Bool(minute % 2 == 1), Quality::Good);
            plant.sink.confirm(std::slice::from_ref(&(0..3)), at + half * 1_000_000, &[]);
            plant.ring.step(&plant.sink);
        }
        if minute % 60 == 0 {
            lock(&plant.ring.0.turn).keyed_at = Instant::now().checked_sub(KEY_EVERY).unwrap();
        }
        plant.ring.flush();
    }
    let last = T + 239 * MINUTE;
    assert_eq!(plant.values(last, last + 20), [(239 * 60, 7.0)]);
    // It is not looked for in all of the file.
    let mut keeper = lock(&plant.ring.0.file);
    let file = keeper.file.as_mut().unwrap();
    let run = file.runs().unwrap().last().unwrap().id;
    assert!(file.blocks_before(run, last * 1_000).unwrap().len() <= 62);
}

#[test]
fn edge_12_values_of_several_tags_come_out_in_order_of_time_also_after_a_clock_went_back() {
    let plant = Plant::new();
    for n in 0..300 {
        plant.load(T + n, n as f64);
        plant.publish(T + n, 2, Value::Bool(n % 2 == 0), Quality::Good);
        if n % 3 == 0 {
            plant.ring.flush();
        }
    }
    plant.publish(T + 300, 2, Value::Bool(false), Quality::Bad);
    let before = plant.exported(T, T + 1_000);
    // And what the load still is.
    assert_eq!(before.len(), 602);
    let end = Point { at: (T + 300) * 1_000, value: Some(Value::Float(299.0)) };
    assert_eq!(before[600..], [(1, Point { value: None, ..end }), (0, end)]);
    // Two minutes back, and again over the same time.
    for n in 180..240 {
        plant.load(T + n, -(n as f64));
    }
    plant.ring.flush();
    let all = plant.exported(T, T + 1_000);
    assert!(all.windows(2).all(|two| two[0].1.at <= two[1].1.at));
    let loads =
        |sign: f64| all.iter().filter(|(tag, p)| *tag == 0 && p.value.is_some_and(|v| v.as_f64() * sign > 0.0)).count();
    assert_eq!((loads(1.0), loads(-1.0)), (299, 60));
    // A part of it is only that part.
    assert!(plant.exported(T + 50, T + 60).iter().all(|(_, p)| (T + 50..=T + 60).contains(&(p.at / 1_000))));
    let both = plant.history("load", T + 180, T + 240, 1);
    assert_eq!((both.buckets[0].numbers.unwrap().min, both.buckets[0].numbers.unwrap().max), (-239.0, 239.0));
}

#[test]
fn edge_09_a_ring_that_cannot_even_delete_is_given_up_and_goes_on() {
    let plant = Plant::new();
    plant.load(T, 1.0);
    plant.ring.flush();
    assert_eq!(plant.values(T, T + 3), [(0, 1.0)]);
    // Held open: the number of a deleted file may be given to the next one at once.
    let before = std::fs::File::open(plant.file("ring.db")).unwrap();
    lock(&plant.ring.0.file).begin_anew(&plant.ring.0.path);
    assert_eq!(before.metadata().unwrap().nlink(), 0, "the old file is gone");
    assert_eq!(plant.values(T, T + 3), []);
    plant.load(T + 4, 2.0);
    plant.ring.flush();
    assert_eq!(plant.values(T + 4, T + 5), [(4, 2.0)]);
}

#[test]
fn edge_12_an_export_says_what_held_when_it_begins_and_ends_and_that_nothing_was_seen_in_between() {
    let plant = Plant::new();
    plant.load(T, 7.0);
    plant.load(T + 4, 8.0);
    plant.ring.flush();
    let plant = plant.restarted(T + 600);
    plant.load(T + 600, 9.0);
    plant.load(T + 603, 9.5);
    let rows = |from, until| -> Vec<(i64, Option<f64>)> {
        let all = plant.exported(T + from, T + until).into_iter().filter(|(tag, _)| *tag == 0);
        all.map(|(_, point)| (point.at / 1_000 - T, point.value.map(|v| v.as_f64()))).collect()
    };
    let whole = [(0, Some(7.0)), (4, Some(8.0)), (4, None), (600, Some(9.0)), (603, Some(9.5)), (603, Some(9.5))];
    assert_eq!(rows(0, 1_000), whole);
    // From the middle of a value to the middle of another.
    assert_eq!(rows(2, 602), [(2, Some(7.0)), (4, Some(8.0)), (4, None), (600, Some(9.0)), (602, Some(9.0))]);
    // Where nothing was seen, nothing is said.
    assert_eq!(rows(100, 500), []);
}

#[test]
fn edge_09_what_is_older_than_seven_days_goes_once_the_clock_is_believed() {
    let plant = Plant::new();
    plant.load(T, 1.0);
    plant.load(T + 5, 2.0);
    plant.ring.flush();
    // Ten years ahead while it runs: an hour later the ring would be empty, but not before.
    plant.load(T + 3_650 * DAY, 3.0);
    plant.ring.flush();
    lock(&plant.ring.0.turn).looked_at = None;
    plant.ring.step(&plant.sink);
    assert_eq!(plant.values(T, T + 60), [(0, 1.0), (5, 2.0)]);
    // And back.
    let plant = plant.restarted(T + 6 * DAY);
    plant.load(T + 6 * DAY, 4.0);
    plant.look_believed();
    assert_eq!(plant.values(T, T + 60), [(0, 1.0), (5, 2.0)]);
    let plant = plant.restarted(T + 8 * DAY);
    plant.load(T + 8 * DAY, 5.0);
    assert_eq!(plant.values(T, T + 60), [(0, 1.0), (5, 2.0)], "the clock may be the wrong one");
    plant.look_believed();
    assert_eq!(plant.values(T, T + 60), []);
    // What was recorded under the other clock is in nobody's way until there is too much.
    assert_eq!(plant.values(T + 3_650 * DAY - 10, T + 3_650 * DAY + 10), [(3_650 * 24 * 60 * MINUTE, 3.0)]);
}

#[test]
fn edge_09_a_clock_that_starts_in_1970_or_is_ahead_deletes_nothing() {
    let plant = Plant::new();
    plant.load(T, 1.0);
    plant.ring.flush();
    // The battery is empty; for more than an hour nobody knows better.
    let plant = plant.restarted(10);
    plant.load(10, 2.0);
    plant.ring.flush();
    plant.look_believed();
    let of_1970 = |plant: &Plant| plant.history("load", 0, 60, 60).buckets.len();
    assert_eq!((plant.values(T, T + 60), of_1970(&plant)), (vec![(0, 1.0)], 1));
    // The clock is set: what is new stays, also after an hour. Only that of 1970 is old then.
    plant.load(T + MINUTE, 3.0);
    plant.ring.flush();
    lock(&plant.ring.0.turn).looked_at = None;
    plant.ring.step(&plant.sink);
    assert_eq!((plant.values(T, T + 120), of_1970(&plant)), (vec![(0, 1.0), (60, 3.0)], 1));
    plant.look_believed();
    assert_eq!((plant.values(T, T + 120), of_1970(&plant)), (vec![(0, 1.0), (60, 3.0)], 0));
    // It starts a year ahead, and is set right within the hour.
    let plant = plant.restarted(T + 365 * DAY);
    plant.load(T + 365 * DAY, 4.0);
    plant.ring.flush();
    lock(&plant.ring.0.turn).looked_at = None;
    plant.ring.step(&plant.sink);
    plant.load(T + 3 * MINUTE, 5.0);
    plant.look_believed();
    assert_eq!(plant.values(T, T + 240), [(0, 1.0), (60, 3.0), (180, 5.0)]);
}

/// Values that do not compress.
fn fill(plant: &Plant, blocks: i64) {
    let mut noise = 1u64;
    for block in 0..blocks {
        for n in 0..600 {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (T + block * 60) * 1_000_000 + n * 100_000;
            plant.clock.0.store(at, Relaxed);
            let value = Value::Float((noise >> 11) as f64);
            plant.sink.publish(&[Reading { tag: TagIndex(0), value, quality: Quality::Good, at }]);
        }
        plant.ring.step(&plant.sink);
        plant.ring.flush();
    }
}

#[test]
fn edge_09_the_ring_keeps_its_size_and_the_oldest_go_first() {
    const MOST: u64 = 256 << 10;
    let plant = Plant::in_dir(tempfile::tempdir().unwrap(), T, MOST);
    for _ in 0..2 {
        fill(&plant, 60);
        lock(&plant.ring.0.turn).looked_at = None;
        plant.ring.step(&plant.sink);
        assert!((1..=MOST).contains(&plant.ring.state().bytes), "{}", plant.ring.state().bytes);
    }
    assert!(plant.history("load", T, T + 60, 100).buckets.is_empty());
    assert!(!plant.history("load", T + 59 * 60, T + 60 * 60, 100).buckets.is_empty());
}

#[test]
fn edge_09_on_a_short_disk_the_ring_gives_its_space_back_and_writes_no_more() {
    let plant = Plant::new();
    fill(&plant, 60);
    std::fs::write(plant.file("ring.damaged"), "old").unwrap();
    let size = || std::fs::metadata(plant.file("ring.db")).unwrap().len();
    let full = size();
    let look = || {
        lock(&plant.ring.0.turn).looked_at = None;
        plant.ring.step(&plant.sink);
    };
    // Low, as storage says it.
    plant.disk.store(1, Relaxed);
    look();
    assert!(size() < full && !plant.file("ring.damaged").exists());
    assert!(!plant.history("load", T + 59 * 60, T + 60 * 60, 100).buckets.is_empty());
    (0..60).for_each(|_| look());
    assert!(size() < full / 8, "{} of {full}", size());
    // Degraded.
    plant.disk.store(2, Relaxed);
    let before = size();
    fill(&plant, 10);
    assert!(size() <= before);
    // There is room again.
    plant.disk.store(0, Relaxed);
    fill(&plant, 10);
    assert!(size() > before);
}

#[test]
fn edge_12_whoever_reads_a_long_time_lets_the_file_go_between_and_sees_each_value_once() {
    let plant = Plant::new();
    for n in 0..600 {
        plant.load(T + n, n as f64);
        plant.ring.flush();
    }
    plant.load(T + 600, 600.0);
    let expect: Vec<(i64, f64)> = (0..=600).map(|n| (n, n as f64)).collect();
    let mut ask = Ask::begin(&plant.ring, "load", (T * 1_000, (T + 700) * 1_000), 700).unwrap();
    let mut pieces = 0;
    while ask.piece().unwrap() {
        pieces += 1;
        // It would wait for ever, were the file still held; and what was in memory is on the disk now.
        plant.load(T + 600 + pieces, -1.0);
        plant.ring.flush();
    }
    assert!(pieces > 1, "{pieces}");
    let found = ask.finish();
    let values: Vec<_> = found.buckets.iter().map(|b| (b.at / 1_000 - T, b.numbers.unwrap().last)).collect();
    assert_eq!(values, expect);
    // A file that is another one now is not mixed in.
    let mut ask = Ask::begin(&plant.ring, "load", (T * 1_000, (T + 700) * 1_000), 700).unwrap();
    assert!(ask.piece().unwrap());
    std::fs::write(plant.file("ring.db"), vec![0xa5; 400_000]).unwrap();
    plant.load(T + 610, 2.0);
    plant.ring.flush();
    assert!(plant.file("ring.damaged").exists());
    assert!(ask.piece().unwrap_err().to_string().contains("made anew"));
}

#[test]
fn edge_12_an_export_goes_on_however_much_waits_for_earlier_blocks() {
    let plant = Plant::new();
    for n in 0..3 {
        plant.load(T + n, n as f64);
        plant.ring.flush();
    }
    let span = (Timestamp(T * 1_000_000), Timestamp((T + 60) * 1_000_000));
    let mut export = plant.ring.export(&["load".into()], span).unwrap();
    // As after a clock went back: all of it is later than the next block.
    export.held = vec![(0, Point { at: (T + 50) * 1_000, value: Some(Value::Bool(true)) }); 100_000];
    let mut rows = 0;
    for _ in 0..10 {
        rows += export.piece().unwrap().map_or(0, |rows| rows.len());
    }
    // And what it is at the end.
    assert_eq!(rows, 100_004);
}

#[test]
fn edge_09_a_damaged_file_is_set_aside_and_made_anew() {
    let plant = Plant::new();
    plant.load(T, 1.0);
    plant.ring.flush();
    let path = plant.file("ring.db");
    // While it runs: pages are overwritten.
    std::fs::write(&path, vec![0xa5; 40_000]).unwrap();
    plant.load(T + 10, 2.0);
    plant.ring.flush();
    plant.load(T + 20, 3.0);
    plant.ring.flush();
    assert!(plant.file("ring.damaged").exists());
    assert_eq!(plant.values(T, T + 60).last(), Some(&(20, 3.0)));
    // Before the start: no database at all, one of a later program, and nothing.
    std::fs::write(&path, "this is no database").unwrap();
    let plant = plant.restarted(T + 30);
    plant.load(T + 30, 4.0);
    plant.ring.flush();
    assert_eq!(plant.values(T, T + 60), [(30, 4.0)]);
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let plant = plant.restarted(T + 40);
    plant.load(T + 40, 5.0);
    assert_eq!(plant.values(T, T + 60), [(40, 5.0)]);
    std::fs::remove_file(&path).unwrap();
    let plant = plant.restarted(T + 50);
    plant.load(T + 50, 6.0);
    plant.ring.flush();
    assert_eq!(plant.values(T, T + 60), [(50, 6.0)]);
}

#[test]
fn edge_09_a_file_that_cannot_be_made_stops_nothing_and_is_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("ring.db")).unwrap();
    let plant = Plant::in_dir(dir, T, 64 << 20);
    plant.load(T, 1.0);
    plant.ring.flush();
    assert_eq!(plant.values(T, T + 60), [(0, 1.0)], "from memory");
    std::fs::remove_dir(plant.file("ring.db")).unwrap();
    lock(&plant.ring.0.file).tried_at = Instant::now().checked_sub(TRY_AGAIN).unwrap();
    plant.load(T + 1, 2.0);
    plant.ring.flush();
    let plant = plant.restarted(T + 10);
    assert_eq!(plant.values(T, T + 9), [(0, 1.0), (1, 2.0)]);
}

#[test]
fn edge_09_a_box_without_kept_tags_makes_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hand(AtomicI64::new(T * 1_000_000)));
    let ring = Ring::open(dir.path(), Vec::new(), 1 << 20, clock, || StorageState::Ok);
    ring.step(&Sink::new(1));
    ring.flush();
    assert!(!dir.path().join("ring.db").exists());
}
