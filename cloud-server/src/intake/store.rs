//! What a link reads and writes: each function is the inside of one transaction.

use super::project::{Projection, Taken};
use super::repeated;
use crate::business::{master, snapshot};
use crate::db::DbError;
use crate::params;
use crate::tenancy::plant_log::{self, Head};
use crate::tenancy::{Topic, Tx, WriteTx};
use unison_core::ids::PlantId;
use unison_sync::wire::{Batch, Have, Op, hash};
use uuid::Uuid;

/// An edge as its organisation stores it.
#[derive(Clone, Debug)]
pub struct EdgeRow {
    pub id: i64,
    pub uuid: Uuid,
    pub plant: PlantId,
    pub is_quarantined: bool,
    pub down_incarnation: u32,
    pub down_acked: u64,
}

/// Where a conversation starts.
pub struct Beginning {
    pub row: EdgeRow,
    /// What is stored of the edge's log.
    pub have: Have,
    /// Where the plant's log ends.
    pub head: Head,
}

/// What an edge said of itself in passing.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub head: u64,
    pub version: Option<String>,
}

/// A batch, with its bytes as they are stored.
pub struct Packed {
    pub batch: Batch,
    pub hash: [u8; 32],
    pub body: Vec<u8>,
}

/// Compresses batches for storing; outside of the transaction, where nobody waits for it.
///
/// # Errors
/// Only when memory runs out.
pub fn pack(batches: &[(Batch, Vec<u8>)]) -> std::io::Result<Vec<Packed>> {
    let pack = |(batch, encoded): &(Batch, Vec<u8>)| {
        Ok(Packed { batch: batch.clone(), hash: hash(encoded), body: zstd::bulk::compress(encoded, 3)? })
    };
    batches.iter().map(pack).collect()
}

/// # Errors
/// When the organisation does not know the edge that the platform knows, or the database fails.
pub fn begin(tx: &Tx<'_>, edge: Uuid) -> Result<Beginning, DbError> {
    let row = tx
        .query_one(
            "SELECT id, plant_id, state, down_incarnation, down_acked FROM edges WHERE organization_id = $1 AND uuid = $2",
            params![tx.org(), edge],
        )?
        .ok_or_else(|| DbError::Failed(format!("edge {edge} is enrolled but its organisation has no record of it")))?;
    let row = EdgeRow {
        id: row.get("id")?,
        uuid: edge,
        plant: row.get("plant_id")?,
        is_quarantined: row.get::<String>("state")? == "quarantined",
        down_incarnation: row.get("down_incarnation")?,
        down_acked: row.get("down_acked")?,
    };
    let vector = tx.query_one(
        "SELECT incarnation, seq, hash FROM vectors WHERE organization_id = $1 AND origin = $2",
        params![tx.org(), edge],
    )?;
    let have = match vector {
        None => Have::default(),
        Some(v) => Have { incarnation: v.get("incarnation")?, seq: v.get("seq")?, hash: v.get("hash")? },
    };
    let head = plant_log::head(tx, row.plant)?;
    Ok(Beginning { row, have, head })
}

/// Takes a snapshot of all that a plant's log says: one moment, its place in the log with it.
///
/// # Errors
/// When the database fails.
pub fn snapshot(tx: &Tx<'_>, plant: PlantId) -> Result<(Have, Vec<Op>), DbError> {
    let end = plant_log::head(tx, plant)?;
    let clock = "SELECT next FROM counters WHERE organization_id = $1 AND name = 'hlc'";
    let hlc = tx.query_one(clock, params![tx.org()])?.map_or(Ok(0), |row| row.get::<u64>("next"))?;
    let ops = snapshot::of_plant(tx, plant)?;
    let ops = ops.iter().map(|op| plant_log::encode(op, hlc)).collect::<Result<Vec<_>, _>>()?;
    Ok((Have { incarnation: end.incarnation, seq: end.seq, hash: end.hash }, ops))
}

/// Begins the plant's log anew: an edge that holds `have` of it knows more than the cloud.
///
/// # Errors
/// When the database fails.
pub fn restart_log(tx: &WriteTx<'_>, plant: PlantId, have: &Have) -> Result<(), DbError> {
    let Some(op) = master::plant(tx, plant)? else { return Ok(()) };
    plant_log::restart(tx, plant, have.incarnation, &op.into())?;
    tx.audit("plant", plant, "restart_log", None::<&i64>, Some(&serde_json::json!({ "edge_held": have.seq })))
}

