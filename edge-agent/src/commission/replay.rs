//! `edge-agent replay`: recorded readings through the engine of a configuration, so that a changed rule shows what would
//! have been. Nothing here knows the present: the same file gives the same answer, to the byte.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use serde_json::json;
use unison_api::figures::FigureRow;
use unison_core::activity::Activity;
use unison_core::ids::ShiftId;
use unison_core::kpi::{Bucket, Observed, Standard, StopTime};
use unison_core::shift::{ActiveDays, Shift, ShiftCalendar, WallTime};
use unison_core::span::Span;
use unison_core::time::{HOUR, SECOND, Timestamp};
use uuid::Uuid;

use super::floor::{Event, Floor, What};
use super::table::{Align, table};
use crate::config::{self, Config};
use crate::driver::Reading;
use crate::readings_csv::{ReadingsError, ReadingsReader};

/// Rows between two words about how far it is.
const PROGRESS_ROWS: u64 = 1_000_000;
/// A longer recording is a mistake in its times; each half second of it is walked through.
const SPAN_MAX: i64 = 400 * 24 * HOUR;
/// A day, so that all time is planned.
const ALL_DAY: &str = "00:00-00:00";

#[derive(clap::Args)]
#[command(
    after_help = "READINGS.csv has the columns at,tag,value,quality: RFC 3339 times in order, tags of CONFIG, good or bad.\n\
    `edge-agent simulate --record` writes such files. A value holds until its tag's next row.\n\n\
    Examples:\n  \
    edge-agent replay edge.toml monday.csv --shift 06:00-14:00 --shift 14:00-22:00 --zone Europe/Berlin --ideal CNC-001=12.5\n  \
    edge-agent replay changed.toml monday.csv --json"
)]
pub struct Args {
    /// The configuration whose rules are tried.
    config: PathBuf,
    /// What was recorded.
    readings: PathBuf,
    /// Ideal time of one part in seconds, of one machine (CNC-001=12.5) or all (12.5). Without it performance and OEE
    /// have no value.
    #[arg(long, value_name = "[CODE=]SECONDS")]
    ideal: Vec<String>,
    /// Planned time of each day, like 06:00-14:00; may be given again. All time is planned when left out.
    #[arg(long, value_name = "FROM-TO")]
    shift: Vec<String>,
    /// The plant's time zone, for shifts.
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// Whether breaks are planned time: unison, or iso_22400.
    #[arg(long, default_value = "unison")]
    standard: String,
    /// A tag without a row for so long was not read, whatever stale_after_ms says. For recordings that hold every reading.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    gap_ms: Option<u32>,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Reads the recording and prints what the machines did.
///
/// # Errors
/// A wrong configuration as [`crate::config::ConfigErrors`]; a recording that cannot be read, with its line.
pub fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<()> {
    let config = config::load(&args.config)?;
    let ideals = ideals(&args.ideal, &config)?;
    let calendar = calendar(&args.shift, &args.zone)?;
    let standard: Standard = serde_json::from_value(json!(args.standard))
        .map_err(|_| anyhow!("--standard {}: write unison or iso_22400", args.standard))?;
    let Replayed { range, machines, unknown } = replay(&args.readings, &config, &ideals, args.gap_ms)?;
    let figures = machines.iter().enumerate().map(|(place, machine)| {
        let code = config.machines.get(place).map_or_else(String::new, |m| m.code.to_string());
        let figures = machine.observed(range).figures(&calendar, range, standard);
        FigureRow::new(code.clone(), code, range, &figures, None)
    });
    let figures: Vec<FigureRow> = figures.collect();
    if !unknown.is_empty() {
        let list: Vec<_> = unknown.iter().map(|(tag, rows)| format!("{tag} ({rows} rows)")).collect();
        let said = format!("edge-agent: tags that {} does not have: {}", args.config.display(), list.join(", "));
        // Nowhere is left to say that this failed.
        let _ = writeln!(std::io::stderr(), "{said}");
    }
    if args.json {
        let list = machines.iter().zip(&figures).enumerate();
        let list: Vec<_> = list.map(|(place, (machine, row))| machine.document(&config, place, range, row)).collect();
        let document = json!({
            "from": range.from.rfc3339(), "to": range.to.rfc3339(), "machines": list, "unknown_tags": unknown,
        });
        writeln!(out, "{document:#}")?;
    } else {
        for (place, machine) in machines.iter().enumerate() {
            machine.print(&config, place, range, out)?;
        }
        print_figures(&figures, out)?;
    }
    Ok(())
}

struct Replayed {
    range: Span,
    /// In the order of the configuration.
    machines: Vec<Past>,
    unknown: std::collections::BTreeMap<String, u64>,
}

/// What became of one machine.
#[derive(Default)]
struct Past {
    changes: Vec<(Timestamp, Activity)>,
    counts: Vec<Bucket>,
    stops: Vec<PastStop>,
    /// Jumps of a counter that cannot be parts.
    implausible: u64,
}

struct PastStop {
    id: Uuid,
    from: Timestamp,
    to: Option<Timestamp>,
    alarm: Option<usize>,
}

fn replay(
    path: &Path,
    config: &Config,
    ideals: &HashMap<String, i64>,
    gap_ms: Option<u32>,
) -> anyhow::Result<Replayed> {
    let place = || path.display().to_string();
    let file = File::open(path).with_context(place)?;
    let mut rows = ReadingsReader::new(BufReader::new(file), &config.tags).with_context(place)?;
    let Some(first) = rows.next().transpose().with_context(place)? else {
        bail!("{}: holds no reading of a tag of the configuration", path.display());
    };
    let ideal = |machine: usize| {
        let code = config.machines.get(machine).map_or("", |m| &*m.code);
        ideals.get(code).copied().unwrap_or(0)
    };
    let mut floor = Floor::new(config, first.at, ideal, gap_ms);
    let mut machines: Vec<Past> = config.machines.iter().map(|_| Past::default()).collect();
    let mut together: Vec<Reading> = vec![first];
    let mut at = first.at;
    let mut count = 0;
    for row in rows.by_ref() {
        let row: Reading = row.map_err(|error: ReadingsError| anyhow!("{}: {error}", path.display()))?;
        if row.at - first.at > SPAN_MAX {
            let until = Timestamp(row.at).rfc3339();
            bail!("{}: reaches to {until}, more than 400 days after its first row; cut it", path.display());
        }
        if row.at != at {
            floor.take(at, &together);
            together.clear();
            floor.events().iter().for_each(|event| tell(&mut machines, event));
            at = row.at;
        }
        together.push(row);
        count += 1;
        if count % PROGRESS_ROWS == 0 {
            let _ = writeln!(std::io::stderr(), "{count} rows, {}", Timestamp(at).rfc3339());
        }
    }
    floor.take(at, &together);
    floor.finish(at);
    floor.events().iter().for_each(|event| tell(&mut machines, event));
    for machine in &mut machines {
        machine.counts.sort_by_key(|bucket| bucket.at);
        machine.stops.sort_by_key(|stop| stop.from);
    }
    let range = Span::new(Timestamp(first.at), Timestamp(at));
    Ok(Replayed { range, machines, unknown: rows.unknown().clone() })
}

fn tell(machines: &mut [Past], event: &Event) {
    let Some(machine) = machines.get_mut(event.place) else { return };
    match &event.what {
        What::Activity(activity, _) => machine.changes.push((event.at, *activity)),
        What::Parts { total, rejected, ideal } => {
            machine.counts.push(Bucket { at: event.at, total: *total, rejected: *rejected, ideal: *ideal });
        }
        What::StopOpened { id } => {
            machine.stops.push(PastStop { id: *id, from: event.at, to: None, alarm: None });
        }
        What::StopClosed { id } => machine.stop(*id, |stop| stop.to = Some(event.at)),
        What::Alarm { stop, alarm } => machine.stop(*stop, |stop| stop.alarm = Some(*alarm)),
        What::Implausible(_) => machine.implausible += 1,
    }
}

impl Past {
    fn stop(&mut self, id: Uuid, change: impl FnOnce(&mut PastStop)) {
        if let Some(stop) = self.stops.iter_mut().find(|stop| stop.id == id) {
            change(stop);
        }
    }

