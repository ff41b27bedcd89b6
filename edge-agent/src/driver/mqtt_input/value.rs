//! What stands in a message to a value of a tag. Pure and total. Whole numbers stay whole: 64 bits never pass
//! through a float, and what does not fit its type is no value.

use crate::config::TagType;
use crate::driver::{Text, Value};

/// Above this a float leaves whole numbers out.
const WHOLE_FLOAT_MAX: f64 = 9_007_199_254_740_992.0;

pub(super) fn from_whole(whole: i128, kind: TagType) -> Option<Value> {
    match kind.limits() {
        Some((low, high)) if !(low..=high).contains(&whole) => None,
        Some((0, _)) => u64::try_from(whole).ok().map(Value::Uint),
        Some(_) => i64::try_from(whole).ok().map(Value::Int),
        None => match (kind, whole) {
            (TagType::Bool, 0 | 1) => Some(Value::Bool(whole == 1)),
            (TagType::F32 | TagType::F64, _) => Some(Value::Float(whole as f64)),
            (TagType::String, _) => text(&whole.to_string()),
            _ => None,
        },
    }
}

/// Many gateways write whole numbers as 4.0; what has a fraction is none.
pub(super) fn from_float(float: f64, kind: TagType) -> Option<Value> {
    match kind {
        TagType::F32 | TagType::F64 => float.is_finite().then_some(Value::Float(float)),
        TagType::String => text(&float.to_string()),
        _ if float.fract() == 0.0 && float.abs() <= WHOLE_FLOAT_MAX => from_whole(float as i128, kind),
        _ => None,
    }
}

pub(super) fn from_bool(bool: bool, kind: TagType) -> Option<Value> {
    match kind {
        TagType::Bool => Some(Value::Bool(bool)),
        TagType::String => text(if bool { "true" } else { "false" }),
        _ => None,
    }
}

/// A payload without JSON around it, or a text within.
pub(super) fn from_text(payload: &str, kind: TagType) -> Option<Value> {
    if kind == TagType::String {
        return text(payload);
    }
    let payload = payload.trim();
    if kind == TagType::Bool {
        let is = |words: [&str; 3]| words.iter().any(|word| word.eq_ignore_ascii_case(payload));
        return if is(["true", "on", "1"]) {
            Some(Value::Bool(true))
        } else {
            is(["false", "off", "0"]).then_some(Value::Bool(false))
        };
    }
    match payload.parse::<i128>() {
        Ok(whole) => from_whole(whole, kind),
        Err(_) => payload.parse::<f64>().ok().and_then(|float| from_float(float, kind)),
    }
}

pub(super) fn from_json(json: &serde_json::Value, kind: TagType) -> Option<Value> {
    match json {
        serde_json::Value::Bool(bool) => from_bool(*bool, kind),
        serde_json::Value::String(payload) => from_text(payload, kind),
        serde_json::Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(whole), ..) => from_whole(i128::from(whole), kind),
            (None, Some(whole), _) => from_whole(i128::from(whole), kind),
            (None, None, Some(float)) => from_float(float, kind),
            (None, None, None) => None,
        },
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    }
}

/// The time that a message names: RFC 3339, or a number since 1970 whose size says its unit.
pub(super) fn time_us(json: &serde_json::Value) -> Option<i64> {
    let number = match json {
        serde_json::Value::String(text) => {
            return text.trim().parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond);
        }
        other => other.as_f64()?,
    };
    // 1e11 seconds are the year 5138, 1e11 milliseconds were in 1973.
    let factor = match number {
        n if !n.is_finite() || n <= 0.0 => return None,
        n if n < 1e11 => 1e6,
        n if n < 1e14 => 1e3,
        n if n < 1e17 => 1.0,
        _ => 1e-3,
    };
    Some((number * factor) as i64)
}

fn text(payload: &str) -> Option<Value> {
    Text::new(payload.as_bytes()).map(Value::Text)
}

