//! What is known of the running program and not in a table: the broker, and which edges are connected.
//! Written by `intake`, read by health, metrics and the list of edges. Never blocks.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use unison_core::time::Timestamp;
use uuid::Uuid;

/// How the broker does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Broker {
    /// Not started in this process, such as in a test.
    #[default]
    Off,
    Starting,
    Up,
    /// With the reason.
    Failed(String),
}

impl Broker {
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Off => "off",
            Self::Starting => "starting",
            Self::Up => "up",
            Self::Failed(_) => "failed",
        }
    }
}

/// How the link to an edge does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub is_connected: bool,
    pub heard_at: Timestamp,
    /// What the person who looks should know, such as a fork.
    pub message: Option<String>,
}

/// See the module. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Live {
    broker: Arc<RwLock<Broker>>,
    links: Arc<RwLock<HashMap<Uuid, Link>>>,
}

impl Live {
    #[must_use]
    pub fn broker(&self) -> Broker {
        self.broker.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_broker(&self, state: Broker) {
        *self.broker.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    #[must_use]
    pub fn link(&self, edge: Uuid) -> Option<Link> {
        self.links.read().unwrap_or_else(PoisonError::into_inner).get(&edge).cloned()
    }

    pub fn set_link(&self, edge: Uuid, link: Link) {
        self.links.write().unwrap_or_else(PoisonError::into_inner).insert(edge, link);
    }

    /// How many edges are connected.
    #[must_use]
    pub fn connected(&self) -> usize {
        self.links.read().unwrap_or_else(PoisonError::into_inner).values().filter(|l| l.is_connected).count()
    }
}
