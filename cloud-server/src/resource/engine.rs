//! Everything that is alike for all entities: load, check, save, tell. Each function takes a transaction that was
//! opened for a caller, and checks what the caller reaches; permissions were checked by the route.

use super::codec::{Record, record};
use super::valid::wrong;
use super::{
    Change, Description, Map, Reach, Verb, codec, custom, files, in_use, links, numbering, of_table, present, valid,
};
use crate::business::{Wrong, need_all_plants, need_plant};
use crate::db::DbError;
use crate::params;
use crate::tenancy::{Tx, WriteTx};
use serde_json::Value;
use unison_api::error::{ApiError, Detail};
use unison_core::ids::PlantId;

/// A record by id or code.
///
/// # Errors
/// 404 where there is none in the organisation, 403 where it lies in a plant out of reach.
pub fn find(tx: &Tx<'_>, d: &Description, key: &str) -> Result<Record, Wrong> {
    let mut found = stored_under(tx, d, key)?.ok_or_else(|| ApiError::not_found(&d.meta.label.to_lowercase()))?;
    for link in d.meta.links {
        found.fields.insert(link.field.to_owned(), links::of_record(tx, link, found.id)?.into());
    }
    if let Some(plant) = plant_of(d, Some(found.id), &found.fields) {
        need_plant(tx, plant)?;
    }
    Ok(found)
}

fn stored_under(tx: &Tx<'_>, d: &Description, key: &str) -> Result<Option<Record>, DbError> {
    // A code may look like an id; then the id counts. Two questions: one with "or" would use no index.
    if let Ok(id) = key.parse::<i64>()
        && let Some(row) = tx.query_one(&format!("{} AND t.id = $2", d.select), params![tx.org(), id])?
    {
        return record(d, &row).map(Some);
    }
    let Some(code) = d.meta.code else { return Ok(None) };
    let row = tx.query_one(&format!("{} AND t.{code} = $2", d.select), params![tx.org(), key])?;
    row.map(|row| record(d, &row)).transpose()
}

/// As [`find`], to change it: what belongs to all plants is changed by those who reach all.
///
/// # Errors
/// As [`find`], and 403 for those who reach some plants only.
pub(super) fn find_to_write(tx: &WriteTx<'_>, d: &Description, key: &str) -> Result<Record, Wrong> {
    let found = find(tx, d, key)?;
    if is_of_all_plants(d, &found.fields) {
        need_all_plants(tx)?;
    }
    Ok(found)
}

/// The plant of a record, whoever asks; only to say in the right words why it is refused (RBAC-01).
///
/// # Errors
/// When the database fails.
pub fn plant_of_key(tx: &Tx<'_>, d: &Description, key: &str) -> Result<Option<PlantId>, DbError> {
    let found = stored_under(tx, d, key)?;
    Ok(found.and_then(|r| plant_of(d, Some(r.id), &r.fields)))
}

/// A record as it goes out.
///
/// # Errors
/// As [`find`].
pub fn text(tx: &Tx<'_>, d: &Description, key: &str) -> Result<Vec<u8>, Wrong> {
    let found = find(tx, d, key)?;
    let mut out = present::texts(tx, d, std::slice::from_ref(&found.row))?;
    // Without the brackets of the array.
    out.pop();
    out.remove(0);
    Ok(out)
}

/// The same as a map.
///
/// # Errors
/// As [`find`].
pub fn get(tx: &Tx<'_>, d: &Description, key: &str) -> Result<Map, Wrong> {
    let found = find(tx, d, key)?;
    present::one(tx, d, &found)
}

