//! One transaction while it is being filled: facts become rows and ops, commands become answers.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rusqlite::Connection;
use unison_core::downtime::Stop;
use unison_core::facts::{DowntimeClosed, Fact};
use unison_core::ids::{MachineId, WorkOrderId};
use unison_core::master::MasterOp;
use unison_core::time::Timestamp;
use unison_sync::hlc;
use unison_sync::wire::{BATCH_BYTES_MAX, Batch, FORMAT, Op, hash};
use uuid::Uuid;

use super::log::{self, Head};
use super::model::{Model, Sums};
use super::queue::{Command, Done, Reply};
use super::{Identity, Ride, StoreError, load, project, stops};

/// The largest body of one op. Texts are limited long before.
const OP_BYTES_MAX: usize = 64 * 1024;
/// Bytes that an op needs beside its body at most: kind, version, stamp, length.
const OP_BYTES_OVER: usize = 24;
/// Where a batch is cut; leaves room for the header and one more op.
const BATCH_BYTES: usize = BATCH_BYTES_MAX - OP_BYTES_MAX - 1_024;

/// A change of the model that was written and must reach the readers' model after COMMIT.
pub(super) enum Delta {
    Fact(Fact),
    /// Stops that the fact before changed.
    Stops(Vec<Stop>),
    /// Whether the last stop of a machine that is over has no reason.
    Unexplained(MachineId, bool),
    Master(Box<MasterOp>, Sums),
    /// A snapshot was applied; the model is read anew.
    Renewed(Box<Model>),
    Enrolled(Arc<Identity>),
    Configured(Vec<String>),
}

impl Delta {
    pub(super) fn apply(&self, model: &mut Model) {
        match self {
            Self::Fact(fact) => model.fact(fact),
            Self::Stops(stops) => model.stops(stops),
            Self::Unexplained(machine, is_so) => model.unexplained(*machine, *is_so),
            Self::Master(op, sums) => model.master(op, *sums),
            Self::Renewed(fresh) => model.renewed(fresh),
            Self::Enrolled(identity) => model.enrolled(identity.clone()),
            Self::Configured(codes) => model.configured(codes.iter().cloned()),
        }
    }
}

/// What the transaction changes beside the database.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) deltas: Vec<Delta>,
    pub(super) machines: BTreeSet<MachineId>,
    pub(super) work_orders: BTreeSet<WorkOrderId>,
    pub(super) downtimes: BTreeSet<Uuid>,
}

/// One transaction while it is being filled.
pub(super) struct Step<'a> {
    pub(super) conn: &'a Connection,
    pub(super) model: &'a mut Model,
    pub(super) head: &'a mut Head,
    pub(super) now: Timestamp,
    /// Where the log ended when this run of the program opened it.
    pub(super) opened_at: (u32, u64),
    pub(super) ops: Vec<Op>,
    pub(super) changed: Changed,
    pub(super) has_written: bool,
    /// The cloud's acknowledgement moved.
    pub(super) has_moved: bool,
}

impl<'a> Step<'a> {
    pub(super) fn new(
        conn: &'a Connection,
        model: &'a mut Model,
        head: &'a mut Head,
        now: Timestamp,
        opened_at: (u32, u64),
    ) -> Self {
        let changed = Changed::default();
        Self { conn, model, head, now, opened_at, ops: Vec::new(), changed, has_written: false, has_moved: false }
    }

    pub(super) fn ride(&mut self, ride: &Ride) -> Result<(), StoreError> {
        if self.model.identity.is_none() {
            tracing::warn!(facts = ride.facts.len(), "facts without an identity; dropped");
            return Ok(());
        }
        for fact in &ride.facts {
            let moved = self.goes_on(fact)?;
            let fact = moved.as_ref().unwrap_or(fact);
            // What people did meanwhile goes first: one open stop a machine, and each ends once.
            let is_late = match fact {
                fact if is_of_unknown_machine(fact, self.model) => true,
                Fact::DowntimeOpened(f) => self.model.machines.get(&f.machine).is_some_and(|m| !m.downtimes.is_empty()),
                Fact::DowntimeClosed(f) => self.model.open_downtime(f.id).is_none(),
                _ => false,
            };
            if !is_late {
                self.append(fact.clone())?;
            }
        }
        for counter in &ride.counters {
            project::counter(self.conn, counter)?;
            self.has_written = true;
        }
        Ok(())
    }

    /// The end of a stop that people cut or joined since the engine looked: it ends what that became.
    fn goes_on(&self, fact: &Fact) -> Result<Option<Fact>, StoreError> {
        let Fact::DowntimeClosed(f) = fact else { return Ok(None) };
        if self.model.open_downtime(f.id).is_some() {
            return Ok(None);
        }
        let id = stops::goes_on_as(self.conn, f.id)?;
        Ok(id.map(|id| DowntimeClosed { id, ended_at: f.ended_at }.into()))
    }

