//! What is read from machines, for people who look for it. How it is read stands in the edge's own file.

use super::PLANT;
use crate::resource::{LookUp, Meta, Reach, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}
