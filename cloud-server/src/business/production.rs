//! Production logs (LOG-01 to LOG-07, API-12): booked by the same function whether they were made here
//! or came from an edge, once per UUID, summed and never overwritten.

use super::calendar::calendar;
use super::{Wrong, need_plant, people, work_orders};
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::{Topic, Tx, WriteTx};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use unison_api::Person;
use unison_api::error::ApiError;
use unison_api::page::Page;
use unison_api::production::{LogProduction, NewScrap, ProductionLogList, ProductionLogView, ScrapView, hours_micro};
use unison_core::facts::{Fact, ProductionLogged, ProductionScrapped, ScrapPart};
use unison_core::ids::{MachineId, PlantId, ScrapReasonId, UserId};
use unison_rules::{logging, rbac};
use uuid::Uuid;

/// Longest note of a log.
const NOTES_CHARS_MAX: usize = 2_000;

/// What became of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booked {
    New {
        id: i64,
    },
    /// It was booked before; nothing happened.
    Known,
    /// A log of other content has its UUID; nothing happened, and somebody must look.
    Other,
    /// It names a record that does not exist here.
    Unknown {
        what: String,
    },
}

/// Books a log: the row, the sums and the labour cost on the work order, and the way down to the edges of
/// the plant, all in the caller's transaction. `origin` is the edge, or the plant for the cloud itself.
///
/// Nothing is refused for its quantities: what an edge accepted has happened (SYNC-09).
///
/// # Errors
/// When the database fails.
pub fn book(tx: &WriteTx<'_>, fact: &ProductionLogged, origin: Uuid) -> Result<Booked, DbError> {
    if let Some(known) = is_known(tx, fact)? {
        return Ok(known);
    }
    let order = "SELECT plant_id FROM work_orders WHERE organization_id = $1 AND id = $2";
    let Some(order) = tx.query_one(order, params![tx.org(), fact.work_order])? else {
        return Ok(Booked::Unknown { what: format!("work order {}", fact.work_order) });
    };
    let user = "SELECT hourly_rate FROM users WHERE organization_id = $1 AND id = $2";
    let Some(user) = tx.query_one(user, params![tx.org(), fact.by])? else {
        return Ok(Booked::Unknown { what: format!("user {}", fact.by) });
    };
    let plant: PlantId = order.get("plant_id")?;
    let machine = fact.machine.map(|id| machine_plant(tx, id)).transpose()?;
    if machine == Some(None) {
        return Ok(Booked::Unknown { what: format!("machine {}", fact.machine.map_or(0, |m| m.0)) });
    }
    let rate: i64 = user.get("hourly_rate")?;
    let Some(cost) = labor_cost_micro(fact.hours_micro, rate) else {
        return Ok(Booked::Unknown { what: "labour cost of so many hours".into() });
    };
    let (id, pos) = (tx.next_id("production_logs")?, tx.next_pos()?);
    tx.execute(
        "INSERT INTO production_logs (organization_id, id, uuid, work_order_id, machine_id, user_id, shift_id, quantity_completed,
           quantity_rejected, hours_worked, hourly_rate, labor_cost, notes, logged_at, origin, pos, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        params![
            tx.org(), id, fact.id, fact.work_order, fact.machine, fact.by, fact.shift, fact.completed, fact.rejected,
            fact.hours_micro, rate, cost, fact.notes.clone(), fact.at, origin, pos, tx.now()
        ],
    )?;
    tx.execute(
        "UPDATE work_orders SET quantity_completed = quantity_completed + $3, quantity_rejected = quantity_rejected + $4,
           actual_labor_cost = actual_labor_cost + $5, version = version + 1, updated_at = $6
         WHERE organization_id = $1 AND id = $2",
        params![tx.org(), fact.work_order, fact.completed, fact.rejected, cost, tx.now()],
    )?;
    // Edges of the plant show the same sums; one that has this UUID already ignores it.
    tx.to_plant(plant, Fact::from(fact.clone()));
    tx.changed(Topic::ProductionLog(fact.id));
    tx.changed(Topic::WorkOrders);
    Ok(Booked::New { id })
}

