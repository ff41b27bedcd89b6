//! `edge-agent probe modbus`: registers of a device in every type that fits there, or which units answer.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use clap::ValueEnum;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::registers::{self, Line, VIEWS, View};
use crate::agent::WallClock;
use crate::commission::time_of_day;
use crate::config::{self, DriverConfig, Limits, ModbusConfig, ModbusLine, Parity, Register};
use crate::driver::Clock as _;
use crate::driver::modbus::survey::{Answer, Silence, Survey};

/// More than this is no look any more, and a slow line needs minutes for it.
const COUNT_MAX: u16 = 5_000;

#[derive(clap::Args)]
#[command(after_help = "Reads only. Addresses are zero-based as on the wire: 40101 in many manuals is holding:100.\n\
    Columns with \"little\" have the low word first: word_order = \"little\" in a tag.\n\n\
    Examples:\n  \
    edge-agent probe modbus --tcp 10.0.0.5:502 --units 1-20\n  \
    edge-agent probe modbus --tcp 10.0.0.5:502 --unit 1 --from holding:100 --count 40 --watch\n  \
    edge-agent probe modbus --rtu /dev/serial/by-id/usb-FTDI-0 --baud 9600 --unit 3 --from input:0 --types u16,f32")]
pub struct Args {
    #[command(flatten)]
    way: Way,
    /// The connection in the file of --config.
    #[arg(long, requires = "config")]
    connection: Option<String>,
    #[arg(long, default_value_t = 19_200, value_parser = clap::value_parser!(u32).range(300..=921_600))]
    baud: u32,
    #[arg(long, value_enum, default_value_t = ParityWord::Even)]
    parity: ParityWord,
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    stop_bits: u8,
    /// How long an answer may take; 1000, or what the connection of --config says.
    #[arg(long, value_parser = clap::value_parser!(u32).range(50..=60_000))]
    timeout_ms: Option<u32>,
    /// The number of the device behind the line or gateway.
    #[arg(long, default_value_t = 1)]
    unit: u8,
    /// Asks each of these units for one register and says which answer, like 1-20 or 1,2,17.
    #[arg(long, conflicts_with_all = ["count", "watch", "types"])]
    units: Option<String>,
    /// The first register, like holding:100, input:0, coil:4 or discrete:4.
    #[arg(long, value_parser = Register::parse, required_unless_present = "units")]
    from: Option<Register>,
    /// How many registers or bits.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=i64::from(COUNT_MAX)))]
    count: u16,
    /// Only the columns of these types, like u16,f32; all when left out.
    #[arg(long, value_delimiter = ',')]
    types: Vec<String>,
    /// Repeats, and shows what changed. Ends on Ctrl-C.
    #[arg(long)]
    watch: bool,
    /// What lies between two rounds of --watch.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(50..=3_600_000))]
    every_ms: u32,
    /// Ends --watch after so many rounds.
    #[arg(long, requires = "watch")]
    rounds: Option<u32>,
    /// One JSON document; with --watch one line a round.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Way {
    /// A device or gateway, like 10.0.0.5:502.
    #[arg(long, value_name = "HOST:PORT")]
    tcp: Option<String>,
    /// A serial line, best by its id: /dev/serial/by-id/…
    #[arg(long, value_name = "PATH")]
    rtu: Option<PathBuf>,
    /// A serial line behind a TCP server that passes frames on as they are.
    #[arg(long, value_name = "HOST:PORT")]
    rtu_over_tcp: Option<String>,
    /// As a connection of this file; with --connection.
    #[arg(long, value_name = "FILE", requires = "connection")]
    config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ParityWord {
    Even,
    Odd,
    None,
}

pub(super) async fn run(args: Args, out: &mut (impl Write + Send), shutdown: CancellationToken) -> anyhow::Result<()> {
    let config = args.device()?;
    let mut survey = Survey::new(config.clone());
    let look = async {
        match &args.units {
            Some(text) => units(&args, &config, &mut survey, &units_of(text)?, out).await,
            None => read(&args, &config, &mut survey, out).await,
        }
    };
    shutdown.run_until_cancelled(look).await.unwrap_or(Ok(()))
}

impl Args {
    fn device(&self) -> anyhow::Result<ModbusConfig> {
        let line = match &self.way {
            Way { tcp: Some(address), .. } => ModbusLine::Tcp { address: address.clone() },
            Way { rtu_over_tcp: Some(address), .. } => ModbusLine::RtuOverTcp { address: address.clone() },
            Way { rtu: Some(path), .. } => {
                let parity = match self.parity {
                    ParityWord::Even => Parity::Even,
                    ParityWord::Odd => Parity::Odd,
                    ParityWord::None => Parity::None,
                };
                ModbusLine::Rtu { path: path.clone(), baud: self.baud, parity, stop_bits: self.stop_bits }
            }
            Way { config: Some(path), .. } => return self.configured(path),
            Way { .. } => bail!("say which device with --tcp, --rtu, --rtu-over-tcp or --config"),
        };
        let timeout_ms = self.timeout_ms.unwrap_or(1_000);
        let limits = Limits::STANDARD;
        Ok(ModbusConfig { line, timeout_ms, pipeline: 1, limits, units: Vec::new(), place: 0, tags: Arc::default() })
    }

