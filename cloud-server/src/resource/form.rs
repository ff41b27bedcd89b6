//! What is told of entities: their forms, the menu, the search over all of them, and their OpenAPI schemas.

use super::describe::Column;
use super::list::Question;
use super::{Description, Link, LookUp, Map, Meta, Reach, Resource, all, custom, of_table};
use crate::business::Wrong;
use crate::tenancy::{Caller, Tx};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::marker::PhantomData;
use unison_api::form::{EntityEntry, Field, FieldKind, Form, FormAction, Reference, SearchAnswer, SearchHit};
use unison_api::openapi::{Query, SchemaOf, schema_of};
use unison_api::production::AllowedAction;

/// Paths and permissions of an entity; they live as long as the program.
#[derive(Clone, Copy)]
pub struct Paths {
    pub list: &'static str,
    pub item: &'static str,
    pub form: &'static str,
    pub restore: &'static str,
    pub export: &'static str,
    pub import: &'static str,
    pub bulk: &'static str,
    pub read: &'static str,
    pub write: &'static str,
}

impl Paths {
    pub(super) fn of(meta: &Meta) -> Self {
        let path = |end: &str| -> &'static str { format!("{}{end}", meta.path).leak() };
        Self {
            list: meta.path,
            item: path("/{id}"),
            form: path("/form"),
            restore: path("/{id}/restore"),
            export: path("/export"),
            import: path("/import"),
            bulk: path("/bulk"),
            read: format!("{}:read", meta.table).leak(),
            write: format!("{}:write", meta.table).leak(),
        }
    }
}

/// What the list of an entity can be asked for.
pub(super) fn queries(meta: &Meta, columns: &[Column]) -> &'static [Query] {
    let mut out: Vec<Query> = vec![
        ("page", false, "Page, from 1"),
        ("per_page", false, "Entries of a page, 1 to 100; 50 when left out"),
        ("sort", false, "Fields separated by commas; -name for the other direction"),
        ("search", false, "Part of a code or name"),
        ("is_active", false, "true (default), false for archived ones, or all"),
    ];
    if meta.reach != Reach::Organization {
        out.push(("plant_id", false, "Only these plants, or all"));
    }
    let filters = columns.iter().map(|c| &c.field).filter(|f| f.filter && f.name != "plant_id");
    let links =
        meta.links.iter().map(|l| -> Query { (l.other, false, "Only what belongs to one of these plants, or all") });
    out.extend(links);
    let words = meta.words.iter().map(|w| -> Query { (*w, false, "Any of these words, separated by commas") });
    out.extend(words);
    out.extend(
        filters.map(|f| -> Query { (f.name.clone().leak(), false, "Any of these values, separated by commas") }),
    );
    out.leak()
}

/// Schemas for OpenAPI.
#[derive(Clone, Copy)]
pub struct Schemas {
    pub record: SchemaOf,
    pub list: SchemaOf,
    pub create: SchemaOf,
    pub update: SchemaOf,
}

impl Schemas {
    pub(super) const fn of<T: Resource>() -> Self {
        Self {
            record: schema_of::<Shape<T, RECORD>>,
            list: schema_of::<Shape<T, LIST>>,
            create: schema_of::<Shape<T, CREATE>>,
            update: schema_of::<Shape<T, UPDATE>>,
        }
    }
}

const RECORD: u8 = 0;
const LIST: u8 = 1;
const CREATE: u8 = 2;
const UPDATE: u8 = 3;

/// A struct as one of the bodies that travel.
struct Shape<T, const WHAT: u8>(PhantomData<T>);

