//! Machines, figures, stops, edges, live events, and the content of the demo.

mod support;

use cloud_server::business::load;
use cloud_server::params;
use cloud_server::tenancy::Changed;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use support::{PASSWORD, Server, Session, content};
use unison_core::master::{MasterOp, User};
use unison_sync::wire::Batch;
use uuid::Uuid;

const SECOND: i64 = 1_000_000;

fn now_us() -> i64 {
    i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

fn rfc3339(us: i64) -> String {
    jiff::Timestamp::from_microsecond(us).unwrap().to_string()
}

/// Writes what an edge would have reported for the machine.
async fn observed(server: &Server, until: i64, changes: &[(i64, &str)]) -> i64 {
    let machines = server.query("SELECT id FROM machines WHERE machine_code = 'CNC-001'", &[]).await;
    let machine: i64 = machines[0].get("id").unwrap();
    let (org, at) = (server.organization.id, until - 60 * SECOND);
    let edge = "INSERT INTO edges (organization_id, id, uuid, plant_id, name, observed_until, last_seen_at, created_at, updated_at)
                SELECT organization_id, 1, $2, plant_id, 'Hall 1', $3, $3, $3, $3 FROM machines WHERE organization_id = $1 AND id = $4";
    server.execute(edge, params![org, Uuid::nil(), until, machine]).await;
    server.execute("UPDATE machines SET edge_id = 1 WHERE id = $1", params![machine]).await;
    for (at, activity) in changes {
        let change = "INSERT INTO activity_changes (organization_id, machine_id, at, activity) VALUES ($1, $2, $3, $4)";
        server.execute(change, params![org, machine, *at, *activity]).await;
    }
    let count = "INSERT INTO count_buckets (organization_id, machine_id, bucket_at, ideal_us, total, rejected)
                 VALUES ($1, $2, $3, 6000000, 10, 1)";
    server.execute(count, params![org, machine, at]).await;
    machine
}

#[tokio::test]
async fn api_15_q_128_a_machine_as_it_is_now() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let (_, before) = olga.get("/machines").await;
    let machine = &before["machines"][0];
    assert_eq!(
        (machine["status"].as_str(), machine["stale"].as_bool()),
        (Some("available"), Some(true)),
        "nothing was ever seen"
    );
    assert_eq!(
        (machine["ideal_cycle_seconds"].as_f64(), machine["edge"].as_str()),
        (Some(6.0), None),
        "the lane's cycle"
    );
    let now = now_us();
    observed(&server, now, &[(now - 300 * SECOND, "idle"), (now - 120 * SECOND, "running")]).await;
    let (_, list) = olga.get("/machines?search=cnc").await;
    let machine = &list["machines"][0];
    assert_eq!(
        (machine["status"].as_str(), machine["stale"].as_bool(), machine["edge"].as_str()),
        (Some("running"), Some(false), Some("Hall 1"))
    );
    assert_eq!(machine["flags"], json!(["running without work order"]));
    assert_eq!(machine["since"], rfc3339(now - 120 * SECOND));
    assert_eq!(list["total"], 1, "P2 is out of reach");
    assert_eq!(olga.get("/machines?status=down").await.1["total"], 0);
    assert_eq!(olga.get("/machines?status=broken").await.0, 400);
    let (_, ribbon) = olga.get(&format!("/machines/{}/ribbon", machine["id"])).await;
    let last = ribbon["intervals"].as_array().unwrap().last().unwrap();
    assert_eq!((last["activity"].as_str(), &last["to"]), (Some("running"), &Value::Null));
}

#[tokio::test]
async fn q_128_a_machine_without_word_is_stale_and_keeps_its_status() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let now = now_us();
    observed(&server, now - 60 * SECOND, &[(now - 300 * SECOND, "running")]).await;
    let machine = olga.get("/machines").await.1["machines"][0].clone();
    assert_eq!(
        (machine["status"].as_str(), machine["stale"].as_bool(), machine["activity"].as_str()),
        (Some("running"), Some(true), Some("no_data"))
    );
}

