//! What lies in registers, in every type that fits there. Pure: the decoder is the driver's.

use serde_json::{Map, json};

use crate::commission::table::{Align, table};
use crate::config::{Register, RegisterOrder, RegisterTable, TagType};
use crate::driver::modbus::decode::{Decoder, Layout};
use crate::driver::modbus::plan::{Item, Request};
use crate::driver::modbus::survey::Answer;
use crate::driver::{Quality, TagIndex, Value};

const BIG: RegisterOrder = RegisterOrder { low_word_first: false, low_byte_first: false };
const LITTLE: RegisterOrder = RegisterOrder { low_word_first: true, low_byte_first: false };

/// One way to read what stands from a register on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct View {
    head: &'static str,
    pub(super) kind: TagType,
    order: RegisterOrder,
}

const fn view(head: &'static str, kind: TagType, order: RegisterOrder) -> View {
    View { head, kind, order }
}

/// All of them, in the order of the table's columns.
pub(super) const VIEWS: [View; 18] = [
    view("u16", TagType::U16, BIG),
    view("i16", TagType::I16, BIG),
    view("bcd16", TagType::Bcd16, BIG),
    view("string", TagType::String, BIG),
    view("u32", TagType::U32, BIG),
    view("i32", TagType::I32, BIG),
    view("f32", TagType::F32, BIG),
    view("bcd32", TagType::Bcd32, BIG),
    view("u32 little", TagType::U32, LITTLE),
    view("i32 little", TagType::I32, LITTLE),
    view("f32 little", TagType::F32, LITTLE),
    view("bcd32 little", TagType::Bcd32, LITTLE),
    view("u64", TagType::U64, BIG),
    view("i64", TagType::I64, BIG),
    view("f64", TagType::F64, BIG),
    view("u64 little", TagType::U64, LITTLE),
    view("i64 little", TagType::I64, LITTLE),
    view("f64 little", TagType::F64, LITTLE),
];

/// One address, with what it can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) register: Register,
    pub(super) answer: Answer,
    /// For each of the views; `None` where the type does not fit or has no such value.
    values: Vec<Option<Value>>,
}

/// The lines for answers from a register on.
pub(super) fn lines(from: Register, answers: Vec<Answer>, views: &[View]) -> Vec<Line> {
    let words: Vec<Option<u16>> =
        answers.iter().map(|answer| if let Answer::Word(word) = answer { Some(*word) } else { None }).collect();
    let mut values = vec![vec![None; views.len()]; answers.len()];
    let mut start = 0;
    for run in words.chunk_by(|a, b| a.is_some() == b.is_some()) {
        let known: Vec<u16> = run.iter().copied().flatten().collect();
        for reading in decoded(&known, views) {
            let (place, view) = (reading.tag.index() / views.len(), reading.tag.index() % views.len());
            if reading.quality == Quality::Good
                && let Some(slot) = values.get_mut(start + place).and_then(|of| of.get_mut(view))
            {
                *slot = Some(reading.value);
            }
        }
        start += run.len();
    }
    let addresses = (0u16..).map(|place| from.address.saturating_add(place));
    let lines = addresses.zip(answers).zip(values);
    lines.map(|((address, answer), values)| Line { register: Register { address, ..from }, answer, values }).collect()
}

/// Every view at every register of one stretch; the tag says which.
fn decoded(words: &[u16], views: &[View]) -> Vec<crate::driver::Reading> {
    let mut items = Vec::new();
    for place in 0..words.len() {
        for (number, view) in views.iter().enumerate() {
            let tag = u32::try_from(place * views.len() + number).unwrap_or(u32::MAX);
            items.push(Item {
                tag: TagIndex(tag),
                place: u16::try_from(place).unwrap_or(u16::MAX),
                width: view.kind.registers(),
                layout: Layout { kind: view.kind, order: view.order, bit: None, scaling: None },
            });
        }
    }
    let count = u16::try_from(words.len()).unwrap_or(u16::MAX);
    let request = Request { unit: 0, table: RegisterTable::Holding, address: 0, count, period_ms: 1_000, items };
    let mut readings = Vec::new();
    if !words.is_empty() {
        Decoder::new(&request).words(words.to_vec(), 0, &mut readings);
    }
    readings
}