/// # Errors
/// 400 with every mistake, 403 in a plant out of reach.
pub fn create(tx: &WriteTx<'_>, d: &Description, mut body: Map) -> Result<Map, Wrong> {
    if let Some(own) = d.hooks.own {
        return (own.create)(tx, body);
    }
    let asked_custom = body.remove("custom_fields");
    let (fields, mut details) = valid::merged(d, None, &body);
    match plant_of(d, None, &fields) {
        Some(plant) => need_plant(tx, plant)?,
        None if is_of_all_plants(d, &fields) => need_all_plants(tx)?,
        None => {}
    }
    let definitions = custom::definitions(tx, d)?;
    let (mut customs, more) = custom::merged(&definitions, &Map::new(), asked_custom.as_ref());
    details.extend(more);
    details.extend(files::look_up(tx, d, &definitions, None, &mut customs)?);
    let fields = settle(tx, d, None, fields, details)?;
    let id = tx.next_id(d.meta.table)?;
    let columns: Vec<_> = d.columns.iter().map(|c| c.field.name.as_str()).collect();
    let places: Vec<_> = (5..columns.len() + 5).map(|n| format!("${n}")).collect();
    let sql = format!(
        "INSERT INTO {} (organization_id, id, created_at, updated_at, custom_fields, {}) VALUES ($1, $2, $3, $3, $4, {})",
        d.meta.table,
        columns.join(", "),
        places.join(", ")
    );
    let mut values = params![tx.org(), id, tx.now(), Value::Object(customs.clone()).to_string()].to_vec();
    values.extend(stored(d, &fields)?);
    tx.execute(&sql, &values)?;
    files::claim(tx, &definitions, id, &customs)?;
    done(tx, d, id, "create", None)
}

/// # Errors
/// 400 with every mistake, 409 when another changed it since the version in the body.
pub fn update(tx: &WriteTx<'_>, d: &Description, key: &str, mut body: Map) -> Result<Map, Wrong> {
    let before = find_to_write(tx, d, key)?;
    if let Some(own) = d.hooks.own {
        return (own.update)(tx, before.id, body);
    }
    let version = body.remove("version");
    let asked_custom = body.remove("custom_fields");
    need_version(tx, d, &before, version.as_ref())?;
    need_unlocked(d, &before, Change::Update)?;
    let (fields, mut details) = valid::merged(d, Some(&before.fields), &body);
    if version.is_none() {
        details.push(wrong("version", "is missing; send the version that you read"));
    }
    let definitions = custom::definitions(tx, d)?;
    let (mut customs, more) = custom::merged(&definitions, &before.custom_fields, asked_custom.as_ref());
    details.extend(more);
    let own = Some((before.id, &before.custom_fields));
    details.extend(files::look_up(tx, d, &definitions, own, &mut customs)?);
    let fields = settle(tx, d, Some(&before), fields, details)?;
    files::claim(tx, &definitions, before.id, &customs)?;
    save(tx, d, &before, "update", &fields, &customs)
}

/// # Errors
/// 404, 403, or why it cannot be archived.
pub fn archive(tx: &WriteTx<'_>, d: &Description, key: &str) -> Result<Map, Wrong> {
    set_active(tx, d, key, Change::Archive)
}

/// # Errors
/// 404, 403, or why it cannot be restored.
pub fn restore(tx: &WriteTx<'_>, d: &Description, key: &str) -> Result<Map, Wrong> {
    set_active(tx, d, key, Change::Restore)
}

pub(super) const ARCHIVE: &str = "archive";

fn set_active(tx: &WriteTx<'_>, d: &Description, key: &str, change: Change) -> Result<Map, Wrong> {
    // Where archiving is a step of the entity's own life, it is that step.
    if let Some(verb) = d.actions.iter().find(|v| change == Change::Archive && v.verb == ARCHIVE) {
        return act(tx, d, verb, key, &Map::new());
    }
    let before = find_to_write(tx, d, key)?;
    switch(tx, d, &before, change)
}

/// Archives what an import made; also where archiving is otherwise a step of the entity's own life, for it had none.
///
/// # Errors
/// Why it must stay.
pub(super) fn withdraw(tx: &WriteTx<'_>, d: &Description, made: &Record) -> Result<Map, Wrong> {
    switch(tx, d, made, Change::Archive)
}

/// Gives a record the values that it had once, as far as others still allow them.
///
/// # Errors
/// 400 naming the fields that something stands in the way of.
pub(super) fn put_back(
    tx: &WriteTx<'_>,
    d: &Description,
    now: &Record,
    fields: &Map,
    customs: &Map,
) -> Result<Map, Wrong> {
    need_unlocked(d, now, Change::Update)?;
    let details = in_the_light_of_others(tx, d, Some(now), fields, &[])?;
    if !details.is_empty() {
        return Err(ApiError::invalid(details).into());
    }
    save(tx, d, now, "undo import", fields, customs)
}

