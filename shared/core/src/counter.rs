//! Part counters of PLCs as differences (EDGE-13). A counter wraps at its width, is reset by people and
//! programs, and jumps when a PLC is exchanged; none of these may make a negative or a giant quantity.

/// What one reading of a counter added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The first reading ever: a place to count from, no parts.
    First,
    /// Parts since the reading before.
    Added(u64),
    /// The counter passed its largest value; parts since the reading before.
    Wrapped(u64),
    /// The counter was set back; it has counted this many since, as far as that can be believed.
    Reset(u64),
    /// The difference cannot be parts. Counting goes on from the new reading, nothing is added.
    Implausible { difference: u64 },
}

impl Step {
    /// Parts to book.
    #[must_use]
    pub const fn parts(self) -> u64 {
        match self {
            Self::Added(n) | Self::Wrapped(n) | Self::Reset(n) => n,
            Self::First | Self::Implausible { .. } => 0,
        }
    }
}

/// Judges the change of a counter of `bits` width from `before` to `now`.
///
/// `most` is the largest number of parts that the machine can have made in the time between the two
/// readings; it is what tells a wrap from a reset and a count from a jump.
#[must_use]
pub fn step(bits: u32, before: Option<u64>, now: u64, most: u64) -> Step {
    let Some(before) = before else { return Step::First };
    if now >= before {
        let difference = now - before;
        return if difference <= most { Step::Added(difference) } else { Step::Implausible { difference } };
    }
    let range = 1u128 << bits.min(64);
    let wrapped = u64::try_from(u128::from(now) + range.saturating_sub(u128::from(before))).unwrap_or(u64::MAX);
    if wrapped <= most {
        Step::Wrapped(wrapped)
    } else if now <= most {
        Step::Reset(now)
    } else {
        Step::Implausible { difference: wrapped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edge_13_wrap_reset_and_jump() {
        let check = |bits, before, now, most, expect| assert_eq!(step(bits, before, now, most), expect);
        check(16, None, 65_000, 10, Step::First);
        check(16, Some(100), 103, 10, Step::Added(3));
        check(16, Some(65_534), 1, 10, Step::Wrapped(3));
        check(16, Some(40_000), 2, 10, Step::Reset(2));
        check(16, Some(40_000), 30_000, 10, Step::Implausible { difference: 55_536 });
        check(32, Some(5), 4_000_000, 10, Step::Implausible { difference: 3_999_995 });
        check(64, Some(u64::MAX), 0, 10, Step::Wrapped(1));
    }

    proptest! {
        /// Whatever the PLC says, no more is booked than the machine can have made.
        #[test]
        fn edge_13_never_more_than_possible(bits in 1u32..=64, before: u64, now: u64, most in 0u64..1_000_000) {
            let mask = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
            prop_assert!(step(bits, Some(before & mask), now & mask, most).parts() <= most);
        }

        /// True counting through a wrapping register loses and invents nothing.
        #[test]
        fn edge_13_a_wrapping_counter_counts_true(steps in prop::collection::vec(0u64..500, 1..200)) {
            let (mut truth, mut register, mut counted) = (0u64, 65_000u64, 0u64);
            for n in steps {
                let before = register;
                register = (register + n) % 65_536;
                truth += n;
                counted += step(16, Some(before), register, 1_000).parts();
            }
            prop_assert_eq!(counted, truth);
        }
    }
}
