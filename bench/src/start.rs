//! The agent as a process, from its start to its first state on disk, on a database of 100 machines that holds days:
//! after a clean end, and after kill -9 with the largest write-ahead log that there can be. Ten devices answer.
//! The database is made once and kept under `target/bench-data`.

use crate::measure::{Beside, Figures, beside, median};
use crate::plant;
use anyhow::{Context, Result, bail};
use edge_agent::driver::Clock;
use edge_agent::store::{Ride, Store};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use unison_core::activity::Activity;
use unison_core::facts::{ActivityChanged, ClockQuality, Counted, Fact, Observed, ProductionLogged};
use unison_core::ids::{MachineId, UserId, WorkOrderId};
use unison_core::time::{SECOND, Timestamp};
use uuid::Uuid;

const STARTS: usize = 7;
const DEVICES: u64 = 10;
const MACHINES: i64 = 100;
const BYTES: u64 = 1_000_000_000;
/// A production log of each machine that often.
const LOG_EVERY: i64 = 1_800 * SECOND;
/// How much of the plant's time is written at once.
const STEP: i64 = 60 * SECOND;

pub fn run(figures: &mut Figures) -> Result<()> {
    let dir = Path::new("target/bench-data/start");
    database(dir)?;
    figures.put("database", std::fs::metadata(dir.join("edge.db"))?.len() as f64 / 1e6, "MB")?;
    let mut server = Beside::spawn(Command::new(beside("peer-modbus-server")?).stdout(Stdio::piped()))?;
    let port: u64 = server.first_line()?.parse()?;
    let config = dir.join("edge.toml");
    std::fs::write(&config, configuration(dir, port))?;
    let mut clean = Vec::new();
    for _ in 0..STARTS {
        let (millis, agent) = first_state(&config, dir)?;
        clean.push(millis);
        nix::sys::signal::kill(
            nix::unistd::Pid::from_raw(agent.pid().cast_signed()),
            nix::sys::signal::Signal::SIGTERM,
        )?;
        wait_for_end(&agent)?;
    }
    figures.put("after_a_clean_end", median(clean), "ms")?;
    let (mut killed, mut wal) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        // As much of a write-ahead log as there can be, left by kill -9.
        let filler = Beside::spawn(Command::new(std::env::current_exe()?).arg("child:start").arg(dir))?;
        wait_for_wal(&filler, dir)?;
        drop(filler);
        wal.push(std::fs::metadata(dir.join("edge.db-wal"))?.len() as f64 / 1e6);
        let (millis, agent) = first_state(&config, dir)?;
        killed.push(millis);
        drop(agent);
    }
    figures.put("write_ahead_log", median(wal), "MB")?;
    figures.put("after_kill_9", median(killed), "ms")
}

/// Begins the write-ahead log from nothing and writes until it is killed, faster than upkeep comes to fold it.
pub fn child(args: &[String]) -> Result<()> {
    let dir = Path::new(args.first().context("directory")?);
    let db = Connection::open(dir.join("edge.db"))?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    drop(db);
    let store = Store::open(dir, Arc::new(plant::Wall))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            writers.spawn(async move {
                loop {
                    let facts = (0..50).map(|_| logged(Uuid::now_v7().as_u128(), plant::Wall.now_us())).collect();
                    if store.decide(move |_| Ok::<_, ()>((facts, ()))).await.is_err() {
                        return;
                    }
                }
            });
        }
        writers.join_next().await;
    });
    bail!("the store took no more")
}

fn database(dir: &Path) -> Result<()> {
    let done = dir.join("whole");
    if done.is_file() {
        return Ok(());
    }
    drop(std::fs::remove_dir_all(dir));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let store = runtime.block_on(plant::store(dir, MACHINES))?;
    let mut at = plant::Wall.now_us() - 20 * 24 * 3_600 * SECOND;
    while std::fs::metadata(dir.join("edge.db"))?.len() < BYTES {
        let buckets = (at..at + STEP).step_by(10_000_000);
        let mut facts: Vec<Fact> = buckets.flat_map(|b| (1..=MACHINES).map(move |m| counted(m, b))).collect();
        facts.extend((at..at + STEP).step_by(600_000).map(changed));
        if at % LOG_EVERY < STEP {
            facts
                .extend((0..MACHINES).map(|m| logged(Uuid::now_v7().as_u128() ^ u128::from(m.unsigned_abs()), at + m)));
        }
        facts.push(Observed { until: Timestamp(at + STEP) }.into());
        let mut ride = Ride { facts, counters: vec![] };
        while let Err(back) = store.ride(ride) {
            ride = back;
            std::thread::sleep(Duration::from_millis(1));
        }
        at = (at + STEP).min(plant::Wall.now_us());
    }
    store.close();
    Ok(std::fs::write(done, b"")?)
}

