//! The facts that touch records: claims of machines, production logs, work orders. Part of `project`.

use super::project::{Projection, Refused, poison};
use crate::business::production::{self, Booked};
use crate::business::{edges, master, work_orders};
use crate::db::DbError;
use crate::params;
use crate::tenancy::Topic;
use unison_core::facts::{AgentStarted, ProductionLogged, ProductionScrapped, WorkOrderMoved, WorkOrderRefused};
use unison_core::ids::{LaneId, MachineId, PlantId, WorkOrderId};
use unison_rules::logging;
use uuid::Uuid;

const HOURS_MICRO_MAX: i64 = 24 * logging::HOUR_MICRO;
/// A log goes on to the plant's other edges and must fit into a batch there, or the stream would stand still.
const NOTES_BYTES_MAX: usize = 16 * 1024;
impl Projection<'_, '_> {
    /// Claims what is free. A machine of another edge stays with it, and the claim is kept as evidence.
    pub(super) fn agent_started(&mut self, fact: &AgentStarted) -> Result<(), Refused> {
        let tx = self.tx;
        tx.execute(
            "UPDATE edges SET program_version = $3, updated_at = $4 WHERE organization_id = $1 AND id = $2",
            params![
                tx.org(),
                self.edge.id,
                fact.version.chars().filter(|c| *c != '\0').take(60).collect::<String>(),
                tx.now()
            ],
        )?;
        let mut refused = Vec::new();
        for &machine in &fact.machines {
            match self.need_here(machine) {
                Ok(None) => self.claim(machine)?,
                Ok(Some(edge)) if edge == self.edge.id => {}
                Ok(Some(edge)) if self.is_revoked(edge)? => self.take_over(machine, edge)?,
                Ok(Some(edge)) => refused.push(format!("machine {machine} belongs to edge {edge}")),
                Err(Refused::Poison(reason)) => refused.push(reason),
                Err(database) => return Err(database),
            }
        }
        tx.changed(Topic::Edges);
        if refused.is_empty() { Ok(()) } else { poison(format!("claims refused: {}", refused.join("; "))) }
    }

    fn is_revoked(&self, edge: i64) -> Result<bool, DbError> {
        let sql = "SELECT 1 AS one FROM edges WHERE organization_id = $1 AND id = $2 AND state = 'revoked'";
        Ok(self.tx.query_one(sql, params![self.tx.org(), edge])?.is_some())
    }

    /// A revoked edge speaks for nothing any more.
    fn take_over(&mut self, machine: MachineId, from: i64) -> Result<(), Refused> {
        edges::unseen_from_end(self.tx, machine, from)?;
        self.claim(machine)
    }

    fn claim(&mut self, machine: MachineId) -> Result<(), Refused> {
        let tx = self.tx;
        tx.execute(
            "UPDATE machines SET edge_id = $3, version = version + 1, updated_at = $4 WHERE organization_id = $1 AND id = $2",
            params![tx.org(), machine, self.edge.id, tx.now()],
        )?;
        self.claimed(machine);
        if let Some(op) = master::machine(tx, machine)? {
            tx.to_plant(self.edge.plant, op);
        }
        tx.audit("machine", machine, "claim", None::<&i64>, Some(&serde_json::json!({ "edge_id": self.edge.id })))?;
        tx.changed(Topic::Machine(machine));
        Ok(())
    }

    /// Anybody in the plant may log on any of its work orders; logs are summed.
    pub(super) fn production_logged(&mut self, fact: &ProductionLogged) -> Result<(), Refused> {
        self.work_order(fact.work_order)?;
        if let Some(machine) = fact.machine {
            self.need_here(machine)?;
        }
        if fact.completed == 0 || fact.rejected > fact.completed || !(1..=HOURS_MICRO_MAX).contains(&fact.hours_micro) {
            return poison(format!(
                "{} units with {} rejected in {} millionths of an hour is no production log",
                fact.completed, fact.rejected, fact.hours_micro
            ));
        }
        if fact.notes.as_ref().is_some_and(|n| n.len() > NOTES_BYTES_MAX) {
            return poison(format!("notes of more than {NOTES_BYTES_MAX} bytes, which no edge lets anybody write"));
        }
        match production::book(self.tx, fact, self.edge.uuid)? {
            Booked::New { .. } | Booked::Known => Ok(()),
            Booked::Other => poison(format!("log {} is here with other content", fact.id)),
            Booked::Unknown { what } => poison(format!("there is no {what}")),
        }
    }

