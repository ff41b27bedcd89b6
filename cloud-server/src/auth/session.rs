//! What people do with their own sessions: begin, change the plant, change the password, look at them, end
//! them (Q-134, TEN-07, TEN-08).

use super::account::Account;
use super::token::{Claims, Signer};
use super::{Auth, ENDED, From, Session, limit, password};
use crate::business::Wrong;
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::{Caller, Organization, SignedOn, Tx, Via, WriteTx};
use schemars::JsonSchema;
use serde::Serialize;
use unison_api::error::ApiError;
use unison_core::ids::PlantId;
use unison_core::time::{HOUR, Rfc3339, SECOND, Timestamp};
use uuid::Uuid;

/// How long ended sessions can be looked up.
const SESSIONS_KEPT: i64 = 90 * 24 * HOUR;
/// Sessions that are listed.
const LISTED_MAX: i64 = 100;

/// A log-in on a device.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SessionView {
    pub id: Uuid,
    /// Browser and system.
    pub device: Option<String>,
    pub ip: Option<String>,
    pub created_at: Rfc3339,
    pub expires_at: Rfc3339,
    /// The one that asks.
    pub is_current: bool,
}

/// The sessions of a person that have not ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SessionList {
    pub sessions: Vec<SessionView>,
    pub total: u64,
}

/// Who has a session, for calls that a program's key cannot make.
fn person(caller: &Caller) -> Result<(SignedOn, Uuid), ApiError> {
    match caller.signed_on() {
        Some(user @ SignedOn { via: Via::Session { id, .. }, .. }) => Ok((user.clone(), *id)),
        _ => Err(ApiError::new(403, "No session", "This is for people who signed in, not for API tokens")),
    }
}

/// What a session that begins is made of.
struct Start<'a> {
    signer: &'a Signer,
    org: Uuid,
    account: &'a Account,
    plant: Option<PlantId>,
    from: &'a From,
    /// The session that it goes on with: neither newer permissions (RBAC-10) nor more time.
    before: Option<&'a SignedOn>,
}

/// Begins a session: its row and its token.
fn begin(tx: &WriteTx<'_>, start: &Start<'_>) -> Result<Session, DbError> {
    // What expired long ago tells nobody anything.
    let old = "DELETE FROM sessions WHERE organization_id = $1 AND expires_at < $2";
    tx.execute(old, params![tx.org(), tx.now().plus(-SESSIONS_KEPT)])?;
    let (account, (iat, exp)) = (start.account, Claims::lasting(tx.now()));
    let permissions = match start.before {
        Some(before) => before.permissions.clone(),
        None => account.permissions(tx)?,
    };
    let kept = serde_json::to_string(&permissions).map_err(|e| DbError::Failed(e.to_string()))?;
    let exp = match start.before.map(|b| &b.via) {
        Some(Via::Session { expires_at, .. }) => expires_at.0 / SECOND,
        _ => exp,
    };
    let plant = start.plant.or_else(|| account.plants.first().copied());
    let claims = Claims {
        sub: account.id.to_string(),
        org: start.org,
        current_plant_id: plant.map(|p| p.0),
        epoch: account.epoch,
        jti: Uuid::now_v7(),
        iat,
        exp,
    };
    let token = start.signer.write(&claims).map_err(DbError::Failed)?;
    tx.execute(
        "INSERT INTO sessions (organization_id, id, user_id, device, ip, created_at, expires_at, permissions)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            tx.org(),
            claims.jti,
            account.id,
            start.from.device.clone(),
            start.from.ip.to_string(),
            tx.now(),
            claims.expires_at(),
            kept
        ],
    )?;
    Ok(Session { token, expires_at: claims.expires_at(), caller: account.caller(tx.org(), &claims, permissions) })
}

