//! Money and quantities: decimals of at most six places, held as millionths, so that every sum is exact.
//!
//! In JSON a decimal is a number. Readers in other languages hold numbers as doubles, which carry 15 digits:
//! more are refused instead of silently changed.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const PLACES: usize = 6;
const ONE: i64 = 1_000_000;
const DIGITS_MAX: usize = 15;
/// 10^12 in millionths; a decimal lies below it on either side of zero.
const BOUND: i64 = 1_000_000_000_000 * ONE;

/// See the module. The number is in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub i64);

impl Decimal {
    pub const ZERO: Self = Self(0);

    /// Reads a number such as "-12.5"; exponents are no part of it.
    ///
    /// # Errors
    /// Says what was expected, or which limit was passed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(places) || digits.ends_with('.') {
            return Err("must be a number such as 12.5".into());
        }
        let (whole, places) = (whole.trim_start_matches('0'), places.trim_end_matches('0'));
        if places.len() > PLACES {
            return Err(format!("may have {PLACES} decimal places"));
        }
        if whole.len() > 12 {
            return Err("must lie below 1000000000000".into());
        }
        if format!("{whole}{places}").trim_start_matches('0').len() > DIGITS_MAX {
            return Err(format!("may have {DIGITS_MAX} digits"));
        }
        let micro: i64 = format!("{whole}{places:0<PLACES$}").parse().map_err(|_| "must be a number".to_owned())?;
        Ok(Self(if is_negative { -micro } else { micro }))
    }

    /// Reads a number of a JSON text.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn from_f64(number: f64) -> Result<Self, String> {
        // The shortest text that means this number is what was written.
        Self::parse(&format!("{number}"))
    }

    /// As a JSON number; exact for what [`Self::parse`] takes.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "fifteen digits are carried exactly")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / ONE as f64
    }

    /// Whether it lies inside what the database takes.
    #[must_use]
    pub const fn is_in_bounds(self) -> bool {
        -BOUND < self.0 && self.0 < BOUND
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, all) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, places) = (all / ONE.unsigned_abs(), all % ONE.unsigned_abs());
        let places = format!("{places:06}");
        match places.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            places => write!(f, "{sign}{whole}.{places}"),
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(self.as_f64())
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::from_f64(f64::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Decimal {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "number", "format": "decimal"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn q_132_decimals_are_exact_or_refused() {
        let check = |text: &str, expect: Result<i64, &str>| match (Decimal::parse(text), expect) {
            (Ok(found), Ok(micro)) => assert_eq!(found.0, micro, "{text}"),
            (Err(found), Err(part)) => assert!(found.contains(part), "{text}: {found}"),
            (found, _) => panic!("{text}: {found:?}"),
        };
        check("150.00", Ok(150_000_000));
        check("-0.000001", Ok(-1));
        check("007.5", Ok(7_500_000));
        check("0.1234567", Err("6 decimal places"));
        check("0.1234560", Ok(123_456));
        check("1000000000000", Err("below"));
        check("999999999999", Ok(999_999_999_999_000_000));
        check("9999999999.123456", Err("15 digits"));
        for wrong in ["", "-", ".5", "5.", "1e3", "+1", "1,5", "NaN", "0x1"] {
            check(wrong, Err("must be a number"));
        }
        assert!(Decimal::from_f64(f64::INFINITY).is_err() && Decimal::from_f64(0.1).unwrap().0 == 100_000);
    }

    proptest! {
        #[test]
        fn q_132_what_is_taken_survives_json(micro in -999_999_999_999_999i64..=999_999_999_999_999) {
            let decimal = Decimal(micro);
            prop_assert_eq!(Decimal::from_f64(decimal.as_f64()), Ok(decimal));
            prop_assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal));
        }
    }
}
