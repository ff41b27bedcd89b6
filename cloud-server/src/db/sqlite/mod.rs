//! One SQLite file with its connections: one that writes, a few that read.

mod check;
mod file;
mod functions;
pub(super) mod session;
mod upgrade;

pub use check::check;
pub use file::check_library;

use super::session::{On, Session, blocking, brief};
use super::{DbError, Scope};
use file::{open_reader, open_writer};
use rusqlite::{Connection, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Readers of one file at the same time; more wait their turn.
const READERS_MAX: usize = 4;
/// Those of them that may look at whole tables: a page is never kept waiting by reports alone.
const LONG_READERS_MAX: usize = 3;

/// An open file. Clones share it.
#[derive(Clone)]
pub(super) struct File {
    path: Arc<PathBuf>,
    // Waiting for the writer is asynchronous, so a queue of writes does not use up threads.
    writer: Arc<tokio::sync::Mutex<Connection>>,
    idle: Arc<Mutex<Vec<Connection>>>,
    readers: Arc<Semaphore>,
    long_readers: Arc<Semaphore>,
}

impl File {
    /// Opens or makes the file and brings its schema up to date. Blocks.
    pub(super) fn open(path: &Path, scope: Scope) -> Result<Self, DbError> {
        let writer = open_writer(path, scope)?;
        Ok(Self {
            path: Arc::new(path.to_owned()),
            writer: Arc::new(tokio::sync::Mutex::new(writer)),
            idle: Arc::default(),
            readers: Arc::new(Semaphore::new(READERS_MAX)),
            long_readers: Arc::new(Semaphore::new(LONG_READERS_MAX)),
        })
    }

    /// Whether nobody but the one who asks holds this file.
    pub(super) fn is_unused(&self) -> bool {
        Arc::strong_count(&self.path) == 1 && Arc::strong_count(&self.writer) == 1
    }

    pub(super) async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let long = permit(&self.long_readers).await?;
        let one = permit(&self.readers).await?;
        let this = self.clone();
        blocking(move || {
            let _long = long;
            this.read_now(one, f)
        })
        .await
    }

    pub(super) async fn read_brief<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let one = permit(&self.readers).await?;
        let this = self.clone();
        brief(move || this.read_now(one, f)).await
    }

    fn read_now<T, E: From<DbError>>(
        &self,
        _permit: OwnedSemaphorePermit,
        f: impl FnOnce(&Session<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let pooled = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        let tx = connection.transaction_with_behavior(TransactionBehavior::Deferred).map_err(DbError::from)?;
        let out = f(&Session::new(On::Sqlite(&tx)));
        tx.finish().map_err(DbError::from)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        out
    }

    pub(super) async fn write<R, T, E, F, G>(&self, f: F, then: G) -> Result<T, E>
    where
        F: FnOnce(&Session<'_>) -> Result<R, E> + Send + 'static,
        G: FnOnce(R) -> T + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let mut connection = self.writer.clone().lock_owned().await;
        blocking(move || {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(DbError::from)?;
            let session = Session::new(On::Sqlite(&tx));
            let out = f(&session)?;
            session.may_commit()?;
            tx.commit().map_err(DbError::from)?;
            // Still holding the writer: what follows a commit keeps the order of the commits.
            Ok(then(out))
        })
        .await
    }
}

async fn permit(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, DbError> {
    of.clone().acquire_owned().await.map_err(|e| DbError::Stopped(e.to_string()))
}
