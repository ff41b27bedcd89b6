//! `edge-agent simulate`: all that rules can say is shown, a recording of it replays to the same, and a real driver reads
//! it from simulated devices.

mod commission_common;
mod drivers_common;

use std::process::{Child, Command, Stdio};

use commission_common::{File, edge_agent, free_port, repository};
use drivers_common::Edge;
use edge_agent::driver::{Quality, Value as TagValue};
use serde_json::{Value, json};

/// A machine that everything can be asked of: bits, thresholds of a scaled tag, changes, texts, doubts and alarms.
const MACHINE: &str = r#"
[[connection]]
name = "plc"
driver = "modbus_tcp"
address = "ADDRESS"
[[connection.tag]]
name = "word"
register = "holding:0"
type = "u16"
period_ms = 50
[[connection.tag]]
name = "speed"
register = "input:4"
type = "i16"
scale = 0.1
period_ms = 50
[[connection.tag]]
name = "parts"
register = "holding:10"
type = "u32"
word_order = "little"
period_ms = 50
[[connection.tag]]
name = "door"
register = "discrete:3"
type = "bool"
period_ms = 50
[[connection.tag]]
name = "recipe"
unit = 2
register = "holding:20"
type = "string"
registers = 4
period_ms = 50
[[machine]]
code = "SAW-001"
micro_stop_seconds = 10
states = [
  { any = [{ tag = "word", bit = 3 }, { all = [{ tag = "word", bit = 1 }, { not = { tag = "word", bit = 2 } }] }], activity = "down", for_ms = 500 },
  { tag = "recipe", equals = "CLEAN", activity = "setup", keep_ms = 2000 },
  { all = [{ tag = "parts", changed_within_ms = 5000 }, { tag = "door", equals = false }], activity = "running" },
  { tag = "speed", above = 12.5, activity = "blocked" },
  { tag = "word", equals = 8, activity = "starved" },
]
otherwise = "idle"
counter = { tag = "parts", bits = 32 }
alarms = [{ tag = "word", bit = 3, text = "Overload" }, { tag = "speed", below = -3, text = "Backwards" }]
"#;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn simulate(file: &str, more: &[&str]) -> Vec<Value> {
    let args = ["simulate", file, "--speed", "0", "--start", "2026-11-22T06:00:00Z", "--json"];
    lines(&edge_agent(&[&args, more].concat()).good())
}

/// When a machine began to do what.
fn changes(lines: &[Value], machine: &str) -> Vec<(Value, Value)> {
    let of = lines.iter().filter(|line| line["machine"] == machine && line.get("activity").is_some());
    of.map(|line| (line["at"].clone(), line["activity"].clone())).collect()
}

#[test]
fn edge_06_simulate_shows_all_that_rules_can_say_and_says_what_they_cannot() {
    let file = File::new(&MACHINE.replace("ADDRESS", "10.0.0.5:502"));
    let said = simulate(&file.path, &[]);
    let unreachable: Vec<_> = said.iter().filter(|line| line.get("unreachable").is_some()).collect();
    // The word is 8 only when bit 3 is set, and then the machine is down.
    let [one] = unreachable.as_slice() else { panic!("{unreachable:?}") };
    assert_eq!(one["unreachable"], "starved by rule 5: word is 8");
    assert_eq!(one["sure"], true);
    let end = said.last().unwrap();
    assert_eq!(end["not_seen"], json!([]), "{said:#?}");
    assert!(end["parts"].as_u64().unwrap() > 20);
    let mut seen: Vec<_> = changes(&said, "SAW-001").into_iter().map(|(_, activity)| activity).collect();
    seen.sort_by_key(Value::to_string);
    seen.dedup();
    assert_eq!(seen, ["blocked", "down", "idle", "no_data", "running", "setup"]);
    let alarms: Vec<_> = said.iter().filter_map(|line| line.get("alarm")).collect();
    assert!(alarms.contains(&&json!("Overload")) && alarms.contains(&&json!("Backwards")), "{alarms:?}");
    assert!(!std::path::Path::new(&file.beside("data")).exists(), "the data directory is not touched");
    // The same seed walks the same way, another one another way.
    assert_eq!(said, simulate(&file.path, &[]));
    assert_ne!(said, simulate(&file.path, &["--seed", "2"]));
}

#[test]
fn edge_06_simulate_shows_every_state_of_the_templates() {
    for model in ["packml", "machinery"] {
        let tag =
            |name: &str| format!("[[connection.tag]]\nname = \"{name}\"\nnode = \"ns=2;s={name}\"\ntype = \"i32\"\n");
        let file = File::new(&format!(
            "[[connection]]\nname = \"m\"\ndriver = \"opcua\"\nendpoint = \"opc.tcp://m:4840\"\n{}{}\
             [[machine]]\ncode = \"M\"\ntemplate = {{ model = \"{model}\", state = \"state\", mode = \"mode\" }}\n",
            tag("state"),
            tag("mode")
        ));
        let said = simulate(&file.path, &[]);
        assert_eq!(said.last().unwrap()["not_seen"], json!([]), "{model}: {said:#?}");
        assert!(said.iter().all(|line| line.get("unreachable").is_none()), "{model}: {said:#?}");
    }
}

