//! Numbers, projects, work orders, shifts, units.

use super::support::{Server, parts};
use super::{made, messages, send, server};
use reqwest::Method;
use serde_json::{Value, json};
use unison_core::master::MasterOp;
use unison_sync::wire::Batch;

#[tokio::test]
async fn q_031_numbers_of_documents() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let year = &ada.get("/organization").await.1["updated_at"].as_str().unwrap()[..4].to_owned();
    let project = |body: Value| made(&ada, "/projects", body);
    assert_eq!(project(json!({"name": "A"})).await["project_number"], format!("P-{year}-001"));
    assert_eq!(project(json!({"name": "B", "project_number": format!("P-{year}-002")})).await["version"], 1);
    assert_eq!(
        project(json!({"name": "C"})).await["project_number"],
        format!("P-{year}-003"),
        "a given number is skipped"
    );
    let version = ada.get("/organization").await.1["version"].clone();
    let body = json!({"version": version, "number_prefixes": {"project": "PRJ/"}, "currency": "EUR"});
    let (status, settings) = send(&ada, "PUT", "/organization", body).await;
    assert_eq!((status, settings["currency"].as_str()), (200, Some("EUR")), "{settings}");
    assert_eq!(project(json!({"name": "D"})).await["project_number"], format!("PRJ/{year}-004"));
    let wrong = json!({"version": settings["version"], "timezone": "Mars", "number_prefixes": {"category": "C-"}});
    assert_eq!(messages(&send(&ada, "PUT", "/organization", wrong).await.1).len(), 2);
    assert_eq!(send(&ada, "PUT", "/organization", json!({"version": version})).await.0, 409);
}

#[tokio::test]
async fn proj_01_wo_02_wo_08_from_project_to_release() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let plant = ada.get("/plants?search=P1").await.1["plants"][0]["id"].clone();
    let lane = ada.get(&format!("/lanes?plant_id={plant}")).await.1["lanes"][0].clone();
    let project = made(&ada, "/projects", json!({"name": "Pumps"})).await;
    let path = format!("/projects/{}", project["id"]);
    let act = |verb: &'static str| {
        let (ada, path) = (ada.clone(), path.clone());
        async move { ada.post(&format!("{path}/{verb}"), json!({})).await }
    };
    let body = json!({"plant_id": plant, "title": "T", "project_id": project["id"], "quantity_ordered": 5});
    let (_, draft) = ada.post("/work-orders", body.clone()).await;
    assert!(messages(&draft)[0].ends_with("is draft; only active projects take work orders"), "{draft}");
    assert_eq!(act("complete").await.1["error"], "Cannot complete project");
    assert_eq!(act("activate").await.1["status"], "active");
    let (_, none) = ada.post("/work-orders", json!({"plant_id": plant, "title": "T"})).await;
    assert_eq!(
        messages(&none),
        ["quantity_ordered: is required and must be at least 1", "project_id: is required for production"]
    );
    let order = made(&ada, "/work-orders", body.clone()).await;
    assert!(order["work_order_number"].as_str().unwrap().starts_with("WO-2"), "WO-09 {order}");
    assert_eq!((order["status"].as_str(), order["version"].as_i64()), (Some("planned"), Some(1)), "WO-01");
    let order_path = format!("/work-orders/{}", order["id"]);
    let mut growth = server.tenancy.plant_log_growth();
    let (_, no_lane) = ada.post(&format!("{order_path}/release"), json!({})).await;
    assert_eq!(messages(&no_lane), ["lane_id: is required for a release"]);
    let (_, full) = ada.post(&format!("{order_path}/release"), json!({"lane_id": lane["id"]})).await;
    assert_eq!(full["error"], "Cannot release work order");
    assert!(full["reason"].as_str().unwrap().contains("full (2 of 1)"), "{full}");
    let (status, released) =
        ada.post(&format!("{order_path}/release"), json!({"lane_id": lane["id"], "force": true})).await;
    assert_eq!(
        (status, released["status"].as_str(), &released["lane_id"]),
        (200, Some("released"), &lane["id"]),
        "{released}"
    );
    assert!(growth.try_recv().is_ok(), "the edges of the plant hear of it");
    let (_, quantity) =
        send(&ada, "PUT", &order_path, json!({"version": released["version"], "quantity_ordered": 6})).await;
    assert_eq!(messages(&quantity), ["quantity_ordered: cannot be changed after release"], "WO-04");
    let (status, kept) = parts(ada.send(Method::DELETE, &order_path, None).await).await;
    assert_eq!((status, kept["error"].as_str()), (400, Some("Cannot archive work order")), "WO-06");
    assert_eq!(act("complete").await.0, 400, "a work order is open");
    let told = terms_told(&server, order["id"].as_i64().unwrap()).await;
    assert_eq!(told.last(), Some(&(None, None)), "the edges know its terms since it was made: {told:?}");
    assert_eq!(act("pause").await.1["status"], "on_hold");
    let (told, number) = (terms_told(&server, order["id"].as_i64().unwrap()).await, project["project_number"].as_str());
    assert_eq!(told.last().unwrap().1.as_deref(), number, "WO-17: and that it is on hold");
    assert_eq!(act("resume").await.1["status"], "active");
    assert_eq!(terms_told(&server, order["id"].as_i64().unwrap()).await.last(), Some(&(None, None)));
    assert_eq!(act("pause").await.1["status"], "on_hold");
    let held = ada.post(&format!("{order_path}/start"), json!({})).await.1.to_string();
    assert!(held.contains("on hold"), "WO-17: {held}");
    assert_eq!(act("cancel").await.1["status"], "cancelled");
    assert_eq!(ada.get(&order_path).await.1["status"], "cancelled", "PROJ-06");
    assert_eq!(
        send(&ada, "PUT", &path, json!({"version": 6, "name": "X"})).await.0,
        400,
        "a cancelled project is locked"
    );
    let maintenance = json!({"plant_id": plant, "title": "Oil", "work_order_type": "maintenance"});
    assert_eq!(
        messages(&ada.post("/work-orders", maintenance).await.1),
        ["machine_id: is required for maintenance"],
        "Q-030"
    );
}

