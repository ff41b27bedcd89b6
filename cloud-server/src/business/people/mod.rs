//! People: records of the organisation with roles, plants and a manager. A change goes down to the edges of
//! their plants; an hourly rate never does, and is shown only to those who may read labour costs.

pub mod logins;
pub mod record;
mod save;

pub use save::{Change, Saved, change, create, email_of, own_profile};
pub(crate) use save::{Loaded, load};

use super::roles::Rights;
use super::{Wrong, master, roles};
use crate::auth::reaches_all_plants;
use crate::db::{DbError, Row};
use crate::params;
use crate::tenancy::{Caller, Reach, Tx};
use schemars::JsonSchema;
use serde::Serialize;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use unison_api::Person;
use unison_api::error::ApiError;
use unison_api::production::AllowedAction;
use unison_core::ids::PlantId;
use unison_core::time::{Rfc3339, Timestamp};
use unison_rules::rbac;

/// The permission to change people.
pub const WRITE: &str = "users:write";
/// The permission to see what people cost.
pub const READ_COSTS: &str = "labor_costs:read";

/// A plant as other records mention one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlantRef {
    pub id: i64,
    pub name: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UserView {
    pub id: i64,
    pub name: String,
    pub email: String,
    /// Codes of roles.
    pub roles: Vec<String>,
    pub plant_ids: Vec<i64>,
    pub plants: Vec<PlantRef>,
    /// An administrator, who reaches every plant without being assigned.
    pub reaches_all_plants: bool,
    pub employee_number: Option<String>,
    pub department_id: Option<i64>,
    pub department_name: Option<String>,
    pub manager_id: Option<i64>,
    pub manager_name: Option<String>,
    pub badge: Option<String>,
    /// Only for those who may read labor costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hourly_rate: Option<f64>,
    pub phone: Option<String>,
    pub language: Option<String>,
    pub must_change_password: bool,
    pub custom_fields: serde_json::Value,
    pub is_active: bool,
    pub version: i64,
    pub created_at: Rfc3339,
    pub updated_at: Rfc3339,
    pub allowed_actions: Vec<AllowedAction>,
}

