//! The Modbus driver against devices that do what devices do: answer, refuse, fall silent, lie and die.

mod drivers_common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use drivers_common::{Answer, Device, Edge, modbus, sleep_ms, until};
use edge_agent::driver::{ConnectionState, Quality, Value};

/// Register n holds n, but 2^53 + 1 lies at 100 and 12.5 at 104.
fn register(address: u16) -> u16 {
    match address {
        100 => 0x0020,
        101 | 102 => 0,
        103 => 1,
        104 => 0x4148,
        105 => 0,
        n => n,
    }
}

#[tokio::test]
async fn edge_02_values_of_all_tables_arrive_exactly() {
    let device = Device::start(|call| Answer::Send(call.answer(register))).await;
    let edge = Edge::start(&modbus(
        "plc",
        device.address,
        500,
        50,
        &[
            ("holding:7", "u16"),
            ("input:9", "i16"),
            ("coil:3", "bool"),
            ("discrete:4", "bool"),
            ("holding:100", "u64"),
            ("holding:104", "f32"),
            ("holding:5.2", "bool"),
            ("discrete:9", "bool"),
        ],
    ));
    edge.until_value(0, Value::Uint(7)).await;
    edge.until_value(1, Value::Int(9)).await;
    edge.until_value(2, Value::Bool(true)).await;
    edge.until_value(3, Value::Bool(false)).await;
    edge.until_value(4, Value::Uint(9_007_199_254_740_993)).await;
    edge.until_value(5, Value::Float(12.5)).await;
    edge.until_value(6, Value::Bool(true)).await;
    edge.until_value(7, Value::Bool(true)).await;
    let status = edge.status(0);
    assert_eq!((status.state, status.last_error, status.requests_failed), (ConnectionState::Connected, None, 0));
    assert!(status.last_good_at.is_some());
    assert_eq!(device.connections(), 1);
}

#[tokio::test]
async fn edge_12_dead_device_does_not_delay_others() {
    let dead = Device::start(|_| Answer::Silent).await;
    let live = Device::start(|call| Answer::Send(call.answer(register))).await;
    let edge = Edge::start(&format!(
        "{}{}",
        modbus("dead", dead.address, 300, 50, &[("holding:1", "u16")]),
        modbus("live", live.address, 300, 50, &[("holding:2", "u16")])
    ));
    edge.until_value(1, Value::Uint(2)).await;
    let (before, attempts) = (live.requests(), dead.requests());
    until("the dead one is given up", || edge.status(0).state == ConnectionState::Disconnected).await;
    until("the live one was asked forty times more", || live.requests() >= before + 40).await;
    let status = edge.status(0);
    assert_eq!(status.state, ConnectionState::Disconnected);
    assert_eq!(status.last_error.as_deref(), Some("unit 1, holding:1..1: no answer in 300 ms"));
    assert_eq!(edge.reading(0).quality, Quality::Bad);
    // One has pauses that grow, the other one a period.
    assert!(dead.requests() - attempts <= 10, "{} attempts do not grow apart", dead.requests() - attempts);
}

#[tokio::test]
async fn edge_14_an_absent_device_is_disconnected_and_found_when_it_comes() {
    // A port that was free a moment ago.
    let address = Device::start(|_| Answer::Silent).await.address;
    sleep_ms(50).await;
    let edge = Edge::start(&modbus("plc", address, 300, 50, &[("holding:1", "u16")]));
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert_eq!(edge.reading(0).quality, Quality::Bad);
    assert!(edge.reading(0).at > 0);
    let error = edge.status(0).last_error.unwrap();
    assert!(error.starts_with(&format!("cannot connect to {address}: ")), "{error}");
    let _device = Device::start_at(address, |call| Answer::Send(call.answer(register))).await;
    edge.until_value(0, Value::Uint(1)).await;
    assert_eq!((edge.status(0).state, edge.status(0).last_error), (ConnectionState::Connected, None));
}

#[tokio::test]
async fn edge_14_a_device_that_restarts_is_bad_meanwhile_and_read_again() {
    let device = Device::start(|call| Answer::Send(call.answer(register))).await;
    let address = device.address;
    let edge = Edge::start(&modbus("plc", address, 300, 50, &[("holding:1", "u16"), ("input:1", "u16")]));
    edge.until_value(1, Value::Uint(1)).await;
    drop(device);
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert_eq!((edge.good(0), edge.good(1)), (None, None));
    // The last value stays beside the bad quality.
    assert_eq!(edge.reading(0).value, Value::Uint(1));
    let _device = Device::start_at(address, |call| Answer::Send(call.answer(|n| n + 40))).await;
    edge.until_value(0, Value::Uint(41)).await;
    edge.until_value(1, Value::Uint(41)).await;
    assert_eq!(edge.status(0).restarts, 0);
}

type Spoilt = Box<dyn Fn(&drivers_common::Call) -> Answer + Send + Sync>;

/// Devices whose first answer is spoilt and whose later answers are right.
async fn spoilt_first(answers: Vec<Spoilt>) {
    let mut devices = Vec::new();
    let mut text = String::new();
    for (i, first) in answers.into_iter().enumerate() {
        let device = Device::start(move |call| match call.connection {
            0 => first(call),
            _ => Answer::Send(call.answer(register)),
        })
        .await;
        text += &modbus(&format!("plc-{i}"), device.address, 200, 50, &[("holding:4", "u16"), ("holding:5", "u16")]);
        devices.push(device);
    }
    let edge = Edge::start(&text);
    for i in 0..u32::try_from(devices.len()).unwrap() {
        // Nothing spoilt is ever good, not even for a moment.
        until(&format!("device {i} recovers"), || {
            for (tag, right) in [(2 * i, 4), (2 * i + 1, 5)] {
                assert!(matches!(edge.good(tag), None | Some(Value::Uint(_))));
                if let Some(value) = edge.good(tag) {
                    assert_eq!(value, Value::Uint(right), "device {i}");
                }
            }
            edge.good(2 * i).is_some()
        })
        .await;
        let status = edge.status(i as usize);
        // A device that says nothing at all keeps its connection for one more try.
        assert!((1..=2).contains(&status.requests_failed), "device {i}: {status:?}");
        assert_eq!(status.restarts, 0);
        assert_eq!(status.last_error, None);
    }
}

