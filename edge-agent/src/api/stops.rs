//! Stops: what stood, why, and reports of people (DOWN-01 to DOWN-04, Q-062).

use schemars::JsonSchema;
use serde::Deserialize;
use unison_api::error::ApiError;
use unison_api::machine::{DowntimeList, ReasonList};
use unison_core::activity::Mode;
use unison_core::facts::{DowntimeClassified, DowntimeClosed, DowntimeEscalated, DowntimeOpened, Fact, StopSource};
use unison_core::ids::{MachineId, ReasonId, UserId};
use unison_core::time::{Rfc3339, Timestamp};
use unison_rules::downtime as rules;
use uuid::Uuid;

use super::machines::{cut, is_shown};
use super::router::{Answer, Call, internal, json};
use super::{Api, not_stored, orders, present, stop_edits};
use crate::store::Model;
use crate::store::stops::{self, DowntimeFilter, DowntimeRow};

/// How far back a stop may be reported: as long as the edge keeps what it sent.
const REPORT_WITHIN: i64 = rules::EDITED_WITHIN;
/// The permission to change a reason that somebody else gave.
pub(super) const CLASSIFY: &str = "downtime:classify";

/// Body of `POST /downtime-events`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportStop {
    /// Made by the client so that a repeated call reports once.
    #[serde(default)]
    uuid: Option<Uuid>,
    machine_id: i64,
    /// Code of an active reason.
    downtime_reason_code: String,
    started_at: Rfc3339,
    /// Missing: the machine still stands.
    #[serde(default)]
    ended_at: Option<Rfc3339>,
    #[serde(default)]
    notes: Option<String>,
}

/// Body of `PATCH /downtime-events/{id}`: a reason, an end, or both.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassifyStop {
    /// Code of an active reason.
    #[serde(default)]
    pub(super) downtime_reason_code: Option<String>,
    /// The machine runs again since then. Only for a stop that somebody reported: signals end their own.
    #[serde(default)]
    pub(super) ended_at: Option<Rfc3339>,
    #[serde(default)]
    pub(super) notes: Option<String>,
}

pub(super) async fn list(call: Call) -> Answer {
    let page = call.query.page()?;
    let machine: Option<i64> = call.query.value("machine_id", "must be the id of a machine")?;
    let is_open: Option<bool> = call.query.value("open", "must be true or false")?;
    let has_range = call.query.get("from").is_some() || call.query.get("to").is_some();
    let range = if has_range { Some(call.query.range()?) } else { None };
    let filter = DowntimeFilter { machine: machine.map(MachineId), range, is_open };
    let (skip, take) = (u64::try_from(page.offset()).unwrap_or(0), u64::from(page.per_page));
    let (rows, total) =
        call.api.store.query(move |conn| stops::list(conn, filter, skip, take)).await.map_err(not_stored)?;
    let now = call.api.store.now();
    let model = call.api.store.model();
    let downtime_events = rows.iter().map(|r| present::downtime(&model, r, call.caller.as_ref(), now)).collect();
    Ok(json(200, &DowntimeList { downtime_events, total, page: page.page, per_page: page.per_page }))
}

pub(super) async fn one(call: Call) -> Answer {
    let id = Uuid::parse_str(call.path("id")).map_err(|_| ApiError::not_found("stop"))?;
    let row = stored(&call.api, id).await?.filter(|row| row.gone.is_none());
    let row = row.ok_or_else(|| ApiError::not_found("stop"))?;
    Ok(json(200, &present::downtime(&call.api.store.model(), &row, call.caller.as_ref(), call.api.store.now())))
}

pub(super) async fn reasons(call: Call) -> Answer {
    let page = call.query.page()?;
    let (downtime_reasons, total) = cut(present::reasons(&call.api.store.model()), page);
    Ok(json(200, &ReasonList { downtime_reasons, total, page: page.page, per_page: page.per_page }))
}

