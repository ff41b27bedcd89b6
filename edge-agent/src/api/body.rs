//! Reads what a request carries: a JSON body, the query, path parameters. Every wrong field is named
//! (API-03). Bounded by the router before it comes here.

use std::cell::RefCell;
use std::str::FromStr;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, Visitor};
use serde_json::{Map, Value};
use unison_api::error::ApiError;
use unison_core::span::Span;
use unison_core::time::{HOUR, Timestamp};

/// Longest range that a report may cover.
const RANGE_MAX: i64 = 400 * 24 * HOUR;

/// Reads a body. An empty one counts as `{}`.
///
/// # Errors
/// 400 naming the field, or "body" when it is no JSON object.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let value = if bytes.iter().all(u8::is_ascii_whitespace) {
        Value::Object(Map::new())
    } else {
        serde_json::from_slice::<Value>(bytes).map_err(|e| ApiError::field("body", format!("is no JSON: {e}")))?
    };
    let Value::Object(fields) = value else {
        return Err(ApiError::field("body", "must be a JSON object"));
    };
    let at = RefCell::new(None);
    T::deserialize(Body { fields, at: &at }).map_err(|error| {
        let (field, message) = spoken(&error.to_string(), at.take());
        ApiError::field(&field, message)
    })
}

/// Turns serde's words into help for the person who typed the field.
fn spoken(error: &str, at: Option<String>) -> (String, String) {
    let quoted = |prefix: &str| error.strip_prefix(prefix)?.split('`').next().map(str::to_owned);
    if let Some(field) = quoted("missing field `") {
        return (field, "is required".to_owned());
    }
    if let Some(field) = quoted("unknown field `") {
        return (field, "is not a field of this call".to_owned());
    }
    let field = at.unwrap_or_else(|| "body".to_owned());
    let expected = error.rsplit_once("expected ").map_or("", |(_, e)| e);
    let message = match expected {
        "i64" | "i32" | "u32" | "u64" => "must be a whole number".to_owned(),
        "f64" => "must be a number".to_owned(),
        "a string" | "a borrowed string" => "must be text".to_owned(),
        "a boolean" => "must be true or false".to_owned(),
        _ if error.contains("untagged enum Key") => "must be an id, a UUID or a number".to_owned(),
        _ if error.contains("UUID") => "must be a UUID".to_owned(),
        _ => error.to_owned(),
    };
    (field, message)
}

/// A JSON object that remembers which field was being read when something went wrong.
struct Body<'a> {
    fields: Map<String, Value>,
    at: &'a RefCell<Option<String>>,
}

impl<'de> Deserializer<'de> for Body<'_> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_map(Members { left: self.fields.into_iter(), value: None, at: self.at })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Members<'a> {
    left: serde_json::map::IntoIter,
    value: Option<Value>,
    at: &'a RefCell<Option<String>>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        let Some((key, value)) = self.left.next() else {
            self.at.replace(None);
            return Ok(None);
        };
        self.value = Some(value);
        self.at.replace(Some(key.clone()));
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Self::Error> {
        seed.deserialize(self.value.take().unwrap_or_default())
    }
}

/// The parameters behind the question mark.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=b&c=d`; the last of two equal names counts.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|p| !p.is_empty()).take(64);
        Self(pairs.map(|p| p.split_once('=').unwrap_or((p, ""))).map(|(k, v)| (unescape(k), unescape(v))).collect())
    }

    /// A parameter that is there and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rfind(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    /// All values of a parameter that may be there several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    /// A parameter as a value.
    ///
    /// # Errors
    /// 400 naming it.
    pub fn value<T: FromStr>(&self, name: &str, must: &str) -> Result<Option<T>, ApiError> {
        self.get(name).map(|text| text.parse().map_err(|_| ApiError::field(name, must))).transpose()
    }

    /// A parameter as a time.
    ///
    /// # Errors
    /// 400 naming it.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        // An unescaped plus of an offset reads as a blank.
        let parse = |text: &str| Timestamp::parse(&text.replace(' ', "+")).map_err(|e| ApiError::field(name, e));
        self.get(name).map(parse).transpose()
    }

    /// `from` and `to`, both required, in order, at most 400 days apart.
    ///
    /// # Errors
    /// 400 naming each wrong one.
    pub fn range(&self) -> Result<Span, ApiError> {
        let mut wrong = Vec::new();
        let mut read = |name: &str| {
            let found = self.time(name).and_then(|t| t.ok_or_else(|| ApiError::field(name, "is required; RFC 3339")));
            found.map_err(|e| wrong.extend(e.body.details)).ok()
        };
        match (read("from"), read("to")) {
            (Some(from), Some(to)) if from >= to => Err(ApiError::field("to", "must be after from")),
            (Some(from), Some(to)) if to.since(from) > RANGE_MAX => {
                Err(ApiError::field("to", "must be at most 400 days after from"))
            }
            (Some(from), Some(to)) => Ok(Span::new(from, to)),
            _ => Err(ApiError::invalid(wrong)),
        }
    }

    /// `page` and `per_page`.
    ///
    /// # Errors
    /// 400 naming each wrong one.
    pub fn page(&self) -> Result<unison_api::page::Page, ApiError> {
        unison_api::page::Page::parse(self.get("page"), self.get("per_page"))
    }
}

