//! The poll loop of one Modbus connection: what is asked when. What an answer means, or none, says
//! [`verdict`].

mod verdict;
mod writing;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};
use tokio_modbus::prelude::Request as Call;

use super::decode::Decoder;
use super::doubt::Doubt;
use super::link::{Lane, Link, Outcome};
use super::plan::{Request, plan};
use super::schedule::Schedule;
use super::search::Search;
use super::unit::{Budget, PAUSE_FIRST, PAUSE_MOST, PROBE_SHARE, Probe, Unit, probe};
use crate::config::{ModbusConfig, RegisterTable};
use crate::driver::backoff::Backoff;
use crate::driver::supervise::DriverEnd;
use crate::driver::{Context, Reading, TagIndex, WriteRequest};

/// Something to wake up for when nothing is due.
const IDLE: Duration = Duration::from_secs(3_600);

pub(in crate::driver) async fn run(config: ModbusConfig, context: Context) -> DriverEnd {
    let shutdown = context.shutdown.clone();
    if config.tags.is_empty() {
        // A connection without tags has nothing to do.
        shutdown.cancelled().await;
        return Ok(());
    }
    let config = Arc::new(config);
    let opened = config.clone();
    let open: Opener = Box::new(move || {
        let config = opened.clone();
        Box::pin(async move { Link::open(&config).await })
    });
    let mut poller = Poller::new(config, context, open);
    tokio::select! {
        () = poller.poll() => {}
        () = shutdown.cancelled() => {}
    }
    Ok(())
}

/// Opens the connection; the error is for people.
type Opener = Box<dyn Fn() -> BoxFuture<'static, Result<Link, String>> + Send>;

struct Poller {
    config: Arc<ModbusConfig>,
    context: Context,
    open: Opener,
    timeout: Duration,
    planned: Vec<Planned>,
    /// Counts plans: what was asked under an older one is not looked at.
    generation: u64,
    schedule: Schedule,
    /// Asked before everything else.
    urgent: VecDeque<usize>,
    units: Vec<Unit>,
    /// What looking after silent units may cost.
    budget: Budget,
    search: Search,
    doubt: Doubt,
    link: Option<Link>,
    calls: FuturesUnordered<BoxFuture<'static, Done>>,
    /// What those calls ask for.
    under_way: Vec<usize>,
    /// A write is under way: they go one after the other, in the order in which they came.
    is_writing: bool,
    /// Asked for before a value was written that they read: asked again.
    outdated: Vec<usize>,
    /// Pauses between attempts to open the connection.
    backoff: Backoff,
    /// Nothing answers; all tags are marked.
    is_lost: bool,
    /// Something went wrong since all was well; the error shown stands until all is well again.
    is_unsettled: bool,
    /// Who answered after the time-out, when the last such answer came, and the longest that one took.
    latest: Option<(u8, Instant, Duration)>,
    /// Reused for every answer.
    changed: Vec<Reading>,
}

/// A request of the plan, compiled.
struct Planned {
    /// Without its items: they are in the decoder.
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
    /// Part of a request that the unit refused, and not yet asked by itself. `is_marked` when that takes so
    /// long that its tags are Bad meanwhile.
    Part {
        is_marked: bool,
    },
    /// The unit says there is no such address.
    Illegal,
}

/// What to ask.
struct Ask {
    index: usize,
    limit: Duration,
    why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Due,
    /// To see whether a lost unit is back.
    Probe,
    /// To see whether the connection lives.
    Check,
    /// To find addresses that do not exist, or do again.
    Search,
    /// It writes what a person asked for.
    Write,
}

/// What came of a request.
struct Done {
    index: usize,
    generation: u64,
    why: Why,
    lane: Lane,
    outcome: Outcome,
    took: Duration,
    /// How much of that the line needs.
    wire: Duration,
    /// Whoever waits to hear of it.
    write: Option<WriteRequest>,
}

