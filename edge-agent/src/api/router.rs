//! From the list of routes to a running router. Access, body limit, time limit, panics and headers are
//! enforced here and nowhere else, from the same entry that documents the route; a handler cannot be
//! reached around it.

use std::future::Future;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use axum::{Json, Router};
use futures::FutureExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use unison_api::error::ApiError;
use unison_api::openapi::{Access, RouteDoc};
use uuid::Uuid;

use super::body::{self, Query};
use super::caller::{self, Caller};
use super::headers::IDEMPOTENCY_KEY;
use super::server::Peer;
use super::{Api, pages, routes};

/// Longest time until an answer begins.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

pub(super) type Answer = Result<Response, ApiError>;
pub(super) type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

/// One route: what the world knows of it and what it does.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub doc: RouteDoc,
    pub handler: Handler,
}

/// A request that passed access and limits.
pub(super) struct Call {
    pub api: Arc<Api>,
    pub caller: Option<Caller>,
    pub headers: HeaderMap,
    pub query: Query,
    pub peer: IpAddr,
    /// It came by TLS that ends here.
    pub is_encrypted: bool,
    /// The header Idempotency-Key.
    key: Option<Uuid>,
    path: Vec<(String, String)>,
    body: Bytes,
}

impl Call {
    /// The body as `T`; 400 names the wrong field.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        body::parse(&self.body)
    }

    /// A path parameter.
    pub fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// The id of what the call makes, which makes a repetition the same call: from the body, from the header
    /// Idempotency-Key, or a new one.
    ///
    /// # Errors
    /// 400 where the two differ.
    pub fn id_of_new(&self, in_body: Option<Uuid>) -> Result<Uuid, ApiError> {
        match (in_body, self.key) {
            (Some(id), Some(key)) if id != key => {
                Err(ApiError::field(IDEMPOTENCY_KEY, "differs from uuid; give one of them"))
            }
            (Some(id), _) | (None, Some(id)) => Ok(id),
            (None, None) => Ok(Uuid::now_v7()),
        }
    }

    /// A path parameter that is an integer id; what is none is not found.
    pub fn id(&self, name: &str, what: &str) -> Result<i64, ApiError> {
        self.path(name).parse().map_err(|_| ApiError::not_found(what))
    }

    /// The person who calls; present on every route that is not public.
    pub fn signed_on(&self) -> Result<&Caller, ApiError> {
        self.caller.as_ref().ok_or_else(caller::sign_on)
    }
}

/// An answer with a JSON body.
pub(super) fn json(status: u16, body: &impl Serialize) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::OK), Json(body)).into_response()
}

/// 500; the cause goes to the log under the trace id that the answer names.
pub(super) fn internal(cause: impl std::fmt::Display) -> ApiError {
    let trace =
        super::pin::random().map_or_else(|_| "none".to_owned(), |r| super::pin::hex(r.get(..8).unwrap_or_default()));
    tracing::error!(trace, "internal error: {cause}");
    ApiError::internal(&trace)
}

