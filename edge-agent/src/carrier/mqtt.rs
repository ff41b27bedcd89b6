//! MQTT 3.1.1 as a lossy pipe: clean sessions, few messages on the way, nothing retained. What is not
//! acknowledged by the cloud itself is sent again from the log, so nothing here needs to be reliable.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use rumqttc::{AsyncClient, ConnectReturnCode, ConnectionError, EventLoop, Incoming, MqttOptions, QoS};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use unison_sync::replica::{Action, Event, Replica};
use unison_sync::seal::{self, Address, Direction, ENVELOPE_BYTES_MAX, Header, Keys};
use unison_sync::wire::{Hello, Message};

use super::status::{CarrierState, CarrierStatus};
use crate::store::{Change, Identity, Store, StoreError};

const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Messages on the way without PUBACK.
const INFLIGHT: u16 = 8;
/// Messages that wait for the connection; further ones are dropped and sent again later.
const OUTBOX: usize = 32;
const INBOX: usize = 32;
const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_MOST: Duration = Duration::from_secs(30);
/// A connection that lasted this long was a good one.
const GOOD_AFTER: Duration = Duration::from_secs(60);
/// Without answer to the subscription for this long the connection is no use.
const SUBSCRIBE_MOST: Duration = Duration::from_secs(10);

/// What the connection says.
enum Heard {
    Connected,
    Subscribed,
    Envelope(bytes::Bytes),
    Lost(ConnectionError),
}

/// Why a session ended.
enum Ended {
    Stopped,
    /// Another incarnation of the log goes up now.
    Next,
    Offline(String),
    /// Nothing gets better by itself.
    Error(String),
}

/// Talks with the cloud until `shutdown`. Only one may run.
pub async fn run(
    store: Store,
    identity: Arc<Identity>,
    keys: Keys,
    status: Arc<CarrierStatus>,
    shutdown: CancellationToken,
) {
    let mut pause = PAUSE_FIRST;
    loop {
        let began = Instant::now();
        let ended = tokio::select! {
            ended = session(&store, &identity, &keys, &status, &shutdown) => ended,
            () = shutdown.cancelled() => Ended::Stopped,
        };
        if began.elapsed() >= GOOD_AFTER {
            pause = PAUSE_FIRST;
        }
        match ended {
            Ended::Stopped => return,
            Ended::Next => pause = PAUSE_FIRST,
            Ended::Offline(reason) => status.set(CarrierState::Offline, Some(reason)),
            Ended::Error(reason) => {
                status.set(CarrierState::Error, Some(reason));
                pause = PAUSE_MOST;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(jittered(pause)) => {}
            () = shutdown.cancelled() => return,
        }
        pause = (pause * 2).min(PAUSE_MOST);
    }
}

/// Between 75 and 125 percent, so that a plant's edges do not come back in step.
fn jittered(pause: Duration) -> Duration {
    let mut byte = [128];
    // Without randomness the middle does.
    let _ = getrandom::fill(&mut byte);
    pause.mul_f64(0.75 + f64::from(byte[0]) / 510.0)
}

async fn session(
    store: &Store,
    identity: &Identity,
    keys: &Keys,
    status: &CarrierStatus,
    shutdown: &CancellationToken,
) -> Ended {
    let have = match store.have().await {
        Ok(have) => have,
        Err(error) => return Ended::Error(error.to_string()),
    };
    let mut changes = store.changes();
    let sending = store.model().queue.sending();
    let mut ask = [0; 16];
    if let Err(error) = getrandom::fill(&mut ask) {
        return Ended::Error(format!("no randomness: {error}"));
    }
    let replica = Replica::new(env!("CARGO_PKG_VERSION"), sending.incarnation, sending.head, sending.acked, have)
        .taking_snapshots(ask);
    let (client, event_loop) = AsyncClient::new(options(identity, keys), OUTBOX);
    let (heard, mut inbox) = mpsc::channel(INBOX);
    let poller = tokio::spawn(poll(event_loop, heard));
    let mut session = Session {
        store,
        status,
        keys,
        address: identity.address(),
        header: Header {
            address: identity.address(),
            direction: Direction::Up,
            incarnation: sending.incarnation,
            key_id: identity.key_id,
        },
        client,
        replica,
        began: Instant::now(),
        is_up: false,
    };
    let ended = session.talk(&mut inbox, &mut changes, shutdown).await;
    // Best effort: the broker notices anyway.
    let _ = session.client.try_disconnect();
    poller.abort();
    ended
}

fn options(identity: &Identity, keys: &Keys) -> MqttOptions {
    let id = identity.edge.to_string();
    let mut options = MqttOptions::new(id.clone(), identity.mqtt_host.clone(), identity.mqtt_port);
    options
        .set_credentials(id, keys.mqtt_password())
        .set_keep_alive(KEEP_ALIVE)
        .set_clean_session(true)
        .set_inflight(INFLIGHT)
        .set_max_packet_size(ENVELOPE_BYTES_MAX + 1_024, ENVELOPE_BYTES_MAX + 1_024);
    options
}

/// Keeps the connection moving, apart from what is done with what it brings.
async fn poll(mut event_loop: EventLoop, heard: mpsc::Sender<Heard>) {
    loop {
        let news = match event_loop.poll().await {
            Ok(rumqttc::Event::Incoming(Incoming::ConnAck(_))) => Heard::Connected,
            Ok(rumqttc::Event::Incoming(Incoming::SubAck(_))) => Heard::Subscribed,
            Ok(rumqttc::Event::Incoming(Incoming::Publish(publish))) => Heard::Envelope(publish.payload),
            Ok(_) => continue,
            Err(error) => Heard::Lost(error),
        };
        let is_over = matches!(news, Heard::Lost(_));
        if heard.send(news).await.is_err() || is_over {
            return;
        }
    }
}

struct Session<'a> {
    store: &'a Store,
    status: &'a CarrierStatus,
    keys: &'a Keys,
    address: Address,
    header: Header,
    client: AsyncClient,
    replica: Replica,
    began: Instant,
    is_up: bool,
}

