//! Which registers are asked for together. Pure. Tags of one unit, table and period become requests of at
//! most 125 registers or 2,000 bits; small gaps are read along, because a request costs more than the
//! registers in it.

use crate::config::{ModbusTag, RegisterTable};
use crate::driver::TagIndex;

use super::decode::Layout;

/// The widest hole that is read along.
const GAP_REGISTERS: u32 = 16;
const GAP_BITS: u32 = 128;

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
    pub layout: Layout,
}

/// Merges tags into requests, in O(n log n).
#[must_use]
pub fn plan(tags: &[ModbusTag]) -> Vec<Request> {
    let mut order: Vec<&ModbusTag> = tags.iter().collect();
    order.sort_by_key(|t| (t.unit, t.register.table, t.period_ms, t.register.address, t.tag));
    let mut requests: Vec<Request> = Vec::new();
    for tag in order {
        let layout = Layout { kind: tag.kind, order: tag.order, bit: tag.register.bit, scaling: tag.scaling };
        match requests.last_mut() {
            Some(last) if joins(last, tag) => {
                let place = tag.register.address - last.address;
                last.count = last.count.max(place + width(tag));
                last.items.push(Item { tag: tag.tag, place, layout });
            }
            _ => requests.push(Request {
                unit: tag.unit,
                table: tag.register.table,
                address: tag.register.address,
                count: width(tag),
                period_ms: tag.period_ms,
                items: vec![Item { tag: tag.tag, place: 0, layout }],
            }),
        }
    }
    requests
}

fn width(tag: &ModbusTag) -> u16 {
    if tag.register.table.is_bits() { 1 } else { tag.kind.registers() }
}

fn joins(last: &Request, tag: &ModbusTag) -> bool {
    let table = tag.register.table;
    if (last.unit, last.table, last.period_ms) != (tag.unit, table, tag.period_ms) {
        return false;
    }
    let (start, address) = (u32::from(last.address), u32::from(tag.register.address));
    let gap = if table.is_bits() { GAP_BITS } else { GAP_REGISTERS };
    address <= start + u32::from(last.count) + gap
        && address + u32::from(width(tag)) - start <= u32::from(table.request_max())
}

impl Request {
    /// Two requests for the same tags, each without the other's addresses. `None` when all tags lie at
    /// one address, so that nothing can be told apart.
    #[must_use]
    pub fn split(&self) -> Option<(Self, Self)> {
        let first = self.items.first()?.place;
        let middle = self.items.len() / 2;
        let middle = middle + self.items.get(middle..)?.iter().position(|item| item.place != first)?;
        let (left, right) = self.items.split_at_checked(middle)?;
        Some((self.part(left)?, self.part(right)?))
    }

    fn part(&self, items: &[Item]) -> Option<Self> {
        let start = items.first()?.place;
        let width = |item: &Item| if self.table.is_bits() { 1 } else { item.layout.kind.registers() };
        let end = items.iter().map(|item| item.place + width(item)).max()?;
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
mod tests {
    use super::*;
    use crate::config::{Register, RegisterOrder, TagType};

    pub(crate) fn tag(index: u32, unit: u8, register: &str, kind: TagType, period_ms: u32) -> ModbusTag {
        let order = RegisterOrder { low_word_first: false, low_byte_first: false };
        let register = Register::parse(register).unwrap();
        ModbusTag { tag: TagIndex(index), unit, register, kind, order, scaling: None, period_ms }
    }

    fn shape(requests: &[Request]) -> Vec<(u8, u16, u16, usize)> {
        requests.iter().map(|r| (r.unit, r.address, r.count, r.items.len())).collect()
    }

    #[test]
    fn edge_02_tags_are_read_together_up_to_the_limits_of_the_standard() {
        let registers: Vec<_> = (0..1_000u32).map(|i| tag(i, 1, &format!("holding:{i}"), TagType::U16, 500)).collect();
        let plan_of = plan(&registers);
        assert_eq!(plan_of.len(), 8);
        assert!(plan_of.iter().all(|r| r.count == 125 && r.items.len() == 125));
        assert!((requests_per_second(&plan_of) - 16.0).abs() < 1e-9);
        let bits: Vec<_> = (0..4_001u32).map(|i| tag(i, 1, &format!("coil:{i}"), TagType::Bool, 500)).collect();
        assert_eq!(plan(&bits).iter().map(|r| r.count).collect::<Vec<_>>(), [2_000, 2_000, 1]);
    }

    #[test]
    fn edge_02_gaps_units_tables_and_periods() {
        let check = |tags: &[ModbusTag], expect: &[(u8, u16, u16, usize)]| assert_eq!(shape(&plan(tags)), expect);
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
    fn edge_02_a_split_ends_at_single_addresses_and_loses_no_tag() {
        let tags: Vec<_> = (0..125u32).map(|i| tag(i, 1, &format!("holding:{}", i / 2), TagType::U16, 500)).collect();
        let mut open = plan(&tags);
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
}
