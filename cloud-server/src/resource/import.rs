//! Files taken in. A trial does everything and is undone, so it says exactly what the import would do, but for what
//! other organisations have; an import with a mistake does nothing.

use super::codec::Record;
use super::custom::Custom;
use super::sheet::{self, MappedColumn};
use super::{Description, Map, cells, codec, custom, engine, judge, of_table};
use crate::business::Wrong;
use crate::db::DbError;
use crate::db::kinds::Kind;
use crate::params;
use crate::tenancy::WriteTx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use unison_api::error::ApiError;

const BYTES_MAX: usize = 5 * 1024 * 1024;
const PREVIEW: usize = 20;
const ERRORS_MAX: usize = 1_000;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    pub file_name: Option<String>,
    /// The file's text; its first line names the columns.
    pub csv: String,
    /// Field by column, null for a column that is left out; made by equal names where it is missing.
    pub mapping: Option<BTreeMap<String, Option<String>>>,
    /// Change records that exist, instead of refusing them.
    #[serde(default)]
    pub update_existing: bool,
    /// Really do it; otherwise only say what would happen.
    #[serde(default)]
    pub commit: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CellError {
    /// Line of the file; the names stand in line 1.
    pub line: usize,
    pub column: Option<String>,
    pub field: Option<String>,
    pub message: String,
}

#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Report {
    pub columns: Vec<MappedColumn>,
    pub rows: usize,
    pub will_create: usize,
    pub will_update: usize,
    pub unchanged: usize,
    pub errors: Vec<CellError>,
    pub preview: Vec<Map>,
    /// By which it can be undone; null when nothing was done.
    pub import_id: Option<i64>,
}

/// The column of an export that tells active records from archived ones.
const IS_ACTIVE: &str = "is_active";

/// What an import did to one record.
struct Done {
    line: usize,
    id: i64,
    version: i64,
    before: Option<Value>,
}

/// The cells of a row.
struct Cells {
    /// As the body of a request.
    body: Map,
    id: Option<String>,
    /// Fields that could not be read and stand not in the body.
    wrong: Vec<String>,
}

/// Takes a file in. The caller must undo the transaction when the report has errors or was only a trial.
///
/// # Errors
/// 400 when the file cannot be read at all.
pub fn run(
    tx: &WriteTx<'_>,
    d: &'static Description,
    import: &Import,
    foreign: &BTreeSet<String>,
) -> Result<Report, Wrong> {
    if import.csv.len() > BYTES_MAX {
        return Err(ApiError::field("csv", format!("may have {} MB", BYTES_MAX / 1024 / 1024)).into());
    }
    // Too many are refused before the first is tried.
    let (header, rows) = sheet::read(&import.csv)?;
    let customs = custom::definitions(tx, d)?;
    let columns = sheet::mapped(d, &customs, &header, import.mapping.as_ref())?;
    let report = Report { columns, ..Report::default() };
    let mut intake = Intake { tx, d, customs: &customs, import, foreign, refused_as_foreign: Vec::new(), report };
    let mut done = Vec::new();
    for (line, row) in rows {
        intake.report.rows += 1;
        done.extend(intake.row(line, &row)?);
    }
    let mut report = intake.report;
    // Told when nothing else stands in the way; a file with a slip in it would otherwise be a question about others.
    if report.errors.is_empty() {
        report.will_create = report.will_create.saturating_sub(intake.refused_as_foreign.len());
        report.errors = intake.refused_as_foreign;
        report.errors.truncate(ERRORS_MAX);
    }
    if import.commit && report.errors.is_empty() {
        report.import_id = Some(keep(tx, d, import, &report, &done)?);
    }
    Ok(report)
}

struct Intake<'t, 's> {
    tx: &'t WriteTx<'s>,
    d: &'static Description,
    customs: &'t [Custom],
    import: &'t Import,
    /// Texts that belong to other organisations.
    foreign: &'t BTreeSet<String>,
    /// What is wrong only because of them.
    refused_as_foreign: Vec<CellError>,
    report: Report,
}

