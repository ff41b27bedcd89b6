//! Who may write a value to a device, and that each attempt leaves its trace before anything is sent and after it.

mod api_common;
mod drivers_common;
mod opcua_common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use api_common::{ANA, CNC, Edge, SUE, answer, fields};
use drivers_common::{Answer, Plc, Request, serve_plc, until};
use edge_agent::driver::{self, ConnectionState, Quality, TagIndex};
use edge_agent::store::writes;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use unison_core::facts::{TagWritten, WriteOutcome};
use unison_core::ids::UserId;
use unison_core::time::{Rfc3339, SECOND, Timestamp};
use uuid::Uuid;

/// A PLC; while `is_silent` it does what it is told and says nothing.
async fn plc(is_silent: Arc<AtomicBool>) -> (Arc<Plc>, SocketAddr) {
    let plc = Arc::new(Plc::default());
    let device = plc.clone();
    let answer = Arc::new(move |asked: &Request| {
        let answer = device.answer(&asked.pdu);
        if is_silent.load(Relaxed) { Answer::Silent } else { Answer::Send(asked.frame(&answer)) }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve_plc(stream, true, answer.clone()));
        }
    });
    (plc, address)
}

fn config(address: SocketAddr) -> String {
    let tag = |name: &str, rest: &str| format!("[[connection.tag]]\nname = \"{name}\"\nperiod_ms = 60000\n{rest}\n");
    format!("[[connection]]\nname = \"press\"\ndriver = \"modbus_tcp\"\naddress = \"{address}\"\ntimeout_ms = 300\n")
        + &tag("press/speed", "register = \"holding:4\"\ntype = \"u16\"\nscale = 0.1\nwritable = true")
        + &tag("total", "register = \"holding:8\"\ntype = \"u64\"\nwritable = true")
        + &tag("lamp", "register = \"coil:1\"\ntype = \"bool\"\nwritable = true")
        + &tag("state", "register = \"holding:0\"\ntype = \"u16\"")
}

/// An edge that has read its PLC.
async fn edge() -> (Edge, Arc<Plc>, Arc<AtomicBool>) {
    let silent = Arc::new(AtomicBool::new(false));
    let (plc, address) = plc(silent.clone()).await;
    plc.registers.lock().unwrap().insert(4, 400);
    let edge = Edge::start_with(&config(address)).await;
    until("the PLC was read", || edge.connections[0].snapshot().requests_ok >= 2).await;
    (edge, plc, silent)
}

/// The row of a write as it is now.
async fn row(edge: &Edge, id: Uuid) -> TagWritten {
    edge.store.query(move |conn| writes::one(conn, id)).await.unwrap().unwrap().written
}

fn picked(body: &Value, names: [&str; 4]) -> [Value; 4] {
    names.map(|name| body[name].clone())
}

