//! What every entity does alike: create, list, change, archive, custom fields, forms, audit.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::{PASSWORD, Server, Session, content, parts};

async fn server() -> Server {
    let admin = format!(
        "[[user]]\nname = \"Ada\"\nemail = \"ada@acme.example\"\nroles = [\"organization_admin\"]\nhourly_rate = 0\npassword = \"{PASSWORD}\"\nplants = []\n"
    );
    Server::start_with(&format!("{}{admin}", content())).await
}

async fn send(session: &Session<'_>, method: &str, path: &str, body: Value) -> (u16, Value) {
    parts(session.send(method.parse::<Method>().unwrap(), path, Some(body.to_string())).await).await
}

async fn made(session: &Session<'_>, path: &str, body: Value) -> Value {
    let (status, made) = session.post(path, body).await;
    assert_eq!(status, 201, "{path}: {made}");
    made
}

fn messages(body: &Value) -> Vec<String> {
    let text = |d: &Value| format!("{}: {}", d["field"].as_str().unwrap(), d["message"].as_str().unwrap());
    body["details"].as_array().unwrap_or_else(|| panic!("{body}")).iter().map(text).collect()
}

#[tokio::test]
async fn api_08_api_09_api_10_materials() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let category = made(&ada, "/categories", json!({"name": "Raw Materials - Steel"})).await;
    made(&ada, "/custom-fields", json!({"entity_type": "Material", "field_code": "supplier_lead_time", "label": "Lead time", "field_type": "number"})).await;
    let body = json!({
        "material_code": "MTL-002", "name": "Aluminum Sheet 5mm", "description": "5052 aluminum alloy",
        "category_id": category["id"], "unit_of_measure": "kg", "standard_cost": 200.00, "minimum_stock_level": 500,
        "maximum_stock_level": 2000, "reorder_point": 1000, "custom_fields": {"supplier_lead_time": 30},
    });
    let material = made(&ada, "/materials", body.clone()).await;
    assert_eq!(material["category_name"], "Raw Materials - Steel");
    assert_eq!(material["standard_cost"].as_f64(), Some(200.0));
    assert_eq!(material["custom_fields"], json!({"supplier_lead_time": 30}));
    assert_eq!((material["barcode_url"].clone(), material["version"].as_i64()), (Value::Null, Some(1)));
    assert_eq!(ada.get(&format!("/materials/{}", material["id"])).await, (200, material.clone()));
    assert_eq!(ada.get("/materials/MTL-002").await.1, material, "by code as well");
    let (status, list) =
        ada.get(&format!("/materials?category_id={}&search=aluminum&page=1&per_page=50", category["id"])).await;
    assert_eq!(status, 200, "{list}");
    assert_eq!(list, json!({"materials": [material], "total": 1, "page": 1, "per_page": 50}));
    let (status, again) = ada.post("/materials", body).await;
    assert_eq!(status, 400);
    assert_eq!(
        again,
        json!({"error": "Validation failed", "details": [{"field": "material_code", "message": "Material code MTL-002 already exists"}]})
    );
}

