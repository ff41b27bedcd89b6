//! People as every entity: filters, custom fields, files in and out, bulk, undo; and what is special about them.

mod support;

use cloud_server::params;
use serde_json::{Value, json};
use support::store::query;
use support::{Server, Session};

async fn import(admin: &Session<'_>, csv: &str, update: bool, commit: bool) -> Value {
    let body = json!({"csv": csv, "update_existing": update, "commit": commit});
    let (status, report) = admin.post("/users/import", body).await;
    assert_eq!(status, 200, "{report}");
    report
}

async fn by_email(admin: &Session<'_>, email: &str) -> Value {
    admin.get(&format!("/users?is_active=all&email={email}")).await.1["users"][0].clone()
}

async fn names(session: &Session<'_>, asked: &str) -> Vec<String> {
    let (status, body) = session.get(&format!("/users?{asked}")).await;
    assert_eq!(status, 200, "{asked}: {body}");
    body["users"].as_array().unwrap().iter().map(|u| u["name"].as_str().unwrap().to_owned()).collect()
}

fn wrong(report: &Value) -> Vec<(i64, &str)> {
    let errors = report["errors"].as_array().unwrap().iter();
    errors.map(|e| (e["line"].as_i64().unwrap(), e["field"].as_str().unwrap_or_default())).collect()
}

