//! A tag's kept values as a few bytes: times as changes of their distance, whole numbers as differences, measurements
//! as whole numbers where a decimal fraction says them exactly and as bytes of like weight beside each other where
//! not; then zstd, where that is shorter. Pure. What cannot be read is an error, never a wrong value.

use crate::driver::{Text, Value};

/// More values are never in one chunk; a torn length must not take the memory of the box.
pub(super) const POINTS_MAX: usize = 1 << 20;
const BYTES_MAX: usize = 64 << 20;
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
const LEVEL: i32 = 3;
/// Decimal places that are tried.
const PLACES_MAX: u8 = 6;
/// Whole numbers beyond this are none of a float.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// What a tag was from a moment on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Milliseconds since 1970 UTC.
    pub at: i64,
    /// `None`: it was not seen.
    pub value: Option<Value>,
}

/// The bytes are not what [`Encoder`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a chunk of kept values cannot be read")]
pub(super) struct Torn;

pub(super) struct Encoder(zstd::bulk::Compressor<'static>);
pub(super) struct Decoder(zstd::bulk::Decompressor<'static>);

impl Encoder {
    pub(super) fn new() -> std::io::Result<Self> {
        zstd::bulk::Compressor::new(LEVEL).map(Self)
    }

    /// `points` in order of time; `base` is a time near them that is known when they are read.
    pub(super) fn encode(&mut self, base: i64, points: &[Point]) -> Vec<u8> {
        let mut plain = vec![PLAIN];
        write(&mut plain, base, points);
        let packed = self.0.compress(plain.get(1..).unwrap_or_default());
        match packed {
            Ok(packed) if packed.len() + 1 < plain.len() => [&[ZSTD], packed.as_slice()].concat(),
            Ok(_) | Err(_) => plain,
        }
    }
}

impl Decoder {
    pub(super) fn new() -> std::io::Result<Self> {
        zstd::bulk::Decompressor::new().map(Self)
    }

    pub(super) fn decode(&mut self, base: i64, bytes: &[u8]) -> Result<Vec<Point>, Torn> {
        match bytes.split_first() {
            Some((&PLAIN, plain)) => read(base, plain),
            Some((&ZSTD, packed)) => {
                let size = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten().ok_or(Torn)?;
                let size = usize::try_from(size).ok().filter(|size| *size <= BYTES_MAX).ok_or(Torn)?;
                read(base, &self.0.decompress(packed, size).map_err(|_| Torn)?)
            }
            _ => Err(Torn),
        }
    }
}

/// How the values of a chunk are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mixed,
    Bool,
    Int,
    Uint,
    /// Whole numbers divided by a power of ten.
    Divided(u8),
    /// Whole numbers multiplied by one, as a scale like 0.1 does.
    Multiplied(u8),
    F32,
    F64,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Mixed => 0,
            Self::Bool => 1,
            Self::Int => 2,
            Self::Uint => 3,
            Self::F32 => 4,
            Self::F64 => 5,
            Self::Divided(places) => 16 + places,
            Self::Multiplied(places) => 32 + places,
        }
    }

    fn of_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Mixed,
            1 => Self::Bool,
            2 => Self::Int,
            3 => Self::Uint,
            4 => Self::F32,
            5 => Self::F64,
            16..=31 => Self::Divided(code - 16),
            32..=47 => Self::Multiplied(code - 32),
            _ => return None,
        })
    }

    fn of(values: &[Value]) -> Self {
        let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(is);
        if all(|v| matches!(v, Value::Bool(_))) {
            return Self::Bool;
        }
        if all(|v| matches!(v, Value::Int(_))) {
            return Self::Int;
        }
        if all(|v| matches!(v, Value::Uint(_))) {
            return Self::Uint;
        }
        if !all(|v| matches!(v, Value::Float(_))) {
            return Self::Mixed;
        }
        let is_whole = |kind: &Self| values.iter().all(|v| kind.whole(v.as_f64()).is_some());
        let decimal = (0..=PLACES_MAX).flat_map(|places| [Self::Divided(places), Self::Multiplied(places)]);
        let is_single = |f: f64| f64::from(f as f32).to_bits() == f.to_bits();
        let binary = if values.iter().all(|v| is_single(v.as_f64())) { Self::F32 } else { Self::F64 };
        decimal.into_iter().find(is_whole).unwrap_or(binary)
    }

    /// The whole number that stands for this float and gives every bit of it back.
    fn whole(self, float: f64) -> Option<i64> {
        let places = match self {
            Self::Divided(places) | Self::Multiplied(places) => places,
            _ => return None,
        };
        let whole = (float * 10f64.powi(places.into())).round();
        let whole = (whole.abs() < WHOLE_MAX).then_some(whole as i64)?;
        (self.float(whole).to_bits() == float.to_bits()).then_some(whole)
    }

    fn float(self, whole: i64) -> f64 {
        match self {
            Self::Multiplied(places) => whole as f64 * TENTHS.get(usize::from(places)).copied().unwrap_or(f64::NAN),
            Self::Divided(places) => whole as f64 / 10f64.powi(places.into()),
            _ => f64::NAN,
        }
    }
}

