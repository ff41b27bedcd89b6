//! Whom the edge believes to be a server: the certificate that is pinned for a connection, what the server showed
//! last, and who trusted it when. The pin is a file of its own for each connection; without it a server is a
//! stranger, and one whose file cannot be read is one too.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opcua::crypto::X509;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::Notify;
use unison_core::time::{Rfc3339, Timestamp};

use crate::config::FirstTrust;
use crate::files::write_private;

const FOLDER: &str = "trust";

/// A certificate as it came, in DER.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Certificate(Vec<u8>);

impl Certificate {
    pub(crate) const fn new(der: Vec<u8>) -> Self {
        Self(der)
    }

    /// SHA-256 of the whole certificate in hexadecimal digits: what is compared.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.0))
    }

    /// The thumbprint that OPC UA tools show (SHA-1). For the eye; nothing is decided by it.
    #[must_use]
    pub fn thumbprint(&self) -> Option<String> {
        X509::from_der(&self.0).ok().map(|x509| x509.thumbprint().as_hex_string())
    }

    #[must_use]
    pub fn subject(&self) -> Option<String> {
        X509::from_der(&self.0).ok().map(|x509| x509.subject_name())
    }

    /// From and until when it says it is valid.
    #[must_use]
    pub fn validity(&self) -> Option<(Timestamp, Timestamp)> {
        let x509 = X509::from_der(&self.0).ok()?;
        let (from, until) = (x509.not_before().ok()?, x509.not_after().ok()?);
        Some((Timestamp(from.timestamp_micros()), Timestamp(until.timestamp_micros())))
    }

    #[must_use]
    pub fn pem(&self) -> String {
        let text = BASE64.encode(&self.0);
        let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }
}

impl From<Certificate> for String {
    fn from(certificate: Certificate) -> Self {
        BASE64.encode(certificate.0)
    }
}

impl TryFrom<String> for Certificate {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        BASE64.decode(text).map(Self)
    }
}

/// Who decided that a certificate is to be believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustedBy {
    /// It was the first one.
    FirstUse,
    /// An administrator of the box, by its token.
    Administrator,
    Person {
        id: i64,
        name: String,
    },
}

/// What is believed, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// For people who look into the folder.
    connection: String,
    pub certificate: Certificate,
    pub at: Rfc3339,
    pub by: TrustedBy,
    /// SHA-256 of the one before.
    #[serde(default)]
    pub replaced: Option<String>,
}

/// How a server stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustState {
    /// It was never reached.
    Unseen,
    /// A person has to look at the first certificate.
    Unknown,
    Trusted,
    /// It shows another certificate than the pinned one and is refused.
    Changed,
    /// The file of the pin cannot be read; it is refused.
    Unreadable,
}

impl TrustState {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unseen => "unseen",
            Self::Unknown => "unknown",
            Self::Trusted => "trusted",
            Self::Changed => "changed",
            Self::Unreadable => "unreadable",
        }
    }
}

/// All of it at one moment.
#[derive(Clone, Debug)]
pub struct TrustSnapshot {
    pub state: TrustState,
    pub pinned: Option<Pin>,
    /// What the server showed last.
    pub presented: Option<(Certificate, Timestamp)>,
}

/// Why somebody's trust was not recorded.
#[derive(Debug, PartialEq, Eq)]
pub enum NotTrusted {
    /// The server does not show this certificate (any more).
    NotPresented,
    /// The file could not be written.
    Failed(String),
}

/// The trust in the server of one connection; shared by its driver and everybody who looks.
pub struct Trust {
    connection: Arc<str>,
    endpoint: String,
    path: PathBuf,
    first: FirstTrust,
    inner: Mutex<Inner>,
    decided: Notify,
}

struct Inner {
    pin: Result<Option<Pin>, String>,
    presented: Option<(Certificate, Timestamp)>,
}