impl Session<'_> {
    async fn talk(
        &mut self,
        inbox: &mut mpsc::Receiver<Heard>,
        changes: &mut broadcast::Receiver<Arc<Change>>,
        shutdown: &CancellationToken,
    ) -> Ended {
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                heard = inbox.recv() => match heard {
                    Some(heard) => self.heard(heard).await,
                    None => Err(Ended::Offline("the connection ended".into())),
                },
                change = changes.recv() => match change {
                    Err(broadcast::error::RecvError::Closed) => Err(Ended::Stopped),
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {
                        let sending = self.store.model().queue.sending();
                        if sending.incarnation == self.header.incarnation {
                            self.drive(Event::Appended(sending.head)).await
                        } else {
                            Err(Ended::Next)
                        }
                    }
                },
                _ = tick.tick() => {
                    if !self.is_up && self.began.elapsed() > SUBSCRIBE_MOST {
                        Err(Ended::Offline("the broker does not answer".into()))
                    } else {
                        self.drive(Event::Tick).await
                    }
                }
                () = shutdown.cancelled() => Err(Ended::Stopped),
            };
            if let Err(ended) = step {
                return ended;
            }
            if self.replica.is_forked() {
                let reason = "the cloud's log contradicts what this edge holds; nothing is lost. It waits for a snapshot; if \
                              this stays, ask an administrator of the cloud";
                self.status.set(CarrierState::Error, Some(reason.into()));
            } else if self.replica.is_talking() {
                self.status.set(CarrierState::Online, None);
            }
        }
    }

    async fn heard(&mut self, heard: Heard) -> Result<(), Ended> {
        match heard {
            Heard::Connected => self
                .client
                .try_subscribe(self.address.topic(Direction::Down), QoS::AtLeastOnce)
                .map_err(|e| Ended::Offline(e.to_string())),
            Heard::Subscribed => {
                self.is_up = true;
                self.drive(Event::Up).await
            }
            Heard::Envelope(bytes) => match seal::open(self.keys, &self.address, Direction::Down, &bytes) {
                Ok((_, message)) => {
                    self.compare(&message).await?;
                    self.drive(Event::Received(message)).await
                }
                Err(error) => {
                    tracing::warn!(%error, "an envelope of the cloud was dropped");
                    Ok(())
                }
            },
            Heard::Lost(ConnectionError::ConnectionRefused(
                code @ (ConnectReturnCode::BadUserNamePassword
                | ConnectReturnCode::NotAuthorized
                | ConnectReturnCode::BadClientId),
            )) => Err(Ended::Error(format!(
                "the cloud refuses this edge ({code:?}); it may have been revoked. Ask an administrator"
            ))),
            Heard::Lost(error) => Err(Ended::Offline(error.to_string())),
        }
    }

    /// What the cloud holds of our log may show that this box was set back to a copy, or that an earlier
    /// incarnation is past.
    async fn compare(&self, message: &Message) -> Result<(), Ended> {
        let (Message::Hello(Hello { have, .. }) | Message::Ack(have)) = message else { return Ok(()) };
        let queue = self.store.model().queue;
        // Acknowledgements come all the time; only a greeting is looked up.
        let is_more = (have.incarnation, have.seq) > (queue.incarnation, queue.head);
        if !is_more && !matches!(message, Message::Hello(_)) {
            return Ok(());
        }
        if self.store.compare(*have).await.map_err(|e| Ended::Offline(e.to_string()))? {
            return Err(Ended::Next);
        }
        if have.incarnation > self.header.incarnation {
            self.store.acked(self.header.incarnation, u64::MAX);
        }
        Ok(())
    }

    /// Moves the state machine and does what it says until it has nothing more to say.
    async fn drive(&mut self, event: Event) -> Result<(), Ended> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let now = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
            for action in self.replica.on(event, now) {
                events.extend(self.act(action).await?);
            }
        }
        Ok(())
    }

    async fn act(&mut self, action: Action) -> Result<Option<Event>, Ended> {
        let failed = |error: StoreError| Ended::Offline(error.to_string());
        match action {
            Action::Send(message) => self.send(&message)?,
            Action::Read { after, bytes } => {
                let part = self
                    .store
                    .log_after(self.header.incarnation, after, bytes)
                    .await
                    .map_err(|e| Ended::Error(e.to_string()))?;
                if !part.batches.is_empty() {
                    self.send(&Message::Batches(part.batches))?;
                    return Ok(Some(Event::Sent { last: part.last, bytes: part.bytes }));
                }
                tracing::error!(after, "the log has nothing after this, though it should");
            }
            Action::Store { batches, have } => {
                let strange = batches.iter().find(|(batch, _)| batch.origin != self.address.plant);
                if let Some((batch, encoded)) = strange {
                    let reason = format!("a batch of origin {} is not of this plant's log", batch.origin);
                    self.store.set_aside(reason.clone(), encoded.clone()).await.map_err(failed)?;
                    return Err(Ended::Error(reason));
                }
                let batches = batches.into_iter().map(|(batch, _)| batch).collect();
                // When it fails the session starts anew from what is stored.
                self.store.apply_down(batches, have).await.map_err(failed)?;
                return Ok(Some(Event::Stored(have)));
            }
            Action::Apply { at, ops } => {
                tracing::info!(
                    ops = ops.len(),
                    incarnation = at.incarnation,
                    seq = at.seq,
                    "a snapshot of the cloud came"
                );
                self.store.apply_snapshot(ops, at).await.map_err(failed)?;
                return Ok(Some(Event::Stored(at)));
            }
            Action::Look { .. } | Action::Serve(_) => return Err(Ended::Error("an edge serves no snapshots".into())),
            Action::Acked(seq) => self.store.acked(self.header.incarnation, seq),
            Action::Quarantine { encoded, reason } => {
                tracing::error!(reason, "a batch of the cloud cannot be taken");
                self.store.set_aside(reason, encoded).await.map_err(failed)?;
            }
        }
        Ok(None)
    }

    fn send(&self, message: &Message) -> Result<(), Ended> {
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce).map_err(|e| Ended::Error(format!("no randomness: {e}")))?;
        let envelope = match seal::seal(self.keys, &self.header, nonce, message) {
            Ok(envelope) => envelope,
            Err(error) => return Err(Ended::Error(error.to_string())),
        };
        // A full outbox drops it; the state machine sends it again.
        let topic = self.address.topic(Direction::Up);
        if let Err(error) = self.client.try_publish(topic, QoS::AtLeastOnce, false, envelope) {
            tracing::debug!(%error, "a message waits for the next try");
        }
        Ok(())
    }
}
