//! `edge-agent probe opcua`: how a server can be reached, and what its nodes hold. A probe never pins a certificate: it
//! prints what it saw.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::agent::WallClock;
use crate::commission::table::{Align, table};
use crate::config::{
    self, ConnectionConfig, DriverConfig, FirstTrust, OpcUaConfig, OpcUaMode, OpcUaNode, OpcUaPolicy, OpcUaSecurity,
    OpcUaUser,
};
use crate::driver::Clock as _;
use crate::driver::opcua::survey::{Bounds, Browsed, Offer, Seen, Survey};
use crate::driver::opcua::{Certificate, Trust, own_certificate, pki};

#[derive(clap::Args)]
#[command(
    after_help = "Reads only. Without --security-policy the best that the server offers is taken, as in a configuration; a\n\
    server that offers none at all is read in the clear, if no user is given. Compare the SHA-256 with what the\n\
    server's own tools show; --user needs it as --sha256, because the password goes to whoever has that certificate.\n\n\
    Examples:\n  \
    edge-agent probe opcua opc.tcp://10.0.0.6:4840 --security-policy None\n  \
    edge-agent probe opcua opc.tcp://10.0.0.6:4840 --user edge --password-file pw --sha256 59e1… --depth 5\n  \
    edge-agent probe opcua --config edge.toml --connection press --json"
)]
pub struct Args {
    /// The server, like opc.tcp://10.0.0.6:4840
    #[arg(required_unless_present = "config", conflicts_with = "config")]
    endpoint: Option<String>,
    /// As a connection of this file; with --connection.
    #[arg(long, value_name = "FILE", requires = "connection")]
    config: Option<PathBuf>,
    #[arg(long, requires = "config")]
    connection: Option<String>,
    #[arg(long, requires = "password_file", conflicts_with = "config")]
    user: Option<String>,
    /// A file that holds the password alone.
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss or None.
    #[arg(long, conflicts_with = "config")]
    security_policy: Option<String>,
    /// sign_and_encrypt (when left out) or sign.
    #[arg(long, conflicts_with = "config")]
    security_mode: Option<String>,
    /// The server is the one whose certificate has this SHA-256. A password goes to no other.
    #[arg(long, value_name = "HEX", conflicts_with = "config")]
    sha256: Option<String>,
    /// Where to begin, like i=85 or "nsu=urn:plant;s=Press"; Objects when left out.
    #[arg(long)]
    node: Option<String>,
    /// Steps down from there.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=20))]
    depth: u8,
    /// Nodes that are looked at.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    max_nodes: u16,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, out: &mut impl Write, shutdown: CancellationToken) -> anyhow::Result<()> {
    look(&args, out, &shutdown).await
}

async fn look(args: &Args, out: &mut impl Write, shutdown: &CancellationToken) -> anyhow::Result<()> {
    let (mut config, connection) = args.server()?;
    let from = match &args.node {
        Some(text) => Some(OpcUaNode::parse(text).ok_or_else(|| {
            anyhow!("--node {text}: is not a node id; write it like \"ns=2;s=Press.State\" or \"nsu=urn:plant;s=Press.State\"")
        })?),
        None => None,
    };
    // The edge's own certificate where there is one, because the server may trust it already; else one for this once.
    let folder = tempfile::tempdir()?;
    let own = connection.as_ref().map(|c| &*c.data_dir).filter(|data_dir| own_certificate(data_dir).is_some());
    let folder = own.map_or_else(|| folder.path().to_owned(), pki);
    let Some(survey) = shutdown.run_until_cancelled(Survey::open(&config.endpoint, folder)).await else {
        return Ok(());
    };
    let survey = survey.map_err(|reason| unanswered(&config, &reason))?;
    let offers = survey.offers();
    let is_open_only = offers.iter().all(|offer| offer.policy == "None");
    if args.config.is_none() && args.security_policy.is_none() && args.user.is_none() && is_open_only {
        config.security = OpcUaSecurity::None;
    }
    if !args.json {
        print_offers(&config, &offers, out)?;
    }
    let certificate = survey.certificate(&config).map_err(|reason| anyhow!("{}: {reason}", config.endpoint))?;
    let is_pinned = args.decide(&config, connection.as_ref(), certificate.as_ref())?;
    let bounds = Bounds { depth: args.depth.into(), nodes: args.max_nodes.into() };
    let browsed = survey.browse(&config, from.as_ref(), bounds, WallClock.now_us(), shutdown).await;
    let Some(browsed) = browsed.map_err(|reason| anyhow!("{}: {reason}", config.endpoint))? else { return Ok(()) };
    if args.json {
        writeln!(out, "{:#}", document(&config, &offers, &browsed, is_pinned))?;
    } else {
        print_nodes(&browsed, out)?;
    }
    Ok(())
}

