//! The functions that both databases know; their twins for PostgreSQL are in `postgres/migrate.rs`.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};
use serde_json::Value;
use unison_core::decimal::Decimal;

pub(super) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("contains", 2, flags, |c| {
        let (Some(haystack), Some(needle)) = (text(c, 0)?, text(c, 1)?) else { return Ok(None) };
        Ok(Some(folded(haystack).contains(&folded(needle))))
    })?;
    connection.create_scalar_function("json_text", 2, flags, |c| {
        let (Some(json), Some(key)) = (text(c, 0)?, text(c, 1)?) else { return Ok(None) };
        let json: Value = serde_json::from_str(json).map_err(|e| Error::UserFunctionError(e.into()))?;
        Ok(json.get(key).and_then(member))
    })?;
    connection.create_scalar_function("json_number", 2, flags, |c| {
        let (Some(json), Some(key)) = (text(c, 0)?, text(c, 1)?) else { return Ok(None) };
        let json: Value = serde_json::from_str(json).map_err(|e| Error::UserFunctionError(e.into()))?;
        // Millionths, as all decimals here.
        Ok(json.get(key).and_then(Value::as_f64).and_then(|n| Decimal::from_f64(n).ok()).map(|n| n.0))
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

/// Small letters; the sigma at the end of a word is the one within it.
fn folded(text: &str) -> String {
    text.to_lowercase().replace('ς', "σ")
}
