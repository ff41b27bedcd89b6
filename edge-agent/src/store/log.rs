//! The edge's own log on disk: batches as they travel, chained by hash.

use rusqlite::{Connection, OptionalExtension, params};
use unison_core::time::Timestamp;
use unison_sync::wire::{self, Batch, Hash, Have};

use super::StoreError;
use super::mark::Mark;
use super::model::Queue;

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

/// Bytes of the log that are read at once.
const READ_BYTES: usize = 4 << 20;
/// Batches that are deleted at once; everybody who wants to write waits meanwhile.
const PRUNED_MOST: u32 = 1_000;

/// Seconds between two notes of what the cloud acknowledged.
const NOTED_EVERY_S: u64 = 3_600;
/// Bits of a place that hold the sequence; those above hold the incarnation.
const SEQ_BITS: u32 = 40;

/// Key of the batch that begins with this op.
fn place(incarnation: u32, first: u64) -> i64 {
    (i64::from(incarnation) << SEQ_BITS).saturating_add(int(first))
}

/// Incarnation and first op of a batch with this key.
pub(super) fn of_place(place: i64) -> (u32, u64) {
    (u32::try_from(place >> SEQ_BITS).unwrap_or(0), seq(place & ((1 << SEQ_BITS) - 1)))
}

/// The last key that an incarnation can have.
fn end_of(incarnation: u32) -> i64 {
    place(incarnation, (1 << SEQ_BITS) - 1)
}

pub(super) fn append(conn: &Connection, head: &Head, first: u64, at: Timestamp, body: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO log (place, last_seq, hash, committed_at, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![place(head.incarnation, first), int(head.seq), head.hash, at.0, body])?;
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
        "SELECT place, last_seq, hash, body FROM log WHERE place > ?1 AND place <= ?2 ORDER BY place",
    )?;
    let mut rows = statement.query([place(incarnation, after), end_of(incarnation)])?;
    let mut part = LogPart::default();
    let mut next = after.saturating_add(1);
    while let Some(row) = rows.next()? {
        let ((_, first), last) = (of_place(row.get(0)?), row.get(1)?);
        let (hash, body): (Hash, Vec<u8>) = (row.get(2)?, row.get(3)?);
        if first != next || wire::hash(&body) != hash {
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

/// Shows the batches after `after` one by one.
pub(super) fn each_after(
    conn: &Connection,
    incarnation: u32,
    mut after: u64,
    mut show: impl FnMut(Batch) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    loop {
        let part = self::after(conn, incarnation, after, READ_BYTES)?.map_err(StoreError::Damaged)?;
        if part.batches.is_empty() {
            return Ok(());
        }
        for body in &part.batches {
            show(Batch::decode(body).map_err(|e| StoreError::Damaged(format!("a batch of the log: {e}")))?)?;
        }
        after = part.last;
    }
}

pub(super) fn have(conn: &Connection) -> rusqlite::Result<Have> {
    conn.query_row("SELECT down_incarnation, down_seq, down_hash FROM link WHERE id = 1", [], |r| {
        Ok(Have { incarnation: r.get(0)?, seq: seq(r.get(1)?), hash: r.get(2)? })
    })
}

/// `hlc` is the latest stamp seen, so that our own stamps stay above it after a restart.
pub(super) fn set_have(conn: &Connection, have: &Have, hlc: u64) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE link SET down_incarnation = ?1, down_seq = ?2, down_hash = ?3, hlc_seen = max(hlc_seen, ?4) WHERE id = 1",
    )?
    .execute(params![have.incarnation, int(have.seq), have.hash, int(hlc)])?;
    Ok(())
}

pub(super) fn set_acked(conn: &Connection, queue: &Queue) -> rusqlite::Result<()> {
    let (incarnation, acked) = queue.before.map_or((queue.incarnation, queue.acked), |b| (b.incarnation, b.acked));
    conn.prepare_cached("UPDATE link SET up_incarnation = ?1, up_acked = ?2, acked_at = ?3 WHERE id = 1")?
        .execute(params![incarnation, int(acked), queue.last_ack.map(|at| at.0)])?;
    Ok(())
}

