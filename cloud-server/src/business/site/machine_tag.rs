//! What is read from machines, for people who look for it. How it is read stands in the edge's own file.

use super::PLANT;
use crate::business::master;
use crate::db::DbError;
use crate::resource::{LookUp, Meta, Reach, Resource};
use crate::tenancy::{Topic, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::ids::PlantId;
use unison_core::master::MasterOp;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MachineTag {
    pub plant_id: i64,
    pub machine_id: i64,
    /// As in the edge's configuration; unique at the machine.
    #[schemars(length(max = 200))]
    pub name: String,
    /// What it tells, such as good pieces or spindle load.
    #[schemars(length(max = 500))]
    pub meaning: String,
    /// Register or node at the machine.
    #[schemars(length(max = 500))]
    pub address: Option<String>,
    #[schemars(length(max = 50))]
    pub unit: Option<String>,
}

impl Resource for MachineTag {
    const META: Meta = Meta {
        entity: "machine_tag",
        label: "Machine tag",
        label_plural: "Machine tags",
        table: "machine_tags",
        path: "/machine-tags",
        area: "organisation",
        reach: Reach::Plant,
        unique: &[&["machine_id", "name"]],
        search: &["name", "meaning", "address"],
        list: &["machine_id", "name", "meaning", "address", "unit"],
        look_ups: &[
            PLANT,
            LookUp { field: "machine_id", table: "machines", adds: &[("machine_code", "machine_code")] },
        ],
        // A part of its machine, which goes with it.
        holds: "FALSE",
        ..Meta::USUAL
    };

    /// Edges show it beside the values of the tag.
    fn saved(tx: &WriteTx<'_>, id: i64, before: Option<&Self>, after: &Self) -> Result<(), DbError> {
        let Some(MasterOp::MachineTag(tag)) = master::machine_tag(tx, id)? else { return Ok(()) };
        if let Some(left) = before.map(|b| b.plant_id).filter(|plant| *plant != after.plant_id) {
            let gone = unison_core::master::MachineTag { is_active: false, ..tag.clone() };
            master::send(tx, PlantId(left), Some(gone.into()));
        }
        master::send(tx, PlantId(after.plant_id), Some(tag.into()));
        tx.changed(Topic::MasterData);
        Ok(())
    }
}
