//! The engine on paper: what a sequence of readings must come to.

use std::sync::Arc;

use unison_core::activity::Activity::{self, Down, Idle, NoData, Running, Setup};
use unison_core::facts::{ClockQuality, Fact};
use unison_core::ids::{MachineId, WorkOrderId};
use unison_core::time::{SECOND, Timestamp};
use uuid::Uuid;

use super::expression::{Ask, Expression, Literal};
use super::{Binding, Engine, Output};
use crate::config::{Counter, MachineConfig, Outcome, StateRule};
use crate::driver::{Quality, Reading, TagIndex, Value};

pub(super) const STATUS: u32 = 0;
pub(super) const PARTS: u32 = 1;
pub(super) const REJECTS: u32 = 2;

pub(super) fn config() -> MachineConfig {
    let rule = |value, activity| StateRule { when: is(STATUS, value), then: at_once(activity) };
    MachineConfig {
        code: Arc::from("CNC-001"),
        stale_after_ms: 3_000,
        micro_stop_seconds: 60,
        template: None,
        states: vec![rule(1, Running), rule(2, Setup), rule(3, Down)],
        otherwise: at_once(Idle),
        counter: Some(Counter { tag: TagIndex(PARTS), bits: 16 }),
        rejects: Some(Counter { tag: TagIndex(REJECTS), bits: 16 }),
        alarms: vec![],
        chart: Vec::new(),
    }
}

pub(super) const fn at_once(activity: Activity) -> Outcome {
    Outcome { activity, for_ms: 0, keep_ms: 0 }
}

pub(super) fn is(tag: u32, value: i64) -> Expression<TagIndex> {
    Expression::Tag(TagIndex(tag), Ask::In(vec![Literal::Int(value)]))
}

pub(super) fn binding() -> Binding {
    Binding {
        machine: MachineId(7),
        ideal: 0,
        work_order: None,
        since: Timestamp(0),
        downtime: None,
        parts: None,
        rejects: None,
    }
}

/// The engine with one machine, fed once a second; times in seconds.
pub(super) struct Bench {
    pub(super) engine: Engine,
    pub(super) out: Output,
    pub(super) status: i64,
    pub(super) parts: u64,
    pub(super) rejects: u64,
}

impl Bench {
    pub(super) fn new(binding: Binding) -> Self {
        Self::with(binding, config())
    }

    pub(super) fn with(binding: Binding, config: MachineConfig) -> Self {
        let mut engine = Engine::new(3, &[config]);
        engine.bind(0, binding);
        let mut n = 0;
        let ids = move || {
            n += 1;
            Uuid::from_u128(n)
        };
        Self { engine, out: Output::new(ids), status: 1, parts: 0, rejects: 0 }
    }

    pub(super) fn read(&mut self, at: i64) {
        let good = |tag, value| Reading { tag: TagIndex(tag), value, quality: Quality::Good, at: at * SECOND };
        let readings = [
            good(STATUS, Value::Int(self.status)),
            good(PARTS, Value::Uint(self.parts)),
            good(REJECTS, Value::Uint(self.rejects)),
        ];
        self.engine.readings(&readings, &mut self.out);
    }

    pub(super) fn tick(&mut self, at: i64) -> Option<i64> {
        self.engine.tick(at * SECOND, &mut self.out).map(|t| t.0 / SECOND)
    }

    /// Reads and ticks once a second.
    pub(super) fn run(&mut self, from: i64, to: i64) -> Option<i64> {
        let mut settled = None;
        for at in from..to {
            self.read(at);
            settled = self.tick(at);
        }
        settled
    }

    pub(super) fn take(&mut self) -> Vec<Fact> {
        std::mem::take(&mut self.out.ride).facts
    }

    pub(super) fn changes(&mut self) -> Vec<(i64, Activity)> {
        let of = |f: Fact| match f {
            Fact::ActivityChanged(f) => Some((f.at.0 / SECOND, f.activity)),
            _ => None,
        };
        self.take().into_iter().filter_map(of).collect()
    }
}

/// Parts by bucket in seconds.
fn counts(facts: &[Fact]) -> Vec<(i64, u32, u32)> {
    let of = |f: &Fact| match f {
        Fact::Counted(f) => Some((f.bucket.0 / SECOND, f.total, f.rejected)),
        _ => None,
    };
    facts.iter().filter_map(of).collect()
}

