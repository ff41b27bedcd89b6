//! Master data as an edge needs it, and the ops that carry it down (EDGE-16, SYNC-07, Q-119).
//!
//! Each op holds the whole record as it is now; the one with the highest sequence wins, and an edge
//! never edits it. The same rules of permanence hold as in `facts`. Hourly rates never go to an edge.

use crate::activity::Mode;
use crate::calendar_day::CalendarDay;
use crate::facts::WorkOrderVerb;
use crate::ids::{LaneId, MachineId, MachineTagId, PlantId, ReasonId, ScrapReasonId, ShiftId, UserId, WorkOrderId};
use crate::kpi::Standard;
use crate::shift::{Cycle, Shift};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The plant that an edge belongs to, with the settings of its organisation that matter there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plant {
    pub id: PlantId,
    pub name: String,
    pub organization_name: String,
    /// IANA zone of shift times, such as "Europe/Berlin".
    pub timezone: String,
    pub standard: Standard,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    pub id: LaneId,
    pub name: String,
    pub capacity: u32,
    /// Ideal time of one part in microseconds.
    pub ideal_cycle: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub id: MachineId,
    pub code: String,
    pub name: String,
    pub lane: Option<LaneId>,
    /// Ideal time of one part in microseconds; where missing, the lane's.
    pub ideal_cycle: Option<i64>,
    /// Millionths of units per hour.
    pub capacity_micro: Option<i64>,
    pub mode: Mode,
    /// The edge that looks after it; only that edge may speak for it.
    pub edge: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub id: ReasonId,
    pub code: String,
    pub name: String,
    pub category: String,
    pub is_planned: bool,
    pub is_critical: bool,
    pub is_active: bool,
}

/// A reason why units are rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrapReason {
    pub id: ScrapReasonId,
    pub code: String,
    pub name: String,
    pub category: Option<String>,
    pub is_active: bool,
}

/// What a value read from a machine tells people. How it is read stands in the edge's own file; the name links both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineTag {
    pub id: MachineTagId,
    pub machine: MachineId,
    /// As in the edge's configuration.
    pub name: String,
    pub meaning: String,
    /// Of measure, such as "mm/s".
    pub unit: Option<String>,
    pub is_active: bool,
}

/// A person who may sign on at an edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub roles: Vec<String>,
    pub badge: Option<String>,
    pub is_active: bool,
}

/// States of a work order (WO-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkOrderStatus {
    Planned,
    Released,
    InProgress,
    Paused,
    Completed,
    Cancelled,
}

impl WorkOrderStatus {
    pub const ALL: [Self; 6] =
        [Self::Planned, Self::Released, Self::InProgress, Self::Paused, Self::Completed, Self::Cancelled];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Released => "released",
            Self::InProgress => "in_progress",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// A work order as planned. What is done to it travels as facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrder {
    pub id: WorkOrderId,
    pub number: String,
    pub title: String,
    pub product: Option<String>,
    pub lane: Option<LaneId>,
    pub machine: Option<MachineId>,
    pub ordered: u32,
    /// From release on the executing edge decides; it takes this only while it has nothing newer.
    pub status: WorkOrderStatus,
    pub planned_start: Option<Timestamp>,
    pub planned_end: Option<Timestamp>,
    pub due: Option<Timestamp>,
}

/// What a work order takes from its product and its project. It follows each planned [`WorkOrder`] in the log, and
/// goes alone when only this changed. A record of its own, so that an edge which does not know it still works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderTerms {
    pub work_order: WorkOrderId,
    /// Ideal time of one part of its product in microseconds; it goes before the machine's and the lane's.
    pub ideal_cycle: Option<i64>,
    /// Number of its project while that is on hold: then it is not started (WO-17).
    pub on_hold: Option<String>,
}

/// The cycle of a rotating or custom shift; none: it starts on its weekdays again. It follows its [`Shift`] in the log.
/// A record of its own, so that an edge which does not know it still works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftCycle {
    pub shift: ShiftId,
    pub cycle: Option<Cycle>,
}

/// The cloud asks the executing edge to move a work order. The edge answers with
/// `WorkOrderMoved` or `WorkOrderRefused`, which name `request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderRequest {
    pub request: Uuid,
    pub work_order: WorkOrderId,
    pub verb: WorkOrderVerb,
    /// The machine it shall run on; where missing, the planned one.
    pub machine: Option<MachineId>,
    pub by: UserId,
    pub at: Timestamp,
    pub note: Option<String>,
}

/// As [`WorkOrderRequest`], to one edge: only that one answers, whoever else believes to execute the work
/// order. Version 2 of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderAsked {
    pub request: WorkOrderRequest,
    pub edge: Uuid,
}

