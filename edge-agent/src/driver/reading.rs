//! What drivers hand over: values, their quality, and scans. Values only; nothing here reads a clock.

use std::fmt;
use std::sync::Arc;

use crate::config::Scaling;

/// The place of a tag in the whole configuration, counted in file order from 0 without gaps.
/// Tables of tags are plain vectors indexed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagIndex(pub u32);

impl TagIndex {
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One value of a tag. Whole numbers keep all 64 bits; they never pass through a float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
}

impl Value {
    /// The value as a ratio or measurement. Whole numbers above 2^53 lose their last digits here,
    /// which is why counters use [`Value::as_count`].
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Bool(b) => f64::from(u8::from(b)),
            Self::Int(i) => i as f64,
            Self::Uint(u) => u as f64,
            Self::Float(f) => f,
        }
    }

    /// The value as a counter register of `bits` width; `None` for a float, which cannot be one.
    #[must_use]
    pub const fn as_count(self, bits: u32) -> Option<u64> {
        let raw = match self {
            Self::Bool(b) => b as u64,
            // A PLC that counts in a signed word goes from 32767 to -32768; as bits that is one step.
            Self::Int(i) => i.cast_unsigned(),
            Self::Uint(u) => u,
            Self::Float(_) => return None,
        };
        Some(if bits >= 64 { raw } else { raw & ((1 << bits) - 1) })
    }
}

/// Applies a tag's scaling. `None` for a float that is no number: devices send NaN for "no value".
pub(crate) fn measured(value: Value, scaling: Option<Scaling>) -> Option<Value> {
    let value = match scaling {
        Some(Scaling { scale, offset }) => Value::Float(value.as_f64() * scale + offset),
        None => value,
    };
    match value {
        Value::Float(f) if !f.is_finite() => None,
        other => Some(other),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => b.fmt(f),
            Self::Int(i) => i.fmt(f),
            Self::Uint(u) => u.fmt(f),
            Self::Float(x) => x.fmt(f),
        }
    }
}

/// Whether a value may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    Good,
    /// The device said so, did not answer, or the connection is lost. The value beside it is the last
    /// one known (or zero) and must not be used.
    Bad,
}

/// One observation of one tag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub tag: TagIndex,
    pub value: Value,
    pub quality: Quality,
    /// When it was read or last confirmed: microseconds since 1970 UTC from the injected clock.
    pub at: i64,
}

/// What a device said about a value itself (OPC UA). Kept beside the newest reading of the tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceStamp {
    /// The device's own time of the value, microseconds since 1970 UTC. A claim, not an order.
    pub at: Option<i64>,
    /// The OPC UA status code as it came; 0 is good.
    pub status: u32,
}

/// One code read by a scanner (EDGE-04).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    pub connection: Arc<str>,
    /// The machine the scanner stands at, when the configuration says so.
    pub machine: Option<Arc<str>>,
    pub code: String,
    /// Microseconds since 1970 UTC from the injected clock.
    pub at: i64,
}

/// The wall clock, injected so that tests and the simulator decide what time it is.
pub trait Clock: Send + Sync {
    /// Microseconds since 1970 UTC.
    fn now_us(&self) -> i64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_13_counts_keep_64_bits_and_wrap_at_their_width() {
        assert_eq!(Value::Uint(u64::MAX).as_count(64), Some(u64::MAX));
        assert_eq!(Value::Uint(9_007_199_254_740_993).as_count(64), Some(9_007_199_254_740_993));
        assert_eq!(Value::Int(-1).as_count(16), Some(65_535));
        assert_eq!(Value::Int(-32_768).as_count(16), Some(32_768));
        assert_eq!(Value::Uint(70_000).as_count(16), Some(4_464));
        assert_eq!(Value::Float(3.0).as_count(16), None);
    }
}
