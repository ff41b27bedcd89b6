//! GS1 element strings: what the labels of suppliers and goods say (lot, article, serial number, dates). Pure and
//! total: any text is a list of elements, an error that names the place, or not GS1 at all.

mod table;

use std::fmt;

use jiff::civil::Date;
use table::{MEASURE, MEASURE_DECIMALS_MAX, MEASURES, PREDEFINED, TABLE};

/// What stands for FNC1 between elements.
pub const SEPARATOR: char = '\u{1d}';
/// Symbology identifiers (ISO/IEC 15424) of symbols with FNC1 in front: GS1-128, DataMatrix, QR, DataBar, DotCode.
const CARRIERS: [&str; 5] = ["]C1", "]d2", "]Q3", "]e0", "]J1"];
/// EAN-13 with UPC, and EAN-8: an article number and nothing else.
const RETAIL: [(&str, usize); 2] = [("]E0", 13), ("]E4", 8)];

/// One element: an application identifier and its value, both checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub ai: String,
    pub value: String,
}

/// Where a label is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gs1Error {
    /// The identifier, as far as it is known.
    pub ai: String,
    /// Character of the scanned text, from 1.
    pub position: usize,
    pub reason: String,
}

impl fmt::Display for Gs1Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GS1 ({}) at character {}: {}", self.ai, self.position, self.reason)
    }
}

impl std::error::Error for Gs1Error {}

/// The elements of a scanned text; `None` when it is not GS1. Text without a mark of GS1 (symbology identifier, FNC1
/// as [`SEPARATOR`], identifiers in parentheses) is only taken for it when it begins with a GTIN or SSCC and all of it
/// is right: a number of somebody's own must not become a lot.
///
/// # Errors
/// The first place that breaks the rules, where the text is marked as GS1. An identifier that comes twice says the same
/// both times and counts once.
pub fn parse(scanned: &str) -> Result<Option<Vec<Element>>, Gs1Error> {
    let scanned = scanned.trim_end_matches(['\r', '\n']);
    for (mark, digits) in RETAIL {
        if let Some(number) = scanned.strip_prefix(mark) {
            let is_number = number.len() == digits && number.bytes().all(|b| b.is_ascii_digit());
            return if is_number {
                element("01", &format!("{number:0>14}"), 4).map(|e| Some(vec![e]))
            } else {
                Ok(None)
            };
        }
    }
    if let Some(mark) = CARRIERS.iter().find(|mark| scanned.starts_with(**mark)) {
        return raw(scanned, mark.len()).map(Some);
    }
    if scanned.starts_with('(') && bracketed(scanned).is_some() {
        return human(scanned).map(Some);
    }
    if let Some(rest) = scanned.strip_prefix(SEPARATOR) {
        return if rest.is_empty() { Ok(None) } else { raw(scanned, 1).map(Some) };
    }
    let begins = scanned.starts_with("00") || scanned.starts_with("01") || scanned.starts_with("02");
    match raw(scanned, 0) {
        // A separator within is a mark, if what stands before it is an identifier.
        found if scanned.contains(SEPARATOR) && identifier(scanned).is_some() => found.map(Some),
        Ok(elements) if begins => Ok(Some(elements)),
        _ => Ok(None),
    }
}

/// As a symbol holds them, with [`SEPARATOR`] where one is needed.
#[must_use]
pub fn to_element_string(elements: &[Element]) -> String {
    let mut out = String::new();
    for (i, Element { ai, value }) in elements.iter().enumerate() {
        out.push_str(ai);
        out.push_str(value);
        if i + 1 < elements.len() && !is_predefined(ai) {
            out.push(SEPARATOR);
        }
    }
    out
}

/// As people read them, with the identifiers in parentheses.
#[must_use]
pub fn to_human(elements: &[Element]) -> String {
    elements.iter().map(|Element { ai, value }| format!("({ai}){value}")).collect()
}

