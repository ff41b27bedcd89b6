//! Keys of programs: what they may do, and for how long.

mod support;

use cloud_server::params;
use serde_json::{Value, json};
use support::Server;
use support::people::{field, patch, user};

#[tokio::test]
async fn q_134_programs_act_with_a_key() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let plants = admin.get("/me").await.1["plants"].clone();
    let wanted = json!({"name": "ERP", "roles": ["operator"], "plant_ids": [plants[1]["id"]]});
    let (status, made) = admin.post("/api-tokens", wanted.clone()).await;
    assert_eq!(status, 201, "{made}");
    let key = made["token"].as_str().unwrap().to_owned();
    assert!(key.starts_with("unison_") && key.len() > 60, "{key}");
    assert_eq!(field(&admin.post("/api-tokens", wanted).await.1), ["name"]);
    let mut program = server.at("acme");
    program.token = Some(key.clone());
    let codes = |body: &Value| {
        body["machines"].as_array().unwrap().iter().map(|m| m["machine_code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&program.get("/machines").await.1), ["CNC-002"], "the plants of the key");
    assert_eq!(program.post("/work-orders/WO-2026-001/start", json!({})).await.1["error"], "No plant access");
    assert_eq!(program.get("/users").await.1["error"], "Missing permission");
    assert_eq!(program.get("/me/sessions").await.1["error"], "No session");
    assert_eq!(program.post("/auth/switch-plant", json!({"plant_id": plants[1]["id"]})).await.0, 403);
    let (_, record) = admin.get(&format!("/api-tokens/{}", made["id"])).await;
    assert!(record["last_used_at"].is_string() && record.get("token").is_none(), "{record}");
    assert!(!record.to_string().contains(&key[20..]), "{record}");

    // The header counts with such a key where the host names no organisation; the organisation must be its own.
    server.add_beta().await;
    program.host = "127.0.0.1".into();
    program.headers = vec![("X-Organization", "acme".into())];
    assert_eq!(program.get("/machines").await.0, 200);
    program.headers = vec![("X-Organization", "beta".into())];
    assert_eq!(program.get("/machines").await.0, 401);
    program.host = "beta.localhost".into();
    program.headers = vec![("X-Organization", "acme".into())];
    assert_eq!(program.get("/machines").await.0, 401, "a host that names one wins");

    program.host = "acme.localhost".into();
    program.headers = vec![];
    assert_eq!(admin.call("DELETE", &format!("/api-tokens/{}", made["id"]), Value::Null).await.0, 200);
    assert_eq!(program.get("/machines").await.0, 401);
    let manager = json!({"name": "X", "roles": ["viewer"], "all_plants": true, "expires_at": "2020-01-01T00:00:00Z"});
    assert_eq!(field(&admin.post("/api-tokens", manager).await.1), ["expires_at"]);
}

#[tokio::test]
async fn rbac_06_rbac_09_a_key_does_no_more_than_who_made_it_may_now() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let boss = json!({"name": "Boss", "email": "boss@acme.example", "roles": ["admin"]});
    let boss = admin.post("/users", boss).await.1;
    let same = "UPDATE users SET must_change_password = FALSE,
                password_hash = (SELECT u.password_hash FROM users u WHERE u.email = 'olga@acme.example') WHERE email = $1";
    server.execute(same, params!["boss@acme.example"]).await;
    let session = server.signed_in("boss@acme.example").await;
    let plants = admin.get("/me").await.1["plants"].clone();
    let program = async |name: &str, plants: Value| {
        let mut wanted = json!({"name": name, "roles": ["supervisor"]});
        wanted.as_object_mut().unwrap().extend(plants.as_object().unwrap().clone());
        let (status, made) = session.post("/api-tokens", wanted).await;
        assert_eq!(status, 201, "{made}");
        let mut program = server.at("acme");
        program.token = made["token"].as_str().map(str::to_owned);
        program
    };
    let everywhere = program("everywhere", json!({"all_plants": true})).await;
    let both = program("both", json!({"plant_ids": [plants[0]["id"], plants[1]["id"]]})).await;
    let second = program("second", json!({"plant_ids": [plants[1]["id"]]})).await;
    let programs = [&everywhere, &both, &second];
    // Codes of the machines that each sees, and whether it may start a work order of P1.
    let seen = async || {
        let mut out = Vec::new();
        for program in programs {
            let (status, body) = program.get("/machines").await;
            let codes = body["machines"].as_array().map_or(0, Vec::len);
            out.push((status, codes));
        }
        out
    };
    let start = async || both.post("/work-orders/WO-2026-001/start", json!({})).await.1["error"].clone();
    let change = async |fields: Value| {
        let (status, body) = patch(&admin, &user(&admin, "boss@acme.example").await, fields).await;
        assert_eq!(status, 200, "{body}");
    };
    assert_eq!(seen().await, [(200, 2), (200, 2), (200, 1)]);
    // Demoted, with one plant left.
    change(json!({"roles": ["viewer"], "plant_ids": [plants[0]["id"]]})).await;
    assert_eq!(seen().await, [(200, 1), (200, 1), (200, 0)], "at once");
    assert_eq!(start().await, "Missing permission");
    assert_eq!(admin.get("/api-tokens").await.1["api_tokens"][0]["roles"], json!(["supervisor"]), "its own, as before");
    // Another plant; a role that gives more than the key's gives the key no more.
    change(json!({"roles": ["plant_manager"], "plant_ids": [plants[1]["id"]]})).await;
    assert_eq!(seen().await, [(200, 1), (200, 1), (200, 1)]);
    assert_eq!(start().await, "No plant access");
    assert_eq!(
        second.get("/users").await.1["error"],
        server.signed_in("sam@acme.example").await.get("/users").await.1["error"]
    );
    // Disabled, and enabled again.
    let path = format!("/users/{}", boss["id"]);
    assert_eq!(admin.call("DELETE", &path, Value::Null).await.0, 200);
    assert_eq!(seen().await, [(401, 0), (401, 0), (401, 0)]);
    assert_eq!(admin.post(&format!("{path}/restore"), json!({})).await.0, 200);
    change(json!({"roles": ["admin"]})).await;
    assert_eq!(seen().await, [(200, 2), (200, 2), (200, 1)]);
    assert_eq!(start().await, Value::Null, "as before");
}

#[tokio::test]
async fn audit_names_the_program() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let wanted = json!({"name": "HR system", "roles": ["admin"], "all_plants": true});
    let key = admin.post("/api-tokens", wanted).await.1["token"].as_str().unwrap().to_owned();
    let mut program = server.at("acme");
    program.token = Some(key);
    let olga = user(&program, "olga@acme.example").await;
    assert_eq!(patch(&program, &olga, json!({"phone": "1"})).await.0, 200);
    let rows = server.query("SELECT actor FROM audit_log WHERE entity = 'user' ORDER BY pos DESC LIMIT 1", &[]).await;
    let actor: String = rows[0].get("actor").unwrap();
    assert!(actor.starts_with("token ") && actor.ends_with("HR system"), "{actor}");
}

