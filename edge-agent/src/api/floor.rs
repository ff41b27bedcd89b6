//! The box itself: its name, its devices, its queue, its health, its documents, its live events.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use unison_api::error::ApiError;
use unison_core::activity::Activity;

use super::pages::with_type;
use super::queue::{QueueState, QueueView};
use super::router::{Answer, Call, json};
use super::{Api, document, meters};
use crate::store::{Storage, StorageState, history};

/// What this box is.
#[derive(Serialize, JsonSchema)]
pub(super) struct Station {
    edge_name: String,
    plant_name: String,
    organization_name: String,
    version: &'static str,
    enrolled: bool,
    /// IANA zone of the plant.
    timezone: String,
    /// Codes of the configuration that the dashboard does not know.
    unknown_machines: Vec<String>,
    /// Codes of the configuration that belong to another edge.
    claimed_elsewhere: Vec<String>,
    storage: StorageView,
}

/// The disk under this box's database.
#[derive(Serialize, JsonSchema)]
pub(super) struct StorageView {
    /// "ok", "low", "degraded" (old history is given up early) or "read_only" (nothing is recorded).
    state: &'static str,
    /// What to do, while something is wrong.
    message: Option<String>,
    /// Bytes that this program may still write.
    free_bytes: Option<u64>,
}

impl StorageView {
    fn of(storage: &Storage) -> Self {
        Self { state: storage.state.code(), message: storage.message(), free_bytes: storage.seen.free }
    }
}

pub(super) async fn station(call: Call) -> Answer {
    let model = call.api.store.model();
    let plant = model.plant.as_ref();
    let identity = model.identity.as_deref();
    let name =
        |of_plant: Option<&String>, of_identity: Option<&String>| of_plant.or(of_identity).cloned().unwrap_or_default();
    Ok(json(
        200,
        &Station {
            edge_name: call.api.context.config.agent.name.clone(),
            plant_name: name(plant.map(|p| &p.name), identity.map(|i| &i.plant_name)),
            organization_name: name(plant.map(|p| &p.organization_name), identity.map(|i| &i.organization_name)),
            version: env!("CARGO_PKG_VERSION"),
            enrolled: identity.is_some(),
            timezone: plant.map_or_else(|| "UTC".to_owned(), |p| p.timezone.clone()),
            unknown_machines: model.unknown_machines.clone(),
            claimed_elsewhere: model.claimed_elsewhere.clone(),
            storage: StorageView::of(&call.api.store.storage()),
        },
    ))
}

pub(super) fn queue_now(api: &Api) -> QueueView {
    let carrier = api.context.carrier.snapshot();
    QueueView::new(&carrier, &api.store.model().queue)
}

pub(super) async fn queue(call: Call) -> Answer {
    Ok(json(200, &queue_now(&call.api)))
}

/// Whether this program is well.
#[derive(Serialize, JsonSchema)]
pub(super) struct Health {
    /// "ok", or "degraded" when the database does not answer, the disk is short of space or takes nothing.
    status: &'static str,
    version: &'static str,
    /// "ok", "low", "degraded", "read_only", or "error" when the database does not answer.
    storage: &'static str,
    /// What to do about the storage, while something is wrong with it.
    storage_message: Option<String>,
    cloud: HealthOfCloud,
    machines: HealthOfMachines,
    https: HealthOfHttps,
}

#[derive(Serialize, JsonSchema)]
struct HealthOfHttps {
    /// "off", "ok", "warning", or "error" when there is no certificate that a browser takes.
    state: &'static str,
    /// What is wrong or soon will be, and what to do.
    warnings: Vec<String>,
}

impl HealthOfHttps {
    fn of(api: &Api) -> Self {
        let Some(https) = &api.context.https else { return Self { state: "off", warnings: Vec::new() } };
        let standing = https.standing(api.store.now());
        let state = match (standing.is_broken, standing.warnings.is_empty()) {
            (true, _) => "error",
            (false, false) => "warning",
            (false, true) => "ok",
        };
        Self { state, warnings: standing.warnings }
    }
}

#[derive(Serialize, JsonSchema)]
struct HealthOfCloud {
    state: QueueState,
    pending: u64,
}

#[derive(Serialize, JsonSchema)]
struct HealthOfMachines {
    /// Machines that this edge looks after.
    total: usize,
    /// Of them, those that are seen now.
    seen: usize,
    /// Codes configured here whose machines belong to another edge: its claim came first.
    claimed_elsewhere: Vec<String>,
}

pub(super) async fn health(call: Call) -> Answer {
    let is_stored = call.api.store.query(history::observed_until).await.is_ok();
    let queue = queue_now(&call.api).edge_to_cloud;
    let machines = {
        let model = call.api.store.model();
        let ours = || model.machines.values().filter(|m| m.is_ours);
        HealthOfMachines {
            total: ours().count(),
            seen: ours().filter(|m| m.activity != Activity::NoData).count(),
            claimed_elsewhere: model.claimed_elsewhere.clone(),
        }
    };
    let storage = call.api.store.storage();
    let is_recording = is_stored && storage.state != StorageState::ReadOnly;
    let health = Health {
        status: if is_recording && storage.state < StorageState::Degraded { "ok" } else { "degraded" },
        version: env!("CARGO_PKG_VERSION"),
        storage: if is_stored { storage.state.code() } else { "error" },
        storage_message: storage.message(),
        cloud: HealthOfCloud { state: queue.state, pending: queue.pending },
        machines,
        https: HealthOfHttps::of(&call.api),
    };
    Ok(json(if is_recording { 200 } else { 503 }, &health))
}

pub(super) async fn metrics(call: Call) -> Answer {
    Ok(with_type(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", Body::from(meters::text(&call.api))))
}

pub(super) async fn openapi(_: Call) -> Answer {
    Ok(json(200, &document()))
}

pub(super) async fn docs(_: Call) -> Answer {
    let page = unison_api::openapi::readable_page(&document());
    Ok(with_type(StatusCode::OK, "text/html; charset=utf-8", Body::from(page)))
}

pub(super) async fn events(call: Call) -> Answer {
    let stream = call.api.hub.open(call.api.shutdown.clone());
    let mut stream = stream.ok_or_else(|| {
        ApiError::new(503, "Too many pages", format!("{} pages are connected; close one", super::live::STREAMS_MAX))
    })?;
    // Proxies must not hold events back.
    stream.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    stream.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(stream)
}
