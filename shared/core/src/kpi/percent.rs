//! A percentage with two decimals, made by one exact division.

/// Hundredths of a percent, rounded half to even from the exact ratio. Bands are judged before rounding
/// so the exact numerator and denominator stay with it.
#[derive(Clone, Copy, Debug)]
pub struct Percent {
    num: i128,
    den: i128,
}

impl Percent {
    /// `num / den` as a percentage; nothing where `den` is not above zero (KPI-15).
    #[must_use]
    pub const fn of(num: i128, den: i128) -> Option<Self> {
        if den > 0 { Some(Self { num, den }) } else { None }
    }

    /// Hundredths of a percent, half to even.
    #[must_use]
    pub fn hundredths(self) -> i128 {
        let scaled = self.num.saturating_mul(10_000);
        let (q, r) = (scaled.div_euclid(self.den), scaled.rem_euclid(self.den));
        let twice = r.saturating_mul(2);
        if twice > self.den || (twice == self.den && q % 2 != 0) { q + 1 } else { q }
    }

    /// The value of the API: percent with two decimals.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "hundredths of a percent are far below 2^53")]
    pub fn value(self) -> f64 {
        self.hundredths() as f64 / 100.0
    }

    /// Whether the exact ratio lies strictly above `percent`.
    #[must_use]
    pub const fn is_above(self, percent: i128) -> bool {
        self.num.saturating_mul(100) > self.den.saturating_mul(percent)
    }

    /// Whether the exact ratio lies strictly below `percent`.
    #[must_use]
    pub const fn is_below(self, percent: i128) -> bool {
        self.num.saturating_mul(100) < self.den.saturating_mul(percent)
    }
}

impl PartialEq for Percent {
    /// Equal when they show the same two decimals.
    fn eq(&self, other: &Self) -> bool {
        self.hundredths() == other.hundredths()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_047_half_to_even_at_the_second_decimal() {
        let hundredths = |n, d| Percent::of(n, d).unwrap().hundredths();
        assert_eq!(hundredths(8_125, 10_000), 8_125);
        assert_eq!(hundredths(1, 3), 3_333);
        assert_eq!(hundredths(2, 3), 6_667);
        assert_eq!(hundredths(12_345, 1_000_000), 123, "1.2345 % -> 1.23");
        assert_eq!(hundredths(1_235, 100_000), 124, "1.235 % -> 1.24, even");
        assert_eq!(hundredths(1_225, 100_000), 122, "1.225 % -> 1.22, even");
        assert!(Percent::of(1, 0).is_none(), "KPI-15");
    }
}
