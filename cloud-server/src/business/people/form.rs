//! What pages must know to show roles and API tokens: fields in the shape of every form of the API.

use super::record::Person;
use crate::business::{api_tokens, roles};
use crate::db::DbError;
use crate::resource::of;
use crate::tenancy::Tx;
use serde_json::{Value, json};
use unison_api::form::{Field, FormAction};
use unison_rules::rbac;

/// A field: what is not said of it has the value that says nothing.
fn field(name: &str, label: &str, kind: &str, more: Value) -> Value {
    let mut out = json!({
        "name": name, "label": label, "help": null, "kind": kind, "required": false, "read_only": false,
        "default": null, "choices": [], "reference": null, "minimum": null, "maximum": null, "length_min": null,
        "length_max": null, "pattern": null, "unit": null, "in_list": false, "filter": false, "sort": false,
    });
    if let (Value::Object(out), Value::Object(more)) = (&mut out, more) {
        out.extend(more);
    }
    out
}

fn reference(entity: &str, path: &str, title: &str) -> Value {
    json!({"entity": entity, "path": path, "title_field": title, "code_field": null})
}

fn choice(value: &str, label: &str) -> Value {
    json!({"value": value, "label": label})
}

/// What differs between the three.
struct About {
    entity: &'static str,
    label: &'static str,
    label_plural: &'static str,
    path: &'static str,
    plural: &'static str,
    code_field: Option<&'static str>,
    search_fields: &'static [&'static str],
    write: &'static str,
}

fn form(tx: &Tx<'_>, about: &About, fields: Vec<Value>, actions: Vec<Value>) -> Value {
    let reason = (!tx.caller().may(about.write)).then(|| rbac::missing(about.write));
    json!({
        "entity": about.entity, "label": about.label, "label_plural": about.label_plural, "path": about.path,
        "plural": about.plural, "area": "people", "scope": "organization", "title_field": "name",
        "code_field": about.code_field, "default_sort": "name", "search_fields": about.search_fields, "fields": fields,
        "custom_fields": [], "actions": actions,
        "allowed": [{"action": "create", "allowed": reason.is_none(), "reason": reason}],
    })
}

fn role_choices(tx: &Tx<'_>) -> Result<Vec<Value>, DbError> {
    Ok(roles::given(tx)?.iter().map(|r| choice(&r.code, &r.name)).collect())
}

/// The field of what somebody costs.
pub(super) fn rate() -> Option<Field> {
    let column = of::<Person>().ok()?.column("hourly_rate")?;
    Some(Field { filter: false, sort: false, ..column.field.clone() })
}

/// A new first password, which is answered once.
pub(super) fn reset_password() -> FormAction {
    FormAction { action: "reset-password".into(), label: "Reset password".into(), fields: vec![] }
}

/// The form of API tokens.
///
/// # Errors
/// When the database fails.
pub fn api_tokens(tx: &Tx<'_>) -> Result<Value, DbError> {
    let about = About {
        entity: "api_token",
        label: "API token",
        label_plural: "API tokens",
        path: "/api-tokens",
        plural: "api_tokens",
        code_field: None,
        search_fields: &[],
        write: api_tokens::WRITE,
    };
    let fields = vec![
        field(
            "name",
            "Name",
            "text",
            json!({"required": true, "length_max": 100, "in_list": true, "help": "The program that uses it"}),
        ),
        field("roles", "Roles", "choices", json!({"required": true, "choices": role_choices(tx)?, "in_list": true})),
        field("all_plants", "All plants", "boolean", json!({"default": false})),
        field(
            "plant_ids",
            "Plants",
            "list",
            json!({"reference": reference("plant", "/plants", "name"), "in_list": true}),
        ),
        field("expires_at", "Expires", "timestamp", json!({"in_list": true, "help": "Never when left empty"})),
    ];
    let revoke = json!({"action": "revoke", "label": "Revoke", "fields": []});
    Ok(form(tx, &about, fields, vec![revoke]))
}
