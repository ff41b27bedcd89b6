//! The store against a real file: what is acknowledged stays, what is refused leaves nothing behind.

use std::convert::Infallible;

use unison_core::activity::Activity;
use unison_core::calendar_day::CalendarDay;
use unison_core::facts::{
    Counted, DowntimeClassified, DowntimeClosed, DowntimeSplit, HelpAnswered, HelpCalled, HelpEnded, HelpKind,
    Observed, WorkOrderVerb,
};
use unison_core::ids::{LaneId, ReasonId};
use unison_core::master::{self, MasterOp, WorkOrderRequest, WorkOrderStatus};
use unison_core::span::Span;
use unison_core::time::{HOUR, SECOND};
use unison_sync::wire::Op;

use super::model::Sums;
use super::stops::{self, DowntimeFilter};
use super::test_plant::*;
use super::*;

#[tokio::test]
async fn edge_09_what_was_acknowledged_is_there_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![moved(WorkOrderVerb::Start), logged(1, 10, 1).into(), opened(9, 5)]).await;
    let call = |id, kind| HelpCalled { id: Uuid::from_u128(id), machine: MILL, kind, note: None, by: ANNA, at: at(7) };
    let comes = HelpAnswered { id: Uuid::from_u128(21), by: ANNA, at: at(8) };
    let over = HelpEnded { id: Uuid::from_u128(22), by: ANNA, at: at(9), note: None };
    let calls = [call(21, HelpKind::Quality), call(22, HelpKind::Material)].map(Into::into);
    write(&store, calls.into_iter().chain([comes.into(), over.into()]).collect()).await;
    let after = crashed(&dir);
    let again = Store::open(after.path(), clock()).unwrap();
    let (before, now) = (store.model(), again.model());
    assert_eq!(now.queue, before.queue);
    let w = &now.work_orders[&ORDER];
    assert_eq!((w.status, w.completed, w.rejected, w.started_by), (WorkOrderStatus::InProgress, 10, 1, Some(ANNA)));
    assert_eq!(now.machines[&MILL].downtimes, before.machines[&MILL].downtimes);
    assert_eq!(now.machines[&MILL].work_order, Some(ORDER));
    assert!(again.read(|c| project::has_log(c, Uuid::from_u128(1))).unwrap());
    let help = &now.machines[&MILL].help;
    assert_eq!((help.len(), help[0].kind, help[0].answered), (1, HelpKind::Quality, Some((ANNA, at(8)))));
    assert_eq!(*help, before.machines[&MILL].help);
}

#[tokio::test]
async fn edge_14_time_without_the_agent_is_no_data() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![changed(0, Activity::Running), Observed { until: at(20) }.into()]).await;
    let after = crashed(&dir);
    let again = Store::open(after.path(), clock()).unwrap();
    assert_eq!(again.model().machines[&MILL].activity, Activity::Running);
    again.start("test", vec!["CNC-001".into()]).await.unwrap();
    {
        let model = again.model();
        let m = &model.machines[&MILL];
        assert_eq!((m.activity, m.since, m.last_known), (Activity::NoData, Some(at(20)), Some(Activity::Running)));
    }
    // Facts after the last settled moment count as far as they go.
    write(&again, vec![changed(50, Activity::Idle)]).await;
    again.start("test", vec!["CNC-001".into()]).await.unwrap();
    assert_eq!(again.model().machines[&MILL].since, Some(at(50)));
    again.start("test", vec!["CNC-001".into()]).await.unwrap();
    let range = Span::new(at(0), at(60));
    let line = again.read(|c| history::changes(c, MILL, range)).unwrap();
    assert_eq!(line, [(at(0), Activity::Running), (at(20), Activity::NoData), (at(50), Activity::NoData)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_09_many_waiters_share_a_commit() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let before = log_rows(&store);
    let waiters = (0..500u128).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { write(&store, vec![logged(n + 1, 1, 0).into()]).await })
    });
    for waiter in waiters.collect::<Vec<_>>() {
        waiter.await.unwrap();
    }
    let commits = log_rows(&store) - before;
    assert!(commits < 250, "{commits} commits for 500 waiters");
    assert_eq!(store.model().work_orders[&ORDER].completed, 500);
}

