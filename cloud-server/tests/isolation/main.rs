//! The isolation matrix (TEN-03, TEN-06, TEN-13, RBAC-01, RBAC-05, RBAC-06): every registered route, as every
//! role, with records of the own plant, of another plant, of another organisation and with none, in every
//! place where a call can name one. It is made from the list of routes, so a new route is in it at once, and
//! it is kept as a snapshot: `UPDATE_SNAPSHOTS=1` writes it anew, and the difference is read like code.

#[path = "../support/mod.rs"]
mod support;

mod stage;
mod tries;

use cloud_server::http::routes::{Route, all};
use reqwest::Method;
use serde_json::{Value, json};
use stage::{Stage, sign_in, stage};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use support::{Session, parts};
use tries::{Try, tries};
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
async fn ten_03_rbac_01_rbac_05_no_route_shows_or_changes_what_is_not_ones_own() {
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
