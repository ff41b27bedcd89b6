//! Reads ranges of registers once, for people who look at a device before anything is configured. The same requests,
//! cuts and lines as the poller's; a register that the device refuses costs only itself.

use std::time::Duration;

use tokio_modbus::prelude::{ExceptionCode, Response};

use super::link::{After, Link, Outcome};
use super::plan::{Item, Request, plan};
use super::poll::call;
use super::text::exception_text;
use crate::config::{ModbusConfig, ModbusTag, Register, RegisterOrder, TagType};
use crate::driver::TagIndex;

/// A lost answer is asked for again once, as the poller does it.
const ATTEMPTS: u32 = 2;
/// What lies between two attempts on a device that says it is busy.
const BUSY_PAUSE: Duration = Duration::from_millis(200);

/// What a device says of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Word(u16),
    Bit(bool),
    Refused(Refusal),
}

/// An exception by its number and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub exception: u8,
    pub text: String,
}

/// Why there is no answer at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The line or connection could not be opened.
    Closed(String),
    /// Nothing came in time.
    Unit,
    /// The gateway says that the unit is not there.
    Gateway(Refusal),
    /// Something came that is no answer, or the connection broke.
    Broken(String),
}

/// A line that is asked.
pub struct Survey {
    config: ModbusConfig,
    link: Option<Link>,
}

impl Survey {
    /// Nothing is opened before the first question.
    #[must_use]
    pub const fn new(config: ModbusConfig) -> Self {
        Self { config, link: None }
    }

    /// What a unit says of each address from `from` on, in order.
    ///
    /// # Errors
    /// When the unit does not answer; one that refuses does.
    pub async fn read(&mut self, unit: u8, from: Register, count: u16) -> Result<Vec<Answer>, Silence> {
        let mut answers = vec![None; usize::from(count)];
        let mut waiting = self.requests(unit, from, count);
        waiting.reverse();
        while let Some(request) = waiting.pop() {
            match self.ask(&request).await? {
                Ok(response) => {
                    for item in &request.items {
                        if let Some(answer) = at(&response, item.place) {
                            put(&mut answers, item, answer);
                        }
                    }
                }
                Err(refusal) => match request.split().filter(|_| refusal.is_about_addresses()) {
                    Some((left, right)) => waiting.extend([right, left]),
                    None => {
                        request.items.iter().for_each(|item| put(&mut answers, item, Answer::Refused(refusal.clone())));
                    }
                },
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    /// One request for each stretch that the unit answers at once; its tags are the places of the addresses.
    fn requests(&self, unit: u8, from: Register, count: u16) -> Vec<Request> {
        let order = RegisterOrder { low_word_first: false, low_byte_first: false };
        let kind = if from.table.is_bits() { TagType::Bool } else { TagType::U16 };
        let addresses = (0..count).filter_map(|place| Some((place, from.address.checked_add(place)?)));
        let tags: Vec<ModbusTag> = addresses
            .map(|(place, address)| ModbusTag {
                tag: TagIndex(place.into()),
                unit,
                register: Register { address, ..from },
                kind,
                registers: 1,
                order,
                scaling: None,
                writable: false,
                period_ms: 1_000,
            })
            .collect();
        plan(&tags, |unit| self.config.limits_of(unit))
    }

    async fn ask(&mut self, request: &Request) -> Result<Result<Response, Refusal>, Silence> {
        let mut attempt = 1;
        loop {
            let outcome = self.once(request).await.map_err(Silence::Closed)?;
            let is_last = attempt == ATTEMPTS;
            match outcome {
                Outcome::Answer(response) => return Ok(Ok(response)),
                Outcome::Exception(ExceptionCode::Acknowledge | ExceptionCode::ServerDeviceBusy) if !is_last => {
                    tokio::time::sleep(BUSY_PAUSE).await;
                }
                Outcome::Exception(code) => {
                    let refusal = Refusal { exception: code.into(), text: exception_text(code) };
                    let is_gone =
                        matches!(code, ExceptionCode::GatewayPathUnavailable | ExceptionCode::GatewayTargetDevice);
                    return if is_gone { Err(Silence::Gateway(refusal)) } else { Ok(Err(refusal)) };
                }
                Outcome::Silent if is_last => return Err(Silence::Unit),
                Outcome::Nonsense(reason) | Outcome::Gone(reason) if is_last => return Err(Silence::Broken(reason)),
                Outcome::Silent | Outcome::Nonsense(_) | Outcome::Gone(_) => {}
            }
            attempt += 1;
        }
    }

    async fn once(&mut self, request: &Request) -> Result<Outcome, String> {
        let mut link = match self.link.take() {
            Some(link) => link,
            None => Link::open(&self.config).await?,
        };
        let Some(lane) = link.lane() else { return Err("the line is in use".into()) };
        let call = call(request);
        // The time-out is for the device, not for a slow line.
        let limit = Duration::from_millis(u64::from(self.config.timeout_ms)) + link.wire_time(&call) + link.patience();
        let (lane, outcome, _) = lane.ask(request.unit, call, limit).await;
        if link.after(lane, &outcome) == After::Stay {
            self.link = Some(link);
        }
        Ok(outcome)
    }
}

fn put(answers: &mut [Option<Answer>], item: &Item, answer: Answer) {
    if let Some(slot) = answers.get_mut(item.tag.index()) {
        *slot = Some(answer);
    }
}

impl Refusal {
    /// Fewer addresses might be answered.
    const fn is_about_addresses(&self) -> bool {
        matches!(self.exception, 2 | 3)
    }
}

fn at(response: &Response, place: u16) -> Option<Answer> {
    let place = usize::from(place);
    match response {
        Response::ReadHoldingRegisters(words) | Response::ReadInputRegisters(words) => {
            words.get(place).copied().map(Answer::Word)
        }
        Response::ReadCoils(bits) | Response::ReadDiscreteInputs(bits) => bits.get(place).copied().map(Answer::Bit),
        // The link gives no others.
        _ => None,
    }
}
