//! Where work is done: plants and what stands in them.

pub mod calendar_day;
pub mod department;
pub mod lane;
pub mod location;
pub mod machine;
pub mod machine_tag;
pub mod plant;
pub mod shift;

use crate::resource::LookUp;

/// The plant that a record belongs to.
pub(crate) const PLANT: LookUp = LookUp { field: "plant_id", table: "plants", adds: &[("plant_name", "name")] };
