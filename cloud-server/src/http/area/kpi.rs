//! Ratios.

use crate::business::kpi::{DAYS_MAX, RANGE_MAX, Which, answer, figures as figures_of, trend as days_of};
use crate::http::call::{Answer, Call, json};
use unison_api::error::ApiError;
use unison_core::kpi::group::By;

fn which(call: &Call) -> Result<Which, ApiError> {
    let code = call.text("machine").map(str::to_owned);
    // A machine is named once in the organisation: the chosen plant does not hide it.
    let is_named = code.is_some() && call.text("plant_id").is_none();
    Ok(Which { code, plant: if is_named { None } else { call.plant()? } })
}

pub(crate) async fn oee(call: Call) -> Result<Answer, ApiError> {
    let (range, which) = (call.range(None, RANGE_MAX)?, which(&call)?);
    json(200, &call.read(move |tx| answer(tx, &which, range)).await?)
}

pub(crate) async fn figures(call: Call) -> Result<Answer, ApiError> {
    let by = call.text("by").unwrap_or("machine");
    let words = || By::ALL.map(By::code).join(", ");
    let by = By::from_code(by).ok_or_else(|| ApiError::field("by", format!("must be one of {}", words())))?;
    let (range, which) = (call.range(None, RANGE_MAX)?, which(&call)?);
    json(200, &call.read(move |tx| figures_of(tx, &which, by, range)).await?)
}

pub(crate) async fn trend(call: Call) -> Result<Answer, ApiError> {
    let wanted = call.number("days")?.unwrap_or(30);
    let days = u32::try_from(wanted).ok().filter(|n| (1..=DAYS_MAX).contains(n));
    let days = days.ok_or_else(|| ApiError::field("days", format!("must be a whole number from 1 to {DAYS_MAX}")))?;
    let which = which(&call)?;
    json(200, &call.read(move |tx| days_of(tx, &which, days)).await?)
}