impl Intake<'_, '_> {
    fn row(&mut self, line: usize, row: &csv::StringRecord) -> Result<Option<Done>, Wrong> {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            self.report.rows -= 1;
            return Ok(None);
        }
        let Cells { mut body, id, wrong } = self.cells(line, row)?;
        self.fold(&mut body);
        let found = if self.import.update_existing { self.existing(&body, id.as_deref()) } else { Ok(None) };
        let before = match found {
            Ok(before) => before,
            Err(Wrong(e)) if e.status == 500 => return Err(Wrong(e)),
            Err(Wrong(e)) => {
                let message = match &id {
                    Some(id) if e.status == 404 => {
                        let what = self.d.meta.label.to_lowercase();
                        format!("there is no {what} {id}; leave ids out where a file comes from elsewhere")
                    }
                    _ => super::bulk::said(&e),
                };
                let field = id.as_ref().map(|_| "id".to_owned());
                let column = field.as_ref().and_then(|field| self.column(field));
                self.wrong(CellError { line, column, field, message });
                return Ok(None);
            }
        };
        if let Some(field) = before.as_ref().and_then(|before| self.renamed(&body, before)) {
            self.refused(line, &ApiError::field(field, "is changed on the record itself, not by a file"));
            return Ok(None);
        }
        if before.is_none() && self.is_archived(row) {
            let message = "is archived where the file comes from; leave its row out".to_owned();
            self.wrong(CellError { line, column: Some(IS_ACTIVE.into()), field: None, message });
            return Ok(None);
        }
        if !wrong.is_empty() {
            self.judge(line, before.as_ref(), body, &wrong)?;
            return Ok(None);
        }
        let foreign = self.foreign(&body);
        let result = match &before {
            None => engine::create(self.tx, self.d, body),
            Some(before) => {
                let mut body = body;
                body.insert("version".into(), before.version.into());
                engine::update(self.tx, self.d, &before.id.to_string(), body)
            }
        };
        match result {
            Ok(after) => {
                // A second row for the same one is about the record that the first made.
                if let Some(field) = foreign.filter(|_| before.is_none()) {
                    let message = "cannot be used here; use another address".to_owned();
                    let error = CellError { line, column: self.column(field), field: Some(field.to_owned()), message };
                    self.refused_as_foreign.push(error);
                }
                Ok(self.counted(line, before, after))
            }
            Err(Wrong(e)) if e.status == 500 => Err(Wrong(e)),
            Err(Wrong(e)) => {
                self.refused(line, &e);
                Ok(None)
            }
        }
    }

    /// Whether an export says so of a row; a file makes and changes records and archives none.
    fn is_archived(&self, row: &csv::StringRecord) -> bool {
        let place = self.report.columns.iter().position(|c| c.column == IS_ACTIVE && c.field.is_none());
        place.and_then(|i| row.get(i)).is_some_and(|cell| cell.trim().eq_ignore_ascii_case("false"))
    }

    /// What else is wrong with a row of which some cells are.
    fn judge(&mut self, line: usize, before: Option<&Record>, body: Map, wrong: &[String]) -> Result<(), Wrong> {
        let is_key = |field: &String| self.d.meta.unique.iter().any(|key| key.contains(&field.as_str()));
        if self.import.update_existing && before.is_none() && wrong.iter().any(is_key) {
            // Nobody knows whether it is new.
            return Ok(());
        }
        match judge::judge(self.tx, self.d, self.customs, before, body, wrong) {
            Err(Wrong(e)) if e.status == 500 => return Err(Wrong(e)),
            Err(Wrong(e)) => self.refused(line, &e),
            Ok(()) => {}
        }
        Ok(())
    }

    /// Texts in lower case are compared as they are kept.
    fn fold(&self, body: &mut Map) {
        for field in self.d.meta.single {
            if let Some(Value::String(text)) = body.get_mut(*field) {
                *text = text.to_lowercase();
            }
        }
    }

    /// The field of one organisation of all that a row would change.
    fn renamed(&self, body: &Map, before: &Record) -> Option<&'static str> {
        let given = |field: &str| body.get(field).and_then(Value::as_str);
        let differs =
            |field: &str| given(field).is_some_and(|g| before.fields.get(field).and_then(Value::as_str) != Some(g));
        self.d.meta.single.iter().copied().find(|field| differs(field))
    }

    /// The field whose text belongs to another organisation.
    fn foreign(&self, body: &Map) -> Option<&'static str> {
        let is_foreign =
            |field: &str| body.get(field).and_then(Value::as_str).is_some_and(|g| self.foreign.contains(g));
        self.d.meta.single.iter().copied().find(|field| is_foreign(field))
    }

    fn counted(&mut self, line: usize, before: Option<Record>, after: Map) -> Option<Done> {
        let number = |name: &str| after.get(name).and_then(Value::as_i64).unwrap_or(0);
        let (id, version) = (number("id"), number("version"));
        let is_same = before.as_ref().is_some_and(|b| b.version == version);
        match (&before, is_same) {
            (None, _) => self.report.will_create += 1,
            (Some(_), true) => self.report.unchanged += 1,
            (Some(_), false) => self.report.will_update += 1,
        }
        if self.report.preview.len() < PREVIEW {
            self.report.preview.push(after);
        }
        let before = before.map(|b| json!({"fields": b.fields, "custom_fields": b.custom_fields}));
        (!is_same).then_some(Done { line, id, version, before })
    }

    /// Reads the cells of a row; those that are wrong are told.
    fn cells(&mut self, line: usize, row: &csv::StringRecord) -> Result<Cells, Wrong> {
        let (mut body, mut custom, mut id, mut wrong) = (Map::new(), Map::new(), None, Vec::new());
        let mut columns: Vec<_> = self.report.columns.clone().into_iter().enumerate().collect();
        // Names are looked for in the plant of the row, so that is read first.
        columns.sort_by_key(|(_, mapped)| mapped.field.as_deref() != Some("plant_id"));
        for (i, mapped) in columns {
            let (Some(field), cell) = (mapped.field, row.get(i).unwrap_or_default()) else { continue };
            if field == "id" {
                id = Some(cell.trim().to_owned()).filter(|id| !id.is_empty());
                continue;
            }
            if let Some(link) = self.d.meta.links.iter().find(|l| l.field == field) {
                match self.linked(link.target, cell)? {
                    Ok(ids) if ids.is_empty() => {}
                    Ok(ids) => drop(body.insert(field, ids.into())),
                    Err(message) => {
                        wrong.push(field.clone());
                        self.wrong(CellError { line, column: Some(mapped.column), field: Some(field), message });
                    }
                }
                continue;
            }
            let own = self.customs.iter().find(|c| c.column.field.name == field);
            let value = match (own, self.d.column(&field)) {
                (Some(own), _) => cells::read(&own.column, cell),
                (None, Some(column)) => match column.look_up {
                    Some(look_up) => {
                        self.referred(look_up.table, cell, body.get("plant_id").and_then(Value::as_i64))?
                    }
                    None => cells::read(column, cell),
                },
                (None, None) => continue,
            };
            let may_be_empty = own.is_some() || self.d.column(&field).is_some_and(|c| c.is_nullable);
            match (value, own) {
                (Ok(None), None) if self.d.column(&field).is_some_and(|c| c.field.default == json!([])) => {
                    drop(body.insert(field, json!([])));
                }
                (Ok(None), _) if !may_be_empty => {}
                (Ok(value), Some(own)) => drop(custom.insert(own.code.clone(), value.unwrap_or_default())),
                (Ok(value), None) => drop(body.insert(field, value.unwrap_or_default())),
                (Err(message), _) => {
                    wrong.push(field.clone());
                    self.wrong(CellError { line, column: Some(mapped.column), field: Some(field), message });
                }
            }
        }
        body.insert("custom_fields".into(), custom.into());
        Ok(Cells { body, id, wrong })
    }

    /// Several references, with semicolons between them.
    fn linked(&self, table: &str, cell: &str) -> Result<Result<Vec<Value>, String>, DbError> {
        let mut out = Vec::new();
        for word in cells::unguarded(cell.trim()).split(';').map(str::trim).filter(|w| !w.is_empty()) {
            // Names first: they are what an export writes here, and a plant may be called 1001.
            let found = match (self.named(table, word, None)?, word.parse::<i64>()) {
                (Err(_), Ok(id)) => Ok(Some(id.into())),
                (found, _) => found,
            };
            match found {
                Ok(found) => out.extend(found),
                Err(message) => return Ok(Err(message)),
            }
        }
        Ok(Ok(out))
    }

    /// A reference by id, code or title: of what lies in plants, only in that of the row or else in those within
    /// reach; so a name that others use elsewhere neither disturbs nor shows.
    fn referred(&self, table: &str, cell: &str, plant: Option<i64>) -> Result<Result<Option<Value>, String>, DbError> {
        let text = cells::unguarded(cell.trim());
        let text = text.as_str();
        if text.is_empty() {
            return Ok(Ok(None));
        }
        match text.parse::<i64>() {
            Ok(id) => Ok(Ok(Some(id.into()))),
            Err(_) => self.named(table, text, plant),
        }
    }

    /// A reference by code or title.
    fn named(&self, table: &str, text: &str, plant: Option<i64>) -> Result<Result<Option<Value>, String>, DbError> {
        let (code, title) = match of_table(table) {
            Some(d) => {
                // A code that is unique in its plant only may mean several; then it says so.
                let mut texts = d.meta.unique.iter().filter_map(|key| key.last().copied());
                let code = texts.find(|f| d.column(f).is_some_and(|c| c.kind == Kind::Text));
                (d.meta.code.or(code).unwrap_or(d.meta.title), d.meta.title)
            }
            None => ("name", "name"),
        };
        let mut values = params![self.tx.org(), text].to_vec();
        let (place, named) = match of_table(table).and_then(|d| d.meta.plant_column()) {
            None => (String::new(), "$2"),
            Some("plant_id") if plant.is_some() => {
                values.push(plant.into());
                (" AND t.plant_id = $3".to_owned(), "$2")
            }
            Some(column) => {
                let (all_plants, holder) = crate::business::reach_values(self.tx.caller());
                values = params![self.tx.org(), all_plants, holder, text].to_vec();
                (format!(" AND {}", crate::business::reach_sql(&format!("t.{column}"))), "$4")
            }
        };
        let sql = format!(
            "SELECT t.id FROM {table} t WHERE t.organization_id = $1{place} AND (t.{code} = {named} OR t.{title} = {named}) LIMIT 2"
        );
        let rows = self.tx.query(&sql, &values)?;
        match rows.as_slice() {
            [] => Ok(Err(format!("there is none with the name {text}"))),
            [row] => Ok(Ok(Some(row.get::<i64>("id")?.into()))),
            _ => Ok(Err(format!("{text} means several; give the id"))),
        }
    }

    /// The record that a row is about: by id, or by a key that the row gives whole.
    fn existing(&self, body: &Map, id: Option<&str>) -> Result<Option<Record>, Wrong> {
        let by_id = id.map(|id| engine::find(self.tx, self.d, id)).transpose();
        let unknown = match by_id {
            // Maybe a file of another organisation: its ids mean nothing here, its codes do.
            Err(Wrong(e)) if e.status == 404 && self.d.meta.code.is_some_and(|code| body.contains_key(code)) => Some(e),
            Ok(None) => None,
            found => return found,
        };
        for key in self.d.meta.unique {
            let mut values = params![self.tx.org()].to_vec();
            let mut conditions = Vec::new();
            for name in *key {
                let (Some(column), Some(value)) = (self.d.column(name), body.get(*name)) else { break };
                values.push(codec::stored(value, column.kind)?);
                conditions.push(format!("{name} = ${}", values.len()));
            }
            if conditions.len() < key.len() {
                continue;
            }
            let table = self.d.meta.table;
            let sql = format!("SELECT id FROM {table} WHERE organization_id = $1 AND {}", conditions.join(" AND "));
            if let Some(row) = self.tx.query_one(&sql, &values)? {
                let id: i64 = row.get("id")?;
                return engine::find(self.tx, self.d, &id.to_string()).map(Some);
            }
        }
        unknown.map_or(Ok(None), |e| Err(Wrong(e)))
    }

    /// The column that is for a field.
    fn column(&self, field: &str) -> Option<String> {
        let mut columns = self.report.columns.iter();
        columns.find(|c| c.field.as_deref() == Some(field)).map(|c| c.column.clone())
    }

    fn refused(&mut self, line: usize, error: &ApiError) {
        for detail in &error.body.details {
            let column = self.column(&detail.field);
            self.wrong(CellError { line, column, field: Some(detail.field.clone()), message: detail.message.clone() });
        }
        if error.body.details.is_empty() {
            let message = error.body.reason.clone().unwrap_or_else(|| error.body.error.clone());
            self.wrong(CellError { line, column: None, field: None, message });
        }
    }

    fn wrong(&mut self, error: CellError) {
        if self.report.errors.len() < ERRORS_MAX {
            self.report.errors.push(error);
        }
    }
}

