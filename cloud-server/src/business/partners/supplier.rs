//! Suppliers.

use crate::resource::{Meta, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Supplier {
    #[schemars(length(max = 200))]
    pub name: String,
    /// The person to speak to.
    #[schemars(length(max = 200))]
    pub contact_name: Option<String>,
    #[schemars(email, length(max = 254))]
    pub email: Option<String>,
    #[schemars(length(max = 50))]
    pub phone: Option<String>,
    #[schemars(length(max = 1000))]
    pub address: Option<String>,
    /// Days from order to delivery, as a rule.
    #[schemars(range(max = 3650), extend("x-unit" = "days"))]
    pub lead_time_days: Option<u32>,
}

impl Resource for Supplier {
    const META: Meta = Meta {
        entity: "supplier",
        label: "Supplier",
        label_plural: "Suppliers",
        table: "suppliers",
        path: "/suppliers",
        area: "master data",
        unique: &[&["name"]],
        search: &["name", "contact_name", "email"],
        list: &["name", "contact_name", "email", "phone", "lead_time_days"],
        ..Meta::USUAL
    };
}
