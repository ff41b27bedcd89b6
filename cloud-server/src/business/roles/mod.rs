//! The roles of an organisation: those that every one has (`unison_rules::rbac`), and its own, which extend
//! one of them and add grants (RBAC-03). What an own role grants counts at the next log-in (RBAC-10).

pub mod record;

use super::fields::Fields;
use super::{Wrong, master, people};
use crate::db::{DbError, Row};
use crate::params;
use crate::resource::{Map, custom, files, of};
use crate::tenancy::{Caller, SignedOn, Topic, Tx, Via, WriteTx};
use record::{OwnRole, may_be_extended};
use schemars::JsonSchema;
use serde::Serialize;
use unison_api::error::ApiError;
use unison_api::production::AllowedAction;
use unison_core::ids::UserId;
use unison_core::time::{Rfc3339, Timestamp};
use unison_rules::rbac::{self, Kind};

/// The permission to change roles.
pub const WRITE: &str = "roles:write";
const CODE_MAX: usize = 40;
const GRANTS_MAX: usize = 60;
/// No more than a page of a list holds.
const ROLES_MAX: usize = 100;
const ARCHIVED: &str = "It is archived; restore it first";

/// A role as people choose one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RoleView {
    /// None for a role that every organization has.
    pub id: Option<i64>,
    pub code: String,
    pub name: String,
    pub description: Option<String>,
    /// Every organization has it, and nobody can change it.
    pub is_built_in: bool,
    /// hierarchy, add_on, or own.
    pub kind: String,
    /// The role it adds to.
    pub extends: Option<String>,
    /// What it grants itself.
    pub grants: Vec<String>,
    /// All that it grants, inherited permissions included.
    pub permissions: Vec<String>,
    pub custom_fields: Map,
    pub is_active: bool,
    pub version: Option<i64>,
    pub created_at: Option<Rfc3339>,
    pub updated_at: Option<Rfc3339>,
    pub allowed_actions: Vec<AllowedAction>,
}

/// All roles: the built-in ones first.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RoleList {
    pub roles: Vec<RoleView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// A row of `roles`.
