//! Where a server is and as whom to work there.

use super::pool::limited;
use std::fmt;
use std::str::FromStr;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// An address such as `postgresql://unison_app@db.example/unison`, checked. Its text never shows a password.
#[derive(Clone)]
pub struct Address {
    config: Box<Config>,
    role: String,
}

/// The roles of a running server.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The role for the rows of organisations.
    pub application: Address,
    /// The role for the platform's.
    pub platform: Address,
    /// Connections for the rows of organisations.
    pub connections_max: usize,
}

impl FromStr for Address {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        // The cause would repeat the text, which may hold a password.
        let config: Config =
            url.parse().map_err(|_| "is no address like postgresql://role@host/database".to_owned())?;
        let role = config.get_user().ok_or("names no role: postgresql://role@host/database")?.to_owned();
        if config.get_dbname().is_none() {
            return Err("names no database: postgresql://role@host/database".into());
        }
        let is_here = |host: &Host| match host {
            Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
            Host::Unix(_) => true,
        };
        if config.get_ssl_mode() == SslMode::Require {
            return Err(
                "asks for TLS, which this program does not speak to PostgreSQL: use a tunnel on this machine".into()
            );
        }
        if !config.get_hosts().iter().all(is_here) && config.get_ssl_mode() != SslMode::Disable {
            return Err(
                "names another machine, to which rows and password would travel unencrypted: use a tunnel on this \
                        machine, or write ?sslmode=disable when the network between is trusted"
                    .into(),
            );
        }
        Ok(Self { config: Box::new(config), role })
    }
}

impl Address {
    /// The role it works as.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.role
    }

    #[must_use]
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    pub(super) fn config(&self) -> Config {
        limited((*self.config).clone())
    }

    /// Connects outside of any pool and without the limits of one.
    pub(super) async fn connect(&self) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
        let (client, connection) = self.config.connect(tokio_postgres::NoTls).await?;
        // It ends with the client; its errors reach who waits for an answer.
        tokio::spawn(connection);
        Ok(client)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.config.get_hosts().first().map_or_else(
            || "localhost".to_owned(),
            |host| match host {
                Host::Tcp(name) => name.clone(),
                Host::Unix(path) => path.display().to_string(),
            },
        );
        write!(f, "{} at {host} as {}", self.config.get_dbname().unwrap_or_default(), self.role)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_never_show_a_password() {
        let good: Address = "postgresql://app:secret@localhost/unison".parse().unwrap();
        assert_eq!((good.role(), good.has_password()), ("app", true));
        assert_eq!(format!("{good:?}"), "Address(unison at localhost as app)");
        for (url, why) in [
            ("nonsense", "is no address"),
            ("postgresql://localhost/unison", "names no role"),
            ("postgresql://app@localhost", "names no database"),
            ("postgresql://app:secret@db.example/unison", "unencrypted"),
            ("postgresql://app@localhost/unison?sslmode=require", "TLS"),
        ] {
            let refused = url.parse::<Address>().unwrap_err();
            assert!(refused.contains(why) && !refused.contains("secret"), "{url}: {refused}");
        }
        assert!("postgresql://app@db.example/unison?sslmode=disable".parse::<Address>().is_ok());
    }
}
