//! `edge-agent check FILE`: says what a configuration would do, or all that is wrong with it, without
//! talking to any device.

use std::fmt::Write as _;
use std::path::Path;

use crate::config::{
    self, Config, ConfigErrors, DriverConfig, OpcUaConfig, OpcUaMode, OpcUaPolicy, OpcUaSecurity, OpcUaUser,
};
use crate::driver::TagIndex;
use crate::driver::modbus::plan::{plan, requests_per_second};
use crate::machine::expression::{Ask, Expression};

/// The summary that the command prints.
pub fn check(path: impl AsRef<Path>) -> Result<String, ConfigErrors> {
    config::load(path).map(|config| summary(&config))
}

/// What a configuration would do, for people.
#[must_use]
pub fn summary(config: &Config) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_summary(&mut out, config);
    out
}

fn write_summary(out: &mut String, config: &Config) -> std::fmt::Result {
    writeln!(out, "{}: {}", config.agent.name, config.agent.data_dir.display())?;
    writeln!(out, "  page and API at http://{}", config.http.listen)?;
    match &config.cloud {
        Some(cloud) => writeln!(out, "  cloud {}", cloud.url)?,
        None => writeln!(out, "  no [cloud]: this edge works alone")?,
    }
    writeln!(out, "{}, {}", many(config.connections.len(), "connection"), many(config.tags.len(), "tag"))?;
    for connection in &config.connections {
        write!(out, "  {} ({}): ", connection.name, connection.driver.code())?;
        match &connection.driver {
            DriverConfig::Modbus(modbus) => {
                let requests = plan(&modbus.tags, |unit| modbus.limits_of(unit));
                writeln!(
                    out,
                    "{}, {} in {}, {:.1} requests a second",
                    modbus.line,
                    many(modbus.tags.len(), "tag"),
                    many(requests.len(), "request"),
                    requests_per_second(&requests)
                )?;
            }
            DriverConfig::OpcUa(opcua) => {
                let tags = many(opcua.tags.len(), "tag");
                write!(out, "{}, {tags} every {} ms, ", opcua.endpoint, opcua.publishing_ms)?;
                writeln!(out, "{}", way(opcua))?;
            }
            DriverConfig::Mqtt(mqtt) => writeln!(out, "{}, {}", mqtt.url(), many(mqtt.tags.len(), "tag"))?,
            DriverConfig::SerialScanner(serial) => {
                let machine = serial.scanner.machine.as_deref().unwrap_or("any machine");
                writeln!(out, "{} at {} baud, for {machine}", serial.place, serial.baud)?;
            }
            DriverConfig::HidScanner(hid) => {
                let machine = hid.scanner.machine.as_deref().unwrap_or("any machine");
                writeln!(out, "{}, for {machine}", hid.device)?;
            }
        }
    }
    writeln!(out, "{}", many(config.machines.len(), "machine"))?;
    for machine in &config.machines {
        let name = |tag: TagIndex| config.tags.get(tag.index()).map_or("", |tag| &*tag.name);
        write!(out, "  {}: {}", machine.code, many(machine.states.len(), "rule"))?;
        if let Some(model) = machine.template {
            write!(out, " of {}", model.code())?;
        }
        write!(out, ", otherwise {}", machine.otherwise.activity.code())?;
        for (what, counter) in [("parts", machine.counter), ("rejects", machine.rejects)] {
            if let Some(counter) = counter {
                write!(out, ", {what} from {} ({} bits)", name(counter.tag), counter.bits)?;
            }
        }
        if !machine.alarms.is_empty() {
            write!(out, ", {}", many(machine.alarms.len(), "alarm"))?;
        }
        writeln!(out)?;
        // What nobody wrote is shown.
        for rule in machine.states.iter().filter(|_| machine.template.is_some()) {
            writeln!(out, "    {} when {}", rule.then.activity.code(), condition(&rule.when, &name))?;
        }
    }
    let unused = unused(config);
    if !unused.is_empty() {
        writeln!(out, "read but used by no machine: {}", unused.join(", "))?;
    }
    Ok(())
}

