//! Custom fields (CF).

use super::{made, messages, send, server};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn cf_01_to_cf_09_custom_fields() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    let sam = server.signed_in("sam@acme.example").await;
    let define = |body: Value| {
        let ada = ada.clone();
        async move { ada.post("/custom-fields", body).await }
    };
    let field = |code: &str, kind: &str| json!({"entity_type": "Material", "field_code": code, "label": "Heat Treatment", "field_type": kind});
    // CF-FLOW
    assert_eq!(define(field("heat_treatment", "boolean")).await.0, 201);
    let form = ada.get("/materials/form").await.1;
    let shown = &form["custom_fields"][0];
    assert_eq!(
        (shown["name"].as_str(), shown["label"].as_str(), shown["kind"].as_str()),
        (Some("custom_fields.heat_treatment"), Some("Heat Treatment"), Some("boolean")),
        "CF-06"
    );
    let steel = json!({"material_code": "M1", "name": "Steel", "unit_of_measure": "kg", "custom_fields": {"heat_treatment": true}});
    assert_eq!(made(&ada, "/materials", steel).await["custom_fields"]["heat_treatment"], true, "CF-07");
    // CF-08, Q-114
    for spelling in ["Material", "materials", "MATERIAL"] {
        let (_, list) = ada.get(&format!("/custom-fields?entity={spelling}")).await;
        assert_eq!(
            (list["total"].as_u64(), list["custom_fields"][0]["entity_type"].as_str()),
            (Some(1), Some("material"))
        );
    }
    assert_eq!(ada.get("/custom-fields?entity=unicorn").await.0, 400);
    // CF-01 to CF-04
    let refused = |body: Value| async { messages(&define(body).await.1).join("; ") };
    assert!(refused(field("ab", "text")).await.contains("field_code: must have at least 3"));
    assert!(refused(field("a-bc", "text")).await.contains("field_code: does not match"));
    assert!(refused(field("heat_treatment", "text")).await.contains("Field code heat_treatment already exists"));
    assert!(refused(field("colour", "paint")).await.contains("field_type: must be one of text, number"));
    assert!(refused(field("colour", "dropdown")).await.contains("options: must have at least 2"));
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        body
    };
    assert!(refused(with(field("abc", "text"), "pattern", json!("("))).await.contains("pattern: is no regular"));
    assert!(refused(with(field("abc", "text"), "pattern", json!("(a{1000}){1000}"))).await.contains("too large"));
    assert!(refused(with(field("abc", "date"), "minimum", json!(1))).await.contains("for numbers only"));
    assert!(refused(with(field("abc", "text"), "entity_type", json!("unicorn"))).await.contains("names no kind"));
    // CF-05
    let number = with(with(field("hardness", "number"), "minimum", json!(1)), "maximum", json!(9.5));
    let number = with(with(number, "is_required", json!(true)), "is_filterable", json!(true));
    assert_eq!(define(number).await.0, 201);
    assert_eq!(define(with(field("shape", "dropdown"), "options", json!(["round", "flat"]))).await.0, 201);
    assert_eq!(define(with(field("marks", "multiselect"), "options", json!(["CE", "UL"]))).await.0, 201);
    assert_eq!(define(with(field("heat_no", "text"), "pattern", json!("H[0-9]+"))).await.0, 201);
    assert_eq!(define(field("tested_on", "date")).await.0, 201);
    let check = |custom: Value| {
        let ada = ada.clone();
        async move {
            let (_, body) = ada
                .post(
                    "/materials",
                    json!({"material_code": "M2", "name": "N", "unit_of_measure": "kg", "custom_fields": custom}),
                )
                .await;
            body["details"].as_array().map_or_else(String::new, |_| messages(&body).join("; "))
        }
    };
    assert_eq!(check(json!({})).await, "custom_fields.hardness: is required");
    let wrong = json!({"hardness": 10, "shape": "square", "marks": ["CE", "TÜV"], "heat_no": "H1x", "tested_on": "2025-02-30", "heat_treatment": 1});
    assert_eq!(
        check(wrong).await,
        "custom_fields.heat_treatment: must be true or false; custom_fields.hardness: must be at most 9.5; \
         custom_fields.shape: must be one of round, flat; custom_fields.marks: must be one of CE, UL; \
         custom_fields.heat_no: does not match the pattern H[0-9]+; custom_fields.tested_on: must be a day such as 2025-11-06"
    );
    let right = json!({"hardness": 5, "shape": "flat", "marks": ["UL"], "heat_no": "H12", "tested_on": "2025-02-28"});
    assert_eq!(check(right.clone()).await, "");
    assert_eq!(ada.get("/materials?cf.hardness=5").await.1["materials"][0]["custom_fields"], right);
    assert_eq!(ada.get("/materials?cf.hardness=6").await.1["total"], 0);
    assert_eq!(ada.get("/materials?cf.shape=flat").await.0, 400, "not filterable");
    let (_, cleared) =
        send(&ada, "PATCH", "/materials/M2", json!({"version": 1, "custom_fields": {"shape": null}})).await;
    assert_eq!((cleared["custom_fields"].get("shape"), cleared["custom_fields"]["hardness"].as_i64()), (None, Some(5)));
    // A definition keeps what values depend on; at most five can be filtered by.
    let id = ada.get("/custom-fields?field_code=hardness").await.1["custom_fields"][0]["id"].clone();
    let (_, fixed) =
        send(&ada, "PUT", &format!("/custom-fields/{id}"), json!({"version": 1, "field_type": "text"})).await;
    assert!(messages(&fixed).iter().any(|m| m.starts_with("field_type: cannot be changed")), "{fixed}");
    for i in 1..5 {
        assert_eq!(define(with(field(&format!("f_{i}"), "text"), "is_filterable", json!(true))).await.0, 201);
    }
    assert!(refused(with(field("f_5", "text"), "is_filterable", json!(true))).await.contains("5 fields of this kind"));
    // CF-09: not everybody.
    assert_eq!(sam.post("/custom-fields", field("mine", "text")).await.1["error"], "Missing permission");
    // A retired field disappears from forms; its values stay.
    assert_eq!(ada.send(Method::DELETE, &format!("/custom-fields/{id}"), None).await.status(), 200);
    let m2 = ada.get("/materials/M2").await.1;
    assert_eq!(m2["custom_fields"]["hardness"], 5);
    let (status, after) = send(&ada, "PATCH", "/materials/M2", json!({"version": m2["version"], "name": "New"})).await;
    assert_eq!((status, after["custom_fields"]["hardness"].as_i64()), (200, Some(5)));
}

