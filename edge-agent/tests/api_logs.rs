//! Logging production over HTTP: what is booked, what is refused, and what is booked once.

mod api_common;

use api_common::{ANA, BEN, CNC, Edge, SUE, VIC, fields};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn log(completed: Value, hours: Value) -> Value {
    json!({"work_order_id": 101, "quantity_completed": completed, "hours_worked": hours})
}

#[tokio::test]
async fn log_06_a_log_is_booked_and_answered() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let body = json!({"work_order_id": "WO-1", "quantity_completed": 10, "quantity_rejected": 2, "hours_worked": 2, "notes": " fine "});
    let (status, log) = edge.post("/production-logs", &ana, body).await;
    assert_eq!(status, 201, "{log}");
    assert_eq!(log["message"], "Logged 10 units, 2 hours. WO is 10% complete.");
    assert_eq!((&log["cumulative_completed"], &log["progress_percent"]), (&json!(10), &json!(10.0)));
    assert_eq!((&log["id"], &log["machine_id"], &log["notes"]), (&Value::Null, &json!(CNC), &json!("fine")));
    assert_eq!(log["logged_by"], json!({"id": ANA, "name": "Ana"}));
    assert_eq!(log["labor_cost_added"], Value::Null, "Q-132: the edge knows no costs");
    let order = edge.read("/work-orders/WO-1").await;
    assert_eq!(
        (&order["quantity_completed"], &order["quantity_rejected"], &order["quantity_left"]),
        (&json!(10), &json!(2), &json!(90))
    );
    let logs = edge.read("/production-logs?work_order_id=101").await;
    assert_eq!((&logs["total"], &logs["production_logs"][0]), (&json!(1), &log));
}

#[tokio::test]
async fn log_03_log_04_log_07_wrong_quantities_and_hours_are_refused_with_their_field() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let one = json!(1);
    for (body, field) in [
        (log(json!(-1), one.clone()), "quantity_completed"),
        (log(json!(0), one.clone()), "quantity_completed"),
        (log(json!(101), one.clone()), "quantity_completed"),
        (log(json!(i64::MAX), one.clone()), "quantity_completed"),
        (log(json!(1.5), one.clone()), "quantity_completed"),
        (log(json!("ten"), one.clone()), "quantity_completed"),
        (log(Value::Null, one.clone()), "quantity_completed"),
        (log(json!([1]), one.clone()), "quantity_completed"),
        (log(one.clone(), json!(0)), "hours_worked"),
        (log(one.clone(), json!(-2)), "hours_worked"),
        (log(one.clone(), json!(24.5)), "hours_worked"),
        (log(one.clone(), json!(1e300)), "hours_worked"),
        (log(one.clone(), json!(0.123_456_78)), "hours_worked"),
        (log(one.clone(), json!("two")), "hours_worked"),
        (json!({"work_order_id": 101, "hours_worked": 1}), "quantity_completed"),
        (json!({"work_order_id": 101, "quantity_completed": 1}), "hours_worked"),
        (json!({"quantity_completed": 1, "hours_worked": 1}), "work_order_id"),
        (
            json!({"work_order_id": 101, "quantity_completed": 1, "quantity_rejected": 2, "hours_worked": 1}),
            "quantity_rejected",
        ),
        (
            json!({"work_order_id": 101, "quantity_completed": 1, "quantity_rejected": -1, "hours_worked": 1}),
            "quantity_rejected",
        ),
        (json!({"work_order_id": 999, "quantity_completed": 1, "hours_worked": 1}), "work_order_id"),
        (json!({"work_order_id": 101, "quantity_completed": 1, "hours_worked": 1, "machine_id": 999}), "machine_id"),
        (json!({"work_order_id": 101, "quantity_completed": 1, "hours_worked": 1, "rate": 1}), "rate"),
        (
            json!({"work_order_id": 101, "quantity_completed": 1, "hours_worked": 1, "notes": "x".repeat(2_001)}),
            "notes",
        ),
    ] {
        let (status, answer) = edge.post("/production-logs", &ana, body.clone()).await;
        assert_eq!(status, 400, "{body}: {answer}");
        assert_eq!(answer["error"], "Validation failed", "{body}");
        assert_eq!(fields(&answer), [field], "{body}: {answer}");
        assert!(answer["details"][0]["message"].as_str().is_some_and(|m| !m.is_empty()));
    }
    let (_, answer) = edge
        .post(
            "/production-logs",
            &ana,
            json!({"work_order_id": 101, "quantity_completed": 0, "quantity_rejected": -1, "hours_worked": 25}),
        )
        .await;
    assert_eq!(fields(&answer), ["quantity_completed", "quantity_rejected", "hours_worked"], "all at once");
    assert_eq!(edge.read("/production-logs").await["total"], 0, "nothing of it was booked");
}

