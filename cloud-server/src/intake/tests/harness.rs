//! A cloud with one organisation and one plant, and edges that write their log by hand.

use crate::db::DbError;
use crate::intake::{Intake, Settings};
use crate::live::Live;
use crate::params;
use crate::store::Store;
use crate::tenancy::{Caller, Tenancy, WriteTx};
use rumqttc::{AsyncClient, ConnectionError, Event, MqttOptions, Packet, QoS};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use unison_core::facts::{Fact, ProductionLogged};
use unison_core::ids::{PlantId, UserId, WorkOrderId};
use unison_core::time::Timestamp;
use unison_sync::seal::{Address, Direction, Header, Keys, open, public_key, seal};
use unison_sync::wire::{Batch, FORMAT, Have, Hello, Message, Op, hash};
use uuid::Uuid;

pub const PLANT: i64 = 1;
pub const OTHER_PLANT: i64 = 2;
/// Nobody's, in the plant.
pub const FREE: i64 = 10;
pub const IN_OTHER_PLANT: i64 = 12;
pub const ORDER: i64 = 30;
pub const USER: i64 = 40;
pub const SHIFT: i64 = 50;
pub const SCRAP: i64 = 60;
pub const REASON: i64 = 50;
pub const REASON_2: i64 = 51;
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Cloud {
    pub tenancy: Tenancy,
    pub live: Live,
    pub intake: Intake,
    pub org: i64,
    org_uuid: Uuid,
    plant_uuid: Uuid,
    stop: CancellationToken,
    store: Option<Store>,
}

impl Cloud {
    pub async fn start() -> Self {
        let store = Store::new(module_path!()).await;
        let tenancy = store.tenancy().await;
        let (org, org_uuid, plant_uuid) = organization(&tenancy, "acme").await;
        let (live, stop) = (Live::default(), CancellationToken::new());
        let intake = start(&tenancy, &live, &stop).await;
        Self { tenancy, live, intake, org, org_uuid, plant_uuid, stop, store: Some(store) }
    }

    /// The same cloud, seen by another organisation.
    pub async fn another(&self) -> Self {
        let (org, org_uuid, plant_uuid) = organization(&self.tenancy, "other").await;
        let (tenancy, live, intake, stop) =
            (self.tenancy.clone(), self.live.clone(), self.intake.clone(), CancellationToken::new());
        Self { tenancy, live, intake, org, org_uuid, plant_uuid, stop, store: None }
    }

    /// Everything in memory is lost: front, broker, links.
    pub async fn restart(&mut self) {
        self.stop.cancel();
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.stop = CancellationToken::new();
        self.intake = start(&self.tenancy, &self.live, &self.stop).await;
    }

    pub fn system(&self) -> Caller {
        Caller::system(self.org, "test")
    }

