//! Stops of one machine: contiguous time in which it stands. One longer than the micro-stop limit is a
//! downtime event, timed from its first moment (EDGE-07, EDGE-15, Q-133).

use unison_core::activity::Activity;
use unison_core::facts::{DowntimeClosed, DowntimeOpened, StopSource};
use unison_core::ids::{MachineId, WorkOrderId};
use unison_core::time::Timestamp;
use uuid::Uuid;

use super::engine::Output;

/// A stop that goes on, or that waits through `no_data` for what comes after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) started_at: i64,
    /// The downtime event, once there is one.
    pub(super) downtime: Option<Uuid>,
    /// The first alarm seen in it, by its place, and whether that was told.
    pub(super) alarm: Option<usize>,
    pub(super) is_told: bool,
    /// A stop that somebody reported while signals said that the machine runs is not theirs to end, until
    /// they have seen it stand: a moment without connection says nothing about it.
    pub(super) ends_by_signals: bool,
}

impl Stop {
    pub(super) const fn new(started_at: i64) -> Self {
        Self { started_at, downtime: None, alarm: None, is_told: false, ends_by_signals: true }
    }
}

/// What a stop must know of its machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of {
    pub(super) machine: MachineId,
    pub(super) work_order: Option<WorkOrderId>,
    /// A stop has to be longer than this.
    pub(super) limit: i64,
}

/// Moves the stop when the activity changes at `at`. `unseen_from` is the start of the present
/// `no_data`, if `before` is that.
pub(super) fn change(
    stop: &mut Option<Stop>,
    (before, after): (Activity, Activity),
    at: i64,
    unseen_from: i64,
    of: Of,
    out: &mut Output,
) {
    match after {
        Activity::Idle | Activity::Blocked | Activity::Starved | Activity::Down => {
            stop.get_or_insert(Stop::new(at)).ends_by_signals = true;
        }
        Activity::NoData => {
            confirm(stop, at, of, out);
            // A short one ends here: nobody knows how long it lasted.
            if stop.is_some_and(|s| s.downtime.is_none()) {
                *stop = None;
            }
        }
        Activity::Running | Activity::Setup => {
            if stop.is_some_and(|s| s.ends_by_signals) && (before == Activity::NoData || before.is_stop()) {
                // Nobody saw it stand in `no_data`; one that was reported in it lasted until now.
                let was_seen = before != Activity::NoData || stop.is_some_and(|s| s.started_at > unseen_from);
                let ended_at = if was_seen { at } else { unseen_from };
                confirm(stop, ended_at, of, out);
                if let Some(Stop { downtime: Some(id), .. }) = stop.take() {
                    out.ride.facts.push(DowntimeClosed { id, ended_at: Timestamp(ended_at) }.into());
                }
            }
        }
    }
}

/// The machine stood until `until` at least: opens the downtime event when that is long enough.
pub(super) fn confirm(stop: &mut Option<Stop>, until: i64, of: Of, out: &mut Output) {
    let Some(open) = stop else { return };
    if open.downtime.is_some() || until.saturating_sub(open.started_at) <= of.limit {
        return;
    }
    let id = out.id();
    open.downtime = Some(id);
    out.ride.facts.push(
        DowntimeOpened {
            id,
            machine: of.machine,
            started_at: Timestamp(open.started_at),
            source: StopSource::Signal,
            reason: None,
            work_order: of.work_order,
            by: None,
            note: None,
        }
        .into(),
    );
}
