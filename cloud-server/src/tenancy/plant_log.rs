//! The cloud's own log towards each plant: master data and facts of others, in chained batches that
//! are cut once, at commit, and sent as they are.

use super::changed::PlantLogGrew;
use super::tx::{PlantOp, Tx, WriteTx};
use crate::db::DbError;
use crate::params;
use unison_core::ids::PlantId;
use unison_core::time::HOUR;
use unison_sync::snapshot::{self, Standing};
use unison_sync::wire::{Batch, FORMAT, Hash, Have, Op, hash};
use uuid::Uuid;

/// Bytes of ops in one batch; several fit into one message.
const BATCH_BYTES: usize = 60 * 1024;

/// How long batches stay at least. An edge that was silent for longer takes a snapshot.
pub const KEPT: i64 = 35 * 24 * HOUR;
/// Batches that are looked at and deleted in one transaction; everybody who writes waits meanwhile.
const PRUNED_MOST: usize = 500;

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

/// Where the log of each plant ends, by the plant's uuid: incarnation and last sequence.
///
/// # Errors
/// When the database fails.
pub fn heads(tx: &Tx<'_>) -> Result<Vec<(Uuid, u32, u64)>, DbError> {
    let rows = tx.query("SELECT id, uuid FROM plants WHERE organization_id = $1", params![tx.org()])?;
    rows.iter()
        .map(|row| {
            let end = head(tx, row.get("id")?)?;
            Ok((row.get("uuid")?, end.incarnation, end.seq))
        })
        .collect()
}

/// Every plant of the organisation.
///
/// # Errors
/// When the database fails.
pub fn plants(tx: &Tx<'_>) -> Result<Vec<PlantId>, DbError> {
    tx.query_map("SELECT id FROM plants WHERE organization_id = $1", params![tx.org()], |row| row.get("id"))
}

/// How somebody who holds `have` of a plant's log stands to it.
///
/// # Errors
/// When the database fails.
pub fn standing(tx: &Tx<'_>, plant: PlantId, have: &Have) -> Result<Standing, DbError> {
    let end = head(tx, plant)?;
    let kept = "SELECT first_seq FROM plant_log WHERE organization_id = $1 AND plant_id = $2 AND incarnation = $3
                ORDER BY first_seq LIMIT 1";
    let first = tx.query_one(kept, params![tx.org(), plant, end.incarnation])?;
    let first = first.map(|row| row.get("first_seq")).transpose()?;
    let after = "SELECT body FROM plant_log WHERE organization_id = $1 AND plant_id = $2 AND incarnation = $3 AND first_seq = $4";
    let after = tx.query_one(after, params![tx.org(), plant, end.incarnation, signed(have.seq.saturating_add(1))])?;
    let next: Option<Vec<u8>> = after.map(|row| row.get("body")).transpose()?;
    let end = Have { incarnation: end.incarnation, seq: end.seq, hash: end.hash };
    Ok(snapshot::standing(have, &end, first, next.as_deref()))
}

/// The sequence of the last op of some encoded batches, and these.
pub type Tail = (u64, Vec<Vec<u8>>);

/// Encoded batches after `after` in order: at least one where there is one, and at most about `bytes`.
/// With the sequence of the last op in them. None when what follows `after` is kept no more.
///
/// # Errors
/// When the database fails.
pub fn read(tx: &Tx<'_>, plant: PlantId, incarnation: u32, after: u64, bytes: usize) -> Result<Option<Tail>, DbError> {
    let rows = tx.query(
        "SELECT first_seq, last_seq, body FROM plant_log
         WHERE organization_id = $1 AND plant_id = $2 AND incarnation = $3 AND first_seq > $4 ORDER BY first_seq LIMIT 64",
        params![tx.org(), plant, incarnation, signed(after)],
    )?;
    let (mut last, mut size, mut out) = (after, 0, Vec::new());
    for row in rows {
        if row.get::<u64>("first_seq")? != last.saturating_add(1) {
            return Ok(None);
        }
        let body: Vec<u8> = row.get("body")?;
        if !out.is_empty() && size + body.len() > bytes {
            break;
        }
        size += body.len();
        last = row.get("last_seq")?;
        out.push(body);
    }
    Ok(Some((last, out)))
}

