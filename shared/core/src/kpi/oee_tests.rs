//! The ledger's worked examples and properties of OEE.

use super::*;
use crate::ids::ShiftId;
use crate::time::{MINUTE, SECOND};
use proptest::prelude::*;

fn span(from_min: i64, to_min: i64) -> Span {
    Span::new(Timestamp(from_min * MINUTE), Timestamp(to_min * MINUTE))
}

fn window(s: Span) -> ShiftWindow {
    ShiftWindow {
        shift: ShiftId(1),
        date: jiff::civil::date(2025, 11, 6),
        span: s,
        breaks: Spans::default(),
        break_unplaced: 0,
    }
}

fn line(range: Span, changes: &[(i64, Activity)]) -> Timeline {
    let changes = changes.iter().map(|(m, a)| (Timestamp(m * MINUTE), *a));
    Timeline::from_changes(range, changes, range.to)
}

/// 480 planned minutes, 30 of them down, 200 parts of 2 minutes, 5 rejected.
fn example() -> OeeSums {
    let shift = span(0, 480);
    let timeline = line(shift, &[(0, Activity::Running), (100, Activity::Down), (130, Activity::Running)]);
    let counts: Vec<Bucket> = (0..200)
        .map(|i| Bucket { at: Timestamp(i * 2 * MINUTE), total: 1, rejected: u64::from(i < 5), ideal: 2 * MINUTE })
        .collect();
    let m = MachineTime { timeline: &timeline, shifts: &[window(shift)], stops: &[span(100, 130)], counts: &counts };
    oee(&m, Standard::Unison)
}

#[test]
fn kpi_avail() {
    assert_eq!(example().ratios().availability.unwrap().value(), 93.75);
}

#[test]
fn kpi_perf() {
    assert_eq!(example().ratios().performance.unwrap().value(), 88.89);
}

#[test]
fn kpi_qual() {
    assert_eq!(example().ratios().quality.unwrap().value(), 97.5);
}

#[test]
fn kpi_oee() {
    let oee = example().ratios();
    assert_eq!(oee.oee.unwrap().value(), 81.25, "the exact product, not that of rounded factors");
    assert_eq!(oee.band, Some(OeeBand::Good));
    assert_eq!(oee.coverage.unwrap().value(), 100.0);
}

#[test]
fn kpi_15_nothing_known_has_no_value() {
    let shift = span(0, 480);
    let timeline = line(shift, &[]);
    let m = MachineTime { timeline: &timeline, shifts: &[window(shift)], stops: &[], counts: &[] };
    let r = oee(&m, Standard::Unison).ratios();
    assert_eq!((r.oee, r.availability, r.performance, r.quality), (None, None, None, None));
    assert_eq!(r.coverage.unwrap().value(), 0.0);
    let outside = MachineTime { shifts: &[], ..m };
    assert_eq!(oee(&outside, Standard::Unison).ratios().coverage, None);
}

#[test]
fn q_133_setup_and_events_are_downtime_short_stops_are_not() {
    let shift = span(0, 100);
    let timeline = line(
        shift,
        &[
            (0, Activity::Running),
            (10, Activity::Setup),
            (20, Activity::Running),
            (50, Activity::Idle),
            (51, Activity::Running),
        ],
    );
    // The event of another stop overlaps the setup: time counts once.
    let m = MachineTime {
        timeline: &timeline,
        shifts: &[window(shift)],
        stops: &[span(15, 30), span(18, 25)],
        counts: &[],
    };
    let s = oee(&m, Standard::Unison);
    assert_eq!(s.downtime, 20 * MINUTE, "10..30; the idle minute without event is operating time");
    assert_eq!(s.setup, 10 * MINUTE);
    assert_eq!(s.run, (10 + 30 + 49) * MINUTE);
}

#[test]
fn q_140_breaks_by_standard() {
    let shift = span(0, 480);
    let timeline = line(shift, &[(0, Activity::Running)]);
    let mut placed = window(shift);
    placed.breaks = Spans::of([span(200, 230)]);
    let mut amount = window(shift);
    amount.break_unplaced = 30 * MINUTE;
    for w in [placed, amount] {
        let m = MachineTime { timeline: &timeline, shifts: &[w], stops: &[], counts: &[] };
        let unison = oee(&m, Standard::Unison);
        assert_eq!((unison.planned, unison.downtime), (480 * MINUTE, 30 * MINUTE));
        let iso = oee(&m, Standard::Iso22400);
        assert_eq!((iso.planned, iso.downtime), (450 * MINUTE, 0));
    }
}