/// As they are written in a configuration.
const TENTHS: [f64; 7] = [1.0, 0.1, 0.01, 0.001, 0.000_1, 0.000_01, 0.000_001];

fn write(out: &mut Vec<u8>, base: i64, points: &[Point]) {
    number(out, points.len() as u64);
    let (mut before, mut distance) = (base, 0i64);
    for point in points {
        let step = point.at.wrapping_sub(before);
        signed(out, step.wrapping_sub(distance));
        (before, distance) = (point.at, step);
    }
    let gaps: Vec<usize> = points.iter().enumerate().filter(|(_, p)| p.value.is_none()).map(|(i, _)| i).collect();
    number(out, gaps.len() as u64);
    let mut last = 0;
    for gap in gaps {
        number(out, (gap - last) as u64);
        last = gap;
    }
    let values: Vec<Value> = points.iter().filter_map(|point| point.value).collect();
    let kind = Kind::of(&values);
    out.push(kind.code());
    write_values(out, kind, &values);
}

fn write_values(out: &mut Vec<u8>, kind: Kind, values: &[Value]) {
    let mut before = 0i64;
    let mut difference = |out: &mut Vec<u8>, whole: i64| {
        signed(out, whole.wrapping_sub(before));
        before = whole;
    };
    match kind {
        Kind::Bool => values.chunks(8).for_each(|eight| {
            let bits = eight.iter().rev().fold(0, |bits, value| bits << 1 | u8::from(*value == Value::Bool(true)));
            out.push(bits);
        }),
        Kind::Int | Kind::Uint => values.iter().for_each(|value| {
            // All 64 bits of a whole number are its count.
            difference(out, value.as_count(64).unwrap_or_default().cast_signed());
        }),
        Kind::Divided(_) | Kind::Multiplied(_) => {
            values.iter().for_each(|value| difference(out, kind.whole(value.as_f64()).unwrap_or_default()));
        }
        Kind::F32 => {
            planes(out, &xored(values.iter().map(|v| u64::from((v.as_f64() as f32).to_bits()))), 4);
        }
        Kind::F64 => planes(out, &xored(values.iter().map(|v| v.as_f64().to_bits())), 8),
        Kind::Mixed => values.iter().for_each(|value| one(out, value)),
    }
}

fn xored(bits: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut before = 0;
    bits.map(|bits| bits ^ std::mem::replace(&mut before, bits)).collect()
}

/// The first byte of each, then the second of each: what is alike comes together.
fn planes(out: &mut Vec<u8>, bits: &[u64], bytes: u32) {
    for byte in (0..bytes).rev() {
        out.extend(bits.iter().map(|bits| (bits >> (8 * byte)) as u8));
    }
}

fn one(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Bool(b) => out.extend([0, u8::from(*b)]),
        Value::Int(i) => {
            out.push(1);
            signed(out, *i);
        }
        Value::Uint(u) => {
            out.push(2);
            number(out, *u);
        }
        Value::Float(f) => {
            out.push(3);
            out.extend(f.to_bits().to_le_bytes());
        }
        Value::Text(text) => {
            let bytes = text.bytes();
            out.push(4);
            number(out, bytes.len() as u64);
            out.extend(bytes);
        }
    }
}

