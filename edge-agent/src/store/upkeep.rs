//! What the writer does for its file when nothing waits, in small steps: it folds the write-ahead log into the
//! database, moves counts into the order in which they are read, forgets what is old, keeps the mark outside the
//! file, and looks how the disk is.
//!
//! A commit never folds the log by itself until it is twice as large as the idle steps let it grow.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use unison_core::time::{HOUR, SECOND, Timestamp};

use super::log::Head;
use super::mark::{self, Mark};
use super::model::Queue;
use super::retention::{self, Present, Retention};
use super::storage::{self, DiskSeen, Storage, StorageConfig, StorageState};
use super::{StoreError, Trouble};
use crate::driver::Clock;

/// Bytes of write-ahead log from which it is folded when nothing waits. Each page that was written many times
/// meanwhile is then written once; what is left is read at the start after a crash.
const WAL_IDLE: u64 = 8 << 20;
/// … and from which a commit does it at once.
const WAL_MOST: u64 = 16 << 20;
/// … and from which somebody who reads must be keeping it from being folded.
pub(super) const WAL_STUCK: u64 = 32 << 20;
/// A log that cannot be folded is tried again after this long.
const WAL_AGAIN: Duration = Duration::from_secs(1);
/// Counts wait this long for company in each other's pages.
const SETTLE_AFTER: i64 = 10 * 60 * SECOND;
/// Counts younger than this stay where they are: more may come for their bucket.
const SETTLE_NOT: i64 = 5 * 60 * SECOND;
/// Rows that are moved at once; everybody who wants to write waits meanwhile.
const SETTLED_MOST: u32 = 4_000;
const MARK_EVERY: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_secs(5);
const PRUNE_EVERY: Duration = Duration::from_secs(600);
/// Between two steps of one pruning, so that it never fills the disk's time.
const PRUNE_PAUSE: Duration = Duration::from_millis(100);
/// After the start the first states go first.
const NOT_BEFORE: Duration = Duration::from_secs(2);
/// How often the writer looks whether something is due.
const IDLE_EVERY: Duration = Duration::from_secs(1);

/// How much more than the time that it runs a clock is believed after a start: the time that the box was switched off.
/// Less than what is kept on a disk that is nearly full, so that one start with a wrong clock never empties it …
const AWAY_MOST: i64 = 3 * 24 * HOUR;
/// … and this many times as long as it runs, so that many starts in a row do not either.
const AWAY_RATE: i64 = 7;

pub(super) struct Upkeep {
    /// The database's directory.
    dir: PathBuf,
    config: StorageConfig,
    clock: Arc<dyn Clock>,
    storage: Arc<Mutex<Storage>>,
    /// Bytes in the write-ahead log, as SQLite says after each commit.
    wal_bytes: Arc<AtomicU64>,
    wal_tried_at: Option<Instant>,
    marked: Mark,
    marked_at: Option<Instant>,
    looked_at: Option<Instant>,
    pruned_at: Option<Instant>,
    retention: Retention,
    opened_at: Instant,
    /// The time that was believed before the start.
    believed_at: Timestamp,
    /// How long the program had run in all before.
    lived_s: u64,
}

