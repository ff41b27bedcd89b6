//! How people change: made, changed, disabled, given a new password. One way to save, which writes the row,
//! the plants and the audit log, ends sessions, and tells the edges.

use super::record::Person;
use super::{READ_COSTS, Rules, User, UserView, WRITE, beyond, find, plain, reaches_all, told, view};
use crate::auth::{end_sessions, reaches_all_plants};
use crate::business::fields::Fields;
use crate::business::roles::Rights;
use crate::business::{Wrong, master, need_version, organization, roles};
use crate::db::{DbError, Row, Value};
use crate::params;
use crate::resource::{Map, custom, files, of};
use crate::tenancy::{Topic, Tx, WriteTx};
use serde::Serialize;
use serde_json::json;
use unison_api::Person as Named;
use unison_api::error::ApiError;
use unison_core::ids::{PlantId, UserId};
use unison_core::master::MasterOp;
use unison_rules::rbac;

/// What somebody is who is given no role.
pub(super) const DEFAULT_ROLE: &str = "viewer";
const ROLES_MAX: usize = 20;
const PLANTS_MAX: usize = 500;
const RATE_MAX: u32 = 100_000;
/// Longest line of managers; a longer one is a slip.
const MANAGERS_MAX: usize = 64;
/// Languages that pages speak.
const LANGUAGES: [&str; 2] = ["en", "de"];

/// A person that was made or got a new password, which is shown this once.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Saved {
    #[serde(flatten)]
    pub user: UserView,
    /// Shown once and kept nowhere; missing when the same call is repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_password: Option<String>,
}

/// What happens to a person.
pub enum Change {
    Update(Fields),
    Archive,
    Restore,
    /// The hash of a random password.
    ResetPassword(String),
}

impl Change {
    const fn action(&self) -> &'static str {
        match self {
            Self::Update(_) => "update",
            Self::Archive => "archive",
            Self::Restore => "restore",
            Self::ResetPassword(_) => "reset-password",
        }
    }
}

/// Makes a person; the hash is of a random password that must be changed. Without one they sign in once somebody gives
/// them a password.
///
/// # Errors
/// 400 for what is wrong.
pub fn create(tx: &WriteTx<'_>, mut fields: Fields, hash: Option<&str>) -> Result<UserView, Wrong> {
    Rights::load(tx)?.need(WRITE)?;
    for name in ["name", "email"] {
        if !fields.has(name) {
            fields.wrong(name, "is missing");
        }
    }
    let mut user = User { must_change_password: true, ..User::new(tx.now()) };
    fields.or("roles", || json!([DEFAULT_ROLE]));
    fill(tx, &mut user, &mut fields)?;
    fields.finish()?;
    insert(tx, &mut user, hash)?;
    store(tx, None, &user)?;
    finished(tx, "create", None, user.id)
}

fn insert(tx: &WriteTx<'_>, user: &mut User, hash: Option<&str>) -> Result<(), DbError> {
    user.id = tx.next_id("users")?;
    tx.execute(
        "INSERT INTO users (organization_id, id, name, email, password_hash, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        params![tx.org(), user.id, &user.name, &user.email, hash.map(str::to_owned), tx.now()],
    )
    .map(drop)
}

/// What a file did to a person.
pub(crate) enum Loaded {
    New,
    Changed,
    Unchanged,
}

/// Writes a person as a file of the operator says; the edges of plants they left are told.
pub(crate) fn load(tx: &WriteTx<'_>, before: Option<&User>, mut user: User) -> Result<Loaded, DbError> {
    if before == Some(&user) {
        return Ok(Loaded::Unchanged);
    }
    if before.is_none() {
        insert(tx, &mut user, None)?;
    }
    store(tx, before, &user)?;
    let (action, done) = if before.is_some() { ("update", Loaded::Changed) } else { ("create", Loaded::New) };
    tx.audit("user", user.id, action, before.map(|b| plain(tx, b)).as_ref(), Some(&plain(tx, &user)))?;
    Ok(done)
}

