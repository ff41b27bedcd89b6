//! Handovers of shifts and calls for help, as edges report them.

use crate::business::shift_people::{Handovers, handovers as handovers_of, help_calls as calls};
use crate::http::call::{Answer, Call, json};
use crate::http::routes::{MACHINE, PAGE, PER_PAGE, PLANT, Route, h};
use std::sync::Arc;
use unison_api::error::ApiError;
use unison_api::handover::HandoverList;
use unison_api::help::HelpCallList;
use unison_api::openapi::{Access, Query, schema_of};
use unison_core::calendar::Day;

pub(in crate::http) fn routes() -> Vec<Route> {
    const HANDOVERS: &[Query] = &[
        PLANT,
        ("shift_id", false, "Only this shift"),
        ("date", false, "Only shifts that began on this day"),
        ("acknowledged", false, "true: only acknowledged ones, false: only others"),
        PAGE,
        PER_PAGE,
    ];
    const CALLS: &[Query] =
        &[MACHINE, PLANT, ("open", false, "true: only open ones, false: only ended ones"), PAGE, PER_PAGE];
    vec![
        Route::new(
            "GET",
            "/shift-handovers",
            "What shifts left to the next",
            Access::Permission("shifts:read"),
            h!(handovers),
        )
        .query(HANDOVERS)
        .answers(200, Some(schema_of::<HandoverList>)),
        Route::new(
            "GET",
            "/help-calls",
            "Calls for help from machines",
            Access::Permission("machines:read"),
            h!(help_calls),
        )
        .query(CALLS)
        .answers(200, Some(schema_of::<HelpCallList>)),
    ]
}

fn flag(call: &Call, name: &str) -> Result<Option<bool>, ApiError> {
    match call.text(name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(ApiError::field(name, "must be true or false")),
    }
}

async fn handovers(call: Call) -> Result<Answer, ApiError> {
    let date = call.text("date").map(Day::parse).transpose().map_err(|m| ApiError::field("date", m))?;
    let acknowledged = flag(&call, "acknowledged")?;
    let filter = Handovers { plant: call.plant()?, shift: call.number("shift_id")?, date, acknowledged };
    let page = call.page()?;
    json(200, &call.read(move |tx| Ok(handovers_of(tx, &filter, page)?)).await?)
}

async fn help_calls(call: Call) -> Result<Answer, ApiError> {
    let (open, machine, page) = (flag(&call, "open")?, call.number("machine_id")?, call.page()?);
    // A machine stands in one plant: the chosen one does not hide it.
    let is_named = machine.is_some() && call.text("plant_id").is_none();
    let plant = if is_named { None } else { call.plant()? };
    json(200, &call.read(move |tx| Ok(calls(tx, plant, machine, open, page)?)).await?)
}
