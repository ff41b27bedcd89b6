//! One end of a link: what to send when, and what to take, as a function of events and time.
//!
//! Both ends run the same machine; each has a log of its own and takes the other's. The pipe between
//! them may drop, double, delay and reorder anything. Only [`Message::Ack`], sent after the other side's
//! commit, moves `acked`; everything after it is sent again until that happens. It never gives up.

use crate::gate::{Verdict, judge};
use crate::snapshot::{Due, Fetching, Offering, Progress, Standing};
use crate::wire::{Ask, Batch, Fetch, Have, Hello, Message, Offer, Op, WireError};

/// Silence after which what is not acknowledged goes out again: at first, in microseconds.
const RESEND_FIRST: i64 = 5_000_000;
/// … and at most.
const RESEND_MOST: i64 = 60_000_000;
/// How often a side that hears nothing says hello.
const HELLO_EVERY: i64 = 15_000_000;
/// Encoded bytes that may be on the way without acknowledgement.
const WINDOW_BYTES: usize = 1024 * 1024;
/// Encoded bytes asked of the log for one message.
const MESSAGE_BYTES: usize = 192 * 1024;

/// What happens to a replica.
#[derive(Debug, Clone)]
pub enum Event {
    /// The carrier is connected.
    Up,
    /// The carrier is gone.
    Down,
    /// Time passes; call this about once a second.
    Tick,
    /// The own log grew to this sequence.
    Appended(u64),
    /// Batches asked for by [`Action::Read`] were handed to the carrier.
    Sent { last: u64, bytes: usize },
    /// A message came in.
    Received(Message),
    /// Batches of [`Action::Store`] or a snapshot of [`Action::Apply`] are committed; the vector is now this.
    Stored(Have),
    /// The answer to [`Action::Look`].
    Looked { have: Have, standing: Standing },
    /// What [`Action::Read`] asked for is kept no more.
    Gone,
}

/// What the shell must do, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Hand this to the carrier; when the carrier cannot take it, drop it.
    Send(Message),
    /// Read whole batches of the own log after `after`, at least one and at most about `bytes`, send
    /// them as one [`Message::Batches`] and report [`Event::Sent`].
    Read { after: u64, bytes: usize },
    /// Apply these batches and the new vector in one transaction, then report [`Event::Stored`].
    Store { batches: Vec<(Batch, Vec<u8>)>, have: Have },
    /// The other side durably holds everything up to here; persist it.
    Acked(u64),
    /// Judge what the other side holds against the own log and report [`Event::Looked`].
    Look { have: Have },
    /// Send this part of the snapshot of this name, taking it first where `part` is 0 and there is none.
    Serve(Fetch),
    /// Replace everything that the other's log ever said by these ops, and the vector, in one transaction;
    /// then report [`Event::Stored`].
    Apply { at: Have, ops: Vec<Op> },
    /// Keep this as evidence and show it. Without snapshots the link takes no more batches until a person decides.
    Quarantine { encoded: Vec<u8>, reason: String },
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Replica {
    incarnation: u32,
    version: String,
    head: u64,
    acked: u64,
    sent: u64,
    /// An acknowledgement that brought nothing new made it send again; the next one does not.
    has_sent_again: bool,
    bytes_on_the_way: usize,
    reading: bool,
    have: Have,
    storing: bool,
    up: bool,
    greeted: bool,
    forked: bool,
    /// Serves snapshots of its log.
    serves: bool,
    /// Takes snapshots of the other's log; the name of the next asking.
    takes: Option<Ask>,
    /// What the other side holds is being looked up.
    looking: bool,
    /// What the other side held when it was found good.
    good: Option<Have>,
    offering: Option<Offering>,
    fetching: Option<Fetching>,
    heard_at: i64,
    hello_at: i64,
    progress_at: i64,
    resend_after: i64,
}

impl Replica {
    /// `acked` and `have` are what was persisted; `head` is the last op of the own log.
    #[must_use]
    pub fn new(version: &str, incarnation: u32, head: u64, acked: u64, have: Have) -> Self {
        Self {
            incarnation,
            version: version.to_owned(),
            head,
            acked,
            sent: acked,
            has_sent_again: false,
            bytes_on_the_way: 0,
            reading: false,
            have,
            storing: false,
            up: false,
            greeted: false,
            forked: false,
            serves: false,
            takes: None,
            looking: false,
            good: None,
            offering: None,
            fetching: None,
            heard_at: 0,
            hello_at: 0,
            progress_at: 0,
            resend_after: RESEND_FIRST,
        }
    }