/// The last op of an incarnation.
pub(super) fn end(conn: &Connection, incarnation: u32) -> rusqlite::Result<u64> {
    let last: Option<i64> = conn
        .prepare_cached("SELECT last_seq FROM log WHERE place > ?1 AND place <= ?2 ORDER BY place DESC LIMIT 1")?
        .query_row([place(incarnation, 0), end_of(incarnation)], |r| r.get(0))
        .optional()?;
    Ok(last.map_or(0, seq))
}

/// The first incarnation after this one that has batches.
pub(super) fn incarnation_after(conn: &Connection, incarnation: u32) -> rusqlite::Result<Option<u32>> {
    conn.prepare_cached("SELECT place FROM log WHERE place > ?1 ORDER BY place LIMIT 1")?
        .query_row([end_of(incarnation)], |r| r.get(0).map(|place| of_place(place).0))
        .optional()
}

/// Whether the log says something else than what somebody holds of it, or less. What is kept no more cannot
/// contradict.
pub(super) fn contradicts(conn: &Connection, head: &Mark, have: &Mark) -> rusqlite::Result<bool> {
    if have.seq == 0 || have.incarnation != head.incarnation {
        return Ok(have.incarnation > head.incarnation);
    }
    if have.seq >= head.seq {
        return Ok(have != head);
    }
    let found: Option<(i64, Hash)> = conn
        .prepare_cached("SELECT last_seq, hash FROM log WHERE place > ?1 AND place <= ?2 ORDER BY place DESC LIMIT 1")?
        .query_row([place(have.incarnation, 0), place(have.incarnation, have.seq)], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    Ok(found.is_some_and(|(last, hash)| seq(last) != have.seq || hash != have.hash))
}

/// What comes before the first batch that is kept of the present incarnation, where somebody who holds this much of our
/// log lacks some of that: the rest does not fit what they hold.
pub(super) fn lacks_start(conn: &Connection, head: &Mark, have: &Mark) -> rusqlite::Result<Option<u64>> {
    let held = if have.incarnation == head.incarnation { have.seq } else { 0 };
    if have.incarnation > head.incarnation || held >= head.seq || is_kept_after(conn, head.incarnation, held)? {
        return Ok(None);
    }
    conn.prepare_cached("SELECT place FROM log WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT 1")?
        .query_row([place(head.incarnation, held), end_of(head.incarnation)], |r| r.get(0))
        .optional()
        .map(|found| found.map(|place| of_place(place).1.saturating_sub(1)))
}

/// When the first batch that is not acknowledged was written.
pub(super) fn oldest_unsent(conn: &Connection, incarnation: u32, acked: u64) -> rusqlite::Result<Option<Timestamp>> {
    conn.prepare_cached("SELECT committed_at FROM log WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT 1")?
        .query_row([place(incarnation, acked), end_of(incarnation)], |r| r.get(0).map(Timestamp))
        .optional()
}

/// The earliest time at which a batch after this place was written, and the place of the last one: a clock that was
/// ahead for a while makes a later batch the older one.
pub(super) fn earliest(conn: &Connection, after: i64) -> rusqlite::Result<(Option<Timestamp>, Option<i64>)> {
    conn.prepare_cached("SELECT min(committed_at), max(place) FROM log WHERE place > ?1")?
        .query_row([after], |r| Ok((r.get::<_, Option<i64>>(0)?.map(Timestamp), r.get(1)?)))
}

/// Where what the cloud did not acknowledge begins: all later incarnations are behind it.
pub(super) fn unsent_after(queue: &Queue) -> i64 {
    let sending = queue.sending();
    place(sending.incarnation, sending.acked)
}

/// When the batch that begins with this op was written.
pub(super) fn committed_at(conn: &Connection, incarnation: u32, first: u64) -> rusqlite::Result<Timestamp> {
    conn.prepare_cached("SELECT committed_at FROM log WHERE place = ?1")?
        .query_row([place(incarnation, first)], |r| r.get(0).map(Timestamp))
}

/// Notes how far the cloud acknowledged the log after the program ran for `lived_s` in all; about once an hour.
pub(super) fn note_acked(conn: &Connection, queue: &Queue, lived_s: u64) -> rusqlite::Result<()> {
    let acked = unsent_after(queue);
    let last: Option<(i64, i64)> = conn
        .prepare_cached("SELECT place, lived_s FROM acknowledged ORDER BY place DESC LIMIT 1")?
        .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    if last.is_none_or(|(place, at)| acked > place && lived_s >= seq(at).saturating_add(NOTED_EVERY_S)) {
        conn.prepare_cached("INSERT OR IGNORE INTO acknowledged (place, lived_s) VALUES (?1, ?2)")?
            .execute([acked, int(lived_s)])?;
    }
    Ok(())
}

/// The cloud holds less than it did, for it was restored: what follows is acknowledged anew.
pub(super) fn forget_acked(conn: &Connection, incarnation: u32, held: u64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM acknowledged WHERE place > ?1")?.execute([place(incarnation, held)]).map(drop)
}

/// Deletes batches that the cloud held when the program had run for `old_s` in all, at most [`PRUNED_MOST`]: from
/// the oldest up to the first that must stay, so that the rest of a long log is not even looked at. The last batch
/// always stays: it holds the end of the chain.
pub(super) fn prune(conn: &Connection, head: &Head, queue: &Queue, old_s: Option<u64>) -> rusqlite::Result<usize> {
    let Some(old_s) = old_s else { return Ok(0) };
    let old: Option<i64> = conn
        .prepare_cached("SELECT max(place) FROM acknowledged WHERE lived_s <= ?1")?
        .query_row([int(old_s)], |r| r.get(0))?;
    let Some(old) = old else { return Ok(0) };
    let mut statement =
        conn.prepare_cached("SELECT place, last_seq FROM log WHERE place <= ?1 ORDER BY place LIMIT ?2")?;
    let mut rows = statement.query(params![old, PRUNED_MOST])?;
    let mut until: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let (place, last): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (incarnation, last, sending) = (of_place(place).0, seq(last), queue.sending());
        let is_held =
            incarnation < sending.incarnation || (incarnation == sending.incarnation && last <= sending.acked);
        let is_end = incarnation == head.incarnation && last >= head.seq;
        if !is_held || is_end {
            break;
        }
        until = Some(place);
    }
    let Some(until) = until else {
        // All of it is forgotten; the newest note stays, for the next is an hour after it.
        conn.prepare_cached("DELETE FROM acknowledged WHERE place < ?1")?.execute([old])?;
        return Ok(0);
    };
    conn.prepare_cached("DELETE FROM log WHERE place <= ?1")?.execute([until])
}

