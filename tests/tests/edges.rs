//! Several edges of one plant, as real processes: claims, requests, logs of one another, and a box that breaks.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use unison_tests::compare::cloud_database;
use unison_tests::stage::{Api, Child, ORGANIZATION, Options, Ports, Stage};

const MACHINES: [&str; 3] = ["CNC-001", "PRESS-001", "PACK-001"];
const LIMIT: Duration = Duration::from_secs(40);

/// A second box with the same machines in its configuration.
struct Second {
    child: Child,
    url: String,
}

impl Second {
    fn start(stage: &Stage) -> Result<Self> {
        let dir = &stage.options.data_dir;
        let cloud = dir.join("cloud.toml").display().to_string();
        let plant = ["edge", "token", "--organization", ORGANIZATION, "--plant", "Fabrication", "--config", &cloud];
        std::fs::write(dir.join("second.token"), Child::run("cloud-server", &plant)?.trim())?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let text = std::fs::read_to_string(dir.join("edge.toml"))?;
        let text = text
            .replace("enrolment.token", "second.token")
            .replace("name = \"Hall 1\"", "name = \"Hall 2\"")
            .replace(&format!("{}/edge\"", dir.display()), &format!("{}/second\"", dir.display()))
            .replace(&format!("127.0.0.1:{}", stage.options.ports.edge_http), &format!("127.0.0.1:{port}"));
        // Only one program can have the scanner.
        std::fs::write(dir.join("second.toml"), without_scanner(&text))?;
        let config = dir.join("second.toml").display().to_string();
        let child = Child::spawn("edge-agent", &["run", "--config", &config], &dir.join("second.log"))?;
        Ok(Self { child, url: format!("http://127.0.0.1:{port}") })
    }

    fn api(&self) -> Api {
        Api::new(self.url.clone(), None)
    }
}

/// Leaves the connection of the serial scanner out.
fn without_scanner(text: &str) -> String {
    let (mut out, mut piece) = (String::new(), String::new());
    let keep = |piece: &str| !piece.contains("driver = \"serial");
    for line in text.lines() {
        if line.starts_with("[[") {
            if keep(&piece) {
                out.push_str(&piece);
            }
            piece.clear();
        }
        piece.push_str(line);
        piece.push('\n');
    }
    if keep(&piece) {
        out.push_str(&piece);
    }
    out
}

async fn order(api: &Api, number: &str) -> Result<Value> {
    let list = api.get("/work-orders").await?;
    let all = list["work_orders"].as_array().context("a list")?;
    all.iter().find(|o| o["work_order_number"] == number).cloned().with_context(|| format!("no {number}"))
}

fn count(stage: &Stage, sql: &str) -> Result<i64> {
    let path = cloud_database(&stage.options.data_dir)?;
    let db = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(db.query_row(sql, [], |r| r.get(0))?)
}

fn said(path: &Path, what: &str) -> bool {
    std::fs::read_to_string(path).unwrap_or_default().contains(what)
}

