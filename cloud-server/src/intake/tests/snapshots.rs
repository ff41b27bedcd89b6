//! Snapshots, pruning, and edges that come after others.

use super::harness::{Cloud, Edge, FREE, Log, ORDER, USER, end_of, logged};
use crate::business::edges;
use crate::db::DbError;
use crate::intake::counters::Count;
use crate::params;
use crate::tenancy::{PlantOp, Tx, WriteTx, plant_log};
use std::time::{Duration, Instant};
use unison_core::facts::{
    ActivityChanged, AgentStarted, ClockQuality, Fact, Observed, WorkOrderMoved, WorkOrderRefused, WorkOrderVerb,
};
use unison_core::ids::{MachineId, PlantId, UserId, WorkOrderId};
use unison_core::master::{Lane, MasterOp};
use unison_core::time::{HOUR, Timestamp};
use unison_sync::wire::{Ask, Batch, Fetch, Have, Message, Offer, Part};
use uuid::Uuid;

const PLANT: PlantId = PlantId(super::harness::PLANT);
const QUARANTINE: &str = "SELECT count(*) AS n FROM quarantine WHERE organization_id = $1";
const OWNER: &str = "SELECT edge_id AS n FROM machines WHERE organization_id = $1 AND id = $2";

/// Something new in the plant's log: a batch of its own.
async fn say(cloud: &Cloud, name: &str) {
    let lane = Lane { id: unison_core::ids::LaneId(5), name: name.into(), capacity: 1, ideal_cycle: None };
    let write = move |tx: &WriteTx<'_>| {
        tx.to_plant(PLANT, PlantOp::Master(lane.into()));
        Ok::<_, DbError>(())
    };
    cloud.tenancy.write(&cloud.system(), write).await.unwrap();
}

fn batches(m: Message) -> Option<Vec<Vec<u8>>> {
    if let Message::Batches(b) = m { Some(b) } else { None }
}

async fn offered(edge: &mut Edge) -> Offer {
    edge.hear("an offer", |m| if let Message::Offer(o) = m { Some(o) } else { None }).await
}

/// Fetches a whole snapshot, each question sent twice.
async fn fetched(edge: &mut Edge, ask: Ask) -> (Have, Vec<(u16, u8, Vec<u8>)>) {
    let (mut ops, mut next) = (Vec::new(), 0);
    loop {
        edge.twice(&Message::Fetch(Fetch { ask, part: next })).await;
        // Parts of an earlier asking may still come, for it was sent twice.
        let is_asked = |p: &Part| (p.ask, p.part) == (ask, next);
        let pick = |m| if let Message::Part(p) = m { Some(p).filter(is_asked) } else { None };
        let part = edge.hear("a part", pick).await;
        ops.extend(part.ops.into_iter().map(|o| (o.kind, o.version, o.body)));
        next += 1;
        if next == part.parts {
            return (part.at, ops);
        }
    }
}

fn records(ops: &[(u16, u8, Vec<u8>)]) -> Vec<MasterOp> {
    ops.iter().filter_map(|(k, v, body)| MasterOp::decode(*k, *v, body).unwrap()).collect()
}

fn facts(ops: &[(u16, u8, Vec<u8>)]) -> Vec<Fact> {
    ops.iter().filter_map(|(k, v, body)| Fact::decode(*k, *v, body).unwrap()).collect()
}

fn started(machines: &[i64]) -> Fact {
    let machines = machines.iter().copied().map(MachineId).collect();
    AgentStarted { at: Timestamp(1), version: "0.9.1".into(), machines, unknown: vec![] }.into()
}

