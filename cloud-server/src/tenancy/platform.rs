//! The platform file: which organisations there are, which e-mail belongs to which, which edges may talk
//! and with which keys. It holds no data of an organisation.

use super::others::Others;
use super::vault::random;
use super::{Clock, Vault};
use crate::db::{Database, DbError, Row, Session, Value};
use crate::params;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use unison_core::time::{HOUR, Timestamp};
use unison_sync::seal::{Address, Keys, public_key};
use uuid::Uuid;

/// The generation of first records: 1 are the units of measure, 2 what edges heard first of the cloud of schema 5.
const SEEDS: i64 = 3;

/// How long an enrolment token may be used.
const TOKEN_LIFE: i64 = 24 * HOUR;

/// How long a change of an organisation by another program may go unseen when it is not heard of; those of this one
/// count at once.
const NAMES_KEPT: Duration = Duration::from_secs(5);
const NAMES_MAX: u64 = 10_000;

/// An organisation as the platform knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    pub id: i64,
    pub uuid: Uuid,
    pub name: String,
    pub slug: String,
    pub subdomain: String,
    pub is_active: bool,
    /// None: made without a trial.
    pub trial_ends_at: Option<Timestamp>,
    pub subscribed_from: Option<Timestamp>,
    /// None: until somebody ends it.
    pub subscribed_until: Option<Timestamp>,
}

impl Organization {
    /// Why people can only read: the trial, or what was paid for, is over. Edges go on delivering.
    #[must_use]
    pub fn ended(&self, now: Timestamp) -> Option<Ended> {
        let has_begun = self.subscribed_from.is_some_and(|from| from <= now);
        if has_begun && self.subscribed_until.is_none_or(|until| now < until) {
            return None;
        }
        match self.trial_ends_at {
            Some(end) if now < end => None,
            _ if has_begun => Some(Ended::Subscription),
            Some(_) => Some(Ended::Trial),
            // Neither trial nor subscription: the operator of this server uses it himself.
            None => None,
        }
    }
}

/// What is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Trial,
    Subscription,
}

/// What is needed to talk with an edge.
#[derive(Clone, Debug)]
pub struct EdgeLink {
    pub organization: i64,
    pub address: Address,
    pub keys: Keys,
    /// Which of the cloud's key pairs the edge knows; goes into the header of envelopes.
    pub key_id: u32,
    pub is_revoked: bool,
}

/// A token that was found good and is not yet used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolment {
    pub organization: i64,
    pub plant_id: i64,
    hash: [u8; 32],
}

/// See the module. Clones share it.
#[derive(Clone)]
pub struct Platform {
    pub(super) file: Database,
    vault: Vault,
    clock: Clock,
    /// Who is at an address, asked for by every request.
    names: Cache<String, (u64, Organization)>,
    /// Grows with every change of an organisation that is heard of; what was read under an older number is not believed.
    changes: Arc<AtomicU64>,
    others: Option<Others>,
}

impl Platform {
    pub(super) fn new(file: Database, vault: Vault, clock: Clock, others: Option<Others>) -> Self {
        let names = Cache::builder().max_capacity(NAMES_MAX).time_to_live(NAMES_KEPT).build();
        Self { file, vault, clock, names, changes: Arc::default(), others }
    }

    #[must_use]
    pub const fn vault(&self) -> &Vault {
        &self.vault
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Whether the platform file answers; for the health check.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.file.read(|s| s.query("SELECT 1", &[]).map(drop)).await
    }

