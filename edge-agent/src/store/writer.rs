//! The one thread that changes the database. It commits at once when something waits; what comes
//! meanwhile is the next group, so that many waiters share one flush without any timer. When nothing waits it
//! looks after the file ([`super::upkeep`]).
//!
//! It decides on a model of its own that runs ahead by the facts of the group; the model that readers
//! see follows after COMMIT.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::broadcast;
use unison_core::facts::Fact;
use unison_core::time::Timestamp;

use super::log::{self, Head};
use super::model::Model;
use super::queue::{Command, CommandQueue, Company, Done, Group, Taken};
use super::step::{Changed, Delta, Step};
use super::upkeep::Upkeep;
use super::{Change, Ride, StoreError, Trouble};
use crate::driver::Clock;

/// After a commit that could not be made, until the next try.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);
/// As sysexits.h: internal software error, input/output error.
const EXIT_SOFTWARE: i32 = 70;
const EXIT_IO: i32 = 74;

pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) ahead: Model,
    pub(super) head: Head,
    pub(super) public: Arc<RwLock<Model>>,
    pub(super) queue: Arc<CommandQueue>,
    pub(super) changes: broadcast::Sender<Arc<Change>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) upkeep: Upkeep,
    /// Acknowledged by the cloud, and not yet in the database: it goes along with the next commit.
    pub(super) is_ack_unsaved: bool,
    /// Where the log ended when this run of the program opened it.
    pub(super) opened_at: (u32, u64),
    /// That is written down.
    pub(super) is_run_noted: bool,
}

