//! The press as an OPC UA client sees it.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use opcua::client::{ClientBuilder, DataChangeCallback, IdentityToken, Session};
use opcua::crypto::SecurityPolicy;
use opcua::types::{
    DataValue, MessageSecurityMode, MonitoredItemCreateRequest, NodeId, ReadValueId, StatusCode, TimestampsToReturn,
    UserTokenPolicy, VariableId, Variant,
};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::{NODES, Opcua, OpcuaFault, World, values};
use crate::plant::scenario::{Activity, Machine, PROFILES};

const PATIENCE: Duration = Duration::from_secs(10);

async fn server() -> (Opcua, Arc<World>) {
    let world = Arc::new(World::new(1, 1.0));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    (Opcua::start(listener, world.clone()).await.unwrap(), world)
}

async fn connect(opcua: &Opcua) -> Arc<Session> {
    let mut client = ClientBuilder::new()
        .application_name("test")
        .application_uri("urn:test")
        .pki_dir(opcua.shared.pki.path().join("client"))
        .trust_server_certs(true)
        .session_retry_limit(0)
        .client()
        .unwrap();
    let url = opcua.endpoint_url();
    let none = SecurityPolicy::None.to_str();
    let endpoint = (url.as_str(), none, MessageSecurityMode::None, UserTokenPolicy::anonymous());
    let (session, events) = client.connect_to_endpoint_directly(endpoint, IdentityToken::Anonymous).unwrap();
    events.spawn();
    assert!(tokio::time::timeout(PATIENCE, session.wait_for_connection()).await.unwrap());
    session
}

async fn read(session: &Session) -> Vec<DataValue> {
    let ids: Vec<_> = NODES.iter().map(|name| ReadValueId::from(NodeId::new(2, *name))).collect();
    let read = session.read(&ids, TimestampsToReturn::Both, 0.0);
    tokio::time::timeout(PATIENCE, read).await.unwrap().unwrap()
}

