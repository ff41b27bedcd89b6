//! Who is connected: one session per edge, the newest wins, and a revoked edge is cut.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use unison_sync::seal::Address;
use uuid::Uuid;

/// Why a session must end now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Replaced,
    Revoked,
}

/// The sessions of the front.
#[derive(Default)]
pub struct Sessions {
    next: AtomicU64,
    open: Mutex<HashMap<Uuid, Entry>>,
}

struct Entry {
    id: u64,
    cut: watch::Sender<Option<Cut>>,
}

/// One session; when it is dropped the edge is no longer connected.
pub struct Session {
    pub id: u64,
    pub address: Address,
    pub cut: watch::Receiver<Option<Cut>>,
    all: Arc<Sessions>,
}

impl Sessions {
    /// Opens a session and cuts the one that the edge had.
    pub fn open(self: &Arc<Self>, address: Address) -> Session {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let (cut, receiver) = watch::channel(None);
        let before = self.lock().insert(address.edge, Entry { id, cut });
        if let Some(before) = before {
            before.cut.send_replace(Some(Cut::Replaced));
        }
        Session { id, address, cut: receiver, all: self.clone() }
    }

    /// Ends the session of a revoked edge, if it has one.
    pub fn revoke(&self, edge: Uuid) {
        if let Some(entry) = self.lock().get(&edge) {
            entry.cut.send_replace(Some(Cut::Revoked));
        }
    }

    /// The edges that are connected, in order.
    #[must_use]
    pub fn edges(&self) -> Vec<Uuid> {
        let mut edges: Vec<Uuid> = self.lock().keys().copied().collect();
        edges.sort_unstable();
        edges
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Waits until the session must end.
    pub async fn is_cut(&self) -> Cut {
        let mut cut = self.cut.clone();
        let seen = cut.wait_for(Option::is_some).await.map(|c| *c);
        // The sender goes with its entry, and the entry only goes when another session has its place.
        seen.ok().flatten().unwrap_or(Cut::Replaced)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let mut open = self.all.lock();
        if open.get(&self.address.edge).is_some_and(|e| e.id == self.id) {
            open.remove(&self.address.edge);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u128) -> Address {
        Address { organization: Uuid::from_u128(1), plant: Uuid::from_u128(2), edge: Uuid::from_u128(n) }
    }

    #[tokio::test]
    async fn sync_05_the_newest_session_of_an_edge_wins_and_a_revoked_one_ends() {
        let all = Arc::new(Sessions::default());
        let (first, other) = (all.open(address(3)), all.open(address(4)));
        let second = all.open(address(3));
        assert_eq!(first.is_cut().await, Cut::Replaced);
        drop(first);
        assert_eq!(all.edges(), [address(3).edge, address(4).edge], "the old session does not take the new one along");
        all.revoke(address(4).edge);
        assert_eq!(other.is_cut().await, Cut::Revoked);
        assert_eq!(*second.cut.borrow(), None);
        drop((second, other));
        assert!(all.edges().is_empty());
    }
}
