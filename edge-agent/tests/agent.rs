//! The whole agent with a device before it and a cloud behind it: first start, enrolment, collecting,
//! a broken connection, a restart. Nothing is lost on the way and no part is counted twice.

mod cloud_common;
mod drivers_common;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::time::{Duration, Instant};

use cloud_common::{Cloud, EDGE, TOKEN};
use drivers_common::{Answer, Device};
use edge_agent::agent::{self, WallClock};
use edge_agent::config;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use unison_core::activity::{Activity, Mode};
use unison_core::facts::{Fact, WorkOrderVerb};
use unison_core::ids::{LaneId, MachineId, PlantId, UserId, WorkOrderId};
use unison_core::kpi::Standard;
use unison_core::master::{Lane, Machine, MasterOp, Plant, WorkOrder, WorkOrderRequest, WorkOrderStatus};
use unison_core::time::{SECOND, Timestamp};
use uuid::Uuid;

const MILL: MachineId = MachineId(15);
const ORDER: WorkOrderId = WorkOrderId(456);

fn machine(edge: Option<Uuid>) -> MasterOp {
    named("Mill", edge)
}

fn named(name: &str, edge: Option<Uuid>) -> MasterOp {
    Machine {
        id: MILL,
        code: "CNC-001".into(),
        name: name.into(),
        lane: Some(LaneId(2)),
        ideal_cycle: Some(SECOND / 10),
        capacity_micro: None,
        mode: Mode::Production,
        edge,
    }
    .into()
}

fn master() -> Vec<MasterOp> {
    vec![
        Plant {
            id: PlantId(1),
            name: "Hall 1".into(),
            organization_name: "Acme".into(),
            timezone: "UTC".into(),
            standard: Standard::Unison,
        }
        .into(),
        Lane { id: LaneId(2), name: "Lane A".into(), capacity: 1, ideal_cycle: None }.into(),
        machine(None),
        WorkOrder {
            id: ORDER,
            number: "WO-1".into(),
            title: "Housing".into(),
            product: None,
            lane: Some(LaneId(2)),
            machine: Some(MILL),
            ordered: 100,
            status: WorkOrderStatus::Released,
            planned_start: None,
            planned_end: None,
            due: None,
        }
        .into(),
    ]
}

/// The agent in this process; `stop` waits for its clean end.
struct Agent {
    url: String,
    shutdown: CancellationToken,
    task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Agent {
    fn start(dir: &Path, cloud: &Cloud, device: &Device) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        // A free port; nobody else takes it in the moment between.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!(
            r#"
            [agent]
            name = "Hall 1"
            data_dir = "{dir}"
            [http]
            listen = "127.0.0.1:{port}"
            https = "off"
            [cloud]
            url = "{url}"
            organization = "acme"
            enrolment_token_file = "{dir}/token"
            [[connection]]
            name = "plc"
            driver = "modbus_tcp"
            address = "{plc}"
              [[connection.tag]]
              name = "status"
              register = "holding:0"
              type = "u16"
              period_ms = 100
              [[connection.tag]]
              name = "parts"
              register = "holding:1"
              type = "u16"
              period_ms = 100
              keep = true
            [[machine]]
            code = "CNC-001"
            stale_after_ms = 1000
            states = [{{ tag = "status", equals = 1, activity = "running" }}]
            otherwise = "idle"
            counter = {{ tag = "parts", bits = 16 }}
            "#,
            dir = dir.display(),
            url = cloud.url(),
            plc = device.address,
        );
        let config = config::parse("test.toml", &text).unwrap_or_else(|errors| panic!("{errors}"));
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(agent::run(config, Arc::new(WallClock), shutdown.clone()));
        Self { url: format!("http://127.0.0.1:{port}/api/v1"), shutdown, task }
    }

    async fn get(&self, path: &str) -> Option<Value> {
        reqwest::get(format!("{}{path}", self.url)).await.ok()?.json().await.ok()
    }

    async fn until(&self, path: &str, what: &str, fits: impl Fn(&Value) -> bool) {
        let began = Instant::now();
        loop {
            let seen = self.get(path).await;
            if seen.as_ref().is_some_and(&fits) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "waited in vain until {what}: {seen:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn stop(self) {
        let began = Instant::now();
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
        assert!(began.elapsed() < Duration::from_secs(5), "a clean stop takes at most 5 s");
    }
}

fn parts(facts: &[Fact]) -> u32 {
    facts.iter().map(|f| if let Fact::Counted(f) = f { f.total } else { 0 }).sum()
}

