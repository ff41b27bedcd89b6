//! Work orders and stops over HTTP.

mod api_common;

use api_common::{ANA, BEN, CNC, ELSEWHERE, Edge, RETIRED, SUE, fields};
use reqwest::Method;
use serde_json::{Value, json};
use unison_core::activity::Activity;
use unison_core::facts::{ActivityChanged, ClockQuality, DowntimeClosed, DowntimeOpened, StopSource};
use unison_core::ids::MachineId;
use unison_core::time::SECOND;
use uuid::Uuid;

fn allowed(order: &Value) -> Vec<&str> {
    let actions = order["allowed_actions"].as_array().unwrap();
    actions.iter().filter(|a| a["allowed"] == true).map(|a| a["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn wo_02_a_work_order_is_started_paused_resumed_and_completed() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    let go = async |verb: &str, body: Value| edge.post(&format!("/work-orders/101/{verb}"), &ana, body).await;
    assert_eq!(allowed(&edge.read("/work-orders/101").await), ["start"]);
    let (status, order) = go("start", json!({"note": "first shift"})).await;
    assert_eq!((status.as_u16(), &order["status"]), (200, &json!("in_progress")), "{order}");
    assert_eq!((&order["started_by"]["name"], &order["started_at"]), (&json!("Ana"), &json!("2025-11-06T10:00:00Z")));
    assert_eq!(allowed(&order), ["pause", "log"]);
    let machine = &edge.read("/machines").await["machines"][0];
    assert_eq!(machine["current_work_order"], json!({"id": 101, "work_order_number": "WO-1"}));
    let (status, refused) = go("start", json!({})).await;
    assert_eq!((status.as_u16(), &refused["error"]), (400, &json!("Cannot start work order")));
    assert!(refused["reason"].as_str().unwrap().contains("already in progress"));
    assert_eq!(go("pause", json!({"reason": "waiting for materials"})).await.1["status"], "paused");
    assert_eq!(go("resume", json!({})).await.1["status"], "in_progress");
    let (status, refused) = go("complete", json!({})).await;
    assert_eq!(status, 400, "WO-15");
    assert!(refused["reason"].as_str().unwrap().contains("100 are still to be logged"), "{refused}");
    edge.post("/production-logs", &ana, json!({"work_order_id": 101, "quantity_completed": 100, "hours_worked": 1}))
        .await;
    assert_eq!(go("complete", json!({})).await.1["status"], "completed");
    assert_eq!(edge.read("/machines").await["machines"][0]["current_work_order"], Value::Null);
}

#[tokio::test]
async fn wo_14_q_129_what_cannot_be_started_here() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    for (order, reason) in [("WO-2", "no lane"), ("WO-3", "planned, not released"), ("WO-4", "another edge")] {
        let (status, refused) = edge.post(&format!("/work-orders/{order}/start"), &ana, json!({})).await;
        assert_eq!(status, 400, "{order}: {refused}");
        assert!(refused["reason"].as_str().unwrap().contains(reason), "{order}: {refused}");
        let shown = edge.read(&format!("/work-orders/{order}")).await;
        assert!(
            shown["allowed_actions"][0]["reason"].as_str().unwrap().contains(reason),
            "the page says the same: {shown}"
        );
    }
    assert_eq!(edge.post("/work-orders/WO-9/start", &ana, json!({})).await.0, 404);
    for machine in [RETIRED, ELSEWHERE, 999] {
        let (status, refused) = edge.post("/work-orders/WO-1/start", &ana, json!({"machine_id": machine})).await;
        assert_eq!((status.as_u16(), fields(&refused)), (400, vec!["machine_id"]), "{machine}: {refused}");
    }
    let (status, refused) = edge.post("/work-orders/WO-1/start", &ana, json!({"machine": 1})).await;
    assert_eq!((status.as_u16(), fields(&refused)), (400, vec!["machine"]));
    let orders = edge.read("/work-orders?status=released,in_progress&per_page=2").await;
    assert_eq!((&orders["total"], orders["work_orders"].as_array().unwrap().len()), (&json!(3), 2), "API-05");
    assert_eq!(edge.get("/work-orders?status=lost").await.0, 400);
    assert_eq!(edge.get("/work-orders?per_page=101").await.0, 400);
}

async fn stop_of_a_signal(edge: &Edge) -> Uuid {
    let id = Uuid::now_v7();
    let opened = DowntimeOpened {
        id,
        machine: MachineId(CNC),
        started_at: edge.now().plus(-60 * SECOND),
        source: StopSource::Signal,
        reason: None,
        work_order: None,
        by: None,
        note: None,
    };
    let activity = ActivityChanged {
        machine: MachineId(CNC),
        at: edge.now().plus(-60 * SECOND),
        activity: Activity::Down,
        clock: ClockQuality::Sure,
    };
    edge.record(vec![activity.into(), opened.into()]).await;
    id
}

#[tokio::test]
async fn q_062_a_stop_is_given_a_reason_before_work_goes_on() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    edge.post("/work-orders/101/pause", &ana, json!({})).await;
    let stop = stop_of_a_signal(&edge).await;
    let machine = edge.read("/machines").await["machines"][0].clone();
    assert_eq!((&machine["status"], &machine["downtime_reason"]), (&json!("down"), &json!("Unclassified")));
    assert_eq!(machine["open_downtime_id"], json!(stop));
    let (status, refused) = edge.post("/work-orders/101/resume", &ana, json!({})).await;
    assert_eq!(status, 400, "{refused}");
    assert!(refused["reason"].as_str().unwrap().contains("choose a reason"), "{refused}");
    let path = format!("/downtime-events/{stop}");
    let patch = async |token: &str, body: Value| edge.call(Method::PATCH, &path, Some(token), &body).await;
    for code in ["", "unclassified", "nonsense", "retired_reason"] {
        let (status, refused) = patch(&ana, json!({"downtime_reason_code": code})).await;
        assert_eq!((status.as_u16(), fields(&refused)), (400, vec!["downtime_reason_code"]), "{code}");
    }
    assert_eq!(patch(&ana, json!({})).await.0, 400);
    let (status, row) = patch(&ana, json!({"downtime_reason_code": "mechanical_failure", "notes": "belt"})).await;
    assert_eq!(status, 200, "{row}");
    assert_eq!(
        (&row["reason_code"], &row["downtime_reason"], &row["notes"]),
        (&json!("mechanical_failure"), &json!("Mechanical Failure"), &json!("belt"))
    );
    assert_eq!(
        (&row["classified_by"]["name"], &row["source"], &row["duration_minutes"]),
        (&json!("Ana"), &json!("signal"), &json!(1.0))
    );
    let head = edge.store.model().queue.head;
    assert_eq!(patch(&ana, json!({"downtime_reason_code": "mechanical_failure", "notes": "belt"})).await.0, 200);
    assert_eq!(edge.store.model().queue.head, head, "said twice is recorded once");
    let ben = edge.sign_on(BEN).await;
    assert_eq!(patch(&ben, json!({"downtime_reason_code": "material_shortage"})).await.0, 403, "another's reason");
    let sue = edge.sign_on(SUE).await;
    assert_eq!(
        patch(&sue, json!({"downtime_reason_code": "material_shortage"})).await.1["reason_code"],
        "material_shortage"
    );
    assert_eq!(edge.post("/work-orders/101/resume", &ana, json!({})).await.0, 200);
    assert_eq!(
        edge.call(
            Method::PATCH,
            &format!("/downtime-events/{}", Uuid::now_v7()),
            Some(&ana),
            &json!({"downtime_reason_code": "mechanical_failure"})
        )
        .await
        .0,
        404
    );
}

