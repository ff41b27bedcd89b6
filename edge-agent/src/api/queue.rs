//! The two hops of the queue indicator (UI-05): page to edge, edge to cloud.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::time::Rfc3339;

use crate::carrier::{CarrierState, StatusSnapshot};
use crate::store::Queue;

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

impl QueueView {
    /// Judges the carrier and what waits behind it.
    #[must_use]
    pub fn new(carrier: &StatusSnapshot, queue: &Queue) -> Self {
        let pending = queue.pending();
        let items = if pending == 1 { "item" } else { "items" };
        let said = |default: &str| carrier.message.as_deref().unwrap_or(default).to_owned();
        let (state, message) = match carrier.state {
            CarrierState::Offline => (
                QueueState::Offline,
                said("The cloud is not reached; everything is kept here and sent when it is back."),
            ),
            CarrierState::Error => (QueueState::Error, said("The cloud refuses this edge.")),
            CarrierState::Online if pending == 0 => (QueueState::Online, "Everything is in the cloud.".to_owned()),
            CarrierState::Online => (QueueState::Syncing, format!("Syncing {pending} {items}...")),
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

    #[test]
    fn ui_05_the_four_states() {
        let check = |state, message: Option<&str>, pending, expect, text: &str| {
            let carrier = StatusSnapshot { state, message: message.map(Into::into) };
            let view = QueueView::new(&carrier, &Queue { head: pending, ..Queue::default() }).edge_to_cloud;
            assert_eq!((view.state, view.pending), (expect, pending));
            assert!(view.message.contains(text), "{}", view.message);
        };
        check(CarrierState::Online, None, 0, QueueState::Online, "Everything");
        check(CarrierState::Online, None, 3, QueueState::Syncing, "Syncing 3 items...");
        check(CarrierState::Offline, None, 3, QueueState::Offline, "kept here");
        check(CarrierState::Offline, Some("This edge works alone."), 3, QueueState::Offline, "alone");
        check(CarrierState::Error, Some("revoked"), 1, QueueState::Error, "revoked");
    }
}
