//! The Modbus server over real sockets, with frames written byte by byte.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Fault, Modbus, Scope, World};
use crate::plant::scenario::Activity;

const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
/// Transaction 0x0102, unit 1: registers 0–4.
const READ_CNC: [u8; 12] = [1, 2, 0, 0, 0, 6, 1, 3, 0, 0, 0, 5];
/// Transaction 0x0103, unit 2: the photo-eye.
const READ_PACK: [u8; 12] = [1, 3, 0, 0, 0, 6, 2, 4, 0, 0, 0, 1];

async fn server() -> (Modbus, Arc<World>, DropGuard) {
    let stop = CancellationToken::new();
    let world = Arc::new(World::new(1, 1.0));
    let modbus = Modbus::start(LOOPBACK, world.clone(), stop.clone()).await.unwrap();
    // Held machines do not count on while a test compares.
    for code in ["CNC-001", "PACK-001"] {
        assert!(world.hold(code, Activity::Idle, 0));
    }
    (modbus, world, stop.drop_guard())
}

async fn connect(modbus: &Modbus) -> TcpStream {
    TcpStream::connect(modbus.addr()).await.unwrap()
}

/// Everything that arrives until the peer closes or is silent for a while.
async fn ask(stream: &mut TcpStream, request: &[u8]) -> (Vec<u8>, bool) {
    stream.write_all(request).await.unwrap();
    let mut got = Vec::new();
    loop {
        let mut some = [0; 512];
        match tokio::time::timeout(Duration::from_millis(150), stream.read(&mut some)).await {
            Err(_silent) => return (got, false),
            Ok(Ok(0) | Err(_)) => return (got, true),
            Ok(Ok(n)) => got.extend(&some[..n]),
        }
    }
}

/// The answer of a server that is well, without waiting for more.
async fn ask_well(stream: &mut TcpStream, request: &[u8], bytes: usize) -> Vec<u8> {
    stream.write_all(request).await.unwrap();
    let mut got = vec![0; bytes];
    tokio::time::timeout(Duration::from_secs(5), stream.read_exact(&mut got)).await.unwrap().unwrap();
    got
}

async fn check(fault: Fault, expect: &[u8], expect_closed: bool) {
    let (modbus, _world, _guard) = server().await;
    modbus.fault_set(Scope::Unit(1), fault);
    let mut stream = connect(&modbus).await;
    let (got, closed) = ask(&mut stream, &READ_CNC).await;
    assert_eq!((got.as_slice(), closed), (expect, expect_closed), "{fault:?}");

    // The other unit is well, and the first one is again as soon as it may.
    let mut other = connect(&modbus).await;
    assert_eq!(ask_well(&mut other, &READ_PACK, 11).await[..7], [1, 3, 0, 0, 0, 5, 2], "{fault:?}");
    modbus.fault_set(Scope::Unit(1), Fault::None);
    assert_eq!(ask_well(&mut other, &READ_CNC, 19).await, GOOD, "{fault:?}");
}

/// Idle, no fault, 40,000 parts, 65,533 rejects.
const GOOD: [u8; 19] = [1, 2, 0, 0, 0, 13, 1, 3, 10, 0, 0, 0, 0, 0, 0, 0x9c, 0x40, 0xff, 0xfd];

#[tokio::test]
async fn edge_02_answers_read_requests() {
    check(Fault::None, &GOOD, false).await;
}

#[tokio::test]
async fn edge_12_silent_takes_the_request_and_says_nothing() {
    check(Fault::Silent, &[], false).await;
}

#[tokio::test]
async fn edge_12_close_mid_answer_sends_a_part_and_closes() {
    check(Fault::CloseMidAnswer(9), &GOOD[..9], true).await;
    check(Fault::CloseMidAnswer(0), &[], true).await;
}

#[tokio::test]
async fn edge_14_wrong_transaction_unit_and_length() {
    let mut expect = GOOD;
    expect[1] = 3;
    check(Fault::WrongTransaction, &expect, false).await;
    let mut expect = GOOD;
    expect[6] = 101;
    check(Fault::WrongUnit, &expect, false).await;
    let mut expect = GOOD;
    expect[5] = 15;
    check(Fault::WrongLength(2), &expect, false).await;
    expect[5] = 10;
    check(Fault::WrongLength(-3), &expect, false).await;
}

