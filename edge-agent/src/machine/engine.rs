//! The engine: readings of all tags in, facts of all machines out.
//!
//! A reading finds its machines through a table by tag and costs nothing more while its value stays as it
//! is. What takes longer than that happens on change and on [`Engine::tick`]. Times of one machine never go
//! backwards: a clock set back makes them stand still and marks them unsure.

use unison_core::facts::ClockQuality;
use unison_core::ids::{MachineId, WorkOrderId};
use unison_core::time::{SECOND, Timestamp};
use uuid::Uuid;

use super::follow::Machine;
use crate::config::MachineConfig;
use crate::driver::{Quality, Reading, TagIndex};
use crate::store::Ride;

/// A step back of the clock that is more than jitter between tasks.
const SET_BACK: i64 = SECOND;

/// What came out.
pub struct Output {
    pub ride: Ride,
    /// Counter jumps that cannot be parts, for the log.
    pub implausible: Vec<(MachineId, u64)>,
    /// Alarms of stops that became downtime events.
    pub alarms: Vec<AlarmSeen>,
    ids: Box<dyn FnMut() -> Uuid + Send>,
}

impl Output {
    /// `ids` makes the ids of downtime events.
    #[must_use]
    pub fn new(ids: impl FnMut() -> Uuid + Send + 'static) -> Self {
        Self { ride: Ride::default(), implausible: Vec::new(), alarms: Vec::new(), ids: Box::new(ids) }
    }

    pub(super) fn id(&mut self) -> Uuid {
        (self.ids)()
    }
}

/// An alarm was on while a machine stood: the first one of that stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlarmSeen {
    pub downtime: Uuid,
    /// Place of the machine in the configuration, and of the alarm in the machine.
    pub place: usize,
    pub alarm: usize,
    pub at: Timestamp,
}

/// What ties a configured machine to its record, and where it goes on.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub machine: MachineId,
    /// Ideal time of one part in microseconds, 0 where nobody said one.
    pub ideal: i64,
    pub work_order: Option<WorkOrderId>,
    /// It is unseen from here on; no fact will lie before it.
    pub since: Timestamp,
    /// The stop that is open in the store.
    pub downtime: Option<(Uuid, Timestamp)>,
    /// Where its counters stood when their parts were last written.
    pub parts: Option<(u64, Timestamp)>,
    pub rejects: Option<(u64, Timestamp)>,
}

/// See the module.
pub struct Engine {
    /// Uses of tag `t` are `uses[first_use[t]..first_use[t + 1]]`.
    first_use: Vec<u32>,
    uses: Vec<Use>,
    machines: Vec<Machine>,
    now: i64,
    /// The latest time ever seen; while the clock is behind it, times are unsure.
    latest: i64,
}

/// A tag in a machine.
#[derive(Clone, Copy, Debug)]
struct Use {
    machine: u32,
    slot: u32,
}

impl Engine {
    /// An engine for machines in the order of the configuration, none of them bound yet.
    #[must_use]
    pub fn new(tags: usize, machines: &[MachineConfig]) -> Self {
        let mut built = Vec::with_capacity(machines.len());
        let mut uses: Vec<Vec<Use>> = vec![Vec::new(); tags];
        for (place, config) in (0u32..).zip(machines) {
            let (machine, tags_used) = Machine::new(place as usize, config);
            for (slot, tag) in (0u32..).zip(tags_used) {
                if let Some(uses) = uses.get_mut(tag) {
                    uses.push(Use { machine: place, slot });
                }
            }
            built.push(machine);
        }
        let mut first_use = vec![0];
        let mut end = 0u32;
        for of_tag in &uses {
            end = end.saturating_add(u32::try_from(of_tag.len()).unwrap_or(u32::MAX));
            first_use.push(end);
        }
        Self { first_use, uses: uses.concat(), machines: built, now: i64::MIN, latest: i64::MIN }
    }

    /// The tags that some machine looks at.
    #[must_use]
    pub fn tags(&self) -> Vec<TagIndex> {
        let uses = self.first_use.windows(2).zip(0u32..);
        uses.filter(|(ends, _)| ends.first() < ends.last()).map(|(_, tag)| TagIndex(tag)).collect()
    }

    /// Starts to speak for a machine. It is unseen until each of its tags was read well.
    pub fn bind(&mut self, place: usize, b: Binding) {
        if let Some(m) = self.machines.get_mut(place) {
            m.bind(&b);
        }
    }