    /// Every organisation, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organizations(&self) -> Result<Vec<Organization>, DbError> {
        let rows = self.file.read(|s| s.query("SELECT * FROM organizations ORDER BY id", &[])).await?;
        rows.iter().map(organization).collect()
    }

    /// The organisation of a subdomain or slug, in lower case; inactive ones too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organization(&self, name: &str) -> Result<Option<Organization>, DbError> {
        let name = name.to_lowercase();
        let changes = self.changes.load(Ordering::Acquire);
        if let Some((_, known)) = self.names.get(&name).filter(|(then, _)| *then == changes) {
            return Ok(Some(known));
        }
        let wanted = name.clone();
        let find = move |s: &Session<'_>| {
            let sql =
                "SELECT * FROM organizations WHERE subdomain = $1 OR slug = $1 ORDER BY subdomain = $1 DESC LIMIT 1";
            s.query_one(sql, params![wanted])?.as_ref().map(organization).transpose()
        };
        let found: Option<Organization> = self.file.read(find).await?;
        // Names that mean nothing are not kept: strangers could fill the memory with them.
        if let Some(found) = &found {
            self.names.insert(name, (changes, found.clone()));
        }
        Ok(found)
    }

    /// Makes an organisation. `Unique` when slug or subdomain are taken, each also as the other of somebody else:
    /// both name the organisation at an address.
    ///
    /// # Errors
    /// When they are, or the database fails.
    pub async fn create_organization(&self, name: &str, slug: &str, subdomain: &str) -> Result<Organization, DbError> {
        let (now, uuid) = (self.now(), Uuid::now_v7());
        let (name, slug, subdomain) = (name.to_owned(), slug.to_owned(), subdomain.to_owned());
        let insert = move |s: &Session<'_>| {
            let crossed = "SELECT name FROM organizations WHERE subdomain = $1 OR slug = $2";
            if s.query_one(crossed, params![&slug, &subdomain])?.is_some() {
                return Err(DbError::Unique(format!("organizations: {slug} or {subdomain} names another one")));
            }
            let row = s.query_one(
                "INSERT INTO organizations (uuid, name, slug, subdomain, created_at, updated_at, seeds)
                 VALUES ($1, $2, $3, $4, $5, $5, $6) RETURNING *",
                // Whoever makes it gives it its first records at once.
                params![uuid, name, slug, subdomain, now, SEEDS],
            )?;
            row.as_ref().map(organization).transpose()?.ok_or_else(|| DbError::Failed("nothing was inserted".into()))
        };
        let changes = self.changes.clone();
        let then = move |made| {
            changes.fetch_add(1, Ordering::Release);
            made
        };
        self.file.write(insert, then).await
    }

    /// Organisations that were not given all first records that this program knows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unseeded(&self) -> Result<Vec<Organization>, DbError> {
        let find =
            |s: &Session<'_>| s.query("SELECT * FROM organizations WHERE seeds < $1 ORDER BY id", params![SEEDS]);
        self.file.read(find).await?.iter().map(organization).collect()
    }

    /// Takes note that an organisation was given them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seeded(&self, organization: i64) -> Result<(), DbError> {
        let sql = "UPDATE organizations SET seeds = $2 WHERE id = $1";
        self.file.write(move |s| s.execute(sql, params![organization, SEEDS]).map(drop), |done| done).await
    }

    /// Suspends an organisation or takes it back; people of a suspended one are told that there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_active(&self, organization: i64, is_active: bool) -> Result<(), DbError> {
        self.set(organization, "is_active = $3", is_active).await
    }

    /// Until when an organisation may be tried out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_trial(&self, organization: i64, ends_at: Option<Timestamp>) -> Result<(), DbError> {
        self.set(organization, "trial_ends_at = $3", ends_at).await
    }

    /// An organisation is paid for from now on, until then or until it is ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn subscribe(&self, organization: i64, until: Option<Timestamp>) -> Result<(), DbError> {
        self.set(organization, "subscribed_from = coalesce(subscribed_from, $2), subscribed_until = $3", until).await
    }

    async fn set(&self, organization: i64, change: &str, value: impl Into<Value>) -> Result<(), DbError> {
        let sql = format!("UPDATE organizations SET {change}, updated_at = $2 WHERE id = $1");
        let (now, value) = (self.now(), value.into());
        let here = self.clone();
        let work = move |s: &Session<'_>| s.execute(&sql, params![organization, now, value]).map(drop);
        self.file.write(work, move |()| here.organizations_changed()).await
    }

    /// After the commit.
    fn organizations_changed(&self) {
        if let Some(others) = &self.others {
            others.tell_organizations_changed();
        }
        self.organizations_changed_elsewhere();
    }

    pub(super) fn organizations_changed_elsewhere(&self) {
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// Takes an organisation back whose first rows were not written; its e-mails and names are free again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undo_organization(&self, organization: i64) -> Result<(), DbError> {
        let work = move |s: &Session<'_>| {
            s.execute("DELETE FROM logins WHERE organization_id = $1 AND confirmed = FALSE", params![organization])?;
            s.execute("DELETE FROM organizations WHERE id = $1", params![organization]).map(drop)
        };
        let here = self.clone();
        self.file.write(work, move |()| here.organizations_changed()).await
    }

    /// Makes a one-time token for a plant; only its hash is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create_token(&self, organization: i64, plant_id: i64) -> Result<(String, Timestamp), DbError> {
        let (token, now) = (hex(&random::<24>()), self.now());
        let (hash, expires) = (token_hash(&token), now.plus(TOKEN_LIFE));
        let insert = move |s: &Session<'_>| {
            s.execute(
                "INSERT INTO enrolment_tokens (hash, organization_id, plant_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
                params![hash, organization, plant_id, now, expires],
            )
            .map(drop)
        };
        self.file.write(insert, |()| ()).await?;
        Ok((token, expires))
    }

    /// What a token is good for; nothing when it is unknown, used or expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token(&self, token: &str) -> Result<Option<Enrolment>, DbError> {
        let (hash, now) = (token_hash(token), self.now());
        let find = move |s: &Session<'_>| {
            let sql = "SELECT organization_id, plant_id FROM enrolment_tokens WHERE hash = $1 AND used_at IS NULL AND expires_at > $2";
            let row = s.query_one(sql, params![hash, now])?;
            row.map(|r| Ok(Enrolment { organization: r.get("organization_id")?, plant_id: r.get("plant_id")?, hash }))
                .transpose()
        };
        self.file.read(find).await
    }

    /// Uses a token up and takes in the edge. Nothing when somebody else used it meanwhile.
    ///
    /// # Errors
    /// When the database fails or the key pair of the cloud cannot be opened.
    pub async fn enrol(
        &self,
        token: Enrolment,
        address: Address,
        edge_key: [u8; 32],
    ) -> Result<Option<EdgeLink>, DbError> {
        let (now, vault) = (self.now(), self.vault.clone());
        let work = move |s: &Session<'_>| {
            let used = s.execute(
                "UPDATE enrolment_tokens SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
                params![token.hash, now],
            )?;
            if used == 0 {
                return Ok(None);
            }
            let key_id = cloud_key(s, &vault, now)?;
            s.execute(
                "INSERT INTO edges (uuid, organization_id, plant_uuid, public_key, cloud_key_id, enrolled_at)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                params![address.edge, token.organization, address.plant, edge_key, key_id, now],
            )?;
            edge_link(s, &vault, address.edge)
        };
        self.file.write(work, |out| out).await
    }

    /// Gives a token back when the organisation's side of an enrolment failed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undo_enrol(&self, token: Enrolment, edge: Uuid) -> Result<(), DbError> {
        let work = move |s: &Session<'_>| {
            s.execute("DELETE FROM edges WHERE uuid = $1", params![edge])?;
            s.execute("UPDATE enrolment_tokens SET used_at = NULL WHERE hash = $1", params![token.hash]).map(drop)
        };
        self.file.write(work, |()| ()).await
    }

    /// The link to an edge, revoked ones too.
    ///
    /// # Errors
    /// When the database fails or its keys cannot be opened.
    pub async fn edge(&self, edge: Uuid) -> Result<Option<EdgeLink>, DbError> {
        let vault = self.vault.clone();
        self.file.read(move |s| edge_link(s, &vault, edge)).await
    }

    /// From now on the edge may not talk any more; a server that runs cuts it within seconds. False when there
    /// is no such edge.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_edge(&self, edge: Uuid) -> Result<bool, DbError> {
        let now = self.now();
        let sql = "UPDATE edges SET revoked_at = coalesce(revoked_at, $2) WHERE uuid = $1";
        self.file.write(move |s| s.execute(sql, params![edge, now]).map(|n| n > 0), |done| done).await
    }

    /// Public half of a key pair of the cloud.
    ///
    /// # Errors
    /// When the database fails or there is no such pair.
    pub async fn cloud_public_key(&self, key_id: u32) -> Result<[u8; 32], DbError> {
        let find = move |s: &Session<'_>| {
            let row = s.query_one("SELECT public_key FROM cloud_keys WHERE id = $1", params![key_id])?;
            row.ok_or_else(|| DbError::Failed(format!("there is no cloud key {key_id}")))?.get("public_key")
        };
        self.file.read(find).await
    }
}