/// What was said of a work order's terms in the log of its plant.
async fn terms_told(server: &Server, order: i64) -> Vec<(Option<i64>, Option<String>)> {
    let terms = |op| match op {
        MasterOp::WorkOrderTerms(t) if t.work_order.0 == order => Some((t.ideal_cycle, t.on_hold)),
        _ => None,
    };
    told(server).await.into_iter().filter_map(terms).collect()
}

/// Every record in the logs of the plants.
async fn told(server: &Server) -> Vec<MasterOp> {
    let rows = server.query("SELECT body FROM plant_log ORDER BY plant_id, first_seq", &[]).await;
    let ops = rows.iter().flat_map(|row| Batch::decode(&row.get::<Vec<u8>>("body").unwrap()).unwrap().ops);
    ops.filter_map(|op| MasterOp::decode(op.kind, op.version, &op.body).unwrap()).collect()
}

#[tokio::test]
async fn wo_01_edges_hear_of_a_product_that_is_renamed_or_made_faster() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let plant = ada.get("/plants?search=P1").await.1["plants"][0]["id"].clone();
    let project = made(&ada, "/projects", json!({"name": "Bridge"})).await;
    let (_, active) = ada.post(&format!("/projects/{}/activate", project["id"]), json!({})).await;
    assert_eq!(active["status"], "active");
    let product = made(&ada, "/products", json!({"code": "H-1", "name": "Housing", "unit_of_measure": "pcs"})).await;
    let order = json!({"plant_id": plant, "title": "T", "project_id": project["id"], "product_id": product["id"], "quantity_ordered": 5});
    let order = made(&ada, "/work-orders", order).await["id"].as_i64().unwrap();
    let change = json!({"version": product["version"], "name": "Housing 2", "ideal_cycle_time_seconds": 4.5});
    let (status, changed) = send(&ada, "PATCH", &format!("/products/{}", product["id"]), change).await;
    assert_eq!(status, 200, "{changed}");
    let named = told(&server).await.into_iter().filter_map(|op| match op {
        MasterOp::WorkOrder(w) if w.id.0 == order => w.product,
        _ => None,
    });
    assert_eq!(named.collect::<Vec<_>>(), ["Housing", "Housing 2"]);
    assert_eq!(terms_told(&server, order).await, [(None, None), (Some(4_500_000), None)]);
    let version = changed["version"].clone();
    send(&ada, "PATCH", &format!("/products/{}", product["id"]), json!({"version": version, "price": 2})).await;
    assert_eq!(terms_told(&server, order).await.len(), 2, "edges know no prices");
}

