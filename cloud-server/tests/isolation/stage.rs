//! Two organisations, with a record of each entity in the own plant, in another plant and in the other organisation.

use super::support::store::execute;
use super::support::{PASSWORD, Server, Session, content};
use super::{FOREIGN, OTHER_PLANT, Records, Whose, roles};
use cloud_server::business::load;
use cloud_server::http::routes::all;
use cloud_server::params;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use unison_core::facts::{DowntimeOpened, Fact, StopSource};
use unison_core::ids::MachineId;
use unison_rules::rbac;

fn people() -> String {
    let mut out = String::new();
    for rbac::Role { code: role, kind, .. } in roles() {
        // Functions combine with a step of the hierarchy.
        let roles = if matches!(kind, rbac::Kind::AddOn) { json!(["viewer", role]) } else { json!([role]) };
        let _ = write!(
            out,
            "[[user]]\nname = \"{role}\"\nemail = \"{role}@roles.example\"\nroles = {roles}\nhourly_rate = 20\npassword = \"{PASSWORD}\"\nmust_change_password = false\nplants = [\"P1\"]\n"
        );
    }
    out
}

/// A value for a field of a form that the server takes.
fn value(field: &Value, marker: &str, whose: Whose, records: &Records) -> Option<Value> {
    if field["name"] == "quantity_ordered" {
        // Optional for maintenance only, which the form cannot say.
        return Some(json!(1));
    }
    let number = |or: i64| field["minimum"].as_f64().map_or(json!(or), |n| json!(n.ceil() as i64));
    Some(match field["kind"].as_str()? {
        "choice" => field["choices"][0]["value"].clone(),
        "reference" => {
            let entity = field["reference"]["path"].as_str()?.trim_start_matches('/').to_owned();
            json!(records.get(&(entity, whose))?.parse::<i64>().ok()?)
        }
        "integer" => number(1),
        "decimal" => number(1),
        "boolean" => json!(false),
        "date" => json!("2026-01-05"),
        "time" => json!("06:00"),
        "timestamp" => json!("2026-01-05T06:00:00Z"),
        "choices" | "list" => json!([]),
        "object" => json!({}),
        _ => {
            let name = field["name"].as_str()?;
            match name {
                "timezone" => json!("Europe/Berlin"),
                "unit_of_measure" => json!("kg"),
                "entity_type" => json!("material"),
                "email" => json!(format!("{marker}@records.example")),
                _ => json!(marker),
            }
        }
    })
}

/// Makes one record of every entity that can be made, in this plant, until no more can.
async fn fill(session: &Session<'_>, marker: &str, whose: Whose, records: &mut Records) -> Bodies {
    let mut bodies = Bodies::new();
    let (_, entities) = session.get("/entities").await;
    let mut left: Vec<String> =
        entities.as_array().unwrap().iter().map(|e| e["path"].as_str().unwrap().to_owned()).collect();
    // People are made below with a plant, roles with a grant.
    left.retain(|path| path != "/users" && path != "/roles");
    loop {
        let before = left.len();
        let mut later = Vec::new();
        for path in left {
            match make(session, &path, marker, whose, records).await {
                Some(body) => drop(bodies.insert(path.trim_start_matches('/').to_owned(), body)),
                None => later.push(path),
            }
        }
        left = later;
        if left.is_empty() || left.len() == before {
            break;
        }
    }
    assert!(left.is_empty(), "no record of {left:?} could be made; the matrix would not try them");
    let plant: i64 = records[&("plants".to_owned(), whose)].parse().unwrap();
    for (entity, body) in [
        (
            "users",
            json!({"name": marker, "email": format!("{marker}@records.example"), "roles": ["viewer"], "plant_ids": [plant]}),
        ),
        ("roles", json!({"code": marker, "name": marker, "grants": ["materials:write"]})),
        ("api-tokens", json!({"name": marker, "roles": ["viewer"], "plant_ids": [plant]})),
    ] {
        let (status, made) = session.post(&format!("/{entity}"), body).await;
        assert_eq!(status, 201, "{entity}: {made}");
        let id = made.get("id").or_else(|| made.get("api_token")?.get("id")).unwrap_or(&Value::Null);
        assert!(id.is_i64(), "{entity}: {made}");
        records.insert((entity.to_owned(), whose), id.to_string());
    }
    bodies
}

