//! An organisation's own roles as every entity is shown: form, filters, custom fields, import, export, bulk, undo.
//! What is written goes through the functions beside, which know who may give what. Built-in roles are in every
//! organisation: they stand in the list, and in no file.

use super::{Change, ROLES_MAX, RoleList, RoleView, built_in, change, create, read, view};
use crate::business::Wrong;
use crate::business::fields::Fields;
use crate::db::DbError;
use crate::resource::erase::map;
use crate::resource::list::{Asked, listed};
use crate::resource::{Map, Meta, Own, Resource, of};
use crate::tenancy::{Tx, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::form::{Choice, FieldKind, Form};
use unison_api::page::Page;
use unison_rules::rbac::{self, Kind};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OwnRole {
    /// Unique in the organisation; it stays for ever.
    #[schemars(length(min = 2, max = 40), regex(pattern = "^[a-z0-9_]+$"))]
    pub code: String,
    #[schemars(length(max = 100))]
    pub name: String,
    #[schemars(length(max = 500))]
    pub description: Option<String>,
    /// Built-in role that it adds to.
    #[schemars(length(max = 60))]
    pub extends: Option<String>,
    /// Permissions such as materials:write or materials:*; they count at the next log-in.
    #[serde(default)]
    pub grants: Vec<String>,
}

impl Resource for OwnRole {
    const META: Meta = Meta {
        entity: "role",
        label: "Role",
        label_plural: "Roles",
        table: "roles",
        path: "/roles",
        area: "people",
        code: Some("code"),
        unique: &[&["code"]],
        search: &["code", "name", "description"],
        sort: "code",
        list: &["code", "name", "extends"],
        ..Meta::USUAL
    };

    const OWN: Option<Own> = Some(Own {
        create: |tx, body| Ok(map(&create(tx, Fields::new(body))?)?),
        update: |tx, id, body| changed(tx, id, Change::Update(Fields::new(body))),
        archive: |tx, id| changed(tx, id, Change::Archive),
        restore: |tx, id| changed(tx, id, Change::Restore),
    });

    fn shape(_tx: &Tx<'_>, form: &mut Form) -> Result<(), DbError> {
        let choice = |r: &rbac::Role| Choice { value: r.code.into(), label: r.name.into() };
        for field in form.fields.iter_mut().filter(|f| f.name == "description") {
            field.kind = FieldKind::Text;
        }
        for field in form.fields.iter_mut().filter(|f| f.name == "extends") {
            field.kind = FieldKind::Choice;
            field.choices = rbac::ROLES.iter().filter(|r| may_be_extended(r)).map(choice).collect();
        }
        Ok(())
    }
}

/// The roles that a list's question finds, built-in ones first.
///
/// # Errors
/// 400 for a wrong question.
pub fn list(tx: &Tx<'_>, mut asked: Asked) -> Result<RoleList, Wrong> {
    let page = Page::parse(asked.get("page").map(String::as_str), asked.get("per_page").map(String::as_str))?;
    let built_ins = rbac::ROLES.iter().filter(|r| r.kind != Kind::Platform && is_asked_for(r, &asked));
    let mut roles: Vec<_> = built_ins.map(built_in).collect();
    asked.insert("page".into(), "1".into());
    asked.insert("per_page".into(), ROLES_MAX.to_string());
    let own = listed(tx, of::<OwnRole>()?, &asked, None)?;
    for row in &own.rows {
        roles.push(view(tx, read(row)?));
    }
    let total = roles.len() as u64;
    let before = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let roles = roles.into_iter().skip(before).take(page.per_page as usize).collect();
    Ok(RoleList { roles, total, page: page.page, per_page: page.per_page })
}

/// Whether a built-in role is among those that a list asks for. What only own roles have finds none.
fn is_asked_for(role: &rbac::Role, asked: &Asked) -> bool {
    let is_any = |value: &str, own: &str| value.split(',').any(|word| word.trim() == own);
    let has = |text: &str, part: &str| text.to_lowercase().contains(part);
    asked.iter().all(|(name, value)| match (name.as_str(), value.trim()) {
        (_, "") | ("page" | "per_page" | "sort" | "org", _) => true,
        ("is_active", value) => value != "false",
        ("code", value) => is_any(value, role.code),
        ("name", value) => is_any(value, role.name),
        ("search", value) => {
            [role.code, role.name, role.description].iter().any(|text| has(text, &value.to_lowercase()))
        }
        _ => false,
    })
}

/// Reach and the rule of the last administrator hang on that role itself.
pub(super) fn may_be_extended(role: &rbac::Role) -> bool {
    role.kind != Kind::Platform && role.code != rbac::ADMINISTRATOR
}

fn changed(tx: &WriteTx<'_>, id: i64, what: Change) -> Result<Map, Wrong> {
    let after: RoleView = change(tx, &id.to_string(), what)?;
    Ok(map(&after)?)
}
