//! Work orders on the shop floor (WO-02 T3 to T6, WO-14, WO-15, API-11, API-33). From release on the edge
//! of the work order's machine executes it: the cloud asks it and waits for its answer. Only
//! without such an edge the cloud moves a work order itself.

use super::{Wrong, need_plant};
use crate::db::{DbError, Row};
use crate::params;
use crate::resource::Map;
use crate::tenancy::{Topic, Tx, WriteTx};
use serde_json::{Value, json};
use std::collections::HashMap;
use unison_api::Person;
use unison_api::error::ApiError;
use unison_api::production::{AllowedAction, Key, MoveWorkOrder, WorkOrderView};
use unison_core::facts::{WorkOrderMoved, WorkOrderVerb};
use unison_core::ids::{LaneId, MachineId, PlantId, UserId, WorkOrderId};
use unison_core::master::{MasterOp, WorkOrderAsked, WorkOrderRequest, WorkOrderStatus};
use unison_core::time::{Rfc3339, Timestamp};
use unison_rules::{Refusal, logging, work_order};
use uuid::Uuid;

/// The permission for start, pause, resume and complete.
pub const MOVE: &str = "work_orders:start";
const NOTE_CHARS_MAX: usize = 1_000;

/// A work order as rules need it.
#[derive(Clone, Debug)]
pub struct WorkOrder {
    pub id: WorkOrderId,
    pub number: String,
    pub plant_id: PlantId,
    pub plant_uuid: Uuid,
    pub lane_id: Option<LaneId>,
    pub machine_id: Option<MachineId>,
    pub status: WorkOrderStatus,
    pub ordered: u64,
    pub completed: u64,
    /// Number of its project while that is on hold.
    pub on_hold: Option<String>,
}

impl WorkOrder {
    fn known(&self) -> work_order::Known {
        work_order::Known {
            number: self.number.clone(),
            status: self.status,
            has_lane: self.lane_id.is_some(),
            ordered: self.ordered,
            completed: self.completed,
            on_hold: self.on_hold.clone(),
        }
    }
}

const fn status_after(verb: WorkOrderVerb) -> WorkOrderStatus {
    match verb {
        WorkOrderVerb::Start | WorkOrderVerb::Resume => WorkOrderStatus::InProgress,
        WorkOrderVerb::Pause => WorkOrderStatus::Paused,
        WorkOrderVerb::Complete => WorkOrderStatus::Completed,
    }
}

/// A work order by id or number; none also when it belongs to somebody else.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &Tx<'_>, key: &Key) -> Result<Option<WorkOrder>, DbError> {
    // A number may look like an id; as a number in JSON or a path it is an id first.
    let (id, number) = match key {
        Key::Id(id) => (*id, id.to_string()),
        Key::Text(text) => (0, text.clone()),
    };
    let row = tx.query_one(
        "SELECT w.*, p.uuid AS plant_uuid, j.project_number AS project_on_hold FROM work_orders w
         JOIN plants p ON p.organization_id = w.organization_id AND p.id = w.plant_id
         LEFT JOIN projects j ON j.organization_id = w.organization_id AND j.id = w.project_id AND j.status = 'on_hold'
         WHERE w.organization_id = $1 AND (w.work_order_number = $3 OR w.id = $2)
         ORDER BY w.id = $2 DESC LIMIT 1",
        params![tx.org(), id, number],
    )?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<WorkOrder, DbError> {
    Ok(WorkOrder {
        id: row.get("id")?,
        number: row.get("work_order_number")?,
        plant_id: row.get("plant_id")?,
        plant_uuid: row.get("plant_uuid")?,
        lane_id: row.get("lane_id")?,
        machine_id: row.get("machine_id")?,
        status: status(row)?,
        ordered: row.get("quantity_ordered")?,
        completed: row.get("quantity_completed")?,
        on_hold: row.get("project_on_hold")?,
    })
}

fn status(row: &Row) -> Result<WorkOrderStatus, DbError> {
    let code: String = row.get("status")?;
    WorkOrderStatus::from_code(&code).ok_or_else(|| DbError::Failed(format!("there is no status {code}")))
}

/// What became of a wish to move a work order.
#[derive(Debug)]
pub enum Moved {
    /// Done here.
    Done(Box<WorkOrderView>),
    /// The edge was asked; its answer comes under this id.
    Asked { request: Uuid, edge: String },
}

