//! One machine followed through time: what its signals say becomes activity, parts and stops. Times of a machine
//! never go backwards, and nothing is said of time that was settled before.

use unison_core::activity::Activity;
use unison_core::counter::Step;
use unison_core::facts::{ActivityChanged, ClockQuality};
use unison_core::ids::{MachineId, WorkOrderId};
use unison_core::time::{BUCKET, SECOND, Timestamp};
use uuid::Uuid;

use super::count::{self, Parts, Position};
use super::doubt::{Believed, Doubt};
use super::engine::{AlarmSeen, Binding, Output};
use super::signals::{Signals, Taken};
use super::stop::{self, Stop};
use crate::config::{Counter, MachineConfig};
use crate::driver::{Quality, Reading};

pub(super) struct Machine {
    place: usize,
    signals: Signals,
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
    doubt: Doubt,
    /// No fact of this machine will lie before it.
    time: i64,
    /// Start of the present `no_data`.
    unseen_from: i64,
    stop: Option<Stop>,
    made: Parts,
    settled: i64,
}

/// People: what the record, the work order and operators say.
impl Machine {
    /// The machine and, for each of its slots, the place of its tag.
    pub(super) fn new(place: usize, config: &MachineConfig) -> (Self, Vec<usize>) {
        let (signals, tags) = Signals::new(config);
        let position = |c: Counter| Position { bits: c.bits, raw: None, at: 0, is_stored: true };
        let machine = Self {
            place,
            signals,
            stale_after: i64::from(config.stale_after_ms) * 1_000,
            limit: i64::from(config.micro_stop_seconds) * SECOND,
            parts: config.counter.map(position),
            rejects: config.rejects.map(position),
            bound: None,
        };
        (machine, tags)
    }

    pub(super) fn bind(&mut self, b: &Binding) {
        self.signals.forget();
        let set = |position: &mut Option<Position>, at: Option<(u64, Timestamp)>| {
            if let Some(position) = position {
                (position.raw, position.at) = (at.map(|(raw, _)| raw), at.map_or(0, |(_, at)| at.0));
                position.is_stored = true;
            }
        };
        set(&mut self.parts, b.parts);
        set(&mut self.rejects, b.rejects);
        self.bound = Some(Bound {
            machine: b.machine,
            ideal: b.ideal,
            work_order: b.work_order,
            activity: Activity::NoData,
            doubt: Doubt::NONE,
            time: b.since.0,
            unseen_from: b.since.0,
            stop: b.downtime.map(|(id, at)| Stop { downtime: Some(id), ..Stop::new(at.0) }),
            made: Parts::default(),
            settled: b.since.0,
        });
    }

    pub(super) fn unbind(&mut self, clock: ClockQuality, out: &mut Output) {
        let seen = self.signals.seen_until();
        self.lose(seen, clock, out);
        self.bound = None;
    }

    pub(super) fn id(&self) -> Option<MachineId> {
        self.bound.as_ref().map(|b| b.machine)
    }

    pub(super) fn update(&mut self, ideal: i64, work_order: Option<WorkOrderId>) {
        if let Some(b) = &mut self.bound {
            b.ideal = ideal;
            b.work_order = work_order;
        }
    }

    /// Where the store says that its counters stood is of no use: parts since then are booked already. What was counted
    /// by it and not written yet neither.
    pub(super) fn forget_counters(&mut self) {
        for position in [&mut self.parts, &mut self.rejects].into_iter().flatten().filter(|p| p.is_stored) {
            position.raw = None;
        }
        if let Some(b) = &mut self.bound {
            b.made.forget_before(if b.activity == Activity::NoData { i64::MAX } else { Timestamp(b.time).bucket().0 });
        }
    }

    pub(super) fn downtime_opened(&mut self, id: Uuid, started_at: Timestamp) {
        if let Some(b) = &mut self.bound {
            let started_at = b.stop.map_or(started_at.0, |s| s.started_at);
            let ends_by_signals = !matches!(b.activity, Activity::Running | Activity::Setup);
            b.stop = Some(Stop { downtime: Some(id), ends_by_signals, ..Stop::new(started_at) });
        }
    }

