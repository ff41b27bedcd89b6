//! MQTT as an input: what gateways and sensors of the plant publish to a broker of its own. Reads only; the one
//! thing it says is the request for a Sparkplug birth, and that it is there if it is a primary host.
//!
//! Sessions are clean: what a broker kept while we were away is old, and old values must not look live. When the
//! broker cannot be reached all tags are Bad.

mod book;
mod nodes;
mod sparkplug;
mod tls;
mod value;

use std::sync::Arc;
use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, EventLoop, Incoming, LastWill, MqttOptions, Publish, QoS,
    StateError, SubAck, SubscribeFilter, SubscribeReasonCode, Transport, mqttbytes,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use crate::config::MqttConfig;
use crate::driver::backoff::Backoff;
use crate::driver::supervise::DriverEnd;
use crate::driver::{ConnectionState, Context};
use book::Book;
use nodes::{News, Nodes};
use sparkplug::Topic;

const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MOST: Duration = Duration::from_secs(30);
/// Until the broker has answered everything that starts a session.
const OPENING: Duration = Duration::from_secs(10);
const CLOSING: Duration = Duration::from_secs(1);
/// How closely silence is watched.
const TICK: Duration = Duration::from_millis(250);
/// Larger messages are not values of machines. With [`INBOX`] it bounds what a sender can make this box hold.
const PACKET_BYTES_MAX: usize = 256 * 1024;
/// Topics in one request; small brokers refuse more.
const FILTERS_PER_REQUEST: usize = 100;
/// Requests that may wait to be sent.
const OUTBOX: usize = 256;
/// Messages that may wait to be looked at; the broker waits meanwhile.
const INBOX: usize = 16;

enum Heard {
    Connected,
    Subscribed(SubAck),
    Message(Publish),
    Lost(ConnectionError),
}

pub(super) async fn run(config: MqttConfig, context: Context) -> DriverEnd {
    let mut backoff = Backoff::new(PAUSE_FIRST, PAUSE_MOST);
    let tags: Arc<[_]> = config.tags.clone().into();
    let (mut book, mut nodes) = (Book::new(context.clone(), tags.clone()), Nodes::new(tags));
    loop {
        let reason = session(&config, &context, &mut book, &mut nodes, &mut backoff).await;
        if context.shutdown.is_cancelled() {
            return Ok(());
        }
        context.status.failed(format!("{}: {reason}", config.url()));
        context.lost();
        tokio::select! {
            () = sleep(backoff.pause()) => {}
            () = context.shutdown.cancelled() => return Ok(()),
        }
    }
}

/// One connection from opening to its end; returns why it ended.
async fn session(
    config: &MqttConfig,
    context: &Context,
    book: &mut Book,
    nodes: &mut Nodes,
    backoff: &mut Backoff,
) -> String {
    let began_ms = context.clock.now_us() / 1_000;
    let mut options = match options(config, began_ms).await {
        Ok(options) => options,
        Err(reason) => return reason,
    };
    // Kept until the session ends.
    let _tunnel = match &config.ca_file {
        None => None,
        Some(ca_file) => match tls::open(&config.host, config.port, ca_file).await {
            Ok(tunnel) => {
                let (id, keep_alive) = (options.client_id(), options.keep_alive());
                let (login, will) = (options.credentials(), options.last_will());
                options = MqttOptions::new(id, tunnel.socket.clone(), config.port);
                options.set_transport(Transport::unix()).set_keep_alive(keep_alive);
                if let Some(login) = login {
                    options.set_credentials(login.username, login.password);
                }
                if let Some(will) = will {
                    options.set_last_will(will);
                }
                Some(tunnel)
            }
            Err(reason) => return reason,
        },
    };
    options.set_clean_session(true).set_max_packet_size(PACKET_BYTES_MAX, PACKET_BYTES_MAX);
    let (client, event_loop) = AsyncClient::new(options, OUTBOX);
    let (heard, inbox) = mpsc::channel(INBOX);
    // Ends with this session, however that ends.
    let mut polling = JoinSet::new();
    polling.spawn(poll(event_loop, heard));
    let filters: Vec<_> = book.filters().chain(nodes.filters()).collect();
    let mut session =
        Session { config, context, book, nodes, client, filters, asked: 0, answered: 0, began_ms, is_up: false };
    let reason = session.listen(inbox, backoff).await;
    if context.shutdown.is_cancelled() && session.is_up {
        session.say_state(false);
        let _ = session.client.try_disconnect();
        let _ = timeout(CLOSING, polling.join_next()).await;
    }
    reason
}

