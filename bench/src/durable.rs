//! One durable fact: from the call to the answer after COMMIT, beside pwrite and fdatasync of as many
//! bytes as the product wrote for it.

use crate::measure::{Figures, beside, median, numbers};
use crate::plant;
use anyhow::Result;
use std::time::Instant;
use unison_core::facts::{Fact, ProductionLogged};
use unison_core::ids::{MachineId, UserId, WorkOrderId};
use unison_core::time::Timestamp;
use uuid::Uuid;

const PAIRS: usize = 7;
const TIMES: u128 = 200;

pub fn run(figures: &mut Figures) -> Result<()> {
    let dir = tempfile::tempdir_in("target")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let store = runtime.block_on(plant::store(dir.path(), 1))?;
    let mut pairs = Vec::new();
    let mut bytes_each = Vec::new();
    for pair in 0..PAIRS as u128 {
        let before = written()?;
        let micros = runtime.block_on(async {
            let mut micros = Vec::new();
            for i in 0..TIMES {
                let fact = logged(pair * TIMES + i);
                let begun = Instant::now();
                store.decide(move |_| Ok::<_, ()>((vec![fact], ()))).await?.ok();
                micros.push(begun.elapsed().as_secs_f64() * 1e6);
            }
            anyhow::Ok(micros)
        })?;
        let bytes = (written()? - before) / TIMES as u64;
        bytes_each.push(bytes as f64);
        let file = dir.path().join("peer").display().to_string();
        let peer = numbers(&beside("peer-durable-append")?, &[file, bytes.to_string(), TIMES.to_string()])?;
        pairs.push((median(micros), peer[0]));
    }
    store.close();
    figures.put("bytes_per_fact", median(bytes_each), "B")?;
    figures.pairs("fact", "us", &pairs)
}

fn logged(n: u128) -> Fact {
    ProductionLogged {
        id: Uuid::from_u128(n + 1),
        work_order: WorkOrderId(1),
        machine: Some(MachineId(1)),
        completed: 1,
        rejected: 0,
        hours_micro: 100_000,
        notes: None,
        by: UserId(1),
        at: Timestamp(1_762_423_200_000_000 + i64::try_from(n).unwrap_or(0)),
        shift: None,
    }
    .into()
}

/// Bytes this process has handed to write calls.
pub fn written() -> Result<u64> {
    let io = std::fs::read_to_string("/proc/self/io")?;
    let line = io.lines().find_map(|l| l.strip_prefix("wchar: "));
    Ok(line.unwrap_or("0").parse()?)
}
