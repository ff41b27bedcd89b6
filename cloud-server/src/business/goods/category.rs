//! Categories of materials.

use crate::resource::{Meta, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Category {
    /// Such as "Raw Materials - Steel".
    #[schemars(length(max = 200))]
    pub name: String,
    #[schemars(length(max = 2000))]
    pub description: Option<String>,
}

impl Resource for Category {
    const META: Meta = Meta {
        entity: "category",
        label: "Category",
        label_plural: "Categories",
        table: "categories",
        path: "/categories",
        area: "master data",
        unique: &[&["name"]],
        list: &["name", "description"],
        ..Meta::USUAL
    };
}
