//! `make demo`: a plant on the screen. Starts everything, says where to look and who may log in, and
//! stops everything on Ctrl-C or after `DEMO_SECONDS`.

use anyhow::{Context, Result};
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};
use unison_tests::stage::{ADMIN_EMAIL, OPERATOR, ORGANIZATION, Options, Ports, SUPERVISOR, Stage};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "The demo did not run: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let base = number("DEMO_PORT_BASE", 8080)?;
    let ports = Ports::from_base(u16::try_from(base).context("DEMO_PORT_BASE must be a port")?)?;
    let seconds = number("DEMO_SECONDS", 0)?;
    let folder = Path::new("target/demo");
    let state = folder.join("state.json");
    std::fs::create_dir_all(folder)?;
    let _ = std::fs::remove_file(&state);
    let data_dir = std::path::absolute(folder.join(format!("data-{base}")))?;
    let begun = Instant::now();
    say("Starting the simulated plant, the cloud server and the edge agent …")?;
    let mut stage = Stage::start(Options { data_dir, ports, seed: 7, speed: 1.0 }).await?;
    stage.start_work_orders().await?;
    write_state(&state, &stage)?;
    greet(&stage, begun.elapsed())?;
    let ended = wait(&mut stage, seconds).await;
    say("\nStopping …")?;
    let _ = std::fs::remove_file(&state);
    stage.stop()?;
    say("Stopped.")?;
    ended
}

/// Returns when the time is up or somebody asks to stop; fails when a program ends by itself.
async fn wait(stage: &mut Stage, seconds: u64) -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let until = (seconds > 0).then(|| Instant::now() + Duration::from_secs(seconds));
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
            () = tokio::time::sleep(Duration::from_millis(250)) => {}
        }
        if until.is_some_and(|u| Instant::now() >= u) {
            return Ok(());
        }
        for child in [&mut stage.plant, &mut stage.cloud, &mut stage.edge] {
            child.still_running()?;
        }
    }
}

/// Written last and by rename, so that who waits for the file finds everything running.
fn write_state(path: &Path, stage: &Stage) -> Result<()> {
    let ports = stage.options.ports;
    let state = json!({
        "cloud_url": stage.cloud_url(),
        "edge_url": stage.edge_url(),
        "org": ORGANIZATION,
        "email": ADMIN_EMAIL,
        "password": stage.password,
        "operator": OPERATOR,
        "operator_pin": stage.pin,
        "mqtt_port": ports.mqtt,
        "modbus_port": ports.modbus,
        "opcua_port": ports.opcua,
        "pids": {"cloud_server": stage.cloud.pid(), "edge_agent": stage.edge.pid(), "simulated_plant": stage.plant.pid()},
        "data_dir": stage.options.data_dir,
    });
    let draft = path.with_extension("tmp");
    std::fs::write(&draft, serde_json::to_vec_pretty(&state)?)?;
    std::fs::rename(&draft, path)?;
    Ok(())
}

fn greet(stage: &Stage, took: Duration) -> Result<()> {
    let (cloud, edge) = (stage.cloud_url(), stage.edge_url());
    let at_host = cloud.replace("127.0.0.1", "acme.localhost");
    say(&format!(
        "Running after {:.1} s.

  Managers    {at_host}   or {cloud}/?org={ORGANIZATION}
              e-mail {ADMIN_EMAIL}   password {}
  Operators   {edge}
              {OPERATOR} or {SUPERVISOR}   PIN {}
  API         {cloud}/api/docs   {edge}/api/docs
  Logs, data  {}
  State       target/demo/state.json

Ctrl-C stops everything.",
        took.as_secs_f64(),
        stage.password,
        stage.pin,
        stage.options.data_dir.display(),
    ))
}

fn say(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

fn number(name: &str, default: u64) -> Result<u64> {
    match std::env::var(name) {
        Err(_) => Ok(default),
        Ok(text) => text.parse().with_context(|| format!("{name}={text} is no whole number")),
    }
}
