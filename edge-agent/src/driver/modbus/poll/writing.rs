//! Writes of people: before everything else, one after the other, and never a second time by themselves.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_modbus::prelude::ExceptionCode;

use super::{Done, Poller, Why};
use crate::driver::modbus::encode::{Write, encode};
use crate::driver::modbus::link::Outcome;
use crate::driver::modbus::text::write_exception_text;
use crate::driver::modbus::unit::Unit;
use crate::driver::writes::NOT_CONNECTED;
use crate::driver::{TagIndex, WriteRequest, Written};

impl Poller {
    /// Sends the write that waits longest; true when there was one.
    pub(super) fn next_write(&mut self) -> bool {
        if self.is_writing {
            return false;
        }
        let Some(request) = self.context.status.writes().take() else { return false };
        match self.write_of(&request) {
            Ok((unit, write)) => self.send(unit, write, request),
            Err(why) => request.answer(Written::NotSent(why)),
        }
        true
    }

    /// What to send to which unit, or why nothing is sent.
    fn write_of(&self, request: &WriteRequest) -> Result<(u8, Write), String> {
        let tag = self.config.tags.iter().find(|tag| tag.tag == request.tag).ok_or("is no tag of this connection")?;
        let write = encode(tag, request.value)?;
        if self.link.is_none() {
            return Err(NOT_CONNECTED.into());
        }
        if self.units.iter().any(|unit| unit.id == tag.unit && unit.is_silent()) {
            // Behind a line without numbers its late answer could be taken for the one to this.
            return Err(format!("unit {} does not answer", tag.unit));
        }
        Ok((tag.unit, write))
    }

    fn send(&mut self, unit: u8, write: Write, request: WriteRequest) {
        let lane =
            self.link.as_mut().and_then(|link| Some((link.lane()?, link.wire_time(&write.call), link.patience())));
        let Some((mut lane, wire, patience)) = lane else {
            request.answer(Written::NotSent(NOT_CONNECTED.into()));
            return;
        };
        self.is_writing = true;
        let (limit, generation) = (self.timeout + wire + patience, self.generation);
        self.calls.push(Box::pin(async move {
            let Write { call, other } = write;
            let (mut outcome, mut took);
            (lane, outcome, took) = lane.ask(unit, call, limit).await;
            let is_late = Instant::now() >= request.until;
            if let (Outcome::Exception(ExceptionCode::IllegalFunction), Some(other), false) = (&outcome, other, is_late)
            {
                // It knows only the writing of several: nothing has happened yet.
                (lane, outcome, took) = lane.ask(unit, other, limit).await;
            }
            let (index, why) = (usize::MAX, Why::Write);
            Done { index, generation, why, lane, outcome, took, wire, write: Some(request) }
        }));
    }

    /// Says what became of a write, and has the value read back.
    pub(super) fn written(
        &mut self,
        request: WriteRequest,
        now: Instant,
        outcome: Outcome,
        (took, wire): (Duration, Duration),
    ) {
        use ExceptionCode::{Acknowledge, GatewayPathUnavailable, GatewayTargetDevice, ServerDeviceFailure};
        self.is_writing = false;
        let index = self.request_of(request.tag);
        let rest = self.rest(wire);
        let written = match outcome {
            Outcome::Answer(_) => {
                self.is_well(index, took.saturating_sub(wire));
                self.context.status.good(self.context.clock.now_us());
                Written::Done
            }
            Outcome::Exception(code) => {
                let text = write_exception_text(code);
                if !matches!(code, GatewayPathUnavailable | GatewayTargetDevice) {
                    self.is_well(index, took.saturating_sub(wire));
                }
                match code {
                    // These say that it was begun, or not by whom it was not answered.
                    Acknowledge | ServerDeviceFailure | GatewayTargetDevice => Written::Unknown(text),
                    GatewayPathUnavailable => Written::NotSent(text),
                    _ => Written::Refused(text),
                }
            }
            Outcome::Silent => {
                let why = format!("no answer in {} ms", self.config.timeout_ms);
                self.failed(index, now, rest, &format!("written to: {why}"));
                Written::Unknown(why)
            }
            Outcome::Nonsense(why) | Outcome::Gone(why) => {
                self.failed(index, now, rest, &format!("written to: {why}"));
                Written::Unknown(why)
            }
        };
        self.read_back(index);
        request.answer(written);
    }

    /// The request that reads a tag.
    fn request_of(&self, tag: TagIndex) -> usize {
        let reads = self.planned.iter().position(|planned| planned.decoder.items().any(|item| item.tag == tag));
        reads.unwrap_or(usize::MAX)
    }

    /// Asks for a value at once; an answer that is under way may be the one from before the write.
    fn read_back(&mut self, index: usize) {
        let is_silent =
            self.planned.get(index).and_then(|planned| self.units.get(planned.unit)).is_none_or(Unit::is_silent);
        if is_silent {
            // It is asked as soon as the unit may be.
        } else if self.under_way.contains(&index) {
            self.outdated.push(index);
        } else {
            self.urgent.push_front(index);
        }
    }

    pub(super) fn read_again(&mut self, index: usize) {
        if let Some(place) = self.outdated.iter().position(|outdated| *outdated == index) {
            self.outdated.swap_remove(place);
            self.urgent.push_front(index);
        }
    }

    /// Waits before the next attempt to connect. A write does not wait with it.
    pub(super) async fn pause(&mut self) {
        tokio::select! {
            () = sleep(self.backoff.pause()) => {}
            never = self.context.status.writes().refuse_all(NOT_CONNECTED) => match never {},
        }
    }
}
