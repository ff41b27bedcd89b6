//! From facts to tables, in the transaction that stores their batch.
//!
//! An edge speaks only for its plant and for machines that are its own or nobody's. A fact that
//! cannot be taken, because it does not decode, names a record that is missing, or speaks for somebody else's
//! machine, goes to quarantine with its bytes and the reason; the stream goes on. Facts of kinds that are not
//! known here stay in their batch for a newer version of this program.

use super::store::{EdgeRow, evidence, signed};
use crate::db::DbError;
use crate::params;
use crate::tenancy::{Topic, WriteTx};
use std::collections::HashMap;
use unison_core::facts::{ActivityChanged, ClockQuality, Counted, Fact, Observed};
use unison_core::ids::{MachineId, PlantId};
use unison_core::master::MasterOp;
use unison_core::time::{HOUR, Timestamp};
use unison_sync::{hlc, wire::Op};

/// A clock that is further ahead of the cloud's than this is wrong, and what depends on it is not believed.
const AHEAD_MAX: i64 = 24 * HOUR;

/// What became of the ops of a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub ops: u64,
    pub unknown: u64,
    pub quarantined: u64,
}

/// Why a fact is not projected.
#[derive(Debug)]
pub enum Refused {
    /// It goes to quarantine with this reason.
    Poison(String),
    /// The transaction fails and is tried again.
    Database(DbError),
}

impl From<DbError> for Refused {
    /// What the schema refuses, or a value no column takes, will be refused for ever; all else may pass by itself.
    fn from(e: DbError) -> Self {
        match e {
            DbError::Unique(_) | DbError::Constraint(_) | DbError::Unstorable(_) => Self::Poison(e.to_string()),
            _ => Self::Database(e),
        }
    }
}

/// Shorthand for a refusal with a reason.
pub fn poison<T>(reason: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::Poison(reason.into()))
}

/// The projection of one transaction's ops.
pub struct Projection<'t, 's> {
    pub(super) tx: &'t WriteTx<'s>,
    pub(super) edge: &'t EdgeRow,
    machines: HashMap<MachineId, Option<Machine>>,
    observed_until: Option<Timestamp>,
    hlc_seen: u64,
    taken: Taken,
}

/// Whose a machine is.
#[derive(Clone, Copy, Debug)]
struct Machine {
    plant: PlantId,
    edge: Option<i64>,
}

impl<'t, 's> Projection<'t, 's> {
    pub fn new(tx: &'t WriteTx<'s>, edge: &'t EdgeRow) -> Self {
        Self { tx, edge, machines: HashMap::new(), observed_until: None, hlc_seen: 0, taken: Taken::default() }
    }

    /// Counts an op that was taken before under another number.
    pub const fn repeated(&mut self) {
        self.taken.ops += 1;
    }

    /// Takes one op, or puts it aside.
    ///
    /// # Errors
    /// When the database fails.
    pub fn op(&mut self, seq: u64, op: &Op) -> Result<(), DbError> {
        self.taken.ops += 1;
        self.hlc_seen = self.hlc_seen.max(self.believable(op.hlc));
        match self.fact(op) {
            Ok(()) => Ok(()),
            Err(Refused::Database(e)) => Err(e),
            Err(Refused::Poison(reason)) => {
                self.taken.quarantined += 1;
                tracing::warn!(edge = %self.edge.uuid, seq, kind = op.kind, reason, "a fact goes to quarantine");
                let reason = format!("op {seq} of kind {} version {}: {reason}", op.kind, op.version);
                evidence(self.tx, self.edge.uuid, Some(seq), &op.body, &reason)
            }
        }
    }

