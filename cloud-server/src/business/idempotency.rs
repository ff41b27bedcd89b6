//! Calls that may be repeated: the answer is stored in the transaction of its effect, under the key that
//! the client chose. The same call with the same key gives the same answer and does nothing again.

use super::Wrong;
use crate::db::DbError;
use crate::params;
use crate::tenancy::{Tx, WriteTx};
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

/// An answer as it was given.
pub type Answer = (u16, String);

/// Does `work` once per key; the status and body of the answer.
///
/// # Errors
/// What `work` refuses, or 409 when the key was used for something else.
pub fn once<T: Serialize>(
    tx: &WriteTx<'_>,
    request: Option<&Request>,
    status: u16,
    work: impl FnOnce(&WriteTx<'_>) -> Result<T, Wrong>,
) -> Result<Answer, Wrong> {
    match given(tx, request)? {
        Some(answer) => Ok(answer),
        None => keep(tx, request, status, &work(tx)?),
    }
}

/// A key belongs to its user: nobody reads another's answer by guessing it.
fn own(tx: &Tx<'_>, key: &str) -> String {
    format!("{}/{key}", tx.caller().signed_on().map_or(0, |u| u.user_id))
}

/// The answer that this call got before.
///
/// # Errors
/// 409 when the key was used for something else.
pub fn given(tx: &Tx<'_>, request: Option<&Request>) -> Result<Option<Answer>, Wrong> {
    let Some(request) = request else { return Ok(None) };
    let sql = "SELECT request_hash, status, answer FROM idempotency_keys WHERE organization_id = $1 AND key = $2";
    let Some(row) = tx.query_one(sql, params![tx.org(), own(tx, &request.key)])? else { return Ok(None) };
    if row.get::<[u8; 32]>("request_hash")? != request.hash {
        let reason = "This Idempotency-Key was used for another request; choose a new one";
        return Err(ApiError::new(409, "Key used before", reason).into());
    }
    Ok(Some((row.get("status")?, row.get("answer")?)))
}

/// Stores an answer for the next time this call comes.
///
/// # Errors
/// When the database fails.
pub fn keep<T: Serialize>(
    tx: &WriteTx<'_>,
    request: Option<&Request>,
    status: u16,
    answer: &T,
) -> Result<Answer, Wrong> {
    let answer = serde_json::to_string(answer).map_err(|e| DbError::Failed(e.to_string()))?;
    let Some(request) = request else { return Ok((status, answer)) };
    tx.execute(
        "DELETE FROM idempotency_keys WHERE organization_id = $1 AND created_at < $2",
        params![tx.org(), tx.now().plus(-KEPT)],
    )?;
    tx.execute(
        "INSERT INTO idempotency_keys (organization_id, key, request_hash, status, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        params![tx.org(), own(tx, &request.key), request.hash, status, &answer, tx.now()],
    )?;
    Ok((status, answer))
}
