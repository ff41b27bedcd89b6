//! The configuration file: what a good one gives, and what each mistake is told.

use super::*;
use crate::driver::{TagIndex, Value};
use crate::machine::expression::Known;
use unison_core::activity::Activity;

const GOOD: &str = r#"[agent]
name = "Hall 1"
data_dir = "/tmp/unison"
[[connection]]
name = "gateway-1"
driver = "modbus_tcp"
address = "10.0.0.5:502"
[[connection.tag]]
name = "cnc_status"
register = "holding:0"
type = "u16"
[[connection.tag]]
name = "cnc_parts"
register = "holding:10"
type = "u32"
[[connection]]
name = "press"
driver = "opcua"
endpoint = "opc.tcp://press:4840"
security_policy = "None"
[[connection.tag]]
name = "press_state"
node = "ns=2;s=Press.State"
type = "i32"
[[machine]]
code = "CNC-001"
states = [{ tag = "cnc_status", equals = 1, activity = "running" }]
otherwise = "idle"
counter = { tag = "cnc_parts", bits = 32 }
"#;

fn errors(text: &str) -> Vec<String> {
    match parse("edge.toml", text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.0.iter().map(ToString::to_string).collect(),
    }
}

/// Replaces `from` in the good file and expects exactly these errors.
#[track_caller]
fn check(from: &str, to: &str, expect: &[&str]) {
    assert!(GOOD.contains(from), "{from} is not in the good file");
    assert_eq!(errors(&GOOD.replacen(from, to, 1)), expect);
}

#[test]
fn edge_18_a_good_file_gives_values_with_defaults() {
    let config = parse("edge.toml", GOOD).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8081");
    assert!(config.cloud.is_none());
    let names: Vec<_> = config.tags.iter().map(|tag| (&*tag.name, tag.connection)).collect();
    assert_eq!(names, [("cnc_status", 0), ("cnc_parts", 0), ("press_state", 1)]);
    assert_eq!(config.connections.iter().map(|c| c.tags.clone()).collect::<Vec<_>>(), [0..2, 2..3]);
    let DriverConfig::Modbus(modbus) = &config.connections[0].driver else { panic!("wrong driver") };
    assert_eq!((modbus.timeout_ms, modbus.tags[1].unit, modbus.tags[1].period_ms), (1_000, 1, 1_000));
    assert_eq!(modbus.tags[1].tag, TagIndex(1));
    let machine = &config.machines[0];
    assert_eq!((machine.stale_after_ms, machine.micro_stop_seconds), (3_000, 60));
    assert_eq!(machine.otherwise, Outcome { activity: Activity::Idle, for_ms: 0, keep_ms: 0 });
    assert_eq!(machine.counter, Some(Counter { tag: TagIndex(1), bits: 32 }));
    let is_running = |value| machine.states[0].when.holds(&|_| Known { value, unchanged: 0 });
    assert!(is_running(Value::Uint(1)) && !is_running(Value::Uint(2)));
}

#[test]
fn edge_11_https_is_on_unless_it_is_switched_off() {
    let https = |section: &str| {
        let config = parse("edge.toml", &GOOD.replacen("[[connection]]", &format!("{section}[[connection]]"), 1));
        config.unwrap_or_else(|errors| panic!("{errors}")).http.https
    };
    let default = https("").unwrap();
    assert_eq!((default.listen.to_string().as_str(), default.names.len()), ("0.0.0.0:8443", 0));
    let http = "[http]\nlisten = \"127.0.0.1:1\"\n";
    assert_eq!(https(http).unwrap().listen, default.listen);
    assert!(https(&format!("{http}https = \"off\"\n")).is_none());
    let named = https(&format!("{http}https = \"[::]:443\"\nnames = [\"Edge-1.Plant.Example\"]\n")).unwrap();
    assert_eq!((named.listen.port(), named.names), (443, vec!["edge-1.plant.example".to_owned()]));
}

