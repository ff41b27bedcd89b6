//! What a page must know to show a record's list and form: made from the struct of the entity, so that form,
//! validation and OpenAPI say the same.

use crate::production::AllowedAction;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// How a value is entered and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    LongText,
    Integer,
    Decimal,
    Boolean,
    Date,
    Timestamp,
    Time,
    /// One of `choices`.
    Choice,
    /// Any number of `choices`.
    Choices,
    /// The id of another record.
    Reference,
    List,
    Object,
    File,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// Where the records are that a field may refer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reference {
    pub entity: String,
    pub path: String,
    pub title_field: String,
    pub code_field: Option<String>,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub help: Option<String>,
    pub kind: FieldKind,
    pub required: bool,
    pub read_only: bool,
    pub default: Value,
    pub choices: Vec<Choice>,
    pub reference: Option<Reference>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub length_min: Option<u32>,
    pub length_max: Option<u32>,
    /// A regular expression for the whole value.
    pub pattern: Option<String>,
    pub unit: Option<String>,
    pub in_list: bool,
    pub filter: bool,
    pub sort: bool,
}

impl Field {
    /// A field without limits.
    #[must_use]
    pub fn new(name: &str, label: &str, kind: FieldKind) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            help: None,
            kind,
            required: false,
            read_only: false,
            default: Value::Null,
            choices: Vec::new(),
            reference: None,
            minimum: None,
            maximum: None,
            length_min: None,
            length_max: None,
            pattern: None,
            unit: None,
            in_list: false,
            filter: false,
            sort: false,
        }
    }
}

/// A verb with what it asks for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FormAction {
    pub action: String,
    pub label: String,
    pub fields: Vec<Field>,
}

/// Everything a page must know of an entity.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Form {
    pub entity: String,
    pub label: String,
    pub label_plural: String,
    pub path: String,
    pub plural: String,
    pub area: String,
    /// "organization" or "plant".
    pub scope: String,
    pub title_field: String,
    pub code_field: Option<String>,
    pub default_sort: String,
    pub search_fields: Vec<String>,
    pub fields: Vec<Field>,
    pub custom_fields: Vec<Field>,
    pub actions: Vec<FormAction>,
    pub allowed: Vec<AllowedAction>,
}

/// An entity in menu and palette.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EntityEntry {
    pub entity: String,
    pub label: String,
    pub label_plural: String,
    pub path: String,
    pub plural: String,
    pub area: String,
    pub allowed: Vec<AllowedAction>,
}

/// A record found by `GET /search`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SearchHit {
    pub entity: String,
    pub label: String,
    pub id: i64,
    pub code: Option<String>,
    pub title: String,
    /// Of the list it belongs to.
    pub path: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SearchAnswer {
    pub results: Vec<SearchHit>,
}
