//! A device that fails at every byte of an answer, in every way and for every function: it closes, falls silent, goes
//! on with noise, or changes a bit. Each case is a device of its own with two units. Only the first one's answers are
//! spoilt; what is read of it carries the number of its request, so that a spoilt, late or foreign answer is known by
//! its value.
//!
//! On TCP the bits of the values themselves are left alone: nothing in a Modbus TCP frame could tell.

#![allow(clippy::print_stdout, reason = "says how many cases ran")]

mod drivers_common;

use std::collections::HashSet;
use std::os::fd::AsRawFd as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use drivers_common::{Call, Edge, SystemClock, modbus, sleep_ms};
use edge_agent::driver::{Clock as _, Quality, TagIndex, Value};
use futures::future::join_all;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_serial::SerialStream;

/// Reads of coils, discrete inputs, holding and input registers.
const FUNCTIONS: [u8; 4] = [1, 2, 3, 4];
/// Requests to unit 1 before the one whose answer is spoilt.
const SPOILT: u64 = 2;
const TIMEOUT_MS: u32 = 300;
const PERIOD_MS: u32 = 150;
/// Cases that run together.
const TOGETHER: usize = 120;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    CloseAfter(usize),
    SilentAfter(usize),
    NoiseAfter(usize),
    Bit(usize),
    /// The answer comes when nobody waits for it any more.
    Late,
    /// The answer, and with it the one to the request before, after it or before it.
    EarlierAfter,
    EarlierBefore,
    /// The right answer twice in one segment.
    Twice,
    /// Nothing is wrong but the size of the pieces.
    ByteByByte,
    OtherUnit,
    OtherFunction,
    OneShort,
    OneLong,
    /// The request itself comes back, without and with an answer behind it.
    Echo,
    EchoBefore,
    NoiseBefore,
}

use Fault::*;

/// What to do after the answer.
#[derive(PartialEq, Eq)]
enum Then {
    GoOn,
    Close,
}

/// What both ends of a case know.
#[derive(Default)]
struct Device {
    /// Requests to unit 1, and those whose answers must not be believed.
    asked: AtomicU64,
    spoilt: Mutex<HashSet<u64>>,
    /// When each request to unit 1 came, by the edge's clock.
    came: Mutex<Vec<i64>>,
}

/// A value that says which request it answers; on the line it stands beside its complement.
fn word(number: u64) -> u16 {
    u16::try_from(number).unwrap() * 0x0101 + 0x1000
}

fn is_bits(function: u8) -> bool {
    function <= 2
}

/// The right answer to the request with this number, as TCP carries it.
fn right(call: &Call, number: u64) -> Vec<u8> {
    if call.unit == 2 {
        return call.answer(|_| 0x5555);
    }
    let both = u32::from(word(number)) << 16 | u32::from(!word(number));
    if is_bits(call.function) {
        return call.answer(|address| (both >> address & 1) as u16);
    }
    call.answer(|address| (both >> (16 * (1 - address))) as u16)
}

fn faults(is_tcp: bool) -> Vec<Fault> {
    // Thirty-two bits or two registers, with what is around them.
    let len = if is_tcp { 7 + 2 + 4 } else { 1 + 2 + 4 + 2 };
    let bits = if is_tcp { 9 * 8 } else { len * 8 };
    let mut faults = vec![Late, EarlierAfter, EarlierBefore, ByteByByte, OtherUnit, OtherFunction, OneShort, OneLong];
    faults.extend(if is_tcp { vec![Twice] } else { vec![Echo, EchoBefore, NoiseBefore] });
    faults.extend((0..len).flat_map(|k| [CloseAfter(k), SilentAfter(k), NoiseAfter(k)]));
    faults.extend((0..bits).map(Bit));
    faults
}