/// Changes a person.
///
/// # Errors
/// 400 for what is wrong, 403 for somebody with more reach, 409 when somebody else changed them meanwhile.
pub fn change(tx: &WriteTx<'_>, id: i64, change: Change) -> Result<UserView, Wrong> {
    let before = find(tx, id)?.ok_or_else(|| ApiError::not_found("user"))?;
    let (rules, action) = (Rules::load(tx)?, change.action());
    rules.rights.need(WRITE)?;
    if let Some(reason) = beyond(tx, &before, &rules)? {
        return Err(ApiError::new(403, "Beyond your reach", reason).into());
    }
    let shown = view(tx, &before, &rules)?;
    let mut user = before.clone();
    let refused = |reason: String| Wrong::from(ApiError::new(400, "Cannot change user", reason));
    let stands_against = || shown.allowed_actions.iter().find(|a| a.action == action).and_then(|a| a.reason.clone());
    match change {
        Change::Update(mut fields) => {
            need_version(fields.version()?, before.version, &shown)?;
            if let Some(reason) = stands_against() {
                return Err(refused(reason));
            }
            fill(tx, &mut user, &mut fields)?;
            if let Some(reason) = rules.last(&before)?.filter(|_| !reaches_all_plants(&user.roles)) {
                fields.wrong("roles", reason);
            }
            fields.finish()?;
            if user == before {
                return Ok(shown);
            }
        }
        // What is so already is answered as it is.
        Change::Archive if !before.is_active => return Ok(shown),
        Change::Restore if before.is_active => return Ok(shown),
        Change::Archive | Change::Restore | Change::ResetPassword(_) if stands_against().is_some() => {
            return Err(refused(stands_against().unwrap_or_default()));
        }
        Change::Archive => user.is_active = false,
        Change::Restore => user.is_active = true,
        Change::ResetPassword(hash) => {
            user.must_change_password = true;
            let sql = "UPDATE users SET password_hash = $3, epoch = epoch + 1 WHERE organization_id = $1 AND id = $2";
            tx.execute(sql, params![tx.org(), id, hash])?;
            end_sessions(tx, id)?;
        }
    }
    store(tx, Some(&before), &user)?;
    finished(tx, action, Some(&shown), id)
}

/// The caller's own name, phone and language (RBAC-07).
///
/// # Errors
/// 400 for what is wrong.
pub fn own_profile(tx: &WriteTx<'_>, mut fields: Fields) -> Result<UserView, Wrong> {
    let id = tx.caller().signed_on().map_or(0, |user| user.user_id);
    let before = find(tx, id)?.ok_or_else(|| ApiError::not_found("user"))?;
    let shown = view(tx, &before, &Rules::load(tx)?)?;
    if let Some(version) = fields.integer("version").flatten() {
        need_version(version, before.version, &shown)?;
    }
    let mut user = before.clone();
    fill_profile(&mut user, &mut fields);
    fields.finish()?;
    store(tx, Some(&before), &user)?;
    finished(tx, "update", Some(&shown), id)
}

fn finished(tx: &WriteTx<'_>, action: &str, before: Option<&UserView>, id: i64) -> Result<UserView, Wrong> {
    let user = find(tx, id)?.ok_or_else(|| DbError::Failed("the user is gone".into()))?;
    let after = view(tx, &user, &Rules::load(tx)?)?;
    // What may be done to somebody is no part of what they are.
    let bare = |view: &UserView| UserView { allowed_actions: vec![], ..view.clone() };
    tx.audit("user", id, action, before.map(bare).as_ref(), Some(&bare(&after)))?;
    tx.changed(Topic::MasterData);
    Ok(after)
}

fn fill_profile(user: &mut User, fields: &mut Fields) {
    if let Some(name) = fields.required("name", 100) {
        user.name = name;
    }
    if let Some(phone) = fields.text("phone", 40) {
        user.phone = phone;
    }
    match fields.text("language", 10) {
        Some(Some(language)) if !LANGUAGES.contains(&language.as_str()) => {
            fields.wrong("language", format!("\"{language}\" is none of {}", LANGUAGES.join(", ")));
        }
        Some(language) => user.language = language,
        None => {}
    }
}

fn fill(tx: &Tx<'_>, user: &mut User, fields: &mut Fields) -> Result<(), DbError> {
    fill_profile(user, fields);
    fill_email(tx, user, fields)?;
    fill_roles(tx, user, fields)?;
    fill_plants(tx, user, fields)?;
    fill_manager(tx, user, fields)?;
    fill_department(tx, user, fields)?;
    fill_custom(tx, user, fields)?;
    if let Some(number) = fields.text("employee_number", 40) {
        if let Some(number) = number.as_ref().filter(|n| is_taken(tx, "employee_number", n, user.id).unwrap_or(true)) {
            fields.wrong("employee_number", format!("Employee number {number} already exists"));
        }
        user.employee_number = number;
    }
    if let Some(badge) = fields.text("badge", 60) {
        if let Some(badge) = badge.as_ref().filter(|b| is_taken(tx, "badge", b, user.id).unwrap_or(true)) {
            fields.wrong("badge", format!("Badge {badge} already exists"));
        }
        user.badge = badge;
    }
    if fields.has("hourly_rate") && !tx.caller().may(READ_COSTS) {
        fields.wrong("hourly_rate", rbac::missing(READ_COSTS));
    }
    if let Some(rate) = fields.amount("hourly_rate", RATE_MAX) {
        user.hourly_rate = rate.unwrap_or(0);
    }
    Ok(())
}

