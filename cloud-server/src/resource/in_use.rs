//! What keeps a record from being archived or restored: the active records that refer to it, and the archived ones
//! that it refers to. Both come from the look-ups alone.

use super::codec::Record;
use super::{Description, LookUp, Map, Reach, all, codec, of_table};
use crate::db::DbError;
use crate::params;
use crate::tenancy::Tx;
use serde_json::Value;
use unison_core::ids::PlantId;

/// Names in one reason.
const NAMES_MAX: usize = 5;

/// "It is used by 3 active machines: M-1, M-2, M-3"; none when nothing uses it.
pub(super) fn users_of(tx: &Tx<'_>, d: &Description, id: i64) -> Result<Option<String>, DbError> {
    let mut out = Vec::new();
    for user in all() {
        let fields: Vec<_> = user.meta.look_ups.iter().filter(|l| l.table == d.meta.table).collect();
        if !fields.is_empty() {
            out.extend(users_among(tx, user, &fields, id)?);
        }
    }
    Ok((!out.is_empty()).then(|| format!("It is used by {}", out.join("; "))))
}

fn users_among(tx: &Tx<'_>, user: &Description, fields: &[&LookUp], id: i64) -> Result<Option<String>, DbError> {
    let any: Vec<_> = fields.iter().map(|l| format!("t.{} = $2", l.field)).collect();
    let condition = format!("({}) AND t.is_active = TRUE AND {}", any.join(" OR "), user.meta.holds);
    let count = format!("SELECT count(*) AS n FROM {} t WHERE t.organization_id = $1 AND {condition}", user.meta.table);
    let values = params![tx.org(), id];
    let number: u64 = tx.query_one(&count, values)?.map_or(Ok(0), |row| row.get("n"))?;
    if number == 0 {
        return Ok(None);
    }
    let sql = format!("{} AND {condition} ORDER BY t.id LIMIT {}", user.select, NAMES_MAX);
    let found = tx.query(&sql, values)?.iter().map(|row| codec::record(user, row)).collect::<Result<Vec<_>, _>>()?;
    // What lies out of reach counts, and is not named.
    let names: Vec<_> = found.iter().filter(|r| is_in_reach(tx, user, r)).map(|r| user.title(&r.fields)).collect();
    let label = if number == 1 { user.meta.label } else { user.meta.label_plural }.to_lowercase();
    let more = if names.is_empty() {
        " in plants that you are not assigned to"
    } else if (names.len() as u64) < number {
        ", …"
    } else {
        ""
    };
    let colon = if names.is_empty() { "" } else { ": " };
    Ok(Some(format!("{number} active {label}{colon}{}{more}", names.join(", "))))
}

fn is_in_reach(tx: &Tx<'_>, d: &Description, record: &Record) -> bool {
    let plant = match d.meta.reach {
        Reach::Organization => None,
        Reach::Plant => record.fields.get("plant_id").and_then(Value::as_i64),
        Reach::IsPlant => Some(record.id),
    };
    plant.is_none_or(|plant| tx.caller().reaches(PlantId(plant)))
}

/// "Lane L1 is archived; restore it first"; none when all that a record refers to is there.
pub(super) fn archived_parent(tx: &Tx<'_>, d: &Description, record: &Record) -> Result<Option<String>, DbError> {
    // People leave, and what names them stays.
    for look_up in d.meta.look_ups.iter().filter(|l| l.table != "users") {
        let id = record.fields.get(look_up.field).and_then(Value::as_i64);
        let Some((id, parent)) = id.zip(of_table(look_up.table)) else { continue };
        let row =
            tx.query_one(&format!("{} AND t.id = $2 AND t.is_active = FALSE", parent.select), params![tx.org(), id])?;
        if let Some(row) = row {
            let fields: Map = codec::record(parent, &row)?.fields;
            return Ok(Some(format!("{} {} is archived; restore it first", parent.meta.label, parent.title(&fields))));
        }
    }
    Ok(None)
}
