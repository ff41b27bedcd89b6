//! Lists of an organisation with a million records on PostgreSQL, under row-level security, while somebody else
//! changes records: the first page, a page further on, a filter, a record, and a search for a part of a word.

use crate::cloud::Cloud;
use crate::measure::Figures;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const ROWS: u32 = 1_000_000;
const READERS: usize = 4;
const ASKED_EACH: usize = 250;
/// Somebody changes a record so often.
const WRITE_EVERY: Duration = Duration::from_millis(500);
const ROLES: &str = "unison_bench";

pub fn run(figures: &mut Figures) -> Result<()> {
    let _server = Stopped;
    let url = String::from_utf8(postgres().arg("url").output()?.stdout)?.trim().to_owned();
    let host = url.split('@').nth(1).and_then(|rest| rest.split('/').next()).context("the address of PostgreSQL")?;
    make()?;
    let address = |role: &str| format!("\"postgresql://{ROLES}_{role}@{host}/{ROLES}?sslmode=disable\"");
    let (own, app, platform) = (address("owner"), address("app"), address("platform"));
    let cloud = Cloud::with_database(&format!(
        "[database]\nkind = \"postgres\"\nurl = {app}\nplatform_url = {platform}\nowner_url = {own}\n"
    ))?;
    let first = cloud.fill(10)?;
    multiply()?;
    let own = first + i64::from(ROWS / 2);
    for (name, path, times) in [
        ("first_page", "/materials".to_owned(), ASKED_EACH),
        ("page_20", "/materials?page=20".to_owned(), ASKED_EACH),
        ("filter", "/materials?unit_of_measure=m&page=2".to_owned(), ASKED_EACH),
        ("one", format!("/materials/{own}"), ASKED_EACH),
        // No index helps a part of a word: under row-level security none of PostgreSQL's may be asked for one.
        ("search", "/materials?search=0471100".to_owned(), 5),
    ] {
        let mut millis = ask(&cloud, &path, times, first)?;
        millis.sort_by(f64::total_cmp);
        let at = |share: f64| millis.get((millis.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
        figures.put(&format!("{name}_p50"), at(0.5), "ms")?;
        figures.put(&format!("{name}_p95"), at(0.95), "ms")?;
        figures.put(&format!("{name}_worst"), millis.last().copied().unwrap_or(f64::NAN), "ms")?;
    }
    Ok(())
}

/// Milliseconds of each answer to several readers at once, while a writer works.
fn ask(cloud: &Cloud, path: &str, times: usize, written: i64) -> Result<Vec<f64>> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| -> Result<()> {
            while !done.load(Ordering::Relaxed) {
                let now = cloud.get(&format!("/materials/{written}"))?;
                let name = format!("Sheet {}", now["version"]);
                cloud.put(&format!("/materials/{written}"), &json!({"version": now["version"], "name": name}))?;
                std::thread::sleep(WRITE_EVERY);
            }
            Ok(())
        });
        let reader = || -> Result<Vec<f64>> {
            let mut millis = Vec::with_capacity(times);
            for _ in 0..times {
                let begun = Instant::now();
                cloud.get(path)?;
                millis.push(begun.elapsed().as_secs_f64() * 1e3);
            }
            Ok(millis)
        };
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(reader)).collect();
        let mut all = Vec::new();
        for reader in readers {
            all.extend(reader.join().map_err(|_| anyhow::anyhow!("a reader stopped"))??);
        }
        done.store(true, Ordering::Relaxed);
        writer.join().map_err(|_| anyhow::anyhow!("the writer stopped"))??;
        Ok(all)
    })
}

/// A server of its own, beside the one of the tests.
fn postgres() -> Command {
    let mut command = Command::new("scripts/postgres");
    command.env("UNISON_POSTGRES_DIR", format!("/tmp/unison-bench-{}", std::process::id()));
    command
}

/// The server goes when the measurement ends.
struct Stopped;

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = postgres().arg("stop").status();
    }
}

fn psql(database: &str, sql: &str) -> Result<()> {
    let mut command = postgres();
    command.args(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]);
    let out = command.stdout(Stdio::null()).output()?;
    if out.status.success() { Ok(()) } else { bail!("{sql}: {}", String::from_utf8_lossy(&out.stderr)) }
}

fn make() -> Result<()> {
    for role in ["owner", "app", "platform"] {
        psql("postgres", &format!("CREATE ROLE {ROLES}_{role} LOGIN"))?;
    }
    psql("postgres", &format!("CREATE DATABASE {ROLES} OWNER {ROLES}_owner"))
}

/// Copies a record a million times, as the superuser, whom no policy binds; every tenth is measured otherwise.
fn multiply() -> Result<()> {
    psql(
        ROLES,
        &format!(
            "INSERT INTO organization.materials (organization_id, id, version, is_active, created_at, updated_at, custom_fields,
               material_code, name, description, category_id, unit_of_measure, standard_cost)
             SELECT m.organization_id, m.id + 1000 + n, 1, TRUE, m.created_at, m.updated_at, '{{}}',
               'BIG-' || lpad(n::text, 7, '0'), 'Steel sheet ' || n, m.description, m.category_id,
               CASE WHEN n % 10 = 0 THEN 'm' ELSE 'kg' END, m.standard_cost
             FROM (SELECT * FROM organization.materials ORDER BY id LIMIT 1) m, generate_series(1, {ROWS}) n"
        ),
    )?;
    psql(ROLES, "VACUUM ANALYZE")
}
