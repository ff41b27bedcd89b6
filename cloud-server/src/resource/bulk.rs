//! One action on many records; each has its own outcome (ADMIN-15).

use super::{Description, Map, engine};
use crate::business::Wrong;
use crate::tenancy::WriteTx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::ApiError;

const IDS_MAX: usize = 500;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    pub ids: Vec<i64>,
    /// archive, restore, update or a verb of the entity.
    pub action: String,
    /// For an update: the new values. For a verb: what it asks for.
    #[serde(default)]
    pub changes: Map,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outcome {
    pub id: i64,
    pub ok: bool,
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outcomes {
    pub done: usize,
    pub results: Vec<Outcome>,
}

/// # Errors
/// 400 for an unknown action or too many records; what is wrong with single ones is told in the answer.
pub fn run(tx: &WriteTx<'_>, d: &Description, bulk: &Bulk) -> Result<Outcomes, Wrong> {
    if bulk.ids.is_empty() || bulk.ids.len() > IDS_MAX {
        return Err(ApiError::field("ids", format!("must name 1 to {IDS_MAX} records")).into());
    }
    let is_known = ["archive", "restore", "update"].contains(&bulk.action.as_str());
    if !is_known && d.actions.iter().all(|v| v.verb != bulk.action) {
        return Err(ApiError::field("action", format!("\"{}\" is no action of these records", bulk.action)).into());
    }
    if let Some(field) = d.meta.single.iter().find(|f| bulk.changes.contains_key(**f)) {
        return Err(ApiError::field(field, "is changed on one record at a time").into());
    }
    let mut out = Outcomes { done: 0, results: Vec::with_capacity(bulk.ids.len()) };
    for id in &bulk.ids {
        let error = match one(tx, d, bulk, *id) {
            Ok(_) => None,
            Err(Wrong(e)) if e.status == 500 => return Err(Wrong(e)),
            Err(Wrong(e)) => Some(said(&e)),
        };
        out.done += usize::from(error.is_none());
        out.results.push(Outcome { id: *id, ok: error.is_none(), error });
    }
    Ok(out)
}

fn one(tx: &WriteTx<'_>, d: &Description, bulk: &Bulk, id: i64) -> Result<Map, Wrong> {
    let key = id.to_string();
    if let Some(verb) = d.actions.iter().find(|v| v.verb == bulk.action) {
        return engine::act(tx, d, verb, &key, &bulk.changes);
    }
    match bulk.action.as_str() {
        "archive" => engine::archive(tx, d, &key),
        "restore" => engine::restore(tx, d, &key),
        _ => {
            let mut body = bulk.changes.clone();
            body.insert("version".into(), engine::find(tx, d, &key)?.version.into());
            engine::update(tx, d, &key, body)
        }
    }
}

/// A refusal in one line.
pub(super) fn said(error: &ApiError) -> String {
    let details = error.body.details.iter().map(|d| format!("{}: {}", d.field, d.message));
    let details: Vec<_> = details.chain(error.body.reason.clone()).collect();
    if details.is_empty() { error.body.error.clone() } else { details.join("; ") }
}
