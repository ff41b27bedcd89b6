//! One end of a link: what to send when, and what to take, as a function of events and time.
//!
//! Both ends run the same machine; each has a log of its own and takes the other's. The pipe between
//! them may drop, double, delay and reorder anything. Only [`Message::Ack`], sent after the other side's
//! commit, moves `acked`; everything after it is sent again until that happens. It never gives up.

use crate::gate::{Verdict, judge};
use crate::wire::{Batch, Have, Hello, Message, WireError};

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
    /// Batches of [`Action::Store`] are committed; the vector is now this.
    Stored(Have),
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
    /// Keep this as evidence and show it; the link takes no more batches until a person decides.
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
    bytes_on_the_way: usize,
    reading: bool,
    have: Have,
    storing: bool,
    up: bool,
    greeted: bool,
    forked: bool,
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
            bytes_on_the_way: 0,
            reading: false,
            have,
            storing: false,
            up: false,
            greeted: false,
            forked: false,
            heard_at: 0,
            hello_at: 0,
            progress_at: 0,
            resend_after: RESEND_FIRST,
        }
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
                out.push(Action::Send(Message::Ack(have)));
            }
        }
        out
    }

    fn reset_link(&mut self, now: i64) {
        self.up = false;
        self.greeted = false;
        self.reading = false;
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
            self.rewind(self.acked);
        }
        self.pump(out);
    }

    fn pump(&mut self, out: &mut Vec<Action>) {
        if self.is_talking() && !self.reading && self.sent < self.head && self.bytes_on_the_way < WINDOW_BYTES {
            self.reading = true;
            out.push(Action::Read { after: self.sent, bytes: MESSAGE_BYTES });
        }
    }

    fn received(&mut self, message: Message, now: i64, out: &mut Vec<Action>) {
        match message {
            Message::Hello(hello) => {
                let held = if hello.have.incarnation == self.incarnation { hello.have.seq.min(self.head) } else { 0 };
                // A hello may set the vector back: the other side was restored and needs the tail again.
                // The first one of a connection always rewinds, so nothing counts as sent that may be lost.
                if held != self.acked {
                    self.acked = held;
                    out.push(Action::Acked(held));
                }
                if !self.greeted || self.sent < held {
                    self.rewind(held);
                }
                self.greeted = true;
                self.progress_at = now;
                self.resend_after = RESEND_FIRST;
                if hello.wants_answer {
                    self.hello(false, now, out);
                }
            }
            Message::Ack(have) => {
                if have.incarnation == self.incarnation && have.seq > self.acked && have.seq <= self.head {
                    self.acked = have.seq;
                    self.progress_at = now;
                    self.resend_after = RESEND_FIRST;
                    out.push(Action::Acked(have.seq));
                    if self.sent <= self.acked {
                        self.rewind(self.acked);
                    } else {
                        // Half of the window is a fair guess of what this acknowledged; resending corrects it.
                        self.bytes_on_the_way /= 2;
                    }
                } else if have.incarnation == self.incarnation && have.seq == self.acked && self.sent > self.acked {
                    // The other side says again what it has: something after it was lost.
                    self.rewind(self.acked);
                }
            }
            Message::Batches(batches) => self.take(batches, out),
        }
        self.pump(out);
    }

    fn take(&mut self, encoded: Vec<Vec<u8>>, out: &mut Vec<Action>) {
        if self.storing || self.forked {
            return; // What is not taken now comes again.
        }
        let (mut have, mut batches, mut gap) = (self.have, Vec::new(), false);
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
                    self.forked = true;
                    let reason = format!("batch at {} contradicts the log held up to {}", batch.first, have.seq);
                    out.push(Action::Quarantine { encoded: bytes, reason });
                    break;
                }
                Err(e) => {
                    self.forked = !matches!(e, WireError::UnknownFormat(_));
                    out.push(Action::Quarantine { encoded: bytes, reason: e.to_string() });
                    break;
                }
            }
        }
        if !batches.is_empty() {
            self.storing = true;
            out.push(Action::Store { batches, have });
        } else if !gap || self.have.seq > 0 {
            out.push(Action::Send(Message::Ack(self.have)));
        }
    }
}

#[cfg(test)]
#[path = "replica_tests.rs"]
mod tests;
