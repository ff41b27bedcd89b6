//! People, roles, and keys of programs.

use crate::auth::{Auth, password};
use crate::business::Wrong;
use crate::business::api_tokens::record::description;
use crate::business::api_tokens::{self, ApiTokenList, ApiTokenView, Made, new_key};
use crate::business::fields::Fields;
use crate::business::idempotency::{self, Request};
use crate::business::organization::is_email;
use crate::business::people::logins::{self, Emails};
use crate::business::people::record::Person;
use crate::business::people::{self, Change, Saved, UserList, UserView};
use crate::business::roles::record::{self, OwnRole};
use crate::business::roles::{self, RoleList, RoleView};
use crate::http::area::resource::{self, IMPORT_BYTES_MAX, page, taken_in};
use crate::http::call::{Answer, Call, bytes, json};
use crate::http::routes::{Route, h};
use crate::resource::import::{Import, Report};
use crate::resource::list::Asked;
use crate::resource::{form, of, sheet};
use crate::tenancy::{Tx, WriteTx};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use unison_api::error::ApiError;
use unison_api::form::Form;
use unison_api::openapi::{Access, SchemaOf, schema_of};

/// Largest body of a record.
const BODY: usize = 32 * 1024;

/// The routes of this area.
pub(in crate::http) fn routes() -> Vec<Route> {
    let mut out = user_routes();
    out.extend(role_routes());
    out.extend(token_routes());
    out
}