/// The bits that are set, like `0, 3, 7-9`: what a tag asks for as `holding:100.3`.
fn bits(word: u16) -> String {
    let set: Vec<u16> = (0..16).filter(|bit| word >> bit & 1 == 1).collect();
    let runs = set.chunk_by(|a, b| a + 1 == *b).filter_map(|run| Some((run.first()?, run.last()?)));
    let text = runs.map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") });
    text.collect::<Vec<_>>().join(",")
}

/// As short as it is exact, and never hundreds of digits.
fn shown(value: Value, kind: TagType) -> String {
    let Value::Float(x) = value else { return value.to_string() };
    let is_plain = x == 0.0 || (1e-4..1e9).contains(&x.abs());
    match (kind, is_plain) {
        (TagType::F32, true) => (x as f32).to_string(),
        (TagType::F32, false) => format!("{:e}", x as f32),
        (_, true) => x.to_string(),
        (_, false) => format!("{x:e}"),
    }
}

/// The lines as a table; lines that are `changed` are marked.
pub(super) fn text(lines: &[Line], views: &[View], changed: impl Fn(&Line) -> bool) -> String {
    let mut heads =
        vec![("", Align::Left), ("register =", Align::Left), ("hex", Align::Left), ("bits on", Align::Left)];
    heads.extend(
        views.iter().map(|view| (view.head, if view.kind == TagType::String { Align::Left } else { Align::Right })),
    );
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let mark = if changed(line) { "*" } else { "" };
            let mut row = vec![mark.to_owned(), format!("\"{}\"", line.register)];
            match &line.answer {
                Answer::Word(word) => row.extend([format!("{word:04x}"), bits(*word)]),
                Answer::Bit(bit) => row.extend([String::new(), bit.to_string()]),
                Answer::Refused(_) => row.push("----".into()),
            }
            row.extend(
                line.values
                    .iter()
                    .zip(views)
                    .map(|(value, view)| value.map_or_else(String::new, |v| shown(v, view.kind))),
            );
            row
        })
        .collect();
    let mut text = String::new();
    for (row, line) in table(&heads, &rows).lines().zip(std::iter::once(None).chain(lines.iter().map(Some))) {
        text += row;
        if let Some(Line { answer: Answer::Refused(refusal), .. }) = line {
            text += &format!("  {}", refusal.text);
        }
        text.push('\n');
    }
    text
}

/// Texts of at least four characters, by the register where each begins.
pub(super) fn texts(lines: &[Line]) -> Vec<(Register, usize, String)> {
    let characters = |line: &Line| match line.answer {
        Answer::Word(word) => Some(word.to_be_bytes()),
        Answer::Bit(_) | Answer::Refused(_) => None,
    };
    let is_text = |bytes: [u8; 2]| {
        let [first, second] = bytes;
        (first.is_ascii_graphic() || first == b' ') && (second.is_ascii_graphic() || second == b' ' || second == 0)
    };
    let mut found = Vec::new();
    let runs = lines.chunk_by(|a, b| {
        characters(a).is_some_and(|a| is_text(a) && !a.contains(&0)) && characters(b).is_some_and(is_text)
    });
    for run in runs.filter(|run| run.len() > 1) {
        let bytes: Vec<u8> = run.iter().filter_map(characters).flatten().filter(|byte| *byte != 0).collect();
        let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        if let Some(first) = run.first().filter(|_| text.len() >= 4) {
            found.push((first.register, run.len(), text));
        }
    }
    found
}

