//! Records as they go out: JSON written straight from the rows, in the order of the select, because lists are what
//! people wait for most. What an entity adds by its hook is merged into that text's maps.

use super::codec::Record;
use super::describe::Column;
use super::engine::{ARCHIVE, archived, hindrance, is_of_all_plants};
use super::{Change, Description, Map, codec};
use crate::business::{ALL_PLANTS, Wrong};
use crate::db::kinds::Kind;
use crate::db::{DbError, Row, Value};
use crate::tenancy::Tx;
use serde::Serialize;
use serde_json::json;
use unison_core::decimal::Decimal;
use unison_core::time::Timestamp;

/// Columns that stand before those of the entity in every select.
pub(super) const RECORD: [&str; 6] = ["id", "version", "is_active", "created_at", "updated_at", "custom_fields"];

/// A member of a record: its name with comma and colon, the place of its column, and how that is shown.
pub struct Member {
    name: String,
    place: usize,
    kind: Kind,
}

/// The members of an entity's records.
pub(super) fn members(columns: &[Column], absent: &[&str]) -> (Vec<Member>, String) {
    let (mut out, mut place) = (Vec::new(), RECORD.len());
    let mut add = |name: &str, kind| {
        out.push(Member { name: format!(",\"{name}\":"), place, kind });
        place += 1;
    };
    for column in columns {
        add(&column.field.name, column.kind);
        for (added, _) in column.look_up.map_or(&[] as &[_], |l| l.adds) {
            add(added, Kind::Text);
        }
    }
    (out, absent.iter().map(|name| format!(",\"{name}\":null")).collect())
}

/// An array of records.
///
/// # Errors
/// When the database fails or a row is not of the entity's select.
pub fn texts(tx: &Tx<'_>, d: &Description, rows: &[Row]) -> Result<Vec<u8>, Wrong> {
    if d.hooks.enrich.is_some() {
        return Ok(serde_json::to_vec(&maps(tx, d, rows)?).map_err(unwritten)?);
    }
    Ok(plain(tx, d, rows)?)
}

/// The same as maps.
///
/// # Errors
/// As [`texts`].
pub fn maps(tx: &Tx<'_>, d: &Description, rows: &[Row]) -> Result<Vec<Map>, Wrong> {
    let mut out: Vec<Map> = serde_json::from_slice(&plain(tx, d, rows)?).map_err(unwritten)?;
    if let Some(enrich) = d.hooks.enrich {
        enrich(tx, &mut out)?;
    }
    Ok(out)
}

/// One record.
///
/// # Errors
/// As [`texts`].
pub fn one(tx: &Tx<'_>, d: &Description, found: &Record) -> Result<Map, Wrong> {
    let mut out = maps(tx, d, std::slice::from_ref(&found.row))?;
    out.pop().ok_or_else(|| DbError::Failed("a record was lost".into()).into())
}

/// Bytes of a record in a list; a guess that saves growing.
const RECORD_BYTES: usize = 1_024;

fn plain(tx: &Tx<'_>, d: &Description, rows: &[Row]) -> Result<Vec<u8>, DbError> {
    let mut out = Vec::with_capacity(rows.len() * RECORD_BYTES + 2);
    let mut actions = Actions::new(tx, d)?;
    out.push(b'[');
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        record(&mut out, d, row)?;
        out.extend_from_slice(b",\"allowed_actions\":");
        actions.write(&mut out, row)?;
        out.push(b'}');
    }
    out.push(b']');
    Ok(out)
}

fn record(out: &mut Vec<u8>, d: &Description, row: &Row) -> Result<(), DbError> {
    out.extend_from_slice(b"{\"id\":");
    value(out, row, 0, Kind::Integer)?;
    for member in &d.members {
        out.extend_from_slice(member.name.as_bytes());
        value(out, row, member.place, member.kind)?;
    }
    out.extend_from_slice(d.absent.as_bytes());
    for (name, place, kind) in [
        (",\"custom_fields\":", 5, Kind::Json),
        (",\"is_active\":", 2, Kind::Boolean),
        (",\"version\":", 1, Kind::Integer),
        (",\"created_at\":", 3, Kind::Timestamp),
        (",\"updated_at\":", 4, Kind::Timestamp),
    ] {
        out.extend_from_slice(name.as_bytes());
        value(out, row, place, kind)?;
    }
    Ok(())
}

