//! Writes to a server that somebody else wrote (asyncua): every type, every way in which a write goes wrong, and each
//! of them counted at the server.

mod commission_common;
mod drivers_common;

use commission_common::{Foreign, free_port};
use drivers_common::{Edge, SystemClock, until};
use edge_agent::driver::{Clock as _, ConnectionState, TagIndex, Text, Value, WAIT_MOST, Written};

/// A server with nodes to write, a connection to it with these lines, and tags `node = "ns=2;s=Write.X"`: (X, type).
/// The tag after them counts the writes that came to the server.
fn start(words: &[&str], lines: &str, tags: &[(&str, &str)]) -> (Foreign, Edge) {
    let port = free_port().to_string();
    let words: Vec<_> = ["write"].iter().chain(words).copied().chain(std::iter::once(&*port)).collect();
    let server = Foreign::start("opcua_server.py", &words);
    let mut text = format!(
        "[[connection]]\nname = \"press\"\ndriver = \"opcua\"\nendpoint = \"opc.tcp://127.0.0.1:{port}/\"\nsampling_ms = 50\n{lines}\n"
    );
    for (node, kind) in tags {
        let node = format!("node = \"ns=2;s=Write.{node}\"\ntype = \"{kind}\"\nwritable = true");
        text += &format!("[[connection.tag]]\nname = \"{kind}-{}\"\n{node}\n", text.len());
    }
    text += "[[connection.tag]]\nname = \"writes\"\nnode = \"ns=2;s=Writes\"\ntype = \"u32\"\n";
    (server, Edge::start(&text))
}

const OPEN: &str = "security_policy = \"None\"";

async fn write(edge: &Edge, tag: usize, value: Value) -> Written {
    let until = tokio::time::Instant::now() + WAIT_MOST;
    edge.statuses[0].writes().write(TagIndex(tag.try_into().unwrap()), value, until).await
}

/// How many writes came to the server, by a value that is newer than all of them.
async fn counted(edge: &Edge, tag: u32) -> Option<Value> {
    let from = SystemClock.now_us() + 300_000;
    until("the counter is confirmed", || edge.reading(tag).at > from).await;
    edge.good(tag)
}

