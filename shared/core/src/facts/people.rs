//! Facts of people and shifts: what one shift leaves to the next, and calls for help.

use super::{Deserialize, Serialize, Timestamp, UserId, Uuid};
use crate::calendar::Day;
use crate::ids::{MachineId, ShiftId, WorkOrderId};
use crate::master::WorkOrderStatus;

/// A work order as a shift leaves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLeft {
    pub work_order: WorkOrderId,
    pub status: WorkOrderStatus,
    /// Units completed and ordered then, rejected ones included.
    pub completed: u64,
    pub ordered: u64,
    /// Why it cannot go on, where it is blocked.
    pub blocked: Option<String>,
}

/// Something that the next shift has to know, of a machine or of the whole place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    pub machine: Option<MachineId>,
    pub text: String,
}

/// A shift was handed over (SHIFT-06). Written again with the same id it replaces what was written before, until
/// somebody acknowledged it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftHandedOver {
    pub id: Uuid,
    pub shift: ShiftId,
    /// The day on which the shift began, in the zone of the plant (SHIFT-03).
    pub date: Day,
    pub notes: String,
    pub work_orders: Vec<OrderLeft>,
    pub issues: Vec<Issue>,
    pub by: UserId,
    pub at: Timestamp,
}

/// The next shift read it (SHIFT-08, Q-057). Once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverAcknowledged {
    pub id: Uuid,
    pub by: UserId,
    pub at: Timestamp,
}

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HelpKind {
    Supervisor,
    Maintenance,
    Quality,
    Material,
}

impl HelpKind {
    pub const ALL: [Self; 4] = [Self::Supervisor, Self::Maintenance, Self::Quality, Self::Material];

    /// The code of tables and of the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Supervisor => "supervisor",
            Self::Maintenance => "maintenance",
            Self::Quality => "quality",
            Self::Material => "material",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Somebody at a machine called for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpCalled {
    pub id: Uuid,
    pub machine: MachineId,
    pub kind: HelpKind,
    pub note: Option<String>,
    pub by: UserId,
    pub at: Timestamp,
}

/// Somebody comes. Who answered first counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpAnswered {
    pub id: Uuid,
    pub by: UserId,
    pub at: Timestamp,
}

/// The call is over: helped, or called by mistake. Once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpEnded {
    pub id: Uuid,
    pub by: UserId,
    pub at: Timestamp,
    pub note: Option<String>,
}
