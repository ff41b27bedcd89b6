//! What is written is what is read back, and what a node does not take is refused by name.

use opcua::types::Array;
use proptest::prelude::{ProptestConfig, any, proptest};

use super::*;
use crate::driver::opcua::value::{reading, tests::tag};
use crate::driver::{Quality, Text};

use VariantScalarTypeId as Type;

const WRITTEN: [Type; 12] = [
    Type::Boolean,
    Type::SByte,
    Type::Byte,
    Type::Int16,
    Type::UInt16,
    Type::Int32,
    Type::UInt32,
    Type::Int64,
    Type::UInt64,
    Type::Float,
    Type::Double,
    Type::String,
];

fn text(text: &str) -> Value {
    Value::Text(Text::new(text.as_bytes()).unwrap())
}

fn good(value: impl Into<Variant>) -> DataValue {
    DataValue { value: Some(value.into()), ..DataValue::default() }
}

fn bad(status: StatusCode) -> DataValue {
    DataValue { status: Some(status), ..DataValue::default() }
}

/// What a plain writable Int16 answers.
fn answers() -> [DataValue; 5] {
    [good(NodeId::new(0, 4_u32)), good(-1), good(3_u8), good(3_u8), good(7_i16)]
}

#[test]
fn edge_03_what_the_server_says_of_a_node_forbids_a_write_by_name() {
    let check = |place: usize, answer: DataValue, expect: Result<Type, &str>| {
        let mut answers = answers();
        answers[place] = answer;
        match (type_of(&answers), expect) {
            (Ok(found), Ok(expect)) => assert_eq!(found, expect),
            (Err(why), Err(part)) => assert!(why.contains(part), "{why}"),
            (found, expect) => panic!("{found:?}, not {expect:?}"),
        }
    };
    for (number, of) in (1_u32..).zip(WRITTEN) {
        check(0, good(NodeId::new(0, number)), Ok(of));
    }
    for (number, name) in [(13_u32, "DateTime"), (15, "ByteString"), (17, "NodeId"), (21, "LocalizedText")] {
        check(0, good(NodeId::new(0, number)), Err(&format!("is of type {name}; only Boolean")));
    }
    // An abstract type, one of a maker's own, and none: the value shows what it is.
    for answer in [good(NodeId::new(0, 26_u32)), good(NodeId::new(3, 6_u32)), bad(StatusCode::BadNotReadable)] {
        check(0, answer, Ok(Type::Int16));
    }
    check(0, bad(StatusCode::BadNodeIdUnknown), Err("no such node; check node"));
    check(0, bad(StatusCode::BadAttributeIdInvalid), Err("is no variable"));
    check(1, good(1), Err("holds a list (ValueRank 1)"));
    check(1, good(0), Err("holds a list (ValueRank 0)"));
    // "Any": it may be a list, and is none.
    check(1, good(-2), Ok(Type::Int16));
    let list = Array::new(Type::Int16, vec![Variant::Int16(1)]).unwrap();
    check(4, good(Variant::Array(Box::new(list))), Err("holds a list"));
    check(2, good(1_u8), Err("lets nobody write this node (its AccessLevel)"));
    check(3, good(1_u8), Err("does not let this user write"));
    // Only reading is forbidden.
    check(2, good(2_u8), Ok(Type::Int16));
    // What it does not say, it decides when it is asked to write.
    check(2, bad(StatusCode::BadAttributeIdInvalid), Ok(Type::Int16));
    check(3, bad(StatusCode::BadUserAccessDenied), Ok(Type::Int16));
    check(4, bad(StatusCode::BadNotReadable), Ok(Type::Int16));
    let mut nothing = answers();
    (nothing[0], nothing[4]) = (good(NodeId::new(3, "REAL")), bad(StatusCode::BadWaitingForInitialData));
    assert!(
        type_of(&nothing).unwrap_err().contains("nobody knows the type of its values: the server says ns=3;s=REAL")
    );
}

