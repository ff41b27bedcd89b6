//! Snapshots of the cloud's log, applied to a real file.

use std::time::Instant;

use unison_core::facts::WorkOrderVerb;
use unison_core::ids::{ReasonId, UserId};
use unison_core::master::{MasterOp, WorkOrderAsked, WorkOrderStatus};
use unison_sync::wire::{Have, Op};

use super::test_plant::*;
use super::tests::request;
use super::*;

fn op(op: &MasterOp) -> Op {
    Op { kind: op.kind().0, version: op.kind().1, hlc: 9, body: op.encode().unwrap() }
}

fn fact(fact: &Fact) -> Op {
    Op { kind: fact.kind().0, version: fact.kind().1, hlc: 9, body: fact.encode().unwrap() }
}

fn place(seq: u64) -> Have {
    Have { incarnation: 2, seq, hash: [7; 32] }
}

fn asked(n: u128, verb: WorkOrderVerb, edge: Uuid) -> MasterOp {
    let MasterOp::WorkOrderRequest(request) = request(n, verb) else { panic!("a request") };
    WorkOrderAsked { request, edge }.into()
}

fn user(id: i64, name: &str) -> MasterOp {
    unison_core::master::User {
        id: UserId(id),
        name: name.into(),
        email: format!("{name}@acme.test"),
        roles: vec!["operator".into()],
        badge: None,
        is_active: true,
    }
    .into()
}

fn order(id: i64, number: &str, status: WorkOrderStatus) -> MasterOp {
    unison_core::master::WorkOrder { id: WorkOrderId(id), number: number.into(), machine: None, ..work_order(status) }
        .into()
}

#[tokio::test]
async fn q_119_a_snapshot_replaces_what_the_cloud_said_and_nothing_that_was_done_here() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    let second = order(500, "WO-GONE", WorkOrderStatus::Completed);
    cloud.master(&store, [user(3, "anna"), user(4, "ben"), second, machine(MachineId(8), "OLD-1", None).into()]).await;
    write(&store, vec![moved(WorkOrderVerb::Start), logged(1, 10, 1).into()]).await;
    cloud.facts(&store, [logged(2, 5, 0).into(), logged(3, 6, 0).into()]).await;
    let before = store.model().clone();
    assert_eq!(before.work_orders[&ORDER].completed, 21);

    // Ben, the second reason, the second work order, a machine and log 3 are gone; log 4 and Cleo are new.
    let mut ops: Vec<Op> =
        master_data().iter().filter(|o| !matches!(o, MasterOp::Reason(r) if r.id == ReasonId(2))).map(op).collect();
    ops.extend([op(&user(3, "anna")), op(&user(5, "cleo"))]);
    ops.extend([logged(2, 5, 0), logged(4, 7, 2)].map(|l| fact(&l.into())));
    store.apply_snapshot(ops, place(80)).await.unwrap();

    let check = |model: &Model| {
        let active = |id| model.users.get(&UserId(id)).map(|u| u.is_active);
        assert_eq!((active(3), active(4), active(5)), (Some(true), Some(false), Some(true)), "history names Ben");
        assert!(!model.reasons[&ReasonId(2)].is_active && model.reasons[&ReasonId(1)].is_active);
        assert!(!model.work_orders.contains_key(&WorkOrderId(500)) && !model.machines.contains_key(&MachineId(8)));
        let w = &model.work_orders[&ORDER];
        assert_eq!(
            (w.completed, w.rejected, w.status),
            (22, 3, WorkOrderStatus::InProgress),
            "10 own, 5 and 7 of others"
        );
        assert_eq!(model.machines[&MILL].work_order, Some(ORDER));
    };
    check(&store.model());
    assert_eq!(store.model().queue, before.queue, "nothing of it goes up");
    assert_eq!(store.model().unknown_machines, ["X-9"]);
    assert!(store.model().machines[&MILL].is_ours);
    assert_eq!(store.have().await.unwrap(), place(80));
    // The same again changes nothing; so does a restart.
    store.close();
    drop(store);
    check(&open(&dir).model());
}

#[tokio::test]
async fn q_119_a_work_order_that_goes_on_here_stays_until_it_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![moved(WorkOrderVerb::Start), logged(1, 10, 0).into()]).await;
    let without: Vec<Op> = master_data().iter().filter(|o| !matches!(o, MasterOp::WorkOrder(_))).map(op).collect();
    store.apply_snapshot(without.clone(), place(80)).await.unwrap();
    assert_eq!(store.model().work_orders[&ORDER].status, WorkOrderStatus::InProgress);
    write(&store, vec![moved(WorkOrderVerb::Complete)]).await;
    store.apply_snapshot(without, place(81)).await.unwrap();
    assert!(store.model().work_orders.is_empty());
    let own: i64 = store.read(|c| c.query_row("SELECT count(*) FROM production_logs", [], |r| r.get(0))).unwrap();
    assert_eq!(own, 1, "its own facts stay");
}

