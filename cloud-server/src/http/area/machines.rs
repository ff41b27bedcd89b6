//! Machines.

use crate::business::site::machine::Machine;
use crate::business::{Wrong, machines};
use crate::db::DbError;
use crate::http::call::{Answer, Call, bytes, internal, json};
use crate::http::routes::Target;
use crate::resource::list::{self, Asked};
use crate::resource::{engine, of, present};
use crate::tenancy::Tx;
use unison_api::error::ApiError;
use unison_api::production::Key;
use unison_core::ids::{MachineId, PlantId};
use unison_core::span::Span;
use unison_core::time::HOUR;

/// The longest ribbon.
const RIBBON_MAX: i64 = 31 * 24 * HOUR;

/// Machines with their plan and their present state (API-15).
pub(crate) async fn list(call: Call) -> Result<Answer, ApiError> {
    let mut asked: Asked = call.query.clone();
    let status = machines::status(asked.remove("status").as_deref())?;
    let (d, stale_after) = (of::<Machine>().map_err(Wrong::from)?, call.app.stale_after());
    let listed = call.read(move |tx| {
        // A status is computed, so it narrows before the database counts.
        let only = status.map(|s| machines::with_status(tx, s, stale_after)).transpose()?;
        let listed = list::listed(tx, d, &asked, only.as_deref())?;
        let mut records = present::maps(tx, d, &listed.rows)?;
        machines::enrich(tx, &mut records, stale_after)?;
        Ok(listed.body(d, &serde_json::to_vec(&records).map_err(|e| Wrong(internal(&e.to_string())))?))
    });
    Ok(bytes(200, "application/json", listed.await?))
}

pub(crate) async fn get(call: Call) -> Result<Answer, ApiError> {
    let (d, key, stale_after) = (of::<Machine>().map_err(Wrong::from)?, call.parameter("id"), call.app.stale_after());
    let found = call.read(move |tx| {
        let mut found = [engine::get(tx, d, &key)?];
        machines::enrich(tx, &mut found, stale_after)?;
        Ok(found)
    });
    let [found] = found.await?;
    json(200, &found)
}

pub(crate) fn plant_of(tx: &Tx<'_>, target: &Target) -> Result<Option<PlantId>, DbError> {
    match target.key() {
        Key::Id(id) => machines::plant_of(tx, MachineId(id)),
        Key::Text(_) => Ok(None),
    }
}

pub(crate) async fn ribbon(call: Call) -> Result<Answer, ApiError> {
    let now = call.app.tenancy.now();
    let range = call.range(Some(Span::new(now.plus(-8 * HOUR), now)), RIBBON_MAX)?;
    let (id, stale_after) = (call.id("machine")?, call.app.stale_after());
    json(200, &call.read(move |tx| machines::ribbon(tx, id, range, stale_after)).await?)
}
