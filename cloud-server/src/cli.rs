//! The command line. Everything but `serve` works while the server is stopped, on the same files and
//! through the same doors.

use crate::business::people::logins;
use crate::business::{edges, load, organization};
use crate::config::{self, Config};
use crate::db::schema::VERSION;
use crate::db::{DbError, postgres, sqlite};
use crate::http::{App, serve};
use crate::intake::{Intake, Settings};
use crate::live::Live;
use crate::params;
use crate::tenancy::{Caller, Organization, Place, Tenancy, WriteTx, wall_clock};
use anyhow::{Context, anyhow, bail};
use clap::{Parser, Subcommand};
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use unison_core::facts::Fact;
use unison_core::master::MasterOp;
use unison_core::time::Timestamp;
use unison_sync::seal::{Direction, open, peek};
use unison_sync::wire::{Batch, Message, Op};

/// The cloud of Unison.
#[derive(Parser, Debug)]
#[command(name = "cloud-server", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve pages, API and edges.
    Serve(WithConfig),
    /// Say what is wrong with a configuration file, and with the databases it names.
    Check { file: PathBuf },
    /// Bring all databases up to date.
    Migrate(WithConfig),
    /// Organisations.
    #[command(subcommand)]
    Organization(OrganizationCommand),
    /// Edges.
    #[command(subcommand)]
    Edge(EdgeCommand),
    /// Show what a stored envelope holds; needs the keys of this server.
    Decode {
        file: PathBuf,
        #[command(flatten)]
        config: WithConfig,
    },
}

#[derive(clap::Args, Debug)]
struct WithConfig {
    /// The configuration file.
    #[arg(long, default_value = "/etc/unison/cloud.toml")]
    config: PathBuf,
}

#[derive(Subcommand, Debug)]
enum OrganizationCommand {
    /// Make an organisation and its administrator; prints the first password, which must be changed, once.
    Create {
        #[arg(long)]
        name: String,
        #[arg(long)]
        subdomain: String,
        #[arg(long)]
        admin_email: String,
        /// File with the administrator's password in its first line, or - for the standard input. It was chosen by
        /// somebody, so it is neither printed nor must it be changed.
        #[arg(long, value_name = "FILE")]
        admin_password_file: Option<PathBuf>,
        #[command(flatten)]
        config: WithConfig,
    },
    /// Load plants, machines, people and work orders from a file; twice changes nothing.
    Load {
        file: PathBuf,
        /// Subdomain of the organisation.
        #[arg(long)]
        organization: String,
        #[command(flatten)]
        config: WithConfig,
    },
    /// Tell everybody that there is no such organisation, and serve nothing of it; its data stays.
    Suspend(Which),
    /// Take a suspended organisation back.
    Resume(Which),
    /// Note that an organisation is paid for: after its trial people can go on changing things.
    Subscribe {
        /// RFC 3339 time at which it ends; until further notice when left out.
        #[arg(long)]
        until: Option<String>,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(clap::Args, Debug)]
struct Which {
    /// Subdomain of the organisation.
    #[arg(long)]
    organization: String,
    #[command(flatten)]
    config: WithConfig,
}

#[derive(Subcommand, Debug)]
enum EdgeCommand {
    /// Print a token with which one edge may enrol within 24 hours.
    Token {
        /// Subdomain of the organisation.
        #[arg(long)]
        organization: String,
        /// Name of the plant.
        #[arg(long)]
        plant: String,
        #[command(flatten)]
        config: WithConfig,
    },
    /// End the right of an edge to talk, for good; a running server cuts it within 5 seconds.
    Revoke(Revoke),
}

#[derive(clap::Args, Debug)]
struct Revoke {
    /// Subdomain of the organisation.
    #[arg(long)]
    organization: String,
    /// Name of the edge, or its uuid where several have the name.
    #[arg(long)]
    edge: String,
    #[command(flatten)]
    config: WithConfig,
}

/// Runs the command of this process.
///
/// # Errors
/// What went wrong, in words for the person who typed it.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(c) => serve_until_signal(config::load(&c.config)?).await,
        Command::Check { file } => check(&file).await,
        Command::Migrate(c) => migrate(&config::load(&c.config)?).await,
        Command::Organization(OrganizationCommand::Create {
            name,
            subdomain,
            admin_email,
            admin_password_file,
            config,
        }) => {
            let chosen = admin_password_file.map(|file| password_in(&file)).transpose()?;
            let tenancy = tenancy(&config).await?;
            let (made, first) =
                organization::create(&tenancy, &name, &subdomain, &admin_email, chosen.as_deref()).await?;
            say(&format!("organization: {} ({})", made.name, made.subdomain))?;
            let email = admin_email.trim().to_lowercase();
            first.map_or(Ok(()), |first| say(&format!("password for {email}: {first}")))
        }
        Command::Organization(OrganizationCommand::Load { file, organization, config }) => {
            load_file(&tenancy(&config).await?, &organization, &file).await
        }
        Command::Organization(OrganizationCommand::Suspend(w)) => {
            set_active(&tenancy(&w.config).await?, &w.organization, false).await
        }
        Command::Organization(OrganizationCommand::Resume(w)) => {
            set_active(&tenancy(&w.config).await?, &w.organization, true).await
        }
        Command::Organization(OrganizationCommand::Subscribe { until, which: w }) => {
            subscribe(&tenancy(&w.config).await?, &w.organization, until.as_deref()).await
        }
        Command::Edge(EdgeCommand::Token { organization, plant, config }) => {
            token(&tenancy(&config).await?, &organization, &plant).await
        }
        Command::Edge(EdgeCommand::Revoke(r)) => revoke(&tenancy(&r.config).await?, &r.organization, &r.edge).await,
        Command::Decode { file, config } => decode(&tenancy(&config).await?, &file).await,
    }
}

fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// The first line of a file, or of the standard input. Blanks are part of a password.
fn password_in(file: &Path) -> anyhow::Result<String> {
    let mut line = String::new();
    if file == Path::new("-") {
        std::io::stdin().lock().read_line(&mut line).context("reading the password")?;
    } else {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        line.push_str(text.lines().next().unwrap_or_default());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn tenancy(c: &WithConfig) -> anyhow::Result<Tenancy> {
    open_all(&config::load(&c.config)?).await
}

async fn open_all(config: &Config) -> anyhow::Result<Tenancy> {
    let place = config.database.place().map_err(anyhow::Error::msg)?;
    let tenancy = Tenancy::connect(&config.server.data_dir, &place, wall_clock()).await?;
    // What fails stands in the log; one organisation does not keep the others waiting.
    let _ = organization::seed_missing(&tenancy).await;
    Ok(tenancy)
}

/// Runs the server until SIGTERM or Ctrl-C.
async fn serve_until_signal(config: Config) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let tenancy = open_all(&config).await?;
    logins::repair(&tenancy).await.context("repairing log-ins")?;
    let live = Live::default();
    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("server.listen {}: is another program using it?", config.server.listen))?;
    let settings = Settings {
        listen: config.mqtt.listen,
        broker: config.mqtt.broker_listen,
        sessions_max: config.mqtt.connections_max,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    Intake::start(settings, tenancy.clone(), live.clone(), stop.clone()).await?;
    tracing::info!(listen = %config.server.listen, version = env!("CARGO_PKG_VERSION"), "serving");
    let at_signal = stop.clone();
    tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping");
        at_signal.cancel();
    });
    tokio::spawn(logins::repair_again_and_again(tenancy.clone(), stop.clone()));
    crate::http::sweep(&config.server.data_dir);
    let app = App::new(tenancy, live, config, stop);
    serve(app, listener).await.context("serving")
}

