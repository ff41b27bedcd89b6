//! The command line of the agent.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use edge_agent::agent::{self, WallClock};
use edge_agent::commission::probe::{self, Probe};
use edge_agent::commission::{replay, simulate};
use edge_agent::config::{self, Config, DriverConfig};
use edge_agent::driver::Clock as _;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use unison_core::time::Timestamp;

/// As sysexits.h: something is wrong with the configuration; starting again does not help.
const EXIT_CONFIG: u8 = 78;

/// The OPC UA library calls a missing certificate an error on every start; without security it is none.
const LOG: &str =
    "info,opcua_crypto=off,opcua_core::comms::secure_channel=off,opcua_client=error,opcua_client::session::client=off";

#[derive(Parser)]
#[command(
    name = "edge-agent",
    version,
    about = "Talks to the machines of a plant, knows what they do, serves the operators."
)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the agent (what happens without a command).
    Run(Run),
    /// Says what a configuration would do, or all that is wrong with it. Talks to no device.
    Check { file: PathBuf },
    /// Looks at a device before it is configured, and writes nothing to it.
    #[command(subcommand)]
    Probe(Probe),
    /// Tries a configuration without its hardware: machines are walked through all that their rules can say.
    Simulate(simulate::Args),
    /// Says what machines would have done by a configuration, from recorded readings.
    Replay(replay::Args),
    /// Prints the tags of a Modbus connection as CSV, in the form that `tags_file` reads.
    Tags {
        file: PathBuf,
        /// The connection; needed where the file has several.
        #[arg(long)]
        connection: Option<String>,
    },
    /// Sets the PIN of an operator on this box, through the running agent.
    Pin {
        #[command(flatten)]
        run: Run,
        /// Name, e-mail address or id.
        #[arg(long)]
        operator: String,
        /// 4 to 6 digits.
        #[arg(long)]
        pin: String,
    },
    /// Shows whom this box believes to be an OPC UA server, or trusts the certificate that one shows now, through the
    /// running agent.
    Trust {
        #[command(flatten)]
        run: Run,
        /// The connection whose server is to be trusted.
        connection: Option<String>,
        /// Trust it only if its certificate has this SHA-256.
        #[arg(long)]
        sha256: Option<String>,
    },
    /// Says which plant authority devices have to trust for HTTPS of this box, through the running agent.
    Authority {
        #[command(flatten)]
        run: Run,
        /// Makes a new one for the names that the box has now. Every device has to trust it anew.
        #[arg(long)]
        renew: bool,
    },
    /// Says the version.
    Version,
}

#[derive(Args)]
struct Run {
    /// The configuration file.
    #[arg(long, short, default_value = "/etc/unison/edge.toml")]
    config: PathBuf,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(Run { config }) => with_config(&config, run),
        Command::Check { file } => match edge_agent::check::check(&file, Timestamp(WallClock.now_us())) {
            Ok(summary) => say(summary.trim_end()),
            Err(errors) => return wrong_config(&errors),
        },
        Command::Probe(probe) => commission(async |out, shutdown| probe::run(probe, out, shutdown).await),
        Command::Simulate(args) => commission(async |out, shutdown| simulate::run(args, out, shutdown).await),
        Command::Replay(args) => replay::run(&args, &mut std::io::stdout().lock()).map(|()| ExitCode::SUCCESS),
        Command::Tags { file, connection } => with_config(&file, |config| tags(&config, connection.as_deref())),
        Command::Pin { run: Run { config }, operator, pin } => with_config(&config, |c| set_pin(&c, &operator, &pin)),
        Command::Trust { run: Run { config }, connection, sha256 } => {
            with_config(&config, |c| trust(&c, connection.as_deref(), sha256.as_deref()))
        }
        Command::Authority { run: Run { config }, renew } => with_config(&config, |c| authority(&c, renew)),
        Command::Version => say(env!("CARGO_PKG_VERSION")),
    };
    match done {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => match error.downcast_ref::<config::ConfigErrors>() {
            Some(errors) => wrong_config(errors),
            None => {
                eprintln_line(&format!("edge-agent: {error:#}"));
                ExitCode::FAILURE
            }
        },
    }
}

