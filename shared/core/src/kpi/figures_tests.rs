//! Figures on paper, and what must hold whatever was observed.

use super::*;
use crate::ids::ShiftId;
use crate::kpi::cut;
use crate::shift::{ActiveDays, Break, Shift, WallTime};
use crate::time::{BUCKET, MINUTE};
use jiff::tz::TimeZone;
use proptest::prelude::*;

const fn t(minute: i64) -> Timestamp {
    Timestamp(minute * MINUTE)
}

fn day(breaks: Vec<Break>) -> ShiftCalendar {
    let wall = |text| WallTime::parse(text).unwrap();
    let shift = Shift {
        id: ShiftId(1),
        name: "Day".into(),
        start: wall("00:00"),
        end: wall("08:00"),
        days: ActiveDays::EVERY,
        breaks,
        break_minutes_unplaced: 0,
        target_units: None,
        oee_target_percent: None,
    };
    ShiftCalendar { zone: TimeZone::UTC, shifts: vec![shift], cycles: [].into(), days: vec![] }
}

fn stop(from: i64, to: Option<i64>, is_failure: bool, is_planned: bool, recorded: i64) -> StopTime {
    StopTime { started_at: t(from), ended_at: to.map(t), is_failure, is_planned, recorded }
}

/// A day of 480 minutes from the epoch on.
fn observed(changes: &[(i64, Activity)], stops: Vec<StopTime>) -> Observed {
    Observed {
        range: Span::new(t(0), t(480)),
        changes: changes.iter().map(|(at, a)| (t(*at), *a)).collect(),
        known_until: t(480),
        now: t(480),
        stops,
        counts: vec![],
        capacity_micro: None,
    }
}

#[test]
fn kpi_util_of_a_day_with_a_break() {
    // 480 minutes, 30 of them a break in which the machine ran on: 450 available, 320 used.
    let o = observed(
        &[(0, Activity::Running), (200, Activity::Setup), (240, Activity::Running), (390, Activity::Idle)],
        vec![],
    );
    let calendar = day(vec![Break { from: WallTime::parse("02:00").unwrap(), minutes: 30 }]);
    let f = o.figures(&calendar, o.range, Standard::Unison);
    assert_eq!((f.utilisation.available() / MINUTE, f.utilisation.running / MINUTE), (450, 320));
    assert_eq!(f.utilisation().unwrap().value(), 71.11);
    // all running time, breaks included.
    assert_eq!(f.running / MINUTE, 350);
}

#[test]
fn kpi_09_time_that_nobody_saw_is_not_available() {
    let o = observed(&[(0, Activity::Running), (240, Activity::NoData)], vec![]);
    let f = o.figures(&day(vec![]), o.range, Standard::Unison);
    assert_eq!(f.utilisation().unwrap().value(), 100.0);
    assert_eq!(f.oee.ratios().coverage.unwrap().value(), 50.0);
}

#[test]
fn kpi_mtbf_and_kpi_mttr() {
    // 320 hours of running and 4 failures of 3 hours each: 80 h between, 3 h each.
    let hours = |n: i64| n * 60;
    let stops = (0..4).map(|n| stop(hours(80 + n * 83), Some(hours(83 + n * 83)), true, false, 1)).collect();
    let mut changes = vec![(0, Activity::Running)];
    for n in 0..4 {
        changes.extend([(hours(80 + n * 83), Activity::Down), (hours(83 + n * 83), Activity::Running)]);
    }
    let end = hours(332);
    let o = Observed { range: Span::new(t(0), t(end)), known_until: t(end), now: t(end), ..observed(&changes, stops) };
    let f = o.figures(&day(vec![]), o.range, Standard::Unison);
    assert_eq!((f.failures, f.repairs), (4, 4));
    assert_eq!((f.mtbf(), f.mttr()), (Some(80 * HOUR), Some(3 * HOUR)));
}

#[test]
fn q_142_failures_count_where_they_begin_and_repairs_when_they_have_ended() {
    let o = observed(
        &[(0, Activity::Running)],
        vec![stop(-30, Some(10), true, false, 1), stop(60, Some(90), true, false, 2), stop(100, None, true, false, 3)],
    );
    let f = o.figures(&day(vec![]), o.range, Standard::Unison);
    assert_eq!((f.failures, f.repairs, f.mttr()), (2, 1, Some(30 * MINUTE)));
    let none = observed(&[], vec![]).figures(&day(vec![]), o.range, Standard::Unison);
    assert_eq!((none.mtbf(), none.mttr()), (None, None), "KPI-15");
}

#[test]
fn q_141_of_two_reasons_at_one_time_the_one_recorded_last_counts() {
    // 60 minutes unplanned, of which 20 were later said to be planned, and 30 planned beside it.
    let o = observed(
        &[(0, Activity::Idle)],
        vec![
            stop(0, Some(60), false, false, 1),
            stop(40, Some(60), false, true, 2),
            stop(60, Some(90), false, true, 3),
        ],
    );
    let f = o.figures(&day(vec![]), o.range, Standard::Unison);
    assert_eq!((f.stopped / MINUTE, f.stopped_unplanned / MINUTE), (90, 40));
    assert_eq!(f.unplanned_share().unwrap().value(), 44.44);
}

