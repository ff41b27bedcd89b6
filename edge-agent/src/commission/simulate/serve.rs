//! The simulated values as Modbus devices on loopback, so that a real edge can be pointed at them. The library frames the
//! messages; what the registers hold is said here. Answers reads only.

use std::collections::{HashMap, HashSet};
use std::future::{Ready, ready};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_modbus::prelude::{ExceptionCode, Request, Response, SlaveRequest};
use tokio_modbus::server::Service;
use tokio_modbus::server::tcp::{Server, accept_tcp_connection};

use crate::config::{Config, DriverConfig, ModbusTag, RegisterTable, Scaling, TagType};
use crate::driver::{Quality, Reading, TagIndex, Value};

/// All Modbus connections of a configuration.
pub(super) struct Plant {
    devices: Vec<Device>,
    /// The device of each Modbus tag, and how the tag lies in it.
    tags: HashMap<TagIndex, (usize, ModbusTag)>,
}

/// What is behind one connection.
#[derive(Clone, Default)]
struct Device(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    /// A coil is 0 or 1.
    words: HashMap<(u8, RegisterTable, u16), u16>,
    units: HashSet<u8>,
    /// Addresses that cannot be read now.
    lost: HashSet<(u8, RegisterTable, u16)>,
}

impl Plant {
    /// Starts a server for each connection, the first at `port_base`. Returns where each is, in words.
    pub(super) async fn start(config: &Config, port_base: u16) -> anyhow::Result<(Self, Vec<String>)> {
        let (mut plant, mut said) = (Self { devices: Vec::new(), tags: HashMap::new() }, Vec::new());
        for connection in &config.connections {
            let DriverConfig::Modbus(modbus) = &connection.driver else { continue };
            let place = plant.devices.len();
            let port = u16::try_from(place).ok().and_then(|place| port_base.checked_add(place));
            let port = port.context("--serve-modbus: there are more connections than ports; begin lower")?;
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let listener = TcpListener::bind(address)
                .await
                .with_context(|| format!("--serve-modbus: cannot listen at {address}; is another program using it?"))?;
            let device = Device::default();
            device.memory().units = modbus.tags.iter().map(|tag| tag.unit).collect();
            tokio::spawn(serve(listener, device.clone()));
            plant.tags.extend(modbus.tags.iter().map(|tag| (tag.tag, (place, tag.clone()))));
            plant.devices.push(device);
            said.push(format!("{}: driver = \"modbus_tcp\", address = \"{address}\"", connection.name));
        }
        Ok((plant, said))
    }

    /// Puts readings into the registers.
    pub(super) fn take(&self, readings: &[Reading]) {
        for reading in readings {
            let Some((place, tag)) = self.tags.get(&reading.tag) else { continue };
            if let Some(device) = self.devices.get(*place) {
                device.memory().put(tag, reading);
            }
        }
    }
}

async fn serve(listener: TcpListener, device: Device) {
    let connected = |stream, from| {
        let device = device.clone();
        async move { accept_tcp_connection(stream, from, move |_| Ok(Some(device.clone()))) }
    };
    // A client that speaks nonsense loses its connection.
    if let Err(error) = Server::new(listener).serve(&connected, |_| {}).await {
        tracing::error!(%error, "a simulated device ended");
    }
}

impl Device {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service for Device {
    type Request = SlaveRequest<'static>;
    type Response = Response;
    type Exception = ExceptionCode;
    type Future = Ready<Result<Response, ExceptionCode>>;

    fn call(&self, asked: Self::Request) -> Self::Future {
        let memory = self.memory();
        let words = |table, address, count| memory.read(asked.slave, table, address, count);
        let bits = |table, address, count| {
            words(table, address, count)
                .map(|words: Vec<u16>| words.iter().map(|word| *word != 0).collect::<Vec<bool>>())
        };
        ready(match asked.request {
            Request::ReadHoldingRegisters(address, count) => {
                words(RegisterTable::Holding, address, count).map(Response::ReadHoldingRegisters)
            }
            Request::ReadInputRegisters(address, count) => {
                words(RegisterTable::Input, address, count).map(Response::ReadInputRegisters)
            }
            Request::ReadCoils(address, count) => bits(RegisterTable::Coil, address, count).map(Response::ReadCoils),
            Request::ReadDiscreteInputs(address, count) => {
                bits(RegisterTable::Discrete, address, count).map(Response::ReadDiscreteInputs)
            }
            _ => Err(ExceptionCode::IllegalFunction),
        })
    }
}

impl Memory {
    /// What no tag asks for is 0, as gaps in a device are.
    fn read(&self, unit: u8, table: RegisterTable, address: u16, count: u16) -> Result<Vec<u16>, ExceptionCode> {
        if !self.units.contains(&unit) {
            return Err(ExceptionCode::GatewayTargetDevice);
        }
        if count == 0 || count > table.request_max() || u32::from(address) + u32::from(count) > 65_536 {
            return Err(ExceptionCode::IllegalDataAddress);
        }
        let places = || (0..count).map(|place| (unit, table, address.saturating_add(place)));
        if places().any(|place| self.lost.contains(&place)) {
            return Err(ExceptionCode::ServerDeviceFailure);
        }
        Ok(places().map(|place| self.words.get(&place).copied().unwrap_or(0)).collect())
    }