#[test]
fn edge_03_a_value_is_written_in_the_type_of_its_node() {
    let check = |of, value, expect: Variant| assert_eq!(encode(of, value, None), Ok(expect), "{value:?}");
    check(Type::Boolean, Value::Bool(true), Variant::Boolean(true));
    check(Type::SByte, Value::Int(-128), Variant::SByte(-128));
    check(Type::Byte, Value::Uint(255), Variant::Byte(255));
    check(Type::Int16, Value::Int(-32_768), Variant::Int16(i16::MIN));
    check(Type::UInt16, Value::Uint(65_535), Variant::UInt16(u16::MAX));
    check(Type::Int32, Value::Int(-2), Variant::Int32(-2));
    check(Type::UInt32, Value::Float(7.0), Variant::UInt32(7));
    check(Type::Int64, Value::Int(-9_007_199_254_740_993), Variant::Int64(-9_007_199_254_740_993));
    check(Type::UInt64, Value::Uint(u64::MAX), Variant::UInt64(u64::MAX));
    check(Type::Float, Value::Float(0.1), Variant::Float(0.1));
    check(Type::Double, Value::Float(0.1), Variant::Double(0.1));
    check(Type::Float, Value::Uint(3), Variant::Float(3.0));
    check(Type::String, text("Käse 7"), Variant::from("Käse 7"));
    let scaled = Some(Scaling { scale: 0.1, offset: -40.0 });
    assert_eq!(encode(Type::UInt16, Value::Float(25.1), scaled), Ok(Variant::UInt16(651)));
    assert_eq!(encode(Type::Float, Value::Float(-27.5), scaled), Ok(Variant::Float(125.0)));
    // Thirds are no floats, and come back as near as they can be.
    let thirds = Some(Scaling { scale: 3.0, offset: -40.0 });
    assert_eq!(encode(Type::Float, Value::Int(0), thirds), Ok(Variant::Float(40.0 / 3.0)));
    assert_eq!(encode(Type::Float, Value::Float(25.13), scaled), Ok(Variant::Float(651.3)));
    let most = (1_u64 << 53) - 1;
    assert_eq!(
        encode(Type::UInt64, Value::Uint(most), Some(Scaling { scale: 1.0, offset: 0.0 })),
        Ok(Variant::UInt64(most))
    );
}

#[test]
fn edge_03_what_a_node_cannot_hold_is_refused_with_the_reason() {
    let check = |of, value, scaling, part: &str| {
        let why = encode(of, value, scaling).unwrap_err();
        assert!(why.contains(part) && why.ends_with(&format!("the node is of type {of}")), "{why}");
    };
    check(Type::SByte, Value::Int(-129), None, "the value does not fit: SByte holds -128 to 127");
    check(Type::Byte, Value::Uint(256), None, "Byte holds 0 to 255");
    check(Type::Int16, Value::Uint(32_768), None, "Int16 holds -32768 to 32767");
    check(Type::UInt16, Value::Int(-1), None, "UInt16 holds 0 to 65535");
    check(Type::Int32, Value::Uint(1 << 31), None, "Int32 holds -2147483648 to 2147483647");
    check(Type::UInt32, Value::Uint(1 << 32), None, "UInt32 holds 0 to 4294967295");
    check(Type::Int64, Value::Uint(1 << 63), None, "Int64 holds");
    check(Type::UInt64, Value::Int(-1), None, "UInt64 holds");
    check(Type::Int32, Value::Float(1.5), None, "must be a whole number");
    check(Type::Float, Value::Uint(16_777_217), None, "is not exact: Float would hold 16777216");
    check(Type::Double, Value::Uint((1 << 53) + 1), None, "is not exact: Double would hold 9007199254740992");
    check(Type::Float, Value::Float(1e39), None, "more than Float holds");
    check(Type::Boolean, Value::Uint(1), None, "must be true or false");
    check(Type::Int16, Value::Bool(true), None, "must be a number");
    check(Type::String, Value::Uint(1), None, "must be a text");
    check(Type::Double, text("7"), None, "must be a number");
    let scaled = Some(Scaling { scale: 0.1, offset: -40.0 });
    check(Type::UInt16, Value::Float(25.05), scaled, "the nearest are 25 and 25.1");
    check(Type::UInt16, Value::Float(-40.1), scaled, "does not fit (-1 in the device)");
    // 2^53 and the whole number after it are one float.
    let moved = |scale, offset| Some(Scaling { scale, offset });
    for of in [Type::Int64, Type::UInt64, Type::Double] {
        check(of, Value::Uint((1 << 53) + 1), moved(1.0, 0.0), "so large a number is not exact");
        check(of, Value::Int(1 << 53), moved(2.0, 0.0), "so large a number is not exact");
    }
    check(Type::Int64, Value::Float(9_007_199_254_740_992.0), None, "so large a number is not exact");
    check(Type::Int64, Value::Uint((1 << 52) + 1), moved(0.5, 0.0), "so large a number is not exact");
    // 2^24 + 1 is none of the Floats, and beside a thousand millions there is no room for 1.5.
    check(Type::Float, Value::Uint(16_777_217), moved(0.5, 0.0), "would hold 16777216");
    check(Type::Float, Value::Float(1.5), moved(1.0, 1e9), "with its scale and offset Float would hold 0");
    check(Type::Float, Value::Uint(1), moved(1.0, 1e9), "would hold 0");
}

