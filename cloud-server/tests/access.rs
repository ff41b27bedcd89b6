//! Who gets in, and what everybody else is told.

mod support;

use cloud_server::business::organization;
use cloud_server::business::people::logins;
use cloud_server::params;
use cloud_server::tenancy::Caller;
use reqwest::Method;
use serde_json::json;
use support::store::execute;
use support::{PASSWORD, Server, content, parts};

#[tokio::test]
async fn api_02_no_token_and_a_wrong_token_are_401() {
    let server = Server::start().await;
    let mut nobody = server.at("acme");
    let (status, body) = nobody.get("/machines").await;
    assert_eq!((status, body["error"].as_str()), (401, Some("Not authenticated")));
    for wrong in ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        nobody.token = Some(wrong.into());
        assert_eq!(nobody.get("/machines").await.0, 401, "{wrong}");
    }
}

#[tokio::test]
async fn q_134_log_in_and_log_out() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let (status, me) = olga.get("/me").await;
    assert_eq!(status, 200);
    assert_eq!(me["user"]["roles"], json!(["operator"]));
    assert_eq!(me["organization"], json!({"name": "Acme Manufacturing", "subdomain": "acme"}));
    assert_eq!(me["plants"][0]["timezone"], "Europe/Berlin");
    assert_eq!(me["plants"].as_array().unwrap().len(), 1);
    assert_eq!(olga.post("/auth/logout", json!({})).await.0, 204);
    assert_eq!(olga.get("/me").await.0, 401, "the session is ended, not only forgotten");
}

#[tokio::test]
async fn q_135_wrong_password_and_unknown_e_mail_look_alike_and_are_limited() {
    let server = Server::start().await;
    let door = server.at("acme");
    let login = |email: &str, password: &str| {
        let (door, body) = (door.clone(), json!({"email": email, "password": password}));
        async move { door.post("/auth/login", body).await }
    };
    let wrong = login("olga@acme.example", "wrong password").await;
    let unknown = login("nobody@acme.example", "wrong password").await;
    assert_eq!(wrong, unknown);
    assert_eq!(wrong.0, 401);
    for _ in 0..7 {
        login("olga@acme.example", "wrong password").await;
    }
    assert_eq!(login("olga@acme.example", PASSWORD).await.0, 429);
    assert_eq!(login(" Olga@Acme.example ", PASSWORD).await.0, 429, "another spelling is no new set of attempts");
    assert_eq!(login("vera@acme.example", PASSWORD).await.0, 200, "others are not held up");
}

#[tokio::test]
async fn q_135_behind_a_trusted_proxy_attempts_are_counted_by_who_is_before_it() {
    let login = json!({"email": "olga@acme.example", "password": "wrong password"});
    let from = |server: &'static str| vec![("X-Forwarded-For", server.to_owned())];
    let server =
        Server::start_as(&content(), |config| config.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()])
            .await;
    let mut door = server.at("acme");
    for invented in ["198.51.100.1", "198.51.100.2", "127.0.0.9"] {
        for _ in 0..3 {
            door.headers = vec![("X-Forwarded-For", format!("{invented}, 203.0.113.66"))];
            door.post("/auth/login", login.clone()).await;
        }
    }
    assert_eq!(door.post("/auth/login", login.clone()).await.0, 429, "what stands before the stranger is invented");
    let mut olga = server.at("acme");
    olga.headers = from("192.0.2.7");
    let right = json!({"email": "olga@acme.example", "password": PASSWORD});
    let (status, session) = olga.post("/auth/login", right.clone()).await;
    assert_eq!(status, 200, "a stranger keeps nobody out: {session}");
    olga.token = Some(session["token"].as_str().unwrap().into());
    assert_eq!(olga.get("/me/sessions").await.1["sessions"][0]["ip"], "192.0.2.7");

    // Without such a proxy the header says nothing.
    let server = Server::start().await;
    let mut door = server.at("acme");
    for n in 0..8 {
        door.headers = vec![("X-Forwarded-For", format!("198.51.100.{n}"))];
        assert_eq!(door.post("/auth/login", login.clone()).await.0, 401);
    }
    door.headers = from("192.0.2.7");
    assert_eq!(door.post("/auth/login", right).await.0, 429);
}

#[tokio::test]
async fn q_135_attempts_that_come_at_once_are_limited_too() {
    let server = Server::start().await;
    let door = server.at("acme");
    let attempt =
        || async { door.post("/auth/login", json!({"email": "olga@acme.example", "password": "wrong"})).await.0 };
    let answers = futures::future::join_all((0..20).map(|_| attempt())).await;
    assert!(answers.iter().filter(|status| **status == 401).count() <= 9, "{answers:?}");
}

