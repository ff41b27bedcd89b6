//! Work orders: reads, and the verbs that this edge decides.

use unison_api::error::ApiError;
use unison_api::production::{Key, MoveWorkOrder, WorkOrderList};
use unison_core::activity::Mode;
use unison_core::facts::{WorkOrderMoved, WorkOrderVerb};
use unison_core::ids::{MachineId, UserId, WorkOrderId};
use unison_core::master::WorkOrderStatus;
use unison_core::time::Timestamp;

use super::machines::{codes, cut, is_shown};
use super::router::{Answer, Call, json};
use super::{not_stored, present};
use crate::store::{Model, WorkOrderNow};

/// Longest note in characters.
pub(super) const NOTE_CHARS_MAX: usize = 2_000;

pub(super) async fn list(call: Call) -> Answer {
    let page = call.query.page()?;
    let statuses = codes(call.query.get("status"), WorkOrderStatus::from_code)?;
    let machine: Option<i64> = call.query.value("machine_id", "must be the id of a machine")?;
    let search = call.query.get("search").unwrap_or_default().to_lowercase();
    let model = call.api.store.model();
    let has = |text: &str| text.to_lowercase().contains(&search);
    let mut found: Vec<&WorkOrderNow> = model
        .work_orders
        .values()
        .filter(|w| statuses.is_empty() || statuses.contains(&w.status))
        .filter(|w| machine.is_none_or(|m| w.machine == Some(MachineId(m))))
        .filter(|w| has(&w.record.number) || has(&w.record.title) || w.record.product.as_deref().is_some_and(has))
        .collect();
    found.sort_by_key(|w| {
        (present::rank(w.status), w.record.planned_start.is_none(), w.record.planned_start, w.record.id)
    });
    let (found, total) = cut(found, page);
    let work_orders = found.into_iter().map(|w| present::work_order(&model, w, call.caller.as_ref())).collect();
    Ok(json(200, &WorkOrderList { work_orders, total, page: page.page, per_page: page.per_page }))
}

pub(super) async fn one(call: Call) -> Answer {
    let model = call.api.store.model();
    let key = Key::Text(call.path("id").to_owned());
    let found = find(&model, &key).ok_or_else(|| ApiError::not_found("work order"))?;
    Ok(json(200, &present::work_order(&model, found, call.caller.as_ref())))
}

/// A work order by id or number.
pub(super) fn find<'a>(model: &'a Model, key: &Key) -> Option<&'a WorkOrderNow> {
    let by_id = |id: i64| model.work_orders.get(&WorkOrderId(id));
    match key {
        Key::Id(id) => by_id(*id),
        Key::Text(text) => model.work_order_by_number(text).or_else(|| by_id(text.parse().ok()?)),
    }
}

pub(super) async fn start(call: Call) -> Answer {
    act(call, WorkOrderVerb::Start).await
}

pub(super) async fn pause(call: Call) -> Answer {
    act(call, WorkOrderVerb::Pause).await
}

pub(super) async fn resume(call: Call) -> Answer {
    act(call, WorkOrderVerb::Resume).await
}

pub(super) async fn complete(call: Call) -> Answer {
    act(call, WorkOrderVerb::Complete).await
}

async fn act(call: Call, verb: WorkOrderVerb) -> Answer {
    let asked: MoveWorkOrder = call.json()?;
    let note = note("note", asked.note)?;
    let machine = asked.machine_id.map(MachineId);
    let by = call.signed_on()?.user.id;
    let key = Key::Text(call.path("id").to_owned());
    let at = call.api.store.now();
    let decided = call.api.store.decide(move |model| {
        let fact = moved(model, &key, verb, machine, note, by, at)?;
        let id = fact.work_order;
        Ok::<_, ApiError>((vec![fact.into()], id))
    });
    let id = decided.await.map_err(not_stored)??;
    let model = call.api.store.model();
    let now = model.work_orders.get(&id).ok_or_else(|| ApiError::not_found("work order"))?;
    Ok(json(200, &present::work_order(&model, now, call.caller.as_ref())))
}

/// What is recorded when somebody moves a work order, or why it cannot be.
fn moved(
    model: &Model,
    key: &Key,
    verb: WorkOrderVerb,
    machine: Option<MachineId>,
    note: Option<String>,
    by: UserId,
    at: Timestamp,
) -> Result<WorkOrderMoved, ApiError> {
    let w = find(model, key).ok_or_else(|| ApiError::not_found("work order"))?;
    present::may_move(model, w, verb)?;
    let machine = match verb {
        WorkOrderVerb::Start | WorkOrderVerb::Resume => machine_for(model, w, machine)?,
        WorkOrderVerb::Pause | WorkOrderVerb::Complete => w.machine,
    };
    Ok(WorkOrderMoved { work_order: w.record.id, verb, machine, by: Some(by), at, note, request: None })
}

/// The machine that a work order is to run on: the one asked for, the planned one, or the only one of its lane.
fn machine_for(model: &Model, w: &WorkOrderNow, asked: Option<MachineId>) -> Result<Option<MachineId>, ApiError> {
    let on_lane = |m: &&crate::store::MachineNow| is_shown(model, m) && m.record.lane == w.record.lane;
    let mut of_lane = model.machines.values().filter(|m| on_lane(m) && m.record.mode == Mode::Production);
    let only = match (of_lane.next(), of_lane.next()) {
        (Some(one), None) => Some(one.record.id),
        _ => None,
    };
    let Some(id) = asked.or(w.machine).or(only) else { return Ok(None) };
    let wrong = |message: String| Err(ApiError::field("machine_id", message));
    let Some(m) = model.machines.get(&id).filter(|m| is_shown(model, m)) else {
        return wrong(format!("machine {id} is not looked after by this edge"));
    };
    if asked.is_some() && w.record.lane.is_some() && !on_lane(&m) {
        return wrong(format!("{} is not on the lane of {}", m.record.code, w.record.number));
    }
    match m.record.mode {
        Mode::Production => Ok(Some(id)),
        Mode::Maintenance => wrong(format!("{} is in maintenance; choose another machine", m.record.code)),
        Mode::Decommissioned => wrong(format!("{} is decommissioned; choose another machine", m.record.code)),
    }
}

/// A note without blanks around it; none when empty.
pub(super) fn note(field: &str, text: Option<String>) -> Result<Option<String>, ApiError> {
    let text = text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    match text.as_ref().map(|t| t.chars().count()) {
        Some(n) if n > NOTE_CHARS_MAX => {
            Err(ApiError::field(field, format!("has {n} characters; at most {NOTE_CHARS_MAX} are kept")))
        }
        _ => Ok(text),
    }
}
