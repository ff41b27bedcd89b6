//! The isolation matrix (TEN-03, TEN-06, TEN-13, RBAC-01, RBAC-05, RBAC-06): every registered route, as every
//! role, with records of the own plant, of another plant, of another organisation and with none, in every
//! place where a call can name one. It is made from the list of routes, so a new route is in it at once, and
//! it is kept as a snapshot: `UPDATE_SNAPSHOTS=1` writes it anew, and the difference is read like code.

mod support;

use cloud_server::business::load;
use cloud_server::http::routes::{Route, all};
use cloud_server::params;
use cloud_server::resource;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use support::store::execute;
use support::{PASSWORD, Server, Session, content, parts};
use unison_api::form::{Field, FieldKind};
use unison_api::openapi::Access;
use unison_rules::rbac;

/// In every text of the other organisation's records, and of the other plant's.
const FOREIGN: &str = "zzforeign";
const OTHER_PLANT: &str = "zzotherplant";
const NOBODY: i64 = 987_654_321;

/// Those that an organisation can give.
fn roles() -> impl Iterator<Item = &'static rbac::Role> {
    rbac::ROLES.iter().filter(|r| !matches!(r.kind, rbac::Kind::Platform))
}

/// Calls that never end, or end what the rest of the matrix stands on; each has tests of its own.
const LEFT_OUT: &[&str] =
    &["/events", "/auth/login", "/auth/logout", "/auth/password", "/auth/switch-plant", "/edges/enrol"];

/// Whose record a call names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Own,
    OtherPlant,
    Foreign,
    Nobodys,
}

const WHOSE: [Whose; 4] = [Whose::Own, Whose::OtherPlant, Whose::Foreign, Whose::Nobodys];

/// A record of each entity by whose it is; the key is the first word of its path.
type Records = BTreeMap<(String, Whose), String>;

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
    // People are made below, with a plant.
    left.retain(|path| path != "/users");
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

struct Stage {
    server: Server,
    records: Records,
    /// Of each entity, by the first word of its path, what made the own record.
    bodies: Bodies,
    /// Of the own record of each entity.
    versions: BTreeMap<String, i64>,
}

type Bodies = BTreeMap<String, Map<String, Value>>;

async fn stage() -> Stage {
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

async fn sign_in<'s>(server: &'s Server, organization: &str, email: &str) -> Session<'s> {
    let mut session = server.at(organization);
    let (status, body) = session.post("/auth/login", json!({"email": email, "password": PASSWORD})).await;
    assert_eq!(status, 200, "{email}: {body}");
    session.token = Some(body["token"].as_str().unwrap().to_owned());
    session
}

/// One way to call a route that names a record.
struct Try {
    place: String,
    /// The id that stands there.
    id: String,
    path: String,
    body: Option<Value>,
}

/// Where this route can name a record, with the record of `whose` there.
fn tries(route: &Route, whose: Whose, stage: &Stage) -> Vec<Try> {
    let doc = &route.doc;
    let entity = doc.path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let id = |entity: &str| match whose {
        Whose::Nobodys => Some(NOBODY.to_string()),
        _ => stage.records.get(&(entity.to_owned(), whose)).cloned(),
    };
    let needed: Vec<String> =
        doc.query.iter().filter(|(_, required, _)| *required).map(|(name, ..)| sample(name)).collect();
    let with = |path: &str, extra: Option<String>| {
        let query: Vec<String> = needed.iter().cloned().chain(extra).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    };
    let empty = (doc.method != "GET").then(|| json!({}));
    let mut out = Vec::new();
    if doc.path.contains("{id}") {
        if let Some(id) = id(entity) {
            let body = if matches!(doc.method, "PUT" | "PATCH") { Some(json!({"version": 1})) } else { empty.clone() };
            out.push(Try { place: "path".into(), path: with(&doc.path.replace("{id}", &id), None), body, id });
        }
    } else {
        if whose == Whose::Own {
            out.push(Try { place: "none".into(), path: with(doc.path, None), body: empty.clone(), id: "-".into() });
        }
        for (name, ..) in doc.query {
            if let Some(id) = referred(name).and_then(id) {
                let path = with(doc.path, Some(format!("{name}={id}")));
                out.push(Try { place: format!("?{name}"), path, body: empty.clone(), id });
            }
        }
        for name in NAMES.into_iter().filter(|_| doc.method == "POST" && doc.request.is_some()) {
            if let Some(id) = referred(name).and_then(id) {
                let body = Some(json!({name: number(&id)}));
                out.push(Try { place: format!("body.{name}"), path: with(doc.path, None), body, id });
            }
        }
    }
    // With a record that may be named it would be done, and the next role would find another world.
    if matches!(whose, Whose::Nobodys | Whose::Foreign) {
        inside(route, entity, &id, stage, &mut out);
    }
    out
}

