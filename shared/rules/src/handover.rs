//! What one shift leaves to the next: who may write it, for which shift, and who acknowledges it (SHIFT-06,
//! SHIFT-08, Q-057).

use crate::{FieldError, Refusal};
use unison_core::ids::UserId;
use unison_core::span::Span;
use unison_core::time::{HOUR, Timestamp};

/// How long after its end a shift can still be handed over: a tablet may have been away over a weekend.
pub const WITHIN: i64 = 72 * HOUR;
/// Longest notes, and longest text of one issue or of what blocks a work order, in characters.
pub const NOTES_CHARS_MAX: usize = 4_000;
pub const ISSUE_CHARS_MAX: usize = 500;
pub const ISSUES_MAX: usize = 30;
pub const WORK_ORDERS_MAX: usize = 100;
/// Bytes of all texts together; one handover is one fact.
pub const BYTES_MAX: usize = 40_000;

/// What was written of a shift before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Everybody who wrote it, the last of them last.
    pub authors: Vec<UserId>,
    pub written_at: Timestamp,
    pub acknowledged_by: Option<UserId>,
}

/// What is wrong with the texts of a handover: notes without text are none (SHIFT-06).
///
/// # Errors
/// Names every field that is wrong.
pub fn texts(notes: &str, issues: &[&str], blocked: &[&str]) -> Result<(), Refusal> {
    let mut wrong = Vec::new();
    let longest = |texts: &[&str]| texts.iter().map(|t| t.chars().count()).max().unwrap_or(0);
    match notes.trim().chars().count() {
        0 => wrong.push(FieldError::new("handover_notes", "is required: say what the next shift has to know")),
        n if n > NOTES_CHARS_MAX => {
            let message = format!("has {n} characters; at most {NOTES_CHARS_MAX} are kept");
            wrong.push(FieldError::new("handover_notes", message));
        }
        _ => {}
    }
    for (field, texts, most) in [("issues", issues, ISSUES_MAX), ("wip_work_orders", blocked, WORK_ORDERS_MAX)] {
        if texts.len() > most {
            wrong.push(FieldError::new(field, format!("has {} entries; at most {most} are kept", texts.len())));
        }
        if longest(texts) > ISSUE_CHARS_MAX {
            wrong.push(FieldError::new(field, format!("has a text of more than {ISSUE_CHARS_MAX} characters")));
        }
    }
    if issues.iter().any(|text| text.trim().is_empty()) {
        wrong.push(FieldError::new("issues", "has one without a description; describe it or leave it out"));
    }
    let bytes: usize = [notes].iter().chain(issues).chain(blocked).map(|text| text.len()).sum();
    if bytes > BYTES_MAX && wrong.is_empty() {
        wrong.push(FieldError::new(
            "handover_notes",
            format!("has {bytes} bytes with all texts; at most {BYTES_MAX} are kept"),
        ));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::Invalid(wrong)) }
}

/// Judges writing the handover of a shift of a day. `window` is when that shift was on, none where the calendar has
/// none; `replaces` is the time of the text that the writer had read.
///
/// # Errors
/// Says what stands in the way.
pub fn write(
    known: Option<&Known>,
    window: Option<Span>,
    replaces: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let invalid = |field, message: &str| Err(Refusal::Invalid(vec![FieldError::new(field, message)]));
    let not_now =
        |reason: &str| Err(Refusal::NotNow { error: "Cannot hand over the shift", reason: reason.to_owned() });
    let Some(window) = window else { return invalid("date", "the shift does not begin on this day") };
    if window.from > now {
        return invalid("date", "the shift has not begun yet");
    }
    if now.since(window.to) > WITHIN {
        return invalid("date", "the shift ended more than 72 hours ago");
    }
    match known {
        Some(known) if known.acknowledged_by.is_some() => {
            not_now("The handover was acknowledged; write what is new into the handover of the present shift")
        }
        Some(known) if replaces != Some(known.written_at) => {
            not_now("Somebody else wrote this handover meanwhile; read it and add yours to it")
        }
        _ => Ok(()),
    }
}

