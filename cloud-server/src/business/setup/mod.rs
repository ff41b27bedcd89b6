//! How an organisation set itself up.

pub mod custom_field;
pub mod settings;
