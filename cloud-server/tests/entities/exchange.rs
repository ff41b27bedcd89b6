//! Files in and out, and actions on many records.

use super::support::{Session, parts};
use super::{made, server};
use reqwest::Method;
use serde_json::{Value, json};

async fn import(ada: &Session<'_>, csv: &str, update_existing: bool, commit: bool) -> Value {
    let body = json!({"file_name": "m.csv", "csv": csv, "update_existing": update_existing, "commit": commit});
    let (status, report) = ada.post("/materials/import", body).await;
    assert_eq!(status, 200, "{report}");
    report
}

fn counts(report: &Value) -> [u64; 5] {
    let errors = report["errors"].as_array().unwrap().len() as u64;
    let [a, b, c, d] = ["rows", "will_create", "will_update", "unchanged"].map(|n| report[n].as_u64().unwrap());
    [a, b, c, d, errors]
}

const FILE: &str = "Material code,name,Category,unit_of_measure,standard_cost,note\nM1,Bolt,Steel,pcs,1.25,x\nM2,\"Nut, long\",,pcs,,y\n";

#[tokio::test]
async fn an_import_is_tried_done_and_undone() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let trial = import(&ada, FILE, false, false).await;
    assert_eq!(counts(&trial), [2, 1, 0, 0, 1]);
    assert_eq!(
        trial["errors"][0],
        json!({"line": 2, "column": "Category", "field": "category_id", "message": "there is none with the name Steel"})
    );
    assert_eq!(trial["columns"][5], json!({"column": "note", "field": null}));
    assert_eq!(import(&ada, FILE, false, true).await["import_id"], Value::Null, "with a mistake nothing is done");
    assert_eq!(ada.get("/materials").await.1["total"], 0);
    ada.post("/categories", json!({"name": "Steel"})).await;
    let trial = import(&ada, FILE, false, false).await;
    assert_eq!((counts(&trial), &trial["import_id"]), ([2, 2, 0, 0, 0], &Value::Null));
    assert_eq!(trial["preview"][0]["category_name"], "Steel");
    assert_eq!(ada.get("/materials").await.1["total"], 0, "a trial leaves nothing");
    let first = import(&ada, FILE, false, true).await;
    assert!(first["import_id"].is_i64(), "{first}");
    assert_eq!(ada.get("/materials/M2").await.1["name"], "Nut, long");
    let again = import(&ada, FILE, false, false).await;
    assert_eq!(again["errors"][0]["message"], "Material code M1 already exists");
    let changed = FILE.replace("1.25", "1.5");
    assert_eq!(counts(&import(&ada, &changed, true, false).await), [2, 0, 1, 1, 0]);
    let second = import(&ada, &changed, true, true).await;
    assert_eq!(ada.get("/materials/M1").await.1["standard_cost"], 1.5);
    let undo = |id: &Value| {
        let (ada, path) = (ada.clone(), format!("/imports/{id}/undo"));
        async move { ada.post(&path, json!({})).await }
    };
    assert_eq!(undo(&second["import_id"]).await.1, json!({"archived": 0, "restored": 1, "left": []}));
    assert_eq!(ada.get("/materials/M1").await.1["standard_cost"], 1.25);
    let (_, left) = undo(&first["import_id"]).await;
    assert_eq!(
        (left["archived"].as_u64(), left["left"][0]["line"].as_u64()),
        (Some(1), Some(2)),
        "M1 was changed since: {left}"
    );
    assert_eq!(undo(&second["import_id"]).await.1["error"], "Cannot undo import");
    let (status, again) = undo(&first["import_id"]).await;
    assert_eq!((status, again["archived"].as_u64(), &again["left"]), (200, Some(0), &left["left"]), "what is left");
    assert_eq!(undo(&json!(99)).await.0, 404);
    let imports = ada.get("/imports").await.1;
    assert_eq!((imports["total"].as_u64(), imports["imports"][0]["updated"].as_u64()), (Some(2), Some(1)), "{imports}");
    let vera = server.signed_in("vera@acme.example").await;
    assert_eq!(vera.post(&format!("/imports/{}/undo", second["import_id"]), json!({})).await.0, 403);
}

