//! What a machine does (observed) and what is shown of it (status). Q-128: signals are never refused;
//! the state table MACH-02 guards commands only, and what it would not allow is kept and flagged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the signals say. On the wire the number is the position in this list: only ever append.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Making parts.
    Running,
    /// Could run, does not, and says no reason.
    Idle,
    /// Changeover.
    Setup,
    /// Cannot hand its part on.
    Blocked,
    /// Gets no material.
    Starved,
    /// A fault.
    Down,
    /// The machine cannot be seen: no connection, a bad value, or the agent was not running.
    NoData,
}

impl Activity {
    pub const ALL: [Self; 7] =
        [Self::Running, Self::Idle, Self::Setup, Self::Blocked, Self::Starved, Self::Down, Self::NoData];

    /// The code of configuration files, tables and the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Idle => "idle",
            Self::Setup => "setup",
            Self::Blocked => "blocked",
            Self::Starved => "starved",
            Self::Down => "down",
            Self::NoData => "no_data",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.code() == code)
    }

    /// A stop is time in which the machine stands and nobody planned a changeover. A stop longer
    /// than the micro-stop limit opens a downtime event.
    #[must_use]
    pub const fn is_stop(self) -> bool {
        match self {
            Self::Idle | Self::Blocked | Self::Starved | Self::Down => true,
            Self::Running | Self::Setup | Self::NoData => false,
        }
    }
}

/// The states of a machine as people see and command them (MACH-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Available,
    Running,
    Idle,
    Setup,
    Down,
    Maintenance,
    Decommissioned,
}

impl Status {
    pub const ALL: [Self; 7] =
        [Self::Available, Self::Running, Self::Idle, Self::Setup, Self::Down, Self::Maintenance, Self::Decommissioned];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Running => "running",
            Self::Idle => "idle",
            Self::Setup => "setup",
            Self::Down => "down",
            Self::Maintenance => "maintenance",
            Self::Decommissioned => "decommissioned",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// What people decided about a machine, apart from what it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Production,
    Maintenance,
    Decommissioned,
}

/// What is shown of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    pub status: Status,
    /// Blocked or starved: idle, but not of its own will.
    pub waiting: bool,
    /// The status is the last one known, not the present one.
    pub stale: bool,
    /// The machine runs although no work order is in progress on it.
    pub unassigned_run: bool,
}

/// The status of a machine: a pure function of activity, work order and mode.
///
/// `last_known` is the last activity that was not `no_data`; it is what is shown while nothing is seen.
/// `reported_down` says that a stop which an operator reported is open (DOWN-03): it makes the machine
/// `down` unless its signals say that it runs, because signals are never refused. What was last known of
/// a machine that cannot be seen refuses nobody.
#[must_use]
pub fn shown(
    activity: Activity,
    last_known: Option<Activity>,
    has_work_order: bool,
    mode: Mode,
    reported_down: bool,
) -> Shown {
    let stale = activity == Activity::NoData;
    let seen = if stale { last_known.unwrap_or(Activity::NoData) } else { activity };
    let is_down_by_report = reported_down && activity != Activity::Running;
    let status = match (mode, seen) {
        (Mode::Decommissioned, _) => Status::Decommissioned,
        (Mode::Maintenance, _) => Status::Maintenance,
        (Mode::Production, _) if is_down_by_report => Status::Down,
        (Mode::Production, Activity::Running) => Status::Running,
        (Mode::Production, Activity::Setup) => Status::Setup,
        (Mode::Production, Activity::Down) => Status::Down,
        (Mode::Production, Activity::Idle) if !has_work_order => Status::Available,
        (Mode::Production, Activity::Idle | Activity::Blocked | Activity::Starved) => Status::Idle,
        (Mode::Production, Activity::NoData) if has_work_order => Status::Idle,
        (Mode::Production, Activity::NoData) => Status::Available,
    };
    let waiting = status == Status::Idle && matches!(seen, Activity::Blocked | Activity::Starved);
    let unassigned_run = status == Status::Running && !has_work_order && !stale;
    Shown { status, waiting, stale, unassigned_run }
}

