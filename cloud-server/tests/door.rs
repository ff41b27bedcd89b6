//! The door to data: what holds on every database behind it.

mod support;

use cloud_server::db::{Database, DbError, Row, Session, Value};
use cloud_server::params;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::store::{Store, execute, query};
use uuid::Uuid;

const NOW: i64 = 1_790_000_000_000_000;
const PLANT: &str = "INSERT INTO plants (organization_id, id, uuid, name, timezone, created_at, updated_at) VALUES ($1, $2, $3, $4, 'UTC', $5, $5)";
const USER: &str = "INSERT INTO users (organization_id, id, email, name, hourly_rate, roles, created_at, updated_at) VALUES ($1, $2, $3, $3, $4, $5, $6, $6)";
const MACHINE: &str = "INSERT INTO machines (organization_id, id, plant_id, machine_code, name, last_maintenance_date, created_at, updated_at) VALUES ($1, $2, 1, $3, $3, $4, $5, $5)";

async fn organization(store: &Store, id: i64) -> Database {
    let database = store.organization(id).await;
    let sql = "INSERT INTO organization (organization_id, uuid, name, created_at, updated_at) VALUES ($1, $2, 'Acme', $3, $3)";
    execute(&database, sql, params![id, Uuid::nil(), NOW]).await.unwrap();
    execute(&database, PLANT, params![id, 1, Uuid::from_u128(1), "P", NOW]).await.unwrap();
    database
}

async fn opened() -> (Store, Database) {
    let store = Store::new(module_path!()).await;
    let database = organization(&store, 1).await;
    (store, database)
}

async fn one(database: &Database, sql: &str, values: &[Value]) -> Row {
    query(database, sql, values).await.unwrap().remove(0)
}

async fn refused(database: &Database, sql: &str, values: &[Value]) -> DbError {
    execute(database, sql, values).await.unwrap_err()
}

#[tokio::test]
async fn every_kind_comes_back_as_it_went() {
    let (_store, db) = opened().await;
    let wild = "Ä\u{1f600}'\"\\ \u{1}\n";
    for (id, rate) in [(1, 0), (2, 999_999_999_999_999_999_i64), (3, -999_999_999_999_999_999), (4, 1), (5, -1_500_000)]
    {
        execute(&db, USER, params![1, id, format!("{wild}{id}"), rate, "[]", NOW]).await.unwrap();
        let row = one(&db, "SELECT * FROM users WHERE organization_id = $1 AND id = $2", params![1, id]).await;
        assert_eq!(row.get::<i64>("hourly_rate").unwrap(), rate, "decimal");
        assert_eq!(row.get::<String>("email").unwrap(), format!("{wild}{id}"), "text");
        assert_eq!(row.get::<i64>("created_at").unwrap(), NOW, "timestamp");
        assert!(row.get::<bool>("is_active").unwrap() && !row.get::<bool>("is_sample_data").unwrap(), "boolean");
        assert_eq!(row.get::<Option<String>>("badge").unwrap(), None, "null");
        assert_eq!(row.get::<String>("roles").unwrap(), "[]", "json");
    }
    let sum = one(
        &db,
        "SELECT sum(hourly_rate) AS d, sum(id) AS i, count(*) AS n FROM users WHERE organization_id = $1",
        params![1],
    )
    .await;
    assert_eq!(
        (sum.get::<i64>("d").unwrap(), sum.get::<i64>("i").unwrap(), sum.get::<i64>("n").unwrap()),
        (-1_499_999, 15, 5)
    );
    for (id, date) in [(1, "0001-01-01"), (2, "1999-12-31"), (3, "2024-02-29"), (4, "9999-12-31")] {
        execute(&db, MACHINE, params![1, id, format!("M{id}"), date, NOW]).await.unwrap();
        let row = one(
            &db,
            "SELECT last_maintenance_date FROM machines WHERE organization_id = $1 AND id = $2",
            params![1, id],
        )
        .await;
        assert_eq!(row.get::<String>("last_maintenance_date").unwrap(), date);
    }
    for at in [0, 1, -1, 253_402_300_799_999_999] {
        let sql = "UPDATE plants SET created_at = $2 WHERE organization_id = $1";
        execute(&db, sql, params![1, at]).await.unwrap();
        let found = one(
            &db,
            "SELECT uuid, created_at FROM plants WHERE organization_id = $1 AND created_at <= $2 AND created_at < $3",
            params![1, at, i64::MAX],
        )
        .await;
        assert_eq!(
            (found.get::<i64>("created_at").unwrap(), found.get::<Uuid>("uuid").unwrap()),
            (at, Uuid::from_u128(1))
        );
    }
    let bytes: Vec<u8> = (0..=255).collect();
    let log = "INSERT INTO plant_log (organization_id, plant_id, incarnation, first_seq, last_seq, hash, created_at, body) VALUES ($1, 1, 1, $2, $3, $4, $5, $6)";
    execute(&db, log, params![1, i64::MIN, i64::MAX, Vec::new(), NOW, bytes.clone()]).await.unwrap();
    let row = one(&db, "SELECT * FROM plant_log WHERE organization_id = $1", params![1]).await;
    assert_eq!((row.get::<i64>("first_seq").unwrap(), row.get::<i64>("last_seq").unwrap()), (i64::MIN, i64::MAX));
    assert_eq!((row.get::<Vec<u8>>("hash").unwrap(), row.get::<Vec<u8>>("body").unwrap()), (vec![], bytes));
    for real in [0.1, -1e300, f64::MIN_POSITIVE, f64::INFINITY] {
        let row = one(&db, "SELECT CAST($1 AS DOUBLE PRECISION) AS r", params![real]).await;
        assert_eq!(row.get::<f64>("r").unwrap().to_bits(), real.to_bits());
    }
}

