//! What others refer to is not archived, and what refers to something archived is not restored.

use super::support::{Session, parts};
use super::{made, server};
use reqwest::Method;
use serde_json::{Value, json};

async fn archive(session: &Session<'_>, path: &str) -> (u16, Value) {
    parts(session.send(Method::DELETE, path, None).await).await
}

async fn plant(ada: &Session<'_>, name: &str) -> Value {
    ada.get(&format!("/plants?search={name}")).await.1["plants"][0]["id"].clone()
}

#[tokio::test]
async fn what_active_records_refer_to_is_not_archived() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let steel = made(&ada, "/categories", json!({"name": "Steel"})).await;
    for n in 1..=7 {
        let body = json!({"material_code": format!("M-{n}"), "name": "Bolt", "unit_of_measure": "pcs", "category_id": steel["id"]});
        made(&ada, "/materials", body).await;
    }
    let path = format!("/categories/{}", steel["id"]);
    let (status, refused) = archive(&ada, &path).await;
    assert_eq!((status, refused["error"].as_str()), (400, Some("Cannot archive category")), "{refused}");
    assert_eq!(refused["reason"], "It is used by 7 active materials: M-1, M-2, M-3, M-4, M-5, …");
    for n in 2..=7 {
        assert_eq!(archive(&ada, &format!("/materials/M-{n}")).await.0, 200);
    }
    assert_eq!(archive(&ada, &path).await.1["reason"], "It is used by 1 active material: M-1");
    let (_, out) = ada.post("/categories/bulk", json!({"ids": [steel["id"]], "action": "archive"})).await;
    assert_eq!(out["results"][0]["error"], "It is used by 1 active material: M-1");
    assert_eq!(archive(&ada, "/materials/M-1").await.0, 200);
    assert_eq!(archive(&ada, &path).await.0, 200);
    // And the way back: first the parent.
    let (status, refused) = ada.post("/materials/M-1/restore", json!({})).await;
    assert_eq!((status, refused["reason"].as_str()), (400, Some("Category Steel is archived; restore it first")));
    assert_eq!(ada.post(&format!("{path}/restore"), json!({})).await.0, 200);
    assert_eq!(ada.post("/materials/M-1/restore", json!({})).await.0, 200);
}

#[tokio::test]
async fn parts_go_with_what_they_are_parts_of() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let p1 = plant(&ada, "P1").await;
    let machine = made(&ada, "/machines", json!({"plant_id": p1, "machine_code": "M-9", "name": "Mill"})).await;
    let tag =
        json!({"machine_id": machine["id"], "name": "running", "address": "1", "meaning": "running", "plant_id": p1});
    made(&ada, "/machine-tags", tag).await;
    assert_eq!(archive(&ada, "/machines/M-9").await.0, 200);
}

#[tokio::test]
async fn finished_work_does_not_hold_a_machine_and_foreign_names_are_not_told() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let (p1, p2) = (plant(&ada, "P1").await, plant(&ada, "P2").await);
    let product = made(&ada, "/products", json!({"code": "PUMP", "name": "Pump", "unit_of_measure": "pcs"})).await;
    let project = made(&ada, "/projects", json!({"name": "Pumps"})).await;
    ada.post(&format!("/projects/{}/activate", project["id"]), json!({})).await;
    let machine = made(&ada, "/machines", json!({"plant_id": p1, "machine_code": "M-9", "name": "Mill"})).await;
    let body = json!({"plant_id": p1, "title": "T", "project_id": project["id"], "product_id": product["id"], "machine_id": machine["id"], "quantity_ordered": 5});
    let order = made(&ada, "/work-orders", body).await;
    let reason = format!("It is used by 1 active work order: {}", order["work_order_number"].as_str().unwrap());
    assert_eq!(archive(&ada, "/machines/M-9").await.1["reason"], reason.as_str());
    // Somebody of the other plant hears that it is used, not by what.
    server.execute("UPDATE users SET roles = '[\"plant_manager\"]' WHERE email = 'sam@acme.example'", &[]).await;
    let sam = server.signed_in("sam@acme.example").await;
    let (status, refused) = archive(&sam, "/products/PUMP").await;
    assert_eq!(
        (status, refused["reason"].as_str()),
        (400, Some("It is used by 1 active work order in plants that you are not assigned to")),
        "{refused}"
    );
    assert_eq!(ada.post(&format!("/work-orders/{}/cancel", order["id"]), json!({})).await.0, 200);
    assert_eq!(archive(&ada, "/machines/M-9").await.0, 200, "a cancelled one is history");
    let (status, refused) = archive(&ada, &format!("/plants/{p2}")).await;
    let reason = refused["reason"].as_str().unwrap();
    assert!(
        status == 400 && reason.contains("1 active lane: L1") && reason.contains("1 active machine: CNC-002"),
        "{refused}"
    );
}
