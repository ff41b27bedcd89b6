//! Nanoseconds of the machine engine for one sample: 100 machines with ten tags each, read ten times a second.
//! Nine of ten samples are as before; the others change an activity, a counter or a measurement.

use crate::measure::{Figures, median};
use anyhow::Result;
use edge_agent::config;
use edge_agent::driver::{Quality, Reading, TagIndex, Value};
use edge_agent::machine::{Binding, Engine, Output};
use std::fmt::Write as _;
use std::time::Instant;
use unison_core::ids::MachineId;
use unison_core::time::{SECOND, Timestamp};
use uuid::Uuid;

const MACHINES: u32 = 100;
const TAGS: u32 = 10;
const SCANS: i64 = 2_000;
const ROUNDS: usize = 7;

pub fn run(figures: &mut Figures) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("edge.toml");
    std::fs::write(&path, configuration()?)?;
    let config = config::load(&path).map_err(|e| anyhow::anyhow!("{e}"))?;
    let mut nanos = Vec::new();
    for _ in 0..ROUNDS {
        let mut engine = Engine::new(config.tags.len(), &config.machines);
        for place in 0..MACHINES as usize {
            engine.bind(place, binding(place));
        }
        let mut out = Output::new(Uuid::new_v4);
        let (mut spent, mut samples, mut scan) = (0.0, 0usize, Vec::new());
        for n in 0..SCANS {
            fill(&mut scan, n);
            let begun = Instant::now();
            engine.readings(&scan, &mut out);
            if n % 5 == 0 {
                engine.tick(n * SECOND / 10, &mut out);
            }
            spent += begun.elapsed().as_secs_f64();
            samples += scan.len();
            out.ride.facts.clear();
            out.ride.counters.clear();
        }
        nanos.push(spent * 1e9 / samples as f64);
    }
    figures.put("ns_per_sample", median(nanos), "ns")
}

fn binding(place: usize) -> Binding {
    Binding {
        machine: MachineId(place as i64 + 1),
        ideal: SECOND,
        work_order: None,
        since: Timestamp(0),
        downtime: None,
        parts: None,
        rejects: None,
    }
}

/// One scan of all tags: of each machine's ten tags one is another than in the scan before.
fn fill(scan: &mut Vec<Reading>, n: i64) {
    scan.clear();
    for tag in 0..MACHINES * TAGS {
        let value = match tag % TAGS {
            // A change of state every 30 seconds.
            0 => Value::Uint(u64::from(n / 300 % 3 == 0)),
            // A part a second.
            1 => Value::Uint((n / 10).unsigned_abs()),
            // A measurement that is new in every scan.
            2 => Value::Float(20.0 + (n % 97) as f64 / 10.0),
            other => Value::Uint(u64::from(other)),
        };
        scan.push(Reading { tag: TagIndex(tag), value, quality: Quality::Good, at: n * SECOND / 10 });
    }
}

fn configuration() -> Result<String> {
    let mut text = "[agent]\nname = \"bench\"\ndata_dir = \"/nonexistent\"\n".to_owned();
    for m in 0..MACHINES {
        write!(text, "[[connection]]\nname = \"c{m}\"\ndriver = \"modbus_tcp\"\naddress = \"127.0.0.1:1\"\n")?;
        for t in 0..TAGS {
            let kind = if t == 2 { "f32" } else { "u32" };
            let register = t * 2;
            write!(
                text,
                "[[connection.tag]]\nname = \"t{m}_{t}\"\nregister = \"holding:{register}\"\ntype = \"{kind}\"\n"
            )?;
        }
    }
    for m in 0..MACHINES {
        write!(
            text,
            "[[machine]]\ncode = \"M{m}\"\nstates = [\n  {{ tag = \"t{m}_3\", equals = 9, activity = \"down\" }},\n  \
             {{ all = [{{ tag = \"t{m}_0\", equals = 1 }}, {{ tag = \"t{m}_2\", above = 5.0 }}], activity = \"running\" }},\n]\n\
             otherwise = \"idle\"\ncounter = {{ tag = \"t{m}_1\" }}\n"
        )?;
    }
    Ok(text)
}