    /// Stops speaking for a machine: it is unseen from its last good reading on.
    pub fn unbind(&mut self, place: usize, out: &mut Output) {
        let clock = self.clock();
        if let Some(m) = self.machines.get_mut(place) {
            m.unbind(clock, out);
        }
    }

    /// What the record and the work order say now.
    pub fn update(&mut self, place: usize, ideal: i64, work_order: Option<WorkOrderId>) {
        if let Some(m) = self.machines.get_mut(place) {
            m.update(ideal, work_order);
        }
    }

    /// The store was set back to a copy: counters that were not read since begin anew with their first reading.
    pub fn forget_counters(&mut self) {
        self.machines.iter_mut().for_each(Machine::forget_counters);
    }

    /// Somebody else, an operator, opened a stop on a machine.
    pub fn downtime_opened(&mut self, machine: MachineId, id: Uuid, started_at: Timestamp) {
        for m in self.machines.iter_mut().filter(|m| m.id() == Some(machine)) {
            m.downtime_opened(id, started_at);
        }
    }

    /// A stop was closed in the store. A machine that still stands starts a new one.
    pub fn downtime_closed(&mut self, id: Uuid, ended_at: Timestamp) {
        for m in &mut self.machines {
            m.downtime_closed(id, ended_at);
        }
    }

    /// What the store says after changes were missed: this stop is open, or none.
    pub fn downtime_is(&mut self, machine: MachineId, open: Option<(Uuid, Timestamp)>, now: Timestamp) {
        let held = self.machines.iter().find(|m| m.id() == Some(machine)).and_then(Machine::open_downtime);
        match (held, open) {
            (held, Some((id, started_at))) if held != Some(id) => self.downtime_opened(machine, id, started_at),
            (Some(held), None) => self.downtime_closed(held, now),
            _ => {}
        }
    }

    /// Takes what was drained from the sink.
    pub fn readings(&mut self, readings: &[Reading], out: &mut Output) {
        for reading in readings {
            self.reading(reading, out);
        }
    }

    fn reading(&mut self, r: &Reading, out: &mut Output) {
        let tag = r.tag.index();
        let (Some(&from), Some(&to)) = (self.first_use.get(tag), self.first_use.get(tag + 1)) else { return };
        let clock = self.clock();
        let Some(uses) = self.uses.get(from as usize..to as usize) else { return };
        for u in uses {
            let Some(m) = self.machines.get_mut(u.machine as usize) else { continue };
            let slot = u.slot as usize;
            if r.quality == Quality::Good && m.is_confirmed(slot, r) {
                continue;
            }
            m.changed(slot, r, clock, out);
        }
    }

    /// Time passes: call it about twice a second, after the readings of that time. Returns up to where
    /// the time of all bound machines is settled, on a bucket's border; none without bound machines.
    pub fn tick(&mut self, now: i64, out: &mut Output) -> Option<Timestamp> {
        let is_set_back = now < self.now.saturating_sub(SET_BACK);
        self.now = now;
        self.latest = self.latest.max(now);
        let clock = self.clock();
        let mut settled: Option<i64> = None;
        for m in &mut self.machines {
            if is_set_back {
                m.set_back(now);
            }
            if let Some(until) = m.tick(now, clock, out) {
                settled = Some(settled.map_or(until, |s| s.min(until)));
            }
        }
        settled.map(|at| Timestamp(at).bucket())
    }

    /// Writes the parts that wait for the end of their bucket; before the agent stops.
    pub fn flush(&mut self, out: &mut Output) {
        for m in &mut self.machines {
            m.write(out);
        }
    }

    /// For whoever asks why: the place of the rule of a machine that holds at `at` by what was heard last. `None` where
    /// none does.
    #[must_use]
    pub fn rule(&self, place: usize, at: i64) -> Option<usize> {
        self.machines.get(place).and_then(|m| m.rule(at))
    }

    /// Until when each machine that is seen was seen.
    pub fn seen(&self) -> impl Iterator<Item = (MachineId, Timestamp)> {
        self.machines.iter().filter_map(Machine::seen)
    }

    fn clock(&self) -> ClockQuality {
        if self.now < self.latest { ClockQuality::Unsure } else { ClockQuality::Sure }
    }
}