pub(super) async fn report(call: Call) -> Answer {
    let body: ReportStop = call.json()?;
    let notes = orders::note("notes", body.notes.clone())?;
    let id = call.id_of_new(body.uuid)?;
    let by = call.signed_on()?.user.id;
    let now = call.api.store.now();
    let one_at_a_time = call.api.reporting.lock().await;
    if let Some(row) = stored(&call.api, id).await? {
        return again(&call, &body, &row);
    }
    let decided =
        call.api.store.decide(move |model| Ok::<_, ApiError>((opened(model, &body, id, notes, by, now)?, ())));
    decided.await.map_err(not_stored)??;
    drop(one_at_a_time);
    let row = stored(&call.api, id).await?.ok_or_else(|| internal(format!("stop {id} is recorded but not found")))?;
    Ok(json(201, &present::downtime(&call.api.store.model(), &row, call.caller.as_ref(), now)))
}

async fn stored(api: &Api, id: Uuid) -> Result<Option<DowntimeRow>, ApiError> {
    api.store.query(move |conn| stops::one(conn, id)).await.map_err(not_stored)
}

/// The answer of a report that was recorded before. Its reason may have been changed since.
fn again(call: &Call, body: &ReportStop, row: &DowntimeRow) -> Answer {
    let by = call.signed_on()?.user.id;
    if row.machine.0 != body.machine_id || row.started_at != body.started_at.0 || row.opened_by != Some(by) {
        return Err(ApiError::new(
            409,
            "Cannot report downtime",
            "Another stop has this uuid; make a new uuid for a new stop",
        ));
    }
    Ok(json(200, &present::downtime(&call.api.store.model(), row, call.caller.as_ref(), call.api.store.now())))
}

/// What is recorded of a reported stop, or why nothing is. All wrong fields are named at once.
fn opened(
    model: &Model,
    body: &ReportStop,
    id: Uuid,
    note: Option<String>,
    by: UserId,
    now: Timestamp,
) -> Result<Vec<Fact>, ApiError> {
    let mut wrong = Vec::new();
    let machine = model.machines.get(&MachineId(body.machine_id)).filter(|m| is_shown(model, m));
    if machine.is_none() {
        wrong.push(("machine_id", "there is no such machine at this edge".to_owned()));
    }
    let reason = match reason(model, &body.downtime_reason_code) {
        Ok(reason) => Some(reason),
        Err(message) => {
            wrong.push(("downtime_reason_code", message));
            None
        }
    };
    let (started_at, ended_at) = (body.started_at.0, body.ended_at.map(|t| t.0));
    if started_at > now.plus(rules::AHEAD_MOST) {
        wrong.push(("started_at", "lies in the future".to_owned()));
    } else if now.since(started_at) > REPORT_WITHIN {
        wrong.push(("started_at", "lies more than 35 days ago".to_owned()));
    }
    match ended_at {
        Some(end) if end <= started_at => wrong.push(("ended_at", "must be after started_at".to_owned())),
        Some(end) if end > now.plus(rules::AHEAD_MOST) => wrong.push(("ended_at", "lies in the future".to_owned())),
        _ => {}
    }
    let (Some(machine), Some(reason), true) = (machine, reason, wrong.is_empty()) else {
        let detail = |(field, message): (&str, String)| unison_api::error::Detail { field: field.to_owned(), message };
        return Err(ApiError::invalid(wrong.into_iter().map(detail).collect()));
    };
    let refuse = |reason: String| Err(ApiError::new(409, "Cannot report downtime", reason));
    let code = &machine.record.code;
    if ended_at.is_none() {
        match (machine.record.mode, machine.downtimes.last()) {
            (Mode::Maintenance, _) => return refuse(format!("{code} is in maintenance")),
            (Mode::Decommissioned, _) => return refuse(format!("{code} is decommissioned")),
            (Mode::Production, Some(open)) => {
                return refuse(format!(
                    "{code} stands since {} already; give that stop the reason",
                    open.started_at.rfc3339()
                ));
            }
            (Mode::Production, None) => {}
        }
    }
    let open = DowntimeOpened {
        id,
        machine: machine.record.id,
        started_at,
        source: StopSource::Operator,
        reason: Some(reason),
        work_order: machine.work_order,
        by: Some(by),
        note,
    };
    let is_late = rules::escalates(started_at, ended_at.unwrap_or(now), false);
    let told = is_late.then(|| DowntimeEscalated { id, at: now }.into());
    let closed = ended_at.map(|ended_at| DowntimeClosed { id, ended_at }.into());
    Ok(std::iter::once(open.into()).chain(told).chain(closed).collect())
}

