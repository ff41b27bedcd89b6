//! What tags are now and, where they are kept, what they were: for whoever connects a machine, and for charts. All of
//! it is read; nothing here waits for a device.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use futures::stream;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unison_api::error::ApiError;
use unison_core::master::MachineTag;
use unison_core::time::{HOUR, Rfc3339, SECOND, Timestamp};

use super::machines::{cut, is_shown};
use super::pages::with_type;
use super::router::{Answer, Call, internal, json};
use crate::config::{Config, TagInfo};
use crate::driver::{Quality, Reading, TagIndex, Value};
use crate::readings_csv::ReadingsWriter;
use crate::store::ring::{Bucket, Export, KEEP_DAYS};
use crate::store::{MachineNow, Model};

/// Buckets of a chart where nothing is said, and the most.
const POINTS: usize = 500;
const POINTS_MAX: usize = 2_000;
/// Tags of one export.
const EXPORTED_MAX: usize = 50;
/// Exports at once.
pub(super) const EXPORTS_MAX: usize = 2;
/// Charts that are read at once.
pub(super) const CHARTS_MAX: usize = 3;
/// Whoever takes no piece of an export for so long is gone.
const TAKEN_WITHIN: Duration = Duration::from_secs(60);
/// Whole numbers beyond this lose digits in a browser.
const WHOLE_MAX: u64 = 1 << 53;
/// A value that is older than this, or than three of its periods, is not live.
const LIVE_MS: i64 = 3_000;

/// A tag as it is now.
#[derive(Serialize, JsonSchema)]
pub(super) struct TagView {
    name: String,
    connection: String,
    /// As the configuration says it, like "u16".
    r#type: &'static str,
    /// The last value; a text where a whole number is too large for a browser. Null before the first. With quality
    /// "bad" it is what was known last and must not be taken for what is.
    value: Json,
    /// "good" or "bad".
    quality: &'static str,
    /// When it was read or confirmed last.
    at: Option<Rfc3339>,
    /// How long that is ago, by the clock of this box.
    age_ms: Option<i64>,
    /// Good, and not older than three of its periods or 3 seconds.
    is_live: bool,
    /// How often it is read or confirmed.
    period_ms: u32,
    /// Its changes are kept for charts.
    keep: bool,
    /// People with plc:write may write it.
    writable: bool,
    /// A measurement: scale and offset make it of what the device holds, in floats.
    scaled: bool,
    /// What it tells and its unit of measure, where the master data of the machines here says so.
    meaning: Option<String>,
    unit: Option<String>,
    /// The machine here whose master data names it; else the one whose rules use it, where that is only one.
    machine_id: Option<i64>,
    machine_code: Option<String>,
}

/// Tags in the order of the configuration.
#[derive(Serialize, JsonSchema)]
pub(super) struct TagList {
    tags: Vec<TagView>,
    total: u64,
    page: u32,
    per_page: u32,
}

/// What a tag was, for a chart.
#[derive(Serialize, JsonSchema)]
pub(super) struct TagHistory {
    tag: String,
    /// False: its changes are not kept, so there is only what was kept before.
    keep: bool,
    from: Rfc3339,
    to: Rfc3339,
    /// At most as many as were asked for, in order of time. A value holds until the next one, but for gaps.
    buckets: Vec<BucketView>,
    /// When nothing was seen: the device was away, or the agent. Those that are shorter than a bucket are noted there.
    gaps: Vec<GapView>,
}

