//! MQTT input against mosquitto, and against Sparkplug nodes that somebody else wrote (pysparkplug).

mod drivers_common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use drivers_common::{Edge, sleep_ms, until};
use edge_agent::driver::{ConnectionState, Quality, Text, Value};
use tempfile::TempDir;

/// A broker of its own; it can be killed and started again at the same port.
struct Broker {
    port: u16,
    folder: TempDir,
    process: Option<Child>,
}

impl Broker {
    fn start() -> Self {
        Self::with("allow_anonymous true\n")
    }

    fn with(lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let lines = lines.replace("FOLDER", &folder.path().display().to_string());
        let config = format!("listener {port} 127.0.0.1\nuser root\nlog_dest none\npersistence false\n{lines}");
        std::fs::write(folder.path().join("mosquitto.conf"), config).unwrap();
        let mut broker = Self { port, folder, process: None };
        broker.run();
        broker
    }

    fn run(&mut self) {
        let program = Path::new("/usr/sbin/mosquitto");
        let program = if program.exists() { program } else { Path::new("mosquitto") };
        let process = Command::new(program).arg("-c").arg(self.path("mosquitto.conf")).stderr(Stdio::null()).spawn();
        self.process = Some(process.expect("mosquitto is missing; `scripts/need test` installs it"));
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "mosquitto does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn publish(&self, topic: &str, payload: &str, more: &[&str]) {
        let port = self.port.to_string();
        let mut command = Command::new("mosquitto_pub");
        command.args(["-h", "127.0.0.1", "-p", &port, "-t", topic, "-m", payload, "-q", "1"]).args(more);
        assert!(command.status().expect("mosquitto_pub, of mosquitto-clients").success());
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Not one of the ports that the system gives to connections: one of another test could take it first.
fn free_port() -> u16 {
    loop {
        let mut random = [0u8; 2];
        getrandom::fill(&mut random).unwrap();
        let port = 10_000 + u16::from_be_bytes(random) % 20_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A connection to the broker; `tags` are the lines of each, named after their place.
fn config(url: &str, more: &str, tags: &[&str]) -> String {
    let mut text = format!("[[connection]]\nname = \"gw\"\ndriver = \"mqtt\"\nurl = \"{url}\"\n{more}");
    for (i, lines) in tags.iter().enumerate() {
        text += &format!("[[connection.tag]]\nname = \"t{i}\"\n{lines}\n");
    }
    text
}

fn edge(broker: &Broker, more: &str, tags: &[&str]) -> Edge {
    Edge::start(&config(&format!("mqtt://127.0.0.1:{}", broker.port), more, tags))
}

fn text(text: &str) -> Value {
    Value::Text(Text::new(text.as_bytes()).unwrap())
}

#[tokio::test]
async fn edge_06_values_of_topics_and_of_paths_in_json() {
    let broker = Broker::start();
    let edge = edge(
        &broker,
        "",
        &[
            "topic = \"hall/press/state\"\ntype = \"u16\"",
            "topic = \"hall/+/json\"\npath = \"$.counters[?@.id=='good'].n\"\ntime_path = \"$.at\"\ntype = \"u64\"",
            "topic = \"hall/+/json\"\npath = \"$.recipe\"\ntype = \"string\"",
            "topic = \"hall/+/json\"\npath = \"$.temp\"\ntype = \"f64\"\nscale = 0.1",
        ],
    );
    edge.until_state(0, ConnectionState::Connected).await;
    broker.publish("hall/press/state", "3\n", &[]);
    let json = r#"{"at":"2026-01-02T03:04:05Z","recipe":"RUN 7","counters":[{"id":"bad","n":1},{"id":"good","n":9223372036854775809}]}"#;
    broker.publish("hall/press/json", json, &[]);
    edge.until_value(0, Value::Uint(3)).await;
    edge.until_value(1, Value::Uint(9_223_372_036_854_775_809)).await;
    edge.until_value(2, text("RUN 7")).await;
    let tag = edge_agent::driver::TagIndex(1);
    assert_eq!(edge.sink.latest(tag).unwrap().1.at, Some(1_767_323_045_000_000));
    // A message about something else leaves the others as they were.
    broker.publish("hall/press/json", r#"{"temp": 215}"#, &[]);
    edge.until_value(3, Value::Float(21.5)).await;
    assert_eq!((edge.good(2), edge.status(0).last_error, edge.status(0).dropped), (Some(text("RUN 7")), None, 0));
}

#[tokio::test]
async fn edge_14_what_nobody_can_understand_is_bad_counted_and_named() {
    let broker = Broker::start();
    let edge = edge(
        &broker,
        "",
        &[
            "topic = \"a\"\ntype = \"u16\"",
            "topic = \"b\"\npath = \"$.n\"\ntype = \"u16\"",
            "topic = \"c\"\ntype = \"u16\"",
        ],
    );
    edge.until_state(0, ConnectionState::Connected).await;
    broker.publish("a", "1", &[]);
    broker.publish("b", "{\"n\": 2}", &[]);
    broker.publish("c", "3", &[]);
    edge.until_value(2, Value::Uint(3)).await;
    let wrong = [
        ("a", "70000", "a: the payload \"70000\" is not u16", 0),
        ("b", "{\"n\": ", "b: the payload is no JSON", 1),
        ("b", "{\"n\": null}", "b: $.n is null, which is not u16", 1),
        ("b", "{\"n\": 1.5}", "b: $.n is 1.5, which is not u16", 1),
    ];
    for (n, (topic, payload, error, tag)) in (1..).zip(wrong) {
        broker.publish(topic, payload, &[]);
        until(error, || edge.status(0).dropped == n).await;
        let told = edge.status(0).last_error.unwrap();
        assert!(told.contains(error), "{told}");
        assert_eq!((edge.good(tag), edge.good(2)), (None, Some(Value::Uint(3))));
    }
    broker.publish("a", "4", &[]);
    broker.publish("b", "{\"n\": 5}", &[]);
    edge.until_value(1, Value::Uint(5)).await;
    until("nothing is wrong", || edge.status(0).last_error.is_none()).await;
    assert_eq!((edge.status(0).state, edge.status(0).restarts), (ConnectionState::Connected, 0));
}

#[tokio::test]
async fn edge_14_retained_messages_and_silence_are_no_data() {
    let broker = Broker::start();
    broker.publish("a", "7", &["-r"]);
    let edge = edge(&broker, "", &["topic = \"a\"\ntype = \"u16\"\nstale_after_ms = 5000"]);
    until("the old value is there", || edge.reading(0).value == Value::Uint(7)).await;
    assert_eq!(edge.reading(0).quality, Quality::Bad);
    edge.until_error(0, "a: silent for 5 s").await;
    broker.publish("a", "8", &["-r"]);
    edge.until_value(0, Value::Uint(8)).await;
    let first = edge.reading(0).at;
    until("it is confirmed while it counts", || edge.reading(0).at > first && edge.good(0).is_some()).await;
    until("it is silent", || edge.good(0).is_none()).await;
    assert_eq!((edge.reading(0).value, edge.status(0).state), (Value::Uint(8), ConnectionState::Connected));
}

#[tokio::test]
async fn edge_12_a_broker_that_dies_and_returns() {
    let mut broker = Broker::start();
    let edge = edge(&broker, "", &["topic = \"a\"\ntype = \"u16\""]);
    edge.until_state(0, ConnectionState::Connected).await;
    broker.publish("a", "1", &[]);
    edge.until_value(0, Value::Uint(1)).await;
    broker.kill();
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert_eq!(edge.good(0), None);
    assert!(edge.status(0).last_error.is_some());
    broker.run();
    edge.until_state(0, ConnectionState::Connected).await;
    assert_eq!(edge.good(0), None, "nothing was said yet");
    broker.publish("a", "2", &[]);
    edge.until_value(0, Value::Uint(2)).await;
    assert_eq!(edge.status(0).restarts, 0);
}

#[tokio::test]
async fn edge_14_a_broker_that_is_gone_without_a_word_is_noticed() {
    let broker = Broker::start();
    let edge = edge(&broker, "keep_alive_seconds = 1\n", &["topic = \"a\"\ntype = \"u16\"\nstale_after_ms = 86400000"]);
    edge.until_state(0, ConnectionState::Connected).await;
    broker.publish("a", "1", &[]);
    edge.until_value(0, Value::Uint(1)).await;
    // Its connections stay open and nothing answers.
    let process = broker.process.as_ref().unwrap().id().to_string();
    let signal = |name: &str| assert!(Command::new("kill").args([name, &process]).status().unwrap().success());
    signal("-STOP");
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert_eq!(edge.good(0), None);
    signal("-CONT");
    edge.until_state(0, ConnectionState::Connected).await;
    assert_eq!(edge.status(0).restarts, 0);
}

#[tokio::test]
async fn edge_06_login_and_encryption() {
    let authority = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    // OpenSSL takes two certificates of one name for the same.
    params.distinguished_name.push(rcgen::DnType::CommonName, "authority");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = params.self_signed(&authority).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let issuer = rcgen::Issuer::new(params, authority);
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = rcgen::CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("ca.pem"), ca.pem()).unwrap();
    std::fs::write(path("cert.pem"), certificate.pem()).unwrap();
    std::fs::write(path("key.pem"), key.serialize_pem()).unwrap();
    let made =
        Command::new("mosquitto_passwd").args(["-c", "-b"]).arg(path("users")).args(["unison", "right"]).status();
    assert!(made.unwrap().success());
    std::fs::write(path("right"), "right\n").unwrap();
    std::fs::write(path("wrong"), "wrong\n").unwrap();
    let files = folder.path().display();
    let broker = Broker::with(&format!(
        "allow_anonymous false\npassword_file {files}/users\ncafile {files}/ca.pem\ncertfile {files}/cert.pem\nkeyfile {files}/key.pem\n"
    ));
    let url = format!("mqtts://localhost:{}", broker.port);
    let edge = |password: &str, ca: &str| {
        let more = format!("user = \"unison\"\npassword_file = \"{files}/{password}\"\nca_file = \"{files}/{ca}\"\n");
        Edge::start(&config(&url, &more, &["topic = \"a\"\ntype = \"u16\""]))
    };
    let good = edge("right", "ca.pem");
    good.until_state(0, ConnectionState::Connected).await;
    let ca_file = path("ca.pem").display().to_string();
    broker.publish("a", "9", &["-u", "unison", "-P", "right", "--cafile", &ca_file]);
    good.until_value(0, Value::Uint(9)).await;
    edge("wrong", "ca.pem").until_error(0, "the broker refuses the login; check user and password_file").await;
    // Its own certificate is not the one of the authority.
    std::fs::write(path("other.pem"), rcgen::generate_simple_self_signed(["x".to_owned()]).unwrap().cert.pem())
        .unwrap();
    edge("right", "other.pem").until_error(0, "no TLS with the broker").await;
    edge("none", "ca.pem").until_error(0, "password_file").await;
}

/// A Sparkplug node of pysparkplug that does what its stdin says.
struct Node(Child);

impl Node {
    fn start(broker: &Broker) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let python = root.join("target/venv/bin/python");
        assert!(python.is_file(), "{} is missing; `scripts/need test` makes it", python.display());
        let script = root.join("tests/foreign/sparkplug_node.py");
        let mut command = Command::new(python);
        command.arg(script).arg(broker.port.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "born\n");
        Self(child)
    }

    fn say(&mut self, line: &str) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{line}").unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const METRICS: [&str; 4] = [
    "group = \"G\"\nedge_node = \"N\"\ndevice = \"D\"\nmetric = \"Speed\"\ntype = \"i32\"",
    "group = \"G\"\nedge_node = \"N\"\ndevice = \"D\"\nmetric = \"State\"\ntype = \"string\"",
    "group = \"G\"\nedge_node = \"N\"\ndevice = \"D\"\nalias = 103\ntype = \"u64\"",
    "group = \"G\"\nedge_node = \"N\"\nmetric = \"Uptime\"\ntype = \"i64\"",
];

#[tokio::test]
async fn edge_06_a_sparkplug_node_is_asked_for_its_birth_and_followed() {
    let broker = Broker::start();
    // Born before anybody listened.
    let mut node = Node::start(&broker);
    let edge = edge(&broker, "sparkplug_host = \"unison-hall-1\"\n", &METRICS);
    edge.until_value(0, Value::Int(-7)).await;
    edge.until_value(1, text("RUN")).await;
    edge.until_value(2, Value::Uint((1 << 63) + 1)).await;
    edge.until_value(3, Value::Int(1)).await;
    node.say("speed -8");
    edge.until_value(0, Value::Int(-8)).await;
    assert_eq!((edge.status(0).dropped, edge.status(0).last_error), (0, None));
    // The retained word of its primary host.
    let state = || {
        let port = broker.port.to_string();
        let mut listen = Command::new("mosquitto_sub");
        listen.args(["-h", "127.0.0.1", "-p", &port, "-C", "1", "-W", "10", "-t", "spBv1.0/STATE/unison-hall-1"]);
        String::from_utf8(listen.output().unwrap().stdout).unwrap()
    };
    let heard = state();
    assert!(heard.contains("\"online\":true") && heard.contains("\"timestamp\":"), "{heard}");
    // A message that was lost: it is counted, and everything is asked for again.
    node.say("gap");
    node.say("state STOP");
    edge.until_value(1, text("STOP")).await;
    until("it is born again", || (0..4).all(|tag| edge.good(tag).is_some())).await;
    assert_eq!(edge.status(0).dropped, 1);
    until("nothing is wrong", || edge.status(0).last_error.is_none()).await;
    edge.shutdown.cancel();
    until("the host says that it goes", || state().contains("\"online\":false")).await;
}

#[tokio::test]
async fn edge_14_a_sparkplug_node_or_device_that_goes_is_no_data() {
    let broker = Broker::start();
    let edge = edge(&broker, "", &METRICS);
    edge.until_state(0, ConnectionState::Connected).await;
    let mut node = Node::start(&broker);
    edge.until_value(0, Value::Int(-7)).await;
    node.say("device-off");
    edge.until_error(0, "G/N: device D is gone (DDEATH)").await;
    assert_eq!((edge.good(0), edge.good(3)), (None, Some(Value::Int(1))));
    node.say("device-on");
    edge.until_value(0, Value::Int(-7)).await;
    // Says that it goes, and comes back.
    // While its values are good it says what nobody can read: missed, and asked for.
    broker.publish("spBv1.0/G/NDATA/N", "no protobuf \u{1}", &[]);
    until("it is counted", || edge.status(0).dropped == 1).await;
    edge.until_value(0, Value::Int(-7)).await;
    node.say("off");
    edge.until_error(0, "G/N: the edge node is gone (NDEATH)").await;
    assert_eq!((edge.good(0), edge.good(3)), (None, None));
    node.say("on");
    edge.until_value(0, Value::Int(-7)).await;
    // Killed: the broker speaks its will.
    drop(node);
    until("all is lost", || (0..4).all(|tag| edge.good(tag).is_none())).await;
    edge.until_error(0, "G/N: the edge node is gone (NDEATH)").await;
    broker.publish("spBv1.0/G/NDATA/N", "no protobuf \u{1}", &[]);
    edge.until_error(0, "spBv1.0/G/NDATA/N: is no Sparkplug B payload").await;
    sleep_ms(50).await;
    assert_eq!((edge.status(0).state, edge.status(0).restarts), (ConnectionState::Connected, 0));
}
