//! Materials: what is bought and used up (API-08, API-09, API-10).

use crate::business::Wrong;
use crate::db::DbError;
use crate::params;
use crate::resource::valid::wrong;
use crate::resource::{LookUp, Meta, Resource};
use crate::tenancy::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::decimal::Decimal;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Material {
    /// Such as MTL-001; unique in the organisation.
    #[schemars(length(max = 50))]
    pub material_code: String,
    #[schemars(length(max = 200))]
    pub name: String,
    #[schemars(length(max = 2000))]
    pub description: Option<String>,
    pub category_id: Option<i64>,
    /// Code of a unit, such as kg.
    #[schemars(length(max = 20))]
    pub unit_of_measure: String,
    /// Cost of one unit, in the currency of the organisation.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub standard_cost: Decimal,
    /// Below it there is an alert.
    #[schemars(range(min = 0))]
    pub minimum_stock_level: Option<Decimal>,
    #[schemars(range(min = 0))]
    pub maximum_stock_level: Option<Decimal>,
    /// At or below it more should be ordered.
    #[schemars(range(min = 0))]
    pub reorder_point: Option<Decimal>,
}

impl Resource for Material {
    const META: Meta = Meta {
        entity: "material",
        label: "Material",
        label_plural: "Materials",
        table: "materials",
        path: "/materials",
        area: "master data",
        code: Some("material_code"),
        unique: &[&["material_code"]],
        search: &["material_code", "name"],
        sort: "material_code",
        list: &["material_code", "name", "category_id", "unit_of_measure", "standard_cost"],
        // There are no barcodes yet (API-08).
        absent: &["barcode_url"],
        look_ups: &[LookUp { field: "category_id", table: "categories", adds: &[("category_name", "name")] }],
        ..Meta::USUAL
    };

    fn check(&self, _before: Option<&Self>) -> Vec<Detail> {
        match self.minimum_stock_level.zip(self.maximum_stock_level) {
            Some((least, most)) if least > most => {
                vec![wrong("maximum_stock_level", "must not lie below the minimum stock level")]
            }
            _ => Vec::new(),
        }
    }

    fn check_in(tx: &Tx<'_>, _: Option<i64>, _: Option<&Self>, after: &Self) -> Result<Vec<Detail>, Wrong> {
        Ok(unknown_unit(tx, &after.unit_of_measure)?.into_iter().collect())
    }
}

/// What is wrong with a code that shall name a unit.
pub(super) fn unknown_unit(tx: &Tx<'_>, code: &str) -> Result<Option<Detail>, DbError> {
    let sql = "SELECT id FROM units WHERE organization_id = $1 AND code = $2";
    let found = tx.query_one(sql, params![tx.org(), code])?;
    Ok(found.is_none().then(|| wrong("unit_of_measure", format!("there is no unit {code}"))))
}
