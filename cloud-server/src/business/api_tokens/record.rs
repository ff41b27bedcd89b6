//! Keys of programs as a list and a file show them: what they may and when they were used, never the key. None is
//! taken in from a file: the server alone makes a key, and tells it once.

use crate::business::roles;
use crate::db::DbError;
use crate::resource::{Description, Link, LookUp, Meta, Resource};
use crate::tenancy::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use unison_api::form::{Choice, FieldKind, Form, FormAction};
use unison_core::time::Rfc3339;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ApiToken {
    /// The program that uses it.
    #[schemars(length(max = 100))]
    pub name: String,
    /// The key's first characters.
    #[schemars(length(max = 20))]
    pub hint: String,
    pub roles: Vec<String>,
    #[serde(default)]
    pub all_plants: bool,
    pub created_by: i64,
    /// Never when left empty.
    pub expires_at: Option<Rfc3339>,
    pub revoked_at: Option<Rfc3339>,
    /// Known to the minute.
    pub last_used_at: Option<Rfc3339>,
}

impl Resource for ApiToken {
    const META: Meta = Meta {
        entity: "api_token",
        label: "API token",
        label_plural: "API tokens",
        table: "api_tokens",
        path: "/api-tokens",
        area: "people",
        unique: &[&["name"], &["hash"]],
        list: &["name", "roles", "expires_at"],
        read_only: &["hint", "created_by", "revoked_at", "last_used_at"],
        hidden: &["hash"],
        look_ups: &[LookUp { field: "created_by", table: "users", adds: &[("created_by_name", "name")] }],
        links: &[Link {
            field: "plant_ids",
            label: "Plants",
            help: "None are needed for all plants",
            table: "api_token_plants",
            own: "token_id",
            other: "plant_id",
            target: "plants",
            or: "t.all_plants = TRUE",
        }],
        words: &["roles"],
        ..Meta::USUAL
    };

    fn shape(tx: &Tx<'_>, form: &mut Form) -> Result<(), DbError> {
        let choices: Vec<_> = roles::given(tx)?.into_iter().map(|r| Choice { value: r.code, label: r.name }).collect();
        for field in form.fields.iter_mut().filter(|f| f.name == "roles") {
            (field.kind, field.filter) = (FieldKind::Choices, true);
            field.choices.clone_from(&choices);
        }
        // Who made a key stands in its record with their name.
        form.fields.retain(|f| f.name != "created_by");
        form.actions.push(FormAction { action: "revoke".into(), label: "Revoke".into(), fields: vec![] });
        form.allowed.retain(|a| ["create", "export"].contains(&a.action.as_str()));
        Ok(())
    }
}

/// It is not among the entities, which can all be changed and taken in.
#[must_use]
pub fn description() -> &'static Description {
    static DESCRIPTION: LazyLock<Description> = LazyLock::new(Description::new::<ApiToken>);
    &DESCRIPTION
}
