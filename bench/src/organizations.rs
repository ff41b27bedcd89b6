//! Many organisations on SQLite: memory, open files, and the first answer of one whose file is closed.

use crate::cloud::{Cloud, PASSWORD, create};
use crate::measure::{Figures, median};
use anyhow::{Context, Result};
use serde_json::json;
use std::time::Instant;

const ORGANIZATIONS: usize = 2_000;

pub fn run(figures: &mut Figures) -> Result<()> {
    let cloud = Cloud::start()?;
    let mut tokens = Vec::new();
    for n in 0..ORGANIZATIONS {
        let (name, mail) = (format!("org{n:05}"), format!("admin@org{n:05}.example"));
        create(cloud.dir(), &name, &mail)?;
        let host = format!("{name}.localhost:{}", cloud.port);
        let login = cloud.http.post(cloud.url("/api/v1/auth/login")).header("Host", &host);
        let answer: serde_json::Value =
            login.json(&json!({"email": mail, "password": PASSWORD})).send()?.error_for_status()?.json()?;
        tokens.push((host, answer["token"].as_str().context("a token")?.to_owned()));
    }
    // Far more than stay open, so each is opened again at its turn.
    let mut millis = Vec::new();
    for (host, token) in &tokens {
        let begun = Instant::now();
        let call = cloud.http.get(cloud.url("/api/v1/plants")).header("Host", host).bearer_auth(token);
        call.send()?.error_for_status()?.bytes()?;
        millis.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    millis.sort_by(f64::total_cmp);
    let pid = cloud.running.pid();
    figures.put("cold_answer_p50", median(millis.iter().copied()), "ms")?;
    figures.put("cold_answer_p99", millis.get(ORGANIZATIONS * 99 / 100).copied().unwrap_or(f64::NAN), "ms")?;
    figures.put("open_files", open_files(pid)?, "")?;
    figures.put("resident", crate::footprint::resident_mb(pid)?, "MB")
}

/// Different files that the process holds open, of which a database has up to three.
fn open_files(pid: u32) -> Result<f64> {
    let mut names = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd"))? {
        if let Ok(target) = std::fs::read_link(entry?.path())
            && target.to_string_lossy().ends_with(".db")
        {
            names.insert(target);
        }
    }
    Ok(names.len() as f64)
}