/// Books why units of a log were rejected. What is booked already stays.
///
/// # Errors
/// When the database fails.
pub fn explain(tx: &WriteTx<'_>, fact: &ProductionScrapped) -> Result<(), DbError> {
    for part in &fact.parts {
        tx.execute(
            "INSERT INTO production_scrap (organization_id, log_uuid, reason_id, quantity) VALUES ($1, $2, $3, $4)
             ON CONFLICT (organization_id, log_uuid, reason_id) DO NOTHING",
            params![tx.org(), fact.log, part.reason, part.quantity],
        )?;
    }
    Ok(())
}

/// What a log of this UUID that is here already makes of the fact.
fn is_known(tx: &Tx<'_>, fact: &ProductionLogged) -> Result<Option<Booked>, DbError> {
    let sql = "SELECT work_order_id, user_id, quantity_completed, quantity_rejected, hours_worked FROM production_logs
               WHERE organization_id = $1 AND uuid = $2";
    let Some(row) = tx.query_one(sql, params![tx.org(), fact.id])? else { return Ok(None) };
    let is_same = row.get::<i64>("work_order_id")? == fact.work_order.0
        && row.get::<UserId>("user_id")? == fact.by
        && row.get::<u32>("quantity_completed")? == fact.completed
        && row.get::<u32>("quantity_rejected")? == fact.rejected
        && row.get::<i64>("hours_worked")? == fact.hours_micro;
    Ok(Some(if is_same { Booked::Known } else { Booked::Other }))
}

/// Hours times rate, to cents, half to even. Both in millionths. None beyond all reason.
#[must_use]
pub fn labor_cost_micro(hours_micro: i64, rate_micro: i64) -> Option<i64> {
    let exact = Decimal::try_from_i128_with_scale(i128::from(hours_micro) * i128::from(rate_micro), 12).ok()?;
    let cents = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
    (cents * Decimal::from(1_000_000)).to_i64()
}

/// Logs production for the caller (API-12). The same UUID logs once and is answered alike.
///
/// # Errors
/// What the rules refuse, field by field.
pub fn log(tx: &WriteTx<'_>, wanted: &LogProduction) -> Result<ProductionLogView, Wrong> {
    let user = tx.caller().signed_on().ok_or_else(|| ApiError::forbidden("production_logs:write"))?.clone();
    let uuid = wanted.uuid.unwrap_or_else(Uuid::now_v7);
    let order = work_orders::find(tx, &wanted.work_order_id)?
        .ok_or_else(|| ApiError::field("work_order_id", format!("there is no work order {}", wanted.work_order_id)))?;
    need_plant(tx, order.plant_id)?;
    if let Some(before) = view(tx, uuid)? {
        return again(before, wanted, order.id);
    }
    let known = logging::Known {
        number: order.number.clone(),
        status: order.status,
        ordered: order.ordered,
        completed: order.completed,
    };
    let hours = hours_micro(wanted.hours_worked)
        .ok_or_else(|| ApiError::field("hours_worked", "must be above 0 and at most 24, with at most 6 decimals"))?;
    let entry =
        logging::Entry { completed: wanted.quantity_completed, rejected: wanted.quantity_rejected, hours_micro: hours };
    let accepted = logging::accept(entry, &known)?;
    let machine = wanted.machine_id.map(MachineId).or(order.machine_id);
    check_rest(tx, wanted, order.plant_id)?;
    let parts = scrapped(tx, &wanted.scrap_reasons, accepted.rejected)?;
    let at = tx.now();
    let fact = ProductionLogged {
        id: uuid,
        work_order: order.id,
        machine,
        completed: accepted.completed,
        rejected: accepted.rejected,
        hours_micro: accepted.hours_micro,
        notes: wanted.notes.clone().filter(|n| !n.trim().is_empty()),
        by: UserId(user.user_id),
        at,
        shift: calendar(tx, order.plant_id)?.window_at(at).map(|w| w.shift),
    };
    let Booked::New { id } = book(tx, &fact, order.plant_uuid)? else {
        return Err(DbError::Failed(format!("log {uuid} was not booked")).into());
    };
    explain(tx, &ProductionScrapped { log: uuid, parts })?;
    let made = view(tx, uuid)?.ok_or_else(|| DbError::Failed(format!("log {uuid} is missing")))?;
    tx.audit("production_log", id, "create", None::<&ProductionLogView>, Some(&made))?;
    Ok(made)
}

