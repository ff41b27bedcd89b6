//! Where the data of a test is: an SQLite directory, or a fresh database on a private PostgreSQL.
//!
//! Whoever wants to test on both compiles the same source twice, the second time as a module `on_postgres`:
//! `tests/on_postgres/main.rs` does that with every integration test, and unit tests in a file of their own
//! can be named by two modules. `Store::new(module_path!())` then is what the module's name says.
#![allow(dead_code, reason = "each user has need of a part of it")]

use cloud_server::db::postgres::{Address, Addresses, Server, migrate};
use cloud_server::db::{Database, DbError, Row, Scope, Value};
use cloud_server::tenancy::{Place, Tenancy, wall_clock};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    /// The one for a module: `module_path!()` says how it was compiled.
    fn of(module: &str) -> Self {
        if module.split("::").any(|part| part == "on_postgres") { Self::Postgres } else { Self::Sqlite }
    }
}

pub const OWNER: &str = "unison_owner";
pub const APPLICATION: &str = "unison_app";
pub const PLATFORM: &str = "unison_platform";

/// The data of one test; gone when it is dropped.
pub struct Store {
    dir: TempDir,
    database: Option<Fresh>,
}

impl Store {
    /// For the module that asks: `Store::new(module_path!())`.
    pub async fn new(module: &str) -> Self {
        let database = match Backend::of(module) {
            Backend::Sqlite => None,
            Backend::Postgres => Some(Fresh::new().await),
        };
        Self { dir: tempfile::tempdir().unwrap(), database }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The database, when it is PostgreSQL.
    pub fn postgres(&self) -> Option<&Fresh> {
        self.database.as_ref()
    }

    pub fn place(&self) -> Place {
        self.database.as_ref().map_or(Place::Files, |fresh| Place::Postgres(fresh.addresses(16)))
    }

    /// A program on this data; several are several servers. Files have one.
    pub async fn tenancy(&self) -> Tenancy {
        Tenancy::connect(self.dir(), &self.place(), wall_clock()).await.unwrap()
    }

    /// The rows of an organisation, past every rule of the program.
    pub async fn organization(&self, id: i64) -> Database {
        match &self.database {
            Some(fresh) => fresh.server().await.organization(id),
            None => Database::open(&self.dir().join(format!("org-{id}.db")), Scope::Organization).unwrap(),
        }
    }

    pub async fn platform(&self) -> Database {
        match &self.database {
            Some(fresh) => fresh.server().await.platform(),
            None => Database::open(&self.dir().join("platform.db"), Scope::Platform).unwrap(),
        }
    }

    /// What only the owner of the tables may do.
    pub async fn as_owner(&self, organization: i64, sql: &str) {
        match &self.database {
            Some(fresh) => {
                let owner = fresh.connect(OWNER).await;
                owner.batch_execute(&format!("SET search_path = organization; {sql}")).await.unwrap();
            }
            None => drop(execute(&self.organization(organization).await, sql, &[]).await.unwrap()),
        }
    }

    /// Sections of a configuration file that lead to this data.
    pub fn config(&self) -> String {
        let server = format!("[server]\ndata_dir = \"{}\"\n", self.dir().display());
        let database = self.database.as_ref().map_or(String::new(), |fresh| {
            let url = |role| fresh.url(role);
            format!(
                "[database]\nkind = \"postgres\"\nurl = \"{}\"\nplatform_url = \"{}\"\nowner_url = \"{}\"\n",
                url(APPLICATION),
                url(PLATFORM),
                url(OWNER)
            )
        });
        format!("{server}{database}")
    }
}

/// Runs a statement past every rule of the program.
pub async fn execute(database: &Database, sql: &str, values: &[Value]) -> Result<usize, DbError> {
    let (sql, values) = (sql.to_owned(), values.to_vec());
    database.write(move |s| s.execute(&sql, &values), |n| n).await
}

/// The rows of an answer, likewise.
pub async fn query(database: &Database, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbError> {
    let (sql, values) = (sql.to_owned(), values.to_vec());
    database.read(move |s| s.query(&sql, &values)).await
}

/// A database of its own, copied from one that was migrated once.
pub struct Fresh {
    pub name: String,
    superuser: String,
}

impl Fresh {
    pub async fn new() -> Self {
        let superuser = superuser(None);
        let client = connect(&superuser).await;
        let template = template(&client).await;
        let name = name();
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template} OWNER {OWNER}")).await.unwrap();
        Self { name, superuser }
    }

    /// One without any table, on a server of its own when `dir` says where.
    pub async fn empty(dir: Option<&Path>) -> Self {
        let superuser = superuser(dir);
        let client = connect(&superuser).await;
        roles(&client).await;
        let name = name();
        client.batch_execute(&format!("CREATE DATABASE {name} OWNER {OWNER}")).await.unwrap();
        client.batch_execute(&format!("REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")).await.unwrap();
        Self { name, superuser }
    }

    pub fn url(&self, role: &str) -> String {
        let (_, place) = self.superuser.split_once('@').unwrap();
        let (host, _) = place.rsplit_once('/').unwrap();
        format!("postgresql://{role}@{host}/{}", self.name)
    }

    pub fn address(&self, role: &str) -> Address {
        self.url(role).parse().unwrap()
    }

    pub fn addresses(&self, connections_max: usize) -> Addresses {
        Addresses { application: self.address(APPLICATION), platform: self.address(PLATFORM), connections_max }
    }

    pub async fn server(&self) -> Server {
        Server::connect(&self.addresses(4)).await.unwrap()
    }

    pub async fn migrate(&self) -> Result<i64, DbError> {
        migrate(&self.address(OWNER), &self.address(APPLICATION), &self.address(PLATFORM)).await
    }

    /// A plain connection.
    pub async fn connect(&self, role: &str) -> Client {
        connect(&self.url(role)).await
    }

    /// What `psql` says to a script, as a role.
    pub fn psql(&self, role: &str, script: &str) -> Output {
        let mut command = Command::new(script_path());
        command.args(["psql", "-X", "-A", "-t", "-q", "-U", role, "-d", &self.name, "-c", script]);
        command.output().unwrap()
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let (name, url) = (self.name.clone(), self.superuser.clone());
        // A runtime cannot wait inside itself; and what cannot be dropped goes with the server.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if let Ok((client, connection)) = tokio_postgres::connect(&url, NoTls).await {
                    tokio::spawn(connection);
                    let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                }
            });
        });
        let _ = dropping.join();
    }
}

