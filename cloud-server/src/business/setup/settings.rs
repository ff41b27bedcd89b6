//! The organisation's own settings: one row, so it is a form without a list.

use crate::business::{Wrong, master};
use crate::db::DbError;
use crate::params;
use crate::resource::valid::{merged, wrong};
use crate::resource::{Description, Map, Meta, Resource, codec, named};
use crate::tenancy::{Topic, Tx, WriteTx};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unison_api::error::{ApiError, Detail};
use unison_core::decimal::Decimal;
use unison_core::time::Timestamp;

/// How issued material is valued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Costing {
    #[default]
    Fifo,
    Lifo,
    WeightedAverage,
}

/// How planned time is defined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kpis {
    #[default]
    #[serde(rename = "unison")]
    Unison,
    #[serde(rename = "iso_22400")]
    Iso22400,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Set when the organisation was made.
    #[schemars(length(max = 200))]
    pub name: String,
    /// What counts as planned time in OEE.
    #[serde(default)]
    pub kpi_standard: Kpis,
    #[schemars(length(max = 100))]
    pub industry: Option<String>,
    #[schemars(length(max = 100))]
    pub company_size: Option<String>,
    #[schemars(length(max = 200))]
    pub primary_use_case: Option<String>,
    /// How issued material is valued.
    #[serde(default)]
    pub costing_method: Costing,
    /// Added to the costs of work.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000), extend("x-unit" = "%"))]
    pub overhead_rate_percent: Decimal,
    /// ISO 4217, such as USD.
    #[schemars(length(max = 3), regex(pattern = "^[A-Z]{3}$"))]
    pub currency: String,
    /// IANA zone, such as Europe/Berlin; document numbers take their year from it.
    #[schemars(length(max = 100))]
    pub timezone: String,
    #[schemars(length(max = 20))]
    pub date_format: String,
    #[schemars(length(max = 20))]
    pub number_format: String,
    /// Prefix of document numbers by kind of record: {"work_order": "WO-"}.
    #[serde(default)]
    pub number_prefixes: BTreeMap<String, String>,
}

impl Resource for Settings {
    const META: Meta = Meta {
        entity: "organization",
        label: "Organization",
        label_plural: "Organization",
        table: "organization",
        path: "/organization",
        area: "organisation",
        list: &["name"],
        read_only: &["name"],
        hidden: &["uuid"],
        ..Meta::USUAL
    };

    fn check(&self, _before: Option<&Self>) -> Vec<Detail> {
        let mut out = Vec::new();
        if TimeZone::get(&self.timezone).is_err() {
            out.push(wrong("timezone", "is no IANA time zone such as Europe/Berlin"));
        }
        for (entity, prefix) in &self.number_prefixes {
            if named(entity).is_none_or(|d| d.meta.entity != entity || d.meta.number.is_none()) {
                out.push(wrong("number_prefixes", format!("{entity} has no numbers")));
            }
            let is_usable = |c: char| c.is_ascii_alphanumeric() || "-_/.".contains(c);
            if prefix.len() > 20 || !prefix.chars().all(is_usable) {
                out.push(wrong("number_prefixes", "may have 20 letters, digits and - _ / . each"));
            }
        }
        out
    }
}

/// What the form of it must know.
#[must_use]
pub fn description() -> &'static Description {
    static DESCRIPTION: LazyLock<Description> = LazyLock::new(Description::new::<Settings>);
    &DESCRIPTION
}

/// The settings as they go out.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>) -> Result<Map, DbError> {
    let row = tx.query_one("SELECT * FROM organization WHERE organization_id = $1", params![tx.org()])?;
    let row = row.ok_or_else(|| DbError::Failed("the organisation has no row of its own".into()))?;
    let mut out = Map::new();
    for column in &description().columns {
        out.insert(column.field.name.clone(), codec::json(&row, &column.field.name, column.kind)?);
    }
    out.insert("version".into(), row.get::<i64>("version")?.into());
    out.insert("updated_at".into(), row.get::<Timestamp>("updated_at")?.rfc3339().into());
    Ok(out)
}

/// Changes what the body names.
///
/// # Errors
/// 400 with every mistake, 409 when another changed it since the version in the body.
pub fn update(tx: &WriteTx<'_>, mut body: Map) -> Result<Map, Wrong> {
    let (d, before) = (description(), get(tx)?);
    let version = body.remove("version").and_then(|v| v.as_i64());
    let (fields, mut details) = merged(d, Some(&before), &body);
    match version {
        None => details.push(wrong("version", "is missing; send the version that you read")),
        Some(v) if before.get("version").and_then(Value::as_i64) != Some(v) => {
            let reason = "The settings were changed by somebody else since you read them";
            let mut refused = ApiError::new(409, "Changed meanwhile", reason);
            refused.body.current = Some(Box::new(before.into()));
            return Err(refused.into());
        }
        Some(_) => {}
    }
    let normal = if details.is_empty() { (d.hooks.normal)(&fields) } else { Ok(fields) };
    let fields = normal.map_err(|detail| ApiError::invalid(vec![detail]))?;
    if details.is_empty() {
        details = (d.hooks.check)(&fields, None)?;
    }
    if !details.is_empty() {
        return Err(ApiError::invalid(details).into());
    }
    let set: Vec<_> = d.columns.iter().zip(3..).map(|(c, n)| format!("{} = ${n}", c.field.name)).collect();
    let mut values = params![tx.org(), tx.now()].to_vec();
    for column in &d.columns {
        values.push(codec::stored(fields.get(&column.field.name).unwrap_or(&Value::Null), column.kind)?);
    }
    let sql = format!(
        "UPDATE organization SET version = version + 1, updated_at = $2, {} WHERE organization_id = $1",
        set.join(", ")
    );
    tx.execute(&sql, &values)?;
    let after = get(tx)?;
    tx.audit("organization", tx.org(), "update", Some(&before), Some(&after))?;
    if before.get("kpi_standard") != after.get("kpi_standard") {
        // Edges compute the same figures by the same definition.
        for row in tx.query("SELECT id FROM plants WHERE organization_id = $1 ORDER BY id", params![tx.org()])? {
            let plant = row.get("id")?;
            master::send(tx, plant, master::plant(tx, plant)?);
        }
    }
    tx.changed(Topic::MasterData);
    Ok(after)
}