#[tokio::test]
async fn log_05_a_refusal_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let before = (log_rows(&store), store.model().queue);
    let refused = store.decide(|_| Err::<(Vec<Fact>, ()), _>("not now")).await.unwrap();
    assert_eq!(refused, Err("not now"));
    assert_eq!((log_rows(&store), store.model().queue), before);
    let broken = store.decide::<(), (), _>(|_| panic!("planned")).await;
    assert!(matches!(broken, Err(StoreError::Failed)));
    write(&store, vec![logged(1, 1, 0).into()]).await;
}

#[tokio::test]
async fn log_08_a_log_that_is_booked_is_not_booked_again() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let head = || store.model().queue.head;
    let before = head();
    let fact = || Fact::from(logged(1, 10, 1));
    let book = |is_new: bool| {
        store.decide_log(Uuid::from_u128(1), move |_, is_booked| {
            assert_eq!(is_booked, !is_new);
            if is_booked { Err("again") } else { Ok((vec![fact()], ())) }
        })
    };
    assert_eq!(book(true).await.unwrap(), Ok(()));
    assert_eq!(book(false).await.unwrap(), Err("again"));
    // Whoever does not ask adds nothing either.
    write(&store, vec![fact(), logged(2, 3, 0).into(), fact()]).await;
    assert_eq!(head(), before + 2);
    let w = store.model().work_orders[&ORDER].clone();
    assert_eq!((w.completed, w.rejected), (13, 1));
    assert_eq!(store.read(|c| load::sums_of(c, ORDER)).unwrap(), Sums { completed: 13, rejected: 1 });
}

#[tokio::test]
async fn edge_01_nothing_is_recorded_before_enrolment() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    assert!(!store.start("test", vec!["CNC-001".into()]).await.unwrap().is_recorded);
    let facts = vec![logged(1, 1, 0).into()];
    let said = store.decide(move |_| Ok::<_, Infallible>((facts, ()))).await;
    assert!(matches!(said, Err(StoreError::NotEnrolled)));
    store.enrolled(identity()).await.unwrap();
    assert!(store.enrolled(identity()).await.is_err(), "an identity is for ever");
}

#[tokio::test]
async fn sync_04_logs_of_others_count_once() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    write(&store, vec![logged(1, 10, 0).into()]).await;
    let head = store.model().queue.head;
    cloud.facts(&store, [logged(1, 10, 0).into(), logged(2, 5, 1).into(), logged(2, 5, 1).into()]).await;
    let w = store.model().work_orders[&ORDER].clone();
    assert_eq!((w.completed, w.rejected), (15, 1));
    assert_eq!(store.model().queue.head, head, "what came down does not go up again");
    let (rows, total) = store.read(|c| history::production_logs(c, Some(ORDER), 0, 10)).unwrap();
    assert_eq!(total, 2);
    assert_eq!(
        rows.iter().map(|r| (r.completed, r.is_own, r.cumulative)).collect::<Vec<_>>(),
        [(5, false, 15), (10, true, 10)]
    );
    assert_eq!(store.read(|c| history::production_log(c, Uuid::from_u128(2))).unwrap().unwrap(), rows[0]);
}

fn terms(ideal_cycle: Option<i64>, on_hold: Option<&str>) -> MasterOp {
    master::WorkOrderTerms { work_order: ORDER, ideal_cycle, on_hold: on_hold.map(Into::into) }.into()
}

#[tokio::test]
async fn wo_17_an_edge_starts_nothing_of_a_project_on_hold_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    let start = |model: &Model| {
        unison_rules::work_order::moved(WorkOrderVerb::Start, &Model::known(&model.work_orders[&ORDER]))
    };
    assert!(start(&store.model()).is_ok());
    cloud.master(&store, [terms(None, Some("P-1")), work_order(WorkOrderStatus::Released).into()]).await;
    let refused = start(&store.model()).unwrap_err().to_string();
    assert_eq!(
        refused, "Cannot start work order: Project P-1 is on hold; resume it first",
        "the order's own op keeps it"
    );
    cloud.master(&store, [request(1, WorkOrderVerb::Start)]).await;
    assert_eq!(store.model().work_orders[&ORDER].status, WorkOrderStatus::Released, "nor when the cloud asks");
    let after = crashed(&dir);
    assert!(start(&Store::open(after.path(), clock()).unwrap().model()).is_err());
    cloud.master(&store, [terms(None, None)]).await;
    write(&store, vec![moved(WorkOrderVerb::Start)]).await;
    cloud
        .master(&store, [terms(None, Some("P-1")), request(2, WorkOrderVerb::Pause), request(3, WorkOrderVerb::Resume)])
        .await;
    assert_eq!(store.model().work_orders[&ORDER].status, WorkOrderStatus::InProgress, "what runs may finish");
}