fn name() -> String {
    format!("t_{}", uuid::Uuid::new_v4().simple())
}

fn script_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres")
}

/// The URL of the superuser of the tests' server, which is started where it does not run.
pub fn superuser(dir: Option<&Path>) -> String {
    let mut command = Command::new(script_path());
    if let Some(dir) = dir {
        command.env("UNISON_POSTGRES_DIR", dir);
    }
    let output = command.arg("url").output().unwrap();
    assert!(output.status.success(), "these tests need PostgreSQL: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap_or_else(|e| panic!("{url}: {e:?}"));
    tokio::spawn(connection);
    client
}

/// Roles belong to the whole server.
async fn roles(client: &Client) {
    client.batch_execute("SELECT pg_advisory_lock(1)").await.unwrap();
    for role in [OWNER, APPLICATION, PLATFORM] {
        let there = client.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&role]).await.unwrap();
        if there.is_none() {
            client.batch_execute(&format!("CREATE ROLE {role} LOGIN")).await.unwrap();
        }
    }
    client.batch_execute("SELECT pg_advisory_unlock(1)").await.unwrap();
}

/// The migrated database that others are copied from, made by whoever comes first.
async fn template(client: &Client) -> String {
    let name = format!("template_{:016x}", sources());
    let there = "SELECT 1 FROM pg_database WHERE datname = $1";
    if client.query_opt(there, &[&name]).await.unwrap().is_some() {
        return name;
    }
    roles(client).await;
    client.batch_execute("SELECT pg_advisory_lock(2)").await.unwrap();
    if client.query_opt(there, &[&name]).await.unwrap().is_none() {
        let made = Fresh::empty(None).await;
        made.migrate().await.unwrap();
        client.batch_execute(&format!("ALTER DATABASE {} RENAME TO {name}", made.name)).await.unwrap();
    }
    client.batch_execute("SELECT pg_advisory_unlock(2)").await.unwrap();
    name
}

/// Changes with whatever decides how a migrated database looks.
fn sources() -> u64 {
    let mut hasher = DefaultHasher::new();
    let db = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db");
    let mut files = vec![db.join("kinds.rs"), db.join("schema.rs"), db.join("postgres/migrate.rs")];
    files.extend(std::fs::read_dir(db.join("schema")).unwrap().map(|e| e.unwrap().path()));
    files.sort();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}
