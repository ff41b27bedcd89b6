//! Production logs.

use crate::business::{idempotency, production, work_orders};
use crate::http::call::{Answer, Call, bytes, json};
use unison_api::error::ApiError;
use unison_api::production::{Key, LogProduction};

pub(crate) async fn list(call: Call) -> Result<Answer, ApiError> {
    let page = call.page()?;
    let key = call.text("work_order_id").map(|t| t.parse().map_or_else(|_| Key::Text(t.to_owned()), Key::Id));
    let out = call.read(move |tx| {
        let order = match key {
            // An order that is not there has no logs.
            Some(key) => Some(work_orders::find(tx, &key)?.map_or(-1, |w| w.id.0)),
            None => None,
        };
        Ok(production::list(tx, order, page)?)
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
