//! The calls that every entity has, made from the list of entities, and those about all of them.

use crate::business::setup::settings;
use crate::business::site::shift::Shift;
use crate::business::{Wrong, idempotency};
use crate::db::DbError;
use crate::http::body;
use crate::http::call::{Answer, Call, bytes, internal, json};
use crate::http::routes::{Handler, Route, Target};
use crate::http::spool;
use crate::resource::bulk::{Bulk, Outcomes};
use crate::resource::files::{self, Upload};
use crate::resource::import::{Import, Report};
use crate::resource::list::{self, Asked};
use crate::resource::{Description, Map, Reach, Verb, all, audit, bulk, engine, export, form, import, named, undo};
use crate::tenancy::{Tx, WriteTx};
use axum::http::{HeaderValue, header};
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;
use unison_api::error::ApiError;
use unison_api::form::Form;
use unison_api::openapi::{Access, schema_of};
use unison_core::ids::PlantId;

/// Largest body of one record.
const RECORD_BYTES_MAX: usize = 128 * 1024;

/// Largest upload in base64.
pub(crate) const UPLOAD_BYTES_MAX: usize = 14 * 1024 * 1024;

/// Largest file with its quotes escaped.
pub(crate) const IMPORT_BYTES_MAX: usize = 12 * 1024 * 1024;

