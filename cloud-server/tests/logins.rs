//! E-mails go through steps in two databases: whatever the step at which it is interrupted, nobody loses an
//! e-mail that they have, and none is taken by somebody who has it not.

mod support;

use cloud_server::business::people::logins::{self, Emails};
use cloud_server::params;
use serde_json::{Value, json};
use std::io::Write;
use std::slice::from_ref;
use std::time::Duration;
use support::store::{execute, query};
use support::{Server, Session};

/// Organisation and whether it is confirmed, for good or in doubt.
async fn login(server: &Server, email: &str) -> Option<(i64, bool, bool)> {
    let sql = "SELECT organization_id, confirmed, expires_at FROM logins WHERE email = $1";
    let rows = query(&server.store.platform().await, sql, params![email]).await.unwrap();
    let row = rows.first()?;
    let expires: Option<i64> = row.get("expires_at").unwrap();
    Some((row.get("organization_id").unwrap(), row.get("confirmed").unwrap(), expires.is_some()))
}

/// As after an hour.
async fn an_hour_later(server: &Server) {
    let sql = "UPDATE logins SET expires_at = $1 WHERE expires_at IS NOT NULL";
    execute(&server.store.platform().await, sql, params![1]).await.unwrap();
}

async fn olga(admin: &Session<'_>) -> Value {
    admin.get("/users?search=Olga").await.1["users"][0].clone()
}

async fn set_email(server: &Server, email: &str) {
    server.execute("UPDATE users SET email = $1 WHERE name = 'Olga'", params![email]).await;
}

#[tokio::test]
async fn q_135_a_change_of_e_mail_may_be_killed_between_any_two_steps() {
    let (old, new) = ("olga@acme.example".to_owned(), "op@acme.example".to_owned());
    // Up to which step it came: reserved, written, settled.
    for steps in 1..=3 {
        let server = Server::start().await;
        let beta = server.add_beta().await;
        let (platform, acme) = (server.tenancy.platform(), server.organization.id);
        assert!(platform.reserve_logins(from_ref(&new), from_ref(&old), acme).await.unwrap().foreign.is_empty());
        if steps >= 2 {
            set_email(&server, &new).await;
        }
        if steps >= 3 {
            logins::settle(&server.tenancy, acme, &[new.clone(), old.clone()]).await.unwrap();
        }
        // Meanwhile, as at any time, nobody else gets what may be in use.
        for email in [&old, &new] {
            let refused = platform.reserve_logins(from_ref(email), &[], beta.id).await.unwrap().foreign;
            assert_eq!(refused, *from_ref(email), "after step {steps}");
        }
        // The server is down for an hour, or another one goes on; then it is repaired, as often as one likes.
        an_hour_later(&server).await;
        for _ in 0..2 {
            logins::repair(&server.tenancy).await.unwrap();
        }
        let (has, had) = if steps == 1 { (&old, &new) } else { (&new, &old) };
        assert_eq!(login(&server, has).await, Some((acme, true, false)), "after step {steps}");
        assert!(!login(&server, had).await.is_some_and(|(_, confirmed, _)| confirmed), "after step {steps}");
        an_hour_later(&server).await;
        assert!(platform.reserve_logins(from_ref(had), &[], beta.id).await.unwrap().foreign.is_empty(), "it is free");
        assert_eq!(platform.reserve_logins(from_ref(has), &[], beta.id).await.unwrap().foreign, *from_ref(has));
    }
}

#[tokio::test]
async fn q_135_a_refused_change_leaves_the_old_e_mail_as_it_was() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let row = olga(&admin).await;
    let change = json!({"version": row["version"], "email": "op@acme.example", "roles": ["boss"]});
    assert_eq!(admin.call("PATCH", &format!("/users/{}", row["id"]), change).await.0, 400);
    assert_eq!(login(&server, "olga@acme.example").await, Some((server.organization.id, true, false)));
    let stale = json!({"version": 99, "email": "op@acme.example"});
    assert_eq!(admin.call("PATCH", &format!("/users/{}", row["id"]), stale).await.0, 409);
    assert_eq!(login(&server, "olga@acme.example").await, Some((server.organization.id, true, false)));
    assert_eq!(login(&server, "op@acme.example").await, None, "free at once");
}

#[tokio::test]
async fn q_135_a_refused_file_holds_nothing_and_a_trial_tells_nothing_of_others() {
    let server = Server::start().await;
    let beta = server.add_beta().await;
    let admin = server.admin().await;
    let import = async |csv: &str, commit: bool| {
        let (status, report) = admin.post("/users/import", json!({"csv": csv, "commit": commit})).await;
        assert_eq!(status, 200, "{report}");
        let errors = report["errors"].as_array().unwrap().iter();
        let errors: Vec<_> = errors.map(|e| (e["line"].as_i64().unwrap(), e["field"].clone())).collect();
        (errors, report["will_create"].as_u64().unwrap(), report["import_id"].is_i64())
    };
    let new = ["ida@acme.example".to_owned(), "jo@acme.example".to_owned()];
    let good = "email,name,roles\nida@acme.example,Ida,viewer\njo@acme.example,Jo,viewer\n";
    let foreign = format!("{good}olga@beta.example,Olga,viewer\n");
    let bad = foreign.replace("Jo,viewer", "Jo,boss");
    // A trial takes nothing, and knows nothing of others.
    assert_eq!(import(&foreign, false).await, (vec![], 3, false));
    assert_eq!(login(&server, &new[0]).await, None);
    // A file with a slip in it is no question about others either.
    assert_eq!(import(&bad, false).await, (vec![(3, json!("roles"))], 2, false));
    assert_eq!(import(&bad, true).await, (vec![(3, json!("roles"))], 2, false));
    // What only stands against it is told.
    assert_eq!(import(&foreign, true).await, (vec![(4, json!("email"))], 2, false));
    assert_eq!(
        admin.post("/users/import", json!({"csv": "email\n", "commit": true, "mapping": {"email": "x"}})).await.0,
        400
    );
    // Neither held them any longer than the call.
    for email in &new {
        assert_eq!(login(&server, email).await, None, "{email}");
    }
    let platform = server.tenancy.platform();
    assert!(platform.reserve_logins(&new, &[], beta.id).await.unwrap().foreign.is_empty());
    assert_eq!(import(good, true).await, (vec![(2, json!("email")), (3, json!("email"))], 0, false));
    an_hour_later(&server).await;
    assert_eq!(import(good, true).await, (vec![], 2, true));
    assert_eq!(login(&server, &new[0]).await, Some((server.organization.id, true, false)));
}

