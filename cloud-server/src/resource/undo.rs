//! Imports that were done, and taking one back: what it made is archived, what it changed gets its values from
//! before, unless somebody changed it since.

use super::{Description, Map, engine, named};
use crate::business::Wrong;
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::{Tx, WriteTx};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use unison_api::error::ApiError;
use unison_api::page::Page;
use unison_core::time::{Rfc3339, Timestamp};

/// An import.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ImportView {
    pub id: i64,
    pub entity: String,
    pub file_name: Option<String>,
    pub user_id: i64,
    pub user_name: String,
    pub created: i64,
    pub updated: i64,
    pub created_at: Rfc3339,
    pub undone_at: Option<Rfc3339>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ImportList {
    pub imports: Vec<ImportView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// Imports, the newest first.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &Tx<'_>, page: Page) -> Result<ImportList, DbError> {
    let count = tx.query_one("SELECT count(*) AS n FROM imports WHERE organization_id = $1", params![tx.org()])?;
    let rows = tx.query(
        "SELECT i.*, u.name AS user_name FROM imports i
         JOIN users u ON u.organization_id = i.organization_id AND u.id = i.user_id
         WHERE i.organization_id = $1 ORDER BY i.id DESC LIMIT $2 OFFSET $3",
        params![tx.org(), page.per_page, page.offset()],
    )?;
    let view = |row: &Row| {
        Ok(ImportView {
            id: row.get("id")?,
            entity: row.get("entity")?,
            file_name: row.get("file_name")?,
            user_id: row.get("user_id")?,
            user_name: row.get("user_name")?,
            created: row.get("created")?,
            updated: row.get("updated")?,
            created_at: row.get::<Timestamp>("created_at")?.into(),
            undone_at: row.get::<Option<Timestamp>>("undone_at")?.map(Rfc3339::from),
        })
    };
    Ok(ImportList {
        imports: rows.iter().map(view).collect::<Result<_, DbError>>()?,
        total: count.map_or(Ok(0), |r| r.get("n"))?,
        page: page.page,
        per_page: page.per_page,
    })
}

/// A record that could not be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Left {
    pub id: i64,
    pub line: i64,
    pub reason: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Undone {
    pub archived: usize,
    pub restored: usize,
    pub left: Vec<Left>,
}

/// Takes an import back.
///
/// # Errors
/// 404 where there is none, 403 without the permission to write its records, 400 when it is taken back already.
pub fn undo(tx: &WriteTx<'_>, import: i64) -> Result<Undone, Wrong> {
    let sql = "SELECT entity, undone_at FROM imports WHERE organization_id = $1 AND id = $2";
    let row = tx.query_one(sql, params![tx.org(), import])?.ok_or_else(|| ApiError::not_found("import"))?;
    let entity: String = row.get("entity")?;
    let d = named(&entity).ok_or_else(|| DbError::Failed(format!("there is no entity {entity}")))?;
    if !tx.caller().may(d.permission(true)) {
        return Err(ApiError::forbidden(d.permission(true)).into());
    }
    if row.get::<Option<Timestamp>>("undone_at")?.is_some() {
        return Err(ApiError::new(400, "Cannot undo import", "It is taken back already").into());
    }
    let rows = tx.query(
        "SELECT * FROM import_rows WHERE organization_id = $1 AND import_id = $2 ORDER BY line DESC",
        params![tx.org(), import],
    )?;
    let (mut out, mut versions) = (Undone::default(), HashMap::new());
    for row in &rows {
        let (id, line): (i64, i64) = (row.get("record_id")?, row.get("line")?);
        match one(tx, d, row, id, &mut versions) {
            Ok(was_made) => {
                if was_made {
                    out.archived += 1
                } else {
                    out.restored += 1
                }
                // What is taken back is done with; what is left can be tried again.
                let done = "DELETE FROM import_rows WHERE organization_id = $1 AND import_id = $2 AND line = $3";
                tx.execute(done, params![tx.org(), import, line])?;
            }
            Err(Wrong(e)) if e.status == 500 => return Err(Wrong(e)),
            Err(Wrong(e)) => out.left.push(Left { id, line, reason: super::bulk::said(&e) }),
        }
    }
    if out.left.is_empty() {
        let sql = "UPDATE imports SET undone_at = $3 WHERE organization_id = $1 AND id = $2";
        tx.execute(sql, params![tx.org(), import, tx.now()])?;
    }
    tx.audit("import", import, "undo", None::<&()>, Some(&out))?;
    Ok(out)
}

/// Takes one record back; whether it was archived. `versions` are those that this undo itself made.
fn one(
    tx: &WriteTx<'_>,
    d: &'static Description,
    row: &Row,
    id: i64,
    versions: &mut HashMap<i64, i64>,
) -> Result<bool, Wrong> {
    let now = engine::find_to_write(tx, d, &id.to_string())?;
    let own = versions.get(&id).copied();
    if now.version != own.map_or_else(|| row.get("version_after"), Ok)? {
        return Err(ApiError::new(409, "Changed meanwhile", "It was changed after the import").into());
    }
    let before: Option<String> = row.get("before")?;
    let after = match &before {
        None => engine::withdraw(tx, d, &now)?,
        Some(text) => {
            let before: Map = serde_json::from_str(text).map_err(|e| DbError::Failed(e.to_string()))?;
            let part = |name: &str| before.get(name).and_then(|v| v.as_object()).cloned().unwrap_or_default();
            engine::put_back(tx, d, &now, &part("fields"), &part("custom_fields"))?
        }
    };
    versions.insert(id, after.get("version").and_then(serde_json::Value::as_i64).unwrap_or(0));
    Ok(before.is_none())
}
