//! The two hops of the queue indicator (UI-05): page to edge, edge to cloud.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::time::Rfc3339;

/// How it stands with the way to the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// Everything is in the cloud.
    Online,
    /// The cloud is not reached; everything is kept here.
    Offline,
    /// Reached; something is on its way.
    Syncing,
    /// Reached, but it refuses us.
    Error,
}

/// The edge's own hop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EdgeToCloud {
    pub state: QueueState,
    /// Records that the cloud has not acknowledged.
    pub pending: u64,
    /// When the oldest of them was written.
    pub oldest_unsent: Option<Rfc3339>,
    pub last_ack: Option<Rfc3339>,
    pub message: String,
}

/// Answer of `GET /queue` and data of event `queue`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueueView {
    /// "ok": an answer is proof enough.
    pub page_to_edge: String,
    pub edge_to_cloud: EdgeToCloud,
}

/// What the way to the cloud says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link<'a> {
    /// No cloud is configured, or the edge is not enrolled.
    Alone(&'a str),
    Up,
    Down,
    Refused(&'a str),
}

impl QueueView {
    /// Judges the link and what waits behind it.
    #[must_use]
    pub fn new(link: Link<'_>, queue: &crate::store::Queue) -> Self {
        let pending = queue.pending();
        let items = if pending == 1 { "item" } else { "items" };
        let (state, message) = match link {
            Link::Alone(why) => (QueueState::Offline, why.to_owned()),
            Link::Down => (QueueState::Offline, "The cloud is not reached; everything is kept here and sent when it is back.".to_owned()),
            Link::Refused(why) => (QueueState::Error, format!("The cloud refuses this edge: {why}")),
            Link::Up if pending == 0 => (QueueState::Online, "Everything is in the cloud.".to_owned()),
            Link::Up => (QueueState::Syncing, format!("Syncing {pending} {items}...")),
        };
        Self {
            page_to_edge: "ok".to_owned(),
            edge_to_cloud: EdgeToCloud {
                state,
                pending,
                oldest_unsent: queue.oldest_unsent.map(Into::into),
                last_ack: queue.last_ack.map(Into::into),
                message,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Queue;

    #[test]
    fn ui_05_the_four_states() {
        let queue = |pending| Queue { head: pending, ..Queue::default() };
        let check = |link, pending, state, message: &str| {
            let view = QueueView::new(link, &queue(pending)).edge_to_cloud;
            assert_eq!((view.state, view.pending), (state, pending));
            assert!(view.message.contains(message), "{}", view.message);
        };
        check(Link::Up, 0, QueueState::Online, "Everything");
        check(Link::Up, 3, QueueState::Syncing, "Syncing 3 items...");
        check(Link::Down, 3, QueueState::Offline, "kept here");
        check(Link::Alone("This edge works alone."), 3, QueueState::Offline, "alone");
        check(Link::Refused("revoked"), 1, QueueState::Error, "revoked");
    }
}
