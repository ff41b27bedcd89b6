//! Ranges cut where people look at them: by the hour and the day of the plant. Every cut is exact:
//! pieces of hours and days cover the range without gap or overlap, also when clocks change.

use crate::shift::day_start;
use crate::span::Span;
use crate::time::{HOUR, MINUTE, Timestamp};
use jiff::tz::TimeZone;

/// The local hours of a range. When clocks change by half an hour, the hour of the change is cut there.
#[must_use]
pub fn hours(zone: &TimeZone, range: Span) -> Vec<Span> {
    let next = |at: Timestamp| {
        let local = zone.to_datetime(jiff::Timestamp::from_microsecond(at.0).ok()?);
        let into_hour = at.0.rem_euclid(MINUTE) + i64::from(local.minute()) * MINUTE;
        let end = at.plus(HOUR - into_hour);
        let change = zone.following(jiff::Timestamp::from_microsecond(at.0).ok()?).next();
        Some(change.map_or(end, |change| end.min(Timestamp(change.timestamp().as_microsecond()))))
    };
    pieces(range, next)
}

/// The local days of a range.
#[must_use]
pub fn days(zone: &TimeZone, range: Span) -> Vec<Span> {
    let next = |at: Timestamp| {
        let local = zone.to_datetime(jiff::Timestamp::from_microsecond(at.0).ok()?);
        day_start(zone, local.date().tomorrow().ok()?)
    };
    pieces(range, next)
}

fn pieces(range: Span, next: impl Fn(Timestamp) -> Option<Timestamp>) -> Vec<Span> {
    let mut out = Vec::new();
    let mut from = range.from;
    while from < range.to {
        let to = next(from).filter(|to| *to > from).unwrap_or(range.to).min(range.to);
        out.push(Span::new(from, to));
        from = to;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    /// Zones with all the oddities there are: none, half and quarter hours, changes at midnight and by half an hour.
    const ZONES: [&str; 12] = [
        "UTC",
        "Europe/Berlin",
        "Europe/London",
        "America/New_York",
        "America/St_Johns",
        "America/Santiago",
        "Asia/Kathmandu",
        "Asia/Tehran",
        "Africa/Cairo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Chatham",
    ];

    #[test]
    fn q_055_days_of_clock_changes_have_23_24_or_25_hours() {
        let check = |zone: &str, from: &str, to: &str, expect: &[i64]| {
            let zone = TimeZone::get(zone).unwrap();
            let lengths: Vec<i64> = days(&zone, Span::new(at(from), at(to))).iter().map(|p| p.len() / MINUTE).collect();
            assert_eq!(lengths, expect);
        };
        check("Europe/Berlin", "2025-03-29T23:00:00Z", "2025-03-31T22:00:00Z", &[23 * 60, 24 * 60]);
        check("Europe/Berlin", "2025-10-25T22:00:00Z", "2025-10-27T23:00:00Z", &[25 * 60, 24 * 60]);
        check("Australia/Lord_Howe", "2025-10-04T13:30:00Z", "2025-10-05T13:00:00Z", &[23 * 60 + 30]);
        check("Australia/Lord_Howe", "2025-04-05T13:00:00Z", "2025-04-06T13:30:00Z", &[24 * 60 + 30]);
    }

    #[test]
    fn q_055_hours_are_the_plants_own() {
        let check = |zone: &str, from: &str, to: &str, expect: &[i64]| {
            let zone = TimeZone::get(zone).unwrap();
            let lengths: Vec<i64> =
                hours(&zone, Span::new(at(from), at(to))).iter().map(|p| p.len() / MINUTE).collect();
            assert_eq!(lengths, expect);
        };
        // Nepal is 5:45 ahead: its hours begin at a quarter past.
        check("Asia/Kathmandu", "2025-11-06T10:00:00Z", "2025-11-06T12:00:00Z", &[15, 60, 45]);
        // From 02:00 to 02:30 clocks jump: the hour from 02:30 has thirty minutes.
        check("Australia/Lord_Howe", "2025-10-04T14:30:00Z", "2025-10-04T17:00:00Z", &[60, 30, 60]);
    }

    proptest! {
        #[test]
        fn q_055_pieces_cover_the_range_exactly_in_every_zone(
            zone in prop::sample::select(ZONES.to_vec()),
            from in 0i64..63_000_000, length in 1i64..600_000,
        ) {
            let zone = TimeZone::get(zone).unwrap();
            // Two years from 2025 on, to the second.
            let from = Timestamp(1_735_689_600_000_000 + from * 1_000_000);
            let range = Span::new(from, from.plus(length * 1_000_000));
            for pieces in [hours(&zone, range), days(&zone, range)] {
                let mut end = range.from;
                for p in &pieces {
                    prop_assert_eq!(p.from, end);
                    prop_assert!(!p.is_empty());
                    end = p.to;
                }
                prop_assert_eq!(end, range.to);
            }
            // Inside, pieces begin on full local hours, or where clocks changed.
            for p in hours(&zone, range).iter().skip(1) {
                let t = jiff::Timestamp::from_microsecond(p.from.0).unwrap();
                let is_change = zone.preceding(t.checked_add(jiff::Span::new().microseconds(1)).unwrap()).next()
                    .is_some_and(|c| c.timestamp() == t);
                prop_assert!(zone.to_datetime(t).minute() == 0 || is_change);
            }
        }
    }
}
