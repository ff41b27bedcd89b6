//! Facts of people who write values to devices.

use super::{Deserialize, Serialize, Timestamp, UserId, Uuid};
use crate::ids::MachineId;

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteOutcome {
    /// Somebody asked for it; recorded before anything is sent.
    Asked,
    /// The device said that it took the value.
    Done,
    /// The device said that it did not.
    Refused,
    /// Nothing was sent.
    NotSent,
    /// It was sent, and nobody knows whether it happened.
    Unknown,
}

impl WriteOutcome {
    pub const ALL: [Self; 5] = [Self::Asked, Self::Done, Self::Refused, Self::NotSent, Self::Unknown];

    /// The code of tables and of the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// Somebody wrote a value to a device. Twice with the same id: when it was asked for, before anything was sent, and
/// when it is known what became of it. The first outcome that is not `Asked` counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagWritten {
    pub id: Uuid,
    /// Name of the tag in the configuration of the edge.
    pub tag: String,
    /// The machine that the person named.
    pub machine: Option<MachineId>,
    /// The last value that was known, as people read it; none where it was not known then.
    pub before: Option<String>,
    pub value: String,
    pub by: UserId,
    /// When it was asked for, or when the outcome was known.
    pub at: Timestamp,
    pub outcome: WriteOutcome,
    /// Why it was not done, or why nobody knows.
    pub reason: Option<String>,
}
