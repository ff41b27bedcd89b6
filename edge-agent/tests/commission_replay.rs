//! `edge-agent replay`: a recording that was written by hand, and what it must come to.

mod commission_common;

use commission_common::{File, edge_agent};
use serde_json::json;

const MACHINE: &str = r#"
[[connection]]
name = "plc"
driver = "modbus_tcp"
address = "10.0.0.5:502"
[[connection.tag]]
name = "status"
register = "holding:0"
type = "u16"
[[connection.tag]]
name = "parts"
register = "holding:1"
type = "u16"
[[connection.tag]]
name = "rejects"
register = "holding:2"
type = "u16"
[[machine]]
code = "CNC-001"
states = [{ tag = "status", equals = 1, activity = "running" }, { tag = "status", equals = 3, activity = "down" }]
otherwise = "idle"
counter = { tag = "parts", bits = 16 }
rejects = { tag = "rejects", bits = 16 }
alarms = [{ tag = "status", equals = 3, text = "Emergency stop", reason = "operator_issue" }]
"#;

/// Five minutes: 100 s running with nine parts, 140 s down, 30 s running, 20 s lost, 10 s running.
fn recording() -> String {
    let mut text = "at,tag,value,quality\n".to_owned();
    let mut row = |time: &str, tag: &str, value: &str, quality: &str| {
        text += &format!("2026-11-22T09:{time}.000000Z,{tag},{value},{quality}\n");
    };
    for (tag, value) in [("status", "1"), ("parts", "65533"), ("rejects", "0"), ("gone", "7")] {
        row("20:00", tag, value, "good");
    }
    for part in 1..=9u16 {
        let seconds = 10 * u32::from(part);
        let time = format!("{}:{:02}", 20 + seconds / 60, seconds % 60);
        // It wraps at 16 bits.
        row(&time, "parts", &65_533u16.wrapping_add(part).to_string(), "good");
    }
    row("21:31", "rejects", "1", "good");
    row("21:40", "status", "3", "good");
    row("24:00", "status", "1", "good");
    row("24:30", "status", "", "bad");
    row("24:50", "status", "1", "good");
    row("25:00", "status", "1", "good");
    text
}

fn files() -> (File, String) {
    let file = File::new(MACHINE);
    let readings = file.beside("readings.csv");
    std::fs::write(&readings, recording()).unwrap();
    (file, readings)
}

#[test]
fn edge_06_kpi_02_replay_says_what_a_recording_comes_to() {
    let (file, readings) = files();
    let said = edge_agent(&["replay", &file.path, &readings, "--ideal", "CNC-001=10", "--json"]);
    assert!(said.err.contains("tags that") && said.err.contains("gone (1 rows)"), "{}", said.err);
    let document = said.json();
    let machine = &document["machines"][0];
    let at = |time: &str| format!("2026-11-22T09:{time}Z");
    let interval = |from: &str, to: &str, seconds: f64, activity: &str| json!({ "from": at(from), "to": at(to), "seconds": seconds, "activity": activity });
    let expect = json!([
        interval("20:00", "21:40", 100.0, "running"),
        interval("21:40", "24:00", 140.0, "down"),
        interval("24:00", "24:30", 30.0, "running"),
        interval("24:30", "24:50", 20.0, "no_data"),
        interval("24:50", "25:00", 10.0, "running"),
    ]);
    assert_eq!(machine["intervals"], expect);
    let stop = json!([{
        "from": at("21:40"), "to": at("24:00"), "seconds": 140.0, "alarm": "Emergency stop", "reason": "operator_issue",
    }]);
    assert_eq!(machine["stops"], stop);
    assert_eq!((&machine["parts"], &machine["rejects"]), (&json!(9), &json!(1)));
    // 280 s seen, 140 s of them down; nine parts of ten seconds in the other 140 s; eight of nine are good.
    let oee = &machine["figures"]["oee"];
    assert_eq!(
        (&oee["availability"], &oee["performance"], &oee["quality"]),
        (&json!(50.0), &json!(64.29), &json!(88.89))
    );
    assert_eq!((&oee["oee"], &oee["coverage"]), (&json!(28.57), &json!(93.33)));

    let text = edge_agent(&["replay", &file.path, &readings]).good();
    for line in [
        "  2026-11-22T09:21:40Z  2026-11-22T09:24:00Z    140.0  down",
        "  2026-11-22T09:21:40Z  2026-11-22T09:24:00Z    140.0  Emergency stop (operator_issue)",
        "  parts 9, rejects 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
    }
    assert!(!std::path::Path::new(&file.beside("data")).exists(), "the data directory is not touched");
}

#[test]
fn edge_06_replay_of_the_same_file_is_the_same_to_the_byte_and_another_rule_is_not() {
    let (file, readings) = files();
    let run = || edge_agent(&["replay", &file.path, &readings, "--json"]).good();
    let before = run();
    assert_eq!(before, run());
    // What was down would have been a changeover, and no stop.
    std::fs::write(&file.path, std::fs::read_to_string(&file.path).unwrap().replace("\"down\"", "\"setup\"")).unwrap();
    let after: serde_json::Value = serde_json::from_str(&run()).unwrap();
    assert_eq!(after["machines"][0]["intervals"][1]["activity"], "setup");
    assert_eq!(after["machines"][0]["stops"], json!([]));
}

