//! Production logs (LOG-01 to LOG-08). A log is booked once per UUID, however often it is sent.

use unison_api::error::ApiError;
use unison_api::production::{Key, LogProduction, NewScrap, ProductionLogList, ScrapReasonList, hours_micro};
use unison_core::facts::{Fact, ProductionLogged, ProductionScrapped, ScrapPart};
use unison_core::ids::{MachineId, ScrapReasonId, UserId};
use unison_core::time::{HOUR, SECOND, Timestamp};
use unison_rules::logging::{self, Entry};
use uuid::Uuid;

use super::headers::WAITED;
use super::machines::{cut, is_shown};
use super::router::{Answer, Call, internal, json};
use super::{not_stored, orders, present};
use crate::store::Model;
use crate::store::history::{self, LogRow};

pub(super) async fn list(call: Call) -> Answer {
    let page = call.query.page()?;
    let order = match call.query.get("work_order_id") {
        None => None,
        Some(text) => {
            let model = call.api.store.model();
            let found = orders::find(&model, &Key::Text(text.to_owned()));
            Some(found.ok_or_else(|| ApiError::field("work_order_id", "there is no such work order"))?.record.id)
        }
    };
    let (skip, take) = (u64::try_from(page.offset()).unwrap_or(0), u64::from(page.per_page));
    let found = call.api.store.query(move |conn| history::production_logs(conn, order, skip, take));
    let (rows, total) = found.await.map_err(not_stored)?;
    let model = call.api.store.model();
    let production_logs = rows.iter().map(|r| present::production_log(&model, r)).collect();
    Ok(json(200, &ProductionLogList { production_logs, total, page: page.page, per_page: page.per_page }))
}

/// What is to be logged, with all that the request itself says.
struct Asked {
    uuid: Uuid,
    order: Key,
    machine: Option<MachineId>,
    entry: Entry,
    notes: Option<String>,
    scrap: Vec<NewScrap>,
    by: UserId,
    now: Timestamp,
    /// For how long it waited until it was asked, microseconds.
    waited: i64,
}

/// Why nothing is booked.
enum Not {
    /// It is booked already.
    Again,
    Refused(ApiError),
}

pub(super) async fn create(call: Call) -> Answer {
    let body: LogProduction = call.json()?;
    let asked = asked(&call, body)?;
    let uuid = asked.uuid;
    let again = Again::of(&asked);
    let decided =
        call.api.store.decide_log(
            uuid,
            move |model, is_booked| {
                if is_booked { Err(Not::Again) } else { Ok((facts(model, &asked)?, ())) }
            },
        );
    let status = match decided.await.map_err(not_stored)? {
        Ok(()) => 201,
        Err(Not::Again) => 200,
        Err(Not::Refused(error)) => return Err(error),
    };
    let row = call.api.store.query(move |conn| history::production_log(conn, uuid)).await.map_err(not_stored)?;
    let row = row.ok_or_else(|| internal(format!("log {uuid} is booked but not found")))?;
    let model = call.api.store.model();
    if status == 200 && !again.is(&model, &row) {
        return Err(ApiError::new(
            409,
            "Cannot log production",
            "Another log has this uuid; make a new uuid for a new log",
        ));
    }
    Ok(json(status, &present::production_log(&model, &row)))
}

fn asked(call: &Call, body: LogProduction) -> Result<Asked, ApiError> {
    let hours = hours_micro(body.hours_worked)
        .ok_or_else(|| ApiError::field("hours_worked", "must be above 0 and at most 24, with at most 6 decimals"))?;
    Ok(Asked {
        uuid: call.id_of_new(body.uuid)?,
        order: body.work_order_id,
        machine: body.machine_id.map(MachineId),
        entry: Entry { completed: body.quantity_completed, rejected: body.quantity_rejected, hours_micro: hours },
        notes: orders::note("notes", body.notes)?,
        scrap: body.scrap_reasons,
        by: call.signed_on()?.user.id,
        now: call.api.store.now(),
        waited: waited(call)?,
    })
}

/// A tablet keeps an entry for as long as somebody may still come to send it.
const WAITED_MAX: i64 = 7 * 24 * HOUR;

/// For how long a log waited with the tablet. It says an age and no time of day: its clock may be wrong.
fn waited(call: &Call) -> Result<i64, ApiError> {
    let Some(said) = call.headers.get(WAITED) else { return Ok(0) };
    let seconds = said.to_str().ok().and_then(|text| text.trim().parse::<u32>().ok());
    let seconds = seconds.ok_or_else(|| ApiError::field(WAITED, "must be a whole number of seconds"))?;
    Ok((i64::from(seconds) * SECOND).min(WAITED_MAX))
}

