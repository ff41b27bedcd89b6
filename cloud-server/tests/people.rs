//! People as records: who may change whom, what ends sessions, and what edges hear of it.

mod support;

use serde_json::{Value, json};
use support::people::{field, patch, user};
use support::store::query;
use support::{PASSWORD, Server};

#[tokio::test]
async fn people_are_made_with_a_first_password_that_must_be_changed() {
    let server = Server::start().await;
    let mut admin = server.admin().await;
    let plants = admin.get("/me").await.1["plants"].clone();
    let new = json!({"name": "Ida Quist", "email": "Ida@Acme.example", "roles": ["Quality Inspector", "warehouse"],
        "plant_ids": [plants[0]["id"]], "badge": "B-7", "hourly_rate": 31.5, "language": "de"});
    admin.headers = vec![("Idempotency-Key", "ida".into())];
    let (status, made) = admin.post("/users", new.clone()).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["roles"], json!(["qc_inspector", "warehouse"]), "Q-087");
    assert_eq!((made["email"].as_str(), made["hourly_rate"].as_f64()), (Some("ida@acme.example"), Some(31.5)));
    let first = made["first_password"].as_str().unwrap().to_owned();
    let (status, again) = admin.post("/users", new).await;
    assert_eq!((status, again["id"].clone()), (201, made["id"].clone()), "the same call makes nobody twice");
    assert!(again.get("first_password").is_none(), "the password is kept nowhere");
    let kept = server.query("SELECT answer FROM idempotency_keys", &[]).await;
    let kept: Vec<String> = kept.iter().map(|row| row.get("answer").unwrap()).collect();
    assert!(kept.len() == 1 && !kept[0].contains(&first), "{kept:?}");

    let mut ida = server.at("acme");
    let (status, session) = ida.post("/auth/login", json!({"email": "ida@acme.example", "password": first})).await;
    assert_eq!((status, session["must_change_password"].as_bool()), (200, Some(true)), "{session}");
    ida.token = Some(session["token"].as_str().unwrap().into());
    assert_eq!(ida.get("/machines").await.1["error"], "Change your password first");
    assert_eq!(ida.get("/me").await.0, 200);
    let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
    for wrong in ["short", "ida@acme.example", "Ida Quist!"] {
        let (status, body) = ida.post("/auth/password", change(&first, wrong)).await;
        assert_eq!(status == 400, wrong != "Ida Quist!", "{wrong}: {body}");
        if status == 200 {
            ida.token = Some(body["token"].as_str().unwrap().into());
        }
    }
    assert_eq!(ida.get("/machines").await.0, 200);
    assert_eq!(ida.post("/ncr-nothing", json!({})).await.0, 404);
}

#[tokio::test]
async fn api_03_every_mistake_in_a_person_is_named_at_once() {
    let server = Server::start().await;
    server.add_beta().await;
    let admin = server.admin().await;
    let wrong = json!({"name": " ", "email": "olga@acme.example", "roles": ["boss"], "plant_ids": [999_999],
        "manager_id": 999_999, "hourly_rate": -1, "language": "fr", "password_hash": "x", "epoch": 3});
    let (status, body) = admin.post("/users", wrong).await;
    assert_eq!(status, 400);
    let mut fields = field(&body);
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["email", "epoch", "hourly_rate", "language", "manager_id", "name", "password_hash", "plant_ids", "roles"],
        "{body}"
    );
    assert_eq!(field(&admin.post("/users", json!({})).await.1), ["name", "email"]);
    let foreign = json!({"name": "X", "email": "olga@beta.example", "roles": ["viewer"]});
    let (status, body) = admin.post("/users", foreign).await;
    assert_eq!((status, field(&body)), (400, vec!["email"]), "Q-135");
    assert!(!body.to_string().contains("exist") && !body.to_string().contains("organi"), "{body}");
    assert_eq!(admin.get("/users/2001").await.0, 404, "RBAC-01: a record of another organisation does not exist");
}

