//! The OPC UA driver against a real server, a server that restarts, a line that freezes and one that lies.

mod drivers_common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use drivers_common::{Edge, sleep_ms, until};
use edge_agent::driver::{ConnectionState, Quality, TagIndex, Value};
use opcua::server::address_space::Variable;
use opcua::server::diagnostics::NamespaceMetadata;
use opcua::server::node_manager::memory::{SimpleNodeManager, simple_node_manager};
use opcua::server::{Limits, ServerBuilder, ServerHandle};
use opcua::types::{DataValue, DateTime, NodeId, StatusCode, Variant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const NAMESPACE: &str = "urn:plant:tags";

struct Server {
    handle: ServerHandle,
    nodes: Arc<SimpleNodeManager>,
    address: SocketAddr,
    namespace: u16,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// A server with `Tag.0` … of type Int32, each holding its number.
    async fn start(address: &str, tags: i32) -> Self {
        Self::start_with(address, tags, |_| {}).await
    }

    /// One with limits of its own.
    async fn start_with(address: &str, tags: i32, limit: impl FnOnce(&mut Limits)) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let pki = std::env::temp_dir().join(format!("unison-opcua-test-{}", std::process::id()));
        let mut builder = ServerBuilder::new_anonymous("plant")
            .application_uri("urn:plant")
            .product_uri("urn:plant")
            .create_sample_keypair(false)
            .host("127.0.0.1")
            .port(address.port())
            .pki_dir(pki)
            .with_node_manager(simple_node_manager(
                NamespaceMetadata { namespace_uri: NAMESPACE.to_owned(), ..Default::default() },
                "simple",
            ));
        builder.limits_mut().max_array_length = 100_000;
        builder.limits_mut().subscriptions.max_queued_notifications = 1_000;
        limit(builder.limits_mut());
        let (server, handle) = builder.build().unwrap();
        let nodes = handle.node_managers().get_of_type::<SimpleNodeManager>().unwrap();
        let namespace = handle.get_namespace_index(NAMESPACE).unwrap();
        {
            let mut space = nodes.address_space().write();
            let variables = (0..tags).map(|i| {
                let name = format!("Tag.{i}");
                Variable::new(&NodeId::new(namespace, name.clone()), name.clone(), name, i)
            });
            space.add_variables(variables.collect(), &NodeId::objects_folder_id());
        }
        let task = tokio::spawn(async move {
            let _ = server.run_with(listener).await;
        });
        Self { handle, nodes, address, namespace, task }
    }

    fn set(&self, tag: i32, value: DataValue) {
        let id = NodeId::new(self.namespace, format!("Tag.{tag}"));
        self.nodes.set_values(self.handle.subscriptions(), [(&id, None, value)].into_iter()).unwrap();
    }

    /// Dies without a word, like a PLC that loses its power.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
        self.handle.cancel();
    }
}

fn config(address: SocketAddr, namespace: u16, nodes: impl Iterator<Item = String>) -> String {
    let mut text = format!(
        "[[connection]]\nname = \"press\"\ndriver = \"opcua\"\nendpoint = \"opc.tcp://{address}\"\nsecurity_policy = \"None\"\nsampling_ms = 50\n"
    );
    for (i, node) in nodes.enumerate() {
        text +=
            &format!("[[connection.tag]]\nname = \"tag-{i}\"\nnode = \"ns={namespace};s={node}\"\ntype = \"i32\"\n");
    }
    text
}

