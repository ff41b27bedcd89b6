//! The ratios of the shop floor, one file each. Every one is a pure function over machine time and
//! counts, in whole microseconds and units, with one division at the end; a zero denominator is
//! "no value" (KPI-15). Add a ratio = add a file and a line here.

mod bands;
pub mod cut;
mod figures;
pub mod group;
mod oee;
mod pace;
mod percent;
mod runs;
mod utilisation;

pub use bands::{FpyBand, OeeBand};
pub use figures::{Figures, Observed, Run, StopTime};
pub use oee::{Bucket, MachineTime, Oee, OeeSums, Standard, oee};
pub use pace::{Pace, pace};
pub use percent::Percent;
pub use runs::{Move, order_runs};
pub use utilisation::{Utilisation, utilisation};

/// The category of reasons that are failures.
pub const EQUIPMENT: &str = "Equipment";

/// First pass yield = (produced - rejected) / produced (KPI-07).
#[must_use]
pub fn first_pass_yield(produced: u64, rejected: u64) -> Option<Percent> {
    Percent::of(i128::from(produced) - i128::from(rejected), i128::from(produced))
}

/// Target attainment = actual / target (KPI-14).
#[must_use]
pub fn target_attainment(actual: u64, target: u64) -> Option<Percent> {
    Percent::of(i128::from(actual), i128::from(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kpi_fpy() {
        assert_eq!(first_pass_yield(100, 5).unwrap().value(), 95.0);
        assert_eq!(first_pass_yield(0, 0), None, "KPI-15");
    }

    #[test]
    fn kpi_target() {
        assert_eq!(target_attainment(385, 400).unwrap().value(), 96.25);
    }
}
