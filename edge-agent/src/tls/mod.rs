//! HTTPS of the operators' pages: which certificate is served, and where it comes from. One that a person brought
//! (files of the configuration, or uploaded) comes first, else the plant authority of this box makes one. It is
//! looked at again every minute, and another takes its place without a restart. Decision 0025.
//! Nothing here speaks HTTP or listens; `api` does.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod authority;
mod keeper;
mod names;
mod pair;

pub use authority::AuthorityFacts;
pub use keeper::{Https, Refused, Served, Source, Standing, WhereAmI};
pub use names::{Place, dns_name};
pub use pair::{Facts, Mistake, Pair, Part};

#[cfg(test)]
mod tests;
