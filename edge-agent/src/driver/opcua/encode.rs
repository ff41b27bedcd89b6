//! What a node takes, as the server says, and a value as the node holds it: the inverse of [`super::value`]. Pure and
//! total. What does not fit is refused; the reason is for the one who writes.

use opcua::types::{AttributeId, DataValue, Identifier, NodeId, StatusCode, UAString, Variant, VariantScalarTypeId};

use crate::config::{OpcUaTag, Scaling, TagType};
use crate::driver::Value;
use crate::driver::exact::{self, Width};

/// What is asked of a node before something is written to it, in the order in which [`type_of`] takes the answers.
pub(super) const ATTRIBUTES: [AttributeId; 5] = [
    AttributeId::DataType,
    AttributeId::ValueRank,
    AttributeId::AccessLevel,
    AttributeId::UserAccessLevel,
    AttributeId::Value,
];
/// In an access level: the value can be written.
const CURRENT_WRITE: u8 = 0b10;

/// Whether a value can be written to a tag of this type, whatever its node is.
pub(super) fn check(tag: &OpcUaTag, value: Value) -> Result<(), String> {
    if !tag.writable {
        return Err("is not writable: its tag has no writable = true in the configuration".into());
    }
    let name = tag.kind.code();
    match tag.kind {
        TagType::Bool => exact::switch(value).map(drop),
        TagType::String => exact::text(value).map(drop),
        TagType::F32 => exact::float(value, tag.scaling, Width::Single, name).map(drop),
        TagType::F64 => exact::float(value, tag.scaling, Width::Double, name).map(drop),
        kind => exact::whole(value, tag.scaling, kind.limits().unwrap_or_default(), name).map(drop),
    }
}

/// The type of a node's value, or why nothing is written to it. An attribute that the server does not give forbids
/// nothing: then the server decides.
pub(super) fn type_of(answers: &[DataValue; 5]) -> Result<VariantScalarTypeId, String> {
    let [data_type, rank, access, user_access, value] = answers;
    match data_type.status {
        Some(StatusCode::BadNodeIdUnknown | StatusCode::BadNodeIdInvalid) => {
            return Err("the server has no such node; check node".into());
        }
        Some(StatusCode::BadAttributeIdInvalid) => return Err("is no variable; only a variable has a value".into()),
        _ => {}
    }
    if let Some(Variant::Int32(rank @ 0..)) = said(rank) {
        return Err(format!("holds a list (ValueRank {rank}); only single values are written"));
    }
    // Its type is true also of a value that is not.
    let held = value.value.as_ref();
    if matches!(held, Some(Variant::Array(_))) {
        return Err("holds a list; only single values are written".into());
    }
    if forbids(access) {
        return Err("the server lets nobody write this node (its AccessLevel); make it writable in the server".into());
    }
    if forbids(user_access) {
        return Err("the server does not let this user write this node (its UserAccessLevel); give the user the \
                    right in the server"
            .into());
    }
    // Types of a maker's own come as one of the standard's; which one shows the value.
    let built_in = match said(data_type) {
        Some(Variant::NodeId(id)) => built_in(id),
        _ => None,
    };
    let found = built_in.or_else(|| held.and_then(Variant::scalar_type_id)).ok_or_else(|| {
        let said = said(data_type).map_or_else(|| "no type".to_owned(), ToString::to_string);
        format!("nobody knows the type of its values: the server says {said} and holds none now")
    })?;
    if limits(found).is_none() && !is_other_writable(found) {
        return Err(format!("is of type {found}; only Boolean, whole numbers, Float, Double and String are written"));
    }
    Ok(found)
}

/// A value as a node of this type holds it, the scaling taken off.
pub(super) fn encode(of: VariantScalarTypeId, value: Value, scaling: Option<Scaling>) -> Result<Variant, String> {
    use VariantScalarTypeId as Type;
    let name = of.to_string();
    let float = |width| exact::float(value, scaling, width, &name);
    let whole = || exact::whole(value, scaling, limits(of).unwrap_or_default(), &name);
    let encoded = match of {
        Type::Boolean => exact::switch(value).map(Variant::Boolean),
        Type::String => exact::text(value).map(|text| Variant::String(UAString::from(text))),
        Type::Float => float(Width::Single).map(|held| Variant::Float(held as f32)),
        Type::Double => float(Width::Double).map(Variant::Double),
        // Whole numbers lie within the limits of their type.
        Type::SByte => whole().map(|held| Variant::SByte(held as i8)),
        Type::Byte => whole().map(|held| Variant::Byte(held as u8)),
        Type::Int16 => whole().map(|held| Variant::Int16(held as i16)),
        Type::UInt16 => whole().map(|held| Variant::UInt16(held as u16)),
        Type::Int32 => whole().map(|held| Variant::Int32(held as i32)),
        Type::UInt32 => whole().map(|held| Variant::UInt32(held as u32)),
        Type::Int64 => whole().map(|held| Variant::Int64(held as i64)),
        Type::UInt64 => whole().map(|held| Variant::UInt64(held as u64)),
        _ => Err("is not written".into()),
    };
    encoded.map_err(|why| format!("the value {why}; the node is of type {name}"))
}

/// Of whole numbers.
fn limits(of: VariantScalarTypeId) -> Option<(i128, i128)> {
    use VariantScalarTypeId as Type;
    Some(match of {
        Type::SByte => (i8::MIN.into(), i8::MAX.into()),
        Type::Byte => (u8::MIN.into(), u8::MAX.into()),
        Type::Int16 => (i16::MIN.into(), i16::MAX.into()),
        Type::UInt16 => (u16::MIN.into(), u16::MAX.into()),
        Type::Int32 => (i32::MIN.into(), i32::MAX.into()),
        Type::UInt32 => (u32::MIN.into(), u32::MAX.into()),
        Type::Int64 => (i64::MIN.into(), i64::MAX.into()),
        Type::UInt64 => (u64::MIN.into(), u64::MAX.into()),
        _ => return None,
    })
}

const fn is_other_writable(of: VariantScalarTypeId) -> bool {
    use VariantScalarTypeId as Type;
    matches!(of, Type::Boolean | Type::Float | Type::Double | Type::String)
}

/// One of the standard's own types (OPC 10000-6, 5.1.2); those from 22 on are none of a single value.
fn built_in(id: &NodeId) -> Option<VariantScalarTypeId> {
    match id.identifier {
        Identifier::Numeric(number @ 1..=21) if id.namespace == 0 => VariantScalarTypeId::try_from(number).ok(),
        _ => None,
    }
}

fn said(answer: &DataValue) -> Option<&Variant> {
    answer.value.as_ref().filter(|_| answer.status.is_none_or(|status| status.is_good()))
}

fn forbids(access: &DataValue) -> bool {
    matches!(said(access), Some(Variant::Byte(level)) if level & CURRENT_WRITE == 0)
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
