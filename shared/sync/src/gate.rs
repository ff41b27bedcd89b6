//! The sequence gate: a receiver takes exactly the next batch of an origin, once.

use crate::wire::{Batch, Have, WireError, hash};

/// What to do with a batch that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It follows: store it; the vector becomes this.
    Next(Have),
    /// Held already.
    Old,
    /// Something before it is missing.
    Gap,
    /// It claims a place in the log that holds something else: two writers use one identity, or
    /// somebody rewrote history. Nothing may be overwritten; a person decides.
    Fork,
}

/// Judges an encoded batch of an origin of which `have` is held.
///
/// # Errors
/// When the bytes are no batch.
pub fn judge(have: &Have, encoded: &[u8]) -> Result<(Batch, Verdict), WireError> {
    let batch = Batch::decode(encoded)?;
    let verdict = place(have, &batch, encoded);
    Ok((batch, verdict))
}

fn place(have: &Have, batch: &Batch, encoded: &[u8]) -> Verdict {
    let after = Have { incarnation: batch.incarnation, seq: batch.last(), hash: hash(encoded) };
    if batch.incarnation < have.incarnation {
        return Verdict::Old;
    }
    let held = if batch.incarnation == have.incarnation { have.seq } else { 0 };
    if batch.last() < held {
        return Verdict::Old;
    }
    if batch.last() == held {
        return if after.hash == have.hash { Verdict::Old } else { Verdict::Fork };
    }
    if batch.first > held.saturating_add(1) {
        return Verdict::Gap;
    }
    // Batches are cut once, when they are committed, and sent as they are: one that starts inside what
    // is held cannot come from the same log.
    let follows = batch.first == held.saturating_add(1);
    let chained = held == 0 || batch.prev == have.hash;
    if follows && chained { Verdict::Next(after) } else { Verdict::Fork }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{FORMAT, Op};
    use uuid::Uuid;

    fn batch(incarnation: u32, first: u64, ops: u8, prev: [u8; 32]) -> (Vec<u8>, Have) {
        let op = |i| Op { kind: 1, version: 1, hlc: 0, body: vec![i] };
        let b =
            Batch { format: FORMAT, origin: Uuid::nil(), incarnation, first, prev, ops: (0..ops).map(op).collect() };
        let bytes = b.encode().unwrap();
        let have = Have { incarnation, seq: b.last(), hash: hash(&bytes) };
        (bytes, have)
    }

    #[test]
    fn sync_04_each_batch_once_in_order() {
        let none = Have::default();
        let (a, have_a) = batch(1, 1, 3, [0; 32]);
        let (b, have_b) = batch(1, 4, 2, have_a.hash);
        let verdict = |have: &Have, bytes: &[u8]| judge(have, bytes).unwrap().1;
        assert_eq!(verdict(&none, &a), Verdict::Next(have_a));
        assert_eq!(verdict(&have_a, &b), Verdict::Next(have_b));
        assert_eq!(verdict(&none, &b), Verdict::Gap);
        assert_eq!(verdict(&have_b, &a), Verdict::Old);
        assert_eq!(verdict(&have_b, &b), Verdict::Old);
    }

    #[test]
    fn sync_a_second_writer_under_one_identity_is_noticed() {
        let (_, have_a) = batch(1, 1, 3, [0; 32]);
        let verdict = |have: &Have, bytes: &[u8]| judge(have, bytes).unwrap().1;
        assert_eq!(verdict(&have_a, &batch(1, 4, 2, [9; 32]).0), Verdict::Fork, "chained to another past");
        assert_eq!(verdict(&have_a, &batch(1, 1, 3, [9; 32]).0), Verdict::Fork, "another past in the same place");
        assert_eq!(verdict(&have_a, &batch(1, 2, 4, [0; 32]).0), Verdict::Fork, "cut differently");
    }

    #[test]
    fn sync_a_restored_origin_starts_again_under_a_new_incarnation() {
        let (_, have_a) = batch(1, 1, 3, [0; 32]);
        let (fresh, have_fresh) = batch(2, 1, 1, [0; 32]);
        assert_eq!(judge(&have_a, &fresh).unwrap().1, Verdict::Next(have_fresh));
        assert_eq!(judge(&have_fresh, &batch(1, 4, 1, have_a.hash).0).unwrap().1, Verdict::Old);
    }
}