    pub(super) fn command(&mut self, command: Command, waiters: &mut Vec<Done>) -> Result<(), StoreError> {
        match command {
            Command::Decide(decide) => {
                let model: &Model = self.model;
                // A panic drops the waiter's channel, which tells it.
                let conn = self.conn;
                let Ok((facts, done)) = catch_unwind(AssertUnwindSafe(|| decide(model, conn))) else { return Ok(()) };
                let facts = match facts {
                    Ok(facts) => facts,
                    Err(error) => {
                        waiters.push(done);
                        return Err(error.into());
                    }
                };
                if !facts.is_empty() && self.model.identity.is_none() {
                    done(Err(StoreError::NotEnrolled));
                    return Ok(());
                }
                // All or none: before the first is written every one must be writable.
                let bodies: Result<Vec<_>, _> = facts.iter().map(Fact::encode).collect();
                let Some(bodies) = bodies.ok().filter(|all| all.iter().all(|body| body.len() <= OP_BYTES_MAX)) else {
                    tracing::error!("a fact is larger than {OP_BYTES_MAX} bytes; refused");
                    done(Err(StoreError::Failed));
                    return Ok(());
                };
                waiters.push(done);
                for (fact, body) in facts.into_iter().zip(bodies) {
                    self.write(fact, body)?;
                }
            }
            Command::Side(side) => {
                let conn = self.conn;
                conn.execute_batch("SAVEPOINT side")?;
                let outcome = catch_unwind(AssertUnwindSafe(|| side(conn)));
                let keep = matches!(outcome, Ok((true, _)));
                if conn.is_autocommit() {
                    // Without room SQLite gives up the whole transaction, not only this part of it.
                    waiters.extend(outcome.ok().map(|(_, done)| done));
                    return Err(StoreError::DiskFull);
                }
                conn.execute_batch(if keep { "RELEASE side" } else { "ROLLBACK TO side; RELEASE side" })?;
                self.has_written |= keep;
                waiters.extend(outcome.ok().map(|(_, done)| done));
            }
            Command::Down(batches, have, reply) => {
                waiters.push(Box::new(move |done| drop(reply.send(done))));
                self.down(&batches, &have)?;
            }
            Command::Snapshot(ops, at, reply) => {
                waiters.push(Box::new(move |done| drop(reply.send(done))));
                self.snapshot(&ops, &at)?;
            }
            Command::Enrolled(identity, reply) => self.enrolled(identity, reply, waiters)?,
            Command::Configured(codes, reply) => {
                self.delta(Delta::Configured(codes));
                waiters.push(Box::new(move |done| drop(reply.send(done))));
            }
            Command::Acked(incarnation, seq) => self.acked(incarnation, seq)?,
            Command::Contradicted(have, reply) => {
                waiters.push(Box::new(move |done| drop(reply.send(done))));
                self.begin_anew(&have)?;
            }
            Command::SetBack(have, reply) => {
                waiters.push(Box::new(move |done| drop(reply.send(done))));
                self.give_again(&have)?;
            }
        }
        Ok(())
    }

    fn acked(&mut self, incarnation: u32, seq: u64) -> Result<(), StoreError> {
        let queue = &mut self.model.queue;
        match &mut queue.before {
            Some(tail) if tail.incarnation == incarnation => {
                if seq < tail.acked {
                    log::forget_acked(self.conn, incarnation, seq)?;
                    self.has_written = true;
                }
                queue.before = load::tail(self.conn, incarnation, seq, queue.incarnation)?;
            }
            None if queue.incarnation == incarnation => {
                if seq < queue.acked {
                    log::forget_acked(self.conn, incarnation, seq)?;
                    self.has_written = true;
                }
                queue.acked = seq.min(self.head.seq);
            }
            _ => return Ok(()),
        }
        self.has_moved = true;
        queue.last_ack = Some(self.now);
        let sending = queue.sending();
        queue.oldest_unsent = log::oldest_unsent(self.conn, sending.incarnation, sending.acked)?;
        Ok(())
    }

    fn enrolled(&mut self, identity: Identity, reply: Reply<()>, waiters: &mut Vec<Done>) -> Result<(), StoreError> {
        if self.model.identity.is_some() {
            drop(reply.send(Err(StoreError::Damaged("this edge is enrolled already".into()))));
            return Ok(());
        }
        waiters.push(Box::new(move |done| drop(reply.send(done))));
        let bytes = postcard::to_stdvec(&identity).map_err(|e| StoreError::Damaged(e.to_string()))?;
        project::meta(self.conn, "identity", &bytes)?;
        self.delta(Delta::Enrolled(Arc::new(identity)));
        Ok(())
    }

    /// Writes one fact of ours.
    pub(super) fn append(&mut self, fact: Fact) -> Result<(), StoreError> {
        let body = fact.encode().map_err(|e| StoreError::Damaged(e.to_string()))?;
        self.write(fact, body)
    }

