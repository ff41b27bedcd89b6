//! Machines.

use crate::business::machines;
use crate::db::DbError;
use crate::http::call::{Answer, Call, json};
use crate::http::routes::Target;
use crate::tenancy::Tx;
use unison_api::error::ApiError;
use unison_api::machine::MachineList;
use unison_api::production::Key;
use unison_core::ids::{MachineId, PlantId};
use unison_core::span::Span;
use unison_core::time::HOUR;

/// The longest ribbon.
const RIBBON_MAX: i64 = 31 * 24 * HOUR;

pub(crate) async fn list(call: Call) -> Result<Answer, ApiError> {
    let filter = machines::Filter::parse(call.plant()?, call.text("status"), call.text("search"))?;
    let (page, stale_after) = (call.page()?, call.app.stale_after());
    let out = call
        .read(move |tx| {
            let all = machines::all(tx, &filter, stale_after)?;
            let total = all.len() as u64;
            let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
            let mut seen: Vec<_> = all.into_iter().skip(skip).take(page.per_page as usize).collect();
            machines::add_utilization(tx, &mut seen)?;
            let machines = seen.into_iter().map(|s| s.view).collect();
            Ok(MachineList { machines, total, page: page.page, per_page: page.per_page })
        })
        .await?;
    json(200, &out)
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
