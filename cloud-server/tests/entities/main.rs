//! What every entity does alike, over HTTP.

#[path = "../support/mod.rs"]
mod support;

mod calendar;
mod custom_fields;
mod exchange;
mod files;
mod in_use;
mod planning;
mod records;

use reqwest::Method;
use serde_json::Value;
use support::{PASSWORD, Server, Session, content, parts};

/// The usual content, and an administrator.
pub async fn server() -> Server {
    let admin = format!(
        "[[user]]\nname = \"Ada\"\nemail = \"ada@acme.example\"\nroles = [\"organization_admin\"]\nhourly_rate = 0\npassword = \"{PASSWORD}\"\nmust_change_password = false\nplants = []\n"
    );
    Server::start_with(&format!("{}{admin}", content())).await
}

pub async fn send(session: &Session<'_>, method: &str, path: &str, body: Value) -> (u16, Value) {
    parts(session.send(method.parse::<Method>().unwrap(), path, Some(body.to_string())).await).await
}

pub async fn made(session: &Session<'_>, path: &str, body: Value) -> Value {
    let (status, made) = session.post(path, body).await;
    assert_eq!(status, 201, "{path}: {made}");
    made
}

pub fn messages(body: &Value) -> Vec<String> {
    let text = |d: &Value| format!("{}: {}", d["field"].as_str().unwrap(), d["message"].as_str().unwrap());
    body["details"].as_array().unwrap_or_else(|| panic!("{body}")).iter().map(text).collect()
}
