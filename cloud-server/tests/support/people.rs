//! People and what is said of them.

use super::Session;
use serde_json::Value;

/// The person with an e-mail, as the list shows them.
pub async fn user(admin: &Session<'_>, email: &str) -> Value {
    let (status, body) = admin.get(&format!("/users?is_active=all&email={email}")).await;
    assert_eq!(status, 200, "{body}");
    body["users"][0].clone()
}

/// Changes a person as they were read.
pub async fn patch(admin: &Session<'_>, user: &Value, mut change: Value) -> (u16, Value) {
    change["version"] = user["version"].clone();
    admin.call("PATCH", &format!("/users/{}", user["id"]), change).await
}

/// The fields that an answer says are wrong.
pub fn field(body: &Value) -> Vec<&str> {
    body["details"].as_array().map_or(vec![], |d| d.iter().map(|d| d["field"].as_str().unwrap()).collect())
}