#[tokio::test]
async fn a_new_organisation_has_units_and_keeps_their_meaning() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    for (code, dimension, numerator) in
        [("kg", "mass", 1_000), ("mm", "length", 1), ("h", "time", 3_600), ("pcs", "count", 1)]
    {
        let unit = ada.get(&format!("/units/{code}")).await.1;
        assert_eq!(
            (unit["dimension"].as_str(), unit["numerator"].as_i64()),
            (Some(dimension), Some(numerator)),
            "{unit}"
        );
    }
    let (_, refused) =
        send(&ada, "PUT", "/units/kg", json!({"version": 1, "dimension": "length", "denominator": 0})).await;
    assert_eq!(messages(&refused), ["denominator: must be at least 1"]);
    let (_, refused) = send(&ada, "PUT", "/units/kg", json!({"version": 1, "dimension": "length"})).await;
    assert_eq!(messages(&refused), ["dimension: cannot be changed; make a new unit"]);
}

#[tokio::test]
async fn shift_01_a_custom_shift_has_the_days_of_its_cycle_here_and_at_the_edges() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let plant = ada.get("/plants?search=P1").await.1["plants"][0]["id"].clone();
    let shift = json!({"plant_id": plant, "name": "Four on", "pattern_type": "custom", "start_time": "06:00", "end_time": "18:00",
        "cycle_first_day": "2025-11-03", "cycle_length_days": 8, "cycle_days": [1, 2, 3, 4]});
    let made = made(&ada, "/shifts", shift.clone()).await;
    assert_eq!((&made["cycle_days"], &made["cycle_first_day"]), (&json!([1, 2, 3, 4]), &json!("2025-11-03")));
    let id = made["id"].as_i64().unwrap();
    let cycles = |ops: Vec<MasterOp>| -> Vec<Option<(u8, u64)>> {
        let of = |op| match op {
            MasterOp::ShiftCycle(c) if c.shift.0 == id => Some(c.cycle.map(|c| (c.length, c.days))),
            _ => None,
        };
        ops.into_iter().filter_map(of).collect()
    };
    assert_eq!(cycles(told(&server).await), [Some((8, 0b1111))]);
    let with = |change: Value| {
        let mut wrong = shift.clone();
        wrong["name"] = "Other".into();
        wrong.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        wrong
    };
    let refused = |change| {
        let (ada, body) = (&ada, with(change));
        async move { messages(&ada.post("/shifts", body).await.1) }
    };
    assert_eq!(refused(json!({"cycle_days": [1, 9]})).await, ["cycle_days: 9 is no day of a cycle of 8 days"]);
    assert_eq!(refused(json!({"cycle_first_day": null})).await, ["cycle_first_day: is required with a cycle"]);
    let fixed = ["pattern_type: must be rotating or custom where there is a cycle"];
    assert_eq!(refused(json!({"pattern_type": "fixed"})).await, fixed);
    assert_eq!(refused(json!({"cycle_length_days": null})).await, ["cycle_length_days: is required with a cycle"]);
    let weekly = json!({"version": made["version"], "pattern_type": "fixed", "active_days": ["monday"],
        "cycle_first_day": null, "cycle_length_days": null, "cycle_days": []});
    let (status, changed) = send(&ada, "PATCH", &format!("/shifts/{id}"), weekly).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(cycles(told(&server).await), [Some((8, 0b1111)), None], "weekly again");
}

