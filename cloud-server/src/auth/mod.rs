//! Who somebody is: log-in, sessions, keys of programs, and the check of each at every request (RBAC-01,
//! Only here a [`Caller`] for a person or a program is made.

mod account;
mod checked;
mod device;
mod limit;
pub mod password;
mod session;
mod token;

pub use account::reaches_all_plants;
pub use device::device;
pub use session::{SessionList, SessionView, end_all as end_sessions};

use crate::business::Wrong;
use crate::db::DbError;
use crate::params;
use crate::tenancy::{Caller, Organization, Tenancy, Tx};
use account::Account;
use checked::Checked;
use limit::Limit;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::Arc;
use token::Signer;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unison_api::error::ApiError;
use unison_core::time::{MINUTE, Timestamp};
use uuid::Uuid;

/// Hashes computed at the same time; each takes 19 MB and a processor.
const HASHES_MAX: usize = 2;
/// How exactly the last use of a program's key is known.
const USE_NOTED_EVERY: i64 = MINUTE;

/// What keys of programs begin with, so that a secret scanner knows them.
pub const API_TOKEN_PREFIX: &str = "unison_";

const WRONG: &str = "E-mail or password is wrong";
const ENDED: &str = "The session has ended; sign in again";

/// What is kept of a program's key.
#[must_use]
pub fn api_token_hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// See the module. Clones share it.
#[derive(Clone)]
pub struct Auth {
    tenancy: Tenancy,
    signer: Signer,
    limit: Arc<Limit>,
    checked: Checked,
    hashes: Arc<Semaphore>,
}

/// A session that begins.
#[derive(Clone, Debug)]
pub struct Session {
    pub token: String,
    pub expires_at: Timestamp,
    pub caller: Caller,
}

/// Where a log-in comes from, as its list shows it.
#[derive(Clone, Debug)]
pub struct From {
    pub ip: IpAddr,
    pub device: Option<String>,
}

impl Auth {
    #[must_use]
    pub fn new(tenancy: Tenancy) -> Self {
        let signer = Signer::new(tenancy.platform().vault().session_key());
        Self {
            tenancy,
            signer,
            limit: Arc::default(),
            checked: Checked::default(),
            hashes: Arc::new(Semaphore::new(HASHES_MAX)),
        }
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
        from: From,
    ) -> Result<Session, ApiError> {
        // One spelling for the limit and the look-up: a blank more must not be a new set of attempts.
        let email = email.trim().to_lowercase();
        let key = limit::Key::new(organization.id, &email, from.ip);
        self.need_attempt(&key)?;
        let (system, wanted) = (Caller::system(organization.id, "log-in"), email);
        let account: Result<_, DbError> =
            self.tenancy.read_brief(&system, move |tx: &Tx<'_>| Account::by_email(tx, &wanted)).await;
        let account = account.map_err(Wrong::from)?;
        let hash = account.as_ref().filter(|a| a.is_active).and_then(|a| a.hash.clone());
        let (is_right, _permit) = self.is_right(&key, password, hash).await?;
        let Some(account) = account.filter(|_| is_right) else {
            self.limit.failed(key, self.tenancy.now());
            metrics::counter!("unison_logins_failed_total").increment(1);
            return Err(ApiError::unauthenticated(WRONG));
        };
        self.limit.succeeded(&key);
        let session = self.begin(organization, account.id, from).await?;
        tracing::info!(organization = organization.id, user = account.id, "signed in");
        Ok(session)
    }

    fn need_attempt(&self, key: &limit::Key) -> Result<(), ApiError> {
        let wait = self.limit.wait_seconds(key, self.tenancy.now());
        wait.map_or(Ok(()), |seconds| Err(ApiError::too_many("Too many failed attempts", seconds)))
    }

    /// Whether the password is right; the permit is held until its failure is counted.
    async fn is_right(
        &self,
        key: &limit::Key,
        password: &str,
        hash: Option<String>,
    ) -> Result<(bool, OwnedSemaphorePermit), ApiError> {
        let permit = self.hashes.clone().acquire_owned().await.map_err(|e| stopped(&e))?;
        // Attempts that came at once waited together; those before this one may have used up the limit.
        self.need_attempt(key)?;
        let given = password.to_owned();
        // The permit goes along: the work ends even when nobody waits for it any more.
        let work = move || (password::is_right(&given, hash.as_deref()), permit);
        tokio::task::spawn_blocking(work).await.map_err(|e| stopped(&e))
    }

    /// Hashes a password, in turn with those that are checked.
    ///
    /// # Errors
    /// Only when the program ends.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        let permit = self.hashes.clone().acquire_owned().await.map_err(|e| stopped(&e))?;
        let work = move || (password::hash(&password), permit);
        let (hash, _permit) = tokio::task::spawn_blocking(work).await.map_err(|e| stopped(&e))?;
        Ok(hash.map_err(|e| Wrong::from(DbError::Failed(e)))?)
    }

