//! A small plant for the tests of the store: an edge, its cloud, one machine, one work order.

use std::convert::Infallible;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use tempfile::TempDir;
use unison_core::activity::{Activity, Mode};
use unison_core::facts::{
    ActivityChanged, ClockQuality, DowntimeOpened, ProductionLogged, StopSource, WorkOrderMoved, WorkOrderVerb,
};
use unison_core::ids::{LaneId, PlantId, ReasonId, ShiftId, UserId};
use unison_core::kpi::Standard;
use unison_core::master::{self, MasterOp, WorkOrderStatus};
use unison_core::shift::{ActiveDays, Shift, WallTime};
use unison_core::time::SECOND;
use unison_sync::gate::{Verdict, judge};
use unison_sync::wire::{FORMAT, Op};

use super::*;

pub(super) const EDGE: Uuid = Uuid::from_u128(0xE);
pub(super) const PLANT: Uuid = Uuid::from_u128(0xB);
pub(super) const MILL: MachineId = MachineId(7);
pub(super) const ORDER: WorkOrderId = WorkOrderId(456);
pub(super) const ANNA: UserId = UserId(3);
/// 2025-11-06T10:00:00Z, a Thursday.
pub(super) const NOW: i64 = 1_762_423_200_000_000;

/// Goes on a millisecond at each look.
pub(super) struct TestClock(pub(super) AtomicI64);

impl Clock for TestClock {
    fn now_us(&self) -> i64 {
        self.0.fetch_add(1_000, Relaxed)
    }
}

pub(super) fn clock() -> Arc<dyn Clock> {
    Arc::new(TestClock(AtomicI64::new(NOW)))
}

pub(super) fn open(dir: &TempDir) -> Store {
    Store::open(dir.path(), clock()).unwrap()
}

pub(super) fn identity() -> Identity {
    Identity {
        organization: Uuid::from_u128(0xA),
        plant: PLANT,
        edge: EDGE,
        edge_id: 1,
        cloud_public_key: [1; 32],
        key_id: 1,
        mqtt_host: "localhost".into(),
        mqtt_port: 1883,
        organization_name: "Acme".into(),
        plant_name: "Hall 1".into(),
    }
}

pub(super) fn machine(id: MachineId, code: &str, edge: Option<Uuid>) -> master::Machine {
    master::Machine {
        id,
        code: code.into(),
        name: code.into(),
        lane: Some(LaneId(2)),
        ideal_cycle: Some(6 * SECOND),
        capacity_micro: None,
        mode: Mode::Production,
        edge,
    }
}

pub(super) fn work_order(status: WorkOrderStatus) -> master::WorkOrder {
    master::WorkOrder {
        id: ORDER,
        number: "WO-2025-001".into(),
        title: "Housing".into(),
        product: None,
        lane: Some(LaneId(2)),
        machine: Some(MILL),
        ordered: 100,
        status,
        planned_start: None,
        planned_end: None,
        due: None,
    }
}

pub(super) fn master_data() -> Vec<MasterOp> {
    let (name, timezone) = ("Hall 1".to_owned(), "UTC".to_owned());
    let reason = |id, code: &str| master::Reason {
        id: ReasonId(id),
        code: code.into(),
        name: code.into(),
        category: "Equipment".into(),
        is_planned: false,
        is_critical: false,
        is_active: true,
    };
    vec![
        master::Plant { id: PlantId(1), name, organization_name: "Acme".into(), timezone, standard: Standard::Unison }
            .into(),
        master::Lane { id: LaneId(2), name: "L".into(), capacity: 1, ideal_cycle: None }.into(),
        machine(MILL, "CNC-001", None).into(),
        Shift {
            id: ShiftId(1),
            name: "Day".into(),
            start: WallTime::parse("06:00").unwrap(),
            end: WallTime::parse("14:00").unwrap(),
            days: ActiveDays::EVERY,
            breaks: vec![],
            break_minutes_unplaced: 0,
            target_units: None,
            oee_target_percent: None,
        }
        .into(),
        reason(1, "mechanical_failure").into(),
        reason(2, "other").into(),
        work_order(WorkOrderStatus::Released).into(),
    ]
}

