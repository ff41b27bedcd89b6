//! An organisation's own roles as every entity: files out and in, bulk, undo, fields of the organisation; and what is
//! special about them.

mod support;

use cloud_server::business::load;
use cloud_server::params;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::{PASSWORD, Server, Session};

async fn import(session: &Session<'_>, csv: &str, update: bool, commit: bool) -> Value {
    let body = json!({"csv": csv, "update_existing": update, "commit": commit});
    let (status, report) = session.post("/roles/import", body).await;
    assert_eq!(status, 200, "{report}");
    report
}

fn counts(report: &Value) -> [u64; 4] {
    let errors = report["errors"].as_array().unwrap().len() as u64;
    let [a, b, c] = ["will_create", "will_update", "unchanged"].map(|n| report[n].as_u64().unwrap());
    [a, b, c, errors]
}

/// Line and column of every wrong cell.
fn wrong(report: &Value) -> Vec<(i64, &str)> {
    let errors = report["errors"].as_array().unwrap().iter();
    errors.map(|e| (e["line"].as_i64().unwrap(), e["column"].as_str().unwrap_or_default())).collect()
}

async fn made(session: &Session<'_>, role: Value) -> Value {
    let (status, made) = session.post("/roles", role).await;
    assert_eq!(status, 201, "{made}");
    made
}

async fn codes(session: &Session<'_>, asked: &str) -> Vec<String> {
    let (status, body) = session.get(&format!("/roles?{asked}")).await;
    assert_eq!(status, 200, "{asked}: {body}");
    let roles = body["roles"].as_array().unwrap();
    assert_eq!((body["total"].as_u64(), body["page"].as_u64()), (Some(roles.len() as u64), Some(1)), "{body}");
    roles.iter().map(|r| r["code"].as_str().unwrap().to_owned()).collect()
}

async fn file(session: &Session<'_>, asked: &str) -> String {
    let (status, file) = session.get(&format!("/roles/export?{asked}")).await;
    assert_eq!(status, 200, "{file}");
    file.as_str().unwrap().to_owned()
}

async fn undo(session: &Session<'_>, report: &Value) -> Value {
    let (status, undone) = session.post(&format!("/imports/{}/undo", report["import_id"]), json!({})).await;
    assert_eq!(status, 200, "{undone}");
    undone
}

/// Vera, who may manage roles and what viewers may.
async fn clerk<'s>(server: &'s Server, admin: &Session<'_>) -> Session<'s> {
    made(admin, json!({"name": "Clerk", "code": "clerk", "extends": "viewer", "grants": ["roles:*"]})).await;
    let vera = admin.get("/users?email=vera@acme.example").await.1["users"][0].clone();
    let change = json!({"version": vera["version"], "roles": ["clerk"]});
    assert_eq!(admin.call("PATCH", &format!("/users/{}", vera["id"]), change).await.0, 200);
    server.signed_in("vera@acme.example").await
}

const BUILT_IN: usize = 13;

