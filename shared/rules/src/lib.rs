//! Decisions that both programs take alike: what may be done to a work order, what may be logged, who may.
//!
//! Pure: everything a rule must know is an argument ("known"), loaded before it decides. A refusal is an
//! answer: it says what stands in the way and, where there is one, the field.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod downtime;
pub mod handover;
pub mod help;
pub mod logging;
pub mod rbac;
#[cfg(test)]
mod rbac_tests;
pub mod work_order;

/// One thing wrong with one field of a request (API-03).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: &'static str,
    pub message: String,
}

impl FieldError {
    #[must_use]
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// Why something that was asked for does not happen (API-03, API-04).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request itself is wrong; every wrong field is named.
    #[error("Validation failed")]
    Invalid(Vec<FieldError>),
    /// The request is fine but the state of things forbids it.
    #[error("{error}: {reason}")]
    NotNow { error: &'static str, reason: String },
}
