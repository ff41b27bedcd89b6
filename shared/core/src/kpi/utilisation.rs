//! Machine utilisation (KPI-09): productive time over available time, where breaks and planned
//! maintenance shorten the available time, unlike in OEE.

use super::Percent;

/// Time of a machine over a period, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Utilisation {
    pub shift: i64,
    pub planned_maintenance: i64,
    pub breaks: i64,
    /// Time in status `running`.
    pub running: i64,
}

impl Utilisation {
    /// What the machine could be used in.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.shift - self.planned_maintenance - self.breaks
    }
}

/// productive / (shift - planned maintenance - scheduled breaks); see [`Utilisation`].
#[must_use]
pub fn utilisation(t: Utilisation) -> Option<Percent> {
    Percent::of(i128::from(t.running), i128::from(t.available()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;

    #[test]
    fn kpi_util() {
        let t = Utilisation {
            shift: 480 * MINUTE,
            planned_maintenance: 30 * MINUTE,
            breaks: 30 * MINUTE,
            running: 320 * MINUTE,
        };
        assert_eq!(utilisation(t).unwrap().value(), 76.19, "76.2 on a screen with one decimal");
    }

    #[test]
    fn kpi_util_api() {
        let t = Utilisation { shift: 2400 * MINUTE, running: 1830 * MINUTE, ..Utilisation::default() };
        assert_eq!(utilisation(t).unwrap().value(), 76.25);
    }
}
