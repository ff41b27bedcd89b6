//! Stops.

use crate::business::downtime::{
    Filter, history as history_of, list as events, one, pareto as ranking, plant_of as plant_of_stop,
};
use crate::business::kpi::RANGE_MAX;
use crate::db::DbError;
use crate::http::call::{Answer, Call, json};
use crate::http::routes::Target;
use crate::tenancy::Tx;
use unison_api::error::ApiError;
use unison_api::production::Key;
use unison_core::ids::PlantId;
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

pub(crate) fn plant_of(tx: &Tx<'_>, target: &Target) -> Result<Option<PlantId>, DbError> {
    match target.key() {
        Key::Text(text) => text.parse().map_or(Ok(None), |id| plant_of_stop(tx, id)),
        Key::Id(_) => Ok(None),
    }
}

fn id(call: &Call) -> Result<Uuid, ApiError> {
    call.parameter("id").parse().map_err(|_| ApiError::not_found("stop"))
}

pub(crate) async fn get(call: Call) -> Result<Answer, ApiError> {
    let id = id(&call)?;
    json(200, &call.read(move |tx| one(tx, id)).await?)
}

pub(crate) async fn history(call: Call) -> Result<Answer, ApiError> {
    let id = id(&call)?;
    json(200, &call.read(move |tx| history_of(tx, id)).await?)
}
