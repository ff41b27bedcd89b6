//! The cloud's configuration file: typed, unknown keys refused, errors with file, line and reason. No
//! secret has a default, and none stands in this file.

use crate::db::postgres::{Address, Addresses};
use crate::tenancy::Place;
use ipnet::IpNet;
use serde::Deserialize;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    #[serde(default)]
    pub database: Database,
    #[serde(default)]
    pub hosts: Hosts,
    #[serde(default)]
    pub machines: Machines,
    #[serde(default)]
    pub demo: Demo,
    #[serde(default)]
    pub mqtt: Mqtt,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    #[serde(default = "http_address")]
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    /// Must be written before anything but this machine can connect.
    #[serde(default)]
    pub allow_remote: bool,
    /// People reach this server by https, through a proxy that ends TLS: cookies are sent that way only.
    #[serde(default)]
    pub behind_https: bool,
    /// Networks of proxies in front, such as 127.0.0.1/32: what they say in X-Forwarded-For of the address of
    /// somebody counts. Without them everybody behind a proxy has its address, and shares its failed log-ins.
    #[serde(default)]
    pub trusted_proxies: Vec<IpNet>,
    /// People reach this server by https, which it ends itself.
    pub tls: Option<Tls>,
}

/// PEM files; they are read again when they change, so that a renewed certificate needs no restart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The server's certificate, followed by those between it and a known authority.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseKind {
    /// Files in `data_dir`.
    #[default]
    Sqlite,
    Postgres,
}

/// Where the data is. Each address stands here without a password, or with one in a file of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    pub kind: DatabaseKind,
    /// The role for the rows of organisations.
    pub url: Option<String>,
    pub url_file: Option<PathBuf>,
    /// The role for the platform's rows.
    pub platform_url: Option<String>,
    pub platform_url_file: Option<PathBuf>,
    /// The role that owns the tables; only `migrate` uses it.
    pub owner_url: Option<String>,
    pub owner_url_file: Option<PathBuf>,
    /// Certificates, in PEM, that a server's on another machine must come from.
    pub root_certificate_file: Option<PathBuf>,
    pub connections_max: usize,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            kind: DatabaseKind::Sqlite,
            url: None,
            url_file: None,
            platform_url: None,
            platform_url_file: None,
            owner_url: None,
            owner_url_file: None,
            root_certificate_file: None,
            connections_max: 16,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hosts {
    /// Organisations live at {subdomain}.{base_domain}.
    pub base_domain: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Machines {
    /// Without word from its edge for this long, a machine's status is the last known, not the present one.
    pub stale_after_seconds: u32,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Demo {
    /// Takes the organisation from the header X-Organization, or `org` in an address, where the host names none.
    pub allow_organization_header: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mqtt {
    /// Where edges connect.
    pub listen: SocketAddr,
    /// The broker behind it, for this program only.
    pub broker_listen: SocketAddr,
    /// What edges are told at enrolment; the listening address where missing.
    pub public_host: Option<String>,
    pub public_port: Option<u16>,
    pub connections_max: usize,
}

impl Default for Hosts {
    fn default() -> Self {
        Self { base_domain: "localhost".into() }
    }
}

impl Default for Machines {
    fn default() -> Self {
        Self { stale_after_seconds: 30 }
    }
}

impl Default for Mqtt {
    fn default() -> Self {
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            listen: local(1883),
            broker_listen: local(1884),
            public_host: None,
            public_port: None,
            connections_max: 2_000,
        }
    }
}

fn http_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct ConfigError {
    file: String,
    reason: String,
}

/// Reads and checks a file.
///
/// # Errors
/// Names the line, or the field, and what to do.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    let wrong = |reason: String| ConfigError { file: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("cannot be read: {e}")))?;
    parse(&text).map_err(wrong)
}

/// As [`load`], from text.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str) -> Result<Config, String> {
    let mut config: Config = toml::from_str(text).map_err(|e| e.to_string())?;
    config.check()?;
    // To browsers it is the same who ends TLS.
    config.server.behind_https |= config.server.tls.is_some();
    Ok(config)
}

