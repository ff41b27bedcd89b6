//! Many organisations on few connections, and many writers on several servers: nobody sees a foreign row, and
//! who reads by `pos` misses none. Short here; `make prove-pool` and `make prove-pos` run them long.

use crate::db::DbError;
use crate::params;
use crate::store::Store;
use crate::tenancy::{Caller, Place, Tenancy, WriteTx, wall_clock};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// How often, unless the environment says otherwise.
fn rounds(name: &str, short: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(short)
}

/// Servers on the same data; files have one.
async fn servers(store: &Store, connections_max: usize) -> Vec<Tenancy> {
    let place = store.place();
    let Place::Postgres(mut addresses) = place else { return vec![store.tenancy().await] };
    addresses.connections_max = connections_max;
    let place = Place::Postgres(addresses);
    let mut out = Vec::new();
    for _ in 0..2 {
        out.push(Tenancy::connect(store.dir(), &place, wall_clock()).await.unwrap());
    }
    out
}

fn caller(org: i64) -> Caller {
    Caller::system(org, "test")
}

async fn organization(tenancy: &Tenancy, org: i64) {
    let rows = move |tx: &WriteTx<'_>| {
        let sql = "INSERT INTO organization (organization_id, uuid, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)";
        tx.execute(sql, params![org, Uuid::nil(), format!("org {org}"), tx.now()]).map(drop)
    };
    tenancy.write::<_, DbError, _>(&caller(org), rows).await.unwrap();
}

/// A small generator of numbers: the same run from the same seed.
fn mixed(seed: u64) -> u64 {
    let n = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// One transaction of an organisation, of any of the ways in which one can end. The foreign rows it saw, which
/// are looked for without naming the organisation: only the wall below the statement holds them back.
async fn visit(tenancy: Tenancy, org: i64, number: u64) -> usize {
    let seen = "SELECT organization_id AS org FROM organization UNION ALL SELECT organization_id FROM counters";
    let foreign =
        move |rows: Vec<crate::db::Row>| rows.iter().filter(|r| r.get::<i64>("org").ok() != Some(org)).count();
    let caller = caller(org);
    match mixed(number) % 5 {
        0 => tenancy
            .write::<_, DbError, _>(&caller, move |tx| {
                tx.next_pos()?;
                Ok(foreign(tx.query(seen, &[])?))
            })
            .await
            .unwrap(),
        1 => {
            let undone = tenancy.write::<usize, DbError, _>(&caller, move |tx| {
                tx.next_pos()?;
                Err(DbError::Failed(foreign(tx.query(seen, &[])?).to_string()))
            });
            match undone.await {
                Err(DbError::Failed(n)) => n.parse().unwrap(),
                other => panic!("{other:?}"),
            }
        }
        2 => {
            let failed = tenancy.write::<(), DbError, _>(&caller, |tx| tx.execute("SELECT nothing", &[]).map(drop));
            usize::from(failed.await.is_ok())
        }
        _ => tenancy.read::<_, DbError, _>(&caller, move |tx| Ok(foreign(tx.query(seen, &[])?))).await.unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_03_interleaved_organisations_on_few_connections_never_meet() {
    let store = Store::new(module_path!()).await;
    let servers = servers(&store, 3).await;
    let organizations = 20;
    for org in 1..=organizations {
        organization(&servers[0], org).await;
    }
    let (total, began) = (rounds("UNISON_PROVE_POOL", 2_000), Instant::now());
    let (gate, leaks) = (Arc::new(Semaphore::new(40)), Arc::new(AtomicU64::new(0)));
    let mut running = tokio::task::JoinSet::new();
    for number in 0..total {
        let permit = gate.clone().acquire_owned().await.unwrap();
        let org = i64::try_from(mixed(number ^ 0x5eed) % 20).unwrap() + 1;
        let (tenancy, leaks) = (servers[usize::try_from(number).unwrap() % servers.len()].clone(), leaks.clone());
        running.spawn(async move {
            let _permit = permit;
            leaks.fetch_add(visit(tenancy, org, number).await as u64, Ordering::Relaxed);
        });
        while let Some(done) = running.try_join_next() {
            done.unwrap();
        }
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
    let leaks = leaks.load(Ordering::Relaxed);
    eprintln!("{total} transactions of {organizations} organisations, {leaks} foreign rows, {:?}", began.elapsed());
    // An SQLite file holds one organisation only; there nothing can be foreign at all.
    assert_eq!(leaks, 0);
}

/// Adds one row with its place in the order of commits, and takes its time before it commits.
async fn write(tenancy: Tenancy, number: u64) {
    let row = move |tx: &WriteTx<'_>| {
        let pos = tx.next_pos()?;
        let sql = "INSERT INTO audit_log (organization_id, pos, at, actor, entity, entity_id, action) VALUES ($1, $2, $3, 'x', 'x', $4, 'x')";
        tx.execute(sql, params![tx.org(), pos, tx.now(), number.to_string()])?;
        std::thread::sleep(Duration::from_micros(mixed(number) % 3_000));
        Ok(())
    };
    tenancy.write::<_, DbError, _>(&caller(1), row).await.unwrap();
}

/// Reads what came since until everything was written; the places in the order in which they were seen.
async fn follow(tenancy: Tenancy, is_over: Arc<AtomicBool>) -> Vec<i64> {
    let (mut seen, mut since, caller) = (Vec::new(), 0, caller(1));
    loop {
        let is_last = is_over.load(Ordering::SeqCst);
        let sql = "SELECT pos FROM audit_log WHERE organization_id = $1 AND pos > $2 ORDER BY pos";
        let read = tenancy.read::<_, DbError, _>(&caller, move |tx| {
            tx.query(sql, params![tx.org(), since])?.iter().map(|r| r.get("pos")).collect::<Result<Vec<i64>, _>>()
        });
        seen.extend(read.await.unwrap());
        since = seen.last().copied().unwrap_or(0);
        if is_last {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_by_pos_misses_no_row_of_writers_that_commit_late() {
    let store = Store::new(module_path!()).await;
    let servers = servers(&store, 8).await;
    organization(&servers[0], 1).await;
    let (total, began, is_over) = (rounds("UNISON_PROVE_POS", 200), Instant::now(), Arc::new(AtomicBool::new(false)));
    let readers: Vec<_> = servers.iter().map(|s| tokio::spawn(follow(s.clone(), is_over.clone()))).collect();
    let writers =
        (0..total).map(|n| tokio::spawn(write(servers[usize::try_from(n).unwrap() % servers.len()].clone(), n)));
    for writer in futures::future::join_all(writers).await {
        writer.unwrap();
    }
    is_over.store(true, Ordering::SeqCst);
    for reader in readers {
        let seen = reader.await.unwrap();
        let distinct: BTreeSet<i64> = seen.iter().copied().collect();
        assert_eq!((seen.len() as u64, distinct.len() as u64), (total, total), "each row once");
    }
    eprintln!("{total} writers at once on {} servers, 0 rows missed, {:?}", servers.len(), began.elapsed());
}
