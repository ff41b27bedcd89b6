//! The commands for those who put a machine into service: look at a device, try a configuration without one, and see
//! what another rule would have made of a day. They write to no device and not to the data directory; what they say of
//! machines comes from the drivers, the sink and the engine that the agent itself runs.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod floor;
pub mod probe;
pub mod replay;
pub mod simulate;
mod table;

/// The time of a moment in UTC, for lines that follow one another.
fn time_of_day(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).map_or_else(|_| String::new(), |at| at.strftime("%H:%M:%S.%3f").to_string())
}
