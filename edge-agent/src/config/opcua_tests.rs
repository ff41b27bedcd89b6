//! OPC UA connections: what is taken for granted, what can be written, and what each mistake is told.

use ::opcua::types::NodeId;

use super::*;

const GOOD: &str = r#"[agent]
name = "Hall 1"
data_dir = "/tmp/unison"
[[connection]]
name = "press"
driver = "opcua"
endpoint = "opc.tcp://press:4840"
[[connection.tag]]
name = "state"
node = "ns=2;s=Press.State"
type = "i32"
"#;

#[track_caller]
fn read(text: &str) -> OpcUaConfig {
    let config = parse("edge.toml", text).unwrap_or_else(|errors| panic!("{errors}"));
    match &config.connections[0].driver {
        DriverConfig::OpcUa(opcua) => opcua.clone(),
        other => panic!("{other:?}"),
    }
}

/// The good file with a line more at its connection and one more at its tag.
fn with(connection: &str, tag: &str) -> String {
    format!("{}{tag}\n", GOOD.replace(":4840\"\n", &format!(":4840\"\n{connection}\n")))
}

#[track_caller]
fn check(connection: &str, tag: &str, expect: &str) {
    let errors = parse("edge.toml", &with(connection, tag)).err().map(|errors| errors.to_string()).unwrap_or_default();
    assert!(errors.contains(expect), "{connection} {tag}: {errors}");
}

#[test]
fn edge_03_without_a_word_the_way_is_signed_and_encrypted() {
    let opcua = read(GOOD);
    assert_eq!(opcua.security, OpcUaSecurity::Secure { policy: None, mode: OpcUaMode::SignAndEncrypt });
    assert_eq!((opcua.user.clone(), opcua.first_trust), (OpcUaUser::Anonymous, FirstTrust::FirstUse));
    assert!(opcua.pins());
    let tag = &opcua.tags[0];
    assert_eq!((opcua.publishing_ms, tag.sampling_ms, tag.queue_size), (250, 250, 10));
    assert!(tag.discard_oldest && tag.deadband.is_none());
    assert_eq!(tag.node, OpcUaNode { namespace: None, id: NodeId::new(2, "Press.State"), path: None });
}

#[test]
fn edge_03_security_user_and_trust_as_written() {
    for policy in OpcUaPolicy::ALL {
        let opcua = read(&with(&format!("security_policy = \"{}\"\nsecurity_mode = \"sign\"", policy.code()), ""));
        assert_eq!(opcua.security, OpcUaSecurity::Secure { policy: Some(policy), mode: OpcUaMode::Sign });
    }
    let open = read(&with("security_policy = \"None\"", ""));
    assert_eq!((open.security, open.pins()), (OpcUaSecurity::None, false));
    let named = read(&with("user_name = \"edge\"\npassword_file = \"/etc/p\"", ""));
    assert_eq!(named.user, OpcUaUser::Password { name: "edge".into(), file: "/etc/p".into() });
    assert!(named.pins());
    // A password is told to nobody who does not prove who they are.
    for user in ["user_name = \"edge\"\npassword_file = \"/p\"", "user_certificate_file = \"c\"\nuser_key_file = \"k\""]
    {
        check(&format!("security_policy = \"None\"\n{user}"), "", "nobody knows who gets the password");
    }
    let keyed = read(&with("user_certificate_file = \"c.der\"\nuser_key_file = \"k.pem\"\ntrust = \"confirm\"", ""));
    assert_eq!(keyed.user, OpcUaUser::Certificate { certificate: "c.der".into(), key: "k.pem".into() });
    assert_eq!(keyed.first_trust, FirstTrust::Confirm);

    check(
        "security_policy = \"none\"",
        "",
        "write one of: None, Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss",
    );
    check("security_policy = \"Basic256\"", "", "security_policy \"Basic256\" is not known");
    check("security_policy = \"None\"\nsecurity_mode = \"sign\"", "", "security_policy \"None\" has none");
    check("security_mode = \"none\"", "", "write one of: sign, sign_and_encrypt");
    check("user_name = \"edge\"", "", "write user_name with password_file");
    check("password_file = \"/p\"", "", "write user_name with password_file");
    check("user_name = \"edge\"\npassword_file = \"p\"\nuser_key_file = \"k\"", "", "or user_certificate_file with");
    check("password = \"secret\"", "", "unknown key \"password\"");
    check("security_policy = \"None\"\ntrust = \"confirm\"", "", "nobody proves who they are");
    check("trust = \"always\"", "", "write one of: first_use, confirm");
}

