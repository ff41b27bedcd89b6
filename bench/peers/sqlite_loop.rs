//! The plainest way to keep facts: one connection, FULL, 1,000 facts a transaction into the same tables
//! and the same log column that the product writes. Arguments: database, facts. Prints facts per second.

use anyhow::{Context, Result};
use rusqlite::{Connection, params};
use std::io::Write;
use std::time::Instant;

const SCHEMA: &str = include_str!("../../edge-agent/src/store/schema_0001.sql");

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let path = args.next().context("database")?;
    let facts: i64 = args.next().context("facts")?.parse()?;
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch(SCHEMA)?;
    let begun = Instant::now();
    let mut at = 0;
    while at < facts {
        let tx = db.transaction()?;
        {
            let mut row =
                tx.prepare_cached("INSERT INTO activity_changes (machine_id, at, activity) VALUES (?1, ?2, ?3)")?;
            let mut body = Vec::with_capacity(16_000);
            for i in at..at + 1_000 {
                row.execute(params![i % 100, i * 1_000_000, if i % 2 == 0 { "running" } else { "idle" }])?;
                body.extend_from_slice(&(i * 1_000_000).to_le_bytes());
                body.extend_from_slice(&[1, 1, 0, 0, 0, 0, 0, 0]);
            }
            tx.prepare_cached("INSERT INTO log (incarnation, first_seq, last_seq, hash, committed_at, body) VALUES (1, ?1, ?2, zeroblob(32), 0, ?3)")?
                .execute(params![at + 1, at + 1_000, body])?;
        }
        tx.commit()?;
        at += 1_000;
    }
    writeln!(std::io::stdout(), "{}", (facts as f64 / begun.elapsed().as_secs_f64()).round())?;
    Ok(())
}