/// Places inside bodies that are right but for the one id: what is refused then is refused for it.
fn inside(route: &Route, entity: &str, id: &dyn Fn(&str) -> Option<String>, stage: &Stage, out: &mut Vec<Try>) {
    let Some(d) = resource::all().iter().find(|d| d.meta.path.trim_start_matches('/') == entity) else { return };
    let own = stage.records.get(&(entity.to_owned(), Whose::Own)).cloned().unwrap_or_default();
    let references = |fields: &[&Field]| -> Vec<(String, String)> {
        let fields = fields.iter().filter(|f| f.kind == FieldKind::Reference && !f.read_only);
        let named = fields.filter_map(|f| {
            let look_up = d.meta.look_ups.iter().find(|l| l.field == f.name)?;
            let path = resource::of_table(look_up.table).map_or(look_up.table, |t| t.meta.path);
            Some((f.name.clone(), id(path.trim_start_matches('/'))?))
        });
        named.collect()
    };
    let fields: Vec<&Field> = d.columns.iter().map(|c| &c.field).collect();
    let mut add = |place: String, path: &str, body: Value, id: &str| {
        out.push(Try { place, path: path.to_owned(), body: Some(body), id: id.to_owned() });
    };
    let (path, list) = (route.doc.path, d.meta.path);
    let rest = path.strip_prefix(list).unwrap_or_default();
    match (route.doc.method, rest) {
        ("POST", "") => {
            for (name, id) in references(&fields) {
                let mut body = stage.bodies.get(entity).cloned().unwrap_or_default();
                body.insert(name.clone(), number(&id));
                add(format!("record.{name}"), path, body.into(), &id);
            }
        }
        ("PATCH", "/{id}") => {
            for (name, id) in references(&fields) {
                let version = stage.versions.get(entity).copied().unwrap_or(1);
                let body = json!({"version": version, &*name: number(&id)});
                add(format!("change.{name}"), &format!("{list}/{own}"), body, &id);
            }
        }
        ("POST", "/bulk") => {
            if let Some(id) = id(entity) {
                let body = json!({"ids": [number(&id)], "action": "update", "changes": {}});
                add("bulk.ids".into(), path, body, &id);
            }
        }
        ("POST", "/import") => {
            let mut csv = |place: &str, id: &str, text: String| {
                let body = json!({"file_name": "x.csv", "csv": text, "update_existing": true, "commit": false});
                add(format!("csv.{place}"), path, body, id);
            };
            if let Some(id) = id(entity) {
                csv("id", &id, format!("id\n{id}\n"));
            }
            for (name, id) in references(&fields) {
                csv(&name, &id, format!("id,{name}\n{own},{id}\n"));
            }
        }
        ("POST", verb) => {
            let verb = d.actions.iter().find(|v| verb.strip_prefix("/{id}/") == Some(v.verb));
            let asked: Vec<&Field> = verb.iter().flat_map(|v| &v.fields).collect();
            for (name, id) in references(&asked) {
                add(format!("asked.{name}"), &path.replace("{id}", &own), json!({&*name: number(&id)}), &id);
            }
        }
        _ => {}
    }
}

