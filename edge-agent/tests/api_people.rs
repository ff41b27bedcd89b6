//! What a shift leaves to the next, and calls for help: over the API, in live events, and after a restart.

mod api_common;

use api_common::{ANA, BEN, CNC, Edge, Events, SUE, VIC, answer, fields};
use reqwest::Method;
use serde_json::{Value, json};
use unison_core::facts::Fact;
use unison_sync::wire::Batch;
use uuid::Uuid;

const DAY: &str = "2025-11-06";

fn notes(text: &str) -> Value {
    json!({"shift_id": 1, "date": DAY, "handover_notes": text})
}

fn action<'a>(view: &'a Value, action: &str) -> &'a Value {
    view["allowed_actions"].as_array().unwrap().iter().find(|a| a["action"] == action).unwrap()
}

/// Facts of a kind in the log, in order.
async fn logged(edge: &Edge, kinds: std::ops::RangeInclusive<u16>) -> Vec<Fact> {
    let part = edge.store.log_after(1, 0, 1_000_000).await.unwrap();
    let ops = part.batches.into_iter().flat_map(|body| Batch::decode(&body).unwrap().ops);
    ops.filter(|op| kinds.contains(&op.kind))
        .map(|op| Fact::decode(op.kind, op.version, &op.body).unwrap().unwrap())
        .collect()
}

#[tokio::test]
async fn shift_06_the_outgoing_shift_writes_what_it_leaves_and_shift_08_the_next_acknowledges() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let mut events = Events::open(&edge).await;
    let due = edge.read("/shifts/due").await;
    let shift = &due["shifts"][0];
    assert_eq!(
        (&shift["shift_name"], &shift["date"], &shift["starts_at"], &shift["target_units"], &shift["handover"]),
        (&json!("Day"), &json!(DAY), &json!("2025-11-06T06:00:00Z"), &json!(400), &Value::Null)
    );
    assert_eq!(due["shifts"][1]["date"], "2025-11-05", "the one before, too");

    let uuid = Uuid::now_v7();
    let body = json!({
        "uuid": uuid, "shift_id": 1, "date": DAY, "handover_notes": "  Belt slips at start  ",
        "wip_work_orders": [{"work_order_id": "WO-1"}, {"work_order_id": 103, "blocked_reason": "no bar stock"}],
        "issues": [{"machine_id": CNC, "description": "guard loose"}, {"description": "floor wet"}],
    });
    let (status, made) = edge.post("/shift-handovers", &ana, body.clone()).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(events.next("handover").await["id"], json!(uuid));
    assert_eq!(
        (&made["id"], &made["shift_name"], &made["logged_by"]["name"], &made["handover_notes"]),
        (&json!(uuid), &json!("Day"), &json!("Ana"), &json!("Belt slips at start"))
    );
    assert_eq!((&made["acknowledged_by"], &made["acknowledged_at"]), (&Value::Null, &Value::Null));
    let orders = made["wip_work_orders"].as_array().unwrap();
    assert_eq!(
        orders
            .iter()
            .map(|o| json!([o["work_order_number"], o["status"], o["percent_complete"], o["blocked_reason"]]))
            .collect::<Vec<_>>(),
        [json!(["WO-1", "in_progress", 0.0, null]), json!(["WO-3", "planned", 0.0, "no bar stock"])]
    );
    assert_eq!(made["issues"][0], json!({"machine_id": CNC, "description": "guard loose"}));
    let (status, again) = edge.post("/shift-handovers", &ana, body).await;
    assert_eq!((status.as_u16(), &again["id"]), (200, &json!(uuid)), "a repeated call writes once");

    let path = format!("/shift-handovers/{uuid}/acknowledge");
    let (status, own) = edge.post(&path, &ana, json!({})).await;
    assert_eq!(status, 400, "{own}");
    let ben = edge.sign_on(BEN).await;
    let (status, read) = edge.post(&path, &ben, json!({})).await;
    assert_eq!(
        (status.as_u16(), &read["acknowledged_by"]["name"], &read["acknowledged_at"]),
        (200, &json!("Ben"), &json!("2025-11-06T10:00:00Z"))
    );
    assert_eq!(action(&read, "acknowledge")["allowed"], false);
    edge.advance(60);
    let (status, read) = edge.post(&path, &ben, json!({})).await;
    assert_eq!((status.as_u16(), &read["acknowledged_at"]), (200, &json!("2025-11-06T10:00:00Z")), "once");
    let sue = edge.sign_on(SUE).await;
    assert_eq!(edge.post(&path, &sue, json!({})).await.0, 400);
    assert_eq!(logged(&edge, 128..=129).await.len(), 2, "one writing, one acknowledgement");
    let open = edge.read("/shift-handovers?acknowledged=false").await;
    assert_eq!(open["total"], 0);
    assert_eq!(edge.read(&format!("/shift-handovers?date={DAY}&shift_id=1")).await["total"], 1);
}

