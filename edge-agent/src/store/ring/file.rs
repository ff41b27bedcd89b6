//! The file of the ring, `ring.db`: SQLite, appended to and cut off at its old end. A damaged one is set aside and
//! made anew: these are charts, not facts.
//!
//! It is written about once a minute and flushed to the disk (`synchronous = NORMAL` with a rollback journal: what is
//! new is written once, not twice as with a write-ahead log).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::chart::Stretch;
use super::codec::{Decoder, Encoder, Point};
use super::recorder::{Block, Run};

const VERSION: i64 = 1;
const TAG_BITS: u32 = 20;
/// Blocks that are given up at once.
const BLOCKS_DROPPED: i64 = 16;
/// Pages given back to the disk at once.
const PAGES_GIVEN: i64 = 2_048;

#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("it is of version {0}, which this program does not know")]
    Version(i64),
    #[error("it knows too many tags")]
    Full,
}

impl FileError {
    /// The disk has no room.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code() == Some(ErrorCode::DiskFull),
            Self::Io(error) => error.kind() == std::io::ErrorKind::StorageFull,
            Self::Version(_) | Self::Full => false,
        }
    }

    /// The file is not what it should be; another try gives the same.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Sqlite(error) => {
                matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TypeMismatch)
                ) || matches!(error, rusqlite::Error::SqlInputError { .. } | rusqlite::Error::InvalidColumnType(..))
            }
            Self::Version(_) | Self::Full => true,
            Self::Io(_) => false,
        }
    }
}

/// A block of the file, without what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: i64,
    pub(super) run: i64,
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) is_key: bool,
}

pub(super) struct File {
    conn: Connection,
    encoder: Encoder,
    decoder: Decoder,
    tags: HashMap<Arc<str>, i64>,
    page_bytes: u64,
}

