//! A real server on a free port, with an organisation or two, and a client that speaks to it.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod people;
pub mod store;

use cloud_server::business::{load, organization};
use cloud_server::config::{self, Config};
use cloud_server::db::{Database, Row, Value as Sql};
use cloud_server::http::{App, serve};
use cloud_server::live::Live;
use cloud_server::tenancy::{Changed, Organization, Tenancy};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Once;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub const PASSWORD: &str = "correct horse battery";

pub struct Server {
    pub address: SocketAddr,
    pub tenancy: Tenancy,
    pub live: Live,
    pub organization: Organization,
    stop: CancellationToken,
    pub store: Store,
    /// One for all calls: making one reads the authorities of the system.
    client: Client,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The content most tests want: one plant with a machine, three people, some work orders.
pub fn content() -> String {
    let user = |name: &str, email: &str, role: &str, plants: &str| {
        format!(
            "[[user]]\nname = \"{name}\"\nemail = \"{email}\"\nroles = [\"{role}\"]\nhourly_rate = 25\npassword = \"{PASSWORD}\"\nmust_change_password = false\nplants = {plants}\n"
        )
    };
    let order = |number: &str, quantity: u32| {
        format!(
            "[[work_order]]\nnumber = \"{number}\"\ntitle = \"T\"\nplant = \"P1\"\nlane = \"L1\"\nquantity = {quantity}\nstatus = \"released\"\n"
        )
    };
    let plant = |name: &str, code: &str| {
        format!(
            "[[plant]]\nname = \"{name}\"\ntimezone = \"Europe/Berlin\"\n[[plant.lane]]\nname = \"L1\"\nideal_cycle_seconds = 6.0\n\
             [[plant.shift]]\nname = \"All day\"\nstart = \"00:00\"\nend = \"00:00\"\n\
             days = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", \"saturday\", \"sunday\"]\n\
             [[plant.machine]]\ncode = \"{code}\"\nname = \"Mill\"\nlane = \"L1\"\n"
        )
    };
    [
        plant("P1", "CNC-001"),
        plant("P2", "CNC-002"),
        "[[downtime_reason]]\ncode = \"other\"\nname = \"Other\"\ncategory = \"Other\"\n".to_owned(),
        user("Olga", "olga@acme.example", "operator", "[\"P1\"]"),
        user("Vera", "vera@acme.example", "viewer", "[\"P1\"]"),
        user("Sam", "sam@acme.example", "supervisor", "[\"P2\"]"),
        order("WO-2026-001", 200),
        order("WO-2026-002", 100),
        "[[work_order]]\nnumber = \"WO-2026-003\"\ntitle = \"No lane\"\nplant = \"P1\"\nquantity = 5\nstatus = \"released\"\n".to_owned(),
    ]
    .concat()
}

impl Server {
    pub async fn start() -> Self {
        Self::start_with(&content()).await
    }

    pub async fn start_with(text: &str) -> Self {
        Self::start_as(text, |_| {}).await
    }

    pub async fn start_behind_https() -> Self {
        Self::start_as(&content(), |config| config.server.behind_https = true).await
    }

    /// With a configuration of its own.
    pub async fn start_as(text: &str, configure: impl FnOnce(&mut Config)) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let store = Store::new(module_path!()).await;
        let mut config = config_of(&store);
        configure(&mut config);
        let tenancy = store.tenancy().await;
        let (acme, _) =
            organization::create(&tenancy, "Acme Manufacturing", "acme", "admin@acme.example", None).await.unwrap();
        load::load(&tenancy, &acme, load::parse(text).unwrap()).await.unwrap();
        let (stop, live) = (CancellationToken::new(), Live::default());
        let address = listen(App::new(tenancy.clone(), live.clone(), config, stop.clone())).await;
        Self { address, tenancy, live, organization: acme, stop, store, client: Client::new() }
    }

