//! Which registers are asked for together. Pure.
//!
//! The cost of a request is [`REQUEST_COST`] and one for each register in it: on a line of 19,200 baud the
//! frame around the registers, the silence before it and the device's time to think are as long as about 16
//! registers, and a PLC that answers once a cycle only has more to say for fewer requests. So a gap is read
//! along while it is not longer than that, and the plan with the least cost is found exactly, within what a
//! unit answers at once, in O(n log n).

use std::collections::VecDeque;

use crate::config::{Limits, ModbusTag, RegisterTable};
use crate::driver::TagIndex;

use super::decode::Layout;

/// What a request costs besides its registers, in registers.
pub const REQUEST_COST: u32 = 16;
/// The same in bits: sixteen of them are a register.
pub const REQUEST_COST_BITS: u32 = 16 * REQUEST_COST;

/// One request and what its answer means.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub unit: u8,
    pub table: RegisterTable,
    pub address: u16,
    pub count: u16,
    pub period_ms: u32,
    /// By address; never empty.
    pub items: Vec<Item>,
}

/// One tag in an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    pub tag: TagIndex,
    /// Place in the answer, counted from the request's address.
    pub place: u16,
    /// Registers, or bits.
    pub width: u16,
    pub layout: Layout,
}

/// Merges tags into requests. A value is never cut in two.
#[must_use]
pub fn plan(tags: &[ModbusTag], limits_of: impl Fn(u8) -> Limits) -> Vec<Request> {
    let mut order: Vec<&ModbusTag> = tags.iter().collect();
    let wide_first = |t: &ModbusTag| std::cmp::Reverse(width(t));
    order.sort_by_key(|t| (t.unit, t.register.table, t.period_ms, t.register.address, wide_first(t), t.tag));
    let together = |a: &&ModbusTag, b: &&ModbusTag| {
        (a.unit, a.register.table, a.period_ms) == (b.unit, b.register.table, b.period_ms)
    };
    let mut requests = Vec::new();
    for tags in order.chunk_by(together) {
        let Some(first) = tags.first() else { continue };
        let (unit, table, period_ms) = (first.unit, first.register.table, first.period_ms);
        let spans: Vec<Span> = tags.iter().map(|t| Span::of(t)).collect();
        let cost = if table.is_bits() { REQUEST_COST_BITS } else { REQUEST_COST };
        for (span, of) in cover(&spans, u32::from(limits_of(unit).of(table)), cost) {
            let items = of.iter().filter_map(|i| tags.get(*i)).map(|t| Item {
                tag: t.tag,
                place: t.register.address.saturating_sub(span.start as u16),
                width: width(t),
                layout: Layout { kind: t.kind, order: t.order, bit: t.register.bit, scaling: t.scaling() },
            });
            let (address, count) = (span.start as u16, (span.end - span.start) as u16);
            requests.push(Request { unit, table, address, count, period_ms, items: items.collect() });
        }
    }
    requests
}

fn width(tag: &ModbusTag) -> u16 {
    if tag.register.table.is_bits() { 1 } else { tag.registers }
}

/// Addresses from `start` up to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    fn of(tag: &ModbusTag) -> Self {
        let start = u32::from(tag.register.address);
        Self { start, end: start + u32::from(width(tag)) }
    }
}

/// Covers spans, sorted by their start and where that is equal the longest first, with requests of at most
/// `most` addresses so that the sum of `cost` and the length of each is least, and their number if that is
/// equal. Gives each request's span and which of the given spans are in it.
#[must_use]
pub fn cover(spans: &[Span], most: u32, cost: u32) -> Vec<(Span, Vec<usize>)> {
    // A span inside another one is read with it. Without those, starts and ends both grow.
    let mut outer: Vec<(Span, Vec<usize>)> = Vec::with_capacity(spans.len());
    for (i, span) in spans.iter().enumerate() {
        match outer.last_mut() {
            Some((last, inside)) if span.end <= last.end => inside.push(i),
            _ => outer.push((*span, vec![i])),
        }
    }
    let cuts = cut(&outer, most, cost);
    let mut requests = Vec::with_capacity(cuts.len());
    let mut rest = outer.into_iter();
    for len in cuts {
        let Some((mut span, mut of)) = rest.next() else { break };
        for (next, more) in rest.by_ref().take(len - 1) {
            span.end = next.end;
            of.extend(more);
        }
        requests.push((span, of));
    }
    requests
}

/// How many spans each request of the best plan takes, in order.
///
/// best(j), the cost of the first j spans, is the least best(i) + cost + end(j) - start(i + 1) of all i from
/// which one request can reach j. What depends on i never changes, and the first i that reaches only moves
/// on, so the candidates are a queue that is kept in order.
fn cut(spans: &[(Span, Vec<usize>)], most: u32, cost: u32) -> Vec<usize> {
    // (what i adds, requests so far, i); what i adds may be less than nothing.
    let mut queue: VecDeque<(i64, u32, usize)> = VecDeque::new();
    // Cost, requests, and where the last of them begins.
    let mut best: Vec<(i64, u32, usize)> = vec![(0, 0, 0)];
    for (j, (span, _)) in spans.iter().enumerate() {
        let Some(&(before, requests, _)) = best.last() else { break };
        let candidate = (before - i64::from(span.start), requests, j);
        while queue.back().is_some_and(|last| (last.0, last.1) >= (candidate.0, candidate.1)) {
            queue.pop_back();
        }
        queue.push_back(candidate);
        let reaches = |i: usize| spans.get(i).is_some_and(|(first, _)| span.end - first.start <= most);
        while queue.front().is_some_and(|(_, _, i)| *i < j && !reaches(*i)) {
            queue.pop_front();
        }
        let Some(&(added, requests, i)) = queue.front() else { break };
        best.push((added + i64::from(cost) + i64::from(span.end), requests + 1, i));
    }
    let mut cuts = Vec::new();
    let mut end = spans.len();
    while end > 0 {
        let begin = best.get(end).map_or(0, |(_, _, begin)| *begin);
        cuts.push(end - begin);
        end = begin;
    }
    cuts.reverse();
    cuts
}

impl Request {
    /// Two requests for the same tags, each without the other's addresses. `None` when all tags lie at
    /// one address, so that nothing can be told apart.
    #[must_use]
    pub fn split(&self) -> Option<(Self, Self)> {
        let first = self.items.first()?.place;
        let middle = self.items.len() / 2;
        let after = |place: &usize| self.items.get(*place).is_some_and(|item| item.place != first);
        let middle = (middle..self.items.len()).find(after)?;
        let (left, right) = self.items.split_at_checked(middle)?;
        Some((self.part(left)?, self.part(right)?))
    }

    fn part(&self, items: &[Item]) -> Option<Self> {
        let start = items.iter().map(|item| item.place).min()?;
        let end = items.iter().map(|item| item.place + item.width).max()?;
        Some(Self {
            unit: self.unit,
            table: self.table,
            address: self.address + start,
            count: end - start,
            period_ms: self.period_ms,
            items: items.iter().map(|item| Item { place: item.place - start, ..*item }).collect(),
        })
    }
}

/// Requests a second that a plan asks for.
#[must_use]
pub fn requests_per_second(requests: &[Request]) -> f64 {
    requests.iter().map(|request| 1_000.0 / f64::from(request.period_ms)).sum()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
