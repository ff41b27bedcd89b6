//! The plant as a whole: everything listens, obeys, tells the truth and leaves nothing behind.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::{Options, Plant, StartError};

/// A connection to the control port.
struct Control(BufReader<OwnedReadHalf>, OwnedWriteHalf);

impl Control {
    async fn to(plant: &Plant) -> Self {
        let (read, write) = TcpStream::connect(plant.control_addr().unwrap()).await.unwrap().into_split();
        Self(BufReader::new(read), write)
    }

    async fn say(&mut self, line: &str) -> String {
        self.1.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        let reading = self.0.read_line(&mut answer);
        tokio::time::timeout(Duration::from_secs(10), reading).await.unwrap().unwrap();
        answer.trim_end().to_owned()
    }
}

async fn plant(dir: &Path) -> Plant {
    let scanner = Some(dir.join("scanner"));
    Plant::start(Options { scanner, control_port: Some(0), ..Options::default() }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_22_the_control_port_commands_the_plant_and_tells_the_truth() {
    let dir = tempfile::tempdir().unwrap();
    let plant = plant(dir.path()).await;
    let mut control = Control::to(&plant).await;
    assert_eq!(control.say("hold CNC-001 down 12").await, "ok");
    assert_eq!(control.say("fault 1 silent").await, "ok");
    assert_eq!(control.say("opcua stopped").await, "ok");
    assert!(TcpStream::connect(plant.opcua.addr()).await.is_err());
    assert_eq!(control.say("opcua none").await, "ok");
    assert!(TcpStream::connect(plant.opcua.addr()).await.is_ok());
    assert!(control.say("scan WO-1").await.starts_with("error: nobody has the scanner's port"));
    assert!(control.say("hold LATHE-9 idle").await.starts_with("error: there is no machine 'LATHE-9'"));
    assert!(control.say("help").await.contains("reset-counters MACHINE"));

    let truth: Value = serde_json::from_str(&control.say("truth").await).unwrap();
    let cnc = &truth["machines"][0];
    assert_eq!((&cnc["code"], &cnc["activity"], &cnc["fault_code"]), (&"CNC-001".into(), &"down".into(), &12.into()));
    assert_eq!(cnc["transitions"].as_array().unwrap().len(), 2);
    assert_eq!(cnc["since_at_us"], cnc["transitions"][1]["at_us"]);
    assert!(cnc["spent_us"]["down"].is_i64() && truth["modbus_requests"].is_object());

    // The same truth without a socket between.
    let snapshot = plant.snapshot();
    assert_eq!(snapshot.machine("CNC-001").unwrap().now.total, cnc["total"].as_u64().unwrap());
    assert!(snapshot.machine("LATHE-9").is_none());
    plant.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_22_after_shutdown_the_ports_and_the_link_are_free() {
    let dir = tempfile::tempdir().unwrap();
    let first = plant(dir.path()).await;
    // Connections that are open, even to a hung server, do not hold it up.
    let _open = TcpStream::connect(first.modbus.addr()).await.unwrap();
    let _hung = TcpStream::connect(first.opcua.addr()).await.unwrap();
    first.opcua.fault_set(super::opcua::OpcuaFault::Hung).await.unwrap();
    let again = Options {
        modbus_port: first.modbus.addr().port(),
        opcua_port: first.opcua.addr().port(),
        control_port: first.control_addr().map(|addr| addr.port()),
        ..Options::default()
    };
    first.shutdown().await;
    assert!(dir.path().join("scanner").symlink_metadata().is_err());
    Plant::start(again).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn edge_22_a_busy_port_is_named() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port();
    let check = async |options: Options, option: &str| {
        let error = Plant::start(options).await.unwrap_err();
        assert!(matches!(error, StartError::PortBusy { .. }), "{error}");
        assert!(error.to_string().starts_with(&format!("{option} {port}: the port is in use")), "{error}");
    };
    check(Options { modbus_port: port, ..Options::default() }, "--modbus-port").await;
    check(Options { opcua_port: port, ..Options::default() }, "--opcua-port").await;
    check(Options { control_port: Some(port), ..Options::default() }, "--control-port").await;
}

#[tokio::test]
async fn edge_22_wrong_options_are_named() {
    let check = async |options: Options, reason: &str| {
        let error = Plant::start(options).await.unwrap_err().to_string();
        assert!(error.starts_with(reason), "{error}");
    };
    check(Options { speed: 0.0, ..Options::default() }, "--speed: 0 is not between").await;
    check(Options { speed: f64::NAN, ..Options::default() }, "--speed: NaN").await;
    check(Options { badge: Some(String::new()), ..Options::default() }, "--badge: the code must have").await;
    check(Options { work_orders: vec!["a\rb".into()], ..Options::default() }, "--work-order: ").await;
    let missing = Options { scanner: Some("/nonexistent/scanner".into()), ..Options::default() };
    check(missing, "--scanner /nonexistent/scanner: ").await;
}
