//! The gate every request passes, in the order of RBAC-01: organisation, session (user active, organisation
//! match), request forgery, what holds for the whole account, plant, permission. Then the handler, with a time
//! limit; a panic in it is a 500 and no more. Records of other organisations do not exist for the handler.

use super::call::{Answer, Call, refused, trace_id};
use super::routes::{Route, Scope, Target};
use super::{App, client, harden, host};
use crate::auth::API_TOKEN_PREFIX;
use crate::business::{Wrong, plants_wanted};
use crate::tenancy::platform::Ended;
use crate::tenancy::{Caller, Organization};
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use bytes::Bytes;
use futures::FutureExt;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use unison_api::error::ApiError;
use unison_api::openapi::Access;

/// No answer takes longer; the wait for an edge is 5 seconds of it.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// What may come as a body where none belongs.
const BODY_IGNORED_MAX: usize = 1_024;

/// With https no neighbour under the same domain can set or see the cookie: browsers take this prefix only for
/// the very host, and only when secure.
pub(super) const fn cookie(is_https: bool) -> &'static str {
    if is_https { "__Host-unison_session" } else { "unison_session" }
}

const SIGN_IN: &str = "Sign in with POST /api/v1/auth/login";

/// Answers one request.
pub(super) async fn handle(app: App, route: &'static Route, request: Request) -> Response {
    let started = Instant::now();
    let work = AssertUnwindSafe(pass(app.clone(), route, request)).catch_unwind();
    let out = match tokio::time::timeout(ANSWER_MAX, work).await {
        Ok(Ok(out)) => out,
        Ok(Err(panic)) => Err(panicked(panic.as_ref())),
        Err(_) => Err(ApiError::new(503, "Too slow", "The answer took too long; try again, or ask for less")),
    };
    let mut response = out.unwrap_or_else(|error| refused(&error));
    harden(&app, &mut response);
    let labels = [
        ("method", route.doc.method.to_owned()),
        ("path", route.doc.path.to_owned()),
        ("status", response.status().as_u16().to_string()),
    ];
    metrics::counter!("unison_http_requests_total", &labels).increment(1);
    metrics::histogram!("unison_http_request_seconds", "path" => route.doc.path)
        .record(started.elapsed().as_secs_f64());
    response
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> ApiError {
    let text =
        panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    let trace = trace_id();
    tracing::error!(trace, cause = text.unwrap_or_default(), "a handler panicked");
    ApiError::internal(&trace)
}

async fn pass(app: App, route: &'static Route, request: Request) -> Result<Answer, ApiError> {
    let (mut parts, body) = request.into_parts();
    let query = query(&parts);
    let token = token(&parts.headers, cookie(app.config.server.behind_https));
    let organization = organization(&app, route, &parts, &query, token.as_ref()).await?;
    let caller = caller(&app, route, &parts, organization.as_ref(), token.as_ref()).await?;
    if let (Some(organization), Some(caller)) = (&organization, &caller) {
        check_account(&app, route, organization, caller)?;
    }
    let path = path(&mut parts).await;
    let place = match &organization {
        // Before the body is read, which is most of what is held.
        Some(organization) if route.moves_file => Some(app.files.take(organization.id).await?),
        _ => None,
    };
    let body = read_body(route, &parts, body).await;
    let target = Target { path, query, body: body.as_ref().cloned().unwrap_or_default() };
    let target = permitted(&app, route, caller.as_ref(), target).await?;
    body?;
    let peer =
        parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |c| c.0.ip());
    let from = client::address(&app.config.server.trusted_proxies, peer, &parts.headers);
    let action = format!("{} {}", parts.method, parts.uri.path());
    let token = token.map(|t| t.text);
    let Target { path, query, body } = target;
    let call =
        Call { app, organization, caller, token, path, query, headers: parts.headers, body, from, place, action };
    (route.handler)(call).await
}

/// What holds for all that an account does, but for the person's own affairs.
fn check_account(app: &App, route: &Route, organization: &Organization, caller: &Caller) -> Result<(), ApiError> {
    if route.is_personal() {
        return Ok(());
    }
    if caller.signed_on().is_some_and(|user| user.must_change_password) {
        let reason = "Your password was given to you by somebody else: choose your own with POST /api/v1/auth/password";
        return Err(ApiError::new(403, "Change your password first", reason));
    }
    let ended = organization.ended(app.tenancy.now()).filter(|_| !is_safe(&route.method()));
    ended.map_or(Ok(()), |ended| Err(ApiError::new(403, ended_title(ended), READ_ONLY)))
}

/// What an organisation without trial or subscription is told.
pub(super) const READ_ONLY: &str = "Nothing is lost: everything can be read and exported, and edges go on delivering. \
     Subscribe to make changes again; your administrator or the operator of this server does it";

/// What is over, in words.
pub(super) const fn ended_title(ended: Ended) -> &'static str {
    match ended {
        Ended::Trial => "Trial ended",
        Ended::Subscription => "Subscription ended",
    }
}

