//! Who this edge is towards servers: a key of its own and a certificate that says so, made when the first secure
//! connection opens. A server's people have to trust the certificate, so it lives long and is renewed under the
//! same key and name.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opcua::crypto::{PrivateKey, X509};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
    SanType, date_time_ymd,
};
use sha2::{Digest as _, Sha256};

use super::trust::Certificate;
use crate::files::write_private;

/// Where the library looks for them.
const CERTIFICATE: &str = "own/cert.der";
const KEY: &str = "private/private.pem";
const KEY_BITS: u32 = 2_048;
/// Clocks of PLCs are often years behind; to them a certificate of today would not be valid yet.
const YEAR_FIRST: i32 = 2_000;
const YEARS: i32 = 15;
/// Made anew when less is left.
const LEFT_US: i64 = 60 * 86_400 * 1_000_000;
const YEAR_US: i64 = 31_556_952_000_000;

/// Connections open at the same time, and there is one key.
static MAKING: Mutex<()> = Mutex::new(());

/// What a server is told.
pub(super) struct Own {
    /// The name of this application, unique in the world; it stands in the certificate.
    pub(super) uri: String,
}

/// Where the certificate lies that a server has to trust.
pub(super) fn certificate_file(pki: &Path) -> PathBuf {
    pki.join(CERTIFICATE)
}

/// The certificate, once there is one.
pub(super) fn certificate(pki: &Path) -> Option<Certificate> {
    fs::read(certificate_file(pki)).ok().map(Certificate::new)
}

/// Makes what is missing or runs out. Slow the first time: finding the primes of a key takes a moment.
pub(super) fn ensure(pki: &Path, now_us: i64) -> Result<Own, String> {
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let said = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let key_file = pki.join(KEY);
    let key = key(&key_file).map_err(|error| said(&key_file, &error))?;
    let hash = Sha256::digest(key.public_key_raw());
    let uri = hash.iter().take(16).fold("urn:unison:edge:".to_owned(), |mut uri, byte| {
        // Writing to a String cannot fail.
        let _ = write!(uri, "{byte:02x}");
        uri
    });
    let file = certificate_file(pki);
    match fs::read(&file) {
        Ok(der) if is_ours(&der, &uri).map_err(|error| said(&file, &error))? > now_us + LEFT_US => {}
        Ok(_) => {
            tracing::warn!(file = %file.display(), "this edge's OPC UA certificate runs out; a new one is made, which servers have to trust");
            make(&file, &key, &uri, now_us).map_err(|error| said(&file, &error))?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(&file, &key, &uri, now_us).map_err(|error| said(&file, &error))?;
            tracing::info!(file = %file.display(), uri, "made this edge's OPC UA certificate; servers have to trust it");
        }
        Err(error) => return Err(said(&file, &error)),
    }
    Ok(Own { uri })
}

/// When a certificate of ours ends. One that belongs to another key is not replaced: somebody put it there.
fn is_ours(der: &[u8], uri: &str) -> Result<i64, &'static str> {
    let certificate = X509::from_der(der).map_err(|_| "is no certificate; remove it to have a new one made")?;
    certificate
        .is_application_uri_valid(uri)
        .map_err(|_| "belongs to another key; remove it to have a new one made for private/private.pem")?;
    certificate.not_after().map(|at| at.timestamp_micros()).map_err(|_| "has no end; remove it to have a new one made")
}

fn key(path: &Path) -> Result<KeyPair, Box<dyn std::error::Error>> {
    let pem = match fs::read_to_string(path) {
        Ok(pem) => pem,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = PrivateKey::new(KEY_BITS)?;
            let pem = pem(made.to_der()?.as_bytes());
            make_folder(path)?;
            write_private(path, pem.as_bytes())?;
            pem
        }
        Err(error) => return Err(error.into()),
    };
    Ok(KeyPair::from_pkcs8_pem_and_sign_algo(&pem, &PKCS_RSA_SHA256)?)
}

fn pem(der: &[u8]) -> String {
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    for line in BASE64.encode(der).as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem + "-----END PRIVATE KEY-----\n"
}

/// What OPC 10000-6, 6.2.2 asks of the certificate of an application.
fn make(path: &Path, key: &KeyPair, uri: &str, now_us: i64) -> Result<(), Box<dyn std::error::Error>> {
    let host = opcua::crypto::hostname().unwrap_or_default();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("Unison edge on {host}"));
    params.distinguished_name.push(DnType::OrganizationName, "Unison");
    params.subject_alt_names = vec![SanType::URI(uri.try_into()?)];
    if let Ok(host) = host.as_str().try_into() {
        params.subject_alt_names.push(SanType::DnsName(host));
    }
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::DataEncipherment,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.not_before = date_time_ymd(YEAR_FIRST, 1, 1);
    // A box whose clock was never set makes one that runs out as soon as it is.
    let year = i32::try_from(1_970 + now_us.max(0) / YEAR_US)?;
    params.not_after = date_time_ymd(year + YEARS, 12, 31);
    let der = params.self_signed(key)?.der().to_vec();
    make_folder(path)?;
    // Not secret: people carry it to the server.
    let new = path.with_extension("new");
    fs::write(&new, der)?;
    fs::rename(new, path)?;
    Ok(())
}

fn make_folder(of: &Path) -> io::Result<()> {
    let Some(folder) = of.parent() else { return Ok(()) };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// 2026-11-22.
    const NOW: i64 = 1_795_305_600_000_000;

    #[test]
    fn edge_03_the_edge_makes_a_certificate_of_its_own_once_and_renews_it_under_its_name() {
        let pki = tempfile::tempdir().unwrap();
        let own = ensure(pki.path(), NOW).unwrap();
        assert!(own.uri.starts_with("urn:unison:edge:"), "{}", own.uri);
        let key_file = pki.path().join(KEY);
        assert_eq!(fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);
        let first = fs::read(certificate_file(pki.path())).unwrap();
        let certificate = X509::from_der(&first).unwrap();
        certificate.is_application_uri_valid(&own.uri).unwrap();
        assert_eq!(certificate.key_length().unwrap(), 2_048);
        assert_eq!(certificate.not_before().unwrap().to_string(), "2000-01-01 00:00:00 UTC");
        assert_eq!(certificate.not_after().unwrap().to_string(), "2041-12-31 00:00:00 UTC");
        // The library reads them from where they are.
        assert!(PrivateKey::read_pem_file(&key_file).is_ok());

        ensure(pki.path(), NOW + 14 * YEAR_US).unwrap();
        assert_eq!(fs::read(certificate_file(pki.path())).unwrap(), first, "still good");
        let renewed = ensure(pki.path(), NOW + 15 * YEAR_US + 30 * 86_400_000_000).unwrap();
        assert_eq!(renewed.uri, own.uri);
        let second = X509::from_der(&fs::read(certificate_file(pki.path())).unwrap()).unwrap();
        assert_eq!(second.not_after().unwrap().to_string(), "2056-12-31 00:00:00 UTC");

        // A certificate of somebody else is neither used nor overwritten.
        let other = rcgen::generate_simple_self_signed(["other".to_owned()]).unwrap().cert;
        fs::write(certificate_file(pki.path()), other.der()).unwrap();
        let refused = ensure(pki.path(), NOW).err().unwrap();
        assert!(refused.contains("belongs to another key"), "{refused}");
        assert_eq!(fs::read(certificate_file(pki.path())).unwrap(), other.der().to_vec());
    }
}
