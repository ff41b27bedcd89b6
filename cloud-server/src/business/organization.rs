//! An organisation from nothing: its own row and its first administrator (ONB-11, RBAC-11).

use super::people::logins;
use crate::auth::password;
use crate::db::DbError;
use crate::params;
use crate::tenancy::{Caller, Organization, Tenancy, Tx, WriteTx};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// What is wrong with an organisation that is to be made, or why it was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes an organisation and its administrator. Without a chosen password one is made, which is returned, kept
/// nowhere, and must be changed at the first log-in.
///
/// # Errors
/// When a name is not usable or taken.
pub async fn create(
    tenancy: &Tenancy,
    name: &str,
    subdomain: &str,
    admin_email: &str,
    chosen: Option<&str>,
) -> Result<(Organization, Option<String>), CreateError> {
    let refuse = |text: String| Err(CreateError::Refused(text));
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 200 {
        return refuse("--name must have 1 to 200 characters".into());
    }
    if !is_subdomain(subdomain) {
        return refuse(format!(
            "--subdomain \"{subdomain}\" must have 3 to 20 lower-case letters and digits, such as acme"
        ));
    }
    let email = admin_email.trim().to_lowercase();
    if !is_email(&email) {
        return refuse(format!("--admin-email \"{admin_email}\" is no e-mail address"));
    }
    if let Some(Err(why)) = chosen.map(password::check) {
        return refuse(format!("--admin-password-file: {why}"));
    }
    if tenancy.platform().organization(subdomain).await?.is_some() {
        return refuse(format!("the subdomain {subdomain} is taken; choose another"));
    }
    // Both name an organisation at an address, and nobody should come to another one by its name.
    let slug = slug(&name);
    if !slug.is_empty() && tenancy.platform().organization(&slug).await?.is_some() {
        return refuse(format!(
            "the name {name} is {slug} in an address, as another organisation is; choose another name"
        ));
    }
    let made = match tenancy.platform().create_organization(&name, &slug, subdomain).await {
        Err(e) if e.is_unique() => {
            return refuse(format!("an organisation with the name {name} or the subdomain {subdomain} exists"));
        }
        other => other?,
    };
    match fill(tenancy, &made, &email, chosen).await {
        Ok(first) => Ok((made, first)),
        Err(e) => {
            // Otherwise the names stay taken by an organisation that nobody can sign on to.
            tenancy.platform().undo_organization(made.id).await?;
            Err(e)
        }
    }
}

/// The organisation's own row and its administrator; the password that was made.
async fn fill(
    tenancy: &Tenancy,
    made: &Organization,
    email: &str,
    chosen: Option<&str>,
) -> Result<Option<String>, CreateError> {
    let emails = [email.to_owned()];
    if !tenancy.platform().reserve_logins(&emails, &[], made.id).await?.foreign.is_empty() {
        return Err(CreateError::Refused(format!("{email} belongs to another organisation; use another address")));
    }
    let caller = Caller::system(made.id, "organization create");
    let first = chosen.is_none().then(password::random);
    let hash = chosen.or(first.as_deref()).map(password::hash).transpose().map_err(DbError::Failed)?;
    let must_change = first.is_some();
    let (row, address) = (made.clone(), email.to_owned());
    tenancy.write(&caller, move |tx| first_rows(tx, &row, &address, hash, must_change)).await?;
    // The administrator exists; a reservation that stays open is confirmed by the repair.
    if let Err(e) = logins::settle(tenancy, made.id, &emails).await {
        tracing::warn!(error = %e, "a log-in is not confirmed yet");
    }
    Ok(first)
}

/// Gives organisations from before there were units of measure what new ones begin with: once, and nothing that was
/// changed, archived or made by people meanwhile is touched. The others go on when one fails.
///
/// # Errors
/// The last failure, after all were tried.
pub async fn seed_missing(tenancy: &Tenancy) -> Result<(), DbError> {
    let mut out = Ok(());
    for organization in tenancy.platform().unseeded().await? {
        let caller = Caller::system(organization.id, "first records");
        let seeded: Result<(), DbError> = match tenancy.write(&caller, seed_once).await {
            Ok(()) => tenancy.platform().seeded(organization.id).await,
            failed => failed,
        };
        if let Err(e) = seeded {
            tracing::error!(organization = organization.id, error = %e, "first records could not be made");
            out = Err(e);
        }
    }
    out
}

fn seed_once(tx: &WriteTx<'_>) -> Result<(), DbError> {
    // Whoever was made with units has some of that very moment, whatever was done to them since.
    let sql = "SELECT (SELECT count(*) FROM units u WHERE u.organization_id = o.organization_id AND u.created_at = o.created_at) AS n
               FROM organization o WHERE o.organization_id = $1";
    // Edges of an older cloud never heard what their open work orders take from products and projects.
    super::master::send_all_terms(tx)?;
    super::master::send_all_of_version_5(tx)?;
    super::master::send_all_of_version_6(tx)?;
    match tx.query_one(sql, params![tx.org()])?.map(|row| row.get::<i64>("n")).transpose()? {
        // Without a row it was never made to its end.
        None | Some(1..) => Ok(()),
        Some(_) => {
            let units = super::goods::unit::seed(tx)?;
            tx.audit("organization", tx.org(), "seed", None::<&()>, Some(&json!({"units": units})))
        }
    }
}

fn first_rows(
    tx: &WriteTx<'_>,
    organization: &Organization,
    email: &str,
    hash: Option<String>,
    must_change: bool,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO organization (organization_id, uuid, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
        params![tx.org(), organization.uuid, &organization.name, tx.now()],
    )?;
    super::goods::unit::seed(tx)?;
    let id = tx.next_id("users")?;
    tx.execute(
        "INSERT INTO users (organization_id, id, email, name, password_hash, must_change_password, roles, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        params![tx.org(), id, email, "Administrator", hash, must_change, r#"["organization_admin"]"#, tx.now()],
    )?;
    let after = json!({"name": organization.name, "subdomain": organization.subdomain, "admin": email});
    tx.audit("organization", tx.org(), "create", None::<&()>, Some(&after))
}

/// A plant as people choose one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlantView {
    pub id: i64,
    pub name: String,
    /// IANA zone of its shifts and days.
    pub timezone: String,
}

/// The plants that the caller reaches.
///
/// # Errors
/// When the database fails.
pub fn plants(tx: &Tx<'_>) -> Result<Vec<PlantView>, DbError> {
    let (all, user) = super::reach_values(tx.caller());
    let sql = format!(
        "SELECT p.id, p.name, p.timezone FROM plants p WHERE p.organization_id = $1 AND {} AND p.is_active = TRUE ORDER BY p.name",
        super::reach_sql("p.id")
    );
    let rows = tx.query(&sql, params![tx.org(), all, user])?;
    rows.iter()
        .map(|r| Ok(PlantView { id: r.get("id")?, name: r.get("name")?, timezone: r.get("timezone")? }))
        .collect()
}

/// Lower case with dashes: "ACME Manufacturing" is "acme-manufacturing" (ONB-ORG).
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

fn is_subdomain(text: &str) -> bool {
    (3..=20).contains(&text.len()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// Good enough to tell an address from a slip; only a mail proves one.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let clean = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && text.len() <= 254
        && local.chars().chain(domain.chars()).all(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn onb_org_slug() {
        assert_eq!(slug("ACME Manufacturing"), "acme-manufacturing");
        assert!(is_subdomain("acme") && !is_subdomain("Acme") && !is_subdomain("a-b"));
        assert!(is_email("olga@acme.example") && !is_email("olga@acme") && !is_email("o l@acme.example"));
    }
}
