//! Values that people write to devices. Each attempt is recorded before anything is sent, and its outcome after it, so
//! that nobody moves a machine without a trace. Whether a value can be written at all says the driver.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;
use unison_api::error::ApiError;
use unison_api::tag_write::{TagWriteList, TagWriteView, WriteTag};
use unison_core::facts::{TagWritten, WriteOutcome};
use unison_core::ids::{MachineId, UserId};
use unison_core::time::{SECOND, Timestamp};
use uuid::Uuid;

use super::machines::is_shown;
use super::router::{Answer, Call, internal, json};
use super::{Api, not_stored, present};
use crate::config::TagType;
use crate::driver::{ConnectionStatus, Quality, TagIndex, Text, Value, WAIT_MOST, Written};
use crate::store::Model;
use crate::store::writes::{self, TagWrite};

/// The permission to write to devices.
pub(super) const WRITE: &str = "plc:write";
/// Writes of one person in a minute.
pub(super) const WRITES_MAX: u32 = 30;
/// Whoever asks is answered within this time, below that of every route, also while the device still thinks.
const TOLD_WITHIN: Duration = Duration::from_secs(12);
/// A yes that is older was meant for a machine as it was then.
const YES_LASTS_S: i64 = 5;
/// An outcome that could not be recorded is tried again.
const AGAIN: Duration = Duration::from_secs(2);

pub(super) async fn list(call: Call) -> Answer {
    let page = call.query.page()?;
    let tag = call.query.get("tag").map(str::to_owned);
    let (skip, take) = (u64::try_from(page.offset()).unwrap_or(0), u64::from(page.per_page));
    let found = call.api.store.query(move |conn| writes::list(conn, tag, skip, take));
    let (rows, total) = found.await.map_err(not_stored)?;
    let model = call.api.store.model();
    let tag_writes = rows.iter().map(|row| view(&model, row)).collect();
    Ok(json(200, &TagWriteList { tag_writes, total, page: page.page, per_page: page.per_page }))
}

/// A tag that can be written, and the way to it.
struct Target {
    tag: TagIndex,
    name: String,
    connection: Arc<ConnectionStatus>,
    value: Value,
}

/// One attempt of a person to write.
struct Attempt {
    id: Uuid,
    by: UserId,
    at: Timestamp,
    machine: Option<MachineId>,
    /// When the person said yes, where that is told.
    said_at: Option<Timestamp>,
    target: Target,
    /// From then on nothing is sent any more, whatever held it up.
    until: Instant,
}

pub(super) async fn create(call: Call) -> Answer {
    let attempt = attempt(&call).map_err(ApiError::not_sent)?;
    let (api, id) = (call.api.clone(), attempt.id);
    // It goes on when the caller is gone: what is recorded is sent or not, and what was sent is recorded.
    let running = tokio::spawn(async move { make(&api, attempt).await });
    let status = match tokio::time::timeout(TOLD_WITHIN, running).await {
        Ok(done) => done.map_err(internal)??,
        // Still under way: whoever asks again with this id learns what became of it.
        Err(_) => 201,
    };
    let found = stored(&call.api, id).await?;
    let slow = || ApiError::new(503, "Not written", "it could not be recorded in time, and so it is not sent");
    Ok(json(status, &view(&call.api.store.model(), &found.ok_or_else(|| slow().not_sent())?)))
}

fn attempt(call: &Call) -> Result<Attempt, ApiError> {
    let until = Instant::now() + WAIT_MOST;
    let body: WriteTag = call.json()?;
    let id = call.id_of_new(body.uuid)?;
    let by = call.signed_on()?.user.id;
    if body.by.is_some_and(|meant| UserId(meant) != by) {
        let why = "somebody else is signed on by now; whoever is has to say yes to it";
        return Err(ApiError::new(409, "Not the same person", why));
    }
    let (machine, said_at) = (body.machine_id.map(MachineId), body.asked_at.map(|said_at| said_at.0));
    Ok(Attempt { id, by, at: call.api.store.now(), machine, said_at, target: target(call, &body.value)?, until })
}

