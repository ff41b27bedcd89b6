//! Checks a body against a description: every mistake at once, each named by its field (API-03). Pure.

use super::describe::Column;
use super::{Description, Map};
use crate::business::organization::is_email;
use crate::db::kinds::Kind;
use serde_json::Value;
use unison_api::error::Detail;
use unison_api::form::{Field, FieldKind};
use unison_core::calendar::Day;
use unison_core::decimal::Decimal;
use unison_core::shift::WallTime;
use unison_core::time::Timestamp;

/// Texts without a limit of their own.
const TEXT_MAX: usize = 2_000;
/// Entries of a list.
const LIST_MAX: usize = 1_000;

/// A wrong field.
#[must_use]
pub fn wrong(field: &str, message: impl Into<String>) -> Detail {
    Detail { field: field.to_owned(), message: message.into() }
}

/// The record that a body asks for: what it leaves out comes from `before` or from the defaults (null empties a
/// field). Fields that are wrong are named and keep the value from before.
#[must_use]
pub fn merged(d: &Description, before: Option<&Map>, body: &Map) -> (Map, Vec<Detail>) {
    let (mut out, mut details) = (Map::new(), Vec::new());
    for name in body.keys().filter(|n| d.column(n).is_none()) {
        details.push(wrong(name, "is not a field of this record"));
    }
    for column in &d.columns {
        let name = &column.field.name;
        let old = before.and_then(|b| b.get(name)).unwrap_or(&column.field.default);
        let given = body.get(name).map(|v| check(column, v));
        let value = match given {
            Some(_) if column.field.read_only => Err("cannot be changed here".to_owned()),
            Some(Ok(value)) => Ok(value),
            Some(Err(message)) => Err(message),
            None => Ok(fresh(column, old)),
        };
        let is_missing = value.as_ref().is_ok_and(Value::is_null) && !column.is_nullable;
        match value {
            Err(message) => details.push(wrong(name, message)),
            // What is numbered or read-only gets its value elsewhere.
            Ok(_) if is_missing && (column.field.required || body.contains_key(name)) => {
                details.push(wrong(name, "is required"));
            }
            Ok(value) => {
                out.insert(name.clone(), value);
                continue;
            }
        }
        out.insert(name.clone(), old.clone());
    }
    (out, details)
}

/// The identity of a new record is made here and by nobody else.
fn fresh(column: &Column, old: &Value) -> Value {
    if column.kind == Kind::Uuid && old.is_null() && !column.is_nullable {
        return uuid::Uuid::now_v7().to_string().into();
    }
    old.clone()
}

/// A value as it is stored, or what is wrong with it.
///
/// # Errors
/// Says what was expected.
pub fn check(column: &Column, value: &Value) -> Result<Value, String> {
    let field = &column.field;
    let value = match (value, field.kind) {
        (Value::Null, _) => return Ok(Value::Null),
        (Value::String(text), FieldKind::Text | FieldKind::LongText) => text.trim().into(),
        _ => value.clone(),
    };
    // An empty input of a form is an empty field.
    if value == "" {
        return Ok(Value::Null);
    }
    match field.kind {
        FieldKind::Text | FieldKind::LongText => text(column, &value)?,
        FieldKind::File => {
            let id = value.get("id").unwrap_or(&value);
            id.as_str().ok_or("must be the id of a file that was uploaded")?;
        }
        FieldKind::Integer => {
            let number = value.as_i64().ok_or("must be a whole number")?;
            #[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
            range(field, number as f64)?;
        }
        FieldKind::Reference => {
            value.as_i64().ok_or("must be the id of a record")?;
        }
        FieldKind::Decimal => {
            let number = value.as_f64().ok_or("must be a number")?;
            range(field, Decimal::from_f64(number)?.as_f64())?;
            return Ok(value);
        }
        FieldKind::Boolean => {
            value.as_bool().ok_or("must be true or false")?;
        }
        FieldKind::Date => {
            Day::parse(value.as_str().unwrap_or_default())?;
        }
        FieldKind::Time => {
            WallTime::parse(value.as_str().ok_or("must be a time of day such as 06:00")?)?;
        }
        FieldKind::Timestamp => {
            let at = Timestamp::parse(value.as_str().ok_or("must be an RFC 3339 time")?)?;
            return Ok(at.rfc3339().into());
        }
        FieldKind::Choice => choice(field, &value)?,
        FieldKind::Choices => {
            let values = value.as_array().ok_or("must be a list")?;
            values.iter().try_for_each(|v| choice(field, v))?;
            if values.iter().enumerate().any(|(i, v)| values.iter().skip(i + 1).any(|w| w == v)) {
                return Err("names something twice".into());
            }
        }
        FieldKind::List => {
            let values = value.as_array().ok_or("must be a list")?;
            if values.len() > LIST_MAX {
                return Err(format!("may have {LIST_MAX} entries"));
            }
        }
        FieldKind::Object => {
            value.as_object().ok_or("must be an object")?;
        }
    }
    Ok(value)
}

fn text(column: &Column, value: &Value) -> Result<(), String> {
    let (field, text) = (&column.field, value.as_str().ok_or("must be a text")?);
    let (count, most) = (text.chars().count(), field.length_max.map_or(TEXT_MAX, |n| n as usize));
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err("holds characters that cannot be shown".into());
    }
    if count > most {
        return Err(format!("may have {most} characters"));
    }
    if let Some(least) = field.length_min.filter(|n| count < *n as usize) {
        return Err(format!("must have at least {least} characters"));
    }
    if column.is_email && !is_email(text) {
        return Err("must be an e-mail address".into());
    }
    if column.pattern.as_ref().is_some_and(|p| !p.is_match(text)) {
        let pattern = field.pattern.as_deref().unwrap_or_default();
        return Err(format!("does not match the pattern {pattern}"));
    }
    Ok(())
}

fn choice(field: &Field, value: &Value) -> Result<(), String> {
    if value.as_str().is_some_and(|v| field.choices.iter().any(|c| c.value == v)) {
        return Ok(());
    }
    let all: Vec<_> = field.choices.iter().map(|c| c.value.as_str()).collect();
    Err(format!("must be one of {}", all.join(", ")))
}

fn range(field: &Field, number: f64) -> Result<(), String> {
    match (field.minimum, field.maximum) {
        (Some(least), _) if number < least => Err(format!("must be at least {least}")),
        (_, Some(most)) if number > most => Err(format!("must be at most {most}")),
        _ => Ok(()),
    }
}
