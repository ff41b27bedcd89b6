//! Two servers on one PostgreSQL.

use crate::db::DbError;
use crate::params;
use crate::store::Store;
use crate::tenancy::{Caller, Changed, Tenancy, Topic, WriteTx};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;
use unison_core::ids::{MachineId, PlantId};
use unison_core::master::{Lane, MasterOp};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(20);

async fn write(tenancy: &Tenancy, org: i64, topic: Topic) {
    let step = move |tx: &WriteTx<'_>| {
        tx.changed(topic);
        tx.next_pos()
    };
    tenancy.write::<_, DbError, _>(&Caller::system(org, "test"), step).await.unwrap();
}

async fn heard(changes: &mut Receiver<Changed>, is_it: impl Fn(&Changed) -> bool) -> Changed {
    let wait = async {
        loop {
            let changed = changes.recv().await.unwrap();
            if is_it(&changed) {
                return changed;
            }
        }
    };
    timeout(PATIENCE, wait).await.expect("it is heard")
}

fn everything(changed: &Changed) -> bool {
    *changed == Changed::unknown()
}

/// Two servers that hear each other, and an organisation.
async fn servers(store: &Store) -> (Tenancy, Tenancy) {
    let (a, b) = (store.tenancy().await, store.tenancy().await);
    let organization = |tx: &WriteTx<'_>| {
        let sql = "INSERT INTO organization (organization_id, uuid, name, created_at, updated_at) VALUES ($1, $2, 'O', $3, $3)";
        tx.execute(sql, params![tx.org(), Uuid::nil(), tx.now()]).map(drop)
    };
    a.write::<_, DbError, _>(&Caller::system(7, "test"), organization).await.unwrap();
    for (from, to) in [(&a, &b), (&b, &a)] {
        let (mut changes, began) = (to.changes(), Instant::now());
        let is_it = |c: &Changed| c.organization == Some(7);
        loop {
            assert!(began.elapsed() < PATIENCE, "they hear each other");
            write(from, 7, Topic::MasterData).await;
            if timeout(Duration::from_millis(500), heard(&mut changes, is_it)).await.is_ok() {
                break;
            }
        }
    }
    // What was said at first is heard.
    tokio::time::sleep(Duration::from_millis(300)).await;
    (a, b)
}

async fn listeners(store: &Store) -> Vec<i32> {
    let superuser = store.postgres().unwrap().connect("postgres").await;
    let sql =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'unison listener'";
    superuser.query(sql, &[]).await.unwrap().iter().map(|r| r.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_hears_what_another_one_wrote_once_and_in_few_notices() {
    let store = Store::new(module_path!()).await;
    let (a, b) = servers(&store).await;
    let (mut own, mut other) = (a.changes(), b.changes());
    write(&a, 7, Topic::Machine(MachineId(5))).await;
    let expect = Changed { organization: Some(7), topics: vec![Topic::Machine(MachineId(5))] };
    assert_eq!(heard(&mut other, |c| c.organization.is_some()).await, expect);
    assert_eq!(heard(&mut own, |c| c.organization.is_some()).await, expect);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(own.try_recv().is_err(), "not a second time, from itself");

    let mut growth = b.plant_log_growth();
    let plant = "INSERT INTO plants (organization_id, id, uuid, name, timezone, created_at, updated_at) VALUES ($1, 1, $2, 'P', 'UTC', $3, $3)";
    let step = move |tx: &WriteTx<'_>| {
        tx.execute(plant, params![tx.org(), Uuid::from_u128(9), tx.now()])?;
        let lane = Lane { id: unison_core::ids::LaneId(5), name: "L".into(), capacity: 1, ideal_cycle: None };
        tx.to_plant(PlantId(1), MasterOp::from(lane));
        Ok(())
    };
    a.write::<_, DbError, _>(&Caller::system(7, "test"), step).await.unwrap();
    let grew = timeout(PATIENCE, growth.recv()).await.unwrap().unwrap();
    assert_eq!((grew.organization, grew.plant_uuid, grew.head), (7, Uuid::from_u128(9), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_line_was_cut_looks_at_everything_and_hears_again() {
    let store = Store::new(module_path!()).await;
    let (a, b) = servers(&store).await;
    let mut other = b.changes();
    let lines = listeners(&store).await;
    assert_eq!(lines.len(), 2, "one line each");
    let superuser = store.postgres().unwrap().connect("postgres").await;
    for pid in lines {
        superuser.execute("SELECT pg_terminate_backend($1)", &[&pid]).await.unwrap();
    }
    write(&a, 7, Topic::WorkOrders).await;
    let cut = Instant::now();
    heard(&mut other, everything).await;
    assert!(cut.elapsed() < Duration::from_secs(10), "{:?}", cut.elapsed());
    while listeners(&store).await.len() < 2 {
        assert!(cut.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    write(&a, 7, Topic::Edges).await;
    heard(&mut other, |c| c.organization == Some(7) && c.topics.contains(&Topic::Edges)).await;
    drop(a);
    while listeners(&store).await.len() > 1 {
        assert!(cut.elapsed() < PATIENCE, "the line of a server that is gone ends");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