/// An edge, which otherwise only enrols itself.
async fn edge(server: &Server, organization: i64, marker: &str, whose: Whose, records: &mut Records) {
    let plant: i64 = records[&("plants".to_owned(), whose)].parse().unwrap();
    let sql = "INSERT INTO edges (organization_id, id, uuid, plant_id, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)";
    let (id, now) = (plant * 10, server.tenancy.now());
    let rows = server.store.organization(organization).await;
    execute(&rows, sql, params![organization, id, uuid::Uuid::now_v7(), plant, marker, now]).await.unwrap();
    records.insert(("edges".into(), whose), id.to_string());
}

/// A stop and what was recorded of it, which otherwise only edges say.
async fn stop(server: &Server, organization: i64, marker: &str, whose: Whose, records: &mut Records) {
    let machine: i64 = records[&("machines".to_owned(), whose)].parse().unwrap();
    let (id, now) = (uuid::Uuid::now_v7(), server.tenancy.now());
    let note = Some(marker.to_owned());
    let opened = DowntimeOpened {
        id,
        machine: MachineId(machine),
        started_at: now,
        source: StopSource::Signal,
        reason: None,
        work_order: None,
        by: None,
        note: note.clone(),
    };
    let fact = Fact::from(opened);
    let ((kind, version), body) = (fact.kind(), fact.encode().unwrap());
    let rows = server.store.organization(organization).await;
    let sql = "INSERT INTO downtime_events (organization_id, uuid, machine_id, started_at, ended_at, source, note) VALUES ($1, $2, $3, $4, $4, 'signal', $5)";
    execute(&rows, sql, params![organization, id, machine, now, note]).await.unwrap();
    let sql = "INSERT INTO downtime_facts (organization_id, uuid, hlc, fact_kind, fact_version, body) VALUES ($1, $2, 1, $3, $4, $5)";
    execute(&rows, sql, params![organization, id, i64::from(kind), i64::from(version), body]).await.unwrap();
    records.insert(("downtime-events".into(), whose), id.to_string());
}

/// What it was made of; none when that is not there yet.
async fn make(
    session: &Session<'_>,
    path: &str,
    marker: &str,
    whose: Whose,
    records: &mut Records,
) -> Option<Map<String, Value>> {
    let entity = path.trim_start_matches('/').to_owned();
    if records.contains_key(&(entity.clone(), whose)) {
        return Some(Map::new());
    }
    let (status, form) = session.get(&format!("{path}/form")).await;
    assert_eq!(status, 200, "{path}/form: {form}");
    let mut body = Map::new();
    for field in form["fields"].as_array().unwrap() {
        let name = field["name"].as_str().unwrap().to_owned();
        let is_reference = field["kind"] == "reference";
        let is_text = matches!(field["kind"].as_str(), Some("text" | "long_text")) && field["pattern"].is_null();
        let is_wanted = field["required"] == true
            || name == "quantity_ordered"
            || (is_reference && name != "manager_id")
            || (is_text && name == "name");
        if field["read_only"] == true || !is_wanted {
            continue;
        }
        match value(field, marker, whose, records) {
            Some(value) => {
                body.insert(name, value);
            }
            None if field["required"] == true => return None,
            None => {}
        }
    }
    let (status, made) = session.post(path, Value::Object(body.clone())).await;
    if status != 201 {
        eprintln!("{path} not yet: {status} {made} for {body:?}");
        return None;
    }
    let id = made["id"].to_string();
    if entity == "projects" {
        // Only an active project takes work orders.
        assert_eq!(session.post(&format!("/projects/{id}/activate"), json!({})).await.0, 200);
    }
    records.insert((entity, whose), id);
    Some(body)
}

/// The plants that the loaded file made.
async fn loaded(session: &Session<'_>, plant: &str, whose: Whose, records: &mut Records) {
    let (status, plants) = session.get("/plants").await;
    assert_eq!(status, 200, "{plants}");
    let found = plants["plants"].as_array().unwrap().iter().find(|p| p["name"] == plant).unwrap();
    records.insert(("plants".into(), whose), found["id"].to_string());
}

