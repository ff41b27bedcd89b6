//! Stops as both programs hold them, and what edits make of them. Splitting, merging, correcting and voiding are
//! facts like all others: the same function applies them to rows at the edge, to rows in the cloud, and to the
//! copy that shows what an edit would do to the figures before it is saved.

use crate::activity::RESUMED_WITHOUT_NOTE;
use crate::facts::{DowntimeOpened, Fact, StopSource};
use crate::ids::{MachineId, ReasonId, UserId, WorkOrderId};
use crate::time::Timestamp;
use uuid::Uuid;

/// A stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub id: Uuid,
    pub machine: MachineId,
    pub started_at: Timestamp,
    /// None: it goes on.
    pub ended_at: Option<Timestamp>,
    pub source: StopSource,
    pub reason: Option<ReasonId>,
    pub work_order: Option<WorkOrderId>,
    pub opened_by: Option<UserId>,
    pub note: Option<String>,
    pub classified_by: Option<UserId>,
    pub classified_at: Option<Timestamp>,
    /// Logical time of the reason: of several the one recorded last counts.
    pub reason_hlc: i64,
    /// When it was told to the supervisor.
    pub escalated_at: Option<Timestamp>,
    /// It is no stop any more; its history stays.
    pub gone: Option<Gone>,
}

/// Flags of a stop: what it was is not said, and the machine runs again by its signals.
#[must_use]
pub fn flags(source: StopSource, is_over: bool, has_reason: bool) -> Vec<String> {
    let is_resumed = source == StopSource::Signal && is_over && !has_reason;
    is_resumed.then(|| RESUMED_WITHOUT_NOTE.to_owned()).into_iter().collect()
}

impl Stop {
    /// A stop as it begins; `hlc` is the logical time of the fact.
    #[must_use]
    pub fn opened(f: &DowntimeOpened, hlc: i64) -> Self {
        let classified_by = f.reason.and(f.by);
        Self {
            id: f.id,
            machine: f.machine,
            started_at: f.started_at,
            ended_at: None,
            source: f.source,
            reason: f.reason,
            work_order: f.work_order,
            opened_by: f.by,
            note: f.note.clone(),
            classified_by,
            classified_at: classified_by.map(|_| f.started_at),
            reason_hlc: if f.reason.is_some() { hlc } else { 0 },
            escalated_at: None,
            gone: None,
        }
    }
}

/// Why a stop is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It is a part of this one.
    Merged(Uuid),
    Voided,
}

/// The stops that a fact edits: the rows that [`edited`] must be given. Empty for all other facts.
#[must_use]
pub fn edits(fact: &Fact) -> Vec<Uuid> {
    match fact {
        Fact::DowntimeSplit(f) => vec![f.id],
        Fact::DowntimeMerged(f) => vec![f.id, f.other],
        Fact::DowntimeCorrected(f) => vec![f.id],
        Fact::DowntimeVoided(f) => vec![f.id],
        _ => Vec::new(),
    }
}

