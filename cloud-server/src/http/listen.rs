//! Connections: plain or TLS, with limits that hold before anybody is known. A client that sends its head
//! drop by drop is cut; files of a certificate are read again when they change.

use crate::config::Tls;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::map_request;
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Server, from_tcp};
use hyper_util::rt::TokioTimer;
use std::io::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// From the first byte of a request to the end of its head.
const HEAD_MAX: Duration = Duration::from_secs(15);
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Requests of one HTTP/2 connection that are under way.
const STREAMS_MAX: u32 = 100;
/// Answers that are under way when the program is told to stop.
const GRACE: Duration = Duration::from_secs(10);
const CERTIFICATE_EVERY: Duration = Duration::from_secs(20);

/// Serves `router` on `listener` until `stop`.
///
/// # Errors
/// When the listener fails, or the certificate cannot be used.
pub async fn until(
    stop: CancellationToken,
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
) -> std::io::Result<()> {
    let handle = Handle::new();
    let (at_stop, stopped) = (handle.clone(), stop.clone());
    tokio::spawn(async move {
        stopped.cancelled().await;
        at_stop.graceful_shutdown(Some(GRACE));
    });
    let server = limited(from_tcp(listener.into_std()?)?).handle(handle);
    let router = router.layer(map_request(with_host));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let Some(tls) = tls else { return server.serve(service).await };
    let certificate = read(&tls).await?;
    tokio::spawn(renew(stop, tls, certificate.clone()));
    let acceptor = RustlsAcceptor::new(certificate).handshake_timeout(HANDSHAKE_MAX);
    server.acceptor(acceptor).serve(service).await
}

fn limited<A: Accept<tokio::net::TcpStream, ()>>(mut server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let builder = server.http_builder();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_MAX).max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX));
    server
}

/// HTTP/2 names the host beside the address instead of in a header; everything behind here reads the header.
async fn with_host(mut request: Request) -> Request {
    let named = request.uri().authority().and_then(|a| HeaderValue::from_str(a.as_str()).ok());
    if let Some(host) = named.filter(|_| !request.headers().contains_key(header::HOST)) {
        request.headers_mut().insert(header::HOST, host);
    }
    request
}

async fn read(tls: &Tls) -> std::io::Result<RustlsConfig> {
    let about = |e: Error| {
        let (certificate, key) = (tls.certificate.display(), tls.key.display());
        Error::new(e.kind(), format!("server.tls: certificate {certificate} with key {key}: {e}"))
    };
    RustlsConfig::from_pem_chain_file(&tls.certificate, &tls.key).await.map_err(about)
}

/// Takes up a renewed certificate. What cannot be read is logged, and the one before stays in use.
async fn renew(stop: CancellationToken, tls: Tls, current: RustlsConfig) {
    let stamp = || (changed(&tls.certificate), changed(&tls.key));
    let mut seen = stamp();
    while stop.run_until_cancelled(tokio::time::sleep(CERTIFICATE_EVERY)).await.is_some() {
        let now = stamp();
        if now == seen {
            continue;
        }
        match read(&tls).await {
            Ok(new) => {
                current.reload_from_config(new.get_inner());
                seen = now;
                tracing::info!(certificate = %tls.certificate.display(), "took up a renewed certificate");
            }
            // One of the two files may come later than the other.
            Err(e) => tracing::error!(error = %e, "the certificate in use stays"),
        }
    }
}

fn changed(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}
