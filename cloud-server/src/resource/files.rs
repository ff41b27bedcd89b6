//! Files that custom fields hold (CF-02): taken in first, then named by the record that is saved with them. They lie
//! in the organisation's own database, so that they are kept apart, saved and restored with everything else
//! (decision 0015). Whoever may read the record may read its files.

use super::custom::Custom;
use super::valid::wrong;
use super::{Description, Map, engine, file_type, named};
use crate::business::Wrong;
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::{Caller, Tx, WriteTx};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use unison_api::error::{ApiError, Detail};
use unison_api::form::FieldKind;
use unison_core::time::HOUR;
use uuid::Uuid;

/// Of one file.
const BYTES_MAX: usize = 10 * 1024 * 1024;
/// Of all files of an organisation.
const TOTAL_MAX: i64 = 5 * 1024 * 1024 * 1024;
/// How long a file waits for the record that shall hold it.
const WAITS: i64 = 24 * HOUR;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The kind of record, such as material.
    pub entity: String,
    /// The code of a custom field of the type file.
    pub field: String,
    pub name: String,
    /// The file in base64; at most 10 MB.
    pub content: String,
}

/// A file as a record holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Held {
    pub id: Uuid,
    pub name: String,
    pub media_type: String,
    pub size: i64,
}

/// A file of a kind that is taken, before anybody asked the database whether it may be.
pub struct Judged {
    d: &'static Description,
    field: String,
    name: String,
    media_type: &'static str,
    hash: [u8; 32],
    body: Vec<u8>,
}

/// Reads a file and judges it: tens of milliseconds of work on a large one, so before the transaction.
///
/// # Errors
/// 403 without the permission to write such records, 400 for what is no file of a kind that is taken.
pub fn judged(caller: &Caller, upload: Upload) -> Result<Judged, ApiError> {
    let d = named(&upload.entity).ok_or_else(|| ApiError::field("entity", "names no kind of record"))?;
    if !caller.may(d.permission(true)) {
        return Err(ApiError::forbidden(d.permission(true)));
    }
    let body = STANDARD.decode(upload.content.trim()).map_err(|_| ApiError::field("content", "must be base64"))?;
    if body.is_empty() || body.len() > BYTES_MAX {
        let message = format!("must have 1 byte to {} MB", BYTES_MAX / 1024 / 1024);
        return Err(ApiError::field("content", message));
    }
    let name = file_type::name(&upload.name).map_err(|message| ApiError::field("name", message))?;
    let media_type = file_type::of(&body, &name).map_err(|message| ApiError::field("content", message))?;
    let hash = Sha256::digest(&body).into();
    Ok(Judged { d, field: upload.field, name, media_type, hash, body })
}

/// Takes a file in; the next save of a record can name it.
///
/// # Errors
/// 400 when there is no such field, or no room.
pub fn take_in(tx: &WriteTx<'_>, judged: Judged) -> Result<Held, Wrong> {
    let Judged { d, field, name, media_type, hash, body } = judged;
    let user = tx.caller().signed_on().ok_or_else(|| ApiError::forbidden(d.permission(true)))?.user_id;
    let customs = super::custom::definitions(tx, d)?;
    let is_meant = |c: &Custom| c.code == field && c.column.field.kind == FieldKind::File;
    if !customs.iter().any(is_meant) {
        let message = format!("is no custom field of the type file of a {}", d.meta.label.to_lowercase());
        return Err(ApiError::field("field", message).into());
    }
    forget_unclaimed(tx)?;
    let size = i64::try_from(body.len()).unwrap_or(i64::MAX);
    let total = "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) AS n FROM files WHERE organization_id = $1";
    let total: i64 = tx.query_one(total, params![tx.org()])?.map_or(Ok(0), |row| row.get("n"))?;
    if total.saturating_add(size) > TOTAL_MAX {
        let reason = format!("The files of the organisation may take {} GB together", TOTAL_MAX / 1024 / 1024 / 1024);
        return Err(ApiError::new(400, "No room for the file", reason).into());
    }
    // Nobody can guess it; who may read it is asked all the same.
    let id = Uuid::new_v4();
    tx.execute(
        "INSERT INTO files (organization_id, id, entity, field_code, name, media_type, size, hash, user_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![tx.org(), id, d.meta.entity, &field, &name, media_type, size, hash, user, tx.now()],
    )?;
    tx.execute(
        "INSERT INTO file_contents (organization_id, file_id, body) VALUES ($1, $2, $3)",
        params![tx.org(), id, body],
    )?;
    let held = Held { id, name, media_type: media_type.to_owned(), size };
    tx.audit("file", id, "create", None::<&()>, Some(&held))?;
    Ok(held)
}

/// Files that no record was saved with go after a day.
fn forget_unclaimed(tx: &WriteTx<'_>) -> Result<(), DbError> {
    let before = tx.now().plus(-WAITS);
    tx.execute(
        "DELETE FROM file_contents WHERE organization_id = $1 AND file_id IN
           (SELECT id FROM files WHERE organization_id = $1 AND record_id IS NULL AND created_at < $2)",
        params![tx.org(), before],
    )?;
    let sql = "DELETE FROM files WHERE organization_id = $1 AND record_id IS NULL AND created_at < $2";
    tx.execute(sql, params![tx.org(), before]).map(drop)
}

