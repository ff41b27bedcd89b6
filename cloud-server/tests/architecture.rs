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
    only_in("tokio_postgres", "db");
    only_in("deadpool", "db");
    for (path, text) in all().into_iter().filter(|(path, _)| !path.starts_with("db") && !path.starts_with("tenancy")) {
        let opens = ["Database::open(", "Server::connect("].into_iter().find(|w| code(&text).contains(w));
        assert!(opens.is_none() || is_test(&path), "{} goes past tenancy with {opens:?}", path.display());
    }
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

/// What one of the two databases does not have, or means otherwise; `?` stands for any digit.
const FOREIGN_SQL: &[&str] = &[
    "FOR UPDATE",
    " LIKE ",
    " ILIKE ",
    "strftime(",
    "datetime(",
    "julianday(",
    "to_char(",
    "date_trunc(",
    "extract(",
    "interval '",
    "instr(",
    "strpos(",
    "group_concat(",
    "json_extract(",
    "json_each(",
    "jsonb_",
    "ifnull(",
    "iif(",
    "INSERT OR ",
    "REPLACE INTO",
    "AUTOINCREMENT",
    "COLLATE ",
    "zeroblob(",
    "GLOB ",
    "random()",
    "now()",
    "CURRENT_TIMESTAMP",
    " rowid",
    "avg(",
    "total(",
    "SAVEPOINT",
    "RETURNING *,",
];

/// Text in quotes that looks like SQL.
fn statements(text: &str) -> impl Iterator<Item = &str> {
    let is_sql = |t: &&str| {
        ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WHERE ", " AND "].iter().any(|w| t.contains(w))
    };
    text.split('"').skip(1).step_by(2).filter(is_sql)
}

#[test]
fn sql_is_the_same_for_every_database() {
    for (path, text) in all().into_iter().filter(|(path, _)| !path.starts_with("db")) {
        for sql in statements(code(&text)) {
            let wrong = FOREIGN_SQL.iter().find(|w| sql.contains(*w));
            assert_eq!(wrong, None, "{}: {sql}", path.display());
            assert!(!sql.contains("::"), "a cast that only PostgreSQL knows, in {}: {sql}", path.display());
            let words: Vec<_> = sql.split_whitespace().collect();
            for word in words.windows(3) {
                let is_boolean =
                    word[0].split('.').next_back().is_some_and(|w| w.starts_with("is_") || w == "confirmed");
                let is_number = word[2].starts_with(['0', '1']);
                assert!(!(is_boolean && is_number), "{} wants TRUE or FALSE, in {}: {sql}", word[0], path.display());
            }
            for (at, _) in sql.match_indices("max(").chain(sql.match_indices("min(")) {
                let inner = sql[at..].split(')').next().unwrap_or_default();
                assert!(
                    !inner.contains(','),
                    "max of two values is SQLite's alone; use CASE, in {}: {sql}",
                    path.display()
                );
            }
        }
    }
}

/// Texts between quotes, raw ones too, but none of comments.
fn literals(code: &str) -> Vec<String> {
    let (mut out, mut rest) = (Vec::new(), code);
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, from) = rest.split_at(at);
        rest = if from.starts_with("//") {
            from.split_once('\n').map_or("", |(_, after)| after)
        } else if from.starts_with("/*") {
            from.split_once("*/").map_or("", |(_, after)| after)
        } else if let Some(after) = from.strip_prefix('"') {
            let hashes: String = before.chars().rev().take_while(|c| *c == '#').collect();
            let is_raw = before.trim_end_matches('#').ends_with('r');
            let end = if is_raw { after.find(&format!("\"{hashes}")) } else { end_of_text(after) };
            let end = end.unwrap_or(after.len());
            out.push(after[..end].to_owned());
            after.get(end + 1..).unwrap_or_default()
        } else if let Some(quoted) = ["'\"'", "'/'", "'\\''", "'\\\"'"].iter().find(|q| from.starts_with(**q)) {
            &from[quoted.len()..]
        } else {
            &from[1..]
        };
    }
    out
}

/// Where the quote stands that ends a text.
fn end_of_text(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end.then_some(at)
    })
}

