//! The planner: limits, gaps, and that no plan costs less.

use proptest::prelude::*;

use super::*;
use crate::config::{Register, RegisterOrder, TagType};

fn tag(index: u32, unit: u8, register: &str, kind: TagType, period_ms: u32) -> ModbusTag {
    let order = RegisterOrder { low_word_first: false, low_byte_first: false };
    let register = Register::parse(register).unwrap();
    let registers = kind.registers();
    ModbusTag {
        tag: TagIndex(index),
        unit,
        register,
        kind,
        registers,
        order,
        scaling: None,
        period_ms,
        writable: false,
    }
}

fn standard(tags: &[ModbusTag]) -> Vec<Request> {
    plan(tags, |_| Limits::STANDARD)
}

fn shape(requests: &[Request]) -> Vec<(u8, u16, u16, usize)> {
    requests.iter().map(|r| (r.unit, r.address, r.count, r.items.len())).collect()
}

#[test]
fn edge_02_tags_are_read_together_up_to_the_limits_of_the_unit() {
    let registers: Vec<_> = (0..1_000u32).map(|i| tag(i, 1, &format!("holding:{i}"), TagType::U16, 500)).collect();
    let requests = standard(&registers);
    assert_eq!(requests.len(), 8);
    assert!(requests.iter().all(|r| r.count == 125 && r.items.len() == 125));
    assert!((requests_per_second(&requests) - 16.0).abs() < 1e-9);
    let bits: Vec<_> = (0..4_001u32).map(|i| tag(i, 1, &format!("coil:{i}"), TagType::Bool, 500)).collect();
    let requests = standard(&bits);
    assert_eq!((requests.len(), requests.iter().map(|r| r.count).max()), (3, Some(2_000)));
    // Unit 2 answers ten registers at once.
    let two = (0..40u32).map(|i| tag(i, 1 + (i % 2) as u8, &format!("holding:{}", i / 2), TagType::U16, 500));
    let few = |unit| if unit == 2 { Limits { registers: 10, bits: 16 } } else { Limits::STANDARD };
    assert_eq!(shape(&plan(&two.collect::<Vec<_>>(), few)), [(1, 0, 20, 20), (2, 0, 10, 10), (2, 10, 10, 10)]);
}

#[test]
fn edge_02_gaps_units_tables_and_periods() {
    let check = |tags: &[ModbusTag], expect: &[(u8, u16, u16, usize)]| assert_eq!(shape(&standard(tags)), expect);
    let u16_at = |i, unit, register| tag(i, unit, register, TagType::U16, 500);
    check(&[u16_at(0, 1, "holding:10"), u16_at(1, 1, "holding:0")], &[(1, 0, 11, 2)]);
    check(&[u16_at(0, 1, "holding:0"), u16_at(1, 1, "holding:17")], &[(1, 0, 18, 2)]);
    check(&[u16_at(0, 1, "holding:0"), u16_at(1, 1, "holding:18")], &[(1, 0, 1, 1), (1, 18, 1, 1)]);
    check(&[u16_at(0, 1, "holding:0"), u16_at(1, 2, "holding:1")], &[(1, 0, 1, 1), (2, 1, 1, 1)]);
    check(&[u16_at(0, 1, "holding:0"), u16_at(1, 1, "input:1")], &[(1, 1, 1, 1), (1, 0, 1, 1)]);
    check(&[u16_at(0, 1, "holding:0"), tag(1, 1, "holding:1", TagType::U16, 1_000)], &[(1, 0, 1, 1), (1, 1, 1, 1)]);
    // A wide value does not hang over the end of a request, nor over the end of the table.
    let wide = [u16_at(0, 1, "holding:0"), tag(1, 1, "holding:110", TagType::U16, 500)];
    check(&wide, &[(1, 0, 1, 1), (1, 110, 1, 1)]);
    check(&[tag(0, 1, "holding:65532", TagType::F64, 500)], &[(1, 65_532, 4, 1)]);
    // Two tags on one register, one of them wider.
    check(&[tag(0, 1, "holding:5", TagType::U32, 500), u16_at(1, 1, "holding:5")], &[(1, 5, 2, 2)]);
}

#[test]
fn edge_02_filling_requests_from_the_left_is_not_always_best() {
    // 120 registers, a gap of 4, 100 registers: from the left one would read 125 and 99 and cut nothing off,
    // but the gap can be left out.
    let addresses = (0..120u32).chain(124..224);
    let tags: Vec<_> = addresses.map(|a| tag(a, 1, &format!("holding:{a}"), TagType::U16, 500)).collect();
    assert_eq!(shape(&standard(&tags)), [(1, 0, 120, 120), (1, 124, 100, 100)]);
}

#[test]
fn edge_02_a_split_ends_at_single_addresses_and_loses_no_tag() {
    let tags: Vec<_> = (0..125u32).map(|i| tag(i, 1, &format!("holding:{}", i / 2), TagType::U16, 500)).collect();
    let mut open = standard(&tags);
    let mut done: Vec<Request> = Vec::new();
    while let Some(request) = open.pop() {
        match request.split() {
            Some((left, right)) => {
                assert!(left.items.len() < request.items.len() && right.items.len() < request.items.len());
                open.extend([left, right]);
            }
            None => done.push(request),
        }
    }
    assert!(done.iter().all(|r| r.count == 1));
    let mut seen: Vec<_> = done.iter().flat_map(|r| r.items.iter().map(|item| item.tag.0)).collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..125).collect::<Vec<_>>());
}

