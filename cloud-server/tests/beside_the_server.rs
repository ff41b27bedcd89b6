//! The command line beside a running server, and an edge that talks with it.

#[path = "support/edge.rs"]
mod edge;
mod support;

use edge::{Edge, Heard, PATIENCE, intake};
use reqwest::Method;
use serde_json::json;
use std::path::PathBuf;
use std::process::Output;
use std::time::{Duration, Instant};
use support::store::execute;
use support::{Server, content};
use unison_core::master::MasterOp;
use unison_sync::wire::Message;

/// Runs the program on the server's files.
async fn command(server: &Server, words: &[&str]) -> Output {
    let config = file(server, "cloud.toml", server.store.config().as_bytes());
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_cloud-server"));
    command.args(words).arg("--config").arg(config).output().await.unwrap()
}

fn file(server: &Server, name: &str, content: &[u8]) -> PathBuf {
    let path = server.data_dir().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn text(output: &Output) -> String {
    [output.stdout.as_slice(), output.stderr.as_slice()].map(|b| String::from_utf8_lossy(b).into_owned()).concat()
}

async fn machine(server: &Server) -> i64 {
    server.signed_in("olga@acme.example").await.get("/machines").await.1["machines"][0]["id"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn api_11_q_129_a_start_waits_for_the_edge_and_answers_200() {
    let server = Server::start().await;
    let (front, _stop) = intake(&server).await;
    let _edge = Edge::enrol(&server).await.run(front, machine(&server).await).await;
    let olga = server.signed_in("olga@acme.example").await;
    let (status, order) = olga.post("/work-orders/WO-2026-001/start", json!({})).await;
    assert_eq!((status, order["status"].as_str()), (200, Some("in_progress")), "{order}");
    assert_eq!((order["started_by"]["name"].as_str(), order["machine_code"].as_str()), (Some("Olga"), Some("CNC-001")));
    let mut olga = olga;
    olga.headers = vec![("Idempotency-Key", "pause-1".into())];
    let paused = olga.post("/work-orders/WO-2026-001/pause", json!({})).await;
    assert_eq!((paused.0, paused.1["status"].as_str()), (200, Some("paused")), "{}", paused.1);
    assert_eq!(olga.post("/work-orders/WO-2026-001/pause", json!({})).await, paused, "asked once, answered twice");
    assert_eq!(olga.post("/work-orders/WO-2026-002/pause", json!({})).await.0, 409, "another request");
    let asked = server.query("SELECT count(*) AS n FROM work_order_requests", &[]).await;
    assert_eq!(asked[0].get::<i64>("n").unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_07_what_another_program_loads_reaches_the_edge() {
    let server = Server::start().await;
    let (front, _stop) = intake(&server).await;
    let mut edge = Edge::enrol(&server).await.run(front, machine(&server).await).await;
    let changed = file(&server, "acme.toml", content().replace("name = \"Mill\"", "name = \"Big mill\"").as_bytes());
    let loaded = command(&server, &["organization", "load", changed.to_str().unwrap(), "--organization", "acme"]).await;
    assert!(text(&loaded).contains("2 changed"), "{}", text(&loaded));
    let began = Instant::now();
    edge.until("the new name", |heard| matches!(heard, Heard::Op(MasterOp::Machine(m)) if m.name == "Big mill")).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    let sql = "SELECT after FROM audit_log WHERE entity = 'machine' AND action = 'update' LIMIT 1";
    let after: String = server.query(sql, &[]).await[0].get("after").unwrap();
    let after: serde_json::Value = serde_json::from_str(&after).unwrap();
    assert_eq!(after["name"], "Big mill", "ADMIN-30: the audit log holds JSON");
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_a_revoked_edge_is_cut_within_five_seconds_and_its_machine_is_free() {
    let server = Server::start().await;
    let (front, _stop) = intake(&server).await;
    let machine = machine(&server).await;
    let mut old = Edge::enrol(&server).await.run(front, machine).await;
    let unknown = command(&server, &["edge", "revoke", "--organization", "acme", "--edge", "Hall 9"]).await;
    assert!(!unknown.status.success() && text(&unknown).contains("no edge Hall 9"), "{}", text(&unknown));
    let done = command(&server, &["edge", "revoke", "--organization", "acme", "--edge", "Hall 1"]).await;
    assert!(done.status.success(), "{}", text(&done));
    let began = Instant::now();
    let cut = async { while old.heard.recv().await.is_some() {} };
    tokio::time::timeout(PATIENCE, cut).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let olga = server.signed_in("olga@acme.example").await;
    assert_eq!(olga.get("/edges").await.1["edges"][0]["state"], "revoked");
    let _new = Edge::enrol(&server).await.run(front, machine).await;
    let edges = olga.get("/edges?per_page=1&page=2").await.1;
    assert_eq!((edges["total"].as_u64(), edges["edges"][0]["name"].as_str()), (Some(2), Some("Hall 1 (2)")), "API-05");
    let seen = olga.get("/machines").await.1["machines"][0]["edge"].clone();
    assert_eq!(seen, "Hall 1 (2)", "Q-129: its successor speaks for the machine");
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_03_decode_shows_an_envelope_to_whoever_holds_the_keys() {
    let server = Server::start().await;
    let edge = Edge::enrol(&server).await;
    let batch = edge.claim(machine(&server).await).encode().unwrap();
    let path = file(&server, "envelope", &edge.seal(&Message::Batches(vec![batch])));
    let shown = text(&command(&server, &["decode", path.to_str().unwrap()]).await);
    assert!(shown.contains("AgentStarted") && shown.contains("ops 1..=1"), "{shown}");
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let forged = command(&server, &["decode", file(&server, "forged", &bytes).to_str().unwrap()]).await;
    assert!(!forged.status.success() && !text(&forged).contains("AgentStarted"), "{}", text(&forged));
    let short = command(&server, &["decode", file(&server, "short", &bytes[..5]).to_str().unwrap()]).await;
    assert!(!short.status.success() && !text(&short).contains("panicked"), "{}", text(&short));
}

#[tokio::test(flavor = "multi_thread")]
async fn q_119_edges_hear_of_people_and_of_those_who_left_their_plant() {
    let server = Server::start().await;
    let (front, _stop) = intake(&server).await;
    let mut edge = Edge::enrol(&server).await.run(front, machine(&server).await).await;
    let admin = server.admin().await;
    let plants = admin.get("/me").await.1["plants"].clone();
    let role = json!({"name": "Lead", "code": "lead", "extends": "operator", "grants": ["materials:write"]});
    assert_eq!(admin.post("/roles", role).await.0, 201);
    let new = json!({"name": "Ida", "email": "ida@acme.example", "roles": ["lead"], "badge": "B-7", "hourly_rate": 40, "plant_ids": [plants[0]["id"]]});
    let (status, ida) = admin.post("/users", new).await;
    assert_eq!(status, 201, "{ida}");
    let is_ida = |heard: &Heard, is: &dyn Fn(&unison_core::master::User) -> bool| matches!(heard, Heard::Op(MasterOp::User(u)) if u.name == "Ida" && is(u));
    let known = |u: &unison_core::master::User| {
        u.is_active && u.badge.as_deref() == Some("B-7") && u.roles == ["operator", "materials:write"]
    };
    edge.until("the new person", |heard| is_ida(heard, &known)).await;
    let change = json!({"version": 1, "grants": ["products:write"]});
    assert_eq!(admin.call("PATCH", "/roles/lead", change).await.0, 200);
    edge.until("what the role grants now", |heard| is_ida(heard, &|u| u.roles == ["operator", "products:write"])).await;
    let path = format!("/users/{}", ida["id"]);
    let moved = json!({"version": ida["version"], "plant_ids": [plants[1]["id"]]});
    assert_eq!(admin.call("PATCH", &path, moved).await.0, 200);
    edge.until("her leaving", |heard| is_ida(heard, &|u| !u.is_active)).await;
    let back = json!({"version": 2, "plant_ids": [plants[0]["id"], plants[1]["id"]]});
    assert_eq!(admin.call("PATCH", &path, back).await.0, 200);
    edge.until("her return", |heard| is_ida(heard, &|u| u.is_active)).await;
    assert_eq!(admin.call("DELETE", &path, serde_json::Value::Null).await.0, 200);
    edge.until("her account's end", |heard| is_ida(heard, &|u| !u.is_active)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn q_119_edges_hear_what_tags_of_their_machines_tell() {
    use unison_core::master::MachineTag;
    let server = Server::start().await;
    let (front, _stop) = intake(&server).await;
    let id = machine(&server).await;
    let mut edge = Edge::enrol(&server).await.run(front, id).await;
    let admin = server.admin().await;
    let plants = admin.get("/me").await.1["plants"].clone();
    let tag =
        json!({"plant_id": plants[0]["id"], "machine_id": id, "name": "load", "meaning": "Spindle load", "unit": "%"});
    let (status, tag) = admin.post("/machine-tags", tag).await;
    assert_eq!(status, 201, "{tag}");
    let is = |heard: &Heard, is: &dyn Fn(&MachineTag) -> bool| matches!(heard, Heard::Op(MasterOp::MachineTag(t)) if t.machine.0 == id && t.name == "load" && is(t));
    let load = |t: &MachineTag| t.is_active && t.meaning == "Spindle load" && t.unit.as_deref() == Some("%");
    edge.until("the new tag", |heard| is(heard, &load)).await;
    let path = format!("/machine-tags/{}", tag["id"]);
    let change = json!({"version": tag["version"], "meaning": "Load of the spindle"});
    assert_eq!(admin.call("PATCH", &path, change).await.0, 200);
    edge.until("its new meaning", |heard| is(heard, &|t| t.meaning == "Load of the spindle")).await;
    assert_eq!(admin.call("DELETE", &path, serde_json::Value::Null).await.0, 200);
    edge.until("its end", |heard| is(heard, &|t| !t.is_active)).await;
}

/// An organisation as one is after its upgrade from a version without units: none, and not seeded.
async fn as_upgraded(server: &Server) {
    server.execute("DELETE FROM units", &[]).await;
    execute(&server.store.platform().await, "UPDATE organizations SET seeds = 0", &[]).await.unwrap();
}

async fn migrate(server: &Server) {
    let done = command(server, &["migrate"]).await;
    assert!(done.status.success(), "{}", text(&done));
}

#[tokio::test]
async fn units_are_given_once_to_organisations_from_before_there_were_any() {
    let server = Server::start().await;
    let ada = server.admin().await;
    as_upgraded(&server).await;
    let body = json!({"code": "kg", "name": "Keg", "dimension": "count"});
    assert_eq!(ada.post("/units", body).await.0, 201);
    let path = format!("/units/{}", ada.get("/units/kg").await.1["id"]);
    assert_eq!(ada.send(Method::DELETE, &path, None).await.status(), 200);
    let kg = ada.get(&path).await.1;
    migrate(&server).await;
    assert_eq!(ada.get(&path).await.1, kg, "what people made and archived stays");
    let all = async || ada.get("/units?is_active=all&per_page=100").await.1;
    assert_eq!(all().await["total"], 18);
    let litre = ada.get("/units/l").await.1;
    let change = json!({"version": litre["version"], "code": "ltr"}).to_string();
    let changed = ada.send(Method::PATCH, &format!("/units/{}", litre["id"]), Some(change)).await;
    assert_eq!(changed.status(), 200);
    let before = all().await;
    migrate(&server).await;
    assert_eq!(all().await, before, "once is once");
}

#[tokio::test]
async fn edges_of_an_older_cloud_hear_once_of_what_is_newer() {
    let server = Server::start().await;
    let ada = server.admin().await;
    assert_eq!(ada.post("/scrap-reasons", json!({"code": "burr", "name": "Burr"})).await.0, 201);
    let id = machine(&server).await;
    let plant = ada.get("/me").await.1["plants"][0]["id"].clone();
    let tag = json!({"plant_id": plant, "machine_id": id, "name": "load", "meaning": "Load"});
    assert_eq!(ada.post("/machine-tags", tag).await.0, 201);
    let sent = async |kind: u16| {
        let rows = server.query("SELECT body FROM plant_log ORDER BY first_seq", &[]).await;
        let bodies = rows.iter().map(|row| row.get::<Vec<u8>>("body").unwrap());
        let ops = bodies.flat_map(|body| unison_sync::wire::Batch::decode(&body).unwrap().ops);
        ops.filter(|op| op.kind == kind).count()
    };
    let (before, tags) = (sent(1034).await, sent(1035).await);
    assert!(before > 0 && tags == 1, "told when it was made");
    execute(&server.store.platform().await, "UPDATE organizations SET seeds = 1", &[]).await.unwrap();
    migrate(&server).await;
    assert_eq!((sent(1034).await, sent(1035).await), (2 * before, 2 * tags), "each plant again");
    migrate(&server).await;
    assert_eq!((sent(1034).await, sent(1035).await), (2 * before, 2 * tags), "once is once");
}

#[tokio::test]
async fn an_organisation_that_began_with_units_is_given_none_again() {
    let server = Server::start().await;
    let ada = server.admin().await;
    server.execute("UPDATE units SET code = 'ltr', is_active = FALSE WHERE code = 'l'", &[]).await;
    execute(&server.store.platform().await, "UPDATE organizations SET seeds = 0", &[]).await.unwrap();
    migrate(&server).await;
    assert_eq!(ada.get("/units?is_active=all").await.1["total"], 18);
    assert_eq!(ada.get("/units/l").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_02_q_092_the_operator_suspends_resumes_and_subscribes() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let run = |words: &'static [&'static str]| {
        let server = &server;
        async move {
            let out = command(server, words).await;
            (out.status.success(), text(&out))
        }
    };
    assert!(run(&["organization", "suspend", "--organization", "acme"]).await.0);
    // What another program changes counts within seconds.
    let answered = async |status| {
        let until = Instant::now() + Duration::from_secs(10);
        while olga.get("/machines").await.0 != status {
            assert!(Instant::now() < until, "{status} never came");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    answered(404).await;
    assert!(run(&["organization", "resume", "--organization", "acme"]).await.0);
    answered(200).await;
    server.tenancy.platform().set_trial(server.organization.id, Some(unison_core::time::Timestamp(1))).await.unwrap();
    assert_eq!(olga.post("/work-orders/WO-2026-001/start", json!({})).await.1["error"], "Trial ended");
    let (done, said) =
        run(&["organization", "subscribe", "--organization", "acme", "--until", "2100-01-01T00:00:00Z"]).await;
    assert!(done && said.contains("until 2100"), "{said}");
    let until = Instant::now() + Duration::from_secs(10);
    while olga.post("/work-orders/WO-2026-001/start", json!({})).await.0 != 200 {
        assert!(Instant::now() < until, "the subscription never came");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (done, said) = run(&["organization", "subscribe", "--organization", "acme", "--until", "soon"]).await;
    assert!(!done && said.contains("--until"), "{said}");
    assert!(!run(&["organization", "suspend", "--organization", "nobody"]).await.0);
}

#[tokio::test]
async fn onb_11_a_printed_password_must_be_changed_and_a_chosen_one_not() {
    let server = Server::start().await;
    let login = async |name: &str, password: &str| {
        let body = json!({"email": format!("admin@{name}.example"), "password": password});
        server.at(name).post("/auth/login", body).await
    };
    let create = ["organization", "create", "--name", "Gamma", "--subdomain", "gamma", "--admin-email"];
    let said = command(&server, &[&create[..], &["admin@gamma.example"]].concat()).await;
    let text_of = text(&said);
    let printed = text_of.lines().find_map(|l| l.strip_prefix("password for admin@gamma.example: ")).unwrap();
    let (status, session) = login("gamma", printed).await;
    assert_eq!((status, session["must_change_password"].as_bool()), (200, Some(true)), "{session}");

    let create = ["organization", "create", "--name", "Delta", "--subdomain", "delta", "--admin-email"];
    let with = |file: PathBuf| {
        let file = file.display().to_string();
        let words: Vec<_> = create.iter().map(|w| (*w).to_owned()).collect();
        [words, vec!["admin@delta.example".into(), "--admin-password-file".into(), file]].concat()
    };
    let words = with(file(&server, "weak", b"short\n"));
    let refused = command(&server, &words.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(!refused.status.success() && text(&refused).contains("--admin-password-file"), "{}", text(&refused));
    let words = with(file(&server, "chosen", b"chosen by somebody\nand a note\n"));
    let said = command(&server, &words.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(said.status.success() && !text(&said).contains("password"), "{}", text(&said));
    let (status, session) = login("delta", "chosen by somebody").await;
    assert_eq!((status, session["must_change_password"].as_bool()), (200, Some(false)), "{session}");
}