    pub async fn enrol(&self, id: i64) -> Edge {
        let edge = Uuid::now_v7();
        let address = Address { organization: self.org_uuid, plant: self.plant_uuid, edge };
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).unwrap();
        let platform = self.tenancy.platform();
        let (token, _) = platform.create_token(self.org, PLANT).await.unwrap();
        let token = platform.token(&token).await.unwrap().unwrap();
        let link = platform.enrol(token, address, public_key(secret)).await.unwrap().unwrap();
        let cloud_key = platform.cloud_public_key(link.key_id).await.unwrap();
        let keys = Keys::agree(secret, cloud_key, &address).unwrap();
        self.execute(
            "INSERT INTO edges (organization_id, id, uuid, plant_id, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
            params![self.org, id, edge, PLANT, format!("edge-{id}"), self.tenancy.now()],
        )
        .await;
        Edge { address, keys, key_id: link.key_id, front: self.intake.address(), log: Log::new(edge), line: None }
    }

    pub async fn execute(&self, sql: &'static str, values: &[crate::db::Value]) {
        let values = values.to_vec();
        self.tenancy.write(&self.system(), move |tx| tx.execute(sql, &values)).await.unwrap();
    }

    /// What only the owner of the tables may do.
    pub async fn as_owner(&self, sql: &str) {
        self.store.as_ref().unwrap().as_owner(self.org, sql).await;
    }

    /// The only number of the answer.
    pub async fn number(&self, sql: &'static str, values: &[crate::db::Value]) -> i64 {
        let values = [params![self.org], values].concat();
        let read = move |tx: &crate::tenancy::Tx<'_>| tx.query_one(sql, &values)?.unwrap().get::<Option<i64>>("n");
        self.tenancy.read::<_, DbError, _>(&self.system(), read).await.unwrap().unwrap_or(-1)
    }

    pub async fn text(&self, sql: &'static str, values: &[crate::db::Value]) -> String {
        let values = [params![self.org], values].concat();
        let read =
            move |tx: &crate::tenancy::Tx<'_>| tx.query_one(sql, &values)?.map_or(Ok(String::new()), |r| r.get("t"));
        self.tenancy.read::<_, DbError, _>(&self.system(), read).await.unwrap()
    }

    /// Waits until something becomes true.
    pub async fn until(&self, what: &str, mut is: impl AsyncFnMut(&Self) -> bool) {
        let waited = timeout(PATIENCE, async {
            while !is(self).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("never: {what}; {:?}", self.intake.status()));
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.stop.cancel();
        drop(self.store.take());
    }
}

async fn organization(tenancy: &Tenancy, name: &str) -> (i64, Uuid, Uuid) {
    let org = tenancy.platform().create_organization(name, name, name).await.unwrap();
    let plant = Uuid::now_v7();
    tenancy.write(&Caller::system(org.id, "test"), move |tx| records(tx, org.uuid, plant)).await.unwrap();
    (org.id, org.uuid, plant)
}

/// A port that nobody listens on. Not one of those that the system gives to connections: one of another test could
/// take it before the broker does.
pub fn free_port() -> SocketAddr {
    loop {
        let [a, b, ..] = *Uuid::new_v4().as_bytes();
        let port = 10_000 + u16::from_be_bytes([a, b]) % 20_000;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().unwrap();
        }
    }
}

async fn start(tenancy: &Tenancy, live: &Live, stop: &CancellationToken) -> Intake {
    let settings = Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        broker: free_port(),
        sessions_max: 50,
        version: "test".into(),
    };
    let intake = Intake::start(settings, tenancy.clone(), live.clone(), stop.clone()).await.unwrap();
    let up = async {
        while !intake.status().is_up {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, up).await.expect("the broker comes up");
    intake
}

fn records(tx: &WriteTx<'_>, org: Uuid, plant: Uuid) -> Result<(), DbError> {
    let (o, now) = (tx.org(), tx.now());
    tx.execute("INSERT INTO organization (organization_id, uuid, name, created_at, updated_at) VALUES ($1, $2, 'Acme', $3, $3)", params![o, org, tx.now()])?;
    let add = "INSERT INTO plants (organization_id, id, uuid, name, timezone, created_at, updated_at) VALUES ($1, $2, $3, $4, 'UTC', $5, $5)";
    tx.execute(add, params![o, PLANT, plant, "North", now])?;
    tx.execute(add, params![o, OTHER_PLANT, Uuid::now_v7(), "South", now])?;
    tx.execute("INSERT INTO lanes (organization_id, id, plant_id, name, created_at, updated_at) VALUES ($1, 5, $2, 'Lane', $3, $3)", params![o, PLANT, now])?;
    let add = "INSERT INTO machines (organization_id, id, plant_id, lane_id, machine_code, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5, $6, $6)";
    tx.execute(add, params![o, FREE, PLANT, 5, "CNC-1", now])?;
    tx.execute(add, params![o, FREE + 1, PLANT, 5, "CNC-2", now])?;
    tx.execute(add, params![o, IN_OTHER_PLANT, OTHER_PLANT, None::<i64>, "PRESS-1", now])?;
    let add = "INSERT INTO users (organization_id, id, email, name, hourly_rate, created_at, updated_at) VALUES ($1, $2, 'o@acme.test', 'Olga', $4, $3, $3)";
    tx.execute(add, params![o, USER, now, 25_000_000])?;
    let add = "INSERT INTO downtime_reasons (organization_id, id, code, name, category, created_at, updated_at) VALUES ($1, $2, $3, $3, 'x', $4, $4)";
    tx.execute(add, params![o, REASON, "jam", now])?;
    tx.execute(add, params![o, REASON_2, "tool", now])?;
    let add = "INSERT INTO work_orders (organization_id, id, plant_id, work_order_number, title, lane_id, quantity_ordered, status, created_at, updated_at)
               VALUES ($1, $2, $3, $4, 'Parts', $5, 20, 'released', $6, $6)";
    tx.execute(add, params![o, ORDER, PLANT, "WO-1", 5, now])?;
    tx.execute(add, params![o, ORDER + 1, OTHER_PLANT, "WO-2", None::<i64>, now])?;
    let add = "INSERT INTO scrap_reasons (organization_id, id, code, name, created_at, updated_at) VALUES ($1, $2, $3, $3, $4, $4)";
    tx.execute(add, params![o, SCRAP, "burr", now])?;
    let add = "INSERT INTO shifts (organization_id, id, plant_id, name, start_time, end_time, created_at, updated_at)
               VALUES ($1, $2, $3, $4, '06:00', '14:00', $5, $5)";
    tx.execute(add, params![o, SHIFT, PLANT, "Day", now])?;
    tx.execute(add, params![o, SHIFT + 1, OTHER_PLANT, "Day", now])?;
    Ok(())
}

