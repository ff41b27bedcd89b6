//! Values that people wrote to devices, as edges report them. Read here; written where the devices are.

use super::{reach_sql, reach_values};
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::Tx;
use unison_api::Person;
use unison_api::page::Page;
use unison_api::tag_write::{TagWriteList, TagWriteView};
use unison_core::facts::WriteOutcome;
use unison_core::time::{Rfc3339, Timestamp};

/// Writes in the plants the caller reaches, the latest first; of one tag or with one outcome where that is named.
///
/// # Errors
/// When the database fails.
pub fn tag_writes(
    tx: &Tx<'_>,
    plant: Option<i64>,
    machine: Option<i64>,
    tag: Option<String>,
    outcome: Option<WriteOutcome>,
    page: Page,
) -> Result<TagWriteList, DbError> {
    let from = format!(
        "FROM tag_writes t
         JOIN users u ON u.organization_id = t.organization_id AND u.id = t.written_by
         LEFT JOIN edges e ON e.organization_id = t.organization_id AND e.uuid = t.origin
         LEFT JOIN machines m ON m.organization_id = t.organization_id AND m.id = t.machine_id
         WHERE t.organization_id = $1 AND {} AND ($4 = 0 OR t.plant_id = $4) AND ($5 = 0 OR t.machine_id = $5)
         AND ($6 = 0 OR t.tag = $7) AND ($8 = '' OR t.outcome = $8)",
        reach_sql("t.plant_id")
    );
    let (all_plants, user) = reach_values(tx.caller());
    let (plant, machine, is_named) = (plant.unwrap_or(0), machine.unwrap_or(0), i64::from(tag.is_some()));
    let (tag, outcome) = (tag.unwrap_or_default(), outcome.map_or("", WriteOutcome::code));
    let values = params![tx.org(), all_plants, user, plant, machine, is_named, tag, outcome].to_vec();
    let total = tx.query_one(&format!("SELECT count(*) AS n {from}"), &values)?.map_or(Ok(0), |r| r.get("n"))?;
    let sql = format!(
        "SELECT t.*, u.name AS writer, m.machine_code, e.id AS edge_id, e.name AS edge_name {from}
         ORDER BY t.asked_at DESC, t.uuid LIMIT $9 OFFSET $10"
    );
    let rows = tx.query(&sql, &[values.as_slice(), params![page.per_page, page.offset()]].concat())?;
    let tag_writes = rows.iter().map(view).collect::<Result<_, _>>()?;
    Ok(TagWriteList { tag_writes, total, page: page.page, per_page: page.per_page })
}

fn view(row: &Row) -> Result<TagWriteView, DbError> {
    Ok(TagWriteView {
        id: row.get("uuid")?,
        edge_id: row.get("edge_id")?,
        edge_name: row.get("edge_name")?,
        tag: row.get("tag")?,
        machine_id: row.get("machine_id")?,
        machine_code: row.get("machine_code")?,
        value_before: row.get("value_before")?,
        value: row.get("value")?,
        written_by: Person { id: row.get("written_by")?, name: row.get("writer")? },
        asked_at: row.get::<Timestamp>("asked_at")?.into(),
        outcome: row.get("outcome")?,
        reason: row.get("reason")?,
        ended_at: row.get::<Option<Timestamp>>("ended_at")?.map(Rfc3339::from),
    })
}
