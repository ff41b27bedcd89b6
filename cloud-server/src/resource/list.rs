//! A list's question as SQL: filters, search, order, page (API-05). One text for both databases.

use super::custom::{self, Custom};
use super::{Description, Link, Wanted, codec, plants_wanted, present, valid};
use crate::business::{Wrong, need_plant};
use crate::db::kinds::Kind;
use crate::db::{Row, Value as Stored};
use crate::tenancy::Tx;
use std::collections::{BTreeMap, HashMap};
use unison_api::error::{ApiError, Detail};
use unison_api::form::FieldKind;
use unison_api::page::Page;
use unison_core::ids::PlantId;

/// Values of one filter.
const VALUES_MAX: usize = 500;
const SEARCH_CHARS_MAX: usize = 200;

/// What the names of filters by custom fields begin with.
pub const CUSTOM_FILTER: &str = "cf.";

/// What a list asks for, by name.
pub type Asked = HashMap<String, String>;

/// Pages up to here are reached quickly in the order of an index.
const BRIEF_PAGES: u32 = 100;

/// Whether an index answers: no search, no filter or order of the asker's own, no page far away.
#[must_use]
pub fn is_brief(asked: &Asked) -> bool {
    asked.iter().all(|(name, value)| match name.as_str() {
        "page" => value.parse().is_ok_and(|page: u32| page <= BRIEF_PAGES),
        "per_page" | "org" | "plant_id" | "is_active" => true,
        _ => value.is_empty(),
    })
}

/// A statement's text after `SELECT … WHERE t.organization_id = $1`, and its values.
pub struct Question {
    pub condition: String,
    pub order: String,
    pub values: Vec<Stored>,
    pub page: Page,
}

impl Question {
    pub(super) fn new(tx: &Tx<'_>) -> Self {
        let page = Page { page: 1, per_page: 1 };
        Self { condition: String::new(), order: String::new(), values: vec![tx.org().into()], page }
    }