fn number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Small numbers of both signs are short.
fn signed(out: &mut Vec<u8>, n: i64) {
    number(out, (n << 1 ^ n >> 63).cast_unsigned());
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> Result<u8, Torn> {
        let (first, rest) = self.0.split_first().ok_or(Torn)?;
        self.0 = rest;
        Ok(*first)
    }

    fn take(&mut self, n: usize) -> Result<&[u8], Torn> {
        let (taken, rest) = self.0.split_at_checked(n).ok_or(Torn)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, Torn> {
        let mut n = 0u64;
        for place in 0..10 {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return Ok(n);
            }
        }
        Err(Torn)
    }

    fn signed(&mut self) -> Result<i64, Torn> {
        let n = self.number()?;
        Ok((n >> 1).cast_signed() ^ -((n & 1).cast_signed()))
    }

    /// A number of things of which each takes some place.
    fn count(&mut self, most: usize) -> Result<usize, Torn> {
        usize::try_from(self.number()?).ok().filter(|n| *n <= most).ok_or(Torn)
    }

    fn planes(&mut self, count: usize, bytes: usize) -> Result<Vec<u64>, Torn> {
        let mut all = vec![0u64; count];
        for _ in 0..bytes {
            all.iter_mut().zip(self.take(count)?).for_each(|(bits, byte)| *bits = *bits << 8 | u64::from(*byte));
        }
        let mut before = 0;
        for bits in &mut all {
            *bits ^= before;
            before = *bits;
        }
        Ok(all)
    }

    fn one(&mut self) -> Result<Value, Torn> {
        Ok(match self.byte()? {
            0 => Value::Bool(self.byte()? == 1),
            1 => Value::Int(self.signed()?),
            2 => Value::Uint(self.number()?),
            3 => {
                let bytes = self.take(8)?.try_into().map_err(|_| Torn)?;
                Value::Float(f64::from_bits(u64::from_le_bytes(bytes)))
            }
            4 => {
                let length = self.count(Text::BYTES_MAX.into())?;
                Value::Text(Text::new(self.take(length)?).ok_or(Torn)?)
            }
            _ => return Err(Torn),
        })
    }

    fn values(&mut self, kind: Kind, count: usize) -> Result<Vec<Value>, Torn> {
        let mut before = 0i64;
        let mut whole = |bytes: &mut Self| {
            before = before.wrapping_add(bytes.signed()?);
            Ok(before)
        };
        match kind {
            Kind::Mixed => (0..count).map(|_| self.one()).collect(),
            Kind::Bool => {
                let bits = self.take(count.div_ceil(8))?;
                let bit = |i: usize| bits.get(i / 8).is_some_and(|byte| byte >> (i % 8) & 1 == 1);
                Ok((0..count).map(|i| Value::Bool(bit(i))).collect())
            }
            Kind::Int => (0..count).map(|_| Ok(Value::Int(whole(self)?))).collect(),
            Kind::Uint => (0..count).map(|_| Ok(Value::Uint(whole(self)?.cast_unsigned()))).collect(),
            Kind::Divided(_) | Kind::Multiplied(_) => {
                (0..count).map(|_| Ok(Value::Float(kind.float(whole(self)?)))).collect()
            }
            Kind::F32 => {
                let bits = self.planes(count, 4)?;
                Ok(bits.into_iter().map(|b| Value::Float(f32::from_bits(b as u32).into())).collect())
            }
            Kind::F64 => {
                Ok(self.planes(count, 8)?.into_iter().map(|bits| Value::Float(f64::from_bits(bits))).collect())
            }
        }
    }
}

