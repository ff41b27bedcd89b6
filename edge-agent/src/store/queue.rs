//! What waits for the writer: commands that somebody waits for, and facts that ride along.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use unison_core::facts::Fact;
use unison_sync::wire::{Batch, Have, Op};

use super::{Identity, Model, Ride, StoreError};

/// Callers that may wait at once; the next ones wait for their turn outside.
const WAITING_MAX: usize = 1_024;
/// Facts that may ride at once.
pub(super) const RIDES_MAX: usize = 100_000;
/// How long a riding fact waits for company at most. Each commit is a flush of cheap flash.
const RIDE_MOST: Duration = Duration::from_millis(500);
/// So many riding facts are company enough.
const RIDE_ENOUGH: usize = 2_000;
/// After the start facts do not wait for company: they say what the machines do now.
const HURRY_FOR: Duration = Duration::from_secs(2);
/// How long callers who were just answered together are waited for, so that they share a commit again, at
/// most: this part of what the last commit took, …
const GATHER_PART: u32 = 8;
/// … and never longer than this.
const GATHER_MOST: Duration = Duration::from_millis(1);

/// Tells a waiter how it ended.
pub(super) type Done = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// The error is the database's, which could not be asked.
pub(super) type Decide = Box<dyn FnOnce(&Model, &Connection) -> (rusqlite::Result<Vec<Fact>>, Done) + Send>;
/// Says whether to keep what was changed.
pub(super) type Side = Box<dyn FnOnce(&Connection) -> (bool, Done) + Send>;
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

pub(super) enum Command {
    Decide(Decide),
    Side(Side),
    Down(Vec<Batch>, Have, Reply<()>),
    Snapshot(Vec<Op>, Have, Reply<()>),
    Enrolled(Identity, Reply<()>),
    /// The codes of the configuration.
    Configured(Vec<String>, Reply<()>),
    /// Incarnation and op.
    Acked(u32, u64),
    /// What the cloud holds of our log contradicts it.
    Contradicted(Have, Reply<()>),
    /// The cloud lacks something of an incarnation that it held once.
    SetBack(Have, Reply<()>),
}

/// What the writer takes at once: the next commit.
#[derive(Default)]
pub(super) struct Group {
    pub(super) commands: Vec<Command>,
    pub(super) rides: Vec<Ride>,
}

/// What [`CommandQueue::take`] found.
pub(super) enum Taken {
    Group(Group),
    /// Nothing came for as long as the writer had patience.
    Nothing,
    /// The store is closed and nothing waits any more.
    Closed,
}

/// Whom the last commit answered together: they likely come again at once, and one flush serves all of them.
/// Without it the first who comes back would have a flush of its own, and the others wait for the next.
#[derive(Clone, Copy, Default)]
pub(super) struct Company {
    waiters: usize,
    wait: Duration,
}

impl Company {
    pub(super) fn of(waiters: usize, commit: Duration) -> Self {
        Self { waiters, wait: (commit / GATHER_PART).min(GATHER_MOST) }
    }
}

#[derive(Default)]
struct Waiting {
    commands: Vec<Command>,
    rides: Vec<Ride>,
    riding: usize,
    ride_since: Option<Instant>,
    /// Facts do not wait for company before this.
    hurry_until: Option<Instant>,
    is_writer_waiting: bool,
    is_closed: bool,
}

impl Waiting {
    /// How long facts still wait for company; none when nothing rides.
    fn ride_left(&self) -> Option<Duration> {
        let since = self.ride_since?;
        let hurries = self.hurry_until.is_some_and(|until| since < until);
        let is_enough = self.riding >= RIDE_ENOUGH || self.is_closed || hurries;
        Some(if is_enough { Duration::ZERO } else { RIDE_MOST.saturating_sub(since.elapsed()) })
    }

    fn take(&mut self) -> Group {
        self.riding = 0;
        self.ride_since = None;
        Group { commands: std::mem::take(&mut self.commands), rides: std::mem::take(&mut self.rides) }
    }
}

