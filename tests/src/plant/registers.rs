//! The register maps of the two Modbus units, and what a request to them is answered. No sockets here.
//!
//! **Unit 1, `CNC-001`**: holding registers (function 3)
//!
//! | Address | Type | Meaning |
//! | --- | --- | --- |
//! | 0 | u16 | status: 0 idle, 1 running, 2 setup, 3 fault, 4 blocked, 5 starved |
//! | 1 | u16 | fault code, 0 unless status is 3 |
//! | 2–3 | u32, high word first | part counter, good and bad parts; starts at 40,000 |
//! | 4 | u16, wraps | reject counter; starts at 65,533 |
//! | 5 | u16, can be written (function 6) | feed limit, percent: 0 to 150, starts at 100; above that exception 3 |
//! | 6–9 | – | 0 |
//! | 10–11 | f32, high word first | spindle load, percent |
//! | 12–15 | – | 0 |
//!
//! **Unit 2, `PACK-001`**
//!
//! | Table | Address | Type | Meaning |
//! | --- | --- | --- | --- |
//! | coils (function 1) and discrete inputs (function 2) | 0 | bit | lane runs |
//! | the same | 1–7 | bit | 0 |
//! | input registers (function 4) | 0 | u16, wraps | photo-eye counter; starts at 65,480 |
//! | the same | 1–3 | – | 0 |
//!
//! Anything else gets exception 2, other functions exception 1, a quantity of 0 or above the protocol's limit
//! exception 3, another unit exception 11.

use super::scenario::{Activity, Observation};

pub const UNIT_CNC: u8 = 1;
pub const UNIT_PACK: u8 = 2;

/// Where the CNC keeps its feed limit, and the largest it takes.
const FEED_LIMIT: u16 = 5;
const FEED_LIMIT_MOST: u16 = 150;

const ILLEGAL_FUNCTION: u8 = 1;
pub const ILLEGAL_ADDRESS: u8 = 2;
const ILLEGAL_VALUE: u8 = 3;
const UNIT_UNREACHABLE: u8 = 11;

/// The machine behind a unit.
pub fn machine_of(unit: u8) -> Option<&'static str> {
    match unit {
        UNIT_CNC => Some("CNC-001"),
        UNIT_PACK => Some("PACK-001"),
        _ => None,
    }
}

/// What can be written.
#[derive(Debug)]
pub struct Settings {
    feed_limit: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self { feed_limit: 100 }
    }
}

/// What a read asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    pub function: u8,
    pub address: u16,
    pub quantity: u16,
}

impl Read {
    pub fn parse(pdu: &[u8]) -> Option<Self> {
        let [function, a, b, c, d] = *pdu else { return None };
        Some(Self { function, address: u16::from_be_bytes([a, b]), quantity: u16::from_be_bytes([c, d]) })
    }

    pub fn touches(&self, address: u16) -> bool {
        (u32::from(self.address)..u32::from(self.address) + u32::from(self.quantity)).contains(&u32::from(address))
    }
}

/// The answer to a request, without the frame's header.
pub fn answer(unit: u8, pdu: &[u8], observation: Option<&Observation>, settings: &mut Settings) -> Vec<u8> {
    let function = pdu.first().copied().unwrap_or(0);
    let Some(now) = observation else { return exception(function, UNIT_UNREACHABLE) };
    let found = match function {
        6 if unit == UNIT_CNC => {
            // A write is answered with itself.
            return write(pdu, settings).map_or_else(|code| exception(function, code), |()| pdu.to_vec());
        }
        1 | 2 => read(pdu, 2_000, |read| bits(unit, now, read)),
        3 | 4 => read(pdu, 125, |read| words(unit, now, settings, read)),
        _ => Err(ILLEGAL_FUNCTION),
    };
    match found {
        Ok(data) => {
            let mut pdu = vec![function, data.len() as u8];
            pdu.extend(data);
            pdu
        }
        Err(code) => exception(function, code),
    }
}

pub fn exception(function: u8, code: u8) -> Vec<u8> {
    vec![function | 0x80, code]
}

fn read(pdu: &[u8], most: u16, data: impl FnOnce(&Read) -> Option<Vec<u8>>) -> Result<Vec<u8>, u8> {
    let read = Read::parse(pdu).filter(|read| (1..=most).contains(&read.quantity)).ok_or(ILLEGAL_VALUE)?;
    data(&read).ok_or(ILLEGAL_ADDRESS)
}

fn write(pdu: &[u8], settings: &mut Settings) -> Result<(), u8> {
    let [_, a, b, c, d] = *pdu else { return Err(ILLEGAL_VALUE) };
    match (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])) {
        (FEED_LIMIT, percent) if percent <= FEED_LIMIT_MOST => settings.feed_limit = percent,
        (FEED_LIMIT, _) => return Err(ILLEGAL_VALUE),
        _ => return Err(ILLEGAL_ADDRESS),
    }
    Ok(())
}