fn keep(tx: &WriteTx<'_>, d: &Description, import: &Import, report: &Report, done: &[Done]) -> Result<i64, Wrong> {
    let user = tx.caller().signed_on().ok_or_else(|| ApiError::forbidden(d.permission(true)))?.user_id;
    let id = tx.next_id("imports")?;
    let name = import.file_name.as_ref().map(|n| n.chars().take(255).collect::<String>());
    tx.execute(
        "INSERT INTO imports (organization_id, id, entity, file_name, user_id, created, updated, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            tx.org(),
            id,
            d.meta.entity,
            name,
            user,
            i64::try_from(report.will_create).unwrap_or(0),
            i64::try_from(report.will_update).unwrap_or(0),
            tx.now()
        ],
    )?;
    for row in done {
        tx.execute(
            "INSERT INTO import_rows (organization_id, import_id, line, record_id, version_after, before)
             VALUES ($1, $2, $3, $4, $5, $6)",
            params![
                tx.org(),
                id,
                i64::try_from(row.line).unwrap_or(0),
                row.id,
                row.version,
                row.before.as_ref().map(Value::to_string)
            ],
        )?;
    }
    let counted = json!({"entity": d.meta.entity, "created": report.will_create, "updated": report.will_update});
    tx.audit("import", id, "create", None::<&()>, Some(&counted))?;
    Ok(id)
}
