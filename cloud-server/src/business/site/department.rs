//! Departments of a plant.

use super::PLANT;
use crate::resource::{LookUp, Meta, Reach, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Department {
    pub plant_id: i64,
    /// Unique in the plant.
    #[schemars(length(max = 50))]
    pub code: String,
    #[schemars(length(max = 200))]
    pub name: String,
    /// Who leads it.
    pub head_user_id: Option<i64>,
}

impl Resource for Department {
    const META: Meta = Meta {
        entity: "department",
        label: "Department",
        label_plural: "Departments",
        table: "departments",
        path: "/departments",
        area: "organisation",
        reach: Reach::Plant,
        unique: &[&["plant_id", "code"]],
        search: &["code", "name"],
        sort: "code",
        list: &["plant_id", "code", "name", "head_user_id"],
        look_ups: &[PLANT, LookUp { field: "head_user_id", table: "users", adds: &[("head_user_name", "name")] }],
        ..Meta::USUAL
    };
}