#[tokio::test]
async fn people_are_taken_in_from_a_file_tried_first_and_taken_back() {
    let server = Server::start().await;
    server.add_beta().await;
    let admin = server.admin().await;
    let field = json!({"entity_type": "user", "field_code": "shoe_size", "label": "Shoe size", "field_type": "number",
        "is_filterable": true});
    assert_eq!(admin.post("/custom-fields", field).await.0, 201);
    let p1 = admin.get("/me").await.1["plants"][0]["id"].clone();
    let department = json!({"plant_id": p1, "code": "MILL", "name": "Milling"});
    assert_eq!(admin.post("/departments", department).await.0, 201);
    let file = "E-mail,Name,Roles,Plants,Department,Employee number,Manager,custom_fields.shoe_size\n\
        Ida@acme.example,Ida,operator; warehouse,P1; P2,MILL,0815,Sam,41\n\
        jo@acme.example,Jo,viewer,P1,,0816,,\n";
    let tried = import(&admin, &file.replace("E-mail", "email"), false, false).await;
    assert_eq!(
        (tried["will_create"].as_i64(), wrong(&tried), tried["import_id"].clone()),
        (Some(2), vec![], Value::Null)
    );
    assert_eq!(by_email(&admin, "ida@acme.example").await, Value::Null, "only tried");
    let logins = async || {
        let sql =
            "SELECT email FROM logins WHERE email IN ('ida@acme.example', 'jo@acme.example') AND confirmed = TRUE";
        query(&server.store.platform().await, sql, params![]).await.unwrap().len()
    };
    assert_eq!(logins().await, 0);

    let bad = "email,name,roles,plant_ids,custom_fields.shoe_size\n\
        olga@beta.example,Foreign,viewer,P1,1\n\
        x@acme.example,X,boss,P1,1\n\
        y@acme.example,Y,viewer,P9,1\n\
        z@acme.example,Z,viewer,P1,big\n\
        olga@acme.example,Olga,viewer,P1,1\n\
        no address,N,viewer,P1,1\n";
    for commit in [false, true] {
        let report = import(&admin, bad, false, commit).await;
        // Of what other organisations have nothing is said before all else is right.
        let expect = [(3, "roles"), (4, "plant_ids"), (5, "custom_fields.shoe_size"), (6, "email"), (7, "email")];
        assert_eq!(wrong(&report), expect, "{report}");
        assert_eq!(report["import_id"], Value::Null);
    }

    let done = import(&admin, &file.replace("E-mail", "email"), false, true).await;
    assert!(done["import_id"].is_i64(), "{done}");
    let ida = by_email(&admin, "ida@acme.example").await;
    assert_eq!(
        (ida["roles"].clone(), ida["plants"][1]["name"].clone()),
        (json!(["operator", "warehouse"]), json!("P2"))
    );
    assert_eq!((ida["department_name"].as_str(), ida["manager_name"].as_str()), (Some("Milling"), Some("Sam")));
    assert_eq!((ida["employee_number"].as_str(), ida["must_change_password"].as_bool()), (Some("0815"), Some(true)));
    assert_eq!(logins().await, 2, "Q-135");
    assert_eq!(names(&admin, "cf.shoe_size=41").await, ["Ida"]);
    assert_eq!(names(&admin, &format!("department_id={}", ida["department_id"])).await, ["Ida"]);
    assert_eq!(names(&admin, &format!("plant_id={p1}&roles=operator")).await, ["Ida", "Olga"]);
    assert_eq!(names(&admin, "search=0815").await, ["Ida"]);
    assert_eq!(names(&admin, "roles=oper&is_active=all").await, Vec::<String>::new(), "a part of a code is no role");

    // The same file changes nothing; another one changes what it names, but for the e-mail.
    let again = import(&admin, &file.replace("E-mail", "email"), true, true).await;
    assert_eq!((again["unchanged"].as_i64(), again["will_update"].as_i64()), (Some(2), Some(0)), "{again}");
    let other = format!("id,email\n{},ida2@acme.example\n", ida["id"]);
    assert_eq!(wrong(&import(&admin, &other, true, true).await), [(2, "email")]);
    let changed = import(&admin, "email,plant_ids,custom_fields.shoe_size\nIDA@acme.example,P2,42\n", true, true).await;
    assert_eq!((changed["will_update"].as_i64(), wrong(&changed)), (Some(1), vec![]), "{changed}");
    assert_eq!(by_email(&admin, "ida@acme.example").await["plants"].as_array().unwrap().len(), 1);
    let (status, undone) = admin.post(&format!("/imports/{}/undo", changed["import_id"]), json!({})).await;
    assert_eq!((status, undone["restored"].as_i64()), (200, Some(1)), "{undone}");
    let restored = by_email(&admin, "ida@acme.example").await;
    assert_eq!(restored["plants"].as_array().unwrap().len(), 2, "{restored}");
    assert_eq!(restored["custom_fields"]["shoe_size"], 41);
    let (status, undone) = admin.post(&format!("/imports/{}/undo", done["import_id"]), json!({})).await;
    // Ida was changed since by others than this import; Jo was not.
    assert_eq!((status, undone["archived"].as_i64()), (200, Some(1)), "{undone}");
    assert_eq!(by_email(&admin, "jo@acme.example").await["is_active"], false);
}

#[tokio::test]
async fn q_135_a_guarded_cell_takes_nobodys_e_mail() {
    let server = Server::start().await;
    server.add_beta().await;
    let admin = server.admin().await;
    // Spreadsheets guard such cells; the text within is the address of somebody elsewhere.
    for cell in ["\"'\tolga@beta.example\"", "\"'\nolga@beta.example\"", "'+olga@beta.example"] {
        let report =
            import(&admin, &format!("email,name,roles,plant_ids\n{cell},Thief,viewer,P1\n"), false, true).await;
        let taken = by_email(&admin, "olga@beta.example").await;
        assert_eq!((taken, report["import_id"].is_i64()), (Value::Null, cell.contains('+')), "{report}");
    }
    let sql = "SELECT organization_id FROM logins WHERE email = '+olga@beta.example' AND confirmed = TRUE";
    let held = query(&server.store.platform().await, sql, params![]).await.unwrap();
    assert_eq!(held.len(), 1, "the address as it is written is held");
}

