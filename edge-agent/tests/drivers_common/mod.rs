//! What the driver tests share: a running edge from a few lines of configuration, and a fake Modbus device.
#![allow(dead_code, unused_imports, reason = "every test file uses another part")]

mod device;
mod plc;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use edge_agent::config;
use edge_agent::driver::{
    Clock, ConnectionState, ConnectionStatus, Quality, Reading, Sink, StatusSnapshot, TagIndex, Value, start_all,
};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use device::{Answer, Call, Device, modbus, serve_rtu, sleep_ms};
pub use plc::{Plc, Request, serve_plc};

pub struct SystemClock;

impl Clock for SystemClock {
    fn now_us(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(now.as_micros()).unwrap()
    }
}

/// Started connections; they stop when this is dropped.
pub struct Edge {
    pub sink: Sink,
    pub statuses: Vec<Arc<ConnectionStatus>>,
    pub shutdown: CancellationToken,
    pub data_dir: tempfile::TempDir,
    _stop: DropGuard,
}

impl Edge {
    /// `connections` is the part of the file after [agent].
    pub fn start(connections: &str) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let agent = format!("[agent]\nname = \"test\"\ndata_dir = \"{}\"\n", data_dir.path().display());
        let text = format!("{agent}{connections}");
        let config = config::parse("test.toml", &text).unwrap_or_else(|errors| panic!("{errors}"));
        let (sink, shutdown) = (Sink::new(config.tags.len()), CancellationToken::new());
        let statuses = start_all(&config, sink.clone(), Arc::new(SystemClock), shutdown.clone());
        Self { sink, statuses, _stop: shutdown.clone().drop_guard(), shutdown, data_dir }
    }

    pub fn status(&self, connection: usize) -> StatusSnapshot {
        self.statuses[connection].snapshot()
    }

    pub fn reading(&self, tag: u32) -> Reading {
        self.sink.latest(TagIndex(tag)).unwrap().0
    }

    /// The value of a tag if it is good.
    pub fn good(&self, tag: u32) -> Option<Value> {
        let reading = self.reading(tag);
        (reading.quality == Quality::Good).then_some(reading.value)
    }

    pub async fn until_state(&self, connection: usize, state: ConnectionState) {
        let text = format!("connection {connection} is {}", state.code());
        until_or(&text, || self.status(connection).state == state, || self.explain()).await;
    }

    pub async fn until_value(&self, tag: u32, value: Value) {
        let text = format!("tag {tag} is {value}");
        until_or(&text, || self.good(tag) == Some(value), || self.explain()).await;
    }

    pub async fn until_error(&self, connection: usize, part: &str) {
        let found = || self.status(connection).last_error.is_some_and(|error| error.contains(part));
        until_or(&format!("the error is {part}"), found, || self.explain()).await;
    }

    fn explain(&self) -> String {
        self.statuses.iter().map(|status| format!("\n{:?}", status.snapshot())).collect()
    }
}

/// Waits up to a minute for a condition: longer than the longest pause of a driver.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    until_or(what, condition, String::new).await;
}

async fn until_or(what: &str, condition: impl Fn() -> bool, explain: impl Fn() -> String) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain until {what} {}", explain());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
