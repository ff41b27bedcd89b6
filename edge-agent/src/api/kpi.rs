//! OEE, computed by `unison_core` from the store's rows: the cloud comes to the same figures.

use unison_api::error::ApiError;
use unison_api::oee::OeeAnswer;
use unison_core::ids::MachineId;
use unison_core::kpi::OeeSums;

use super::machines::is_shown;
use super::not_stored;
use super::router::{Answer, Call, json};
use crate::store::history;

pub(super) async fn oee(call: Call) -> Answer {
    let range = call.query.range()?;
    let code = call.query.get("machine").map(str::to_owned);
    let (frame, machines): (_, Vec<MachineId>) = {
        let model = call.api.store.model();
        let machines = match &code {
            Some(code) => {
                let machine = model.machine_by_code(code).ok_or_else(|| ApiError::not_found("machine"))?;
                vec![machine.record.id]
            }
            None => model.machines.values().filter(|m| is_shown(&model, m)).map(|m| m.record.id).collect(),
        };
        (model.frame(), machines)
    };
    let sums = call.api.store.query(move |conn| {
        let mut sums = OeeSums::default();
        for machine in machines {
            sums += history::oee(conn, &frame, machine, range)?;
        }
        Ok(sums)
    });
    Ok(json(200, &OeeAnswer::new(code, range, &sums.await.map_err(not_stored)?)))
}