#[tokio::test]
async fn rbac_03_own_roles_go_out_and_come_in_elsewhere_as_they_were() {
    let server = Server::start().await;
    let beta = server.add_beta().await;
    let ada = format!(
        "[[user]]\nname = \"Ada\"\nemail = \"ada@beta.example\"\nroles = [\"organization_admin\"]\nhourly_rate = 0\npassword = \"{PASSWORD}\"\nmust_change_password = false\nplants = []\n"
    );
    load::load(&server.tenancy, &beta, load::parse(&ada).unwrap()).await.unwrap();
    let admin = server.admin().await;
    for role in [
        json!({"code": "lead", "name": "Lead", "description": "=1+1, \"quoted\"; and more", "extends": "operator",
            "grants": ["materials:write", "labor_costs:read", "ncr:*"]}),
        json!({"code": "clerk_2", "name": "Büro", "grants": ["users:read"]}),
        json!({"code": "bare", "name": "Bare", "extends": "quality_manager"}),
        json!({"code": "old", "name": "Old"}),
    ] {
        made(&admin, role).await;
    }
    assert_eq!(admin.call("DELETE", "/roles/old", Value::Null).await.1["is_active"], false);
    let csv = file(&admin, "").await;
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines[0], "id,code,name,description,extends,grants,is_active");
    assert_eq!(lines.len(), 4, "neither built-in nor archived ones: {csv}");
    assert!(lines[3].ends_with("operator,materials:write; labor_costs:read; ncr:*,true"), "{csv}");
    assert!(lines[3].contains(",\"'=1+1"), "no formula: {csv}");

    let mut foreign = server.at("beta");
    let (_, session) = foreign.post("/auth/login", json!({"email": "ada@beta.example", "password": PASSWORD})).await;
    foreign.token = Some(session["token"].as_str().unwrap().to_owned());
    let rows = async || {
        let sql = "SELECT id FROM audit_log UNION ALL SELECT id FROM roles UNION ALL SELECT id FROM imports";
        let sql = sql.replace("SELECT id FROM audit_log", "SELECT pos AS id FROM audit_log");
        let db = server.store.organization(beta.id).await;
        support::store::query(&db, &sql, params![]).await.unwrap().len()
    };
    let before = rows().await;
    let trial = import(&foreign, &csv, false, false).await;
    assert_eq!((counts(&trial), &trial["import_id"]), ([3, 0, 0, 0], &Value::Null), "{trial}");
    assert_eq!(trial["preview"][2]["grants"], json!(["materials:write", "labor_costs:read", "ncr:*"]));
    assert_eq!((codes(&foreign, "is_active=all").await.len(), rows().await), (BUILT_IN, before), "only tried");
    let done = import(&foreign, &csv, false, true).await;
    assert!(done["import_id"].is_i64(), "{done}");
    assert_eq!(codes(&foreign, "").await.len(), BUILT_IN + 3);
    for code in ["lead", "clerk_2", "bare"] {
        let [here, there] =
            [admin.get(&format!("/roles/{code}")).await.1, foreign.get(&format!("/roles/{code}")).await.1];
        for field in ["code", "name", "description", "extends", "grants", "permissions", "is_active", "kind"] {
            assert_eq!(here[field], there[field], "{code}: {field}");
        }
    }
    // Once more it changes nothing, and without leave to change it is refused.
    let own = file(&foreign, "").await;
    assert_eq!(counts(&import(&foreign, &own, true, true).await), [0, 0, 3, 0]);
    assert_eq!(wrong(&import(&foreign, &own, false, true).await), [(2, "code"), (3, "code"), (4, "code")]);

    // The second time from there: ids mean nothing here, codes do. What was taken away there goes here too.
    let lead = admin.get("/roles/lead").await.1;
    let bare = json!({"version": lead["version"], "grants": []});
    assert_eq!(admin.call("PUT", "/roles/lead", bare).await.0, 200);
    let again = import(&foreign, &file(&admin, "").await, true, true).await;
    assert_eq!(counts(&again), [0, 1, 2, 0], "{again}");
    assert_eq!(foreign.get("/roles/lead").await.1["grants"], json!([]));
    assert_eq!(undo(&foreign, &again).await, json!({"archived": 0, "restored": 1, "left": []}));
    let old = import(&foreign, &file(&admin, "is_active=all").await, false, false).await;
    let columns: Vec<_> = old["errors"].as_array().unwrap().iter().map(|e| e["column"].clone()).collect();
    assert!(columns.contains(&json!("is_active")), "archived there, so not made here: {old}");

    let undone = undo(&foreign, &done).await;
    assert_eq!((&undone["archived"], &undone["restored"]), (&json!(2), &json!(0)), "{undone}");
    assert_eq!(undone["left"][0]["reason"], "It was changed after the import");
    assert_eq!(codes(&foreign, "").await[BUILT_IN..], ["lead"]);
    assert_eq!(codes(&foreign, "is_active=false").await, ["bare", "clerk_2"]);
}

