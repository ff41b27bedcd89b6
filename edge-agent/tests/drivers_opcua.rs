//! The OPC UA driver against a real server, a server that restarts, a line that freezes and one that lies.

mod drivers_common;
mod opcua_common;

use std::sync::Arc;
use std::time::Duration;

use drivers_common::{Edge, sleep_ms, until};
use edge_agent::driver::{ConnectionState, Quality, TagIndex, Value};
use opcua::server::Limits;
use opcua::types::{DataValue, DateTime, StatusCode, Variant};
use opcua_common::{Server, config, line, tags};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

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
