//! Lists of tags as CSV, so that a register map can be kept as a spreadsheet: `tags_file = "press.csv"` beside
//! the tags of a Modbus connection. The first line names the columns; they are the keys of a
//! `[[connection.tag]]`, and so are the rules and the errors: a list is read by way of the same tables.

use std::fmt::Write as _;
use std::path::Path;

use super::error::Report;
use super::fields::Fields;
use super::{ModbusTag, RegisterOrder, TagInfo, TagType};

/// A list larger than this is not one.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
const COLUMNS: [&str; 13] = [
    "name",
    "unit",
    "register",
    "type",
    "registers",
    "period_ms",
    "scan",
    "word_order",
    "byte_order",
    "scale",
    "offset",
    "keep",
    "writable",
];
/// Cells of these are numbers.
const NUMBERS: [&str; 5] = ["unit", "registers", "period_ms", "scale", "offset"];
/// Cells of these are true or false, in whatever letters the spreadsheet writes them.
const FLAGS: [&str; 2] = ["keep", "writable"];
/// With one of these in front, a spreadsheet takes a cell for a formula.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];

/// Reads the list that `tags_file` names, if it does, and hands each tag to `read` as a table.
pub(super) fn read(table: &mut Fields<'_, '_>, mut read: impl FnMut(&mut Fields<'_, '_>)) {
    let Some(file) = table.text("tags_file") else { return };
    let path = Path::new(table.report.file()).parent().unwrap_or(Path::new("")).join(file.get_ref());
    let text = match std::fs::metadata(&path) {
        Ok(found) if found.len() > FILE_BYTES_MAX => Err("is larger than 16 MB; this is not a list of tags".to_owned()),
        Ok(_) => std::fs::read_to_string(&path).map_err(|error| format!("is no text that can be read: {error}")),
        Err(error) => Err(format!("is not there: {error}; the path is taken from the folder of this file")),
    };
    let text = match text {
        Ok(text) => text,
        Err(reason) => return table.wrong(&file, "tags_file", reason),
    };
    let name = path.display().to_string();
    let tables = match tables(&text) {
        Ok(tables) => tables,
        Err((line, reason)) => return table.report.add_foreign(file.span(), &name, line, &table.place, reason),
    };
    let report = Report::of_list(&name, &tables.text, tables.lines);
    match toml::de::DeTable::parse(&tables.text) {
        Ok(document) => {
            let mut list = Fields::new(&report, document.get_ref(), 0..0, table.place.clone());
            for mut tag in list.tables("tag") {
                read(&mut tag);
                tag.finish();
            }
        }
        Err(error) => {
            report.add(error.span().unwrap_or(0..0), &table.place, "an invisible character; take it out".into());
        }
    }
    table.report.adopt(file.span(), report);
}

/// A list as tables of the configuration.
struct Tables {
    text: String,
    /// The line of the list for each line of the text.
    lines: Vec<usize>,
}

/// The error has its line.
fn tables(csv: &str) -> Result<Tables, (usize, String)> {
    // Spreadsheets put a mark in front.
    let csv = csv.strip_prefix('\u{feff}').unwrap_or(csv);
    let first = csv.lines().next().unwrap_or_default();
    // Where the comma is for decimals, spreadsheets write semicolons.
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(csv.as_bytes());
    let wrong = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        (usize::try_from(line).unwrap_or(1), format!("is no row of this list: {error}"))
    };
    let columns = reader.headers().map_err(|error| wrong(&error))?.clone();
    for (i, column) in columns.iter().enumerate() {
        if !COLUMNS.contains(&column) {
            return Err((1, format!("column \"{column}\" is not known; known here: {}", COLUMNS.join(", "))));
        }
        if columns.iter().take(i).any(|other| other == column) {
            return Err((1, format!("column \"{column}\" is there twice; leave one out")));
        }
    }
    let mut tables = Tables { text: String::new(), lines: Vec::new() };
    let (mut line, mut from) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(|error| wrong(&error))?;
        // The reader counts a row from the end of the one before; empty lines between are not the row's.
        let start = record.position().map_or(from, |position| usize::try_from(position.byte()).unwrap_or(from));
        let blank = csv.bytes().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += csv.bytes().take(start + blank).skip(from).filter(|byte| *byte == b'\n').count();
        from = start + blank;
        tables.add("[[tag]]", line);
        for (column, cell) in columns.iter().zip(&record).filter(|(_, cell)| !cell.is_empty()) {
            let is_flag = || ["true", "false"].iter().any(|word| cell.eq_ignore_ascii_case(word));
            let value = match column {
                _ if NUMBERS.contains(&column) && is_number(cell) => cell.to_owned(),
                _ if FLAGS.contains(&column) && is_flag() => cell.to_ascii_lowercase(),
                _ => quoted(cell),
            };
            tables.add(&format!("{column} = {value}"), line);
        }
    }
    Ok(tables)
}

