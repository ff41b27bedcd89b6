//! Rules on paper: what must last, what pulses, and the alarms of a stop.

use proptest::prelude::*;
use unison_core::activity::Activity::{self, Blocked, Down, Idle, NoData, Running, Setup, Starved};
use unison_core::facts::Fact;
use unison_core::time::SECOND;

use super::engine_tests::{Bench, PARTS, REJECTS, STATUS, at_once, binding, config, is, stops};
use super::expression::{Ask, Expression};
use crate::config::{Alarm, MachineConfig, Outcome, StateRule};
use crate::driver::{Quality, Reading, TagIndex, Value};

fn lasting(activity: Activity, for_ms: u32) -> Outcome {
    Outcome { for_ms, ..at_once(activity) }
}

#[test]
fn edge_06_a_debounced_stop_starts_where_it_began_and_holds_back_settled_time() {
    let mut b = Bench::with(binding(), MachineConfig { otherwise: lasting(Idle, 5_000), ..config() });
    b.run(100, 110);
    // Four seconds of a loose contact are no change …
    b.status = 0;
    assert_eq!(b.run(110, 114), Some(110), "it may yet be a stop since 110");
    b.status = 1;
    assert_eq!(b.run(114, 121), Some(120));
    assert_eq!(b.changes(), [(100, Running)]);
    // … and a stop is one from its first second.
    b.status = 0;
    assert_eq!(b.run(121, 126), Some(120));
    assert_eq!(b.changes(), []);
    b.run(126, 190);
    let facts = b.take();
    assert_eq!(stops(&facts), [("opened", 121)]);
    let Some(Fact::ActivityChanged(f)) = facts.first() else { panic!("{facts:?}") };
    assert_eq!((f.at.0 / SECOND, f.activity), (121, Idle));
}

#[test]
fn edge_14_a_doubt_is_forgotten_with_the_connection() {
    let mut b = Bench::with(binding(), MachineConfig { otherwise: lasting(Idle, 5_000), ..config() });
    b.run(100, 110);
    b.status = 0;
    b.run(110, 113);
    for at in 113..120 {
        b.tick(at);
    }
    b.run(120, 122);
    assert_eq!(b.changes(), [(100, Running), (112, NoData), (120, Idle)]);
}

/// A machine that only has a counter: it runs while parts come.
fn pulsed() -> MachineConfig {
    let when = Expression::Tag(TagIndex(PARTS), Ask::ChangedWithin(30 * SECOND));
    let rule = StateRule { when, then: at_once(Running) };
    MachineConfig { states: vec![rule], rejects: None, ..config() }
}

#[test]
fn edge_06_a_machine_with_a_counter_alone_stands_from_its_last_part_on() {
    let mut b = Bench::with(binding(), pulsed());
    b.run(100, 110);
    // A part every ten seconds.
    for at in [110, 120, 130] {
        b.parts += 1;
        b.run(at, at + 10);
    }
    // 29 seconds without a part say nothing yet.
    assert_eq!(b.run(140, 160), Some(130));
    assert_eq!(b.changes().last(), Some(&(110, Running)));
    b.run(160, 200);
    let facts = b.take();
    let changes: Vec<_> = facts.iter().filter(|f| matches!(f, Fact::ActivityChanged(_))).collect();
    assert_eq!((changes.len(), stops(&facts)), (1, vec![("opened", 130)]));
    b.parts += 1;
    b.run(200, 201);
    let facts = b.take();
    assert_eq!(stops(&facts), [("closed", 200)]);
}

#[test]
fn edge_06_a_counter_that_was_never_seen_to_move_is_no_pulse() {
    let mut b = Bench::with(binding(), pulsed());
    b.parts = 500;
    b.run(100, 101);
    b.run(101, 140);
    assert_eq!(b.changes(), [(100, Idle)]);
}

#[test]
fn down_03_the_first_alarm_of_a_stop_is_told_with_its_downtime_event() {
    let alarm = |value: i64, text: &str| Alarm { when: is(REJECTS, value), text: text.into(), reason: None };
    let config = MachineConfig { rejects: None, alarms: vec![alarm(7, "Overload"), alarm(9, "Door")], ..config() };
    let mut b = Bench::with(binding(), config);
    b.run(100, 110);
    assert_eq!(b.out.alarms, []);
    // The door opens, ten seconds later the drive gives up; the door came first.
    b.status = 3;
    b.rejects = 9;
    b.run(110, 120);
    b.rejects = 7;
    b.run(120, 170);
    assert_eq!(b.out.alarms, [], "the stop is still a short one");
    b.run(170, 172);
    let told = std::mem::take(&mut b.out.alarms);
    let opened = b.take().into_iter().find_map(|f| if let Fact::DowntimeOpened(f) = f { Some(f.id) } else { None });
    assert_eq!(told.iter().map(|a| (Some(a.downtime), a.place, a.alarm)).collect::<Vec<_>>(), [(opened, 0, 1)]);
    b.run(172, 200);
    assert_eq!(b.out.alarms, [], "told once");
    // An alarm that comes while the event is open is told then.
    b.status = 1;
    b.rejects = 0;
    b.run(200, 201);
    b.status = 3;
    b.run(201, 280);
    assert_eq!(b.out.alarms, []);
    b.rejects = 7;
    b.run(280, 281);
    assert_eq!(b.out.alarms.iter().map(|a| (a.alarm, a.at.0 / SECOND)).collect::<Vec<_>>(), [(0, 280)]);
}

