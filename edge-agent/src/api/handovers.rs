//! What one shift leaves to the next (SHIFT-06, SHIFT-08, Q-057): written by the outgoing shift, acknowledged by
//! somebody of the incoming one. What may be done is `unison_rules::handover`'s to say.

use jiff::civil::Date;
use unison_api::error::ApiError;
use unison_api::handover::{
    DueShift, DueShifts, HandoverList, HandoverView, IssueView, NewHandover, NewOrderLeft, OrderLeftView,
};
use unison_api::production::{AllowedAction, Key};
use unison_core::calendar::Day;
use unison_core::facts::{HandoverAcknowledged, Issue, OrderLeft, ShiftHandedOver};
use unison_core::ids::{MachineId, ShiftId, UserId};
use unison_core::master::WorkOrderStatus;
use unison_core::shift::{ShiftCalendar, ShiftWindow};
use unison_core::span::Span;
use unison_core::time::{HOUR, Timestamp};
use unison_rules::handover::{self as rules, Known};
use unison_rules::logging;
use uuid::Uuid;

use super::caller::Caller;
use super::machines::is_shown;
use super::router::{Answer, Call, internal, json};
use super::{Api, not_stored, orders, present};
use crate::store::people::{self, Handover, HandoverFilter};
use crate::store::{Model, WorkOrderNow};

/// The permission to write and to acknowledge.
pub(super) const HANDOVER: &str = "shift_handovers:write";
pub(super) async fn due(call: Call) -> Answer {
    let now = call.api.store.now();
    let frame = call.api.store.model().frame(now);
    let mut windows = frame.calendar.windows(Span::new(now.plus(-rules::WITHIN), now.plus(1)));
    windows.sort_by_key(|w| std::cmp::Reverse(w.span.from));
    let asked: Vec<(ShiftId, Date)> = windows.iter().map(|w| (w.shift, w.date)).collect();
    let found = call.api.store.query(move |conn| {
        asked.into_iter().map(|(shift, date)| people::handover_of(conn, shift, Day(date))).collect()
    });
    let found: Vec<Option<Handover>> = found.await.map_err(not_stored)?;
    let model = call.api.store.model();
    let shown = |(w, handover): (&ShiftWindow, &Option<Handover>)| DueShift {
        shift_id: w.shift.0,
        shift_name: shift_name(&model, w.shift),
        date: Day(w.date),
        starts_at: w.span.from.into(),
        ends_at: w.span.to.into(),
        target_units: model.shifts.get(&w.shift).and_then(|s| s.target_units),
        handover: handover.as_ref().map(|h| view(&model, h, call.caller.as_ref())),
    };
    Ok(json(200, &DueShifts { shifts: windows.iter().zip(&found).map(shown).collect() }))
}

pub(super) async fn list(call: Call) -> Answer {
    let page = call.query.page()?;
    let shift: Option<i64> = call.query.value("shift_id", "must be the id of a shift")?;
    let date = call.query.get("date").map(Day::parse).transpose().map_err(|m| ApiError::field("date", m))?;
    let is_acknowledged: Option<bool> = call.query.value("acknowledged", "must be true or false")?;
    let filter = HandoverFilter { shift: shift.map(ShiftId), date, is_acknowledged };
    let (skip, take) = (u64::try_from(page.offset()).unwrap_or(0), u64::from(page.per_page));
    let found = call.api.store.query(move |conn| people::handovers(conn, filter, skip, take));
    let (rows, total) = found.await.map_err(not_stored)?;
    let model = call.api.store.model();
    let shift_handovers = rows.iter().map(|h| view(&model, h, call.caller.as_ref())).collect();
    Ok(json(200, &HandoverList { shift_handovers, total, page: page.page, per_page: page.per_page }))
}

pub(super) async fn one(call: Call) -> Answer {
    let found = named(&call).await?;
    Ok(json(200, &view(&call.api.store.model(), &found, call.caller.as_ref())))
}

