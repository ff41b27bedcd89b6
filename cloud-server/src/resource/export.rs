//! A list as a file: all its rows, whatever the page, written row by row.

use super::codec::{Record, record};
use super::custom::Custom;
use super::describe::Column;
use super::list::{Asked, Question};
use super::{Description, cells, custom, links};
use crate::business::Wrong;
use crate::db::DbError;
use crate::tenancy::Tx;
use serde_json::Value;
use std::io::Write;
use unison_api::error::ApiError;
use unison_api::form::FieldKind;

const ROWS_MAX: usize = 100_000;

/// Writes the rows that a list's question finds, as CSV. No more than a row is held in memory.
///
/// # Errors
/// 400 for a wrong question or too many rows.
pub fn csv<W: Write>(tx: &Tx<'_>, d: &Description, asked: &Asked, to: W) -> Result<W, Wrong> {
    if asked.get("format").is_some_and(|f| f != "csv") {
        return Err(ApiError::field("format", "must be csv").into());
    }
    let customs = custom::definitions(tx, d)?;
    let mut q = Question::parse(tx, d, &customs, asked)?;
    let limit = q.bind(i64::try_from(ROWS_MAX).unwrap_or(i64::MAX) + 1);
    let sql = format!("{}{} ORDER BY {} LIMIT {limit}", d.select, q.condition, q.order);
    let mut file = ::csv::Writer::from_writer(to);
    let failed = |e: ::csv::Error| DbError::Failed(e.to_string());
    let columns = Columns { d, customs: &customs, unseen: (d.hooks.unseen)(tx), linked: links::titles(tx, d)? };
    file.write_record(columns.header()).map_err(failed)?;
    let written =
        tx.query_map(&sql, &q.values, |row| file.write_record(columns.line(&record(d, &row)?)).map_err(failed))?;
    if written.len() > ROWS_MAX {
        let reason = format!("There are more than {ROWS_MAX} rows; narrow the list and export it in parts");
        return Err(ApiError::new(400, "Too many rows", reason).into());
    }
    file.into_inner().map_err(|e| DbError::Failed(e.to_string()).into())
}

/// The columns of a file: fields, what look-ups add beside them, links, custom fields.
struct Columns<'a> {
    d: &'a Description,
    customs: &'a [Custom],
    unseen: &'a [&'a str],
    linked: links::Titles,
}

impl Columns<'_> {
    fn seen(&self) -> impl Iterator<Item = &Column> {
        self.d.columns.iter().filter(|c| !self.unseen.contains(&c.field.name.as_str()))
    }

    fn header(&self) -> Vec<String> {
        let mut out = vec!["id".to_owned()];
        for column in self.seen() {
            out.push(column.field.name.clone());
            out.extend(column.look_up.map_or(&[] as &[_], |l| l.adds).iter().map(|(name, _)| (*name).to_owned()));
        }
        out.extend(self.d.meta.links.iter().map(|l| l.field.to_owned()));
        out.extend(self.customs.iter().map(|c| c.column.field.name.clone()));
        out.push("is_active".into());
        out
    }

    fn line(&self, r: &Record) -> Vec<String> {
        let cell = |value: Option<&Value>, kind| cells::write(value.unwrap_or(&Value::Null), kind);
        let mut out = vec![r.id.to_string()];
        for column in self.seen() {
            out.push(cell(r.fields.get(&column.field.name), column.field.kind));
            let adds = column.look_up.map_or(&[] as &[_], |l| l.adds);
            out.extend(adds.iter().map(|(name, _)| cell(r.added.get(*name), FieldKind::Text)));
        }
        for links in &self.linked {
            out.push(cell(links.get(&r.id).map(|l| Value::from(l.clone())).as_ref(), FieldKind::List));
        }
        out.extend(self.customs.iter().map(|c| cell(r.custom_fields.get(&c.code), c.column.field.kind)));
        out.push(r.is_active.to_string());
        out
    }
}
