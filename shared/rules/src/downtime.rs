//! What may be made of stops after the fact: split, merged, corrected, voided; and when a stop is told to the
//! supervisor (DOWN-05). What signals saw is not rewritten: a stop that they opened keeps its time, only people's
//! own reports are corrected.

use crate::{FieldError, Refusal};
use unison_core::downtime::{Gone, Stop};
use unison_core::facts::StopSource;
use unison_core::time::{HOUR, MINUTE, Timestamp};

/// A stop that lasts longer than this is told to the supervisor: strictly more.
pub const ESCALATED_AFTER: i64 = 30 * MINUTE;
/// How far back stops may be edited: as long as an edge keeps what it sent.
pub const EDITED_WITHIN: i64 = 35 * 24 * HOUR;
/// How far two stops may lie apart and still be one. The time between them becomes part of the stop.
pub const MERGED_ACROSS: i64 = 10 * MINUTE;
/// How much the clock of a page may be ahead.
pub const AHEAD_MOST: i64 = MINUTE;

/// Whether a stop is to be told now: it is, once, when it passes the limit while it goes on, or when it ends after
/// more than that.
#[must_use]
pub fn escalates(started_at: Timestamp, until: Timestamp, was_told: bool) -> bool {
    !was_told && until.since(started_at) > ESCALATED_AFTER
}

/// Judges cutting a stop in two at `cut`.
///
/// # Errors
/// Says what stands in the way.
pub fn split(stop: &Stop, cut: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    const TITLE: &str = "Cannot split downtime";
    editable(stop, now, TITLE)?;
    let end = stop.ended_at.unwrap_or(now);
    if cut <= stop.started_at || cut >= end {
        let reason =
            format!("must lie inside the stop, after {} and before {}", stop.started_at.rfc3339(), end.rfc3339());
        return Err(Refusal::Invalid(vec![FieldError::new("at", reason)]));
    }
    Ok(())
}

/// Judges making one stop of two.
///
/// # Errors
/// Says what stands in the way.
pub fn merge(stop: &Stop, other: &Stop, now: Timestamp) -> Result<(), Refusal> {
    const TITLE: &str = "Cannot merge downtime";
    editable(stop, now, TITLE)?;
    editable(other, now, TITLE)?;
    let wrong = |reason: &str| Err(Refusal::Invalid(vec![FieldError::new("with", reason)]));
    if stop.id == other.id {
        return wrong("is the stop itself; name another one");
    }
    if stop.machine != other.machine {
        return wrong("is a stop of another machine");
    }
    let (first, second) = if stop.started_at <= other.started_at { (stop, other) } else { (other, stop) };
    let gap = first.ended_at.map_or(0, |end| second.started_at.since(end));
    if gap > MERGED_ACROSS {
        return Err(Refusal::NotNow {
            error: TITLE,
            reason: format!(
                "The machine worked {} minutes between the two stops; at most 10 may lie between",
                gap / MINUTE
            ),
        });
    }
    Ok(())
}

/// What signals saw in the time that a stop would give up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Longest stretch in which the machine stood, in microseconds.
    pub standing: i64,
    /// The micro-stop limit of the machine: what lasts longer is a downtime event, whoever spoke of it first.
    pub limit: i64,
}

/// Judges other times for a stop that somebody reported.
///
/// # Errors
/// Says what stands in the way, naming every wrong field.
pub fn correct(
    stop: &Stop,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    seen: Seen,
    now: Timestamp,
) -> Result<(), Refusal> {
    const TITLE: &str = "Cannot correct downtime";
    editable(stop, now, TITLE)?;
    reported(stop, seen, TITLE)?;
    if stop.ended_at.is_some() && ended_at.is_none() {
        return Err(Refusal::NotNow {
            error: TITLE,
            reason: "This stop has ended; give the time at which it ended".into(),
        });
    }
    let mut wrong = Vec::new();
    if started_at > now.plus(AHEAD_MOST) {
        wrong.push(FieldError::new("started_at", "lies in the future"));
    } else if now.since(started_at) > EDITED_WITHIN {
        wrong.push(FieldError::new("started_at", "lies more than 35 days ago"));
    }
    match ended_at {
        Some(end) if end <= started_at => wrong.push(FieldError::new("ended_at", "must be after started_at")),
        Some(end) if end > now.plus(AHEAD_MOST) => wrong.push(FieldError::new("ended_at", "lies in the future")),
        _ => {}
    }
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::Invalid(wrong)) }
}

/// Judges that a reported stop was none.
///
/// # Errors
/// Says what stands in the way.
pub fn void(stop: &Stop, seen: Seen, now: Timestamp) -> Result<(), Refusal> {
    const TITLE: &str = "Cannot void downtime";
    editable(stop, now, TITLE)?;
    reported(stop, seen, TITLE)
}

fn editable(stop: &Stop, now: Timestamp, error: &'static str) -> Result<(), Refusal> {
    let reason = match stop.gone {
        Some(Gone::Merged(_)) => "This stop was made part of another one; edit that one",
        Some(Gone::Voided) => "This stop was voided",
        None if stop.ended_at.is_some_and(|end| now.since(end) > EDITED_WITHIN) => {
            "This stop ended more than 35 days ago; its time is closed"
        }
        None => return Ok(()),
    };
    Err(Refusal::NotNow { error, reason: reason.to_owned() })
}

