//! Labels as they come from scanners, mistakes with their places, and properties over any text.

use proptest::prelude::*;

use super::*;

fn elements(pairs: &[(&str, &str)]) -> Vec<Element> {
    pairs.iter().map(|(ai, value)| Element { ai: (*ai).into(), value: (*value).into() }).collect()
}

fn check(scanned: &str, expect: &[(&str, &str)]) {
    assert_eq!(parse(scanned), Ok(Some(elements(expect))), "{scanned:?}");
}

fn refused(scanned: &str, expect: &str) {
    assert_eq!(parse(scanned).map_err(|error| error.to_string()), Err(expect.to_owned()), "{scanned:?}");
}

#[test]
fn edge_04_labels_of_all_carriers() {
    let label = [("01", "09506000134352"), ("17", "271231"), ("10", "AB-12/3"), ("21", "S1")];
    for mark in ["]C1", "]d2", "]Q3", "]e0", "]J1", "\u{1d}", ""] {
        check(&format!("{mark}01095060001343521727123110AB-12/3\u{1d}21S1"), &label);
    }
    // A separator at the end, and behind a value of known length.
    check("]C10109506000134352\u{1d}10AB-12/3\u{1d}", &[("01", "09506000134352"), ("10", "AB-12/3")]);
    check("(01)09506000134352(17)271231(10)AB-12/3(21)S1", &label);
    // Parentheses are characters of GS1 too.
    check("(10)A(1)B(21)C", &[("10", "A(1)B"), ("21", "C")]);
}

#[test]
fn edge_04_values_of_each_kind() {
    check("]C100340123450000000017", &[("00", "340123450000000017")]);
    check("]d2800309506000134352ABC", &[("8003", "09506000134352ABC")]);
    check("]d2310200123410X", &[("3102", "001234"), ("10", "X")]);
    check("]d2392012345\u{1d}10X", &[("3920", "12345"), ("10", "X")]);
    check("]d27007261231270131\u{1d}10X", &[("7007", "261231270131"), ("10", "X")]);
    check("]E04006381333931", &[("01", "04006381333931")]);
    check("]E496385074", &[("01", "00000096385074")]);
}

#[test]
fn edge_04_an_identifier_says_one_thing() {
    refused("]C191A\u{1d}91B", "GS1 (91) at character 10: stands in this label twice, first as A");
    refused("(10)L1(21)S1(10)L2", "GS1 (10) at character 17: stands in this label twice, first as L1");
    check("]C191A\u{1d}10L\u{1d}91A", &[("91", "A"), ("10", "L")]);
}

#[test]
fn edge_04_what_is_not_marked_is_not_guessed() {
    for code in [
        "",
        "WO-1",
        "1012345",
        "2147483647",
        "10ABC",
        "(10",
        "(WO)1",
        "4006381333931",
        "0109506000134353",
        "]E0X",
        "]A0X",
        "\u{1d}",
        // A separator within what would be an identifier of four digits.
        "33\u{1d}0202022300",
    ] {
        assert_eq!(parse(code), Ok(None), "{code:?}");
    }
    check("0109506000134352", &[("01", "09506000134352")]);
    check("010950600013435210LOT 7".trim_end_matches(" 7"), &[("01", "09506000134352"), ("10", "LOT")]);
}

#[test]
fn edge_04_mistakes_name_identifier_place_and_reason() {
    refused("]C10109506000134353", "GS1 (01) at character 6: check digit 3, 2 is right; scan again");
    refused("(01)09506000134353", "GS1 (01) at character 5: check digit 3, 2 is right; scan again");
    refused("]C1010950600", "GS1 (01) at character 6: 7 characters, 14 are right");
    refused("]d217271331", "GS1 (17) at character 6: 271331 is no date YYMMDD");
    refused("]d24326271200", "GS1 (4326) at character 8: 271200 is no date YYMMDD");
    refused("]d21712A231", "GS1 (17) at character 8: \"A\" is not a digit");
    refused("]d210A~B", "GS1 (10) at character 7: \"~\" is not a character that GS1 allows here");
    refused("]d210Größe", "GS1 (10) at character 8: \"ö\" is not a character that GS1 allows here");
    refused(
        "]d210A23456789012345678901721S",
        "GS1 (10) at character 6: 25 characters, 1 to 20 are right; does the scanner leave FNC1 out?",
    );
    refused("]d2", "GS1 () at character 4: nothing follows");
    refused("]d25012", "GS1 (5012) at character 4: no application identifier begins here");
    refused("]d23106001234", "GS1 (3106) at character 4: no application identifier begins here");
    refused("(14)271231", "GS1 (14) at character 2: is no application identifier");
    refused("10A\u{1d}09", "GS1 (09) at character 5: no application identifier begins here");
}

