//! Reads, live events, scans, pages and documents over HTTP.

mod api_common;

use api_common::{ANA, CNC, Edge, Events, answer, fields, user};
use reqwest::Method;
use serde_json::{Value, json};
use unison_core::activity::Activity;
use unison_core::facts::{ActivityChanged, ClockQuality, Counted, Fact, Observed};
use unison_core::ids::MachineId;
use unison_core::time::{BUCKET, MINUTE, Timestamp};

fn activity(edge: &Edge, minutes_ago: i64, activity: Activity) -> Fact {
    let at = edge.now().plus(-minutes_ago * MINUTE);
    ActivityChanged { machine: MachineId(CNC), at, activity, clock: ClockQuality::Sure }.into()
}

fn counted(at: Timestamp, total: u32, rejected: u32) -> Fact {
    Counted { machine: MachineId(CNC), bucket: at.bucket(), total, rejected, ideal: 6_000_000, work_order: None }.into()
}

/// From 08:00 on: an hour of running with 500 parts, then idle until 10:00.
async fn morning(edge: &Edge) {
    let start = edge.now().plus(-120 * MINUTE);
    edge.record(vec![
        activity(edge, 120, Activity::Running),
        counted(start, 300, 10),
        counted(start.plus(30 * MINUTE), 200, 0),
        activity(edge, 60, Activity::Idle),
        Observed { until: edge.now() }.into(),
    ])
    .await;
}

