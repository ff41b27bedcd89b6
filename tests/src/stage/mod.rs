//! A whole Unison on one machine: simulated plant, cloud-server and edge-agent as real processes on
//! ports of their own. The demo and the stories stand on the same stage; it may kill and restart each.

mod api;
mod child;
mod setting;

pub use api::{Api, ApiResult};
pub use child::{Child, binary};
pub use setting::{Ports, port_free, repository, write_config};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// E-mail of the organisation's first administrator.
pub const ADMIN_EMAIL: &str = "admin@acme.example";
/// The operator who signs on at the edge.
pub const OPERATOR: &str = "Olga Petrova";
/// Somebody of the next shift; has the same PIN.
pub const SUPERVISOR: &str = "Samir Haddad";
/// Subdomain of the organisation.
pub const ORGANIZATION: &str = "acme";

/// What to set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Emptied first.
    pub data_dir: PathBuf,
    pub ports: Ports,
    pub seed: u64,
    /// How many times faster than life the plant's machines run.
    pub speed: f64,
}

/// The running stage. Everything is stopped when it is dropped.
pub struct Stage {
    pub options: Options,
    pub plant: Child,
    pub cloud: Child,
    pub edge: Child,
    pub password: String,
    pub pin: String,
}

impl Stage {
    /// Starts everything and waits until both programs answer and the edge knows its machines.
    ///
    /// # Errors
    /// Names what did not start, with the last lines of its log.
    pub async fn start(options: Options) -> Result<Self> {
        let dir = &options.data_dir;
        for port in options.ports.all() {
            port_free(port)?;
        }
        if dir.exists() {
            std::fs::remove_dir_all(dir).with_context(|| format!("cannot empty {}", dir.display()))?;
        }
        std::fs::create_dir_all(dir)?;
        setting::write_config(dir, &options.ports)?;
        let config = dir.join("cloud.toml");
        let organization = ["organization", "create", "--name", "ACME Manufacturing", "--subdomain", ORGANIZATION];
        let (password, file) = (random_password()?, dir.join("admin-password"));
        std::fs::write(&file, &password)?;
        let file = file.to_str().context("the data directory's path is not UTF-8")?;
        let admin = ["--admin-email", ADMIN_EMAIL, "--admin-password-file", file];
        cloud_command(&config, &[&organization[..], &admin].concat())?;
        let content = setting::repository().join("config/demo/acme.toml");
        let content = content.to_str().context("the checkout's path is not UTF-8")?;
        cloud_command(&config, &["organization", "load", content, "--organization", ORGANIZATION])?;
        let said =
            cloud_command(&config, &["edge", "token", "--organization", ORGANIZATION, "--plant", "Fabrication"])?;
        std::fs::write(dir.join("enrolment.token"), said.trim())?;
        let plant = start_plant(&options)?;
        let cloud = start_cloud(&options)?;
        let edge = start_edge(&options)?;
        let pin = random_pin()?;
        let mut stage = Self { options, plant, cloud, edge, password, pin };
        stage.ready().await?;
        Ok(stage)
    }

    async fn ready(&mut self) -> Result<()> {
        self.wait_for("the cloud's /health", Duration::from_secs(30), async |s| s.cloud_api().health().await).await?;
        self.wait_for("the edge's /health", Duration::from_secs(30), async |s| s.edge_api().health().await).await?;
        self.wait_for("the edge to know its machines and people", Duration::from_secs(30), async |s| {
            let machines = s.edge_api().get("/machines").await?;
            let operators = s.edge_api().get("/operators").await?;
            let named = operators["operators"].as_array().is_some_and(|o| o.iter().any(|o| o["name"] == OPERATOR));
            Ok(machines["total"].as_u64().unwrap_or(0) >= 3 && named)
        })
        .await?;
        let config = self.options.data_dir.join("edge.toml");
        let config = config.to_str().context("the data directory's path is not UTF-8")?;
        for person in [OPERATOR, SUPERVISOR] {
            Child::run("edge-agent", &["pin", "--config", config, "--operator", person, "--pin", &self.pin])?;
        }
        Ok(())
    }

