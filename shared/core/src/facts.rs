//! What happened. A fact is never changed afterwards; a correction is a new fact.
//!
//! These shapes are kept for ever, on disks in plants and on the wire. The rules:
//! - a kind has a number and a version; both are only ever appended, never reused;
//! - a body is the postcard encoding of exactly one struct of this module; a changed struct is a new
//!   version with a struct of its own, and old versions stay decodable;
//! - a reader that does not know a kind or a version keeps the bytes and passes them on.
//!
//! Numbers 1-31 machine time, 32-63 downtime, 64-95 production, 96-127 quality and lots,
//! 128-159 people and shifts, 1024 and up master data (`master`).

mod people;
mod writes;

pub use people::{
    HandoverAcknowledged, HelpAnswered, HelpCalled, HelpEnded, HelpKind, Issue, OrderLeft, ShiftHandedOver,
};
pub use writes::{TagWritten, WriteOutcome};

use crate::activity::Activity;
use crate::ids::{MachineId, ReasonId, ScrapReasonId, ShiftId, UserId, WorkOrderId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How far the wall clock of a fact can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClockQuality {
    /// As good as the clock of the box.
    #[default]
    Sure,
    /// The clock jumped or was never set since the box started.
    Unsure,
}

/// The activity of a machine changed at `at` and stays until the next such fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityChanged {
    pub machine: MachineId,
    pub at: Timestamp,
    pub activity: Activity,
    pub clock: ClockQuality,
}

/// Parts made in one bucket of ten seconds. Buckets without parts are not written; several facts for
/// one bucket add up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub machine: MachineId,
    /// Start of the bucket.
    pub bucket: Timestamp,
    /// All parts, rejected ones included.
    pub total: u32,
    pub rejected: u32,
    /// Ideal time of one part in microseconds as it was in force then; 0 where nobody said one.
    pub ideal: i64,
    /// The work order in progress on the machine.
    pub work_order: Option<WorkOrderId>,
}

/// Everything that signals said of the time before `until` stands before this in the log: up to `until`
/// the machine time of this edge is settled. Later time is unknown, not unchanged. Only people may speak
/// of settled time later on: a stop reported or ended with a time of its own counts from then on on both
/// sides, and an event that was open when its machine was lost is closed at that moment, inside `no_data`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    pub until: Timestamp,
}

/// The agent started and looks after these machines. Time since the last `Observed` is `no_data`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentStarted {
    pub at: Timestamp,
    pub version: String,
    /// Machines it claims (Q-129: each belongs to exactly one edge).
    pub machines: Vec<MachineId>,
    /// Codes in its configuration that its master data does not know.
    pub unknown: Vec<String>,
}

/// Who noticed a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopSource {
    Signal,
    Operator,
}

/// A stop became a downtime event. Without a reason it is `unclassified`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeOpened {
    pub id: Uuid,
    pub machine: MachineId,
    pub started_at: Timestamp,
    pub source: StopSource,
    pub reason: Option<ReasonId>,
    pub work_order: Option<WorkOrderId>,
    pub by: Option<UserId>,
    pub note: Option<String>,
}

/// Somebody said why. The one recorded last counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeClassified {
    pub id: Uuid,
    pub reason: ReasonId,
    pub note: Option<String>,
    pub by: UserId,
    pub at: Timestamp,
}

/// The stop ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeClosed {
    pub id: Uuid,
    pub ended_at: Timestamp,
}

/// The first alarm that the machine itself gave for a stop, and the reason that the configuration ties to it. A
/// suggestion: only people classify.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeAlarmed {
    pub id: Uuid,
    pub at: Timestamp,
    pub text: String,
    pub reason: Option<ReasonId>,
}

/// A stop had two causes: from `cut` on it is the stop `new`, with the reason and the end that `id` had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeSplit {
    pub id: Uuid,
    pub cut: Timestamp,
    pub new: Uuid,
    pub by: UserId,
    pub at: Timestamp,
    pub note: Option<String>,
}

/// Two stops were one: `id` lasts from the earlier start to the later end, `other` is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeMerged {
    pub id: Uuid,
    pub other: Uuid,
    pub by: UserId,
    pub at: Timestamp,
    pub note: Option<String>,
}

/// A stop that somebody reported began and ended at other times than was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeCorrected {
    pub id: Uuid,
    pub started_at: Timestamp,
    /// None: it goes on.
    pub ended_at: Option<Timestamp>,
    pub by: UserId,
    pub at: Timestamp,
    pub note: Option<String>,
}

