//! Organisations: who is told that there is none, who can only read, and whose logs one sees.

mod support;

use cloud_server::business::organization;
use reqwest::Method;
use serde_json::{Value, json};
use support::{Server, Session};
use unison_core::time::{HOUR, Timestamp};

#[tokio::test]
async fn ten_02_a_suspended_organisation_is_not_found_until_it_is_resumed() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let platform = server.tenancy.platform();
    platform.set_active(server.organization.id, false).await.unwrap();
    let (status, body) = olga.get("/machines").await;
    assert_eq!((status, body["error"].as_str()), (404, Some("Organization not found")));
    let login = json!({"email": "olga@acme.example", "password": support::PASSWORD});
    assert_eq!(server.at("acme").post("/auth/login", login).await.0, 404);
    let unknown = server.at("nobody").get("/machines").await;
    assert_eq!(unknown, (status, body), "as if it had never been");
    let page = olga.send(Method::GET, "/x-", None).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert_eq!(page.status(), 404);
    let html = page.text().await.unwrap();
    assert!(
        html.contains("Organization not found") && html.contains("color-scheme") && !html.contains("<script"),
        "{html}"
    );
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let mut german = server.at("acme");
    german.headers = vec![("Accept-Language", "de-DE,de;q=0.9,en;q=0.5".into())];
    let html = german.send(Method::GET, "/x-machines", None).await.text().await.unwrap();
    assert!(html.contains("lang=\"de\"") && html.contains("Organisation nicht gefunden"), "{html}");
    platform.set_active(server.organization.id, true).await.unwrap();
    assert_eq!(olga.get("/machines").await.0, 200);
}

#[tokio::test]
async fn q_080_no_organisation_is_called_in_an_address_as_another_one() {
    let server = Server::start().await;
    let create = async |name: &str, subdomain: &str| {
        let made =
            organization::create(&server.tenancy, name, subdomain, &format!("a@{subdomain}.example"), None).await;
        made.map(|(made, _)| made.subdomain).map_err(|e| e.to_string())
    };
    assert_eq!(create("Delta", "dlt").await.unwrap(), "dlt");
    assert_eq!(create("Epsilon", "epsilon").await.unwrap(), "epsilon", "its own two names may be one");
    assert_eq!(create("Other", "delta").await.unwrap_err(), "the subdomain delta is taken; choose another");
    let said = create("DLT", "other").await.unwrap_err();
    assert_eq!(said, "the name DLT is dlt in an address, as another organisation is; choose another name");
    let said = create("delta!", "other").await.unwrap_err();
    assert!(said.contains("choose another name"), "{said}");
    assert_eq!(create("Other", "other").await.unwrap(), "other", "what was refused left nothing");
    // Two at once are told apart where they are written.
    let platform = server.tenancy.platform();
    for (slug, subdomain) in [("dlt", "zeta"), ("zeta", "delta")] {
        assert!(platform.create_organization("Zeta", slug, subdomain).await.unwrap_err().is_unique(), "{slug}");
    }
}

#[tokio::test]
async fn rbac_11_who_an_organisation_begins_with_is_its_administrator() {
    let server = Server::start().await;
    let (_, first) = organization::create(&server.tenancy, "Gamma", "gamma", "ada@gamma.example", None).await.unwrap();
    let nobody = server.at("gamma");
    let (status, session) = nobody.post("/auth/login", json!({"email": "ada@gamma.example", "password": first})).await;
    assert_eq!(status, 200, "{session}");
    let ada = Session { token: Some(session["token"].as_str().unwrap().to_owned()), ..nobody };
    let (_, me) = ada.get("/me").await;
    assert_eq!(me["user"]["roles"], json!(["organization_admin"]), "{me}");
}

#[tokio::test]
async fn q_092_after_the_trial_people_can_only_read() {
    let server = Server::start().await;
    let (olga, platform, id) =
        (server.signed_in("olga@acme.example").await, server.tenancy.platform(), server.organization.id);
    let ago = |micros: i64| Timestamp(server.tenancy.now().0 - micros);
    platform.set_trial(id, Some(ago(HOUR))).await.unwrap();
    let (status, body) = olga.post("/work-orders/WO-2026-001/start", json!({})).await;
    assert_eq!((status, body["error"].as_str()), (403, Some("Trial ended")));
    assert!(body["reason"].as_str().unwrap().contains("Subscribe"), "{body}");
    assert_eq!(olga.get("/machines").await.0, 200);
    assert_eq!(olga.get("/me").await.1["read_only"]["error"], "Trial ended");
    let again = server.signed_in("olga@acme.example").await;
    assert_eq!(again.call("PUT", "/me", json!({"phone": "1"})).await.0, 200, "the own affairs");
    assert_eq!(again.post("/auth/logout", json!({})).await.0, 204);
    platform.subscribe(id, None).await.unwrap();
    assert_eq!(olga.post("/work-orders/WO-2026-001/start", json!({})).await.0, 200);
    platform.subscribe(id, Some(ago(1))).await.unwrap();
    assert_eq!(olga.post("/work-orders/WO-2026-001/pause", json!({})).await.1["error"], "Subscription ended");
}

