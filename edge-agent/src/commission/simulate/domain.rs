//! The values of one tag that make a difference to what is asked of it: one of each stretch in which all its questions
//! have the same answers. Pure.

use crate::config::{Scaling, TagType};
use crate::driver::{Text, Value, measured};
use crate::machine::expression::{Ask, Literal};

/// Bits of one tag whose combinations are all tried.
const BITS_MAX: usize = 10;

/// What a tag can hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) kind: TagType,
    pub(super) scaling: Option<Scaling>,
    /// The longest text, in bytes.
    pub(super) text_bytes: usize,
}

/// The values, those first that people would write.
pub(super) struct Values {
    pub(super) list: Vec<Value>,
    /// A value that is not among them could answer a question otherwise.
    pub(super) is_cut: bool,
}

/// One value of each kind. At least two, so that a tag can change.
pub(super) fn values(shape: Shape, asks: &[&Ask]) -> Values {
    let (found, is_cut) = match shape.kind {
        TagType::Bool => (vec![Value::Bool(false), Value::Bool(true)], false),
        TagType::String => (texts(shape, asks), false),
        TagType::F32 | TagType::F64 => (floats(shape, asks), false),
        _ => match shape.scaling {
            Some(scaling) => (scaled(shape.kind, scaling, asks), false),
            None => whole(shape.kind, asks),
        },
    };
    let mut list: Vec<Value> = Vec::with_capacity(found.len());
    for value in found {
        if !list.contains(&value) {
            list.push(value);
        }
    }
    Values { list, is_cut }
}

fn literals<'a>(asks: &'a [&Ask]) -> impl Iterator<Item = Literal> + 'a {
    asks.iter().flat_map(|ask| if let Ask::In(list) = ask { list.clone() } else { Vec::new() })
}

fn thresholds<'a>(asks: &'a [&Ask]) -> impl Iterator<Item = f64> + 'a {
    asks.iter().filter_map(|ask| match ask {
        Ask::Above(limit) | Ask::Below(limit) => Some(*limit),
        Ask::In(_) | Ask::Bit(_) | Ask::ChangedWithin(_) => None,
    })
}

/// Every text that is asked for, and some that nobody asks for.
fn texts(shape: Shape, asks: &[&Ask]) -> Vec<Value> {
    let asked: Vec<Text> = literals(asks)
        .filter_map(|literal| if let Literal::Text(text) = literal { Some(text) } else { None })
        .collect();
    let fits = |text: &Text| text.to_string().len() <= shape.text_bytes;
    let others = (0..).map(|n: u32| Text::new(n.to_string().as_bytes())).map_while(|text| text.filter(fits));
    let others = others.filter(|text| !asked.iter().any(|asked| asked.reads_as(text))).take(2);
    let mut found: Vec<Text> = asked.iter().copied().filter(fits).collect();
    found.extend(others);
    found.into_iter().map(Value::Text).collect()
}

/// The numbers themselves, those beside them and those between them.
fn floats(shape: Shape, asks: &[&Ask]) -> Vec<Value> {
    let mut marks: Vec<f64> = thresholds(asks).collect();
    marks.extend(literals(asks).filter_map(|literal| match literal {
        Literal::Int(i) => Some(i as f64),
        Literal::Float(f) => Some(f),
        Literal::Bool(_) | Literal::Text(_) => None,
    }));
    let Scaling { scale, offset } = shape.scaling.unwrap_or(Scaling { scale: 1.0, offset: 0.0 });
    let mut marks: Vec<f64> = marks.into_iter().map(|mark| (mark - offset) / scale).filter(|m| m.is_finite()).collect();
    marks.sort_by(f64::total_cmp);
    let between: Vec<f64> =
        marks.windows(2).filter_map(|pair| Some(f64::midpoint(*pair.first()?, *pair.last()?))).collect();
    let near = |x: f64| -> [f64; 3] {
        if shape.kind == TagType::F32 {
            let x = x as f32;
            [x, x.next_up(), x.next_down()].map(f64::from)
        } else {
            [x, x.next_up(), x.next_down()]
        }
    };
    let single = |x: f64| if shape.kind == TagType::F32 { f64::from(x as f32) } else { x };
    let nice = marks.iter().flat_map(|mark| [*mark, mark + 1.0, mark - 1.0]).chain([0.0, 1.0]).map(single);
    let all = nice.chain(between.into_iter().map(single)).chain(marks.iter().flat_map(|mark| near(*mark)));
    all.filter_map(|x| measured(Value::Float(x), shape.scaling)).collect()
}

