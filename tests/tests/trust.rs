//! A device comes to trust an edge: Debian's Chromium before and after the plant authority was put into its list by
//! `certutil`, as `tests/browser/trust.mjs` walks it. Screenshots are left under `target/screenshots/trust`.

use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use unison_tests::stage::{Child, repository};

/// Not loopback by name, which browsers would trust on plain HTTP.
const HOST: &str = "edge-1.plant.example";

struct Edge {
    _process: Child,
    http: u16,
    https: u16,
    authority: Vec<u8>,
    fingerprint: String,
}

impl Edge {
    fn start(dir: &Path) -> Result<Self> {
        let [http, https] = free_ports()?;
        let config = dir.join("edge.toml");
        let text = format!(
            "[agent]\nname = \"Hall 1\"\ndata_dir = \"{}\"\n[http]\nlisten = \"127.0.0.1:{http}\"\n\
             https = \"127.0.0.1:{https}\"\nnames = [\"{HOST}\"]\n",
            dir.join("data").display()
        );
        std::fs::create_dir(dir.join("data"))?;
        std::fs::write(&config, text)?;
        let config = config.to_str().context("path")?;
        let mut process = Child::spawn("edge-agent", &["run", "--config", config], &dir.join("edge.log"))?;
        let until = Instant::now() + Duration::from_secs(30);
        let said = loop {
            // What the command says stands on the box; a person compares it with the page.
            match Child::run("edge-agent", &["authority", "--config", config]) {
                Ok(said) => break said,
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => process.still_running()?,
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        let fingerprint = said.lines().find_map(|l| l.trim().strip_prefix("SHA-256 ")).context("no fingerprint")?;
        let file = dir.join("data/https/authority.pem");
        let authority = Command::new("openssl").args(["x509", "-in"]).arg(file).output()?.stdout;
        Ok(Self { _process: process, http, https, authority, fingerprint: fingerprint.to_owned() })
    }

    fn walk(&self, home: &Path, trusts: &str) -> Result<()> {
        let walked = Command::new("node")
            .arg(repository().join("tests/browser/trust.mjs"))
            .env("WEB_PACKAGE", repository().join("web/package.json"))
            .env("SHOTS", repository().join("target/screenshots/trust"))
            .env("CHROMIUM_ARGS", format!("--host-resolver-rules=MAP {HOST} 127.0.0.1"))
            .env("HTTP_URL", format!("http://{HOST}:{}", self.http))
            .env("HTTPS_URL", format!("https://{HOST}:{}", self.https))
            .env("FINGERPRINT", &self.fingerprint)
            .env("TRUSTS", trusts)
            // Chromium looks into $HOME/.pki/nssdb.
            .env("HOME", home)
            .stdin(Stdio::null())
            .output()
            .context("node")?;
        let said = format!("{}{}", String::from_utf8_lossy(&walked.stdout), String::from_utf8_lossy(&walked.stderr));
        ensure!(walked.status.success() && said.trim_end().ends_with("done"), "TRUSTS={trusts}: {said}");
        Ok(())
    }
}

fn free_ports() -> Result<[u16; 2]> {
    let held = [std::net::TcpListener::bind("127.0.0.1:0")?, std::net::TcpListener::bind("127.0.0.1:0")?];
    let [http, https] = held.each_ref().map(std::net::TcpListener::local_addr);
    Ok([http?.port(), https?.port()])
}

#[test]
fn edge_11_a_browser_that_is_told_to_trust_the_plant_authority_opens_the_page_without_a_warning() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let edge = Edge::start(dir.path())?;
    let home = dir.path().join("home");
    let list = home.join(".pki/nssdb");
    std::fs::create_dir_all(&list)?;
    let file = dir.path().join("authority.pem");
    std::fs::write(&file, &edge.authority)?;
    let list = format!("sql:{}", list.display());
    let certutil = |args: &[&str]| -> Result<()> {
        let out = Command::new("certutil")
            .args(["-d", &list])
            .args(args)
            .stdin(Stdio::null())
            .output()
            .context("certutil")?;
        ensure!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        Ok(())
    };
    certutil(&["-N", "--empty-password"])?;
    edge.walk(&home, "no")?;
    certutil(&["-A", "-t", "C,,", "-n", "Unison", "-i", file.to_str().context("path")?])?;
    edge.walk(&home, "yes")
}
