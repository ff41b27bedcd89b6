//! When a plant works, and which shift a moment belongs to. Shift times are wall clock in the plant's zone; a shift that ends
//! not after it starts runs past midnight and belongs to its start day (SHIFT-03, Q-055). Wall times
//! that do not exist move forward, of two equal ones the first counts.

use crate::calendar::Day;
use crate::calendar_day::{CalendarDay, weekday_of};
use crate::ids::ShiftId;
use crate::span::{Span, Spans};
use crate::time::{HOUR, MINUTE, Timestamp};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// Longest cycle in days: eight weeks.
pub const CYCLE_DAYS_MAX: u8 = 56;

/// The days on which a rotating or custom shift starts (SHIFT-01): days of a cycle that comes again and again from
/// its first day on. Two weeks with days 1 to 5 is a shift of every other week; eight days with days 1 to 4 is four
/// on, four off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    pub first: Day,
    /// 1 to [`CYCLE_DAYS_MAX`].
    pub length: u8,
    /// Bit 0 is the first day.
    pub days: u64,
}

impl Cycle {
    /// Whether the shift starts on a date. Before its first day the cycle is not in force.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        let Ok(since) = date.since((jiff::Unit::Day, self.first.0)) else { return false };
        let since = i64::from(since.get_days());
        if since < 0 || self.length == 0 {
            return false;
        }
        let day = u32::try_from(since % i64::from(self.length)).unwrap_or(0);
        self.days.checked_shr(day).is_some_and(|bits| bits & 1 == 1)
    }
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

/// When a plant works: its shifts, the days that are not as every week, and the zone of both.
#[derive(Clone, Debug)]
pub struct ShiftCalendar {
    pub zone: TimeZone,
    pub shifts: Vec<Shift>,
    /// Of rotating and custom shifts; each takes the place of the shift's weekdays.
    pub cycles: BTreeMap<ShiftId, Cycle>,
    pub days: Vec<CalendarDay>,
}

impl ShiftCalendar {
    /// The occurrences of shifts that touch `range`, in order of their start.
    #[must_use]
    pub fn windows(&self, range: Span) -> Vec<ShiftWindow> {
        if range.is_empty() {
            return Vec::new();
        }
        // A shift that touches the range started at most a day and a DST shift before it.
        let (Some(first), Some(last)) =
            (date_of(&self.zone, range.from.plus(-25 * HOUR)), date_of(&self.zone, range.to))
        else {
            return Vec::new();
        };
        let mut out: Vec<ShiftWindow> = first
            .series(jiff::Span::new().days(1))
            .take_while(|date| *date <= last)
            .filter_map(|date| Some((date, weekday_of(&self.days, date)?)))
            .flat_map(|(date, weekday)| {
                let starts = move |shift: &&Shift| match self.cycles.get(&shift.id) {
                    Some(cycle) => cycle.contains(date) && shift.days != ActiveDays(0),
                    None => shift.days.contains(weekday),
                };
                let shifts = self.shifts.iter().filter(starts);
                shifts.filter_map(move |shift| window(shift, &self.zone, date))
            })
            .filter(|w| !w.span.intersect(range).is_empty())
            .collect();
        out.sort_by_key(|w| w.span);
        out
    }

