//! The description of an entity, read from the JSON Schema of its struct: the same names, limits and texts in
//! form, validation and OpenAPI because there is only one source. Pure.

use super::erase::Hooks;
use super::present::{Member, RECORD};
use super::{LookUp, Map, Meta, Reach, Resource, Verb};
use crate::db::kinds::Kind;
use regex::Regex;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use unison_api::form::{Choice, Field, FieldKind};
use unison_api::openapi::Query;

/// Texts that may be longer are entered in several lines.
const ONE_LINE: u32 = 255;

/// One field of an entity: how it is shown, and how it is stored.
pub struct Column {
    pub field: Field,
    pub kind: Kind,
    pub is_nullable: bool,
    pub is_email: bool,
    pub look_up: Option<&'static LookUp>,
    pub pattern: Option<Regex>,
}

/// See the module.
pub struct Description {
    pub meta: &'static Meta,
    /// In the order of the struct.
    pub columns: Vec<Column>,
    pub actions: Vec<Verb>,
    pub hooks: Hooks,
    pub schemas: super::form::Schemas,
    pub paths: super::form::Paths,
    /// What its list can be asked for.
    pub queries: &'static [Query],
    /// `SELECT … FROM … WHERE t.organization_id = $1`
    pub select: String,
    /// How its records are written.
    pub members: Vec<Member>,
    /// The members that hold nothing, as text.
    pub absent: String,
}

impl Description {
    /// Reads `T`.
    #[must_use]
    pub fn new<T: Resource>() -> Self {
        const { assert!(!T::META.entity.is_empty() && !T::META.table.is_empty()) };
        let meta: &'static Meta = const { &T::META };
        let mut columns = fields_of::<T>();
        for column in &mut columns {
            finish(column, meta);
        }
        let select = select(meta, &columns);
        let schemas = super::form::Schemas::of::<T>();
        let paths = super::form::Paths::of(meta);
        let queries = super::form::queries(meta, &columns);
        let (members, absent) = super::present::members(&columns, meta.absent);
        Self {
            members,
            absent,
            queries,
            meta,
            columns,
            actions: T::actions(),
            hooks: Hooks::of::<T>(),
            schemas,
            paths,
            select,
        }
    }

    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.field.name == name)
    }

    /// Whether a record may name no plant and then belongs to all of them.
    #[must_use]
    pub fn may_be_of_all_plants(&self) -> bool {
        self.meta.reach == Reach::Plant && self.column("plant_id").is_some_and(|c| c.is_nullable)
    }

    /// The name of the record, for people.
    #[must_use]
    pub fn title(&self, fields: &Map) -> String {
        let text = |field: &str| fields.get(field).and_then(Value::as_str).map(str::to_owned);
        self.meta.code.and_then(text).or_else(|| text(self.meta.title)).unwrap_or_default()
    }

    /// "materials:write"
    #[must_use]
    pub fn permission(&self, is_write: bool) -> &'static str {
        if is_write { self.paths.write } else { self.paths.read }
    }
}

/// The fields of a struct, as its schema tells them.
pub(super) fn fields_of<T: JsonSchema>() -> Vec<Column> {
    let generator = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true).into_generator();
    let schema = generator.into_root_schema_for::<T>().to_value();
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    let column = |(name, schema): (&String, &Value)| column(name, schema, required.contains(&name.as_str()));
    properties.into_iter().flatten().map(column).collect()
}

fn column(name: &str, schema: &Value, is_required: bool) -> Column {
    let (schema, is_nullable) = without_null(schema);
    let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
    let small = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    let (shown, kind) = kinds(&schema);
    let unit = text("x-unit");
    let mut field = Field::new(name, &label(name, unit.is_some()), shown);
    field.help = text("description").map(|d| d.split_whitespace().collect::<Vec<_>>().join(" "));
    field.default = schema.get("default").cloned().unwrap_or_default();
    field.required = is_required && !is_nullable;
    let of_items = schema.get("items").map(choices).unwrap_or_default();
    field.choices = if shown == FieldKind::Choices { of_items } else { choices(&schema) };
    field.minimum = schema.get("minimum").and_then(Value::as_f64);
    field.maximum = schema.get("maximum").and_then(Value::as_f64).or_else(|| widest(&text("format")?));
    (field.length_min, field.length_max) = (small("minLength"), small("maxLength"));
    field.pattern = text("pattern");
    field.unit = unit;
    if shown == FieldKind::Text && field.length_max.is_some_and(|n| n > ONE_LINE) {
        field.kind = FieldKind::LongText;
    }
    let is_plain = !matches!(shown, FieldKind::Choices | FieldKind::List | FieldKind::Object);
    (field.filter, field.sort) = (is_plain, is_plain);
    let pattern = field.pattern.as_deref().and_then(|p| Regex::new(p).ok());
    let is_email = text("format").as_deref() == Some("email");
    Column { field, kind, is_nullable, is_email, look_up: None, pattern }
}

/// What the entity says of its fields.
fn finish(column: &mut Column, meta: &'static Meta) {
    let field = &mut column.field;
    let name = field.name.clone();
    let is_in = |list: &[&str]| list.contains(&name.as_str());
    column.look_up = meta.look_ups.iter().find(|l| l.field == name);
    field.read_only = is_in(meta.read_only);
    field.in_list = is_in(meta.list);
    let is_numbered = meta.number.is_some_and(|n| n.field == name);
    field.required &= !field.read_only && !is_numbered;
    column.reference();
}

