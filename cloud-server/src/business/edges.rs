//! Edges: how they do, and how one comes in (EDGE-01, one-time token).

use super::{Wrong, reach_sql};
use crate::db::{DbError, Row};
use crate::live::Live;
use crate::params;
use crate::tenancy::{Topic, Tx, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use unison_api::error::ApiError;
use unison_api::page::Page;
use unison_core::ids::{MachineId, PlantId};
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

const VIEW: &str = "SELECT e.*, p.name AS plant_name, v.seq FROM edges e
 JOIN plants p ON p.organization_id = e.organization_id AND p.id = e.plant_id
 LEFT JOIN vectors v ON v.organization_id = e.organization_id AND v.origin = e.uuid
 WHERE e.organization_id = $1";

/// Edges of the plants the caller reaches, by plant and name.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &Tx<'_>, live: &Live, page: Page) -> Result<EdgeList, DbError> {
    let (all_plants, user) = super::reach_values(tx.caller());
    let sql = format!("{VIEW} AND {} ORDER BY p.name, e.name LIMIT $4 OFFSET $5", reach_sql("e.plant_id"));
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

/// Notes that an edge was revoked. Its machines stay its own until another edge claims them or they are handed
/// over, so that what it saw keeps its meaning; the other edges of the plant see them as free. What it was
/// asked and did not answer is refused.
///
/// # Errors
/// When the database fails.
pub fn revoked(tx: &WriteTx<'_>, id: i64) -> Result<(), DbError> {
    let changed = tx.execute(
        "UPDATE edges SET state = 'revoked', updated_at = $3 WHERE organization_id = $1 AND id = $2 AND state <> 'revoked'",
        params![tx.org(), id, tx.now()],
    )?;
    if changed == 0 {
        return Ok(());
    }
    for machine in machines(tx, id)? {
        tell(tx, machine)?;
    }
    let open = "SELECT uuid FROM work_order_requests WHERE organization_id = $1 AND edge_id = $2 AND state = 'open'";
    for row in tx.query(open, params![tx.org(), id])? {
        let reason = "The edge that was asked has been revoked; ask again";
        super::work_orders::close_request(tx, row.get("uuid")?, "refused", Some(reason))?;
    }
    tx.audit("edge", id, "revoke", None::<&()>, Some(&json!({"state": "revoked"})))?;
    tx.changed(Topic::Edges);
    Ok(())
}

/// Gives all machines of a revoked edge to another of its plant. How many.
///
/// # Errors
/// When the database fails.
pub fn hand_over(tx: &WriteTx<'_>, from: i64, to: i64) -> Result<usize, DbError> {
    let machines = machines(tx, from)?;
    for &machine in &machines {
        unseen_from_end(tx, machine, from)?;
        tx.execute(
            "UPDATE machines SET edge_id = $3, version = version + 1, updated_at = $4 WHERE organization_id = $1 AND id = $2",
            params![tx.org(), machine, to, tx.now()],
        )?;
        tell(tx, machine)?;
        tx.audit("machine", machine, "hand_over", Some(&json!({"edge_id": from})), Some(&json!({"edge_id": to})))?;
    }
    Ok(machines.len())
}

/// What an edge saw last of a machine must not go on until its successor's first word: from its end on
/// nothing was seen, and calls for help are over.
///
/// # Errors
/// When the database fails.
pub fn unseen_from_end(tx: &WriteTx<'_>, machine: MachineId, edge: i64) -> Result<(), DbError> {
    // Nobody hears of a call any more that only the edge of before knows.
    tx.execute(
        "UPDATE help_calls SET ended_at = $3, end_note = 'Another edge looks after the machine now'
         WHERE organization_id = $1 AND machine_id = $2 AND ended_at IS NULL",
        params![tx.org(), machine, tx.now()],
    )?;
    tx.execute(
        "INSERT INTO activity_changes (organization_id, machine_id, at, activity)
         SELECT e.organization_id, $3, e.observed_until, 'no_data' FROM edges e
         WHERE e.organization_id = $1 AND e.id = $2 AND e.observed_until IS NOT NULL
         ON CONFLICT (organization_id, machine_id, at) DO NOTHING",
        params![tx.org(), edge, machine],
    )?;
    Ok(())
}

fn machines(tx: &Tx<'_>, edge: i64) -> Result<Vec<MachineId>, DbError> {
    let sql = "SELECT id FROM machines WHERE organization_id = $1 AND edge_id = $2 ORDER BY id";
    tx.query_map(sql, params![tx.org(), edge], |row| row.get("id"))
}

/// The edges of the plant hear whose a machine is.
fn tell(tx: &WriteTx<'_>, machine: MachineId) -> Result<(), DbError> {
    let sql = "SELECT plant_id FROM machines WHERE organization_id = $1 AND id = $2";
    let plant = tx.query_one(sql, params![tx.org(), machine])?.map(|row| row.get::<PlantId>("plant_id")).transpose()?;
    if let Some((plant, op)) = plant.zip(super::master::machine(tx, machine)?) {
        tx.to_plant(plant, op);
    }
    tx.changed(Topic::Machine(machine));
    Ok(())
}

/// What must be known of an edge to decide about it.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub id: i64,
    pub uuid: Uuid,
    pub plant: PlantId,
    pub is_quarantined: bool,
    pub is_revoked: bool,
}

