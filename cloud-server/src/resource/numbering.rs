//! Numbers of documents: prefix + year + "-" + a sequence of at least three digits, per organisation, kind and
//! year: "WO-2025-001". Numbers that people chose themselves are skipped.

use super::{Description, Map, Numbering};
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::WriteTx;
use jiff::tz::TimeZone;
use serde_json::Value;
use unison_core::shift::date_of;

/// Gives a new record its number when it has none.
///
/// # Errors
/// When the database fails.
pub fn assign(tx: &WriteTx<'_>, d: &Description, fields: &mut Map) -> Result<(), DbError> {
    let Some(number) = d.meta.number.filter(|n| fields.get(n.field).is_none_or(Value::is_null)) else {
        return Ok(());
    };
    let prefix = prefix(tx, d, number)?;
    let year = year(tx)?;
    let taken = format!("SELECT id FROM {} WHERE organization_id = $1 AND {} = $2", d.meta.table, number.field);
    loop {
        let next = tx.next_in(&format!("number/{}/{year}", d.meta.entity))?;
        let text = format!("{prefix}{year}-{next:03}");
        if tx.query_one(&taken, params![tx.org(), &text])?.is_none() {
            fields.insert(number.field.to_owned(), text.into());
            return Ok(());
        }
    }
}

fn settings(tx: &WriteTx<'_>) -> Result<Option<Row>, DbError> {
    tx.query_one("SELECT timezone, number_prefixes FROM organization WHERE organization_id = $1", params![tx.org()])
}

fn prefix(tx: &WriteTx<'_>, d: &Description, number: Numbering) -> Result<String, DbError> {
    let chosen = settings(tx)?.map(|r| r.get::<String>("number_prefixes")).transpose()?.unwrap_or_default();
    let chosen = serde_json::from_str::<Map>(&chosen).unwrap_or_default();
    Ok(chosen.get(d.meta.entity).and_then(Value::as_str).unwrap_or(number.prefix).to_owned())
}

/// The year it is where the organisation is.
fn year(tx: &WriteTx<'_>) -> Result<i16, DbError> {
    let name = settings(tx)?.map(|r| r.get::<String>("timezone")).transpose()?.unwrap_or_default();
    let zone = TimeZone::get(&name).unwrap_or(TimeZone::UTC);
    date_of(&zone, tx.now()).map(|d| d.year()).ok_or_else(|| DbError::Failed("the clock is out of range".into()))
}