    /// The occurrence that `at` falls into; of several the one that started last.
    #[must_use]
    pub fn window_at(&self, at: Timestamp) -> Option<ShiftWindow> {
        self.windows(Span::new(at, at.plus(1))).pop()
    }
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

/// The occurrence of a shift that starts on `date`, whether or not it does so.
fn window(shift: &Shift, zone: &TimeZone, date: Date) -> Option<ShiftWindow> {
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
    use crate::calendar_day::DayKind;
    use proptest::prelude::*;

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

    fn weekly(shifts: &[Shift], zone: &TimeZone) -> ShiftCalendar {
        ShiftCalendar { zone: zone.clone(), shifts: shifts.to_vec(), cycles: BTreeMap::new(), days: vec![] }
    }

    #[test]
    fn shift_03_night_belongs_to_its_start_day() {
        let days = ActiveDays::parse(["sunday", "monday", "tuesday", "wednesday", "thursday"]).unwrap();
        let night = [shift("22:00", "06:00", days)];
        let utc = zone("UTC");
        let monday_2am = weekly(&night, &utc).window_at(at("2025-11-10T02:00:00Z")).unwrap();
        assert_eq!(monday_2am.date.to_string(), "2025-11-09");
        assert_eq!(weekly(&night, &utc).window_at(at("2025-11-08T02:00:00Z")), None, "Friday is not active");
    }

    #[test]
    fn q_143_dst_nights_last_their_real_time() {
        let berlin = zone("Europe/Berlin");
        let night = [shift("22:00", "06:00", ActiveDays::EVERY)];
        let hours = |t: &str| weekly(&night, &berlin).window_at(at(t)).unwrap().span.len() / HOUR;
        assert_eq!(hours("2025-03-30T01:30:00Z"), 7, "spring forward");
        assert_eq!(hours("2025-10-26T01:30:00Z"), 9, "fall back");
        let day = [shift("00:00", "00:00", ActiveDays::EVERY)];
        let lord_howe = zone("Australia/Lord_Howe");
        let lengths: Vec<i64> = weekly(&day, &lord_howe)
            .windows(Span::new(at("2025-10-04T00:00:00Z"), at("2025-10-06T00:00:00Z")))
            .iter()
            .map(|w| w.span.len() / MINUTE)
            .collect();
        assert!(lengths.contains(&(23 * 60 + 30)), "{lengths:?}");
    }

    #[test]
    fn shift_03_a_24_hour_shift_covers_every_moment_once() {
        let all_day = [shift("00:00", "00:00", ActiveDays::EVERY)];
        let range = Span::new(at("2025-10-24T07:13:00Z"), at("2025-10-28T19:00:00Z"));
        let ws = weekly(&all_day, &zone("Europe/Berlin")).windows(range);
        let covered: Spans = ws.iter().map(|w| w.span.intersect(range)).collect();
        assert_eq!(covered.total(), range.len());
        assert!(ws.windows(2).all(|w| w[0].span.to == w[1].span.from));
    }

    #[test]
    fn shift_01_rotating_and_custom_shifts_start_on_the_days_of_their_cycle() {
        let first = Day::parse("2025-11-03").unwrap();
        let range = Span::new(at("2025-10-30T00:00:00Z"), at("2025-12-01T00:00:00Z"));
        let starts = |length, days| {
            let mut plant = weekly(&[shift("06:00", "14:00", ActiveDays::EVERY)], &zone("UTC"));
            plant.cycles.insert(ShiftId(1), Cycle { first, length, days });
            plant.windows(range).iter().map(|w| w.date.to_string()[5..].to_owned()).collect::<Vec<_>>()
        };
        // Day shift from monday to friday of every other week.
        let week = ["11-03", "11-04", "11-05", "11-06", "11-07", "11-17", "11-18", "11-19", "11-20", "11-21"];
        assert_eq!(starts(14, 0b1_1111), week);
        // Four on, four off.
        let on = ["11-03", "11-04", "11-05", "11-06", "11-11", "11-12", "11-13", "11-14"];
        assert_eq!(starts(8, 0b1111)[..8], on);
        assert_eq!(starts(8, 0), Vec::<String>::new());
        // An archived shift does not start, and on a holiday none does.
        let mut plant = weekly(&[shift("06:00", "14:00", ActiveDays(0))], &zone("UTC"));
        plant.cycles.insert(ShiftId(1), Cycle { first, length: 1, days: 1 });
        assert_eq!(plant.windows(range), []);
        plant.shifts = vec![shift("06:00", "14:00", ActiveDays::EVERY)];
        assert_eq!(plant.windows(range).len(), 28);
        plant.days = vec![holiday(1, "2025-11-10", "2025-11-12", DayKind::Shutdown)];
        assert_eq!(plant.windows(range).len(), 25);
    }

    fn holiday(id: i64, first: &str, last: &str, kind: DayKind) -> CalendarDay {
        let day = |text| Day::parse(text).unwrap();
        let (id, first, last) = (crate::ids::CalendarDayId(id), day(first), day(last));
        CalendarDay { id, name: "H".into(), kind, first, last, is_yearly: false, is_active: true }
    }

    #[test]
    fn shift_03_the_night_before_a_holiday_runs_to_its_end_and_the_holidays_own_does_not_start() {
        let mut plant = weekly(&[shift("22:00", "06:00", ActiveDays::EVERY)], &zone("Europe/Berlin"));
        plant.days = vec![holiday(1, "2025-12-25", "2025-12-25", DayKind::Holiday)];
        let start_of = |t: &str| plant.window_at(at(t)).map(|w| w.date.to_string());
        assert_eq!(start_of("2025-12-25T02:00:00Z").as_deref(), Some("2025-12-24"), "03:00 on the holiday");
        assert_eq!(start_of("2025-12-25T22:00:00Z"), None, "23:00 on the holiday");
        assert_eq!(start_of("2025-12-26T02:00:00Z"), None, "its own night is not worked the morning after either");
        assert_eq!(start_of("2025-12-26T22:00:00Z").as_deref(), Some("2025-12-26"));
    }

    #[test]
    fn q_143_an_extra_working_day_has_the_shifts_of_its_weekday_also_when_clocks_change() {
        let weekdays = ActiveDays::parse(["monday", "tuesday", "wednesday", "thursday", "friday"]).unwrap();
        let shifts =
            [shift("00:00", "08:00", weekdays), shift("12:00", "16:00", ActiveDays::parse(["saturday"]).unwrap())];
        let mut plant = weekly(&shifts, &zone("Europe/Berlin"));
        let sunday = Span::new(at("2025-03-29T23:00:00Z"), at("2025-03-30T22:00:00Z"));
        assert_eq!(plant.windows(sunday), [], "a sunday");
        plant.days = vec![holiday(1, "2025-03-30", "2025-03-30", DayKind::ExtraWorkingDay(0))];
        let hours: Vec<_> = plant.windows(sunday).iter().map(|w| w.span.len() / HOUR).collect();
        assert_eq!(hours, [7], "monday's shift, an hour shorter");
    }

    proptest! {
        /// Against the plain reading of the rules, date by date.
        #[test]
        fn shifts_occur_on_working_days_only_and_are_otherwise_as_without_a_calendar(
            zone_name in prop::sample::select(vec!["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"]),
            shifts in prop::collection::vec((0u16..1440, 0u16..1440, 0u8..128), 1..4),
            days in prop::collection::vec((0i32..800, 0i32..20, prop::option::weighted(0.3, 0u8..7), any::<bool>(), any::<bool>()), 0..8),
            from in 0i64..700, length in 1i64..40,
        ) {
            let epoch = jiff::civil::date(2025, 1, 1);
            let after = |days: i32| epoch.checked_add(jiff::Span::new().days(days)).unwrap();
            let shifts: Vec<Shift> = shifts.iter().enumerate().map(|(i, (start, end, days))| {
                let of = |n: u16| format!("{:02}:{:02}", n / 60, n % 60);
                Shift { id: ShiftId(i64::try_from(i).unwrap()), ..shift(&of(*start), &of(*end), ActiveDays(*days)) }
            }).collect();
            let days: Vec<CalendarDay> = days.iter().enumerate().map(|(i, (first, length, like, is_yearly, is_active))| {
                let kind = like.map_or(DayKind::Holiday, DayKind::ExtraWorkingDay);
                let (first, last) = (after(*first).to_string(), after(*first + *length).to_string());
                CalendarDay { is_yearly: *is_yearly, is_active: *is_active, ..holiday(i64::try_from(i).unwrap(), &first, &last, kind) }
            }).collect();
            let mut plant = weekly(&shifts, &zone(zone_name));
            let start = at("2025-01-01T00:00:00Z").plus(from * 24 * HOUR);
            let range = Span::new(start, start.plus(length * 24 * HOUR));
            // As if every shift started every day.
            let every: Vec<Shift> = shifts.iter().map(|s| Shift { days: ActiveDays::EVERY, ..s.clone() }).collect();
            let possible = weekly(&every, &zone(zone_name)).windows(range);
            plant.days = days.clone();
            let got = plant.windows(range);
            let expect: Vec<ShiftWindow> = possible.into_iter().filter(|w| {
                let holds = |d: &&CalendarDay| {
                    let year = jiff::Span::new().years(1);
                    let mut range = Some((d.first.0, d.last.0));
                    while let Some((first, last)) = range.filter(|_| d.is_active) {
                        if first <= w.date && w.date <= last { return true; }
                        range = (d.is_yearly && first < w.date).then(|| (first.checked_add(year).unwrap(), last.checked_add(year).unwrap()));
                    }
                    false
                };
                let today: Vec<_> = days.iter().filter(holds).collect();
                let extra = today.iter().rev().find_map(|d| if let DayKind::ExtraWorkingDay(like) = d.kind { Some(like) } else { None });
                let own = u8::try_from(w.date.weekday().to_monday_zero_offset()).unwrap();
                let weekday = match extra { Some(like) => Some(like), None if today.is_empty() => Some(own), None => None };
                let shift = shifts.iter().find(|s| s.id == w.shift).unwrap();
                weekday.is_some_and(|day| shift.days.0 & (1 << day) != 0)
            }).collect();
            prop_assert_eq!(got, expect);
        }
    }

    #[test]
    fn q_140_breaks_lie_inside_their_shift_also_after_midnight() {
        let mut night = shift("22:00", "06:00", ActiveDays::EVERY);
        night.breaks = vec![Break { from: WallTime::parse("02:00").unwrap(), minutes: 30 }];
        let w = weekly(&[night], &zone("UTC")).window_at(at("2025-11-10T23:00:00Z")).unwrap();
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
