//! What a device holds of a value that a person writes. Pure and total. What does not fit is refused, never cut or
//! rounded to something else; the reason is for the one who writes.

use super::Value;
use crate::config::Scaling;

/// From here on a float may stand for several whole numbers.
const EXACT_MOST: f64 = 9_007_199_254_740_992.0;
/// How far from a whole number a value may lie after its scaling was taken off: what floats lose on the way.
const SCALED_SLACK: f64 = 1e-9;
/// How far, as a part of the value, what a float comes back as may lie from what was asked for: a large offset leaves few
/// digits for the value.
const BACK_SLACK: f64 = 1e-4;

pub(super) fn switch(value: Value) -> Result<bool, String> {
    match value {
        Value::Bool(on) => Ok(on),
        _ => Err("must be true or false".into()),
    }
}

pub(super) fn text(value: Value) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text.to_string()),
        _ => Err("must be a text".into()),
    }
}

/// How many bits a device spends on a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    Single,
    Double,
}

/// The float that the device of type `name` holds, the scaling taken off.
pub(super) fn float(value: Value, scaling: Option<Scaling>, width: Width, name: &str) -> Result<f64, String> {
    let asked = value;
    let Number { value, exact } = number(value, scaling)?;
    let held = match width {
        Width::Double => value,
        Width::Single => f64::from(value as f32),
    };
    // A fraction is taken to the nearest float; a whole number, and what is not nothing, stays what it is.
    if exact.is_some_and(|whole| held as i128 != whole) || (held == 0.0) != (value == 0.0) {
        return Err(format!("is not exact: {name} would hold {held}"));
    }
    if !held.is_finite() {
        return Err(format!("does not fit: {value} is more than {name} holds"));
    }
    match scaling.and_then(|scaling| comes_back_as(asked, held, scaling)) {
        None => Ok(held),
        Some(back) => Err(format!("is not exact: with its scale and offset {name} would hold {back}")),
    }
}

/// What is read of a float that is held in the place of a value, if it is another one.
fn comes_back_as(asked: Value, held: f64, Scaling { scale, offset }: Scaling) -> Option<f64> {
    let back = held * scale + offset;
    let (asked, is_whole) = match asked {
        Value::Int(i) => (i as f64, true),
        Value::Uint(u) => (u as f64, true),
        Value::Float(f) => (f, f == 0.0),
        _ => return None,
    };
    let size = if is_whole { asked.abs().max(1.0) } else { asked.abs() };
    let is_same = (back - asked).abs() <= BACK_SLACK * size && (!is_whole || back.round() == asked);
    (!is_same).then_some(back)
}

/// The whole number that the device of type `name` holds, the scaling taken off.
pub(super) fn whole(
    value: Value,
    scaling: Option<Scaling>,
    (least, most): (i128, i128),
    name: &str,
) -> Result<i128, String> {
    let whole = without_fraction(number(value, scaling)?, scaling)?;
    if (least..=most).contains(&whole) {
        return Ok(whole);
    }
    let raw = if scaling.is_some() { format!(" ({whole} in the device)") } else { String::new() };
    Err(format!("does not fit{raw}: {name} holds {least} to {most}"))
}

/// A number as it stands in the device, exact where it was whole.
struct Number {
    value: f64,
    exact: Option<i128>,
}

fn number(value: Value, scaling: Option<Scaling>) -> Result<Number, String> {
    let (float, exact) = match value {
        Value::Int(i) => (i as f64, Some(i128::from(i))),
        Value::Uint(u) => (u as f64, Some(i128::from(u))),
        Value::Float(f) if f.is_finite() => (f, None),
        _ => return Err("must be a number".into()),
    };
    match scaling {
        None => Ok(Number { value: float, exact }),
        Some(_) if exact.is_some() && float.abs() >= EXACT_MOST => {
            Err("does not fit: so large a number is not exact with a scale or an offset".into())
        }
        Some(Scaling { scale, offset }) => {
            let raw = (float - offset) / scale;
            if raw.is_finite() { Ok(Number { value: raw, exact: None }) } else { Err("does not fit".into()) }
        }
    }
}

fn without_fraction(number: Number, scaling: Option<Scaling>) -> Result<i128, String> {
    if let Some(exact) = number.exact {
        return Ok(exact);
    }
    let Number { value, .. } = number;
    let near = value.round();
    let slack = scaling.map_or(0.0, |Scaling { scale, offset }| {
        // Taking the offset off costs digits of the larger of both.
        SCALED_SLACK * value.abs().max(1.0) + 4.0 * f64::EPSILON * (offset / scale).abs()
    });
    if near.abs() >= EXACT_MOST {
        return Err("does not fit: so large a number is not exact".into());
    }
    if (value - near).abs() > slack.min(0.01) {
        return Err(match scaling {
            None => "must be a whole number".into(),
            Some(Scaling { scale, offset }) => {
                let (below, above) = (value.floor() * scale + offset, value.ceil() * scale + offset);
                format!("lies between two steps of the device; the nearest are {below} and {above}")
            }
        });
    }
    Ok(near as i128)
}
