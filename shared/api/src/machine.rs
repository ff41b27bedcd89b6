//! Machines, their stops and ribbons.

use crate::Person;
use crate::help::HelpCallView;
use crate::production::AllowedAction;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::activity::{Activity, Status};
use unison_core::time::Rfc3339;

/// A work order as a machine mentions it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderRef {
    pub id: i64,
    pub work_order_number: String,
}

/// A machine as it is now (API-15, Q-128).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MachineView {
    pub id: i64,
    pub machine_code: String,
    pub name: String,
    pub plant_id: i64,
    pub plant_name: String,
    pub lane_id: Option<i64>,
    pub lane_name: Option<String>,
    /// What is shown; while nothing is seen, the last status known.
    pub status: Status,
    /// What the signals say.
    pub activity: Activity,
    /// Nothing is seen at present.
    pub stale: bool,
    /// Idle because it is blocked or starved.
    pub waiting: bool,
    /// What a supervisor should look at: "running without work order", "resumed without note".
    pub flags: Vec<String>,
    /// Start of the present activity.
    pub since: Option<Rfc3339>,
    /// Until when the machine was seen.
    pub seen_at: Option<Rfc3339>,
    /// Reason of the open stop.
    pub downtime_reason: Option<String>,
    pub open_downtime_id: Option<String>,
    /// Open calls for help, the oldest first.
    pub help_calls: Vec<HelpCallView>,
    pub current_work_order: Option<WorkOrderRef>,
    pub capacity_units_per_hour: Option<f64>,
    pub ideal_cycle_seconds: Option<f64>,
    /// Utilisation of the present day so far.
    pub utilization_percent: Option<f64>,
    pub last_maintenance_date: Option<String>,
    pub next_maintenance_due: Option<String>,
    /// Name of the edge that looks after it.
    pub edge: Option<String>,
}

/// One page of machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MachineList {
    pub machines: Vec<MachineView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// One stretch of a machine's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RibbonInterval {
    pub from: Rfc3339,
    /// Null: it goes on.
    pub to: Option<Rfc3339>,
    pub activity: Activity,
    /// The stop that covers it.
    pub downtime_id: Option<String>,
}

/// A machine's time over a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ribbon {
    pub intervals: Vec<RibbonInterval>,
    /// Up to here time is settled.
    pub known_until: Option<Rfc3339>,
}

/// A stop (API-23).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DowntimeView {
    pub id: String,
    pub machine_id: i64,
    pub machine_code: String,
    pub started_at: Rfc3339,
    pub ended_at: Option<Rfc3339>,
    /// Minutes so far, or in all.
    pub duration_minutes: f64,
    pub reason_id: Option<i64>,
    /// "unclassified" while nobody gave a reason.
    pub reason_code: String,
    pub downtime_reason: String,
    pub notes: Option<String>,
    /// "signal" or "operator".
    pub source: String,
    pub classified_by: Option<Person>,
    /// Its reason is a critical one.
    pub is_critical: bool,
    /// The first alarm that the machine itself gave for it.
    pub alarm: Option<String>,
    /// Code of the reason that goes with the alarm.
    pub suggested_reason_code: Option<String>,
    /// When it had lasted so long that the supervisor was told (DOWN-05).
    pub escalated_at: Option<Rfc3339>,
    /// "resumed without note" while it is over by the machine's signals and has no reason.
    pub flags: Vec<String>,
    /// What may be done to it, and why not if not.
    pub allowed_actions: Vec<AllowedAction>,
}

/// One page of stops.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DowntimeList {
    pub downtime_events: Vec<DowntimeView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// Why a machine stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReasonView {
    pub id: i64,
    pub code: String,
    pub name: String,
    pub category: String,
    pub is_planned: bool,
    pub is_critical: bool,
}

/// The reasons of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReasonList {
    pub downtime_reasons: Vec<ReasonView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}