/// A refusal as an answer.
pub(super) fn refused(error: &ApiError) -> Response {
    let mut answer = json(error.status, &error.body);
    if error.status == 503 || error.status == 429 {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    answer
}

/// Makes the router: every route under `/api/v1` and its alias `/api`, health, metrics and the authority's
/// certificate also at the root, pages for the rest.
pub(super) fn router(api: Arc<Api>) -> Router {
    let mut list = Router::new();
    let mut root = Router::new();
    for route in routes::all() {
        let filter = filter_of(route.doc.method);
        let handler = move |state: State<Arc<Api>>, peer: ConnectInfo<Peer>, path: RawPathParams, request: Request| {
            guard(route, state.0, peer.0, path, request)
        };
        list = list.route(route.doc.path, on(filter, handler));
        if matches!(route.doc.path, "/health" | "/metrics" | "/authority.crt") {
            root = root.route(route.doc.path, on(filter, handler));
        }
    }
    root.nest("/api/v1", list.clone())
        .nest("/api", list)
        .fallback(pages::serve)
        .method_not_allowed_fallback(async || {
            refused(&ApiError::new(405, "Method not allowed", "See /api/docs for what can be called"))
        })
        .layer(axum::middleware::from_fn(with_security_headers))
        .with_state(api)
}

fn filter_of(method: &str) -> MethodFilter {
    match method {
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}

async fn guard(route: Route, api: Arc<Api>, peer: Peer, path: RawPathParams, request: Request) -> Response {
    let meters = api.clone();
    let answer = bounded(&route.doc, ANSWER_WITHIN, enter(route, api, peer, path, request)).await;
    meters.meters.answered(answer.status().as_u16());
    answer
}

/// Runs one call inside its limits. Whatever happens there is an answer.
async fn bounded(doc: &RouteDoc, within: Duration, work: impl Future<Output = Answer>) -> Response {
    match tokio::time::timeout(within, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(Ok(answer))) => answer,
        Ok(Ok(Err(error))) => refused(&error),
        Ok(Err(panic)) => refused(&internal(format!("panic in {} {}: {}", doc.method, doc.path, said(&*panic)))),
        Err(_) => refused(&ApiError::new(503, "Too busy", "There was no answer in time; please try again")),
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?")
}

async fn enter(route: Route, api: Arc<Api>, peer: Peer, path: RawPathParams, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let most = route.doc.body_bytes_max;
    let too_large = || ApiError::new(413, "Body too large", format!("This call takes at most {most} bytes"));
    // Before anything is read or looked up: limits come first.
    if length_of(&parts.headers).is_some_and(|n| n > most) {
        return Err(too_large());
    }
    let caller = match route.doc.access {
        Access::Public => caller::find(&api, &parts.headers, peer.is_encrypted, false).await.unwrap_or(None),
        Access::Authenticated | Access::Permission(_) => {
            let is_write = parts.method != Method::GET;
            Some(caller::find(&api, &parts.headers, peer.is_encrypted, is_write).await?.ok_or_else(caller::sign_on)?)
        }
    };
    if let (Access::Permission(permission), Some(caller)) = (route.doc.access, &caller)
        && !caller.may(permission)
    {
        return Err(ApiError::forbidden(permission));
    }
    let key = key_of(&route.doc, &parts.headers)?;
    let body = read(body, most).await.ok_or_else(too_large)?;
    let call = Call {
        api,
        caller,
        headers: parts.headers,
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        peer: peer.address,
        is_encrypted: peer.is_encrypted,
        key,
        path: path.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        body,
    };
    (route.handler)(call).await
}

/// The header Idempotency-Key of a call that changes something. Whoever sends one counts on it: it is never ignored.
fn key_of(doc: &RouteDoc, headers: &HeaderMap) -> Result<Option<Uuid>, ApiError> {
    let Some(header) = headers.get(IDEMPOTENCY_KEY).filter(|_| doc.takes(IDEMPOTENCY_KEY)) else {
        return Ok(None);
    };
    let key = header.to_str().ok().and_then(|text| Uuid::parse_str(text.trim()).ok());
    let wrong = || ApiError::field(IDEMPOTENCY_KEY, "must be a UUID, else a repetition would count twice");
    key.map(Some).ok_or_else(wrong)
}

fn length_of(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn read(body: Body, most: usize) -> Option<Bytes> {
    axum::body::to_bytes(body, most).await.ok()
}

/// What every answer says to browsers; an answer's own policy stays.
async fn with_security_headers(peer: ConnectInfo<Peer>, request: Request, next: Next) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    /// On plain HTTP browsers ignore it and complain on every page.
    const ENCRYPTED: (HeaderName, &str) = (HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    let mut answer = next.run(request).await;
    for (name, value) in HEADERS.into_iter().chain(peer.0.is_encrypted.then_some(ENCRYPTED)) {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn body(answer: Response) -> (u16, serde_json::Value) {
        let status = answer.status().as_u16();
        let bytes = axum::body::to_bytes(answer.into_body(), 4_096).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn api_04_a_panic_is_an_answer_that_tells_nothing() {
        let doc = routes::all()[0].doc;
        let (status, said) = body(bounded(&doc, ANSWER_WITHIN, async { panic!("secret cause") }).await).await;
        assert_eq!((status, said["error"].as_str()), (500, Some("Internal error")));
        let reason = said["reason"].as_str().unwrap();
        assert!(reason.contains("trace id") && !reason.contains("secret"), "{reason}");
    }

    #[tokio::test]
    async fn api_04_a_call_that_hangs_is_an_answer() {
        let doc = routes::all()[0].doc;
        let (status, said) = body(bounded(&doc, Duration::from_millis(20), std::future::pending()).await).await;
        assert_eq!((status, said["error"].as_str()), (503, Some("Too busy")));
    }

    #[test]
    fn api_07_every_route_is_listed_once_and_writes_need_a_person() {
        let routes = routes::all();
        let mut names: Vec<_> = routes.iter().map(|r| (r.doc.method, r.doc.path)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), routes.len());
        let open: Vec<_> = routes
            .iter()
            .filter(|r| r.doc.method != "GET" && r.doc.access == Access::Public)
            .map(|r| r.doc.path)
            .collect();
        assert_eq!(
            open,
            [
                "/auth/login",
                "/auth/badge",
                "/operators/{id}/pin",
                "/scans",
                "/trust",
                "/certificate",
                "/certificate",
                "/authority/renew"
            ],
            "each with checks of its own"
        );
        let large: Vec<_> =
            routes.iter().filter(|r| r.doc.body_bytes_max > 16 * 1024).map(|r| (r.doc.method, r.doc.path)).collect();
        assert_eq!(large, [("POST", "/shift-handovers"), ("PUT", "/certificate")]);
    }
}
