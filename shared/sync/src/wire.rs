//! The bytes that travel and lie on disk: ops in batches, messages between two replicas.
//!
//! Kept for ever. A batch is the postcard encoding of [`Batch`]: its ops say their kind, version and
//! length, so one that is not known here can be stored and passed on untouched. Enum variants and
//! kinds are only ever appended. `docs/wire.md` shows the layout byte by byte.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Version of the batch layout.
pub const FORMAT: u8 = 1;
/// The largest encoded batch that is accepted, in bytes.
pub const BATCH_BYTES_MAX: usize = 256 * 1024;

/// SHA-256 of an encoded batch; all zero before the first.
pub type Hash = [u8; 32];

/// One fact or one change of master data with its envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Op {
    pub kind: u16,
    pub version: u8,
    /// Hybrid logical clock, see `hlc`.
    pub hlc: u64,
    pub body: Vec<u8>,
}

/// Consecutive ops of one origin, committed together, chained to the batch before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub format: u8,
    /// The replica that wrote them: an edge, or the cloud for one plant (then the plant's id).
    pub origin: Uuid,
    /// Grows with every restore of the origin; numbering starts again with it.
    pub incarnation: u32,
    /// Sequence of the first op; the others follow without gaps.
    pub first: u64,
    /// Hash of the encoded batch before.
    pub prev: Hash,
    pub ops: Vec<Op>,
}

/// Why bytes are no batch or message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    #[error("{0} bytes are more than a batch may have ({BATCH_BYTES_MAX})")]
    TooLarge(usize),
    #[error("not in the format of this version: {0}")]
    Malformed(String),
    #[error("batch format {0} is not known here (newest known: {FORMAT}); update this program")]
    UnknownFormat(u8),
    #[error("a batch without ops")]
    Empty,
    #[error("sequence {0} leaves no room for the ops of the batch")]
    Sequence(u64),
}

impl Batch {
    /// Sequence of the last op.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.first.saturating_add(self.ops.len() as u64).saturating_sub(1)
    }

    /// The bytes to store and send.
    ///
    /// # Errors
    /// When the batch is empty or too large to send.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        if self.ops.is_empty() {
            return Err(WireError::Empty);
        }
        let bytes = postcard::to_stdvec(self).map_err(malformed)?;
        if bytes.len() > BATCH_BYTES_MAX { Err(WireError::TooLarge(bytes.len())) } else { Ok(bytes) }
    }

    /// Reads exactly one batch.
    ///
    /// # Errors
    /// When the bytes are anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len() > BATCH_BYTES_MAX {
            return Err(WireError::TooLarge(bytes.len()));
        }
        match bytes.first() {
            Some(&FORMAT) => {}
            Some(&other) => return Err(WireError::UnknownFormat(other)),
            None => return Err(WireError::Empty),
        }
        let (batch, rest) = postcard::take_from_bytes::<Self>(bytes).map_err(malformed)?;
        if !rest.is_empty() {
            return Err(WireError::Malformed(format!("{} bytes too many", rest.len())));
        }
        if batch.ops.is_empty() {
            return Err(WireError::Empty);
        }
        if batch.first == 0 || batch.first.checked_add(batch.ops.len() as u64).is_none() {
            return Err(WireError::Sequence(batch.first));
        }
        Ok(batch)
    }
}

/// The link of the chain that an encoded batch makes.
#[must_use]
pub fn hash(encoded: &[u8]) -> Hash {
    Sha256::digest(encoded).into()
}

/// What a replica durably holds of the other's log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Have {
    pub incarnation: u32,
    /// Everything up to and including this op; 0 for nothing.
    pub seq: u64,
    /// Hash of the batch that ends with it.
    pub hash: Hash,
}

/// How a conversation starts, and starts again after silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The sender's own log.
    pub incarnation: u32,
    pub head: u64,
    /// What the sender holds of the receiver's log.
    pub have: Have,
    /// The sender wants the other's `Hello` in return.
    pub wants_answer: bool,
    /// Version of the sender's program, for people.
    pub version: String,
}

/// What two replicas say to each other. Variants are only ever appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    Hello(Hello),
    /// Encoded batches in order.
    Batches(Vec<Vec<u8>>),
    /// Sent only after the batches are committed. Nothing else may advance an outbox.
    Ack(Have),
    /// What the receiver holds cannot be gone on from: it shall ask for a snapshot.
    Offer(Offer),
    /// Asks for a part of a snapshot.
    Fetch(Fetch),
    /// A part of a snapshot.
    Part(Part),
}

/// Names one asking for a snapshot. Random, so that parts of an older one that are replayed fit nowhere.
pub type Ask = [u8; 16];

