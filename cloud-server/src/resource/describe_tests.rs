//! Every struct is its table, and every entity says of itself what is true.

use super::super::{Reach, all};
use super::*;
use crate::db::Scope;
use crate::db::kinds::{Statement, Table};
use crate::db::schema::{VERSION, statements};
use std::collections::BTreeSet;

/// The columns of RECORD, which the engine itself looks after.
const RECORD: [&str; 7] = ["id", "custom_fields", "is_active", "is_sample_data", "version", "created_at", "updated_at"];

/// All tables, and the columns that were added to them later.
fn tables() -> (Vec<Table>, BTreeSet<(String, String)>) {
    let (mut out, mut later): (Vec<Table>, _) = (Vec::new(), BTreeSet::new());
    for statement in (2..=VERSION).flat_map(|v| statements(Scope::Organization, v).unwrap()) {
        match statement {
            Statement::Table(table) => out.push(table),
            Statement::AddColumn { table, column } => {
                later.insert((table.clone(), column.name.clone()));
                out.iter_mut().find(|t| t.name == table).unwrap().columns.push(column);
            }
            _ => {}
        }
    }
    (out, later)
}

#[test]
fn every_struct_is_its_table() {
    let (tables, later) = tables();
    let apart = [crate::business::setup::settings::description(), crate::business::api_tokens::record::description()];
    for d in all().iter().chain(apart) {
        let table = tables.iter().find(|t| t.name == d.meta.table).unwrap_or_else(|| panic!("no {}", d.meta.table));
        let is_own = |name: &str| !RECORD.contains(&name) && !d.meta.hidden.contains(&name);
        let columns: Vec<_> = table.columns.iter().filter(|c| is_own(&c.name)).collect();
        let names: BTreeSet<_> = columns.iter().map(|c| c.name.as_str()).collect();
        let fields: BTreeSet<_> = d.columns.iter().map(|c| c.field.name.as_str()).collect();
        assert_eq!(fields, names, "{}", d.meta.entity);
        for column in columns {
            let what = format!("{}.{}", table.name, column.name);
            let own = d.column(&column.name).unwrap();
            assert_eq!(own.kind, column.kind, "{what}");
            assert_eq!(own.is_nullable, !column.rest.contains("NOT NULL"), "{what} may be empty");
            // SQLite adds no foreign key of two columns to a table that is there: what a later column refers to is
            // looked at when it is written.
            if !later.contains(&(table.name.clone(), column.name.clone())) {
                assert_eq!(own.look_up.map(|l| l.table), column.references.as_deref(), "{what} refers to");
            }
            let one_of: BTreeSet<_> = own.field.choices.iter().map(|c| c.value.as_str()).collect();
            if own.kind == Kind::Text && column.rest.contains(" IN (") {
                let list = column.rest.split_once(" IN (").unwrap().1;
                let words: BTreeSet<_> = list.split('\'').skip(1).step_by(2).collect();
                assert_eq!(one_of, words, "{what}");
            }
        }
        let unique: BTreeSet<Vec<&str>> = table.unique.iter().map(|u| u.iter().map(String::as_str).collect()).collect();
        let said: BTreeSet<Vec<&str>> = d.meta.unique.iter().map(|u| u.to_vec()).collect();
        assert_eq!(said, unique, "{}", d.meta.entity);
    }
}

#[test]
fn what_an_entity_says_of_itself_names_its_fields() {
    for d in all() {
        let m = d.meta;
        let is_text =
            |f: &str| d.column(f).is_some_and(|c| matches!(c.field.kind, FieldKind::Text | FieldKind::LongText));
        let named = m.list.iter().chain(m.read_only).chain(m.look_ups.iter().map(|l| &l.field));
        for field in named {
            assert!(d.column(field).is_some(), "{} has no {field}", m.entity);
        }
        for field in m.search.iter().copied().chain(m.code).chain([m.title]) {
            assert!(is_text(field), "{}: {field} is no text", m.entity);
        }
        if let Some(code) = m.code {
            assert!(m.unique.contains(&[code].as_slice()), "{}: a code is unique", m.entity);
        }
        assert!(m.path.starts_with('/') && !m.path.ends_with('/') && !m.list.is_empty(), "{}", m.entity);
        assert_eq!(m.reach == Reach::Plant, d.column("plant_id").is_some(), "{}", m.entity);
        for c in &d.columns {
            assert_eq!(c.pattern.is_some(), c.field.pattern.is_some(), "{}.{}", m.entity, c.field.name);
            // A text without a limit could fill the database.
            let is_limited = c.kind != Kind::Text || c.field.kind != FieldKind::Text || c.field.length_max.is_some();
            assert!(is_limited, "{}.{} has no length", m.entity, c.field.name);
        }
    }
    let words = |f: fn(&Description) -> &'static str| all().iter().map(f).collect::<BTreeSet<_>>().len();
    assert_eq!([words(|d| d.meta.entity), words(|d| d.meta.table), words(|d| d.meta.path)], [all().len(); 3]);
}

#[test]
fn ui_01_a_form_says_what_the_struct_says() {
    let d = super::super::named("Material").unwrap();
    let field = |name: &str| &d.column(name).unwrap().field;
    assert_eq!(field("material_code").label, "Material code");
    assert_eq!(field("material_code").help.as_deref(), Some("Such as MTL-001; unique in the organisation."));
    assert_eq!((field("material_code").required, field("material_code").length_max), (true, Some(50)));
    assert_eq!((field("category_id").kind, field("category_id").label.as_str()), (FieldKind::Reference, "Category"));
    assert_eq!((field("standard_cost").kind, field("standard_cost").minimum), (FieldKind::Decimal, Some(0.0)));
    assert_eq!((field("description").kind, field("description").required), (FieldKind::LongText, false));
    let shift = super::super::named("shift").unwrap();
    let days = &shift.column("active_days").unwrap().field;
    assert_eq!((days.kind, days.choices.len()), (FieldKind::Choices, 7));
    assert_eq!(shift.column("start_time").unwrap().field.kind, FieldKind::Time);
    let order = super::super::named("work orders").unwrap();
    assert_eq!(order.column("status").unwrap().field.choices.len(), 6);
    assert_eq!(order.column("due_date").unwrap().kind, Kind::Timestamp);
    assert_eq!(order.actions[0].fields[0].kind, FieldKind::Reference, "the lane of a release");
}

#[test]
fn labels_are_words_that_people_use() {
    let check = |name: &str, has_unit: bool, expect: &str| assert_eq!(super::label(name, has_unit), expect, "{name}");
    check("material_code", false, "Material code");
    check("category_id", false, "Category");
    check("is_required", false, "Required");
    check("ideal_cycle_time_seconds", true, "Ideal cycle time");
    check("oee_target_percent", true, "OEE target");
    check("kpi_standard", false, "KPI standard");
    check("production_target_units", false, "Production target units");
    check("lead_time_days", false, "Lead time days");
    check("fifo", false, "FIFO");
    check("", false, "");
}
