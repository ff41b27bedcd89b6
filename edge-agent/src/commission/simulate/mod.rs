//! `edge-agent simulate`: a configuration without its hardware. Every machine is walked through all that its rules can
//! say; the readings go through the real sink and engine, and what comes of them is printed as it happens. Touches
//! neither the data directory nor the cloud.

mod domain;
mod serve;
mod solve;
mod tell;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use unison_core::time::{SECOND, Timestamp};

use super::floor::Floor;
use crate::agent::WallClock;
use crate::config::{self, Config, DriverConfig, TagType};
use crate::driver::{Clock as _, Reading, TagIndex, Text, Value};
use crate::readings_csv::ReadingsWriter;
use domain::{Shape, number};
use serve::Plant;
use tell::Teller;
use walk::{Scene, Walker};

/// A tag that no machine looks at gets another value this often.
const DRIFT: i64 = 5 * SECOND;
/// Steps without a pause after which others get their turn.
const STEPS_TOGETHER: u32 = 1_000;

#[derive(clap::Args)]
#[command(
    after_help = "Values are chosen so that each rule and each alarm holds once, with running in between, and at last the\n\
    connection is lost. What no value can reach is said first. Ends after every machine showed everything, or with\n\
    --seconds; with --serve-modbus it goes on until Ctrl-C.\n\n\
    Examples:\n  \
    edge-agent simulate edge.toml --speed 60\n  \
    edge-agent simulate edge.toml --speed 0 --seconds 28800 --record shift.csv\n  \
    edge-agent simulate edge.toml --serve-modbus 15020"
)]
pub struct Args {
    /// The configuration.
    file: PathBuf,
    /// The same seed walks the same way.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// So many times faster than real time; 0 does not wait at all.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Ends after so many simulated seconds.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: Option<u32>,
    /// What the clock says at first, like 2026-11-22T06:00:00Z; now when left out.
    #[arg(long)]
    start: Option<String>,
    /// Writes the readings, for `edge-agent replay`.
    #[arg(long, value_name = "OUT.csv")]
    record: Option<PathBuf>,
    /// Serves the values of each Modbus connection on loopback: the first at this port, the second at the next.
    #[arg(long, value_name = "PORT_BASE", value_parser = clap::value_parser!(u16).range(1..))]
    serve_modbus: Option<u16>,
    /// One line of JSON for each thing that happens.
    #[arg(long)]
    json: bool,
}

/// Walks until all was shown, or until `shutdown`.
///
/// # Errors
/// A wrong configuration as [`crate::config::ConfigErrors`]; else what cannot be written or listened at.
pub async fn run(args: Args, out: &mut (impl Write + Send), shutdown: CancellationToken) -> anyhow::Result<()> {
    let config = config::load(&args.file)?;
    if config.machines.is_empty() {
        bail!("{}: there is no [[machine]] to walk through its states", args.file.display());
    }
    if !(0.0..=1e6).contains(&args.speed) {
        bail!("--speed {}: write 1 for real time, 60 for a minute each second, 0 for no waiting", args.speed);
    }
    let start = match &args.start {
        Some(text) => Timestamp::parse(text).map_err(|reason| anyhow!("--start: {reason}"))?.0,
        // Whole milliseconds are easier on the eye.
        None => WallClock.now_us() / 1_000 * 1_000,
    };
    let mut teller = Teller::new(&config, args.json);
    let mut world = World::new(&config, &args, start, &mut teller, out)?;
    if let Some(port_base) = args.serve_modbus {
        let (plant, said) = Plant::start(&config, port_base).await?;
        world.plant = Some(plant);
        said.iter().try_for_each(|line| writeln!(std::io::stderr(), "{line}"))?;
    }
    shared(&config).iter().try_for_each(|line| writeln!(std::io::stderr(), "{line}"))?;
    world.walk(&args, &mut teller, out, &shutdown).await?;
    world.finish(&mut teller, out)
}

