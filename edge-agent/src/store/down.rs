//! What comes from the cloud: master data, logs made elsewhere, and requests that this edge answers.

use unison_core::facts::{Fact, WorkOrderMoved, WorkOrderRefused};
use unison_core::ids::{LaneId, MachineId};
use unison_core::master::{MasterOp, WorkOrderAsked, WorkOrderRequest};
use unison_rules::{Refusal, work_order};
use unison_sync::hlc;
use unison_sync::wire::{Batch, Have, Op};

use super::model::{Executor, Model, Sums};
use super::step::{Delta, Step};
use super::{StoreError, load, log, project};

/// Why an op is set aside whose kind or version is not known here; a newer program takes it up when it starts.
pub(super) const FOR_NEWER: &str = "made for a newer version";

impl Step<'_> {
    /// Applies the batches and the vector. The caller's gate has seen that they follow what is held.
    pub(super) fn down(&mut self, batches: &[Batch], have: &Have) -> Result<(), StoreError> {
        for op in batches.iter().flat_map(|b| &b.ops) {
            self.head.hlc = hlc::seen(self.head.hlc, op.hlc);
            self.op(op)?;
        }
        log::set_have(self.conn, have, self.head.hlc)?;
        self.has_written = true;
        Ok(())
    }

    fn op(&mut self, op: &Op) -> Result<(), StoreError> {
        match MasterOp::decode(op.kind, op.version, &op.body) {
            Ok(Some(MasterOp::WorkOrderRequest(request))) => self.request(&request),
            Ok(Some(MasterOp::WorkOrderAsked(asked))) => self.asked(&asked),
            Ok(Some(record)) => {
                if let MasterOp::Plant(plant) = &record
                    && jiff::tz::TimeZone::get(&plant.timezone).is_err()
                {
                    tracing::error!(timezone = plant.timezone, "this time zone is not known; shifts are taken as UTC");
                }
                project::master(self.conn, &record, op.version, &op.body)?;
                let sums = match &record {
                    MasterOp::WorkOrder(w) => {
                        if matches!(self.model.executor(w), Executor::Elsewhere(_)) {
                            project::forget_execution(self.conn, w.id.0)?;
                        }
                        load::sums_of(self.conn, w.id)?
                    }
                    _ => Sums::default(),
                };
                self.delta(Delta::Master(Box::new(record), sums));
                Ok(())
            }
            Ok(None) => self.foreign(op),
            Err(e) => self.keep(op, &format!("unreadable: {e}")),
        }
    }

    /// A fact of the cloud or of another edge of the plant.
    fn foreign(&mut self, op: &Op) -> Result<(), StoreError> {
        match Fact::decode(op.kind, op.version, &op.body) {
            Ok(Some(Fact::ProductionLogged(f))) => {
                if project::production_log(self.conn, &f, false)? {
                    let fact = Fact::from(f);
                    self.touch(&fact);
                    self.delta(Delta::Fact(fact));
                }
                Ok(())
            }
            Ok(Some(_)) => self.keep(op, "this fact does not come from the cloud"),
            Ok(None) => self.keep(op, FOR_NEWER),
            Err(e) => self.keep(op, &format!("unreadable: {e}")),
        }
    }

    pub(super) fn keep(&mut self, op: &Op, reason: &str) -> Result<(), StoreError> {
        tracing::warn!(kind = op.kind, version = op.version, reason, "an op of the cloud was set aside");
        let body = postcard::to_stdvec(op).map_err(|e| StoreError::Damaged(e.to_string()))?;
        Ok(project::set_aside(self.conn, self.now, reason, &body)?)
    }

    /// A request to one edge: whoever else believes to execute the work order says nothing.
    pub(super) fn asked(&mut self, asked: &WorkOrderAsked) -> Result<(), StoreError> {
        if self.model.edge() != Some(asked.edge) {
            return Ok(());
        }
        let w = self.model.work_orders.get(&asked.request.work_order);
        match w.map(|w| (self.model.executor(&w.record), w.record.number.clone())) {
            Some((Executor::Elsewhere(_), number)) => {
                self.refuse(&asked.request, format!("another edge executes {number} now"))
            }
            _ => self.answer(&asked.request),
        }
    }

    /// A request that names no edge. The log goes to all edges of the plant; only the one that executes the
    /// work order answers.
    pub(super) fn request(&mut self, r: &WorkOrderRequest) -> Result<(), StoreError> {
        let w = self.model.work_orders.get(&r.work_order);
        if w.is_some_and(|w| matches!(self.model.executor(&w.record), Executor::Elsewhere(_))) {
            return Ok(());
        }
        self.answer(r)
    }

    /// Answers in the same transaction that takes the request, so that it is answered once.
    fn answer(&mut self, r: &WorkOrderRequest) -> Result<(), StoreError> {
        if project::has_answered(self.conn, r.request)? {
            return Ok(());
        }
        let Some(w) = self.model.work_orders.get(&r.work_order) else {
            return self.refuse(r, format!("work order {} is not known at this edge", r.work_order));
        };
        match work_order::moved(r.verb, &Model::known(w)) {
            Ok(_) => {
                let fact = WorkOrderMoved {
                    work_order: r.work_order,
                    verb: r.verb,
                    machine: r.machine.or(w.machine).or_else(|| only_machine(self.model, w.record.lane)),
                    by: Some(r.by),
                    at: self.now,
                    note: r.note.clone(),
                    request: Some(r.request),
                };
                self.append(fact.into())
            }
            Err(Refusal::NotNow { reason, .. }) => self.refuse(r, reason),
            Err(refusal) => self.refuse(r, refusal.to_string()),
        }
    }

    fn refuse(&mut self, r: &WorkOrderRequest, reason: String) -> Result<(), StoreError> {
        if project::has_answered(self.conn, r.request)? {
            return Ok(());
        }
        let fact = WorkOrderRefused { request: r.request, work_order: r.work_order, reason, at: self.now };
        self.append(fact.into())
    }
}

/// Where a work order without a machine must run, when its lane leaves no choice.
fn only_machine(model: &Model, lane: Option<LaneId>) -> Option<MachineId> {
    let mut on_lane = model.machines.values().filter(|m| m.is_ours && lane.is_some() && m.record.lane == lane);
    on_lane.next().filter(|_| on_lane.next().is_none()).map(|m| m.record.id)
}