/// How messages of an OPC UA server travel, and as whom the edge asks.
fn way(opcua: &OpcUaConfig) -> String {
    let security = match opcua.security {
        OpcUaSecurity::None => "without security".to_owned(),
        OpcUaSecurity::Secure { policy, mode } => {
            let policy = policy.map_or("the best policy of the server", OpcUaPolicy::code);
            let mode = match mode {
                OpcUaMode::Sign => "signed only",
                OpcUaMode::SignAndEncrypt => "signed and encrypted",
            };
            format!("{policy}, {mode}")
        }
    };
    match &opcua.user {
        OpcUaUser::Anonymous => security,
        OpcUaUser::Password { name, .. } => format!("{security}, as {name}"),
        OpcUaUser::Certificate { certificate, .. } => format!("{security}, as {}", certificate.display()),
    }
}

/// A condition as a template makes it.
fn condition<'a>(when: &Expression<TagIndex>, name: &impl Fn(TagIndex) -> &'a str) -> String {
    let all = |list: &[Expression<TagIndex>], word: &str| {
        list.iter().map(|one| condition(one, name)).collect::<Vec<_>>().join(word)
    };
    match when {
        Expression::All(list) => all(list, " and "),
        Expression::Any(list) => all(list, " or "),
        Expression::Not(one) => format!("not {}", condition(one, name)),
        Expression::Tag(tag, Ask::In(list)) => {
            let values: Vec<_> = list.iter().map(ToString::to_string).collect();
            format!("{} is {}", name(*tag), values.join(", "))
        }
        Expression::Tag(tag, ask) => format!("{} {ask:?}", name(*tag)),
    }
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn unused(config: &Config) -> Vec<&str> {
    let mut used = vec![false; config.tags.len()];
    let mut mark = |tag: TagIndex| used.get_mut(tag.index()).into_iter().for_each(|used| *used = true);
    for machine in &config.machines {
        machine.counter.iter().chain(&machine.rejects).for_each(|counter| mark(counter.tag));
        let rules = machine.states.iter().map(|rule| &rule.when);
        rules
            .chain(machine.alarms.iter().map(|alarm| &alarm.when))
            .for_each(|when| when.each(&mut |tag, _| mark(*tag)));
    }
    config.tags.iter().zip(used).filter(|(_, used)| !used).map(|(tag, _)| &*tag.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_18_check_says_what_the_example_would_do() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/edge.toml");
        let text = check(path).unwrap_or_else(|errors| panic!("{errors}"));
        for line in [
            "3 connections, 8 tags",
            "  gateway-1 (modbus_tcp): 10.0.0.5:502, 6 tags in 4 requests, 6.2 requests a second",
            "  press (opcua): opc.tcp://10.0.0.6:4840, 2 tags every 250 ms, without security",
            "  scanner-1 (serial_scanner): /dev/serial/by-id/usb-scanner-1 at 9600 baud, for PACK-001",
            "2 machines",
            "  CNC-001: 3 rules, otherwise idle, parts from cnc_parts (32 bits), rejects from cnc_rejects (16 bits), 2 alarms",
            "  PRESS-001: 2 rules, otherwise idle, parts from press_parts (32 bits)",
            "read but used by no machine: cnc_temperature",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
        }
    }

    #[test]
    fn edge_18_check_shows_the_rules_of_a_template() {
        let text = r#"[agent]
name = "Hall 1"
data_dir = "/tmp/unison"
[[connection]]
name = "filler"
driver = "opcua"
endpoint = "opc.tcp://filler:4840"
user_name = "edge"
password_file = "/etc/unison/filler"
[[connection.tag]]
name = "state"
node = "ns=2;s=State"
type = "i32"
[[connection.tag]]
name = "mode"
node = "ns=2;s=Mode"
type = "i32"
[[machine]]
code = "FILL-001"
template = { model = "machinery", state = "state", mode = "mode" }
"#;
        let text = summary(&config::parse("edge.toml", text).unwrap());
        for line in [
            "  filler (opcua): opc.tcp://filler:4840, 2 tags every 250 ms, the best policy of the server, signed and encrypted, as edge",
            "  FILL-001: 4 rules of machinery, otherwise no_data, 2 alarms",
            "    setup when mode is 1, 5025, 2, 5027",
            "    running when mode is 3, 5026 and state is 3, 5006",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
        }
        assert!(!text.contains("used by no machine"), "{text}");
    }
}
