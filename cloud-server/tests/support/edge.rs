//! An edge by hand, through the front door: enrols over HTTP, talks MQTT, acknowledges what comes down, starts
//! the work orders it is asked to start, and keeps what it heard.

use super::support::Server;
use cloud_server::intake::{Intake, Settings};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use serde_json::json;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use unison_core::facts::{AgentStarted, Fact, WorkOrderMoved};
use unison_core::ids::MachineId;
use unison_core::master::{MasterOp, WorkOrderAsked};
use unison_core::time::Timestamp;
use unison_sync::seal::{Address, Direction, Header, Keys, open, public_key, seal};
use unison_sync::wire::{Batch, FORMAT, Hash, Have, Hello, Message, Op, hash};

pub const PATIENCE: Duration = Duration::from_secs(20);
const SECRET: [u8; 32] = [7; 32];

/// An intake beside the server's HTTP; ends when dropped.
pub async fn intake(server: &Server) -> (SocketAddr, DropGuard) {
    let stop = CancellationToken::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings =
        Settings { listen: "127.0.0.1:0".parse().unwrap(), broker: free, sessions_max: 10, version: "test".into() };
    let intake = Intake::start(settings, server.tenancy.clone(), server.live.clone(), stop.clone()).await.unwrap();
    while !intake.status().is_up {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (intake.address(), stop.drop_guard())
}

pub struct Edge {
    pub address: Address,
    keys: Keys,
    key_id: u32,
}

impl Edge {
    pub async fn enrol(server: &Server) -> Self {
        let olga = server.signed_in("olga@acme.example").await;
        let plant = olga.get("/me").await.1["plants"][0]["id"].as_i64().unwrap();
        let (token, _) = server.tenancy.platform().create_token(server.organization.id, plant).await.unwrap();

        let own = json!({"token": token, "name": "Hall 1", "public_key": base64(&public_key(SECRET))});
        let (status, told) = server.at("acme").post("/edges/enrol", own).await;
        assert_eq!(status, 200, "{told}");
        let uuid = |name: &str| told[name].as_str().unwrap().parse().unwrap();
        let address =
            Address { organization: uuid("organization_uuid"), plant: uuid("plant_uuid"), edge: uuid("edge_uuid") };
        let key_id = u32::try_from(told["key_id"].as_u64().unwrap()).unwrap();
        let cloud = server.tenancy.platform().cloud_public_key(key_id).await.unwrap();
        Self { address, keys: Keys::agree(SECRET, cloud, &address).unwrap(), key_id }
    }

    pub fn seal(&self, message: &Message) -> Vec<u8> {
        let header = Header { address: self.address, direction: Direction::Up, incarnation: 1, key_id: self.key_id };
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce).unwrap();
        seal(&self.keys, &header, nonce, message).unwrap()
    }

    /// The first batch of its log: it claims the machine.
    pub fn claim(&self, machine: i64) -> Batch {
        let fact = AgentStarted {
            at: Timestamp(1),
            version: "0.1".into(),
            machines: vec![MachineId(machine)],
            unknown: vec![],
        };
        self.batch(1, Hash::default(), &fact.into())
    }

    fn batch(&self, first: u64, prev: Hash, fact: &Fact) -> Batch {
        let (kind, version) = fact.kind();
        let ops = vec![Op { kind, version, hlc: first, body: fact.encode().unwrap() }];
        Batch { format: FORMAT, origin: self.address.edge, incarnation: 1, first, prev, ops }
    }

    /// Connects, claims the machine and goes on until the line breaks.
    pub async fn run(self, front: SocketAddr, machine: i64) -> Running {
        let id = self.address.edge.to_string();
        let mut options = MqttOptions::new(id.clone(), front.ip().to_string(), front.port());
        options.set_credentials(id, self.keys.mqtt_password()).set_keep_alive(Duration::from_secs(5));
        options.set_max_packet_size(4 << 20, 4 << 20);
        let (client, mut events) = AsyncClient::new(options, 64);
        client.subscribe(self.address.topic(Direction::Down), QoS::AtLeastOnce).await.unwrap();
        let (tell, heard) = mpsc::unbounded_channel();
        let mut talk =
            Talk { edge: self, machine, client, next: 1, prev: Hash::default(), have: Have::default(), tell };
        tokio::spawn(async move {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::Publish(p))) => talk.hear(&p.payload),
                    Ok(_) => {}
                    Err(_) => return,
                }
            }
        });
        let mut running = Running { heard };
        running.until("the claim is taken", |heard| matches!(heard, Heard::Acked(1))).await;
        running
    }
}

