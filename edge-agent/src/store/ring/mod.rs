//! The ring of kept tags: what tags with `keep = true` were over the last seven days, for charts around a stop. In a
//! file of its own (`ring.db`), because these are no facts: what was not yet written is lost with a crash, a damaged
//! file is set aside, and when the disk is short they are the first to go. Nothing waits for it: the drivers leave
//! changes in the sink, and whoever calls [`Ring::step`] takes them from there.

mod ask;
mod chart;
mod codec;
mod export;
mod file;
mod recorder;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use unison_core::time::{HOUR, Timestamp};

pub use chart::{Bucket, History, Numbers};
pub use codec::Point;
pub use export::Export;
pub use recorder::Kept;

use super::storage::StorageState;
use crate::driver::{Clock, Reading, Sink};
use ask::Ask;
use file::{File, FileError, Place};
use recorder::{Recorder, Run};
use watch::Watch;

/// How long values are kept.
pub const KEEP_DAYS: i64 = 7;
const FILE: &str = "ring.db";
/// What is younger is lost when the process is killed.
const FLUSH_EVERY: Duration = Duration::from_secs(60);
/// Points in memory that are written at once, however young.
const FLUSH_AT: usize = 100_000;
/// So often a block begins with what every tag is.
const KEY_EVERY: Duration = Duration::from_secs(3_600);
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// Until the file is tried again after it could not be used.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// A step that is not later than this is no break.
const STEP_LATE_MS: i64 = 5_000;
/// So long a reader leaves the file alone between two pieces.
const LET_OTHERS: Duration = Duration::from_millis(1);
/// Times that the oldest blocks are given up at one look, so that whoever waits for the file does not wait long.
const DROPS_MOST: u32 = 64;
/// What is above the limit is given up to this part of it, so that it is not done at every turn.
const ROOM: u64 = 20;

/// Cloneable handle; all clones share one ring.
#[derive(Clone)]
pub struct Ring(Arc<Shared>);

struct Shared {
    path: PathBuf,
    bytes_max: u64,
    clock: Arc<dyn Clock>,
    disk: Box<dyn Fn() -> StorageState + Send + Sync>,
    /// Of the file, as it was looked after last.
    bytes: AtomicU64,
    /// Locked before `recorder`, never after.
    file: Mutex<Keeper>,
    recorder: Mutex<Recorder>,
    /// One at a time.
    turn: Mutex<Turn>,
}

/// The file, when it can be used.
struct Keeper {
    file: Option<File>,
    tried_at: Instant,
    is_told: bool,
    /// The file is new, so it does not know yet what every tag is.
    is_new: bool,
    /// How often it was made anew: who reads in pieces must not go on in another file.
    made: u64,
}

struct Turn {
    changes: Vec<Reading>,
    now: Vec<Reading>,
    flushed_at: Instant,
    keyed_at: Instant,
    looked_at: Option<Instant>,
    lost: u64,
    watch: Watch,
}

/// How the ring is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RingState {
    /// Bytes of the file that are in use.
    pub bytes: u64,
    /// Values in memory, and those that were given up because the disk took none.
    pub waiting: usize,
    pub lost: u64,
}

/// What was asked cannot be said.
#[derive(Debug, thiserror::Error)]
#[error("the kept values cannot be read: {0}")]
pub struct RingError(String);

impl Ring {
    /// Opens the ring of a data directory for these tags. That its file cannot be used is said in the log and tried
    /// again; it never stops the agent. `disk` says how the disk is.
    pub fn open(
        data_dir: &Path,
        kept: Vec<Kept>,
        bytes_max: u64,
        clock: Arc<dyn Clock>,
        disk: impl Fn() -> StorageState + Send + Sync + 'static,
    ) -> Self {
        let path = data_dir.join(FILE);
        let mut keeper = Keeper { file: None, tried_at: Instant::now(), is_told: false, is_new: false, made: 0 };
        // Without kept tags there is nothing to make, but what was kept before still grows old.
        if !kept.is_empty() || path.exists() {
            keeper.open(&path);
        }
        let (now, opened_on) = (Instant::now(), Timestamp(clock.now_us()));
        // A number that no run of a file has that can only be read later.
        let next_run = keeper.with(&path, |file| file.next_run()).unwrap_or(opened_on.0);
        Self(Arc::new(Shared {
            path,
            bytes_max,
            clock,
            disk: Box::new(disk),
            bytes: AtomicU64::new(0),
            file: Mutex::new(keeper),
            recorder: Mutex::new(Recorder::new(kept, next_run)),
            turn: Mutex::new(Turn {
                changes: Vec::new(),
                now: Vec::new(),
                flushed_at: now,
                keyed_at: now,
                looked_at: None,
                lost: 0,
                watch: Watch::new(now, opened_on.0),
            }),
        }))
    }

