//! Machines as they are planned (ISA-95: Work Unit). What they do at present is added by `business::machines`.

use super::PLANT;
use crate::business::master;
use crate::db::DbError;
use crate::resource::valid::wrong;
use crate::resource::{LookUp, Meta, Reach, Resource};
use crate::tenancy::{Topic, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::calendar::Day;
use unison_core::decimal::Decimal;
use unison_core::ids::{MachineId, PlantId};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Production,
    Maintenance,
    Decommissioned,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountSource {
    #[default]
    Counter,
    Logs,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    pub plant_id: i64,
    pub lane_id: Option<i64>,
    /// Such as CNC-001; unique in the organisation.
    #[schemars(length(max = 50))]
    pub machine_code: String,
    #[schemars(length(max = 200))]
    pub name: String,
    /// Whether it is meant to produce; decommissioned is final.
    #[serde(default)]
    pub mode: Mode,
    /// What its pieces are counted by.
    #[serde(default)]
    pub count_source: CountSource,
    /// Time of one piece; where it is missing, that of the lane counts.
    #[schemars(range(min = 0.001, max = 86_400), extend("x-unit" = "s"))]
    pub ideal_cycle_time_seconds: Option<Decimal>,
    #[schemars(range(min = 0), extend("x-unit" = "1/h"))]
    pub capacity_units_per_hour: Option<Decimal>,
    pub last_maintenance_date: Option<Day>,
    pub next_maintenance_due: Option<Day>,
    /// The edge that looks after it; set when the edge is commissioned.
    pub edge_id: Option<i64>,
}

impl Resource for Machine {
    const META: Meta = Meta {
        entity: "machine",
        label: "Machine",
        label_plural: "Machines",
        table: "machines",
        path: "/machines",
        area: "organisation",
        reach: Reach::Plant,
        code: Some("machine_code"),
        unique: &[&["machine_code"]],
        search: &["machine_code", "name"],
        sort: "machine_code",
        list: &["machine_code", "name", "plant_id", "lane_id", "mode", "next_maintenance_due"],
        read_only: &["edge_id"],
        look_ups: &[
            PLANT,
            LookUp { field: "lane_id", table: "lanes", adds: &[("lane_name", "name")] },
            LookUp { field: "edge_id", table: "edges", adds: &[("edge_name", "name")] },
        ],
        ..Meta::USUAL
    };

    fn check(&self, before: Option<&Self>) -> Vec<Detail> {
        match before {
            Some(b) if b.mode == Mode::Decommissioned && self.mode != b.mode => {
                vec![wrong("mode", "cannot be changed; a decommissioned machine stays so")]
            }
            _ => Vec::new(),
        }
    }

    fn saved(tx: &WriteTx<'_>, id: i64, _: Option<&Self>, after: &Self) -> Result<(), DbError> {
        master::send(tx, PlantId(after.plant_id), master::machine(tx, MachineId(id))?);
        tx.changed(Topic::Machine(MachineId(id)));
        tx.changed(Topic::MasterData);
        Ok(())
    }
}
