//! A real server on a port of its own with a real store in a directory of its own. Master data comes as it
//! would from the cloud. The clock stands still until a test moves it.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use edge_agent::agent::ApiContext;
use edge_agent::carrier::CarrierStatus;
use edge_agent::driver::{Clock, ConnectionStatus, Scan, Sink, TagIndex, start_all};
use edge_agent::store::ring::{Kept, Ring};
use edge_agent::store::{Identity, StorageState, Store};
use edge_agent::tls::{Https, Place};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use unison_core::activity::Mode;
use unison_core::facts::Fact;
use unison_core::ids::{
    LaneId, MachineId, MachineTagId, PlantId, ReasonId, ScrapReasonId, ShiftId, UserId, WorkOrderId,
};
use unison_core::kpi::Standard;
use unison_core::master::{
    Lane, Machine, MachineTag, MasterOp, Plant, Reason, ScrapReason, User, WorkOrder, WorkOrderStatus,
};
use unison_core::shift::{ActiveDays, Shift, WallTime};
use unison_core::time::{SECOND, Timestamp};
use unison_sync::wire::{Batch, FORMAT, Have, Op, hash};
use uuid::Uuid;

/// 10:00 of a Thursday, in the middle of the day shift.
pub const START: &str = "2025-11-06T10:00:00Z";
pub const ADMIN: &str = "test-admin-token-0123456789abcdef";

pub const CNC: i64 = 15;
pub const RETIRED: i64 = 17;
pub const ELSEWHERE: i64 = 18;
pub const ANA: i64 = 3;
pub const SUE: i64 = 4;
pub const VIC: i64 = 5;
pub const BEN: i64 = 7;

pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now_us(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

pub struct Edge {
    pub url: String,
    /// 127.0.0.1 with the port of HTTPS, where it is on.
    pub tls: Option<SocketAddr>,
    pub http: Client,
    pub store: Store,
    pub scans: broadcast::Sender<Scan>,
    pub connections: Vec<Arc<ConnectionStatus>>,
    pub sink: Sink,
    pub ring: Ring,
    pub dir: PathBuf,
    /// What its API was given.
    pub context: ApiContext,
    clock: Arc<TestClock>,
    shutdown: CancellationToken,
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.shutdown.cancel();
        drop(std::fs::remove_dir_all(&self.dir));
    }
}

impl Edge {
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// With these lines after [agent] in its configuration.
    pub async fn start_with(lines: &str) -> Self {
        Self::open(Timestamp::parse(START).unwrap(), lines, None).await
    }

    /// With HTTPS under these names. The clock starts with the real one, which clients judge certificates by.
    pub async fn with_https(names: &[&str]) -> Self {
        let names = names.iter().map(|&n| n.to_owned()).collect();
        Self::open(Timestamp(edge_agent::agent::WallClock.now_us()), "", Some(names)).await
    }

    async fn open(start: Timestamp, lines: &str, https_names: Option<Vec<String>>) -> Self {
        // Reqwest wants one even for plain HTTP; other tests of the process may have set it.
        drop(rustls::crypto::ring::default_provider().install_default());
        let dir = std::env::temp_dir().join(format!("unison-api-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&dir).unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(start.0)));
        let store = Store::open(&dir, clock.clone()).unwrap();
        store.enrolled(identity()).await.unwrap();
        let (batches, have) = down(&master());
        store.apply_down(batches, have).await.unwrap();
        store.start("test", vec!["CNC-001".into(), "NOPE-1".into()]).await.unwrap();
        let config = format!("[agent]\nname = \"Hall 1\"\ndata_dir = \"{}\"\n{lines}", dir.display());
        let config = edge_agent::config::parse("test.toml", &config).unwrap_or_else(|e| panic!("{e}"));
        let shutdown = CancellationToken::new();
        let sink = Sink::keeping(config.tags.len(), config.kept().collect());
        let kept = |tag: TagIndex| {
            let info = &config.tags[tag.index()];
            Kept { tag, name: info.name.clone(), period_ms: info.period_ms }
        };
        let ring = Ring::open(&dir, config.kept().map(kept).collect(), 1 << 30, clock.clone(), || StorageState::Ok);
        let connections = start_all(&config, sink.clone(), clock.clone(), shutdown.clone());
        let tls_listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tls = https_names.is_some().then(|| tls_listener.local_addr().unwrap());
        let https = https_names.zip(tls).map(|(names, address)| {
            let place = move || Place::new(&names, None, [address.ip()]);
            let section = config.http.https.as_ref().unwrap();
            let https = Https::new(section, address.port(), &dir, "Hall 1", Box::new(place));
            https.look(start, std::time::Instant::now());
            Arc::new(https)
        });
        let context = ApiContext {
            store: store.clone(),
            connections: connections.clone(),
            sink: sink.clone(),
            ring: ring.clone(),
            scans: broadcast::channel(16).0,
            carrier: Arc::new(CarrierStatus::default()),
            config: Arc::new(config),
            https,
            admin_token: ADMIN.into(),
            clock: clock.clone(),
        };
        let (scans, given) = (context.scans.clone(), context.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(edge_agent::api::serve(context, listener, Some(tls_listener), shutdown.clone()));
        let http = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        Self { url, tls, http, store, scans, connections, sink, ring, dir, context: given, clock, shutdown }
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * SECOND, Relaxed);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(self.clock.now_us())
    }

    /// Records facts as the engine would.
    pub async fn record(&self, facts: Vec<Fact>) {
        self.store.decide(move |_| Ok::<_, ()>((facts, ()))).await.unwrap().unwrap();
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.http.get(format!("{}/api/v1{path}", self.url)).send().await.unwrap()).await
    }

    /// A read that must succeed.
    pub async fn read(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn call(&self, method: Method, path: &str, token: Option<&str>, body: &Value) -> (StatusCode, Value) {
        answer(self.request(method, path, token, body).send().await.unwrap()).await
    }

    /// As [`Edge::post`], with one header more.
    pub async fn post_with(&self, path: &str, token: &str, body: &Value, header: (&str, &str)) -> (StatusCode, Value) {
        let request = self.request(Method::POST, path, Some(token), body).header(header.0, header.1);
        answer(request.send().await.unwrap()).await
    }

    fn request(&self, method: Method, path: &str, token: Option<&str>, body: &Value) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method.clone(), format!("{}/api/v1{path}", self.url));
        if method != Method::GET {
            request = request.json(body);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, Some(token), &body).await
    }

