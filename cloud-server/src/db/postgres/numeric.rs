//! PostgreSQL's NUMERIC in its binary form: groups of four decimal digits.

use bytes::{BufMut, BytesMut};
use std::error::Error;

const GROUP: u128 = 10_000;
const NEGATIVE: u16 = 0x4000;

/// Writes `n` millionths, with six places after the point.
pub(super) fn encode(n: i64, out: &mut BytesMut) {
    // Two groups after the point are eight places: two more than a millionth has.
    let mut rest = u128::from(n.unsigned_abs()) * 100;
    let mut groups = Vec::new();
    while rest > 0 {
        groups.push(u16::try_from(rest % GROUP).unwrap_or_default());
        rest /= GROUP;
    }
    let weight = i16::try_from(groups.len()).unwrap_or_default() - 3;
    let trailing = groups.iter().take_while(|g| **g == 0).count();
    out.put_i16(i16::try_from(groups.len() - trailing).unwrap_or_default());
    out.put_i16(weight);
    out.put_u16(if n < 0 { NEGATIVE } else { 0 });
    out.put_i16(6);
    groups.iter().skip(trailing).rev().for_each(|g| out.put_u16(*g));
}

/// A whole number when no places after the point are shown, as for sums of integers; otherwise millionths.
pub(super) fn decode(raw: &[u8]) -> Result<i64, Box<dyn Error + Sync + Send>> {
    let mut words = raw.as_chunks::<2>().0.iter().map(|w| u16::from_be_bytes(*w));
    let mut word = || words.next().ok_or("a number that is cut off");
    let (count, weight, sign, scale) = (word()?, word()?.cast_signed(), word()?, word()?);
    if sign != 0 && sign != NEGATIVE {
        return Err("a number that is none".into());
    }
    // In units of 10^-8; groups that stand further right must be zero.
    let mut sum: i128 = 0;
    for place in 0..i32::from(count) {
        let group = i128::from(word()?);
        let power = i32::from(weight) - place + 2;
        let unit = u32::try_from(power).ok().and_then(|p| 10_000_i128.checked_pow(p));
        match unit {
            Some(unit) => sum = group.checked_mul(unit).and_then(|g| sum.checked_add(g)).ok_or("a number too large")?,
            None if group == 0 => {}
            None if power < 0 => return Err("a number with more than six places after the point".into()),
            None => return Err("a number too large".into()),
        }
    }
    let unit = if scale == 0 { 100_000_000 } else { 100 };
    if sum % unit != 0 {
        return Err("a number with more than six places after the point".into());
    }
    let sum = if sign == NEGATIVE { -sum } else { sum };
    Ok(i64::try_from(sum / unit)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millionths_come_back() {
        let tens = (0..19).map(|p| 10_i64.pow(p));
        let near = tens.flat_map(|t| [t - 1, t, t + 1, 7 * (t / 3)]).flat_map(|n| [n, -n]);
        for n in near.chain([0, i64::MAX, i64::MIN, 12_345_678_901_234]) {
            let mut out = BytesMut::new();
            encode(n, &mut out);
            assert_eq!(decode(&out).unwrap(), n, "{n}: {out:?}");
        }
    }

    #[test]
    fn sums_of_integers_are_whole_and_what_does_not_fit_is_refused() {
        let number = |words: &[u16]| decode(&words.iter().flat_map(|w| w.to_be_bytes()).collect::<Vec<_>>());
        assert_eq!(number(&[2, 1, 0, 0, 12, 3456]).unwrap(), 123_456);
        assert_eq!(number(&[1, 0, 0, 1, 5]).unwrap(), 5_000_000, "numeric(18,1)");
        assert_eq!(number(&[1, 0xffff, NEGATIVE, 2, 5000]).unwrap(), -500_000);
        assert!(number(&[1, 0xfffe, 0, 8, 1]).unwrap_err().to_string().contains("six places"));
        assert!(
            number(&[1, 9, 0, 0, 1]).unwrap_err().to_string().contains("too large")
                || number(&[1, 9, 0, 0, 1]).is_err()
        );
        assert!(number(&[0, 0, 0xc000, 0]).is_err(), "NaN");
        assert!(number(&[2, 0, 0, 0, 1]).unwrap_err().to_string().contains("cut off"));
    }
}