/// The date of a value YYMMDD. Its century is the one that brings it nearest to `year` (at most 49 years back, 50
/// ahead); day 00 is the last of the month.
#[must_use]
pub fn date(value: &str, year: i16) -> Option<Date> {
    let two = |from: usize| value.get(from..from + 2)?.parse::<i16>().ok();
    let (yy, month, day) = (two(0)?, i8::try_from(two(2)?).ok()?, i8::try_from(two(4)?).ok()?);
    let century = year.div_euclid(100) * 100;
    let full = match yy - year.rem_euclid(100) {
        51..=99 => century - 100 + yy,
        -99..=-50 => century + 100 + yy,
        _ => century + yy,
    };
    match day {
        0 => Date::new(full, month, 1).ok().map(Date::last_of_month),
        day => Date::new(full, month, day).ok(),
    }
}

/// The last digit for these digits: modulo 10, weights 3 and 1 from the right.
fn check_digit(digits: &[u8]) -> u8 {
    let sum: u32 =
        (digits.iter().rev().zip([3, 1].iter().cycle())).map(|(d, weight)| u32::from(d - b'0') * weight).sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or(0)
}

/// Text without parentheses, from byte `from` on.
fn raw(scanned: &str, from: usize) -> Result<Vec<Element>, Gs1Error> {
    let mut elements = Vec::new();
    let mut at = from;
    loop {
        let rest = scanned.get(at..).unwrap_or_default();
        let place = |byte: usize| scanned.get(..byte).map_or(0, |before| before.chars().count()) + 1;
        let Some((ai, form)) = identifier(rest) else {
            let ai: String = rest.chars().take_while(char::is_ascii_digit).take(4).collect();
            let reason = if rest.is_empty() { "nothing follows" } else { "no application identifier begins here" };
            return Err(Gs1Error { ai, position: place(at), reason: reason.into() });
        };
        let value_at = at + ai.len();
        let rest = scanned.get(value_at..).unwrap_or_default();
        let end = rest.find(SEPARATOR).unwrap_or(rest.len());
        let end = if is_predefined(ai) { end.min(length_max(form)) } else { end };
        // Only where a character begins; what is cut there is no digit and is told as such.
        let end = (0..=end).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(0);
        add(&mut elements, element(ai, rest.get(..end).unwrap_or_default(), place(value_at))?, place(value_at))?;
        at = value_at + end;
        // A separator may stand behind a value of known length too.
        at += usize::from(scanned.get(at..).is_some_and(|rest| rest.starts_with(SEPARATOR)));
        if at >= scanned.len() {
            return Ok(elements);
        }
    }
}

/// Text with identifiers in parentheses. A parenthesis in a value stays one unless an identifier stands in it.
fn human(scanned: &str) -> Result<Vec<Element>, Gs1Error> {
    let mut elements = Vec::new();
    let mut rest = scanned;
    while let Some(ai) = bracketed(rest) {
        let behind = rest.get(ai.len() + 2..).unwrap_or_default();
        let next = behind.match_indices('(').find(|(at, _)| behind.get(*at..).is_some_and(|r| bracketed(r).is_some()));
        let end = next.map_or(behind.len(), |(at, _)| at);
        let before = scanned.len() - behind.len();
        let position = scanned.get(..before).map_or(0, |before| before.chars().count()) + 1;
        if identifier(ai).is_none_or(|(known, _)| known != ai) {
            let reason = "is no application identifier".into();
            return Err(Gs1Error { ai: ai.to_owned(), position: position - 1 - ai.len(), reason });
        }
        add(&mut elements, element(ai, behind.get(..end).unwrap_or_default(), position)?, position)?;
        rest = behind.get(end..).unwrap_or_default();
    }
    Ok(elements)
}

/// A label that says two things by one identifier says neither.
fn add(elements: &mut Vec<Element>, new: Element, position: usize) -> Result<(), Gs1Error> {
    match elements.iter().find(|element| element.ai == new.ai) {
        None => elements.push(new),
        Some(before) if before.value == new.value => {}
        Some(before) => {
            let reason = format!("stands in this label twice, first as {}", before.value);
            return Err(Gs1Error { ai: new.ai, position, reason });
        }
    }
    Ok(())
}

/// The digits of `(digits)` in front.
fn bracketed(text: &str) -> Option<&str> {
    let (ai, _) = text.strip_prefix('(')?.split_once(')')?;
    ((2..=4).contains(&ai.len()) && ai.bytes().all(|b| b.is_ascii_digit())).then_some(ai)
}

