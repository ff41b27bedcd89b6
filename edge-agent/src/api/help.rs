//! Calls for help from a machine: somebody calls, somebody answers that they come, somebody says that it is over.
//! Whoever is signed on may do each.

use unison_api::error::ApiError;
use unison_api::help::{EndHelpCall, HelpCallList, HelpCallView, NewHelpCall};
use unison_core::facts::{HelpAnswered, HelpCalled, HelpEnded, HelpKind};
use unison_core::ids::{MachineId, UserId};
use unison_core::time::Timestamp;
use unison_rules::help as rules;
use uuid::Uuid;

use super::machines::is_shown;
use super::router::{Answer, Call, internal, json};
use super::{Api, not_stored, orders, present};
use crate::store::people::{self, HelpCall};
use crate::store::{Model, OpenHelp};

pub(super) async fn list(call: Call) -> Answer {
    let page = call.query.page()?;
    let machine: Option<i64> = call.query.value("machine_id", "must be the id of a machine")?;
    let is_open: Option<bool> = call.query.value("open", "must be true or false")?;
    let (skip, take) = (u64::try_from(page.offset()).unwrap_or(0), u64::from(page.per_page));
    let found = call.api.store.query(move |conn| people::helps(conn, machine.map(MachineId), is_open, skip, take));
    let (rows, total) = found.await.map_err(not_stored)?;
    let model = call.api.store.model();
    let help_calls = rows.iter().map(|row| view(&model, row)).collect();
    Ok(json(200, &HelpCallList { help_calls, total, page: page.page, per_page: page.per_page }))
}

pub(super) async fn create(call: Call) -> Answer {
    let body: NewHelpCall = call.json()?;
    let id = call.id_of_new(body.uuid)?;
    let note = note(body.notes)?;
    let kind = HelpKind::from_code(body.kind.trim());
    let kind = kind.ok_or_else(|| ApiError::field("kind", "must be supervisor, maintenance, quality or material"))?;
    let (by, at, machine) = (call.signed_on()?.user.id, call.api.store.now(), MachineId(body.machine_id));
    let one_at_a_time = call.api.reporting.lock().await;
    if let Some(known) = stored(&call.api, id).await? {
        let is_same = known.machine == machine && known.open.kind == kind && known.open.by == by;
        return if is_same {
            Ok(json(200, &view(&call.api.store.model(), &known)))
        } else {
            Err(ApiError::field("uuid", "is another call's; make a new one"))
        };
    }
    let decided = call.api.store.decide(move |model| {
        let m = model.machines.get(&machine).filter(|m| is_shown(model, m));
        let m = m.ok_or_else(|| ApiError::field("machine_id", "there is no such machine at this edge"))?;
        let open: Vec<HelpKind> = m.help.iter().map(|h| h.kind).collect();
        rules::call(&open, kind)?;
        Ok::<_, ApiError>((vec![HelpCalled { id, machine, kind, note, by, at }.into()], ()))
    });
    decided.await.map_err(not_stored)??;
    drop(one_at_a_time);
    answer(&call, 201, id).await
}

pub(super) async fn come(call: Call) -> Answer {
    let (id, by, at) = (known(&call).await?.open.id, call.signed_on()?.user.id, call.api.store.now());
    let decided = call.api.store.decide(move |model| {
        let facts = match model.open_help(id) {
            None => return Err(over("answered")),
            // Who answered first comes.
            Some((_, open)) if open.answered.is_some() => vec![],
            Some(_) => vec![HelpAnswered { id, by, at }.into()],
        };
        Ok((facts, ()))
    });
    decided.await.map_err(not_stored)??;
    answer(&call, 200, id).await
}

pub(super) async fn end(call: Call) -> Answer {
    let body: EndHelpCall = call.json()?;
    let note = note(body.notes)?;
    let found = known(&call).await?;
    let (id, by, at) = (found.open.id, call.signed_on()?.user.id, call.api.store.now());
    let decided = call.api.store.decide(move |model| {
        // Over already: a repeated call, or two people at once.
        let facts = model.open_help(id).map(|_| HelpEnded { id, by, at, note }.into()).into_iter().collect();
        Ok::<_, ApiError>((facts, ()))
    });
    decided.await.map_err(not_stored)??;
    answer(&call, 200, id).await
}

fn over(what: &str) -> ApiError {
    ApiError::new(409, "The call is over", format!("It cannot be {what} any more; call again if help is needed"))
}

fn note(text: Option<String>) -> Result<Option<String>, ApiError> {
    let note = orders::note("notes", text)?;
    match note.as_ref().map(|text| text.chars().count()) {
        Some(n) if n > rules::NOTE_CHARS_MAX => {
            Err(ApiError::field("notes", format!("has {n} characters; at most {} are kept", rules::NOTE_CHARS_MAX)))
        }
        _ => Ok(note),
    }
}

async fn known(call: &Call) -> Result<HelpCall, ApiError> {
    let id = Uuid::parse_str(call.path("id")).map_err(|_| ApiError::not_found("call for help"))?;
    stored(&call.api, id).await?.ok_or_else(|| ApiError::not_found("call for help"))
}

async fn stored(api: &Api, id: Uuid) -> Result<Option<HelpCall>, ApiError> {
    api.store.query(move |conn| people::one_help(conn, id)).await.map_err(not_stored)
}

async fn answer(call: &Call, status: u16, id: Uuid) -> Answer {
    let found = stored(&call.api, id).await?;
    let found = found.ok_or_else(|| internal(format!("call {id} is recorded but not found")))?;
    Ok(json(status, &view(&call.api.store.model(), &found)))
}

/// An open call as pages show it at its machine.
pub(super) fn open(model: &Model, machine: MachineId, open: &OpenHelp) -> HelpCallView {
    view(model, &HelpCall { machine, open: open.clone(), ended: None, end_note: None })
}

fn view(model: &Model, call: &HelpCall) -> HelpCallView {
    let person = |who: Option<(UserId, Timestamp)>| who.map(|(by, _)| present::person(model, by));
    let open = &call.open;
    HelpCallView {
        id: open.id,
        machine_id: call.machine.0,
        machine_code: model.machines.get(&call.machine).map_or_else(String::new, |m| m.record.code.clone()),
        kind: open.kind.code().to_owned(),
        notes: open.note.clone(),
        called_by: present::person(model, open.by),
        called_at: open.at.into(),
        answered_by: person(open.answered),
        answered_at: open.answered.map(|(_, at)| at.into()),
        ended_by: person(call.ended),
        ended_at: call.ended.map(|(_, at)| at.into()),
        end_notes: call.end_note.clone(),
    }
}