/// The cloud's side of the log.
#[derive(Default)]
pub(super) struct Cloud(pub(super) Have);

impl Cloud {
    pub(super) async fn send(&mut self, store: &Store, ops: Vec<(u16, u8, Vec<u8>)>) {
        self.send_at(store, ops, 1).await;
    }

    pub(super) async fn stamped(&mut self, store: &Store, op: MasterOp, hlc: u64) {
        self.send_at(store, vec![(op.kind().0, op.kind().1, op.encode().unwrap())], hlc).await;
    }

    async fn send_at(&mut self, store: &Store, ops: Vec<(u16, u8, Vec<u8>)>, hlc: u64) {
        let op = |(kind, version, body)| Op { kind, version, hlc, body };
        let batch = Batch {
            format: FORMAT,
            origin: PLANT,
            incarnation: 1,
            first: self.0.seq + 1,
            prev: self.0.hash,
            ops: ops.into_iter().map(op).collect(),
        };
        self.0 = match judge(&self.0, &batch.encode().unwrap()).unwrap().1 {
            Verdict::Next(have) => have,
            other => panic!("{other:?}"),
        };
        store.apply_down(vec![batch], self.0).await.unwrap();
    }

    pub(super) async fn master(&mut self, store: &Store, ops: impl IntoIterator<Item = MasterOp>) {
        let ops = ops.into_iter().map(|op| (op.kind().0, op.kind().1, op.encode().unwrap())).collect();
        self.send(store, ops).await;
    }

    pub(super) async fn facts(&mut self, store: &Store, facts: impl IntoIterator<Item = Fact>) {
        let ops = facts.into_iter().map(|f| (f.kind().0, f.kind().1, f.encode().unwrap())).collect();
        self.send(store, ops).await;
    }
}

/// An enrolled edge with master data that has started.
pub(super) async fn edge(dir: &TempDir) -> (Store, Cloud) {
    let (store, mut cloud) = (open(dir), Cloud::default());
    store.enrolled(identity()).await.unwrap();
    cloud.master(&store, master_data()).await;
    assert!(store.start("test", vec!["CNC-001".into(), "X-9".into()]).await.unwrap().is_recorded);
    (store, cloud)
}

pub(super) async fn write(store: &Store, facts: Vec<Fact>) {
    store.decide(move |_| Ok::<_, Infallible>((facts, ()))).await.unwrap().unwrap();
}

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp(NOW + seconds * SECOND)
}

pub(super) fn changed(seconds: i64, activity: Activity) -> Fact {
    ActivityChanged { machine: MILL, at: at(seconds), activity, clock: ClockQuality::Sure }.into()
}

pub(super) fn logged(n: u128, completed: u32, rejected: u32) -> ProductionLogged {
    ProductionLogged {
        id: Uuid::from_u128(n),
        work_order: ORDER,
        machine: Some(MILL),
        completed,
        rejected,
        hours_micro: 1_000_000,
        notes: None,
        by: ANNA,
        at: at(i64::try_from(n).unwrap()),
        shift: None,
    }
}

pub(super) fn moved(verb: WorkOrderVerb) -> Fact {
    let (machine, by) = (Some(MILL), Some(ANNA));
    WorkOrderMoved { work_order: ORDER, verb, machine, by, at: at(1), note: None, request: None }.into()
}

pub(super) fn opened(n: u128, seconds: i64) -> Fact {
    DowntimeOpened {
        id: Uuid::from_u128(n),
        machine: MILL,
        started_at: at(seconds),
        source: StopSource::Signal,
        reason: None,
        work_order: None,
        by: None,
        note: None,
    }
    .into()
}

/// What the disk holds at this moment, as after a crash.
pub(super) fn crashed(dir: &TempDir) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["edge.db", "edge.db-wal"] {
        std::fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
    }
    copy
}

pub(super) fn log_rows(store: &Store) -> i64 {
    store.read(|c| c.query_row("SELECT count(*) FROM log", [], |r| r.get(0))).unwrap()
}