#[test]
fn edge_06_simulate_shows_what_is_so_only_for_a_while_and_says_which_tags_are_shared() {
    const PULSES: &str = r#"
[[connection]]
name = "plc"
driver = "modbus_tcp"
address = "10.0.0.5:502"
[[connection.tag]]
name = "parts"
register = "holding:0"
type = "i16"
[[connection.tag]]
name = "door"
register = "coil:0"
type = "bool"
[[machine]]
code = "A"
micro_stop_seconds = 5
states = [
  { tag = "parts", changed_within_ms = 3000, activity = "running" },
  { tag = "parts", changed_within_ms = 20000, activity = "idle" },
]
otherwise = "down"
counter = { tag = "parts", bits = 16 }
"#;
    let alone = simulate(&File::new(PULSES).path, &[]);
    let end = alone.last().unwrap();
    assert_eq!((&end["not_seen"], end["parts"].as_u64() > Some(20)), (&json!([]), true), "{alone:#?}");
    // The counter is one of 16 bits with a sign, and wraps within the walk: no part is lost or made up.
    assert!(alone.iter().all(|line| line.get("implausible").is_none()), "{alone:#?}");
    let door = |code: &str| {
        format!(
            "[[machine]]\ncode = \"{code}\"\nstates = [{{ tag = \"door\", equals = true, activity = \"running\" }}]\notherwise = \"idle\"\n"
        )
    };
    let both = File::new(&format!("{PULSES}{}{}", door("B"), door("C")));
    let said = edge_agent(&["simulate", &both.path, "--speed", "0"]);
    assert_eq!(said.err, "door is asked by B, C: the walk of each shows at the others\n");
}

#[test]
fn edge_06_a_recorded_simulation_replays_to_the_same() {
    let own = File::new(&MACHINE.replace("ADDRESS", "10.0.0.5:502"));
    let example = repository().join("config/edge.toml").display().to_string();
    for (config, machines) in [(&own.path, vec!["SAW-001"]), (&example, vec!["CNC-001", "PRESS-001"])] {
        let csv = own.beside("walk.csv");
        let said = simulate(config, &["--record", &csv, "--seconds", "3600", "--seed", "7"]);
        let replayed = edge_agent(&["replay", config, &csv, "--json"]).json();
        for (place, machine) in machines.into_iter().enumerate() {
            let past = &replayed["machines"][place];
            assert_eq!(past["machine"], machine);
            let intervals = past["intervals"].as_array().unwrap();
            let again: Vec<_> = intervals.iter().map(|i| (i["from"].clone(), i["activity"].clone())).collect();
            assert!(again.len() > 30, "an hour has more changes than {}", again.len());
            assert_eq!(again, changes(&said, machine));
            let of = |what: &str| {
                let is = |line: &&Value| line["machine"] == machine && line["stop"] == what;
                said.iter().filter(is).map(|line| line["at"].clone()).collect::<Vec<_>>()
            };
            let stops = past["stops"].as_array().unwrap();
            let times = |key: &str| -> Vec<Value> {
                stops.iter().map(|stop| stop[key].clone()).filter(|at| !at.is_null()).collect()
            };
            assert_eq!((times("from"), times("to")), (of("opened"), of("closed")));
            let end = said.iter().rev().find(|line| line["machine"] == machine).unwrap();
            assert_eq!((&past["parts"], &past["rejects"]), (&end["parts"], &end["rejects"]));
        }
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_02_a_real_driver_reads_what_is_simulated() {
    let port = free_port();
    let text = MACHINE.replace("ADDRESS", &format!("127.0.0.1:{port}"));
    let file = File::new(&text);
    let mut command = Command::new(env!("CARGO_BIN_EXE_edge-agent"));
    command.args(["simulate", &file.path, "--speed", "40", "--serve-modbus", &port.to_string()]);
    let _running = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let edge = Edge::start(&text);
    let good = |tag: u32, is: &dyn Fn(TagValue) -> bool| edge.good(tag).is_some_and(is);
    // Down by its bits, in a changeover by its text, blocked by its speed.
    drivers_common::until("the fault's bit", || good(0, &|word| word.as_count(64).unwrap() & 0b1010 != 0)).await;
    drivers_common::until("the recipe", || good(4, &|recipe| recipe.to_string() == "CLEAN")).await;
    drivers_common::until("the speed", || good(1, &|speed| speed.as_f64() > 12.5)).await;
    let parts = edge.reading(2).value.as_count(32).unwrap();
    drivers_common::until("parts are made", || good(2, &|now| now.as_count(32).unwrap() != parts)).await;
    // The connection is lost, and comes back.
    drivers_common::until("it is lost", || edge.reading(0).quality == Quality::Bad).await;
    drivers_common::until("it is back", || edge.reading(0).quality == Quality::Good).await;
}

#[test]
fn edge_18_simulate_says_what_is_wrong() {
    let file = File::new("");
    let said = edge_agent(&["simulate", &file.path]);
    assert!(said.code == 1 && said.err.contains("there is no [[machine]]"), "{}", said.err);
    std::fs::write(&file.path, "[agent]\n").unwrap();
    assert_eq!(edge_agent(&["simulate", &file.path]).code, 78);
    let file = File::new(&MACHINE.replace("ADDRESS", "10.0.0.5:502"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = edge_agent(&["simulate", &file.path, "--serve-modbus", &port]);
    assert!(said.code == 1 && said.err.contains("is another program using it?"), "{}", said.err);
    let said = edge_agent(&["simulate", &file.path, "--start", "noon"]);
    assert!(said.code == 1 && said.err.contains("--start: \"noon\" is no RFC 3339 time"), "{}", said.err);
    let said = edge_agent(&["simulate", &file.path, "--record", "/nowhere/x.csv"]);
    assert!(said.code == 1 && said.err.contains("--record /nowhere/x.csv"), "{}", said.err);
}
