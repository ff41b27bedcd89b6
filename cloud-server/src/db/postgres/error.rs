//! What PostgreSQL refuses, in the words that SQLite has for it, so that callers read one kind of text.

use super::codec::Unfit;
use crate::db::DbError;
use crate::db::kinds::columns_of_key;
use std::error::Error as _;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError as Refusal, SqlState};

impl From<Error> for DbError {
    fn from(e: Error) -> Self {
        if let Some(refusal) = e.as_db_error() {
            return refused(refusal);
        }
        match e.source().and_then(|s| s.downcast_ref::<Unfit>()) {
            Some(unfit) => Self::Constraint(unfit.to_string()),
            // The text of the error itself is only its kind.
            None => {
                Self::Failed(e.source().map_or_else(|| format!("PostgreSQL: {e}"), |s| format!("PostgreSQL: {e}: {s}")))
            }
        }
    }
}

impl From<deadpool_postgres::PoolError> for DbError {
    fn from(e: deadpool_postgres::PoolError) -> Self {
        use deadpool_postgres::PoolError;
        match e {
            PoolError::Backend(e) => e.into(),
            PoolError::Timeout(_) => {
                Self::Failed("PostgreSQL: no connection became free or could be made in time".into())
            }
            other => Self::Failed(format!("PostgreSQL: {other}")),
        }
    }
}

/// Never with the detail that PostgreSQL adds: it holds values of rows.
fn refused(e: &Refusal) -> DbError {
    let (table, name) = (e.table().unwrap_or_default(), e.constraint().unwrap_or_default());
    let code = e.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        let columns = columns_of_key(name).unwrap_or_else(|| format!("{table}.{name}"));
        DbError::Unique(format!("UNIQUE constraint failed: {columns}"))
    } else if *code == SqlState::FOREIGN_KEY_VIOLATION {
        DbError::Constraint(format!("FOREIGN KEY constraint failed: {table} {name}"))
    } else if *code == SqlState::CHECK_VIOLATION {
        DbError::Constraint(format!("CHECK constraint failed: {table} {name}"))
    } else if *code == SqlState::NOT_NULL_VIOLATION {
        DbError::Constraint(format!("NOT NULL constraint failed: {table}.{}", e.column().unwrap_or_default()))
    } else if code.code().starts_with("22") || *code == SqlState::INSUFFICIENT_PRIVILEGE {
        // Values that no column holds, and rows that row-level security or the rights keep out.
        DbError::Constraint(format!("{} ({})", e.message(), code.code()))
    } else {
        DbError::Failed(format!("PostgreSQL: {}: {} ({})", e.severity(), e.message(), code.code()))
    }
}
