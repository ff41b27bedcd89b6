//! The parts of the model: a machine, a work order, an open stop, the way to the cloud, each as it is now.

use unison_core::activity::Activity;
use unison_core::facts::{HelpKind, StopSource};
use unison_core::ids::{MachineId, ReasonId, UserId, WorkOrderId};
use unison_core::master::{Machine, WorkOrder, WorkOrderStatus};
use unison_core::time::Timestamp;
use uuid::Uuid;

/// A machine: its record and what it does.
#[derive(Clone, Debug)]
pub struct MachineNow {
    pub record: Machine,
    /// This edge collects it: it is configured here and nobody else's.
    pub is_ours: bool,
    pub activity: Activity,
    /// Start of the present activity; none when it was never seen.
    pub since: Option<Timestamp>,
    /// The last activity that was not `no_data`.
    pub last_known: Option<Activity>,
    /// Until when it was seen.
    pub seen_at: Option<Timestamp>,
    /// Open stops, oldest first; mostly none or one.
    pub downtimes: Vec<OpenDowntime>,
    /// Its signals ended the last of those that are over, and nobody has given its reason.
    pub has_unexplained_stop: bool,
    /// Open calls for help, oldest first.
    pub help: Vec<OpenHelp>,
    /// The work order in progress on it; of several the one started last.
    pub work_order: Option<WorkOrderId>,
}

/// A stop that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDowntime {
    pub id: Uuid,
    pub started_at: Timestamp,
    pub source: StopSource,
    pub reason: Option<ReasonId>,
    pub note: Option<String>,
    pub classified_by: Option<UserId>,
    /// It was told to the supervisor.
    pub is_escalated: bool,
}

/// A call for help that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenHelp {
    pub id: Uuid,
    pub kind: HelpKind,
    pub note: Option<String>,
    pub by: UserId,
    pub at: Timestamp,
    /// Who comes, and since when.
    pub answered: Option<(UserId, Timestamp)>,
}

/// A work order: its record, what was done to it, and the sums of its logs.
#[derive(Clone, Debug)]
pub struct WorkOrderNow {
    pub record: WorkOrder,
    pub status: WorkOrderStatus,
    /// The machine it runs on, or is planned on.
    pub machine: Option<MachineId>,
    pub started_at: Option<Timestamp>,
    pub started_by: Option<UserId>,
    pub changed_at: Option<Timestamp>,
    /// Rejected units included.
    pub completed: u64,
    pub rejected: u64,
    /// This edge executed something on it; then its status is ours.
    pub is_moved_here: bool,
    /// Ideal time of one part of its product in microseconds.
    pub ideal_cycle: Option<i64>,
    /// Number of its project while that is on hold.
    pub on_hold: Option<String>,
}

/// What was logged on a work order, also before its record came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub completed: u64,
    pub rejected: u64,
}

/// The way to the cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    pub incarnation: u32,
    /// Sequence of the last op of our log in this incarnation.
    pub head: u64,
    /// The cloud durably holds everything of this incarnation up to here.
    pub acked: u64,
    /// What the cloud still lacks of an incarnation before; it goes up first.
    pub before: Option<Tail>,
    /// When the oldest op that is not acknowledged was written.
    pub oldest_unsent: Option<Timestamp>,
    pub last_ack: Option<Timestamp>,
}

/// An incarnation of the log that ended when the database was set back to a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    pub incarnation: u32,
    pub head: u64,
    pub acked: u64,
}

impl Queue {
    /// Ops that the cloud has not acknowledged.
    #[must_use]
    pub const fn pending(&self) -> u64 {
        let before = match self.before {
            Some(tail) => tail.head.saturating_sub(tail.acked),
            None => 0,
        };
        self.head.saturating_sub(self.acked).saturating_add(before)
    }

    /// What goes up now.
    #[must_use]
    pub fn sending(&self) -> Tail {
        self.before.unwrap_or(Tail { incarnation: self.incarnation, head: self.head, acked: self.acked })
    }
}

/// Who may execute a work order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executor {
    Here,
    /// Another edge of the plant.
    Elsewhere(Uuid),
    /// No edge looks after its machine or lane: the cloud does it.
    Cloud,
}

/// How the codes of the configuration stand to the master data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Place in the list of codes, and the machine.
    pub ours: Vec<(usize, MachineId)>,
    pub unknown: Vec<String>,
    pub elsewhere: Vec<String>,
}