fn edge_link(s: &Session<'_>, vault: &Vault, edge: Uuid) -> Result<Option<EdgeLink>, DbError> {
    let row = s.query_one(
        "SELECT e.organization_id, e.plant_uuid, e.public_key, e.cloud_key_id, e.revoked_at, k.wrapped, o.uuid AS organization_uuid
         FROM edges e JOIN cloud_keys k ON k.id = e.cloud_key_id JOIN organizations o ON o.id = e.organization_id
         WHERE e.uuid = $1",
        params![edge],
    )?;
    let Some(row) = row else { return Ok(None) };
    let address = Address { organization: row.get("organization_uuid")?, plant: row.get("plant_uuid")?, edge };
    let secret = vault.unwrap_key(&row.get::<Vec<u8>>("wrapped")?, WRAPPED_FOR).ok_or_else(|| {
        DbError::Failed("the cloud's key cannot be opened: master.key is not the one it was wrapped with".into())
    })?;
    let keys = Keys::agree(secret, row.get("public_key")?, &address)
        .ok_or_else(|| DbError::Failed(format!("the public key of edge {edge} is weak")))?;
    Ok(Some(EdgeLink {
        organization: row.get("organization_id")?,
        address,
        keys,
        key_id: row.get("cloud_key_id")?,
        is_revoked: row.get::<Option<i64>>("revoked_at")?.is_some(),
    }))
}

