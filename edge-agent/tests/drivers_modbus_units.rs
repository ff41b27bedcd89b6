//! The Modbus driver with many units, many requests at once, and every type of value.

mod drivers_common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use drivers_common::{Answer, Call, Device, Edge, modbus, until};
use edge_agent::driver::{ConnectionState, Text, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[tokio::test]
async fn edge_14_an_answer_that_comes_late_is_thrown_away_and_the_connection_stays() {
    let device = Device::start(|call| match call.number {
        3 => Answer::SendAfter(150, call.answer(|_| 0xdead)),
        _ => Answer::Send(call.answer(|n| n)),
    })
    .await;
    let edge = Edge::start(&modbus("plc", device.address, 100, 50, &[("1/holding:4", "u16"), ("2/holding:5", "u16")]));
    edge.until_value(1, Value::Uint(5)).await;
    until("the late answer was thrown away", || {
        for (tag, right) in [(0, 4), (1, 5)] {
            assert!(edge.good(tag).is_none_or(|value| value == Value::Uint(right)), "{:?}", edge.reading(tag));
        }
        edge.status(0).dropped >= 1
    })
    .await;
    edge.until_value(0, Value::Uint(4)).await;
    assert_eq!(device.connections(), 1);
    assert_eq!(edge.status(0).restarts, 0);
}

#[tokio::test]
async fn edge_02_requests_under_way_together_get_their_own_answers() {
    // Collects four requests and answers the last one first.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let rounds = Arc::new(AtomicU64::new(0));
    let counted = rounds.clone();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        loop {
            let mut answers = Vec::new();
            for number in 0..4 {
                let mut frame = [0u8; 12];
                if stream.read_exact(&mut frame).await.is_err() {
                    return;
                }
                let word = |i: usize| u16::from_be_bytes([frame[i], frame[i + 1]]);
                let (unit, function, connection) = (frame[6], frame[7], 0);
                let (transaction, address, count) = (word(0), word(8), word(10));
                let call = Call { transaction, unit, function, address, count, number, connection };
                answers.push(call.answer(|n| n));
            }
            counted.fetch_add(1, Relaxed);
            let together: Vec<u8> = answers.into_iter().rev().flatten().collect();
            if stream.write_all(&together).await.is_err() {
                return;
            }
        }
    });
    let registers: Vec<_> = (0..4).map(|i| format!("{}/holding:{}", i + 1, 100 + i)).collect();
    let tags: Vec<_> = registers.iter().map(|register| (register.as_str(), "u16")).collect();
    let text = modbus("plc", address, 1_000, 50, &tags);
    let edge = Edge::start(&text.replace("timeout_ms", "pipeline = 4\ntimeout_ms"));
    until("twenty rounds", || rounds.load(Relaxed) >= 20).await;
    for i in 0..4 {
        assert_eq!(edge.good(i), Some(Value::Uint(100 + u64::from(i))));
    }
    assert_eq!((edge.status(0).requests_failed, edge.status(0).dropped), (0, 0));
}

#[tokio::test]
async fn edge_02_decimal_digits_and_texts() {
    let device = Device::start(|call| {
        Answer::Send(call.answer(|address| match address {
            0 => 0x1234,
            1 => 0x5678,
            2 => 0x12a4,
            10 => u16::from_be_bytes(*b"RE"),
            11 => u16::from_be_bytes(*b"CI"),
            12 => u16::from_be_bytes(*b"PE"),
            13 => u16::from_be_bytes(*b" 7"),
            _ => 0,
        }))
    })
    .await;
    let tags = [("holding:0", "bcd32"), ("holding:2", "bcd16"), ("holding:10", "string\"\nregisters = 8 # \"")];
    let edge = Edge::start(&modbus("plc", device.address, 500, 50, &tags));
    edge.until_value(0, Value::Uint(12_345_678)).await;
    edge.until_value(2, Value::Text(Text::new(b"RECIPE 7").unwrap())).await;
    // 12a4 has a digit that is none.
    assert_eq!(edge.good(1), None);
    assert_eq!(edge.status(0).requests_failed, 0);
}