#[tokio::test]
async fn ten_06_ten_12_only_rows_of_the_organisation_and_the_chosen_plant() {
    let server = Server::start().await;
    server.add_beta().await;
    let admin = server.admin().await;
    let codes = |body: &Value| {
        body["machines"].as_array().unwrap().iter().map(|m| m["machine_code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&admin.get("/machines").await.1), ["CNC-001"], "TEN-12: the plant of the token");
    assert_eq!(
        codes(&admin.get("/machines?plant_id=all").await.1),
        ["CNC-001", "CNC-002"],
        "TEN-10: administrators reach all"
    );
    let plants = admin.get("/me").await.1["plants"].clone();
    let (status, body) = admin.post("/auth/switch-plant", json!({"plant_id": 2001})).await;
    assert_eq!(
        (status, body["error"].as_str()),
        (403, Some("No plant access")),
        "TEN-09: never another organisation's"
    );
    let (_, body) = admin.get(&format!("/machines?plant_id={}", plants[1]["id"])).await;
    assert_eq!(codes(&body), ["CNC-002"]);
    assert_eq!(admin.get("/machines?plant_id=2001").await.1["total"], 0);
    let beta = admin.get("/users?search=beta").await.1;
    assert_eq!(beta["total"], 0);
}

async fn log(session: &Session<'_>, order: &str) {
    let body = json!({"work_order_id": order, "quantity_completed": 1, "hours_worked": 1});
    let (status, body) = session.post("/production-logs", body).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(body["labor_cost_added"], 25.0, "API-12: whoever logs sees what it added");
}

#[tokio::test]
async fn rbac_07_q_090_whose_logs_one_sees() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let all = admin.get("/users").await.1["users"].clone();
    let by = |name: &str| all.as_array().unwrap().iter().find(|u| u["name"] == name).unwrap().clone();
    let patch = |user: Value, mut change: Value| {
        change["version"] = user["version"].clone();
        let admin = admin.clone();
        async move {
            let (status, body) = admin.call("PATCH", &format!("/users/{}", user["id"]), change).await;
            assert_eq!(status, 200, "{body}");
            body
        }
    };
    let plants: Vec<_> =
        admin.get("/me").await.1["plants"].as_array().unwrap().iter().map(|p| p["id"].clone()).collect();
    // Vera is an operator now, leads Olga, and is led by Nina.
    patch(by("Vera"), json!({"roles": ["operator"]})).await;
    patch(by("Olga"), json!({"manager_id": by("Vera")["id"]})).await;
    let nina = json!({"name": "Nina", "email": "nina@acme.example", "plant_ids": [plants[0]]});
    let (_, nina) = admin.post("/users", nina).await;
    let vera = admin.get(&format!("/users/{}", by("Vera")["id"])).await.1;
    patch(vera, json!({"manager_id": nina["id"]})).await;
    let (olga, vera) = (server.signed_in("olga@acme.example").await, server.signed_in("vera@acme.example").await);
    assert_eq!(olga.post("/work-orders/WO-2026-001/start", json!({})).await.0, 200);
    log(&olga, "WO-2026-001").await;
    log(&vera, "WO-2026-001").await;
    assert_eq!(olga.get("/production-logs").await.1["total"], 1, "the own ones");
    assert_eq!(vera.get("/production-logs").await.1["total"], 2, "and those of people one leads");
    let mut session = server.at("acme");
    let first = nina["first_password"].clone();
    let (_, body) = session.post("/auth/login", json!({"email": "nina@acme.example", "password": first})).await;
    session.token = Some(body["token"].as_str().unwrap().into());
    let change = json!({"current_password": first, "new_password": "a much better one"});
    let (_, body) = session.post("/auth/password", change).await;
    session.token = Some(body["token"].as_str().unwrap().into());
    let (_, logs) = session.get("/production-logs").await;
    assert_eq!(logs["total"], 2, "however far down");
    assert_eq!(logs["production_logs"][0]["labor_cost_added"], Value::Null, "what people cost is not for viewers");
    let sam = server.signed_in("sam@acme.example").await;
    assert_eq!(sam.get("/production-logs").await.1["total"], 0, "a supervisor of another plant");
    let row = admin.get(&format!("/users/{}", by("Sam")["id"])).await.1;
    patch(row, json!({"plant_ids": plants})).await;
    assert_eq!(sam.get("/production-logs?plant_id=all").await.1["total"], 2, "supervisors see all of their plants");
    assert_eq!(admin.get("/production-logs").await.1["production_logs"][0]["labor_cost_added"], 25.0);
}
