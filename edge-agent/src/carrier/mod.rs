//! The way to the cloud. A carrier moves envelopes; what they mean and when they are sent is decided by
//! `unison_sync::replica`. Only this folder knows MQTT.

pub mod mqtt;
mod status;

pub use status::{CarrierState, CarrierStatus, StatusSnapshot};
