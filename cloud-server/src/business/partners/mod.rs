//! With whom the organisation does business.

pub mod customer;
pub mod supplier;