#[tokio::test]
async fn log_05_only_a_work_order_in_progress_takes_logs() {
    let edge = Edge::start().await;
    let ana = edge.sign_on(ANA).await;
    let (status, answer) = edge.post("/production-logs", &ana, log(json!(1), json!(1))).await;
    assert_eq!(status, 400);
    assert_eq!(answer["error"], "Cannot log production");
    assert!(answer["reason"].as_str().unwrap().contains("WO-1 is released but not started"), "{answer}");
}

#[tokio::test]
async fn q_117_the_same_uuid_logs_once() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let uuid = Uuid::now_v7();
    let mut body = log(json!(10), json!(1.5));
    body["uuid"] = json!(uuid);
    let (first_status, first) = edge.post("/production-logs", &ana, body.clone()).await;
    edge.advance(60);
    let (again_status, again) = edge.post("/production-logs", &ana, body.clone()).await;
    assert_eq!((first_status.as_u16(), again_status.as_u16()), (201, 200));
    assert_eq!(first, again);
    assert_eq!(edge.read("/work-orders/101").await["quantity_completed"], 10);
    body["quantity_completed"] = json!(11);
    let (status, answer) = edge.post("/production-logs", &ana, body.clone()).await;
    assert_eq!(status, 409, "{answer}");
    let ben = edge.sign_on(BEN).await;
    body["quantity_completed"] = json!(10);
    assert_eq!(edge.post("/production-logs", &ben, body).await.0, 409, "somebody else's log");
    assert_eq!(edge.read("/production-logs").await["total"], 1);
}

#[tokio::test]
async fn log_08_a_log_that_waited_is_of_when_it_was_written() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let started = edge.now();
    edge.advance(7 * 3_600);
    let waited = async |seconds: &str| {
        let body = log(json!(1), json!(1));
        edge.post_with("/production-logs", &ana, &body, ("X-Waited-Seconds", seconds)).await
    };
    let at = |log: &Value| log["logged_at"].as_str().unwrap().to_owned();
    let (status, two_hours) = waited("7200").await;
    assert_eq!((status.as_u16(), at(&two_hours).as_str()), (201, "2025-11-06T15:00:00Z"), "{two_hours}");
    // Nobody logs on an order before it is started.
    assert_eq!(at(&waited("4000000000").await.1), started.rfc3339());
    assert_eq!(at(&waited("0").await.1), "2025-11-06T17:00:00Z");
    for wrong in ["soon", "-5", "1.5"] {
        let (status, answer) = waited(wrong).await;
        assert_eq!((status.as_u16(), fields(&answer)), (400, vec!["X-Waited-Seconds"]), "{answer}");
    }
}

#[tokio::test]
async fn rbac_a_page_that_did_not_hear_of_another_sign_on_books_nothing() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let as_user = async |user: i64| {
        edge.post_with("/production-logs", &ana, &log(json!(1), json!(1)), ("X-Unison-User", &user.to_string())).await
    };
    let (status, refused) = as_user(BEN).await;
    assert_eq!((status.as_u16(), edge.read("/production-logs").await["total"].as_u64()), (401, Some(0)), "{refused}");
    assert_eq!(as_user(ANA).await.0, 201);
}

#[tokio::test]
async fn q_117_ten_at_once_log_once() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let mut body = log(json!(100), json!(1));
    body["uuid"] = json!(Uuid::now_v7());
    let calls = (0..10).map(|_| edge.post("/production-logs", &ana, body.clone()));
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|(s, _)| *s == 201).count(), 1);
    assert!(answers.iter().all(|(s, b)| s.is_success() && *b == answers[0].1), "{answers:?}");
    assert_eq!(edge.read("/work-orders/101").await["quantity_completed"], 100);
}

#[tokio::test]
async fn log_03_two_at_once_cannot_exceed_what_is_left() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let calls = (0..8).map(|_| edge.post("/production-logs", &ana, log(json!(30), json!(1))));
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|(s, _)| *s == 201).count(), 3, "{answers:?}");
    assert_eq!(edge.read("/work-orders/101").await["quantity_left"], 10);
}