impl Trust {
    /// `pki` is the folder of everything that has to do with certificates.
    pub(crate) fn open(pki: &Path, connection: &Arc<str>, endpoint: &str, first: FirstTrust) -> Self {
        // A name may hold anything, a slash too.
        let file = hex(&Sha256::digest(connection.as_bytes())).chars().take(16).collect::<String>() + ".json";
        let path = pki.join(FOLDER).join(file);
        let inner = Mutex::new(Inner { pin: read(&path), presented: None });
        let (connection, endpoint) = (connection.clone(), endpoint.to_owned());
        Self { connection, endpoint, path, first, inner, decided: Notify::new() }
    }

    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    #[must_use]
    pub fn snapshot(&self) -> TrustSnapshot {
        let inner = self.inner();
        let presented = inner.presented.clone();
        let (state, pinned) = match (&inner.pin, &presented) {
            (Err(_), _) => (TrustState::Unreadable, None),
            (Ok(None), None) => (TrustState::Unseen, None),
            (Ok(None), Some(_)) => (TrustState::Unknown, None),
            (Ok(Some(pin)), Some((shown, _))) if *shown != pin.certificate => (TrustState::Changed, Some(pin.clone())),
            (Ok(Some(pin)), _) => (TrustState::Trusted, Some(pin.clone())),
        };
        TrustSnapshot { state, pinned, presented }
    }

    /// Whether a server that shows this certificate may be talked to; if not, what to do about it.
    pub fn admit(&self, der: Vec<u8>, now: Timestamp) -> Result<(), String> {
        let shown = Certificate(der);
        let mut inner = self.inner();
        inner.presented = Some((shown.clone(), now));
        if self.knows(&inner.pin, &shown)? {
            return Ok(());
        }
        self.keep(&mut inner, shown, TrustedBy::FirstUse, now).map_err(|error| format!("not pinned: {error}"))
    }

    /// As [`Trust::admit`] decides, for somebody who only looks: nothing is kept.
    ///
    /// # Errors
    /// Why the server is refused, and what to do about it.
    pub fn would_admit(&self, shown: &Certificate) -> Result<(), String> {
        self.knows(&self.inner().pin, shown).map(drop)
    }

    /// Whether this certificate is pinned; if not, it may be. An error for one that is refused.
    fn knows(&self, pin: &Result<Option<Pin>, String>, shown: &Certificate) -> Result<bool, String> {
        let name = &self.connection;
        let how = format!("trust it on the page or with `edge-agent trust \"{name}\"`");
        match pin {
            Ok(Some(pin)) if pin.certificate == *shown => Ok(true),
            Ok(Some(pin)) => Err(format!(
                "the server's certificate changed: pinned is SHA-256 {}, now it shows {}; if that is right, {how}",
                pin.certificate.sha256(),
                shown.sha256()
            )),
            Ok(None) if self.first == FirstTrust::Confirm => {
                Err(format!("nobody trusted the server's certificate yet: SHA-256 {}; {how}", shown.sha256()))
            }
            Ok(None) => Ok(false),
            Err(error) => Err(format!("{error}; {how}")),
        }
    }

    /// Pins what the server showed last, if that is what the person saw.
    pub fn trust(&self, sha256: &str, by: TrustedBy, now: Timestamp) -> Result<(), NotTrusted> {
        let mut inner = self.inner();
        let shown = inner.presented.as_ref().map(|(shown, _)| shown.clone());
        let Some(shown) = shown.filter(|shown| shown.sha256().eq_ignore_ascii_case(sha256)) else {
            return Err(NotTrusted::NotPresented);
        };
        self.keep(&mut inner, shown, by, now).map_err(NotTrusted::Failed)?;
        self.decided.notify_one();
        Ok(())
    }

    /// Waits until somebody trusted a certificate. For the driver alone.
    pub(super) async fn decided(&self) {
        self.decided.notified().await;
    }

    fn keep(&self, inner: &mut Inner, certificate: Certificate, by: TrustedBy, now: Timestamp) -> Result<(), String> {
        let before = inner.pin.as_ref().ok().and_then(|pin| pin.as_ref().map(|pin| &pin.certificate));
        let replaced = before.filter(|before| **before != certificate).map(Certificate::sha256);
        let connection = self.connection.to_string();
        let pin = Pin { connection, certificate, at: now.into(), by, replaced };
        write(&self.path, &pin).map_err(|error| format!("{}: {error}", self.path.display()))?;
        tracing::warn!(
            connection = %self.connection,
            sha256 = pin.certificate.sha256(),
            subject = pin.certificate.subject(),
            replaced = pin.replaced,
            by = ?pin.by,
            "the certificate of an OPC UA server is trusted"
        );
        inner.pin = Ok(Some(pin));
        Ok(())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &Path) -> Result<Option<Pin>, String> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| format!("{}: the pinned certificate cannot be read: {error}", path.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: the pinned certificate cannot be read: {error}", path.display())),
    }
}