#[tokio::test]
async fn edge_02_a_supervisor_writes_and_the_trace_stands_before_and_after() {
    let (edge, plc, _) = edge().await;
    let sue = edge.sign_on(SUE).await;
    let before = edge.store.model().queue.head;
    let id = Uuid::now_v7();
    let body = json!({"uuid": id, "value": 55.5, "machine_id": CNC});
    let (status, done) = edge.post("/tags/press%2Fspeed/write", &sue, body.clone()).await;
    assert_eq!(status, 201, "{done}");
    let names = ["outcome", "value_before", "value", "machine_code"];
    assert_eq!(picked(&done, names), [json!("done"), json!("40"), json!("55.5"), json!("CNC-001")]);
    assert_eq!((&done["written_by"]["id"], plc.register(4)), (&json!(SUE), 555));
    // Two facts: that it was asked for, and what became of it.
    assert_eq!(edge.store.model().queue.head, before + 2);
    // Again: it is not written again, and another write needs another uuid.
    let (status, again) = edge.post("/tags/press%2Fspeed/write", &sue, body).await;
    assert_eq!((status.as_u16(), &again), (200, &done));
    let (status, taken) = edge.post("/tags/lamp/write", &sue, json!({"uuid": id, "value": true})).await;
    assert_eq!((status.as_u16(), fields(&taken)), (400, vec!["uuid"]));
    assert_eq!(plc.writes(), [6]);
    // The header does the same as the field.
    let key = Uuid::now_v7();
    for status in [201, 200] {
        let request = edge.http.post(format!("{}/api/v1/tags/lamp/write", edge.url)).bearer_auth(&sue);
        let sent = request.header("Idempotency-Key", key.to_string()).json(&json!({"value": true})).send().await;
        let (found, body) = answer(sent.unwrap()).await;
        assert_eq!((found.as_u16(), &body["id"]), (status, &json!(key)), "{body}");
    }
    // What is no UUID, or another than in the body, would not keep a repetition from writing again.
    for (header, uuid) in [("order-17", None), (&*key.to_string(), Some(id))] {
        let request = edge.http.post(format!("{}/api/v1/tags/lamp/write", edge.url)).bearer_auth(&sue);
        let body = json!({"uuid": uuid, "value": true});
        let (status, wrong) = answer(request.header("Idempotency-Key", header).json(&body).send().await.unwrap()).await;
        assert_eq!((status.as_u16(), fields(&wrong)), (400, vec!["Idempotency-Key"]));
    }
    assert_eq!((plc.writes(), plc.coil(1)), (vec![6, 5], true));
    // 2^63 + 1 does not survive a browser's number.
    let (status, large) = edge.post("/tags/total/write", &sue, json!({"value": "9223372036854775809"})).await;
    assert_eq!(
        (status.as_u16(), &large["outcome"], plc.register(8), plc.register(11)),
        (201, &json!("done"), 0x8000, 1)
    );
    // A scaled tag takes a text as well, and its trace is what was meant.
    let (status, text) = edge.post("/tags/press%2Fspeed/write", &sue, json!({"value": "042.50"})).await;
    assert_eq!((status.as_u16(), &text["value"], plc.register(4)), (201, &json!("42.5"), 425));
    let list = edge.read("/tag-writes?tag=lamp").await;
    assert_eq!((&list["total"], &list["tag_writes"][0]["value"]), (&json!(1), &json!("true")));
    assert_eq!(edge.read("/tag-writes").await["total"], 4);
}

#[tokio::test]
async fn edge_02_a_yes_is_of_one_person_and_lasts_five_seconds() {
    let (edge, plc, _) = edge().await;
    let sue = edge.sign_on(SUE).await;
    let at = |seconds: i64| Rfc3339(Timestamp(edge.now().0 + seconds * SECOND));
    let write = async |body: Value| {
        let (status, body) = edge.post("/tags/lamp/write", &sue, body).await;
        (status.as_u16(), body)
    };
    for (body, why) in [
        (json!({"value": true, "by": ANA}), "somebody else is signed on"),
        (json!({"value": true, "asked_at": at(-6)}), "is 6 s old"),
        (json!({"value": true, "asked_at": at(6)}), "6 s ahead of the clock of the edge"),
    ] {
        let (status, refused) = write(body).await;
        assert_eq!((status, &refused["outcome"]), (409, &json!("not_sent")), "{refused}");
        assert!(refused["reason"].as_str().unwrap().contains(why), "{refused}");
    }
    assert!(plc.writes().is_empty());
    assert_eq!(edge.read("/tag-writes").await["total"], 0);
    let id = Uuid::now_v7();
    let body = json!({"uuid": id, "value": true, "by": SUE, "asked_at": at(-5)});
    assert_eq!(write(body.clone()).await.0, 201);
    // What became of it is told later, too.
    edge.advance(60);
    assert_eq!((write(body).await.0, plc.writes()), (200, vec![5]));
    assert_eq!(write(json!({"value": false, "asked_at": at(5)})).await.0, 201);
}