#[tokio::test]
async fn q_128_a_stop_that_a_plc_ended_without_a_reason_is_flagged_until_it_has_one() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let now = now_us();
    let machine = observed(&server, now, &[(now - 300 * SECOND, "down"), (now - 120 * SECOND, "running")]).await;
    let stop = Uuid::from_u128(1);
    let add = "INSERT INTO downtime_events (organization_id, uuid, machine_id, started_at, ended_at, source, reason_id)
               VALUES ($1, $2, $3, $4, $5, $6, NULL)";
    let org = server.organization.id;
    server.execute(add, params![org, stop, machine, now - 300 * SECOND, now - 120 * SECOND, "signal"]).await;
    let flags = async || {
        let stops = olga.get("/downtime-events").await.1;
        (olga.get("/machines").await.1["machines"][0]["flags"].clone(), stops["downtime_events"][0]["flags"].clone())
    };
    let (machine_has, stop_has) = flags().await;
    assert_eq!(machine_has, json!(["running without work order", "resumed without note"]));
    assert_eq!(stop_has, json!(["resumed without note"]));
    let reason = olga.get("/downtime-reasons").await.1["downtime_reasons"][0]["id"].as_i64();
    server.execute("UPDATE downtime_events SET reason_id = $1 WHERE uuid = $2", params![reason, stop]).await;
    assert_eq!(flags().await, (json!(["running without work order"]), json!([])));
}

#[tokio::test]
async fn kpi_02_to_05_oee_and_trend() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let now = now_us();
    observed(&server, now, &[(now - 600 * SECOND, "running")]).await;
    let range = format!("from={}&to={}", rfc3339(now - 200 * SECOND), rfc3339(now - 100 * SECOND)).replace('+', "%2B");
    let (status, none) = olga.get(&format!("/kpi/oee?{range}&machine=CNC-001")).await;
    assert_eq!(
        (status, &none["availability"], &none["performance"], &none["oee"]),
        (200, &json!(100.0), &json!(0.0), &Value::Null)
    );
    assert_eq!((none["coverage"].as_f64(), none["planned_seconds"].as_f64()), (Some(100.0), Some(100.0)));
    let range = format!("from={}&to={}", rfc3339(now - 100 * SECOND), rfc3339(now));
    let (_, some) = olga.get(&format!("/kpi/oee?{range}&machine=CNC-001")).await;
    assert_eq!(
        (some["performance"].as_f64(), some["quality"].as_f64(), some["oee"].as_f64()),
        (Some(60.0), Some(90.0), Some(54.0))
    );
    assert_eq!(some["band"], "Poor");
    let (_, trend) = olga.get("/kpi/oee/trend?machine=CNC-001&days=3").await;
    assert_eq!(trend["days"].as_array().unwrap().len(), 3);
    assert_eq!(trend["days"][0]["coverage"], 0.0);
    assert_eq!(olga.get("/kpi/oee").await.1["details"].as_array().unwrap().len(), 2, "from and to are missing");
    assert_eq!(olga.get(&format!("/kpi/oee?{range}&machine=X")).await.0, 404);
}

#[tokio::test]
async fn down_08_stops_and_pareto() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let now = now_us();
    let machine = observed(&server, now, &[(now - 600 * SECOND, "down")]).await;
    let event = async |id: u8, from: i64, to: Option<i64>, reason: Option<i64>| {
        let sql =
            "INSERT INTO downtime_events (organization_id, uuid, machine_id, started_at, ended_at, source, reason_id)
                   VALUES ($1, $2, $3, $4, $5, 'signal', $6)";
        let uuid = Uuid::from_u128(id.into());
        server.execute(sql, params![server.organization.id, uuid, machine, from, to, reason]).await;
    };
    let reason = olga.get("/downtime-reasons").await.1["downtime_reasons"][0]["id"].as_i64();
    event(1, now - 600 * SECOND, Some(now - 300 * SECOND), reason).await;
    event(2, now - 100 * SECOND, None, None).await;
    let (_, list) = olga.get("/downtime-events?open=false").await;
    assert_eq!((list["total"].as_u64(), list["downtime_events"][0]["duration_minutes"].as_f64()), (Some(1), Some(5.0)));
    let (_, open) = olga.get("/downtime-events?open=true").await;
    assert_eq!(open["downtime_events"][0]["reason_code"], "unclassified");
    let range = format!("from={}&to={}", rfc3339(now - 1_000 * SECOND), rfc3339(now));
    let (_, pareto) = olga.get(&format!("/downtime-pareto?{range}")).await;
    assert_eq!(pareto["downtime_pareto"][0]["reason_code"], "other");
    assert_eq!(pareto["downtime_pareto"][0]["percent"], 75.0);
    let machine = olga.get("/machines").await.1["machines"][0].clone();
    assert_eq!((machine["status"].as_str(), machine["downtime_reason"].as_str()), (Some("down"), Some("Unclassified")));
}

