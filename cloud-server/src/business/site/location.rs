//! Places in a plant where goods are kept.

use super::PLANT;
use crate::resource::{Meta, Reach, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    pub plant_id: i64,
    /// Such as A-01-3; unique in the plant.
    #[schemars(length(max = 50))]
    pub code: String,
    #[schemars(length(max = 200))]
    pub name: String,
}

impl Resource for Location {
    const META: Meta = Meta {
        entity: "location",
        label: "Location",
        label_plural: "Locations",
        table: "locations",
        path: "/locations",
        area: "organisation",
        reach: Reach::Plant,
        unique: &[&["plant_id", "code"]],
        search: &["code", "name"],
        sort: "code",
        list: &["plant_id", "code", "name"],
        look_ups: &[PLANT],
        ..Meta::USUAL
    };
}
