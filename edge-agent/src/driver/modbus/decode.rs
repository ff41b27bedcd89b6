//! Registers to values. Pure and total: whatever a device sends, the answer is a value or `None`.
//!
//! A request's tags are sorted once into runs of one layout. An answer is compared with the one before, and
//! only what changed is decoded, a run at a time: nothing is allocated or looked up by tag.

use std::ops::Range;

use super::plan::{Item, Request};
use crate::config::{RegisterOrder, Scaling, TagType};
use crate::driver::reading::measured;
use crate::driver::{Quality, Reading, TagIndex, Text, Value};

/// How one value lies in its registers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub kind: TagType,
    pub order: RegisterOrder,
    /// One bit of a register; only for bool.
    pub bit: Option<u8>,
    pub scaling: Option<Scaling>,
}

/// Makes readings from the answers to one request.
pub struct Decoder {
    runs: Box<[Run]>,
    cells: Box<[Cell]>,
    tags: Box<[Range<u32>]>,
    /// The answer before; empty when the next one is all new.
    words: Vec<u16>,
    bits: Vec<bool>,
}

/// Cells of one layout and width.
struct Run {
    layout: Layout,
    width: usize,
    cells: Range<usize>,
}

#[derive(Clone, Copy)]
struct Cell {
    tag: TagIndex,
    place: u16,
}

impl Decoder {
    #[must_use]
    pub fn new(request: &Request) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        let mut cells = Vec::with_capacity(request.items.len());
        for item in &request.items {
            let (layout, width, end) = (item.layout, usize::from(item.width), cells.len() + 1);
            match runs.last_mut() {
                Some(run) if run.layout == layout && run.width == width => run.cells.end = end,
                _ => runs.push(Run { layout, width, cells: cells.len()..end }),
            }
            cells.push(Cell { tag: item.tag, place: item.place });
        }
        let tags = ranges(request.items.iter().map(|item| item.tag.0).collect());
        Self { runs: runs.into(), cells: cells.into(), tags, words: Vec::new(), bits: Vec::new() }
    }

    /// The request's tags.
    #[must_use]
    pub fn tags(&self) -> &[Range<u32>] {
        &self.tags
    }

    /// What an answer means, as the request had it.
    pub fn items(&self) -> impl Iterator<Item = Item> + '_ {
        self.runs.iter().flat_map(|run| {
            let cells = self.cells.get(run.cells.clone()).unwrap_or_default().iter();
            // It was one.
            let width = run.width as u16;
            cells.map(move |cell| Item { tag: cell.tag, place: cell.place, width, layout: run.layout })
        })
    }

    /// The next answer is all new, because somebody marked the tags.
    pub fn forget(&mut self) {
        self.words.clear();
        self.bits.clear();
    }

    /// Appends the readings of tags whose registers changed.
    pub fn words(&mut self, words: Vec<u16>, at: i64, changed: &mut Vec<Reading>) {
        if self.words == words && !words.is_empty() {
            return;
        }
        let before = std::mem::replace(&mut self.words, words);
        for run in &self.runs {
            let cells = self.cells.get(run.cells.clone()).unwrap_or_default();
            run.words(Answer { cells, words: &self.words, before: &before, at, changed });
        }
    }

    /// As [`Decoder::words`], for coils and discrete inputs.
    pub fn bits(&mut self, bits: Vec<bool>, at: i64, changed: &mut Vec<Reading>) {
        if self.bits == bits && !bits.is_empty() {
            return;
        }
        let before = std::mem::replace(&mut self.bits, bits);
        for cell in &self.cells {
            let place = usize::from(cell.place);
            let on = self.bits.get(place);
            if on != before.get(place) || on.is_none() {
                changed.push(cell.reading(on.map(|on| Value::Bool(*on)), at));
            }
        }
    }
}

impl Cell {
    fn reading(self, value: Option<Value>, at: i64) -> Reading {
        let quality = if value.is_some() { Quality::Good } else { Quality::Bad };
        Reading { tag: self.tag, value: value.unwrap_or(Value::Int(0)), quality, at }
    }
}

/// What a run is made from and where it goes.
struct Answer<'a> {
    cells: &'a [Cell],
    words: &'a [u16],
    before: &'a [u16],
    at: i64,
    changed: &'a mut Vec<Reading>,
}