/// What a session that has not ended may do.
pub(super) fn permissions(tx: &Tx<'_>, user: i64, session: Uuid) -> Result<Option<Vec<String>>, DbError> {
    let sql = "SELECT permissions FROM sessions
               WHERE organization_id = $1 AND id = $2 AND user_id = $3 AND ended_at IS NULL AND expires_at > $4";
    let row = tx.query_one(sql, params![tx.org(), session, user, tx.now()])?;
    let Some(kept) = row.map(|r| r.get::<Option<String>>("permissions")).transpose()?.flatten() else {
        return Ok(None);
    };
    serde_json::from_str(&kept).map(Some).map_err(|e| DbError::Failed(format!("permissions of a session: {e}")))
}

/// Ends all sessions of a user.
///
/// # Errors
/// When the database fails.
pub fn end_all(tx: &WriteTx<'_>, user: i64) -> Result<(), DbError> {
    let sql = "UPDATE sessions SET ended_at = $3 WHERE organization_id = $1 AND user_id = $2 AND ended_at IS NULL";
    tx.execute(sql, params![tx.org(), user, tx.now()]).map(drop)
}

fn end_one(tx: &WriteTx<'_>, user: i64, session: Uuid) -> Result<bool, DbError> {
    let sql = "UPDATE sessions SET ended_at = $4 WHERE organization_id = $1 AND id = $2 AND user_id = $3 AND ended_at IS NULL";
    Ok(tx.execute(sql, params![tx.org(), session, user, tx.now()])? > 0)
}

