//! Signing on: tile and PIN, badge, and setting a PIN. A PIN alone never signs anybody on.

use std::collections::BTreeSet;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::ApiError;
use unison_api::openapi::Access;
use unison_api::production::Key;
use unison_core::ids::UserId;
use unison_core::master::User;
use unison_core::time::{HOUR, Rfc3339, Timestamp};

use super::caller;
use super::headers::ADMIN_TOKEN;
use super::pin::{Pin, Tries};
use super::router::{Answer, Call, internal, json};
use super::{Api, not_stored, routes, scan};
use crate::store::keys;

/// How long somebody stays signed on (RBAC-08).
const SESSION: i64 = 8 * HOUR;

/// Body of `POST /auth/login`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    /// Id, name or e-mail address of the person.
    operator: Key,
    /// 4 to 6 digits.
    pin: String,
}

/// Body of `POST /auth/badge`: one of the two.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Badge {
    /// The code of the badge.
    badge: Option<String>,
    /// Id of the event `scan` with which a scanner of the box read it.
    scan: Option<uuid::Uuid>,
}

/// Body of `POST /operators/{id}/pin`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPin {
    /// 4 to 6 digits.
    pin: String,
    /// The PIN that is in force; not needed with the box's administrator token.
    #[serde(default)]
    old_pin: Option<String>,
}

/// A person who is signed on.
#[derive(Serialize, JsonSchema)]
pub(super) struct UserView {
    id: i64,
    name: String,
    roles: Vec<String>,
    /// What of this edge's calls they may make; those that need no permission are not named.
    permissions: Vec<&'static str>,
}

/// The answer of a sign-on; `GET /me` gives it without the token.
#[derive(Serialize, JsonSchema)]
pub(super) struct Session {
    /// For `Authorization: Bearer`; browsers use the cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    expires_at: Rfc3339,
    user: UserView,
}

/// A tile of the sign-on page.
#[derive(Serialize, JsonSchema)]
pub(super) struct OperatorView {
    id: i64,
    name: String,
    has_pin: bool,
    roles: Vec<String>,
}

/// All tiles.
#[derive(Serialize, JsonSchema)]
pub(super) struct Operators {
    operators: Vec<OperatorView>,
}

pub(super) async fn operators(call: Call) -> Answer {
    let with_pin = call.api.store.query(keys::with_pin).await.map_err(not_stored)?;
    let mut operators: Vec<OperatorView> = {
        let model = call.api.store.model();
        let tile = |u: &User| OperatorView {
            id: u.id.0,
            name: u.name.clone(),
            has_pin: with_pin.contains(&u.id.0),
            roles: unison_rules::rbac::codes(&u.roles),
        };
        model.users.values().filter(|u| u.is_active).map(tile).collect()
    };
    operators.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    Ok(json(200, &Operators { operators }))
}

pub(super) async fn login(call: Call) -> Answer {
    let login: Login = call.json()?;
    let pin = Pin::parse(&login.pin).map_err(|m| ApiError::field("pin", m))?;
    let user = person(&call.api, &login.operator)?;
    check_pin(&call.api, &user, pin).await?;
    open(&call, user).await
}

pub(super) async fn badge(call: Call) -> Answer {
    let badge: Badge = call.json()?;
    let api = &call.api;
    let now = api.store.now();
    api.badge_misses.ask(call.peer, now)?;
    let user = match (badge.badge, badge.scan) {
        (Some(code), None) => {
            let read = scan::read(&code).map_err(|m| ApiError::field("badge", m))?;
            let model = api.store.model();
            let has = |u: &&User| {
                u.is_active && u.badge.as_deref().is_some_and(|b| read.badges().any(|badge| scan::same_text(b, badge)))
            };
            let mut owners = model.users.values().filter(has);
            match (owners.next(), owners.next()) {
                (Some(user), None) => Some(user.clone()),
                _ => None,
            }
        }
        (None, Some(id)) => {
            let user = api.badges.claim(id, now);
            user.and_then(|u| api.store.model().users.get(&UserId(u)).filter(|u| u.is_active).cloned())
        }
        _ => return Err(ApiError::field("badge", "give either badge or scan")),
    };
    let Some(user) = user else {
        api.badge_misses.miss(call.peer, now);
        return Err(ApiError::unauthenticated(
            "This badge is not known here, or was scanned more than 10 seconds ago; scan it again",
        ));
    };
    open(&call, user).await
}