    /// Another server on the same database, once both hear each other; ends with this one.
    pub async fn beside(&self) -> Session<'_> {
        let mut changes = self.tenancy.changes();
        let tenancy = self.store.tenancy().await;
        let hears = async { while changes.recv().await.unwrap() != Changed::unknown() {} };
        tokio::time::timeout(Duration::from_secs(20), hears).await.expect("it says that it is there");
        let address = listen(App::new(tenancy, Live::default(), config_of(&self.store), self.stop.clone())).await;
        Session { address, ..self.at("acme") }
    }

    /// A second organisation, with a person of its own.
    pub async fn add_beta(&self) -> Organization {
        let (beta, _) = organization::create(&self.tenancy, "Beta", "beta", "admin@beta.example", None).await.unwrap();
        let text = content().replace("acme.example", "beta.example");
        load::load(&self.tenancy, &beta, load::parse(&text).unwrap()).await.unwrap();
        beta
    }

    pub fn data_dir(&self) -> &std::path::Path {
        self.store.dir()
    }

    /// Acme's rows, past every rule of the program.
    pub async fn rows(&self) -> Database {
        self.store.organization(self.organization.id).await
    }

    /// Runs a statement on Acme's rows.
    pub async fn execute(&self, sql: &str, values: &[Sql]) {
        store::execute(&self.rows().await, sql, values).await.unwrap();
    }

    /// The rows of an answer from Acme's.
    pub async fn query(&self, sql: &str, values: &[Sql]) -> Vec<Row> {
        store::query(&self.rows().await, sql, values).await.unwrap()
    }

    /// The organisation's administrator, with the password of everybody.
    pub async fn admin(&self) -> Session<'_> {
        let sql =
            "UPDATE users SET password_hash = (SELECT u.password_hash FROM users u WHERE u.email = 'olga@acme.example'),
                   must_change_password = FALSE WHERE email = 'admin@acme.example'";
        self.execute(sql, &[]).await;
        self.signed_in("admin@acme.example").await
    }

    pub fn at(&self, organization: &str) -> Session<'_> {
        Session {
            server: self,
            address: self.address,
            host: format!("{organization}.localhost"),
            token: None,
            headers: vec![],
        }
    }

    pub async fn signed_in(&self, email: &str) -> Session<'_> {
        let mut session = self.at("acme");
        let (status, body) = session.post("/auth/login", json!({"email": email, "password": PASSWORD})).await;
        assert_eq!(status, 200, "{body}");
        session.token = Some(body["token"].as_str().unwrap().to_owned());
        session
    }
}

fn config_of(store: &Store) -> Config {
    let hosts = "[hosts]\nbase_domain = \"localhost\"\n[demo]\nallow_organization_header = true\n";
    config::parse(&format!("{}{hosts}", store.config())).unwrap()
}

async fn listen(app: App) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(app, listener));
    address
}

/// Speaks to the server as somebody.
#[derive(Clone)]
pub struct Session<'s> {
    pub server: &'s Server,
    pub address: SocketAddr,
    pub host: String,
    pub token: Option<String>,
    pub headers: Vec<(&'static str, String)>,
}

impl Session<'_> {
    pub async fn send(&self, method: Method, path: &str, body: Option<String>) -> reqwest::Response {
        let prefix = if path.starts_with("/api/") || path.starts_with("/x-") { "" } else { "/api/v1" };
        let path = path.strip_prefix("/x-").map_or_else(|| format!("{prefix}{path}"), |rest| format!("/{rest}"));
        let mut request =
            self.server.client.request(method, format!("http://{}{path}", self.address)).header("Host", &self.host);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body);
        }
        request.send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        parts(self.send(Method::GET, path, None).await).await
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = (!body.is_null()).then(|| body.to_string());
        parts(self.send(method.parse().unwrap(), path, body).await).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        parts(self.send(Method::POST, path, Some(body.to_string())).await).await
    }
}

pub async fn parts(response: reqwest::Response) -> (u16, Value) {
    let status: StatusCode = response.status();
    let text = response.text().await.unwrap();
    (status.as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