/// Why units were rejected, as the caller says it.
fn scrapped(tx: &Tx<'_>, said: &[NewScrap], rejected: u32) -> Result<Vec<ScrapPart>, Wrong> {
    let mut parts: Vec<(ScrapReasonId, i64)> = Vec::with_capacity(said.len());
    for NewScrap { scrap_reason_code: code, quantity } in said {
        let sql = "SELECT id FROM scrap_reasons WHERE organization_id = $1 AND code = $2 AND is_active = TRUE";
        let row = tx.query_one(sql, params![tx.org(), code.trim().to_owned()])?;
        let wrong = || format!("\"{code}\" is no active scrap reason; GET /scrap-reasons lists them");
        parts.push((row.ok_or_else(|| ApiError::field("scrap_reasons", wrong()))?.get("id")?, *quantity));
    }
    logging::scrap(&parts, rejected).map_err(ApiError::from)?;
    let part =
        |(reason, quantity): (ScrapReasonId, i64)| Some(ScrapPart { reason, quantity: quantity.try_into().ok()? });
    Ok(parts.into_iter().filter_map(part).collect())
}

fn check_rest(tx: &Tx<'_>, wanted: &LogProduction, plant: PlantId) -> Result<(), Wrong> {
    if wanted.operation_id.is_some() {
        return Err(ApiError::field("operation_id", "this work order has no operations; leave it out").into());
    }
    if wanted.notes.as_ref().is_some_and(|n| n.chars().count() > NOTES_CHARS_MAX) {
        return Err(ApiError::field("notes", format!("may have {NOTES_CHARS_MAX} characters")).into());
    }
    match wanted.machine_id {
        Some(id) if machine_plant(tx, MachineId(id))? != Some(plant) => {
            Err(ApiError::field("machine_id", format!("there is no machine {id} in the plant of this work order"))
                .into())
        }
        _ => Ok(()),
    }
}

fn machine_plant(tx: &Tx<'_>, machine: MachineId) -> Result<Option<PlantId>, DbError> {
    let row = tx.query_one(
        "SELECT plant_id FROM machines WHERE organization_id = $1 AND id = $2",
        params![tx.org(), machine],
    )?;
    row.map(|r| r.get("plant_id")).transpose()
}

/// A UUID that was used before: the same log is answered again, another one is refused.
fn again(
    before: ProductionLogView,
    wanted: &LogProduction,
    order: unison_core::ids::WorkOrderId,
) -> Result<ProductionLogView, Wrong> {
    let same = before.work_order_id == order.0
        && i64::try_from(before.quantity_completed) == Ok(wanted.quantity_completed)
        && i64::try_from(before.quantity_rejected) == Ok(wanted.quantity_rejected)
        && hours_micro(before.hours_worked) == hours_micro(wanted.hours_worked);
    if same {
        return Ok(before);
    }
    let reason = "This uuid belongs to a log with other content; use a new uuid for a new log";
    Err(ApiError::new(409, "Already logged", reason).into())
}

const VIEW: &str = "SELECT p.*, w.work_order_number, w.quantity_ordered, u.name AS user_name,
   w.quantity_completed - coalesce((SELECT CAST(sum(l.quantity_completed) AS BIGINT) FROM production_logs l
     WHERE l.organization_id = p.organization_id AND l.work_order_id = p.work_order_id AND l.pos > p.pos), 0) AS cumulative
 FROM production_logs p
 JOIN work_orders w ON w.organization_id = p.organization_id AND w.id = p.work_order_id
 JOIN users u ON u.organization_id = p.organization_id AND u.id = p.user_id
 WHERE p.organization_id = $1";

/// The log with this UUID.
fn view(tx: &Tx<'_>, uuid: Uuid) -> Result<Option<ProductionLogView>, DbError> {
    let row = tx.query_one(&format!("{VIEW} AND p.uuid = $2"), params![tx.org(), uuid])?;
    row.as_ref().map(|row| present(tx, row)).transpose()
}

