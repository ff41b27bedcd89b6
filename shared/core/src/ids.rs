//! Identities. A record of an organisation has an integer from that organisation's counter;
//! what is born away from the cloud carries a UUIDv7 until then, and keeps it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
    )+};
}

id! {
    /// A site of the organisation (ISA-95: Site).
    PlantId,
    /// A line or group of machines that takes work orders (ISA-95: Work Center).
    LaneId,
    /// A machine (ISA-95: Work Unit).
    MachineId,
    /// A shift pattern, for example "Day 06:00-14:00".
    ShiftId,
    /// A holiday, a shutdown or an extra working day.
    CalendarDayId,
    /// A reason why a machine stood.
    ReasonId,
    /// Why a unit was rejected.
    ScrapReasonId,
    /// What is read from a machine, as master data describes it.
    MachineTagId,
    /// A person who signs on.
    UserId,
    /// A work order.
    WorkOrderId,
}
