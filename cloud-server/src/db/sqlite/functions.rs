//! The functions that both databases know; their twins for PostgreSQL are in `postgres/migrate.rs`.

use memchr::memmem::Finder;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{FromSqlError, ValueRef};
use rusqlite::{Connection, Error, Result};
use serde_json::Value;
use std::cell::RefCell;

pub(super) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("contains", 2, flags, |c| {
        let (Some(haystack), Some(_)) = (text(c, 0)?, text(c, 1)?) else { return Ok(None) };
        // The same for every row of a statement.
        let needle = c.get_or_create_aux(1, |needle| Ok::<_, FromSqlError>(Needle::new(needle.as_str()?)))?;
        Ok(Some(needle.is_in(haystack)))
    })?;
    connection.create_scalar_function("json_text", 2, flags, |c| {
        let (Some(json), Some(key)) = (text(c, 0)?, text(c, 1)?) else { return Ok(None) };
        let json: Value = serde_json::from_str(json).map_err(|e| Error::UserFunctionError(e.into()))?;
        Ok(json.get(key).and_then(member))
    })
}

fn text<'c>(context: &'c Context<'_>, place: usize) -> Result<Option<&'c str>> {
    match context.get_raw(place) {
        ValueRef::Null => Ok(None),
        other => Ok(Some(other.as_str()?)),
    }
}

fn member(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// What is looked for in many texts.
struct Needle(Finder<'static>);

thread_local! { static SMALL: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) }; }

impl Needle {
    fn new(text: &str) -> Self {
        Self(Finder::new(&folded(text)).into_owned())
    }

    fn is_in(&self, text: &str) -> bool {
        if !text.is_ascii() {
            return self.0.find(folded(text).as_bytes()).is_some();
        }
        // Most texts; a search looks at all rows of a table, so nothing is allocated for them.
        SMALL.with_borrow_mut(|small| {
            small.clear();
            small.extend(text.bytes().map(|b| b.to_ascii_lowercase()));
            self.0.find(small).is_some()
        })
    }
}

/// Small letters; the sigma at the end of a word is the one within it.
fn folded(text: &str) -> String {
    text.to_lowercase().replace('ς', "σ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_whatever_their_case() {
        let is_in = |needle: &str, text: &str| Needle::new(needle).is_in(text);
        assert!(is_in("SHEET 5", "Steel sheet 512"));
        assert!(!is_in("sheet 6", "Steel sheet 512"));
        assert!(is_in("", "anything") && is_in("", ""));
        assert!(is_in("ÖLWANNE", "die ölwanne") && is_in("ölw", "ÖLWANNE"));
        assert!(is_in("ΟΔΌΣ", "οδός") && is_in("\u{212a}", "10 k"), "sigma at the end, and the sign of kelvin");
        assert!(!is_in("ö", "o"));
    }
}
