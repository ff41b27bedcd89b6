//! Parts of one machine: counter readings become parts, parts become buckets of ten seconds (EDGE-13, Q-133).

use unison_core::counter::{Step, step};
use unison_core::facts::Counted;
use unison_core::ids::{MachineId, WorkOrderId};
use unison_core::time::{BUCKET, SECOND, Timestamp};

use super::engine::Output;
use crate::store::CounterAt;

/// No machine makes more in a second, whatever its ideal cycle is said to be.
const MOST_PER_SECOND: i64 = 100;
/// How much faster than its ideal cycle a machine may be before its counts are doubted: the ideal may be
/// wrong, and parts that were made must not vanish.
const FASTER_THAN_IDEAL: i64 = 10;
/// As above, where the counter went backwards and a wrap must be told from a reset.
const FASTER_AT_A_WRAP: i64 = 4;
/// Parts whose bucket has not ended are written this often at most, so that the page sees them soon …
const WRITE_AFTER: i64 = SECOND;
/// … and this many times a bucket, so that a fast machine does not fill the log.
const WRITES_EARLY: u8 = 2;

/// Where a counter stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub(super) bits: u32,
    pub(super) raw: Option<u64>,
    /// When it was last confirmed.
    pub(super) at: i64,
    /// It is where the store says; nothing was read since.
    pub(super) is_stored: bool,
}

impl Position {
    /// Parts since the reading before.
    pub(super) fn take(&mut self, now: u64, at: i64, ideal: i64) -> Step {
        let elapsed = at.saturating_sub(self.at).max(0);
        let is_forward = self.raw.is_none_or(|before| now >= before);
        let taken = step(self.bits, self.raw, now, most(self.bits, elapsed, ideal, is_forward));
        self.raw = Some(now);
        self.at = at;
        self.is_stored = false;
        taken
    }
}

/// The largest number of parts that can have been made in a time.
fn most(bits: u32, elapsed: i64, ideal: i64, is_forward: bool) -> u64 {
    let seconds = elapsed.saturating_add(SECOND) / SECOND;
    let by_rate = seconds.saturating_mul(MOST_PER_SECOND);
    let by_ideal = |factor: i64| elapsed.saturating_mul(factor).checked_div(ideal).filter(|_| ideal > 0);
    let parts = if is_forward {
        by_ideal(FASTER_THAN_IDEAL).unwrap_or(0).max(by_rate)
    } else {
        // A wrap is believed only near the end of the range; anything else set it back.
        let quarter = i64::try_from((1u128 << bits.min(64)) / 4).unwrap_or(i64::MAX);
        by_ideal(FASTER_AT_A_WRAP).map_or(by_rate, |n| n.saturating_add(10)).min(quarter)
    };
    u64::try_from(parts).unwrap_or(0)
}

/// Parts that are counted and not yet written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    bucket: i64,
    total: u64,
    ideal: i64,
    work_order: Option<WorkOrderId>,
    /// When the first of them came.
    since: i64,
    /// Writes for this bucket so far.
    writes: u8,
    /// Rejects that wait for parts: they are counted a moment after their part.
    rejects: u64,
}

/// What a write must know of the machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of {
    pub(super) machine: MachineId,
    pub(super) ideal: i64,
    pub(super) work_order: Option<WorkOrderId>,
    pub(super) parts: Option<Position>,
    pub(super) rejects: Option<Position>,
}

impl Parts {
    /// Adds parts made at `at`, which belong to `bucket`.
    pub(super) fn add(&mut self, parts: u64, bucket: i64, at: i64, of: &Of, out: &mut Output) {
        if parts == 0 {
            return;
        }
        if self.total > 0 && (self.bucket, self.ideal, self.work_order) != (bucket, of.ideal, of.work_order) {
            // The new parts are already in the counter's position, but not in this write.
            let before = Of { parts: of.parts.map(|p| p.less(parts)), ..*of };
            self.write(&before, out);
        }
        if self.bucket != bucket {
            self.writes = 0;
        }
        if self.total == 0 {
            self.since = at;
        }
        (self.bucket, self.ideal, self.work_order) = (bucket, of.ideal, of.work_order);
        self.total = self.total.saturating_add(parts);
    }

    /// Forgets parts of buckets before this one, and the rejects among them.
    pub(super) fn forget_before(&mut self, bucket: i64) {
        if self.bucket < bucket {
            (self.total, self.rejects) = (0, 0);
        }
    }

    pub(super) fn reject(&mut self, parts: u64) {
        self.rejects = self.rejects.saturating_add(parts);
    }

    /// Writes what is due: the bucket has ended, or its parts have waited long enough.
    pub(super) fn write_due(&mut self, confirmed: i64, of: &Of, out: &mut Output) {
        let is_over = confirmed >= self.bucket.saturating_add(BUCKET);
        let is_old = confirmed.saturating_sub(self.since) >= WRITE_AFTER && self.writes < WRITES_EARLY;
        if self.total > 0 && (is_over || is_old) {
            self.write(of, out);
        }
    }

    /// Writes all parts, with the counters' positions that contain exactly these.
    pub(super) fn write(&mut self, of: &Of, out: &mut Output) {
        if self.total == 0 {
            return;
        }
        let rejected = self.rejects.min(self.total);
        out.ride.facts.push(
            Counted {
                machine: of.machine,
                bucket: Timestamp(self.bucket),
                total: u32::try_from(self.total).unwrap_or(u32::MAX),
                rejected: u32::try_from(rejected).unwrap_or(u32::MAX),
                ideal: self.ideal,
                work_order: self.work_order,
            }
            .into(),
        );
        self.rejects -= rejected;
        self.total = 0;
        self.writes = self.writes.saturating_add(1);
        self.positions(of, out);
    }

    /// Keeps where the counters stand, less what is not written yet.
    pub(super) fn positions(&self, of: &Of, out: &mut Output) {
        let less = |p: Option<Position>, parts| p.map(|p| p.less(parts));
        for (name, position) in [("parts", less(of.parts, self.total)), ("rejects", less(of.rejects, self.rejects))] {
            if let Some(Position { raw: Some(raw), at, .. }) = position {
                out.ride.counters.push(CounterAt { machine: of.machine, name, raw, at: Timestamp(at) });
            }
        }
    }
}

impl Position {
    /// Where it stood before these parts.
    fn less(self, parts: u64) -> Self {
        let mask = if self.bits >= 64 { u64::MAX } else { (1 << self.bits) - 1 };
        Self { raw: self.raw.map(|raw| raw.wrapping_sub(parts) & mask), ..self }
    }
}

#[cfg(test)]
mod tests {
    use unison_core::facts::Fact;

    use super::*;

    #[test]
    fn edge_09_rejects_made_while_a_box_was_replaced_are_forgotten_with_their_parts() {
        let of = Of { machine: MachineId(7), ideal: SECOND, work_order: None, parts: None, rejects: None };
        let (mut parts, mut out) = (Parts::default(), Output::new(uuid::Uuid::nil));
        parts.add(40, 0, 0, &of, &mut out);
        parts.reject(3);
        parts.forget_before(BUCKET);
        parts.add(6, BUCKET, BUCKET, &of, &mut out);
        parts.write(&of, &mut out);
        let [Fact::Counted(count)] = out.ride.facts.as_slice() else { panic!("{:?}", out.ride.facts) };
        assert_eq!((count.total, count.rejected), (6, 0));
    }
}