fn has(facts: &[Fact], wanted: impl Fn(&Fact) -> bool) -> bool {
    facts.iter().any(wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_01_edge_09_sync_04_the_story_of_an_edge() {
    let dir = tempfile::tempdir().unwrap();
    let (status, made) = (Arc::new(AtomicU16::new(1)), Arc::new(AtomicU16::new(65_530)));
    let (s, m) = (status.clone(), made.clone());
    let device = Device::start(move |call| {
        Answer::Send(call.answer(|register| if register == 0 { s.load(Relaxed) } else { m.load(Relaxed) }))
    })
    .await;
    let cloud = Cloud::start(1).await;
    cloud.send(&master());

    // Without a token the page is there and says what to do; a wrong one is refused in words.
    let agent = Agent::start(dir.path(), &cloud, &device);
    agent.until("/queue", "the missing token shows", |q| q.to_string().contains("enrolment_token_file")).await;
    std::fs::write(dir.path().join("token"), "wrong").unwrap();
    agent.until("/queue", "the refusal shows", |q| q.to_string().contains("unknown, used or expired")).await;
    std::fs::write(dir.path().join("token"), TOKEN).unwrap();

    // Enrolled: master data comes, the machine is claimed, collected, and all of it goes up.
    agent.until("/machines", "the mill runs", |m| m["machines"][0]["activity"] == "running").await;
    let claims = |f: &Fact| matches!(f, Fact::AgentStarted(f) if f.machines == [MILL]);
    drivers_common::until("the claim arrives", || has(&cloud.facts(), claims)).await;
    cloud.send(&[machine(Some(EDGE))]);
    for _ in 0..20 {
        made.fetch_add(1, Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drivers_common::until("the parts arrive", || parts(&cloud.facts()) == 20).await;

    // The connection breaks; what happens meanwhile arrives later.
    cloud.cut();
    status.store(0, Relaxed);
    let idle = |f: &Fact| matches!(f, Fact::ActivityChanged(f) if f.activity == Activity::Idle);
    drivers_common::until("the change arrives", || has(&cloud.facts(), idle)).await;

    // The cloud asks, the edge does it.
    let (by, at, request) = (UserId(1), Timestamp(0), Uuid::from_u128(77));
    cloud.send(&[WorkOrderRequest {
        request,
        work_order: ORDER,
        verb: WorkOrderVerb::Start,
        machine: None,
        by,
        at,
        note: None,
    }
    .into()]);
    let moved =
        |f: &Fact| matches!(f, Fact::WorkOrderMoved(f) if f.request == Some(request) && f.machine == Some(MILL));
    drivers_common::until("the answer arrives", || has(&cloud.facts(), moved)).await;
    agent.until("/queue", "everything is acknowledged", |q| q["edge_to_cloud"]["pending"] == 0).await;
    assert_eq!(cloud.acked().0, cloud.acked().1);

    // The agent is away; parts go on being made and are counted once.
    agent.stop().await;
    made.fetch_add(7, Relaxed);
    let agent = Agent::start(dir.path(), &cloud, &device);
    drivers_common::until("the parts of the gap arrive", || parts(&cloud.facts()) == 27).await;
    let facts = cloud.facts();
    assert!(has(&facts, |f| matches!(f, Fact::ActivityChanged(f) if f.activity == Activity::NoData)));
    let work_orders: Vec<_> =
        facts.iter().filter_map(|f| if let Fact::Counted(f) = f { f.work_order } else { None }).collect();
    assert!(work_orders.contains(&ORDER), "parts know their work order");
    // What was read before the clean stop is in the chart, and so is that nobody looked meanwhile.
    let kept = |h: &Value| h["buckets"].as_array().is_some_and(|b| b.last().is_some_and(|b| b["last"] == 21.0));
    agent.until("/tags/parts/history?points=2000", "the chart goes on", kept).await;
    let chart = agent.get("/tags/parts/history?points=2000").await.unwrap();
    assert_eq!(chart["buckets"][0]["first"], 65_530.0);
    assert!(chart["buckets"].as_array().unwrap().iter().any(|bucket| bucket["has_gap"] == true), "{chart}");
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_09_two_agents_on_one_data_directory_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::start(|_| Answer::Silent).await;
    let cloud = Cloud::start(0).await;
    let first = Agent::start(dir.path(), &cloud, &device);
    first.until("/queue", "the first runs", |_| true).await;
    let second = Agent::start(dir.path(), &cloud, &device);
    let error = second.task.await.unwrap().unwrap_err().to_string();
    assert!(error.contains("in use by another edge-agent"), "{error}");
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_foreign_and_oversized_messages_are_dropped_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::start(|call| Answer::Send(call.answer(|_| 1))).await;
    let cloud = Cloud::start(0).await;
    cloud.send(&master());
    std::fs::write(dir.path().join("token"), TOKEN).unwrap();
    let agent = Agent::start(dir.path(), &cloud, &device);
    agent.until("/machines", "the mill runs", |m| m["machines"][0]["activity"] == "running").await;
    for payload in [vec![], vec![0; 40], b"{\"stop\": true}".to_vec(), vec![1; 100_000], vec![1; 3 * 1024 * 1024]] {
        cloud.publish_raw(payload);
    }
    cloud.send(&[named("Mill 2", Some(EDGE))]);
    agent.until("/machines", "the next change arrives", |m| m["machines"][0]["name"] == "Mill 2").await;
    agent.until("/queue", "everything is acknowledged", |q| q["edge_to_cloud"]["pending"] == 0).await;
    agent.stop().await;
}
