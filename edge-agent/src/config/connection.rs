//! Reads `[[connection]]` and its tags. A new driver adds its word and its reader in [`driver`].

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;

use super::fields::Fields;
use super::register::TagType;
use super::{CONNECTIONS_MAX, ConnectionConfig, DriverConfig, Scaling, TAGS_MAX, TagInfo};
use super::{modbus, mqtt, opcua, scanner};
use crate::driver::TagIndex;

/// 50 ms to 1 h: faster is a job for the PLC, slower cannot tell a dead machine from a quiet one.
pub(super) const PERIOD_MS: std::ops::RangeInclusive<u32> = 50..=3_600_000;
const NAME_CHARS_MAX: usize = 64;

/// All tags read so far and where they were.
pub(super) struct Tags {
    pub(super) infos: Vec<TagInfo>,
    by_name: HashMap<Arc<str>, (TagIndex, usize, Arc<str>)>,
    /// Set when a tag could not be read, so that rules naming it are not blamed too.
    pub(super) broken: Vec<String>,
    /// Those that were met, by their bits.
    scalings: HashMap<[u64; 2], Arc<Scaling>>,
    /// Where the last tag was.
    file: Option<Arc<str>>,
}

impl Tags {
    /// The same scaling, held once.
    pub(super) fn alike(&mut self, scaling: Arc<Scaling>) -> Arc<Scaling> {
        let bits = [scaling.scale.to_bits(), scaling.offset.to_bits()];
        Arc::clone(self.scalings.entry(bits).or_insert(scaling))
    }

    pub(super) fn find(&self, name: &str) -> Option<(TagIndex, &TagInfo)> {
        let (tag, ..) = self.by_name.get(name)?;
        self.infos.get(tag.index()).map(|info| (*tag, info))
    }

    /// Whether this name belongs to a tag that has its own error.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        self.broken.iter().any(|broken| broken == name)
    }
}

pub(super) fn read_all(file: &mut Fields<'_, '_>, data_dir: &Arc<Path>) -> (Vec<ConnectionConfig>, Tags) {
    let mut tags =
        Tags { infos: Vec::new(), by_name: HashMap::new(), broken: Vec::new(), scalings: HashMap::new(), file: None };
    let mut connections: Vec<ConnectionConfig> = Vec::new();
    let mut names: HashMap<String, usize> = HashMap::new();
    let tables = file.tables("connection");
    if tables.len() > CONNECTIONS_MAX {
        file.say_here(format!(
            "{} connections; one edge takes at most {CONNECTIONS_MAX}, use a second edge",
            tables.len()
        ));
        return (connections, tags);
    }
    for (index, mut table) in tables.into_iter().enumerate() {
        let name = name(&mut table, "connection", &mut names);
        let first = tags.infos.len();
        let driver = driver(&mut table, &mut tags, index);
        table.finish();
        // A connection with an error still takes its place, so that tags keep pointing at theirs.
        if let (Some(name), Some(driver)) = (name, driver) {
            connections.push(ConnectionConfig {
                name: name.into(),
                driver,
                data_dir: data_dir.clone(),
                tags: tag_index(first).0..tag_index(tags.infos.len()).0,
            });
        }
    }
    if tags.infos.len() > TAGS_MAX {
        file.say_here(format!("{} tags; one edge takes at most {TAGS_MAX}, use a second edge", tags.infos.len()));
    }
    tags.infos.shrink_to_fit();
    (connections, tags)
}

/// The name of a table, unique among its kind; sets the table's place for later errors.
pub(super) fn name(table: &mut Fields<'_, '_>, kind: &str, names: &mut HashMap<String, usize>) -> Option<String> {
    let key = if kind == "machine" { "code" } else { "name" };
    let name = table.need_text(key, &format!("every {kind} has its own"))?;
    let text = name.get_ref().clone();
    if text.chars().count() > NAME_CHARS_MAX || text.contains(char::is_control) {
        table.wrong(&name, key, format!("at most {NAME_CHARS_MAX} characters, none of them invisible"));
        return None;
    }
    let outer = table.place.rsplit_once(", ").map_or("", |(outer, _)| outer).to_owned();
    table.place = if outer.is_empty() { format!("{kind} \"{text}\"") } else { format!("{outer}, {kind} \"{text}\"") };
    let line = table.report.line(name.span().start);
    if let Some(first) = names.get(&text) {
        table.wrong(&name, key, format!("is taken by line {first}; every {kind} needs its own {key}"));
        return None;
    }
    names.insert(text.clone(), line);
    Some(text)
}