#[tokio::test]
async fn api_03_every_mistake_is_named_at_once() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    made(&ada, "/materials", json!({"material_code": "MTL-001", "name": "Steel", "unit_of_measure": "kg"})).await;
    let body = json!({
        "material_code": "MTL-001", "unit_of_measure": "kg", "category_id": 99, "standard_cost": -1, "reorder_point": 0.1234567,
        "colour": "red", "custom_fields": {"x": 1},
    });
    let (status, wrong) = ada.post("/materials", body).await;
    assert_eq!(status, 400);
    assert_eq!(
        messages(&wrong),
        [
            "colour: is not a field of this record",
            "name: is required",
            "standard_cost: must be at least 0",
            "reorder_point: may have 6 decimal places",
            "custom_fields.x: is not a custom field of this record",
            "category_id: there is no category 99",
            "material_code: Material code MTL-001 already exists",
        ]
    );
    let check = |field: &str, value: Value| {
        let (ada, field) = (ada.clone(), field.to_owned());
        async move {
            let mut body = json!({"material_code": "A", "name": "A", "unit_of_measure": "kg"});
            body[&field] = value;
            messages(&ada.post("/materials", body).await.1).join("; ")
        }
    };
    assert_eq!(check("name", json!("x".repeat(201))).await, "name: may have 200 characters");
    assert_eq!(check("name", json!("  ")).await, "name: is required");
    assert_eq!(check("name", json!(7)).await, "name: must be a text");
    assert_eq!(check("name", json!("a\u{0}b")).await, "name: holds characters that cannot be shown");
    assert_eq!(check("standard_cost", json!("1")).await, "standard_cost: must be a number");
    assert_eq!(check("standard_cost", json!(1e12)).await, "standard_cost: must lie below 1000000000000");
    assert_eq!(check("category_id", json!("1")).await, "category_id: must be the id of a record");
    assert_eq!(check("unit_of_measure", json!("stone")).await, "unit_of_measure: there is no unit stone");
    assert_eq!(check("id", json!(5)).await, "id: is not a field of this record");
    assert_eq!(check("custom_fields", json!([])).await, "custom_fields: must be an object");
    assert_eq!(ada.post("/materials", json!([])).await.0, 400);
    assert_eq!(ada.get("/materials").await.1["total"], 1, "nothing was made");
}