    /// Takes what the sink gathered, writes it when it is time, and looks after the file. Blocks for the disk.
    pub fn step(&self, sink: &Sink) {
        let mut turn = lock(&self.0.turn);
        let Turn { changes, now, lost: before, .. } = &mut *turn;
        let before = *before;
        let lost = sink.take_kept(changes, now);
        let open = {
            let mut recorder = lock(&self.0.recorder);
            recorder.take(changes, lost - before, now, self.now_ms());
            recorder.open_points()
        };
        if lost > turn.lost {
            tracing::warn!(lost = lost - turn.lost, "changes of kept tags came faster than they were taken");
            turn.lost = lost;
        }
        if turn.flushed_at.elapsed() >= FLUSH_EVERY || open >= FLUSH_AT {
            self.flush_in(&mut turn);
        }
        if turn.looked_at.is_none_or(|at| at.elapsed() >= UPKEEP_EVERY) {
            turn.looked_at = Some(Instant::now());
            self.look_after(&mut turn);
        }
    }

    /// Writes what there is, as at the end.
    pub fn flush(&self) {
        self.flush_in(&mut lock(&self.0.turn));
    }

    fn flush_in(&self, turn: &mut Turn) {
        turn.flushed_at = Instant::now();
        // Facts need the last of the disk.
        if (self.0.disk)() >= StorageState::Degraded {
            return;
        }
        let mut keeper = lock(&self.0.file);
        let is_key = turn.keyed_at.elapsed() >= KEY_EVERY || std::mem::take(&mut keeper.is_new);
        if is_key {
            turn.keyed_at = Instant::now();
        }
        let (runs, blocks, names) = {
            let mut recorder = lock(&self.0.recorder);
            recorder.seal(is_key);
            let (runs, blocks) = recorder.waiting();
            (runs, blocks, recorder.names())
        };
        if runs.is_empty() || names.is_empty() {
            return;
        }
        let written = keeper.with(&self.0.path, |file| file.write(&runs, &blocks, &names));
        if written.is_some() {
            lock(&self.0.recorder).written(&blocks, &runs);
        }
    }

    /// Gives up what is old, too much, or in the way of facts.
    fn look_after(&self, turn: &mut Turn) {
        let now = self.0.clock.now_us();
        let old = turn.watch.look(Instant::now(), now).then(|| (now - KEEP_DAYS * 24 * HOUR).div_euclid(1_000));
        let mut keeper = lock(&self.0.file);
        if keeper.file.is_none() {
            return;
        }
        let is_short = (self.0.disk)() >= StorageState::Low;
        if is_short {
            // Nobody looks at it while there is no room.
            drop(std::fs::remove_file(file::aside(&self.0.path)));
        }
        let most = self.0.bytes_max;
        let tended = |file: &mut File| -> Result<(), FileError> {
            // Of what there is, an eighth at a time, until somebody says that there is room again.
            let mut most = most;
            let used = file.bytes()?;
            if is_short {
                most = most.min(used - used / 8);
            }
            let mut turns = DROPS_MOST;
            while let Some(old) = old.filter(|_| turns > 0)
                && file.drop_old(old)?
            {
                turns -= 1;
            }
            if file.bytes()? > most {
                while turns > 0 && file.bytes()? > most - most / ROOM && file.drop_oldest()? {
                    turns -= 1;
                }
            }
            if is_short {
                while file.give_back()? {}
            }
            self.0.bytes.store(file.bytes()?, Relaxed);
            Ok(())
        };
        let mut is_stuck = false;
        keeper.with(&self.0.path, |file| match tended(file) {
            Err(error) if is_short && error.is_full() => {
                is_stuck = true;
                Ok(())
            }
            done => done,
        });
        if is_stuck {
            // Even to delete takes room for what could be undone, and there is none.
            tracing::warn!("the disk is full: the ring of kept tags is given up and begun anew");
            keeper.begin_anew(&self.0.path);
        }
    }

    /// What a chart draws of a tag: at most `points` buckets of this time, and the gaps. `None`: nothing was ever kept.
    ///
    /// # Errors
    /// When the file cannot be read; another one is made, so that it can the next time.
    pub fn history(&self, name: &str, span: (Timestamp, Timestamp), points: usize) -> Result<History, RingError> {
        let mut ask = Ask::begin(self, name, (span.0.0.div_euclid(1_000), span.1.0.div_euclid(1_000)), points)?;
        while ask.piece()? {
            // Whoever waits for the file would else be overtaken again and again.
            std::thread::sleep(LET_OTHERS);
        }
        Ok(ask.finish())
    }

    /// Begins to read all values of these tags, piece by piece.
    ///
    /// # Errors
    /// As [`Ring::history`].
    pub fn export(&self, names: &[Arc<str>], span: (Timestamp, Timestamp)) -> Result<Export, RingError> {
        Export::begin(self.clone(), names, (span.0.0.div_euclid(1_000), span.1.0.div_euclid(1_000)))
    }

    #[must_use]
    pub fn state(&self) -> RingState {
        let bytes = self.0.bytes.load(Relaxed);
        let recorder = lock(&self.0.recorder);
        let waiting = recorder.open_points() + recorder.waiting().1.iter().map(|block| block.points()).sum::<usize>();
        RingState { bytes, waiting, lost: recorder.lost() }
    }

    fn now_ms(&self) -> i64 {
        self.0.clock.now_us().div_euclid(1_000)
    }

