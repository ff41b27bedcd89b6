//! Calls that may be repeated: the answer is stored in the transaction of its effect, under the key that
//! the client chose. The same call with the same key gives the same answer and does nothing again.

use super::Wrong;
use crate::db::DbError;
use crate::params;
use crate::tenancy::WriteTx;
use axum::http::HeaderMap;
use serde::Serialize;
use sha2::{Digest, Sha256};
use unison_api::error::ApiError;
use unison_core::time::HOUR;

const KEY_CHARS_MAX: usize = 200;
/// How long an answer is kept.
const KEPT: i64 = 7 * 24 * HOUR;

/// A call with the header `Idempotency-Key`.
#[derive(Clone, Debug)]
pub struct Request {
    key: String,
    hash: [u8; 32],
}

impl Request {
    /// None without the header.
    ///
    /// # Errors
    /// When the key is not usable.
    pub fn read(headers: &HeaderMap, action: &str, body: &[u8]) -> Result<Option<Self>, ApiError> {
        let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
        let key = value.to_str().unwrap_or_default().trim();
        if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
            return Err(ApiError::field(
                "Idempotency-Key",
                format!("must have 1 to {KEY_CHARS_MAX} printable characters"),
            ));
        }
        let hash = Sha256::new().chain_update(action).chain_update([0]).chain_update(body).finalize().into();
        Ok(Some(Self { key: key.to_owned(), hash }))
    }
}

/// Does `work` once per key; the status and body of the answer.
///
/// # Errors
/// What `work` refuses, or 409 when the key was used for something else.
pub fn once<T: Serialize>(
    tx: &WriteTx<'_>,
    request: Option<&Request>,
    status: u16,
    work: impl FnOnce(&WriteTx<'_>) -> Result<T, Wrong>,
) -> Result<(u16, String), Wrong> {
    let text = |value: &T| serde_json::to_string(value).map_err(|e| Wrong::from(DbError::Failed(e.to_string())));
    let Some(request) = request else { return Ok((status, text(&work(tx)?)?)) };
    // A key belongs to its user: nobody reads another's answer by guessing it.
    let key = format!("{}/{}", tx.caller().signed_on().map_or(0, |u| u.user_id), request.key);
    let sql = "SELECT request_hash, status, answer FROM idempotency_keys WHERE organization_id = $1 AND key = $2";
    if let Some(row) = tx.query_one(sql, params![tx.org(), &key])? {
        if row.get::<[u8; 32]>("request_hash")? != request.hash {
            let reason = "This Idempotency-Key was used for another request; choose a new one";
            return Err(ApiError::new(409, "Key used before", reason).into());
        }
        return Ok((row.get("status")?, row.get("answer")?));
    }
    let answer = text(&work(tx)?)?;
    tx.execute(
        "DELETE FROM idempotency_keys WHERE organization_id = $1 AND created_at < $2",
        params![tx.org(), tx.now().plus(-KEPT)],
    )?;
    tx.execute(
        "INSERT INTO idempotency_keys (organization_id, key, request_hash, status, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        params![tx.org(), key, request.hash, status, &answer, tx.now()],
    )?;
    Ok((status, answer))
}
