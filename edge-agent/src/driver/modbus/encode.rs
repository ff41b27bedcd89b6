//! Values to requests that write them: the inverse of [`super::decode`]. Pure and total. What does not fit is refused,
//! never cut or rounded to something else.

use std::borrow::Cow;

use tokio_modbus::prelude::Request as Call;

use crate::config::{ModbusTag, RegisterTable, Scaling, TagType};
use crate::driver::Value;

/// Whole numbers above this are no longer exact in a float.
const EXACT_MOST: f64 = 9_007_199_254_740_992.0;
/// How far from a whole number a value may lie after its scaling was taken off: what floats lose on the way.
const SCALED_SLACK: f64 = 1e-9;

/// The request that writes a value, and one that means the same for devices that do not know the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Write {
    pub call: Call<'static>,
    pub other: Option<Call<'static>>,
}

/// The reason of a refusal is for the one who writes.
pub(super) fn encode(tag: &ModbusTag, value: Value) -> Result<Write, String> {
    if !tag.writable {
        return Err("is not writable: its tag has no writable = true in the configuration".into());
    }
    let address = tag.register.address;
    if tag.register.table == RegisterTable::Coil {
        let on = switch(value)?;
        let other = Some(Call::WriteMultipleCoils(address, Cow::Owned(vec![on])));
        return Ok(Write { call: Call::WriteSingleCoil(address, on), other });
    }
    if let Some(bit) = tag.register.bit {
        // Only this bit, in the device itself: read, changed and written back here, the fifteen others would be
        // those of a moment ago.
        let bit = if tag.order.low_byte_first { bit ^ 8 } else { bit };
        let mask = 1_u16 << (bit & 15);
        let set = if switch(value)? { mask } else { 0 };
        return Ok(Write { call: Call::MaskWriteRegister(address, !mask, set), other: None });
    }
    let mut words = words(tag, value)?;
    if tag.order.low_word_first {
        words.reverse();
    }
    if tag.order.low_byte_first {
        words.iter_mut().for_each(|word| *word = word.swap_bytes());
    }
    let all = |words| Call::WriteMultipleRegisters(address, Cow::Owned(words));
    Ok(match words[..] {
        [word] => Write { call: Call::WriteSingleRegister(address, word), other: Some(all(words)) },
        _ => Write { call: all(words), other: None },
    })
}

fn switch(value: Value) -> Result<bool, String> {
    match value {
        Value::Bool(on) => Ok(on),
        _ => Err("must be true or false".into()),
    }
}

/// The registers, the highest word first and its bytes in order.
fn words(tag: &ModbusTag, value: Value) -> Result<Vec<u16>, String> {
    let count = usize::from(tag.registers);
    match tag.kind {
        TagType::Bool => Ok(vec![u16::from(switch(value)?)]),
        TagType::String => text(value, count),
        TagType::F32 | TagType::F64 => {
            let Number { value, exact } = number(value, tag.scaling)?;
            let held = if tag.kind == TagType::F64 { value } else { f64::from(value as f32) };
            // A fraction is taken to the nearest float; a whole number, and what is not nothing, stays what it is.
            if exact.is_some_and(|whole| held as i128 != whole) || (held == 0.0) != (value == 0.0) {
                return Err(format!("is not exact: {} would hold {held}", tag.kind.code()));
            }
            let bits = if tag.kind == TagType::F64 {
                value.to_bits()
            } else {
                let small = value as f32;
                if !small.is_finite() {
                    return Err(format!("does not fit: {value} is more than an f32 holds"));
                }
                small.to_bits().into()
            };
            Ok(split(bits, count))
        }
        kind => {
            let whole = whole(number(value, tag.scaling)?, tag.scaling)?;
            let (least, most) = kind.limits().unwrap_or_default();
            if !(least..=most).contains(&whole) {
                let raw = if tag.scaling.is_some() { format!(" ({whole} in the register)") } else { String::new() };
                return Err(format!("does not fit{raw}: {} holds {least} to {most}", kind.code()));
            }
            let bits = match kind {
                TagType::Bcd16 | TagType::Bcd32 => decimal(whole.unsigned_abs() as u64, 4 * count as u32),
                // Two's complement, cut to the registers by `split`.
                _ => whole as u64,
            };
            Ok(split(bits, count))
        }
    }
}

/// A number as it stands in the register, exact where it was whole.
struct Number {
    value: f64,
    exact: Option<i128>,
}

fn number(value: Value, scaling: Option<Scaling>) -> Result<Number, String> {
    let (float, exact) = match value {
        Value::Int(i) => (i as f64, Some(i128::from(i))),
        Value::Uint(u) => (u as f64, Some(i128::from(u))),
        Value::Float(f) if f.is_finite() => (f, None),
        _ => return Err("must be a number".into()),
    };
    match scaling {
        None => Ok(Number { value: float, exact }),
        Some(Scaling { scale, offset }) => {
            let raw = (float - offset) / scale;
            if raw.is_finite() { Ok(Number { value: raw, exact: None }) } else { Err("does not fit".into()) }
        }
    }
}

fn whole(number: Number, scaling: Option<Scaling>) -> Result<i128, String> {
    if let Some(exact) = number.exact {
        return Ok(exact);
    }
    let Number { value, .. } = number;
    let near = value.round();
    let slack = scaling.map_or(0.0, |Scaling { scale, offset }| {
        // Taking the offset off costs digits of the larger of both.
        SCALED_SLACK * value.abs().max(1.0) + 4.0 * f64::EPSILON * (offset / scale).abs()
    });
    if near.abs() > EXACT_MOST {
        return Err("does not fit: so large a number is not exact".into());
    }
    if (value - near).abs() > slack.min(0.01) {
        return Err(match scaling {
            None => "must be a whole number".into(),
            Some(Scaling { scale, offset }) => {
                let (below, above) = (value.floor() * scale + offset, value.ceil() * scale + offset);
                format!("lies between two steps of the device; the nearest are {below} and {above}")
            }
        });
    }
    Ok(near as i128)
}

/// Decimal digits of four bits each.
fn decimal(number: u64, digits: u32) -> u64 {
    (0..digits).fold(0, |bits, place| bits | (number / 10_u64.pow(place) % 10) << (4 * place))
}

fn split(bits: u64, count: usize) -> Vec<u16> {
    (0..count).rev().map(|place| (bits >> (16 * place)) as u16).collect()
}

/// Two characters a register, filled up with zeros.
fn text(value: Value, count: usize) -> Result<Vec<u16>, String> {
    let Value::Text(text) = value else { return Err("must be a text".into()) };
    let text = text.to_string();
    let mut bytes = text.into_bytes();
    if bytes.len() > 2 * count {
        return Err(format!("does not fit: it has {} bytes, and there is room for {}", bytes.len(), 2 * count));
    }
    bytes.resize(2 * count, 0);
    let pairs = bytes.as_chunks::<2>().0;
    Ok(pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect())
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
