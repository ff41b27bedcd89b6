//! What a scanned code means (EDGE-04, EDGE-10). Scans of the readers on the box and of pages end in the same
//! functions, [`read`] and [`meaning`]; both are pure. A code is hostile until it has passed `read`.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::Person;
use unison_core::gs1::{self, Element, Gs1Error};
use unison_core::time::{Rfc3339, SECOND, Timestamp};

use crate::driver::Reader;

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
    /// A picture that was taken or chosen.
    Photo,
    Typed,
    /// A scanner on the box itself, at a serial port.
    Serial,
    /// A scanner on the box itself, of the kind that types.
    Hid,
}

impl Source {
    /// Whether a page may say that it is one.
    #[must_use]
    pub const fn is_of_a_page(self) -> bool {
        !matches!(self, Self::Serial | Self::Hid)
    }
}

impl From<Reader> for Source {
    fn from(reader: Reader) -> Self {
        match reader {
            Reader::Serial => Self::Serial,
            Reader::Hid => Self::Hid,
        }
    }
}

/// What a code turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    WorkOrder,
    Badge,
    Machine,
    /// A lot of a label of GS1, or what stands behind "LOT:".
    Lot,
    /// An article by its GTIN, without a lot.
    Material,
    /// A pallet or parcel by its SSCC.
    LogisticUnit,
    Unknown,
}

/// What a label of GS1 says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// Of the article, or of what is in the unit; 14 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gtin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sscc: Option<String>,
    /// Date after which it may not be used, or else the one that it is best before; YYYY-MM-DD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<String>,
}

/// A scan, as the answer of `POST /scans` and as event `scan`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanView {
    pub id: uuid::Uuid,
    /// The code, of a label of GS1 with its identifiers in parentheses; left out of events when it is a badge, because
    /// a badge is a key.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// What is wrong with a label of GS1 that could not be understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    pub at: Rfc3339,
}

impl ScanView {
    /// The form that goes to every page.
    #[must_use]
    pub fn for_everybody(&self) -> Self {
        if self.kind == Kind::Badge { Self { code: String::new(), label: None, ..self.clone() } } else { self.clone() }
    }
}

/// Body of `POST /api/v1/scans`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScan {
    /// 1 to 128 printable characters.
    pub code: String,
    /// "wedge", "camera", "photo" or "typed".
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

/// Identifier of a person's number (GSRN of a recipient).
const PERSON: &str = "8018";

fn is_own(ai: &str) -> bool {
    matches!(ai, "8004" | PERSON) || (ai.len() == 2 && ai.starts_with('9'))
}

/// Whether an element says what the thing behind the label is, and not only how.
fn names_something(ai: &str) -> bool {
    is_own(ai) || matches!(ai, "00" | "01" | "02" | "10")
}

/// What a plant may know something by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    pub text: &'a str,
    /// It is looked up among the badges too.
    pub may_be_badge: bool,
}

/// A code as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Clean; of a label of GS1 as people read it.
    pub code: String,
    pub elements: Vec<Element>,
    pub problem: Option<Gs1Error>,
}

impl Read {
    /// What a plant may know by this code: all of it, and the numbers in a label that are a company's own (90 to 99),
    /// an asset's (8004) or a person's (8018).
    pub fn names(&self) -> impl Iterator<Item = Name<'_>> {
        // A badge is a key, so one code is one try at it: a label of anything else names no person.
        let is_one_try = self.elements.iter().all(|element| element.ai == PERSON || !names_something(&element.ai));
        let own = self.elements.iter().filter(|element| is_own(&element.ai));
        let own =
            own.map(move |element| Name { text: &element.value, may_be_badge: is_one_try && element.ai == PERSON });
        std::iter::once(Name { text: &self.code, may_be_badge: is_one_try }).chain(own)
    }

    /// By what a person may be known.
    pub fn badges(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| name.may_be_badge).map(|name| name.text)
    }
}

/// Takes a code apart: a label of GS1, or plain text without the mark of its symbology ("]C0").
///
/// # Errors
/// What a code looks like.
pub fn read(scanned: &str) -> Result<Read, String> {
    let code = clean(scanned)?;
    // The separators of GS1 are control characters, so the label is read before they are gone. Blanks around it are
    // no part of it, and what a reader puts at its end is none either.
    let scanned = scanned.trim_matches(|c: char| c == ' ' || (c.is_control() && c != gs1::SEPARATOR));
    match gs1::parse(scanned) {
        Ok(Some(elements)) => Ok(Read { code: gs1::to_human(&elements), elements, problem: None }),
        Ok(None) => Ok(Read { code: without_mark(&code).to_owned(), elements: Vec::new(), problem: None }),
        Err(problem) => Ok(Read { code, elements: Vec::new(), problem: Some(problem) }),
    }
}

/// Without the symbology identifier (ISO/IEC 15424) that scanners can be told to send: ], a letter, a digit or letter.
fn without_mark(code: &str) -> &str {
    match code.as_bytes() {
        [b']', letter, modifier, _, ..] if letter.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric() => {
            code.get(3..).unwrap_or(code)
        }
        _ => code,
    }
}

/// What a label says, for people; `year` is now.
#[must_use]
pub fn label(elements: &[Element], year: i16) -> Option<Label> {
    let value = |ai: &str| elements.iter().find(|element| element.ai == ai).map(|element| element.value.clone());
    let date = |ai: &str| gs1::date(&value(ai)?, year).map(|date| date.to_string());
    (!elements.is_empty()).then(|| Label {
        gtin: value("01").or_else(|| value("02")),
        lot: value("10"),
        serial: value("21"),
        sscc: value("00"),
        expires_on: date("17").or_else(|| date("15")),
    })
}

