//! The JSON shapes that both programs speak (Q-120: the edge serves the operator subset with the same
//! shapes), the one error answer, and the OpenAPI document made from the list of routes.
//!
//! Pure: no HTTP framework, no I/O. Doc comments on fields are the help text of forms and of the
//! OpenAPI page.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod downtime;
pub mod error;
pub mod figures;
pub mod form;
pub mod handover;
pub mod help;
pub mod machine;
pub mod oee;
pub mod openapi;
pub mod page;
pub mod production;
pub mod tag_write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A person as other records mention one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    pub id: i64,
    pub name: String,
}
