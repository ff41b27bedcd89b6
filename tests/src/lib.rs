//! Everything the tests and the demo need that is not part of the product.
//! May see both programs; nothing in the product may see this crate.

pub mod compare;
pub mod plant;
pub mod stage;