#[tokio::test]
async fn shift_06_a_text_that_was_not_read_is_not_written_over() {
    let edge = Edge::start().await;
    let (ana, ben) = (edge.sign_on(ANA).await, edge.sign_on(BEN).await);
    let (status, first) = edge.post("/shift-handovers", &ana, notes("Ana's")).await;
    assert_eq!(status, 201, "{first}");
    edge.advance(60);
    let (status, refused) = edge.post("/shift-handovers", &ben, notes("Ben's")).await;
    assert!(status == 400 && refused.to_string().contains("read it"), "{refused}");
    let mut both = notes("Ana's\nBen's");
    both["replaces"] = first["logged_at"].clone();
    let (status, second) = edge.post("/shift-handovers", &ben, both).await;
    assert_eq!((status.as_u16(), &second["id"], &second["logged_by"]["name"]), (200, &first["id"], &json!("Ben")));
    // Both wrote it: neither is the next shift.
    let path = format!("/shift-handovers/{}/acknowledge", first["id"].as_str().unwrap());
    for author in [&ana, &ben] {
        assert_eq!(edge.post(&path, author, json!({})).await.0, 400);
    }
    let sue = edge.sign_on(SUE).await;
    assert_eq!(edge.post(&path, &sue, json!({})).await.0, 200);
    let mut late = notes("more");
    late["replaces"] = second["logged_at"].clone();
    let (status, refused) = edge.post("/shift-handovers", &ana, late).await;
    assert!(status == 400 && refused.to_string().contains("acknowledged"), "{refused}");
}

#[tokio::test]
async fn shift_06_what_is_wrong_is_named_and_viewers_write_none() {
    let edge = Edge::start().await;
    let (ana, vic) = (edge.sign_on(ANA).await, edge.sign_on(VIC).await);
    let table = [
        (json!({"shift_id": 1, "date": DAY, "handover_notes": " "}), "handover_notes"),
        (json!({"shift_id": 9, "date": DAY, "handover_notes": "x"}), "shift_id"),
        (json!({"shift_id": 1, "date": "2025-11-07", "handover_notes": "x"}), "date"),
        (json!({"shift_id": 1, "date": "2025-11-02", "handover_notes": "x"}), "date"),
        (
            json!({"shift_id": 1, "date": DAY, "handover_notes": "x", "issues": [{"machine_id": 999, "description": "y"}]}),
            "issues",
        ),
        (
            json!({"shift_id": 1, "date": DAY, "handover_notes": "x", "wip_work_orders": [{"work_order_id": "WO-9"}]}),
            "wip_work_orders",
        ),
    ];
    for (body, field) in table {
        let (status, refused) = edge.post("/shift-handovers", &ana, body).await;
        assert_eq!((status.as_u16(), fields(&refused)), (400, vec![field]), "{refused}");
    }
    assert_eq!(edge.post("/shift-handovers", &vic, notes("x")).await.0, 403);
    assert_eq!(edge.call(Method::POST, "/shift-handovers", None, &notes("x")).await.0, 401);
    assert_eq!(edge.get("/shift-handovers/0190aaaa-0000-7000-8000-000000000001").await.0, 404);
    assert!(logged(&edge, 128..=129).await.is_empty());
}