    fn fact(&mut self, op: &Op) -> Result<(), Refused> {
        let fact = match Fact::decode(op.kind, op.version, &op.body) {
            Ok(Some(fact)) => fact,
            Ok(None) if MasterOp::KINDS.iter().any(|(_, kind, _)| *kind == op.kind) => {
                return poison("an edge does not change master data");
            }
            Ok(None) => {
                self.taken.unknown += 1;
                return Ok(());
            }
            Err(e) => return poison(format!("the body cannot be read: {e}")),
        };
        match fact {
            // These are nearly all facts there are, check everything before they write, and need no way back.
            Fact::ActivityChanged(fact) => self.activity_changed(&fact),
            Fact::Counted(fact) => self.counted(&fact),
            Fact::Observed(fact) => self.observed(&fact),
            Fact::AgentStarted(fact) => self.agent_started(&fact),
            Fact::DowntimeOpened(_)
            | Fact::DowntimeClassified(_)
            | Fact::DowntimeClosed(_)
            | Fact::DowntimeAlarmed(_)
            | Fact::DowntimeSplit(_)
            | Fact::DowntimeMerged(_)
            | Fact::DowntimeCorrected(_)
            | Fact::DowntimeVoided(_)
            | Fact::DowntimeEscalated(_) => self.undoable(|p| p.of_stop(&fact, op.hlc)),
            Fact::ProductionLogged(fact) => self.undoable(|p| p.production_logged(&fact)),
            Fact::WorkOrderMoved(fact) => self.undoable(|p| p.work_order_moved(&fact)),
            Fact::WorkOrderRefused(fact) => self.undoable(|p| p.work_order_refused(&fact)),
            Fact::ProductionScrapped(fact) => self.undoable(|p| p.production_scrapped(&fact)),
            Fact::ShiftHandedOver(fact) => self.undoable(|p| p.handed_over(&fact)),
            Fact::HandoverAcknowledged(fact) => self.undoable(|p| p.handover_acknowledged(&fact)),
            Fact::HelpCalled(fact) => self.undoable(|p| p.help_called(&fact)),
            Fact::HelpAnswered(fact) => self.undoable(|p| p.help_answered(&fact)),
            Fact::HelpEnded(fact) => self.undoable(|p| p.help_ended(&fact)),
            Fact::TagWritten(fact) => self.undoable(|p| p.tag_written(&fact)),
        }
    }

    /// Runs `write` so that a refusal half-way leaves nothing behind.
    fn undoable(&mut self, write: impl FnOnce(&mut Self) -> Result<(), Refused>) -> Result<(), Refused> {
        let tx = self.tx;
        tx.savepoint(|| write(self))
    }

    /// Writes what was gathered.
    ///
    /// # Errors
    /// When the database fails.
    pub fn finish(self) -> Result<Taken, DbError> {
        let tx = self.tx;
        if let Some(until) = self.observed_until {
            tx.execute(
                "UPDATE edges SET observed_until = $3
                 WHERE organization_id = $1 AND id = $2 AND (observed_until IS NULL OR observed_until < $3)",
                params![tx.org(), self.edge.id, until],
            )?;
            tx.changed(Topic::Observed);
        }
        if self.hlc_seen > 0 {
            tx.seen_hlc(self.hlc_seen)?;
        }
        Ok(self.taken)
    }

    /// A stamp, cut to what is possible: one from a clock years ahead would win over every later one for ever.
    pub(super) fn believable(&self, stamp: u64) -> u64 {
        let latest_ms = u64::try_from(self.tx.now().plus(AHEAD_MAX).0 / 1_000).unwrap_or(0);
        stamp.min(hlc::next(0, latest_ms))
    }

    /// What a clock far ahead says would be the newest there is, for years.
    pub(super) fn need_past(&self, at: Timestamp) -> Result<(), Refused> {
        if at.0 < 0 {
            return poison(format!("its time is {} µs before 1970", at.0.unsigned_abs()));
        }
        if at <= self.tx.now().plus(AHEAD_MAX) {
            return Ok(());
        }
        poison(format!("it is of {}: the edge's clock is more than a day ahead", at.rfc3339()))
    }

