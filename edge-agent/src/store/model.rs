//! What the edge knows now, in memory: master data, work orders, machines, the queue to the cloud.
//!
//! A value that changes only by [`Model::fact`], [`Model::master`] and the few setters below, each called
//! by the writer with what it has written. No I/O, no clock.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use unison_core::activity::Activity;
use unison_core::calendar_day::CalendarDay;
use unison_core::downtime::Stop;
use unison_core::facts::{Fact, WorkOrderMoved, WorkOrderVerb};
use unison_core::ids::{
    CalendarDayId, LaneId, MachineId, MachineTagId, ReasonId, ScrapReasonId, ShiftId, UserId, WorkOrderId,
};
use unison_core::kpi::Standard;
use unison_core::master::{
    Lane, Machine, MachineTag, MasterOp, Plant, Reason, ScrapReason, User, WorkOrder, WorkOrderStatus,
};
use unison_core::shift::{Cycle, Shift};
use unison_core::time::Timestamp;
use unison_rules::work_order::takes_planned_status;
use uuid::Uuid;

use super::Identity;
pub use super::now::{Executor, MachineNow, OpenDowntime, OpenHelp, Queue, Resolved, Sums, Tail, WorkOrderNow};

/// See the module. Readers get it by [`super::Store::model`] and always see committed state.
#[derive(Clone, Debug)]
pub struct Model {
    /// Who this edge is; none before enrolment.
    pub identity: Option<Arc<Identity>>,
    pub plant: Option<Plant>,
    /// The plant's zone; UTC until the plant is known.
    pub zone: TimeZone,
    pub lanes: BTreeMap<LaneId, Lane>,
    pub machines: BTreeMap<MachineId, MachineNow>,
    pub shifts: BTreeMap<ShiftId, Shift>,
    pub cycles: BTreeMap<ShiftId, Cycle>,
    pub days: BTreeMap<CalendarDayId, CalendarDay>,
    pub reasons: BTreeMap<ReasonId, Reason>,
    pub scrap_reasons: BTreeMap<ScrapReasonId, ScrapReason>,
    pub machine_tags: BTreeMap<MachineTagId, MachineTag>,
    pub users: BTreeMap<UserId, User>,
    pub work_orders: BTreeMap<WorkOrderId, WorkOrderNow>,
    /// Up to here machine time is settled.
    pub observed_until: Timestamp,
    /// Codes of the configuration that master data does not know.
    pub unknown_machines: Vec<String>,
    /// Codes of the configuration that belong to another edge.
    pub claimed_elsewhere: Vec<String>,
    pub queue: Queue,
    by_code: HashMap<String, MachineId>,
    by_number: HashMap<String, WorkOrderId>,
    /// Machines of this edge's configuration.
    configured: Vec<String>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            identity: None,
            plant: None,
            zone: TimeZone::UTC,
            lanes: BTreeMap::new(),
            machines: BTreeMap::new(),
            shifts: BTreeMap::new(),
            cycles: BTreeMap::new(),
            days: BTreeMap::new(),
            reasons: BTreeMap::new(),
            scrap_reasons: BTreeMap::new(),
            machine_tags: BTreeMap::new(),
            users: BTreeMap::new(),
            work_orders: BTreeMap::new(),
            observed_until: Timestamp(0),
            unknown_machines: Vec::new(),
            claimed_elsewhere: Vec::new(),
            queue: Queue::default(),
            by_code: HashMap::new(),
            by_number: HashMap::new(),
            configured: Vec::new(),
        }
    }
}

/// Questions.
impl Model {
    #[must_use]
    pub fn machine_by_code(&self, code: &str) -> Option<&MachineNow> {
        self.by_code.get(code).and_then(|id| self.machines.get(id))
    }

    #[must_use]
    pub fn work_order_by_number(&self, number: &str) -> Option<&WorkOrderNow> {
        self.by_number.get(number).and_then(|id| self.work_orders.get(id))
    }

    #[must_use]
    pub fn standard(&self) -> Standard {
        self.plant.as_ref().map_or(Standard::default(), |p| p.standard)
    }