#[test]
fn edge_18_a_certificate_that_cannot_be_served_is_named_with_all_that_is_wrong() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let write = |name: &str, text: &str, mode| {
        std::fs::write(path(name), text).unwrap();
        std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let made = rcgen::generate_simple_self_signed(vec!["edge.example".to_owned()]).unwrap();
    let other = rcgen::KeyPair::generate().unwrap();
    write("good.crt", &made.cert.pem(), 0o644);
    write("good.key", &made.signing_key.serialize_pem(), 0o640);
    write("open.key", &made.signing_key.serialize_pem(), 0o644);
    write("other.key", &other.serialize_pem(), 0o600);
    write("empty.crt", "", 0o644);
    let said = |lines: &str| {
        let section = format!("[http]\nlisten = \"127.0.0.1:1\"\n{lines}\n[[connection]]");
        errors(&GOOD.replacen("[[connection]]", &section, 1)).join("\n")
    };
    let pair = |crt: &str, key: &str| said(&format!("certificate = \"{}\"\nkey = \"{}\"", path(crt), path(key)));
    assert_eq!(pair("good.crt", "good.key"), "");
    let both = pair("empty.crt", "missing.key");
    assert!(both.contains("edge.toml:6: [http]: certificate \"") && both.contains("cannot be read"), "{both}");
    assert!(both.contains("edge.toml:7: [http]: key \""), "{both}");
    assert!(pair("empty.crt", "good.key").contains("empty.crt\": holds no certificate"));
    assert!(pair("good.crt", "other.key").contains("other.key\": belongs to another certificate"));
    assert!(pair("good.crt", "open.key").contains("chmod 640"));
    assert!(said("certificate = \"/x\"").contains("key is missing"));
    assert!(said("https = \"8443\"").contains("https \"8443\" is not an address with a port"));
    let names = said("names = [\"10.0.0.5\", \"ok.example\", 7]");
    assert!(names.contains("names \"10.0.0.5\" is no host name") && names.contains("names \"integer\""), "{names}");
    assert!(said("https = \"off\"\ncertificate = \"/x\"\nkey = \"/y\"").contains("has no use while https is"));
}

#[test]
fn edge_18_the_example_in_the_repository_is_good() {
    let config = load(concat!(env!("CARGO_MANIFEST_DIR"), "/../config/edge.toml")).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(config.machines.len(), 2);
}

#[test]
fn edge_18_every_mistake_names_file_line_field_and_reason() {
    let tag = "edge.toml:10: connection \"gateway-1\", tag \"cnc_status\": register";
    check(
        "\"holding:0\"",
        "\"holding:70000\"",
        &[&format!("{tag} \"holding:70000\": address above 65535; addresses run from 0 to 65535")],
    );
    check(
        "\"holding:0\"",
        "\"flag:0\"",
        &[&format!(
            "{tag} \"flag:0\": unknown table \"flag\"; write it like holding:100 (tables: coil, discrete, input, holding)"
        )],
    );
    check(
        "\"holding:0\"",
        "\"holding:-1\"",
        &[&format!(
            "{tag} \"holding:-1\": the address is not a whole number; write it like holding:100 (tables: coil, discrete, input, holding)"
        )],
    );
    check(
        "\"holding:10\"",
        "\"holding:65535\"",
        &[
            "edge.toml:14: connection \"gateway-1\", tag \"cnc_parts\": register \"holding:65535\" as u32 needs two registers and runs past 65535",
        ],
    );
    check(
        "\"holding:10\"\ntype = \"u32\"",
        "\"coil:10\"\ntype = \"f64\"",
        &[
            "edge.toml:14: connection \"gateway-1\", tag \"cnc_parts\": register \"coil:10\": a coil holds one bit; f64 needs an input or holding register",
        ],
    );
    check(
        "type = \"u16\"",
        "type = \"word\"",
        &[
            "edge.toml:11: connection \"gateway-1\", tag \"cnc_status\": type \"word\" is not known; write one of: bool, u16, i16, u32, i32, u64, i64, f32, f64, bcd16, bcd32, string",
        ],
    );
    check(
        "type = \"u16\"",
        "type = \"u16\"\nperiod_ms = 10",
        &[
            "edge.toml:12: connection \"gateway-1\", tag \"cnc_status\": period_ms 10: out of range; write 50 to 3600000 ms (50 ms to 1 h)",
        ],
    );
    check(
        "type = \"u16\"",
        "type = \"u16\"\nperid_ms = 100",
        &[
            "edge.toml:12: connection \"gateway-1\", tag \"cnc_status\": unknown key \"perid_ms\"; known here: byte_order, keep, name, offset, period_ms, register, scale, scan, type, unit, word_order, writable",
        ],
    );
    check(
        "type = \"u16\"",
        "type = \"u16\"\nunit = \"one\"",
        &["edge.toml:12: connection \"gateway-1\", tag \"cnc_status\": unit must be a whole number, not string"],
    );
    check(
        "\"10.0.0.5:502\"",
        "\"10.0.0.5\"",
        &[
            "edge.toml:7: connection \"gateway-1\": address \"10.0.0.5\" is not host and port; write it like \"10.0.0.5:502\"",
        ],
    );
    check(
        "\"modbus_tcp\"",
        "\"modbus\"",
        &[
            "edge.toml:6: connection \"gateway-1\": driver \"modbus\" is not known; write one of: modbus_tcp, modbus_rtu, modbus_rtu_over_tcp, opcua, mqtt, serial_scanner, hid_scanner",
        ],
    );
    check(
        "\"ns=2;s=Press.State\"",
        "\"Press.State\"",
        &[
            "edge.toml:23: connection \"press\", tag \"press_state\": node \"Press.State\" is not a node id; write it like \"ns=2;s=Press.State\", \"ns=2;i=1001\" or \"nsu=urn:plant;s=Press.State\"",
        ],
    );
    check(
        "opc.tcp://press:4840",
        "http://press:4840",
        &[
            "edge.toml:19: connection \"press\": endpoint \"http://press:4840\" is not an OPC UA address; write it like \"opc.tcp://10.0.0.6:4840\"",
        ],
    );
    check(
        "data_dir = \"/tmp/unison\"\n",
        "",
        &["edge.toml:1: [agent]: data_dir is missing: the directory for the edge's database"],
    );
}