    /// Why units of a log were rejected. The log stands before it, and the edge saw to it that it fits.
    pub(super) fn production_scrapped(&mut self, fact: &ProductionScrapped) -> Result<(), Refused> {
        let sql = "SELECT quantity_rejected, origin FROM production_logs WHERE organization_id = $1 AND uuid = $2";
        let row = self.tx.query_one(sql, params![self.tx.org(), fact.log])?;
        let Some(log) = row else { return poison(format!("there is no log {}", fact.log)) };
        if log.get::<Uuid>("origin")? != self.edge.uuid {
            return poison(format!("log {} was made by another edge, which alone explains it", fact.log));
        }
        let parts: Vec<_> = fact.parts.iter().map(|part| (part.reason, i64::from(part.quantity))).collect();
        if let Err(refusal) = logging::scrap(&parts, log.get("quantity_rejected")?) {
            return poison(format!("{refusal:?}"));
        }
        for (reason, _) in &parts {
            self.need_record("scrap_reasons", reason.0, "scrap reason")?;
        }
        Ok(production::explain(self.tx, fact)?)
    }

    /// From release on the edge that executes a work order decides; what it says is taken.
    pub(super) fn work_order_moved(&mut self, fact: &WorkOrderMoved) -> Result<(), Refused> {
        let order = self.work_order(fact.work_order)?;
        self.need_executing(&order)?;
        if let Some(machine) = fact.machine {
            self.need_own(machine)?;
        }
        if let Some(by) = fact.by {
            self.need_record("users", by.0, "user")?;
        }
        if let Some(request) = fact.request {
            self.need_request(request, fact.work_order)?;
        }
        if let Some(end) = work_orders::ended(self.tx, fact.work_order)? {
            // Both histories are kept, and a person decides (WO-05, Q-129).
            return poison(format!("work order {} is {} already", fact.work_order, end.code()));
        }
        if !work_orders::apply(self.tx, fact, self.edge.uuid)? {
            return poison(format!("there is no work order {}", fact.work_order));
        }
        // The other edges of the plant show where it stands; the one that executes it knows better.
        if let Some(op) = master::work_order(self.tx, fact.work_order)? {
            self.tx.to_plant(self.edge.plant, op);
        }
        Ok(())
    }

    pub(super) fn work_order_refused(&mut self, fact: &WorkOrderRefused) -> Result<(), Refused> {
        let order = self.work_order(fact.work_order)?;
        // The edge that was asked may say that it does not execute it any more.
        if !self.need_request(fact.request, fact.work_order)? {
            self.need_executing(&order)?;
        }
        Ok(work_orders::close_request(self.tx, fact.request, "refused", Some(&fact.reason))?)
    }

    /// An edge answers only requests for the work order it speaks of, and none to another edge. Whether it was
    /// asked by name.
    fn need_request(&self, request: Uuid, order: WorkOrderId) -> Result<bool, Refused> {
        let asked = self.tx.query_one(
            "SELECT edge_id FROM work_order_requests WHERE organization_id = $1 AND uuid = $2 AND work_order_id = $3",
            params![self.tx.org(), request, order],
        )?;
        let Some(asked) = asked else {
            return poison(format!("there is no request {request} for work order {order}"));
        };
        match asked.get::<Option<i64>>("edge_id")? {
            Some(edge) if edge != self.edge.id => poison(format!("request {request} is for edge {edge} to answer")),
            edge => Ok(edge.is_some()),
        }
    }

    fn work_order(&self, id: WorkOrderId) -> Result<Order, Refused> {
        let row = self.tx.query_one(
            "SELECT plant_id, lane_id, machine_id FROM work_orders WHERE organization_id = $1 AND id = $2",
            params![self.tx.org(), id],
        )?;
        let Some(row) = row else { return poison(format!("there is no work order {id}")) };
        if row.get::<PlantId>("plant_id")? != self.edge.plant {
            return poison(format!("work order {id} belongs to another plant"));
        }
        Ok(Order { id, lane: row.get("lane_id")?, machine: row.get("machine_id")? })
    }

    /// Execution belongs to the edge of the work order's machine, or else to the edges of its lane; where there
    /// is none, to whoever does it.
    fn need_executing(&mut self, order: &Order) -> Result<(), Refused> {
        if let Some(machine) = order.machine
            && let Some(edge) = self.need_here(machine)?
        {
            return if edge == self.edge.id {
                Ok(())
            } else {
                poison(format!("edge {edge} executes work order {}", order.id))
            };
        }
        let Some(lane) = order.lane else { return Ok(()) };
        let rows = self.tx.query(
            "SELECT DISTINCT edge_id FROM machines WHERE organization_id = $1 AND lane_id = $2 AND edge_id IS NOT NULL",
            params![self.tx.org(), lane],
        )?;
        let edges = rows.iter().map(|r| r.get::<i64>("edge_id")).collect::<Result<Vec<_>, _>>()?;
        if edges.is_empty() || edges.contains(&self.edge.id) {
            Ok(())
        } else {
            poison(format!("other edges execute the work orders of lane {lane}"))
        }
    }
}

/// Where a work order is executed.
struct Order {
    id: WorkOrderId,
    lane: Option<LaneId>,
    machine: Option<MachineId>,
}