impl Poller {
    fn new(config: Arc<ModbusConfig>, context: Context, open: Opener) -> Self {
        let now = Instant::now();
        let mut poller = Self {
            timeout: Duration::from_millis(u64::from(config.timeout_ms)),
            schedule: Schedule::new(now, 0, std::iter::empty()),
            config,
            context,
            open,
            planned: Vec::new(),
            generation: 0,
            urgent: VecDeque::new(),
            units: Vec::new(),
            budget: Budget::new(now, PROBE_SHARE),
            search: Search::new(now),
            doubt: Doubt::default(),
            link: None,
            calls: FuturesUnordered::new(),
            under_way: Vec::new(),
            is_writing: false,
            outdated: Vec::new(),
            backoff: Backoff::new(PAUSE_FIRST, PAUSE_MOST),
            is_lost: false,
            is_unsettled: true,
            latest: None,
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
        self.search.clear();
        self.under_way.clear();
        self.outdated.clear();
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
        let status = self.context.status.clone();
        loop {
            let now = Instant::now();
            self.context.status.add_skipped(self.schedule.start(now));
            self.mark_waiting(now);
            self.ask(now).await;
            let wake = self.wake(Instant::now());
            if self.calls.is_empty() {
                tokio::select! {
                    () = sleep_until(wake) => {}
                    () = status.writes().came() => {}
                }
                continue;
            }
            let is_full = self.calls.len() >= self.config.pipeline as usize;
            tokio::select! {
                done = self.calls.next() => if let Some(done) = done { self.done(done) },
                () = sleep_until(wake), if !is_full => {}
                () = status.writes().came(), if !is_full => {}
            }
        }
    }

    /// Sends what is due while there is room on the line.
    async fn ask(&mut self, now: Instant) {
        while self.calls.len() < self.config.pipeline as usize {
            // What a person wants goes before what is due.
            if self.next_write() {
                continue;
            }
            let Some(Ask { index, limit, why }) = self.next(now) else { return };
            if self.link.is_none() && !self.open().await {
                self.again(index);
                self.pause().await;
                return;
            }
            let (Some(planned), Some(link)) = (self.planned.get(index), &mut self.link) else { return };
            let Some(lane) = link.lane() else { return self.again(index) };
            let (call, unit, generation) = (call(&planned.request), planned.request.unit, self.generation);
            // The time-out is for the device. It begins when the request is out, and what the line needs for the
            // answer is no fault of the device's.
            let wire = link.wire_time(&call);
            let limit = limit + wire + link.patience();
            self.under_way.push(index);
            self.calls.push(Box::pin(async move {
                let (lane, outcome, took) = lane.ask(unit, call, limit).await;
                Done { index, generation, why, lane, outcome, took, wire, write: None }
            }));
        }
    }

    fn next(&mut self, now: Instant) -> Option<Ask> {
        let budget = self.is_anyone_well().then_some(&self.budget);
        if let Some(Probe { request, limit, is_repeat }) = probe(&mut self.units, now, budget) {
            return Some(Ask { index: request, limit, why: if is_repeat { Why::Due } else { Why::Probe } });
        }
        let limit = self.timeout;
        if let Some(index) = self.next_check() {
            return Some(Ask { index, limit, why: Why::Check });
        }
        let Self { search, planned, units, .. } = self;
        if let Some(index) = search.next(now, |index| may_search(planned, units, index)) {
            return Some(Ask { index, limit, why: Why::Search });
        }
        if let Some(index) = self.next_due() {
            return Some(Ask { index, limit, why: Why::Due });
        }
        // The line has nothing to do until then.
        let idle = self.schedule.due().map_or(IDLE, |due| due.saturating_duration_since(now));
        let Self { search, planned, units, link, .. } = self;
        let is_short = |index: usize| {
            let Some(planned) = planned.get(index) else { return false };
            let wire = link.as_ref().map_or(Duration::ZERO, |link| link.wire_time(&call(&planned.request)));
            units.get(planned.unit).is_some_and(|unit| unit.slowest(limit) + wire < idle)
        };
        let index = search.next_idle(|index| is_short(index) && may_search(planned, units, index))?;
        Some(Ask { index, limit, why: Why::Search })
    }

    /// The request that has to prove that the connection lives: one of the unit that was the last to answer.
    fn next_check(&mut self) -> Option<usize> {
        if !self.doubt.wants_check() || !self.link.as_ref().is_some_and(Link::may_be_dead) {
            return None;
        }
        let well = self.planned.iter().enumerate().filter(|(index, planned)| {
            matches!(planned.health, Health::Good | Health::Refused)
                && self.units.get(planned.unit).is_some_and(|unit| !unit.is_silent())
                && !self.under_way.contains(index)
        });
        let heard = |planned: &Planned| self.units.get(planned.unit).and_then(Unit::heard);
        let (index, _) = well.max_by_key(|(_, planned)| heard(planned))?;
        self.doubt.check();
        Some(index)
    }

    fn next_due(&mut self) -> Option<usize> {
        loop {
            let index = self.urgent.pop_front().or_else(|| self.schedule.next())?;
            let Some(planned) = self.planned.get_mut(index) else { continue };
            if matches!(planned.health, Health::Part { .. } | Health::Illegal) {
                // These are asked by the search.
            } else if self.under_way.contains(&index) {
                // A device that is slow is not asked the same again meanwhile.
                self.context.status.add_skipped(1);
            } else if self.units.get(planned.unit).is_some_and(Unit::is_silent) {
                planned.is_owed = true;
            } else {
                return Some(index);
            }
        }
    }

    /// When something has to be done that nobody will tell us of.
    fn wake(&self, now: Instant) -> Instant {
        let budget = self.is_anyone_well().then_some(&self.budget);
        let probes = self.units.iter().filter_map(|unit| unit.probe_at(budget));
        let search = self.search.due(|index| may_search(&self.planned, &self.units, index));
        probes.chain(search).chain(self.schedule.due()).min().unwrap_or(now + IDLE)
    }

    fn is_anyone_well(&self) -> bool {
        self.units.iter().any(|unit| !unit.is_silent())
    }

    /// What was refused and not asked again in parts for so long cannot be taken for good.
    fn mark_waiting(&mut self, now: Instant) {
        let Some(since) = now.checked_sub(self.timeout) else { return };
        for index in self.search.waiting(since) {
            let Some(planned) = self.planned.get_mut(index) else { continue };
            if planned.health == (Health::Part { is_marked: false }) {
                planned.health = Health::Part { is_marked: true };
                planned.owe();
                let merged = self.context.sink.mark_bad(planned.tags(), self.context.clock.now_us());
                self.context.status.add_merged(merged);
            }
        }
    }

    /// The request was not sent, or got lost with the connection.
    fn again(&mut self, index: usize) {
        let Some(planned) = self.planned.get(index) else { return };
        let Some(unit) = self.units.get_mut(planned.unit) else { return };
        if unit.is_silent() {
            unit.ask_again();
        }
        if matches!(planned.health, Health::Part { .. } | Health::Illegal) {
            self.search.again(Instant::now(), index);
        } else if !unit.is_silent() && !self.urgent.contains(&index) {
            self.urgent.push_back(index);
        }
    }

    async fn open(&mut self) -> bool {
        match (self.open)().await {
            Ok(link) => {
                self.link = Some(link);
                self.doubt.heard();
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
}

impl Planned {
    fn new(request: Request, unit: usize) -> Self {
        let decoder = Decoder::new(&request);
        let request = Request { items: Vec::new(), ..request };
        Self { request, decoder, unit, health: Health::Good, is_owed: false }
    }

    fn split(&self) -> Option<(Request, Request)> {
        Request { items: self.decoder.items().collect(), ..self.request.clone() }.split()
    }

    /// Its tags are marked.
    fn owe(&mut self) {
        self.decoder.forget();
        self.is_owed = true;
    }

    /// Its tags are Bad because it waits for the search.
    const fn is_marked(&self) -> bool {
        matches!(self.health, Health::Part { is_marked: true })
    }

    fn tags(&self) -> impl Iterator<Item = TagIndex> + use<> {
        let tags: Vec<TagIndex> = self.decoder.items().map(|item| item.tag).collect();
        tags.into_iter()
    }
}

/// Whether there is somebody to answer a request of the search.
fn may_search(planned: &[Planned], units: &[Unit], index: usize) -> bool {
    let unit = planned.get(index).and_then(|planned| units.get(planned.unit));
    unit.is_some_and(|unit| !unit.is_silent())
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

#[cfg(test)]
mod tests;