#[tokio::test]
async fn an_import_names_every_wrong_cell() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let file = "material_code;name;unit_of_measure;standard_cost\nM1;;pcs;a\nM2;B;stone;1\nM2;B;pcs;1\nM2;B;pcs;1\n\n";
    let report = import(&ada, file, false, false).await;
    let told: Vec<_> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| format!("{} {}: {}", e["line"], e["field"].as_str().unwrap(), e["message"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "2 standard_cost: must be a number such as 12.5",
            "2 name: is required",
            "3 unit_of_measure: there is no unit stone",
            "5 material_code: Material code M2 already exists",
        ]
    );
    let mapped = |mapping: Value| {
        let (ada, body) = (ada.clone(), json!({"csv": "Nr,Text\nM1,Bolt\n", "mapping": mapping}));
        async move { ada.post("/materials/import", body).await }
    };
    let (status, report) = mapped(json!({"Nr": "material_code", "Text": "name"})).await;
    assert_eq!((status, report["errors"][0]["field"].as_str()), (200, Some("unit_of_measure")), "{report}");
    assert_eq!(mapped(json!({"Nr": "version"})).await.0, 400);
    assert_eq!(mapped(json!({"Nr": "name", "Text": "name"})).await.0, 400);
    assert_eq!(mapped(json!(null)).await.1["details"][0]["field"], "csv", "no column is known");
    let rows: String = (0..10_001).map(|i| format!("M{i},B,pcs\n")).collect();
    let many = json!({"csv": format!("material_code,name,unit_of_measure\n{rows}"), "mapping": {"material_code": "material_code"}});
    assert_eq!(ada.post("/materials/import", many).await.1["details"][0]["message"], "may have 10000 rows");
}

/// Whoever mends a file hears of everything at once: what cannot be read and what is no known record or key.
#[tokio::test]
async fn an_import_names_both_kinds_of_mistakes_of_a_row() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let told = async |path: &str, file: &str, update: bool| {
        let body = json!({"csv": file.replace('\n', "\r\n"), "update_existing": update});
        let (status, report) = ada.post(path, body).await;
        assert_eq!((status, report["import_id"].clone()), (200, Value::Null), "{report}");
        let text = |e: &Value| {
            format!("{} {}: {}", e["line"], e["field"].as_str().unwrap_or("-"), e["message"].as_str().unwrap())
        };
        report["errors"].as_array().unwrap().iter().map(text).collect::<Vec<_>>()
    };
    made(&ada, "/materials", json!({"material_code": "M1", "name": "Bolt", "unit_of_measure": "pcs"})).await;
    let file = "material_code,name,unit_of_measure,category_id,standard_cost\n\
        M1,\"two\nlines\",pcs,4711,a\nM2,B,stone,,b\n,B,pcs,Steel,\n";
    assert_eq!(
        told("/materials/import", file, false).await,
        [
            "2 standard_cost: must be a number such as 12.5",
            "2 category_id: there is no category 4711",
            "2 material_code: Material code M1 already exists",
            "4 standard_cost: must be a number such as 12.5",
            "4 unit_of_measure: there is no unit stone",
            "5 category_id: there is none with the name Steel",
            "5 material_code: is required",
        ]
    );
    // Of one that exists only what the file names is judged; without its key nobody knows whether it does.
    let file = "material_code,category_id,standard_cost\nM1,4711,a\n";
    assert_eq!(
        told("/materials/import", file, true).await,
        ["2 standard_cost: must be a number such as 12.5", "2 category_id: there is no category 4711"]
    );
    let long = "x".repeat(300);
    let refused = told("/materials/import", &format!("material_code,standard_cost\n{long},1\n"), true).await;
    assert!(refused.len() == 1 && refused[0].starts_with("2 material_code: may have"), "{refused:?}");
    // People are judged by rules of their own.
    let file = "email,name,roles,plant_ids,hourly_rate,badge\n\
        a@acme.example,A,boss,P9,a,B1\nolga@acme.example,Olga,viewer,P9,1,B2\nc@acme.example,C,viewer,P1,b,B1\n";
    let refused = told("/users/import", file, false).await;
    let fields: Vec<_> = refused.iter().map(|e| e.split(':').next().unwrap()).collect();
    assert_eq!(
        fields,
        ["2 plant_ids", "2 hourly_rate", "2 roles", "3 plant_ids", "3 email", "4 hourly_rate"],
        "{refused:?}"
    );
    assert_eq!(ada.get("/users?email=a@acme.example").await.1["total"], 0, "nothing is written");
}

