//! Products: what is made and sold.

use super::material::unknown_unit;
use crate::business::{Wrong, master};
use crate::db::DbError;
use crate::resource::{Meta, Resource};
use crate::tenancy::{Topic, Tx, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::decimal::Decimal;

/// How single pieces can be followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tracking {
    #[default]
    None,
    Lot,
    Serial,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Product {
    /// Unique in the organisation.
    #[schemars(length(max = 50))]
    pub code: String,
    #[schemars(length(max = 200))]
    pub name: String,
    #[schemars(length(max = 2000))]
    pub description: Option<String>,
    /// Code of a unit, such as pcs.
    #[schemars(length(max = 20))]
    pub unit_of_measure: String,
    #[schemars(range(min = 0))]
    pub price: Option<Decimal>,
    #[schemars(range(min = 0))]
    pub standard_cost: Option<Decimal>,
    /// Whether pieces are followed by lot, by serial number, or not at all.
    #[serde(default)]
    pub tracking_mode: Tracking,
    /// Time of one piece; where it is missing, that of the machine or the lane counts.
    #[schemars(range(min = 0.001, max = 86_400), extend("x-unit" = "s"))]
    pub ideal_cycle_time_seconds: Option<Decimal>,
}

impl Resource for Product {
    const META: Meta = Meta {
        entity: "product",
        label: "Product",
        label_plural: "Products",
        table: "products",
        path: "/products",
        area: "master data",
        code: Some("code"),
        unique: &[&["code"]],
        search: &["code", "name"],
        sort: "code",
        list: &["code", "name", "unit_of_measure", "price", "tracking_mode"],
        ..Meta::USUAL
    };

    fn check_in(tx: &Tx<'_>, _: Option<i64>, _: Option<&Self>, after: &Self) -> Result<Vec<Detail>, Wrong> {
        Ok(unknown_unit(tx, &after.unit_of_measure)?.into_iter().collect())
    }

    /// Edges show its name and measure performance by its cycle.
    fn saved(tx: &WriteTx<'_>, id: i64, before: Option<&Self>, after: &Self) -> Result<(), DbError> {
        let told = |p: &Self| (p.name.clone(), p.ideal_cycle_time_seconds);
        if before.is_some_and(|before| told(before) != told(after)) {
            master::send_work_orders_of_product(tx, id)?;
            tx.changed(Topic::WorkOrders);
        }
        Ok(())
    }
}