#[tokio::test]
async fn q_129_a_request_that_a_snapshot_brings_again_is_answered_once() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    cloud.master(&store, [asked(1, WorkOrderVerb::Start, EDGE)]).await;
    let head = store.model().queue.head;
    let ops = |more: &[MasterOp]| master_data().iter().chain(more).map(op).collect::<Vec<_>>();
    let open = [asked(1, WorkOrderVerb::Start, EDGE), asked(2, WorkOrderVerb::Pause, EDGE)];
    store.apply_snapshot(ops(&open), place(80)).await.unwrap();
    assert_eq!(store.model().queue.head, head + 1, "only the one that is new");
    assert_eq!(store.model().work_orders[&ORDER].status, WorkOrderStatus::Paused);
    store.apply_snapshot(ops(&open), place(81)).await.unwrap();
    assert_eq!(store.model().queue.head, head + 1);
}

#[tokio::test]
async fn q_129_only_the_edge_that_is_named_answers() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    let head = store.model().queue.head;
    cloud.master(&store, [asked(1, WorkOrderVerb::Start, Uuid::from_u128(5))]).await;
    assert_eq!(store.model().queue.head, head, "though the machine is nobody's yet and configured here");
    cloud.master(&store, [asked(2, WorkOrderVerb::Start, EDGE)]).await;
    assert_eq!(store.model().work_orders[&ORDER].status, WorkOrderStatus::InProgress);
    // The machine went to another edge before the question came: it says so instead of being silent.
    let mut changes = store.changes();
    let elsewhere = machine(MILL, "CNC-001", Some(Uuid::from_u128(5)));
    cloud.master(&store, [elsewhere.into(), asked(3, WorkOrderVerb::Pause, EDGE)]).await;
    let facts = changes.recv().await.unwrap().facts.clone();
    let [Fact::WorkOrderRefused(no)] = facts.as_slice() else { panic!("{facts:?}") };
    assert_eq!(no.reason, "another edge executes WO-2025-001 now");
}

#[tokio::test]
async fn q_129_what_another_edge_executes_is_shown_as_the_cloud_says() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    write(&store, vec![moved(WorkOrderVerb::Start)]).await;
    let elsewhere = machine(MILL, "CNC-001", Some(Uuid::from_u128(5)));
    cloud.master(&store, [elsewhere.into(), work_order(WorkOrderStatus::Completed).into()]).await;
    assert_eq!(store.model().work_orders[&ORDER].status, WorkOrderStatus::Completed);
    store.close();
    drop(store);
    assert_eq!(open(&dir).model().work_orders[&ORDER].status, WorkOrderStatus::Completed);
}

#[tokio::test]
async fn sync_03_what_a_snapshot_holds_for_a_newer_version_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut ops: Vec<Op> = master_data().iter().map(op).collect();
    ops.push(Op { kind: 9_999, version: 1, hlc: 9, body: vec![1] });
    store.apply_snapshot(ops, place(80)).await.unwrap();
    let kept: i64 = store.read(|c| c.query_row("SELECT count(*) FROM set_aside", [], |r| r.get(0))).unwrap();
    assert_eq!(kept, 1);
}

/// `cargo nextest run -p edge-agent --run-ignored all measure_snapshot --no-capture`
#[tokio::test]
#[ignore = "a measurement"]
async fn measure_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut ops: Vec<Op> = master_data().iter().map(op).collect();
    ops.extend((1_000..1_500).map(|n| op(&machine(MachineId(n), &format!("CNC-{n}"), None).into())));
    ops.extend((10_000..12_000).map(|n| op(&user(n, &format!("person.{n}")))));
    ops.extend((20_000..25_000).map(|n| op(&order(n, &format!("WO-2026-{n}"), WorkOrderStatus::Released))));
    ops.extend((1..=20_000u128).map(|n| {
        let work_order = WorkOrderId(20_000 + i64::try_from(n % 5_000).unwrap());
        fact(&unison_core::facts::ProductionLogged { work_order, ..logged(n, 3, 0) }.into())
    }));
    for round in ["first", "again"] {
        let began = Instant::now();
        store.apply_snapshot(ops.clone(), place(80)).await.unwrap();
        eprintln!("{round}: {} ops applied in {:?}", ops.len(), began.elapsed());
    }
}