async fn signal() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(e) => {
            tracing::error!(error = %e, "SIGTERM cannot be heard; only Ctrl-C stops this process");
            let _ = tokio::signal::ctrl_c().await;
            return;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// On files opening is what brings them up to date; a server is changed by its owner only.
async fn migrate(config: &Config) -> anyhow::Result<()> {
    if let Place::Postgres(addresses) = config.database.place().map_err(anyhow::Error::msg)? {
        let owner = config.database.owner().map_err(anyhow::Error::msg)?;
        let found = postgres::migrate(&owner, &addresses.application, &addresses.platform).await?;
        let from = if found == VERSION { "as it was".to_owned() } else { format!("from {found}") };
        say(&format!("{owner} has schema {VERSION}, {from}"))?;
        return organization::seed_missing(&open_all(config).await?).await.context("first records");
    }
    let tenancy = open_all(config).await?;
    let all = tenancy.platform().organizations().await?;
    for organization in &all {
        let caller = Caller::system(organization.id, "migrate");
        let opened: Result<(), DbError> = tenancy.read(&caller, |_| Ok(())).await;
        opened.with_context(|| format!("organization {}", organization.subdomain))?;
    }
    organization::seed_missing(&tenancy).await.context("first records")?;
    say(&format!("platform and {} organizations are up to date", all.len()))
}

async fn check(file: &Path) -> anyhow::Result<()> {
    let config = config::load(file)?;
    say(&format!(
        "{} is right: pages and API at http://{}, edges at {}, data in {}",
        file.display(),
        config.server.listen,
        config.mqtt.listen,
        config.server.data_dir.display()
    ))?;
    let wrong = match config.database.place().map_err(anyhow::Error::msg)? {
        Place::Postgres(addresses) => {
            let wrong = postgres::check(&addresses).await?;
            say(&format!("{}: {} faults", addresses.platform, wrong.len()))?;
            wrong
        }
        Place::Files => check_files(&config.server.data_dir)?,
    };
    wrong.iter().try_for_each(|fault| say(fault))?;
    if wrong.is_empty() { Ok(()) } else { bail!("{} faults in the databases", wrong.len()) }
}

fn check_files(data_dir: &Path) -> anyhow::Result<Vec<String>> {
    let entries = match std::fs::read_dir(data_dir) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            say("no databases yet: they are made at the first start")?;
            return Ok(vec![]);
        }
        entries => entries.with_context(|| format!("data_dir {}", data_dir.display()))?,
    };
    let mut files: Vec<PathBuf> = entries.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "db"));
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let faults = sqlite::check(file).with_context(|| file.display().to_string())?;
        say(&format!("{}: {} faults", file.display(), faults.len()))?;
        wrong.extend(faults.into_iter().map(|fault| format!("{}: {fault}", file.display())));
    }
    Ok(wrong)
}

async fn organization_named(tenancy: &Tenancy, name: &str) -> anyhow::Result<Organization> {
    let found = tenancy.platform().organization(name).await?;
    found.ok_or_else(|| anyhow!("there is no organization {name}; make it with: cloud-server organization create"))
}

async fn load_file(tenancy: &Tenancy, name: &str, file: &Path) -> anyhow::Result<()> {
    let organization = organization_named(tenancy, name).await?;
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let content = load::parse(&text).with_context(|| file.display().to_string())?;
    let loaded = load::load(tenancy, &organization, content).await.with_context(|| file.display().to_string())?;
    say(&format!("{} new, {} changed, {} as they were", loaded.new, loaded.changed, loaded.unchanged))?;
    loaded.passwords.iter().try_for_each(|(email, password)| say(&format!("password for {email}: {password}")))
}

async fn set_active(tenancy: &Tenancy, name: &str, is_active: bool) -> anyhow::Result<()> {
    let organization = organization_named(tenancy, name).await?;
    tenancy.platform().set_active(organization.id, is_active).await?;
    note(tenancy, &organization, if is_active { "resume" } else { "suspend" }, json!({"is_active": is_active})).await?;
    let now = if is_active { "is found again" } else { "is not found by anybody; a server that runs heeds it at once" };
    say(&format!("organization {} {now}", organization.subdomain))
}

async fn subscribe(tenancy: &Tenancy, name: &str, until: Option<&str>) -> anyhow::Result<()> {
    let end = until.map(Timestamp::parse).transpose().map_err(|e| anyhow!("--until: {e}"))?;
    let organization = organization_named(tenancy, name).await?;
    tenancy.platform().subscribe(organization.id, end).await?;
    note(tenancy, &organization, "subscribe", json!({"subscribed_until": until})).await?;
    say(&format!(
        "organization {} is subscribed {}",
        organization.subdomain,
        until.map_or("until further notice".into(), |u| format!("until {u}"))
    ))
}

