//! `edge-agent probe opcua` against asyncua: endpoints, certificates, nodes, and nothing pinned.

mod commission_common;
mod drivers_common;

use commission_common::{File, Foreign, edge_agent, free_port};
use drivers_common::Edge;
use edge_agent::driver::Value as TagValue;
use serde_json::{Value, json};
use sha2::Digest as _;

fn node<'a>(document: &'a Value, id: &str) -> &'a Value {
    let nodes = document["nodes"].as_array().unwrap();
    nodes.iter().find(|node| node["node"] == id).unwrap_or_else(|| panic!("{id} in {nodes:#?}"))
}

#[test]
fn edge_03_probe_opcua_shows_nodes_as_the_configuration_takes_them() {
    let port = free_port().to_string();
    let _server = Foreign::start("opcua_server.py", &["small", &port]);
    let endpoint = format!("opc.tcp://127.0.0.1:{port}/");
    // The server offers nothing but the clear.
    let document = edge_agent(&["probe", "opcua", &endpoint, "--json"]).json();
    let offer = &document["endpoints"][0];
    assert_eq!((&offer["security_policy"], &offer["security_mode"]), (&json!("None"), &json!("none")));
    assert!(offer["users"].as_array().unwrap().contains(&json!("anonymous")), "{offer}");
    assert_eq!(document["is_cut"], false);
    for (id, kind, data_type, value) in [
        ("State", "i32", "Int32", "6"),
        ("Parts64", "u64", "UInt64", "9223372036854775809"),
        ("Force", "f64", "Double", "-12.5"),
        ("Running", "bool", "Boolean", "true"),
        ("Recipe", "string", "String", "Käse 7"),
    ] {
        let found = node(&document, &format!("nsu=urn:unison:plant;s={id}"));
        assert_eq!((&found["type"], &found["data_type"]), (&json!(kind), &json!(data_type)), "{id}");
        assert_eq!((&found["value"], &found["class"]), (&json!(value), &json!("variable")), "{id}");
        assert!(found["access"].as_str().unwrap().contains("read"), "{found}");
    }
    let broken = node(&document, "nsu=urn:unison:plant;s=Broken");
    assert!(broken["status"].as_str().unwrap().contains("BadSensorFailure"), "{broken}");
    assert_eq!(broken["type"], "i32", "its data type says it");
    // Three steps down are not four.
    let status = node(&document, "nsu=urn:unison:plant;s=Filler.Status");
    assert_eq!((&status["class"], &status["depth"]), (&json!("object"), &json!(2)));
    let state = "nsu=urn:unison:plant;s=MachineryItemState.CurrentState";
    assert!(document["nodes"].as_array().unwrap().iter().all(|node| node["node"] != state));

    let below = ["probe", "opcua", &endpoint, "--node", "nsu=urn:unison:plant;s=Filler.Status", "--json"];
    let below = edge_agent(&below).json();
    assert_eq!(node(&below, "nsu=urn:unison:plant;s=StateCurrent")["value"], "6");
    let own = edge_agent(&["probe", "opcua", &endpoint, "--node", "ns=2;s=Counter", "--json"]).json();
    assert_eq!(node(&own, "nsu=urn:unison:plant;s=Counter")["type"], "u32");

    let text = edge_agent(&["probe", "opcua", &endpoint, "--max-nodes", "4"]).good();
    assert!(text.contains("There are more than 4 nodes: begin deeper with --node"), "{text}");
    let mistyped = edge_agent(&["probe", "opcua", &endpoint, "--node", "nsu=urn:unison:plant;s=Filer"]);
    assert!(mistyped.code == 1 && mistyped.err.contains("the server does not show it: BadNodeId"), "{}", mistyped.err);
    let unknown = edge_agent(&["probe", "opcua", &endpoint, "--node", "nsu=urn:gone;s=x"]);
    assert!(unknown.code == 1 && unknown.err.contains("no namespace \"urn:gone\""), "{}", unknown.err);
}

#[test]
fn edge_03_probe_opcua_says_the_fingerprint_and_pins_nothing() {
    let (port, dir) = (free_port().to_string(), tempfile::tempdir().unwrap());
    let secure = format!("secure={}", dir.path().display());
    let _server = Foreign::start("opcua_server.py", &[&secure, "user", &port]);
    let endpoint = format!("opc.tcp://127.0.0.1:{port}/");
    let der = std::fs::read(dir.path().join("certificate.der")).unwrap();
    let sha256: String = sha2::Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect();
    let password = dir.path().join("password").display().to_string();
    std::fs::write(&password, "s3cret\n").unwrap();

    let nobody = edge_agent(&["probe", "opcua", &endpoint]);
    assert_eq!(nobody.code, 1);
    // What the server offers is said before it refuses.
    assert!(nobody.out.contains(&format!("certificate SHA-256 {sha256}")), "{}", nobody.out);
    assert!(nobody.err.contains("wants to know who asks"), "{}", nobody.err);

    let file = File::new(&format!(
        "[[connection]]\nname = \"press\"\ndriver = \"opcua\"\nendpoint = \"{endpoint}\"\nuser_name = \"edge\"\n\
         password_file = \"{password}\"\n[[connection.tag]]\nname = \"t\"\nnode = \"ns=2;s=State\"\ntype = \"i32\"\n"
    ));
    let by_hand = ["probe", "opcua", &endpoint, "--user", "edge", "--password-file", &password, "--json"];
    // The password goes to nobody that was not looked at.
    let stranger = edge_agent(&by_hand);
    assert!(stranger.code == 1 && stranger.err.contains(&format!("give it: --sha256 {sha256}")), "{}", stranger.err);
    let other = edge_agent(&[&by_hand[..], &["--sha256", "00"]].concat());
    assert!(other.code == 1 && other.err.contains(&format!("another certificate, SHA-256 {sha256}")), "{}", other.err);
    let by_hand = [&by_hand[..], &["--sha256", &sha256]].concat();
    let by_file = ["probe", "opcua", "--config", &file.path, "--connection", "press", "--json"];
    for args in [&by_hand[..], &by_file[..]] {
        let document = edge_agent(args).json();
        assert_eq!(document["certificate_sha256"], sha256.as_str());
        assert_eq!(document["is_pinned"], false);
        assert!(document["read_with"].as_str().unwrap().ends_with(", sign_and_encrypt"), "{}", document["read_with"]);
        assert_eq!(node(&document, "nsu=urn:unison:plant;s=State")["value"], "6");
    }
    assert!(!std::path::Path::new(&file.beside("data")).exists(), "nothing is kept");
    std::fs::write(&password, "wrong\n").unwrap();
    let wrong = edge_agent(&by_file);
    assert!(wrong.code == 1 && wrong.err.contains("the server refuses the user"), "{}", wrong.err);

    // As the agent: it waits for a person, so nobody signs on for it.
    let text = std::fs::read_to_string(&file.path).unwrap();
    std::fs::write(&file.path, text.replace("user_name", "trust = \"confirm\"\nuser_name")).unwrap();
    let stranger = edge_agent(&by_file);
    assert!(
        stranger.code == 1 && stranger.err.contains("nobody trusted the server's certificate yet"),
        "{}",
        stranger.err
    );
}

