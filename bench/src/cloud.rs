//! A cloud-server as a process, with an organisation that holds materials.

use crate::measure::{Beside, beside};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Rows of each side.
pub const MATERIALS: usize = 20_000;
/// What one import takes.
const IMPORT_MAX: usize = 10_000;
const EMAIL: &str = "bench@acme.example";
/// Of every administrator here: the servers are on loopback and last minutes.
pub const PASSWORD: &str = "only for benchmarks";

pub struct Cloud {
    pub token: String,
    pub http: reqwest::blocking::Client,
    pub port: u16,
    pub running: Beside,
    dir: tempfile::TempDir,
}

pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Runs a command of the program to its end; what it printed.
pub fn command(dir: &Path, args: &[&str]) -> Result<String> {
    let out = Command::new(beside("cloud-server")?).args(args).arg("--config").arg(dir.join("cloud.toml")).output()?;
    if !out.status.success() {
        bail!("cloud-server {}: {}", args.join(" "), String::from_utf8_lossy(&out.stderr));
    }
    Ok(String::from_utf8(out.stdout)?)
}

/// Writes a configuration with free ports into `dir`; the port of the API.
pub fn configure(dir: &Path, database: &str) -> Result<u16> {
    let (http, mqtt, broker) = (free_port()?, free_port()?, free_port()?);
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:{http}\"\ndata_dir = \"{}\"\n[hosts]\nbase_domain = \"localhost\"\n\
         [mqtt]\nlisten = \"127.0.0.1:{mqtt}\"\nbroker_listen = \"127.0.0.1:{broker}\"\n{database}",
        dir.join("data").display()
    );
    std::fs::write(dir.join("cloud.toml"), text)?;
    Ok(http)
}

/// Makes an organisation whose administrator has [`PASSWORD`].
pub fn create(dir: &Path, name: &str, email: &str) -> Result<()> {
    let file = dir.join("admin-password");
    std::fs::write(&file, PASSWORD)?;
    let file = file.to_str().context("the directory's path is not UTF-8")?;
    let create = ["organization", "create", "--name", name, "--subdomain", name, "--admin-email", email];
    command(dir, &[&create[..], &["--admin-password-file", file]].concat()).map(drop)
}

impl Cloud {
    /// Starts one on SQLite.
    pub fn start() -> Result<Self> {
        Self::with_database("")
    }

    /// Starts one; `database` is that part of the configuration.
    pub fn with_database(database: &str) -> Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir()?;
        let port = configure(dir.path(), database)?;
        if !database.is_empty() {
            command(dir.path(), &["migrate"])?;
        }
        create(dir.path(), "acme", EMAIL)?;
        let mut program = Command::new(beside("cloud-server")?);
        program.args(["serve", "--config"]).arg(dir.path().join("cloud.toml")).env("UNISON_LOG", "warn");
        let running = Beside::spawn(&mut program)?;
        let http = reqwest::blocking::Client::builder().timeout(Duration::from_secs(120)).build()?;
        let mut cloud = Self { token: String::new(), http, port, running, dir };
        let until = Instant::now() + Duration::from_secs(30);
        let login = json!({"email": EMAIL, "password": PASSWORD});
        cloud.token = loop {
            match cloud.post("/auth/login", &login) {
                Ok(answer) => break answer["token"].as_str().context("a token")?.to_owned(),
                Err(e) if Instant::now() > until => return Err(e),
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        };
        Ok(cloud)
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn host(&self) -> String {
        format!("acme.localhost:{}", self.port)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.http.post(self.url(&format!("/api/v1{path}"))).header("Host", self.host());
        let answer = request.bearer_auth(&self.token).json(body).send()?;
        let (status, body) = (answer.status(), answer.json::<Value>()?);
        if status.is_success() { Ok(body) } else { bail!("{path}: {status} {body}") }
    }

    pub fn put(&self, path: &str, body: &Value) -> Result<()> {
        let request = self.http.put(self.url(&format!("/api/v1{path}"))).header("Host", self.host());
        request.bearer_auth(&self.token).json(body).send()?.error_for_status()?;
        Ok(())
    }

    pub fn get(&self, path: &str) -> Result<Value> {
        let request = self.http.get(self.url(&format!("/api/v1{path}"))).header("Host", self.host());
        Ok(request.bearer_auth(&self.token).send()?.error_for_status()?.json()?)
    }

    /// Imports `rows` materials as a customer would; the id of the first.
    pub fn fill(&self, rows: usize) -> Result<i64> {
        self.post("/categories", &json!({"name": "Raw Materials - Steel"}))?;
        let numbers: Vec<usize> = (1..=rows).collect();
        for part in numbers.chunks(IMPORT_MAX) {
            let mut csv = "material_code,name,description,category_name,unit_of_measure,standard_cost,minimum_stock_level,maximum_stock_level,reorder_point\n".to_owned();
            for n in part {
                writeln!(
                    csv,
                    "MTL-{n:07},Steel sheet {n},\"5052 alloy, cold rolled\",Raw Materials - Steel,kg,150,500,2000,1000"
                )?;
            }
            let report =
                self.post("/materials/import", &json!({"file_name": "bench.csv", "csv": csv, "commit": true}))?;
            anyhow::ensure!(report["will_create"] == part.len(), "the import took something else: {report}");
        }
        let first = self.get("/materials?per_page=1&sort=material_code")?;
        first["materials"][0]["id"].as_i64().context("an id")
    }
}
