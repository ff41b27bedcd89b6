//! The cloud: organisations, their master data, and what their plants report.
//!
//! `db` is the only door to a database driver, `tenancy` the only door to an organisation's rows,
//! `intake` the only one to the broker. `resource` makes an entity of a struct, `business` decides and stores, `http` and the command line ask.

pub mod auth;
pub mod business;
pub mod cli;
pub mod config;
pub mod db;
pub mod http;
pub mod intake;
pub mod live;
pub mod resource;
pub mod tenancy;

// What tests of this crate and those beside it share speaks of `cloud_server`.
#[cfg(test)]
extern crate self as cloud_server;
#[cfg(test)]
#[path = "../tests/support/store.rs"]
mod store;
