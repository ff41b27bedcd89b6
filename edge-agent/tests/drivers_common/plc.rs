//! A fake PLC that keeps what is written to it, over whatever carries the bytes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::device::{Answer, Call, sleep_ms};

/// Registers and coils of one unit; both are 0 until somebody writes them.
#[derive(Default)]
pub struct Plc {
    pub registers: Mutex<BTreeMap<u16, u16>>,
    pub coils: Mutex<BTreeMap<u16, bool>>,
    /// What was asked, function and data, in that order.
    pub asked: Mutex<Vec<Vec<u8>>>,
}

/// A request as it came.
pub struct Request {
    pub transaction: u16,
    pub unit: u8,
    /// Function and data.
    pub pdu: Vec<u8>,
    is_tcp: bool,
}

impl Request {
    /// A frame around an answer to it.
    pub fn frame(&self, pdu: &[u8]) -> Vec<u8> {
        let (transaction, unit, function) = (self.transaction, self.unit, self.pdu[0]);
        let call = Call { transaction, unit, function, address: 0, count: 0, number: 0, connection: 0 };
        let frame = call.frame(pdu);
        if self.is_tcp { frame } else { Call::rtu(&frame) }
    }

    pub fn is_write(&self) -> bool {
        matches!(self.pdu[0], 5 | 6 | 15 | 16 | 22)
    }
}

impl Plc {
    /// Functions of writes that came, in their order.
    pub fn writes(&self) -> Vec<u8> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|pdu| pdu[0]).filter(|function| *function > 4).collect()
    }

    pub fn register(&self, address: u16) -> u16 {
        self.registers.lock().unwrap().get(&address).copied().unwrap_or(0)
    }

    pub fn coil(&self, address: u16) -> bool {
        self.coils.lock().unwrap().get(&address).copied().unwrap_or(false)
    }

    /// Does what is asked and gives the answer to it.
    pub fn answer(&self, pdu: &[u8]) -> Vec<u8> {
        self.asked.lock().unwrap().push(pdu.to_vec());
        let word = |i: usize| u16::from_be_bytes([pdu[i], pdu[i + 1]]);
        let (function, address, count) = (pdu[0], word(1), word(3));
        match function {
            1 => {
                let bits: Vec<bool> = (0..count).map(|i| self.coil(address + i)).collect();
                let bytes = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |all, bit| all << 1 | u8::from(*bit)));
                let bytes: Vec<u8> = bytes.collect();
                [&[1, bytes.len() as u8][..], &bytes].concat()
            }
            3 => {
                let words: Vec<u8> = (0..count).flat_map(|i| self.register(address + i).to_be_bytes()).collect();
                [&[3, words.len() as u8][..], &words].concat()
            }
            5 => {
                self.coils.lock().unwrap().insert(address, count == 0xff00);
                pdu.to_vec()
            }
            6 => {
                self.registers.lock().unwrap().insert(address, count);
                pdu.to_vec()
            }
            15 => {
                let bit = |i: u16| pdu[6 + usize::from(i / 8)] >> (i % 8) & 1 == 1;
                self.coils.lock().unwrap().extend((0..count).map(|i| (address + i, bit(i))));
                pdu[..5].to_vec()
            }
            16 => {
                let value = |i: u16| word(6 + 2 * usize::from(i));
                self.registers.lock().unwrap().extend((0..count).map(|i| (address + i, value(i))));
                pdu[..5].to_vec()
            }
            22 => {
                let mut registers = self.registers.lock().unwrap();
                let (and, or, register) = (count, word(5), registers.entry(address).or_default());
                *register = *register & and | or & !and;
                pdu.to_vec()
            }
            _ => vec![function | 0x80, 1],
        }
    }
}

/// Serves until the stream ends; `answer` says what goes out for a request.
pub async fn serve_plc(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    is_tcp: bool,
    answer: Arc<impl Fn(&Request) -> Answer + ?Sized>,
) -> Option<()> {
    loop {
        let asked = if is_tcp { next_tcp(&mut stream).await? } else { next_rtu(&mut stream).await? };
        match answer(&asked) {
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

async fn next_tcp(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut head = [0; 7];
    stream.read_exact(&mut head).await.ok()?;
    let mut pdu = vec![0; usize::from(u16::from_be_bytes([head[4], head[5]])) - 1];
    stream.read_exact(&mut pdu).await.ok()?;
    Some(Request { transaction: u16::from_be_bytes([head[0], head[1]]), unit: head[6], pdu, is_tcp: true })
}

async fn next_rtu(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    // Unit, function, address, count or value.
    let mut frame = vec![0; 6];
    stream.read_exact(&mut frame).await.ok()?;
    let more = match frame[1] {
        15 | 16 => usize::from(stream_byte(stream, &mut frame).await?) + 2,
        22 => 4,
        _ => 2,
    };
    let from = frame.len();
    frame.resize(from + more, 0);
    stream.read_exact(&mut frame[from..]).await.ok()?;
    let pdu = frame[1..frame.len() - 2].to_vec();
    Some(Request { transaction: 0, unit: frame[0], pdu, is_tcp: false })
}

async fn stream_byte(stream: &mut (impl AsyncRead + Unpin), frame: &mut Vec<u8>) -> Option<u8> {
    let byte = stream.read_u8().await.ok()?;
    frame.push(byte);
    Some(byte)
}
