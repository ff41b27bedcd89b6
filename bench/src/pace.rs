//! Whether polling keeps its pace: with many devices, with dead ones among them, and with a dead unit on a
//! shared connection. Every connection gets a clock of its own that notes when it was asked: the driver asks
//! it once for each answer.

use crate::measure::{Figures, median, numbers};
use crate::poll::{HEAD, connection, read, server};
use anyhow::{Context, Result};
use edge_agent::driver::{Clock, ConnectionStatus, Sink};
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const DEVICES: u64 = 100;
const PERIOD_MS: u64 = 100;
/// Answers of a whole scan of 1,000 registers.
const ANSWERS: usize = 8;

/// 100 devices of 1,000 tags at 100 ms, beside as many bare timers.
pub fn pace(figures: &mut Figures) -> Result<()> {
    let (_server, port) = server()?;
    let (mut jitters, mut missed, mut scans) = (Vec::new(), 0.0, 0.0);
    for _ in 0..3 {
        let [jitter, _, skipped, done] = own("pace", &[port, 0, 15])?;
        missed += skipped;
        scans += done;
        let bare = own_numbers("timers", &[DEVICES, 15])?;
        jitters.push((jitter, *bare.first().context("a number")?));
    }
    figures.put("scans", scans, "")?;
    figures.put("missed_scans", missed, "")?;
    figures.pairs("jitter_p99", "ms", &jitters)?;
    figures.put("jitter_p99_above_timer", median(jitters.iter().map(|(ours, bare)| ours - bare)), "ms")
}

/// The 70 healthy ones of 100 devices: with the other 30 dead, and with those not there at all.
pub fn dead(figures: &mut Figures) -> Result<()> {
    let (_server, port) = server()?;
    let p99 = |dead| own("pace", &[port, dead, 8]).map(|[_, time, ..]| time);
    let mut pairs = Vec::new();
    // A run differs from the next one of its own kind by half: there are many, and each kind goes first as often.
    for _ in 0..8 {
        let (with, without) = (p99(30)?, p99(100)?);
        let (without_again, with_again) = (p99(100)?, p99(30)?);
        pairs.extend([(with, without), (with_again, without_again)]);
    }
    figures.pairs("healthy_scan_p99", "ms", &pairs)
}

/// One dead unit of ten on a shared connection, default settings, for a minute from the start.
pub fn gateway(figures: &mut Figures) -> Result<()> {
    let (_server, port) = server()?;
    for period in [1_000, PERIOD_MS] {
        let found = own_numbers("gateway", &[port, period, 60])?;
        figures.put(&format!("scans_of_nine_at_{period}_ms"), *found.first().context("a number")?, "%")?;
    }
    Ok(())
}

fn own_numbers(child: &str, args: &[u64]) -> Result<Vec<f64>> {
    let args = [vec![format!("child:{child}")], args.iter().map(u64::to_string).collect()].concat();
    numbers(&std::env::current_exe()?, &args)
}

fn own(child: &str, args: &[u64]) -> Result<[f64; 4]> {
    own_numbers(child, args)?.try_into().map_err(|n| anyhow::anyhow!("expected four numbers, got {n:?}"))
}

/// Notes when it was asked.
#[derive(Default)]
struct Notes(Mutex<Vec<Instant>>);

impl Clock for Notes {
    fn now_us(&self) -> i64 {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(Instant::now());
        notes.len() as i64
    }
}

impl Notes {
    fn scans(&self) -> Vec<Vec<Instant>> {
        let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The first two scans are those of the start and of finding the phase.
        notes.chunks_exact(ANSWERS).skip(2).map(<[Instant]>::to_vec).collect()
    }
}

fn start(text: &str, stop: &CancellationToken) -> Result<Vec<(Arc<Notes>, Arc<ConnectionStatus>)>> {
    let config = read(text)?;
    let sink = Sink::new(config.tags.len());
    let connections = config.connections.iter().map(|connection| {
        let notes = Arc::new(Notes::default());
        let status = connection.start(sink.clone(), notes.clone(), stop.clone());
        (notes, status)
    });
    Ok(connections.collect())
}

