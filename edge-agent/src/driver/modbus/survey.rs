//! Reads ranges of registers once, for people who look at a device before anything is configured. The same requests,
//! cuts and lines as the poller's; a register that the device refuses costs only itself.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use tokio_modbus::prelude::{ExceptionCode, Response};

use super::link::{After, Link, Outcome};
use super::plan::{Item, Request, plan};
use super::poll::call;
use super::text::exception_text;
use crate::config::{ModbusConfig, ModbusTag, Register, RegisterOrder, RegisterTable, TagType};
use crate::driver::TagIndex;

/// A lost answer is asked for again once, as the poller does it.
const ATTEMPTS: u32 = 2;
/// What lies between two attempts on a device that says it is busy.
const BUSY_PAUSE: Duration = Duration::from_millis(200);
/// What lies between the requests of a search at least; else as long as the one before took.
const SEARCH_PAUSE: Duration = Duration::from_millis(5);
/// An address that was refused is asked for again after this …
const RETRY: Duration = Duration::from_secs(60);
/// … and so many of them in one round.
const RETRIES: usize = 10;

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
    /// Addresses that a unit does not have, and when it said so.
    refused: HashMap<(u8, Register), (Instant, Refusal)>,
    /// How many addresses a unit answers at once, where that is fewer than it is asked by the configuration.
    most: HashMap<(u8, RegisterTable), u16>,
}

/// A request that was refused and is asked in parts.
struct InParts {
    /// Its place in the range.
    place: usize,
    count: u16,
    /// The longest of its parts that was answered.
    answered: u16,
}

impl Survey {
    /// Nothing is opened before the first question.
    #[must_use]
    pub fn new(config: ModbusConfig) -> Self {
        Self { config, link: None, refused: HashMap::new(), most: HashMap::new() }
    }

    /// What a unit says of each address from `from` on, in order.
    ///
    /// # Errors
    /// When the unit does not answer; one that refuses does.
    pub async fn read(&mut self, unit: u8, from: Register, count: u16) -> Result<Vec<Answer>, Silence> {
        let mut answers = vec![None; usize::from(count)];
        // Whether it belongs to a search, and the request.
        let mut waiting = self.requests(unit, from, count, &mut answers);
        waiting.reverse();
        let mut in_parts: Vec<InParts> = Vec::new();
        let mut pause = SEARCH_PAUSE;
        while let Some((is_search, request)) = waiting.pop() {
            let most = self.most.get(&(unit, request.table)).copied().unwrap_or(u16::MAX);
            if request.count > most
                && let Some((left, right)) = request.split()
            {
                waiting.extend([(is_search, right), (is_search, left)]);
                continue;
            }
            if is_search {
                tokio::time::sleep(pause).await;
            }
            let began = Instant::now();
            let said = self.ask(&request).await?;
            pause = began.elapsed().max(SEARCH_PAUSE);
            match said {
                Ok(response) => {
                    in_parts.iter_mut().for_each(|whole| whole.answered = whole.answered.max(request.count));
                    for item in &request.items {
                        if let Some(answer) = at(&response, item.place) {
                            put(&mut answers, item, answer);
                        }
                    }
                }
                Err(refusal) => match request.split().filter(|_| refusal.is_about_addresses()) {
                    Some((left, right)) => {
                        let place = request.items.first().map_or(0, |item| item.tag.index());
                        in_parts.push(InParts { place, count: request.count, answered: 0 });
                        waiting.extend([(true, right), (true, left)]);
                    }
                    None => {
                        for item in &request.items {
                            put(&mut answers, item, Answer::Refused(refusal.clone()));
                            if refusal.is_about_addresses()
                                && let Some(address) = request.address.checked_add(item.place)
                            {
                                let known = (Instant::now(), refusal.clone());
                                self.refused.insert((unit, Register { address, ..from }), known);
                            }
                        }
                    }
                },
            }
            self.learn((unit, from.table), &mut in_parts, &answers);
        }
        Ok(answers.into_iter().flatten().collect())
    }

    /// A refused request all of whose parts were answered was too long.
    fn learn(&mut self, of: (u8, RegisterTable), in_parts: &mut Vec<InParts>, answers: &[Option<Answer>]) {
        while let Some(InParts { place, count, answered }) = in_parts.last() {
            let parts = answers.get(*place..*place + usize::from(*count)).unwrap_or_default();
            if parts.iter().any(Option::is_none) {
                return;
            }
            if *answered > 0 && !parts.iter().any(|part| matches!(part, Some(Answer::Refused(_)))) {
                let most = self.most.entry(of).or_insert(u16::MAX);
                *most = (*answered).min(*most);
            }
            in_parts.pop();
        }
    }

    /// One request for each stretch that the unit answers at once, and whether it belongs to a search; their tags are
    /// the places of the addresses. What the unit refused is not asked for so soon again, and then alone.
    fn requests(
        &mut self,
        unit: u8,
        from: Register,
        count: u16,
        answers: &mut [Option<Answer>],
    ) -> Vec<(bool, Request)> {
        let mut asked: Vec<(u16, u16)> = Vec::new();
        let mut again: Vec<(u16, u16)> = Vec::new();
        for (place, address) in (0..count).filter_map(|place| Some((place, from.address.checked_add(place)?))) {
            let register = Register { address, ..from };
            match self.refused.get(&(unit, register)) {
                Some((at, _)) if at.elapsed() >= RETRY && again.len() < RETRIES => {
                    self.refused.remove(&(unit, register));
                    again.push((place, address));
                }
                Some((_, refusal)) => {
                    if let Some(slot) = answers.get_mut(usize::from(place)) {
                        *slot = Some(Answer::Refused(refusal.clone()));
                    }
                }
                None => asked.push((place, address)),
            }
        }
        // A gap would be read along.
        let stretches = asked.chunk_by(|(a, _), (b, _)| a + 1 == *b).map(|run| (false, run));
        let alone = again.chunks(1).map(|one| (true, one));
        stretches
            .chain(alone)
            .flat_map(|(is_search, run)| {
                self.plan(unit, from, run).into_iter().map(move |request| (is_search, request))
            })
            .collect()
    }

    /// Requests for places and their addresses.
    fn plan(&self, unit: u8, from: Register, run: &[(u16, u16)]) -> Vec<Request> {
        let order = RegisterOrder { low_word_first: false, low_byte_first: false };
        let kind = if from.table.is_bits() { TagType::Bool } else { TagType::U16 };
        let tags: Vec<ModbusTag> = run
            .iter()
            .map(|(place, address)| ModbusTag {
                tag: TagIndex((*place).into()),
                unit,
                register: Register { address: *address, ..from },
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