#[tokio::test]
async fn help_is_called_answered_and_ended_and_every_page_sees_it() {
    let edge = Edge::start().await;
    let (ana, ben, vic) = (edge.sign_on(ANA).await, edge.sign_on(BEN).await, edge.sign_on(VIC).await);
    let mut events = Events::open(&edge).await;
    let uuid = Uuid::now_v7();
    let call = json!({"uuid": uuid, "machine_id": CNC, "kind": "maintenance", "notes": "oil on the floor"});
    let (status, made) = edge.post("/help-calls", &ana, call.clone()).await;
    assert_eq!((status.as_u16(), &made["called_by"]["name"], &made["answered_by"]), (201, &json!("Ana"), &Value::Null));
    let shown = events.next("machines").await;
    assert_eq!(
        (&shown[0]["help_calls"][0]["kind"], &shown[0]["help_calls"][0]["notes"]),
        (&json!("maintenance"), &json!("oil on the floor"))
    );
    assert_eq!(edge.post("/help-calls", &ana, call).await.0, 200, "a repeated call calls once");
    let (status, twice) = edge.post("/help-calls", &ben, json!({"machine_id": CNC, "kind": "maintenance"})).await;
    assert!(status == 400 && twice.to_string().contains("called to this machine already"), "{twice}");
    assert_eq!(edge.post("/help-calls", &ben, json!({"machine_id": CNC, "kind": "quality"})).await.0, 201);

    // Whoever is signed on may come, whatever their role.
    let path = |verb: &str| format!("/help-calls/{uuid}/{verb}");
    let (status, answered) = edge.post(&path("answer"), &vic, json!({})).await;
    assert_eq!((status.as_u16(), &answered["answered_by"]["name"]), (200, &json!("Vic")));
    let (_, answered) = edge.post(&path("answer"), &ben, json!({})).await;
    assert_eq!(answered["answered_by"]["name"], "Vic", "who said so first");
    assert_eq!(edge.call(Method::POST, &path("end"), None, &json!({})).await.0, 401);

    let (status, ended) = edge.post(&path("end"), &vic, json!({"notes": "hose replaced"})).await;
    assert_eq!(
        (status.as_u16(), &ended["ended_by"]["name"], &ended["end_notes"]),
        (200, &json!("Vic"), &json!("hose replaced"))
    );
    let (_, again) = edge.post(&path("end"), &ben, json!({"notes": "no, me"})).await;
    assert_eq!(again["ended_by"]["name"], "Vic", "ended once");
    assert_eq!(edge.post(&path("answer"), &ben, json!({})).await.0, 409);
    let open = edge.read("/help-calls?open=true").await;
    assert_eq!((&open["total"], &open["help_calls"][0]["kind"]), (&json!(1), &json!("quality")));
    let machines = edge.read("/machines").await;
    let cnc = machines["machines"].as_array().unwrap().iter().find(|m| m["machine_code"] == "CNC-001").unwrap();
    assert_eq!(cnc["help_calls"].as_array().unwrap().len(), 1);
    assert_eq!(logged(&edge, 130..=132).await.len(), 4);
    for (body, field) in [
        (json!({"machine_id": 999, "kind": "quality"}), "machine_id"),
        (json!({"machine_id": CNC, "kind": "boss"}), "kind"),
    ] {
        assert_eq!(fields(&edge.post("/help-calls", &ana, body).await.1), [field]);
    }
}

/// A call with the header Idempotency-Key.
async fn keyed(edge: &Edge, method: Method, path: &str, token: &str, key: &str, body: &Value) -> (u16, Value) {
    let request = edge.http.request(method, format!("{}/api/v1{path}", edge.url)).bearer_auth(token);
    let (status, body) = answer(request.header("Idempotency-Key", key).json(body).send().await.unwrap()).await;
    (status.as_u16(), body)
}