impl Args {
    /// What to ask, and the connection of the file if it is one.
    fn server(&self) -> anyhow::Result<(OpcUaConfig, Option<ConnectionConfig>)> {
        if let Some(path) = &self.config {
            return self.configured(path);
        }
        let endpoint = self.endpoint.clone().unwrap_or_default();
        if !endpoint.starts_with("opc.tcp://") {
            bail!("{endpoint}: an endpoint begins with opc.tcp://, like opc.tcp://10.0.0.6:4840");
        }
        let mode = match self.security_mode.as_deref() {
            None | Some("sign_and_encrypt") => OpcUaMode::SignAndEncrypt,
            Some("sign") => OpcUaMode::Sign,
            Some(other) => bail!("--security-mode {other}: write sign or sign_and_encrypt"),
        };
        let security = match self.security_policy.as_deref() {
            Some("None") => OpcUaSecurity::None,
            None => OpcUaSecurity::Secure { policy: None, mode },
            Some(word) => {
                let policy = OpcUaPolicy::ALL.into_iter().find(|policy| policy.code() == word);
                let words = || OpcUaPolicy::ALL.map(OpcUaPolicy::code).join(", ");
                let policy =
                    policy.ok_or_else(|| anyhow!("--security-policy {word}: write one of None, {}", words()))?;
                OpcUaSecurity::Secure { policy: Some(policy), mode }
            }
        };
        let user = match (&self.user, &self.password_file) {
            (Some(_), Some(_)) if security == OpcUaSecurity::None => {
                bail!(
                    "--user with --security-policy None: the password would go to whoever answers; leave one of them out"
                )
            }
            (Some(name), Some(file)) => OpcUaUser::Password { name: name.clone(), file: file.clone() },
            _ => OpcUaUser::Anonymous,
        };
        let first_trust = FirstTrust::Confirm;
        Ok((OpcUaConfig { endpoint, security, user, first_trust, publishing_ms: 1_000, tags: Vec::new() }, None))
    }

    fn configured(&self, path: &Path) -> anyhow::Result<(OpcUaConfig, Option<ConnectionConfig>)> {
        let config = config::load(path)?;
        let wanted = self.connection.as_deref().unwrap_or_default();
        let mut names = Vec::new();
        for connection in &config.connections {
            let DriverConfig::OpcUa(opcua) = &connection.driver else { continue };
            if &*connection.name == wanted {
                return Ok((opcua.clone(), Some(connection.clone())));
            }
            names.push(&*connection.name);
        }
        bail!("there is no OPC UA connection \"{wanted}\" in {}; there are: {}", path.display(), names.join(", "))
    }

    /// Whether the certificate that the server shows is pinned. An error where nothing more may be asked: as the agent
    /// decides for a connection of the file, and by hand before a password goes to somebody that nobody looked at.
    fn decide(
        &self,
        config: &OpcUaConfig,
        connection: Option<&ConnectionConfig>,
        shown: Option<&Certificate>,
    ) -> anyhow::Result<bool> {
        let endpoint = &config.endpoint;
        let is_secret = matches!(config.user, OpcUaUser::Password { .. });
        let is_asked = connection.map_or(is_secret || self.sha256.is_some(), |_| config.pins());
        let Some(shown) = shown.filter(|_| is_asked) else {
            if is_asked {
                bail!(
                    "{endpoint}: the server shows no certificate, so nobody can tell who it is; nothing more was asked"
                );
            }
            return Ok(false);
        };
        if let Some(connection) = connection {
            let trust = Trust::open(&pki(&connection.data_dir), &connection.name, endpoint, config.first_trust);
            trust.would_admit(shown).map_err(|reason| anyhow!("{endpoint}: {reason}; nothing more was asked"))?;
            return Ok(trust.snapshot().pinned.is_some());
        }
        let is = shown.sha256();
        match &self.sha256 {
            Some(wanted) if wanted.eq_ignore_ascii_case(&is) => Ok(false),
            Some(_) => bail!("--sha256: {endpoint} shows another certificate, SHA-256 {is}; nothing more was asked"),
            None => bail!(
                "{endpoint}: the password would go to whoever has the certificate with SHA-256 {is}; nothing more was asked\n\
                 Compare that with what the server's own tools show; if it is right, give it: --sha256 {is}"
            ),
        }
    }
}

