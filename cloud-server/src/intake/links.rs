//! All links: finds the one a message belongs to and starts it where there is none. Never waits: each link is
//! a task of its own behind a bounded queue, so that a slow organisation holds up nobody else.

use super::client::Outbox;
use super::counters::{Count, Counters};
use super::link::Link;
use super::snapshots::Snapshots;
use crate::live::Live;
use crate::tenancy::Tenancy;
use bytes::Bytes;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use unison_sync::seal::{Address, Direction};
use uuid::Uuid;

/// Envelopes that wait for one link. More are dropped; they come again.
const QUEUE: usize = 16;

/// Whether and how the edge can be reached; a change of either number is a new connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carrier {
    /// Session of the edge at the front.
    pub session: Option<u64>,
    /// Connections of the cloud to the broker so far.
    pub round: u64,
}

/// Incarnation and head of the plant's log; zeros for "look yourself".
pub type Head = (u32, u64);

/// A plant's log is begun anew at most this often: an edge that lies about what it holds gets no further.
const RESTART_EVERY: Duration = Duration::from_secs(600);

/// How the outside speaks to a link.
struct Handle {
    address: Address,
    messages: mpsc::Sender<Bytes>,
    carrier: watch::Sender<Carrier>,
    head: watch::Sender<Head>,
}

/// What a link needs of the rest.
pub struct Links {
    pub tenancy: Tenancy,
    pub counters: Arc<Counters>,
    pub outbox: Outbox,
    pub live: Live,
    pub version: String,
    pub stop: CancellationToken,
    pub snapshots: Snapshots,
    open: Mutex<HashMap<Uuid, Handle>>,
    /// Plants whose log was begun anew, and when.
    restarted: Mutex<HashMap<Uuid, Instant>>,
}

impl Links {
    #[must_use]
    pub fn new(
        tenancy: Tenancy,
        counters: Arc<Counters>,
        outbox: Outbox,
        live: Live,
        version: String,
        stop: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            snapshots: Snapshots::new(counters.clone()),
            tenancy,
            counters,
            outbox,
            live,
            version,
            stop,
            open: Mutex::default(),
            restarted: Mutex::default(),
        })
    }

    /// An edge came or went.
    pub fn presence(self: &Arc<Self>, address: Address, session: u64, is_here: bool) {
        let mut open = self.lock();
        let handle = self.handle(&mut open, address);
        handle.carrier.send_if_modified(|carrier| match (is_here, carrier.session) {
            (true, before) => {
                carrier.session = Some(session);
                before != Some(session)
            }
            (false, Some(before)) if before == session => {
                carrier.session = None;
                true
            }
            // A session that was replaced ends late; the one that replaced it stays.
            (false, _) => false,
        });
    }

    /// The cloud is newly connected to the broker.
    pub fn carrier_is_new(&self) {
        for handle in self.lock().values() {
            handle.carrier.send_modify(|carrier| carrier.round += 1);
        }
    }

    /// An envelope came in on a topic that the front checked; the link checks again by opening it.
    pub fn message(self: &Arc<Self>, topic: &str, payload: Bytes) {
        self.counters.add(Count::Received, 1);
        let Some(address) = Address::from_topic(topic, Direction::Up) else {
            self.counters.add(Count::Unopened, 1);
            return;
        };
        let mut open = self.lock();
        if self.handle(&mut open, address).messages.try_send(payload).is_err() {
            self.counters.add(Count::Dropped, 1);
        }
    }

    /// The log of a plant ends at `head` now. Told twice it is told once.
    pub fn grew(&self, plant: Uuid, head: Head) {
        for handle in self.lock().values().filter(|h| h.address.plant == plant) {
            handle.head.send_if_modified(|known| head > std::mem::replace(known, head.max(*known)));
        }
    }

    /// Organisations of the links that are open.
    pub fn organizations(&self) -> HashSet<Uuid> {
        self.lock().values().map(|h| h.address.organization).collect()
    }

    /// Some logs grew, but it was not heard which.
    pub fn grew_somewhere(&self) {
        for handle in self.lock().values() {
            handle.head.send_replace((0, 0));
        }
    }

    /// Whether the log of a plant may be begun anew now.
    pub fn may_restart(&self, plant: Uuid) -> bool {
        let mut restarted = self.restarted.lock().unwrap_or_else(PoisonError::into_inner);
        let may = restarted.get(&plant).is_none_or(|at| at.elapsed() >= RESTART_EVERY);
        if may {
            restarted.insert(plant, Instant::now());
        }
        may
    }

    /// Ends a link that has nothing to do. False when something came for it meanwhile.
    pub fn close(&self, edge: Uuid, waiting: impl FnOnce() -> bool) -> bool {
        let mut open = self.lock();
        let is_idle = open.get(&edge).is_none_or(|h| h.carrier.borrow().session.is_none()) && !waiting();
        if is_idle {
            open.remove(&edge);
        }
        is_idle
    }

    fn handle<'m>(self: &Arc<Self>, open: &'m mut HashMap<Uuid, Handle>, address: Address) -> &'m Handle {
        // A link whose task is gone, by a panic or because the edge was revoked, is started anew; what it was
        // told of the carrier stays.
        let gone = open.get(&address.edge).filter(|h| h.messages.is_closed()).map(|h| *h.carrier.borrow());
        if gone.is_some() {
            open.remove(&address.edge);
        }
        open.entry(address.edge).or_insert_with(|| self.start(address, gone.unwrap_or_default()))
    }

    fn start(self: &Arc<Self>, address: Address, carrier: Carrier) -> Handle {
        let (messages, inbox) = mpsc::channel(QUEUE);
        let (carrier, carrier_seen) = watch::channel(carrier);
        let (head, head_seen) = watch::channel((0, 0));
        let link = Link { links: self.clone(), address, inbox, carrier: carrier_seen, head: head_seen };
        tokio::spawn(link.run());
        Handle { address, messages, carrier, head }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Handle>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenancy::wall_clock;

    #[tokio::test]
    async fn sync_05_the_late_end_of_a_replaced_session_leaves_the_new_one_alone() {
        let dir = tempfile::tempdir().unwrap();
        let tenancy = Tenancy::open(dir.path(), wall_clock()).unwrap();
        let counters = Arc::new(Counters::default());
        let outbox = Outbox::new(counters.clone());
        let links = Links::new(tenancy, counters, outbox, Live::default(), "test".into(), CancellationToken::new());
        let address = Address { organization: Uuid::from_u128(1), plant: Uuid::from_u128(2), edge: Uuid::from_u128(3) };
        let session = || links.lock()[&address.edge].carrier.borrow().session;
        links.presence(address, 1, true);
        links.presence(address, 2, true);
        links.presence(address, 1, false);
        assert_eq!(session(), Some(2));
        assert!(!links.close(address.edge, || false), "a link in use does not end");
        links.presence(address, 2, false);
        assert_eq!(session(), None);
        assert!(!links.close(address.edge, || true), "something waits");
        assert!(links.close(address.edge, || false));
    }
}
