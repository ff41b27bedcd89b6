//! Why pieces are rejected.

use crate::business::master;
use crate::db::DbError;
use crate::resource::{Meta, Resource};
use crate::tenancy::{Topic, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_core::ids::ScrapReasonId;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ScrapReason {
    /// Unique in the organisation.
    #[schemars(length(max = 50))]
    pub code: String,
    #[schemars(length(max = 200))]
    pub name: String,
    /// What reasons are grouped by.
    #[schemars(length(max = 100))]
    pub category: Option<String>,
}

impl Resource for ScrapReason {
    const META: Meta = Meta {
        entity: "scrap_reason",
        label: "Scrap reason",
        label_plural: "Scrap reasons",
        table: "scrap_reasons",
        path: "/scrap-reasons",
        area: "production",
        code: Some("code"),
        unique: &[&["code"]],
        search: &["code", "name", "category"],
        sort: "code",
        list: &["code", "name", "category"],
        ..Meta::USUAL
    };

    fn saved(tx: &WriteTx<'_>, id: i64, _: Option<&Self>, _: &Self) -> Result<(), DbError> {
        master::send_everywhere(tx, master::scrap_reason(tx, ScrapReasonId(id))?)?;
        tx.changed(Topic::MasterData);
        Ok(())
    }
}
