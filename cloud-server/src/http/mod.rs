//! HTTP: one list of routes, the gate every request passes, and the pages. Decides nothing about the
//! business; a handler reads the request, asks `business` inside a transaction and answers.

mod area;
mod body;
mod call;
mod client;
mod gate;
mod host;
pub mod listen;
mod live;
mod pages;
mod places;
pub mod routes;
mod spool;

use crate::auth::Auth;
use crate::config::Config;
use crate::live::Live;
use crate::tenancy::Tenancy;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use unison_api::openapi::document;

const METRICS_UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// What handlers need. Clones share it.
#[derive(Clone)]
pub struct App {
    pub tenancy: Tenancy,
    pub auth: Auth,
    pub live: Live,
    pub config: Arc<Config>,
    pub(crate) openapi: Arc<Value>,
    pub(crate) streams: live::Streams,
    pub(crate) files: places::Places,
    pub(crate) stop: CancellationToken,
}

/// Takes away what a program that was killed left of answers on their way. Before a server of this data begins.
pub fn sweep(data_dir: &std::path::Path) {
    spool::sweep(data_dir);
}

impl App {
    #[must_use]
    pub fn new(tenancy: Tenancy, live: Live, config: Config, stop: CancellationToken) -> Self {
        metrics_handle();
        let docs: Vec<_> = routes::all().iter().map(|r| r.doc).collect();
        Self {
            auth: Auth::new(tenancy.clone()),
            tenancy,
            live,
            config: Arc::new(config),
            openapi: Arc::new(document("Unison cloud", env!("CARGO_PKG_VERSION"), &docs)),
            streams: live::Streams::default(),
            files: places::Places::default(),
            stop,
        }
    }

    /// Microseconds without word from an edge after which a status is no longer the present one.
    pub(crate) fn stale_after(&self) -> i64 {
        i64::from(self.config.machines.stale_after_seconds) * unison_core::time::SECOND
    }
}

/// The router made of the list; the gate checks every request against its route.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for route in routes::all() {
        let route: &'static routes::Route = Box::leak(Box::new(route));
        let Ok(method) = MethodFilter::try_from(route.method()) else { continue };
        let handle = move |State(app): State<App>, request: Request| gate::handle(app, route, request);
        for prefix in route.prefixes() {
            router = router.route(&format!("{prefix}{}", route.doc.path), on(method, handle));
        }
    }
    router.method_not_allowed_fallback(pages::wrong_method).fallback(pages::fallback).with_state(app)
}

/// Serves until the app's token stops it.
///
/// # Errors
/// When the listener fails, or the certificate cannot be used.
pub async fn serve(app: App, listener: TcpListener) -> std::io::Result<()> {
    let (stop, tls) = (app.stop.clone(), app.config.server.tls.clone());
    tokio::spawn(upkeep(stop.clone()));
    tokio::task::spawn_blocking(crate::auth::password::prepare);
    listen::until(stop, listener, tls, router(app)).await
}

/// Folds what the histograms gathered; otherwise it grows with every request until somebody reads `/metrics`.
async fn upkeep(stop: CancellationToken) {
    let mut every = tokio::time::interval(METRICS_UPKEEP_EVERY);
    while stop.run_until_cancelled(every.tick()).await.is_some() {
        if let Some(handle) = metrics_handle() {
            handle.run_upkeep();
        }
    }
}

/// One recorder per process, whoever asks first.
fn metrics_handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}

/// Headers that every answer carries.
pub(crate) fn harden(app: &App, response: &mut Response) {
    let headers = response.headers_mut();
    let set = |headers: &mut axum::http::HeaderMap, name: &'static str, value: &'static str| {
        let name = axum::http::HeaderName::from_static(name);
        headers.entry(name).or_insert(axum::http::HeaderValue::from_static(value));
    };
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "x-frame-options", "DENY");
    set(headers, "referrer-policy", "same-origin");
    set(headers, "cross-origin-opener-policy", "same-origin");
    set(headers, "content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    set(headers, "cache-control", "no-store");
    if app.config.server.behind_https {
        set(headers, "strict-transport-security", "max-age=31536000");
    }
}
