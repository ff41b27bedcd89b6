//! Stops in the database: the rows that facts make of them, and how pages and figures read them.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashMap;
use std::ops::Deref;
use unison_core::downtime::{Gone, Stop, after, edited, edits};
use unison_core::facts::{Fact, StopSource};
use unison_core::ids::{MachineId, ReasonId, ShiftId, UserId, WorkOrderId};
use unison_core::kpi::{Figures, Observed, StopTime, cut};
use unison_core::shift::{date_of, day_start};
use unison_core::span::Span;
use unison_core::time::Timestamp;
use uuid::Uuid;

use super::history::Frame;
use super::log::{int, seq};

/// Shifts and days that one answer compares; an edit touches one or two of each.
const SCOPES_MAX: usize = 6;

/// Cuts and joins of one stop that are followed.
const EDITS_FOLLOWED: usize = 16;

/// A row of `downtime_events`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DowntimeRow {
    pub stop: Stop,
    /// The first alarm that the machine gave for it, and the reason that goes with that.
    pub alarm: Option<(String, Option<ReasonId>)>,
}

impl Deref for DowntimeRow {
    type Target = Stop;
    fn deref(&self) -> &Stop {
        &self.stop
    }
}

/// Which stops are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DowntimeFilter {
    pub machine: Option<MachineId>,
    /// Stops that touch this range.
    pub range: Option<Span>,
    /// Only open ones, or only ended ones.
    pub is_open: Option<bool>,
}

/// Which reasons are failures, and which are planned.
pub type Reasons = HashMap<ReasonId, (bool, bool)>;

const COLUMNS: &str = "uuid, machine_id, started_at, ended_at, source, reason_id, work_order_id, opened_by, note,
    classified_by, classified_at, reason_hlc, is_voided, merged_into, alarm_text, alarm_reason_id, escalated_at
    FROM downtime_events";
const STANDING: &str = "is_voided = 0 AND merged_into IS NULL";

fn row(r: &Row<'_>) -> rusqlite::Result<DowntimeRow> {
    let optional = |i| r.get::<_, Option<i64>>(i);
    let merged_into: Option<[u8; 16]> = r.get(13)?;
    let gone = match merged_into {
        Some(id) => Some(Gone::Merged(Uuid::from_bytes(id))),
        None => r.get::<_, bool>(12)?.then_some(Gone::Voided),
    };
    let stop = Stop {
        id: Uuid::from_bytes(r.get(0)?),
        machine: MachineId(r.get(1)?),
        started_at: Timestamp(r.get(2)?),
        ended_at: optional(3)?.map(Timestamp),
        source: if r.get_ref(4)?.as_str()? == "operator" { StopSource::Operator } else { StopSource::Signal },
        reason: optional(5)?.map(ReasonId),
        work_order: optional(6)?.map(WorkOrderId),
        opened_by: optional(7)?.map(UserId),
        note: r.get(8)?,
        classified_by: optional(9)?.map(UserId),
        classified_at: optional(10)?.map(Timestamp),
        reason_hlc: r.get(11)?,
        escalated_at: optional(16)?.map(Timestamp),
        gone,
    };
    let alarm_reason = optional(15)?.map(ReasonId);
    let alarm = r.get::<_, Option<String>>(14)?.map(|text| (text, alarm_reason));
    Ok(DowntimeRow { stop, alarm })
}

/// Writes what a fact makes of stops. Returns the rows that an edit changed, for the model.
pub(super) fn project(conn: &Connection, fact: &Fact, hlc: u64) -> rusqlite::Result<Vec<Stop>> {
    match fact {
        Fact::DowntimeOpened(f) => {
            if one(conn, f.id)?.is_none() {
                save(conn, &Stop::opened(f, int(hlc)))?;
            }
        }
        Fact::DowntimeClassified(f) => {
            conn.prepare_cached(
                "UPDATE downtime_events SET reason_id = ?2, note = coalesce(?3, note), classified_by = ?4,
                   classified_at = ?5, reason_hlc = ?6 WHERE uuid = ?1 AND reason_hlc <= ?6",
            )?
            .execute(params![f.id.as_bytes(), f.reason.0, f.note, f.by.0, f.at.0, int(hlc)])?;
        }
        Fact::DowntimeClosed(f) => {
            // A stop ends once; the writer lets no second end through.
            conn.prepare_cached(
                "UPDATE downtime_events SET ended_at = max(?2, started_at) WHERE uuid = ?1 AND ended_at IS NULL",
            )?
            .execute(params![f.id.as_bytes(), f.ended_at.0])?;
        }
        Fact::DowntimeAlarmed(f) => {
            // The first alarm is the cause; those after it are its consequences.
            conn.prepare_cached(
                "UPDATE downtime_events SET alarm_text = ?2, alarm_reason_id = ?3 WHERE uuid = ?1 AND alarm_text IS NULL",
            )?
            .execute(params![f.id.as_bytes(), f.text, f.reason.map(|r| r.0)])?;
        }
        Fact::DowntimeEscalated(f) => {
            conn.prepare_cached(
                "UPDATE downtime_events SET escalated_at = ?2 WHERE uuid = ?1 AND escalated_at IS NULL",
            )?
            .execute(params![f.id.as_bytes(), f.at.0])?;
        }
        _ => return edit(conn, fact, hlc),
    }
    if let Some(id) = named(fact).first() {
        keep(conn, *id, fact, hlc)?;
    }
    Ok(Vec::new())
}