#[test]
fn edge_06_a_pulse_that_ends_says_nothing_of_time_in_which_another_rule_held() {
    let drive = StateRule { when: is(STATUS, 1), then: at_once(Running) };
    let pulse = Expression::Tag(TagIndex(PARTS), Ask::ChangedWithin(30 * SECOND));
    let states = vec![drive, StateRule { when: pulse, then: at_once(Running) }];
    let mut b = Bench::with(binding(), MachineConfig { states, rejects: None, ..config() });
    b.run(100, 115);
    // The last part at 115, the drive runs on until 140.
    b.parts += 1;
    b.run(115, 140);
    b.status = 0;
    b.run(140, 200);
    assert_eq!(b.changes(), [(100, Running), (140, Idle)]);
}

#[test]
fn edge_06_each_of_two_pulses_ends_by_itself() {
    let pulse = |tag, seconds| Expression::Tag(TagIndex(tag), Ask::ChangedWithin(seconds * SECOND));
    let when = Expression::Any(vec![pulse(PARTS, 60), pulse(STATUS, 5)]);
    let states = vec![StateRule { when, then: at_once(Running) }];
    let mut b = Bench::with(binding(), MachineConfig { states, rejects: None, ..config() });
    b.run(100, 101);
    b.parts += 1;
    b.run(101, 151);
    b.status = 9;
    b.run(151, 260);
    assert_eq!(b.changes(), [(100, Idle), (101, Running), (151, Idle)]);
}

#[test]
fn edge_06_a_slow_tag_beside_it_hides_no_stop_that_lasted() {
    let config = MachineConfig { otherwise: lasting(Idle, 1_500), stale_after_ms: 120_000, ..config() };
    let mut b = Bench::with(binding(), config);
    b.read(0);
    let status = |b: &mut Bench, at: i64, value: i64| {
        let reading =
            Reading { tag: TagIndex(STATUS), value: Value::Int(value), quality: Quality::Good, at: at * SECOND };
        b.engine.readings(&[reading], &mut b.out);
        b.engine.tick(at * SECOND, &mut b.out);
    };
    // The counters are read once a minute, the status every second.
    for at in 1..50 {
        status(&mut b, at, 0);
    }
    for at in 50..59 {
        status(&mut b, at, 1);
    }
    assert_eq!(b.changes(), [(0, Running), (1, Idle), (50, Running)]);
}

/// Running while parts come every two seconds, idle up to ten seconds after the last, then down.
fn staged() -> MachineConfig {
    let changed = |seconds| Expression::Tag(TagIndex(PARTS), Ask::ChangedWithin(seconds * SECOND));
    let states = vec![
        StateRule { when: changed(2), then: at_once(Running) },
        StateRule { when: changed(10), then: at_once(Idle) },
    ];
    MachineConfig { states, otherwise: at_once(Down), counter: None, rejects: None, ..config() }
}

#[test]
fn edge_06_of_two_times_on_one_tag_each_says_what_a_silence_of_its_length_means() {
    let mut b = Bench::with(binding(), staged());
    b.run(90, 100);
    b.parts += 1;
    assert_eq!(b.run(100, 106), Some(100), "nothing that was said is doubted any more");
    b.run(106, 130);
    assert_eq!(b.changes(), [(90, Down), (100, Running), (102, Idle), (110, Down)]);
}

#[test]
fn edge_06_a_stage_that_must_last_is_not_lost_between_two_late_readings() {
    let mut config = staged();
    config.states[1].then = lasting(Idle, 1_000);
    let mut b = Bench::with(binding(), MachineConfig { stale_after_ms: 60_000, ..config });
    b.read(99);
    b.parts += 1;
    for at in [100, 101, 112, 113] {
        b.read(at);
        b.tick(at);
    }
    assert_eq!(b.changes(), [(99, Down), (100, Running), (102, Idle), (110, Down)]);
}