fn fill_email(tx: &Tx<'_>, user: &mut User, fields: &mut Fields) -> Result<(), DbError> {
    let Some(email) = fields.required("email", 254).map(|e| e.to_lowercase()) else { return Ok(()) };
    if !organization::is_email(&email) {
        fields.wrong("email", "is no e-mail address");
    } else if is_taken(tx, "email", &email, user.id)? {
        fields.wrong("email", format!("E-mail {email} already exists"));
    }
    user.email = email;
    Ok(())
}

fn is_taken(tx: &Tx<'_>, column: &str, value: &str, by_other_than: i64) -> Result<bool, DbError> {
    let sql = format!("SELECT 1 AS one FROM users WHERE organization_id = $1 AND {column} = $2 AND id <> $3");
    Ok(tx.query_one(&sql, params![tx.org(), value, by_other_than])?.is_some())
}

fn fill_roles(tx: &Tx<'_>, user: &mut User, fields: &mut Fields) -> Result<(), DbError> {
    let Some(words) = fields.texts("roles", ROLES_MAX) else { return Ok(()) };
    if words.is_empty() {
        fields.wrong("roles", "must name at least one role, such as viewer");
        return Ok(());
    }
    match roles::codes(tx, &words)? {
        Ok(codes) if codes == user.roles => {}
        Ok(codes) => {
            if let Some(reason) = roles::against_giving(tx, &codes)? {
                fields.wrong("roles", reason);
            } else if reaches_all_plants(&codes) && !reaches_all(tx.caller()) {
                fields.wrong("roles", "nobody gives more than they have: this role reaches every plant");
            }
            user.roles = codes;
        }
        Err(reason) => fields.wrong("roles", reason),
    }
    Ok(())
}

fn fill_plants(tx: &Tx<'_>, user: &mut User, fields: &mut Fields) -> Result<(), DbError> {
    let Some(ids) = fields.ids("plant_ids", PLANTS_MAX) else { return Ok(()) };
    let rows = tx.query("SELECT id, name FROM plants WHERE organization_id = $1 ORDER BY name", params![tx.org()])?;
    let mut known = Vec::new();
    for row in &rows {
        known.push(super::PlantRef { id: row.get("id")?, name: row.get("name")? });
    }
    let had = |id: i64| user.plants.iter().any(|p| p.id == id);
    // Neither given nor taken away beyond one's own reach; what does not exist looks alike.
    let odd = |id: &i64| {
        had(*id) != ids.contains(id) && (!tx.caller().reaches(PlantId(*id)) || !known.iter().any(|p| p.id == *id))
    };
    if let Some(odd) = ids.iter().copied().chain(user.plants.iter().map(|p| p.id)).find(odd) {
        fields.wrong("plant_ids", format!("there is no plant {odd} that you reach"));
        return Ok(());
    }
    user.plants = known.into_iter().filter(|p| ids.contains(&p.id)).collect();
    Ok(())
}

fn fill_manager(tx: &Tx<'_>, user: &mut User, fields: &mut Fields) -> Result<(), DbError> {
    let Some(manager) = fields.integer("manager_id") else { return Ok(()) };
    user.manager = None;
    let Some(manager) = manager else { return Ok(()) };
    let Some(found) = find(tx, manager)? else {
        fields.wrong("manager_id", format!("there is no user {manager}"));
        return Ok(());
    };
    let (mut above, mut steps) = (Some(found.id), 0);
    while let Some(id) = above {
        if id == user.id || steps >= MANAGERS_MAX {
            fields.wrong("manager_id", format!("{} is led by this person; nobody leads themselves", found.name));
            return Ok(());
        }
        let row =
            tx.query_one("SELECT manager_id FROM users WHERE organization_id = $1 AND id = $2", params![tx.org(), id])?;
        above = row.map_or(Ok(None), |r| r.get("manager_id"))?;
        steps += 1;
    }
    user.manager = Some(Named { id: found.id, name: found.name });
    Ok(())
}

fn fill_department(tx: &Tx<'_>, user: &mut User, fields: &mut Fields) -> Result<(), DbError> {
    let Some(department) = fields.integer("department_id") else { return Ok(()) };
    if department != user.department
        && let Some(id) = department
    {
        let sql = "SELECT plant_id, is_active FROM departments WHERE organization_id = $1 AND id = $2";
        let row = tx.query_one(sql, params![tx.org(), id])?;
        let is_there = |row: &Row| Ok::<_, DbError>(row.get("is_active")? && tx.caller().reaches(row.get("plant_id")?));
        if !row.as_ref().map_or(Ok(false), is_there)? {
            fields.wrong("department_id", format!("there is no department {id}"));
        }
    }
    user.department = department;
    Ok(())
}

