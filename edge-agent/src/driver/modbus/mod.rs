//! Modbus over TCP, on a serial line, and a serial line's frames over TCP, also through gateways to several
//! units (EDGE-02). One planner and one poller for all; only the link differs. Reads only.

pub mod decode;
mod doubt;
mod link;
pub mod plan;
mod poll;
mod rtu;
mod schedule;
mod search;
mod tcp;
mod text;
mod unit;

pub(super) use poll::run;