fn base64(bytes: &[u8; 32]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|b| (0..8).rev().map(move |i| b >> i & 1)).collect();
    let digit = |six: &[u8]| {
        let value = (0..6).fold(0, |v, i| v << 1 | six.get(i).copied().unwrap_or(0));
        char::from(ALPHABET[usize::from(value)])
    };
    bits.chunks(6).map(digit).collect::<String>() + "="
}

pub enum Heard {
    Acked(u64),
    Op(MasterOp),
}

/// An edge that talks; its line breaks when `heard` ends.
pub struct Running {
    pub heard: mpsc::UnboundedReceiver<Heard>,
}

impl Running {
    pub async fn until(&mut self, what: &str, mut is: impl FnMut(&Heard) -> bool) {
        let hear = async { while !is(&self.heard.recv().await.expect("connected")) {} };
        tokio::time::timeout(PATIENCE, hear).await.unwrap_or_else(|_| panic!("never: {what}"));
    }
}

struct Talk {
    edge: Edge,
    machine: i64,
    client: AsyncClient,
    next: u64,
    prev: Hash,
    /// What it holds of the plant's log.
    have: Have,
    tell: mpsc::UnboundedSender<Heard>,
}

impl Talk {
    fn send(&self, message: &Message) {
        let topic = self.edge.address.topic(Direction::Up);
        self.client.try_publish(topic, QoS::AtLeastOnce, false, self.edge.seal(message)).unwrap();
    }

    fn say(&mut self, fact: &Fact) {
        let bytes = self.edge.batch(self.next, self.prev, fact).encode().unwrap();
        self.next += 1;
        self.prev = hash(&bytes);
        self.send(&Message::Batches(vec![bytes]));
    }

    fn hear(&mut self, envelope: &[u8]) {
        let (_, message) = open(&self.edge.keys, &self.edge.address, Direction::Down, envelope).unwrap();
        match message {
            Message::Hello(_) => {
                let (have, head) = (self.have, self.next - 1);
                let version = "0.1".into();
                self.send(&Message::Hello(Hello { incarnation: 1, head, have, wants_answer: false, version }));
                if head == 0 {
                    let claim = self.edge.claim(self.machine).encode().unwrap();
                    (self.next, self.prev) = (2, hash(&claim));
                    self.send(&Message::Batches(vec![claim]));
                }
            }
            Message::Ack(have) => _ = self.tell.send(Heard::Acked(have.seq)),
            Message::Batches(batches) => {
                for encoded in batches {
                    self.take(&encoded);
                }
                self.send(&Message::Ack(self.have));
            }
            // It is of a version that does not know snapshots.
            Message::Offer(_) | Message::Fetch(_) | Message::Part(_) => {}
        }
    }

    fn take(&mut self, encoded: &[u8]) {
        let batch = Batch::decode(encoded).unwrap();
        if batch.first != self.have.seq + 1 {
            return;
        }
        self.have = Have { incarnation: batch.incarnation, seq: batch.last(), hash: hash(encoded) };
        for op in batch.ops {
            let Ok(Some(op)) = MasterOp::decode(op.kind, op.version, &op.body) else { continue };
            if let MasterOp::WorkOrderAsked(WorkOrderAsked { request: asked, .. }) = &op {
                let moved = WorkOrderMoved {
                    work_order: asked.work_order,
                    verb: asked.verb,
                    machine: Some(MachineId(self.machine)),
                    by: Some(asked.by),
                    at: asked.at,
                    note: None,
                    request: Some(asked.request),
                };
                self.say(&moved.into());
            }
            let _ = self.tell.send(Heard::Op(op));
        }
    }
}