#[test]
fn edge_18_names_are_unique() {
    check(
        "\"press\"",
        "\"gateway-1\"",
        &[
            "edge.toml:17: connection \"gateway-1\": name \"gateway-1\" is taken by line 5; every connection needs its own name",
        ],
    );
    check(
        "name = \"press_state\"",
        "name = \"cnc_status\"",
        &[
            "edge.toml:22: connection \"press\", tag \"cnc_status\": name \"cnc_status\" is taken by line 9; tag names are unique in the whole configuration",
        ],
    );
    let twice = format!(
        "{GOOD}[[machine]]\ncode = \"CNC-001\"\nstates = [{{ tag = \"cnc_status\", equals = 0, activity = \"idle\" }}]\notherwise = \"idle\"\n"
    );
    assert_eq!(
        errors(&twice),
        ["edge.toml:31: machine \"CNC-001\": code \"CNC-001\" is taken by line 26; every machine needs its own code"]
    );
}

#[test]
fn edge_06_rules_and_counters_that_cannot_work_are_refused() {
    let rule = "edge.toml:27: machine \"CNC-001\", states 1:";
    check(
        "{ tag = \"cnc_status\", equals = 1,",
        "{ tag = \"cnc_state\", equals = 1,",
        &[&format!("{rule} tag \"cnc_state\" is not the name of any [[connection.tag]] in this file")],
    );
    check(
        "\"running\"",
        "\"runing\"",
        &[&format!(
            "{rule} activity \"runing\" is not known; write one of: running, idle, setup, blocked, starved, down"
        )],
    );
    check(
        "equals = 1,",
        "",
        &[&format!("{rule} no condition: write exactly one of equals, in, above, below, bit, changed_within_ms")],
    );
    check(
        "equals = 1,",
        "equals = 1, above = 3,",
        &[&format!("{rule} equals and above: write exactly one of equals, in, above, below, bit, changed_within_ms")],
    );
    check("equals = 1,", "equals = 70000,", &[&format!("{rule} equals 70000: a tag of type u16 never has this value")]);
    check("equals = 1,", "in = [1, true],", &[&format!("{rule} in true: a tag of type u16 never has this value")]);
    check("equals = 1,", "in = [],", &[&format!("{rule} in is empty: the rule would never match; add a value")]);
    check(
        "states = [{ tag = \"cnc_status\", equals = 1, activity = \"running\" }]",
        "states = []",
        &[
            "edge.toml:25: machine \"CNC-001\": states is empty: no signal would ever say what the machine does; add a rule",
        ],
    );
    check(
        "otherwise = \"idle\"\n",
        "",
        &["edge.toml:25: machine \"CNC-001\": otherwise is missing: the activity when no rule matches, like \"idle\""],
    );
    check(
        "{ tag = \"cnc_parts\", bits = 32 }",
        "{ tag = \"parts\" }",
        &[
            "edge.toml:29: machine \"CNC-001\", counter: tag \"parts\" is not the name of any [[connection.tag]] in this file",
        ],
    );
    check(
        "{ tag = \"cnc_parts\", bits = 32 }",
        "{ tag = \"cnc_status\", bits = 32 }",
        &[
            "edge.toml:29: machine \"CNC-001\", counter: bits 32: a tag of type u16 wraps at 16 bits at the latest; write 16 or less",
        ],
    );
    check(
        "type = \"u32\"",
        "type = \"f32\"",
        &[
            "edge.toml:29: machine \"CNC-001\", counter: a tag of type f32 cannot count parts; use a whole number without scale and offset",
        ],
    );
    check(
        "type = \"u32\"",
        "type = \"u32\"\nperiod_ms = 2000",
        &[
            "edge.toml:26: machine \"CNC-001\": stale_after_ms 3000: tag \"cnc_parts\" is read every 2000 ms, so the machine would be stale between two readings; write at least 4000",
        ],
    );
}

