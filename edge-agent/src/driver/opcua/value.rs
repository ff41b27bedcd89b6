//! OPC UA values to ours. Pure and total. A value that does not fit its configured type is Bad and says
//! so; whole numbers stay whole.

use opcua::types::{DataValue, DateTime, Identifier, Variant};

use crate::config::{OpcUaTag, TagType};
use crate::driver::reading::measured;
use crate::driver::{Quality, Reading, SourceStamp, Text, Value};

/// 1601 to 1970 in microseconds.
const EPOCH_US: i64 = 11_644_473_600_000_000;

/// The reading for a value as a server sent it, and why it is Bad if it is.
pub(super) fn reading(tag: &OpcUaTag, value: &DataValue, at: i64) -> (Reading, SourceStamp, Option<String>) {
    // No status means good; a value that is merely "uncertain" is not current and counts as Bad.
    let status = value.status.map_or(0, |status| status.bits());
    let good = value.status.is_none_or(|status| status.is_good());
    let stamp = SourceStamp { at: value.source_timestamp.and_then(microseconds), status };
    let converted = value.value.as_ref().and_then(|variant| convert(variant, tag.kind));
    let measured = converted.and_then(|converted| measured(converted, tag.scaling));
    let error = match (&value.value, value.status) {
        _ if good && measured.is_some() => None,
        (_, Some(status)) if !good => Some(format!("{}: the server says {status}", tag.node)),
        (None | Some(Variant::Empty), _) => Some(format!("{}: the server sent no value", tag.node)),
        (Some(_), _) if converted.is_some() => Some(format!("{}: the value is not a number", tag.node)),
        (Some(other), _) if tag.kind == TagType::String => {
            let most = Text::BYTES_MAX;
            Some(format!("{}: the server sent {}, which is not a text of at most {most} bytes", tag.node, shown(other)))
        }
        (Some(other), _) => {
            Some(format!("{}: the server sent {}, which is not {}", tag.node, shown(other), tag.kind.code()))
        }
    };
    let quality = if good && measured.is_some() { Quality::Good } else { Quality::Bad };
    (Reading { tag: tag.tag, value: measured.unwrap_or(Value::Int(0)), quality, at }, stamp, error)
}

/// A whole number that fits, a bool for a bool, any number for a float, a text for a text. A node id, such as that of
/// a state, is its number or its text.
fn convert(variant: &Variant, kind: TagType) -> Option<Value> {
    if kind == TagType::String {
        return text(variant).map(Value::Text);
    }
    let whole: i128 = match variant {
        Variant::NodeId(id) => match id.identifier {
            Identifier::Numeric(number) => i128::from(number),
            _ => return None,
        },
        Variant::Boolean(b) => return (kind == TagType::Bool).then_some(Value::Bool(*b)),
        Variant::Float(f) => return float(f64::from(*f), kind),
        Variant::Double(f) => return float(*f, kind),
        Variant::SByte(i) => i128::from(*i),
        Variant::Byte(i) => i128::from(*i),
        Variant::Int16(i) => i128::from(*i),
        Variant::UInt16(i) => i128::from(*i),
        Variant::Int32(i) => i128::from(*i),
        Variant::UInt32(i) => i128::from(*i),
        Variant::Int64(i) => i128::from(*i),
        Variant::UInt64(i) => i128::from(*i),
        _ => return None,
    };
    match kind.limits() {
        Some((low, high)) if !(low..=high).contains(&whole) => None,
        Some((0, _)) => u64::try_from(whole).ok().map(Value::Uint),
        Some(_) => i64::try_from(whole).ok().map(Value::Int),
        None if kind == TagType::Bool => None,
        None => Some(Value::Float(whole as f64)),
    }
}

/// At most as many bytes as a tag holds.
fn text(variant: &Variant) -> Option<Text> {
    match variant {
        Variant::String(text) => Text::new(text.as_ref().as_bytes()),
        Variant::LocalizedText(text) => Text::new(text.text.as_ref().as_bytes()),
        Variant::QualifiedName(name) => Text::new(name.name.as_ref().as_bytes()),
        Variant::NodeId(id) => Text::new(id.identifier.to_string().as_bytes()),
        _ => None,
    }
}

fn float(f: f64, kind: TagType) -> Option<Value> {
    matches!(kind, TagType::F32 | TagType::F64).then_some(Value::Float(f))
}

fn shown(variant: &Variant) -> String {
    let text: String = variant.to_string().chars().take(40).collect();
    match variant {
        Variant::Array(_) => "a list".into(),
        Variant::String(_) => format!("the text \"{text}\""),
        _ => text,
    }
}

fn microseconds(time: DateTime) -> Option<i64> {
    let ticks = time.checked_ticks();
    (ticks > 0 && ticks < i64::MAX).then(|| ticks / 10 - EPOCH_US)
}

#[cfg(test)]
pub(super) mod tests {
    use opcua::types::{LocalizedText, NodeId, StatusCode};

    use super::*;
    use crate::config::{OpcUaNode, Scaling};
    use crate::driver::TagIndex;