#[test]
fn edge_04_dates_and_their_century() {
    let on = |y, m, d| Some(Date::constant(y, m, d));
    for (value, year, expect) in [
        ("271231", 2026, on(2027, 12, 31)),
        ("280200", 2026, on(2028, 2, 29)),
        ("270200", 2026, on(2027, 2, 28)),
        // General Specifications 7.12: 51 to 99 years ahead is the century before, 50 to 99 back the one after.
        ("760101", 2026, on(2076, 1, 1)),
        ("770101", 2026, on(1977, 1, 1)),
        ("000101", 2050, on(2100, 1, 1)),
        ("010101", 2050, on(2001, 1, 1)),
        ("270230", 2026, None),
        ("2702", 2026, None),
        ("ä70101", 2026, None),
    ] {
        assert_eq!(date(value, year), expect, "{value} in {year}");
    }
}

#[test]
fn edge_04_every_row_of_the_table_can_be_read() {
    for (first, last, form) in TABLE {
        assert!(first.len() == last.len() && first <= last, "{first}");
        assert_eq!(parts(form).count(), form.split(' ').count(), "{first} {form}");
        assert!(
            parts(form)
                .all(|p| "NXYZ".contains(p.kind) && p.least <= p.most && p.check.is_none_or(|c| "cdD".contains(c)))
        );
        // What is of known length for every reader has one length here; the others are found by their own row.
        if is_predefined(first) {
            assert!(parts(form).all(|part| part.least == part.most), "{first}");
        }
        assert_eq!(identifier(first), Some((*first, *form)));
    }
}

/// A value of the form, right in every respect.
fn value(form: &'static str) -> BoxedStrategy<String> {
    let each: Vec<_> = parts(form)
        .map(|part| match part.check {
            Some('c') => proptest::collection::vec(b'0'..=b'9', part.most - 1)
                .prop_map(|mut digits| {
                    digits.push(check_digit(&digits) + b'0');
                    String::from_utf8(digits).unwrap()
                })
                .boxed(),
            Some(_) => (0..100, 1..13, 1..29).prop_map(|(y, m, d)| format!("{y:02}{m:02}{d:02}")).boxed(),
            None => {
                let set = match part.kind {
                    'N' => "[0-9]",
                    'Y' => "[A-Z0-9#/-]",
                    'Z' => "[A-Za-z0-9_-]",
                    _ => "[!-\"%-'*-?A-Z_a-z]",
                };
                let least = part.least.max(usize::from(part.most > 0));
                proptest::string::string_regex(&format!("{set}{{{least},{}}}", part.most)).unwrap().boxed()
            }
        })
        .collect();
    each.prop_map(|parts| parts.concat()).boxed()
}

fn label() -> impl Strategy<Value = Vec<Element>> {
    let one = proptest::sample::select(TABLE.to_vec())
        .prop_flat_map(|(ai, _, form)| value(form).prop_map(move |value| Element { ai: ai.to_owned(), value }));
    proptest::collection::vec(one, 1..6).prop_map(|mut label| {
        let mut seen = std::collections::HashSet::new();
        label.retain(|element| seen.insert(element.ai.clone()));
        label
    })
}

proptest! {
    #[test]
    fn edge_04_labels_are_read_as_they_were_written(label in label()) {
        let symbol = format!("]d2{}", to_element_string(&label));
        prop_assert_eq!(parse(&symbol), Ok(Some(label.clone())));
        prop_assert_eq!(parse(&to_human(&label)), Ok(Some(label)));
    }

    #[test]
    fn edge_04_one_wrong_digit_of_a_gtin_is_noticed(digits in proptest::collection::vec(b'0'..=b'9', 13), at in 0usize..14, by in 1u8..10) {
        let mut digits = digits;
        digits.push(check_digit(&digits) + b'0');
        digits[at] = (digits[at] - b'0' + by) % 10 + b'0';
        let symbol = format!("]d201{}", String::from_utf8(digits).unwrap());
        prop_assert!(parse(&symbol).is_err());
    }

    #[test]
    fn edge_04_any_text_is_elements_an_error_or_not_gs1(text in "(\\]d2|\\]C1|\u{1d}|\\(01\\))?[(0-9)\u{1d}a-zä𝄞]{0,40}") {
        if let Ok(Some(elements)) = parse(&text) {
            prop_assert_eq!(parse(&format!("]d2{}", to_element_string(&elements))), Ok(Some(elements)));
        }
    }

    #[test]
    fn edge_04_any_characters_at_all(text in any::<String>()) {
        let _ = parse(&text);
        let _ = date(&text, 2026);
    }
}
