//! `edge-agent probe modbus` against pymodbus, and against devices that refuse, fall silent or change.

mod commission_common;
mod drivers_common;

use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

use commission_common::{File, Foreign, edge_agent, free_port};
use drivers_common::{Answer, Call, Device, serve_rtu};
use serde_json::{Value, json};

fn registers(document: &Value) -> &Vec<Value> {
    document["registers"].as_array().unwrap()
}

#[test]
fn edge_02_probe_modbus_shows_what_pymodbus_holds_in_every_type() {
    let port = free_port().to_string();
    let _server = Foreign::start("modbus_server.py", &["tcp", &port]);
    let device = format!("127.0.0.1:{port}");
    let document =
        edge_agent(&["probe", "modbus", "--tcp", &device, "--from", "holding:0", "--count", "40", "--json"]).json();
    let at = |address: usize| &registers(&document)[address];
    // What the server was given, each where it lies.
    for (address, kind, value) in [
        (0, "u16", json!(65_535)),
        (1, "i16", json!(-12_345)),
        (2, "u32", json!(4_000_000_000_u32)),
        (4, "i32", json!(-2_000_000_000)),
        (6, "u64", json!(9_223_372_036_854_775_809_u64)),
        (10, "i64", json!(-4_611_686_018_427_387_905_i64)),
        (14, "f32", json!(3.25)),
        (16, "f64", json!(-0.1)),
        (20, "u32_little", json!(305_419_896)),
        (22, "bits", json!([3])),
        (23, "bcd32", json!(12_345_678)),
        (36, "u16", json!(36)),
    ] {
        assert_eq!(at(address)[kind], value, "holding:{address} as {kind}");
    }
    // The hole costs only itself.
    assert_eq!((&at(35)["exception"], at(35).get("u16")), (&json!(2), None));
    assert_eq!((&at(34)["u16"], &at(34).get("u32")), (&json!(34), &None));

    let text = edge_agent(&["probe", "modbus", "--tcp", &device, "--from", "holding:25", "--count", "15"]).good();
    assert!(
        text.contains("text at register = \"holding:25\", type = \"string\", registers = 4: \"RECIPE 7\""),
        "{text}"
    );
    let refused = text.lines().find(|line| line.contains("\"holding:35\"")).unwrap();
    assert!(refused.ends_with("----  no such address in the device (exception 2)"), "{refused}");
    let narrow = ["probe", "modbus", "--tcp", &device, "--from", "input:0", "--count", "1", "--types", "u16"];
    let narrow = edge_agent(&narrow).good();
    assert!(narrow.lines().any(|line| line == "\"input:0\"   0309  0,3,8-9  777"), "{narrow}");
    let coils = edge_agent(&["probe", "modbus", "--tcp", &device, "--from", "coil:0", "--count", "4", "--json"]).json();
    let bits: Vec<_> = registers(&coils).iter().map(|line| line["bool"].clone()).collect();
    assert_eq!(bits, [true, false, true, false]);
}

