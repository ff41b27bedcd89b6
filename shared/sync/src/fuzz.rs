//! Bytes from the network: whatever comes in place of a batch, a message or an envelope is read or refused, never
//! believed in part and never a panic. Some thousand cases each time; `make prove-fuzz` is guided by coverage.

use bolero::check;
use uuid::Uuid;

use crate::gate::{self, Verdict};
use crate::seal::{self, Address, Direction, Header, Keys};
use crate::wire::{Batch, Have, Message, Op};

const CASES: usize = 20_000;

#[test]
fn fuzz_batches_and_messages() {
    check!().with_iterations(CASES).for_each(|bytes: &[u8]| {
        if let Ok(batch) = Batch::decode(bytes) {
            assert_eq!(Batch::decode(&batch.encode().unwrap()), Ok(batch));
        }
        if let Ok(message) = Message::decode(bytes) {
            assert_eq!(Message::decode(&message.encode().unwrap()), Ok(message));
        }
    });
}

fn batch() -> Vec<u8> {
    let op = |kind| Op { kind, version: 1, hlc: 7, body: vec![1, 2, 3] };
    let batch = Batch {
        format: crate::wire::FORMAT,
        origin: Uuid::from_u128(9),
        incarnation: 3,
        first: 5,
        prev: [4; 32],
        ops: vec![op(1), op(2)],
    };
    batch.encode().unwrap()
}

/// Puts `bytes` somewhere over `whole`.
fn damaged(mut whole: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    let at = at % whole.len();
    let end = (at + bytes.len()).min(whole.len());
    whole.splice(at..end, bytes.iter().copied());
    whole
}

#[test]
fn fuzz_a_damaged_batch_is_no_other_one() {
    let (whole, have) = (batch(), Have { incarnation: 3, seq: 4, hash: [4; 32] });
    check!().with_iterations(CASES).with_type::<(usize, Vec<u8>)>().for_each(move |(at, bytes)| {
        let damaged = damaged(whole.clone(), *at, bytes);
        // What is taken follows our end and names its hash, or begins the log of a restored origin.
        if let Ok((read, Verdict::Next(next))) = gate::judge(&have, &damaged) {
            let follows = (read.incarnation, read.first, read.prev) == (3, 5, [4; 32]);
            assert!(follows || (read.incarnation > 3 && read.first == 1), "{read:?}");
            assert_eq!((next.seq, next.hash), (read.last(), crate::wire::hash(&damaged)));
        }
    });
}

#[test]
fn fuzz_a_damaged_envelope_stays_shut() {
    let address = Address { organization: Uuid::from_u128(1), plant: Uuid::from_u128(2), edge: Uuid::from_u128(3) };
    let keys = || Keys::agree([5; 32], seal::public_key([6; 32]), &address).unwrap();
    let header = Header { address, direction: Direction::Up, incarnation: 3, key_id: 1 };
    let sealed = seal::seal(&keys(), &header, [8; 24], &Message::Batches(vec![batch()])).unwrap();
    let keys = std::panic::AssertUnwindSafe(keys());
    check!().with_iterations(CASES).with_type::<(usize, Vec<u8>)>().for_each(move |(at, bytes)| {
        let keys = &keys;
        let damaged = damaged(sealed.clone(), *at, bytes);
        let _ = seal::peek(bytes);
        let opened = seal::open(keys, &address, Direction::Up, &damaged);
        assert_eq!(opened.is_ok(), damaged == sealed, "{opened:?}");
    });
}

#[test]
fn fuzz_topics() {
    check!().with_iterations(CASES).for_each(|bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        if let Some(address) = Address::from_topic(&text, Direction::Up) {
            assert_eq!(address.topic(Direction::Up), text);
        }
    });
}
