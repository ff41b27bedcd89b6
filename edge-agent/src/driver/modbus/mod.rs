//! Modbus over TCP, also through gateways to several units (EDGE-02). Reads only.

pub mod decode;
pub mod plan;
mod poll;

pub(super) use poll::run;
