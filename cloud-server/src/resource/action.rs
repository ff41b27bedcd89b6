//! Verbs of entities: load, decide, save. The decision is a pure function; the engine does the rest, so that a
//! verb is in routes, OpenAPI, forms, bulk and `allowed_actions` without more being said.

use super::describe::fields_of;
use super::erase::{map, typed, wanted};
use super::{Map, Resource};
use crate::business::Wrong;
use crate::db::DbError;
use crate::tenancy::Tx;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use unison_api::error::ApiError;
use unison_api::form::Field;
use unison_api::openapi::{SchemaOf, schema_of};
use unison_rules::Refusal;

/// A verb of `R`; its fields are what it asks for.
pub trait Action<R: Resource>: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// The word in the path: "release".
    const VERB: &'static str;
    const LABEL: &'static str;
    /// What a decision must know beside the record.
    type Known;

    /// Why a record in this state does not allow it, whatever is asked.
    fn refused(before: &R) -> Option<String>;

    /// # Errors
    /// When the database fails.
    fn known(&self, tx: &Tx<'_>, id: i64, before: &R) -> Result<Self::Known, DbError>;

    /// The record afterwards.
    ///
    /// # Errors
    /// What stands in the way.
    fn apply(self, before: R, known: Self::Known) -> Result<R, Refusal>;
}

/// An action without its types.
#[derive(Clone)]
pub struct Verb {
    pub verb: &'static str,
    pub label: &'static str,
    pub path: &'static str,
    pub fields: Vec<Field>,
    pub schema: SchemaOf,
    pub refused: fn(&Map) -> Result<Option<String>, DbError>,
    pub apply: fn(&Tx<'_>, i64, &Map, &Map) -> Result<Map, Wrong>,
}

impl Verb {
    #[must_use]
    pub fn of<R: Resource, A: Action<R>>() -> Self {
        let fields = fields_of::<A>().into_iter().map(|mut c| {
            c.look_up = R::META.look_ups.iter().find(|l| l.field == c.field.name);
            c.reference();
            c.field
        });
        Self {
            verb: A::VERB,
            label: A::LABEL,
            path: format!("{}/{{id}}/{}", R::META.path, A::VERB).leak(),
            fields: fields.collect(),
            schema: schema_of::<A>,
            refused: |fields| Ok(A::refused(&typed(fields)?)),
            apply: apply::<R, A>,
        }
    }

    /// "Cannot release work order"
    #[must_use]
    pub fn refusal(verb: &str, label: &str, reason: String) -> ApiError {
        ApiError::new(400, &format!("Cannot {verb} {}", label.to_lowercase()), reason)
    }
}

fn apply<R: Resource, A: Action<R>>(tx: &Tx<'_>, id: i64, before: &Map, body: &Map) -> Result<Map, Wrong> {
    let asked: A = wanted(body).map_err(|d| ApiError::invalid(vec![d]))?;
    let before: R = typed(before)?;
    if let Some(reason) = A::refused(&before) {
        return Err(Verb::refusal(A::VERB, R::META.label, reason).into());
    }
    let known = asked.known(tx, id, &before)?;
    Ok(map(&asked.apply(before, known)?)?)
}