#[tokio::test]
async fn shift_02_api_18_shifts() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let plant = ada.get("/plants?search=P1").await.1["plants"][0]["id"].clone();
    let night = json!({
        "plant_id": plant, "name": "Night", "start_time": "22:00", "end_time": "06:00", "break_duration_minutes": 30,
        "active_days": ["sunday", "monday", "tuesday", "wednesday", "thursday"], "production_target_units": 350, "oee_target_percent": 80,
        "quality_target_percent": 99.5, "breaks": [{"from": "02:00", "minutes": 20}],
    });
    let mut growth = server.tenancy.plant_log_growth();
    let made = made(&ada, "/shifts", night.clone()).await;
    for (name, value) in night.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    assert!(growth.try_recv().is_ok(), "edges hear of it");
    let wrong = json!({"plant_id": plant, "name": "X", "start_time": "25:00", "end_time": "06:00", "active_days": ["mon"], "oee_target_percent": 101});
    assert_eq!(messages(&ada.post("/shifts", wrong).await.1).len(), 3);
    let long = json!({"plant_id": plant, "name": "X", "start_time": "06:00", "end_time": "07:00", "break_duration_minutes": 60, "breaks": [{"from": "06:10", "minutes": 61}]});
    assert_eq!(messages(&ada.post("/shifts", long).await.1).len(), 2);
    ada.send(Method::DELETE, &format!("/shifts/{}", made["id"]), None).await;
    let ada = &ada;
    let total = |query: &'static str| async move { ada.get(&format!("/shifts?{query}")).await.1["total"].as_u64() };
    assert_eq!(
        (total("active_only=true&plant_id=all").await, total("active_only=false&plant_id=all").await),
        (Some(2), Some(3))
    );
}

#[tokio::test]
async fn proj_06_a_project_with_orders_out_of_reach_is_not_cancelled_and_says_why() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let plant = ada.get("/plants?search=P1").await.1["plants"][0]["id"].clone();
    let project = made(&ada, "/projects", json!({"name": "Pumps"})).await;
    let path = format!("/projects/{}", project["id"]);
    ada.post(&format!("{path}/activate"), json!({})).await;
    let body = json!({"plant_id": plant, "title": "T", "project_id": project["id"], "quantity_ordered": 5});
    let order = made(&ada, "/work-orders", body).await;
    ada.post(&format!("{path}/pause"), json!({})).await;
    server.execute("UPDATE users SET roles = '[\"plant_manager\"]' WHERE email = 'sam@acme.example'", &[]).await;
    let sam = server.signed_in("sam@acme.example").await;
    let (status, refused) = sam.post(&format!("{path}/cancel"), json!({})).await;
    assert_eq!((status, refused["error"].as_str()), (400, Some("Cannot cancel project")), "{refused}");
    assert!(refused["reason"].as_str().unwrap().starts_with("1 of its work orders are in plants"), "{refused}");
    assert_eq!(ada.get(&format!("/work-orders/{}", order["id"])).await.1["status"], "planned", "nothing happened");
    assert_eq!(ada.post(&format!("{path}/cancel"), json!({})).await.0, 200);
}

#[tokio::test]
async fn ten_05_the_default_plant_of_before_is_changed_like_any_record() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let plant = async |name: &str| ada.get(&format!("/plants?search={name}")).await.1["plants"][0].clone();
    let choose = async |name: &str| {
        let found = plant(name).await;
        let body = json!({"version": found["version"], "is_default": true});
        assert_eq!(send(&ada, "PATCH", &format!("/plants/{}", found["id"]), body).await.0, 200);
    };
    choose("P1").await;
    let before = plant("P1").await;
    choose("P2").await;
    let after = plant("P1").await;
    assert_eq!((before["is_default"].as_bool(), after["is_default"].as_bool()), (Some(true), Some(false)));
    assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|v| v + 1), "who read it before is told");
    let (_, log) = ada.get(&format!("/audit-log?entity=plant&entity_id={}", before["id"])).await;
    assert_eq!(
        log["audit_log"][0]["changes"],
        json!([{"field": "is_default", "before": true, "after": false}]),
        "{log}"
    );
}
