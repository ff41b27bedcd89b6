//! From the sink to the engine: the one way that readings take, in the agent and where a configuration is tried.

use unison_core::time::Timestamp;

use crate::driver::{Reading, Sink, TagIndex};
use crate::machine::{Engine, Output};

/// Room for so many readings stays reserved.
const ROOM_KEPT: usize = 4 * 1024;

/// Hands the engine what changed. `readings` is only lent.
pub(crate) fn drain(sink: &Sink, engine: &mut Engine, readings: &mut Vec<Reading>, out: &mut Output) {
    sink.drain(readings);
    engine.readings(readings, out);
    if readings.len() < ROOM_KEPT {
        // All tags change at once when the agent starts, and seldom again.
        readings.shrink_to(ROOM_KEPT);
    }
    readings.clear();
}

/// Time passes, after all that was read until then: what did not change was not drained; that it still holds is asked
/// for here. `tags` are those that the engine looks at. Returns up to where time is settled.
pub(crate) fn tick(
    sink: &Sink,
    (engine, tags): (&mut Engine, &[TagIndex]),
    now: i64,
    readings: &mut Vec<Reading>,
    out: &mut Output,
) -> Option<Timestamp> {
    sink.refresh(tags, readings);
    engine.readings(readings, out);
    readings.clear();
    engine.tick(now, out)
}
