//! SQL functions of our own that both databases have.

use super::DbError;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use serde_json::Value;

/// `contains(haystack, needle)` and `json_text(json, key)` for a connection.
pub(super) fn register(connection: &Connection) -> Result<(), DbError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("contains", 2, flags, |c| {
        let (haystack, needle): (Option<String>, Option<String>) = (c.get(0)?, c.get(1)?);
        Ok(haystack.zip(needle).map(|(h, n)| h.to_lowercase().contains(&n.to_lowercase())))
    })?;
    connection.create_scalar_function("json_text", 2, flags, |c| {
        let (json, key): (Option<String>, String) = (c.get(0)?, c.get(1)?);
        let json = json.and_then(|j| serde_json::from_str::<Value>(&j).ok());
        Ok(match json.as_ref().and_then(|j| j.get(&key)) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        })
    })?;
    Ok(())
}
