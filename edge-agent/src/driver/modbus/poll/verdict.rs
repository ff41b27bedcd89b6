//! What an answer means, or that none came: for its tags, for the unit, and for the connection. A unit that does
//! not answer means nothing for the others, as far as the line allows.

use std::time::Duration;

use tokio::time::Instant;
use tokio_modbus::prelude::{ExceptionCode, Response};

use super::{Done, Health, Planned, Poller, Why};
use crate::driver::ConnectionState;
use crate::driver::modbus::link::{After, Link, Outcome};
use crate::driver::modbus::tcp::Late;
use crate::driver::modbus::text::{exception_text, range};
use crate::driver::modbus::unit::Unit;
use crate::driver::status::HINT_FOR;

/// The longest time-out that the configuration takes.
const TIMEOUT_MS_MOST: u128 = 60_000;

impl Poller {
    pub(super) fn done(&mut self, done: Done) {
        let Done { index, generation, why, lane, outcome, took, wire, write } = done;
        let now = Instant::now();
        let Some(link) = &mut self.link else { return };
        let after = link.after(lane, &outcome);
        let (late, stray) = link.late();
        self.context.status.add_dropped(late.len() as u64 + stray);
        for Late { unit: id, took } in late {
            if let Some(unit) = self.units.iter_mut().find(|unit| unit.id == id) {
                unit.answered_late(now, self.timeout);
                self.doubt.heard();
                self.hint(now, id, took);
            }
        }
        match why {
            Why::Probe => self.budget.spend(now, took),
            Why::Search => self.search.spend(now, took),
            Why::Due | Why::Check | Why::Write => {}
        }
        if matches!(outcome, Outcome::Silent) {
            self.doubt.silent(why == Why::Check);
        }
        if let Some(write) = write {
            self.written(write, now, outcome, (took, wire));
        } else if generation == self.generation {
            self.under_way.retain(|asked| *asked != index);
            self.follow(index, now, outcome, (took, wire));
            self.read_again(index);
            if why == Why::Search {
                self.search_again(index, now);
            }
        }
        if after == After::Reopen || self.is_dead() {
            self.close();
        }
    }

    /// An answer came after its time-out, so it is not the unit that is wrong: a gateway that asks one after the other
    /// waits for a dead one, or answers for it, and the others look dead meanwhile.
    fn hint(&mut self, now: Instant, unit: u8, took: Duration) {
        if took <= self.timeout {
            return;
        }
        let known = self.latest.filter(|(_, at, _)| now.duration_since(*at) < HINT_FOR);
        let (unit, took) =
            known.filter(|(_, _, most)| *most >= took).map_or((unit, took), |(unit, _, most)| (unit, most));
        self.latest = Some((unit, now, took));
        let enough = (took.as_millis() * 3 / 2).next_multiple_of(500).min(TIMEOUT_MS_MOST);
        let text = format!(
            "unit {unit} answered after {:.1} s: the device or its gateway took longer than timeout_ms = {}, and healthy \
             units behind a gateway look dead meanwhile; set it to {enough}",
            took.as_secs_f64(),
            self.config.timeout_ms
        );
        self.context.status.hint(text);
    }

    fn follow(&mut self, index: usize, now: Instant, outcome: Outcome, (took, wire): (Duration, Duration)) {
        let rest = self.rest(wire);
        let took = took.saturating_sub(wire);
        match outcome {
            Outcome::Answer(response) => {
                self.take(index, response);
                self.answered(index, took);
            }
            Outcome::Exception(code) => self.exception(index, now, took, code),
            Outcome::Silent => {
                self.failed(index, now, rest, &format!("no answer in {} ms", self.config.timeout_ms));
            }
            Outcome::Nonsense(reason) | Outcome::Gone(reason) => self.failed(index, now, rest, &reason),
        }
    }

    /// What the search asked for and nobody said anything about is asked for again.
    fn search_again(&mut self, index: usize, now: Instant) {
        match self.planned.get(index).map(|planned| planned.health) {
            Some(Health::Part { .. }) => self.search.add_part(now, index),
            Some(Health::Illegal) => self.search.add_bad(now, index),
            _ => {}
        }
    }

    /// Frames of a serial line have no number. Whatever went wrong, the answer may still be on its way: asked
    /// at once again, the unit would give the old one for the new one.
    pub(super) fn rest(&self, wire: Duration) -> Duration {
        if self.config.line.has_numbers() { Duration::ZERO } else { self.timeout + wire }
    }

    /// Whether the connection, and not the units, may be what does not answer.
    fn is_dead(&self) -> bool {
        self.doubt.is_dead(self.is_anyone_well()) && self.link.as_ref().is_some_and(Link::may_be_dead)
    }

    /// Drops the connection; what was under way on it is asked for again.
    fn close(&mut self) {
        self.link = None;
        self.calls.clear();
        self.is_writing = false;
        for index in std::mem::take(&mut self.under_way) {
            self.again(index);
        }
    }

    /// Hands an answer on, all at once.
    fn take(&mut self, index: usize, response: Response) {
        let Some(Planned { decoder, .. }) = self.planned.get_mut(index) else { return };
        let at = self.context.clock.now_us();
        self.changed.clear();
        match response {
            Response::ReadHoldingRegisters(words) | Response::ReadInputRegisters(words) => {
                decoder.words(words, at, &mut self.changed);
            }
            Response::ReadCoils(bits) | Response::ReadDiscreteInputs(bits) => {
                decoder.bits(bits, at, &mut self.changed);
            }
            // The link gives no others.
            _ => return,
        }
        let merged = self.context.sink.confirm(decoder.tags(), at, &self.changed);
        self.context.status.add_merged(merged);
        self.context.status.good(at);
    }