    /// The work order in progress on a machine.
    #[must_use]
    pub fn current_work_order(&self, machine: MachineId) -> Option<&WorkOrderNow> {
        self.machines.get(&machine)?.work_order.and_then(|id| self.work_orders.get(&id))
    }

    /// Ideal time of one part on a machine in microseconds: that of the product it works on, else its own, else the
    /// lane's; 0 where nobody said one.
    #[must_use]
    pub fn ideal_cycle(&self, machine: MachineId) -> i64 {
        let Some(m) = self.machines.get(&machine) else { return 0 };
        let product = m.work_order.and_then(|w| self.work_orders.get(&w)).and_then(|w| w.ideal_cycle);
        let lane = || m.record.lane.and_then(|l| self.lanes.get(&l)).and_then(|l| l.ideal_cycle);
        product.or(m.record.ideal_cycle).or_else(lane).unwrap_or(0)
    }

    /// The machine and the stop, if this stop is open.
    #[must_use]
    pub fn open_downtime(&self, id: Uuid) -> Option<(MachineId, &OpenDowntime)> {
        self.machines.iter().find_map(|(m, now)| now.downtimes.iter().find(|d| d.id == id).map(|d| (*m, d)))
    }

    /// The machine and the call, if this call for help is open.
    #[must_use]
    pub fn open_help(&self, id: Uuid) -> Option<(MachineId, &OpenHelp)> {
        self.machines.iter().find_map(|(m, now)| now.help.iter().find(|h| h.id == id).map(|h| (*m, h)))
    }

    /// Who executes a work order: the edge of its machine, else of the first machine on its lane that has one.
    #[must_use]
    pub fn executor(&self, work_order: &WorkOrder) -> Executor {
        let planned = work_order.machine.and_then(|m| self.machines.get(&m));
        let on_lane = || {
            let lane = work_order.lane?;
            self.machines.values().find(|m| m.record.lane == Some(lane) && (m.is_ours || m.record.edge.is_some()))
        };
        match planned.filter(|m| m.is_ours || m.record.edge.is_some()).or_else(on_lane) {
            Some(m) if m.is_ours || m.record.edge == self.edge() => Executor::Here,
            Some(m) => m.record.edge.map_or(Executor::Cloud, Executor::Elsewhere),
            None => Executor::Cloud,
        }
    }

    /// What the rules of `unison_rules::work_order` must know.
    #[must_use]
    pub fn known(work_order: &WorkOrderNow) -> unison_rules::work_order::Known {
        unison_rules::work_order::Known {
            number: work_order.record.number.clone(),
            status: work_order.status,
            has_lane: work_order.record.lane.is_some(),
            ordered: u64::from(work_order.record.ordered),
            completed: work_order.completed,
            on_hold: work_order.on_hold.clone(),
        }
    }

    #[must_use]
    pub fn edge(&self) -> Option<Uuid> {
        self.identity.as_ref().map(|i| i.edge)
    }

    /// How the codes of the configuration stand to the master data.
    #[must_use]
    pub fn resolved(&self) -> Resolved {
        let mut out = Resolved::default();
        for (place, code) in self.configured.iter().enumerate() {
            match self.machine_by_code(code).map(|m| &m.record) {
                None => out.unknown.push(code.clone()),
                Some(m) if m.edge.is_some() && m.edge != self.edge() => out.elsewhere.push(code.clone()),
                Some(m) => out.ours.push((place, m.id)),
            }
        }
        out
    }
}

