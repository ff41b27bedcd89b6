//! Recorded readings as CSV: what `simulate --record` and the export of kept values write, and `replay` reads.
//!
//! `at,tag,value,quality`: RFC 3339 in UTC with microseconds, the tag's name, a number, `true`, `false` or a text, and
//! `good` or `bad` (what a device calls uncertain is bad, as in every driver). A bad row may have no value. Rows are in
//! order of time; of two at one time the later row counts. Texts and names that a spreadsheet would take for a formula
//! have an apostrophe in front.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};

use unison_core::time::Timestamp;

use crate::config::{TagInfo, TagType};
use crate::driver::{Quality, Reading, TagIndex, Text, Value};

/// The first line, exactly.
pub const HEADER: [&str; 4] = ["at", "tag", "value", "quality"];
const QUALITIES: [(&str, Quality); 2] = [("good", Quality::Good), ("bad", Quality::Bad)];
/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];
/// Names of unknown tags that are remembered; a file with more of them belongs to another configuration.
const UNKNOWN_MAX: usize = 10_000;

/// What is wrong with a file, and where.
#[derive(Debug, thiserror::Error)]
pub enum ReadingsError {
    #[error("line {line}: {reason}")]
    Line { line: u64, reason: String },
    #[error("cannot be read: {0}")]
    Io(csv::Error),
}

/// Writes readings, the header first.
pub struct ReadingsWriter<W: Write>(csv::Writer<W>);

impl<W: Write> ReadingsWriter<W> {
    /// # Errors
    /// When the header cannot be written.
    pub fn new(to: W) -> Result<Self, csv::Error> {
        let mut writer = csv::Writer::from_writer(to);
        writer.write_record(HEADER)?;
        Ok(Self(writer))
    }

    /// Writes one reading of the tag with this name. The value beside a bad quality is none, so it is left out.
    ///
    /// # Errors
    /// When it cannot be written, or its time is no time of this calendar.
    pub fn write(&mut self, tag: &str, reading: &Reading) -> Result<(), csv::Error> {
        let at = jiff::Timestamp::from_microsecond(reading.at).map_err(std::io::Error::other)?;
        let value = match reading.quality {
            Quality::Good if matches!(reading.value, Value::Text(_)) => safe(&reading.value.to_string()).into_owned(),
            Quality::Good => reading.value.to_string(),
            Quality::Bad => String::new(),
        };
        let quality = QUALITIES.iter().find(|(_, quality)| *quality == reading.quality).map_or("", |(word, _)| word);
        self.0.write_record([format!("{at:.6}").as_str(), &safe(tag), &value, quality])
    }

    /// Gives back where it was written to, with everything in it.
    ///
    /// # Errors
    /// When the last rows cannot be written.
    pub fn finish(self) -> Result<W, std::io::Error> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Reads readings of the tags of a configuration, one after the other. After an error there are no more.
pub struct ReadingsReader<'a, R: Read> {
    rows: csv::StringRecordsIntoIter<R>,
    tags: &'a [TagInfo],
    by_name: HashMap<&'a str, TagIndex>,
    unknown: BTreeMap<String, u64>,
    last: i64,
    is_over: bool,
}

impl<'a, R: Read> ReadingsReader<'a, R> {
    /// `tags` in the order of their indexes, as in the configuration.
    ///
    /// # Errors
    /// When the first line is not the header.
    pub fn new(from: R, tags: &'a [TagInfo]) -> Result<Self, ReadingsError> {
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(from);
        let header = rows.headers().map_err(wrong)?;
        if !header.iter().eq(HEADER) {
            let found: Vec<_> = header.iter().collect();
            return Err(ReadingsError::Line {
                line: 1,
                reason: format!("the first line must be {}, not {}", HEADER.join(","), found.join(",")),
            });
        }
        let names = tags.iter().zip(0u32..).map(|(tag, index)| (&*tag.name, TagIndex(index)));
        Ok(Self {
            rows: rows.into_records(),
            tags,
            by_name: names.collect(),
            unknown: BTreeMap::new(),
            last: i64::MIN,
            is_over: false,
        })
    }

    /// Names that the configuration does not know, with how many rows they have so far.
    #[must_use]
    pub const fn unknown(&self) -> &BTreeMap<String, u64> {
        &self.unknown
    }