/// Starts, pauses, resumes or completes for the caller.
///
/// # Errors
/// What the rules refuse.
pub fn move_order(tx: &WriteTx<'_>, key: &Key, verb: WorkOrderVerb, wanted: &MoveWorkOrder) -> Result<Moved, Wrong> {
    let user = UserId(tx.caller().signed_on().ok_or_else(|| ApiError::forbidden(MOVE))?.user_id);
    let order = find(tx, key)?.ok_or_else(|| ApiError::not_found("work order"))?;
    need_plant(tx, order.plant_id)?;
    if wanted.note.as_ref().is_some_and(|n| n.chars().count() > NOTE_CHARS_MAX) {
        return Err(ApiError::field("note", format!("may have {NOTE_CHARS_MAX} characters")).into());
    }
    let machine = match wanted.machine_id.map(MachineId) {
        Some(id) if super::machines::plant_of(tx, id)? != Some(order.plant_id) => {
            return Err(ApiError::field(
                "machine_id",
                format!("there is no machine {id} in the plant of this work order"),
            )
            .into());
        }
        Some(id) => Some(id),
        None => order.machine_id,
    };
    if let Some(edge) = edge_of(tx, machine, order.lane_id)? {
        // What only the cloud decides is refused at once; the rest the edge knows better.
        let is_held = verb == WorkOrderVerb::Start && order.on_hold.is_some();
        if is_held || matches!(order.status, WorkOrderStatus::Planned | WorkOrderStatus::Cancelled) {
            work_order::moved(verb, &order.known())?;
        }
        return ask(tx, &order, verb, user, wanted, edge).map_err(Wrong::from);
    }
    work_order::moved(verb, &order.known())?;
    let before = view(tx, order.id)?;
    let fact = WorkOrderMoved {
        work_order: order.id,
        verb,
        machine,
        by: Some(user),
        at: tx.now(),
        note: wanted.note.clone(),
        request: None,
    };
    apply(tx, &fact, order.plant_uuid)?;
    if let Some(op) = super::master::work_order(tx, order.id)? {
        tx.to_plant(order.plant_id, op);
    }
    let after = view(tx, order.id)?.ok_or_else(|| DbError::Failed("the work order is gone".into()))?;
    tx.audit("work_order", order.id, verb.code(), before.as_ref(), Some(&after))?;
    Ok(Moved::Done(Box::new(after)))
}

/// The edge that executes a work order.
pub struct Executing {
    id: i64,
    uuid: Uuid,
    pub name: String,
}

/// The edge of the machine, or of a machine on the lane.
///
/// # Errors
/// When the database fails.
pub fn edge_of(tx: &Tx<'_>, machine: Option<MachineId>, lane: Option<LaneId>) -> Result<Option<Executing>, DbError> {
    let row = tx.query_one(
        "SELECT e.id, e.uuid, e.name FROM machines m JOIN edges e ON e.organization_id = m.organization_id AND e.id = m.edge_id
         WHERE m.organization_id = $1 AND e.state <> 'revoked' AND (m.id = $2 OR m.lane_id = $3)
         ORDER BY CASE WHEN m.id = $2 THEN 0 ELSE 1 END, m.id LIMIT 1",
        params![tx.org(), machine.map_or(0, |m| m.0), lane.map_or(0, |l| l.0)],
    )?;
    row.map(|r| Ok(Executing { id: r.get("id")?, uuid: r.get("uuid")?, name: r.get("name")? })).transpose()
}

/// Asks one edge by name: others of the plant may believe for a while that they execute the work order.
fn ask(
    tx: &WriteTx<'_>,
    order: &WorkOrder,
    verb: WorkOrderVerb,
    user: UserId,
    wanted: &MoveWorkOrder,
    edge: Executing,
) -> Result<Moved, DbError> {
    let request = Uuid::now_v7();
    tx.execute(
        "INSERT INTO work_order_requests (organization_id, uuid, work_order_id, verb, edge_id, machine_id, note, user_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            tx.org(), request, order.id, verb.code(), edge.id, wanted.machine_id, wanted.note.clone(), user, tx.now()
        ],
    )?;
    let op = WorkOrderRequest {
        request,
        work_order: order.id,
        verb,
        machine: wanted.machine_id.map(MachineId),
        by: user,
        at: tx.now(),
        note: wanted.note.clone(),
    };
    tx.to_plant(order.plant_id, MasterOp::from(WorkOrderAsked { request: op, edge: edge.uuid }));
    let asked = json!({"verb": verb.code(), "edge": edge.name, "request": request});
    tx.audit("work_order", order.id, "request", None::<&()>, Some(&asked))?;
    Ok(Moved::Asked { request, edge: edge.name })
}

/// How the edge answered a request of [`Moved::Asked`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    NotYet,
    Done,
    Refused(String),
}

