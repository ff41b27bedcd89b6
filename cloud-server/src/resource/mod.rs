//! Entities as descriptions: the struct of an entity is its API shape, its form, its columns and its help text.
//!
//! A [`Resource`] says what it is ([`Meta`]) and what is special about it (a few hooks); the engine does the rest
//! alike for all: list, create, change, archive, import, export, audit, custom fields, OpenAPI, permissions. The
//! engine works on descriptions and JSON maps, not on types, so that an entity costs no compile time.
//! How to add one: docs/add-an-entity.md.

pub mod action;
pub mod audit;
pub mod bulk;
pub mod cells;
pub mod codec;
pub mod custom;
pub mod describe;
pub mod engine;
pub mod erase;
pub mod export;
mod file_type;
pub mod files;
pub mod form;
pub mod import;
mod in_use;
mod judge;
mod links;
pub mod list;
pub mod numbering;
pub mod present;
pub mod sheet;
pub mod undo;
pub mod valid;

pub use action::{Action, Verb};
pub use describe::Description;

use crate::business::{self, Wrong};
use crate::db::DbError;
use crate::tenancy::{Tx, WriteTx};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;
use unison_api::error::{ApiError, Detail};
use unison_api::form::Form;
use unison_core::ids::PlantId;

/// A record or a body.
pub type Map = serde_json::Map<String, serde_json::Value>;

/// Every entity: the list in `business::entities`, read once.
#[must_use]
pub fn all() -> &'static [Description] {
    static ALL: LazyLock<Vec<Description>> = LazyLock::new(business::entities);
    &ALL
}

/// The description of `T`, which must be in the list.
///
/// # Errors
/// When it is not.
pub fn of<T: Resource>() -> Result<&'static Description, DbError> {
    let found = all().iter().find(|d| d.meta.entity == T::META.entity);
    found.ok_or_else(|| DbError::Failed(format!("{} is not in the list of entities", T::META.entity)))
}

/// The entity whose records are in this table.
#[must_use]
pub fn of_table(table: &str) -> Option<&'static Description> {
    all().iter().find(|d| d.meta.table == table)
}

/// An entity by any spelling: "Material", "materials", "work orders".
#[must_use]
pub fn named(name: &str) -> Option<&'static Description> {
    let plain = |s: &str| s.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let name = plain(name);
    all().iter().find(|d| [d.meta.entity, d.meta.table, d.meta.label, d.meta.label_plural].map(plain).contains(&name))
}

/// An entity of an organisation.
pub trait Resource: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    const META: Meta;

    /// Another way to write records, where what they mean is more than their row.
    const OWN: Option<Own> = None;

    /// Fields that the caller may not see: no column, no filter, no order.
    #[must_use]
    fn unseen(_tx: &Tx<'_>) -> &'static [&'static str] {
        &[]
    }

    /// What a form must know beyond the struct.
    ///
    /// # Errors
    /// When the database fails.
    fn shape(_tx: &Tx<'_>, _form: &mut Form) -> Result<(), DbError> {
        Ok(())
    }

    /// The value as it is stored: spelling and case evened out.
    #[must_use]
    fn normal(self) -> Self {
        self
    }

    /// What is wrong beyond the limits of single fields.
    fn check(&self, _before: Option<&Self>) -> Vec<Detail> {
        Vec::new()
    }

    /// What is wrong in the light of other records; `id` is none for a new one.
    ///
    /// # Errors
    /// When the database fails, or what must be said otherwise than as a wrong field.
    fn check_in(_tx: &Tx<'_>, _id: Option<i64>, _before: Option<&Self>, _after: &Self) -> Result<Vec<Detail>, Wrong> {
        Ok(Vec::new())
    }

    /// Why a record in this state cannot be changed so. A constant, so that lists of entities that never say so do
    /// not ask record by record.
    const LOCKED: Option<fn(&Self, Change) -> Option<String>> = None;

    /// Adds what is computed to records that go out; all of a page at once.
    const ENRICH: Option<Enrich> = None;

    /// What follows from a change, in its transaction: ops for edges, topics, other rows.
    ///
    /// # Errors
    /// When the database fails.
    fn saved(_tx: &WriteTx<'_>, _id: i64, _before: Option<&Self>, _after: &Self) -> Result<(), DbError> {
        Ok(())
    }

    /// Its verbs.
    #[must_use]
    fn actions() -> Vec<Verb> {
        Vec::new()
    }
}

