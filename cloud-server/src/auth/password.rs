//! Passwords: Argon2id, and random first ones. Hashing takes tens of milliseconds: call it where blocking
//! is allowed.

use crate::tenancy::vault_random;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use std::sync::LazyLock;

const CHARS_MIN: usize = 8;
/// A password that somebody chooses later may be asked for more than the very first (ONB-PW).
const CHARS_MIN_CHOSEN: usize = 10;
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
/// Says what is wrong with a password that somebody of this e-mail and name chooses for themselves.
pub fn check_chosen(new: &str, current: &str, email: &str, name: &str) -> Result<(), String> {
    if !(CHARS_MIN_CHOSEN..=CHARS_MAX).contains(&new.chars().count()) {
        return Err(format!("must have {CHARS_MIN_CHOSEN} to {CHARS_MAX} characters"));
    }
    let (plain, email, name) = (new.to_lowercase(), email.to_lowercase(), name.to_lowercase());
    let local = email.split('@').next().unwrap_or_default();
    let is_person = |word: &str| !word.is_empty() && plain.replace(' ', "") == word.replace(' ', "");
    if [email.as_str(), local, name.as_str()].into_iter().any(is_person) {
        return Err("must not be your e-mail address or name".into());
    }
    if new == current {
        return Err("must not be the old one".into());
    }
    if new.chars().all(|c| new.starts_with(c)) {
        return Err("must not be one character again and again".into());
    }
    Ok(())
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
    fn a_chosen_password_is_long_and_not_the_person() {
        let check = |new: &str, is_right| {
            let said = check_chosen(new, "the old password", "olga.petrova@acme.example", "Olga Petrova");
            assert_eq!(said.is_ok(), is_right, "{new}: {said:?}");
        };
        check("nine char", false);
        check("ten chars!", true);
        check("the old password", false);
        check("Olga.Petrova@acme.example", false);
        check("olga.petrova", false);
        check("OlgaPetrova", false);
        check("aaaaaaaaaaaa", false);
        check(&"x y".repeat(67), false);
    }

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