#[tokio::test]
async fn what_the_schema_refuses_is_named_alike() {
    let (_store, db) = opened().await;
    let plant = |id: i64, uuid: u128, name: &str| params![1, id, Uuid::from_u128(uuid), name, NOW].to_vec();
    let unique = |e: DbError, columns: &str| {
        assert!(e.is_unique() && e.to_string().ends_with(&format!("UNIQUE constraint failed: {columns}")), "{e}");
    };
    unique(refused(&db, PLANT, &plant(1, 2, "Q")).await, "plants.organization_id, plants.id");
    unique(refused(&db, PLANT, &plant(2, 2, "P")).await, "plants.organization_id, plants.name");
    unique(refused(&db, PLANT, &plant(2, 1, "Q")).await, "plants.organization_id, plants.uuid");
    let again =
        "INSERT INTO organization (organization_id, uuid, name, created_at, updated_at) VALUES ($1, $2, 'A', $3, $3)";
    unique(refused(&db, again, params![1, Uuid::nil(), NOW]).await, "organization.organization_id");
    let lane = "INSERT INTO lanes (organization_id, id, plant_id, name, created_at, updated_at) VALUES ($1, 1, $2, $3, $4, $4)";
    let bucket = "INSERT INTO units (organization_id, id, code, name, dimension, numerator, created_at, updated_at) VALUES ($1, 1, 'a', 'a', 'a', $2, $3, $3)";
    let rate = |rate: i64| params![1, 1, "a", rate, "[]", NOW].to_vec();
    for (sql, values, why) in [
        (lane, params![1, 77, "L", NOW].to_vec(), "FOREIGN KEY constraint failed"),
        (lane, params![1, 1, None::<&str>, NOW].to_vec(), "NOT NULL constraint failed: lanes.name"),
        (bucket, params![1, 0, NOW].to_vec(), "CHECK constraint failed"),
        (USER, rate(1_000_000_000_000_000_000), ""),
        (USER, params![1, 1, "a", 0, "{", NOW].to_vec(), ""),
        (MACHINE, params![1, 1, "M", "2026-02-30", NOW].to_vec(), ""),
        (MACHINE, params![1, 1, "M", "20260228", NOW].to_vec(), ""),
    ] {
        let e = refused(&db, sql, &values).await;
        assert!(matches!(&e, DbError::Constraint(text) if text.contains(why)), "{sql}: {e}");
    }
    let nul = refused(&db, lane, params![1, 1, "a\0b", NOW]).await;
    assert!(matches!(nul, DbError::Unstorable(_)), "{nul}");
    for sql in [
        "UPDATE audit_log SET actor = 'x' WHERE organization_id = $1",
        "DELETE FROM audit_log WHERE organization_id = $1",
    ] {
        let log = "INSERT INTO audit_log (organization_id, pos, at, actor, entity, entity_id, action) VALUES ($1, $2, $3, 'x', 'x', '1', 'x') ON CONFLICT (organization_id, pos) DO NOTHING";
        execute(&db, log, params![1, 1, NOW]).await.unwrap();
        assert!(matches!(refused(&db, sql, params![1]).await, DbError::Constraint(_)), "{sql}");
    }
    assert!(matches!(refused(&db, "SELECT nothing FROM nowhere", &[]).await, DbError::Failed(_)));
}

