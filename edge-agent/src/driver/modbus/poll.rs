//! The poll loop of one Modbus connection. It asks what is due, believes what fits, and decides what a unit
//! that does not answer means for the others: nothing, as far as the line allows.

use std::collections::VecDeque;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};
use tokio_modbus::prelude::{ExceptionCode, Request as Call, Response};

use super::decode::Decoder;
use super::link::{After, Lane, Link, Outcome};
use super::plan::{Request, plan};
use super::schedule::Schedule;
use super::text::{exception_text, range};
use super::unit::{Budget, PAUSE_FIRST, PAUSE_MOST, Probe, Unit, probe};
use crate::config::{ModbusConfig, RegisterTable};
use crate::driver::backoff::Backoff;
use crate::driver::supervise::DriverEnd;
use crate::driver::{ConnectionState, Context, Reading, TagIndex};

/// An address that the unit refused is asked for again after this: programs of PLCs change.
const ILLEGAL_RETRY: Duration = Duration::from_secs(60);
/// When no unit answers so many times in a row, the connection itself may be dead.
const UNANSWERED_MOST: u32 = 2;
/// Something to wake up for when nothing is due.
const IDLE: Duration = Duration::from_secs(3_600);

pub(in crate::driver) async fn run(config: ModbusConfig, context: Context) -> DriverEnd {
    let shutdown = context.shutdown.clone();
    if config.tags.is_empty() {
        // A connection without tags has nothing to do.
        shutdown.cancelled().await;
        return Ok(());
    }
    let mut poller = Poller::new(config, context);
    tokio::select! {
        () = poller.poll() => {}
        () = shutdown.cancelled() => {}
    }
    Ok(())
}

struct Poller {
    config: ModbusConfig,
    context: Context,
    timeout: Duration,
    planned: Vec<Planned>,
    /// Counts plans: what was asked under an older one is not looked at.
    generation: u64,
    schedule: Schedule,
    /// Asked before everything else.
    urgent: VecDeque<usize>,
    units: Vec<Unit>,
    budget: Budget,
    link: Option<Link>,
    calls: FuturesUnordered<BoxFuture<'static, Done>>,
    /// What those calls ask for.
    under_way: Vec<usize>,
    /// Pauses between attempts to open the connection.
    backoff: Backoff,
    /// Requests that nobody answered since somebody did.
    unanswered: u32,
    /// Nothing answers; all tags are marked.
    is_lost: bool,
    /// Something went wrong since all was well; the error shown stands until all is well again.
    is_unsettled: bool,
    /// Reused for every answer.
    changed: Vec<Reading>,
}

/// A request of the plan, compiled.
struct Planned {
    request: Request,
    decoder: Decoder,
    unit: usize,
    health: Health,
    /// Its tags are Bad, or it was left out, because nobody answered: asked as soon as somebody does.
    is_owed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    /// The unit answered with an exception.
    Refused,
    /// The unit says there is no such address.
    Illegal {
        until: Instant,
    },
}

/// What came of a request.
struct Done {
    index: usize,
    generation: u64,
    is_probe: bool,
    lane: Lane,
    outcome: Outcome,
    took: Duration,
}

impl Poller {
    fn new(config: ModbusConfig, context: Context) -> Self {
        let now = Instant::now();
        let mut poller = Self {
            timeout: Duration::from_millis(u64::from(config.timeout_ms)),
            schedule: Schedule::new(now, 0, std::iter::empty()),
            config,
            context,
            planned: Vec::new(),
            generation: 0,
            urgent: VecDeque::new(),
            units: Vec::new(),
            budget: Budget::new(now),
            link: None,
            calls: FuturesUnordered::new(),
            under_way: Vec::new(),
            backoff: Backoff::new(PAUSE_FIRST, PAUSE_MOST),
            unanswered: 0,
            is_lost: false,
            is_unsettled: true,
            changed: Vec::with_capacity(128),
        };
        poller.plan();
        poller
    }