impl Config {
    fn check(&self) -> Result<(), String> {
        let is_safe = |field| field == "server.listen" && self.server.tls.is_some();
        for (field, address) in [("server.listen", self.server.listen), ("mqtt.listen", self.mqtt.listen)] {
            if !address.ip().is_loopback() && !self.server.allow_remote && !is_safe(field) {
                return Err(format!(
                    "{field} {address} can be reached from other machines; write allow_remote = true under [server] when a TLS proxy \
                     or a trusted network protects it, or use 127.0.0.1"
                ));
            }
        }
        if !self.mqtt.broker_listen.ip().is_loopback() {
            return Err(format!(
                "mqtt.broker_listen {} must be a loopback address: it is for this program only",
                self.mqtt.broker_listen
            ));
        }
        let domain = &self.hosts.base_domain;
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        if domain.is_empty() || !domain.chars().all(is_name) || domain.starts_with('.') {
            return Err(format!(
                "hosts.base_domain \"{domain}\" must be a domain in lower case, such as unison.example.com"
            ));
        }
        if self.machines.stale_after_seconds < 15 {
            return Err("machines.stale_after_seconds must be 15 or more: edges report every 10 seconds".into());
        }
        self.database.check()
    }

    /// What edges are told of the broker.
    #[must_use]
    pub fn mqtt_public(&self) -> (String, u16) {
        let host = self.mqtt.public_host.clone().unwrap_or_else(|| self.mqtt.listen.ip().to_string());
        (host, self.mqtt.public_port.unwrap_or_else(|| self.mqtt.listen.port()))
    }
}