#[test]
fn edge_14_a_stage_that_ended_unseen_is_not_told_when_the_machine_is_seen_again() {
    let mut b = Bench::with(binding(), staged());
    b.run(99, 100);
    b.parts += 1;
    b.run(100, 102);
    for at in 102..130 {
        b.tick(at);
    }
    b.run(130, 140);
    assert_eq!(b.changes(), [(99, Down), (100, Running), (101, NoData), (130, Down)]);
}

#[test]
fn edge_06_a_pulse_that_is_read_later_than_another_tag_still_stands_from_its_last_part_on() {
    let pulse = Expression::Tag(TagIndex(PARTS), Ask::ChangedWithin(4 * SECOND));
    let running = StateRule { when: pulse, then: at_once(Running) };
    let setup = StateRule { when: is(STATUS, 9), then: at_once(Setup) };
    let mut b = Bench::with(binding(), MachineConfig { states: vec![setup, running], rejects: None, ..config() });
    b.run(99, 100);
    b.parts += 1;
    b.run(100, 105);
    // Changes in the same scan in which the silence of the parts becomes certain, and before these are read.
    b.status = 2;
    b.run(105, 110);
    assert_eq!(b.changes(), [(99, Idle), (100, Running), (100, Idle)]);
}

/// A rule of [`edge_06_stages_are_what_each_millisecond_says`].
#[derive(Clone, Copy, Debug)]
enum Plain {
    Within(i64),
    Status(i64),
}

/// What the rules say at this millisecond, each asked by itself.
fn said(rules: &[(Plain, Activity)], parts_at: &[i64], status_at: &[i64], ms: i64) -> Activity {
    let before = |times: &[i64]| times.iter().filter(|at| **at <= ms).count();
    let holds = |rule: Plain| match rule {
        Plain::Within(time) => parts_at.iter().any(|at| (*at..at + time).contains(&ms)),
        Plain::Status(value) => before(status_at) as i64 % 3 == value,
    };
    rules.iter().find(|(rule, _)| holds(*rule)).map_or(Starved, |(_, activity)| *activity)
}

/// Times of changes from the gaps between them.
fn times(gaps: &[i64]) -> Vec<i64> {
    gaps.iter().scan(0, |at, gap| Some(std::mem::replace(at, *at + gap) + gap)).collect()
}

fn staged_rules() -> impl Strategy<Value = Vec<(Plain, Activity)>> {
    let within = (20i64..150, 160i64..400, prop::option::of(20i64..400));
    (within, prop::option::of((0i64..3, 0usize..4))).prop_map(|((short, long, third), level)| {
        let mut rules = vec![(Plain::Within(short), Running), (Plain::Within(long), Idle)];
        rules.extend(third.map(|time| (Plain::Within(time), Blocked)));
        if let Some((value, place)) = level {
            rules.insert(place.min(rules.len()), (Plain::Status(value), Setup));
        }
        rules
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn edge_06_stages_are_what_each_millisecond_says(
        rules in staged_rules(),
        parts_gaps in prop::collection::vec(1i64..450, 1..6),
        status_gaps in prop::collection::vec(1i64..450, 0..6),
    ) {
        const END: i64 = 2_000;
        let state = |(rule, activity): &(Plain, Activity)| {
            let when = match rule {
                Plain::Within(ms) => Expression::Tag(TagIndex(PARTS), Ask::ChangedWithin(ms * 1_000)),
                Plain::Status(value) => is(STATUS, *value),
            };
            StateRule { when, then: at_once(*activity) }
        };
        let config = MachineConfig {
            states: rules.iter().map(state).collect(),
            otherwise: at_once(Starved),
            counter: None,
            rejects: None,
            ..config()
        };
        let (parts_at, status_at) = (times(&parts_gaps), times(&status_gaps));
        let mut b = Bench::with(binding(), config);
        for ms in 0..END {
            let before = |times: &[i64]| times.iter().filter(|at| **at <= ms).count();
            let good = |tag, value| Reading { tag: TagIndex(tag), value, quality: Quality::Good, at: ms * 1_000 };
            let (status, parts) = (before(&status_at) as i64 % 3, before(&parts_at) as u64);
            let readings = [good(STATUS, Value::Int(status)), good(PARTS, Value::Uint(parts))];
            b.engine.readings(&readings, &mut b.out);
            b.engine.tick(ms * 1_000, &mut b.out);
        }
        let changes: Vec<(i64, Activity)> = b.take().into_iter().filter_map(|fact| match fact {
            Fact::ActivityChanged(f) => Some((f.at.0 / 1_000, f.activity)),
            _ => None,
        }).collect();
        for ms in 0..END {
            let followed = changes.iter().rev().find(|(at, _)| *at <= ms).map(|(_, activity)| *activity);
            let expect = said(&rules, &parts_at, &status_at, ms);
            prop_assert_eq!(followed, Some(expect), "at {} ms of {:?}", ms, changes);
        }
    }
}
