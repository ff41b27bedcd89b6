//! Whether a server keeps organisations apart as it must: what its catalogue says, compared with what the
//! schema files and the roles ask for.

use super::migrate::tables;
use super::{Addresses, version};
use crate::db::schema::VERSION;
use crate::db::{DbError, Scope};
use std::collections::BTreeSet;
use tokio_postgres::Client;

/// What is wrong; nothing for a sound one.
///
/// # Errors
/// When the server does not answer.
pub async fn check(addresses: &Addresses) -> Result<Vec<String>, DbError> {
    let platform = addresses.platform.connect().await?;
    let found = version(&platform).await?;
    if found > VERSION {
        return Err(DbError::Newer { what: format!("the database {}", addresses.platform), found, known: VERSION });
    }
    if found < VERSION {
        return Err(DbError::Older { what: format!("the database {}", addresses.platform), found, known: VERSION });
    }
    let application = addresses.application.connect().await?;
    let mut wrong = Vec::new();
    if addresses.application.role() == addresses.platform.role() {
        wrong.push("url and platform_url name the same role".to_owned());
    }
    roles(&application, &mut wrong).await?;
    roles(&platform, &mut wrong).await?;
    row_level_security(&application, &mut wrong).await?;
    rights(&application, Scope::Organization, addresses.application.role(), &mut wrong).await?;
    rights(&application, Scope::Platform, addresses.platform.role(), &mut wrong).await?;
    Ok(wrong)
}

/// What would put the application's role above row-level security; looked at before every start.
pub(super) async fn roles_of(addresses: &Addresses) -> Result<Vec<String>, DbError> {
    let mut wrong = Vec::new();
    roles(&addresses.application.connect().await?, &mut wrong).await?;
    wrong.retain(|fault| ["is a superuser", "has BYPASSRLS", "owns tables"].iter().any(|f| fault.ends_with(f)));
    Ok(wrong)
}

/// Nothing that makes a role more than one that works.
async fn roles(client: &Client, wrong: &mut Vec<String>) -> Result<(), DbError> {
    let checks = "
        SELECT current_user::text AS role, why FROM (VALUES
          ((SELECT rolsuper FROM pg_roles WHERE rolname = current_user), 'is a superuser'),
          ((SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user), 'has BYPASSRLS'),
          ((SELECT rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE rolname = current_user), 'may make roles or databases, or replicate'),
          (EXISTS (SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = current_user), 'is a member of another role'),
          (EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('organization', 'platform') AND pg_has_role(c.relowner, 'MEMBER')), 'owns tables'),
          (has_schema_privilege('organization', 'USAGE') AND has_schema_privilege('platform', 'USAGE'), 'may use both schemas'),
          (has_schema_privilege('organization', 'CREATE') OR has_schema_privilege('platform', 'CREATE'), 'may make tables'),
          (has_database_privilege(current_database(), 'TEMPORARY'), 'may make temporary tables; run: REVOKE TEMPORARY ON DATABASE … FROM PUBLIC'),
          (has_database_privilege(current_database(), 'CREATE'), 'may make schemas')
        ) AS faults (there, why) WHERE there";
    for row in client.query(checks, &[]).await? {
        wrong.push(format!("role {} {}", row.get::<_, String>("role"), row.get::<_, String>("why")));
    }
    Ok(())
}

async fn row_level_security(client: &Client, wrong: &mut Vec<String>) -> Result<(), DbError> {
    let checks = "
        SELECT c.relname::text AS name, why FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
          LATERAL (VALUES
            (c.relkind = 'm', 'is a materialised view, which shows rows of all organisations'),
            (c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{security_invoker=true}', FALSE), 'is a view without security_invoker'),
            (c.relkind IN ('f', 'p'), 'is a foreign or a partitioned table, which nothing here makes'),
            (c.relkind = 'r' AND n.nspname = 'organization' AND NOT (c.relrowsecurity AND c.relforcerowsecurity), 'has no forced row-level security'),
            (c.relkind = 'r' AND n.nspname = 'organization' AND ARRAY['own'] IS DISTINCT FROM
               (SELECT array_agg(p.polname::text) FROM pg_policy p WHERE p.polrelid = c.oid), 'has not the one policy \"own\"'),
            (EXISTS (SELECT 1 FROM pg_policy p, LATERAL (VALUES (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) AS e (text)
               WHERE p.polrelid = c.oid AND (p.polcmd <> '*' OR p.polroles <> '{0}' OR e.text IS DISTINCT FROM $1)), 'has a policy that was changed')
          ) AS faults (there, why)
        WHERE n.nspname IN ('organization', 'platform') AND there ORDER BY 1";
    let own = "(organization_id = ( SELECT (NULLIF(current_setting('app.org'::text, true), ''::text))::bigint AS \"nullif\"))";
    for row in client.query(checks, &[&own]).await? {
        wrong.push(format!("{} {}", row.get::<_, String>("name"), row.get::<_, String>("why")));
    }
    let definers = "SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                    WHERE n.nspname IN ('organization', 'platform') AND p.prosecdef";
    for row in client.query(definers, &[]).await? {
        wrong.push(format!("function {} runs with the rights of its owner", row.get::<_, String>(0)));
    }
    Ok(())
}

/// The tables and rights that are there are those of the schema files.
async fn rights(client: &Client, scope: Scope, role: &str, wrong: &mut Vec<String>) -> Result<(), DbError> {
    let schema = if scope == Scope::Organization { "organization" } else { "platform" };
    let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
    for table in tables(scope, VERSION)? {
        wanted.extend(table.rights().iter().map(|right| (table.name.clone(), format!("{role} {right}"))));
    }
    if scope == Scope::Platform {
        wanted.insert(("schema_version".into(), format!("{role} SELECT")));
    }
    // Columns can carry rights of their own; nobody but the owner has any right that is not wanted.
    let there = "
        SELECT c.relname::text, coalesce(r.rolname::text, 'PUBLIC') || ' ' || a.privilege_type
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (SELECT c.relacl AS acl UNION ALL SELECT t.attacl FROM pg_attribute t WHERE t.attrelid = c.oid) AS l
        CROSS JOIN LATERAL aclexplode(l.acl) AS a LEFT JOIN pg_roles r ON r.oid = a.grantee
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND a.grantee <> c.relowner";
    let rows = client.query(there, &[&schema]).await?;
    let there: BTreeSet<(String, String)> = rows.iter().map(|r| (r.get(0), r.get(1))).collect();
    wrong.extend(
        there
            .difference(&wanted)
            .map(|(table, right)| format!("{schema}.{table}: {right} is granted and should not be")),
    );
    let missing = wanted.difference(&there);
    wrong.extend(
        missing.map(|(table, right)| format!("{schema}.{table}: {right} is not granted; run: cloud-server migrate")),
    );
    Ok(())
}