/// Logs, newest first (RBAC-07, Q-090): the caller's own and those of the people they lead, however far down;
/// with the permission all of the plants they reach. What a log cost is for those who may read labour costs.
///
/// # Errors
/// When the database fails.
pub fn list(
    tx: &Tx<'_>,
    work_order: Option<i64>,
    plant: Option<i64>,
    page: Page,
) -> Result<ProductionLogList, DbError> {
    let (all_plants, holder) = super::reach_values(tx.caller());
    let everybody = tx.caller().may(rbac::LOGS_OF_ALL);
    let user = tx.caller().signed_on().map_or(0, |u| u.user_id);
    let condition = format!(
        "AND {} AND ($4 = 1 OR p.user_id IN (
           WITH RECURSIVE team (id) AS (
             SELECT u.id FROM users u WHERE u.organization_id = $1 AND u.id = $7
             UNION SELECT u.id FROM users u JOIN team t ON u.manager_id = t.id WHERE u.organization_id = $1)
           SELECT id FROM team))
         AND (p.work_order_id = $5 OR $5 = 0) AND (w.plant_id = $6 OR $6 = 0)",
        super::reach_sql("w.plant_id")
    );
    let values = params![tx.org(), all_plants, holder, everybody, work_order.unwrap_or(0), plant.unwrap_or(0), user];
    let count = format!("SELECT count(*) AS n FROM ({VIEW} {condition}) x");
    let total = tx.query_one(&count, values)?.map_or(Ok(0), |r| r.get("n"))?;
    let sql = format!("{VIEW} {condition} ORDER BY p.pos DESC LIMIT $8 OFFSET $9");
    let values = [values, params![page.per_page, page.offset()]].concat();
    let mut production_logs: Vec<_> =
        tx.query(&sql, &values)?.iter().map(|row| present(tx, row)).collect::<Result<_, _>>()?;
    if !tx.caller().may(people::READ_COSTS) {
        production_logs.iter_mut().for_each(|log| log.labor_cost_added = None);
    }
    Ok(ProductionLogList { production_logs, total, page: page.page, per_page: page.per_page })
}

/// Why units of a log were rejected. Most logs have none.
fn scrap_of(tx: &Tx<'_>, log: Uuid, rejected: u64) -> Result<Vec<ScrapView>, DbError> {
    if rejected == 0 {
        return Ok(vec![]);
    }
    let sql = "SELECT r.code, r.name, s.quantity FROM production_scrap s
               JOIN scrap_reasons r ON r.organization_id = s.organization_id AND r.id = s.reason_id
               WHERE s.organization_id = $1 AND s.log_uuid = $2 ORDER BY r.code";
    let view = |row: Row| {
        Ok(ScrapView {
            scrap_reason_code: row.get("code")?,
            scrap_reason: row.get("name")?,
            quantity: row.get("quantity")?,
        })
    };
    tx.query_map(sql, params![tx.org(), log], view)
}

fn present(tx: &Tx<'_>, row: &Row) -> Result<ProductionLogView, DbError> {
    let (completed, hours): (u32, i64) = (row.get("quantity_completed")?, row.get("hours_worked")?);
    let (cumulative, ordered): (u64, u64) = (row.get("cumulative")?, row.get("quantity_ordered")?);
    let (uuid, rejected) = (row.get("uuid")?, row.get("quantity_rejected")?);
    Ok(ProductionLogView {
        id: Some(row.get("id")?),
        uuid,
        work_order_id: row.get("work_order_id")?,
        work_order_number: row.get("work_order_number")?,
        machine_id: row.get("machine_id")?,
        quantity_completed: completed.into(),
        quantity_rejected: rejected,
        hours_worked: super::micro(hours),
        notes: row.get("notes")?,
        scrap_reasons: scrap_of(tx, uuid, rejected)?,
        cumulative_completed: cumulative,
        quantity_ordered: ordered,
        progress_percent: logging::progress_percent(cumulative, ordered),
        // No bill of materials yet: nothing is issued, nothing is added.
        material_cost_added: Some(0.0),
        labor_cost_added: Some(super::micro(row.get("labor_cost")?)),
        logged_at: row.get::<unison_core::time::Timestamp>("logged_at")?.into(),
        logged_by: Person { id: row.get("user_id")?, name: row.get("user_name")? },
        message: logging::message(completed, hours, cumulative, ordered),
    })
}

#[cfg(test)]
mod tests {
    use super::labor_cost_micro;

    #[test]
    fn wo_26_q_144_labour_cost_half_to_even() {
        assert_eq!(labor_cost_micro(4_500_000, 25_000_000), Some(112_500_000), "LOG-API: 4.5 h at 25/h");
        assert_eq!(labor_cost_micro(500_000, 10_010_000), Some(5_000_000), "5.005 -> 5.00");
        assert_eq!(labor_cost_micro(500_000, 10_030_000), Some(5_020_000), "5.015 -> 5.02");
        assert_eq!(labor_cost_micro(0, 25_000_000), Some(0));
        assert_eq!(labor_cost_micro(i64::MAX, i64::MAX), None);
    }
}
