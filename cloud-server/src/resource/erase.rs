//! The hooks of a type as functions on maps, so that the engine need not be generic.

use super::{Change, Enrich, Map, Own, Resource};
use crate::business::Wrong;
use crate::db::DbError;
use crate::tenancy::{Tx, WriteTx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use unison_api::error::Detail;
use unison_api::form::Form;

/// Transaction, id, before, after.
pub type CheckIn = fn(&Tx<'_>, Option<i64>, Option<&Map>, &Map) -> Result<Vec<Detail>, Wrong>;

/// A record and the change; why it cannot be.
pub type Locked = fn(&Map, Change) -> Result<Option<String>, DbError>;

/// See [`Resource`] for what each is.
#[derive(Clone, Copy)]
pub struct Hooks {
    pub normal: fn(&Map) -> Result<Map, Detail>,
    pub check: fn(&Map, Option<&Map>) -> Result<Vec<Detail>, DbError>,
    pub check_in: CheckIn,
    pub locked: Option<Locked>,
    pub saved: fn(&WriteTx<'_>, i64, Option<&Map>, &Map) -> Result<(), DbError>,
    pub own: Option<Own>,
    pub unseen: fn(&Tx<'_>) -> &'static [&'static str],
    pub shape: fn(&Tx<'_>, &mut Form) -> Result<(), DbError>,
    pub enrich: Option<Enrich>,
}

impl Hooks {
    #[must_use]
    pub const fn of<T: Resource>() -> Self {
        Self {
            normal: normal::<T>,
            check: |after, before| Ok(typed::<T>(after)?.check(before.map(typed).transpose()?.as_ref())),
            check_in: |tx, id, before, after| {
                T::check_in(tx, id, before.map(typed).transpose()?.as_ref(), &typed(after)?)
            },
            locked: if T::LOCKED.is_some() { Some(locked::<T>) } else { None },
            saved: |tx, id, before, after| {
                T::saved(tx, id, before.map(typed).transpose()?.as_ref(), &typed::<T>(after)?)
            },
            own: T::OWN,
            unseen: T::unseen,
            shape: T::shape,
            enrich: T::ENRICH,
        }
    }
}

fn locked<T: Resource>(fields: &Map, change: Change) -> Result<Option<String>, DbError> {
    let record: T = typed(fields)?;
    Ok(T::LOCKED.and_then(|locked| locked(&record, change)))
}

fn normal<T: Resource>(fields: &Map) -> Result<Map, Detail> {
    let value: T = wanted(fields)?;
    map(&value.normal()).map_err(|e| Detail { field: "body".into(), message: e.to_string() })
}

/// A value out of what a request says.
pub(super) fn wanted<T: DeserializeOwned>(fields: &Map) -> Result<T, Detail> {
    serde_path_to_error::deserialize(Value::Object(fields.clone())).map_err(|e| {
        let path = e.path().to_string();
        let field = if path == "." { "body".to_owned() } else { path };
        Detail { field, message: e.into_inner().to_string() }
    })
}

/// A value out of what the database holds.
pub(super) fn typed<T: DeserializeOwned>(fields: &Map) -> Result<T, DbError> {
    wanted(fields).map_err(|d| DbError::Failed(format!("a record holds a wrong {}: {}", d.field, d.message)))
}

pub(crate) fn map<T: Serialize>(value: &T) -> Result<Map, DbError> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(DbError::Failed("an entity is no object".into())),
        Err(e) => Err(DbError::Failed(e.to_string())),
    }
}
