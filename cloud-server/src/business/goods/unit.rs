//! Units of measure. One unit is numerator / denominator of the base unit of its dimension; factors are rationals,
//! so that converting there and back changes nothing.

use crate::db::DbError;
use crate::params;
use crate::resource::valid::wrong;
use crate::resource::{Meta, Resource};
use crate::tenancy::WriteTx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Count,
    Mass,
    Length,
    Area,
    Volume,
    Time,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Unit {
    /// Such as kg.
    #[schemars(length(max = 20), regex(pattern = r"^\S+$"))]
    pub code: String,
    #[schemars(length(max = 100))]
    pub name: String,
    /// Only units of one dimension can be converted.
    pub dimension: Dimension,
    /// One unit is numerator / denominator of the base unit (piece, gram, millimetre, mm², millilitre, second).
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000_000_000i64))]
    pub numerator: i64,
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000_000_000i64))]
    pub denominator: i64,
}

const fn one() -> i64 {
    1
}

impl Resource for Unit {
    const META: Meta = Meta {
        entity: "unit",
        label: "Unit",
        label_plural: "Units",
        table: "units",
        path: "/units",
        area: "master data",
        code: Some("code"),
        unique: &[&["code"]],
        search: &["code", "name"],
        sort: "dimension,code",
        list: &["code", "name", "dimension", "numerator", "denominator"],
        ..Meta::USUAL
    };

    /// What was weighed in a unit keeps its meaning.
    fn check(&self, before: Option<&Self>) -> Vec<Detail> {
        match before {
            Some(b) if b.dimension != self.dimension => {
                vec![wrong("dimension", "cannot be changed; make a new unit")]
            }
            _ => Vec::new(),
        }
    }
}

/// Units that every organisation begins with: code, name, dimension, base units in one.
const USUAL: &[(&str, &str, &str, i64)] = &[
    ("pcs", "Piece", "count", 1),
    ("set", "Set", "count", 1),
    ("box", "Box", "count", 1),
    ("pair", "Pair", "count", 2),
    ("dozen", "Dozen", "count", 12),
    ("g", "Gram", "mass", 1),
    ("kg", "Kilogram", "mass", 1_000),
    ("t", "Tonne", "mass", 1_000_000),
    ("mm", "Millimetre", "length", 1),
    ("cm", "Centimetre", "length", 10),
    ("m", "Metre", "length", 1_000),
    ("m2", "Square metre", "area", 1_000_000),
    ("ml", "Millilitre", "volume", 1),
    ("l", "Litre", "volume", 1_000),
    ("m3", "Cubic metre", "volume", 1_000_000),
    ("s", "Second", "time", 1),
    ("min", "Minute", "time", 60),
    ("h", "Hour", "time", 3_600),
];

/// Gives an organisation the units that it does not have yet; how many.
///
/// # Errors
/// When the database fails.
pub fn seed(tx: &WriteTx<'_>) -> Result<usize, DbError> {
    let mut made = 0;
    for (code, name, dimension, numerator) in USUAL {
        let id = tx.next_id(Unit::META.table)?;
        made += tx.execute(
            "INSERT INTO units (organization_id, id, code, name, dimension, numerator, denominator, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7) ON CONFLICT (organization_id, code) DO NOTHING",
            params![tx.org(), id, *code, *name, *dimension, *numerator, tx.now()],
        )?;
    }
    Ok(made)
}