#[tokio::test]
async fn q_128_a_stop_that_a_plc_ended_without_a_reason_is_flagged_until_somebody_gives_it() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let stop = stop_of_a_signal(&edge).await;
    let flags = async || {
        let machine = edge.read("/machines").await["machines"][0].clone();
        let stops = edge.read("/downtime-events").await;
        let station = edge.read(&format!("/machines/{CNC}/station")).await;
        assert_eq!(station["machine"]["flags"], machine["flags"]);
        (machine["flags"].clone(), stops["downtime_events"][0]["flags"].clone())
    };
    assert_eq!(flags().await, (json!([]), json!([])), "it stands, and asks for its reason by that");
    let resumed_at = edge.now().plus(-10 * SECOND);
    let running = ActivityChanged {
        machine: MachineId(CNC),
        at: resumed_at,
        activity: Activity::Running,
        clock: ClockQuality::Sure,
    };
    edge.record(vec![running.into(), DowntimeClosed { id: stop, ended_at: resumed_at }.into()]).await;
    let flag = json!(["resumed without note"]);
    assert_eq!(flags().await, (flag.clone(), flag.clone()), "nobody refused it, and it is not forgotten");
    let path = format!("/downtime-events/{stop}");
    let body = json!({"downtime_reason_code": "mechanical_failure", "notes": "belt changed"});
    assert_eq!(edge.call(Method::PATCH, &path, Some(&ana), &body).await.0, 200);
    assert_eq!(flags().await, (json!([]), json!([])), "the note may be given later");
}

