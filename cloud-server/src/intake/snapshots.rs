//! Snapshots of plants while edges fetch them. Edges of one plant share one; few are taken at the same time, and what
//! is held of them in all has a limit. Who gets none now asks again: the offer stays.

use super::counters::{Count, Counters};
use super::store;
use crate::db::DbError;
use crate::tenancy::{Caller, Tenancy, plant_log};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use unison_core::ids::PlantId;
use unison_sync::snapshot::{SNAPSHOT_BYTES_MAX, bytes, cut};
use unison_sync::wire::{Ask, Have, Message, Op, Part, WireError};
use uuid::Uuid;

/// Taken at the same time; each reads a whole plant into memory.
const TAKEN_AT_ONCE: usize = 2;
/// How long a link waits for its turn. It does nothing else meanwhile, and its edge asks again anyway.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Longer than this nobody gets the same one, also when the plant's log did not grow.
const SHARED_FOR: Duration = Duration::from_secs(60);
/// Compressed bytes that are held in all, in units of a KiB.
const HELD_KIB_MAX: u32 = 256 * 1024;

/// See the module.
pub struct Snapshots {
    counters: Arc<Counters>,
    turns: Semaphore,
    room: Arc<Semaphore>,
    plants: Mutex<HashMap<Uuid, Slot>>,
}

/// The newest of a plant. Who holds the lock takes one, and the others of the plant wait for it.
type Slot = Arc<tokio::sync::Mutex<Option<(Instant, Shared)>>>;

/// What a plant's snapshot is.
#[derive(Clone)]
enum Shared {
    Taken(Arc<Taken>),
    TooLarge { at: Have, bytes: usize },
}

impl Shared {
    fn at(&self) -> Have {
        match self {
            Self::Taken(taken) => taken.at,
            Self::TooLarge { at, .. } => *at,
        }
    }
}

/// What an edge gets that asks.
pub enum Given {
    Taken(Arc<Taken>),
    /// More bytes than an edge takes.
    TooLarge(usize),
    /// It shall ask again.
    Busy,
}

/// A snapshot, its parts compressed.
pub struct Taken {
    at: Have,
    parts: Vec<Vec<u8>>,
    _room: OwnedSemaphorePermit,
}

impl Taken {
    /// A part of it for one who asks under this name, if it has one of this number.
    ///
    /// # Errors
    /// Only when memory runs out.
    pub fn part(&self, ask: Ask, part: u32) -> std::io::Result<Option<Part>> {
        let Some(packed) = usize::try_from(part).ok().and_then(|n| self.parts.get(n)) else { return Ok(None) };
        match Message::decode(&zstd::decode_all(packed.as_slice())?) {
            Ok(Message::Part(found)) => Ok(Some(Part { ask, ..found })),
            _ => Err(std::io::Error::other("a part is none")),
        }
    }
}

impl Snapshots {
    #[must_use]
    pub fn new(counters: Arc<Counters>) -> Self {
        let room = Arc::new(Semaphore::new(HELD_KIB_MAX as usize));
        Self { counters, turns: Semaphore::new(TAKEN_AT_ONCE), room, plants: Mutex::default() }
    }

    /// The snapshot of a plant as its log stands now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(&self, tenancy: &Tenancy, caller: &Caller, id: PlantId, uuid: Uuid) -> Result<Given, DbError> {
        let slot = self.lock().entry(uuid).or_default().clone();
        let Ok(mut slot) = timeout(WAIT_MAX, slot.lock_owned()).await else { return Ok(Given::Busy) };
        let end = tenancy.read(caller, move |tx| plant_log::head(tx, id)).await?;
        let end = Have { incarnation: end.incarnation, seq: end.seq, hash: end.hash };
        let held = slot.as_ref().filter(|(since, shared)| since.elapsed() < SHARED_FOR && shared.at() == end);
        let shared = match held {
            Some((_, shared)) => shared.clone(),
            None => {
                let Ok(Ok(_turn)) = timeout(WAIT_MAX, self.turns.acquire()).await else { return Ok(Given::Busy) };
                let (at, ops) = tenancy.read(caller, move |tx| store::snapshot(tx, id)).await?;
                self.counters.add(Count::Snapshots, 1);
                let Some(shared) = self.keep(at, ops).await? else { return Ok(Given::Busy) };
                *slot = Some((Instant::now(), shared.clone()));
                shared
            }
        };
        Ok(match shared {
            Shared::Taken(taken) => Given::Taken(taken),
            Shared::TooLarge { bytes, .. } => Given::TooLarge(bytes),
        })
    }

    /// Compresses it; none while others take all the room.
    async fn keep(&self, at: Have, ops: Vec<Op>) -> Result<Option<Shared>, DbError> {
        let bytes = bytes(&ops);
        if bytes > SNAPSHOT_BYTES_MAX {
            return Ok(Some(Shared::TooLarge { at, bytes }));
        }
        let packed = tokio::task::spawn_blocking(move || pack(at, ops)).await;
        let parts = packed.map_err(|e| DbError::Stopped(e.to_string()))?.map_err(|e| DbError::Failed(e.to_string()))?;
        let size: usize = parts.iter().map(Vec::len).sum();
        let kib = u32::try_from(size / 1024 + 1).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(kib).ok();
        Ok(room.map(|room| Shared::Taken(Arc::new(Taken { at, parts, _room: room }))))
    }

    /// Forgets what nobody will be given any more; who fetches one keeps it until he is done.
    pub fn forget_old(&self) {
        self.lock().retain(|_, slot| match slot.try_lock() {
            Ok(held) => held.as_ref().is_some_and(|(since, _)| since.elapsed() < SHARED_FOR),
            // One is being taken.
            Err(_) => true,
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Slot>> {
        self.plants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pack(at: Have, ops: Vec<Op>) -> std::io::Result<Vec<Vec<u8>>> {
    let parts = cut(ops);
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let message = |(part, ops)| Message::Part(Part { ask: Ask::default(), at, part, parts: count, ops }).encode();
    let failed = |e: WireError| std::io::Error::other(e.to_string());
    (0..).zip(parts).map(|numbered| zstd::bulk::compress(&message(numbered).map_err(failed)?, 3)).collect()
}