const WRAPPED_FOR: &str = "unison cloud key";

/// The newest key pair of the cloud, made at the first use.
fn cloud_key(s: &Session<'_>, vault: &Vault, now: Timestamp) -> Result<i64, DbError> {
    if let Some(row) = s.query_one("SELECT id FROM cloud_keys ORDER BY id DESC LIMIT 1", &[])? {
        return row.get("id");
    }
    let secret = random::<32>();
    let wrapped =
        vault.wrap(&secret, WRAPPED_FOR).ok_or_else(|| DbError::Failed("the cloud's key cannot be wrapped".into()))?;
    let row = s.query_one(
        "INSERT INTO cloud_keys (public_key, wrapped, created_at) VALUES ($1, $2, $3) RETURNING id",
        params![public_key(secret), wrapped, now],
    )?;
    row.ok_or_else(|| DbError::Failed("nothing was inserted".into()))?.get("id")
}

fn organization(row: &Row) -> Result<Organization, DbError> {
    Ok(Organization {
        id: row.get("id")?,
        uuid: row.get("uuid")?,
        name: row.get("name")?,
        slug: row.get("slug")?,
        subdomain: row.get("subdomain")?,
        is_active: row.get("is_active")?,
        trial_ends_at: row.get("trial_ends_at")?,
        subscribed_from: row.get("subscribed_from")?,
        subscribed_until: row.get("subscribed_until")?,
    })
}

fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.trim().as_bytes()).into()
}

/// Bytes as text.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_092_when_people_can_only_read() {
        let now = Timestamp(100);
        let at = |t: i64| Some(Timestamp(t));
        let check = |trial, from, until, expect| {
            let organization = Organization {
                id: 1,
                uuid: Uuid::nil(),
                name: String::new(),
                slug: String::new(),
                subdomain: String::new(),
                is_active: true,
                trial_ends_at: trial,
                subscribed_from: from,
                subscribed_until: until,
            };
            assert_eq!(organization.ended(now), expect, "{trial:?} {from:?} {until:?}");
        };
        check(None, None, None, None);
        check(at(101), None, None, None);
        check(at(100), None, None, Some(Ended::Trial));
        check(at(50), at(40), None, None);
        check(at(50), at(40), at(101), None);
        check(at(50), at(40), at(100), Some(Ended::Subscription));
        check(at(50), at(101), None, Some(Ended::Trial));
        check(None, at(10), at(20), Some(Ended::Subscription));
        check(at(101), at(10), at(20), None);
    }
}