    fn observed(&self, range: Span) -> Observed {
        let stop = |stop: &PastStop| StopTime {
            started_at: stop.from,
            ended_at: stop.to,
            // A reason is what people say of a stop; there are none here.
            is_failure: false,
            is_planned: false,
            recorded: 0,
        };
        Observed {
            range,
            changes: self.changes.clone(),
            known_until: range.to,
            now: range.to,
            stops: self.stops.iter().map(stop).collect(),
            // The first bucket began before the first reading.
            counts: self.counts.iter().map(|bucket| Bucket { at: bucket.at.max(range.from), ..*bucket }).collect(),
            capacity_micro: None,
        }
    }

    fn parts(&self) -> (u64, u64) {
        self.counts.iter().fold((0, 0), |(total, rejected), b| (total + b.total, rejected + b.rejected))
    }

    fn intervals(&self, range: Span) -> Vec<unison_core::timeline::Interval> {
        self.observed(range).timeline(range).intervals().to_vec()
    }

    fn print(&self, config: &Config, place: usize, range: Span, out: &mut impl Write) -> anyhow::Result<()> {
        let Some(machine) = config.machines.get(place) else { return Ok(()) };
        writeln!(out, "{}", machine.code)?;
        let heads = [("from", Align::Left), ("to", Align::Left), ("seconds", Align::Right), ("", Align::Left)];
        let rows: Vec<Vec<String>> = self
            .intervals(range)
            .iter()
            .map(|i| {
                let Span { from, to } = i.span;
                vec![from.rfc3339(), to.rfc3339(), seconds(i.span.len()), i.activity.code().to_owned()]
            })
            .collect();
        indent(&table(&heads, &rows), out)?;
        let stops: Vec<Vec<String>> = self
            .stops
            .iter()
            .map(|stop| {
                let to = stop.to.map_or_else(|| "goes on".to_owned(), Timestamp::rfc3339);
                let alarm = stop.alarm.and_then(|alarm| machine.alarms.get(alarm));
                let reason =
                    alarm.and_then(|alarm| alarm.reason.clone()).map_or_else(String::new, |code| format!(" ({code})"));
                let alarm = alarm.map_or_else(|| "no alarm".to_owned(), |alarm| format!("{}{reason}", alarm.text));
                vec![stop.from.rfc3339(), to, seconds(stop.to.unwrap_or(range.to).since(stop.from)), alarm]
            })
            .collect();
        if stops.is_empty() {
            writeln!(out, "  no stop longer than {} s", machine.micro_stop_seconds)?;
        } else {
            writeln!(out, "  stops longer than {} s", machine.micro_stop_seconds)?;
            indent(&table(&heads, &stops), out)?;
        }
        let (parts, rejects) = self.parts();
        writeln!(out, "  parts {parts}, rejects {rejects}")?;
        if self.implausible > 0 {
            writeln!(out, "  {} jumps of a counter that cannot be parts were not counted", self.implausible)?;
        }
        writeln!(out)?;
        Ok(())
    }