/// # Errors
/// When the database fails.
pub fn answer(tx: &Tx<'_>, request: Uuid) -> Result<Answered, DbError> {
    let sql = "SELECT state, reason FROM work_order_requests WHERE organization_id = $1 AND uuid = $2";
    let Some(row) = tx.query_one(sql, params![tx.org(), request])? else { return Ok(Answered::NotYet) };
    let reason: Option<String> = row.get("reason")?;
    Ok(match row.get::<String>("state")?.as_str() {
        "done" => Answered::Done,
        "refused" => Answered::Refused(reason.unwrap_or_else(|| "The edge refused it".into())),
        _ => Answered::NotYet,
    })
}

/// The status of a work order that nothing can be done to any more (WO-02, WO-05).
///
/// # Errors
/// When the database fails.
pub fn ended(tx: &Tx<'_>, id: WorkOrderId) -> Result<Option<WorkOrderStatus>, DbError> {
    let sql = "SELECT status FROM work_orders WHERE organization_id = $1 AND id = $2";
    let found = tx.query_one(sql, params![tx.org(), id])?.as_ref().map(status).transpose()?;
    Ok(found.filter(|s| matches!(s, WorkOrderStatus::Completed | WorkOrderStatus::Cancelled)))
}

/// Takes over what was done to a work order, here or at an edge: the move, the status, and the answer to
/// the request it names. What happened is not judged again. False when there is no such work order.
///
/// # Errors
/// When the database fails.
pub fn apply(tx: &WriteTx<'_>, fact: &WorkOrderMoved, origin: Uuid) -> Result<bool, DbError> {
    let after = status_after(fact.verb);
    let (is_start, is_end) = (fact.verb == WorkOrderVerb::Start, fact.verb == WorkOrderVerb::Complete);
    let moved = tx.execute(
        "UPDATE work_orders SET status = $3, machine_id = coalesce($4, machine_id),
           started_at = CASE WHEN $5 = 1 THEN $6 ELSE started_at END, started_by = CASE WHEN $5 = 1 THEN $7 ELSE started_by END,
           completed_at = CASE WHEN $8 = 1 THEN $6 ELSE completed_at END, version = version + 1, updated_at = $9
         WHERE organization_id = $1 AND id = $2",
        params![tx.org(), fact.work_order, after.code(), fact.machine, is_start, fact.at, fact.by, is_end, tx.now()],
    )?;
    if moved == 0 {
        return Ok(false);
    }
    let pos = tx.next_pos()?;
    tx.execute(
        "INSERT INTO work_order_moves (organization_id, pos, work_order_id, verb, machine_id, user_id, at, note, origin)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![tx.org(), pos, fact.work_order, fact.verb.code(), fact.machine, fact.by, fact.at, fact.note.clone(), origin],
    )?;
    if let Some(request) = fact.request {
        close_request(tx, request, "done", None)?;
    }
    tx.changed(Topic::WorkOrders);
    if let Some(machine) = fact.machine {
        tx.changed(Topic::Machine(machine));
    }
    Ok(true)
}

/// The edge answered a request: "done", or "refused" with its reason. The first answer counts.
///
/// # Errors
/// When the database fails.
pub fn close_request(tx: &WriteTx<'_>, request: Uuid, state: &str, reason: Option<&str>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE work_order_requests SET state = $3, reason = $4 WHERE organization_id = $1 AND uuid = $2 AND state = 'open'",
        params![tx.org(), request, state, reason],
    )?;
    tx.changed(Topic::WorkOrderRequest(request));
    Ok(())
}

const VIEW: &str = "SELECT w.*, l.name AS lane_name, m.machine_code, u.name AS user_name, p.name AS name_of_product,
   j.project_number AS project_on_hold FROM work_orders w
 LEFT JOIN products p ON p.organization_id = w.organization_id AND p.id = w.product_id
 LEFT JOIN projects j ON j.organization_id = w.organization_id AND j.id = w.project_id AND j.status = 'on_hold'
 LEFT JOIN lanes l ON l.organization_id = w.organization_id AND l.id = w.lane_id
 LEFT JOIN machines m ON m.organization_id = w.organization_id AND m.id = w.machine_id
 LEFT JOIN users u ON u.organization_id = w.organization_id AND u.id = w.started_by
 WHERE w.organization_id = $1";

/// A work order as the API shows it.
///
/// # Errors
/// When the database fails.
pub fn view(tx: &Tx<'_>, id: WorkOrderId) -> Result<Option<WorkOrderView>, DbError> {
    let row = tx.query_one(&format!("{VIEW} AND w.id = $2"), params![tx.org(), id])?;
    row.as_ref().map(|row| present(tx, row)).transpose()
}

