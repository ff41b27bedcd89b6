//! What the front lets through (SYNC-05), with real sockets.

use super::harness::{Cloud, dial, end_of, free_port};
use crate::intake::broker::Broker;
use crate::intake::counters::{Counters, Reason};
use crate::intake::front::{Front, Known};
use crate::intake::sessions::Sessions;
use bytes::BytesMut;
use futures::FutureExt;
use rumqttc::mqttbytes::v4::Connect;
use rumqttc::{ConnectReturnCode, ConnectionError, LastWill, QoS};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use unison_sync::seal::{Address, Direction, ENVELOPE_BYTES_MAX, Keys, public_key};
use uuid::Uuid;

fn is_not_authorized(e: &ConnectionError) -> bool {
    matches!(e, ConnectionError::ConnectionRefused(ConnectReturnCode::NotAuthorized))
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_only_an_enrolled_edge_with_its_password_is_admitted() {
    let cloud = Cloud::start().await;
    let edge = cloud.enrol(1).await;
    let refused = |reason| cloud.intake.counters().refused(reason);

    let mut options = edge.options();
    options.set_credentials(edge.address.edge.to_string(), "0".repeat(64));
    assert!(is_not_authorized(&end_of(&mut dial(options)).await));
    assert_eq!(refused(Reason::Password), 1);

    let stranger = Uuid::now_v7().to_string();
    let mut options = edge.options();
    options.set_client_id(stranger.clone()).set_credentials(stranger, edge.keys.mqtt_password());
    assert!(is_not_authorized(&end_of(&mut dial(options)).await));
    assert_eq!(refused(Reason::Unknown), 1);

    let mut options = edge.options();
    options.set_client_id("cloud.1".into());
    assert!(is_not_authorized(&end_of(&mut dial(options)).await));
    assert_eq!(refused(Reason::Identity), 1);

    let mut options = edge.options();
    options.set_last_will(LastWill::new("unison/v1/x", vec![1], QoS::AtLeastOnce, true));
    assert!(is_not_authorized(&end_of(&mut dial(options)).await));
    assert_eq!(refused(Reason::Will), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_foreign_topics_and_oversized_messages_end_the_session() {
    let cloud = Cloud::start().await;
    let (mut edge, other) = (cloud.enrol(1).await, cloud.enrol(2).await);
    let up = edge.address.topic(Direction::Up);
    let table = [
        ("another edge's up", other.address.topic(Direction::Up), QoS::AtLeastOnce, false, 10, Reason::ForeignTopic),
        ("its own down", edge.address.topic(Direction::Down), QoS::AtLeastOnce, false, 10, Reason::ForeignTopic),
        ("retained", up.clone(), QoS::AtLeastOnce, true, 10, Reason::Retain),
        ("exactly once", up.clone(), QoS::ExactlyOnce, false, 10, Reason::Qos),
        ("oversized", up.clone(), QoS::AtLeastOnce, false, ENVELOPE_BYTES_MAX + 1, Reason::TooLarge),
    ];
    for (name, topic, qos, retain, size, reason) in table {
        edge.connect().await;
        let before = cloud.intake.counters().refused(reason);
        edge.line().client.publish(topic, qos, retain, vec![0; size]).await.unwrap();
        end_of(edge.line()).await;
        assert_eq!(cloud.intake.counters().refused(reason), before + 1, "{name}");
    }
    assert_eq!(cloud.intake.counters().refused(Reason::ForeignTopic), 2);
    for filter in ["#", "unison/v1/+/+/+/down", &other.address.topic(Direction::Down), &up] {
        edge.connect().await;
        edge.line().client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        end_of(edge.line()).await;
    }
    assert_eq!(cloud.intake.counters().refused(Reason::ForeignFilter), 4);
    edge.connect().await;
    let down = edge.address.topic(Direction::Down);
    edge.line().client.unsubscribe(down).await.unwrap();
    end_of(edge.line()).await;
    assert_eq!(cloud.intake.counters().refused(Reason::Unexpected), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_nonsense_and_silence_are_closed_and_counted() {
    let cloud = Cloud::start().await;
    let refused = |reason| cloud.intake.counters().refused(reason);
    let closed = async |bytes: &[u8]| {
        let mut stream = TcpStream::connect(cloud.intake.address()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(8), stream.read_to_end(&mut answer)).await.expect("closed");
    };
    closed(b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(refused(Reason::NotConnect), 1);
    closed(&[0x10, 0xFF, 0xFF, 0xFF, 0x7F]).await;
    assert_eq!(refused(Reason::TooLarge), 1);
    closed(&[0x10, 0x0c]).await;
    assert_eq!(refused(Reason::TooSlow), 1, "no CONNECT within five seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_a_local_process_cannot_go_around_the_front() {
    let cloud = Cloud::start().await;
    let edge = cloud.enrol(1).await;
    let (id, broker) = (edge.address.edge.to_string(), cloud.intake.broker_address());
    let mut options = rumqttc::MqttOptions::new(id.clone(), broker.ip().to_string(), broker.port());
    options.set_credentials(id, edge.keys.mqtt_password());
    end_of(&mut dial(options)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_a_second_connection_replaces_the_first() {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    edge.connect().await;
    let mut first = edge.line.take().unwrap();
    edge.connect().await;
    end_of(&mut first).await;
    assert_eq!(cloud.intake.counters().refused(Reason::Replaced), 1);
    assert_eq!(cloud.intake.status().connected, [edge.address.edge]);
    cloud
        .until("the list of edges says so", async |c| c.live.link(edge.address.edge).is_some_and(|l| l.is_connected))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_revocation_cuts_a_session_within_five_seconds() {
    let address = Address { organization: Uuid::now_v7(), plant: Uuid::now_v7(), edge: Uuid::now_v7() };
    let keys = Keys::agree([1; 32], public_key([2; 32]), &address).unwrap();
    let password = keys.mqtt_password();
    let revoked = Arc::new(AtomicBool::new(false));
    let (flag, found) = (revoked.clone(), keys.clone());
    let counters = Arc::new(Counters::default());
    let front = Front {
        lookup: Arc::new(move |_| {
            let known = Known { address, keys: found.clone(), is_revoked: flag.load(Ordering::SeqCst) };
            async move { Ok(Some(known)) }.boxed()
        }),
        presence: Arc::new(|_, _, _| ()),
        broker: Broker::start(free_port(), 10).unwrap(),
        counters: counters.clone(),
        sessions: Arc::new(Sessions::default()),
        sessions_max: 10,
        stop: CancellationToken::new(),
    };
    tokio::time::sleep(Duration::from_millis(500)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(Arc::new(front).serve(listener));
    let options = || {
        let mut options = rumqttc::MqttOptions::new(address.edge.to_string(), "127.0.0.1", at.port());
        options.set_credentials(address.edge.to_string(), password.clone());
        options
    };
    let mut line = dial(options());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(line.ended.try_recv().is_err(), "admitted");
    revoked.store(true, Ordering::SeqCst);
    let began = Instant::now();
    end_of(&mut line).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(is_not_authorized(&end_of(&mut dial(options())).await));
    assert_eq!(counters.refused(Reason::Revoked), 2);
}

/// A connection that breaks while it is set up must not leave anything behind that keeps the edge out.
#[tokio::test(flavor = "multi_thread")]
async fn sync_05_connections_that_break_at_once_do_no_harm() {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    let mut connect = Connect::new(edge.address.edge.to_string());
    connect.set_login(edge.address.edge.to_string(), edge.keys.mqtt_password());
    let mut bytes = BytesMut::new();
    connect.write(&mut bytes).unwrap();
    for i in 0..60 {
        let mut stream = TcpStream::connect(cloud.intake.address()).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        tokio::time::sleep(Duration::from_micros(i * 50)).await;
        stream.set_zero_linger().unwrap();
    }
    edge.connect().await;
    cloud.until("only one session is left", async |c| c.intake.status().connected == [edge.address.edge]).await;
    assert_eq!(cloud.intake.status().broker_restarts, 0);
}