    fn configured(&self, path: &PathBuf) -> anyhow::Result<ModbusConfig> {
        let config = config::load(path)?;
        let modbus = config.connections.iter().filter_map(|connection| match &connection.driver {
            DriverConfig::Modbus(modbus) => Some((&*connection.name, modbus)),
            _ => None,
        });
        let wanted = self.connection.as_deref().unwrap_or_default();
        let Some((_, found)) = modbus.clone().find(|(name, _)| *name == wanted) else {
            let names: Vec<_> = modbus.map(|(name, _)| name).collect();
            bail!("there is no Modbus connection \"{wanted}\" in {}; there are: {}", path.display(), names.join(", "))
        };
        let timeout_ms = self.timeout_ms.unwrap_or(found.timeout_ms);
        Ok(ModbusConfig { timeout_ms, pipeline: 1, ..found.clone() })
    }

    fn views(&self) -> anyhow::Result<Vec<View>> {
        let is_asked = |view: &View| self.types.is_empty() || self.types.iter().any(|word| word == view.kind.code());
        if let Some(wrong) = self.types.iter().find(|word| !VIEWS.iter().any(|view| view.kind.code() == word.as_str()))
        {
            bail!("--types {wrong}: types are u16, i16, u32, i32, u64, i64, f32, f64, bcd16, bcd32, string")
        }
        Ok(VIEWS.into_iter().filter(is_asked).collect())
    }
}

/// Reads the range, once or again and again.
async fn read(args: &Args, config: &ModbusConfig, survey: &mut Survey, out: &mut impl Write) -> anyhow::Result<()> {
    let from = args.from.context("--from is missing")?;
    if from.bit.is_some() {
        bail!("--from {from}: whole registers are read; leave the part after the point out");
    }
    if u32::from(from.address) + u32::from(args.count) > 65_536 {
        bail!("--from {from} --count {}: addresses run to 65535", args.count);
    }
    let views = if from.table.is_bits() { Vec::new() } else { args.views()? };
    let mut before: Option<Vec<Line>> = None;
    let mut round = 0;
    loop {
        let answers = survey.read(args.unit, from, args.count).await;
        let at = WallClock.now_us();
        match answers {
            Ok(answers) => {
                let lines = registers::lines(from, answers, &views);
                show(args, config, &views, &lines, before.as_deref(), at, out)?;
                before = Some(lines);
            }
            // Whoever watches wants to see the device come back.
            Err(silence) if before.is_some() => {
                let text = what_happened(&silence, config, args.unit, from);
                if args.json {
                    writeln!(out, "{}", json!({ "at": rfc3339(at), "error": text }))?;
                } else {
                    writeln!(out, "{}  {text}", time_of_day(at))?;
                }
            }
            Err(silence) => return Err(unanswered(&silence, config, args.unit, from)),
        }
        out.flush()?;
        round += 1;
        if !args.watch || args.rounds.is_some_and(|rounds| round >= rounds) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(u64::from(args.every_ms))).await;
    }
}