    pub async fn set_pin(&self, user: i64, pin: &str) {
        let request =
            self.http.post(format!("{}/api/v1/operators/{user}/pin", self.url)).header("X-Admin-Token", ADMIN);
        let (status, body) = answer(request.json(&json!({ "pin": pin })).send().await.unwrap()).await;
        assert_eq!(status, 204, "{body}");
    }

    /// Sets a PIN and signs on with it.
    pub async fn sign_on(&self, user: i64) -> String {
        self.set_pin(user, "1234").await;
        let (status, body) =
            self.call(Method::POST, "/auth/login", None, &json!({"operator": user, "pin": "1234"})).await;
        assert_eq!(status, 200, "{body}");
        body["token"].as_str().unwrap().to_owned()
    }

    /// Starts WO-1 as Ana; returns her token.
    pub async fn with_running_order(&self) -> String {
        let ana = self.sign_on(ANA).await;
        let (status, body) = self.post("/work-orders/WO-1/start", &ana, json!({})).await;
        assert_eq!(status, 200, "{body}");
        ana
    }
}

pub async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Sends bytes as they are; the first bytes of the answer.
pub async fn raw(edge: &Edge, request: &[u8]) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(edge.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = vec![0; 1024];
    let n = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer[..n]).into_owned()
}

/// The fields that a refusal names.
pub fn fields(body: &Value) -> Vec<&str> {
    body["details"].as_array().map_or_else(Vec::new, |d| d.iter().filter_map(|d| d["field"].as_str()).collect())
}

fn identity() -> Identity {
    Identity {
        organization: Uuid::from_u128(1),
        plant: Uuid::from_u128(2),
        edge: Uuid::from_u128(3),
        edge_id: 9,
        cloud_public_key: [0; 32],
        key_id: 1,
        mqtt_host: "localhost".into(),
        mqtt_port: 1883,
        organization_name: "Acme".into(),
        plant_name: "Plant 1".into(),
    }
}

/// Master data as one batch of the cloud's log.
pub fn down(ops: &[MasterOp]) -> (Vec<Batch>, Have) {
    let op = |op: &MasterOp| {
        let (kind, version) = op.kind();
        Op { kind, version, hlc: 1, body: op.encode().unwrap() }
    };
    let batch = Batch {
        format: FORMAT,
        origin: Uuid::from_u128(2),
        incarnation: 1,
        first: 1,
        prev: [0; 32],
        ops: ops.iter().map(op).collect(),
    };
    let have = Have { incarnation: 1, seq: batch.last(), hash: hash(&batch.encode().unwrap()) };
    (vec![batch], have)
}

fn machine(id: i64, code: &str, mode: Mode, edge: Option<u128>) -> MasterOp {
    Machine {
        id: MachineId(id),
        code: code.into(),
        name: format!("Machine {code}"),
        lane: Some(LaneId(if edge.is_some() { 3 } else { 2 })),
        ideal_cycle: Some(6 * SECOND),
        capacity_micro: None,
        mode,
        edge: edge.map(Uuid::from_u128),
    }
    .into()
}

fn machine_tag(id: i64, machine: i64, name: &str, is_active: bool) -> MasterOp {
    let (meaning, unit) = ("Load of the spindle".to_owned(), Some("%".to_owned()));
    let (id, machine) = (MachineTagId(id), MachineId(machine));
    MachineTag { id, machine, name: name.to_owned(), meaning, unit, is_active }.into()
}