impl Device {
    /// What to send for this request.
    async fn answer(&self, fault: Fault, is_tcp: bool, request: &[u8], call: &Call) -> (Vec<Vec<u8>>, Then) {
        let framed = |frame: Vec<u8>| if is_tcp { frame } else { Call::rtu(&frame) };
        let number = match call.unit {
            1 => {
                self.came.lock().unwrap().push(SystemClock.now_us());
                self.asked.fetch_add(1, Relaxed)
            }
            _ => return (vec![framed(right(call, 0))], Then::GoOn),
        };
        let frame = framed(right(call, number));
        if number != SPOILT {
            return (vec![frame], Then::GoOn);
        }
        // These hold the whole right answer: it may be believed, and need not be.
        if !matches!(fault, ByteByByte | Twice | NoiseBefore) {
            self.spoilt.lock().unwrap().insert(number);
        }
        let noise = [0x5a_u8; 40];
        // The answer to the request before, as it was.
        let before = Call { transaction: call.transaction.wrapping_sub(1), ..call.clone() };
        let earlier = framed(right(&before, number - 1));
        let pdu = |mut pdu: Vec<u8>, add: i8| {
            pdu[1] = pdu[1].wrapping_add_signed(add);
            framed(call.frame(&pdu))
        };
        let body = right(call, number)[7..].to_vec();
        let unit = if is_bits(call.function) { 1 } else { 2 };
        let pieces = match fault {
            CloseAfter(k) => return (vec![frame[..k].to_vec()], Then::Close),
            SilentAfter(k) => vec![frame[..k].to_vec()],
            NoiseAfter(k) => vec![[&frame[..k], &noise[..]].concat()],
            Bit(bit) => {
                let mut frame = frame;
                frame[bit / 8] ^= 1 << (bit % 8);
                vec![frame]
            }
            Late => {
                sleep_ms(u64::from(TIMEOUT_MS) + 60).await;
                vec![frame]
            }
            EarlierAfter => vec![[frame, earlier].concat()],
            EarlierBefore => vec![[earlier, frame].concat()],
            Twice => vec![[frame.clone(), frame].concat()],
            ByteByByte => frame.into_iter().map(|byte| vec![byte]).collect(),
            OtherUnit => vec![framed(right(&Call { unit: 1, ..call.clone() }, number)).with_unit(is_tcp, call)],
            OtherFunction => vec![framed(call.frame(&[&[call.function ^ 1], &body[1..]].concat()))],
            OneShort => vec![pdu(body[..body.len() - unit].to_vec(), -(unit as i8))],
            OneLong => vec![pdu([&body[..], &vec![0x77; unit]].concat(), unit as i8)],
            Echo => vec![request.to_vec()],
            EchoBefore => vec![[request, &frame].concat()],
            NoiseBefore => vec![[&noise[..3], &frame].concat()],
        };
        (pieces, Then::GoOn)
    }

    async fn serve(&self, fault: Fault, is_tcp: bool, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Option<()> {
        let mut frame = vec![0u8; if is_tcp { 12 } else { 8 }];
        loop {
            stream.read_exact(&mut frame).await.ok()?;
            let pdu = if is_tcp { &frame[6..] } else { &frame[..] };
            let word = |i: usize| u16::from_be_bytes([pdu[i], pdu[i + 1]]);
            let transaction = if is_tcp { u16::from_be_bytes([frame[0], frame[1]]) } else { 0 };
            let (unit, function, address, count) = (pdu[0], pdu[1], word(2), word(4));
            let call = Call { transaction, unit, function, address, count, number: 0, connection: 0 };
            let (pieces, then) = self.answer(fault, is_tcp, &frame.clone(), &call).await;
            for piece in pieces {
                stream.write_all(&piece).await.ok()?;
                stream.flush().await.ok()?;
                if fault == ByteByByte {
                    sleep_ms(1).await;
                }
            }
            if then == Then::Close {
                return None;
            }
        }
    }
}

/// A right frame that says it comes from unit 9.
trait WithUnit {
    fn with_unit(self, is_tcp: bool, call: &Call) -> Self;
}

impl WithUnit for Vec<u8> {
    fn with_unit(self, is_tcp: bool, call: &Call) -> Self {
        let tcp = Call { unit: 9, ..call.clone() }.frame(if is_tcp { &self[7..] } else { &self[1..self.len() - 2] });
        if is_tcp { tcp } else { Call::rtu(&tcp) }
    }
}

/// The tags of a case: what unit 1 says of its requests, and one of unit 2.
fn tags(function: u8) -> (Vec<(String, &'static str)>, usize) {
    let table = ["coil", "discrete", "holding", "input"][usize::from(function) - 1];
    let mut tags: Vec<_> = if is_bits(function) {
        (0..32).map(|bit| (format!("1/{table}:{bit}"), "bool")).collect()
    } else {
        vec![(format!("1/{table}:0"), "u32")]
    };
    let own = tags.len();
    tags.push(("2/holding:7".into(), "u16"));
    (tags, own)
}

/// What of unit 1 is Good at this moment, put together; `None` when any of it is not.
fn seen(edge: &Edge, function: u8, own: usize) -> Option<(u64, i64)> {
    let readings: Vec<_> = (0..own).map(|tag| edge.sink.latest(TagIndex(tag as u32)).unwrap().0).collect();
    // The tags of one answer are handed on together, but looked at one after the other.
    let at = readings[0].at;
    if readings.iter().any(|reading| reading.quality != Quality::Good || reading.at != at) {
        return None;
    }
    let both = if is_bits(function) {
        readings.iter().rev().fold(0, |word, reading| match reading.value {
            Value::Bool(on) => word << 1 | u64::from(on),
            other => panic!("{other:?}"),
        })
    } else {
        let Value::Uint(both) = readings[0].value else { panic!("{:?}", readings[0]) };
        both
    };
    let found = both >> 16;
    assert_eq!(found, !both & 0xffff, "{both:x} is no value of the device");
    let number = (found - 0x1000) / 0x0101;
    assert_eq!(u64::from(word(number)), found, "{found:x} is no value of the device");
    Some((number, at))
}

/// Watches one case until the device was read again after its fault, and looks at all that is ever Good.
async fn watch(edge: &Edge, device: &Device, function: u8, name: &str) {
    let (_, own) = tags(function);
    let (start, mut last, mut others_after) = (Instant::now(), None, 0);
    loop {
        assert!(start.elapsed() < Duration::from_secs(60), "{name}: waited in vain, {:?}", edge.status(0));
        if let Some((number, at)) = seen(edge, function, own) {
            assert!(!device.spoilt.lock().unwrap().contains(&number), "{name}: a spoilt answer became a value");
            let came = device.came.lock().unwrap();
            // A value is as old as its own answer: not older, and never made younger by a later request's fault.
            assert!(came[number as usize] <= at, "{name}: request {number} is older than its value");
            if let Some(next) = came.get(number as usize + 1) {
                assert!(at <= *next, "{name}: the value of request {number} was made younger");
            }
            assert!(last.is_none_or(|last| number >= last), "{name}: {number} came after {last:?}");
            last = Some(number);
        }
        let other = edge.reading(own as u32);
        if other.quality == Quality::Good {
            assert_eq!(other.value, Value::Uint(0x5555), "{name}");
            let faulted = device.came.lock().unwrap().get(SPOILT as usize).copied();
            others_after += u64::from(faulted.is_some_and(|at| other.at > at));
        }
        if last.is_some_and(|number| number > SPOILT + 1) && others_after > 0 {
            break;
        }
        sleep_ms(3).await;
    }
    let status = edge.status(0);
    assert_eq!(status.restarts, 0, "{name}: {status:?}");
    assert!(edge.reading(own as u32).quality == Quality::Good || status.requests_failed > 1, "{name}: {status:?}");
}

async fn over_tcp(function: u8, fault: Fault) {
    let device = Arc::new(Device::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = device.clone();
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let device = served.clone();
            tokio::spawn(async move { device.serve(fault, true, stream).await });
        }
    });
    let (tags, _) = tags(function);
    let tags: Vec<_> = tags.iter().map(|(register, kind)| (register.as_str(), *kind)).collect();
    let edge = Edge::start(&modbus("plc", address, TIMEOUT_MS, PERIOD_MS, &tags));
    watch(&edge, &device, function, &format!("TCP, function {function}, {fault:?}")).await;
    server.abort();
}