impl File {
    pub(super) fn open(path: &Path) -> Result<Self, FileError> {
        super::super::schema::private(path).map_err(|error| std::io::Error::other(error.to_string()))?;
        let mut conn = Connection::open(path)?;
        // Only a new file takes it: what is given up can be given back to the disk.
        conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        conn.pragma_update(None, "journal_mode", "TRUNCATE")?;
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        let version: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
        if version == 0 {
            let tx = conn.transaction()?;
            tx.execute_batch(include_str!("schema.sql"))?;
            tx.pragma_update(None, "user_version", VERSION)?;
            tx.commit()?;
        } else if version != VERSION {
            return Err(FileError::Version(version));
        }
        let tags = conn
            .prepare("SELECT name, id FROM tag")?
            .query_map([], |r| Ok((r.get::<_, String>(0)?.into(), r.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let page_bytes = conn.query_row("PRAGMA page_size", [], |r| r.get::<_, i64>(0))?.unsigned_abs();
        Ok(Self { conn, encoder: Encoder::new()?, decoder: Decoder::new()?, tags, page_bytes })
    }

    /// The number of the next run.
    pub(super) fn next_run(&self) -> Result<i64, FileError> {
        Ok(self.conn.query_row("SELECT coalesce(max(id), 0) + 1 FROM run", [], |r| r.get(0))?)
    }

    /// Writes runs and blocks in one transaction; `names` of the tags in their places.
    pub(super) fn write(&mut self, runs: &[Run], blocks: &[Arc<Block>], names: &[Arc<str>]) -> Result<(), FileError> {
        let tx = Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)?;
        for run in runs {
            tx.prepare_cached("INSERT OR REPLACE INTO run (id, from_ms, until_ms) VALUES (?1, ?2, ?3)")?
                .execute(params![run.id, run.from, run.until])?;
        }
        let mut new = HashMap::new();
        for block in blocks {
            tx.prepare_cached("INSERT INTO block (run, from_ms, until_ms, is_key) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![block.run, block.from, block.until, block.is_key])?;
            let id = tx.last_insert_rowid();
            let mut insert = tx.prepare_cached("INSERT INTO chunk (id, points) VALUES (?1, ?2)")?;
            // In the order of their numbers, so that pages are filled one after the other.
            let mut rows = Vec::with_capacity(block.chunks.len());
            for (place, points) in &block.chunks {
                let Some(name) = names.get(*place) else { continue };
                let tag = match self.tags.get(name).or_else(|| new.get(name)) {
                    Some(tag) => *tag,
                    None => {
                        let tag: i64 =
                            tx.query_row("INSERT INTO tag (name) VALUES (?1) RETURNING id", [&**name], |r| r.get(0))?;
                        new.insert(name.clone(), tag);
                        tag
                    }
                };
                if tag >= 1 << TAG_BITS {
                    return Err(FileError::Full);
                }
                rows.push((id << TAG_BITS | tag, self.encoder.encode(block.from, points)));
            }
            rows.sort_unstable_by_key(|(id, _)| *id);
            for (id, points) in rows {
                insert.execute(params![id, points])?;
            }
        }
        tx.commit()?;
        self.tags.extend(new);
        Ok(())
    }

    pub(super) fn runs(&self) -> Result<Vec<Run>, FileError> {
        let mut rows = self.conn.prepare_cached("SELECT id, from_ms, until_ms FROM run ORDER BY id")?;
        let run = |r: &rusqlite::Row<'_>| Ok(Run { id: r.get(0)?, from: r.get(1)?, until: r.get(2)? });
        Ok(rows.query_map([], run)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Blocks that touch this time, by their numbers. There are about ten thousand in a week.
    pub(super) fn blocks(&self, (from, until): Stretch) -> Result<Vec<Place>, FileError> {
        let mut rows = self.conn.prepare_cached(
            "SELECT id, run, from_ms, until_ms, is_key FROM block WHERE until_ms >= ?1 AND from_ms < ?2 ORDER BY id",
        )?;
        Ok(rows.query_map([from, until], place)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Blocks of a run that ended before this time, the latest first, back to one that says what every tag was.
    pub(super) fn blocks_before(&self, run: i64, from: i64) -> Result<Vec<Place>, FileError> {
        let mut rows = self.conn.prepare_cached(
            "SELECT id, run, from_ms, until_ms, is_key FROM block WHERE run = ?1 AND until_ms < ?2 ORDER BY id DESC",
        )?;
        let mut found = Vec::new();
        for row in rows.query_map([run, from], place)? {
            let block = row?;
            found.push(block);
            if block.is_key {
                break;
            }
        }
        Ok(found)
    }

    /// What a block holds of a tag; nothing when it did not change in it.
    pub(super) fn points(&mut self, block: &Place, name: &str) -> Result<Vec<Point>, FileError> {
        let Some(tag) = self.tags.get(name) else { return Ok(Vec::new()) };
        let mut row = self.conn.prepare_cached("SELECT points FROM chunk WHERE id = ?1")?;
        let found = row.query_row([block.id << TAG_BITS | tag], |r| {
            let bytes = r.get_ref(0)?.as_blob().map_err(|_| rusqlite::Error::InvalidQuery)?;
            Ok(self.decoder.decode(block.from, bytes))
        });
        Ok(match found.optional()? {
            Some(Ok(points)) => points,
            // What cannot be read was not seen.
            Some(Err(error)) => {
                tracing::warn!(tag = name, block = block.id, %error, "a part of a chart is a gap");
                vec![Point { at: block.from, value: None }]
            }
            None => Vec::new(),
        })
    }

    /// Bytes of the file that are in use.
    pub(super) fn bytes(&self) -> Result<u64, FileError> {
        let pages: i64 = self.conn.query_row(
            "SELECT (SELECT page_count FROM pragma_page_count()) - (SELECT freelist_count FROM pragma_freelist_count())",
            [],
            |r| r.get(0),
        )?;
        Ok(pages.unsigned_abs() * self.page_bytes)
    }

    /// Gives up the oldest blocks, as they were written. True when there were any.
    pub(super) fn drop_oldest(&mut self) -> Result<bool, FileError> {
        self.drop_blocks("SELECT id FROM block WHERE ?2 IS NULL ORDER BY id LIMIT ?1", None)
    }

    /// Gives up blocks whose time ended before this one, wherever they lie: those of a time to come stay, because the
    /// clock of now may be the wrong one. True when there were any.
    pub(super) fn drop_old(&mut self, before: i64) -> Result<bool, FileError> {
        self.drop_blocks("SELECT id FROM block WHERE until_ms < ?2 ORDER BY id LIMIT ?1", Some(before))
    }

    fn drop_blocks(&mut self, which: &str, before: Option<i64>) -> Result<bool, FileError> {
        let tx = Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)?;
        let blocks = tx
            .prepare_cached(which)?
            .query_map(params![BLOCKS_DROPPED, before], |r| r.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        if blocks.is_empty() {
            return Ok(false);
        }
        for id in blocks {
            tx.prepare_cached("DELETE FROM chunk WHERE id >= ?1 AND id < ?2")?
                .execute([id << TAG_BITS, (id + 1) << TAG_BITS])?;
            tx.prepare_cached("DELETE FROM block WHERE id = ?1")?.execute([id])?;
        }
        // A run of which nothing is left says nothing; the latest one goes on.
        tx.execute(
            "DELETE FROM run WHERE id < (SELECT max(id) FROM run) AND NOT EXISTS (SELECT 1 FROM block WHERE block.run = run.id)",
            [],
        )?;
        tx.commit()?;
        Ok(true)
    }

    /// Gives pages that nothing uses back to the disk. True while there may be more.
    pub(super) fn give_back(&mut self) -> Result<bool, FileError> {
        let free: i64 = self.conn.query_row("PRAGMA freelist_count", [], |r| r.get(0))?;
        if free == 0 {
            return Ok(false);
        }
        let mut step = self.conn.prepare(&format!("PRAGMA incremental_vacuum({PAGES_GIVEN})"))?;
        let mut rows = step.query([])?;
        while rows.next()?.is_some() {}
        Ok(free > PAGES_GIVEN)
    }
}

fn place(r: &rusqlite::Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place { id: r.get(0)?, run: r.get(1)?, from: r.get(2)?, until: r.get(3)?, is_key: r.get(4)? })
}

/// Where SQLite notes what it may have to undo.
pub(super) fn journal(path: &Path) -> PathBuf {
    path.with_extension("db-journal")
}

/// Where a damaged file goes. Only the last one is kept.
pub(super) fn aside(path: &Path) -> PathBuf {
    path.with_extension("damaged")
}

/// Puts a damaged file aside, so that a new one can be made.
pub(super) fn set_aside(path: &Path) -> std::io::Result<()> {
    let journal = path.with_extension("db-journal");
    match std::fs::remove_file(&journal) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::fs::rename(path, aside(path))
}
