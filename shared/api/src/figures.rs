//! The answer of `GET /api/v1/kpi/figures`: all figures by machine, lane, shift, work order, hour or day, the same on
//! both sides to the last digit.

use crate::oee::OeeAnswer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::kpi::{Figures, Percent, Standard, group::By, target_attainment};
use unison_core::span::Span;
use unison_core::time::{HOUR, MINUTE, Rfc3339};

/// One row: what it is about and its figures. Null where there is nothing to divide by (KPI-15).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FigureRow {
    /// Id of the machine, lane or work order, start of the hour, day, or day and id of the shift.
    pub key: String,
    /// For people.
    pub label: String,
    pub oee: OeeAnswer,
    /// Units without rejects, of all units made (KPI-07).
    pub first_pass_yield: Option<f64>,
    /// Running time of the available time; breaks and unseen time are not available (KPI-09).
    pub utilization_percent: Option<f64>,
    /// Mean time between failures (KPI-11).
    pub mtbf_hours: Option<f64>,
    /// Mean time to repair (KPI-12).
    pub mttr_hours: Option<f64>,
    /// Stops with a reason of category Equipment that began here.
    pub failures: u64,
    /// Time in stops with a downtime event.
    pub stop_minutes: f64,
    /// Of it, the share without a planned reason (DOWN-10).
    pub unplanned_percent: Option<f64>,
    /// All units made, also outside planned time.
    pub units: u64,
    /// What the shift was to make; only for shifts.
    pub target_units: Option<u64>,
    /// Units of the target (KPI-14).
    pub target_attainment: Option<f64>,
    /// Units of what the rated capacity allows in the available time (KPI-10).
    pub capacity_percent: Option<f64>,
}

/// The whole answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FigureList {
    pub by: By,
    pub standard: Standard,
    pub from: Rfc3339,
    pub to: Rfc3339,
    pub rows: Vec<FigureRow>,
}

impl FigureRow {
    #[must_use]
    pub fn new(key: String, label: String, range: Span, f: &Figures, target: Option<u64>) -> Self {
        let value = |p: Option<Percent>| p.map(Percent::value);
        Self {
            key,
            label,
            oee: OeeAnswer::new(None, range, &f.oee),
            first_pass_yield: value(f.first_pass_yield()),
            utilization_percent: value(f.utilisation()),
            mtbf_hours: f.mtbf().map(|t| hundredths(t, HOUR)),
            mttr_hours: f.mttr().map(|t| hundredths(t, HOUR)),
            failures: f.failures,
            stop_minutes: hundredths(f.stopped, MINUTE),
            unplanned_percent: value(f.unplanned_share()),
            units: f.produced,
            target_units: target,
            target_attainment: target.and_then(|target| value(target_attainment(f.produced, target))),
            capacity_percent: value(f.capacity_used()),
        }
    }
}

/// A time in units with two decimals, half up.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "hundredths of minutes are far below 2^53")]
pub fn hundredths(micros: i64, unit: i64) -> f64 {
    let hundredth = unit / 100;
    (micros.max(0) + hundredth / 2).div_euclid(hundredth) as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use unison_core::time::SECOND;

    #[test]
    fn api_23_minutes_have_two_decimals() {
        assert_eq!(hundredths(0, MINUTE), 0.0);
        assert_eq!(hundredths(90 * SECOND, MINUTE), 1.5);
        assert_eq!(hundredths(MINUTE / 3, MINUTE), 0.33);
        assert_eq!(hundredths(2 * MINUTE / 3, MINUTE), 0.67);
    }
}