    /// The place of a value in the statement.
    pub(super) fn bind(&mut self, value: impl Into<Stored>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    pub(super) fn and(&mut self, condition: &str) {
        self.condition.push_str(" AND ");
        self.condition.push_str(condition);
    }

    /// Only these ids. They are numbers of ours, so they can stand in the text.
    pub(super) fn only(&mut self, column: &str, ids: &[i64]) {
        let ids: Vec<_> = ids.iter().map(i64::to_string).collect();
        match ids.as_slice() {
            [] => self.and("FALSE"),
            ids => self.and(&format!("t.{column} IN ({})", ids.join(", "))),
        }
    }

    /// Only what the caller reaches, or wants to see of it (TEN-06).
    pub(super) fn reach(&mut self, tx: &Tx<'_>, d: &Description, plant_id: Option<&str>) -> Result<(), ApiError> {
        let Some(column) = d.meta.plant_column() else { return Ok(()) };
        match plants_wanted(tx, d.meta.reach, plant_id)? {
            // What belongs to all plants belongs to each.
            Wanted::Some(plants) if d.may_be_of_all_plants() => {
                let ids: String = plants.iter().map(|id| format!(", {id}")).collect();
                self.and(&format!("(t.{column} IS NULL OR t.{column} IN (0{ids}))"));
            }
            Wanted::Some(plants) => self.only(column, &plants),
            Wanted::All => {}
        }
        Ok(())
    }

    /// Records that hold `text` in one of their search fields. The fields are looked through as one text, which costs
    /// about half of one by one; nobody types what stands between them.
    pub(super) fn search(&mut self, d: &Description, text: &str) {
        const BETWEEN: &str = " || '\u{1f}' || ";
        let place = self.bind(text.trim());
        let fields: Vec<_> = d.meta.search.iter().map(|f| format!("coalesce(t.{f}, '')")).collect();
        self.and(&format!("contains({}, {place})", fields.join(BETWEEN)));
    }

    /// # Errors
    /// 400 naming every parameter that is unknown or wrong, 403 for a plant out of reach.
    pub fn parse(tx: &Tx<'_>, d: &Description, customs: &[Custom], asked: &Asked) -> Result<Self, Wrong> {
        let mut out = Self::new(tx);
        let mut details = Vec::new();
        match Page::parse(asked.get("page").map(String::as_str), asked.get("per_page").map(String::as_str)) {
            Ok(page) => out.page = page,
            Err(e) => details.extend(e.body.details),
        }
        out.reach(tx, d, asked.get("plant_id").map(String::as_str))?;
        // In a fixed order, so that one question is one statement.
        let asked: BTreeMap<_, _> = asked.iter().map(|(name, value)| (name.as_str(), value.trim())).collect();
        let unseen = (d.hooks.unseen)(tx);
        for (name, value) in &asked {
            let field = name.strip_suffix("_from").or_else(|| name.strip_suffix("_to")).unwrap_or(name);
            if unseen.contains(name) || unseen.contains(&field) {
                details.push(valid::wrong(name, "is not a filter of this list"));
                continue;
            }
            if let Some(link) = d.meta.links.iter().find(|l| l.other == *name) {
                out.linked(tx, link, value)?;
                continue;
            }
            if let Err(message) = out.parameter(d, customs, name, value) {
                details.push(valid::wrong(name, message));
            }
        }
        if !asked.contains_key("is_active") {
            out.and("t.is_active = TRUE");
        }
        let sort = asked.get("sort").copied().filter(|s| !s.is_empty()).unwrap_or(d.meta.sort);
        match order(d, sort, unseen) {
            Ok(order) => out.order = order,
            Err(detail) => details.push(detail),
        }
        if details.is_empty() { Ok(out) } else { Err(ApiError::invalid(details).into()) }
    }

    fn parameter(&mut self, d: &Description, customs: &[Custom], name: &str, value: &str) -> Result<(), String> {
        match name {
            // The organisation in the demo comes by `org`; it was read before.
            "page" | "per_page" | "sort" | "format" | "org" => return Ok(()),
            "plant_id" if d.meta.plant_column().is_some() => return Ok(()),
            "is_active" => return self.active(value),
            _ if value.is_empty() => return Ok(()),
            "search" if value.chars().count() > SEARCH_CHARS_MAX => {
                return Err(format!("may have {SEARCH_CHARS_MAX} characters"));
            }
            "search" => {
                self.search(d, value);
                return Ok(());
            }
            "id" => return self.any_of("id", Kind::Integer, value),
            "created_at_from" | "updated_at_from" => return self.bound(name, "_from", ">=", Kind::Timestamp, value),
            "created_at_to" | "updated_at_to" => return self.bound(name, "_to", "<=", Kind::Timestamp, value),
            _ => {}
        }
        if d.meta.words.contains(&name) {
            return self.words(name, value);
        }
        if let Some(code) = name.strip_prefix(CUSTOM_FILTER) {
            let named = |code: &str| customs.iter().find(|c| c.code == code && c.is_filterable);
            if let Some(custom) = named(code) {
                return self.custom(custom, value);
            }
            for (suffix, sign) in [("_from", ">="), ("_to", "<=")] {
                let ranged = code.strip_suffix(suffix).and_then(named);
                if let Some(custom) = ranged.filter(|c| matches!(c.column.kind, Kind::Decimal | Kind::Date)) {
                    let place = self.word(value, custom.column.kind)?;
                    let member = self.member(custom);
                    self.and(&format!("{member} {sign} {place}"));
                    return Ok(());
                }
            }
            return Err("is no custom field that can be filtered by".into());
        }
        let filtered = |name: &str| d.column(name).filter(|c| c.field.filter).map(|c| (c.kind, c.field.kind));
        if let Some((kind, _)) = filtered(name) {
            let choices = d.column(name).map_or(&[] as &[_], |c| &c.field.choices);
            let is_choice = |word: &str| choices.is_empty() || choices.iter().any(|c| c.value == word);
            if let Some(word) = value.split(',').map(str::trim).find(|w| !w.is_empty() && !is_choice(w)) {
                let all: Vec<_> = choices.iter().map(|c| c.value.as_str()).collect();
                return Err(format!("\"{word}\" is none of {}", all.join(", ")));
            }
            return self.any_of(name, kind, value);
        }
        for (suffix, sign) in [("_from", ">="), ("_to", "<=")] {
            let ranged = name.strip_suffix(suffix).and_then(filtered);
            if let Some((kind, shown)) = ranged
                && is_ordered(shown)
            {
                return self.bound(name, suffix, sign, kind, value);
            }
        }
        Err("is not a filter of this list".into())
    }

    /// Records that are linked to one of these plants.
    fn linked(&mut self, tx: &Tx<'_>, link: &Link, value: &str) -> Result<(), ApiError> {
        if value.is_empty() || value == "all" {
            return Ok(());
        }
        let mut ids = Vec::new();
        for word in value.split(',') {
            let wrong = || ApiError::field(link.other, "must be the id of a plant, or all");
            let id: i64 = word.trim().parse().map_err(|_| wrong())?;
            need_plant(tx, PlantId(id))?;
            ids.push(id.to_string());
        }
        let (table, own, other, or) = (link.table, link.own, link.other, link.or);
        self.and(&format!(
            "({or} OR EXISTS (SELECT 1 FROM {table} l WHERE l.organization_id = t.organization_id AND l.{own} = t.id
              AND l.{other} IN ({})))",
            ids.join(", ")
        ));
        Ok(())
    }

    /// Records whose list holds one of these words.
    fn words(&mut self, name: &str, value: &str) -> Result<(), String> {
        let words: Vec<_> = value.split(',').map(str::trim).filter(|w| !w.is_empty()).collect();
        if !(1..=VALUES_MAX).contains(&words.len()) {
            return Err(format!("must name 1 to {VALUES_MAX} values"));
        }
        // In JSON a word stands in quotes, so none is found as a part of another.
        let places: Vec<_> = words.iter().map(|w| self.bind(serde_json::Value::from(*w).to_string())).collect();
        let any: Vec<_> = places.iter().map(|p| format!("contains(CAST(t.{name} AS TEXT), {p})")).collect();
        self.and(&format!("({})", any.join(" OR ")));
        Ok(())
    }

    fn active(&mut self, value: &str) -> Result<(), String> {
        match value {
            "true" | "" => self.and("t.is_active = TRUE"),
            "false" => self.and("t.is_active = FALSE"),
            "all" => {}
            _ => return Err("must be true, false or all".into()),
        }
        Ok(())
    }

    fn any_of(&mut self, name: &str, kind: Kind, value: &str) -> Result<(), String> {
        let words: Vec<_> = value.split(',').map(str::trim).filter(|w| !w.is_empty()).collect();
        if !(1..=VALUES_MAX).contains(&words.len()) {
            return Err(format!("must name 1 to {VALUES_MAX} values"));
        }
        let places = words.iter().map(|w| self.word(w, kind)).collect::<Result<Vec<_>, _>>()?;
        self.and(&format!("t.{name} IN ({})", places.join(", ")));
        Ok(())
    }

    fn bound(&mut self, name: &str, suffix: &str, sign: &str, kind: Kind, value: &str) -> Result<(), String> {
        let place = self.word(value, kind)?;
        let column = name.strip_suffix(suffix).unwrap_or(name);
        self.and(&format!("t.{column} {sign} {place}"));
        Ok(())
    }

    fn custom(&mut self, custom: &Custom, value: &str) -> Result<(), String> {
        let words: Vec<_> = value.split(',').map(str::trim).filter(|w| !w.is_empty()).collect();
        if !(1..=VALUES_MAX).contains(&words.len()) {
            return Err(format!("must name 1 to {VALUES_MAX} values"));
        }
        let mut places = Vec::with_capacity(words.len());
        for word in words {
            places.push(match custom.column.kind {
                // As the member of the object is written.
                Kind::Boolean => {
                    let value = codec::parse(word, Kind::Boolean)?.to_string();
                    self.bind(value)
                }
                kind => self.word(word, kind)?,
            });
        }
        let member = self.member(custom);
        self.and(&format!("{member} IN ({})", places.join(", ")));
        Ok(())
    }

    /// The value of a custom field: numbers as decimals, the rest as text; days sort as their text does.
    fn member(&mut self, custom: &Custom) -> String {
        let key = self.bind(custom.code.as_str());
        let read = if custom.column.kind == Kind::Decimal { "json_number" } else { "json_text" };
        format!("{read}(t.custom_fields, {key})")
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<String, String> {
        let value = codec::parse(word, kind)?;
        Ok(self.bind(codec::stored(&value, kind).map_err(|e| e.to_string())?))
    }
}