    /// Waits until `done` says yes; an error counts as "not yet". Fails early when a program ended.
    ///
    /// # Errors
    /// After `limit`, with what was said last.
    pub async fn wait_for(
        &mut self,
        what: &str,
        limit: Duration,
        done: impl AsyncFn(&Self) -> Result<bool>,
    ) -> Result<()> {
        let until = Instant::now() + limit;
        loop {
            let last = match done(self).await {
                Ok(true) => return Ok(()),
                Ok(false) => "not yet".to_owned(),
                Err(e) => format!("{e:#}"),
            };
            for child in [&mut self.plant, &mut self.cloud, &mut self.edge] {
                child.still_running()?;
            }
            if Instant::now() > until {
                bail!("waited {limit:?} for {what}: {last}\n{}\n{}", self.cloud.tail(), self.edge.tail());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    #[must_use]
    pub fn cloud_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.options.ports.cloud_http)
    }

    #[must_use]
    pub fn edge_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.options.ports.edge_http)
    }

    /// The cloud's API, nobody signed on.
    #[must_use]
    pub fn cloud_api(&self) -> Api {
        Api::new(self.cloud_url(), Some(ORGANIZATION))
    }

    /// The edge's API, nobody signed on.
    #[must_use]
    pub fn edge_api(&self) -> Api {
        Api::new(self.edge_url(), None)
    }

    /// The cloud's API as the administrator.
    ///
    /// # Errors
    /// When the log-in fails.
    pub async fn manager(&self) -> Result<Api> {
        let login = json!({"email": ADMIN_EMAIL, "password": self.password});
        self.cloud_api().signed_on(&login).await
    }

    /// The edge's API as the operator.
    ///
    /// # Errors
    /// When the sign-on fails.
    pub async fn operator(&self) -> Result<Api> {
        let login = json!({"operator": OPERATOR, "pin": self.pin});
        self.edge_api().signed_on(&login).await
    }

    /// Starts the released work orders of the machines, as the operator does at the start of a shift.
    ///
    /// # Errors
    /// When the edge refuses one.
    pub async fn start_work_orders(&self) -> Result<Vec<Value>> {
        let operator = self.operator().await?;
        let list = operator.get("/work-orders?status=released").await?;
        let mut started = Vec::new();
        for order in list["work_orders"].as_array().into_iter().flatten() {
            let path = format!("/work-orders/{}/start", order["id"]);
            started.push(operator.post(&path, &json!({})).await?.ok()?);
        }
        Ok(started)
    }

    /// Makes a further organisation with nothing in it and returns its administrator's password.
    ///
    /// # Errors
    /// When the cloud refuses the name or the address.
    pub fn empty_organization(&self, subdomain: &str, email: &str) -> Result<String> {
        let (config, password) = (self.options.data_dir.join("cloud.toml"), random_password()?);
        let file = self.options.data_dir.join(format!("{subdomain}-password"));
        std::fs::write(&file, &password)?;
        let file = file.to_str().context("the data directory's path is not UTF-8")?;
        let create = ["organization", "create", "--name", "Empty Works", "--subdomain", subdomain];
        cloud_command(&config, &[&create[..], &["--admin-email", email, "--admin-password-file", file]].concat())?;
        Ok(password)
    }

    /// Starts the cloud again after it was stopped or killed.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart_cloud(&mut self) -> Result<()> {
        self.cloud = start_cloud(&self.options)?;
        Ok(())
    }

    /// Starts the edge again after it was stopped or killed.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart_edge(&mut self) -> Result<()> {
        self.edge = start_edge(&self.options)?;
        Ok(())
    }

    /// Stops all cleanly, the last started first.
    ///
    /// # Errors
    /// Names what had to be killed.
    pub fn stop(mut self) -> Result<()> {
        self.edge.stop()?;
        self.cloud.stop()?;
        self.plant.stop()
    }
}

fn cloud_command(config: &Path, args: &[&str]) -> Result<String> {
    let config = config.to_str().context("the data directory's path is not UTF-8")?;
    Child::run("cloud-server", &[args, &["--config", config]].concat())
}

fn start_cloud(o: &Options) -> Result<Child> {
    let config = o.data_dir.join("cloud.toml").display().to_string();
    Child::spawn("cloud-server", &["serve", "--config", &config], &o.data_dir.join("cloud.log"))
}

fn start_edge(o: &Options) -> Result<Child> {
    let config = o.data_dir.join("edge.toml").display().to_string();
    Child::spawn("edge-agent", &["run", "--config", &config], &o.data_dir.join("edge.log"))
}

fn start_plant(o: &Options) -> Result<Child> {
    let scanner = o.data_dir.join("scanner").display().to_string();
    let (modbus, opcua, control) =
        (o.ports.modbus.to_string(), o.ports.opcua.to_string(), o.ports.plant_control.to_string());
    let (seed, speed) = (o.seed.to_string(), o.speed.to_string());
    let mut args = vec!["--modbus-port", &modbus, "--opcua-port", &opcua, "--scanner", &scanner];
    args.extend(["--control-port", &control, "--seed", &seed, "--speed", &speed]);
    args.extend(["--badge", "BADGE-1001", "--work-order", "WO-2026-003"]);
    Child::spawn("simulated-plant", &args, &o.data_dir.join("plant.log"))
}

fn random_password() -> Result<String> {
    let n = getrandom::u64().map_err(|e| anyhow::anyhow!("no random numbers: {e}"))?;
    Ok(format!("{n:016x}"))
}

fn random_pin() -> Result<String> {
    let n = getrandom::u32().map_err(|e| anyhow::anyhow!("no random numbers: {e}"))?;
    Ok(format!("{:06}", n % 1_000_000))
}
