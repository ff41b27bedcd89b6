//! Days that are not as every week: on a holiday or in a shutdown no shift starts, an extra working day has the
//! shifts of a weekday. Judged by the day on which a shift starts, for to that day the whole shift belongs
//! (SHIFT-03): the night shift of the evening before a holiday runs to its end.

use crate::calendar::Day;
use crate::ids::CalendarDayId;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// A day or a range of days of a plant's calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDay {
    pub id: CalendarDayId,
    pub name: String,
    pub kind: DayKind,
    pub first: Day,
    /// The last day of the range, itself part of it.
    pub last: Day,
    /// Comes again each year after the first; 29 February is the 28th where a year has none.
    pub is_yearly: bool,
    /// An archived one says nothing any more.
    pub is_active: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DayKind {
    Holiday,
    Shutdown,
    /// Works like the weekday of this number, 0 for monday; it stands above holidays and shutdowns.
    ExtraWorkingDay(u8),
}

impl CalendarDay {
    /// Whether a date is one of its days.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        let (first, last) = (self.first.0, self.last.0);
        if !self.is_active || date < first {
            return false;
        }
        if !self.is_yearly {
            return date <= last;
        }
        // The range that holds the date began this year or, over new year, in the year before.
        let years = date.year() - first.year();
        let moved = |day: Date, years: i16| day.checked_add(jiff::Span::new().years(years)).ok();
        let holds = |years: i16| {
            let range = moved(first, years).zip(moved(last, years));
            years >= 0 && range.is_some_and(|(first, last)| first <= date && date <= last)
        };
        holds(years) || holds(years - 1)
    }
}

/// The weekday whose shifts start on a date; none where no shift starts. Of several extra working days the one
/// that was made last counts.
#[must_use]
pub fn weekday_of(days: &[CalendarDay], date: Date) -> Option<Weekday> {
    let today = || days.iter().filter(|day| day.contains(date));
    let extra = today().filter_map(|day| match day.kind {
        DayKind::ExtraWorkingDay(like) => Some((day.id, like)),
        DayKind::Holiday | DayKind::Shutdown => None,
    });
    match extra.max() {
        Some((_, like)) => Weekday::from_monday_zero_offset(i8::try_from(like).unwrap_or(-1)).ok(),
        None => today().next().is_none().then(|| date.weekday()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn day(id: i64, kind: DayKind, first: &str, last: &str, is_yearly: bool) -> CalendarDay {
        let parse = |text| Day::parse(text).unwrap();
        let (first, last) = (parse(first), parse(last));
        CalendarDay { id: CalendarDayId(id), name: "D".into(), kind, first, last, is_yearly, is_active: true }
    }

    #[test]
    fn a_range_holds_its_days_and_comes_again_where_it_is_yearly() {
        let check = |first: &str, last: &str, is_yearly: bool, date: &str, expect: bool| {
            let day = day(1, DayKind::Holiday, first, last, is_yearly);
            assert_eq!(day.contains(date.parse().unwrap()), expect, "{first} to {last}, yearly {is_yearly}: {date}");
        };
        check("2025-12-24", "2025-12-24", false, "2025-12-24", true);
        check("2025-12-24", "2025-12-24", false, "2026-12-24", false);
        check("2025-12-24", "2025-12-24", true, "2031-12-24", true);
        check("2025-12-24", "2025-12-24", true, "2024-12-24", false);
        check("2025-12-27", "2026-01-02", true, "2026-12-31", true);
        check("2025-12-27", "2026-01-02", true, "2028-01-02", true);
        check("2025-12-27", "2026-01-02", true, "2028-01-03", false);
        check("2025-12-27", "2026-01-02", true, "2025-01-01", false);
        check("2024-02-29", "2024-02-29", true, "2025-02-28", true);
        check("2024-02-29", "2024-02-29", true, "2028-02-29", true);
        check("2024-02-29", "2024-02-29", true, "2028-02-28", false);
        let archived = CalendarDay { is_active: false, ..day(1, DayKind::Holiday, "2025-12-24", "2025-12-24", false) };
        assert!(!archived.contains("2025-12-24".parse().unwrap()));
    }

    #[test]
    fn an_extra_working_day_stands_above_a_holiday_and_the_newest_counts() {
        let saturday = "2025-12-20";
        let date = saturday.parse().unwrap();
        let holiday = day(1, DayKind::Holiday, saturday, saturday, false);
        let shutdown = day(2, DayKind::Shutdown, "2025-12-01", "2025-12-31", false);
        let like = |id, weekday| day(id, DayKind::ExtraWorkingDay(weekday), saturday, saturday, false);
        assert_eq!(weekday_of(&[], date), Some(Weekday::Saturday));
        assert_eq!(weekday_of(std::slice::from_ref(&holiday), date), None);
        assert_eq!(weekday_of(std::slice::from_ref(&shutdown), date), None);
        let all = [like(5, 0), holiday.clone(), like(4, 2), shutdown];
        assert_eq!(weekday_of(&all, date), Some(Weekday::Monday));
        assert_eq!(weekday_of(&[holiday, like(4, 9)], date), None, "a number that is no weekday has no shifts");
    }
}
