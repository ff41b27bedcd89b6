//! Values to requests that write them: the inverse of [`super::decode`]. Pure and total. What does not fit is refused,
//! never cut or rounded to something else.

use std::borrow::Cow;

use tokio_modbus::prelude::Request as Call;

use crate::config::{ModbusTag, RegisterTable, TagType};
use crate::driver::Value;
use crate::driver::exact::{self, Width};

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
        let on = exact::switch(value)?;
        let other = Some(Call::WriteMultipleCoils(address, Cow::Owned(vec![on])));
        return Ok(Write { call: Call::WriteSingleCoil(address, on), other });
    }
    if let Some(bit) = tag.register.bit {
        // Only this bit, in the device itself: read, changed and written back here, the fifteen others would be
        // those of a moment ago.
        let bit = if tag.order.low_byte_first { bit ^ 8 } else { bit };
        let mask = 1_u16 << (bit & 15);
        let set = if exact::switch(value)? { mask } else { 0 };
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

/// The registers, the highest word first and its bytes in order.
fn words(tag: &ModbusTag, value: Value) -> Result<Vec<u16>, String> {
    let count = usize::from(tag.registers);
    match tag.kind {
        TagType::Bool => Ok(vec![u16::from(exact::switch(value)?)]),
        TagType::String => text(value, count),
        TagType::F32 => {
            let held = exact::float(value, tag.scaling(), Width::Single, tag.kind.code())?;
            Ok(split((held as f32).to_bits().into(), count))
        }
        TagType::F64 => Ok(split(exact::float(value, tag.scaling(), Width::Double, tag.kind.code())?.to_bits(), count)),
        kind => {
            let limits = kind.limits().unwrap_or_default();
            let whole = exact::whole(value, tag.scaling(), limits, kind.code())?;
            let bits = match kind {
                TagType::Bcd16 | TagType::Bcd32 => decimal(whole.unsigned_abs() as u64, 4 * count as u32),
                // Two's complement, cut to the registers by `split`.
                _ => whole as u64,
            };
            Ok(split(bits, count))
        }
    }
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
    let mut bytes = exact::text(value)?.into_bytes();
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