/// Raw numbers around those that the scale makes of what is asked.
fn scaled(kind: TagType, scaling: Scaling, asks: &[&Ask]) -> Vec<Value> {
    let (low, high) = kind.limits().unwrap_or_default();
    let marks = thresholds(asks).chain(literals(asks).filter_map(|literal| match literal {
        Literal::Int(i) => Some(i as f64),
        Literal::Float(f) => Some(f),
        Literal::Bool(_) | Literal::Text(_) => None,
    }));
    let raws = marks.flat_map(|mark| {
        let raw = ((mark - scaling.offset) / scaling.scale).floor() as i128;
        let one = (1.0 / scaling.scale).round() as i128;
        [raw, raw + one, raw - one, raw + 1, raw - 1, raw + 2]
    });
    let raws = raws.chain([0, 1, low, high]).map(|raw| raw.clamp(low, high));
    raws.filter_map(|raw| measured(number(kind, raw)?, Some(scaling))).collect()
}

/// As a driver hands it over.
pub(super) fn number(kind: TagType, whole: i128) -> Option<Value> {
    match kind.limits() {
        Some((low, high)) if !(low..=high).contains(&whole) => None,
        Some((0, _)) => u64::try_from(whole).ok().map(Value::Uint),
        Some(_) => i64::try_from(whole).ok().map(Value::Int),
        None => None,
    }
}

/// The least number of every stretch for every combination of the bits that are asked for.
fn whole(kind: TagType, asks: &[&Ask]) -> (Vec<Value>, bool) {
    let (low, high) = kind.limits().unwrap_or_default();
    let mut nice: Vec<i128> = Vec::new();
    let mut starts = vec![low];
    for literal in literals(asks) {
        if let Literal::Int(i) = literal {
            nice.push(i.into());
            starts.extend([i128::from(i), i128::from(i) + 1]);
        }
    }
    for limit in thresholds(asks) {
        let (above, not_below) = (limit.floor() as i128 + 1, limit.ceil() as i128);
        nice.extend([above, not_below - 1]);
        starts.extend([above, not_below]);
    }
    nice.extend([0, 1]);
    let (patterns, mask, is_cut) = patterns(kind, asks);
    // In the order of the numbers, the sign is a bit like the others, but turned round.
    let turned: u128 = if low < 0 { 1 << (kind.bits() - 1) } else { 0 };
    let mut found = Vec::new();
    for pattern in &patterns {
        let raw = i128::try_from(*pattern).unwrap_or(0);
        nice.push(if low < 0 && *pattern >= turned { raw - (high - low + 1) } else { raw });
        for start in starts.iter().filter(|start| (low..=high).contains(start)) {
            let place = u128::try_from(start - low).unwrap_or(0);
            let least = least(place, mask, (pattern ^ turned) & mask, kind.bits());
            found.extend(least.and_then(|place| i128::try_from(place).ok()).map(|place| place + low));
        }
    }
    nice.extend(found);
    (nice.into_iter().filter_map(|n| number(kind, n)).collect(), is_cut)
}

/// Combinations of the bits that are asked for, which bits these are, and whether some are left out.
fn patterns(kind: TagType, asks: &[&Ask]) -> (Vec<u128>, u128, bool) {
    let mut bits: Vec<u32> =
        asks.iter().filter_map(|ask| if let Ask::Bit(bit) = ask { Some(*bit) } else { None }).collect();
    bits.retain(|bit| *bit < kind.bits());
    bits.sort_unstable();
    bits.dedup();
    let one = |bit: &u32| 1u128 << bit;
    let mask: u128 = bits.iter().map(one).sum();
    if bits.len() <= BITS_MAX {
        let combination = |chosen: u32| {
            bits.iter().enumerate().filter(|(place, _)| chosen >> place & 1 == 1).map(|(_, bit)| one(bit)).sum()
        };
        let mut all: Vec<u128> = (0..1u32 << bits.len()).map(combination).collect();
        all.sort_by_key(|pattern| pattern.count_ones());
        return (all, mask, false);
    }
    let singles = bits.iter().map(one);
    let pairs = bits.iter().flat_map(|a| bits.iter().filter(move |b| a < b).map(move |b| 1u128 << a | 1 << b));
    let all =
        std::iter::once(0).chain(singles).chain(pairs).chain(bits.iter().map(|bit| mask & !one(bit))).chain([mask]);
    (all.collect(), mask, true)
}

