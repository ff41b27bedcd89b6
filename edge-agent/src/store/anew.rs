//! A log that goes on under another incarnation because a copy took the place of the database, and one of which a
//! restored cloud lacks an incarnation before. Nothing is said twice that has no identity of its own: counts are sums.

use std::collections::HashMap;

use unison_core::activity::Activity;
use unison_core::facts::{Counted, Fact};
use unison_core::ids::MachineId;
use unison_core::time::Timestamp;
use unison_sync::wire::{Batch, Have};

use super::log::{self, Head};
use super::mark::Mark;
use super::step::Step;
use super::{StoreError, load, project};

impl Step<'_> {
    /// The whole box was set back to a copy, its mark too, and only the cloud knows it. What was written since goes
    /// up again under a new incarnation: it has numbers of which the cloud holds something else. A copy is put back
    /// while the program stands, so it begins with a run: the first that the cloud has not acknowledged.
    pub(super) fn begin_anew(&mut self, have: &Have) -> Result<(), StoreError> {
        let (acked, held) =
            (self.model.queue.acked, Mark { incarnation: have.incarnation, seq: have.seq, hash: have.hash });
        if !self.ops.is_empty() {
            self.seal()?;
        }
        if !log::contradicts(self.conn, &Mark::of(self.head), &held)? {
            return self.go_on_after_gap(have, &held);
        }
        let old = self.head.incarnation;
        let mut runs = log::runs(self.conn, old, acked)?;
        if self.opened_at.0 == old && !runs.contains(&self.opened_at.1) {
            runs.push(self.opened_at.1);
        }
        let since = runs.iter().copied().min().unwrap_or(acked).max(acked);
        let incarnation = old.max(have.incarnation).saturating_add(1);
        tracing::error!(
            holds = self.head.seq,
            cloud_holds = have.seq,
            incarnation,
            "this edge was set back to an older copy: the cloud holds more of its log than it does. What was recorded \
             since goes up again under a new incarnation"
        );
        let conn = self.conn;
        let mut since_copy = SinceCopy { runs, ..SinceCopy::default() };
        log::each_after(conn, old, since, |batch| since_copy.look(&batch))?;
        let (began_at, doubled) = (since_copy.began_at, since_copy.doubled());
        self.move_to(incarnation, since, &doubled)?;
        for count in doubled.values() {
            tracing::warn!(
                machine = %count.machine,
                parts = count.total,
                "made while this edge was replaced, and booked already by what it replaced: not counted again"
            );
            project::uncounted(conn, count)?;
            self.changed.machines.insert(count.machine);
        }
        // Where counters stood in the copy is of the past; what was read since then is not.
        let read = began_at.map_or(i64::MAX, |at| at.0);
        conn.execute("DELETE FROM counters WHERE at < ?1", [read])?;
        Ok(())
    }

    /// The cloud was restored to a moment so long ago that what followed it is kept no more. What is kept fits nothing
    /// that it holds, so it goes up under a new incarnation.
    fn go_on_after_gap(&mut self, have: &Have, held: &Mark) -> Result<(), StoreError> {
        let Some(since) = log::lacks_start(self.conn, &Mark::of(self.head), held)? else { return Ok(()) };
        let incarnation = self.head.incarnation.saturating_add(1);
        tracing::error!(
            cloud_holds = have.seq,
            kept_after = since,
            incarnation,
            "the cloud was restored to a moment so long ago that this edge no longer keeps what followed it: that is \
             lost to the cloud. What is kept goes up under a new incarnation"
        );
        self.move_to(incarnation, since, &HashMap::new())
    }

    /// Moves what follows an op of the present incarnation to a new one, as written when it was; without these ops.
    fn move_to(&mut self, incarnation: u32, since: u64, without: &HashMap<u64, Counted>) -> Result<(), StoreError> {
        let (conn, old) = (self.conn, self.head.incarnation);
        *self.head = Head { incarnation, seq: 0, hash: [0; 32], hlc: self.head.hlc };
        let queue = &mut self.model.queue;
        (queue.incarnation, queue.head, queue.acked, queue.before) = (incarnation, 0, 0, None);
        queue.oldest_unsent = None;
        log::each_after(conn, old, since, |batch| {
            let written_at = log::committed_at(conn, old, batch.first)?;
            let ops = (batch.first..).zip(batch.ops).filter(|(seq, _)| !without.contains_key(seq));
            self.ops = ops.map(|(_, op)| op).collect();
            self.seal_at(written_at)
        })?;
        log::cut(conn, old, since)?;
        log::forget_acked(conn, old, since)?;
        (self.has_moved, self.has_written) = (true, true);
        Ok(())
    }

    /// The cloud was restored to before it held all of an incarnation that is over: the rest of that goes up again
    /// first, and then all that followed.
    pub(super) fn give_again(&mut self, have: &Have) -> Result<(), StoreError> {
        let held = Mark { incarnation: have.incarnation, seq: have.seq, hash: have.hash };
        let sending = self.model.queue.sending();
        let Some(tail) = load::missing(self.conn, &held, sending.incarnation)? else { return Ok(()) };
        tracing::warn!(
            incarnation = tail.incarnation,
            after = tail.acked,
            "the cloud was restored: it lacks the end of an earlier incarnation of this edge's log, which goes up again"
        );
        let queue = &mut self.model.queue;
        (queue.before, queue.acked) = (Some(tail), 0);
        queue.oldest_unsent = log::oldest_unsent(self.conn, tail.incarnation, tail.acked)?;
        log::forget_acked(self.conn, tail.incarnation, tail.acked)?;
        (self.has_moved, self.has_written) = (true, true);
        Ok(())
    }
}

/// What runs of the program wrote since a copy was put back. The first reading of a counter tells of all parts since the
/// copy was made; those are of the time of the database that was replaced, which counted them itself. They are the first
/// count of a machine in a run, booked to time before the machine was seen.
#[derive(Default)]
struct SinceCopy {
    /// Where the log ended when the runs began to write.
    runs: Vec<u64>,
    /// By run and machine: when it was first seen, and its first count with its place.
    seen: HashMap<(usize, MachineId), Timestamp>,
    first: HashMap<(usize, MachineId), (u64, Counted)>,
    /// When the first run began.
    began_at: Option<Timestamp>,
}

impl SinceCopy {
    fn look(&mut self, batch: &Batch) -> Result<(), StoreError> {
        for (seq, op) in (batch.first..).zip(&batch.ops) {
            let run = self.runs.iter().filter(|end| **end < seq).count();
            let fact = Fact::decode(op.kind, op.version, &op.body)
                .map_err(|e| StoreError::Damaged(format!("a fact of the log: {e}")))?;
            match fact {
                Some(Fact::AgentStarted(f)) => self.began_at = self.began_at.or(Some(f.at)),
                Some(Fact::ActivityChanged(f)) if f.activity != Activity::NoData => {
                    self.seen.entry((run, f.machine)).or_insert(f.at);
                }
                Some(Fact::Counted(f)) => {
                    self.first.entry((run, f.machine)).or_insert((seq, f));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Counts of parts that what was replaced has counted, by their place.
    fn doubled(self) -> HashMap<u64, Counted> {
        let Self { seen, first, .. } = self;
        let is_before = |of, count: &Counted| seen.get(of).is_none_or(|at| count.bucket < at.bucket());
        first
            .iter()
            .filter(|(of, (_, count))| is_before(of, count))
            .map(|(_, (seq, count))| (*seq, count.clone()))
            .collect()
    }
}