/// The beginning of what came, for a message to people.
pub(super) fn shown(payload: &str) -> String {
    let short: String =
        payload.chars().take(40).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if short.len() < payload.len() && payload.chars().nth(40).is_some() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(json: &serde_json::Value, kind: TagType, expect: Option<Value>) {
        assert_eq!(from_json(json, kind), expect, "{json} as {kind:?}");
    }

    #[test]
    fn edge_13_json_values_fit_their_type_exactly_or_are_none() {
        check(&json!(18_446_744_073_709_551_615_u64), TagType::U64, Some(Value::Uint(u64::MAX)));
        check(&json!(9_007_199_254_740_993_u64), TagType::I64, Some(Value::Int(9_007_199_254_740_993)));
        check(&json!(-9_223_372_036_854_775_808_i64), TagType::I64, Some(Value::Int(i64::MIN)));
        check(&json!("18446744073709551615"), TagType::U64, Some(Value::Uint(u64::MAX)));
        check(&json!("18446744073709551616"), TagType::U64, None);
        check(&serde_json::from_str("18446744073709551616").unwrap(), TagType::U64, None);
        check(&json!(70_000), TagType::U16, None);
        check(&json!(-1), TagType::U32, None);
        check(&json!(4.0), TagType::U16, Some(Value::Uint(4)));
        check(&json!(4.5), TagType::U16, None);
        check(&json!(1e300), TagType::I64, None);
        check(&json!(4), TagType::F64, Some(Value::Float(4.0)));
        check(&json!("-2.5"), TagType::F32, Some(Value::Float(-2.5)));
        check(&json!("NaN"), TagType::F64, None);
        check(&json!(true), TagType::Bool, Some(Value::Bool(true)));
        check(&json!("OFF"), TagType::Bool, Some(Value::Bool(false)));
        check(&json!(1), TagType::Bool, Some(Value::Bool(true)));
        check(&json!(2), TagType::Bool, None);
        check(&json!(true), TagType::U16, None);
        check(&json!(null), TagType::U16, None);
        check(&json!([1]), TagType::U16, None);
        check(&json!("RUN 7"), TagType::String, Text::new(b"RUN 7").map(Value::Text));
        check(&json!(7), TagType::String, Text::new(b"7").map(Value::Text));
        check(&json!("x".repeat(33)), TagType::String, None);
    }

    #[test]
    fn edge_14_times_of_messages_in_all_units() {
        let at = 1_767_323_045_000_000;
        for (json, expect) in [
            (json!("2026-01-02T03:04:05Z"), Some(at)),
            (json!("2026-01-02T04:04:05+01:00"), Some(at)),
            (json!(1_767_323_045), Some(at)),
            (json!(1_767_323_045_000_i64), Some(at)),
            (json!(1_767_323_045_000_000_i64), Some(at)),
            (json!(1_767_323_045_000_000_000_i64), Some(at)),
            (json!("yesterday"), None),
            (json!(-5), None),
            (json!({}), None),
        ] {
            assert_eq!(time_us(&json), expect, "{json}");
        }
    }

    /// Any payload as JSON and as text: a whole number never leaves its type, and times are times.
    #[test]
    fn fuzz_payloads() {
        use crate::driver::tests::{fits, type_of};
        bolero::check!().with_iterations(20_000).with_type::<(u8, Vec<u8>)>().for_each(|(kind, bytes)| {
            let kind = type_of(*kind);
            let text = String::from_utf8_lossy(bytes);
            let json = serde_json::from_str::<serde_json::Value>(&text).ok();
            for value in
                [from_text(&text, kind), json.as_ref().and_then(|json| from_json(json, kind))].into_iter().flatten()
            {
                assert!(fits(value, kind), "{kind:?} {text:?}");
            }
            let _ = json.as_ref().and_then(time_us);
            assert!(shown(&text).chars().count() <= 41, "{text:?}");
        });
    }
}
