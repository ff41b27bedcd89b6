//! The server about itself.

use crate::http::call::{Answer, Call, bytes, json};
use crate::http::metrics_handle;
use crate::live::Broker;
use serde_json::json;
use unison_api::error::ApiError;
use unison_api::openapi::readable_page;

pub(crate) async fn openapi(call: Call) -> Result<Answer, ApiError> {
    json(200, call.app.openapi.as_ref())
}

pub(crate) async fn docs(call: Call) -> Result<Answer, ApiError> {
    Ok(bytes(200, "text/html; charset=utf-8", readable_page(&call.app.openapi)))
}

pub(crate) async fn health(call: Call) -> Result<Answer, ApiError> {
    let database = call.app.tenancy.platform().ping().await;
    if let Err(cause) = &database {
        tracing::error!(%cause, "health: the platform file does not answer");
    }
    let broker = call.app.live.broker();
    let is_ok = database.is_ok() && !matches!(broker, Broker::Failed(_));
    let answer = json!({
        "status": if is_ok { "ok" } else { "degraded" },
        "version": env!("CARGO_PKG_VERSION"),
        "database": if database.is_ok() { "ok" } else { "failed" },
        "broker": broker.code(),
        "edges_connected": call.app.live.connected(),
    });
    json(if database.is_ok() { 200 } else { 503 }, &answer)
}

pub(crate) async fn metrics(call: Call) -> Result<Answer, ApiError> {
    #[expect(clippy::cast_precision_loss, reason = "a handful of edges")]
    metrics::gauge!("unison_edges_connected").set(call.app.live.connected() as f64);
    metrics::gauge!("unison_event_streams").set(f64::from(call.app.streams.open()));
    let text = metrics_handle().map(metrics_exporter_prometheus::PrometheusHandle::render).unwrap_or_default();
    Ok(bytes(200, "text/plain; version=0.0.4; charset=utf-8", text))
}