#[tokio::test]
async fn edge_01_enrolment_takes_a_token_once() {
    let server = Server::start().await;
    let anybody = server.at("nowhere");
    let key = "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let ask = |token: &str| json!({"token": token, "name": "Hall 1", "public_key": key});
    let (status, refused) = anybody.post("/edges/enrol", ask("wrong")).await;
    assert_eq!(status, 403);
    let admin = server.signed_in("olga@acme.example").await;
    let plant = admin.get("/me").await.1["plants"][0]["id"].as_i64().unwrap();
    let (token, _) = server.tenancy.platform().create_token(server.organization.id, plant).await.unwrap();
    let (status, answer) = anybody.post("/edges/enrol", ask(&token)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        (answer["plant_name"].as_str(), answer["organization_name"].as_str()),
        (Some("P1"), Some("Acme Manufacturing"))
    );
    assert_eq!(answer["mqtt"]["username"], answer["edge_uuid"]);
    assert_eq!(anybody.post("/edges/enrol", ask(&token)).await, (403, refused), "a used token is like a wrong one");
    let weak = json!({"token": token, "name": "", "public_key": "x"});
    assert_eq!(anybody.post("/edges/enrol", weak).await.1["details"].as_array().unwrap().len(), 2);
    let edges = admin.get("/edges").await.1;
    assert_eq!(
        (edges["edges"][0]["name"].as_str(), edges["edges"][0]["state"].as_str()),
        (Some("Hall 1"), Some("never_connected"))
    );
    let link =
        server.tenancy.platform().edge(answer["edge_uuid"].as_str().unwrap().parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(answer["mqtt"]["password"], link.keys.mqtt_password());
}

#[tokio::test]
async fn q_129_with_an_edge_the_cloud_asks_and_waits() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let now = now_us();
    observed(&server, now, &[]).await;
    let mut growth = server.tenancy.plant_log_growth();
    let (status, body) = olga.post("/work-orders/WO-2026-001/start", json!({})).await;
    assert_eq!(status, 202, "{body}");
    assert_eq!(
        (body["requested"].as_bool(), body["reason"].as_str(), body["status"].as_str()),
        (Some(true), Some("Waiting for edge Hall 1"), Some("released"))
    );
    assert!(growth.try_recv().is_ok(), "the question went into the log for the plant");
}

