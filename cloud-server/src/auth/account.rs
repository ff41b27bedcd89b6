//! People as a log-in finds them, and the keys of programs: rows of `users` and `api_tokens`, with what
//! their roles grant and which plants they reach.

use super::token::Claims;
use crate::business::{master, roles};
use crate::db::{DbError, Row, Value};
use crate::params;
use crate::tenancy::{Caller, Reach, SignedOn, Tx, Via};
use unison_core::ids::PlantId;
use unison_core::time::Timestamp;
use unison_rules::rbac;

/// Whether people with these roles reach every plant of the organisation (TEN-10, R2).
#[must_use]
pub fn reaches_all_plants<S: AsRef<str>>(roles: &[S]) -> bool {
    roles.iter().any(|r| r.as_ref() == rbac::ADMINISTRATOR)
}

/// A row of `users` with what a session needs.
pub(super) struct Account {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub roles: Vec<String>,
    pub hash: Option<String>,
    pub is_active: bool,
    pub must_change_password: bool,
    pub epoch: i64,
    /// Plants that are reached; the default one first.
    pub plants: Vec<PlantId>,
}

impl Account {
    pub fn by_email(tx: &Tx<'_>, email: &str) -> Result<Option<Self>, DbError> {
        Self::find(tx, "email = $2", params![email])
    }

    pub fn by_id(tx: &Tx<'_>, id: i64) -> Result<Option<Self>, DbError> {
        Self::find(tx, "id = $2", params![id])
    }

    fn find(tx: &Tx<'_>, condition: &str, key: &[Value]) -> Result<Option<Self>, DbError> {
        let sql = format!("SELECT * FROM users WHERE organization_id = $1 AND {condition}");
        let row = tx.query_one(&sql, &[params![tx.org()], key].concat())?;
        row.as_ref().map(|row| Self::read(tx, row)).transpose()
    }

    fn read(tx: &Tx<'_>, row: &Row) -> Result<Self, DbError> {
        let id: i64 = row.get("id")?;
        let roles = master::roles(row)?;
        let plants = if reaches_all_plants(&roles) {
            let sql =
                "SELECT id FROM plants WHERE organization_id = $1 AND is_active = TRUE ORDER BY is_default DESC, id";
            tx.query(sql, params![tx.org()])?
        } else {
            let sql = "SELECT p.id FROM plants p JOIN user_plants u ON u.organization_id = p.organization_id AND u.plant_id = p.id
                       WHERE p.organization_id = $1 AND u.user_id = $2 ORDER BY p.is_default DESC, p.id";
            tx.query(sql, params![tx.org(), id])?
        };
        Ok(Self {
            id,
            name: row.get("name")?,
            email: row.get("email")?,
            roles,
            hash: row.get("password_hash")?,
            is_active: row.get("is_active")?,
            must_change_password: row.get("must_change_password")?,
            epoch: row.get("epoch")?,
            plants: plants.iter().map(|p| p.get("id")).collect::<Result<_, _>>()?,
        })
    }

    fn reach(&self) -> Reach {
        if reaches_all_plants(&self.roles) { Reach::AllPlants } else { Reach::Plants(self.plants.clone()) }
    }

    /// All that the roles grant now, for a session that begins (RBAC-10) and for what acts in their name.
    pub fn permissions(&self, tx: &Tx<'_>) -> Result<Vec<String>, DbError> {
        Ok(rbac::grants_of::<_, &str>(&roles::held(tx, &self.roles)?, &[]))
    }

    /// Roles are those of now: another set ends every session (RBAC-09). What they grant is that of the log-in.
    pub fn caller(&self, organization: i64, claims: &Claims, permissions: Vec<String>) -> Caller {
        // A plant that was taken away meanwhile is no longer the chosen one.
        let chosen = claims.current_plant_id.map(PlantId).filter(|p| self.plants.contains(p));
        Caller::user(
            organization,
            SignedOn {
                user_id: self.id,
                name: self.name.clone(),
                email: self.email.clone(),
                roles: self.roles.clone(),
                permissions,
                reach: self.reach(),
                current_plant: chosen.or_else(|| self.plants.first().copied()),
                via: Via::Session { id: claims.jti, expires_at: claims.expires_at() },
                must_change_password: self.must_change_password,
            },
        )
    }
}

/// What a key reaches: no plant that whoever made it does not reach now.
fn key_reach(tx: &Tx<'_>, key: &Row, maker: Reach) -> Result<Reach, DbError> {
    if key.get("all_plants")? {
        return Ok(maker);
    }
    let sql = "SELECT plant_id FROM api_token_plants WHERE organization_id = $1 AND token_id = $2 ORDER BY plant_id";
    let plants = tx.query(sql, params![tx.org(), key.get::<i64>("id")?])?;
    let mut plants = plants.iter().map(|p| p.get("plant_id")).collect::<Result<Vec<PlantId>, _>>()?;
    if let Reach::Plants(reached) = maker {
        plants.retain(|plant| reached.contains(plant));
    }
    Ok(Reach::Plants(plants))
}

/// The program whose key has this hash, when the key is good and the person who made it is still here; and whether its
/// last use should be noted. It may do what both the key's roles and those of that person grant now.
pub(super) fn program(tx: &Tx<'_>, hash: [u8; 32]) -> Result<Option<(Caller, Option<i64>)>, DbError> {
    let sql =
        "SELECT * FROM api_tokens WHERE organization_id = $1 AND hash = $2 AND is_active = TRUE AND revoked_at IS NULL";
    let Some(row) = tx.query_one(sql, params![tx.org(), hash])? else { return Ok(None) };
    let expires_at: Option<Timestamp> = row.get("expires_at")?;
    if expires_at.is_some_and(|at| at <= tx.now()) {
        return Ok(None);
    }
    let maker = Account::by_id(tx, row.get("created_by")?)?.filter(|maker| maker.is_active);
    let Some(maker) = maker else { return Ok(None) };
    let (id, roles): (i64, Vec<String>) = (row.get("id")?, master::roles(&row)?);
    let granted = rbac::grants_of::<_, &str>(&roles::held(tx, &roles)?, &[]);
    let last: Option<Timestamp> = row.get("last_used_at")?;
    let is_old = last.is_none_or(|at| tx.now().since(at) >= super::USE_NOTED_EVERY);
    let caller = Caller::user(
        tx.org(),
        SignedOn {
            user_id: maker.id,
            permissions: rbac::common(&granted, &maker.permissions(tx)?),
            roles,
            reach: key_reach(tx, &row, maker.reach())?,
            name: maker.name,
            email: maker.email,
            // A program says which plant it means; without it means all that it reaches.
            current_plant: None,
            via: Via::ApiToken { id, name: row.get("name")?, expires_at },
            must_change_password: false,
        },
    );
    Ok(Some((caller, is_old.then_some(id))))
}