    /// A good answer: the connection and the unit are well.
    fn answered(&mut self, index: usize, took: Duration) {
        self.is_well(index, took);
        let Some(planned) = self.planned.get_mut(index) else { return };
        let was_illegal = std::mem::replace(&mut planned.health, Health::Good) == Health::Illegal;
        let is_bad = |planned: &Planned| matches!(planned.health, Health::Illegal | Health::Part { .. });
        if was_illegal && !self.planned.iter().any(is_bad) {
            // The device changed; what was taken apart for it may be read together again. Not while anything is
            // missing: that would be searched for anew, in every request.
            self.plan();
        }
        if self.is_unsettled
            && !self.units.iter().any(Unit::is_silent)
            && self.planned.iter().all(|planned| planned.health == Health::Good)
        {
            self.is_unsettled = false;
            self.context.status.clear_error();
        }
    }

    /// The unit said something.
    pub(super) fn is_well(&mut self, index: usize, took: Duration) {
        self.backoff.reset();
        self.doubt.heard();
        self.context.status.set_state(ConnectionState::Connected);
        let was_lost = std::mem::take(&mut self.is_lost);
        let Some(planned) = self.planned.get_mut(index) else { return };
        planned.is_owed = false;
        let was_silent = self.units.get_mut(planned.unit).is_some_and(|unit| unit.answered(Instant::now(), took));
        if was_lost || was_silent {
            // A tag that is read once an hour must not stay Bad for an hour.
            let Self { planned, units, urgent, .. } = self;
            let is_well = |of: usize| units.get(of).is_some_and(|unit| !unit.is_silent());
            let owed = planned.iter_mut().enumerate().filter(|(_, planned)| planned.is_owed && is_well(planned.unit));
            for (place, planned) in owed {
                planned.is_owed = false;
                if !urgent.contains(&place) {
                    urgent.push_back(place);
                }
            }
        }
    }

    /// The unit, or the gateway for it, answered that it will not answer. The connection stays.
    fn exception(&mut self, index: usize, now: Instant, took: Duration, code: ExceptionCode) {
        let Some(planned) = self.planned.get_mut(index) else { return };
        let error = format!("{}: {}", range(&planned.request), exception_text(code));
        if matches!(code, ExceptionCode::GatewayPathUnavailable | ExceptionCode::GatewayTargetDevice) {
            // The gateway is well.
            self.backoff.reset();
            self.doubt.heard();
            if let Some(unit) = self.units.get_mut(planned.unit) {
                unit.is_gone(now, self.timeout, index);
            }
            self.fail(error);
            self.give_up(index);
            return;
        }
        self.is_well(index, took);
        self.fail(error);
        let Some(planned) = self.planned.get_mut(index) else { return };
        let is_illegal = matches!(code, ExceptionCode::IllegalDataAddress | ExceptionCode::IllegalDataValue);
        if is_illegal && let Some((left, right)) = planned.split() {
            // Some address in here does not exist, or the device answers less at once. Both halves are
            // asked for by themselves; what goes well stays as it is, so that only the bad tag is lost.
            let (unit, period_ms, is_marked) = (planned.unit, right.period_ms, planned.is_marked());
            *planned = Planned { health: Health::Part { is_marked }, ..Planned::new(left, unit) };
            let added = self.planned.len();
            self.planned.push(Planned { health: Health::Part { is_marked }, ..Planned::new(right, unit) });
            self.schedule.add(added, period_ms);
            self.search.add_part(now, index);
            self.search.add_part(now, added);
            return;
        }
        planned.health = if is_illegal { Health::Illegal } else { Health::Refused };
        if is_illegal {
            self.search.add_bad(now, index);
        }
        planned.decoder.forget();
        let merged = self.context.sink.mark_bad(planned.tags(), self.context.clock.now_us());
        self.context.status.add_merged(merged);
    }

    /// No answer or none that can be believed: the unit is left alone for a while.
    pub(super) fn failed(&mut self, index: usize, now: Instant, rest: Duration, reason: &str) {
        let Some(planned) = self.planned.get_mut(index) else { return };
        let error = format!("{}: {reason}", range(&planned.request));
        // The unit may answer another request that is under way before this one is asked again.
        planned.is_owed = true;
        let Some(unit) = self.units.get_mut(planned.unit) else { return };
        let was_sure = unit.is_given_up();
        unit.failed(now, self.timeout, rest, index);
        let is_sure = unit.is_given_up();
        self.fail(error);
        if is_sure && !was_sure {
            self.give_up(index);
        }
    }

    fn fail(&mut self, error: String) {
        self.is_unsettled = true;
        self.context.status.failed(error);
    }

    /// The unit of this request is silent for sure: its tags are Bad, and when it was the last one, all is lost.
    fn give_up(&mut self, index: usize) {
        if self.units.iter().all(Unit::is_given_up) {
            self.lose();
            return;
        }
        let Some(silent) = self.planned.get(index).map(|planned| planned.unit) else { return };
        let of_unit = self.planned.iter_mut().filter(|planned| planned.unit == silent);
        let mut tags = Vec::new();
        for planned in of_unit {
            planned.owe();
            tags.extend(planned.tags());
        }
        let merged = self.context.sink.mark_bad(tags, self.context.clock.now_us());
        self.context.status.add_merged(merged);
    }
}
