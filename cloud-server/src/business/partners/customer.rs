//! Customers.

use crate::resource::{Meta, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
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
}

impl Resource for Customer {
    const META: Meta = Meta {
        entity: "customer",
        label: "Customer",
        label_plural: "Customers",
        table: "customers",
        path: "/customers",
        area: "master data",
        unique: &[&["name"]],
        search: &["name", "contact_name", "email"],
        list: &["name", "contact_name", "email", "phone"],
        ..Meta::USUAL
    };
}
