//! What facts of people become: handovers, calls for help, why units were scrap.

use super::harness::{Cloud, Edge, FREE, IN_OTHER_PLANT, ORDER, SCRAP, SHIFT, USER, logged};
use crate::params;
use unison_core::calendar::Day;
use unison_core::facts::{
    Fact, HandoverAcknowledged, HelpAnswered, HelpCalled, HelpEnded, HelpKind, Issue, OrderLeft, ProductionScrapped,
    ScrapPart, ShiftHandedOver, TagWritten, WriteOutcome,
};
use unison_core::ids::{MachineId, ScrapReasonId, ShiftId, UserId, WorkOrderId};
use unison_core::master::WorkOrderStatus;
use unison_core::time::Timestamp;
use uuid::Uuid;

const T: i64 = 1_762_423_200_000_000;
const BY: UserId = UserId(USER);
const AT: Timestamp = Timestamp(T);

fn handover(id: Uuid, shift: i64, notes: &str) -> ShiftHandedOver {
    ShiftHandedOver {
        id,
        shift: ShiftId(shift),
        date: Day::parse("2025-11-06").unwrap(),
        notes: notes.into(),
        work_orders: vec![OrderLeft {
            work_order: WorkOrderId(ORDER),
            status: WorkOrderStatus::Paused,
            completed: 5,
            ordered: 20,
            blocked: Some("no bar stock".into()),
        }],
        issues: vec![Issue { machine: Some(MachineId(FREE)), text: "guard loose".into() }],
        by: BY,
        at: AT,
    }
}

fn called(id: Uuid, machine: i64) -> Fact {
    let (machine, note) = (MachineId(machine), Some("oil".into()));
    HelpCalled { id, machine, kind: HelpKind::Maintenance, note, by: BY, at: AT }.into()
}

async fn refused(cloud: &Cloud, edge: &mut Edge, fact: impl Into<Fact>, why: &str) {
    edge.facts(vec![fact.into()]).await;
    let newest = "SELECT reason AS t FROM quarantine WHERE organization_id = $1 ORDER BY pos DESC LIMIT 1";
    let found = cloud.text(newest, &[]).await;
    assert!(found.contains(why), "{why}: {found:?}");
}

async fn connected() -> (Cloud, Edge) {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    edge.connect().await;
    (cloud, edge)
}