/// Stops in seconds: opened at, or closed at.
pub(super) fn stops(facts: &[Fact]) -> Vec<(&'static str, i64)> {
    let of = |f: &Fact| match f {
        Fact::DowntimeOpened(f) => Some(("opened", f.started_at.0 / SECOND)),
        Fact::DowntimeClosed(f) => Some(("closed", f.ended_at.0 / SECOND)),
        _ => None,
    };
    facts.iter().filter_map(of).collect()
}

#[test]
fn edge_06_the_first_rule_that_matches_says_the_activity() {
    let mut b = Bench::new(binding());
    b.run(100, 103);
    b.status = 3;
    b.run(103, 105);
    b.status = 9;
    b.run(105, 107);
    b.status = 2;
    b.run(107, 109);
    assert_eq!(b.changes(), [(100, Running), (103, Down), (105, Idle), (107, Setup)]);
}

#[test]
fn edge_14_bad_quality_is_no_data_from_the_last_good_reading() {
    let mut b = Bench::new(binding());
    b.run(100, 105);
    let bad = Reading { tag: TagIndex(PARTS), value: Value::Uint(0), quality: Quality::Bad, at: 107 * SECOND };
    b.engine.readings(&[bad], &mut b.out);
    b.read(110);
    assert_eq!(b.changes(), [(100, Running), (104, NoData), (110, Running)]);
}

#[test]
fn edge_14_silence_is_no_data_from_the_last_good_reading() {
    let mut b = Bench::new(binding());
    b.run(100, 105);
    for at in 105..120 {
        b.tick(at);
    }
    // The same values again are news after silence.
    b.read(120);
    assert_eq!(b.changes(), [(100, Running), (104, NoData), (120, Running)]);
}

#[test]
fn edge_14_one_silent_tag_makes_the_machine_unseen() {
    let mut b = Bench::new(binding());
    b.run(100, 105);
    for at in 105..112 {
        let status = Reading { tag: TagIndex(STATUS), value: Value::Int(1), quality: Quality::Good, at: at * SECOND };
        b.engine.readings(&[status], &mut b.out);
        b.tick(at);
    }
    assert_eq!(b.changes(), [(100, Running), (104, NoData)]);
}

#[test]
fn edge_13_parts_go_to_the_bucket_of_their_reading() {
    let mut b = Bench::new(binding());
    b.parts = 65_530;
    b.run(100, 101);
    for at in 101..131 {
        b.parts = (b.parts + 1) % 65_536;
        b.run(at, at + 1);
    }
    b.run(131, 142);
    let counts = counts(&b.take());
    let of = |bucket| counts.iter().filter(|c| c.0 == bucket).map(|c| c.1).sum::<u32>();
    assert_eq!([of(100), of(110), of(120), of(130)], [9, 10, 10, 1]);
    assert!(counts.len() <= 12, "a fast machine must not fill the log: {counts:?}");
}

#[test]
fn edge_09_counters_of_a_store_that_was_set_back_begin_anew_unless_they_were_read() {
    let stood = |raw| Some((raw, Timestamp(50 * SECOND)));
    let stored = Binding { parts: stood(1_000), rejects: stood(0), ..binding() };
    let mut b = Bench::new(stored);
    b.engine.forget_counters();
    b.parts = 1_400;
    b.run(100, 102);
    b.parts += 2;
    b.run(102, 120);
    assert_eq!(counts(&b.take()), [(100, 2, 0)], "the four hundred are booked already");
    // Read, and not written yet.
    let mut b = Bench::new(stored);
    b.parts = 1_400;
    b.read(100);
    b.engine.forget_counters();
    b.run(101, 120);
    assert_eq!(counts(&b.take()), []);
    // What was read and written since is its own.
    b.parts += 3;
    b.run(120, 121);
    b.engine.forget_counters();
    b.run(121, 140);
    assert_eq!(counts(&b.take()), [(120, 3, 0)]);
}

#[test]
fn edge_13_a_reset_and_a_jump_make_no_giant_quantity() {
    let mut b = Bench::new(Binding { ideal: 6 * SECOND, ..binding() });
    b.parts = 40_000;
    b.run(100, 105);
    b.parts = 2;
    b.run(105, 110);
    b.parts = 30_000;
    b.run(110, 125);
    assert_eq!(counts(&b.take()).iter().map(|c| c.1).sum::<u32>(), 2);
    assert_eq!(b.out.implausible, [(MachineId(7), 29_998)]);
}

#[test]
fn q_133_rejects_wait_for_their_part() {
    let mut b = Bench::new(binding());
    b.run(100, 109);
    (b.parts, b.rejects) = (1, 0);
    b.run(109, 111);
    b.rejects = 1;
    b.run(111, 125);
    b.parts = 2;
    b.run(125, 140);
    assert_eq!(counts(&b.take()), [(100, 1, 0), (120, 1, 1)], "never more rejects than parts in a bucket");
}