/// Whether a yes still counts.
fn in_time(said_at: Timestamp, now: Timestamp) -> Result<(), ApiError> {
    let late_us = now.0.saturating_sub(said_at.0);
    let seconds = late_us.unsigned_abs().div_ceil(SECOND.unsigned_abs());
    if late_us > YES_LASTS_S * SECOND {
        let why = format!("the yes to it is {seconds} s old, and after {YES_LASTS_S} s it does not count; ask again");
        return Err(ApiError::new(409, "Too late", why));
    }
    if late_us < -YES_LASTS_S * SECOND {
        let why =
            format!("asked_at is {seconds} s ahead of the clock of the edge; load the page again, or set its clock");
        return Err(ApiError::new(409, "Clocks differ", why));
    }
    Ok(())
}

/// Records, sends and records what became of it; the status to answer.
async fn make(api: &Api, attempt: Attempt) -> Result<u16, ApiError> {
    let Attempt { id, by, machine, .. } = attempt;
    let one_at_a_time = api.reporting.lock().await;
    if let Some(TagWrite { written: asked, .. }) = stored(api, id).await? {
        let target = &attempt.target;
        let is_same = (&asked.tag, &asked.value) == (&target.name, &target.value.to_string())
            && (asked.by, asked.machine) == (by, machine);
        let other = || ApiError::field("uuid", "is another write's; make a new one").not_sent();
        return if is_same { Ok(200) } else { Err(other()) };
    }
    let asked = record(api, &attempt).await.map_err(ApiError::not_sent)?;
    drop(one_at_a_time);
    let Attempt { target, until, .. } = attempt;
    let written = target.connection.writes().write(target.tag, target.value, until).await;
    let (outcome, reason) = match written {
        Written::Done => (WriteOutcome::Done, None),
        Written::Refused(why) => (WriteOutcome::Refused, Some(why)),
        Written::NotSent(why) => (WriteOutcome::NotSent, Some(why)),
        Written::Unknown(why) => (WriteOutcome::Unknown, Some(why)),
    };
    tracing::info!(
        tag = target.name,
        value = asked.value,
        by = %asked.by,
        outcome = outcome.code(),
        reason,
        "a person wrote to a device"
    );
    ended(api, asked, outcome, reason).await;
    Ok(201)
}

/// Before anything is sent; what is refused here leaves no trace.
async fn record(api: &Api, attempt: &Attempt) -> Result<TagWritten, ApiError> {
    let Attempt { id, by, at, machine, said_at, target, .. } = attempt;
    let (id, by, at, machine) = (*id, *by, *at, *machine);
    // Only now: it may have waited for others.
    said_at.map_or(Ok(()), |said_at| in_time(said_at, api.store.now()))?;
    api.tag_writes.take(by, at)?;
    let before = api.context.sink.latest(target.tag).map(|(reading, _)| reading);
    let before = before.filter(|reading| reading.quality == Quality::Good).map(|reading| reading.value.to_string());
    let value = target.value.to_string();
    let (tag, outcome, reason) = (target.name.clone(), WriteOutcome::Asked, None);
    let asked = TagWritten { id, tag, machine, before, value, by, at, outcome, reason };
    let fact = asked.clone();
    let decided = api.store.decide(move |model| {
        let is_here = |id| model.machines.get(&id).is_some_and(|m| is_shown(model, m));
        if machine.is_some_and(|id| !is_here(id)) {
            return Err(ApiError::field("machine_id", "there is no such machine at this edge"));
        }
        Ok((vec![fact.into()], ()))
    });
    decided.await.map_err(not_stored)??;
    Ok(asked)
}

/// Until it is recorded: a disk that takes nothing now may take it in a minute. A stop leaves it to the next start.
async fn ended(api: &Api, asked: TagWritten, outcome: WriteOutcome, reason: Option<String>) {
    let fact = TagWritten { outcome, reason, at: api.store.now(), ..asked };
    loop {
        let again = fact.clone();
        let Err(error) = api.store.decide(move |_| Ok::<_, Infallible>((vec![again.into()], ()))).await else { return };
        tracing::warn!(%error, write = %fact.id, outcome = outcome.code(), "what became of a write is not recorded yet");
        if api.shutdown.run_until_cancelled(tokio::time::sleep(AGAIN)).await.is_none() {
            return;
        }
    }
}

/// Says of writes that were under way when this program ended that nobody knows what became of them.
pub(super) async fn settle(api: &Arc<Api>) -> Result<(), ApiError> {
    let open = api.store.query(writes::open).await.map_err(not_stored)?;
    let api = api.clone();
    tokio::spawn(async move {
        for write in open {
            let why = Some("the edge stopped before it knew what became of it".to_owned());
            ended(&api, write.written, WriteOutcome::Unknown, why).await;
        }
    });
    Ok(())
}