#[tokio::test(flavor = "multi_thread")]
async fn q_119_q_129_two_boxes_in_a_plant_and_one_that_breaks() -> Result<()> {
    let data_dir = unison_tests::stage::repository().join("target/stories/two-edges");
    let mut stage = Stage::start(Options { data_dir, ports: Ports::free()?, seed: 11, speed: 1.0 }).await?;
    let dir = stage.options.data_dir.clone();
    stage.start_work_orders().await?;
    let operator = stage.operator().await?;
    let work_order = order(&operator, "WO-2026-001").await?;
    let log = json!({"work_order_id": work_order["id"], "quantity_completed": 12, "quantity_rejected": 0, "hours_worked": 0.5});
    operator.post("/production-logs", &log).await?.ok()?;
    stage
        .wait_for("the log in the cloud", LIMIT, async |s| {
            Ok(order(&s.manager().await?, "WO-2026-001").await?["quantity_completed"] == 12)
        })
        .await?;

    // The second box gets a snapshot: machines, people, work orders and what was logged before it was there.
    let mut second = Second::start(&stage)?;
    let api = second.api();
    stage
        .wait_for("the second box to know the plant", LIMIT, async |_| {
            Ok(order(&api, "WO-2026-001").await?["quantity_completed"] == 12)
        })
        .await?;
    assert!(said(&dir.join("second.log"), "a snapshot of the cloud came"), "{}", second.child.tail());
    // All its machines are the first one's: it says so, and records nothing of them.
    let health = api.get("/health").await?;
    let refused = health["machines"]["claimed_elsewhere"].as_array().context("a list")?.len();
    assert_eq!((refused, &health["machines"]["total"]), (MACHINES.len(), &json!(0)), "{health}");

    // What one logs the other knows; what the cloud asks only the first one answers.
    operator.post("/production-logs", &log).await?.ok()?;
    let manager = stage.manager().await?;
    let path = format!("/work-orders/{}", work_order["id"]);
    manager.post(&format!("{path}/pause"), &json!({"note": "tea"})).await?.ok()?;
    stage
        .wait_for("the second box to show it", LIMIT, async |_| {
            let w = order(&api, "WO-2026-001").await?;
            Ok(w["quantity_completed"] == 24 && w["status"] == "paused")
        })
        .await?;
    let moves = "SELECT count(*) FROM work_order_moves WHERE verb = 'pause'";
    assert_eq!((count(&stage, moves)?, count(&stage, "SELECT count(*) FROM quarantine")?), (1, 0));

    // The first box breaks for good: it is revoked and the second one gets its machines.
    let edges = manager.get("/edges").await?;
    let id = |name: &str| {
        edges["edges"].as_array().and_then(|all| all.iter().find(|e| e["name"] == name)).map(|e| e["id"].clone())
    };
    let (first_id, second_id) = (id("Hall 1").context("Hall 1")?, id("Hall 2").context("Hall 2")?);
    let began = Instant::now();
    for _ in 0..2 {
        let revoke = format!("/edges/{first_id}/revoke");
        let answer = manager.post(&revoke, &json!({"successor_id": second_id})).await?.ok()?;
        assert_eq!(answer["state"], "revoked");
    }
    stage
        .wait_for("the old box to be cut", Duration::from_secs(8), async |s| {
            Ok(s.edge_api().get("/queue").await?["edge_to_cloud"]["state"] != "online")
        })
        .await?;
    assert!(began.elapsed() < Duration::from_secs(6), "cut after {:?}", began.elapsed());
    stage
        .wait_for("the second box to look after the machines", LIMIT, async |_| {
            let health = api.get("/health").await?;
            Ok(health["machines"]["seen"] == MACHINES.len() && health["machines"]["claimed_elsewhere"] == json!([]))
        })
        .await?;
    // Now it executes: the cloud asks it, and it answers.
    let resumed = manager.post(&format!("{path}/resume"), &json!({})).await?;
    assert_eq!(resumed.status, 200, "{}", resumed.body);
    let machines = manager.get("/machines").await?;
    stage
        .wait_for("machine time of the second box", LIMIT, async |s| {
            Ok(s.manager().await?.get("/machines").await?["machines"]
                .as_array()
                .is_some_and(|all| all.iter().all(|m| m["stale"] == false)))
        })
        .await
        .with_context(|| format!("{machines}"))?;
    assert_eq!(order(&api, "WO-2026-001").await?["status"], "in_progress");
    // What the old one goes on to write stays on its disk; after a restart it still may not talk.
    operator.post("/production-logs", &log).await?;
    stage.edge.kill9()?;
    stage.restart_edge()?;
    stage
        .wait_for("the old box to say that it was refused", LIMIT, async |s| {
            let queue = s.edge_api().get("/queue").await?;
            Ok(queue["edge_to_cloud"]["state"] == "error"
                && queue["edge_to_cloud"]["message"].to_string().contains("revoked"))
        })
        .await?;
    assert_eq!(order(&manager, "WO-2026-001").await?["quantity_completed"], 24);
    second.child.stop()?;
    stage.stop()
}