fn driver(table: &mut Fields<'_, '_>, tags: &mut Tags, connection: usize) -> Option<DriverConfig> {
    type Reader = fn(&mut Fields<'_, '_>, &mut Tags, usize) -> Option<DriverConfig>;
    const DRIVERS: [(&str, Reader); 7] = [
        ("modbus_tcp", modbus::tcp),
        ("modbus_rtu", modbus::rtu),
        ("modbus_rtu_over_tcp", modbus::rtu_over_tcp),
        ("opcua", opcua::opcua),
        ("mqtt", mqtt::mqtt),
        ("serial_scanner", scanner::serial),
        ("hid_scanner", scanner::hid),
    ];
    let list = DRIVERS.map(|(word, _)| word).join(", ");
    let found = table.need_word("driver", &DRIVERS, &format!("one of: {list}"));
    let Some(reader) = found else {
        // Without the driver nobody knows the other keys, so neither they nor the tags are blamed.
        for tag in &mut table.tables("tag") {
            tags.broken.extend(tag.raw("name").and_then(|name| name.get_ref().as_str()).map(str::to_owned));
        }
        table.forgive();
        return None;
    };
    (reader.into_inner())(table, tags, connection)
}

/// `Some(None)` when the tag is not scaled, `None` after an error.
#[expect(clippy::option_option, reason = "absent and wrong are different")]
pub(super) fn scaling(table: &mut Fields<'_, '_>, kind: Option<TagType>) -> Option<Option<Scaling>> {
    let (has_scale, has_offset) = (table.has("scale"), table.has("offset"));
    if !has_scale && !has_offset {
        return Some(None);
    }
    let scale = if has_scale { table.number("scale") } else { Some(Spanned::new(0..0, 1.0)) };
    let offset = if has_offset { table.number("offset") } else { Some(Spanned::new(0..0, 0.0)) };
    let (scale, offset) = (scale?, offset?);
    if *scale.get_ref() == 0.0 {
        table.say(scale.span(), "scale 0: every value would be the offset; write another factor".into());
        return None;
    }
    if let Some(kind @ (TagType::Bool | TagType::String)) = kind {
        let reason = format!("a {} has no scale or offset; remove them", kind.code());
        table.say(scale.span().start.max(offset.span().start)..0, reason);
        return None;
    }
    Some(Some(Scaling { scale: scale.into_inner(), offset: offset.into_inner() }))
}

/// Says clearly that tags of a driver cannot be written.
pub(super) fn not_writable(table: &mut Fields<'_, '_>, driver: &str) {
    if let Some(value) = table.raw("writable") {
        let reason = format!("writable: tags of {driver} can only be read by this edge; remove the line");
        table.say(value.span(), reason);
    }
}

pub(super) fn tag_name(table: &mut Fields<'_, '_>, tags: &Tags) -> Option<Spanned<String>> {
    let name = table.need_text("name", "every tag has its own")?;
    let text = name.get_ref();
    if text.chars().count() > NAME_CHARS_MAX || text.contains(char::is_control) {
        table.wrong(&name, "name", format!("at most {NAME_CHARS_MAX} characters, none of them invisible"));
        return None;
    }
    let outer = table.place.rsplit_once(", ").map_or("", |(outer, _)| outer).to_owned();
    table.place = format!("{outer}, tag \"{text}\"");
    if let Some((_, line, file)) = tags.by_name.get(text.as_str()) {
        let of = if **file == *table.report.file() { String::new() } else { format!(" of {file}") };
        let reason = format!("is taken by line {line}{of}; tag names are unique in the whole configuration");
        table.wrong(&name, "name", reason);
        return None;
    }
    Some(name)
}

pub(super) fn add_tag(
    table: &Fields<'_, '_>,
    tags: &mut Tags,
    name: Spanned<String>,
    info: TagInfo,
) -> Option<TagIndex> {
    let tag = tag_index(tags.infos.len());
    let line = table.report.line(name.span().start);
    let name: Arc<str> = name.into_inner().into();
    // Neighbours are mostly of the same file.
    let file = tags.file.take().filter(|file| **file == *table.report.file());
    let file = file.unwrap_or_else(|| table.report.file().into());
    tags.file = Some(file.clone());
    tags.by_name.insert(name.clone(), (tag, line, file));
    tags.infos.push(TagInfo { name, ..info });
    Some(tag)
}

fn tag_index(place: usize) -> TagIndex {
    TagIndex(u32::try_from(place).unwrap_or(u32::MAX))
}
