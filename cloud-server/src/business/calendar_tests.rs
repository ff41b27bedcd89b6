//! Days of the calendar: which shifts there are, and what the edges of which plant hear of them.

use super::*;
use crate::business::{Wrong, load, organization, snapshot};
use crate::resource::{Map, engine, of};
use crate::store::Store;
use crate::tenancy::{Caller, PlantOp, Tenancy, WriteTx, plant_log};
use serde_json::{Value, json};
use unison_core::master::MasterOp;
use unison_core::span::Span;
use unison_core::time::Timestamp;
use unison_sync::wire::Batch;

fn content() -> String {
    let plant = |name: &str| {
        format!(
            "[[plant]]\nname = \"{name}\"\ntimezone = \"Europe/Berlin\"\n[[plant.shift]]\nname = \"Night\"\nstart = \"22:00\"\nend = \"06:00\"\n\
             days = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\"]\n"
        )
    };
    plant("P1") + &plant("P2")
}

struct Scene {
    tenancy: Tenancy,
    system: Caller,
    plants: Vec<PlantId>,
    _store: Store,
}

async fn scene() -> Scene {
    let store = Store::new(module_path!()).await;
    let tenancy = store.tenancy().await;
    let (acme, _) = organization::create(&tenancy, "Acme", "acme", "admin@acme.example", None).await.unwrap();
    load::load(&tenancy, &acme, load::parse(&content()).unwrap()).await.unwrap();
    let system = Caller::system(acme.id, "test");
    let read = |tx: &Tx<'_>| {
        let sql = "SELECT id FROM plants WHERE organization_id = $1 ORDER BY name";
        tx.query_map(sql, params![tx.org()], |row| row.get("id"))
    };
    let plants = tenancy.read::<_, DbError, _>(&system, read).await.unwrap();
    Scene { tenancy, system, plants, _store: store }
}

impl Scene {
    async fn change(&self, f: impl FnOnce(&WriteTx<'_>) -> Result<Map, Wrong> + Send + 'static) -> Map {
        self.tenancy.write(&self.system, f).await.unwrap()
    }

    async fn make(&self, body: Value) -> Map {
        let body = body.as_object().unwrap().clone();
        self.change(move |tx| engine::create(tx, of::<crate::business::site::calendar_day::CalendarDay>()?, body)).await
    }

    /// The start days of the shifts between two days at noon.
    async fn starts(&self, plant: PlantId, from: &str, to: &str) -> Vec<String> {
        let at = |day: &str| Timestamp::parse(&format!("{day}T12:00:00Z")).unwrap();
        let range = Span::new(at(from), at(to));
        let calendar = self.tenancy.read::<_, DbError, _>(&self.system, move |tx| calendar(tx, plant)).await.unwrap();
        calendar.windows(range).iter().map(|w| w.date.to_string()).collect()
    }

    /// The days that the log of a plant tells, in order.
    async fn told(&self, plant: PlantId) -> Vec<(String, bool)> {
        let read = move |tx: &Tx<'_>| Ok::<_, DbError>(plant_log::read(tx, plant, 1, 0, usize::MAX)?.unwrap().1);
        let batches = self.tenancy.read(&self.system, read).await.unwrap();
        let ops = batches.iter().flat_map(|encoded| Batch::decode(encoded).unwrap().ops);
        ops.filter_map(|op| match MasterOp::decode(op.kind, op.version, &op.body).unwrap() {
            Some(MasterOp::CalendarDay(day)) => Some((day.name, day.is_active)),
            _ => None,
        })
        .collect()
    }

    async fn in_snapshot(&self, plant: PlantId) -> Vec<(String, bool)> {
        let ops =
            self.tenancy.read::<_, DbError, _>(&self.system, move |tx| snapshot::of_plant(tx, plant)).await.unwrap();
        ops.into_iter()
            .filter_map(|op| match op {
                PlantOp::Master(MasterOp::CalendarDay(day)) => Some((day.name, day.is_active)),
                _ => None,
            })
            .collect()
    }
}

#[tokio::test]
async fn shift_03_days_of_the_calendar_change_the_shifts_of_their_plants() {
    let s = scene().await;
    let (p1, p2) = (s.plants[0], s.plants[1]);
    // 2025-12-22 is a monday.
    let week = ("2025-12-22", "2025-12-29");
    let usual = ["2025-12-22", "2025-12-23", "2025-12-24", "2025-12-25", "2025-12-26"];
    assert_eq!(s.starts(p1, week.0, week.1).await, usual);
    let christmas =
        json!({"name": "Christmas", "first_day": "2024-12-25", "last_day": "2024-12-26", "is_yearly": true});
    let christmas = s.make(christmas).await;
    assert_eq!(s.starts(p1, week.0, week.1).await, usual[..3], "of all plants, every year");
    assert_eq!(s.starts(p2, week.0, week.1).await, usual[..3]);
    let saturday = json!({"plant_id": p2, "name": "Inventory", "kind": "extra_working_day", "works_like": "friday",
                          "first_day": "2025-12-27", "last_day": "2025-12-27"});
    s.make(saturday).await;
    assert_eq!(s.starts(p1, week.0, week.1).await, usual[..3]);
    assert_eq!(s.starts(p2, week.0, week.1).await.last().unwrap(), "2025-12-27");
    let active = |name: &str| (name.to_owned(), true);
    assert_eq!(s.told(p1).await, [active("Christmas")]);
    assert_eq!(s.told(p2).await, [active("Christmas"), active("Inventory")]);
    assert_eq!(s.in_snapshot(p1).await, [active("Christmas")]);
    assert_eq!(s.in_snapshot(p2).await, [active("Christmas"), active("Inventory")]);
    let key = christmas["id"].to_string();
    s.change(move |tx| engine::archive(tx, of::<crate::business::site::calendar_day::CalendarDay>()?, &key)).await;
    assert_eq!(s.starts(p1, week.0, week.1).await, usual);
    assert_eq!(s.told(p1).await.last().unwrap(), &("Christmas".to_owned(), false));
    assert_eq!(s.in_snapshot(p1).await, [("Christmas".to_owned(), false)]);
}

#[tokio::test]
async fn edge_16_a_new_plant_hears_of_the_days_of_all_plants() {
    let s = scene().await;
    s.make(json!({"name": "New year", "first_day": "2026-01-01", "last_day": "2026-01-01", "is_yearly": true})).await;
    let body = json!({"name": "P3", "timezone": "UTC"}).as_object().unwrap().clone();
    let plant = s.change(move |tx| engine::create(tx, of::<crate::business::site::plant::Plant>()?, body)).await;
    let plant = PlantId(plant["id"].as_i64().unwrap());
    assert_eq!(s.told(plant).await, [("New year".to_owned(), true)]);
}