/// Where the log stands that a snapshot would be of; for people who look at the traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub incarnation: u32,
    pub head: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    pub ask: Ask,
    /// From 0; with 0 the snapshot is taken.
    pub part: u32,
}

/// Parts of one `ask` together are all that a log says, as it was at `at`; its tail follows from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub ask: Ask,
    pub at: Have,
    pub part: u32,
    /// How many there are; at least one.
    pub parts: u32,
    pub ops: Vec<Op>,
}

impl Message {
    /// The bytes inside an envelope, before compression.
    ///
    /// # Errors
    /// Only when memory runs out.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        postcard::to_stdvec(self).map_err(malformed)
    }

    /// Reads exactly one message.
    ///
    /// # Errors
    /// When the bytes are anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        match postcard::take_from_bytes::<Self>(bytes).map_err(malformed)? {
            (message, []) => Ok(message),
            (_, rest) => Err(WireError::Malformed(format!("{} bytes too many", rest.len()))),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn malformed(e: postcard::Error) -> WireError {
    WireError::Malformed(e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn batch() -> Batch {
        Batch {
            format: FORMAT,
            origin: Uuid::from_u128(1),
            incarnation: 1,
            first: 300,
            prev: [7; 32],
            ops: vec![
                Op { kind: 3, version: 1, hlc: 5, body: vec![9] },
                Op { kind: 60_000, version: 9, hlc: 6, body: vec![1, 2, 3] },
            ],
        }
    }

    #[test]
    fn sync_03_unknown_ops_pass_through_untouched() {
        let bytes = batch().encode().unwrap();
        let read = Batch::decode(&bytes).unwrap();
        assert_eq!(read, batch());
        assert_eq!(read.last(), 301);
        assert_eq!(read.encode().unwrap(), bytes);
    }

    /// Written by hand from docs/wire.md; a difference is a break with every disk in the field.
    #[test]
    fn sync_03_layout_is_kept_for_ever() {
        let mut expect = vec![1, 16];
        expect.extend([0; 15]);
        expect.extend([1, 1, 0xAC, 0x02]);
        expect.extend([7; 32]);
        expect.extend([2, 3, 1, 5, 1, 9, 0xE0, 0xD4, 0x03, 9, 6, 3, 1, 2, 3]);
        assert_eq!(batch().encode().unwrap(), expect);
    }

    /// As above, for the messages of a snapshot.
    #[test]
    fn sync_03_layout_of_snapshots_is_kept_for_ever() {
        let offer = Message::Offer(Offer { incarnation: 2, head: 300 });
        assert_eq!(offer.encode().unwrap(), [3, 2, 0xAC, 0x02]);
        let fetch = Message::Fetch(Fetch { ask: [9; 16], part: 1 });
        assert_eq!(fetch.encode().unwrap(), [&[4][..], &[9; 16], &[1]].concat());
        let at = Have { incarnation: 2, seq: 300, hash: [7; 32] };
        let ops = vec![Op { kind: 1029, version: 1, hlc: 5, body: vec![8] }];
        let part = Message::Part(Part { ask: [9; 16], at, part: 1, parts: 2, ops });
        let expect = [&[5][..], &[9; 16], &[2, 0xAC, 0x02], &[7; 32], &[1, 2, 1, 0x85, 0x08, 1, 5, 1, 8]].concat();
        assert_eq!(part.encode().unwrap(), expect);
        assert_eq!(Message::decode(&expect).unwrap(), part);
    }

    #[test]
    fn bad_bytes_are_named() {
        let good = batch().encode().unwrap();
        let mut newer = good.clone();
        newer[0] = 2;
        assert_eq!(Batch::decode(&newer), Err(WireError::UnknownFormat(2)));
        assert!(matches!(Batch::decode(&[&good[..], &[0]].concat()), Err(WireError::Malformed(_))));
        assert_eq!(Batch::decode(&vec![1; BATCH_BYTES_MAX + 1]), Err(WireError::TooLarge(BATCH_BYTES_MAX + 1)));
        let zero = Batch { first: 0, ..batch() };
        assert_eq!(Batch::decode(&zero.encode().unwrap()), Err(WireError::Sequence(0)));
        let end = Batch { first: u64::MAX, ..batch() };
        assert_eq!(Batch::decode(&end.encode().unwrap()), Err(WireError::Sequence(u64::MAX)));
    }

    proptest! {
        /// No bytes make the decoders panic, and what they accept they write back identically in meaning.
        #[test]
        fn decoders_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), cut in 0usize..90) {
            let _ = Message::decode(&bytes);
            let _ = Batch::decode(&[&[FORMAT][..], &bytes].concat());
            let good = batch().encode().unwrap();
            prop_assert!(Batch::decode(&good[..cut.min(good.len() - 1)]).is_err());
        }
    }
}