/// The machine of a stop.
pub(super) fn machine_of(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<MachineId>> {
    conn.prepare_cached("SELECT machine_id FROM downtime_events WHERE uuid = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0).map(MachineId))
        .optional()
}

/// Whether signals ended the last stop of a machine that is over, and nobody has given its reason.
pub(super) fn is_unexplained(conn: &Connection, machine: MachineId) -> rusqlite::Result<bool> {
    let found = conn
        .prepare_cached(&format!(
            "SELECT source = 'signal' AND reason_id IS NULL FROM downtime_events
             WHERE machine_id = ?1 AND ended_at IS NOT NULL AND {STANDING} ORDER BY started_at DESC LIMIT 1"
        ))?
        .query_row([machine.0], |r| r.get(0))
        .optional()?;
    Ok(found.unwrap_or(false))
}

fn edit(conn: &Connection, fact: &Fact, hlc: u64) -> rusqlite::Result<Vec<Stop>> {
    let mut stops = Vec::new();
    for id in edits(fact) {
        stops.extend(one(conn, id)?.map(|row| row.stop));
    }
    let changed = edited(fact, &stops);
    for stop in &changed {
        save(conn, stop)?;
    }
    for id in named(fact) {
        keep(conn, id, fact, hlc)?;
    }
    Ok(changed)
}

/// All stops that a fact speaks of.
fn named(fact: &Fact) -> Vec<Uuid> {
    match fact {
        Fact::DowntimeOpened(f) => vec![f.id],
        Fact::DowntimeClassified(f) => vec![f.id],
        Fact::DowntimeClosed(f) => vec![f.id],
        Fact::DowntimeAlarmed(f) => vec![f.id],
        Fact::DowntimeEscalated(f) => vec![f.id],
        Fact::DowntimeSplit(f) => vec![f.id, f.new],
        edit => edits(edit),
    }
}

fn keep(conn: &Connection, id: Uuid, fact: &Fact, hlc: u64) -> rusqlite::Result<()> {
    let (kind, version) = fact.kind();
    let body = fact.encode().map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
    conn.prepare_cached(
        "INSERT OR IGNORE INTO downtime_facts (uuid, hlc, kind, version, body) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![id.as_bytes(), int(hlc), kind, version, body])?;
    Ok(())
}

fn save(conn: &Connection, s: &Stop) -> rusqlite::Result<()> {
    let source = match s.source {
        StopSource::Signal => "signal",
        StopSource::Operator => "operator",
    };
    let merged_into = match s.gone {
        Some(Gone::Merged(id)) => Some(id.into_bytes()),
        Some(Gone::Voided) | None => None,
    };
    conn.prepare_cached(
        "INSERT INTO downtime_events (uuid, machine_id, started_at, ended_at, source, reason_id, work_order_id,
           opened_by, note, classified_by, classified_at, reason_hlc, is_voided, merged_into, escalated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         ON CONFLICT (uuid) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at,
           source = excluded.source, escalated_at = excluded.escalated_at, is_voided = excluded.is_voided, merged_into = excluded.merged_into",
    )?
    .execute(params![
        s.id.as_bytes(),
        s.machine.0,
        s.started_at.0,
        s.ended_at.map(|t| t.0),
        source,
        s.reason.map(|r| r.0),
        s.work_order.map(|w| w.0),
        s.opened_by.map(|u| u.0),
        s.note,
        s.classified_by.map(|u| u.0),
        s.classified_at.map(|t| t.0),
        s.reason_hlc,
        s.gone == Some(Gone::Voided),
        merged_into,
        s.escalated_at.map(|t| t.0)
    ])?;
    Ok(())
}

/// One stop, also one that is gone.
pub fn one(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<DowntimeRow>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} WHERE uuid = ?1"))?.query_row([id.as_bytes()], row).optional()
}

/// All that was recorded of a stop, in the order in which it was.
pub fn facts(conn: &Connection, id: Uuid) -> rusqlite::Result<Vec<Fact>> {
    let mut statement =
        conn.prepare_cached("SELECT kind, version, body FROM downtime_facts WHERE uuid = ?1 ORDER BY hlc")?;
    let rows = statement.query_map([id.as_bytes()], |r| {
        let (kind, version, body): (u16, u8, Vec<u8>) = (r.get(0)?, r.get(1)?, r.get(2)?);
        // A newer version's fact stays in the table for it.
        Ok(Fact::decode(kind, version, &body).ok().flatten())
    })?;
    rows.filter_map(Result::transpose).collect()
}

/// The open stop that a stop became by cuts and joins; none when it ended.
pub(super) fn goes_on_as(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<Uuid>> {
    let mut id = id;
    // Each step is an edit of a person; nobody makes so many of one stop between two looks.
    for _ in 0..EDITS_FOLLOWED {
        let Some(row) = one(conn, id)? else { return Ok(None) };
        id = match (row.gone, row.ended_at) {
            (Some(Gone::Merged(into)), _) => into,
            (Some(Gone::Voided), _) => return Ok(None),
            (None, None) => return Ok(Some(id)),
            (None, Some(end)) => {
                let second = facts(conn, id)?.into_iter().find_map(|fact| match fact {
                    Fact::DowntimeSplit(f) if f.id == id && f.cut == end => Some(f.new),
                    _ => None,
                });
                let Some(second) = second else { return Ok(None) };
                second
            }
        };
    }
    Ok(None)
}

/// Stops, newest first, and how many there are in all.
pub fn list(
    conn: &Connection,
    filter: DowntimeFilter,
    offset: u64,
    limit: u64,
) -> rusqlite::Result<(Vec<DowntimeRow>, u64)> {
    let wanted = format!(
        "{STANDING} AND (?1 IS NULL OR machine_id = ?1) AND (?2 IS NULL OR ended_at IS NULL OR ended_at > ?2)
        AND (?3 IS NULL OR started_at < ?3) AND (?4 IS NULL OR (ended_at IS NULL) = ?4)"
    );
    let (from, to) = (filter.range.map(|r| r.from.0), filter.range.map(|r| r.to.0));
    let machine = filter.machine.map(|m| m.0);
    let total: i64 = conn
        .prepare_cached(&format!("SELECT count(*) FROM downtime_events WHERE {wanted}"))?
        .query_row(params![machine, from, to, filter.is_open], |r| r.get(0))?;
    let sql = format!("SELECT {COLUMNS} WHERE {wanted} ORDER BY started_at DESC, uuid DESC LIMIT ?5 OFFSET ?6");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![machine, from, to, filter.is_open, int(limit), int(offset)], row)?;
    Ok((rows.collect::<rusqlite::Result<_>>()?, seq(total)))
}

/// The stops of a machine that touch a range, as edits and figures need them.
pub fn touching(conn: &Connection, machine: MachineId, range: Span) -> rusqlite::Result<Vec<Stop>> {
    let range = super::history::kept(conn, range)?;
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} WHERE {STANDING} AND machine_id = ?1 AND started_at < ?3
           AND (ended_at IS NULL OR ended_at > ?2) ORDER BY started_at"
    ))?;
    let rows = statement.query_map(params![machine.0, range.from.0, range.to.0], row)?;
    rows.map(|row| row.map(|row| row.stop)).collect()
}

