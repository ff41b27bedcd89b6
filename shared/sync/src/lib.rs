//! Replication of append-only logs: the wire format, the sealed envelope and the state machine.
//!
//! Pure: no clock, no I/O, no randomness; time and nonces are arguments. The same code runs in both
//! programs and in the simulator. Carriers (MQTT, HTTPS) move envelopes and know nothing of this.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

#[cfg(test)]
mod fuzz;
pub mod gate;
pub mod hlc;
pub mod replica;
pub mod seal;
pub mod snapshot;
pub mod wire;