/// Every act of the operator stands in the organisation's own audit log.
async fn note(
    tenancy: &Tenancy,
    organization: &Organization,
    action: &'static str,
    after: Value,
) -> anyhow::Result<()> {
    let caller = Caller::system(organization.id, &format!("organization {action}"));
    let work = move |tx: &WriteTx<'_>| tx.audit("organization", tx.org(), action, None::<&()>, Some(&after));
    Ok(tenancy.write::<_, DbError, _>(&caller, work).await?)
}

async fn token(tenancy: &Tenancy, name: &str, plant: &str) -> anyhow::Result<()> {
    let organization = organization_named(tenancy, name).await?;
    let (caller, wanted) = (Caller::system(organization.id, "edge token"), plant.to_owned());
    let sql = "SELECT id FROM plants WHERE organization_id = $1 AND name = $2";
    let find = tenancy
        .read(&caller, move |tx| tx.query_one(sql, params![tx.org(), wanted])?.map(|r| r.get::<i64>("id")).transpose());
    let found: Option<i64> = find.await?;
    let plant = found.ok_or_else(|| anyhow!("{name} has no plant {plant}"))?;
    let (token, expires) = tenancy.platform().create_token(organization.id, plant).await?;
    // Only the token goes to stdout, so that a script can put it where the edge reads it.
    writeln!(std::io::stderr(), "one edge may enrol with this token until {}", expires.rfc3339())?;
    say(&token)
}

async fn revoke(tenancy: &Tenancy, name: &str, edge: &str) -> anyhow::Result<()> {
    let organization = organization_named(tenancy, name).await?;
    let (caller, wanted) = (Caller::system(organization.id, "edge revoke"), edge.to_owned());
    let found = tenancy.read::<_, DbError, _>(&caller, move |tx| edges::named(tx, &wanted)).await?;
    let (id, uuid) = match found.as_slice() {
        [one] => *one,
        [] => bail!("{name} has no edge {edge}, or it is revoked already"),
        many => {
            let uuids = many.iter().map(|(_, uuid)| uuid.to_string()).collect::<Vec<_>>().join(", ");
            bail!("{name} has several edges {edge}; name one by its uuid: {uuids}")
        }
    };
    // First what cuts the connection; the record of the organisation follows.
    tenancy.platform().revoke_edge(uuid).await?;
    tenancy.write::<_, DbError, _>(&caller, move |tx| edges::revoked(tx, id)).await?;
    say(&format!("edge {edge} ({uuid}) is revoked; enrol its successor with a new token"))
}

async fn decode(tenancy: &Tenancy, file: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let header = peek(&bytes)?;
    say(&format!("{header:?}"))?;
    let Some(link) = tenancy.platform().edge(header.address.edge).await? else {
        bail!("edge {} is not enrolled at this server, so its keys are not here", header.address.edge);
    };
    let direction: Direction = header.direction;
    let (_, message) = open(&link.keys, &link.address, direction, &bytes)?;
    match message {
        Message::Batches(batches) => batches.iter().try_for_each(|encoded| say_batch(encoded)),
        other => say(&format!("{other:?}")),
    }
}

fn say_batch(encoded: &[u8]) -> anyhow::Result<()> {
    let batch = Batch::decode(encoded)?;
    say(&format!(
        "batch of {} incarnation {} ops {}..={}",
        batch.origin,
        batch.incarnation,
        batch.first,
        batch.last()
    ))?;
    (batch.first..).zip(&batch.ops).try_for_each(|(seq, op)| say(&format!("  {seq} {} {}", at(op), body(op))))
}

fn at(op: &Op) -> String {
    let ms = i64::try_from(unison_sync::hlc::millis(op.hlc)).unwrap_or(i64::MAX);
    Timestamp(ms.saturating_mul(1_000)).rfc3339()
}

fn body(op: &Op) -> String {
    match (Fact::decode(op.kind, op.version, &op.body), MasterOp::decode(op.kind, op.version, &op.body)) {
        (Ok(Some(fact)), _) => format!("{fact:?}"),
        (_, Ok(Some(master))) => format!("{master:?}"),
        _ => format!("kind {} version {}: {} bytes not known here", op.kind, op.version, op.body.len()),
    }
}