#[tokio::test]
async fn edge_12_a_device_that_dies_at_any_byte_of_its_answer_is_asked_again() {
    // Header 7, function, length, two registers.
    spoilt_first(
        (0..13usize)
            .map(|cut| -> Spoilt { Box::new(move |call| Answer::SendThenClose(call.answer(register)[..cut].to_vec())) })
            .collect(),
    )
    .await;
}

#[tokio::test]
async fn edge_12_a_device_that_hangs_at_any_byte_of_its_answer_is_asked_again() {
    spoilt_first(
        (0..13usize)
            .map(|cut| -> Spoilt { Box::new(move |call| Answer::Send(call.answer(register)[..cut].to_vec())) })
            .collect(),
    )
    .await;
}

#[tokio::test]
async fn edge_14_nonsense_is_never_taken_for_a_value() {
    type Spoil = fn(&drivers_common::Call) -> Vec<u8>;
    let change = |at: usize, to: u8| {
        move |call: &drivers_common::Call| {
            let mut frame = call.answer(|_| 0xdead);
            frame[at] = to;
            frame
        }
    };
    let mut answers: Vec<Spoilt> = Vec::new();
    for (at, to) in [
        (0, 9),
        (1, 9),
        (2, 1),
        (3, 1),
        (4, 0xff),
        (5, 0),
        (5, 1),
        (5, 6),
        (5, 8),
        (6, 77),
        (7, 4),
        (7, 0x7f),
        (7, 0xff),
        (8, 0),
        (8, 2),
        (8, 3),
        (8, 0xff),
    ] {
        let spoil = change(at, to);
        answers.push(Box::new(move |call| Answer::Send(spoil(call))));
    }
    let more: [Spoil; 6] = [
        |_| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        |_| vec![0xff; 300],
        |_| vec![0; 7],
        // One register too few, too many.
        |call| call.frame(&[3, 2, 0xde, 0xad]),
        |call| call.frame(&[3, 6, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad]),
        // An exception without a code, to a function nobody asked for.
        |call| call.frame(&[0x80]),
    ];
    for spoil in more {
        answers.push(Box::new(move |call| Answer::Send(spoil(call))));
    }
    spoilt_first(answers).await;
}

#[tokio::test]
async fn edge_14_a_late_answer_is_not_taken_for_the_next_one() {
    let device = Device::start(|call| match call.number {
        0 => Answer::SendAfter(250, call.answer(|_| 0xdead)),
        _ => Answer::Send(call.answer(register)),
    })
    .await;
    let edge = Edge::start(&modbus("plc", device.address, 100, 50, &[("holding:4", "u16")]));
    until("the device is read", || edge.good(0).is_some()).await;
    assert_eq!(edge.good(0), Some(Value::Uint(4)));
    assert_eq!(device.connections(), 2);
}

#[tokio::test]
async fn edge_14_an_exception_takes_only_its_request_and_keeps_the_connection() {
    let failing = Arc::new(AtomicBool::new(true));
    let told = failing.clone();
    let device = Device::start(move |call| match call.function {
        3 if told.load(Relaxed) => Answer::Send(call.exception(4)),
        _ => Answer::Send(call.answer(register)),
    })
    .await;
    let edge = Edge::start(&modbus("plc", device.address, 300, 50, &[("holding:1", "u16"), ("coil:1", "bool")]));
    edge.until_value(1, Value::Bool(true)).await;
    sleep_ms(300).await;
    assert_eq!(edge.good(0), None);
    let status = edge.status(0);
    assert_eq!(status.state, ConnectionState::Connected);
    assert_eq!(status.last_error.as_deref(), Some("unit 1, holding:1..1: failure in the device (exception 4)"));
    failing.store(false, Relaxed);
    edge.until_value(0, Value::Uint(1)).await;
    assert_eq!(edge.status(0).last_error, None);
    assert_eq!(device.connections(), 1);
}

#[tokio::test]
async fn edge_02_a_device_that_answers_less_at_once_gets_smaller_requests() {
    let device = Device::start(|call| match call.count {
        0..=16 => Answer::Send(call.answer(|n| n)),
        _ => Answer::Send(call.exception(3)),
    })
    .await;
    let registers: Vec<_> = (0..100).map(|n| format!("holding:{n}")).collect();
    let tags: Vec<_> = registers.iter().map(|register| (register.as_str(), "u16")).collect();
    let edge = Edge::start(&modbus("plc", device.address, 300, 100, &tags));
    until("all are good", || (0..100).all(|n| edge.good(n) == Some(Value::Uint(n.into())))).await;
    assert_eq!(device.connections(), 1);
}

#[tokio::test]
async fn edge_12_shutdown_ends_the_poll_loop() {
    let device = Device::start(|call| Answer::Send(call.answer(register))).await;
    let edge = Edge::start(&modbus("plc", device.address, 300, 50, &[("holding:1", "u16")]));
    edge.until_value(0, Value::Uint(1)).await;
    edge.shutdown.cancel();
    sleep_ms(100).await;
    let before = device.requests();
    sleep_ms(300).await;
    assert_eq!(device.requests(), before);
}