/// What goes to whoever asks for a file.
pub struct Content {
    pub name: String,
    pub media_type: String,
    id: Uuid,
    hash: Vec<u8>,
    body: Vec<u8>,
}

impl Content {
    /// The bytes, compared with what was taken in: some milliseconds of work on a large file.
    ///
    /// # Errors
    /// When they were damaged.
    pub fn body(&self) -> Result<&[u8], DbError> {
        let hash: [u8; 32] = Sha256::digest(&self.body).into();
        if self.hash != hash {
            return Err(DbError::Failed(format!("file {} is not what was taken in", self.id)));
        }
        Ok(&self.body)
    }
}

/// # Errors
/// 404 where there is none, 403 where its record may not be read.
pub fn content(tx: &Tx<'_>, key: &str) -> Result<Content, Wrong> {
    let missing = || ApiError::not_found("file");
    let id: Uuid = key.parse().map_err(|_| missing())?;
    let row = stored(tx, id)?.ok_or_else(missing)?;
    let entity: String = row.get("entity")?;
    let d = named(&entity).ok_or_else(|| DbError::Failed(format!("there is no entity {entity}")))?;
    match row.get::<Option<i64>>("record_id")? {
        _ if !tx.caller().may(d.permission(false)) => {
            return Err(ApiError::forbidden(d.permission(false)).into());
        }
        Some(record) => drop(engine::find(tx, d, &record.to_string())?),
        None if is_own(tx, &row)? => {}
        None => return Err(missing().into()),
    }
    let sql = "SELECT body FROM file_contents WHERE organization_id = $1 AND file_id = $2";
    let body = tx.query_one(sql, params![tx.org(), id])?;
    let body = body.ok_or_else(|| DbError::Failed(format!("file {id} has no content")))?.get("body")?;
    Ok(Content { name: row.get("name")?, media_type: row.get("media_type")?, id, hash: row.get("hash")?, body })
}

fn stored(tx: &Tx<'_>, id: Uuid) -> Result<Option<Row>, DbError> {
    tx.query_one("SELECT * FROM files WHERE organization_id = $1 AND id = $2", params![tx.org(), id])
}

fn is_own(tx: &Tx<'_>, row: &Row) -> Result<bool, DbError> {
    let user: i64 = row.get("user_id")?;
    Ok(tx.caller().signed_on().is_some_and(|caller| caller.user_id == user))
}

/// Puts what is known of a file in the place of each one that a body names anew: one that the caller took in for
/// this field and no other record holds, or one that this record held before.
pub(crate) fn look_up(
    tx: &Tx<'_>,
    d: &Description,
    customs: &[Custom],
    record: Option<(i64, &Map)>,
    values: &mut Map,
) -> Result<Vec<Detail>, DbError> {
    let mut details = Vec::new();
    for Custom { code, column, .. } in customs.iter().filter(|c| c.column.field.kind == FieldKind::File) {
        let Some(value) = values.get_mut(code) else { continue };
        if record.is_some_and(|(_, before)| before.get(code) == Some(value)) {
            continue;
        }
        let id = value.get("id").unwrap_or(value).as_str().and_then(|id| id.parse::<Uuid>().ok());
        match id.map(|id| free(tx, d, code, record.map(|(id, _)| id), id)).transpose()?.flatten() {
            Some(held) => *value = json!(held),
            None => details.push(wrong(&column.field.name, "is no file that was uploaded for it")),
        }
    }
    Ok(details)
}

fn free(tx: &Tx<'_>, d: &Description, code: &str, record: Option<i64>, id: Uuid) -> Result<Option<Held>, DbError> {
    let Some(row) = stored(tx, id)? else { return Ok(None) };
    let is_for = row.get::<String>("entity")? == d.meta.entity && row.get::<String>("field_code")? == code;
    let is_free = match row.get::<Option<i64>>("record_id")? {
        Some(holder) => record == Some(holder),
        None => is_own(tx, &row)?,
    };
    let (name, media_type, size) = (row.get("name")?, row.get("media_type")?, row.get("size")?);
    Ok((is_for && is_free).then_some(Held { id, name, media_type, size }))
}

/// Files that a record was saved with are its own for ever: the audit log and an undo may come back to them.
pub(crate) fn claim(tx: &WriteTx<'_>, customs: &[Custom], record: i64, values: &Map) -> Result<(), DbError> {
    for Custom { code, .. } in customs.iter().filter(|c| c.column.field.kind == FieldKind::File) {
        let id = values.get(code).and_then(|v| v.get("id")).and_then(Value::as_str);
        if let Some(id) = id.and_then(|id| id.parse::<Uuid>().ok()) {
            let sql = "UPDATE files SET record_id = $3 WHERE organization_id = $1 AND id = $2 AND record_id IS NULL";
            tx.execute(sql, params![tx.org(), id, record])?;
        }
    }
    Ok(())
}
