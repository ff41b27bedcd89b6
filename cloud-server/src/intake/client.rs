//! The cloud's own client of the broker: hears what all edges send up and sends down to each.
//!
//! It is as lossy as the broker and says so: what cannot be sent now is dropped and counted. It reconnects
//! for ever, each time with a new client id (see `front` for what rumqttd does to one that returns).

use super::broker::Broker;
use super::counters::{Count, Counters};
use super::packets::PACKET_BYTES_MAX;
use bytes::Bytes;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Every edge's way up.
pub const UP_OF_ALL: &str = "unison/v1/+/+/+/up";
/// Messages that wait for the connection to take them.
const QUEUE: usize = 256;
/// A broker that was not reached for so long is given up for another one.
const GIVE_UP_AFTER: Duration = Duration::from_secs(20);

/// The way down.
#[derive(Clone)]
pub struct Outbox {
    client: Arc<Mutex<Option<AsyncClient>>>,
    counters: Arc<Counters>,
}

impl Outbox {
    #[must_use]
    pub fn new(counters: Arc<Counters>) -> Self {
        Self { client: Arc::default(), counters }
    }

    /// Hands a message to the broker if it takes one now.
    pub fn send(&self, topic: String, payload: Vec<u8>) {
        let client = self.lock().clone();
        let sent = client.is_some_and(|c| c.try_publish(topic, QoS::AtLeastOnce, false, payload).is_ok());
        if !sent {
            self.counters.add(Count::Unsent, 1);
        }
    }

    /// Whether the cloud is connected to its broker.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.lock().is_some()
    }

    /// Ends the present connection; a new one follows.
    #[cfg(test)]
    pub fn drop_connection(&self) {
        if let Some(client) = self.lock().take() {
            let _ = client.try_disconnect();
        }
    }

    fn set(&self, client: Option<AsyncClient>) {
        *self.lock() = client;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<AsyncClient>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the client hears. Must not block.
pub trait Listener: Send + Sync {
    /// The connection is new; what was on the way is lost.
    fn connected(&self);
    fn message(&self, topic: &str, payload: Bytes);
}

/// Keeps a connection until `stop`.
pub async fn run(broker: Broker, outbox: Outbox, listener: Arc<impl Listener>, stop: CancellationToken) {
    let (mut attempt, mut last_good) = (0u64, Instant::now());
    while !stop.is_cancelled() {
        attempt += 1;
        let (client, events) = connect(&broker, attempt);
        tokio::select! {
            was_good = talk(client, events, &outbox, &listener) => {
                if was_good {
                    last_good = Instant::now();
                }
            }
            () = stop.cancelled() => {}
        }
        outbox.set(None);
        if last_good.elapsed() >= GIVE_UP_AFTER {
            last_good = Instant::now();
            if let Err(e) = broker.replace() {
                tracing::error!(error = %e, "cannot start another MQTT broker");
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn connect(broker: &Broker, attempt: u64) -> (AsyncClient, EventLoop) {
    let address = broker.address();
    let mut options = MqttOptions::new(format!("cloud.{attempt}"), address.ip().to_string(), address.port());
    options
        .set_credentials(broker.login().username.clone(), broker.login().password.clone())
        .set_keep_alive(Duration::from_secs(10))
        .set_clean_session(true)
        .set_max_packet_size(PACKET_BYTES_MAX, PACKET_BYTES_MAX)
        .set_inflight(100);
    let (client, mut events) = AsyncClient::new(options, QUEUE);
    let mut network = events.network_options();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    (client, events)
}

/// One connection; whether it ever worked.
async fn talk(client: AsyncClient, mut events: EventLoop, outbox: &Outbox, listener: &Arc<impl Listener>) -> bool {
    let mut was_good = false;
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                if client.try_subscribe(UP_OF_ALL, QoS::AtLeastOnce).is_err() {
                    return was_good;
                }
            }
            Ok(Event::Incoming(Packet::SubAck(_))) => {
                was_good = true;
                outbox.set(Some(client.clone()));
                listener.connected();
            }
            Ok(Event::Incoming(Packet::Publish(publish))) => listener.message(&publish.topic, publish.payload),
            Ok(_) => {}
            Err(e) => {
                if was_good {
                    tracing::warn!(error = %e, "the connection to the MQTT broker broke");
                } else {
                    tracing::debug!(error = %e, "the MQTT broker cannot be reached yet");
                }
                return was_good;
            }
        }
    }
}