async fn over_rtu(function: u8, fault: Fault) {
    let device = Arc::new(Device::default());
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("line");
    let served = device.clone();
    let plugged = link.clone();
    let server = tokio::spawn(async move {
        // An adapter that is pulled is plugged in again.
        loop {
            let (line, port) = SerialStream::pair().unwrap();
            let path = std::fs::read_link(format!("/proc/self/fd/{}", port.as_raw_fd())).unwrap();
            std::os::unix::fs::symlink(path, &plugged).unwrap();
            served.serve(fault, false, line).await;
            std::fs::remove_file(&plugged).unwrap();
        }
    });
    let (tags, _) = tags(function);
    let tags: Vec<_> = tags.iter().map(|(register, kind)| (register.as_str(), *kind)).collect();
    let text = modbus("line", "127.0.0.1:1".parse().unwrap(), TIMEOUT_MS, PERIOD_MS, &tags);
    let path = format!("path = \"{}\"\nbaud = 115200\nparity = \"none\"", link.display());
    let text = text.replace("modbus_tcp", "modbus_rtu").replace("address = \"127.0.0.1:1\"", &path);
    let edge = Edge::start(&text);
    watch(&edge, &device, function, &format!("RTU, function {function}, {fault:?}")).await;
    server.abort();
}

/// All faults of all functions, some at a time; returns how many there were.
async fn all_cases<F: Future<Output = ()>>(is_tcp: bool, run: impl Fn(u8, Fault) -> F) -> usize {
    let cases: Vec<_> = FUNCTIONS.iter().flat_map(|of| faults(is_tcp).into_iter().map(|f| (*of, f))).collect();
    for together in cases.chunks(TOGETHER) {
        join_all(together.iter().map(|(function, fault)| run(*function, *fault))).await;
    }
    cases.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_14_a_tcp_device_that_fails_at_any_byte_of_any_answer_is_never_believed_and_read_again() {
    let cases = all_cases(true, over_tcp).await;
    println!("{cases} cases over TCP");
    // Four functions, three ways to end at each of 13 bytes, the 72 bits before the values, nine others.
    assert_eq!(cases, 4 * (3 * 13 + 72 + 9));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_14_a_serial_unit_that_fails_at_any_byte_of_any_answer_is_never_believed_and_read_again() {
    let cases = all_cases(false, over_rtu).await;
    println!("{cases} cases on serial lines");
    // Four functions, three ways to end at each of nine bytes, all their bits, eleven others.
    assert_eq!(cases, 4 * (3 * 9 + 72 + 11));
}