fn rfc3339(at: i64) -> String {
    unison_core::time::Timestamp(at).rfc3339()
}

/// The whole range at first, then what changed.
fn show(
    args: &Args,
    config: &ModbusConfig,
    views: &[View],
    lines: &[Line],
    before: Option<&[Line]>,
    at: i64,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    // What the register itself said: wide values of the registers before it change with it.
    let is_same = |old: &Line, line: &Line| old.register == line.register && old.answer == line.answer;
    let is_new = |line: &&Line| before.is_none_or(|before| !before.iter().any(|old| is_same(old, line)));
    let shown: Vec<Line> = lines.iter().filter(is_new).cloned().collect();
    if args.json {
        let lines: Vec<_> = shown.iter().map(|line| registers::document(line, views)).collect();
        let document = json!({
            "at": rfc3339(at), "device": config.line.to_string(), "unit": args.unit, "registers": lines,
        });
        if args.watch {
            writeln!(out, "{document}")?;
        } else {
            writeln!(out, "{document:#}")?;
        }
        return Ok(());
    }
    let Some(_) = before else {
        writeln!(out, "{}, unit {}", config.line, args.unit)?;
        write!(out, "{}", registers::text(lines, views, |_| false))?;
        for (register, registers, text) in registers::texts(lines) {
            writeln!(out, "text at register = \"{register}\", type = \"string\", registers = {registers}: {text:?}")?;
        }
        if lines.iter().any(|line| matches!(line.answer, Answer::Word(_))) {
            writeln!(
                out,
                "Two registers show as one value in the line of the first; \"little\" is word_order = \"little\"."
            )?;
        }
        return Ok(());
    };
    if !shown.is_empty() {
        writeln!(out, "{}", time_of_day(at))?;
        write!(out, "{}", registers::text(&shown, views, |_| true))?;
    }
    Ok(())
}

/// Which units answer, whatever they answer.
async fn units(
    args: &Args,
    config: &ModbusConfig,
    survey: &mut Survey,
    units: &[u8],
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let from = args.from.map_or_else(|| Register::parse("holding:0"), Ok).map_err(|reason| anyhow!(reason))?;
    let (mut found, mut silent): (Vec<serde_json::Value>, Vec<(u8, Silence)>) = (Vec::new(), Vec::new());
    for unit in units {
        match survey.read(*unit, from, 1).await {
            Ok(answers) => {
                let text = match answers.first() {
                    Some(Answer::Word(word)) => format!("{from} = {word} (hex {word:04x})"),
                    Some(Answer::Bit(bit)) => format!("{from} = {bit}"),
                    Some(Answer::Refused(refusal)) => format!("{from}: {}", refusal.text),
                    None => String::new(),
                };
                if !args.json {
                    writeln!(out, "unit {unit} answers: {text}")?;
                    out.flush()?;
                }
                found.push(json!({ "unit": unit, "said": text }));
            }
            // Without the line nobody answers.
            Err(silence @ Silence::Closed(_)) => return Err(unanswered(&silence, config, *unit, from)),
            Err(silence) => {
                // Twenty silent units take a while.
                writeln!(std::io::stderr(), "unit {unit}: {}", reason(&silence, config))?;
                silent.push((*unit, silence));
            }
        }
    }
    if args.json {
        let silent: Vec<_> =
            silent.iter().map(|(unit, why)| json!({ "unit": unit, "reason": reason(why, config) })).collect();
        let document = json!({ "device": config.line.to_string(), "answer": found, "silent": silent });
        writeln!(out, "{document:#}")?;
    } else {
        print_silent(&silent, config, out)?;
    }
    if found.is_empty() {
        // Whoever said something knows more than who said nothing.
        let told = silent.iter().find(|(_, why)| *why != Silence::Unit).or_else(|| silent.first());
        if let Some((unit, why)) = told {
            return Err(unanswered(why, config, *unit, from));
        }
    }
    Ok(())
}

