//! Reads both databases and compares what must be equal on both sides.

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use unison_core::time::Timestamp;

/// What the clock says.
///
/// # Panics
/// Before 1970.
#[must_use]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Timestamp(i64::try_from(since.as_micros()).expect("before the year 294247"))
}

/// Rows of one table as text, ordered.
type Rows = Vec<String>;

/// What both sides hold of one edge's facts with a time before `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub activity_changes: Rows,
    pub count_buckets: Rows,
    pub downtime_events: Rows,
    pub production_logs: Rows,
}

const QUERIES: [&str; 4] = [
    "SELECT machine_id, at, activity FROM activity_changes WHERE at < ?1 ORDER BY 1, 2",
    "SELECT machine_id, bucket_at, ideal_us, total, rejected FROM count_buckets WHERE bucket_at < ?1 ORDER BY 1, 2, 3",
    "SELECT hex(uuid), machine_id, started_at, CASE WHEN ended_at < ?1 THEN ended_at END, source, reason_id, note
       FROM downtime_events WHERE started_at < ?1 ORDER BY 1",
    "SELECT hex(uuid), work_order_id, machine_id, user_id, quantity_completed, quantity_rejected, hours_micro, notes, logged_at
       FROM production_logs WHERE logged_at < ?1 ORDER BY 1",
];

/// The edge's database in a stage's folder.
#[must_use]
pub fn edge_database(data_dir: &Path) -> PathBuf {
    data_dir.join("edge/edge.db")
}

/// The organisation's database in a stage's folder.
///
/// # Errors
/// When there is not exactly one.
pub fn cloud_database(data_dir: &Path) -> Result<PathBuf> {
    let folder = data_dir.join("cloud");
    let is_organization = |p: &PathBuf| {
        let name = p.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        name.starts_with("org-") && name.ends_with(".db")
    };
    let mut found = std::fs::read_dir(&folder)
        .with_context(|| format!("cannot list {}", folder.display()))?
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(is_organization);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => bail!("expected exactly one org-*.db in {}", folder.display()),
    }
}

fn open(path: &Path) -> Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .with_context(|| format!("cannot open {}", path.display()))
}

/// What a database holds before `until`.
///
/// # Errors
/// When it cannot be read.
pub fn held(database: &Path, until: i64) -> Result<Held> {
    let db = open(database)?;
    // Millionths of an hour on both sides, under the name that each gives the column.
    let named = "SELECT name FROM pragma_table_info('production_logs') WHERE name IN ('hours_micro', 'hours_worked')";
    let hours: String = db.query_row(named, [], |row| row.get(0))?;
    let rows = |sql: &str| -> Result<Rows> {
        let mut statement = db.prepare(&sql.replace("hours_micro", &hours))?;
        let columns = statement.column_count();
        let rows = statement.query_map([until], |row| {
            let cells = (0..columns).map(|i| row.get_ref(i).map(|v| format!("{v:?}")));
            Ok(cells.collect::<rusqlite::Result<Vec<_>>>()?.join(" "))
        })?;
        Ok(rows.collect::<rusqlite::Result<Rows>>()?)
    };
    let [activity, counts, downtimes, logs] = QUERIES.map(rows);
    Ok(Held {
        activity_changes: activity?,
        count_buckets: counts?,
        downtime_events: downtimes?,
        production_logs: logs?,
    })
}

/// Up to when the cloud holds settled machine time of its one edge; 0 before the first.
///
/// # Errors
/// When it cannot be read.
pub fn settled_in_cloud(data_dir: &Path) -> Result<i64> {
    let db = open(&cloud_database(data_dir)?)?;
    Ok(db.query_row("SELECT coalesce(max(observed_until), 0) FROM edges", [], |r| r.get(0))?)
}
