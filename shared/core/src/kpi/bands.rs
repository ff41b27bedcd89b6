//! Words for ratios (KPI-06, KPI-08). Limits are strict as printed and judged on exact values.

use super::Percent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How good an OEE is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum OeeBand {
    /// Above 85 %.
    #[serde(rename = "World-class")]
    WorldClass,
    /// 70 % to 85 %.
    Good,
    /// 60 % up to 70 %.
    Fair,
    /// Below 60 %: investigate.
    Poor,
}

impl OeeBand {
    #[must_use]
    pub const fn of(oee: Percent) -> Self {
        if oee.is_above(85) {
            Self::WorldClass
        } else if !oee.is_below(70) {
            Self::Good
        } else if !oee.is_below(60) {
            Self::Fair
        } else {
            Self::Poor
        }
    }
}

/// How good a first pass yield is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FpyBand {
    /// Above 99 %.
    Excellent,
    /// 95 % to 99 %.
    Good,
    /// 90 % up to 95 %.
    Fair,
    /// Below 90 %: quality issues.
    Poor,
}

impl FpyBand {
    #[must_use]
    pub const fn of(fpy: Percent) -> Self {
        if fpy.is_above(99) {
            Self::Excellent
        } else if !fpy.is_below(95) {
            Self::Good
        } else if !fpy.is_below(90) {
            Self::Fair
        } else {
            Self::Poor
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kpi_06_q_048_edges_belong_to_the_lower_word() {
        let band = |n| OeeBand::of(Percent::of(n, 10_000_000).unwrap());
        assert_eq!(band(8_500_001), OeeBand::WorldClass, "unrounded values decide");
        assert_eq!(band(8_500_000), OeeBand::Good);
        assert_eq!(band(7_000_000), OeeBand::Good);
        assert_eq!(band(6_999_999), OeeBand::Fair);
        assert_eq!(band(6_000_000), OeeBand::Fair);
        assert_eq!(band(5_999_999), OeeBand::Poor);
    }

    #[test]
    fn kpi_08_q_048_edges() {
        let band = |n| FpyBand::of(Percent::of(n, 1_000).unwrap());
        assert_eq!(band(991), FpyBand::Excellent);
        assert_eq!(band(990), FpyBand::Good);
        assert_eq!(band(950), FpyBand::Good);
        assert_eq!(band(949), FpyBand::Fair);
        assert_eq!(band(900), FpyBand::Fair);
        assert_eq!(band(899), FpyBand::Poor);
    }
}
