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
