//! Log-in, log-out, and who is signed in.

use crate::business::organization::{PlantView, plants};
use crate::http::call::{Answer, Call, bytes, json};
use crate::http::gate::cookie;
use crate::tenancy::Caller;
use axum::http::{HeaderValue, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::ApiError;
use unison_core::time::{Rfc3339, SECOND, Timestamp};

/// Body of a log-in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    email: String,
    password: String,
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct User {
    id: i64,
    name: String,
    email: String,
    roles: Vec<String>,
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct OrganizationView {
    name: String,
    subdomain: String,
}

/// Who is signed in, where, and until when.
#[derive(Clone, Serialize, JsonSchema)]
pub struct Me {
    expires_at: Rfc3339,
    user: User,
    organization: OrganizationView,
    /// Plants that the user reaches.
    plants: Vec<PlantView>,
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
    let plants = call.app.tenancy.read(caller, |tx| Ok::<_, crate::business::Wrong>(plants(tx)?)).await?;
    Ok(Me {
        expires_at: Timestamp(user.session_expires_at).into(),
        user: User { id: user.user_id, name: user.name.clone(), email: user.email.clone(), roles: user.roles.clone() },
        organization: OrganizationView { name: organization.name.clone(), subdomain: organization.subdomain.clone() },
        plants,
    })
}

pub(crate) async fn login(call: Call) -> Result<Answer, ApiError> {
    let given: Login = call.json()?;
    let session = call.app.auth.login(call.organization()?, &given.email, &given.password, call.from).await?;
    let me = describe(&call, &session.caller).await?;
    let seconds = session.expires_at.since(call.app.tenancy.now()) / SECOND;
    let mut answer = json(200, &Started { token: session.token.clone(), me })?;
    set_cookie(&call, &mut answer, &session.token, seconds);
    Ok(answer)
}

fn set_cookie(call: &Call, answer: &mut Answer, value: &str, seconds: i64) {
    let is_https = call.app.config.server.behind_https;
    let (name, secure) = (cookie(is_https), if is_https { "; Secure" } else { "" });
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

pub(crate) async fn logout(call: Call) -> Result<Answer, ApiError> {
    call.app.auth.logout(call.caller()?).await?;
    let mut answer = bytes(204, "application/json", "");
    set_cookie(&call, &mut answer, "", 0);
    Ok(answer)
}

pub(crate) async fn me(call: Call) -> Result<Answer, ApiError> {
    json(200, &describe(&call, call.caller()?).await?)
}
