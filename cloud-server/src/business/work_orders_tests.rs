//! Who executes a work order, and how the cloud's question comes to its answer (Q-129).

use super::*;
use crate::business::{load, organization, production};
use crate::store::Store;
use crate::tenancy::{Caller, Reach, SignedOn, Tenancy, plant_log};
use unison_core::facts::{Fact, ProductionLogged};
use unison_core::master::MasterOp;
use unison_sync::wire::{Batch, hash};

const CONTENT: &str = r#"
[[plant]]
name = "P1"
timezone = "UTC"
[[plant.lane]]
name = "L1"
[[plant.machine]]
code = "CNC-001"
name = "Mill"
lane = "L1"
[[user]]
name = "Olga"
email = "olga@acme.example"
roles = ["operator"]
hourly_rate = 25
plants = ["P1"]
[[work_order]]
number = "WO-1"
title = "T"
plant = "P1"
lane = "L1"
quantity = 200
status = "released"
"#;

struct Scene {
    tenancy: Tenancy,
    olga: Caller,
    edge: Caller,
    plant: PlantId,
    order: WorkOrderId,
    _store: Store,
}

const EDGE: Uuid = Uuid::from_u128(7);

async fn scene() -> Scene {
    let store = Store::new(module_path!()).await;
    let tenancy = store.tenancy().await;
    let (acme, _) = organization::create(&tenancy, "Acme", "acme", "admin@acme.example", None).await.unwrap();
    load::load(&tenancy, &acme, load::parse(CONTENT).unwrap()).await.unwrap();
    let system = Caller::system(acme.id, "test");
    let id = |sql: &'static str| {
        let (tenancy, system) = (tenancy.clone(), system.clone());
        async move {
            let read = tenancy.read(&system, move |tx| tx.query_one(sql, params![tx.org()])?.unwrap().get::<i64>("id"));
            read.await.unwrap()
        }
    };
    let olga = id("SELECT id FROM users WHERE organization_id = $1 AND name = 'Olga'").await;
    let plant = PlantId(id("SELECT id FROM plants WHERE organization_id = $1").await);
    let order = WorkOrderId(id("SELECT id FROM work_orders WHERE organization_id = $1").await);
    let user = SignedOn {
        user_id: olga,
        name: "Olga".into(),
        email: "olga@acme.example".into(),
        roles: vec!["operator".into()],
        reach: Reach::Plants(vec![plant]),
        permissions: unison_rules::rbac::grants_of::<_, &str>(&["organization_admin"], &[]),
        current_plant: None,
        via: crate::tenancy::Via::Session { id: Uuid::nil(), expires_at: Timestamp(i64::MAX) },
        must_change_password: false,
    };
    Scene { olga: Caller::user(acme.id, user), edge: Caller::edge(acme.id, EDGE), tenancy, plant, order, _store: store }
}

impl Scene {
    async fn claim(&self) {
        let (plant, order) = (self.plant, self.order);
        let claim = move |tx: &WriteTx<'_>| {
            let edge = crate::business::edges::add(tx, plant, EDGE, "Hall 1")?;
            assert!(edge.id > 0 && order.0 > 0);
            tx.execute("UPDATE machines SET edge_id = $2 WHERE organization_id = $1", params![tx.org(), edge.id])
                .map(drop)
        };
        self.tenancy.write(&self.edge, claim).await.unwrap();
    }

    async fn start(&self) -> Result<Moved, Wrong> {
        let key = Key::Text("WO-1".into());
        self.tenancy
            .write(&self.olga, move |tx| move_order(tx, &key, WorkOrderVerb::Start, &MoveWorkOrder::default()))
            .await
    }

    /// Ops of the plant's log, whose chain is checked on the way.
    async fn log(&self) -> Vec<(u64, String)> {
        let plant = self.plant;
        let (head, batches) = self
            .tenancy
            .read(&self.olga, move |tx| {
                Ok::<_, DbError>((
                    plant_log::head(tx, plant)?,
                    plant_log::read(tx, plant, 1, 0, usize::MAX)?.unwrap().1,
                ))
            })
            .await
            .unwrap();
        let (mut prev, mut next, mut out) = ([0; 32], 1, Vec::new());
        for encoded in batches {
            let batch = Batch::decode(&encoded).unwrap();
            assert_eq!((batch.prev, batch.first), (prev, next));
            (prev, next) = (hash(&encoded), batch.last() + 1);
            for op in batch.ops {
                let master = MasterOp::decode(op.kind, op.version, &op.body).unwrap().map(|m| format!("{m:?}"));
                let fact = Fact::decode(op.kind, op.version, &op.body).unwrap().map(|f| format!("{f:?}"));
                out.push((op.hlc, master.or(fact).unwrap()));
            }
        }
        assert_eq!((head.seq + 1, head.hash), (next, prev));
        assert!(out.is_sorted_by(|a, b| a.0 < b.0), "logical time grows");
        out
    }
}

