//! What both programs mean by the same words: time, machines, shifts, facts and the ratios made of them.
//!
//! Pure: no clock, no I/O, no randomness. Everything here is a value or a function of its arguments,
//! so the edge and the cloud cannot disagree about a figure they compute from the same facts.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod activity;
pub mod calendar;
pub mod calendar_day;
pub mod counter;
pub mod decimal;
pub mod downtime;
pub mod facts;
#[cfg(test)]
mod fuzz;
pub mod gs1;
pub mod ids;
mod kinds;
pub mod kpi;
pub mod master;
pub mod shift;
pub mod span;
pub mod time;
pub mod timeline;
