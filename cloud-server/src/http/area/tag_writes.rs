//! Values that people wrote to devices, as edges report them.

use crate::business::tag_writes::tag_writes;
use crate::http::call::{Answer, Call, json};
use crate::http::routes::{MACHINE, PAGE, PER_PAGE, PLANT, Route, h};
use std::sync::Arc;
use unison_api::error::ApiError;
use unison_api::openapi::{Access, Query, schema_of};
use unison_api::tag_write::TagWriteList;
use unison_core::facts::WriteOutcome;

pub(in crate::http) fn routes() -> Vec<Route> {
    const WRITES: &[Query] = &[
        PLANT,
        MACHINE,
        ("tag", false, "Only this tag, by its name at the edge"),
        ("outcome", false, "asked, done, refused, not_sent or unknown"),
        PAGE,
        PER_PAGE,
    ];
    vec![
        Route::new(
            "GET",
            "/tag-writes",
            "Values that people wrote to devices",
            Access::Permission("machines:read"),
            h!(list),
        )
        .query(WRITES)
        .answers(200, Some(schema_of::<TagWriteList>)),
    ]
}

async fn list(call: Call) -> Result<Answer, ApiError> {
    let (machine, tag, page) = (call.number("machine_id")?, call.text("tag").map(str::to_owned), call.page()?);
    let outcome = call.text("outcome").map(|code| WriteOutcome::from_code(code).ok_or_else(no_outcome)).transpose()?;
    // A machine stands in one plant: the chosen one does not hide it.
    let is_named = machine.is_some() && call.text("plant_id").is_none();
    let plant = if is_named { None } else { call.plant()? };
    json(200, &call.read(move |tx| Ok(tag_writes(tx, plant, machine, tag, outcome, page)?)).await?)
}

fn no_outcome() -> ApiError {
    ApiError::field("outcome", "must be asked, done, refused, not_sent or unknown")
}
