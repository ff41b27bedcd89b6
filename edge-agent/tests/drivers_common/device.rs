//! A fake Modbus device that answers what the test tells it, at the level of bytes, over whatever carries them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

pub async fn sleep_ms(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// The configuration of one Modbus connection; `tags` are (register, type) named after the prefix.
pub fn modbus(name: &str, address: SocketAddr, timeout_ms: u32, period_ms: u32, tags: &[(&str, &str)]) -> String {
    let mut text = format!(
        "[[connection]]\nname = \"{name}\"\ndriver = \"modbus_tcp\"\naddress = \"{address}\"\ntimeout_ms = {timeout_ms}\n"
    );
    for (i, (register, kind)) in tags.iter().enumerate() {
        let (unit, register) = register.split_once('/').unwrap_or(("1", register));
        text += &format!(
            "[[connection.tag]]\nname = \"{name}-{i}\"\nunit = {unit}\nregister = \"{register}\"\ntype = \"{kind}\"\nperiod_ms = {period_ms}\n"
        );
    }
    text
}

/// One request as the device got it.
#[derive(Clone, Debug)]
pub struct Call {
    pub transaction: u16,
    pub unit: u8,
    pub function: u8,
    pub address: u16,
    pub count: u16,
    /// Number of the request at this device and of its connection, from 0.
    pub number: u64,
    pub connection: u64,
}

impl Call {
    pub fn frame(&self, pdu: &[u8]) -> Vec<u8> {
        let mut frame = self.transaction.to_be_bytes().to_vec();
        frame.extend([0, 0]);
        frame.extend(u16::try_from(pdu.len() + 1).unwrap().to_be_bytes());
        frame.push(self.unit);
        frame.extend(pdu);
        frame
    }

    /// The right answer: registers by address, bits by whether the register is odd.
    pub fn answer(&self, value: impl Fn(u16) -> u16) -> Vec<u8> {
        let addresses = (0..self.count).map(|i| self.address.wrapping_add(i));
        let data: Vec<u8> = if self.function <= 2 {
            let bits: Vec<bool> = addresses.map(|address| value(address) % 2 == 1).collect();
            bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |acc, bit| acc << 1 | u8::from(*bit))).collect()
        } else {
            addresses.flat_map(|address| value(address).to_be_bytes()).collect()
        };
        let mut pdu = vec![self.function, u8::try_from(data.len()).unwrap()];
        pdu.extend(data);
        self.frame(&pdu)
    }

    /// The same answer as a serial line carries it.
    pub fn rtu(tcp: &[u8]) -> Vec<u8> {
        let mut frame = tcp[6..].to_vec();
        let sum = frame.iter().fold(0xffff_u16, |sum, byte| {
            (0..8).fold(sum ^ u16::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xa001 } else { sum >> 1 })
        });
        frame.extend(sum.to_le_bytes());
        frame
    }

    pub fn exception(&self, code: u8) -> Vec<u8> {
        self.frame(&[self.function | 0x80, code])
    }
}

pub enum Answer {
    Send(Vec<u8>),
    SendThenClose(Vec<u8>),
    SendAfter(u64, Vec<u8>),
    Silent,
}

/// A device on a port of its own.
pub struct Device {
    pub address: SocketAddr,
    pub requests: Arc<AtomicU64>,
    pub connections: Arc<AtomicU64>,
    _stop: DropGuard,
}

impl Device {
    pub async fn start(answer: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), answer).await
    }

    pub async fn start_at(address: SocketAddr, answer: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, connections) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (counted, opened, answer) = (requests.clone(), connections.clone(), Arc::new(answer));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move {
            while let Some(Ok((stream, _))) = stopped.run_until_cancelled(listener.accept()).await {
                let connection = opened.fetch_add(1, Relaxed);
                let serve = serve(stream, connection, counted.clone(), answer.clone());
                tokio::spawn(stopped.clone().run_until_cancelled_owned(serve));
            }
        });
        Self { address, requests, connections, _stop: stop.drop_guard() }
    }

    pub fn requests(&self) -> u64 {
        self.requests.load(Relaxed)
    }

    pub fn connections(&self) -> u64 {
        self.connections.load(Relaxed)
    }
}

/// Answers as a TCP device does until the stream ends.
pub async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: u64,
    requests: Arc<AtomicU64>,
    answer: Arc<impl Fn(&Call) -> Answer + ?Sized>,
) -> Option<()> {
    let mut frame = [0u8; 12];
    loop {
        stream.read_exact(&mut frame).await.ok()?;
        let word = |i: usize| u16::from_be_bytes([frame[i], frame[i + 1]]);
        let call = Call {
            transaction: word(0),
            unit: frame[6],
            function: frame[7],
            address: word(8),
            count: word(10),
            number: requests.fetch_add(1, Relaxed),
            connection,
        };
        match answer(&call) {
            Answer::Send(bytes) => stream.write_all(&bytes).await.ok()?,
            Answer::SendThenClose(bytes) => {
                stream.write_all(&bytes).await.ok()?;
                return None;
            }
            Answer::SendAfter(ms, bytes) => {
                sleep_ms(ms).await;
                stream.write_all(&bytes).await.ok()?;
            }
            Answer::Silent => {}
        }
    }
}

/// A unit on a serial line, or on one behind a TCP server; answers are whole frames of such a line.
pub async fn serve_rtu(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: impl Fn(&Call) -> Answer,
) -> Option<()> {
    let mut frame = [0u8; 8];
    let mut number = 0;
    loop {
        stream.read_exact(&mut frame).await.ok()?;
        let word = |i: usize| u16::from_be_bytes([frame[i], frame[i + 1]]);
        let (unit, function) = (frame[0], frame[1]);
        let call = Call { transaction: 0, unit, function, address: word(2), count: word(4), number, connection: 0 };
        number += 1;
        match answer(&call) {
            Answer::Send(bytes) => stream.write_all(&bytes).await.ok()?,
            Answer::SendThenClose(bytes) => {
                stream.write_all(&bytes).await.ok()?;
                return None;
            }
            Answer::SendAfter(ms, bytes) => {
                sleep_ms(ms).await;
                stream.write_all(&bytes).await.ok()?;
            }
            Answer::Silent => {}
        }
    }
}
