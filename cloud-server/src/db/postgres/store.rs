//! The data of one organisation, or the platform's, on a server.

use super::pool::Pool;
use super::transaction::Transaction;
use crate::db::DbError;
use crate::db::session::{On, Session, blocking};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore};

/// Readers of one organisation at the same time, on this server; a noisy one leaves connections for others.
const READERS_MAX: usize = 4;
/// Advisory locks of this program: these four bytes and the organisation's number, 0 for the platform.
const LOCKS: i64 = 0x554e_4953_0000_0000;

pub(super) enum Place {
    Organization(i64),
    Platform,
}

/// See the module. Clones share it.
#[derive(Clone)]
pub(in crate::db) struct Store {
    pool: Pool,
    begin_read: Arc<str>,
    begin_write: Arc<str>,
    // Who waits for his turn holds neither a connection nor a thread.
    writer: Arc<Mutex<()>>,
    readers: Arc<Semaphore>,
}

impl Store {
    pub(super) fn new(pool: Pool, place: &Place) -> Self {
        // Words of this program and a number: nothing of a caller gets into this text. Tables of the session
        // are looked up last, so that none can stand before one of ours.
        let (set, lock) = match place {
            Place::Organization(id) => (
                format!("SET LOCAL search_path = organization, pg_temp; SET LOCAL app.org = '{id}'"),
                LOCKS.wrapping_add(*id),
            ),
            Place::Platform => ("SET LOCAL search_path = platform, pg_temp".to_owned(), LOCKS),
        };
        Self {
            pool,
            begin_read: format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {set}").into(),
            // The lock comes first and the isolation is per statement, so everything after it sees what the
            // writer before has committed.
            begin_write: format!("BEGIN ISOLATION LEVEL READ COMMITTED; {set}; SELECT pg_advisory_xact_lock({lock})")
                .into(),
            writer: Arc::default(),
            readers: Arc::new(Semaphore::new(READERS_MAX)),
        }
    }

    pub(in crate::db) fn is_unused(&self) -> bool {
        Arc::strong_count(&self.begin_read) == 1 && Arc::strong_count(&self.writer) == 1
    }

    pub(in crate::db) async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let permit = self.readers.clone().acquire_owned().await.map_err(|e| DbError::Stopped(e.to_string()))?;
        let lent = self.pool.get().await?;
        let (this, runtime) = (self.clone(), Handle::current());
        blocking(move || {
            let _permit = permit;
            let tx = Transaction::begin(&this.pool, lent, &this.begin_read, runtime)?;
            let out = f(&Session::new(On::Postgres(&tx)));
            // What was read was read; a connection that breaks here is not used again.
            let _ = tx.rollback();
            out
        })
        .await
    }

    pub(in crate::db) async fn write<R, T, E, F, G>(&self, f: F, then: G) -> Result<T, E>
    where
        F: FnOnce(&Session<'_>) -> Result<R, E> + Send + 'static,
        G: FnOnce(R) -> T + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let turn = self.writer.clone().lock_owned().await;
        let lent = self.pool.get().await?;
        let (this, runtime) = (self.clone(), Handle::current());
        blocking(move || {
            let tx = Transaction::begin(&this.pool, lent, &this.begin_write, runtime)?;
            let session = Session::new(On::Postgres(&tx));
            let out = f(&session).and_then(|out| Ok(session.may_commit().map(|()| out)?));
            let out = match out {
                Ok(out) => out,
                Err(e) => {
                    // A way back that fails closes the connection, which is one too.
                    let _ = tx.rollback();
                    return Err(e);
                }
            };
            tx.commit()?;
            // Still our turn: what follows a commit keeps the order of the commits.
            let out = then(out);
            drop(turn);
            Ok(out)
        })
        .await
    }
}