#[tokio::test]
async fn what_is_exported_can_be_imported_and_is_never_a_formula() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let field =
        json!({"entity_type": "material", "field_code": "lead_time", "label": "Lead time", "field_type": "number"});
    ada.post("/custom-fields", field).await;
    let evil = "=HYPERLINK(\"http://evil.example\")";
    for (code, name) in [("M1", evil), ("M2", "-5 degrees"), ("M3", "two\nlines, \"quoted\"")] {
        let body = json!({"material_code": code, "name": name, "unit_of_measure": "pcs", "standard_cost": -0.0, "custom_fields": {"lead_time": 30}});
        assert_eq!(ada.post("/materials", body).await.0, 201);
    }
    let answer = ada.send(Method::GET, "/materials/export?format=csv&sort=material_code", None).await;
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("materials.csv"));
    let text = answer.text().await.unwrap();
    assert!(text.starts_with("id,material_code,name,description,category_id,category_name,"), "{text}");
    assert!(text.contains("\"'=HYPERLINK(") && text.contains(",'-5 degrees,"), "{text}");
    assert_eq!(counts(&import(&ada, &text, true, false).await), [3, 0, 0, 3, 0], "a round trip changes nothing");
    let elsewhere = text.replace(",M1,", ",N1,").replace(",M2,", ",N2,").replace(",M3,", ",N3,");
    let without_id: String = elsewhere.replacen("id,material_code", "nr,material_code", 1);
    assert_eq!(counts(&import(&ada, &without_id, false, true).await), [3, 3, 0, 0, 0]);
    let copy = ada.get("/materials/N1").await.1;
    assert_eq!((copy["name"].as_str(), copy["custom_fields"]["lead_time"].as_i64()), (Some(evil), Some(30)));
    assert_eq!(ada.get("/materials/export?format=xlsx").await.0, 400);
    let shifts = ada.send(Method::GET, "/shifts/export?plant_id=all", None).await.text().await.unwrap();
    let body = json!({"csv": shifts, "update_existing": true});
    assert_eq!(counts(&ada.post("/shifts/import", body).await.1), [2, 0, 0, 2, 0], "lists and times as well");
}

#[tokio::test]
async fn admin_15_bulk_tells_the_outcome_of_each() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let mut ids = Vec::new();
    for code in ["M1", "M2"] {
        let body = json!({"material_code": code, "name": code, "unit_of_measure": "pcs"});
        ids.push(ada.post("/materials", body).await.1["id"].as_i64().unwrap());
    }
    let bulk = |body: Value| {
        let ada = ada.clone();
        async move { ada.post("/materials/bulk", body).await }
    };
    let (_, out) =
        bulk(json!({"ids": [ids[0], 99, ids[1]], "action": "update", "changes": {"standard_cost": 3}})).await;
    assert_eq!(out["done"], 2);
    assert_eq!(out["results"][1], json!({"id": 99, "ok": false, "error": "There is no such material"}));
    assert_eq!(ada.get("/materials?standard_cost=3").await.1["total"], 2);
    let (_, out) = bulk(json!({"ids": ids, "action": "update", "changes": {"material_code": "M9"}})).await;
    assert_eq!(
        (out["done"].as_u64(), out["results"][1]["error"].as_str()),
        (Some(1), Some("material_code: Material code M9 already exists"))
    );
    assert_eq!(bulk(json!({"ids": ids, "action": "archive"})).await.1["done"], 2);
    assert_eq!(bulk(json!({"ids": ids, "action": "explode"})).await.0, 400);
    assert_eq!(bulk(json!({"ids": [], "action": "archive"})).await.0, 400);
    let projects =
        [ada.post("/projects", json!({"name": "A"})).await.1, ada.post("/projects", json!({"name": "B"})).await.1];
    let ids = projects.map(|p| p["id"].clone());
    let (_, out) = ada.post("/projects/bulk", json!({"ids": ids, "action": "activate"})).await;
    assert_eq!(out["done"], 2, "verbs as well: {out}");
    let olga = server.signed_in("olga@acme.example").await;
    let refused = parts(olga.send(Method::POST, "/materials/bulk", Some("{}".into())).await).await;
    assert_eq!(refused.0, 403);
}

