//! A cloud that fits into a test: enrolment over HTTP, and MQTT with the other end of the replication
//! behind it. Everything lies in memory; it can be made deaf and can cut connections.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::BytesMut;
use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet, PubAck, Publish, SubAck, SubscribeReasonCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use unison_core::facts::Fact;
use unison_core::master::MasterOp;
use unison_sync::replica::{Action, Event, Replica};
use unison_sync::seal::{self, Address, Direction, ENVELOPE_BYTES_MAX, Header, Keys, public_key};
use unison_sync::wire::{Batch, FORMAT, Have, Message, Op, hash};
use uuid::Uuid;

pub const TOKEN: &str = "one-time-token";
pub const EDGE: Uuid = Uuid::from_u128(0xE);
const SECRET: [u8; 32] = [22; 32];
const PACKET: usize = ENVELOPE_BYTES_MAX + 2_048;

pub fn address() -> Address {
    Address { organization: Uuid::from_u128(0xA), plant: Uuid::from_u128(0xB), edge: EDGE }
}

#[derive(Clone)]
pub struct Cloud(Arc<Inner>);

struct Inner {
    http: SocketAddr,
    mqtt: SocketAddr,
    state: Mutex<Side>,
    keys: Mutex<Option<Keys>>,
    /// Enrolments that are answered with 503 first.
    unwell: AtomicU32,
    cut: Mutex<CancellationToken>,
    raw: Mutex<Vec<Vec<u8>>>,
    began: Instant,
}

/// The cloud's disk.
struct Side {
    replica: Replica,
    log: Vec<(Batch, Vec<u8>)>,
    acked: u64,
    have: Have,
    taken: Vec<Batch>,
}

impl Side {
    fn head(&self) -> u64 {
        self.log.last().map_or(0, |(b, _)| b.last())
    }

    /// What must be sent.
    fn drive(&mut self, event: Event, now: i64) -> Vec<Message> {
        let (mut events, mut out) = (vec![event], vec![]);
        while let Some(event) = events.pop() {
            for action in self.replica.on(event, now) {
                match action {
                    Action::Send(m) => out.push(m),
                    Action::Read { after, .. } => {
                        let (batch, bytes) = self.log.iter().find(|(b, _)| b.first > after).unwrap();
                        out.push(Message::Batches(vec![bytes.clone()]));
                        events.push(Event::Sent { last: batch.last(), bytes: bytes.len() });
                    }
                    Action::Store { batches, have } => {
                        self.taken.extend(batches.into_iter().map(|(batch, _)| batch));
                        self.have = have;
                        events.push(Event::Stored(have));
                    }
                    Action::Acked(seq) => self.acked = seq,
                    Action::Quarantine { reason, .. } => panic!("{reason}"),
                    Action::Look { .. } | Action::Serve(_) | Action::Apply { .. } => panic!("it has no snapshots"),
                }
            }
        }
        out
    }
}

