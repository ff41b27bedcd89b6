//! Machines as they are now, their ribbon, and all that one station's page shows.

use schemars::JsonSchema;
use serde::Serialize;
use unison_api::error::ApiError;
use unison_api::machine::{DowntimeView, MachineList, MachineView, Ribbon, RibbonInterval};
use unison_api::oee::OeeAnswer;
use unison_api::production::WorkOrderView;
use unison_core::activity::Status;
use unison_core::ids::MachineId;
use unison_core::kpi::pace;
use unison_core::shift::{Shift, ShiftWindow, date_of, day_start};
use unison_core::span::Span;
use unison_core::time::{HOUR, Rfc3339, SECOND, Timestamp};
use unison_core::timeline::Timeline;

use super::present::{self, Around};
use super::router::{Answer, Call, json};
use super::{Api, not_stored};
use crate::store::history::{self, Counts};
use crate::store::stops::{self, DowntimeFilter, DowntimeRow};
use crate::store::{MachineNow, Model};

/// What a ribbon covers when nobody says, and at most.
const RIBBON: i64 = 8 * HOUR;
const RIBBON_MAX: i64 = 31 * 24 * HOUR;
/// Stops of a ribbon and of a station's page.
const RIBBON_STOPS_MAX: u64 = 5_000;
const RECENT: i64 = 24 * HOUR;
const RECENT_MAX: u64 = 20;
/// A machine that was seen this short a time ago is seen now.
const NOW: i64 = 5 * SECOND;

/// Machines of other edges are shown there, not here, where they would always look unseen.
pub(super) fn is_shown(model: &Model, m: &MachineNow) -> bool {
    m.is_ours || m.record.edge.is_none() || m.record.edge == model.edge()
}

/// All machines as they are now, in order of their codes.
pub(super) fn all(api: &Api) -> Vec<MachineView> {
    let utilisation = api.utilisation.lock().map(|u| u.clone()).unwrap_or_default();
    let around = Around { edge_name: &api.context.config.agent.name, utilisation: &utilisation };
    let model = api.store.model();
    let shown = model.machines.values().filter(|m| is_shown(&model, m));
    let mut views: Vec<MachineView> = shown.map(|m| present::machine(&model, m, &around)).collect();
    views.sort_by(|a, b| a.machine_code.cmp(&b.machine_code));
    views
}

pub(super) async fn list(call: Call) -> Answer {
    let page = call.query.page()?;
    let statuses = codes(call.query.get("status"), Status::from_code)?;
    let search = call.query.get("search").unwrap_or_default().to_lowercase();
    let mut machines = all(&call.api);
    machines.retain(|m| {
        (statuses.is_empty() || statuses.contains(&m.status))
            && (m.machine_code.to_lowercase().contains(&search) || m.name.to_lowercase().contains(&search))
    });
    let (machines, total) = cut(machines, page);
    Ok(json(200, &MachineList { machines, total, page: page.page, per_page: page.per_page }))
}

/// Words separated by commas; 400 for one that is none.
pub(super) fn codes<T>(text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ApiError> {
    let one =
        |word: &str| read(word.trim()).ok_or_else(|| ApiError::field("status", format!("\"{word}\" is no status")));
    text.map_or_else(|| Ok(vec![]), |text| text.split(',').map(one).collect())
}

/// One page of a list that is all here.
pub(super) fn cut<T>(all: Vec<T>, page: unison_api::page::Page) -> (Vec<T>, u64) {
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.per_page).unwrap_or(usize::MAX);
    (all.into_iter().skip(skip).take(take).collect(), total)
}

/// The machine of a path: its id, or its code.
fn machine_of<'a>(model: &'a Model, key: &str) -> Result<&'a MachineNow, ApiError> {
    let by_id = key.parse().ok().and_then(|id| model.machines.get(&MachineId(id)));
    by_id.or_else(|| model.machine_by_code(key)).ok_or_else(|| ApiError::not_found("machine"))
}