#[test]
fn down_q_133_a_stop_above_the_limit_opens_a_downtime_from_its_start() {
    let mut b = Bench::new(binding());
    b.run(100, 110);
    b.status = 9;
    b.run(110, 170);
    assert_eq!(stops(&b.take()), [], "60 seconds are a micro-stop");
    b.run(170, 172);
    assert_eq!(stops(&b.take()), [("opened", 110)]);
    b.status = 3;
    b.run(172, 300);
    assert_eq!(stops(&b.take()), [], "idle and down in a row are one stop");
    b.status = 1;
    b.run(300, 302);
    assert_eq!(stops(&b.take()), [("closed", 300)]);
}

#[test]
fn down_q_133_a_micro_stop_opens_nothing() {
    let mut b = Bench::new(binding());
    for from in [100, 200, 300] {
        b.status = 1;
        b.run(from, from + 50);
        b.status = 9;
        b.run(from + 50, from + 100);
    }
    assert_eq!(stops(&b.take()), []);
}

#[test]
fn down_setup_ends_a_stop_and_is_none() {
    let mut b = Bench::new(binding());
    b.status = 9;
    b.run(100, 200);
    b.status = 2;
    b.run(200, 400);
    assert_eq!(stops(&b.take()), [("opened", 100), ("closed", 200)]);
}

#[test]
fn down_a_stop_waits_through_no_data() {
    let mut b = Bench::new(binding());
    b.status = 9;
    b.run(100, 200);
    for at in 200..260 {
        b.tick(at);
    }
    b.run(260, 270);
    assert_eq!(stops(&b.take()), [("opened", 100)], "it still stands: the stop goes on");
    for at in 270..300 {
        b.tick(at);
    }
    b.status = 1;
    b.run(300, 302);
    assert_eq!(
        stops(&b.take()),
        [("closed", 269)],
        "it runs: nobody knows since when, so it ended where it was last seen"
    );
}

#[test]
fn edge_07_a_restart_goes_on_with_the_open_stop() {
    let id = Uuid::from_u128(77);
    let mut b = Bench::new(Binding {
        downtime: Some((id, Timestamp(50 * SECOND))),
        since: Timestamp(90 * SECOND),
        ..binding()
    });
    b.status = 9;
    b.run(100, 110);
    assert_eq!(stops(&b.take()), []);
    b.status = 1;
    b.run(110, 112);
    assert_eq!(stops(&b.take()), [("closed", 110)]);
}

#[test]
fn down_04_an_operator_ends_a_stop_and_a_machine_that_still_stands_starts_another() {
    let mut b = Bench::new(binding());
    b.status = 9;
    b.run(100, 200);
    let Some(Fact::DowntimeOpened(opened)) = b.take().into_iter().find(|f| matches!(f, Fact::DowntimeOpened(_))) else {
        panic!("no downtime");
    };
    b.engine.downtime_closed(opened.id, Timestamp(200 * SECOND));
    b.run(200, 262);
    assert_eq!(stops(&b.take()), [("opened", 200)]);
}

#[test]
fn down_03_a_reported_stop_is_taken_over_and_ends_with_the_signals() {
    let mut b = Bench::new(binding());
    b.run(100, 110);
    b.engine.downtime_opened(MachineId(7), Uuid::from_u128(9), Timestamp(109 * SECOND));
    b.run(110, 120);
    assert_eq!(stops(&b.take()), [], "signals say it runs; the operator knows better");
    b.status = 3;
    b.run(120, 300);
    b.status = 1;
    b.run(300, 301);
    assert_eq!(stops(&b.take()), [("closed", 300)], "one stop, not two");
}

#[test]
fn down_03_a_lost_connection_does_not_end_a_stop_that_was_reported_on_a_running_machine() {
    let mut b = Bench::new(binding());
    b.run(100, 110);
    b.engine.downtime_opened(MachineId(7), Uuid::from_u128(9), Timestamp(109 * SECOND));
    b.run(110, 120);
    for at in 120..130 {
        b.tick(at);
    }
    b.run(130, 140);
    let facts = b.take();
    assert!(facts.iter().any(|f| matches!(f, Fact::ActivityChanged(f) if f.activity == NoData)));
    assert_eq!(stops(&facts), []);
    b.status = 3;
    b.run(140, 150);
    b.status = 1;
    b.run(150, 151);
    assert_eq!(stops(&b.take()), [("closed", 150)], "the signals saw it stand and run again");
}

