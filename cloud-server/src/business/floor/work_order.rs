//! Work orders as they are planned and released (WO-01 to WO-12). What the shop floor does with them is in
//! `business::work_orders`; from release on the executing edge has the word.

use crate::business::site::PLANT;
use crate::business::{Wrong, master, work_orders};
use crate::db::DbError;
use crate::params;
use crate::resource::valid::wrong;
use crate::resource::{Action, Change, Enrich, LookUp, Meta, Numbering, Reach, Resource, Verb};
use crate::tenancy::{Topic, Tx, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::ids::{LaneId, MachineId, WorkOrderId};
use unison_core::master::WorkOrderStatus as Status;
use unison_core::time::Rfc3339;
use unison_rules::{FieldError, Refusal};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    #[default]
    Production,
    Rework,
    PreventiveMaintenance,
    Maintenance,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrder {
    pub plant_id: i64,
    /// Unique in the organisation; made when it is left out.
    #[schemars(length(max = 50))]
    pub work_order_number: String,
    #[serde(default)]
    pub work_order_type: Type,
    #[schemars(length(max = 200))]
    pub title: String,
    /// An active project; production needs one.
    pub project_id: Option<i64>,
    pub product_id: Option<i64>,
    /// What is made, where it is no product of the list.
    #[schemars(length(max = 200))]
    pub product_name: Option<String>,
    pub lane_id: Option<i64>,
    /// Maintenance needs one.
    pub machine_id: Option<i64>,
    /// Units to make; cannot be changed once it is released.
    #[serde(default)]
    pub quantity_ordered: u32,
    #[serde(default)]
    pub quantity_completed: u64,
    #[serde(default)]
    pub quantity_rejected: u64,
    /// Changed by actions only.
    #[serde(default = "planned")]
    pub status: Status,
    #[serde(default)]
    pub priority: Priority,
    pub supervisor_id: Option<i64>,
    pub planned_start: Option<Rfc3339>,
    pub planned_end: Option<Rfc3339>,
    pub due_date: Option<Rfc3339>,
    pub started_at: Option<Rfc3339>,
    pub started_by: Option<i64>,
    pub completed_at: Option<Rfc3339>,
}

const fn planned() -> Status {
    Status::Planned
}

impl WorkOrder {
    const fn is_maintenance(&self) -> bool {
        matches!(self.work_order_type, Type::PreventiveMaintenance | Type::Maintenance)
    }
}

impl WorkOrder {
    fn locked(&self, change: Change) -> Option<String> {
        let number = &self.work_order_number;
        match (change, self.status) {
            (Change::Archive, _) => {
                Some(format!("{number} is kept for the records; a work order is cancelled instead"))
            }
            (Change::Update, Status::Completed) => Some(format!("{number} is completed")),
            (Change::Update, Status::Cancelled) => Some(format!("{number} was cancelled")),
            (Change::Update | Change::Restore, _) => None,
        }
    }
}

impl Resource for WorkOrder {
    const LOCKED: Option<fn(&Self, Change) -> Option<String>> = Some(Self::locked);
    const ENRICH: Option<Enrich> = Some(work_orders::enrich);
    const META: Meta = Meta {
        entity: "work_order",
        label: "Work order",
        label_plural: "Work orders",
        table: "work_orders",
        path: "/work-orders",
        area: "production",
        reach: Reach::Plant,
        code: Some("work_order_number"),
        title: "title",
        unique: &[&["work_order_number"]],
        search: &["work_order_number", "title", "product_name"],
        sort: "due_date,work_order_number",
        list: &["work_order_number", "title", "status", "priority", "lane_id", "quantity_ordered", "due_date"],
        read_only: &["quantity_completed", "quantity_rejected", "status", "started_at", "started_by", "completed_at"],
        hidden: &["actual_labor_cost"],
        look_ups: &[
            PLANT,
            LookUp { field: "project_id", table: "projects", adds: &[("project_number", "project_number")] },
            LookUp { field: "product_id", table: "products", adds: &[] },
            LookUp { field: "lane_id", table: "lanes", adds: &[("lane_name", "name")] },
            LookUp { field: "machine_id", table: "machines", adds: &[("machine_code", "machine_code")] },
            LookUp { field: "supervisor_id", table: "users", adds: &[("supervisor_name", "name")] },
            LookUp { field: "started_by", table: "users", adds: &[] },
        ],
        number: Some(Numbering { field: "work_order_number", prefix: "WO-" }),
        holds: "t.status NOT IN ('completed', 'cancelled')",
        ..Meta::USUAL
    };

    /// Maintenance is done once.
    fn normal(mut self) -> Self {
        if self.is_maintenance() && self.quantity_ordered == 0 {
            self.quantity_ordered = 1;
        }
        self
    }

    fn check(&self, before: Option<&Self>) -> Vec<Detail> {
        let mut out = Vec::new();
        let mut say = |is_wrong: bool, field: &str, message: &str| {
            if is_wrong {
                out.push(wrong(field, message));
            }
        };
        say(self.quantity_ordered == 0, "quantity_ordered", "is required and must be at least 1");
        let is_new = before.is_none();
        let needs_project = self.work_order_type == Type::Production && self.project_id.is_none();
        let had_project = before.is_some_and(|b| b.project_id.is_some());
        say(needs_project && (is_new || had_project), "project_id", "is required for production");
        say(self.is_maintenance() && self.machine_id.is_none(), "machine_id", "is required for maintenance");
        let is_turned = self.planned_start.zip(self.planned_end).is_some_and(|(from, to)| to < from);
        say(is_turned, "planned_end", "must not lie before the start");
        let Some(before) = before else { return out };
        let is_released = self.status != Status::Planned;
        let quantity = before.quantity_ordered != self.quantity_ordered;
        say(is_released && quantity, "quantity_ordered", "cannot be changed after release");
        say(
            is_released && before.work_order_type != self.work_order_type,
            "work_order_type",
            "cannot be changed after release",
        );
        let is_running = matches!(self.status, Status::InProgress | Status::Paused);
        say(is_running && before.lane_id != self.lane_id, "lane_id", "cannot be changed while it runs");
        say(is_running && before.machine_id != self.machine_id, "machine_id", "cannot be changed while it runs");
        out
    }

    /// Work belongs to active projects only (WO-08).
    fn check_in(tx: &Tx<'_>, _: Option<i64>, before: Option<&Self>, after: &Self) -> Result<Vec<Detail>, Wrong> {
        if let Some(before) = before.filter(|b| b.status == Status::Released)
            && (before.lane_id, before.machine_id) != (after.lane_id, after.machine_id)
            && let Some(edge) = work_orders::edge_of(tx, before.machine_id.map(MachineId), before.lane_id.map(LaneId))?
        {
            // That edge may have started it already, out of reach of this server.
            let field = if before.lane_id == after.lane_id { "machine_id" } else { "lane_id" };
            return Ok(vec![wrong(field, format!("is fixed: edge {} has the word since the release", edge.name))]);
        }
        let Some(project) = after.project_id.filter(|p| before.is_none_or(|b| b.project_id != Some(*p))) else {
            return Ok(Vec::new());
        };
        let sql = "SELECT project_number, status FROM projects WHERE organization_id = $1 AND id = $2";
        let Some(row) = tx.query_one(sql, params![tx.org(), project])? else { return Ok(Vec::new()) };
        let (number, status): (String, String) = (row.get("project_number")?, row.get("status")?);
        let message = format!("{number} is {}; only active projects take work orders", status.replace('_', " "));
        Ok(if status == "active" { Vec::new() } else { vec![wrong("project_id", message)] })
    }

    fn saved(tx: &WriteTx<'_>, id: i64, _: Option<&Self>, after: &Self) -> Result<(), DbError> {
        master::send_work_order(tx, WorkOrderId(id))?;
        tx.changed(Topic::WorkOrders);
        if let Some(machine) = after.machine_id {
            tx.changed(Topic::Machine(MachineId(machine)));
        }
        Ok(())
    }

    fn actions() -> Vec<Verb> {
        vec![Verb::of::<Self, Release>(), Verb::of::<Self, Cancel>()]
    }
}

/// Gives a work order to the shop floor (WO-02 T2, WO-12).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Where it is left out, the planned one.
    pub lane_id: Option<i64>,
    /// Also on a lane that is full; the audit log keeps who did it.
    #[serde(default)]
    pub force: bool,
}