    fn put(&mut self, tag: &ModbusTag, reading: &Reading) {
        let (table, address) = (tag.register.table, tag.register.address);
        let width = if table.is_bits() { 1 } else { tag.registers };
        let places = (0..width).map(|place| (tag.unit, table, address.saturating_add(place)));
        if reading.quality == Quality::Bad {
            self.lost.extend(places);
            return;
        }
        for (place, word) in places.zip(words(reading.value, tag)) {
            self.lost.remove(&place);
            let slot = self.words.entry(place).or_default();
            *slot = match tag.register.bit {
                Some(bit) => {
                    let bit = if tag.order.low_byte_first { (bit + 8) % 16 } else { bit };
                    *slot & !(1 << bit) | u16::from(word != 0) << bit
                }
                None => word,
            };
        }
    }
}

/// The registers of a value: what the driver's decoder makes this value of.
fn words(value: Value, tag: &ModbusTag) -> Vec<u16> {
    let count = usize::from(tag.registers);
    let raw = match (tag.scaling(), value) {
        (Some(Scaling { scale, offset }), value) => Value::Float((value.as_f64() - offset) / scale),
        (None, value) => value,
    };
    let whole = || match raw {
        Value::Float(x) => (x.round() as i64).cast_unsigned(),
        other => other.as_count(64).unwrap_or(0),
    };
    let bits = match tag.kind {
        TagType::F32 => u64::from((raw.as_f64() as f32).to_bits()),
        TagType::F64 => raw.as_f64().to_bits(),
        TagType::Bcd16 | TagType::Bcd32 => {
            let (mut rest, mut digits) = (whole(), 0);
            for place in 0..4 * count {
                digits |= (rest % 10) << (4 * place);
                rest /= 10;
            }
            digits
        }
        _ => whole(),
    };
    let mut words: Vec<u16> = if let (TagType::String, Value::Text(text)) = (tag.kind, raw) {
        let mut bytes = text.to_string().into_bytes();
        bytes.resize(2 * count, 0);
        bytes.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes([*pair.first()?, *pair.last()?]))).collect()
    } else {
        (0..count).rev().map(|place| (bits >> (16 * place)) as u16).collect()
    };
    if tag.order.low_word_first {
        words.reverse();
    }
    if tag.order.low_byte_first {
        words.iter_mut().for_each(|word| *word = word.swap_bytes());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Register, RegisterOrder};
    use crate::driver::Text;
    use crate::driver::modbus::decode::Decoder;
    use crate::driver::modbus::plan::plan;
    use proptest::prelude::*;

    fn value(kind: TagType, raw: u64) -> Value {
        match kind {
            TagType::Bool => Value::Bool(raw & 1 == 1),
            TagType::U16 => Value::Uint(raw & 0xffff),
            TagType::I16 => Value::Int((raw as i16).into()),
            TagType::U32 => Value::Uint(raw & 0xffff_ffff),
            TagType::I32 => Value::Int((raw as i32).into()),
            TagType::U64 => Value::Uint(raw),
            TagType::I64 => Value::Int(raw as i64),
            TagType::F32 => Value::Float(f64::from(raw as u32 as f32)),
            TagType::F64 => Value::Float(raw as f64),
            TagType::Bcd16 => Value::Uint(raw % 10_000),
            TagType::Bcd32 => Value::Uint(raw % 100_000_000),
            TagType::String => Value::Text(Text::new(format!("T{}", raw % 1_000_000).as_bytes()).unwrap()),
        }
    }

    proptest! {
        /// What the server puts into registers is what the driver reads there.
        #[test]
        fn edge_02_the_driver_reads_what_is_put_into_registers(
            of in 0usize..TagType::WORDS.len(), raw in any::<u64>(), words_first in any::<bool>(), bytes_first in any::<bool>(),
            bit in prop::option::of(0u8..16), is_scaled in any::<bool>(), is_coil in any::<bool>(),
        ) {
            let kind = TagType::WORDS[of].1;
            let is_bool = kind == TagType::Bool;
            let order = RegisterOrder { low_word_first: words_first, low_byte_first: bytes_first };
            let is_scaled = is_scaled && !is_bool && kind != TagType::String;
            // A power of two, so that the way there and back is exact.
            let scaling = is_scaled.then_some(Scaling { scale: 0.5, offset: 4.0 });
            let table = if is_bool && is_coil { RegisterTable::Coil } else { RegisterTable::Holding };
            let bit = bit.filter(|_| is_bool && !is_coil);
            let registers = if kind == TagType::String { 4 } else { kind.registers() };
            let register = Register { table, address: 7, bit };
            let (tag, unit) = (TagIndex(0), 3);
            let tag = ModbusTag { tag, unit, register, kind, registers, order, scaling: scaling.map(Arc::new), period_ms: 1_000, writable: false };
            // Scaled, a float keeps no more than 53 bits.
            let value = value(kind, if is_scaled { raw & 0xff_ffff } else { raw });
            let value = crate::driver::measured(value, scaling).unwrap();
            let mut memory = Memory { units: [3].into(), ..Memory::default() };
            memory.put(&tag, &Reading { tag: tag.tag, value, quality: Quality::Good, at: 0 });
            let request = &plan(std::slice::from_ref(&tag), |_| crate::config::Limits::STANDARD)[0];
            let words = memory.read(3, table, request.address, request.count).unwrap();
            let mut readings = Vec::new();
            if table.is_bits() {
                Decoder::new(request).bits(words.iter().map(|word| *word != 0).collect(), 0, &mut readings);
            } else {
                Decoder::new(request).words(words, 0, &mut readings);
            }
            prop_assert_eq!(readings[0].value, value);
            prop_assert_eq!(readings[0].quality, Quality::Good);
            // Lost, it cannot be read, and a unit that is not there neither.
            memory.put(&tag, &Reading { tag: tag.tag, value, quality: Quality::Bad, at: 0 });
            prop_assert_eq!(memory.read(3, table, 7, 1), Err(ExceptionCode::ServerDeviceFailure));
            prop_assert_eq!(memory.read(4, table, 7, 1), Err(ExceptionCode::GatewayTargetDevice));
        }
    }
}