/// As [`codec::json`] reads it.
fn value(out: &mut Vec<u8>, row: &Row, place: usize, kind: Kind) -> Result<(), DbError> {
    match (row.at(place)?, kind) {
        (Value::Null, _) => out.extend_from_slice(b"null"),
        (Value::Text(text), Kind::Json) if text == "{}" => out.extend_from_slice(b"{}"),
        (Value::Text(text), Kind::Text | Kind::Date) => write(out, text)?,
        (Value::Integer(n), Kind::Integer | Kind::Serial) => write(out, n)?,
        (Value::Integer(n), Kind::Boolean) => write(out, &(*n != 0))?,
        (Value::Integer(n), Kind::Decimal) => write(out, &Decimal(*n).as_f64())?,
        (Value::Integer(n), Kind::Timestamp) => write(out, &Timestamp(*n).rfc3339())?,
        _ => write(out, &codec::json(row, row.name(place)?, kind)?)?,
    }
    Ok(())
}

fn write<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), DbError> {
    serde_json::to_writer(out, value).map_err(unwritten)
}

fn unwritten(e: serde_json::Error) -> DbError {
    DbError::Failed(format!("a record cannot be written: {e}"))
}

/// What the caller may do with each record now, and why not.
struct Actions<'t> {
    d: &'t Description,
    /// Why the caller may change none of them.
    missing: Option<String>,
    /// Whether the caller reaches every plant, so that what belongs to all is open too.
    reaches_all: bool,
    /// For an active and an archived one, where nothing of the record itself decides.
    alike: Option<[Vec<u8>; 2]>,
}

impl<'t> Actions<'t> {
    fn new(tx: &Tx<'_>, d: &'t Description) -> Result<Self, DbError> {
        let permission = d.permission(true);
        let missing = (!tx.caller().may(permission)).then(|| super::form::missing(permission));
        let mut out = Self { d, missing, reaches_all: tx.caller().reaches_all_plants(), alike: None };
        if d.hooks.locked.is_none() && d.actions.is_empty() && !d.may_be_of_all_plants() {
            let none = Map::new();
            out.alike = Some([out.text(true, &none)?, out.text(false, &none)?]);
        }
        Ok(out)
    }

    fn write(&mut self, out: &mut Vec<u8>, row: &Row) -> Result<(), DbError> {
        if let Some([active, archived]) = &self.alike {
            let is_active = matches!(row.at(2)?, Value::Integer(1));
            out.extend_from_slice(if is_active { active } else { archived });
            return Ok(());
        }
        let found = codec::record(self.d, row)?;
        out.extend(self.text(found.is_active, &found.fields)?);
        Ok(())
    }

    fn text(&self, is_active: bool, fields: &Map) -> Result<Vec<u8>, DbError> {
        let d = self.d;
        let is_out_of_reach = is_of_all_plants(d, fields) && !self.reaches_all;
        let missing = self.missing.clone().or_else(|| is_out_of_reach.then(|| ALL_PLANTS.to_owned()));
        let action = |word: &str, hindrance: Option<String>| {
            let reason = missing.clone().or(hindrance);
            json!({"action": word, "allowed": reason.is_none(), "reason": reason})
        };
        let mut all = vec![action("update", hindrance(d, is_active, fields, Change::Update)?)];
        if !is_active {
            all.push(action("restore", hindrance(d, is_active, fields, Change::Restore)?));
        } else if d.actions.iter().all(|v| v.verb != ARCHIVE) {
            all.push(action(ARCHIVE, hindrance(d, is_active, fields, Change::Archive)?));
        }
        for verb in &d.actions {
            let hindrance = if is_active { (verb.refused)(fields)? } else { Some(archived()) };
            all.push(action(verb.verb, hindrance));
        }
        serde_json::to_vec(&all).map_err(unwritten)
    }
}