/// Changes. Only the writer calls these, with what it has written.
impl Model {
    pub(super) fn fact(&mut self, fact: &Fact) {
        match fact {
            Fact::ActivityChanged(f) => self.activity(f.machine, f.at, f.activity),
            Fact::Observed(f) => self.observed_until = self.observed_until.max(f.until),
            Fact::DowntimeOpened(f) => {
                if let Some(m) = self.machines.get_mut(&f.machine)
                    && !m.downtimes.iter().any(|d| d.id == f.id)
                {
                    m.downtimes.push(OpenDowntime {
                        id: f.id,
                        started_at: f.started_at,
                        source: f.source,
                        reason: f.reason,
                        note: f.note.clone(),
                        classified_by: f.reason.and(f.by),
                        is_escalated: false,
                    });
                }
            }
            Fact::DowntimeClassified(f) => {
                for d in self.machines.values_mut().flat_map(|m| &mut m.downtimes).filter(|d| d.id == f.id) {
                    d.reason = Some(f.reason);
                    d.classified_by = Some(f.by);
                    if f.note.is_some() {
                        d.note.clone_from(&f.note);
                    }
                }
            }
            Fact::DowntimeClosed(f) => {
                for m in self.machines.values_mut() {
                    m.downtimes.retain(|d| d.id != f.id);
                }
            }
            Fact::ProductionLogged(f) => {
                if let Some(w) = self.work_orders.get_mut(&f.work_order) {
                    w.completed += u64::from(f.completed);
                    w.rejected += u64::from(f.rejected);
                }
            }
            Fact::WorkOrderMoved(f) => self.moved(f),
            Fact::AgentStarted(f) => self.unknown_machines.clone_from(&f.unknown),
            Fact::DowntimeEscalated(f) => {
                for d in self.machines.values_mut().flat_map(|m| &mut m.downtimes).filter(|d| d.id == f.id) {
                    d.is_escalated = true;
                }
            }
            Fact::HelpCalled(f) => {
                if let Some(m) = self.machines.get_mut(&f.machine)
                    && !m.help.iter().any(|h| h.id == f.id)
                {
                    m.help.push(OpenHelp {
                        id: f.id,
                        kind: f.kind,
                        note: f.note.clone(),
                        by: f.by,
                        at: f.at,
                        answered: None,
                    });
                }
            }
            Fact::HelpAnswered(f) => {
                for h in self.machines.values_mut().flat_map(|m| &mut m.help).filter(|h| h.id == f.id) {
                    h.answered.get_or_insert((f.by, f.at));
                }
            }
            Fact::HelpEnded(f) => {
                for m in self.machines.values_mut() {
                    m.help.retain(|h| h.id != f.id);
                }
            }
            // Edits come as the rows that they made; see [`Model::stops`].
            Fact::DowntimeSplit(_)
            | Fact::DowntimeMerged(_)
            | Fact::DowntimeCorrected(_)
            | Fact::DowntimeVoided(_)
            | Fact::DowntimeAlarmed(_)
            | Fact::Counted(_)
            | Fact::WorkOrderRefused(_)
            | Fact::ProductionScrapped(_)
            | Fact::ShiftHandedOver(_)
            | Fact::HandoverAcknowledged(_)
            | Fact::TagWritten(_) => {}
        }
    }

    /// Takes stops that an edit changed, in the order in which it made them.
    pub(super) fn stops(&mut self, changed: &[Stop]) {
        for stop in changed {
            let Some(m) = self.machines.get_mut(&stop.machine) else { continue };
            m.downtimes.retain(|d| d.id != stop.id);
            if stop.ended_at.is_none() && stop.gone.is_none() {
                m.downtimes.push(OpenDowntime {
                    id: stop.id,
                    started_at: stop.started_at,
                    source: stop.source,
                    reason: stop.reason,
                    note: stop.note.clone(),
                    classified_by: stop.classified_by,
                    is_escalated: stop.escalated_at.is_some(),
                });
                m.downtimes.sort_by_key(|d| d.started_at);
            }
        }
    }

    /// Whether the last stop of a machine that is over by its signals has no reason.
    pub(super) fn unexplained(&mut self, machine: MachineId, is_so: bool) {
        if let Some(m) = self.machines.get_mut(&machine) {
            m.has_unexplained_stop = is_so;
        }
    }

    pub(super) fn activity(&mut self, machine: MachineId, at: Timestamp, activity: Activity) {
        let Some(m) = self.machines.get_mut(&machine) else { return };
        if m.since.is_some_and(|since| since > at) {
            return;
        }
        m.activity = activity;
        m.since = Some(at);
        // Also the start of `no_data` is a moment until which it was seen.
        m.seen_at = m.seen_at.max(Some(at));
        if activity != Activity::NoData {
            m.last_known = Some(activity);
        }
    }

