//! The audit log as people read it: who changed which field of what, before and after (ADMIN-30).

use super::{Map, list::Question};
use crate::business::Wrong;
use crate::business::people::READ_COSTS;
use crate::db::{DbError, Row};
use crate::tenancy::{Reach, Tx};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use unison_api::error::ApiError;
use unison_api::page::Page;
use unison_core::time::{Rfc3339, Timestamp};

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FieldChange {
    pub field: String,
    pub before: Value,
    pub after: Value,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AuditEntry {
    pub pos: i64,
    pub at: Rfc3339,
    pub actor: String,
    pub user_id: Option<i64>,
    pub entity: String,
    pub entity_id: String,
    pub action: String,
    pub changes: Vec<FieldChange>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AuditList {
    pub audit_log: Vec<AuditEntry>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// Entries, the newest first.
///
/// # Errors
/// 400 naming a wrong parameter.
pub fn list(tx: &Tx<'_>, asked: &HashMap<String, String>, page: Page) -> Result<AuditList, Wrong> {
    let mut q = Question::new(tx);
    let text = |name: &str| asked.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
    let known = ["entity", "entity_id", "user_id", "action", "from", "to", "page", "per_page", "org"];
    let unknown = asked.keys().filter(|k| !known.contains(&k.as_str()));
    let details: Vec<_> = unknown.map(|k| super::valid::wrong(k, "is not a filter of this list")).collect();
    if !details.is_empty() {
        return Err(ApiError::invalid(details).into());
    }
    need_reach(tx, text("entity"), text("entity_id"))?;
    if let Some(entity) = text("entity") {
        let entity = super::named(entity).map_or(entity, |d| d.meta.entity);
        let place = q.bind(entity);
        q.and(&format!("t.entity = {place}"));
    }
    for name in ["entity_id", "action"] {
        if let Some(value) = text(name) {
            let place = q.bind(value);
            q.and(&format!("t.{name} = {place}"));
        }
    }
    if let Some(user) = text("user_id") {
        let user: i64 = user.parse().map_err(|_| ApiError::field("user_id", "must be a whole number"))?;
        let place = q.bind(user);
        q.and(&format!("t.user_id = {place}"));
    }
    for (name, sign) in [("from", ">="), ("to", "<")] {
        if let Some(value) = text(name) {
            let at = Timestamp::parse(value).map_err(|e| ApiError::field(name, e))?;
            let place = q.bind(at);
            q.and(&format!("t.at {sign} {place}"));
        }
    }
    let from = format!("FROM audit_log t WHERE t.organization_id = $1{}", q.condition);
    let total = tx.query_one(&format!("SELECT count(*) AS n {from}"), &q.values)?.map_or(Ok(0), |r| r.get("n"))?;
    let (limit, offset) = (q.bind(page.per_page), q.bind(page.offset()));
    let rows = tx.query(&format!("SELECT t.* {from} ORDER BY t.pos DESC LIMIT {limit} OFFSET {offset}"), &q.values)?;
    let mut audit_log = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    if !tx.caller().may(READ_COSTS) {
        audit_log.iter_mut().for_each(|e| e.changes.retain(|change| change.field != "hourly_rate"));
    }
    for entry in &mut audit_log {
        let unseen = super::named(&entry.entity).map_or(&[] as &[_], |d| (d.hooks.unseen)(tx));
        entry.changes.retain(|change| !unseen.contains(&change.field.as_str()));
    }
    Ok(AuditList { audit_log, total, page: page.page, per_page: page.per_page })
}

/// Entries do not say in which plant they are. Whoever does not reach every plant therefore sees those of one
/// record that lies within reach.
fn need_reach(tx: &Tx<'_>, entity: Option<&str>, id: Option<&str>) -> Result<(), Wrong> {
    let sees_all = tx.caller().signed_on().is_none_or(|user| user.reach == Reach::AllPlants);
    if sees_all {
        return Ok(());
    }
    if let (Some(d), Some(id)) = (entity.and_then(super::named), id) {
        if !tx.caller().may(d.permission(false)) {
            return Err(ApiError::forbidden(d.permission(false)).into());
        }
        return super::engine::find(tx, d, id).map(drop);
    }
    let reason = "Name a record with entity and entity_id; the whole log is for people who reach every plant";
    Err(ApiError::new(403, "No plant access", reason).into())
}

fn entry(row: &Row) -> Result<AuditEntry, DbError> {
    let side = |column: &str| {
        let text: Option<String> = row.get(column)?;
        Ok::<_, DbError>(text.and_then(|t| serde_json::from_str::<Map>(&t).ok()))
    };
    Ok(AuditEntry {
        pos: row.get("pos")?,
        at: row.get::<Timestamp>("at")?.into(),
        actor: row.get("actor")?,
        user_id: row.get("user_id")?,
        entity: row.get("entity")?,
        entity_id: row.get("entity_id")?,
        action: row.get("action")?,
        changes: changes(side("before")?.as_ref(), side("after")?.as_ref()),
    })
}

/// Fields that differ; custom fields one by one.
/// What differs after every change tells nobody anything.
const OF_EVERY_CHANGE: [&str; 2] = ["version", "updated_at"];

fn changes(before: Option<&Map>, after: Option<&Map>) -> Vec<FieldChange> {
    let (before, after) = (before.map(flat).unwrap_or_default(), after.map(flat).unwrap_or_default());
    let names = after.keys().chain(before.keys().filter(|name| !after.contains_key(*name)));
    let side = |map: &Map, name: &str| map.get(name).cloned().unwrap_or_default();
    let all =
        names.map(|name| FieldChange { field: name.clone(), before: side(&before, name), after: side(&after, name) });
    all.filter(|c| c.before != c.after && !OF_EVERY_CHANGE.contains(&c.field.as_str())).collect()
}

fn flat(record: &Map) -> Map {
    let mut out = Map::new();
    for (name, value) in record {
        match value {
            Value::Object(inner) if name == "custom_fields" => {
                out.extend(inner.iter().map(|(code, value)| (format!("custom_fields.{code}"), value.clone())));
            }
            _ => drop(out.insert(name.clone(), value.clone())),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn admin_30_only_fields_that_differ() {
        let map = |v: Value| v.as_object().cloned().unwrap();
        let before = map(json!({"name": "A", "cost": 1.5, "custom_fields": {"heat": true, "gone": 1}}));
        let after = map(json!({"name": "A", "cost": 2.5, "custom_fields": {"heat": false}}));
        let found = changes(Some(&before), Some(&after));
        let names: Vec<_> = found.iter().map(|c| c.field.as_str()).collect();
        assert_eq!(names, ["cost", "custom_fields.heat", "custom_fields.gone"]);
        assert_eq!(found[2].after, Value::Null);
        assert_eq!(changes(None, Some(&after)).len(), 3);
    }
}
