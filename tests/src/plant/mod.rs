//! wip
pub mod fault;
pub mod modbus;
mod registers;
pub mod scenario;
pub mod world;