impl Run {
    fn words(&self, answer: Answer<'_>) {
        let Layout { order, bit, .. } = self.layout;
        match self.layout.kind {
            TagType::Bool => match bit {
                Some(bit) => self.each(answer, |w| Some(Value::Bool(one(w, order) >> (bit & 15) & 1 == 1))),
                None => self.each(answer, |w| Some(Value::Bool(one(w, order) != 0))),
            },
            TagType::U16 => self.each(answer, |w| Some(Value::Uint(one(w, order).into()))),
            TagType::I16 => self.each(answer, |w| Some(Value::Int(one(w, order).cast_signed().into()))),
            TagType::U32 => self.each(answer, |w| Some(Value::Uint(two(w, order).into()))),
            TagType::I32 => self.each(answer, |w| Some(Value::Int(two(w, order).cast_signed().into()))),
            TagType::U64 => self.each(answer, |w| Some(Value::Uint(joined(w, order)))),
            TagType::I64 => self.each(answer, |w| Some(Value::Int(joined(w, order).cast_signed()))),
            TagType::F32 => self.each(answer, |w| Some(Value::Float(f32::from_bits(two(w, order)).into()))),
            TagType::F64 => self.each(answer, |w| Some(Value::Float(f64::from_bits(joined(w, order))))),
            TagType::Bcd16 | TagType::Bcd32 => self.each(answer, |w| digits(w, order).map(Value::Uint)),
            TagType::String => self.each(answer, |w| text(w, order).map(Value::Text)),
        }
    }

    /// One loop for each way of decoding.
    #[inline]
    fn each(&self, answer: Answer<'_>, decode: impl Fn(&[u16]) -> Option<Value>) {
        let Answer { cells, words, before, at, changed } = answer;
        for cell in cells {
            let span = usize::from(cell.place)..usize::from(cell.place) + self.width;
            let now = words.get(span.clone());
            if now.is_some() && now == before.get(span) {
                continue;
            }
            let value = now.and_then(&decode).and_then(|value| measured(value, self.layout.scaling));
            changed.push(cell.reading(value, at));
        }
    }
}

/// The words with the highest first and their bytes in order.
fn ordered(words: &[u16], order: RegisterOrder) -> impl Iterator<Item = u16> + '_ {
    let last = words.len().wrapping_sub(1);
    (0..words.len()).filter_map(move |i| {
        let word = words.get(if order.low_word_first { last - i } else { i })?;
        Some(if order.low_byte_first { word.swap_bytes() } else { *word })
    })
}

fn joined(words: &[u16], order: RegisterOrder) -> u64 {
    ordered(words, order).fold(0, |raw, word| raw << 16 | u64::from(word))
}

fn one(words: &[u16], order: RegisterOrder) -> u16 {
    joined(words, order) as u16
}

fn two(words: &[u16], order: RegisterOrder) -> u32 {
    joined(words, order) as u32
}

/// Decimal digits of four bits each; `None` when one of them is none.
fn digits(words: &[u16], order: RegisterOrder) -> Option<u64> {
    let raw = joined(words, order);
    (0..4 * words.len()).rev().try_fold(0, |number, place| {
        let digit = raw >> (4 * place) & 15;
        (digit <= 9).then_some(number * 10 + digit)
    })
}

/// Two characters a register, the first in the high byte.
fn text(words: &[u16], order: RegisterOrder) -> Option<Text> {
    let mut bytes = [0; Text::BYTES_MAX as usize];
    let mut len = 0;
    for word in ordered(words, order) {
        bytes.get_mut(len..len + 2)?.copy_from_slice(&word.to_be_bytes());
        len += 2;
    }
    Text::new(bytes.get(..len)?)
}