#[tokio::test]
async fn edge_02_what_may_not_be_written_is_refused_and_leaves_no_trace() {
    let (edge, plc, _) = edge().await;
    let (ana, sue) = (edge.sign_on(ANA).await, edge.sign_on(SUE).await);
    let write = async |token: &str, tag: &str, body: Value| {
        let (status, body) = edge.post(&format!("/tags/{tag}/write"), token, body).await;
        (status.as_u16(), body)
    };
    let (status, body) = write(&ana, "lamp", json!({"value": true})).await;
    assert_eq!(status, 403, "{body}");
    assert!(body.to_string().contains("plc:write"), "{body}");
    let nobody = edge.http.post(format!("{}/api/v1/tags/lamp/write", edge.url)).json(&json!({"value": true}));
    assert_eq!(nobody.send().await.unwrap().status(), 401);
    assert_eq!(write(&sue, "nothing", json!({"value": 1})).await.0, 404);
    let (status, body) = write(&sue, "state", json!({"value": 1})).await;
    assert!(status == 409 && body["reason"].as_str().unwrap().contains("writable = true"), "{body}");
    for (tag, value, why) in [
        ("press%2Fspeed", json!(6_553.6), "u16 holds 0 to 65535"),
        ("press%2Fspeed", json!(55.55), "nearest are 55.5 and 55.6"),
        ("press%2Fspeed", json!("5x5"), "must be a number"),
        ("press%2Fspeed", json!("55.55"), "nearest are 55.5 and 55.6"),
        ("press%2Fspeed", json!("9007199254740993"), "so large a number is not exact"),
        ("press%2Fspeed", json!("0.12345678901234567890"), "so many digits are not exact"),
        ("total", json!("1e3"), "must be a number"),
        ("lamp", json!(1), "true or false"),
        ("total", json!(-1), "u64 holds 0"),
        ("total", json!([1]), "must be true or false, a number or a text"),
    ] {
        let (status, body) = write(&sue, tag, json!({ "value": value })).await;
        assert_eq!((status, fields(&body)), (400, vec!["value"]), "{body}");
        assert!(body.to_string().contains(why), "{why}: {body}");
        assert_eq!(body["outcome"], "not_sent", "nobody has to look at the machine");
    }
    let (status, body) = write(&sue, "lamp", json!({"value": true, "machine_id": 4711})).await;
    assert_eq!((status, fields(&body)), (400, vec!["machine_id"]));
    assert!(plc.writes().is_empty());
    assert_eq!(edge.read("/tag-writes").await["total"], 0);
    // Thirty a minute are a person; more are a program that went wrong. One of them named a machine that is none.
    for _ in 0..29 {
        assert_eq!(write(&sue, "lamp", json!({"value": true})).await.0, 201);
    }
    assert_eq!(write(&sue, "lamp", json!({"value": true})).await.0, 429);
    edge.advance(60);
    assert_eq!(write(&sue, "lamp", json!({"value": true})).await.0, 201);
}

#[tokio::test]
async fn edge_14_a_write_that_nobody_answers_is_unknown_and_recorded_when_its_caller_is_gone() {
    let (edge, plc, silent) = edge().await;
    let sue = edge.sign_on(SUE).await;
    silent.store(true, Relaxed);
    let id = Uuid::now_v7();
    let request = edge.http.post(format!("{}/api/v1/tags/lamp/write", edge.url)).bearer_auth(&sue);
    let call = tokio::spawn(request.json(&json!({"uuid": id, "value": true})).send());
    until("it was sent", || plc.writes() == [5]).await;
    // Recorded before: the device has it, and nobody knows yet what it says.
    assert_eq!(row(&edge, id).await.outcome, WriteOutcome::Asked);
    call.abort();
    let (store, found) = (edge.store.clone(), Arc::new(AtomicBool::new(false)));
    let seen = found.clone();
    tokio::spawn(async move {
        while store.query(writes::open).await.is_ok_and(|open| !open.is_empty()) {
            drivers_common::sleep_ms(5).await;
        }
        seen.store(true, Relaxed);
    });
    until("what became of it is recorded", || found.load(Relaxed)).await;
    let found = row(&edge, id).await;
    assert_eq!((found.outcome, found.reason.as_deref()), (WriteOutcome::Unknown, Some("no answer in 300 ms")));
    assert_eq!((found.by, plc.coil(1)), (UserId(SUE), true));
    // Nothing goes to a unit that is silent.
    let (_, next) = edge.post("/tags/lamp/write", &sue, json!({"value": false})).await;
    assert_eq!(next["outcome"], "not_sent", "{next}");
    assert_eq!(plc.writes(), [5]);
}

