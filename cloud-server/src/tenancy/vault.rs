//! Secrets of this server: key files that only its user can read, and private keys wrapped by the
//! master key. Nothing here is ever printed.

use super::platform::hex;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::io::{Error, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const NONCE: usize = 24;

/// See the module.
#[derive(Clone)]
pub struct Vault {
    master: [u8; 32],
    session: [u8; 32],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(secret)")
    }
}

impl Vault {
    /// Reads the key files of the data directory; makes those that are missing.
    ///
    /// # Errors
    /// When a file cannot be used, or others than this user may read it.
    pub fn open(data_dir: &Path) -> Result<Self, Error> {
        Ok(Self { master: key(&data_dir.join("master.key"))?, session: key(&data_dir.join("session.key"))? })
    }

    /// What signs session tokens.
    pub(crate) const fn session_key(&self) -> &[u8; 32] {
        &self.session
    }

    /// Seals a private key; `context` says what it is and must be the same when it is opened.
    pub(super) fn wrap(&self, secret: &[u8; 32], context: &str) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE] = random();
        let payload = Payload { msg: secret, aad: context.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn unwrap_key(&self, wrapped: &[u8], context: &str) -> Option<[u8; 32]> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?.try_into().ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.master).into())
    }
}

/// Random bytes of the operating system.
///
/// Without them no secret is safe, and there is nothing left to do but to stop.
#[must_use]
#[expect(clippy::panic, reason = "an operating system without randomness cannot run this program")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes,
        Err(e) => panic!("the operating system gives no random bytes: {e}"),
    }
}

fn key(path: &Path) -> Result<[u8; 32], Error> {
    let about = |e: Error| Error::new(e.kind(), format!("{}: {e}", path.display()));
    if !path.exists() {
        make(path).map_err(about)?;
    }
    let mut file = std::fs::File::open(path).map_err(about)?;
    let mode = file.metadata().map_err(about)?.permissions().mode();
    if mode & 0o077 != 0 {
        let reason = format!("others than its owner may read it (mode {:o}); run chmod 600", mode & 0o777);
        return Err(about(Error::new(ErrorKind::PermissionDenied, reason)));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(about)?;
    bytes
        .try_into()
        .map_err(|_| about(Error::new(ErrorKind::InvalidData, "is not a key of 32 bytes; restore it from a backup")))
}

/// Written beside and linked into place: a crash leaves no half key, of two programs that start together one
/// wins, and what the key wraps is never older on disk than the key.
fn make(path: &Path) -> Result<(), Error> {
    let beside = path.with_extension(hex(&random::<8>()));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(&random::<32>())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&beside, path);
    std::fs::remove_file(&beside)?;
    match linked {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(e),
        _ => {}
    }
    path.parent().map_or(Ok(()), |dir| std::fs::File::open(dir)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_private_and_wrap_for_one_purpose() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open(dir.path()).unwrap();
        let mode = std::fs::metadata(dir.path().join("master.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside the keys");
        let before = std::fs::read(dir.path().join("master.key")).unwrap();
        make(&dir.path().join("master.key")).unwrap();
        assert_eq!(
            std::fs::read(dir.path().join("master.key")).unwrap(),
            before,
            "whoever comes second takes the first"
        );
        let wrapped = vault.wrap(&[7; 32], "a").unwrap();
        let again = Vault::open(dir.path()).unwrap();
        assert_eq!(again.unwrap_key(&wrapped, "a"), Some([7; 32]));
        assert_eq!(again.unwrap_key(&wrapped, "b"), None);
        std::fs::set_permissions(dir.path().join("master.key"), PermissionsExt::from_mode(0o644)).unwrap();
        assert!(Vault::open(dir.path()).unwrap_err().to_string().contains("chmod 600"));
    }
}
