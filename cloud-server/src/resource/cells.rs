//! Values as cells of a file and back. Pure.
//!
//! A text that a spreadsheet would take for a formula gets an apostrophe in front, which reading takes away again.

use super::describe::Column;
use super::{codec, valid};
use serde_json::Value;
use unison_api::form::FieldKind;
use unison_core::decimal::Decimal;

const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// A text as a cell.
#[must_use]
pub fn guarded(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text of a cell.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| is_formula(cell)).unwrap_or(cell)
}

/// A value as a cell.
#[must_use]
pub fn write(value: &Value, kind: FieldKind) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => guarded(text),
        Value::Number(n) if kind == FieldKind::Decimal => {
            n.as_f64().and_then(|n| Decimal::from_f64(n).ok()).map_or_else(|| n.to_string(), |d| d.to_string())
        }
        Value::Array(items) if items.iter().all(|i| i.as_str().is_some_and(|t| !t.contains(';'))) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            guarded(&texts.join("; "))
        }
        other => other.to_string(),
    }
}

/// The value of a cell for a field; an empty cell is none.
///
/// # Errors
/// Says what was expected.
pub fn read(column: &Column, cell: &str) -> Result<Option<Value>, String> {
    let text = unguarded(cell.trim());
    if text.is_empty() {
        return Ok(None);
    }
    let value = match column.field.kind {
        FieldKind::Choices | FieldKind::List if !text.starts_with('[') => {
            text.split(';').map(str::trim).filter(|t| !t.is_empty()).map(Value::from).collect()
        }
        // Spreadsheets write 06:00 as 6:00.
        FieldKind::Time if text.len() == 4 => format!("0{text}").into(),
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
        assert_eq!(write(&json!(-2.5), FieldKind::Decimal), "-2.5", "a number is no formula");
        assert_eq!(write(&json!(["a", "b"]), FieldKind::Choices), "a; b");
        assert_eq!(write(&json!([{"from": "10:00"}]), FieldKind::List), r#"[{"from":"10:00"}]"#);
    }

    proptest! {
        #[test]
        fn what_is_guarded_comes_back(text in "['=+@a-]{0,6}") {
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), text.as_str());
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']));
        }
    }
}
