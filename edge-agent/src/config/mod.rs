//! The edge's configuration file: typed, checked as a whole, every error with file, line, field and
//! reason (EDGE-18). After [`load`] there is nothing left to validate. Nothing here does any I/O but
//! reading that one file, the lists of tags and the certificate that it names.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod connection;
mod error;
mod fields;
mod http;
mod machine;
mod modbus;
mod mqtt;
mod opcua;
mod register;
mod rule;
mod scanner;
mod storage;
mod tags_csv;
mod template;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::{ConfigError, ConfigErrors};
pub use http::{CertificateFiles, HttpConfig, HttpsConfig};
pub use machine::{Counter, MachineConfig};
pub use modbus::{Limits, ModbusConfig, ModbusLine, ModbusTag, Parity, RegisterOrder, TEXT_REGISTERS_MAX};
pub(crate) use mqtt::MQTT_CONFIRM_MS;
pub use mqtt::{Metric, MqttConfig, MqttSource, MqttTag};
pub(crate) use opcua::OPCUA_CONFIRM_MS;
pub use opcua::{
    Deadband, FirstTrust, OpcUaConfig, OpcUaMode, OpcUaNode, OpcUaPolicy, OpcUaSecurity, OpcUaTag, OpcUaUser,
};
pub use register::{Register, RegisterTable, TagType};
pub use rule::{Alarm, Outcome, StateRule};
pub use scanner::{
    Charset, Ending, HidDevice, HidScannerConfig, Layout, ScannerConfig, SerialPlace, SerialScannerConfig, UsbId,
};

pub use tags_csv::tags_as_csv;
pub use template::Model;

use crate::driver::{TagIndex, Value};
use crate::store::StorageConfig;
use error::Report;
use fields::Fields;

/// A file larger than this is not a configuration.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
pub const CONNECTIONS_MAX: usize = 1_000;
pub const TAGS_MAX: usize = 200_000;

/// The whole file, checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub agent: AgentConfig,
    pub http: HttpConfig,
    pub storage: StorageConfig,
    /// Without this section the edge works alone.
    pub cloud: Option<CloudConfig>,
    pub connections: Vec<ConnectionConfig>,
    pub machines: Vec<MachineConfig>,
    /// All tags in file order; a [`TagIndex`] is a place in this list.
    pub tags: Vec<TagInfo>,
}

#[derive(Clone, Debug)]
pub struct AgentConfig {
    /// The name people see, like "Hall 1".
    pub name: String,
    pub data_dir: PathBuf,
}

#[derive(Clone, Debug)]
pub struct CloudConfig {
    /// `http://` or `https://`, without a slash at the end.
    pub url: String,
    /// The organisation's subdomain, sent as X-Organization at enrolment.
    pub organization: Option<String>,
    /// The file that holds the one-time token.
    pub enrolment_token_file: Option<PathBuf>,
}

/// What everybody but the driver needs to know of a tag.
#[derive(Clone, Debug)]
pub struct TagInfo {
    pub name: Arc<str>,
    /// Place in [`Config::connections`].
    pub connection: usize,
    pub kind: TagType,
    /// A scaled tag gives a measurement, not a count.
    pub scaled: bool,
    /// How often a value is read or confirmed, milliseconds.
    pub period_ms: u32,
    /// Its changes are kept for charts.
    pub keep: bool,
    /// People may write it to the device.
    pub writable: bool,
}

impl Config {
    /// The tags whose changes are kept for charts.
    pub fn kept(&self) -> impl Iterator<Item = TagIndex> + '_ {
        self.tags.iter().zip(0..).filter(|(tag, _)| tag.keep).map(|(_, place)| TagIndex(place))
    }
}

/// One device or gateway.
#[derive(Clone, Debug)]
pub struct ConnectionConfig {
    pub name: Arc<str>,
    pub driver: DriverConfig,
    /// The agent's; a driver that must keep files has a folder of its own in there.
    pub data_dir: Arc<Path>,
    /// Its tags; they are neighbours in [`Config::tags`].
    pub tags: Range<u32>,
}

#[derive(Clone, Debug)]
pub enum DriverConfig {
    Modbus(ModbusConfig),
    OpcUa(OpcUaConfig),
    Mqtt(MqttConfig),
    SerialScanner(SerialScannerConfig),
    HidScanner(HidScannerConfig),
}

impl DriverConfig {
    /// The word after `driver =`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Modbus(modbus) => modbus.line.code(),
            Self::OpcUa(_) => "opcua",
            Self::Mqtt(_) => "mqtt",
            Self::SerialScanner(_) => "serial_scanner",
            Self::HidScanner(_) => "hid_scanner",
        }
    }

    /// Whether a value may be written to a tag; the reason is for the one who writes.
    ///
    /// # Errors
    /// When it does not fit, or the tag is not writable.
    pub fn check_write(&self, tag: TagIndex, value: Value) -> Result<(), String> {
        match self {
            Self::Modbus(modbus) => modbus.check_write(tag, value),
            Self::OpcUa(opcua) => opcua.check_write(tag, value),
            Self::Mqtt(_) | Self::SerialScanner(_) | Self::HidScanner(_) => {
                Err(format!("cannot be written: this edge only listens to {}", self.code()))
            }
        }
    }
}

