//! Work orders and production logs as the ledger prints them.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::{Server, Session, parts};

async fn start(session: &Session<'_>, number: &str) -> Value {
    let (status, body) = session.post(&format!("/work-orders/{number}/start"), json!({})).await;
    assert_eq!(status, 200, "{body}");
    body
}

fn log(order: &Value, units: i64, hours: f64) -> Value {
    json!({"work_order_id": order["id"], "quantity_completed": units, "hours_worked": hours})
}

#[tokio::test]
async fn api_11_wo_02_start_pause_resume_complete() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let order = start(&olga, "WO-2026-002").await;
    assert_eq!(
        (order["work_order_number"].as_str(), order["status"].as_str()),
        (Some("WO-2026-002"), Some("in_progress"))
    );
    assert_eq!(order["started_by"]["name"], "Olga");
    assert!(order["started_at"].as_str().unwrap().ends_with('Z'));
    let action =
        |name: &str| order["allowed_actions"].as_array().unwrap().iter().find(|a| a["action"] == name).unwrap().clone();
    assert_eq!(action("pause")["allowed"], true);
    assert_eq!(action("log")["allowed"], true);
    assert_eq!(action("complete")["reason"], "0 of 100 units are completed; 100 are still to be logged");
    let path = |verb: &str| format!("/work-orders/{}/{verb}", order["id"]);
    let (status, again) = olga.post(&path("start"), json!({})).await;
    assert_eq!(
        (status, again),
        (400, json!({"error": "Cannot start work order", "reason": "WO-2026-002 is already in progress"}))
    );
    assert_eq!(olga.post(&path("pause"), json!({"reason": "waiting for material"})).await.1["status"], "paused");
    let put = parts(olga.send(Method::PUT, &path("resume"), None).await).await;
    assert_eq!(
        (put.0, put.1["status"].as_str()),
        (200, Some("in_progress")),
        "PUT is an alias (Q-032), the body may be missing"
    );
    assert_eq!(olga.post(&path("complete"), json!({})).await.0, 400, "WO-15");
    assert_eq!(olga.post("/production-logs", log(&order, 100, 8.0)).await.0, 201);
    assert_eq!(olga.post(&path("complete"), json!({})).await.1["status"], "completed");
    assert_eq!(olga.post(&path("start"), json!({"unknown": 1})).await.1["details"][0]["field"], "unknown");
}

#[tokio::test]
async fn wo_depmsg_shape_of_a_refused_start() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let (status, body) = olga.post("/work-orders/WO-2026-003/start", json!({})).await;
    assert_eq!(status, 400);
    assert_eq!(
        body,
        json!({"error": "Cannot start work order", "reason": "WO-2026-003 has no lane; a supervisor assigns one"})
    );
}

#[tokio::test]
async fn log_06_api_example() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let order = start(&olga, "WO-2026-001").await;
    assert_eq!(olga.post("/production-logs", log(&order, 100, 8.0)).await.0, 201);
    let mut second = log(&order, 50, 4.5);
    second["notes"] = json!("All units passed inspection");
    let (status, body) = olga.post("/production-logs", second).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(body["cumulative_completed"], 150);
    assert_eq!(body["quantity_ordered"], 200);
    assert_eq!(body["progress_percent"], 75.0);
    assert_eq!(body["labor_cost_added"], 112.5);
    assert_eq!(body["material_cost_added"], 0.0);
    assert_eq!(body["message"], "Logged 50 units, 4.5 hours. WO is 75% complete.");
    assert_eq!(body["logged_by"]["name"], "Olga");
    let (_, logs) = olga.get("/production-logs").await;
    assert_eq!((logs["total"].as_u64(), &logs["production_logs"][1]["cumulative_completed"]), (Some(2), &json!(100)));
    let vera = server.signed_in("vera@acme.example").await;
    assert_eq!(vera.get("/production-logs").await.1["total"], 0, "RBAC-07: only the own logs");
}

#[tokio::test]
async fn log_07_rejected_units_have_reasons_where_somebody_says_them() {
    let server = Server::start().await;
    let ada = server.admin().await;
    for code in ["burr", "old"] {
        assert_eq!(ada.post("/scrap-reasons", json!({"code": code, "name": code})).await.0, 201);
    }
    let old = format!("/scrap-reasons/{}", ada.get("/scrap-reasons/old").await.1["id"]);
    assert_eq!(ada.send(reqwest::Method::DELETE, &old, None).await.status(), 200);
    let olga = server.signed_in("olga@acme.example").await;
    let order = start(&olga, "WO-2026-001").await;
    let with = |code: &str, quantity: i64| {
        let mut body = log(&order, 10, 1.0);
        body["quantity_rejected"] = json!(3);
        body["scrap_reasons"] = json!([{"scrap_reason_code": code, "quantity": quantity}]);
        body
    };
    for (code, quantity) in [("old", 1), ("nothing", 1), ("burr", 4), ("burr", 0)] {
        let (status, refused) = olga.post("/production-logs", with(code, quantity)).await;
        assert_eq!(
            (status, &refused["details"][0]["field"]),
            (400, &json!("scrap_reasons")),
            "{code} {quantity}: {refused}"
        );
    }
    let (status, made) = olga.post("/production-logs", with("burr", 2)).await;
    assert_eq!(status, 201, "{made}");
    let shown = json!([{"scrap_reason_code": "burr", "scrap_reason": "burr", "quantity": 2}]);
    assert_eq!(made["scrap_reasons"], shown);
    assert_eq!(olga.get("/production-logs").await.1["production_logs"][0]["scrap_reasons"], shown);
}