pub struct Stage {
    pub server: Server,
    pub records: Records,
    /// Of each entity, by the first word of its path, what made the own record.
    pub bodies: Bodies,
    /// Of the own record of each entity.
    pub versions: BTreeMap<String, i64>,
}

pub type Bodies = BTreeMap<String, Map<String, Value>>;

pub async fn stage() -> Stage {
    let server = Server::start_with(&format!("{}{}", content(), people())).await;
    let beta = server.add_beta().await;
    let admin = people().replace("roles.example", "beta-roles.example");
    load::load(&server.tenancy, &beta, load::parse(&admin).unwrap()).await.unwrap();
    let mut records = Records::new();
    let admin = server.signed_in("organization_admin@roles.example").await;
    let foreign = sign_in(&server, "beta", "organization_admin@beta-roles.example").await;
    loaded(&admin, "P1", Whose::Own, &mut records).await;
    loaded(&admin, "P2", Whose::OtherPlant, &mut records).await;
    loaded(&foreign, "P1", Whose::Foreign, &mut records).await;
    let bodies = fill(&admin, "zzown", Whose::Own, &mut records).await;
    fill(&admin, OTHER_PLANT, Whose::OtherPlant, &mut records).await;
    // What has no plant belongs to nobody's plant; only the marker of the foreign ones must never be seen.
    fill(&foreign, FOREIGN, Whose::Foreign, &mut records).await;
    let own = server.organization.id;
    edge(&server, own, "zzown", Whose::Own, &mut records).await;
    edge(&server, own, OTHER_PLANT, Whose::OtherPlant, &mut records).await;
    edge(&server, beta.id, FOREIGN, Whose::Foreign, &mut records).await;
    stop(&server, own, "zzown", Whose::Own, &mut records).await;
    stop(&server, own, OTHER_PLANT, Whose::OtherPlant, &mut records).await;
    stop(&server, beta.id, FOREIGN, Whose::Foreign, &mut records).await;
    for (session, whose) in [(&admin, Whose::Own), (&admin, Whose::OtherPlant), (&foreign, Whose::Foreign)] {
        file(session, whose, &mut records).await;
    }
    for entity in all().iter().filter(|r| r.doc.path.contains("/{id}")).map(|r| r.doc.path) {
        let entity = entity.trim_start_matches('/').split('/').next().unwrap().to_owned();
        let is_known =
            ["me", "imports"].contains(&entity.as_str()) || records.contains_key(&(entity.clone(), Whose::Foreign));
        assert!(is_known, "the matrix has no record of {entity}; make one here");
    }
    let mut versions = BTreeMap::new();
    for entity in bodies.keys() {
        let id = &records[&(entity.clone(), Whose::Own)];
        let version = admin.get(&format!("/{entity}/{id}")).await.1["version"].as_i64();
        versions.insert(entity.clone(), version.unwrap_or(1));
    }
    Stage { server, records, bodies, versions }
}

/// A file that a machine holds.
async fn file(session: &Session<'_>, whose: Whose, records: &mut Records) {
    let field = json!({"entity_type": "Machine", "field_code": "zz_file", "label": "File", "field_type": "file"});
    // The same administrator makes it for two plants.
    session.post("/custom-fields", field).await;
    let name = if whose == Whose::Foreign { format!("{FOREIGN}.pdf") } else { "drawing.pdf".to_owned() };
    let upload = json!({"entity": "Machine", "field": "zz_file", "name": name, "content": "JVBERi0xLjcK"});
    let (status, file) = session.post("/files", upload).await;
    assert_eq!(status, 201, "{file}");
    let path = format!("/machines/{}", records[&("machines".to_owned(), whose)]);
    let version = session.get(&path).await.1["version"].clone();
    let body = json!({"version": version, "custom_fields": {"zz_file": file["id"]}}).to_string();
    assert_eq!(session.send(Method::PATCH, &path, Some(body)).await.status(), 200);
    records.insert(("files".to_owned(), whose), file["id"].as_str().unwrap().to_owned());
}

pub async fn sign_in<'s>(server: &'s Server, organization: &str, email: &str) -> Session<'s> {
    let mut session = server.at(organization);
    let (status, body) = session.post("/auth/login", json!({"email": email, "password": PASSWORD})).await;
    assert_eq!(status, 200, "{email}: {body}");
    session.token = Some(body["token"].as_str().unwrap().to_owned());
    session
}