impl<T: Resource, const WHAT: u8> JsonSchema for Shape<T, WHAT> {
    fn schema_name() -> Cow<'static, str> {
        let name: String = T::META.label.split_whitespace().map(capital).collect();
        match WHAT {
            LIST => format!("{name}List").into(),
            CREATE => format!("{name}Create").into(),
            UPDATE => format!("{name}Update").into(),
            _ => name.into(),
        }
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        if WHAT == LIST {
            let record = generator.subschema_for::<Shape<T, RECORD>>();
            let number = json!({"type": "integer"});
            let properties = json!({T::META.table: {"type": "array", "items": record}, "total": number, "page": number, "per_page": number});
            return object(properties, Vec::new());
        }
        let own = T::json_schema(generator).to_value();
        let fields = own.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let is_open = |name: &str| WHAT == RECORD || !T::META.read_only.contains(&name);
        let mut properties = Map::new();
        if WHAT == RECORD {
            properties.insert("id".into(), json!({"type": "integer"}));
        }
        for (name, schema) in fields.into_iter().filter(|(name, _)| is_open(name)) {
            let look_up = T::META.look_ups.iter().find(|l| WHAT == RECORD && l.field == name);
            properties.insert(name, schema);
            for (added, _) in look_up.map_or(&[] as &[_], |l| l.adds) {
                properties.insert((*added).to_owned(), json!({"type": ["string", "null"], "readOnly": true}));
            }
        }
        properties.insert("custom_fields".into(), json!({"type": "object"}));
        let required = own.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let numbered = T::META.number.map(|n| n.field);
        let required = required
            .into_iter()
            .filter(|r| r.as_str().is_some_and(|name| is_open(name) && (WHAT == RECORD || Some(name) != numbered)));
        match WHAT {
            CREATE => object(properties.into(), required.collect()),
            UPDATE => {
                properties
                    .insert("version".into(), json!({"type": "integer", "description": "The version that was read"}));
                object(properties.into(), vec!["version".into()])
            }
            _ => {
                properties.insert("is_active".into(), json!({"type": "boolean"}));
                properties.insert("version".into(), json!({"type": "integer"}));
                properties.insert("created_at".into(), json!({"type": "string", "format": "date-time"}));
                properties.insert("updated_at".into(), json!({"type": "string", "format": "date-time"}));
                let actions = generator.subschema_for::<Vec<AllowedAction>>();
                properties.insert("allowed_actions".into(), actions.to_value());
                object(properties.into(), required.collect())
            }
        }
    }
}

