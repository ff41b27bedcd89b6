//! What an operator may log on a work order (LOG-03 to LOG-07, Q-035).

use crate::{FieldError, Refusal};
use unison_core::master::WorkOrderStatus;

/// One hour in millionths, the unit of logged time.
pub const HOUR_MICRO: i64 = 1_000_000;

/// What is asked to be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Units completed in this session, rejected ones included.
    pub completed: i64,
    pub rejected: i64,
    /// Millionths of an hour.
    pub hours_micro: i64,
}

/// What must be known of the work order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub number: String,
    pub status: WorkOrderStatus,
    pub ordered: u64,
    pub completed: u64,
}

/// An entry that may be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub completed: u32,
    pub rejected: u32,
    pub hours_micro: i64,
}

/// Judges an entry. All wrong fields are named at once.
///
/// # Errors
/// [`Refusal::NotNow`] when the work order takes no logs, [`Refusal::Invalid`] when a field is wrong.
pub fn accept(entry: Entry, known: &Known) -> Result<Accepted, Refusal> {
    if known.status != WorkOrderStatus::InProgress {
        let reason = format!("{} is {}; only a work order in progress takes logs", known.number, spoken(known.status));
        return Err(Refusal::NotNow { error: "Cannot log production", reason });
    }
    let left = known.ordered.saturating_sub(known.completed);
    let mut wrong = Vec::new();
    let completed = u32::try_from(entry.completed).ok().filter(|n| *n > 0);
    match completed {
        None => wrong.push(FieldError::new("quantity_completed", "must be a whole number above 0")),
        Some(n) if u64::from(n) > left => wrong.push(FieldError::new(
            "quantity_completed",
            format!("{n} is more than the {left} units left of {}", known.ordered),
        )),
        Some(_) => {}
    }
    let rejected = u32::try_from(entry.rejected).ok();
    match (rejected, completed) {
        (None, _) => wrong.push(FieldError::new("quantity_rejected", "must be a whole number, 0 or more")),
        (Some(r), Some(n)) if r > n => {
            wrong.push(FieldError::new("quantity_rejected", format!("{r} is more than the {n} units completed")));
        }
        _ => {}
    }
    if entry.hours_micro <= 0 || entry.hours_micro > 24 * HOUR_MICRO {
        wrong.push(FieldError::new("hours_worked", "must be above 0 and at most 24"));
    }
    match (completed, rejected) {
        (Some(completed), Some(rejected)) if wrong.is_empty() => {
            Ok(Accepted { completed, rejected, hours_micro: entry.hours_micro })
        }
        _ => Err(Refusal::Invalid(wrong)),
    }
}

/// Judges why units were rejected: each reason once, each of a whole number of units, together no more than were
/// rejected. `parts` are pairs of a reason and its units.
///
/// # Errors
/// Says what is wrong with `scrap_reasons`.
pub fn scrap<R: PartialEq>(parts: &[(R, i64)], rejected: u32) -> Result<(), Refusal> {
    let wrong = |message: String| Err(Refusal::Invalid(vec![FieldError::new("scrap_reasons", message)]));
    if parts.iter().any(|(_, units)| *units <= 0) {
        return wrong("each needs a whole number of units above 0".to_owned());
    }
    if parts.iter().enumerate().any(|(place, (reason, _))| parts.iter().take(place).any(|(r, _)| r == reason)) {
        return wrong("name each reason once".to_owned());
    }
    let sum: i64 = parts.iter().fold(0, |sum, (_, units)| sum.saturating_add(*units));
    if sum > i64::from(rejected) {
        return wrong(format!("{sum} units are more than the {rejected} rejected"));
    }
    Ok(())
}

const fn spoken(status: WorkOrderStatus) -> &'static str {
    match status {
        WorkOrderStatus::Planned => "planned",
        WorkOrderStatus::Released => "released but not started",
        WorkOrderStatus::InProgress => "in progress",
        WorkOrderStatus::Paused => "paused",
        WorkOrderStatus::Completed => "completed",
        WorkOrderStatus::Cancelled => "cancelled",
    }
}

/// Whole and partial percent done, two decimals, half to even; above 100 when overrun.
#[must_use]
pub fn progress_percent(completed: u64, ordered: u64) -> Option<f64> {
    unison_core::kpi::target_attainment(completed, ordered).map(unison_core::kpi::Percent::value)
}