#[tokio::test]
async fn a_file_changes_roles_and_is_taken_back() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let lead =
        made(&admin, json!({"code": "lead", "name": "Lead", "extends": "operator", "grants": ["ncr:read"]})).await;
    let csv = "Code;Rights;Name;Extends\nlead;materials:write, ncr:read;Lead;viewer\n";
    assert_eq!(import(&admin, csv, true, false).await["columns"][1], json!({"column": "Rights", "field": null}));
    // Semicolons between the columns: then the list stands in quotes.
    let csv = "Code;Grants;Extends\nlead;\"materials:write; ncr:read\";\n";
    let done = import(&admin, csv, true, true).await;
    assert_eq!(counts(&done), [0, 1, 0, 0], "{done}");
    let after = admin.get("/roles/lead").await.1;
    assert_eq!((&after["grants"], &after["extends"]), (&json!(["materials:write", "ncr:read"]), &Value::Null));
    let other = format!("id,code\n{},leader\n", lead["id"]);
    assert_eq!(wrong(&import(&admin, &other, true, true).await), [(2, "code")], "it stays for ever");
    assert_eq!(undo(&admin, &done).await, json!({"archived": 0, "restored": 1, "left": []}));
    let restored = admin.get("/roles/lead").await.1;
    assert_eq!((&restored["grants"], &restored["extends"]), (&lead["grants"], &lead["extends"]));
    // Nothing about a role is lost: what it was stands in the log, without what may be done to it.
    let log = admin.get(&format!("/audit-log?entity=role&entity_id={}", lead["id"])).await.1;
    let fields = |entry: &Value| -> BTreeSet<String> {
        entry["changes"].as_array().unwrap().iter().map(|c| c["field"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (log["total"].as_u64(), fields(&log["audit_log"][0])),
        (Some(3), ["extends", "grants", "permissions"].map(str::to_owned).into()),
        "{log}"
    );
    // Who has a role keeps it, whatever becomes of the file that brought it.
    let brought = import(&admin, "code,name\nhand,Hand\nspare,Spare\n", false, true).await;
    let olga = admin.get("/users?email=olga@acme.example").await.1["users"][0].clone();
    let change = json!({"version": olga["version"], "roles": ["operator", "hand"]});
    assert_eq!(admin.call("PATCH", &format!("/users/{}", olga["id"]), change).await.0, 200);
    let undone = undo(&admin, &brought).await;
    assert_eq!((undone["archived"].as_u64(), undone["left"][0]["line"].as_u64()), (Some(1), Some(2)), "{undone}");
    assert!(undone["left"][0]["reason"].as_str().unwrap().contains("have this role"), "{undone}");
}

#[tokio::test]
async fn nobody_takes_in_roles_that_grant_more_than_they_have() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let clerk = clerk(&server, &admin).await;
    let wide = made(&admin, json!({"code": "wide", "name": "Wide", "grants": ["users:*"]})).await;
    let own = made(&clerk, json!({"code": "own", "name": "Own", "grants": ["materials:read"]})).await;
    let csv = "Code,Name,Extends,Grants\n\
        fine,Fine,viewer,roles:read\n\
        more,More,,materials:read; users:write\n\
        above,Above,plant_manager,\n\
        viewer,Viewer,,\n\
        odd,Odd,nobody,\n\
        every,Every,,Everything\n\
        B ad,Bad,,\n\
        nameless,,,\n";
    for commit in [false, true] {
        let report = import(&clerk, csv, false, commit).await;
        let expect =
            [(3, "Grants"), (4, "Extends"), (5, "Code"), (6, "Extends"), (7, "Grants"), (8, "Code"), (9, "Name")];
        assert_eq!(wrong(&report), expect, "{report}");
        let message = report["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("nobody gives more than they have") && message.contains("users:write"), "{message}");
        assert_eq!((&report["import_id"], codes(&admin, "is_active=all").await.len()), (&Value::Null, BUILT_IN + 3));
    }
    // Neither does a change, nor is a role taken apart that they could not have made.
    let raise = import(&clerk, "code,grants\nown,users:write\nwide,materials:read\n", true, true).await;
    assert_eq!(wrong(&raise), [(2, "grants"), (3, "")], "{raise}");
    assert!(raise["errors"][1]["message"].as_str().unwrap().contains("users:*"), "{raise}");
    let bulk =
        |action: &str, changes: Value| json!({"ids": [own["id"], wide["id"]], "action": action, "changes": changes});
    let (_, out) = clerk.post("/roles/bulk", bulk("archive", json!({}))).await;
    let oks = |out: &Value| -> Vec<bool> {
        out["results"].as_array().unwrap().iter().map(|r| r["ok"].as_bool().unwrap()).collect()
    };
    assert_eq!(oks(&out), [true, false], "{out}");
    assert_eq!(
        clerk.post("/roles/bulk", bulk("update", json!({"name": "N"}))).await.1["done"],
        0,
        "archived, and beyond reach"
    );
    assert_eq!(admin.post("/roles/bulk", bulk("restore", json!({}))).await.1["done"], 2);
    let (_, out) = admin.post("/roles/bulk", bulk("update", json!({"grants": ["users:read"]}))).await;
    assert_eq!(out["done"], 2, "{out}");
    assert_eq!(admin.post("/roles/bulk", bulk("update", json!({"code": "same"}))).await.1["done"], 0);
    // What an administrator took in is not taken back by whoever could not have given it.
    let done = import(&admin, "code,name,grants\nhigh,High,users:*\n", false, true).await;
    let undone = undo(&clerk, &done).await;
    assert_eq!((undone["archived"].as_u64(), undone["left"].as_array().unwrap().len()), (Some(0), 1), "{undone}");
}

#[tokio::test]
async fn rbac_01_viewers_read_roles_and_write_none() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let done = import(&admin, "code,name\nlead,Lead\n", false, true).await;
    let viewer = server.signed_in("vera@acme.example").await;
    let body = json!({"csv": "code,name\nx1,X\n", "commit": false});
    for (path, body) in [
        ("/roles/import", body),
        ("/roles/bulk", json!({"ids": [1], "action": "archive"})),
        (format!("/imports/{}/undo", done["import_id"]).as_str(), json!({})),
    ] {
        let (status, body) = viewer.post(path, body).await;
        assert_eq!((status, body["error"].as_str()), (403, Some("Missing permission")), "{path}: {body}");
    }
    assert!(file(&viewer, "").await.contains(",lead,Lead,"));
    let allowed = |form: &Value| -> Vec<(String, bool)> {
        let all = form["allowed"].as_array().unwrap().iter();
        all.map(|a| (a["action"].as_str().unwrap().to_owned(), a["allowed"].as_bool().unwrap())).collect()
    };
    let expect = |write: bool| {
        [("create", write), ("import", write), ("export", true), ("bulk", write)]
            .map(|(a, ok)| (a.to_owned(), ok))
            .to_vec()
    };
    assert_eq!(allowed(&viewer.get("/roles/form").await.1), expect(false));
    let form = admin.get("/roles/form").await.1;
    assert_eq!(allowed(&form), expect(true));
    let extends = form["fields"].as_array().unwrap().iter().find(|f| f["name"] == "extends").unwrap();
    let choices: Vec<_> = extends["choices"].as_array().unwrap().iter().map(|c| c["value"].as_str().unwrap()).collect();
    assert_eq!((extends["kind"].as_str(), choices.len()), (Some("choice"), BUILT_IN - 1));
    assert!(!choices.contains(&"organization_admin") && !choices.contains(&"system_admin"), "{choices:?}");
}

