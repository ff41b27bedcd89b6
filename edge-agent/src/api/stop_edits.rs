//! Stops edited after the fact: reasons given late, stops split, merged, corrected, voided. Each edit says what it
//! does to the figures, before it is saved (`?preview=true`) and after; each is a fact, and the history of a stop
//! can be read. What may be edited is `unison_rules::downtime`'s to say.

use unison_api::downtime::{
    CorrectStop, DowntimeChange, DowntimeHistory, EditAnswer, FigureChange, MergeStop, SplitStop, VoidStop,
};
use unison_api::error::ApiError;
use unison_api::figures::FigureRow;
use unison_core::downtime::{Gone, Stop, after};
use unison_core::facts::{
    DowntimeClassified, DowntimeCorrected, DowntimeEscalated, DowntimeMerged, DowntimeSplit, DowntimeVoided, Fact,
    StopSource,
};
use unison_core::ids::{MachineId, ReasonId};
use unison_core::span::{Span, Spans};
use unison_core::time::{SECOND, Timestamp};
use unison_rules::downtime::{self as rules, Seen};
use uuid::Uuid;

use super::caller::Caller;
use super::router::{Answer, Call, json};
use super::stops::{CLASSIFY, ClassifyStop, reason};
use super::{Api, not_stored, orders, present};
use crate::store::history;
use crate::store::stops::{self, DowntimeRow, Moved};

/// An edit that may be made.
struct Edit {
    machine: MachineId,
    /// The stops that it is about, new ones included.
    ids: Vec<Uuid>,
    facts: Vec<Fact>,
}

pub(super) async fn classify(call: Call) -> Answer {
    let body: ClassifyStop = call.json()?;
    let note = orders::note("notes", body.notes)?;
    let one_at_a_time = call.api.reporting.lock().await;
    let row = named(&call).await?;
    let (caller, at) = (call.signed_on()?, call.api.store.now());
    if body.ended_at.is_some() {
        return Err(ApiError::field(
            "ended_at",
            "is no part of a reason; end the stop with PATCH, or correct its times",
        ));
    }
    let Some(code) = body.downtime_reason_code else {
        return Err(ApiError::field("downtime_reason_code", "is required"));
    };
    need_reason_of_own(caller, &row)?;
    let reason = reason_of(&call.api, "downtime_reason_code", &code)?;
    let is_said = row.reason == Some(reason) && row.classified_by == Some(caller.user.id) && note.is_none();
    let fact = DowntimeClassified { id: row.id, reason, note, by: caller.user.id, at };
    let facts = if is_said { vec![] } else { vec![fact.into()] };
    let answer = make(&call, Edit { machine: row.machine, ids: vec![row.id], facts }).await;
    drop(one_at_a_time);
    answer
}

pub(super) async fn split(call: Call) -> Answer {
    let body: SplitStop = call.json()?;
    let note = orders::note("notes", body.notes)?;
    let one_at_a_time = call.api.reporting.lock().await;
    let row = named(&call).await?;
    let (caller, at) = (call.signed_on()?, call.api.store.now());
    need_reason_of_own(caller, &row)?;
    let (by, cut, new) = (caller.user.id, body.at.0, call.id_of_new(body.uuid)?);
    let first = optional_reason(&call.api, "first_reason_code", body.first_reason_code.as_deref());
    let second = optional_reason(&call.api, "second_reason_code", body.second_reason_code.as_deref());
    let (first, second) = (first?, second?);
    let mut edit = Edit { machine: row.machine, ids: vec![row.id, new], facts: vec![] };
    match stored(&call.api, new).await? {
        // A repeated call: it was cut before.
        Some(known) if known.machine == row.machine && known.started_at == cut => {}
        Some(_) => return Err(ApiError::field("uuid", "is another stop's; make a new one")),
        None => {
            rules::split(&row.stop, cut, known_until(&call.api, &row, at))?;
            edit.facts.push(DowntimeSplit { id: row.id, cut, new, by, at, note }.into());
            for (id, reason) in [(row.id, first), (new, second)] {
                let fact = reason.map(|reason| DowntimeClassified { id, reason, note: None, by, at }.into());
                edit.facts.extend(fact);
            }
        }
    }
    let answer = make(&call, edit).await;
    drop(one_at_a_time);
    answer
}

pub(super) async fn merge(call: Call) -> Answer {
    let body: MergeStop = call.json()?;
    let note = orders::note("notes", body.notes)?;
    let one_at_a_time = call.api.reporting.lock().await;
    let row = named(&call).await?;
    let (caller, at) = (call.signed_on()?, call.api.store.now());
    let other = stored(&call.api, body.with).await?;
    let other = other.ok_or_else(|| ApiError::field("with", "there is no such stop"))?;
    let mut edit = Edit { machine: row.machine, ids: vec![row.id, other.id], facts: vec![] };
    if other.gone != Some(Gone::Merged(row.id)) {
        need_reason_of_own(caller, &row)?;
        need_reason_of_own(caller, &other)?;
        rules::merge(&row.stop, &other.stop, at)?;
        edit.facts.push(DowntimeMerged { id: row.id, other: other.id, by: caller.user.id, at, note }.into());
    }
    let answer = make(&call, edit).await;
    drop(one_at_a_time);
    answer
}