#[tokio::test]
async fn edge_14_a_write_that_was_under_way_when_the_edge_stopped_is_unknown() {
    let (edge, plc, _) = edge().await;
    let id = Uuid::now_v7();
    let (tag, value, at, outcome) = ("lamp".to_owned(), "true".to_owned(), edge.now(), WriteOutcome::Asked);
    let asked = TagWritten { id, tag, machine: None, before: None, value, by: UserId(SUE), at, outcome, reason: None };
    edge.record(vec![asked.into()]).await;
    // The part that serves the API starts again.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/v1/health", listener.local_addr().unwrap());
    let stop = tokio_util::sync::CancellationToken::new();
    tokio::spawn(edge_agent::api::serve(edge.context.clone(), listener, None, stop.clone()));
    assert!(edge.http.get(url).send().await.unwrap().status().is_success());
    // It says so beside serving.
    let mut found = row(&edge, id).await;
    for _ in 0..6_000 {
        if found.outcome != WriteOutcome::Asked {
            break;
        }
        drivers_common::sleep_ms(10).await;
        found = row(&edge, id).await;
    }
    assert_eq!((found.outcome, plc.writes()), (WriteOutcome::Unknown, vec![]));
    assert!(found.reason.unwrap().contains("stopped before it knew"));
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_a_write_to_opc_ua_goes_the_whole_way_with_its_trace() {
    let server = opcua_common::Server::start("127.0.0.1:0", 2).await;
    let text = opcua_common::config(server.address, server.namespace, opcua_common::tags(2));
    let text = text.replace("name = \"tag-0\"\n", "name = \"tag-0\"\nwritable = true\nscale = 0.5\n");
    let edge = Edge::start_with(&text).await;
    let good = |tag| edge.sink.latest(TagIndex(tag)).map(|(reading, _)| (reading.quality, reading.value));
    until("the server was read", || good(1) == Some((Quality::Good, driver::Value::Int(1)))).await;
    let sue = edge.sign_on(SUE).await;
    let before = edge.store.model().queue.head;
    let body = json!({"uuid": Uuid::now_v7(), "value": 27.5, "machine_id": CNC});
    let (status, done) = edge.post("/tags/tag-0/write", &sue, body.clone()).await;
    assert_eq!(status, 201, "{done}");
    let names = ["outcome", "value_before", "value", "machine_code"];
    assert_eq!(picked(&done, names), [json!("done"), json!("0"), json!("27.5"), json!("CNC-001")]);
    assert_eq!(edge.store.model().queue.head, before + 2, "that it was asked for, and what became of it");
    until("it is read back", || good(0) == Some((Quality::Good, driver::Value::Float(27.5)))).await;
    let (status, again) = edge.post("/tags/tag-0/write", &sue, body).await;
    assert_eq!((status.as_u16(), &again), (200, &done), "it is not written again");
    // What its type cannot hold leaves no trace; what the server says does.
    let (status, wrong) = edge.post("/tags/tag-0/write", &sue, json!({"value": 0.3})).await;
    assert_eq!((status.as_u16(), fields(&wrong)), (400, vec!["value"]));
    assert!(wrong.to_string().contains("nearest are 0 and 0.5"), "{wrong}");
    let (status, closed) = edge.post("/tags/tag-1/write", &sue, json!({"value": 1})).await;
    assert!(status == 409 && closed["reason"].as_str().unwrap().contains("writable = true"), "{closed}");
    server.let_write(0, false);
    let (_, refused) = edge.post("/tags/tag-0/write", &sue, json!({"value": 1})).await;
    assert_eq!((&refused["outcome"], &refused["value_before"]), (&json!("refused"), &json!("27.5")));
    assert!(refused["reason"].as_str().unwrap().contains("lets nobody write this node"), "{refused}");
    server.kill().await;
    until("the server is missed", || edge.connections[0].state() == ConnectionState::Disconnected).await;
    let (_, closed) = edge.post("/tags/tag-0/write", &sue, json!({"value": 1})).await;
    assert_eq!(
        picked(&closed, ["outcome", "reason", "value_before", "value"])[..2],
        [json!("not_sent"), json!("the device is not connected")]
    );
    assert_eq!(edge.read("/tag-writes?tag=tag-0").await["total"], 3);
    assert_eq!(edge.store.model().queue.head, before + 6);
}