#[tokio::test]
async fn q_129_the_edge_is_asked_and_its_answer_counts() {
    let s = scene().await;
    s.claim().await;
    let mut changes = s.tenancy.changes();
    let Ok(Moved::Asked { request, edge }) = s.start().await else { panic!("the cloud did it itself") };
    assert_eq!(edge, "Hall 1");
    assert!(s.log().await.last().unwrap().1.starts_with("WorkOrderAsked"));
    let state = || s.tenancy.read(&s.olga, move |tx| answer(tx, request));
    assert_eq!(state().await.unwrap(), Answered::NotYet);
    let order = s.order;
    let moved = move |tx: &WriteTx<'_>| {
        let user = Some(UserId(
            tx.query_one("SELECT max(id) AS id FROM users WHERE organization_id = $1", params![tx.org()])?
                .unwrap()
                .get("id")?,
        ));
        let fact = WorkOrderMoved {
            work_order: order,
            verb: WorkOrderVerb::Start,
            machine: None,
            by: user,
            at: tx.now(),
            note: None,
            request: Some(request),
        };
        apply(tx, &fact, EDGE)
    };
    assert!(s.tenancy.write(&s.edge, moved).await.unwrap());
    assert_eq!(state().await.unwrap(), Answered::Done);
    let mut topics = Vec::new();
    while let Ok(c) = changes.try_recv() {
        topics.extend(c.topics);
    }
    assert!(topics.contains(&Topic::WorkOrderRequest(request)), "{topics:?}");
    let view = s.tenancy.read(&s.olga, move |tx| view(tx, order)).await.unwrap().unwrap();
    assert_eq!((view.status, view.started_by.map(|p| p.name)), (WorkOrderStatus::InProgress, Some("Olga".into())));
}

#[tokio::test]
async fn q_129_the_edge_may_refuse() {
    let s = scene().await;
    s.claim().await;
    let Ok(Moved::Asked { request, .. }) = s.start().await else { panic!("the cloud did it itself") };
    let refuse = move |tx: &WriteTx<'_>| close_request(tx, request, "refused", Some("the machine is in maintenance"));
    s.tenancy.write(&s.edge, refuse).await.unwrap();
    let answered = s.tenancy.read(&s.olga, move |tx| answer(tx, request)).await.unwrap();
    assert_eq!(answered, Answered::Refused("the machine is in maintenance".into()));
}

#[tokio::test]
async fn log_06_sync_09_a_log_of_an_edge_is_booked_once_and_goes_to_the_plant() {
    let s = scene().await;
    assert!(matches!(s.start().await, Ok(Moved::Done(_))), "without an edge the cloud does it");
    let (order, before) = (s.order, s.log().await.len());
    let olga = UserId(s.olga.signed_on().unwrap().user_id);
    let fact = ProductionLogged {
        id: Uuid::from_u128(9),
        work_order: order,
        machine: None,
        completed: 250,
        rejected: 3,
        hours_micro: 4_500_000,
        notes: None,
        by: olga,
        at: s.tenancy.now(),
        shift: None,
    };
    let book = |fact: ProductionLogged| s.tenancy.write(&s.edge, move |tx| production::book(tx, &fact, EDGE));
    assert!(matches!(book(fact.clone()).await.unwrap(), production::Booked::New { .. }));
    assert_eq!(book(fact.clone()).await.unwrap(), production::Booked::Known);
    let nobody = ProductionLogged { id: Uuid::from_u128(10), by: UserId(1), ..fact };
    assert_eq!(book(nobody).await.unwrap(), production::Booked::Unknown { what: "user 1".into() });
    let view = s.tenancy.read(&s.olga, move |tx| view(tx, order)).await.unwrap().unwrap();
    assert_eq!(
        (view.quantity_completed, view.quantity_rejected, view.overrun),
        (250, 3, true),
        "more than ordered: nothing is dropped"
    );
    let log = s.log().await;
    assert_eq!(log.len(), before + 1);
    assert!(log.last().unwrap().1.starts_with("ProductionLogged"));
}

#[tokio::test]
async fn ten_04_a_transaction_that_fails_leaves_and_tells_nothing() {
    let s = scene().await;
    let (before, mut changes, plant, order) = (s.log().await.len(), s.tenancy.changes(), s.plant, s.order);
    let fails = move |tx: &WriteTx<'_>| {
        let op = crate::business::master::work_order(tx, order)?.unwrap();
        tx.to_plant(plant, op);
        tx.changed(Topic::WorkOrders);
        // A lane of nobody: the database itself refuses the reference.
        tx.execute("UPDATE work_orders SET lane_id = 4711 WHERE organization_id = $1", params![tx.org()]).map(drop)
    };
    assert!(matches!(s.tenancy.write(&s.edge, fails).await, Err(DbError::Constraint(_))));
    assert!(changes.try_recv().is_err());
    assert_eq!(s.log().await.len(), before);
}