async fn options(config: &MqttConfig, began_ms: i64) -> Result<MqttOptions, String> {
    let id = match &config.client_id {
        Some(id) => id.clone(),
        None => format!("unison-{:08x}", getrandom::u32().map_err(|error| format!("no randomness: {error}"))?),
    };
    let mut options = MqttOptions::new(id, config.host.clone(), config.port);
    options.set_keep_alive(Duration::from_secs(u64::from(config.keep_alive_seconds)));
    if let Some(user) = &config.user {
        let password = match &config.password_file {
            Some(file) => tokio::fs::read_to_string(file)
                .await
                .map_err(|error| format!("password_file {} cannot be read: {error}", file.display()))?,
            None => String::new(),
        };
        options.set_credentials(user.clone(), password.trim_end_matches(['\r', '\n']).to_owned());
    }
    if let Some(host) = &config.sparkplug_host {
        let (topic, will) = (state_topic(host), state(false, began_ms));
        options.set_last_will(LastWill::new(topic, will, QoS::AtLeastOnce, true));
    }
    Ok(options)
}

/// Keeps the connection moving, apart from what is done with what it brings.
async fn poll(mut event_loop: EventLoop, heard: mpsc::Sender<Heard>) {
    loop {
        let news = match event_loop.poll().await {
            Ok(rumqttc::Event::Incoming(Incoming::ConnAck(_))) => Heard::Connected,
            Ok(rumqttc::Event::Incoming(Incoming::SubAck(ack))) => Heard::Subscribed(ack),
            Ok(rumqttc::Event::Incoming(Incoming::Publish(publish))) => Heard::Message(publish),
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
    config: &'a MqttConfig,
    context: &'a Context,
    book: &'a mut Book,
    nodes: &'a mut Nodes,
    client: AsyncClient,
    filters: Vec<String>,
    /// Of the filters, how many were asked for and how many were answered.
    asked: usize,
    answered: usize,
    began_ms: i64,
    is_up: bool,
}

impl Session<'_> {
    async fn listen(&mut self, mut inbox: mpsc::Receiver<Heard>, backoff: &mut Backoff) -> String {
        let began = Instant::now();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                heard = inbox.recv() => match heard {
                    Some(Heard::Connected) => {
                        // What comes from here on counts, also before the last topic is confirmed.
                        self.book.reset(Instant::now());
                        self.nodes.reset(Instant::now());
                        self.subscribe();
                    }
                    Some(Heard::Subscribed(ack)) => self.subscribed(&ack, backoff),
                    Some(Heard::Message(message)) => self.message(&message),
                    Some(Heard::Lost(error)) => return explain(&error),
                    None => return "the connection ended".into(),
                },
                _ = tick.tick() => {
                    if !self.is_up && began.elapsed() > OPENING {
                        return format!("no answer in {} s", OPENING.as_secs());
                    }
                    if self.is_up {
                        self.book.tick(Instant::now());
                        self.ask_for_births();
                    }
                }
                () = self.context.shutdown.cancelled() => return "the agent stops".into(),
            }
        }
    }

    /// Asks for the next topics.
    fn subscribe(&mut self) {
        let next = self.filters.iter().skip(self.asked).take(FILTERS_PER_REQUEST);
        let next: Vec<_> = next.map(|filter| SubscribeFilter::new(filter.clone(), QoS::AtLeastOnce)).collect();
        self.asked += next.len();
        // The queue is empty between two answers, so there is room.
        let _ = self.client.try_subscribe_many(next);
    }

    fn subscribed(&mut self, ack: &SubAck, backoff: &mut Backoff) {
        let mut refused = false;
        for (filter, code) in self.filters.iter().skip(self.answered).zip(&ack.return_codes) {
            if *code == SubscribeReasonCode::Failure {
                self.book.refuse(filter);
                refused = true;
            }
        }
        self.answered = self.asked;
        if self.answered < self.filters.len() {
            return self.subscribe();
        }
        if !refused {
            self.context.status.clear_error();
        }
        self.is_up = true;
        self.context.status.set_state(ConnectionState::Connected);
        backoff.reset();
        self.say_state(true);
        self.ask_for_births();
    }

    fn message(&mut self, message: &Publish) {
        let now = Instant::now();
        let (topic, payload) = (message.topic.as_str(), &message.payload);
        if !topic.starts_with(sparkplug::NAMESPACE) {
            return self.book.take(topic, payload, message.retain, now);
        }
        let Some(parsed) = Topic::parse(topic).filter(|topic| self.nodes.knows(*topic)) else { return };
        let news = if message.retain {
            // No message of a node may be retained; one that is comes from before.
            unusable(topic, "is retained, so it is old")
        } else {
            match sparkplug::decode(payload) {
                Ok(payload) => self.nodes.take(parsed, &payload, now),
                Err(error) => {
                    let lost = self.nodes.garbled(parsed, now);
                    News { lost, ..unusable(topic, &format!("is no Sparkplug B payload: {error}")) }
                }
            }
        };
        self.book.apply(&news, now);
        if self.is_up {
            self.ask_for_births();
        }
    }

    fn ask_for_births(&mut self) {
        for (group, edge_node) in self.nodes.ask(Instant::now()) {
            let at_ms = u64::try_from(self.context.clock.now_us() / 1_000).unwrap_or(0);
            let topic = format!("{}/{group}/NCMD/{edge_node}", sparkplug::NAMESPACE);
            // What finds no room is asked again.
            let _ = self.client.try_publish(topic, QoS::AtMostOnce, false, sparkplug::rebirth(at_ms));
        }
    }

    /// Nodes that wait for their primary host hear that it is there.
    fn say_state(&self, is_online: bool) {
        if let Some(host) = &self.config.sparkplug_host {
            let payload = state(is_online, self.began_ms);
            let _ = self.client.try_publish(state_topic(host), QoS::AtLeastOnce, true, payload);
        }
    }
}

fn state_topic(host: &str) -> String {
    format!("{}/STATE/{host}", sparkplug::NAMESPACE)
}

/// The time is that of the session, the same in the word and in the will, so that an old will is told from it.
fn state(is_online: bool, began_ms: i64) -> String {
    serde_json::json!({ "online": is_online, "timestamp": began_ms }).to_string()
}

fn unusable(topic: &str, reason: &str) -> News {
    News { dropped: 1, error: Some(format!("{topic}: {reason}")), ..News::default() }
}

fn explain(error: &ConnectionError) -> String {
    match error {
        ConnectionError::ConnectionRefused(
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
        ) => "the broker refuses the login; check user and password_file".into(),
        ConnectionError::ConnectionRefused(ConnectReturnCode::BadClientId) => {
            "the broker refuses the client id; write another client_id".into()
        }
        ConnectionError::MqttState(StateError::Deserialization(mqttbytes::Error::PayloadSizeLimitExceeded(bytes))) => {
            format!("a message has {bytes} bytes, at most {PACKET_BYTES_MAX} are taken; publish it in parts")
        }
        other => other.to_string(),
    }
}
