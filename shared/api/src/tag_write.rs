//! Values that people write to devices.

use crate::Person;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use unison_core::time::Rfc3339;
use uuid::Uuid;

/// Body of `POST /tags/{name}/write`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteTag {
    /// Made by the client so that a repeated call writes once; the header Idempotency-Key does the same.
    #[serde(default)]
    pub uuid: Option<Uuid>,
    /// true or false, a number, or a text; a number may be a text with all its digits, like "9007199254740993" or "4.25".
    pub value: Value,
    /// The machine that it is for.
    #[serde(default)]
    pub machine_id: Option<i64>,
    /// Who said yes to it; where somebody else is signed on by then, it is refused with 409.
    #[serde(default)]
    pub by: Option<i64>,
    /// When that was, by the clock of the edge; what is more than 5 s off is refused with 409.
    #[serde(default)]
    pub asked_at: Option<Rfc3339>,
}

/// A write and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagWriteView {
    pub id: Uuid,
    /// In the cloud: the edge that wrote. An edge names only its own writes, and no edge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge_name: Option<String>,
    pub tag: String,
    pub machine_id: Option<i64>,
    pub machine_code: Option<String>,
    /// The last value that was known then; null where none was.
    pub value_before: Option<String>,
    pub value: String,
    pub written_by: Person,
    pub asked_at: Rfc3339,
    /// asked (under way), done, refused (by the device), not_sent, or unknown (it was sent, and nobody knows whether it
    /// happened).
    pub outcome: String,
    /// Why it was not done, or why nobody knows.
    pub reason: Option<String>,
    pub ended_at: Option<Rfc3339>,
}

/// One page of writes, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagWriteList {
    pub tag_writes: Vec<TagWriteView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}
