//! Figures, computed by `unison_core` from the store's rows: the cloud comes to the same.

use unison_api::error::ApiError;
use unison_api::figures::{FigureList, FigureRow};
use unison_api::oee::OeeAnswer;
use unison_core::activity::Mode;
use unison_core::ids::{LaneId, MachineId};
use unison_core::kpi::group::{By, Groups, Key, Machine};
use unison_core::kpi::{Figures, OeeSums};
use unison_core::span::Span;
use unison_core::time::HOUR;

use super::machines::is_shown;
use super::not_stored;
use super::router::{Answer, Call, json};
use crate::store::history::{self, Frame};
use crate::store::{MachineNow, Model};

/// Rows of one answer; a year by the hour would be 8,760.
const ROWS_MAX: usize = 1_000;

/// What figures are asked of.
struct Asked {
    code: Option<String>,
    range: Span,
    frame: Frame,
    machines: Vec<(MachineId, Option<LaneId>)>,
}

fn asked(call: &Call) -> Result<Asked, ApiError> {
    let range = call.query.range()?;
    let code = call.query.get("machine").map(str::to_owned);
    let model = call.api.store.model();
    let of = |m: &MachineNow| (m.record.id, m.record.lane);
    let machines = match &code {
        Some(code) => vec![of(model.machine_by_code(code).ok_or_else(|| ApiError::not_found("machine"))?)],
        None => {
            // Nobody plans with a machine that is out of service; the cloud leaves it out, too.
            let counts = |m: &&MachineNow| is_shown(&model, m) && m.record.mode != Mode::Decommissioned;
            model.machines.values().filter(counts).map(of).collect()
        }
    };
    Ok(Asked { code, range, frame: model.frame(call.api.store.now()), machines })
}

pub(super) async fn oee(call: Call) -> Answer {
    let Asked { code, range, frame, machines } = asked(&call)?;
    let sums = call.api.store.query(move |conn| {
        let mut sums = OeeSums::default();
        for (machine, _) in machines {
            sums += history::oee(conn, &frame, machine, range)?;
        }
        Ok(sums)
    });
    Ok(json(200, &OeeAnswer::new(code, range, &sums.await.map_err(not_stored)?)))
}

pub(super) async fn figures(call: Call) -> Answer {
    let words = || By::ALL.map(By::code).join(", ");
    let by = call.query.get("by").unwrap_or("machine");
    let by = By::from_code(by).ok_or_else(|| ApiError::field("by", format!("must be one of {}", words())))?;
    let Asked { range, frame, machines, .. } = asked(&call)?;
    // Before anything is read: an hour asks for as much as a year does.
    let pieces = match by {
        By::Hour => usize::try_from(range.len() / HOUR).unwrap_or(usize::MAX),
        By::Day | By::Shift | By::Machine | By::Lane | By::WorkOrder => 0,
    };
    if pieces > ROWS_MAX {
        return Err(ApiError::field("to", format!("{pieces} hours are more than {ROWS_MAX}; ask for less time")));
    }
    let standard = frame.standard;
    let groups = call.api.store.query(move |conn| {
        let mut groups = Groups::default();
        for (id, lane) in machines {
            let observed = history::observed(conn, &frame, id, range)?;
            let runs = if by == By::WorkOrder { history::runs(conn, id, range)? } else { Vec::new() };
            let machine = Machine { id, lane, observed: &observed, runs: &runs, calendar: &frame.calendar };
            groups.add(by, &machine, frame.standard);
        }
        Ok(groups)
    });
    let Groups(groups) = groups.await.map_err(not_stored)?;
    if groups.len() > ROWS_MAX {
        let reason = format!("{} rows are more than {ROWS_MAX}; ask for less time", groups.len());
        return Err(ApiError::field("to", reason));
    }
    let model = call.api.store.model();
    let rows = groups.iter().map(|(key, (span, figures))| row(&model, *key, *span, figures)).collect();
    Ok(json(200, &FigureList { by, standard, from: range.from.into(), to: range.to.into(), rows }))
}

/// A row with the name of what it is about.
fn row(model: &Model, key: Key, span: Span, figures: &Figures) -> FigureRow {
    let mut target = None;
    let (key, label) = match key {
        Key::Machine(id) => {
            (id.to_string(), model.machines.get(&id).map_or_else(|| id.to_string(), |m| m.record.code.clone()))
        }
        Key::Lane(None) => (String::new(), "no lane".to_owned()),
        Key::Lane(Some(id)) => {
            (id.to_string(), model.lanes.get(&id).map_or_else(|| id.to_string(), |l| l.name.clone()))
        }
        Key::WorkOrder(id) => {
            (id.to_string(), model.work_orders.get(&id).map_or_else(|| id.to_string(), |w| w.record.number.clone()))
        }
        Key::Shift(date, _, id) => {
            let shift = model.shifts.get(&id);
            target = shift.and_then(|s| s.target_units).map(u64::from);
            (format!("{date}/{id}"), shift.map_or_else(|| id.to_string(), |s| format!("{}, {date}", s.name)))
        }
        Key::Hour(at) => (at.rfc3339(), at.rfc3339()),
        Key::Day(date) => (date.to_string(), date.to_string()),
    };
    FigureRow::new(key, label, span, figures, target)
}
