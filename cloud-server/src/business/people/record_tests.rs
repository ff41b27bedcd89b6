//! What a page of people costs.

use super::enrich;
use crate::db::{DbError, STATEMENTS};
use crate::params;
use crate::resource::Map;
use crate::store::Store;
use crate::tenancy::{Caller, Tx, WriteTx};
use serde_json::json;
use uuid::Uuid;

/// How many people of each kind: administrators, and those with a role of the organisation's own.
const EACH: i64 = 20;

fn rows(tx: &WriteTx<'_>) -> Result<(), DbError> {
    let sql = "INSERT INTO organization (organization_id, uuid, name, created_at, updated_at) VALUES ($1, $2, 'Acme', $3, $3)";
    tx.execute(sql, params![tx.org(), Uuid::nil(), tx.now()])?;
    let sql = "INSERT INTO roles (organization_id, id, code, name, grants, created_at, updated_at)
               VALUES ($1, 1, 'hr', 'HR', '[\"users:*\"]', $2, $2)";
    tx.execute(sql, params![tx.org(), tx.now()])?;
    for id in 1..=2 * EACH {
        let role = if id % 2 == 0 { "hr" } else { "organization_admin" };
        let sql = "INSERT INTO users (organization_id, id, email, name, roles, created_at, updated_at)
                   VALUES ($1, $2, $3, $3, $4, $5, $5)";
        tx.execute(sql, params![tx.org(), id, format!("{id}@acme.example"), json!([role]).to_string(), tx.now()])?;
    }
    Ok(())
}

/// The statements that these people take, and for how many of them archiving is refused.
fn asked(tx: &Tx<'_>, ids: impl Iterator<Item = i64>) -> Result<(usize, usize), DbError> {
    let mut records: Vec<Map> = ids.map(|id| Map::from_iter([("id".to_owned(), json!(id))])).collect();
    let before = STATEMENTS.get();
    enrich(tx, &mut records)?;
    let is_refused = |record: &&Map| record["allowed_actions"][1]["allowed"] == json!(false);
    Ok((STATEMENTS.get() - before, records.iter().filter(is_refused).count()))
}

#[tokio::test]
async fn a_page_of_people_takes_as_many_statements_as_two_of_them() {
    let store = Store::new(module_path!()).await;
    let tenancy = store.tenancy().await;
    let caller = Caller::system(1, "test");
    tenancy.write::<_, DbError, _>(&caller, rows).await.unwrap();
    let read = async |last| {
        let work = move |tx: &Tx<'_>| asked(tx, 1..=last);
        tenancy.read::<_, DbError, _>(&caller, work).await.unwrap()
    };
    let (few, many) = (read(2).await, read(2 * EACH).await);
    assert_eq!(few, many);
    assert!(few.0 <= 5, "{few:?}");
    let rest = |tx: &WriteTx<'_>| {
        tx.execute("UPDATE users SET is_active = FALSE WHERE organization_id = $1 AND id > 1", params![tx.org()])
    };
    tenancy.write::<_, DbError, _>(&caller, rest).await.unwrap();
    assert_eq!(read(2 * EACH).await.1, 2 * EACH as usize, "the last administrator, and those who are disabled");
}
