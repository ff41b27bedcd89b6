//! The cloud's own log towards each plant: master data and facts of others, in chained batches that
//! are cut once, at commit, and sent as they are.

use super::changed::PlantLogGrew;
use super::tx::{PlantOp, Tx, WriteTx};
use crate::db::DbError;
use crate::params;
use unison_core::ids::PlantId;
use unison_sync::wire::{Batch, FORMAT, Hash, Op, hash};
use uuid::Uuid;

/// Bytes of ops in one batch; several fit into one message.
const BATCH_BYTES: usize = 60 * 1024;

/// End of a plant's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub incarnation: u32,
    /// Last sequence; 0 for none.
    pub seq: u64,
    pub hash: Hash,
}

/// Where the log of a plant ends.
///
/// # Errors
/// When the database fails.
pub fn head(tx: &Tx<'_>, plant: PlantId) -> Result<Head, DbError> {
    let row = tx.query_one(
        "SELECT incarnation, last_seq, hash FROM plant_log WHERE organization_id = $1 AND plant_id = $2
         ORDER BY incarnation DESC, first_seq DESC LIMIT 1",
        params![tx.org(), plant],
    )?;
    match row {
        None => Ok(Head { incarnation: 1, seq: 0, hash: Hash::default() }),
        Some(row) => {
            Ok(Head { incarnation: row.get("incarnation")?, seq: row.get("last_seq")?, hash: row.get("hash")? })
        }
    }
}

/// Where the log of each plant ends, by the plant's uuid.
///
/// # Errors
/// When the database fails.
pub fn heads(tx: &Tx<'_>) -> Result<Vec<(Uuid, u64)>, DbError> {
    let rows = tx.query(
        "SELECT p.uuid, (SELECT l.last_seq FROM plant_log l WHERE l.organization_id = p.organization_id AND l.plant_id = p.id
           ORDER BY l.incarnation DESC, l.first_seq DESC LIMIT 1) AS head
         FROM plants p WHERE p.organization_id = $1",
        params![tx.org()],
    )?;
    rows.iter().map(|r| Ok((r.get("uuid")?, r.get::<Option<u64>>("head")?.unwrap_or(0)))).collect()
}

/// Encoded batches after `after` in order: at least one where there is one, and at most about `bytes`.
/// With the sequence of the last op in them.
///
/// # Errors
/// When the database fails.
pub fn read(
    tx: &Tx<'_>,
    plant: PlantId,
    incarnation: u32,
    after: u64,
    bytes: usize,
) -> Result<(u64, Vec<Vec<u8>>), DbError> {
    let rows = tx.query(
        "SELECT last_seq, body FROM plant_log
         WHERE organization_id = $1 AND plant_id = $2 AND incarnation = $3 AND first_seq > $4 ORDER BY first_seq LIMIT 64",
        params![tx.org(), plant, incarnation, i64::try_from(after).unwrap_or(i64::MAX)],
    )?;
    let (mut last, mut size, mut out) = (after, 0, Vec::new());
    for row in rows {
        let body: Vec<u8> = row.get("body")?;
        if !out.is_empty() && size + body.len() > bytes {
            break;
        }
        size += body.len();
        last = row.get("last_seq")?;
        out.push(body);
    }
    Ok((last, out))
}

/// Appends ops, in order per plant.
pub(super) fn append(tx: &WriteTx<'_>, ops: Vec<(PlantId, PlantOp)>) -> Result<Vec<PlantLogGrew>, DbError> {
    let mut plants: Vec<PlantId> = ops.iter().map(|(plant, _)| *plant).collect();
    plants.sort_unstable();
    plants.dedup();
    let mut grown = Vec::new();
    for plant in plants {
        let mut own = Vec::new();
        for (_, op) in ops.iter().filter(|(p, _)| *p == plant) {
            own.push(encode(op, tx.next_hlc()?)?);
        }
        grown.push(append_to(tx, plant, own)?);
    }
    Ok(grown)
}

fn append_to(tx: &WriteTx<'_>, plant: PlantId, ops: Vec<Op>) -> Result<PlantLogGrew, DbError> {
    let uuid = tx
        .query_one("SELECT uuid FROM plants WHERE organization_id = $1 AND id = $2", params![tx.org(), plant])?
        .ok_or_else(|| DbError::Failed(format!("there is no plant {plant} to write to")))?
        .get::<Uuid>("uuid")?;
    let mut end = head(tx, plant)?;
    let mut rest = ops.into_iter().peekable();
    while rest.peek().is_some() {
        let (mut piece, mut size) = (Vec::new(), 0);
        while let Some(op) = rest.next_if(|op| piece_takes(size, op)) {
            size += op.body.len() + 16;
            piece.push(op);
        }
        end = write(tx, plant, uuid, end, piece)?;
    }
    Ok(PlantLogGrew { organization: tx.org(), plant, plant_uuid: uuid, incarnation: end.incarnation, head: end.seq })
}

/// The first op always fits, so that the loop ends whatever its size.
const fn piece_takes(size: usize, op: &Op) -> bool {
    size == 0 || size + op.body.len() <= BATCH_BYTES
}

fn write(tx: &WriteTx<'_>, plant: PlantId, origin: Uuid, end: Head, ops: Vec<Op>) -> Result<Head, DbError> {
    let batch = Batch { format: FORMAT, origin, incarnation: end.incarnation, first: end.seq + 1, prev: end.hash, ops };
    let body = batch.encode().map_err(|e| DbError::Failed(format!("an op for plant {plant}: {e}")))?;
    let after = Head { incarnation: end.incarnation, seq: batch.last(), hash: hash(&body) };
    let seq = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO plant_log (organization_id, plant_id, incarnation, first_seq, last_seq, hash, created_at, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![tx.org(), plant, end.incarnation, seq(batch.first), seq(after.seq), after.hash, tx.now(), body],
    )?;
    Ok(after)
}

fn encode(op: &PlantOp, hlc: u64) -> Result<Op, DbError> {
    let ((kind, version), body) = match op {
        PlantOp::Master(op) => (op.kind(), op.encode()),
        PlantOp::Fact(fact) => (fact.kind(), fact.encode()),
    };
    Ok(Op { kind, version, hlc, body: body.map_err(|e| DbError::Failed(e.to_string()))? })
}
