//! The file of an import before anything is done with it: its rows, the lines they stand in, and which field each
//! column is for. Pure.

use super::custom::Custom;
use super::import::Import;
use super::{Description, cells};
use csv::{Reader, ReaderBuilder, StringRecord};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use unison_api::error::ApiError;

const ROWS_MAX: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MappedColumn {
    pub column: String,
    pub field: Option<String>,
}

fn unreadable(e: csv::Error) -> ApiError {
    ApiError::field("csv", format!("cannot be read: {e}"))
}

fn opened(text: &str) -> Result<(Reader<&[u8]>, Vec<String>), ApiError> {
    let mut reader = ReaderBuilder::new().flexible(true).delimiter(delimiter(text)).from_reader(text.as_bytes());
    let header = reader.headers().map_err(unreadable)?.iter().map(|h| h.trim().to_owned()).collect();
    Ok((reader, header))
}

/// What spreadsheets write in front.
fn without_mark(csv: &str) -> &str {
    csv.strip_prefix('\u{feff}').unwrap_or(csv)
}

/// Rows with the lines in which they begin.
pub(super) type Rows = Vec<(usize, StringRecord)>;

/// The names of the columns, and the rows.
pub(super) fn read(csv: &str) -> Result<(Vec<String>, Rows), ApiError> {
    let text = without_mark(csv);
    let (mut reader, header) = opened(text)?;
    let rows = reader.records().take(ROWS_MAX + 1).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    if rows.len() > ROWS_MAX {
        return Err(ApiError::field("csv", format!("may have {ROWS_MAX} rows")));
    }
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    let mut line = |row: &StringRecord| lines.of(row.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(0)));
    Ok((header, rows.into_iter().map(|row| (line(&row), row)).collect()))
}

/// Counts lines as an editor does; the reader of the rows takes what is between two rows for a part of the later one.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line in which a row begins that the reader saw begin at `byte`, or behind line ends that follow there.
    fn of(&mut self, byte: usize) -> usize {
        while let Some(c) = self.text.get(self.at) {
            if self.at >= byte && !matches!(c, b'\r' | b'\n') {
                break;
            }
            self.at += 1;
            // One end, however it is written.
            let is_end = *c == b'\n' || (*c == b'\r' && self.text.get(self.at) != Some(&b'\n'));
            self.line += usize::from(is_end);
        }
        self.line
    }
}

/// The texts of a file for a field, in lower case; what is wrong with the file its import says.
#[must_use]
pub fn texts(d: &Description, import: &Import, field: &str) -> BTreeSet<String> {
    let Ok((mut reader, header)) = opened(without_mark(&import.csv)) else { return BTreeSet::new() };
    let is_it = |column: &String| match &import.mapping {
        Some(mapping) => mapping.get(column).is_some_and(|f| f.as_deref() == Some(field)),
        None => by_name(d, &[], &header, column).as_deref() == Some(field),
    };
    let Some(place) = header.iter().position(is_it) else { return BTreeSet::new() };
    let Some(column) = d.column(field) else { return BTreeSet::new() };
    // As the row itself is read, so that both see the same text.
    let text = |cell: &str| Some(cells::read(column, cell).ok()??.as_str()?.to_lowercase());
    reader.records().take(ROWS_MAX).filter_map(|row| text(row.ok()?.get(place)?)).collect()
}

/// Spreadsheets of many countries separate by semicolons.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |c: char| first.matches(c).count();
    if count(';') > count(',') { b';' } else { b',' }
}