#[tokio::test]
async fn edge_02_a_unit_is_never_asked_for_more_than_it_answers() {
    let device = Device::start(|call| match (call.unit, call.count) {
        (2, 11..) | (1, 41..) => Answer::Send(call.exception(3)),
        _ => Answer::Send(call.answer(|n| n)),
    })
    .await;
    let registers: Vec<_> = (0..200).map(|n| format!("{}/holding:{}", 1 + n % 2, n / 2)).collect();
    let tags: Vec<_> = registers.iter().map(|register| (register.as_str(), "u16")).collect();
    let limits = "max_registers = 40\ntimeout_ms";
    let text = modbus("plc", device.address, 300, 100, &tags).replace("timeout_ms", limits);
    let edge = Edge::start(&(text + "[[connection.unit]]\nunit = 2\nmax_registers = 10\n"));
    until("all are good", || (0..200).all(|n| edge.good(n) == Some(Value::Uint((n / 2).into())))).await;
    assert_eq!(edge.status(0).requests_failed, 0);
}

#[tokio::test]
async fn edge_14_two_illegal_registers_cost_only_their_own_tags() {
    let device = Device::start(|call| {
        let asked = call.address..call.address + call.count;
        let is_illegal = asked.contains(&13) || asked.contains(&90);
        Answer::Send(if is_illegal { call.exception(2) } else { call.answer(|n| n) })
    })
    .await;
    let registers: Vec<_> = (0..110).map(|n| format!("holding:{n}")).collect();
    let tags: Vec<_> = registers.iter().map(|register| (register.as_str(), "u16")).collect();
    let edge =
        Edge::start(&modbus("plc", device.address, 300, 100, &tags).replace("timeout_ms", "pipeline = 3\ntimeout_ms"));
    let legal = |n: &u32| ![13, 90].contains(n);
    until("the others are good", || (0..110).filter(legal).all(|n| edge.good(n) == Some(Value::Uint(n.into())))).await;
    assert_eq!((edge.good(13), edge.good(90)), (None, None));
    assert_eq!(device.connections(), 1);
}

#[tokio::test]
async fn edge_12_a_device_that_froze_for_seconds_finds_no_queue_when_it_is_back() {
    // It takes what comes and does nothing for 1.5 s: thirty scans long.
    let device = Device::start(|call| match call.number {
        5 => Answer::SendAfter(1_500, call.answer(|_| 0xdead)),
        _ => Answer::Send(call.answer(|n| n)),
    })
    .await;
    let edge = Edge::start(&modbus("plc", device.address, 100, 50, &[("holding:4", "u16")]));
    until("it froze", || device.requests() == 6).await;
    until("it is given up", || edge.status(0).state == ConnectionState::Disconnected).await;
    until("it is read again", || {
        assert!(edge.good(0).is_none_or(|value| value == Value::Uint(4)), "{:?}", edge.reading(0));
        edge.status(0).state == ConnectionState::Connected
    })
    .await;
    // What was asked meanwhile: a few looks, and not the scans that were missed.
    assert!(device.requests() <= 12, "{} requests", device.requests());
    edge.until_value(0, Value::Uint(4)).await;
}

/// A gateway whose units are silent while their flag is set; counts what each was asked.
async fn gateway() -> (Device, Arc<[AtomicBool; 5]>, Arc<[AtomicU64; 5]>) {
    let silent = Arc::new([const { AtomicBool::new(false) }; 5]);
    let asked = Arc::new([const { AtomicU64::new(0) }; 5]);
    let (told, counted) = (silent.clone(), asked.clone());
    let device = Device::start(move |call| {
        let unit = usize::from(call.unit);
        counted[unit].fetch_add(1, Relaxed);
        if told[unit].load(Relaxed) { Answer::Silent } else { Answer::Send(call.answer(|n| n)) }
    })
    .await;
    (device, silent, asked)
}

#[tokio::test]
async fn edge_12_of_two_dead_units_the_second_is_found_when_it_is_back() {
    let (device, silent, asked) = gateway().await;
    let tags = [("1/holding:1", "u16"), ("2/holding:2", "u16"), ("3/holding:3", "u16"), ("4/holding:4", "u16")];
    let edge = Edge::start(&modbus("gateway", device.address, 100, 50, &tags));
    edge.until_value(2, Value::Uint(3)).await;
    for dead in [2, 3] {
        silent[dead].store(true, Relaxed);
    }
    until("both are lost", || edge.good(1).is_none() && edge.good(2).is_none()).await;
    silent[3].store(false, Relaxed);
    let before = asked[3].load(Relaxed);
    edge.until_value(2, Value::Uint(3)).await;
    until("it is read as before", || asked[3].load(Relaxed) >= before + 10).await;
    assert_eq!((edge.good(0), edge.good(1), edge.good(3)), (Some(Value::Uint(1)), None, Some(Value::Uint(4))));
}

