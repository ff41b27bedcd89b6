//! What facts become, and which of them go to quarantine while the stream goes on.

use super::harness::{Cloud, Edge, FREE, IN_OTHER_PLANT, ORDER, REASON, REASON_2, USER, logged, op};
use crate::intake::counters::Count;
use crate::params;
use unison_core::activity::Activity;
use unison_core::facts::{
    ActivityChanged, AgentStarted, ClockQuality, Counted, DowntimeAlarmed, DowntimeClassified, DowntimeClosed,
    DowntimeEscalated, DowntimeMerged, DowntimeOpened, DowntimeSplit, DowntimeVoided, Fact, Observed, ProductionLogged,
    StopSource, WorkOrderMoved, WorkOrderRefused, WorkOrderVerb,
};
use unison_core::ids::{MachineId, ReasonId, UserId, WorkOrderId};
use unison_core::master::MasterOp;
use unison_core::time::{HOUR, MINUTE, Timestamp};
use unison_sync::wire::{Batch, Have, Message, Op};
use uuid::Uuid;

const T: i64 = 1_762_423_200_000_000;

fn activity(machine: i64, at: i64, activity: Activity) -> Fact {
    ActivityChanged { machine: MachineId(machine), at: Timestamp(T + at), activity, clock: ClockQuality::Sure }.into()
}

fn counted(machine: i64, total: u32, rejected: u32) -> Fact {
    Counted { machine: MachineId(machine), bucket: Timestamp(T), total, rejected, ideal: 6_000_000, work_order: None }
        .into()
}

fn opened(id: Uuid, machine: i64) -> Fact {
    let machine = MachineId(machine);
    DowntimeOpened {
        id,
        machine,
        started_at: Timestamp(T),
        source: StopSource::Signal,
        reason: None,
        work_order: None,
        by: None,
        note: None,
    }
    .into()
}

fn classified(id: Uuid, reason: i64, by: i64) -> Fact {
    DowntimeClassified { id, reason: ReasonId(reason), note: None, by: UserId(by), at: Timestamp(T + 5) }.into()
}

fn started(machines: &[i64]) -> Fact {
    let machines = machines.iter().copied().map(MachineId).collect();
    AgentStarted { at: Timestamp(T), version: "0.9.1".into(), machines, unknown: vec![] }.into()
}

fn moved(verb: WorkOrderVerb, order: i64, machine: i64, request: Option<Uuid>) -> Fact {
    let machine = Some(MachineId(machine));
    WorkOrderMoved {
        work_order: WorkOrderId(order),
        verb,
        machine,
        by: Some(UserId(USER)),
        at: Timestamp(T),
        note: None,
        request,
    }
    .into()
}

async fn connected() -> (Cloud, Edge) {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    edge.connect().await;
    (cloud, edge)
}

const QUARANTINE: &str = "SELECT count(*) AS n FROM quarantine WHERE organization_id = $1";

