//! What is written is what is read back, and nothing else is written.

use std::sync::Arc;

use proptest::prelude::{ProptestConfig, any, proptest};

use super::*;
use crate::config::{Register, RegisterOrder, Scaling};
use crate::driver::modbus::decode::{Decoder, Layout};
use crate::driver::modbus::plan::{Item, Request};
use crate::driver::{TagIndex, Text};

const SCALED: Option<Scaling> = Some(Scaling { scale: 0.1, offset: -40.0 });

fn tag(register: &str, kind: TagType, registers: u16) -> ModbusTag {
    ModbusTag {
        tag: TagIndex(0),
        unit: 1,
        register: Register::parse(register).unwrap(),
        kind,
        registers,
        order: RegisterOrder { low_word_first: false, low_byte_first: false },
        scaling: None,
        period_ms: 1_000,
        writable: true,
    }
}

fn words_of(call: &Call<'_>) -> Vec<u16> {
    match call {
        Call::WriteSingleRegister(_, word) => vec![*word],
        Call::WriteMultipleRegisters(_, words) => words.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// What the driver reads when these words lie in the registers.
fn read_back(tag: &ModbusTag, words: Vec<u16>) -> Value {
    let layout = Layout { kind: tag.kind, order: tag.order, bit: tag.register.bit, scaling: tag.scaling() };
    let item = Item { tag: tag.tag, place: 0, width: tag.registers, layout };
    let (table, count) = (tag.register.table, tag.registers);
    let request = Request { unit: 1, table, address: 0, count, period_ms: 1, items: vec![item] };
    let mut readings = Vec::new();
    Decoder::new(&request).words(words, 1, &mut readings);
    readings[0].value
}

#[test]
fn edge_02_bits_and_coils_are_written_alone() {
    let coil = encode(&tag("coil:7", TagType::Bool, 1), Value::Bool(true)).unwrap();
    assert_eq!(coil.call, Call::WriteSingleCoil(7, true));
    assert_eq!(coil.other, Some(Call::WriteMultipleCoils(7, vec![true].into())));
    let bit = |value| encode(&tag("holding:4.3", TagType::Bool, 1), Value::Bool(value)).unwrap();
    assert_eq!(bit(true), Write { call: Call::MaskWriteRegister(4, 0xfff7, 0x0008), other: None });
    assert_eq!(bit(false), Write { call: Call::MaskWriteRegister(4, 0xfff7, 0), other: None });
    let mut swapped = tag("holding:4.3", TagType::Bool, 1);
    swapped.order.low_byte_first = true;
    let swapped = encode(&swapped, Value::Bool(true)).unwrap();
    assert_eq!(swapped.call, Call::MaskWriteRegister(4, 0xf7ff, 0x0800));
}

#[test]
fn edge_02_what_does_not_fit_is_refused_with_a_reason() {
    let check = |tag: &ModbusTag, value, why: &str| {
        let refused = encode(tag, value).unwrap_err();
        assert!(refused.contains(why), "{value:?}: {refused}");
    };
    let of = |kind: TagType| tag("holding:0", kind, kind.registers());
    check(&of(TagType::U16), Value::Uint(65_536), "u16 holds 0 to 65535");
    check(&of(TagType::U16), Value::Int(-1), "u16 holds 0 to 65535");
    check(&of(TagType::I16), Value::Int(32_768), "i16 holds -32768 to 32767");
    check(&of(TagType::U16), Value::Float(1.5), "whole number");
    check(&of(TagType::U64), Value::Float(1e19), "not exact");
    check(&of(TagType::F32), Value::Float(1e39), "more than f32 holds");
    check(&of(TagType::F64), Value::Float(f64::NAN), "must be a number");
    check(&of(TagType::Bcd16), Value::Uint(10_000), "bcd16 holds 0 to 9999");
    check(&of(TagType::U16), Value::Bool(true), "must be a number");
    check(&of(TagType::Bool), Value::Uint(1), "true or false");
    check(&of(TagType::Bool), Value::Text(Text::new(b"on").unwrap()), "true or false");
    let scaled = ModbusTag { scaling: SCALED.map(Arc::new), ..of(TagType::U16) };
    check(&scaled, Value::Float(25.05), "nearest are 25 and 25.1");
    check(&scaled, Value::Float(-40.1), "-1 in the device");
    check(&scaled, Value::Uint(6_514), "65540 in the device");
    check(&tag("holding:0", TagType::String, 2), Value::Text(Text::new(b"RECIPE").unwrap()), "6 bytes");
    check(&ModbusTag { writable: false, ..of(TagType::U16) }, Value::Uint(1), "is not writable");
}

#[test]
fn edge_02_what_is_written_lies_as_the_standard_has_it() {
    let of = |kind: TagType, value| words_of(&encode(&tag("holding:0", kind, kind.registers()), value).unwrap().call);
    assert_eq!(of(TagType::U32, Value::Uint(0x1234_5678)), [0x1234, 0x5678]);
    assert_eq!(of(TagType::I16, Value::Int(-2)), [0xfffe]);
    assert_eq!(of(TagType::U64, Value::Uint(9_007_199_254_740_993)), [0x0020, 0, 0, 1]);
    assert_eq!(of(TagType::F32, Value::Float(12.5)), [0x4148, 0]);
    assert_eq!(of(TagType::F32, Value::Uint(3)), [0x4040, 0]);
    assert_eq!(of(TagType::Bcd32, Value::Uint(12_345_678)), [0x1234, 0x5678]);
    assert_eq!(of(TagType::U16, Value::Float(7.0)), [7]);
    let text = encode(&tag("holding:0", TagType::String, 3), Value::Text(Text::new(b"ABC").unwrap())).unwrap();
    assert_eq!(words_of(&text.call), [0x4142, 0x4300, 0]);
    let scaled = ModbusTag { scaling: SCALED.map(Arc::new), ..tag("holding:0", TagType::U16, 1) };
    assert_eq!(words_of(&encode(&scaled, Value::Uint(25)).unwrap().call), [650]);
    assert_eq!(words_of(&encode(&scaled, Value::Float(25.1)).unwrap().call), [651]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn edge_02_what_is_written_is_read_back(raw in any::<i64>(), kind in 0..9_usize, words in any::<bool>(), bytes in any::<bool>()) {
        let (_, kind) = TagType::WORDS[1 + kind];
        let (least, most) = kind.limits().unwrap_or((i128::from(i64::MIN), i128::from(i64::MAX)));
        let value = least + i128::from(raw.unsigned_abs()) % (most - least + 1);
        let value = match kind {
            TagType::F32 => Value::Float(f64::from(raw as f32)),
            TagType::F64 => Value::Float(raw as f64),
            TagType::I16 | TagType::I32 | TagType::I64 => Value::Int(value as i64),
            _ => Value::Uint(value as u64),
        };
        let order = RegisterOrder { low_word_first: words, low_byte_first: bytes };
        let tag = ModbusTag { order, ..tag("holding:0", kind, kind.registers()) };
        let written = encode(&tag, value).unwrap();
        assert_eq!(read_back(&tag, words_of(&written.call)), value, "{:?}", tag.kind);
        if let Some(other) = &written.other {
            assert_eq!(words_of(other), words_of(&written.call));
        }
    }

    #[test]
    fn edge_02_every_step_of_a_scaled_tag_can_be_written(raw in any::<u16>(), scale in 0.001..50.0_f64, offset in -1e4..1e4_f64) {
        let scaling = Some(Scaling { scale, offset });
        let tag = ModbusTag { scaling: scaling.map(Arc::new), ..tag("holding:0", TagType::U16, 1) };
        let shown = read_back(&tag, vec![raw]);
        assert_eq!(words_of(&encode(&tag, shown).unwrap().call), [raw]);
    }
}

#[test]
fn edge_02_a_number_that_a_float_cannot_hold_is_refused() {
    for (kind, registers, value) in [
        (TagType::F32, 2, Value::Uint(16_777_217)),
        (TagType::F64, 4, Value::Uint((1 << 53) + 1)),
        (TagType::F32, 2, Value::Float(1e-50)),
    ] {
        let refused = encode(&tag("holding:0", kind, registers), value).err().unwrap();
        assert!(refused.starts_with("is not exact"), "{refused}");
    }
    assert!(encode(&tag("holding:0", TagType::F32, 2), Value::Float(0.1)).is_ok());
    let scaled = ModbusTag {
        scaling: Some(Arc::new(Scaling { scale: 0.01, offset: 0.0 })),
        ..tag("holding:0", TagType::U16, 1)
    };
    assert!(encode(&scaled, Value::Float(100.00009)).err().unwrap().contains("between two steps"));
}
