//! Ratios.

use crate::business::kpi::{DAYS_MAX, RANGE_MAX, Which, answer, trend as days_of};
use crate::http::call::{Answer, Call, json};
use unison_api::error::ApiError;

fn which(call: &Call) -> Result<Which, ApiError> {
    Ok(Which { code: call.text("machine").map(str::to_owned), plant: call.number("plant_id")? })
}

pub(crate) async fn oee(call: Call) -> Result<Answer, ApiError> {
    let (range, which) = (call.range(None, RANGE_MAX)?, which(&call)?);
    json(200, &call.read(move |tx| answer(tx, &which, range)).await?)
}

pub(crate) async fn trend(call: Call) -> Result<Answer, ApiError> {
    let wanted = call.number("days")?.unwrap_or(30);
    let days = u32::try_from(wanted).ok().filter(|n| (1..=DAYS_MAX).contains(n));
    let days = days.ok_or_else(|| ApiError::field("days", format!("must be a whole number from 1 to {DAYS_MAX}")))?;
    let which = which(&call)?;
    json(200, &call.read(move |tx| days_of(tx, &which, days)).await?)
}