    /// Serves snapshots of its log: what the other side holds is looked up before anything is sent.
    #[must_use]
    pub const fn serving_snapshots(mut self) -> Self {
        self.serves = true;
        self
    }

    /// Takes snapshots of the other's log. `ask` is random: the name of the first asking.
    #[must_use]
    pub const fn taking_snapshots(mut self, ask: Ask) -> Self {
        self.takes = Some(ask);
        self
    }

    /// The other side must take a snapshot and never asks for one: its version does not know them.
    #[must_use]
    pub fn is_offering_in_vain(&self) -> bool {
        self.offering.as_ref().is_some_and(Offering::is_in_vain)
    }

    /// Ops that the other side has not acknowledged.
    #[must_use]
    pub const fn pending(&self) -> u64 {
        self.head.saturating_sub(self.acked)
    }

    #[must_use]
    pub const fn acked(&self) -> u64 {
        self.acked
    }

    /// The carrier is connected and the other side has answered.
    #[must_use]
    pub const fn is_talking(&self) -> bool {
        self.up && self.greeted
    }

    /// The other side's log contradicts what is held of it.
    #[must_use]
    pub const fn is_forked(&self) -> bool {
        self.forked
    }

    /// Moves the machine. `now` is any clock that does not go backwards, in microseconds.
    pub fn on(&mut self, event: Event, now: i64) -> Vec<Action> {
        let mut out = Vec::new();
        match event {
            Event::Up => {
                self.reset_link(now);
                self.up = true;
                self.hello(true, now, &mut out);
            }
            Event::Down => self.reset_link(now),
            Event::Tick => self.tick(now, &mut out),
            Event::Appended(head) => {
                self.head = self.head.max(head);
                self.pump(&mut out);
            }
            Event::Sent { last, bytes } => {
                self.reading = false;
                if last > self.sent {
                    if self.sent == self.acked {
                        self.progress_at = now;
                    }
                    self.sent = last;
                    self.bytes_on_the_way = self.bytes_on_the_way.saturating_add(bytes);
                }
                self.pump(&mut out);
            }
            Event::Received(message) => {
                self.heard_at = now;
                self.received(message, now, &mut out);
            }
            Event::Stored(have) => {
                self.storing = false;
                self.have = have;
                // What contradicted was kept as evidence; the log now goes on from here.
                self.forked &= self.takes.is_none();
                out.push(Action::Send(Message::Ack(have)));
            }
            Event::Looked { have, standing } => {
                self.looked(have, standing, now, &mut out);
                self.pump(&mut out);
            }
            Event::Gone => {
                self.reading = false;
                self.looked(Have::default(), Standing::Behind, now, &mut out);
            }
        }
        out
    }

    fn reset_link(&mut self, now: i64) {
        self.up = false;
        self.greeted = false;
        self.reading = false;
        self.looking = false;
        self.good = None;
        self.offering = None;
        self.fetching = None;
        // A store that was under way is still reported by the shell; the flag stays.
        self.rewind(self.acked);
        self.heard_at = now;
        self.progress_at = now;
        self.resend_after = RESEND_FIRST;
    }

    fn rewind(&mut self, to: u64) {
        self.sent = to;
        self.bytes_on_the_way = 0;
    }

    fn hello(&mut self, wants_answer: bool, now: i64, out: &mut Vec<Action>) {
        self.hello_at = now;
        out.push(Action::Send(Message::Hello(Hello {
            incarnation: self.incarnation,
            head: self.head,
            have: self.have,
            wants_answer,
            version: self.version.clone(),
        })));
    }