fn number(id: &str) -> Value {
    id.parse::<i64>().map_or_else(|_| json!(id), Value::from)
}

/// Names under which bodies refer to other records.
const NAMES: [&str; 9] = [
    "plant_id",
    "lane_id",
    "machine_id",
    "category_id",
    "customer_id",
    "product_id",
    "project_id",
    "department_id",
    "work_order_id",
];

/// The entity whose id a name such as "machine_id" holds.
fn referred(name: &str) -> Option<&'static str> {
    Some(match name {
        "plant_id" => "plants",
        "lane_id" => "lanes",
        "machine_id" => "machines",
        "work_order_id" => "work-orders",
        "category_id" => "categories",
        "customer_id" => "customers",
        "product_id" => "products",
        "project_id" => "projects",
        "department_id" => "departments",
        "user_id" => "users",
        _ => return None,
    })
}

/// A value for a parameter that must be there.
fn sample(name: &str) -> String {
    match name {
        "from" => "from=2026-01-05T00:00:00Z".into(),
        "to" => "to=2026-01-06T00:00:00Z".into(),
        other => format!("{other}=a"),
    }
}

/// The answer without what may differ between two ids.
fn plain(text: &str, id: &str) -> String {
    text.replace(id, "ID")
}

fn cell(status: u16, body: &Value) -> String {
    match (status, body["error"].as_str()) {
        (403, Some("No plant access")) => "403p".into(),
        _ => status.to_string(),
    }
}

