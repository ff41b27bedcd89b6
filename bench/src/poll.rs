//! CPU of polling: microseconds per 1,000 tags read, decoded and handed to the engine, beside bare
//! tokio-modbus that reads the same registers at the same pace and only adds them up.

use crate::measure::{Beside, Figures, beside, numbers};
use crate::plant::Wall;
use anyhow::{Context, Result};
use edge_agent::driver::{self, Sink};
use nix::sys::resource::{UsageWho, getrusage};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const PAIRS: usize = 7;
const SECONDS: u64 = 4;
const CONNECTIONS: u64 = 4;
const PERIOD_MS: u64 = 50;

pub fn run(figures: &mut Figures) -> Result<()> {
    let mut server = Beside::spawn(Command::new(beside("peer-modbus-server")?).stdout(Stdio::piped()))?;
    let port = server.first_line()?;
    let args: Vec<String> = [port, CONNECTIONS.to_string(), PERIOD_MS.to_string(), SECONDS.to_string()].into();
    let me = std::env::current_exe()?;
    let own = [&["child:poll".to_owned()], &args[..]].concat();
    let per_1000 = |n: Vec<f64>| match n[..] {
        [tags, micros] if tags > 0.0 => Ok(micros / tags * 1_000.0),
        _ => anyhow::bail!("expected tags and CPU, got {n:?}"),
    };
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let ours = per_1000(numbers(&me, &own)?)?;
        pairs.push((ours, per_1000(numbers(&beside("peer-bare-modbus")?, &args)?)?));
    }
    figures.pairs("cpu_per_1000_tags", "us", &pairs)
}

/// The product's side in a process of its own: drivers, sink, and a reader that takes what changed.
pub fn child(args: &[String]) -> Result<()> {
    let args: Vec<u64> = args.iter().map(|a| a.parse()).collect::<Result<_, _>>()?;
    let [port, connections, period, seconds] = args[..] else { anyhow::bail!("port connections period_ms seconds") };
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("edge.toml");
    std::fs::write(&path, configuration(port, connections, period)?)?;
    let config = edge_agent::config::load(&path).map_err(|e| anyhow::anyhow!("{e}"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Reading the configuration of 4,000 tags is no part of polling; the peer has none.
    let before = cpu_micros()?;
    let tags = runtime.block_on(async {
        let sink = Sink::new(usize::try_from(connections * 1_000).context("tags")?);
        let shutdown = CancellationToken::new();
        driver::start_all(&config, sink.clone(), Arc::new(Wall), shutdown.clone());
        let (mut tags, mut taken) = (0u64, Vec::new());
        let end = tokio::time::sleep(Duration::from_secs(seconds));
        tokio::pin!(end);
        loop {
            tokio::select! {
                () = sink.ready() => {
                    sink.drain(&mut taken);
                    tags += taken.len() as u64;
                    taken.clear();
                }
                () = &mut end => break,
            }
        }
        shutdown.cancel();
        anyhow::Ok(tags + sink.merged())
    })?;
    writeln!(std::io::stdout(), "{tags} {}", cpu_micros()? - before)?;
    Ok(())
}

/// CPU that this process has used.
fn cpu_micros() -> Result<i64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = |t: nix::sys::time::TimeVal| t.tv_sec() * 1_000_000 + t.tv_usec();
    Ok(micros(usage.user_time()) + micros(usage.system_time()))
}

/// `connections` devices of 1,000 registers each.
pub fn configuration(port: u64, connections: u64, period: u64) -> Result<String> {
    let mut text =
        "[agent]\nname = \"bench\"\ndata_dir = \"/nonexistent\"\n[http]\nlisten = \"127.0.0.1:0\"\n".to_owned();
    text.push_str("[cloud]\nurl = \"http://127.0.0.1:1\"\n");
    for c in 0..connections {
        write!(text, "[[connection]]\nname = \"c{c}\"\ndriver = \"modbus_tcp\"\naddress = \"127.0.0.1:{port}\"\n")?;
        for r in 0..1_000 {
            write!(
                text,
                "[[connection.tag]]\nname = \"t{c}_{r}\"\nregister = \"holding:{r}\"\ntype = \"u16\"\nperiod_ms = {period}\n"
            )?;
        }
    }
    Ok(text)
}
