//! All that the edges of a plant need, as it is now: what they would know had they followed the
//! plant's log from its first day, without what nobody at a machine asks for any more.

use super::{calendar, master};
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::{PlantOp, Tx};
use std::collections::HashSet;
use unison_core::facts::WorkOrderVerb;
use unison_core::facts::{Fact, ProductionLogged};
use unison_core::ids::{PlantId, UserId};
use unison_core::master::{MasterOp, ShiftCycle, WorkOrderAsked, WorkOrderRequest};
use unison_core::time::HOUR;

/// Work orders that were closed or touched within this time still belong to it, with their logs.
pub const CLOSED_KEPT: i64 = 14 * 24 * HOUR;

/// The work orders, `$2` the plant, `$3` since when a closed one must have been touched.
const ORDERS: &str = "w.organization_id = $1 AND w.plant_id = $2
 AND (w.status NOT IN ('completed', 'cancelled') OR w.updated_at >= $3)";

/// Records first, then logs, then what edges shall do: each may speak of what stands before it.
///
/// # Errors
/// When the database fails or holds what cannot be read.
pub fn of_plant(tx: &Tx<'_>, plant: PlantId) -> Result<Vec<PlantOp>, DbError> {
    let mut out: Vec<PlantOp> = master::plant(tx, plant)?.into_iter().map(PlantOp::from).collect();
    let own = params![tx.org(), plant];
    let lanes = "SELECT * FROM lanes WHERE organization_id = $1 AND plant_id = $2 ORDER BY id";
    out.extend(ops(tx, lanes, own, master::lane_of)?);
    let machines = format!("{} AND m.plant_id = $2 ORDER BY m.id", master::MACHINES);
    out.extend(ops(tx, &machines, own, master::machine_of)?);
    let calendar = calendar::calendar(tx, plant)?;
    out.extend(calendar.shifts.into_iter().map(|s| PlantOp::from(MasterOp::from(s))));
    let cycles = calendar.cycles.into_iter().map(|(shift, cycle)| ShiftCycle { shift, cycle: Some(cycle) });
    out.extend(cycles.map(|c| PlantOp::from(MasterOp::from(c))));
    out.extend(calendar.days.into_iter().map(|d| PlantOp::from(MasterOp::from(d))));
    let reasons = "SELECT * FROM downtime_reasons WHERE organization_id = $1 ORDER BY id";
    out.extend(ops(tx, reasons, params![tx.org()], master::reason_of)?);
    let scrap_reasons = "SELECT * FROM scrap_reasons WHERE organization_id = $1 ORDER BY id";
    out.extend(ops(tx, scrap_reasons, params![tx.org()], master::scrap_reason_of)?);
    let tags =
        "SELECT * FROM machine_tags WHERE organization_id = $1 AND plant_id = $2 AND is_active = TRUE ORDER BY id";
    out.extend(ops(tx, tags, own, |row| master::machine_tag_of(row).map(MasterOp::from))?);
    out.extend(users(tx, plant)?);
    let since = tx.now().plus(-CLOSED_KEPT);
    let orders = format!("{} AND {ORDERS} ORDER BY w.id", master::WORK_ORDERS);
    let both = |row: &Row| Ok([master::work_order_of(row)?, master::terms_of(row)?].map(PlantOp::from));
    out.extend(tx.query_map(&orders, params![tx.org(), plant, since], |row| both(&row))?.into_iter().flatten());
    let logs = format!(
        "SELECT l.* FROM production_logs l JOIN work_orders w ON w.organization_id = l.organization_id AND w.id = l.work_order_id
         WHERE {ORDERS} ORDER BY l.pos"
    );
    out.extend(ops(tx, &logs, params![tx.org(), plant, since], log_of)?);
    let requests = format!(
        "SELECT r.*, e.uuid AS edge_uuid FROM work_order_requests r
         JOIN work_orders w ON w.organization_id = r.organization_id AND w.id = r.work_order_id
         LEFT JOIN edges e ON e.organization_id = r.organization_id AND e.id = r.edge_id
         WHERE {ORDERS} AND r.state = 'open' ORDER BY r.at, r.uuid"
    );
    out.extend(ops(tx, &requests, params![tx.org(), plant, since], request_of)?);
    Ok(out)
}

/// The ops of a query's rows; no row is kept.
fn ops<T: Into<PlantOp>>(
    tx: &Tx<'_>,
    sql: &str,
    values: &[crate::db::Value],
    read: impl Fn(&Row) -> Result<T, DbError>,
) -> Result<Vec<PlantOp>, DbError> {
    tx.query_map(sql, values, |row| read(&row).map(Into::into))
}

/// People who reach the plant.
fn users(tx: &Tx<'_>, plant: PlantId) -> Result<Vec<PlantOp>, DbError> {
    let assigned = "SELECT user_id FROM user_plants WHERE organization_id = $1 AND plant_id = $2";
    let assigned: HashSet<UserId> =
        tx.query_map(assigned, params![tx.org(), plant], |row| row.get("user_id"))?.into_iter().collect();
    let sql = "SELECT * FROM users WHERE organization_id = $1 ORDER BY id";
    let read = |row: Row| {
        let reaches = assigned.contains(&row.get("id")?) || crate::auth::reaches_all_plants(&master::roles(&row)?);
        if reaches { master::user_of(tx, &row).map(|op| Some(op.into())) } else { Ok(None) }
    };
    Ok(tx.query_map(sql, params![tx.org()], read)?.into_iter().flatten().collect())
}

fn log_of(row: &Row) -> Result<Fact, DbError> {
    let fact = ProductionLogged {
        id: row.get("uuid")?,
        work_order: row.get("work_order_id")?,
        machine: row.get("machine_id")?,
        completed: row.get("quantity_completed")?,
        rejected: row.get("quantity_rejected")?,
        hours_micro: row.get("hours_worked")?,
        notes: row.get("notes")?,
        by: row.get("user_id")?,
        at: row.get("logged_at")?,
        shift: row.get("shift_id")?,
    };
    Ok(fact.into())
}

fn request_of(row: &Row) -> Result<MasterOp, DbError> {
    let verb: String = row.get("verb")?;
    let request = WorkOrderRequest {
        request: row.get("uuid")?,
        work_order: row.get("work_order_id")?,
        verb: WorkOrderVerb::from_code(&verb).ok_or_else(|| DbError::Failed(format!("there is no verb {verb}")))?,
        machine: row.get("machine_id")?,
        by: row.get("user_id")?,
        at: row.get("at")?,
        note: row.get("note")?,
    };
    Ok(match row.get("edge_uuid")? {
        Some(edge) => WorkOrderAsked { request, edge }.into(),
        None => request.into(),
    })
}
