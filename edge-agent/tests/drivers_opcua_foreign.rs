//! The OPC UA driver against a server that somebody else wrote (asyncua): security, users, a certificate that
//! changes, restarts, small limits.

mod drivers_common;

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use drivers_common::{Edge, until};
use edge_agent::driver::opcua::{TrustState, TrustedBy};
use edge_agent::driver::{ConnectionState, Quality, TagIndex, Text, Value, WAIT_MOST, Written};
use unison_core::time::Timestamp;

/// Killed when dropped, like a PLC that loses its power.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    fn start(words: &[&str]) -> Self {
        Self::start_at(free_port(), words)
    }

    fn start_at(port: u16, words: &[&str]) -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let python = repository.join("target/venv/bin/python");
        assert!(python.is_file(), "{} is missing; `make test` makes it", python.display());
        let mut command = Command::new(python);
        command.arg(repository.join("tests/foreign/opcua_server.py")).args(words);
        Self::listening(command, port)
    }

    /// Of node-opcua, which `make prove-node-opcua` installs.
    fn node(port: u16, certificates: &Path) -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let modules = repository.join("target/node-opcua");
        assert!(modules.is_dir(), "{} is missing; `make prove-node-opcua` makes it", modules.display());
        let mut command = Command::new("node");
        command.arg(repository.join("tests/foreign/opcua_node_server.mjs")).arg(modules).arg(certificates);
        Self::listening(command, port)
    }

    /// It says its port when it is ready.
    fn listening(mut command: Command, port: u16) -> Self {
        let mut child = command.arg(port.to_string()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == port.to_string()), "{command:?}");
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }

    /// A connection of this name to the server with lines of its own and these tags: (name, node, type).
    fn connection(&self, name: &str, lines: &str, tags: &[(&str, &str, &str)]) -> String {
        let mut text = format!(
            "[[connection]]\nname = \"{name}\"\ndriver = \"opcua\"\nendpoint = \"opc.tcp://127.0.0.1:{}/\"\nsampling_ms = 100\n{lines}\n",
            self.port
        );
        for (tag, node, kind) in tags {
            text += &format!("[[connection.tag]]\nname = \"{name}-{tag}\"\n{node}\ntype = \"{kind}\"\n");
        }
        text
    }
}

const STATE: &[(&str, &str, &str)] =
    &[("state", "node = \"ns=2;s=State\"", "i32"), ("counter", "node = \"ns=2;s=Counter\"", "u32")];

