//! What drives live events: commits of the store, scanners, and a clock. One task; it never waits for a
//! page, and starts again should it ever fail.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;
use unison_core::ids::MachineId;
use unison_core::kpi::{Utilisation, utilisation};
use unison_core::shift::{date_of, day_start};
use unison_core::span::Span;
use unison_core::time::Rfc3339;

use super::{Api, connections, floor, machines, present, scans};
use crate::store::{Change, StoreError, history, stops};

/// At most four deltas a second.
const TICK: Duration = Duration::from_millis(250);
/// Ticks between heartbeats, with which connections are measured, and sums of the day.
const HEARTBEAT: u64 = 4;
const DAY: u64 = 240;

/// Fills the snapshot before the first page comes.
pub(super) fn first(api: &Api) {
    api.hub.machines(machines::all(api));
    api.hub.queue(floor::queue_now(api));
}

/// Runs for ever.
pub(super) async fn supervise(api: Arc<Api>) {
    while AssertUnwindSafe(run(&api)).catch_unwind().await.is_err() {
        tracing::error!("live events failed and start again");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn run(api: &Arc<Api>) {
    let mut changes = api.store.changes();
    let mut scanned = api.context.scans.subscribe();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut tick, mut is_dirty) = (0u64, true);
    loop {
        tokio::select! {
            change = changes.recv() => {
                is_dirty = true;
                match change {
                    Ok(change) => told(api, &change).await,
                    // Lists are read again by the pages; machines follow with the next tick.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
            scan = scanned.recv() => match scan {
                Ok(scan) => scans::from_box(api, &scan),
                Err(RecvError::Lagged(n)) => tracing::warn!(n, "scans came faster than they were understood"),
                Err(RecvError::Closed) => return,
            },
            _ = ticks.tick() => {
                let is_second = tick.is_multiple_of(HEARTBEAT);
                if tick.is_multiple_of(DAY) {
                    refresh_utilisation(api).await;
                    is_dirty = true;
                }
                if is_dirty || is_second {
                    api.hub.machines(machines::all(api));
                    is_dirty = false;
                }
                if is_second {
                    connections::measure(api);
                    api.hub.queue(floor::queue_now(api));
                    api.hub.send("heartbeat", &json!({"at": Rfc3339(api.store.now())}));
                }
                tick = tick.wrapping_add(1);
            }
            () = api.shutdown.cancelled() => return,
        }
    }
}

/// Tells pages of stops and logs, as they are after the commit.
async fn told(api: &Arc<Api>, change: &Arc<Change>) {
    // What is written of shifts is read again by the pages that show it.
    for id in &change.handovers {
        api.hub.send("handover", &json!({"id": id}));
    }
    if change.downtimes.is_empty() && change.production_logs.is_empty() {
        return;
    }
    let change = change.clone();
    let rows = api.store.query(move |conn| {
        let stops = change
            .downtimes
            .iter()
            .filter_map(|id| stops::one(conn, *id).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        let logs = change.production_logs.iter().filter_map(|id| history::production_log(conn, *id).transpose());
        Ok((stops, logs.collect::<Result<Vec<_>, _>>()?))
    });
    let (stops, logs) = match rows.await {
        Ok(rows) => rows,
        Err(error) => return tracing::warn!("pages were not told of a change: {error}"),
    };
    let now = api.store.now();
    let (stops, logs): (Vec<_>, Vec<_>) = {
        let model = api.store.model();
        (
            stops.iter().map(|r| present::downtime(&model, r, None, now)).collect(),
            logs.iter().map(|r| present::production_log(&model, r)).collect(),
        )
    };
    for stop in &stops {
        api.hub.send("downtime", stop);
    }
    for log in &logs {
        api.hub.send("production_log", log);
    }
}

/// Utilisation of the day so far (KPI-09) of the machines of this edge.
async fn refresh_utilisation(api: &Api) {
    let now = api.store.now();
    let (frame, machines, until) = {
        let model = api.store.model();
        let ours: Vec<MachineId> = model.machines.values().filter(|m| m.is_ours).map(|m| m.record.id).collect();
        (model.frame(now), ours, now.min(model.observed_until))
    };
    let from = date_of(&frame.calendar.zone, now).and_then(|d| day_start(&frame.calendar.zone, d)).unwrap_or(now);
    let day = Span::new(from, until.max(from));
    let sums = api.store.query(move |conn| {
        let one = |m: MachineId| {
            let figures = history::observed(conn, &frame, m, day)?.figures(&frame.calendar, day, frame.standard);
            Ok((m, figures.utilisation))
        };
        machines.into_iter().map(one).collect()
    });
    let found: Result<Vec<(MachineId, Utilisation)>, StoreError> = sums.await;
    match (found, api.utilisation.lock()) {
        (Ok(found), Ok(mut kept)) => {
            *kept = found.into_iter().filter_map(|(m, u)| Some((m, utilisation(u)?.value()))).collect();
        }
        (Err(error), _) => tracing::warn!("utilisation is not known: {error}"),
        (Ok(_), Err(_)) => {}
    }
}
