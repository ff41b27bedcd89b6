//! Writes to OPC UA servers in this process: what is read back, what each status code comes to, and that a write goes
//! out once at the most, whatever befalls the connection.

mod drivers_common;
mod opcua_common;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drivers_common::{Edge, sleep_ms, until};
use edge_agent::driver::{ConnectionState, TagIndex, Value, WAIT_MOST, Written};
use opcua::server::Limits;
use opcua::types::{DataValue, StatusCode, Variant};
use opcua_common::{Server, config, tags};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The configuration with this line at each of its tags.
fn with(text: &str, line: &str) -> String {
    text.replace("type = \"i32\"\n", &format!("type = \"i32\"\nwritable = true\n{line}\n"))
}

fn write(edge: &Edge, tag: u32, value: i64) -> JoinHandle<Written> {
    let status = edge.statuses[0].clone();
    let until = tokio::time::Instant::now() + WAIT_MOST;
    tokio::spawn(async move { status.writes().write(TagIndex(tag), Value::Int(value), until).await })
}

#[track_caller]
fn refused(written: &Written, part: &str) {
    assert!(matches!(written, Written::Refused(why) if why.contains(part)), "{written:?}");
}

#[track_caller]
fn unknown(written: &Written, part: &str) {
    assert!(matches!(written, Written::Unknown(why) if why.contains(part)), "{written:?}");
}

#[track_caller]
fn not_sent(written: &Written, part: &str) {
    assert!(matches!(written, Written::NotSent(why) if why.contains(part)), "{written:?}");
}