    /// `None` for a row of a tag that is not known.
    fn row(&mut self, row: &csv::StringRecord) -> Result<Option<Reading>, String> {
        let fields: Vec<&str> = row.iter().collect();
        let [at, name, value, quality] = fields.as_slice() else {
            return Err(format!("{} fields; a row has four: {}", fields.len(), HEADER.join(",")));
        };
        let at = Timestamp::parse(at).map_err(|reason| format!("at: {reason}"))?.0;
        if at < self.last {
            let before = Timestamp(self.last).rfc3339();
            return Err(format!("at: earlier than the row before ({before}); sort the rows by time"));
        }
        self.last = at;
        let quality = QUALITIES.iter().find(|(word, _)| word == quality).map(|(_, quality)| *quality);
        let quality = quality.ok_or_else(|| "quality: write good or bad".to_owned())?;
        let name = &plain(name);
        let Some((tag, info)) = self.by_name.get(name).and_then(|tag| Some((*tag, self.tags.get(tag.index())?))) else {
            if self.unknown.len() < UNKNOWN_MAX || self.unknown.contains_key(*name) {
                *self.unknown.entry((*name).to_owned()).or_default() += 1;
            }
            return Ok(None);
        };
        let value = match (quality, *value) {
            (Quality::Bad, "") => Value::Int(0),
            (_, text) => value_of(text, info).ok_or_else(|| {
                let what = if info.scaled { "a number (it is scaled)" } else { info.kind.code() };
                format!("value \"{text}\": tag \"{name}\" is {what}")
            })?,
        };
        Ok(Some(Reading { tag, value, quality, at }))
    }
}

impl<R: Read> Iterator for ReadingsReader<'_, R> {
    type Item = Result<Reading, ReadingsError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            let row = match self.rows.next()? {
                Ok(row) => row,
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(wrong(error)));
                }
            };
            match self.row(&row) {
                Ok(None) => {}
                Ok(Some(reading)) => return Some(Ok(reading)),
                Err(reason) => {
                    self.is_over = true;
                    let line = row.position().map_or(0, csv::Position::line);
                    return Some(Err(ReadingsError::Line { line, reason }));
                }
            }
        }
        None
    }
}

fn wrong(error: csv::Error) -> ReadingsError {
    match error.kind() {
        csv::ErrorKind::Utf8 { pos: Some(at), .. } => {
            ReadingsError::Line { line: at.line(), reason: "not UTF-8; save the file as UTF-8".into() }
        }
        _ => ReadingsError::Io(error),
    }
}

/// The value as the tag's driver would hand it over.
fn value_of(text: &str, tag: &TagInfo) -> Option<Value> {
    let float = || text.parse().ok().filter(|f: &f64| f.is_finite()).map(Value::Float);
    if tag.scaled {
        return float();
    }
    match (tag.kind, tag.kind.limits()) {
        (TagType::Bool, _) => text.parse().ok().map(Value::Bool),
        (TagType::String, _) => text_of(plain(text)).map(Value::Text),
        (TagType::F32 | TagType::F64, _) | (_, None) => float(),
        (_, Some((low, high))) => {
            let whole = text.parse::<i128>().ok().filter(|whole| (low..=high).contains(whole))?;
            if low == 0 {
                u64::try_from(whole).ok().map(Value::Uint)
            } else {
                i64::try_from(whole).ok().map(Value::Int)
            }
        }
    }
}

/// A text that no spreadsheet takes for a formula; [`plain`] gives it back as it was.
fn safe(text: &str) -> Cow<'_, str> {
    if begins_formula(text) && !is_number(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn plain(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| begins_formula(rest)).unwrap_or(text)
}

/// Also behind apostrophes, so that a text that has one itself keeps it.
fn begins_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

fn is_number(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok()
}