/// Body of a person: all fields for the help of whoever writes one.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only describes the body, which is read field by field")]
struct UserBody {
    name: Option<String>,
    email: Option<String>,
    /// Codes of roles, or other words for them such as `inspector`.
    roles: Option<Vec<String>>,
    plant_ids: Option<Vec<i64>>,
    employee_number: Option<String>,
    department_id: Option<i64>,
    manager_id: Option<i64>,
    badge: Option<String>,
    hourly_rate: Option<f64>,
    phone: Option<String>,
    /// en or de.
    language: Option<String>,
    custom_fields: Option<Map<String, Value>>,
    /// Of a change: the version that was changed.
    version: Option<i64>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only describes the body, which is read field by field")]
struct ApiTokenBody {
    name: String,
    roles: Vec<String>,
    plant_ids: Option<Vec<i64>>,
    all_plants: Option<bool>,
    /// RFC 3339 time; never when left out.
    expires_at: Option<String>,
}

fn user_routes() -> Vec<Route> {
    const READ: Access = Access::Permission("users:read");
    const WRITE: Access = Access::Permission(people::WRITE);
    let (one, body): (Option<SchemaOf>, SchemaOf) = (Some(schema_of::<UserView>), schema_of::<UserBody>);
    vec![
        Route::new("GET", "/users", "People", READ, h!(users))
            .query(of::<Person>().map_or(&[], |d| d.queries))
            .answers(200, Some(schema_of::<UserList>)),
        Route::new("POST", "/users", "Take in a person; answers their first password once", WRITE, h!(create_user))
            .body(body, BODY)
            .answers(201, Some(schema_of::<Saved>)),
        Route::new("POST", "/users/import", "Take in a CSV file, or try to", WRITE, h!(import_users))
            .body(schema_of::<Import>, IMPORT_BYTES_MAX)
            .answers(200, Some(schema_of::<Report>)),
        Route::new("GET", "/users/{id}", "A person", READ, h!(user)).answers(200, one),
        Route::new("PUT", "/users/{id}", "Change a person", WRITE, h!(update_user)).body(body, BODY).answers(200, one),
        Route::new("PATCH", "/users/{id}", "Change a person", WRITE, h!(update_user))
            .body(body, BODY)
            .answers(200, one),
        Route::new("DELETE", "/users/{id}", "Disable a person; ends their sessions", WRITE, h!(archive_user))
            .answers(200, one),
        Route::new("POST", "/users/{id}/restore", "Enable a person again", WRITE, h!(restore_user)).answers(200, one),
        Route::new(
            "POST",
            "/users/{id}/reset-password",
            "A new first password, answered once",
            WRITE,
            h!(reset_password),
        )
        .answers(200, Some(schema_of::<Saved>)),
    ]
}

fn role_routes() -> Vec<Route> {
    let Ok(d) = of::<OwnRole>() else { return Vec::new() };
    let (read, write) = (Access::Permission(d.paths.read), Access::Permission(roles::WRITE));
    let (one, create, update): (Option<SchemaOf>, _, _) =
        (Some(schema_of::<RoleView>), d.schemas.create, d.schemas.update);
    vec![
        Route::new("GET", "/roles", "Roles that people can have, built-in ones first", read, h!(all_roles))
            .query(d.queries)
            .answers(200, Some(schema_of::<RoleList>)),
        Route::new("POST", "/roles", "Make a role", write, h!(create_role)).body(create, BODY).answers(201, one),
        Route::new("GET", "/roles/{id}", "A role, by code or id", read, h!(role)).answers(200, one),
        Route::new("PUT", "/roles/{id}", "Change a role; counts at the next log-in", write, h!(update_role))
            .body(update, BODY)
            .answers(200, one),
        Route::new("PATCH", "/roles/{id}", "Change a role; counts at the next log-in", write, h!(update_role))
            .body(update, BODY)
            .answers(200, one),
        Route::new("DELETE", "/roles/{id}", "Archive a role that nobody has", write, h!(archive_role))
            .answers(200, one),
        Route::new("POST", "/roles/{id}/restore", "Take a role back", write, h!(restore_role)).answers(200, one),
    ]
}

fn token_routes() -> Vec<Route> {
    const READ: Access = Access::Permission("api_tokens:read");
    const WRITE: Access = Access::Permission(api_tokens::WRITE);
    let one: Option<SchemaOf> = Some(schema_of::<ApiTokenView>);
    vec![
        Route::new("GET", "/api-tokens", "Keys of other programs", READ, h!(tokens))
            .query(description().queries)
            .answers(200, Some(schema_of::<ApiTokenList>)),
        Route::new("POST", "/api-tokens", "Make a key; it is answered once", WRITE, h!(create_token))
            .body(schema_of::<ApiTokenBody>, BODY)
            .answers(201, Some(schema_of::<Made>)),
        Route::new("GET", "/api-tokens/form", "What a page must know to show API tokens", READ, h!(tokens_form))
            .answers(200, Some(schema_of::<Form>)),
        Route::new("GET", "/api-tokens/export", "All rows of the list as CSV, without keys", READ, h!(export_tokens))
            .query(description().queries),
        Route::new("GET", "/api-tokens/{id}", "A key's record", READ, h!(token)).answers(200, one),
        Route::new("DELETE", "/api-tokens/{id}", "Revoke a key", WRITE, h!(revoke_token)).answers(200, one),
        Route::new("POST", "/api-tokens/{id}/revoke", "Revoke a key", WRITE, h!(revoke_token)).answers(200, one),
    ]
}

fn fields(call: &Call) -> Result<Map<String, Value>, ApiError> {
    call.json()
}

/// A change that is made once per `Idempotency-Key`, and its answer.
async fn once<T: Serialize>(
    call: &Call,
    status: u16,
    work: impl FnOnce(&WriteTx<'_>) -> Result<T, Wrong> + Send + 'static,
) -> Result<Answer, ApiError> {
    let request = Request::read(&call.headers, &call.action, &call.body)?;
    let (status, answer) = call.write(move |tx| idempotency::once(tx, request.as_ref(), status, work)).await?;
    Ok(bytes(status, "application/json", answer))
}

/// As [`once`], with a secret in the answer: it is told now and kept nowhere, not even for a repeated call.
async fn once_with_secret<T: Serialize + Send + 'static, S: Serialize>(
    call: &Call,
    status: u16,
    work: impl FnOnce(&WriteTx<'_>) -> Result<T, Wrong> + Send + 'static,
    with_secret: impl FnOnce(T) -> S,
) -> Result<Answer, ApiError> {
    let request = Request::read(&call.headers, &call.action, &call.body)?;
    let step = move |tx: &WriteTx<'_>| {
        if let Some(before) = idempotency::given(tx, request.as_ref())? {
            return Ok(Err(before));
        }
        let made = work(tx)?;
        idempotency::keep(tx, request.as_ref(), status, &made)?;
        Ok(Ok(made))
    };
    match call.write(step).await? {
        Ok(made) => json(status, &with_secret(made)),
        Err((status, answer)) => Ok(bytes(status, "application/json", answer)),
    }
}

async fn users(call: Call) -> Result<Answer, ApiError> {
    let mut asked: Asked = call.query.clone();
    if let Some(email) = asked.get_mut("email") {
        *email = email.to_lowercase();
    }
    let d = of::<Person>().map_err(Wrong::from)?;
    page(&call, d, asked).await
}

/// E-mails of a file are held while it is taken in; those that were not used are let go. A trial takes nothing and
/// tells nothing of other organisations: whoever only tries could otherwise ask who is where.
async fn import_users(call: Call) -> Result<Answer, ApiError> {
    if let Some(answer) = answered(&call).await? {
        return Ok(answer);
    }
    let (import, d): (Import, _) = (call.json()?, of::<Person>().map_err(Wrong::from)?);
    if !import.commit {
        return taken_in(call, d, import, BTreeSet::new()).await;
    }
    let named: Vec<_> = sheet::texts(d, &import, "email").into_iter().filter(|e| is_email(e)).collect();
    let had = call.read({
        let named = named.clone();
        move |tx| Ok(logins::had(tx, named)?)
    });
    let had = had.await?;
    let new: Vec<_> = named.into_iter().filter(|email| !had.contains(email)).collect();
    let (tenancy, organization) = (call.app.tenancy.clone(), call.organization()?.id);
    let work =
        move |foreign: Vec<String>| async move { taken_in(call, d, import, foreign.into_iter().collect()).await };
    logins::holding(&tenancy, organization, Emails { new, old: vec![] }, work).await
}

async fn tokens_form(call: Call) -> Result<Answer, ApiError> {
    json(200, &call.read(|tx| form::form(tx, description())).await?)
}

async fn user(call: Call) -> Result<Answer, ApiError> {
    let id = call.id("user")?;
    json(200, &call.read(move |tx| people::get(tx, id)).await?)
}

/// The e-mail of a body, when it is one; what is wrong with it the record says.
fn email(fields: &Map<String, Value>) -> Option<String> {
    let text = fields.get("email")?.as_str()?.trim().to_lowercase();
    Some(text).filter(|t| is_email(t))
}

async fn random_password(auth: &Auth) -> Result<(String, String), ApiError> {
    let first = password::random();
    let hash = auth.hash(first.clone()).await?;
    Ok((first, hash))
}

/// The refusal does not say that the address exists elsewhere.
fn need_own(foreign: &[String]) -> Result<(), ApiError> {
    if foreign.is_empty() { Ok(()) } else { Err(ApiError::field("email", "cannot be used here; use another address")) }
}

/// The answer that this call got before. It is looked for before an e-mail is taken, which may be another's by now.
async fn answered(call: &Call) -> Result<Option<Answer>, ApiError> {
    let request = Request::read(&call.headers, &call.action, &call.body)?;
    let given = call.read(move |tx| idempotency::given(tx, request.as_ref())).await?;
    Ok(given.map(|(status, answer)| bytes(status, "application/json", answer)))
}

async fn create_user(call: Call) -> Result<Answer, ApiError> {
    if let Some(answer) = answered(&call).await? {
        return Ok(answer);
    }
    let fields = fields(&call)?;
    let emails = Emails { new: email(&fields).into_iter().collect(), old: vec![] };
    let (tenancy, organization) = (call.app.tenancy.clone(), call.organization()?.id);
    let work = move |foreign: Vec<String>| async move {
        need_own(&foreign)?;
        let (first, hash) = random_password(&call.app.auth).await?;
        let work = move |tx: &WriteTx<'_>| people::create(tx, Fields::new(fields), Some(&hash));
        once_with_secret(&call, 201, work, |user| Saved { user, first_password: Some(first) }).await
    };
    logins::holding(&tenancy, organization, emails, work).await
}

async fn update_user(call: Call) -> Result<Answer, ApiError> {
    if let Some(answer) = answered(&call).await? {
        return Ok(answer);
    }
    let (fields, id) = (fields(&call)?, call.id("user")?);
    let before = call.read(move |tx: &Tx<'_>| people::email_of(tx, id)).await?;
    let emails = match email(&fields).filter(|new| *new != before) {
        Some(new) => Emails { new: vec![new], old: vec![before] },
        None => Emails::default(),
    };
    let (tenancy, organization) = (call.app.tenancy.clone(), call.organization()?.id);
    let work = move |foreign: Vec<String>| async move {
        need_own(&foreign)?;
        once(&call, 200, move |tx| people::change(tx, id, Change::Update(Fields::new(fields)))).await
    };
    logins::holding(&tenancy, organization, emails, work).await
}

async fn archive_user(call: Call) -> Result<Answer, ApiError> {
    let id = call.id("user")?;
    once(&call, 200, move |tx| people::change(tx, id, Change::Archive)).await
}

async fn restore_user(call: Call) -> Result<Answer, ApiError> {
    let id = call.id("user")?;
    once(&call, 200, move |tx| people::change(tx, id, Change::Restore)).await
}

async fn reset_password(call: Call) -> Result<Answer, ApiError> {
    let id = call.id("user")?;
    let (first, hash) = random_password(&call.app.auth).await?;
    let work = move |tx: &WriteTx<'_>| people::change(tx, id, Change::ResetPassword(hash));
    once_with_secret(&call, 200, work, |user| Saved { user, first_password: Some(first) }).await
}

async fn all_roles(call: Call) -> Result<Answer, ApiError> {
    let asked: Asked = call.query.clone();
    json(200, &call.read(move |tx| record::list(tx, asked)).await?)
}

async fn role(call: Call) -> Result<Answer, ApiError> {
    let key = call.parameter("id");
    json(200, &call.read(move |tx| roles::get(tx, &key)).await?)
}

async fn create_role(call: Call) -> Result<Answer, ApiError> {
    let fields = fields(&call)?;
    once(&call, 201, move |tx| roles::create(tx, Fields::new(fields))).await
}

async fn update_role(call: Call) -> Result<Answer, ApiError> {
    let (fields, key) = (fields(&call)?, call.parameter("id"));
    once(&call, 200, move |tx| roles::change(tx, &key, roles::Change::Update(Fields::new(fields)))).await
}

async fn archive_role(call: Call) -> Result<Answer, ApiError> {
    let key = call.parameter("id");
    once(&call, 200, move |tx| roles::change(tx, &key, roles::Change::Archive)).await
}

async fn restore_role(call: Call) -> Result<Answer, ApiError> {
    let key = call.parameter("id");
    once(&call, 200, move |tx| roles::change(tx, &key, roles::Change::Restore)).await
}

async fn tokens(call: Call) -> Result<Answer, ApiError> {
    let asked: Asked = call.query.clone();
    json(200, &call.read(move |tx| api_tokens::list(tx, &asked)).await?)
}

async fn export_tokens(call: Call) -> Result<Answer, ApiError> {
    resource::export(call, description()).await
}

async fn token(call: Call) -> Result<Answer, ApiError> {
    let id = call.id("API token")?;
    json(200, &call.read(move |tx| api_tokens::get(tx, id)).await?)
}

async fn create_token(call: Call) -> Result<Answer, ApiError> {
    let (fields, key) = (fields(&call)?, new_key());
    let kept = key.clone();
    let work = move |tx: &WriteTx<'_>| api_tokens::create(tx, Fields::new(fields), &kept);
    once_with_secret(&call, 201, work, |api_token| Made { api_token, token: Some(key) }).await
}

async fn revoke_token(call: Call) -> Result<Answer, ApiError> {
    let id = call.id("API token")?;
    once(&call, 200, move |tx| api_tokens::revoke(tx, id)).await
}