async fn counts(edge: &Edge, tag: u32) {
    let above = |edge: &Edge| matches!(edge.good(tag), Some(Value::Uint(n)) if n > 3);
    until("the counter counts", || above(edge)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_asyncua_every_policy_and_mode() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&[&format!("secure={}", dir.path().display())]);
    let ways = [
        "",
        "security_policy = \"Basic256Sha256\"",
        "security_policy = \"Basic256Sha256\"\nsecurity_mode = \"sign\"",
        "security_policy = \"Aes128_Sha256_RsaOaep\"",
        "security_policy = \"Aes256_Sha256_RsaPss\"",
    ];
    let connection = |(i, way): (usize, &&str)| server.connection(&format!("way-{i}"), way, STATE);
    let open = server.connection("open", "security_policy = \"None\"", STATE);
    let edge = Edge::start(&(ways.iter().enumerate().map(connection).collect::<String>() + &open));
    for way in 0..5 {
        edge.until_value(way * 2, Value::Int(6)).await;
        counts(&edge, way * 2 + 1).await;
    }
    edge.until_error(5, "no endpoint without security").await;
    assert_eq!(edge.good(10), None);
    let key = edge.data_dir.path().join("opcua/private/private.pem");
    assert!(key.is_file(), "the edge has a key of its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_asyncua_a_user_with_a_password_and_one_with_a_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let secure = format!("secure={}", dir.path().display());
    let server = Server::start(&[&secure, "user"]);
    let password = dir.path().join("password");
    std::fs::write(&password, "wrong\n").unwrap();
    let tags = [
        ("state", "node = \"nsu=urn:unison:plant;s=State\"", "i32"),
        ("recipe", "node = \"ns=2;s=Recipe\"", "string"),
        (
            "item",
            "node = \"i=85\"\npath = \"Filler/MachineryBuildingBlocks/MachineryItemState/CurrentState/Id\"",
            "u32",
        ),
        ("pack", "node = \"ns=2;s=Objects.Filler\"\npath = \"Status/2:StateCurrent\"", "i32"),
        ("gone", "node = \"i=85\"\npath = \"Filler/Nothing\"", "i32"),
    ];
    let user = format!("user_name = \"edge\"\npassword_file = \"{}\"", password.display());
    let edge = Edge::start(&server.connection("press", &user, &tags));
    edge.until_error(0, "the server refuses the user: check user_name").await;
    assert!(!edge.status(0).last_error.unwrap().contains("wrong"));
    assert_eq!((edge.status(0).state, edge.good(0)), (ConnectionState::Disconnected, None));
    // The file is read anew.
    std::fs::write(&password, "s3cret\n").unwrap();
    edge.until_value(0, Value::Int(6)).await;
    edge.until_value(1, Value::Text(Text::new("Käse 7".as_bytes()).unwrap())).await;
    edge.until_value(2, Value::Uint(5_006)).await;
    edge.until_value(3, Value::Int(6)).await;
    edge.until_error(0, "i=85/Filler/Nothing: there is no \"Nothing\" on this way").await;
    drop((edge, server));

    let keyed = dir.path().join("certificate.der");
    let server = Server::start(&[&secure, &format!("keyed={}", keyed.display())]);
    let user = |key: &str| {
        format!(
            "user_certificate_file = \"{}\"\nuser_key_file = \"{}\"",
            keyed.display(),
            dir.path().join(key).display()
        )
    };
    let nobody = server.connection("nobody", "", STATE);
    let edge = Edge::start(&(server.connection("press", &user("key.pem"), STATE) + &nobody));
    edge.until_value(0, Value::Int(6)).await;
    edge.until_error(1, "the server wants to know who asks").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_asyncua_another_certificate_is_refused_until_it_is_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let secure = format!("secure={}", dir.path().display());
    let server = Server::start(&[&secure]);
    let port = server.port;
    let edge = Edge::start(&server.connection("press", "", STATE));
    edge.until_value(0, Value::Int(6)).await;
    let trust = edge.statuses[0].trust().unwrap().clone();
    let first = trust.snapshot();
    assert_eq!((first.state, first.pinned.as_ref().unwrap().by.clone()), (TrustState::Trusted, TrustedBy::FirstUse));
    let der = |dir: &Path| std::fs::read(dir.join("certificate.der")).unwrap();
    let sha256 = |der: Vec<u8>| {
        use sha2::Digest as _;
        sha2::Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let (pinned, _) = (first.pinned.unwrap().certificate, ());
    assert_eq!(pinned.sha256(), sha256(der(dir.path())));

    // The server comes back with the certificate it had.
    drop(server);
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert_eq!(edge.good(0), None);
    let server = Server::start_at(port, &[&secure]);
    edge.until_value(0, Value::Int(6)).await;
    counts(&edge, 1).await;

    // And with another one, as if somebody else answered.
    drop(server);
    for file in ["certificate.der", "key.pem"] {
        std::fs::remove_file(dir.path().join(file)).unwrap();
    }
    let _server = Server::start_at(port, &[&secure]);
    edge.until_error(0, "the server's certificate changed").await;
    let now = trust.snapshot();
    let shown = now.presented.unwrap().0.sha256();
    assert_eq!((now.state, &shown), (TrustState::Changed, &sha256(der(dir.path()))));
    let error = edge.status(0).last_error.unwrap();
    assert!(error.contains(&pinned.sha256()) && error.contains(&shown), "{error}");
    assert_eq!((edge.status(0).state, edge.good(0)), (ConnectionState::Disconnected, None));
    let files = |of: &str| -> Vec<PathBuf> {
        std::fs::read_dir(edge.data_dir.path().join(of)).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    assert_eq!(files("opcua/trusted").len(), 1, "the library never saw the new one");

    trust.trust(&shown, TrustedBy::Person { id: 4, name: "Sue".into() }, Timestamp(1)).unwrap();
    edge.until_value(0, Value::Int(6)).await;
    assert_eq!(files("opcua/trust").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_asyncua_with_small_limits_gives_everything() {
    let server = Server::start(&["small"]);
    let nodes = ["State", "Parts64", "Force", "Running", "Recipe", "Counter", "Broken", "StateCurrent"];
    let kinds = ["i32", "u64", "f64", "bool", "string", "u32", "i32", "i32"];
    let nodes: Vec<_> = nodes.iter().map(|node| format!("node = \"ns=2;s={node}\"")).collect();
    let tags: Vec<_> =
        nodes.iter().zip(kinds).map(|(node, kind)| (&node[11..node.len() - 1], node.as_str(), kind)).collect();
    let edge = Edge::start(&server.connection("press", "security_policy = \"None\"", &tags));
    let text = Value::Text(Text::new("Käse 7".as_bytes()).unwrap());
    let values = [Value::Int(6), Value::Uint((1 << 63) + 1), Value::Float(-12.5), Value::Bool(true), text];
    for (tag, value) in (0..).zip(values) {
        edge.until_value(tag, value).await;
    }
    counts(&edge, 5).await;
    until("the broken one is Bad", || edge.reading(6).quality == Quality::Bad && edge.reading(6).at > 0).await;
    edge.until_value(7, Value::Int(6)).await;
    assert_eq!(edge.status(0).dropped, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_asyncua_lost_notifications_are_asked_for_again_or_read() {
    let server = Server::start(&["lossy"]);
    let tags = [
        ("late", "node = \"ns=2;s=Late\"", "u16"),
        ("lost", "node = \"ns=2;s=Lost\"", "i16"),
        ("counter", "node = \"ns=2;s=Counter\"", "u32"),
    ];
    let edge = Edge::start(&server.connection("press", "security_policy = \"None\"", &tags));
    edge.until_value(0, Value::Uint(0)).await;
    edge.until_value(0, Value::Uint(1)).await;
    assert_eq!(edge.status(0).dropped, 0, "it came after all");
    edge.until_value(1, Value::Int(1)).await;
    assert_eq!(edge.status(0).dropped, 1, "nobody has it any more");
    let status = edge.status(0);
    assert_eq!((status.state, status.requests_failed), (ConnectionState::Connected, 0), "in the same session");
}

/// Every policy, a user, small limits, more tags than a request holds, writes, and two restarts, the second with another
/// certificate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "node-opcua takes 230 MB; run by `make prove-node-opcua`"]
async fn edge_03_node_opcua_policies_user_limits_and_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let password = dir.path().join("password");
    std::fs::write(&password, "s3cret").unwrap();
    let port = free_port();
    let server = Server::node(port, &dir.path().join("first"));
    let way = |policy: &str| {
        let user = format!("user_name = \"edge\"\npassword_file = \"{}\"", password.display());
        format!("{policy}\n{user}")
    };
    let tags: Vec<_> =
        [("State", "i32"), ("Parts64", "u64"), ("Force", "f64"), ("Running", "bool"), ("Counter", "u32")]
            .into_iter()
            .map(|(node, kind)| (node.to_owned(), format!("node = \"ns=1;s={node}\""), kind))
            .chain((0..30).map(|i| {
                let node = format!("node = \"i=85\"\npath = \"Filler/Tag.{i}\"\nwritable = true");
                (format!("Tag.{i}"), node, "i32")
            }))
            .collect();
    let tags: Vec<_> = tags.iter().map(|(name, node, kind)| (name.as_str(), node.as_str(), *kind)).collect();
    let ways = [
        "",
        "security_policy = \"Basic256Sha256\"\nsecurity_mode = \"sign\"",
        "security_policy = \"Aes128_Sha256_RsaOaep\"",
    ];
    let text: String = ways
        .iter()
        .enumerate()
        .map(|(i, policy)| server.connection(&format!("way-{i}"), &way(policy), &tags))
        .collect();
    let edge = Edge::start(&text);
    let all = async |edge: &Edge| {
        for way in [0, 35, 70] {
            let values = [Value::Int(6), Value::Uint((1 << 63) + 1), Value::Float(-12.5), Value::Bool(true)];
            for (tag, value) in (way..).zip(values) {
                edge.until_value(tag, value).await;
            }
            counts(edge, way + 4).await;
            for tag in 0..30_u32 {
                edge.until_value(way + 5 + tag, Value::Int(tag.into())).await;
            }
        }
    };
    all(&edge).await;
    // Each way writes a tag of its own, and all of them read it.
    for (way, status) in (0_u32..).zip(&edge.statuses) {
        let (value, until) = (Value::Int(-70_000), tokio::time::Instant::now() + WAIT_MOST);
        let written = status.writes().write(TagIndex(way * 35 + 5 + way), value, until).await;
        assert_eq!(written, Written::Done);
        for reader in 0..3 {
            edge.until_value(reader * 35 + 5 + way, value).await;
        }
    }
    drop(server);
    for connection in 0..3 {
        edge.until_state(connection, ConnectionState::Disconnected).await;
    }
    assert!((0..105).all(|tag| edge.good(tag).is_none()));
    let server = Server::node(port, &dir.path().join("first"));
    all(&edge).await;
    drop(server);
    let _server = Server::node(port, &dir.path().join("second"));
    for connection in 0..3 {
        edge.until_error(connection, "the server's certificate changed").await;
    }
}