#[tokio::test]
async fn q_133_the_ideal_cycle_is_the_products_then_the_machines_then_the_lanes() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    let ideal = || store.model().ideal_cycle(MILL);
    cloud.master(&store, [terms(Some(4 * SECOND), None)]).await;
    assert_eq!(ideal(), 6 * SECOND, "it does not work on it yet");
    write(&store, vec![moved(WorkOrderVerb::Start)]).await;
    assert_eq!(ideal(), 4 * SECOND);
    cloud.master(&store, [terms(None, None)]).await;
    assert_eq!(ideal(), 6 * SECOND, "the machine's own");
    let lane = master::Lane { id: LaneId(2), name: "L".into(), capacity: 1, ideal_cycle: Some(9 * SECOND) };
    cloud
        .master(&store, [lane.into(), master::Machine { ideal_cycle: None, ..machine(MILL, "CNC-001", None) }.into()])
        .await;
    assert_eq!(ideal(), 9 * SECOND);
}

#[tokio::test]
async fn sync_03_unknown_ops_are_kept_and_the_stream_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    let (_, kind, version) = MasterOp::KINDS[0];
    cloud.send(&store, vec![(9_999, 1, vec![1, 2]), (kind, version + 1, vec![]), (kind, version, vec![0xFF])]).await;
    cloud.facts(&store, [changed(1, Activity::Running)]).await;
    let kept: i64 = store.read(|c| c.query_row("SELECT count(*) FROM set_aside", [], |r| r.get(0))).unwrap();
    assert_eq!(kept, 4);
    assert_eq!(store.model().machines[&MILL].activity, Activity::NoData, "the edge alone says what its machines do");
    assert_eq!(store.have().await.unwrap(), cloud.0);
}

fn holiday(first: &str, is_active: bool) -> MasterOp {
    use unison_core::calendar::Day;
    let (id, name) = (unison_core::ids::CalendarDayId(31), "Founders' day".to_owned());
    let first = Day::parse(first).unwrap();
    let kind = unison_core::calendar_day::DayKind::Holiday;
    CalendarDay { id, name, kind, first, last: first, is_yearly: false, is_active }.into()
}

#[tokio::test]
async fn shift_03_no_shift_starts_here_on_a_holiday() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    let shift_now =
        |store: &Store| store.model().frame(at(100_000)).calendar.window_at(at(0)).map(|w| w.date.to_string());
    let today = shift_now(&store).expect("the plant works around the clock");
    cloud.master(&store, [holiday(&today, true)]).await;
    assert_eq!(shift_now(&store), None);
    store.close();
    drop(store);
    let store = open(&dir);
    assert_eq!(shift_now(&store), None, "also after a restart");
    cloud.master(&store, [holiday(&today, false)]).await;
    assert_eq!(shift_now(&store), Some(today), "the holiday was archived");
}

#[tokio::test]
async fn sync_03_a_newer_program_takes_up_what_an_older_one_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let today = store.model().frame(at(100_000)).calendar.window_at(at(0)).unwrap().date.to_string();
    let op = |op: MasterOp| {
        let op = Op { kind: op.kind().0, version: op.kind().1, hlc: 9, body: op.encode().unwrap() };
        postcard::to_stdvec(&op).unwrap()
    };
    let unknown = postcard::to_stdvec(&Op { kind: 9_999, version: 1, hlc: 9, body: vec![1] }).unwrap();
    for body in [op(holiday("2020-01-01", true)), unknown, op(holiday(&today, true))] {
        store.set_aside(down::FOR_NEWER.into(), body).await.unwrap();
    }
    store.close();
    drop(store);
    let store = open(&dir);
    assert_eq!(store.model().frame(at(100_000)).calendar.window_at(at(0)), None, "the later one counts");
    let kept: i64 = store.read(|c| c.query_row("SELECT count(*) FROM set_aside", [], |r| r.get(0))).unwrap();
    assert_eq!(kept, 1, "what this program does not know either stays");
}