    pub(in crate::driver::opcua) fn tag(index: u32) -> OpcUaTag {
        OpcUaTag {
            tag: TagIndex(index),
            node: OpcUaNode { namespace: None, id: NodeId::new(2, "Press.State"), path: None },
            kind: TagType::I32,
            scaling: None,
            sampling_ms: 250,
            queue_size: 10,
            discard_oldest: true,
            deadband: None,
            writable: false,
        }
    }

    #[test]
    fn edge_03_values_fit_their_type_exactly_or_are_bad() {
        let check = |variant: Variant, kind, expect: Option<Value>| {
            let data = DataValue { value: Some(variant.clone()), ..DataValue::default() };
            let (reading, _, error) = reading(&OpcUaTag { kind, ..tag(3) }, &data, 9);
            let got = (reading.quality == Quality::Good).then_some(reading.value);
            assert_eq!(got, expect, "{variant:?} as {kind:?}");
            assert_eq!(error.is_some(), expect.is_none());
        };
        check(Variant::Int32(4), TagType::I32, Some(Value::Int(4)));
        check(Variant::Int32(4), TagType::U16, Some(Value::Uint(4)));
        check(Variant::Int32(-4), TagType::U16, None);
        check(Variant::UInt64(u64::MAX), TagType::U64, Some(Value::Uint(u64::MAX)));
        check(Variant::UInt64(u64::MAX), TagType::I64, None);
        check(Variant::Int64(9_007_199_254_740_993), TagType::I64, Some(Value::Int(9_007_199_254_740_993)));
        check(Variant::Float(1.5), TagType::F64, Some(Value::Float(1.5)));
        check(Variant::UInt16(7), TagType::F32, Some(Value::Float(7.0)));
        check(Variant::Double(1.0), TagType::I32, None);
        check(Variant::Double(f64::NAN), TagType::F64, None);
        check(Variant::Boolean(true), TagType::Bool, Some(Value::Bool(true)));
        check(Variant::Boolean(true), TagType::U16, None);
        check(Variant::from("running"), TagType::I32, None);
        let text = |text: &str| Some(Value::Text(Text::new(text.as_bytes()).unwrap()));
        check(Variant::from("running"), TagType::String, text("running"));
        check(Variant::from(LocalizedText::new("de", "läuft")), TagType::String, text("läuft"));
        check(Variant::from("x".repeat(33)), TagType::String, None);
        check(Variant::Int32(1), TagType::String, None);
        // The state of a state machine.
        check(Variant::from(NodeId::new(7, 5_006)), TagType::U32, Some(Value::Uint(5_006)));
        check(Variant::from(NodeId::new(7, 5_006)), TagType::String, text("i=5006"));
        check(Variant::from(NodeId::new(7, "Executing")), TagType::U32, None);
        check(Variant::from(NodeId::new(7, "Executing")), TagType::String, text("s=Executing"));
        check(Variant::Empty, TagType::I32, None);
    }

    #[test]
    fn edge_14_bad_and_uncertain_are_bad_and_the_stamp_is_kept() {
        for status in [StatusCode::BadSensorFailure, StatusCode::UncertainLastUsableValue] {
            let data = DataValue {
                value: Some(Variant::Int32(1)),
                status: Some(status),
                source_timestamp: Some(DateTime::ymd_hms(2026, 1, 2, 3, 4, 5)),
                ..DataValue::default()
            };
            let (reading, stamp, error) = reading(&tag(3), &data, 9);
            assert_eq!(reading.quality, Quality::Bad);
            assert_eq!(stamp, SourceStamp { at: Some(1_767_323_045_000_000), status: status.bits() });
            assert_eq!(error, Some(format!("ns=2;s=Press.State: the server says {status}")));
        }
    }

    #[test]
    fn edge_03_scaling() {
        let scaled = OpcUaTag { scaling: Some(Scaling { scale: 0.5, offset: 1.0 }), ..tag(3) };
        let data = DataValue { value: Some(Variant::Int32(4)), ..DataValue::default() };
        assert_eq!(reading(&scaled, &data, 0).0.value, Value::Float(3.0));
    }

    /// A server's bytes for a value, read by the library and made ours: a value that is Good lies within its type.
    #[test]
    fn fuzz_values_of_a_server() {
        use crate::driver::tests::{fits, type_of};
        use opcua::types::{BinaryDecodable as _, ContextOwned};
        let context = ContextOwned::default();
        let context = std::panic::AssertUnwindSafe(context);
        bolero::check!().with_iterations(20_000).with_type::<(u8, Vec<u8>)>().for_each(move |(kind, bytes)| {
            let context = &context;
            let Ok(value) = DataValue::decode(&mut bytes.as_slice(), &context.context()) else { return };
            let kind = type_of(*kind);
            let (found, _, error) = reading(&OpcUaTag { kind, ..tag(0) }, &value, 7);
            assert_eq!(found.quality == Quality::Good, error.is_none(), "{value:?}");
            assert!(found.quality == Quality::Bad || fits(found.value, kind), "{kind:?} {value:?}");
        });
    }
}
