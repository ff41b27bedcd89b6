//! The ribbon on paper.

use super::*;
use unison_core::activity::Activity;
use unison_core::downtime::Stop;
use unison_core::facts::StopSource;

#[test]
fn edge_10_ribbon_is_cut_where_stops_begin_and_end() {
    let t = Timestamp;
    let line =
        Timeline::from_changes(Span::new(t(0), t(100)), [(t(0), Activity::Running), (t(40), Activity::Idle)], t(100));
    let stop = |n: u128, from, to: Option<i64>| DowntimeRow {
        stop: Stop {
            id: uuid::Uuid::from_u128(n),
            machine: MachineId(1),
            started_at: t(from),
            ended_at: to.map(t),
            source: StopSource::Signal,
            reason: None,
            work_order: None,
            opened_by: None,
            note: None,
            classified_by: None,
            classified_at: None,
            reason_hlc: 0,
            escalated_at: None,
            gone: None,
        },
        alarm: None,
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