pub(super) async fn correct(call: Call) -> Answer {
    let body: CorrectStop = call.json()?;
    let note = orders::note("notes", body.notes)?;
    let one_at_a_time = call.api.reporting.lock().await;
    let row = named(&call).await?;
    let (caller, at) = (call.signed_on()?, call.api.store.now());
    need_report_of_own(caller, &row)?;
    let (started_at, ended_at) = (body.started_at.0, body.ended_at.map(|t| t.0));
    let mut edit = Edit { machine: row.machine, ids: vec![row.id], facts: vec![] };
    if (row.started_at, row.ended_at) != (started_at, ended_at) {
        let seen = seen(&call.api, &row, Span::new(started_at, ended_at.unwrap_or(at)), at).await?;
        rules::correct(&row.stop, started_at, ended_at, seen, at)?;
        let by = caller.user.id;
        edit.facts.push(DowntimeCorrected { id: row.id, started_at, ended_at, by, at, note }.into());
    }
    let answer = make(&call, edit).await;
    drop(one_at_a_time);
    answer
}

pub(super) async fn void(call: Call) -> Answer {
    let body: VoidStop = call.json()?;
    let note = orders::note("notes", body.notes)?;
    let one_at_a_time = call.api.reporting.lock().await;
    let row = named(&call).await?;
    let (caller, at) = (call.signed_on()?, call.api.store.now());
    need_report_of_own(caller, &row)?;
    let mut edit = Edit { machine: row.machine, ids: vec![row.id], facts: vec![] };
    if row.gone != Some(Gone::Voided) {
        let seen = seen(&call.api, &row, Span::new(at, at), at).await?;
        rules::void(&row.stop, seen, at)?;
        edit.facts.push(DowntimeVoided { id: row.id, by: caller.user.id, at, note }.into());
    }
    let answer = make(&call, edit).await;
    drop(one_at_a_time);
    answer
}

/// The stop of a path.
async fn named(call: &Call) -> Result<DowntimeRow, ApiError> {
    let id = Uuid::parse_str(call.path("id")).map_err(|_| ApiError::not_found("stop"))?;
    stored(&call.api, id).await?.ok_or_else(|| ApiError::not_found("stop"))
}

async fn stored(api: &Api, id: Uuid) -> Result<Option<DowntimeRow>, ApiError> {
    api.store.query(move |conn| stops::one(conn, id)).await.map_err(not_stored)
}

/// A reason that somebody else gave is a supervisor's to change.
pub(super) fn need_reason_of_own(caller: &Caller, row: &DowntimeRow) -> Result<(), ApiError> {
    let is_anothers = row.reason.is_some() && row.classified_by.is_some_and(|by| by != caller.user.id);
    if is_anothers && !caller.may(CLASSIFY) { Err(ApiError::forbidden(CLASSIFY)) } else { Ok(()) }
}

/// What somebody else reported is a supervisor's to correct.
fn need_report_of_own(caller: &Caller, row: &DowntimeRow) -> Result<(), ApiError> {
    let is_own = row.opened_by.is_none_or(|by| by == caller.user.id);
    if is_own || caller.may(CLASSIFY) { Ok(()) } else { Err(ApiError::forbidden(CLASSIFY)) }
}

/// Up to when it is known what a stop was: of one that signals hold open the last moments may yet turn out to be
/// none of it.
fn known_until(api: &Api, row: &DowntimeRow, now: Timestamp) -> Timestamp {
    match (row.ended_at, row.source) {
        (None, StopSource::Signal) => now.min(api.store.model().observed_until),
        (None, StopSource::Operator) | (Some(_), _) => now,
    }
}

/// What signals saw in the time of a stop that is not in `kept`.
async fn seen(api: &Api, row: &DowntimeRow, kept: Span, now: Timestamp) -> Result<Seen, ApiError> {
    let (machine, whole) = (row.machine, Span::new(row.started_at, row.ended_at.unwrap_or(now)));
    let code = api.store.model().machines.get(&machine).map(|m| m.record.code.clone());
    let config = api.context.config.machines.iter().find(|m| Some(&*m.code) == code.as_deref());
    let limit = i64::from(config.map_or(60, |m| m.micro_stop_seconds)) * SECOND;
    let line = api.store.query(move |conn| history::timeline(conn, machine, whole, now)).await.map_err(not_stored)?;
    let given_up = Spans::of([whole]).subtract(&Spans::of([kept]));
    let standing = line.spans(unison_core::activity::Activity::is_stop).intersect(&given_up);
    Ok(Seen { standing: standing.as_slice().iter().map(|span| span.len()).max().unwrap_or(0), limit })
}

fn reason_of(api: &Api, field: &'static str, code: &str) -> Result<ReasonId, ApiError> {
    reason(&api.store.model(), code).map_err(|message| ApiError::field(field, message))
}

fn optional_reason(api: &Api, field: &'static str, code: Option<&str>) -> Result<Option<ReasonId>, ApiError> {
    code.map(|code| reason_of(api, field, code)).transpose()
}

