//! Pace and ribbon on paper.

use super::*;
use unison_core::activity::Activity;
use unison_core::ids::ShiftId;
use unison_core::shift::{ActiveDays, WallTime};
use unison_core::time::MINUTE;

fn shift(target_units: Option<u32>) -> Shift {
    Shift {
        id: ShiftId(1),
        name: "Day".into(),
        start: WallTime::parse("06:00").unwrap(),
        end: WallTime::parse("14:00").unwrap(),
        days: ActiveDays::EVERY,
        breaks: vec![],
        break_minutes_unplaced: 0,
        target_units,
        oee_target_percent: None,
    }
}

#[test]
fn edge_10_pace_leaves_breaks_out() {
    let at = |minutes: i64| Timestamp(minutes * MINUTE);
    let window = ShiftWindow {
        shift: ShiftId(1),
        date: date_of(&jiff::tz::TimeZone::UTC, Timestamp(0)).unwrap(),
        span: Span::new(at(0), at(480)),
        breaks: Spans::of([Span::new(at(240), at(270))]),
        break_unplaced: 30 * MINUTE,
    };
    let pace = |target, capacity, minutes| targets(&shift(target), &window, capacity, at(minutes));
    // 480 - 30 - 30 = 420 working minutes.
    assert_eq!(pace(Some(420), None, 0), Some((420, 0)));
    assert_eq!(pace(Some(420), None, 240), Some((420, 225)), "half of the break without a place is over");
    assert_eq!(pace(Some(420), None, 270), Some((420, 223)));
    assert_eq!(pace(Some(420), None, 480), Some((420, 420)));
    assert_eq!(pace(None, Some(60_000_000), 480), Some((420, 420)), "60 units an hour for 7 hours");
    assert_eq!(pace(None, None, 480), None);
}

#[test]
fn edge_10_ribbon_is_cut_where_stops_begin_and_end() {
    let t = Timestamp;
    let line =
        Timeline::from_changes(Span::new(t(0), t(100)), [(t(0), Activity::Running), (t(40), Activity::Idle)], t(100));
    let stop = |n: u128, from, to: Option<i64>| DowntimeRow {
        id: uuid::Uuid::from_u128(n),
        machine: MachineId(1),
        started_at: t(from),
        ended_at: to.map(t),
        source: "signal".into(),
        reason: None,
        work_order: None,
        opened_by: None,
        note: None,
        classified_by: None,
        classified_at: None,
    };
    let stops = [stop(2, 80, None), stop(1, 40, Some(60))];
    let got: Vec<_> = intervals(&line, &stops, true)
        .into_iter()
        .map(|i| (i.from.0.0, i.to.map(|t| t.0.0), i.activity, i.downtime_id.map(|d| d.ends_with('1'))))
        .collect();
    assert_eq!(
        got,
        [
            (0, Some(40), Activity::Running, None),
            (40, Some(60), Activity::Idle, Some(true)),
            (60, Some(80), Activity::Idle, None),
            (80, None, Activity::Idle, Some(false)),
        ]
    );
    assert_eq!(intervals(&line, &stops, false).last().unwrap().to.map(|t| t.0.0), Some(100));
}