    pub(super) fn downtime_closed(&mut self, id: Uuid, ended_at: Timestamp) {
        if let Some(b) = &mut self.bound
            && b.stop.is_some_and(|s| s.downtime == Some(id))
        {
            b.stop = b.activity.is_stop().then_some(Stop::new(ended_at.0.max(b.time)));
        }
    }

    pub(super) fn open_downtime(&self) -> Option<Uuid> {
        self.bound.as_ref()?.stop?.downtime
    }

    /// The rule that holds by what was heard last; none: what is otherwise.
    pub(super) fn rule(&self, at: i64) -> Option<usize> {
        self.signals.rule(at)
    }

    /// Until when it was seen, if it is.
    pub(super) fn seen(&self) -> Option<(MachineId, Timestamp)> {
        let b = self.bound.as_ref().filter(|b| b.activity != Activity::NoData)?;
        Some((b.machine, Timestamp(self.signals.seen_until().max(b.time))))
    }
}

/// Signals.
impl Machine {
    /// A good value is what it was: only its time is new.
    pub(super) fn is_confirmed(&mut self, slot: usize, r: &Reading) -> bool {
        let slot = self.signals.slot_mut(slot).filter(|slot| slot.is_good && slot.value == r.value);
        slot.map(|slot| slot.at = r.at).is_some()
    }

    /// A value or its quality changed.
    pub(super) fn changed(&mut self, slot: usize, r: &Reading, clock: ClockQuality, out: &mut Output) {
        // What this tag said before held at least until it was last read.
        let held = self.signals.slot_mut(slot).map_or(i64::MIN, |slot| slot.at);
        self.catch_up(held, clock, out);
        if r.quality != Quality::Good {
            if let Some(seen) = self.signals.spoil(slot) {
                self.lose(seen, clock, out);
            }
            return;
        }
        let Some(taken) = self.signals.take(slot, r) else { return };
        if taken.is_parts || taken.is_rejects {
            self.count(r, taken, out);
        }
        if taken.is_judged && self.signals.is_seen() {
            self.judge(r.at, clock, out);
        }
        if taken.is_alarm {
            self.alarm(r.at, out);
        }
    }

    /// What the signals say at `at`.
    fn judge(&mut self, at: i64, clock: ClockQuality, out: &mut Output) {
        let outcome = self.signals.judge(at);
        let heard = self.bound.as_mut().and_then(|b| b.doubt.hear(outcome, at, b.activity));
        self.believe(heard, clock, out);
    }

    /// Follows what became certain by readings that changed nothing: up to where everything was seen, or the tag
    /// that now changes was.
    fn catch_up(&mut self, held: i64, clock: ClockQuality, out: &mut Output) {
        if self.bound.is_none() || !self.signals.is_seen() {
            return;
        }
        let seen = self.signals.seen_until().max(held);
        while let Some((certain_at, since)) = self.signals.lapsed() {
            // Of time before the last change of activity nothing is said any more.
            let from = self.bound.as_ref().map_or(i64::MIN, |b| b.time);
            let outcome = self.signals.judge(certain_at.max(from));
            let since = since.max(from);
            let settled = self.bound.as_mut().and_then(|b| b.doubt.settle(since));
            self.believe(settled, clock, out);
            let heard = self.bound.as_mut().and_then(|b| b.doubt.hear(outcome, since, b.activity));
            self.believe(heard, clock, out);
        }
        let settled = self.bound.as_mut().and_then(|b| b.doubt.settle(seen));
        self.believe(settled, clock, out);
    }

    fn believe(&mut self, believed: Option<Believed>, clock: ClockQuality, out: &mut Output) {
        if let Some(Believed { activity, from }) = believed {
            self.activity(activity, from, clock, out);
        }
    }

