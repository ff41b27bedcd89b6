//! Wiring and supervision of the agent. Nothing here decides what a signal or a record means.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::carrier::CarrierStatus;
use crate::config::Config;
use crate::driver::{Clock, ConnectionStatus, Scan};
use crate::store::Store;

/// All that the operator API is given.
#[derive(Clone)]
pub struct ApiContext {
    pub store: Store,
    /// In the order of the configuration.
    pub connections: Vec<Arc<ConnectionStatus>>,
    /// Codes read by scanners.
    pub scans: broadcast::Sender<Scan>,
    /// The way to the cloud, enrolment included; how much waits is `store.model().queue`.
    pub carrier: Arc<CarrierStatus>,
    pub config: Arc<Config>,
    /// The content of `data_dir/admin.token`.
    pub admin_token: Arc<str>,
    pub clock: Arc<dyn Clock>,
}