#[tokio::test]
async fn q_135_a_reserved_e_mail_is_confirmed_at_start_and_a_refused_organisation_leaves_nothing() {
    let server = Server::start().await;
    let tenancy = &server.tenancy;
    let platform = server.store.platform().await;
    // The program ended between the user and the confirmation.
    let sql = "UPDATE logins SET confirmed = FALSE, expires_at = $1 WHERE email = 'olga@acme.example'";
    assert_eq!(execute(&platform, sql, params![1]).await.unwrap(), 1);
    logins::repair(tenancy).await.unwrap();
    let refused =
        organization::create(tenancy, "Beta", "beta", "olga@acme.example", None).await.unwrap_err().to_string();
    assert!(refused.contains("belongs to another organisation"), "{refused}");
    organization::create(tenancy, "Beta", "beta", "admin@beta.example", None).await.unwrap();
}

#[tokio::test]
async fn q_134_with_https_the_cookie_is_bound_to_its_host() {
    let server = Server::start_behind_https().await;
    let login = json!({"email": "olga@acme.example", "password": PASSWORD}).to_string();
    let answer = server.at("acme").send(Method::POST, "/auth/login", Some(login)).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-unison_session=") && cookie.contains("; Secure"), "{cookie}");
    assert!(cookie.contains("; Path=/") && !cookie.contains("Domain"), "{cookie}");
    let (pair, _) = cookie.split_once(';').unwrap();
    let mut browser = server.at("acme");
    browser.headers = vec![("Cookie", pair.to_owned())];
    assert_eq!(browser.get("/me").await.0, 200);
    browser.headers = vec![("Cookie", pair.replace("__Host-", ""))];
    assert_eq!(browser.get("/me").await.0, 401, "a neighbour can set that one");
}

#[tokio::test]
async fn ten_09_ten_13_a_token_of_a_at_b_is_refused() {
    let server = Server::start().await;
    server.add_beta().await;
    let mut olga = server.signed_in("olga@acme.example").await;
    olga.host = "beta.localhost".into();
    let (status, body) = olga.get("/machines").await;
    assert_eq!((status, body["error"].as_str()), (403, Some("Cross-tenant access")));
    olga.host = "127.0.0.1".into();
    olga.headers = vec![("X-Organization", "beta".into())];
    assert_eq!(olga.get("/machines").await.0, 403, "by header as well");
    olga.headers = vec![("X-Organization", "acme".into())];
    assert_eq!(olga.get("/machines").await.0, 200);
}

#[tokio::test]
async fn ten_02_unknown_organisation() {
    let server = Server::start().await;
    let stranger = server.at("nobody");
    let (status, body) = stranger.get("/machines").await;
    assert_eq!((status, body["error"].as_str()), (404, Some("Organization not found")));
    let page = stranger.send(Method::GET, "/x-", None).await;
    assert_eq!(page.status(), 404);
    assert!(page.text().await.unwrap().contains("Organization not found"));
}

#[tokio::test]
async fn rbac_01_disabled_users_roles_and_plants() {
    let server = Server::start().await;
    let vera = server.signed_in("vera@acme.example").await;
    let (status, body) = vera.post("/work-orders/WO-2026-001/start", json!({})).await;
    assert_eq!((status, body["error"].as_str()), (403, Some("Missing permission")), "a viewer");
    let sam = server.signed_in("sam@acme.example").await;
    let (status, body) = sam.post("/work-orders/WO-2026-001/start", json!({})).await;
    assert_eq!((status, body["error"].as_str()), (403, Some("No plant access")), "a supervisor of another plant");
    assert_eq!(sam.get("/work-orders").await.1["total"], 0);
    assert_eq!(sam.get("/machines").await.1["machines"][0]["machine_code"], "CNC-002");
    disable(&server, "vera@acme.example").await;
    let (status, body) = vera.get("/machines").await;
    assert_eq!((status, body["error"].as_str()), (401, Some("User disabled")));
}

async fn disable(server: &Server, email: &'static str) {
    // A caller of the system cannot be made outside of the crate, so the row is changed directly.
    server.execute("UPDATE users SET is_active = FALSE WHERE email = $1", params![email]).await;
}

#[tokio::test]
async fn cookies_need_our_own_page_for_changes() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let cookie = format!("unison_session={}", olga.token.clone().unwrap());
    let mut browser = server.at("acme");
    browser.headers = vec![("Cookie", cookie.clone())];
    assert_eq!(browser.get("/me").await.0, 200);
    assert_eq!(browser.post("/work-orders/WO-2026-001/start", json!({})).await.1["error"], "Request not trusted");
    browser.headers = vec![("Cookie", cookie.clone()), ("Origin", "http://evil.example".into())];
    assert_eq!(browser.post("/work-orders/WO-2026-001/start", json!({})).await.0, 403);
    browser.headers = vec![("Cookie", cookie.clone()), ("Origin", "http://acme.localhost".into())];
    assert_eq!(browser.post("/work-orders/WO-2026-001/start", json!({})).await.0, 200);
    browser.headers = vec![("Cookie", cookie), ("X-Requested-With", "unison".into())];
    assert_eq!(browser.post("/work-orders/WO-2026-001/pause", json!({})).await.0, 200);
}

