//! A shift in Debian's Chromium against real programs; see `tests/browser/walk.mjs`. Screenshots are left
//! under `target/screenshots`.

use anyhow::{Context, Result, ensure};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use unison_tests::stage::{ADMIN_EMAIL, OPERATOR, ORGANIZATION, Options, Ports, Stage, repository};

const MACHINE: &str = "CNC-001";
const ORDER: &str = "WO-2026-001";

#[tokio::test(flavor = "multi_thread")]
async fn ui_12_log_06_logged_on_the_edge_page_seen_on_the_cloud_page() -> Result<()> {
    let data_dir = repository().join("target/stories/browser");
    let mut stage = Stage::start(Options { data_dir, ports: Ports::free()?, seed: 5, speed: 1.0 }).await?;
    stage.start_work_orders().await?;
    // A manager's first look should show figures: a few buckets must have arrived.
    let manager = stage.manager().await?;
    let today = format!("/kpi/oee/trend?machine={MACHINE}&days=1");
    stage
        .wait_for("the first OEE", Duration::from_secs(60), async |_| {
            Ok(manager.get(&today).await?["days"][0]["oee"].is_number())
        })
        .await?;
    let machines = stage.edge_api().get("/machines").await?;
    let machines = machines["machines"].as_array().context("machines")?;
    let machine = machines.iter().find(|m| m["machine_code"] == MACHINE).context("the CNC")?;
    let shots = repository().join("target/screenshots");
    let _ = std::fs::remove_dir_all(&shots);
    let walked = Command::new("node")
        .arg(repository().join("tests/browser/walk.mjs"))
        .env("WEB_PACKAGE", repository().join("web/package.json"))
        .env("EDGE_URL", stage.edge_url())
        .env("CLOUD_URL", stage.cloud_url())
        .env("ORG", ORGANIZATION)
        .env("EMAIL", ADMIN_EMAIL)
        .env("PASSWORD", &stage.password)
        .env("OPERATOR", OPERATOR)
        .env("PIN", &stage.pin)
        .env("ORDER", ORDER)
        .env("MACHINE", MACHINE)
        .env("MACHINE_ID", machine["id"].to_string())
        .env("PLANT_PORT", stage.options.ports.plant_control.to_string())
        .env("SHOTS", &shots)
        .stdin(Stdio::null())
        .output()
        .await
        .context("node")?;
    let said = format!("{}{}", String::from_utf8_lossy(&walked.stdout), String::from_utf8_lossy(&walked.stderr));
    ensure!(walked.status.success(), "{said}\n{}\n{}", stage.edge.tail(), stage.cloud.tail());
    ensure!(said.trim_end().ends_with("done"), "{said}");
    for name in ["edge-floor", "edge-log", "edge-logged", "edge-station", "cloud-dashboard", "cloud-work-orders"] {
        let size = std::fs::metadata(shots.join(format!("{name}.png"))).with_context(|| name.to_owned())?.len();
        ensure!(size > 5_000, "{name}.png has only {size} bytes");
    }
    stage.stop()
}
