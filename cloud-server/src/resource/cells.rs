//! Values as cells of a file and back. Pure.
//!
//! A text that a spreadsheet would take for a formula gets an apostrophe in front, which reading takes away again: at
//! the start of the cell, and wherever a spreadsheet that separates by semicolons, tabs or lines would see a cell
//! begin, for it does not heed our quotes there (OWASP, CSV injection).

use super::describe::Column;
use super::{codec, valid};
use serde_json::Value;
use unison_api::form::FieldKind;
use unison_core::decimal::Decimal;

/// What formulas begin with, also as wide forms that some spreadsheets narrow.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Where another cell may seem to begin.
const SEPARATORS: [char; 4] = [';', '\t', '\n', '\r'];
/// What a spreadsheet passes over before it looks.
const PASSED_OVER: [char; 4] = ['\'', '"', ' ', '\u{a0}'];

fn is_formula(text: &str) -> bool {
    text.trim_start_matches(PASSED_OVER).starts_with(FORMULA)
}

/// Whether the cell itself is one; some spreadsheets drop a first tab or line end.
fn is_formula_cell(text: &str) -> bool {
    text.trim_start_matches(PASSED_OVER).starts_with(['\t', '\n', '\r']) || is_formula(text)
}

/// Each part between separators as `f` makes it; of the first part it gets the whole text to judge.
fn by_parts<'t>(text: &'t str, f: impl Fn(&'t str, bool) -> (&'static str, &'t str)) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for (i, part) in text.split_inclusive(SEPARATORS).enumerate() {
        let (before, part) = f(part, if i == 0 { is_formula_cell(text) } else { is_formula(part) });
        out.push_str(before);
        out.push_str(part);
    }
    out
}

/// A text as a cell.
#[must_use]
pub fn guarded(text: &str) -> String {
    by_parts(text, |part, is_formula| (if is_formula { "'" } else { "" }, part))
}

/// The text of a cell.
#[must_use]
pub fn unguarded(cell: &str) -> String {
    by_parts(cell, |part, is_formula| ("", part.strip_prefix('\'').filter(|_| is_formula).unwrap_or(part)))
}

/// A value as a cell.
#[must_use]
pub fn write(value: &Value, kind: FieldKind) -> String {
    match value {
        Value::Null => String::new(),
        // The id alone, by which the same record takes it back.
        Value::Object(file) if kind == FieldKind::File => {
            file.get("id").and_then(Value::as_str).map(guarded).unwrap_or_default()
        }
        Value::String(text) => guarded(text),
        Value::Number(n) if kind == FieldKind::Decimal => {
            n.as_f64().and_then(|n| Decimal::from_f64(n).ok()).map_or_else(|| n.to_string(), |d| d.to_string())
        }
        Value::Array(items) if items.iter().all(|i| i.as_str().is_some_and(|t| !t.contains(';'))) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            guarded(&texts.join("; "))
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        other => guarded(&other.to_string()),
    }
}

/// The value of a cell for a field; an empty cell is none.
///
/// # Errors
/// Says what was expected.
pub fn read(column: &Column, cell: &str) -> Result<Option<Value>, String> {
    let text = unguarded(cell.trim());
    let text = text.as_str();
    if text.is_empty() {
        return Ok(None);
    }
    let value = match column.field.kind {
        FieldKind::Choices | FieldKind::List if !text.starts_with('[') => {
            text.split(';').map(str::trim).filter(|t| !t.is_empty()).map(Value::from).collect()
        }
        // Spreadsheets write 06:00 as 6:00.
        FieldKind::Time if text.len() == 4 => format!("0{text}").into(),
        FieldKind::File => text.into(),
        _ => codec::parse(text, column.kind)?,
    };
    valid::check(column, &value).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_cell_is_never_a_formula() {
        let check = |text: &str, cell: &str| {
            assert_eq!(guarded(text), cell);
            assert_eq!(unguarded(cell), text);
        };
        check("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")");
        check("@SUM(1)", "'@SUM(1)");
        check("-", "'-");
        check("'=x", "''=x");
        check("'quoted'", "'quoted'");
        check("plain", "plain");
        check("a;=1+1", "a;'=1+1");
        check("a; -1", "a;' -1");
        check("a\n=1", "a\n'=1");
        check("a\r\n\"=1", "a\r\n'\"=1");
        check("\t=1", "'\t'=1");
        check("＝1+1", "'＝1+1");
        check("＠SUM(1)", "'＠SUM(1)");
        check("\u{a0}+1", "'\u{a0}+1");
        check("a;'=1", "a;''=1");
        check("5052; T6, -40 °C", "5052; T6, -40 °C");
        assert_eq!(write(&json!(-2.5), FieldKind::Decimal), "-2.5", "a number is no formula");
        assert_eq!(write(&json!(["a", "b"]), FieldKind::Choices), "a; b");
        assert_eq!(write(&json!([{"from": "10:00"}]), FieldKind::List), r#"[{"from":"10:00"}]"#);
    }

    proptest! {
        #[test]
        fn what_is_guarded_comes_back(text in "['=+@a;\"\t\n\r ＝－-]{0,9}") {
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), text.as_str());
            // However it is cut into cells, none begins as a formula.
            for part in cell.split(SEPARATORS) {
                prop_assert!(!part.trim_start_matches(['"', ' ', '\u{a0}']).starts_with(FORMULA), "{:?}", cell);
            }
        }
    }
}
