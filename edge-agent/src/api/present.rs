//! From what the store knows to the shapes of the API. Pure: facts in, views out.

use std::collections::BTreeMap;

use unison_api::Person;
use unison_api::figures::hundredths;
use unison_api::machine::{DowntimeView, MachineView, ReasonView, WorkOrderRef};
use unison_api::production::{AllowedAction, ProductionLogView, ScrapReasonView, ScrapView, WorkOrderView};
use unison_core::activity::{Activity, shown};
use unison_core::downtime::flags;
use unison_core::facts::{ScrapPart, StopSource, WorkOrderVerb};
use unison_core::ids::{MachineId, ReasonId, UserId};
use unison_core::master::WorkOrderStatus;
use unison_core::time::{MINUTE, SECOND, Timestamp};
use unison_rules::downtime::{self as rules, Seen};
use unison_rules::{Refusal, logging};

use super::caller::Caller;
use super::help;
use super::stops::CLASSIFY;
use crate::store::history::LogRow;
use crate::store::stops::DowntimeRow;
use crate::store::{Executor, MachineNow, Model, WorkOrderNow};

/// The permission to start, pause, resume and complete.
pub(super) const MOVE: &str = "work_orders:start";
/// The permission to log production.
pub(super) const LOG: &str = "production_logs:write";

/// What a machine's view needs beside the model.
pub(super) struct Around<'a> {
    pub edge_name: &'a str,
    /// Utilisation of the day so far, percent.
    pub utilisation: &'a BTreeMap<MachineId, f64>,
}

pub(super) fn machine(model: &Model, m: &MachineNow, around: &Around<'_>) -> MachineView {
    let work_order = model.current_work_order(m.record.id);
    let stop = m.downtimes.last();
    let reported_down = m.downtimes.iter().any(|d| d.source == StopSource::Operator);
    let shown = shown(m.activity, m.last_known, work_order.is_some(), m.record.mode, reported_down);
    let plant = model.plant.as_ref();
    let lane = m.record.lane.and_then(|l| model.lanes.get(&l));
    let ideal = model.ideal_cycle(m.record.id);
    MachineView {
        id: m.record.id.0,
        machine_code: m.record.code.clone(),
        name: m.record.name.clone(),
        plant_id: plant.map_or(0, |p| p.id.0),
        plant_name: plant.map_or_else(String::new, |p| p.name.clone()),
        lane_id: m.record.lane.map(|l| l.0),
        lane_name: lane.map(|l| l.name.clone()),
        status: shown.status,
        activity: m.activity,
        stale: shown.stale,
        waiting: shown.waiting,
        flags: shown.flags(m.has_unexplained_stop),
        since: m.since.map(Into::into),
        seen_at: m.seen_at.map(Into::into),
        downtime_reason: stop.map(|d| reason_name(model, d.reason)),
        open_downtime_id: stop.map(|d| d.id.to_string()),
        help_calls: m.help.iter().map(|h| help::open(model, m.record.id, h)).collect(),
        current_work_order: work_order
            .map(|w| WorkOrderRef { id: w.record.id.0, work_order_number: w.record.number.clone() }),
        capacity_units_per_hour: m.record.capacity_micro.map(micro),
        ideal_cycle_seconds: (ideal > 0).then(|| micro(ideal)),
        utilization_percent: around.utilisation.get(&m.record.id).copied(),
        last_maintenance_date: None,
        next_maintenance_due: None,
        edge: m.is_ours.then(|| around.edge_name.to_owned()),
    }
}

/// Millionths as a number.
#[expect(clippy::cast_precision_loss, reason = "values of the API are far below 2^53")]
pub(super) fn micro(millionths: i64) -> f64 {
    millionths as f64 / SECOND as f64
}

pub(super) fn reason_name(model: &Model, reason: Option<ReasonId>) -> String {
    match reason {
        None => "Unclassified".to_owned(),
        Some(id) => model.reasons.get(&id).map_or_else(|| format!("Reason {id}"), |r| r.name.clone()),
    }
}

