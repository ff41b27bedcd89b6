//! Projects and their life (PROJ-01 to PROJ-07).

use crate::business::master;
use crate::db::DbError;
use crate::params;
use crate::resource::valid::wrong;
use crate::resource::{Action, Change, LookUp, Meta, Numbering, Resource, Verb, engine, of};
use crate::tenancy::{Topic, Tx, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::calendar::Day;
use unison_core::ids::PlantId;
use unison_rules::Refusal;

use super::work_order::{Cancel as CancelOrder, WorkOrder};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    #[default]
    Draft,
    Active,
    OnHold,
    Completed,
    Cancelled,
    Archived,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Project {
    /// Unique in the organisation; made when it is left out.
    #[schemars(length(max = 50))]
    pub project_number: String,
    #[schemars(length(max = 200))]
    pub name: String,
    pub customer_id: Option<i64>,
    pub product_id: Option<i64>,
    pub planned_start_date: Option<Day>,
    pub planned_end_date: Option<Day>,
    /// Changed by actions only.
    #[serde(default)]
    pub status: Status,
}

impl Project {
    fn locked(&self, change: Change) -> Option<String> {
        let state = match self.status {
            Status::Draft | Status::Active | Status::OnHold => return None,
            Status::Completed => "completed",
            Status::Cancelled => "cancelled",
            Status::Archived => "archived",
        };
        (change == Change::Update).then(|| format!("{} is {state}", self.project_number))
    }
}

impl Resource for Project {
    const LOCKED: Option<fn(&Self, Change) -> Option<String>> = Some(Self::locked);
    const META: Meta = Meta {
        entity: "project",
        label: "Project",
        label_plural: "Projects",
        table: "projects",
        path: "/projects",
        area: "master data",
        code: Some("project_number"),
        unique: &[&["project_number"]],
        search: &["project_number", "name"],
        sort: "-project_number",
        list: &["project_number", "name", "customer_id", "status", "planned_start_date", "planned_end_date"],
        read_only: &["status"],
        look_ups: &[
            LookUp { field: "customer_id", table: "customers", adds: &[("customer_name", "name")] },
            LookUp { field: "product_id", table: "products", adds: &[("product_name", "name")] },
        ],
        number: Some(Numbering { field: "project_number", prefix: "P-" }),
        holds: "t.status NOT IN ('completed', 'cancelled', 'archived')",
        ..Meta::USUAL
    };

    fn check(&self, _before: Option<&Self>) -> Vec<Detail> {
        match self.planned_start_date.zip(self.planned_end_date) {
            Some((from, to)) if to < from => vec![wrong("planned_end_date", "must not lie before the start")],
            _ => Vec::new(),
        }
    }

    /// Edges hear of a project on hold (PROJ-04); a cancelled one cancels its work orders (PROJ-06).
    fn saved(tx: &WriteTx<'_>, id: i64, before: Option<&Self>, after: &Self) -> Result<(), DbError> {
        let on_hold = |p: &Self| (p.status == Status::OnHold).then(|| p.project_number.clone());
        if before.and_then(on_hold) != on_hold(after) {
            master::send_terms_of_project(tx, id)?;
            tx.changed(Topic::WorkOrders);
        }
        let is_cancelled = after.status == Status::Cancelled && before.is_some_and(|b| b.status != Status::Cancelled);
        if !is_cancelled {
            return Ok(());
        }
        let (d, cancel) = (of::<WorkOrder>()?, Verb::of::<WorkOrder, CancelOrder>());
        let sql = "SELECT id FROM work_orders WHERE organization_id = $1 AND project_id = $2 AND status IN ('planned', 'released')";
        for row in tx.query(sql, params![tx.org(), id])? {
            let key = row.get::<i64>("id")?.to_string();
            let done = engine::act(tx, d, &cancel, &key, &crate::resource::Map::new());
            done.map_err(|e| DbError::Failed(format!("work order {key} was not cancelled: {}", e.0)))?;
        }
        Ok(())
    }

    fn actions() -> Vec<Verb> {
        vec![
            Verb::of::<Self, Activate>(),
            Verb::of::<Self, Pause>(),
            Verb::of::<Self, Resume>(),
            Verb::of::<Self, Complete>(),
            Verb::of::<Self, Cancel>(),
            Verb::of::<Self, Archive>(),
        ]
    }
}

/// What is known of a project's work orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Neither completed nor cancelled.
    pub open: i64,
    /// Started, or released to an edge, which then has the word.
    pub on_the_floor: i64,
    /// In plants that the one who asks does not reach.
    pub out_of_reach: i64,
}

