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

/// Tells a waiter how it ended.
pub(super) type Done = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
pub(super) type Decide = Box<dyn FnOnce(&Model) -> (Vec<Fact>, Done) + Send>;
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
    Acked(u64),
}

/// What the writer takes at once: the next commit.
#[derive(Default)]
pub(super) struct Group {
    pub(super) commands: Vec<Command>,
    pub(super) rides: Vec<Ride>,
}

#[derive(Default)]
struct Waiting {
    commands: Vec<Command>,
    rides: Vec<Ride>,
    riding: usize,
    ride_since: Option<Instant>,
    is_closed: bool,
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
        self.came.notify_one();
        true
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
        if waiting.ride_since.is_none() {
            waiting.ride_since = Some(Instant::now());
            self.came.notify_one();
        }
        Ok(())
    }

    /// What a commit that did not happen had not come to goes first into the next.
    pub(super) fn again(&self, mut commands: Vec<Command>, mut rides: Vec<Ride>) {
        let mut waiting = self.waiting();
        commands.append(&mut waiting.commands);
        waiting.commands = commands;
        waiting.riding += rides.iter().map(|r| r.facts.len()).sum::<usize>();
        rides.append(&mut waiting.rides);
        waiting.rides = rides;
        if !waiting.rides.is_empty() {
            waiting.ride_since.get_or_insert_with(Instant::now);
        }
    }

    /// Waits for the next group; none when the store is closed and nothing waits any more.
    pub(super) fn take(&self) -> Option<Group> {
        let mut waiting = self.waiting();
        loop {
            let ride_for = waiting.ride_since.map(|since| since.elapsed());
            if !waiting.commands.is_empty() || ride_for.is_some_and(|waited| waited >= RIDE_MOST || waiting.is_closed) {
                waiting.riding = 0;
                waiting.ride_since = None;
                return Some(Group {
                    commands: std::mem::take(&mut waiting.commands),
                    rides: std::mem::take(&mut waiting.rides),
                });
            }
            if waiting.is_closed {
                return None;
            }
            waiting = match ride_for {
                None => self.came.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(waited) => {
                    let left = RIDE_MOST.saturating_sub(waited);
                    self.came.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
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