/// Spans as the planner wants them, from any.
fn sorted(mut spans: Vec<(u32, u32)>) -> Vec<Span> {
    spans.sort_by_key(|(start, width)| (*start, std::cmp::Reverse(*width)));
    spans.iter().map(|(start, width)| Span { start: *start, end: start + width }).collect()
}

fn cost_of(requests: &[(Span, Vec<usize>)], cost: u32) -> u32 {
    requests.iter().map(|(span, _)| cost + span.end - span.start).sum()
}

/// Every way to cut the list into requests.
fn least_of_all_cuts(spans: &[Span], most: u32, cost: u32) -> u32 {
    let cut_into = |cuts: u32| {
        let mut sum = 0;
        let (mut start, mut end) = (spans[0].start, spans[0].end);
        for (i, span) in spans.iter().enumerate().skip(1) {
            if cuts >> (i - 1) & 1 == 1 {
                sum += cost + end - start;
                (start, end) = (span.start, span.end);
            }
            end = end.max(span.end);
            if end - start > most {
                return None;
            }
        }
        Some(sum + cost + end - start)
    };
    (0..1u32 << (spans.len() - 1)).filter_map(cut_into).min().unwrap()
}

/// Every way to share the spans out, also those in which requests overlap or lie inside one another.
fn least_of_all_shares(spans: &[Span], most: u32, cost: u32) -> u32 {
    fn share(rest: &[Span], of: &mut Vec<Span>, most: u32, cost: u32) -> Option<u32> {
        let Some((first, rest)) = rest.split_first() else {
            return Some(of.iter().map(|r| cost + r.end - r.start).sum());
        };
        let mut least = None;
        for i in 0..=of.len() {
            let before = of.get(i).copied();
            let joined = before.map_or(*first, |r| Span { start: r.start.min(first.start), end: r.end.max(first.end) });
            if joined.end - joined.start > most {
                continue;
            }
            if before.is_some() {
                of[i] = joined
            } else {
                of.push(joined)
            }
            least = [least, share(rest, of, most, cost)].into_iter().flatten().min();
            match before {
                Some(before) => of[i] = before,
                None => drop(of.pop()),
            }
        }
        least
    }
    share(spans, &mut Vec::new(), most, cost).unwrap()
}

/// The plain dynamic programme: for each end, every begin.
fn least_by_dynamic_programming(spans: &[Span], most: u32, cost: u32) -> u32 {
    let mut best = vec![0];
    for j in 0..spans.len() {
        let least = (0..=j).rev().filter_map(|i| {
            let end = spans[i..=j].iter().map(|s| s.end).max()?;
            (end - spans[i].start <= most).then(|| best[i] + cost + end - spans[i].start)
        });
        let least = least.min().unwrap();
        best.push(least);
    }
    best[spans.len()]
}

fn covers_all(spans: &[Span], requests: &[(Span, Vec<usize>)], most: u32) {
    let mut seen = vec![0; spans.len()];
    for (request, of) in requests {
        assert!(request.end - request.start <= most);
        for i in of {
            seen[*i] += 1;
            assert!(request.start <= spans[*i].start && spans[*i].end <= request.end);
        }
    }
    assert!(seen.iter().all(|n| *n == 1), "{seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn edge_02_no_way_to_share_tags_out_costs_less(
        spans in prop::collection::vec((0u32..60, 1u32..5), 1..8), most in 4u32..40, cost in 0u32..20,
    ) {
        let spans = sorted(spans);
        let requests = cover(&spans, most, cost);
        covers_all(&spans, &requests, most);
        prop_assert_eq!(cost_of(&requests, cost), least_of_all_shares(&spans, most, cost));
    }

    #[test]
    fn edge_02_no_way_to_cut_costs_less(
        spans in prop::collection::vec((0u32..150, 1u32..5), 1..13), most in 4u32..60, cost in 0u32..30,
    ) {
        let spans = sorted(spans);
        let requests = cover(&spans, most, cost);
        covers_all(&spans, &requests, most);
        prop_assert_eq!(cost_of(&requests, cost), least_of_all_cuts(&spans, most, cost));
    }

    #[test]
    fn edge_02_long_lists_cost_what_dynamic_programming_finds(
        spans in prop::collection::vec((0u32..3_000, 1u32..17), 1..400), most in 16u32..126, cost in 0u32..40,
    ) {
        let spans = sorted(spans);
        let requests = cover(&spans, most, cost);
        covers_all(&spans, &requests, most);
        prop_assert_eq!(cost_of(&requests, cost), least_by_dynamic_programming(&spans, most, cost));
    }
}

proptest! {
    // Half a million ways each.
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn edge_02_of_twenty_registers_no_way_to_cut_costs_less(
        spans in prop::collection::vec((0u32..200, 1u32..5), 20), most in 10u32..60, cost in 5u32..30,
    ) {
        let spans = sorted(spans);
        let requests = cover(&spans, most, cost);
        prop_assert_eq!(cost_of(&requests, cost), least_of_all_cuts(&spans, most, cost));
    }
}