#[test]
fn q_140_break_amount_is_pro_rata_when_a_range_cuts_the_shift() {
    let range = span(0, 120);
    let timeline = line(range, &[(0, Activity::Running)]);
    let mut w = window(span(0, 480));
    w.break_unplaced = 40 * MINUTE;
    let m = MachineTime { timeline: &timeline, shifts: &[w], stops: &[], counts: &[] };
    assert_eq!(oee(&m, Standard::Unison).downtime, 10 * MINUTE);
}

#[test]
fn q_140_parts_outside_planned_time_are_shown_not_judged() {
    let range = span(0, 100);
    let timeline = line(range, &[(0, Activity::Running), (40, Activity::NoData), (50, Activity::Running)]);
    let part = |min: i64| Bucket { at: Timestamp(min * MINUTE), total: 3, rejected: 1, ideal: SECOND };
    let counts = [part(10), part(45), part(90)];
    let m = MachineTime { timeline: &timeline, shifts: &[window(span(0, 80))], stops: &[], counts: &counts };
    let s = oee(&m, Standard::Unison);
    assert_eq!((s.total, s.rejected, s.outside), (3, 1, 6), "no data at 45, no shift at 90");
    assert_eq!(s.ratios().coverage.unwrap().value(), 87.5);
}

#[test]
fn q_050_performance_above_100_is_kept_and_flagged() {
    let shift = span(0, 10);
    let timeline = line(shift, &[(0, Activity::Running)]);
    let counts = [Bucket { at: Timestamp(0), total: 20, rejected: 0, ideal: MINUTE }];
    let m = MachineTime { timeline: &timeline, shifts: &[window(shift)], stops: &[], counts: &counts };
    let s = oee(&m, Standard::Unison);
    assert!(s.performance_above_100());
    assert_eq!(s.ratios().performance.unwrap().value(), 200.0);
}

#[test]
fn q_050_parts_without_ideal_cycle_have_no_performance() {
    let shift = span(0, 10);
    let timeline = line(shift, &[(0, Activity::Running)]);
    let counts = [Bucket { at: Timestamp(0), total: 2, rejected: 0, ideal: 0 }];
    let m = MachineTime { timeline: &timeline, shifts: &[window(shift)], stops: &[], counts: &counts };
    let r = oee(&m, Standard::Unison).ratios();
    assert_eq!((r.oee, r.performance), (None, None));
    assert_eq!(r.quality.unwrap().value(), 100.0);
}

proptest! {
    /// Cutting a range anywhere and adding the parts gives the sums of the whole: a shift report and a
    /// day report cannot disagree.
    #[test]
    fn kpi_05_sums_add_up_over_any_cut(
        changes in prop::collection::vec((0i64..600, 0usize..7), 0..30),
        stops in prop::collection::vec((0i64..600, 0i64..60), 0..6),
        counts in prop::collection::vec((0i64..600, 0u64..5), 0..20),
        cut in 0i64..600,
    ) {
        let whole = span(0, 600);
        let w = [window(span(60, 540))];
        let changes: Vec<_> = changes.into_iter().map(|(m, a)| (m, Activity::ALL[a])).collect();
        let stops: Vec<_> = stops.into_iter().map(|(a, n)| span(a, a + n)).collect();
        let counts: Vec<_> = counts.into_iter()
            .map(|(m, n)| Bucket { at: Timestamp(m * MINUTE), total: n, rejected: n / 2, ideal: SECOND }).collect();
        let of = |range: Span| {
            let timeline = line(range, &changes);
            oee(&MachineTime { timeline: &timeline, shifts: &w, stops: &stops, counts: &counts }, Standard::Unison)
        };
        let mut sum = of(span(0, cut));
        sum += of(span(cut, 600));
        prop_assert_eq!(sum, of(whole));
        let s = of(whole);
        prop_assert!(s.downtime >= 0 && s.downtime <= s.planned && s.planned <= s.shift);
        prop_assert!(s.run <= s.planned);
    }
}