    fn write(&mut self, fact: Fact, body: Vec<u8>) -> Result<(), StoreError> {
        let (kind, version) = fact.kind();
        let now_ms = u64::try_from(self.now.0 / 1_000).unwrap_or(0);
        self.head.hlc = hlc::next(self.head.hlc, now_ms);
        let Some(stops) = project::fact(self.conn, &fact, self.head.hlc)? else { return Ok(()) };
        self.ops.push(Op { kind, version, hlc: self.head.hlc, body });
        self.touch(&fact);
        let explained = match &fact {
            Fact::DowntimeClassified(f) => stops::machine_of(self.conn, f.id)?,
            Fact::DowntimeClosed(f) => stops::machine_of(self.conn, f.id)?,
            _ => None,
        };
        self.delta(Delta::Fact(fact));
        let machines: BTreeSet<MachineId> = stops.iter().map(|stop| stop.machine).chain(explained).collect();
        if !stops.is_empty() {
            self.changed.downtimes.extend(stops.iter().map(|stop| stop.id));
            self.delta(Delta::Stops(stops));
        }
        for machine in machines {
            self.delta(Delta::Unexplained(machine, stops::is_unexplained(self.conn, machine)?));
            self.changed.machines.insert(machine);
        }
        Ok(())
    }

    pub(super) fn delta(&mut self, delta: Delta) {
        delta.apply(self.model);
        self.changed.deltas.push(delta);
        self.has_written = true;
    }

    /// Remembers whom a fact concerns, before it changes the model.
    pub(super) fn touch(&mut self, fact: &Fact) {
        let (machine, work_order, downtime) = match fact {
            Fact::ActivityChanged(f) => (Some(f.machine), None, None),
            Fact::Counted(f) => (Some(f.machine), None, None),
            Fact::ProductionLogged(f) => (None, Some(f.work_order), None),
            Fact::WorkOrderMoved(f) => (f.machine, Some(f.work_order), None),
            Fact::DowntimeOpened(f) => (Some(f.machine), None, Some(f.id)),
            Fact::DowntimeClassified(f) => (None, None, Some(f.id)),
            Fact::DowntimeClosed(f) => (None, None, Some(f.id)),
            Fact::DowntimeAlarmed(f) => (None, None, Some(f.id)),
            Fact::DowntimeEscalated(f) => (None, None, Some(f.id)),
            Fact::DowntimeSplit(f) => (None, None, Some(f.id)),
            Fact::DowntimeMerged(f) => (None, None, Some(f.id)),
            Fact::DowntimeCorrected(f) => (None, None, Some(f.id)),
            Fact::DowntimeVoided(f) => (None, None, Some(f.id)),
            Fact::HelpCalled(f) => (Some(f.machine), None, None),
            Fact::HelpAnswered(f) => (self.model.open_help(f.id).map(|(machine, _)| machine), None, None),
            Fact::HelpEnded(f) => (self.model.open_help(f.id).map(|(machine, _)| machine), None, None),
            Fact::Observed(_)
            | Fact::AgentStarted(_)
            | Fact::WorkOrderRefused(_)
            | Fact::ProductionScrapped(_)
            | Fact::ShiftHandedOver(_)
            | Fact::HandoverAcknowledged(_)
            | Fact::TagWritten(_) => (None, None, None),
        };
        self.changed.machines.extend(machine);
        self.changed.machines.extend(downtime.and_then(|id| self.model.open_downtime(id)).map(|(machine, _)| machine));
        self.changed.machines.extend(work_order.and_then(|id| self.model.work_orders.get(&id)).and_then(|w| w.machine));
        self.changed.work_orders.extend(work_order);
        self.changed.downtimes.extend(downtime);
    }

    /// Cuts the ops of this commit into batches and writes them.
    pub(super) fn seal(&mut self) -> Result<(), StoreError> {
        self.seal_at(self.now)
    }

    /// … as written at this time.
    pub(super) fn seal_at(&mut self, at: Timestamp) -> Result<(), StoreError> {
        if self.ops.is_empty() {
            return Ok(());
        }
        let origin = self.model.edge().ok_or(StoreError::NotEnrolled)?;
        let mut ops = std::mem::take(&mut self.ops).into_iter().peekable();
        while ops.peek().is_some() {
            let (mut cut, mut bytes) = (Vec::new(), 0);
            while let Some(op) =
                ops.next_if(|op| cut.is_empty() || bytes + op.body.len() + OP_BYTES_OVER <= BATCH_BYTES)
            {
                bytes += op.body.len() + OP_BYTES_OVER;
                cut.push(op);
            }
            let first = self.head.seq + 1;
            let (incarnation, prev) = (self.head.incarnation, self.head.hash);
            let batch = Batch { format: FORMAT, origin, incarnation, first, prev, ops: cut };
            let body = batch.encode().map_err(|e| StoreError::Damaged(e.to_string()))?;
            self.head.seq = batch.last();
            self.head.hash = hash(&body);
            log::append(self.conn, self.head, first, at, &body)?;
        }
        let queue = &mut self.model.queue;
        queue.head = self.head.seq;
        queue.oldest_unsent.get_or_insert(at);
        Ok(())
    }
}

/// A machine that the master data does not know; its facts would hang in the air.
fn is_of_unknown_machine(fact: &Fact, model: &Model) -> bool {
    let machine = match fact {
        Fact::ActivityChanged(f) => f.machine,
        Fact::Counted(f) => f.machine,
        Fact::DowntimeOpened(f) => f.machine,
        _ => return false,
    };
    !model.machines.contains_key(&machine)
}
