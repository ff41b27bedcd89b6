//! What the organisation's records mean: load, decide, save. Decisions are the pure functions of
//! `unison_rules` and `unison_core`; here is what they must know and what follows from them.
//!
//! Every function takes a transaction that was opened for a caller; none opens one, none knows HTTP.

pub mod api_tokens;
pub mod calendar;
pub mod downtime;
pub mod edges;
pub mod fields;
pub mod floor;
pub mod goods;
pub mod idempotency;
pub mod kpi;
pub mod load;
pub mod machines;
pub mod master;
pub mod organization;
pub mod partners;
pub mod people;
pub mod production;
pub mod roles;
pub mod setup;
pub mod shift_people;
pub mod site;
pub mod snapshot;
pub mod tag_writes;
pub mod work_orders;

use crate::db::DbError;
use crate::resource::Description;
use crate::tenancy::{Caller, Reach, Tx, Via};
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
        Description::new::<site::calendar_day::CalendarDay>(),
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
        Description::new::<people::record::Person>(),
        Description::new::<roles::record::OwnRole>(),
        Description::new::<setup::custom_field::CustomField>(),
    ]
}

/// What the cloud failed at goes to the log under an id; only the id goes out.
impl From<DbError> for Wrong {
    fn from(e: DbError) -> Self {
        if let DbError::Unstorable(why) = e {
            return Self(ApiError::new(400, "Cannot be stored", why));
        }
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
/// the plant's column in front: `m.plant_id`. Of a program's key `$3` is the number below zero.
pub(crate) fn reach_sql(plant_column: &str) -> String {
    format!(
        "($2 = 1 OR EXISTS (SELECT 1 FROM user_plants up
          WHERE up.organization_id = $1 AND up.user_id = $3 AND up.plant_id = {plant_column})
         OR EXISTS (SELECT 1 FROM api_token_plants tp
          WHERE tp.organization_id = $1 AND tp.token_id + $3 = 0 AND tp.plant_id = {plant_column}))"
    )
}

/// The values of `$2` and `$3` of [`reach_sql`].
pub(crate) fn reach_values(caller: &Caller) -> (bool, i64) {
    let Some(user) = caller.signed_on() else { return (true, 0) };
    let holder = match &user.via {
        Via::Session { .. } => user.user_id,
        Via::ApiToken { id, .. } => -id,
    };
    (user.reach == Reach::AllPlants, holder)
}

/// Refuses what lies in a plant that the caller may not reach (RBAC-01, RBAC-06).
pub(crate) fn need_plant(tx: &Tx<'_>, plant: PlantId) -> Result<(), ApiError> {
    if tx.caller().reaches(plant) { Ok(()) } else { Err(ApiError::no_plant_access()) }
}

/// Refuses to change what belongs to all plants for somebody who reaches only some (RBAC-01).
pub(crate) fn need_all_plants(tx: &Tx<'_>) -> Result<(), ApiError> {
    if tx.caller().reaches_all_plants() { Ok(()) } else { Err(ApiError::new(403, "No plant access", ALL_PLANTS)) }
}

/// Why [`need_all_plants`] refuses.
pub(crate) const ALL_PLANTS: &str = "This belongs to all plants; only people who reach every plant can change it";

/// Refuses a change of a record that is no longer what was changed; `current` is how it is now.
///
/// # Errors
/// 409 with the record.
pub(crate) fn need_version<T: serde::Serialize>(given: i64, is: i64, current: &T) -> Result<(), ApiError> {
    if given == is {
        return Ok(());
    }
    let reason = "Somebody changed this record since you read it; look at it and change it again";
    let current = serde_json::to_value(current).unwrap_or_default();
    Err(ApiError::changed_meanwhile(reason, current))
}

/// The plant a list is narrowed to (TEN-06, TEN-12): the named one, the chosen one where none is named, none
/// for `all`, which means all that the caller reaches. A foreign plant looks like one that does not exist.
///
/// # Errors
/// 400 for a text that names no plant, 403 for a plant that is not assigned.
pub fn plants_wanted(caller: &Caller, named: Option<&str>) -> Result<Option<PlantId>, ApiError> {
    match named {
        None => Ok(caller.current_plant()),
        Some("all") => Ok(None),
        Some(text) => {
            let id = text.parse().map_err(|_| ApiError::field("plant_id", "must be the id of a plant, or all"))?;
            if caller.reaches(PlantId(id)) { Ok(Some(PlantId(id))) } else { Err(ApiError::no_plant_access()) }
        }
    }
}

/// Millionths as a JSON number.
#[expect(clippy::cast_precision_loss, reason = "2^53 millionths are nine billion")]
pub(crate) fn micro(millionths: i64) -> f64 {
    millionths as f64 / 1e6
}
