//! The operator pages: files that are part of the program. No file system, and no fallback to the app for
//! what looks like a call or an asset.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use unison_api::error::ApiError;
use unison_web::{App, NONCE_PLACEHOLDER};

use super::router::{internal, refused};
use super::{Api, https};

pub(super) async fn serve(State(api): State<Arc<Api>>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return refused(&ApiError::new(404, "Not found", "There is no such call; see /api/docs"));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return refused(&ApiError::new(405, "Method not allowed", "Pages can only be read"));
    }
    if is_app_route(path) {
        return index(&api, &request, StatusCode::OK);
    }
    match unison_web::asset(App::Edge, path) {
        Some(asset) => file(path, asset),
        None if path.starts_with("/assets/") => {
            with_type(StatusCode::NOT_FOUND, "text/plain", Body::from("Not found\n"))
        }
        // The app says itself that there is no such page.
        None => index(&api, &request, StatusCode::NOT_FOUND),
    }
}

fn is_app_route(path: &str) -> bool {
    matches!(
        path,
        "/" | "/login" | "/queue" | "/connections" | "/scanner" | "/handover" | "/settings" | "/tv" | "/trust"
    ) || path.starts_with("/m/")
}

fn index(api: &Api, request: &Request, status: StatusCode) -> Response {
    let nonce = match super::pin::random() {
        Ok(random) => super::pin::hex(random.get(..16).unwrap_or_default()),
        Err(error) => return refused(&internal(error)),
    };
    let html = unison_web::index(App::Edge).replace(NONCE_PLACEHOLDER, &nonce);
    let mut answer = with_type(status, "text/html; charset=utf-8", Body::from(html));
    let headers = answer.headers_mut();
    // The page tries whether this device trusts the box's HTTPS, which is another origin than plain HTTP.
    let also = https::own_origin(api, request.headers());
    let policy = unison_web::content_security_policy(App::Edge, &nonce, also.as_deref());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}

/// The service worker, which fetches the pages and nothing else.
const WORKER: &str = "/sw.js";
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'";

fn file(path: &str, asset: unison_web::Asset) -> Response {
    let mut answer = with_type(StatusCode::OK, asset.mime, Body::from(asset.bytes));
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(encoding) = asset.encoding {
        answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if path == WORKER {
        // A worker obeys the policy that its own script comes with.
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(WORKER_POLICY));
    }
    answer
}

pub(super) fn with_type(status: StatusCode, mime: &'static str, body: Body) -> Response {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    answer
}
