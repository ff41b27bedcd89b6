//! Why the store did not do something, and what becomes of a transaction that could not be written.

use std::path::PathBuf;

use rusqlite::{ErrorCode, ffi};

/// Why the store did not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{path}: {error}")]
    File { path: PathBuf, error: std::io::Error },
    #[error("{0} is in use by another edge-agent; stop that one first")]
    InUse(PathBuf),
    #[error("SQLite {0} can lose data (WAL reset bug); this program needs 3.51.3 or newer")]
    SqliteTooOld(&'static str),
    #[error("the database is of version {found}, this program knows {known}; install the newer edge-agent")]
    Newer { found: i64, known: i64 },
    #[error("the database is damaged: {0}; restore it from a backup, or enrol this edge anew")]
    Damaged(String),
    #[error("the disk is full; nothing was written. Free some space, it goes on by itself")]
    DiskFull,
    #[error("the disk takes nothing ({0}); nothing was written. It goes on by itself when the disk does")]
    Unwritable(String),
    #[error("the question takes too long; ask for a shorter time")]
    TooSlow,
    #[error("this edge is not enrolled yet, so nothing can be recorded")]
    NotEnrolled,
    #[error(
        "the cloud holds incarnation {cloud} of this edge's log and this box is at {here}: another box works with the same \
         identity, or this one was set back behind it. Switch the other one off, or enrol this one anew"
    )]
    Elsewhere { cloud: u32, here: u32 },
    #[error("the agent is stopping")]
    Closed,
    #[error("an internal failure; nothing was written")]
    Failed,
}

/// What becomes of a transaction that could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Full,
    /// The disk or the file system refuses; what is written is still what was committed.
    Unwritable,
    /// What lies on the disk is not known any more: only a new start can find out.
    Fatal,
}

impl Trouble {
    /// What waiters are told.
    pub(super) fn told(self, error: &str) -> StoreError {
        match self {
            Self::Full => StoreError::DiskFull,
            Self::Unwritable | Self::Fatal => StoreError::Unwritable(error.to_owned()),
        }
    }
}

impl StoreError {
    /// Judges an error of a transaction. A flush that failed may have dropped what was written before it.
    pub(super) fn trouble(&self) -> Trouble {
        let Self::Sqlite(rusqlite::Error::SqliteFailure(e, _)) = self else {
            return if matches!(self, Self::DiskFull) { Trouble::Full } else { Trouble::Fatal };
        };
        match (e.code, e.extended_code) {
            (_, ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) => Trouble::Fatal,
            (ErrorCode::DiskFull, _) => Trouble::Full,
            (
                ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked,
                _,
            ) => Trouble::Unwritable,
            _ => Trouble::Fatal,
        }
    }
}