/// Kinds that have a range.
const fn is_ordered(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Integer | FieldKind::Decimal | FieldKind::Date | FieldKind::Timestamp | FieldKind::Time)
}

/// "name,-created_at" as SQL. Empty values come last, whatever the direction.
fn order(d: &Description, sort: &str, unseen: &[&str]) -> Result<String, Detail> {
    let mut out = Vec::new();
    for word in sort.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        let (name, direction) = word.strip_prefix('-').map_or((word, "ASC"), |name| (name, "DESC"));
        let is_record = ["id", "version", "created_at", "updated_at"].contains(&name);
        let own = d.column(name).filter(|c| c.field.sort && !unseen.contains(&name));
        let added = d.columns.iter().filter_map(|c| c.look_up).flat_map(|l| l.adds).find(|(added, _)| *added == name);
        match (is_record, own, added) {
            (true, ..) => out.push(format!("t.{name} {direction}")),
            (_, Some(column), _) if !column.is_nullable => out.push(format!("t.{name} {direction}")),
            (_, Some(_), _) => out.push(format!("t.{name} {direction} NULLS LAST")),
            (_, _, Some(_)) => out.push(format!("{name} {direction} NULLS LAST")),
            _ => return Err(valid::wrong("sort", format!("\"{name}\" cannot be sorted by"))),
        }
    }
    out.push("t.id".into());
    Ok(out.join(", "))
}

