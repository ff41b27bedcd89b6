//! One transaction, whatever database it runs on.

use super::value::{Row, Value};
use super::{DbError, NOTHING_MORE, postgres, sqlite};
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicUsize, Ordering};

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
    written: RefCell<Vec<String>>,
}

impl<'c> Session<'c> {
    pub(super) const fn new(on: On<'c>) -> Self {
        Self { on, has_failed: Cell::new(false), written: RefCell::new(Vec::new()) }
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
        self.note_written(sql);
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
        self.note_written(sql);
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

    /// The tables that statements so far wrote to, as their texts say.
    pub(crate) fn written(&self) -> Vec<String> {
        self.written.borrow().clone()
    }

    fn note_written(&self, sql: &str) {
        if let Some(table) = written_table(sql)
            && self.written.borrow().iter().all(|known| known != table)
        {
            self.written.borrow_mut().push(table.to_owned());
        }
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
        #[cfg(test)]
        STATEMENTS.set(STATEMENTS.get() + 1);
        self.may_commit()?;
        let out = params.iter().try_for_each(storable).and_then(|()| f());
        self.has_failed.set(out.is_err());
        out
    }
}

#[cfg(test)]
thread_local! {
    /// Statements of this thread: a transaction runs on one.
    pub(crate) static STATEMENTS: Cell<usize> = const { Cell::new(0) };
}

/// The table that a statement writes to; none for one that reads.
fn written_table(sql: &str) -> Option<&str> {
    let mut words = sql.split_ascii_whitespace();
    let table = match words.next()? {
        "INSERT" | "DELETE" => words.nth(1)?,
        "UPDATE" => words.next()?,
        _ => return None,
    };
    table.split('(').next()
}

/// What one of the two databases cannot hold is refused on both.
fn storable(value: &Value) -> Result<(), DbError> {
    match value {
        Value::Text(text) if text.contains('\0') => Err(DbError::Unstorable("a text holds a NUL character")),
        Value::Real(n) if n.is_nan() => Err(DbError::Unstorable("a number is none")),
        _ => Ok(()),
    }
}

/// Brief reads that run right now where their request runs.
static BRIEF: AtomicUsize = AtomicUsize::new(0);

/// Gives the place back, whatever happens.
struct Place;

impl Place {
    /// One, unless it would leave no thread to serve other requests.
    fn take() -> Option<Self> {
        let places = tokio::runtime::Handle::current().metrics().num_workers().saturating_sub(1);
        let taken = |n: usize| (n < places).then_some(n + 1);
        BRIEF.try_update(Ordering::AcqRel, Ordering::Acquire, taken).ok().map(|_| Self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        BRIEF.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Runs `f`, which reads a page by an index and no more, right here when another thread is left to serve, and
/// else where it may block: two changes of threads cost as much as the read itself.
pub(super) async fn brief<T, E>(f: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    match Place::take() {
        Some(_place) => f(),
        None => blocking(f).await,
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

#[cfg(test)]
mod tests {
    use super::written_table;

    #[test]
    fn the_text_of_a_statement_says_which_table_it_writes() {
        assert_eq!(written_table("INSERT INTO users (id) VALUES ($1)"), Some("users"));
        assert_eq!(written_table("  INSERT INTO users(id)\n VALUES ($1) RETURNING id"), Some("users"));
        assert_eq!(written_table("UPDATE sessions SET ended_at = $3"), Some("sessions"));
        assert_eq!(written_table("DELETE FROM user_plants WHERE id = $1"), Some("user_plants"));
        assert_eq!(written_table("SELECT 1 FROM users"), None);
        assert_eq!(written_table("SAVEPOINT s"), None);
    }
}
