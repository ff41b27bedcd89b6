//! The poll loop of one Modbus connection. One request is under way at a time, because gateways and small
//! PLCs answer one at a time. tokio-modbus frames the messages; time-outs, pauses and what to believe are
//! decided here: after a time-out or an answer that does not fit, the connection is dropped, or a late
//! answer would be taken for the next one.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_modbus::client::{Client as _, Context as Link, tcp};
use tokio_modbus::prelude::{ExceptionCode, Request as Call, Response, Slave, SlaveContext as _};

use super::decode;
use super::plan::{Item, Request, plan};
use crate::config::{ModbusTcpConfig, RegisterTable};
use crate::driver::backoff::Backoff;
use crate::driver::supervise::DriverEnd;
use crate::driver::{ConnectionState, Context, Quality, Reading, TagIndex, Value};

const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MOST: Duration = Duration::from_secs(30);
/// An address that the unit refused is asked for again after this: programs of PLCs change.
const ILLEGAL_RETRY: Duration = Duration::from_secs(60);

pub(in crate::driver) async fn run(config: ModbusTcpConfig, context: Context) -> DriverEnd {
    let shutdown = context.shutdown.clone();
    let mut poller = Poller::new(config, context);
    tokio::select! {
        () = poller.poll() => {}
        () = shutdown.cancelled() => {}
    }
    Ok(())
}

struct Poller {
    config: ModbusTcpConfig,
    context: Context,
    timeout: Duration,
    scheduled: Vec<Scheduled>,
    units: Vec<Unit>,
    link: Option<Link>,
    /// Pauses between attempts to open the connection.
    backoff: Backoff,
    /// Nothing answers; all tags are marked.
    lost: bool,
    /// Something went wrong since all was well; the error shown stands until all is well again.
    unsettled: bool,
    /// Reused for every answer.
    readings: Vec<Reading>,
}

struct Scheduled {
    request: Request,
    unit: usize,
    due: Instant,
    health: Health,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    /// The unit answered with an exception.
    Refused,
    /// The unit says there is no such address.
    Illegal,
}

/// One device behind the connection.
struct Unit {
    id: u8,
    backoff: Backoff,
    /// Not asked before this, because it does not answer.
    silent_until: Option<Instant>,
}

/// What became of one request.
enum Outcome {
    Answer(Response),
    Exception(ExceptionCode),
    /// No answer, or none that can be believed; the connection is not usable any more.
    Broken(String),
}

impl Poller {
    fn new(config: ModbusTcpConfig, context: Context) -> Self {
        let mut poller = Self {
            timeout: Duration::from_millis(u64::from(config.timeout_ms)),
            config,
            context,
            scheduled: Vec::new(),
            units: Vec::new(),
            link: None,
            backoff: Backoff::new(PAUSE_FIRST, PAUSE_MOST),
            lost: false,
            unsettled: true,
            readings: Vec::with_capacity(128),
        };
        poller.schedule();
        poller
    }

    /// Makes the plan anew; units keep their pauses.
    fn schedule(&mut self) {
        let now = Instant::now();
        self.scheduled.clear();
        for request in plan(&self.config.tags) {
            let known = self.units.iter().position(|unit| unit.id == request.unit);
            let unit = known.unwrap_or_else(|| {
                let backoff = Backoff::new(PAUSE_FIRST, PAUSE_MOST);
                self.units.push(Unit { id: request.unit, backoff, silent_until: None });
                self.units.len() - 1
            });
            self.scheduled.push(Scheduled { request, unit, due: now, health: Health::Good });
        }
    }

    async fn poll(&mut self) {
        while let Some((index, at)) = self.upcoming() {
            sleep_until(at).await;
            if self.link.is_none() && !self.connect().await {
                tokio::time::sleep(self.backoff.pause()).await;
                continue;
            }
            self.ask(index).await;
        }
        // A connection without tags has nothing to do.
        std::future::pending::<()>().await;
    }

    /// The request to make next and when.
    fn upcoming(&self) -> Option<(usize, Instant)> {
        let at = |s: &Scheduled| {
            let silent = self.units.get(s.unit).and_then(|unit| unit.silent_until);
            silent.map_or(s.due, |silent| silent.max(s.due))
        };
        self.scheduled.iter().enumerate().map(|(index, s)| (index, at(s))).min_by_key(|(_, at)| *at)
    }

    async fn connect(&mut self) -> bool {
        let error = match timeout(self.timeout, TcpStream::connect(&self.config.address)).await {
            Ok(Ok(stream)) => {
                // Requests are small and waited for; failing to say so only costs time.
                let _ = stream.set_nodelay(true);
                self.link = Some(tcp::attach(stream));
                return true;
            }
            Ok(Err(error)) => format!("cannot connect to {}: {error}", self.config.address),
            Err(_) => format!("cannot connect to {}: no answer in {} ms", self.config.address, self.config.timeout_ms),
        };
        self.failed(error);
        self.lose();
        false
    }

