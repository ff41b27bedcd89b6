//! Reads `driver = "mqtt"`: a broker that existing gateways and sensors publish to, by topics or as Sparkplug B.

use std::path::PathBuf;

use serde_json_path::JsonPath;
use toml::Spanned;

use super::connection::{Tags, add_tag, not_writable, scaling, tag_name};
use super::fields::Fields;
use super::{DriverConfig, Scaling, TagInfo, TagType};
use crate::driver::TagIndex;

/// How often what is still believed is confirmed; a machine's own limit is measured against it.
pub(crate) const MQTT_CONFIRM_MS: u32 = 1_000;
/// A topic that is silent for longer says nothing about now.
const STALE_AFTER_MS: u32 = 10_000;
const STALE_MS: std::ops::RangeInclusive<u32> = 500..=86_400_000;
/// As MQTT 3.1.1 allows in every server.
const CLIENT_ID_BYTES_MAX: usize = 23;
/// Longest topic of MQTT.
const TOPIC_BYTES_MAX: usize = 65_535;

#[derive(Clone, Debug)]
pub struct MqttConfig {
    pub host: String,
    pub port: u16,
    /// The authority that signed the broker's certificate; without it nothing is encrypted.
    pub ca_file: Option<PathBuf>,
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
    /// `None`: another one at each start.
    pub client_id: Option<String>,
    pub keep_alive_seconds: u32,
    /// Id of this edge as a primary host of Sparkplug nodes, if it shall be one.
    pub sparkplug_host: Option<String>,
    pub tags: Vec<MqttTag>,
}

impl MqttConfig {
    /// As it was written in the file.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.ca_file.is_some() { "mqtts" } else { "mqtt" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }
}

#[derive(Clone, Debug)]
pub struct MqttTag {
    pub tag: TagIndex,
    pub kind: TagType,
    pub scaling: Option<Scaling>,
    /// Longer without a message means no data. `None`: a Sparkplug metric, whose node says when it is gone.
    pub stale_after_ms: Option<u32>,
    pub source: MqttSource,
}