/// Port, how many of 100 devices are dead (100: 70 devices and no others), seconds. Prints jitter and scan
/// time of the healthy ones (99th percentile, ms), scans left out, scans made.
pub fn child_pace(args: &[u64]) -> Result<()> {
    let [port, dead, seconds] = *args else { anyhow::bail!("port dead seconds") };
    let (healthy, dead) = if dead == 100 { (70, 0) } else { (DEVICES - dead, dead) };
    let mut text = HEAD.to_owned();
    for c in 0..healthy {
        text += &connection(c, &format!("127.0.0.1:{port}"), 1, 1_000, PERIOD_MS)?;
    }
    for c in healthy..healthy + dead {
        // One half takes the connection and is silent, nobody listens for the other.
        let address = if c % 2 == 0 { format!("127.0.0.1:{port}") } else { "127.0.0.1:9".to_owned() };
        text += &connection(c, &address, 99, 1_000, PERIOD_MS)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stop = CancellationToken::new();
    let connections = runtime.block_on(async {
        let connections = start(&text, &stop)?;
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        stop.cancel();
        anyhow::Ok(connections)
    })?;
    let (mut jitters, mut times, mut skipped, mut scans) = (Vec::new(), Vec::new(), 0, 0);
    for (notes, status) in connections.iter().take(healthy as usize) {
        let made = notes.scans();
        scans += made.len();
        skipped += status.snapshot().skipped;
        times.extend(made.iter().filter_map(|scan| Some(*scan.last()? - *scan.first()?)).map(|t| t.as_secs_f64()));
        let starts: Vec<Instant> = made.iter().filter_map(|scan| scan.first().copied()).collect();
        jitters.extend(deviations(&starts));
    }
    let (jitter, time) = (percentile_99(jitters) * 1e3, percentile_99(times) * 1e3);
    writeln!(std::io::stdout(), "{jitter} {time} {skipped} {scans}")?;
    Ok(())
}

/// Bare timers of the same period. Prints their jitter (99th percentile, ms).
pub fn child_timers(args: &[u64]) -> Result<()> {
    let [timers, seconds] = *args else { anyhow::bail!("timers seconds") };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let all = runtime.block_on(async {
        let ticks = PERIOD_MS.max(1);
        let timer = |_| async move {
            let mut interval = tokio::time::interval(Duration::from_millis(PERIOD_MS));
            let mut at = Vec::new();
            for _ in 0..seconds * 1_000 / ticks {
                interval.tick().await;
                at.push(Instant::now());
            }
            at
        };
        let tasks: Vec<_> = (0..timers).map(|i| tokio::spawn(timer(i))).collect();
        let mut all = Vec::new();
        for task in tasks {
            all.extend(deviations(task.await?.get(2..).unwrap_or_default()));
        }
        anyhow::Ok(all)
    })?;
    writeln!(std::io::stdout(), "{}", percentile_99(all) * 1e3)?;
    Ok(())
}

/// Port, period, seconds. Prints the share of their scans that nine units of ten got, in percent.
pub fn child_gateway(args: &[u64]) -> Result<()> {
    let [port, period, seconds] = *args else { anyhow::bail!("port period_ms seconds") };
    let mut text =
        format!("{HEAD}[[connection]]\nname = \"g\"\ndriver = \"modbus_tcp\"\naddress = \"127.0.0.1:{port}\"\n");
    for (unit, r) in [1, 2, 3, 4, 5, 6, 7, 8, 9, 99].iter().flat_map(|unit| (0..50).map(move |r| (unit, r))) {
        write!(
            text,
            "[[connection.tag]]\nname = \"t{unit}_{r}\"\nunit = {unit}\nregister = \"holding:{r}\"\ntype = \"u16\"\n\
             period_ms = {period}\n"
        )?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stop = CancellationToken::new();
    let answers = runtime.block_on(async {
        let connections = start(&text, &stop)?;
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        stop.cancel();
        anyhow::Ok(connections.iter().map(|(_, status)| status.snapshot().requests_ok).sum::<u64>())
    })?;
    let due = 9 * seconds * 1_000 / period;
    writeln!(std::io::stdout(), "{}", answers as f64 / due as f64 * 100.0)?;
    Ok(())
}

/// How far the times between scans are from the period, seconds.
fn deviations(at: &[Instant]) -> Vec<f64> {
    let period = PERIOD_MS as f64 / 1e3;
    at.windows(2).map(|pair| ((pair[1] - pair[0]).as_secs_f64() - period).abs()).collect()
}

fn percentile_99(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() * 99 / 100).copied().unwrap_or(f64::NAN)
}