#[test]
fn edge_03_probe_opcua_says_what_to_check() {
    let endpoint = format!("opc.tcp://127.0.0.1:{}/", free_port());
    let said = edge_agent(&["probe", "opcua", &endpoint]);
    assert!(said.code == 1 && said.err.contains("Check address and port (4840 is usual)"), "{}", said.err);
    let clear = ["--user", "edge", "--password-file", "pw", "--security-policy", "None"];
    let said = edge_agent(&[&["probe", "opcua", &endpoint], &clear[..]].concat());
    assert!(said.code == 1 && said.err.contains("the password would go to whoever answers"), "{}", said.err);
    for (args, expect) in [
        (["--security-policy", "Basic256"], "write one of None, Basic256Sha256"),
        (["--security-mode", "encrypt"], "write sign or sign_and_encrypt"),
        (["--node", "nsu=x"], "is not a node id"),
    ] {
        let said = edge_agent(&[&["probe", "opcua", &endpoint], &args[..]].concat());
        assert!(said.code == 1 && said.err.contains(expect), "{}", said.err);
    }
    let said = edge_agent(&["probe", "opcua", "http://plc"]);
    assert!(said.code == 1 && said.err.contains("begins with opc.tcp://"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_03_probe_opcua_shows_the_edges_own_certificate_and_asks_no_stranger() {
    let (port, dir) = (free_port().to_string(), tempfile::tempdir().unwrap());
    let secure = format!("secure={}", dir.path().display());
    let server = Foreign::start("opcua_server.py", &[&secure, &port]);
    let connection = format!(
        "[[connection]]\nname = \"press\"\ndriver = \"opcua\"\nendpoint = \"opc.tcp://127.0.0.1:{port}/\"\n\
         [[connection.tag]]\nname = \"t\"\nnode = \"ns=2;s=State\"\ntype = \"i32\"\n"
    );
    // The agent ran: it has a certificate of its own and has pinned the server's.
    let edge = Edge::start(&connection);
    edge.until_value(0, TagValue::Int(6)).await;
    edge.shutdown.cancel();
    let data = edge.data_dir.path();
    let files = || {
        let walk =
            |folder: &str| std::fs::read_dir(data.join("opcua").join(folder)).unwrap().map(|e| e.unwrap().path());
        let mut all: Vec<_> = ["own", "private", "trust"].into_iter().flat_map(walk).collect();
        all.sort();
        all.into_iter().map(|path| (std::fs::read(&path).unwrap(), path)).collect::<Vec<_>>()
    };
    let file = data.join("edge.toml");
    std::fs::write(&file, format!("[agent]\nname = \"t\"\ndata_dir = \"{}\"\n{connection}", data.display())).unwrap();
    let file = file.display().to_string();
    let probe = || edge_agent(&["probe", "opcua", "--config", &file, "--connection", "press", "--json"]);
    let before = files();
    let document = probe().json();
    assert_eq!(
        (&document["is_pinned"], &node(&document, "nsu=urn:unison:plant;s=State")["value"]),
        (&json!(true), &json!("6"))
    );

    // A pin that cannot be read is nobody's.
    let pin =
        files().into_iter().map(|(_, path)| path).find(|path| path.extension().is_some_and(|e| e == "json")).unwrap();
    std::fs::write(&pin, "{").unwrap();
    let said = probe();
    assert!(said.code == 1 && said.err.contains("the pinned certificate cannot be read"), "{}", said.err);
    let (bytes, _) = before.iter().find(|(_, path)| *path == pin).unwrap();
    std::fs::write(&pin, bytes).unwrap();

    // Somebody else stands there now.
    drop(server);
    std::fs::remove_file(dir.path().join("certificate.der")).unwrap();
    let _other = Foreign::start("opcua_server.py", &[&secure, &port]);
    let said = probe();
    assert!(said.code == 1 && said.err.contains("nothing more was asked"), "{}", said.err);
    assert_eq!(files(), before, "pins and keys are as they were");
}
