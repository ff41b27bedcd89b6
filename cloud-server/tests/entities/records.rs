//! Records: made, listed, changed, archived, described, and who may.

use super::support::{PASSWORD, parts};
use super::{made, messages, send, server};
use reqwest::Method;
use serde_json::{Value, json};

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
            // A list may hold references.
            let is_alike = (field["kind"] == "reference") != field["reference"].is_null();
            assert!(is_alike || field["kind"] == "list", "{path}: {name}");
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
