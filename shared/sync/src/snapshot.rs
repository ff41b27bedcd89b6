//! Snapshots: all that a log says, in one piece, for a receiver that cannot go on from what it holds.
//!
//! The sender judges what a receiver holds ([`standing`]) and offers; the receiver asks part by part and
//! applies the whole at once. It asks under a name of its own that was never used before, so that neither
//! a replayed offer nor replayed parts can set it back. A receiver of a version that knows no snapshots
//! does not ask; where the whole log is still kept it gets that after a short wait.

use crate::wire::{Ask, Batch, Fetch, Have, Op, Part};

/// Encoded bytes of ops in one part; a single op may be larger.
pub const PART_BYTES: usize = 256 * 1024;
/// Encoded bytes of ops that a receiver takes in all; they are held in memory until they are applied.
pub const SNAPSHOT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long a receiver that could also have the whole log may take to ask for a snapshot.
const OLD_VERSION_AFTER: i64 = 3_000_000;
/// An offer or a question without answer is repeated after this time at first, and at most.
const AGAIN_FIRST: i64 = 5_000_000;
const AGAIN_MOST: i64 = 60_000_000;
/// Questions for one part; then the offer is forgotten.
const TRIES: u32 = 6;
/// Offers without any question that mean: it does not know what they are.
const OFFERS_IN_VAIN: u32 = 3;
/// Bytes of an op beside its body, at most.
const OP_BYTES_OVER: usize = 24;

/// How a receiver stands to a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What follows continues what it holds.
    Tail,
    /// It holds nothing, and the log is whole from its beginning.
    New,
    /// What follows is kept no more, or belongs to another incarnation.
    Behind,
    /// It holds what this log never said: the log was set back, as from a backup.
    Astray,
}

/// Judges `have` against a log that ends at `end`. `first` is the first sequence that is kept of the log's
/// incarnation, `next` the encoded batch that begins right after `have`, where there is one.
#[must_use]
pub fn standing(have: &Have, end: &Have, first: Option<u64>, next: Option<&[u8]>) -> Standing {
    if have.seq == 0 {
        // The log of a later incarnation does not begin with everything; that of the first one does.
        return match (end.seq, first) {
            (0, _) => Standing::Tail,
            (_, Some(1)) if end.incarnation <= 1 => Standing::New,
            _ => Standing::Behind,
        };
    }
    match have.incarnation.cmp(&end.incarnation) {
        std::cmp::Ordering::Less => Standing::Behind,
        std::cmp::Ordering::Greater => Standing::Astray,
        std::cmp::Ordering::Equal if have.seq >= end.seq => {
            if have == end {
                Standing::Tail
            } else {
                Standing::Astray
            }
        }
        std::cmp::Ordering::Equal => match next.map(Batch::decode) {
            Some(Ok(batch)) if batch.first == have.seq.saturating_add(1) && batch.prev == have.hash => Standing::Tail,
            Some(_) => Standing::Astray,
            None if first.is_some_and(|first| first > have.seq.saturating_add(1)) => Standing::Behind,
            None => Standing::Astray,
        },
    }
}

/// Cuts a snapshot's ops into parts; at least one.
#[must_use]
pub fn cut(ops: Vec<Op>) -> Vec<Vec<Op>> {
    let (mut parts, mut part, mut size) = (Vec::new(), Vec::new(), 0);
    for op in ops {
        let bytes = bytes_of(&op);
        if size + bytes > PART_BYTES && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            size = 0;
        }
        size += bytes;
        part.push(op);
    }
    parts.push(part);
    parts
}

/// What ops weigh against [`SNAPSHOT_BYTES_MAX`].
#[must_use]
pub fn bytes(ops: &[Op]) -> usize {
    ops.iter().map(bytes_of).sum()
}

fn bytes_of(op: &Op) -> usize {
    op.body.len() + OP_BYTES_OVER
}

/// The sender's side while it waits for a receiver to take a snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Offering {
    /// What the receiver holds.
    pub(crate) have: Have,
    /// It must take one: there is no other way.
    must: bool,
    began_at: i64,
    said_at: i64,
    again_after: i64,
    offers: u32,
    has_asked: bool,
}

/// What an offering wants done when time passes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    Offer,
    /// It does not ask and can have the whole log.
    GiveLog,
}

impl Offering {
    pub(crate) const fn new(have: Have, must: bool, now: i64) -> Self {
        Self { have, must, began_at: now, said_at: now, again_after: AGAIN_FIRST, offers: 1, has_asked: false }
    }

    /// It was asked for a part.
    pub(crate) const fn asked(&mut self, now: i64) {
        self.has_asked = true;
        self.said_at = now;
        self.again_after = AGAIN_FIRST;
    }

    pub(crate) fn due(&mut self, now: i64) -> Due {
        if !self.must && !self.has_asked && now.saturating_sub(self.began_at) >= OLD_VERSION_AFTER {
            return Due::GiveLog;
        }
        if now.saturating_sub(self.said_at) < self.again_after {
            return Due::Nothing;
        }
        self.said_at = now;
        self.again_after = self.again_after.saturating_mul(2).min(AGAIN_MOST);
        self.offers = self.offers.saturating_add(1);
        Due::Offer
    }

