//! What is old is forgotten: parts of the log that the cloud acknowledged, and rows of time before
//! `meta.pruned_until`. In small steps; what is not acknowledged stays however old it is.
//!
//! The log is kept from its acknowledgement on, by the time that the program ran since, which no clock can make
//! longer. Rows are kept by the time of which they tell.
//!
//! Time before `pruned_until` is `no_data` to whoever reads it: its rows may be half gone.

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use unison_core::time::{HOUR, Timestamp};

use super::log::{self, Head};
use super::model::Queue;
use super::project;
use super::storage::StorageConfig;

const DAY: i64 = 24 * HOUR;
const DAY_S: u64 = 24 * 3_600;
/// Kept on a disk that is nearly full.
const KEEP_DAYS_SHORT: u32 = 7;
/// Rows that are deleted at once; everybody who wants to write waits meanwhile.
const ROWS_MOST: u32 = 1_000;
/// How far the clock of a device may be behind: what waits for the cloud may tell of time so long before.
const LATE_MOST: i64 = DAY;
/// Kind of the records of work orders.
const WORK_ORDER: u16 = 1030;
const PRUNED_UNTIL: &str = "pruned_until";
const LIVED: &str = "lived_s";
const BELIEVED: &str = "believed_at";

/// The tables whose rows belong to a machine and a time.
const BY_MACHINE: &[ByMachine] = &[
    // The last change before stays: it says what the machine did at that moment.
    ByMachine {
        next: "SELECT min(machine_id) FROM activity_changes WHERE machine_id > ?1",
        delete: "DELETE FROM activity_changes WHERE machine_id = ?1
                 AND at < (SELECT max(at) FROM activity_changes WHERE machine_id = ?1 AND at <= ?2)
                 AND at < coalesce((SELECT at FROM activity_changes WHERE machine_id = ?1 ORDER BY at LIMIT 1 OFFSET ?3), ?2)",
    },
    ByMachine {
        next: "SELECT min(machine_id) FROM counts_settled WHERE machine_id > ?1",
        delete: "DELETE FROM counts_settled WHERE machine_id = ?1 AND bucket_at < ?2
                 AND bucket_at < coalesce((SELECT bucket_at FROM counts_settled WHERE machine_id = ?1
                   ORDER BY bucket_at LIMIT 1 OFFSET ?3), ?2)",
    },
    ByMachine {
        next: "SELECT min(machine_id) FROM downtime_events WHERE machine_id > ?1",
        delete: "DELETE FROM downtime_events WHERE uuid IN (SELECT uuid FROM downtime_events
                 WHERE machine_id = ?1 AND started_at < ?2 AND ended_at < ?2 LIMIT ?3)",
    },
    // The moves of a work order go together: what it did on a machine follows from all of them.
    ByMachine {
        next: "SELECT min(machine_id) FROM work_order_moves WHERE machine_id > ?1",
        delete: "DELETE FROM work_order_moves WHERE work_order_id IN (SELECT work_order_id FROM work_order_moves
                 WHERE machine_id = ?1 GROUP BY work_order_id
                 HAVING max(at) < ?2 AND NOT EXISTS (SELECT 1 FROM master WHERE kind = 1030 AND master.id = work_order_id)
                 LIMIT ?3)",
    },
];

struct ByMachine {
    next: &'static str,
    delete: &'static str,
}

/// The two clocks by which things grow old.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present {
    /// What the clock shows, as far as it can be believed.
    pub(super) now: Timestamp,
    /// The time that was believed before the start.
    pub(super) before: Timestamp,
    /// How long the program ran in all, in seconds.
    pub(super) lived_s: u64,
}

/// Where the present pruning stands.
#[derive(Default)]
pub(super) struct Retention {
    table: usize,
    machine: Option<i64>,
    unsent: Unsent,
}