    /// Makes the plan anew; units keep their silence.
    fn plan(&mut self) {
        self.generation += 1;
        self.planned.clear();
        self.urgent.clear();
        self.under_way.clear();
        for request in plan(&self.config.tags, |unit| self.config.limits_of(unit)) {
            let known = self.units.iter().position(|unit| unit.id == request.unit);
            let unit = known.unwrap_or_else(|| {
                self.units.push(Unit::new(request.unit));
                self.units.len() - 1
            });
            self.planned.push(Planned::new(request, unit));
        }
        let periods = self.planned.iter().map(|planned| planned.request.period_ms);
        self.schedule = Schedule::new(Instant::now(), self.config.place, periods);
        for (of, unit) in self.units.iter_mut().enumerate() {
            if let Some(request) = self.planned.iter().position(|planned| planned.unit == of) {
                unit.ask_for(request);
            }
        }
    }

    async fn poll(&mut self) {
        loop {
            let now = Instant::now();
            self.context.status.add_skipped(self.schedule.start(now));
            self.ask(now).await;
            let wake = self.wake(Instant::now());
            if self.calls.is_empty() {
                sleep_until(wake).await;
                continue;
            }
            let is_full = self.calls.len() >= self.config.pipeline as usize;
            tokio::select! {
                done = self.calls.next() => if let Some(done) = done { self.done(done) },
                () = sleep_until(wake), if !is_full => {}
            }
        }
    }

    /// Sends what is due while there is room on the line.
    async fn ask(&mut self, now: Instant) {
        while self.calls.len() < self.config.pipeline as usize {
            let Some((index, limit, is_probe)) = self.next(now) else { return };
            if self.link.is_none() && !self.open().await {
                self.again(index);
                tokio::time::sleep(self.backoff.pause()).await;
                return;
            }
            let (Some(planned), Some(link)) = (self.planned.get(index), &mut self.link) else { return };
            let Some(lane) = link.lane() else { return self.again(index) };
            let limit = limit + link.patience();
            let (call, unit, generation) = (call(&planned.request), planned.request.unit, self.generation);
            self.under_way.push(index);
            self.calls.push(Box::pin(async move {
                let (lane, outcome, took) = lane.ask(unit, call, limit).await;
                Done { index, generation, is_probe, lane, outcome, took }
            }));
        }
    }

    /// What to ask now, how long to wait, and whether that is to see if a lost unit is back.
    fn next(&mut self, now: Instant) -> Option<(usize, Duration, bool)> {
        let budget = self.is_anyone_well().then_some(&self.budget);
        if let Some(Probe { request, limit, is_repeat }) = probe(&mut self.units, now, budget) {
            return Some((request, limit, !is_repeat));
        }
        loop {
            let index = self.urgent.pop_front().or_else(|| self.schedule.next())?;
            let Some(planned) = self.planned.get_mut(index) else { continue };
            if self.under_way.contains(&index) {
                // A device that is slow is not asked the same again meanwhile.
                self.context.status.add_skipped(1);
            } else if self.units.get(planned.unit).is_some_and(Unit::is_silent) {
                planned.is_owed = true;
            } else if !matches!(planned.health, Health::Illegal { until } if now < until) {
                return Some((index, self.timeout, false));
            }
        }
    }

    /// When something has to be done that nobody will tell us of.
    fn wake(&self, now: Instant) -> Instant {
        let budget = self.is_anyone_well().then_some(&self.budget);
        let probes = self.units.iter().filter_map(|unit| unit.probe_at(budget));
        probes.chain(self.schedule.due()).min().unwrap_or(now + IDLE)
    }

    fn is_anyone_well(&self) -> bool {
        self.units.iter().any(|unit| !unit.is_silent())
    }

    /// The request was not sent, or got lost with the connection.
    fn again(&mut self, index: usize) {
        let Some(unit) = self.planned.get(index).and_then(|planned| self.units.get_mut(planned.unit)) else { return };
        if unit.is_silent() {
            unit.ask_again();
        } else if !self.urgent.contains(&index) {
            self.urgent.push_back(index);
        }
    }

    async fn open(&mut self) -> bool {
        match Link::open(&self.config).await {
            Ok(link) => {
                self.link = Some(link);
                self.unanswered = 0;
                true
            }
            Err(error) => {
                self.is_unsettled = true;
                self.context.status.failed(error);
                self.lose();
                false
            }
        }
    }

    fn lose(&mut self) {
        if !self.is_lost {
            self.is_lost = true;
            self.context.lost();
            self.planned.iter_mut().for_each(Planned::owe);
        }
    }