/// The least number from `from` on whose bits under `mask` are `pattern`.
fn least(from: u128, mask: u128, pattern: u128, bits: u32) -> Option<u128> {
    if from & mask == pattern {
        return Some(from);
    }
    // It is `from` down to some bit, which becomes 1, and as small as may be below.
    (0..bits).find_map(|bit| {
        let here = 1u128 << bit;
        let may_rise = from & here == 0 && (mask & here == 0 || pattern & here != 0);
        let above = !(here | (here - 1));
        let is_same_above = (from ^ pattern) & mask & above == 0;
        (may_rise && is_same_above).then_some(from & above | here | pattern & (here - 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::expression::Known;
    use proptest::prelude::*;

    fn shape(kind: TagType) -> Shape {
        Shape { kind, scaling: None, text_bytes: 8 }
    }

    #[test]
    fn edge_06_the_least_number_with_these_bits() {
        for (mask, bits) in [(0b0110_u128, 4), (0b1001, 4), (0, 4), (0b1111, 4), (0b0100, 5)] {
            for from in 0..1u128 << bits {
                for pattern in (0..1u128 << bits).filter(|p| p & !mask == 0) {
                    let expect = (from..1 << bits).find(|n| n & mask == pattern);
                    assert_eq!(least(from, mask, pattern, bits), expect, "{from:b} {mask:b} {pattern:b}");
                }
            }
        }
    }

    fn ask() -> impl Strategy<Value = Ask> {
        let small = || -40i64..300;
        prop_oneof![
            prop::collection::vec(small().prop_map(Literal::Int), 1..3).prop_map(Ask::In),
            small().prop_map(|n| Ask::Above(n as f64 + 0.5)),
            small().prop_map(|n| Ask::Below(n as f64)),
            (0u32..16).prop_map(Ask::Bit),
        ]
    }

    proptest! {
        /// Whatever a register can answer to all questions at once, one of the values answers so too.
        #[test]
        fn edge_06_no_answer_is_left_out(
            asks in prop::collection::vec(ask(), 0..5), is_signed in any::<bool>(), raw in any::<u16>(),
        ) {
            let kind = if is_signed { TagType::I16 } else { TagType::U16 };
            let asks: Vec<&Ask> = asks.iter().collect();
            let value = if is_signed { Value::Int(raw.cast_signed().into()) } else { Value::Uint(raw.into()) };
            let answers = |value: Value| -> Vec<bool> {
                asks.iter().map(|ask| ask.holds(Known { value, unchanged: 0 })).collect()
            };
            let found = values(shape(kind), &asks);
            prop_assert!(!found.is_cut);
            prop_assert!(found.list.iter().any(|v| answers(*v) == answers(value)), "{value} {:?}", found.list);
        }

        /// The same for a scaled register and for a float.
        #[test]
        fn edge_06_no_answer_of_a_measurement_is_left_out(
            asks in prop::collection::vec(ask(), 0..4), raw in -3_000i16..3_000,
        ) {
            let asks: Vec<&Ask> = asks.iter().filter(|ask| !matches!(ask, Ask::Bit(_))).collect();
            let scaling = Some(Scaling { scale: 0.1, offset: -4.0 });
            for shape in [Shape { scaling, ..shape(TagType::I16) }, Shape { scaling, ..shape(TagType::F64) }] {
                let value = measured(Value::Float(raw.into()), scaling).unwrap();
                let answers = |value: Value| -> Vec<bool> {
                    asks.iter().map(|ask| ask.holds(Known { value, unchanged: 0 })).collect()
                };
                let found = values(shape, &asks);
                prop_assert!(found.list.iter().any(|v| answers(*v) == answers(value)), "{value} {:?}", found.list);
            }
        }
    }

    #[test]
    fn edge_06_texts_that_are_asked_for_and_others() {
        let asked = |text: &str| Ask::In(vec![Literal::Text(Text::new(text.as_bytes()).unwrap())]);
        let found = values(shape(TagType::String), &[&asked("RUN"), &asked("0"), &asked("longer than eight")]);
        let texts: Vec<_> = found.list.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["RUN", "0", "1", "2"]);
    }
}
