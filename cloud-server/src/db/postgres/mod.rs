//! A PostgreSQL server as the place of all data.
//!
//! An organisation's transaction runs as one role that owns nothing, on tables under forced row-level
//! security, with its organisation set for this transaction only; the platform's tables belong to another
//! schema and another role, so that not even injected SQL finds a row of them. That security is the second
//! wall: the first is that every statement names its organisation, because whoever can inject SQL can also
//! call `set_config`.

mod address;
mod check;
mod codec;
mod error;
mod line;
mod migrate;
mod numeric;
mod pool;
mod store;
mod tls;
mod transaction;

pub use address::{Address, Addresses};
pub use check::check;
pub use line::{Line, NOTICE_BYTES_MAX};
pub use migrate::{migrate, migrate_to};
pub(super) use store::Store;
pub(super) use transaction::Transaction;

use super::schema::VERSION;
use super::{Database, DbError};
use pool::Pool;
use store::Place;

/// Connections for the platform's few and short transactions.
const PLATFORM_CONNECTIONS_MAX: usize = 4;
/// Older ones lack views that obey the rights of who asks.
const SERVER_VERSION_MIN: i32 = 150_000;

/// The pools of a server, its schema known to be the right one. Clones share them.
#[derive(Clone)]
pub struct Server {
    organizations: Pool,
    platform: Database,
    address: Address,
}

impl Server {
    /// Connects with both roles and makes sure that the schema is this program's.
    ///
    /// # Errors
    /// When the server does not answer, or its schema is older or newer.
    pub async fn connect(addresses: &Addresses) -> Result<Self, DbError> {
        let organizations = Pool::new(&addresses.application, addresses.connections_max)?;
        let platform = Pool::new(&addresses.platform, PLATFORM_CONNECTIONS_MAX.min(addresses.connections_max))?;
        drop(organizations.get().await?);
        let found = version(&*platform.get().await?).await?;
        let what = || format!("the database {}", addresses.platform);
        match found {
            n if n > VERSION => return Err(DbError::Newer { what: what(), found: n, known: VERSION }),
            n if n < VERSION => return Err(DbError::Older { what: what(), found: n, known: VERSION }),
            _ => {}
        }
        let faults = check::roles_of(addresses).await?;
        if !faults.is_empty() {
            let text = faults.join("; ");
            return Err(DbError::Failed(format!("row-level security would not bind this program: {text}")));
        }
        let platform = Database::on(Store::new(platform, &Place::Platform));
        Ok(Self { organizations, platform, address: addresses.application.clone() })
    }

    /// A connection on which programs on this database tell each other what they did.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn line(&self) -> Result<Line, DbError> {
        Line::open(&self.address).await
    }

    #[must_use]
    pub fn platform(&self) -> Database {
        self.platform.clone()
    }

    /// The rows of one organisation. Keep it while it is used: its writers take turns by it.
    #[must_use]
    pub fn organization(&self, id: i64) -> Database {
        Database::on(Store::new(self.organizations.clone(), &Place::Organization(id)))
    }
}

/// The schema that a database has; 0 when there is none yet.
async fn version(client: &tokio_postgres::Client) -> Result<i64, DbError> {
    let server: i32 = client.query_one("SELECT current_setting('server_version_num')::int4", &[]).await?.get(0);
    if server < SERVER_VERSION_MIN {
        return Err(DbError::Failed(format!("PostgreSQL 15 or newer is needed, this one says {server}")));
    }
    let there = client.query_one("SELECT to_regclass('platform.schema_version') IS NOT NULL", &[]).await?;
    if !there.get::<_, bool>(0) {
        return Ok(0);
    }
    let row = client.query_opt("SELECT version FROM platform.schema_version", &[]).await?;
    Ok(row.map_or(0, |r| r.get(0)))
}
