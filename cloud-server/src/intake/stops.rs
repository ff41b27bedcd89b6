//! The facts of stops: opened, classified, ended, told, edited. Part of `project`.

use super::project::{Projection, Refused, poison};
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::Topic;
use unison_core::downtime::{Gone, Stop, edited, edits};
use unison_core::facts::{
    DowntimeAlarmed, DowntimeClassified, DowntimeClosed, DowntimeEscalated, DowntimeOpened, Fact, StopSource,
};
use unison_core::ids::MachineId;
use unison_core::time::HOUR;
use uuid::Uuid;

/// A stop does not end before it began by more than clocks differ.
const ENDS_BEFORE_MAX: i64 = HOUR;
/// A text of a machine's alarm; an edge's configuration takes no longer one.
const ALARM_CHARS_MAX: usize = 200;

/// A row of `downtime_events` as the facts of it know it.
pub(crate) fn row(row: &Row) -> Result<Stop, DbError> {
    let merged_into: Option<Uuid> = row.get("merged_into")?;
    let is_gone: bool = row.get("is_gone")?;
    Ok(Stop {
        id: row.get("uuid")?,
        machine: row.get("machine_id")?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        source: if row.get::<String>("source")? == "operator" { StopSource::Operator } else { StopSource::Signal },
        reason: row.get("reason_id")?,
        work_order: row.get("work_order_id")?,
        opened_by: row.get("opened_by")?,
        note: row.get("note")?,
        classified_by: row.get("classified_by")?,
        classified_at: row.get("classified_at")?,
        reason_hlc: row.get("reason_hlc")?,
        escalated_at: row.get("escalated_at")?,
        gone: is_gone.then(|| merged_into.map_or(Gone::Voided, Gone::Merged)),
    })
}

impl Projection<'_, '_> {
    /// Takes a fact of a stop and keeps it in the histories of the stops that it names.
    pub(super) fn of_stop(&mut self, fact: &Fact, hlc: u64) -> Result<(), Refused> {
        let named = match fact {
            Fact::DowntimeOpened(f) => {
                self.downtime_opened(f, hlc)?;
                vec![f.id]
            }
            Fact::DowntimeClassified(f) => {
                self.downtime_classified(f, hlc)?;
                vec![f.id]
            }
            Fact::DowntimeClosed(f) => {
                self.downtime_closed(f)?;
                vec![f.id]
            }
            Fact::DowntimeAlarmed(f) => {
                self.downtime_alarmed(f)?;
                vec![f.id]
            }
            Fact::DowntimeEscalated(f) => {
                self.downtime_escalated(f)?;
                vec![f.id]
            }
            edit => self.edited(edit)?,
        };
        let ((kind, version), hlc) = (fact.kind(), self.stamp(hlc));
        let body = fact.encode().map_err(|e| Refused::Poison(e.to_string()))?;
        for id in named {
            self.tx.execute(
                "INSERT INTO downtime_facts (organization_id, uuid, hlc, fact_kind, fact_version, body)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization_id, uuid, hlc) DO NOTHING",
                params![self.tx.org(), id, hlc, i64::from(kind), i64::from(version), body.clone()],
            )?;
        }
        Ok(())
    }

    fn downtime_opened(&mut self, fact: &DowntimeOpened, hlc: u64) -> Result<(), Refused> {
        self.need_own(fact.machine)?;
        if let Some(reason) = fact.reason {
            self.need_record("downtime_reasons", reason.0, "downtime reason")?;
        }
        if let Some(held) = self.stop(fact.id)? {
            return if held.machine == fact.machine {
                Ok(())
            } else {
                poison(format!("stop {} is one of another machine", fact.id))
            };
        }
        self.need_past(fact.started_at)?;
        self.save(&Stop::opened(fact, self.stamp(hlc)))
    }

    /// The reason recorded last counts, in whatever order they arrive.
    fn downtime_classified(&mut self, fact: &DowntimeClassified, hlc: u64) -> Result<(), Refused> {
        let stop = self.own_stop(fact.id)?;
        self.need_record("downtime_reasons", fact.reason.0, "downtime reason")?;
        self.need_record("users", fact.by.0, "user")?;
        let (tx, hlc) = (self.tx, self.stamp(hlc));
        if hlc < stop.reason_hlc {
            return Ok(());
        }
        tx.execute(
            "UPDATE downtime_events SET reason_id = $3, note = coalesce($4, note), classified_by = $5, classified_at = $6, reason_hlc = $7
             WHERE organization_id = $1 AND uuid = $2",
            params![tx.org(), fact.id, fact.reason, fact.note.clone(), fact.by, fact.at, hlc],
        )?;
        self.stop_changed(fact.id, stop.machine);
        Ok(())
    }

