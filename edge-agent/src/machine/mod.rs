//! From signals to what machines do: activity, parts, stops. Pure: readings and times go in, facts come
//! out; no clock, no disk, no random. The agent feeds it and never makes it wait.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod count;
mod doubt;
mod engine;
pub mod expression;
mod follow;
mod signals;
mod stop;

pub use engine::{AlarmSeen, Binding, Engine, Output};

#[cfg(test)]
mod engine_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod rule_tests;