    fn activity_changed(&mut self, fact: &ActivityChanged) -> Result<(), Refused> {
        self.need_own(fact.machine)?;
        self.need_past(fact.at)?;
        self.tx.execute(
            "INSERT INTO activity_changes (organization_id, machine_id, at, activity, clock_unsure) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (organization_id, machine_id, at)
             DO UPDATE SET activity = excluded.activity, clock_unsure = excluded.clock_unsure",
            params![self.tx.org(), fact.machine, fact.at, fact.activity.code(), fact.clock == ClockQuality::Unsure],
        )?;
        self.tx.changed(Topic::Machine(fact.machine));
        Ok(())
    }

    fn counted(&mut self, fact: &Counted) -> Result<(), Refused> {
        self.need_own(fact.machine)?;
        self.need_past(fact.bucket)?;
        if fact.ideal < 0 || fact.rejected > fact.total {
            return poison(format!("{} of {} parts rejected, ideal time {} µs", fact.rejected, fact.total, fact.ideal));
        }
        self.tx.execute(
            "INSERT INTO count_buckets (organization_id, machine_id, bucket_at, ideal_us, total, rejected) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (organization_id, machine_id, bucket_at, ideal_us)
             DO UPDATE SET total = count_buckets.total + excluded.total, rejected = count_buckets.rejected + excluded.rejected",
            params![self.tx.org(), fact.machine, fact.bucket, fact.ideal, fact.total, fact.rejected],
        )?;
        self.tx.changed(Topic::Machine(fact.machine));
        Ok(())
    }

    fn observed(&mut self, fact: &Observed) -> Result<(), Refused> {
        self.need_past(fact.until)?;
        self.observed_until = self.observed_until.max(Some(fact.until));
        Ok(())
    }

    /// The machine is in the edge's plant.
    pub(super) fn need_here(&mut self, id: MachineId) -> Result<Option<i64>, Refused> {
        let plant = self.edge.plant;
        match self.machine(id)? {
            None => poison(format!("there is no machine {id}")),
            Some(machine) if machine.plant != plant => poison(format!("machine {id} stands in another plant")),
            Some(machine) => Ok(machine.edge),
        }
    }

    /// The machine is the edge's own, or nobody's.
    pub(super) fn need_own(&mut self, id: MachineId) -> Result<(), Refused> {
        match self.need_here(id)? {
            Some(other) if other != self.edge.id => {
                poison(format!("machine {id} belongs to edge {other}, which alone speaks for it"))
            }
            _ => Ok(()),
        }
    }

    fn machine(&mut self, id: MachineId) -> Result<Option<Machine>, DbError> {
        if let Some(known) = self.machines.get(&id) {
            return Ok(*known);
        }
        let row = self.tx.query_one(
            "SELECT plant_id, edge_id FROM machines WHERE organization_id = $1 AND id = $2",
            params![self.tx.org(), id],
        )?;
        let found = match row {
            None => None,
            Some(row) => Some(Machine { plant: row.get("plant_id")?, edge: row.get("edge_id")? }),
        };
        self.machines.insert(id, found);
        Ok(found)
    }

    /// Notes that a machine became the edge's own.
    pub(super) fn claimed(&mut self, id: MachineId) {
        self.machines.insert(id, Some(Machine { plant: self.edge.plant, edge: Some(self.edge.id) }));
    }

    /// Whether a record of the organisation exists. `table` is never text from outside.
    pub(super) fn need_record(&self, table: &'static str, id: i64, name: &str) -> Result<(), Refused> {
        let sql = format!("SELECT id FROM {table} WHERE organization_id = $1 AND id = $2");
        match self.tx.query_one(&sql, params![self.tx.org(), id])? {
            Some(_) => Ok(()),
            None => poison(format!("there is no {name} {id}")),
        }
    }

    pub(super) fn stamp(&self, hlc: u64) -> i64 {
        signed(self.believable(hlc))
    }
}