#[test]
fn edge_02_probe_modbus_goes_the_way_of_a_configured_connection() {
    let port = free_port().to_string();
    let _server = Foreign::start("modbus_server.py", &["tcp", &port]);
    let file = File::new(&format!(
        "[[connection]]\nname = \"press\"\ndriver = \"modbus_tcp\"\naddress = \"127.0.0.1:{port}\"\n\
         [[connection.tag]]\nname = \"t\"\nregister = \"holding:0\"\ntype = \"u16\"\n"
    ));
    let args = |name| {
        ["probe", "modbus", "--config", &file.path, "--connection", name, "--from", "holding:1", "--count", "1"]
            .map(str::to_owned)
            .to_vec()
    };
    let run = |name| edge_agent(&args(name).iter().map(String::as_str).collect::<Vec<_>>());
    assert!(run("press").good().contains("-12345"));
    let unknown = run("filler");
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("no Modbus connection \"filler\"") && unknown.err.contains("there are: press"));
    std::fs::write(&file.path, "[agent]\nname = 7\n").unwrap();
    let wrong = run("press");
    assert_eq!(wrong.code, 78, "{}", wrong.err);
    assert!(wrong.err.contains("edge.toml:2"), "{}", wrong.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_probe_modbus_says_which_units_answer_and_what_to_check() {
    let device = Device::start(|call| match call.unit {
        3 => Answer::Send(call.answer(|_| 7)),
        5 => Answer::Send(call.exception(2)),
        9 => Answer::Send(call.exception(11)),
        _ => Answer::Silent,
    })
    .await;
    let address = device.address.to_string();
    let said = edge_agent(&["probe", "modbus", "--tcp", &address, "--units", "2-5,9", "--timeout-ms", "100"]).good();
    assert_eq!(
        said,
        "unit 3 answers: holding:0 = 7 (hex 0007)\n\
         unit 5 answers: holding:0: no such address in the device (exception 2)\n\
         no answer in 100 ms: units 2, 4\n\
         the unit behind the gateway does not answer (exception 11): units 9\n"
    );
    let nobody = edge_agent(&["probe", "modbus", "--tcp", &address, "--units", "8,9", "--timeout-ms", "100"]);
    assert!(nobody.code == 1 && nobody.err.contains("The gateway answers."), "{}", nobody.err);
    let ask = |unit| {
        edge_agent(&[
            "probe",
            "modbus",
            "--tcp",
            &address,
            "--unit",
            unit,
            "--from",
            "holding:4",
            "--timeout-ms",
            "100",
        ])
    };
    let silent = ask("2");
    assert_eq!((silent.code, silent.out.as_str()), (1, ""));
    let what = format!("edge-agent: {address}, unit 2: no answer for holding:4 in 100 ms, asked twice\n");
    assert!(silent.err.starts_with(&what) && silent.err.contains("Check the unit's number"), "{}", silent.err);
    let behind = ask("9");
    assert!(behind.err.contains("the unit behind the gateway does not answer (exception 11)"), "{}", behind.err);
    let nobody = edge_agent(&["probe", "modbus", "--tcp", &format!("127.0.0.1:{}", free_port()), "--from", "input:0"]);
    assert_eq!(nobody.code, 1);
    assert!(
        nobody.err.contains("cannot connect to") && nobody.err.contains("Check address and port"),
        "{}",
        nobody.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_probe_modbus_watches_and_never_writes() {
    let (rounds, functions) = (Arc::new(AtomicU16::new(0)), Arc::new(AtomicU16::new(0)));
    let (round, seen) = (rounds.clone(), functions.clone());
    let device = Device::start(move |call| {
        seen.fetch_or(1 << call.function, Relaxed);
        let now = round.fetch_add(1, Relaxed);
        Answer::Send(call.answer(|address| if address == 11 { now } else { 5 }))
    })
    .await;
    let address = device.address.to_string();
    let args =
        ["--from", "holding:10", "--count", "3", "--watch", "--every-ms", "50", "--rounds", "3", "--types", "u16"];
    let text = edge_agent(&[&["probe", "modbus", "--tcp", &address], &args[..]].concat()).good();
    let marked: Vec<Vec<_>> =
        text.lines().filter(|line| line.starts_with('*')).map(|line| line.split_whitespace().collect()).collect();
    let register = "\"holding:11\"";
    assert_eq!(marked, [["*", register, "0001", "0", "1"], ["*", register, "0002", "1", "2"]], "{text}");
    assert_eq!(functions.load(Relaxed), 1 << 3, "only holding registers were read");

    // In every type: the register before it has not changed, though a value of both has.
    let args = ["--from", "holding:10", "--count", "3", "--watch", "--every-ms", "50", "--rounds", "2", "--json"];
    let text = edge_agent(&[&["probe", "modbus", "--tcp", &address], &args[..]].concat()).good();
    let second: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    let changed: Vec<_> = registers(&second).iter().map(|line| &line["register"]).collect();
    assert_eq!(changed, ["holding:11"], "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_probe_modbus_on_a_serial_line_and_on_one_behind_tcp() {
    // It has registers to 12, and answers no more than four at once.
    let answer = |call: &Call| match call.unit {
        7 if call.count > 4 => Answer::Send(Call::rtu(&call.exception(3))),
        7 if call.address + call.count > 13 => Answer::Send(Call::rtu(&call.exception(2))),
        7 => Answer::Send(Call::rtu(&call.answer(|address| address))),
        _ => Answer::Silent,
    };
    let (device, port) = tokio_serial::SerialStream::pair().unwrap();
    let path = std::fs::read_link(format!("/proc/self/fd/{}", port.as_raw_fd())).unwrap().display().to_string();
    // A port belongs to one; kept open, so that it does not look unplugged.
    let _open = std::fs::File::open(&path).unwrap();
    drop(port);
    tokio::spawn(serve_rtu(device, answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve_rtu(stream, answer));
        }
    });
    for way in [["--rtu", &path], ["--rtu-over-tcp", &address]] {
        let range = ["--unit", "7", "--from", "holding:3", "--count", "11", "--json"];
        let document = edge_agent(&[&["probe", "modbus"], &way[..], &range].concat()).json();
        let values: Vec<_> = registers(&document).iter().map(|line| line.get("u16").cloned()).collect();
        let mut expect: Vec<_> = (3..13).map(|register| Some(json!(register))).collect();
        expect.push(None);
        assert_eq!(values, expect, "{way:?}");
        let silent = ["--unit", "8", "--from", "holding:3", "--timeout-ms", "100"];
        let said = edge_agent(&[&["probe", "modbus"], &way[..], &silent].concat());
        assert!(said.code == 1 && said.err.contains("no answer for holding:3"), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_probe_modbus_asks_for_what_was_refused_once_and_no_more_at_once_than_is_answered() {
    // Holding registers without 13; no more than eight at once.
    let calls = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = calls.clone();
    let device = Device::start(move |call| {
        seen.lock().unwrap().push((call.address, call.count));
        let has_hole = (call.address..call.address + call.count).contains(&13);
        let refused = if call.count > 8 { Some(3) } else { has_hole.then_some(2) };
        Answer::Send(refused.map_or_else(|| call.answer(|address| address), |code| call.exception(code)))
    })
    .await;
    let address = device.address.to_string();
    let args = ["--from", "holding:0", "--count", "40", "--watch", "--every-ms", "50", "--rounds", "3", "--json"];
    let text = edge_agent(&[&["probe", "modbus", "--tcp", &address], &args[..]].concat()).good();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let values: Vec<_> = registers(&first).iter().map(|line| line.get("u16").cloned()).collect();
    let expect: Vec<_> = (0..40).map(|address| (address != 13).then(|| json!(address))).collect();
    assert_eq!(values, expect);
    let calls = calls.lock().unwrap();
    let is_about = |call: &(u16, u16), hole: u16| (call.0..call.0 + call.1).contains(&hole);
    let alone = calls.iter().position(|call| *call == (13, 1)).unwrap();
    assert!(calls[alone + 1..].iter().all(|call| !is_about(call, 13)), "{calls:?}");
    // The last two rounds.
    let second = calls.iter().enumerate().skip(1).find(|(_, call)| call.0 == 0 && call.1 <= 8).unwrap().0;
    let later = calls[second + 1..].iter().position(|call| call.0 == 0).unwrap() + second + 1;
    assert!(calls[later..].iter().all(|call| call.1 <= 8), "{calls:?}");
}