fn target(call: &Call, value: &Json) -> Result<Target, ApiError> {
    let (name, config) = (call.path("name"), &call.api.context.config);
    let found = config.tags.iter().position(|info| *info.name == *name);
    let found = found.and_then(|place| Some((u32::try_from(place).ok()?, config.tags.get(place)?)));
    let (place, info) = found.ok_or_else(|| ApiError::not_found("tag"))?;
    let tag = TagIndex(place);
    let connection = call.api.context.connections.get(info.connection).cloned();
    let connection = connection.ok_or_else(|| internal("a tag without a connection"))?;
    if !info.writable {
        let why = format!("{name} cannot be written; write writable = true at its tag in the edge's configuration");
        return Err(ApiError::new(409, "Not writable", why));
    }
    let driver = config.connections.get(info.connection).map(|connection| &connection.driver);
    let driver = driver.ok_or_else(|| internal("a tag without a connection"))?;
    let value = read(value).map_err(|why| ApiError::field("value", why))?;
    let is_number = !matches!(info.kind, TagType::Bool | TagType::String);
    let value = match value {
        Value::Text(text) if is_number => number(&text.to_string()).map_err(|why| ApiError::field("value", why))?,
        value => value,
    };
    if info.scaled && !survives_a_float(value) {
        return Err(ApiError::field("value", "does not fit: so large a number is not exact"));
    }
    driver.check_write(tag, value).map_err(|why| ApiError::field("value", why))?;
    Ok(Target { tag, name: name.to_owned(), connection, value })
}

/// A number that comes as a text, with all its digits or not at all.
fn number(text: &str) -> Result<Value, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if [whole, fraction].iter().any(|part| part.is_empty() || part.bytes().any(|b| !b.is_ascii_digit())) {
        return Err("must be a number".into());
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let sign = if text.starts_with('-') && !(whole.is_empty() && fraction.is_empty()) { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let plain = if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") };
    if let Ok(exact) = plain.parse().map(Value::Uint).or_else(|_| plain.parse().map(Value::Int)) {
        return Ok(exact);
    }
    let float: f64 = plain.parse().map_err(|_| "must be a number")?;
    // What a float says of itself is what it would be read as.
    if float.to_string() == plain {
        Ok(Value::Float(float))
    } else {
        Err("does not fit: so many digits are not exact".into())
    }
}

/// The scaling is taken off in floats.
fn survives_a_float(value: Value) -> bool {
    match value {
        Value::Int(i) => i as f64 as i128 == i128::from(i),
        Value::Uint(u) => u as f64 as i128 == i128::from(u),
        _ => true,
    }
}

fn read(value: &Json) -> Result<Value, String> {
    match value {
        Json::Bool(on) => Ok(Value::Bool(*on)),
        Json::Number(number) => number
            .as_u64()
            .map(Value::Uint)
            .or_else(|| number.as_i64().map(Value::Int))
            .or_else(|| number.as_f64().filter(|f| f.is_finite()).map(Value::Float))
            .ok_or_else(|| "is no number that a device holds".into()),
        Json::String(text) if text.contains(char::is_control) => Err("has characters that nobody sees".into()),
        Json::String(text) => Text::new(text.as_bytes())
            .map(Value::Text)
            .ok_or_else(|| format!("is longer than {} bytes", Text::BYTES_MAX)),
        _ => Err("must be true or false, a number or a text".into()),
    }
}

async fn stored(api: &Api, id: Uuid) -> Result<Option<TagWrite>, ApiError> {
    api.store.query(move |conn| writes::one(conn, id)).await.map_err(not_stored)
}

fn view(model: &Model, write: &TagWrite) -> TagWriteView {
    let TagWrite { written, ended_at } = write;
    let machine = written.machine.and_then(|id| model.machines.get(&id));
    TagWriteView {
        id: written.id,
        edge_id: None,
        edge_name: None,
        tag: written.tag.clone(),
        machine_id: written.machine.map(|id| id.0),
        machine_code: machine.map(|m| m.record.code.clone()),
        value_before: written.before.clone(),
        value: written.value.clone(),
        written_by: present::person(model, written.by),
        asked_at: written.at.into(),
        outcome: written.outcome.code().to_owned(),
        reason: written.reason.clone(),
        ended_at: ended_at.map(Into::into),
    }
}