#[tokio::test]
async fn rbac_09_q_089_a_change_of_roles_ends_sessions_at_once() {
    let server = Server::start().await;
    let (admin, olga) = (server.admin().await, server.signed_in("olga@acme.example").await);
    let row = user(&admin, "olga@acme.example").await;
    assert_eq!(patch(&admin, &row, json!({"name": "Olga P."})).await.0, 200);
    assert_eq!(olga.get("/me").await.0, 200, "another name ends nothing");
    let row = user(&admin, "olga@acme.example").await;
    let (status, body) = patch(&admin, &row, json!({"roles": ["supervisor"]})).await;
    assert_eq!((status, body["roles"].clone()), (200, json!(["supervisor"])));
    assert_eq!(olga.get("/me").await.0, 401);
    let again = server.signed_in("olga@acme.example").await;
    assert_eq!(again.get("/me").await.1["user"]["roles"], json!(["supervisor"]));
    let (status, body) = patch(&admin, &row, json!({"roles": ["viewer"]})).await;
    assert_eq!((status, body["error"].as_str()), (409, Some("Changed meanwhile")));
    assert_eq!(body["current"]["roles"], json!(["supervisor"]));
    let (status, _) = admin.call("PATCH", &format!("/users/{}", row["id"]), json!({"name": "x"})).await;
    assert_eq!(status, 400, "without a version");
}

#[tokio::test]
async fn q_089_a_disabled_person_is_out_at_once_and_comes_back_without_old_sessions() {
    let server = Server::start().await;
    let (admin, olga) = (server.admin().await, server.signed_in("olga@acme.example").await);
    let row = user(&admin, "olga@acme.example").await;
    let path = format!("/users/{}", row["id"]);
    let (status, body) = admin.call("DELETE", &path, Value::Null).await;
    assert_eq!((status, body["is_active"].as_bool()), (200, Some(false)), "{body}");
    let (status, body) = olga.get("/me").await;
    assert_eq!((status, body["error"].as_str()), (401, Some("User disabled")));
    let login = json!({"email": "olga@acme.example", "password": PASSWORD});
    assert_eq!(server.at("acme").post("/auth/login", login).await.1["error"], "Not authenticated");
    assert_eq!(admin.get("/users").await.1["total"], 3, "disabled people are left out");
    assert_eq!(admin.call("DELETE", &path, Value::Null).await.0, 200, "again");
    assert_eq!(admin.post(&format!("{path}/restore"), json!({})).await.1["is_active"], true);
    assert_eq!(olga.get("/me").await.0, 401);
    server.signed_in("olga@acme.example").await;
}

#[tokio::test]
async fn nobody_disables_themselves_or_the_last_administrator_and_nobody_gives_more_than_they_have() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let own = user(&admin, "admin@acme.example").await;
    let action = own["allowed_actions"].as_array().unwrap().iter().find(|a| a["action"] == "archive").unwrap();
    assert_eq!(action["allowed"], false);
    let (status, body) = admin.call("DELETE", &format!("/users/{}", own["id"]), Value::Null).await;
    assert_eq!((status, body["error"].as_str()), (400, Some("Cannot change user")), "{body}");
    let (status, body) = patch(&admin, &own, json!({"roles": ["viewer"]})).await;
    assert_eq!((status, field(&body)), (400, vec!["roles"]), "the last administrator stays one");
    let key = json!({"name": "HR", "code": "hr", "extends": "operator", "grants": ["users:read", "users:write", "labor_costs:read"]});
    assert_eq!(admin.post("/roles", key).await.0, 201);
    let vera = user(&admin, "vera@acme.example").await;
    assert_eq!(patch(&admin, &vera, json!({"roles": ["hr"]})).await.0, 200);
    let hr = server.signed_in("vera@acme.example").await;
    let olga = user(&hr, "olga@acme.example").await;
    let (status, body) = patch(&hr, &olga, json!({"roles": ["organization_admin"]})).await;
    assert_eq!((status, field(&body)), (400, vec!["roles"]), "{body}");
    assert!(body.to_string().contains("nobody gives more than they have"), "{body}");
    assert_eq!(patch(&hr, &olga, json!({"phone": "+49 1"})).await.0, 200);
    let (status, body) = patch(&hr, &own, json!({"name": "Mine"})).await;
    assert_eq!((status, body["error"].as_str()), (403, Some("Beyond your reach")), "{body}");
    let reset = format!("/users/{}/reset-password", own["id"]);
    assert_eq!(hr.post(&reset, json!({})).await.0, 403, "nor takes over somebody higher");
    let me = user(&hr, "vera@acme.example").await;
    assert_eq!(patch(&hr, &me, json!({"roles": ["plant_manager"]})).await.0, 400, "nor raises themselves");
    let sam = user(&hr, "sam@acme.example").await;
    let p2 = sam["plant_ids"][0].clone();
    assert_eq!(field(&patch(&hr, &me, json!({"plant_ids": [p2]})).await.1), ["plant_ids"], "nor their plants");
    let far = json!({"name": "Far", "email": "far@acme.example", "roles": ["operator"], "plant_ids": [p2]});
    assert_eq!(admin.post("/users", far).await.0, 201);
    let far = user(&hr, "far@acme.example").await;
    let (status, body) = hr.post(&format!("/users/{}/reset-password", far["id"]), json!({})).await;
    assert_eq!((status, body["error"].as_str()), (403, Some("Beyond your reach")), "nor works as somebody elsewhere");
}

