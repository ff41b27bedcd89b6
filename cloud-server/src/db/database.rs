//! The door itself: one API for a file and for a server.

use super::session::Session;
use super::{DbError, Scope, postgres, sqlite};
use std::path::Path;

/// The data of one organisation, or the platform's. Clones share it.
#[derive(Clone)]
pub struct Database(Kind);

#[derive(Clone)]
enum Kind {
    Sqlite(sqlite::File),
    Postgres(postgres::Store),
}

impl Database {
    /// Opens or makes an SQLite file and brings its schema up to date. Blocks.
    ///
    /// # Errors
    /// When the file cannot be used, or belongs to a newer version.
    pub fn open(path: &Path, scope: Scope) -> Result<Self, DbError> {
        sqlite::File::open(path, scope).map(Kind::Sqlite).map(Self)
    }

    pub(super) const fn on(store: postgres::Store) -> Self {
        Self(Kind::Postgres(store))
    }

    /// Whether nobody but the one who asks holds it.
    pub(crate) fn is_unused(&self) -> bool {
        match &self.0 {
            Kind::Sqlite(file) => file.is_unused(),
            Kind::Postgres(store) => store.is_unused(),
        }
    }

    /// Runs `f` on a snapshot, on a thread that may block.
    ///
    /// # Errors
    /// What `f` returns, or why it could not run.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &self.0 {
            Kind::Sqlite(file) => file.read(f).await,
            Kind::Postgres(store) => store.read(f).await,
        }
    }

    /// As [`Self::read`], for a page at most that an index finds: such a read may run where its request runs.
    ///
    /// # Errors
    /// What `f` returns, or why it could not run.
    pub async fn read_brief<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &self.0 {
            Kind::Sqlite(file) => file.read_brief(f).await,
            Kind::Postgres(store) => store.read(f).await,
        }
    }

    /// Runs `f` in a transaction that commits when it returns `Ok`; then runs `then` with what it
    /// returned, on the same thread, so that what must follow a commit follows it even when nobody waits
    /// for the answer any more. Writers of the same data take turns.
    ///
    /// # Errors
    /// What `f` returns, or why it could not run or commit.
    pub async fn write<R, T, E, F, G>(&self, f: F, then: G) -> Result<T, E>
    where
        F: FnOnce(&Session<'_>) -> Result<R, E> + Send + 'static,
        G: FnOnce(R) -> T + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &self.0 {
            Kind::Sqlite(file) => file.write(f, then).await,
            Kind::Postgres(store) => store.write(f, then).await,
        }
    }
}
