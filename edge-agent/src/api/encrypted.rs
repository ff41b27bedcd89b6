//! TLS over the listening side. Handshakes run beside each other and have a deadline, so a client that says nothing
//! delays nobody. Whoever speaks plain HTTP here is told so.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::server::{Connection, Limited, Peer};

/// From the connection to the end of the handshake.
const HANDSHAKE_MOST: Duration = Duration::from_secs(10);
/// A record of TLS that begins a handshake.
const HANDSHAKE: u8 = 22;
const PLAIN_HTTP: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n\
    This port speaks HTTPS. Write https:// before the address.\n";

type Done = io::Result<(TlsStream<Connection>, SocketAddr)>;

/// A listener whose connections are encrypted.
pub(super) struct Encrypted {
    inner: Limited,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Done>,
}

impl Encrypted {
    pub fn new(inner: Limited, config: Arc<rustls::ServerConfig>) -> Self {
        Self { inner, acceptor: config.into(), handshakes: JoinSet::new() }
    }
}

impl Listener for Encrypted {
    type Io = TlsStream<Connection>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            tokio::select! {
                (connection, address) = self.inner.accept() => {
                    let acceptor = self.acceptor.clone();
                    self.handshakes.spawn(async move {
                        match tokio::time::timeout(HANDSHAKE_MOST, shake(acceptor, connection)).await {
                            Ok(done) => Ok((done?, address)),
                            Err(_) => Err(io::ErrorKind::TimedOut.into()),
                        }
                    });
                }
                Some(done) = self.handshakes.join_next() => match done {
                    Ok(Ok(ready)) => return ready,
                    // Every device that does not trust the certificate yet ends here; it is no news.
                    Ok(Err(error)) => tracing::debug!("a TLS handshake failed: {error}"),
                    Err(error) => tracing::error!("a TLS handshake ended: {error}"),
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

impl Connected<IncomingStream<'_, Encrypted>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Encrypted>) -> Self {
        Self { address: stream.remote_addr().ip(), is_encrypted: true }
    }
}

async fn shake(acceptor: TlsAcceptor, mut connection: Connection) -> io::Result<TlsStream<Connection>> {
    match connection.first_byte().await? {
        Some(HANDSHAKE) => acceptor.accept(connection).await,
        Some(first) if first.is_ascii_uppercase() => {
            connection.write_all(PLAIN_HTTP.as_bytes()).await?;
            connection.shutdown().await?;
            // What is closed with bytes unread is reset, and the answer may be lost with it.
            while connection.read(&mut [0; 1024]).await? > 0 {}
            Err(io::Error::other("it speaks plain HTTP"))
        }
        _ => Err(io::Error::other("it does not speak TLS")),
    }
}
