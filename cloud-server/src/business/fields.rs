//! The members of a body, read one by one: absent leaves a field as it is, null empties it. Every mistake is
//! kept, so that all are told at once (API-03).

use serde_json::{Map, Value};
use unison_api::error::{ApiError, Detail};
use unison_core::time::Timestamp;

/// See the module.
pub struct Fields {
    members: Map<String, Value>,
    wrong: Vec<Detail>,
}

impl Fields {
    #[must_use]
    pub const fn new(members: Map<String, Value>) -> Self {
        Self { members, wrong: Vec::new() }
    }

    pub fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.wrong.push(Detail { field: field.to_owned(), message: message.into() });
    }

    /// Whether the field is there.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.members.contains_key(field)
    }

    /// What an absent field is.
    pub fn or(&mut self, field: &str, value: impl FnOnce() -> Value) {
        if !self.has(field) {
            self.members.insert(field.to_owned(), value());
        }
    }

    fn read<T>(&mut self, field: &str, message: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<Option<T>> {
        match self.members.remove(field)? {
            Value::Null => Some(None),
            value => match read(&value) {
                Some(value) => Some(Some(value)),
                None => {
                    self.wrong(field, message);
                    None
                }
            },
        }
    }

    /// A member as it is.
    pub fn object(&mut self, field: &str) -> Option<Value> {
        self.members.remove(field)
    }

    /// Text without blanks around it; an empty one counts as null.
    pub fn text(&mut self, field: &str, chars_max: usize) -> Option<Option<String>> {
        let message = format!("must be text of at most {chars_max} characters on one line");
        let text = self.read(field, &message, |v| {
            let text = v.as_str()?.trim();
            (text.chars().count() <= chars_max && !text.chars().any(char::is_control)).then(|| text.to_owned())
        })?;
        Some(text.filter(|t| !t.is_empty()))
    }

    /// Text that may not be empty.
    pub fn required(&mut self, field: &str, chars_max: usize) -> Option<String> {
        match self.text(field, chars_max)? {
            Some(text) => Some(text),
            None => {
                self.wrong(field, "must not be empty");
                None
            }
        }
    }

    pub fn integer(&mut self, field: &str) -> Option<Option<i64>> {
        self.read(field, "must be a whole number", Value::as_i64)
    }

    pub fn boolean(&mut self, field: &str) -> Option<Option<bool>> {
        self.read(field, "must be true or false", Value::as_bool)
    }

    pub fn time(&mut self, field: &str) -> Option<Option<Timestamp>> {
        self.read(field, "must be an RFC 3339 time", |v| Timestamp::parse(v.as_str()?).ok())
    }

    /// A decimal in millionths, never negative.
    pub fn amount(&mut self, field: &str, most: u32) -> Option<Option<i64>> {
        let message = format!("must be a number from 0 to {most} with at most 6 decimals");
        self.read(field, &message, |v| {
            // The number as it was written: through f64 its digits could not be counted.
            let exact = rust_decimal::Decimal::from_str_exact(&v.as_number()?.to_string()).ok()?.normalize();
            let is_fine = exact.scale() <= 6 && !exact.is_sign_negative() && exact <= most.into();
            let millionths = exact * rust_decimal::Decimal::from(1_000_000);
            is_fine.then(|| rust_decimal::prelude::ToPrimitive::to_i64(&millionths)).flatten()
        })
    }

    /// A list of texts; null is the empty list.
    pub fn texts(&mut self, field: &str, most: usize) -> Option<Vec<String>> {
        let message = format!("must be a list of at most {most} texts");
        let one = |v: &Value| v.as_str().map(|t| t.trim().to_owned());
        self.list(field, &message, most, one)
    }

    /// A list of ids; null is the empty list.
    pub fn ids(&mut self, field: &str, most: usize) -> Option<Vec<i64>> {
        let message = format!("must be a list of at most {most} ids");
        self.list(field, &message, most, Value::as_i64)
    }

    fn list<T: PartialEq>(
        &mut self,
        field: &str,
        message: &str,
        most: usize,
        one: impl Fn(&Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let list = self.read(field, message, |v| {
            let list = v.as_array().filter(|l| l.len() <= most)?;
            list.iter().map(one).collect::<Option<Vec<_>>>()
        })?;
        let mut out = Vec::new();
        for value in list.unwrap_or_default() {
            if !out.contains(&value) {
                out.push(value);
            }
        }
        Some(out)
    }

    /// The version that was changed.
    ///
    /// # Errors
    /// 400 where it is missing.
    pub fn version(&mut self) -> Result<i64, ApiError> {
        let missing = || ApiError::field("version", "is missing; give the version of the record that you changed");
        self.integer("version").flatten().ok_or_else(missing)
    }

    /// All that was wrong, and what is no field here.
    ///
    /// # Errors
    /// 400 with every wrong field.
    pub fn finish(mut self) -> Result<(), ApiError> {
        let unknown: Vec<_> = self.members.keys().cloned().collect();
        for field in unknown {
            self.wrong(&field, "is not a field that can be written");
        }
        if self.wrong.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.wrong)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(body: &Value) -> Fields {
        Fields::new(body.as_object().unwrap().clone())
    }

    #[test]
    fn api_03_absent_null_value_and_every_mistake_at_once() {
        let mut f =
            fields(&json!({"a": " x ", "b": null, "c": 5, "rate": 12.5, "list": ["y", "y"], "odd": 1, "version": 3}));
        assert_eq!(f.version().unwrap(), 3);
        assert_eq!(f.text("a", 5), Some(Some("x".into())));
        assert_eq!(f.text("b", 5), Some(None));
        assert_eq!(f.text("missing", 5), None);
        assert_eq!(f.text("c", 5), None);
        assert_eq!(f.amount("rate", 100), Some(Some(12_500_000)));
        assert_eq!(f.texts("list", 3), Some(vec!["y".to_owned()]));
        let details = f.finish().unwrap_err().body.details;
        let names: Vec<_> = details.iter().map(|d| d.field.as_str()).collect();
        assert_eq!(names, ["c", "odd"]);
        for wrong in [json!(-1), json!(101), json!(0.000_000_1), json!("5"), json!(1e300)] {
            let mut f = fields(&json!({"rate": wrong}));
            assert_eq!(f.amount("rate", 100), None, "{wrong}");
            assert!(f.finish().is_err());
        }
        let mut f = fields(&json!({"a": "two\nlines"}));
        assert_eq!(f.text("a", 50), None);
    }
}
