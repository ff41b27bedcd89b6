//! Which shift a moment belongs to. Shift times are wall clock in the plant's zone; a shift that ends
//! not after it starts runs past midnight and belongs to its start day (SHIFT-03, Q-055). Wall times
//! that do not exist move forward, of two equal ones the first counts.

use crate::ids::ShiftId;
use crate::span::{Span, Spans};
use crate::time::{HOUR, MINUTE, Timestamp};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A wall-clock time as minutes after midnight, 0 to 1439; "HH:MM" in the API (API-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WallTime(u16);

impl WallTime {
    /// Reads "HH:MM".
    ///
    /// # Errors
    /// Says what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no time of day such as 06:00");
        let (h, m) = text.split_once(':').ok_or_else(wrong)?;
        let two = |s: &str| (s.len() == 2).then(|| s.parse::<u16>().ok()).flatten().ok_or_else(wrong);
        let (h, m) = (two(h)?, two(m)?);
        if h < 24 && m < 60 { Ok(Self(h * 60 + m)) } else { Err(wrong()) }
    }

    /// Minutes after midnight.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }

    fn civil(self) -> Time {
        let (h, m) = (self.0 / 60, self.0 % 60);
        Time::new(i8::try_from(h).unwrap_or(0), i8::try_from(m).unwrap_or(0), 0, 0).unwrap_or(Time::midnight())
    }
}

impl std::fmt::Display for WallTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// The days on which a shift starts. Bit 0 is monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActiveDays(pub u8);

impl ActiveDays {
    pub const NAMES: [&'static str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    pub const EVERY: Self = Self(0b111_1111);

    /// Reads day names such as "monday".
    ///
    /// # Errors
    /// Names the first text that is no day.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut bits = 0;
        for name in names {
            let day = Self::NAMES.iter().position(|n| *n == name);
            bits |= 1 << day.ok_or_else(|| format!("\"{name}\" is no day; days are monday … sunday"))?;
        }
        Ok(Self(bits))
    }

    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().enumerate().filter(move |(i, _)| self.0 & (1 << i) != 0).map(|(_, n)| n)
    }

    fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.to_monday_zero_offset()) != 0
    }
}

/// A break of a shift: at a place in the day, or only an amount of minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Break {
    #[schemars(with = "String")]
    pub from: WallTime,
    pub minutes: u16,
}

/// A shift of a plant (SHIFT-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub id: ShiftId,
    pub name: String,
    pub start: WallTime,
    /// Not after `start`: the shift ends on the next day. Equal: it lasts 24 hours.
    pub end: WallTime,
    pub days: ActiveDays,
    /// Breaks with a place in the day.
    pub breaks: Vec<Break>,
    /// Break minutes without a place.
    pub break_minutes_unplaced: u16,
    /// Units that the shift is to make.
    pub target_units: Option<u32>,
    pub oee_target_percent: Option<u8>,
}

/// One occurrence of a shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftWindow {
    pub shift: ShiftId,
    /// The start day, to which the whole shift belongs.
    pub date: Date,
    pub span: Span,
    pub breaks: Spans,
    /// Break time without a place in the shift, in microseconds.
    pub break_unplaced: i64,
}

/// The occurrences of `shifts` that touch `range`, in order of their start.
#[must_use]
pub fn windows(shifts: &[Shift], zone: &TimeZone, range: Span) -> Vec<ShiftWindow> {
    if range.is_empty() {
        return Vec::new();
    }
    // A shift that touches the range started at most a day and a DST shift before it.
    let (Some(first), Some(last)) = (date_of(zone, range.from.plus(-25 * HOUR)), date_of(zone, range.to)) else {
        return Vec::new();
    };
    let mut out: Vec<ShiftWindow> = first
        .series(jiff::Span::new().days(1))
        .take_while(|date| *date <= last)
        .flat_map(|date| shifts.iter().filter_map(move |shift| window(shift, zone, date)))
        .filter(|w| !w.span.intersect(range).is_empty())
        .collect();
    out.sort_by_key(|w| w.span);
    out
}

/// The occurrence that `at` falls into; of several the one that started last.
#[must_use]
pub fn window_at(shifts: &[Shift], zone: &TimeZone, at: Timestamp) -> Option<ShiftWindow> {
    windows(shifts, zone, Span::new(at, at.plus(1))).pop()
}

/// The calendar day of a moment in a zone.
#[must_use]
pub fn date_of(zone: &TimeZone, at: Timestamp) -> Option<Date> {
    jiff::Timestamp::from_microsecond(at.0).ok().map(|t| zone.to_datetime(t).date())
}

/// The first moment of a calendar day in a zone.
#[must_use]
pub fn day_start(zone: &TimeZone, date: Date) -> Option<Timestamp> {
    instant(zone, date, Time::midnight())
}