/// The log of an origin, written by hand.
#[derive(Clone)]
pub struct Log {
    pub origin: Uuid,
    pub incarnation: u32,
    pub next: u64,
    pub prev: [u8; 32],
}

impl Log {
    pub fn new(origin: Uuid) -> Self {
        Self { origin, incarnation: 1, next: 1, prev: [0; 32] }
    }

    pub fn ops(&mut self, ops: Vec<Op>) -> Vec<u8> {
        let batch = Batch {
            format: FORMAT,
            origin: self.origin,
            incarnation: self.incarnation,
            first: self.next,
            prev: self.prev,
            ops,
        };
        let bytes = batch.encode().unwrap();
        self.next = batch.last() + 1;
        self.prev = hash(&bytes);
        bytes
    }

    pub fn facts(&mut self, facts: Vec<Fact>) -> Vec<u8> {
        let first = self.next;
        self.ops((first..).zip(facts).map(|(seq, fact)| op(&fact, seq)).collect())
    }
}

pub fn op(fact: &Fact, hlc: u64) -> Op {
    let (kind, version) = fact.kind();
    Op { kind, version, hlc, body: fact.encode().unwrap() }
}

pub fn logged(id: Uuid, order: i64, completed: u32) -> Fact {
    ProductionLogged {
        id,
        work_order: WorkOrderId(order),
        machine: None,
        completed,
        rejected: 0,
        hours_micro: 1_000_000,
        notes: None,
        by: UserId(USER),
        at: Timestamp(1_000_000),
        shift: None,
    }
    .into()
}

/// One MQTT connection.
pub struct Line {
    pub client: AsyncClient,
    pub heard: mpsc::Receiver<Vec<u8>>,
    pub ended: oneshot::Receiver<ConnectionError>,
    poll: tokio::task::JoinHandle<()>,
}

impl Drop for Line {
    /// The socket is closed without a word.
    fn drop(&mut self) {
        self.poll.abort();
    }
}

/// An edge under the test's control.
pub struct Edge {
    pub address: Address,
    pub keys: Keys,
    pub key_id: u32,
    pub front: SocketAddr,
    pub log: Log,
    pub line: Option<Line>,
}

impl Edge {
    pub fn options(&self) -> MqttOptions {
        let id = self.address.edge.to_string();
        let mut options = MqttOptions::new(id.clone(), self.front.ip().to_string(), self.front.port());
        options.set_credentials(id, self.keys.mqtt_password());
        options.set_max_packet_size(4 << 20, 4 << 20);
        options.set_keep_alive(Duration::from_secs(5));
        options
    }