fn print_offers(config: &OpcUaConfig, offers: &[Offer], out: &mut impl Write) -> anyhow::Result<()> {
    writeln!(out, "{}", config.endpoint)?;
    let heads = ["security_policy", "security_mode", "sign on with", "names itself"].map(|head| (head, Align::Left));
    let row =
        |offer: &Offer| vec![offer.policy.clone(), offer.mode.to_owned(), offer.users.join(", "), offer.url.clone()];
    write!(out, "{}", table(&heads, &offers.iter().map(row).collect::<Vec<_>>()))?;
    let mut certificates: Vec<&Certificate> = offers.iter().filter_map(|offer| offer.certificate.as_ref()).collect();
    certificates.dedup();
    for certificate in certificates {
        let until = certificate.validity().map_or_else(|| "?".to_owned(), |(_, until)| until.rfc3339());
        let subject = certificate.subject().unwrap_or_else(|| "?".to_owned());
        writeln!(
            out,
            "certificate SHA-256 {}\n  {subject}, valid until {until}; not trusted by this",
            certificate.sha256()
        )?;
    }
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

fn print_nodes(browsed: &Browsed, out: &mut impl Write) -> anyhow::Result<()> {
    writeln!(out, "read with {}", browsed.policy)?;
    let heads = ["name", "node =", "class", "data type", "type =", "value", "status", "access"];
    let row = |seen: &Seen| {
        let mut row = vec![format!("{}{}", "  ".repeat(seen.depth.saturating_sub(1)), seen.name)];
        row.extend([format!("\"{}\"", seen.node), seen.class.to_owned()]);
        if let Some(variable) = &seen.variable {
            let kind = variable.kind.map_or_else(String::new, |kind| format!("\"{}\"", kind.code()));
            row.extend([variable.data_type.clone(), kind, variable.value.clone(), variable.status.clone()]);
            row.push(variable.access.to_owned());
        }
        if let Some(refused) = &seen.refused {
            let said = format!("below: {refused}");
            match row.get_mut(6) {
                Some(status) => *status = format!("{status}, {said}"),
                None => row.extend([String::new(), String::new(), String::new(), said]),
            }
        }
        row
    };
    let rows: Vec<_> = browsed.nodes.iter().map(row).collect();
    write!(out, "{}", table(&heads.map(|head| (head, Align::Left)), &rows))?;
    if browsed.is_cut {
        writeln!(out, "There are more than {} nodes: begin deeper with --node, or raise --max-nodes.", rows.len())?;
    }
    Ok(())
}

fn document(config: &OpcUaConfig, offers: &[Offer], browsed: &Browsed, is_pinned: bool) -> serde_json::Value {
    let offers = offers.iter().map(|offer| {
        json!({
            "security_policy": offer.policy, "security_mode": offer.mode, "users": offer.users, "url": offer.url,
            "certificate_sha256": offer.certificate.as_ref().map(Certificate::sha256),
        })
    });
    let nodes = browsed.nodes.iter().map(|seen| {
        let variable = seen.variable.as_ref();
        json!({
            "depth": seen.depth, "name": seen.name, "node": seen.node, "class": seen.class,
            "data_type": variable.map(|v| &v.data_type), "type": variable.and_then(|v| v.kind).map(config::TagType::code),
            "value": variable.map(|v| &v.value), "status": variable.map(|v| &v.status), "access": variable.map(|v| v.access),
            "below_refused": seen.refused,
        })
    });
    json!({
        "endpoint": config.endpoint, "endpoints": offers.collect::<Vec<_>>(), "read_with": browsed.policy,
        "certificate_sha256": browsed.certificate.as_ref().map(Certificate::sha256), "is_pinned": is_pinned,
        "nodes": nodes.collect::<Vec<_>>(), "is_cut": browsed.is_cut,
    })
}

fn unanswered(config: &OpcUaConfig, reason: &str) -> anyhow::Error {
    anyhow!(
        "{}: {reason}\nCheck address and port (4840 is usual), cable and firewall, and that the server is switched on in the \
         device.",
        config.endpoint
    )
}
