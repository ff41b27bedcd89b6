//! Properties of the scenario over many seeds. Nothing here waits: hours pass in microseconds.

use super::{Activity, Machine, Observation, PROFILES, SECOND_US, ScanPlan};

const HOUR_US: i64 = 3_600 * SECOND_US;

fn machines(seed: u64) -> Vec<Machine> {
    PROFILES.into_iter().map(|profile| Machine::new(profile, seed)).collect()
}

fn walk(machine: &mut Machine, to_us: i64, step_us: i64, mut each: impl FnMut(i64, &Observation)) {
    let mut at_us = 0;
    while at_us < to_us {
        at_us = (at_us + step_us).min(to_us);
        machine.advance(at_us);
        each(at_us, &machine.observe());
    }
}

#[test]
fn edge_22_same_seed_same_history_however_often_it_is_looked_at() {
    for seed in 0..20 {
        for (mut often, mut seldom) in machines(seed).into_iter().zip(machines(seed)) {
            walk(&mut often, HOUR_US, 137_000, |_, _| {});
            seldom.advance(HOUR_US);
            assert_eq!(often.observe(), seldom.observe(), "seed {seed}");
            assert!(often.transitions().eq(seldom.transitions()), "seed {seed}");
        }
    }
}

#[test]
fn edge_22_another_seed_is_another_history() {
    let after_hour = |seed| {
        let mut machine = Machine::new(PROFILES[0], seed);
        machine.advance(HOUR_US);
        machine.transitions().copied().collect::<Vec<_>>()
    };
    assert_ne!(after_hour(1), after_hour(2));
}

#[test]
fn edge_22_counters_only_grow_and_times_sum() {
    for seed in 0..20 {
        for mut machine in machines(seed) {
            let mut before = machine.observe();
            walk(&mut machine, HOUR_US, 733_000, |at_us, now| {
                assert!(now.total >= before.total && now.rejected >= before.rejected);
                assert!(now.rejected <= now.total);
                assert_eq!(now.spent_us.sum(), at_us);
                assert_eq!(now.fault_code != 0, now.activity == Activity::Down);
                assert!((0.0..=100.0).contains(&now.load));
                before = now.clone();
            });
        }
    }
}

#[test]
fn edge_22_any_minute_has_a_part_and_machines_mostly_run() {
    for seed in 0..60 {
        for mut machine in machines(seed) {
            let code = machine.code();
            let mut part_at_us = 0;
            let mut total = 0;
            walk(&mut machine, 4 * HOUR_US, SECOND_US, |at_us, now| {
                if now.total > total {
                    (part_at_us, total) = (at_us, now.total);
                }
                assert!(at_us - part_at_us < 60 * SECOND_US, "{code}, seed {seed}: no part at {at_us}");
            });
            let running = machine.observe().spent_us.running;
            assert!(running * 100 / (4 * HOUR_US) >= 75, "{code}, seed {seed}: runs too little");
        }
    }
}

#[test]
fn edge_22_every_kind_of_stop_happens() {
    for mut machine in machines(7) {
        machine.advance(8 * HOUR_US);
        let spent = machine.observe().spent_us;
        let idle_and_down = spent.idle > 0 && spent.down > 0;
        assert!(idle_and_down, "{}: {spent:?}", machine.code());
    }
}

#[test]
fn edge_15_a_held_machine_stops_until_released() {
    let mut machine = Machine::new(PROFILES[0], 1);
    machine.advance(60 * SECOND_US);
    let before = machine.observe();
    machine.hold(Activity::Down, 12);
    machine.advance(HOUR_US);
    let held = machine.observe();
    assert_eq!((held.activity, held.fault_code), (Activity::Down, 12));
    assert_eq!((held.total, held.since_us), (before.total, 60 * SECOND_US));
    assert_eq!(held.spent_us.sum(), HOUR_US);

    machine.release();
    machine.advance(HOUR_US + 20 * SECOND_US);
    assert_eq!(machine.observe().activity, Activity::Running);
    assert!(machine.observe().total > before.total);
}

#[test]
fn edge_13_a_counter_reset_leaves_the_truth_alone() {
    let mut machine = Machine::new(PROFILES[1], 1);
    machine.advance(HOUR_US);
    let before = machine.observe();
    assert_eq!(before.counter_total, 65_480 + before.total);
    machine.counters_reset();
    let after = machine.observe();
    assert_eq!((after.counter_total, after.total), (0, before.total));
}

#[test]
fn edge_04_the_badge_is_scanned_first_and_then_work_orders_in_turn() {
    let plan = ScanPlan::new(3, Some("BADGE".into()), vec!["WO-1".into(), "WO-2".into()]);
    let scans: Vec<_> = plan.take(4).collect();
    let codes: Vec<_> = scans.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(codes, ["BADGE", "WO-1", "WO-2", "WO-1"]);
    assert!(scans.is_sorted_by_key(|(at_us, _)| *at_us));
    assert_eq!(ScanPlan::new(3, None, Vec::new()).count(), 0);
}
