//! HTTPS of the edge as its clients meet it: trusted through the plant authority alone, changed while it runs, and
//! nobody's silence delays others.

mod api_common;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use api_common::*;
use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const NAME: &str = "edge.test";

async fn edge() -> Edge {
    Edge::with_https(&[NAME]).await
}

fn at(edge: &Edge) -> String {
    format!("https://{NAME}:{}", edge.tls.unwrap().port())
}

async fn authority(edge: &Edge) -> Vec<u8> {
    let answer = edge.http.get(format!("{}/authority.crt", edge.url)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/x-x509-ca-cert");
    answer.bytes().await.unwrap().to_vec()
}

/// A client that trusts this certificate and nothing else.
fn trusting(edge: &Edge, root: &[u8]) -> Client {
    let root = Certificate::from_der(root).or_else(|_| Certificate::from_pem(root)).unwrap();
    let client = Client::builder().tls_certs_only([root]).resolve(NAME, edge.tls.unwrap());
    client.timeout(Duration::from_secs(20)).build().unwrap()
}

fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

#[tokio::test]
async fn edge_11_whoever_trusts_the_authority_connects_by_name_and_address() {
    let edge = edge().await;
    let client = trusting(&edge, &authority(&edge).await);
    for url in [at(&edge), format!("https://{}", edge.tls.unwrap())] {
        let answer = client.get(format!("{url}/health")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{url}");
        assert!(
            !answer.headers().contains_key("strict-transport-security"),
            "it would lock out who lost the authority"
        );
        let health: Value = answer.json().await.unwrap();
        assert_eq!(health["https"], json!({"state": "ok", "warnings": []}));
    }
    let stranger = Client::builder().tls_certs_only([]).build().unwrap();
    let refused = stranger.get(format!("https://{}/health", edge.tls.unwrap())).send().await.unwrap_err();
    assert!(chain(&refused).contains("UnknownIssuer"), "{}", chain(&refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_11_openssl_speaks_with_it_in_both_versions() {
    let edge = edge().await;
    let der = authority(&edge).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut pem = Command::new("openssl")
        .args(["x509", "-inform", "DER", "-out"])
        .arg(file.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    pem.stdin.take().unwrap().write_all(&der).unwrap();
    assert!(pem.wait().unwrap().success());
    for (version, spoken) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let out = Command::new("openssl")
            .args(["s_client", "-brief", "-verify_return_error", "-verify_hostname", NAME, version, "-connect"])
            .arg(edge.tls.unwrap().to_string())
            .arg("-CAfile")
            .arg(file.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success() && said.contains("Verification: OK") && said.contains(spoken), "{said}");
    }
}

#[tokio::test]
async fn q_134_the_cookie_of_an_encrypted_session_stays_with_it() {
    let edge = edge().await;
    let client = trusting(&edge, &authority(&edge).await);
    edge.set_pin(ANA, "1234").await;
    let login = json!({"operator": ANA, "pin": "1234"});
    let sign_on = async |client: &Client, url: &str| {
        let answer = client.post(format!("{url}/api/v1/auth/login")).json(&login).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.headers()["set-cookie"].to_str().unwrap().to_owned()
    };
    let secure = sign_on(&client, &at(&edge)).await;
    assert!(secure.starts_with("__Host-unison_session=") && secure.contains("; Path=/;"), "{secure}");
    assert!(secure.ends_with("; HttpOnly; SameSite=Strict; Secure") && !secure.contains("Domain"), "{secure}");
    let plain = sign_on(&edge.http, &edge.url).await;
    assert!(plain.starts_with("unison_session=") && !plain.contains("Secure"), "{plain}");
    let cookie = |text: &str| text.split(';').next().unwrap().to_owned();
    let me = async |client: &Client, url: &str, text: &str| {
        let request = client.get(format!("{url}/api/v1/me")).header("cookie", cookie(text));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(me(&client, &at(&edge), &secure).await, 200);
    assert_eq!(me(&edge.http, &edge.url, &plain).await, 200);
    assert_eq!(me(&client, &at(&edge), &plain).await, 401, "a plain page may not speak for an encrypted one");
    // Writes by cookie only from the page's own origin.
    let write = async |origin: String| {
        let request = client.post(format!("{}/api/v1/work-orders/WO-1/start", at(&edge)));
        let request = request.header("cookie", cookie(&secure)).header("origin", origin).json(&json!({}));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(write("https://evil.test".into()).await, 403);
    assert_eq!(write(format!("https://{NAME}")).await, 403, "another port is another origin");
    assert_eq!(write(at(&edge)).await, 200);
}

#[tokio::test]
async fn edge_11_plain_http_on_the_encrypted_port_is_told_so() {
    let edge = edge().await;
    let mut stream = TcpStream::connect(edge.tls.unwrap()).await.unwrap();
    stream.write_all(b"GET /trust HTTP/1.1\r\nHost: edge\r\n\r\n").await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 400 ") && said.contains("Write https://"), "{said}");
    // What is neither is closed.
    let mut stream = TcpStream::connect(edge.tls.unwrap()).await.unwrap();
    stream.write_all(&[0, 1, 2, 3]).await.unwrap();
    assert!(matches!(stream.read(&mut [0; 16]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn edge_11_who_says_nothing_delays_nobody() {
    let edge = edge().await;
    let client = trusting(&edge, &authority(&edge).await);
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(edge.tls.unwrap()).await.unwrap());
    }
    // Half a hello is no better.
    for stream in silent.iter_mut().take(50) {
        stream.write_all(&[22, 3, 1, 2]).await.unwrap();
    }
    let answer = client.get(format!("{}/health", at(&edge))).timeout(Duration::from_secs(5)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    drop(silent);
}

#[tokio::test]
async fn edge_11_an_administrator_brings_a_certificate_and_takes_it_back() {
    let edge = edge().await;
    let by_authority = trusting(&edge, &authority(&edge).await);
    let made = rcgen::generate_simple_self_signed(vec![NAME.to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec![NAME.to_owned()]).unwrap();
    let body = json!({"chain": made.cert.pem(), "key": made.signing_key.serialize_pem()});
    let change = async |method: Method, token: &str, body: &Value| {
        let request = edge.http.request(method, format!("{}/api/v1/certificate", edge.url));
        answer(request.header("X-Admin-Token", token).json(body).send().await.unwrap()).await
    };
    assert_eq!(change(Method::PUT, "wrong", &body).await.0, 403);
    assert_eq!(change(Method::DELETE, "wrong", &json!({})).await.0, 403);
    let mixed = json!({"chain": made.cert.pem(), "key": other.signing_key.serialize_pem()});
    let (status, said) = change(Method::PUT, ADMIN, &mixed).await;
    assert_eq!((status.as_u16(), fields(&said)), (400, vec!["key"]), "{said}");
    assert_eq!(by_authority.get(format!("{}/health", at(&edge))).send().await.unwrap().status(), 200);

    let (status, view) = change(Method::PUT, ADMIN, &body).await;
    assert_eq!(status, 200, "{view}");
    assert_eq!((&view["certificate"]["source"], &view["authority"]), (&json!("uploaded"), &Value::Null));
    assert_eq!(view["urls"], json!([at(&edge)]));
    // The connection that was open goes on; a new one gets the new certificate.
    assert_eq!(by_authority.get(format!("{}/health", at(&edge))).send().await.unwrap().status(), 200);
    let by_upload = trusting(&edge, made.cert.der());
    assert_eq!(by_upload.get(format!("{}/health", at(&edge))).send().await.unwrap().status(), 200);
    assert_eq!(edge.get("/authority.crt").await.0, 404);

    let (status, view) = change(Method::DELETE, ADMIN, &json!({})).await;
    assert_eq!((status.as_u16(), &view["certificate"]["source"]), (200, &json!("plant_authority")), "{view}");
    let again = trusting(&edge, &authority(&edge).await);
    assert_eq!(again.get(format!("{}/health", at(&edge))).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn edge_11_a_device_learns_what_to_trust() {
    let edge = edge().await;
    let view = edge.read("/certificate").await;
    assert_eq!(view["https_port"], edge.tls.unwrap().port());
    let authority_der = authority(&edge).await;
    let sha256 = <sha2::Sha256 as sha2::Digest>::digest(&authority_der);
    let pairs: Vec<String> = sha256.iter().map(|b| format!("{b:02X}")).collect();
    assert_eq!(view["authority"]["fingerprint"], pairs.join(":"));
    assert_eq!(view["authority"]["permitted_names"], json!([NAME]));
    let networks = view["authority"]["permitted_networks"].as_array().unwrap();
    assert!(networks.contains(&json!("192.168.0.0/16")) && networks.contains(&json!("fc00::/7")), "{networks:?}");
    assert_eq!(view["certificate"]["names"], json!([NAME, "127.0.0.1"]));
    let code = edge.http.get(format!("{}/api/v1/trust.svg?host={NAME}", edge.url)).send().await.unwrap();
    assert_eq!(code.headers()["content-type"], "image/svg+xml");
    assert!(code.text().await.unwrap().contains("<svg"));
    // The page may ask the encrypted origin whether this device trusts it; no other.
    let policy = async |host: &str| {
        let page = edge.http.get(format!("{}/trust", edge.url)).header("host", host).send().await.unwrap();
        page.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    let ours = policy(&format!("{NAME}:8081")).await;
    assert!(ours.contains(&format!("connect-src 'self' {};", at(&edge))), "{ours}");
    assert!(policy("evil.test").await.contains("connect-src 'self';"));
}
