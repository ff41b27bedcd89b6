//! Reading over HTTP: one record and a page of 50, with log-in, tenant, permission and all else that the
//! product does, beside bare axum with rusqlite and beside Django, which a small company might pick.

use crate::cloud::{Cloud, MATERIALS};
use crate::measure::{Beside, Figures, beside};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PAIRS: usize = 7;
const SECONDS: u64 = 3;
const CONNECTIONS: &str = "16";

pub fn run(figures: &mut Figures) -> Result<()> {
    let cloud = Cloud::start()?;
    let first = cloud.fill(MATERIALS)?;
    let dir = tempfile::tempdir()?;
    let (bare, django) = (bare(dir.path())?, django(dir.path())?);
    let id = first + i64::try_from(MATERIALS / 2)?;
    let ours = [("Authorization", format!("Bearer {}", cloud.token)), ("Host", cloud.host())];
    let theirs = [("Cookie", django.cookie.clone())];
    for (name, own, peer) in [
        ("one", format!("/api/v1/materials/{id}"), format!("/materials/{}", MATERIALS / 2)),
        ("list", "/api/v1/materials?page=3".to_owned(), "/materials?page=3".to_owned()),
    ] {
        let (mut pairs, mut slow) = (Vec::new(), Vec::new());
        for _ in 0..PAIRS {
            let product = per_second(&cloud.url(&own), &ours)?;
            pairs.push((product, per_second(&bare.url(&peer), &[])?));
            slow.push((product, per_second(&django.url(&peer), &theirs)?));
        }
        figures.pairs(&format!("{name}_per_second"), "1/s", &pairs)?;
        figures.pairs(&format!("{name}_per_second_beside_django"), "1/s", &slow)?;
    }
    Ok(())
}

/// A peer that serves.
struct Peer {
    port: u16,
    cookie: String,
    _running: Beside,
}

impl Peer {
    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn bare(dir: &std::path::Path) -> Result<Peer> {
    let port = crate::cloud::free_port()?;
    let file = dir.join("bare.db");
    let mut command = Command::new(beside("peer-bare-http")?);
    let running = Beside::spawn(command.arg(port.to_string()).arg(file).arg(MATERIALS.to_string()))?;
    wait_for(port)?;
    Ok(Peer { port, cookie: String::new(), _running: running })
}

fn django(dir: &std::path::Path) -> Result<Peer> {
    let (port, python) = (crate::cloud::free_port()?, std::path::Path::new("target/venv-bench/bin/python"));
    if !python.is_file() {
        bail!("{} is missing; `make bench` makes it", python.display());
    }
    let mut command = Command::new(python);
    command
        .args(["bench/peers/django_http.py", &port.to_string()])
        .arg(dir.join("django.db"))
        .arg(MATERIALS.to_string());
    let mut running = Beside::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let said: Value = serde_json::from_str(&running.first_line()?).context("Django did not start")?;
    wait_for(port)?;
    Ok(Peer { port, cookie: said["cookie"].as_str().context("a cookie")?.to_owned(), _running: running })
}

fn wait_for(port: u16) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(120);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if Instant::now() > until {
            bail!("nothing listens on port {port}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Requests a second that wrk gets answered, all of them with success.
fn per_second(url: &str, headers: &[(&str, String)]) -> Result<f64> {
    let mut command = Command::new("wrk");
    command.args(["-t1", "-c", CONNECTIONS, "-d", &format!("{SECONDS}s")]);
    for (name, value) in headers {
        command.args(["-H", &format!("{name}: {value}")]);
    }
    let out = command.arg(url).output().context("wrk is missing (Debian package wrk)")?;
    let text = String::from_utf8_lossy(&out.stdout);
    if text.contains("Non-2xx") || !out.status.success() {
        bail!("{url} was not answered with success:\n{text}");
    }
    let line = text.lines().find_map(|l| l.trim().strip_prefix("Requests/sec:"));
    line.and_then(|n| n.trim().parse().ok()).with_context(|| format!("wrk said:\n{text}"))
}
