//! The one door to data: SQLite files or a PostgreSQL server, their schema, and rows with typed values.
//!
//! Nothing outside this folder names a database driver, and nothing outside knows which one it is. Callers
//! write one SQL text with `$1`, `$2` …; rows leave as owned values, so no cursor outlives its statement.

mod database;
pub mod kinds;
pub mod postgres;
pub mod schema;
mod session;
pub mod sqlite;
mod value;

pub use database::Database;
pub use kinds::Scope;
#[cfg(test)]
pub(crate) use session::STATEMENTS;
pub use session::Session;
pub use value::{FromValue, Row, Value};

const NOTHING_MORE: &str = "a statement failed before; the transaction can only be undone";

/// Values for `$1`, `$2` … in order.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] as &[$crate::db::Value] };
}

/// What goes wrong below the door. It is never shown to a caller; it goes to the log.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("{0}")]
    Failed(String),
    /// A UNIQUE or primary key; the text names table and columns.
    #[error("already there: {0}")]
    Unique(String),
    /// A foreign key, a CHECK or a trigger.
    #[error("refused by the schema: {0}")]
    Constraint(String),
    /// A value that a database cannot hold.
    #[error("{0}")]
    Unstorable(&'static str),
    #[error("no column \"{0}\" of the wanted type in this row")]
    Column(String),
    #[error(
        "{what} has schema {found}, this program knows up to {known}: it was written by a newer version; install that version again or restore a backup"
    )]
    Newer { what: String, found: i64, known: i64 },
    #[error(
        "{what} has schema {found}, this program needs {known}: stop the servers that run and run: cloud-server migrate"
    )]
    Older { what: String, found: i64, known: i64 },
    #[error("SQLite {found} is too old, 3.51.3 or newer is needed: older ones can corrupt a write-ahead log")]
    Library { found: String },
    #[error("the work on the database was stopped: {0}")]
    Stopped(String),
}

impl DbError {
    /// Whether a row with the same key exists already.
    #[must_use]
    pub const fn is_unique(&self) -> bool {
        matches!(self, Self::Unique(_))
    }
}