/// What happened in one part of the time.
#[derive(Serialize, JsonSchema)]
pub(super) struct BucketView {
    /// The times of its first and its last value.
    at: Rfc3339,
    until: Rfc3339,
    /// Null where the values are texts. True is 1, false is 0.
    first: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    last: Option<f64>,
    /// The last value, where it is a text.
    text: Option<String>,
    has_gap: bool,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct GapView {
    from: Rfc3339,
    to: Rfc3339,
}

const fn at_ms(ms: i64) -> Rfc3339 {
    Rfc3339(Timestamp(ms.saturating_mul(1_000)))
}

impl From<Bucket> for BucketView {
    fn from(bucket: Bucket) -> Self {
        let numbers = bucket.numbers;
        Self {
            at: at_ms(bucket.at),
            until: at_ms(bucket.until),
            first: numbers.map(|n| n.first),
            min: numbers.map(|n| n.min),
            max: numbers.map(|n| n.max),
            last: numbers.map(|n| n.last),
            text: bucket.text,
            has_gap: bucket.has_gap,
        }
    }
}

fn as_json(value: Value) -> Json {
    match value {
        Value::Bool(b) => b.into(),
        Value::Int(i) if i.unsigned_abs() <= WHOLE_MAX => i.into(),
        Value::Uint(u) if u <= WHOLE_MAX => u.into(),
        Value::Float(f) => f.into(),
        other => other.to_string().into(),
    }
}

pub(super) async fn list(call: Call) -> Answer {
    let page = call.query.page()?;
    let context = &call.api.context;
    let keep: Option<bool> = call.query.value("keep", "must be true or false")?;
    let name = call.query.get("name");
    let search = call.query.get("search").unwrap_or_default().to_lowercase();
    let within = match call.query.get("connection") {
        Some(name) => {
            let found = context.config.connections.iter().find(|connection| *connection.name == *name);
            Some(found.ok_or_else(|| ApiError::not_found("connection"))?.tags.clone())
        }
        None => None,
    };
    // A machine without signals of its own has no tags; that is no mistake of who asks.
    let of_machine = call.query.get("machine").map(|code| {
        let machine = context.config.machines.iter().find(|machine| *machine.code == *code);
        machine.map(crate::config::MachineConfig::tags).unwrap_or_default()
    });
    let found: Vec<(TagIndex, &TagInfo)> = context
        .config
        .tags
        .iter()
        .zip(0..)
        .map(|(info, place)| (TagIndex(place), info))
        .filter(|(tag, _)| within.as_ref().is_none_or(|within| within.contains(&tag.0)))
        .filter(|(tag, _)| of_machine.as_ref().is_none_or(|tags| tags.contains(tag)))
        .filter(|(_, info)| keep.is_none_or(|keep| info.keep == keep))
        .filter(|(_, info)| name.is_none_or(|name| *info.name == *name))
        .filter(|(_, info)| info.name.to_lowercase().contains(&search))
        .collect();
    let (found, total) = cut(found, page);
    let now = context.clock.now_us();
    let model = call.api.store.model();
    let told: HashMap<&str, &MachineTag> = model.own_tags().map(|tag| (tag.name.as_str(), tag)).collect();
    let users = users(&model, &context.config);
    let tags = found
        .into_iter()
        .map(|(tag, info)| {
            let connection = context.config.connections.get(info.connection).map_or("", |one| &*one.name);
            let now_view = view(info, connection, context.sink.latest(tag).map(|(reading, _)| reading), now);
            let told = told.get(&*info.name);
            let machine = told.map_or_else(|| users.get(&tag).copied().flatten(), |t| model.machines.get(&t.machine));
            TagView {
                meaning: told.map(|t| t.meaning.clone()),
                unit: told.and_then(|t| t.unit.clone()),
                machine_id: machine.map(|m| m.record.id.0),
                machine_code: machine.map(|m| m.record.code.clone()),
                ..now_view
            }
        })
        .collect();
    Ok(json(200, &TagList { tags, total, page: page.page, per_page: page.per_page }))
}

/// The machines whose rules use a tag; none for a tag that several use.
fn users<'a>(model: &'a Model, config: &Config) -> HashMap<TagIndex, Option<&'a MachineNow>> {
    let mut users = HashMap::new();
    for machine in &config.machines {
        let found = model.machines.values().find(|m| is_shown(model, m) && *m.record.code == *machine.code);
        for tag in machine.tags() {
            users.entry(tag).and_modify(|user| *user = None).or_insert(found);
        }
    }
    users
}

fn view(info: &TagInfo, connection: &str, reading: Option<Reading>, now: i64) -> TagView {
    // Before the first reading there is no time.
    let reading = reading.filter(|reading| reading.at != 0);
    let age_ms = reading.map(|reading| now.saturating_sub(reading.at).max(0) / 1_000);
    // A clock that was set back says nothing of how old it is.
    let is_to_come = reading.is_some_and(|reading| reading.at > now.saturating_add(SECOND));
    let is_good = reading.is_some_and(|reading| reading.quality == Quality::Good);
    let live_ms = LIVE_MS.max(3 * i64::from(info.period_ms));
    TagView {
        name: info.name.to_string(),
        connection: connection.to_owned(),
        r#type: info.kind.code(),
        value: reading.map_or(Json::Null, |reading| as_json(reading.value)),
        quality: if is_good { "good" } else { "bad" },
        at: reading.map(|reading| Timestamp(reading.at).into()),
        age_ms,
        is_live: is_good && !is_to_come && age_ms.is_some_and(|age| age <= live_ms),
        period_ms: info.period_ms,
        keep: info.keep,
        writable: info.writable,
        scaled: info.scaled,
        meaning: None,
        unit: None,
        machine_id: None,
        machine_code: None,
    }
}

