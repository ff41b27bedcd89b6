//! The edge's own log on disk: batches as they travel, chained by hash.

use rusqlite::{Connection, OptionalExtension, params};
use unison_core::time::Timestamp;
use unison_sync::wire::{self, Hash, Have};

/// Whole encoded batches in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPart {
    pub batches: Vec<Vec<u8>>,
    /// Sequence of the last op in them; 0 when there are none.
    pub last: u64,
    pub bytes: usize,
}

/// The end of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) incarnation: u32,
    pub(super) seq: u64,
    pub(super) hash: Hash,
    /// Stamp of the last op, ours or seen.
    pub(super) hlc: u64,
}

/// How long acknowledged batches stay.
const KEEP_US: i64 = 35 * 24 * unison_core::time::HOUR;
/// Batches that are deleted at once; everybody who wants to write waits meanwhile.
pub(super) const PRUNED_MOST: u32 = 5_000;

pub(super) fn append(conn: &Connection, head: &Head, first: u64, at: Timestamp, body: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO log (incarnation, first_seq, last_seq, hash, committed_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![head.incarnation, int(first), int(head.seq), head.hash, at.0, body])?;
    Ok(())
}

/// Reads batches after `after`; the inner error says what is damaged.
pub(super) fn after(
    conn: &Connection,
    incarnation: u32,
    after: u64,
    bytes: usize,
) -> rusqlite::Result<Result<LogPart, String>> {
    let mut statement = conn.prepare_cached(
        "SELECT first_seq, last_seq, hash, body FROM log WHERE incarnation = ?1 AND first_seq > ?2 ORDER BY first_seq",
    )?;
    let mut rows = statement.query(params![incarnation, int(after)])?;
    let mut part = LogPart::default();
    let mut next = after.saturating_add(1);
    while let Some(row) = rows.next()? {
        let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (hash, body): (Hash, Vec<u8>) = (row.get(2)?, row.get(3)?);
        if seq(first) != next || wire::hash(&body) != hash {
            return Ok(Err(format!("the log at {next} is not what was written")));
        }
        if !part.batches.is_empty() && part.bytes + body.len() > bytes {
            break;
        }
        part.bytes += body.len();
        part.last = seq(last);
        next = part.last.saturating_add(1);
        part.batches.push(body);
    }
    Ok(Ok(part))
}

pub(super) fn have(conn: &Connection) -> rusqlite::Result<Have> {
    conn.query_row("SELECT down_incarnation, down_seq, down_hash FROM link WHERE id = 1", [], |r| {
        Ok(Have { incarnation: r.get(0)?, seq: seq(r.get(1)?), hash: r.get(2)? })
    })
}

pub(super) fn set_have(conn: &Connection, have: &Have) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE link SET down_incarnation = ?1, down_seq = ?2, down_hash = ?3 WHERE id = 1")?
        .execute(params![have.incarnation, int(have.seq), have.hash])?;
    Ok(())
}

pub(super) fn set_acked(conn: &Connection, acked: u64, at: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE link SET up_acked = ?1, acked_at = ?2 WHERE id = 1")?
        .execute(params![int(acked), at.0])?;
    Ok(())
}

/// When the oldest batch that is not acknowledged was written.
pub(super) fn oldest_unsent(conn: &Connection, incarnation: u32, acked: u64) -> rusqlite::Result<Option<Timestamp>> {
    conn.prepare_cached(
        "SELECT committed_at FROM log WHERE incarnation = ?1 AND first_seq > ?2 ORDER BY first_seq LIMIT 1",
    )?
    .query_row(params![incarnation, int(acked)], |r| r.get(0).map(Timestamp))
    .optional()
}

/// Deletes acknowledged batches that are old enough, at most [`PRUNED_MOST`]: from the oldest up to the
/// first that must stay, so that the rest of a long log is not even looked at. The last batch always
/// stays: it holds the end of the chain.
pub(super) fn prune(conn: &Connection, head: &Head, acked: u64, now: Timestamp) -> rusqlite::Result<usize> {
    let old = now.0.saturating_sub(KEEP_US);
    let mut statement = conn.prepare_cached(
        "SELECT first_seq, last_seq, committed_at FROM log WHERE incarnation = ?1 ORDER BY first_seq LIMIT ?2",
    )?;
    let mut rows = statement.query(params![head.incarnation, PRUNED_MOST])?;
    let mut until: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let (first, last, committed_at): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if seq(last) > acked || seq(last) >= head.seq || committed_at >= old {
            break;
        }
        until = Some(first);
    }
    let Some(until) = until else { return Ok(0) };
    conn.prepare_cached("DELETE FROM log WHERE incarnation = ?1 AND first_seq <= ?2")?
        .execute(params![head.incarnation, until])
}

pub(super) fn int(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

pub(super) fn seq(int: i64) -> u64 {
    u64::try_from(int).unwrap_or(0)
}
