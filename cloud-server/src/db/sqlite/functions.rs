//! The functions that both databases know; their twins for PostgreSQL are in `postgres/migrate.rs`.

use memchr::memmem::Finder;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{FromSqlError, ValueRef};
use rusqlite::{Connection, Error, Result};
use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::cell::RefCell;
use unison_core::decimal::Decimal;

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
        Ok(of_object(json, key)?.as_ref().and_then(member))
    })?;
    connection.create_scalar_function("json_number", 2, flags, |c| {
        let (Some(json), Some(key)) = (text(c, 0)?, text(c, 1)?) else { return Ok(None) };
        // Millionths, as all decimals here.
        Ok(of_object(json, key)?.and_then(|v| v.as_f64()).and_then(|n| Decimal::from_f64(n).ok()).map(|n| n.0))
    })
}

fn text<'c>(context: &'c Context<'_>, place: usize) -> Result<Option<&'c str>> {
    match context.get_raw(place) {
        ValueRef::Null => Ok(None),
        other => Ok(Some(other.as_str()?)),
    }
}

/// One member of a JSON object. A filter reads all rows of a table, so the other members are only passed over.
fn of_object(json: &str, key: &str) -> Result<Option<Value>> {
    if json == "{}" {
        return Ok(None);
    }
    let read = Member(key).deserialize(&mut serde_json::Deserializer::from_str(json));
    read.map_err(|e| Error::UserFunctionError(e.into()))
}

#[derive(Clone, Copy)]
struct Member<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> std::result::Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_it) = members.next_key_seed(Is(self.0))? {
            if is_it {
                found = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Whether a key is this one.
struct Is<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> std::result::Result<bool, D::Error> {
        key.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> std::result::Result<bool, E> {
        Ok(key == self.0)
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

    #[test]
    fn a_member_is_found_among_others() {
        let find = |key: &str| of_object(r#"{"a": {"b": 1}, "b": "x", "c": [1, 2], "\u0064": 5}"#, key).unwrap();
        assert_eq!(find("b"), Some("x".into()));
        assert_eq!(find("d"), Some(5.into()), "written otherwise");
        assert_eq!(find("a"), Some(serde_json::json!({"b": 1})));
        assert_eq!(find("e"), None);
        assert!(of_object("[1]", "a").is_err());
    }
}