#[tokio::test]
async fn edge_14_exceptions_and_illegal_registers() {
    check(Fault::Exception(6), &[1, 2, 0, 0, 0, 3, 1, 0x83, 6], false).await;
    check(Fault::IllegalRegister(4), &[1, 2, 0, 0, 0, 3, 1, 0x83, 2], false).await;
    check(Fault::IllegalRegister(5), &GOOD, false).await;
}

#[tokio::test]
async fn edge_14_fewer_registers_is_a_well_formed_frame() {
    let mut expect = GOOD[..17].to_vec();
    (expect[5], expect[8]) = (11, 8);
    check(Fault::FewerRegisters, &expect, false).await;
}

#[tokio::test]
async fn edge_14_nonsense_is_random_but_seeded() {
    let mut answers = Vec::new();
    for _ in 0..2 {
        let (modbus, _world, _guard) = server().await;
        modbus.fault_set(Scope::Unit(1), Fault::Nonsense(40));
        answers.push(ask(&mut connect(&modbus).await, &READ_CNC).await.0);
    }
    assert_eq!(answers[0].len(), 40);
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn edge_12_slow_answers_late() {
    let (modbus, _world, _guard) = server().await;
    modbus.fault_set(Scope::Unit(1), Fault::SlowMs(300));
    let mut stream = connect(&modbus).await;
    let asked = Instant::now();
    stream.write_all(&READ_CNC).await.unwrap();
    let mut got = [0; 19];
    stream.read_exact(&mut got).await.unwrap();
    assert_eq!(got, GOOD);
    assert!(asked.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn edge_12_refuse_closes_the_port_and_opens_it_again() {
    let (modbus, _world, _guard) = server().await;
    let mut stream = connect(&modbus).await;
    assert_eq!(ask_well(&mut stream, &READ_CNC, 19).await, GOOD);

    modbus.fault_set(Scope::Server, Fault::Refuse);
    let mut byte = [0];
    assert!(matches!(stream.read(&mut byte).await, Ok(0) | Err(_)), "an open connection is cut");
    let refused = TcpStream::connect(modbus.addr()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);

    modbus.fault_set(Scope::Server, Fault::None);
    let again = async {
        loop {
            match TcpStream::connect(modbus.addr()).await {
                Ok(stream) => return stream,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    let mut stream = tokio::time::timeout(Duration::from_secs(5), again).await.unwrap();
    assert_eq!(ask_well(&mut stream, &READ_CNC, 19).await, GOOD);
}

#[tokio::test]
async fn edge_12_refusing_one_unit_closes_only_its_askers() {
    check(Fault::Refuse, &[], true).await;
}

#[tokio::test]
async fn edge_02_requests_split_or_joined_are_understood_and_counted() {
    let (modbus, _world, _guard) = server().await;
    let mut stream = connect(&modbus).await;
    for byte in READ_CNC {
        stream.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    ask_well(&mut stream, &[READ_PACK, READ_PACK].concat(), GOOD.len() + 2 * 11).await;
    let requests = modbus.requests();
    assert_eq!((requests[&1], requests[&2], modbus.connections()), (1, 2, 1));
}

#[tokio::test]
async fn edge_02_what_is_not_modbus_ends_the_connection_and_nothing_else() {
    let (modbus, _world, _guard) = server().await;
    assert!(ask(&mut connect(&modbus).await, b"GET / HTTP/1.1\r\n\r\n").await.1);
    assert_eq!(ask_well(&mut connect(&modbus).await, &READ_CNC, 19).await, GOOD);
}

#[tokio::test]
async fn edge_13_registers_wrap_and_reset_while_the_truth_goes_on() {
    let stop = CancellationToken::new();
    // Fast enough that the photo-eye passes 65,535 in the first tenth of a second.
    let world = Arc::new(World::new(1, 10_000.0));
    let modbus = Modbus::start(LOOPBACK, world.clone(), stop.clone()).await.unwrap();
    let _guard = stop.drop_guard();
    tokio::time::sleep(Duration::from_millis(150)).await;
    world.hold("PACK-001", Activity::Idle, 0);
    let truth = world.truth().machine("PACK-001").unwrap().now.clone();
    assert!(truth.counter_total > 65_535, "{truth:?}");

    let mut stream = connect(&modbus).await;
    let got = ask_well(&mut stream, &READ_PACK, 11).await;
    assert_eq!(got[9..11], (truth.counter_total as u16).to_be_bytes());

    world.counters_reset("PACK-001");
    let got = ask_well(&mut stream, &READ_PACK, 11).await;
    assert_eq!(got[9..11], [0, 0]);
    assert_eq!(world.observe("PACK-001").unwrap().total, truth.total);
}