#[tokio::test]
async fn down_01_down_03_an_operator_reports_a_stop() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    let body = |id: Uuid| json!({"uuid": id, "machine_id": CNC, "downtime_reason_code": "mechanical_failure", "started_at": "2025-11-06T09:58:00Z", "notes": "noise"});
    let id = Uuid::now_v7();
    let (status, stop) = edge.post("/downtime-events", &ana, body(id)).await;
    assert_eq!(status, 201, "{stop}");
    assert_eq!(
        (&stop["id"], &stop["source"], &stop["ended_at"], &stop["duration_minutes"]),
        (&json!(id), &json!("operator"), &Value::Null, &json!(2.0))
    );
    assert_eq!(edge.read("/machines").await["machines"][0]["status"], "down");
    let (status, again) = edge.post("/downtime-events", &ana, body(id)).await;
    assert_eq!((status.as_u16(), &again), (200, &stop), "sent twice, reported once");
    let (status, refused) = edge.post("/downtime-events", &ana, body(Uuid::now_v7())).await;
    assert_eq!(status, 409, "it stands already: {refused}");
    let mut other = body(id);
    other["started_at"] = json!("2025-11-06T09:00:00Z");
    assert_eq!(edge.post("/downtime-events", &ana, other).await.0, 409);
    let stops = edge.read(&format!("/downtime-events?machine_id={CNC}&open=true")).await;
    assert_eq!((&stops["total"], &stops["downtime_events"][0]["id"]), (&json!(1), &json!(id)));
    assert_eq!(edge.read("/downtime-events?open=false").await["total"], 0);
    assert_eq!(edge.get("/downtime-events?open=maybe").await.0, 400);
    let (status, past) = edge
        .post("/downtime-events", &ana, json!({"machine_id": CNC, "downtime_reason_code": "material_shortage", "started_at": "2025-11-06T08:00:00Z", "ended_at": "2025-11-06T08:30:00Z"}))
        .await;
    assert_eq!(
        (status.as_u16(), &past["duration_minutes"], &past["ended_at"]),
        (201, &json!(30.0), &json!("2025-11-06T08:30:00Z")),
        "{past}"
    );
}

#[tokio::test]
async fn down_04_somebody_ends_the_stop_that_was_reported() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    let body =
        json!({"machine_id": CNC, "downtime_reason_code": "mechanical_failure", "started_at": "2025-11-06T09:50:00Z"});
    let (_, stop) = edge.post("/downtime-events", &ana, body).await;
    let path = format!("/downtime-events/{}", stop["id"].as_str().unwrap());
    let patch = async |body: Value| edge.call(Method::PATCH, &path, Some(&ana), &body).await;
    for wrong in ["2025-11-06T09:50:00Z", "2025-11-06T10:30:00Z", "soon"] {
        let (status, refused) = patch(json!({"ended_at": wrong})).await;
        assert_eq!((status.as_u16(), fields(&refused)), (400, vec!["ended_at"]), "{wrong}");
    }
    let end = json!({"ended_at": "2025-11-06T09:58:00Z"});
    let (status, ended) = patch(end.clone()).await;
    assert_eq!((status.as_u16(), &ended["duration_minutes"]), (200, &json!(8.0)), "{ended}");
    assert_ne!(edge.read("/machines").await["machines"][0]["status"], "down");
    let head = edge.store.model().queue.head;
    assert_eq!(patch(end).await.0, 200);
    assert_eq!(edge.store.model().queue.head, head, "said twice is recorded once");
    assert_eq!(patch(json!({"ended_at": "2025-11-06T09:59:00Z"})).await.0, 409);
    // What signals opened ends with the signals.
    let of_signal = format!("/downtime-events/{}", stop_of_a_signal(&edge).await);
    let end = json!({"ended_at": "2025-11-06T10:00:30Z"});
    let (status, refused) = edge.call(Method::PATCH, &of_signal, Some(&ana), &end).await;
    assert_eq!(status, 409, "{refused}");
    assert!(refused["reason"].as_str().unwrap().contains("signals"), "{refused}");
}

#[tokio::test]
async fn down_01_a_report_without_sense_is_refused() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    let good =
        json!({"machine_id": CNC, "downtime_reason_code": "mechanical_failure", "started_at": "2025-11-06T09:58:00Z"});
    for (field, value) in [
        ("machine_id", json!(999)),
        ("machine_id", json!(ELSEWHERE)),
        ("machine_id", json!("x")),
        ("downtime_reason_code", json!("")),
        ("downtime_reason_code", json!("nonsense")),
        ("downtime_reason_code", json!("retired_reason")),
        ("downtime_reason_code", Value::Null),
        ("started_at", json!("yesterday")),
        ("started_at", json!("2025-11-06T10:02:00Z")),
        ("started_at", json!("2025-09-01T00:00:00Z")),
        ("ended_at", json!("2025-11-06T09:58:00Z")),
        ("ended_at", json!("2025-11-06T11:00:00Z")),
        ("minutes", json!(5)),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let (status, refused) = edge.post("/downtime-events", &ana, body).await;
        assert_eq!((status.as_u16(), fields(&refused)), (400, vec![field]), "{field} = {value}: {refused}");
    }
    let mut retired = good.clone();
    retired["machine_id"] = json!(RETIRED);
    let (status, refused) = edge.post("/downtime-events", &ana, retired).await;
    assert_eq!(status, 409, "MACH-03: {refused}");
    let (_, refused) = edge
        .post(
            "/downtime-events",
            &ana,
            json!({"machine_id": 1, "downtime_reason_code": "x", "started_at": "2026-01-01T00:00:00Z"}),
        )
        .await;
    assert_eq!(fields(&refused), ["machine_id", "downtime_reason_code", "started_at"], "all at once");
    let reasons = edge.read("/downtime-reasons").await;
    assert_eq!(
        (&reasons["total"], &reasons["downtime_reasons"][0]["code"]),
        (&json!(3), &json!("material_shortage")),
        "only active ones"
    );
}
