//! Definitions of custom fields (CF-01 to CF-09). What values are allowed follows in `resource::custom`.

use crate::business::Wrong;
use crate::params;
use crate::resource::valid::wrong;
use crate::resource::{Meta, Resource, custom, named, of};
use crate::tenancy::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unison_api::error::Detail;
use unison_core::decimal::Decimal;

/// How many custom fields of an entity lists may be filtered by.
const FILTERABLE_MAX: i64 = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    Text,
    Number,
    Date,
    Boolean,
    Dropdown,
    Multiselect,
    File,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CustomField {
    /// Records of which kind get the field, such as material or work_order.
    #[schemars(length(max = 100))]
    pub entity_type: String,
    /// Name in files and interfaces: letters, digits and underscores. It stays as it is for good.
    #[schemars(length(min = 3, max = 50), regex(pattern = r"^[A-Za-z0-9_]+$"))]
    pub field_code: String,
    /// What people read beside the field.
    #[schemars(length(min = 3, max = 255))]
    pub label: String,
    /// It stays as it is for good, because values depend on it.
    pub field_type: FieldType,
    /// Records cannot be saved without it.
    #[serde(default)]
    pub is_required: bool,
    /// Lists can be narrowed by it; at most five fields of an entity.
    #[serde(default)]
    pub is_filterable: bool,
    /// What can be chosen from, for dropdown and multiselect: at least two.
    #[serde(default)]
    pub options: Vec<String>,
    /// Smallest number.
    pub minimum: Option<Decimal>,
    /// Largest number.
    pub maximum: Option<Decimal>,
    /// Fewest characters of a text.
    pub length_min: Option<u32>,
    /// Most characters of a text.
    #[schemars(range(max = 2000))]
    pub length_max: Option<u32>,
    /// Regular expression that a whole text must match.
    #[schemars(length(max = 500))]
    pub pattern: Option<String>,
    /// What the form says below the field.
    #[schemars(length(max = 1000))]
    pub help_text: Option<String>,
    /// Place in the form; the smallest comes first.
    #[serde(default)]
    pub position: i64,
}

impl Resource for CustomField {
    const META: Meta = Meta {
        entity: "custom_field",
        label: "Custom field",
        label_plural: "Custom fields",
        table: "custom_fields",
        path: "/custom-fields",
        area: "setup",
        title: "label",
        unique: &[&["entity_type", "field_code"]],
        search: &["field_code", "label"],
        sort: "entity_type,position,field_code",
        list: &["entity_type", "field_code", "label", "field_type", "is_required", "is_filterable"],
        ..Meta::USUAL
    };

    /// "Material", "materials" and "material" are one (Q-114).
    fn normal(mut self) -> Self {
        if let Some(d) = named(&self.entity_type) {
            self.entity_type = d.meta.entity.to_owned();
        }
        self.options = self.options.iter().map(|o| o.trim().to_owned()).collect();
        self
    }

    fn check(&self, before: Option<&Self>) -> Vec<Detail> {
        use FieldType::{Dropdown, Multiselect, Number, Text};
        let mut out = Vec::new();
        let mut say = |is_wrong: bool, field: &str, message: &str| {
            if is_wrong {
                out.push(wrong(field, message));
            }
        };
        let is_fixed = |f: fn(&Self) -> String| before.is_some_and(|b| f(b) != f(self));
        say(named(&self.entity_type).is_none(), "entity_type", "names no kind of record");
        say(is_fixed(|f| f.entity_type.clone()), "entity_type", "cannot be changed; make a new field");
        say(is_fixed(|f| f.field_code.clone()), "field_code", "cannot be changed; make a new field");
        say(is_fixed(|f| format!("{:?}", f.field_type)), "field_type", "cannot be changed; make a new field");
        let has_options = matches!(self.field_type, Dropdown | Multiselect);
        say(has_options && self.options.len() < 2, "options", "must have at least 2 entries");
        say(!has_options && !self.options.is_empty(), "options", "are for dropdown and multiselect only");
        let is_usable = |o: &String| !o.is_empty() && o.chars().count() <= 255;
        say(!self.options.iter().all(is_usable), "options", "must have 1 to 255 characters each");
        let mut sorted = self.options.clone();
        sorted.sort();
        sorted.dedup();
        say(sorted.len() < self.options.len(), "options", "name something twice");
        let has_range = self.minimum.is_some() || self.maximum.is_some();
        say(has_range && self.field_type != Number, "minimum", "is for numbers only");
        say(self.minimum.zip(self.maximum).is_some_and(|(a, b)| a > b), "maximum", "must not lie below the minimum");
        let has_length = self.length_min.is_some() || self.length_max.is_some();
        say(has_length && self.field_type != Text, "length_min", "is for texts only");
        say(
            self.length_min.zip(self.length_max).is_some_and(|(a, b)| a > b),
            "length_max",
            "must not lie below the minimum",
        );
        say(self.pattern.is_some() && self.field_type != Text, "pattern", "is for texts only");
        let has_no_filter = matches!(self.field_type, Multiselect | FieldType::File);
        say(self.is_filterable && has_no_filter, "is_filterable", "is not possible for multiselect and file");
        if let Some(Err(message)) = self.pattern.as_deref().map(custom::pattern) {
            say(true, "pattern", &message);
        }
        out
    }

    fn check_in(tx: &Tx<'_>, id: Option<i64>, _: Option<&Self>, after: &Self) -> Result<Vec<Detail>, Wrong> {
        if !after.is_filterable {
            return Ok(Vec::new());
        }
        let table = of::<Self>()?.meta.table;
        let sql = format!(
            "SELECT count(*) AS n FROM {table} WHERE organization_id = $1 AND entity_type = $2 AND id <> $3 AND is_filterable = TRUE AND is_active = TRUE"
        );
        let row = tx.query_one(&sql, params![tx.org(), &after.entity_type, id.unwrap_or(0)])?;
        let others: i64 = row.map_or(Ok(0), |r| r.get("n"))?;
        let message = format!("{FILTERABLE_MAX} fields of this kind of record are filterable already");
        Ok(if others < FILTERABLE_MAX { Vec::new() } else { vec![wrong("is_filterable", message)] })
    }
}