#[tokio::test]
async fn q_117_a_call_repeated_under_its_key_counts_once_and_what_is_no_key_is_refused() {
    let edge = Edge::start().await;
    let ana = edge.with_running_order().await;
    let stop = json!({"machine_id": CNC, "downtime_reason_code": "mechanical_failure",
        "started_at": "2025-11-06T09:00:00Z", "ended_at": "2025-11-06T09:10:00Z"});
    for (path, list, id, body) in [
        (
            "/production-logs",
            "production_logs",
            "uuid",
            json!({"work_order_id": 101, "quantity_completed": 10, "hours_worked": 1}),
        ),
        ("/downtime-events", "downtime_events", "id", stop),
        ("/help-calls", "help_calls", "id", json!({"machine_id": CNC, "kind": "quality"})),
        ("/shift-handovers", "shift_handovers", "id", notes("Belt slips")),
    ] {
        let post = async |key: &str, body: &Value| keyed(&edge, Method::POST, path, &ana, key, body).await;
        let before = edge.read(path).await["total"].as_u64().unwrap();
        let other = json!(Uuid::now_v7());
        let mut with_another = body.clone();
        with_another["uuid"] = other.clone();
        let key = Uuid::now_v7();
        for (key, body) in [("order-17", &body), ("", &body), (&*key.to_string(), &with_another)] {
            let (status, wrong) = post(key, body).await;
            assert_eq!((status, fields(&wrong)), (400, vec!["Idempotency-Key"]), "{path} {key}: {wrong}");
        }
        assert_eq!(edge.read(path).await["total"], before, "{path}");
        for expected in [201, 200] {
            let (status, made) = post(&key.to_string(), &body).await;
            assert_eq!((status, &made[id]), (expected, &json!(key)), "{path}: {made}");
        }
        let all = edge.read(path).await;
        assert_eq!(all["total"], before + 1, "{path}");
        assert!(all[list].as_array().unwrap().iter().any(|one| one[id] == json!(key)), "{path}");
    }
    // Also where the key names nothing that is made; a read does not look at it.
    let pause = keyed(&edge, Method::POST, "/work-orders/WO-1/pause", &ana, "again", &json!({})).await;
    assert_eq!((pause.0, fields(&pause.1)), (400, vec!["Idempotency-Key"]));
    assert_eq!(edge.read("/work-orders/WO-1").await["status"], "in_progress");
    let read = edge.http.get(format!("{}/api/v1/machines", edge.url)).header("Idempotency-Key", "again");
    assert_eq!(read.send().await.unwrap().status(), 200);
    let document = edge.read("/openapi.json").await;
    let named = |path: &str, method: &str, name: &str| {
        let parameters = document["paths"][path][method]["parameters"].as_array().unwrap();
        let found = parameters.iter().find(|p| p["name"] == name && p["in"] == "header");
        found.map(|p| p["description"].as_str().unwrap().to_owned())
    };
    let header = |path: &str, method: &str| named(path, method, "Idempotency-Key");
    // It says where a repetition is the same call, and where only what is there decides.
    let made = ["production-logs", "downtime-events", "downtime-events/{id}/split", "help-calls", "shift-handovers"];
    for path in made.into_iter().chain(["tags/{name}/write"]) {
        assert!(header(&format!("/api/v1/{path}"), "post").unwrap().contains("the same one"), "{path}");
    }
    for (path, method) in
        [("downtime-events/{id}", "patch"), ("work-orders/{id}/pause", "post"), ("auth/login", "post")]
    {
        assert!(header(&format!("/api/v1/{path}"), method).unwrap().contains("judged by state"), "{path}");
    }
    assert_eq!(header("/api/v1/help-calls", "get"), None);
    // And which calls read the other headers of ours (API-07).
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let takes = |name: &str| named(path, method, name).is_some();
            let call = format!("{method} {path}");
            let needs_person = operation["security"] != json!([]);
            let by_itself = ["/trust", "/operators/{id}/pin"].iter().any(|p| path.ends_with(p)) && method == "post";
            assert_eq!(takes("Idempotency-Key"), method != "get", "{call}");
            assert_eq!(takes("X-Unison-User"), needs_person || by_itself, "{call}");
            assert_eq!(takes("X-Requested-With"), (needs_person && method != "get") || by_itself, "{call}");
            assert_eq!(takes("X-Waited-Seconds"), call == "post /api/v1/production-logs", "{call}");
            let admin = by_itself
                || ["put /api/v1/certificate", "delete /api/v1/certificate", "post /api/v1/authority/renew"]
                    .contains(&&*call);
            assert_eq!(takes("X-Admin-Token"), admin, "{call}");
        }
    }
}