#[tokio::test]
async fn log_03_04_05_07_refusals_name_every_field() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let (status, body) = olga
        .post("/production-logs", json!({"work_order_id": "WO-2026-002", "quantity_completed": 1, "hours_worked": 1}))
        .await;
    assert_eq!((status, body["error"].as_str()), (400, Some("Cannot log production")), "LOG-05: {body}");
    let order = start(&olga, "WO-2026-002").await;
    let fields = |body: &Value| {
        let details = body["details"].as_array().cloned().unwrap_or_default();
        details.iter().map(|d| d["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let cases = [
        (log(&order, -1, 1.0), vec!["quantity_completed"]),
        (log(&order, 101, 1.0), vec!["quantity_completed"]),
        (log(&order, 0, 25.0), vec!["quantity_completed", "hours_worked"]),
        (log(&order, 1, 0.123_456_78), vec!["hours_worked"]),
        (
            json!({"work_order_id": order["id"], "quantity_completed": 1, "quantity_rejected": 2, "hours_worked": 1}),
            vec!["quantity_rejected"],
        ),
        (json!({"work_order_id": 999_999, "quantity_completed": 1, "hours_worked": 1}), vec!["work_order_id"]),
        (
            json!({"work_order_id": order["id"], "quantity_completed": 1, "hours_worked": 1, "machine_id": 1}),
            vec!["machine_id"],
        ),
        (
            json!({"work_order_id": order["id"], "quantity_completed": 1.5, "hours_worked": 1}),
            vec!["quantity_completed"],
        ),
        (json!({"work_order_id": order["id"], "quantity_completed": 1, "hours_worked": 1, "cost": 1}), vec!["cost"]),
        (json!({"work_order_id": order["id"], "quantity_completed": 1}), vec!["hours_worked"]),
    ];
    for (wanted, expect) in cases {
        let (status, body) = olga.post("/production-logs", wanted.clone()).await;
        assert_eq!(
            (status, body["error"].as_str(), fields(&body)),
            (400, Some("Validation failed"), expect.iter().map(|s| s.to_string()).collect()),
            "{wanted}: {body}"
        );
    }
    assert_eq!(olga.get("/work-orders?status=in_progress").await.1["work_orders"][0]["quantity_completed"], 0);
}

#[tokio::test]
async fn sync_a_log_counts_once_by_uuid_and_by_key() {
    let server = Server::start().await;
    let mut olga = server.signed_in("olga@acme.example").await;
    let order = start(&olga, "WO-2026-001").await;
    let mut one = log(&order, 10, 1.0);
    one["uuid"] = json!("01900000-0000-7000-8000-000000000001");
    let first = olga.post("/production-logs", one.clone()).await;
    assert_eq!(first, olga.post("/production-logs", one.clone()).await);
    one["quantity_completed"] = json!(11);
    assert_eq!(olga.post("/production-logs", one).await.0, 409);
    olga.headers = vec![("Idempotency-Key", "abc".into())];
    let second = olga.post("/production-logs", log(&order, 20, 1.0)).await;
    assert_eq!(second.0, 201);
    assert_eq!(second, olga.post("/production-logs", log(&order, 20, 1.0)).await);
    assert_eq!(olga.post("/production-logs", log(&order, 21, 1.0)).await.0, 409);
    olga.headers = vec![("Idempotency-Key", "pause".into())];
    let paused = olga.post("/work-orders/WO-2026-001/pause", json!({})).await;
    assert_eq!((paused.0, &paused), (200, &olga.post("/work-orders/WO-2026-001/pause", json!({})).await));
    olga.headers.clear();
    assert_eq!(olga.get(&format!("/work-orders/{}", order["id"])).await.1["quantity_completed"], 30);
}

#[tokio::test]
async fn api_05_q_085_paging_and_api_33_status_lists() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    start(&olga, "WO-2026-001").await;
    let (_, list) = olga.get("/work-orders?status=released,in_progress&per_page=2").await;
    assert_eq!((list["total"].as_u64(), list["page"].as_u64(), list["per_page"].as_u64()), (Some(3), Some(1), Some(2)));
    assert_eq!(list["work_orders"].as_array().unwrap().len(), 2);
    assert_eq!(olga.get("/work-orders?status=in_progress").await.1["total"], 1);
    assert_eq!(olga.get("/work-orders?status=done").await.1["details"][0]["field"], "status");
    let (status, refused) = olga.get("/work-orders?page=0&per_page=101").await;
    assert_eq!((status, refused["details"].as_array().unwrap().len()), (400, 2));
    assert_eq!(olga.get("/api/work-orders").await.0, 200, "Q-084: /api is an alias");
}

#[tokio::test]
async fn foreign_records_do_not_exist() {
    let server = Server::start().await;
    server.add_beta().await;
    let olga = server.signed_in("olga@acme.example").await;
    // Ids of the other organisation start elsewhere, and are nothing here.
    let (status, foreign) = olga.get("/work-orders/2001").await;
    let (_, missing) = olga.get("/work-orders/999999").await;
    assert_eq!((status, &foreign), (404, &missing), "Q-082");
}