#[test]
fn edge_06_replay_takes_planned_time_and_gaps_as_they_are_given() {
    let (file, readings) = files();
    let seconds = |args: &[&str]| {
        let document = edge_agent(&[&["replay", &file.path, &readings, "--json"], args].concat()).json();
        document["machines"][0]["figures"]["oee"]["planned_seconds"].as_f64().unwrap()
    };
    assert_eq!(seconds(&[]), 280.0);
    // 10:20 to 10:22 in Berlin is 09:20 to 09:22 here.
    assert_eq!(seconds(&["--shift", "10:20-10:22", "--zone", "Europe/Berlin"]), 120.0);
    let document = edge_agent(&["replay", &file.path, &readings, "--json", "--gap-ms", "15000"]).json();
    // Every reading is there, so the status was read at 20:00, 21:40, 24:00 and at the end alone.
    let seen: Vec<_> =
        document["machines"][0]["intervals"].as_array().unwrap().iter().map(|i| &i["activity"]).collect();
    assert_eq!(seen[0], "no_data", "from the reading on, not from when it was missed");
}

/// Rows of the tags of `MACHINE`, ten seconds apart; the parts counter goes on by 150 each, the status is 1.
fn every_ten_seconds(file: &File, seconds: impl Iterator<Item = u32>) -> String {
    let mut text = "at,tag,value,quality\n".to_owned();
    for second in seconds {
        let at = format!("2026-11-22T09:{:02}:{:02}.004Z", 20 + second / 60, second % 60);
        text += &format!("{at},status,1,good\n{at},parts,{},good\n{at},rejects,0,good\n", second * 15);
    }
    let readings = file.beside("readings.csv");
    std::fs::write(&readings, text).unwrap();
    readings
}

#[test]
fn edge_13_replay_believes_a_counter_what_can_be_made_from_one_reading_to_the_next() {
    let period = "type = \"u16\"\nperiod_ms = 10000\n";
    let slow =
        MACHINE.replace("type = \"u16\"\n", period).replace("[[machine]]\n", "[[machine]]\nstale_after_ms = 20000\n");
    let file = File::new(&slow);
    // Six steps of 150 in ten seconds each: fewer than a hundred a second.
    let readings = every_ten_seconds(&file, (0..=60).step_by(10));
    let machine = &edge_agent(&["replay", &file.path, &readings, "--json"]).json()["machines"][0];
    assert_eq!((&machine["parts"], &machine["implausible_jumps"]), (&json!(900), &json!(0)));
    // Read once a second, 150 of them came within one.
    let file = File::new(MACHINE);
    let readings = every_ten_seconds(&file, (0..=60).step_by(10));
    let machine = &edge_agent(&["replay", &file.path, &readings, "--json"]).json()["machines"][0];
    assert_eq!((&machine["parts"], &machine["implausible_jumps"]), (&json!(900), &json!(0)));
}

#[test]
fn edge_06_replay_of_every_reading_is_without_data_from_the_last_reading_before_a_gap() {
    let file = File::new(MACHINE);
    let readings = every_ten_seconds(&file, (0..=60).step_by(10).chain((120..=180).step_by(10)));
    let machine = &edge_agent(&["replay", &file.path, &readings, "--json", "--gap-ms", "15000"]).json()["machines"][0];
    let intervals: Vec<_> = machine["intervals"].as_array().unwrap().iter().collect();
    let told: Vec<_> =
        intervals.iter().map(|i| (i["activity"].as_str().unwrap(), i["seconds"].as_f64().unwrap())).collect();
    assert_eq!(told, [("running", 60.0), ("no_data", 60.0), ("running", 60.0)]);
}

#[test]
fn edge_18_replay_names_what_is_wrong_with_its_files() {
    let (file, readings) = files();
    std::fs::write(&readings, recording().replace(",status,3,", ",status,three,")).unwrap();
    let said = edge_agent(&["replay", &file.path, &readings]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("readings.csv: line 16: value \"three\": tag \"status\" is u16"), "{}", said.err);
    std::fs::write(&readings, recording() + "2126-11-22T09:20:00Z,status,1,good\n").unwrap();
    let said = edge_agent(&["replay", &file.path, &readings]);
    assert!(said.code == 1 && said.err.contains("more than 400 days after its first row"), "{}", said.err);
    let said = edge_agent(&["replay", &file.path, &file.beside("nothing.csv")]);
    assert!(said.code == 1 && said.err.contains("nothing.csv"), "{}", said.err);
    let said = edge_agent(&["replay", &file.beside("nothing.toml"), &readings]);
    assert_eq!(said.code, 78, "{}", said.err);
    for (args, expect) in [
        (["--ideal", "PRESS=3"], "no machine \"PRESS\""),
        (["--ideal", "0"], "write seconds for one part"),
        (["--shift", "6-14"], "write it like 06:00-14:00"),
        (["--zone", "Berlin"], "like Europe/Berlin"),
        (["--standard", "iso"], "unison or iso_22400"),
    ] {
        let said = edge_agent(&[&["replay", &file.path, &readings], &args[..]].concat());
        assert!(said.code == 1 && said.err.contains(expect), "{}", said.err);
    }
}

#[test]
fn edge_18_a_reader_that_has_seen_enough_is_no_fault() {
    let (file, _) = files();
    for args in [vec!["check", &file.path], vec!["version"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_edge-agent"));
        let said = command.args(&args).stdout(writer).output().unwrap();
        assert_eq!((said.status.code(), String::from_utf8(said.stderr).unwrap().as_str()), (Some(0), ""), "{args:?}");
    }
}