#[tokio::test]
async fn cf_04_numbers_and_days_are_compared_as_such_and_have_ranges() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    for (code, kind) in [("hardness", "number"), ("tested_on", "date"), ("coated", "boolean"), ("melt", "text")] {
        made(&ada, "/custom-fields", json!({"entity_type": "Material", "field_code": code, "label": code, "field_type": kind, "is_filterable": true})).await;
    }
    for (code, custom) in [
        ("A", json!({"hardness": 9, "tested_on": "2025-01-31", "coated": true, "melt": "5"})),
        ("B", json!({"hardness": 10.5, "tested_on": "2025-02-01", "coated": false})),
        ("C", json!({"hardness": -100, "tested_on": "2024-12-31"})),
        ("D", json!({})),
    ] {
        made(
            &ada,
            "/materials",
            json!({"material_code": code, "name": "N", "unit_of_measure": "kg", "custom_fields": custom}),
        )
        .await;
    }
    let found = async |query: &str| {
        let (status, list) = ada.get(&format!("/materials?{query}")).await;
        assert_eq!(status, 200, "{query}: {list}");
        list["materials"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["material_code"].as_str().unwrap().to_owned())
            .collect::<String>()
    };
    for (query, expect) in [
        ("cf.hardness=9", "A"),
        ("cf.hardness=9.0,10.50", "AB"),
        ("cf.hardness_from=9", "AB"),
        ("cf.hardness_from=9.000001", "B"),
        ("cf.hardness_to=9", "AC"),
        ("cf.hardness_from=-100&cf.hardness_to=10", "AC"),
        ("cf.tested_on=2025-02-01", "B"),
        ("cf.tested_on_from=2025-01-01&cf.tested_on_to=2025-01-31", "A"),
        ("cf.coated=yes", "A"),
        ("cf.coated=false", "B"),
        ("cf.melt=5", "A"),
    ] {
        assert_eq!(found(query).await, expect, "{query}");
    }
    for wrong in [
        "cf.hardness=hard",
        "cf.hardness_from=hard",
        "cf.tested_on_to=today",
        "cf.melt_from=1",
        "cf.coated_to=true",
        "cf.hardness=",
    ] {
        let status = ada.get(&format!("/materials?{wrong}")).await.0;
        assert_eq!(status, if wrong.ends_with('=') { 200 } else { 400 }, "{wrong}");
    }
}

/// Whether custom fields need an index: `cargo nextest run -p cloud-server --run-ignored only measure_custom --no-capture`.
#[tokio::test]
#[ignore = "a measurement"]
async fn measure_custom_filters() {
    let server = server().await;
    let ada = server.signed_in("ada@acme.example").await;
    for (code, kind) in [("hardness", "number"), ("melt", "text"), ("other", "text")] {
        made(&ada, "/custom-fields", json!({"entity_type": "Material", "field_code": code, "label": code, "field_type": kind, "is_filterable": true})).await;
    }
    let org = server.organization.id;
    let fill = move |s: &cloud_server::db::Session<'_>| {
        for n in 0..100_000_i64 {
            let custom = json!({"other": format!("some text {n}"), "hardness": (n % 1_000) as f64 / 10.0, "melt": format!("H-{}", n % 5_000)}).to_string();
            s.execute(
                "INSERT INTO materials (organization_id, id, material_code, name, unit_of_measure, custom_fields, created_at, updated_at) VALUES ($1, $2, $3, 'Bolt', 'pcs', $4, $5, $5)",
                cloud_server::params![org, 1_000_000 + n, format!("M-{n:06}"), custom, 1],
            )?;
        }
        Ok::<_, cloud_server::db::DbError>(())
    };
    server.rows().await.write(fill, |done| done).await.unwrap();
    for query in
        ["cf.melt=H-4999", "cf.hardness=99.9", "cf.hardness_from=99.9", "cf.hardness_from=0", "search=bolt", ""]
    {
        let mut times: Vec<_> = Vec::new();
        let mut total = Value::Null;
        for _ in 0..5 {
            let began = std::time::Instant::now();
            total = ada.get(&format!("/materials?{query}")).await.1["total"].clone();
            times.push(began.elapsed().as_millis());
        }
        times.sort_unstable();
        eprintln!("{} {query:<24} {total:>7} rows, median {} ms of {times:?}", module_path!(), times[2]);
    }
}