impl Upkeep {
    /// Takes the folding of the write-ahead log from SQLite.
    pub(super) fn new(
        conn: &mut Connection,
        dir: PathBuf,
        config: StorageConfig,
        clock: Arc<dyn Clock>,
        storage: Arc<Mutex<Storage>>,
    ) -> rusqlite::Result<Self> {
        let page: u64 = conn.pragma_query_value(None, "page_size", |r| r.get::<_, i64>(0))?.unsigned_abs();
        let believed_at = match retention::believed_at(conn)? {
            Some(at) => at,
            // The first start, or the first of a version that keeps it. From now on no clock alone moves it.
            None => {
                let sql = "SELECT committed_at FROM log ORDER BY place DESC LIMIT 1";
                let committed: Option<i64> = conn.query_row(sql, [], |r| r.get(0)).optional()?;
                let at = Timestamp(clock.now_us().min(committed.unwrap_or(i64::MAX)));
                retention::set_believed_at(conn, at)?;
                at
            }
        };
        let lived_s = retention::lived_s(conn)?;
        let wal_bytes = Arc::new(AtomicU64::new(0));
        let counter = wal_bytes.clone();
        // A frame is a page and its header. This takes the place of SQLite's own checkpoints.
        conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, frames: std::ffi::c_int| {
            counter.store(u64::try_from(frames).unwrap_or(0) * (page + 24), Relaxed);
            Ok(())
        }))?;
        Ok(Self {
            dir,
            config,
            clock,
            storage,
            wal_bytes,
            wal_tried_at: None,
            marked: Mark::default(),
            marked_at: None,
            looked_at: None,
            pruned_at: None,
            retention: Retention::default(),
            opened_at: Instant::now(),
            believed_at,
            lived_s,
        })
    }

    /// Does the next thing that is due, and says how long nothing will be.
    pub(super) fn step(
        &mut self,
        conn: &Connection,
        head: &Head,
        queue: &Queue,
        is_idle: bool,
    ) -> Result<Duration, StoreError> {
        let (wal, early) = (self.wal_bytes.load(Relaxed), NOT_BEFORE.saturating_sub(self.opened_at.elapsed()));
        let most = match is_idle {
            _ if !early.is_zero() => WAL_STUCK,
            true => WAL_IDLE,
            false => WAL_MOST,
        };
        if is_due(self.looked_at, LOOK_EVERY) && early.is_zero() {
            self.looked_at = Some(Instant::now());
            self.look(wal);
        }
        // What cannot be folded for want of room must not keep away what makes room.
        let mut trouble = None;
        if wal >= most && is_due(self.wal_tried_at, WAL_AGAIN) {
            match self.fold(conn, wal) {
                Ok(()) => return Ok(Duration::ZERO),
                Err(error) => trouble = Some(error),
            }
        }
        if !is_idle || !early.is_zero() {
            return trouble.map_or(Ok(early), Err);
        }
        if is_due(self.marked_at, MARK_EVERY) && self.marked != Mark::of(head) {
            self.marked_at = Some(Instant::now());
            self.mark(head);
        }
        match settle(conn, Timestamp(self.clock.now_us())) {
            Ok(true) => return Ok(Duration::ZERO),
            Ok(false) => {}
            Err(error) => trouble = trouble.or(Some(error.into())),
        }
        if is_due(self.pruned_at, PRUNE_EVERY) {
            let is_short = self.storage().state >= StorageState::Degraded;
            let present = self.present(self.opened_at.elapsed());
            if self.retention.step(conn, &self.config, is_short, head, queue, present)? {
                return Ok(PRUNE_PAUSE);
            }
            self.pruned_at = Some(Instant::now());
        }
        trouble.map_or(Ok(IDLE_EVERY), Err)
    }

    /// The present after the program ran this long.
    pub(super) fn present(&self, ran: Duration) -> Present {
        let ran_us = i64::try_from(ran.as_micros()).unwrap_or(i64::MAX);
        let now = believed(Timestamp(self.clock.now_us()), self.believed_at, ran_us);
        Present { now, before: self.believed_at, lived_s: self.lived_s.saturating_add(ran.as_secs()) }
    }

    /// A commit was made: the disk takes writes.
    pub(super) fn wrote(&self) {
        let mut storage = self.storage();
        if storage.seen.is_refused {
            storage.error = None;
            self.seen(&mut storage, |seen| seen.is_refused = false);
        }
    }

    /// A commit could not be made and nothing is acknowledged until one can.
    pub(super) fn refused(&self, trouble: Trouble, error: &StoreError) {
        let mut storage = self.storage();
        storage.error = Some(error.to_string());
        storage.is_full = trouble == Trouble::Full;
        self.seen(&mut storage, |seen| seen.is_refused = true);
    }

    fn storage(&self) -> std::sync::MutexGuard<'_, Storage> {
        self.storage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self, wal: u64) {
        let free = nix::sys::statvfs::statvfs(&self.dir)
            .ok()
            .map(|at| at.blocks_available().saturating_mul(at.fragment_size()));
        let mut storage = self.storage();
        storage.wal_bytes = wal;
        self.seen(&mut storage, |seen| seen.free = free);
    }

    fn seen(&self, storage: &mut Storage, change: impl FnOnce(&mut DiskSeen)) {
        let before = storage.state;
        change(&mut storage.seen);
        storage.state = storage::next(before, storage.seen, &self.config);
        if storage.state > before {
            tracing::warn!(state = storage.state.code(), message = storage.message(), "storage");
        } else if storage.state < before {
            tracing::info!(state = storage.state.code(), "storage is better again");
        }
    }

    /// Moves what is in the write-ahead log into the database, so that the next commit writes from its start again.
    fn fold(&mut self, conn: &Connection, wal: u64) -> Result<(), StoreError> {
        self.wal_tried_at = Some(Instant::now());
        let (frames, done) = conn.wal_checkpoint_v2(None::<&str>, CheckpointMode::PASSIVE)?;
        let is_whole = frames == done;
        if is_whole {
            self.wal_tried_at = None;
            self.wal_bytes.store(0, Relaxed);
        }
        let is_stuck = !is_whole && wal >= WAL_STUCK;
        let mut storage = self.storage();
        storage.wal_bytes = if is_whole { 0 } else { wal };
        if is_stuck != storage.is_wal_stuck {
            storage.is_wal_stuck = is_stuck;
            if is_stuck {
                tracing::warn!(
                    wal_bytes = wal,
                    "somebody reads the database and does not end; its write-ahead log grows"
                );
            } else {
                tracing::info!("the write-ahead log of the database is folded again");
            }
        }
        Ok(())
    }

    /// Notes outside the database how far its log is.
    pub(super) fn mark(&mut self, head: &Head) {
        let mark = Mark::of(head);
        match mark::write(&self.dir, &mark) {
            Ok(()) => self.marked = mark,
            Err(error) => tracing::warn!(%error, "the mark beside the database was not written"),
        }
    }
}

