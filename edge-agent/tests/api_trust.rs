//! Who may say which OPC UA server is believed, and what is shown of it.

mod api_common;

use api_common::{ADMIN, ANA, Edge, SUE, answer};
use edge_agent::driver::opcua::{Certificate, TrustState};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Nobody listens there: what the server shows is told by the test.
const CONNECTIONS: &str = r#"
[[connection]]
name = "press/1"
driver = "opcua"
endpoint = "opc.tcp://127.0.0.1:1"
[[connection.tag]]
name = "state"
node = "ns=2;s=State"
type = "i32"
[[connection]]
name = "open"
driver = "opcua"
endpoint = "opc.tcp://127.0.0.1:1"
security_policy = "None"
[[connection.tag]]
name = "other"
node = "ns=2;s=State"
type = "i32"
"#;

fn certificate() -> (Vec<u8>, String) {
    let made = rcgen::generate_simple_self_signed(["plc".to_owned()]).unwrap().cert.der().to_vec();
    let sha256 = Sha256::digest(&made).iter().map(|byte| format!("{byte:02x}")).collect();
    (made, sha256)
}

async fn trust(edge: &Edge, token: &str, connection: &str, sha256: &str) -> (StatusCode, Value) {
    edge.post("/trust", token, json!({"connection": connection, "sha256": sha256})).await
}

#[tokio::test]
async fn edge_03_a_supervisor_trusts_another_certificate_and_it_is_kept_who_did_so_when() {
    let edge = Edge::start_with(CONNECTIONS).await;
    let server = edge.connections[0].trust().unwrap().clone();
    let seen = edge.read("/trust").await;
    let states: Vec<_> =
        seen["connections"].as_array().unwrap().iter().map(|c| (&c["connection"], &c["state"])).collect();
    assert_eq!(states, [(&json!("press/1"), &json!("unseen")), (&json!("open"), &json!("insecure"))]);
    assert_eq!(seen["may_trust"], false);

    let ((first, first_sha), (second, second_sha)) = (certificate(), certificate());
    server.admit(first, edge.now()).unwrap();
    server.admit(second, edge.now()).unwrap_err();
    let changed = edge.read("/trust").await["connections"][0].clone();
    assert_eq!((&changed["state"], &changed["endpoint"]), (&json!("changed"), &json!("opc.tcp://127.0.0.1:1")));
    assert_eq!((&changed["pinned"]["sha256"], &changed["pinned"]["by"]), (&json!(first_sha), &json!("first_use")));
    assert_eq!((&changed["pinned"]["at"], &changed["pinned"]["by_name"]), (&json!(api_common::START), &Value::Null));
    assert_eq!(changed["presented"]["sha256"], json!(second_sha));
    assert_eq!(changed["presented"]["subject"], "CN=rcgen self signed cert");
    assert_eq!(changed["presented"]["not_before"], "1975-01-01T00:00:00Z");

    // Nobody, somebody who may not, somebody who guesses, and what is not shown.
    let nobody =
        edge.call(reqwest::Method::POST, "/trust", None, &json!({"connection": "press/1", "sha256": second_sha})).await;
    assert_eq!(nobody.0, 401);
    let (ana, sue) = (edge.sign_on(ANA).await, edge.sign_on(SUE).await);
    let (status, refused) = trust(&edge, &ana, "press/1", &second_sha).await;
    assert_eq!((status.as_u16(), refused.to_string().contains("connections:trust")), (403, true), "{refused}");
    assert_eq!(trust(&edge, &sue, "press/1", &first_sha).await.0, 409);
    assert_eq!(trust(&edge, &sue, "press/2", &second_sha).await.0, 400);
    assert_eq!(trust(&edge, &sue, "open", &second_sha).await.0, 400);
    assert_eq!(server.snapshot().state, TrustState::Changed);

    edge.advance(60);
    let (status, trusted) = trust(&edge, &sue, "press/1", &second_sha).await;
    assert_eq!((status.as_u16(), &trusted["state"]), (200, &json!("trusted")), "{trusted}");
    let pinned = &trusted["pinned"];
    assert_eq!((&pinned["sha256"], &pinned["replaced"]), (&json!(second_sha), &json!(first_sha)));
    assert_eq!(
        (&pinned["by"], &pinned["by_name"], &pinned["at"]),
        (&json!("person"), &json!("Sue"), &json!("2025-11-06T10:01:00Z"))
    );
}

#[tokio::test]
async fn edge_03_the_administrator_of_the_box_trusts_by_its_token() {
    let edge = Edge::start_with(CONNECTIONS).await;
    let server = edge.connections[0].trust().unwrap().clone();
    let ((first, _), (second, sha256)) = (certificate(), certificate());
    server.admit(first, edge.now()).unwrap();
    server.admit(second.clone(), edge.now()).unwrap_err();
    for (token, expect) in [("wrong", 403), (ADMIN, 200)] {
        let request = edge.http.post(format!("{}/api/v1/trust", edge.url)).header("X-Admin-Token", token);
        let (status, body) =
            answer(request.json(&json!({"connection": "press/1", "sha256": sha256})).send().await.unwrap()).await;
        assert_eq!(status, expect, "{body}");
    }
    server.admit(second, edge.now()).unwrap();
    assert_eq!(edge.read("/trust").await["connections"][0]["pinned"]["by"], "administrator");
}

#[tokio::test]
async fn edge_03_the_edges_own_certificate_is_shown_for_the_servers_people() {
    let edge = Edge::start_with(CONNECTIONS).await;
    let own = {
        let mut tries = 0;
        loop {
            let own = edge.read("/trust").await["own"].clone();
            tries += 1;
            if !own.is_null() || tries > 600 {
                break own;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    assert!(own["subject"].as_str().unwrap().contains("Unison edge on"), "{own}");
    assert!(own["pem"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----\nMII"), "{own}");
    let body: String = own["pem"].as_str().unwrap().lines().filter(|line| !line.starts_with("--")).collect();
    let certificate = Certificate::try_from(body).unwrap();
    assert_eq!(own["sha256"], json!(certificate.sha256()));
    assert_eq!(own["not_before"], "2000-01-01T00:00:00Z");
    assert!(!own.to_string().contains("PRIVATE"));
}
