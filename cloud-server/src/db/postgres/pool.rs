//! Connections of one role, and what is remembered of its statements.

use super::Address;
use crate::db::DbError;
use deadpool_postgres::{Manager, ManagerConfig, Object, RecyclingMethod, Runtime, Timeouts};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_postgres::types::Type;
use tokio_postgres::{Config, NoTls};

/// Limits of every session, on the server's side. A transaction that does nothing for so long is lost work.
pub(super) const LIMITS: &str = "-c statement_timeout=60s -c idle_in_transaction_session_timeout=300s";
const CONNECT_MAX: Duration = Duration::from_secs(5);
const WAIT_MAX: Duration = Duration::from_secs(15);
/// Texts of which parameter types are remembered.
const WIDE_MAX: usize = 2_000;

/// A connection that goes back when it is dropped.
pub(super) type Lent = Object;

/// See the module. Clones share it.
#[derive(Clone)]
pub(super) struct Pool {
    pool: deadpool_postgres::Pool,
    wide: Arc<Mutex<HashMap<String, Arc<[Type]>>>>,
}

impl Pool {
    /// Connects when the first connection is asked for.
    pub(super) fn new(address: &Address, size_max: usize) -> Result<Self, DbError> {
        let config = address.config();
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match address.tls()? {
            None => Manager::from_config(config, NoTls, manager),
            Some(tls) => Manager::from_config(config, tls, manager),
        };
        let built = deadpool_postgres::Pool::builder(manager)
            .max_size(size_max)
            .timeouts(Timeouts { wait: Some(WAIT_MAX), create: Some(CONNECT_MAX * 2), recycle: Some(CONNECT_MAX) })
            .runtime(Runtime::Tokio1)
            .build();
        let pool = built.map_err(|e| DbError::Failed(e.to_string()))?;
        Ok(Self { pool, wide: Arc::default() })
    }

    pub(super) async fn get(&self) -> Result<Lent, DbError> {
        Ok(self.pool.get().await?)
    }

    pub(super) fn size_max(&self) -> usize {
        self.pool.status().max_size
    }

    pub(super) fn wide(&self, sql: &str) -> Option<Arc<[Type]>> {
        self.wide.lock().unwrap_or_else(PoisonError::into_inner).get(sql).cloned()
    }

    pub(super) fn set_wide(&self, sql: &str, types: Arc<[Type]>) {
        let mut wide = self.wide.lock().unwrap_or_else(PoisonError::into_inner);
        if wide.len() >= WIDE_MAX {
            wide.clear();
        }
        wide.insert(sql.to_owned(), types);
    }
}

/// What every connection has, whatever its address says.
pub(super) fn limited(mut config: Config) -> Config {
    let options = config.get_options().map_or_else(|| LIMITS.to_owned(), |o| format!("{o} {LIMITS}"));
    config.options(options).connect_timeout(CONNECT_MAX).tcp_user_timeout(Duration::from_secs(30));
    if config.get_application_name().is_none() {
        config.application_name("unison");
    }
    config
}