pub(super) async fn write(call: Call) -> Answer {
    let body: NewHandover = call.json()?;
    let new = call.id_of_new(body.uuid)?;
    let (by, at) = (call.signed_on()?.user.id, call.api.store.now());
    let one_at_a_time = call.api.reporting.lock().await;
    let (shift, date) = (ShiftId(body.shift_id), body.date);
    let before = call.api.store.query(move |conn| people::handover_of(conn, shift, date)).await.map_err(not_stored)?;
    let id = before.as_ref().map_or(new, |before| before.written.id);
    let fact = written(&call.api.store.model(), &body, id, by, at)?;
    if let Some(before) = &before
        && is_said(&before.written, &fact)
    {
        return Ok(json(200, &view(&call.api.store.model(), before, call.caller.as_ref())));
    }
    if before.is_none() && stored(&call.api, id).await?.is_some() {
        return Err(ApiError::field("uuid", "is another handover's; make a new one"));
    }
    let window = window_of(&call.api.store.model().frame(at).calendar, shift, date);
    let replaces = body.replaces.map(|t| t.0);
    rules::write(before.as_ref().map(known).as_ref(), window.map(|w| w.span), replaces, at)?;
    let decided = call.api.store.decide(move |_| Ok::<_, ApiError>((vec![fact.into()], ())));
    decided.await.map_err(not_stored)??;
    drop(one_at_a_time);
    answer(&call, if before.is_some() { 200 } else { 201 }, id).await
}

pub(super) async fn acknowledge(call: Call) -> Answer {
    let one_at_a_time = call.api.reporting.lock().await;
    let found = named(&call).await?;
    let (id, by, at) = (found.written.id, call.signed_on()?.user.id, call.api.store.now());
    if rules::acknowledge(&known(&found), by)? {
        let fact = HandoverAcknowledged { id, by, at };
        let decided = call.api.store.decide(move |_| Ok::<_, ApiError>((vec![fact.into()], ())));
        decided.await.map_err(not_stored)??;
    }
    drop(one_at_a_time);
    answer(&call, 200, id).await
}

async fn answer(call: &Call, status: u16, id: Uuid) -> Answer {
    let found = stored(&call.api, id).await?;
    let found = found.ok_or_else(|| internal(format!("handover {id} is recorded but not found")))?;
    Ok(json(status, &view(&call.api.store.model(), &found, call.caller.as_ref())))
}

async fn named(call: &Call) -> Result<Handover, ApiError> {
    let id = Uuid::parse_str(call.path("id")).map_err(|_| ApiError::not_found("handover"))?;
    stored(&call.api, id).await?.ok_or_else(|| ApiError::not_found("handover"))
}

async fn stored(api: &Api, id: Uuid) -> Result<Option<Handover>, ApiError> {
    api.store.query(move |conn| people::one_handover(conn, id)).await.map_err(not_stored)
}

/// When a shift of a day was on.
fn window_of(calendar: &ShiftCalendar, shift: ShiftId, date: Day) -> Option<ShiftWindow> {
    // A shift begins on its day and lasts a day at most, in whatever zone and on days of 23 and of 25 hours.
    let noon = date.0.at(12, 0, 0, 0).to_zoned(calendar.zone.clone()).ok()?;
    let noon = Timestamp(noon.timestamp().as_microsecond());
    let near = Span::new(noon.plus(-24 * HOUR), noon.plus(48 * HOUR));
    calendar.windows(near).into_iter().find(|w| w.shift == shift && w.date == date.0)
}

/// What a request says, with what this box knows of the work orders that it names.
fn written(
    model: &Model,
    body: &NewHandover,
    id: Uuid,
    by: UserId,
    at: Timestamp,
) -> Result<ShiftHandedOver, ApiError> {
    let issues: Vec<&str> = body.issues.iter().map(|issue| issue.description.as_str()).collect();
    let named = body.wip_work_orders.as_deref().unwrap_or_default();
    let blocked: Vec<&str> = named.iter().map(|o| o.blocked_reason.as_deref().unwrap_or_default()).collect();
    rules::texts(&body.handover_notes, &issues, &blocked)?;
    if !model.shifts.contains_key(&ShiftId(body.shift_id)) {
        return Err(ApiError::field("shift_id", "there is no such shift"));
    }
    let strange = |i: &&IssueView| {
        i.machine_id.is_some_and(|id| !model.machines.get(&MachineId(id)).is_some_and(|m| is_shown(model, m)))
    };
    if body.issues.iter().any(|issue| strange(&issue)) {
        return Err(ApiError::field("issues", "names a machine that is not at this edge"));
    }
    let issue = |i: &IssueView| Issue { machine: i.machine_id.map(MachineId), text: i.description.trim().to_owned() };
    Ok(ShiftHandedOver {
        id,
        shift: ShiftId(body.shift_id),
        date: body.date,
        notes: body.handover_notes.trim().to_owned(),
        work_orders: left(model, body.wip_work_orders.as_deref())?,
        issues: body.issues.iter().map(issue).collect(),
        by,
        at,
    })
}