fn switch(tx: &WriteTx<'_>, d: &Description, before: &Record, change: Change) -> Result<Map, Wrong> {
    let is_active = change == Change::Restore;
    if let Some(own) = d.hooks.own {
        return if is_active { (own.restore)(tx, before.id) } else { (own.archive)(tx, before.id) };
    }
    if before.is_active == is_active {
        return present::one(tx, d, before);
    }
    need_unlocked(d, before, change)?;
    let hold = if is_active { in_use::archived_parent(tx, d, before)? } else { in_use::users_of(tx, d, before.id)? };
    if let Some(reason) = hold {
        return Err(Verb::refusal(if is_active { "restore" } else { ARCHIVE }, d.meta.label, reason).into());
    }
    let sql = format!(
        "UPDATE {} SET is_active = $3, version = version + 1, updated_at = $4 WHERE organization_id = $1 AND id = $2",
        d.meta.table
    );
    tx.execute(&sql, params![tx.org(), before.id, is_active, tx.now()])?;
    done(tx, d, before.id, if is_active { "restore" } else { ARCHIVE }, Some(before))
}

/// Does a verb of the entity.
///
/// # Errors
/// Why it cannot be done.
pub fn act(tx: &WriteTx<'_>, d: &Description, verb: &Verb, key: &str, body: &Map) -> Result<Map, Wrong> {
    let before = find_to_write(tx, d, key)?;
    if !before.is_active {
        return Err(Verb::refusal(verb.verb, d.meta.label, archived()).into());
    }
    let fields = (verb.apply)(tx, before.id, &before.fields, body)?;
    let details = in_the_light_of_others(tx, d, Some(&before), &fields, &[])?;
    if !details.is_empty() {
        return Err(ApiError::invalid(details).into());
    }
    save(tx, d, &before, verb.verb, &fields, &before.custom_fields)
}

/// Writes a record as it shall be, without judging it again; nothing happens when nothing differs.
///
/// # Errors
/// When the database fails.
pub fn save(
    tx: &WriteTx<'_>,
    d: &Description,
    before: &Record,
    action: &str,
    fields: &Map,
    customs: &Map,
) -> Result<Map, Wrong> {
    if *fields == before.fields && *customs == before.custom_fields {
        return present::one(tx, d, before);
    }
    if let Some(own) = d.hooks.own {
        return (own.update)(tx, before.id, difference(d, before, fields, customs));
    }
    let set: Vec<_> = d.columns.iter().zip(5..).map(|(c, n)| format!("{} = ${n}", c.field.name)).collect();
    let sql = format!(
        "UPDATE {} SET version = version + 1, updated_at = $3, custom_fields = $4, {} WHERE organization_id = $1 AND id = $2",
        d.meta.table,
        set.join(", ")
    );
    let mut values = params![tx.org(), before.id, tx.now(), Value::Object(customs.clone()).to_string()].to_vec();
    values.extend(stored(d, fields)?);
    tx.execute(&sql, &values)?;
    done(tx, d, before.id, action, Some(before))
}

/// The body of a change that makes a record what it shall be.
fn difference(d: &Description, before: &Record, fields: &Map, customs: &Map) -> Map {
    let is_open = |name: &str| !d.meta.read_only.contains(&name);
    let differs = |(name, value): &(&String, &Value)| is_open(name) && before.fields.get(*name) != Some(*value);
    let mut out: Map = fields.iter().filter(differs).map(|(n, v)| (n.clone(), v.clone())).collect();
    let gone = before.custom_fields.keys().filter(|code| !customs.contains_key(*code));
    let mut custom: Map = gone.map(|code| (code.clone(), Value::Null)).collect();
    custom.extend(customs.clone());
    out.insert("custom_fields".into(), custom.into());
    out.insert("version".into(), before.version.into());
    out
}

fn stored(d: &Description, fields: &Map) -> Result<Vec<crate::db::Value>, DbError> {
    let value = |name: &str| fields.get(name).unwrap_or(&Value::Null);
    d.columns.iter().map(|c| codec::stored(value(&c.field.name), c.kind)).collect()
}