/// Units by why they do not answer.
fn print_silent(silent: &[(u8, Silence)], config: &ModbusConfig, out: &mut impl Write) -> anyhow::Result<()> {
    let mut reasons: Vec<(&Silence, Vec<String>)> = Vec::new();
    for (unit, why) in silent {
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, units)) => units.push(unit.to_string()),
            None => reasons.push((why, vec![unit.to_string()])),
        }
    }
    for (why, units) in reasons {
        writeln!(out, "{}: units {}", reason(why, config), units.join(", "))?;
    }
    Ok(())
}

/// Why a unit does not answer, without the unit.
fn reason(silence: &Silence, config: &ModbusConfig) -> String {
    match silence {
        Silence::Unit => format!("no answer in {} ms", config.timeout_ms),
        Silence::Gateway(refusal) => refusal.text.clone(),
        Silence::Closed(reason) | Silence::Broken(reason) => reason.clone(),
    }
}

/// `1-20`, `1,2,17`.
fn units_of(text: &str) -> anyhow::Result<Vec<u8>> {
    let wrong = || anyhow!("--units {text}: write it like 1-20 or 1,2,17; units run from 0 to 255");
    let mut units = Vec::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (u8, u8) = (from.trim().parse().map_err(|_| wrong())?, to.trim().parse().map_err(|_| wrong())?);
        if from > to {
            return Err(wrong());
        }
        units.extend(from..=to);
    }
    units.dedup();
    Ok(units)
}

fn what_happened(silence: &Silence, config: &ModbusConfig, unit: u8, from: Register) -> String {
    let line = &config.line;
    match silence {
        Silence::Closed(reason) => reason.clone(),
        Silence::Unit => format!("{line}, unit {unit}: no answer for {from} in {} ms", config.timeout_ms),
        Silence::Gateway(refusal) => format!("{line}, unit {unit}: {}", refusal.text),
        Silence::Broken(reason) => format!("{line}, unit {unit}: {reason}"),
    }
}

/// What was tried, and what to check.
fn unanswered(silence: &Silence, config: &ModbusConfig, unit: u8, from: Register) -> anyhow::Error {
    let check = match (silence, &config.line) {
        (Silence::Closed(_), ModbusLine::Tcp { .. } | ModbusLine::RtuOverTcp { .. }) => {
            "Check address and port (502 is usual), cable and firewall, and whether the device takes one more connection."
        }
        (Silence::Closed(_), ModbusLine::Rtu { .. }) => {
            "Check the path (`edge-agent probe serial` lists the ports), this user's right to it (group dialout), and that \
             no other program has it open: stop the agent first."
        }
        (Silence::Gateway(_), _) => {
            "The gateway answers. Check the unit's number (--units 1-20), its power and its line."
        }
        (_, ModbusLine::Tcp { .. }) => {
            "The address takes connections. Check the unit's number (--units 1-20), and that it is Modbus TCP and not \
             --rtu-over-tcp; a slow device needs a longer --timeout-ms."
        }
        (_, ModbusLine::RtuOverTcp { .. }) => {
            "The address takes connections. Check the unit's number (--units 1-20), and baud and parity of the serial \
             server behind it; a gateway that speaks Modbus TCP is --tcp."
        }
        (_, ModbusLine::Rtu { .. }) => {
            "The port is open. Check the unit's number (--units 1-20), --baud, --parity and --stop-bits, whether A and B \
             are swapped, and that no other master is on the line."
        }
    };
    anyhow!("{}, asked twice\n{check}", what_happened(silence, config, unit, from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_02_units_are_ranges_and_lists() {
        let units = |text| units_of(text).map_err(|error| error.to_string());
        assert_eq!(units("1-3,7"), Ok(vec![1, 2, 3, 7]));
        assert_eq!(units("17"), Ok(vec![17]));
        for wrong in ["", "3-1", "256", "a", "1-"] {
            assert!(units(wrong).unwrap_err().contains("like 1-20"), "{wrong}");
        }
    }
}
