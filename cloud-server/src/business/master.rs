//! Master data as the edges of a plant get it: each op is the whole record as it is now.

use super::calendar;
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::{Tx, WriteTx};
use unison_core::activity::Mode;
use unison_core::ids::{LaneId, MachineId, PlantId, ReasonId, ScrapReasonId, ShiftId, UserId, WorkOrderId};
use unison_core::kpi::Standard;
use unison_core::master::{
    Lane, Machine, MachineTag, MasterOp, Plant, Reason, ScrapReason, ShiftCycle, User, WorkOrder, WorkOrderStatus,
    WorkOrderTerms,
};

fn one(tx: &Tx<'_>, sql: &str, id: i64) -> Result<Option<Row>, DbError> {
    tx.query_one(sql, params![tx.org(), id])
}

fn wrong(what: &str, value: &str) -> DbError {
    DbError::Failed(format!("the database holds the unknown {what} {value}"))
}

/// Sends a record to the edges of a plant.
pub fn send(tx: &WriteTx<'_>, plant: PlantId, op: Option<MasterOp>) {
    if let Some(op) = op {
        tx.to_plant(plant, op);
    }
}

/// Sends a record to the edges of all plants.
///
/// # Errors
/// When the database fails.
pub fn send_everywhere(tx: &WriteTx<'_>, op: Option<MasterOp>) -> Result<(), DbError> {
    for row in tx.query("SELECT id FROM plants WHERE organization_id = $1 ORDER BY id", params![tx.org()])? {
        send(tx, row.get("id")?, op.clone());
    }
    Ok(())
}

/// Tells the edges of a new plant of the reasons, days and people that were there before it.
///
/// # Errors
/// When the database fails.
pub fn brief(tx: &WriteTx<'_>, plant: PlantId) -> Result<(), DbError> {
    for row in tx.query("SELECT id FROM downtime_reasons WHERE organization_id = $1 ORDER BY id", params![tx.org()])? {
        send(tx, plant, reason(tx, row.get("id")?)?);
    }
    for row in tx.query("SELECT * FROM scrap_reasons WHERE organization_id = $1 ORDER BY id", params![tx.org()])? {
        send(tx, plant, Some(scrap_reason_of(&row)?));
    }
    let everywhere = "SELECT * FROM calendar_days WHERE organization_id = $1 AND plant_id IS NULL ORDER BY id";
    for row in tx.query(everywhere, params![tx.org()])? {
        send(tx, plant, Some(calendar::day(&row)?.into()));
    }
    for row in tx.query("SELECT id, roles FROM users WHERE organization_id = $1 ORDER BY id", params![tx.org()])? {
        if crate::auth::reaches_all_plants(&roles(&row)?) {
            send(tx, plant, user(tx, row.get("id")?)?);
        }
    }
    Ok(())
}

/// An op's record for the audit log: as edges get it, without passwords and hourly rates.
///
/// # Errors
/// Only when a record cannot be written as JSON.
pub fn json(op: &MasterOp) -> Result<serde_json::Value, DbError> {
    let value = match op {
        MasterOp::Plant(record) => serde_json::to_value(record),
        MasterOp::Lane(record) => serde_json::to_value(record),
        MasterOp::Machine(record) => serde_json::to_value(record),
        MasterOp::Shift(record) => serde_json::to_value(record),
        MasterOp::ShiftCycle(record) => serde_json::to_value(record),
        MasterOp::CalendarDay(record) => serde_json::to_value(record),
        MasterOp::Reason(record) => serde_json::to_value(record),
        MasterOp::ScrapReason(record) => serde_json::to_value(record),
        MasterOp::MachineTag(record) => serde_json::to_value(record),
        MasterOp::User(record) => serde_json::to_value(record),
        MasterOp::WorkOrder(record) => serde_json::to_value(record),
        MasterOp::WorkOrderTerms(record) => serde_json::to_value(record),
        MasterOp::WorkOrderRequest(record) => serde_json::to_value(record),
        MasterOp::WorkOrderAsked(record) => serde_json::to_value(record),
    };
    value.map_err(|e| DbError::Failed(e.to_string()))
}

/// The organisation's definition of planned time.
///
/// # Errors
/// When the database fails.
pub fn standard(tx: &Tx<'_>) -> Result<Standard, DbError> {
    let row = tx.query_one("SELECT kpi_standard FROM organization WHERE organization_id = $1", params![tx.org()])?;
    match row.map(|r| r.get::<String>("kpi_standard")).transpose()?.as_deref() {
        Some("unison") | None => Ok(Standard::Unison),
        Some("iso_22400") => Ok(Standard::Iso22400),
        Some(other) => Err(wrong("KPI standard", other)),
    }
}