/// What an edit makes of the stops that [`edits`] names: the rows that are new or changed. A fact that does not fit
/// the rows any more, because they were edited otherwise meanwhile, changes nothing; it stays in the history.
#[must_use]
pub fn edited(fact: &Fact, stops: &[Stop]) -> Vec<Stop> {
    let find = |id: Uuid| stops.iter().find(|stop| stop.id == id && stop.gone.is_none());
    match fact {
        Fact::DowntimeSplit(f) => {
            let is_inside = |s: &&Stop| s.started_at < f.cut && s.ended_at.is_none_or(|end| f.cut < end);
            let Some(stop) = find(f.id).filter(is_inside) else { return Vec::new() };
            let second = Stop { id: f.new, started_at: f.cut, ..stop.clone() };
            vec![Stop { ended_at: Some(f.cut), ..stop.clone() }, second]
        }
        Fact::DowntimeMerged(f) => {
            let (Some(one), Some(other)) = (find(f.id), find(f.other)) else { return Vec::new() };
            if one.machine != other.machine || one.id == other.id {
                return Vec::new();
            }
            let ended_at = one.ended_at.zip(other.ended_at).map(|(a, b)| a.max(b));
            let started_at = one.started_at.min(other.started_at);
            // What signals saw stays theirs: nobody takes it back by joining it to a report.
            let is_seen = [one, other].iter().any(|stop| stop.source == StopSource::Signal);
            let source = if is_seen { StopSource::Signal } else { StopSource::Operator };
            let escalated_at = [one.escalated_at, other.escalated_at].into_iter().flatten().min();
            vec![
                Stop { started_at, ended_at, source, escalated_at, ..one.clone() },
                Stop { gone: Some(Gone::Merged(one.id)), ..other.clone() },
            ]
        }
        Fact::DowntimeCorrected(f) => {
            // One that has ended meanwhile does not begin again.
            let ended_at = |stop: &Stop| f.ended_at.or(stop.ended_at);
            let stop = find(f.id).filter(|stop| ended_at(stop).is_none_or(|end| f.started_at < end));
            let corrected =
                stop.map(|stop| Stop { started_at: f.started_at, ended_at: ended_at(stop), ..stop.clone() });
            corrected.into_iter().collect()
        }
        Fact::DowntimeVoided(f) => {
            find(f.id).map(|stop| Stop { gone: Some(Gone::Voided), ..stop.clone() }).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The stops as they would be after some edits and reasons, in no order. What is gone is left out.
#[must_use]
pub fn after(mut stops: Vec<Stop>, facts: &[Fact]) -> Vec<Stop> {
    for fact in facts {
        for row in edited(fact, &stops) {
            match stops.iter_mut().find(|stop| stop.id == row.id) {
                Some(stop) => *stop = row,
                None => stops.push(row),
            }
        }
        if let Fact::DowntimeClassified(f) = fact {
            for stop in stops.iter_mut().filter(|stop| stop.id == f.id) {
                // Nothing was recorded later than what is about to be.
                (stop.reason, stop.reason_hlc) = (Some(f.reason), i64::MAX);
            }
        }
    }
    stops.retain(|stop| stop.gone.is_none());
    stops
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{DowntimeCorrected, DowntimeMerged, DowntimeSplit, DowntimeVoided};
    use crate::span::{Span, Spans};
    use proptest::prelude::*;

    const BY: UserId = UserId(1);
    const AT: Timestamp = Timestamp(0);

    fn stop(id: u128, from: i64, to: Option<i64>) -> Stop {
        Stop {
            id: Uuid::from_u128(id),
            machine: MachineId(7),
            started_at: Timestamp(from),
            ended_at: to.map(Timestamp),
            source: StopSource::Signal,
            reason: Some(ReasonId(5)),
            work_order: None,
            opened_by: None,
            note: None,
            classified_by: None,
            classified_at: None,
            reason_hlc: 9,
            escalated_at: None,
            gone: None,
        }
    }

    fn split(id: u128, cut: i64, new: u128) -> Fact {
        let (id, new) = (Uuid::from_u128(id), Uuid::from_u128(new));
        DowntimeSplit { id, cut: Timestamp(cut), new, by: BY, at: AT, note: None }.into()
    }

    fn merge(id: u128, other: u128) -> Fact {
        let (id, other) = (Uuid::from_u128(id), Uuid::from_u128(other));
        DowntimeMerged { id, other, by: BY, at: AT, note: None }.into()
    }

    #[track_caller]
    fn check(stops: Vec<Stop>, facts: &[Fact], expect: &[(u128, i64, Option<i64>)]) {
        let mut got: Vec<_> =
            after(stops, facts).iter().map(|s| (s.id.as_u128(), s.started_at.0, s.ended_at.map(|t| t.0))).collect();
        got.sort_unstable();
        assert_eq!(got, expect);
    }

    #[test]
    fn down_split_gives_both_parts_the_reason_and_the_end_to_the_second() {
        check(vec![stop(1, 10, Some(50))], &[split(1, 30, 2)], &[(1, 10, Some(30)), (2, 30, Some(50))]);
        check(vec![stop(1, 10, None)], &[split(1, 30, 2)], &[(1, 10, Some(30)), (2, 30, None)]);
        let both = after(vec![stop(1, 10, None)], &[split(1, 30, 2)]);
        assert!(both.iter().all(|s| s.reason == Some(ReasonId(5)) && s.reason_hlc == 9));
        for outside in [10, 9, 50, 51] {
            check(vec![stop(1, 10, Some(50))], &[split(1, outside, 2)], &[(1, 10, Some(50))]);
        }
    }

    #[test]
    fn down_merge_covers_both_and_one_is_gone() {
        check(vec![stop(1, 10, Some(20)), stop(2, 25, Some(40))], &[merge(1, 2)], &[(1, 10, Some(40))]);
        check(vec![stop(1, 10, Some(20)), stop(2, 25, None)], &[merge(2, 1)], &[(2, 10, None)]);
        // One inside the other keeps the later end.
        check(vec![stop(1, 10, Some(90)), stop(2, 25, Some(40))], &[merge(2, 1)], &[(2, 10, Some(90))]);
        let other_machine = Stop { machine: MachineId(8), ..stop(2, 25, Some(40)) };
        check(vec![stop(1, 10, Some(20)), other_machine], &[merge(1, 2)], &[(1, 10, Some(20)), (2, 25, Some(40))]);
        // A report that is joined to what signals saw is no report any more.
        let report = Stop { source: StopSource::Operator, escalated_at: Some(AT), ..stop(1, 10, Some(20)) };
        let one = after(vec![report, stop(2, 25, Some(40))], &[merge(1, 2)]);
        assert_eq!((one[0].source, one[0].escalated_at), (StopSource::Signal, Some(AT)));
        // What is gone is not merged again.
        let twice = [merge(1, 2), merge(2, 1)];
        check(vec![stop(1, 10, Some(20)), stop(2, 25, Some(40))], &twice, &[(1, 10, Some(40))]);
    }

    #[test]
    fn down_correct_and_void() {
        let id = Uuid::from_u128(1);
        let correct = |from, to: Option<i64>| -> Fact {
            let (started_at, ended_at) = (Timestamp(from), to.map(Timestamp));
            DowntimeCorrected { id, started_at, ended_at, by: BY, at: AT, note: None }.into()
        };
        check(vec![stop(1, 10, None)], &[correct(5, Some(9))], &[(1, 5, Some(9))]);
        check(vec![stop(1, 10, None)], &[correct(9, Some(9))], &[(1, 10, None)]);
        check(vec![stop(1, 10, Some(20))], &[correct(5, None)], &[(1, 5, Some(20))]);
        check(vec![stop(1, 10, None)], &[DowntimeVoided { id, by: BY, at: AT, note: None }.into()], &[]);
    }

    proptest! {
        /// Cutting a stop and putting it together again in any order gives the time that it had.
        #[test]
        fn down_splits_and_merges_lose_no_time(
            cuts in prop::collection::vec((0usize..6, 1i64..1_000), 0..8),
            merges in prop::collection::vec((0usize..9, 0usize..9), 0..6),
        ) {
            let covered = |stops: &[Stop]| -> Spans {
                stops.iter().map(|s| Span::new(s.started_at, s.ended_at.unwrap_or(Timestamp(9_999)))).collect()
            };
            let mut stops = vec![stop(1, 0, Some(1_000))];
            for (n, (pick, cut)) in cuts.iter().enumerate() {
                let id = stops[pick % stops.len()].id.as_u128();
                stops = after(stops, &[split(id, *cut, 100 + n as u128)]);
                // Parts touch and never overlap.
                let sum: i64 = stops.iter().map(|s| s.ended_at.unwrap().since(s.started_at)).sum();
                prop_assert_eq!(sum, 1_000);
            }
            let before = covered(&stops);
            for (a, b) in merges {
                let (a, b) = (stops[a % stops.len()].id.as_u128(), stops[b % stops.len()].id.as_u128());
                stops = after(stops, &[merge(a, b)]);
            }
            prop_assert_eq!(covered(&stops), before);
        }
    }
}
