//! One transaction, whatever database it runs on.

use super::value::{Row, Value};
use super::{DbError, NOTHING_MORE, postgres, sqlite};
use std::cell::Cell;

/// Where a transaction runs.
pub(super) enum On<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c postgres::Transaction),
}

/// One transaction. It ends when the closure that got it returns: committed on `Ok`, undone on `Err`.
///
/// A statement that fails ends it: nothing more can be done in it but to return. What may fail and be
/// passed over goes into a [`Session::savepoint`]. PostgreSQL demands this; it holds for both, so that what
/// works on one works on the other.
pub struct Session<'c> {
    on: On<'c>,
    has_failed: Cell<bool>,
}

impl<'c> Session<'c> {
    pub(super) const fn new(on: On<'c>) -> Self {
        Self { on, has_failed: Cell::new(false) }
    }

    /// All rows of an answer. Ask for a page with LIMIT where the table can be long.
    ///
    /// # Errors
    /// When the statement is wrong or the database fails.
    pub fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        self.query_map(sql, params, Ok)
    }

    /// What `read` makes of each row; for answers of which only a small part of each row is kept.
    ///
    /// # Errors
    /// As [`Self::query`], and what `read` refuses.
    pub fn query_map<T>(
        &self,
        sql: &str,
        params: &[Value],
        read: impl FnMut(Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        self.run(params, || match self.on {
            On::Sqlite(connection) => sqlite::session::query_map(connection, sql, params, read),
            On::Postgres(tx) => tx.query_map(sql, params, read),
        })
    }

    /// The first row of an answer.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn query_one(&self, sql: &str, params: &[Value]) -> Result<Option<Row>, DbError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// Runs a statement; the number of rows it changed.
    ///
    /// # Errors
    /// [`DbError::Unique`] and [`DbError::Constraint`] for what the schema refuses.
    pub fn execute(&self, sql: &str, params: &[Value]) -> Result<usize, DbError> {
        self.run(params, || match self.on {
            On::Sqlite(connection) => sqlite::session::execute(connection, sql, params),
            On::Postgres(tx) => tx.execute(sql, params),
        })
    }

    /// Runs `f` so that its `Err` undoes what it wrote and nothing else; the transaction goes on.
    ///
    /// # Errors
    /// What `f` returns, or why the way back failed.
    pub fn savepoint<T, E: From<DbError>>(&self, f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.run(&[], || self.word("SAVEPOINT s"))?;
        let out = f();
        if out.is_err() {
            self.word("ROLLBACK TO SAVEPOINT s")?;
            self.has_failed.set(false);
        }
        self.run(&[], || self.word("RELEASE SAVEPOINT s"))?;
        out
    }

    /// Refuses to commit over a failure that somebody passed over.
    pub(super) fn may_commit(&self) -> Result<(), DbError> {
        if self.has_failed.get() { Err(DbError::Stopped(NOTHING_MORE.into())) } else { Ok(()) }
    }

    fn word(&self, sql: &str) -> Result<(), DbError> {
        match self.on {
            On::Sqlite(connection) => sqlite::session::word(connection, sql),
            On::Postgres(tx) => tx.word(sql),
        }
    }

    fn run<T>(&self, params: &[Value], f: impl FnOnce() -> Result<T, DbError>) -> Result<T, DbError> {
        self.may_commit()?;
        let out = params.iter().try_for_each(storable).and_then(|()| f());
        self.has_failed.set(out.is_err());
        out
    }
}

/// What one of the two databases cannot hold is refused on both.
fn storable(value: &Value) -> Result<(), DbError> {
    match value {
        Value::Text(text) if text.contains('\0') => Err(DbError::Unstorable("a text holds a NUL character")),
        Value::Real(n) if n.is_nan() => Err(DbError::Unstorable("a number is none")),
        _ => Ok(()),
    }
}

/// Runs `f` on a thread that may block.
pub(super) async fn blocking<T, E>(f: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    match tokio::task::spawn_blocking(f).await {
        Ok(out) => out,
        Err(stopped) => Err(DbError::Stopped(stopped.to_string()).into()),
    }
}
