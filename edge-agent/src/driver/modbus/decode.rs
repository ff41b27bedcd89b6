//! Registers to values. Pure and total: whatever a device sends, the answer is a value or `None`.

use crate::config::{RegisterOrder, Scaling, TagType};
use crate::driver::Value;
use crate::driver::reading::measured;

/// How one value lies in its registers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub kind: TagType,
    pub order: RegisterOrder,
    /// One bit of a register; only for bool.
    pub bit: Option<u8>,
    pub scaling: Option<Scaling>,
}

/// Decodes the value that starts at the first of `words`. `None` when there are too few of them, or when
/// the value is a float that is no number: devices send NaN for "no value".
#[must_use]
pub fn registers(words: &[u16], layout: &Layout) -> Option<Value> {
    let words = words.get(..usize::from(layout.kind.registers()))?;
    let join = |raw: u64, word: &u16| {
        let word = if layout.order.low_byte_first { word.swap_bytes() } else { *word };
        raw << 16 | u64::from(word)
    };
    let raw = if layout.order.low_word_first { words.iter().rev().fold(0, join) } else { words.iter().fold(0, join) };
    let value = match layout.kind {
        TagType::Bool => Value::Bool(match layout.bit {
            Some(bit) => raw >> (bit & 15) & 1 == 1,
            None => raw != 0,
        }),
        TagType::U16 | TagType::U32 | TagType::U64 => Value::Uint(raw),
        TagType::I16 => Value::Int(i64::from((raw as u16).cast_signed())),
        TagType::I32 => Value::Int(i64::from((raw as u32).cast_signed())),
        TagType::I64 => Value::Int(raw.cast_signed()),
        TagType::F32 => Value::Float(f64::from(f32::from_bits(raw as u32))),
        TagType::F64 => Value::Float(f64::from_bits(raw)),
    };
    measured(value, layout.scaling)
}

/// Decodes a coil or discrete input.
#[must_use]
pub const fn bit(on: bool) -> Value {
    Value::Bool(on)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIG: RegisterOrder = RegisterOrder { low_word_first: false, low_byte_first: false };
    const WORDS: RegisterOrder = RegisterOrder { low_word_first: true, low_byte_first: false };
    const BYTES: RegisterOrder = RegisterOrder { low_word_first: false, low_byte_first: true };
    const BOTH: RegisterOrder = RegisterOrder { low_word_first: true, low_byte_first: true };

    fn layout(kind: TagType, order: RegisterOrder) -> Layout {
        Layout { kind, order, bit: None, scaling: None }
    }

    #[test]
    fn edge_02_every_type_and_order() {
        let check = |words: &[u16], kind, order, expect| {
            assert_eq!(registers(words, &layout(kind, order)), Some(expect), "{words:x?} {kind:?} {order:?}");
        };
        check(&[0x1234], TagType::U16, BIG, Value::Uint(0x1234));
        check(&[0x1234], TagType::U16, BYTES, Value::Uint(0x3412));
        check(&[0xffff], TagType::I16, BIG, Value::Int(-1));
        check(&[0x1234, 0x5678], TagType::U32, BIG, Value::Uint(0x1234_5678));
        check(&[0x1234, 0x5678], TagType::U32, WORDS, Value::Uint(0x5678_1234));
        check(&[0x1234, 0x5678], TagType::U32, BYTES, Value::Uint(0x3412_7856));
        check(&[0x1234, 0x5678], TagType::U32, BOTH, Value::Uint(0x7856_3412));
        check(&[0xffff, 0xfffe], TagType::I32, BIG, Value::Int(-2));
        // 2^53 + 1 does not survive a float.
        check(&[0x0020, 0, 0, 1], TagType::U64, BIG, Value::Uint(9_007_199_254_740_993));
        check(&[1, 0, 0, 0x0020], TagType::U64, WORDS, Value::Uint(9_007_199_254_740_993));
        check(&[0xffff; 4], TagType::U64, BIG, Value::Uint(u64::MAX));
        check(&[0x8000, 0, 0, 0], TagType::I64, BIG, Value::Int(i64::MIN));
        check(&[0x4148, 0], TagType::F32, BIG, Value::Float(12.5));
        check(&[0, 0x4148], TagType::F32, WORDS, Value::Float(12.5));
        check(&[0x4029, 0, 0, 0], TagType::F64, BIG, Value::Float(12.5));
        check(&[0], TagType::Bool, BIG, Value::Bool(false));
        check(&[8], TagType::Bool, BIG, Value::Bool(true));
    }

    #[test]
    fn edge_02_bits_and_scaling() {
        let bit = |n| Layout { bit: Some(n), ..layout(TagType::Bool, BIG) };
        assert_eq!(registers(&[0b1000], &bit(3)), Some(Value::Bool(true)));
        assert_eq!(registers(&[0b1000], &bit(2)), Some(Value::Bool(false)));
        assert_eq!(registers(&[0x8000], &bit(15)), Some(Value::Bool(true)));
        let scaled = Layout { scaling: Some(Scaling { scale: 0.1, offset: -40.0 }), ..layout(TagType::U16, BIG) };
        assert_eq!(registers(&[650], &scaled), Some(Value::Float(25.0)));
    }

    #[test]
    fn edge_14_too_few_registers_and_nan_are_no_value() {
        assert_eq!(registers(&[], &layout(TagType::U16, BIG)), None);
        assert_eq!(registers(&[1, 2, 3], &layout(TagType::U64, BIG)), None);
        assert_eq!(registers(&[0x7fc0, 0], &layout(TagType::F32, BIG)), None);
        assert_eq!(registers(&[0x7f80, 0], &layout(TagType::F32, BIG)), None);
    }
}