    /// What is not on the disk of these tags. Call it with the file locked, so that nothing is there twice.
    fn memory(&self, names: &[&str]) -> Memory {
        let recorder = lock(&self.0.recorder);
        let (mut runs, blocks) = recorder.waiting();
        // The one that goes on was looked at a moment ago, and is looked at in a moment.
        let now = self.now_ms();
        if let (Some(run), Some(_)) = (runs.last_mut(), recorder.run())
            && (0..STEP_LATE_MS).contains(&(now - run.until))
        {
            run.until = now;
        }
        let places: Vec<_> = names.iter().map(|name| recorder.place(name)).collect();
        let mut parts: Vec<(i64, Vec<Vec<Point>>)> = blocks
            .iter()
            .map(|block| {
                let of = |place: &Option<usize>| place.map_or(&[][..], |place| block.of(place)).to_vec();
                (block.run, places.iter().map(of).collect())
            })
            .collect();
        if let Some(run) = recorder.run() {
            let of = |place: &Option<usize>| place.map_or(&[][..], |place| recorder.open(place)).to_vec();
            parts.push((run.id, places.iter().map(of).collect()));
        }
        Memory { runs, parts, goes_on: recorder.run().map(|run| run.id) }
    }
}

/// What is not on the disk.
struct Memory {
    runs: Vec<Run>,
    /// With the run that it is of, for each tag that was asked for.
    parts: Vec<(i64, Vec<Vec<Point>>)>,
    /// The run that has not ended.
    goes_on: Option<i64>,
}

impl Memory {
    /// Memory knows better how far a run is.
    fn merge(&self, runs: &mut Vec<Run>) {
        runs.retain(|run| !self.runs.iter().any(|newer| newer.id == run.id));
        runs.extend(&self.runs);
    }

    fn points(&self, run: i64, tag: usize) -> impl Iterator<Item = Point> + '_ {
        let parts = self.parts.iter().filter(move |(of, _)| *of == run);
        parts.filter_map(move |(_, tags)| tags.get(tag)).flatten().copied()
    }
}

impl Keeper {
    fn open(&mut self, path: &Path) {
        self.tried_at = Instant::now();
        match File::open(path) {
            Ok(file) => (self.file, self.is_told) = (Some(file), false),
            Err(error) => self.failed(path, &error),
        }
    }

    /// Does something with the file; `None` when that is not possible now, which is in the log.
    fn with<T>(&mut self, path: &Path, act: impl FnOnce(&mut File) -> Result<T, FileError>) -> Option<T> {
        self.ask(path, act).ok().flatten()
    }

    /// As [`Keeper::with`]; `None` where there is no file.
    fn ask<T>(
        &mut self,
        path: &Path,
        act: impl FnOnce(&mut File) -> Result<T, FileError>,
    ) -> Result<Option<T>, RingError> {
        if self.file.is_none() && self.is_told && self.tried_at.elapsed() >= TRY_AGAIN {
            self.open(path);
        }
        let Some(file) = &mut self.file else { return Ok(None) };
        match act(file) {
            Ok(done) => {
                self.is_told = false;
                Ok(Some(done))
            }
            Err(error) => {
                let said = error.to_string();
                self.failed(path, &error);
                Err(RingError(said))
            }
        }
    }

    /// What a block of the file that was `made` then holds of a tag.
    fn points(&mut self, path: &Path, made: u64, block: &Place, name: &str) -> Result<Vec<Point>, RingError> {
        if self.made != made {
            return Err(RingError("the file was made anew meanwhile; ask again".into()));
        }
        Ok(self.ask(path, |file| file.points(block, name))?.unwrap_or_default())
    }

    /// Gives all of it back to the disk at once.
    fn begin_anew(&mut self, path: &Path) {
        self.file = None;
        self.made += 1;
        self.is_new = true;
        for path in [path.to_owned(), file::journal(path)] {
            if let Err(error) = std::fs::remove_file(&path)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(path = %path.display(), %error, "a file of the ring could not be removed");
            }
        }
        self.open(path);
    }

    /// Says it once; a damaged file is set aside and made anew.
    fn failed(&mut self, path: &Path, error: &FileError) {
        if !self.is_told {
            tracing::warn!(path = %path.display(), %error, "the ring of kept tags cannot be used; charts have a gap");
        }
        self.is_told = true;
        if !error.is_damage() {
            return;
        }
        self.file = None;
        self.made += 1;
        match file::set_aside(path) {
            Ok(()) => {
                self.is_new = true;
                let aside = file::aside(path);
                tracing::warn!(aside = %aside.display(), "the ring of kept tags was damaged; a new one is made");
                match File::open(path) {
                    Ok(file) => (self.file, self.is_told) = (Some(file), false),
                    Err(error) => tracing::warn!(%error, "the new ring of kept tags cannot be used"),
                }
            }
            Err(error) => tracing::warn!(%error, "the damaged ring of kept tags could not be set aside"),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic leaves at worst a part of a chart out.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For whoever exports: a value with its tag's place among the names.
pub type Row = (usize, Point);

#[cfg(test)]
mod tests;