#[tokio::test]
async fn an_undo_tells_what_it_left_and_why() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    import(&ada, "material_code,name,unit_of_measure\nM1,Bolt,pcs\n", false, true).await;
    // The file gives M1 another code; meanwhile somebody takes the old one.
    let id = ada.get("/materials/M1").await.1["id"].clone();
    let renamed = import(&ada, &format!("id,material_code,name,unit_of_measure\n{id},M9,Bolt,pcs\n"), true, true).await;
    assert_eq!(counts(&renamed), [1, 0, 1, 0, 0], "{renamed}");
    ada.post("/materials", json!({"material_code": "M1", "name": "New", "unit_of_measure": "pcs"})).await;
    let (status, left) = ada.post(&format!("/imports/{}/undo", renamed["import_id"]), json!({})).await;
    assert_eq!(status, 200, "{left}");
    assert_eq!((left["restored"].as_u64(), left["left"].as_array().map(Vec::len)), (Some(0), Some(1)));
    assert_eq!(left["left"][0]["reason"], "material_code: Material code M1 already exists");
    // What others came to use stays, and is named.
    let made = ada.post("/categories/import", json!({"csv": "name\nSteel\nBrass\n", "commit": true})).await.1;
    let steel = ada.get("/categories?search=Steel").await.1["categories"][0]["id"].clone();
    ada.post(
        "/materials",
        json!({"material_code": "M2", "name": "Nut", "unit_of_measure": "pcs", "category_id": steel}),
    )
    .await;
    let (_, left) = ada.post(&format!("/imports/{}/undo", made["import_id"]), json!({})).await;
    assert_eq!(
        (left["archived"].as_u64(), left["left"][0]["reason"].as_str()),
        (Some(1), Some("It is used by 1 active material: M2")),
        "{left}"
    );
    // Once it is free, the rest is taken back too.
    let freed = ada.send(reqwest::Method::DELETE, "/materials/M2", None).await.status();
    assert_eq!(freed, 200);
    let (_, rest) = ada.post(&format!("/imports/{}/undo", made["import_id"]), json!({})).await;
    assert_eq!(rest, json!({"archived": 1, "restored": 0, "left": []}));
    // Projects, which are otherwise archived at the end of their life.
    let made = ada.post("/projects/import", json!({"csv": "name\nPumps\n", "commit": true})).await.1;
    let (status, undone) = ada.post(&format!("/imports/{}/undo", made["import_id"]), json!({})).await;
    assert_eq!((status, undone), (200, json!({"archived": 1, "restored": 0, "left": []})));
    assert_eq!(ada.get("/projects").await.1["total"], 0);
}

#[tokio::test]
async fn an_unknown_id_is_a_wrong_cell() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let file = "No,material_code,name,unit_of_measure\n,M1,Bolt,pcs\n4711,M2,Nut,pcs\n";
    let mapping =
        json!({"No": "id", "material_code": "material_code", "name": "name", "unit_of_measure": "unit_of_measure"});
    let (status, report) =
        ada.post("/materials/import", json!({"csv": file, "mapping": mapping, "update_existing": true})).await;
    assert_eq!((status, counts(&report)), (200, [2, 1, 0, 0, 1]), "{report}");
    assert_eq!(
        report["errors"][0],
        json!({"line": 3, "column": "No", "field": "id", "message": "there is no material 4711; leave ids out where a file comes from elsewhere"})
    );
}

