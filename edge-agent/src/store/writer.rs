//! The one thread that changes the database. It commits at once when something waits; what comes
//! meanwhile is the next group, so that many waiters share one flush without any timer.
//!
//! It decides on a model of its own that runs ahead by the facts of the group; the model that readers
//! see follows after COMMIT.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::broadcast;
use unison_core::downtime::Stop;
use unison_core::facts::Fact;
use unison_core::ids::{MachineId, WorkOrderId};
use unison_core::master::MasterOp;
use unison_core::time::Timestamp;
use unison_sync::hlc;
use unison_sync::wire::{BATCH_BYTES_MAX, Batch, FORMAT, Op, hash};
use uuid::Uuid;

use super::log::{self, Head};
use super::model::{Model, Sums};
use super::queue::{Command, CommandQueue, Done, Group};
use super::{Change, Identity, Ride, StoreError, project};
use crate::driver::Clock;

/// The largest body of one op. Texts are limited long before.
const OP_BYTES_MAX: usize = 64 * 1024;
/// Bytes that an op needs beside its body at most: kind, version, stamp, length.
const OP_BYTES_OVER: usize = 24;
/// Where a batch is cut; leaves room for the header and one more op.
const BATCH_BYTES: usize = BATCH_BYTES_MAX - OP_BYTES_MAX - 1_024;
const DISK_FULL_PAUSE: Duration = Duration::from_secs(1);
/// With [`log::PRUNED_MOST`] faster than the log can grow, which is two batches a second.
const PRUNE_EVERY: Duration = Duration::from_secs(600);
/// As sysexits.h: internal software error, input/output error.
const EXIT_SOFTWARE: i32 = 70;
const EXIT_IO: i32 = 74;

pub(super) struct Writer {
    conn: Connection,
    ahead: Model,
    head: Head,
    public: Arc<RwLock<Model>>,
    queue: Arc<CommandQueue>,
    changes: broadcast::Sender<Arc<Change>>,
    clock: Arc<dyn Clock>,
    pruned_at: Option<Instant>,
}

/// A change of the model that was written and must reach the readers' model after COMMIT.
pub(super) enum Delta {
    Fact(Fact),
    /// Stops that the fact before changed.
    Stops(Vec<Stop>),
    Master(Box<MasterOp>, Sums),
    /// A snapshot was applied; the model is read anew.
    Renewed(Box<Model>),
    Enrolled(Arc<Identity>),
    Configured(Vec<String>),
}

impl Delta {
    fn apply(&self, model: &mut Model) {
        match self {
            Self::Fact(fact) => model.fact(fact),
            Self::Stops(stops) => model.stops(stops),
            Self::Master(op, sums) => model.master(op, *sums),
            Self::Renewed(fresh) => model.renewed(fresh),
            Self::Enrolled(identity) => model.enrolled(identity.clone()),
            Self::Configured(codes) => model.configured(codes.iter().cloned()),
        }
    }
}

/// One transaction while it is being filled.
pub(super) struct Step<'a> {
    pub(super) conn: &'a Connection,
    pub(super) model: &'a mut Model,
    pub(super) head: &'a mut Head,
    pub(super) now: Timestamp,
    ops: Vec<Op>,
    deltas: Vec<Delta>,
    machines: BTreeSet<MachineId>,
    work_orders: BTreeSet<WorkOrderId>,
    downtimes: BTreeSet<Uuid>,
    pub(super) has_written: bool,
}

impl Writer {
    pub(super) fn new(
        conn: Connection,
        model: Model,
        head: Head,
        public: Arc<RwLock<Model>>,
        queue: Arc<CommandQueue>,
        changes: broadcast::Sender<Arc<Change>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { conn, ahead: model, head, public, queue, changes, clock, pruned_at: None }
    }

