//! Reads the Modbus connections, whatever they travel on: TCP, a serial line, or the frames of a serial line
//! over TCP.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use toml::Spanned;

use super::connection::{PERIOD_MS, Tags, add_tag, scaling, tag_name};
use super::fields::Fields;
use super::register::{Register, RegisterTable, TagType};
use super::{DriverConfig, Scaling, TagInfo, tags_csv};
use crate::driver::{TagIndex, Text, Value, modbus};

/// The longest text of a tag.
pub const TEXT_REGISTERS_MAX: u16 = Text::BYTES_MAX / 2;
/// More requests at once than a device can ever hold.
const PIPELINE_MAX: u32 = 16;

#[derive(Clone, Debug)]
pub struct ModbusConfig {
    pub line: ModbusLine,
    /// For connecting and for each answer.
    pub timeout_ms: u32,
    /// Requests that may be under way at once.
    pub pipeline: u32,
    pub limits: Limits,
    /// Units that allow less than the others.
    pub units: Vec<(u8, Limits)>,
    /// The connection's place in the file; scans of connections are spread by it.
    pub place: u32,
    /// The driver uses the same list.
    pub tags: Arc<[ModbusTag]>,
}

/// What the messages travel on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModbusLine {
    /// Host name or address with port.
    Tcp {
        address: String,
    },
    RtuOverTcp {
        address: String,
    },
    /// Eight data bits, as the standard has it.
    Rtu {
        path: PathBuf,
        baud: u32,
        parity: Parity,
        stop_bits: u8,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    Even,
    Odd,
    None,
}

/// The most that a device answers at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub registers: u16,
    pub bits: u16,
}

#[derive(Clone, Debug)]
pub struct ModbusTag {
    pub tag: TagIndex,
    pub unit: u8,
    pub register: Register,
    pub kind: TagType,
    /// Registers that the value takes; for a coil or discrete input this says nothing.
    pub registers: u16,
    pub order: RegisterOrder,
    /// One for all tags that are scaled alike: there are many of those, and it is longer than the rest.
    pub scaling: Option<Arc<Scaling>>,
    pub period_ms: u32,
    /// People may write it.
    pub writable: bool,
}

impl ModbusTag {
    #[must_use]
    pub fn scaling(&self) -> Option<Scaling> {
        self.scaling.as_deref().copied()
    }
}

/// How a value lies in its registers. Big first is the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterOrder {
    pub low_word_first: bool,
    pub low_byte_first: bool,
}

impl ModbusLine {
    /// The word after `driver =`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Tcp { .. } => "modbus_tcp",
            Self::RtuOverTcp { .. } => "modbus_rtu_over_tcp",
            Self::Rtu { .. } => "modbus_rtu",
        }
    }

    /// Whether an answer says which request it belongs to.
    #[must_use]
    pub const fn has_numbers(&self) -> bool {
        matches!(self, Self::Tcp { .. })
    }
}

impl std::fmt::Display for ModbusLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp { address } | Self::RtuOverTcp { address } => f.write_str(address),
            Self::Rtu { path, .. } => path.display().fmt(f),
        }
    }
}

impl Limits {
    /// What the standard allows.
    pub const STANDARD: Self = Self { registers: 125, bits: 2_000 };

    #[must_use]
    pub const fn of(self, table: RegisterTable) -> u16 {
        if table.is_bits() { self.bits } else { self.registers }
    }
}

impl ModbusConfig {
    /// Whether a value may be written to a tag; the reason is for the one who writes.
    ///
    /// # Errors
    /// When it does not fit, or the tag is not writable.
    pub fn check_write(&self, tag: TagIndex, value: Value) -> Result<(), String> {
        let tag = self.tags.iter().find(|of| of.tag == tag).ok_or("is no tag of this connection")?;
        modbus::check_write(tag, value)
    }

    #[must_use]
    pub fn limits_of(&self, unit: u8) -> Limits {
        self.units.iter().find(|(id, _)| *id == unit).map_or(self.limits, |(_, limits)| *limits)
    }
}

pub(super) fn tcp(table: &mut Fields<'_, '_>, tags: &mut Tags, connection: usize) -> Option<DriverConfig> {
    let address = address(table);
    let pipeline = table.whole_or("pipeline", 1, 1..=PIPELINE_MAX, " requests at once");
    let line = address.map(|address| ModbusLine::Tcp { address });
    modbus(table, tags, connection, line, pipeline)
}

pub(super) fn rtu_over_tcp(table: &mut Fields<'_, '_>, tags: &mut Tags, connection: usize) -> Option<DriverConfig> {
    let line = address(table).map(|address| ModbusLine::RtuOverTcp { address });
    modbus(table, tags, connection, line, Some(1))
}

