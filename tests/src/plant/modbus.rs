//! A Modbus TCP server that can be told to misbehave, down to the byte. The register map stands in
//! `registers.rs`, the kinds of misbehaviour in `fault.rs`.
//!
//! Its own frames instead of a library's: a library's server cannot send a wrong frame.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::fault::{Fault, Scope};
use super::registers::{self, Read};
use super::scenario::Draw;
use super::world::World;

/// More clients than a real controller would take; the next one waits in the listener's queue.
const CONNECTIONS_MAX: usize = 64;
const HEADER_BYTES: usize = 7;
/// Unit and request behind the length field: what the protocol allows.
const LENGTH_MAX: usize = 254;

/// The handle to the running server.
#[derive(Debug, Clone)]
pub struct Modbus {
    addr: SocketAddr,
    shared: Arc<Shared>,
    ended: CancellationToken,
}

#[derive(Debug)]
struct Shared {
    world: Arc<World>,
    faults: Mutex<BTreeMap<Option<u8>, Fault>>,
    refusing: watch::Sender<bool>,
    requests: Mutex<BTreeMap<u8, u64>>,
    settings: Mutex<registers::Settings>,
    connections: AtomicU64,
    nonsense: Mutex<Draw>,
}

impl Modbus {
    /// Binds and serves until `stop`.
    pub async fn start(addr: SocketAddr, world: Arc<World>, stop: CancellationToken) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            nonsense: Mutex::new(Draw::new(world.truth().seed)),
            world,
            faults: Mutex::default(),
            refusing: watch::Sender::new(false),
            requests: Mutex::default(),
            settings: Mutex::default(),
            connections: AtomicU64::new(0),
        });
        let ended = CancellationToken::new();
        tokio::spawn({
            let (shared, ended) = (shared.clone(), ended.clone().drop_guard());
            async move {
                serve(listener, addr, shared, stop).await;
                drop(ended);
            }
        });
        Ok(Self { addr, shared, ended })
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// From now on the scope misbehaves like this; `Fault::None` makes it well again.
    pub fn fault_set(&self, scope: Scope, fault: Fault) {
        let key = match scope {
            Scope::Server => None,
            Scope::Unit(unit) => Some(unit),
        };
        lock(&self.shared.faults).insert(key, fault);
        if scope == Scope::Server {
            self.shared.refusing.send_replace(fault == Fault::Refuse);
        }
    }

    /// How many requests each unit has got, answered or not.
    pub fn requests(&self) -> BTreeMap<u8, u64> {
        lock(&self.shared.requests).clone()
    }

    /// Returns when the server has stopped and its port is free.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// How many connections have been accepted so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn fault_of(&self, unit: u8) -> Fault {
        let faults = lock(&self.faults);
        let of = |key| faults.get(&key).copied().unwrap_or_default();
        match of(None) {
            Fault::None => of(Some(unit)),
            whole => whole,
        }
    }
}

async fn serve(listener: TcpListener, addr: SocketAddr, shared: Arc<Shared>, stop: CancellationToken) {
    let mut listener = Some(listener);
    let mut refusing = shared.refusing.subscribe();
    let mut connections = JoinSet::new();
    loop {
        if *refusing.borrow_and_update() {
            listener = None;
            connections.shutdown().await;
        } else if listener.is_none() {
            listener = TcpListener::bind(addr).await.ok();
        }
        tokio::select! {
            () = stop.cancelled() => break,
            _ = refusing.changed() => {}
            Some(_) = connections.join_next() => {}
            accepted = accept(listener.as_ref()), if connections.len() < CONNECTIONS_MAX => {
                if let Ok(stream) = accepted {
                    shared.connections.fetch_add(1, Ordering::Relaxed);
                    connections.spawn(talk(stream, shared.clone()));
                }
            }
        }
    }
    connections.shutdown().await;
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => Ok(listener.accept().await?.0),
        // Refusing, or the port is not free again yet: look once more in a moment.
        None => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Err(io::ErrorKind::NotConnected.into())
        }
    }
}