#[test]
fn down_10_a_stop_that_goes_on_lasts_until_now_and_no_longer() {
    let o = observed(&[(0, Activity::Idle)], vec![stop(60, None, false, false, 1)]);
    let o = Observed { now: t(100), known_until: t(100), ..o };
    assert_eq!(o.figures(&day(vec![]), o.range, Standard::Unison).stopped / MINUTE, 40);
    let later = o.figures(&day(vec![]), Span::new(t(120), t(180)), Standard::Unison);
    assert_eq!((later.stopped, later.unplanned_share()), (0, None), "the future");
}

#[test]
fn kpi_cap() {
    // 50 units an hour for 7 available hours; 280 made.
    let counts = (0..280).map(|i| Bucket { at: t(i), total: 1, rejected: 0, ideal: 0 }).collect();
    let o = Observed { counts, capacity_micro: Some(50_000_000), ..observed(&[(0, Activity::Running)], vec![]) };
    let calendar = day(vec![Break { from: WallTime::parse("04:00").unwrap(), minutes: 60 }]);
    let f = o.figures(&calendar, o.range, Standard::Unison);
    assert_eq!(f.capacity_micro, 350_000_000);
    assert_eq!(f.capacity_used().unwrap().value(), 80.0);
}

fn any_observed() -> impl Strategy<Value = Observed> {
    let changes = prop::collection::vec((0i64..2_880, 0usize..7), 0..20);
    let stops = prop::collection::vec((0i64..2_880, prop::option::of(0i64..300), any::<(bool, bool)>(), 0i64..9), 0..8);
    let counts = prop::collection::btree_map(0i64..2_880 * 6, (0u64..5, 0u64..3, 0i64..3), 0..40);
    (changes, stops, counts, 0i64..2_880).prop_map(|(changes, stops, counts, known)| Observed {
        range: Span::new(t(0), t(2_880)),
        changes: changes.into_iter().map(|(at, a)| (t(at), Activity::ALL[a])).collect(),
        known_until: t(known),
        now: t(2_880),
        stops: stops
            .into_iter()
            .map(|(at, length, (failure, planned), recorded)| {
                stop(at, length.map(|n| at + n), failure, planned, recorded)
            })
            .collect(),
        counts: counts
            .into_iter()
            .map(|(at, (total, rejected, ideal))| Bucket {
                at: Timestamp(at * BUCKET),
                total,
                rejected,
                ideal: ideal * 7 * SECOND,
            })
            .collect(),
        capacity_micro: Some(36_000_000_000),
    })
}

proptest! {
    /// Sums before ratios: the hours of two days add up to the two days, whatever was observed.
    #[test]
    fn kpi_05_hours_and_days_add_up_to_the_whole(
        mut o in any_observed(),
        iso in any::<bool>(),
        break_at in 0u16..420,
    ) {
        let standard = if iso { Standard::Iso22400 } else { Standard::Unison };
        let from = WallTime::parse(&format!("{:02}:{:02}", break_at / 60, break_at % 60)).unwrap();
        let calendar = day(vec![Break { from, minutes: 45 }]);
        // An open stop lasts to the end of what is asked for, which hours cut.
        o.stops.iter_mut().for_each(|stop| stop.ended_at = stop.ended_at.or(Some(o.range.to)));
        let whole = o.figures(&calendar, o.range, standard);
        for pieces in [cut::hours(&calendar.zone, o.range), cut::days(&calendar.zone, o.range)] {
            let mut sum = Figures::default();
            for piece in pieces {
                sum += o.figures(&calendar, piece, standard);
            }
            prop_assert_eq!(sum, whole);
        }
    }

    /// Whatever was observed: no time is lost twice, nothing is more than the whole.
    #[test]
    fn kpi_02_time_is_never_counted_twice(o in any_observed(), iso in any::<bool>()) {
        let standard = if iso { Standard::Iso22400 } else { Standard::Unison };
        let f = o.figures(&day(vec![]), o.range, standard);
        prop_assert!(0 <= f.oee.downtime && f.oee.downtime <= f.oee.planned);
        prop_assert!(f.oee.planned <= f.oee.known && f.oee.known <= f.oee.shift);
        prop_assert!(f.stopped_unplanned <= f.stopped && f.stopped <= o.range.len());
        prop_assert!(f.utilisation.running <= f.utilisation.available());
        prop_assert!(f.repairs <= f.failures);
    }

    /// The order of rows and the reading of them twice say the same to the last digit.
    #[test]
    fn kpi_replay_is_bit_equal(o in any_observed(), seed in any::<u64>()) {
        let calendar = day(vec![]);
        let mut o = o;
        // Of two changes at one moment the later in the list counts; that order is no accident.
        o.changes.sort_by_key(|(at, _)| *at);
        o.changes.dedup_by_key(|(at, _)| *at);
        let mut shuffled = o.clone();
        let mut state = seed | 1;
        let mut next = || { state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); state >> 33 };
        shuffled.changes.sort_by_cached_key(|_| next());
        shuffled.stops.sort_by_cached_key(|stop| (stop.recorded, stop.started_at, next()));
        let first = o.figures(&calendar, o.range, Standard::Unison);
        prop_assert_eq!(shuffled.figures(&calendar, o.range, Standard::Unison), first);
    }
}