/// value = raw × scale + offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    pub scale: f64,
    pub offset: f64,
}

/// Reads and checks a configuration file; reports all that is wrong with it.
pub fn load(path: impl AsRef<Path>) -> Result<Config, ConfigErrors> {
    let path = path.as_ref();
    let file = path.display().to_string();
    match std::fs::metadata(path) {
        Ok(found) if found.len() > FILE_BYTES_MAX => {
            return Err(ConfigErrors::whole_file(file, "larger than 16 MB; this is not a configuration file".into()));
        }
        Ok(_) => {}
        Err(error) => {
            return Err(ConfigErrors::whole_file(
                file,
                format!("cannot be read: {error}; check the path and its permissions"),
            ));
        }
    }
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&file, &text),
        Err(error) => Err(ConfigErrors::whole_file(file, format!("cannot be read as text: {error}"))),
    }
}

/// As [`load`], from text; `file` is the name that errors carry.
pub fn parse(file: &str, text: &str) -> Result<Config, ConfigErrors> {
    let report = Report::new(file, text);
    let (document, syntax) = document(text);
    for error in &syntax {
        report.add(error.span().unwrap_or(0..0), "", error.message().trim().replace('\n', ", "));
    }
    if !syntax.is_empty() {
        // What a broken document seems to lack would only hide the mistake.
        return Err(report.into_errors());
    }
    let config = read(Fields::new(&report, document.get_ref(), 0..0, String::new()));
    let errors = report.into_errors();
    match config {
        Some(config) if errors.0.is_empty() => Ok(config),
        _ => Err(errors),
    }
}

/// The document is some ten times as large as its text, and what is read from it stays for weeks. A thread of its own
/// takes it from an arena of its own, where nothing stands in the way when it is given back as a whole.
fn document(text: &str) -> (toml::Spanned<toml::de::DeTable<'_>>, Vec<toml::de::Error>) {
    let parse = || toml::de::DeTable::parse_recoverable(text);
    std::thread::scope(|scope| match std::thread::Builder::new().spawn_scoped(scope, parse) {
        Ok(parsing) => parsing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        // No thread is to be had: then it stays, but the agent starts.
        Err(_) => parse(),
    })
}

fn read(mut file: Fields<'_, '_>) -> Option<Config> {
    let agent = file.need_table("agent", "[agent]").and_then(agent);
    let http = match file.table("http", "[http]") {
        Some(section) => http::http(section),
        None => Some(HttpConfig::default()),
    };
    let storage = match file.table("storage", "[storage]") {
        Some(section) => storage::read(section),
        None => Some(StorageConfig::default()),
    };
    let cloud = match file.table("cloud", "[cloud]") {
        Some(section) => cloud(section).map(Some),
        None => Some(None),
    };
    // Without [agent] there is no configuration, so nobody uses the empty path.
    let data_dir = agent.as_ref().map_or(Path::new(""), |a| &a.data_dir).into();
    let (connections, tags) = connection::read_all(&mut file, &data_dir);
    let machines = machine::read_all(&mut file, &tags);
    file.finish();
    Some(Config {
        agent: agent?,
        http: http?,
        storage: storage?,
        cloud: cloud?,
        connections,
        machines,
        tags: tags.infos,
    })
}

fn agent(mut section: Fields<'_, '_>) -> Option<AgentConfig> {
    let name = section.need_text("name", "the name people see, like \"Hall 1\"");
    let data_dir = section.need_text("data_dir", "the directory for the edge's database");
    section.finish();
    Some(AgentConfig { name: name?.into_inner(), data_dir: data_dir?.into_inner().into() })
}

fn cloud(mut section: Fields<'_, '_>) -> Option<CloudConfig> {
    let url = section.need_text("url", "the cloud's address, like \"https://unison.example.com\"");
    let organization = section.text("organization");
    let enrolment_token_file = section.text("enrolment_token_file");
    section.finish();
    let url = url?;
    let host = url.get_ref().strip_prefix("https://").or_else(|| url.get_ref().strip_prefix("http://"));
    if !host.is_some_and(|host| !host.is_empty() && !host.starts_with('/') && !host.contains(char::is_whitespace)) {
        section.wrong(&url, "url", "is not an address; it starts with https:// (or http:// in a test) and a host");
        return None;
    }
    Some(CloudConfig {
        url: url.get_ref().trim_end_matches('/').to_owned(),
        organization: organization.map(toml::Spanned::into_inner),
        enrolment_token_file: enrolment_token_file.map(|path| path.into_inner().into()),
    })
}

#[cfg(test)]
mod modbus_tests;
#[cfg(test)]
mod opcua_tests;
#[cfg(test)]
mod template_tests;
#[cfg(test)]
mod tests;
