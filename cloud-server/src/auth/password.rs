//! Passwords: Argon2id, and random first ones. Hashing takes tens of milliseconds: call it where blocking
//! is allowed.

use crate::tenancy::vault_random;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use std::sync::LazyLock;

const CHARS_MIN: usize = 8;
const CHARS_MAX: usize = 200;
/// Without look-alikes, because people copy them by hand.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567892";

/// Compared with when there is no such user, so that the answer takes the same time.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

/// Makes the stand-in before the first log-in, which would take twice as long as others and show by it that
/// there is no such user. Blocks.
pub fn prepare() {
    LazyLock::force(&NOBODY);
}

/// # Errors
/// Says what a password needs (ONB-PW).
pub fn check(password: &str) -> Result<(), String> {
    if (CHARS_MIN..=CHARS_MAX).contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(format!("a password has {CHARS_MIN} to {CHARS_MAX} characters"))
    }
}

/// # Errors
/// Only when the system gives no random bytes.
pub fn hash(password: &str) -> Result<String, String> {
    Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(|e| e.to_string())
}

/// Whether this is the password. With no hash it takes as long and says no.
#[must_use]
pub fn is_right(password: &str, hash: Option<&str>) -> bool {
    let parsed = PasswordHash::new(hash.unwrap_or(&NOBODY));
    let matches = parsed.is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok());
    matches && hash.is_some()
}

/// A password for the first log-in: 16 characters, 80 bits.
#[must_use]
pub fn random() -> String {
    vault_random::<16>()
        .iter()
        .map(|b| char::from(ALPHABET.get(usize::from(*b) % ALPHABET.len()).copied().unwrap_or(b'x')))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn onb_pw_and_hashes() {
        assert!(check("1234567").is_err() && check("aaaaaaaa").is_ok());
        let first = random();
        assert_eq!(first.len(), 16);
        let hashed = hash(&first).unwrap();
        assert!(hashed.starts_with("$argon2id$"), "{hashed}");
        assert!(is_right(&first, Some(&hashed)));
        assert!(!is_right("wrong", Some(&hashed)));
        assert!(!is_right("nobody has this password", None), "the stand-in opens nothing");
    }
}