fn tags(count: i32) -> impl Iterator<Item = String> {
    (0..count).map(|i| format!("Tag.{i}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_values_arrive_with_status_and_source_time() {
    let server = Server::start("127.0.0.1:0", 3).await;
    let edge = Edge::start(&config(server.address, server.namespace, tags(3)));
    edge.until_value(2, Value::Int(2)).await;
    // The server of these tests delays values whose source time does not go on.
    let value = |status, second| DataValue {
        value: Some(Variant::Int32(70)),
        status: Some(status),
        source_timestamp: Some(DateTime::ymd_hms(2036, 1, 2, 3, 4, second)),
        server_timestamp: Some(DateTime::now()),
        ..DataValue::default()
    };
    server.set(0, value(StatusCode::Good, 5));
    edge.until_value(0, Value::Int(70)).await;
    let (reading, stamp) = edge.sink.latest(TagIndex(0)).unwrap();
    assert_eq!((stamp.at, stamp.status), (Some(2_082_855_845_000_000), 0));
    // When it was seen is another thing than what the device's clock says.
    assert!(reading.at < 2_082_855_845_000_000);
    server.set(0, value(StatusCode::BadSensorFailure, 6));
    until("the bad status arrives", || edge.reading(0).quality == Quality::Bad).await;
    assert_eq!(edge.sink.latest(TagIndex(0)).unwrap().1.status, StatusCode::BadSensorFailure.bits());
    edge.until_error(0, "s=Tag.0: the server says BadSensorFailure").await;
    assert_eq!(edge.good(1), Some(Value::Int(1)));
    server.set(0, value(StatusCode::Good, 7));
    edge.until_value(0, Value::Int(70)).await;
    assert_eq!(edge.status(0).last_error, None);
    // A value that does not change is confirmed by the keep-alive.
    let before = edge.reading(1).at;
    until("the quiet tag is confirmed", || edge.reading(1).at > before).await;
    let status = edge.status(0);
    assert_eq!((status.state, status.dropped, status.restarts), (ConnectionState::Connected, 0, 0));
    assert!(edge.data_dir.path().join("opcua").is_dir(), "what the library keeps lies in the data directory");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_more_tags_than_the_librarys_limits_and_one_unknown_node() {
    let server = Server::start("127.0.0.1:0", 1_500).await;
    let nodes = tags(1_500).chain(std::iter::once("Missing".to_owned()));
    let edge = Edge::start(&config(server.address, server.namespace, nodes));
    until("all tags are good", || (0..1_500).all(|i| edge.good(i) == Some(Value::Int(i.into())))).await;
    edge.until_error(0, "s=Missing: the server says BadNodeIdUnknown").await;
    assert_eq!(edge.good(1_500), None);
    let status = edge.status(0);
    assert_eq!(status.state, ConnectionState::Connected);
    for i in 0..1_500 {
        server.set(i, DataValue::new_now(i + 10_000));
    }
    until("all changes arrive", || (0..1_500).all(|i| edge.good(i) == Some(Value::Int(i64::from(i) + 10_000)))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_12_the_subscription_comes_back_after_a_restart_of_the_server() {
    let server = Server::start("127.0.0.1:0", 3).await;
    let (address, namespace) = (server.address, server.namespace);
    let edge = Edge::start(&config(address, namespace, tags(3)));
    edge.until_value(2, Value::Int(2)).await;
    server.kill().await;
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert_eq!((edge.good(0), edge.good(1), edge.good(2)), (None, None, None));
    let server = Server::start(&address.to_string(), 3).await;
    edge.until_value(2, Value::Int(2)).await;
    server.set(1, DataValue::new_now(55));
    edge.until_value(1, Value::Int(55)).await;
    let status = edge.status(0);
    assert_eq!((status.state, status.last_error, status.restarts), (ConnectionState::Connected, None, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_what_a_server_does_not_monitor_is_read() {
    let few = |limits: &mut Limits| {
        limits.subscriptions.max_monitored_items_per_sub = 3;
        limits.operational.max_nodes_per_read = 2;
        limits.operational.max_monitored_items_per_call = 2;
    };
    let server = Server::start_with("127.0.0.1:0", 8, few).await;
    let edge = Edge::start(&config(server.address, server.namespace, tags(8)));
    until("all tags are good", || (0..8).all(|i| edge.good(i) == Some(Value::Int(i.into())))).await;
    edge.until_error(0, "the server monitors no more items; the others are read every 50 ms").await;
    for i in 0..8 {
        server.set(i, DataValue::new_now(i + 100));
    }
    until("all changes arrive", || (0..8).all(|i| edge.good(i) == Some(Value::Int(i64::from(i) + 100)))).await;
    assert_eq!(edge.status(0).state, ConnectionState::Connected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_12_a_server_without_subscriptions_is_read_and_its_death_is_seen() {
    let none = |limits: &mut Limits| limits.subscriptions.max_subscriptions_per_session = 0;
    let server = Server::start_with("127.0.0.1:0", 3, none).await;
    let (address, namespace) = (server.address, server.namespace);
    let edge = Edge::start(&config(address, namespace, tags(3)));
    edge.until_value(2, Value::Int(2)).await;
    edge.until_error(0, "values are read every 50 ms instead").await;
    edge.until_state(0, ConnectionState::Connected).await;
    server.set(1, DataValue::new_now(55));
    edge.until_value(1, Value::Int(55)).await;
    server.kill().await;
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert_eq!((edge.good(0), edge.good(1), edge.good(2)), (None, None, None));
    let _server = Server::start_with(&address.to_string(), 3, none).await;
    edge.until_value(1, Value::Int(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_a_deadband_holds_small_changes_back_and_costs_nothing_where_it_is_refused() {
    let server = Server::start("127.0.0.1:0", 3).await;
    let mut text = config(server.address, server.namespace, tags(3));
    // The first tag's table is followed by the second's.
    for (tag, line) in [("tag-1", "deadband = 5"), ("tag-2", "deadband_percent = 5")] {
        text = text.replace(&format!("name = \"{tag}\"\n"), &format!("name = \"{tag}\"\n{line}\n"));
    }
    let edge = Edge::start(&text);
    edge.until_value(2, Value::Int(2)).await;
    // The server knows no range of which to take a share.
    edge.until_error(0, "s=Tag.2: the server takes no deadband here").await;
    let set = |value: i32| (0..3).for_each(|tag| server.set(tag, DataValue::new_now(value)));
    set(4);
    edge.until_value(0, Value::Int(4)).await;
    edge.until_value(2, Value::Int(4)).await;
    set(20);
    edge.until_value(1, Value::Int(20)).await;
    set(23);
    edge.until_value(0, Value::Int(23)).await;
    assert_eq!(edge.good(1), Some(Value::Int(20)));
}

/// Forwards bytes until it is frozen; then it holds connections open and says nothing.
async fn line(to: SocketAddr, frozen: Arc<std::sync::Mutex<CancellationToken>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let frozen = frozen.lock().unwrap().clone();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(to).await.unwrap();
                let copy = tokio::io::copy_bidirectional(&mut near, &mut far);
                if frozen.run_until_cancelled(copy).await.is_none() {
                    sleep_ms(60_000).await;
                }
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_14_silence_on_an_open_connection_is_a_loss() {
    let server = Server::start("127.0.0.1:0", 1).await;
    let frozen = Arc::new(std::sync::Mutex::new(CancellationToken::new()));
    let line = line(server.address, frozen.clone()).await;
    let edge = Edge::start(&config(line, server.namespace, tags(1)));
    edge.until_value(0, Value::Int(0)).await;
    let cut = std::mem::take(&mut *frozen.lock().unwrap());
    cut.cancel();
    let start = std::time::Instant::now();
    edge.until_state(0, ConnectionState::Disconnected).await;
    assert!(start.elapsed() < Duration::from_secs(7), "{:?}", start.elapsed());
    assert_eq!(edge.good(0), None);
    server.set(0, DataValue::new_now(9));
    edge.until_value(0, Value::Int(9)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_12_an_absent_server_and_one_that_talks_nonsense_are_disconnected() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answers: [&[u8]; 6] = [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        &[0xff; 4_000],
        // An acknowledge cut short, one of impossible length, an error message.
        b"ACKF\x1c\0\0\0",
        b"ACKF\xff\xff\xff\x7f",
        b"ERRF\x10\0\0\0\0\0\x01\x80\0\0\0\0",
    ];
    tokio::spawn(async move {
        for answer in answers.iter().cycle() {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.write_all(answer).await;
            sleep_ms(20).await;
        }
    });
    let edge = Edge::start(&config(address, 2, tags(1)));
    edge.until_state(0, ConnectionState::Disconnected).await;
    until("four attempts were made", || edge.status(0).requests_failed >= 4).await;
    let status = edge.status(0);
    assert_eq!(status.restarts, 0, "{status:?}");
    assert!(status.last_error.unwrap().starts_with(&format!("opc.tcp://{address}: ")));
    assert_eq!(edge.good(0), None);
}
