//! Opens the database file: the right SQLite, safe settings, the newest tables. An older program never
//! touches a newer database; tables only ever grow (expand, then contract in a later version).

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, params};

use super::StoreError;

/// Each text takes the database from the version of its place to the next. Append only.
const VERSIONS: &[&str] = &[
    include_str!("schema_0001.sql"),
    include_str!("schema_0002.sql"),
    include_str!("schema_0003.sql"),
    include_str!("schema_0004.sql"),
    include_str!("schema_0005.sql"),
    include_str!("schema_0006.sql"),
    include_str!("schema_0007.sql"),
    include_str!("schema_0008.sql"),
];
const PAGE_BYTES: u32 = 1_024;
/// The pages that are written again and again: ends of trees, and one page a machine.
const CACHE_KIB: i64 = 4 * 1024;
/// SQLite 3.7.0 to 3.51.2 can lose commits when the WAL is reset.
const SQLITE_MIN: i32 = 3_051_003;

pub(super) fn open(path: &Path, now_us: i64) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < SQLITE_MIN {
        return Err(StoreError::SqliteTooOld(rusqlite::version()));
    }
    private(path)?;
    let mut conn = Connection::open(path)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    // Only a new database takes it. Most commits change a row or two in each of a few pages, and write each page
    // whole, so small pages are fewer bytes on the flash of the box.
    conn.pragma_update(None, "page_size", PAGE_BYTES)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: NORMAL loses acknowledged rows at a power cut.
    conn.pragma_update(None, "synchronous", "FULL")?;
    // The write-ahead log is written again from its start, so it keeps its length: a file that grows costs each
    // flush a second write. What a long reader made it grow beyond is given back.
    conn.pragma_update(None, "journal_size_limit", super::upkeep::WAL_STUCK.cast_signed())?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // What a statement may have to undo is noted in memory, not in a file.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.set_prepared_statement_cache_capacity(64);
    let known = i64::try_from(VERSIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, text) in (1i64..).zip(VERSIONS).filter(|(version, _)| *version > found) {
        let tx = conn.transaction()?;
        tx.execute_batch(text)?;
        tx.pragma_update(None, "user_version", version)?;
        tx.execute(
            "INSERT OR IGNORE INTO meta (key, value) VALUES ('created_at', ?1)",
            params![now_us.to_string().into_bytes()],
        )?;
        tx.commit()?;
    }
    Ok(conn)
}

/// Makes the file, if there is none, readable for this user only: it holds e-mail addresses, hashes of PINs
/// and sessions. SQLite gives its other files the same rights.
pub(super) fn private(path: &Path) -> Result<(), StoreError> {
    let made = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    made.map(drop).map_err(|error| StoreError::File { path: path.to_owned(), error })
}

pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}
