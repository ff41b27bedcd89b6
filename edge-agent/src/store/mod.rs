//! The edge's database and what it knows now. One thread writes; every change is one transaction of
//! log and rows, and whoever waits is told after COMMIT. Only this folder knows SQLite.
//!
//! - [`Store::decide`]: facts that somebody waits for. [`Store::ride`]: facts that nobody waits for.
//! - [`Store::side`]: rows that are no facts (PINs, sessions).
//! - [`Store::model`]: what is so now. [`Store::read`], [`history`]: what was.
//!
//! A flush that fails ends the process: nothing after it could be trusted, and the start after it
//! reads what the disk really holds. A disk that is full or takes nothing is the exception: nothing was
//! written, waiters are told, riding facts are tried again, and [`Store::storage`] says so.

mod anew;
mod down;
mod error;
pub mod history;
mod identity;
pub(crate) mod keys;
mod load;
mod log;
mod mark;
mod model;
mod now;
pub mod people;
mod project;
mod queue;
mod retention;
pub mod ring;
mod schema;
mod snapshot;
mod start;
mod step;
pub mod stops;
mod storage;
mod upkeep;
mod writer;
pub mod writes;

use std::fs::{File, TryLockError};
use std::ops::Deref;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{broadcast, oneshot};
use unison_core::facts::Fact;
use unison_core::ids::{MachineId, WorkOrderId};
use unison_core::time::Timestamp;
use unison_sync::wire::{Batch, Have, Op};
use uuid::Uuid;

pub use error::StoreError;
use error::Trouble;
pub use identity::Identity;
pub use log::LogPart;
pub use model::{
    Executor, MachineNow, Model, OpenDowntime, OpenHelp, Queue, Resolved, Tail, WorkOrderNow, status_after,
};
pub use start::Started;
pub use storage::{DiskSeen, Storage, StorageConfig, StorageState};

use crate::driver::Clock;
use queue::{Command, Done};

/// Read connections kept open.
const READERS_KEPT: usize = 4;
/// A question that takes longer is given up: its snapshot keeps the write-ahead log from being folded.
const READ_MOST: Duration = Duration::from_secs(20);
/// Steps of SQLite between two looks at the time.
const READ_LOOKS: i32 = 100_000;
/// Commits that a slow listener may be behind before it must take a snapshot.
const CHANGES_KEPT: usize = 1_024;

/// What one commit changed. Sent after COMMIT.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Machines whose activity, counts, stops, calls for help or work order changed.
    pub machines: Vec<MachineId>,
    pub work_orders: Vec<WorkOrderId>,
    pub production_logs: Vec<Uuid>,
    pub downtimes: Vec<Uuid>,
    pub handovers: Vec<Uuid>,
    pub help_calls: Vec<Uuid>,
    /// Master data or the identity changed.
    pub master: bool,
    /// Last op of our log.
    pub head: u64,
    /// Op up to which the cloud holds our log.
    pub acked: u64,
    /// The facts themselves, in log order; production logs of others too.
    pub facts: Vec<Fact>,
}

/// Where a PLC counter stood when its parts were booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterAt {
    pub machine: MachineId,
    /// "parts" or "rejects".
    pub name: &'static str,
    pub raw: u64,
    pub at: Timestamp,
}

/// Facts that nobody waits for, with the counter positions that go with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ride {
    pub facts: Vec<Fact>,
    pub counters: Vec<CounterAt>,
}

/// Cloneable handle; all clones share one database.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    path: PathBuf,
    model: Arc<RwLock<Model>>,
    queue: Arc<queue::CommandQueue>,
    changes: broadcast::Sender<Arc<Change>>,
    readers: Mutex<Vec<Connection>>,
    clock: Arc<dyn Clock>,
    storage: Arc<Mutex<Storage>>,
    writer: Mutex<Option<std::thread::JoinHandle<()>>>,
    /// Held as long as the store lives: two agents on one database are refused.
    _lock: File,
}

