//! References that stand in tables of pairs, such as the plants of people.

use super::{Description, Link, of_table};
use crate::db::DbError;
use crate::params;
use crate::tenancy::Tx;
use std::collections::HashMap;

/// The other side of a record's pairs.
pub(super) fn of_record(tx: &Tx<'_>, link: &Link, id: i64) -> Result<Vec<i64>, DbError> {
    let (table, own, other) = (link.table, link.own, link.other);
    let sql =
        format!("SELECT {other} AS other FROM {table} WHERE organization_id = $1 AND {own} = $2 ORDER BY {other}");
    tx.query(&sql, params![tx.org(), id])?.iter().map(|row| row.get("other")).collect()
}

/// Titles of the other side of every pair, by link and record.
pub(super) type Titles = Vec<HashMap<i64, Vec<String>>>;

pub(super) fn titles(tx: &Tx<'_>, d: &Description) -> Result<Titles, DbError> {
    let one = |link: &Link| {
        let (table, own, other, target) = (link.table, link.own, link.other, link.target);
        let title = of_table(target).map_or("name", |t| t.meta.title);
        let sql = format!(
            "SELECT l.{own} AS own, r.{title} AS title FROM {table} l
             JOIN {target} r ON r.organization_id = l.organization_id AND r.id = l.{other}
             WHERE l.organization_id = $1 ORDER BY r.{title}, r.id"
        );
        let mut out: HashMap<i64, Vec<String>> = HashMap::new();
        for row in tx.query(&sql, params![tx.org()])? {
            out.entry(row.get("own")?).or_default().push(row.get("title")?);
        }
        Ok(out)
    };
    d.meta.links.iter().map(one).collect()
}