    fn moved(&mut self, f: &WorkOrderMoved) {
        let Some(w) = self.work_orders.get_mut(&f.work_order) else { return };
        w.status = status_after(f.verb);
        w.is_moved_here = true;
        w.changed_at = Some(f.at);
        w.machine = f.machine.or(w.machine);
        if f.verb == WorkOrderVerb::Start {
            w.started_at = Some(f.at);
            w.started_by = f.by;
        }
        self.place_work_orders();
    }

    /// What the database remembers of a work order's execution.
    pub(super) fn execution(
        &mut self,
        id: WorkOrderId,
        status: WorkOrderStatus,
        machine: Option<MachineId>,
        started: (Option<Timestamp>, Option<UserId>),
        changed_at: Timestamp,
    ) {
        if let Some(w) = self.work_orders.get_mut(&id) {
            let kept = !takes_planned_status(status);
            w.status = if kept { status } else { w.status };
            w.is_moved_here = true;
            w.machine = machine.or(w.machine);
            (w.started_at, w.started_by) = started;
            w.changed_at = Some(changed_at);
        }
    }

    pub(super) fn enrolled(&mut self, identity: Arc<Identity>) {
        self.identity = Some(identity);
        self.own_machines();
    }

    pub(super) fn configured(&mut self, codes: impl IntoIterator<Item = String>) {
        self.configured = codes.into_iter().collect();
        self.own_machines();
    }

    /// Everything that the cloud says came anew, with what this edge did itself: `fresh` is read from the
    /// database. What only lives in memory goes on.
    pub(super) fn renewed(&mut self, fresh: &Self) {
        let before = std::mem::replace(self, fresh.clone());
        self.queue = before.queue;
        self.configured = before.configured;
        for (id, machine) in before.machines {
            if let Some(now) = self.machines.get_mut(&id) {
                now.seen_at = now.seen_at.max(machine.seen_at);
            }
        }
        self.own_machines();
    }

    pub(super) fn seen(&mut self, machine: MachineId, at: Timestamp) {
        if let Some(m) = self.machines.get_mut(&machine) {
            m.seen_at = m.seen_at.max(Some(at));
        }
    }

    /// What master data says of the tags of machines that this edge looks after.
    pub fn own_tags(&self) -> impl Iterator<Item = &MachineTag> {
        let is_ours = |tag: &&MachineTag| self.machines.get(&tag.machine).is_some_and(|m| m.is_ours);
        self.machine_tags.values().filter(|tag| tag.is_active).filter(is_ours)
    }

    /// Takes one op of the cloud's log. Requests are answered by the writer, not here. `sums` are those
    /// of a work order that is new here, whose logs may have come before it.
    pub(super) fn master(&mut self, op: &MasterOp, sums: Sums) {
        match op {
            MasterOp::Plant(p) => {
                self.zone = TimeZone::get(&p.timezone).unwrap_or(TimeZone::UTC);
                self.plant = Some(p.clone());
            }
            MasterOp::Lane(l) => {
                self.lanes.insert(l.id, l.clone());
            }
            MasterOp::Machine(m) => self.machine(m),
            MasterOp::Shift(s) => {
                self.shifts.insert(s.id, s.clone());
            }
            MasterOp::CalendarDay(d) => {
                self.days.insert(d.id, d.clone());
            }
            MasterOp::ShiftCycle(c) => {
                match c.cycle {
                    Some(cycle) => self.cycles.insert(c.shift, cycle),
                    None => self.cycles.remove(&c.shift),
                };
            }
            MasterOp::ScrapReason(r) => {
                self.scrap_reasons.insert(r.id, r.clone());
            }
            MasterOp::MachineTag(t) => {
                self.machine_tags.insert(t.id, t.clone());
            }
            MasterOp::Reason(r) => {
                self.reasons.insert(r.id, r.clone());
            }
            MasterOp::User(u) => {
                self.users.insert(u.id, u.clone());
            }
            MasterOp::WorkOrder(w) => self.work_order(w, sums),
            MasterOp::WorkOrderTerms(t) => {
                // They come after their work order.
                if let Some(w) = self.work_orders.get_mut(&t.work_order) {
                    w.ideal_cycle = t.ideal_cycle;
                    w.on_hold.clone_from(&t.on_hold);
                }
            }
            MasterOp::WorkOrderRequest(_) | MasterOp::WorkOrderAsked(_) => {}
        }
    }