fn known(tx: &Tx<'_>, project: i64) -> Result<Known, DbError> {
    let sql = "SELECT w.status, w.plant_id, (SELECT count(*) FROM machines m JOIN edges e ON e.organization_id = m.organization_id AND e.id = m.edge_id
                 WHERE m.organization_id = w.organization_id AND e.state <> 'revoked' AND (m.id = w.machine_id OR m.lane_id = w.lane_id)) AS edges
               FROM work_orders w WHERE w.organization_id = $1 AND w.project_id = $2 AND w.status NOT IN ('completed', 'cancelled')";
    let mut out = Known::default();
    for row in tx.query(sql, params![tx.org(), project])? {
        let (status, edges): (String, i64) = (row.get("status")?, row.get("edges")?);
        out.open += 1;
        out.out_of_reach += i64::from(!tx.caller().reaches(PlantId(row.get("plant_id")?)));
        out.on_the_floor += i64::from(match status.as_str() {
            "planned" => false,
            "released" => edges > 0,
            _ => true,
        });
    }
    Ok(out)
}

/// The status after a verb: the table of PROJ-01, none for what it does not have.
fn moved(from: Status, verb: &str) -> Option<Status> {
    match (from, verb) {
        (Status::Draft, "activate") | (Status::OnHold, "resume") => Some(Status::Active),
        (Status::Active, "pause") => Some(Status::OnHold),
        (Status::Active, "complete") => Some(Status::Completed),
        (Status::Completed, "archive") => Some(Status::Archived),
        (Status::Draft | Status::OnHold, "cancel") => Some(Status::Cancelled),
        _ => None,
    }
}

fn hindrance(project: &Project, verb: &str) -> Option<String> {
    let state = match project.status {
        _ if moved(project.status, verb).is_some() => return None,
        Status::Draft => "a draft; activate it first",
        Status::Active if verb == "cancel" => "active; pause it first",
        Status::Active => "active",
        Status::OnHold => "on hold; resume it first",
        Status::Completed => "completed",
        Status::Cancelled => "cancelled",
        Status::Archived => "archived",
    };
    Some(format!("{} is {state}", project.project_number))
}

fn applied(mut project: Project, verb: &str, error: &'static str, known: Known) -> Result<Project, Refusal> {
    let refuse = |reason: String| Err(Refusal::NotNow { error, reason });
    match (verb, known) {
        ("complete", Known { open, .. }) if open > 0 => {
            refuse(format!("{open} of its work orders are open; complete or cancel them first"))
        }
        // They are cancelled with it, which is a change of theirs.
        ("cancel", Known { out_of_reach, .. }) if out_of_reach > 0 => refuse(format!(
            "{out_of_reach} of its work orders are in plants that you are not assigned to; ask somebody who reaches them"
        )),
        ("cancel", Known { on_the_floor, .. }) if on_the_floor > 0 => {
            refuse(format!("{on_the_floor} of its work orders are on the shop floor; complete them first"))
        }
        _ => {
            project.status = moved(project.status, verb).unwrap_or(project.status);
            Ok(project)
        }
    }
}

macro_rules! verbs {
    ($($name:ident $verb:literal $label:literal),+ $(,)?) => {$(
        #[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {}

        impl Action<Project> for $name {
            const VERB: &'static str = $verb;
            const LABEL: &'static str = $label;
            type Known = Known;

            fn refused(before: &Project) -> Option<String> {
                hindrance(before, $verb)
            }

            fn known(&self, tx: &Tx<'_>, id: i64, _: &Project) -> Result<Known, DbError> {
                known(tx, id)
            }

            fn apply(self, before: Project, known: Known) -> Result<Project, Refusal> {
                applied(before, $verb, concat!("Cannot ", $verb, " project"), known)
            }
        }
    )+};
}
verbs! {
    Activate "activate" "Activate",
    Pause "pause" "Pause",
    Resume "resume" "Resume",
    Complete "complete" "Complete",
    Cancel "cancel" "Cancel",
    Archive "archive" "Archive",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proj_01_only_the_transitions_of_the_table() {
        use Status::{Active, Archived, Cancelled, Completed, Draft, OnHold};
        let table = [
            (Draft, "activate", Active),
            (Active, "pause", OnHold),
            (OnHold, "resume", Active),
            (Active, "complete", Completed),
            (Completed, "archive", Archived),
            (Draft, "cancel", Cancelled),
            (OnHold, "cancel", Cancelled),
        ];
        for from in [Draft, Active, OnHold, Completed, Cancelled, Archived] {
            for verb in ["activate", "pause", "resume", "complete", "archive", "cancel"] {
                let expect = table.iter().find(|(f, v, _)| (*f, *v) == (from, verb)).map(|t| t.2);
                assert_eq!(moved(from, verb), expect, "{from:?} {verb}");
            }
        }
    }
}
