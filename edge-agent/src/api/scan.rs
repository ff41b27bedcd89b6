//! What a scanned code means (EDGE-04, EDGE-10). Scans of the serial drivers and of pages end in the same
//! two functions, [`clean`] and [`resolve`]; both are pure. A code is hostile until it has passed `clean`.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::Person;
use unison_core::time::{Rfc3339, SECOND, Timestamp};

/// Longest code that is looked at, in characters.
pub const CODE_CHARS_MAX: usize = 128;
/// How long a badge read by a scanner of the box waits for the page that claims it.
const CLAIM_WITHIN: i64 = 10 * SECOND;
/// Scans that can wait at once; the oldest give way.
const WAITING_MAX: usize = 64;

/// How a code came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A scanner that types like a keyboard.
    Wedge,
    Camera,
    Typed,
    /// A scanner on the box itself.
    Serial,
}

/// What a code turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    WorkOrder,
    Badge,
    Machine,
    Unknown,
}

/// A scan, as the answer of `POST /scans` and as event `scan`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanView {
    pub id: uuid::Uuid,
    /// The code; left out of events when it is a badge, because a badge is a key.
    pub code: String,
    pub source: Source,
    /// Id of the machine at whose station the scanner stands.
    pub station: Option<i64>,
    pub kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_order_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Person>,
    pub at: Rfc3339,
}

impl ScanView {
    /// The form that goes to every page.
    #[must_use]
    pub fn for_everybody(&self) -> Self {
        let code = if self.kind == Kind::Badge { String::new() } else { self.code.clone() };
        Self { code, ..self.clone() }
    }
}

/// Body of `POST /api/v1/scans`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScan {
    /// 1 to 128 printable characters.
    pub code: String,
    /// "wedge", "camera" or "typed".
    pub source: Source,
    /// Id of the machine whose page is open.
    #[serde(default)]
    pub station: Option<i64>,
}

/// Strips control characters and blanks at both ends and checks the length.
///
/// # Errors
/// What a code looks like.
pub fn clean(code: &str) -> Result<String, String> {
    let code: String = code.chars().filter(|c| !c.is_control()).collect();
    let code = code.trim();
    match code.chars().count() {
        0 => Err("is empty; scan again".to_owned()),
        n if n > CODE_CHARS_MAX => Err(format!("has {n} characters; a code has at most {CODE_CHARS_MAX}")),
        _ => Ok(code.to_owned()),
    }
}

/// What a code means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    WorkOrder(i64),
    Badge(Person),
    Machine(i64),
    Unknown,
}

/// Finds the meaning of a clean code among numbers and ids of work orders, badges with id and name of their
/// owners, and codes and ids of machines; in this order, exact, never a part of it. A work order's number may
/// stand behind "WO:". A badge that two people have means nobody.
#[must_use]
pub fn resolve<'a>(
    code: &str,
    work_orders: impl IntoIterator<Item = (&'a str, i64)>,
    badges: impl IntoIterator<Item = (&'a str, i64, &'a str)>,
    machines: impl IntoIterator<Item = (&'a str, i64)>,
) -> Meaning {
    let number = code.strip_prefix("WO:").unwrap_or(code);
    if let Some((_, id)) = work_orders.into_iter().find(|(n, _)| *n == number || *n == code) {
        return Meaning::WorkOrder(id);
    }
    let mut owners = badges.into_iter().filter(|(badge, ..)| same_text(badge, code));
    match (owners.next(), owners.next()) {
        (Some((_, id, name)), None) => return Meaning::Badge(Person { id, name: name.to_owned() }),
        (Some(_), Some(_)) => return Meaning::Unknown,
        (None, _) => {}
    }
    machines.into_iter().find(|(c, _)| *c == code).map_or(Meaning::Unknown, |(_, id)| Meaning::Machine(id))
}

/// Compares secrets in a time that does not depend on where they differ.
pub(super) fn same_text(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Badges read by scanners of the box, until a page claims them; each once.
#[derive(Default)]
pub struct Waiting(Mutex<VecDeque<(uuid::Uuid, i64, Timestamp)>>);

impl Waiting {
    pub fn put(&self, scan: uuid::Uuid, user: i64, at: Timestamp) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX {
            waiting.pop_front();
        }
        waiting.push_back((scan, user, at));
    }

    /// The user whose badge `scan` was, if it is still to be had.
    pub fn claim(&self, scan: uuid::Uuid, now: Timestamp) -> Option<i64> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = waiting.iter().position(|(id, ..)| *id == scan)?;
        let (_, user, at) = waiting.remove(place)?;
        // A clock that was set back must not make a scan last.
        (0..=CLAIM_WITHIN).contains(&now.since(at)).then_some(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(code: &str) -> Meaning {
        let badges = [("B-77", 3, "Ana"), ("TWICE", 4, "Ben"), ("TWICE", 5, "Cem"), ("WO-2", 6, "Dora")];
        let work_orders = [("WO-1", 10), ("WO-2", 11), ("WO:3", 12)];
        resolve(code, work_orders, badges, [("CNC-1", 20), ("B-77", 21)])
    }

    #[test]
    fn edge_10_what_codes_mean() {
        let ana = Person { id: 3, name: "Ana".into() };
        for (code, expect) in [
            ("WO-1", Meaning::WorkOrder(10)),
            ("WO:WO-1", Meaning::WorkOrder(10)),
            ("WO-2", Meaning::WorkOrder(11)),
            ("WO:3", Meaning::WorkOrder(12)),
            ("B-77", Meaning::Badge(ana)),
            ("TWICE", Meaning::Unknown),
            ("CNC-1", Meaning::Machine(20)),
            ("cnc-1", Meaning::Unknown),
            ("WO-", Meaning::Unknown),
            ("WO:", Meaning::Unknown),
            ("' OR 1=1 --", Meaning::Unknown),
        ] {
            assert_eq!(meaning(code), expect, "{code}");
        }
    }

    #[test]
    fn edge_10_grammar_of_codes() {
        assert_eq!(clean("  WO-1\r\n").unwrap(), "WO-1");
        assert_eq!(clean("\u{1d}01\u{0}2\u{7f}").unwrap(), "012");
        assert_eq!(clean(&"x".repeat(128)).unwrap().len(), 128);
        assert!(clean(&"x".repeat(129)).unwrap_err().contains("129"));
        assert!(clean("").is_err() && clean(" \t\r\n").is_err());
        assert_eq!(clean(&"ä".repeat(128)).unwrap().chars().count(), 128, "characters, not bytes");
    }

    #[test]
    fn q_136_a_scanned_badge_is_claimed_once_and_soon() {
        let waiting = Waiting::default();
        let (a, b, c) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2), uuid::Uuid::from_u128(3));
        let at = Timestamp(100 * SECOND);
        for id in [a, b, c] {
            waiting.put(id, 7, at);
        }
        assert_eq!(waiting.claim(a, at.plus(SECOND)), Some(7));
        assert_eq!(waiting.claim(a, at.plus(SECOND)), None, "once");
        assert_eq!(waiting.claim(b, at.plus(11 * SECOND)), None, "too late");
        assert_eq!(waiting.claim(c, at.plus(-SECOND)), None, "before it happened");
        for n in 10..100 {
            waiting.put(uuid::Uuid::from_u128(n), 7, at);
        }
        assert_eq!(waiting.claim(uuid::Uuid::from_u128(10), at), None, "bounded");
    }
}
