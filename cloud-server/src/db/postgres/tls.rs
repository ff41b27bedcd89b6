//! TLS to a server: how an address asks for it, and the roots that its certificate must come from.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How far a connection is protected. The words are those of `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Not at all.
    Disable,
    /// Against who only listens: the server may be anybody.
    Require,
    /// Against everybody: the certificate comes from the given roots and names the host.
    VerifyFull,
}

/// Takes `sslmode` out of an address, which the driver knows only in part. None where it does not say.
///
/// # Errors
/// When it asks for something that is no protection, or unknown.
pub(super) fn mode_of(url: &str) -> Result<(String, Option<Mode>), String> {
    // Behind who signs on: a password may hold a question mark.
    let from = url.find('@').unwrap_or_default();
    let question = url.char_indices().find(|(at, c)| *at >= from && *c == '?');
    let Some((place, query)) = question.and_then(|(at, _)| Some((url.get(..at)?, url.get(at + 1..)?))) else {
        return Ok((url.to_owned(), None));
    };
    let (mut mode, mut rest) = (None, Vec::new());
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", "disable")) => mode = Some(Mode::Disable),
            Some(("sslmode", "require")) => mode = Some(Mode::Require),
            Some(("sslmode", "verify-full")) => mode = Some(Mode::VerifyFull),
            Some(("sslmode", _)) => {
                return Err(
                    "may ask for sslmode=verify-full, require or disable; what lies between protects nobody".into()
                );
            }
            Some(("sslrootcert", _)) => {
                return Err("names root certificates: write them as database.root_certificate_file".into());
            }
            _ => rest.push(pair),
        }
    }
    Ok((if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) }, mode))
}

/// For [`Mode::VerifyFull`]: certificates in PEM, those of the authority that signed the server's.
///
/// # Errors
/// When the file cannot be read or holds none.
pub(super) fn verified(roots: &Path) -> Result<MakeRustlsConnect, String> {
    let certificates = CertificateDer::pem_file_iter(roots).map_err(|e| e.to_string())?;
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        store.add(certificate.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    }
    if store.is_empty() {
        return Err("it holds no certificate in PEM".into());
    }
    Ok(MakeRustlsConnect::new(client()?.with_root_certificates(store).with_no_client_auth()))
}

/// For [`Mode::Require`].
///
/// # Errors
/// Never with the provider that is built in.
pub(super) fn unverified() -> Result<MakeRustlsConnect, String> {
    let anybody = Arc::new(Anybody { provider: ring::default_provider() });
    Ok(MakeRustlsConnect::new(client()?.dangerous().with_custom_certificate_verifier(anybody).with_no_client_auth()))
}

fn client() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    builder.with_safe_default_protocol_versions().map_err(|e| e.to_string())
}

/// Takes every certificate, but only from who holds its key.
#[derive(Debug)]
struct Anybody {
    provider: CryptoProvider,
}

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