/// The earliest time at which something was written that is not acknowledged, and up to where that was looked for: all
/// of it once a round of pruning, then only what is new.
#[derive(Default)]
struct Unsent {
    until: Option<i64>,
    earliest: Option<Timestamp>,
}

impl Unsent {
    fn look(&mut self, conn: &Connection, queue: &Queue) -> rusqlite::Result<Option<Timestamp>> {
        let after = log::unsent_after(queue);
        let (earliest, until) = log::earliest(conn, self.until.map_or(after, |until| until.max(after)))?;
        self.until = until.or(self.until);
        self.earliest = self.earliest.into_iter().chain(earliest).min();
        Ok(self.earliest)
    }
}

impl Retention {
    /// Does one step. False when nothing is left to forget now.
    pub(super) fn step(
        &mut self,
        conn: &Connection,
        config: &StorageConfig,
        is_short: bool,
        head: &Head,
        queue: &Queue,
        Present { now, before: believed_before, lived_s }: Present,
    ) -> rusqlite::Result<bool> {
        let keep_days = config.keep_days.max(StorageConfig::KEEP_DAYS_MIN);
        let before = |days: u32| Timestamp(now.0.saturating_sub(i64::from(days) * DAY));
        // The log is kept whole also on a disk that is nearly full: a cloud that was restored asks for it.
        if log::prune(conn, head, queue, lived_s.checked_sub(u64::from(keep_days) * DAY_S))? > 0 {
            return Ok(true);
        }
        let old = before(if is_short { KEEP_DAYS_SHORT } else { keep_days });
        let unsent =
            self.unsent.look(conn, queue)?.map_or(Timestamp(i64::MAX), |at| Timestamp(at.0.saturating_sub(LATE_MOST)));
        let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
        project::meta(&tx, LIVED, &lived_s.to_le_bytes())?;
        log::note_acked(&tx, queue, lived_s)?;
        // It never goes back: a box whose clock stands in the past for a while still knows what it knew.
        set_believed_at(&tx, now.max(believed_before))?;
        // From here on nobody reads what this and the next steps delete. A mark in the future was set by a clock
        // that was wrong: it counts for nothing, or it would take all time to come.
        let marked = Some(pruned_until(&tx)?).filter(|at| *at <= now);
        let until = old.min(unsent).max(marked.unwrap_or(Timestamp(i64::MIN)));
        if pruned_until(&tx)? != until {
            project::meta(&tx, PRUNED_UNTIL, &until.0.to_le_bytes())?;
        }
        let gone = until.min(unsent);
        let goes_on = self.rows(&tx, gone)? || (queue.pending() == 0 && without_machine(&tx, gone)?);
        tx.commit()?;
        if !goes_on {
            self.unsent = Unsent::default();
        }
        Ok(goes_on)
    }

    fn rows(&mut self, tx: &Connection, until: Timestamp) -> rusqlite::Result<bool> {
        while let Some(table) = BY_MACHINE.get(self.table) {
            let machine = match self.machine {
                Some(machine) => Some(machine),
                None => next_machine(tx, table, i64::MIN)?,
            };
            let Some(machine) = machine else {
                (self.table, self.machine) = (self.table + 1, None);
                continue;
            };
            let deleted = tx.prepare_cached(table.delete)?.execute(params![machine, until.0, ROWS_MOST])?;
            if deleted == 0 {
                self.machine = next_machine(tx, table, machine)?;
                if self.machine.is_none() {
                    self.table += 1;
                }
                continue;
            }
            self.machine = Some(machine);
            return Ok(true);
        }
        (self.table, self.machine) = (0, None);
        Ok(false)
    }
}

fn next_machine(conn: &Connection, table: &ByMachine, after: i64) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(table.next)?.query_row([after], |r| r.get(0))
}

