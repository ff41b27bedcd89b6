//! The door to an organisation's data: a transaction is opened for a [`Caller`] and sees that caller's
//! organisation only, because it is opened on that organisation's file, or under row-level security for that
//! organisation, and no other way to it exists.
//!
//! [`Tenancy::read`] gives a snapshot, [`Tenancy::write`] a transaction that commits when its closure
//! returns `Ok`. Closures run on threads that may block. Nothing here decides anything.

mod caller;
mod changed;
mod known;
mod logins;
mod others;
pub mod plant_log;
pub mod platform;
mod tx;
mod vault;

pub use caller::{Caller, Reach, SignedOn, Via};
pub use changed::{Changed, PlantLogGrew, Topic};
pub use known::Known;
pub use platform::{EdgeLink, Organization, Platform};
pub use tx::{PlantOp, Tx, WriteTx};
pub use vault::{Vault, random as vault_random};

use crate::db::postgres::{Addresses, Server};
use crate::db::{Database, DbError, Scope, sqlite};
use others::Others;
use std::collections::HashMap;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::broadcast;
use unison_core::time::Timestamp;

/// With the platform's 256 files: organisations whose files are open at the same time, or whose writers are known on a server.
const OPEN_MAX: usize = 255;
/// What the check of a session or a key reads.
const ACCESS_TABLES: &[&str] =
    &["users", "user_plants", "sessions", "roles", "plants", "api_tokens", "api_token_plants"];
/// Messages a slow listener may fall behind before it must read the tables again.
const CHANGES_KEPT: usize = 1_024;

/// Says how late it is; tests have their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The wall clock.
#[must_use]
pub fn wall_clock() -> Clock {
    Arc::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    })
}

/// See the module. Clones share everything.
#[derive(Clone)]
pub struct Tenancy {
    inner: Arc<Inner>,
}

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Place {
    /// SQLite files in the data directory.
    Files,
    Postgres(Addresses),
}

enum Source {
    Files(PathBuf),
    Server(Server),
}

struct Inner {
    source: Source,
    clock: Clock,
    platform: Platform,
    open: Mutex<OpenFiles>,
    known: Known,
    changes: broadcast::Sender<Changed>,
    grown: broadcast::Sender<PlantLogGrew>,
    /// Servers on the same database, where there can be any.
    others: Option<Others>,
}

#[derive(Default)]
struct OpenFiles {
    files: HashMap<i64, (Database, u64)>,
    uses: u64,
}

impl Tenancy {
    /// Opens the platform file in `data_dir`, making both where they do not exist. Blocks.
    ///
    /// # Errors
    /// When the directory or the file cannot be used, or a newer version wrote it.
    pub fn open(data_dir: &Path, clock: Clock) -> Result<Self, DbError> {
        sqlite::check_library()?;
        let vault = vault(data_dir)?;
        let platform = Database::open(&data_dir.join("platform.db"), Scope::Platform)?;
        Ok(Self::new(Source::Files(data_dir.to_owned()), &platform, vault, clock, None))
    }

    /// As [`Self::open`], wherever the data is; the keys are always in `data_dir`.
    ///
    /// # Errors
    /// When the directory or the database cannot be used, or its schema is not this program's.
    pub async fn connect(data_dir: &Path, place: &Place, clock: Clock) -> Result<Self, DbError> {
        let Place::Postgres(addresses) = place else { return Self::open(data_dir, clock) };
        let vault = vault(data_dir)?;
        let server = Server::connect(addresses).await?;
        let platform = server.platform();
        let (others, ears) = Others::new();
        let tenancy = Self::new(Source::Server(server.clone()), &platform, vault, clock, Some(others));
        tokio::spawn(ears.follow(server, Arc::downgrade(&tenancy.inner)));
        Ok(tenancy)
    }

    fn new(source: Source, platform: &Database, vault: Vault, clock: Clock, others: Option<Others>) -> Self {
        let inner = Inner {
            source,
            platform: Platform::new(platform.clone(), vault, clock.clone(), others.clone()),
            clock,
            open: Mutex::default(),
            known: Known::default(),
            changes: broadcast::channel(CHANGES_KEPT).0,
            grown: broadcast::channel(CHANGES_KEPT).0,
            others,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Organisations, log-ins, edges and their keys.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.inner.platform
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// Committed changes of all organisations, from now on.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Changed> {
        self.inner.changes.subscribe()
    }

    /// Growth of plant logs, from now on.
    #[must_use]
    pub fn plant_log_growth(&self) -> broadcast::Receiver<PlantLogGrew> {
        self.inner.grown.subscribe()
    }

    /// Grows when this program changes who somebody is or what he may do in an organisation, before the change is
    /// answered, and when it hears that another server did. What was read under an older number may be out of date.
    #[must_use]
    pub fn access_version(&self, organization: i64) -> u64 {
        self.inner.known.version(organization, ACCESS_TABLES)
    }

    /// Runs `f` on a snapshot of the caller's organisation.
    ///
    /// # Errors
    /// What `f` returns, or why it could not run.
    pub async fn read<T, E, F>(&self, caller: &Caller, f: F) -> Result<T, E>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (caller, now, inner, began) = (caller.clone(), self.now(), self.inner.clone(), Some(Instant::now()));
        let file = self.file(caller.organization()).await?;
        file.read(move |session| f(&Tx { session, caller: &caller, now, known: &inner.known, began })).await
    }