fn text(text: &str) -> Value {
    Value::Text(Text::new(text.as_bytes()).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_asyncua_takes_every_type_to_its_ends() {
    let float = Value::Float;
    let whole = |least: i64, most: i64| vec![Value::Int(least), Value::Int(most)];
    let cases: Vec<(&str, &str, Vec<Value>)> = vec![
        ("SByte", "i16", whole(i8::MIN.into(), i8::MAX.into())),
        ("Byte", "u16", vec![Value::Uint(0), Value::Uint(255)]),
        ("Int16", "i16", whole(i16::MIN.into(), i16::MAX.into())),
        ("UInt16", "u16", vec![Value::Uint(0), Value::Uint(65_535)]),
        ("Int32", "i32", whole(i32::MIN.into(), i32::MAX.into())),
        ("UInt32", "u32", vec![Value::Uint(u32::MAX.into())]),
        ("Int64", "i64", whole(i64::MIN, 9_007_199_254_740_993)),
        ("UInt64", "u64", vec![Value::Uint(u64::MAX)]),
        ("Float", "f32", vec![float(-12.5), float(16_777_216.0)]),
        ("Double", "f64", vec![float(0.1), float(-1e300)]),
        ("Boolean", "bool", vec![Value::Bool(true), Value::Bool(false)]),
        ("String", "string", vec![text("Käse 8"), text("")]),
    ];
    let tags: Vec<_> = cases.iter().map(|(node, kind, _)| (*node, *kind)).collect();
    // A read takes two nodes: what a node is takes three of them.
    let (_server, edge) = start(&["small"], OPEN, &tags);
    edge.until_value(12, Value::Uint(0)).await;
    let mut count = 0;
    for (tag, (node, _, values)) in cases.iter().enumerate() {
        for value in values {
            assert_eq!(write(&edge, tag, *value).await, Written::Done, "{node} {value}");
            edge.until_value(tag.try_into().unwrap(), *value).await;
            count += 1;
        }
    }
    // Where no float is, the nearest is taken.
    assert_eq!(write(&edge, 8, float(0.1)).await, Written::Done);
    edge.until_value(8, float(f64::from(0.1_f32))).await;
    assert_eq!(counted(&edge, 12).await, Some(Value::Uint(count + 1)));
    let status = edge.status(0);
    assert_eq!((status.state, status.last_error), (ConnectionState::Connected, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_asyncua_refusals_are_named_and_doubt_is_no_refusal() {
    // What is found out before anything is sent, by what the server says of the node.
    let before = [
        ("Int16", "i32", Value::Int(40_000), "does not fit: Int16 holds -32768 to 32767; the node is of type Int16"),
        ("Boolean", "u16", Value::Uint(1), "must be true or false; the node is of type Boolean"),
        ("Float", "f64", Value::Float(1e39), "more than Float holds"),
        ("ReadOnly", "i16", Value::Int(1), "lets nobody write this node (its AccessLevel)"),
        ("Denied", "i16", Value::Int(1), "does not let this user write this node (its UserAccessLevel)"),
        ("DateTime", "string", text("now"), "is of type DateTime; only Boolean"),
        ("List", "i16", Value::Int(1), "holds a list"),
        ("Nothing", "i16", Value::Int(1), "the server has no such node"),
    ];
    let after = [
        ("BadNotWritable", true, "lets nobody write this node (BadNotWritable)"),
        ("BadOutOfRange", true, "outside the range"),
        ("BadUserAccessDenied", true, "this user"),
        ("Fault", true, "no longer knew the session; write again (BadSessionNotActivated)"),
        ("BadDeviceFailure", false, "BadDeviceFailure, which leaves open"),
        ("BadTimeout", false, "BadTimeout, which leaves open"),
        ("GoodClamped", false, "another value"),
    ];
    let tags: Vec<_> = before
        .iter()
        .map(|(node, kind, ..)| (*node, *kind))
        .chain(after.iter().map(|(node, ..)| (*node, "i16")))
        .collect();
    let (_server, edge) = start(&[], OPEN, &tags);
    let counter = u32::try_from(tags.len()).unwrap();
    edge.until_value(counter, Value::Uint(0)).await;
    for (tag, (node, _, value, part)) in before.iter().enumerate() {
        let written = write(&edge, tag, *value).await;
        let is_named = matches!(&written, Written::Refused(why) if why.contains(&format!("s=Write.{node}: ")) && why.contains(part));
        assert!(is_named, "{node}: {written:?}");
    }
    for (tag, (node, is_refused, part)) in (before.len()..).zip(after) {
        let written = write(&edge, tag, Value::Int(7)).await;
        let (Written::Refused(why) | Written::Unknown(why)) = &written else { panic!("{node}: {written:?}") };
        assert!(why.contains(part), "{why}");
        assert_eq!(matches!(written, Written::Refused(_)), is_refused, "{node}");
    }
    // Only the later ones came to the server, each once.
    assert_eq!(counted(&edge, counter).await, Some(Value::Uint(after.len().try_into().unwrap())));
    assert_eq!(edge.status(0).restarts, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_14_asyncua_without_an_answer_nobody_knows_and_nothing_is_sent_again() {
    let (_server, edge) = start(&[], OPEN, &[("Mute", "i16"), ("Cut", "i16"), ("Int16", "i16")]);
    edge.until_value(3, Value::Uint(0)).await;
    let muted = write(&edge, 0, Value::Int(7)).await;
    assert_eq!(muted, Written::Unknown("no answer in 5 s".into()));
    // Nothing is sent into the same session, in which it may still be on its way.
    let next = write(&edge, 2, Value::Int(8)).await;
    assert_eq!(next, Written::NotSent("the device is not connected".into()));
    // It happened all the same, as the next session shows.
    edge.until_value(0, Value::Int(7)).await;
    assert_eq!(write(&edge, 2, Value::Int(8)).await, Written::Done);
    assert_eq!(counted(&edge, 3).await, Some(Value::Uint(2)));
    assert_eq!(edge.status(0).state, ConnectionState::Connected);
    let cut = write(&edge, 1, Value::Int(9)).await;
    assert!(matches!(&cut, Written::Unknown(why) if why.contains("the connection ended")), "{cut:?}");
    edge.until_state(0, ConnectionState::Disconnected).await;
    edge.until_value(1, Value::Int(9)).await;
    until("the session is a new one", || edge.status(0).state == ConnectionState::Connected).await;
    assert_eq!(write(&edge, 2, Value::Int(10)).await, Written::Done);
    edge.until_value(2, Value::Int(10)).await;
    assert_eq!(counted(&edge, 3).await, Some(Value::Uint(4)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_14_asyncua_that_does_not_let_a_written_value_be_read_costs_no_session() {
    let (_server, edge) = start(&[], "security_policy = \"None\"\npublishing_ms = 60000", &[("Busy", "i16")]);
    edge.until_value(0, Value::Int(1)).await;
    edge.until_value(1, Value::Uint(0)).await;
    assert_eq!(write(&edge, 0, Value::Int(7)).await, Written::Done);
    until("the read fails", || edge.status(0).requests_failed == 1).await;
    let why = edge.status(0).last_error.unwrap();
    assert!(why.contains("could not be read") && why.contains("BadServerTooBusy"), "{why}");
    // A session that ended would have made its tags Bad; the value comes when it is asked for again.
    until("it is read", || {
        assert!(edge.good(0).is_some() && edge.good(1).is_some());
        edge.good(0) == Some(Value::Int(7))
    })
    .await;
    until("the error is taken back", || edge.status(0).last_error.is_none()).await;
    assert_eq!((edge.status(0).state, edge.status(0).requests_failed), (ConnectionState::Connected, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_03_asyncua_takes_writes_of_a_user_over_an_encrypted_connection() {
    let dir = tempfile::tempdir().unwrap();
    let password = dir.path().join("password");
    std::fs::write(&password, "s3cret").unwrap();
    let user = format!("user_name = \"edge\"\npassword_file = \"{}\"", password.display());
    let secure = format!("secure={}", dir.path().display());
    let (_server, edge) = start(&[&secure, "user"], &user, &[("Int32", "i32")]);
    edge.until_value(0, Value::Int(1)).await;
    assert_eq!(write(&edge, 0, Value::Int(-70_000)).await, Written::Done);
    edge.until_value(0, Value::Int(-70_000)).await;
    assert_eq!(counted(&edge, 1).await, Some(Value::Uint(1)));
}