    fn downtime_closed(&mut self, fact: &DowntimeClosed) -> Result<(), Refused> {
        let stop = self.own_stop(fact.id)?;
        self.need_past(fact.ended_at)?;
        if fact.ended_at.since(stop.started_at) < -ENDS_BEFORE_MAX {
            return poison(format!("stop {} would end at {}, before it began", fact.id, fact.ended_at.rfc3339()));
        }
        let (tx, ended_at) = (self.tx, fact.ended_at.max(stop.started_at));
        tx.execute(
            "UPDATE downtime_events SET ended_at = $3 WHERE organization_id = $1 AND uuid = $2",
            params![tx.org(), fact.id, ended_at],
        )?;
        self.stop_changed(fact.id, stop.machine);
        Ok(())
    }

    /// The first alarm is the cause; those after it are its consequences.
    fn downtime_alarmed(&mut self, fact: &DowntimeAlarmed) -> Result<(), Refused> {
        let stop = self.own_stop(fact.id)?;
        if let Some(reason) = fact.reason {
            self.need_record("downtime_reasons", reason.0, "downtime reason")?;
        }
        let text: String = fact.text.chars().filter(|c| *c != '\0').take(ALARM_CHARS_MAX).collect();
        self.tx.execute(
            "UPDATE downtime_events SET alarm_text = $3, alarm_reason_id = $4
             WHERE organization_id = $1 AND uuid = $2 AND alarm_text IS NULL",
            params![self.tx.org(), fact.id, text, fact.reason],
        )?;
        self.stop_changed(fact.id, stop.machine);
        Ok(())
    }

    fn downtime_escalated(&mut self, fact: &DowntimeEscalated) -> Result<(), Refused> {
        let stop = self.own_stop(fact.id)?;
        self.need_past(fact.at)?;
        self.tx.execute(
            "UPDATE downtime_events SET escalated_at = $3
             WHERE organization_id = $1 AND uuid = $2 AND escalated_at IS NULL",
            params![self.tx.org(), fact.id, fact.at],
        )?;
        self.stop_changed(fact.id, stop.machine);
        Ok(())
    }

    /// Split, merged, corrected, voided: the same function as at the edge says what the rows become.
    fn edited(&mut self, fact: &Fact) -> Result<Vec<Uuid>, Refused> {
        let (by, times) = match fact {
            Fact::DowntimeSplit(f) => (f.by, vec![f.cut]),
            Fact::DowntimeMerged(f) => (f.by, vec![]),
            Fact::DowntimeCorrected(f) => (f.by, [Some(f.started_at), f.ended_at].into_iter().flatten().collect()),
            Fact::DowntimeVoided(f) => (f.by, vec![]),
            _ => return poison("the fact is no edit of a stop"),
        };
        self.need_record("users", by.0, "user")?;
        for time in times {
            self.need_past(time)?;
        }
        let mut named = edits(fact);
        let mut stops = Vec::with_capacity(named.len());
        for id in &named {
            stops.push(self.own_stop(*id)?);
        }
        if let Fact::DowntimeSplit(f) = fact {
            match self.stop(f.new)? {
                Some(held) if Some(held.machine) != stops.first().map(|stop| stop.machine) => {
                    return poison(format!("stop {} is one of another machine", f.new));
                }
                // Cut before.
                Some(_) => return Ok(named),
                None => named.push(f.new),
            }
        }
        for stop in edited(fact, &stops) {
            self.save(&stop)?;
        }
        Ok(named)
    }

    fn save(&self, s: &Stop) -> Result<(), Refused> {
        let tx = self.tx;
        let source = match s.source {
            StopSource::Signal => "signal",
            StopSource::Operator => "operator",
        };
        let merged_into = match s.gone {
            Some(Gone::Merged(id)) => Some(id),
            Some(Gone::Voided) | None => None,
        };
        tx.execute(
            "INSERT INTO downtime_events (organization_id, uuid, machine_id, started_at, ended_at, source, reason_id, work_order_id,
               opened_by, note, classified_by, classified_at, reason_hlc, is_gone, merged_into, escalated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
             ON CONFLICT (organization_id, uuid) DO UPDATE SET started_at = excluded.started_at,
               source = excluded.source, escalated_at = excluded.escalated_at, ended_at = excluded.ended_at, is_gone = excluded.is_gone, merged_into = excluded.merged_into",
            params![
                tx.org(), s.id, s.machine, s.started_at, s.ended_at, source, s.reason, s.work_order, s.opened_by,
                s.note.clone(), s.classified_by, s.classified_at, s.reason_hlc, s.gone.is_some(), merged_into,
                s.escalated_at
            ],
        )?;
        self.stop_changed(s.id, s.machine);
        Ok(())
    }

    fn stop(&self, id: Uuid) -> Result<Option<Stop>, Refused> {
        let found = self.tx.query_one(
            "SELECT * FROM downtime_events WHERE organization_id = $1 AND uuid = $2",
            params![self.tx.org(), id],
        )?;
        Ok(found.as_ref().map(row).transpose()?)
    }

    fn own_stop(&mut self, id: Uuid) -> Result<Stop, Refused> {
        let Some(stop) = self.stop(id)? else { return poison(format!("there is no stop {id}")) };
        self.need_own(stop.machine)?;
        Ok(stop)
    }

    fn stop_changed(&self, id: Uuid, machine: MachineId) {
        self.tx.changed(Topic::Downtime(id));
        self.tx.changed(Topic::Machine(machine));
    }
}