/// Tags as ranges of neighbours.
fn ranges(mut tags: Vec<u32>) -> Box<[Range<u32>]> {
    tags.sort_unstable();
    let mut ranges: Vec<Range<u32>> = Vec::new();
    for tag in tags {
        match ranges.last_mut() {
            Some(range) if range.end == tag => range.end = tag + 1,
            _ => ranges.push(tag..tag + 1),
        }
    }
    ranges.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RegisterTable;
    use crate::driver::modbus::plan::Item;

    const BIG: RegisterOrder = RegisterOrder { low_word_first: false, low_byte_first: false };
    const WORDS: RegisterOrder = RegisterOrder { low_word_first: true, low_byte_first: false };
    const BYTES: RegisterOrder = RegisterOrder { low_word_first: false, low_byte_first: true };
    const BOTH: RegisterOrder = RegisterOrder { low_word_first: true, low_byte_first: true };

    fn layout(kind: TagType, order: RegisterOrder) -> Layout {
        Layout { kind, order, bit: None, scaling: None }
    }

    fn decoder(items: &[(u32, u16, u16, Layout)]) -> Decoder {
        let items = items.iter().map(|(tag, place, width, layout)| Item {
            tag: TagIndex(*tag),
            place: *place,
            width: *width,
            layout: *layout,
        });
        let items: Vec<_> = items.collect();
        let count = items.iter().map(|item| item.place + item.width).max().unwrap_or(0);
        Decoder::new(&Request { unit: 1, table: RegisterTable::Holding, address: 0, count, period_ms: 50, items })
    }

    /// The value of a tag that takes `width` registers of an answer.
    fn value(words: &[u16], width: u16, layout: Layout) -> Option<Value> {
        let mut changed = Vec::new();
        decoder(&[(0, 0, width, layout)]).words(words.to_vec(), 7, &mut changed);
        let reading = changed.first().expect("the first answer is all new");
        (reading.quality == Quality::Good).then_some(reading.value)
    }

    #[test]
    fn edge_02_every_type_and_order() {
        let check = |words: &[u16], kind, order, expect| {
            let found = value(words, words.len() as u16, layout(kind, order));
            assert_eq!(found, Some(expect), "{words:x?} {kind:?} {order:?}");
        };
        check(&[0x1234], TagType::U16, BIG, Value::Uint(0x1234));
        check(&[0x1234], TagType::U16, BYTES, Value::Uint(0x3412));
        check(&[0xffff], TagType::I16, BIG, Value::Int(-1));
        check(&[0x1234, 0x5678], TagType::U32, BIG, Value::Uint(0x1234_5678));
        check(&[0x1234, 0x5678], TagType::U32, WORDS, Value::Uint(0x5678_1234));
        check(&[0x1234, 0x5678], TagType::U32, BYTES, Value::Uint(0x3412_7856));
        check(&[0x1234, 0x5678], TagType::U32, BOTH, Value::Uint(0x7856_3412));
        check(&[0xffff, 0xfffe], TagType::I32, BIG, Value::Int(-2));
        // 2^53 + 1 does not survive a float.
        check(&[0x0020, 0, 0, 1], TagType::U64, BIG, Value::Uint(9_007_199_254_740_993));
        check(&[1, 0, 0, 0x0020], TagType::U64, WORDS, Value::Uint(9_007_199_254_740_993));
        check(&[0xffff; 4], TagType::U64, BIG, Value::Uint(u64::MAX));
        check(&[0x8000, 0, 0, 0], TagType::I64, BIG, Value::Int(i64::MIN));
        check(&[0x4148, 0], TagType::F32, BIG, Value::Float(12.5));
        check(&[0, 0x4148], TagType::F32, WORDS, Value::Float(12.5));
        check(&[0x4029, 0, 0, 0], TagType::F64, BIG, Value::Float(12.5));
        check(&[0], TagType::Bool, BIG, Value::Bool(false));
        check(&[8], TagType::Bool, BIG, Value::Bool(true));
        check(&[0x9876], TagType::Bcd16, BIG, Value::Uint(9_876));
        check(&[0x7698], TagType::Bcd16, BYTES, Value::Uint(9_876));
        check(&[0x1234, 0x5678], TagType::Bcd32, BIG, Value::Uint(12_345_678));
        check(&[0x5678, 0x1234], TagType::Bcd32, WORDS, Value::Uint(12_345_678));
        let text = |text: &str| Value::Text(Text::new(text.as_bytes()).unwrap());
        check(&[0x4142, 0x4320, 0x2000], TagType::String, BIG, text("ABC"));
        check(&[0x4241, 0x0043], TagType::String, BYTES, text("ABC"));
        check(&[0x4300, 0x4142], TagType::String, WORDS, text("ABC"));
    }

    #[test]
    fn edge_02_bits_and_scaling() {
        let bit = |n| Layout { bit: Some(n), ..layout(TagType::Bool, BIG) };
        assert_eq!(value(&[0b1000], 1, bit(3)), Some(Value::Bool(true)));
        assert_eq!(value(&[0b1000], 1, bit(2)), Some(Value::Bool(false)));
        assert_eq!(value(&[0x8000], 1, bit(15)), Some(Value::Bool(true)));
        let scaling = Some(Scaling { scale: 0.1, offset: -40.0 });
        assert_eq!(value(&[650], 1, Layout { scaling, ..layout(TagType::U16, BIG) }), Some(Value::Float(25.0)));
        assert_eq!(value(&[0x0650], 1, Layout { scaling, ..layout(TagType::Bcd16, BIG) }), Some(Value::Float(25.0)));
    }

    #[test]
    fn edge_14_too_few_registers_nan_and_digits_above_nine_are_no_value() {
        assert_eq!(value(&[], 1, layout(TagType::U16, BIG)), None);
        assert_eq!(value(&[1, 2, 3], 4, layout(TagType::U64, BIG)), None);
        assert_eq!(value(&[0x7fc0, 0], 2, layout(TagType::F32, BIG)), None);
        assert_eq!(value(&[0x7f80, 0], 2, layout(TagType::F32, BIG)), None);
        for place in 0..4 {
            assert_eq!(value(&[0x000a << (4 * place)], 1, layout(TagType::Bcd16, BIG)), None);
        }
        assert_eq!(value(&[0x1234, 0xf678], 2, layout(TagType::Bcd32, BIG)), None);
    }

    #[test]
    fn edge_12_only_what_changed_is_handed_on() {
        let (u16s, u32s) = (layout(TagType::U16, BIG), layout(TagType::U32, BIG));
        let mut decoder = decoder(&[(4, 0, 1, u16s), (5, 1, 1, u16s), (2, 2, 2, u32s), (9, 2, 1, u16s)]);
        assert_eq!(decoder.tags(), [2..3, 4..6, 9..10]);
        let take = |decoder: &mut Decoder, words: [u16; 4]| {
            let mut changed = Vec::new();
            decoder.words(words.to_vec(), 1, &mut changed);
            changed.iter().map(|r| r.tag.0).collect::<Vec<_>>()
        };
        assert_eq!(take(&mut decoder, [0, 0, 0, 0]), [4, 5, 2, 9]);
        assert!(take(&mut decoder, [0, 0, 0, 0]).is_empty());
        assert_eq!(take(&mut decoder, [0, 0, 0, 1]), [2]);
        assert_eq!(take(&mut decoder, [7, 0, 1, 1]), [4, 2, 9]);
        // Somebody marked the tags bad: they are all told again.
        decoder.forget();
        assert_eq!(take(&mut decoder, [7, 0, 1, 1]), [4, 5, 2, 9]);
    }

    #[test]
    fn edge_02_bits_of_an_answer() {
        let bool_at = layout(TagType::Bool, BIG);
        let mut decoder = decoder(&[(0, 0, 1, bool_at), (1, 9, 1, bool_at)]);
        let mut answer = vec![false; 16];
        let mut changed = Vec::new();
        decoder.bits(answer.clone(), 1, &mut changed);
        assert_eq!(changed.len(), 2);
        changed.clear();
        (answer[9], answer[12]) = (true, true);
        decoder.bits(answer, 2, &mut changed);
        let expect = Reading { tag: TagIndex(1), value: Value::Bool(true), quality: Quality::Good, at: 2 };
        assert_eq!(changed, [expect]);
    }

    /// Any answer to any question: a value that is Good has all its words, and lies within its type.
    #[test]
    fn fuzz_answers() {
        use crate::driver::tests::{fits, type_of};
        bolero::check!().with_iterations(20_000).with_type::<(u8, u8, bool, bool, Vec<u16>)>().for_each(
            |(kind, width, low_word_first, low_byte_first, words)| {
                let kind = type_of(*kind);
                let width = if kind == TagType::String { u16::from(*width) % 16 + 1 } else { kind.registers() };
                let order = RegisterOrder { low_word_first: *low_word_first, low_byte_first: *low_byte_first };
                let Some(value) = value(words, width, layout(kind, order)) else { return };
                assert!(words.len() >= usize::from(width), "a value from a part of it: {words:x?}");
                assert!(fits(value, kind), "{kind:?} {words:x?}");
            },
        );
    }
}
