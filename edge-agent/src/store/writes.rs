//! Values that people wrote to devices, in the database: the rows that facts make of them, and how pages read them.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use unison_core::facts::{TagWritten, WriteOutcome};
use unison_core::ids::{MachineId, UserId};
use unison_core::time::Timestamp;
use uuid::Uuid;

use super::log::{int, seq};

/// A write as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagWrite {
    /// What was asked, with the outcome that is known now.
    pub written: TagWritten,
    pub ended_at: Option<Timestamp>,
}

/// Writes what a fact makes of it. The first outcome counts.
pub(super) fn project(conn: &Connection, f: &TagWritten) -> rusqlite::Result<()> {
    let machine = f.machine.map(|m| m.0);
    let ended = (f.outcome != WriteOutcome::Asked).then_some(f.at.0);
    conn.prepare_cached(
        "INSERT INTO tag_writes (uuid, tag, machine_id, before, value, written_by, asked_at, outcome, reason, ended_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (uuid) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
           ended_at = excluded.ended_at WHERE outcome = 'asked'",
    )?
    .execute(params![
        f.id.as_bytes(),
        f.tag,
        machine,
        f.before,
        f.value,
        f.by.0,
        f.at.0,
        f.outcome.code(),
        f.reason,
        ended
    ])
    .map(drop)
}

const WRITES: &str =
    "SELECT uuid, tag, machine_id, before, value, written_by, asked_at, outcome, reason, ended_at FROM tag_writes";

fn write(row: &Row<'_>) -> rusqlite::Result<TagWrite> {
    let outcome = WriteOutcome::from_code(row.get_ref(7)?.as_str()?);
    let text = rusqlite::types::Type::Text;
    let written = TagWritten {
        id: Uuid::from_bytes(row.get(0)?),
        tag: row.get(1)?,
        machine: row.get::<_, Option<i64>>(2)?.map(MachineId),
        before: row.get(3)?,
        value: row.get(4)?,
        by: UserId(row.get(5)?),
        at: Timestamp(row.get(6)?),
        outcome: outcome.ok_or_else(|| rusqlite::Error::InvalidColumnType(7, "outcome".into(), text))?,
        reason: row.get(8)?,
    };
    Ok(TagWrite { written, ended_at: row.get::<_, Option<i64>>(9)?.map(Timestamp) })
}

/// One write.
pub fn one(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<TagWrite>> {
    conn.prepare_cached(&format!("{WRITES} WHERE uuid = ?1"))?.query_row([id.as_bytes()], write).optional()
}

/// Writes of which nobody said yet what became of them.
pub fn open(conn: &Connection) -> rusqlite::Result<Vec<TagWrite>> {
    let mut statement = conn.prepare_cached(&format!("{WRITES} WHERE outcome = 'asked'"))?;
    statement.query_map([], write)?.collect()
}

/// Writes, the latest first, and how many there are in all.
pub fn list(conn: &Connection, tag: Option<String>, offset: u64, limit: u64) -> rusqlite::Result<(Vec<TagWrite>, u64)> {
    const WANTED: &str = "WHERE (?1 IS NULL OR tag = ?1)";
    let total: i64 = conn
        .prepare_cached(&format!("SELECT count(*) FROM tag_writes {WANTED}"))?
        .query_row(params![tag], |r| r.get(0))?;
    let sql = format!("{WRITES} {WANTED} ORDER BY asked_at DESC, uuid DESC LIMIT ?2 OFFSET ?3");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![tag, int(limit), int(offset)], write)?;
    Ok((rows.collect::<rusqlite::Result<_>>()?, seq(total)))
}