/// Whoever read the answer has seen enough: `edge-agent probe … | head`.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Runs a command that may take long; Ctrl-C ends it in an orderly way.
fn commission(
    command: impl AsyncFnOnce(&mut std::io::Stdout, CancellationToken) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    runtime()?.block_on(async {
        let shutdown = CancellationToken::new();
        tokio::spawn(stop_on_signal(shutdown.clone())?);
        command(&mut std::io::stdout(), shutdown).await
    })?;
    Ok(ExitCode::SUCCESS)
}

fn say(text: &str) -> anyhow::Result<ExitCode> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

fn eprintln_line(text: &str) {
    use std::io::Write as _;
    // Nowhere is left to say that this failed.
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn wrong_config(errors: &config::ConfigErrors) -> ExitCode {
    eprintln_line(&errors.to_string());
    ExitCode::from(EXIT_CONFIG)
}

fn with_config(
    path: &std::path::Path,
    command: impl FnOnce(Config) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    match config::load(path) {
        Ok(config) => command(config),
        Err(errors) => Ok(wrong_config(&errors)),
    }
}

fn tags(config: &Config, wanted: Option<&str>) -> anyhow::Result<ExitCode> {
    let all = config.connections.iter().filter_map(|connection| match &connection.driver {
        DriverConfig::Modbus(modbus) => Some((&*connection.name, modbus)),
        DriverConfig::OpcUa(_)
        | DriverConfig::Mqtt(_)
        | DriverConfig::SerialScanner(_)
        | DriverConfig::HidScanner(_) => None,
    });
    let found: Vec<_> = all.clone().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name)).collect();
    match found.as_slice() {
        [(_, modbus)] => say(config::tags_as_csv(&modbus.tags, &config.tags).trim_end()),
        _ => {
            let names: Vec<_> = all.map(|(name, _)| name).collect();
            bail!("say which Modbus connection with --connection; there are: {}", names.join(", "))
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    // One TLS stack with one provider; it must be chosen before the first connection.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        bail!("TLS was set up twice");
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime did not start")
}

fn run(config: Config) -> anyhow::Result<ExitCode> {
    log_to_stderr();
    runtime()?.block_on(async {
        let shutdown = CancellationToken::new();
        tokio::spawn(stop_on_signal(shutdown.clone())?);
        agent::run(config, Arc::new(WallClock), shutdown).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// `UNISON_LOG` says what is logged ("info", "edge_agent=debug"), `UNISON_LOG_FORMAT=json` how.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("UNISON_LOG").unwrap_or_else(|_| EnvFilter::new(LOG));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if std::env::var("UNISON_LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().init();
    } else {
        log.init();
    }
}

fn stop_on_signal(shutdown: CancellationToken) -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        shutdown.cancel();
    })
}

#[derive(Deserialize)]
struct Operators {
    operators: Vec<Operator>,
}

#[derive(Deserialize)]
struct Operator {
    id: i64,
    name: String,
    #[serde(default)]
    email: Option<String>,
}

fn set_pin(config: &Config, operator: &str, pin: &str) -> anyhow::Result<ExitCode> {
    let token = agent::read_admin_token(&config.agent.data_dir)?;
    let base = format!("http://{}/api/v1/operators", config.http.listen);
    runtime()?.block_on(async {
        let client = reqwest::Client::new();
        let away = || format!("{base}: does the agent run?");
        let answer = client.get(&base).send().await.with_context(away)?.error_for_status()?;
        let known = answer.json::<Operators>().await?.operators;
        let is_meant =
            |o: &&Operator| o.name == operator || o.id.to_string() == operator || o.email.as_deref() == Some(operator);
        let meant: Vec<&Operator> = known.iter().filter(is_meant).collect();
        let [one] = meant.as_slice() else {
            let names: Vec<&str> = known.iter().map(|o| o.name.as_str()).collect();
            bail!("\"{operator}\" names {} operators; known are: {}", meant.len(), names.join(", "));
        };
        let request = client.post(format!("{base}/{}/pin", one.id)).header("X-Admin-Token", token);
        let answer = request.json(&serde_json::json!({ "pin": pin })).send().await.with_context(away)?;
        if !answer.status().is_success() {
            bail!("the PIN was not set: {}", answer.text().await?);
        }
        say(&format!("The PIN of {} is set.", one.name))
    })
}

#[derive(Deserialize)]
struct TrustList {
    connections: Vec<Trusted>,
}

