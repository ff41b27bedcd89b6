//! Handlers by area: read the request, ask `business`, answer.

pub mod downtime;
pub mod edges;
pub mod kpi;
pub mod machines;
pub mod people;
pub mod production;
pub mod resource;
pub mod session;
pub mod shift_people;
pub mod system;
pub mod tag_writes;
pub mod work_orders;
