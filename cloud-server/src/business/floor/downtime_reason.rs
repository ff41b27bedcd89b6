//! Why machines stand (DOWN-02).

use crate::business::master;
use crate::db::DbError;
use crate::resource::{Meta, Resource};
use crate::tenancy::{Topic, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::ids::ReasonId;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DowntimeReason {
    /// Such as mechanical_failure; unique in the organisation.
    #[schemars(length(max = 50))]
    pub code: String,
    #[schemars(length(max = 200))]
    pub name: String,
    /// What reasons are grouped by.
    #[schemars(length(max = 100))]
    pub category: String,
    /// Such as cleaning: it does not count as a loss of availability.
    #[serde(default)]
    pub is_planned: bool,
    /// Somebody should be called at once.
    #[serde(default)]
    pub is_critical: bool,
}

impl Resource for DowntimeReason {
    const META: Meta = Meta {
        entity: "downtime_reason",
        label: "Downtime reason",
        label_plural: "Downtime reasons",
        table: "downtime_reasons",
        path: "/downtime-reasons",
        area: "production",
        code: Some("code"),
        unique: &[&["code"]],
        search: &["code", "name", "category"],
        sort: "category,name",
        list: &["code", "name", "category", "is_planned", "is_critical"],
        ..Meta::USUAL
    };

    fn saved(tx: &WriteTx<'_>, id: i64, _: Option<&Self>, _: &Self) -> Result<(), DbError> {
        master::send_everywhere(tx, master::reason(tx, ReasonId(id))?)?;
        tx.changed(Topic::MasterData);
        Ok(())
    }
}
