//! Keys of other programs: they act with roles and in plants as people do, and the audit log names them. A key
//! is shown once; only its SHA-256 is kept.

pub mod record;

use super::fields::Fields;
use super::people::PlantRef;
use super::roles::Rights;
use super::{Wrong, master, roles};
use crate::auth::{API_TOKEN_PREFIX, api_token_hash, reaches_all_plants};
use crate::db::{DbError, Row};
use crate::params;
use crate::resource::list::{self, Asked};
use crate::tenancy::{Reach, Tx, Via, WriteTx, vault_random};
use record::description;
use schemars::JsonSchema;
use serde::Serialize;
use unison_api::Person;
use unison_api::error::ApiError;
use unison_api::production::AllowedAction;
use unison_core::ids::PlantId;
use unison_core::time::{Rfc3339, Timestamp};
use unison_rules::rbac;

/// The permission to make and revoke keys.
pub const WRITE: &str = "api_tokens:write";
const TOKENS_MAX: i64 = 1_000;
/// How much of a key is shown later, to tell it from others.
const HINT_CHARS: usize = 12;

/// A key of a program.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ApiTokenView {
    pub id: i64,
    pub name: String,
    /// The key's first characters.
    pub hint: String,
    pub roles: Vec<String>,
    pub all_plants: bool,
    pub plant_ids: Vec<i64>,
    pub plants: Vec<PlantRef>,
    pub created_by: Person,
    pub expires_at: Option<Rfc3339>,
    pub revoked_at: Option<Rfc3339>,
    /// Known to the minute.
    pub last_used_at: Option<Rfc3339>,
    pub is_active: bool,
    pub version: i64,
    pub created_at: Rfc3339,
    pub updated_at: Rfc3339,
    pub allowed_actions: Vec<AllowedAction>,
}

/// A key that was made.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Made {
    #[serde(flatten)]
    pub api_token: ApiTokenView,
    /// For `Authorization: Bearer`; shown once, missing when the same call is repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// One page of keys.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ApiTokenList {
    pub api_tokens: Vec<ApiTokenView>,
    pub total: u64,
    pub page: u32,
    pub per_page: u32,
}

/// A key: 32 random bytes as text, after a word by which it is found where it does not belong.
#[must_use]
pub fn new_key() -> String {
    format!("{API_TOKEN_PREFIX}{}", crate::tenancy::platform::hex(&vault_random::<32>()))
}

fn view(tx: &Tx<'_>, row: &Row) -> Result<ApiTokenView, DbError> {
    let (id, is_active): (i64, bool) = (row.get("id")?, row.get("is_active")?);
    let sql = "SELECT p.id, p.name FROM api_token_plants a JOIN plants p ON p.organization_id = a.organization_id AND p.id = a.plant_id
               WHERE a.organization_id = $1 AND a.token_id = $2 ORDER BY p.name";
    let plants = tx.query(sql, params![tx.org(), id])?;
    let plants = plants.iter().map(|p| Ok(PlantRef { id: p.get("id")?, name: p.get("name")? }));
    let plants = plants.collect::<Result<Vec<_>, DbError>>()?;
    let reason = if !tx.caller().may(WRITE) {
        Some(rbac::missing(WRITE))
    } else {
        (!is_active).then(|| "It is revoked".to_owned())
    };
    let time = |column: &str| row.get::<Option<Timestamp>>(column).map(|t| t.map(Rfc3339::from));
    Ok(ApiTokenView {
        id,
        name: row.get("name")?,
        hint: row.get("hint")?,
        roles: master::roles(row)?,
        all_plants: row.get("all_plants")?,
        plant_ids: plants.iter().map(|p| p.id).collect(),
        plants,
        created_by: Person { id: row.get("created_by")?, name: row.get("created_by_name")? },
        expires_at: time("expires_at")?,
        revoked_at: time("revoked_at")?,
        last_used_at: time("last_used_at")?,
        is_active,
        version: row.get("version")?,
        created_at: row.get::<Timestamp>("created_at")?.into(),
        updated_at: row.get::<Timestamp>("updated_at")?.into(),
        allowed_actions: vec![AllowedAction { action: "revoke".into(), allowed: reason.is_none(), reason }],
    })
}

/// The keys that a list's question finds.
///
/// # Errors
/// 400 for a wrong question.
pub fn list(tx: &Tx<'_>, asked: &Asked) -> Result<ApiTokenList, Wrong> {
    let listed = list::listed(tx, description(), asked, None)?;
    let api_tokens = listed.rows.iter().map(|row| view(tx, row)).collect::<Result<_, _>>()?;
    Ok(ApiTokenList { api_tokens, total: listed.total, page: listed.page.page, per_page: listed.page.per_page })
}

/// A key's record.
///
/// # Errors
/// 404 when there is none.
pub fn get(tx: &Tx<'_>, id: i64) -> Result<ApiTokenView, Wrong> {
    let row = tx.query_one(&format!("{} AND t.id = $2", description().select), params![tx.org(), id])?;
    Ok(view(tx, &row.ok_or_else(|| ApiError::not_found("API token"))?)?)
}

/// How many keys that are not revoked have a role.
///
/// # Errors
/// When the database fails.
pub fn having_role(tx: &Tx<'_>, code: &str) -> Result<usize, DbError> {
    let sql = "SELECT roles FROM api_tokens WHERE organization_id = $1 AND is_active = TRUE";
    let rows = tx.query(sql, params![tx.org()])?;
    let roles = rows.iter().map(master::roles).collect::<Result<Vec<_>, _>>()?;
    Ok(roles.iter().filter(|list| list.iter().any(|r| r == code)).count())
}