#[tokio::test]
async fn live_events_begin_with_a_snapshot_and_beat() {
    let server = Server::start().await;
    let olga = server.signed_in("olga@acme.example").await;
    let mut response = olga.send(Method::GET, "/events", None).await;
    assert_eq!(response.status(), 200);
    let mut text = String::new();
    let order = olga.post("/work-orders/WO-2026-001/start", json!({})).await;
    assert_eq!(order.0, 200);
    // Of the machines it may hear more than once: what they were when it came, and what they became.
    let shows_the_order = |text: &str| {
        let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
        let machines =
            whole.split("event: machines").skip(1).filter_map(|e| e.lines().find(|l| l.starts_with("data: ")));
        let mut machines = machines.map(|line| serde_json::from_str::<Value>(&line[6..]).unwrap());
        machines.any(|m| m[0]["current_work_order"]["work_order_number"] == "WO-2026-001")
    };
    while !(text.contains("event: heartbeat") && text.contains("event: work_order") && shows_the_order(&text)) {
        let chunk = tokio::time::timeout(Duration::from_secs(10), response.chunk())
            .await
            .unwrap_or_else(|_| panic!("only: {text}"))
            .unwrap();
        text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
    assert!(text.starts_with("event: snapshot\nid: 1\ndata: {\"machines\":[{"), "{text}");
    assert!(!text.contains("CNC-002"), "a machine of a plant out of reach");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_hears_what_another_server_on_the_database_wrote() {
    let server = Server::start().await;
    if server.store.postgres().is_none() {
        return; // Files have one server.
    }
    let olga = server.signed_in("olga@acme.example").await;
    let mut changes = server.tenancy.changes();
    let other = server.store.tenancy().await;
    let hears = async { while changes.recv().await.unwrap() != Changed::unknown() {} };
    tokio::time::timeout(Duration::from_secs(20), hears).await.expect("it says that it is there");
    let mut response = olga.send(Method::GET, "/events", None).await;
    // What is said when a page comes, and what the newcomer said, is over when nothing comes any more.
    while tokio::time::timeout(Duration::from_secs(1), response.chunk()).await.is_ok() {}
    let order = "[[work_order]]\nnumber = \"WO-2026-009\"\ntitle = \"T\"\nplant = \"P1\"\nquantity = 5\nstatus = \"released\"\n";
    let text = format!("{}{order}", support::content());
    load::load(&other, &server.organization, load::parse(&text).unwrap()).await.unwrap();
    let mut heard = String::new();
    while !heard.contains("event: work_order") {
        let chunk = tokio::time::timeout(Duration::from_secs(10), response.chunk()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("only: {heard}")).unwrap();
        heard.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
}

#[tokio::test]
async fn the_content_of_the_demo_loads_and_loading_twice_changes_nothing() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/demo/acme.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let server = Server::start_with("").await;
    let first = load::load(&server.tenancy, &server.organization, load::parse(&text).unwrap()).await.unwrap();
    assert_eq!((first.changed, first.unchanged, first.passwords.len()), (0, 0, 3));
    let mut growth = server.tenancy.plant_log_growth();
    let again = load::load(&server.tenancy, &server.organization, load::parse(&text).unwrap()).await.unwrap();
    assert_eq!((again.new, again.changed, again.unchanged, again.passwords.len()), (0, 0, first.new, 0));
    assert!(growth.try_recv().is_err(), "nothing went down to the plant");
    let changed = text.replace("name = \"Hydraulic press\"", "name = \"Press\"");
    let third = load::load(&server.tenancy, &server.organization, load::parse(&changed).unwrap()).await.unwrap();
    assert_eq!((third.changed, growth.try_recv().is_ok()), (1, true));
    let slip = text.replacen("timezone = \"Europe/Berlin\"", "timezone = \"Europe/Berln\"", 1);
    assert!(load::parse(&slip).unwrap_err().to_string().contains("Berln"));
    assert!(load::parse("[[plant]]\nname = \"x\"\nzone = \"UTC\"\n").unwrap_err().to_string().contains("line 3"));
}

/// What the edges of a plant were told of a person, the last word last.
async fn told(server: &Server, plant: &str, email: &str) -> Vec<bool> {
    let user = server.query("SELECT id FROM users WHERE email = $1", params![email]).await[0].get::<i64>("id").unwrap();
    let sql =
        "SELECT l.body FROM plant_log l JOIN plants p ON p.organization_id = l.organization_id AND p.id = l.plant_id
               WHERE p.name = $1 ORDER BY l.first_seq";
    let mut out = Vec::new();
    for row in server.query(sql, params![plant]).await {
        for op in Batch::decode(&row.get::<Vec<u8>>("body").unwrap()).unwrap().ops {
            if let Ok(Some(MasterOp::User(User { id, is_active, .. }))) =
                MasterOp::decode(op.kind, op.version, &op.body)
                && id.0 == user
            {
                out.push(is_active);
            }
        }
    }
    out
}

#[tokio::test]
async fn onb_09_who_leaves_a_plant_by_a_file_leaves_its_edges_too() {
    let server = Server::start().await;
    let load =
        async |text: &str| load::load(&server.tenancy, &server.organization, load::parse(text).unwrap()).await.unwrap();
    let olga = content().lines().position(|l| l.contains("olga@")).unwrap();
    let with = |plants: &str, role: &str| {
        let mut lines: Vec<_> = content().lines().map(str::to_owned).collect();
        for line in &mut lines[olga..olga + 6] {
            if line.starts_with("plants = ") {
                *line = plants.to_owned();
            }
            *line = line.replace("operator", role);
        }
        lines.join("\n")
    };
    assert_eq!(load(&with("plants = [\"P1\", \"P2\"]", "operator")).await.changed, 1);
    assert_eq!(told(&server, "P2", "olga@acme.example").await, [true]);
    assert_eq!(load(&with("", "operator")).await.changed, 0, "plants that are not named stay");
    assert_eq!(load(&with("plants = [\"P2\"]", "operator")).await.changed, 1);
    assert_eq!(told(&server, "P1", "olga@acme.example").await.last(), Some(&false));
    assert_eq!(told(&server, "P2", "olga@acme.example").await.last(), Some(&true));
    let olga = server.signed_in("olga@acme.example").await;
    assert_eq!(olga.get("/me").await.1["plants"].as_array().unwrap().len(), 1);
    // An administrator reaches all plants; no more, once they are none.
    load(&with("plants = [\"P2\"]", "organization_admin")).await;
    assert_eq!(told(&server, "P1", "olga@acme.example").await.last(), Some(&true));
    assert_eq!(olga.get("/me").await.0, 401, "RBAC-09");
    load(&with("plants = [\"P2\"]", "operator")).await;
    assert_eq!(told(&server, "P1", "olga@acme.example").await.last(), Some(&false));
}

#[tokio::test]
async fn first_passwords_of_a_file_must_be_changed_unless_it_says_no() {
    let server = Server::start().await;
    let user = |name: &str, more: &str| {
        format!("[[user]]\nname = \"{name}\"\nemail = \"{name}@acme.example\"\nroles = [\"viewer\"]\n{more}\n")
    };
    let given = format!("password = \"{PASSWORD}\"");
    let text =
        [user("a", ""), user("b", &given), user("c", &format!("{given}\nmust_change_password = false"))].concat();
    load::load(&server.tenancy, &server.organization, load::parse(&text).unwrap()).await.unwrap();
    let must = async |name: &str| {
        let sql = "SELECT must_change_password AS must FROM users WHERE email = $1";
        server.query(sql, params![format!("{name}@acme.example")]).await[0].get::<bool>("must").unwrap()
    };
    assert!(must("a").await && must("b").await && !must("c").await);
    // What somebody chose since is not taken back by loading again.
    server.execute("UPDATE users SET must_change_password = FALSE WHERE email = 'b@acme.example'", &[]).await;
    load::load(&server.tenancy, &server.organization, load::parse(&text).unwrap()).await.unwrap();
    assert!(!must("b").await);
    assert!(load::parse(&user("d", "must_change_password = false")).unwrap_err().to_string().contains("that is made"));
}

#[tokio::test]
async fn shift_06_what_edges_say_of_shifts_is_listed_by_plant_day_and_state() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let plants = admin.get("/plants").await.1;
    let of =
        |name: &str| plants["plants"].as_array().unwrap().iter().find(|p| p["name"] == name).unwrap()["id"].clone();
    let (p1, p2) = (of("P1").as_i64().unwrap(), of("P2").as_i64().unwrap());
    let user = admin.get("/me").await.1["user"]["id"].as_i64().unwrap();
    let (now, org) = (server.tenancy.now(), server.organization.id);
    let mut uuids = Vec::new();
    for (plant, date, read) in [(p1, "2025-11-06", None), (p1, "2025-11-05", Some(user)), (p2, "2025-11-06", None)] {
        let shift = json!({"plant_id": plant, "name": format!("Shift {plant} {date}"), "start_time": "06:00", "end_time": "14:00", "active_days": ["monday"]});
        let (status, shift) = admin.post("/shifts", shift).await;
        assert_eq!(status, 201, "{shift}");
        let id = Uuid::now_v7();
        let orders = json!([{"work_order_id": 1, "work_order_number": "WO-7", "status": "paused", "percent_complete": 40.0,
            "quantity_completed": 4, "quantity_ordered": 10, "blocked_reason": "no bar"}]);
        let sql = "INSERT INTO shift_handovers (organization_id, uuid, plant_id, shift_id, date, notes, work_orders, issues, logged_by, logged_at, acknowledged_by, acknowledged_at)
                   VALUES ($1, $2, $3, $4, $5, 'Belt slips', $6, '[]', $7, $8, $9, $10)";
        let shift = shift["id"].as_i64().unwrap();
        server
            .execute(
                sql,
                params![org, id, plant, shift, date.to_owned(), orders.to_string(), user, now, read, read.map(|_| now)],
            )
            .await;
        uuids.push(id.to_string());
    }
    let ids = async |session: &Session<'_>, query: &str| {
        let (status, list) = session.get(&format!("/shift-handovers{query}")).await;
        assert_eq!(status, 200, "{list}");
        let mut ids: Vec<String> =
            list["shift_handovers"].as_array().unwrap().iter().map(|h| h["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(list["total"], ids.len());
        ids.sort();
        ids
    };
    assert_eq!(ids(&admin, "?plant_id=all").await, uuids);
    assert_eq!(ids(&admin, "?plant_id=all&date=2025-11-06").await, [uuids[0].clone(), uuids[2].clone()]);
    assert_eq!(ids(&admin, "?plant_id=all&acknowledged=true").await, [uuids[1].clone()]);
    assert_eq!(ids(&admin, &format!("?plant_id={p2}")).await, [uuids[2].clone()]);
    assert_eq!(admin.get("/shift-handovers?date=soon").await.0, 400);
    let olga = server.signed_in("olga@acme.example").await;
    assert_eq!(ids(&olga, "").await, [uuids[0].clone(), uuids[1].clone()], "TEN-10: only plants of hers");
    let shown = olga.get("/shift-handovers?acknowledged=false").await.1["shift_handovers"][0].clone();
    assert_eq!(
        (&shown["handover_notes"], &shown["wip_work_orders"][0]["blocked_reason"], &shown["acknowledged_by"]),
        (&json!("Belt slips"), &json!("no bar"), &Value::Null)
    );

    let machine =
        server.query("SELECT id FROM machines WHERE machine_code = 'CNC-001'", &[]).await[0].get::<i64>("id").unwrap();
    for ended in [None, Some(now)] {
        let sql = "INSERT INTO help_calls (organization_id, uuid, machine_id, kind, called_by, called_at, ended_at) VALUES ($1, $2, $3, 'quality', $4, $5, $6)";
        server.execute(sql, params![org, Uuid::now_v7(), machine, user, now, ended]).await;
    }
    assert_eq!(olga.get("/help-calls").await.1["total"], 2);
    let box_of = [Uuid::now_v7(), Uuid::now_v7()];
    for (id, (edge, name)) in (40_i64..).zip(box_of.into_iter().zip(["Hall 1", "Hall 2"])) {
        let sql = "INSERT INTO edges (organization_id, id, uuid, plant_id, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)";
        server.execute(sql, params![org, id, edge, p1, name, now]).await;
    }
    // The third is of an edge that this organisation does not know any more.
    for (plant, tag, of, after, edge, outcome) in [
        (p1, "speed", Some(machine), 1, box_of[1], "refused"),
        (p1, "light", None, 2, box_of[0], "done"),
        (p2, "speed", None, 3, Uuid::now_v7(), "done"),
    ] {
        let sql = "INSERT INTO tag_writes (organization_id, uuid, plant_id, origin, tag, machine_id, value, written_by, asked_at, outcome) VALUES ($1, $2, $3, $4, $5, $6, '7', $7, $8, $9)";
        server.execute(sql, params![org, Uuid::now_v7(), plant, edge, tag, of, user, now.plus(after), outcome]).await;
    }
    let written = |list: Value| -> Vec<String> {
        let all = list["tag_writes"].as_array().unwrap().iter();
        all.map(|w| format!("{} {}", w["tag"].as_str().unwrap(), w["machine_code"])).collect()
    };
    assert_eq!(written(olga.get("/tag-writes").await.1), ["light null", "speed \"CNC-001\""], "TEN-10");
    assert_eq!(written(olga.get("/tag-writes?tag=speed").await.1), ["speed \"CNC-001\""]);
    assert_eq!(written(admin.get("/tag-writes?plant_id=all&tag=speed").await.1).len(), 2);
    let boxes = |list: Value| -> Vec<(Value, Value)> {
        let all = list["tag_writes"].as_array().unwrap().iter();
        all.map(|w| (w["edge_id"].clone(), w["edge_name"].clone())).collect()
    };
    assert_eq!(
        boxes(admin.get("/tag-writes?plant_id=all").await.1),
        [(Value::Null, Value::Null), (json!(40), json!("Hall 1")), (json!(41), json!("Hall 2"))]
    );
    assert_eq!(written(olga.get("/tag-writes?outcome=refused").await.1), ["speed \"CNC-001\""]);
    assert_eq!(olga.get("/tag-writes?outcome=refused").await.1["total"], 1);
    assert_eq!(olga.get("/tag-writes?outcome=lost").await.0, 400);
    let open = olga.get("/help-calls?open=true").await.1;
    assert_eq!((&open["total"], &open["help_calls"][0]["kind"]), (&json!(1), &json!("quality")));
    let machines = olga.get("/machines").await.1;
    let cnc = machines["machines"].as_array().unwrap().iter().find(|m| m["machine_code"] == "CNC-001").unwrap();
    assert_eq!(cnc["help_calls"].as_array().unwrap().len(), 1, "the open one");
}