    /// As a commit that fails, a defect here must end the process: without its writer the agent would go
    /// on for ever and record nothing.
    pub(super) fn run_or_exit(self) {
        if catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
            tracing::error!("the writer of the database failed; the agent ends here and must be started again");
            std::process::exit(EXIT_SOFTWARE);
        }
    }

    fn run(mut self) {
        while let Some(group) = self.queue.take() {
            self.commit(group);
            self.prune();
        }
    }

    fn commit(&mut self, group: Group) {
        let head = self.head;
        let mut waiters = Vec::with_capacity(group.commands.len());
        let mut commands = group.commands.into_iter();
        match self.write(&mut commands, &group.rides, &mut waiters) {
            Ok(()) => waiters.into_iter().for_each(|done| done(Ok(()))),
            Err(error) if is_disk_full(&error) => {
                tracing::error!(%error, "nothing was written; trying again");
                self.head = head;
                self.ahead = self.public.read().unwrap_or_else(PoisonError::into_inner).clone();
                waiters.into_iter().for_each(|done| done(Err(StoreError::DiskFull)));
                self.queue.again(commands.collect(), group.rides);
                std::thread::sleep(DISK_FULL_PAUSE);
            }
            Err(error) => {
                tracing::error!(%error, "the database cannot be written; the agent ends here and must be started again");
                std::process::exit(EXIT_IO);
            }
        }
    }

    fn write(
        &mut self,
        commands: &mut impl Iterator<Item = Command>,
        rides: &[Ride],
        waiters: &mut Vec<Done>,
    ) -> Result<(), StoreError> {
        let tx = self.conn.unchecked_transaction()?;
        let mut step = Step {
            conn: &tx,
            model: &mut self.ahead,
            head: &mut self.head,
            now: Timestamp(self.clock.now_us()),
            ops: Vec::new(),
            deltas: Vec::new(),
            machines: BTreeSet::new(),
            work_orders: BTreeSet::new(),
            downtimes: BTreeSet::new(),
            has_written: false,
        };
        for ride in rides {
            step.ride(ride)?;
        }
        for command in commands {
            step.command(command, waiters)?;
        }
        let was = step.model.queue;
        step.seal()?;
        let Step { deltas, machines, work_orders, downtimes, has_written, .. } = step;
        if !has_written {
            return Ok(tx.rollback()?);
        }
        tx.commit()?;
        let queue = self.ahead.queue;
        {
            let mut public = self.public.write().unwrap_or_else(PoisonError::into_inner);
            for delta in &deltas {
                delta.apply(&mut public);
            }
            public.queue = queue;
        }
        if !deltas.is_empty() || was != queue || !machines.is_empty() {
            let change = change(deltas, machines, work_orders, downtimes, queue.head, queue.acked);
            // Nobody may be listening.
            drop(self.changes.send(Arc::new(change)));
        }
        Ok(())
    }

    fn prune(&mut self) {
        if self.pruned_at.is_some_and(|at| at.elapsed() < PRUNE_EVERY) {
            return;
        }
        self.pruned_at = Some(Instant::now());
        let now = Timestamp(self.clock.now_us());
        if let Err(error) = log::prune(&self.conn, &self.head, self.ahead.queue.acked, now) {
            tracing::warn!(%error, "old batches could not be deleted");
        }
    }
}