fn instant(zone: &TimeZone, date: Date, time: Time) -> Option<Timestamp> {
    // `compatible` is exactly Q-143: forward through a gap, the earlier of two.
    let at = zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()?;
    Some(Timestamp(at.as_microsecond()))
}

fn window(shift: &Shift, zone: &TimeZone, date: Date) -> Option<ShiftWindow> {
    if !shift.days.contains(date.weekday()) {
        return None;
    }
    let place = |time: WallTime, next_day: bool| {
        let date = if next_day { date.tomorrow().ok()? } else { date };
        instant(zone, date, time.civil())
    };
    let span = Span::new(place(shift.start, false)?, place(shift.end, shift.end <= shift.start)?);
    let breaks = shift.breaks.iter().filter_map(|b| {
        let from = place(b.from, b.from.minutes() < shift.start.minutes())?;
        Some(Span::new(from, from.plus(i64::from(b.minutes) * MINUTE)).intersect(span))
    });
    Some(ShiftWindow {
        shift: shift.id,
        date,
        span,
        breaks: breaks.collect(),
        break_unplaced: i64::from(shift.break_minutes_unplaced) * MINUTE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(start: &str, end: &str, days: ActiveDays) -> Shift {
        Shift {
            id: ShiftId(1),
            name: "S".into(),
            start: WallTime::parse(start).unwrap(),
            end: WallTime::parse(end).unwrap(),
            days,
            breaks: vec![],
            break_minutes_unplaced: 0,
            target_units: None,
            oee_target_percent: None,
        }
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn shift_03_night_belongs_to_its_start_day() {
        let days = ActiveDays::parse(["sunday", "monday", "tuesday", "wednesday", "thursday"]).unwrap();
        let night = [shift("22:00", "06:00", days)];
        let utc = zone("UTC");
        let monday_2am = window_at(&night, &utc, at("2025-11-10T02:00:00Z")).unwrap();
        assert_eq!(monday_2am.date.to_string(), "2025-11-09");
        assert_eq!(window_at(&night, &utc, at("2025-11-08T02:00:00Z")), None, "Friday is not active");
    }

    #[test]
    fn q_143_dst_nights_last_their_real_time() {
        let berlin = zone("Europe/Berlin");
        let night = [shift("22:00", "06:00", ActiveDays::EVERY)];
        let hours = |t: &str| window_at(&night, &berlin, at(t)).unwrap().span.len() / HOUR;
        assert_eq!(hours("2025-03-30T01:30:00Z"), 7, "spring forward");
        assert_eq!(hours("2025-10-26T01:30:00Z"), 9, "fall back");
        let day = [shift("00:00", "00:00", ActiveDays::EVERY)];
        let lord_howe = zone("Australia/Lord_Howe");
        let lengths: Vec<i64> =
            windows(&day, &lord_howe, Span::new(at("2025-10-04T00:00:00Z"), at("2025-10-06T00:00:00Z")))
                .iter()
                .map(|w| w.span.len() / MINUTE)
                .collect();
        assert!(lengths.contains(&(23 * 60 + 30)), "{lengths:?}");
    }

    #[test]
    fn shift_03_a_24_hour_shift_covers_every_moment_once() {
        let all_day = [shift("00:00", "00:00", ActiveDays::EVERY)];
        let range = Span::new(at("2025-10-24T07:13:00Z"), at("2025-10-28T19:00:00Z"));
        let ws = windows(&all_day, &zone("Europe/Berlin"), range);
        let covered: Spans = ws.iter().map(|w| w.span.intersect(range)).collect();
        assert_eq!(covered.total(), range.len());
        assert!(ws.windows(2).all(|w| w[0].span.to == w[1].span.from));
    }

    #[test]
    fn q_140_breaks_lie_inside_their_shift_also_after_midnight() {
        let mut night = shift("22:00", "06:00", ActiveDays::EVERY);
        night.breaks = vec![Break { from: WallTime::parse("02:00").unwrap(), minutes: 30 }];
        let w = window_at(&[night], &zone("UTC"), at("2025-11-10T23:00:00Z")).unwrap();
        assert_eq!(w.breaks.as_slice(), [Span::new(at("2025-11-11T02:00:00Z"), at("2025-11-11T02:30:00Z"))]);
    }

    #[test]
    fn api_06_wall_times_and_days_say_what_is_wrong() {
        assert_eq!(WallTime::parse("06:05").unwrap().to_string(), "06:05");
        for bad in ["24:00", "6:00", "06:60", "noon", ""] {
            assert!(WallTime::parse(bad).unwrap_err().contains("06:00"), "{bad}");
        }
        assert!(ActiveDays::parse(["funday"]).unwrap_err().contains("funday"));
        assert_eq!(ActiveDays(0b100_0001).names().collect::<Vec<_>>(), ["monday", "sunday"]);
    }
}
