//! Errors of the configuration file, collected while it is read.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: usize,
    /// The table it stands in, like `connection "gateway-1", tag "cnc_status"`; may be empty.
    pub place: String,
    /// Field, value, reason and what to do.
    pub reason: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.place.is_empty() {
            write!(f, ": {}", self.reason)
        } else {
            write!(f, ": {}: {}", self.place, self.reason)
        }
    }
}

/// Everything that is wrong, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl ConfigErrors {
    pub(super) fn whole_file(file: String, reason: String) -> Self {
        Self(vec![ConfigError { file, line: 0, place: String::new(), reason }])
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// Collects errors; shared by all readers of one file.
pub(super) struct Report<'a> {
    file: &'a str,
    /// Byte positions of the line breaks: every name asks for its line, and a file may have 100,000 of them.
    breaks: Vec<usize>,
    /// Byte position and error; sorted at the end because tables are not read in file order.
    found: RefCell<Vec<(usize, ConfigError)>>,
    /// For a text that was made from a list: the list's line for each of its lines.
    lines: Option<Vec<usize>>,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a str, text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        Self { file, breaks, found: RefCell::new(Vec::new()), lines: None }
    }

    /// For a text made from a list of another form.
    pub(super) fn of_list(file: &'a str, text: &str, lines: Vec<usize>) -> Self {
        Self { lines: Some(lines), ..Self::new(file, text) }
    }

    pub(super) const fn file(&self) -> &str {
        self.file
    }

    /// An error in a file that this one names at `span`.
    pub(super) fn add_foreign(&self, span: Range<usize>, file: &str, line: usize, place: &str, reason: String) {
        let error = ConfigError { file: file.to_owned(), line, place: place.to_owned(), reason };
        self.found.borrow_mut().push((span.start, error));
    }

    /// Takes over what was found in a list that this file names at `span`.
    pub(super) fn adopt(&self, span: Range<usize>, list: Report<'_>) {
        let errors = list.into_errors().0;
        self.found.borrow_mut().extend(errors.into_iter().map(|error| (span.start, error)));
    }

    pub(super) fn add(&self, span: Range<usize>, place: &str, reason: String) {
        let error =
            ConfigError { file: self.file.to_owned(), line: self.line(span.start), place: place.to_owned(), reason };
        self.found.borrow_mut().push((span.start, error));
    }

    pub(super) fn line(&self, position: usize) -> usize {
        let line = self.breaks.partition_point(|at| *at < position);
        self.lines.as_ref().and_then(|lines| lines.get(line)).copied().unwrap_or(line + 1)
    }

    pub(super) fn into_errors(self) -> ConfigErrors {
        let mut found = self.found.into_inner();
        found.sort_by_key(|(position, _)| *position);
        ConfigErrors(found.into_iter().map(|(_, error)| error).collect())
    }
}
