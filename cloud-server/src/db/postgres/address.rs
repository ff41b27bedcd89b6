//! Where a server is and as whom to work there.

use super::pool::limited;
use super::tls::{self, Mode};
use crate::db::DbError;
use std::fmt;
use std::future::poll_fn;
use std::path::Path;
use std::str::FromStr;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// An address such as `postgresql://unison_app@db.example/unison`, checked. Its text never shows a password.
#[derive(Clone)]
pub struct Address {
    config: Box<Config>,
    role: String,
    mode: Mode,
    /// None where there shall be no TLS, or where the roots are not known yet.
    tls: Option<MakeRustlsConnect>,
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
        let (url, asked) = tls::mode_of(url)?;
        let mut config: Config =
            url.parse().map_err(|_| "is no address like postgresql://role@host/database".to_owned())?;
        let role = config.get_user().ok_or("names no role: postgresql://role@host/database")?.to_owned();
        if config.get_dbname().is_none() {
            return Err("names no database: postgresql://role@host/database".into());
        }
        let is_here = |host: &Host| match host {
            Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
            Host::Unix(_) => true,
        };
        let is_local =
            config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback);
        let mode = asked.unwrap_or(if is_local { Mode::Disable } else { Mode::VerifyFull });
        config.ssl_mode(if mode == Mode::Disable { SslMode::Disable } else { SslMode::Require });
        let tls = if mode == Mode::Require { Some(tls::unverified()?) } else { None };
        Ok(Self { config: Box::new(config), role, mode, tls })
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

    /// Whether the server must show a certificate that names it and comes from roots of [`Self::trusting`].
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.mode == Mode::VerifyFull
    }

    /// With the certificates, in PEM, that the server's must come from.
    ///
    /// # Errors
    /// When the file cannot be read or holds none.
    pub fn trusting(mut self, roots: &Path) -> Result<Self, String> {
        if self.is_verified() {
            self.tls = Some(tls::verified(roots)?);
        }
        Ok(self)
    }

    pub(super) fn config(&self) -> Config {
        limited((*self.config).clone())
    }

    /// None for a connection without TLS.
    pub(super) fn tls(&self) -> Result<Option<MakeRustlsConnect>, DbError> {
        if self.is_verified() && self.tls.is_none() {
            let what = "needs the certificates that its server's must come from: database.root_certificate_file";
            return Err(DbError::Failed(format!("the database {self} {what}")));
        }
        Ok(self.tls.clone())
    }

    /// Connects outside of any pool and without the limits of one.
    pub(super) async fn connect(&self) -> Result<Client, DbError> {
        self.open(&self.config, None).await
    }

    /// As [`Self::connect`], and what is notified on this connection goes to `heard`. It closes when the
    /// connection breaks, and when it is full: then something would be missed.
    pub(super) async fn listen(&self, heard: mpsc::Sender<String>) -> Result<Client, DbError> {
        let mut config = self.config();
        self.open(config.application_name("unison listener"), Some(heard)).await
    }

    async fn open(&self, config: &Config, heard: Option<mpsc::Sender<String>>) -> Result<Client, DbError> {
        match self.tls()? {
            None => {
                let (client, connection) = config.connect(NoTls).await?;
                tokio::spawn(drive(connection, heard));
                Ok(client)
            }
            Some(tls) => {
                let (client, connection) = config.connect(tls).await?;
                tokio::spawn(drive(connection, heard));
                Ok(client)
            }
        }
    }
}

/// Ends with the client; errors reach who waits for an answer.
async fn drive<S, T>(mut connection: Connection<S, T>, heard: Option<mpsc::Sender<String>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if let (AsyncMessage::Notification(notice), Some(heard)) = (message, &heard)
            && heard.try_send(notice.payload().to_owned()).is_err()
        {
            return;
        }
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
            ("postgresql://app:secret@db.example/unison?sslmode=prefer", "verify-full, require or disable"),
            ("postgresql://app:secret@db.example/unison?sslrootcert=x", "root_certificate_file"),
        ] {
            let refused = url.parse::<Address>().unwrap_err();
            assert!(refused.contains(why) && !refused.contains("secret"), "{url}: {refused}");
        }
        for (query, host, mode) in [
            ("", "localhost", Mode::Disable),
            ("", "127.0.0.1", Mode::Disable),
            ("", "db.example", Mode::VerifyFull),
            ("", "localhost,db.example", Mode::VerifyFull),
            ("?hostaddr=192.0.2.1", "localhost", Mode::VerifyFull),
            ("?sslmode=disable", "db.example", Mode::Disable),
            ("?sslmode=require", "db.example", Mode::Require),
            ("?sslmode=require", "localhost", Mode::Require),
            ("?connect_timeout=5&sslmode=verify-full", "localhost", Mode::VerifyFull),
        ] {
            for who in ["app", "app:se?cret"] {
                let address: Address = format!("postgresql://{who}@{host}/unison{query}").parse().unwrap();
                assert_eq!(address.mode, mode, "{who}@{host}{query}");
            }
            let address: Address = format!("postgresql://app@{host}/unison{query}").parse().unwrap();
            assert_eq!(address.tls().is_err(), mode == Mode::VerifyFull, "nobody is trusted without roots");
        }
    }
}