fn left(model: &Model, named: Option<&[NewOrderLeft]>) -> Result<Vec<OrderLeft>, ApiError> {
    let now = |w: &WorkOrderNow, blocked: Option<String>| OrderLeft {
        work_order: w.record.id,
        status: w.status,
        completed: w.completed,
        ordered: u64::from(w.record.ordered),
        blocked: blocked.or_else(|| w.on_hold.as_ref().map(|project| format!("Project {project} is on hold"))),
    };
    let Some(named) = named else {
        let is_open = |w: &&WorkOrderNow| matches!(w.status, WorkOrderStatus::InProgress | WorkOrderStatus::Paused);
        let open = model.work_orders.values().filter(is_open).take(rules::WORK_ORDERS_MAX);
        return Ok(open.map(|w| now(w, None)).collect());
    };
    let one = |o: &NewOrderLeft| {
        let wrong = |key: &Key| ApiError::field("wip_work_orders", format!("there is no work order {key}"));
        let w = orders::find(model, &o.work_order_id).ok_or_else(|| wrong(&o.work_order_id))?;
        let reason = o.blocked_reason.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(now(w, reason))
    };
    named.iter().map(one).collect()
}

/// A repeated call says what was said before.
fn is_said(before: &ShiftHandedOver, now: &ShiftHandedOver) -> bool {
    let names =
        |f: &ShiftHandedOver| -> Vec<_> { f.work_orders.iter().map(|o| (o.work_order, o.blocked.clone())).collect() };
    before.by == now.by && before.notes == now.notes && before.issues == now.issues && names(before) == names(now)
}

fn known(handover: &Handover) -> Known {
    Known {
        authors: handover.authors.clone(),
        written_at: handover.written.at,
        acknowledged_by: handover.acknowledged.map(|(by, _)| by),
    }
}

fn shift_name(model: &Model, shift: ShiftId) -> String {
    model.shifts.get(&shift).map_or_else(|| format!("Shift {shift}"), |s| s.name.clone())
}

fn view(model: &Model, handover: &Handover, caller: Option<&Caller>) -> HandoverView {
    let f = &handover.written;
    let order = |o: &OrderLeft| OrderLeftView {
        work_order_id: o.work_order.0,
        work_order_number: model
            .work_orders
            .get(&o.work_order)
            .map_or_else(|| o.work_order.to_string(), |w| w.record.number.clone()),
        status: o.status,
        percent_complete: logging::progress_percent(o.completed, o.ordered),
        quantity_completed: o.completed,
        quantity_ordered: o.ordered,
        blocked_reason: o.blocked.clone(),
    };
    let issue = |i: &Issue| IssueView { machine_id: i.machine.map(|m| m.0), description: i.text.clone() };
    HandoverView {
        id: f.id,
        shift_id: f.shift.0,
        shift_name: shift_name(model, f.shift),
        date: f.date,
        logged_by: present::person(model, f.by),
        logged_at: f.at.into(),
        handover_notes: f.notes.clone(),
        wip_work_orders: f.work_orders.iter().map(order).collect(),
        issues: f.issues.iter().map(issue).collect(),
        acknowledged_by: handover.acknowledged.map(|(by, _)| present::person(model, by)),
        acknowledged_at: handover.acknowledged.map(|(_, at)| at.into()),
        allowed_actions: allowed(handover, caller),
    }
}

/// What may be done. Nobody signed on counts as somebody who may: the page asks then.
fn allowed(handover: &Handover, caller: Option<&Caller>) -> Vec<AllowedAction> {
    let forbidden = caller
        .filter(|c| !c.may(HANDOVER))
        .map(|_| format!("Needs the permission {HANDOVER}; an administrator grants it"));
    let over = handover.acknowledged.map(|_| "It was acknowledged".to_owned());
    let by = caller.map(|c| c.user.id);
    let own = by.and_then(|by| rules::acknowledge(&known(handover), by).err());
    let read = over.clone().or_else(|| own.map(|refusal| present::reason(&refusal)));
    let action = |action: &str, reason: Option<String>| {
        let reason = forbidden.clone().or(reason);
        AllowedAction { action: action.to_owned(), allowed: reason.is_none(), reason }
    };
    vec![action("write", over), action("acknowledge", read)]
}