struct World<'a> {
    config: &'a Config,
    floor: Floor<'a>,
    walkers: Vec<Walker>,
    scene: Scene,
    /// Tags that no machine looks at.
    others: BTreeMap<TagIndex, Shape>,
    next_drift: i64,
    rng: fastrand::Rng,
    record: Option<ReadingsWriter<BufWriter<File>>>,
    plant: Option<Plant>,
    start: i64,
    now: i64,
}

impl<'a> World<'a> {
    fn new(
        config: &'a Config,
        args: &Args,
        start: i64,
        teller: &mut Teller<'_>,
        out: &mut impl Write,
    ) -> anyhow::Result<Self> {
        let shapes = shapes(config);
        let shape = |tag: TagIndex| {
            let any = Shape { kind: TagType::Bool, scaling: None, text_bytes: 0 };
            shapes.get(tag.index()).copied().unwrap_or(any)
        };
        let mut walkers = Vec::new();
        for (machine, place) in config.machines.iter().zip(0u64..) {
            let seed = args.seed.wrapping_mul(1_000_003).wrapping_add(place);
            let (walker, unreached) = Walker::new(config, machine, shape, seed, start);
            for unreached in &unreached {
                teller.unreached(machine, unreached, out)?;
            }
            teller.expect(walker.targets());
            walkers.push(walker);
        }
        let used: BTreeSet<TagIndex> = config.machines.iter().flat_map(tags_of).collect();
        let all = shapes.iter().copied().zip(0u32..).map(|(shape, tag)| (TagIndex(tag), shape));
        let record = args.record.as_ref().map(|path| {
            let file = File::create(path).with_context(|| format!("--record {}", path.display()))?;
            anyhow::Ok(ReadingsWriter::new(BufWriter::new(file))?)
        });
        Ok(Self {
            config,
            floor: Floor::new(config, start, |_| 0, None),
            walkers,
            scene: Scene::new(config.tags.len()),
            others: all.filter(|(tag, _)| !used.contains(tag)).collect(),
            next_drift: start,
            rng: fastrand::Rng::with_seed(args.seed),
            record: record.transpose()?,
            plant: None,
            start,
            now: start,
        })
    }

    async fn walk(
        &mut self,
        args: &Args,
        teller: &mut Teller<'_>,
        out: &mut impl Write,
        shutdown: &CancellationToken,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        let end = args.seconds.map_or(i64::MAX, |seconds| self.start + i64::from(seconds) * SECOND);
        let mut together = 0;
        loop {
            let acts = self.walkers.iter().map(Walker::next).min().unwrap_or(i64::MAX).min(self.next_drift);
            let next = acts.min(self.floor.next_tick());
            // Serving goes on until somebody ends it.
            let is_shown = args.seconds.is_none()
                && args.serve_modbus.is_none()
                && self.walkers.iter().all(|walker| walker.rounds() > 0);
            if next > end || is_shown {
                self.now = if is_shown { self.now } else { end };
                return Ok(());
            }
            together += 1;
            if args.speed > 0.0 {
                let passed = Duration::from_secs_f64((next - self.start).max(0) as f64 / SECOND as f64 / args.speed);
                if shutdown.run_until_cancelled(tokio::time::sleep_until(began + passed)).await.is_none() {
                    return Ok(());
                }
            } else if together % STEPS_TOGETHER == 0 {
                tokio::task::yield_now().await;
                if shutdown.is_cancelled() {
                    return Ok(());
                }
            }
            self.now = next;
            if acts > next {
                self.floor.advance(next);
            } else {
                self.act(next)?;
            }
            self.floor.events().iter().try_for_each(|event| teller.tell(event, out))?;
        }
    }

    /// What the machines do at `now`.
    fn act(&mut self, now: i64) -> anyhow::Result<()> {
        for walker in self.walkers.iter_mut().filter(|walker| walker.next() <= now) {
            walker.act(now, &mut self.scene);
        }
        if self.next_drift <= now {
            self.next_drift = now + DRIFT;
            for (tag, shape) in &self.others {
                if let Some(value) = drifted(*shape, self.scene.value(*tag), &mut self.rng) {
                    self.scene.set(*tag, value, now);
                }
            }
        }
        let news = self.scene.news();
        self.take(now, &news)
    }