#[tokio::test]
async fn edge_14_a_unit_that_falls_silent_is_bad_however_many_looks_others_took() {
    let (device, silent, asked) = gateway().await;
    silent[2].store(true, Relaxed);
    let tags = [("1/holding:1", "u16"), ("2/holding:2", "u16"), ("3/holding:3", "u16")];
    let edge = Edge::start(&modbus("gateway", device.address, 1_000, 50, &tags));
    // Once, once more, and a look of half a second: the next one is 25 s away.
    until("a look was taken", || asked[2].load(Relaxed) == 3 && edge.status(0).requests_failed == 3).await;
    edge.until_value(2, Value::Uint(3)).await;
    silent[3].store(true, Relaxed);
    until("the other one is bad", || edge.good(2).is_none()).await;
    assert_eq!(asked[2].load(Relaxed), 3);
    assert_eq!(edge.good(0), Some(Value::Uint(1)));
}

/// One more tag of the last connection in `text`, read once an hour.
fn hourly(text: &str, unit: u8, register: &str) -> String {
    let tag = format!("name = \"hourly\"\nunit = {unit}\nregister = \"{register}\"\ntype = \"u16\"");
    format!("{text}[[connection.tag]]\n{tag}\nperiod_ms = 3600000\n")
}

#[tokio::test]
async fn edge_14_a_tag_that_is_read_once_an_hour_is_good_when_its_unit_is_back() {
    let (device, silent, _) = gateway().await;
    let text = modbus("gateway", device.address, 100, 50, &[("1/holding:1", "u16"), ("2/holding:2", "u16")]);
    let edge = Edge::start(&hourly(&text, 2, "holding:200"));
    edge.until_value(2, Value::Uint(200)).await;
    // One unit of two, then both.
    for dead in [&[2][..], &[1, 2]] {
        dead.iter().for_each(|unit| silent[*unit].store(true, Relaxed));
        until("it is bad", || dead.iter().all(|unit| edge.good(*unit as u32 - 1).is_none())).await;
        assert_eq!(edge.good(2), None);
        dead.iter().for_each(|unit| silent[*unit].store(false, Relaxed));
        edge.until_value(2, Value::Uint(200)).await;
    }
}

#[tokio::test]
async fn edge_14_a_tag_that_is_read_once_an_hour_is_good_when_its_device_is_back() {
    let device = Device::start(|call| Answer::Send(call.answer(|n| n))).await;
    let address = device.address;
    let text = modbus("plc", address, 100, 50, &[("1/holding:1", "u16"), ("2/holding:2", "u16")]);
    let edge = Edge::start(&hourly(&text, 2, "holding:200"));
    edge.until_value(2, Value::Uint(200)).await;
    drop(device);
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert_eq!(edge.good(2), None);
    let _device = Device::start_at(address, |call| Answer::Send(call.answer(|n| n))).await;
    edge.until_value(2, Value::Uint(200)).await;
}

#[tokio::test]
async fn edge_12_a_slow_device_is_not_asked_the_same_again_meanwhile() {
    // Answers after six periods, and tells when more than one request lies with it.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let most = Arc::new(AtomicU64::new(0));
    let seen = most.clone();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut requests = [0u8; 1_200];
        while let Ok(read @ 12..) = stream.read(&mut requests).await {
            drivers_common::sleep_ms(300).await;
            let mut got = read;
            // What came while it thought.
            if let Ok(more) = stream.try_read(&mut requests[read..]) {
                got += more;
            }
            seen.fetch_max((got / 12) as u64, Relaxed);
            for frame in requests[..got].chunks_exact(12) {
                let (transaction, unit, function) = (u16::from_be_bytes([frame[0], frame[1]]), frame[6], frame[7]);
                let call = Call { transaction, unit, function, address: 4, count: 1, number: 0, connection: 0 };
                stream.write_all(&call.answer(|n| n)).await.unwrap();
            }
        }
    });
    let text = modbus("plc", address, 2_000, 50, &[("holding:4", "u16")]);
    let edge = Edge::start(&text.replace("timeout_ms", "pipeline = 4\ntimeout_ms"));
    until("five answers", || edge.status(0).requests_ok >= 5).await;
    assert_eq!((most.load(Relaxed), edge.good(0)), (1, Some(Value::Uint(4))));
    assert!(edge.status(0).skipped >= 10, "{:?}", edge.status(0));
}
