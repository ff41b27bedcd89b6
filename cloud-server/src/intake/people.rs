//! The facts of people: shifts handed over and acknowledged, calls for help, values written to devices. Part of
//! `project`.

use super::project::{Projection, Refused, poison};
use crate::params;
use crate::tenancy::Topic;
use serde::Serialize;
use unison_api::handover::{IssueView, OrderLeftView};
use unison_core::facts::{
    HandoverAcknowledged, HelpAnswered, HelpCalled, HelpEnded, ShiftHandedOver, TagWritten, WriteOutcome,
};
use unison_core::ids::{MachineId, PlantId, UserId};
use unison_core::time::Timestamp;
use unison_rules::logging;
use uuid::Uuid;

fn json<T: Serialize>(entries: &[T]) -> Result<String, Refused> {
    serde_json::to_string(entries).map_err(|e| Refused::Poison(e.to_string()))
}

impl Projection<'_, '_> {
    /// The one written last counts. The edge sees to it that none is written after it was acknowledged.
    pub(super) fn handed_over(&mut self, f: &ShiftHandedOver) -> Result<(), Refused> {
        self.need_past(f.at)?;
        let sql = "SELECT plant_id FROM shifts WHERE organization_id = $1 AND id = $2";
        let shift = self.tx.query_one(sql, params![self.tx.org(), f.shift])?;
        match shift.map(|row| row.get::<PlantId>("plant_id")).transpose()? {
            None => return poison(format!("there is no shift {}", f.shift)),
            Some(plant) if plant != self.edge.plant => return poison(format!("shift {} is of another plant", f.shift)),
            Some(_) => {}
        }
        self.need_record("users", f.by.0, "user")?;
        if self.handover_plant(f.id)?.is_some_and(|plant| plant != self.edge.plant) {
            return poison(format!("handover {} is one of another plant", f.id));
        }
        let mut orders = Vec::with_capacity(f.work_orders.len());
        for o in &f.work_orders {
            let sql = "SELECT work_order_number FROM work_orders WHERE organization_id = $1 AND id = $2";
            let row = self.tx.query_one(sql, params![self.tx.org(), o.work_order])?;
            let Some(row) = row else { return poison(format!("there is no work order {}", o.work_order)) };
            orders.push(OrderLeftView {
                work_order_id: o.work_order.0,
                work_order_number: row.get("work_order_number")?,
                status: o.status,
                percent_complete: logging::progress_percent(o.completed, o.ordered),
                quantity_completed: o.completed,
                quantity_ordered: o.ordered,
                blocked_reason: o.blocked.clone(),
            });
        }
        for machine in f.issues.iter().filter_map(|i| i.machine) {
            self.need_here(machine)?;
        }
        let issue = |i: &unison_core::facts::Issue| IssueView {
            machine_id: i.machine.map(|m| m.0),
            description: i.text.clone(),
        };
        let issues: Vec<IssueView> = f.issues.iter().map(issue).collect();
        self.tx.execute(
            "INSERT INTO shift_handovers (organization_id, uuid, plant_id, shift_id, date, notes, work_orders, issues, logged_by, logged_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (organization_id, uuid) DO UPDATE SET notes = excluded.notes, work_orders = excluded.work_orders,
               issues = excluded.issues, logged_by = excluded.logged_by, logged_at = excluded.logged_at",
            params![
                self.tx.org(), f.id, self.edge.plant, f.shift, f.date.to_string(), f.notes.clone(), json(&orders)?,
                json(&issues)?, f.by, f.at
            ],
        )?;
        Ok(())
    }

    pub(super) fn handover_acknowledged(&mut self, f: &HandoverAcknowledged) -> Result<(), Refused> {
        self.need_past(f.at)?;
        self.need_record("users", f.by.0, "user")?;
        match self.handover_plant(f.id)? {
            None => return poison(format!("there is no handover {}", f.id)),
            Some(plant) if plant != self.edge.plant => {
                return poison(format!("handover {} is one of another plant", f.id));
            }
            Some(_) => {}
        }
        self.tx.execute(
            "UPDATE shift_handovers SET acknowledged_by = $3, acknowledged_at = $4
             WHERE organization_id = $1 AND uuid = $2 AND acknowledged_by IS NULL",
            params![self.tx.org(), f.id, f.by, f.at],
        )?;
        Ok(())
    }

