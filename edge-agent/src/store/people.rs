//! Handovers and calls for help in the database: the rows that facts make of them, and how pages read them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use unison_core::calendar::Day;
use unison_core::facts::{Fact, HandoverAcknowledged, HelpKind, ShiftHandedOver};
use unison_core::ids::{MachineId, ShiftId, UserId};
use unison_core::time::Timestamp;
use uuid::Uuid;

use super::log::{int, seq};
use super::model::{Model, OpenHelp};

/// A handover as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// What was written last.
    pub written: ShiftHandedOver,
    pub authors: Vec<UserId>,
    pub acknowledged: Option<(UserId, Timestamp)>,
}

/// A call for help as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpCall {
    pub machine: MachineId,
    pub open: OpenHelp,
    pub ended: Option<(UserId, Timestamp)>,
    pub end_note: Option<String>,
}

/// Which handovers are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandoverFilter {
    pub shift: Option<ShiftId>,
    pub date: Option<Day>,
    /// Only acknowledged ones, or only others.
    pub is_acknowledged: Option<bool>,
}

/// Writes what a fact makes of handovers and calls.
pub(super) fn project(conn: &Connection, fact: &Fact) -> rusqlite::Result<()> {
    match fact {
        Fact::ShiftHandedOver(f) => handed_over(conn, f, fact),
        Fact::HandoverAcknowledged(HandoverAcknowledged { id, by, at }) => conn
            .prepare_cached(
                "UPDATE shift_handovers SET acknowledged_by = ?2, acknowledged_at = ?3
                 WHERE uuid = ?1 AND acknowledged_by IS NULL",
            )?
            .execute(params![id.as_bytes(), by.0, at.0])
            .map(drop),
        Fact::HelpCalled(f) => conn
            .prepare_cached(
                "INSERT INTO help_calls (uuid, machine_id, kind, note, called_by, called_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (uuid) DO NOTHING",
            )?
            .execute(params![f.id.as_bytes(), f.machine.0, f.kind.code(), f.note, f.by.0, f.at.0])
            .map(drop),
        Fact::HelpAnswered(f) => conn
            .prepare_cached(
                "UPDATE help_calls SET answered_by = ?2, answered_at = ?3 WHERE uuid = ?1 AND answered_by IS NULL",
            )?
            .execute(params![f.id.as_bytes(), f.by.0, f.at.0])
            .map(drop),
        Fact::HelpEnded(f) => conn
            .prepare_cached(
                "UPDATE help_calls SET ended_by = ?2, ended_at = ?3, end_note = ?4 WHERE uuid = ?1 AND ended_by IS NULL",
            )?
            .execute(params![f.id.as_bytes(), f.by.0, f.at.0, f.note])
            .map(drop),
        _ => Ok(()),
    }
}

fn handed_over(conn: &Connection, f: &ShiftHandedOver, fact: &Fact) -> rusqlite::Result<()> {
    let body = fact.encode().map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
    conn.prepare_cached(
        "INSERT INTO shift_handovers (uuid, shift_id, date, version, body, logged_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (uuid) DO UPDATE SET version = excluded.version, body = excluded.body, logged_at = excluded.logged_at",
    )?
    .execute(params![f.id.as_bytes(), f.shift.0, f.date.to_string(), fact.kind().1, body, f.at.0])?;
    conn.prepare_cached("INSERT OR IGNORE INTO shift_handover_authors (uuid, user_id) VALUES (?1, ?2)")?
        .execute(params![f.id.as_bytes(), f.by.0])?;
    Ok(())
}

const HANDOVERS: &str = "SELECT version, body, acknowledged_by, acknowledged_at FROM shift_handovers";