pub(super) struct CommandQueue {
    waiting: Mutex<Waiting>,
    came: Condvar,
    permits: Arc<Semaphore>,
}

impl CommandQueue {
    pub(super) fn new() -> Self {
        Self {
            waiting: Mutex::new(Waiting::default()),
            came: Condvar::new(),
            permits: Arc::new(Semaphore::new(WAITING_MAX)),
        }
    }

    /// A place among the waiting; none when the store is closed.
    pub(super) async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        self.permits.clone().acquire_owned().await.ok()
    }

    /// False when the store is closed.
    pub(super) fn push(&self, command: Command) -> bool {
        let mut waiting = self.waiting();
        if waiting.is_closed {
            return false;
        }
        waiting.commands.push(command);
        self.wake(waiting);
        true
    }

    /// A wake-up is a call of the system; a writer that is busy looks by itself.
    fn wake(&self, mut waiting: MutexGuard<'_, Waiting>) {
        if std::mem::take(&mut waiting.is_writer_waiting) {
            drop(waiting);
            self.came.notify_one();
        }
    }

    /// The agent starts: what machines do is written at once for a while.
    pub(super) fn hurry(&self) {
        self.waiting().hurry_until = Some(Instant::now() + HURRY_FOR);
    }

    pub(super) fn ride(&self, ride: Ride) -> Result<(), Ride> {
        if ride.facts.is_empty() && ride.counters.is_empty() {
            return Ok(());
        }
        let mut waiting = self.waiting();
        let riding = waiting.riding + ride.facts.len();
        if waiting.is_closed || (waiting.riding > 0 && riding > RIDES_MAX) {
            return Err(ride);
        }
        waiting.riding = riding;
        waiting.rides.push(ride);
        let is_first = waiting.ride_since.is_none();
        waiting.ride_since.get_or_insert_with(Instant::now);
        if is_first || riding >= RIDE_ENOUGH {
            self.wake(waiting);
        }
        Ok(())
    }

    /// What rode in a commit that did not happen goes first into the next.
    pub(super) fn again(&self, mut rides: Vec<Ride>) {
        let mut waiting = self.waiting();
        if waiting.is_closed {
            let facts = rides.iter().map(|r| r.facts.len()).sum::<usize>();
            tracing::error!(facts, "the disk takes nothing and the agent ends; their time will be no_data");
            return;
        }
        waiting.riding += rides.iter().map(|r| r.facts.len()).sum::<usize>();
        rides.append(&mut waiting.rides);
        waiting.rides = rides;
        if !waiting.rides.is_empty() {
            waiting.ride_since.get_or_insert_with(Instant::now);
        }
    }

    /// The next group, as soon as there is one.
    pub(super) fn take(&self, patience: Duration, company: Company) -> Taken {
        let until = Instant::now() + patience;
        let mut waiting = self.waiting();
        loop {
            let ride_left = waiting.ride_left();
            if !waiting.commands.is_empty() || ride_left.is_some_and(|left| left.is_zero()) {
                if waiting.commands.len() < company.waiters && company.waiters > 1 {
                    drop(waiting);
                    waiting = self.gather(company);
                }
                return Taken::Group(waiting.take());
            }
            if waiting.is_closed {
                return Taken::Closed;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Taken::Nothing;
            }
            let left = ride_left.map_or(left, |ride| ride.min(left));
            waiting.is_writer_waiting = true;
            waiting = self.came.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
            waiting.is_writer_waiting = false;
        }
    }

    fn gather(&self, company: Company) -> MutexGuard<'_, Waiting> {
        let until = Instant::now() + company.wait;
        loop {
            std::thread::yield_now();
            let waiting = self.waiting();
            if waiting.commands.len() >= company.waiters || waiting.is_closed || Instant::now() >= until {
                return waiting;
            }
        }
    }

    pub(super) fn close(&self) {
        self.waiting().is_closed = true;
        self.permits.close();
        self.came.notify_all();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
