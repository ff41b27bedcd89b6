//! Drivers: what talks to devices. A driver is a folder here, a variant of [`DriverConfig`] and one line
//! in [`start`]. It reads and publishes; it writes to a device only what a person asked for, to tags that are
//! marked writable; it never decides what a value means,
//! and never waits for the engine, the disk or the network behind us.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod backoff;
mod exact;
pub mod hid;
pub mod modbus;
pub mod mqtt_input;
pub mod opcua;
mod reading;
mod scanner;
pub mod serial;
mod sink;
mod slot;
mod socket;
mod status;
mod supervise;
mod writes;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::config::{Config, ConnectionConfig, DriverConfig};

pub(crate) use reading::measured;
pub use reading::{Clock, Quality, Reader, Reading, Scan, SourceStamp, TagIndex, Text, Value};
pub use sink::{KEPT_MAX, SCANS_MAX, Sink};
pub use status::{ConnectionState, ConnectionStatus, StatusSnapshot};
use supervise::DriverFuture;
pub use writes::{WAIT_MOST, WRITES_MAX, WriteRequest, Writes, Written};

/// All a driver gets from outside.
#[derive(Clone)]
pub struct Context {
    pub sink: Sink,
    pub clock: Arc<dyn Clock>,
    pub status: Arc<ConnectionStatus>,
    /// The connection's tags; a connection's tags are neighbours in the table.
    pub tags: Range<u32>,
    /// A driver that must keep files has a folder of its own in there.
    pub data_dir: Arc<Path>,
    pub shutdown: CancellationToken,
}

impl Context {
    /// The device cannot be seen: all its tags are Bad and the connection shows it.
    pub(crate) fn lost(&self) {
        let merged = self.sink.mark_bad(self.tags.clone().map(TagIndex), self.clock.now_us());
        self.status.add_merged(merged);
        self.status.set_state(ConnectionState::Disconnected);
    }

    pub(crate) fn publish(&self, readings: &[Reading]) {
        self.status.add_merged(self.sink.publish(readings));
    }
}

/// THE list of drivers.
fn start(config: &ConnectionConfig, context: Context) -> DriverFuture {
    match &config.driver {
        DriverConfig::Modbus(modbus) => Box::pin(modbus::run(modbus.clone(), context)),
        DriverConfig::OpcUa(opcua) => Box::pin(opcua::run(opcua.clone(), context)),
        DriverConfig::Mqtt(mqtt) => Box::pin(mqtt_input::run(mqtt.clone(), context)),
        DriverConfig::SerialScanner(scanner) => Box::pin(serial::run(scanner.clone(), context)),
        DriverConfig::HidScanner(scanner) => Box::pin(hid::run(scanner.clone(), context)),
    }
}

impl ConnectionConfig {
    /// Starts this connection under its supervisor and returns at once. It ends with `shutdown`.
    pub fn start(&self, sink: Sink, clock: Arc<dyn Clock>, shutdown: CancellationToken) -> Arc<ConnectionStatus> {
        let tags = self.tags.end.saturating_sub(self.tags.start);
        let status = Arc::new(ConnectionStatus::new(self.name.clone(), self.driver.code(), tags, clock.clone()));
        if let DriverConfig::OpcUa(opcua) = &self.driver
            && opcua.pins()
        {
            let pki = opcua::pki(&self.data_dir);
            status.watch_trust(opcua::Trust::open(&pki, &self.name, &opcua.endpoint, opcua.first_trust));
        }
        let (tags, data_dir) = (self.tags.clone(), self.data_dir.clone());
        let context = Context { sink, clock, status: status.clone(), tags, data_dir, shutdown };
        let config = self.clone();
        tokio::spawn(supervise::supervise(context, move |context| start(&config, context)));
        status
    }
}

/// Starts every connection of the configuration, one supervised task each, and returns at once.
pub fn start_all(
    config: &Config,
    sink: Sink,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
) -> Vec<Arc<ConnectionStatus>> {
    config
        .connections
        .iter()
        .map(|connection| connection.start(sink.clone(), clock.clone(), shutdown.clone()))
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    /// A clock that stands still.
    pub(crate) struct FixedClock(pub(crate) i64);

    impl super::Clock for FixedClock {
        fn now_us(&self) -> i64 {
            self.0
        }
    }

    /// One of the types, for tests that choose by a number.
    pub(crate) fn type_of(number: u8) -> crate::config::TagType {
        let words = crate::config::TagType::WORDS;
        words[usize::from(number) % words.len()].1
    }

    /// Whether a whole number lies within its type.
    pub(crate) fn fits(value: super::Value, kind: crate::config::TagType) -> bool {
        let whole = match value {
            super::Value::Int(i) => i128::from(i),
            super::Value::Uint(u) => i128::from(u),
            _ => return true,
        };
        kind.limits().is_none_or(|(low, high)| (low..=high).contains(&whole))
    }
}
