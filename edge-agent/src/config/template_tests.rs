//! What the states of the standards come to, each by hand.

use unison_core::activity::Activity::{self, Blocked, Down, Idle, NoData, Running, Setup, Starved};

use super::*;
use crate::driver::{TagIndex, Value};
use crate::machine::expression::Known;

fn text(template: &str) -> String {
    format!(
        r#"[agent]
name = "Hall 1"
data_dir = "/tmp/unison"
[[connection]]
name = "filler"
driver = "opcua"
endpoint = "opc.tcp://filler:4840"
[[connection.tag]]
name = "state"
node = "ns=2;s=State"
type = "i32"
[[connection.tag]]
name = "mode"
node = "ns=2;s=Mode"
type = "i32"
[[connection.tag]]
name = "blocked"
node = "ns=2;s=Blocked"
type = "bool"
[[connection.tag]]
name = "starved"
node = "ns=2;s=Starved"
type = "bool"
[[connection.tag]]
name = "speed"
node = "ns=2;s=Speed"
type = "f32"
[[machine]]
code = "FILL-001"
{template}
"#
    )
}

#[track_caller]
fn machine(template: &str) -> MachineConfig {
    parse("edge.toml", &text(template)).unwrap_or_else(|errors| panic!("{errors}")).machines.remove(0)
}

/// What a machine with these values does.
fn activity(machine: &MachineConfig, state: i64, mode: i64, blocked: bool, starved: bool) -> Activity {
    let values = [Value::Int(state), Value::Int(mode), Value::Bool(blocked), Value::Bool(starved)];
    let known = |tag: &TagIndex| Known { value: values[tag.index()], unchanged: 0 };
    let found = machine.states.iter().find(|rule| rule.when.holds(&known));
    found.map_or(machine.otherwise.activity, |rule| rule.then.activity)
}

/// The text of the alarm in a state.
fn alarm(machine: &MachineConfig, state: i64) -> Option<&str> {
    let known = |_: &TagIndex| Known { value: Value::Int(state), unchanged: 0 };
    machine.alarms.iter().find(|alarm| alarm.when.holds(&known)).map(|alarm| alarm.text.as_str())
}

/// ISA-TR88.00.02-2015, table of states with their numbers; OPC 30050, 6.4, gives the same ones.
const PACKML: [(i64, &str, Activity, Option<&str>); 18] = [
    (0, "Undefined", NoData, None),
    (1, "Clearing", Down, None),
    (2, "Stopped", Down, Some("PackML: stopped")),
    (3, "Starting", Idle, None),
    (4, "Idle", Idle, None),
    (5, "Suspended", Idle, Some("PackML: suspended")),
    (6, "Execute", Running, None),
    (7, "Stopping", Down, Some("PackML: stopped")),
    (8, "Aborting", Down, Some("PackML: aborted")),
    (9, "Aborted", Down, Some("PackML: aborted")),
    (10, "Holding", Down, Some("PackML: held")),
    (11, "Held", Down, Some("PackML: held")),
    (12, "Unholding", Down, Some("PackML: held")),
    (13, "Suspending", Idle, Some("PackML: suspended")),
    (14, "Unsuspending", Idle, None),
    (15, "Resetting", Idle, None),
    (16, "Completing", Idle, None),
    (17, "Complete", Idle, None),
];

#[test]
fn edge_06_every_packml_state() {
    let plain = machine("template = { model = \"packml\", state = \"state\" }");
    let full = machine(
        "template = { model = \"packml\", state = \"state\", mode = \"mode\", blocked = \"blocked\", starved = \"starved\" }",
    );
    for (state, name, expect, text) in PACKML {
        assert_eq!(activity(&plain, state, 0, false, false), expect, "{name}");
        assert_eq!(alarm(&plain, state), text, "{name}");
        // Produce, maintenance, manual, one of the maker's own, and none (OPC 30050, 6.5.2).
        assert_eq!(activity(&full, state, 1, false, false), expect, "{name} in production");
        for mode in [2, 3, 4] {
            assert_eq!(activity(&full, state, mode, false, false), Setup, "{name} in mode {mode}");
        }
        assert_eq!(activity(&full, state, 0, false, false), NoData, "{name} without a mode");
        let is_suspended = matches!(name, "Suspending" | "Suspended");
        assert_eq!(
            activity(&full, state, 1, true, false),
            if is_suspended { Blocked } else { expect },
            "{name} blocked"
        );
        assert_eq!(
            activity(&full, state, 1, false, true),
            if is_suspended { Starved } else { expect },
            "{name} starved"
        );
    }
    for state in [-1, 18, 100] {
        assert_eq!(activity(&plain, state, 0, false, false), NoData, "{state}");
    }
    let modes =
        machine("template = { model = \"packml\", state = \"state\", mode = \"mode\", production_modes = [1, 4] }");
    assert_eq!((activity(&modes, 6, 4, false, false), activity(&modes, 6, 5, false, false)), (Running, Setup));
}