    fn take(&mut self, now: i64, news: &[Reading]) -> anyhow::Result<()> {
        if let Some(record) = &mut self.record {
            for reading in news {
                let name = self.config.tags.get(reading.tag.index()).map_or("", |tag| &*tag.name);
                record.write(name, reading).context("--record")?;
            }
        }
        if let Some(plant) = &self.plant {
            plant.take(news);
        }
        self.floor.take(now, news);
        Ok(())
    }

    /// Says what waits. A recording ends with what is so then, so that its last stretch is as long as here.
    fn finish(mut self, teller: &mut Teller<'_>, out: &mut impl Write) -> anyhow::Result<()> {
        let tags: Vec<Reading> = self.floor.tags_told().into_iter().map(|r| Reading { at: self.now, ..r }).collect();
        self.take(self.now, &tags)?;
        self.floor.finish(self.now);
        self.floor.events().iter().try_for_each(|event| teller.tell(event, out))?;
        if let Some(record) = self.record {
            record.finish().context("--record")?;
        }
        teller.end(out)
    }
}

/// What each tag can hold.
fn shapes(config: &Config) -> Vec<Shape> {
    let text_bytes = usize::from(Text::BYTES_MAX);
    // Where nobody says how a value is scaled here, it may be any number.
    let kind = |tag: &config::TagInfo| if tag.scaled { TagType::F64 } else { tag.kind };
    let mut shapes: Vec<Shape> =
        config.tags.iter().map(|tag| Shape { kind: kind(tag), scaling: None, text_bytes }).collect();
    for connection in &config.connections {
        let DriverConfig::Modbus(modbus) = &connection.driver else { continue };
        for tag in modbus.tags.iter() {
            let text_bytes = 2 * usize::from(tag.registers);
            if let Some(shape) = shapes.get_mut(tag.tag.index()) {
                *shape = Shape { kind: tag.kind, scaling: tag.scaling(), text_bytes };
            }
        }
    }
    shapes
}

fn tags_of(machine: &config::MachineConfig) -> Vec<TagIndex> {
    let mut tags: Vec<TagIndex> = machine.counter.iter().chain(&machine.rejects).map(|counter| counter.tag).collect();
    solve::conditions(machine).for_each(|when| when.each(&mut |tag, _| tags.push(*tag)));
    tags
}

/// What to know of tags that several machines look at.
fn shared(config: &Config) -> Vec<String> {
    let mut by_tag: BTreeMap<TagIndex, BTreeSet<&str>> = BTreeMap::new();
    for machine in &config.machines {
        tags_of(machine).into_iter().for_each(|tag| by_tag.entry(tag).or_default().extend([&*machine.code]));
    }
    let said = by_tag.into_iter().filter(|(_, machines)| machines.len() > 1).map(|(tag, machines)| {
        let name = config.tags.get(tag.index()).map_or("", |tag| &*tag.name);
        let machines: Vec<_> = machines.into_iter().collect();
        format!("{name} is asked by {}: the walk of each shows at the others", machines.join(", "))
    });
    said.collect()
}

/// A value near the one before.
fn drifted(shape: Shape, before: Option<Value>, rng: &mut fastrand::Rng) -> Option<Value> {
    let around = |x: f64, rng: &mut fastrand::Rng| (x + rng.f64() * 2.0 - 1.0).clamp(0.0, 100.0);
    match shape.kind {
        TagType::Bool => Some(Value::Bool(rng.bool())),
        TagType::String => Text::new(b"SIM").map(Value::Text),
        TagType::F32 | TagType::F64 => {
            let next = around(before.map_or(50.0, Value::as_f64), rng);
            Some(Value::Float(if shape.kind == TagType::F32 { f64::from(next as f32) } else { next }))
        }
        kind => crate::driver::measured(number(kind, rng.i64(40..=60).into())?, shape.scaling),
    }
}
