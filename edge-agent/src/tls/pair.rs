//! A certificate with its key, as PEM: read, checked, and what is known of it. Says all that is wrong at once.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};
use unison_core::time::{SECOND, Timestamp};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Certificates of one chain.
const CHAIN_MAX: usize = 8;

/// What a person brought: the chain or its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Certificate,
    Key,
}

/// One thing that is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub part: Part,
    pub reason: String,
}

/// What is known of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub subject: String,
    pub issuer: String,
    /// DNS names and addresses, as they stand there.
    pub names: Vec<String>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub sha256: [u8; 32],
}

impl Facts {
    /// # Errors
    /// Says what is wrong with it.
    pub fn of(der: &CertificateDer<'_>) -> Result<Self, String> {
        let parsed = parse(der)?;
        let names = parsed.subject_alternative_name().map_err(|e| format!("its names cannot be read: {e}"))?;
        let names = names.map(|n| n.value.general_names.iter().filter_map(name).collect()).unwrap_or_default();
        let at = |seconds: i64| Timestamp(seconds.saturating_mul(SECOND));
        Ok(Self {
            subject: common_name(parsed.subject()),
            issuer: common_name(parsed.issuer()),
            names,
            not_before: at(parsed.validity().not_before.timestamp()),
            not_after: at(parsed.validity().not_after.timestamp()),
            sha256: Sha256::digest(der).into(),
        })
    }

    /// As people compare it: pairs of hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let pairs: Vec<String> = self.sha256.iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    /// Why this certificate is of no use any more.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> Option<String> {
        (now >= self.not_after).then(|| format!("ended on {}; bring a new one", day(self.not_after)))
    }
}

/// A certificate, those that issued it, and its key.
#[derive(Clone, Debug)]
pub struct Pair {
    pub certified: Arc<CertifiedKey>,
    pub facts: Facts,
}

impl Pair {
    /// Reads a chain, the server's own certificate first, and its key.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn read(chain: &[u8], key: &[u8]) -> Result<Self, Vec<Mistake>> {
        Self::read_parts(Ok(chain), Ok(key))
    }

    /// As [`Self::read`], where a part may be missing for a reason: what is wrong with the other is said as well.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn read_parts(chain: Result<&[u8], String>, key: Result<&[u8], String>) -> Result<Self, Vec<Mistake>> {
        let mistake = |part| move |reason| vec![Mistake { part, reason }];
        let chain = chain.and_then(read_chain).map_err(mistake(Part::Certificate));
        let key = key.and_then(read_key).map_err(mistake(Part::Key));
        let (chain, key) = match (chain, key) {
            (Ok(chain), Ok(key)) => (chain, key),
            (chain, key) => return Err([chain.err(), key.err()].into_iter().flatten().flatten().collect()),
        };
        let (certificates, facts) = chain;
        let certified = CertifiedKey::from_der(certificates, key, &default_provider()).map_err(|error| {
            let reason = match error {
                rustls::Error::InconsistentKeys(_) => "belongs to another certificate; the first certificate of the \
                    chain must be the one that was made with this key"
                    .into(),
                other => format!("cannot be used: {other}; write an RSA key of 2048 bits or more, or P-256 or P-384"),
            };
            vec![Mistake { part: Part::Key, reason }]
        })?;
        Ok(Self { certified: Arc::new(certified), facts })
    }

    /// As [`Self::read`] from one text that holds both.
    ///
    /// # Errors
    /// All that is wrong, as one text.
    pub fn read_whole(pem: &[u8]) -> Result<Self, String> {
        Self::read(pem, pem).map_err(|all| all.into_iter().map(|m| m.reason).collect::<Vec<_>>().join(". And "))
    }
}

fn read_chain(pem: &[u8]) -> Result<(Vec<CertificateDer<'static>>, Facts), String> {
    const WANTED: &str = "a PEM file begins with -----BEGIN CERTIFICATE-----";
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem)
        .take(CHAIN_MAX + 1)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("cannot be read: {error}; {WANTED}"))?;
    let Some(first) = chain.first() else { return Err(format!("holds no certificate; {WANTED}")) };
    if chain.len() > CHAIN_MAX {
        return Err(format!("holds more than {CHAIN_MAX} certificates; leave only the server's own and its issuers"));
    }
    let facts = Facts::of(first)?;
    if facts.names.is_empty() {
        return Err("names no host (subjectAltName), and browsers look nowhere else; have it issued with the \
                    names of this box"
            .into());
    }
    let parsed: Vec<X509Certificate<'_>> = chain.iter().map(parse).collect::<Result<_, _>>()?;
    for (below, above) in parsed.iter().zip(parsed.iter().skip(1)) {
        if below.issuer() != above.subject() {
            return Err(format!(
                "is out of order: \"{}\" was not issued by \"{}\", which follows it; write the server's own first, \
                 then its issuer, and so on",
                common_name(below.subject()),
                common_name(above.subject())
            ));
        }
    }
    drop(parsed);
    Ok((chain, facts))
}

fn read_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    if pem.windows(9).any(|w| w == b"ENCRYPTED") {
        return Err("has a pass phrase, which nobody could type at a start; take it off with: openssl pkey".into());
    }
    PrivateKeyDer::from_pem_slice(pem)
        .map_err(|error| format!("holds no key: {error}; a PEM file begins with -----BEGIN PRIVATE KEY-----"))
}

pub(super) fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, String> {
    match X509Certificate::from_der(der) {
        Ok((_, parsed)) => Ok(parsed),
        Err(error) => Err(format!("is damaged: {error}")),
    }
}

fn name(general: &GeneralName<'_>) -> Option<String> {
    match general {
        GeneralName::DNSName(dns) => Some(dns.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|a| a.to_string()),
        _ => None,
    }
}

pub(super) fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|b| IpAddr::V4(Ipv4Addr::from(b)));
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(|b| IpAddr::V6(Ipv6Addr::from(b)))).ok()
}

fn common_name(name: &x509_parser::x509::X509Name<'_>) -> String {
    let found = name.iter_common_name().next().and_then(|cn| cn.as_str().ok());
    found.map_or_else(|| name.to_string(), str::to_owned)
}

/// The day of a time, UTC.
pub(super) fn day(at: Timestamp) -> String {
    at.rfc3339().chars().take(10).collect()
}
