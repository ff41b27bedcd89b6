//! Bare tokio-modbus, paced: 1,000 registers in requests of 125, every `period` ms for `seconds`.
//! Arguments: port, connections, period in ms, seconds. Prints tags read and CPU microseconds used.

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use std::io::Write;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_modbus::prelude::{Reader, Slave, tcp};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args: Vec<u64> = std::env::args().skip(1).map(|a| a.parse()).collect::<Result<_, _>>()?;
    let [port, connections, period, seconds] = args[..] else { anyhow::bail!("port connections period_ms seconds") };
    // As on the product's side: what the start of the process costs is no part of polling.
    let before = cpu_micros()?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..connections).map(|_| tokio::spawn(poll(port, period, end))).collect();
    let mut tags = 0;
    for task in tasks {
        tags += task.await??;
    }
    writeln!(std::io::stdout(), "{tags} {}", cpu_micros()? - before)?;
    Ok(())
}

/// CPU that this process has used.
fn cpu_micros() -> Result<i64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = |t: nix::sys::time::TimeVal| t.tv_sec() * 1_000_000 + t.tv_usec();
    Ok(micros(usage.user_time()) + micros(usage.system_time()))
}

async fn poll(port: u64, period: u64, end: Instant) -> Result<u64> {
    let address = format!("127.0.0.1:{port}").parse()?;
    let mut client = tcp::connect_slave(address, Slave(1)).await?;
    let mut tick = interval(Duration::from_millis(period));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut tags, mut sum) = (0u64, 0u64);
    while Instant::now() < end {
        tick.tick().await;
        for start in (0..1_000).step_by(125) {
            let words = client.read_holding_registers(start, 125).await.context("read")??;
            tags += words.len() as u64;
            sum = words.iter().fold(sum, |s, w| s.wrapping_add(u64::from(*w)));
        }
    }
    std::hint::black_box(sum);
    Ok(tags)
}
