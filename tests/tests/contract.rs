//! What the cloud's OpenAPI document promises, tried by schemathesis against the running server with each
//! role: no server error, no answer the document does not describe, no wrong request taken.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use unison_rules::rbac;
use unison_tests::stage::{Api, Child, Ports, repository, write_config};

const PASSWORD: &str = "a long word for a trial";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,negative_data_rejection";

/// Roles that every run tries; the others are tried by `make prove-contract`.
const ALWAYS: [&str; 3] = ["organization_admin", "supervisor", "viewer"];
/// How many examples of each call are tried, with all roles.
const PROOF: &str = "UNISON_PROVE_CONTRACT";
/// Roles that are tried at the same time, each by a program of its own.
const AT_ONCE: usize = 3;

/// Those that an organisation can give.
fn roles() -> impl Iterator<Item = &'static rbac::Role> {
    rbac::ROLES.iter().filter(|r| !matches!(r.kind, rbac::Kind::Platform))
}

#[tokio::test(flavor = "multi_thread")]
async fn api_07_the_server_keeps_what_its_document_promises_for_every_role() -> Result<()> {
    let python = repository().join("target/venv/bin/schemathesis");
    if !python.is_file() {
        bail!("{} is missing; `make test` makes it", python.display());
    }
    let dir = repository().join("target/stories/contract");
    let (mut server, ports, passwords) = start(&dir)?;
    let base = format!("http://127.0.0.1:{}", ports.cloud_http);
    let until = Instant::now() + Duration::from_secs(30);
    while !Api::new(base.clone(), None).health().await.unwrap_or(false) {
        ensure!(Instant::now() < until, "the server does not answer\n{}", server.tail());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let proof = std::env::var(PROOF).ok();
    let examples = proof.clone().unwrap_or_else(|| "5".into());
    let mut broken = Vec::new();
    let tried: Vec<_> = roles().map(|r| r.code).filter(|r| proof.is_some() || ALWAYS.contains(r)).collect();
    for some in tried.chunks(AT_ONCE) {
        let mut attacks = Vec::with_capacity(AT_ONCE);
        for &role in some {
            let token = token(&base, role, &passwords).await.with_context(|| format!("signing in as {role}"))?;
            let (python, base, dir, examples) = (python.clone(), base.clone(), dir.clone(), examples.clone());
            let own = Api::new(base.clone(), Some("acme")).with_token(&token);
            let said = tokio::task::spawn_blocking(move || attack(&python, &base, &dir, role, &token, &examples));
            attacks.push((role, own, said));
        }
        for (role, own, said) in attacks {
            if let Err(e) = said.await? {
                broken.push(format!("{role}: {e:#}"));
            }
            // Somebody else's trial may end this one's session; then nothing was tried with it.
            if let Err(e) = own.get("/me").await {
                broken.push(format!("{role} was shut out meanwhile: {e:#}"));
            }
        }
        server.still_running()?;
    }
    ensure!(broken.is_empty(), "{}", broken.join("\n"));
    server.stop()
}

/// A server with one person of each role in one plant.
fn start(dir: &Path) -> Result<(Child, Ports, HashMap<String, String>)> {
    if dir.exists() {
        std::fs::remove_dir_all(dir)?;
    }
    std::fs::create_dir_all(dir)?;
    let ports = Ports::free()?;
    write_config(dir, &ports)?;
    let config = dir.join("cloud.toml").display().to_string();
    let run = |args: &[&str]| Child::run("cloud-server", &[args, &["--config", &config]].concat());
    run(&["organization", "create", "--name", "ACME", "--subdomain", "acme", "--admin-email", "admin@acme.example"])?;
    let mut content = std::fs::read_to_string(repository().join("config/demo/acme.toml"))?;
    for rbac::Role { code: role, kind, .. } in roles() {
        // Functions combine with a step of the hierarchy.
        let roles = if matches!(kind, rbac::Kind::AddOn) { json!(["operator", role]) } else { json!([role]) };
        content.push_str(&format!(
            "\n[[user]]\nname = \"{role}\"\nemail = \"{role}@roles.example\"\nroles = {roles}\nhourly_rate = 20\nplants = [\"Fabrication\"]\n"
        ));
    }
    let file = dir.join("roles.toml");
    std::fs::write(&file, content)?;
    let said = run(&["organization", "load", &file.display().to_string(), "--organization", "acme"])?;
    let first = said.lines().filter_map(|l| l.strip_prefix("password for ")?.split_once(": "));
    let passwords = first.map(|(mail, word)| (mail.to_owned(), word.to_owned())).collect();
    let server = Child::spawn("cloud-server", &["serve", "--config", &config], &dir.join("cloud.log"))?;
    Ok((server, ports, passwords))
}

/// Signs in and, where the first password must be changed, changes it.
async fn token(base: &str, role: &str, passwords: &HashMap<String, String>) -> Result<String> {
    let mail = format!("{role}@roles.example");
    let first = passwords.get(&mail).context("no first password was printed")?;
    let api = Api::new(base.to_owned(), Some("acme"));
    let begun = api.post("/auth/login", &json!({"email": mail, "password": first})).await?.ok()?;
    let token = |answer: &Value| answer["token"].as_str().map(str::to_owned).context("a token");
    let old = token(&begun)?;
    let change = json!({"current_password": first, "new_password": PASSWORD});
    token(&api.with_token(&old).post("/auth/password", &change).await?.ok()?)
}

fn attack(program: &Path, base: &str, dir: &Path, role: &str, token: &str, examples: &str) -> Result<()> {
    let mut command = Command::new(program);
    // Streams never end, and what ends the own session or account would leave the rest untried.
    let left_out = "/events|/auth/|/me/sessions|/users/.*/(reset-password)|/edges/enrol";
    command.args(["run", &format!("{base}/api/openapi.json"), "--checks", CHECKS, "--exclude-path-regex", left_out]);
    command.args(["-H", &format!("Authorization: Bearer {token}"), "-H", "X-Organization: acme"]);
    command.args(["--max-examples", examples, "--phases", "examples,coverage,fuzzing"]);
    // One worker: with two, it imports its own parts in two threads at once and fails now and then.
    command.args(["--seed", "1", "--workers", "1", "--request-timeout", "20", "--no-color"]);
    let out = command.current_dir(dir).output()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    std::fs::write(dir.join(format!("{role}.log")), &text)?;
    ensure!(text.contains("Test cases:"), "schemathesis tried nothing: {text}{}", String::from_utf8_lossy(&out.stderr));
    ensure!(out.status.success(), "{}", text.chars().take(6_000).collect::<String>());
    Ok(())
}