/// One page of people.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UserList {
    pub users: Vec<UserView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// A row of `users`, with its plants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct User {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub roles: Vec<String>,
    pub plants: Vec<PlantRef>,
    pub employee_number: Option<String>,
    pub department: Option<i64>,
    pub department_name: Option<String>,
    pub manager: Option<Person>,
    pub badge: Option<String>,
    pub hourly_rate: i64,
    pub phone: Option<String>,
    pub language: Option<String>,
    pub must_change_password: bool,
    pub custom_fields: String,
    pub is_active: bool,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl User {
    /// Nobody yet.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            id: 0,
            name: String::new(),
            email: String::new(),
            roles: vec![],
            plants: vec![],
            employee_number: None,
            department: None,
            department_name: None,
            manager: None,
            badge: None,
            hourly_rate: 0,
            phone: None,
            language: None,
            must_change_password: false,
            custom_fields: "{}".into(),
            is_active: true,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

const SELECT: &str = "SELECT u.*, m.name AS manager_name, d.name AS department_name FROM users u
 LEFT JOIN departments d ON d.organization_id = u.organization_id AND d.id = u.department_id
 LEFT JOIN users m ON m.organization_id = u.organization_id AND m.id = u.manager_id WHERE u.organization_id = $1";

fn read(row: &Row, plants: Vec<PlantRef>) -> Result<User, DbError> {
    let manager: Option<i64> = row.get("manager_id")?;
    Ok(User {
        id: row.get("id")?,
        name: row.get("name")?,
        email: row.get("email")?,
        roles: master::roles(row)?,
        plants,
        employee_number: row.get("employee_number")?,
        department: row.get("department_id")?,
        department_name: row.get("department_name")?,
        manager: manager.zip(row.get("manager_name")?).map(|(id, name)| Person { id, name }),
        badge: row.get("badge")?,
        hourly_rate: row.get("hourly_rate")?,
        phone: row.get("phone")?,
        language: row.get("language")?,
        must_change_password: row.get("must_change_password")?,
        custom_fields: spelled(&row.get::<String>("custom_fields")?)?,
        is_active: row.get("is_active")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// JSON as this program writes it: PostgreSQL gives it back with blanks, and alike must be equal.
fn spelled(json: &str) -> Result<String, DbError> {
    let value: serde_json::Value =
        serde_json::from_str(json).map_err(|e| DbError::Failed(format!("fields of a user: {e}")))?;
    Ok(value.to_string())
}

/// Assigned plants by user; of one user, or of all.
fn plants(tx: &Tx<'_>, user: Option<i64>) -> Result<BTreeMap<i64, Vec<PlantRef>>, DbError> {
    let sql = "SELECT a.user_id, p.id, p.name FROM user_plants a
               JOIN plants p ON p.organization_id = a.organization_id AND p.id = a.plant_id
               WHERE a.organization_id = $1 AND (a.user_id = $2 OR $2 = 0) ORDER BY a.user_id, p.name, p.id";
    let mut out: BTreeMap<i64, Vec<PlantRef>> = BTreeMap::new();
    for row in tx.query(sql, params![tx.org(), user.unwrap_or(0)])? {
        out.entry(row.get("user_id")?).or_default().push(PlantRef { id: row.get("id")?, name: row.get("name")? });
    }
    Ok(out)
}

/// These people.
fn some(tx: &Tx<'_>, ids: &[i64]) -> Result<Vec<User>, DbError> {
    match ids {
        [] => return Ok(vec![]),
        [id] => return Ok(find(tx, *id)?.into_iter().collect()),
        _ => {}
    }
    // They are numbers of ours, so they can stand in the text.
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let mut plants = plants(tx, None)?;
    tx.query(&format!("{SELECT} AND u.id IN ({list})"), params![tx.org()])?
        .iter()
        .map(|row| read(row, plants.remove(&row.get("id")?).unwrap_or_default()))
        .collect()
}

pub(crate) fn find(tx: &Tx<'_>, id: i64) -> Result<Option<User>, DbError> {
    let row = tx.query_one(&format!("{SELECT} AND u.id = $2"), params![tx.org(), id])?;
    row.map(|row| read(&row, plants(tx, Some(id))?.remove(&id).unwrap_or_default())).transpose()
}

/// The person of an id, as the API shows them to the caller.
///
/// # Errors
/// 404 when there is none.
pub fn get(tx: &Tx<'_>, id: i64) -> Result<UserView, Wrong> {
    let user = find(tx, id)?.ok_or_else(|| ApiError::not_found("user"))?;
    Ok(view(tx, &user, &Rules::load(tx)?)?)
}

/// People with a role.
///
/// # Errors
/// When the database fails.
pub fn having_role(tx: &Tx<'_>, code: &str) -> Result<Vec<i64>, DbError> {
    let rows = tx.query("SELECT id, roles FROM users WHERE organization_id = $1 ORDER BY id", params![tx.org()])?;
    let mut out = Vec::new();
    for row in &rows {
        if master::roles(row)?.iter().any(|r| r == code) {
            out.push(row.get("id")?);
        }
    }
    Ok(out)
}

/// The plants whose edges know the person.
///
/// # Errors
/// When the database fails.
pub fn plants_told(tx: &Tx<'_>, user: i64) -> Result<Vec<PlantId>, DbError> {
    find(tx, user)?.map_or(Ok(vec![]), |user| told(tx, &user))
}

fn told(tx: &Tx<'_>, user: &User) -> Result<Vec<PlantId>, DbError> {
    if !reaches_all_plants(&user.roles) {
        return Ok(user.plants.iter().map(|p| PlantId(p.id)).collect());
    }
    let rows = tx.query("SELECT id FROM plants WHERE organization_id = $1 ORDER BY id", params![tx.org()])?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// What must be known to say what may be done to people: read once for all of a page, when it is first asked for.
pub(crate) struct Rules<'t, 's> {
    tx: &'t Tx<'s>,
    rights: Rights<'t>,
    own_roles: OnceCell<Vec<roles::Own>>,
    /// Administrators who are active.
    administrators: OnceCell<Vec<i64>>,
}

impl<'t, 's> Rules<'t, 's> {
    pub fn load(tx: &'t Tx<'s>) -> Result<Self, DbError> {
        Ok(Self { tx, rights: Rights::load(tx)?, own_roles: OnceCell::new(), administrators: OnceCell::new() })
    }

    /// Why this person must stay an administrator who is active.
    fn last(&self, user: &User) -> Result<Option<String>, DbError> {
        if !user.is_active || !reaches_all_plants(&user.roles) {
            return Ok(None);
        }
        let is_last = !once(&self.administrators, || administrators(self.tx))?.iter().any(|id| *id != user.id);
        Ok(is_last.then(|| "This is the last active organization admin; give somebody else the role first".to_owned()))
    }

    /// All that somebody's roles grant.
    fn grants(&self, user: &User) -> Result<Vec<String>, DbError> {
        if !roles::has_own(&user.roles) {
            return Ok(rbac::grants_of::<_, &str>(&user.roles, &[]));
        }
        let own = once(&self.own_roles, || roles::own(self.tx))?;
        Ok(rbac::grants_of::<_, &str>(&roles::held_of(own, &user.roles), &[]))
    }
}

fn once<T>(cell: &OnceCell<T>, read: impl FnOnce() -> Result<T, DbError>) -> Result<&T, DbError> {
    if let Some(known) = cell.get() {
        return Ok(known);
    }
    let new = read()?;
    Ok(cell.get_or_init(|| new))
}

fn administrators(tx: &Tx<'_>) -> Result<Vec<i64>, DbError> {
    let rows =
        tx.query("SELECT id, roles FROM users WHERE organization_id = $1 AND is_active = TRUE", params![tx.org()])?;
    let mut out = Vec::new();
    for row in &rows {
        if reaches_all_plants(&master::roles(row)?) {
            out.push(row.get("id")?);
        }
    }
    Ok(out)
}

fn is_self(caller: &Caller, user: &User) -> bool {
    caller.signed_on().is_some_and(|c| c.user_id == user.id)
}

/// Why the caller may not change this person at all: what they have reaches beyond what the caller has.
fn beyond(tx: &Tx<'_>, user: &User, rules: &Rules<'_, '_>) -> Result<Option<String>, DbError> {
    if !rules.rights.may(WRITE) {
        return Ok(Some(rbac::missing(WRITE)));
    }
    let is_higher =
        !rules.rights.may_all(&rules.grants(user)?) || (reaches_all_plants(&user.roles) && !reaches_all(tx.caller()));
    if is_higher {
        return Ok(Some("This person may do more than you; somebody with at least their roles changes it".to_owned()));
    }
    // Whoever gives somebody a password can work as them, in all their plants (RBAC-06).
    let is_elsewhere = user.plants.iter().any(|plant| !tx.caller().reaches(PlantId(plant.id)));
    Ok(is_elsewhere
        .then(|| "This person works in a plant that you do not reach; somebody who does changes it".to_owned()))
}

fn reaches_all(caller: &Caller) -> bool {
    caller.signed_on().is_none_or(|user| user.reach == Reach::AllPlants)
}

fn allowed_actions(tx: &Tx<'_>, user: &User, rules: &Rules<'_, '_>) -> Result<Vec<AllowedAction>, DbError> {
    let beyond = beyond(tx, user, rules)?;
    let when = |is: bool, text: &str| is.then(|| text.to_owned());
    let action = |action: &str, own: Option<String>| {
        let reason = beyond.clone().or(own);
        AllowedAction { action: action.to_owned(), allowed: reason.is_none(), reason }
    };
    let archived = when(!user.is_active, "The account is disabled; restore it first");
    let oneself = when(is_self(tx.caller(), user), "Nobody disables themselves; ask another administrator");
    let own_password = when(is_self(tx.caller(), user), "Change your own password with POST /api/v1/auth/password");
    Ok(vec![
        action("update", archived.clone()),
        action("archive", archived.clone().or(oneself).map_or_else(|| rules.last(user), |why| Ok(Some(why)))?),
        action("restore", when(user.is_active, "The account is not disabled")),
        action("reset-password", archived.or(own_password)),
    ])
}

/// A person as the API shows them to the caller, with what the caller may do with them.
pub(crate) fn view(tx: &Tx<'_>, user: &User, rules: &Rules<'_, '_>) -> Result<UserView, DbError> {
    Ok(UserView { allowed_actions: allowed_actions(tx, user, rules)?, ..plain(tx, user) })
}

/// A person as the caller may see them.
fn plain(tx: &Tx<'_>, user: &User) -> UserView {
    let caller = tx.caller();
    let shares_plant = reaches_all(caller) || user.plants.iter().any(|p| caller.reaches(PlantId(p.id)));
    let shows_rate = caller.may(READ_COSTS) && shares_plant;
    UserView {
        id: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
        roles: user.roles.clone(),
        plant_ids: user.plants.iter().map(|p| p.id).collect(),
        plants: user.plants.clone(),
        reaches_all_plants: reaches_all_plants(&user.roles),
        employee_number: user.employee_number.clone(),
        department_id: user.department,
        department_name: user.department_name.clone(),
        manager_id: user.manager.as_ref().map(|m| m.id),
        manager_name: user.manager.as_ref().map(|m| m.name.clone()),
        badge: user.badge.clone(),
        hourly_rate: shows_rate.then(|| super::micro(user.hourly_rate)),
        phone: user.phone.clone(),
        language: user.language.clone(),
        must_change_password: user.must_change_password,
        custom_fields: serde_json::from_str(&user.custom_fields).unwrap_or_default(),
        is_active: user.is_active,
        version: user.version,
        created_at: user.created_at.into(),
        updated_at: user.updated_at.into(),
        allowed_actions: vec![],
    }
}
