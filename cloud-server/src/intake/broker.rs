//! The embedded broker: rumqttd on a loopback port, supervised.
//!
//! It is a lossy pipe and treated as one: what it keeps lies in memory and is small, and nothing here
//! trusts its acknowledgements. Only the front and the cloud's own client know its password, which is made
//! at start and never leaves the process, so a local process cannot go around the front.

use rumqttd::{Broker as Rumqttd, Config, ConnectionSettings, RouterConfig, SegmentConfig, ServerSettings};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use unison_sync::seal::ENVELOPE_BYTES_MAX;

/// All envelopes of all edges go through one log, which the cloud's client reads at once. Eight megabytes
/// in eight segments are some seconds of the largest fleet.
const UP_SEGMENT_BYTES: usize = 8 * 1024 * 1024;
/// rumqttd keeps a log per subscribed filter and never drops it, so this is memory per edge. A message
/// larger than a segment has one of its own; eight of them hold a full window of the replication.
const DOWN_SEGMENT_BYTES: usize = 32 * 1024;
const SEGMENTS: usize = 8;
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// Name and password that the broker takes.
#[derive(Clone)]
pub struct Login {
    pub username: String,
    pub password: String,
}

impl Login {
    fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self { username: "unison".into(), password: bytes.iter().map(|b| format!("{b:02x}")).collect() })
    }
}

/// A running broker.
#[derive(Clone)]
pub struct Broker {
    login: Login,
    connections_max: usize,
    address: Arc<watch::Sender<SocketAddr>>,
    generation: Arc<AtomicU64>,
    restarts: Arc<AtomicU64>,
}

impl Broker {
    /// Starts the broker on `address`, which must be of this machine only.
    ///
    /// # Errors
    /// When the address is not a loopback address, or the system gives no randomness.
    pub fn start(address: SocketAddr, connections_max: usize) -> anyhow::Result<Self> {
        anyhow::ensure!(
            address.ip().is_loopback(),
            "the internal broker address {address} is no loopback address; use 127.0.0.1"
        );
        let broker = Self {
            login: Login::random()?,
            connections_max,
            address: Arc::new(watch::channel(address).0),
            generation: Arc::default(),
            restarts: Arc::default(),
        };
        broker.supervise(address)?;
        Ok(broker)
    }

    #[must_use]
    pub const fn login(&self) -> &Login {
        &self.login
    }

    /// Where the broker listens now.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        *self.address.borrow()
    }

    /// How often it was started again.
    #[must_use]
    pub fn restarts(&self) -> u64 {
        self.restarts.load(Ordering::Relaxed)
    }

    /// Starts another broker on a free port and leaves the present one alone. For a broker that holds its port
    /// and answers nobody: when its router thread has died, rumqttd neither returns nor can be stopped.
    ///
    /// # Errors
    /// When there is no free port or no thread.
    pub fn replace(&self) -> anyhow::Result<()> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        self.restarts.fetch_add(1, Ordering::Relaxed);
        self.supervise(address)?;
        self.address.send_replace(address);
        tracing::error!(%address, "the MQTT broker does not answer; another one was started");
        Ok(())
    }

    /// `start()` of rumqttd blocks while it serves; where it ends, by error or panic, it starts again.
    fn supervise(&self, address: SocketAddr) -> anyhow::Result<()> {
        let generation = self.generation.fetch_add(1, Ordering::SeqCst) + 1;
        let this = self.clone();
        let run = move || {
            let mut backoff = Duration::from_millis(200);
            loop {
                let config = config(address, &this.login, this.connections_max);
                let ended = catch_unwind(AssertUnwindSafe(|| Rumqttd::new(config).start().map_err(|e| e.to_string())));
                if this.generation.load(Ordering::SeqCst) != generation {
                    return; // Replaced.
                }
                match ended {
                    Ok(Ok(())) => tracing::error!(%address, "the MQTT broker stopped; is its port in use?"),
                    Ok(Err(error)) => tracing::error!(%address, error, "the MQTT broker stopped"),
                    Err(_) => tracing::error!(%address, "the MQTT broker panicked"),
                }
                this.restarts.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(backoff);
                backoff = (backoff * 2).min(BACKOFF_MAX);
            }
        };
        std::thread::Builder::new().name("mqtt-broker".into()).spawn(run)?;
        Ok(())
    }
}

fn config(listen: SocketAddr, login: &Login, connections_max: usize) -> Config {
    let connections = ConnectionSettings {
        connection_timeout_ms: 5_000,
        max_payload_size: ENVELOPE_BYTES_MAX + 4_096,
        max_inflight_count: 100,
        auth: Some(HashMap::from([(login.username.clone(), login.password.clone())])),
        external_auth: None,
        dynamic_filters: true,
    };
    let server =
        ServerSettings { name: "mqtt-loopback".into(), listen, tls: None, next_connection_delay_ms: 1, connections };
    let up = SegmentConfig { max_segment_size: UP_SEGMENT_BYTES, max_segment_count: SEGMENTS };
    Config {
        router: RouterConfig {
            max_connections: connections_max,
            max_outgoing_packet_count: 200,
            max_segment_size: DOWN_SEGMENT_BYTES,
            max_segment_count: SEGMENTS,
            custom_segment: Some(HashMap::from([(super::client::UP_OF_ALL.to_owned(), up)])),
            ..RouterConfig::default()
        },
        v4: Some(HashMap::from([("loopback".to_owned(), server)])),
        ..Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sync_05_the_broker_is_never_reachable_from_outside() {
        let refused = Broker::start("0.0.0.0:0".parse().unwrap(), 8).err().unwrap().to_string();
        assert!(refused.contains("no loopback address"), "{refused}");
    }
}
