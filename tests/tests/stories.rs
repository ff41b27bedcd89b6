//! Stories with real processes: a plant, an edge and a cloud that are killed and come back.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::Duration;
use unison_core::time::{BUCKET, MINUTE, Timestamp};
use unison_tests::compare::{cloud_database, edge_database, held, now, settled_in_cloud};
use unison_tests::stage::{Api, Options, Ports, Stage};

const MACHINES: [&str; 3] = ["CNC-001", "PRESS-001", "PACK-001"];

async fn stage(name: &str) -> Result<Stage> {
    let data_dir = unison_tests::stage::repository().join("target/stories").join(name);
    Stage::start(Options { data_dir, ports: Ports::free()?, seed: 11, speed: 1.0 }).await
}

fn log(work_order: &Value, units: u32, notes: &str) -> Value {
    json!({"work_order_id": work_order["id"], "quantity_completed": units, "quantity_rejected": 1, "hours_worked": 0.5, "notes": notes})
}

async fn order(api: &Api, number: &str) -> Result<Value> {
    let list = api.get("/work-orders").await?;
    let all = list["work_orders"].as_array().context("a list")?;
    all.iter().find(|o| o["work_order_number"] == number).cloned().with_context(|| format!("no {number}"))
}

/// Waits until the cloud holds everything the edge knew at this moment.
async fn caught_up(stage: &mut Stage, after: Timestamp) -> Result<i64> {
    let dir = stage.options.data_dir.clone();
    stage
        .wait_for("the cloud to catch up", Duration::from_secs(120), async |_| Ok(settled_in_cloud(&dir)? > after.0))
        .await?;
    settled_in_cloud(&dir)
}