/// Whether the edge was revoked since the conversation began; then its late batches are kept as evidence.
///
/// # Errors
/// When the database fails.
pub fn late(tx: &WriteTx<'_>, edge: &EdgeRow, batches: &[(Batch, Vec<u8>)]) -> Result<bool, DbError> {
    let sql = "SELECT 1 AS one FROM edges WHERE organization_id = $1 AND id = $2 AND state = 'revoked'";
    if tx.query_one(sql, params![tx.org(), edge.id])?.is_none() {
        return Ok(false);
    }
    for (_, encoded) in batches {
        quarantine(tx, edge, encoded, "it came after its edge was revoked", false)?;
    }
    Ok(true)
}

/// Stores batches as they came, projects their facts and moves the vector: all of it or nothing.
///
/// # Errors
/// When the database fails. A fact that cannot be taken is no error; it goes to quarantine.
pub fn take(
    tx: &WriteTx<'_>,
    edge: &EdgeRow,
    batches: Vec<Packed>,
    have: &Have,
    note: &Seen,
) -> Result<Taken, DbError> {
    let mut projection = Projection::new(tx, edge);
    for Packed { batch, hash, body } in batches {
        tx.execute(
            "INSERT INTO batches (organization_id, origin, incarnation, first_seq, last_seq, hash, received_at, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                tx.org(),
                edge.uuid,
                batch.incarnation,
                signed(batch.first),
                signed(batch.last()),
                hash,
                tx.now(),
                body
            ],
        )?;
        let held = repeated::before(tx, &batch)?;
        for (seq, op) in (batch.first..).zip(&batch.ops) {
            if held.get(&op.hlc) == Some(op) {
                projection.repeated();
            } else {
                projection.op(seq, op)?;
            }
        }
    }
    let taken = projection.finish()?;
    tx.execute(
        "INSERT INTO vectors (organization_id, origin, incarnation, seq, hash) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization_id, origin) DO UPDATE SET incarnation = excluded.incarnation, seq = excluded.seq, hash = excluded.hash",
        params![tx.org(), edge.uuid, have.incarnation, signed(have.seq), have.hash],
    )?;
    seen(tx, edge.id, &Seen { head: note.head.max(have.seq), version: note.version.clone() })?;
    Ok(taken)
}

/// Notes that the edge was heard.
///
/// # Errors
/// When the database fails.
pub fn seen(tx: &WriteTx<'_>, edge: i64, note: &Seen) -> Result<(), DbError> {
    tx.execute(
        "UPDATE edges SET last_seen_at = $3, head = CASE WHEN head < $4 THEN $4 ELSE head END, program_version = coalesce($5, program_version), updated_at = $3
         WHERE organization_id = $1 AND id = $2",
        params![tx.org(), edge, tx.now(), signed(note.head), note.version.clone()],
    )?;
    tx.changed(Topic::Edges);
    Ok(())
}

/// The edge durably holds the plant's log up to here.
///
/// # Errors
/// When the database fails.
pub fn acked(tx: &WriteTx<'_>, edge: i64, incarnation: u32, acked: u64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE edges SET down_incarnation = $3, down_acked = $4, updated_at = $5 WHERE organization_id = $1 AND id = $2",
        params![tx.org(), edge, incarnation, signed(acked), tx.now()],
    )?;
    tx.changed(Topic::Edges);
    Ok(())
}

/// Keeps a whole batch as evidence, once; `halt` stops taking batches of the edge. Whether it is new.
///
/// # Errors
/// When the database fails.
pub fn quarantine(tx: &WriteTx<'_>, edge: &EdgeRow, encoded: &[u8], reason: &str, halt: bool) -> Result<bool, DbError> {
    if halt {
        tx.execute(
            "UPDATE edges SET state = 'quarantined', updated_at = $3 WHERE organization_id = $1 AND id = $2 AND state = 'enrolled'",
            params![tx.org(), edge.id, tx.now()],
        )?;
        tx.changed(Topic::Edges);
    }
    // The edge sends it again until it is acknowledged; one row of evidence is enough.
    let held = tx.query_one(
        "SELECT pos FROM quarantine WHERE organization_id = $1 AND origin = $2 AND seq IS NULL AND body = $3 LIMIT 1",
        params![tx.org(), edge.uuid, encoded],
    )?;
    if held.is_none() {
        evidence(tx, edge.uuid, None, encoded, reason)?;
    }
    Ok(held.is_none())
}

/// Writes a row of evidence.
///
/// # Errors
/// When the database fails.
pub fn evidence(tx: &WriteTx<'_>, origin: Uuid, seq: Option<u64>, body: &[u8], reason: &str) -> Result<(), DbError> {
    let pos = tx.next_pos()?;
    tx.execute(
        "INSERT INTO quarantine (organization_id, pos, origin, seq, received_at, reason, body) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![tx.org(), pos, origin, seq.map(signed), tx.now(), reason.replace('\0', " "), body],
    )?;
    Ok(())
}

/// SQLite has no unsigned integers; a sequence beyond its range does not occur before the sun burns out.
pub fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
