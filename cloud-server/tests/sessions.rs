//! Sessions: how they begin, move to another plant, and end; and what forged ones are worth.

mod support;

use cloud_server::params;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::time::{Duration, Instant};
use support::{PASSWORD, Server, Session, parts};
use unison_core::time::Timestamp;

const NEW: &str = "a much better one";

async fn both_plants(server: &Server) -> (Session<'_>, Vec<i64>) {
    let admin = server.admin().await;
    let (_, me) = admin.get("/me").await;
    let plants: Vec<_> = me["plants"].as_array().unwrap().iter().map(|p| p["id"].as_i64().unwrap()).collect();
    let (_, users) = admin.get("/users?email=olga@acme.example").await;
    let (id, version) = (&users["users"][0]["id"], &users["users"][0]["version"]);
    let (status, _) =
        admin.call("PATCH", &format!("/users/{id}"), json!({"version": version, "plant_ids": plants})).await;
    assert_eq!(status, 200);
    (server.signed_in("olga@acme.example").await, plants)
}

async fn codes(session: &Session<'_>, query: &str) -> (u16, Vec<String>) {
    let (status, body) = session.get(&format!("/machines{query}")).await;
    let list = body["machines"].as_array().cloned().unwrap_or_default();
    (status, list.iter().map(|m| m["machine_code"].as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn ten_07_ten_08_another_plant_is_another_token() {
    let server = Server::start().await;
    let (mut olga, plants) = both_plants(&server).await;
    assert_eq!(olga.get("/me").await.1["current_plant_id"], plants[0]);
    assert_eq!(codes(&olga, "").await, (200, vec!["CNC-001".into()]), "TEN-06: the chosen plant");
    assert_eq!(codes(&olga, "?plant_id=all").await.1, ["CNC-001", "CNC-002"], "TEN-10");
    let started = std::time::Instant::now();
    let body = json!({"plant_id": plants[1]}).to_string();
    let answer = olga.send(Method::POST, "/auth/switch-plant", Some(body)).await;
    assert!(started.elapsed().as_secs() < 2, "TEN-08");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    let (status, switched) = parts(answer).await;
    assert_eq!((status, switched["current_plant_id"].as_i64()), (200, Some(plants[1])));
    let token = switched["token"].as_str().unwrap().to_owned();
    assert!(cookie.contains(&token) && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert_eq!(olga.get("/me").await.0, 401, "the old session has ended");
    let before = olga.get("/me").await;
    olga.token = Some(token);
    assert_ne!(before, olga.get("/me").await);
    assert_eq!(codes(&olga, "").await.1, ["CNC-002"]);
    assert_eq!(olga.get("/work-orders").await.1["total"], 0);
    assert_eq!(olga.get("/work-orders?plant_id=all").await.1["total"], 3);
    assert_eq!(olga.get("/me/sessions").await.1["total"], 1);
    // A named record is found in every plant that is assigned.
    assert_eq!(olga.get("/work-orders/WO-2026-001").await.0, 200);
}

#[tokio::test]
async fn ten_10_ten_11_only_assigned_plants() {
    let server = Server::start().await;
    let (olga, plants) = both_plants(&server).await;
    let vera = server.signed_in("vera@acme.example").await;
    for (plant, session, status) in [(plants[1], &vera, 403), (999_999, &vera, 403), (plants[1], &olga, 200)] {
        for path in ["/machines", "/work-orders", "/downtime-events", "/production-logs", "/kpi/oee/trend"] {
            let (got, body) = session.get(&format!("{path}?plant_id={plant}")).await;
            assert_eq!(got, status, "{path} {plant}: {body}");
            if status == 403 {
                assert_eq!(body["error"], "No plant access", "foreign looks like nonexistent");
            }
        }
    }
    let (status, body) = vera.post("/auth/switch-plant", json!({"plant_id": plants[1]})).await;
    assert_eq!((status, body["error"].as_str()), (403, Some("No plant access")));
    assert_eq!(vera.get("/me").await.0, 200, "the session goes on");
    assert_eq!(vera.get("/machines?plant_id=x").await.0, 400);
    // What is taken away counts at once, also as the chosen plant.
    let admin = server.admin().await;
    let user = admin.get("/users?email=olga@acme.example").await.1["users"][0].clone();
    let change = json!({"version": user["version"], "plant_ids": [plants[1]]});
    assert_eq!(admin.call("PATCH", &format!("/users/{}", user["id"]), change).await.0, 200);
    assert_eq!(codes(&olga, "").await, (200, vec!["CNC-002".into()]));
}

#[tokio::test]
async fn rbac_01_the_plant_is_refused_before_the_permission() {
    let server = Server::start().await;
    let vera = server.signed_in("vera@acme.example").await;
    let sam = server.signed_in("sam@acme.example").await;
    let error = |answer: (u16, Value)| (answer.0, answer.1["error"].as_str().unwrap_or_default().to_owned());
    let check = |got: (u16, Value), status, text: &str| assert_eq!(error(got), (status, text.to_owned()));
    // Sam is a supervisor of plant 2, Vera a viewer of plant 1; WO-2026-001 lies in plant 1.
    check(sam.post("/work-orders/WO-2026-001/start", json!({})).await, 403, "No plant access");
    check(vera.post("/work-orders/WO-2026-001/start", json!({})).await, 403, "Missing permission");
    let admin = server.admin().await;
    let user = admin.get("/users?email=vera@acme.example").await.1["users"][0].clone();
    let p2 = admin.get("/me").await.1["plants"][1]["id"].clone();
    let change = json!({"version": user["version"], "plant_ids": [p2]});
    admin.call("PATCH", &format!("/users/{}", user["id"]), change).await;
    check(vera.post("/work-orders/WO-2026-001/start", json!({})).await, 403, "No plant access");
    let log = json!({"work_order_id": "WO-2026-001", "quantity_completed": 1, "hours_worked": 1});
    check(vera.post("/production-logs", log).await, 403, "No plant access");
    check(vera.post("/production-logs", json!({"work_order_id": "nothing"})).await, 403, "Missing permission");
    check(vera.post("/work-orders/nothing/start", json!({})).await, 403, "Missing permission");
    check(vera.get("/users?plant_id=1").await, 403, "No plant access");
    // A record of another organisation does not exist, whatever one may do.
    server.add_beta().await;
    check(admin.post("/work-orders/2001/start", json!({})).await, 404, "Not found");
}

#[tokio::test]
async fn rbac_allow_a_supervisor_starts_a_work_order_of_his_plant() {
    let server = Server::start_with(&support::content().replace(
        "\"supervisor\"]\nhourly_rate = 25\npassword = \"correct horse battery\"\nmust_change_password = false\nplants = [\"P2\"]",
        "\"supervisor\"]\nhourly_rate = 25\npassword = \"correct horse battery\"\nmust_change_password = false\nplants = [\"P1\"]",
    ))
    .await;
    let sam = server.signed_in("sam@acme.example").await;
    let (status, order) = sam.post("/work-orders/WO-2026-001/start", json!({})).await;
    assert_eq!((status, order["status"].as_str()), (200, Some("in_progress")), "{order}");
}

#[tokio::test]
async fn a_changed_password_ends_all_other_sessions() {
    let server = Server::start().await;
    let (mut here, there) = (server.signed_in("olga@acme.example").await, server.signed_in("olga@acme.example").await);
    let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
    let field = |body: &Value| body["details"][0]["field"].as_str().unwrap_or_default().to_owned();
    let (status, body) = here.post("/auth/password", change("wrong", NEW)).await;
    assert_eq!((status, field(&body).as_str()), (400, "current_password"));
    for weak in ["short", PASSWORD, "olga@acme.example"] {
        let (status, body) = here.post("/auth/password", change(PASSWORD, weak)).await;
        assert_eq!((status, field(&body).as_str()), (400, "new_password"), "{weak}");
    }
    let (status, body) = here.post("/auth/password", change(PASSWORD, NEW)).await;
    assert_eq!(status, 200, "{body}");
    for old in [&here, &there] {
        assert_eq!(old.get("/me").await.0, 401);
    }
    here.token = Some(body["token"].as_str().unwrap().into());
    assert_eq!(here.get("/me").await.0, 200);
    let login = |password: &str| json!({"email": "olga@acme.example", "password": password});
    assert_eq!(server.at("acme").post("/auth/login", login(PASSWORD)).await.0, 401);
    assert_eq!(server.at("acme").post("/auth/login", login(NEW)).await.0, 200);
}

#[tokio::test]
async fn wrong_tries_are_limited_and_the_answer_says_how_long() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let change = json!({"current_password": "wrong", "new_password": NEW});
    for _ in 0..8 {
        assert_eq!(olga.post("/auth/password", change.clone()).await.0, 400);
    }
    let answer = olga.send(Method::POST, "/auth/password", Some(change.to_string())).await;
    assert_eq!(answer.status(), 429);
    let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((500..=601).contains(&seconds), "{seconds}");
    assert!(parts(answer).await.1["reason"].as_str().unwrap().contains(&format!("in {seconds} seconds")));
    assert_eq!(olga.get("/me").await.0, 200, "only passwords are held up");
}

#[tokio::test]
async fn the_own_sessions_are_listed_and_ended() {
    let server = Server::start().await;
    let mut phone = server.at("acme");
    phone.headers = vec![("User-Agent", "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36".into())];
    let login = json!({"email": "olga@acme.example", "password": PASSWORD});
    let (_, body) = phone.post("/auth/login", login).await;
    phone.token = Some(body["token"].as_str().unwrap().into());
    let olga = server.signed_in("olga@acme.example").await;
    let (_, list) = olga.get("/me/sessions").await;
    let of = |current: bool| {
        list["sessions"].as_array().unwrap().iter().find(|s| s["is_current"] == current).unwrap().clone()
    };
    assert_eq!(list["total"], 2);
    assert_eq!(
        (of(false)["device"].as_str(), of(false)["ip"].as_str()),
        (Some("Chrome on Android"), Some("127.0.0.1"))
    );
    let path = format!("/me/sessions/{}", of(false)["id"].as_str().unwrap());
    let vera = server.signed_in("vera@acme.example").await;
    assert_eq!(vera.call("DELETE", &path, Value::Null).await.0, 404, "not another's");
    for _ in 0..2 {
        assert_eq!(olga.call("DELETE", &path, Value::Null).await.0, 204, "and again");
    }
    assert_eq!(phone.get("/me").await.0, 401);
    assert_eq!(olga.get("/me/sessions").await.1["total"], 1);
    assert_eq!(olga.call("DELETE", "/me/sessions/x", Value::Null).await.0, 404);
}

#[tokio::test]
async fn rbac_07_the_own_profile() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let (status, me) = olga.call("PUT", "/me", json!({"name": "Olga P.", "phone": "+49 30 1", "language": "de"})).await;
    assert_eq!(status, 200, "{me}");
    assert_eq!((me["user"]["name"].as_str(), me["user"]["phone"].as_str()), (Some("Olga P."), Some("+49 30 1")));
    let (status, body) = olga.call("PUT", "/me", json!({"roles": ["organization_admin"], "hourly_rate": 99})).await;
    assert_eq!((status, body["details"].as_array().unwrap().len()), (400, 2), "nothing else");
    let (status, _) = olga.call("PUT", "/me", json!({"name": "x", "version": 1})).await;
    assert_eq!(status, 409);
}

#[tokio::test]
async fn q_134_stolen_shapes_of_tokens_open_nothing() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let token = olga.token.clone().unwrap();
    let cut: Vec<_> = token.split('.').collect();
    let huge = format!("{}.{}.{}", cut[0], "A".repeat(7_000), cut[2]);
    let none = format!("eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.{}.", cut[1]);
    for forged in
        [huge, none, format!("{}.{}", cut[0], cut[1]), format!("{token}x"), token.replace('.', ".."), "unison_".into()]
    {
        let mut thief = server.at("acme");
        thief.token = Some(forged);
        assert_eq!(thief.get("/me").await.0, 401);
    }
    // A token whose row is gone is worth nothing, however well it is signed.
    server.execute("UPDATE sessions SET expires_at = $1", params![Timestamp(1)]).await;
    assert_eq!(olga.get("/me").await.0, 401);
    server.execute("DELETE FROM sessions", &[]).await;
    assert_eq!(olga.get("/me").await.0, 401);
}

#[tokio::test]
async fn csrf_another_sites_page_changes_nothing() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let cookie = ("Cookie", format!("unison_session={}", olga.token.clone().unwrap()));
    let check = |headers: &[(&'static str, &str)], expect: u16| {
        let mut browser = server.at("acme");
        browser.headers = headers.iter().map(|(n, v)| (*n, (*v).to_owned())).chain([cookie.clone()]).collect();
        let case = format!("{headers:?}");
        async move {
            let (status, body) = browser.call("PUT", "/me", json!({"phone": "1"})).await;
            assert_eq!(status, expect, "{case}: {body}");
        }
    };
    let ours = ("X-Requested-With", "unison");
    check(&[], 403).await;
    check(&[ours], 200).await;
    check(&[("Origin", "http://acme.localhost")], 200).await;
    check(&[("Origin", "http://beta.localhost"), ours], 403).await;
    check(&[("Origin", "null"), ours], 403).await;
    check(&[("Origin", "http://acme.localhost.evil.example")], 403).await;
    check(&[("Sec-Fetch-Site", "cross-site"), ours], 403).await;
    check(&[("Sec-Fetch-Site", "same-site"), ("Origin", "http://acme.localhost")], 403).await;
    check(&[("Sec-Fetch-Site", "same-origin"), ours], 200).await;
    let mut form = server.at("acme");
    form.headers = vec![cookie.clone(), ("Origin", "http://acme.localhost".into())];
    let plain = form.send(Method::PUT, "/me", None).await;
    assert_eq!(plain.status(), 400, "no body is no JSON");
}

/// An answer to a request that no client library would send.
fn raw(server: &Server, head: &str) -> String {
    let mut stream = std::net::TcpStream::connect(server.address).unwrap();
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut out = String::new();
    stream.read_to_string(&mut out).unwrap();
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_01_the_host_cannot_be_talked_into_another_organisation() {
    let server = Server::start().await;
    server.add_beta().await;
    let token = server.signed_in("olga@acme.example").await.token.unwrap();
    let check = |head: String, status: &str| {
        let answer = raw(&server, &format!("{head}\r\nAuthorization: Bearer {token}"));
        let code = answer.split(' ').nth(1).unwrap_or_default();
        assert!(code.starts_with(status), "{head}: {answer}");
        assert!(!answer.contains("CNC-") || status == "200", "{answer}");
    };
    let get = "GET /api/v1/machines HTTP/1.1\r\nHost:";
    check(format!("{get} acme.localhost"), "200");
    check(format!("{get} acme.localhost\r\nX-Forwarded-Host: beta.localhost"), "200");
    check(format!("{get} acme.localhost\r\nX-Organization: beta"), "200");
    check(format!("{get} beta.localhost"), "403");
    check(format!("{get} beta.localhost\r\nHost: acme.localhost"), "4");
    check(format!("{get} acme.localhost@beta.localhost"), "4");
    check(format!("{get} acme.localhost.evil.example"), "404");
    check("GET http://beta.localhost/api/v1/machines HTTP/1.1\r\nHost: acme.localhost".into(), "404");
    check("GET /api/v1/machines HTTP/1.0".into(), "404");
    let evil = raw(&server, "GET /x HTTP/1.1\r\nHost: <script>.localhost");
    assert!(!evil.contains("<script>."), "{evil}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_ends_another_one_on_the_database_refuses_at_once() {
    // Far below the seconds after which it would be looked up again anyway.
    const AT_ONCE: Duration = Duration::from_secs(2);
    async fn turns(session: &Session<'_>, wanted: u16) {
        let began = Instant::now();
        let mut got = 0;
        while got != wanted {
            assert!(began.elapsed() < AT_ONCE, "{got} instead of {wanted}");
            got = session.get("/me").await.0;
        }
    }
    let server = Server::start().await;
    if server.store.postgres().is_none() {
        return; // Files have one server.
    }
    let beside = server.beside().await;
    let olga = server.signed_in("olga@acme.example").await;
    let there = Session { token: olga.token.clone(), ..beside.clone() };
    assert_eq!(there.get("/me").await.0, 200, "good, and remembered from here on");
    assert_eq!(olga.post("/auth/logout", json!({})).await.0, 204);
    turns(&there, 401).await;

    let vera = server.signed_in("vera@acme.example").await;
    let there = Session { token: vera.token.clone(), ..beside };
    assert_eq!(there.get("/me").await.0, 200);
    server.tenancy.platform().set_active(server.organization.id, false).await.unwrap();
    let suspended = vera.get("/me").await.0;
    assert_ne!(suspended, 200);
    turns(&there, suspended).await;
    server.tenancy.platform().set_active(server.organization.id, true).await.unwrap();
    turns(&there, 200).await;
}