fn assert_equal(stage: &Stage, until: i64) -> Result<()> {
    let dir = &stage.options.data_dir;
    let (edge, cloud) = (held(&edge_database(dir), until)?, held(&cloud_database(dir)?, until)?);
    assert_eq!(edge.activity_changes, cloud.activity_changes, "machine time");
    assert_eq!(edge.count_buckets, cloud.count_buckets, "counts");
    assert_eq!(edge.downtime_events, cloud.downtime_events, "stops");
    assert_eq!(edge.production_logs, cloud.production_logs, "production logs");
    ensure!(!edge.count_buckets.is_empty(), "nothing was counted: the comparison proves nothing");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn kpi_05_q_133_edge_and_cloud_give_the_same_body_for_a_past_minute() -> Result<()> {
    let mut stage = stage("same-oee").await?;
    stage.start_work_orders().await?;
    let manager = stage.manager().await?;
    let machines = manager.get("/machines").await?;
    assert_eq!(machines["total"], 3);
    // A minute from the next bucket on, and a little more until it is settled on both sides.
    let from = now().bucket().plus(BUCKET);
    let to = from.plus(MINUTE);
    caught_up(&mut stage, to).await?;
    for machine in MACHINES {
        let path = format!("/kpi/oee?from={}&to={}&machine={machine}", from.rfc3339(), to.rfc3339());
        let (edge, cloud) = (stage.edge_api().get(&path).await?, manager.get(&path).await?);
        assert_eq!(edge.to_string(), cloud.to_string(), "{machine}");
        assert!(edge["oee"].is_number(), "{machine}: {edge}");
        assert!(edge["total"].as_u64().context("total")? > 0, "{machine}: {edge}");
        assert!(edge["coverage"].as_f64().context("coverage")? >= 90.0, "{machine}: {edge}");
        assert!(edge["performance"].as_f64().context("performance")? <= 130.0, "{machine}: {edge}");
    }
    stage.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_04_cloud_killed_for_30_s_every_fact_arrives_once() -> Result<()> {
    let mut stage = stage("cloud-killed").await?;
    stage.start_work_orders().await?;
    let operator = stage.operator().await?;
    let work_order = order(&operator, "WO-2026-001").await?;
    operator.post("/production-logs", &log(&work_order, 3, "before")).await?.ok()?;
    stage.cloud.kill9()?;
    for i in 0..6 {
        operator.post("/production-logs", &log(&work_order, 2, &format!("while it is away {i}"))).await?.ok()?;
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let queue = stage.edge_api().get("/queue").await?;
    assert_eq!(queue["edge_to_cloud"]["state"], "offline", "{queue}");
    assert!(queue["edge_to_cloud"]["pending"].as_u64().context("pending")? > 6, "{queue}");
    stage.restart_cloud()?;
    operator.post("/production-logs", &log(&work_order, 1, "after")).await?.ok()?;
    let until = caught_up(&mut stage, now()).await?;
    assert_equal(&stage, until)?;
    let manager = stage.manager().await?;
    assert_eq!(order(&manager, "WO-2026-001").await?["quantity_completed"], 3 + 6 * 2 + 1);
    assert_eq!(order(&operator, "WO-2026-001").await?["quantity_completed"], 3 + 6 * 2 + 1);
    stage.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_09_acknowledged_logs_survive_kill_9_of_the_edge() -> Result<()> {
    let mut stage = stage("edge-killed").await?;
    stage.start_work_orders().await?;
    let mut expected = 0;
    for round in 0..3u32 {
        let operator = stage.operator().await?;
        let work_order = order(&operator, "WO-2026-001").await?;
        for i in 0..10 {
            let answer = operator.post("/production-logs", &log(&work_order, 1, &format!("{round}/{i}"))).await?;
            assert_eq!(answer.status, 201, "{}", answer.body);
            expected += 1;
        }
        stage.edge.kill9()?;
        stage.restart_edge()?;
        stage.wait_for("the edge", Duration::from_secs(30), async |s| s.edge_api().health().await).await?;
        let found = order(&stage.edge_api(), "WO-2026-001").await?;
        assert_eq!(found["quantity_completed"], expected, "round {round}");
        assert_eq!(found["status"], "in_progress", "round {round}");
    }
    // Long enough for parts to be counted after the last start.
    let until = caught_up(&mut stage, now().plus(2 * BUCKET)).await?;
    assert_equal(&stage, until)?;
    let manager = stage.manager().await?;
    assert_eq!(order(&manager, "WO-2026-001").await?["quantity_completed"], expected);
    stage.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn wo_02_q_129_the_cloud_asks_and_the_edge_decides() -> Result<()> {
    let mut stage = stage("cloud-asks").await?;
    let manager = stage.manager().await?;
    let work_order = order(&manager, "WO-2026-002").await?;
    let path = format!("/work-orders/{}", work_order["id"]);
    let started = manager.post(&format!("{path}/start"), &json!({})).await?;
    assert_eq!(started.status, 200, "{}", started.body);
    assert_eq!(started.body["status"], "in_progress");
    assert!(
        started.body["started_at"].is_string() && started.body["started_by"]["name"].is_string(),
        "{}",
        started.body
    );
    assert_eq!(order(&stage.edge_api(), "WO-2026-002").await?["status"], "in_progress");
    let again = manager.post(&format!("{path}/start"), &json!({})).await?;
    assert_eq!(again.status, 400, "{}", again.body);
    assert_eq!(again.body["error"], "Cannot start work order");
    assert_eq!(again.body["reason"], "WO-2026-002 is already in progress");
    // Logs are facts of whoever wrote them: one here, one there, both count on both sides.
    let logged = manager.post("/production-logs", &log(&work_order, 7, "from the office")).await?.ok()?;
    assert_eq!(logged["cumulative_completed"], 7);
    stage.operator().await?.post("/production-logs", &log(&work_order, 5, "at the machine")).await?.ok()?;
    stage
        .wait_for("both logs on both sides", Duration::from_secs(20), async |s| {
            let edge = order(&s.edge_api(), "WO-2026-002").await?;
            let cloud = order(&s.manager().await?, "WO-2026-002").await?;
            Ok(edge["quantity_completed"] == 12 && cloud["quantity_completed"] == 12)
        })
        .await?;
    stage.stop()
}