#[test]
fn edge_13_parts_made_while_unseen_are_booked_into_the_gap() {
    let parts = Some((100, Timestamp(95 * SECOND)));
    let mut b = Bench::new(Binding { since: Timestamp(100 * SECOND), parts, ..binding() });
    b.parts = 150;
    b.run(164, 165);
    b.run(165, 180);
    assert_eq!(counts(&b.take()), [(150, 50, 0)], "the bucket before the first reading, which is no_data");
}

#[test]
fn edge_09_positions_go_with_their_parts() {
    let mut b = Bench::new(binding());
    b.parts = 10;
    b.run(100, 101);
    let start: Vec<(&str, u64)> = b.out.ride.counters.iter().map(|c| (c.name, c.raw)).collect();
    assert!(start.contains(&("parts", 10)) && start.contains(&("rejects", 0)), "{start:?}");
    b.take();
    (b.parts, b.rejects) = (13, 1);
    b.run(101, 112);
    let ride = std::mem::take(&mut b.out.ride);
    assert_eq!(counts(&ride.facts), [(100, 3, 1)]);
    let last = |name| ride.counters.iter().rev().find(|c| c.name == name).map(|c| c.raw);
    assert_eq!((last("parts"), last("rejects")), (Some(13), Some(1)));
}

#[test]
fn edge_a_clock_set_back_makes_time_stand_still() {
    let mut b = Bench::new(binding());
    b.run(1_000, 1_010);
    b.status = 9;
    b.run(400, 405);
    b.status = 1;
    b.run(405, 410);
    let facts = b.take();
    let mut last = 0;
    for f in &facts {
        if let Fact::ActivityChanged(f) = f {
            assert!(f.at.0 >= last, "{facts:?}");
            last = f.at.0;
        }
    }
    let unsure =
        facts.iter().filter(|f| matches!(f, Fact::ActivityChanged(f) if f.clock == ClockQuality::Unsure)).count();
    assert!(unsure >= 1, "{facts:?}");
    b.run(410, 1_020);
    b.status = 3;
    b.run(1_020, 1_021);
    let facts = b.take();
    let Some(Fact::ActivityChanged(last)) = facts.last() else { panic!("{facts:?}") };
    assert_eq!((last.at.0 / SECOND, last.activity, last.clock), (1_020, Down, ClockQuality::Sure));
}

#[test]
fn q_133_time_settles_behind_a_short_stop_until_it_is_judged() {
    let mut b = Bench::new(binding());
    assert_eq!(b.run(100, 131), Some(130));
    b.status = 9;
    assert_eq!(b.run(131, 180), Some(130), "it may become a downtime event that starts at 131");
    assert_eq!(b.run(180, 200), Some(190));
}

#[test]
fn parts_carry_the_work_order_and_ideal_cycle_of_their_time() {
    let mut b = Bench::new(binding());
    b.run(100, 101);
    b.parts = 1;
    b.read(101);
    b.engine.update(0, 5 * SECOND, Some(WorkOrderId(4)));
    b.parts = 3;
    b.read(102);
    b.run(103, 115);
    let of = |f: Fact| match f {
        Fact::Counted(f) => Some((f.total, f.ideal, f.work_order)),
        _ => None,
    };
    let counted: Vec<_> = b.take().into_iter().filter_map(of).collect();
    assert_eq!(counted, [(1, 0, None), (2, 5 * SECOND, Some(WorkOrderId(4)))]);
}

#[test]
fn edge_01_an_unbound_machine_says_nothing() {
    let mut b = Bench::new(binding());
    b.run(100, 105);
    b.engine.unbind(0, &mut b.out);
    assert_eq!(b.changes(), [(100, Running), (104, NoData)]);
    assert_eq!(b.run(105, 120), None);
    assert!(b.take().is_empty());
}

#[test]
fn q_133_time_waits_for_a_long_limit_so_that_a_stop_is_never_opened_in_settled_time() {
    let mut engine = Engine::new(3, &[MachineConfig { micro_stop_seconds: 600, ..config() }]);
    engine.bind(0, binding());
    let mut b = Bench { engine, out: Output::new(|| Uuid::from_u128(1)), status: 1, parts: 0, rejects: 0 };
    assert_eq!(b.run(100, 200), Some(190));
    b.status = 3;
    assert_eq!(b.run(200, 800), Some(200), "the stop may yet be a downtime event from its first moment on");
    assert_eq!(b.run(800, 802), Some(800));
    assert_eq!(stops(&b.take()), [("opened", 200)]);
}
