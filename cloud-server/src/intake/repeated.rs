//! What an edge says again under a later incarnation of its log. An edge that was set back to a copy cannot always know
//! what the cloud holds of the time before; of what it says twice, counts are sums and would count twice. An op is the
//! same where its stamp, which an origin gives once, and all else of it are the same.

use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::Tx;
use std::collections::HashMap;
use unison_sync::wire::{BATCH_BYTES_MAX, Batch, Op};
use uuid::Uuid;

/// No incarnation is before it; nearly all edges are in it for ever.
const FIRST: u32 = 1;
/// Incarnations before that are looked at; each is one more time that a copy took the place of an edge's database.
const LOOKED_AT: usize = 8;
/// Batches that are read at once.
const READ_MOST: i64 = 32;

/// Ops of an edge's earlier incarnations, by their stamps, among which those of this batch may be. Stamps grow along a
/// log, so only that stretch is read.
///
/// # Errors
/// When the database fails.
pub fn before(tx: &Tx<'_>, batch: &Batch) -> Result<HashMap<u64, Op>, DbError> {
    let mut found = HashMap::new();
    if batch.incarnation <= FIRST {
        return Ok(found);
    }
    let stamps = || batch.ops.iter().map(|op| op.hlc);
    let (Some(from), Some(to)) = (stamps().min(), stamps().max()) else { return Ok(found) };
    let mut incarnation = batch.incarnation;
    for _ in 0..LOOKED_AT {
        let sql =
            "SELECT max(incarnation) AS n FROM batches WHERE organization_id = $1 AND origin = $2 AND incarnation < $3";
        let earlier = tx.query_one(sql, params![tx.org(), batch.origin, incarnation])?;
        let Some(earlier) = earlier.map_or(Ok(None), |row| row.get::<Option<u32>>("n"))? else { break };
        incarnation = earlier;
        let log = Log { tx, origin: batch.origin, incarnation };
        let Some(mut at) = log.last_before(from)? else { continue };
        'log: loop {
            let batches = log.from(at)?;
            let Some(last) = batches.last() else { break };
            at = signed(last.first).saturating_add(1);
            for op in batches.into_iter().flat_map(|batch| batch.ops) {
                if op.hlc > to {
                    break 'log;
                }
                if op.hlc >= from {
                    found.insert(op.hlc, op);
                }
            }
        }
    }
    Ok(found)
}

/// What is held of one incarnation.
struct Log<'t, 's> {
    tx: &'t Tx<'s>,
    origin: Uuid,
    incarnation: u32,
}

impl Log<'_, '_> {
    /// The first op of the last batch that begins at or before this stamp; that of the first where all begin later, and
    /// none where all is older.
    fn last_before(&self, stamp: u64) -> Result<Option<i64>, DbError> {
        let Some(end) = self.at_or_before(i64::MAX)? else { return Ok(None) };
        if end.ops.last().is_none_or(|op| op.hlc < stamp) {
            return Ok(None);
        }
        let (mut low, mut high) = (0, signed(end.first));
        while low < high {
            let middle = low + (high - low + 1) / 2;
            match self.at_or_before(middle)? {
                Some(batch) if batch.ops.first().is_some_and(|op| op.hlc > stamp) => high = signed(batch.first) - 1,
                Some(_) => low = middle,
                None => low = middle,
            }
        }
        Ok(Some(self.at_or_before(low)?.map_or(0, |batch| signed(batch.first))))
    }

    fn at_or_before(&self, first: i64) -> Result<Option<Batch>, DbError> {
        let sql = "SELECT body FROM batches WHERE organization_id = $1 AND origin = $2 AND incarnation = $3 AND first_seq <= $4
                   ORDER BY first_seq DESC LIMIT 1";
        let row = self.tx.query_one(sql, params![self.tx.org(), self.origin, self.incarnation, first])?;
        row.as_ref().map(read).transpose()
    }

    fn from(&self, first: i64) -> Result<Vec<Batch>, DbError> {
        let sql = "SELECT body FROM batches WHERE organization_id = $1 AND origin = $2 AND incarnation = $3 AND first_seq >= $4
                   ORDER BY first_seq LIMIT $5";
        let rows = self.tx.query(sql, params![self.tx.org(), self.origin, self.incarnation, first, READ_MOST])?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Batch, DbError> {
    let damaged = |e: &dyn std::fmt::Display| DbError::Failed(format!("a batch that is kept cannot be read: {e}"));
    let packed: Vec<u8> = row.get("body")?;
    let encoded = zstd::bulk::decompress(&packed, BATCH_BYTES_MAX).map_err(|e| damaged(&e))?;
    Batch::decode(&encoded).map_err(|e| damaged(&e))
}

fn signed(seq: u64) -> i64 {
    super::store::signed(seq)
}