    /// Nothing is seen since `seen`.
    fn lose(&mut self, seen: i64, clock: ClockQuality, out: &mut Output) {
        if let Some(b) = &mut self.bound {
            b.doubt.forget();
        }
        self.activity(Activity::NoData, seen, clock, out);
    }

    /// Remembers the first alarm of a stop and tells it once the stop is a downtime event.
    fn alarm(&mut self, at: i64, out: &mut Output) {
        let Some(stop) = self.bound.as_mut().and_then(|b| b.stop.as_mut()).filter(|stop| !stop.is_told) else { return };
        stop.alarm = stop.alarm.or_else(|| self.signals.alarm(at));
        if let (Some(downtime), Some(alarm)) = (stop.downtime, stop.alarm) {
            stop.is_told = true;
            out.alarms.push(AlarmSeen { downtime, place: self.place, alarm, at: Timestamp(at) });
        }
    }

    fn count(&mut self, r: &Reading, taken: Taken, out: &mut Output) {
        let rejects = self.rejects;
        let Some(b) = &mut self.bound else { return };
        let mut jumps = false;
        for (position, is_meant, is_total) in
            [(&mut self.parts, taken.is_parts, true), (&mut self.rejects, taken.is_rejects, false)]
        {
            let Some(position) = position.as_mut().filter(|_| is_meant) else { continue };
            let Some(raw) = r.value.as_count(position.bits) else { continue };
            // Since the start its time is that of the last reading, changed or not.
            position.at = position.at.max(taken.confirmed_before);
            let step = position.take(raw, r.at, b.ideal);
            jumps |= !matches!(step, Step::Added(_) | Step::Wrapped(_));
            if let Step::Implausible { difference } = step {
                out.implausible.push((b.machine, difference));
            }
            let parts = step.parts();
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

    pub(super) fn write(&mut self, out: &mut Output) {
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
        self.alarm(at, out);
    }
}

/// Time.
impl Machine {
    /// The clock was set back.
    pub(super) fn set_back(&mut self, now: i64) {
        self.signals.set_back(now);
        if let Some(b) = &mut self.bound {
            b.doubt.set_back(now);
        }
    }

    /// Returns up to where its time is settled.
    pub(super) fn tick(&mut self, now: i64, clock: ClockQuality, out: &mut Output) -> Option<i64> {
        self.bound.as_ref()?;
        self.catch_up(i64::MIN, clock, out);
        if let Some(seen) = self.signals.spoil_stale(now.saturating_sub(self.stale_after)) {
            self.lose(seen, clock, out);
        }
        let (seen, certain) = (self.signals.seen_until(), self.certain_until());
        let limit = self.limit;
        let (of, b) = self.count_of()?;
        let until = if b.activity == Activity::NoData {
            // Parts of the gap may still be booked to the bucket before the first new reading; what is booked
            // already must not wait while time settles over it.
            b.made.write(&of, out);
            Timestamp(now).bucket().plus(-BUCKET).0
        } else {
            let certain = certain.max(b.time);
            if b.activity.is_stop() {
                let of = stop::Of { machine: b.machine, work_order: b.work_order, limit };
                stop::confirm(&mut b.stop, certain, of, out);
            }
            b.made.write_due(seen.max(b.time), &of, out);
            match b.stop {
                // It may yet become a downtime event that starts there. That holds time up for no longer
                // than the micro-stop limit, which the configuration bounds.
                Some(Stop { started_at, downtime: None, .. }) => started_at.min(certain),
                _ => certain,
            }
        };
        b.settled = b.settled.max(until);
        // What comes later must not lie before what was said to be settled.
        b.time = b.time.max(Timestamp(b.settled).bucket().0);
        let settled = b.settled;
        self.alarm(now, out);
        Some(settled)
    }

    /// Up to here its activity is known and will not be judged anew.
    fn certain_until(&self) -> i64 {
        let doubt = self.bound.as_ref().map_or(i64::MAX, |b| b.doubt.certain_until());
        self.signals.seen_until().min(doubt).min(self.signals.doubtful_from().unwrap_or(i64::MAX))
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