/// Flag of a machine that runs, and of the stop that its signals ended, while nobody has said what it was.
pub const RESUMED_WITHOUT_NOTE: &str = "resumed without note";

impl Shown {
    /// What signals did and the table of transitions would not allow to people. A machine runs again with a note;
    /// who gives the reason later takes the flag away. `has_unexplained` says that the last stop that is over has none.
    #[must_use]
    pub fn flags(&self, has_unexplained: bool) -> Vec<String> {
        let is_resumed = has_unexplained && self.status == Status::Running && !self.stale;
        let all = [(self.unassigned_run, "running without work order"), (is_resumed, RESUMED_WITHOUT_NOTE)];
        all.into_iter().filter(|(is, _)| *is).map(|(_, flag)| flag.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mach_01_q_128_status_follows_activity_work_order_and_mode() {
        let check = |a, last, wo, mode, status, waiting, stale, flagged| {
            assert_eq!(
                shown(a, last, wo, mode, false),
                Shown { status, waiting, stale, unassigned_run: flagged },
                "{a:?} {last:?} {wo} {mode:?}"
            );
        };
        use Activity as A;
        let production = Mode::Production;
        check(A::Running, None, true, production, Status::Running, false, false, false);
        check(A::Running, None, false, production, Status::Running, false, false, true);
        check(A::Idle, None, true, production, Status::Idle, false, false, false);
        check(A::Idle, None, false, production, Status::Available, false, false, false);
        check(A::Blocked, None, true, production, Status::Idle, true, false, false);
        check(A::Starved, None, false, production, Status::Idle, true, false, false);
        check(A::Down, None, false, production, Status::Down, false, false, false);
        check(A::NoData, Some(A::Down), false, production, Status::Down, false, true, false);
        check(A::NoData, Some(A::Running), false, production, Status::Running, false, true, false);
        check(A::NoData, None, false, production, Status::Available, false, true, false);
        check(A::Running, None, true, Mode::Maintenance, Status::Maintenance, false, false, false);
        check(A::Running, None, true, Mode::Decommissioned, Status::Decommissioned, false, false, false);
    }

    #[test]
    fn q_128_what_signals_did_without_asking_is_flagged_while_the_machine_runs() {
        let check = |activity, has_order, has_unexplained, expect: &[&str]| {
            let shown = shown(activity, Some(Activity::Running), has_order, Mode::Production, false);
            assert_eq!(shown.flags(has_unexplained), expect, "{activity:?}");
        };
        check(Activity::Running, true, false, &[]);
        check(Activity::Running, true, true, &["resumed without note"]);
        check(Activity::Running, false, true, &["running without work order", "resumed without note"]);
        // It stands again, or nobody sees it: then that is what counts.
        check(Activity::Down, true, true, &[]);
        check(Activity::NoData, true, true, &[]);
    }

    #[test]
    fn down_03_q_128_a_reported_stop_shows_down_unless_signals_say_running() {
        use Activity as A;
        let check = |a, last, mode, status| {
            let is = shown(a, last, true, mode, true);
            assert_eq!((is.status, is.waiting, is.unassigned_run), (status, false, false), "{a:?} {last:?} {mode:?}");
            assert_eq!(is.stale, a == A::NoData);
        };
        let production = Mode::Production;
        check(A::Running, None, production, Status::Running);
        for stands in [A::Idle, A::Setup, A::Blocked, A::Starved, A::Down] {
            check(stands, None, production, Status::Down);
        }
        check(A::NoData, None, production, Status::Down);
        check(A::NoData, Some(A::Idle), production, Status::Down);
        check(A::NoData, Some(A::Running), production, Status::Down);
        check(A::Idle, None, Mode::Maintenance, Status::Maintenance);
        check(A::Down, None, Mode::Decommissioned, Status::Decommissioned);
    }

    #[test]
    fn codes_are_unique_and_round_trip() {
        for a in Activity::ALL {
            assert_eq!(Activity::from_code(a.code()), Some(a));
        }
        for s in Status::ALL {
            assert_eq!(Status::from_code(s.code()), Some(s));
        }
    }
}
