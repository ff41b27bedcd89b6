//! Bare axum and rusqlite: the same rows as the product's materials, read without log-in, tenant,
//! permission or anything else, on one connection a thread. Arguments: port, database file, rows.

use axum::extract::{Path, Query, State};
use axum::{Json, Router, routing::get};
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::sync::Arc;

#[derive(Serialize)]
struct Material {
    id: i64,
    material_code: String,
    name: String,
    description: Option<String>,
    category_id: Option<i64>,
    category_name: Option<String>,
    unit_of_measure: String,
    standard_cost: f64,
    minimum_stock_level: Option<f64>,
    maximum_stock_level: Option<f64>,
    reorder_point: Option<f64>,
    is_active: bool,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

#[derive(Serialize)]
struct Page {
    materials: Vec<Material>,
    total: i64,
}

#[derive(Deserialize)]
struct Wanted {
    page: Option<i64>,
}

const COLUMNS: &str =
    "SELECT m.id, m.material_code, m.name, m.description, m.category_id, c.name, m.unit_of_measure, m.standard_cost,
 m.minimum, m.maximum, m.reorder, m.is_active, m.version, m.created_at, m.updated_at
 FROM materials m LEFT JOIN categories c ON c.id = m.category_id";

thread_local! { static OPEN: RefCell<Option<Connection>> = const { RefCell::new(None) }; }

fn with<T>(file: &str, f: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    OPEN.with(|open| {
        let mut open = open.borrow_mut();
        if open.is_none() {
            *open = Some(Connection::open(file)?);
        }
        f(open.as_ref().ok_or(rusqlite::Error::QueryReturnedNoRows)?)
    })
}

fn read(r: &Row<'_>) -> rusqlite::Result<Material> {
    let micro = |n: i64| n as f64 / 1e6;
    Ok(Material {
        id: r.get(0)?,
        material_code: r.get(1)?,
        name: r.get(2)?,
        description: r.get(3)?,
        category_id: r.get(4)?,
        category_name: r.get(5)?,
        unit_of_measure: r.get(6)?,
        standard_cost: micro(r.get(7)?),
        minimum_stock_level: r.get::<_, Option<i64>>(8)?.map(micro),
        maximum_stock_level: r.get::<_, Option<i64>>(9)?.map(micro),
        reorder_point: r.get::<_, Option<i64>>(10)?.map(micro),
        is_active: r.get(11)?,
        version: r.get(12)?,
        created_at: r.get(13)?,
        updated_at: r.get(14)?,
    })
}

type Answer<T> = Result<Json<T>, String>;

async fn one(State(file): State<Arc<str>>, Path(id): Path<i64>) -> Answer<Material> {
    let found = with(&file, |c| c.prepare_cached(&format!("{COLUMNS} WHERE m.id = ?1"))?.query_row([id], read));
    found.map(Json).map_err(|e| e.to_string())
}

async fn list(State(file): State<Arc<str>>, Query(wanted): Query<Wanted>) -> Answer<Page> {
    let skip = (wanted.page.unwrap_or(1) - 1) * 50;
    let page = with(&file, |c| {
        let total = c.prepare_cached("SELECT count(*) FROM materials")?.query_row([], |r| r.get(0))?;
        let mut rows = c.prepare_cached(&format!("{COLUMNS} ORDER BY m.material_code LIMIT 50 OFFSET ?1"))?;
        Ok(Page { materials: rows.query_map([skip], read)?.collect::<Result<_, _>>()?, total })
    });
    page.map(Json).map_err(|e| e.to_string())
}

fn fill(file: &str, rows: i64) -> rusqlite::Result<()> {
    let mut c = Connection::open(file)?;
    c.pragma_update(None, "journal_mode", "wal")?;
    c.execute_batch(
        "CREATE TABLE categories (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE materials (id INTEGER PRIMARY KEY, material_code TEXT UNIQUE, name TEXT, description TEXT, category_id INT,
           unit_of_measure TEXT, standard_cost INT, minimum INT, maximum INT, reorder INT, is_active INT, version INT, created_at INT, updated_at INT);
         INSERT INTO categories VALUES (1, 'Raw Materials - Steel');",
    )?;
    let tx = c.transaction()?;
    {
        let mut add = tx.prepare(
            "INSERT INTO materials VALUES (?1, 'MTL-' || printf('%07d', ?1), 'Steel sheet ' || ?1, '5052 alloy, cold rolled', 1, 'kg',
             150000000, 500000000, 2000000000, 1000000000, 1, 1, 1762423200000000, 1762423200000000)",
        )?;
        for id in 1..=rows {
            add.execute([id])?;
        }
    }
    tx.commit()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [port, file, rows] = &args[..] else { return Err("port file rows".into()) };
    fill(file, rows.parse()?)?;
    let router = Router::new().route("/materials/{id}", get(one)).route("/materials", get(list));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    axum::serve(listener, router.with_state(Arc::from(file.as_str()))).await?;
    Ok(())
}