#[tokio::test]
async fn a_transaction_is_whole_or_nothing_and_ends_with_its_first_failure() {
    let (_store, db) = opened().await;
    let plants = "SELECT count(*) AS n FROM plants WHERE organization_id = $1";
    let add = |s: &Session<'_>, id: i64| {
        s.execute(PLANT, params![1, id, Uuid::from_u128(id.cast_unsigned().into()), format!("P{id}"), NOW])
    };
    let undone: Result<(), DbError> =
        db.write(move |s| add(s, 2).and_then(|_| Err(DbError::Failed("no".into()))), |()| ()).await;
    assert!(undone.is_err());
    let panicked: Result<(), DbError> = db.write(move |s| add(s, 2).map(|_| panic!("on the way")), |()| ()).await;
    assert!(matches!(panicked, Err(DbError::Stopped(_))));
    let passed_over: Result<(), DbError> = db
        .write(
            move |s| {
                add(s, 2)?;
                assert!(add(s, 2).is_err());
                assert!(s.query(plants, params![1]).is_err(), "nothing more after a failure");
                Ok(())
            },
            |()| (),
        )
        .await;
    assert!(passed_over.unwrap_err().to_string().contains("can only be undone"));
    let kept = db
        .write(
            move |s| {
                add(s, 2)?;
                let inner = s.savepoint(|| {
                    add(s, 3)?;
                    s.savepoint(|| add(s, 4))?;
                    add(s, 2)
                });
                assert!(inner.unwrap_err().is_unique());
                s.savepoint(|| add(s, 5))?;
                s.query_one(plants, params![1])?.unwrap().get::<i64>("n")
            },
            |n| n,
        )
        .await;
    assert_eq!(kept.unwrap(), 3, "1, 2 and 5");
    assert_eq!(one(&db, plants, params![1]).await.get::<i64>("n").unwrap(), 3);
    assert!(db.read(move |s| add(s, 9)).await.is_err(), "who reads cannot write");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_one_moment() {
    let (_store, db) = opened().await;
    let plants = "SELECT count(*) AS n FROM plants WHERE organization_id = $1";
    let (other, handle) = (db.clone(), tokio::runtime::Handle::current());
    let seen = db
        .read(move |s| {
            let count = || s.query_one(plants, params![1])?.unwrap().get::<i64>("n");
            let before = count()?;
            handle.block_on(execute(&other, PLANT, params![1, 2, Uuid::nil(), "Q", NOW]))?;
            Ok::<_, DbError>((before, count()?))
        })
        .await;
    assert_eq!(seen.unwrap(), (1, 1));
    assert_eq!(one(&db, plants, params![1]).await.get::<i64>("n").unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_an_organisation_take_turns_and_follow_up_in_order() {
    let (store, _db) = opened().await;
    // Two doors are two programs on the same data.
    let doors = [store.organization(1).await, store.organization(1).await];
    let (inside, followed) = (Arc::new(AtomicUsize::new(0)), Arc::new(std::sync::Mutex::new(Vec::new())));
    let writes = (0..20).map(|i| {
        let (db, inside, followed) = (doors[i % 2].clone(), inside.clone(), followed.clone());
        tokio::spawn(async move {
            let work = move |s: &Session<'_>| {
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "alone");
                let sql = "INSERT INTO counters (organization_id, name, next) VALUES ($1, 'x', 1)
                           ON CONFLICT (organization_id, name) DO UPDATE SET next = counters.next + 1 RETURNING next";
                let next: i64 = s.query_one(sql, params![1])?.unwrap().get("next")?;
                std::thread::sleep(Duration::from_millis(2));
                inside.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, DbError>(next)
            };
            db.write(work, move |next| followed.lock().unwrap().push((i % 2, next))).await
        })
    });
    for write in futures::future::join_all(writes).await {
        write.unwrap().unwrap();
    }
    let followed = followed.lock().unwrap();
    for door in 0..2 {
        let own: Vec<i64> = followed.iter().filter(|f| f.0 == door).map(|f| f.1).collect();
        assert!(own.len() == 10 && own.is_sorted(), "{own:?}");
    }
}

