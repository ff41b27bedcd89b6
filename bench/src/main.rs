//! Benchmarks beside their peers, interleaved in one run: machines are noisy, ratios are steadier. Each
//! prints `name value unit` lines and writes `target/bench/NAME.json`. `make bench BENCH=name` runs one.

mod cloud;
mod durable;
mod footprint;
mod http;
mod measure;
mod million;
mod organizations;
mod plant;
mod poll;
mod start;
mod users;
mod volume;
mod writer;

use anyhow::{Result, bail};
use measure::Figures;

type Bench = (&'static str, fn(&mut Figures) -> Result<()>);

/// THE list of benchmarks.
const ALL: &[Bench] = &[
    ("poll", poll::run),
    ("writer", writer::run),
    ("durable", durable::run),
    ("footprint", footprint::run),
    ("volume", volume::run),
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
        return match name {
            "poll" => poll::child(rest),
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