fn object(properties: Value, required: Vec<Value>) -> Schema {
    schemars::json_schema!({"type": "object", "properties": properties, "required": required})
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Why a caller without this permission may not.
#[must_use]
pub fn missing(permission: &str) -> String {
    format!("This needs the permission {permission}; an administrator grants it")
}

/// What a page must know to show lists and forms of an entity (CF-06: read anew each time).
///
/// # Errors
/// When the database fails.
pub fn form(tx: &Tx<'_>, d: &Description) -> Result<Form, Wrong> {
    let meta = d.meta;
    let customs = custom::definitions(tx, d)?;
    let field = |field: &Field, look_up: Option<&LookUp>| Field { reference: look_up.map(reference), ..field.clone() };
    let action = |verb: &super::Verb| FormAction {
        action: verb.verb.to_owned(),
        label: verb.label.to_owned(),
        fields: verb.fields.iter().map(|f| field(f, meta.look_ups.iter().find(|l| l.field == f.name))).collect(),
    };
    let unseen = (d.hooks.unseen)(tx);
    let seen = d.columns.iter().filter(|c| !unseen.contains(&c.field.name.as_str()));
    let mut form = Form {
        entity: meta.entity.to_owned(),
        label: meta.label.to_owned(),
        label_plural: meta.label_plural.to_owned(),
        path: meta.path.to_owned(),
        plural: meta.table.to_owned(),
        area: meta.area.to_owned(),
        scope: if meta.reach == Reach::Plant { "plant" } else { "organization" }.to_owned(),
        title_field: meta.title.to_owned(),
        code_field: meta.code.map(str::to_owned),
        default_sort: meta.sort.to_owned(),
        search_fields: meta.search.iter().map(|&s| s.to_owned()).collect(),
        fields: seen.map(|c| field(&c.field, c.look_up)).chain(meta.links.iter().map(link)).collect(),
        custom_fields: customs.into_iter().map(|c| c.column.field).collect(),
        actions: d.actions.iter().map(action).collect(),
        allowed: allowed(tx.caller(), d),
    };
    (d.hooks.shape)(tx, &mut form)?;
    Ok(form)
}

fn link(link: &Link) -> Field {
    let look_up = LookUp { field: link.field, table: link.target, adds: &[] };
    let mut field = Field::new(link.field, link.label, FieldKind::List);
    (field.help, field.reference, field.in_list) = (Some(link.help.to_owned()), Some(reference(&look_up)), true);
    field
}

fn reference(look_up: &LookUp) -> Reference {
    match of_table(look_up.table) {
        Some(d) => Reference {
            entity: d.meta.entity.to_owned(),
            path: d.meta.path.to_owned(),
            title_field: d.meta.title.to_owned(),
            code_field: d.meta.code.map(str::to_owned),
        },
        None => Reference {
            entity: look_up.table.trim_end_matches('s').to_owned(),
            path: format!("/{}", look_up.table.replace('_', "-")),
            title_field: "name".to_owned(),
            code_field: None,
        },
    }
}

/// What a caller may do with an entity as a whole.
fn allowed(caller: &Caller, d: &Description) -> Vec<AllowedAction> {
    let actions = [("create", true), ("import", true), ("export", false), ("bulk", true)];
    let one = |(action, is_write): (&str, bool)| {
        let permission = d.permission(is_write);
        let reason = (!caller.may(permission)).then(|| missing(permission));
        AllowedAction { action: action.to_owned(), allowed: reason.is_none(), reason }
    };
    actions.into_iter().map(one).collect()
}

/// The entities that a caller may read.
#[must_use]
pub fn entities(caller: &Caller) -> Vec<EntityEntry> {
    let readable = all().iter().filter(|d| caller.may(d.permission(false)));
    let entry = |d: &Description| EntityEntry {
        entity: d.meta.entity.to_owned(),
        label: d.meta.label.to_owned(),
        label_plural: d.meta.label_plural.to_owned(),
        path: d.meta.path.to_owned(),
        plural: d.meta.table.to_owned(),
        area: d.meta.area.to_owned(),
        allowed: allowed(caller, d),
    };
    readable.map(entry).collect()
}

const HITS_MAX: usize = 20;
/// No entity may fill the list alone.
const HITS_OF_ONE: i64 = 5;

/// Records of all entities that hold a text.
///
/// # Errors
/// When the database fails.
pub fn search(tx: &Tx<'_>, text: &str) -> Result<SearchAnswer, Wrong> {
    let mut results = Vec::new();
    if text.trim().is_empty() {
        return Ok(SearchAnswer { results });
    }
    for d in all().iter().filter(|d| tx.caller().may(d.permission(false)) && !d.meta.search.is_empty()) {
        let mut q = Question::new(tx);
        // Whoever looks for a code does not know its plant.
        q.reach(tx, d, Some("all"))?;
        q.search(d, text);
        q.and("t.is_active = TRUE");
        let limit = q.bind(HITS_OF_ONE);
        let sql = format!("{}{} ORDER BY t.id DESC LIMIT {limit}", d.select, q.condition);
        for row in tx.query(&sql, &q.values)? {
            let found = super::codec::record(d, &row)?;
            let text = |field: &str| found.fields.get(field).and_then(Value::as_str).map(str::to_owned);
            results.push(SearchHit {
                entity: d.meta.entity.to_owned(),
                label: d.meta.label.to_owned(),
                id: found.id,
                code: d.meta.code.and_then(text),
                title: text(d.meta.title).unwrap_or_default(),
                path: d.meta.path.to_owned(),
            });
        }
    }
    results.truncate(HITS_MAX);
    Ok(SearchAnswer { results })
}
