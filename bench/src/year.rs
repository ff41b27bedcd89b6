//! OEE of a year of 100 machines from the edge's database, beside bare steps over the same rows. The database (about
//! 2 GB) is made once and kept under `target/bench-data`.

use crate::measure::Figures;
use crate::plant;
use anyhow::{Context, Result, ensure};
use edge_agent::driver::Clock;
use edge_agent::store::{StorageConfig, Store, history};
use rusqlite::{Connection, OpenFlags, params};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use unison_core::ids::MachineId;
use unison_core::kpi::OeeSums;
use unison_core::span::Span;
use unison_core::time::{HOUR, MINUTE, SECOND, Timestamp};
use uuid::Uuid;

const PAIRS: usize = 5;
const MACHINES: i64 = 100;
const DAYS: i64 = 365;
/// 2025-01-01.
const START: Timestamp = Timestamp(1_735_689_600 * SECOND);

/// The clock at the end of that year.
struct AfterIt;

impl Clock for AfterIt {
    fn now_us(&self) -> i64 {
        START.plus(DAYS * 24 * HOUR).0
    }
}

pub fn run(figures: &mut Figures) -> Result<()> {
    let dir = Path::new("target/bench-data/year");
    database(dir)?;
    let file = dir.join("edge.db");
    figures.put("database", std::fs::metadata(&file)?.len() as f64 / 1e6, "MB")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    // A year is more than an edge keeps unless it is told to.
    let store =
        Store::open_with(dir, Arc::new(AfterIt), StorageConfig { keep_days: 3_650, ..StorageConfig::default() })?;
    let bare = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let begun = Instant::now();
        let ours = runtime.block_on(oee(&store))?;
        let seconds = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let (parts, rows) = scan(&bare)?;
        let scanned = begun.elapsed().as_secs_f64();
        // Two shifts of eight hours have about two thirds of them.
        ensure!((parts / 2..parts).contains(&ours.total), "{} parts and {parts}", ours.total);
        let millions = rows as f64 / 1e6;
        pairs.push((millions / seconds, millions / scanned));
    }
    store.close();
    figures.pairs("million_rows_per_second", "1/s", &pairs)
}

/// The year of each machine, as `GET /kpi/oee` reads it.
async fn oee(store: &Store) -> Result<OeeSums> {
    let mut frame = store.model().frame(store.now());
    frame.calendar = crate::oee::calendar();
    let range = Span::new(START, START.plus(DAYS * 24 * HOUR));
    let sums = store.query(move |conn| {
        let mut sums = OeeSums::default();
        for machine in 1..=MACHINES {
            sums += history::oee(conn, &frame, MachineId(machine), range)?;
        }
        Ok(sums)
    });
    sums.await.context("the figures")
}

/// Steps over the same rows and reads their columns, nothing more.
fn scan(bare: &Connection) -> Result<(u64, u64)> {
    let (mut parts, mut rows) = (0, 0);
    let mut changes = bare.prepare_cached("SELECT at, activity FROM activity_changes WHERE machine_id = ?1")?;
    let sql = "SELECT bucket_at, total, rejected, ideal_us FROM counts_settled WHERE machine_id = ?1";
    let mut counts = bare.prepare_cached(sql)?;
    for machine in 1..=MACHINES {
        let mut found = changes.query([machine])?;
        while let Some(row) = found.next()? {
            std::hint::black_box((row.get::<_, i64>(0)?, row.get_ref(1)?.as_str()?.len()));
            rows += 1;
        }
        let mut found = counts.query([machine])?;
        while let Some(row) = found.next()? {
            std::hint::black_box((row.get::<_, i64>(0)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?));
            parts += row.get::<_, i64>(1)?.unsigned_abs();
            rows += 1;
        }
    }
    Ok((parts, rows))
}

fn database(dir: &Path) -> Result<()> {
    let done = dir.join("whole");
    if done.is_file() {
        return Ok(());
    }
    drop(std::fs::remove_dir_all(dir));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(plant::store_at(dir, MACHINES, Arc::new(AfterIt)))?.close();
    let mut db = Connection::open(dir.join("edge.db"))?;
    db.pragma_update(None, "synchronous", "OFF")?;
    for machine in 1..=MACHINES {
        fill(&mut db, machine)?;
    }
    let until = START.plus(DAYS * 24 * HOUR).0.to_le_bytes();
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('observed_until', ?1)", params![until])?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(std::fs::write(done, b"")?)
}

/// Runs of 8 to 25 minutes with a part in each, a pause of 1 to 5 after each, a failure of an hour a day.
fn fill(db: &mut Connection, machine: i64) -> Result<()> {
    let mut state = machine.unsigned_abs();
    let mut next = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % n).unwrap_or(0)
    };
    let tx = db.transaction()?;
    {
        let mut change = tx.prepare("INSERT INTO activity_changes (machine_id, at, activity) VALUES (?1, ?2, ?3)")?;
        let sql =
            "INSERT INTO counts_settled (machine_id, bucket_at, ideal_us, total, rejected) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut count = tx.prepare(sql)?;
        let sql = "INSERT INTO downtime_events (uuid, machine_id, started_at, ended_at, source) VALUES (?1, ?2, ?3, ?4, 'signal')";
        let mut stop = tx.prepare(sql)?;
        let (mut at, end) = (START, START.plus(DAYS * 24 * HOUR));
        while at < end {
            change.execute(params![machine, at.0, "running"])?;
            let ran = at.plus((8 + next(18)) * MINUTE).min(end);
            for minute in (at.bucket().plus(MINUTE).0..ran.0).step_by(60_000_000) {
                count.execute(params![machine, minute, 4 * SECOND, 2, next(50) / 49])?;
            }
            if ran < end {
                change.execute(params![machine, ran.0, "idle"])?;
            }
            at = ran.plus((1 + next(4)) * MINUTE);
        }
        for day in 0..DAYS {
            let at = START.plus(day * 24 * HOUR + 9 * HOUR).0;
            let id = Uuid::from_u128((machine.unsigned_abs() as u128) << 64 | day.unsigned_abs() as u128);
            stop.execute(params![id.as_bytes(), machine, at, at + HOUR])?;
        }
    }
    Ok(tx.commit()?)
}
