//! A commit that fails: nobody knows what is stored, so nothing is believed that was read before.

use crate::db::DbError;
use crate::params;
use crate::store::Store;
use crate::tenancy::{Caller, Changed, WriteTx};

#[tokio::test]
async fn after_a_commit_that_failed_nothing_is_believed() {
    let store = Store::new(module_path!()).await;
    let tenancy = store.tenancy().await;
    let mut changes = tenancy.changes();
    let before = tenancy.access_version(1);
    let write = async |late: bool| {
        let step = move |tx: &WriteTx<'_>| {
            if late {
                // The foreign key is looked at by the commit only.
                tx.execute("PRAGMA defer_foreign_keys = ON", &[])?;
            }
            let sql = "INSERT INTO user_plants (organization_id, user_id, plant_id) VALUES ($1, 1, 1)";
            tx.execute(sql, params![tx.org()]).map(drop)
        };
        tenancy.write::<_, DbError, _>(&Caller::system(1, "test"), step).await.unwrap_err()
    };
    write(false).await;
    assert_eq!(tenancy.access_version(1), before, "what fails before the commit wrote nothing");
    write(true).await;
    assert!(tenancy.access_version(1) > before);
    assert_eq!(changes.try_recv().unwrap(), Changed::unknown());
}