/// What a list holds.
pub struct Listed {
    /// Rows of the entity's select; see [`super::present`].
    pub rows: Vec<Row>,
    pub total: u64,
    pub page: Page,
}

impl Listed {
    /// The answer around an array of its records.
    #[must_use]
    pub fn body(&self, d: &Description, records: &[u8]) -> Vec<u8> {
        let (before, page) = (format!("{{\"{}\":", d.meta.table), self.page);
        let after = format!(",\"total\":{},\"page\":{},\"per_page\":{}}}", self.total, page.page, page.per_page);
        [before.as_bytes(), records, after.as_bytes()].concat()
    }
}

/// One page of what a question asks for. `only` narrows to ids that were found otherwise.
///
/// # Errors
/// 400 for a wrong question.
pub fn listed(tx: &Tx<'_>, d: &Description, asked: &Asked, only: Option<&[i64]>) -> Result<Listed, Wrong> {
    let asks_custom = asked.keys().any(|name| name.starts_with(CUSTOM_FILTER));
    let customs = if asks_custom { custom::definitions(tx, d)? } else { Vec::new() };
    let mut q = Question::parse(tx, d, &customs, asked)?;
    if let Some(ids) = only {
        q.only("id", ids);
    }
    let (condition, page) = (q.values.clone(), q.page);
    let (limit, offset) = (q.bind(page.per_page), q.bind(page.offset()));
    let sql = format!("{}{} ORDER BY {} LIMIT {limit} OFFSET {offset}", d.select, q.condition, q.order);
    let rows = tx.query(&sql, &q.values)?;
    let total = match page.total_at_end(rows.len()) {
        // Who finds little is not made to wait for a second look at everything.
        Some(total) => total,
        None => tx.total(d.meta.table, format!("{}{condition:?}", q.condition), || {
            let of = format!("FROM {} t WHERE t.organization_id = $1{}", d.meta.table, q.condition);
            tx.query_one(&format!("SELECT count(*) AS n {of}"), &condition)?.map_or(Ok(0), |r| r.get("n"))
        })?,
    };
    Ok(Listed { rows, total, page })
}

/// A page as it goes out.
///
/// # Errors
/// 400 for a wrong question.
pub fn page(tx: &Tx<'_>, d: &Description, asked: &Asked) -> Result<Vec<u8>, Wrong> {
    let listed = listed(tx, d, asked, None)?;
    Ok(listed.body(d, &present::texts(tx, d, &listed.rows)?))
}
