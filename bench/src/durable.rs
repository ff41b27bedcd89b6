//! One durable fact: from the call to the answer after COMMIT, beside pwrite and fdatasync of as many
//! bytes as the product wrote for it, and of the bytes that the fact has in the log. Then 64 writers at
//! once, beside one pwrite and fdatasync a fact.

use crate::measure::{Figures, beside, median, numbers};
use crate::plant;
use anyhow::Result;
use edge_agent::store::Store;
use std::time::Instant;
use unison_core::facts::{Fact, ProductionLogged};
use unison_core::ids::{MachineId, UserId, WorkOrderId};
use unison_core::time::Timestamp;
use uuid::Uuid;

const PAIRS: usize = 7;
const TIMES: u128 = 200;
const WRITERS: u128 = 64;
/// Facts of each of the writers.
const EACH: u128 = 200;

pub fn run(figures: &mut Figures) -> Result<()> {
    let dir = tempfile::tempdir_in("target")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let store = runtime.block_on(plant::store(dir.path(), 1))?;
    let file = dir.path().join("peer").display().to_string();
    let peer = |bytes: u64| {
        let args = [file.clone(), bytes.to_string(), TIMES.to_string()];
        Ok::<_, anyhow::Error>(numbers(&beside("peer-durable-append")?, &args)?[0])
    };
    let (mut one, mut one_of_its_bytes, mut many) = (Vec::new(), Vec::new(), Vec::new());
    let (mut written_each, mut logged_each, mut shared) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS as u128 {
        let (before, logged_before) = (written()?, logged_bytes(&store)?);
        let micros = median(runtime.block_on(one_by_one(&store, pair * TIMES))?);
        let bytes = (written()? - before) / TIMES as u64;
        let its_bytes = (logged_bytes(&store)? - logged_before) / TIMES as u64;
        written_each.push(bytes as f64);
        logged_each.push(its_bytes as f64);
        one.push((micros, peer(bytes)?));
        let bare = peer(its_bytes)?;
        one_of_its_bytes.push((micros, bare));
        let commits_before = commits(&store)?;
        let begun = Instant::now();
        runtime.block_on(together(&store, (1 + pair) << 64))?;
        many.push(((WRITERS * EACH) as f64 / begun.elapsed().as_secs_f64(), 1e6 / bare));
        shared.push((WRITERS * EACH) as f64 / (commits(&store)? - commits_before) as f64);
    }
    store.close();
    figures.put("bytes_per_fact", median(written_each), "B")?;
    figures.pairs("fact", "us", &one)?;
    figures.put("log_bytes_per_fact", median(logged_each), "B")?;
    figures.pairs("fact_beside_its_log_bytes", "us", &one_of_its_bytes)?;
    figures.put("64_writers_facts_per_commit", median(shared), "")?;
    figures.pairs("64_writers_facts_per_second", "1/s", &many)
}

async fn one_by_one(store: &Store, from: u128) -> Result<Vec<f64>> {
    let mut micros = Vec::new();
    for i in 0..TIMES {
        let (id, fact) = logged(from + i);
        let begun = Instant::now();
        book(store, id, fact).await?;
        micros.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    Ok(micros)
}

async fn together(store: &Store, from: u128) -> Result<()> {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            for i in 0..EACH {
                let (id, fact) = logged(from + writer * EACH + i);
                book(&store, id, fact).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended??;
    }
    Ok(())
}

/// As the product books a log.
async fn book(store: &Store, id: Uuid, fact: Fact) -> Result<()> {
    let booked =
        store.decide_log(id, move |_, is_booked| if is_booked { Err(()) } else { Ok((vec![fact], ())) }).await?;
    booked.map_err(|()| anyhow::anyhow!("log {id} is booked already"))
}

fn logged(n: u128) -> (Uuid, Fact) {
    // As the pages make it: what is new lies side by side.
    let id = Uuid::now_v7();
    let log = ProductionLogged {
        id,
        work_order: WorkOrderId(1),
        machine: Some(MachineId(1)),
        completed: 1,
        rejected: 0,
        hours_micro: 100_000,
        notes: None,
        by: UserId(1),
        at: Timestamp(1_762_423_200_000_000 + i64::try_from(n & u128::from(u32::MAX)).unwrap_or(0)),
        shift: None,
    };
    (id, log.into())
}

/// Commits that wrote facts: each has a batch of its own.
fn commits(store: &Store) -> Result<i64> {
    Ok(store.read(|c| c.query_row("SELECT count(*) FROM log", [], |r| r.get(0)))?)
}

/// Bytes of all batches in the log.
fn logged_bytes(store: &Store) -> Result<u64> {
    let bytes: i64 = store.read(|c| c.query_row("SELECT coalesce(sum(length(body)), 0) FROM log", [], |r| r.get(0)))?;
    Ok(bytes.unsigned_abs())
}

/// Bytes this process has handed to write calls.
pub fn written() -> Result<u64> {
    let io = std::fs::read_to_string("/proc/self/io")?;
    let line = io.lines().find_map(|l| l.strip_prefix("wchar: "));
    Ok(line.unwrap_or("0").parse()?)
}