fn bits(unit: u8, now: &Observation, read: &Read) -> Option<Vec<u8>> {
    let runs = now.activity == Activity::Running;
    let table: &[bool] = match unit {
        UNIT_PACK => &[runs, false, false, false, false, false, false, false],
        _ => return None,
    };
    let chosen = slice(table, read)?;
    let byte = |bits: &[bool]| bits.iter().rev().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
    Some(chosen.chunks(8).map(byte).collect())
}

fn words(unit: u8, now: &Observation, settings: &Settings, read: &Read) -> Option<Vec<u8>> {
    let table = match (unit, read.function) {
        (UNIT_CNC, 3) => cnc_words(now, settings).to_vec(),
        (UNIT_PACK, 4) => vec![now.counter_total as u16, 0, 0, 0],
        _ => return None,
    };
    Some(slice(&table, read)?.iter().flat_map(|word| word.to_be_bytes()).collect())
}

fn slice<'a, T>(table: &'a [T], read: &Read) -> Option<&'a [T]> {
    let from = usize::from(read.address);
    table.get(from..from + usize::from(read.quantity))
}

fn cnc_words(now: &Observation, settings: &Settings) -> [u16; 16] {
    let status = match now.activity {
        Activity::Idle => 0,
        Activity::Running => 1,
        Activity::Setup => 2,
        Activity::Down => 3,
        Activity::Blocked => 4,
        Activity::Starved => 5,
    };
    let parts = now.counter_total as u32;
    let load = (now.load as f32).to_bits();
    let (high, low) = (|value: u32| (value >> 16) as u16, |value: u32| value as u16);
    let mut words = [0; 16];
    words[0] = status;
    words[1] = now.fault_code;
    words[2] = high(parts);
    words[3] = low(parts);
    words[4] = now.counter_rejected as u16;
    words[usize::from(FEED_LIMIT)] = settings.feed_limit;
    words[10] = high(load);
    words[11] = low(load);
    words
}

#[cfg(test)]
mod tests {
    use super::{Observation, Settings, answer};
    use crate::plant::scenario::{Activity, Spent};

    fn observation() -> Observation {
        Observation {
            code: "any",
            activity: Activity::Running,
            since_us: 0,
            fault_code: 7,
            total: 5,
            rejected: 1,
            counter_total: 0x0001_0203,
            counter_rejected: 65_537,
            load: 50.0,
            spent_us: Spent::default(),
        }
    }

    fn check(unit: u8, request: &[u8], expect: &[u8]) {
        let found = answer(unit, request, Some(&observation()), &mut Settings::default());
        assert_eq!(found, expect, "unit {unit}, request {request:02x?}");
    }

    #[test]
    fn edge_02_the_cnc_answers_its_register_map() {
        check(1, &[3, 0, 0, 0, 5], &[3, 10, 0, 1, 0, 7, 0, 1, 2, 3, 0, 1]);
        // 50.0 as f32 is 0x42480000.
        check(1, &[3, 0, 10, 0, 2], &[3, 4, 0x42, 0x48, 0, 0]);
        check(1, &[3, 0, 15, 0, 1], &[3, 2, 0, 0]);
    }

    #[test]
    fn edge_02_the_packing_lane_answers_bits_and_a_wrapping_counter() {
        check(2, &[1, 0, 0, 0, 1], &[1, 1, 1]);
        check(2, &[2, 0, 0, 0, 8], &[2, 1, 1]);
        check(2, &[2, 0, 1, 0, 3], &[2, 1, 0]);
        check(2, &[4, 0, 0, 0, 1], &[4, 2, 2, 3]);
    }

    #[test]
    fn edge_02_what_cannot_be_read_gets_the_protocols_exceptions() {
        check(1, &[3, 0, 15, 0, 2], &[0x83, 2]);
        check(1, &[3, 0xff, 0xff, 0, 125], &[0x83, 2]);
        check(1, &[4, 0, 0, 0, 1], &[0x84, 2]);
        check(1, &[1, 0, 0, 0, 1], &[0x81, 2]);
        check(2, &[3, 0, 0, 0, 1], &[0x83, 2]);
        check(1, &[3, 0, 0, 0, 0], &[0x83, 3]);
        check(1, &[3, 0, 0, 0, 126], &[0x83, 3]);
        check(1, &[3, 0, 0], &[0x83, 3]);
        check(1, &[6, 0, 0, 0, 1], &[0x86, 2]);
        check(2, &[6, 0, 5, 0, 1], &[0x86, 1]);
        check(2, &[5, 0, 0, 0xff, 0], &[0x85, 1]);
        assert_eq!(answer(9, &[3, 0, 0, 0, 1], None, &mut Settings::default()), [0x83, 11]);
    }

    #[test]
    fn edge_02_the_feed_limit_of_the_cnc_is_written_within_its_bounds() {
        let mut settings = Settings::default();
        let mut ask = |request: &[u8]| answer(1, request, Some(&observation()), &mut settings);
        let read = [3, 0, 5, 0, 1];
        assert_eq!(ask(&read), [3, 2, 0, 100]);
        assert_eq!(ask(&[6, 0, 5, 0, 150]), [6, 0, 5, 0, 150]);
        assert_eq!(ask(&[6, 0, 5, 0, 151]), [0x86, 3]);
        assert_eq!(ask(&read), [3, 2, 0, 150]);
    }
}
