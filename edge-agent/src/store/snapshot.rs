//! A snapshot of the cloud's log: everything that the cloud ever said is replaced at once, everything that
//! was done here stays. Records that it does not hold are removed; people and reasons, whom history
//! names, stay without effect; a work order that goes on here stays until it is done.

use std::collections::HashSet;

use unison_core::facts::Fact;
use unison_core::ids::WorkOrderId;
use unison_core::master::{MasterOp, WorkOrderStatus};
use unison_sync::hlc;
use unison_sync::wire::{Have, Op};
use uuid::Uuid;

use super::step::{Delta, Step};
use super::{StoreError, load, log, project};

/// What a snapshot holds, sorted by what is done with it.
#[derive(Default)]
struct Content {
    records: HashSet<(u16, i64)>,
    logs: HashSet<Uuid>,
    requests: Vec<MasterOp>,
}

impl Step<'_> {
    /// Applies a snapshot and the vector. The caller's gate has seen that it was asked for.
    pub(super) fn snapshot(&mut self, ops: &[Op], at: &Have) -> Result<(), StoreError> {
        // What an older program set aside is in the snapshot, or counts no more.
        self.conn.execute("DELETE FROM set_aside WHERE reason = ?1", [super::down::FOR_NEWER])?;
        let content = self.bring(ops)?;
        let kept = self.work_going_on(&content);
        self.remove_records(&content, &kept)?;
        self.remove_logs(&content, &kept)?;
        log::set_have(self.conn, at, self.head.hlc)?;
        let (fresh, _) = load::load(self.conn, None)?;
        self.delta(Delta::Renewed(Box::new(fresh)));
        for request in content.requests {
            match request {
                MasterOp::WorkOrderRequest(request) => self.request(&request)?,
                MasterOp::WorkOrderAsked(asked) => self.asked(&asked)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes what the snapshot holds.
    fn bring(&mut self, ops: &[Op]) -> Result<Content, StoreError> {
        let mut content = Content::default();
        for op in ops {
            self.head.hlc = hlc::seen(self.head.hlc, op.hlc);
            match (MasterOp::decode(op.kind, op.version, &op.body), Fact::decode(op.kind, op.version, &op.body)) {
                (Ok(Some(request @ (MasterOp::WorkOrderRequest(_) | MasterOp::WorkOrderAsked(_)))), _) => {
                    content.requests.push(request);
                }
                (Ok(Some(record)), _) => {
                    content.records.extend(project::key(&record));
                    project::master(self.conn, &record, op.version, &op.body)?;
                }
                (Ok(None), Ok(Some(Fact::ProductionLogged(f)))) => {
                    content.logs.insert(f.id);
                    project::production_log(self.conn, &f, false)?;
                }
                (Ok(None), Ok(Some(_))) => self.keep(op, "this fact does not come from the cloud")?,
                (Ok(None), Ok(None)) => self.keep(op, super::down::FOR_NEWER)?,
                (Err(e), _) | (Ok(None), Err(e)) => self.keep(op, &format!("unreadable: {e}"))?,
            }
        }
        Ok(content)
    }

    /// Work orders that the snapshot does not hold and that go on here.
    fn work_going_on(&self, content: &Content) -> HashSet<WorkOrderId> {
        let goes_on = [WorkOrderStatus::InProgress, WorkOrderStatus::Paused];
        let orders = self.model.work_orders.values().filter(|w| w.is_moved_here && goes_on.contains(&w.status));
        let is_gone = |w: &MasterOp| project::key(w).is_some_and(|key| !content.records.contains(&key));
        orders.filter(|w| is_gone(&w.record.clone().into())).map(|w| w.record.id).collect()
    }

    fn remove_records(&self, content: &Content, kept: &HashSet<WorkOrderId>) -> Result<(), StoreError> {
        let mut held = self.conn.prepare("SELECT kind, id, version, body FROM master")?;
        let mut rows = held.query([])?;
        let mut gone = Vec::new();
        while let Some(row) = rows.next()? {
            let key: (u16, i64) = (row.get(0)?, row.get(1)?);
            if !content.records.contains(&key) {
                gone.push((key, row.get::<_, u8>(2)?, row.get::<_, Vec<u8>>(3)?));
            }
        }
        for ((kind, id), version, body) in gone {
            match MasterOp::decode(kind, version, &body).ok().flatten() {
                Some(MasterOp::User(user)) => {
                    self.rewrite(unison_core::master::User { is_active: false, ..user }.into())?
                }
                Some(MasterOp::Reason(reason)) => {
                    self.rewrite(unison_core::master::Reason { is_active: false, ..reason }.into())?;
                }
                Some(MasterOp::ScrapReason(reason)) => {
                    self.rewrite(unison_core::master::ScrapReason { is_active: false, ..reason }.into())?;
                }
                Some(MasterOp::WorkOrder(w)) if kept.contains(&w.id) => {}
                Some(MasterOp::WorkOrderTerms(t)) if kept.contains(&t.work_order) => {}
                record => {
                    if let Some(MasterOp::WorkOrder(w)) = record {
                        project::forget_execution(self.conn, w.id.0)?;
                    }
                    self.conn.prepare_cached("DELETE FROM master WHERE kind = ?1 AND id = ?2")?.execute((kind, id))?;
                }
            }
        }
        Ok(())
    }

    fn rewrite(&self, record: MasterOp) -> Result<(), StoreError> {
        let body = record.encode().map_err(|e| StoreError::Damaged(e.to_string()))?;
        Ok(project::master(self.conn, &record, record.kind().1, &body)?)
    }

    /// Logs of others are the cloud's to say; our own are ours.
    fn remove_logs(&self, content: &Content, kept: &HashSet<WorkOrderId>) -> Result<(), StoreError> {
        let mut held = self.conn.prepare("SELECT uuid, work_order_id FROM production_logs WHERE own = 0")?;
        let mut rows = held.query([])?;
        let mut gone = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, order) = (Uuid::from_bytes(row.get(0)?), WorkOrderId(row.get(1)?));
            if !content.logs.contains(&id) && !kept.contains(&order) {
                gone.push(id);
            }
        }
        let mut delete = self.conn.prepare_cached("DELETE FROM production_logs WHERE uuid = ?1")?;
        for id in gone {
            delete.execute([id.as_bytes()])?;
        }
        Ok(())
    }
}