/// Which field each column of the file is for.
pub(super) fn mapped(
    d: &Description,
    customs: &[Custom],
    header: &[String],
    mapping: Option<&BTreeMap<String, Option<String>>>,
) -> Result<Vec<MappedColumn>, ApiError> {
    let is_field = |name: &str| {
        name == "id"
            || d.column(name).is_some_and(|c| !c.field.read_only)
            || d.meta.links.iter().any(|l| l.field == name)
            || customs.iter().any(|c| c.column.field.name == name)
    };
    let found = |column: &String| match mapping {
        Some(mapping) => {
            let field = mapping.get(column).cloned().flatten();
            match field.filter(|f| !is_field(f)) {
                Some(wrong) => Err(ApiError::field("mapping", format!("\"{wrong}\" is no field that can be imported"))),
                None => Ok(mapping.get(column).cloned().flatten()),
            }
        }
        None => Ok(by_name(d, customs, header, column).filter(|f| is_field(f))),
    };
    let columns = header.iter().map(|c| Ok(MappedColumn { column: c.clone(), field: found(c)? }));
    let columns = columns.collect::<Result<Vec<_>, ApiError>>()?;
    let fields: Vec<_> = columns.iter().filter_map(|c| c.field.as_ref()).collect();
    if fields.is_empty() {
        return Err(ApiError::field("csv", "has no column that names a field in its first line"));
    }
    match fields.iter().enumerate().find(|(i, f)| fields.iter().skip(i + 1).any(|g| g == *f)) {
        Some((_, twice)) => Err(ApiError::field("mapping", format!("two columns are for {twice}"))),
        None => Ok(columns),
    }
}

/// By name or label; the name of a record that is referred to stands for it where its id is missing.
fn by_name(d: &Description, customs: &[Custom], header: &[String], column: &str) -> Option<String> {
    let plain = |s: &str| s.to_lowercase().replace([' ', '_', '-'], "");
    let wanted = plain(column);
    let fields = d.columns.iter().map(|c| &c.field).chain(customs.iter().map(|c| &c.column.field));
    let own = fields
        .clone()
        .find(|f| plain(&f.name) == wanted)
        .or_else(|| fields.clone().find(|f| plain(&f.label) == wanted));
    if wanted == "id" {
        return Some("id".into());
    }
    if let Some(own) = own {
        return Some(own.name.clone());
    }
    if let Some(link) = d.meta.links.iter().find(|l| [l.field, l.label].map(plain).contains(&wanted)) {
        return Some(link.field.to_owned());
    }
    let look_ups = d.columns.iter().filter_map(|c| c.look_up);
    let added = look_ups.into_iter().find(|l| l.adds.iter().any(|(name, _)| plain(name) == wanted))?;
    (!header.iter().any(|h| plain(h) == plain(added.field))).then(|| added.field.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(csv: &str, expect: &[(usize, &str)]) {
        let (_, rows) = read(csv).unwrap();
        let rows: Vec<_> = rows.iter().map(|(line, row)| (*line, row.get(0).unwrap())).collect();
        assert_eq!(rows, expect, "{csv:?}");
    }

    #[test]
    fn a_row_stands_in_the_line_that_an_editor_shows() {
        for end in ["\n", "\r\n", "\r"] {
            let check = |csv: &str, expect: &[(usize, &str)]| {
                let inner: Vec<_> = expect.iter().map(|(line, text)| (*line, text.replace('\n', end))).collect();
                let expect: Vec<_> = inner.iter().map(|(line, text)| (*line, text.as_str())).collect();
                super::tests::check(&csv.replace('\n', end), &expect);
            };
            check("a,b\nx,1\ny,2\nz,3\n", &[(2, "x"), (3, "y"), (4, "z")]);
            check("a,b\nx,1\ny,2", &[(2, "x"), (3, "y")]);
            check("a,b\n\n\nx,1\n\ny,2\n\n", &[(4, "x"), (6, "y")]);
            check("\n\na,b\nx,1\ny,2\n", &[(4, "x"), (5, "y")]);
            check("a,b\n\"x\nx\",1\ny,2\n", &[(2, "x\nx"), (4, "y")]);
            check("a,b\n\"\nx\",\"1\n\n\"\ny,2\nz,3\n", &[(2, "\nx"), (6, "y"), (7, "z")]);
            check("\"a\nb\",c\nx,1\n", &[(3, "x")]);
            check("\u{feff}a;b\nx;1\n ; \ny;2\n", &[(2, "x"), (3, " "), (4, "y")]);
        }
        check("a,b\r\nx,1\ny,2\r\n\r\nz,3", &[(2, "x"), (3, "y"), (5, "z")]);
    }

    /// Any text as a file of records: rows in lines that it has, or an error.
    #[test]
    fn fuzz_files_of_records() {
        bolero::check!().with_iterations(5_000).for_each(|bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let Ok((_, rows)) = read(&text) else { return };
            let lines = text.split(['\n', '\r']).count();
            assert!(rows.iter().all(|(line, _)| (1..=lines).contains(line)), "{text:?}");
        });
    }
}
