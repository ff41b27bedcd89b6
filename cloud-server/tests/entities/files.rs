//! Files of custom fields: taken in, held by a record, and kept from everybody else.

use super::support::{Server, Session};
use super::{made, messages, send, server};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloud_server::db::{DbError, Session as DbSession};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

const PDF: &[u8] = b"%PDF-1.7\nDrawing";

fn upload(field: &str, name: &str, content: &[u8]) -> Value {
    json!({"entity": "Machine", "field": field, "name": name, "content": STANDARD.encode(content)})
}

/// An administrator, a manager of P2, and a field for drawings of machines.
async fn scene(server: &Server) -> (Session<'_>, Session<'_>) {
    server.execute("UPDATE users SET roles = '[\"plant_manager\"]' WHERE email = 'sam@acme.example'", &[]).await;
    let (ada, sam) = (server.signed_in("ada@acme.example").await, server.signed_in("sam@acme.example").await);
    for (code, kind) in [("drawing", "file"), ("manual", "file"), ("remark", "text")] {
        made(
            &ada,
            "/custom-fields",
            json!({"entity_type": "Machine", "field_code": code, "label": code, "field_type": kind}),
        )
        .await;
    }
    (ada, sam)
}

async fn put(session: &Session<'_>, machine: &str, custom: Value) -> (u16, Value) {
    let version = session.get(&format!("/machines/{machine}")).await.1["version"].clone();
    send(session, "PATCH", &format!("/machines/{machine}"), json!({"version": version, "custom_fields": custom})).await
}

fn path(file: &Value) -> String {
    format!("/files/{}", file["id"].as_str().unwrap_or_else(|| panic!("{file}")))
}

#[tokio::test]
async fn cf_02_a_file_is_taken_in_held_and_given_back_as_it_was() {
    let server = server().await;
    let (ada, _) = scene(&server).await;
    let file = made(&ada, "/files", upload("drawing", "../Größe \"5\".pdf", PDF)).await;
    assert_eq!(
        (file["name"].as_str(), file["media_type"].as_str(), file["size"].as_u64()),
        (Some("Größe _5_.pdf"), Some("application/pdf"), Some(16))
    );
    let (status, machine) = put(&ada, "CNC-001", json!({"drawing": file["id"]})).await;
    assert_eq!((status, &machine["custom_fields"]["drawing"]), (200, &file));
    assert_eq!(
        put(&ada, "CNC-001", json!({"drawing": file})).await.1["version"],
        machine["version"],
        "the same is no change"
    );
    let answer = ada.send(Method::GET, &path(&file), None).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"Gr__e _5_.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20_5_.pdf"
    );
    assert_eq!(
        (header("x-content-type-options").as_str(), header("content-security-policy").as_str()),
        ("nosniff", "sandbox; default-src 'none'")
    );
    assert_eq!(answer.bytes().await.unwrap(), PDF);
    // Replaced: the record shows the new one, the old one stays for the audit log.
    let next = made(&ada, "/files", upload("drawing", "b.txt", b"text")).await;
    assert_eq!(
        put(&ada, "CNC-001", json!({"drawing": next["id"]})).await.1["custom_fields"]["drawing"]["name"],
        "b.txt"
    );
    assert_eq!(ada.send(Method::GET, &path(&file), None).await.status(), 200);
    assert_eq!(put(&ada, "CNC-001", json!({"drawing": file["id"]})).await.0, 200, "and back");
    // In a file of the list stands its id, by which the same record takes it back.
    let csv = ada.send(Method::GET, "/machines/export?format=csv&plant_id=all", None).await.text().await.unwrap();
    assert!(csv.contains(file["id"].as_str().unwrap()), "{csv}");
    let body = json!({"csv": csv, "update_existing": true});
    assert_eq!(ada.post("/machines/import", body).await.1["unchanged"], 2, "as it was");
    assert_eq!(put(&ada, "CNC-001", json!({"drawing": null})).await.1["custom_fields"].get("drawing"), None);
}

#[tokio::test]
async fn cf_02_what_is_no_file_of_a_known_kind_is_refused() {
    let server = server().await;
    let (ada, _) = scene(&server).await;
    let refused = async |body: Value| messages(&ada.post("/files", body).await.1).join("; ");
    assert!(
        refused(upload("drawing", "a.pdf", b"MZ\x90\0\x03")).await.contains("portable-executable, which is not taken")
    );
    assert!(refused(upload("drawing", "a.pdf", b"<html><script>")).await.starts_with("content: is text/html"));
    assert!(refused(upload("drawing", "a.exe", PDF)).await.contains("must end in .pdf"));
    assert!(refused(upload("drawing", "a.pdf", b"")).await.contains("must have 1 byte to 10 MB"));
    assert!(
        refused(upload("drawing", "a.txt", &vec![b'a'; 10 * 1024 * 1024 + 1]))
            .await
            .contains("must have 1 byte to 10 MB")
    );
    assert!(refused(upload("remark", "a.pdf", PDF)).await.starts_with("field: is no custom field"));
    assert!(
        refused(json!({"entity": "Machine", "field": "drawing", "name": "a.pdf", "content": "%"}))
            .await
            .contains("must be base64")
    );
    assert!(
        refused(json!({"entity": "unicorn", "field": "drawing", "name": "a.pdf", "content": ""}))
            .await
            .contains("entity")
    );
    let most = made(&ada, "/files", upload("drawing", "a.txt", &vec![b'a'; 10 * 1024 * 1024])).await;
    assert_eq!(ada.send(Method::GET, &path(&most), None).await.bytes().await.unwrap().len(), 10 * 1024 * 1024);
    assert_eq!(ada.post("/files", json!({"content": "a".repeat(15 * 1024 * 1024)})).await.0, 413);
}