/// A stop that somebody reported was none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeVoided {
    pub id: Uuid,
    pub by: UserId,
    pub at: Timestamp,
    pub note: Option<String>,
}

/// A stop passed the time after which the supervisor is told (DOWN-05, Q-064). Once per stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeEscalated {
    pub id: Uuid,
    pub at: Timestamp,
}

/// An operator logged production. Logs are summed, whoever wrote them, in whatever order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductionLogged {
    pub id: Uuid,
    pub work_order: WorkOrderId,
    pub machine: Option<MachineId>,
    /// Units completed, rejected ones included.
    pub completed: u32,
    pub rejected: u32,
    /// Hours worked in millionths of an hour.
    pub hours_micro: i64,
    pub notes: Option<String>,
    pub by: UserId,
    pub at: Timestamp,
    pub shift: Option<ShiftId>,
}

/// Units of a log that were rejected for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrapPart {
    pub reason: ScrapReasonId,
    pub quantity: u32,
}

/// Why the rejected units of a log were rejected; of those that no part names nobody said. It stands behind its log
/// in the same commit, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductionScrapped {
    pub log: Uuid,
    pub parts: Vec<ScrapPart>,
}

/// What was done to a work order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkOrderVerb {
    Start,
    Pause,
    Resume,
    Complete,
}

impl WorkOrderVerb {
    pub const ALL: [Self; 4] = [Self::Start, Self::Pause, Self::Resume, Self::Complete];

    /// The code of tables and of the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Complete => "complete",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.code() == code)
    }
}

/// A work order was started, paused, resumed or completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderMoved {
    pub work_order: WorkOrderId,
    pub verb: WorkOrderVerb,
    pub machine: Option<MachineId>,
    pub by: Option<UserId>,
    pub at: Timestamp,
    /// Reason of a pause, note of a start.
    pub note: Option<String>,
    /// The request of the cloud that this answers, if it does.
    pub request: Option<Uuid>,
}

/// The edge that executes a work order refused a request of the cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderRefused {
    pub request: Uuid,
    pub work_order: WorkOrderId,
    pub reason: String,
    pub at: Timestamp,
}