    fn document(&self, config: &Config, place: usize, range: Span, row: &FigureRow) -> serde_json::Value {
        let machine = config.machines.get(place);
        let intervals = self.intervals(range);
        let interval = |i: &unison_core::timeline::Interval| {
            let Span { from, to } = i.span;
            json!({ "from": from.rfc3339(), "to": to.rfc3339(), "seconds": seconds_of(i.span.len()), "activity": i.activity.code() })
        };
        let stop = |stop: &PastStop| {
            let alarm = stop.alarm.and_then(|alarm| machine.and_then(|machine| machine.alarms.get(alarm)));
            json!({
                "from": stop.from.rfc3339(), "to": stop.to.map(Timestamp::rfc3339),
                "seconds": seconds_of(stop.to.unwrap_or(range.to).since(stop.from)),
                "alarm": alarm.map(|alarm| &alarm.text), "reason": alarm.and_then(|alarm| alarm.reason.as_ref()),
            })
        };
        let (parts, rejects) = self.parts();
        json!({
            "machine": machine.map(|machine| &*machine.code),
            "intervals": intervals.iter().map(interval).collect::<Vec<_>>(),
            "stops": self.stops.iter().map(stop).collect::<Vec<_>>(),
            "parts": parts, "rejects": rejects, "implausible_jumps": self.implausible,
            "figures": row,
        })
    }
}

fn print_figures(rows: &[FigureRow], out: &mut impl Write) -> anyhow::Result<()> {
    let heads = [
        ("machine", Align::Left),
        ("OEE %", Align::Right),
        ("availability %", Align::Right),
        ("performance %", Align::Right),
        ("quality %", Align::Right),
        ("seen %", Align::Right),
        ("planned s", Align::Right),
        ("running s", Align::Right),
        ("stopped min", Align::Right),
        ("units", Align::Right),
        ("rejected", Align::Right),
        ("units outside", Align::Right),
    ];
    let percent = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    let cells = |row: &FigureRow| {
        let oee = &row.oee;
        let mut cells = vec![row.label.clone()];
        cells.extend([oee.oee, oee.availability, oee.performance, oee.quality, oee.coverage].map(percent));
        cells.extend([
            format!("{:.1}", oee.planned_seconds),
            format!("{:.1}", oee.run_seconds),
            row.stop_minutes.to_string(),
        ]);
        cells.extend([oee.total, oee.rejected, oee.counts_outside_planned].map(|units| units.to_string()));
        cells
    };
    write!(out, "{}", table(&heads, &rows.iter().map(cells).collect::<Vec<_>>()))?;
    Ok(())
}

fn indent(text: &str, out: &mut impl Write) -> std::io::Result<()> {
    text.lines().try_for_each(|line| writeln!(out, "  {line}"))
}

fn seconds(micros: i64) -> String {
    format!("{:.1}", seconds_of(micros))
}

fn seconds_of(micros: i64) -> f64 {
    micros as f64 / SECOND as f64
}

/// By code, in microseconds.
fn ideals(given: &[String], config: &Config) -> anyhow::Result<HashMap<String, i64>> {
    let mut ideals = HashMap::new();
    for text in given {
        let (code, seconds) = text.split_once('=').map_or((None, text.as_str()), |(code, s)| (Some(code), s));
        let seconds: f64 = seconds
            .parse()
            .ok()
            .filter(|s| (0.001..=86_400.0).contains(s))
            .ok_or_else(|| anyhow!("--ideal {text}: write seconds for one part, like 12.5 or CNC-001=12.5"))?;
        let micros = (seconds * SECOND as f64).round() as i64;
        match code {
            Some(code) if !config.machines.iter().any(|m| &*m.code == code) => {
                bail!("--ideal {text}: the configuration has no machine \"{code}\"")
            }
            Some(code) => drop(ideals.insert(code.to_owned(), micros)),
            None => {
                for machine in &config.machines {
                    ideals.entry(machine.code.to_string()).or_insert(micros);
                }
            }
        }
    }
    Ok(ideals)
}

fn calendar(shifts: &[String], zone: &str) -> anyhow::Result<ShiftCalendar> {
    let zone = jiff::tz::TimeZone::get(zone).map_err(|_| anyhow!("--zone {zone}: write it like Europe/Berlin"))?;
    let all_day = [ALL_DAY.to_owned()];
    let given = if shifts.is_empty() { &all_day[..] } else { shifts };
    let mut list = Vec::new();
    for (text, id) in given.iter().zip(1..) {
        let wrong = |reason: &str| anyhow!("--shift {text}: {reason}write it like 06:00-14:00");
        let (start, end) = text.split_once('-').ok_or_else(|| wrong(""))?;
        let time = |text: &str| WallTime::parse(text).map_err(|reason| wrong(&format!("{reason}; ")));
        list.push(Shift {
            id: ShiftId(id),
            name: text.clone(),
            start: time(start)?,
            end: time(end)?,
            days: ActiveDays::EVERY,
            breaks: Vec::new(),
            break_minutes_unplaced: 0,
            target_units: None,
            oee_target_percent: None,
        });
    }
    Ok(ShiftCalendar { zone, shifts: list, cycles: std::collections::BTreeMap::new(), days: Vec::new() })
}
