//! The signals of one machine: the newest value of each of its tags, and what its rules make of them. Knows
//! nothing of stops, parts or facts.

use super::expression::{Ask, Expression, Known};
use crate::config::{MachineConfig, Outcome};
use crate::driver::{Reading, Value};

/// The newest value of a tag in a machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) value: Value,
    /// When it was last read well.
    pub(super) at: i64,
    /// When it last became another value.
    changed_at: i64,
    /// Read well, and not too long ago.
    pub(super) is_good: bool,
    /// Without it nothing can be said of the machine; alarms are told beside.
    is_needed: bool,
    is_judged: bool,
    is_alarm: bool,
    pub(super) is_parts: bool,
    pub(super) is_rejects: bool,
}

/// A rule that waits for changes: without one for `time` after the last, it no longer holds.
#[derive(Clone, Copy, Debug)]
struct Pulse {
    slot: usize,
    time: i64,
    /// Its tag is asked for changes within several times: then each says what a silence of that length means, and
    /// holds until its time is over. One alone held until the last change.
    is_stage: bool,
    /// The change after which that was noticed.
    lapsed_after: i64,
}

/// What a new value may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) is_parts: bool,
    pub(super) is_rejects: bool,
    pub(super) is_judged: bool,
    pub(super) is_alarm: bool,
    /// When the tag was last read well before.
    pub(super) confirmed_before: i64,
}

pub(super) struct Signals {
    slots: Vec<Slot>,
    rules: Vec<(Expression<usize>, Outcome)>,
    otherwise: Outcome,
    alarms: Vec<Expression<usize>>,
    pulses: Vec<Pulse>,
}

impl Signals {
    /// The signals and, for each slot, the place of its tag.
    pub(super) fn new(config: &MachineConfig) -> (Self, Vec<usize>) {
        let mut tags: Vec<usize> = Vec::new();
        let mut slot_of = |tag: usize| {
            tags.iter().position(|t| *t == tag).unwrap_or_else(|| {
                tags.push(tag);
                tags.len() - 1
            })
        };
        let rules: Vec<(Expression<usize>, Outcome)> =
            config.states.iter().map(|rule| (rule.when.map(&mut |tag| slot_of(tag.index())), rule.then)).collect();
        let parts_slot = config.counter.map(|c| slot_of(c.tag.index()));
        let rejects_slot = config.rejects.map(|c| slot_of(c.tag.index()));
        let alarms: Vec<Expression<usize>> =
            config.alarms.iter().map(|alarm| alarm.when.map(&mut |tag| slot_of(tag.index()))).collect();
        let (mut judged, mut pulses) = (vec![false; tags.len()], Vec::new());
        for (when, _) in &rules {
            when.each(&mut |slot, ask| {
                judged.get_mut(*slot).into_iter().for_each(|is| *is = true);
                if let Ask::ChangedWithin(time) = ask {
                    pulses.push(Pulse { slot: *slot, time: *time, is_stage: false, lapsed_after: i64::MIN });
                }
            });
        }
        let asked: Vec<(usize, i64)> = pulses.iter().map(|pulse| (pulse.slot, pulse.time)).collect();
        for pulse in &mut pulses {
            pulse.is_stage = asked.iter().any(|(slot, time)| *slot == pulse.slot && *time != pulse.time);
        }
        let mut told = vec![false; tags.len()];
        alarms
            .iter()
            .for_each(|when| when.each(&mut |slot, _| told.get_mut(*slot).into_iter().for_each(|is| *is = true)));
        let slots = judged.into_iter().zip(told).enumerate().map(|(i, (is_judged, is_alarm))| {
            let (is_parts, is_rejects) = (parts_slot == Some(i), rejects_slot == Some(i));
            Slot {
                value: Value::Int(0),
                at: i64::MIN,
                changed_at: i64::MIN,
                is_good: false,
                is_needed: is_judged || is_parts || is_rejects,
                is_judged,
                is_alarm,
                is_parts,
                is_rejects,
            }
        });
        (Self { slots: slots.collect(), rules, otherwise: config.otherwise, alarms, pulses }, tags)
    }

    pub(super) fn slot_mut(&mut self, slot: usize) -> Option<&mut Slot> {
        self.slots.get_mut(slot)
    }

