//! The front: takes connections of edges, reads their MQTT packets and admits what `packets` allows, before
//! the broker sees anything (SYNC-05). Generic over the stream, so that TLS can be put under it.
//!
//! It decides nothing about content. An admitted session is two pipes, from the edge to the broker and
//! back; whichever ends first ends both.

use super::broker::Broker;
use super::counters::{Counters, Reason};
use super::packets::{self, Admitted, Claim, PACKET_BYTES_MAX, Rights};
use super::sessions::{Cut, Session, Sessions};
use bytes::BytesMut;
use futures::future::BoxFuture;
use rumqttc::mqttbytes::v4::{ConnAck, Connect, ConnectReturnCode, Packet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use unison_sync::seal::{Address, Keys};
use uuid::Uuid;

/// A stranger has this long to say who it is.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Strangers who may be saying it at the same time.
pub const STRANGERS_MAX: usize = 256;
/// Used where the edge asks for none; MQTT allows a server to end a silent session whenever it likes.
const KEEP_ALIVE_DEFAULT: Duration = Duration::from_secs(60);
const KEEP_ALIVE_MAX: Duration = Duration::from_secs(300);
/// An edge that takes nothing for this long is gone.
const WRITE_WITHIN: Duration = Duration::from_secs(30);
/// How often a session asks whether its edge was revoked meanwhile.
const RECHECK_EVERY: Duration = Duration::from_secs(3);
/// Room made for each read.
const READ_BYTES: usize = 16 * 1024;
/// Packets a second that an edge may send for long, and at once.
const PACKETS_PER_SECOND: u32 = 200;
const PACKETS_AT_ONCE: u32 = 400;

/// What is known of an edge that may connect.
pub struct Known {
    pub address: Address,
    pub keys: Keys,
    pub is_revoked: bool,
}

/// Finds an edge; None for an unknown one. An error means that it cannot be known now.
pub type Lookup = Arc<dyn Fn(Uuid) -> BoxFuture<'static, Result<Option<Known>, String>> + Send + Sync>;

/// Told when an edge can be reached and when it is gone, with the id of the session: a session that was
/// replaced ends after the new one began.
pub type Presence = Arc<dyn Fn(Address, u64, bool) + Send + Sync>;

/// Everything a session needs.
pub struct Front {
    pub lookup: Lookup,
    pub presence: Presence,
    pub broker: Broker,
    pub counters: Arc<Counters>,
    pub sessions: Arc<Sessions>,
    pub sessions_max: usize,
    pub stop: CancellationToken,
}

impl Front {
    /// Takes connections until the task is dropped; sessions end with `stop`.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        let strangers = Arc::new(Semaphore::new(STRANGERS_MAX));
        let all = Arc::new(Semaphore::new(self.sessions_max + STRANGERS_MAX));
        loop {
            let (stream, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(e) => {
                    // Mostly: out of file descriptors. Waiting lets some come back.
                    tracing::warn!(error = %e, "cannot take an MQTT connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let (Ok(stranger), Ok(place)) = (strangers.clone().try_acquire_owned(), all.clone().try_acquire_owned())
            else {
                self.counters.refuse(Reason::TooMany, &peer.to_string(), "too many connections");
                continue;
            };
            let _ = stream.set_nodelay(true);
            let front = self.clone();
            tokio::spawn(async move {
                tokio::select! {
                    () = front.connection(stream, peer, stranger) => {}
                    () = front.stop.cancelled() => {}
                }
                drop(place);
            });
        }
    }

    /// One connection from its first byte to its end.
    async fn connection<S>(&self, mut stream: S, peer: SocketAddr, stranger: impl Send)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let mut buffer = BytesMut::new();
        let greeted =
            timeout(CONNECT_WITHIN, self.greet(&mut stream, &mut buffer)).await.unwrap_or(Err(Reason::TooSlow));
        let (claim, known) = match greeted {
            Ok(Some(greeted)) => greeted,
            Ok(None) => return, // A port check, or a broken line.
            Err(reason) => {
                self.counters.refuse(reason, &peer.to_string(), "before it was admitted");
                refuse(&mut stream, reason).await;
                return;
            }
        };
        drop(stranger);
        let session = self.sessions.open(known.address);
        let ended = self.admitted(&mut stream, buffer, &claim, &session).await;
        (self.presence)(session.address, session.id, false);
        if let Err(reason) = ended {
            let who = format!("edge {} at {peer}", claim.edge);
            self.counters.refuse(reason, &who, "session closed");
        }
    }

    /// Reads CONNECT and proves who it is. None when the other side went away without a word.
    async fn greet<S>(&self, stream: &mut S, buffer: &mut BytesMut) -> Result<Option<(Claim, Known)>, Reason>
    where
        S: AsyncRead + Unpin + Send,
    {
        let claim = loop {
            if let Some(claim) = packets::connect(buffer)? {
                break claim;
            }
            match stream.read_buf(buffer).await {
                Ok(0) | Err(_) => return Ok(None),
                Ok(_) => {}
            }
        };
        let known = match (self.lookup)(claim.edge).await {
            Ok(Some(known)) => known,
            Ok(None) => return Err(Reason::Unknown),
            Err(e) => {
                tracing::error!(edge = %claim.edge, error = %e, "cannot look an edge up");
                return Err(Reason::Broker);
            }
        };
        let password = known.keys.mqtt_password();
        if !bool::from(password.as_bytes().ct_eq(claim.password.as_bytes())) {
            return Err(Reason::Password);
        }
        // After the password: nobody else learns that the edge exists.
        if known.is_revoked { Err(Reason::Revoked) } else { Ok(Some((claim, known))) }
    }

    async fn admitted<S>(&self, stream: &mut S, rest: BytesMut, claim: &Claim, session: &Session) -> Result<(), Reason>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let mut broker = match timeout(CONNECT_WITHIN, self.to_broker(session)).await {
            Ok(Ok(broker)) => broker,
            _ => {
                refuse(stream, Reason::Broker).await;
                return Err(Reason::Broker);
            }
        };
        write(stream, &Packet::ConnAck(ConnAck::new(ConnectReturnCode::Success, false))).await?;
        let rights = Mutex::new(Rights::new(&session.address));
        let (edge_in, edge_out) = tokio::io::split(stream);
        let (broker_in, broker_out) = broker.split();
        tokio::select! {
            ended = self.pipe_up(edge_in, broker_out, rest, keep_alive(claim), &rights) => ended,
            ended = self.pipe_down(broker_in, edge_out, &rights, session) => ended,
            cut = session.is_cut() => Err(reason_of(cut)),
            () = self.revoked_meanwhile(claim.edge) => Err(Reason::Revoked),
        }
    }

    /// A connection to the broker that carries this session. Each has a client id of its own: where rumqttd
    /// sees a client id again after a connection that broke while it was being set up, it panics holding a lock
    /// and takes no connection any more.
    async fn to_broker(&self, session: &Session) -> Result<TcpStream, Reason> {
        let gone = |_| Reason::Broker;
        let mut stream = TcpStream::connect(self.broker.address()).await.map_err(gone)?;
        let _ = stream.set_nodelay(true);
        let mut connect = Connect::new(format!("{}.{}", session.address.edge, session.id));
        // The front watches the keep-alive of the edge itself.
        connect.keep_alive = u16::MAX;
        connect.set_login(self.broker.login().username.clone(), self.broker.login().password.clone());
        write(&mut stream, &Packet::Connect(connect)).await.map_err(|_| Reason::Broker)?;
        let mut buffer = BytesMut::new();
        loop {
            match packets::decode(&mut buffer, packets::CONNECT_BYTES_MAX)? {
                Some(Packet::ConnAck(ack)) if ack.code == ConnectReturnCode::Success => return Ok(stream),
                Some(_) => return Err(Reason::Broker),
                None => {}
            }
            // Byte by byte: what follows CONNACK belongs to the pipe.
            let byte = stream.read_u8().await.map_err(gone)?;
            buffer.extend_from_slice(&[byte]);
        }
    }

    async fn pipe_up<R, W>(
        &self,
        mut from: R,
        mut to: W,
        mut buffer: BytesMut,
        silence: Duration,
        rights: &Mutex<Rights>,
    ) -> Result<(), Reason>
    where
        R: AsyncRead + Unpin + Send,
        W: AsyncWrite + Unpin + Send,
    {
        let mut pace = Pace::new();
        loop {
            while let Some(packet) = packets::next(&mut buffer)? {
                pace.wait().await;
                let admitted = rights.lock().unwrap_or_else(PoisonError::into_inner).admit(packet)?;
                match admitted {
                    Admitted::Forward(packet) => write(&mut to, &packet).await.map_err(|_| Reason::Broker)?,
                    Admitted::Leave => return Ok(()),
                }
            }
            buffer.reserve(READ_BYTES);
            match timeout(silence, from.read_buf(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => return Ok(()),
                Ok(Ok(_)) => {}
                Err(_) => return Err(Reason::Silent),
            }
        }
    }

    async fn pipe_down<R, W>(
        &self,
        mut from: R,
        mut to: W,
        rights: &Mutex<Rights>,
        session: &Session,
    ) -> Result<(), Reason>
    where
        R: AsyncRead + Unpin + Send,
        W: AsyncWrite + Unpin + Send,
    {
        let mut buffer = BytesMut::new();
        loop {
            while let Some(packet) = packets::decode(&mut buffer, PACKET_BYTES_MAX).map_err(|_| Reason::Broker)? {
                rights.lock().unwrap_or_else(PoisonError::into_inner).sent(&packet)?;
                write(&mut to, &packet).await?;
                if matches!(packet, Packet::SubAck(_)) {
                    // From here on the edge hears what is sent to it.
                    (self.presence)(session.address, session.id, true);
                }
            }
            buffer.reserve(READ_BYTES);
            match from.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return Err(Reason::Broker),
                Ok(_) => {}
            }
        }
    }

    /// Ends when the edge is revoked. A question that cannot be answered now does not end a session.
    async fn revoked_meanwhile(&self, edge: Uuid) {
        loop {
            tokio::time::sleep(RECHECK_EVERY).await;
            match (self.lookup)(edge).await {
                Ok(Some(known)) if !known.is_revoked => {}
                Ok(_) => return,
                Err(e) => tracing::warn!(%edge, error = %e, "cannot look an edge up again"),
            }
        }
    }
}

const fn reason_of(cut: Cut) -> Reason {
    match cut {
        Cut::Replaced => Reason::Replaced,
        Cut::Revoked => Reason::Revoked,
    }
}

/// MQTT gives a client one and a half of its keep-alive times.
fn keep_alive(claim: &Claim) -> Duration {
    let asked = match claim.keep_alive_seconds {
        0 => KEEP_ALIVE_DEFAULT,
        seconds => Duration::from_secs(u64::from(seconds)).min(KEEP_ALIVE_MAX),
    };
    asked.mul_f32(1.5)
}

async fn write<W: AsyncWrite + Unpin>(to: &mut W, packet: &Packet) -> Result<(), Reason> {
    let mut bytes = BytesMut::new();
    packet.write(&mut bytes, usize::MAX).map_err(|_| Reason::Malformed)?;
    match timeout(WRITE_WITHIN, to.write_all(&bytes)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Reason::NotReading),
    }
}