#[tokio::test]
async fn the_list_of_roles_is_searched_and_filtered_built_in_ones_too() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for (code, name, extends) in
        [("aa", "Zwei", "operator"), ("bb", "Lead operator", "viewer"), ("cc", "Gone", "viewer")]
    {
        made(&admin, json!({"code": code, "name": name, "extends": extends})).await;
    }
    assert_eq!(admin.call("DELETE", "/roles/cc", Value::Null).await.0, 200);
    let all = codes(&admin, "").await;
    assert_eq!(
        (all.len(), all[0].as_str(), &all[BUILT_IN..]),
        (BUILT_IN + 2, "organization_admin", &["aa".to_owned(), "bb".to_owned()][..])
    );
    assert_eq!(codes(&admin, "sort=name").await[BUILT_IN..], ["bb", "aa"]);
    let (_, page) = admin.get(&format!("/roles?sort=name&per_page={BUILT_IN}&page=2")).await;
    let on_page: Vec<_> = page["roles"].as_array().unwrap().iter().map(|r| r["code"].clone()).collect();
    assert_eq!(on_page, ["bb", "aa"], "the built-in ones were on the first");
    assert_eq!((&page["total"], &page["page"], &page["per_page"]), (&json!(BUILT_IN + 2), &json!(2), &json!(BUILT_IN)));
    assert_eq!(admin.get("/roles?page=none").await.1["details"][0]["field"], "page");
    assert_eq!(codes(&admin, "search=OPERATOR").await, ["operator", "bb"]);
    assert_eq!(codes(&admin, "code=viewer,aa").await, ["viewer", "aa"]);
    assert_eq!(codes(&admin, "extends=viewer").await, ["bb"]);
    assert_eq!(codes(&admin, "is_active=false").await, ["cc"]);
    assert_eq!(codes(&admin, "is_active=all").await.len(), BUILT_IN + 3);
    assert_eq!(admin.get("/roles?colour=red").await.1["details"][0]["field"], "colour");
    assert_eq!(admin.get("/roles?is_active=maybe").await.0, 400);
    assert!(!file(&admin, "search=operator").await.contains("Zwei"), "a file holds what the list shows");
    let hits = admin.get("/search?q=lead%20op").await.1["results"].clone();
    assert_eq!((hits[0]["entity"].as_str(), hits[0]["code"].as_str()), (Some("role"), Some("bb")), "{hits}");
    // A file is for own roles: a built-in one cannot be named in bulk or changed by its code.
    assert_eq!(admin.call("PATCH", "/roles/viewer", json!({"version": 1})).await.1["error"], "Cannot change role");
}