#[tokio::test]
async fn q_135_what_is_released_is_nobody_elses_by_now() {
    let server = Server::start().await;
    let beta = server.add_beta().await;
    let (platform, acme, email) = (server.tenancy.platform(), server.organization.id, ["new@acme.example".to_owned()]);
    // Two calls of the organisation want the same e-mail. Whichever gives up first takes it from the other not.
    for first_gives_up in [true, false] {
        let first = platform.reserve_logins(&email, &[], acme).await.unwrap();
        let second = platform.reserve_logins(&email, &[], acme).await.unwrap();
        let (gives_up, other) = if first_gives_up { (first, second) } else { (second, first) };
        platform.release_logins(gives_up, acme).await.unwrap();
        assert_eq!(platform.reserve_logins(&email, &[], beta.id).await.unwrap().foreign, email, "{first_gives_up}");
        // Alone again, the other one cannot know that; an hour later it is free all the same.
        platform.release_logins(other, acme).await.unwrap();
        an_hour_later(&server).await;
    }
    let alone = platform.reserve_logins(&email, &[], acme).await.unwrap();
    platform.release_logins(alone, acme).await.unwrap();
    assert_eq!(login(&server, &email[0]).await, None);
    // What somebody has is never released.
    let taken = platform.reserve_logins(&email, &[], acme).await.unwrap();
    set_email(&server, &email[0]).await;
    logins::settle(&server.tenancy, acme, &email).await.unwrap();
    platform.release_logins(taken, acme).await.unwrap();
    assert_eq!(login(&server, &email[0]).await, Some((acme, true, false)));
}

#[tokio::test]
async fn q_135_a_client_that_hangs_up_leaves_nothing_half_done() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let body = json!({"name": "Ida", "email": "ida@acme.example", "roles": ["viewer"]}).to_string();
    let mut socket = std::net::TcpStream::connect(server.address).unwrap();
    let token = admin.token.clone().unwrap();
    let head = format!(
        "POST /api/v1/users HTTP/1.1\r\nHost: acme.localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(head.as_bytes()).unwrap();
    while login(&server, "ida@acme.example").await.is_none() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // The e-mail is reserved; the password is being hashed.
    drop(socket);
    for _ in 0..200 {
        if login(&server, "ida@acme.example").await == Some((server.organization.id, true, false)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(admin.get("/users?email=ida@acme.example").await.1["total"], 1, "the call was finished");
    assert_eq!(login(&server, "ida@acme.example").await, Some((server.organization.id, true, false)));
}

#[tokio::test]
async fn q_135_a_repeated_call_takes_no_e_mail_again() {
    let server = Server::start().await;
    let beta = server.add_beta().await;
    let mut admin = server.admin().await;
    let row = olga(&admin).await;
    let change = json!({"version": row["version"], "email": "op@acme.example"});
    admin.headers = vec![("Idempotency-Key", "once".into())];
    let path = format!("/users/{}", row["id"]);
    assert_eq!(admin.call("PATCH", &path, change.clone()).await.0, 200);
    // She gets another one again, and what she had becomes somebody else's.
    admin.headers = vec![];
    let again = json!({"version": olga(&admin).await["version"], "email": "olga@acme.example"});
    assert_eq!(admin.call("PATCH", &path, again).await.0, 200);
    an_hour_later(&server).await;
    let taken = ["op@acme.example".to_owned()];
    assert!(server.tenancy.platform().reserve_logins(&taken, &[], beta.id).await.unwrap().foreign.is_empty());
    admin.headers = vec![("Idempotency-Key", "once".into())];
    let (status, body) = admin.call("PATCH", &path, change).await;
    assert_eq!((status, body["email"].as_str()), (200, Some("op@acme.example")), "the answer of then: {body}");
    assert!(matches!(login(&server, &taken[0]).await, Some((org, ..)) if org == beta.id));
    assert_eq!(login(&server, "olga@acme.example").await, Some((server.organization.id, true, false)));
}

#[tokio::test]
async fn q_135_whatever_work_refuses_is_settled_too() {
    let server = Server::start().await;
    let emails = Emails { new: vec!["new@acme.example".into()], old: vec!["olga@acme.example".into()] };
    let refused = logins::holding(&server.tenancy, server.organization.id, emails, |foreign| async move {
        assert!(foreign.is_empty());
        Err::<(), _>(unison_api::error::ApiError::field("email", "no"))
    });
    assert_eq!(refused.await.unwrap_err().status, 400);
    assert_eq!(login(&server, "olga@acme.example").await, Some((server.organization.id, true, false)));
}
