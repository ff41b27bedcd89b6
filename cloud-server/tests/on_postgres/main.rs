//! Every integration test again, on PostgreSQL: `support::store` sees by the name of this file which database
//! is meant.

// A support file is part of each test that uses it.
#![allow(clippy::duplicate_mod, reason = "each test file brings its support along")]

#[path = "../access.rs"]
mod access;
#[path = "../api_tokens.rs"]
mod api_tokens;
#[path = "../beside_the_server.rs"]
mod beside_the_server;
#[path = "../door.rs"]
mod door;
#[path = "../entities/main.rs"]
mod entities;
#[path = "../floor.rs"]
mod floor;
#[path = "../isolation/main.rs"]
mod isolation;
#[path = "../logins.rs"]
mod logins;
#[path = "../people.rs"]
mod people;
#[path = "../people_records.rs"]
mod people_records;
#[path = "../production.rs"]
mod production;
#[path = "../role_records.rs"]
mod role_records;
#[path = "../sessions.rs"]
mod sessions;
#[path = "../tenancy.rs"]
mod tenancy;