/// Reads until the values are as wanted: the server shows them every 100 ms.
async fn read_until(session: &Session, wanted: impl Fn(&[DataValue]) -> bool) -> Vec<DataValue> {
    let poll = async {
        loop {
            let values = read(session).await;
            if wanted(&values) {
                return values;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, poll).await.expect("the values never came")
}

fn int(value: &DataValue) -> Option<i32> {
    match value.value {
        Some(Variant::Int32(value)) => Some(value),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_a_client_reads_the_press_and_its_namespace() {
    let (opcua, world) = server().await;
    let session = connect(&opcua).await;
    let running = read_until(&session, |values| int(&values[0]) == Some(6)).await;
    assert_eq!(running[1].value, Some(Variant::Int32(1)));
    assert_eq!(running[2].value, Some(Variant::UInt32(1_200)));
    assert_eq!(running[3].value, Some(Variant::UInt32(17)));
    assert_eq!(running[4].value, Some(Variant::Int32(0)));
    assert!(matches!(running[5].value, Some(Variant::Double(force)) if (500.0..=1_100.0).contains(&force)));

    let namespaces = ReadValueId::from(NodeId::from(VariableId::Server_NamespaceArray));
    let namespaces = session.read(&[namespaces], TimestampsToReturn::Neither, 0.0).await.unwrap();
    let Some(Variant::Array(array)) = &namespaces[0].value else { panic!("{namespaces:?}") };
    assert_eq!(array.values[2], Variant::String(super::NAMESPACE_URI.into()));

    world.hold("PRESS-001", Activity::Down, 207);
    read_until(&session, |values| (int(&values[0]), int(&values[4])) == (Some(9), Some(207))).await;
    world.hold("PRESS-001", Activity::Setup, 0);
    read_until(&session, |values| (int(&values[0]), int(&values[1])) == (Some(4), Some(3))).await;
    opcua.mode_force(Some(2));
    read_until(&session, |values| int(&values[1]) == Some(2)).await;
    opcua.switch_off();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_14_bad_quality_carries_no_value_and_frozen_keeps_the_old_one() {
    let (opcua, world) = server().await;
    let session = connect(&opcua).await;
    read_until(&session, |values| int(&values[0]) == Some(6)).await;

    opcua.fault_set(OpcuaFault::BadQuality).await.unwrap();
    let bad = |values: &[DataValue]| values.iter().all(|v| v.status() == StatusCode::BadDeviceFailure);
    read_until(&session, bad).await;

    opcua.fault_set(OpcuaFault::None).await.unwrap();
    read_until(&session, |values| int(&values[0]) == Some(6)).await;
    opcua.fault_set(OpcuaFault::Frozen).await.unwrap();
    // One update may have been under way.
    tokio::time::sleep(Duration::from_millis(150)).await;
    let before = read(&session).await;
    world.hold("PRESS-001", Activity::Idle, 0);
    tokio::time::sleep(Duration::from_millis(250)).await;
    let after = read(&session).await;
    assert_eq!((int(&after[0]), after[0].source_timestamp), (Some(6), before[0].source_timestamp));
    opcua.switch_off();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_12_a_stopped_server_refuses_a_hung_one_is_silent_and_both_come_back() {
    let (opcua, _world) = server().await;
    let session = connect(&opcua).await;

    opcua.fault_set(OpcuaFault::Hung).await.unwrap();
    let mut raw = TcpStream::connect(opcua.addr()).await.expect("a hung server still takes connections");
    let ids = [ReadValueId::from(NodeId::new(2, NODES[0]))];
    let silent = session.read(&ids, TimestampsToReturn::Both, 0.0);
    assert!(tokio::time::timeout(Duration::from_millis(400), silent).await.is_err());
    opcua.fault_set(OpcuaFault::None).await.unwrap();
    read(&session).await;

    opcua.fault_set(OpcuaFault::Stopped).await.unwrap();
    assert!(TcpStream::connect(opcua.addr()).await.is_err());
    let mut byte = [0];
    assert!(matches!(raw.read(&mut byte).await, Ok(0) | Err(_)), "open connections are cut");

    opcua.fault_set(OpcuaFault::None).await.unwrap();
    let again = connect(&opcua).await;
    read_until(&again, |values| int(&values[0]) == Some(6)).await;

    opcua.fault_set(OpcuaFault::Hung).await.unwrap();
    opcua.fault_set(OpcuaFault::Stopped).await.unwrap();
    assert!(TcpStream::connect(opcua.addr()).await.is_err());
}

#[test]
fn edge_06_activities_become_packml_states_and_modes() {
    let check = |activity, fault_code, state: i32, mode: i32| {
        let mut press = Machine::new(PROFILES[2], 1);
        press.hold(activity, fault_code);
        let values = values(&press.observe(), 0);
        assert_eq!((&values[0], &values[1]), (&state.into(), &mode.into()), "{activity:?} {fault_code}");
    };
    check(Activity::Running, 0, 6, 1);
    check(Activity::Idle, 0, 4, 1);
    check(Activity::Setup, 0, 4, 3);
    check(Activity::Blocked, 0, 5, 1);
    check(Activity::Starved, 0, 5, 1);
    check(Activity::Down, 0, 2, 1);
    check(Activity::Down, 101, 11, 1);
    check(Activity::Down, 207, 9, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_a_subscription_is_told_of_changes() {
    let (opcua, world) = server().await;
    let session = connect(&opcua).await;
    let (told, mut changes) = tokio::sync::mpsc::unbounded_channel();
    let callback = DataChangeCallback::new(move |value, _item| {
        let _ = told.send(int(&value));
    });
    let each = Duration::from_millis(100);
    let subscription = session.create_subscription(each, 30, 10, 0, 0, true, callback).await.unwrap();
    let items = vec![MonitoredItemCreateRequest::from(NodeId::new(2, "Press.State"))];
    session.create_monitored_items(subscription, TimestampsToReturn::Both, items).await.unwrap();
    world.hold("PRESS-001", Activity::Blocked, 0);
    let told = async { while changes.recv().await.expect("the subscription lives") != Some(5) {} };
    tokio::time::timeout(PATIENCE, told).await.unwrap();
    opcua.switch_off();
}