#[tokio::test]
async fn api_05_lists_filter_sort_search_and_page() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let names = |path: &str| {
        let (ada, path) = (ada.clone(), path.to_owned());
        async move {
            let (status, list) = ada.get(&path).await;
            assert_eq!(status, 200, "{path}: {list}");
            let codes =
                list["materials"].as_array().unwrap().iter().map(|m| m["material_code"].as_str().unwrap().to_owned());
            (codes.collect::<Vec<_>>().join(" "), list["total"].as_u64().unwrap())
        }
    };
    let steel = made(&ada, "/categories", json!({"name": "Steel"})).await["id"].as_i64().unwrap();
    for (code, name, cost, category) in [
        ("M1", "Bolt", 5.0, Some(steel)),
        ("M2", "Nut", 2.5, None),
        ("M3", "Ölring", 9.0, Some(steel)),
        ("M4", "bolt long", 7.0, None),
    ] {
        let body = json!({"material_code": code, "name": name, "unit_of_measure": "pcs", "standard_cost": cost, "category_id": category});
        made(&ada, "/materials", body).await;
    }
    for (query, expect) in [
        ("", "M1 M2 M3 M4"),
        ("?sort=-standard_cost", "M3 M4 M1 M2"),
        ("?sort=category_name,-material_code", "M3 M1 M4 M2"),
        ("?search=BOLT", "M1 M4"),
        ("?search=ölr", "M3"),
        ("?material_code=M1,M4,M9", "M1 M4"),
        ("?standard_cost_from=5&standard_cost_to=7", "M1 M4"),
        (&format!("?category_id={steel}&search=bolt"), "M1"),
        ("?is_active=false", ""),
        ("?search=%25", ""),
        ("?name=", "M1 M2 M3 M4"),
    ] {
        assert_eq!(names(&format!("/materials{query}")).await.0, expect, "{query}");
    }
    assert_eq!(names("/materials?page=2&per_page=3").await, ("M4".to_owned(), 4));
    let (status, wrong) = ada.get("/materials?colour=red&sort=x&per_page=101&standard_cost=a&created_at_from=1").await;
    assert_eq!(status, 400);
    let fields: Vec<_> = wrong["details"].as_array().unwrap().iter().map(|d| d["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["per_page", "colour", "created_at_from", "standard_cost", "sort"]);
    assert_eq!(ada.get("/work-orders?status=released,planned").await.1["total"], 3, "API-33");
    assert_eq!(ada.get("/work-orders?status=broken").await.0, 400);
    let order = ada.get("/work-orders/WO-2026-001").await.1;
    assert_eq!((order["lane_name"].as_str(), order["quantity_left"].as_u64()), (Some("L1"), Some(200)), "{order}");
    assert!(order.get("due_date").is_some() && order.get("planned_start").is_some());
}

#[tokio::test]
async fn a_change_knows_what_it_changes() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let made = made(
        &ada,
        "/materials",
        json!({"material_code": "M1", "name": "Bolt", "unit_of_measure": "pcs", "description": "x"}),
    )
    .await;
    let path = format!("/materials/{}", made["id"]);
    let (status, changed) =
        send(&ada, "PATCH", &path, json!({"version": 1, "name": " Screw ", "description": null})).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (changed["name"].as_str(), &changed["description"], changed["version"].as_i64()),
        (Some("Screw"), &Value::Null, Some(2))
    );
    let (status, stale) = send(&ada, "PUT", &path, json!({"version": 1, "name": "Nail"})).await;
    assert_eq!((status, stale["error"].as_str()), (409, Some("Changed meanwhile")));
    assert_eq!(stale["current"], changed);
    assert_eq!(
        messages(&send(&ada, "PUT", &path, json!({"name": "Nail"})).await.1),
        ["version: is missing; send the version that you read"]
    );
    let (_, same) = send(&ada, "PUT", &path, json!({"version": 2, "name": "Screw"})).await;
    assert_eq!(same["version"], 2, "nothing changed");
    let (_, archived) = parts(ada.send(Method::DELETE, &path, None).await).await;
    assert_eq!((archived["is_active"].as_bool(), archived["version"].as_i64()), (Some(false), Some(3)));
    let allowed = |record: &Value, action: &str| {
        record["allowed_actions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|a| a["action"] == action)
            .map(|a| a["allowed"].as_bool().unwrap())
    };
    assert_eq!(
        (allowed(&archived, "update"), allowed(&archived, "restore"), allowed(&archived, "archive")),
        (Some(false), Some(true), None)
    );
    let (status, refused) = send(&ada, "PUT", &path, json!({"version": 3, "name": "Nail"})).await;
    assert_eq!((status, refused["error"].as_str()), (400, Some("Cannot change material")));
    assert_eq!(ada.get("/materials").await.1["total"], 0);
    assert_eq!(ada.get("/materials?is_active=all").await.1["total"], 1);
    let (_, taken) =
        ada.post("/materials", json!({"material_code": "M1", "name": "B", "unit_of_measure": "pcs"})).await;
    assert!(messages(&taken)[0].contains("already exists and is archived"), "{taken}");
    assert_eq!(ada.post(&format!("{path}/restore"), json!({})).await.1["is_active"], true);
    let vera = server.signed_in("vera@acme.example").await;
    let seen = vera.get(&path).await.1;
    assert!(seen["allowed_actions"][0]["reason"].as_str().unwrap().contains("materials:write"), "{seen}");
    // Who did what, field by field (ADMIN-30).
    let (_, log) = ada.get(&format!("/audit-log?entity=Materials&entity_id={}", made["id"])).await;
    let actions: Vec<_> = log["audit_log"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["restore", "archive", "update", "create"]);
    assert_eq!(
        log["audit_log"][2]["changes"],
        json!([{"field": "name", "before": "Bolt", "after": "Screw"}, {"field": "description", "before": "x", "after": null}])
    );
    assert!(log["audit_log"][2]["actor"].as_str().unwrap().contains("ada@acme.example"));
    let user = log["audit_log"][2]["user_id"].as_i64().unwrap();
    assert_eq!(ada.get(&format!("/audit-log?user_id={user}&action=archive")).await.1["total"], 1);
    assert_eq!(ada.get("/audit-log?who=me").await.0, 400);
}

#[tokio::test]
async fn a_repeated_call_does_nothing_twice() {
    let server = server().await;
    let mut ada = server.signed_in("ada@acme.example").await;
    ada.headers = vec![("Idempotency-Key", "k1".into())];
    let body = json!({"name": "Steel"});
    let first = ada.post("/categories", body.clone()).await;
    assert_eq!(first.0, 201);
    assert_eq!(ada.post("/categories", body).await, first);
    assert_eq!(ada.post("/categories", json!({"name": "Brass"})).await.0, 409);
    assert_eq!(ada.get("/categories").await.1["total"], 1);
}