/// A handler that knows its entity.
fn of<F, A>(d: &'static Description, f: F) -> Handler
where
    F: Fn(Call, &'static Description) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Answer, ApiError>> + Send + 'static,
{
    Arc::new(move |call| Box::pin(f(call, d)))
}

/// The routes of all entities.
pub(crate) fn routes() -> Vec<Route> {
    all().iter().flat_map(of_one).collect()
}

fn of_one(d: &'static Description) -> Vec<Route> {
    let (p, s) = (d.paths, d.schemas);
    let (read, write) = (Access::Permission(p.read), Access::Permission(p.write));
    let mut out = vec![
        Route::new("GET", p.list, "A page of the list", read, of(d, page_of))
            .query(d.queries)
            .answers(200, Some(s.list)),
        Route::new("POST", p.list, "Make a record", write, of(d, create))
            .body(s.create, RECORD_BYTES_MAX)
            .answers(201, Some(s.record)),
        Route::new("GET", p.form, "What a form of it must know", read, of(d, form_of))
            .answers(200, Some(schema_of::<Form>)),
        Route::new("GET", p.item, "A record, by id or code", read, of(d, get)).answers(200, Some(s.record)),
        Route::new("DELETE", p.item, "Archive a record", write, of(d, archive)).answers(200, Some(s.record)),
        Route::new("GET", p.export, "All rows of the list as CSV", read, of(d, export)).query(d.queries),
        Route::new("POST", p.import, "Take in a CSV file, or try to", write, of(d, take_in))
            .body(schema_of::<Import>, IMPORT_BYTES_MAX)
            .answers(200, Some(schema_of::<Report>)),
        Route::new("POST", p.bulk, "One action on many records", write, of(d, in_bulk))
            .body(schema_of::<Bulk>, RECORD_BYTES_MAX)
            .answers(200, Some(schema_of::<Outcomes>)),
        Route::new("POST", p.restore, "Restore an archived record", write, of(d, restore)).answers(200, Some(s.record)),
    ];
    for method in ["PUT", "PATCH"] {
        let route = Route::new(method, p.item, "Change a record: what the body names", write, of(d, update));
        out.push(route.body(s.update, RECORD_BYTES_MAX).answers(200, Some(s.record)));
    }
    for verb in &d.actions {
        let handler: Handler = Arc::new(move |call| Box::pin(act(call, d, verb)));
        let route = Route::new("POST", verb.path, verb.label, write, handler);
        out.push(route.body(verb.schema, RECORD_BYTES_MAX).answers(200, Some(s.record)));
    }
    if d.meta.reach == Reach::Organization {
        return out;
    }
    out.into_iter().map(|route| route.plant_of(move |tx, target| plant_of(tx, d, target))).collect()
}

/// The plant of the record in the path, or the one that a new record is to lie in.
fn plant_of(tx: &Tx<'_>, d: &Description, target: &Target) -> Result<Option<PlantId>, DbError> {
    match target.path.get("id") {
        Some(key) => engine::plant_of_key(tx, d, key),
        None => Ok(target.member("plant_id").map(PlantId)),
    }
}

async fn page_of(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    let asked: Asked = call.query.clone();
    page(&call, d, asked).await
}

/// A page of an entity's records.
pub(crate) async fn page(call: &Call, d: &'static Description, asked: Asked) -> Result<Answer, ApiError> {
    // What an entity adds to its records may look far beyond the page.
    let is_brief = list::is_brief(&asked) && d.hooks.enrich.is_none() && d.meta.links.is_empty();
    let work = move |tx: &Tx<'_>| list::page(tx, d, &asked);
    let text = if is_brief { call.read_brief(work).await? } else { call.read(work).await? };
    Ok(bytes(200, "application/json", text))
}

/// Definitions of one kind of record, by any spelling of it (CF-08, Q-114).
pub(crate) async fn custom_fields(call: Call) -> Result<Answer, ApiError> {
    let mut asked: Asked = call.query.clone();
    if let Some(name) = asked.remove("entity").filter(|name| !name.is_empty()) {
        let d = named(&name).ok_or_else(|| ApiError::field("entity", format!("\"{name}\" is no kind of record")))?;
        asked.insert("entity_type".into(), d.meta.entity.to_owned());
    }
    let d = crate::resource::of::<crate::business::setup::custom_field::CustomField>().map_err(Wrong::from)?;
    page(&call, d, asked).await
}

async fn form_of(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    json(200, &call.read(move |tx| form::form(tx, d)).await?)
}

async fn get(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    let key = call.parameter("id");
    Ok(bytes(200, "application/json", call.read_brief(move |tx| engine::text(tx, d, &key)).await?))
}

async fn create(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    let body: Map = call.json()?;
    changed(&call, 201, move |tx| engine::create(tx, d, body)).await
}

async fn update(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    let (key, body): (_, Map) = (call.parameter("id"), call.json()?);
    changed(&call, 200, move |tx| engine::update(tx, d, &key, body)).await
}

async fn archive(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    let key = call.parameter("id");
    changed(&call, 200, move |tx| engine::archive(tx, d, &key)).await
}

async fn restore(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    let key = call.parameter("id");
    changed(&call, 200, move |tx| engine::restore(tx, d, &key)).await
}

async fn act(call: Call, d: &'static Description, verb: &'static Verb) -> Result<Answer, ApiError> {
    let (key, body): (_, Map) = (call.parameter("id"), call.json_or_default()?);
    changed(&call, 200, move |tx| engine::act(tx, d, verb, &key, &body)).await
}

/// A change that is made once per idempotency key.
pub(crate) async fn changed<T, F>(call: &Call, status: u16, work: F) -> Result<Answer, ApiError>
where
    T: serde::Serialize,
    F: FnOnce(&WriteTx<'_>) -> Result<T, Wrong> + Send + 'static,
{
    let once = idempotency::Request::read(&call.headers, &call.action, &call.body)?;
    let (status, answer) = call.write(move |tx| idempotency::once(tx, once.as_ref(), status, work)).await?;
    Ok(bytes(status, "application/json", answer))
}

pub(crate) async fn export(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    let asked: Asked = call.query.clone();
    let spool = spool::open(&call.app.config.server.data_dir)?;
    let file = call.read(move |tx| export::csv(tx, d, &asked, spool)).await?;
    let mut answer = bytes(200, "text/csv; charset=utf-8", spool::body(file).await?);
    let name = format!("attachment; filename=\"{}.csv\"", d.meta.table);
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

/// Why a transaction of an import ends without a commit.
enum Stopped {
    Wrong(Wrong),
    /// It was a trial, or there are mistakes.
    Trial(Box<Report>),
}

impl From<DbError> for Stopped {
    fn from(e: DbError) -> Self {
        Self::Wrong(e.into())
    }
}

impl From<Wrong> for Stopped {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

async fn take_in(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    let import: Import = call.json()?;
    taken_in(call, d, import, BTreeSet::new()).await
}

/// Takes a file in; `foreign` are texts in it that belong to other organisations.
pub(crate) async fn taken_in(
    call: Call,
    d: &'static Description,
    import: Import,
    foreign: BTreeSet<String>,
) -> Result<Answer, ApiError> {
    let once = idempotency::Request::read(&call.headers, &call.action, &call.body)?;
    let work = move |tx: &WriteTx<'_>| {
        if let Some(answer) = idempotency::given(tx, once.as_ref())? {
            return Ok(answer);
        }
        let report = import::run(tx, d, &import, &foreign)?;
        if report.import_id.is_none() {
            return Err(Stopped::Trial(Box::new(report)));
        }
        Ok(idempotency::keep(tx, once.as_ref(), 200, &report)?)
    };
    match call.app.tenancy.write(call.caller()?, work).await {
        Ok((status, answer)) => Ok(bytes(status, "application/json", answer)),
        Err(Stopped::Trial(report)) => json(200, &report),
        Err(Stopped::Wrong(wrong)) => Err(wrong.into()),
    }
}

pub(crate) async fn upload(call: Call) -> Result<Answer, ApiError> {
    let (caller, body, place) = (call.caller()?.clone(), call.body.clone(), call.place.clone());
    let held = place.clone();
    // Whoever writes meanwhile does not wait until a file is read and judged, nor do other requests of this thread.
    let judge = move || {
        let _held = held;
        files::judged(&caller, body::json::<Upload>(&body)?)
    };
    let judged = blocking(judge).await?;
    let work = move |tx: &WriteTx<'_>| {
        let _held = place;
        files::take_in(tx, judged)
    };
    changed(&call, 201, work).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| internal(&e.to_string()))?
}

/// A file as it was taken in: never shown by a browser as a page of ours, whatever is in it.
pub(crate) async fn download(call: Call) -> Result<Answer, ApiError> {
    let (key, place) = (call.parameter("id"), call.place.clone());
    let held = place.clone();
    let find = move |tx: &Tx<'_>| {
        let _held = held;
        files::content(tx, &key)
    };
    let (file, mut spool) = (call.read(find).await?, spool::open(&call.app.config.server.data_dir)?);
    let write = move || {
        let _held = place;
        let body = file.body().map_err(Wrong::from)?;
        spool.write_all(body).map_err(|e| internal(&e.to_string()))?;
        let length = body.len();
        Ok((file.name, file.media_type, length, spool))
    };
    let (name, media_type, length, spool) = blocking(write).await?;
    let mut answer = bytes(200, "application/octet-stream", spool::body(spool).await?);
    let headers = answer.headers_mut();
    let mut set = |name, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, &media_type);
    set(header::CONTENT_LENGTH, &length.to_string());
    set(header::CONTENT_DISPOSITION, &disposition(&name));
    set(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    Ok(answer)
}

/// The name twice: for old clients in ASCII, for all others whole (RFC 6266).
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%;".contains(c) || c == ' ' { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

pub(crate) async fn imports(call: Call) -> Result<Answer, ApiError> {
    let page = call.page()?;
    json(200, &call.read(move |tx| Ok(undo::list(tx, page)?)).await?)
}

pub(crate) async fn undo_import(call: Call) -> Result<Answer, ApiError> {
    let import = call.id("import")?;
    changed(&call, 200, move |tx| undo::undo(tx, import)).await
}

async fn in_bulk(call: Call, d: &'static Description) -> Result<Answer, ApiError> {
    let asked: Bulk = call.json()?;
    changed(&call, 200, move |tx| bulk::run(tx, d, &asked)).await
}

pub(crate) async fn settings(call: Call) -> Result<Answer, ApiError> {
    json(200, &call.read(|tx| Ok(settings::get(tx)?)).await?)
}

pub(crate) async fn settings_form(call: Call) -> Result<Answer, ApiError> {
    json(200, &call.read(|tx| form::form(tx, settings::description())).await?)
}

pub(crate) async fn change_settings(call: Call) -> Result<Answer, ApiError> {
    let body: Map = call.json()?;
    changed(&call, 200, move |tx| settings::update(tx, body)).await
}

/// Shifts take the name `active_only` of the contract (API-18).
pub(crate) async fn shifts(call: Call) -> Result<Answer, ApiError> {
    let mut asked: Asked = call.query.clone();
    match asked.remove("active_only").as_deref() {
        None | Some("" | "true") => {}
        Some("false") => drop(asked.insert("is_active".into(), "all".into())),
        Some(_) => return Err(ApiError::field("active_only", "must be true or false")),
    }
    let d = crate::resource::of::<Shift>().map_err(Wrong::from)?;
    page(&call, d, asked).await
}

pub(crate) async fn entities(call: Call) -> Result<Answer, ApiError> {
    json(200, &form::entities(call.caller()?))
}

pub(crate) async fn search(call: Call) -> Result<Answer, ApiError> {
    let text =
        call.query.get("q").cloned().ok_or_else(|| ApiError::field("q", "is missing; give part of a code or name"))?;
    if text.chars().count() > 200 {
        return Err(ApiError::field("q", "may have 200 characters"));
    }
    json(200, &call.read(move |tx| form::search(tx, &text)).await?)
}

pub(crate) async fn audit_log(call: Call) -> Result<Answer, ApiError> {
    let (asked, page) = (call.query.clone(), call.page()?);
    json(200, &call.read(move |tx| audit::list(tx, &asked, page)).await?)
}