/// What a body says of a key that is to be made.
struct Wanted {
    name: String,
    roles: Vec<String>,
    /// None: all that there are and will be.
    plants: Option<Vec<i64>>,
    expires_at: Option<Timestamp>,
}

fn wanted(tx: &Tx<'_>, mut fields: Fields) -> Result<Wanted, Wrong> {
    if !fields.has("name") {
        fields.wrong("name", "is missing");
    }
    let name = fields.required("name", 100).unwrap_or_default();
    let taken = "SELECT 1 AS one FROM api_tokens WHERE organization_id = $1 AND name = $2";
    if tx.query_one(taken, params![tx.org(), &name])?.is_some() {
        fields.wrong("name", format!("API token {name} already exists"));
    }
    let words = fields.texts("roles", 20).unwrap_or_default();
    let roles = match roles::codes(tx, &words)? {
        Ok(codes) if codes.is_empty() => {
            fields.wrong("roles", "must name at least one role, such as viewer");
            codes
        }
        Ok(codes) => {
            if let Some(reason) = roles::against_giving(tx, &codes)? {
                fields.wrong("roles", reason);
            }
            codes
        }
        Err(reason) => {
            fields.wrong("roles", reason);
            vec![]
        }
    };
    let ids = fields.ids("plant_ids", 500).unwrap_or_default();
    let all = fields.boolean("all_plants").flatten().unwrap_or(false) || reaches_all_plants(&roles);
    let reaches_all = tx.caller().signed_on().is_some_and(|user| user.reach == Reach::AllPlants);
    if all && !reaches_all {
        fields.wrong("all_plants", "nobody gives more than they have: you do not reach every plant");
    }
    let known = tx.query("SELECT id FROM plants WHERE organization_id = $1", params![tx.org()])?;
    let known = known.iter().map(|r| r.get("id")).collect::<Result<Vec<i64>, _>>()?;
    if let Some(odd) = ids.iter().find(|id| !known.contains(id) || !tx.caller().reaches(PlantId(**id))) {
        fields.wrong("plant_ids", format!("there is no plant {odd} that you reach"));
    }
    if ids.is_empty() && !all {
        fields.wrong("plant_ids", "must name at least one plant, or set all_plants to true");
    }
    let expires_at = fields.time("expires_at").flatten();
    if expires_at.is_some_and(|at| at <= tx.now()) {
        fields.wrong("expires_at", "must lie in the future");
    }
    fields.finish()?;
    Ok(Wanted { name, roles, plants: (!all).then_some(ids), expires_at })
}

/// Makes a key's record.
///
/// # Errors
/// 400 for what is wrong.
pub fn create(tx: &WriteTx<'_>, fields: Fields, key: &str) -> Result<ApiTokenView, Wrong> {
    if tx.caller().signed_on().is_some_and(|user| matches!(user.via, Via::ApiToken { .. })) {
        // A key that ends could otherwise make one that does not.
        let reason = "A key makes no keys; sign in as a person";
        return Err(ApiError::new(403, "Missing permission", reason).into());
    }
    Rights::load(tx)?.need(WRITE)?;
    let wanted = wanted(tx, fields)?;
    let by = tx.caller().signed_on().map_or(0, |user| user.user_id);
    let count = "SELECT count(*) AS n FROM api_tokens WHERE organization_id = $1";
    let count: i64 = tx.query_one(count, params![tx.org()])?.map_or(Ok(0), |r| r.get("n"))?;
    if count >= TOKENS_MAX {
        let reason = format!("An organization has at most {TOKENS_MAX} API tokens, revoked ones included");
        return Err(ApiError::new(400, "Cannot make API token", reason).into());
    }
    let id = tx.next_id("api_tokens")?;
    let (hint, roles): (String, _) = (key.chars().take(HINT_CHARS).collect(), serde_json::to_string(&wanted.roles));
    let roles = roles.map_err(|e| DbError::Failed(e.to_string()))?;
    tx.execute(
        "INSERT INTO api_tokens (organization_id, id, name, hash, hint, roles, all_plants, created_by, expires_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        params![
            tx.org(), id, &wanted.name, api_token_hash(key), hint, roles, wanted.plants.is_none(), by, wanted.expires_at, tx.now()
        ],
    )?;
    for plant in wanted.plants.into_iter().flatten() {
        let sql = "INSERT INTO api_token_plants (organization_id, token_id, plant_id) VALUES ($1, $2, $3)";
        tx.execute(sql, params![tx.org(), id, plant])?;
    }
    let made = get(tx, id)?;
    tx.audit("api_token", id, "create", None::<&ApiTokenView>, Some(&made))?;
    Ok(made)
}

/// Ends a key for good; again it is answered alike.
///
/// # Errors
/// 404 when there is none.
pub fn revoke(tx: &WriteTx<'_>, id: i64) -> Result<ApiTokenView, Wrong> {
    let before = get(tx, id)?;
    if !before.is_active {
        return Ok(before);
    }
    tx.execute(
        "UPDATE api_tokens SET is_active = FALSE, revoked_at = $3, version = version + 1, updated_at = $3
         WHERE organization_id = $1 AND id = $2",
        params![tx.org(), id, tx.now()],
    )?;
    let after = get(tx, id)?;
    tx.audit("api_token", id, "revoke", Some(&before), Some(&after))?;
    Ok(after)
}