/// Says no in the words of MQTT, where it has some, and closes. Nobody waits for the other side here.
async fn refuse<S: AsyncWrite + Unpin>(stream: &mut S, reason: Reason) {
    let code = match reason {
        Reason::Unknown | Reason::Revoked | Reason::Password | Reason::Identity | Reason::Will => {
            ConnectReturnCode::NotAuthorized
        }
        Reason::Protocol => ConnectReturnCode::RefusedProtocolVersion,
        Reason::Broker => ConnectReturnCode::ServiceUnavailable,
        _ => return,
    };
    let _ = timeout(Duration::from_secs(1), write(stream, &Packet::ConnAck(ConnAck::new(code, false)))).await;
    let _ = timeout(Duration::from_secs(1), stream.shutdown()).await;
}

/// Slows an edge down that sends without end, so that it cannot push the messages of others out of the
/// broker's memory. It is not closed: what it sends may be thirty days of facts.
struct Pace {
    left: f64,
    at: Instant,
}

impl Pace {
    fn new() -> Self {
        Self { left: f64::from(PACKETS_AT_ONCE), at: Instant::now() }
    }

    async fn wait(&mut self) {
        let now = Instant::now();
        let gained = now.duration_since(self.at).as_secs_f64() * f64::from(PACKETS_PER_SECOND);
        self.left = (self.left + gained).min(f64::from(PACKETS_AT_ONCE)) - 1.0;
        self.at = now;
        if self.left < 0.0 {
            tokio::time::sleep(Duration::from_secs_f64(-self.left / f64::from(PACKETS_PER_SECOND))).await;
        }
    }
}