crate::kinds::kinds! {
    /// One fact.
    Fact:
    ActivityChanged(ActivityChanged) = 1 v 1,
    Counted(Counted) = 2 v 1,
    Observed(Observed) = 3 v 1,
    AgentStarted(AgentStarted) = 4 v 1,
    DowntimeOpened(DowntimeOpened) = 32 v 1,
    DowntimeClassified(DowntimeClassified) = 33 v 1,
    DowntimeClosed(DowntimeClosed) = 34 v 1,
    DowntimeAlarmed(DowntimeAlarmed) = 35 v 1,
    DowntimeSplit(DowntimeSplit) = 36 v 1,
    DowntimeMerged(DowntimeMerged) = 37 v 1,
    DowntimeCorrected(DowntimeCorrected) = 38 v 1,
    DowntimeVoided(DowntimeVoided) = 39 v 1,
    DowntimeEscalated(DowntimeEscalated) = 40 v 1,
    ProductionLogged(ProductionLogged) = 64 v 1,
    WorkOrderMoved(WorkOrderMoved) = 65 v 1,
    WorkOrderRefused(WorkOrderRefused) = 66 v 1,
    ProductionScrapped(ProductionScrapped) = 67 v 1,
    ShiftHandedOver(ShiftHandedOver) = 128 v 1,
    HandoverAcknowledged(HandoverAcknowledged) = 129 v 1,
    HelpCalled(HelpCalled) = 130 v 1,
    HelpAnswered(HelpAnswered) = 131 v 1,
    HelpEnded(HelpEnded) = 132 v 1,
    TagWritten(TagWritten) = 133 v 1,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::master::WorkOrderStatus;

    fn one_of_each() -> Vec<Fact> {
        let (machine, at) = (MachineId(7), Timestamp(1_762_423_200_000_000));
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        let (by, work_order) = (UserId(3), WorkOrderId(456));
        vec![
            ActivityChanged { machine, at, activity: Activity::Running, clock: ClockQuality::Sure }.into(),
            Counted { machine, bucket: at, total: 3, rejected: 1, ideal: 6_000_000, work_order: Some(work_order) }
                .into(),
            Observed { until: at }.into(),
            AgentStarted { at, version: "0.1.0".into(), machines: vec![machine], unknown: vec!["X-1".into()] }.into(),
            DowntimeOpened {
                id,
                machine,
                started_at: at,
                source: StopSource::Signal,
                reason: None,
                work_order: None,
                by: None,
                note: None,
            }
            .into(),
            DowntimeClassified { id, reason: ReasonId(2), note: Some("belt".into()), by, at }.into(),
            DowntimeClosed { id, ended_at: at }.into(),
            DowntimeAlarmed { id, at, text: "Overload".into(), reason: Some(ReasonId(2)) }.into(),
            DowntimeSplit { id, cut: at, new: id, by, at, note: None }.into(),
            DowntimeMerged { id, other: id, by, at, note: Some("same fault".into()) }.into(),
            DowntimeCorrected { id, started_at: at, ended_at: Some(at), by, at, note: None }.into(),
            DowntimeVoided { id, by, at, note: None }.into(),
            DowntimeEscalated { id, at }.into(),
            ProductionLogged {
                id,
                work_order,
                machine: Some(machine),
                completed: 50,
                rejected: 2,
                hours_micro: 4_500_000,
                notes: None,
                by,
                at,
                shift: Some(ShiftId(1)),
            }
            .into(),
            WorkOrderMoved {
                work_order,
                verb: WorkOrderVerb::Start,
                machine: Some(machine),
                by: Some(by),
                at,
                note: None,
                request: None,
            }
            .into(),
            WorkOrderRefused { request: id, work_order, reason: "paused".into(), at }.into(),
            ProductionScrapped { log: id, parts: vec![ScrapPart { reason: ScrapReasonId(2), quantity: 3 }] }.into(),
            handover(id).into(),
            HandoverAcknowledged { id, by, at }.into(),
            HelpCalled { id, machine, kind: HelpKind::Quality, note: Some("burr".into()), by, at }.into(),
            HelpAnswered { id, by, at }.into(),
            HelpEnded { id, by, at, note: None }.into(),
            written(id, WriteOutcome::Refused).into(),
        ]
    }

    fn written(id: Uuid, outcome: WriteOutcome) -> TagWritten {
        let (before, value, reason) = (Some("7".into()), "80".into(), Some("no".into()));
        let (tag, machine) = ("sp".into(), Some(MachineId(7)));
        TagWritten { id, tag, machine, before, value, by: UserId(3), at: Timestamp(1), outcome, reason }
    }

    fn handover(id: Uuid) -> ShiftHandedOver {
        ShiftHandedOver {
            id,
            shift: ShiftId(1),
            date: Day(jiff::civil::date(2025, 11, 6)),
            notes: "ok".into(),
            work_orders: vec![OrderLeft {
                work_order: WorkOrderId(4),
                status: WorkOrderStatus::Paused,
                completed: 40,
                ordered: 100,
                blocked: Some("x".into()),
            }],
            issues: vec![Issue { machine: None, text: "y".into() }],
            by: UserId(3),
            at: Timestamp(1),
        }
    }

    #[test]
    fn sync_03_every_kind_round_trips_and_unknown_ones_are_kept() {
        let facts = one_of_each();
        assert_eq!(facts.len(), Fact::KINDS.len());
        for fact in facts {
            let (kind, version) = fact.kind();
            let body = fact.encode().unwrap();
            assert_eq!(Fact::decode(kind, version, &body).unwrap(), Some(fact.clone()));
            assert!(Fact::decode(kind, version, &[&body[..], &[0]].concat()).is_err(), "trailing bytes: {fact:?}");
            assert!(Fact::decode(kind, version, &body[..body.len() - 1]).is_err(), "cut short: {fact:?}");
            assert_eq!(Fact::decode(kind, version + 1, &body).unwrap(), None);
        }
        assert_eq!(Fact::decode(999, 1, &[1, 2, 3]).unwrap(), None);
    }

    /// The bytes themselves, written by hand from the postcard specification: a change here is a change
    /// of what lies on disks in plants, and needs a new version instead.
    #[test]
    fn sync_03_bytes_are_kept_for_ever() {
        let fact = Fact::from(ActivityChanged {
            machine: MachineId(7),
            at: Timestamp(-3),
            activity: Activity::Down,
            clock: ClockQuality::Unsure,
        });
        // zigzag(7) = 14, zigzag(-3) = 5, Down is the sixth activity, Unsure the second quality.
        assert_eq!(fact.encode().unwrap(), [14, 5, 5, 1]);
        let fact = Fact::from(Counted {
            machine: MachineId(-1),
            bucket: Timestamp(0),
            total: 200,
            rejected: 0,
            ideal: 64,
            work_order: Some(WorkOrderId(1)),
        });
        // zigzag(-1) = 1; 200 = 0xC8 0x01 as varint; zigzag(64) = 128 = 0x80 0x01; Some = 1, zigzag(1) = 2.
        assert_eq!(fact.encode().unwrap(), [1, 0, 0xC8, 0x01, 0, 0x80, 0x01, 1, 2]);
    }

    #[test]
    fn sync_03_bytes_of_edits_of_stops_are_kept_for_ever() {
        let check = |fact: Fact, kind: u16, parts: &[&[u8]]| {
            assert_eq!((fact.kind(), fact.encode().unwrap()), ((kind, 1), parts.concat()));
        };
        let (id, other) = (Uuid::from_u128(0x11), Uuid::from_u128(0x22));
        // A UUID is its length, 16, and its bytes; 1 is zigzag 2.
        let (one, two) = ([&[16][..], id.as_bytes()].concat(), [&[16][..], other.as_bytes()].concat());
        let (by, at) = (UserId(3), Timestamp(1));
        let alarmed = DowntimeAlarmed { id, at, text: "E7".into(), reason: Some(ReasonId(4)) };
        check(alarmed.into(), 35, &[&one, &[2, 2], b"E7", &[1, 8]]);
        check(
            DowntimeSplit { id, cut: Timestamp(5), new: other, by, at, note: None }.into(),
            36,
            &[&one, &[10], &two, &[6, 2, 0]],
        );
        check(
            DowntimeMerged { id, other, by, at, note: Some("x".into()) }.into(),
            37,
            &[&one, &two, &[6, 2, 1, 1], b"x"],
        );
        let corrected =
            DowntimeCorrected { id, started_at: Timestamp(2), ended_at: Some(Timestamp(3)), by, at, note: None };
        check(corrected.into(), 38, &[&one, &[4, 1, 6, 6, 2, 0]]);
        check(DowntimeVoided { id, by, at, note: None }.into(), 39, &[&one, &[6, 2, 0]]);
        check(DowntimeEscalated { id, at }.into(), 40, &[&one, &[2]]);
    }

    #[test]
    fn shift_06_bytes_of_people_are_kept_for_ever() {
        let check = |fact: Fact, kind: u16, parts: &[&[u8]]| {
            assert_eq!((fact.kind(), fact.encode().unwrap()), ((kind, 1), parts.concat()));
        };
        let id = Uuid::from_u128(0x11);
        let one = [&[16][..], id.as_bytes()].concat();
        let (by, at, machine) = (UserId(3), Timestamp(1), MachineId(7));
        // A day is its text of ten bytes; Paused is the fourth status; 40 and 100 are varints of their own.
        let order = [1, 8, 3, 40, 100, 1, 1, b'x'];
        let head: &[u8] = &[2, 10];
        let scrapped =
            ProductionScrapped { log: id, parts: vec![ScrapPart { reason: ScrapReasonId(2), quantity: 200 }] };
        check(scrapped.into(), 67, &[&one, &[1, 4, 0xC8, 0x01]]);
        check(handover(id).into(), 128, &[&one, head, b"2025-11-06", &[2], b"ok", &order, &[1, 0, 1], b"y", &[6, 2]]);
        check(HandoverAcknowledged { id, by, at }.into(), 129, &[&one, &[6, 2]]);
        let called = HelpCalled { id, machine, kind: HelpKind::Material, note: Some("z".into()), by, at };
        check(called.into(), 130, &[&one, &[14, 3, 1, 1], b"z", &[6, 2]]);
        check(HelpAnswered { id, by, at }.into(), 131, &[&one, &[6, 2]]);
        check(HelpEnded { id, by, at, note: None }.into(), 132, &[&one, &[6, 2, 0]]);
    }

    #[test]
    fn edge_02_bytes_of_writes_are_kept_for_ever() {
        let id = Uuid::from_u128(0x11);
        let head = [&[16][..], id.as_bytes(), &[2], b"sp", &[1, 14, 1, 1], b"7", &[2], b"80", &[6, 2]].concat();
        // Asked, done, refused, not sent, unknown: 0 to 4.
        for (place, outcome) in (0..).zip(WriteOutcome::ALL) {
            let fact = Fact::from(written(id, outcome));
            let bytes = [&head[..], &[place, 1, 2], b"no"].concat();
            assert_eq!((fact.kind(), fact.encode().unwrap()), ((133, 1), bytes));
            assert_eq!(WriteOutcome::from_code(outcome.code()), Some(outcome));
        }
    }

    #[test]
    fn kinds_have_numbers_of_their_own() {
        let mut numbers: Vec<u16> = Fact::KINDS.iter().map(|(_, k, _)| *k).collect();
        numbers.dedup();
        assert!(numbers.is_sorted() && numbers.len() == Fact::KINDS.len());
    }
}
