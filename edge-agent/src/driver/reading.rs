//! What drivers hand over: values, their quality, and scans. Values only; nothing here reads a clock.

use std::fmt::{self, Write as _};
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
    Text(Text),
}

/// A short text in place, so that a value is copied like a number: names of recipes, types, serial numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text {
    bytes: [u8; Text::BYTES_MAX as usize],
    len: u8,
}

impl Text {
    pub const BYTES_MAX: u16 = 32;

    /// What a device sent, up to the first zero byte, without the blanks that fill it up. `None` for more
    /// than fits.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        let bytes = bytes.get(..end)?.trim_ascii_end();
        let mut text = Self { bytes: [0; Self::BYTES_MAX as usize], len: u8::try_from(bytes.len()).ok()? };
        text.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(text)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The characters: UTF-8, or where it is not that, Latin-1 as older devices have it.
    fn chars(&self) -> impl Iterator<Item = char> + '_ {
        let (utf8, latin) = match std::str::from_utf8(self.bytes()) {
            Ok(text) => (text, &[][..]),
            Err(_) => ("", self.bytes()),
        };
        utf8.chars().chain(latin.iter().copied().map(char::from))
    }

    /// Whether two texts read alike, in whatever bytes.
    #[must_use]
    pub fn reads_as(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a device sends must not move a terminal's cursor.
        self.chars().try_for_each(|c| f.write_char(if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Value {
    /// The value as a ratio or measurement. Whole numbers above 2^53 lose their last digits here,
    /// which is why counters use [`Value::as_count`]. A text is no number.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Bool(b) => f64::from(u8::from(b)),
            Self::Int(i) => i as f64,
            Self::Uint(u) => u as f64,
            Self::Float(f) => f,
            Self::Text(_) => f64::NAN,
        }
    }

    /// The value as a counter register of `bits` width; `None` for a float or text, which cannot be one.
    #[must_use]
    pub const fn as_count(self, bits: u32) -> Option<u64> {
        let raw = match self {
            Self::Bool(b) => b as u64,
            // A PLC that counts in a signed word goes from 32767 to -32768; as bits that is one step.
            Self::Int(i) => i.cast_unsigned(),
            Self::Uint(u) => u,
            Self::Float(_) | Self::Text(_) => return None,
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
            Self::Text(t) => t.fmt(f),
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

/// How a scanner of the box is plugged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Serial,
    /// It types like a keyboard.
    Hid,
}

/// One code read by a scanner (EDGE-04). Separators of GS1 are still in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    pub connection: Arc<str>,
    /// The machine the scanner stands at, when the configuration says so.
    pub machine: Option<Arc<str>>,
    pub code: String,
    pub reader: Reader,
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

    #[test]
    fn edge_02_texts_are_short_trimmed_and_read_in_both_ways_of_writing() {
        let text = |bytes: &[u8]| Text::new(bytes).unwrap();
        assert_eq!(text(b"RUN 7  \0\0junk").to_string(), "RUN 7");
        assert_eq!(text(b"").to_string(), "");
        // Latin-1 of an older device beside the file's UTF-8.
        assert!(text(b"T\xfcr").reads_as(&text("Tür".as_bytes())));
        assert!(!text(b"T\xfcr").reads_as(&text(b"Tur")));
        assert_eq!(text(b"a\x1b[2Jb").to_string(), "a\u{fffd}[2Jb");
        assert_eq!(text(&[b'x'; 32]).to_string().len(), 32);
        assert_eq!(Text::new(&[b'x'; 33]), None);
        assert_eq!(Value::Text(text(b"12")).as_count(16), None);
    }
}