#[tokio::test]
async fn rbac_04_rbac_06_permissions_and_plants() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let vera = server.signed_in("vera@acme.example").await;
    let sam = server.signed_in("sam@acme.example").await;
    let (status, refused) = vera.post("/materials", json!({})).await;
    assert_eq!((status, refused["error"].as_str()), (403, Some("Missing permission")), "A2");
    assert_eq!(vera.get("/materials").await.0, 200, "A1");
    let plants = ada.get("/plants").await.1;
    let id = |name: &str| {
        plants["plants"].as_array().unwrap().iter().find(|p| p["name"] == name).unwrap()["id"].as_i64().unwrap()
    };
    let (p1, p2) = (id("P1"), id("P2"));
    assert_eq!(sam.get("/plants").await.1["total"], 1, "only the own plant");
    assert_eq!(sam.get(&format!("/plants/{p1}")).await.1["error"], "No plant access");
    let body =
        |plant: i64| json!({"plant_id": plant, "title": "T", "work_order_type": "maintenance", "machine_id": null});
    let (status, refused) = sam.post("/work-orders", body(p1)).await;
    assert_eq!((status, refused["error"].as_str()), (403, Some("No plant access")));
    assert_eq!(
        sam.post("/work-orders", body(424_242)).await.1["error"],
        "No plant access",
        "a plant that is not there is alike"
    );
    let machine = |code: &'static str| {
        let ada = ada.clone();
        async move { ada.get(&format!("/machines/{code}")).await.1["id"].as_i64().unwrap() }
    };
    let (own, foreign) = (machine("CNC-002").await, machine("CNC-001").await);
    let mut order = body(p2);
    order["machine_id"] = foreign.into();
    let told = sam.post("/work-orders", order.clone()).await;
    assert_eq!(messages(&told.1), [format!("machine_id: there is no machine {foreign}")]);
    assert_eq!(messages(&ada.post("/work-orders", order.clone()).await.1), ["machine_id: lies in another plant"]);
    order["machine_id"] = own.into();
    let order = made(&sam, "/work-orders", order).await;
    assert_eq!(vera.get(&format!("/work-orders/{}", order["id"])).await.0, 403);
    assert_eq!(vera.get("/lanes").await.1["total"], 1);
    assert_eq!(vera.get(&format!("/lanes?plant_id={p2}")).await.0, 403);
    assert_eq!(ada.get(&format!("/lanes?plant_id={p2}")).await.1["total"], 1);
    assert_eq!(ada.get("/lanes?plant_id=all").await.1["total"], 2);
    // Another organisation's record is like one that is not there.
    server.add_beta().await;
    let beta_machine = {
        let mut beta = server.at("beta");
        let login = json!({"email": "olga@beta.example", "password": PASSWORD});
        beta.token = Some(beta.post("/auth/login", login).await.1["token"].as_str().unwrap().to_owned());
        beta.get("/machines").await.1["machines"][0]["id"].as_i64().unwrap()
    };
    assert_eq!(ada.get(&format!("/machines/{beta_machine}")).await, ada.get("/machines/777777").await);
    let entities = vera.get("/entities").await.1;
    let materials = entities.as_array().unwrap().iter().find(|e| e["entity"] == "material").unwrap();
    assert_eq!(materials["allowed"][0]["allowed"], false, "{materials}");
}

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
    assert_eq!(act("pause").await.1["status"], "on_hold");
    assert_eq!(act("cancel").await.1["status"], "cancelled");
    assert_eq!(ada.get(&order_path).await.1["status"], "cancelled", "PROJ-06");
    assert_eq!(
        send(&ada, "PUT", &path, json!({"version": 4, "name": "X"})).await.0,
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

#[tokio::test]
async fn cf_01_to_cf_09_custom_fields() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let sam = server.signed_in("sam@acme.example").await;
    let define = |body: Value| {
        let ada = ada.clone();
        async move { ada.post("/custom-fields", body).await }
    };
    let field = |code: &str, kind: &str| json!({"entity_type": "Material", "field_code": code, "label": "Heat Treatment", "field_type": kind});
    // CF-FLOW
    assert_eq!(define(field("heat_treatment", "boolean")).await.0, 201);
    let form = ada.get("/materials/form").await.1;
    let shown = &form["custom_fields"][0];
    assert_eq!(
        (shown["name"].as_str(), shown["label"].as_str(), shown["kind"].as_str()),
        (Some("custom_fields.heat_treatment"), Some("Heat Treatment"), Some("boolean")),
        "CF-06"
    );
    let steel = json!({"material_code": "M1", "name": "Steel", "unit_of_measure": "kg", "custom_fields": {"heat_treatment": true}});
    assert_eq!(made(&ada, "/materials", steel).await["custom_fields"]["heat_treatment"], true, "CF-07");
    // CF-08, Q-114
    for spelling in ["Material", "materials", "MATERIAL"] {
        let (_, list) = ada.get(&format!("/custom-fields?entity={spelling}")).await;
        assert_eq!(
            (list["total"].as_u64(), list["custom_fields"][0]["entity_type"].as_str()),
            (Some(1), Some("material"))
        );
    }
    assert_eq!(ada.get("/custom-fields?entity=unicorn").await.0, 400);
    // CF-01 to CF-04
    let refused = |body: Value| async { messages(&define(body).await.1).join("; ") };
    assert!(refused(field("ab", "text")).await.contains("field_code: must have at least 3"));
    assert!(refused(field("a-bc", "text")).await.contains("field_code: does not match"));
    assert!(refused(field("heat_treatment", "text")).await.contains("Field code heat_treatment already exists"));
    assert!(refused(field("colour", "paint")).await.contains("field_type: must be one of text, number"));
    assert!(refused(field("colour", "dropdown")).await.contains("options: must have at least 2"));
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        body
    };
    assert!(refused(with(field("abc", "text"), "pattern", json!("("))).await.contains("pattern: is no regular"));
    assert!(refused(with(field("abc", "text"), "pattern", json!("(a{1000}){1000}"))).await.contains("too large"));
    assert!(refused(with(field("abc", "date"), "minimum", json!(1))).await.contains("for numbers only"));
    assert!(refused(with(field("abc", "text"), "entity_type", json!("unicorn"))).await.contains("names no kind"));
    // CF-05
    let number = with(with(field("hardness", "number"), "minimum", json!(1)), "maximum", json!(9.5));
    let number = with(with(number, "is_required", json!(true)), "is_filterable", json!(true));
    assert_eq!(define(number).await.0, 201);
    assert_eq!(define(with(field("shape", "dropdown"), "options", json!(["round", "flat"]))).await.0, 201);
    assert_eq!(define(with(field("marks", "multiselect"), "options", json!(["CE", "UL"]))).await.0, 201);
    assert_eq!(define(with(field("heat_no", "text"), "pattern", json!("H[0-9]+"))).await.0, 201);
    assert_eq!(define(field("tested_on", "date")).await.0, 201);
    let check = |custom: Value| {
        let ada = ada.clone();
        async move {
            let (_, body) = ada
                .post(
                    "/materials",
                    json!({"material_code": "M2", "name": "N", "unit_of_measure": "kg", "custom_fields": custom}),
                )
                .await;
            body["details"].as_array().map_or_else(String::new, |_| messages(&body).join("; "))
        }
    };
    assert_eq!(check(json!({})).await, "custom_fields.hardness: is required");
    let wrong = json!({"hardness": 10, "shape": "square", "marks": ["CE", "TÜV"], "heat_no": "H1x", "tested_on": "2025-02-30", "heat_treatment": 1});
    assert_eq!(
        check(wrong).await,
        "custom_fields.heat_treatment: must be true or false; custom_fields.hardness: must be at most 9.5; \
         custom_fields.shape: must be one of round, flat; custom_fields.marks: must be one of CE, UL; \
         custom_fields.heat_no: does not match the pattern H[0-9]+; custom_fields.tested_on: must be a day such as 2025-11-06"
    );
    let right = json!({"hardness": 5, "shape": "flat", "marks": ["UL"], "heat_no": "H12", "tested_on": "2025-02-28"});
    assert_eq!(check(right.clone()).await, "");
    assert_eq!(ada.get("/materials?cf.hardness=5").await.1["materials"][0]["custom_fields"], right);
    assert_eq!(ada.get("/materials?cf.hardness=6").await.1["total"], 0);
    assert_eq!(ada.get("/materials?cf.shape=flat").await.0, 400, "not filterable");
    let (_, cleared) =
        send(&ada, "PATCH", "/materials/M2", json!({"version": 1, "custom_fields": {"shape": null}})).await;
    assert_eq!((cleared["custom_fields"].get("shape"), cleared["custom_fields"]["hardness"].as_i64()), (None, Some(5)));
    // A definition keeps what values depend on; at most five can be filtered by.
    let id = ada.get("/custom-fields?field_code=hardness").await.1["custom_fields"][0]["id"].clone();
    let (_, fixed) =
        send(&ada, "PUT", &format!("/custom-fields/{id}"), json!({"version": 1, "field_type": "text"})).await;
    assert!(messages(&fixed).iter().any(|m| m.starts_with("field_type: cannot be changed")), "{fixed}");
    for i in 1..5 {
        assert_eq!(define(with(field(&format!("f_{i}"), "text"), "is_filterable", json!(true))).await.0, 201);
    }
    assert!(refused(with(field("f_5", "text"), "is_filterable", json!(true))).await.contains("5 fields of this kind"));
    // CF-09: not everybody.
    assert_eq!(sam.post("/custom-fields", field("mine", "text")).await.1["error"], "Missing permission");
    // A retired field disappears from forms; its values stay.
    assert_eq!(ada.send(Method::DELETE, &format!("/custom-fields/{id}"), None).await.status(), 200);
    let m2 = ada.get("/materials/M2").await.1;
    assert_eq!(m2["custom_fields"]["hardness"], 5);
    let (status, after) = send(&ada, "PATCH", "/materials/M2", json!({"version": m2["version"], "name": "New"})).await;
    assert_eq!((status, after["custom_fields"]["hardness"].as_i64()), (200, Some(5)));
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
    assert_eq!((total("active_only=true").await, total("active_only=false").await), (Some(2), Some(3)));
}

