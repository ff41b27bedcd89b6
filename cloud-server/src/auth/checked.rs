//! Sessions and keys that were found good a moment ago, so that a page that asks for ten things is checked once.
//! What this program commits counts at the next request: each entry holds the organisation's access version from
//! before it was read. What another server commits counts when it is heard of, and what another program commits and
//! nobody hears of (the command line, a line between servers that is broken) after [`KEPT`].

use super::api_token_hash;
use crate::tenancy::{Caller, Via};
use moka::sync::Cache;
use std::time::Duration;
use unison_core::time::Timestamp;

/// How long a change of another program may go unseen.
const KEPT: Duration = Duration::from_secs(5);
/// One entry is about a kilobyte.
const ENTRIES_MAX: u64 = 20_000;

#[derive(Clone)]
struct Good {
    caller: Caller,
    version: u64,
}

/// See the module. Clones share it.
#[derive(Clone)]
pub(super) struct Checked {
    /// By organisation and hash of the token: no token lies in memory longer than its request.
    good: Cache<(i64, [u8; 32]), Good>,
}

impl Default for Checked {
    fn default() -> Self {
        Self { good: Cache::builder().max_capacity(ENTRIES_MAX).time_to_live(KEPT).build() }
    }
}

impl Checked {
    /// Whom a token stands for, when that was checked and nothing changed since.
    pub fn get(&self, organization: i64, token: &str, version: u64, now: Timestamp) -> Option<Caller> {
        let good = self.good.get(&(organization, api_token_hash(token)))?;
        let ends = match good.caller.signed_on().map(|user| &user.via) {
            Some(Via::Session { expires_at, .. }) => Some(*expires_at),
            Some(Via::ApiToken { expires_at, .. }) => *expires_at,
            None => return None,
        };
        (good.version == version && ends.is_none_or(|ends| now < ends)).then_some(good.caller)
    }

    /// `version` is the one from before the check read the database.
    pub fn keep(&self, organization: i64, token: &str, version: u64, caller: &Caller) {
        self.good.insert((organization, api_token_hash(token)), Good { caller: caller.clone(), version });
    }
}
