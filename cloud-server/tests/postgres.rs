//! What only a server has: roles, row-level security, migrations, and connections that break. Everything a
//! role may see is asked with the real `psql`.

#[path = "support/encrypted.rs"]
mod encrypted;
#[path = "support/store.rs"]
mod store;

use cloud_server::db::postgres::{Addresses, Server, check, migrate_to};
use cloud_server::db::schema::{VERSION, statements};
use cloud_server::db::{Database, DbError, Scope, kinds};
use cloud_server::params;
use std::time::{Duration, Instant};
use store::{APPLICATION, Fresh, OWNER, PLATFORM, execute, query, superuser};
use uuid::Uuid;

const NOW: i64 = 1_790_000_000_000_000;

fn tables(scope: Scope) -> Vec<kinds::Table> {
    tables_of(scope, VERSION)
}

fn tables_of(scope: Scope, version: i64) -> Vec<kinds::Table> {
    let all = (2..=version).flat_map(|version| statements(scope, version).unwrap());
    all.filter_map(|s| if let kinds::Statement::Table(t) = s { Some(t) } else { None }).collect()
}

async fn organization(server: &Server, id: i64) -> Database {
    let database = server.organization(id);
    let sql =
        "INSERT INTO organization (organization_id, uuid, name, created_at, updated_at) VALUES ($1, $2, 'x', $3, $3)";
    execute(&database, sql, params![id, Uuid::nil(), NOW]).await.unwrap();
    database
}

/// One row in every table of two organisations, whatever it takes.
async fn filled(fresh: &Fresh, version: i64) {
    let superuser = fresh.connect("postgres").await;
    superuser.batch_execute("SET session_replication_role = replica; SET search_path = organization").await.unwrap();
    for table in tables_of(Scope::Organization, version) {
        let of = |kind: kinds::Kind| match kind {
            kinds::Kind::Text => "'x'",
            kinds::Kind::Uuid => "gen_random_uuid()",
            kinds::Kind::Json => "'{}'",
            kinds::Kind::Date => "'2026-01-01'",
            kinds::Kind::Timestamp => "now()",
            kinds::Kind::Boolean => "TRUE",
            kinds::Kind::Bytes => "'x'::bytea",
            kinds::Kind::Integer | kinds::Kind::Real | kinds::Kind::Decimal | kinds::Kind::Serial => "1",
        };
        let wanted = |c: &&kinds::Column| c.rest.contains("NOT NULL") && !c.rest.contains("DEFAULT");
        let columns: Vec<_> = table.columns.iter().filter(wanted).collect();
        let names: String = columns.iter().map(|c| format!(", {}", c.name)).collect();
        let values: String = columns
            .iter()
            .map(|c| {
                format!(
                    ", {}",
                    if c.rest.contains("source IN") {
                        "'signal'"
                    } else if c.rest.contains("field_type IN") {
                        "'text'"
                    } else {
                        of(c.kind)
                    }
                )
            })
            .collect();
        for org in [1, 2] {
            let sql = format!("INSERT INTO {} (organization_id{names}) VALUES ({org}{values})", table.name);
            superuser.batch_execute(&sql).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
        }
    }
}

