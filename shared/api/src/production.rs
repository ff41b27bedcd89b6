//! Work orders and production logs.

use crate::Person;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::master::WorkOrderStatus;
use unison_core::time::Rfc3339;

/// Something that can be done to a record, and why not if not: the page disables the button and says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AllowedAction {
    pub action: String,
    pub allowed: bool,
    pub reason: Option<String>,
}

/// A work order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderView {
    pub id: i64,
    pub work_order_number: String,
    pub title: String,
    pub product_name: Option<String>,
    pub status: WorkOrderStatus,
    pub plant_id: i64,
    pub lane_id: Option<i64>,
    pub lane_name: Option<String>,
    pub machine_id: Option<i64>,
    pub machine_code: Option<String>,
    pub quantity_ordered: u64,
    /// Rejected units included.
    pub quantity_completed: u64,
    pub quantity_rejected: u64,
    pub quantity_left: u64,
    pub progress_percent: Option<f64>,
    pub planned_start: Option<Rfc3339>,
    pub planned_end: Option<Rfc3339>,
    pub due_date: Option<Rfc3339>,
    pub started_at: Option<Rfc3339>,
    pub started_by: Option<Person>,
    /// More was logged than ordered; nothing is dropped (SYNC-09).
    pub overrun: bool,
    pub allowed_actions: Vec<AllowedAction>,
}

/// One page of work orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderList {
    pub work_orders: Vec<WorkOrderView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// A record is named by its id, its UUID or its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Key {
    Id(i64),
    Text(String),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// Body of `POST /api/v1/production-logs` (API-12).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogProduction {
    /// Made by the client so that a repeated call logs once; the server makes one where missing.
    #[serde(default)]
    pub uuid: Option<uuid::Uuid>,
    pub work_order_id: Key,
    #[serde(default)]
    pub operation_id: Option<i64>,
    #[serde(default)]
    pub machine_id: Option<i64>,
    /// Units completed in this session, rejected ones included.
    pub quantity_completed: i64,
    #[serde(default)]
    pub quantity_rejected: i64,
    /// Hours worked in this session, above 0 and at most 24.
    pub hours_worked: f64,
    #[serde(default)]
    pub notes: Option<String>,
    /// Why units were rejected; those that none names stay without a reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scrap_reasons: Vec<NewScrap>,
}

/// Units that were rejected for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScrap {
    /// Code of an active scrap reason.
    pub scrap_reason_code: String,
    pub quantity: i64,
}

/// Units of a log that were rejected for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScrapView {
    pub scrap_reason_code: String,
    pub scrap_reason: String,
    pub quantity: u64,
}

/// A reason why units are rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScrapReasonView {
    pub id: i64,
    pub code: String,
    pub name: String,
    pub category: Option<String>,
}

/// One page of active scrap reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScrapReasonList {
    pub scrap_reasons: Vec<ScrapReasonView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// A production log (API-12).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductionLogView {
    /// Null until the cloud gave it one.
    pub id: Option<i64>,
    pub uuid: uuid::Uuid,
    pub work_order_id: i64,
    pub work_order_number: String,
    pub machine_id: Option<i64>,
    pub quantity_completed: u64,
    pub quantity_rejected: u64,
    pub hours_worked: f64,
    pub notes: Option<String>,
    /// Why units were rejected.
    pub scrap_reasons: Vec<ScrapView>,
    pub cumulative_completed: u64,
    pub quantity_ordered: u64,
    pub progress_percent: Option<f64>,
    /// Null on the edge, which knows no costs.
    pub material_cost_added: Option<f64>,
    pub labor_cost_added: Option<f64>,
    pub logged_at: Rfc3339,
    pub logged_by: Person,
    /// "Logged 10 units, 2 hours. WO is 50% complete."
    pub message: String,
}

/// One page of production logs, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductionLogList {
    pub production_logs: Vec<ProductionLogView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// Body of start, pause, resume and complete; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MoveWorkOrder {
    /// Note of a start, reason of a pause.
    #[serde(alias = "reason")]
    pub note: Option<String>,
    /// The machine it runs on; where missing, the one it was planned on.
    pub machine_id: Option<i64>,
}

/// Hours as a decimal number of a request in millionths; none when it has more than six decimals or is no number.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "checked to lie within a day")]
pub fn hours_micro(hours: f64) -> Option<i64> {
    if !hours.is_finite() || hours.abs() > 1_000.0 {
        return None;
    }
    let micro = (hours * 1e6).round();
    ((micro / 1e6 - hours).abs() < 1e-9).then_some(micro as i64)
}
