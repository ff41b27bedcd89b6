//! `edge-agent check FILE`: says what a configuration would do, or all that is wrong with it, without
//! talking to any device.

use std::fmt::Write as _;
use std::path::Path;

use unison_core::time::Timestamp;

use crate::config::{
    self, Config, ConfigError, ConfigErrors, DriverConfig, OpcUaConfig, OpcUaMode, OpcUaPolicy, OpcUaSecurity,
    OpcUaUser,
};
use crate::driver::TagIndex;
use crate::driver::modbus::plan::{plan, requests_per_second};
use crate::machine::expression::{Ask, Expression};

/// The summary that the command prints.
///
/// # Errors
/// All that is wrong; here also a certificate that ended by `now`, which does not keep the agent from its machines.
pub fn check(path: impl AsRef<Path>, now: Timestamp) -> Result<String, ConfigErrors> {
    let config = config::load(&path)?;
    let files = config.http.https.as_ref().and_then(|https| https.files.as_ref());
    let ended = files.and_then(|files| Some((files, files.read().ok()?.facts.expired(now)?)));
    match ended {
        Some((files, reason)) => Err(ConfigErrors(vec![ConfigError {
            file: path.as_ref().display().to_string(),
            line: 0,
            place: "[http]".into(),
            reason: format!("certificate {} {reason}", files.certificate.display()),
        }])),
        None => Ok(summary(&config)),
    }
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
    match &config.http.https {
        Some(https) => {
            let by = https
                .files
                .as_ref()
                .map_or_else(|| "the plant authority".into(), |f| f.certificate.display().to_string());
            writeln!(out, "  and at https://{}, certificate from {by}", https.listen)?;
        }
        None => writeln!(out, "  HTTPS is off")?,
    }
    match &config.cloud {
        Some(cloud) => writeln!(out, "  cloud {}", cloud.url)?,
        None => writeln!(out, "  no [cloud]: this edge works alone")?,
    }
    write!(out, "{}, {}", many(config.connections.len(), "connection"), many(config.tags.len(), "tag"))?;
    match config.kept().count() {
        0 => writeln!(out)?,
        kept => writeln!(out, ", {kept} of them kept for charts")?,
    }
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
    let writable: Vec<&str> = config.tags.iter().filter(|tag| tag.writable).map(|tag| &*tag.name).collect();
    if !writable.is_empty() {
        writeln!(out, "people may write to devices: {}", writable.join(", "))?;
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

/// A condition in words.
pub(crate) fn condition<'a>(when: &Expression<TagIndex>, name: &impl Fn(TagIndex) -> &'a str) -> String {
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
        Expression::Tag(tag, Ask::Above(limit)) => format!("{} above {limit}", name(*tag)),
        Expression::Tag(tag, Ask::Below(limit)) => format!("{} below {limit}", name(*tag)),
        Expression::Tag(tag, Ask::Bit(bit)) => format!("{} has bit {bit}", name(*tag)),
        Expression::Tag(tag, Ask::ChangedWithin(time)) => format!("{} changed within {} ms", name(*tag), time / 1_000),
    }
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn unused(config: &Config) -> Vec<&str> {
    let mut used = vec![false; config.tags.len()];
    for tag in config.machines.iter().flat_map(config::MachineConfig::tags) {
        used.get_mut(tag.index()).into_iter().for_each(|used| *used = true);
    }
    // What people write is read so that they see it.
    config.tags.iter().zip(used).filter(|(tag, used)| !used && !tag.writable).map(|(tag, _)| &*tag.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_18_check_refuses_a_certificate_that_ended() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let mut params = rcgen::CertificateParams::new(vec!["edge.example".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2027, 6, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        std::fs::write(path("edge.crt"), params.self_signed(&key).unwrap().pem()).unwrap();
        crate::files::write_private(&path("edge.key"), key.serialize_pem().as_bytes()).unwrap();
        let text = format!(
            "[agent]\nname = \"t\"\ndata_dir = \"/tmp\"\n[http]\nlisten = \"127.0.0.1:1\"\ncertificate = \"{}\"\nkey = \"{}\"\n",
            path("edge.crt").display(),
            path("edge.key").display()
        );
        std::fs::write(path("edge.toml"), text).unwrap();
        let at = |day: &str| check(path("edge.toml"), Timestamp::parse(&format!("{day}T00:00:00Z")).unwrap());
        let good = at("2027-05-31").unwrap_or_else(|errors| panic!("{errors}"));
        assert!(good.contains("https://0.0.0.0:8443, certificate from") && good.contains("edge.crt"), "{good}");
        let said = at("2027-06-01").unwrap_err().to_string();
        assert!(said.contains("[http]: certificate") && said.contains("edge.crt ended on 2027-06-01"), "{said}");
        // The agent itself starts: a page's certificate is no reason to look at no machine.
        assert!(config::load(path("edge.toml")).is_ok());
    }

    #[test]
    fn edge_18_check_says_what_the_example_would_do() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/edge.toml");
        let text = check(path, Timestamp(0)).unwrap_or_else(|errors| panic!("{errors}"));
        for line in [
            "3 connections, 8 tags, 2 of them kept for charts",
            "  gateway-1 (modbus_tcp): 10.0.0.5:502, 6 tags in 4 requests, 6.2 requests a second",
            "  press (opcua): opc.tcp://10.0.0.6:4840, 2 tags every 250 ms, without security",
            "  scanner-1 (serial_scanner): /dev/serial/by-id/usb-scanner-1 at 9600 baud, for PACK-001",
            "2 machines",
            "  CNC-001: 3 rules, otherwise idle, parts from cnc_parts (32 bits), rejects from cnc_rejects (16 bits), 2 alarms",
            "  PRESS-001: 2 rules, otherwise idle, parts from press_parts (32 bits)",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
        }
        // What a chart shows is used.
        assert!(!text.contains("used by no machine"), "{text}");
    }

    #[test]
    fn edge_02_check_says_what_people_may_write() {
        let tag = |name: &str, more: &str| {
            format!("[[connection.tag]]\nname = \"{name}\"\nregister = \"holding:1\"\ntype = \"u16\"\n{more}")
        };
        let text = "[agent]\nname = \"t\"\ndata_dir = \"/tmp/u\"\n[[connection]]\nname = \"c\"\ndriver = \"modbus_tcp\"\naddress = \"plc:502\"\n"
            .to_owned()
            + &tag("limit", "writable = true\n")
            + &tag("seen", "")
            + "[[connection]]\nname = \"f\"\ndriver = \"opcua\"\nendpoint = \"opc.tcp://filler:4840\"\n"
            + "[[connection.tag]]\nname = \"speed\"\nnode = \"ns=2;s=Speed\"\ntype = \"f64\"\nwritable = true\n";
        let text = summary(&config::parse("edge.toml", &text).unwrap());
        assert!(text.lines().any(|line| line == "people may write to devices: limit, speed"), "{text}");
        assert!(text.lines().any(|line| line == "read but used by no machine: seen"), "{text}");
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
