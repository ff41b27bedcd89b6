//! How often somebody may fail to sign on: per e-mail and address, in memory, bounded.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use unison_core::time::{MINUTE, SECOND, Timestamp};

/// Failures within [`WINDOW`] before more are refused.
pub const FAILURES_MAX: u32 = 8;
const WINDOW: i64 = 10 * MINUTE;
/// More pairs than this are not remembered at once; the oldest are forgotten first.
const PAIRS_MAX: usize = 50_000;

/// See the module.
#[derive(Debug, Default)]
pub struct Limit {
    failures: Mutex<HashMap<(String, IpAddr), (u32, Timestamp)>>,
}

impl Limit {
    /// Seconds to wait, when this pair failed too often.
    pub fn wait_seconds(&self, email: &str, from: IpAddr, now: Timestamp) -> Option<i64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = failures.get(&(email.to_lowercase(), from))?;
        let left = WINDOW - now.since(*since);
        (*count >= FAILURES_MAX && left > 0).then(|| left / SECOND + 1)
    }

    pub fn failed(&self, email: &str, from: IpAddr, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= PAIRS_MAX {
            failures.retain(|_, (_, since)| now.since(*since) < WINDOW);
        }
        if failures.len() >= PAIRS_MAX {
            failures.clear();
        }
        let entry = failures.entry((email.to_lowercase(), from)).or_insert((0, now));
        if now.since(entry.1) >= WINDOW {
            *entry = (0, now);
        }
        entry.0 += 1;
    }

    pub fn succeeded(&self, email: &str, from: IpAddr) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&(email.to_lowercase(), from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn log_in_failures_are_counted_per_address_and_forgotten() {
        let (limit, here) = (Limit::default(), IpAddr::from(Ipv4Addr::LOCALHOST));
        let now = Timestamp(0);
        (0..FAILURES_MAX).for_each(|_| limit.failed("A@x.y", here, now));
        assert_eq!(limit.wait_seconds("a@x.y", here, now), Some(WINDOW / SECOND + 1));
        assert_eq!(limit.wait_seconds("a@x.y", IpAddr::from(Ipv4Addr::UNSPECIFIED), now), None);
        assert_eq!(limit.wait_seconds("a@x.y", here, now.plus(WINDOW)), None);
        limit.succeeded("a@x.y", here);
        assert_eq!(limit.wait_seconds("a@x.y", here, now), None);
    }
}