pub(super) fn rtu(table: &mut Fields<'_, '_>, tags: &mut Tags, connection: usize) -> Option<DriverConfig> {
    const PARITIES: [(&str, Parity); 3] = [("even", Parity::Even), ("odd", Parity::Odd), ("none", Parity::None)];
    let path = table.need_text("path", "the serial line, best by its id: \"/dev/serial/by-id/…\"");
    let baud = table.whole_or("baud", 19_200, 300..=921_600, " baud");
    let parity =
        if table.has("parity") { table.word("parity", &PARITIES).map(Spanned::into_inner) } else { Some(Parity::Even) };
    let stop_bits = table.whole_or("stop_bits", 1, 1..=2, "");
    let line = (|| {
        let stop_bits = u8::try_from(stop_bits?).ok()?;
        Some(ModbusLine::Rtu { path: path?.into_inner().into(), baud: baud?, parity: parity?, stop_bits })
    })();
    modbus(table, tags, connection, line, Some(1))
}

fn address(table: &mut Fields<'_, '_>) -> Option<String> {
    let address = table.need_text("address", "host and port, like \"10.0.0.5:502\"")?;
    let (host, port) = address.get_ref().rsplit_once(':').unwrap_or(("", ""));
    if host.is_empty() || host.contains(char::is_whitespace) || !port.parse::<u16>().is_ok_and(|p| p > 0) {
        table.wrong(&address, "address", "is not host and port; write it like \"10.0.0.5:502\"");
        return None;
    }
    Some(address.into_inner())
}

/// What all Modbus connections have.
fn modbus(
    table: &mut Fields<'_, '_>,
    tags: &mut Tags,
    connection: usize,
    line: Option<ModbusLine>,
    pipeline: Option<u32>,
) -> Option<DriverConfig> {
    let timeout_ms = table.whole_or("timeout_ms", 1_000, 50..=60_000, " ms");
    let limits = limits(table, Limits::STANDARD);
    let most = limits.unwrap_or(Limits::STANDARD);
    let units = units(table, most);
    let scans = scans(table);
    let mut list = Vec::new();
    let has_numbers = line.as_ref().is_none_or(ModbusLine::has_numbers);
    let limits_of = |unit: u8| {
        let own = units.as_ref().and_then(|units| units.iter().find(|(id, _)| *id == unit));
        own.map_or(most, |(_, limits)| *limits)
    };
    for mut tag in table.tables("tag") {
        list.extend(modbus_tag(&mut tag, tags, connection, &scans, (has_numbers, limits_of)));
        tag.finish();
    }
    tags_csv::read(table, |tag| list.extend(modbus_tag(tag, tags, connection, &scans, (has_numbers, limits_of))));
    if line.is_some() && list.is_empty() && !table.has("tag") && !table.has("tags_file") {
        table.say_here("no tags; add [[connection.tag]] or tags_file, or remove the connection".into());
    }
    Some(DriverConfig::Modbus(ModbusConfig {
        line: line?,
        timeout_ms: timeout_ms?,
        pipeline: pipeline?,
        limits: limits?,
        units: units?,
        place: u32::try_from(connection).unwrap_or(u32::MAX),
        tags: list.into(),
    }))
}

fn limits(table: &mut Fields<'_, '_>, most: Limits) -> Option<Limits> {
    let small = |n: u32| u16::try_from(n).ok();
    let registers =
        table.whole_or("max_registers", most.registers.into(), 1..=125, " registers in one request").and_then(small);
    let bits = table.whole_or("max_bits", most.bits.into(), 1..=2_000, " bits in one request").and_then(small);
    Some(Limits { registers: registers?, bits: bits? })
}

/// `[[connection.unit]]`: devices behind the connection that allow other lengths than the rest.
fn units(table: &mut Fields<'_, '_>, most: Limits) -> Option<Vec<(u8, Limits)>> {
    let mut units: Vec<(u8, Limits)> = Vec::new();
    let mut is_sound = true;
    for mut unit in table.tables("unit") {
        let id = unit
            .need("unit", "the number of the unit")
            .and_then(|()| unit.whole_or("unit", 1, 0..=255, ""))
            .and_then(|id| u8::try_from(id).ok());
        let limits = limits(&mut unit, most);
        unit.finish();
        match (id, limits) {
            (Some(id), _) if units.iter().any(|(known, _)| *known == id) => {
                unit.say_here(format!("unit {id} has a [[connection.unit]] already; write one for each"));
                is_sound = false;
            }
            (Some(id), Some(limits)) => units.push((id, limits)),
            _ => is_sound = false,
        }
    }
    is_sound.then_some(units)
}

/// `[[connection.scan]]`: periods with a name, for tags to refer to.
fn scans(table: &mut Fields<'_, '_>) -> HashMap<String, Option<u32>> {
    let mut scans = HashMap::new();
    for mut scan in table.tables("scan") {
        let name = scan.need_text("name", "tags say scan = \"…\"");
        let period_ms = scan
            .need("period_ms", "how often its tags are read")
            .and_then(|()| scan.whole_or("period_ms", 1_000, PERIOD_MS, " ms (50 ms to 1 h)"));
        scan.finish();
        let Some(name) = name else { continue };
        if scans.contains_key(name.get_ref()) {
            scan.wrong(&name, "name", "is taken by another scan of this connection");
        }
        scans.insert(name.into_inner(), period_ms);
    }
    scans
}

