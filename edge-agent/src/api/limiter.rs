//! How often one address may be wrong: guessing badge codes must take years. And how often one person may write.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use unison_api::error::ApiError;
use unison_core::ids::UserId;
use unison_core::time::{MINUTE, Timestamp};

/// Addresses that are remembered.
const ADDRESSES_MAX: usize = 1_024;

/// Counts misses per address and minute.
pub struct Misses {
    most: u32,
    seen: Mutex<HashMap<IpAddr, (i64, u32)>>,
}

impl Misses {
    #[must_use]
    pub fn new(most_per_minute: u32) -> Self {
        Self { most: most_per_minute, seen: Mutex::default() }
    }

    /// # Errors
    /// 429 when this address missed too often in this minute.
    pub fn ask(&self, address: IpAddr, now: Timestamp) -> Result<(), ApiError> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(&address) {
            Some((minute, n)) if *minute == now.0.div_euclid(MINUTE) && *n >= self.most => {
                Err(ApiError::new(429, "Too many unknown codes", "Please wait a minute, then scan again"))
            }
            _ => Ok(()),
        }
    }

    pub fn miss(&self, address: IpAddr, now: Timestamp) {
        let minute = now.0.div_euclid(MINUTE);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= ADDRESSES_MAX {
            seen.retain(|_, (m, _)| *m == minute);
        }
        if seen.len() >= ADDRESSES_MAX {
            seen.clear();
        }
        let entry = seen.entry(address).or_insert((minute, 0));
        *entry = if entry.0 == minute { (minute, entry.1.saturating_add(1)) } else { (minute, 1) };
    }
}

/// Counts writes to devices per person and minute.
pub struct Turns {
    most: u32,
    seen: Mutex<HashMap<UserId, (i64, u32)>>,
}

impl Turns {
    #[must_use]
    pub fn new(most_per_minute: u32) -> Self {
        Self { most: most_per_minute, seen: Mutex::default() }
    }

    /// # Errors
    /// 429 when this person wrote too often in this minute.
    pub fn take(&self, who: UserId, now: Timestamp) -> Result<(), ApiError> {
        let minute = now.0.div_euclid(MINUTE);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, (m, _)| *m == minute);
        let (_, n) = seen.entry(who).or_insert((minute, 0));
        if *n >= self.most {
            return Err(ApiError::new(429, "Too many writes", "Please wait a minute, then write again"));
        }
        *n += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_136_a_person_who_writes_too_often_has_to_wait() {
        let turns = Turns::new(2);
        let now = Timestamp(0);
        assert!(turns.take(UserId(1), now).is_ok() && turns.take(UserId(1), now).is_ok());
        assert_eq!(turns.take(UserId(1), now).unwrap_err().status, 429);
        assert!(turns.take(UserId(2), now).is_ok());
        assert!(turns.take(UserId(1), Timestamp(MINUTE)).is_ok());
    }

    #[test]
    fn q_136_an_address_that_guesses_has_to_wait() {
        let misses = Misses::new(3);
        let (a, b): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let now = Timestamp(0);
        for _ in 0..3 {
            assert!(misses.ask(a, now).is_ok());
            misses.miss(a, now);
        }
        assert_eq!(misses.ask(a, now).unwrap_err().status, 429);
        assert!(misses.ask(b, now).is_ok());
        assert!(misses.ask(a, Timestamp(MINUTE)).is_ok());
    }
}