    fn machine(&mut self, record: &Machine) {
        // Two records may swap their codes: only what still points here is taken away.
        if let Some(before) = self.machines.get(&record.id)
            && self.by_code.get(&before.record.code) == Some(&record.id)
        {
            self.by_code.remove(&before.record.code);
        }
        self.by_code.insert(record.code.clone(), record.id);
        self.machines.entry(record.id).and_modify(|m| m.record = record.clone()).or_insert_with(|| MachineNow {
            record: record.clone(),
            is_ours: false,
            activity: Activity::NoData,
            since: None,
            last_known: None,
            seen_at: None,
            downtimes: Vec::new(),
            has_unexplained_stop: false,
            help: Vec::new(),
            work_order: None,
        });
        self.own_machines();
        self.place_work_orders();
    }

    fn own_machines(&mut self) {
        let (edge, configured): (_, HashSet<&String>) = (self.edge(), self.configured.iter().collect());
        for m in self.machines.values_mut() {
            m.is_ours = configured.contains(&m.record.code) && (m.record.edge.is_none() || m.record.edge == edge);
        }
        let resolved = self.resolved();
        self.unknown_machines = resolved.unknown;
        self.claimed_elsewhere = resolved.elsewhere;
    }

    fn work_order(&mut self, record: &WorkOrder, sums: Sums) {
        let was_running = self.is_in_progress(record.id);
        if let Some(before) = self.work_orders.get(&record.id)
            && self.by_number.get(&before.record.number) == Some(&record.id)
        {
            self.by_number.remove(&before.record.number);
        }
        self.by_number.insert(record.number.clone(), record.id);
        let is_elsewhere = matches!(self.executor(record), Executor::Elsewhere(_));
        match self.work_orders.get_mut(&record.id) {
            Some(w) => {
                w.is_moved_here &= !is_elsewhere;
                if !w.is_moved_here || takes_planned_status(w.status) {
                    w.status = record.status;
                }
                if !w.is_moved_here {
                    w.machine = record.machine;
                }
                w.record = record.clone();
            }
            None => {
                self.work_orders.insert(
                    record.id,
                    WorkOrderNow {
                        record: record.clone(),
                        status: record.status,
                        machine: record.machine,
                        started_at: None,
                        started_by: None,
                        changed_at: None,
                        completed: sums.completed,
                        rejected: sums.rejected,
                        is_moved_here: false,
                        ideal_cycle: None,
                        on_hold: None,
                    },
                );
            }
        }
        // Thousands come at once; few of them run.
        if was_running || self.is_in_progress(record.id) {
            self.place_work_orders();
        }
    }

    fn is_in_progress(&self, id: WorkOrderId) -> bool {
        self.work_orders.get(&id).is_some_and(|w| w.status == WorkOrderStatus::InProgress)
    }

    /// Finds out again which work order each machine works on.
    pub(super) fn place_work_orders(&mut self) {
        for m in self.machines.values_mut() {
            m.work_order = None;
        }
        let mut running: Vec<&WorkOrderNow> =
            self.work_orders.values().filter(|w| w.status == WorkOrderStatus::InProgress).collect();
        running.sort_by_key(|w| w.started_at);
        for w in running {
            if let Some(m) = w.machine.and_then(|m| self.machines.get_mut(&m)) {
                m.work_order = Some(w.record.id);
            }
        }
    }
}

/// The status that a verb leads to.
#[must_use]
pub const fn status_after(verb: WorkOrderVerb) -> WorkOrderStatus {
    match verb {
        WorkOrderVerb::Start | WorkOrderVerb::Resume => WorkOrderStatus::InProgress,
        WorkOrderVerb::Pause => WorkOrderStatus::Paused,
        WorkOrderVerb::Complete => WorkOrderStatus::Completed,
    }
}