/// A run of the program begins to write after this op. Of runs before, those count that the cloud has not acknowledged.
pub(super) fn note_run(conn: &Connection, (incarnation, end): (u32, u64), queue: &Queue) -> rusqlite::Result<()> {
    let sending = queue.sending();
    conn.execute("DELETE FROM runs WHERE place < ?1", [place(sending.incarnation, sending.acked)])?;
    conn.execute("INSERT OR IGNORE INTO runs (place) VALUES (?1)", [place(incarnation, end)]).map(drop)
}

/// Where the log of an incarnation ended when runs began to write, from an op on.
pub(super) fn runs(conn: &Connection, incarnation: u32, from: u64) -> rusqlite::Result<Vec<u64>> {
    let mut statement =
        conn.prepare_cached("SELECT place FROM runs WHERE place >= ?1 AND place <= ?2 ORDER BY place")?;
    let found = statement
        .query_map([place(incarnation, from), end_of(incarnation)], |r| r.get(0).map(|place| of_place(place).1))?;
    found.collect()
}

/// Takes what follows an op from an incarnation: it goes on under another one. No run counts any more.
pub(super) fn cut(conn: &Connection, incarnation: u32, after: u64) -> rusqlite::Result<()> {
    conn.execute("DELETE FROM log WHERE place > ?1 AND place <= ?2", [place(incarnation, after), end_of(incarnation)])?;
    conn.execute("DELETE FROM runs", []).map(drop)
}

/// Whether what follows this op is kept from its first batch on.
pub(super) fn is_kept_after(conn: &Connection, incarnation: u32, seq: u64) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM log WHERE place = ?1")?.exists([place(incarnation, seq.saturating_add(1))])
}

pub(super) fn int(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

pub(super) fn seq(int: i64) -> u64 {
    u64::try_from(int).unwrap_or(0)
}