    /// Connects and subscribes.
    pub async fn connect(&mut self) {
        let mut line = dial(self.options());
        line.client.subscribe(self.address.topic(Direction::Down), QoS::AtLeastOnce).await.unwrap();
        let first = timeout(PATIENCE, line.heard.recv()).await.expect("a hello comes");
        assert!(first.is_some(), "refused: {:?}", line.ended.try_recv());
        self.line = Some(line);
    }

    pub fn line(&mut self) -> &mut Line {
        self.line.as_mut().unwrap()
    }

    pub fn seal(&self, message: &Message) -> Vec<u8> {
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce).unwrap();
        let header = Header {
            address: self.address,
            direction: Direction::Up,
            incarnation: self.log.incarnation,
            key_id: self.key_id,
        };
        seal(&self.keys, &header, nonce, message).unwrap()
    }

    pub async fn publish(&mut self, payload: Vec<u8>) {
        let topic = self.address.topic(Direction::Up);
        self.line().client.publish(topic, QoS::AtLeastOnce, false, payload).await.unwrap();
    }

    /// Sends the same envelope twice.
    pub async fn twice(&mut self, message: &Message) {
        let envelope = self.seal(message);
        self.publish(envelope.clone()).await;
        self.publish(envelope).await;
    }

    pub async fn batches(&mut self, batches: Vec<Vec<u8>>) {
        self.twice(&Message::Batches(batches)).await;
    }

    pub async fn hello(&mut self, have: Have) {
        let hello = Hello {
            incarnation: self.log.incarnation,
            head: self.log.next - 1,
            have,
            wants_answer: true,
            version: "0.0.1".into(),
        };
        self.twice(&Message::Hello(hello)).await;
    }

    /// The next message for which `pick` has an answer.
    pub async fn hear<T>(&mut self, what: &str, mut pick: impl FnMut(Message) -> Option<T>) -> T {
        let (keys, address) = (self.keys.clone(), self.address);
        let line = self.line();
        let hear = async {
            loop {
                let envelope = line.heard.recv().await.expect("still connected");
                let (_, message) = open(&keys, &address, Direction::Down, &envelope).unwrap();
                if let Some(picked) = pick(message) {
                    return picked;
                }
            }
        };
        timeout(PATIENCE, hear).await.unwrap_or_else(|_| panic!("never heard: {what}"))
    }

    pub async fn acked(&mut self, seq: u64) -> Have {
        let pick = |m| if let Message::Ack(have) = m { (have.seq >= seq).then_some(have) } else { None };
        let have = self.hear("an acknowledgement", pick).await;
        assert_eq!(have.seq, seq);
        have
    }

    pub async fn hears_hello(&mut self) -> Hello {
        self.hear("a hello", |m| if let Message::Hello(h) = m { Some(h) } else { None }).await
    }

    /// Sends facts as one batch and waits for their acknowledgement.
    pub async fn facts(&mut self, facts: Vec<Fact>) {
        let batch = self.log.facts(facts);
        self.batches(vec![batch]).await;
        self.acked(self.log.next - 1).await;
    }

    pub fn plant(&self) -> PlantId {
        PlantId(PLANT)
    }
}

/// Opens a connection and polls it until it ends.
pub fn dial(options: MqttOptions) -> Line {
    let (client, mut events) = AsyncClient::new(options, 64);
    let (tell, heard) = mpsc::channel(256);
    let (end, ended) = oneshot::channel();
    let poll = tokio::spawn(async move {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::Publish(p))) => {
                    let _ = tell.send(p.payload.to_vec()).await;
                }
                Ok(_) => {}
                Err(e) => {
                    let _ = end.send(e);
                    return;
                }
            }
        }
    });
    Line { client, heard, ended, poll }
}

/// How a connection ended.
pub async fn end_of(line: &mut Line) -> ConnectionError {
    timeout(PATIENCE, &mut line.ended).await.expect("the connection ends").unwrap()
}