/// The identifier in front of a text, and the form of its value.
fn identifier(text: &str) -> Option<(&str, &'static str)> {
    (2..=4).find_map(|digits| {
        let ai = text.get(..digits).filter(|ai| ai.bytes().all(|b| b.is_ascii_digit()))?;
        let row = TABLE.iter().find(|(first, last, _)| first.len() == digits && (*first..=*last).contains(&ai));
        if let Some((.., form)) = row {
            return Some((ai, *form));
        }
        let measure = ai.get(..3)?;
        let is_measure = digits == 4
            && MEASURES.iter().any(|(first, last)| (*first..=*last).contains(&measure))
            && ai.ends_with(|c: char| ('0'..=MEASURE_DECIMALS_MAX).contains(&c));
        is_measure.then_some((ai, MEASURE))
    })
}

fn is_predefined(ai: &str) -> bool {
    ai.get(..2).is_some_and(|prefix| PREDEFINED.contains(&prefix))
}

/// One part of a form.
struct Part {
    kind: char,
    least: usize,
    most: usize,
    check: Option<char>,
}

fn parts(form: &str) -> impl Iterator<Item = Part> + '_ {
    form.split(' ').filter_map(|part| {
        let kind = part.chars().next()?;
        let check = part.chars().last().filter(char::is_ascii_alphabetic);
        let (least, most) =
            part.get(1..part.len() - usize::from(check.is_some())).map(|n| n.split_once("..").unwrap_or((n, n)))?;
        Some(Part { kind, least: least.parse().ok()?, most: most.parse().ok()?, check })
    })
}

fn length_max(form: &str) -> usize {
    parts(form).map(|part| part.most).sum()
}

fn element(ai: &str, value: &str, position: usize) -> Result<Element, Gs1Error> {
    let wrong = |at: usize, reason: String| Gs1Error { ai: ai.to_owned(), position: position + at, reason };
    let form = identifier(ai).map(|(_, form)| form).ok_or_else(|| wrong(0, "is no application identifier".into()))?;
    let (least, most) = parts(form).fold((0, 0), |(least, most), part| (least + part.least, most + part.most));
    let length = value.chars().count();
    if !(least..=most).contains(&length) {
        let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
        let hint = if length > most && !is_predefined(ai) { "; does the scanner leave FNC1 out?" } else { "" };
        return Err(wrong(0, format!("{length} characters, {wanted} are right{hint}")));
    }
    let mut chars = value.chars();
    let mut at = 0;
    for part in parts(form) {
        let own: String = chars.by_ref().take(part.most).collect();
        if let Some(i) = own.chars().position(|c| !is_of(part.kind, c)) {
            let what = if part.kind == 'N' { "a digit" } else { "a character that GS1 allows here" };
            return Err(wrong(
                at + i,
                format!("\"{}\" is not {what}", own.chars().nth(i).unwrap_or(' ').escape_debug()),
            ));
        }
        check(&part, &own).map_err(|reason| wrong(at, reason))?;
        at += own.chars().count();
    }
    Ok(Element { ai: ai.to_owned(), value: value.to_owned() })
}

fn check(part: &Part, own: &str) -> Result<(), String> {
    match (part.check, own.as_bytes().split_last()) {
        (Some('c'), Some((last, digits))) => {
            let right = check_digit(digits);
            if last - b'0' == right {
                Ok(())
            } else {
                Err(format!("check digit {}, {right} is right; scan again", last - b'0'))
            }
        }
        (Some(kind), Some(_)) => {
            // Any year does: the 29th of February is one in each century.
            let is_date = date(own, 2000).is_some() && (kind == 'd' || !own.ends_with("00"));
            if is_date { Ok(()) } else { Err(format!("{own} is no date YYMMDD")) }
        }
        _ => Ok(()),
    }
}

fn is_of(kind: char, c: char) -> bool {
    match kind {
        'N' => c.is_ascii_digit(),
        'Y' => c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '#' | '-' | '/'),
        'Z' => c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '='),
        _ => {
            c.is_ascii_graphic() && !matches!(c, '#' | '$' | '@' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}' | '~')
        }
    }
}

#[cfg(test)]
mod tests;
