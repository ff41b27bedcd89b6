//! A row of the sink's table, packed.

use std::collections::HashMap;

use super::reading::{Quality, Reading, TagIndex, Text, Value};

/// Values that are texts, beside their rows: few are, and they are long.
pub(super) type Texts = HashMap<TagIndex, Text>;

/// What is known of one tag. A box has a hundred thousand of them, so it takes 32 bytes.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// The value, as `kind` says; nothing for a text.
    bits: u64,
    /// When it got this value and quality.
    pub(super) since: i64,
    /// Up to when the reader knows of this tag.
    pub(super) told: i64,
    /// Its place in `unread`, from 1; 0 when the reader has all.
    pub(super) unread: u32,
    kind: Kind,
    pub(super) quality: Quality,
    pub(super) is_kept: bool,
}

const _: () = assert!(size_of::<Slot>() == 32, "the memory of a box follows this");

#[derive(Clone, Copy)]
enum Kind {
    Bool,
    Int,
    Uint,
    Float,
    Text,
}

impl Slot {
    pub(super) const NEVER_READ: Self =
        Self { bits: 0, since: 0, told: 0, unread: 0, kind: Kind::Int, quality: Quality::Bad, is_kept: false };

    pub(super) fn reading(&self, tag: TagIndex, texts: &Texts, at: i64) -> Reading {
        let value = match self.kind {
            Kind::Bool => Value::Bool(self.bits != 0),
            Kind::Int => Value::Int(self.bits.cast_signed()),
            Kind::Uint => Value::Uint(self.bits),
            Kind::Float => Value::Float(f64::from_bits(self.bits)),
            // One of this kind has one.
            Kind::Text => texts.get(&tag).map_or(Value::Int(0), |text| Value::Text(*text)),
        };
        Reading { tag, value, quality: self.quality, at }
    }

    pub(super) fn hold(&mut self, reading: &Reading, texts: &mut Texts) {
        (self.kind, self.bits) = match reading.value {
            Value::Bool(is_on) => (Kind::Bool, u64::from(is_on)),
            Value::Int(number) => (Kind::Int, number.cast_unsigned()),
            Value::Uint(number) => (Kind::Uint, number),
            Value::Float(number) => (Kind::Float, number.to_bits()),
            Value::Text(text) => {
                texts.insert(reading.tag, text);
                (Kind::Text, 0)
            }
        };
        (self.quality, self.since) = (reading.quality, reading.at);
    }
}
