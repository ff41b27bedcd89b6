//! The engine: readings of all tags in, facts of all machines out.
//!
//! A reading finds its machines through a table by tag and costs nothing more while its value stays as it
//! is. What takes longer than that happens on change and on [`Engine::tick`]. Times of one machine never go
//! backwards: a clock set back makes them stand still and marks them unsure.

use unison_core::activity::Activity;
use unison_core::counter::Step;
use unison_core::facts::{ActivityChanged, ClockQuality};
use unison_core::ids::{MachineId, WorkOrderId};
use unison_core::time::{BUCKET, SECOND, Timestamp};
use uuid::Uuid;

use super::count::{self, Parts, Position};
use super::stop::{self, Stop};
use crate::config::{Condition, Counter, MachineConfig};
use crate::driver::{Quality, Reading, TagIndex, Value};
use crate::store::Ride;

/// A step back of the clock that is more than jitter between tasks.
const SET_BACK: i64 = SECOND;

/// What came out.
pub struct Output {
    pub ride: Ride,
    /// Counter jumps that cannot be parts, for the log.
    pub implausible: Vec<(MachineId, u64)>,
    ids: Box<dyn FnMut() -> Uuid + Send>,
}

impl Output {
    /// `ids` makes the ids of downtime events.
    #[must_use]
    pub fn new(ids: impl FnMut() -> Uuid + Send + 'static) -> Self {
        Self { ride: Ride::default(), implausible: Vec::new(), ids: Box::new(ids) }
    }