#[tokio::test]
async fn functions_and_orders_are_the_same() {
    let (_store, db) = opened().await;
    for (haystack, needle, is_in) in [
        ("Fräse ÄÖÜ", "äöü", true),
        ("straße", "STRASSE", false),
        ("ΟΔΟΣ", "οδος", true),
        ("οδοσΣ", "ΟΔΟΣ", true),
        ("ЖУК", "жук", true),
        ("100 %", "%", true),
        ("100", "_", false),
        ("abc", "", true),
        ("", "a", false),
    ] {
        let row = one(&db, "SELECT contains($1, $2) AS c", params![haystack, needle]).await;
        assert_eq!(row.get::<bool>("c").unwrap(), is_in, "{haystack} {needle}");
    }
    let none = one(&db, "SELECT contains(CAST($1 AS TEXT), 'a') AS c", params![None::<&str>]).await;
    assert_eq!(none.get::<Option<bool>>("c").unwrap(), None);
    let json = r#"{"t": "Text \"x\"", "n": 5, "f": 1.5, "b": true, "z": null, "ä": "ö"}"#;
    execute(&db, "UPDATE plants SET custom_fields = $2 WHERE organization_id = $1", params![1, json]).await.unwrap();
    for (key, text) in [
        ("t", Some("Text \"x\"")),
        ("n", Some("5")),
        ("f", Some("1.5")),
        ("b", Some("true")),
        ("z", None),
        ("ä", Some("ö")),
        ("x", None),
    ] {
        let row = one(
            &db,
            "SELECT json_text(custom_fields, $2) AS t FROM plants WHERE organization_id = $1",
            params![1, key],
        )
        .await;
        assert_eq!(row.get::<Option<String>>("t").unwrap().as_deref(), text, "{key}");
    }
    for (id, code) in [(1, "b"), (2, "B"), (3, "a"), (4, "ä"), (5, "Z"), (6, "_")] {
        let date = (id > 3).then_some("2026-01-01");
        execute(&db, MACHINE, params![1, id, code, date, NOW]).await.unwrap();
    }
    let codes = async |order: &str| -> Vec<String> {
        let sql = format!("SELECT machine_code FROM machines WHERE organization_id = $1 ORDER BY {order}");
        query(&db, &sql, params![1]).await.unwrap().iter().map(|r| r.get("machine_code").unwrap()).collect()
    };
    assert_eq!(codes("machine_code").await, ["B", "Z", "_", "a", "b", "ä"], "by bytes");
    assert_eq!(codes("last_maintenance_date NULLS LAST, machine_code").await, ["Z", "_", "ä", "B", "a", "b"]);
    assert_eq!(codes("last_maintenance_date NULLS FIRST, machine_code").await, ["B", "a", "b", "Z", "_", "ä"]);
    let row = one(&db, "SELECT count(*) AS n FROM machines WHERE organization_id = $1 AND ($2 = 0 OR id = $2) AND ($3 = '' OR name = $3)", params![1, 99_999_999_999_i64, ""]).await;
    assert_eq!(row.get::<i64>("n").unwrap(), 0, "a parameter beside a literal is no small integer");
}

#[tokio::test]
async fn ten_04_no_reference_leads_into_another_organisation() {
    let (store, _acme) = opened().await;
    let beta = organization(&store, 2).await;
    execute(&beta, PLANT, params![2, 5, Uuid::from_u128(5), "Beta's", NOW]).await.unwrap();
    let acme = store.organization(1).await;
    let lane = "INSERT INTO lanes (organization_id, id, plant_id, name, created_at, updated_at) VALUES ($1, 1, $2, 'L', $3, $3)";
    assert!(matches!(refused(&acme, lane, params![1, 5, NOW]).await, DbError::Constraint(_)), "a plant of the other");
    assert!(execute(&beta, lane, params![2, 5, NOW]).await.is_ok());
    assert!(
        matches!(refused(&acme, lane, params![3, 5, NOW]).await, DbError::Constraint(_)),
        "an organisation that is none"
    );
}
