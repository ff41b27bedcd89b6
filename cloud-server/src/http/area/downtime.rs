//! Stops.

use crate::business::downtime::{Filter, history as history_of, list as events, pareto as ranking};
use crate::business::kpi::RANGE_MAX;
use crate::http::call::{Answer, Call, json};
use unison_api::error::ApiError;
use unison_core::span::Span;
use unison_core::time::Timestamp;
use uuid::Uuid;

fn filter(call: &Call) -> Result<Filter, ApiError> {
    let open = match call.text("open") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(ApiError::field("open", "must be true or false")),
    };
    let (from, to) = (call.time("from")?, call.time("to")?);
    let range = (from.is_some() || to.is_some())
        .then(|| Span::new(from.unwrap_or(Timestamp(i64::MIN)), to.unwrap_or(Timestamp(i64::MAX))));
    let machine = call.number("machine_id")?;
    // A machine stands in one plant: the chosen one does not hide it.
    let is_named = machine.is_some() && call.text("plant_id").is_none();
    let plant = if is_named { None } else { call.plant()? };
    Ok(Filter { machine, plant, range, open })
}

pub(crate) async fn list(call: Call) -> Result<Answer, ApiError> {
    let (filter, page) = (filter(&call)?, call.page()?);
    json(200, &call.read(move |tx| Ok(events(tx, &filter, page)?)).await?)
}

pub(crate) async fn pareto(call: Call) -> Result<Answer, ApiError> {
    let (filter, range) = (filter(&call)?, call.range(None, RANGE_MAX)?);
    json(200, &call.read(move |tx| Ok(ranking(tx, &filter, range)?)).await?)
}

pub(crate) async fn history(call: Call) -> Result<Answer, ApiError> {
    let id = call.parameter("id").parse::<Uuid>().map_err(|_| ApiError::not_found("stop"))?;
    json(200, &call.read(move |tx| history_of(tx, id)).await?)
}