    fn tick(&mut self, now: i64, out: &mut Vec<Action>) {
        if !self.up {
            return;
        }
        let quiet = now.saturating_sub(self.heard_at) >= HELLO_EVERY || !self.greeted;
        let due = if self.greeted { HELLO_EVERY } else { self.resend_after };
        if quiet && now.saturating_sub(self.hello_at) >= due {
            self.resend_after = self.resend_after.saturating_mul(2).min(RESEND_MOST);
            self.hello(true, now, out);
        }
        if self.greeted && self.sent > self.acked && now.saturating_sub(self.progress_at) >= self.resend_after {
            self.resend_after = self.resend_after.saturating_mul(2).min(RESEND_MOST);
            self.progress_at = now;
            self.reading = false;
            self.has_sent_again = false;
            self.rewind(self.acked);
        }
        self.snapshot_tick(now, out);
        self.pump(out);
    }

    fn pump(&mut self, out: &mut Vec<Action>) {
        let goes_on = self.is_talking() && !self.looking && self.offering.is_none();
        if goes_on && !self.reading && self.sent < self.head && self.bytes_on_the_way < WINDOW_BYTES {
            self.reading = true;
            out.push(Action::Read { after: self.sent, bytes: MESSAGE_BYTES });
        }
    }

    fn received(&mut self, message: Message, now: i64, out: &mut Vec<Action>) {
        match message {
            Message::Hello(hello) => {
                if !self.greeted {
                    // The first one of a connection rewinds, so nothing counts as sent that may be lost.
                    self.rewind(self.acked);
                    self.progressed(now);
                }
                self.greeted = true;
                if self.serves && self.good != Some(hello.have) {
                    self.look(hello.have, out);
                } else {
                    let is_of_ours = hello.have.incarnation == self.incarnation;
                    self.go_on_from(if is_of_ours { hello.have.seq.min(self.head) } else { 0 }, now, out);
                }
                if hello.wants_answer {
                    self.hello(false, now, out);
                }
            }
            Message::Ack(have) if self.offering.is_some() => {
                // A snapshot was applied, or an old acknowledgement comes late.
                if self.offering.as_ref().is_some_and(|o| o.have != have) {
                    self.look(have, out);
                }
            }
            Message::Ack(have) => {
                if have.incarnation == self.incarnation && have.seq > self.acked && have.seq <= self.head {
                    self.acked = have.seq;
                    self.progressed(now);
                    out.push(Action::Acked(have.seq));
                    if self.sent <= self.acked {
                        self.rewind(self.acked);
                    } else {
                        // Half of the window is a fair guess of what this acknowledged; resending corrects it.
                        self.bytes_on_the_way /= 2;
                    }
                } else if have.incarnation == self.incarnation && have.seq == self.acked && self.sent > self.acked {
                    // The other side says again what it has: something after it was lost. Once only, until time
                    // passes: it may also be that it cannot take what follows.
                    if !std::mem::replace(&mut self.has_sent_again, true) {
                        self.rewind(self.acked);
                    }
                }
            }
            Message::Batches(batches) => self.take(batches, now, out),
            Message::Offer(_) => self.offered(now, out),
            Message::Fetch(fetch) => {
                if let Some(offering) = &mut self.offering {
                    offering.asked(now);
                    out.push(Action::Serve(fetch));
                }
            }
            Message::Part(part) => {
                // While something is being stored nothing can be applied: the last part is asked for again.
                let is_last = part.part.saturating_add(1) >= part.parts;
                let progress = match &mut self.fetching {
                    Some(fetching) if !(self.storing && is_last) => fetching.take(part, now),
                    _ => Progress::Strange,
                };
                self.fetched(progress, out);
            }
        }
        self.pump(out);
    }

    /// The other side holds this much of the own log. A hello may set it back: it was restored and needs
    /// the tail again.
    fn go_on_from(&mut self, held: u64, now: i64, out: &mut Vec<Action>) {
        if held < self.acked || self.sent < held {
            self.rewind(held);
        }
        // Who says what was known already makes no progress: what it does not take goes out ever more rarely.
        if held != self.acked {
            self.acked = held;
            self.progressed(now);
            out.push(Action::Acked(held));
        }
    }

    const fn progressed(&mut self, now: i64) {
        self.progress_at = now;
        self.resend_after = RESEND_FIRST;
        self.has_sent_again = false;
    }

    fn look(&mut self, have: Have, out: &mut Vec<Action>) {
        self.looking = true;
        out.push(Action::Look { have });
    }