impl Auth {
    pub(super) async fn begin(&self, organization: &Organization, user: i64, from: From) -> Result<Session, ApiError> {
        let (signer, org) = (self.signer.clone(), organization.uuid);
        let work = move |tx: &WriteTx<'_>| {
            // Read again: somebody may have been disabled while the password was checked.
            let account = Account::by_id(tx, user)?.filter(|a| a.is_active);
            let account = account.ok_or_else(|| ApiError::unauthenticated(super::WRONG))?;
            Ok(begin(tx, &Start { signer: &signer, org, account: &account, plant: None, from: &from, before: None })?)
        };
        Ok(self.tenancy.write::<_, Wrong, _>(&Caller::system(organization.id, "log-in"), work).await?)
    }

    /// The same person with another plant: a new session, and the old one ends (TEN-07, TEN-08).
    ///
    /// # Errors
    /// 403 for a plant that is not assigned.
    pub async fn switch_plant(
        &self,
        organization: &Organization,
        caller: &Caller,
        plant: PlantId,
        from: From,
    ) -> Result<Session, ApiError> {
        let ((user, session), signer, org) = (person(caller)?, self.signer.clone(), organization.uuid);
        let work = move |tx: &WriteTx<'_>| {
            let account = Account::by_id(tx, user.user_id)?.ok_or_else(|| ApiError::unauthenticated(ENDED))?;
            if !account.plants.contains(&plant) {
                return Err(ApiError::no_plant_access().into());
            }
            // Of two that come at once one finds the session ended.
            if !end_one(tx, user.user_id, session)? {
                return Err(ApiError::unauthenticated(ENDED).into());
            }
            let start =
                Start { signer: &signer, org, account: &account, plant: Some(plant), from: &from, before: Some(&user) };
            Ok(begin(tx, &start)?)
        };
        Ok(self.tenancy.write::<_, Wrong, _>(caller, work).await?)
    }

    /// Changes the caller's password: every session ends, and a new one begins.
    ///
    /// # Errors
    /// 400 for a password that will not do, 429 after too many wrong ones.
    pub async fn change_password(
        &self,
        organization: &Organization,
        caller: &Caller,
        current: &str,
        new: &str,
        from: From,
    ) -> Result<Session, ApiError> {
        let (user, _) = person(caller)?;
        let key = limit::Key::new(organization.id, &format!("password of {}", user.user_id), from.ip);
        self.need_attempt(&key)?;
        let id = user.user_id;
        let stored: Result<_, DbError> = self.tenancy.read(caller, move |tx: &Tx<'_>| Account::by_id(tx, id)).await;
        let stored = stored.map_err(Wrong::from)?.and_then(|a| a.hash);
        let (is_right, permit) = self.is_right(&key, current, stored.clone()).await?;
        if !is_right {
            self.limit.failed(key, self.tenancy.now());
            return Err(ApiError::field("current_password", "is not your password"));
        }
        drop(permit);
        self.limit.succeeded(&key);
        password::check_chosen(new, current, &user.email, &user.name)
            .map_err(|e| ApiError::field("new_password", e))?;
        let hash = self.hash(new.to_owned()).await?;
        let (signer, org, plant) = (self.signer.clone(), organization.uuid, user.current_plant);
        let work = move |tx: &WriteTx<'_>| {
            let sql = "UPDATE users SET password_hash = $3, must_change_password = FALSE, epoch = epoch + 1, version = version + 1, updated_at = $4
                       WHERE organization_id = $1 AND id = $2 AND password_hash = $5 AND is_active = TRUE";
            // Only the password that was checked is replaced.
            if tx.execute(sql, params![tx.org(), id, hash, tx.now(), stored])? == 0 {
                return Err(ApiError::unauthenticated(ENDED).into());
            }
            end_all(tx, id)?;
            tx.audit("user", id, "change_password", None::<&()>, None::<&()>)?;
            let account = Account::by_id(tx, id)?.ok_or_else(|| ApiError::unauthenticated(ENDED))?;
            let plant = plant.filter(|p| account.plants.contains(p));
            Ok(begin(tx, &Start { signer: &signer, org, account: &account, plant, from: &from, before: None })?)
        };
        Ok(self.tenancy.write::<_, Wrong, _>(caller, work).await?)
    }

    /// The caller's sessions, the newest first.
    ///
    /// # Errors
    /// For a program, or when the database fails.
    pub async fn sessions(&self, caller: &Caller) -> Result<SessionList, ApiError> {
        let (user, current) = person(caller)?;
        let sql = "SELECT id, device, ip, created_at, expires_at FROM sessions
                   WHERE organization_id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3
                   ORDER BY created_at DESC, id DESC LIMIT $4";
        let rows: Result<Vec<SessionView>, DbError> = self
            .tenancy
            .read(caller, move |tx| {
                let rows = tx.query(sql, params![tx.org(), user.user_id, tx.now(), LISTED_MAX])?;
                rows.iter().map(|row| view(row, current)).collect()
            })
            .await;
        let sessions = rows.map_err(Wrong::from)?;
        Ok(SessionList { total: sessions.len() as u64, sessions })
    }

    /// Ends one of the caller's sessions; the same call again is answered alike.
    ///
    /// # Errors
    /// 404 when it is none of the caller's.
    pub async fn end_session(&self, caller: &Caller, session: Uuid) -> Result<(), ApiError> {
        let (user, _) = person(caller)?;
        let work = move |tx: &WriteTx<'_>| {
            let own = "SELECT 1 AS one FROM sessions WHERE organization_id = $1 AND id = $2 AND user_id = $3";
            if tx.query_one(own, params![tx.org(), session, user.user_id])?.is_none() {
                return Err(ApiError::not_found("session").into());
            }
            Ok(end_one(tx, user.user_id, session).map(drop)?)
        };
        Ok(self.tenancy.write::<_, Wrong, _>(caller, work).await?)
    }

    /// Ends the caller's session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logout(&self, caller: &Caller) -> Result<(), ApiError> {
        let (user, session) = person(caller)?;
        let ended: Result<bool, DbError> =
            self.tenancy.write(caller, move |tx| end_one(tx, user.user_id, session)).await;
        ended.map_err(Wrong::from)?;
        Ok(())
    }
}

fn view(row: &Row, current: Uuid) -> Result<SessionView, DbError> {
    let id: Uuid = row.get("id")?;
    Ok(SessionView {
        id,
        device: row.get("device")?,
        ip: row.get("ip")?,
        created_at: row.get::<Timestamp>("created_at")?.into(),
        expires_at: row.get::<Timestamp>("expires_at")?.into(),
        is_current: id == current,
    })
}