#[derive(Clone, Debug)]
pub enum MqttSource {
    Topic {
        /// May have wildcards.
        filter: String,
        /// `None`: the payload is the value.
        path: Option<JsonPath>,
        time_path: Option<JsonPath>,
    },
    Metric {
        group: String,
        edge_node: String,
        device: Option<String>,
        metric: Metric,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metric {
    Name(String),
    Alias(u64),
}

pub(super) fn mqtt(table: &mut Fields<'_, '_>, tags: &mut Tags, connection: usize) -> Option<DriverConfig> {
    let address = address(table);
    let ca_file = table.text("ca_file");
    let user = table.text("user");
    let password_file = table.text("password_file");
    let client_id = client_id(table);
    let keep_alive_seconds = table.whole_or("keep_alive_seconds", 5, 1..=600, " s");
    let sparkplug_host = part(table, "sparkplug_host");
    if let (Some(file), None) = (&password_file, &user) {
        table.wrong(file, "password_file", "there is no user to it; add user");
    }
    let mut list = Vec::new();
    for mut tag in table.tables("tag") {
        list.extend(mqtt_tag(&mut tag, tags, connection));
        tag.finish();
    }
    let (host, port, is_tls) = address?;
    match &ca_file {
        Some(file) if !is_tls => {
            table.wrong(file, "ca_file", "is for mqtts://; with mqtt:// nothing is encrypted");
            return None;
        }
        None if is_tls => {
            table
                .say_here("ca_file is missing: the certificate (PEM) of the authority that signed the broker's".into());
            return None;
        }
        _ => {}
    }
    if list.is_empty() && !table.has("tag") {
        table.say_here("no tags; add [[connection.tag]] or remove the connection".into());
    }
    Some(DriverConfig::Mqtt(MqttConfig {
        host,
        port,
        ca_file: ca_file.map(|file| file.into_inner().into()),
        user: user.map(Spanned::into_inner),
        password_file: password_file.map(|file| file.into_inner().into()),
        client_id,
        keep_alive_seconds: keep_alive_seconds?,
        sparkplug_host,
        tags: list,
    }))
}

fn address(table: &mut Fields<'_, '_>) -> Option<(String, u16, bool)> {
    const FORM: &str = "is not a broker's address; write it like \"mqtt://10.0.0.8:1883\" or \"mqtts://broker:8883\"";
    let url = table.need_text("url", "like \"mqtt://10.0.0.8:1883\"")?;
    let parsed = (|| {
        let (scheme, rest) = url.get_ref().split_once("://")?;
        let (is_tls, standard) = match scheme {
            "mqtt" => (false, 1_883),
            "mqtts" => (true, 8_883),
            _ => return None,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, port.parse::<u16>().ok().filter(|port| *port > 0)?),
            None => (rest, standard),
        };
        let is_host = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/@?#:".contains(c));
        is_host.then(|| (host.to_owned(), port, is_tls))
    })();
    if parsed.is_none() {
        table.wrong(&url, "url", FORM);
    }
    parsed
}

fn client_id(table: &mut Fields<'_, '_>) -> Option<String> {
    let id = table.text("client_id")?;
    let text = id.get_ref();
    if text.len() > CLIENT_ID_BYTES_MAX || !text.bytes().all(|b| b.is_ascii_graphic()) {
        table.wrong(
            &id,
            "client_id",
            format!("at most {CLIENT_ID_BYTES_MAX} letters, digits and signs without blanks"),
        );
        return None;
    }
    Some(id.into_inner())
}

/// One level of a topic.
fn part(table: &mut Fields<'_, '_>, key: &'static str) -> Option<String> {
    let text = table.text(key)?;
    if text.get_ref().contains(['/', '+', '#', '\0']) {
        table.wrong(&text, key, "is one part of a topic, without / + and #");
        return None;
    }
    Some(text.into_inner())
}

fn mqtt_tag(table: &mut Fields<'_, '_>, tags: &mut Tags, connection: usize) -> Option<MqttTag> {
    let name = tag_name(table, tags);
    let words: Vec<_> =
        TagType::WORDS.into_iter().filter(|(_, kind)| kind.is_binary() || *kind == TagType::String).collect();
    let types: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    let kind = table.need_word("type", &words, &format!("one of: {}", types.join(", ")));
    let scaling = scaling(table, kind.as_ref().map(|kind| *kind.get_ref()));
    let keep = table.flag("keep");
    not_writable(table, "MQTT");
    let is_metric = ["group", "edge_node", "device", "metric", "alias"].iter().any(|key| table.has(key));
    let source = if is_metric { metric(table) } else { topic(table) };
    let stale_after_ms = match (table.has("stale_after_ms"), is_metric) {
        (false, true) => Some(None),
        _ => table.whole_or("stale_after_ms", STALE_AFTER_MS, STALE_MS, " ms (0.5 s to 1 day)").map(Some),
    };
    let all = (source, kind, scaling, stale_after_ms, keep);
    let (Some(source), Some(kind), Some(scaling), Some(stale_after_ms), Some(keep)) = all else {
        tags.broken.extend(name.map(Spanned::into_inner));
        return None;
    };
    let kind = kind.into_inner();
    let (scaled, period_ms) = (scaling.is_some(), MQTT_CONFIRM_MS);
    let info = TagInfo { name: "".into(), connection, kind, scaled, period_ms, keep, writable: false };
    let tag = add_tag(table, tags, name?, info)?;
    Some(MqttTag { tag, kind, scaling, stale_after_ms, source })
}

fn topic(table: &mut Fields<'_, '_>) -> Option<MqttSource> {
    let filter = table.need_text("topic", "the topic, like \"hall1/press/state\" (or group, edge_node and metric)");
    let has_path = (table.has("path"), table.has("time_path"));
    let (path, time_path) = (path(table, "path"), path(table, "time_path"));
    let filter = filter?;
    if let Err(reason) = check_filter(filter.get_ref()) {
        table.wrong(&filter, "topic", reason);
        return None;
    }
    // What is there and wrong was told.
    let whole = (path.is_some() || !has_path.0) && (time_path.is_some() || !has_path.1);
    whole.then(|| MqttSource::Topic { filter: filter.into_inner(), path, time_path })
}

/// MQTT 3.1.1, 4.7: + stands for one whole level, # for all the rest.
fn check_filter(filter: &str) -> Result<(), &'static str> {
    if filter.len() > TOPIC_BYTES_MAX || filter.contains('\0') {
        return Err("is no topic; at most 65535 bytes, no zero byte");
    }
    if filter.starts_with("spBv1.0/") {
        return Err("is Sparkplug B; write group, edge_node, device and metric");
    }
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        if level.contains('+') && level != "+" {
            return Err("+ stands for one whole level, like a/+/b");
        }
        if level.contains('#') && (level != "#" || levels.peek().is_some()) {
            return Err("# stands alone at the end, like a/#");
        }
    }
    Ok(())
}

fn path(table: &mut Fields<'_, '_>, key: &'static str) -> Option<JsonPath> {
    let text = table.text(key)?;
    match JsonPath::parse(text.get_ref()) {
        Ok(path) => Some(path),
        Err(error) => {
            table.wrong(&text, key, format!("is no JSONPath ({error}); write it like \"$.press.speed\""));
            None
        }
    }
}

