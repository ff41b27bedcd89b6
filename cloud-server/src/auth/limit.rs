//! How often somebody may fail to sign on: per e-mail and address, in memory, bounded.

use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use unison_core::time::{MINUTE, SECOND, Timestamp};

/// Failures within [`WINDOW`] before more are refused.
pub const FAILURES_MAX: u32 = 8;
const WINDOW: i64 = 10 * MINUTE;
/// More pairs than this are not remembered at once.
const PAIRS_MAX: usize = 50_000;

/// Who fails: an e-mail as it is looked up, at an address. Hashed, so that a long text takes no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 32], IpAddr);

impl Key {
    pub fn new(organization: i64, email: &str, from: IpAddr) -> Self {
        Self(Sha256::new().chain_update(organization.to_be_bytes()).chain_update(email).finalize().into(), from)
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Limit {
    failures: Mutex<HashMap<Key, (u32, Timestamp)>>,
}

impl Limit {
    /// Seconds to wait, when this pair failed too often.
    pub fn wait_seconds(&self, key: &Key, now: Timestamp) -> Option<i64> {
        let failures = self.lock();
        let (count, since) = failures.get(key)?;
        let left = WINDOW - now.since(*since);
        (*count >= FAILURES_MAX && left > 0).then(|| left / SECOND + 1)
    }

    pub fn failed(&self, key: Key, now: Timestamp) {
        let mut failures = self.lock();
        if failures.len() >= PAIRS_MAX && !failures.contains_key(&key) {
            make_room(&mut failures, now);
        }
        let entry = failures.entry(key).or_insert((0, now));
        if now.since(entry.1) >= WINDOW {
            *entry = (0, now);
        }
        entry.0 += 1;
    }

    pub fn succeeded(&self, key: &Key) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, (u32, Timestamp)>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets what is over, and then what failed only once or twice: a flood of invented addresses must not
/// wash away the one that is being guessed at.
fn make_room(failures: &mut HashMap<Key, (u32, Timestamp)>, now: Timestamp) {
    failures.retain(|_, (_, since)| now.since(*since) < WINDOW);
    for few in [2, FAILURES_MAX - 1, u32::MAX] {
        if failures.len() >= PAIRS_MAX {
            failures.retain(|_, (count, _)| *count > few);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn log_in_failures_are_counted_per_address_and_forgotten() {
        let (limit, key) = (Limit::default(), Key::new(1, "a@x.y", HERE));
        let now = Timestamp(0);
        (0..FAILURES_MAX).for_each(|_| limit.failed(key, now));
        assert_eq!(limit.wait_seconds(&key, now), Some(WINDOW / SECOND + 1));
        assert_eq!(limit.wait_seconds(&Key::new(1, "a@x.y", IpAddr::from(Ipv4Addr::UNSPECIFIED)), now), None);
        assert_eq!(limit.wait_seconds(&Key::new(2, "a@x.y", HERE), now), None);
        assert_eq!(limit.wait_seconds(&key, now.plus(WINDOW)), None);
        limit.succeeded(&key);
        assert_eq!(limit.wait_seconds(&key, now), None);
    }

    #[test]
    fn q_135_a_flood_of_addresses_neither_fills_memory_nor_frees_the_one_that_is_guessed_at() {
        let (limit, key, now) = (Limit::default(), Key::new(1, "a@x.y", HERE), Timestamp(0));
        (0..FAILURES_MAX).for_each(|_| limit.failed(key, now));
        (0..PAIRS_MAX + 10).for_each(|n| limit.failed(Key::new(1, &n.to_string(), HERE), now));
        assert!(limit.wait_seconds(&key, now).is_some());
        assert!(limit.lock().len() <= PAIRS_MAX);
    }
}