/// What follows every change: the audit log, the hook, and the record as it is now.
fn done(tx: &WriteTx<'_>, d: &Description, id: i64, action: &str, before: Option<&Record>) -> Result<Map, Wrong> {
    let after = find_by_id(tx, d, id)?;
    tx.audit(d.meta.entity, id, action, before.map(audited).as_ref(), Some(&audited(&after)))?;
    (d.hooks.saved)(tx, id, before.map(|b| &b.fields), &after.fields)?;
    // The hook may have changed more of it.
    present::one(tx, d, &find_by_id(tx, d, id)?)
}

/// A record whoever asks, for what follows from changes of others.
///
/// # Errors
/// When there is none, or the database fails.
pub(crate) fn find_by_id(tx: &Tx<'_>, d: &Description, id: i64) -> Result<Record, DbError> {
    let row = tx.query_one(&format!("{} AND t.id = $2", d.select), params![tx.org(), id])?;
    record(d, &row.ok_or_else(|| DbError::Failed(format!("{} {id} is gone", d.meta.entity)))?)
}

fn audited(r: &Record) -> Map {
    let mut out = r.fields.clone();
    out.insert("custom_fields".into(), r.custom_fields.clone().into());
    out.insert("is_active".into(), r.is_active.into());
    out
}

/// The plant that a record belongs to; none while that is not known.
pub(super) fn plant_of(d: &Description, id: Option<i64>, fields: &Map) -> Option<PlantId> {
    match d.meta.reach {
        Reach::Organization => None,
        Reach::Plant => fields.get("plant_id").and_then(Value::as_i64).map(PlantId),
        Reach::IsPlant => id.map(PlantId),
    }
}

/// A record of a plant-scoped entity that names no plant, where that is allowed.
pub(super) fn is_of_all_plants(d: &Description, fields: &Map) -> bool {
    d.may_be_of_all_plants() && fields.get("plant_id").is_none_or(Value::is_null)
}

fn need_version(tx: &Tx<'_>, d: &Description, before: &Record, version: Option<&Value>) -> Result<(), Wrong> {
    let Some(version) = version.filter(|v| !v.is_null()) else { return Ok(()) };
    let version = version.as_i64().ok_or_else(|| ApiError::field("version", "must be a whole number"))?;
    if version == before.version {
        return Ok(());
    }
    let reason = format!(
        "{} was changed by somebody else since you read it (version {version}, now {}); look at it and change it again",
        d.title(&before.fields),
        before.version
    );
    let mut refused = ApiError::new(409, "Changed meanwhile", reason);
    refused.body.current = Some(Box::new(present::one(tx, d, before)?.into()));
    Err(refused.into())
}

pub(super) fn need_unlocked(d: &Description, before: &Record, change: Change) -> Result<(), Wrong> {
    let word = match change {
        Change::Update => "change",
        Change::Archive => "archive",
        Change::Restore => "restore",
    };
    match hindrance(d, before.is_active, &before.fields, change)? {
        None => Ok(()),
        Some(reason) => Err(Verb::refusal(word, d.meta.label, reason).into()),
    }
}

/// Why a record in this state cannot be changed so.
pub(super) fn hindrance(
    d: &Description,
    is_active: bool,
    fields: &Map,
    change: Change,
) -> Result<Option<String>, DbError> {
    if change == Change::Update && !is_active {
        return Ok(Some(archived()));
    }
    d.hooks.locked.map_or(Ok(None), |locked| locked(fields, change))
}

pub(super) fn archived() -> String {
    "It is archived; restore it first".into()
}

/// The last checks before a record is written; the value as it is stored. With `details` from before, everything
/// that can still be checked is checked, so that all mistakes are told at once.
fn settle(
    tx: &WriteTx<'_>,
    d: &Description,
    before: Option<&Record>,
    mut fields: Map,
    mut details: Vec<Detail>,
) -> Result<Map, Wrong> {
    if details.is_empty() {
        numbering::assign(tx, d, &mut fields)?;
        match (d.hooks.normal)(&fields) {
            Ok(normal) => {
                fields = normal;
                details.extend((d.hooks.check)(&fields, before.map(|b| &b.fields))?);
            }
            Err(detail) => details.push(detail),
        }
    }
    details.extend(in_the_light_of_others(tx, d, before, &fields, &details)?);
    if details.is_empty() { Ok(fields) } else { Err(ApiError::invalid(details).into()) }
}