/// Saves an edit, or with `?preview=true` only says what it would do.
async fn make(call: &Call, edit: Edit) -> Answer {
    let api = &call.api;
    let is_saved = call.query.get("preview") != Some("true");
    let now = api.store.now();
    let frame = api.store.model().frame(now);
    let (machine, ids, facts) = (edit.machine, edit.ids.clone(), edit.facts.clone());
    let found = api.store.query(move |conn| {
        let rows: Vec<DowntimeRow> =
            ids.iter().filter_map(|id| stops::one(conn, *id).transpose()).collect::<Result<_, _>>()?;
        let own: Vec<Stop> = rows.iter().map(|row| row.stop.clone()).collect();
        let touched = hull(own.iter().chain(&after(own.clone(), &facts)), now);
        let changes = stops::compare(conn, &frame, machine, touched, &facts)?;
        Ok((rows, changes))
    });
    let (before, changes) = found.await.map_err(not_stored)?;
    let rows: Vec<DowntimeRow> = if is_saved {
        let mut facts = edit.facts;
        facts.extend(told(&before, &facts, now));
        // What was judged must still be so: meanwhile signals or people may have ended the stop.
        let were_open: Vec<(Uuid, bool)> = before.iter().map(|row| (row.id, row.ended_at.is_none())).collect();
        let decide = move |model: &crate::store::Model| {
            let is_open = |id: Uuid| model.open_downtime(id).is_some();
            match were_open.iter().all(|(id, was)| is_open(*id) == *was) {
                true => Ok((facts, ())),
                false => Err(ApiError::new(409, "Changed meanwhile", "The stop ended meanwhile; look at it again")),
            }
        };
        api.store.decide(decide).await.map_err(not_stored)??;
        let ids = edit.ids;
        let rows = api.store.query(move |conn| ids.iter().filter_map(|id| stops::one(conn, *id).transpose()).collect());
        rows.await.map_err(not_stored)?
    } else {
        let of = |stop: Stop| {
            let known = before.iter().find(|row| row.id == stop.id).cloned();
            known.map_or(DowntimeRow { stop: stop.clone(), alarm: None }, |row| DowntimeRow { stop, ..row })
        };
        after(before.iter().map(|row| row.stop.clone()).collect(), &edit.facts).into_iter().map(of).collect()
    };
    let mut rows: Vec<DowntimeRow> = rows.into_iter().filter(|row| row.gone.is_none()).collect();
    rows.sort_by_key(|row| row.started_at);
    let model = api.store.model();
    let views = rows.iter().map(|row| present::downtime(&model, row, call.caller.as_ref(), now));
    Ok(json(
        200,
        &EditAnswer {
            is_saved,
            downtime_events: views.collect(),
            changes: changes.iter().map(|moved| view(&model, moved)).collect(),
        },
    ))
}

/// Ended stops that an edit made longer than the limit are told to the supervisor now; open ones are when
/// they pass it.
fn told(before: &[DowntimeRow], facts: &[Fact], now: Timestamp) -> Vec<Fact> {
    let own = before.iter().map(|row| row.stop.clone()).collect();
    let is_late = |stop: &Stop| {
        stop.gone.is_none()
            && stop.ended_at.is_some_and(|end| rules::escalates(stop.started_at, end, stop.escalated_at.is_some()))
    };
    let late = after(own, facts).into_iter().filter(is_late);
    late.map(|stop| DowntimeEscalated { id: stop.id, at: now }.into()).collect()
}

/// The time that some stops touch.
fn hull<'a>(stops: impl Iterator<Item = &'a Stop>, now: Timestamp) -> Span {
    let spans = stops.map(|stop| Span::new(stop.started_at, stop.ended_at.unwrap_or(now)));
    spans.reduce(|a, b| Span::new(a.from.min(b.from), a.to.max(b.to))).unwrap_or(Span::new(now, now))
}

fn view(model: &crate::store::Model, moved: &Moved) -> FigureChange {
    let (scope, label) = match (moved.shift, moved.date) {
        (Some((id, date)), _) => {
            let name = model.shifts.get(&id).map_or_else(|| id.to_string(), |s| s.name.clone());
            ("shift", format!("{name}, {date}"))
        }
        (None, date) => ("day", date.map_or_else(String::new, |date| date.to_string())),
    };
    let row = |figures| FigureRow::new(scope.to_owned(), label.clone(), moved.range, figures, None);
    FigureChange { scope: scope.to_owned(), label: label.clone(), before: row(&moved.before), after: row(&moved.after) }
}

pub(super) async fn history(call: Call) -> Answer {
    let row = named(&call).await?;
    let id = row.id;
    let facts = call.api.store.query(move |conn| stops::facts(conn, id)).await.map_err(not_stored)?;
    let model = call.api.store.model();
    let (person, reason) = (|by| present::person(&model, by), |reason| present::reason_name(&model, Some(reason)));
    let changes = facts.iter().filter_map(|fact| DowntimeChange::of(id, fact, &person, &reason)).collect();
    Ok(json(200, &DowntimeHistory { changes }))
}