#[tokio::test]
async fn answers_carry_the_headers_that_protect_pages() {
    let server = Server::start().await;
    let response = server.at("acme").send(Method::GET, "/machines", None).await;
    for (name, value) in
        [("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin"), ("cache-control", "no-store")]
    {
        assert_eq!(response.headers()[name], value);
    }
    let page = server.at("acme").send(Method::GET, "/x-", None).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("nonce-"), "{policy}");
    let again = server.at("acme").send(Method::GET, "/x-", None).await;
    assert_ne!(policy, again.headers()["content-security-policy"].to_str().unwrap(), "a nonce is used once");
}

#[tokio::test]
async fn every_route_but_the_public_ones_wants_somebody() {
    let server = Server::start().await;
    let (nobody, vera) = (server.at("acme"), server.signed_in("vera@acme.example").await);
    for route in cloud_server::http::routes::all() {
        use unison_api::openapi::Access;
        let path = route.doc.path.replace("{id}", "1");
        let method: Method = route.doc.method.parse().unwrap();
        let body = route.doc.request.map(|_| "{}".to_owned());
        if route.doc.access == Access::Public {
            continue;
        }
        let (status, _) = parts(nobody.send(method.clone(), &path, body.clone()).await).await;
        assert_eq!(status, 401, "{method} {path}");
        let may = match route.doc.access {
            Access::Permission(permission) => unison_rules::rbac::may(&["viewer"], permission),
            Access::Public | Access::Authenticated => true,
        };
        if !may {
            assert_eq!(vera.send(method.clone(), &path, body).await.status(), 403, "{method} {path} as a viewer");
        }
    }
}

#[tokio::test]
async fn rbac_13_every_route_asks_for_what_it_says_whoever_comes() {
    let more: String = ["plant_manager", "department_head", "qc_inspector", "warehouse", "maintenance", "engineer"]
        .map(|role| {
            format!(
                "[[user]]\nname = \"{role}\"\nemail = \"{role}@acme.example\"\nroles = [\"{role}\"]\npassword = \"{PASSWORD}\"\nmust_change_password = false\nplants = [\"P1\"]\n"
            )
        })
        .concat();
    let server = Server::start_with(&(content() + &more)).await;
    let mut people = vec![("organization_admin", server.admin().await)];
    for (role, name) in [("viewer", "vera"), ("operator", "olga"), ("supervisor", "sam")] {
        people.push((role, server.signed_in(&format!("{name}@acme.example")).await));
    }
    for role in ["plant_manager", "department_head", "qc_inspector", "warehouse", "maintenance", "engineer"] {
        people.push((role, server.signed_in(&format!("{role}@acme.example")).await));
    }
    for route in cloud_server::http::routes::all() {
        let unison_api::openapi::Access::Permission(permission) = route.doc.access else { continue };
        let path = route.doc.path.replace("{id}", "1");
        let body = route.doc.request.map(|_| "{}".to_owned());
        for (role, person) in &people {
            let answer = person.send(route.doc.method.parse().unwrap(), &path, body.clone()).await;
            let is_refused = answer.status() == 403 && parts(answer).await.1["error"] == "Missing permission";
            let may = unison_rules::rbac::may(&[*role], permission);
            assert_eq!(is_refused, !may, "{} {path} as {role} needs {permission}", route.doc.method);
        }
    }
}

#[tokio::test]
async fn api_07_the_document_and_its_page() {
    let server = Server::start().await;
    let (status, doc) = server.at("nobody").get("/api/openapi.json").await;
    assert_eq!(status, 200);
    assert_eq!(doc["openapi"], "3.1.0");
    assert_eq!(doc["paths"]["/api/v1/work-orders/{id}/start"]["post"]["x-permission"], "work_orders:start");
    assert!(doc["paths"]["/api/v1/work-orders/{id}/start"]["put"].is_object(), "Q-032");
    let docs = server.at("acme").send(Method::GET, "/api/docs", None).await.text().await.unwrap();
    assert!(docs.contains("POST /api/v1/production-logs"));
    let (status, health) = server.at("acme").get("/x-health").await;
    assert_eq!((status, health["database"].as_str(), health["status"].as_str()), (200, Some("ok"), Some("ok")));
    let metrics = server.at("acme").send(Method::GET, "/x-metrics", None).await.text().await.unwrap();
    assert!(metrics.contains("unison_http_requests_total"), "{metrics}");
    assert_eq!(server.at("acme").get("/api/nothing").await.0, 404);
    let wrong = parts(server.at("acme").send(Method::DELETE, "/machines", None).await).await;
    assert_eq!((wrong.0, wrong.1["error"].as_str()), (405, Some("Method not allowed")));
}

/// Compiles only while the constructors of callers stay inside the crate: nobody else can open a transaction.
fn _callers_are_made_inside(caller: &Caller) -> i64 {
    caller.organization()
}