/// What a code means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    WorkOrder(i64),
    Badge(Person),
    Machine(i64),
    Lot(String),
    Material,
    LogisticUnit,
    Unknown,
}

/// The meaning of a code: what this plant knows by it, as `known` says ([`resolve`]), else what its label says.
#[must_use]
pub fn meaning(read: &Read, known: impl Fn(Name<'_>) -> Meaning) -> Meaning {
    if let Some(found) = read.names().map(known).find(|found| *found != Meaning::Unknown) {
        return found;
    }
    let value = |ai: &str| read.elements.iter().find(|element| element.ai == ai).map(|element| element.value.as_str());
    match (value("10"), value("00"), value("01").or_else(|| value("02"))) {
        (Some(lot), ..) => Meaning::Lot(lot.to_owned()),
        (None, Some(_), _) => Meaning::LogisticUnit,
        (None, None, Some(_)) => Meaning::Material,
        (None, None, None) => match read.code.strip_prefix("LOT:").map(str::trim) {
            None | Some("") => Meaning::Unknown,
            Some(lot) => Meaning::Lot(lot.to_owned()),
        },
    }
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

    const GSRN: &str = "340123450000000017";

    fn meaning(code: &str) -> Meaning {
        meaning_of(Name { text: code, may_be_badge: true })
    }

    fn meaning_of(Name { text, may_be_badge }: Name<'_>) -> Meaning {
        let badges =
            [("B-77", 3, "Ana"), (GSRN, 7, "Eva"), ("TWICE", 4, "Ben"), ("TWICE", 5, "Cem"), ("WO-2", 6, "Dora")];
        let work_orders = [("WO-1", 10), ("WO-2", 11), ("WO:3", 12)];
        let badges = badges.into_iter().filter(|_| may_be_badge);
        resolve(text, work_orders, badges, [("CNC-1", 20), ("B-77", 21)])
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
    fn edge_04_what_labels_mean() {
        let meaning = |scanned: &str| super::meaning(&read(scanned).unwrap(), meaning_of);
        let lot = |lot: &str| Meaning::Lot(lot.into());
        let eva = || Meaning::Badge(Person { id: 7, name: "Eva".into() });
        for (scanned, expect) in [
            ("]C1010950600013435210AB-1\u{1d}21S1\r\n", lot("AB-1")),
            (" (01)09506000134352(10)AB-1 ", lot("AB-1")),
            ("]d20109506000134352", Meaning::Material),
            ("]d200340123450000000017", Meaning::LogisticUnit),
            ("]d20109506000134352\u{1d}91WO-1", Meaning::WorkOrder(10)),
            ("]d28004CNC-1", Meaning::Machine(20)),
            ("]d28018340123450000000017", eva()),
            ("]d28018340123450000000017\u{1d}11260102", eva()),
            ("]d291340123450000000017", Meaning::Unknown),
            ("LOT: L-7", lot("L-7")),
            ("LOT:", Meaning::Unknown),
            ("]Q1WO-1", Meaning::WorkOrder(10)),
            ("]C0CNC-1", Meaning::Machine(20)),
            // Wrong as a label, and still somebody's number.
            ("]d210A~B", Meaning::Unknown),
        ] {
            assert_eq!(meaning(scanned), expect, "{scanned:?}");
        }
        let wrong = read("]C10109506000134353").unwrap();
        let problem = wrong.problem.unwrap().to_string();
        assert_eq!(problem, "GS1 (01) at character 6: check digit 3, 2 is right; scan again");
    }

    #[test]
    fn q_136_a_code_is_one_try_at_a_badge() {
        let badges = |scanned: &str| read(scanned).unwrap().badges().map(str::to_owned).collect::<Vec<_>>();
        let none: [&str; 0] = [];
        assert_eq!(badges("B-77"), ["B-77"]);
        let person = format!("(8018){GSRN}");
        assert_eq!(badges(&person), [person.as_str(), GSRN]);
        // Labels that would be several tries, or an uncounted one behind the number of something that is there.
        assert_eq!(badges("]C191B-77\u{1d}92B-78\u{1d}8004CNC-1"), none);
        assert_eq!(badges("]C191B-77"), none);
        for more in ["8004CNC-1", "91WO-1", "10AB-1", "0109506000134352"] {
            assert_eq!(badges(&format!("]C18018{GSRN}\u{1d}{more}")), none, "{more}");
        }
        // An identifier that comes twice is a mistake in the label; as text it is one try.
        let twice = format!("(8018){GSRN}(8018)340123450000000024");
        assert_eq!(badges(&twice), [twice.as_str()]);
    }

    #[test]
    fn edge_04_what_labels_say() {
        let label = |scanned: &str| label(&read(scanned).unwrap().elements, 2026);
        let found = label("]C1010950600013435217270200\u{1d}10AB-1\u{1d}21S1").unwrap();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!((found.gtin, found.lot, found.serial), (text("09506000134352"), text("AB-1"), text("S1")));
        assert_eq!((found.sscc, found.expires_on), (None, text("2027-02-28")));
        assert_eq!(label("WO-1"), None);
        let read = read("]C1010950600013435210AB-1\u{1d}21S1").unwrap();
        assert_eq!(read.code, "(01)09506000134352(10)AB-1(21)S1");
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

    /// Any scan: refused, or a bounded printable code that means something, and what everybody hears names no badge.
    #[test]
    fn fuzz_codes() {
        bolero::check!().with_iterations(20_000).for_each(|bytes: &[u8]| {
            let Ok(read) = read(&String::from_utf8_lossy(bytes)) else { return };
            assert!(!read.code.is_empty() && !read.code.contains(char::is_control), "{:?}", read.code);
            let _ = (meaning(&read.code), label(&read.elements, 2026));
        });
    }
}
