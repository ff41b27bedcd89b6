//! People as every entity is shown: list, filters, custom fields, import, export, bulk, undo. What is written goes
//! through `save`, which knows what people are: who may give which roles, whom edges hear of, whose sessions end.

use super::{READ_COSTS, Rules, User, reaches_all, save, some, view};
use crate::business::fields::Fields;
use crate::business::{Wrong, roles};
use crate::db::DbError;
use crate::resource::erase::map;
use crate::resource::{Enrich, Link, LookUp, Map, Meta, Own, Resource, of};
use crate::tenancy::{Tx, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use unison_api::error::ApiError;
use unison_api::form::{Choice, Field, FieldKind, Form, FormAction};
use unison_core::decimal::Decimal;

/// Languages that pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    En,
    De,
}

/// Each in its own words.
const LANGUAGES: [(&str, &str); 2] = [("en", "English"), ("de", "Deutsch")];

fn viewer() -> Vec<String> {
    vec![save::DEFAULT_ROLE.to_owned()]
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    #[schemars(length(max = 100))]
    pub name: String,
    /// With which they sign in.
    #[schemars(length(max = 254))]
    pub email: String,
    /// Changing them ends the person's sessions.
    #[serde(default = "viewer")]
    pub roles: Vec<String>,
    /// Unique in the organisation.
    #[schemars(length(max = 40))]
    pub employee_number: Option<String>,
    pub department_id: Option<i64>,
    /// Sees the production logs of the people they lead.
    pub manager_id: Option<i64>,
    /// What a scanner reads to sign on at an edge.
    #[schemars(length(max = 60))]
    pub badge: Option<String>,
    #[schemars(length(max = 40))]
    pub phone: Option<String>,
    pub language: Option<Language>,
    /// For labor costs; edges never hear of it.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100_000))]
    pub hourly_rate: Decimal,
    #[serde(default)]
    pub must_change_password: bool,
}

impl Resource for Person {
    const ENRICH: Option<Enrich> = Some(enrich);
    const META: Meta = Meta {
        entity: "user",
        label: "Person",
        label_plural: "People",
        table: "users",
        path: "/users",
        area: "people",
        unique: &[&["email"], &["badge"]],
        search: &["name", "email", "badge", "employee_number"],
        list: &["name", "email", "roles", "department_id", "manager_id"],
        read_only: &["must_change_password"],
        hidden: &["password_hash", "epoch"],
        look_ups: &[
            LookUp { field: "department_id", table: "departments", adds: &[("department_name", "name")] },
            LookUp { field: "manager_id", table: "users", adds: &[("manager_name", "name")] },
        ],
        links: &[Link {
            field: "plant_ids",
            label: "Plants",
            help: "Organization admins reach every plant without",
            table: "user_plants",
            own: "user_id",
            other: "plant_id",
            target: "plants",
            or: r#"contains(CAST(t.roles AS TEXT), '"organization_admin"')"#,
        }],
        words: &["roles"],
        single: &["email"],
        ..Meta::USUAL
    };

    const OWN: Option<Own> = Some(Own {
        create: |tx, body| Ok(map(&save::create(tx, Fields::new(body), None)?)?),
        update: |tx, id, body| change(tx, id, save::Change::Update(Fields::new(body))),
        archive: |tx, id| change(tx, id, save::Change::Archive),
        restore: |tx, id| change(tx, id, save::Change::Restore),
    });

    /// What people cost is for those who may read it of everybody (Q-132).
    fn unseen(tx: &Tx<'_>) -> &'static [&'static str] {
        if tx.caller().may(READ_COSTS) && reaches_all(tx.caller()) { &[] } else { &["hourly_rate"] }
    }

    fn shape(tx: &Tx<'_>, form: &mut Form) -> Result<(), DbError> {
        if tx.caller().may(READ_COSTS) && !reaches_all(tx.caller()) {
            // Shown and written for those who share a plant; neither sorted nor filtered by.
            form.fields.extend(rate());
        }
        let choices: Vec<_> = roles::given(tx)?.into_iter().map(|r| Choice { value: r.code, label: r.name }).collect();
        for field in form.fields.iter_mut().filter(|f| f.name == "language") {
            field.choices = LANGUAGES.map(|(value, label)| Choice { value: value.into(), label: label.into() }).into();
        }
        for field in form.fields.iter_mut().filter(|f| f.name == "roles") {
            field.kind = FieldKind::Choices;
            field.filter = true;
            field.choices.clone_from(&choices);
        }
        // A new first password, which is answered once.
        form.actions.push(FormAction {
            action: "reset-password".into(),
            label: "Reset password".into(),
            fields: vec![],
        });
        Ok(())
    }
}

/// The field of what somebody costs.
fn rate() -> Option<Field> {
    let column = of::<Person>().ok()?.column("hourly_rate")?;
    Some(Field { filter: false, sort: false, ..column.field.clone() })
}

/// The engine's record of a person, as `view` shows it: what the caller may not see is not in it.
fn enrich(tx: &Tx<'_>, records: &mut [Map]) -> Result<(), DbError> {
    let ids: Vec<i64> = records.iter().filter_map(|r| r.get("id").and_then(Value::as_i64)).collect();
    let (users, rules) = (some(tx, &ids)?, Rules::load(tx)?);
    for record in records {
        let id = record.get("id").and_then(Value::as_i64).unwrap_or(0);
        let user: Option<&User> = users.iter().find(|u| u.id == id);
        if let Some(user) = user {
            *record = map(&view(tx, user, &rules)?)?;
        }
    }
    Ok(())
}

fn change(tx: &WriteTx<'_>, id: i64, change: save::Change) -> Result<Map, Wrong> {
    Ok(map(&save::change(tx, id, change)?)?)
}

/// A person by id.
///
/// # Errors
/// 404 where there is none.
pub(super) fn need(tx: &Tx<'_>, id: i64) -> Result<User, Wrong> {
    Ok(super::find(tx, id)?.ok_or_else(|| ApiError::not_found("user"))?)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