/// References, unique keys, and the entity's own questions to the database. `known` are mistakes found already.
pub(super) fn in_the_light_of_others(
    tx: &Tx<'_>,
    d: &Description,
    before: Option<&Record>,
    fields: &Map,
    known: &[Detail],
) -> Result<Vec<Detail>, Wrong> {
    let mut out = Vec::new();
    let is_fine = |field: &str| known.iter().all(|k| k.field != field);
    let is_new = |field: &str| before.is_none_or(|b| b.fields.get(field) != fields.get(field));
    for column in d.columns.iter().filter(|c| is_fine(&c.field.name) && is_new(&c.field.name)) {
        if let Some(message) = reference(tx, d, column, fields)? {
            out.push(wrong(&column.field.name, message));
        }
    }
    if d.meta.reach == Reach::Plant && before.is_some() && is_new("plant_id") {
        out.push(wrong("plant_id", "cannot be changed; a record stays in its plant"));
    }
    for key in d.meta.unique.iter().filter(|key| key.iter().all(|f| is_fine(f)) && key.iter().any(|f| is_new(f))) {
        out.extend(taken(tx, d, key, before.map_or(0, |b| b.id), fields)?);
    }
    if known.is_empty() && out.is_empty() {
        out = (d.hooks.check_in)(tx, before.map(|b| b.id), before.map(|b| &b.fields), fields)?;
    }
    Ok(out)
}

/// What is wrong with the record that a field refers to. What is foreign is like what does not exist.
fn reference(
    tx: &Tx<'_>,
    d: &Description,
    column: &super::describe::Column,
    fields: &Map,
) -> Result<Option<String>, DbError> {
    let Some(look_up) = column.look_up else { return Ok(None) };
    let Some(id) = fields.get(look_up.field).and_then(Value::as_i64) else { return Ok(None) };
    let target = of_table(look_up.table);
    let plant = target.and_then(|t| t.meta.plant_column()).unwrap_or("id");
    let is_entity = target.is_some() || look_up.table == "users";
    let active = if is_entity { "is_active" } else { "TRUE AS is_active" };
    let sql =
        format!("SELECT {active}, {plant} AS plant FROM {} WHERE organization_id = $1 AND id = $2", look_up.table);
    let missing = || Ok(Some(format!("there is no {} {id}", column.field.label.to_lowercase())));
    let Some(row) = tx.query_one(&sql, params![tx.org(), id])? else { return missing() };
    let reach = target.map_or(Reach::Organization, |t| t.meta.reach);
    let plant = PlantId(row.get("plant")?);
    if reach != Reach::Organization && !tx.caller().reaches(plant) {
        return missing();
    }
    if reach == Reach::Plant && plant_of(d, None, fields).is_some_and(|own| own != plant) {
        return Ok(Some("lies in another plant".into()));
    }
    Ok((!row.get::<bool>("is_active")?).then(|| "is archived; choose another".into()))
}

/// "Material code MTL-002 already exists" (API-03). A key with an empty part is none.
fn taken(tx: &Tx<'_>, d: &Description, key: &[&str], id: i64, fields: &Map) -> Result<Option<Detail>, DbError> {
    let mut values = params![tx.org(), id].to_vec();
    let mut conditions = Vec::new();
    for name in key {
        let Some(column) = d.column(name) else { continue };
        let Some(value) = fields.get(*name).filter(|v| !v.is_null()) else { return Ok(None) };
        values.push(codec::stored(value, column.kind)?);
        conditions.push(format!("{name} = ${}", values.len()));
    }
    let sql = format!(
        "SELECT is_active FROM {} WHERE organization_id = $1 AND id <> $2 AND {}",
        d.meta.table,
        conditions.join(" AND ")
    );
    let Some(row) = tx.query_one(&sql, &values)? else { return Ok(None) };
    let field = key.last().copied().unwrap_or_default();
    let label = d.column(field).map(|c| c.field.label.as_str()).unwrap_or_default();
    let value = fields.get(field).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).unwrap_or_default();
    let archived = if row.get("is_active")? { "" } else { " and is archived; restore it, or choose another" };
    Ok(Some(wrong(field, format!("{label} {value} already exists{archived}"))))
}