    /// Nothing was read since the start.
    pub(super) fn forget(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.is_good = false);
    }

    /// The clock was set back: ages are measured from here on.
    pub(super) fn set_back(&mut self, now: i64) {
        for pulse in &mut self.pulses {
            let changed_at = self.slots.get(pulse.slot).map_or(i64::MIN, |slot| slot.changed_at);
            // One that may still lapse must be able to, when its times fall together.
            pulse.lapsed_after = if pulse.lapsed_after < changed_at { i64::MIN } else { pulse.lapsed_after.min(now) };
        }
        for slot in &mut self.slots {
            (slot.at, slot.changed_at) = (slot.at.min(now), slot.changed_at.min(now));
        }
    }

    /// Takes a good value that is new, or the first after bad ones.
    pub(super) fn take(&mut self, slot: usize, r: &Reading) -> Option<Taken> {
        let slot = self.slots.get_mut(slot)?;
        let taken = Taken {
            is_parts: slot.is_parts,
            is_rejects: slot.is_rejects,
            is_judged: slot.is_judged || !slot.is_good,
            is_alarm: slot.is_alarm,
            confirmed_before: slot.at,
        };
        // A first value says nothing of a change: nobody is said to run without having been seen to.
        if slot.at != i64::MIN && slot.value != r.value {
            slot.changed_at = r.at;
        }
        (slot.value, slot.at, slot.is_good) = (r.value, r.at, true);
        Some(taken)
    }

    /// Takes the quality from a slot. Returns until when the machine was seen, if it is not seen any more by this.
    pub(super) fn spoil(&mut self, slot: usize) -> Option<i64> {
        let slot = self.slots.get_mut(slot)?;
        let was_good = std::mem::replace(&mut slot.is_good, false);
        (was_good && slot.is_needed).then_some(slot.at)
    }

    /// As [`Signals::spoil`] for all that was not read since `stale_from`.
    pub(super) fn spoil_stale(&mut self, stale_from: i64) -> Option<i64> {
        let seen = self.seen_until();
        let mut is_lost = false;
        for slot in self.slots.iter_mut().filter(|slot| slot.at < stale_from) {
            is_lost |= slot.is_good && slot.is_needed;
            slot.is_good = false;
        }
        is_lost.then_some(seen)
    }

    pub(super) fn is_seen(&self) -> bool {
        self.slots.iter().all(|slot| slot.is_good || !slot.is_needed)
    }

    /// Until when all that is needed was read well.
    pub(super) fn seen_until(&self) -> i64 {
        self.slots.iter().filter(|slot| slot.is_needed).map(|slot| slot.at).min().unwrap_or(i64::MIN)
    }

    /// The first rule that holds at `at` says it.
    pub(super) fn judge(&self, at: i64) -> Outcome {
        let rule = self.rule(at).and_then(|rule| self.rules.get(rule));
        rule.map_or(self.otherwise, |(_, then)| *then)
    }

    /// The place of the first rule that holds at `at`.
    pub(super) fn rule(&self, at: i64) -> Option<usize> {
        let known = |slot: &usize| self.known(*slot, at);
        self.rules.iter().position(|(when, _)| when.holds(&known))
    }

    /// The first alarm that is on and can be seen.
    pub(super) fn alarm(&self, at: i64) -> Option<usize> {
        let known = |slot: &usize| self.known(*slot, at);
        self.alarms.iter().position(|when| {
            let mut is_seen = true;
            when.each(&mut |slot, _| is_seen &= self.slots.get(*slot).is_some_and(|slot| slot.is_good));
            is_seen && when.holds(&known)
        })
    }

    /// How long a tag has not changed is known as far as it was read; one that was never seen to change has not.
    fn known(&self, slot: usize, at: i64) -> Known {
        let Some(s) = self.slots.get(slot) else { return Known { value: Value::Bool(false), unchanged: i64::MAX } };
        let is_pulse = s.changed_at != i64::MIN;
        let unchanged = if is_pulse { at.min(s.at).saturating_sub(s.changed_at) } else { i64::MAX };
        Known { value: s.value, unchanged }
    }

    /// The next rule that stopped holding because its tag did not change any more: when that was certain, and since
    /// when what follows may have been so. That is the last change of any tag that rules ask, or the end of a stage:
    /// until then another rule may have held the same. Each is told once, in order of time.
    pub(super) fn lapsed(&mut self) -> Option<(i64, i64)> {
        let slots = &self.slots;
        let over_at = |pulse: &Pulse| {
            let slot = slots.get(pulse.slot)?;
            let at = slot.changed_at.saturating_add(pulse.time);
            (slot.at >= at).then_some((at, slot.changed_at))
        };
        let certain = |(place, pulse): (usize, &Pulse)| {
            let (at, changed_at) = over_at(pulse)?;
            (pulse.lapsed_after < changed_at).then_some((at, place))
        };
        let (at, place) = self.pulses.iter().enumerate().filter_map(certain).min()?;
        let changes = slots.iter().filter(|slot| slot.is_judged).map(|slot| slot.changed_at);
        let stages = self.pulses.iter().filter(|pulse| pulse.is_stage).filter_map(over_at).map(|(over_at, _)| over_at);
        let since = changes.chain(stages).filter(|since| *since <= at).max()?;
        let pulse = self.pulses.get_mut(place)?;
        pulse.lapsed_after = slots.get(pulse.slot)?.changed_at;
        Some((at, since))
    }

    /// The earliest change after which a rule may still turn out to have stopped holding then.
    pub(super) fn doubtful_from(&self) -> Option<i64> {
        let open = |pulse: &Pulse| {
            let changed_at = self.slots.get(pulse.slot)?.changed_at;
            (pulse.lapsed_after < changed_at).then_some(changed_at)
        };
        self.pulses.iter().filter(|pulse| !pulse.is_stage).filter_map(open).min()
    }
}