/// Why `Session::written` would not see what this text writes: it looks at the first words of a statement, as they
/// are spelled here. None for a text that writes nothing or says so at once.
fn unseen_write(sql: &str) -> Option<&'static str> {
    let plain = sql.replace("\\n", " ").replace(';', " ; ").to_uppercase();
    // What must follow keeps English sentences out.
    let words: Vec<_> = plain
        .split(|c: char| !c.is_ascii_alphanumeric() && !"_;-/*.{}".contains(c))
        .filter(|w| !w.is_empty())
        .collect();
    let place = |i: usize| words.get(i).copied().unwrap_or_default();
    let writes = |i: usize| match (place(i), place(i + 1)) {
        ("INSERT" | "MERGE", "INTO") | ("DELETE", "FROM") | ("TRUNCATE", _) => true,
        ("INSERT", "OR") | ("REPLACE", "INTO") => true,
        // `ON CONFLICT … DO UPDATE SET` has no table between.
        ("UPDATE", _) => place(i + 2) == "SET" || place(i + 3) == "SET" || place(i + 4) == "SET",
        _ => false,
    };
    let found: Vec<_> = (0..words.len()).filter(|i| writes(*i) && !(*i > 0 && place(i - 1) == "DO")).collect();
    let is_first = ["INSERT INTO ", "UPDATE ", "DELETE FROM "].iter().any(|w| sql.trim_start().starts_with(w));
    match found.as_slice() {
        [] => None,
        [0] if is_first => None,
        [0] => Some("begins otherwise than INSERT INTO, UPDATE or DELETE FROM"),
        [_] => Some("writes behind its first word"),
        _ => Some("writes twice"),
    }
}

#[test]
fn what_a_statement_writes_stands_at_its_start() {
    let mut seen = 0;
    for (path, text) in all().into_iter().filter(|(path, _)| !path.starts_with("db")) {
        for sql in literals(&text) {
            assert_eq!(unseen_write(&sql), None, "{}: {sql}", path.display());
            seen += usize::from(sql.trim_start().starts_with("INSERT INTO "));
        }
    }
    assert!(seen > 40, "only {seen} statements were found: the search is broken");
}

#[test]
fn writes_that_would_go_unseen_are_found() {
    for sql in [
        "WITH old AS (SELECT id FROM a) INSERT INTO b SELECT id FROM old",
        "WITH gone AS (DELETE FROM a RETURNING id) SELECT id FROM gone",
        "-- why\nDELETE FROM a",
        "-- why\\nDELETE FROM a",
        "/* why */ UPDATE a SET b = 1",
        "insert into a VALUES (1)",
        "SELECT 1; DELETE FROM a",
        "UPDATE a SET b = 1; UPDATE c SET d = 1",
        "SELECT 1;UPDATE a SET b = 1",
        "{WITH} UPDATE a AS x SET b = 1",
        "TRUNCATE a",
        "MERGE INTO a USING b ON a.id = b.id",
        "REPLACE INTO a VALUES (1)",
        "INSERT OR IGNORE INTO a VALUES (1)",
    ] {
        assert!(unseen_write(sql).is_some(), "{sql}");
    }
    for sql in [
        "INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET b = 1",
        "  UPDATE {table} SET b = 1",
        "DELETE FROM a WHERE id IN (SELECT id FROM b)",
        "SELECT 1 FROM a",
        "Update the record first",
    ] {
        assert_eq!(unseen_write(sql), None, "{sql}");
    }
    let code =
        "let a = \"one \\\" two\"; // \"no\"\n let b = ('\"', r#\"three \"four\" \"#, 'x'); /* \"no\" */ f(\"five\")";
    assert_eq!(literals(code), ["one \\\" two", "three \"four\" ", "five"]);
}

#[test]
fn every_integration_test_runs_on_postgresql_too() {
    let tests = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"));
    let again = std::fs::read_to_string(tests.join("on_postgres/main.rs")).unwrap();
    for entry in std::fs::read_dir(tests).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // Those know no database, or only PostgreSQL.
        if name.ends_with(".rs") && !["architecture.rs", "https.rs", "postgres.rs"].contains(&name.as_str()) {
            assert!(
                again.contains(&format!("#[path = \"../{name}\"]")),
                "{name} is missing in tests/on_postgres/main.rs"
            );
        }
    }
}

#[test]
fn api_07_the_pages_know_the_api_as_it_is() {
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../web/openapi.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let docs: Vec<_> = cloud_server::http::routes::all().iter().map(|r| r.doc).collect();
    let now = unison_api::openapi::document("Unison cloud", env!("CARGO_PKG_VERSION"), &docs);
    assert!(
        plain(kept) == plain(now),
        "start the server and run in web/: npm run generate -- http://127.0.0.1:8080/api/openapi.json"
    );
}

/// JavaScript writes 1.0 as 1.
fn plain(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(n) => serde_json::json!(n.as_f64()),
        serde_json::Value::Array(all) => all.into_iter().map(plain).collect(),
        serde_json::Value::Object(all) => all.into_iter().map(|(name, value)| (name, plain(value))).collect(),
        other => other,
    }
}
