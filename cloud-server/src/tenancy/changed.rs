//! What is told after a commit, to live pages and to the links with the edges. A listener that lags
//! loses messages, never data: it reads the tables again.

use unison_core::ids::{MachineId, PlantId};
use uuid::Uuid;

/// What changed in an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// A change that is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub organization: i64,
    pub topics: Vec<Topic>,
}

/// The cloud's log for a plant grew; `head` is its last sequence. Hand it to every edge of the plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlantLogGrew {
    pub organization: i64,
    pub plant: PlantId,
    pub plant_uuid: Uuid,
    pub incarnation: u32,
    pub head: u64,
}