#[tokio::test]
async fn plants_of_people_go_out_and_in_whatever_they_are_called() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let olga = by_email(&admin, "olga@acme.example").await;
    let (own, mut other) = (olga["plants"][0]["id"].as_i64().unwrap(), 0);
    for plant in admin.get("/plants").await.1["plants"].as_array().unwrap() {
        if plant["id"] != own {
            other = plant["id"].as_i64().unwrap();
        }
    }
    // Called by the id of the other one.
    server.execute("UPDATE plants SET name = $1 WHERE id = $2", params![other.to_string(), own]).await;
    let report = import(&admin, &format!("email,plant_ids\nolga@acme.example,{other}\n"), true, true).await;
    assert_eq!((report["unchanged"].as_i64(), wrong(&report)), (Some(1), vec![]), "{report}");
}

#[tokio::test]
async fn cf_02_a_file_of_a_person_is_held_like_any_other() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let field = json!({"entity_type": "user", "field_code": "pass", "label": "Pass", "field_type": "file"});
    assert_eq!(admin.post("/custom-fields", field).await.0, 201);
    let upload = json!({"entity": "user", "field": "pass", "name": "pass.pdf", "content": "JVBERi0xLjcK"});
    let (status, file) = admin.post("/files", upload).await;
    assert_eq!(status, 201, "{file}");
    let olga = by_email(&admin, "olga@acme.example").await;
    let change = |pass: Value| json!({"version": olga["version"], "custom_fields": {"pass": pass}});
    let path = format!("/users/{}", olga["id"]);
    let (status, body) = admin.call("PATCH", &path, change(json!("no file"))).await;
    assert_eq!((status, body["details"][0]["field"].as_str()), (400, Some("custom_fields.pass")), "{body}");
    let (status, body) = admin.call("PATCH", &path, change(file["id"].clone())).await;
    assert_eq!((status, body["custom_fields"]["pass"]["name"].as_str()), (200, Some("pass.pdf")), "{body}");
    let rows = server.store.organization(server.organization.id).await;
    let held = query(&rows, "SELECT record_id FROM files WHERE record_id IS NOT NULL", params![]).await.unwrap();
    assert_eq!(held[0].get::<i64>("record_id").unwrap(), olga["id"].as_i64().unwrap());
}