    fn handover_plant(&self, id: Uuid) -> Result<Option<PlantId>, Refused> {
        let sql = "SELECT plant_id FROM shift_handovers WHERE organization_id = $1 AND uuid = $2";
        let row = self.tx.query_one(sql, params![self.tx.org(), id])?;
        Ok(row.map(|row| row.get("plant_id")).transpose()?)
    }

    pub(super) fn help_called(&mut self, f: &HelpCalled) -> Result<(), Refused> {
        self.need_own(f.machine)?;
        self.need_past(f.at)?;
        self.need_record("users", f.by.0, "user")?;
        self.tx.execute(
            "INSERT INTO help_calls (organization_id, uuid, machine_id, kind, note, called_by, called_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id, uuid) DO NOTHING",
            params![self.tx.org(), f.id, f.machine, f.kind.code(), f.note.clone(), f.by, f.at],
        )?;
        self.tx.changed(Topic::Machine(f.machine));
        Ok(())
    }

    pub(super) fn help_answered(&mut self, f: &HelpAnswered) -> Result<(), Refused> {
        let machine = self.own_help(f.id, f.by, f.at)?;
        self.tx.execute(
            "UPDATE help_calls SET answered_by = $3, answered_at = $4
             WHERE organization_id = $1 AND uuid = $2 AND answered_by IS NULL",
            params![self.tx.org(), f.id, f.by, f.at],
        )?;
        self.tx.changed(Topic::Machine(machine));
        Ok(())
    }

    pub(super) fn help_ended(&mut self, f: &HelpEnded) -> Result<(), Refused> {
        let machine = self.own_help(f.id, f.by, f.at)?;
        self.tx.execute(
            "UPDATE help_calls SET ended_by = $3, ended_at = $4, end_note = $5
             WHERE organization_id = $1 AND uuid = $2 AND ended_at IS NULL",
            params![self.tx.org(), f.id, f.by, f.at, f.note.clone()],
        )?;
        self.tx.changed(Topic::Machine(machine));
        Ok(())
    }

    /// The first outcome counts; an edge that was set back may say another one later.
    pub(super) fn tag_written(&mut self, f: &TagWritten) -> Result<(), Refused> {
        self.need_past(f.at)?;
        self.need_record("users", f.by.0, "user")?;
        if let Some(machine) = f.machine {
            self.need_here(machine)?;
        }
        let sql = "SELECT origin, tag, value, written_by FROM tag_writes WHERE organization_id = $1 AND uuid = $2";
        if let Some(row) = self.tx.query_one(sql, params![self.tx.org(), f.id])? {
            if row.get::<Uuid>("origin")? != self.edge.uuid {
                return poison(format!("write {} was made by another edge", f.id));
            }
            let asked: (String, String, UserId) = (row.get("tag")?, row.get("value")?, row.get("written_by")?);
            if asked != (f.tag.clone(), f.value.clone(), f.by) {
                return poison(format!("write {} was asked with other words", f.id));
            }
        }
        let ended = (f.outcome != WriteOutcome::Asked).then_some(f.at);
        self.tx.execute(
            "INSERT INTO tag_writes (organization_id, uuid, plant_id, origin, tag, machine_id, value_before, value, written_by, asked_at, outcome, reason, ended_at)
             VALUES ($1, $2, $3, $13, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (organization_id, uuid) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
               ended_at = excluded.ended_at WHERE tag_writes.outcome = 'asked'",
            params![
                self.tx.org(), f.id, self.edge.plant, f.tag.clone(), f.machine, f.before.clone(), f.value.clone(), f.by,
                f.at, f.outcome.code(), f.reason.clone(), ended, self.edge.uuid
            ],
        )?;
        Ok(())
    }

    /// The machine of a call of this edge, of which a person says something.
    fn own_help(&mut self, id: Uuid, by: UserId, at: Timestamp) -> Result<MachineId, Refused> {
        self.need_past(at)?;
        self.need_record("users", by.0, "user")?;
        let sql = "SELECT machine_id FROM help_calls WHERE organization_id = $1 AND uuid = $2";
        let row = self.tx.query_one(sql, params![self.tx.org(), id])?;
        let Some(row) = row else { return poison(format!("there is no call for help {id}")) };
        let machine = row.get("machine_id")?;
        self.need_own(machine)?;
        Ok(machine)
    }
}
