//! What tests of the store with processes of their own need: a store that is enrolled, a fact, and a child that is
//! this test binary itself.
#![allow(dead_code, reason = "every test file uses another part")]

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use edge_agent::agent::WallClock;
use edge_agent::store::{Identity, Store, StoreError};
use unison_core::facts::{Fact, ProductionLogged};
use unison_core::ids::{UserId, WorkOrderId};
use unison_core::time::Timestamp;
use unison_sync::gate::{Verdict, judge};
use unison_sync::wire::Have;
use uuid::Uuid;

/// The production logs that are booked.
pub fn logs(store: &Store) -> HashSet<Uuid> {
    try_logs(store).unwrap()
}

/// As [`logs`], of a store that may be damaged.
pub fn try_logs(store: &Store) -> Result<HashSet<Uuid>, StoreError> {
    store.read(|c| {
        let mut statement = c.prepare("SELECT uuid FROM production_logs")?;
        statement.query_map([], |row| Ok(Uuid::from_bytes(row.get(0)?)))?.collect()
    })
}

pub fn logged(id: Uuid, notes: Option<String>) -> Fact {
    ProductionLogged {
        id,
        work_order: WorkOrderId(1),
        machine: None,
        completed: 1,
        rejected: 0,
        hours_micro: 1,
        notes,
        by: UserId(1),
        at: Timestamp(1),
        shift: None,
    }
    .into()
}

pub async fn try_open(dir: &Path) -> Result<Store, StoreError> {
    let store = Store::open(dir, Arc::new(WallClock))?;
    if store.model().identity.is_none() {
        let identity = Identity {
            organization: Uuid::from_u128(1),
            plant: Uuid::from_u128(2),
            edge: Uuid::from_u128(3),
            edge_id: 1,
            cloud_public_key: [1; 32],
            key_id: 1,
            mqtt_host: String::new(),
            mqtt_port: 1,
            organization_name: String::new(),
            plant_name: String::new(),
        };
        store.enrolled(identity).await?;
    }
    Ok(store)
}

pub async fn open(dir: &Path) -> Store {
    try_open(dir).await.unwrap()
}

/// This test binary again, to run one test that is none.
pub fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    command
}

/// Reads the whole log and follows its chain.
pub async fn chain_is_whole(store: &Store) {
    try_chain(store).await.unwrap();
}

/// As [`chain_is_whole`], of a store that may be damaged.
pub async fn try_chain(store: &Store) -> Result<(), String> {
    let head = store.model().queue.head;
    let mut have = Have::default();
    while have.seq < head {
        let batches = store.log_after(1, have.seq, 1024 * 1024).await.map_err(|e| e.to_string())?.batches;
        if batches.is_empty() {
            return Err(format!("the log ends at {} of {head}", have.seq));
        }
        for bytes in batches {
            have = match judge(&have, &bytes).map_err(|e| e.to_string())?.1 {
                Verdict::Next(next) => next,
                other => return Err(format!("after {}: {other:?}", have.seq)),
            };
        }
    }
    Ok(())
}