/// An edge of a plant that the caller reaches.
///
/// # Errors
/// 404 for what is not there, 403 for what lies in another's plant.
pub fn known(tx: &Tx<'_>, id: i64) -> Result<Known, Wrong> {
    let sql = "SELECT uuid, plant_id, state FROM edges WHERE organization_id = $1 AND id = $2";
    let row = tx.query_one(sql, params![tx.org(), id])?.ok_or_else(|| ApiError::not_found("edge"))?;
    let plant = row.get("plant_id")?;
    super::need_plant(tx, plant)?;
    let state: String = row.get("state")?;
    let (is_quarantined, is_revoked) = (state == "quarantined", state == "revoked");
    Ok(Known { id, uuid: row.get("uuid")?, plant, is_quarantined, is_revoked })
}

/// The edge that shall have the machines of another.
///
/// # Errors
/// When it cannot have them.
pub fn successor(tx: &Tx<'_>, of: &Known, id: i64) -> Result<Known, Wrong> {
    let refuse = |why: &str| Wrong::from(ApiError::field("successor_id", why));
    let known = known(tx, id).map_err(|_| refuse("there is no such edge"))?;
    match known {
        known if known.id == of.id => Err(refuse("is the edge itself")),
        known if known.plant != of.plant => Err(refuse("is an edge of another plant")),
        known if known.is_revoked => Err(refuse("is revoked itself")),
        known => Ok(known),
    }
}

/// A person looked at what contradicted: the edge is taken again, from where its log is held. What is in
/// quarantine stays there as evidence.
///
/// # Errors
/// 409 for a revoked edge.
pub fn released(tx: &WriteTx<'_>, edge: &Known) -> Result<(), Wrong> {
    if edge.is_revoked {
        let reason = "It is revoked, which is for ever; enrol it anew";
        return Err(ApiError::new(409, "Cannot release edge", reason).into());
    }
    if edge.is_quarantined {
        tx.execute(
            "UPDATE edges SET state = 'enrolled', updated_at = $3 WHERE organization_id = $1 AND id = $2",
            params![tx.org(), edge.id, tx.now()],
        )?;
        let (before, after) = (json!({"state": "quarantined"}), json!({"state": "enrolled"}));
        tx.audit("edge", edge.id, "release_quarantine", Some(&before), Some(&after))?;
        tx.changed(Topic::Edges);
    }
    Ok(())
}

/// One edge as the list shows it.
///
/// # Errors
/// When the database fails.
pub fn view(tx: &Tx<'_>, live: &Live, id: i64) -> Result<Option<EdgeView>, DbError> {
    let row = tx.query_one(&format!("{VIEW} AND e.id = $2"), params![tx.org(), id])?;
    row.map(|row| present(&row, live, tx.now())).transpose()
}

fn free_name(tx: &Tx<'_>, plant: PlantId, wanted: &str) -> Result<String, DbError> {
    let sql = "SELECT name FROM edges WHERE organization_id = $1 AND plant_id = $2";
    let rows = tx.query(sql, params![tx.org(), plant])?;
    let taken = rows.iter().map(|r| r.get::<String>("name")).collect::<Result<Vec<_>, _>>()?;
    let numbered = (2..).map(|n| format!("{wanted} ({n})"));
    let free = std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    Ok(free.unwrap_or_else(|| wanted.to_owned()))
}