impl Store {
    /// Opens or makes the database of a data directory and starts the writer.
    ///
    /// # Errors
    /// When the directory cannot be used, another agent uses it, or the database is newer or damaged.
    pub fn open(data_dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        Self::open_with(data_dir, clock, StorageConfig::default())
    }

    /// As [`Store::open`], with what the configuration says of storage.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(data_dir: &Path, clock: Arc<dyn Clock>, config: StorageConfig) -> Result<Self, StoreError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |error| StoreError::File { path, error }
        };
        // For this user only: besides the database the keys of the box lie in there.
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(at(data_dir))?;
        let lock_path = data_dir.join("edge.lock");
        let lock = File::create(&lock_path).map_err(at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(data_dir.to_owned())),
            Err(TryLockError::Error(error)) => return Err(StoreError::File { path: lock_path, error }),
        }
        let path = data_dir.join("edge.db");
        let mut conn = schema::open(&path, clock.now_us())?;
        load::take_up(&mut conn)?;
        let (model, head) = load::load(&conn, mark::read(data_dir).as_ref())?;
        let (changes, _) = broadcast::channel(CHANGES_KEPT);
        let queue = Arc::new(queue::CommandQueue::new());
        let shared_model = Arc::new(RwLock::new(model.clone()));
        let storage = Arc::new(Mutex::new(Storage::default()));
        let writer = writer::Writer {
            upkeep: upkeep::Upkeep::new(&mut conn, data_dir.to_owned(), config, clock.clone(), storage.clone())?,
            conn,
            ahead: model,
            head,
            public: shared_model.clone(),
            queue: queue.clone(),
            changes: changes.clone(),
            clock: clock.clone(),
            is_ack_unsaved: false,
            opened_at: (head.incarnation, head.seq),
            is_run_noted: false,
        };
        let thread =
            std::thread::Builder::new().name("store".into()).spawn(move || writer.run_or_exit()).map_err(at(&path))?;
        Ok(Self(Arc::new(Shared {
            path,
            model: shared_model,
            queue,
            changes,
            readers: Mutex::new(Vec::new()),
            clock,
            storage,
            writer: Mutex::new(Some(thread)),
            _lock: lock,
        })))
    }

    /// Runs `decide` on the writer thread against the present state, facts of the same commit included.
    /// Its facts are appended and projected; this resolves after COMMIT. A refusal writes nothing.
    ///
    /// # Errors
    /// When nothing was written for another reason than the refusal; see [`StoreError`].
    pub async fn decide<T, E, F>(&self, decide: F) -> Result<Result<T, E>, StoreError>
    where
        F: FnOnce(&Model) -> Result<(Vec<Fact>, T), E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        self.decide_with(|_| Ok(()), move |model, ()| decide(model)).await
    }

    /// As [`Self::decide`] for what becomes of a production log: `decide` is told whether one with this id is booked.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub async fn decide_log<T, E, F>(&self, id: Uuid, decide: F) -> Result<Result<T, E>, StoreError>
    where
        F: FnOnce(&Model, bool) -> Result<(Vec<Fact>, T), E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        self.decide_with(move |conn| project::has_log(conn, id), decide).await
    }

    async fn decide_with<K, T, E>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<K> + Send + 'static,
        decide: impl FnOnce(&Model, K) -> Result<(Vec<Fact>, T), E> + Send + 'static,
    ) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.ask(|reply| {
            Command::Decide(Box::new(move |model, conn| {
                let (facts, outcome) = match look(conn).map(|known| decide(model, known)) {
                    Ok(Ok((facts, value))) => (Ok(facts), Some(Ok(value))),
                    Ok(Err(refusal)) => (Ok(Vec::new()), Some(Err(refusal))),
                    Err(error) => (Err(error), None),
                };
                let done = move |done: Result<(), StoreError>| {
                    drop(reply.send(done.and_then(|()| outcome.ok_or(StoreError::Failed))));
                };
                (facts, Box::new(done) as Done)
            }))
        })
        .await
    }

    /// Facts that nobody waits for: written with the next commit, at most 500 ms later. At most
    /// [`queue::RIDES_MAX`] facts wait; then they are handed back, and the engine keeps them and takes
    /// no new readings until there is room. Readings then merge per tag; counters lose nothing by it.
    pub fn ride(&self, ride: Ride) -> Result<(), Ride> {
        self.0.queue.ride(ride)
    }

    /// Changes rows that are no facts, on the writer thread. An error undoes only what `change` did.
    ///
    /// # Errors
    /// As `change` says, or when the store is closed.
    pub async fn side<T, F>(&self, change: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let changed = self
            .ask(|reply| {
                Command::Side(Box::new(move |conn| {
                    let outcome = change(conn);
                    let keep = outcome.is_ok();
                    (
                        keep,
                        Box::new(move |done: Result<(), StoreError>| drop(reply.send(done.map(|()| outcome)))) as Done,
                    )
                }))
            })
            .await?;
        Ok(changed?)
    }

    /// What is so now. Hold it briefly and never across an await: the writer waits for it.
    pub fn model(&self) -> impl Deref<Target = Model> + '_ {
        self.0.model.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads from a snapshot of the committed database. Blocks; in async code use [`Store::query`].
    ///
    /// # Errors
    /// As `f` says, and when it takes longer than 20 s.
    pub fn read<T>(&self, f: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        self.read_within(READ_MOST, f)
    }

    fn read_within<T>(
        &self,
        most: Duration,
        f: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let kept = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut conn = match kept {
            Some(conn) => conn,
            None => schema::open_reader(&self.0.path)?,
        };
        // While a snapshot is held the write-ahead log can only grow.
        let until = Instant::now() + most;
        conn.progress_handler(READ_LOOKS, Some(move || Instant::now() > until))?;
        // One transaction, so that all queries of `f` see the same moment.
        let result = conn.unchecked_transaction().and_then(|tx| {
            let value = f(&tx)?;
            tx.commit()?;
            Ok(value)
        });
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_KEPT {
            readers.push(conn);
        }
        result.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => StoreError::TooSlow,
            _ => error.into(),
        })
    }

    /// As [`Store::read`], on a thread where blocking is allowed.
    ///
    /// # Errors
    /// As `f` says.
    pub async fn query<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read(f)).await.map_err(|_| StoreError::Failed)?
    }

    /// One message per commit. Who falls behind gets `Lagged` and reads the model again.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Arc<Change>> {
        self.0.changes.subscribe()
    }

    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.0.clock.clone()
    }

    /// The present time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.clock.now_us())
    }

    /// Until when the engine saw its machines. In memory only.
    pub fn seen(&self, machines: &[(MachineId, Timestamp)]) {
        let mut model = self.0.model.write().unwrap_or_else(PoisonError::into_inner);
        for (machine, at) in machines {
            model.seen(*machine, *at);
        }
    }

    /// Stores who this edge is. The log starts with it.
    ///
    /// # Errors
    /// When an identity is stored already, or the store is closed.
    pub async fn enrolled(&self, identity: Identity) -> Result<(), StoreError> {
        self.ask(|reply| Command::Enrolled(identity, reply)).await
    }

    /// Applies batches of the cloud's log and the new vector in one transaction, answering requests.
    ///
    /// # Errors
    /// When the store is closed or the disk is full; then nothing was applied.
    pub async fn apply_down(&self, batches: Vec<Batch>, have: Have) -> Result<(), StoreError> {
        self.ask(|reply| Command::Down(batches, have, reply)).await
    }

    /// Replaces all that the cloud ever said by a snapshot of its log at `at`, in one transaction. What was
    /// done here stays.
    ///
    /// # Errors
    /// When the store is closed or the disk is full; then nothing was applied.
    pub async fn apply_snapshot(&self, ops: Vec<Op>, at: Have) -> Result<(), StoreError> {
        self.ask(|reply| Command::Snapshot(ops, at, reply)).await
    }

    /// Keeps evidence of a batch that cannot be taken.
    ///
    /// # Errors
    /// When it could not be kept.
    pub async fn set_aside(&self, reason: String, body: Vec<u8>) -> Result<(), StoreError> {
        let now = self.now();
        self.side(move |conn| project::set_aside(conn, now, &reason, &body)).await
    }

    /// The cloud holds an incarnation of our log up to here. Nobody waits: after a crash it says so again.
    pub fn acked(&self, incarnation: u32, seq: u64) {
        self.0.queue.push(Command::Acked(incarnation, seq));
    }

    /// The cloud says what it holds of our log. Where that contradicts the log, or is more, this box was set back
    /// to a copy, and the log begins anew under an incarnation that was never used. Where it lacks something of an
    /// incarnation before, the cloud was restored, and that goes up again first; where it lacks what is kept no more, the
    /// rest goes up under a new incarnation, too. True when another incarnation goes up
    /// now.
    ///
    /// # Errors
    /// When it could not be written, or the log went on elsewhere: a person decides which box is the right one.
    pub async fn compare(&self, have: Have) -> Result<bool, StoreError> {
        let queue = self.model().queue;
        let before = queue.incarnation;
        let mark = mark::Mark { incarnation: have.incarnation, seq: have.seq, hash: have.hash };
        let sending = queue.sending().incarnation;
        if have.incarnation < sending {
            // It acknowledged all of that once, and was restored to a moment before it did.
            let lacks = self.query(move |conn| load::missing(conn, &mark, sending)).await?;
            if lacks.is_some() {
                self.ask(|reply| Command::SetBack(have, reply)).await?;
                return Ok(true);
            }
        }
        if sending < before {
            return Ok(false);
        }
        if have.incarnation > before {
            // Only a log that went on elsewhere can be ahead like this: two boxes that began anew by turns would
            // overtake each other for ever.
            return Err(StoreError::Elsewhere { cloud: have.incarnation, here: before });
        }
        if have.incarnation < before || have.seq < queue.head {
            let head = mark::Mark { incarnation: before, seq: queue.head, hash: [0; 32] };
            let fits = move |conn: &Connection| {
                Ok(!log::contradicts(conn, &head, &mark)? && log::lacks_start(conn, &head, &mark)?.is_none())
            };
            if self.query(fits).await? {
                return Ok(false);
            }
        }
        self.ask(|reply| Command::Contradicted(have, reply)).await?;
        Ok(self.model().queue.incarnation != before)
    }

    /// How the disk is.
    #[must_use]
    pub fn storage(&self) -> Storage {
        self.0.storage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whole batches of an incarnation of our log after `after`, at least one and about `bytes` in all.
    ///
    /// # Errors
    /// When the log cannot be read or its hashes do not fit.
    pub async fn log_after(&self, incarnation: u32, after: u64, bytes: usize) -> Result<LogPart, StoreError> {
        let part = self.query(move |conn| log::after(conn, incarnation, after, bytes)).await?;
        part.map_err(StoreError::Damaged)
    }

    /// What is held of the cloud's log.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn have(&self) -> Result<Have, StoreError> {
        self.query(log::have).await
    }

    /// Writes what waits and ends the writer. Later calls are refused.
    pub fn close(&self) {
        self.0.queue.close();
        // The last connection to close folds the WAL into the database; that must be the writer's.
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let thread = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            drop(thread.join());
        }
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Command,
    ) -> Result<T, StoreError> {
        let permit = self.0.queue.permit().await.ok_or(StoreError::Closed)?;
        let (reply, answer) = oneshot::channel();
        if !self.0.queue.push(command(reply)) {
            return Err(StoreError::Closed);
        }
        let answer = answer.await.unwrap_or_else(|_| Err(self.storage().refusal().unwrap_or(StoreError::Failed)));
        drop(permit);
        answer
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let thread = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod back_tests;
#[cfg(test)]
mod disk_tests;
#[cfg(test)]
mod keep_tests;
#[cfg(test)]
mod snapshot_tests;
#[cfg(test)]
mod test_plant;
#[cfg(test)]
mod tests;