/// Lets a server count the writes to a tag and answer each with what is said here.
fn answering(server: &Server, tag: i32, code: StatusCode) -> Arc<AtomicU32> {
    let count = Arc::new(AtomicU32::new(0));
    let counted = count.clone();
    let nodes = server.nodes.inner();
    nodes.add_write_callback(server.node(tag), move |_, _| {
        counted.fetch_add(1, Relaxed);
        code
    });
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_a_written_value_is_read_back_though_no_subscription_brings_it() {
    let server = Server::start("127.0.0.1:0", 2).await;
    // Smaller changes are not sent, and the server looks once an hour.
    let text = with(&config(server.address, server.namespace, tags(2)), "deadband = 1000\nsampling_ms = 3600000");
    let edge = Edge::start(&text);
    edge.until_value(1, Value::Int(1)).await;
    assert_eq!(write(&edge, 0, 7).await.unwrap(), Written::Done);
    edge.until_value(0, Value::Int(7)).await;
    assert_eq!(write(&edge, 0, -8).await.unwrap(), Written::Done);
    edge.until_value(0, Value::Int(-8)).await;
    let status = edge.status(0);
    assert_eq!((edge.good(1), status.last_error, status.restarts), (Some(Value::Int(1)), None, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_a_written_value_is_read_back_where_there_is_no_subscription() {
    let none = |limits: &mut Limits| {
        limits.subscriptions.max_subscriptions_per_session = 0;
        limits.operational.max_nodes_per_read = 2;
    };
    let server = Server::start_with("127.0.0.1:0", 1, none).await;
    let text = config(server.address, server.namespace, tags(1)).replace("sampling_ms = 50", "publishing_ms = 3600000");
    let edge = Edge::start(&with(&text, ""));
    edge.until_value(0, Value::Int(0)).await;
    assert_eq!(write(&edge, 0, 7).await.unwrap(), Written::Done);
    edge.until_value(0, Value::Int(7)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_what_the_server_says_is_what_became_of_it() {
    let server = Server::start("127.0.0.1:0", 5).await;
    let edge = Edge::start(&with(&config(server.address, server.namespace, tags(5)), ""));
    edge.until_value(4, Value::Int(4)).await;
    let codes = [
        StatusCode::BadOutOfRange,
        StatusCode::BadDeviceFailure,
        StatusCode::GoodClamped,
        StatusCode::GoodCompletesAsynchronously,
    ];
    let counts: Vec<_> = (0..).zip(codes).map(|(tag, code)| answering(&server, tag, code)).collect();
    refused(&write(&edge, 0, 9).await.unwrap(), "outside the range that the server allows (BadOutOfRange)");
    unknown(&write(&edge, 1, 9).await.unwrap(), "BadDeviceFailure");
    unknown(&write(&edge, 2, 9).await.unwrap(), "another value");
    unknown(&write(&edge, 3, 9).await.unwrap(), "carries it out later");
    assert_eq!(counts.iter().map(|count| count.load(Relaxed)).collect::<Vec<_>>(), [1; 4]);
    assert_eq!(write(&edge, 4, 9).await.unwrap(), Written::Done);
    edge.until_value(4, Value::Int(9)).await;
    assert_eq!(edge.status(0).state, ConnectionState::Connected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_nodes_that_are_not_there_or_not_writable_are_named() {
    let server = Server::start("127.0.0.1:0", 2).await;
    server.let_write(1, false);
    let nodes = tags(2).chain(std::iter::once("Missing".to_owned()));
    let count = answering(&server, 1, StatusCode::Good);
    let text =
        with(&config(server.address, server.namespace, nodes), "").replace("tag-0\"", "tag-0\"\npath = \"Nothing\"");
    let edge = Edge::start(&text);
    edge.until_value(1, Value::Int(1)).await;
    refused(&write(&edge, 0, 9).await.unwrap(), "there is no \"Nothing\" on this way");
    refused(&write(&edge, 1, 9).await.unwrap(), "s=Tag.1: the server lets nobody write this node (its AccessLevel)");
    refused(&write(&edge, 2, 9).await.unwrap(), "s=Missing: the server has no such node");
    assert_eq!(count.load(Relaxed), 0);
    // What the server says of a node is asked for each write.
    server.let_write(1, true);
    assert_eq!(write(&edge, 1, 9).await.unwrap(), Written::Done);
    assert_eq!(count.load(Relaxed), 1);
    server.let_write(1, false);
    refused(&write(&edge, 1, 9).await.unwrap(), "AccessLevel");
    assert_eq!(count.load(Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_12_writes_go_one_after_the_other_in_their_order() {
    let server = Server::start("127.0.0.1:0", 1).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (order, under_way) = (seen.clone(), AtomicBool::new(false));
    server.nodes.inner().add_write_callback(server.node(0), move |value, _| {
        assert!(!under_way.swap(true, Relaxed));
        std::thread::sleep(Duration::from_millis(10));
        order.lock().unwrap().push(value);
        under_way.store(false, Relaxed);
        StatusCode::Good
    });
    let edge = Edge::start(&with(&config(server.address, server.namespace, tags(1)), ""));
    edge.until_value(0, Value::Int(0)).await;
    let status = edge.statuses[0].clone();
    let until = tokio::time::Instant::now() + WAIT_MOST;
    let writes = (0..10_i32).map(|value| status.writes().write(TagIndex(0), Value::Int(value.into()), until));
    let ends = futures::future::join_all(writes).await;
    assert!(ends.iter().all(|end| *end == Written::Done), "{ends:?}");
    // Only the value: no status, no time.
    let expect = |value: i32| DataValue { value: Some(Variant::Int32(value)), ..DataValue::default() };
    assert_eq!(*seen.lock().unwrap(), (0..10).map(expect).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_12_a_write_does_not_wait_until_all_tags_are_subscribed_to() {
    // Two thousand requests for the tags, and three for the write.
    let server =
        Server::start_with("127.0.0.1:0", 2_000, |limits| limits.operational.max_monitored_items_per_call = 1).await;
    let edge = Edge::start(&with(&config(server.address, server.namespace, tags(2_000)), ""));
    assert_eq!(write(&edge, 1_999, 7).await.unwrap(), Written::Done);
    assert_eq!(edge.good(1_999), None);
    edge.until_value(1_999, Value::Int(7)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn edge_12_a_write_in_which_the_connection_is_cut_is_unknown_and_went_out_once() {
    let server = Server::start("127.0.0.1:0", 2).await;
    let cutter = Arc::new(Mutex::new(CancellationToken::new()));
    let way = cut_line(server.address, cutter.clone()).await;
    let count = Arc::new(AtomicU32::new(0));
    let (counted, cut) = (count.clone(), cutter.clone());
    server.nodes.inner().add_write_callback(server.node(0), move |_, _| {
        counted.fetch_add(1, Relaxed);
        std::mem::take(&mut *cut.lock().unwrap()).cancel();
        // The answer comes when nobody is there any more.
        std::thread::sleep(Duration::from_millis(300));
        StatusCode::Good
    });
    let edge = Edge::start(&with(&config(way, server.namespace, tags(2)), ""));
    edge.until_value(1, Value::Int(1)).await;
    unknown(&write(&edge, 0, 9).await.unwrap(), "the connection ended while it was under way");
    edge.until_state(0, ConnectionState::Disconnected).await;
    not_sent(&write(&edge, 0, 9).await.unwrap(), "the device is not connected");
    edge.until_value(1, Value::Int(1)).await;
    // Nobody repeats it in the new session, in which another one goes through.
    assert_eq!(write(&edge, 1, 5).await.unwrap(), Written::Done);
    edge.until_value(1, Value::Int(5)).await;
    assert_eq!(count.load(Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn edge_12_a_connection_that_is_cut_before_the_write_went_out_sent_nothing() {
    let server = Server::start("127.0.0.1:0", 2).await;
    let cutter = Arc::new(Mutex::new(CancellationToken::new()));
    let way = cut_line(server.address, cutter.clone()).await;
    let (count, armed) = (answering(&server, 0, StatusCode::Good), Arc::new(AtomicBool::new(false)));
    let (is_armed, cut) = (armed.clone(), cutter.clone());
    // The node is asked what it is before it is written.
    server.nodes.inner().add_read_callback(server.node(0), move |_, _, _| {
        if is_armed.swap(false, Relaxed) {
            std::mem::take(&mut *cut.lock().unwrap()).cancel();
            std::thread::sleep(Duration::from_millis(300));
        }
        Ok(DataValue::new_now(0))
    });
    let edge = Edge::start(&with(&config(way, server.namespace, tags(2)), "sampling_ms = 3600000"));
    edge.until_value(0, Value::Int(0)).await;
    edge.until_value(1, Value::Int(1)).await;
    armed.store(true, Relaxed);
    not_sent(&write(&edge, 0, 9).await.unwrap(), "the connection ended before it was sent");
    edge.until_value(1, Value::Int(1)).await;
    assert_eq!(count.load(Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_12_a_write_waits_for_a_session_that_is_being_made_and_no_longer_than_it_may() {
    let server = Server::start("127.0.0.1:0", 1).await;
    let count = answering(&server, 0, StatusCode::Good);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (accepted, (gate, seen)) = (Arc::new(AtomicU32::new(0)), watch::channel(Gate::Shut));
    let closed = Arc::new(AtomicU32::new(0));
    let (came, went, to) = (accepted.clone(), closed.clone(), server.address);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            came.fetch_add(1, Relaxed);
            let (mut seen, went) = (seen.clone(), went.clone());
            tokio::spawn(async move {
                if *seen.wait_for(|gate| *gate != Gate::Shut).await.unwrap() == Gate::Open {
                    let mut far = TcpStream::connect(to).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                }
                went.fetch_add(1, Relaxed);
            });
        }
    });
    let edge = Edge::start(&with(&config(address, server.namespace, tags(1)), ""));
    until("the edge asks for a session", || accepted.load(Relaxed) == 1).await;
    not_sent(&write(&edge, 0, 1).await.unwrap(), "could not be sent within 5 s");
    gate.send_replace(Gate::Closing);
    until("that connection is closed", || closed.load(Relaxed) == 1).await;
    gate.send_replace(Gate::Shut);
    until("the edge asks again", || accepted.load(Relaxed) == 2).await;
    let waiting = write(&edge, 0, 2);
    sleep_ms(100).await;
    assert!(!waiting.is_finished());
    gate.send_replace(Gate::Open);
    assert_eq!(waiting.await.unwrap(), Written::Done);
    assert_eq!(count.load(Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn edge_14_a_write_without_an_answer_ends_the_session_at_once_and_none_goes_out_after_it() {
    let server = Server::start("127.0.0.1:0", 2).await;
    let (way, ends) = holding_line(server.address).await;
    let edge = Edge::start(&with(&config(way, server.namespace, tags(2)), ""));
    edge.until_value(1, Value::Int(1)).await;
    let count = [answering(&server, 0, StatusCode::Good), answering(&server, 1, StatusCode::Good)];
    unknown(&write(&edge, 0, 9).await.unwrap(), "");
    // Not into the session in which the first one may still be on its way.
    not_sent(&write(&edge, 1, 5).await.unwrap(), "the device is not connected");
    // Thrown away, not flushed and closed.
    until("the connection is ended", || ends.lock().unwrap().is_some()).await;
    assert_eq!(*ends.lock().unwrap(), Some(std::io::ErrorKind::ConnectionReset));
    edge.until_value(1, Value::Int(1)).await;
    assert_eq!(count.each_ref().map(|count| count.load(Relaxed)), [0, 0]);
    assert_eq!(write(&edge, 1, 6).await.unwrap(), Written::Done);
    assert_eq!(count.each_ref().map(|count| count.load(Relaxed)), [0, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_a_tag_whose_node_became_another_is_not_written() {
    let server = Server::start("127.0.0.1:0", 1).await;
    // By its name, on the way down from the server's folder of objects.
    let text = config(server.address, server.namespace, tags(1))
        .replace(&format!("node = \"ns={};s=Tag.0\"", server.namespace), "node = \"i=85\"\npath = \"Tag.0\"");
    let edge = Edge::start(&with(&text, ""));
    edge.until_value(0, Value::Int(0)).await;
    assert_eq!(write(&edge, 0, 7).await.unwrap(), Written::Done);
    edge.until_value(0, Value::Int(7)).await;
    server.replace(0, 70);
    refused(&write(&edge, 0, 9).await.unwrap(), "the server's nodes changed");
    edge.until_value(0, Value::Int(70)).await;
    assert_eq!(write(&edge, 0, 8).await.unwrap(), Written::Done);
    edge.until_value(0, Value::Int(8)).await;
}

/// What becomes of connections.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    /// Held open, and nothing is passed on.
    Shut,
    Closing,
    Open,
}

/// Forwards bytes, each connection until it is cut.
async fn cut_line(to: std::net::SocketAddr, cutter: Arc<Mutex<CancellationToken>>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let cut = cutter.lock().unwrap().clone();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(to).await.unwrap();
                let copy = tokio::io::copy_bidirectional(&mut near, &mut far);
                let _ = cut.run_until_cancelled(copy).await;
            });
        }
    });
    address
}

/// A line to a server; the first connection with a request to write goes no further from there, though what goes to the edge
/// does. How the edge ended it.
async fn holding_line(to: std::net::SocketAddr) -> (std::net::SocketAddr, Arc<Mutex<Option<std::io::ErrorKind>>>) {
    /// The type of a WriteRequest, as it stands in a message that nobody encrypted (OPC 10000-6, 5.2.2.9).
    const WRITE: [u8; 4] = [1, 0, 0xa1, 0x02];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let ends = Arc::new(Mutex::new(None));
    let (end, held) = (ends.clone(), Arc::new(AtomicBool::new(false)));
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let (end, held) = (end.clone(), held.clone());
            let (mut from, mut back) = near.into_split();
            let (mut answers, mut on) = TcpStream::connect(to).await.unwrap().into_split();
            tokio::spawn(async move { tokio::io::copy(&mut answers, &mut back).await });
            tokio::spawn(async move {
                let (mut bytes, mut is_held) = (vec![0; 65_536], false);
                loop {
                    let count = match from.read(&mut bytes).await {
                        Ok(count) if count > 0 => count,
                        other => {
                            let kind = other.err().map_or(std::io::ErrorKind::UnexpectedEof, |error| error.kind());
                            if is_held {
                                *end.lock().unwrap() = Some(kind);
                            }
                            return;
                        }
                    };
                    let is_write = bytes[..count].windows(4).any(|part| part == WRITE);
                    is_held |= is_write && !held.swap(true, Relaxed);
                    if !is_held {
                        on.write_all(&bytes[..count]).await.unwrap();
                    }
                }
            });
        }
    });
    (address, ends)
}