pub(super) async fn logout(call: Call) -> Answer {
    let session = call.signed_on()?.session;
    call.api.store.side(move |conn| keys::end_session(conn, &session)).await.map_err(not_stored)?;
    let mut answer = Response::new(axum::body::Body::empty());
    *answer.status_mut() = axum::http::StatusCode::NO_CONTENT;
    set_cookie(&mut answer, call.is_encrypted, "", 0);
    Ok(answer)
}

pub(super) async fn me(call: Call) -> Answer {
    let caller = call.signed_on()?;
    Ok(json(200, &Session { token: None, expires_at: caller.expires_at.into(), user: view(&caller.user) }))
}

/// Access is judged here, because two kinds of callers may: an administrator of the box by its token, and
/// the person by the old PIN.
pub(super) async fn set_pin(call: Call) -> Answer {
    let new: NewPin = call.json()?;
    let id = UserId(call.id("id", "operator")?);
    let api = &call.api;
    let pin = Pin::parse(&new.pin).map_err(|m| ApiError::field("pin", m))?;
    let user = api.store.model().users.get(&id).cloned();
    if call.headers.contains_key(ADMIN_TOKEN) {
        caller::admin(api, &call.headers)?;
    } else {
        own_pin(&call, id, new.old_pin.as_deref()).await?;
    }
    let user = user.ok_or_else(|| ApiError::not_found("operator"))?;
    let hashed = on_hash_thread(api, move |key| key.hash(&pin)).await?.map_err(internal)?;
    let now = api.store.now();
    api.store.side(move |conn| keys::set_pin(conn, user.id, &hashed, now)).await.map_err(not_stored)?;
    Ok(axum::response::IntoResponse::into_response(axum::http::StatusCode::NO_CONTENT))
}

async fn own_pin(call: &Call, id: UserId, old: Option<&str>) -> Result<(), ApiError> {
    let caller = caller::find(&call.api, &call.headers, call.is_encrypted, true).await?.ok_or_else(caller::sign_on)?;
    if caller.user.id != id {
        return Err(ApiError::new(
            403,
            "Not your PIN",
            "People set their own PIN; an administrator of the box sets any",
        ));
    }
    let old = old.ok_or_else(|| ApiError::field("old_pin", "is required"))?;
    let old = Pin::parse(old).map_err(|m| ApiError::field("old_pin", m))?;
    check_pin(&call.api, &caller.user, old).await
}

/// The person that a tile stands for.
fn person(api: &Api, key: &Key) -> Result<User, ApiError> {
    let model = api.store.model();
    let mut active = model.users.values().filter(|u| u.is_active);
    let found = match key {
        Key::Id(id) => active.find(|u| u.id.0 == *id),
        Key::Text(text) => {
            let text = text.trim();
            let mut found =
                active.filter(|u| u.id.0.to_string() == text || u.name == text || u.email.eq_ignore_ascii_case(text));
            match (found.next(), found.next()) {
                (Some(_), Some(_)) => {
                    return Err(ApiError::field("operator", "is the name of several people; use the tile"));
                }
                (first, _) => first,
            }
        }
    };
    found.cloned().ok_or_else(|| ApiError::unauthenticated("Nobody with this name signs on here"))
}

/// What a try at a PIN meets.
enum Try {
    NoPin,
    Locked(Timestamp),
    Check { hash: String, tries: Tries },
}