/// The present as far as it can be believed: a clock that is far ahead makes nothing old. It is believed as far as the
/// program ran since the time that was believed before, and some days more, for the box may have been off.
pub(super) fn believed(clock: Timestamp, before: Timestamp, ran: i64) -> Timestamp {
    let away = ran.saturating_mul(AWAY_RATE).min(AWAY_MOST);
    clock.min(before.plus(ran).plus(away))
}

fn is_due(last: Option<Instant>, every: Duration) -> bool {
    last.is_none_or(|at| at.elapsed() >= every)
}

/// Moves counts that are no longer fresh to where they are read. True when something was moved.
pub(super) fn settle(conn: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let oldest: Option<i64> =
        conn.prepare_cached("SELECT min(bucket_at) FROM counts_fresh")?.query_row([], |r| r.get(0))?;
    let Some(oldest) = oldest.filter(|at| *at < now.0.saturating_sub(SETTLE_AFTER)) else { return Ok(false) };
    let nth: i64 = conn
        .prepare_cached(
            "SELECT coalesce((SELECT bucket_at FROM counts_fresh ORDER BY bucket_at LIMIT 1 OFFSET ?1), ?2)",
        )?
        .query_row(params![SETTLED_MOST, i64::MAX], |r| r.get(0))?;
    let until = now.0.saturating_sub(SETTLE_NOT).min(nth).max(oldest.saturating_add(1));
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    tx.prepare_cached(
        "INSERT INTO counts_settled (machine_id, bucket_at, ideal_us, total, rejected)
         SELECT machine_id, bucket_at, ideal_us, total, rejected FROM counts_fresh WHERE bucket_at < ?1
         ORDER BY machine_id, bucket_at, ideal_us
         ON CONFLICT (machine_id, bucket_at, ideal_us)
         DO UPDATE SET total = total + excluded.total, rejected = rejected + excluded.rejected",
    )?
    .execute([until])?;
    tx.prepare_cached("DELETE FROM counts_fresh WHERE bucket_at < ?1")?.execute([until])?;
    tx.commit()?;
    Ok(true)
}
