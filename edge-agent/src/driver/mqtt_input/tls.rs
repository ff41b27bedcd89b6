//! TLS to a broker. The MQTT client's own would bring an old rustls with it, so it speaks to a socket of this
//! process and the bytes go on through the TLS that everything else uses.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener as StdListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::{TcpStream, UnixListener};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const CONNECTING: Duration = Duration::from_secs(10);

/// The socket's name for the client, and the task that carries its bytes; it ends with this.
pub(super) struct Tunnel {
    pub(super) socket: String,
    _carrying: JoinSet<()>,
}

pub(super) async fn open(host: &str, port: u16, ca_file: &Path) -> Result<Tunnel, String> {
    let stream = match timeout(CONNECTING, connect(host, port, ca_file)).await {
        Ok(stream) => stream?,
        Err(_) => return Err(format!("no answer in {} s", CONNECTING.as_secs())),
    };
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|error| format!("no randomness: {error}"))?;
    // Abstract: no file that another user could reach or that stays behind.
    let name = format!("unison-mqtt-{:032x}", u128::from_be_bytes(random));
    let listener = bind(&name).map_err(|error| format!("cannot listen inside this process: {error}"))?;
    let mut carrying = JoinSet::new();
    carrying.spawn(carry(listener, stream));
    Ok(Tunnel { socket: format!("\0{name}"), _carrying: carrying })
}

async fn connect(host: &str, port: u16, ca_file: &Path) -> Result<TlsStream<TcpStream>, String> {
    let file = ca_file.display();
    let pem = tokio::fs::read(ca_file).await.map_err(|error| format!("ca_file {file} cannot be read: {error}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| format!("ca_file {file} is no PEM: {error}"))?;
        roots.add(certificate).map_err(|error| format!("ca_file {file} has no usable certificate: {error}"))?;
    }
    if roots.is_empty() {
        return Err(format!("ca_file {file} has no certificate"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| format!("{host} is no name of a server"))?;
    let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
    let _ = stream.set_nodelay(true);
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.map_err(|error| format!("no TLS with the broker: {error}"))
}

fn bind(name: &str) -> std::io::Result<UnixListener> {
    let listener = StdListener::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

/// Carries bytes for the one client of this process; anybody else is turned away.
async fn carry(listener: UnixListener, mut stream: TlsStream<TcpStream>) {
    let own = i32::try_from(std::process::id()).ok();
    while let Ok((mut client, _)) = listener.accept().await {
        if client.peer_cred().is_ok_and(|peer| peer.pid() == own) {
            drop(listener);
            // However it ends, the client sees the end of its connection.
            let _ = tokio::io::copy_bidirectional(&mut client, &mut stream).await;
            return;
        }
    }
}