/// A lane as a release needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneLoad {
    pub name: String,
    pub capacity: i64,
    /// Work orders that are released to it and not done.
    pub taken: i64,
}

impl Action<WorkOrder> for Release {
    const VERB: &'static str = "release";
    const LABEL: &'static str = "Release";
    type Known = Option<LaneLoad>;

    fn refused(before: &WorkOrder) -> Option<String> {
        let number = &before.work_order_number;
        match before.status {
            Status::Planned => None,
            Status::Released | Status::InProgress | Status::Paused => Some(format!("{number} is released already")),
            Status::Completed => Some(format!("{number} is completed")),
            Status::Cancelled => Some(format!("{number} was cancelled")),
        }
    }

    fn known(&self, tx: &Tx<'_>, _: i64, before: &WorkOrder) -> Result<Self::Known, DbError> {
        let lane = self.lane_id.or(before.lane_id).unwrap_or(0);
        let sql =
            "SELECT l.name, l.capacity, (SELECT count(*) FROM work_orders w WHERE w.organization_id = l.organization_id
                     AND w.lane_id = l.id AND w.status IN ('released', 'in_progress', 'paused')) AS taken
                   FROM lanes l WHERE l.organization_id = $1 AND l.id = $2 AND l.plant_id = $3";
        let row = tx.query_one(sql, params![tx.org(), lane, before.plant_id])?;
        row.map(|r| Ok(LaneLoad { name: r.get("name")?, capacity: r.get("capacity")?, taken: r.get("taken")? }))
            .transpose()
    }

    fn apply(self, mut before: WorkOrder, known: Self::Known) -> Result<WorkOrder, Refusal> {
        let lane = self.lane_id.or(before.lane_id).zip(known);
        let Some((id, load)) = lane else {
            let message =
                if self.lane_id.is_some() { "names no lane of this plant" } else { "is required for a release" };
            return Err(Refusal::Invalid(vec![FieldError::new("lane_id", message)]));
        };
        if load.taken >= load.capacity && !self.force {
            let LaneLoad { name, capacity, taken } = load;
            let reason = format!("{name} is full ({taken} of {capacity}); choose another lane, or force it");
            return Err(Refusal::NotNow { error: "Cannot release work order", reason });
        }
        before.lane_id = Some(id);
        before.status = Status::Released;
        Ok(before)
    }
}