/// An active reason by its code.
pub(super) fn reason(model: &Model, code: &str) -> Result<ReasonId, String> {
    let code = code.trim();
    if code.is_empty() || code == "unclassified" {
        return Err("choose a reason".to_owned());
    }
    let found = model.reasons.values().find(|r| r.is_active && r.code == code);
    found.map(|r| r.id).ok_or_else(|| format!("\"{code}\" is no active reason; GET /downtime-reasons lists them"))
}

pub(super) async fn classify(call: Call) -> Answer {
    let body: ClassifyStop = call.json()?;
    let note = orders::note("notes", body.notes)?;
    let id = Uuid::parse_str(call.path("id")).map_err(|_| ApiError::not_found("stop"))?;
    let caller = call.signed_on()?;
    let by = caller.user.id;
    let at = call.api.store.now();
    let one_at_a_time = call.api.reporting.lock().await;
    let before = stored(&call.api, id).await?.ok_or_else(|| ApiError::not_found("stop"))?;
    if before.gone.is_some() {
        return Err(ApiError::new(409, "Cannot classify downtime", "This stop was voided or merged into another one"));
    }
    if body.downtime_reason_code.is_some() {
        stop_edits::need_reason_of_own(caller, &before)?;
    }
    if body.downtime_reason_code.is_none() && (body.ended_at.is_none() || note.is_some()) {
        return Err(ApiError::field("downtime_reason_code", "is required"));
    }
    let decided = call.api.store.decide(move |model| {
        let mut facts: Vec<Fact> = Vec::new();
        if let Some(code) = &body.downtime_reason_code {
            let reason = reason(model, code).map_err(|m| ApiError::field("downtime_reason_code", m))?;
            // Said twice is said once: a page that lost the answer sends it again.
            let is_said = before.reason == Some(reason)
                && before.classified_by == Some(by)
                && (note.is_none() || note == before.note);
            let fact = DowntimeClassified { id, reason, note, by, at };
            facts.extend((!is_said).then(|| fact.into()));
        }
        if let Some(Rfc3339(ended_at)) = body.ended_at {
            facts.extend(ended(model, &before, ended_at, at)?);
        }
        Ok::<_, ApiError>((facts, ()))
    });
    decided.await.map_err(not_stored)??;
    drop(one_at_a_time);
    let row = stored(&call.api, id).await?.ok_or_else(|| ApiError::not_found("stop"))?;
    Ok(json(200, &present::downtime(&call.api.store.model(), &row, call.caller.as_ref(), at)))
}

/// What is recorded when somebody says that a reported stop is over (DOWN-04); nothing when it was said before.
fn ended(model: &Model, row: &DowntimeRow, ended_at: Timestamp, now: Timestamp) -> Result<Vec<Fact>, ApiError> {
    let refuse = |reason: &str| Err(ApiError::new(409, "Cannot end downtime", reason));
    if row.ended_at == Some(ended_at) {
        return Ok(Vec::new());
    }
    if row.ended_at.is_some() || model.open_downtime(row.id).is_none() {
        return refuse("This stop has ended already");
    }
    if row.source != StopSource::Operator {
        return refuse("The machine's signals opened this stop; it ends when they see the machine run");
    }
    if ended_at <= row.started_at {
        return Err(ApiError::field("ended_at", "must be after started_at"));
    }
    if ended_at > now.plus(rules::AHEAD_MOST) {
        return Err(ApiError::field("ended_at", "lies in the future"));
    }
    // Reported late: nobody could be told while it went on.
    let is_late = rules::escalates(row.started_at, ended_at, row.escalated_at.is_some());
    let told = is_late.then(|| DowntimeEscalated { id: row.id, at: now }.into());
    Ok(told.into_iter().chain([DowntimeClosed { id: row.id, ended_at }.into()]).collect())
}
