//! A data directory as enrolment and master data leave it, for measurements without a cloud.

use anyhow::{Context, Result};
use edge_agent::driver::Clock;
use edge_agent::store::{Identity, Store};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use unison_core::activity::Mode;
use unison_core::ids::{LaneId, MachineId, PlantId, UserId, WorkOrderId};
use unison_core::kpi::Standard;
use unison_core::master::{Lane, Machine, MasterOp, Plant, User, WorkOrder, WorkOrderStatus};
use unison_core::time::SECOND;
use unison_sync::wire::{Batch, FORMAT, Have, Op, hash};
use uuid::Uuid;

/// The box's clock.
pub struct Wall;

impl Clock for Wall {
    fn now_us(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
    }
}

/// An enrolled store with `machines` machines M-1 …, one user and one work order in progress on each.
pub async fn store(dir: &Path, machines: i64) -> Result<Store> {
    store_at(dir, machines, Arc::new(Wall)).await
}

/// As [`store`], by another clock.
pub async fn store_at(dir: &Path, machines: i64, clock: Arc<dyn Clock>) -> Result<Store> {
    let store = Store::open(dir, clock)?;
    let id = |n| Uuid::from_u128(n);
    store
        .enrolled(Identity {
            organization: id(1),
            plant: id(2),
            edge: id(3),
            edge_id: 1,
            cloud_public_key: [9; 32],
            key_id: 1,
            mqtt_host: "127.0.0.1".into(),
            mqtt_port: 1,
            organization_name: "Bench".into(),
            plant_name: "Bench".into(),
        })
        .await?;
    let ops = master(machines)
        .iter()
        .map(|op| {
            let (kind, version) = op.kind();
            Ok(Op { kind, version, hlc: 1, body: op.encode()? })
        })
        .collect::<Result<Vec<_>>>()?;
    let batch = Batch { format: FORMAT, origin: id(2), incarnation: 1, first: 1, prev: [0; 32], ops };
    let encoded = batch.encode()?;
    let have = Have { incarnation: 1, seq: batch.last(), hash: hash(&encoded) };
    store.apply_down(vec![batch], have).await.context("master data")?;
    Ok(store)
}

fn master(machines: i64) -> Vec<MasterOp> {
    let plant = Plant {
        id: PlantId(1),
        name: "Bench".into(),
        organization_name: "Bench".into(),
        timezone: "UTC".into(),
        standard: Standard::Unison,
    };
    let lane = Lane { id: LaneId(1), name: "Lane".into(), capacity: 1, ideal_cycle: Some(5 * SECOND) };
    let user = User {
        id: UserId(1),
        name: "Bench".into(),
        email: "bench@example.com".into(),
        roles: vec!["operator".into()],
        badge: None,
        is_active: true,
    };
    let each = (1..=machines).flat_map(|i| {
        let machine = Machine {
            id: MachineId(i),
            code: format!("M-{i}"),
            name: format!("Machine {i}"),
            lane: Some(LaneId(1)),
            ideal_cycle: None,
            capacity_micro: None,
            mode: Mode::Production,
            edge: None,
        };
        let order = WorkOrder {
            id: WorkOrderId(i),
            number: format!("WO-{i}"),
            title: "Bench".into(),
            product: None,
            lane: Some(LaneId(1)),
            machine: Some(MachineId(i)),
            ordered: 1_000_000,
            status: WorkOrderStatus::InProgress,
            planned_start: None,
            planned_end: None,
            due: None,
        };
        [MasterOp::from(machine), MasterOp::from(order)]
    });
    [MasterOp::from(plant), MasterOp::from(lane), MasterOp::from(user)].into_iter().chain(each).collect()
}