/// Gives a work order up before it starts (WO-02 T7, T8).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {}

impl Action<WorkOrder> for Cancel {
    const VERB: &'static str = "cancel";
    const LABEL: &'static str = "Cancel";
    /// The edge that executes it, by name.
    type Known = Option<String>;

    fn refused(before: &WorkOrder) -> Option<String> {
        let number = &before.work_order_number;
        match before.status {
            Status::Planned | Status::Released => None,
            Status::InProgress | Status::Paused => Some(format!("{number} has started; it can only be completed")),
            Status::Completed => Some(format!("{number} is completed")),
            Status::Cancelled => Some(format!("{number} was cancelled")),
        }
    }

    fn known(&self, tx: &Tx<'_>, _: i64, before: &WorkOrder) -> Result<Self::Known, DbError> {
        if before.status == Status::Planned {
            return Ok(None);
        }
        let edge = work_orders::edge_of(tx, before.machine_id.map(MachineId), before.lane_id.map(LaneId))?;
        Ok(edge.map(|e| e.name))
    }

    fn apply(self, mut before: WorkOrder, known: Self::Known) -> Result<WorkOrder, Refusal> {
        if let Some(edge) = known {
            let reason = format!("{} is released to edge {edge}, which has the word now", before.work_order_number);
            return Err(Refusal::NotNow { error: "Cannot cancel work order", reason });
        }
        before.status = Status::Cancelled;
        Ok(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn order(status: &str) -> WorkOrder {
        let fields = json!({"plant_id": 1, "work_order_number": "WO-2025-001", "title": "T", "status": status, "quantity_ordered": 5});
        serde_json::from_value(fields).unwrap()
    }

    #[test]
    fn wo_02_t2_release_needs_a_lane_with_room() {
        let load = |taken| Some(LaneLoad { name: "L1".into(), capacity: 2, taken });
        let release = |lane, force, known| Release { lane_id: lane, force }.apply(order("planned"), known);
        let done = release(Some(7), false, load(1)).unwrap();
        assert_eq!((done.status, done.lane_id), (Status::Released, Some(7)));
        assert!(matches!(release(None, false, None), Err(Refusal::Invalid(_))));
        let full = release(Some(7), false, load(2)).unwrap_err().to_string();
        assert_eq!(full, "Cannot release work order: L1 is full (2 of 2); choose another lane, or force it");
        assert!(release(Some(7), true, load(2)).is_ok(), "Q-037");
        assert!(Release::refused(&order("completed")).is_some() && Release::refused(&order("planned")).is_none());
    }

    #[test]
    fn wo_03_wo_04_wo_05_what_can_still_be_changed() {
        let changed = |status: &str| {
            let (before, mut after) = (order(status), order(status));
            after.quantity_ordered = 6;
            after.check(Some(&before)).first().map(|d| d.field.clone())
        };
        assert_eq!(changed("planned"), None);
        assert_eq!(changed("released").as_deref(), Some("quantity_ordered"));
        assert!(order("completed").locked(Change::Update).is_some());
        assert!(order("planned").locked(Change::Archive).is_some(), "WO-06");
    }
}
