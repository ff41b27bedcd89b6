//! Rules of this crate's layout that would otherwise be a wish.

use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

fn sources(dir: &Path, out: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push((path.strip_prefix(ROOT).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn all() -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    sources(Path::new(ROOT), &mut out);
    out
}

/// The part of a file before its tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

fn is_test(path: &Path) -> bool {
    path.to_string_lossy().ends_with("tests.rs") || path.components().any(|c| c.as_os_str() == "tests")
}

#[track_caller]
fn only_in(word: &str, folder: &str) {
    let elsewhere = all()
        .into_iter()
        .filter(|(path, text)| !path.starts_with(folder) && !is_test(path) && code(text).contains(word));
    let elsewhere: Vec<_> = elsewhere.collect();
    let names: Vec<_> = elsewhere.iter().map(|(path, _)| path.display().to_string()).collect();
    assert!(names.is_empty(), "{word} belongs to {folder}/ only, but stands in {names:?}");
}

#[test]
fn one_door_to_the_database_and_one_to_the_broker() {
    only_in("rusqlite", "db");
    only_in("rumqttc::", "intake");
    only_in("rumqttd::", "intake");
}

#[test]
fn ten_03_callers_are_made_where_they_are_proved() {
    only_in("Caller::user(", "auth");
    only_in("Caller::edge(", "intake");
}

#[test]
fn decisions_know_no_http_server() {
    for (path, text) in
        all().into_iter().filter(|(path, _)| path.starts_with("business") || path.starts_with("tenancy"))
    {
        let wrong =
            ["axum::extract", "axum::response", "axum::Router", "crate::http"].into_iter().find(|w| text.contains(w));
        assert_eq!(wrong, None, "{}", path.display());
    }
}

#[test]
fn files_say_what_they_are_and_stay_short() {
    for (path, text) in all() {
        assert!(text.starts_with("//!"), "{} has no header", path.display());
        assert!(text.lines().count() <= 500, "{} has {} lines", path.display(), text.lines().count());
    }
}

#[test]
fn sql_is_the_same_for_every_database() {
    for (path, text) in all().into_iter().filter(|(path, _)| !path.starts_with("db")) {
        let wrong = ["FOR UPDATE", " LIKE ", "strftime(", "datetime("].into_iter().find(|w| code(&text).contains(w));
        assert_eq!(wrong, None, "{}", path.display());
    }
}