    fn looked(&mut self, have: Have, standing: Standing, now: i64, out: &mut Vec<Action>) {
        self.looking = false;
        self.good = None;
        let must = match standing {
            Standing::Tail => {
                self.offering = None;
                self.good = Some(have);
                return self.go_on_from(have.seq, now, out);
            }
            Standing::New => false,
            Standing::Behind | Standing::Astray => true,
        };
        self.go_on_from(0, now, out);
        self.rewind(0);
        // One that is being served goes on; its receiver only said hello meanwhile.
        if self.offering.as_ref().is_none_or(|o| o.have != have) {
            self.offering = Some(Offering::new(have, must, now));
            self.offer(out);
        }
    }

    fn offer(&self, out: &mut Vec<Action>) {
        out.push(Action::Send(Message::Offer(Offer { incarnation: self.incarnation, head: self.head })));
    }

    fn snapshot_tick(&mut self, now: i64, out: &mut Vec<Action>) {
        match self.offering.as_mut().map(|o| (o.due(now), o.have)) {
            Some((Due::Offer, _)) => self.offer(out),
            Some((Due::GiveLog, have)) => {
                self.offering = None;
                self.good = Some(have);
            }
            Some((Due::Nothing, _)) | None => {}
        }
        match self.fetching.as_mut().map(|f| f.due(now)) {
            Some(Ok(Some(question))) => out.push(Action::Send(Message::Fetch(question))),
            Some(Err(())) => self.fetching = None,
            Some(Ok(None)) | None => {}
        }
    }

    fn offered(&mut self, now: i64, out: &mut Vec<Action>) {
        let is_busy = self.fetching.as_ref().is_some_and(|f| f.is_moving(now));
        let Some(ask) = self.takes.filter(|_| !is_busy) else { return };
        self.takes = Some(u128::from_le_bytes(ask).wrapping_add(1).to_le_bytes());
        let fetching = Fetching::new(ask, now);
        out.push(Action::Send(Message::Fetch(fetching.question())));
        self.fetching = Some(fetching);
    }

    fn fetched(&mut self, progress: Progress, out: &mut Vec<Action>) {
        match progress {
            Progress::Strange => {}
            Progress::Next(question) => out.push(Action::Send(Message::Fetch(question))),
            Progress::Whole { at, ops } => {
                self.fetching = None;
                self.storing = true;
                out.push(Action::Apply { at, ops });
            }
            Progress::TooLarge => {
                self.fetching = None;
                let reason = "a snapshot of the other side is larger than this program takes".to_owned();
                out.push(Action::Quarantine { encoded: Vec::new(), reason });
            }
        }
    }

    fn take(&mut self, encoded: Vec<Vec<u8>>, now: i64, out: &mut Vec<Action>) {
        if self.storing || (self.forked && self.takes.is_none()) {
            return; // What is not taken now comes again.
        }
        let (mut have, mut batches, mut gap, mut is_strange) = (self.have, Vec::new(), false, false);
        for bytes in encoded {
            match judge(&have, &bytes) {
                Ok((batch, Verdict::Next(after))) => {
                    have = after;
                    batches.push((batch, bytes));
                }
                Ok((_, Verdict::Old)) => {}
                Ok((_, Verdict::Gap)) => {
                    gap = true;
                    break;
                }
                Ok((batch, Verdict::Fork)) => {
                    let reason = format!("batch at {} contradicts the log held up to {}", batch.first, have.seq);
                    out.push(Action::Quarantine { encoded: bytes, reason });
                    if self.takes.is_some() && !self.forked {
                        // The other side will see what is held here, and offer a snapshot.
                        self.hello(true, now, out);
                    }
                    self.forked = true;
                    break;
                }
                Err(e) => {
                    self.forked |= !matches!(e, WireError::UnknownFormat(_));
                    is_strange = true;
                    out.push(Action::Quarantine { encoded: bytes, reason: e.to_string() });
                    break;
                }
            }
        }
        if !batches.is_empty() {
            self.storing = true;
            out.push(Action::Store { batches, have });
        } else if !is_strange && (!gap || self.have.seq > 0) {
            // After what cannot be read nothing is said: an answer would make the other side send it at once again.
            out.push(Action::Send(Message::Ack(self.have)));
        }
    }
}

#[cfg(test)]
#[path = "replica_tests.rs"]
mod tests;