/// Undoes percent encoding; what is no encoding stays as it is.
fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let [first, rest @ ..] = bytes {
        bytes = rest;
        let escaped = match (first, rest) {
            (b'%', [h, l, after @ ..]) => hex_byte(*h, *l).map(|b| (b, after)),
            _ => None,
        };
        match (escaped, first) {
            (Some((byte, after)), _) => {
                out.push(byte);
                bytes = after;
            }
            (None, b'+') => out.push(b' '),
            (None, other) => out.push(*other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(high)? * 16 + digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unison_api::production::LogProduction;

    fn refused(body: &str) -> (String, String) {
        let error = parse::<LogProduction>(body.as_bytes()).unwrap_err();
        assert_eq!((error.status, error.body.error.as_str()), (400, "Validation failed"));
        let detail = error.body.details.into_iter().next().unwrap();
        (detail.field, detail.message)
    }

    #[test]
    fn api_03_a_wrong_body_names_the_field() {
        for (body, field, message) in [
            ("{", "body", "is no JSON"),
            ("[]", "body", "must be a JSON object"),
            ("", "work_order_id", "is required"),
            (r#"{"work_order_id":1,"hours_worked":1}"#, "quantity_completed", "is required"),
            (
                r#"{"work_order_id":1,"quantity_completed":"ten","hours_worked":1}"#,
                "quantity_completed",
                "must be a whole number",
            ),
            (
                r#"{"work_order_id":1,"quantity_completed":1.5,"hours_worked":1}"#,
                "quantity_completed",
                "must be a whole number",
            ),
            (
                r#"{"work_order_id":1,"quantity_completed":1e99,"hours_worked":1}"#,
                "quantity_completed",
                "must be a whole number",
            ),
            (
                r#"{"work_order_id":1,"quantity_completed":null,"hours_worked":1}"#,
                "quantity_completed",
                "must be a whole number",
            ),
            (r#"{"work_order_id":1,"quantity_completed":1,"hours_worked":"x"}"#, "hours_worked", "must be a number"),
            (r#"{"work_order_id":{},"quantity_completed":1,"hours_worked":1}"#, "work_order_id", "must be an id"),
            (r#"{"work_order_id":1,"quantity_completed":1,"hours_worked":1,"uuid":"x"}"#, "uuid", "must be a UUID"),
            (r#"{"work_order_id":1,"quantity_completed":1,"hours_worked":1,"cost":5}"#, "cost", "is not a field"),
            (r#"{"work_order_id":1,"quantity_completed":1,"hours_worked":1,"notes":7}"#, "notes", "must be text"),
        ] {
            let (f, m) = refused(body);
            assert_eq!(f, field, "{body}: {m}");
            assert!(m.contains(message), "{body}: {m}");
        }
    }

    #[test]
    fn api_03_query_times_and_ranges() {
        let fields = |q: &str| {
            Query::parse(q).range().unwrap_err().body.details.into_iter().map(|d| d.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(""), ["from", "to"]);
        assert_eq!(fields("from=2025-01-01T00:00:00Z"), ["to"]);
        assert_eq!(fields("from=yesterday&to=2025-01-01T00:00:00Z"), ["from"]);
        assert_eq!(fields("from=2025-01-01T00:00:00Z&to=2025-01-01T00:00:00Z"), ["to"]);
        assert_eq!(fields("from=2024-01-01T00:00:00Z&to=2025-11-01T00:00:00Z"), ["to"]);
        let good = Query::parse("from=2025-01-01T00%3A00%3A00%2B01:00&to=2025-01-02T00:00:00+01:00").range().unwrap();
        assert_eq!(good.len(), 24 * HOUR);
    }

    #[test]
    fn query_text_is_unescaped() {
        let q = Query::parse("a=1&b=%C3%A4+b&c&d=%zz&e=%");
        assert_eq!(
            (q.get("a"), q.get("b"), q.get("c"), q.get("d"), q.get("e")),
            (Some("1"), Some("ä b"), None, Some("%zz"), Some("%"))
        );
    }
}