/// Judges acknowledging a handover. False: it was acknowledged by this person before.
///
/// # Errors
/// Says what stands in the way.
pub fn acknowledge(known: &Known, by: UserId) -> Result<bool, Refusal> {
    let not_now =
        |reason: &str| Err(Refusal::NotNow { error: "Cannot acknowledge the handover", reason: reason.to_owned() });
    match known.acknowledged_by {
        Some(before) if before == by => Ok(false),
        Some(_) => not_now("Somebody else acknowledged it already"),
        None if known.authors.contains(&by) => {
            not_now("Who wrote a handover does not acknowledge it; the next shift does")
        }
        None => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: i64 = 100 * HOUR;
    const ENDED: i64 = 108 * HOUR;

    fn window() -> Option<Span> {
        Some(Span::new(Timestamp(BEGAN), Timestamp(ENDED)))
    }

    fn known(by: Option<i64>) -> Known {
        Known { authors: vec![UserId(3), UserId(4)], written_at: Timestamp(ENDED), acknowledged_by: by.map(UserId) }
    }

    #[test]
    fn shift_06_a_shift_is_handed_over_from_its_begin_until_three_days_after_its_end() {
        let at = |now: i64| write(None, window(), None, Timestamp(now));
        assert_eq!((at(BEGAN), at(ENDED + 72 * HOUR)), (Ok(()), Ok(())));
        for (now, reason) in [(BEGAN - 1, "not begun"), (ENDED + 72 * HOUR + 1, "72 hours ago")] {
            let Err(Refusal::Invalid(fields)) = at(now) else { panic!("{now} is taken") };
            assert!(fields[0].field == "date" && fields[0].message.contains(reason), "{fields:?}");
        }
        assert!(matches!(write(None, None, None, Timestamp(BEGAN)), Err(Refusal::Invalid(_))));
    }

    #[test]
    fn shift_06_notes_without_text_are_refused_and_every_wrong_field_is_named() {
        let fields = |notes: &str, issues: &[&str], blocked: &[&str]| match texts(notes, issues, blocked) {
            Err(Refusal::Invalid(fields)) => fields.into_iter().map(|f| f.field).collect(),
            Ok(()) => vec![],
            other => panic!("{other:?}"),
        };
        let long = "x".repeat(501);
        assert_eq!(fields("Belt 3 slips", &["guard loose"], &[]), Vec::<&str>::new());
        assert_eq!(fields(" \n", &[" "], &[&long]), ["handover_notes", "wip_work_orders", "issues"]);
        assert_eq!(fields("ok", &["a"; 31], &[]), ["issues"]);
        // Characters of four bytes: each text is short enough, all together are not.
        let wide = "\u{1F527}".repeat(500);
        assert_eq!(fields("ok", &[wide.as_str(); 21], &[]), ["handover_notes"]);
    }

    #[test]
    fn shift_06_nobody_writes_over_what_they_have_not_read() {
        let over =
            |by, replaces: Option<i64>| write(Some(&known(by)), window(), replaces.map(Timestamp), Timestamp(ENDED));
        assert_eq!(over(None, Some(ENDED)), Ok(()));
        for (by, replaces) in [(None, None), (None, Some(ENDED - 1)), (Some(7), Some(ENDED))] {
            assert!(matches!(over(by, replaces), Err(Refusal::NotNow { .. })), "{by:?} {replaces:?}");
        }
    }

    #[test]
    fn shift_08_q_057_acknowledged_once_and_by_another_than_the_authors() {
        assert_eq!(acknowledge(&known(None), UserId(7)), Ok(true));
        assert_eq!(acknowledge(&known(Some(7)), UserId(7)), Ok(false));
        for (by, who) in [(Some(7), 8), (None, 3), (None, 4)] {
            assert!(acknowledge(&known(by), UserId(who)).is_err(), "{who}");
        }
    }
}