#[tokio::test]
async fn who_takes_people_in_gives_nobody_more_than_they_have() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let role = json!({"name": "HR", "code": "hr", "extends": "operator", "grants": ["users:*"]});
    assert_eq!(admin.post("/roles", role).await.0, 201);
    let vera = by_email(&admin, "vera@acme.example").await;
    let change = json!({"version": vera["version"], "roles": ["hr"]});
    assert_eq!(admin.call("PATCH", &format!("/users/{}", vera["id"]), change).await.0, 200);
    let hr = server.signed_in("vera@acme.example").await;
    let file =
        "email,name,roles,plant_ids\na@acme.example,A,admin,\nb@acme.example,B,viewer,P2\nc@acme.example,C,viewer,P1\n";
    let report = import(&hr, file, false, true).await;
    assert_eq!(wrong(&report), [(2, "roles"), (3, "plant_ids")], "{report}");
    let boss = by_email(&admin, "admin@acme.example").await;
    let olga = by_email(&admin, "olga@acme.example").await;
    let ids = json!([boss["id"], olga["id"], vera["id"]]);
    let (status, out) = hr.post("/users/bulk", json!({"ids": ids, "action": "archive"})).await;
    let oks: Vec<_> = out["results"].as_array().unwrap().iter().map(|r| r["ok"].as_bool().unwrap()).collect();
    assert_eq!((status, oks), (200, vec![false, true, false]), "nobody above them, nor themselves: {out}");
    assert_eq!(
        server
            .at("acme")
            .post("/auth/login", json!({"email": "olga@acme.example", "password": support::PASSWORD}))
            .await
            .0,
        401
    );
    let (_, out) = hr.post("/users/bulk", json!({"ids": [olga["id"]], "action": "restore"})).await;
    assert_eq!(out["done"], 1, "{out}");
    let raise = json!({"ids": [olga["id"]], "action": "update", "changes": {"roles": ["plant_manager"]}});
    let (_, out) = hr.post("/users/bulk", raise).await;
    assert!(out["results"][0]["error"].as_str().unwrap().contains("nobody gives more"), "{out}");
    let lower = json!({"ids": [olga["id"]], "action": "update", "changes": {"roles": ["viewer"]}});
    assert_eq!(hr.post("/users/bulk", lower).await.1["done"], 1);
    let email = json!({"ids": [olga["id"]], "action": "update", "changes": {"email": "o@acme.example"}});
    assert_eq!(hr.post("/users/bulk", email).await.0, 400);

    // What people cost is in no list, order, filter or file for those who may not know it.
    for asked in ["hourly_rate=25", "hourly_rate_from=20", "sort=hourly_rate"] {
        assert_eq!(hr.get(&format!("/users?{asked}")).await.0, 400, "{asked}");
        assert_eq!(admin.get(&format!("/users?{asked}")).await.0, 200, "{asked}");
    }
    let form = hr.get("/users/form").await.1;
    assert!(!form.to_string().contains("hourly_rate") && form["fields"].to_string().contains("plant_ids"), "{form}");
    let file = hr.get("/users/export").await.1;
    assert!(!file.as_str().unwrap().contains("hourly_rate"), "{file}");
    let file = admin.get("/users/export?is_active=all&sort=name").await.1;
    let lines: Vec<_> = file.as_str().unwrap().lines().collect();
    assert!(lines[0].starts_with("id,name,email,roles,employee_number,department_id,department_name"), "{file}");
    assert!(lines[0].contains("hourly_rate") && lines[0].ends_with("plant_ids,is_active"), "{file}");
    let olga = lines.iter().find(|l| l.contains("olga@acme.example")).unwrap();
    assert!(olga.ends_with(",P1,true") && !file.as_str().unwrap().contains("argon2"), "{file}");
    // What went out comes in again and changes nothing.
    let back = import(&admin, file.as_str().unwrap(), true, false).await;
    assert_eq!((back["unchanged"].as_i64(), wrong(&back)), (Some(lines.len() as i64 - 1), vec![]), "{back}");
}

#[tokio::test]
async fn cf_01_people_have_fields_of_the_organisation() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let field = json!({"entity_type": "user", "field_code": "licence", "label": "Licence", "field_type": "text",
        "is_required": true});
    assert_eq!(admin.post("/custom-fields", field).await.0, 201);
    let form = admin.get("/users/form").await.1;
    assert_eq!(form["custom_fields"][0]["name"], "custom_fields.licence");
    let new = json!({"name": "Ida", "email": "ida@acme.example", "roles": ["viewer"]});
    let (status, body) = admin.post("/users", new.clone()).await;
    assert_eq!((status, body["details"][0]["field"].as_str()), (400, Some("custom_fields.licence")), "{body}");
    let mut new = new;
    new["custom_fields"] = json!({"licence": "forklift"});
    let (status, made) = admin.post("/users", new).await;
    assert_eq!((status, made["custom_fields"]["licence"].as_str()), (201, Some("forklift")), "{made}");
    let change = json!({"version": made["version"], "custom_fields": {"licence": "crane"}});
    let path = format!("/users/{}", made["id"]);
    assert_eq!(admin.call("PATCH", &path, change).await.1["custom_fields"]["licence"], "crane");
    let log = admin.get(&format!("/audit-log?entity=user&entity_id={}", made["id"])).await.1;
    let changed = json!([{"field": "custom_fields.licence", "before": "forklift", "after": "crane"}]);
    assert_eq!(log["audit_log"][0]["changes"], changed);
    let change = json!({"version": made["version"].as_i64().unwrap() + 1, "custom_fields": {"odd": 1}});
    assert_eq!(admin.call("PATCH", &path, change).await.1["details"][0]["field"], "custom_fields.odd");
}