#[tokio::test]
async fn a_code_that_looks_like_an_id_is_no_other_role() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let mut last = Value::Null;
    for n in 0..100 {
        last = made(&admin, json!({"code": format!("role_{n}"), "name": "R"})).await;
        if last["id"].as_i64().unwrap() >= 10 {
            break;
        }
    }
    let like = made(&admin, json!({"code": last["id"].to_string(), "name": "Like"})).await;
    let (status, out) = admin.post("/roles/bulk", json!({"ids": [last["id"]], "action": "archive"})).await;
    assert_eq!((status, out["done"].as_u64()), (200, Some(1)), "{out}");
    let active = async |role: &Value| admin.get(&format!("/roles/{}", role["id"])).await.1["is_active"].clone();
    assert_eq!((active(&last).await, active(&like).await), (json!(false), json!(true)));
    // What is archived is restored before it is changed.
    let change = json!({"version": 2, "name": "New"});
    let (status, body) = admin.call("PATCH", &format!("/roles/{}", last["id"]), change).await;
    assert_eq!((status, body["error"].as_str()), (400, Some("Cannot change role")), "{body}");
}

#[tokio::test]
async fn cf_01_roles_have_fields_of_the_organisation() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let field = json!({"entity_type": "role", "field_code": "owner", "label": "Owner", "field_type": "text", "is_filterable": true,
        "is_required": true});
    assert_eq!(admin.post("/custom-fields", field).await.0, 201);
    let (status, body) = admin.post("/roles", json!({"code": "lead", "name": "Lead"})).await;
    assert_eq!((status, body["details"][0]["field"].as_str()), (400, Some("custom_fields.owner")), "{body}");
    let done = import(&admin, "code,name,custom_fields.owner\nlead,Lead,Ida\nhand,Hand,Jo\n", false, true).await;
    assert_eq!(counts(&done), [2, 0, 0, 0], "{done}");
    assert_eq!(codes(&admin, "cf.owner=Jo").await, ["hand"]);
    let csv = file(&admin, "").await;
    assert!(csv.lines().next().unwrap().ends_with("grants,custom_fields.owner,is_active"), "{csv}");
    assert_eq!(counts(&import(&admin, &csv, true, true).await), [0, 0, 2, 0]);
    let change = json!({"version": 1, "custom_fields": {"owner": "Kim"}});
    assert_eq!(admin.call("PATCH", "/roles/hand", change).await.1["custom_fields"], json!({"owner": "Kim"}));
    assert_eq!(admin.get("/roles/viewer").await.1["custom_fields"], json!({}));
    let (status, body) = admin.call("PATCH", "/roles/hand", json!({"version": 2, "custom_fields": {"odd": 1}})).await;
    assert_eq!((status, body["details"][0]["field"].as_str()), (400, Some("custom_fields.odd")), "{body}");
}