pub(super) async fn ribbon(call: Call) -> Answer {
    let now = call.api.store.now();
    let to = call.query.time("to")?.unwrap_or(now);
    let from = call.query.time("from")?.unwrap_or_else(|| to.plus(-RIBBON));
    if from >= to || to.since(from) > RIBBON_MAX {
        return Err(ApiError::field("to", "must be after from, at most 31 days"));
    }
    let (machine, known) = {
        let model = call.api.store.model();
        let machine = machine_of(&model, call.path("id"))?;
        (machine.record.id, known_until(&model, machine, now))
    };
    let range = Span::new(from, to.min(now).max(from));
    let found = call.api.store.query(move |conn| {
        let filter = DowntimeFilter { machine: Some(machine), range: Some(range), is_open: None };
        let (stops, _) = stops::list(conn, filter, 0, RIBBON_STOPS_MAX)?;
        Ok((history::timeline(conn, machine, range, known)?, stops))
    });
    let (timeline, stops) = found.await.map_err(not_stored)?;
    let is_open = range.to >= now;
    let known_until = (known > Timestamp(0)).then(|| known.into());
    Ok(json(200, &Ribbon { intervals: intervals(&timeline, &stops, is_open), known_until }))
}

/// Until when a page may show a machine as seen.
fn known_until(model: &Model, m: &MachineNow, now: Timestamp) -> Timestamp {
    let seen = if present::is_seen(m.activity) { m.seen_at.unwrap_or_default() } else { Timestamp(0) };
    let known = model.observed_until.max(seen);
    // Else every live ribbon would end in a sliver of silence.
    if present::is_seen(m.activity) && now.since(known) < NOW { known.max(now) } else { known }
}

/// The timeline cut where stops begin and end, so that every piece lies in one stop or in none.
fn intervals(timeline: &Timeline, stops: &[DowntimeRow], is_open: bool) -> Vec<RibbonInterval> {
    let end = timeline.range().to;
    let mut out = Vec::new();
    for interval in timeline.intervals() {
        let inside = |t: &Timestamp| interval.span.from < *t && *t < interval.span.to;
        let mut cuts: Vec<Timestamp> =
            stops.iter().flat_map(|s| [Some(s.started_at), s.ended_at]).flatten().filter(inside).collect();
        cuts.push(interval.span.to);
        cuts.sort_unstable();
        cuts.dedup();
        let mut from = interval.span.from;
        for to in cuts {
            // Newest first: of stops that overlap, the one that began last.
            let stop = stops.iter().find(|s| s.started_at <= from && s.ended_at.is_none_or(|e| from < e));
            out.push(RibbonInterval {
                from: from.into(),
                to: (!is_open || to < end).then(|| to.into()),
                activity: interval.activity,
                downtime_id: stop.map(|s| s.id.to_string()),
            });
            from = to;
        }
    }
    out
}

/// The shift that is on.
#[derive(Serialize, JsonSchema)]
struct ShiftView {
    name: String,
    starts_at: Rfc3339,
    ends_at: Rfc3339,
    target_units: Option<u32>,
}

/// What the counter counted since production was last logged.
#[derive(Default, Serialize, JsonSchema)]
struct SinceLastLog {
    good: u64,
    rejected: u64,
}

/// All of one station's page.
#[derive(Serialize, JsonSchema)]
pub(super) struct StationView {
    machine: MachineView,
    /// The work order in progress here.
    work_order: Option<WorkOrderView>,
    shift: Option<ShiftView>,
    /// Parts since the shift began; without a shift, since midnight.
    good: u64,
    rejected: u64,
    total: u64,
    /// Units that the shift is to make here: its target, else by the machine's capacity.
    target: Option<u64>,
    /// Units that should be made by now.
    target_now: Option<u64>,
    /// Of the shift so far.
    oee: Option<OeeAnswer>,
    since_last_log: SinceLastLog,
    open_downtime: Option<DowntimeView>,
    /// Stops of the last day, newest first.
    recent_downtimes: Vec<DowntimeView>,
}

/// What must be known to ask the history.
struct Wanted {
    machine: MachineId,
    code: String,
    frame: history::Frame,
    /// The shift so far, or the day so far.
    so_far: Span,
    /// Of that, what is settled.
    settled: Option<Span>,
    /// Work order in progress and when it was started.
    order: Option<(unison_core::ids::WorkOrderId, Option<Timestamp>)>,
}