/// The text that confirms a log (EX LOG-MSG).
#[must_use]
pub fn message(units: u32, hours_micro: i64, completed: u64, ordered: u64) -> String {
    let percent = progress_percent(completed, ordered).map_or_else(|| "–".to_owned(), number);
    #[expect(clippy::cast_precision_loss, reason = "at most 24 hours in millionths")]
    let hours = hours_micro as f64 / HOUR_MICRO as f64;
    let (unit, hour) =
        (if units == 1 { "unit" } else { "units" }, if hours_micro == HOUR_MICRO { "hour" } else { "hours" });
    format!("Logged {units} {unit}, {} {hour}. WO is {percent}% complete.", number(hours))
}

/// A number without trailing zeros, at most two decimals.
fn number(n: f64) -> String {
    let text = format!("{n:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known { number: "WO-1".into(), status: WorkOrderStatus::InProgress, ordered: 200, completed: 100 }
    }

    fn entry(completed: i64, rejected: i64, hours: f64) -> Entry {
        #[expect(clippy::cast_possible_truncation, reason = "test values")]
        Entry { completed, rejected, hours_micro: (hours * 1e6) as i64 }
    }

    fn fields(e: Entry) -> Vec<&'static str> {
        match accept(e, &known()) {
            Ok(_) => vec![],
            Err(Refusal::Invalid(f)) => f.iter().map(|f| f.field).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn log_03_quantity_is_positive_and_at_most_what_is_left() {
        assert_eq!(fields(entry(100, 0, 1.0)), [""; 0]);
        assert_eq!(fields(entry(101, 0, 1.0)), ["quantity_completed"]);
        assert_eq!(fields(entry(0, 0, 1.0)), ["quantity_completed"]);
        assert_eq!(fields(entry(-5, 0, 1.0)), ["quantity_completed"]);
        assert_eq!(fields(entry(i64::MAX, 0, 1.0)), ["quantity_completed"]);
    }

    #[test]
    fn log_04_hours_above_0_and_at_most_24() {
        assert_eq!(fields(entry(1, 0, 24.0)), [""; 0]);
        assert_eq!(fields(entry(1, 0, 24.000001)), ["hours_worked"]);
        assert_eq!(fields(entry(1, 0, 0.0)), ["hours_worked"]);
        assert_eq!(fields(entry(1, 0, -1.0)), ["hours_worked"]);
    }

    #[test]
    fn log_05_work_order_must_be_in_progress() {
        let paused = Known { status: WorkOrderStatus::Paused, ..known() };
        assert_eq!(
            accept(entry(1, 0, 1.0), &paused).unwrap_err().to_string(),
            "Cannot log production: WO-1 is paused; only a work order in progress takes logs"
        );
    }

    #[test]
    fn log_07_q_035_rejects_are_part_of_completed() {
        assert_eq!(fields(entry(10, 10, 1.0)), [""; 0]);
        assert_eq!(fields(entry(10, 11, 1.0)), ["quantity_rejected"]);
        assert_eq!(fields(entry(10, -1, 1.0)), ["quantity_rejected"]);
        assert_eq!(fields(entry(0, -1, 25.0)), ["quantity_completed", "quantity_rejected", "hours_worked"]);
    }

    #[test]
    fn log_06_message() {
        assert_eq!(message(10, 2 * HOUR_MICRO, 50, 100), "Logged 10 units, 2 hours. WO is 50% complete.");
        assert_eq!(message(1, HOUR_MICRO, 1, 3), "Logged 1 unit, 1 hour. WO is 33.33% complete.");
        assert_eq!(message(50, 4_500_000, 150, 200), "Logged 50 units, 4.5 hours. WO is 75% complete.");
    }

    #[test]
    fn log_api_progress() {
        assert_eq!(progress_percent(150, 200), Some(75.0));
        assert_eq!(progress_percent(1, 0), None);
    }

    #[test]
    fn log_07_scrap_is_explained_once_a_reason_and_never_more_than_was_rejected() {
        let judge = |parts: &[(i64, i64)]| {
            scrap(parts, 5).map_err(|e| match e {
                Refusal::Invalid(fields) => fields[0].message.clone(),
                other => panic!("{other:?}"),
            })
        };
        for fine in [&[][..], &[(1, 5)], &[(1, 2), (2, 3)], &[(1, 1)]] {
            assert_eq!(judge(fine), Ok(()), "{fine:?}");
        }
        for (parts, why) in [
            (&[(1, 0)][..], "above 0"),
            (&[(1, 1), (1, 1)], "once"),
            (&[(1, 3), (2, 3)], "6 units are more than the 5 rejected"),
            (&[(1, i64::MAX), (2, i64::MAX)], "more than the 5"),
        ] {
            assert!(judge(parts).unwrap_err().contains(why), "{parts:?}");
        }
    }
}