#[test]
fn edge_06_conditions_of_conditions() {
    let rule = "states = [{ tag = \"cnc_status\", equals = 1, activity = \"running\" }]";
    let with = |text: &str| GOOD.replacen(rule, text, 1);
    let nested = with(
        "states = [{ all = [{ any = [{ tag = \"cnc_status\", equals = 1 }, { tag = \"cnc_status\", bit = 4 }] }, \
         { not = { tag = \"cnc_parts\", changed_within_ms = 15000 } }], activity = \"down\", for_ms = 500, keep_ms = 2000 }]",
    );
    let nested = nested.replacen("otherwise = \"idle\"", "otherwise = { activity = \"idle\", for_ms = 5000 }", 1);
    let config = parse("edge.toml", &nested).unwrap_or_else(|errors| panic!("{errors}"));
    let machine = &config.machines[0];
    assert_eq!(machine.otherwise, Outcome { activity: Activity::Idle, for_ms: 5_000, keep_ms: 0 });
    assert_eq!(machine.states[0].then, Outcome { activity: Activity::Down, for_ms: 500, keep_ms: 2_000 });
    let holds = |status: u64, parts_unchanged: i64| {
        machine.states[0].when.holds(&|tag: &TagIndex| match tag.0 {
            0 => Known { value: Value::Uint(status), unchanged: 0 },
            _ => Known { value: Value::Uint(7), unchanged: parts_unchanged },
        })
    };
    assert!(holds(1, 15_000_000) && holds(0b1_0000, 15_000_000));
    assert!(!holds(1, 14_999_999) && !holds(2, 15_000_000));

    let check = |text: &str, expect: &[&str]| assert_eq!(errors(&with(text)), expect);
    let place = "edge.toml:27: machine \"CNC-001\", states 1";
    check(
        "states = [{ all = [{ tag = \"cnc_state\", equals = 1 }, { tag = \"cnc_status\" }], activity = \"down\" }]",
        &[
            &format!("{place}, all 1: tag \"cnc_state\" is not the name of any [[connection.tag]] in this file"),
            &format!(
                "{place}, all 2: no condition: write exactly one of equals, in, above, below, bit, changed_within_ms"
            ),
        ],
    );
    check(
        "states = [{ any = [], activity = \"down\" }]",
        &[&format!("{place}: any holds 0 conditions; write 1 to 64")],
    );
    check(
        "states = [{ tag = \"cnc_status\", equals = 1, not = { tag = \"cnc_status\", equals = 2 }, activity = \"down\" }]",
        &[
            &format!("{place}: tag and not: write exactly one of tag, all, any, not"),
            &format!("{place}: unknown key \"equals\"; known here: activity, all, any, for_ms, keep_ms, not, tag"),
        ],
    );
    check(
        "states = [{ tag = \"cnc_status\", bit = 16, activity = \"down\" }]",
        &[&format!("{place}: bit 16: out of range; write 0 to 15")],
    );
    let deep =
        (0..8).fold("{ tag = \"cnc_status\", equals = 1 }".to_owned(), |inner, _| format!("{{ not = {inner} }}"));
    let found = errors(&with(&format!("states = [{{ not = {deep}, activity = \"down\" }}]")));
    assert!(found.iter().any(|e| e.ends_with("conditions in conditions go 6 deep at most")), "{found:?}");
}