fn write(path: &Path, pin: &Pin) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    write_private(path, &serde_json::to_vec_pretty(pin)?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_305_600_000_000);

    fn open(dir: &Path, first: FirstTrust) -> Trust {
        Trust::open(dir, &"press/1".into(), "opc.tcp://press:4840", first)
    }

    #[test]
    fn edge_03_the_first_certificate_is_pinned_and_another_one_is_refused_until_it_is_trusted() {
        let dir = tempfile::tempdir().unwrap();
        let trust = open(dir.path(), FirstTrust::FirstUse);
        assert_eq!(trust.snapshot().state, TrustState::Unseen);
        trust.would_admit(&Certificate::new(b"two".to_vec())).unwrap();
        assert!(!trust.path.exists(), "who only looks pins nothing");
        trust.admit(b"one".to_vec(), NOW).unwrap();
        let pinned = trust.snapshot().pinned.unwrap();
        assert_eq!((pinned.by, pinned.at.0, pinned.replaced), (TrustedBy::FirstUse, NOW, None));

        // Also after a restart of the agent.
        let trust = open(dir.path(), FirstTrust::FirstUse);
        assert_eq!(trust.snapshot().state, TrustState::Trusted);
        let refused = trust.admit(b"two".to_vec(), NOW).unwrap_err();
        let [one, two] = ["one", "two"].map(|text| Certificate::new(text.into()).sha256());
        assert!(refused.contains(&one) && refused.contains(&two) && refused.contains("trust \"press/1\""), "{refused}");
        assert_eq!(trust.snapshot().state, TrustState::Changed);
        trust.admit(b"one".to_vec(), NOW).unwrap();

        // Only what is shown now can be trusted: the person looked at something else otherwise.
        let person = || TrustedBy::Person { id: 4, name: "Sue".into() };
        assert_eq!(trust.trust(&two, person(), NOW), Err(NotTrusted::NotPresented));
        trust.admit(b"two".to_vec(), NOW).unwrap_err();
        trust.trust(&two, person(), Timestamp(NOW.0 + 5)).unwrap();
        trust.admit(b"two".to_vec(), NOW).unwrap();
        let pinned = open(dir.path(), FirstTrust::FirstUse).snapshot().pinned.unwrap();
        assert_eq!((pinned.by, pinned.at.0, pinned.replaced), (person(), Timestamp(NOW.0 + 5), Some(one)));
        trust.admit(b"one".to_vec(), NOW).unwrap_err();
    }

    #[test]
    fn edge_03_the_first_one_waits_for_a_person_where_that_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let trust = open(dir.path(), FirstTrust::Confirm);
        trust.admit(b"one".to_vec(), NOW).unwrap_err();
        assert_eq!(trust.snapshot().state, TrustState::Unknown);
        trust.trust(&Certificate::new(b"one".to_vec()).sha256(), TrustedBy::Administrator, NOW).unwrap();
        trust.admit(b"one".to_vec(), NOW).unwrap();
    }

    #[test]
    fn edge_03_a_pin_that_cannot_be_read_is_not_replaced_by_the_next_certificate() {
        let dir = tempfile::tempdir().unwrap();
        let trust = open(dir.path(), FirstTrust::FirstUse);
        trust.admit(b"one".to_vec(), NOW).unwrap();
        fs::write(&trust.path, "{").unwrap();
        let trust = open(dir.path(), FirstTrust::FirstUse);
        let refused = trust.admit(b"one".to_vec(), NOW).unwrap_err();
        assert!(refused.contains("cannot be read"), "{refused}");
        assert_eq!(trust.snapshot().state, TrustState::Unreadable);
    }
}
