//! 500 people at work: each asks, reads for a second on average, and asks again.

use crate::cloud::{Cloud, MATERIALS};
use crate::measure::Figures;
use anyhow::{Context, Result};
use std::time::{Duration, Instant};

const USERS: u64 = 500;
const SECONDS: u64 = 20;
const THINK: Duration = Duration::from_secs(1);

pub fn run(figures: &mut Figures) -> Result<()> {
    let cloud = Cloud::start()?;
    let first = cloud.fill(MATERIALS)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut millis = runtime.block_on(work(&cloud, first))?;
    millis.sort_by(f64::total_cmp);
    let at = |share: f64| millis.get((millis.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    figures.put("answers_per_second", millis.len() as f64 / SECONDS as f64, "1/s")?;
    figures.put("answer_p50", at(0.5), "ms")?;
    figures.put("answer_p99", at(0.99), "ms")
}

async fn work(cloud: &Cloud, first: i64) -> Result<Vec<f64>> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?;
    let until = Instant::now() + Duration::from_secs(SECONDS);
    let users = (0..USERS).map(|user| {
        let (client, host, token) = (client.clone(), cloud.host(), cloud.token.clone());
        let paths = [
            cloud.url("/api/v1/me"),
            cloud.url(&format!("/api/v1/materials?page={}", user % 100 + 1)),
            cloud.url(&format!("/api/v1/materials/{}", first + i64::try_from(user).unwrap_or(0))),
            cloud.url("/api/v1/machines"),
            cloud.url(&format!("/api/v1/materials?search=sheet%20{user}&per_page=20")),
        ];
        tokio::spawn(async move {
            // Nobody starts at the same moment as all others.
            tokio::time::sleep(THINK.mul_f64(user as f64 / USERS as f64)).await;
            let mut millis = Vec::new();
            // Nor do all do the same at the same time.
            for path in paths.iter().cycle().skip(usize::try_from(user).unwrap_or(0) % paths.len()) {
                if Instant::now() > until {
                    break;
                }
                let begun = Instant::now();
                let answer = client.get(path).header("Host", &host).bearer_auth(&token).send().await?;
                answer.error_for_status()?.bytes().await?;
                millis.push(begun.elapsed().as_secs_f64() * 1e3);
                tokio::time::sleep(THINK).await;
            }
            anyhow::Ok(millis)
        })
    });
    let mut all = Vec::new();
    for user in users.collect::<Vec<_>>() {
        all.extend(user.await.context("a user stopped")??);
    }
    Ok(all)
}