/// Somebody by id; people who left stay named.
pub(super) fn person(model: &Model, id: UserId) -> Person {
    Person { id: id.0, name: model.users.get(&id).map_or_else(|| format!("User {id}"), |u| u.name.clone()) }
}

pub(super) fn work_order(model: &Model, w: &WorkOrderNow, caller: Option<&Caller>) -> WorkOrderView {
    let ordered = u64::from(w.record.ordered);
    let machine = w.machine.and_then(|m| model.machines.get(&m));
    WorkOrderView {
        id: w.record.id.0,
        work_order_number: w.record.number.clone(),
        title: w.record.title.clone(),
        product_name: w.record.product.clone(),
        status: w.status,
        plant_id: model.plant.as_ref().map_or(0, |p| p.id.0),
        lane_id: w.record.lane.map(|l| l.0),
        lane_name: w.record.lane.and_then(|l| model.lanes.get(&l)).map(|l| l.name.clone()),
        machine_id: w.machine.map(|m| m.0),
        machine_code: machine.map(|m| m.record.code.clone()),
        quantity_ordered: ordered,
        quantity_completed: w.completed,
        quantity_rejected: w.rejected,
        quantity_left: ordered.saturating_sub(w.completed),
        progress_percent: logging::progress_percent(w.completed, ordered),
        planned_start: w.record.planned_start.map(Into::into),
        planned_end: w.record.planned_end.map(Into::into),
        due_date: w.record.due.map(Into::into),
        started_at: w.started_at.map(Into::into),
        started_by: w.started_by.map(|u| person(model, u)),
        overrun: w.completed > ordered,
        allowed_actions: allowed_actions(model, w, caller),
    }
}

/// What may be done, and why not if not. Nobody signed on counts as somebody who may: the page asks then.
fn allowed_actions(model: &Model, w: &WorkOrderNow, caller: Option<&Caller>) -> Vec<AllowedAction> {
    use WorkOrderVerb as V;
    let forbidden = |permission| {
        caller
            .filter(|c| !c.may(permission))
            .map(|_| format!("Needs the permission {permission}; an administrator grants it"))
    };
    let action = |action: &str, permission, refusal: Option<Refusal>| {
        let reason = forbidden(permission).or_else(|| refusal.map(|r| reason(&r)));
        AllowedAction { action: action.to_owned(), allowed: reason.is_none(), reason }
    };
    let mut out: Vec<AllowedAction> =
        [("start", V::Start), ("pause", V::Pause), ("resume", V::Resume), ("complete", V::Complete)]
            .into_iter()
            .map(|(name, verb)| action(name, MOVE, may_move(model, w, verb).err()))
            .collect();
    out.push(action("log", LOG, may_log(w).err()));
    out
}

/// Whether a work order may be moved here and now.
pub(super) fn may_move(model: &Model, w: &WorkOrderNow, verb: WorkOrderVerb) -> Result<(), Refusal> {
    let refuse = |reason: String| Err(Refusal::NotNow { error: title(verb), reason });
    unison_rules::work_order::moved(verb, &Model::known(w))?;
    match model.executor(&w.record) {
        Executor::Here => {}
        Executor::Elsewhere(_) => {
            return refuse(format!("{} is executed by another edge of the plant; do it there", w.record.number));
        }
        Executor::Cloud => {
            return refuse(format!(
                "No machine of this edge is on the lane of {}; do it in the dashboard",
                w.record.number
            ));
        }
    }
    let untold = w.machine.and_then(|m| model.machines.get(&m)).and_then(|m| {
        let stop = m.downtimes.iter().find(|d| d.reason.is_none())?;
        Some((&m.record.code, stop))
    });
    match (verb, untold) {
        (WorkOrderVerb::Resume, Some((code, stop))) => refuse(format!(
            "{code} stands since {} and nobody said why; choose a reason first",
            stop.started_at.rfc3339()
        )),
        _ => Ok(()),
    }
}