impl Step<'_> {
    fn ride(&mut self, ride: &Ride) -> Result<(), StoreError> {
        if self.model.identity.is_none() {
            tracing::warn!(facts = ride.facts.len(), "facts without an identity; dropped");
            return Ok(());
        }
        for fact in &ride.facts {
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

    fn command(&mut self, command: Command, waiters: &mut Vec<Done>) -> Result<(), StoreError> {
        match command {
            Command::Decide(decide) => {
                let model: &Model = self.model;
                // A panic drops the waiter's channel, which tells it.
                let Ok((facts, done)) = catch_unwind(AssertUnwindSafe(|| decide(model))) else { return Ok(()) };
                if !facts.is_empty() && self.model.identity.is_none() {
                    done(Err(StoreError::NotEnrolled));
                    return Ok(());
                }
                if facts.iter().any(|f| f.encode().map_or(true, |body| body.len() > OP_BYTES_MAX)) {
                    tracing::error!("a fact is larger than {OP_BYTES_MAX} bytes; refused");
                    done(Err(StoreError::Failed));
                    return Ok(());
                }
                waiters.push(done);
                for fact in facts {
                    self.append(fact)?;
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
            Command::Acked(seq) => {
                log::set_acked(self.conn, seq, self.now)?;
                self.model.queue.acked = seq.min(self.head.seq);
                self.model.queue.last_ack = Some(self.now);
                self.model.queue.oldest_unsent = log::oldest_unsent(self.conn, self.head.incarnation, seq)?;
                self.has_written = true;
            }
        }
        Ok(())
    }

    fn enrolled(
        &mut self,
        identity: Identity,
        reply: super::queue::Reply<()>,
        waiters: &mut Vec<Done>,
    ) -> Result<(), StoreError> {
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
        let (kind, version) = fact.kind();
        let now_ms = u64::try_from(self.now.0 / 1_000).unwrap_or(0);
        self.head.hlc = hlc::next(self.head.hlc, now_ms);
        let stops = project::fact(self.conn, &fact, self.head.hlc)?;
        self.ops.push(Op { kind, version, hlc: self.head.hlc, body });
        self.touch(&fact);
        self.delta(Delta::Fact(fact));
        if !stops.is_empty() {
            self.machines.extend(stops.iter().map(|stop| stop.machine));
            self.downtimes.extend(stops.iter().map(|stop| stop.id));
            self.delta(Delta::Stops(stops));
        }
        Ok(())
    }

    pub(super) fn delta(&mut self, delta: Delta) {
        delta.apply(self.model);
        self.deltas.push(delta);
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
            Fact::Observed(_) | Fact::AgentStarted(_) | Fact::WorkOrderRefused(_) => (None, None, None),
        };
        self.machines.extend(machine);
        self.machines.extend(downtime.and_then(|id| self.model.open_downtime(id)).map(|(machine, _)| machine));
        self.machines.extend(work_order.and_then(|id| self.model.work_orders.get(&id)).and_then(|w| w.machine));
        self.work_orders.extend(work_order);
        self.downtimes.extend(downtime);
    }

    /// Cuts the ops of this commit into batches and writes them.
    fn seal(&mut self) -> Result<(), StoreError> {
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
            log::append(self.conn, self.head, first, self.now, &body)?;
        }
        let queue = &mut self.model.queue;
        queue.head = self.head.seq;
        queue.oldest_unsent.get_or_insert(self.now);
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

fn change(
    deltas: Vec<Delta>,
    machines: BTreeSet<MachineId>,
    work_orders: BTreeSet<WorkOrderId>,
    downtimes: BTreeSet<Uuid>,
    head: u64,
    acked: u64,
) -> Change {
    let mut change = Change {
        machines: machines.into_iter().collect(),
        work_orders: work_orders.into_iter().collect(),
        downtimes: downtimes.into_iter().collect(),
        head,
        acked,
        ..Change::default()
    };
    for delta in deltas {
        match delta {
            Delta::Fact(fact) => {
                if let Fact::ProductionLogged(f) = &fact {
                    change.production_logs.push(f.id);
                }
                change.facts.push(fact);
            }
            Delta::Stops(_) => {}
            Delta::Master(..) | Delta::Renewed(_) | Delta::Enrolled(_) | Delta::Configured(_) => change.master = true,
        }
    }
    change
}

fn is_disk_full(error: &StoreError) -> bool {
    match error {
        StoreError::DiskFull => true,
        StoreError::Sqlite(rusqlite::Error::SqliteFailure(e, _)) => e.code == ErrorCode::DiskFull,
        _ => false,
    }
}
