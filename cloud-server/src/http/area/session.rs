//! Log-in, log-out, and the affairs of whoever is signed in: plant, password, profile, sessions.

use crate::auth::{From, Session, SessionList, device};
use crate::business::fields::Fields;
use crate::business::organization::{PlantView, plants};
use crate::business::people::{self, UserView};
use crate::business::{Wrong, idempotency};
use crate::http::call::{Answer, Call, bytes, json};
use crate::http::gate::{READ_ONLY, cookie, ended_title};
use crate::http::routes::{Route, SMALL, h};
use crate::tenancy::{Caller, Via};
use axum::http::{HeaderValue, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use unison_api::error::ApiError;
use unison_api::openapi::{Access, schema_of};
use unison_core::ids::PlantId;
use unison_core::time::{Rfc3339, SECOND};
use uuid::Uuid;

/// The routes of this area.
pub(in crate::http) fn routes() -> Vec<Route> {
    use Access::{Authenticated, Public};
    let started = || Some(schema_of::<Started> as unison_api::openapi::SchemaOf);
    vec![
        Route::new("POST", "/auth/login", "Sign in", Public, h!(login))
            .body(schema_of::<Login>, SMALL)
            .answers(200, started()),
        Route::new("POST", "/auth/logout", "End the session", Authenticated, h!(logout)).answers(204, None),
        Route::new("POST", "/auth/switch-plant", "Choose another plant", Authenticated, h!(switch_plant))
            .body(schema_of::<SwitchPlant>, SMALL)
            .answers(200, started()),
        Route::new(
            "POST",
            "/auth/password",
            "Change the own password; ends all other sessions",
            Authenticated,
            h!(password),
        )
        .body(schema_of::<ChangePassword>, SMALL)
        .answers(200, started()),
        Route::new("GET", "/me", "Who is signed in", Authenticated, h!(me)).answers(200, Some(schema_of::<Me>)),
        Route::new("PUT", "/me", "Change the own profile", Authenticated, h!(change_me))
            .body(schema_of::<Profile>, SMALL)
            .answers(200, Some(schema_of::<Me>)),
        Route::new("GET", "/me/sessions", "The own sessions", Authenticated, h!(sessions))
            .answers(200, Some(schema_of::<SessionList>)),
        Route::new("DELETE", "/me/sessions/{id}", "End one of the own sessions", Authenticated, h!(end_session))
            .answers(204, None),
    ]
}

/// Body of a log-in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    email: String,
    password: String,
}

/// Body of a change of plant.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchPlant {
    plant_id: i64,
}

/// Body of a change of password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    current_password: String,
    /// 10 characters or more; not the e-mail, the name or the old one.
    new_password: String,
}

