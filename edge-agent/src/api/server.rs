//! The listening side: connections are counted, and one that neither takes nor gives anything is closed.
//! Knows bytes only; what they mean is the router's. [`super::encrypted`] puts TLS on top.

use std::future::Future as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

/// Connections at once, plain and encrypted together; further ones wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 512;
/// A connection on which nothing moves for this long is closed. Event streams beat every second.
const QUIET_MOST: Duration = Duration::from_secs(75);
/// A client that takes nothing for this long while something waits for it is dropped.
const STALLED_MOST: Duration = Duration::from_secs(10);

/// Who is at the other end, and how they came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    pub address: IpAddr,
    pub is_encrypted: bool,
}

/// A listener whose connections have limits.
pub(super) struct Limited {
    inner: TcpListener,
    slots: Arc<Semaphore>,
}

impl Limited {
    pub fn new(inner: TcpListener, slots: Arc<Semaphore>) -> Self {
        Self { inner, slots }
    }

    /// For all listeners of the program together.
    pub fn slots() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(CONNECTIONS_MAX))
    }
}

impl Listener for Limited {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            let slot = self.slots.clone().acquire_owned().await.ok();
            match self.inner.accept().await {
                Ok((stream, address)) => {
                    // Only latency is lost without it.
                    let _ = stream.set_nodelay(true);
                    return (Connection::new(stream, slot), address);
                }
                Err(error) => {
                    tracing::warn!("cannot take a connection: {error}");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

impl Connected<IncomingStream<'_, Limited>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Limited>) -> Self {
        Self { address: stream.remote_addr().ip(), is_encrypted: false }
    }
}

/// One connection with a deadline that moves whenever bytes do.
pub(super) struct Connection {
    stream: TcpStream,
    deadline: Pin<Box<Sleep>>,
    _slot: Option<OwnedSemaphorePermit>,
}

impl Connection {
    fn new(stream: TcpStream, slot: Option<OwnedSemaphorePermit>) -> Self {
        Self { stream, deadline: Box::pin(tokio::time::sleep(QUIET_MOST)), _slot: slot }
    }

    /// The first byte that the client sends, which stays there; none when it sends nothing more.
    pub async fn first_byte(&self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        let count = self.stream.peek(&mut byte).await?;
        Ok((count > 0).then_some(byte[0]))
    }

    fn moved(&mut self) {
        self.deadline.as_mut().reset(Instant::now() + QUIET_MOST);
    }

    /// Nothing moved now; fails when that lasted too long.
    fn still(&mut self, context: &mut Context<'_>, most: Duration) -> Poll<io::Error> {
        let latest = Instant::now() + most;
        if self.deadline.deadline() > latest {
            self.deadline.as_mut().reset(latest);
        }
        ready!(self.deadline.as_mut().poll(context));
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "nothing moved"))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.still(context, QUIET_MOST).map(Err),
            done => {
                self.moved();
                done
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending => self.still(context, STALLED_MOST).map(Err),
            done => {
                self.moved();
                done
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write_vectored(context, slices) {
            Poll::Pending => self.still(context, STALLED_MOST).map(Err),
            done => {
                self.moved();
                done
            }
        }
    }
}
