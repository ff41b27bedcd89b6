//! What people of a shift say to each other, as edges report it: handovers (SHIFT-06, SHIFT-08) and calls for help.
//! Read here; written where the people are.

use super::{reach_sql, reach_values};
use crate::db::{DbError, Row, Value};
use crate::params;
use crate::tenancy::Tx;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use unison_api::Person;
use unison_api::handover::{HandoverList, HandoverView};
use unison_api::help::{HelpCallList, HelpCallView};
use unison_api::page::Page;
use unison_core::calendar::Day;
use unison_core::time::{Rfc3339, Timestamp};

/// What a list of handovers is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Handovers {
    pub plant: Option<i64>,
    pub shift: Option<i64>,
    pub date: Option<Day>,
    /// Only acknowledged ones, or only others.
    pub acknowledged: Option<bool>,
}

fn flag(wanted: Option<bool>) -> i64 {
    wanted.map_or(-1, i64::from)
}

/// Handovers of the plants the caller reaches, the latest first.
///
/// # Errors
/// When the database fails.
pub fn handovers(tx: &Tx<'_>, filter: &Handovers, page: Page) -> Result<HandoverList, DbError> {
    let from = format!(
        "FROM shift_handovers h
         JOIN shifts s ON s.organization_id = h.organization_id AND s.id = h.shift_id
         JOIN users w ON w.organization_id = h.organization_id AND w.id = h.logged_by
         LEFT JOIN users a ON a.organization_id = h.organization_id AND a.id = h.acknowledged_by
         WHERE h.organization_id = $1 AND {} AND ($4 = 0 OR h.plant_id = $4) AND ($5 = 0 OR h.shift_id = $5)
         AND h.date >= $6 AND h.date <= $7 AND ($8 < 0 OR ($8 = 1) = (h.acknowledged_by IS NOT NULL))",
        reach_sql("h.plant_id")
    );
    let (all_plants, user) = reach_values(tx.caller());
    let (plant, shift) = (filter.plant.unwrap_or(0), filter.shift.unwrap_or(0));
    // All days there are, where none is asked for.
    let day = |any: &str| filter.date.map_or_else(|| any.to_owned(), |d| d.to_string());
    let (first, last) = (day("0001-01-01"), day("9999-12-31"));
    let values = params![tx.org(), all_plants, user, plant, shift, first, last, flag(filter.acknowledged)].to_vec();
    let total = total(tx, &from, &values)?;
    let sql = format!(
        "SELECT h.*, s.name AS shift_name, w.name AS writer, a.name AS reader {from} ORDER BY h.logged_at DESC, h.uuid LIMIT $9 OFFSET $10"
    );
    let rows = tx.query(&sql, &[values.as_slice(), params![page.per_page, page.offset()]].concat())?;
    let shift_handovers = rows.iter().map(handover).collect::<Result<_, _>>()?;
    Ok(HandoverList { shift_handovers, total, page: page.page, per_page: page.per_page })
}

fn total(tx: &Tx<'_>, from: &str, values: &[Value]) -> Result<u64, DbError> {
    tx.query_one(&format!("SELECT count(*) AS n {from}"), values)?.map_or(Ok(0), |r| r.get("n"))
}

fn handover(row: &Row) -> Result<HandoverView, DbError> {
    let date: String = row.get("date")?;
    let reader: Option<i64> = row.get("acknowledged_by")?;
    let acknowledged_at: Option<Timestamp> = row.get("acknowledged_at")?;
    Ok(HandoverView {
        id: row.get("uuid")?,
        shift_id: row.get("shift_id")?,
        shift_name: row.get("shift_name")?,
        date: Day::parse(&date).map_err(DbError::Failed)?,
        logged_by: Person { id: row.get("logged_by")?, name: row.get("writer")? },
        logged_at: row.get::<Timestamp>("logged_at")?.into(),
        handover_notes: row.get("notes")?,
        wip_work_orders: read(row, "work_orders")?,
        issues: read(row, "issues")?,
        acknowledged_by: reader.zip(row.get("reader")?).map(|(id, name)| Person { id, name }),
        acknowledged_at: acknowledged_at.map(Rfc3339::from),
        allowed_actions: vec![],
    })
}

