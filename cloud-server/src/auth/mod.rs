//! Who somebody is: log-in, sessions, and the check of a session at every request (RBAC-01, Q-134).
//! Only here a [`Caller`] for a person is made.

mod limit;
pub mod password;
mod token;

use crate::business::{Wrong, master};
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::{Caller, Organization, Reach, SignedOn, Tenancy, Tx};
use limit::Limit;
use std::net::IpAddr;
use std::sync::Arc;
use token::{Claims, Signer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unison_api::error::ApiError;
use unison_core::ids::PlantId;
use unison_core::time::{HOUR, Timestamp};
use uuid::Uuid;

/// Hashes computed at the same time; each takes 19 MB and a processor.
const HASHES_MAX: usize = 2;

/// How long ended sessions can be looked up.
const SESSIONS_KEPT: i64 = 90 * 24 * HOUR;

const WRONG: &str = "E-mail or password is wrong";
const ENDED: &str = "The session has ended; sign in again";

/// Whether people with these roles reach every plant of the organisation (TEN-10, R2).
#[must_use]
pub fn reaches_all_plants<S: AsRef<str>>(roles: &[S]) -> bool {
    roles.iter().any(|r| r.as_ref() == "organization_admin")
}

/// See the module. Clones share it.
#[derive(Clone)]
pub struct Auth {
    tenancy: Tenancy,
    signer: Signer,
    limit: Arc<Limit>,
    hashes: Arc<Semaphore>,
}

/// A session that begins.
#[derive(Clone, Debug)]
pub struct Session {
    pub token: String,
    pub expires_at: Timestamp,
    pub caller: Caller,
}

/// A row of `users` with what a session needs.
struct Account {
    id: i64,
    name: String,
    email: String,
    roles: Vec<String>,
    hash: Option<String>,
    is_active: bool,
    epoch: i64,
    plants: Vec<PlantId>,
}

impl Account {
    fn caller(&self, organization: i64, claims: &Claims) -> Caller {
        let roles = claims.permissions.clone();
        let reach = if reaches_all_plants(&roles) { Reach::AllPlants } else { Reach::Plants(self.plants.clone()) };
        Caller::user(
            organization,
            SignedOn {
                user_id: self.id,
                name: self.name.clone(),
                email: self.email.clone(),
                roles,
                reach,
                session: claims.jti,
                session_expires_at: claims.expires_at().0,
            },
        )
    }
}

impl Auth {
    #[must_use]
    pub fn new(tenancy: Tenancy) -> Self {
        let signer = Signer::new(tenancy.platform().vault().session_key());
        Self { tenancy, signer, limit: Arc::default(), hashes: Arc::new(Semaphore::new(HASHES_MAX)) }
    }

    /// Signs somebody in. An unknown e-mail, a wrong password and a disabled account look alike and take the
    /// same time.
    ///
    /// # Errors
    /// 401 when it is wrong, 429 after too many failures.
    pub async fn login(
        &self,
        organization: &Organization,
        email: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<Session, ApiError> {
        // One spelling for the limit and the look-up: a blank more must not be a new set of attempts.
        let email = email.trim().to_lowercase();
        let key = limit::Key::new(organization.id, &email, from);
        self.need_attempt(&key)?;
        let account = self.account_of(organization.id, email).await?;
        let hash = account.as_ref().filter(|a| a.is_active).and_then(|a| a.hash.clone());
        let (is_right, _permit) = self.is_right(&key, password, hash).await?;
        let Some(account) = account.filter(|_| is_right) else {
            self.limit.failed(key, self.tenancy.now());
            metrics::counter!("unison_logins_failed_total").increment(1);
            return Err(ApiError::unauthenticated(WRONG));
        };
        self.limit.succeeded(&key);
        let plant = account.plants.first().map(|p| p.0);
        let claims =
            Claims::new(account.id, organization.uuid, plant, account.roles.clone(), account.epoch, self.tenancy.now());
        let token = self.signer.write(&claims).map_err(|e| Wrong::from(DbError::Failed(e)))?;
        let caller = account.caller(organization.id, &claims);
        let (id, user, expires) = (claims.jti, account.id, claims.expires_at());
        let begun: Result<(), DbError> = self
            .tenancy
            .write(&caller, move |tx| {
                // What expired long ago tells nobody anything.
                let old = "DELETE FROM sessions WHERE organization_id = $1 AND expires_at < $2";
                tx.execute(old, params![tx.org(), tx.now().plus(-SESSIONS_KEPT)])?;
                let sql = "INSERT INTO sessions (organization_id, id, user_id, ip, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
                tx.execute(sql, params![tx.org(), id, user, from.to_string(), tx.now(), expires]).map(drop)
            })
            .await;
        begun.map_err(Wrong::from)?;
        tracing::info!(organization = organization.id, user = account.id, "signed in");
        Ok(Session { token, expires_at: claims.expires_at(), caller })
    }

    fn need_attempt(&self, key: &limit::Key) -> Result<(), ApiError> {
        let Some(seconds) = self.limit.wait_seconds(key, self.tenancy.now()) else { return Ok(()) };
        let reason = format!("Too many failed attempts; try again in {seconds} seconds");
        Err(ApiError::new(429, "Too many requests", reason))
    }

    /// Whether the password is right; the permit is held until its failure is counted.
    async fn is_right(
        &self,
        key: &limit::Key,
        password: &str,
        hash: Option<String>,
    ) -> Result<(bool, OwnedSemaphorePermit), ApiError> {
        let stopped = |e: String| Wrong::from(DbError::Stopped(e));
        let permit = self.hashes.clone().acquire_owned().await.map_err(|e| stopped(e.to_string()))?;
        // Attempts that came at once waited together; those before this one may have used up the limit.
        self.need_attempt(key)?;
        let given = password.to_owned();
        // The permit goes along: the work ends even when nobody waits for it any more.
        let work = move || (password::is_right(&given, hash.as_deref()), permit);
        Ok(tokio::task::spawn_blocking(work).await.map_err(|e| stopped(e.to_string()))?)
    }

    async fn account_of(&self, organization: i64, email: String) -> Result<Option<Account>, ApiError> {
        let caller = Caller::system(organization, "log-in");
        let find = move |tx: &Tx<'_>| account(tx, "email = $2", params![email]);
        self.tenancy.read(&caller, find).await.map_err(|e: DbError| Wrong::from(e).into())
    }

    /// Checks a token in the order of RBAC-01: user active, organisation, session; plant and permission
    /// follow where they are known.
    ///
    /// # Errors
    /// 401 or 403 with the reason.
    pub async fn caller(&self, organization: &Organization, token: &str) -> Result<Caller, ApiError> {
        let claims = self.signer.read(token, self.tenancy.now()).ok_or_else(|| ApiError::unauthenticated(ENDED))?;
        let home = self.home(organization, claims.org).await?.ok_or_else(|| ApiError::unauthenticated(ENDED))?;
        let found = claims.clone();
        let find = move |tx: &Tx<'_>| {
            let user: i64 = found.sub.parse().unwrap_or(0);
            let open = "SELECT 1 AS one FROM sessions WHERE organization_id = $1 AND id = $2 AND user_id = $3 AND ended_at IS NULL";
            let is_open = tx.query_one(open, params![tx.org(), found.jti, user])?.is_some();
            Ok((account(tx, "id = $2", params![user])?, is_open))
        };
        let system = Caller::system(home, "session check");
        let found: Result<_, DbError> = self.tenancy.read(&system, find).await;
        let (account, is_open) = found.map_err(Wrong::from)?;
        let account = account.ok_or_else(|| ApiError::unauthenticated(ENDED))?;
        if !account.is_active {
            return Err(ApiError::new(
                401,
                "User disabled",
                "This account is disabled; an administrator can enable it",
            ));
        }
        if home != organization.id {
            let reason = "This session belongs to another organisation; sign in at that organisation's address";
            return Err(ApiError::new(403, "Cross-tenant access", reason));
        }
        if !is_open || account.epoch != claims.epoch {
            return Err(ApiError::unauthenticated(ENDED));
        }
        Ok(account.caller(home, &claims))
    }

    /// The organisation that a token was made for.
    async fn home(&self, here: &Organization, uuid: Uuid) -> Result<Option<i64>, ApiError> {
        if here.uuid == uuid {
            return Ok(Some(here.id));
        }
        let all = self.tenancy.platform().organizations().await.map_err(Wrong::from)?;
        Ok(all.into_iter().find(|o| o.uuid == uuid).map(|o| o.id))
    }

    /// Ends the caller's session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logout(&self, caller: &Caller) -> Result<(), ApiError> {
        let Some(user) = caller.signed_on() else { return Ok(()) };
        let session = user.session;
        let ended: Result<(), DbError> = self
            .tenancy
            .write(caller, move |tx| {
                let sql =
                    "UPDATE sessions SET ended_at = $3 WHERE organization_id = $1 AND id = $2 AND ended_at IS NULL";
                tx.execute(sql, params![tx.org(), session, tx.now()]).map(drop)
            })
            .await;
        ended.map_err(|e| Wrong::from(e).into())
    }
}