#[tokio::test]
async fn rbac_06_q_132_the_audit_log_shows_no_more_than_the_records_do() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let auditor =
        json!({"name": "Auditor", "code": "auditor", "extends": "viewer", "grants": ["audit_log:read", "users:read"]});
    assert_eq!(admin.post("/roles", auditor).await.0, 201);
    let vera = user(&admin, "vera@acme.example").await;
    assert_eq!(patch(&admin, &vera, json!({"roles": ["auditor"], "hourly_rate": 31})).await.0, 200);
    let vera = server.signed_in("vera@acme.example").await;
    let (status, body) = vera.get("/audit-log").await;
    assert_eq!((status, body["error"].as_str()), (403, Some("No plant access")), "{body}");
    let machine = |session: &Value| session["machines"][0]["id"].clone();
    let own = machine(&vera.get("/machines").await.1);
    let (status, body) = vera.get(&format!("/audit-log?entity=machine&entity_id={own}")).await;
    assert_eq!(status, 200, "{body}");
    assert!(body["total"].as_u64().unwrap() > 0, "{body}");
    let p2 = machine(&admin.get("/machines?plant_id=all&search=CNC-002").await.1);
    assert_eq!(vera.get(&format!("/audit-log?entity=machine&entity_id={p2}")).await.0, 403);
    let all = admin.get("/audit-log?entity=user").await.1.to_string();
    assert!(all.contains("hourly_rate"), "whoever may see rates sees them here: {all}");
}

#[tokio::test]
async fn rbac_07_managers_form_no_circle() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (olga, vera) = (user(&admin, "olga@acme.example").await, user(&admin, "vera@acme.example").await);
    let (status, body) = patch(&admin, &olga, json!({"manager_id": vera["id"]})).await;
    assert_eq!((status, body["manager_name"].as_str()), (200, Some("Vera")));
    for manager in [&olga, &vera] {
        let (status, body) = patch(&admin, &vera, json!({"manager_id": manager["id"]})).await;
        assert_eq!((status, field(&body)), (400, vec!["manager_id"]));
    }
}

#[tokio::test]
async fn q_132_what_people_cost_is_for_those_who_may_read_it() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let role = json!({"name": "Clerk", "code": "clerk", "extends": "viewer", "grants": ["users:read"]});
    assert_eq!(admin.post("/roles", role).await.0, 201);
    let vera = user(&admin, "vera@acme.example").await;
    patch(&admin, &vera, json!({"roles": ["clerk"]})).await;
    let clerk = server.signed_in("vera@acme.example").await;
    assert!(user(&clerk, "olga@acme.example").await.get("hourly_rate").is_none());
    assert_eq!(user(&admin, "olga@acme.example").await["hourly_rate"], 25.0);
    assert_eq!(clerk.post("/users", json!({})).await.1["error"], "Missing permission");
}