/// Stops as figures need them.
#[must_use]
pub fn times(stops: &[Stop], reasons: &Reasons) -> Vec<StopTime> {
    let time = |s: &Stop| {
        let (is_failure, is_planned) = s.reason.and_then(|r| reasons.get(&r)).copied().unwrap_or_default();
        let (started_at, ended_at, recorded) = (s.started_at, s.ended_at, s.reason_hlc);
        StopTime { started_at, ended_at, is_failure, is_planned, recorded }
    };
    stops.iter().map(time).collect()
}

/// A range whose figures an edit moves.
pub struct Moved {
    pub range: Span,
    /// The shift and its start day, where it is one.
    pub shift: Option<(ShiftId, Date)>,
    /// The day, where it is one.
    pub date: Option<Date>,
    pub before: Figures,
    pub after: Figures,
}

/// Figures of the shifts and days that an edit touches, before and after it, by the same functions as all others.
pub fn compare(
    conn: &Connection,
    frame: &Frame,
    machine: MachineId,
    touched: Span,
    facts: &[Fact],
) -> rusqlite::Result<Vec<Moved>> {
    let zone = &frame.calendar.zone;
    let shifts = frame.calendar.windows(touched).into_iter().map(|w| (w.span, Some((w.shift, w.date)), None));
    let whole_day =
        |date| Some((Span::new(day_start(zone, date)?, day_start(zone, date.tomorrow().ok()?)?), None, Some(date)));
    let days = cut::days(zone, touched).into_iter().filter_map(|day| date_of(zone, day.from));
    let scopes: Vec<_> = shifts.chain(days.filter_map(whole_day)).take(SCOPES_MAX).collect();
    let all = scopes.iter().map(|(span, ..)| *span).reduce(|a, b| Span::new(a.from.min(b.from), a.to.max(b.to)));
    let Some(all) = all else { return Ok(Vec::new()) };
    let stops_before = touching(conn, machine, all)?;
    let stops_after = after(stops_before.clone(), facts);
    let before = super::history::observed(conn, frame, machine, all)?;
    let after = Observed { stops: times(&stops_after, &frame.reasons), ..before.clone() };
    let figures = |o: &Observed, range| o.figures(&frame.calendar, range, frame.standard);
    let moved = scopes.into_iter().map(|(range, shift, date)| Moved {
        range,
        shift,
        date,
        before: figures(&before, range),
        after: figures(&after, range),
    });
    Ok(moved.filter(|m| m.before != m.after).collect())
}