crate::kinds::kinds! {
    /// One op of the cloud's log for a plant.
    MasterOp:
    Plant(Plant) = 1024 v 1,
    Lane(Lane) = 1025 v 1,
    Machine(Machine) = 1026 v 1,
    Shift(Shift) = 1027 v 1,
    Reason(Reason) = 1028 v 1,
    User(User) = 1029 v 1,
    WorkOrder(WorkOrder) = 1030 v 1,
    CalendarDay(CalendarDay) = 1031 v 1,
    WorkOrderTerms(WorkOrderTerms) = 1032 v 1,
    ShiftCycle(ShiftCycle) = 1033 v 1,
    ScrapReason(ScrapReason) = 1034 v 1,
    MachineTag(MachineTag) = 1035 v 1,
    WorkOrderRequest(WorkOrderRequest) = 1100 v 1,
    WorkOrderAsked(WorkOrderAsked) = 1100 v 2,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sync_07_master_data_round_trips_and_unknown_ops_are_kept() {
        let op = MasterOp::from(Machine {
            id: MachineId(15),
            code: "CNC-001".into(),
            name: "Mill".into(),
            lane: Some(LaneId(2)),
            ideal_cycle: Some(6_000_000),
            capacity_micro: None,
            mode: Mode::Production,
            edge: None,
        });
        let (kind, version) = op.kind();
        let body = op.encode().unwrap();
        assert_eq!(MasterOp::decode(kind, version, &body).unwrap(), Some(op));
        assert_eq!(MasterOp::decode(kind, version + 1, &body).unwrap(), None);
        assert!(MasterOp::decode(kind, version, b"\xff\xff").is_err());
    }

    #[test]
    fn sync_07_a_calendar_day_has_these_bytes() {
        use crate::calendar::Day;
        use crate::calendar_day::DayKind;
        let day = |text| Day::parse(text).unwrap();
        let op = MasterOp::from(CalendarDay {
            id: crate::ids::CalendarDayId(1001),
            name: "Inventory".into(),
            kind: DayKind::ExtraWorkingDay(4),
            first: day("2025-12-27"),
            last: day("2025-12-27"),
            is_yearly: false,
            is_active: true,
        });
        let expect = [&[0xd2, 0x0f, 9][..], b"Inventory", &[2, 4, 10], b"2025-12-27", &[10], b"2025-12-27", &[0, 1]];
        assert_eq!((op.kind(), op.encode().unwrap()), ((1031, 1), expect.concat()));
        assert_eq!(MasterOp::decode(1031, 1, &expect.concat()).unwrap(), Some(op));
    }

    #[test]
    fn wo_17_layout_of_terms_is_kept_for_ever() {
        let on_hold = Some("P-1".to_owned());
        let op = MasterOp::from(WorkOrderTerms { work_order: WorkOrderId(300), ideal_cycle: Some(1), on_hold });
        let expect = [0xD8, 0x04, 1, 2, 1, 3, b'P', b'-', b'1'];
        assert_eq!((op.kind(), op.encode().unwrap()), ((1032, 1), expect.to_vec()));
        assert_eq!(MasterOp::decode(1032, 1, &expect).unwrap(), Some(op));
    }

    #[test]
    fn shift_01_layout_of_cycles_is_kept_for_ever() {
        let first = crate::calendar::Day::parse("2025-11-03").unwrap();
        let cycle = Some(Cycle { first, length: 8, days: 0b1111 });
        let op = MasterOp::from(ShiftCycle { shift: ShiftId(3), cycle });
        let expect = [&[6, 1, 10][..], b"2025-11-03", &[8, 15]].concat();
        assert_eq!((op.kind(), op.encode().unwrap()), ((1033, 1), expect));
        assert_eq!(MasterOp::from(ShiftCycle { shift: ShiftId(3), cycle: None }).encode().unwrap(), [6, 0]);
    }

    #[test]
    fn sync_07_layout_of_machine_tags_is_kept_for_ever() {
        let (name, meaning, unit) = ("load".to_owned(), "Load".to_owned(), Some("%".to_owned()));
        let (id, machine) = (MachineTagId(4), MachineId(15));
        let op = MasterOp::from(MachineTag { id, machine, name, meaning, unit, is_active: true });
        let expect = [&[8, 30, 4][..], b"load", &[4], b"Load", &[1, 1], b"%", &[1]].concat();
        assert_eq!((op.kind(), op.encode().unwrap()), ((1035, 1), expect.clone()));
        assert_eq!(MasterOp::decode(1035, 1, &expect).unwrap(), Some(op));
    }

    #[test]
    fn q_129_a_request_of_version_2_is_one_of_version_1_with_its_addressee() {
        let (at, edge) = (Timestamp(5), Uuid::from_u128(0xE));
        let (request, work_order) = (Uuid::from_u128(7), WorkOrderId(456));
        let (verb, by) = (WorkOrderVerb::Start, UserId(3));
        let request = WorkOrderRequest { request, work_order, verb, machine: None, by, at, note: None };
        let (one, two) =
            (MasterOp::from(request.clone()), MasterOp::from(WorkOrderAsked { request: request.clone(), edge }));
        assert_eq!((one.kind(), two.kind()), ((1100, 1), (1100, 2)));
        let expect = [&one.encode().unwrap()[..], &[16], edge.as_bytes()].concat();
        assert_eq!(two.encode().unwrap(), expect);
        assert_eq!(MasterOp::decode(1100, 1, &one.encode().unwrap()).unwrap(), Some(one));
        assert_eq!(MasterOp::decode(1100, 2, &expect).unwrap(), Some(two));
    }

    #[test]
    fn wo_01_codes_round_trip() {
        for s in WorkOrderStatus::ALL {
            assert_eq!(WorkOrderStatus::from_code(s.code()), Some(s));
        }
    }
}
