//! Lanes: lines or groups of machines that take work orders (ISA-95: Work Center).

use super::PLANT;
use crate::business::master;
use crate::db::DbError;
use crate::resource::valid::wrong;
use crate::resource::{LookUp, Meta, Reach, Resource};
use crate::tenancy::{Topic, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::decimal::Decimal;
use unison_core::ids::{LaneId, PlantId};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Lane {
    pub plant_id: i64,
    pub department_id: Option<i64>,
    /// Unique in the plant.
    #[schemars(length(max = 200))]
    pub name: String,
    /// How many work orders it takes at a time.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1000))]
    pub capacity: u32,
    /// Time of one piece, where product and machine have none of their own.
    #[schemars(range(min = 0.001, max = 86_400), extend("x-unit" = "s"))]
    pub ideal_cycle_time_seconds: Option<Decimal>,
    /// Names of operations; empty for all.
    #[serde(default)]
    pub supported_operations: Vec<String>,
}

const fn one() -> u32 {
    1
}

impl Resource for Lane {
    const META: Meta = Meta {
        entity: "lane",
        label: "Lane",
        label_plural: "Lanes",
        table: "lanes",
        path: "/lanes",
        area: "organisation",
        reach: Reach::Plant,
        unique: &[&["plant_id", "name"]],
        list: &["plant_id", "name", "department_id", "capacity", "ideal_cycle_time_seconds"],
        look_ups: &[
            PLANT,
            LookUp { field: "department_id", table: "departments", adds: &[("department_name", "name")] },
        ],
        ..Meta::USUAL
    };

    fn check(&self, _before: Option<&Self>) -> Vec<Detail> {
        let is_usable = |o: &String| !o.trim().is_empty() && o.chars().count() <= 200;
        if self.supported_operations.iter().all(is_usable) {
            return Vec::new();
        }
        vec![wrong("supported_operations", "must have 1 to 200 characters each")]
    }

    fn saved(tx: &WriteTx<'_>, id: i64, _: Option<&Self>, after: &Self) -> Result<(), DbError> {
        master::send(tx, PlantId(after.plant_id), master::lane(tx, LaneId(id))?);
        tx.changed(Topic::MasterData);
        Ok(())
    }
}
