//! What is planned for the shop floor, and the reasons that people choose there.

pub mod downtime_reason;
pub mod project;
pub mod scrap_reason;
pub mod work_order;