fn handover(conn: &Connection, row: &Row<'_>) -> rusqlite::Result<Option<Handover>> {
    let (version, body): (u8, Vec<u8>) = (row.get(0)?, row.get(1)?);
    // What a newer version wrote is shown by it.
    let Ok(Some(Fact::ShiftHandedOver(written))) = Fact::decode(KIND, version, &body) else { return Ok(None) };
    let (by, at): (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
    let mut authors = conn.prepare_cached("SELECT user_id FROM shift_handover_authors WHERE uuid = ?1")?;
    let authors = authors.query_map([written.id.as_bytes()], |r| r.get(0).map(UserId))?;
    let authors = authors.collect::<rusqlite::Result<_>>()?;
    Ok(Some(Handover { written, authors, acknowledged: by.map(UserId).zip(at.map(Timestamp)) }))
}

/// Number of `ShiftHandedOver`.
const KIND: u16 = 128;

/// One handover.
pub fn one_handover(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<Handover>> {
    let mut statement = conn.prepare_cached(&format!("{HANDOVERS} WHERE uuid = ?1"))?;
    Ok(statement.query_row([id.as_bytes()], |row| handover(conn, row)).optional()?.flatten())
}

/// The handover of a shift of a day.
pub fn handover_of(conn: &Connection, shift: ShiftId, date: Day) -> rusqlite::Result<Option<Handover>> {
    let mut statement = conn.prepare_cached(&format!("{HANDOVERS} WHERE shift_id = ?1 AND date = ?2"))?;
    let found = statement.query_row(params![shift.0, date.to_string()], |row| handover(conn, row)).optional()?;
    Ok(found.flatten())
}

/// Handovers, the latest first, and how many there are in all.
pub fn handovers(
    conn: &Connection,
    filter: HandoverFilter,
    offset: u64,
    limit: u64,
) -> rusqlite::Result<(Vec<Handover>, u64)> {
    const WANTED: &str = "WHERE (?1 IS NULL OR shift_id = ?1) AND (?2 IS NULL OR date = ?2)
         AND (?3 IS NULL OR (acknowledged_by IS NOT NULL) = ?3)";
    let (shift, date) = (filter.shift.map(|s| s.0), filter.date.map(|d| d.to_string()));
    let total: i64 = conn
        .prepare_cached(&format!("SELECT count(*) FROM shift_handovers {WANTED}"))?
        .query_row(params![shift, date, filter.is_acknowledged], |r| r.get(0))?;
    let sql = format!("{HANDOVERS} {WANTED} ORDER BY logged_at DESC, uuid DESC LIMIT ?4 OFFSET ?5");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement
        .query_map(params![shift, date, filter.is_acknowledged, int(limit), int(offset)], |row| handover(conn, row))?;
    Ok((rows.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?, seq(total)))
}

const HELP: &str = "SELECT uuid, machine_id, kind, note, called_by, called_at, answered_by, answered_at,
    ended_by, ended_at, end_note FROM help_calls";

fn help(row: &Row<'_>) -> rusqlite::Result<HelpCall> {
    let person = |by, at| -> rusqlite::Result<Option<(UserId, Timestamp)>> {
        let (by, at): (Option<i64>, Option<i64>) = (row.get(by)?, row.get(at)?);
        Ok(by.map(UserId).zip(at.map(Timestamp)))
    };
    let kind = HelpKind::from_code(row.get_ref(2)?.as_str()?);
    let kind = kind.ok_or_else(|| rusqlite::Error::InvalidColumnType(2, "kind".into(), rusqlite::types::Type::Text))?;
    let open = OpenHelp {
        id: Uuid::from_bytes(row.get(0)?),
        kind,
        note: row.get(3)?,
        by: UserId(row.get(4)?),
        at: Timestamp(row.get(5)?),
        answered: person(6, 7)?,
    };
    Ok(HelpCall { machine: MachineId(row.get(1)?), open, ended: person(8, 9)?, end_note: row.get(10)? })
}

/// One call.
pub fn one_help(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<HelpCall>> {
    conn.prepare_cached(&format!("{HELP} WHERE uuid = ?1"))?.query_row([id.as_bytes()], help).optional()
}

/// Calls, the latest first, and how many there are in all.
pub fn helps(
    conn: &Connection,
    machine: Option<MachineId>,
    is_open: Option<bool>,
    offset: u64,
    limit: u64,
) -> rusqlite::Result<(Vec<HelpCall>, u64)> {
    const WANTED: &str = "WHERE (?1 IS NULL OR machine_id = ?1) AND (?2 IS NULL OR (ended_by IS NULL) = ?2)";
    let machine = machine.map(|m| m.0);
    let total: i64 = conn
        .prepare_cached(&format!("SELECT count(*) FROM help_calls {WANTED}"))?
        .query_row(params![machine, is_open], |r| r.get(0))?;
    let sql = format!("{HELP} {WANTED} ORDER BY called_at DESC, uuid DESC LIMIT ?3 OFFSET ?4");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![machine, is_open, int(limit), int(offset)], help)?;
    Ok((rows.collect::<rusqlite::Result<_>>()?, seq(total)))
}

/// Calls that are open when the store opens.
pub(super) fn load(conn: &Connection, model: &mut Model) -> rusqlite::Result<()> {
    let mut statement = conn.prepare(&format!("{HELP} WHERE ended_by IS NULL ORDER BY called_at, uuid"))?;
    for call in statement.query_map([], help)? {
        let call = call?;
        if let Some(machine) = model.machines.get_mut(&call.machine) {
            machine.help.push(call.open);
        }
    }
    Ok(())
}
