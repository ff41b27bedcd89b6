//! Between JSON and the database: one kind, one form on each side.

use super::{Description, Map};
use crate::db::kinds::Kind;
use crate::db::{DbError, Row, Value as Stored};
use serde_json::Value;
use unison_core::decimal::Decimal;
use unison_core::time::Timestamp;
use uuid::Uuid;

/// A record as the database holds it.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: i64,
    pub version: i64,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Its own fields, in the order of the struct.
    pub fields: Map,
    /// What look-ups added.
    pub added: Map,
    pub custom_fields: Map,
    /// As it was read.
    pub row: Row,
}

/// Reads a row of [`Description::select`].
///
/// # Errors
/// When a column is missing or holds something else.
pub fn record(d: &Description, row: &Row) -> Result<Record, DbError> {
    let (mut fields, mut added) = (Map::new(), Map::new());
    for column in &d.columns {
        let name = &column.field.name;
        fields.insert(name.clone(), json(row, name, column.kind)?);
        for (name, _) in column.look_up.map_or(&[] as &[_], |l| l.adds) {
            added.insert((*name).to_owned(), json(row, name, Kind::Text)?);
        }
    }
    let custom_fields = match json(row, "custom_fields", Kind::Json)? {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    Ok(Record {
        id: row.get("id")?,
        version: row.get("version")?,
        is_active: row.get("is_active")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        fields,
        added,
        custom_fields,
        row: row.clone(),
    })
}

/// A column as JSON.
///
/// # Errors
/// When it is missing or holds something else.
pub fn json(row: &Row, column: &str, kind: Kind) -> Result<Value, DbError> {
    Ok(match kind {
        Kind::Text | Kind::Date => row.get::<Option<String>>(column)?.into(),
        Kind::Integer | Kind::Serial => row.get::<Option<i64>>(column)?.into(),
        Kind::Real => row.get::<Option<f64>>(column)?.into(),
        Kind::Boolean => row.get::<Option<bool>>(column)?.into(),
        Kind::Uuid => row.get::<Option<Uuid>>(column)?.map(|u| u.to_string()).into(),
        Kind::Timestamp => row.get::<Option<Timestamp>>(column)?.map(Timestamp::rfc3339).into(),
        Kind::Decimal => row.get::<Option<i64>>(column)?.map(|n| Decimal(n).as_f64()).into(),
        Kind::Bytes => Value::Null,
        Kind::Json => match row.get::<Option<String>>(column)? {
            None => Value::Null,
            Some(text) => serde_json::from_str(&text).map_err(|e| DbError::Failed(format!("{column}: {e}")))?,
        },
    })
}

/// A value that was checked, as the database takes it.
///
/// # Errors
/// When it was not checked.
pub fn stored(value: &Value, kind: Kind) -> Result<Stored, DbError> {
    let wrong = || DbError::Failed(format!("{value} is no {kind:?}"));
    if value.is_null() && kind != Kind::Json {
        return Ok(Stored::Null);
    }
    Ok(match kind {
        Kind::Text | Kind::Date => value.as_str().ok_or_else(wrong)?.into(),
        Kind::Integer | Kind::Serial => value.as_i64().ok_or_else(wrong)?.into(),
        Kind::Real => value.as_f64().ok_or_else(wrong)?.into(),
        Kind::Boolean => value.as_bool().ok_or_else(wrong)?.into(),
        Kind::Uuid => value.as_str().and_then(|t| t.parse::<Uuid>().ok()).ok_or_else(wrong)?.into(),
        Kind::Timestamp => value.as_str().and_then(|t| Timestamp::parse(t).ok()).ok_or_else(wrong)?.into(),
        Kind::Decimal => value.as_f64().and_then(|n| Decimal::from_f64(n).ok()).ok_or_else(wrong)?.0.into(),
        Kind::Json => value.to_string().into(),
        Kind::Bytes => return Err(wrong()),
    })
}

/// A word of a query or a cell of a file as JSON.
///
/// # Errors
/// Says what was expected.
pub fn parse(text: &str, kind: Kind) -> Result<Value, String> {
    Ok(match kind {
        Kind::Integer | Kind::Serial => text.parse::<i64>().map_err(|_| "must be a whole number")?.into(),
        Kind::Decimal => Decimal::parse(text)?.as_f64().into(),
        Kind::Real => text.parse::<f64>().map_err(|_| "must be a number")?.into(),
        Kind::Boolean => match text.to_lowercase().as_str() {
            "true" | "yes" | "1" => true.into(),
            "false" | "no" | "0" => false.into(),
            _ => return Err("must be true or false".into()),
        },
        Kind::Date => unison_core::calendar::Day::parse(text)?.to_string().into(),
        Kind::Timestamp => Timestamp::parse(text)?.rfc3339().into(),
        Kind::Uuid => text.parse::<Uuid>().map_err(|_| "must be a UUID")?.to_string().into(),
        Kind::Json => serde_json::from_str(text).map_err(|_| "must be JSON")?,
        Kind::Text => text.into(),
        Kind::Bytes => return Err("cannot be written as text".into()),
    })
}