#[tokio::test(flavor = "multi_thread")]
async fn sync_10_machine_time_and_counts_become_rows() {
    let (cloud, mut edge) = connected().await;
    edge.facts(vec![
        activity(FREE, 0, Activity::Running),
        activity(FREE, 9, Activity::Idle),
        activity(FREE, 9, Activity::Down),
        counted(FREE, 3, 0),
        counted(FREE, 2, 1),
        Observed { until: Timestamp(T + 20) }.into(),
        Observed { until: Timestamp(T + 10) }.into(),
    ])
    .await;
    let changes = "SELECT string_agg(activity, ' ' ORDER BY at) AS t FROM activity_changes WHERE organization_id = $1";
    assert_eq!(cloud.text(changes, &[]).await, "running down", "of two at one moment the later in the log counts");
    assert_eq!(
        cloud.number("SELECT total * 100 + rejected AS n FROM count_buckets WHERE organization_id = $1", &[]).await,
        501
    );
    assert_eq!(
        cloud.number("SELECT observed_until AS n FROM edges WHERE organization_id = $1 AND id = 1", &[]).await,
        T + 20
    );
    assert!(cloud.number("SELECT last_seen_at AS n FROM edges WHERE organization_id = $1 AND id = 1", &[]).await > T);
    assert_eq!(cloud.number("SELECT head AS n FROM edges WHERE organization_id = $1 AND id = 1", &[]).await, 7);
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_facts_of_a_clock_far_ahead_and_notes_without_end_are_kept_as_evidence_and_the_stream_goes_on() {
    let (cloud, mut edge) = connected().await;
    let years_ahead = cloud.tenancy.now().plus(20 * 365 * 24 * unison_core::time::HOUR).0 - T;
    let id = Uuid::now_v7();
    let with_notes = |chars: usize| match logged(id, ORDER, 1) {
        Fact::ProductionLogged(fact) => ProductionLogged { notes: Some("x".repeat(chars)), ..fact }.into(),
        other => other,
    };
    edge.facts(vec![activity(FREE, years_ahead, Activity::Running), activity(FREE, 0, Activity::Idle)]).await;
    // As much as a batch of the edge can hold; the frame of a plant's batch is some bytes longer. Two lengths
    // grow by two bytes each.
    let frame = edge.log.clone().facts(vec![with_notes(0)]).len() + 4;
    edge.facts(vec![with_notes(unison_sync::wire::BATCH_BYTES_MAX - frame)]).await;
    let twice = Uuid::now_v7();
    edge.facts(vec![logged(twice, ORDER, 2), logged(twice, ORDER, 2)]).await;
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 2);
    edge.facts(vec![logged(twice, ORDER, 3)]).await;
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 3, "the same id with other content is not swallowed");
    let newest = "SELECT activity AS t FROM activity_changes WHERE organization_id = $1 ORDER BY at DESC LIMIT 1";
    assert_eq!(cloud.text(newest, &[]).await, "idle");
}

