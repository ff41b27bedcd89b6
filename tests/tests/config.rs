//! The configuration files that are shipped are read by the programs that they are for.

use unison_tests::stage::{Child, repository};

#[test]
fn edge_18_shipped_edge_configurations_are_valid() {
    for file in ["config/edge.toml", "config/demo/edge.toml"] {
        let path = repository().join(file);
        Child::run("edge-agent", &["check", path.to_str().unwrap()]).unwrap_or_else(|e| panic!("{e:#}"));
    }
}

#[test]
fn edge_18_shipped_cloud_configurations_are_valid() {
    for file in ["config/cloud.toml", "config/demo/cloud.toml"] {
        let path = repository().join(file);
        Child::run("cloud-server", &["check", path.to_str().unwrap()]).unwrap_or_else(|e| panic!("{e:#}"));
    }
}

#[test]
fn edge_18_a_wrong_file_is_refused_with_line_and_reason() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("edge.toml");
    let good = std::fs::read_to_string(repository().join("config/demo/edge.toml")).unwrap();
    let line = 1 + good.lines().position(|l| l.contains("\"holding:0\"")).unwrap();
    std::fs::write(&path, good.replace("\"holding:0\"", "\"holding:70000\"")).unwrap();
    let refused = Child::run("edge-agent", &["check", path.to_str().unwrap()]).unwrap_err().to_string();
    assert!(refused.contains(&format!("edge.toml:{line}:")) && refused.contains("70000"), "{refused}");
}