#[tokio::test]
async fn every_entity_is_in_list_form_document_and_menu() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let document = ada.get("/openapi.json").await.1;
    let entities = ada.get("/entities").await.1;
    let entities = entities.as_array().unwrap();
    assert!(entities.len() >= 18, "{}", entities.len());
    for entity in entities {
        let (path, plural) = (entity["path"].as_str().unwrap(), entity["plural"].as_str().unwrap());
        let (status, list) = ada.get(path).await;
        assert_eq!(status, 200, "{path}: {list}");
        let records = list[plural].as_array().unwrap_or_else(|| panic!("{path}: {list}"));
        let (status, form) = ada.get(&format!("{path}/form")).await;
        assert_eq!(status, 200, "{path}: {form}");
        for field in form["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            assert!(records.iter().all(|r| r.get(name).is_some()), "{path}: {name}");
            assert_eq!(field["kind"] == "reference", !field["reference"].is_null(), "{path}: {name}");
            // What the form says can be sorted and filtered by is so.
            if field["sort"] == true {
                assert_eq!(ada.get(&format!("{path}?sort={name},-{name}")).await.0, 200, "{path}: {name}");
            }
        }
        for (path, methods) in [(path.to_owned(), ["get", "post"]), (format!("{path}/{{id}}"), ["put", "delete"])] {
            for method in methods {
                let operation = &document["paths"][format!("/api/v1{path}")][method];
                assert!(
                    operation["x-permission"].as_str().unwrap().starts_with(plural),
                    "{method} {path}: {operation}"
                );
            }
        }
        let csv = ada.send(Method::GET, &format!("{path}/export?format=csv"), None).await;
        assert_eq!(csv.status(), 200, "{path}");
    }
    let material = &document["components"]["schemas"]["MaterialCreate"];
    assert_eq!(material["properties"]["material_code"]["maxLength"], 50, "the same limit as in the form");
    assert_eq!(material["required"], json!(["material_code", "name", "unit_of_measure"]));
    let found = ada.get("/search?q=cnc-00").await.1;
    assert_eq!(
        (found["results"].as_array().unwrap().len(), found["results"][0]["code"].as_str()),
        (2, Some("CNC-002")),
        "{found}"
    );
    let vera = server.signed_in("vera@acme.example").await;
    assert_eq!(vera.get("/search?q=cnc-00").await.1["results"].as_array().unwrap().len(), 1, "only plants in reach");
}
