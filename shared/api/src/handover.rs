//! What one shift leaves to the next (API-19, SHIFT-06, SHIFT-08).

use crate::Person;
use crate::production::{AllowedAction, Key};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::calendar::Day;
use unison_core::master::WorkOrderStatus;
use unison_core::time::Rfc3339;
use uuid::Uuid;

/// Body of `POST /shift-handovers`. Sent again for the same shift and date it replaces what was written, until
/// somebody acknowledged that.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHandover {
    /// Made by the client so that a repeated call writes once.
    #[serde(default)]
    pub uuid: Option<Uuid>,
    pub shift_id: i64,
    /// The day on which the shift began.
    pub date: Day,
    /// What the next shift has to know.
    pub handover_notes: String,
    /// The work orders that are left; missing: all that are in progress or paused.
    #[serde(default)]
    pub wip_work_orders: Option<Vec<NewOrderLeft>>,
    #[serde(default)]
    pub issues: Vec<IssueView>,
    /// `logged_at` of the text that this one replaces, as it was read: another one that was written meanwhile is
    /// not lost. Missing: there was none.
    #[serde(default)]
    pub replaces: Option<Rfc3339>,
}

/// A work order that is left. Its status and count are what the program knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrderLeft {
    /// Id or number.
    pub work_order_id: Key,
    /// Why it cannot go on, where it is blocked.
    #[serde(default)]
    pub blocked_reason: Option<String>,
}

/// Something that the next shift has to know, of a machine or of the whole place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueView {
    #[serde(default)]
    pub machine_id: Option<i64>,
    pub description: String,
}

/// A work order as the shift left it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderLeftView {
    pub work_order_id: i64,
    pub work_order_number: String,
    pub status: WorkOrderStatus,
    /// Null where nothing was ordered.
    pub percent_complete: Option<f64>,
    pub quantity_completed: u64,
    pub quantity_ordered: u64,
    /// Why it cannot go on.
    pub blocked_reason: Option<String>,
}

/// A handover (API-19).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverView {
    pub id: Uuid,
    pub shift_id: i64,
    pub shift_name: String,
    pub date: Day,
    /// Who wrote the text as it is.
    pub logged_by: Person,
    pub logged_at: Rfc3339,
    pub handover_notes: String,
    pub wip_work_orders: Vec<OrderLeftView>,
    pub issues: Vec<IssueView>,
    pub acknowledged_by: Option<Person>,
    pub acknowledged_at: Option<Rfc3339>,
    /// `write` and `acknowledge`, with the reason where one is refused. Empty where handovers are only read.
    pub allowed_actions: Vec<AllowedAction>,
}

/// One page of handovers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverList {
    pub shift_handovers: Vec<HandoverView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// A shift of a day that can be handed over now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DueShift {
    pub shift_id: i64,
    pub shift_name: String,
    /// The day on which it began.
    pub date: Day,
    pub starts_at: Rfc3339,
    pub ends_at: Rfc3339,
    pub target_units: Option<u32>,
    /// What was written of it.
    pub handover: Option<HandoverView>,
}

/// The shifts that can be handed over now, the latest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DueShifts {
    pub shifts: Vec<DueShift>,
}