#[derive(Clone, PartialEq)]
pub(super) struct Own {
    id: i64,
    code: String,
    name: String,
    description: Option<String>,
    extends: Option<String>,
    grants: Vec<String>,
    custom_fields: Map,
    is_active: bool,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

fn read(row: &Row) -> Result<Own, DbError> {
    let json = |column: &str| row.get::<String>(column);
    let wrong = |e: serde_json::Error| DbError::Failed(format!("a role: {e}"));
    Ok(Own {
        id: row.get("id")?,
        code: row.get("code")?,
        name: row.get("name")?,
        description: row.get("description")?,
        extends: row.get("extends")?,
        grants: serde_json::from_str(&json("grants")?).map_err(wrong)?,
        custom_fields: serde_json::from_str(&json("custom_fields")?).map_err(wrong)?,
        is_active: row.get("is_active")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// The organisation's own roles, archived ones too.
pub(super) fn own(tx: &Tx<'_>) -> Result<Vec<Own>, DbError> {
    let sql = "SELECT * FROM roles WHERE organization_id = $1 ORDER BY code";
    tx.query(sql, params![tx.org()])?.iter().map(read).collect()
}

impl Own {
    /// The role that it extends, and its own grants.
    fn held(&self) -> Vec<String> {
        self.extends.iter().chain(&self.grants).cloned().collect()
    }
}

/// What people with these roles hold: codes of built-in roles and grants, which is all that the rules know.
///
/// # Errors
/// When the database fails.
pub fn held(tx: &Tx<'_>, codes: &[String]) -> Result<Vec<String>, DbError> {
    if has_own(codes) { Ok(held_of(&own(tx)?, codes)) } else { Ok(codes.to_vec()) }
}

/// Whether one of them is no built-in role.
pub(super) fn has_own(codes: &[String]) -> bool {
    codes.iter().any(|code| !rbac::is_role(code))
}

/// As [`held`], where the organisation's own roles are known.
pub(super) fn held_of(own: &[Own], codes: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for code in codes {
        match own.iter().find(|role| &role.code == code) {
            Some(role) => out.extend(role.held()),
            None => out.push(code.clone()),
        }
    }
    out
}

/// The codes of roles that are given by code or another word for them, highest first.
///
/// # Errors
/// Names the word that is no role here.
pub fn codes(tx: &Tx<'_>, words: &[String]) -> Result<Result<Vec<String>, String>, DbError> {
    let own = own(tx)?;
    let mut out: Vec<String> = Vec::new();
    for word in words {
        let built_in = rbac::role(word).filter(|r| r.kind != Kind::Platform).map(|r| r.code.to_owned());
        let known = built_in.or_else(|| own.iter().find(|r| r.is_active && &r.code == word).map(|r| r.code.clone()));
        match known {
            Some(code) if out.contains(&code) => {}
            Some(code) => out.push(code),
            None => return Ok(Err(format!("there is no role \"{word}\""))),
        }
    }
    let rank = |code: &String| rbac::ROLES.iter().position(|r| r.code == code).unwrap_or(usize::MAX);
    out.sort_by(|a, b| (rank(a), a).cmp(&(rank(b), b)));
    Ok(Ok(out))
}

/// What the caller may give: what the session holds and what their roles still grant. A session keeps what its
/// log-in found (RBAC-10); access that is given to others would outlive it, so it is judged by what is stored.
pub(crate) struct Rights<'c> {
    caller: &'c Caller,
    /// None: the program itself, which is bound by what it is built to do.
    stored: Option<Vec<String>>,
}

impl<'c> Rights<'c> {
    /// # Errors
    /// When the database fails.
    pub fn load<'t: 'c>(tx: &'t Tx<'_>) -> Result<Self, DbError> {
        let (caller, sql) = (tx.caller(), "SELECT roles FROM users WHERE organization_id = $1 AND id = $2");
        let stored = match caller.signed_on() {
            None => None,
            // What a key's roles grant was read for this call.
            Some(SignedOn { via: Via::ApiToken { .. }, roles, .. }) => Some(held(tx, roles)?),
            Some(user) => {
                let row = tx.query_one(sql, params![tx.org(), user.user_id])?;
                let roles = row.as_ref().map_or(Ok(vec![]), master::roles)?;
                Some(held(tx, &roles)?)
            }
        };
        Ok(Self { caller, stored })
    }

    pub fn may(&self, permission: &str) -> bool {
        self.caller.may(permission) && self.stored.as_ref().is_none_or(|held| rbac::may(held, permission))
    }

    pub fn may_all(&self, permissions: &[String]) -> bool {
        permissions.iter().all(|p| self.may(p))
    }

    /// # Errors
    /// 403 for who may not, or may no longer.
    pub fn need(&self, permission: &str) -> Result<(), ApiError> {
        if self.may(permission) { Ok(()) } else { Err(ApiError::forbidden(permission)) }
    }

    fn against_granting(&self, grants: &[String]) -> Option<String> {
        let beyond = grants.iter().find(|grant| !self.may(grant))?;
        Some(format!("nobody gives more than they have: this grants {beyond}, which you lack"))
    }
}

/// What stands against giving these roles: more than the giver has.
///
/// # Errors
/// When the database fails.
pub fn against_giving(tx: &Tx<'_>, codes: &[String]) -> Result<Option<String>, DbError> {
    let grants = rbac::grants_of::<_, &str>(&held(tx, codes)?, &[]);
    Ok(Rights::load(tx)?.against_granting(&grants))
}

fn built_in(role: &rbac::Role) -> RoleView {
    RoleView {
        id: None,
        code: role.code.into(),
        name: role.name.into(),
        description: Some(role.description.into()),
        is_built_in: true,
        kind: if role.kind == Kind::AddOn { "add_on" } else { "hierarchy" }.into(),
        extends: None,
        grants: role.grants.iter().map(|g| (*g).to_owned()).collect(),
        permissions: rbac::grants_of::<_, &str>(&[role.code], &[]),
        custom_fields: Map::new(),
        is_active: true,
        version: None,
        created_at: None,
        updated_at: None,
        allowed_actions: vec![],
    }
}

fn view(tx: &Tx<'_>, role: Own) -> RoleView {
    let refused = (!tx.caller().may(WRITE)).then(|| rbac::missing(WRITE));
    let action = |action: &str, reason: Option<String>| AllowedAction {
        action: action.into(),
        allowed: reason.is_none(),
        reason,
    };
    let archived = |when: bool, text: &str| refused.clone().or_else(|| when.then(|| text.to_owned()));
    RoleView {
        id: Some(role.id),
        permissions: rbac::grants_of::<_, &str>(&role.held(), &[]),
        is_built_in: false,
        kind: "own".into(),
        allowed_actions: vec![
            action("update", archived(!role.is_active, ARCHIVED)),
            action("archive", archived(!role.is_active, "It is archived")),
            action("restore", archived(role.is_active, "It is not archived")),
        ],
        code: role.code,
        name: role.name,
        description: role.description,
        extends: role.extends,
        grants: role.grants,
        custom_fields: role.custom_fields,
        is_active: role.is_active,
        version: Some(role.version),
        created_at: Some(role.created_at.into()),
        updated_at: Some(role.updated_at.into()),
    }
}

/// All roles that people can be given.
///
/// # Errors
/// When the database fails.
pub fn given(tx: &Tx<'_>) -> Result<Vec<RoleView>, DbError> {
    let mut roles: Vec<_> = rbac::ROLES.iter().filter(|r| r.kind != Kind::Platform).map(built_in).collect();
    roles.extend(own(tx)?.into_iter().filter(|role| role.is_active).map(|role| view(tx, role)));
    Ok(roles)
}

/// A role by code or id.
///
/// # Errors
/// 404 when there is none.
pub fn get(tx: &Tx<'_>, key: &str) -> Result<RoleView, Wrong> {
    let known = rbac::ROLES.iter().find(|r| r.code == key && r.kind != Kind::Platform).map(built_in);
    match known {
        Some(role) => Ok(role),
        None => Ok(view(tx, find(tx, key)?)),
    }
}

/// A role of the organisation's own, by code or id.
fn find(tx: &Tx<'_>, key: &str) -> Result<Own, Wrong> {
    if rbac::ROLES.iter().any(|r| r.code == key) {
        let reason = "Every organization has this role as it is; make a role of your own that extends it";
        return Err(ApiError::new(400, "Cannot change role", reason).into());
    }
    // A code may look like an id; then the id counts.
    let sql = "SELECT * FROM roles WHERE organization_id = $1 AND (code = $2 OR id = $3) ORDER BY id <> $3 LIMIT 1";
    let row = tx.query_one(sql, params![tx.org(), key, key.parse::<i64>().unwrap_or(0)])?;
    Ok(read(&row.ok_or_else(|| ApiError::not_found("role"))?)?)
}

/// What a body says of name, description, what it extends and grants, and the organisation's own fields.
fn fill(tx: &Tx<'_>, rights: &Rights<'_>, role: &mut Own, fields: &mut Fields) -> Result<(), DbError> {
    if let Some(name) = fields.required("name", 100) {
        role.name = name;
    }
    if let Some(description) = fields.text("description", 500) {
        role.description = description;
    }
    if let Some(extends) = fields.text("extends", 60) {
        match extends.as_deref().map(rbac::role) {
            None => role.extends = None,
            Some(Some(r)) if may_be_extended(r) => role.extends = Some(r.code.into()),
            Some(_) => fields.wrong("extends", "must be a built-in role other than organization_admin"),
        }
    }
    if let Some(grants) = fields.texts("grants", GRANTS_MAX) {
        match grants.iter().find(|g| !rbac::is_grant(g)) {
            Some(odd) => {
                fields.wrong("grants", format!("\"{odd}\" is no permission such as materials:write or materials:*"))
            }
            None => role.grants = grants,
        }
    }
    let extended: Vec<_> = role.extends.iter().collect();
    for (field, held) in [("extends", extended), ("grants", role.grants.iter().collect())] {
        if let Some(reason) = rights.against_granting(&rbac::grants_of::<_, &str>(&held, &[])) {
            fields.wrong(field, reason);
        }
    }
    let d = of::<OwnRole>()?;
    let definitions = custom::definitions(tx, d)?;
    let before = role.custom_fields.clone();
    let (mut customs, mut wrong) = custom::merged(&definitions, &before, fields.object("custom_fields").as_ref());
    let own = (role.id != 0).then_some((role.id, &before));
    wrong.extend(files::look_up(tx, d, &definitions, own, &mut customs)?);
    wrong.into_iter().for_each(|detail| fields.wrong(&detail.field, detail.message));
    role.custom_fields = customs;
    Ok(())
}

/// Makes a role.
///
/// # Errors
/// 400 for what is wrong with it.
pub fn create(tx: &WriteTx<'_>, mut fields: Fields) -> Result<RoleView, Wrong> {
    let rights = Rights::load(tx)?;
    rights.need(WRITE)?;
    let own = own(tx)?;
    let code = fields.required("code", CODE_MAX);
    let is_code =
        |c: &str| c.len() >= 2 && c.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    match code.as_deref() {
        None if !fields.has("code") => fields.wrong("code", "must be 2 to 40 of a-z, 0-9 and _"),
        Some(c) if !is_code(c) => fields.wrong("code", "must be 2 to 40 of a-z, 0-9 and _"),
        Some(c) if rbac::role(c).is_some() => {
            fields.wrong("code", format!("{c} is the code or another word of a built-in role"))
        }
        Some(c) if own.iter().any(|r| r.code == c) => fields.wrong("code", format!("Role {c} already exists")),
        _ => {}
    }
    if own.len() >= ROLES_MAX {
        fields.wrong("code", format!("an organization has at most {ROLES_MAX} roles of its own"));
    }
    if !fields.has("name") {
        fields.wrong("name", "is missing");
    }
    let mut role = Own {
        id: 0,
        code: code.unwrap_or_default(),
        name: String::new(),
        description: None,
        extends: None,
        grants: vec![],
        custom_fields: Map::new(),
        is_active: true,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    fill(tx, &rights, &mut role, &mut fields)?;
    fields.finish()?;
    role.id = tx.next_id("roles")?;
    tx.execute(
        "INSERT INTO roles (organization_id, id, code, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)",
        params![tx.org(), role.id, &role.code, &role.name, tx.now()],
    )?;
    store(tx, &role)?;
    finished(tx, "create", None, role.id)
}

/// What happens to a role.
pub enum Change {
    Update(Fields),
    Archive,
    Restore,
}

/// Changes, archives or restores a role. Sessions keep what they hold (RBAC-10).
///
/// # Errors
/// 400 for what is wrong, 409 when somebody else changed it meanwhile.
pub fn change(tx: &WriteTx<'_>, key: &str, change: Change) -> Result<RoleView, Wrong> {
    let (mut role, rights) = (find(tx, key)?, Rights::load(tx)?);
    rights.need(WRITE)?;
    // Neither are roles taken apart by whoever could not have made them.
    if let Some(reason) = rights.against_granting(&rbac::grants_of::<_, &str>(&role.held(), &[])) {
        return Err(ApiError::new(403, "Beyond your reach", reason).into());
    }
    let (before, shown) = (role.clone(), view(tx, role.clone()));
    let refused = |what: &str, reason: String| Err(ApiError::new(400, &format!("Cannot {what} role"), reason).into());
    let action = match change {
        Change::Update(mut fields) => {
            super::need_version(fields.version()?, role.version, &shown)?;
            if !role.is_active {
                return refused("change", ARCHIVED.into());
            }
            if fields.required("code", CODE_MAX).is_some_and(|code| code != role.code) {
                fields.wrong("code", "cannot be changed; people have the role by it");
            }
            fill(tx, &rights, &mut role, &mut fields)?;
            fields.finish()?;
            "update"
        }
        Change::Archive => {
            let having = people::having_role(tx, &role.code)?.len() + super::api_tokens::having_role(tx, &role.code)?;
            if having > 0 {
                let reason = format!("{having} people or API tokens have this role; give them another one first");
                return refused("archive", reason);
            }
            role.is_active = false;
            "archive"
        }
        Change::Restore => {
            role.is_active = true;
            "restore"
        }
    };
    // What is so already is answered as it is.
    if role == before {
        return Ok(shown);
    }
    role.version += 1;
    store(tx, &role)?;
    let after = finished(tx, action, Some(shown), role.id)?;
    // Edges know grants, not the organisation's roles.
    for user in people::having_role(tx, &role.code)? {
        for plant in people::plants_told(tx, user)? {
            if let Some(op) = master::user(tx, UserId(user))? {
                tx.to_plant(plant, op);
            }
        }
    }
    Ok(after)
}

/// Writes all of a role that can change.
fn store(tx: &WriteTx<'_>, role: &Own) -> Result<(), DbError> {
    files::claim(tx, &custom::definitions(tx, of::<OwnRole>()?)?, role.id, &role.custom_fields)?;
    let grants = serde_json::to_string(&role.grants).map_err(|e| DbError::Failed(e.to_string()))?;
    tx.execute(
        "UPDATE roles SET name = $3, description = $4, extends = $5, grants = $6, custom_fields = $7, is_active = $8, version = $9,
           updated_at = $10
         WHERE organization_id = $1 AND id = $2",
        params![
            tx.org(),
            role.id,
            &role.name,
            role.description.clone(),
            role.extends.clone(),
            grants,
            serde_json::Value::Object(role.custom_fields.clone()).to_string(),
            role.is_active,
            role.version,
            tx.now()
        ],
    )
    .map(drop)
}

fn finished(tx: &WriteTx<'_>, action: &str, before: Option<RoleView>, id: i64) -> Result<RoleView, Wrong> {
    let after = view(tx, find(tx, &id.to_string())?);
    // What may be done to a role is no part of what it is.
    let bare = |view: RoleView| RoleView { allowed_actions: vec![], ..view };
    tx.audit("role", id, action, before.map(bare).as_ref(), Some(&bare(after.clone())))?;
    tx.changed(Topic::MasterData);
    Ok(after)
}
