//! Where a route can name a record.

use super::stage::Stage;
use super::{NOBODY, Whose};
use cloud_server::http::routes::Route;
use cloud_server::resource;
use serde_json::{Value, json};
use unison_api::form::{Field, FieldKind};

/// One way to call a route that names a record.
pub struct Try {
    pub place: String,
    /// The id that stands there.
    pub id: String,
    pub path: String,
    pub body: Option<Value>,
}

/// Where this route can name a record, with the record of `whose` there.
pub fn tries(route: &Route, whose: Whose, stage: &Stage) -> Vec<Try> {
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