/// Logs and executions of work orders that the master data no longer holds, histories of stops that are gone, answers
/// that nobody asks for again, handovers, calls for help and writes to devices. Only
/// while the cloud holds all: such a row does not say when it was written, and may tell of a time long before.
fn without_machine(tx: &Connection, until: Timestamp) -> rusqlite::Result<bool> {
    let gone = format!("NOT EXISTS (SELECT 1 FROM master WHERE kind = {WORK_ORDER} AND master.id =");
    let logs = format!(
        "DELETE FROM production_logs WHERE uuid IN (SELECT uuid FROM production_logs AS l
         WHERE logged_at < ?1 AND {gone} l.work_order_id) LIMIT ?2)"
    );
    let orders = format!(
        "DELETE FROM work_orders WHERE id IN (SELECT id FROM work_orders AS w WHERE changed_at < ?1 AND {gone} w.id) LIMIT ?2)"
    );
    let histories = "DELETE FROM downtime_facts WHERE uuid IN (SELECT uuid FROM downtime_facts AS f
         WHERE NOT EXISTS (SELECT 1 FROM downtime_events AS e WHERE e.uuid = f.uuid) LIMIT ?2)"
        .to_owned();
    let answers =
        "DELETE FROM answers WHERE request IN (SELECT request FROM answers WHERE answered_at < ?1 LIMIT ?2)".to_owned();
    let handovers =
        "DELETE FROM shift_handovers WHERE uuid IN (SELECT uuid FROM shift_handovers WHERE logged_at < ?1 LIMIT ?2)"
            .to_owned();
    let authors = "DELETE FROM shift_handover_authors WHERE uuid IN (SELECT uuid FROM shift_handover_authors AS a
         WHERE NOT EXISTS (SELECT 1 FROM shift_handovers AS h WHERE h.uuid = a.uuid) LIMIT ?2)"
        .to_owned();
    let calls = "DELETE FROM help_calls WHERE uuid IN (SELECT uuid FROM help_calls WHERE called_at < ?1 AND ended_by IS NOT NULL LIMIT ?2)"
        .to_owned();
    let scrap = "DELETE FROM production_scrap WHERE log_uuid IN (SELECT log_uuid FROM production_scrap AS s
         WHERE NOT EXISTS (SELECT 1 FROM production_logs AS l WHERE l.uuid = s.log_uuid) LIMIT ?2)"
        .to_owned();
    let writes = "DELETE FROM tag_writes WHERE uuid IN (SELECT uuid FROM tag_writes WHERE asked_at < ?1 AND outcome <> 'asked' LIMIT ?2)"
        .to_owned();
    let mut deleted = 0;
    for text in [logs, scrap, orders, histories, answers, handovers, authors, calls, writes] {
        deleted += tx.prepare_cached(&text)?.execute(params![until.0, ROWS_MOST])?;
    }
    Ok(deleted > 0)
}

/// How long the program ran in all, in seconds, when that was last written.
pub(super) fn lived_s(conn: &Connection) -> rusqlite::Result<u64> {
    let bytes: Option<[u8; 8]> =
        conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([LIVED], |r| r.get(0)).optional()?;
    Ok(bytes.map_or(0, u64::from_le_bytes))
}

/// The latest time that was believed; none in a database that was never looked after by a program that keeps it.
pub(super) fn believed_at(conn: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let bytes: Option<[u8; 8]> =
        conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([BELIEVED], |r| r.get(0)).optional()?;
    Ok(bytes.map(|bytes| Timestamp(i64::from_le_bytes(bytes))))
}

pub(super) fn set_believed_at(conn: &Connection, at: Timestamp) -> rusqlite::Result<()> {
    project::meta(conn, BELIEVED, &at.0.to_le_bytes())
}

/// Rows of time before this are gone, or may be.
pub(super) fn pruned_until(conn: &Connection) -> rusqlite::Result<Timestamp> {
    let bytes: Option<[u8; 8]> = conn
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([PRUNED_UNTIL], |r| r.get(0))
        .optional()?;
    Ok(Timestamp(bytes.map_or(i64::MIN, i64::from_le_bytes)))
}
