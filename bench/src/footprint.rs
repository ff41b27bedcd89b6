//! The agent as a process: memory with 1,000 tags and with 100,000 on 100 connections at one second, machines stored
//! and pages open, and the time from its start to the first state on disk, on a data directory that was enrolled before.

use crate::measure::{Beside, Figures, beside, median};
use crate::{plant, poll};
use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OpenFlags};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STARTS: usize = 7;
const CONNECTIONS: u64 = 100;
const PAGES: usize = 4;

pub fn run(figures: &mut Figures) -> Result<()> {
    let mut server = Beside::spawn(Command::new(beside("peer-modbus-server")?).stdout(Stdio::piped()))?;
    let port: u64 = server.first_line()?.parse()?;
    let dir = tempfile::tempdir_in("target")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(plant::store(dir.path(), 1))?.close();
    let config = dir.path().join("edge.toml");
    std::fs::write(&config, configuration(dir.path(), port)?)?;
    let mut millis = Vec::new();
    for _ in 0..STARTS {
        millis.push(first_state(&config, dir.path())?);
    }
    figures.put("start_to_first_state", median(millis), "ms")?;
    let agent = agent(&config)?;
    std::thread::sleep(Duration::from_secs(15));
    figures.put("resident_1000_tags", resident_mb(agent.pid())?, "MB")?;
    drop(agent);
    many(figures, port)
}

/// A plant of 100 devices with a machine each, and four pages that follow it.
fn many(figures: &mut Figures, port: u64) -> Result<()> {
    let dir = tempfile::tempdir_in("target")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(plant::store(dir.path(), CONNECTIONS.cast_signed()))?.close();
    let page = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let text = poll::configuration(port, CONNECTIONS, 1_000)?;
    let text = text.replace("/nonexistent", &dir.path().display().to_string());
    let text = text.replacen("127.0.0.1:0", &format!("127.0.0.1:{page}"), 1);
    let machines = (0..CONNECTIONS).map(|c| {
        // The first register holds a counter, each other one its own address.
        format!(
            "[[machine]]\ncode = \"M-{}\"\nstates = [{{ tag = \"t{c}_1\", equals = 1, activity = \"running\" }}]\n\
             otherwise = \"idle\"\ncounter = {{ tag = \"t{c}_0\" }}\n",
            c + 1
        )
    });
    let config = dir.path().join("edge.toml");
    std::fs::write(&config, text + &machines.collect::<String>())?;
    let agent = agent(&config)?;
    std::thread::sleep(Duration::from_secs(5));
    let pages = (0..PAGES).map(|_| {
        let mut stream = TcpStream::connect(("127.0.0.1", page))?;
        stream.write_all(b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")?;
        let head = BufReader::new(stream.try_clone()?).lines().next().context("no answer")??;
        anyhow::ensure!(head.contains("200"), "{head}");
        // Read on, as a page does: else the server would soon stop writing.
        std::thread::spawn(move || std::io::copy(&mut stream, &mut std::io::sink()));
        Ok(())
    });
    pages.collect::<Result<Vec<()>>>()?;
    std::thread::sleep(Duration::from_secs(30));
    figures.put("resident_100000_tags", resident_mb(agent.pid())?, "MB")
}

fn configuration(dir: &Path, port: u64) -> Result<String> {
    let text = poll::configuration(port, 1, 1_000)?;
    let text = text.replace("/nonexistent", &dir.display().to_string());
    // The register holds its own address, so the state of this machine is always the same.
    let machine = "[[machine]]\ncode = \"M-1\"\nstates = [{ tag = \"t0_1\", equals = 1, activity = \"running\" }]\notherwise = \"idle\"\n";
    Ok(text + machine)
}

/// The agent in the environment that its service gives it.
fn agent(config: &Path) -> Result<Beside> {
    let mut command = Command::new(beside("edge-agent")?);
    let set = include_str!("../../systemd/edge-agent.service").lines().filter_map(|l| l.strip_prefix("Environment="));
    command.envs(set.filter_map(|pair| pair.split_once('=')));
    Beside::spawn(command.args(["run", "--config"]).arg(config).stdout(Stdio::null()))
}

/// Milliseconds from starting the process to a new row of machine time that is not `no_data`.
fn first_state(config: &Path, dir: &Path) -> Result<f64> {
    let db = Connection::open_with_flags(dir.join("edge.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let newest = || -> Result<i64> {
        Ok(db.query_row("SELECT coalesce(max(at), 0) FROM activity_changes WHERE activity = 'running'", [], |r| {
            r.get(0)
        })?)
    };
    let before = newest()?;
    let begun = Instant::now();
    let _agent = agent(config)?;
    while newest()? <= before {
        if begun.elapsed() > Duration::from_secs(20) {
            bail!("no state was stored within 20 s");
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

pub fn resident_mb(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).context("the agent ended")?;
    let kb: f64 = line.split_whitespace().next().context("a number")?.parse()?;
    Ok(kb / 1024.0)
}
