//! PINs: 4 to 6 digits, hashed with Argon2id under a secret that never leaves the box, and the rule
//! that locks after wrong ones. Pure but for the secret files; knows neither store nor HTTP.

use std::path::Path;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use unison_core::time::{MINUTE, Timestamp};

/// Wrong PINs until the first lock, and between one lock and the next.
pub const TRIES: u32 = 5;
/// The first lock; each further one is twice as long.
const LOCK_FIRST: i64 = 5 * MINUTE;
const LOCK_MOST: i64 = 8 * 60 * MINUTE;

/// What is kept of somebody's wrong PINs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    pub failed: u32,
    pub locked_until: Option<Timestamp>,
}

impl Tries {
    /// When the lock ends, if there is one.
    #[must_use]
    pub fn locked(self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|until| now < *until)
    }

    /// After one more wrong PIN.
    #[must_use]
    pub fn failed(self, now: Timestamp) -> Self {
        let failed = self.failed.saturating_add(1);
        let locks = failed / TRIES;
        let locked_until = (locks > 0 && failed.is_multiple_of(TRIES)).then(|| {
            let length = LOCK_FIRST.checked_shl(locks.min(20) - 1).map_or(LOCK_MOST, |l| l.min(LOCK_MOST));
            now.plus(length)
        });
        Self { failed, locked_until }
    }

    /// Tries before the next lock.
    #[must_use]
    pub const fn left(self) -> u32 {
        TRIES - self.failed % TRIES
    }
}

/// A PIN that has the right shape.
pub struct Pin(String);

impl Pin {
    /// Takes 4 to 6 digits.
    ///
    /// # Errors
    /// What a PIN looks like; never the text itself.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let shaped = (4..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if shaped { Ok(Self(text.to_owned())) } else { Err("must be 4 to 6 digits") }
    }
}

/// Makes and checks hashes under the box's secret.
pub struct PinKey([u8; 32]);

impl PinKey {
    #[cfg(test)]
    const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// Reads `pin.secret` of the data directory; makes it at the first start.
    ///
    /// # Errors
    /// When the file can be neither read nor made, or is not 32 bytes long.
    pub fn open(data_dir: &Path) -> std::io::Result<Self> {
        let bytes = secret_file(&data_dir.join("pin.secret"))?;
        let secret = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
            std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                "pin.secret is not 32 bytes long; delete it and set all PINs anew",
            )
        })?;
        Ok(Self(secret))
    }

    fn argon2(&self) -> Result<Argon2<'_>, argon2::Error> {
        Argon2::new_with_secret(&self.0, Algorithm::Argon2id, Version::V0x13, Params::default())
    }

    /// The text to keep. Takes some 30 ms and 19 MB: never on an async thread.
    ///
    /// # Errors
    /// Without memory or random numbers.
    pub fn hash(&self, pin: &Pin) -> Result<String, String> {
        let argon2 = self.argon2().map_err(|e| e.to_string())?;
        argon2.hash_password(pin.0.as_bytes()).map(|h| h.to_string()).map_err(|e| e.to_string())
    }

    /// Whether `pin` made `hash`. As slow as [`Self::hash`].
    #[must_use]
    pub fn verify(&self, pin: &Pin, hash: &str) -> bool {
        let (Ok(argon2), Ok(hash)) = (self.argon2(), PasswordHash::new(hash)) else { return false };
        argon2.verify_password(pin.0.as_bytes(), &hash).is_ok()
    }
}

/// Reads a secret, or makes one that only the owner may read.
fn secret_file(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        other => return other,
    }
    let secret = random()?.to_vec();
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    Ok(secret)
}

/// 32 random bytes of the operating system.
pub(super) fn random() -> std::io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| std::io::Error::other(e.to_string()))?;
    Ok(bytes)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn q_136_a_pin_has_4_to_6_digits() {
        for good in ["0000", "12345", "999999"] {
            assert!(Pin::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "123", "1234567", "12a4", "१२३४", " 1234", "-1234"] {
            assert!(Pin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn q_136_hash_needs_the_boxs_secret() {
        let (box_1, box_2) = (PinKey::new([1; 32]), PinKey::new([2; 32]));
        let pin = Pin::parse("1234").unwrap();
        let hash = box_1.hash(&pin).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(box_1.verify(&pin, &hash));
        assert!(!box_2.verify(&pin, &hash), "a copied database is of no use elsewhere");
        assert!(!box_1.verify(&Pin::parse("1235").unwrap(), &hash));
        assert!(!box_1.verify(&pin, "nonsense"));
        assert_ne!(hash, box_1.hash(&pin).unwrap(), "salted");
    }

    #[test]
    fn q_136_lock_out_grows() {
        let now = Timestamp(0);
        let mut tries = Tries::default();
        assert_eq!(tries.left(), 5);
        for left in [4, 3, 2, 1] {
            tries = tries.failed(now);
            assert_eq!((tries.left(), tries.locked(now)), (left, None));
        }
        tries = tries.failed(now);
        assert_eq!(tries.locked(now), Some(Timestamp(5 * MINUTE)));
        assert_eq!(tries.locked(Timestamp(5 * MINUTE)), None, "the lock ends");
        let mut lengths = vec![];
        for _ in 0..50 {
            tries = tries.failed(now);
            lengths.extend(tries.locked_until.map(|t| t.0 / MINUTE));
        }
        assert_eq!(lengths[..8], [10, 20, 40, 80, 160, 320, 480, 480]);
        assert!(Tries { failed: u32::MAX - 5, locked_until: None }.failed(now).left() > 0);
    }

    #[test]
    fn q_136_the_secret_is_made_once_and_only_for_the_owner() {
        let dir = std::env::temp_dir().join(format!("unison-pin-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&dir).unwrap();
        let first = PinKey::open(&dir).unwrap();
        assert_eq!(first.0, PinKey::open(&dir).unwrap().0);
        let mode = std::fs::metadata(dir.join("pin.secret")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(dir.join("pin.secret"), b"short").unwrap();
        assert!(PinKey::open(&dir).is_err());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