const fn title(verb: WorkOrderVerb) -> &'static str {
    match verb {
        WorkOrderVerb::Start => "Cannot start work order",
        WorkOrderVerb::Pause => "Cannot pause work order",
        WorkOrderVerb::Resume => "Cannot resume work order",
        WorkOrderVerb::Complete => "Cannot complete work order",
    }
}

fn may_log(w: &WorkOrderNow) -> Result<(), Refusal> {
    let least = logging::Entry { completed: 1, rejected: 0, hours_micro: 1 };
    logging::accept(least, &known(w)).map(drop)
}

/// What the rules of logging must know.
pub(super) fn known(w: &WorkOrderNow) -> logging::Known {
    logging::Known {
        number: w.record.number.clone(),
        status: w.status,
        ordered: u64::from(w.record.ordered),
        completed: w.completed,
    }
}

pub(super) fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid(fields) => fields.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; "),
        Refusal::NotNow { reason, .. } => reason.clone(),
    }
}

/// Which page of work orders comes first: what is worked on, then by plan.
pub(super) const fn rank(status: WorkOrderStatus) -> u8 {
    match status {
        WorkOrderStatus::InProgress => 0,
        WorkOrderStatus::Paused => 1,
        WorkOrderStatus::Released => 2,
        WorkOrderStatus::Planned => 3,
        WorkOrderStatus::Completed => 4,
        WorkOrderStatus::Cancelled => 5,
    }
}

pub(super) fn downtime(model: &Model, row: &DowntimeRow, caller: Option<&Caller>, now: Timestamp) -> DowntimeView {
    let reason = row.reason.and_then(|id| model.reasons.get(&id));
    let code = match (row.reason, reason) {
        (None, _) => "unclassified".to_owned(),
        (Some(_), Some(r)) => r.code.clone(),
        (Some(id), None) => id.to_string(),
    };
    DowntimeView {
        id: row.id.to_string(),
        machine_id: row.machine.0,
        machine_code: model.machines.get(&row.machine).map_or_else(String::new, |m| m.record.code.clone()),
        started_at: row.started_at.into(),
        ended_at: row.ended_at.map(Into::into),
        duration_minutes: hundredths(row.ended_at.unwrap_or(now).since(row.started_at), MINUTE),
        reason_id: row.reason.map(|r| r.0),
        reason_code: code,
        downtime_reason: reason_name(model, row.reason),
        notes: row.note.clone(),
        source: match row.source {
            StopSource::Signal => "signal".to_owned(),
            StopSource::Operator => "operator".to_owned(),
        },
        classified_by: row.classified_by.map(|u| person(model, u)),
        is_critical: reason.is_some_and(|r| r.is_critical),
        alarm: row.alarm.as_ref().map(|(text, _)| text.clone()),
        suggested_reason_code: row
            .alarm
            .as_ref()
            .and_then(|(_, reason)| model.reasons.get(&(*reason)?))
            .map(|reason| reason.code.clone()),
        escalated_at: row.escalated_at.map(Into::into),
        flags: flags(row.source, row.ended_at.is_some(), row.reason.is_some()),
        allowed_actions: edits(row, caller, now),
    }
}

