//! Replication over the whole way: edge, front, broker, link, tables.

use super::harness::{Cloud, Log, ORDER, USER, logged, op};
use crate::intake::counters::Count;
use crate::params;
use crate::tenancy::PlantOp;
use std::time::Duration;
use unison_core::facts::{Fact, Observed};
use unison_core::ids::UserId;
use unison_core::master::{MasterOp, User};
use unison_core::time::Timestamp;
use unison_sync::seal::Direction;
use unison_sync::wire::{Batch, Have, Message, Op, hash};
use uuid::Uuid;

const COMPLETED: &str = "SELECT quantity_completed AS n FROM work_orders WHERE organization_id = $1 AND id = $2";
const LOGS: &str = "SELECT count(*) AS n FROM production_logs WHERE organization_id = $1";
const BATCHES: &str = "SELECT count(*) AS n FROM batches WHERE organization_id = $1";
const QUARANTINE: &str = "SELECT count(*) AS n FROM quarantine WHERE organization_id = $1";

/// EX SYNC-CONV: two edges log 15 and 10 units on one work order while apart; after exchange in either order,
/// with each message sent twice, the cloud shows 25.
#[tokio::test(flavor = "multi_thread")]
async fn sync_conv() {
    for first in [0, 1] {
        let cloud = Cloud::start().await;
        let mut edges = [cloud.enrol(1).await, cloud.enrol(2).await];
        let batches = [15, 10].map(|n| logged(Uuid::now_v7(), ORDER, n));
        for i in [first, 1 - first] {
            edges[i].connect().await;
            edges[i].facts(vec![batches[i].clone()]).await;
        }
        assert_eq!(cloud.number(COMPLETED, params![ORDER]).await, 25);
        assert_eq!(cloud.number(LOGS, &[]).await, 2);
        assert_eq!(cloud.number(BATCHES, &[]).await, 2);
        // Each edge is told of the other's log, in the plant's log.
        for edge in &mut edges {
            edge.hello(Have::default()).await;
            let mut told = Vec::new();
            while told.len() < 2 {
                let batches =
                    edge.hear("the plant's log", |m| if let Message::Batches(b) = m { Some(b) } else { None }).await;
                let ops = batches.iter().flat_map(|b| Batch::decode(b).unwrap().ops);
                told = ops.filter_map(|o| Fact::decode(o.kind, o.version, &o.body).unwrap()).collect();
            }
            assert!(batches.iter().all(|b| told.contains(b)));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_04_a_broken_line_and_a_restart_lose_and_double_nothing() {
    let mut cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    let batches: Vec<_> = (1..=4).map(|n| edge.log.facts(vec![logged(Uuid::now_v7(), ORDER, n)])).collect();
    edge.connect().await;
    edge.batches(vec![batches[0].clone()]).await;
    edge.acked(1).await;
    // The second is lost on the way; the third cannot be taken yet, and the cloud says what it has.
    edge.batches(vec![batches[2].clone()]).await;
    edge.acked(1).await;
    // The line breaks right after the next one was sent; nobody hears the acknowledgement.
    edge.batches(vec![batches[1].clone()]).await;
    cloud.until("the second is stored", async |c| c.number(BATCHES, &[]).await == 2).await;
    edge.line = None;
    edge.connect().await;
    edge.hello(Have::default()).await;
    while edge.hears_hello().await.have.seq != 2 {}
    edge.batches(batches.clone()).await;
    edge.acked(4).await;
    // The whole cloud starts again.
    edge.line = None;
    cloud.restart().await;
    edge.front = cloud.intake.address();
    edge.connect().await;
    edge.hello(Have::default()).await;
    let have = edge.hears_hello().await.have;
    assert_eq!((have.incarnation, have.seq, have.hash), (1, 4, hash(&batches[3])));
    edge.batches(batches).await;
    edge.acked(4).await;
    assert_eq!(cloud.number(COMPLETED, params![ORDER]).await, 10);
    assert_eq!(cloud.number(BATCHES, &[]).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_an_altered_or_moved_envelope_is_dropped() {
    let cloud = Cloud::start().await;
    let (mut edge, other) = (cloud.enrol(1).await, cloud.enrol(2).await);
    edge.connect().await;
    let batch = edge.log.facts(vec![logged(Uuid::now_v7(), ORDER, 5)]);
    let message = Message::Batches(vec![batch]);
    let good = edge.seal(&message);
    for i in [0, 60, 100, good.len() - 1] {
        let mut bad = good.clone();
        bad[i] ^= 1;
        edge.publish(bad).await;
    }
    edge.publish(other.seal(&message)).await;
    edge.publish(Vec::new()).await;
    edge.publish(b"nonsense".to_vec()).await;
    cloud.until("all are counted", async |c| c.intake.counters().get(Count::Unopened) == 7).await;
    assert_eq!(cloud.number(BATCHES, &[]).await, 0);
    edge.publish(good).await;
    edge.acked(1).await;
    assert_eq!(cloud.number(COMPLETED, params![ORDER]).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_03_an_unknown_op_is_kept_and_acknowledged() {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    edge.connect().await;
    let strange = Op { kind: 900, version: 3, hlc: 1, body: vec![1, 2, 3] };
    let newer = Op { version: 9, ..op(&logged(Uuid::now_v7(), ORDER, 1), 2) };
    let batch = edge.log.ops(vec![strange, newer, op(&logged(Uuid::now_v7(), ORDER, 7), 3)]);
    edge.batches(vec![batch.clone()]).await;
    edge.acked(3).await;
    assert_eq!(cloud.number(COMPLETED, params![ORDER]).await, 7);
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 0);
    assert_eq!(cloud.intake.counters().get(Count::UnknownOps), 2);
    let sql = "SELECT body FROM batches WHERE organization_id = $1";
    let read = move |tx: &crate::tenancy::Tx<'_>| tx.query_one(sql, params![tx.org()])?.unwrap().get::<Vec<u8>>("body");
    let body = cloud.tenancy.read(&cloud.system(), read).await.unwrap();
    assert_eq!(zstd::decode_all(&body[..]).unwrap(), batch, "byte for byte as it came");
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_a_contradicting_log_is_quarantined_and_nothing_is_overwritten() {
    let mut cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    let mut clone = Log::new(edge.address.edge);
    edge.connect().await;
    edge.facts(vec![logged(Uuid::now_v7(), ORDER, 5)]).await;
    let forged = clone.facts(vec![logged(Uuid::now_v7(), ORDER, 99)]);
    edge.batches(vec![forged]).await;
    let state = "SELECT state AS t FROM edges WHERE organization_id = $1 AND id = 1";
    cloud.until("the edge is in quarantine", async |c| c.text(state, &[]).await == "quarantined").await;
    assert_eq!(cloud.number(QUARANTINE, &[]).await, 1, "sent twice, kept once");
    let live = cloud.live.link(edge.address.edge).unwrap();
    assert!(live.message.is_some());
    // Also after a restart nothing is taken until somebody decides.
    edge.line = None;
    cloud.restart().await;
    edge.front = cloud.intake.address();
    edge.connect().await;
    let more = edge.log.facts(vec![logged(Uuid::now_v7(), ORDER, 1)]);
    edge.batches(vec![more]).await;
    edge.hello(Have::default()).await;
    edge.hears_hello().await;
    assert_eq!(cloud.number(COMPLETED, params![ORDER]).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_05_an_edge_cannot_write_the_log_of_another() {
    let cloud = Cloud::start().await;
    let (mut edge, other) = (cloud.enrol(1).await, cloud.enrol(2).await);
    edge.connect().await;
    let forged = Log::new(other.address.edge).facts(vec![logged(Uuid::now_v7(), ORDER, 99)]);
    edge.batches(vec![forged]).await;
    let state = "SELECT state AS t FROM edges WHERE organization_id = $1 AND id = $2";
    cloud.until("the edge is in quarantine", async |c| c.text(state, params![1]).await == "quarantined").await;
    assert_eq!(cloud.text(state, params![2]).await, "enrolled");
    assert_eq!(cloud.number(BATCHES, &[]).await, 0);
    assert_eq!(cloud.number("SELECT count(*) AS n FROM vectors WHERE organization_id = $1", &[]).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_07_master_data_goes_down_by_itself_and_its_acknowledgement_is_kept() {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    let user = |name: &str| -> MasterOp {
        User {
            id: UserId(USER),
            name: name.into(),
            email: "o@acme.test".into(),
            roles: vec![],
            badge: None,
            is_active: true,
        }
        .into()
    };
    let plant = edge.plant();
    let send = async |op: MasterOp| {
        let write = move |tx: &crate::tenancy::WriteTx<'_>| {
            tx.to_plant(plant, PlantOp::Master(op));
            Ok::<_, crate::db::DbError>(())
        };
        cloud.tenancy.write(&cloud.system(), write).await.unwrap();
    };
    send(user("before")).await;
    edge.connect().await;
    edge.hello(Have::default()).await;
    let batches = |m| if let Message::Batches(b) = m { Some(b) } else { None };
    let first = edge.hear("what was there before", batches).await;
    let batch = Batch::decode(&first[0]).unwrap();
    assert_eq!(
        MasterOp::decode(batch.ops[0].kind, batch.ops[0].version, &batch.ops[0].body).unwrap(),
        Some(user("before"))
    );
    let have = Have { incarnation: batch.incarnation, seq: batch.last(), hash: hash(&first[0]) };
    edge.twice(&Message::Ack(have)).await;
    let acked = "SELECT down_acked AS n FROM edges WHERE organization_id = $1 AND id = 1";
    cloud.until("the acknowledgement is kept", async |c| c.number(acked, &[]).await == 1).await;
    send(user("after")).await;
    let second = edge.hear("the change", batches).await;
    let batch = Batch::decode(&second[0]).unwrap();
    assert_eq!((batch.first, batch.prev), (2, have.hash), "the second follows the first");
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_a_broker_that_answers_nobody_is_replaced() {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    edge.connect().await;
    edge.facts(vec![Observed { until: Timestamp(1) }.into()]).await;
    let before = cloud.intake.broker_address();
    cloud.intake.inner.broker.replace().unwrap();
    assert_ne!(cloud.intake.broker_address(), before);
    // The old one still runs, so existing connections stay; a new one uses the new broker, where the cloud is not yet.
    cloud.intake.inner.outbox.drop_connection();
    cloud.until("the cloud is connected again", async |c| c.intake.status().is_up).await;
    edge.connect().await;
    edge.facts(vec![Observed { until: Timestamp(2) }.into()]).await;
    assert_eq!(
        cloud.number("SELECT observed_until AS n FROM edges WHERE organization_id = $1 AND id = 1", &[]).await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_a_flood_of_one_edge_does_not_hold_up_another() {
    let cloud = Cloud::start().await;
    let (mut noisy, mut quiet) = (cloud.enrol(1).await, cloud.enrol(2).await);
    noisy.connect().await;
    quiet.connect().await;
    let client = noisy.line().client.clone();
    let topic = noisy.address.topic(Direction::Up);
    let flood = tokio::spawn(async move {
        while client.publish(topic.clone(), rumqttc::QoS::AtMostOnce, false, vec![9; 50_000]).await.is_ok() {}
    });
    for n in 1..=10 {
        quiet.facts(vec![Observed { until: Timestamp(n) }.into()]).await;
    }
    flood.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_a_slow_organisation_does_not_hold_up_another() {
    let cloud = Cloud::start().await;
    let other = cloud.another().await;
    let (mut slow, mut quick) = (cloud.enrol(1).await, other.enrol(1).await);
    slow.connect().await;
    quick.connect().await;
    let (tenancy, caller) = (cloud.tenancy.clone(), cloud.system());
    let busy = tokio::spawn(async move {
        let hold = |_: &crate::tenancy::WriteTx<'_>| {
            std::thread::sleep(Duration::from_secs(3));
            Ok::<_, crate::db::DbError>(())
        };
        tenancy.write(&caller, hold).await.unwrap();
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let batch = slow.log.facts(vec![logged(Uuid::now_v7(), ORDER, 1)]);
    slow.batches(vec![batch]).await;
    for n in 1..=20 {
        quick.facts(vec![Observed { until: Timestamp(n) }.into()]).await;
    }
    assert!(!busy.is_finished(), "the quick one was done first");
    slow.acked(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_04_what_was_not_committed_is_not_acknowledged_and_comes_again() {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    edge.connect().await;
    edge.facts(vec![logged(Uuid::now_v7(), ORDER, 1)]).await;
    // The last statement of the transaction fails, after everything else was written.
    cloud.as_owner("ALTER TABLE vectors RENAME TO hidden").await;
    let batch = edge.log.facts(vec![logged(Uuid::now_v7(), ORDER, 2)]);
    edge.batches(vec![batch.clone()]).await;
    cloud.until("it failed", async |c| c.intake.counters().get(Count::Failed) > 0).await;
    assert_eq!(cloud.number(COMPLETED, params![ORDER]).await, 1);
    cloud.as_owner("ALTER TABLE hidden RENAME TO vectors").await;
    let acked = async {
        loop {
            edge.batches(vec![batch.clone()]).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            if cloud.number(COMPLETED, params![ORDER]).await == 3 {
                return edge.acked(2).await;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(15), acked).await.unwrap();
    assert_eq!(cloud.number(LOGS, &[]).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_a_released_edge_is_taken_again() {
    let cloud = Cloud::start().await;
    let mut edge = cloud.enrol(1).await;
    edge.connect().await;
    edge.facts(vec![logged(Uuid::now_v7(), ORDER, 5)]).await;
    let forged = Log::new(edge.address.edge).facts(vec![logged(Uuid::now_v7(), ORDER, 99)]);
    edge.batches(vec![forged]).await;
    let state = "SELECT state AS t FROM edges WHERE organization_id = $1 AND id = 1";
    cloud.until("the edge is in quarantine", async |c| c.text(state, &[]).await == "quarantined").await;
    cloud.execute("UPDATE edges SET state = 'enrolled' WHERE organization_id = $1", params![cloud.org]).await;
    let batch = edge.log.facts(vec![logged(Uuid::now_v7(), ORDER, 1)]);
    for _ in 0..40 {
        edge.batches(vec![batch.clone()]).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        if cloud.number(COMPLETED, params![ORDER]).await == 6 {
            return;
        }
    }
    panic!("never taken again");
}