    fn failed(&mut self, error: String) {
        self.unsettled = true;
        self.context.status.failed(error);
    }

    fn lose(&mut self) {
        if !self.lost {
            self.lost = true;
            self.context.lost();
        }
    }

    async fn ask(&mut self, index: usize) {
        let (Some(scheduled), Some(link)) = (self.scheduled.get_mut(index), &mut self.link) else { return };
        let outcome = call(link, &scheduled.request, self.timeout).await;
        let now = Instant::now();
        self.context.status.add_skipped(scheduled.advance(now));
        match outcome {
            Outcome::Answer(response) => match self.take(index, &response) {
                Ok(()) => self.answered(index),
                Err(reason) => self.broken(index, now, reason),
            },
            Outcome::Exception(code) => self.exception(index, now, code),
            Outcome::Broken(reason) => self.broken(index, now, reason),
        }
    }

    /// Publishes the values of an answer, all at once.
    fn take(&mut self, index: usize, response: &Response) -> Result<(), String> {
        let Some(Scheduled { request, .. }) = self.scheduled.get(index) else { return Ok(()) };
        let at = self.context.clock.now_us();
        self.readings.clear();
        let reading = |item: &Item, value: Option<Value>| Reading {
            tag: item.tag,
            value: value.unwrap_or(Value::Int(0)),
            quality: if value.is_some() { Quality::Good } else { Quality::Bad },
            at,
        };
        match response {
            Response::ReadHoldingRegisters(words) | Response::ReadInputRegisters(words) => {
                if words.len() != usize::from(request.count) {
                    return Err(format!("asked for {} registers, got {}", request.count, words.len()));
                }
                self.readings.extend(request.items.iter().map(|item| {
                    let words = words.get(usize::from(item.place)..).unwrap_or_default();
                    reading(item, decode::registers(words, &item.layout))
                }));
            }
            Response::ReadCoils(bits) | Response::ReadDiscreteInputs(bits) => {
                // Bits come in whole bytes.
                if bits.len() != usize::from(request.count).next_multiple_of(8) {
                    return Err(format!("asked for {} bits, got {}", request.count, bits.len()));
                }
                self.readings.extend(
                    request
                        .items
                        .iter()
                        .map(|item| reading(item, bits.get(usize::from(item.place)).map(|on| decode::bit(*on)))),
                );
            }
            _ => return Err("the answer is of another kind than the request".into()),
        }
        self.context.publish(&self.readings);
        self.context.status.good(at);
        Ok(())
    }

    /// A good answer: the connection and the unit are well.
    fn answered(&mut self, index: usize) {
        self.backoff.reset();
        self.lost = false;
        self.context.status.set_state(ConnectionState::Connected);
        let Some(scheduled) = self.scheduled.get_mut(index) else { return };
        let was = std::mem::replace(&mut scheduled.health, Health::Good);
        if let Some(unit) = self.units.get_mut(scheduled.unit) {
            unit.silent_until = None;
            unit.backoff.reset();
        }
        if was == Health::Illegal {
            // The device changed; what was taken apart for it may be read together again.
            self.schedule();
        }
        if self.unsettled
            && self.units.iter().all(|unit| unit.silent_until.is_none())
            && self.scheduled.iter().all(|s| s.health == Health::Good)
        {
            self.unsettled = false;
            self.context.status.clear_error();
        }
    }

    /// The unit, or the gateway for it, answered that it will not answer. The connection stays.
    fn exception(&mut self, index: usize, now: Instant, code: ExceptionCode) {
        self.backoff.reset();
        let Some(scheduled) = self.scheduled.get_mut(index) else { return };
        let request = &scheduled.request;
        let error = format!("{}: {}", range(request), exception_text(code));
        if matches!(code, ExceptionCode::GatewayPathUnavailable | ExceptionCode::GatewayTargetDevice) {
            self.silence(index, now, error);
            return;
        }
        self.unsettled = true;
        self.context.status.failed(error);
        self.context.status.set_state(ConnectionState::Connected);
        self.lost = false;
        if let Some(unit) = self.units.get_mut(scheduled.unit) {
            unit.silent_until = None;
            unit.backoff.reset();
        }
        let illegal = matches!(code, ExceptionCode::IllegalDataAddress | ExceptionCode::IllegalDataValue);
        if illegal && let Some((left, right)) = request.split() {
            // Some address in here does not exist, or the device answers less at once. Both halves are
            // asked for now; what goes well stays as it is, so that only the bad tag is lost.
            let unit = scheduled.unit;
            let half = |request| Scheduled { request, unit, due: now, health: Health::Good };
            self.scheduled.extend([left, right].map(half));
            self.scheduled.swap_remove(index);
            return;
        }
        scheduled.health = if illegal { Health::Illegal } else { Health::Refused };
        let merged = self.context.sink.mark_bad(tags(&scheduled.request), self.context.clock.now_us());
        self.context.status.add_merged(merged);
        if illegal {
            scheduled.due = now + ILLEGAL_RETRY;
        }
    }