#[test]
fn edge_03_each_tag_has_its_own_sampling_queue_and_deadband() {
    let opcua = read(&with("sampling_ms = 500\npublishing_ms = 2000", ""));
    assert_eq!((opcua.publishing_ms, opcua.tags[0].sampling_ms, opcua.tags[0].queue_size), (2_000, 500, 10));
    let fast = read(&with("publishing_ms = 1000", "sampling_ms = 50")).tags[0].clone();
    assert_eq!((fast.sampling_ms, fast.queue_size), (50, 40), "room for two publishings");
    let tag = read(&with("", "queue_size = 3\ndiscard = \"newest\"\ndeadband = 0.5")).tags[0].clone();
    assert_eq!((tag.queue_size, tag.discard_oldest, tag.deadband), (3, false, Some(Deadband::Absolute(0.5))));
    let percent = read(&with("", "deadband_percent = 2")).tags[0].deadband;
    assert_eq!(percent, Some(Deadband::Percent(2.0)));
    // A tag that comes late is not stale before it is late.
    let config = parse("edge.toml", &with("publishing_ms = 5000", "")).unwrap();
    assert_eq!(config.tags[0].period_ms, 5_000);

    check("", "sampling_ms = 10", "sampling_ms 10: out of range; write 50 to 3600000 ms");
    check("", "queue_size = 0", "queue_size 0: out of range; write 1 to 10000 values");
    check("", "discard = \"both\"", "write one of: oldest, newest");
    check("", "deadband = 0", "deadband 0: out of range; write more than 0");
    check("", "deadband_percent = 101", "deadband_percent 101: out of range; write more than 0, at most 100");
    check("", "deadband = 1\ndeadband_percent = 1", "write one of them");
    let of_text = with("", "deadband = 1").replace("\"i32\"", "\"string\"");
    assert!(parse("edge.toml", &of_text).unwrap_err().to_string().contains("only a number has one"));
}

#[test]
fn edge_03_nodes_by_number_by_namespace_and_by_the_way_to_them() {
    let node = |text: &str, path: &str| read(&with("", path).replace("ns=2;s=Press.State", text)).tags[0].node.clone();
    let with_path = node("i=85", "path = \"Filler / 3:Status/StateCurrent\"");
    assert_eq!(with_path.path.as_deref(), Some("Filler/3:Status/StateCurrent"));
    assert_eq!((with_path.is_final(), with_path.to_string()), (false, "i=85/Filler/3:Status/StateCurrent".to_owned()));
    let named = node("nsu=http://plant/ua/;s=Press;State", "");
    assert_eq!((named.namespace.as_deref(), named.id), (Some("http://plant/ua/"), NodeId::new(0, "Press;State")));
    for wrong in ["nsu=;i=1", "nsu=urn:a", "nsu=urn:a;ns=2;i=1", "ns=2", "Press.State", "ns=x;i=1"] {
        let text = GOOD.replace("ns=2;s=Press.State", wrong);
        assert!(parse("edge.toml", &text).unwrap_err().to_string().contains("is not a node id"), "{wrong}");
    }
    check("", "path = \"Status//State\"", "is not a way down from the node");
}

#[test]
fn edge_03_a_tag_is_writable_only_where_that_is_written() {
    let config = |tag: &str| parse("edge.toml", &with("", tag)).unwrap();
    for (tag, writable) in [("", false), ("writable = false", false), ("writable = true", true)] {
        let config = config(tag);
        assert_eq!(config.tags[0].writable, writable);
        let found = config.connections[0].driver.check_write(TagIndex(0), Value::Int(7));
        assert_eq!(found.is_ok(), writable, "{found:?}");
    }
    let driver = config("writable = true\nscale = 0.5").connections.remove(0).driver;
    assert_eq!(driver.check_write(TagIndex(0), Value::Float(1.5)), Ok(()));
    let refused = driver.check_write(TagIndex(0), Value::Float(1.6)).unwrap_err();
    assert!(refused.contains("the nearest are 1.5 and 2"), "{refused}");
    assert!(driver.check_write(TagIndex(1), Value::Int(7)).unwrap_err().contains("no tag of this connection"));
    check("", "writable = 1", "writable must be true or false, not integer");
    check("", "writeable = true", "unknown key \"writeable\"");
}