    /// As [`Self::read`], for a page at most that an index finds.
    ///
    /// # Errors
    /// What `f` returns, or why it could not run.
    pub async fn read_brief<T, E, F>(&self, caller: &Caller, f: F) -> Result<T, E>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (caller, now, inner, began) = (caller.clone(), self.now(), self.inner.clone(), Some(Instant::now()));
        let file = self.file(caller.organization()).await?;
        file.read_brief(move |session| f(&Tx { session, caller: &caller, now, known: &inner.known, began })).await
    }

    /// Runs `f` in a transaction of the caller's organisation and commits when it returns `Ok`.
    /// Afterwards the plant's edges and live pages are told, even when the caller is gone by then.
    ///
    /// # Errors
    /// What `f` returns, or why it could not run or commit.
    pub async fn write<T, E, F>(&self, caller: &Caller, f: F) -> Result<T, E>
    where
        F: FnOnce(&WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let caller = caller.clone();
        let file = self.file(caller.organization()).await?;
        let (clock, inner, known) = (self.inner.clock.clone(), self.inner.clone(), self.inner.clone());
        let at_commit = Arc::new(AtomicBool::new(false));
        let reached = at_commit.clone();
        let out = file.write(
            move |session| {
                // The clock is read when the writer is ours: times then grow in commit order.
                let tx = WriteTx::new(Tx { session, caller: &caller, now: clock(), known: &known.known, began: None });
                let out = f(&tx)?;
                let effects = tx.finish()?;
                reached.store(true, Ordering::Relaxed);
                Ok((out, effects))
            },
            move |(out, effects)| {
                inner.tell(effects);
                out
            },
        );
        let out = out.await;
        if out.is_err() && at_commit.load(Ordering::Relaxed) {
            // A connection that breaks at the commit does not say whether it was one.
            self.inner.forget();
            self.inner.tell_here(tx::Effects { changed: Some(Changed::unknown()), ..tx::Effects::default() });
            if let Some(others) = &self.inner.others {
                others.tell_everything();
            }
        }
        out
    }

    async fn file(&self, organization: i64) -> Result<Database, DbError> {
        // Nearly always the file is open; only opening one may block.
        if let Some(open) = self.inner.open_file(organization) {
            return Ok(open);
        }
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || inner.file(organization))
            .await
            .map_err(|e| DbError::Stopped(e.to_string()))?
    }
}

impl Inner {
    /// An open file, unless somebody opens one right now.
    fn open_file(&self, organization: i64) -> Option<Database> {
        let mut open = self.open.try_lock().ok()?;
        open.uses += 1;
        let now = open.uses;
        let (file, used) = open.files.get_mut(&organization)?;
        *used = now;
        Some(file.clone())
    }

    fn file(&self, organization: i64) -> Result<Database, DbError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.uses += 1;
        let now = open.uses;
        if let Some((file, used)) = open.files.get_mut(&organization) {
            *used = now;
            return Ok(file.clone());
        }
        if open.files.len() >= OPEN_MAX {
            let oldest = open.files.iter().filter(|(_, (file, _))| file.is_unused()).min_by_key(|(_, (_, used))| *used);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                open.files.remove(&oldest);
            }
        }
        let file = match &self.source {
            Source::Files(dir) => Database::open(&dir.join(format!("org-{organization}.db")), Scope::Organization)?,
            Source::Server(server) => server.organization(organization),
        };
        open.files.insert(organization, (file.clone(), now));
        Ok(file)
    }

    fn tell(&self, effects: tx::Effects) {
        if let Some(others) = &self.others {
            others.tell(&effects);
        }
        self.tell_here(effects);
    }

    /// Lets go of what is out of date first: who hears of a change looks at once.
    fn tell_here(&self, effects: tx::Effects) {
        self.known.written(effects.organization, effects.written);
        // An error only says that nobody listens.
        for grew in effects.grown {
            let _ = self.grown.send(grew);
        }
        if let Some(changed) = effects.changed {
            let _ = self.changes.send(changed);
        }
    }

    /// Believes nothing that was read before: others may have written anything.
    fn forget(&self) {
        self.known.everything_written();
        self.platform.organizations_changed_elsewhere();
    }
}

fn vault(data_dir: &Path) -> Result<Vault, DbError> {
    let failed = |e: std::io::Error| DbError::Failed(format!("data_dir {}: {e}", data_dir.display()));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(failed)?;
    Vault::open(data_dir).map_err(failed)
}

#[cfg(test)]
mod commit_tests;
#[cfg(test)]
#[path = "race_tests.rs"]
#[expect(clippy::duplicate_mod, reason = "the same tests on the other database")]
mod on_postgres;
#[cfg(test)]
mod race_tests;