    /// It must take a snapshot and never asked for one.
    pub(crate) const fn is_in_vain(&self) -> bool {
        self.must && !self.has_asked && self.offers >= OFFERS_IN_VAIN
    }
}

/// The receiver's side while parts come in.
#[derive(Debug, Clone)]
pub(crate) struct Fetching {
    ask: Ask,
    at: Option<Have>,
    next: u32,
    ops: Vec<Op>,
    bytes: usize,
    asked_at: i64,
    tries: u32,
}

/// What came of a part.
#[derive(Debug)]
pub(crate) enum Progress {
    /// It does not belong here; nothing changed.
    Strange,
    /// Ask for the next one.
    Next(Fetch),
    /// All are there.
    Whole { at: Have, ops: Vec<Op> },
    /// It would not fit into memory.
    TooLarge,
}

impl Fetching {
    pub(crate) const fn new(ask: Ask, now: i64) -> Self {
        Self { ask, at: None, next: 0, ops: Vec::new(), bytes: 0, asked_at: now, tries: 1 }
    }

    pub(crate) const fn question(&self) -> Fetch {
        Fetch { ask: self.ask, part: self.next }
    }

    /// It asked or heard something a short while ago.
    pub(crate) const fn is_moving(&self, now: i64) -> bool {
        now.saturating_sub(self.asked_at) < AGAIN_FIRST
    }

    /// The question to repeat, if it is time; an error when it was repeated often enough.
    pub(crate) const fn due(&mut self, now: i64) -> Result<Option<Fetch>, ()> {
        if self.is_moving(now) {
            return Ok(None);
        }
        if self.tries >= TRIES {
            return Err(());
        }
        self.tries += 1;
        self.asked_at = now;
        Ok(Some(self.question()))
    }

    pub(crate) fn take(&mut self, part: Part, now: i64) -> Progress {
        let fits = part.ask == self.ask && part.part == self.next && part.part < part.parts;
        if !fits || self.at.is_some_and(|at| at != part.at) {
            return Progress::Strange;
        }
        self.bytes += bytes(&part.ops);
        if self.bytes > SNAPSHOT_BYTES_MAX {
            return Progress::TooLarge;
        }
        self.at = Some(part.at);
        self.ops.extend(part.ops);
        self.next += 1;
        self.asked_at = now;
        self.tries = 1;
        if self.next == part.parts {
            return Progress::Whole { at: part.at, ops: std::mem::take(&mut self.ops) };
        }
        Progress::Next(self.question())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{FORMAT, hash};
    use uuid::Uuid;

    fn op(bytes: usize) -> Op {
        Op { kind: 1, version: 1, hlc: 1, body: vec![0; bytes] }
    }

    #[test]
    fn q_119_how_a_receiver_stands() {
        let batch = |first, prev| {
            let b = Batch { format: FORMAT, origin: Uuid::nil(), incarnation: 2, first, prev, ops: vec![op(1)] };
            let bytes = b.encode().unwrap();
            (Have { incarnation: 2, seq: first, hash: hash(&bytes) }, bytes)
        };
        let (h1, _) = batch(1, [0; 32]);
        let (h2, b2) = batch(2, h1.hash);
        let (end, b3) = batch(3, h2.hash);
        let have = |incarnation, seq, hash| Have { incarnation, seq, hash };
        let none = Have::default();
        let check = |have: Have, end: Have, first, next: Option<&[u8]>, expect| {
            assert_eq!(standing(&have, &end, first, next), expect, "{have:?}");
        };
        check(none, none, None, None, Standing::Tail);
        check(none, Have { incarnation: 1, ..end }, Some(1), None, Standing::New);
        check(none, Have { incarnation: 1, ..end }, Some(2), None, Standing::Behind);
        check(none, end, Some(1), None, Standing::Behind);
        check(end, end, Some(1), None, Standing::Tail);
        check(h2, end, Some(1), Some(&b3), Standing::Tail);
        check(h1, end, Some(2), Some(&b2), Standing::Tail);
        check(h1, end, Some(3), None, Standing::Behind);
        check(have(1, 9, [1; 32]), end, Some(1), None, Standing::Behind);
        check(have(2, 2, [1; 32]), end, Some(1), Some(&b3), Standing::Astray);
        check(have(2, 3, [1; 32]), end, Some(1), None, Standing::Astray);
        check(have(2, 4, end.hash), end, Some(1), None, Standing::Astray);
        check(have(3, 1, end.hash), end, Some(1), None, Standing::Astray);
        check(h2, none, None, None, Standing::Astray);
    }

    #[test]
    fn parts_are_small_and_hold_everything_in_order() {
        assert_eq!(cut(vec![]), [vec![]]);
        let ops: Vec<Op> = (0..100).map(|n| Op { hlc: n, ..op(10_000) }).collect();
        let parts = cut(ops.clone());
        assert_eq!(parts.concat(), ops);
        assert_eq!(parts.len(), 4);
        assert_eq!(cut(vec![op(PART_BYTES * 2), op(1)]).len(), 2);
    }
}