/// OPC 40001-1, 12.2 and 13.2, with the numbers and node ids of its nodeset.
const STATES: [(&str, i64, i64); 4] =
    [("NotAvailable", 0, 5_005), ("OutOfService", 1, 5_004), ("NotExecuting", 2, 5_007), ("Executing", 3, 5_006)];
const MODES: [(&str, i64, i64); 4] =
    [("None", 0, 5_024), ("Maintenance", 1, 5_025), ("Setup", 2, 5_027), ("Processing", 3, 5_026)];

#[test]
fn edge_06_every_machinery_state_in_every_mode() {
    let plain = machine("template = { model = \"machinery\", state = \"state\" }");
    let full = machine("template = { model = \"machinery\", state = \"state\", mode = \"mode\" }");
    for (state, number, node) in STATES {
        let alone = match state {
            "Executing" => Running,
            "OutOfService" => Down,
            "NotExecuting" | "NotAvailable" => Idle,
            other => panic!("{other}"),
        };
        let text = match state {
            "OutOfService" => Some("Machinery: out of service"),
            "NotAvailable" => Some("Machinery: not available"),
            _ => None,
        };
        for value in [number, node] {
            assert_eq!(activity(&plain, value, 0, false, false), alone, "{state}");
            assert_eq!(alarm(&plain, value), text, "{state}");
            for (mode, number, node) in MODES {
                let expect = match (state, mode) {
                    (_, "Maintenance" | "Setup") => Setup,
                    ("Executing", "None") => NoData,
                    _ => alone,
                };
                for mode_value in [number, node] {
                    assert_eq!(activity(&full, value, mode_value, false, false), expect, "{state} in {mode}");
                }
            }
        }
    }
    assert_eq!(activity(&plain, 4, 0, false, false), NoData);
    assert_eq!(activity(&plain, 5_026, 0, false, false), NoData, "a mode is no state");
}

#[test]
fn edge_06_alarms_that_somebody_wrote_come_before_those_of_the_template() {
    let template = "template = { model = \"packml\", state = \"state\" }\n";
    let written = "alarms = [{ tag = \"state\", equals = 9, text = \"Emergency stop\", reason = \"E-STOP\" }]";
    let machine = machine(&format!("{template}{written}"));
    assert_eq!((alarm(&machine, 9), alarm(&machine, 8)), (Some("Emergency stop"), Some("PackML: aborted")));
    assert_eq!((machine.template, machine.otherwise.activity), (Some(Model::PackMl), NoData));
}

#[test]
fn edge_18_mistakes_in_a_template_are_told() {
    let check = |template: &str, expect: &str| {
        let errors = parse("edge.toml", &text(template)).unwrap_err().to_string();
        assert!(errors.contains(expect), "{template}: {errors}");
    };
    let packml = |rest: &str| format!("template = {{ model = \"packml\", state = \"state\"{rest} }}");
    check("template = \"packml\"", "template must be a table, not string");
    check("template = { model = \"omac\", state = \"state\" }", "write one of: packml, machinery");
    check("template = { model = \"packml\" }", "state is missing: the name of a [[connection.tag]]");
    check("template = { model = \"packml\", state = \"gone\" }", "state \"gone\" is not the name of any");
    check("template = { model = \"packml\", state = \"speed\" }", "a state is a whole number");
    check(&packml(", blocked = \"mode\""), "blocked must be a tag of type bool, not i32");
    check(&packml(", production_modes = [1]"), "without mode nobody asks for it");
    check(&packml(", mode = \"mode\", production_modes = [0]"), "numbers from 1 to 31");
    check(&packml(", mode = \"mode\", production_modes = 1"), "numbers from 1 to 31");
    check("template = { model = \"machinery\", state = \"state\", blocked = \"blocked\" }", "unknown key \"blocked\"");
    check(&(packml("") + "\notherwise = \"idle\""), "otherwise: the rules come from the template");
    let written = "\nstates = [{ tag = \"state\", equals = 6, activity = \"running\" }]";
    check(&(packml("") + written), "states: the rules come from the template");
    // A template watches its tags as rules do.
    check(&(packml("") + "\nstale_after_ms = 1000"), "tag \"state\" is read every 1000 ms");
}