fn read(base: i64, bytes: &[u8]) -> Result<Vec<Point>, Torn> {
    let mut bytes = Bytes(bytes);
    let count = bytes.count(POINTS_MAX)?;
    let (mut at, mut distance) = (base, 0i64);
    let mut points = Vec::with_capacity(count.min(bytes.0.len()));
    for _ in 0..count {
        distance = distance.wrapping_add(bytes.signed()?);
        at = at.wrapping_add(distance);
        points.push(Point { at, value: None });
    }
    let gaps = bytes.count(count)?;
    let (mut is_gap, mut place) = (vec![false; count], 0usize);
    for _ in 0..gaps {
        place = place.checked_add(bytes.count(count)?).ok_or(Torn)?;
        *is_gap.get_mut(place).ok_or(Torn)? = true;
    }
    let kind = Kind::of_code(bytes.byte()?).ok_or(Torn)?;
    let values = bytes.values(kind, count.checked_sub(gaps).ok_or(Torn)?)?;
    let mut values = values.into_iter();
    for (point, _) in points.iter_mut().zip(is_gap).filter(|(_, is_gap)| !is_gap) {
        point.value = Some(values.next().ok_or(Torn)?);
    }
    if values.next().is_some() || !bytes.0.is_empty() {
        return Err(Torn);
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BASE: i64 = 1_795_339_200_000;

    fn encoded(points: &[Point]) -> Vec<u8> {
        Encoder::new().unwrap().encode(BASE, points)
    }

    fn decoded(bytes: &[u8]) -> Result<Vec<Point>, Torn> {
        Decoder::new().unwrap().decode(BASE, bytes)
    }

    /// Equal to the last bit, also where floats are not equal to themselves.
    fn bits(points: &[Point]) -> Vec<(i64, String)> {
        let value = |value: Value| match value {
            Value::Float(f) => format!("{:x}", f.to_bits()),
            other => format!("{other:?}"),
        };
        points.iter().map(|p| (p.at, p.value.map_or_else(String::new, value))).collect()
    }

    fn of(kind: u8) -> BoxedStrategy<Value> {
        match kind {
            0 => any::<bool>().prop_map(Value::Bool).boxed(),
            1 => any::<i64>().prop_map(Value::Int).boxed(),
            2 => any::<u64>().prop_map(Value::Uint).boxed(),
            3 => any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))).boxed(),
            4 => any::<f32>().prop_map(|f| Value::Float(f.into())).boxed(),
            5 => any::<i16>().prop_map(|raw| Value::Float(f64::from(raw) * 0.1)).boxed(),
            6 => any::<i32>().prop_map(|raw| Value::Float(f64::from(raw) / 1_000.0)).boxed(),
            _ => prop::collection::vec(33u8.., 0..=32).prop_map(|b| Value::Text(Text::new(&b).unwrap())).boxed(),
        }
    }

    /// Mostly of one kind, as tags are, sometimes of two.
    fn points() -> impl Strategy<Value = Vec<Point>> {
        (0u8..8, 0u8..8, any::<bool>()).prop_flat_map(|(kind, other, is_mixed)| {
            let value = if is_mixed { prop_oneof![of(kind), of(other)].boxed() } else { of(kind) };
            let point = (0i64..100_000, prop::option::weighted(0.9, value));
            prop::collection::vec(point, 0..80).prop_map(|list| {
                let mut at = BASE - 500;
                list.into_iter()
                    .map(|(step, value)| {
                        at += step;
                        Point { at, value }
                    })
                    .collect()
            })
        })
    }

    proptest! {
        #[test]
        fn edge_12_kept_values_come_back_as_they_were(points in points()) {
            prop_assert_eq!(bits(&decoded(&encoded(&points)).unwrap()), bits(&points));
        }

        #[test]
        fn edge_12_torn_bytes_are_an_error_or_harmless(
            points in points(), cut in any::<prop::sample::Index>(), noise in any::<(prop::sample::Index, u8)>(),
        ) {
            let bytes = encoded(&points);
            prop_assert_eq!(decoded(&bytes[..cut.index(bytes.len())]), Err(Torn));
            let mut bent = bytes;
            let place = noise.0.index(bent.len());
            bent[place] ^= noise.1;
            drop(decoded(&bent));
            drop(decoded(&[&[PLAIN], &bent[..]].concat()));
        }
    }

    #[test]
    fn edge_12_a_torn_length_takes_no_memory() {
        for bytes in [&[PLAIN, 0xff, 0xff, 0xff, 0xff, 0x0f][..], &[], &[9, 0], &[PLAIN]] {
            assert_eq!(decoded(bytes), Err(Torn));
        }
    }

    #[test]
    fn edge_12_measurements_of_a_scaled_tag_take_two_bytes_a_value() {
        // Tenths around 215.0, read about once a second.
        let noise = [3, -2, 5, 0, -7, 1, 4, -4, 2, -1, 6, -3];
        let point = |n: i64| {
            let raw = 2_150 + noise[n as usize % noise.len()];
            Point { at: BASE + n * 1_000 + n % 2, value: Some(Value::Float(raw as f64 * 0.1)) }
        };
        let points: Vec<_> = (0..60).map(point).collect();
        let bytes = encoded(&points);
        assert!(bytes.len() <= 130, "{}", bytes.len());
        assert_eq!(decoded(&bytes).unwrap(), points);
    }
}
