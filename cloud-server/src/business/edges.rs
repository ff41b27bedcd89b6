//! Edges: how they do, and how one comes in (EDGE-01, one-time token).

use super::reach_sql;
use crate::db::{DbError, Row};
use crate::live::Live;
use crate::params;
use crate::tenancy::{Topic, Tx, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use unison_api::page::Page;
use unison_core::ids::PlantId;
use unison_core::time::{Rfc3339, SECOND, Timestamp};
use uuid::Uuid;

/// An edge as administrators see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EdgeView {
    pub id: i64,
    pub name: String,
    pub plant_name: String,
    /// Version of its program.
    pub version: Option<String>,
    pub last_seen: Option<Rfc3339>,
    /// online, offline, never_connected, quarantined or revoked.
    pub state: String,
    /// How far machine time here lies behind.
    pub lag_seconds: Option<f64>,
    /// Last op of the edge's log, as it last said.
    pub head: i64,
    /// Last op of it that is here.
    pub acked: i64,
    /// What a person should know.
    pub message: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EdgeList {
    pub edges: Vec<EdgeView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// Edges of the plants the caller reaches, by plant and name.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &Tx<'_>, live: &Live, page: Page) -> Result<EdgeList, DbError> {
    let (all_plants, user) = super::reach_values(tx.caller());
    let sql = format!(
        "SELECT e.*, p.name AS plant_name, v.seq FROM edges e
         JOIN plants p ON p.organization_id = e.organization_id AND p.id = e.plant_id
         LEFT JOIN vectors v ON v.organization_id = e.organization_id AND v.origin = e.uuid
         WHERE e.organization_id = $1 AND {} ORDER BY p.name, e.name LIMIT $4 OFFSET $5",
        reach_sql("e.plant_id")
    );
    let count =
        format!("SELECT count(*) AS n FROM edges e WHERE e.organization_id = $1 AND {}", reach_sql("e.plant_id"));
    let total = tx.query_one(&count, params![tx.org(), all_plants, user])?.map_or(Ok(0), |r| r.get("n"))?;
    let rows = tx.query(&sql, params![tx.org(), all_plants, user, page.per_page, page.offset()])?;
    let edges = rows.iter().map(|row| present(row, live, tx.now())).collect::<Result<Vec<_>, _>>()?;
    Ok(EdgeList { edges, total, page: page.page, per_page: page.per_page })
}

fn present(row: &Row, live: &Live, now: Timestamp) -> Result<EdgeView, DbError> {
    let link = live.link(row.get("uuid")?);
    let stored: Option<Timestamp> = row.get("last_seen_at")?;
    let seen = stored.max(link.as_ref().map(|l| l.heard_at));
    let state = match (row.get::<String>("state")?.as_str(), &link, seen) {
        ("enrolled", Some(link), _) if link.is_connected => "online",
        ("enrolled", _, None) => "never_connected",
        ("enrolled", _, Some(_)) => "offline",
        ("quarantined", ..) => "quarantined",
        _ => "revoked",
    };
    let observed: Option<Timestamp> = row.get("observed_until")?;
    #[expect(clippy::cast_precision_loss, reason = "a lag is far below 285 years")]
    let seconds = |micros: i64| (micros.max(0) as f64 / SECOND as f64).round();
    Ok(EdgeView {
        id: row.get("id")?,
        name: row.get("name")?,
        plant_name: row.get("plant_name")?,
        version: row.get("program_version")?,
        last_seen: seen.map(Rfc3339::from),
        state: state.to_owned(),
        lag_seconds: observed.map(|until| seconds(now.since(until))),
        head: row.get("head")?,
        acked: row.get::<Option<i64>>("seq")?.unwrap_or(0),
        message: link.and_then(|l| l.message),
    })
}

/// A new edge as it is told about itself.
#[derive(Clone, Debug)]
pub struct NewEdge {
    pub id: i64,
    pub plant_name: String,
    pub organization_name: String,
}

/// Uuid of the plant, for a token that names it by id.
///
/// # Errors
/// When the database fails.
pub fn plant_uuid(tx: &Tx<'_>, plant: PlantId) -> Result<Option<Uuid>, DbError> {
    let row =
        tx.query_one("SELECT uuid FROM plants WHERE organization_id = $1 AND id = $2", params![tx.org(), plant])?;
    row.map(|r| r.get("uuid")).transpose()
}

/// Takes an edge into its plant. A name that is taken gets a number, so that a box that is set up anew is
/// not held up; people rename or revoke later.
///
/// # Errors
/// When the database fails.
pub fn add(tx: &WriteTx<'_>, plant: PlantId, uuid: Uuid, wanted_name: &str) -> Result<NewEdge, DbError> {
    let sql = "SELECT p.name, o.name AS organization_name FROM plants p
               JOIN organization o ON o.organization_id = p.organization_id WHERE p.organization_id = $1 AND p.id = $2";
    let row = tx
        .query_one(sql, params![tx.org(), plant])?
        .ok_or_else(|| DbError::Failed(format!("there is no plant {plant}")))?;
    let name = free_name(tx, plant, wanted_name)?;
    let id = tx.next_id("edges")?;
    tx.execute(
        "INSERT INTO edges (organization_id, id, uuid, plant_id, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
        params![tx.org(), id, uuid, plant, &name, tx.now()],
    )?;
    tx.audit("edge", id, "enrol", None::<&()>, Some(&json!({"name": name, "uuid": uuid, "plant_id": plant})))?;
    tx.changed(Topic::Edges);
    Ok(NewEdge { id, plant_name: row.get("name")?, organization_name: row.get("organization_name")? })
}

/// Edges of this name or uuid that are not revoked, with id and uuid; plants may have edges of one name.
///
/// # Errors
/// When the database fails.
pub fn named(tx: &Tx<'_>, name: &str) -> Result<Vec<(i64, Uuid)>, DbError> {
    let sql = "SELECT id, uuid FROM edges
               WHERE organization_id = $1 AND (name = $2 OR uuid = $3) AND state <> 'revoked' ORDER BY id";
    tx.query(sql, params![tx.org(), name, name.parse::<Uuid>().ok()])?
        .iter()
        .map(|r| Ok((r.get("id")?, r.get("uuid")?)))
        .collect()
}

/// Notes that an edge was revoked. Its machines stay its own until another edge claims them, so that what it
/// saw keeps its meaning.
///
/// # Errors
/// When the database fails.
pub fn revoked(tx: &WriteTx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE edges SET state = 'revoked', updated_at = $3 WHERE organization_id = $1 AND id = $2",
        params![tx.org(), id, tx.now()],
    )?;
    tx.audit("edge", id, "revoke", None::<&()>, Some(&json!({"state": "revoked"})))?;
    tx.changed(Topic::Edges);
    Ok(())
}

fn free_name(tx: &Tx<'_>, plant: PlantId, wanted: &str) -> Result<String, DbError> {
    let sql = "SELECT name FROM edges WHERE organization_id = $1 AND plant_id = $2";
    let rows = tx.query(sql, params![tx.org(), plant])?;
    let taken = rows.iter().map(|r| r.get::<String>("name")).collect::<Result<Vec<_>, _>>()?;
    let numbered = (2..).map(|n| format!("{wanted} ({n})"));
    let free = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    Ok(free.unwrap_or_else(|| wanted.to_owned()))
}
