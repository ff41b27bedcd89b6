//! Rules of the architecture that would otherwise be wishes: who may depend on whom, who may know a
//! database or MQTT, and what may not appear outside its place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use unison_tests::stage::repository;

/// Crate, its folder, and the crates of this workspace it may depend on.
const MAY: &[(&str, &str, &[&str])] = &[
    ("unison-core", "shared/core", &[]),
    ("unison-rules", "shared/rules", &["unison-core"]),
    ("unison-sync", "shared/sync", &["unison-core"]),
    ("unison-api", "shared/api", &["unison-core", "unison-rules"]),
    ("unison-web", "web", &[]),
    ("edge-agent", "edge-agent", &["unison-core", "unison-rules", "unison-sync", "unison-api", "unison-web"]),
    ("cloud-server", "cloud-server", &["unison-core", "unison-rules", "unison-sync", "unison-api", "unison-web"]),
];

/// Crates that do I/O or know a clock; none of them may be reached by `shared/`.
const IMPURE: &[&str] =
    &["tokio", "rusqlite", "tokio-postgres", "reqwest", "rumqttc", "rumqttd", "axum", "getrandom", "tracing"];

fn dependencies(folder: &str, table: &str) -> BTreeSet<String> {
    let path = repository().join(folder).join("Cargo.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let manifest: toml::Table = text.parse().unwrap();
    manifest.get(table).and_then(|d| d.as_table()).map(|d| d.keys().cloned().collect()).unwrap_or_default()
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut folders = vec![repository().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    assert!(!out.is_empty(), "no sources under {folder}");
    out
}

fn code_of(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn mentions(folder: &str, word: &str, allowed: &[&str]) -> Vec<String> {
    let allowed: Vec<PathBuf> = allowed.iter().map(|a| repository().join(a)).collect();
    let foreign = sources(folder).into_iter().filter(|p| !allowed.iter().any(|a| p.starts_with(a)));
    foreign.filter(|p| code_of(p).contains(word)).map(|p| p.display().to_string()).collect()
}

#[test]
fn directions_between_crates() {
    for (name, folder, may) in MAY {
        let ours: BTreeSet<String> = MAY.iter().map(|m| m.0.to_owned()).collect();
        let used: BTreeSet<String> = dependencies(folder, "dependencies").intersection(&ours).cloned().collect();
        let may: BTreeSet<String> = may.iter().map(|&m| m.to_owned()).collect();
        let foreign: Vec<_> = used.difference(&may).collect();
        assert!(foreign.is_empty(), "{name} may not depend on {foreign:?}");
    }
}

#[test]
fn shared_is_pure() {
    for folder in ["shared/core", "shared/rules", "shared/sync", "shared/api"] {
        let used = dependencies(folder, "dependencies");
        let impure: Vec<_> = IMPURE.iter().filter(|i| used.contains(**i)).collect();
        assert!(impure.is_empty(), "{folder} depends on {impure:?}");
        for word in
            ["std::fs", "std::net", "SystemTime::now", "Instant::now", "Zoned::now", "Timestamp::now", "println!"]
        {
            assert_eq!(mentions(folder, word, &[]), Vec::<String>::new(), "{word} in {folder}");
        }
    }
}

#[test]
fn only_store_and_db_know_a_database() {
    assert_eq!(mentions("edge-agent/src", "rusqlite", &["edge-agent/src/store"]), Vec::<String>::new());
    for word in ["rusqlite", "tokio_postgres"] {
        assert_eq!(mentions("cloud-server/src", word, &["cloud-server/src/db"]), Vec::<String>::new());
    }
}

#[test]
fn only_carrier_and_intake_know_mqtt() {
    // MQTT of a plant's own gateways is a device like others, so its driver speaks it too.
    let allowed = ["edge-agent/src/carrier", "edge-agent/src/driver/mqtt_input"];
    assert_eq!(mentions("edge-agent/src", "rumqttc::", &allowed), Vec::<String>::new());
    for word in ["rumqttc::", "rumqttd::"] {
        assert_eq!(mentions("cloud-server/src", word, &["cloud-server/src/intake"]), Vec::<String>::new());
    }
}

#[test]
fn edge_20_layout() {
    for path in ["Cargo.toml", "edge-agent", "cloud-server", "shared", "config", "systemd", "tests", "README.md"] {
        assert!(repository().join(path).exists(), "{path} is missing");
    }
}