impl Cloud {
    pub async fn start(unwell: u32) -> Self {
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mqtt = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let replica = Replica::new("cloud", 1, 0, 0, Have::default());
        let side = Side { replica, log: vec![], acked: 0, have: Have::default(), taken: vec![] };
        let cloud = Self(Arc::new(Inner {
            http: http.local_addr().unwrap(),
            mqtt: mqtt.local_addr().unwrap(),
            state: Mutex::new(side),
            keys: Mutex::new(None),
            unwell: AtomicU32::new(unwell),
            cut: Mutex::new(CancellationToken::new()),
            raw: Mutex::default(),
            began: Instant::now(),
        }));
        let app = Router::new().route("/api/v1/edges/enrol", post(enrol)).with_state(cloud.clone());
        tokio::spawn(async move { axum::serve(http, app).await.unwrap() });
        let serving = cloud.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = mqtt.accept().await {
                let cut = serving.0.cut.lock().unwrap().clone();
                let cloud = serving.clone();
                tokio::spawn(async move { cut.run_until_cancelled(cloud.serve(stream)).await });
            }
        });
        cloud
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.0.http)
    }

    /// Adds master data to the plant's log.
    pub fn send(&self, ops: &[MasterOp]) {
        let mut side = self.0.state.lock().unwrap();
        let op = |op: &MasterOp| Op { kind: op.kind().0, version: op.kind().1, hlc: 1, body: op.encode().unwrap() };
        let prev = side.log.last().map_or([0; 32], |(_, bytes)| hash(bytes));
        let (first, ops) = (side.head() + 1, ops.iter().map(op).collect());
        let batch = Batch { format: FORMAT, origin: address().plant, incarnation: 1, first, prev, ops };
        let bytes = batch.encode().unwrap();
        side.log.push((batch, bytes));
    }

    /// Publishes bytes as they are to the edge, as a stranger on the broker might.
    pub fn publish_raw(&self, payload: Vec<u8>) {
        self.0.raw.lock().unwrap().push(payload);
    }

    /// Ends every connection.
    pub fn cut(&self) {
        std::mem::take(&mut *self.0.cut.lock().unwrap()).cancel();
    }

    /// All facts that came up, in order.
    pub fn facts(&self) -> Vec<Fact> {
        let side = self.0.state.lock().unwrap();
        let ops = side.taken.iter().flat_map(|b| &b.ops);
        ops.map(|op| Fact::decode(op.kind, op.version, &op.body).unwrap().unwrap()).collect()
    }

    /// Up to here the edge acknowledged the plant's log, and its head.
    pub fn acked(&self) -> (u64, u64) {
        let side = self.0.state.lock().unwrap();
        (side.acked, side.head())
    }

    fn now(&self) -> i64 {
        i64::try_from(self.0.began.elapsed().as_micros()).unwrap()
    }

    fn keys(&self) -> Option<Keys> {
        self.0.keys.lock().unwrap().clone()
    }

    fn publish(&self, messages: Vec<Message>, out: &mut BytesMut) {
        let header = Header { address: address(), direction: Direction::Down, incarnation: 1, key_id: 1 };
        for message in messages {
            let nonce: [u8; 24] = [Uuid::new_v4().into_bytes().as_slice(), &[0; 8]].concat().try_into().unwrap();
            let envelope = seal::seal(&self.keys().unwrap(), &header, nonce, &message).unwrap();
            Publish::new(address().topic(Direction::Down), QoS::AtMostOnce, envelope).write(out).unwrap();
        }
    }

    async fn serve(&self, mut stream: TcpStream) {
        let (mut input, mut is_up) = (BytesMut::new(), false);
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(200));
        loop {
            let mut out = BytesMut::new();
            tokio::select! {
                read = stream.read_buf(&mut input) => if read.unwrap_or(0) == 0 { break },
                _ = tick.tick(), if is_up => {
                    let messages = {
                        let mut side = self.0.state.lock().unwrap();
                        let head = side.head();
                        let mut messages = side.drive(Event::Appended(head), self.now());
                        messages.extend(side.drive(Event::Tick, self.now()));
                        messages
                    };
                    self.publish(messages, &mut out);
                    for payload in self.0.raw.lock().unwrap().drain(..) {
                        let topic = address().topic(Direction::Down);
                        Publish::new(topic, QoS::AtMostOnce, payload).write(&mut out).unwrap();
                    }
                }
            }
            while let Ok(packet) = Packet::read(&mut input, PACKET) {
                self.packet(packet, &mut is_up, &mut out);
            }
            if stream.write_all(&out).await.is_err() {
                break;
            }
        }
        self.0.state.lock().unwrap().drive(Event::Down, self.now());
    }

    fn packet(&self, packet: Packet, is_up: &mut bool, out: &mut BytesMut) {
        match packet {
            Packet::Connect(connect) => {
                let login = connect.login.unwrap();
                let keys = self.keys().expect("a stranger connects");
                let fits = connect.client_id == EDGE.to_string()
                    && login.username == EDGE.to_string()
                    && login.password == keys.mqtt_password()
                    && connect.clean_session;
                let code = if fits { ConnectReturnCode::Success } else { ConnectReturnCode::NotAuthorized };
                ConnAck::new(code, false).write(out).unwrap();
            }
            Packet::Subscribe(s) => {
                assert_eq!(s.filters[0].path, address().topic(Direction::Down));
                SubAck::new(s.pkid, vec![SubscribeReasonCode::Success(QoS::AtLeastOnce)]).write(out).unwrap();
                *is_up = true;
                let messages = self.0.state.lock().unwrap().drive(Event::Up, self.now());
                self.publish(messages, out);
            }
            Packet::Publish(p) => {
                assert_eq!(p.topic, address().topic(Direction::Up));
                PubAck::new(p.pkid).write(out).unwrap();
                let (_, message) = seal::open(&self.keys().unwrap(), &address(), Direction::Up, &p.payload).unwrap();
                let messages = self.0.state.lock().unwrap().drive(Event::Received(message), self.now());
                self.publish(messages, out);
            }
            Packet::PingReq => {
                Packet::PingResp.write(out, PACKET).unwrap();
            }
            _ => {}
        }
    }
}

async fn enrol(State(cloud): State<Cloud>, headers: HeaderMap, Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
    if cloud.0.unwell.fetch_update(Relaxed, Relaxed, |n| n.checked_sub(1)).is_ok() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"error": "Not now"})));
    }
    if body["token"] != TOKEN {
        let refusal = json!({"error": "Enrolment refused", "reason": "The token is unknown, used or expired"});
        return (StatusCode::UNAUTHORIZED, Json(refusal));
    }
    assert_eq!(headers["x-organization"], "acme");
    let public: [u8; 32] = BASE64.decode(body["public_key"].as_str().unwrap()).unwrap().try_into().unwrap();
    *cloud.0.keys.lock().unwrap() = Keys::agree(SECRET, public, &address());
    let answer = json!({
        "organization_uuid": address().organization,
        "plant_uuid": address().plant,
        "edge_uuid": EDGE,
        "edge_id": 9,
        "cloud_public_key": BASE64.encode(public_key(SECRET)),
        "key_id": 1,
        "mqtt": {"host": cloud.0.mqtt.ip().to_string(), "port": cloud.0.mqtt.port(), "username": EDGE, "password": ""},
        "organization_name": "Acme",
        "plant_name": "Hall 1",
    });
    (StatusCode::OK, Json(answer))
}
