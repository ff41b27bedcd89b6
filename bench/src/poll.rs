//! CPU of polling: microseconds per 1,000 tags on the whole way, read, decoded, compared with what was known
//! and understood by the machines (ten on each connection), beside bare tokio-modbus that reads the same
//! registers at the same pace and only adds them up. A tenth of the values change.

use crate::measure::{Beside, Figures, beside, numbers};
use crate::plant::Wall;
use anyhow::Result;
use edge_agent::config::Config;
use edge_agent::driver::{self, Clock, Sink};
use edge_agent::machine::{Binding, Engine, Output};
use nix::sys::resource::{UsageWho, getrusage};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use unison_core::ids::MachineId;
use unison_core::time::Timestamp;
use uuid::Uuid;

const PAIRS: usize = 7;
const SECONDS: u64 = 4;
const CONNECTIONS: u64 = 4;
const PERIOD_MS: u64 = 50;
const MACHINES: u64 = 10;
/// As the agent does it.
const DRAIN_EVERY: Duration = Duration::from_millis(50);
const TICK_EVERY: Duration = Duration::from_millis(500);
/// Registers of one request.
const TOGETHER: u64 = 125;

pub fn run(figures: &mut Figures) -> Result<()> {
    let (_server, port) = server()?;
    let args: Vec<String> = [port, CONNECTIONS, PERIOD_MS, SECONDS].map(|n| n.to_string()).into();
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

/// The device side, and its port.
pub fn server() -> Result<(Beside, u64)> {
    let mut server = Beside::spawn(Command::new(beside("peer-modbus-server")?).stdout(Stdio::piped()))?;
    let port = server.first_line()?.parse()?;
    Ok((server, port))
}

/// The product's side in a process of its own: drivers, sink and engine as the agent joins them.
pub fn child(args: &[String]) -> Result<()> {
    let args: Vec<u64> = args.iter().map(|a| a.parse()).collect::<Result<_, _>>()?;
    let [port, connections, period, seconds] = args[..] else { anyhow::bail!("port connections period_ms seconds") };
    let config = read(&(configuration(port, connections, period)? + &machines(connections)?))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Reading the configuration of 4,000 tags is no part of polling; the peer has none.
    let before = cpu_micros()?;
    let (tags, facts) = runtime.block_on(whole_way(&config, Duration::from_secs(seconds)));
    let used = cpu_micros()? - before;
    // An activity for each machine, and counts: else the engine was not in the way.
    anyhow::ensure!(facts as u64 > connections * MACHINES, "the machines found only {facts} facts");
    writeln!(std::io::stdout(), "{tags} {used}")?;
    Ok(())
}

async fn whole_way(config: &Config, time: Duration) -> (u64, usize) {
    let (sink, shutdown) = (Sink::new(config.tags.len()), CancellationToken::new());
    let started = Timestamp(Wall.now_us());
    let mut engine = Engine::new(config.tags.len(), &config.machines);
    for (place, id) in (0..config.machines.len()).zip(1i64..) {
        let (machine, none) = (MachineId(id), None);
        let binding =
            Binding { machine, ideal: 0, work_order: None, since: started, downtime: None, parts: none, rejects: none };
        engine.bind(place, binding);
    }
    let used = engine.tags();
    let mut out = Output::new(Uuid::now_v7);
    let connections = driver::start_all(config, sink.clone(), Arc::new(Wall), shutdown.clone());
    let mut taken = Vec::new();
    let mut tick = tokio::time::interval(TICK_EVERY);
    let mut next_drain = tokio::time::Instant::now();
    let end = tokio::time::sleep(time);
    tokio::pin!(end);
    loop {
        let is_tick = tokio::select! {
            () = async { tokio::time::sleep_until(next_drain).await; sink.ready().await } => false,
            _ = tick.tick() => true,
            () = &mut end => break,
        };
        next_drain = tokio::time::Instant::now() + DRAIN_EVERY;
        sink.drain(&mut taken);
        if is_tick {
            sink.refresh(&used, &mut taken);
        }
        engine.readings(&taken, &mut out);
        taken.clear();
        if is_tick {
            engine.tick(Wall.now_us(), &mut out);
        }
    }
    shutdown.cancel();
    let answers: u64 = connections.iter().map(|connection| connection.snapshot().requests_ok).sum();
    (answers * TOGETHER, out.ride.facts.len())
}

/// CPU that this process has used.
fn cpu_micros() -> Result<i64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = |t: nix::sys::time::TimeVal| t.tv_sec() * 1_000_000 + t.tv_usec();
    Ok(micros(usage.user_time()) + micros(usage.system_time()))
}

/// A configuration from its text.
pub fn read(text: &str) -> Result<Config> {
    edge_agent::config::parse("bench.toml", text).map_err(|e| anyhow::anyhow!("{e}"))
}

pub const HEAD: &str = "[agent]\nname = \"bench\"\ndata_dir = \"/nonexistent\"\n[http]\nlisten = \"127.0.0.1:0\"\nhttps = \"127.0.0.1:0\"\n\
                        [cloud]\nurl = \"http://127.0.0.1:1\"\n";

/// `connections` devices of 1,000 registers each.
pub fn configuration(port: u64, connections: u64, period: u64) -> Result<String> {
    let mut text = HEAD.to_owned();
    for c in 0..connections {
        text += &connection(c, &format!("127.0.0.1:{port}"), 1, 1_000, period)?;
    }
    Ok(text)
}

/// One device of so many registers.
pub fn connection(c: u64, address: &str, unit: u8, registers: u64, period: u64) -> Result<String> {
    let mut text = format!("[[connection]]\nname = \"c{c}\"\ndriver = \"modbus_tcp\"\naddress = \"{address}\"\n");
    for r in 0..registers {
        write!(
            text,
            "[[connection.tag]]\nname = \"t{c}_{r}\"\nunit = {unit}\nregister = \"holding:{r}\"\ntype = \"u16\"\n\
             period_ms = {period}\n"
        )?;
    }
    Ok(text)
}

/// Ten machines a connection: a state that stays and a counter that moves.
fn machines(connections: u64) -> Result<String> {
    let mut text = String::new();
    for (c, m) in (0..connections).flat_map(|c| (0..MACHINES).map(move |m| (c, m))) {
        let (counter, state) = (100 * m, 100 * m + 1);
        write!(
            text,
            "[[machine]]\ncode = \"M-{c}-{m}\"\nstates = [{{ tag = \"t{c}_{state}\", equals = {state}, \
             activity = \"running\" }}]\notherwise = \"idle\"\ncounter = {{ tag = \"t{c}_{counter}\" }}\n"
        )?;
    }
    Ok(text)
}