/// A user of the transaction's organisation.
fn account(tx: &Tx<'_>, condition: &str, key: &[crate::db::Value]) -> Result<Option<Account>, DbError> {
    let sql = format!("SELECT * FROM users WHERE organization_id = $1 AND {condition}");
    let row = tx.query_one(&sql, &[params![tx.org()], key].concat())?;
    row.as_ref().map(|row| read(tx, row)).transpose()
}

fn read(tx: &Tx<'_>, row: &Row) -> Result<Account, DbError> {
    let id: i64 = row.get("id")?;
    let roles = master::roles(row)?;
    let sql = if reaches_all_plants(&roles) {
        "SELECT id AS plant_id FROM plants WHERE organization_id = $1 AND is_active = TRUE AND $2 <> 0 ORDER BY id"
    } else {
        "SELECT plant_id FROM user_plants WHERE organization_id = $1 AND user_id = $2 ORDER BY plant_id"
    };
    let plants = tx.query(sql, params![tx.org(), id])?;
    Ok(Account {
        id,
        name: row.get("name")?,
        email: row.get("email")?,
        roles,
        hash: row.get("password_hash")?,
        is_active: row.get("is_active")?,
        epoch: row.get("epoch")?,
        plants: plants.iter().map(|p| p.get("plant_id")).collect::<Result<_, _>>()?,
    })
}