/// Body of a change of the own profile; absent fields stay as they are, null empties.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only describes the body, which is read field by field")]
pub struct Profile {
    name: Option<String>,
    phone: Option<String>,
    /// en or de.
    language: Option<String>,
    /// When given, the version that was changed.
    version: Option<i64>,
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct User {
    id: i64,
    name: String,
    email: String,
    roles: Vec<String>,
    phone: Option<String>,
    language: Option<String>,
    version: i64,
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct OrganizationView {
    name: String,
    subdomain: String,
}

/// Who is signed in, where, until when, and with which rights.
#[derive(Clone, Serialize, JsonSchema)]
pub struct Me {
    expires_at: Option<Rfc3339>,
    user: User,
    organization: OrganizationView,
    /// Grants such as `materials:write`, `materials:*` or `*:read`, as cached in the session.
    permissions: Vec<String>,
    /// Plants that the user reaches.
    plants: Vec<PlantView>,
    /// The plant that lists are narrowed to.
    current_plant_id: Option<i64>,
    /// Until the password is changed nothing else is answered.
    must_change_password: bool,
    /// Why changes are refused: the trial or the subscription has ended.
    read_only: Option<ReadOnly>,
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct ReadOnly {
    error: String,
    reason: String,
}

/// A session that begins.
#[derive(Serialize, JsonSchema)]
pub struct Started {
    /// For `Authorization: Bearer`; browsers use the cookie instead.
    token: String,
    #[serde(flatten)]
    me: Me,
}

async fn describe(call: &Call, caller: &Caller) -> Result<Me, ApiError> {
    let user = caller.signed_on().ok_or_else(|| ApiError::unauthenticated("Sign in first"))?;
    let organization = call.organization()?;
    let id = user.user_id;
    let (plants, own): (_, UserView) =
        call.app.tenancy.read(caller, move |tx| Ok::<_, Wrong>((plants(tx)?, people::get(tx, id)?))).await?;
    let ended = organization.ended(call.app.tenancy.now());
    Ok(Me {
        expires_at: match &user.via {
            Via::Session { expires_at, .. } => Some((*expires_at).into()),
            Via::ApiToken { expires_at, .. } => expires_at.map(Rfc3339::from),
        },
        user: User {
            id,
            name: own.name,
            email: own.email,
            roles: user.roles.clone(),
            phone: own.phone,
            language: own.language,
            version: own.version,
        },
        organization: OrganizationView { name: organization.name.clone(), subdomain: organization.subdomain.clone() },
        permissions: user.permissions.clone(),
        plants,
        current_plant_id: user.current_plant.map(|p| p.0),
        must_change_password: own.must_change_password,
        read_only: ended.map(|e| ReadOnly { error: ended_title(e).into(), reason: READ_ONLY.into() }),
    })
}

fn from(call: &Call) -> From {
    let agent = call.headers.get(header::USER_AGENT).and_then(|h| h.to_str().ok()).unwrap_or_default();
    From { ip: call.from, device: device(agent) }
}

/// The answer to a session that begins: the token, and the cookie for browsers.
async fn started(call: &Call, session: Session) -> Result<Answer, ApiError> {
    let me = describe(call, &session.caller).await?;
    let seconds = session.expires_at.since(call.app.tenancy.now()) / SECOND;
    let mut answer = json(200, &Started { token: session.token.clone(), me })?;
    set_cookie(call, &mut answer, &session.token, seconds);
    Ok(answer)
}

async fn login(call: Call) -> Result<Answer, ApiError> {
    let given: Login = call.json()?;
    let session = call.app.auth.login(call.organization()?, &given.email, &given.password, from(&call)).await?;
    started(&call, session).await
}

async fn switch_plant(call: Call) -> Result<Answer, ApiError> {
    let plant = PlantId(call.json::<SwitchPlant>()?.plant_id);
    let session = call.app.auth.switch_plant(call.organization()?, call.caller()?, plant, from(&call)).await?;
    started(&call, session).await
}

async fn password(call: Call) -> Result<Answer, ApiError> {
    let given: ChangePassword = call.json()?;
    let (current, new) = (&given.current_password, &given.new_password);
    let session =
        call.app.auth.change_password(call.organization()?, call.caller()?, current, new, from(&call)).await?;
    started(&call, session).await
}

fn set_cookie(call: &Call, answer: &mut Answer, value: &str, seconds: i64) {
    let is_https = call.app.config.server.behind_https;
    let (name, secure) = (cookie(is_https), if is_https { "; Secure" } else { "" });
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

async fn logout(call: Call) -> Result<Answer, ApiError> {
    call.app.auth.logout(call.caller()?).await?;
    let mut answer = bytes(204, "application/json", "");
    set_cookie(&call, &mut answer, "", 0);
    Ok(answer)
}

async fn me(call: Call) -> Result<Answer, ApiError> {
    json(200, &describe(&call, call.caller()?).await?)
}

async fn change_me(call: Call) -> Result<Answer, ApiError> {
    if matches!(call.caller()?.signed_on().map(|u| &u.via), Some(Via::ApiToken { .. })) {
        return Err(ApiError::new(403, "No session", "An API token has no profile of its own"));
    }
    let (members, once) = (call.json()?, idempotency::Request::read(&call.headers, &call.action, &call.body)?);
    call.write(move |tx| {
        idempotency::once(tx, once.as_ref(), 200, |tx| people::own_profile(tx, Fields::new(members)).map(|_| ()))
    })
    .await?;
    me(call).await
}

async fn sessions(call: Call) -> Result<Answer, ApiError> {
    json(200, &call.app.auth.sessions(call.caller()?).await?)
}

async fn end_session(call: Call) -> Result<Answer, ApiError> {
    let id: Uuid = call.parameter("id").parse().map_err(|_| ApiError::not_found("session"))?;
    call.app.auth.end_session(call.caller()?, id).await?;
    Ok(bytes(204, "application/json", ""))
}
