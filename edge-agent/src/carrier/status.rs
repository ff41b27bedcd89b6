//! What the queue indicator shows of the way to the cloud. How much waits is in `Model::queue`.

use std::sync::{Arc, Mutex, PoisonError};

/// Whether the cloud is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CarrierState {
    /// No connection; everything is kept.
    #[default]
    Offline,
    /// The cloud answers; while something waits it is being sent.
    Online,
    /// A person must do something; the message says what.
    Error,
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusSnapshot {
    pub state: CarrierState,
    /// Why it is offline or in error; for people.
    pub message: Option<Arc<str>>,
}

impl StatusSnapshot {
    /// The word of the API: "online", "offline", "syncing" or "error".
    #[must_use]
    pub const fn code(&self, pending: u64) -> &'static str {
        match (self.state, pending) {
            (CarrierState::Error, _) => "error",
            (CarrierState::Offline, _) => "offline",
            (CarrierState::Online, 0) => "online",
            (CarrierState::Online, _) => "syncing",
        }
    }
}

/// Shared between the carrier, enrolment and everybody who looks.
#[derive(Debug, Default)]
pub struct CarrierStatus(Mutex<StatusSnapshot>);

impl CarrierStatus {
    #[must_use]
    pub fn snapshot(&self) -> StatusSnapshot {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says it in the log when the state changes.
    pub fn set(&self, state: CarrierState, message: Option<String>) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_changed = now.state != state;
        now.state = state;
        now.message = message.map(Into::into);
        if has_changed {
            let message = now.message.as_deref().unwrap_or_default();
            match state {
                CarrierState::Online => tracing::info!("the cloud is reached"),
                CarrierState::Offline => tracing::warn!(message, "the cloud is out of reach; everything is kept"),
                CarrierState::Error => tracing::error!(message, "the way to the cloud needs a person"),
            }
        }
    }
}
