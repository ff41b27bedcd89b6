//! Calls for help from a machine.

use crate::Person;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::time::Rfc3339;
use uuid::Uuid;

/// Body of `POST /help-calls`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHelpCall {
    /// Made by the client so that a repeated call calls once.
    #[serde(default)]
    pub uuid: Option<Uuid>,
    pub machine_id: i64,
    /// supervisor, maintenance, quality or material.
    pub kind: String,
    #[serde(default)]
    pub notes: Option<String>,
}

/// Body of `POST /help-calls/{id}/end`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EndHelpCall {
    pub notes: Option<String>,
}

/// A call for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HelpCallView {
    pub id: Uuid,
    pub machine_id: i64,
    pub machine_code: String,
    /// supervisor, maintenance, quality or material.
    pub kind: String,
    pub notes: Option<String>,
    pub called_by: Person,
    pub called_at: Rfc3339,
    /// Who comes.
    pub answered_by: Option<Person>,
    pub answered_at: Option<Rfc3339>,
    pub ended_by: Option<Person>,
    pub ended_at: Option<Rfc3339>,
    /// What was said at its end.
    pub end_notes: Option<String>,
}

/// One page of calls for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HelpCallList {
    pub help_calls: Vec<HelpCallView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}