/// # Errors
/// When the database fails.
pub fn plant(tx: &Tx<'_>, id: PlantId) -> Result<Option<MasterOp>, DbError> {
    let sql = "SELECT p.name, p.timezone, o.name AS organization_name FROM plants p
               JOIN organization o ON o.organization_id = p.organization_id WHERE p.organization_id = $1 AND p.id = $2";
    let Some(row) = one(tx, sql, id.0)? else { return Ok(None) };
    let plant = Plant {
        id,
        name: row.get("name")?,
        organization_name: row.get("organization_name")?,
        timezone: row.get("timezone")?,
        standard: standard(tx)?,
    };
    Ok(Some(plant.into()))
}

/// # Errors
/// When the database fails.
pub fn lane(tx: &Tx<'_>, id: LaneId) -> Result<Option<MasterOp>, DbError> {
    let row = one(tx, "SELECT * FROM lanes WHERE organization_id = $1 AND id = $2", id.0)?;
    row.as_ref().map(lane_of).transpose()
}

/// A row of `lanes`.
pub(super) fn lane_of(row: &Row) -> Result<MasterOp, DbError> {
    let lane = Lane {
        id: row.get("id")?,
        name: row.get("name")?,
        capacity: row.get("capacity")?,
        ideal_cycle: row.get("ideal_cycle_time_seconds")?,
    };
    Ok(lane.into())
}

/// Machines with their edge. A revoked edge speaks for none: edges see such a machine as free and may claim it.
pub(super) const MACHINES: &str = "SELECT m.*, e.uuid AS edge_uuid FROM machines m
 LEFT JOIN edges e ON e.organization_id = m.organization_id AND e.id = m.edge_id AND e.state <> 'revoked'
 WHERE m.organization_id = $1";

/// # Errors
/// When the database fails.
pub fn machine(tx: &Tx<'_>, id: MachineId) -> Result<Option<MasterOp>, DbError> {
    one(tx, &format!("{MACHINES} AND m.id = $2"), id.0)?.as_ref().map(machine_of).transpose()
}

/// A row of [`MACHINES`].
pub(super) fn machine_of(row: &Row) -> Result<MasterOp, DbError> {
    let machine = Machine {
        id: row.get("id")?,
        code: row.get("machine_code")?,
        name: row.get("name")?,
        lane: row.get("lane_id")?,
        ideal_cycle: row.get("ideal_cycle_time_seconds")?,
        capacity_micro: row.get("capacity_units_per_hour")?,
        // For an edge an archived machine is one that is not there any more.
        mode: if row.get("is_active")? { mode(&row.get::<String>("mode")?)? } else { Mode::Decommissioned },
        edge: row.get("edge_uuid")?,
    };
    Ok(machine.into())
}

/// # Errors
/// When the code is unknown.
pub fn mode(code: &str) -> Result<Mode, DbError> {
    match code {
        "production" => Ok(Mode::Production),
        "maintenance" => Ok(Mode::Maintenance),
        "decommissioned" => Ok(Mode::Decommissioned),
        other => Err(wrong("mode", other)),
    }
}

/// # Errors
/// When the database fails.
pub fn shift(tx: &Tx<'_>, id: ShiftId) -> Result<Option<MasterOp>, DbError> {
    let row = one(tx, "SELECT * FROM shifts WHERE organization_id = $1 AND id = $2", id.0)?;
    row.as_ref().map(calendar::shift).transpose().map(|s| s.map(MasterOp::from))
}

/// The days of a rotating or custom shift.
///
/// # Errors
/// When the database fails.
pub fn shift_cycle(tx: &Tx<'_>, id: ShiftId) -> Result<Option<MasterOp>, DbError> {
    let row = one(tx, "SELECT * FROM shifts WHERE organization_id = $1 AND id = $2", id.0)?;
    let cycle = row.as_ref().map(calendar::cycle).transpose()?;
    Ok(cycle.map(|cycle| ShiftCycle { shift: id, cycle }.into()))
}

/// Tells the edges of a plant, or of all plants, of a day of the calendar.
///
/// # Errors
/// When the database fails.
pub fn send_calendar_day(tx: &WriteTx<'_>, id: i64) -> Result<(), DbError> {
    let row = one(tx, "SELECT * FROM calendar_days WHERE organization_id = $1 AND id = $2", id)?;
    let Some(row) = row else { return Ok(()) };
    let day = Some(calendar::day(&row)?.into());
    match row.get("plant_id")? {
        Some(plant) => send(tx, plant, day),
        None => send_everywhere(tx, day)?,
    }
    Ok(())
}