#[derive(Deserialize)]
struct Trusted {
    connection: String,
    endpoint: String,
    state: String,
    pinned: Option<Certificate>,
    presented: Option<Certificate>,
}

#[derive(Deserialize)]
struct Certificate {
    subject: Option<String>,
    sha256: String,
    not_after: Option<String>,
}

impl std::fmt::Display for Trusted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.connection, self.endpoint, self.state)?;
        for (what, certificate) in [("pinned", &self.pinned), ("shown", &self.presented)] {
            if let Some(Certificate { subject, sha256, not_after }) = certificate {
                let (subject, until) = (subject.as_deref().unwrap_or("?"), not_after.as_deref().unwrap_or("?"));
                write!(f, "\n  {what:6} SHA-256 {sha256}, {subject}, valid until {until}")?;
            }
        }
        Ok(())
    }
}

fn trust(config: &Config, connection: Option<&str>, sha256: Option<&str>) -> anyhow::Result<ExitCode> {
    let base = format!("http://{}/api/v1/trust", config.http.listen);
    runtime()?.block_on(async {
        let client = reqwest::Client::new();
        let away = || format!("{base}: does the agent run?");
        let answer = client.get(&base).send().await.with_context(away)?.error_for_status()?;
        let known = answer.json::<TrustList>().await?.connections;
        let Some(wanted) = connection else {
            let all: Vec<_> = known.iter().map(ToString::to_string).collect();
            return say(
                if all.is_empty() { "There is no OPC UA connection.".to_owned() } else { all.join("\n") }.as_str()
            );
        };
        let Some(found) = known.iter().find(|one| one.connection == wanted) else {
            let names: Vec<_> = known.iter().map(|one| one.connection.as_str()).collect();
            bail!("there is no OPC UA connection \"{wanted}\"; there are: {}", names.join(", "));
        };
        let Some(shown) = &found.presented else {
            bail!("{wanted} was not reached since the agent started, so there is no certificate to look at");
        };
        if sha256.is_some_and(|sha256| !sha256.eq_ignore_ascii_case(&shown.sha256)) {
            bail!("{wanted} shows another certificate: SHA-256 {}; nothing was changed", shown.sha256);
        }
        let token = agent::read_admin_token(&config.agent.data_dir)?;
        let body = serde_json::json!({ "connection": wanted, "sha256": shown.sha256 });
        let answer = client.post(&base).header("X-Admin-Token", token).json(&body).send().await.with_context(away)?;
        if !answer.status().is_success() {
            bail!("the certificate was not trusted: {}", answer.text().await?);
        }
        say(&answer.json::<Trusted>().await?.to_string())
    })
}

#[derive(Deserialize)]
struct CertificateView {
    authority: Option<AuthorityView>,
    urls: Vec<String>,
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct AuthorityView {
    subject: String,
    fingerprint: String,
    not_after: String,
    permitted_names: Vec<String>,
    permitted_networks: Vec<String>,
}

fn authority(config: &Config, renew: bool) -> anyhow::Result<ExitCode> {
    let base = format!("http://{}/api/v1", config.http.listen);
    let token = if renew { Some(agent::read_admin_token(&config.agent.data_dir)?) } else { None };
    runtime()?.block_on(async {
        let client = reqwest::Client::new();
        let request = match token {
            Some(token) => client.post(format!("{base}/authority/renew")).header("X-Admin-Token", token),
            None => client.get(format!("{base}/certificate")),
        };
        let answer = request.send().await.with_context(|| format!("{base}: does the agent run?"))?;
        if !answer.status().is_success() {
            bail!("{}", answer.text().await?);
        }
        let view = answer.json::<CertificateView>().await?;
        let mut lines = match &view.authority {
            Some(authority) => vec![
                authority.subject.clone(),
                format!("  SHA-256 {}", authority.fingerprint),
                format!("  until {}", authority.not_after),
                format!("  for {}", authority.permitted_names.join(", ")),
                format!("  and {}", authority.permitted_networks.join(", ")),
            ],
            None => vec!["No plant authority: HTTPS is off, or its certificate comes from elsewhere.".to_owned()],
        };
        lines.extend(view.urls.iter().map(|url| format!("{url}/trust")));
        lines.extend(view.warnings.iter().map(|warning| format!("! {warning}")));
        say(&lines.join("\n"))
    })
}
