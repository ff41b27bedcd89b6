//! What the organisation's records mean: load, decide, save. Decisions are the pure functions of
//! `unison_rules` and `unison_core`; here is what they must know and what follows from them.
//!
//! Every function takes a transaction that was opened for a caller; none opens one, none knows HTTP.

pub mod calendar;
pub mod downtime;
pub mod edges;
pub mod floor;
pub mod goods;
pub mod idempotency;
pub mod kpi;
pub mod load;
pub mod machines;
pub mod master;
pub mod organization;
pub mod partners;
pub mod production;
pub mod setup;
pub mod site;
pub mod work_orders;

use crate::db::DbError;
use crate::resource::Description;
use crate::tenancy::{Caller, Reach, Tx};
use unison_api::error::ApiError;
use unison_core::ids::PlantId;
use uuid::Uuid;

/// Every entity, in the order of menus. A newcomer adds its line here.
#[must_use]
pub fn entities() -> Vec<Description> {
    vec![
        Description::new::<site::plant::Plant>(),
        Description::new::<site::department::Department>(),
        Description::new::<site::lane::Lane>(),
        Description::new::<site::shift::Shift>(),
        Description::new::<site::location::Location>(),
        Description::new::<site::machine::Machine>(),
        Description::new::<site::machine_tag::MachineTag>(),
        Description::new::<goods::category::Category>(),
        Description::new::<goods::unit::Unit>(),
        Description::new::<goods::material::Material>(),
        Description::new::<goods::product::Product>(),
        Description::new::<partners::customer::Customer>(),
        Description::new::<partners::supplier::Supplier>(),
        Description::new::<floor::project::Project>(),
        Description::new::<floor::work_order::WorkOrder>(),
        Description::new::<floor::downtime_reason::DowntimeReason>(),
        Description::new::<floor::scrap_reason::ScrapReason>(),
        Description::new::<setup::custom_field::CustomField>(),
    ]
}

/// What the cloud failed at goes to the log under an id; only the id goes out.
impl From<DbError> for Wrong {
    fn from(e: DbError) -> Self {
        let trace = Uuid::now_v7().to_string();
        tracing::error!(trace, cause = %e, "internal error");
        Self(ApiError::internal(&trace))
    }
}

/// A refusal on its way out. It exists because a transaction needs an error that a database failure can
/// become.
#[derive(Debug)]
pub struct Wrong(pub ApiError);

impl From<ApiError> for Wrong {
    fn from(e: ApiError) -> Self {
        Self(e)
    }
}

impl From<unison_rules::Refusal> for Wrong {
    fn from(refusal: unison_rules::Refusal) -> Self {
        Self(refusal.into())
    }
}

impl From<Wrong> for ApiError {
    fn from(wrong: Wrong) -> Self {
        wrong.0
    }
}

/// The condition that keeps a list to plants the caller may reach: `$2` and `$3` of the statement, with
/// the plant's column in front: `m.plant_id`.
pub(crate) fn reach_sql(plant_column: &str) -> String {
    format!(
        "($2 = 1 OR EXISTS (SELECT 1 FROM user_plants up
          WHERE up.organization_id = $1 AND up.user_id = $3 AND up.plant_id = {plant_column}))"
    )
}

/// The values of `$2` and `$3` of [`reach_sql`].
pub(crate) fn reach_values(caller: &Caller) -> (bool, i64) {
    match caller.signed_on() {
        Some(user) => (user.reach == Reach::AllPlants, user.user_id),
        None => (true, 0),
    }
}

/// Refuses what lies in a plant that the caller may not reach (RBAC-01, RBAC-06).
pub(crate) fn need_plant(tx: &Tx<'_>, plant: PlantId) -> Result<(), ApiError> {
    if tx.caller().reaches(plant) {
        return Ok(());
    }
    Err(ApiError::new(
        403,
        "No plant access",
        "This belongs to a plant that you are not assigned to; an administrator assigns plants",
    ))
}

/// Millionths as a JSON number.
#[expect(clippy::cast_precision_loss, reason = "2^53 millionths are nine billion")]
pub(crate) fn micro(millionths: i64) -> f64 {
    millionths as f64 / 1e6
}