#[tokio::test(flavor = "multi_thread")]
async fn q_129_a_machine_belongs_to_the_edge_that_claimed_it_first() {
    let (cloud, mut edge) = connected().await;
    let mut other = cloud.enrol(2).await;
    edge.facts(vec![started(&[FREE]), activity(FREE, 0, Activity::Running)]).await;
    let owner = "SELECT edge_id AS n FROM machines WHERE organization_id = $1 AND id = $2";
    assert_eq!(cloud.number(owner, params![FREE]).await, 1);
    assert_eq!(
        cloud.text("SELECT program_version AS t FROM edges WHERE organization_id = $1 AND id = 1", &[]).await,
        "0.9.1"
    );
    // The claim goes down to the plant.
    other.connect().await;
    other.hello(Have::default()).await;
    let batches = other.hear("the claimed machine", |m| if let Message::Batches(b) = m { Some(b) } else { None }).await;
    let told = Batch::decode(&batches[0]).unwrap().ops;
    let told = MasterOp::decode(told[0].kind, told[0].version, &told[0].body).unwrap();
    assert!(matches!(told, Some(MasterOp::Machine(m)) if m.edge == Some(edge.address.edge)));
    // A second claim is refused and the machine is silent for that edge; the rest of its log is taken.
    other
        .facts(vec![
            started(&[FREE, FREE + 1]),
            activity(FREE, 5, Activity::Down),
            activity(FREE + 1, 5, Activity::Down),
        ])
        .await;
    assert_eq!(cloud.number(owner, params![FREE]).await, 1);
    assert_eq!(cloud.number(owner, params![FREE + 1]).await, 2);
    assert_eq!(cloud.number("SELECT count(*) AS n FROM activity_changes WHERE organization_id = $1", &[]).await, 2);
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 2);
    let reason = cloud
        .text("SELECT reason AS t FROM quarantine WHERE organization_id = $1 ORDER BY pos DESC LIMIT 1", &[])
        .await;
    assert!(reason.contains("op 2") && reason.contains("belongs to edge 1"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn q_062_q_141_a_stop_is_opened_classified_and_closed() {
    let (cloud, mut edge) = connected().await;
    let id = Uuid::now_v7();
    // The reason with the later logical time counts, although it stands before the other in the log.
    let ops =
        vec![op(&opened(id, FREE), 1), op(&classified(id, REASON, USER), 9), op(&classified(id, REASON_2, USER), 5)];
    let batch = edge.log.ops(ops);
    edge.batches(vec![batch]).await;
    edge.acked(3).await;
    edge.facts(vec![DowntimeClosed { id, ended_at: Timestamp(T + 60) }.into()]).await;
    let stop =
        "SELECT reason_id AS n FROM downtime_events WHERE organization_id = $1 AND started_at = $2 AND ended_at = $3";
    assert_eq!(cloud.number(stop, params![T, T + 60]).await, REASON);
}

#[tokio::test(flavor = "multi_thread")]
async fn down_edits_of_stops_come_up_and_a_damaged_one_changes_nothing() {
    let (cloud, mut edge) = connected().await;
    let ids: Vec<Uuid> = (0..4).map(|_| Uuid::now_v7()).collect();
    let (by, at, minute) = (UserId(USER), Timestamp(T), |n: i64| Timestamp(T + n * MINUTE));
    let split = |id, cut, new| DowntimeSplit { id, cut, new, by, at, note: None };
    edge.facts(vec![
        opened(ids[0], FREE),
        DowntimeAlarmed { id: ids[0], at, text: "Overload".into(), reason: Some(ReasonId(REASON)) }.into(),
        DowntimeAlarmed { id: ids[0], at, text: "Door".into(), reason: None }.into(),
        DowntimeEscalated { id: ids[0], at: minute(31) }.into(),
        DowntimeClosed { id: ids[0], ended_at: minute(40) }.into(),
        split(ids[0], minute(10), ids[1]).into(),
        split(ids[1], minute(20), ids[2]).into(),
        DowntimeMerged { id: ids[1], other: ids[2], by, at, note: None }.into(),
        opened(ids[3], FREE),
        DowntimeVoided { id: ids[3], by, at, note: None }.into(),
    ])
    .await;
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 0);
    let stops = "SELECT count(*) AS n FROM downtime_events WHERE organization_id = $1 AND is_gone = $2";
    assert_eq!((cloud.number(stops, params![false]).await, cloud.number(stops, params![true]).await), (2, 2));
    let stop = "SELECT count(*) AS n FROM downtime_events WHERE organization_id = $1 AND uuid = $2 AND started_at = $3 AND ended_at = $4";
    assert_eq!(cloud.number(stop, params![ids[0], minute(0), minute(10)]).await, 1);
    assert_eq!(cloud.number(stop, params![ids[1], minute(10), minute(40)]).await, 1);
    let told = "SELECT alarm_text AS t FROM downtime_events WHERE organization_id = $1 AND escalated_at = $2";
    assert_eq!(cloud.text(told, params![minute(31)]).await, "Overload");
    let history = "SELECT count(*) AS n FROM downtime_facts WHERE organization_id = $1 AND uuid = $2";
    assert_eq!(cloud.number(history, params![ids[0]]).await, 6);
    assert_eq!(cloud.number(history, params![ids[1]]).await, 3, "split off, split, merged");
    // A cut outside its stop, and one of a stop that is gone, are kept and change nothing.
    edge.facts(vec![split(ids[0], minute(30), Uuid::now_v7()).into(), split(ids[3], minute(1), Uuid::now_v7()).into()])
        .await;
    assert_eq!(cloud.number(stops, params![false]).await, 2);
    let strange: Vec<(&str, Fact)> = vec![
        ("there is no stop", split(Uuid::now_v7(), minute(5), Uuid::now_v7()).into()),
        ("there is no user 999", DowntimeVoided { id: ids[0], by: UserId(999), at, note: None }.into()),
        ("a day ahead", split(ids[0], Timestamp(i64::MAX), Uuid::now_v7()).into()),
    ];
    for (reason, fact) in strange {
        edge.facts(vec![fact]).await;
        let newest = "SELECT reason AS t FROM quarantine WHERE organization_id = $1 ORDER BY pos DESC LIMIT 1";
        let found = cloud.text(newest, &[]).await;
        assert!(found.contains(reason), "{reason}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_poison_goes_to_quarantine_and_the_stream_goes_on() {
    let (cloud, mut edge) = connected().await;
    let stop = Uuid::now_v7();
    let mut bad_hours = logged(Uuid::now_v7(), ORDER, 1);
    if let Fact::ProductionLogged(log) = &mut bad_hours {
        log.hours_micro = -1;
    }
    let mut ghost = logged(Uuid::now_v7(), ORDER, 1);
    if let Fact::ProductionLogged(log) = &mut ghost {
        log.by = UserId(999);
    }
    let ahead = Timestamp(i64::MAX);
    let table: Vec<(&str, Fact)> = vec![
        ("there is no machine 999", activity(999, 0, Activity::Running)),
        ("machine 12 stands in another plant", activity(IN_OTHER_PLANT, 0, Activity::Running)),
        ("there is no machine 999", started(&[999])),
        ("parts rejected", counted(FREE, 1, 2)),
        ("a day ahead", Observed { until: ahead }.into()),
        ("there is no stop", classified(Uuid::now_v7(), REASON, USER)),
        ("there is no downtime reason 999", classified(stop, 999, USER)),
        ("there is no user 999", classified(stop, REASON, 999)),
        ("before it began", DowntimeClosed { id: stop, ended_at: Timestamp(T - 2 * HOUR) }.into()),
        ("there is no work order 999", logged(Uuid::now_v7(), 999, 1)),
        ("belongs to another plant", logged(Uuid::now_v7(), ORDER + 1, 1)),
        ("no production log", bad_hours),
        ("there is no user 999", ghost),
        ("there is no work order 999", moved(WorkOrderVerb::Start, 999, FREE, None)),
        ("there is no request", moved(WorkOrderVerb::Start, ORDER, FREE, Some(Uuid::now_v7()))),
    ];
    edge.facts(vec![opened(stop, FREE)]).await;
    for (seq, (reason, fact)) in (2..).zip(table) {
        edge.facts(vec![fact]).await;
        let found = cloud
            .text("SELECT reason AS t FROM quarantine WHERE organization_id = $1 AND seq = $2", params![seq])
            .await;
        assert!(found.contains(reason), "{reason}: {found:?}");
    }
    let cut = Op { body: vec![0xFF], ..op(&activity(FREE, 0, Activity::Running), 1) };
    let master = Op { kind: 1026, version: 1, hlc: 1, body: vec![] };
    let batch = edge.log.ops(vec![cut, master, op(&logged(Uuid::now_v7(), ORDER, 8), 2)]);
    edge.batches(vec![batch]).await;
    edge.acked(edge.log.next - 1).await;
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 17);
    assert_eq!(cloud.intake.counters().get(Count::Quarantined), 17);
    assert_eq!(
        cloud
            .number(
                "SELECT quantity_completed AS n FROM work_orders WHERE organization_id = $1 AND id = $2",
                params![ORDER]
            )
            .await,
        8
    );
    assert_eq!(cloud.text("SELECT state AS t FROM edges WHERE organization_id = $1 AND id = 1", &[]).await, "enrolled");
    assert_eq!(cloud.number("SELECT count(*) AS n FROM work_order_moves WHERE organization_id = $1", &[]).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn q_129_the_executing_edge_moves_a_work_order_and_answers_requests() {
    let (cloud, mut edge) = connected().await;
    let mut other = cloud.enrol(2).await;
    other.connect().await;
    let (asked, refused) = (Uuid::now_v7(), Uuid::now_v7());
    for request in [asked, refused] {
        cloud
            .execute(
                "INSERT INTO work_order_requests (organization_id, uuid, work_order_id, verb, user_id, at) VALUES ($1, $2, $3, 'start', $4, $5)",
                params![cloud.org, request, ORDER, USER, T],
            )
            .await;
    }
    edge.facts(vec![
        started(&[FREE]),
        moved(WorkOrderVerb::Start, ORDER, FREE, Some(asked)),
        WorkOrderRefused {
            request: refused,
            work_order: WorkOrderId(ORDER),
            reason: "it runs".into(),
            at: Timestamp(T),
        }
        .into(),
    ])
    .await;
    let state = "SELECT state AS t FROM work_order_requests WHERE organization_id = $1 AND uuid = $2";
    assert_eq!(cloud.text(state, params![asked]).await, "done");
    assert_eq!(cloud.text(state, params![refused]).await, "refused");
    let status = "SELECT status AS t FROM work_orders WHERE organization_id = $1 AND id = $2";
    assert_eq!(cloud.text(status, params![ORDER]).await, "in_progress");
    // Another edge that thinks it executes it too: its history is kept as evidence, not taken.
    other.facts(vec![moved(WorkOrderVerb::Pause, ORDER, FREE + 1, None)]).await;
    assert_eq!(cloud.text(status, params![ORDER]).await, "in_progress");
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 1);
    edge.facts(vec![moved(WorkOrderVerb::Pause, ORDER, FREE, None)]).await;
    assert_eq!(cloud.text(status, params![ORDER]).await, "paused");
    assert_eq!(cloud.number("SELECT count(*) AS n FROM work_order_moves WHERE organization_id = $1", &[]).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn wo_05_q_129_what_an_edge_did_late_does_not_bring_a_cancelled_work_order_back() {
    let (cloud, mut edge) = connected().await;
    let cancel = "UPDATE work_orders SET status = 'cancelled' WHERE organization_id = $1 AND id = $2";
    cloud.execute(cancel, params![cloud.org, ORDER]).await;
    edge.facts(vec![started(&[FREE]), moved(WorkOrderVerb::Start, ORDER, FREE, None)]).await;
    let status = "SELECT status AS t FROM work_orders WHERE organization_id = $1 AND id = $2";
    assert_eq!(cloud.text(status, params![ORDER]).await, "cancelled");
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 1, "both histories are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_09_what_a_set_back_edge_says_again_under_a_new_incarnation_counts_once() {
    const COUNTED: &str = "SELECT sum(total) AS n FROM count_buckets WHERE organization_id = $1";
    let (cloud, mut edge) = connected().await;
    let count = |hlc| op(&counted(FREE, 3, 0), hlc);
    // Some batches before and after, so that what is said again has to be looked for.
    for hlc in 1..=40 {
        let batch = edge.log.ops(vec![count(hlc * 10), op(&activity(FREE, 0, Activity::Running), hlc * 10 + 1)]);
        edge.batches(vec![batch]).await;
        edge.acked(hlc * 2).await;
    }
    assert_eq!(cloud.number(COUNTED, &[]).await, 120);
    // The copy was made after the stamp 200. It says from 150 on again, and then what it counted itself.
    edge.log = super::harness::Log { incarnation: 2, ..super::harness::Log::new(edge.log.origin) };
    let again: Vec<_> = (15..=20).map(|hlc| count(hlc * 10)).collect();
    let own: Vec<_> = (100..=190).map(|hlc| op(&counted(FREE, 3, 1), hlc * 10)).collect();
    let batches = vec![edge.log.ops(again), edge.log.ops(own)];
    edge.batches(batches).await;
    edge.acked(97).await;
    assert_eq!(cloud.number(COUNTED, &[]).await, 120 + 91 * 3);
    // As much, at the same stamp as one of the other past, and yet another count.
    let other = edge.log.ops(vec![op(&counted(FREE, 5, 0), 2_000), op(&counted(FREE, 5, 1), 2_001)]);
    edge.batches(vec![other]).await;
    edge.acked(99).await;
    edge.log = super::harness::Log { incarnation: 3, ..super::harness::Log::new(edge.log.origin) };
    let third: Vec<_> = [op(&counted(FREE, 4, 0), 300), op(&counted(FREE, 5, 1), 2_001)].into();
    let filler = (0..100).map(|n| op(&activity(FREE, n, Activity::Idle), 3_000 + n.unsigned_abs()));
    let batch = edge.log.ops(third.into_iter().chain(filler).collect());
    edge.batches(vec![batch]).await;
    edge.acked(102).await;
    assert_eq!(cloud.number(COUNTED, &[]).await, 120 + 91 * 3 + 10 + 4, "of three incarnations, each count once");
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 0);
}