#[test]
fn down_03_alarms_name_their_text_and_a_reason() {
    let with =
        |alarms: &str| GOOD.replacen("otherwise = \"idle\"", &format!("otherwise = \"idle\"\nalarms = [{alarms}]"), 1);
    let good =
        with("{ tag = \"cnc_status\", in = [7, 8], text = \"Spindle overload\", reason = \"mechanical_failure\" }");
    let config = parse("edge.toml", &good).unwrap_or_else(|errors| panic!("{errors}"));
    let alarm = &config.machines[0].alarms[0];
    assert_eq!((&*alarm.text, alarm.reason.as_deref()), ("Spindle overload", Some("mechanical_failure")));
    assert_eq!(
        errors(&with("{ tag = \"cnc_status\", equals = 7 }")),
        ["edge.toml:29: machine \"CNC-001\", alarms 1: text is missing: what people read, like \"Spindle overload\""]
    );
}

#[test]
fn edge_18_tags_of_any_driver_can_be_kept_and_given_to_a_machine() {
    let keep = |text: &str, after: &str| text.replacen(after, &format!("{after}keep = true\n"), 1);
    let good = keep(&keep(GOOD, "type = \"u32\"\n"), "type = \"i32\"\n")
        .replace("otherwise = \"idle\"\n", "otherwise = \"idle\"\nchart = [\"press_state\"]\n");
    let config = parse("edge.toml", &good).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.kept().collect::<Vec<_>>(), [TagIndex(1), TagIndex(2)]);
    // The tag of its rule, of its counter and of its chart.
    assert_eq!(config.machines[0].tags().into_iter().collect::<Vec<_>>(), [TagIndex(0), TagIndex(1), TagIndex(2)]);
    assert_eq!(config.storage.ring_bytes, 512 << 20);
    let machine = "machine \"CNC-001\":";
    check(
        "type = \"u32\"\n",
        "type = \"u32\"\nkeep = 1\n",
        &["edge.toml:16: connection \"gateway-1\", tag \"cnc_parts\": keep must be true or false, not integer"],
    );
    check(
        "otherwise = \"idle\"\n",
        "otherwise = \"idle\"\nchart = [\"press_state\", \"pres_state\", 3]\n",
        &[
            &format!(
                "edge.toml:29: {machine} chart \"press_state\" is not kept, so there is nothing to show; write keep = true at the tag"
            ),
            &format!(
                "edge.toml:29: {machine} chart \"pres_state\" is not the name of any [[connection.tag]] in this file"
            ),
            &format!("edge.toml:29: {machine} chart must be a list of tags, like [\"spindle_load\"], not integer"),
        ],
    );
    check(
        "[[connection]]\n",
        "[storage]\nring_mb = 8\n[[connection]]\n",
        &["edge.toml:5: [storage]: ring_mb 8: out of range; write 16 to 1048576 MB"],
    );
}

#[test]
fn edge_18_all_mistakes_are_reported_at_once_in_file_order() {
    let text = GOOD
        .replace("\"holding:0\"", "\"holding:70000\"")
        .replace("\"ns=2;s=Press.State\"", "\"x\"")
        .replace("\"running\"", "\"runing\"")
        .replace("name = \"Hall 1\"", "name = \"\"\ncolour = 1");
    let found = errors(&text);
    let lines: Vec<_> = found.iter().map(|error| error.split(':').nth(1).unwrap()).collect();
    // The rule that names the broken tag is not blamed for it.
    assert_eq!(lines, ["2", "3", "11", "24", "28"], "{found:#?}");
}

#[test]
fn edge_18_broken_toml_and_missing_files_are_told() {
    let found = errors("[agent]\nname = \"Hall\ndata_dir = 3\n");
    assert!(found[0].starts_with("edge.toml:2: "), "{found:?}");
    let found = errors("[agent]\nname = \"a\"\nname = \"b\"\n");
    assert!(found[0].starts_with("edge.toml:3: "), "{found:?}");
    let missing = load("/nonexistent/edge.toml").unwrap_err().to_string();
    assert!(missing.starts_with("/nonexistent/edge.toml: cannot be read: "), "{missing}");
}

/// A good file with damage in it: a configuration, or errors that name a line of it. Never a panic.
#[test]
fn fuzz_configurations() {
    bolero::check!().with_iterations(2_000).with_type::<(usize, u8, Vec<u8>)>().for_each(|(at, taken, put)| {
        let mut bytes = GOOD.as_bytes().to_vec();
        let at = at % (bytes.len() + 1);
        let end = (at + usize::from(*taken)).min(bytes.len());
        bytes.splice(at..end, put.iter().copied());
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().count() + 1;
        if let Err(errors) = super::parse("edge.toml", &text) {
            assert!(!errors.0.is_empty() && errors.0.iter().all(|e| e.line <= lines), "{errors}");
        }
    });
}