impl Tables {
    fn add(&mut self, text: &str, line: usize) {
        self.text.push_str(text);
        self.text.push('\n');
        self.lines.push(line);
    }
}

/// As TOML writes them; what is none stays a text, and the reader of the key says what it wants.
fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let is_plain = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_plain && cell.parse::<f64>().is_ok() && !digits.starts_with('.') && !digits.ends_with('.') && !has_zero(digits)
}

fn has_zero(digits: &str) -> bool {
    digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.")
}

fn quoted(cell: &str) -> String {
    let cell = cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell);
    // JSON's way of writing texts is one of TOML's.
    serde_json::Value::from(cell).to_string()
}

/// The list of a connection's tags; reading it gives the same tags.
#[must_use]
pub fn tags_as_csv(tags: &[ModbusTag], infos: &[TagInfo]) -> String {
    let columns = COLUMNS.iter().filter(|column| **column != "scan");
    let mut out = columns.copied().collect::<Vec<_>>().join(",") + "\n";
    for tag in tags {
        let info = infos.get(tag.tag.index());
        let name = info.map_or("", |info| &*info.name);
        let keep = if info.is_some_and(|info| info.keep) { "true" } else { "" };
        let name = if name.starts_with(FORMULA) { format!("'{name}") } else { name.to_owned() };
        let name = if name.contains(['"', ',', ';']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name };
        let registers = if tag.kind == TagType::String { tag.registers.to_string() } else { String::new() };
        let order = |is_little: bool| if is_little { "little" } else { "" };
        let RegisterOrder { low_word_first, low_byte_first } = tag.order;
        let number = |n: Option<f64>| n.map_or(String::new(), |n| n.to_string());
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{name},{},{},{},{registers},{},{},{},{},{},{keep},{}",
            tag.unit,
            tag.register,
            tag.kind.code(),
            tag.period_ms,
            order(low_word_first),
            order(low_byte_first),
            number(tag.scaling().map(|s| s.scale)),
            number(tag.scaling().map(|s| s.offset)),
            if tag.writable { "true" } else { "" },
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{DriverConfig, load};

    /// Loads a connection whose list is this; errors as they are printed, with the folder left out.
    fn loaded(csv: &str, inline: &str) -> Result<super::super::Config, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("press.csv"), csv).unwrap();
        let text = format!(
            "[agent]\nname = \"t\"\ndata_dir = \"/tmp/u\"\n[[connection]]\nname = \"press\"\n\
             driver = \"modbus_tcp\"\naddress = \"plc:502\"\ntags_file = \"press.csv\"\n{inline}"
        );
        let path = folder.path().join("edge.toml");
        std::fs::write(&path, text).unwrap();
        let place = format!("{}/", folder.path().display());
        load(&path).map_err(|errors| errors.0.iter().map(|e| e.to_string().replace(&place, "")).collect())
    }

    #[test]
    fn edge_18_a_list_of_tags_reads_as_the_tags_themselves() {
        let csv = "\u{feff}name,register,type,unit,scale,offset,registers,word_order,keep,writable\n\
                   temperature,input:0,i16,2,0.1,-40,,,TRUE,\n\
                   \"recipe, new\",holding:10,string,,,,8,,false,TRUE\n\
                   '-total,holding:20,u32,,,,,little,,false\n";
        let inline = "[[connection.tag]]\nname = \"state\"\nregister = \"holding:0\"\ntype = \"u16\"\n";
        let config = loaded(csv, inline).unwrap();
        let names: Vec<_> = config.tags.iter().map(|tag| &*tag.name).collect();
        assert_eq!(names, ["state", "temperature", "recipe, new", "-total"]);
        assert_eq!(config.connections[0].tags, 0..4);
        let DriverConfig::Modbus(modbus) = &config.connections[0].driver else { panic!("wrong driver") };
        let scaling = modbus.tags[1].scaling().unwrap();
        assert_eq!((modbus.tags[1].unit, scaling.scale, scaling.offset), (2, 0.1, -40.0));
        let writable: Vec<_> = config.tags.iter().map(|tag| tag.writable).collect();
        assert_eq!(writable, [false, false, true, false]);
        assert_eq!((modbus.tags[2].registers, modbus.tags[3].order.low_word_first), (8, true));
        let kept = |config: &super::super::Config| config.kept().map(|tag| tag.0).collect::<Vec<_>>();
        assert_eq!(kept(&config), [1]);
        // Out and in again.
        let out = super::tags_as_csv(&modbus.tags, &config.tags);
        let again = loaded(&out, "").unwrap();
        let DriverConfig::Modbus(same) = &again.connections[0].driver else { panic!("wrong driver") };
        assert_eq!(format!("{:?}", same.tags), format!("{:?}", modbus.tags));
        assert_eq!(again.tags.iter().map(|tag| &*tag.name).collect::<Vec<_>>(), names);
        assert_eq!(kept(&again), [1]);
        // Semicolons of a spreadsheet with another decimal sign.
        assert!(loaded("name;register;type\na;holding:1;u16\n", "").is_ok());
    }

    #[test]
    fn edge_18_mistakes_in_a_list_name_its_file_line_and_column() {
        let check = |csv: &str, expect: &[&str]| assert_eq!(loaded(csv, "").err().unwrap(), expect);
        check(
            "name,register,type,unit\na,holding:1,u16,one\n\nb,holding:70000,u16,1\na,holding:3,u16,1\n",
            &[
                "press.csv:2: connection \"press\", tag \"a\": unit must be a whole number, not string",
                "press.csv:4: connection \"press\", tag \"b\": register \"holding:70000\": address above 65535; \
                 addresses run from 0 to 65535",
            ],
        );
        check(
            "name,register,type\na,holding:1,u16\nb,holding:2,u16\na,holding:3,u16\n",
            &[
                "press.csv:4: connection \"press\", tag \"a\": name \"a\" is taken by line 2; tag names are unique in the whole \
               configuration",
            ],
        );
        check(
            "name,adress,type\n",
            &[
                "press.csv:1: connection \"press\": column \"adress\" is not known; known here: name, unit, register, type, \
               registers, period_ms, scan, word_order, byte_order, scale, offset, keep, writable",
            ],
        );
        check(
            "name,register,type,keep\na,holding:1,u16,ja\n",
            &["press.csv:2: connection \"press\", tag \"a\": keep must be true or false, not string"],
        );
        check("name,name\n", &["press.csv:1: connection \"press\": column \"name\" is there twice; leave one out"]);
        let ragged = loaded("name,register,type\na,holding:1\n", "").err().unwrap();
        assert!(ragged[0].starts_with("press.csv:2: connection \"press\": is no row of this list: "), "{ragged:?}");
        let inline = "[[connection.tag]]\nname = \"a\"\nregister = \"holding:0\"\ntype = \"u16\"\n";
        let twice = loaded("name,register,type\na,holding:1,u16\n", inline).err().unwrap();
        assert!(twice[0].contains("press.csv:2") && twice[0].contains("taken by line 10 of edge.toml"), "{twice:?}");
    }

    /// Any text as a list of tags: tables, or an error that names a line of it.
    #[test]
    fn fuzz_lists_of_tags() {
        bolero::check!().with_iterations(5_000).for_each(|bytes: &[u8]| {
            let text = format!("name,register,type\n{}", String::from_utf8_lossy(bytes));
            if let Err((line, reason)) = super::tables(&text) {
                assert!(line <= text.len() && !reason.is_empty(), "{line} {reason}");
            }
        });
    }
}
