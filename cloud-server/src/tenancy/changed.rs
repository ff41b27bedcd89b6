//! What is told after a commit, to live pages and to the links with the edges. A listener that lags
//! loses messages, never data: it reads the tables again.

use serde::{Deserialize, Serialize};
use unison_core::ids::{MachineId, PlantId};
use uuid::Uuid;

/// What changed in an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// Something shown of this machine.
    Machine(MachineId),
    /// Machine time of all machines of an edge went on.
    Observed,
    WorkOrders,
    /// An edge answered this request.
    WorkOrderRequest(Uuid),
    ProductionLog(Uuid),
    Downtime(Uuid),
    Edges,
    /// Plants, lanes, shifts, reasons, people.
    MasterData,
    /// It is not known what: look again at all that is shown.
    Everything,
}

/// A change that is committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// None for all of them, when it is not known which.
    pub organization: Option<i64>,
    pub topics: Vec<Topic>,
}

impl Changed {
    /// Something somewhere.
    #[must_use]
    pub fn unknown() -> Self {
        Self { organization: None, topics: vec![Topic::Everything] }
    }

    #[must_use]
    pub fn concerns(&self, organization: i64) -> bool {
        self.organization.is_none_or(|o| o == organization)
    }
}

/// The cloud's log for a plant grew; `head` is its last sequence. Hand it to every edge of the plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlantLogGrew {
    pub organization: i64,
    pub plant: PlantId,
    pub plant_uuid: Uuid,
    pub incarnation: u32,
    pub head: u64,
}