/// Begins the log of a plant anew, with `op`, under an incarnation that neither it nor `other` ever had: an
/// edge holds what this log never said, so the cloud was set back, and numbers must not mean two things.
///
/// # Errors
/// When the database fails.
pub fn restart(tx: &WriteTx<'_>, plant: PlantId, other: u32, op: &PlantOp) -> Result<(), DbError> {
    let before = head(tx, plant)?;
    let incarnation = before.incarnation.max(other).saturating_add(1);
    let end = Head { incarnation, seq: 0, hash: Hash::default() };
    write(tx, plant, uuid_of(tx, plant)?, end, vec![encode(op, tx.next_hlc()?)?])?;
    Ok(())
}

/// Deletes batches older than [`KEPT`] that every edge acknowledged, or that no edge can go on from any more.
/// An edge that was silent for as long counts no more. The last batch always stays: it holds the end of the
/// chain. Looks only at some; true when there may be more.
///
/// # Errors
/// When the database fails.
pub fn prune(tx: &WriteTx<'_>, plant: PlantId) -> Result<bool, DbError> {
    let (end, old) = (head(tx, plant)?, tx.now().plus(-KEPT));
    let needed = tx.query_one(
        "SELECT min(down_acked) AS acked FROM edges WHERE organization_id = $1 AND plant_id = $2 AND state <> 'revoked'
           AND down_incarnation = $3 AND coalesce(last_seen_at, created_at) >= $4",
        params![tx.org(), plant, end.incarnation, old],
    )?;
    let needed = needed.map_or(Ok(None), |row| row.get::<Option<u64>>("acked"))?.unwrap_or(u64::MAX);
    let rows = tx.query(
        "SELECT incarnation, first_seq, last_seq, created_at FROM plant_log WHERE organization_id = $1 AND plant_id = $2
         ORDER BY incarnation, first_seq LIMIT $3",
        params![tx.org(), plant, i64::try_from(PRUNED_MOST).unwrap_or(i64::MAX)],
    )?;
    let mut until: Option<(u32, i64)> = None;
    let mut gone = 0;
    for row in &rows {
        let (incarnation, last): (u32, u64) = (row.get("incarnation")?, row.get("last_seq")?);
        let is_needed = incarnation == end.incarnation && (last > needed || last >= end.seq);
        if is_needed || row.get::<unison_core::time::Timestamp>("created_at")? >= old {
            break;
        }
        until = Some((incarnation, row.get("first_seq")?));
        gone += 1;
    }
    if let Some((incarnation, first)) = until {
        tx.execute(
            "DELETE FROM plant_log WHERE organization_id = $1 AND plant_id = $2
               AND (incarnation < $3 OR (incarnation = $3 AND first_seq <= $4))",
            params![tx.org(), plant, incarnation, first],
        )?;
    }
    Ok(gone == PRUNED_MOST)
}

fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn uuid_of(tx: &Tx<'_>, plant: PlantId) -> Result<Uuid, DbError> {
    tx.query_one("SELECT uuid FROM plants WHERE organization_id = $1 AND id = $2", params![tx.org(), plant])?
        .ok_or_else(|| DbError::Failed(format!("there is no plant {plant} to write to")))?
        .get("uuid")
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
    let uuid = uuid_of(tx, plant)?;
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
    tx.execute(
        "INSERT INTO plant_log (organization_id, plant_id, incarnation, first_seq, last_seq, hash, created_at, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![tx.org(), plant, end.incarnation, signed(batch.first), signed(after.seq), after.hash, tx.now(), body],
    )?;
    Ok(after)
}

/// An op as it travels.
///
/// # Errors
/// Only when memory runs out.
pub fn encode(op: &PlantOp, hlc: u64) -> Result<Op, DbError> {
    let ((kind, version), body) = match op {
        PlantOp::Master(op) => (op.kind(), op.encode()),
        PlantOp::Fact(fact) => (fact.kind(), fact.encode()),
    };
    Ok(Op { kind, version, hlc, body: body.map_err(|e| DbError::Failed(e.to_string()))? })
}
