//! OEE of a year of one machine from what is in memory, beside one straight pass in C over the same arrays. Both
//! must come to the same sums.

use crate::measure::{Figures, numbers};
use anyhow::{Context, Result, ensure};
use std::io::Write as _;
use std::process::Command;
use std::time::Instant;
use unison_core::activity::Activity;
use unison_core::ids::ShiftId;
use unison_core::kpi::{Bucket, Observed, Standard, StopTime};
use unison_core::shift::{ActiveDays, Shift, ShiftCalendar, WallTime};
use unison_core::span::Span;
use unison_core::time::{BUCKET, HOUR, MINUTE, SECOND, Timestamp};

const PAIRS: usize = 7;
const PASSES: u32 = 20;
const DAYS: i64 = 365;

pub fn run(figures: &mut Figures) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (peer, file) = (dir.path().join("oee_pass"), dir.path().join("year"));
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/oee_pass.c");
    let built = Command::new("cc").args(["-O3", "-march=native", "-o"]).arg(&peer).arg(source).status();
    ensure!(built.context("cc")?.success(), "cc cannot build {source}");
    let (calendar, year) = (calendar(), year());
    write(&file, &calendar, &year)?;
    let args = [file.display().to_string(), PASSES.to_string()];
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let begun = Instant::now();
        let mut sums = Default::default();
        for _ in 0..PASSES {
            sums = std::hint::black_box(&year).oee(&calendar, year.range, Standard::Unison);
        }
        let micros = begun.elapsed().as_secs_f64() * 1e6 / f64::from(PASSES);
        let found = numbers(&peer, &args)?;
        let ours =
            [sums.planned, sums.downtime, sums.run, i64::try_from(sums.total)?, i64::try_from(sums.ideal / 1_000)?];
        ensure!(ours.iter().zip(&found[1..]).all(|(a, b)| (*a as f64 - b).abs() < 1.0), "{ours:?} and {found:?}");
        // As speeds, so that above 1 is faster than the peer.
        pairs.push((1e6 / micros, 1e6 / found[0]));
    }
    figures.put("changes", year.changes.len() as f64, "")?;
    figures.put("buckets", year.counts.len() as f64, "")?;
    figures.pairs("years_per_second", "1/s", &pairs)
}

/// Two shifts a day.
pub fn calendar() -> ShiftCalendar {
    let shift = |id, start: &str, end: &str| -> Result<Shift, String> {
        Ok(Shift {
            id: ShiftId(id),
            name: String::new(),
            start: WallTime::parse(start)?,
            end: WallTime::parse(end)?,
            days: ActiveDays::EVERY,
            breaks: vec![],
            break_minutes_unplaced: 0,
            target_units: None,
            oee_target_percent: None,
        })
    };
    let shifts = [shift(1, "06:00", "14:00"), shift(2, "14:00", "22:00")].into_iter().flatten().collect();
    ShiftCalendar { zone: jiff::tz::TimeZone::UTC, shifts, cycles: [].into(), days: vec![] }
}

/// A change every two minutes on average, a stop of an hour a day, parts in every bucket of running time.
pub fn year() -> Observed {
    let start = Timestamp(1_735_689_600 * SECOND);
    let range = Span::new(start, start.plus(DAYS * 24 * HOUR));
    let mut state = 1u64;
    let mut next = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % n).unwrap_or(0)
    };
    let (mut changes, mut counts) = (Vec::new(), Vec::new());
    let (mut at, mut activity) = (start, Activity::Running);
    while at < range.to {
        changes.push((at, activity));
        let end = at.plus((20 + next(200)) * SECOND).min(range.to);
        if activity == Activity::Running {
            let mut bucket = at.bucket();
            while bucket < end {
                if bucket >= at {
                    counts.push(Bucket { at: bucket, total: 2, rejected: u64::from(next(50) == 0), ideal: 4 * SECOND });
                }
                bucket = bucket.plus(BUCKET);
            }
        }
        at = end;
        let following = [Activity::Running, Activity::Idle, Activity::Setup, Activity::Running, Activity::NoData];
        let pick = following[usize::try_from(next(5)).unwrap_or(0)];
        activity = if pick == activity { Activity::Idle } else { pick };
    }
    let stop = |day: i64| StopTime {
        started_at: start.plus(day * 24 * HOUR + 9 * HOUR + 7 * MINUTE),
        ended_at: Some(start.plus(day * 24 * HOUR + 10 * HOUR)),
        is_failure: day % 3 == 0,
        is_planned: false,
        recorded: day,
    };
    Observed {
        range,
        changes,
        known_until: range.to,
        now: range.to,
        stops: (0..DAYS).map(stop).collect(),
        counts,
        capacity_micro: None,
    }
}

/// The same for the peer.
fn write(file: &std::path::Path, calendar: &ShiftCalendar, o: &Observed) -> Result<()> {
    let windows = calendar.windows(o.range);
    let mut all: Vec<i64> =
        [o.changes.len(), windows.len(), o.stops.len(), o.counts.len()].iter().map(|n| *n as i64).collect();
    all.push(o.known_until.0);
    let place = |a: Activity| Activity::ALL.iter().position(|b| *b == a).unwrap_or(0) as i64;
    all.extend(o.changes.iter().flat_map(|(at, a)| [at.0, place(*a)]));
    all.extend(windows.iter().flat_map(|w| [w.span.from.0, w.span.to.0]));
    all.extend(o.stops.iter().flat_map(|s| [s.started_at.0, s.ended_at.unwrap_or(o.range.to).0]));
    all.extend(o.counts.iter().flat_map(|b| [b.at.0, b.total as i64, b.rejected as i64, b.ideal]));
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    for number in all {
        out.write_all(&number.to_ne_bytes())?;
    }
    Ok(out.flush()?)
}
