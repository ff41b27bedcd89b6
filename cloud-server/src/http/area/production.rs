//! Production logs.

use crate::business::{idempotency, production, work_orders};
use crate::db::DbError;
use crate::http::call::{Answer, Call, bytes, json};
use crate::http::routes::Target;
use crate::tenancy::Tx;
use unison_api::error::ApiError;
use unison_api::production::{Key, LogProduction};
use unison_core::ids::PlantId;

pub(crate) fn plant_of(tx: &Tx<'_>, target: &Target) -> Result<Option<PlantId>, DbError> {
    let Some(key) = target.member::<Key>("work_order_id") else { return Ok(None) };
    Ok(work_orders::find(tx, &key)?.map(|order| order.plant_id))
}

pub(crate) async fn list(call: Call) -> Result<Answer, ApiError> {
    let page = call.page()?;
    // A work order lies in one plant: the chosen one does not hide it.
    let is_named = call.text("work_order_id").is_some() && call.text("plant_id").is_none();
    let plant = if is_named { None } else { call.plant()? };
    let key = call.text("work_order_id").map(|t| t.parse().map_or_else(|_| Key::Text(t.to_owned()), Key::Id));
    let out = call.read(move |tx| {
        let order = match key {
            // An order that is not there has no logs.
            Some(key) => Some(work_orders::find(tx, &key)?.map_or(-1, |w| w.id.0)),
            None => None,
        };
        Ok(production::list(tx, order, plant, page)?)
    });
    json(200, &out.await?)
}

pub(crate) async fn log(call: Call) -> Result<Answer, ApiError> {
    let wanted: LogProduction = call.json()?;
    let request = idempotency::Request::read(&call.headers, &call.action, &call.body)?;
    let (status, answer) =
        call.write(move |tx| idempotency::once(tx, request.as_ref(), 201, |tx| production::log(tx, &wanted))).await?;
    Ok(bytes(status, "application/json", answer))
}