/// Adds to records of the engine what the shop floor adds to a plan: figures, people, and what can be done.
///
/// # Errors
/// When the database fails.
pub fn enrich(tx: &Tx<'_>, records: &mut [Map]) -> Result<(), DbError> {
    let ids: Vec<_> = records.iter().filter_map(|r| r.get("id")?.as_i64()).map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut views = HashMap::new();
    for row in tx.query(&format!("{VIEW} AND w.id IN ({})", ids.join(", ")), params![tx.org()])? {
        let view = present(tx, &row)?;
        views.insert(view.id, view);
    }
    for record in records {
        let Some(view) = record.get("id").and_then(Value::as_i64).and_then(|id| views.remove(&id)) else { continue };
        let Ok(Value::Object(view)) = serde_json::to_value(view) else { continue };
        for (name, value) in view {
            match (record.get_mut(&name), value) {
                // The engine knows the plan's verbs, the view those of the shop floor.
                (Some(Value::Array(actions)), Value::Array(more)) if name == "allowed_actions" => actions.extend(more),
                (_, value) => drop(record.insert(name, value)),
            }
        }
    }
    Ok(())
}

fn present(tx: &Tx<'_>, row: &Row) -> Result<WorkOrderView, DbError> {
    let (ordered, completed): (u64, u64) = (row.get("quantity_ordered")?, row.get("quantity_completed")?);
    let time = |column: &str| row.get::<Option<Timestamp>>(column).map(|t| t.map(Rfc3339::from));
    let lane_id: Option<i64> = row.get("lane_id")?;
    let known = work_order::Known {
        number: row.get("work_order_number")?,
        status: status(row)?,
        has_lane: lane_id.is_some(),
        ordered,
        completed,
        on_hold: row.get("project_on_hold")?,
    };
    let started_by: Option<i64> = row.get("started_by")?;
    let name: Option<String> = row.get("user_name")?;
    Ok(WorkOrderView {
        id: row.get("id")?,
        work_order_number: known.number.clone(),
        title: row.get("title")?,
        product_name: row.get::<Option<String>>("product_name")?.or(row.get("name_of_product")?),
        status: known.status,
        plant_id: row.get("plant_id")?,
        lane_id,
        lane_name: row.get("lane_name")?,
        machine_id: row.get("machine_id")?,
        machine_code: row.get("machine_code")?,
        quantity_ordered: ordered,
        quantity_completed: completed,
        quantity_rejected: row.get("quantity_rejected")?,
        quantity_left: ordered.saturating_sub(completed),
        progress_percent: logging::progress_percent(completed, ordered),
        planned_start: time("planned_start")?,
        planned_end: time("planned_end")?,
        due_date: time("due_date")?,
        started_at: time("started_at")?,
        started_by: started_by.zip(name).map(|(id, name)| Person { id, name }),
        overrun: completed > ordered,
        allowed_actions: allowed_actions(tx, &known),
    })
}

/// What the caller may do now, and why not: the page disables a button and says why.
fn allowed_actions(tx: &Tx<'_>, known: &work_order::Known) -> Vec<AllowedAction> {
    let action = |action: &str, permission: &str, refused: Option<Refusal>| {
        let reason = if tx.caller().may(permission) {
            refused.map(|r| match r {
                Refusal::NotNow { reason, .. } => reason,
                Refusal::Invalid(_) => r.to_string(),
            })
        } else {
            Some(unison_rules::rbac::missing(permission))
        };
        AllowedAction { action: action.to_owned(), allowed: reason.is_none(), reason }
    };
    let mut out: Vec<_> =
        WorkOrderVerb::ALL.into_iter().map(|v| action(v.code(), MOVE, work_order::moved(v, known).err())).collect();
    let log = logging::Known {
        number: known.number.clone(),
        status: known.status,
        ordered: known.ordered,
        completed: known.completed,
    };
    // One unit in one hour stands for any log: what it may not do, none may.
    let entry = logging::Entry { completed: 1, rejected: 0, hours_micro: logging::HOUR_MICRO };
    let refused = logging::accept(entry, &log).err().map(|r| match r {
        Refusal::Invalid(_) => {
            Refusal::NotNow { error: "Cannot log production", reason: format!("all {} units are logged", log.ordered) }
        }
        not_now @ Refusal::NotNow { .. } => not_now,
    });
    out.push(action("log", "production_logs:write", refused));
    out
}

/// The refusal of an edge as the API says it.
#[must_use]
pub fn refused_by_edge(verb: WorkOrderVerb, reason: String) -> ApiError {
    ApiError::new(400, &format!("Cannot {} work order", verb.code()), reason)
}

#[cfg(test)]
#[path = "work_orders_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "work_orders_tests.rs"]
#[expect(clippy::duplicate_mod, reason = "the same tests on the other database")]
mod on_postgres;
