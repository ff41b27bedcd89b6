//! Hybrid logical clock: an order of ops across machines whose wall clocks lie. 48 bits of
//! milliseconds since 1970 and 16 bits that count within one.

/// The stamp of the next op: later than `last` and, where clocks agree, close to the wall clock.
#[must_use]
pub fn next(last: u64, now_ms: u64) -> u64 {
    last.saturating_add(1).max(now_ms.min((1 << 48) - 1) << 16)
}

/// The stamp to remember after seeing an op of another origin.
#[must_use]
pub fn seen(last: u64, other: u64) -> u64 {
    last.max(other)
}

/// The wall-clock part in milliseconds.
#[must_use]
pub const fn millis(stamp: u64) -> u64 {
    stamp >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sync_order_survives_a_clock_set_back() {
        let a = next(0, 1_000);
        let b = next(a, 400);
        assert!(b > a && millis(b) == 1_000);
        let c = next(seen(b, next(0, 5_000)), 450);
        assert!(c > b && millis(c) == 5_000);
    }
}