#[tokio::test]
async fn rbac_06_names_are_looked_up_in_the_plant_of_the_row_and_within_reach() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let plant = async |name: &str| ada.get(&format!("/plants?search={name}")).await.1["plants"][0]["id"].clone();
    let (p1, p2) = (plant("P1").await, plant("P2").await);
    let file = "machine_code,name,lane_name,plant_name\nX-1,Mill,L1,P1\nX-2,Mill,L1,P2\n";
    let (_, report) = ada.post("/machines/import", json!({"csv": file, "commit": true})).await;
    assert_eq!(counts(&report), [2, 2, 0, 0, 0], "both plants have a lane L1: {report}");
    let lane_of = async |code: &str| ada.get(&format!("/machines/{code}")).await.1["lane_id"].clone();
    let lanes = async |plant: &Value| ada.get(&format!("/lanes?plant_id={plant}")).await.1["lanes"][0]["id"].clone();
    assert_eq!((lane_of("X-1").await, lane_of("X-2").await), (lanes(&p1).await, lanes(&p2).await));
    ada.post("/lanes", json!({"plant_id": p1, "name": "Secret"})).await;
    server.execute("UPDATE users SET roles = '[\"plant_manager\"]' WHERE email = 'sam@acme.example'", &[]).await;
    let sam = server.signed_in("sam@acme.example").await;
    let told = async |file: &str| sam.post("/machines/import", json!({"csv": file})).await.1["errors"].clone();
    let errors = told(&format!("machine_code,name,lane_name,plant_id\nX-3,Mill,Secret,{p2}\n")).await;
    assert_eq!(errors[0]["message"], "there is none with the name Secret");
    let errors = told("machine_code,name,plant_name\nX-3,Mill,P1\n").await;
    assert_eq!(errors[0]["message"], "there is none with the name P1", "like one that does not exist");
}

#[tokio::test]
async fn csv_injection_no_cell_begins_a_formula_in_any_dialect_and_all_comes_back() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let evil = ["=1+1", "x;=1+1", "x; @SUM(1)", "x\n+1", "＝1+1", "x;＠A1", "'=1", "5052; T6, -40 °C", "\"=1"];
    for (i, text) in evil.iter().enumerate() {
        let body = json!({"material_code": format!("M{i}"), "name": format!("n{text}"), "description": text, "unit_of_measure": "pcs"});
        assert_eq!(ada.post("/materials", body).await.0, 201, "{text}");
    }
    let csv = ada.send(Method::GET, "/materials/export?format=csv", None).await.text().await.unwrap();
    for dialect in [b',', b';', b'\t'] {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(dialect)
            .flexible(true)
            .quoting(dialect == b',')
            .from_reader(csv.as_bytes());
        for row in reader.records() {
            for cell in &row.unwrap() {
                let seen = cell.trim_start_matches(['"', ' ']);
                assert!(!seen.starts_with(['=', '@', '+', '＝', '＠']), "{cell:?} with {:?}", char::from(dialect));
            }
        }
    }
    let unchanged = import(&ada, &csv, true, false).await;
    assert_eq!(counts(&unchanged), [9, 0, 0, 9, 0], "{unchanged}");
}

#[tokio::test]
async fn an_export_holds_every_row_whatever_the_page() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let now = ada.get("/organization").await.1["updated_at"].clone();
    assert!(now.is_string());
    let rows: String = (0..1_500)
        .map(|n| {
            format!(
                "M{n},Bolt {n} with a name that is long enough for the whole file to need several pieces of it,pcs\n"
            )
        })
        .collect();
    let made = import(&ada, &format!("material_code,name,unit_of_measure\n{rows}"), false, true).await;
    assert_eq!(counts(&made)[1], 1_500, "{}", made["errors"]);
    let answer = ada.send(Method::GET, "/materials/export?format=csv&per_page=10&search=bolt", None).await;
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let text = answer.text().await.unwrap();
    assert_eq!(text.lines().count(), 1_501);
    assert!(text.len() > 2 * 64 * 1024, "several pieces: {}", text.len());
    let left: Vec<_> = std::fs::read_dir(server.data_dir()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("spool")), "{left:?}");
    assert_eq!(ada.get("/materials/export?format=xls").await.0, 400);
}