/// How a stop may be edited. Nobody signed on counts as somebody who may: the page asks then.
fn edits(row: &DowntimeRow, caller: Option<&Caller>, now: Timestamp) -> Vec<AllowedAction> {
    let is_theirs = |by: Option<UserId>| caller.is_none_or(|c| by.is_none_or(|by| by == c.user.id) || c.may(CLASSIFY));
    let forbidden = |is_theirs: bool| {
        (!is_theirs)
            .then(|| format!("Needs the permission {CLASSIFY}, because somebody else said so; a supervisor has it"))
    };
    let action = |action: &str, forbidden: Option<String>, judged: Result<(), Refusal>| {
        let reason = forbidden.or_else(|| judged.err().map(|r| reason(&r)));
        AllowedAction { action: action.to_owned(), allowed: reason.is_none(), reason }
    };
    let (reason_of_own, report_of_own) = (is_theirs(row.reason.and(row.classified_by)), is_theirs(row.opened_by));
    let middle = row.started_at.plus(row.ended_at.unwrap_or(now).since(row.started_at) / 2);
    let corrected = rules::correct(&row.stop, row.started_at, row.ended_at, Seen::default(), now);
    vec![
        action("classify", forbidden(reason_of_own), Ok(())),
        action("split", forbidden(reason_of_own), rules::split(&row.stop, middle, now)),
        action("correct", forbidden(report_of_own), corrected),
        action("void", forbidden(report_of_own), rules::void(&row.stop, Seen::default(), now)),
    ]
}

pub(super) fn reasons(model: &Model) -> Vec<ReasonView> {
    let view = |r: &unison_core::master::Reason| ReasonView {
        id: r.id.0,
        code: r.code.clone(),
        name: r.name.clone(),
        category: r.category.clone(),
        is_planned: r.is_planned,
        is_critical: r.is_critical,
    };
    let mut all: Vec<ReasonView> = model.reasons.values().filter(|r| r.is_active).map(view).collect();
    all.sort_by(|a, b| (&a.category, &a.name).cmp(&(&b.category, &b.name)));
    all
}

fn scrap(model: &Model, part: &ScrapPart) -> ScrapView {
    let reason = model.scrap_reasons.get(&part.reason);
    ScrapView {
        scrap_reason_code: reason.map_or_else(|| part.reason.to_string(), |r| r.code.clone()),
        scrap_reason: reason.map_or_else(|| format!("Scrap reason {}", part.reason), |r| r.name.clone()),
        quantity: u64::from(part.quantity),
    }
}

/// Active scrap reasons, by category and name.
pub(super) fn scrap_reasons(model: &Model) -> Vec<ScrapReasonView> {
    let view = |r: &unison_core::master::ScrapReason| ScrapReasonView {
        id: r.id.0,
        code: r.code.clone(),
        name: r.name.clone(),
        category: r.category.clone(),
    };
    let mut all: Vec<ScrapReasonView> = model.scrap_reasons.values().filter(|r| r.is_active).map(view).collect();
    all.sort_by(|a, b| (&a.category, &a.name).cmp(&(&b.category, &b.name)));
    all
}

pub(super) fn production_log(model: &Model, row: &LogRow) -> ProductionLogView {
    let order = model.work_orders.get(&row.work_order);
    let ordered = order.map_or(0, |w| u64::from(w.record.ordered));
    ProductionLogView {
        id: None,
        uuid: row.id,
        work_order_id: row.work_order.0,
        work_order_number: order.map_or_else(String::new, |w| w.record.number.clone()),
        machine_id: row.machine.map(|m| m.0),
        quantity_completed: u64::from(row.completed),
        quantity_rejected: u64::from(row.rejected),
        hours_worked: micro(row.hours_micro),
        notes: row.notes.clone(),
        scrap_reasons: row.scrap.iter().map(|part| scrap(model, part)).collect(),
        cumulative_completed: row.cumulative,
        quantity_ordered: ordered,
        progress_percent: logging::progress_percent(row.cumulative, ordered),
        material_cost_added: None,
        labor_cost_added: None,
        logged_at: row.at.into(),
        logged_by: person(model, row.by),
        message: logging::message(row.completed, row.hours_micro, row.cumulative, ordered),
    }
}

/// Whether an activity is one that a page shows as seen.
pub(super) const fn is_seen(activity: Activity) -> bool {
    !matches!(activity, Activity::NoData)
}