    /// Checks a session's token or a program's key, or knows from a moment ago that it is good.
    ///
    /// # Errors
    /// 401 or 403 with the reason.
    pub async fn caller(&self, organization: &Organization, token: &str) -> Result<Caller, ApiError> {
        let version = self.tenancy.access_version(organization.id);
        if let Some(known) = self.checked.get(organization.id, token, version, self.tenancy.now()) {
            return Ok(known);
        }
        let caller = self.check(organization, token).await?;
        self.checked.keep(organization.id, token, version, &caller);
        Ok(caller)
    }

    /// In the order of RBAC-01: user active, organisation, session; plant and permission follow where they are
    /// known.
    async fn check(&self, organization: &Organization, token: &str) -> Result<Caller, ApiError> {
        if token.starts_with(API_TOKEN_PREFIX) {
            return self.program(organization, token).await;
        }
        let claims = self.signer.read(token, self.tenancy.now()).ok_or_else(|| ApiError::unauthenticated(ENDED))?;
        let home = self.home(organization, claims.org).await?.ok_or_else(|| ApiError::unauthenticated(ENDED))?;
        let found = claims.clone();
        let find = move |tx: &Tx<'_>| {
            let user: i64 = found.sub.parse().unwrap_or(0);
            Ok((Account::by_id(tx, user)?, session::permissions(tx, user, found.jti)?))
        };
        let system = Caller::system(home, "session check");
        let found: Result<_, DbError> = self.tenancy.read_brief(&system, find).await;
        let (account, permissions) = found.map_err(Wrong::from)?;
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
        match permissions.filter(|_| account.epoch == claims.epoch) {
            Some(permissions) => Ok(account.caller(home, &claims, permissions)),
            None => Err(ApiError::unauthenticated(ENDED)),
        }
    }

    /// The organisation that a token was made for.
    async fn home(&self, here: &Organization, uuid: Uuid) -> Result<Option<i64>, ApiError> {
        if here.uuid == uuid {
            return Ok(Some(here.id));
        }
        let all = self.tenancy.platform().organizations().await.map_err(Wrong::from)?;
        Ok(all.into_iter().find(|o| o.uuid == uuid).map(|o| o.id))
    }

    async fn program(&self, organization: &Organization, key: &str) -> Result<Caller, ApiError> {
        let (system, hash) = (Caller::system(organization.id, "API token check"), api_token_hash(key));
        let found: Result<_, DbError> =
            self.tenancy.read_brief(&system, move |tx: &Tx<'_>| account::program(tx, hash)).await;
        let reason = "This API token is unknown here, revoked or expired; an administrator makes a new one";
        let found = found.map_err(Wrong::from)?.ok_or_else(|| ApiError::unauthenticated(reason))?;
        let (caller, unnoted) = found;
        if let Some(id) = unnoted {
            let note = "UPDATE api_tokens SET last_used_at = $3 WHERE organization_id = $1 AND id = $2";
            let noted: Result<(), DbError> = self
                .tenancy
                .write(&system, move |tx| tx.execute(note, params![tx.org(), id, tx.now()]).map(drop))
                .await;
            // A call is not refused because nobody could write down that it came.
            if let Err(e) = noted {
                tracing::warn!(error = %e, "the last use of an API token is not noted");
            }
        }
        Ok(caller)
    }
}

fn stopped(e: &dyn std::fmt::Display) -> ApiError {
    Wrong::from(DbError::Stopped(e.to_string())).0
}