/// The last hour where nothing is said, at most as long as values are kept.
fn range(call: &Call) -> Result<(Timestamp, Timestamp), ApiError> {
    let to = call.query.time("to")?.unwrap_or_else(|| Timestamp(call.api.context.clock.now_us()));
    let from = call.query.time("from")?.unwrap_or_else(|| to.plus(-HOUR));
    if from >= to {
        return Err(ApiError::field("to", "must be after from"));
    }
    if to.since(from) > (KEEP_DAYS + 1) * 24 * HOUR {
        return Err(ApiError::field("from", format!("must be at most {} days before to", KEEP_DAYS + 1)));
    }
    Ok((from, to))
}

pub(super) async fn history(call: Call) -> Answer {
    let (from, to) = range(&call)?;
    let must = format!("must be a whole number from 1 to {POINTS_MAX}");
    let points: usize = call.query.value("points", &must)?.unwrap_or(POINTS);
    if !(1..=POINTS_MAX).contains(&points) {
        return Err(ApiError::field("points", must));
    }
    let name = call.path("name").to_owned();
    let info = call.api.context.config.tags.iter().find(|info| *info.name == *name);
    let keep = info.ok_or_else(|| ApiError::not_found("tag"))?.keep;
    let (ring, of) = (call.api.context.ring.clone(), name.clone());
    let read = within(call.api.charts.clone(), move || ring.history(&of, (from, to), points));
    let found = read.await?.map_err(internal)?;
    let gaps = found.gaps.into_iter().map(|(from, to)| GapView { from: at_ms(from), to: at_ms(to) });
    let buckets = found.buckets.into_iter().map(Into::into).collect();
    Ok(json(200, &TagHistory { tag: name, keep, from: from.into(), to: to.into(), buckets, gaps: gaps.collect() }))
}

/// Reads where few may at once. Whoever leaves does not free the slot while the thread still reads.
async fn within<T: Send + 'static>(
    slots: Arc<Semaphore>,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let slot = slots.try_acquire_owned().map_err(|_| {
        ApiError::new(503, "Too busy", format!("{CHARTS_MAX} charts are being read; try again in a moment"))
    })?;
    let reading = tokio::task::spawn_blocking(move || {
        let _slot = slot;
        read()
    });
    reading.await.map_err(internal)
}

/// Where an export stands; between its pieces nothing is held but this.
struct Sending {
    export: Export,
    names: Arc<[Arc<str>]>,
    is_begun: bool,
    shutdown: tokio_util::sync::CancellationToken,
    _slot: OwnedSemaphorePermit,
}

impl Sending {
    /// The next rows, or nothing at the end. Blocks for the disk.
    fn piece(&mut self) -> std::io::Result<Option<Bytes>> {
        let rows = match self.export.piece().map_err(std::io::Error::other)? {
            Some(rows) => rows,
            // Where nothing was kept the first line says so.
            None if !self.is_begun => Vec::new(),
            None => return Ok(None),
        };
        let mut writer = ReadingsWriter::new(Vec::new()).map_err(std::io::Error::other)?;
        for (tag, point) in rows {
            let quality = if point.value.is_some() { Quality::Good } else { Quality::Bad };
            let (value, at) = (point.value.unwrap_or(Value::Int(0)), point.at.saturating_mul(1_000));
            let reading = Reading { tag: TagIndex(0), value, quality, at };
            writer.write(self.names.get(tag).map_or("", |name| name), &reading).map_err(std::io::Error::other)?;
        }
        let mut text = Bytes::from(writer.finish()?);
        if std::mem::replace(&mut self.is_begun, true) {
            // Every piece is written with its own first line.
            let head = text.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            text = text.slice(head..);
        }
        Ok(Some(text))
    }
}

