//! How often one address may be wrong: guessing badge codes must take years.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use unison_api::error::ApiError;
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

#[cfg(test)]
mod tests {
    use super::*;

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
