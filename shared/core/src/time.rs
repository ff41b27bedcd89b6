//! Points in time: whole microseconds since 1970-01-01 UTC, in memory, in tables and on the wire.
//! Calendar questions (which shift, which day) are answered in `shift` with the plant's zone.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One second in microseconds, the unit of every duration.
pub const SECOND: i64 = 1_000_000;
/// One minute in microseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// One hour in microseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// Length of a count bucket: parts are known to ten seconds and belong to the bucket's start.
pub const BUCKET: i64 = 10 * SECOND;

/// A point in time in microseconds since 1970-01-01T00:00:00Z.
///
/// Serialised as a plain integer on the wire; [`Rfc3339`] is the shape of the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Reads an RFC 3339 text with any offset.
    ///
    /// # Errors
    /// Says what was expected when the text is no RFC 3339 time.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse::<jiff::Timestamp>()
            .map(|t| Self(t.as_microsecond()))
            .map_err(|_| format!("\"{text}\" is no RFC 3339 time such as 2025-11-06T10:00:00Z"))
    }

    /// RFC 3339 in UTC with suffix Z (API-06); whole seconds where the time has no fraction.
    #[must_use]
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_microsecond(self.0).map_or_else(|_| "out of range".to_owned(), |t| t.to_string())
    }

    /// The start of the bucket that this time falls into.
    #[must_use]
    pub fn bucket(self) -> Self {
        Self(self.0.div_euclid(BUCKET).saturating_mul(BUCKET))
    }

    /// This time moved by a signed duration, clamped at the ends of the representable range.
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to this time; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A time as the API shows it: RFC 3339, UTC, suffix Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rfc3339(pub Timestamp);

impl From<Timestamp> for Rfc3339 {
    fn from(t: Timestamp) -> Self {
        Self(t)
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Rfc3339 {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Timestamp::parse(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Rfc3339 {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_06_times_are_utc_with_z() {
        let t = Timestamp::parse("2025-11-06T12:00:00+02:00").unwrap();
        assert_eq!(t.rfc3339(), "2025-11-06T10:00:00Z");
        assert!(Timestamp::parse("yesterday").unwrap_err().contains("RFC 3339"));
    }

    #[test]
    fn q_133_a_bucket_belongs_to_its_start_also_before_1970() {
        assert_eq!(Timestamp(25 * SECOND).bucket(), Timestamp(20 * SECOND));
        assert_eq!(Timestamp(-1).bucket(), Timestamp(-BUCKET));
    }
}
