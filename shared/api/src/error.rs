//! How every refusal looks (API-03, API-04). Internal causes never leave: a 500 says a trace id.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_rules::Refusal;

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Detail {
    pub field: String,
    pub message: String,
}

/// The body of every answer that is no success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorBody {
    /// What did not happen.
    pub error: String,
    /// Why, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The wrong fields of a validation failure.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub details: Vec<Detail>,
    /// The record as it is now, where another changed it meanwhile.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub current: Option<Box<serde_json::Value>>,
    /// What certainly became of a write to a device; where it is missing with a 5xx, nobody knows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<WriteEnd>,
}

/// What a refusal can promise of a write to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteEnd {
    /// Nothing went out.
    NotSent,
}

/// A refusal with its HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    pub status: u16,
    pub body: ErrorBody,
    /// When to come again, for the header Retry-After.
    pub retry_after_seconds: Option<i64>,
}

impl ApiError {
    #[must_use]
    pub fn new(status: u16, error: &str, reason: impl Into<String>) -> Self {
        Self {
            status,
            body: ErrorBody {
                error: error.to_owned(),
                reason: Some(reason.into()),
                details: vec![],
                current: None,
                outcome: None,
            },
            retry_after_seconds: None,
        }
    }

    /// Adds that nothing went to a device, so that nobody has to look.
    #[must_use]
    pub fn not_sent(mut self) -> Self {
        self.body.outcome = Some(WriteEnd::NotSent);
        self
    }

    /// 400 with the wrong fields.
    #[must_use]
    pub fn invalid(details: Vec<Detail>) -> Self {
        Self {
            status: 400,
            body: ErrorBody { error: "Validation failed".into(), reason: None, details, current: None, outcome: None },
            retry_after_seconds: None,
        }
    }

    /// 400 with one wrong field.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![Detail { field: field.to_owned(), message: message.into() }])
    }

    /// 401; the reason says how to sign on.
    #[must_use]
    pub fn unauthenticated(reason: &str) -> Self {
        Self::new(401, "Not authenticated", reason)
    }

    /// 403 for a missing permission (RBAC-01).
    #[must_use]
    pub fn forbidden(permission: &str) -> Self {
        Self::new(403, "Missing permission", unison_rules::rbac::missing(permission))
    }

    /// 409 with the record as it is now.
    #[must_use]
    pub fn changed_meanwhile(reason: &str, current: serde_json::Value) -> Self {
        let mut error = Self::new(409, "Changed meanwhile", reason);
        error.body.current = Some(Box::new(current));
        error
    }

    /// 429; how long to wait goes into the header too.
    #[must_use]
    pub fn too_many(what: &str, seconds: i64) -> Self {
        let reason = format!("{what}; try again in {seconds} seconds");
        Self { retry_after_seconds: Some(seconds), ..Self::new(429, "Too many requests", reason) }
    }

    /// 403 for a record or filter of a plant that is not assigned (RBAC-01, RBAC-06).
    #[must_use]
    pub fn no_plant_access() -> Self {
        let reason = "This belongs to a plant that you are not assigned to; an administrator assigns plants";
        Self::new(403, "No plant access", reason)
    }

    /// 404; the same for what does not exist and what belongs to others.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(404, "Not found", format!("There is no such {what}"))
    }

    /// 500; the cause stays in the log under this id.
    #[must_use]
    pub fn internal(trace: &str) -> Self {
        Self::new(500, "Internal error", format!("Please try again; if it stays, report trace id {trace}"))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(fields) => Self::invalid(
                fields.into_iter().map(|f| Detail { field: f.field.to_owned(), message: f.message }).collect(),
            ),
            Refusal::NotNow { error, reason } => Self::new(400, error, reason),
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.body.error)?;
        self.body.reason.as_ref().map_or(Ok(()), |r| write!(f, ": {r}"))
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn api_03_and_api_04_shapes() {
        let taken = ApiError::field("material_code", "Material code MTL-002 already exists");
        assert_eq!(
            serde_json::to_value(&taken.body).unwrap(),
            json!({"error": "Validation failed", "details": [{"field": "material_code", "message": "Material code MTL-002 already exists"}]})
        );
        let refusal =
            Refusal::NotNow { error: "Cannot start work order", reason: "Waiting for WO-2024-999 to complete".into() };
        assert_eq!(
            serde_json::to_value(ApiError::from(refusal).body).unwrap(),
            json!({"error": "Cannot start work order", "reason": "Waiting for WO-2024-999 to complete"})
        );
    }
}
