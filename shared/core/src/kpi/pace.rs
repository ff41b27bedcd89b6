//! What a machine is to make in a shift, and by now.

use crate::shift::{Shift, ShiftWindow};
use crate::span::{Span, Spans};
use crate::time::{HOUR, SECOND, Timestamp};

/// Units of a whole shift, and those of them that should be made by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub target: u64,
    pub by_now: u64,
}

/// The target of the shift, else what the rated capacity (millionths of units per hour) allows. Breaks make no
/// units; those without a place are spread evenly.
#[must_use]
pub fn pace(shift: &Shift, window: &ShiftWindow, capacity_micro: Option<i64>, now: Timestamp) -> Option<Pace> {
    let worked = |until: Timestamp| {
        let part = Spans::of([window.span.intersect(Span::new(window.span.from, until))]);
        let unplaced =
            i128::from(window.break_unplaced) * i128::from(part.total()) / i128::from(window.span.len().max(1));
        (i128::from(part.subtract(&window.breaks).total()) - unplaced).max(0)
    };
    let (whole, so_far) = (worked(window.span.to), worked(now));
    let target = match (shift.target_units, capacity_micro) {
        (Some(units), _) => i128::from(units),
        (None, Some(micro)) => i128::from(micro) * whole / i128::from(HOUR) / i128::from(SECOND),
        (None, None) => return None,
    };
    let by_now = if whole > 0 { target * so_far / whole } else { 0 };
    Some(Pace { target: u64::try_from(target).ok()?, by_now: u64::try_from(by_now).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ShiftId;
    use crate::shift::{ActiveDays, WallTime};
    use crate::time::MINUTE;

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
            date: jiff::civil::date(1970, 1, 1),
            span: Span::new(at(0), at(480)),
            breaks: Spans::of([Span::new(at(240), at(270))]),
            break_unplaced: 30 * MINUTE,
        };
        let paced = |target, capacity, minutes| {
            pace(&shift(target), &window, capacity, at(minutes)).map(|p| (p.target, p.by_now))
        };
        // 480 - 30 - 30 = 420 working minutes.
        assert_eq!(paced(Some(420), None, 0), Some((420, 0)));
        assert_eq!(paced(Some(420), None, 240), Some((420, 225)), "half of the break without a place is over");
        assert_eq!(paced(Some(420), None, 270), Some((420, 223)));
        assert_eq!(paced(Some(420), None, 480), Some((420, 420)));
        assert_eq!(paced(None, Some(60_000_000), 480), Some((420, 420)), "60 units an hour for 7 hours");
        assert_eq!(paced(None, None, 480), None);
    }
}
