//! Figures, pairs and child processes.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What one benchmark found; printed as it comes, written at the end.
pub struct Figures {
    bench: String,
    values: Map<String, Value>,
}

impl Figures {
    pub fn new(bench: &str) -> Self {
        Self { bench: bench.to_owned(), values: Map::new() }
    }

    /// Prints `name value unit` and keeps it.
    pub fn put(&mut self, name: &str, value: f64, unit: &str) -> Result<()> {
        let value = if value.abs() >= 100.0 { value.round() } else { (value * 1_000.0).round() / 1_000.0 };
        writeln!(std::io::stdout(), "{}_{name} {value} {unit}", self.bench)?;
        self.values.insert(name.to_owned(), json!({"value": value, "unit": unit}));
        Ok(())
    }

    /// The product's and the peer's medians, and the median of the ratios pair by pair.
    pub fn pairs(&mut self, name: &str, unit: &str, pairs: &[(f64, f64)]) -> Result<()> {
        self.put(name, median(pairs.iter().map(|p| p.0)), unit)?;
        self.put(&format!("{name}_peer"), median(pairs.iter().map(|p| p.1)), unit)?;
        self.put(&format!("{name}_ratio"), median(pairs.iter().map(|p| p.0 / p.1)), "x")
    }

    pub fn write(self) -> Result<()> {
        let dir = Path::new("target/bench");
        std::fs::create_dir_all(dir)?;
        let path = dir.join(format!("{}.json", self.bench));
        std::fs::write(&path, serde_json::to_vec_pretty(&Value::Object(self.values))?)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.into_iter().collect();
    all.sort_by(f64::total_cmp);
    let at = |place: usize| all.get(place).copied().unwrap_or(f64::NAN);
    if all.is_empty() { f64::NAN } else { f64::midpoint(at((all.len() - 1) / 2), at(all.len() / 2)) }
}

/// A program built beside this one.
pub fn beside(name: &str) -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.is_file() { Ok(path) } else { bail!("{} is not built; use `make bench`", path.display()) }
}

/// Runs a program to its end and reads the numbers it printed.
pub fn numbers(program: &Path, args: &[String]) -> Result<Vec<f64>> {
    let out = Command::new(program).args(args).stderr(Stdio::inherit()).output()?;
    if !out.status.success() {
        bail!("{} {} failed with {}", program.display(), args.join(" "), out.status);
    }
    let text = String::from_utf8(out.stdout)?;
    text.split_whitespace().map(|w| w.parse().with_context(|| format!("\"{w}\" is no number"))).collect()
}

/// A program that runs beside the measurement and is killed at its end.
pub struct Beside(Child);

impl Beside {
    pub fn spawn(command: &mut Command) -> Result<Self> {
        Ok(Self(command.stdin(Stdio::null()).spawn()?))
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// The first line it prints.
    pub fn first_line(&mut self) -> Result<String> {
        use std::io::BufRead;
        let out = self.0.stdout.take().context("its output is piped")?;
        let mut line = String::new();
        std::io::BufReader::new(out).read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