fn changed(at: i64) -> Fact {
    let activity = if (at / (60 * SECOND)) % 2 == 0 { Activity::Idle } else { Activity::Running };
    let machine = MachineId(1 + (at / 600_000) % MACHINES);
    ActivityChanged { machine, at: Timestamp(at), activity, clock: ClockQuality::Sure }.into()
}

fn counted(machine: i64, bucket: i64) -> Fact {
    let (machine, bucket) = (MachineId(machine), Timestamp(bucket).bucket());
    Counted { machine, bucket, total: 2, rejected: 0, ideal: 5 * SECOND, work_order: None }.into()
}

fn logged(id: u128, at: i64) -> Fact {
    let id = Uuid::from_u128(id);
    let machine = MachineId(1 + at.rem_euclid(MACHINES));
    ProductionLogged {
        id,
        work_order: WorkOrderId(machine.0),
        machine: Some(machine),
        completed: 1,
        rejected: 0,
        hours_micro: 100_000,
        notes: None,
        by: UserId(1),
        at: Timestamp(at),
        shift: None,
    }
    .into()
}

/// Ten devices with a tag and a machine each. The register holds its own address, so that the state is always the same.
fn configuration(dir: &Path, port: u64) -> String {
    let dir = dir.display();
    let head = format!(
        "[agent]\nname = \"bench\"\ndata_dir = \"{dir}\"\n[http]\nlisten = \"127.0.0.1:0\"\nhttps = \"127.0.0.1:0\"\n"
    );
    let devices = (1..=DEVICES).map(|d| {
        format!(
            "[[connection]]\nname = \"c{d}\"\ndriver = \"modbus_tcp\"\naddress = \"127.0.0.1:{port}\"\n\
             [[connection.tag]]\nname = \"t{d}\"\nregister = \"holding:1\"\ntype = \"u16\"\n\
             [[machine]]\ncode = \"M-{d}\"\nstates = [{{ tag = \"t{d}\", equals = 1, activity = \"running\" }}]\n\
             otherwise = \"idle\"\n"
        )
    });
    head + &devices.collect::<String>()
}

/// Milliseconds from starting the process to a row of machine time that it wrote and that is not `no_data`.
fn first_state(config: &Path, dir: &Path) -> Result<(f64, Beside)> {
    let from = plant::Wall.now_us();
    let begun = Instant::now();
    let agent = Beside::spawn(
        Command::new(beside("edge-agent")?)
            .args(["run", "--config"])
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )?;
    let mut db: Option<Connection> = None;
    loop {
        if begun.elapsed() > Duration::from_secs(20) {
            bail!("no state was stored within 20 s");
        }
        // Not before the agent has opened it: whoever comes first reads the write-ahead log for all.
        if db.is_none() && has_opened(&agent) {
            db = Connection::open_with_flags(dir.join("edge.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).ok();
        }
        // A look at the end of each machine's rows: BETWEEN would read all days of them, which takes longer than the start.
        let sql =
            "SELECT count(*) FROM activity_changes WHERE machine_id IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10) AND at >= ?1
                   AND activity <> 'no_data'";
        let found = db.as_ref().and_then(|db| db.query_row(sql, [from], |r| r.get::<_, i64>(0)).ok());
        if found.is_some_and(|n| n > 0) {
            return Ok((begun.elapsed().as_secs_f64() * 1e3, agent));
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// It maps the index of the write-ahead log once it has read that.
fn has_opened(agent: &Beside) -> bool {
    std::fs::read_to_string(format!("/proc/{}/maps", agent.pid())).is_ok_and(|maps| maps.contains("edge.db-shm"))
}

fn wait_for_wal(filler: &Beside, dir: &Path) -> Result<()> {
    let begun = Instant::now();
    loop {
        let len = std::fs::metadata(dir.join("edge.db-wal")).map_or(0, |m| m.len());
        if len >= 15_000_000 {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_secs(60) || !Path::new(&format!("/proc/{}", filler.pid())).exists() {
            bail!("the write-ahead log did not grow to its most: {len} bytes");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn wait_for_end(agent: &Beside) -> Result<()> {
    let begun = Instant::now();
    let stat = format!("/proc/{}/stat", agent.pid());
    while std::fs::read_to_string(&stat).is_ok_and(|s| !s.contains(") Z ")) {
        if begun.elapsed() > Duration::from_secs(20) {
            bail!("the agent did not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