fn read<T: DeserializeOwned>(row: &Row, column: &str) -> Result<Vec<T>, DbError> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(|e| DbError::Failed(format!("{column}: {e}")))
}

const CALL: &str = "SELECT c.*, m.machine_code, u.name AS caller, a.name AS answerer, e.name AS ender";
const CALLS: &str = "FROM help_calls c
 JOIN machines m ON m.organization_id = c.organization_id AND m.id = c.machine_id
 JOIN users u ON u.organization_id = c.organization_id AND u.id = c.called_by
 LEFT JOIN users a ON a.organization_id = c.organization_id AND a.id = c.answered_by
 LEFT JOIN users e ON e.organization_id = c.organization_id AND e.id = c.ended_by
 WHERE c.organization_id = $1";

/// Calls for help of the plants the caller reaches, the latest first.
///
/// # Errors
/// When the database fails.
pub fn help_calls(
    tx: &Tx<'_>,
    plant: Option<i64>,
    machine: Option<i64>,
    open: Option<bool>,
    page: Page,
) -> Result<HelpCallList, DbError> {
    let from = format!(
        "{CALLS} AND {} AND ($4 = 0 OR m.plant_id = $4) AND ($5 = 0 OR c.machine_id = $5)
         AND ($6 < 0 OR ($6 = 1) = (c.ended_at IS NULL))",
        reach_sql("m.plant_id")
    );
    let (all_plants, user) = reach_values(tx.caller());
    let values = params![tx.org(), all_plants, user, plant.unwrap_or(0), machine.unwrap_or(0), flag(open)].to_vec();
    let total = total(tx, &from, &values)?;
    let sql = format!("{CALL} {from} ORDER BY c.called_at DESC, c.uuid LIMIT $7 OFFSET $8");
    let rows = tx.query(&sql, &[values.as_slice(), params![page.per_page, page.offset()]].concat())?;
    let help_calls = rows.iter().map(help_call).collect::<Result<_, _>>()?;
    Ok(HelpCallList { help_calls, total, page: page.page, per_page: page.per_page })
}

/// Open calls that machines are shown with; a hall with more has other worries.
const OPEN_MAX: u32 = 1_000;

/// Open calls of all machines, by machine, the oldest first.
///
/// # Errors
/// When the database fails.
pub(super) fn open_help(tx: &Tx<'_>) -> Result<HashMap<i64, Vec<HelpCallView>>, DbError> {
    let sql = format!("{CALL} {CALLS} AND c.ended_at IS NULL ORDER BY c.called_at, c.uuid LIMIT {OPEN_MAX}");
    let mut out: HashMap<i64, Vec<HelpCallView>> = HashMap::new();
    for row in tx.query(&sql, params![tx.org()])? {
        let call = help_call(&row)?;
        out.entry(call.machine_id).or_default().push(call);
    }
    Ok(out)
}

fn help_call(row: &Row) -> Result<HelpCallView, DbError> {
    let person = |id: &str, name: &str| -> Result<Option<Person>, DbError> {
        let id: Option<i64> = row.get(id)?;
        Ok(id.zip(row.get(name)?).map(|(id, name)| Person { id, name }))
    };
    let at = |column: &str| -> Result<Option<Rfc3339>, DbError> {
        Ok(row.get::<Option<Timestamp>>(column)?.map(Rfc3339::from))
    };
    Ok(HelpCallView {
        id: row.get("uuid")?,
        machine_id: row.get("machine_id")?,
        machine_code: row.get("machine_code")?,
        kind: row.get("kind")?,
        notes: row.get("note")?,
        called_by: Person { id: row.get("called_by")?, name: row.get("caller")? },
        called_at: row.get::<Timestamp>("called_at")?.into(),
        answered_by: person("answered_by", "answerer")?,
        answered_at: at("answered_at")?,
        ended_by: person("ended_by", "ender")?,
        ended_at: at("ended_at")?,
        end_notes: row.get("end_note")?,
    })
}
