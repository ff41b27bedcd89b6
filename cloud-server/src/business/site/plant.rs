//! Plants: sites of the organisation (ISA-95: Site).

use crate::business::master;
use crate::db::DbError;
use crate::params;
use crate::resource::valid::wrong;
use crate::resource::{Meta, Reach, Resource, engine, of};
use crate::tenancy::{Topic, WriteTx};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::ids::PlantId;
use uuid::Uuid;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Plant {
    /// By which its edges know it.
    pub uuid: Uuid,
    #[schemars(length(max = 200))]
    pub name: String,
    /// Such as assembly or warehouse.
    #[schemars(length(max = 100))]
    pub plant_type: Option<String>,
    #[schemars(length(max = 200))]
    pub city: Option<String>,
    #[schemars(length(max = 1000))]
    pub address: Option<String>,
    /// IANA zone of its shifts and days, such as Europe/Berlin.
    #[schemars(length(max = 100))]
    pub timezone: String,
    /// Chosen at log-in by those who reach several.
    #[serde(default)]
    pub is_default: bool,
}

/// There is one default; the plant that was it until now is changed like any record, with version and audit.
fn not_default_any_more(tx: &WriteTx<'_>, chosen: i64) -> Result<(), DbError> {
    let d = of::<Plant>()?;
    let sql = "SELECT id FROM plants WHERE organization_id = $1 AND id <> $2 AND is_default = TRUE";
    for row in tx.query(sql, params![tx.org(), chosen])? {
        let before = engine::find_by_id(tx, d, row.get("id")?)?;
        let mut fields = before.fields.clone();
        fields.insert("is_default".into(), false.into());
        let saved = engine::save(tx, d, &before, "update", &fields, &before.custom_fields);
        saved.map_err(|e| DbError::Failed(format!("the default plant of before: {}", e.0)))?;
    }
    Ok(())
}

impl Resource for Plant {
    const META: Meta = Meta {
        entity: "plant",
        label: "Plant",
        label_plural: "Plants",
        table: "plants",
        path: "/plants",
        area: "organisation",
        reach: Reach::IsPlant,
        unique: &[&["name"], &["uuid"]],
        search: &["name", "city"],
        list: &["name", "plant_type", "city", "timezone", "is_default"],
        read_only: &["uuid"],
        ..Meta::USUAL
    };

    fn check(&self, _before: Option<&Self>) -> Vec<Detail> {
        match TimeZone::get(&self.timezone) {
            Ok(_) => Vec::new(),
            Err(_) => vec![wrong("timezone", "is no IANA time zone such as Europe/Berlin")],
        }
    }

    fn saved(tx: &WriteTx<'_>, id: i64, before: Option<&Self>, after: &Self) -> Result<(), DbError> {
        if after.is_default {
            not_default_any_more(tx, id)?;
        }
        master::send(tx, PlantId(id), master::plant(tx, PlantId(id))?);
        if before.is_none() {
            master::brief(tx, PlantId(id))?;
        }
        tx.changed(Topic::MasterData);
        Ok(())
    }
}