    pub(super) fn id(&mut self) -> Uuid {
        (self.ids)()
    }
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

/// The newest value of a tag in a machine.
#[derive(Clone, Copy, Debug)]
struct Slot {
    value: Value,
    /// When it was last read well.
    at: i64,
    /// Read well, and not too long ago.
    is_good: bool,
    is_parts: bool,
    is_rejects: bool,
}

struct Rule {
    slot: usize,
    when: Condition,
    activity: Activity,
}

struct Machine {
    slots: Vec<Slot>,
    rules: Vec<Rule>,
    otherwise: Activity,
    stale_after: i64,
    limit: i64,
    parts: Option<Position>,
    rejects: Option<Position>,
    /// None while its record is unknown or belongs to another edge.
    bound: Option<Bound>,
}

struct Bound {
    machine: MachineId,
    ideal: i64,
    work_order: Option<WorkOrderId>,
    activity: Activity,
    /// No fact of this machine will lie before it.
    time: i64,
    /// Start of the present `no_data`.
    unseen_from: i64,
    stop: Option<Stop>,
    made: Parts,
    settled: i64,
}

impl Engine {
    /// An engine for machines in the order of the configuration, none of them bound yet.
    #[must_use]
    pub fn new(tags: usize, machines: &[MachineConfig]) -> Self {
        let mut built = Vec::with_capacity(machines.len());
        let mut uses: Vec<Vec<Use>> = vec![Vec::new(); tags];
        for (place, config) in (0u32..).zip(machines) {
            let (machine, tags_used) = Machine::new(config);
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
        let Some(m) = self.machines.get_mut(place) else { return };
        for slot in &mut m.slots {
            slot.is_good = false;
        }
        let set = |position: &mut Option<Position>, at: Option<(u64, Timestamp)>| {
            if let Some(position) = position {
                (position.raw, position.at) = (at.map(|(raw, _)| raw), at.map_or(0, |(_, at)| at.0));
            }
        };
        set(&mut m.parts, b.parts);
        set(&mut m.rejects, b.rejects);
        m.bound = Some(Bound {
            machine: b.machine,
            ideal: b.ideal,
            work_order: b.work_order,
            activity: Activity::NoData,
            time: b.since.0,
            unseen_from: b.since.0,
            stop: b.downtime.map(|(id, at)| Stop { started_at: at.0, downtime: Some(id), ends_by_signals: true }),
            made: Parts::default(),
            settled: b.since.0,
        });
    }

    /// Stops speaking for a machine: it is unseen from its last good reading on.
    pub fn unbind(&mut self, place: usize, out: &mut Output) {
        let clock = self.clock();
        if let Some(m) = self.machines.get_mut(place) {
            let seen = m.seen_until();
            m.activity(Activity::NoData, seen, clock, out);
            m.bound = None;
        }
    }

    /// What the record and the work order say now.
    pub fn update(&mut self, place: usize, ideal: i64, work_order: Option<WorkOrderId>) {
        if let Some(b) = self.bound(place) {
            b.ideal = ideal;
            b.work_order = work_order;
        }
    }

    /// Somebody else, an operator, opened a stop on a machine.
    pub fn downtime_opened(&mut self, machine: MachineId, id: Uuid, started_at: Timestamp) {
        for b in self.machines.iter_mut().filter_map(|m| m.bound.as_mut()).filter(|b| b.machine == machine) {
            let started_at = b.stop.map_or(started_at.0, |s| s.started_at);
            let ends_by_signals = !matches!(b.activity, Activity::Running | Activity::Setup);
            b.stop = Some(Stop { started_at, downtime: Some(id), ends_by_signals });
        }
    }

    /// A stop was closed in the store. A machine that still stands starts a new one.
    pub fn downtime_closed(&mut self, id: Uuid, ended_at: Timestamp) {
        for b in self.machines.iter_mut().filter_map(|m| m.bound.as_mut()) {
            if b.stop.is_some_and(|s| s.downtime == Some(id)) {
                let started_at = ended_at.0.max(b.time);
                let next = Stop { started_at, downtime: None, ends_by_signals: true };
                b.stop = b.activity.is_stop().then_some(next);
            }
        }
    }

    /// What the store says after changes were missed: this stop is open, or none.
    pub fn downtime_is(&mut self, machine: MachineId, open: Option<(Uuid, Timestamp)>, now: Timestamp) {
        let held = self.machines.iter().filter_map(|m| m.bound.as_ref()).find(|b| b.machine == machine);
        let held = held.and_then(|b| b.stop).and_then(|s| s.downtime);
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
            let Some(slot) = m.slots.get_mut(u.slot as usize) else { continue };
            let is_good = r.quality == Quality::Good;
            if is_good && slot.is_good && slot.value == r.value {
                slot.at = r.at;
                continue;
            }
            m.changed(u.slot as usize, r, is_good, clock, out);
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
                // Ages are measured from here on.
                m.slots.iter_mut().for_each(|s| s.at = s.at.min(now));
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

    /// Until when each machine that is seen was seen.
    pub fn seen(&self) -> impl Iterator<Item = (MachineId, Timestamp)> {
        let seen = self.machines.iter().filter_map(|m| m.bound.as_ref().map(|b| (m, b)));
        seen.filter(|(_, b)| b.activity != Activity::NoData)
            .map(|(m, b)| (b.machine, Timestamp(m.seen_until().max(b.time))))
    }

    fn clock(&self) -> ClockQuality {
        if self.now < self.latest { ClockQuality::Unsure } else { ClockQuality::Sure }
    }

    fn bound(&mut self, place: usize) -> Option<&mut Bound> {
        self.machines.get_mut(place)?.bound.as_mut()
    }
}

impl Machine {
    /// The machine and, for each of its slots, the place of its tag.
    fn new(config: &MachineConfig) -> (Self, Vec<usize>) {
        let mut tags: Vec<usize> = Vec::new();
        let mut slot_of = |tag: usize| {
            tags.iter().position(|t| *t == tag).unwrap_or_else(|| {
                tags.push(tag);
                tags.len() - 1
            })
        };
        let rules = config.states.iter().map(|rule| Rule {
            slot: slot_of(rule.tag.index()),
            when: rule.when.clone(),
            activity: rule.activity,
        });
        let rules = rules.collect();
        let parts_slot = config.counter.map(|c| slot_of(c.tag.index()));
        let rejects_slot = config.rejects.map(|c| slot_of(c.tag.index()));
        let slot = |i| Slot {
            value: Value::Int(0),
            at: i64::MIN,
            is_good: false,
            is_parts: parts_slot == Some(i),
            is_rejects: rejects_slot == Some(i),
        };
        let position = |c: Counter| Position { bits: c.bits, raw: None, at: 0 };
        let machine = Self {
            slots: (0..tags.len()).map(slot).collect(),
            rules,
            otherwise: config.otherwise,
            stale_after: i64::from(config.stale_after_ms) * 1_000,
            limit: i64::from(config.micro_stop_seconds) * SECOND,
            parts: config.counter.map(position),
            rejects: config.rejects.map(position),
            bound: None,
        };
        (machine, tags)
    }

    /// A value or its quality changed.
    fn changed(&mut self, slot: usize, r: &Reading, is_good: bool, clock: ClockQuality, out: &mut Output) {
        let Some(s) = self.slots.get_mut(slot) else { return };
        if !is_good {
            let was_good = std::mem::replace(&mut s.is_good, false);
            let seen = s.at;
            if was_good {
                self.activity(Activity::NoData, seen, clock, out);
            }
            return;
        }
        let confirmed_before = s.at;
        (s.value, s.at, s.is_good) = (r.value, r.at, true);
        let (is_parts, is_rejects) = (s.is_parts, s.is_rejects);
        if is_parts || is_rejects {
            self.count(r, is_parts, is_rejects, confirmed_before, out);
        }
        if self.slots.iter().all(|s| s.is_good) {
            let activity = self.judge();
            self.activity(activity, r.at, clock, out);
        }
    }

    /// The first rule that matches says it.
    fn judge(&self) -> Activity {
        let hit = |rule: &&Rule| self.slots.get(rule.slot).is_some_and(|s| rule.when.matches(s.value));
        self.rules.iter().find(hit).map_or(self.otherwise, |rule| rule.activity)
    }

    fn count(&mut self, r: &Reading, is_parts: bool, is_rejects: bool, confirmed_before: i64, out: &mut Output) {
        let rejects = self.rejects;
        let Some(b) = &mut self.bound else { return };
        let mut jumps = false;
        for (position, is_meant, is_total) in
            [(&mut self.parts, is_parts, true), (&mut self.rejects, is_rejects, false)]
        {
            let Some(position) = position.as_mut().filter(|_| is_meant) else { continue };
            let Some(raw) = r.value.as_count(position.bits) else { continue };
            // Since the start its time is that of the last reading, changed or not.
            position.at = position.at.max(confirmed_before);
            let taken = position.take(raw, r.at, b.ideal);
            jumps |= !matches!(taken, Step::Added(_) | Step::Wrapped(_));
            if let Step::Implausible { difference } = taken {
                out.implausible.push((b.machine, difference));
            }
            let parts = taken.parts();
            if is_total {
                let at = r.at.max(b.time);
                let bucket = b.bucket_of(at);
                let of = count::Of {
                    machine: b.machine,
                    ideal: b.ideal,
                    work_order: b.work_order,
                    parts: Some(*position),
                    rejects,
                };
                b.made.add(parts, bucket, at, &of, out);
            } else {
                b.made.reject(parts);
            }
        }
        if jumps {
            // The new place to count from must not be lost; what was counted goes with it.
            self.write(out);
            if let Some((of, b)) = self.count_of() {
                b.made.positions(&of, out);
            }
        }
    }

    fn count_of(&mut self) -> Option<(count::Of, &mut Bound)> {
        let (parts, rejects) = (self.parts, self.rejects);
        let b = self.bound.as_mut()?;
        Some((count::Of { machine: b.machine, ideal: b.ideal, work_order: b.work_order, parts, rejects }, b))
    }

    fn write(&mut self, out: &mut Output) {
        if let Some((of, b)) = self.count_of() {
            b.made.write(&of, out);
        }
    }

    /// Sets the activity from `at` on.
    fn activity(&mut self, activity: Activity, at: i64, clock: ClockQuality, out: &mut Output) {
        if self.bound.as_ref().is_none_or(|b| b.activity == activity) {
            return;
        }
        if activity == Activity::NoData {
            self.write(out);
        }
        let limit = self.limit;
        let Some(b) = &mut self.bound else { return };
        let at = at.max(b.time);
        b.time = at;
        out.ride.facts.push(ActivityChanged { machine: b.machine, at: Timestamp(at), activity, clock }.into());
        let of = stop::Of { machine: b.machine, work_order: b.work_order, limit };
        stop::change(&mut b.stop, (b.activity, activity), at, b.unseen_from, of, out);
        if activity == Activity::NoData {
            b.unseen_from = at;
        }
        b.activity = activity;
    }

    /// Until when all of its tags were read well.
    fn seen_until(&self) -> i64 {
        self.slots.iter().map(|s| s.at).min().unwrap_or(i64::MIN)
    }

    /// Returns up to where its time is settled.
    fn tick(&mut self, now: i64, clock: ClockQuality, out: &mut Output) -> Option<i64> {
        self.bound.as_ref()?;
        let stale_from = now.saturating_sub(self.stale_after);
        if self.slots.iter().any(|s| s.is_good && s.at < stale_from) {
            let seen = self.seen_until();
            self.slots.iter_mut().filter(|s| s.at < stale_from).for_each(|s| s.is_good = false);
            self.activity(Activity::NoData, seen, clock, out);
        }
        let seen = self.seen_until();
        let limit = self.limit;
        let (of, b) = self.count_of()?;
        let until = if b.activity == Activity::NoData {
            // Parts of the gap may still be booked to the bucket before the first new reading; what is booked
            // already must not wait while time settles over it.
            b.made.write(&of, out);
            Timestamp(now).bucket().plus(-BUCKET).0
        } else {
            let seen = seen.max(b.time);
            if b.activity.is_stop() {
                stop::confirm(&mut b.stop, seen, stop::Of { machine: b.machine, work_order: b.work_order, limit }, out);
            }
            b.made.write_due(seen, &of, out);
            match b.stop {
                // It may yet become a downtime event that starts there. That holds time up for no longer
                // than the micro-stop limit, which the configuration bounds.
                Some(Stop { started_at, downtime: None, .. }) => started_at.min(seen),
                _ => seen,
            }
        };
        b.settled = b.settled.max(until);
        // What comes later must not lie before what was said to be settled.
        b.time = b.time.max(Timestamp(b.settled).bucket().0);
        Some(b.settled)
    }
}

impl Bound {
    /// The bucket that parts of a reading belong to. What was made while nothing was seen goes, where
    /// that lies in the gap, to the bucket before: then it counts as made outside planned time.
    fn bucket_of(&self, at: i64) -> i64 {
        let own = Timestamp(at).bucket();
        let before = own.plus(-BUCKET).0;
        let is_in_gap = self.activity == Activity::NoData && before >= self.unseen_from;
        if is_in_gap && before >= self.settled { before } else { own.0 }
    }
}