/// # Errors
/// When the database fails.
pub fn reason(tx: &Tx<'_>, id: ReasonId) -> Result<Option<MasterOp>, DbError> {
    let row = one(tx, "SELECT * FROM downtime_reasons WHERE organization_id = $1 AND id = $2", id.0)?;
    row.as_ref().map(reason_of).transpose()
}

/// A row of `downtime_reasons`.
pub(super) fn reason_of(row: &Row) -> Result<MasterOp, DbError> {
    let reason = Reason {
        id: row.get("id")?,
        code: row.get("code")?,
        name: row.get("name")?,
        category: row.get("category")?,
        is_planned: row.get("is_planned")?,
        is_critical: row.get("is_critical")?,
        is_active: row.get("is_active")?,
    };
    Ok(reason.into())
}

/// # Errors
/// When the database fails.
pub fn scrap_reason(tx: &Tx<'_>, id: ScrapReasonId) -> Result<Option<MasterOp>, DbError> {
    let row = one(tx, "SELECT * FROM scrap_reasons WHERE organization_id = $1 AND id = $2", id.0)?;
    row.as_ref().map(scrap_reason_of).transpose()
}

/// A row of `scrap_reasons`.
pub(super) fn scrap_reason_of(row: &Row) -> Result<MasterOp, DbError> {
    let reason = ScrapReason {
        id: row.get("id")?,
        code: row.get("code")?,
        name: row.get("name")?,
        category: row.get("category")?,
        is_active: row.get("is_active")?,
    };
    Ok(reason.into())
}

/// What a machine's tag tells, for the edges of its plant.
///
/// # Errors
/// When the database fails.
pub fn machine_tag(tx: &Tx<'_>, id: i64) -> Result<Option<MasterOp>, DbError> {
    let row = one(tx, "SELECT * FROM machine_tags WHERE organization_id = $1 AND id = $2", id)?;
    row.as_ref().map(machine_tag_of).transpose().map(|tag| tag.map(MasterOp::from))
}

/// A row of `machine_tags`.
pub(super) fn machine_tag_of(row: &Row) -> Result<MachineTag, DbError> {
    Ok(MachineTag {
        id: row.get("id")?,
        machine: row.get("machine_id")?,
        name: row.get("name")?,
        meaning: row.get("meaning")?,
        unit: row.get("unit")?,
        is_active: row.get("is_active")?,
    })
}

/// A person without password and hourly rate, which never leave the cloud.
///
/// # Errors
/// When the database fails.
pub fn user(tx: &Tx<'_>, id: UserId) -> Result<Option<MasterOp>, DbError> {
    let row = one(tx, "SELECT * FROM users WHERE organization_id = $1 AND id = $2", id.0)?;
    row.as_ref().map(|row| user_of(tx, row)).transpose()
}

/// A row of `users`.
pub(super) fn user_of(tx: &Tx<'_>, row: &Row) -> Result<MasterOp, DbError> {
    let user = User {
        id: row.get("id")?,
        name: row.get("name")?,
        email: row.get("email")?,
        // Edges know no roles of the organisation's own, only what those grant.
        roles: super::roles::held(tx, &roles(row)?)?,
        badge: row.get("badge")?,
        is_active: row.get("is_active")?,
    };
    Ok(user.into())
}

/// The roles in a row of `users`.
///
/// # Errors
/// When the column holds something else.
pub fn roles(row: &Row) -> Result<Vec<String>, DbError> {
    serde_json::from_str(&row.get::<String>("roles")?).map_err(|e| DbError::Failed(format!("roles of a user: {e}")))
}

/// # Errors
/// When the database fails.
pub fn work_order(tx: &Tx<'_>, id: WorkOrderId) -> Result<Option<MasterOp>, DbError> {
    one(tx, &format!("{WORK_ORDERS} AND w.id = $2"), id.0)?.as_ref().map(work_order_of).transpose()
}

/// Work orders with what they take from their product and their project.
pub(super) const WORK_ORDERS: &str =
    "SELECT w.*, p.name AS name_of_product, p.ideal_cycle_time_seconds AS cycle_of_product,
   j.project_number AS project_on_hold FROM work_orders w
 LEFT JOIN products p ON p.organization_id = w.organization_id AND p.id = w.product_id
 LEFT JOIN projects j ON j.organization_id = w.organization_id AND j.id = w.project_id AND j.status = 'on_hold'
 WHERE w.organization_id = $1";

/// Sends a work order and its terms to the edges of its plant.
///
/// # Errors
/// When the database fails.
pub fn send_work_order(tx: &WriteTx<'_>, id: WorkOrderId) -> Result<(), DbError> {
    let row = one(tx, &format!("{WORK_ORDERS} AND w.id = $2"), id.0)?;
    row.as_ref().map_or(Ok(()), |row| send_planned(tx, row))
}

