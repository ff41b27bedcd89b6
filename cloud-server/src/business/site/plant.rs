//! Plants: sites of the organisation (ISA-95: Site).

use crate::business::master;
use crate::db::DbError;
use crate::params;
use crate::resource::valid::wrong;
use crate::resource::{Meta, Reach, Resource};
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
            let sql =
                "UPDATE plants SET is_default = FALSE WHERE organization_id = $1 AND id <> $2 AND is_default = TRUE";
            tx.execute(sql, params![tx.org(), id])?;
        }
        master::send(tx, PlantId(id), master::plant(tx, PlantId(id))?);
        if before.is_none() {
            master::brief(tx, PlantId(id))?;
        }
        tx.changed(Topic::MasterData);
        Ok(())
    }
}
