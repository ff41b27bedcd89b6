//! The program in the plant: talks to the machines, knows what they do, serves the operators.

pub mod agent;
pub mod api;
pub mod carrier;
pub mod check;
pub mod config;
pub mod driver;
pub mod enrol;
mod files;
pub mod machine;
pub mod readings_csv;
pub mod store;
pub mod tls;