/// A text that only fits in Latin-1 came in that; what was no character is none again.
fn text_of(text: &str) -> Option<Text> {
    const NO_CHARACTER: u8 = 0x7f;
    let latin = |c| if c == char::REPLACEMENT_CHARACTER { Some(NO_CHARACTER) } else { u8::try_from(u32::from(c)).ok() };
    Text::new(text.as_bytes()).or_else(|| Text::new(&text.chars().map(latin).collect::<Option<Vec<u8>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const T: i64 = 1_795_339_200_000_000;

    fn tag(name: &str, kind: TagType, scaled: bool) -> TagInfo {
        TagInfo { name: name.into(), connection: 0, kind, scaled, period_ms: 1_000, keep: false, writable: false }
    }

    fn tags() -> Vec<TagInfo> {
        vec![
            tag("status", TagType::U16, false),
            tag("torque", TagType::I32, false),
            tag("door", TagType::Bool, false),
            tag("weight, net", TagType::I16, true),
            tag("recipe", TagType::String, false),
            tag("parts", TagType::U64, false),
            tag("drive", TagType::F32, false),
        ]
    }

    fn written(readings: &[Reading]) -> String {
        let tags = tags();
        let mut writer = ReadingsWriter::new(Vec::new()).unwrap();
        for reading in readings {
            writer.write(&tags[reading.tag.index()].name, reading).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    fn read(text: &str) -> Result<(Vec<Reading>, BTreeMap<String, u64>), ReadingsError> {
        let tags = tags();
        let mut reader = ReadingsReader::new(text.as_bytes(), &tags)?;
        let readings = reader.by_ref().collect::<Result<_, _>>()?;
        Ok((readings, reader.unknown().clone()))
    }

    #[test]
    fn edge_18_readings_as_they_stand_in_a_file() {
        let good = |tag, value, at| Reading { tag: TagIndex(tag), value, quality: Quality::Good, at: T + at };
        let readings = [
            good(0, Value::Uint(3), 0),
            good(2, Value::Bool(true), 250_000),
            good(3, Value::Float(-0.1), 250_001),
            good(4, Value::Text(Text::new(b"A \"7\", blue").unwrap()), 1_000_000),
            Reading { quality: Quality::Bad, ..good(0, Value::Int(0), 2_000_000) },
        ];
        let text = "at,tag,value,quality\n\
                    2026-11-22T09:20:00.000000Z,status,3,good\n\
                    2026-11-22T09:20:00.250000Z,door,true,good\n\
                    2026-11-22T09:20:00.250001Z,\"weight, net\",-0.1,good\n\
                    2026-11-22T09:20:01.000000Z,recipe,\"A \"\"7\"\", blue\",good\n\
                    2026-11-22T09:20:02.000000Z,status,,bad\n";
        assert_eq!(written(&readings), text);
        assert_eq!(read(text).unwrap().0, readings);
        // As a spreadsheet on Windows saves it, and a bad row with what was known last.
        let saved = format!("\u{feff}{}2026-11-22T09:20:03Z,status,3,bad\r\n", text.replace('\n', "\r\n"));
        let (again, _) = read(&saved).unwrap();
        assert_eq!(again[..5], readings);
        // Older devices fill texts with bytes that are no characters; as UTF-8 it is longer than a tag holds.
        let older = [good(4, Value::Text(Text::new(&[[0xfc; 16], [0x80; 16]].concat()).unwrap()), 0)];
        let (again_older, _) = read(&written(&older)).unwrap();
        assert_eq!(again_older[0].value.to_string(), older[0].value.to_string());
        assert_eq!((again[5].value, again[5].quality), (Value::Uint(3), Quality::Bad));
    }

    #[test]
    fn edge_18_no_text_or_name_is_a_formula_and_all_come_back() {
        let tags = [tag("-total", TagType::String, false), tag("'=x", TagType::I32, false)];
        let texts = ["=1+1", "+a", "-b", "@c", "-5", "-5e", "'=q", "'plain", "a=b"];
        let text = |text: &str| Value::Text(Text::new(text.as_bytes()).unwrap());
        let of = |tag, value| Reading { tag: TagIndex(tag), value, quality: Quality::Good, at: T };
        let mut readings: Vec<Reading> = texts.iter().map(|one| of(0, text(one))).collect();
        readings.push(of(1, Value::Int(-7)));
        let mut writer = ReadingsWriter::new(Vec::new()).unwrap();
        for reading in &readings {
            writer.write(&tags[reading.tag.index()].name, reading).unwrap();
        }
        let file = String::from_utf8(writer.finish().unwrap()).unwrap();
        let values: Vec<&str> = file.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
        assert_eq!(values, ["'=1+1", "'+a", "'-b", "'@c", "-5", "'-5e", "''=q", "'plain", "a=b", "-7"]);
        assert!(file.contains(",'-total,") && file.contains(",''=x,"), "{file}");
        let again: Vec<Reading> =
            ReadingsReader::new(file.as_bytes(), &tags).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(again, readings);
    }

    #[test]
    fn edge_18_mistakes_in_readings_name_line_field_and_reason() {
        let check = |rows: &str, expect: &str| {
            let error = read(&format!("at,tag,value,quality\n2026-11-22T09:20:00Z,status,1,good\n{rows}\n"));
            assert_eq!(error.unwrap_err().to_string(), expect);
        };
        let value = |tag: &str, value: &str| format!("2026-11-22T09:20:00Z,{tag},{value},good");
        check(&value("status", "70000"), "line 3: value \"70000\": tag \"status\" is u16");
        check(&value("status", "1.5"), "line 3: value \"1.5\": tag \"status\" is u16");
        check(&value("status", ""), "line 3: value \"\": tag \"status\" is u16");
        check(&value("door", "1"), "line 3: value \"1\": tag \"door\" is bool");
        check(&value("drive", "NaN"), "line 3: value \"NaN\": tag \"drive\" is f32");
        check(&value("\"weight, net\"", "x"), "line 3: value \"x\": tag \"weight, net\" is a number (it is scaled)");
        check(
            "2026-11-22T09:19:59Z,status,1,good",
            "line 3: at: earlier than the row before (2026-11-22T09:20:00Z); sort the rows by time",
        );
        check("2026-11-22T09:20:00Z,status,1,uncertain", "line 3: quality: write good or bad");
        check("2026-11-22T09:20:00Z,status,1", "line 3: 3 fields; a row has four: at,tag,value,quality");
        check("noon,status,1,good", "line 3: at: \"noon\" is no RFC 3339 time such as 2025-11-06T10:00:00Z");
        let header = read("at;tag;value;quality\n").unwrap_err().to_string();
        assert_eq!(header, "line 1: the first line must be at,tag,value,quality, not at;tag;value;quality");
        assert_eq!(read("").unwrap_err().to_string(), "line 1: the first line must be at,tag,value,quality, not ");
        let long = "x".repeat(33);
        check(&value("recipe", &long), &format!("line 3: value \"{long}\": tag \"recipe\" is string"));
        // A line within quotes is still counted.
        check(
            "2026-11-22T09:20:00Z,recipe,\"a\nb\",good\n2026-11-22T09:20:00Z,door,no,good",
            "line 5: value \"no\": tag \"door\" is bool",
        );
    }

    #[test]
    fn edge_18_readings_of_unknown_tags_are_counted_and_left_out() {
        let row = |tag: &str| format!("2026-11-22T09:20:00Z,{tag},1,good\n");
        let text = format!("at,tag,value,quality\n{}{}{}{}", row("gone"), row("status"), row("gone"), row("old"));
        let (readings, unknown) = read(&text).unwrap();
        assert_eq!(readings.len(), 1);
        assert_eq!(unknown.into_iter().collect::<Vec<_>>(), [("gone".to_owned(), 2), ("old".to_owned(), 1)]);
    }

    fn value() -> impl Strategy<Value = (u32, Value)> {
        let finite = any::<f64>().prop_filter("finite", |f| f.is_finite());
        prop_oneof![
            any::<u16>().prop_map(|n| (0, Value::Uint(n.into()))),
            any::<i32>().prop_map(|n| (1, Value::Int(n.into()))),
            any::<bool>().prop_map(|b| (2, Value::Bool(b))),
            finite.prop_map(|f| (3, Value::Float(f))),
            prop::collection::vec(prop_oneof![32u8..127, 160u8..], 0..=32)
                .prop_map(|b| (4, Value::Text(Text::new(&b).unwrap()))),
            any::<u64>().prop_map(|n| (5, Value::Uint(n))),
            any::<f32>().prop_filter("finite", |f| f.is_finite()).prop_map(|f| (6, Value::Float(f.into()))),
        ]
    }

    proptest! {
        /// What is written is read as it was; a text reads alike, in whatever bytes.
        #[test]
        fn edge_18_readings_come_back_as_they_were(
            rows in prop::collection::vec((value(), 0i64..10_000_000, any::<bool>()), 0..40),
        ) {
            let mut at = T;
            let readings: Vec<Reading> = rows.into_iter().map(|((tag, value), later, is_good)| {
                at += later;
                let quality = if is_good { Quality::Good } else { Quality::Bad };
                let value = if is_good { value } else { Value::Int(0) };
                Reading { tag: TagIndex(tag), value, quality, at }
            }).collect();
            let (again, unknown) = read(&written(&readings)).unwrap();
            prop_assert!(unknown.is_empty());
            prop_assert_eq!(again.len(), readings.len());
            for (a, b) in again.iter().zip(&readings) {
                match (a.value, b.value) {
                    (Value::Text(x), Value::Text(y)) => {
                        prop_assert!(x.reads_as(&y), "{} {}", x, y);
                        prop_assert_eq!((a.tag, a.quality, a.at), (b.tag, b.quality, b.at));
                    }
                    _ => prop_assert_eq!(a, b),
                }
            }
        }
    }
}