    fn done(&mut self, done: Done) {
        let Done { index, generation, is_probe, lane, outcome, took } = done;
        let now = Instant::now();
        let Some(link) = &mut self.link else { return };
        let after = link.after(lane, &outcome);
        let (late, stray) = link.late();
        self.context.status.add_dropped(late.len() as u64 + stray);
        for id in late {
            if let Some(unit) = self.units.iter_mut().find(|unit| unit.id == id) {
                unit.answered_late(now, self.timeout);
                self.unanswered = 0;
            }
        }
        if is_probe {
            self.budget.spend(now, took);
        }
        if generation == self.generation {
            self.under_way.retain(|asked| *asked != index);
            self.follow(index, now, outcome, took);
        }
        if after == After::Reopen || self.is_dead() {
            self.close();
        }
    }

    fn follow(&mut self, index: usize, now: Instant, outcome: Outcome, took: Duration) {
        // Frames of a serial line have no number. Whatever went wrong, the answer may still be on its way: asked
        // at once again, the unit would give the old one for the new one.
        let rest = if self.config.line.has_numbers() { Duration::ZERO } else { self.timeout };
        match outcome {
            Outcome::Answer(response) => {
                self.take(index, response);
                self.answered(index, took);
            }
            Outcome::Exception(code) => self.exception(index, now, took, code),
            Outcome::Silent => {
                self.unanswered += 1;
                self.failed(index, now, rest, &format!("no answer in {} ms", self.config.timeout_ms));
            }
            Outcome::Nonsense(reason) | Outcome::Gone(reason) => self.failed(index, now, rest, &reason),
        }
    }

    /// Whether the connection, and not the units, may be what does not answer.
    fn is_dead(&self) -> bool {
        self.unanswered >= UNANSWERED_MOST
            && !self.is_anyone_well()
            && self.link.as_ref().is_some_and(Link::may_be_dead)
    }

    /// Drops the connection; what was under way on it is asked for again.
    fn close(&mut self) {
        self.link = None;
        self.calls.clear();
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
        if let Health::Illegal { .. } = std::mem::replace(&mut planned.health, Health::Good) {
            // The device changed; what was taken apart for it may be read together again.
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
    fn is_well(&mut self, index: usize, took: Duration) {
        self.backoff.reset();
        self.unanswered = 0;
        self.context.status.set_state(ConnectionState::Connected);
        let was_lost = std::mem::take(&mut self.is_lost);
        let Some(planned) = self.planned.get_mut(index) else { return };
        planned.is_owed = false;
        let was_silent = self.units.get_mut(planned.unit).is_some_and(|unit| unit.answered(took));
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
            self.unanswered = 0;
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
        if is_illegal && let Some((left, right)) = planned.request.split() {
            // Some address in here does not exist, or the device answers less at once. Both halves are
            // asked for now; what goes well stays as it is, so that only the bad tag is lost.
            let (unit, period_ms) = (planned.unit, right.period_ms);
            *planned = Planned::new(left, unit);
            let added = self.planned.len();
            self.planned.push(Planned::new(right, unit));
            self.schedule.add(added, period_ms);
            self.urgent.extend([index, added]);
            return;
        }
        planned.health = if is_illegal { Health::Illegal { until: now + ILLEGAL_RETRY } } else { Health::Refused };
        planned.decoder.forget();
        let merged = self.context.sink.mark_bad(planned.tags(), self.context.clock.now_us());
        self.context.status.add_merged(merged);
    }

    /// No answer or none that can be believed: the unit is left alone for a while.
    fn failed(&mut self, index: usize, now: Instant, rest: Duration, reason: &str) {
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

impl Planned {
    fn new(request: Request, unit: usize) -> Self {
        Self { decoder: Decoder::new(&request), request, unit, health: Health::Good, is_owed: false }
    }

    /// Its tags are marked.
    fn owe(&mut self) {
        self.decoder.forget();
        self.is_owed = true;
    }

    fn tags(&self) -> impl Iterator<Item = TagIndex> + use<> {
        let tags: Vec<TagIndex> = self.request.items.iter().map(|item| item.tag).collect();
        tags.into_iter()
    }
}

pub(super) fn call(request: &Request) -> Call<'static> {
    let (address, count) = (request.address, request.count);
    match request.table {
        RegisterTable::Coil => Call::ReadCoils(address, count),
        RegisterTable::Discrete => Call::ReadDiscreteInputs(address, count),
        RegisterTable::Input => Call::ReadInputRegisters(address, count),
        RegisterTable::Holding => Call::ReadHoldingRegisters(address, count),
    }
}