/// See [`Resource::OWN`]. Each does all that the engine would: checks, version, audit log, what follows.
#[derive(Clone, Copy)]
pub struct Own {
    pub create: fn(&WriteTx<'_>, Map) -> Result<Map, Wrong>,
    pub update: fn(&WriteTx<'_>, i64, Map) -> Result<Map, Wrong>,
    pub archive: fn(&WriteTx<'_>, i64) -> Result<Map, Wrong>,
    pub restore: fn(&WriteTx<'_>, i64) -> Result<Map, Wrong>,
}

/// A field that holds ids of several other records, in a table of pairs. Only entities with [`Resource::OWN`]
/// have them: that is what writes the pairs.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub field: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub table: &'static str,
    /// The columns of the pairs; the list is narrowed by the name of the other one.
    pub own: &'static str,
    pub other: &'static str,
    /// The table of the other records, which are plants: only those within reach can be asked for.
    pub target: &'static str,
    /// SQL of records that are linked to all others without pairs.
    pub or: &'static str,
}

/// See [`Resource::ENRICH`].
pub type Enrich = fn(&Tx<'_>, &mut [Map]) -> Result<(), DbError>;

/// The changes that every entity knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Update,
    Archive,
    Restore,
}

/// To whom records belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everybody of the organisation with the permission.
    Organization,
    /// Those who reach the plant in `plant_id`.
    Plant,
    /// The records are the plants.
    IsPlant,
}

/// A field that holds the id of another record, and what of that is shown beside it.
#[derive(Clone, Copy, Debug)]
pub struct LookUp {
    pub field: &'static str,
    pub table: &'static str,
    /// Name in the record, column of the other table.
    pub adds: &'static [(&'static str, &'static str)],
}

/// A field that gets a number when it is left out: prefix + year + "-" + sequence.
#[derive(Clone, Copy, Debug)]
pub struct Numbering {
    pub field: &'static str,
    /// Where the organisation has chosen none.
    pub prefix: &'static str,
}

/// What an entity is, beyond its fields.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// Snake case, singular: "work_order".
    pub entity: &'static str,
    pub label: &'static str,
    pub label_plural: &'static str,
    /// The table, the name of the list in answers and the resource of permissions: "work_orders".
    pub table: &'static str,
    pub path: &'static str,
    pub area: &'static str,
    pub reach: Reach,
    /// A text by which a record is named in paths and files; unique in the organisation.
    pub code: Option<&'static str>,
    pub title: &'static str,
    pub unique: &'static [&'static [&'static str]],
    pub search: &'static [&'static str],
    pub sort: &'static str,
    pub list: &'static [&'static str],
    pub read_only: &'static [&'static str],
    /// Columns that are no field.
    pub hidden: &'static [&'static str],
    pub look_ups: &'static [LookUp],
    pub links: &'static [Link],
    /// Lists of words that the list can be narrowed by.
    pub words: &'static [&'static str],
    /// Texts in lower case that belong to one organisation of all: changed on one record at a time, not by a file.
    pub single: &'static [&'static str],
    /// Names that are part of a printed contract and hold nothing yet.
    pub absent: &'static [&'static str],
    pub number: Option<Numbering>,
    /// Which active records still hold what they refer to, as a condition on `t`; others are history.
    pub holds: &'static str,
}

impl Meta {
    /// What most entities are.
    pub const USUAL: Self = Self {
        entity: "",
        label: "",
        label_plural: "",
        table: "",
        path: "",
        area: "",
        reach: Reach::Organization,
        code: None,
        title: "name",
        unique: &[],
        search: &["name"],
        sort: "name",
        list: &[],
        read_only: &[],
        hidden: &[],
        look_ups: &[],
        links: &[],
        words: &[],
        single: &[],
        absent: &[],
        number: None,
        holds: "TRUE",
    };
}

/// The plants whose records a caller wants to see (TEN-06, TEN-12): those that it names, the chosen one, or with
/// `all` every plant that it reaches.
///
/// # Errors
/// 403 for a plant that it does not reach.
pub fn plants_wanted(tx: &Tx<'_>, reach: Reach, plant_id: Option<&str>) -> Result<Wanted, ApiError> {
    let named = plant_id.map(str::trim).filter(|p| !p.is_empty());
    // Plants themselves are chosen among all; what lies in them is that of the chosen one.
    let chosen = tx.caller().current_plant().filter(|_| named.is_none() && reach == Reach::Plant);
    if let Some(plant) = chosen {
        return Ok(Wanted::Some(vec![plant.0]));
    }
    let Some(named) = named.filter(|p| *p != "all") else {
        return Ok(match tx.caller().signed_on().map(|u| &u.reach) {
            Some(crate::tenancy::Reach::Plants(plants)) => Wanted::Some(plants.iter().map(|p| p.0).collect()),
            Some(crate::tenancy::Reach::AllPlants) | None => Wanted::All,
        });
    };
    let read = |text: &str| {
        let id = text.trim().parse().map_err(|_| ApiError::field("plant_id", "must be the id of a plant, or all"))?;
        business::need_plant(tx, PlantId(id)).map(|()| id)
    };
    named.split(',').map(read).collect::<Result<_, _>>().map(Wanted::Some)
}

/// See [`plants_wanted`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    All,
    Some(Vec<i64>),
}