/// Runs a script in psql: lines of its answer, or the error.
fn psql(fresh: &Fresh, role: &str, script: &str) -> Result<String, String> {
    let output = fresh.psql(role, script);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[tokio::test]
async fn ten_03_every_table_shows_the_rows_of_its_context_only() {
    let fresh = Fresh::new().await;
    filled(&fresh, VERSION).await;
    for (context, set) in [("none", ""), ("empty", "SET app.org = '';"), ("wrong", "SET app.org = '3';")] {
        let mut script = format!("{set} SET search_path = organization;\n");
        let mut expected = Vec::new();
        for table in tables(Scope::Organization) {
            let name = &table.name;
            script.push_str(&format!("SELECT '{name}', count(*) FROM {name};\n"));
            expected.push(format!("{name}|0"));
            if !table.is_append_only {
                for (verb, sql) in [
                    ("UPDATE", format!("UPDATE {name} SET organization_id = organization_id")),
                    ("DELETE", format!("DELETE FROM {name}")),
                ] {
                    script.push_str(&format!(
                        "WITH done AS ({sql} RETURNING 1) SELECT '{name} {verb}', count(*) FROM done;\n"
                    ));
                    expected.push(format!("{name} {verb}|0"));
                }
            }
        }
        let seen = psql(&fresh, APPLICATION, &script).unwrap();
        assert_eq!(seen.lines().collect::<Vec<_>>(), expected, "context: {context}");
        for table in tables(Scope::Organization) {
            let name = &table.name;
            let insert = format!(
                "{set} SET search_path = organization; INSERT INTO {name} SELECT (jsonb_populate_record(NULL::{name}, '{{\"organization_id\": 1}}')).*;"
            );
            let refused = psql(&fresh, APPLICATION, &insert).unwrap_err();
            assert!(refused.contains("row-level security"), "{name}, context {context}: {refused}");
        }
    }
    let own = psql(&fresh, APPLICATION, "SET app.org = '2'; SELECT organization_id FROM organization.plants").unwrap();
    assert_eq!(own, "2");
    let moved = psql(&fresh, APPLICATION, "SET app.org = '2'; UPDATE organization.plants SET organization_id = 1");
    assert!(moved.unwrap_err().contains("row-level security"), "a row cannot be given away");
    let truncated = psql(&fresh, APPLICATION, "SET app.org = '2'; TRUNCATE organization.counters");
    assert!(truncated.unwrap_err().contains("permission denied"), "it would ignore the policies");
    // Why every statement names its organisation: who can inject SQL can also do this.
    let injected = psql(
        &fresh,
        APPLICATION,
        "SET app.org = '2'; SELECT set_config('app.org', '1', false); SELECT organization_id FROM organization.plants",
    );
    assert_eq!(injected.unwrap(), "1\n1");
}

#[tokio::test]
async fn ten_03_no_role_reaches_what_is_not_its_own() {
    let fresh = Fresh::new().await;
    for (role, scope, schema) in
        [(APPLICATION, Scope::Platform, "platform"), (PLATFORM, Scope::Organization, "organization")]
    {
        for table in tables(scope) {
            for sql in [format!("SELECT FROM {schema}.{}", table.name), format!("DELETE FROM {schema}.{}", table.name)]
            {
                assert!(psql(&fresh, role, &sql).unwrap_err().contains("permission denied"), "{role}: {sql}");
            }
        }
    }
    for sql in [
        "CREATE TABLE organization.x (a int)",
        "ALTER TABLE organization.plants DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own ON organization.plants",
        "SET ROLE unison_owner",
    ] {
        assert!(psql(&fresh, APPLICATION, sql).is_err(), "{sql}");
    }
    let forged = "SET app.org = '1 OR 1 = 1'; SELECT count(*) FROM organization.plants";
    assert!(psql(&fresh, APPLICATION, forged).unwrap_err().contains("invalid input syntax"));
}

#[tokio::test]
async fn check_finds_what_opens_the_wall() {
    let fresh = Fresh::empty(None).await;
    fresh.migrate().await.unwrap();
    let addresses = fresh.addresses(2);
    let wrong = async || check(&addresses).await.unwrap();
    assert_eq!(wrong().await, Vec::<String>::new());
    let owner = fresh.connect(OWNER).await;
    for (open, close, why) in [
        (
            "ALTER TABLE organization.plants NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE organization.plants FORCE ROW LEVEL SECURITY",
            "forced",
        ),
        (
            "ALTER TABLE organization.plants DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE organization.plants ENABLE ROW LEVEL SECURITY",
            "forced",
        ),
        (
            "CREATE POLICY all_of_them ON organization.plants USING (TRUE)",
            "DROP POLICY all_of_them ON organization.plants",
            "policy",
        ),
        (
            "CREATE MATERIALIZED VIEW organization.v AS SELECT * FROM organization.plants",
            "DROP MATERIALIZED VIEW organization.v",
            "materialised",
        ),
        (
            "CREATE VIEW organization.v AS SELECT * FROM organization.plants",
            "DROP VIEW organization.v",
            "security_invoker",
        ),
        ("CREATE TABLE organization.t (a int)", "DROP TABLE organization.t", "forced"),
        (
            "GRANT TRUNCATE ON organization.plants TO unison_app",
            "REVOKE TRUNCATE ON organization.plants FROM unison_app",
            "TRUNCATE is granted",
        ),
        (
            "GRANT UPDATE (actor) ON organization.audit_log TO unison_app",
            "REVOKE UPDATE (actor) ON organization.audit_log FROM unison_app",
            "UPDATE is granted",
        ),
        (
            "GRANT SELECT ON platform.cloud_keys TO PUBLIC",
            "REVOKE SELECT ON platform.cloud_keys FROM PUBLIC",
            "PUBLIC SELECT is granted",
        ),
        (
            "REVOKE INSERT ON organization.lanes FROM unison_app",
            "GRANT INSERT ON organization.lanes TO unison_app",
            "INSERT is not granted",
        ),
        (
            "GRANT USAGE ON SCHEMA platform TO unison_app",
            "REVOKE USAGE ON SCHEMA platform FROM unison_app",
            "both schemas",
        ),
    ] {
        owner.batch_execute(open).await.unwrap();
        let found = wrong().await.join("; ");
        assert!(found.contains(why), "{open}: {found}");
        owner.batch_execute(close).await.unwrap();
    }
    assert_eq!(wrong().await, Vec::<String>::new());
    let as_superuser = Addresses { application: fresh.address("postgres"), ..addresses.clone() };
    let found = check(&as_superuser).await.unwrap().join("; ");
    assert!(found.contains("superuser") && found.contains("BYPASSRLS"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_are_repeatable_exclusive_and_refuse_what_is_newer() {
    let fresh = Fresh::empty(None).await;
    let before = Server::connect(&fresh.addresses(2)).await.map(|_| ()).unwrap_err();
    assert!(
        matches!(before, DbError::Older { found: 0, .. }) && before.to_string().contains("cloud-server migrate"),
        "{before}"
    );
    let both = tokio::join!(fresh.migrate(), fresh.migrate());
    let mut found = [both.0.unwrap(), both.1.unwrap()];
    found.sort_unstable();
    assert_eq!(found, [0, VERSION], "one made it, one found it");
    assert_eq!(fresh.migrate().await.unwrap(), VERSION);
    fresh.server().await;
    fresh.connect(OWNER).await.batch_execute("UPDATE platform.schema_version SET version = 99").await.unwrap();
    assert!(matches!(fresh.migrate().await, Err(DbError::Newer { found: 99, .. })));
    assert!(matches!(Server::connect(&fresh.addresses(2)).await, Err(DbError::Newer { found: 99, .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_is_used_again() {
    let place = std::env::temp_dir().join(format!("unison-postgres-{}", Uuid::new_v4().simple()));
    let stop = Stop(place.clone());
    let fresh = Fresh::empty(Some(&place)).await;
    fresh.migrate().await.unwrap();
    let server = fresh.server().await;
    let acme = organization(&server, 1).await;
    let platform = server.platform();
    query(&platform, "SELECT 1 AS one", &[]).await.unwrap();
    stop.script("halt");
    let began = Instant::now();
    assert!(
        query(&acme, "SELECT 1 AS one", &[]).await.is_err() && query(&platform, "SELECT 1 AS one", &[]).await.is_err()
    );
    assert!(began.elapsed() < Duration::from_secs(15), "said, not waited for: {:?}", began.elapsed());
    superuser(Some(&place));
    let rows = query(&acme, "SELECT name FROM organization WHERE organization_id = $1", params![1]).await.unwrap();
    assert_eq!(rows[0].get::<String>("name").unwrap(), "x", "by itself, and nothing is lost");
    query(&platform, "SELECT 1 AS one", &[]).await.unwrap();
}

#[tokio::test]
async fn connections_are_limited_and_lost_ones_are_replaced() {
    let fresh = Fresh::new().await;
    let server = fresh.server().await;
    let acme = organization(&server, 1).await;
    let limit = "SELECT current_setting('statement_timeout') AS t";
    assert_eq!(query(&acme, limit, &[]).await.unwrap()[0].get::<String>("t").unwrap(), "1min");
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for _ in 0..3 {
        fresh.connect("postgres").await.batch_execute(kill).await.unwrap();
        query(&acme, "SELECT 1 AS one", &[]).await.unwrap();
    }
}

/// Everything that the catalogue says of both schemas: tables, columns, keys, indexes, policies, rights, functions.
/// The order of columns counts, for rows are copied by it.
async fn catalogue(fresh: &Fresh) -> Vec<String> {
    let sql = "
        WITH c AS (SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname IN ('organization', 'platform'))
        SELECT concat_ws(' ', nspname, relname, relkind, relrowsecurity, relforcerowsecurity,
                 (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(relacl) a)) FROM c
        UNION ALL SELECT concat_ws(' ', nspname, relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attcollation::regcollation,
                 (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = a.attrelid AND adnum = a.attnum))
          FROM c JOIN pg_attribute a ON a.attrelid = c.oid WHERE attnum > 0
        UNION ALL SELECT concat_ws(' ', nspname, relname, conname, pg_get_constraintdef(k.oid)) FROM c JOIN pg_constraint k ON k.conrelid = c.oid
        UNION ALL SELECT concat_ws(' ', schemaname, indexname, indexdef) FROM pg_indexes WHERE schemaname IN ('organization', 'platform')
        UNION ALL SELECT concat_ws(' ', schemaname, tablename, policyname, cmd, qual, with_check) FROM pg_policies
        UNION ALL SELECT concat_ws(' ', n.nspname, pg_get_functiondef(p.oid)) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          WHERE n.nspname IN ('organization', 'platform')
        ORDER BY 1";
    let rows = fresh.connect("postgres").await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_server_of_any_version_becomes_what_a_new_one_is_and_keeps_its_rows() {
    let new = Fresh::empty(None).await;
    new.migrate().await.unwrap();
    let wanted = catalogue(&new).await;
    assert!(wanted.len() > 500, "it says something: {}", wanted.len());
    for version in 2..VERSION {
        let old = Fresh::empty(None).await;
        let (owner, application, platform) = (old.address(OWNER), old.address(APPLICATION), old.address(PLATFORM));
        assert_eq!(migrate_to(&owner, &application, &platform, version).await.unwrap(), 0);
        assert_ne!(catalogue(&old).await, wanted, "version {version} is another one");
        let refused = Server::connect(&old.addresses(2)).await.map(|_| ()).unwrap_err();
        assert!(matches!(refused, DbError::Older { found, .. } if found == version), "{refused}");
        filled(&old, version).await;
        let superuser = old.connect("postgres").await;
        let organization = "INSERT INTO platform.organizations (uuid, name, slug, subdomain, created_at, updated_at) VALUES (gen_random_uuid(), 'Acme', 'acme', 'acme', now(), now())";
        superuser.batch_execute(organization).await.unwrap();
        let counted = async || {
            let mut out = Vec::new();
            for table in tables_of(Scope::Organization, version) {
                // What a later version added is not asked for.
                let columns: Vec<_> = table.columns.iter().map(|c| c.name.as_str()).collect();
                let sql =
                    format!("SELECT count(*), min(ROW({})::text) FROM organization.{}", columns.join(", "), table.name);
                let row = superuser.query_one(&sql, &[]).await.unwrap();
                out.push((table.name, row.get::<_, i64>(0), row.get::<_, Option<String>>(1)));
            }
            out
        };
        let before = counted().await;
        assert_eq!(old.migrate().await.unwrap(), version);
        assert_eq!(counted().await, before, "rows from {version}");
        assert_eq!(catalogue(&old).await, wanted, "from {version}");
        assert_eq!(check(&old.addresses(2)).await.unwrap(), Vec::<String>::new(), "from {version}");
        let seeds = superuser.query_one("SELECT seeds FROM platform.organizations", &[]).await.unwrap();
        assert_eq!(seeds.get::<_, i64>(0), 0, "what was there before was given nothing yet");
    }
}

/// Stops a server of a test's own, whatever happens.
struct Stop(std::path::PathBuf);

impl Stop {
    fn script(&self, verb: &str) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/postgres");
        let status = std::process::Command::new(script).arg(verb).env("UNISON_POSTGRES_DIR", &self.0).status().unwrap();
        assert!(status.success(), "{verb}");
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.script("stop");
    }
}