#[tokio::test(flavor = "multi_thread")]
async fn shift_06_shift_08_a_handover_comes_up_is_replaced_and_acknowledged_once() {
    let (cloud, mut edge) = connected().await;
    let id = Uuid::now_v7();
    let read = |at: i64| HandoverAcknowledged { id, by: BY, at: Timestamp(T + at) };
    let facts =
        vec![handover(id, SHIFT, "first").into(), handover(id, SHIFT, "second").into(), read(7).into(), read(9).into()];
    edge.facts(facts).await;
    let row = "SELECT notes AS t FROM shift_handovers WHERE organization_id = $1 AND uuid = $2 AND acknowledged_by = $3 AND acknowledged_at = $4";
    assert_eq!(cloud.text(row, params![id, USER, Timestamp(T + 7)]).await, "second");
    let orders = "SELECT work_orders AS t FROM shift_handovers WHERE organization_id = $1 AND uuid = $2";
    let orders: serde_json::Value = serde_json::from_str(&cloud.text(orders, params![id]).await).unwrap();
    assert_eq!((&orders[0]["work_order_number"], &orders[0]["percent_complete"]), (&"WO-1".into(), &25.0.into()));

    refused(&cloud, &mut edge, handover(Uuid::now_v7(), SHIFT + 1, "x"), "of another plant").await;
    refused(&cloud, &mut edge, handover(Uuid::now_v7(), 999, "x"), "there is no shift 999").await;
    refused(&cloud, &mut edge, ShiftHandedOver { by: UserId(999), ..handover(Uuid::now_v7(), SHIFT, "x") }, "user 999")
        .await;
    let mut strange = handover(Uuid::now_v7(), SHIFT, "x");
    strange.issues[0].machine = Some(MachineId(IN_OTHER_PLANT));
    refused(&cloud, &mut edge, strange, "another plant").await;
    refused(&cloud, &mut edge, HandoverAcknowledged { id: Uuid::now_v7(), by: BY, at: AT }, "there is no handover")
        .await;
    assert_eq!(cloud.number("SELECT count(*) AS n FROM shift_handovers WHERE organization_id = $1", &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn help_comes_up_and_counts_once() {
    let (cloud, mut edge) = connected().await;
    let (id, first, later) = (Uuid::now_v7(), Timestamp(T + 1), Timestamp(T + 2));
    edge.facts(vec![
        called(id, FREE),
        called(id, FREE),
        HelpAnswered { id, by: BY, at: first }.into(),
        HelpAnswered { id, by: BY, at: later }.into(),
        HelpEnded { id, by: BY, at: first, note: Some("done".into()) }.into(),
        HelpEnded { id, by: BY, at: later, note: None }.into(),
    ])
    .await;
    let row = "SELECT end_note AS t FROM help_calls WHERE organization_id = $1 AND uuid = $2 AND answered_at = $3 AND ended_at = $3";
    assert_eq!(cloud.text(row, params![id, first]).await, "done");
    refused(&cloud, &mut edge, called(Uuid::now_v7(), IN_OTHER_PLANT), "another plant").await;
    refused(&cloud, &mut edge, HelpAnswered { id: Uuid::now_v7(), by: BY, at: AT }, "there is no call").await;
    refused(&cloud, &mut edge, HelpEnded { id, by: UserId(999), at: AT, note: None }, "user 999").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn log_07_why_units_of_a_log_were_rejected() {
    let (cloud, mut edge) = connected().await;
    let log = Uuid::now_v7();
    let made = |id| match logged(id, ORDER, 10) {
        Fact::ProductionLogged(log) => Fact::from(unison_core::facts::ProductionLogged { rejected: 3, ..log }),
        other => other,
    };
    let why = |log, reason, quantity| {
        Fact::from(ProductionScrapped { log, parts: vec![ScrapPart { reason: ScrapReasonId(reason), quantity }] })
    };
    edge.facts(vec![made(log), why(log, SCRAP, 2), why(log, SCRAP, 2)]).await;
    let row = "SELECT sum(quantity) AS n FROM production_scrap WHERE organization_id = $1 AND log_uuid = $2";
    assert_eq!(cloud.number(row, params![log]).await, 2, "said twice, booked once");
    refused(&cloud, &mut edge, why(Uuid::now_v7(), SCRAP, 1), "there is no log").await;
    let another = Uuid::now_v7();
    edge.facts(vec![made(another)]).await;
    refused(&cloud, &mut edge, why(another, SCRAP, 4), "more than the 3 rejected").await;
    refused(&cloud, &mut edge, why(another, 999, 1), "there is no scrap reason 999").await;
    let mut other = cloud.enrol(2).await;
    other.connect().await;
    refused(&cloud, &mut other, why(another, SCRAP, 1), "made by another edge").await;
    assert_eq!(cloud.number("SELECT count(*) AS n FROM production_scrap WHERE organization_id = $1", &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_a_write_to_a_device_comes_up_with_its_first_outcome() {
    let (cloud, mut edge) = connected().await;
    let id = Uuid::now_v7();
    let asked = TagWritten {
        id,
        tag: "press_speed".into(),
        machine: Some(MachineId(FREE)),
        before: Some("40".into()),
        value: "55".into(),
        by: BY,
        at: AT,
        outcome: WriteOutcome::Asked,
        reason: None,
    };
    let ended =
        |outcome, at| TagWritten { outcome, at: Timestamp(T + at), reason: Some("why".into()), ..asked.clone() };
    edge.facts(vec![asked.clone().into()]).await;
    let row = "SELECT outcome AS t FROM tag_writes WHERE organization_id = $1 AND uuid = $2 AND written_by = $3 AND asked_at = $4";
    assert_eq!(cloud.text(row, params![id, USER, AT]).await, "asked");
    edge.facts(vec![ended(WriteOutcome::Refused, 7).into(), ended(WriteOutcome::Done, 9).into()]).await;
    assert_eq!(cloud.text(row, params![id, USER, AT]).await, "refused");
    let end =
        "SELECT value_before AS t FROM tag_writes WHERE organization_id = $1 AND ended_at = $2 AND reason = 'why'";
    assert_eq!(cloud.text(end, params![Timestamp(T + 7)]).await, "40");

    let other = |id| TagWritten { id, ..asked.clone() };
    refused(&cloud, &mut edge, TagWritten { by: UserId(999), ..other(Uuid::now_v7()) }, "user 999").await;
    let elsewhere = TagWritten { machine: Some(MachineId(IN_OTHER_PLANT)), ..other(Uuid::now_v7()) };
    refused(&cloud, &mut edge, elsewhere, "another plant").await;
    refused(&cloud, &mut edge, TagWritten { value: "56".into(), ..asked.clone() }, "other words").await;
    let mut neighbour = cloud.enrol(2).await;
    neighbour.connect().await;
    refused(&cloud, &mut neighbour, ended(WriteOutcome::Done, 9), "another edge").await;
    assert_eq!(cloud.number("SELECT count(*) AS n FROM tag_writes WHERE organization_id = $1", &[]).await, 1);
}
