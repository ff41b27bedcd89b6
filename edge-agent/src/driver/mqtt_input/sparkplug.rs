//! Messages of Sparkplug B 3.0: the payload as its public protobuf definition has it, as far as a reader of values
//! needs it, and the topics. Pure; any bytes give a payload or an error.

use prost::Message as _;
use prost::encoding::{DecodeContext, decode_key, skip_field};

use super::value;
use crate::config::TagType;
use crate::driver::Value;

pub(super) const NAMESPACE: &str = "spBv1.0";
pub(super) const REBIRTH: &str = "Node Control/Rebirth";
pub(super) const BD_SEQ: &str = "bdSeq";
const BOOLEAN: u32 = 11;
/// Of one message.
const METRICS_MAX: usize = 10_000;
/// Of [`Payload::metrics`].
const METRICS_TAG: u32 = 2;
/// Quality of a property set, as OPC has it: 192 is good, 0 bad, 500 stale.
const QUALITY_GOOD: u64 = 192;

#[derive(Clone, PartialEq, prost::Message)]
pub struct Payload {
    /// Milliseconds since 1970.
    #[prost(uint64, optional, tag = "1")]
    pub timestamp: Option<u64>,
    #[prost(message, repeated, tag = "2")]
    pub metrics: Vec<Metric>,
    #[prost(uint64, optional, tag = "3")]
    pub seq: Option<u64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Metric {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    pub alias: Option<u64>,
    #[prost(uint64, optional, tag = "3")]
    pub timestamp: Option<u64>,
    #[prost(uint32, optional, tag = "4")]
    pub datatype: Option<u32>,
    #[prost(bool, optional, tag = "5")]
    pub is_historical: Option<bool>,
    #[prost(bool, optional, tag = "7")]
    pub is_null: Option<bool>,
    #[prost(message, optional, tag = "9")]
    pub properties: Option<PropertySet>,
    #[prost(oneof = "MetricValue", tags = "10, 11, 12, 13, 14, 15, 16, 17, 18")]
    pub value: Option<MetricValue>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub enum MetricValue {
    #[prost(uint32, tag = "10")]
    Int(u32),
    #[prost(uint64, tag = "11")]
    Long(u64),
    #[prost(float, tag = "12")]
    Float(f32),
    #[prost(double, tag = "13")]
    Double(f64),
    #[prost(bool, tag = "14")]
    Boolean(bool),
    #[prost(string, tag = "15")]
    Text(String),
    /// Bytes, data sets and templates are no values of tags; they are only told apart from nothing.
    #[prost(bytes = "vec", tag = "16")]
    Bytes(Vec<u8>),
    #[prost(bytes = "vec", tag = "17")]
    DataSet(Vec<u8>),
    #[prost(bytes = "vec", tag = "18")]
    Template(Vec<u8>),
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct PropertySet {
    #[prost(string, repeated, tag = "1")]
    pub keys: Vec<String>,
    #[prost(message, repeated, tag = "2")]
    pub values: Vec<PropertyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct PropertyValue {
    #[prost(uint32, optional, tag = "3")]
    pub int_value: Option<u32>,
    #[prost(uint64, optional, tag = "4")]
    pub long_value: Option<u64>,
}

/// The kinds of messages that nodes and devices send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    NodeBirth,
    NodeDeath,
    NodeData,
    DeviceBirth,
    DeviceDeath,
    DeviceData,
}

impl Kind {
    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("NBIRTH", Self::NodeBirth),
        ("NDEATH", Self::NodeDeath),
        ("NDATA", Self::NodeData),
        ("DBIRTH", Self::DeviceBirth),
        ("DDEATH", Self::DeviceDeath),
        ("DDATA", Self::DeviceData),
    ];

    pub(super) const fn is_of_device(self) -> bool {
        matches!(self, Self::DeviceBirth | Self::DeviceDeath | Self::DeviceData)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Topic<'a> {
    pub(super) kind: Kind,
    pub(super) group: &'a str,
    pub(super) edge_node: &'a str,
    pub(super) device: Option<&'a str>,
}

impl<'a> Topic<'a> {
    pub(super) fn parse(topic: &'a str) -> Option<Self> {
        let mut parts = topic.split('/');
        let (namespace, group, kind, edge_node) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let device = parts.next();
        let (_, kind) = Kind::ALL.into_iter().find(|(word, _)| *word == kind)?;
        let fits = namespace == NAMESPACE && parts.next().is_none() && kind.is_of_device() == device.is_some();
        fits.then_some(Self { kind, group, edge_node, device })
    }
}

pub(super) fn decode(bytes: &[u8]) -> Result<Payload, String> {
    if has_too_many_metrics(bytes).map_err(|error| error.to_string())? {
        return Err(format!("more than {METRICS_MAX} metrics in one message; let the node publish several"));
    }
    Payload::decode(bytes).map_err(|error| error.to_string())
}

/// Before anything is decoded: two bytes on the wire make a metric of a hundred times that in memory.
fn has_too_many_metrics(mut bytes: &[u8]) -> Result<bool, prost::DecodeError> {
    let mut metrics = 0;
    while !bytes.is_empty() && metrics <= METRICS_MAX {
        let (tag, wire_type) = decode_key(&mut bytes)?;
        metrics += usize::from(tag == METRICS_TAG);
        skip_field(wire_type, tag, &mut bytes, DecodeContext::default())?;
    }
    Ok(metrics > METRICS_MAX)
}

/// What asks an edge node for its births.
pub(super) fn rebirth(at_ms: u64) -> Vec<u8> {
    let metric = Metric {
        name: Some(REBIRTH.into()),
        timestamp: Some(at_ms),
        datatype: Some(BOOLEAN),
        value: Some(MetricValue::Boolean(true)),
        ..Metric::default()
    };
    Payload { timestamp: Some(at_ms), metrics: vec![metric], seq: None }.encode_to_vec()
}

impl Payload {
    /// The number of the session of a birth or death.
    pub(super) fn bd_seq(&self) -> Option<u64> {
        let metric = self.metrics.iter().find(|metric| metric.name.as_deref() == Some(BD_SEQ))?;
        match metric.value {
            Some(MetricValue::Int(number)) => Some(u64::from(number)),
            Some(MetricValue::Long(number)) => Some(number),
            _ => None,
        }
    }
}

impl Metric {
    /// The value as `kind`, or why there is none. `datatype` is the one of the birth.
    pub(super) fn value(&self, datatype: Option<u32>, kind: TagType) -> Result<Value, String> {
        if self.is_null == Some(true) {
            return Err("the device has no value".into());
        }
        if let Some(quality) = self.quality().filter(|quality| *quality != QUALITY_GOOD) {
            return Err(format!("the device says quality {quality}"));
        }
        let refused = |what: &str| format!("the device sent {what}, which is not {}", kind.code());
        let raw = match &self.value {
            None => return Err("the message has no value".into()),
            Some(MetricValue::Int(raw)) => u64::from(*raw),
            Some(MetricValue::Long(raw)) => *raw,
            Some(MetricValue::Float(float)) => {
                return value::from_float(f64::from(*float), kind).ok_or_else(|| refused(&float.to_string()));
            }
            Some(MetricValue::Double(float)) => {
                return value::from_float(*float, kind).ok_or_else(|| refused(&float.to_string()));
            }
            Some(MetricValue::Boolean(bool)) => {
                return value::from_bool(*bool, kind).ok_or_else(|| refused(&bool.to_string()));
            }
            Some(MetricValue::Text(text)) => {
                return value::from_text(text, kind)
                    .ok_or_else(|| refused(&format!("the text \"{}\"", value::shown(text))));
            }
            Some(MetricValue::Bytes(_)) => return Err(refused("bytes")),
            Some(MetricValue::DataSet(_)) => return Err(refused("a data set")),
            Some(MetricValue::Template(_)) => return Err(refused("a template")),
        };
        let whole = whole(raw, self.datatype.or(datatype));
        value::from_whole(whole, kind).ok_or_else(|| refused(&whole.to_string()))
    }

    fn quality(&self) -> Option<u64> {
        let set = self.properties.as_ref()?;
        let place = set.keys.iter().position(|key| key == "Quality")?;
        let value = set.values.get(place)?;
        value.long_value.or(value.int_value.map(u64::from))
    }
}

/// Signed numbers travel as the bits of unsigned ones, some senders with and some without the leading ones.
fn whole(raw: u64, datatype: Option<u32>) -> i128 {
    match datatype {
        Some(1) => i128::from((raw as u8).cast_signed()),
        Some(2) => i128::from((raw as u16).cast_signed()),
        Some(3) => i128::from((raw as u32).cast_signed()),
        Some(4) => i128::from(raw.cast_signed()),
        _ => i128::from(raw),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edge_13_numbers_of_metrics_keep_all_bits_and_their_sign() {
        let check = |raw: MetricValue, datatype: u32, kind: TagType, expect: Option<Value>| {
            let metric = Metric { value: Some(raw.clone()), ..Metric::default() };
            assert_eq!(metric.value(Some(datatype), kind).ok(), expect, "{raw:?} {datatype} {kind:?}");
        };
        // Int8 -1 with and without the leading ones.
        check(MetricValue::Int(0xffff_ffff), 1, TagType::I16, Some(Value::Int(-1)));
        check(MetricValue::Int(0xff), 1, TagType::I16, Some(Value::Int(-1)));
        check(MetricValue::Int(0x8000), 2, TagType::I32, Some(Value::Int(-32_768)));
        check(MetricValue::Int(0xffff_fffe), 3, TagType::I32, Some(Value::Int(-2)));
        check(MetricValue::Int(0xffff_fffe), 7, TagType::U32, Some(Value::Uint(0xffff_fffe)));
        check(MetricValue::Long(0xffff_fffe), 7, TagType::U32, Some(Value::Uint(0xffff_fffe)));
        check(MetricValue::Long(u64::MAX), 4, TagType::I64, Some(Value::Int(-1)));
        check(MetricValue::Long(u64::MAX), 8, TagType::U64, Some(Value::Uint(u64::MAX)));
        check(MetricValue::Long(u64::MAX), 8, TagType::I64, None);
        check(MetricValue::Long(9_007_199_254_740_993), 8, TagType::U64, Some(Value::Uint(9_007_199_254_740_993)));
        check(MetricValue::Double(f64::NAN), 10, TagType::F64, None);
        check(MetricValue::Boolean(true), 11, TagType::Bool, Some(Value::Bool(true)));
        check(MetricValue::DataSet(vec![]), 16, TagType::U16, None);
    }

    #[test]
    fn edge_14_null_and_quality_are_no_values() {
        let good = Metric { value: Some(MetricValue::Int(1)), ..Metric::default() };
        let with = |quality: u32| {
            let value = PropertyValue { int_value: Some(quality), long_value: None };
            let keys = vec!["engUnit".to_owned(), "Quality".to_owned()];
            Metric {
                properties: Some(PropertySet { keys, values: vec![PropertyValue::default(), value] }),
                ..good.clone()
            }
        };
        assert!(good.value(None, TagType::U16).is_ok() && with(192).value(None, TagType::U16).is_ok());
        assert_eq!(with(500).value(None, TagType::U16).unwrap_err(), "the device says quality 500");
        let null = Metric { is_null: Some(true), ..good };
        assert_eq!(null.value(None, TagType::U16).unwrap_err(), "the device has no value");
    }

    #[test]
    fn edge_06_a_message_has_a_bounded_number_of_metrics() {
        // The shortest metric there is: tag 2, no bytes.
        let message = |metrics: usize| [0x12, 0x00].repeat(metrics);
        assert_eq!(decode(&message(10_000)).unwrap().metrics.len(), 10_000);
        let refused = decode(&message(10_001)).unwrap_err();
        assert_eq!(refused, "more than 10000 metrics in one message; let the node publish several");
        assert!(decode(&[message(10_001), vec![0xff]].concat()).unwrap_err().contains("more than"), "read no further");
    }

    #[test]
    fn edge_06_topics() {
        let topic = Topic::parse("spBv1.0/G/DDATA/N/D").unwrap();
        assert_eq!((topic.kind, topic.group, topic.edge_node, topic.device), (Kind::DeviceData, "G", "N", Some("D")));
        for wrong in [
            "spBv1.0/G/NDATA/N/D",
            "spBv1.0/G/DDATA/N",
            "spAv1.0/G/NDATA/N",
            "spBv1.0/G/NCMD/N",
            "spBv1.0/G/DDATA/N/D/E",
            "",
        ] {
            assert_eq!(Topic::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn edge_06_any_bytes_are_a_payload_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(payload) = decode(&bytes) {
                for metric in &payload.metrics {
                    let _ = metric.value(metric.datatype, TagType::I64);
                }
            }
        }
    }

    /// Any payload, or a good one with damage in it: read or refused, and a whole number never leaves its type.
    #[test]
    fn fuzz_payloads_of_a_node() {
        use crate::driver::tests::{fits, type_of};
        let good = {
            let metric = Metric {
                name: Some("Speed".into()),
                datatype: Some(4),
                value: Some(MetricValue::Long(77)),
                ..Metric::default()
            };
            Payload { timestamp: Some(1), metrics: vec![metric], seq: Some(3) }.encode_to_vec()
        };
        bolero::check!().with_iterations(20_000).with_type::<(u8, usize, Vec<u8>)>().for_each(
            move |(kind, at, bytes)| {
                let mut damaged = good.clone();
                let at = at % (damaged.len() + 1);
                let end = (at + bytes.len()).min(damaged.len());
                damaged.splice(at..end, bytes.iter().copied());
                let kind = type_of(*kind);
                for payload in [bytes, &damaged].into_iter().filter_map(|bytes| decode(bytes).ok()) {
                    for metric in &payload.metrics {
                        if let Ok(value) = metric.value(None, kind) {
                            assert!(fits(value, kind), "{kind:?} {value:?}");
                        }
                    }
                }
                let _ = Topic::parse(&String::from_utf8_lossy(bytes));
            },
        );
    }
}