#[test]
fn edge_03_the_type_of_the_tag_is_asked_first() {
    let writable = |kind| OpcUaTag { kind, writable: true, ..tag(0) };
    let check = |kind, value, part: &str| {
        let why = check(&writable(kind), value).unwrap_err();
        assert!(why.contains(part), "{why}");
    };
    check(TagType::U16, Value::Uint(65_536), "u16 holds 0 to 65535");
    check(TagType::F32, Value::Float(1e39), "more than f32 holds");
    check(TagType::F64, Value::Uint((1 << 53) + 1), "is not exact");
    check(TagType::Bool, Value::Uint(1), "true or false");
    check(TagType::String, Value::Bool(true), "must be a text");
    assert!(super::check(&tag(0), Value::Int(1)).unwrap_err().contains("writable = true"));
    assert_eq!(super::check(&writable(TagType::I32), Value::Int(1)), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn edge_03_what_is_written_is_read_back(raw in any::<i64>(), of in 0..8_usize) {
        const KINDS: [TagType; 8] = [
            TagType::I16, TagType::U16, TagType::I16, TagType::U16,
            TagType::I32, TagType::U32, TagType::I64, TagType::U64,
        ];
        let (of, kind) = (WRITTEN[1 + of], KINDS[of]);
        let (least, most) = limits(of).unwrap();
        let value = least + i128::from(raw.unsigned_abs()) % (most - least + 1);
        let value = if least < 0 { Value::Int(value as i64) } else { Value::Uint(value as u64) };
        let tag = OpcUaTag { kind, writable: true, ..tag(0) };
        assert_eq!(super::check(&tag, value), Ok(()));
        let (found, ..) = reading(&tag, &good(encode(of, value, None).unwrap()), 1);
        assert_eq!((found.quality, found.value), (Quality::Good, value), "{of}");
    }
}

/// What a server says of a node, in any bytes: a type that can be written, or a reason; and what is written is of it.
#[test]
fn fuzz_what_a_server_says_of_a_node() {
    use opcua::types::{BinaryDecodable as _, ContextOwned};
    let context = std::panic::AssertUnwindSafe(ContextOwned::default());
    bolero::check!().with_iterations(20_000).with_type::<(u8, i64, Vec<u8>)>().for_each(move |(place, raw, bytes)| {
        let context = &context;
        let Ok(answer) = DataValue::decode(&mut bytes.as_slice(), &context.context()) else { return };
        let mut answers = answers();
        answers[usize::from(*place) % 5] = answer.clone();
        answers[4] = answer;
        let Ok(of) = type_of(&answers) else { return };
        assert!(WRITTEN.contains(&of), "{of}");
        if let Ok(written) = encode(of, Value::Int(*raw), None) {
            assert_eq!(written.scalar_type_id(), Some(of));
        }
    });
}