fn fill_custom(tx: &Tx<'_>, user: &mut User, fields: &mut Fields) -> Result<(), DbError> {
    let definitions = custom::definitions(tx, of::<Person>()?)?;
    let before: Map = serde_json::from_str(&user.custom_fields).unwrap_or_default();
    let (mut after, mut wrong) = custom::merged(&definitions, &before, fields.object("custom_fields").as_ref());
    let own = (user.id != 0).then_some((user.id, &before));
    wrong.extend(files::look_up(tx, of::<Person>()?, &definitions, own, &mut after)?);
    wrong.into_iter().for_each(|detail| fields.wrong(&detail.field, detail.message));
    user.custom_fields = serde_json::Value::Object(after).to_string();
    Ok(())
}

/// Writes what is different, ends sessions that must end (RBAC-09, Q-089), and tells the edges.
fn store(tx: &WriteTx<'_>, before: Option<&User>, user: &User) -> Result<(), DbError> {
    let told_before = before.map_or(Ok(vec![]), |b| told(tx, b))?;
    let known_before = before.map_or(Ok(None), |b| master::user(tx, UserId(b.id)))?;
    let ends = before.is_some_and(|b| b.roles != user.roles || (b.is_active && !user.is_active));
    let roles = serde_json::to_string(&user.roles).map_err(|e| DbError::Failed(e.to_string()))?;
    let held: Map = serde_json::from_str(&user.custom_fields).unwrap_or_default();
    files::claim(tx, &custom::definitions(tx, of::<Person>()?)?, user.id, &held)?;
    let values: Vec<Value> = params![
        tx.org(),
        user.id,
        &user.name,
        &user.email,
        roles,
        user.manager.as_ref().map(|m| m.id),
        user.badge.clone(),
        user.hourly_rate,
        user.phone.clone(),
        user.language.clone(),
        user.must_change_password,
        user.is_active,
        i64::from(ends),
        i64::from(before.is_some()),
        tx.now(),
        user.employee_number.clone(),
        user.department,
        &user.custom_fields
    ]
    .to_vec();
    tx.execute(
        "UPDATE users SET name = $3, email = $4, roles = $5, manager_id = $6, badge = $7, hourly_rate = $8, phone = $9, language = $10,
           must_change_password = $11, is_active = $12, epoch = epoch + $13, version = version + $14, updated_at = $15,
           employee_number = $16, department_id = $17, custom_fields = $18
         WHERE organization_id = $1 AND id = $2",
        &values,
    )?;
    store_plants(tx, before, user)?;
    if ends {
        end_sessions(tx, user.id)?;
    }
    tell(tx, &told_before, known_before.as_ref(), user)
}

fn store_plants(tx: &WriteTx<'_>, before: Option<&User>, user: &User) -> Result<(), DbError> {
    let had = before.map_or(&[][..], |b| &b.plants);
    for gone in had.iter().filter(|p| !user.plants.contains(p)) {
        let sql = "DELETE FROM user_plants WHERE organization_id = $1 AND user_id = $2 AND plant_id = $3";
        tx.execute(sql, params![tx.org(), user.id, gone.id])?;
    }
    for new in user.plants.iter().filter(|p| !had.contains(p)) {
        let sql = "INSERT INTO user_plants (organization_id, user_id, plant_id) VALUES ($1, $2, $3)";
        tx.execute(sql, params![tx.org(), user.id, new.id])?;
    }
    Ok(())
}

/// An edge of a plant that somebody left knows them as disabled: it keeps what they did, and lets them do no more.
fn tell(tx: &WriteTx<'_>, before: &[PlantId], known: Option<&MasterOp>, user: &User) -> Result<(), DbError> {
    let Some(op) = master::user(tx, UserId(user.id))? else { return Ok(()) };
    let after = told(tx, user)?;
    for plant in &after {
        if !before.contains(plant) || known != Some(&op) {
            tx.to_plant(*plant, op.clone());
        }
    }
    if let MasterOp::User(mut gone) = op {
        gone.is_active = false;
        for plant in before.iter().filter(|p| !after.contains(p)) {
            tx.to_plant(*plant, MasterOp::User(gone.clone()));
        }
    }
    Ok(())
}

/// The e-mail that a person has now: a new one is reserved before it is written.
///
/// # Errors
/// 404 when there is no such person.
pub fn email_of(tx: &Tx<'_>, id: i64) -> Result<String, Wrong> {
    Ok(super::record::need(tx, id)?.email)
}