#[tokio::test]
async fn keys_are_listed_and_written_to_a_file_without_what_is_secret() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let plants = admin.get("/me").await.1["plants"].clone();
    let erp = json!({"name": "ERP", "roles": ["operator", "warehouse"], "plant_ids": [plants[1]["id"]]});
    let key = admin.post("/api-tokens", erp).await.1["token"].as_str().unwrap().to_owned();
    let all = json!({"name": "=BI", "roles": ["viewer"], "all_plants": true, "expires_at": "2100-01-01T00:00:00Z"});
    assert_eq!(admin.post("/api-tokens", all).await.0, 201);
    let gone = admin.post("/api-tokens", json!({"name": "Gone", "roles": ["viewer"], "all_plants": true})).await.1;
    assert_eq!(admin.call("DELETE", &format!("/api-tokens/{}", gone["id"]), Value::Null).await.0, 200);
    let (status, file) = admin.get("/api-tokens/export").await;
    let file = file.as_str().unwrap();
    let lines: Vec<_> = file.lines().collect();
    let header = "id,name,hint,roles,all_plants,created_by,created_by_name,expires_at,revoked_at,last_used_at,plant_ids,is_active";
    assert_eq!((status, lines.len(), lines[0]), (200, 3, header), "{file}");
    assert!(lines[1].contains(",'=BI,") && lines[1].contains(",2100-01-01T00:00:00Z,"), "{file}");
    assert!(
        lines[2].contains("operator; warehouse,false,") && lines[2].ends_with(",Administrator,,,,P2,true"),
        "{file}"
    );
    assert!(!file.contains(&key[13..]) && !file.contains("hash"), "{file}");
    let names = async |asked: &str| -> Vec<String> {
        let (status, body) = admin.get(&format!("/api-tokens?{asked}")).await;
        assert_eq!(status, 200, "{asked}: {body}");
        assert!(!body.to_string().contains(&key[13..]), "{body}");
        body["api_tokens"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("sort=-name").await, ["ERP", "=BI"]);
    assert_eq!(names("search=er").await, ["ERP"]);
    assert_eq!(names("roles=warehouse").await, ["ERP"]);
    assert_eq!(names(&format!("plant_id={}", plants[0]["id"])).await, ["=BI"], "for all plants");
    assert_eq!(names("is_active=false").await, ["Gone"]);
    for wrong in ["hash=x", "sort=hash", "is_active=maybe", "nam=x"] {
        assert_eq!(admin.get(&format!("/api-tokens?{wrong}")).await.0, 400, "{wrong}");
    }
    let form = admin.get("/api-tokens/form").await.1;
    let allowed: Vec<_> = form["allowed"].as_array().unwrap().iter().map(|a| a["action"].as_str().unwrap()).collect();
    assert_eq!(allowed, ["create", "export"], "a key is made by the server alone");
    assert!([404, 405].contains(&admin.post("/api-tokens/import", json!({"csv": "name\nX\n"})).await.0));
    assert_eq!(server.signed_in("vera@acme.example").await.get("/api-tokens/export").await.0, 403);
}