pub(super) fn request(n: u128, verb: WorkOrderVerb) -> MasterOp {
    let request = Uuid::from_u128(n);
    WorkOrderRequest { request, work_order: ORDER, verb, machine: None, by: ANNA, at: at(0), note: None }.into()
}

#[tokio::test]
async fn q_129_requests_of_the_cloud_are_answered_once_by_the_executing_edge() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    let mut changes = store.changes();
    cloud.master(&store, [request(1, WorkOrderVerb::Start), request(2, WorkOrderVerb::Start)]).await;
    let facts = changes.recv().await.unwrap().facts.clone();
    let [Fact::WorkOrderMoved(yes), Fact::WorkOrderRefused(no)] = facts.as_slice() else { panic!("{facts:?}") };
    assert_eq!((yes.request, yes.machine, yes.by), (Some(Uuid::from_u128(1)), Some(MILL), Some(ANNA)));
    assert_eq!(no.reason, "WO-2025-001 is already in progress");
    assert_eq!(store.model().current_work_order(MILL).unwrap().record.id, ORDER);
    // The plan may say what it wants: what was done here stays.
    cloud.master(&store, [work_order(WorkOrderStatus::Cancelled).into()]).await;
    assert_eq!(store.model().work_orders[&ORDER].status, WorkOrderStatus::InProgress);
    // Another edge took the machine: it answers.
    let head = store.model().queue.head;
    cloud
        .master(&store, [machine(MILL, "CNC-001", Some(Uuid::from_u128(5))).into(), request(3, WorkOrderVerb::Pause)])
        .await;
    assert_eq!(store.model().queue.head, head);
    assert_eq!(store.model().claimed_elsewhere, ["CNC-001"]);
    assert!(!store.model().machines[&MILL].is_ours);
}

#[tokio::test]
async fn edge_16_machines_are_matched_by_code() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    assert_eq!(store.model().unknown_machines, ["X-9"]);
    cloud.master(&store, [machine(MachineId(8), "X-9", Some(EDGE)).into()]).await;
    assert_eq!(store.model().resolved().ours, [(0, MILL), (1, MachineId(8))]);
    assert!(store.model().unknown_machines.is_empty());
}

#[tokio::test]
async fn edge_16_two_machines_and_two_work_orders_swap_their_names() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut cloud) = edge(&dir).await;
    let other = MachineId(8);
    let order = |id: i64, number: &str| -> MasterOp {
        master::WorkOrder { id: WorkOrderId(id), number: number.into(), ..work_order(WorkOrderStatus::Released) }.into()
    };
    cloud.master(&store, [machine(other, "X-9", None).into(), order(456, "A"), order(457, "B")]).await;
    let swapped = [machine(MILL, "X-9", None).into(), machine(other, "CNC-001", None).into()];
    cloud.master(&store, swapped).await;
    cloud.master(&store, [order(456, "B"), order(457, "A")]).await;
    let model = store.model();
    let (machine, order) = (|code| model.machine_by_code(code).unwrap().record.id, |n| model.work_order_by_number(n));
    assert_eq!((machine("X-9"), machine("CNC-001")), (MILL, other));
    assert_eq!(order("A").unwrap().record.id, WorkOrderId(457));
    assert_eq!(order("B").unwrap().record.id, WorkOrderId(456));
}

#[tokio::test]
async fn down_01_a_stop_is_classified_and_closed() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    write(&store, vec![opened(9, 0)]).await;
    let classify = |reason| DowntimeClassified {
        id: Uuid::from_u128(9),
        reason: ReasonId(reason),
        note: (reason == 1).then(|| "belt".into()),
        by: ANNA,
        at: at(30),
    };
    write(&store, vec![classify(1).into(), classify(2).into()]).await;
    assert_eq!(store.model().machines[&MILL].downtimes[0].reason, Some(ReasonId(2)), "Q-141: the last one counts");
    // Facts that ride and come too late for what people did are left out.
    let late = vec![opened(10, 1), DowntimeClosed { id: Uuid::from_u128(9), ended_at: at(60) }.into()];
    store.ride(Ride { facts: late, counters: vec![] }).unwrap();
    store
        .ride(Ride {
            facts: vec![DowntimeClosed { id: Uuid::from_u128(9), ended_at: at(70) }.into()],
            counters: vec![],
        })
        .unwrap();
    write(&store, vec![logged(1, 1, 0).into()]).await;
    assert!(store.model().machines[&MILL].downtimes.is_empty());
    let (rows, total) = store.read(|c| stops::list(c, DowntimeFilter::default(), 0, 10)).unwrap();
    assert_eq!((total, rows[0].ended_at, rows[0].note.as_deref()), (1, Some(at(60)), Some("belt")));
}

