//! Who this edge is, as the cloud said at enrolment. Kept as postcard in `meta.identity`; the secret
//! half of its key pair lies in a file of its own and never here.

use serde::{Deserialize, Serialize};
use unison_sync::seal::Address;
use uuid::Uuid;

/// What enrolment gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub organization: Uuid,
    pub plant: Uuid,
    pub edge: Uuid,
    /// The edge's id in its organisation.
    pub edge_id: i64,
    pub cloud_public_key: [u8; 32],
    /// Which key pair of this edge the cloud knows.
    pub key_id: u32,
    pub mqtt_host: String,
    pub mqtt_port: u16,
    pub organization_name: String,
    pub plant_name: String,
}

impl Identity {
    /// The three identities of the link.
    #[must_use]
    pub const fn address(&self) -> Address {
        Address { organization: self.organization, plant: self.plant, edge: self.edge }
    }
}
