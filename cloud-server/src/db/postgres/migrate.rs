//! Bringing a server's schema up to date, as the role that owns it.

use super::{Address, version};
use crate::db::schema::{FIRST_IN_KINDS, VERSION, statements};
use crate::db::{DbError, Scope, kinds};
use std::fmt::Write as _;

/// Only one migration at a time: an advisory lock beside those of writers.
const LOCK: i64 = 0x554e_4953_4d49_4752;

/// Twins of the functions in `sqlite/functions.rs`. Whatever the collation of the database, small letters are
/// those of Unicode.
const FUNCTIONS: &str = "
CREATE OR REPLACE FUNCTION contains(haystack text, needle text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT strpos(replace(lower(haystack COLLATE \"und-x-icu\"), 'ς', 'σ') COLLATE \"C\",
                       replace(lower(needle COLLATE \"und-x-icu\"), 'ς', 'σ') COLLATE \"C\") > 0 $f$;
CREATE OR REPLACE FUNCTION json_text(document jsonb, key text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT document ->> key $f$;
CREATE OR REPLACE FUNCTION json_number(document jsonb, key text) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT CASE WHEN jsonb_typeof(document -> key) = 'number' THEN (document ->> key)::numeric END $f$;
";

/// Makes the schemas and tables that are missing and gives both roles their rights, no more and no less. Does
/// nothing that is done already; a second one waits for the first. The version found, 0 for none.
///
/// # Errors
/// When the server refuses, or a newer program was here.
pub async fn migrate(owner: &Address, application: &Address, platform: &Address) -> Result<i64, DbError> {
    migrate_to(owner, application, platform, VERSION).await
}

/// As [`migrate`], but only to `wanted`: the seam by which tests of upgrades get a server of an older program.
///
/// # Errors
/// As [`migrate`].
pub async fn migrate_to(
    owner: &Address,
    application: &Address,
    platform: &Address,
    wanted: i64,
) -> Result<i64, DbError> {
    let mut client = owner.connect().await?;
    let tx = client.transaction().await?;
    tx.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let found = version(tx.client()).await?;
    if found > wanted {
        return Err(DbError::Newer { what: format!("the database {owner}"), found, known: wanted });
    }
    preconditions(&tx, owner, application, platform).await?;
    if found == 0 {
        tx.batch_execute(
            "CREATE SCHEMA organization; CREATE SCHEMA platform;
             CREATE TABLE platform.schema_version (one boolean PRIMARY KEY DEFAULT TRUE CHECK (one), version bigint NOT NULL);
             INSERT INTO platform.schema_version (version) VALUES (0)",
        )
        .await?;
    }
    for (scope, schema, role) in
        [(Scope::Organization, "organization", application), (Scope::Platform, "platform", platform)]
    {
        let mut sql = format!("SET LOCAL search_path = {schema};\n");
        for next in (found + 1).max(FIRST_IN_KINDS)..=wanted {
            sql.push_str(&kinds::postgres(scope, &statements(scope, next)?));
        }
        sql.push_str(FUNCTIONS);
        sql.push_str(&rights(scope, schema, role.role(), wanted)?);
        tx.batch_execute(&sql).await?;
    }
    let version = format!(
        "GRANT SELECT ON platform.schema_version TO {};
         UPDATE platform.schema_version SET version = {wanted} WHERE version <> {wanted}",
        quoted(platform.role())
    );
    tx.batch_execute(&version).await?;
    tx.commit().await?;
    Ok(found)
}

/// What cannot be put right from here is said before anything is made.
async fn preconditions(
    tx: &tokio_postgres::Transaction<'_>,
    owner: &Address,
    application: &Address,
    platform: &Address,
) -> Result<(), DbError> {
    let mut roles = [owner.role(), application.role(), platform.role()];
    roles.sort_unstable();
    if roles.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(DbError::Failed("owner, application and platform must be three roles".into()));
    }
    for role in [application.role(), platform.role()] {
        if tx.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&role]).await?.is_none() {
            return Err(DbError::Failed(format!("there is no role {role}; make it with: CREATE ROLE {role} LOGIN")));
        }
    }
    let row = tx
        .query_one(
            "SELECT pg_encoding_to_char(encoding) = 'UTF8', EXISTS (SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu')
             FROM pg_database WHERE datname = current_database()",
            &[],
        )
        .await?;
    if !row.get::<_, bool>(0) {
        return Err(DbError::Failed("the database must have the encoding UTF8".into()));
    }
    if !row.get::<_, bool>(1) {
        return Err(DbError::Failed("this PostgreSQL was built without ICU, which searching needs".into()));
    }
    Ok(())
}

fn rights(scope: Scope, schema: &str, role: &str, version: i64) -> Result<String, DbError> {
    let role = quoted(role);
    let mut sql = format!(
        "GRANT USAGE ON SCHEMA {schema} TO {role};\nREVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};\n"
    );
    for table in tables(scope, version)? {
        let _ = writeln!(sql, "GRANT {} ON {} TO {role};", table.rights().join(", "), table.name);
    }
    Ok(sql)
}

/// Every table that a schema has.
pub(super) fn tables(scope: Scope, version: i64) -> Result<Vec<kinds::Table>, DbError> {
    let mut out = Vec::new();
    for version in FIRST_IN_KINDS..=version {
        out.extend(statements(scope, version)?.into_iter().filter_map(|s| match s {
            kinds::Statement::Table(table) => Some(table),
            _ => None,
        }));
    }
    Ok(out)
}

/// A name as SQL has it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