#[tokio::test]
async fn edge_09_riding_facts_are_written_without_company() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let mut changes = store.changes();
    let counter = CounterAt { machine: MILL, name: "parts", raw: u64::MAX, at: at(3) };
    let facts = vec![changed(3, Activity::Running)];
    store.ride(Ride { facts, counters: vec![counter] }).unwrap();
    let change = tokio::time::timeout(std::time::Duration::from_secs(5), changes.recv()).await.unwrap().unwrap();
    assert_eq!(change.machines, [MILL]);
    let counters = store.read(history::counters).unwrap();
    assert_eq!(counters, [(MILL, "parts".to_owned(), u64::MAX, at(3))]);
}

#[tokio::test]
async fn edge_08_oee_of_a_range() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let counted = |bucket, total, rejected| Counted {
        machine: MILL,
        bucket: at(bucket),
        total,
        rejected,
        ideal: 6 * SECOND,
        work_order: None,
    };
    let closed = DowntimeClosed { id: Uuid::from_u128(9), ended_at: at(1_800) };
    let facts = vec![
        changed(0, Activity::Running),
        counted(0, 100, 0).into(),
        changed(900, Activity::Down),
        opened(9, 900),
        changed(1_800, Activity::Running),
        closed.into(),
        counted(1_800, 200, 30).into(),
        Observed { until: at(3_600) }.into(),
    ];
    write(&store, facts).await;
    let frame = store.model().frame(at(100_000));
    let range = Span::new(at(0), at(3_600));
    let sums = store.read(|c| history::oee(c, &frame, MILL, range)).unwrap();
    assert_eq!((sums.planned, sums.downtime, sums.run), (HOUR, HOUR / 4, HOUR * 3 / 4));
    assert_eq!((sums.total, sums.rejected, sums.ideal), (300, 30, i128::from(300 * 6 * SECOND)));
    let later = store.read(|c| history::oee(c, &frame, MILL, Span::new(at(0), at(7_200)))).unwrap();
    assert_eq!((later.known, later.shift), (HOUR, 2 * HOUR), "later time is unknown, not unchanged");
}

#[tokio::test]
async fn down_a_stop_cut_since_the_engine_looked_ends_as_what_it_became() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = edge(&dir).await;
    let id = |n| Uuid::from_u128(n);
    let cut = |of, at_second, new| -> Fact {
        DowntimeSplit { id: id(of), cut: at(at_second), new: id(new), by: ANNA, at: at(90), note: None }.into()
    };
    write(&store, vec![opened(9, 5), cut(9, 20, 10), cut(10, 40, 11)]).await;
    assert_eq!(store.model().machines[&MILL].downtimes[0].id, id(11));
    let late = DowntimeClosed { id: id(9), ended_at: at(60) };
    store.ride(Ride { facts: vec![late.clone().into()], counters: vec![] }).unwrap();
    write(&store, vec![]).await;
    assert!(store.model().machines[&MILL].downtimes.is_empty());
    let rows = store.read(|c| stops::list(c, DowntimeFilter::default(), 0, 9)).unwrap().0;
    let ends: Vec<_> = rows.iter().map(|row| (row.id, row.ended_at)).collect();
    assert_eq!(ends, [(id(11), Some(at(60))), (id(10), Some(at(40))), (id(9), Some(at(20)))]);
    // A stop that ended by itself goes on as none: the next one is not ended by a word about it.
    write(&store, vec![opened(12, 70)]).await;
    store.ride(Ride { facts: vec![late.into()], counters: vec![] }).unwrap();
    write(&store, vec![changed(80, Activity::Down)]).await;
    assert_eq!(store.model().machines[&MILL].downtimes[0].id, id(12));
}
