//! Reads the fields of one TOML table by name. Written by hand instead of derived, because a derived
//! reader stops at the first mistake of a file and this one has to report them all. A field that nobody
//! asked for is unknown and refused by [`Fields::finish`]: the list of known fields is the code that
//! reads them.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Report;

/// `'a`: the borrow of the document; `'i`: its text.
pub(super) struct Fields<'a, 'i> {
    pub(super) report: &'a Report<'a>,
    table: &'a DeTable<'i>,
    span: Range<usize>,
    /// Where this table is, for people.
    pub(super) place: String,
    asked: Vec<&'static str>,
    forgiven: bool,
}

impl<'a, 'i> Fields<'a, 'i> {
    pub(super) const fn new(report: &'a Report<'a>, table: &'a DeTable<'i>, span: Range<usize>, place: String) -> Self {
        Self { report, table, span, place, asked: Vec::new(), forgiven: false }
    }

    /// The raw value of a field, if it is there.
    pub(super) fn raw(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    pub(super) fn has(&mut self, key: &'static str) -> bool {
        self.raw(key).is_some()
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let value = self.raw(key)?;
        match value.get_ref().as_str().map(str::trim) {
            Some("") => self.say(value.span(), format!("{key} is empty; write a text or leave the line out")),
            Some(text) => return Some(Spanned::new(value.span(), text.to_owned())),
            None => self.mistyped(key, value, "a text in quotes"),
        }
        None
    }

    pub(super) fn need_text(&mut self, key: &'static str, what: &str) -> Option<Spanned<String>> {
        self.need(key, what)?;
        self.text(key)
    }

    /// A whole number within limits; `unit` is said with the limits, like " ms".
    pub(super) fn whole(&mut self, key: &'static str, limits: RangeInclusive<i64>, unit: &str) -> Option<Spanned<i64>> {
        let value = self.raw(key)?;
        let Some(integer) = value.get_ref().as_integer() else {
            self.mistyped(key, value, "a whole number");
            return None;
        };
        match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) if limits.contains(&number) => Some(Spanned::new(value.span(), number)),
            _ => {
                let (low, high) = limits.into_inner();
                self.say(value.span(), format!("{key} {integer}: out of range; write {low} to {high}{unit}"));
                None
            }
        }
    }

    /// As [`Fields::whole`] with a default, for small numbers.
    pub(super) fn whole_or(
        &mut self,
        key: &'static str,
        default: u32,
        limits: RangeInclusive<u32>,
        unit: &str,
    ) -> Option<u32> {
        if !self.has(key) {
            return Some(default);
        }
        let (low, high) = limits.into_inner();
        let found = self.whole(key, i64::from(low)..=i64::from(high), unit)?;
        u32::try_from(found.into_inner()).ok()
    }

    /// A finite number, with or without a point.
    pub(super) fn number(&mut self, key: &'static str) -> Option<Spanned<f64>> {
        let value = self.raw(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|i| i as f64),
            DeValue::Float(float) => float.as_str().parse::<f64>().ok().filter(|f| f.is_finite()),
            _ => None,
        };
        if number.is_none() {
            self.mistyped(key, value, "a number");
        }
        number.map(|number| Spanned::new(value.span(), number))
    }

    /// `true` or `false`; absent is false, `None` is a mistake.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        let Some(value) = self.raw(key) else { return Some(false) };
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.mistyped(key, value, "true or false");
        }
        flag
    }

    /// One of a list of words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<Spanned<T>> {
        let text = self.text(key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| word == text.get_ref()) {
            return Some(Spanned::new(text.span(), *value));
        }
        let list: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        self.wrong(&text, key, format!("is not known; write one of: {}", list.join(", ")));
        None
    }

    pub(super) fn need_word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        what: &str,
    ) -> Option<Spanned<T>> {
        self.need(key, what)?;
        self.word(key, words)
    }

    pub(super) fn table(&mut self, key: &'static str, place: &str) -> Option<Self> {
        let value = self.raw(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.mistyped(key, value, "a table");
            return None;
        };
        let place = if self.place.is_empty() { place.to_owned() } else { format!("{}, {place}", self.place) };
        Some(Self::new(self.report, table, value.span(), place))
    }

    pub(super) fn need_table(&mut self, key: &'static str, place: &str) -> Option<Self> {
        self.need(key, "the section is needed")?;
        self.table(key, place)
    }

    /// The tables of a list, each with its place by number until it knows its name.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Self> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.mistyped(key, value, "a list of tables");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let place = self.inner(&format!("{key} {}", i + 1));
            match item.get_ref().as_table() {
                Some(table) => tables.push(Self::new(self.report, table, item.span(), place)),
                None => self.mistyped(key, item, "a table"),
            }
        }
        tables
    }

    /// The place of something inside this table.
    pub(super) fn inner(&self, place: &str) -> String {
        if self.place.is_empty() { place.to_owned() } else { format!("{}, {place}", self.place) }
    }

    /// Reports a field that is missing.
    pub(super) fn need(&mut self, key: &'static str, what: &str) -> Option<()> {
        if self.has(key) {
            return Some(());
        }
        self.say(self.span.clone(), format!("{key} is missing: {what}"));
        None
    }

    /// `key "value": reason`.
    pub(super) fn wrong(&self, value: &Spanned<String>, key: &str, reason: impl Display) {
        let separator = if reason.to_string().starts_with("is ") { "" } else { ":" };
        self.say(value.span(), format!("{key} \"{}\"{separator} {reason}", value.get_ref()));
    }

    pub(super) fn say(&self, span: Range<usize>, reason: String) {
        self.report.add(span, &self.place, reason);
    }

    /// Reports something about the table itself.
    pub(super) fn say_here(&self, reason: String) {
        self.say(self.span.clone(), reason);
    }

    pub(super) fn mistyped(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let found = value.get_ref().type_str();
        self.say(value.span(), format!("{key} must be {wanted}, not {found}"));
    }

    /// Marks every key as asked for, when it cannot be known which keys belong here.
    pub(super) fn forgive(&mut self) {
        self.forgiven = true;
    }

    /// Refuses what nobody asked for. Call it when all fields were read, also after an error.
    pub(super) fn finish(&self) {
        if self.forgiven {
            return;
        }
        let mut asked = self.asked.clone();
        asked.sort_unstable();
        asked.dedup();
        for key in self.table.keys() {
            if !asked.contains(&key.get_ref().as_ref()) {
                let known = asked.join(", ");
                self.say(key.span(), format!("unknown key \"{}\"; known here: {known}", key.get_ref()));
            }
        }
    }
}