/// The permission, and before it the plant: whoever lacks both hears of the plant (RBAC-01). Only then is the
/// plant looked up here; handlers look at the plants of what they touch themselves.
async fn permitted(app: &App, route: &Route, caller: Option<&Caller>, target: Target) -> Result<Target, ApiError> {
    let Access::Permission(permission) = route.doc.access else { return Ok(target) };
    let Some(caller) = caller else { return Err(ApiError::unauthenticated(SIGN_IN)) };
    if caller.may(permission) {
        return Ok(target);
    }
    if let Some(named) = target.query.get("plant_id").filter(|p| !p.is_empty()) {
        plants_wanted(caller, Some(named))?;
    }
    let Some(plant_of) = route.plant_of.clone() else { return Err(ApiError::forbidden(permission)) };
    let find = app.tenancy.read(caller, move |tx| Ok::<_, Wrong>(plant_of(tx, &target)?));
    match find.await? {
        Some(plant) if !caller.reaches(plant) => Err(ApiError::no_plant_access()),
        _ => Err(ApiError::forbidden(permission)),
    }
}

async fn organization(
    app: &App,
    route: &Route,
    request: &Parts,
    query: &HashMap<String, String>,
    token: Option<&Token>,
) -> Result<Option<Organization>, ApiError> {
    if route.scope == Scope::Platform {
        return Ok(None);
    }
    let has_api_token = token.is_some_and(|t| !t.is_cookie && t.text.starts_with(API_TOKEN_PREFIX));
    let query_org = query.get("org").map(String::as_str);
    // A request line may name a host too; two that differ name nothing.
    let is_one_host = request.uri.authority().is_none_or(|a| host::host(&request.headers) == Some(a.as_str()));
    let found = match is_one_host {
        true => host::organization(app, &request.headers, query_org, has_api_token).await?,
        false => None,
    };
    let not_found = || {
        let reason =
            "There is no organisation at this address; organisations live at {subdomain}.{domain of this server}";
        ApiError::new(404, "Organization not found", reason)
    };
    found.map(Some).ok_or_else(not_found)
}

/// A session token, and whether the browser sent it by itself.
struct Token {
    text: String,
    is_cookie: bool,
}

fn token(headers: &HeaderMap, cookie: &str) -> Option<Token> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|h| h.to_str().ok());
    if let Some(value) = bearer {
        let (scheme, text) = value.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| Token { text: text.trim().to_owned(), is_cookie: false });
    }
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|h| h.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == cookie).map(|(_, value)| Token { text: value.to_owned(), is_cookie: true })
}

async fn caller(
    app: &App,
    route: &Route,
    parts: &Parts,
    organization: Option<&Organization>,
    token: Option<&Token>,
) -> Result<Option<Caller>, ApiError> {
    if route.doc.access == Access::Public {
        return Ok(None);
    }
    let (Some(organization), Some(token)) = (organization, token) else {
        return Err(ApiError::unauthenticated(SIGN_IN));
    };
    let caller = app.auth.caller(organization, &token.text).await?;
    if token.is_cookie && !is_safe(&parts.method) && !is_own_page(&parts.headers) {
        let reason = "A request with the session cookie must come from our own page, or carry the header X-Requested-With: unison";
        return Err(ApiError::new(403, "Request not trusted", reason));
    }
    Ok(Some(caller))
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Other sites can make a browser send the cookie, but neither the header nor our own origin. Browsers say
/// where a request comes from; a neighbour under the same domain is a stranger too.
fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|h| h.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    let authority = |origin: &str| origin.split_once("://").map(|(_, authority)| authority.to_lowercase());
    match (headers.contains_key(header::ORIGIN), host::host(headers)) {
        (true, Some(host)) => text("origin").and_then(authority) == Some(host.to_lowercase()),
        (true, None) => false,
        (false, _) => text("x-requested-with") == Some("unison"),
    }
}

async fn read_body(route: &Route, parts: &Parts, body: Body) -> Result<Bytes, ApiError> {
    let most = route.doc.body_bytes_max;
    // Clients that send "{}" where no body belongs are let be.
    let read = to_bytes(body, most.max(BODY_IGNORED_MAX)).await.map_err(|_| {
        ApiError::new(413, "Too large", format!("The body of this request may have {most} bytes and must arrive whole"))
    })?;
    if most == 0 || read.is_empty() {
        return Ok(Bytes::new());
    }
    // A form of another site cannot send this type without asking first.
    let mime = parts.headers.get(header::CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or_default();
    if mime.split(';').next().is_some_and(|m| m.trim().eq_ignore_ascii_case("application/json")) {
        return Ok(read);
    }
    Err(ApiError::new(415, "Unsupported type", "Send the body as JSON with Content-Type: application/json"))
}

async fn path(parts: &mut Parts) -> HashMap<String, String> {
    let params = RawPathParams::from_request_parts(parts, &()).await;
    params.map(|p| p.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect()).unwrap_or_default()
}

fn query(parts: &Parts) -> HashMap<String, String> {
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map(|pairs| pairs.0.into_iter().collect())
        .unwrap_or_default()
}
