//! The answer of `GET /api/v1/kpi/oee`, the same on both sides to the last digit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::kpi::{OeeBand, OeeSums, Percent};
use unison_core::span::Span;
use unison_core::time::{Rfc3339, SECOND};

/// OEE of one machine, or of all, over a range. Ratios are percent with two decimals, null without a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OeeAnswer {
    /// Code of the machine; null for all machines together (sums before ratios).
    pub machine: Option<String>,
    pub from: Rfc3339,
    pub to: Rfc3339,
    /// Availability × performance × quality.
    pub oee: Option<f64>,
    /// (Planned time − downtime) ÷ planned time.
    pub availability: Option<f64>,
    /// Ideal cycle time × units ÷ operating time; above 100 the ideal cycle time is wrong.
    pub performance: Option<f64>,
    /// Good units ÷ all units.
    pub quality: Option<f64>,
    /// Share of the shift time in which the machine was seen.
    pub coverage: Option<f64>,
    pub band: Option<OeeBand>,
    pub good: u64,
    /// All units of planned time, rejected ones included.
    pub total: u64,
    pub rejected: u64,
    pub planned_seconds: f64,
    /// Planned time in activity `running`.
    pub run_seconds: f64,
    pub downtime_seconds: f64,
    pub setup_seconds: f64,
    /// Units made outside planned time, left out of the ratios.
    pub counts_outside_planned: u64,
    pub performance_above_100: bool,
}

impl OeeAnswer {
    #[must_use]
    pub fn new(machine: Option<String>, range: Span, sums: &OeeSums) -> Self {
        let r = sums.ratios();
        let value = |p: Option<Percent>| p.map(Percent::value);
        Self {
            machine,
            from: range.from.into(),
            to: range.to.into(),
            oee: value(r.oee),
            availability: value(r.availability),
            performance: value(r.performance),
            quality: value(r.quality),
            coverage: value(r.coverage),
            band: r.band,
            good: sums.good(),
            total: sums.total,
            rejected: sums.rejected,
            planned_seconds: seconds(sums.planned),
            run_seconds: seconds(sums.run),
            downtime_seconds: seconds(sums.downtime),
            setup_seconds: seconds(sums.setup),
            counts_outside_planned: sums.outside,
            performance_above_100: sums.performance_above_100(),
        }
    }
}

/// Microseconds as seconds; exact to the microsecond for 285 years.
#[expect(clippy::cast_precision_loss, reason = "2^53 microseconds are 285 years")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / SECOND as f64
}

/// One day of the trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OeeDay {
    /// Day in the plant's zone, YYYY-MM-DD.
    pub date: String,
    pub oee: Option<f64>,
    pub availability: Option<f64>,
    pub performance: Option<f64>,
    pub quality: Option<f64>,
    pub coverage: Option<f64>,
}

/// The answer of `GET /api/v1/kpi/oee/trend`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OeeTrend {
    pub machine: Option<String>,
    pub days: Vec<OeeDay>,
}