fn activity(machine: i64, at: i64) -> Fact {
    let (machine, activity) = (MachineId(machine), unison_core::activity::Activity::Running);
    ActivityChanged { machine, at: Timestamp(at), activity, clock: ClockQuality::Sure }.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn q_119_a_new_edge_takes_a_snapshot_and_follows_the_log_from_there() {
    let cloud = Cloud::start().await;
    let (mut first, mut second) = (cloud.enrol(1).await, cloud.enrol(2).await);
    first.connect().await;
    let log = logged(Uuid::now_v7(), ORDER, 7);
    first.facts(vec![started(&[FREE]), log.clone()]).await;
    let closed_long_ago = "INSERT INTO work_orders (organization_id, id, plant_id, work_order_number, title, quantity_ordered, status, created_at, updated_at)
       VALUES ($1, 77, $2, 'WO-OLD', 'Parts', 20, 'completed', $3, $3)";
    cloud.execute(closed_long_ago, params![cloud.org, PLANT, Timestamp(0)]).await;
    let request = Uuid::now_v7();
    let ask = "INSERT INTO work_order_requests (organization_id, uuid, work_order_id, verb, edge_id, machine_id, note, user_id, at)
       VALUES ($1, $2, $3, 'start', 2, NULL, 'please', $4, $5)";
    cloud.execute(ask, params![cloud.org, request, ORDER, USER, Timestamp(5)]).await;

    second.connect().await;
    second.hello(Have::default()).await;
    offered(&mut second).await;
    let (at, ops) = fetched(&mut second, [1; 16]).await;
    let head = cloud.tenancy.read(&cloud.system(), |tx: &Tx<'_>| plant_log::head(tx, PLANT)).await.unwrap();
    assert_eq!(at, Have { incarnation: head.incarnation, seq: head.seq, hash: head.hash });
    let found = records(&ops);
    let machines: Vec<_> =
        found.iter().filter_map(|o| if let MasterOp::Machine(m) = o { Some(m) } else { None }).collect();
    let of = |code: &str| machines.iter().find(|m| m.code == code).map(|m| m.edge);
    assert_eq!(of("CNC-1"), Some(Some(first.address.edge)), "with its edge");
    assert_eq!((of("CNC-2"), of("PRESS-1")), (Some(None), None), "nothing of another plant");
    let orders: Vec<_> =
        found.iter().filter_map(|o| if let MasterOp::WorkOrder(w) = o { Some(w.id.0) } else { None }).collect();
    assert_eq!(orders, [ORDER], "nothing that was closed long ago");
    assert!(!found.iter().any(|o| matches!(o, MasterOp::User(_))), "nobody is assigned to this plant");
    assert!(
        matches!(found.last(), Some(MasterOp::WorkOrderAsked(a)) if a.request.request == request && a.edge == second.address.edge)
    );
    assert_eq!(facts(&ops), [log]);
    assert!(matches!(found.first(), Some(MasterOp::Plant(p)) if p.name == "North"));

    second.twice(&Message::Ack(at)).await;
    let acked = "SELECT down_acked AS n FROM edges WHERE organization_id = $1 AND id = 2";
    cloud.until("the place is kept", async |c| c.number(acked, &[]).await == i64::try_from(at.seq).unwrap()).await;
    say(&cloud, "after").await;
    let tail = second.hear("the tail", batches).await;
    let batch = Batch::decode(&tail[0]).unwrap();
    assert_eq!((batch.first, batch.prev), (at.seq + 1, at.hash), "it goes on from the snapshot");
}

#[tokio::test(flavor = "multi_thread")]
async fn q_119_edges_of_a_plant_share_a_snapshot_until_its_log_grows() {
    let cloud = Cloud::start().await;
    let (mut first, mut second) = (cloud.enrol(1).await, cloud.enrol(2).await);
    say(&cloud, "a").await;
    let mut both = vec![];
    for (edge, ask) in [(&mut first, [1; 16]), (&mut second, [2; 16])] {
        edge.connect().await;
        edge.hello(Have::default()).await;
        offered(edge).await;
        both.push(fetched(edge, ask).await);
    }
    assert_eq!(both[0], both[1]);
    let taken = || cloud.intake.counters().get(Count::Snapshots);
    assert_eq!(taken(), 1, "one was taken for both");
    say(&cloud, "b").await;
    // An edge gets a new one at most every two seconds.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let (at, _) = fetched(&mut second, [3; 16]).await;
    assert_eq!((at.seq, taken()), (both[1].0.seq + 1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn q_119_a_snapshot_that_no_edge_can_take_is_not_sent_and_said() {
    let cloud = Cloud::start().await;
    say(&cloud, "a").await;
    let large = "INSERT INTO work_orders (organization_id, id, plant_id, work_order_number, title, quantity_ordered, status, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, 20, 'planned', $6, $6)";
    for n in [77, 78] {
        let (title, number) = ("x".repeat(33 << 20), format!("WO-{n}"));
        cloud.execute(large, params![cloud.org, n, PLANT, number, title, Timestamp(0)]).await;
    }
    let mut edge = cloud.enrol(1).await;
    edge.connect().await;
    edge.hello(Have::default()).await;
    offered(&mut edge).await;
    edge.twice(&Message::Fetch(Fetch { ask: [1; 16], part: 0 })).await;
    let uuid = edge.address.edge;
    let says = |c: &Cloud| c.live.link(uuid).and_then(|l| l.message).unwrap_or_default();
    cloud.until("the list of edges says so", async |c| says(c).contains("take 67 MiB")).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    edge.twice(&Message::Fetch(Fetch { ask: [2; 16], part: 0 })).await;
    let over = "UPDATE work_orders SET status = 'completed' WHERE organization_id = $1 AND id IN (77, 78)";
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(cloud.intake.counters().get(Count::Snapshots), 1, "it is not read again for each question");
    cloud.execute(over, params![cloud.org]).await;
    say(&cloud, "b").await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    fetched(&mut edge, [3; 16]).await;
    cloud.until("and no more", async |c| says(c).is_empty()).await;
}

async fn prune(cloud: &Cloud) {
    cloud.tenancy.write(&cloud.system(), |tx: &WriteTx<'_>| plant_log::prune(tx, PLANT)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn q_119_what_all_edges_have_is_pruned_and_an_edge_that_was_silent_takes_a_snapshot() {
    let cloud = Cloud::start().await;
    let (mut live, mut silent) = (cloud.enrol(1).await, cloud.enrol(2).await);
    for name in ["a", "b", "c", "d"] {
        say(&cloud, name).await;
    }
    let batches_left = "SELECT count(*) AS n FROM plant_log WHERE organization_id = $1";
    let ack = "UPDATE edges SET down_incarnation = 1, down_acked = $3, last_seen_at = $4 WHERE organization_id = $1 AND id = $2";
    let now = cloud.tenancy.now();
    cloud.execute(ack, params![cloud.org, 1, 3, now]).await;
    cloud.execute(ack, params![cloud.org, 2, 1, now]).await;
    prune(&cloud).await;
    assert_eq!(cloud.number(batches_left, &[]).await, 4, "young ones stay");
    let long_ago = now.plus(-36 * 24 * HOUR);
    cloud
        .execute("UPDATE plant_log SET created_at = $2 WHERE organization_id = $1", params![cloud.org, long_ago])
        .await;
    prune(&cloud).await;
    assert_eq!(cloud.number(batches_left, &[]).await, 3, "what a live edge needs stays");
    // The second edge was not heard for longer than batches are kept: it holds up nobody.
    let first_batch = cloud
        .tenancy
        .read(&cloud.system(), |tx: &Tx<'_>| plant_log::read(tx, PLANT, 1, 1, 1))
        .await
        .unwrap()
        .unwrap()
        .1;
    cloud.execute(ack, params![cloud.org, 2, 1, long_ago]).await;
    prune(&cloud).await;
    assert_eq!(cloud.number(batches_left, &[]).await, 1);
    cloud.execute(ack, params![cloud.org, 1, 4, now]).await;
    prune(&cloud).await;
    assert_eq!(cloud.number(batches_left, &[]).await, 1, "the last one holds the end of the chain");

    silent.connect().await;
    silent.hello(Have { incarnation: 1, seq: 1, hash: Batch::decode(&first_batch[0]).unwrap().prev }).await;
    offered(&mut silent).await;
    let (at, _) = fetched(&mut silent, [2; 16]).await;
    assert_eq!(at.seq, 4);
    // Who has what is left goes on without one.
    live.connect().await;
    let (have, last) = {
        let rest =
            cloud.tenancy.read(&cloud.system(), |tx: &Tx<'_>| plant_log::read(tx, PLANT, 1, 3, 1)).await.unwrap();
        let last = rest.unwrap().1.remove(0);
        (Have { incarnation: 1, seq: 3, hash: Batch::decode(&last).unwrap().prev }, last)
    };
    live.hello(have).await;
    assert_eq!(live.hear("what it has not", batches).await, [last]);
}

#[tokio::test(flavor = "multi_thread")]
async fn q_119_a_cloud_that_was_set_back_begins_a_new_incarnation_for_everybody() {
    let cloud = Cloud::start().await;
    let (mut edge, mut other) = (cloud.enrol(1).await, cloud.enrol(2).await);
    say(&cloud, "before the backup").await;
    other.connect().await;
    edge.connect().await;
    let lost = Have { incarnation: 1, seq: 9, hash: [9; 32] };
    edge.hello(lost).await;
    // The new incarnation says hello first.
    edge.hear("the new incarnation", |m| matches!(m, Message::Hello(h) if h.incarnation == 2).then_some(())).await;
    edge.hello(lost).await;
    assert_eq!(offered(&mut edge).await, Offer { incarnation: 2, head: 1 });
    let (at, ops) = fetched(&mut edge, [3; 16]).await;
    assert_eq!((at.incarnation, at.seq), (2, 1));
    assert!(records(&ops).iter().any(|o| matches!(o, MasterOp::Machine(_))));
    other.hear("everybody hears of it", |m| matches!(m, Message::Hello(h) if h.incarnation == 2).then_some(())).await;
    edge.twice(&Message::Ack(at)).await;
    say(&cloud, "after").await;
    let tail = edge.hear("the tail", batches).await;
    let batch = Batch::decode(&tail[0]).unwrap();
    assert_eq!((batch.incarnation, batch.first, batch.prev), (2, 2, at.hash));
    // One that lies about what it holds does not set the plant's log back again and again.
    edge.hello(Have { incarnation: 2, seq: 99, hash: [1; 32] }).await;
    assert_eq!(offered(&mut edge).await.incarnation, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn q_119_an_edge_whose_version_knows_no_snapshots_and_needs_one_is_named() {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    for name in ["a", "b", "c"] {
        say(&cloud, name).await;
    }
    cloud.execute("DELETE FROM plant_log WHERE organization_id = $1 AND first_seq < 3", params![cloud.org]).await;
    edge.connect().await;
    edge.hello(Have { incarnation: 1, seq: 1, hash: [1; 32] }).await;
    for _ in 0..3 {
        offered(&mut edge).await;
    }
    edge.hello(Have { incarnation: 1, seq: 1, hash: [1; 32] }).await;
    let says = |c: &Cloud| c.live.link(edge.address.edge).and_then(|l| l.message).unwrap_or_default();
    cloud.until("it is named", async |c| says(c).contains("update it")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn q_129_a_request_is_answered_by_the_edge_it_names() {
    let cloud = Cloud::start().await;
    let (mut edge, mut other) = (cloud.enrol(1).await, cloud.enrol(2).await);
    edge.connect().await;
    other.connect().await;
    // Neither machine of the lane is claimed: both edges may believe that the work order is theirs.
    let request = Uuid::now_v7();
    let ask = "INSERT INTO work_order_requests (organization_id, uuid, work_order_id, verb, edge_id, user_id, at) VALUES ($1, $2, $3, 'start', 1, $4, $5)";
    cloud.execute(ask, params![cloud.org, request, ORDER, USER, Timestamp(0)]).await;
    let moved = |machine: i64| -> Fact {
        WorkOrderMoved {
            work_order: WorkOrderId(ORDER),
            verb: WorkOrderVerb::Start,
            machine: Some(MachineId(machine)),
            by: Some(UserId(USER)),
            at: Timestamp(1),
            note: None,
            request: Some(request),
        }
        .into()
    };
    other.facts(vec![moved(FREE + 1)]).await;
    let state = "SELECT state AS t FROM work_order_requests WHERE organization_id = $1";
    assert_eq!(cloud.text(state, &[]).await, "open");
    let reason = "SELECT reason AS t FROM quarantine WHERE organization_id = $1";
    assert!(cloud.text(reason, &[]).await.contains("is for edge 1 to answer"));
    // Meanwhile the other one got the lane; the one that was asked says that it is not its work order any more.
    other.facts(vec![started(&[FREE, FREE + 1])]).await;
    let refused = WorkOrderRefused {
        request,
        work_order: WorkOrderId(ORDER),
        reason: "another edge executes WO-1 now".into(),
        at: Timestamp(2),
    };
    edge.facts(vec![refused.into()]).await;
    assert_eq!(cloud.text(state, &[]).await, "refused");
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn q_129_of_two_edges_that_claim_a_machine_across_restarts_the_first_to_be_heard_has_it() {
    let mut cloud = Cloud::start().await;
    let mut edges = [cloud.enrol(1).await, cloud.enrol(2).await];
    // Both wrote their claim while the cloud was away; the second one's came first into being.
    let claims: Vec<_> = edges.iter_mut().map(|e| e.log.facts(vec![started(&[FREE]), activity(FREE, 5)])).collect();
    edges[0].connect().await;
    edges[0].batches(vec![claims[0].clone()]).await;
    edges[0].acked(2).await;
    cloud.restart().await;
    for (edge, claim) in edges.iter_mut().zip(&claims) {
        edge.line = None;
        edge.front = cloud.intake.address();
        edge.connect().await;
        edge.batches(vec![claim.clone()]).await;
        edge.acked(2).await;
    }
    assert_eq!(cloud.number(OWNER, params![FREE]).await, 1);
    // The second one's claim and what it said of the machine are evidence, once; the next start claims nothing.
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 2);
    edges[1].facts(vec![started(&[])]).await;
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn q_129_a_broken_edge_is_replaced() {
    let cloud = Cloud::start().await;
    let mut old = cloud.enrol(1).await;
    old.connect().await;
    let t = 1_762_423_200_000_000;
    old.facts(vec![started(&[FREE]), activity(FREE, t), Observed { until: Timestamp(t + 60_000_000) }.into()]).await;
    let request = Uuid::now_v7();
    let ask = "INSERT INTO work_order_requests (organization_id, uuid, work_order_id, verb, edge_id, user_id, at) VALUES ($1, $2, $3, 'start', 1, $4, $5)";
    cloud.execute(ask, params![cloud.org, request, ORDER, USER, Timestamp(0)]).await;

    let mut new = cloud.enrol(2).await;
    let began = Instant::now();
    cloud.tenancy.platform().revoke_edge(old.address.edge).await.unwrap();
    let replace = |tx: &WriteTx<'_>| {
        edges::revoked(tx, 1)?;
        edges::revoked(tx, 1)?;
        edges::hand_over(tx, 1, 2)
    };
    assert_eq!(cloud.tenancy.write(&cloud.system(), replace).await.unwrap(), 1);
    // What the old one says before it is cut is kept as evidence and not acknowledged.
    let late = old.log.facts(vec![logged(Uuid::now_v7(), ORDER, 3), activity(FREE, t + 90_000_000)]);
    old.batches(vec![late.clone()]).await;
    cloud.until("the late batch is in quarantine", async |c| c.number(QUARANTINE, &[]).await == 1).await;
    end_of(old.line()).await;
    assert!(began.elapsed() < Duration::from_secs(5), "cut after {:?}", began.elapsed());
    assert_eq!(cloud.number("SELECT count(*) AS n FROM production_logs WHERE organization_id = $1", &[]).await, 0);
    let held = "SELECT seq AS n FROM vectors WHERE organization_id = $1";
    assert_eq!(cloud.number(held, &[]).await, 3);

    assert_eq!(cloud.number(OWNER, params![FREE]).await, 2);
    let newest = "SELECT activity AS t FROM activity_changes WHERE organization_id = $1 ORDER BY at DESC LIMIT 1";
    assert_eq!(cloud.text(newest, &[]).await, "no_data", "what the old one saw last does not go on");
    let answer = "SELECT state AS t FROM work_order_requests WHERE organization_id = $1";
    assert_eq!(cloud.text(answer, &[]).await, "refused", "nobody waits for its answer");

    new.connect().await;
    new.hello(Have::default()).await;
    offered(&mut new).await;
    let (at, ops) = fetched(&mut new, [4; 16]).await;
    let is_its = |o: &MasterOp| matches!(o, MasterOp::Machine(m) if m.id.0 == FREE && m.edge == Some(new.address.edge));
    assert!(records(&ops).iter().any(is_its), "its machine is its own");
    new.twice(&Message::Ack(at)).await;
    new.facts(vec![started(&[FREE]), activity(FREE, t + 120_000_000)]).await;
    say(&cloud, "tail").await;
    let tail = new.hear("the tail", batches).await;
    assert_eq!(Batch::decode(&tail[0]).unwrap().prev, at.hash);
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn q_129_a_machine_of_a_revoked_edge_is_free_for_another() {
    let cloud = Cloud::start().await;
    let (mut old, mut new) = (cloud.enrol(1).await, cloud.enrol(2).await);
    old.connect().await;
    old.facts(vec![started(&[FREE])]).await;
    cloud.tenancy.write(&cloud.system(), |tx: &WriteTx<'_>| edges::revoked(tx, 1)).await.unwrap();
    new.connect().await;
    new.hello(Have::default()).await;
    offered(&mut new).await;
    let (_, ops) = fetched(&mut new, [5; 16]).await;
    let is_free = |o: &MasterOp| matches!(o, MasterOp::Machine(m) if m.id.0 == FREE && m.edge.is_none());
    assert!(records(&ops).iter().any(is_free), "edges see it as nobody's, or they would never claim it");
    new.facts(vec![started(&[FREE])]).await;
    assert_eq!(cloud.number(OWNER, params![FREE]).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_an_edge_is_released_from_quarantine_once() {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    edge.connect().await;
    edge.facts(vec![logged(Uuid::now_v7(), ORDER, 5)]).await;
    let forged = Log::new(edge.address.edge).facts(vec![logged(Uuid::now_v7(), ORDER, 99)]);
    edge.batches(vec![forged]).await;
    let state = "SELECT state AS t FROM edges WHERE organization_id = $1";
    cloud.until("the edge is in quarantine", async |c| c.text(state, &[]).await == "quarantined").await;
    for _ in 0..2 {
        let release = |tx: &WriteTx<'_>| edges::released(tx, &edges::known(tx, 1)?);
        cloud.tenancy.write(&cloud.system(), release).await.unwrap();
        assert_eq!(cloud.text(state, &[]).await, "enrolled");
    }
    let audited = "SELECT count(*) AS n FROM audit_log WHERE organization_id = $1 AND action = 'release_quarantine'";
    assert_eq!(cloud.number(audited, &[]).await, 1);
    cloud.tenancy.write(&cloud.system(), |tx: &WriteTx<'_>| edges::revoked(tx, 1)).await.unwrap();
    let release = |tx: &WriteTx<'_>| edges::released(tx, &edges::known(tx, 1)?);
    let refused = cloud.tenancy.write(&cloud.system(), release).await.unwrap_err();
    assert_eq!(refused.0.status, 409);
}

/// `cargo nextest run -p cloud-server --run-ignored all measure_snapshot --no-capture`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn measure_snapshot() {
    let cloud = Cloud::start().await;
    let edge = cloud.enrol(1).await;
    let fill = |tx: &WriteTx<'_>| {
        let o = tx.org();
        for n in 1_000..1_500i64 {
            let sql = "INSERT INTO machines (organization_id, id, plant_id, lane_id, machine_code, name, created_at, updated_at) VALUES ($1, $2, $3, 5, $4, $5, 0, 0)";
            tx.execute(sql, params![o, n, PLANT, format!("CNC-{n}"), format!("Milling centre {n}")])?;
        }
        for n in 10_000..12_000i64 {
            let sql = "INSERT INTO users (organization_id, id, email, name, roles, badge, hourly_rate, created_at, updated_at) VALUES ($1, $2, $3, $4, '[\"operator\"]', $5, 0, 0, 0)";
            tx.execute(
                sql,
                params![o, n, format!("person.{n}@acme.example"), format!("Person Number {n}"), format!("BADGE-{n}")],
            )?;
            tx.execute(
                "INSERT INTO user_plants (organization_id, user_id, plant_id) VALUES ($1, $2, $3)",
                params![o, n, PLANT],
            )?;
        }
        for n in 20_000..25_000i64 {
            let sql = "INSERT INTO work_orders (organization_id, id, plant_id, work_order_number, title, lane_id, machine_id, quantity_ordered, status, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, 5, $6, 500, 'released', 0, 0)";
            tx.execute(
                sql,
                params![o, n, PLANT, format!("WO-2026-{n}"), format!("Housing {n}, second side"), 1_000 + n % 500],
            )?;
        }
        tx.to_plant(PLANT, crate::business::master::plant(tx, PLANT)?.unwrap());
        Ok::<_, DbError>(())
    };
    cloud.tenancy.write(&cloud.system(), fill).await.unwrap();
    let measure = async |what: &str| {
        let began = Instant::now();
        let taken =
            cloud.tenancy.read(&cloud.system(), |tx: &Tx<'_>| crate::intake::store::snapshot(tx, PLANT)).await.unwrap();
        let took = began.elapsed();
        let (mut plain, mut sealed, mut parts) = (0, 0, 0);
        let (at, ops) = taken;
        for ops in unison_sync::snapshot::cut(ops) {
            let message = Message::Part(Part { ask: [1; 16], at, part: parts, parts: 1, ops });
            plain += message.encode().unwrap().len();
            sealed += edge.seal(&message).len();
            parts += 1;
        }
        eprintln!(
            "{what}: taken in {took:?}, {parts} parts, {plain} bytes, sealed {sealed}, all {:?}",
            began.elapsed()
        );
    };
    measure("no logs").await;
    let fill = |tx: &WriteTx<'_>| {
        for n in 0..20_000i64 {
            let Fact::ProductionLogged(log) = logged(Uuid::now_v7(), 20_000 + n % 5_000, 3) else { continue };
            crate::business::production::book(tx, &log, Uuid::nil())?;
        }
        Ok::<_, DbError>(())
    };
    cloud.tenancy.write(&cloud.system(), fill).await.unwrap();
    measure("20,000 logs").await;
}