pub fn user(id: i64, name: &str, role: &str, badge: Option<&str>, is_active: bool) -> MasterOp {
    User {
        id: UserId(id),
        name: name.into(),
        email: format!("{}@acme.example", name.to_lowercase()),
        roles: vec![role.into()],
        badge: badge.map(Into::into),
        is_active,
    }
    .into()
}

fn reason(id: i64, code: &str, name: &str, is_active: bool) -> MasterOp {
    Reason {
        id: ReasonId(id),
        code: code.into(),
        name: name.into(),
        category: "Equipment".into(),
        is_planned: false,
        is_critical: false,
        is_active,
    }
    .into()
}

fn scrap_reason(id: i64, code: &str, is_active: bool) -> MasterOp {
    let name = format!("The {code} one");
    ScrapReason { id: ScrapReasonId(id), code: code.into(), name, category: None, is_active }.into()
}

fn work_order(id: i64, number: &str, lane: Option<i64>, machine: Option<i64>, status: WorkOrderStatus) -> MasterOp {
    WorkOrder {
        id: WorkOrderId(id),
        number: number.into(),
        title: format!("Order {number}"),
        product: Some("Bracket".into()),
        lane: lane.map(LaneId),
        machine: machine.map(MachineId),
        ordered: 100,
        status,
        planned_start: None,
        planned_end: None,
        due: None,
    }
    .into()
}

fn master() -> Vec<MasterOp> {
    let lane =
        |id, name: &str| MasterOp::from(Lane { id: LaneId(id), name: name.into(), capacity: 1, ideal_cycle: None });
    vec![
        Plant {
            id: PlantId(1),
            name: "Plant 1".into(),
            organization_name: "Acme".into(),
            timezone: "UTC".into(),
            standard: Standard::Unison,
        }
        .into(),
        lane(2, "Lane A"),
        lane(3, "Lane B"),
        machine(CNC, "CNC-001", Mode::Production, None),
        machine(RETIRED, "OLD-001", Mode::Decommissioned, None),
        machine(ELSEWHERE, "FAR-001", Mode::Production, Some(99)),
        machine_tag(1, CNC, "Spindle/load %", true),
        machine_tag(2, ELSEWHERE, "door", true),
        machine_tag(3, CNC, "parts", false),
        Shift {
            id: ShiftId(1),
            name: "Day".into(),
            start: WallTime::parse("06:00").unwrap(),
            end: WallTime::parse("14:00").unwrap(),
            days: ActiveDays::EVERY,
            breaks: vec![],
            break_minutes_unplaced: 0,
            target_units: Some(400),
            oee_target_percent: None,
        }
        .into(),
        reason(1, "mechanical_failure", "Mechanical Failure", true),
        reason(2, "material_shortage", "Material Shortage", true),
        reason(3, "retired_reason", "Retired", false),
        Reason {
            id: ReasonId(4),
            code: "setup_changeover".into(),
            name: "Changeover".into(),
            category: "Setup".into(),
            is_planned: true,
            is_critical: false,
            is_active: true,
        }
        .into(),
        scrap_reason(1, "burr", true),
        scrap_reason(2, "porous", true),
        scrap_reason(3, "old", false),
        user(ANA, "Ana", "operator", Some("B-77"), true),
        user(SUE, "Sue", "supervisor", None, true),
        user(VIC, "Vic", "viewer", None, true),
        user(6, "Gone", "operator", Some("B-66"), false),
        user(BEN, "Ben", "operator", None, true),
        work_order(101, "WO-1", Some(2), Some(CNC), WorkOrderStatus::Released),
        work_order(102, "WO-2", None, None, WorkOrderStatus::Released),
        work_order(103, "WO-3", Some(2), None, WorkOrderStatus::Planned),
        work_order(104, "WO-4", Some(3), Some(ELSEWHERE), WorkOrderStatus::Released),
    ]
}

/// An open stream of live events.
pub struct Events {
    response: Response,
    text: String,
    pub last_id: u64,
}

impl Events {
    pub async fn open(edge: &Edge) -> Self {
        let response = edge.http.get(format!("{}/api/v1/events", edge.url)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new(), last_id: 0 }
    }

    /// Data of the next event with this name; others are skipped. Numbers must grow.
    pub async fn next(&mut self, name: &str) -> Value {
        let found = tokio::time::timeout(Duration::from_secs(8), async {
            loop {
                let (event, data) = self.any().await;
                if event == name {
                    return data;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("no event {name}"))
    }

    pub async fn any(&mut self) -> (String, Value) {
        loop {
            if let Some((frame, rest)) = self.text.split_once("\n\n") {
                let field =
                    |name: &str| frame.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default().trim().to_owned();
                let id: u64 = field("id:").parse().unwrap();
                let (event, data) = (field("event:"), serde_json::from_str(&field("data:")).unwrap());
                assert!(id > self.last_id || event == "snapshot", "{id} after {}", self.last_id);
                self.last_id = id;
                self.text = rest.to_owned();
                return (event, data);
            }
            let chunk = self.response.chunk().await.unwrap().expect("the stream ended");
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}
