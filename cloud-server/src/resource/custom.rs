//! Fields that an organisation adds to an entity (CF-01 to CF-09): their values are checked by the definitions as
//! other fields are by the struct. There is no cache of definitions, so a new one counts at once (CF-06).

use super::describe::Column;
use super::{Description, Map, codec, of, valid};
use crate::business::setup::custom_field::{CustomField, FieldType};
use crate::db::DbError;
use crate::db::kinds::Kind;
use crate::params;
use crate::tenancy::Tx;
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use unison_api::error::Detail;
use unison_api::form::{Choice, Field, FieldKind};
use unison_core::decimal::Decimal;

/// What a compiled pattern may need; matching takes linear time whatever it says.
const PATTERN_BYTES_MAX: usize = 256 * 1024;

/// A definition in force.
pub struct Custom {
    pub code: String,
    pub is_filterable: bool,
    pub column: Column,
}

/// The definitions of an entity, in the order of its form.
///
/// # Errors
/// When the database fails.
pub fn definitions(tx: &Tx<'_>, d: &Description) -> Result<Vec<Custom>, DbError> {
    let own = of::<CustomField>()?;
    let sql = format!("{} AND t.entity_type = $2 AND t.is_active = TRUE ORDER BY t.position, t.id", own.select);
    let rows = tx.query(&sql, params![tx.org(), d.meta.entity])?;
    let read = |row| super::erase::typed(&codec::record(own, row)?.fields).map(custom);
    rows.iter().map(read).collect()
}

fn custom(definition: CustomField) -> Custom {
    let (shown, kind) = match definition.field_type {
        FieldType::Text => (FieldKind::Text, Kind::Text),
        FieldType::Number => (FieldKind::Decimal, Kind::Decimal),
        FieldType::Date => (FieldKind::Date, Kind::Date),
        FieldType::Boolean => (FieldKind::Boolean, Kind::Boolean),
        FieldType::Dropdown => (FieldKind::Choice, Kind::Text),
        FieldType::Multiselect => (FieldKind::Choices, Kind::Json),
        // What is known of the file, see `files`; its id alone is enough in a body.
        FieldType::File => (FieldKind::File, Kind::Json),
    };
    let code = definition.field_code;
    let mut field = Field::new(&format!("custom_fields.{code}"), &definition.label, shown);
    field.help = definition.help_text;
    field.required = definition.is_required;
    field.choices = definition.options.into_iter().map(|o| Choice { label: o.clone(), value: o }).collect();
    field.minimum = definition.minimum.map(Decimal::as_f64);
    field.maximum = definition.maximum.map(Decimal::as_f64);
    field.length_min = definition.length_min;
    field.length_max = definition.length_max;
    field.filter = definition.is_filterable;
    let pattern = definition.pattern.as_deref().and_then(|p| pattern(p).ok());
    field.pattern = definition.pattern;
    let column = Column { field, kind, is_nullable: true, is_email: false, look_up: None, pattern };
    Custom { code, is_filterable: definition.is_filterable, column }
}

/// A pattern for the whole of a value.
///
/// # Errors
/// Says what is wrong with it.
pub fn pattern(text: &str) -> Result<Regex, String> {
    let whole = format!("^(?:{text})$");
    RegexBuilder::new(&whole).size_limit(PATTERN_BYTES_MAX).build().map_err(|e| match e {
        regex::Error::CompiledTooBig(_) => "is too large a pattern".to_owned(),
        _ => "is no regular expression".to_owned(),
    })
}

/// The values that a body asks for: what it leaves out stays, null empties. Values of definitions that are no
/// longer in force stay as they are.
#[must_use]
pub fn merged(definitions: &[Custom], before: &Map, body: Option<&Value>) -> (Map, Vec<Detail>) {
    let empty = Map::new();
    let (mut out, mut details) = (before.clone(), Vec::new());
    let given = match body {
        None | Some(Value::Null) => &empty,
        Some(Value::Object(given)) => given,
        Some(_) => return (out, vec![valid::wrong("custom_fields", "must be an object")]),
    };
    for code in given.keys().filter(|code| definitions.iter().all(|d| d.code != **code)) {
        details.push(valid::wrong(&format!("custom_fields.{code}"), "is not a custom field of this record"));
    }
    for Custom { code, column, .. } in definitions {
        let field = &column.field;
        match given.get(code).map(|value| valid::check(column, value)) {
            None => {}
            Some(Ok(Value::Null)) => drop(out.shift_remove(code)),
            Some(Ok(value)) => drop(out.insert(code.clone(), plain(value))),
            Some(Err(message)) => {
                details.push(valid::wrong(&field.name, message));
                continue;
            }
        }
        if field.required && !out.contains_key(code) {
            details.push(valid::wrong(&field.name, "is required"));
        }
    }
    (out, details)
}

/// 30.0 and 30 are one value: the same text in filters.
fn plain(value: Value) -> Value {
    let text = value.as_f64().and_then(|n| Decimal::from_f64(n).ok()).map(|d| d.to_string());
    text.and_then(|t| t.parse::<i64>().ok()).map_or(value, Value::from)
}
