//! Benchmarks beside their peers, interleaved in one run: machines are noisy, ratios are steadier. Each
//! prints `name value unit` lines and writes `target/bench/NAME.json`. `make bench BENCH=name` runs one.

mod cloud;
mod durable;
mod engine;
mod footprint;
mod http;
mod measure;
mod million;
mod oee;
mod organizations;
mod pace;
mod plant;
mod poll;
mod ring;
mod start;
mod users;
mod volume;
mod writer;
mod year;

use anyhow::{Result, bail};
use measure::Figures;

type Bench = (&'static str, fn(&mut Figures) -> Result<()>);

/// THE list of benchmarks.
const ALL: &[Bench] = &[
    ("poll", poll::run),
    ("pace", pace::pace),
    ("dead", pace::dead),
    ("gateway", pace::gateway),
    ("writer", writer::run),
    ("durable", durable::run),
    ("engine", engine::run),
    ("oee", oee::run),
    ("year", year::run),
    ("footprint", footprint::run),
    ("volume", volume::run),
    ("ring", ring::run),
    ("start", start::run),
    ("http", http::run),
    ("users", users::run),
    ("organizations", organizations::run),
    ("million", million::run),
];

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [child, rest @ ..] = &args[..]
        && let Some(name) = child.strip_prefix("child:")
    {
        let numbers = || rest.iter().map(|a| Ok(a.parse()?)).collect::<Result<Vec<u64>>>();
        return match name {
            "poll" => poll::child(rest),
            "pace" => pace::child_pace(&numbers()?),
            "timers" => pace::child_timers(&numbers()?),
            "gateway" => pace::child_gateway(&numbers()?),
            "start" => start::child(rest),
            other => bail!("no child {other}"),
        };
    }
    let wanted = args.first().filter(|a| !a.is_empty());
    if let Some(name) = wanted
        && !ALL.iter().any(|(n, _)| n == name)
    {
        bail!("no benchmark \"{name}\"; there are: {}", ALL.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", "));
    }
    for (name, run) in ALL.iter().filter(|(n, _)| wanted.is_none_or(|w| w == n)) {
        let mut figures = Figures::new(name);
        run(&mut figures)?;
        figures.write()?;
    }
    Ok(())
}