fn metric(table: &mut Fields<'_, '_>) -> Option<MqttSource> {
    let mut need = |key, what| {
        table.need(key, what)?;
        part(table, key)
    };
    let group = need("group", "the group id of the Sparkplug node");
    let edge_node = need("edge_node", "the edge node id of the Sparkplug node");
    let has_device = table.has("device");
    let device = part(table, "device");
    let metric = match (table.has("metric"), table.has("alias")) {
        (true, false) => table.text("metric").map(|name| Metric::Name(name.into_inner())),
        (false, true) => {
            let alias = table.whole("alias", 0..=i64::MAX, "")?.into_inner();
            u64::try_from(alias).ok().map(Metric::Alias)
        }
        (true, true) => {
            table.say_here("metric and alias; write only one of them".into());
            None
        }
        (false, false) => {
            table.say_here("metric is missing: the name of the metric in the birth message (or alias)".into());
            None
        }
    };
    if has_device && device.is_none() {
        return None;
    }
    Some(MqttSource::Metric { group: group?, edge_node: edge_node?, device, metric: metric? })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn loaded(lines: &str) -> Result<MqttConfig, Vec<String>> {
        let text = format!(
            "[agent]\nname = \"t\"\ndata_dir = \"/tmp/u\"\n[[connection]]\nname = \"gw\"\ndriver = \"mqtt\"\n{lines}"
        );
        let config = parse("e.toml", &text).map_err(|all| all.0.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        let DriverConfig::Mqtt(mqtt) = config.connections[0].driver.clone() else { panic!("wrong driver") };
        Ok(mqtt)
    }

    const TAG: &str = "[[connection.tag]]\nname = \"a\"\ntype = \"u64\"\n";

    #[test]
    fn edge_18_a_broker_with_topics_and_metrics() {
        let mqtt = loaded(&format!(
            "url = \"mqtt://gw\"\n{TAG}topic = \"hall/+/press\"\npath = \"$.n\"\nstale_after_ms = 3000\n\
             [[connection.tag]]\nname = \"b\"\ntype = \"string\"\ngroup = \"G\"\nedge_node = \"N\"\nmetric = \"Line/Recipe\"\n\
             [[connection.tag]]\nname = \"c\"\ntype = \"f32\"\ngroup = \"G\"\nedge_node = \"N\"\ndevice = \"D\"\nalias = 7\n"
        ))
        .unwrap();
        assert_eq!((mqtt.url().as_str(), mqtt.tags.len()), ("mqtt://gw:1883", 3));
        assert_eq!(mqtt.tags.iter().map(|tag| tag.stale_after_ms).collect::<Vec<_>>(), [Some(3_000), None, None]);
        let MqttSource::Metric { device, metric, .. } = &mqtt.tags[2].source else { panic!("no metric") };
        assert_eq!((device.as_deref(), metric), (Some("D"), &Metric::Alias(7)));
        let tls = loaded(&format!("url = \"mqtts://broker\"\nca_file = \"/ca.pem\"\n{TAG}topic = \"a\"\n")).unwrap();
        assert_eq!(tls.url(), "mqtts://broker:8883");
    }

    #[test]
    fn edge_18_mistakes_of_a_broker_name_field_and_reason() {
        let check = |lines: &str, expect: &str| {
            let errors = loaded(lines).unwrap_err();
            assert!(errors.len() == 1 && errors[0].contains(expect), "{expect}: {errors:?}");
        };
        let topic = format!("{TAG}topic = \"a\"\n");
        for url in ["gw:1883", "http://gw", "mqtt://", "mqtt://u:p@gw", "mqtt://gw:0", "mqtt://gw/x"] {
            check(&format!("url = \"{url}\"\n{topic}"), "is not a broker's address");
        }
        check(&format!("url = \"mqtts://gw\"\n{topic}"), "ca_file is missing");
        check(&format!("url = \"mqtt://gw\"\nca_file = \"x\"\n{topic}"), "is for mqtts://");
        check(&format!("url = \"mqtt://gw\"\npassword_file = \"x\"\n{topic}"), "there is no user to it");
        check(&format!("url = \"mqtt://gw\"\nclient_id = \"with blank\"\n{topic}"), "client_id");
        let tag = |lines: &str| format!("url = \"mqtt://gw\"\n{TAG}{lines}\n");
        check(&tag(""), "topic is missing");
        check(&tag("topic = \"a/b+\""), "+ stands for one whole level");
        check(&tag("topic = \"a/#/b\""), "# stands alone");
        check(&tag("topic = \"spBv1.0/G/NDATA/N\""), "is Sparkplug B");
        check(&tag("topic = \"a\"\npath = \"speed\""), "is no JSONPath");
        check(&tag("group = \"G\"\nedge_node = \"N/2\"\nmetric = \"m\""), "is one part of a topic");
        check(&tag("group = \"G\"\nedge_node = \"N\""), "metric is missing");
        check(&tag("group = \"G\"\nmetric = \"m\""), "edge_node is missing");
        check(&tag("group = \"G\"\nedge_node = \"N\"\nmetric = \"m\"\ntopic = \"a\""), "unknown key \"topic\"");
        check("url = \"mqtt://gw\"\n", "no tags");
    }
}