impl Database {
    fn check(&self) -> Result<(), String> {
        let is_any_given = self.root_certificate_file.is_some()
            || self.named().iter().any(|(_, url, file)| url.is_some() || file.is_some());
        if self.kind == DatabaseKind::Sqlite {
            let why = "database: addresses are for kind = \"postgres\"; leave them out, or write that kind";
            return if is_any_given { Err(why.into()) } else { Ok(()) };
        }
        if self.connections_max < 2 {
            return Err("database.connections_max must be 2 or more".into());
        }
        for (name, url, file) in self.named() {
            match (url, file) {
                (Some(_), Some(_)) => {
                    return Err(format!("database.{name} and database.{name}_file: give one of them"));
                }
                (None, None) if name != "owner_url" => {
                    return Err(format!(
                        "database.{name} is missing: postgresql://role@host/database, or name a file with it as {name}_file"
                    ));
                }
                (Some(url), None) => {
                    let address: Address = url.parse().map_err(|why| format!("database.{name} {why}"))?;
                    if address.has_password() {
                        return Err(format!(
                            "database.{name} holds a password: put it into a file that only the server's user can read, and name that as {name}_file"
                        ));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    const fn named(&self) -> [(&'static str, Option<&String>, Option<&PathBuf>); 3] {
        [
            ("url", self.url.as_ref(), self.url_file.as_ref()),
            ("platform_url", self.platform_url.as_ref(), self.platform_url_file.as_ref()),
            ("owner_url", self.owner_url.as_ref(), self.owner_url_file.as_ref()),
        ]
    }

    /// Where the data is; reads the files of addresses.
    ///
    /// # Errors
    /// Names the field, and what is wrong with its file or address.
    pub fn place(&self) -> Result<Place, String> {
        if self.kind == DatabaseKind::Sqlite {
            return Ok(Place::Files);
        }
        let (application, platform) = (self.address("url")?, self.address("platform_url")?);
        if application.role() == platform.role() {
            return Err(format!(
                "database.url and database.platform_url name the same role {}; they must be two",
                platform.role()
            ));
        }
        if self.root_certificate_file.is_some() && !(application.is_verified() && platform.is_verified()) {
            return Err("database.root_certificate_file would not be looked at for every connection: write \
                        ?sslmode=verify-full in database.url and database.platform_url, or leave the file out"
                .into());
        }
        Ok(Place::Postgres(Addresses { application, platform, connections_max: self.connections_max }))
    }

    /// The address of the role that owns the tables.
    ///
    /// # Errors
    /// As [`Self::place`], and when it is not given.
    pub fn owner(&self) -> Result<Address, String> {
        self.address("owner_url")
    }

    fn address(&self, wanted: &str) -> Result<Address, String> {
        let named = self.named();
        let (_, url, file) = named.iter().find(|(name, ..)| *name == wanted).ok_or("no such address")?;
        let text = match (url, file) {
            (Some(url), _) => (*url).clone(),
            (None, Some(file)) => {
                private(file).map_err(|why| format!("database.{wanted}_file {}: {why}", file.display()))?
            }
            (None, None) => return Err(format!("database.{wanted} is missing")),
        };
        let address: Address = text.trim().parse().map_err(|why| format!("database.{wanted} {why}"))?;
        match &self.root_certificate_file {
            Some(roots) => address
                .trusting(roots)
                .map_err(|why| format!("database.root_certificate_file {}: {why}", roots.display())),
            None if address.is_verified() => Err(format!(
                "database.{wanted} names another machine, whose certificate must be verified: write \
                 root_certificate_file with those it comes from, or in the address ?sslmode=disable when the network \
                 between is trusted"
            )),
            None => Ok(address),
        }
    }
}

/// The text of a file that nobody else may read.
fn private(path: &Path) -> Result<String, String> {
    let mode = std::fs::metadata(path).map_err(|e| e.to_string())?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(format!("others than its owner may read it (mode {:o}); run chmod 600", mode & 0o777));
    }
    std::fs::read_to_string(path).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTGRES: &str = "[server]\ndata_dir = \"/tmp/x\"\n[database]\nkind = \"postgres\"\n";

    #[test]
    fn postgres_needs_two_roles_and_no_password_in_this_file() {
        let with = |more: &str| parse(&format!("{POSTGRES}{more}"));
        let refused = |more: &str, why: &str| {
            let refused = with(more).unwrap_err();
            assert!(refused.contains(why) && !refused.contains("secret"), "{refused}");
        };
        refused("", "database.url is missing");
        refused("url = \"postgresql://app:secret@localhost/unison\"\n", "holds a password");
        refused("url = \"postgresql://app@localhost/unison\"\n", "platform_url is missing");
        refused("url = \"postgresql://app@db.example/unison?sslmode=prefer\"\n", "sslmode=verify-full");
        let same =
            "url = \"postgresql://app@localhost/unison\"\nplatform_url = \"postgresql://app@localhost/unison\"\n";
        assert!(with(same).unwrap().database.place().unwrap_err().contains("must be two"));
        let sqlite = "[server]\ndata_dir = \"/tmp/x\"\n[database]\nurl = \"postgresql://app@localhost/unison\"\n";
        assert!(parse(sqlite).unwrap_err().contains("kind = \"postgres\""));
    }

    #[test]
    fn an_address_with_a_password_comes_from_a_private_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("url");
        std::fs::write(&file, "postgresql://app:secret@localhost/unison\n").unwrap();
        let text = format!(
            "{POSTGRES}url_file = \"{}\"\nplatform_url = \"postgresql://platform@localhost/unison\"\n",
            file.display()
        );
        let database = parse(&text).unwrap().database;
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(database.place().unwrap_err().contains("chmod 600"));
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        let Place::Postgres(addresses) = database.place().unwrap() else { panic!("not PostgreSQL") };
        assert!(addresses.application.has_password());
        assert!(!format!("{addresses:?}").contains("secret"));
        assert!(database.owner().unwrap_err().contains("owner_url is missing"));
    }

    #[test]
    fn the_example_file_is_right_and_slips_are_named() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/cloud.toml");
        load(Path::new(path)).unwrap();
        let minimal = "[server]\ndata_dir = \"/tmp/x\"\n";
        assert_eq!(parse(minimal).unwrap().server.listen, http_address());
        let unknown = parse(&format!("{minimal}lisen = \"127.0.0.1:1\"\n")).unwrap_err();
        assert!(unknown.contains("line 3") && unknown.contains("lisen"), "{unknown}");
        let open = parse(&format!("{minimal}listen = \"0.0.0.0:8080\"\n")).unwrap_err();
        assert!(open.contains("allow_remote"), "{open}");
        assert!(parse(&format!("{minimal}listen = \"0.0.0.0:8080\"\nallow_remote = true\n")).is_ok());
        assert!(
            parse(&format!("{minimal}[mqtt]\nbroker_listen = \"0.0.0.0:1884\"\n")).unwrap_err().contains("loopback")
        );
        let proxies = |list: &str| parse(&format!("{minimal}trusted_proxies = {list}\n"));
        assert_eq!(proxies("[\"10.0.0.0/8\", \"::1/128\"]").unwrap().server.trusted_proxies.len(), 2);
        assert!(proxies("[\"10.0.0.0\"]").unwrap_err().contains("line 3"));
        assert!(parse("[server]\n").unwrap_err().contains("data_dir"));
        let tls = "[server.tls]\ncertificate = \"/c.pem\"\nkey = \"/k.pem\"\n";
        let own = parse(&format!("{minimal}listen = \"0.0.0.0:443\"\n{tls}")).unwrap();
        assert!(own.server.behind_https, "cookies travel by https only");
    }
}