async fn check_pin(api: &Api, user: &User, pin: Pin) -> Result<(), ApiError> {
    let (id, now) = (user.id, api.store.now());
    let met = api.store.side(move |conn| {
        let Some(row) = keys::pin(conn, id)? else { return Ok(Try::NoPin) };
        let before = Tries { failed: row.failed, locked_until: row.locked_until };
        if let Some(until) = before.locked(now) {
            return Ok(Try::Locked(until));
        }
        // Counted before it is checked; a right PIN takes it back. So many tries at once are still so many.
        let tries = before.failed(now);
        keys::set_failed(conn, id, tries.failed, tries.locked_until)?;
        Ok(Try::Check { hash: row.hash, tries })
    });
    let (hash, tries) = match met.await.map_err(not_stored)? {
        Try::NoPin => {
            return Err(ApiError::unauthenticated(
                "There is no PIN for this person yet; an administrator of the box sets one",
            ));
        }
        Try::Locked(until) => return Err(locked(until, now)),
        Try::Check { hash, tries } => (hash, tries),
    };
    if on_hash_thread(api, move |key| key.verify(&pin, &hash)).await? {
        return api.store.side(move |conn| keys::set_failed(conn, id, 0, None)).await.map_err(not_stored);
    }
    match (tries.locked(now), tries.left()) {
        (Some(until), _) => Err(locked(until, now)),
        (None, 1) => Err(ApiError::unauthenticated("Wrong PIN; 1 try left")),
        (None, left) => Err(ApiError::unauthenticated(&format!("Wrong PIN; {left} tries left"))),
    }
}

fn locked(until: Timestamp, now: Timestamp) -> ApiError {
    let minutes = until.since(now).max(0) / unison_core::time::MINUTE + 1;
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    ApiError::new(
        403,
        "Sign-on locked",
        format!("Too many wrong PINs; try again in {minutes} {unit}, or use the badge"),
    )
}

/// Argon2 takes long and much memory: a few at once, never on an async thread.
async fn on_hash_thread<T: Send + 'static>(
    api: &Api,
    work: impl FnOnce(&super::pin::PinKey) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let slot = api.hashing.clone().acquire_owned().await.map_err(internal)?;
    let key = api.pin_key.clone();
    let done = tokio::task::spawn_blocking(move || {
        let out = work(&key);
        drop(slot);
        out
    });
    done.await.map_err(internal)
}

async fn open(call: &Call, user: User) -> Answer {
    let api = &call.api;
    let (token, hash) = caller::new_token().map_err(internal)?;
    let (id, now) = (user.id, api.store.now());
    let expires_at = now.plus(SESSION);
    api.store.side(move |conn| keys::open_session(conn, &hash, id, now, expires_at)).await.map_err(not_stored)?;
    let body = Session { token: Some(token.clone()), expires_at: expires_at.into(), user: view(&user) };
    let mut answer = json(200, &body);
    set_cookie(&mut answer, call.is_encrypted, &token, SESSION / unison_core::time::SECOND);
    Ok(answer)
}

fn view(user: &User) -> UserView {
    let asked = routes::all().into_iter().filter_map(|route| match route.doc.access {
        Access::Permission(permission) => Some(permission),
        Access::Public | Access::Authenticated => None,
    });
    let held: BTreeSet<_> = asked.filter(|permission| unison_rules::rbac::may(&user.roles, permission)).collect();
    UserView {
        id: user.id.0,
        name: user.name.clone(),
        roles: unison_rules::rbac::codes(&user.roles),
        permissions: held.into_iter().collect(),
    }
}

fn set_cookie(answer: &mut Response, is_encrypted: bool, token: &str, seconds: i64) {
    let name = caller::cookie(is_encrypted);
    let secure = if is_encrypted { "; Secure" } else { "" };
    let text = format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        answer.headers_mut().insert(header::SET_COOKIE, value);
    }
}