async fn call(session: &Session<'_>, route: &Route, attempt: &Try) -> (u16, Value) {
    let method: Method = route.doc.method.parse().unwrap();
    parts(session.send(method, &attempt.path, attempt.body.as_ref().map(Value::to_string)).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_03_rbac_01_no_route_shows_or_changes_what_is_not_ones_own() {
    let stage = stage().await;
    let before = foreign_records(&stage).await;
    let routes: Vec<Route> = all().into_iter().filter(|r| !LEFT_OUT.contains(&r.doc.path)).collect();
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut leaks = BTreeSet::new();
    for role in tried() {
        let session = stage.server.signed_in(&format!("{role}@roles.example")).await;
        for route in &routes {
            try_route(&stage, &session, role, route, &mut lines, &mut leaks).await;
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.into_iter().collect::<Vec<_>>().join("\n"));
    assert_eq!(foreign_records(&stage).await, before, "the other organisation is as it was");
    if tried().len() == roles().count() {
        check_snapshot(&lines);
    }
}

/// Every role on SQLite. What a role may do is not asked of the database, so on PostgreSQL four tell whether
/// anything leaks; with UNISON_PROOFS=1 all of them.
fn tried() -> Vec<&'static str> {
    let is_short = module_path!().contains("on_postgres") && std::env::var_os("UNISON_PROOFS").is_none();
    let short = ["organization_admin", "supervisor", "operator", "viewer"];
    roles().map(|r| r.code).filter(|role| !is_short || short.contains(role)).collect()
}

async fn foreign_records(stage: &Stage) -> Vec<Value> {
    let foreign = sign_in(&stage.server, "beta", "organization_admin@beta-roles.example").await;
    let mut out = Vec::new();
    for ((entity, _), id) in
        stage.records.iter().filter(|((entity, whose), _)| *whose == Whose::Foreign && entity != "edges")
    {
        let (status, body) = foreign.get(&format!("/{entity}/{id}")).await;
        assert_eq!(status, 200, "{entity}: {body}");
        out.push(body);
    }
    out
}

/// Calls a route with a record of each kind in each place; notes what was answered and what should not have been.
async fn try_route(
    stage: &Stage,
    session: &Session<'_>,
    role: &str,
    route: &Route,
    lines: &mut BTreeMap<String, Vec<String>>,
    leaks: &mut BTreeSet<String>,
) {
    let mut cells: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut nobodys: BTreeMap<String, (u16, String)> = BTreeMap::new();
    // Nobody's first: the foreign ones must look the same.
    for whose in [Whose::Nobodys, Whose::Foreign, Whose::OtherPlant, Whose::Own] {
        for attempt in tries(route, whose, stage) {
            let name = format!("{} {} {}", route.doc.method, route.doc.path, attempt.place);
            let (status, body) = call(session, route, &attempt).await;
            let text = body.to_string();
            if status >= 500 || text.contains(FOREIGN) {
                leaks.insert(format!(
                    "{role}: {name} with {whose:?}: {status} {}",
                    text.chars().take(300).collect::<String>()
                ));
            }
            if role != "organization_admin" && status < 300 && is_of_plant(route) && text.contains(OTHER_PLANT) {
                leaks.insert(format!(
                    "{role}: {name} with {whose:?} shows the other plant: {}",
                    text.chars().take(300).collect::<String>()
                ));
            }
            match whose {
                Whose::Nobodys => {
                    nobodys.insert(attempt.place.clone(), (status, plain(&text, &attempt.id)));
                }
                Whose::Foreign => {
                    let foreign = (status, plain(&text, &attempt.id));
                    if let Some(expected) = nobodys.get(&attempt.place).filter(|n| **n != foreign) {
                        leaks
                            .insert(format!("{role}: {name}: a foreign id answers {foreign:?}, nobody's {expected:?}"));
                    }
                }
                Whose::OtherPlant | Whose::Own => {}
            }
            cells.entry(name).or_default().push(format!("{whose:?}={}", cell(status, &body)));
        }
    }
    for (name, found) in cells {
        lines.entry(name).or_default().push(format!("{role}: {}", found.join(" ")));
    }
}

/// Whether the records of this route lie in plants.
fn is_of_plant(route: &Route) -> bool {
    const OF_PLANTS: [&str; 12] = [
        "plants",
        "departments",
        "lanes",
        "shifts",
        "locations",
        "machines",
        "machine-tags",
        "work-orders",
        "production-logs",
        "downtime-events",
        "kpi",
        "downtime-pareto",
    ];
    OF_PLANTS.contains(&route.doc.path.trim_start_matches('/').split('/').next().unwrap_or_default())
}

fn check_snapshot(lines: &BTreeMap<String, Vec<String>>) {
    let mut text = "# METHOD path place-of-the-id, then each role with the status for a record of whom. 403p: \"No plant access\".\n".to_owned();
    for (name, roles) in lines {
        // Roles with the same answers stand together.
        let mut same: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for line in roles {
            let (role, cells) = line.split_once(": ").unwrap();
            same.entry(cells).or_default().push(role);
        }
        let _ = writeln!(text, "{name}");
        for (cells, roles) in same {
            let _ = writeln!(text, "    {cells}   {}", roles.join(" "));
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/isolation.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, &text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let difference = kept.lines().zip(text.lines()).find(|(a, b)| a != b);
    assert!(kept == text, "the matrix changed (UPDATE_SNAPSHOTS=1 writes it anew); first difference: {difference:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn api_02_ten_13_strangers_get_nothing_from_any_route() {
    let stage = stage().await;
    let ended = stage.server.signed_in("supervisor@roles.example").await;
    assert_eq!(ended.post("/auth/logout", json!({})).await.0, 204);
    let mut abroad = sign_in(&stage.server, "beta", "organization_admin@beta-roles.example").await;
    abroad.host = "acme.localhost".into();
    let mut wrong = Vec::new();
    for route in all().into_iter().filter(|r| r.doc.access != Access::Public) {
        for whose in WHOSE {
            for attempt in tries(&route, whose, &stage) {
                for (who, session, expected) in [
                    ("nobody", &stage.server.at("acme"), 401),
                    ("an ended session", &ended, 401),
                    ("a foreign session", &abroad, 403),
                ] {
                    let (status, body) = call(session, &route, &attempt).await;
                    if status != expected || body.to_string().contains(FOREIGN) || body.to_string().contains("zzown") {
                        wrong.push(format!(
                            "{who}: {} {} {}: {status} {body}",
                            route.doc.method, attempt.path, attempt.place
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