/// The line for a program.
pub(super) fn document(line: &Line, views: &[View]) -> serde_json::Value {
    let mut object = Map::new();
    object.insert("register".into(), json!(line.register.to_string()));
    match &line.answer {
        Answer::Word(word) => {
            object.insert("hex".into(), json!(format!("{word:04x}")));
            object.insert("bits".into(), json!((0..16).filter(|bit| word >> bit & 1 == 1).collect::<Vec<u16>>()));
        }
        Answer::Bit(bit) => drop(object.insert("bool".into(), json!(bit))),
        Answer::Refused(refusal) => {
            object.insert("refused".into(), json!(refusal.text));
            object.insert("exception".into(), json!(refusal.exception));
        }
    }
    for (value, view) in line.values.iter().zip(views) {
        let Some(value) = value else { continue };
        let value = match value {
            Value::Bool(b) => json!(b),
            Value::Int(i) => json!(i),
            Value::Uint(u) => json!(u),
            Value::Float(f) => json!(f),
            Value::Text(t) => json!(t.to_string()),
        };
        object.insert(view.head.replace(' ', "_"), value);
    }
    serde_json::Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::modbus::survey::Refusal;

    fn from(address: u16) -> Register {
        Register { table: RegisterTable::Holding, address, bit: None }
    }

    fn word(word: u16) -> Answer {
        Answer::Word(word)
    }

    fn refused() -> Answer {
        Answer::Refused(Refusal { exception: 2, text: "no such address in the device (exception 2)".into() })
    }

    fn value(line: &Line, head: &str) -> Option<String> {
        let place = VIEWS.iter().position(|view| view.head == head).unwrap();
        line.values[place].map(|value| shown(value, VIEWS[place].kind))
    }

    #[test]
    fn edge_02_a_register_is_shown_in_every_type_that_fits_there() {
        let lines = lines(from(100), vec![word(0x4148), word(0), refused(), word(0x8001)], &VIEWS);
        let check = |place: usize, head, expect: Option<&str>| {
            assert_eq!(value(&lines[place], head).as_deref(), expect, "{place} {head}");
        };
        check(0, "u16", Some("16712"));
        check(0, "f32", Some("12.5"));
        check(0, "u32", Some("1095237632"));
        check(0, "u32 little", Some("16712"));
        check(0, "bcd16", Some("4148"));
        check(0, "string", Some("AH"));
        // No type reaches over a register that is not there, or past the end.
        check(0, "u64", None);
        check(1, "u16", Some("0"));
        check(1, "u32", None);
        check(2, "u16", None);
        check(3, "i16", Some("-32767"));
        check(3, "bcd16", Some("8001"));
        check(3, "u32", None);
        assert_eq!(lines[3].register.to_string(), "holding:103");
    }

    #[test]
    fn edge_02_bits_and_floats_are_short() {
        for (word, expect) in [(0, ""), (0xffff, "0-15"), (8, "3"), (0b1000_0011_1001, "0,3-5,11")] {
            assert_eq!(bits(word), expect);
        }
        let check = |x: f64, kind, expect: &str| assert_eq!(shown(Value::Float(x), kind), expect);
        check(f64::from(0.1_f32), TagType::F32, "0.1");
        check(f64::from(f32::MAX), TagType::F32, "3.4028235e38");
        check(-0.1, TagType::F64, "-0.1");
        check(1e300, TagType::F64, "1e300");
        check(0.0, TagType::F64, "0");
    }

    #[test]
    fn edge_02_the_table_marks_what_is_refused_and_what_changed() {
        let views = &VIEWS[..1];
        let lines = lines(from(9), vec![word(7), refused(), word(1)], views);
        let text = text(&lines, views, |line| line.register.address == 11);
        let expect = [
            "   register =    hex   bits on  u16",
            "   \"holding:9\"   0007  0-2        7",
            "   \"holding:10\"  ----  no such address in the device (exception 2)",
            "*  \"holding:11\"  0001  0          1",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expect);
    }

    #[test]
    fn edge_02_texts_are_found() {
        let answers = [0x0102, 0x5245, 0x4349, 0x5045, 0x2037, 0x0000, 0x4142, 0x4300, 0x4445].map(word).to_vec();
        let found = texts(&lines(from(24), answers, &VIEWS));
        assert_eq!(found, [(from(25), 4, "RECIPE 7".to_owned())]);
        let short = [0x4142, 0x4344, 0x4500, 0x4647].map(word).to_vec();
        assert_eq!(texts(&lines(from(0), short, &VIEWS)), [(from(0), 3, "ABCDE".to_owned())]);
    }

    #[test]
    fn edge_02_a_line_for_a_program_keeps_64_bits() {
        let lines = lines(from(0), [0x0020, 0, 0, 1].map(word).to_vec(), &VIEWS);
        let document = document(&lines[0], &VIEWS);
        assert_eq!(document["u64"], 9_007_199_254_740_993_u64);
        assert_eq!((&document["register"], &document["hex"]), (&json!("holding:0"), &json!("0020")));
        assert_eq!(document["bits"], json!([5]));
    }
}