impl Writer {
    /// As a commit that fails, a defect here must end the process: without its writer the agent would go
    /// on for ever and record nothing.
    pub(super) fn run_or_exit(self) {
        if catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
            tracing::error!("the writer of the database failed; the agent ends here and must be started again");
            std::process::exit(EXIT_SOFTWARE);
        }
    }

    fn run(mut self) {
        let (mut company, mut patience) = (Company::default(), Duration::ZERO);
        loop {
            match self.queue.take(patience, company) {
                Taken::Group(group) => {
                    company = self.commit(group);
                    patience = self.look_after(false);
                }
                Taken::Nothing => patience = self.look_after(true),
                Taken::Closed => break,
            }
        }
        if let Err(error) = self.save_ack() {
            tracing::warn!(%error, "the last acknowledgement was not saved; the cloud says it again");
        }
        self.upkeep.mark(&self.head);
    }

    fn look_after(&mut self, is_idle: bool) -> Duration {
        self.upkeep.step(&self.conn, &self.head, &self.ahead.queue, is_idle).unwrap_or_else(|error| {
            let trouble = error.trouble();
            if trouble == Trouble::Fatal {
                exit(&error);
            }
            tracing::warn!(%error, "the database could not be looked after; trying again later");
            TROUBLE_PAUSE
        })
    }

    fn commit(&mut self, group: Group) -> Company {
        let (head, began) = (self.head, Instant::now());
        let mut waiters = Vec::with_capacity(group.commands.len());
        let acked = group.commands.iter().rev().find_map(|command| match command {
            Command::Acked(incarnation, seq) => Some((*incarnation, *seq)),
            _ => None,
        });
        let mut commands = group.commands.into_iter();
        match self.write(&mut commands, &group.rides, &mut waiters) {
            Ok(()) => {
                let company = Company::of(waiters.len(), began.elapsed());
                waiters.into_iter().for_each(|done| done(Ok(())));
                company
            }
            Err(error) => {
                let trouble = error.trouble();
                if trouble == Trouble::Fatal {
                    exit(&error);
                }
                tracing::error!(%error, "nothing was written; trying again");
                self.upkeep.refused(trouble, &error);
                self.head = head;
                self.ahead = self.public.read().unwrap_or_else(PoisonError::into_inner).clone();
                let text = error.to_string();
                waiters.into_iter().for_each(|done| done(Err(trouble.told(&text))));
                // Who was not reached hears it from the state of the disk. The cloud says a thing once.
                commands.for_each(drop);
                self.queue.again(group.rides);
                if let Some((incarnation, seq)) = acked {
                    self.queue.push(Command::Acked(incarnation, seq));
                }
                std::thread::sleep(TROUBLE_PAUSE);
                Company::default()
            }
        }
    }

    fn write(
        &mut self,
        commands: &mut impl Iterator<Item = Command>,
        rides: &[Ride],
        waiters: &mut Vec<Done>,
    ) -> Result<(), StoreError> {
        let tx = Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)?;
        let was = self.ahead.queue;
        let end = self.head.seq;
        let now = Timestamp(self.clock.now_us());
        let mut step = Step::new(&tx, &mut self.ahead, &mut self.head, now, self.opened_at);
        let mut rides = rides.iter();
        for command in commands {
            // Facts in the order in which they came: those that rode first. What is no fact waits for none.
            if !matches!(command, Command::Side(_)) {
                rides.try_for_each(|ride| step.ride(ride))?;
            }
            step.command(command, waiters)?;
        }
        rides.try_for_each(|ride| step.ride(ride))?;
        step.seal()?;
        let Step { changed, has_written, has_moved, .. } = step;
        self.is_ack_unsaved |= has_moved;
        let queue = self.ahead.queue;
        if has_written {
            if self.is_ack_unsaved {
                log::set_acked(&tx, &queue)?;
            }
            let begins = !self.is_run_noted && self.head.seq > end;
            if begins {
                log::note_run(&tx, self.opened_at, &queue)?;
            }
            tx.commit()?;
            self.is_run_noted |= begins;
            self.is_ack_unsaved = false;
            self.upkeep.wrote();
        } else {
            tx.rollback()?;
        }
        if has_written || was != queue {
            self.publish(changed, was != queue);
        }
        Ok(())
    }

    /// Shows readers what was committed.
    fn publish(&self, changed: Changed, has_queue_moved: bool) {
        let queue = self.ahead.queue;
        {
            let mut public = self.public.write().unwrap_or_else(PoisonError::into_inner);
            for delta in &changed.deltas {
                delta.apply(&mut public);
            }
            public.queue = queue;
        }
        if !changed.deltas.is_empty() || has_queue_moved || !changed.machines.is_empty() {
            // Nobody may be listening.
            drop(self.changes.send(Arc::new(change(changed, queue.head, queue.acked))));
        }
    }

    fn save_ack(&mut self) -> Result<(), StoreError> {
        if std::mem::take(&mut self.is_ack_unsaved) {
            log::set_acked(&self.conn, &self.ahead.queue)?;
        }
        Ok(())
    }
}

fn exit(error: &StoreError) -> ! {
    tracing::error!(%error, "the database cannot be written; the agent ends here and must be started again");
    std::process::exit(EXIT_IO);
}

fn change(changed: Changed, head: u64, acked: u64) -> Change {
    let mut change = Change {
        machines: changed.machines.into_iter().collect(),
        work_orders: changed.work_orders.into_iter().collect(),
        downtimes: changed.downtimes.into_iter().collect(),
        head,
        acked,
        ..Change::default()
    };
    for delta in changed.deltas {
        match delta {
            Delta::Fact(fact) => {
                match &fact {
                    Fact::ProductionLogged(f) => change.production_logs.push(f.id),
                    Fact::ShiftHandedOver(f) => change.handovers.push(f.id),
                    Fact::HandoverAcknowledged(f) => change.handovers.push(f.id),
                    Fact::HelpCalled(f) => change.help_calls.push(f.id),
                    Fact::HelpAnswered(f) => change.help_calls.push(f.id),
                    Fact::HelpEnded(f) => change.help_calls.push(f.id),
                    _ => {}
                }
                change.facts.push(fact);
            }
            Delta::Stops(_) | Delta::Unexplained(..) => {}
            Delta::Master(..) | Delta::Renewed(_) | Delta::Enrolled(_) | Delta::Configured(_) => change.master = true,
        }
    }
    change
}
