//! Modbus over TCP, on a serial line, and a serial line's frames over TCP, also through gateways to several
//! units (EDGE-02). One planner and one poller for all; only the link differs. Writes what people ask for.

pub mod decode;
mod doubt;
mod encode;
mod link;
pub mod plan;
mod poll;
mod rtu;
mod schedule;
mod search;
pub mod survey;
mod tcp;
mod text;
mod unit;

pub(super) use poll::run;

use crate::config::ModbusTag;
use crate::driver::Value;

/// Whether a value can be written to a tag; the reason is for the one who writes.
pub(crate) fn check_write(tag: &ModbusTag, value: Value) -> Result<(), String> {
    encode::encode(tag, value).map(drop)
}