#[tokio::test]
async fn the_list_of_people_is_searched_filtered_sorted_and_paged() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let names = |query: &'static str| {
        let admin = admin.clone();
        async move {
            let (status, body) = admin.get(&format!("/users?{query}")).await;
            assert_eq!(status, 200, "{body}");
            let list = body["users"].as_array().unwrap().clone();
            list.iter().map(|u| u["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(names("").await, ["Administrator", "Olga", "Sam", "Vera"]);
    assert_eq!(names("sort=-name&per_page=2").await, ["Vera", "Sam"]);
    assert_eq!(names("search=OLG").await, ["Olga"]);
    assert_eq!(names("roles=viewer,supervisor").await, ["Sam", "Vera"]);
    assert_eq!(admin.get("/users?sort=rate").await.0, 400);
    assert_eq!(admin.get("/users?is_active=maybe").await.0, 400);
    assert_eq!(field(&admin.get("/users?rolle=viewer&nam=x").await.1), ["nam", "rolle"]);
    let (_, form) = admin.get("/users/form").await;
    assert_eq!((form["plural"].as_str(), form["allowed"][0]["allowed"].as_bool()), (Some("users"), Some(true)));
    let user = admin.get("/users").await.1["users"][0].clone();
    for shown in form["fields"].as_array().unwrap() {
        assert!(user.get(shown["name"].as_str().unwrap()).is_some(), "{shown}");
    }
    assert_eq!(admin.get("/roles/form").await.1["fields"][0]["name"], "code");
    assert_eq!(admin.get("/api-tokens/form").await.1["actions"][0]["action"], "revoke");
    assert_eq!(server.signed_in("vera@acme.example").await.get("/users").await.1["error"], "Missing permission");
}

#[tokio::test]
async fn rbac_10_a_role_of_the_organisation_adds_grants_at_the_next_log_in() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let role = json!({"name": "Lead", "code": "lead", "extends": "operator", "grants": ["materials:write"]});
    let (status, made) = admin.post("/roles", role).await;
    assert_eq!((status, made["is_built_in"].as_bool()), (201, Some(false)), "{made}");
    assert!(made["permissions"].as_array().unwrap().contains(&json!("work_orders:start")), "RBAC-03: {made}");
    let olga = user(&admin, "olga@acme.example").await;
    patch(&admin, &olga, json!({"roles": ["lead"]})).await;
    let lead = server.signed_in("olga@acme.example").await;
    assert!(lead.get("/me").await.1["permissions"].as_array().unwrap().contains(&json!("materials:write")));
    let change = json!({"version": made["version"], "grants": ["products:write"]});
    assert_eq!(admin.call("PATCH", "/roles/lead", change).await.0, 200);
    let kept = lead.get("/me").await.1["permissions"].clone();
    assert!(kept.as_array().unwrap().contains(&json!("materials:write")), "a session keeps what it holds: {kept}");
    let later = server.signed_in("olga@acme.example").await.get("/me").await.1["permissions"].clone();
    assert!(later.as_array().unwrap().contains(&json!("products:write")), "{later}");
    assert!(!later.as_array().unwrap().contains(&json!("materials:write")), "{later}");

    let (_, all) = lead.get("/roles").await;
    assert_eq!(all["total"], 14, "built-in ones and one of its own, for everybody to read");
    assert_eq!(admin.call("DELETE", "/roles/lead", Value::Null).await.1["error"], "Cannot archive role");
    assert_eq!(admin.call("PATCH", "/roles/viewer", json!({"version": 1})).await.1["error"], "Cannot change role");
    for (wrong, name) in [
        (json!({"code": "viewer", "name": "x"}), "code"),
        (json!({"code": "inspector", "name": "x"}), "code"),
        (json!({"code": "lead", "name": "x"}), "code"),
        (json!({"code": "a b", "name": "x"}), "code"),
        (json!({"code": "ab"}), "name"),
        (json!({"code": "ab", "name": "x", "extends": "organization_admin"}), "extends"),
        (json!({"code": "ab", "name": "x", "grants": ["Everything"]}), "grants"),
    ] {
        assert_eq!(field(&admin.post("/roles", wrong.clone()).await.1), [name], "{wrong}");
    }
}

#[tokio::test]
async fn rbac_08_however_much_a_role_grants_later_whoever_has_it_gets_in() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let codes = ["wide_a", "wide_b", "wide_c"];
    let grants = |code: &str, many: usize| (0..many).map(|n| format!("{code}_{n:_<30}:{n:_<40}")).collect::<Vec<_>>();
    for code in codes {
        let role = json!({"name": code, "code": code, "extends": "operator", "grants": grants(code, 1)});
        assert_eq!(admin.post("/roles", role).await.0, 201);
    }
    let olga = user(&admin, "olga@acme.example").await;
    assert_eq!(patch(&admin, &olga, json!({"roles": codes})).await.0, 200);
    for code in codes {
        let change = json!({"version": 1, "grants": grants(code, 60)});
        let (status, body) = admin.call("PATCH", &format!("/roles/{code}"), change).await;
        assert_eq!(status, 200, "{body}");
    }
    let login = json!({"email": "olga@acme.example", "password": PASSWORD}).to_string();
    let answer = server.at("acme").send(reqwest::Method::POST, "/auth/login", Some(login)).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.len() < 1_024, "browsers keep no cookie beyond 4,096 bytes: {}", cookie.len());
    let (pair, _) = cookie.split_once(';').unwrap();
    let mut browser = server.at("acme");
    browser.headers = vec![("Cookie", pair.to_owned())];
    let (status, me) = browser.get("/me").await;
    assert_eq!(status, 200, "{me}");
    assert!(me["permissions"].as_array().unwrap().len() > 180, "{me}");
    assert_eq!(browser.get("/machines").await.0, 200);
    // A session of an older program has no permissions of its own: it has ended.
    server.execute("UPDATE sessions SET permissions = NULL", &[]).await;
    // The test wrote past the program, so it is seen within seconds.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while browser.get("/me").await.0 != 401 {
        assert!(std::time::Instant::now() < until, "the session goes on");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn rbac_10_whose_role_was_narrowed_gives_nobody_the_old_rights() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let all = ["users:*", "api_tokens:*", "roles:*", "materials:write"];
    let role = json!({"name": "HR", "code": "hr", "extends": "operator", "grants": all});
    assert_eq!(admin.post("/roles", role).await.0, 201);
    let vera = user(&admin, "vera@acme.example").await;
    assert_eq!(patch(&admin, &vera, json!({"roles": ["hr"]})).await.0, 200);
    let hr = server.signed_in("vera@acme.example").await;
    let lead = json!({"name": "Lead", "code": "lead", "extends": "viewer", "grants": ["materials:write"]});
    assert_eq!(hr.post("/roles", lead).await.0, 201);
    let plant = vera["plant_ids"][0].clone();
    let token = |name: &str, role: &str| json!({"name": name, "roles": [role], "plant_ids": [plant]});
    assert_eq!(hr.post("/api-tokens", token("before", "lead")).await.0, 201);

    // First one right, then those to give anything at all.
    let narrowed = json!({"version": 1, "grants": ["users:*", "api_tokens:*", "roles:*"]});
    assert_eq!(admin.call("PATCH", "/roles/hr", narrowed).await.0, 200);
    let (status, body) = hr.post("/api-tokens", token("after", "lead")).await;
    assert_eq!((status, field(&body)), (400, vec!["roles"]), "{body}");
    let olga = user(&hr, "olga@acme.example").await;
    assert_eq!(field(&patch(&hr, &olga, json!({"roles": ["lead"]})).await.1), ["roles"]);
    let other = json!({"name": "Other", "code": "other", "grants": ["materials:write"]});
    assert_eq!(field(&hr.post("/roles", other).await.1), ["grants"]);
    assert_eq!(hr.call("PATCH", "/roles/lead", json!({"version": 1, "name": "L"})).await.0, 403);
    assert_eq!(hr.post("/api-tokens", token("after", "viewer")).await.0, 201, "what is still one's own");

    let narrowed = json!({"version": 2, "grants": []});
    assert_eq!(admin.call("PATCH", "/roles/hr", narrowed).await.0, 200);
    let held = hr.get("/me").await.1["permissions"].clone();
    assert!(held.as_array().unwrap().contains(&json!("api_tokens:*")), "RBAC-10: the session keeps them: {held}");
    let person = json!({"name": "X", "email": "x@acme.example", "roles": ["viewer"]});
    let reset = format!("/users/{}/reset-password", olga["id"]);
    for (path, body) in [
        ("/api-tokens", token("later", "viewer")),
        ("/users", person),
        (reset.as_str(), json!({})),
        ("/roles", json!({"name": "Y", "code": "yy", "extends": "viewer"})),
    ] {
        let (status, body) = hr.post(path, body).await;
        assert_eq!((status, body["error"].as_str()), (403, Some("Missing permission")), "{path}: {body}");
    }
}

#[tokio::test]
async fn q_135_another_e_mail_is_reserved_and_the_old_one_is_let_go() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let olga = user(&admin, "olga@acme.example").await;
    assert_eq!(patch(&admin, &olga, json!({"email": "op@acme.example"})).await.0, 200);
    let logins = async || {
        let sql = "SELECT email, confirmed FROM logins WHERE email IN ('olga@acme.example', 'op@acme.example') ORDER BY email";
        let rows = query(&server.store.platform().await, sql, &[]).await.unwrap();
        rows.iter()
            .map(|r| (r.get::<String>("email").unwrap(), r.get::<bool>("confirmed").unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(logins().await, [("olga@acme.example".to_owned(), false), ("op@acme.example".to_owned(), true)]);
    let olga = user(&admin, "op@acme.example").await;
    let (status, _) = patch(&admin, &olga, json!({"email": "other@acme.example", "roles": ["boss"]})).await;
    assert_eq!(status, 400);
    assert!(
        logins().await.contains(&("op@acme.example".to_owned(), true)),
        "a refused change leaves the old one: {:?}",
        logins().await
    );
}