/// One connection, request after request, until the peer leaves or a fault ends it.
async fn talk(mut stream: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let mut header = [0; HEADER_BYTES];
        stream.read_exact(&mut header).await?;
        let [t0, t1, p0, p1, l0, l1, unit] = header;
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        if (p0, p1) != (0, 0) || !(2..=LENGTH_MAX).contains(&length) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut request = vec![0; length - 1];
        stream.read_exact(&mut request).await?;
        *lock(&shared.requests).entry(unit).or_default() += 1;

        let transaction = u16::from_be_bytes([t0, t1]);
        let fault = shared.fault_of(unit);
        if let Fault::SlowMs(ms) = fault {
            tokio::time::sleep(Duration::from_millis(u64::from(ms))).await;
        }
        let observation = registers::machine_of(unit).and_then(|code| shared.world.observe(code));
        let pdu = registers::answer(unit, &request, observation.as_ref(), &mut lock(&shared.settings));
        match reply(fault, transaction, unit, &request, pdu, &shared.nonsense) {
            Reply::Frame(bytes) => stream.write_all(&bytes).await?,
            Reply::Nothing => {}
            Reply::Close(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Reply {
    Frame(Vec<u8>),
    Nothing,
    /// These bytes, and then the connection ends.
    Close(Vec<u8>),
}

/// What a request gets under a fault; `pdu` is what it would get without one.
fn reply(fault: Fault, transaction: u16, unit: u8, request: &[u8], pdu: Vec<u8>, nonsense: &Mutex<Draw>) -> Reply {
    let function = request.first().copied().unwrap_or(0);
    let refused = |code| frame(transaction, unit, 0, &registers::exception(function, code));
    Reply::Frame(match fault {
        Fault::None | Fault::SlowMs(_) => frame(transaction, unit, 0, &pdu),
        Fault::Silent => return Reply::Nothing,
        Fault::Refuse => return Reply::Close(Vec::new()),
        Fault::CloseMidAnswer(bytes) => {
            let mut whole = frame(transaction, unit, 0, &pdu);
            whole.truncate(usize::from(bytes));
            return Reply::Close(whole);
        }
        Fault::WrongTransaction => frame(transaction.wrapping_add(1), unit, 0, &pdu),
        Fault::WrongUnit => frame(transaction, unit.wrapping_add(100), 0, &pdu),
        Fault::Exception(code) => refused(code),
        Fault::Nonsense(bytes) => {
            let mut draw = lock(nonsense);
            (0..bytes).map(|_| draw.number() as u8).collect()
        }
        Fault::WrongLength(offset) => frame(transaction, unit, i16::from(offset), &pdu),
        Fault::FewerRegisters => frame(transaction, unit, 0, &shortened(pdu)),
        Fault::IllegalRegister(address) => match Read::parse(request) {
            Some(read) if read.touches(address) => refused(registers::ILLEGAL_ADDRESS),
            _ => frame(transaction, unit, 0, &pdu),
        },
    })
}

fn frame(transaction: u16, unit: u8, length_offset: i16, pdu: &[u8]) -> Vec<u8> {
    let length = (pdu.len() as u16 + 1).saturating_add_signed(length_offset);
    let mut bytes = Vec::with_capacity(HEADER_BYTES + pdu.len());
    bytes.extend(transaction.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(length.to_be_bytes());
    bytes.push(unit);
    bytes.extend(pdu);
    bytes
}

/// One register (function 3, 4) or byte of bits (1, 2) less, with a byte count that agrees.
fn shortened(mut pdu: Vec<u8>) -> Vec<u8> {
    let less = match pdu.first() {
        Some(3 | 4) => 2,
        Some(1 | 2) => 1,
        _ => 0,
    };
    pdu.truncate(pdu.len().saturating_sub(less).max(2));
    if let [_, count, data @ ..] = pdu.as_mut_slice()
        && less > 0
    {
        *count = data.len() as u8;
    }
    pdu
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests;