struct Found {
    counts: Counts,
    since: Counts,
    oee: Option<OeeAnswer>,
    stops: Vec<DowntimeRow>,
}

pub(super) async fn station(call: Call) -> Answer {
    let api = &call.api;
    let now = api.store.now();
    let (wanted, shift, window) = wanted(api, call.path("id"), now)?;
    let machine = wanted.machine;
    let found = find(api, wanted, now).await?;
    let view = all(api).into_iter().find(|m| m.id == machine.0);
    let view = view.ok_or_else(|| ApiError::not_found("machine"))?;
    let model = api.store.model();
    let stops: Vec<DowntimeView> =
        found.stops.iter().map(|s| present::downtime(&model, s, call.caller.as_ref(), now)).collect();
    let targets = shift.as_ref().zip(window.as_ref()).and_then(|(s, w)| {
        let capacity = model.machines.get(&machine).and_then(|m| m.record.capacity_micro);
        pace(s, w, capacity, now)
    });
    Ok(json(
        200,
        &StationView {
            machine: view,
            work_order: model.current_work_order(machine).map(|w| present::work_order(&model, w, call.caller.as_ref())),
            shift: shift.zip(window).map(|(s, w)| ShiftView {
                name: s.name,
                starts_at: w.span.from.into(),
                ends_at: w.span.to.into(),
                target_units: s.target_units,
            }),
            good: found.counts.total.saturating_sub(found.counts.rejected),
            rejected: found.counts.rejected,
            total: found.counts.total,
            target: targets.map(|t| t.target),
            target_now: targets.map(|t| t.by_now),
            oee: found.oee,
            since_last_log: SinceLastLog {
                good: found.since.total.saturating_sub(found.since.rejected),
                rejected: found.since.rejected,
            },
            open_downtime: stops.iter().find(|s| s.ended_at.is_none()).cloned(),
            recent_downtimes: stops,
        },
    ))
}

fn wanted(api: &Api, key: &str, now: Timestamp) -> Result<(Wanted, Option<Shift>, Option<ShiftWindow>), ApiError> {
    let model = api.store.model();
    let m = machine_of(&model, key)?;
    let frame = model.frame(now);
    let window = frame.calendar.window_at(now);
    let shift = window.as_ref().and_then(|w| model.shifts.get(&w.shift)).cloned();
    let midnight =
        || date_of(&frame.calendar.zone, now).and_then(|d| day_start(&frame.calendar.zone, d)).unwrap_or(now);
    let from = window.as_ref().map_or_else(midnight, |w| w.span.from);
    let settled = Span::new(from, now.min(model.observed_until));
    let order = model.current_work_order(m.record.id).map(|w| (w.record.id, w.started_at));
    let wanted = Wanted {
        machine: m.record.id,
        code: m.record.code.clone(),
        frame,
        so_far: Span::new(from, now.plus(1)),
        settled: (window.is_some() && !settled.is_empty()).then_some(settled),
        order,
    };
    Ok((wanted, shift, window))
}

async fn find(api: &Api, wanted: Wanted, now: Timestamp) -> Result<Found, ApiError> {
    let machine = wanted.machine;
    let recent = DowntimeFilter {
        machine: Some(machine),
        range: Some(Span::new(now.plus(-RECENT), now.plus(1))),
        is_open: None,
    };
    let found = api.store.query(move |conn| {
        let mut oee = None;
        if let Some(range) = wanted.settled {
            let sums = history::oee(conn, &wanted.frame, machine, range)?;
            oee = Some(OeeAnswer::new(Some(wanted.code), range, &sums));
        }
        let mut since = Counts::default();
        if let Some((order, started_at)) = wanted.order
            && let Some(from) = history::last_log(conn, order, machine)?.max(started_at)
        {
            // Whole buckets only, so that a part is offered before one log and not again before the next.
            since = history::counts(conn, machine, Span::new(from, now.bucket()))?;
        }
        let (stops, _) = stops::list(conn, recent, 0, RECENT_MAX)?;
        Ok(Found { counts: history::counts(conn, machine, wanted.so_far)?, since, oee, stops })
    });
    found.await.map_err(not_stored)
}

#[cfg(test)]
#[path = "machines_tests.rs"]
mod tests;