#[tokio::test]
async fn edge_10_reads_are_open() {
    let edge = Edge::start().await;
    let station = edge.read("/station").await;
    assert_eq!(
        (&station["edge_name"], &station["plant_name"], &station["organization_name"]),
        (&json!("Hall 1"), &json!("Plant 1"), &json!("Acme"))
    );
    assert_eq!(
        (&station["enrolled"], &station["timezone"], &station["unknown_machines"]),
        (&json!(true), &json!("UTC"), &json!(["NOPE-1"]))
    );
    assert_eq!((&station["storage"]["state"], &station["storage"]["message"]), (&json!("ok"), &json!(null)));
    let machines = edge.read("/machines").await;
    let codes: Vec<_> =
        machines["machines"].as_array().unwrap().iter().map(|m| m["machine_code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["CNC-001", "OLD-001"], "not those of other edges");
    let cnc = &machines["machines"][0];
    assert_eq!(
        (&cnc["activity"], &cnc["stale"], &cnc["edge"], &cnc["lane_name"]),
        (&json!("no_data"), &json!(true), &json!("Hall 1"), &json!("Lane A"))
    );
    assert_eq!(edge.read("/machines?search=old&status=decommissioned").await["total"], 1);
    assert_eq!(edge.get("/machines?status=lost").await.0, 400);
    assert_eq!(edge.read("/connections").await, json!({"connections": []}));
    let queue = edge.read("/queue").await;
    assert_eq!((&queue["page_to_edge"], &queue["edge_to_cloud"]["state"]), (&json!("ok"), &json!("offline")));
    assert!(queue["edge_to_cloud"]["pending"].as_u64().unwrap() > 0);
    let health = edge.read("/health").await;
    assert_eq!(
        (&health["status"], &health["storage"], &health["machines"]),
        (&json!("ok"), &json!("ok"), &json!({"total": 1, "seen": 0, "claimed_elsewhere": []}))
    );
    for path in ["/machines/999/station", "/machines/x/ribbon", "/work-orders/x", "/nothing"] {
        let (status, body) = edge.get(path).await;
        assert_eq!((status.as_u16(), &body["error"]), (404, &json!("Not found")), "{path}");
    }
    let alias = edge.http.get(format!("{}/api/machines", edge.url)).send().await.unwrap();
    assert_eq!(answer(alias).await.1, edge.read("/machines").await, "/api is /api/v1");
    let (status, body) = edge.call(Method::DELETE, "/machines", None, &json!({})).await;
    assert_eq!((status.as_u16(), body["error"].is_string()), (405, true));
}

#[tokio::test]
async fn q_133_oee_of_a_range() {
    let edge = Edge::start().await;
    morning(&edge).await;
    let oee = edge.read("/kpi/oee?machine=CNC-001&from=2025-11-06T08:00:00Z&to=2025-11-06T10:00:00Z").await;
    assert_eq!(
        (&oee["machine"], &oee["from"], &oee["to"]),
        (&json!("CNC-001"), &json!("2025-11-06T08:00:00Z"), &json!("2025-11-06T10:00:00Z"))
    );
    // 2 h planned, no stop has an event: availability 100; 500 × 6 s of 7200 s; 490 good.
    assert_eq!(
        (&oee["availability"], &oee["performance"], &oee["quality"]),
        (&json!(100.0), &json!(41.67), &json!(98.0))
    );
    assert_eq!((&oee["oee"], &oee["coverage"], &oee["band"]), (&json!(40.83), &json!(100.0), &json!("Poor")));
    assert_eq!((&oee["total"], &oee["good"], &oee["run_seconds"]), (&json!(500), &json!(490), &json!(3600.0)));
    let unseen = edge.read("/kpi/oee?machine=CNC-001&from=2025-11-05T08:00:00Z&to=2025-11-05T10:00:00Z").await;
    assert_eq!((&unseen["oee"], &unseen["coverage"]), (&Value::Null, &json!(0.0)), "KPI-15");
    for (query, names) in [
        ("", vec!["from", "to"]),
        ("?from=2025-11-06T08:00:00Z", vec!["to"]),
        ("?from=x&to=y", vec!["from", "to"]),
        ("?from=2025-11-06T08:00:00Z&to=2025-11-06T08:00:00Z", vec!["to"]),
        ("?from=2025-11-06T10:00:00Z&to=2025-11-06T08:00:00Z", vec!["to"]),
        ("?from=2024-01-01T00:00:00Z&to=2025-11-06T08:00:00Z", vec!["to"]),
    ] {
        let (status, body) = edge.get(&format!("/kpi/oee{query}")).await;
        assert_eq!((status.as_u16(), fields(&body)), (400, names), "{query}");
    }
    assert_eq!(edge.get("/kpi/oee?machine=X&from=2025-11-06T08:00:00Z&to=2025-11-06T10:00:00Z").await.0, 404);
}

#[tokio::test]
async fn q_130_station_page_and_growth_since_the_last_log() {
    let edge = Edge::start().await;
    morning(&edge).await;
    let ana = edge.with_running_order().await;
    edge.advance(60);
    edge.record(vec![
        activity(&edge, 0, Activity::Running),
        counted(edge.now().plus(-20_000_000), 7, 1),
        Observed { until: edge.now() }.into(),
    ])
    .await;
    let station = edge.read(&format!("/machines/{CNC}/station")).await;
    assert_eq!((&station["total"], &station["rejected"], &station["good"]), (&json!(507), &json!(11), &json!(496)));
    assert_eq!(
        (&station["target"], &station["target_now"]),
        (&json!(400), &json!(200)),
        "half of the shift is over: {station}"
    );
    assert_eq!(
        (&station["shift"]["name"], &station["shift"]["ends_at"]),
        (&json!("Day"), &json!("2025-11-06T14:00:00Z"))
    );
    assert_eq!(station["since_last_log"], json!({"good": 6, "rejected": 1}), "since WO-1 was started");
    assert_eq!(station["work_order"]["work_order_number"], "WO-1");
    assert_eq!(station["oee"]["total"], 507);
    let log = json!({"work_order_id": 101, "quantity_completed": 7, "quantity_rejected": 1, "hours_worked": 0.5});
    assert_eq!(edge.post("/production-logs", &ana, log).await.0, 201);
    assert_eq!(edge.read("/machines/CNC-001/station").await["since_last_log"], json!({"good": 0, "rejected": 0}));
    edge.record(vec![counted(edge.now(), 3, 0)]).await;
    edge.advance(BUCKET / 1_000_000);
    assert_eq!(edge.read("/machines/CNC-001/station").await["since_last_log"]["good"], 3);
}

#[tokio::test]
async fn edge_14_ribbon_shows_unseen_time_as_such() {
    let edge = Edge::start().await;
    morning(&edge).await;
    let ribbon = edge.read(&format!("/machines/{CNC}/ribbon?from=2025-11-06T07:00:00Z&to=2025-11-06T10:00:00Z")).await;
    let activities: Vec<_> =
        ribbon["intervals"].as_array().unwrap().iter().map(|i| i["activity"].as_str().unwrap()).collect();
    assert_eq!(activities, ["no_data", "running", "idle"]);
    assert_eq!((&ribbon["known_until"], &ribbon["intervals"][2]["to"]), (&json!("2025-11-06T10:00:00Z"), &Value::Null));
    edge.advance(600);
    let ribbon = edge.read(&format!("/machines/{CNC}/ribbon")).await;
    assert_eq!(
        ribbon["intervals"].as_array().unwrap().last().unwrap()["activity"],
        "no_data",
        "never assumed to go on"
    );
    assert_eq!(edge.get(&format!("/machines/{CNC}/ribbon?from=2025-01-01T00:00:00Z")).await.0, 400);
}

#[tokio::test]
async fn edge_10_scans() {
    let edge = Edge::start().await;
    let scan = async |body: Value| {
        let (status, body) = edge.call(Method::POST, "/scans", None, &body).await;
        (status.as_u16(), body)
    };
    let code = |code: &str| json!({"code": code, "source": "wedge", "station": CNC});
    let (status, found) = scan(code("WO:WO-1\r\n")).await;
    assert_eq!(
        (status, &found["kind"], &found["work_order_id"], &found["code"]),
        (200, &json!("work_order"), &json!(101), &json!("WO:WO-1"))
    );
    assert_eq!((&found["station"], &found["at"]), (&json!(CNC), &json!("2025-11-06T10:00:00Z")));
    assert_eq!(scan(code("CNC-001")).await.1["machine_id"], CNC);
    assert_eq!(scan(code("B-77")).await.1["user"]["name"], "Ana");
    // A label of GS1 as a scanner sends it; FNC1 stays until it is read.
    let (status, lot) = scan(code("]C1010950600013435217270200\u{1d}10AB-1\u{1d}21S7\r")).await;
    assert_eq!((status, &lot["kind"]), (200, &json!("lot")));
    assert_eq!(lot["code"], "(01)09506000134352(17)270200(10)AB-1(21)S7");
    let label = json!({"gtin": "09506000134352", "lot": "AB-1", "serial": "S7", "expires_on": "2027-02-28"});
    assert_eq!(lot["label"], label);
    let (_, wrong) = scan(code("]C10109506000134353")).await;
    assert_eq!((&wrong["kind"], wrong.get("label")), (&json!("unknown"), None));
    assert_eq!(wrong["problem"], "GS1 (01) at character 6: check digit 3, 2 is right; scan again");
    // A badge that is a label of a person.
    let (batches, have) = api_common::down(&[user(ANA, "Ana", "operator", Some("340123450000000017"), true)]);
    edge.store.apply_down(batches, have).await.unwrap();
    let badge = scan(code("]d28018340123450000000017")).await.1;
    assert_eq!((&badge["kind"], &badge["user"]["name"]), (&json!("badge"), &json!("Ana")));
    let signed = edge.call(Method::POST, "/auth/badge", None, &json!({"badge": badge["code"]})).await;
    assert_eq!((signed.0.as_u16(), &signed.1["user"]["name"]), (200, &json!("Ana")), "{}", signed.1);
    let (status, unknown) = scan(code("4006381333931")).await;
    assert_eq!((status, &unknown["kind"], unknown.get("work_order_id")), (200, &json!("unknown"), None));
    for (body, field) in [
        (code(""), "code"),
        (code("\u{1}\u{2}\r"), "code"),
        (code(&"x".repeat(129)), "code"),
        (json!({"source": "wedge"}), "code"),
        (json!({"code": "x", "source": "serial"}), "source"),
        (json!({"code": "x", "source": "telepathy"}), "source"),
        (json!({"code": "x", "source": "typed", "station": 999}), "station"),
    ] {
        let (status, refused) = scan(body.clone()).await;
        assert_eq!((status, fields(&refused)), (400, vec![field]), "{body}: {refused}");
    }
}

#[tokio::test]
async fn edge_10_events_snapshot_then_deltas() {
    let edge = Edge::start().await;
    let mut events = Events::open(&edge).await;
    let (first, snapshot) = events.any().await;
    assert_eq!((first.as_str(), snapshot["machines"].as_array().unwrap().len()), ("snapshot", 2));
    assert_eq!(snapshot["queue"]["page_to_edge"], "ok");
    let beat = events.next("heartbeat").await;
    assert_eq!(beat["at"], "2025-11-06T10:00:00Z");
    let began = std::time::Instant::now();
    edge.record(vec![activity(&edge, 0, Activity::Running)]).await;
    let delta = events.next("machines").await;
    assert!(began.elapsed().as_millis() < 600, "{:?}", began.elapsed());
    let changed = delta.as_array().unwrap();
    assert_eq!(changed.len(), 1, "only what changed");
    assert_eq!(
        (&changed[0]["id"], &changed[0]["status"], &changed[0]["flags"][0]),
        (&json!(CNC), &json!("running"), &json!("running without work order"))
    );
    let ana = edge.with_running_order().await;
    assert_eq!(events.next("machines").await[0]["current_work_order"]["id"], 101);
    edge.post("/production-logs", &ana, json!({"work_order_id": 101, "quantity_completed": 5, "hours_worked": 1}))
        .await;
    assert_eq!(events.next("production_log").await["cumulative_completed"], 5);
    edge.post(
        "/downtime-events",
        &ana,
        json!({"machine_id": CNC, "downtime_reason_code": "mechanical_failure", "started_at": "2025-11-06T09:59:00Z"}),
    )
    .await;
    assert_eq!(events.next("downtime").await["reason_code"], "mechanical_failure");
    assert!(events.next("queue").await["edge_to_cloud"]["pending"].as_u64().unwrap() > 3);
    edge.call(Method::POST, "/scans", None, &json!({"code": "B-77", "source": "wedge"})).await;
    let scan = events.next("scan").await;
    assert_eq!(
        (&scan["kind"], &scan["code"]),
        (&json!("badge"), &json!("")),
        "a badge's code goes only to who read it"
    );
}

#[tokio::test]
async fn edge_10_events_are_coalesced() {
    let edge = Edge::start().await;
    let mut events = Events::open(&edge).await;
    events.next("snapshot").await;
    let began = std::time::Instant::now();
    for n in 0..100 {
        edge.advance(1);
        edge.record(vec![activity(&edge, 0, if n % 2 == 0 { Activity::Running } else { Activity::Idle })]).await;
    }
    let quarters = began.elapsed().as_millis() / 250 + 2;
    let mut deltas = 0;
    // The second heartbeat after the last change comes after every delta of it.
    for _ in 0..2 {
        loop {
            match events.any().await.0.as_str() {
                "machines" => deltas += 1,
                "heartbeat" => break,
                _ => {}
            }
        }
    }
    assert!(deltas >= 1 && deltas <= quarters + 8, "{deltas} deltas for 100 changes");
}

#[tokio::test]
async fn edge_10_at_most_64_event_streams() {
    let edge = Edge::start().await;
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(Events::open(&edge).await);
    }
    let (status, refused) = edge.get("/events").await;
    assert_eq!((status.as_u16(), &refused["error"]), (503, &json!("Too many pages")));
    drop(open);
    for _ in 0..50 {
        if edge.http.get(format!("{}/api/v1/events", edge.url)).send().await.unwrap().status() == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("closed pages make room");
}

#[tokio::test]
async fn api_07_documents_match_the_routes() {
    let edge = Edge::start().await;
    let document = answer(edge.http.get(format!("{}/api/openapi.json", edge.url)).send().await.unwrap()).await.1;
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    for path in [
        "/production-logs",
        "/work-orders/{id}/start",
        "/downtime-events/{id}",
        "/kpi/oee",
        "/scans",
        "/events",
        "/auth/badge",
    ] {
        assert!(paths.contains_key(&format!("/api/v1{path}")), "{path}");
    }
    assert_eq!(document["paths"]["/api/v1/production-logs"]["post"]["x-permission"], "production_logs:write");
    assert!(document["components"]["schemas"]["WorkOrderView"]["properties"]["allowed_actions"].is_object());
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let url = format!("{}{}", edge.url, path.replace("{id}", "1"));
            let needs_person = operation["security"].as_array().is_some_and(|s| !s.is_empty());
            let response = edge.http.request(method.to_uppercase().parse().unwrap(), url).send().await.unwrap();
            assert_eq!(response.status() == 401, needs_person, "{method} {path}: {}", response.status());
            assert_ne!(response.status(), 405, "{method} {path}");
            assert!(response.status().as_u16() < 500, "{method} {path}");
        }
    }
    let page = edge.http.get(format!("{}/api/docs", edge.url)).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("POST /api/v1/production-logs"));
    let metrics = edge.http.get(format!("{}/metrics", edge.url)).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("unison_machine_activity{machine=\"CNC-001\",activity=\"no_data\"} 1"), "{metrics}");
    assert_eq!(edge.http.get(format!("{}/health", edge.url)).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn edge_10_pages() {
    let edge = Edge::start().await;
    let get = async |path: &str| edge.http.get(format!("{}{path}", edge.url)).send().await.unwrap();
    let header = |r: &reqwest::Response, name: &str| {
        r.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let mut nonces = Vec::new();
    for path in ["/", "/m/15", "/m/15/log", "/login", "/queue", "/scanner"] {
        let page = get(path).await;
        assert_eq!(page.status(), 200, "{path}");
        assert_eq!(
            (header(&page, "cache-control"), header(&page, "x-content-type-options")),
            ("no-cache".into(), "nosniff".into())
        );
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        let policy = header(&page, "content-security-policy");
        let nonce = policy.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0.to_owned();
        assert!(!page.text().await.unwrap().contains(unison_web::NONCE_PLACEHOLDER));
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 6, "fresh each time");
    for path in ["/api/nothing", "/api", "/assets/nothing.js", "/nothing", "/../../etc/passwd"] {
        assert_eq!(get(path).await.status(), 404, "{path}");
    }
    assert!(get("/api/nothing").await.text().await.unwrap().contains("\"error\""));
    for name in unison_web::asset_names(unison_web::App::Edge).take(5) {
        let file = get(&format!("/{name}")).await;
        assert_eq!(file.status(), 200, "{name}");
        let asset = unison_web::asset(unison_web::App::Edge, name).unwrap();
        assert_eq!(header(&file, "cache-control").contains("immutable"), asset.immutable, "{name}");
        assert_eq!(header(&file, "content-encoding"), asset.encoding.unwrap_or_default());
    }
}
