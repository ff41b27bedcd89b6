//! The program in the plant: talks to the machines, knows what they do, serves the operators.

pub mod check;
pub mod agent;
pub mod carrier;
pub mod config;
pub mod driver;
pub mod store;
