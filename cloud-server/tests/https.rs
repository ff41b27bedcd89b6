//! HTTPS of the server itself: certificate files, their renewal, and limits before anybody is known.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use cloud_server::config::Tls;
use cloud_server::http::listen;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Writes a certificate for acme.localhost and its key; gives the certificate.
fn issue(dir: &Path) -> reqwest::Certificate {
    let made = rcgen::generate_simple_self_signed(vec!["acme.localhost".to_owned()]).unwrap();
    std::fs::write(dir.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap()
}

fn client(trusted: reqwest::Certificate, server: SocketAddr) -> reqwest::Client {
    let client = reqwest::Client::builder().tls_certs_only([trusted]).resolve("acme.localhost", server);
    client.build().unwrap()
}

async fn server(tls: Option<Tls>) -> (SocketAddr, CancellationToken) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (stop, listener) = (CancellationToken::new(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = listener.local_addr().unwrap();
    let host = |headers: HeaderMap| async move { headers["host"].to_str().unwrap().to_owned() };
    tokio::spawn(listen::until(stop.clone(), listener, tls, Router::new().route("/", get(host))));
    (address, stop)
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_a_renewed_certificate_is_taken_up_without_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = issue(dir.path());
    let tls = Tls { certificate: dir.path().join("cert.pem"), key: dir.path().join("key.pem") };
    let (address, stop) = server(Some(tls)).await;
    let url = format!("https://acme.localhost:{}/", address.port());
    let host = client(first.clone(), address).get(&url).send().await.unwrap().text().await.unwrap();
    assert_eq!(host, format!("acme.localhost:{}", address.port()), "the host is known with HTTP/2 too");

    std::fs::write(dir.path().join("cert.pem"), "this is no certificate").unwrap();
    let second = issue(dir.path());
    let renewed = async {
        // A new client each time: an open connection keeps the certificate it began with.
        while client(second.clone(), address).get(&url).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), renewed).await.unwrap();
    assert!(client(first, address).get(&url).send().await.is_err());
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_cannot_be_used_is_named_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    issue(dir.path());
    std::fs::write(dir.path().join("key.pem"), "").unwrap();
    let tls = Tls { certificate: dir.path().join("cert.pem"), key: dir.path().join("key.pem") };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refused = listen::until(CancellationToken::new(), listener, Some(tls), Router::new()).await.unwrap_err();
    assert!(refused.to_string().contains("key.pem"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_comes_drop_by_drop_is_cut() {
    let (address, stop) = server(None).await;
    let took = tokio::task::spawn_blocking(move || {
        let mut slow = TcpStream::connect(address).unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHost: acme.localhost\r\n").unwrap();
        slow.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let started = Instant::now();
        let mut left = Vec::new();
        // Ends when the server closes; a reset is as good.
        let _ = slow.read_to_end(&mut left);
        started.elapsed()
    });
    let took = took.await.unwrap();
    assert!(took < Duration::from_secs(30), "cut after {took:?}");
    stop.cancel();
}