impl Column {
    /// A number that is looked up is a reference.
    pub(super) fn reference(&mut self) {
        if self.look_up.is_some() {
            self.field.kind = FieldKind::Reference;
            (self.field.minimum, self.field.maximum) = (None, None);
        }
    }
}

/// The schema of the value itself, and whether null is allowed beside it.
fn without_null(schema: &Value) -> (Value, bool) {
    let mut out = schema.clone();
    let Some(object) = out.as_object_mut() else { return (out, false) };
    let mut is_nullable = false;
    if let Some(Value::Array(mut types)) = object.get("type").cloned() {
        types.retain(|t| t != "null");
        is_nullable = true;
        object.insert("type".into(), types.into_iter().next().unwrap_or_default());
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|v| !v.is_null());
    }
    if let Some(Value::Array(any)) = object.remove("anyOf") {
        is_nullable = true;
        let inner = any.into_iter().find(|s| s.get("type").is_none_or(|t| t != "null"));
        for (key, value) in inner.as_ref().and_then(Value::as_object).into_iter().flatten() {
            object.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    (out, is_nullable)
}

fn kinds(schema: &Value) -> (FieldKind, Kind) {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    match (text("type"), text("format")) {
        ("integer", _) => (FieldKind::Integer, Kind::Integer),
        ("number", _) => (FieldKind::Decimal, Kind::Decimal),
        ("boolean", _) => (FieldKind::Boolean, Kind::Boolean),
        ("array", _) if schema.get("items").is_some_and(|i| !choices(i).is_empty()) => (FieldKind::Choices, Kind::Json),
        ("array", _) => (FieldKind::List, Kind::Json),
        ("object", _) => (FieldKind::Object, Kind::Json),
        (_, "date") => (FieldKind::Date, Kind::Date),
        (_, "date-time") => (FieldKind::Timestamp, Kind::Timestamp),
        (_, "time") => (FieldKind::Time, Kind::Text),
        (_, "uuid") => (FieldKind::Text, Kind::Uuid),
        _ if choices(schema).is_empty() => (FieldKind::Text, Kind::Text),
        _ => (FieldKind::Choice, Kind::Text),
    }
}

/// Variants of an enum; one with its own doc comment is a `const` of its own.
fn choices(schema: &Value) -> Vec<Choice> {
    let array = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    let consts = array("oneOf").flat_map(|one| {
        let several = one.get("enum").and_then(Value::as_array).into_iter().flatten();
        one.get("const").into_iter().chain(several)
    });
    let values = array("enum").chain(consts).filter_map(Value::as_str);
    values.map(|v| Choice { value: v.to_owned(), label: label(v, false) }).collect()
}

/// What the integer types take.
fn widest(format: &str) -> Option<f64> {
    Some(match format {
        "uint8" => f64::from(u8::MAX),
        "uint16" => f64::from(u16::MAX),
        "uint32" => f64::from(u32::MAX),
        "int32" => f64::from(i32::MAX),
        _ => return None,
    })
}

/// Endings of names that say the unit, which stands beside the field.
const UNITS: &[&str] = &["_seconds", "_minutes", "_percent", "_days", "_units_per_hour"];

/// Words that are written in capitals.
const CAPITALS: &[&str] = &["fifo", "iso", "kpi", "lifo", "oee", "uuid"];

/// "material_code" is "Material code", "category_id" is "Category", "is_required" is "Required", and
/// "oee_target_percent" is "OEE target" where a unit stands beside it.
#[must_use]
pub fn label(name: &str, has_unit: bool) -> String {
    let name = name.strip_suffix("_id").unwrap_or(name);
    let name = name.strip_prefix("is_").unwrap_or(name);
    let unit = UNITS.iter().find_map(|end| name.strip_suffix(end)).filter(|_| has_unit);
    let words = unit.unwrap_or(name).split('_').map(|word| {
        let is_capital = CAPITALS.contains(&word);
        if is_capital { word.to_uppercase() } else { word.to_owned() }
    });
    let text = words.collect::<Vec<_>>().join(" ");
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn select(meta: &Meta, columns: &[Column]) -> String {
    let mut names: Vec<String> = RECORD.map(|c| format!("t.{c}")).into();
    let mut joins = String::new();
    for (i, column) in columns.iter().enumerate() {
        names.push(format!("t.{}", column.field.name));
        let Some(look_up) = column.look_up.filter(|l| !l.adds.is_empty()) else { continue };
        names.extend(look_up.adds.iter().map(|(name, column)| format!("r{i}.{column} AS {name}")));
        let (table, field) = (look_up.table, look_up.field);
        joins.push_str(&format!(
            " LEFT JOIN {table} r{i} ON r{i}.organization_id = t.organization_id AND r{i}.id = t.{field}"
        ));
    }
    format!("SELECT {} FROM {} t{joins} WHERE t.organization_id = $1", names.join(", "), meta.table)
}

impl Meta {
    /// The column of the plant that a record belongs to.
    #[must_use]
    pub const fn plant_column(&self) -> Option<&'static str> {
        match self.reach {
            Reach::Organization => None,
            Reach::Plant => Some("plant_id"),
            Reach::IsPlant => Some("id"),
        }
    }
}

#[cfg(test)]
#[path = "describe_tests.rs"]
mod tests;