fn modbus_tag(
    table: &mut Fields<'_, '_>,
    tags: &mut Tags,
    connection: usize,
    scans: &HashMap<String, Option<u32>>,
    line: (bool, impl Fn(u8) -> Limits),
) -> Option<ModbusTag> {
    let name = tag_name(table, tags);
    let keep = table.flag("keep");
    let read = read_tag(table, scans, line);
    let (Some(read), Some(keep)) = (read, keep) else {
        tags.broken.extend(name.map(Spanned::into_inner));
        return None;
    };
    let info = TagInfo {
        name: "".into(),
        connection,
        kind: read.kind,
        scaled: read.scaling.is_some(),
        period_ms: read.period_ms,
        keep,
        writable: read.writable,
    };
    let tag = add_tag(table, tags, name?, info)?;
    Some(ModbusTag { tag, scaling: read.scaling.map(|scaling| tags.alike(scaling)), ..read })
}

/// All of a tag but its name and place.
fn read_tag(
    table: &mut Fields<'_, '_>,
    scans: &HashMap<String, Option<u32>>,
    (has_numbers, limits_of): (bool, impl Fn(u8) -> Limits),
) -> Option<ModbusTag> {
    let unit = table.whole_or("unit", 1, 0..=255, "").and_then(|unit| u8::try_from(unit).ok());
    let register = table.need_text("register", "like holding:100").and_then(|text| {
        Register::parse(text.get_ref())
            .map_err(|reason| table.wrong(&text, "register", reason))
            .ok()
            .map(|register| Spanned::new(text.span(), register))
    });
    let types = TagType::WORDS.map(|(word, _)| word).join(", ");
    let kind = table.need_word("type", &TagType::WORDS, &format!("one of: {types}")).map(Spanned::into_inner);
    let registers = kind.and_then(|kind| width(table, kind));
    let period_ms = period(table, scans);
    let low_word_first = order(table, "word_order");
    let low_byte_first = order(table, "byte_order");
    let scaling = scaling(table, kind);
    let writable = table.flag("writable");
    let (unit, register, kind, registers) = (unit?, register?, kind?, registers?);
    let wrong = |reason: String| {
        let separator = if reason.starts_with("as ") { "" } else { ":" };
        table.say(register.span(), format!("register \"{}\"{separator} {reason}", register.get_ref()));
    };
    let fits = register.get_ref().check_type(kind).and_then(|()| register.get_ref().check_end(kind, registers));
    fits.map_err(wrong).ok()?;
    let most = limits_of(unit).of(register.get_ref().table);
    if registers > most {
        wrong(format!("as {} needs {registers} registers, and unit {unit} answers at most {most}", kind.code()));
        return None;
    }
    let writable = writable?;
    if writable && !matches!(register.get_ref().table, RegisterTable::Coil | RegisterTable::Holding) {
        let table = register.get_ref().table.code();
        wrong(format!("writable: a device lets nobody write a {table}; only coil and holding can be written"));
        return None;
    }
    if writable && unit == 0 && !has_numbers {
        wrong("writable: on a serial line unit 0 is everybody at once; write the number of one unit".into());
        return None;
    }
    let order = RegisterOrder { low_word_first: low_word_first?, low_byte_first: low_byte_first? };
    let (register, scaling, period_ms) = (register.into_inner(), scaling?.map(Arc::new), period_ms?);
    Some(ModbusTag { tag: TagIndex(0), unit, register, kind, registers, order, scaling, period_ms, writable })
}

/// How many registers a value takes.
fn width(table: &mut Fields<'_, '_>, kind: TagType) -> Option<u16> {
    if kind != TagType::String {
        return Some(kind.registers());
    }
    table.need("registers", "how many registers the string takes, two characters in each")?;
    let registers = table.whole_or("registers", 1, 1..=u32::from(TEXT_REGISTERS_MAX), " registers")?;
    u16::try_from(registers).ok()
}

fn period(table: &mut Fields<'_, '_>, scans: &HashMap<String, Option<u32>>) -> Option<u32> {
    if !table.has("scan") {
        return table.whole_or("period_ms", 1_000, PERIOD_MS, " ms (50 ms to 1 h)");
    }
    let scan = table.text("scan")?;
    if table.has("period_ms") {
        table.wrong(&scan, "scan", "the scan says the period; leave period_ms out");
        return None;
    }
    match scans.get(scan.get_ref()) {
        Some(period_ms) => *period_ms,
        None => {
            table.wrong(&scan, "scan", "is not the name of a [[connection.scan]] of this connection");
            None
        }
    }
}

fn order(table: &mut Fields<'_, '_>, key: &'static str) -> Option<bool> {
    if !table.has(key) {
        return Some(false);
    }
    table.word(key, &[("big", false), ("little", true)]).map(Spanned::into_inner)
}
