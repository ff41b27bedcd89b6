//! The operator API of the edge: pages, JSON and live events for the people in the hall (EDGE-10, EDGE-11).
//!
//! Everything here reads the store's model and history and writes through `Store::decide`; nothing here
//! talks to the cloud, and to a device only [`tag_writes`], through its connection's driver. [`routes`] is THE list of routes.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod body;
mod caller;
mod connections;
mod encrypted;
mod feed;
mod floor;
mod handovers;
mod headers;
mod help;
mod https;
mod kpi;
mod limiter;
mod live;
mod logs;
mod machines;
mod meters;
mod orders;
mod pages;
mod pin;
mod present;
mod queue;
mod router;
mod routes;
mod scan;
mod scans;
mod server;
mod sign_on;
mod stop_edits;
mod stops;
mod tag_writes;
mod tags;
mod trust;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use unison_core::ids::MachineId;

use crate::agent::ApiContext;
use crate::store::{Store, StoreError};
use unison_api::error::ApiError;

/// PINs that are hashed at the same time; each takes 19 MB.
const HASHING_MAX: usize = 2;
/// Wrong badges, and unknown codes, that one address may send in a minute.
const BADGE_MISSES_MAX: u32 = 10;
const SCAN_MISSES_MAX: u32 = 60;

/// What all handlers share.
pub(crate) struct Api {
    store: Store,
    context: ApiContext,
    pin_key: Arc<pin::PinKey>,
    admin_token: Arc<str>,
    hashing: Arc<Semaphore>,
    /// One report of a person at a time, of a stop, a handover or a call, so that a repeated one finds the first.
    reporting: tokio::sync::Mutex<()>,
    badges: scan::Waiting,
    badge_misses: limiter::Misses,
    scan_misses: limiter::Misses,
    tag_writes: limiter::Turns,
    hub: live::Hub,
    /// Utilisation of the day so far in percent.
    utilisation: Mutex<BTreeMap<MachineId, f64>>,
    /// In the order of the configuration.
    speeds: Mutex<Vec<connections::Speed>>,
    exports: Arc<Semaphore>,
    charts: Arc<Semaphore>,
    meters: meters::Meters,
    shutdown: CancellationToken,
}

/// Serves plain HTTP on `listener`, and HTTPS on `encrypted` where `context.https` has it, until `shutdown`; open
/// requests get a moment to end.
///
/// # Errors
/// When `pin.secret` of the data directory can be neither read nor made, or listening fails.
pub async fn serve(
    context: ApiContext,
    listener: TcpListener,
    encrypted: Option<TcpListener>,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let config =
        context.https.as_ref().map(|https| https.server_config()).transpose().map_err(std::io::Error::other)?;
    let api = Arc::new(Api {
        store: context.store.clone(),
        pin_key: Arc::new(pin::PinKey::open(&context.config.agent.data_dir)?),
        admin_token: context.admin_token.clone(),
        hashing: Arc::new(Semaphore::new(HASHING_MAX)),
        reporting: tokio::sync::Mutex::default(),
        badges: scan::Waiting::default(),
        badge_misses: limiter::Misses::new(BADGE_MISSES_MAX),
        scan_misses: limiter::Misses::new(SCAN_MISSES_MAX),
        tag_writes: limiter::Turns::new(tag_writes::WRITES_MAX),
        hub: live::Hub::default(),
        utilisation: Mutex::default(),
        speeds: Mutex::default(),
        exports: Arc::new(Semaphore::new(tags::EXPORTS_MAX)),
        charts: Arc::new(Semaphore::new(tags::CHARTS_MAX)),
        meters: meters::Meters::default(),
        shutdown: shutdown.clone(),
        context,
    });
    if let Err(error) = tag_writes::settle(&api).await {
        tracing::warn!(reason = error.body.reason, "writes of before the start are still open");
    }
    feed::first(&api);
    let feed = tokio::spawn(feed::supervise(api.clone()));
    let router = router::router(api).into_make_service_with_connect_info::<server::Peer>();
    let slots = server::Limited::slots();
    let plain = axum::serve(server::Limited::new(listener, slots.clone()), router.clone())
        .with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let served = match encrypted.zip(config) {
        Some((listener, config)) => {
            let listener = encrypted::Encrypted::new(server::Limited::new(listener, slots), config);
            let tls = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned());
            tokio::try_join!(plain, tls).map(|_| ())
        }
        None => plain.await,
    };
    feed.abort();
    served
}

/// The OpenAPI document of this program.
#[must_use]
pub fn document() -> serde_json::Value {
    let docs: Vec<_> = routes::all().iter().map(|r| r.doc).collect();
    unison_api::openapi::document("Unison edge", env!("CARGO_PKG_VERSION"), &docs)
}

/// Why the store did not write, as an answer.
fn not_stored(error: StoreError) -> ApiError {
    match error {
        StoreError::NotEnrolled => ApiError::new(409, "Not enrolled", error.to_string()),
        StoreError::DiskFull => ApiError::new(503, "Disk full", error.to_string()),
        StoreError::Closed => ApiError::new(503, "Stopping", "The edge is restarting; please try again"),
        other => router::internal(other),
    }
}