pub(super) async fn export(call: Call) -> Answer {
    let span = range(&call)?;
    let asked: Vec<&str> = call.query.all("tag").collect();
    if asked.is_empty() || asked.len() > EXPORTED_MAX {
        return Err(ApiError::field("tag", format!("name 1 to {EXPORTED_MAX} tags: tag=a&tag=b")));
    }
    let mut names: Vec<Arc<str>> = Vec::new();
    for name in asked {
        let info = call.api.context.config.tags.iter().find(|info| *info.name == *name);
        let info = info.ok_or_else(|| ApiError::field("tag", format!("\"{name}\" is no tag of this edge")))?;
        if !names.contains(&info.name) {
            names.push(info.name.clone());
        }
    }
    let slot = call.api.exports.clone().try_acquire_owned().map_err(|_| {
        ApiError::new(503, "Too busy", format!("{EXPORTS_MAX} exports are under way; try again when one has ended"))
    })?;
    let (ring, wanted) = (call.api.context.ring.clone(), names.clone());
    let begun = tokio::task::spawn_blocking(move || ring.export(&wanted, span));
    let export = begun.await.map_err(internal)?.map_err(internal)?;
    let shutdown = call.api.shutdown.clone();
    let sending = Sending { export, names: names.into(), is_begun: false, shutdown, _slot: slot };
    let (to, pieces) = tokio::sync::mpsc::channel(1);
    tokio::spawn(send(sending, to));
    let body = stream::unfold(pieces, async |mut pieces: tokio::sync::mpsc::Receiver<std::io::Result<Bytes>>| {
        let piece = pieces.recv().await?;
        Some((piece, pieces))
    });
    let mut answer = with_type(StatusCode::OK, "text/csv; charset=utf-8", Body::from_stream(body));
    let name = format!("attachment; filename=\"tags-{}.csv\"", span.0.0 / SECOND);
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

/// Reads piece by piece as they are taken. Whoever takes none for long loses the export; the other side sees that it
/// was cut off.
async fn send(mut sending: Sending, to: tokio::sync::mpsc::Sender<std::io::Result<Bytes>>) {
    loop {
        let read = tokio::task::spawn_blocking(move || {
            let piece = sending.piece();
            (sending, piece)
        });
        let Ok((back, piece)) = read.await else { return };
        sending = back;
        let Some(piece) = piece.transpose() else { return };
        let is_over = piece.is_err();
        let taken = tokio::time::timeout(TAKEN_WITHIN, to.send(piece));
        match sending.shutdown.run_until_cancelled(taken).await {
            Some(Ok(Ok(()))) if !is_over => {}
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn edge_12_a_chart_that_nobody_waits_for_any_more_still_counts_until_it_was_read() {
        let slots = Arc::new(Semaphore::new(1));
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let reading = tokio::spawn(within(slots.clone(), move || {
            begun.send(()).unwrap();
            wait.recv()
        }));
        begins.await.unwrap();
        reading.abort();
        assert!(reading.await.unwrap_err().is_cancelled());
        assert_eq!(within(slots.clone(), || ()).await.unwrap_err().status, 503);
        go.send(()).unwrap();
        drop(slots.acquire().await.unwrap());
        within(slots, || ()).await.unwrap();
    }

    #[test]
    fn edge_14_a_tag_is_live_only_while_it_is_good_and_young() {
        let info = TagInfo {
            name: "load".into(),
            connection: 0,
            kind: crate::config::TagType::U16,
            scaled: false,
            period_ms: 2_000,
            keep: true,
            writable: false,
        };
        let at = |quality, age_ms: i64| {
            let reading = Reading { tag: TagIndex(0), value: Value::Uint(7), quality, at: (100_000 - age_ms) * 1_000 };
            let view = view(&info, "plc", Some(reading), 100_000_000);
            (view.is_live, view.age_ms)
        };
        assert_eq!(at(Quality::Good, 6_000), (true, Some(6_000)));
        assert_eq!(at(Quality::Good, 6_001), (false, Some(6_001)));
        assert_eq!(at(Quality::Bad, 10), (false, Some(10)));
        // A clock that went back makes no age below nothing.
        assert_eq!(at(Quality::Good, -1_000), (true, Some(0)));
        assert_eq!(at(Quality::Good, -1_001), (false, Some(0)));
        assert_eq!(as_json(Value::Uint(u64::MAX)), Json::from("18446744073709551615"));
        assert_eq!(as_json(Value::Int(-5)), Json::from(-5));
        let unread = Reading { tag: TagIndex(0), value: Value::Int(0), quality: Quality::Bad, at: 0 };
        let unread = view(&info, "plc", Some(unread), 5);
        assert!(unread.value.is_null() && unread.at.is_none() && !unread.is_live);
    }
}