#[tokio::test]
async fn api_02_writes_need_a_person_and_a_permission() {
    let edge = Edge::start().await;
    for (method, path) in [
        (Method::POST, "/production-logs"),
        (Method::POST, "/work-orders/WO-1/start"),
        (Method::PUT, "/work-orders/WO-1/start"),
        (Method::POST, "/work-orders/WO-1/pause"),
        (Method::POST, "/work-orders/WO-1/resume"),
        (Method::POST, "/work-orders/WO-1/complete"),
        (Method::POST, "/downtime-events"),
        (Method::PATCH, "/downtime-events/0190"),
        (Method::POST, "/auth/logout"),
    ] {
        for token in [None, Some("wrong")] {
            let (status, answer) = edge.call(method.clone(), path, token, &json!({})).await;
            assert_eq!((status.as_u16(), &answer["error"]), (401, &json!("Not authenticated")), "{method} {path}");
        }
    }
    let vic = edge.sign_on(VIC).await;
    let (status, answer) = edge.post("/production-logs", &vic, log(json!(1), json!(1))).await;
    assert_eq!((status.as_u16(), &answer["error"]), (403, &json!("Missing permission")));
    assert_eq!(edge.post("/work-orders/WO-1/start", &vic, json!({})).await.0, 403);
    let sue = edge.sign_on(SUE).await;
    assert_eq!(edge.post("/work-orders/WO-1/start", &sue, json!({})).await.0, 200);
}

#[tokio::test]
async fn api_03_malformed_and_oversize_bodies() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let send = |body: Vec<u8>| {
        let request = edge.http.post(format!("{}/api/v1/production-logs", edge.url)).bearer_auth(&ana).body(body);
        async { api_common::answer(request.send().await.unwrap()).await }
    };
    for body in ["{", "[]", "null", "\"x\"", "{\"work_order_id\":1,}", "\u{0}"] {
        let (status, answer) = send(body.as_bytes().to_vec()).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!((&answer["error"], fields(&answer)), (&json!("Validation failed"), vec!["body"]), "{body}");
    }
    let (status, answer) = send(vec![0xff; 100]).await;
    assert_eq!((status.as_u16(), fields(&answer)), (400, vec!["body"]));
    let (status, _) = send("[".repeat(16_000).into_bytes()).await;
    assert_eq!(status, 400, "deeply nested");
    let (status, answer) = send(vec![b' '; 16 * 1024 + 1]).await;
    assert_eq!((status.as_u16(), &answer["error"]), (413, &json!("Body too large")));
    let chunks = format!("{:x}\r\n{}\r\n", 1024, " ".repeat(1024)).repeat(17);
    let request = format!(
        "POST /api/v1/production-logs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ana}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"
    );
    let answer = api_common::raw(&edge, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "without a length too: {answer}");
}

#[tokio::test]
async fn log_07_rejected_units_have_reasons_where_somebody_says_them() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let reasons = edge.read("/scrap-reasons").await;
    let codes: Vec<&Value> = reasons["scrap_reasons"].as_array().unwrap().iter().map(|r| &r["code"]).collect();
    assert_eq!(codes, ["burr", "porous"], "active ones");
    let uuid = uuid::Uuid::now_v7();
    let body = |parts: Value| {
        json!({"uuid": uuid, "work_order_id": "WO-1", "machine_id": CNC, "quantity_completed": 10, "quantity_rejected": 4,
               "hours_worked": 1.0, "scrap_reasons": parts})
    };
    let part = |code: &str, quantity: i64| json!({"scrap_reason_code": code, "quantity": quantity});
    for wrong in [
        json!([part("nothing", 1)]),
        json!([part("burr", 5)]),
        json!([part("burr", 1), part("burr", 1)]),
        json!([part("burr", 0)]),
    ] {
        let (status, refused) = edge.post("/production-logs", &ana, body(wrong)).await;
        assert_eq!((status.as_u16(), fields(&refused)), (400, vec!["scrap_reasons"]), "{refused}");
    }
    let said = json!([part("porous", 1), part("burr", 2)]);
    let (status, made) = edge.post("/production-logs", &ana, body(said.clone())).await;
    assert_eq!(status, 201, "{made}");
    let shown = json!([
        {"scrap_reason_code": "burr", "scrap_reason": "The burr one", "quantity": 2},
        {"scrap_reason_code": "porous", "scrap_reason": "The porous one", "quantity": 1},
    ]);
    assert_eq!(made["scrap_reasons"], shown);
    assert_eq!(edge.post("/production-logs", &ana, body(said)).await.0, 200, "once");
    assert_eq!(
        edge.post("/production-logs", &ana, body(json!([part("burr", 4)]))).await.0,
        409,
        "it says something else"
    );
    assert_eq!(edge.read("/production-logs?work_order_id=WO-1").await["production_logs"][0]["scrap_reasons"], shown);
    // A log waited on a tablet; meanwhile its reason was switched off.
    let late = json!({"work_order_id": "WO-1", "quantity_completed": 1, "quantity_rejected": 1, "hours_worked": 0.5, "scrap_reasons": [part("old", 1)]});
    let (status, made) = edge.post("/production-logs", &ana, late).await;
    assert_eq!((status.as_u16(), &made["scrap_reasons"][0]["scrap_reason"]), (201, &json!("The old one")));
}
