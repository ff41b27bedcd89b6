//! What is bought, stored, made and sold.

pub mod category;
pub mod material;
pub mod product;
pub mod unit;