    /// No answer or nonsense: the connection is dropped. The unit is left alone for a while, so that the
    /// others behind the same gateway are asked again at once.
    fn broken(&mut self, index: usize, now: Instant, reason: String) {
        self.link = None;
        let error = match self.scheduled.get(index) {
            Some(scheduled) => format!("{}: {reason}", range(&scheduled.request)),
            None => reason,
        };
        self.silence(index, now, error);
    }

    fn silence(&mut self, index: usize, now: Instant, error: String) {
        self.failed(error);
        let Some(silent) = self.scheduled.get(index).map(|scheduled| scheduled.unit) else { return };
        let Some(unit) = self.units.get_mut(silent) else { return };
        let first = unit.silent_until.is_none();
        unit.silent_until = Some(now + unit.backoff.pause());
        if self.units.iter().all(|unit| unit.silent_until.is_some()) {
            self.lose();
        } else if first {
            let at = self.context.clock.now_us();
            let of_unit = self.scheduled.iter().filter(|s| s.unit == silent);
            let merged = self.context.sink.mark_bad(of_unit.flat_map(|s| tags(&s.request)), at);
            self.context.status.add_merged(merged);
        }
    }
}

impl Scheduled {
    /// Moves on to the next turn after `now` on the request's own grid. Turns that passed are left out,
    /// never made up; returns how many.
    fn advance(&mut self, now: Instant) -> u64 {
        if self.due > now {
            return 0;
        }
        let period_ms = u64::from(self.request.period_ms.max(1));
        let late_ms = u64::try_from(now.duration_since(self.due).as_millis()).unwrap_or(0);
        let passed = late_ms / period_ms;
        self.due += Duration::from_millis(period_ms * (passed + 1));
        passed
    }
}

async fn call(link: &mut Link, request: &Request, limit: Duration) -> Outcome {
    link.set_slave(Slave(request.unit));
    let (address, count) = (request.address, request.count);
    let call = match request.table {
        RegisterTable::Coil => Call::ReadCoils(address, count),
        RegisterTable::Discrete => Call::ReadDiscreteInputs(address, count),
        RegisterTable::Input => Call::ReadInputRegisters(address, count),
        RegisterTable::Holding => Call::ReadHoldingRegisters(address, count),
    };
    match timeout(limit, link.call(call)).await {
        Ok(Ok(Ok(response))) => Outcome::Answer(response),
        Ok(Ok(Err(exception))) => Outcome::Exception(exception),
        Ok(Err(error)) => Outcome::Broken(broken_text(&error)),
        Err(_) => Outcome::Broken(format!("no answer in {} ms", limit.as_millis())),
    }
}

fn tags(request: &Request) -> impl Iterator<Item = TagIndex> {
    request.items.iter().map(|item| item.tag)
}

/// What was asked for, for people: `unit 1, holding:0..124`.
fn range(request: &Request) -> String {
    let end = u32::from(request.address) + u32::from(request.count.max(1)) - 1;
    format!("unit {}, {}:{}..{end}", request.unit, request.table.code(), request.address)
}

fn exception_text(code: ExceptionCode) -> String {
    let text = match code {
        ExceptionCode::IllegalFunction => "the device does not know this table",
        ExceptionCode::IllegalDataAddress => "no such address in the device",
        ExceptionCode::IllegalDataValue => "the device does not answer this many at once",
        ExceptionCode::ServerDeviceFailure => "failure in the device",
        ExceptionCode::Acknowledge => "the device needs longer",
        ExceptionCode::ServerDeviceBusy => "the device is busy",
        ExceptionCode::MemoryParityError => "memory error in the device",
        ExceptionCode::GatewayPathUnavailable => "the gateway has no path to the unit",
        ExceptionCode::GatewayTargetDevice => "the unit behind the gateway does not answer",
        ExceptionCode::Custom(_) => "refused",
    };
    format!("{text} (exception {})", u8::from(code))
}

/// The library's texts print whole answers; these do not.
fn broken_text(error: &tokio_modbus::Error) -> String {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, InvalidData, InvalidInput};
    match error {
        tokio_modbus::Error::Protocol(tokio_modbus::ProtocolError::HeaderMismatch { .. }) => {
            "the answer belongs to another request".into()
        }
        tokio_modbus::Error::Protocol(tokio_modbus::ProtocolError::FunctionCodeMismatch { .. }) => {
            "the answer is of another kind than the request".into()
        }
        tokio_modbus::Error::Transport(error) => match error.kind() {
            InvalidData | InvalidInput => format!("the answer is not Modbus: {error}"),
            ConnectionReset | ConnectionAborted => "the device cut the connection".into(),
            // The library reports the end of the stream with whatever error the system had last.
            _ => "the device closed the connection".into(),
        },
    }
}
