//! A request that passed the gate, and how it is answered.

use super::places::Place;
use super::{App, body};
use crate::business::{Wrong, plants_wanted};
use crate::db::DbError;
use crate::tenancy::{Caller, Organization, Tx, WriteTx};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use unison_api::error::{ApiError, Detail};
use unison_api::page::Page;
use unison_core::span::Span;
use unison_core::time::Timestamp;
use uuid::Uuid;

pub(crate) type Answer = Response;

/// When to come again, where nothing better is known.
const RETRY_AFTER_SECONDS: i64 = 5;

/// See the module.
pub(crate) struct Call {
    pub app: App,
    /// Missing for routes of the platform.
    pub organization: Option<Organization>,
    /// Missing for public routes.
    pub caller: Option<Caller>,
    /// The session as it came, for streams that check it again.
    pub token: Option<String>,
    pub path: HashMap<String, String>,
    pub query: HashMap<String, String>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub from: IpAddr,
    /// Of a route that moves a file: goes along with whatever holds the file.
    pub place: Option<Arc<Place>>,
    /// Method and path, for idempotency.
    pub action: String,
}

impl Call {
    pub fn organization(&self) -> Result<&Organization, ApiError> {
        self.organization.as_ref().ok_or_else(|| internal("a route of the platform asked for an organisation"))
    }

    pub fn caller(&self) -> Result<&Caller, ApiError> {
        self.caller.as_ref().ok_or_else(|| internal("a public route asked for a caller"))
    }

    /// Runs a read for the caller.
    pub async fn read<T, F>(&self, f: F) -> Result<T, ApiError>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, Wrong> + Send + 'static,
        T: Send + 'static,
    {
        Ok(self.app.tenancy.read(self.caller()?, f).await?)
    }

    /// Runs a read of a page at most that an index finds.
    pub async fn read_brief<T, F>(&self, f: F) -> Result<T, ApiError>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, Wrong> + Send + 'static,
        T: Send + 'static,
    {
        Ok(self.app.tenancy.read_brief(self.caller()?, f).await?)
    }

    /// Runs a write for the caller.
    pub async fn write<T, F>(&self, f: F) -> Result<T, ApiError>
    where
        F: FnOnce(&WriteTx<'_>) -> Result<T, Wrong> + Send + 'static,
        T: Send + 'static,
    {
        Ok(self.app.tenancy.write(self.caller()?, f).await?)
    }

    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        body::json(&self.body)
    }

    /// A body that may be left out.
    pub fn json_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, ApiError> {
        if self.body.is_empty() { Ok(T::default()) } else { self.json() }
    }

    pub fn parameter(&self, name: &str) -> String {
        self.path.get(name).cloned().unwrap_or_default()
    }

    /// A number in the path; anything else names nothing that exists.
    pub fn id(&self, what: &str) -> Result<i64, ApiError> {
        self.parameter("id").parse().map_err(|_| ApiError::not_found(what))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    pub fn number(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let read = |text: &str| text.parse().map_err(|_| ApiError::field(name, "must be a whole number"));
        self.text(name).map(read).transpose()
    }

    /// The plant that a list is narrowed to: see [`plants_wanted`].
    pub fn plant(&self) -> Result<Option<i64>, ApiError> {
        Ok(plants_wanted(self.caller()?, self.text("plant_id"))?.map(|plant| plant.0))
    }

    pub fn page(&self) -> Result<Page, ApiError> {
        Page::parse(self.query.get("page").map(String::as_str), self.query.get("per_page").map(String::as_str))
    }

    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        let read = |text: &str| Timestamp::parse(text).map_err(|e| ApiError::field(name, e));
        self.text(name).map(read).transpose()
    }

    /// `from` and `to`; what is missing comes from `default`, or is refused by name.
    pub fn range(&self, default: Option<Span>, longest: i64) -> Result<Span, ApiError> {
        let (from, to) = (self.time("from")?, self.time("to")?);
        let missing = [("from", from.is_none()), ("to", to.is_none())];
        let (from, to) = match default {
            Some(d) => (from.unwrap_or(d.from), to.unwrap_or(d.to)),
            None => match (from, to) {
                (Some(from), Some(to)) => (from, to),
                _ => {
                    let missing = missing.into_iter().filter(|(_, is_missing)| *is_missing);
                    let detail = |field: &str| Detail {
                        field: field.into(),
                        message: "is missing; give an RFC 3339 time".into(),
                    };
                    return Err(ApiError::invalid(missing.map(|(field, _)| detail(field)).collect()));
                }
            },
        };
        if to <= from {
            return Err(ApiError::field("to", "must lie after from"));
        }
        if to.since(from) > longest {
            return Err(ApiError::field("to", "lies too far after from; ask for a shorter range"));
        }
        Ok(Span::new(from, to))
    }
}

/// Something that cannot happen did: logged under an id.
pub(crate) fn internal(cause: &str) -> ApiError {
    Wrong::from(DbError::Failed(cause.to_owned())).0
}

/// A JSON answer.
pub(crate) fn json<T: Serialize>(status: u16, value: &T) -> Result<Answer, ApiError> {
    let text = serde_json::to_vec(value).map_err(|e| internal(&e.to_string()))?;
    Ok(bytes(status, "application/json", text))
}

/// An answer with a body.
pub(crate) fn bytes(status: u16, mime: &'static str, body: impl Into<Body>) -> Answer {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    response
}

/// The last step of every refusal.
pub(crate) fn refused(error: &ApiError) -> Answer {
    let text = serde_json::to_vec(&error.body).unwrap_or_default();
    let mut response = bytes(error.status, "application/json", text);
    if error.status == 429 || error.status == 503 {
        let seconds = HeaderValue::from(error.retry_after_seconds.unwrap_or(RETRY_AFTER_SECONDS));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// An id under which the log tells more.
pub(crate) fn trace_id() -> String {
    Uuid::now_v7().to_string()
}