pub(super) async fn scrap_reasons(call: Call) -> Answer {
    let page = call.query.page()?;
    let (scrap_reasons, total) = cut(present::scrap_reasons(&call.api.store.model()), page);
    Ok(json(200, &ScrapReasonList { scrap_reasons, total, page: page.page, per_page: page.per_page }))
}

/// The log, and why units of it were rejected where that was said; or why nothing is recorded.
fn facts(model: &Model, asked: &Asked) -> Result<Vec<Fact>, Not> {
    let log = logged(model, asked)?;
    let parts = scrapped(model, &asked.scrap, log.rejected).map_err(Not::Refused)?;
    let scrapped = (!parts.is_empty()).then(|| ProductionScrapped { log: log.id, parts }.into());
    Ok(std::iter::once(log.into()).chain(scrapped).collect())
}

/// A scrap reason by its code. One that was switched off meanwhile counts: a log that waited on a tablet is worth more.
fn reason(model: &Model, code: &str) -> Option<ScrapReasonId> {
    let named = || model.scrap_reasons.values().filter(|r| r.code == code.trim());
    named().find(|r| r.is_active).or_else(|| named().next()).map(|r| r.id)
}

fn scrapped(model: &Model, said: &[NewScrap], rejected: u32) -> Result<Vec<ScrapPart>, ApiError> {
    let mut parts: Vec<(ScrapReasonId, i64)> = Vec::with_capacity(said.len());
    for NewScrap { scrap_reason_code: code, quantity } in said {
        let wrong = || format!("\"{code}\" is no scrap reason; GET /scrap-reasons lists them");
        parts.push((reason(model, code).ok_or_else(|| ApiError::field("scrap_reasons", wrong()))?, *quantity));
    }
    logging::scrap(&parts, rejected)?;
    let part =
        |(reason, quantity): (ScrapReasonId, i64)| Some(ScrapPart { reason, quantity: quantity.try_into().ok()? });
    Ok(parts.into_iter().filter_map(part).collect())
}

/// What is recorded, or why nothing is.
fn logged(model: &Model, asked: &Asked) -> Result<ProductionLogged, Not> {
    let refused = |field: &str, message: &str| Not::Refused(ApiError::field(field, message));
    let order =
        orders::find(model, &asked.order).ok_or_else(|| refused("work_order_id", "there is no such work order"))?;
    let accepted = logging::accept(asked.entry, &present::known(order)).map_err(|r| Not::Refused(r.into()))?;
    let machine = match asked.machine {
        Some(id) if !model.machines.get(&id).is_some_and(|m| is_shown(model, m)) => {
            return Err(refused("machine_id", "there is no such machine at this edge"));
        }
        Some(id) => Some(id),
        None => order.machine,
    };
    let written = Timestamp(asked.now.0 - asked.waited);
    // Nobody works on an order before it is started, whatever the tablet's clock did meanwhile.
    let at = order.started_at.map_or(written, |started| written.max(started)).min(asked.now);
    let frame = model.frame(at);
    Ok(ProductionLogged {
        id: asked.uuid,
        work_order: order.record.id,
        machine,
        completed: accepted.completed,
        rejected: accepted.rejected,
        hours_micro: accepted.hours_micro,
        notes: asked.notes.clone(),
        by: asked.by,
        at,
        shift: frame.calendar.window_at(at).map(|w| w.shift),
    })
}

/// What must be equal for a log to be the same one.
struct Again {
    order: Key,
    machine: Option<MachineId>,
    entry: Entry,
    notes: Option<String>,
    scrap: Vec<NewScrap>,
    by: UserId,
}

impl Again {
    fn of(asked: &Asked) -> Self {
        Self {
            order: asked.order.clone(),
            machine: asked.machine,
            entry: asked.entry,
            notes: asked.notes.clone(),
            scrap: asked.scrap.clone(),
            by: asked.by,
        }
    }

    fn is(&self, model: &Model, row: &LogRow) -> bool {
        orders::find(model, &self.order).is_some_and(|w| w.record.id == row.work_order)
            && (self.machine.is_none() || self.machine == row.machine)
            && self.entry.completed == i64::from(row.completed)
            && self.entry.rejected == i64::from(row.rejected)
            && self.entry.hours_micro == row.hours_micro
            && self.notes == row.notes
            && self.has_scrap(model, row)
            && self.by == row.by
    }

    /// Compared by reason, for its code may have been changed since.
    fn has_scrap(&self, model: &Model, row: &LogRow) -> bool {
        let mut asked: Vec<_> =
            self.scrap.iter().filter_map(|s| Some((reason(model, &s.scrap_reason_code)?.0, s.quantity))).collect();
        let mut known: Vec<_> = row.scrap.iter().map(|part| (part.reason.0, i64::from(part.quantity))).collect();
        asked.sort_unstable();
        known.sort_unstable();
        asked == known
    }
}