/// A server without room for another file says so and when to come again; what was begun and given up makes room.
#[tokio::test]
async fn files_take_turns() {
    let server = server().await;
    let (ada, _) = scene(&server).await;
    let head = format!(
        "POST /api/v1/files HTTP/1.1\r\nHost: acme.localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{",
        ada.token.clone().unwrap()
    );
    let begin = || {
        let mut socket = TcpStream::connect(server.address).unwrap();
        socket.write_all(head.as_bytes()).unwrap();
        socket
    };
    let slow: Vec<_> = (0..4).map(|_| begin()).collect();
    // Until the server has seen all four.
    let (mut answer, begun) = (None, Instant::now());
    while answer.as_ref().is_none_or(|a: &reqwest::Response| a.status() == 201) {
        assert!(begun.elapsed() < Duration::from_secs(20), "four that are on their way take all places");
        answer = Some(ada.send(Method::POST, "/files", Some(upload("drawing", "a.pdf", PDF).to_string())).await);
    }
    let answer = answer.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    assert!(answer.text().await.unwrap().contains("Too many files"));
    assert_eq!(ada.get("/machines").await.0, 200, "all else goes on");
    drop(slow);
    let file = made(&ada, "/files", upload("drawing", "a.pdf", PDF)).await;
    let answer = ada.send(Method::GET, &path(&file), None).await;
    assert_eq!(answer.headers()["content-length"], PDF.len().to_string().as_str());
    assert_eq!(answer.bytes().await.unwrap(), PDF);
}

#[tokio::test]
async fn a_file_is_judged_before_anybody_waits_for_the_writer() {
    let server = server().await;
    let (ada, _) = scene(&server).await;
    let (end, wait) = channel::<()>();
    let (began, has_begun) = tokio::sync::oneshot::channel();
    let rows = server.rows().await;
    let writing = tokio::spawn(async move {
        let hold = move |s: &DbSession<'_>| {
            s.execute("UPDATE files SET created_at = created_at", &[])?;
            let _ = began.send(());
            // Until the test has seen what it wants.
            let _ = wait.recv();
            Ok::<_, DbError>(())
        };
        rows.write(hold, |()| ()).await
    });
    has_begun.await.unwrap();
    let bad = ada.post("/files", upload("drawing", "a.pdf", b"MZ\x90\0\x03"));
    let (status, _) = tokio::time::timeout(Duration::from_secs(2), bad).await.expect("waits for nobody");
    assert_eq!(status, 400);
    drop(end);
    writing.await.unwrap().unwrap();
}

#[tokio::test]
async fn ten_03_rbac_01_a_file_is_for_those_who_may_read_its_record() {
    let server = server().await;
    let (ada, sam) = scene(&server).await;
    let olga = server.signed_in("olga@acme.example").await;
    let file = made(&ada, "/files", upload("drawing", "a.pdf", PDF)).await;
    let status = async |session: &Session<'_>, file: &Value| {
        session.send(Method::GET, &path(file), None).await.status().as_u16()
    };
    assert_eq!((status(&ada, &file).await, status(&olga, &file).await), (200, 404), "no record holds it yet");
    // Nobody makes another's file his own by its id, and none goes to another field or record.
    let why = "custom_fields.drawing: is no file that was uploaded for it";
    assert_eq!(messages(&put(&sam, "CNC-002", json!({"drawing": file["id"]})).await.1), [why]);
    assert!(
        messages(&put(&ada, "CNC-001", json!({"manual": file["id"]})).await.1)[0]
            .starts_with("custom_fields.manual: is no file")
    );
    assert_eq!(put(&ada, "CNC-001", json!({"drawing": file["id"]})).await.0, 200);
    assert_eq!(
        messages(&put(&ada, "CNC-002", json!({"drawing": file["id"]})).await.1),
        [why],
        "the first record holds it"
    );
    assert_eq!(messages(&put(&ada, "CNC-001", json!({"drawing": "x"})).await.1), [why]);
    assert_eq!((status(&ada, &file).await, status(&olga, &file).await, status(&sam, &file).await), (200, 200, 403));
    assert_eq!(olga.post("/files", upload("drawing", "a.pdf", PDF)).await.0, 403);
    // Another organisation, and nobody.
    server.add_beta().await;
    let mut beta = server.at("beta");
    let login = json!({"email": "olga@beta.example", "password": super::support::PASSWORD});
    beta.token = Some(beta.post("/auth/login", login).await.1["token"].as_str().unwrap().to_owned());
    let foreign = beta.send(Method::GET, &path(&file), None).await;
    let none = beta.send(Method::GET, "/files/00000000-0000-4000-8000-000000000000", None).await;
    assert_eq!((foreign.status().as_u16(), none.status().as_u16()), (404, 404));
    assert_eq!(foreign.text().await.unwrap(), none.text().await.unwrap(), "Q-082");
    assert_eq!(status(&server.at("acme"), &file).await, 401);
    // What nobody came back for goes after a day; what a record holds stays.
    let lost = made(&ada, "/files", upload("drawing", "lost.pdf", PDF)).await;
    let old = cloud_server::params![1];
    server.execute("UPDATE files SET created_at = $1", old).await;
    made(&ada, "/files", upload("drawing", "next.pdf", PDF)).await;
    assert_eq!((status(&ada, &lost).await, status(&ada, &file).await), (404, 200));
    assert_eq!(server.query("SELECT count(*) AS n FROM file_contents", &[]).await[0].get::<i64>("n").unwrap(), 2);
}