/// Sends the work orders that are not done and are made of a product, when that changed.
///
/// # Errors
/// When the database fails.
pub fn send_work_orders_of_product(tx: &WriteTx<'_>, product: i64) -> Result<(), DbError> {
    let sql = format!("{WORK_ORDERS} AND w.product_id = $2 AND {OPEN} ORDER BY w.id");
    tx.query(&sql, params![tx.org(), product])?.iter().try_for_each(|row| send_planned(tx, row))
}

/// Sends the terms of a project's work orders that are not done, when it was put on hold or goes on.
///
/// # Errors
/// When the database fails.
pub fn send_terms_of_project(tx: &WriteTx<'_>, project: i64) -> Result<(), DbError> {
    let sql = format!("{WORK_ORDERS} AND w.project_id = $2 AND {OPEN} ORDER BY w.id");
    for row in tx.query(&sql, params![tx.org(), project])? {
        send(tx, row.get("plant_id")?, Some(terms_of(&row)?));
    }
    Ok(())
}

/// Sends the terms of all work orders that are not done and take something from a product or a project.
///
/// # Errors
/// When the database fails.
pub fn send_all_terms(tx: &WriteTx<'_>) -> Result<(), DbError> {
    let has_terms = "(p.ideal_cycle_time_seconds IS NOT NULL OR j.project_number IS NOT NULL)";
    let sql = format!("{WORK_ORDERS} AND {has_terms} AND {OPEN} ORDER BY w.id");
    for row in tx.query(&sql, params![tx.org()])? {
        send(tx, row.get("plant_id")?, Some(terms_of(&row)?));
    }
    Ok(())
}

/// Sends what edges of a cloud before schema 5 never heard of: cycles of shifts, scrap reasons.
///
/// # Errors
/// When the database fails.
pub fn send_all_of_version_5(tx: &WriteTx<'_>) -> Result<(), DbError> {
    let cycles = "SELECT * FROM shifts WHERE organization_id = $1 AND cycle_length_days IS NOT NULL ORDER BY id";
    for row in tx.query(cycles, params![tx.org()])? {
        let cycle = ShiftCycle { shift: row.get("id")?, cycle: calendar::cycle(&row)? };
        send(tx, row.get("plant_id")?, Some(cycle.into()));
    }
    for row in tx.query("SELECT * FROM scrap_reasons WHERE organization_id = $1 ORDER BY id", params![tx.org()])? {
        send_everywhere(tx, Some(scrap_reason_of(&row)?))?;
    }
    Ok(())
}

/// Sends what edges of a cloud before schema 6 never heard of: what tags of machines tell.
///
/// # Errors
/// When the database fails.
pub fn send_all_of_version_6(tx: &WriteTx<'_>) -> Result<(), DbError> {
    for row in tx.query("SELECT * FROM machine_tags WHERE organization_id = $1 ORDER BY id", params![tx.org()])? {
        send(tx, row.get("plant_id")?, Some(machine_tag_of(&row)?.into()));
    }
    Ok(())
}

const OPEN: &str = "w.status NOT IN ('completed', 'cancelled')";

fn send_planned(tx: &WriteTx<'_>, row: &Row) -> Result<(), DbError> {
    let plant = row.get("plant_id")?;
    send(tx, plant, Some(work_order_of(row)?));
    send(tx, plant, Some(terms_of(row)?));
    Ok(())
}

/// The terms in a row of [`WORK_ORDERS`].
pub(super) fn terms_of(row: &Row) -> Result<MasterOp, DbError> {
    let terms = WorkOrderTerms {
        work_order: row.get("id")?,
        ideal_cycle: row.get("cycle_of_product")?,
        on_hold: row.get("project_on_hold")?,
    };
    Ok(terms.into())
}

/// A row of [`WORK_ORDERS`].
pub(super) fn work_order_of(row: &Row) -> Result<MasterOp, DbError> {
    let code: String = row.get("status")?;
    let order = WorkOrder {
        id: row.get("id")?,
        number: row.get("work_order_number")?,
        title: row.get("title")?,
        product: row.get::<Option<String>>("product_name")?.or(row.get("name_of_product")?),
        lane: row.get("lane_id")?,
        machine: row.get("machine_id")?,
        ordered: row.get("quantity_ordered")?,
        status: WorkOrderStatus::from_code(&code).ok_or_else(|| wrong("status", &code))?,
        planned_start: row.get("planned_start")?,
        planned_end: row.get("planned_end")?,
        due: row.get("due_date")?,
    };
    Ok(order.into())
}