fn reported(stop: &Stop, seen: Seen, error: &'static str) -> Result<(), Refusal> {
    match stop.source {
        StopSource::Operator if seen.standing > seen.limit => {
            let minutes = (seen.standing + MINUTE / 2) / MINUTE;
            let what = "give the stop another reason, or split it";
            let reason = format!("The machine's signals saw it stand for {minutes} minutes of that time; {what}");
            Err(Refusal::NotNow { error, reason })
        }
        StopSource::Operator => Ok(()),
        StopSource::Signal => Err(Refusal::NotNow {
            error,
            reason: "The machine's signals saw this stop; give it another reason, or split it".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unison_core::ids::MachineId;
    use uuid::Uuid;

    const fn t(minute: i64) -> Timestamp {
        Timestamp(minute * MINUTE)
    }

    fn stop(id: u128, from: i64, to: Option<i64>, source: StopSource) -> Stop {
        Stop {
            id: Uuid::from_u128(id),
            machine: MachineId(1),
            started_at: t(from),
            ended_at: to.map(t),
            source,
            reason: None,
            work_order: None,
            opened_by: None,
            note: None,
            classified_by: None,
            classified_at: None,
            reason_hlc: 0,
            escalated_at: None,
            gone: None,
        }
    }

    fn text(result: Result<(), Refusal>) -> String {
        match result {
            Ok(()) => "ok".into(),
            Err(Refusal::Invalid(fields)) => {
                fields.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; ")
            }
            Err(Refusal::NotNow { reason, .. }) => reason,
        }
    }

    #[test]
    fn down_05_exactly_30_minutes_do_not_escalate_and_once_is_enough() {
        assert!(!escalates(t(0), t(30), false));
        assert!(escalates(t(0), Timestamp(30 * MINUTE + 1), false));
        assert!(!escalates(t(0), t(600), true));
    }

    #[test]
    fn down_split_lies_inside() {
        let signal = stop(1, 10, Some(50), StopSource::Signal);
        let check = |cut, expect: &str| assert_eq!(text(split(&signal, t(cut), t(100))), expect);
        check(30, "ok");
        let inside = "at: must lie inside the stop, after 1970-01-01T00:10:00Z and before 1970-01-01T00:50:00Z";
        check(10, inside);
        check(50, inside);
        assert_eq!(text(split(&stop(1, 10, None, StopSource::Signal), t(99), t(100))), "ok", "an open one until now");
        let late = t(51).plus(EDITED_WITHIN);
        assert_eq!(text(split(&signal, t(30), late)), "This stop ended more than 35 days ago; its time is closed");
    }

    #[test]
    fn down_merge_of_neighbours_of_one_machine() {
        let one = stop(1, 10, Some(20), StopSource::Signal);
        let check = |other: &Stop, expect: &str| {
            assert_eq!(text(merge(&one, other, t(100))), expect);
            if expect != "with: is the stop itself; name another one" {
                assert_eq!(text(merge(other, &one, t(100))), expect, "the other way round");
            }
        };
        check(&stop(2, 30, Some(40), StopSource::Operator), "ok");
        check(&stop(2, 15, None, StopSource::Operator), "ok");
        let far = "The machine worked 11 minutes between the two stops; at most 10 may lie between";
        check(&stop(2, 31, Some(40), StopSource::Signal), far);
        check(&one, "with: is the stop itself; name another one");
        check(
            &Stop { machine: MachineId(2), ..stop(2, 20, Some(30), StopSource::Signal) },
            "with: is a stop of another machine",
        );
        check(&Stop { gone: Some(Gone::Voided), ..stop(2, 20, Some(30), StopSource::Signal) }, "This stop was voided");
    }

    #[test]
    fn down_only_what_people_reported_is_corrected_or_voided() {
        let (signal, report) = (stop(1, 10, Some(20), StopSource::Signal), stop(1, 10, Some(20), StopSource::Operator));
        let refusal = "The machine's signals saw this stop; give it another reason, or split it";
        let none = Seen { standing: 0, limit: MINUTE };
        assert_eq!(text(correct(&signal, t(9), Some(t(20)), none, t(100))), refusal);
        assert_eq!(text(void(&signal, none, t(100))), refusal);
        assert_eq!(text(void(&report, none, t(100))), "ok");
        assert_eq!(text(void(&report, Seen { standing: MINUTE, ..none }, t(100))), "ok");
        let stood = text(void(&report, Seen { standing: 9 * MINUTE, ..none }, t(100)));
        assert!(stood.starts_with("The machine's signals saw it stand for 9 minutes of that time"), "{stood}");
        let check = |from, to: Option<i64>, expect: &str| {
            assert_eq!(text(correct(&report, t(from), to.map(t), none, t(100))), expect);
        };
        check(5, Some(25), "ok");
        check(25, Some(25), "ended_at: must be after started_at");
        check(102, Some(103), "started_at: lies in the future; ended_at: lies in the future");
        check(5, None, "This stop has ended; give the time at which it ended");
    }
}
