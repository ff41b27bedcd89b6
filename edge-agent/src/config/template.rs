//! Rules that a standard has already written: the state models of PackML (ISA-TR88.00.02, OPC 30050) and of OPC UA
//! for Machinery (OPC 40001-1). A template expands to the rules that somebody would write by hand, and from then on
//! nobody knows the difference. What each state comes to stands in docs/opcua.md.

use unison_core::activity::Activity;

use super::connection::Tags;
use super::fields::Fields;
use super::register::TagType;
use super::rule::{self, Alarm, Outcome, StateRule};
use crate::driver::TagIndex;
use crate::machine::expression::{Ask, Expression, Literal};

/// A state model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    PackMl,
    Machinery,
}

impl Model {
    const ALL: [Self; 2] = [Self::PackMl, Self::Machinery];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PackMl => "packml",
            Self::Machinery => "machinery",
        }
    }
}

/// What a template comes to.
pub(super) struct Template {
    pub(super) model: Model,
    pub(super) states: Vec<StateRule>,
    pub(super) otherwise: Outcome,
    pub(super) alarms: Vec<Alarm>,
}

type When = Expression<TagIndex>;

/// Modes in which a PackML machine produces when nothing is said.
const PACKML_PRODUCTION: i64 = 1;
/// ISA-TR88.00.02 has room for this many modes.
const PACKML_MODES: std::ops::RangeInclusive<i64> = 1..=31;

pub(super) fn read(table: &mut Fields<'_, '_>, tags: &Tags, watch: &mut impl FnMut(TagIndex)) -> Option<Template> {
    for key in ["states", "otherwise"] {
        if let Some(value) = table.raw(key) {
            table.say(value.span(), format!("{key}: the rules come from the template; remove {key} or template"));
        }
    }
    let mut inner = table.table("template", "template")?;
    let words = Model::ALL.map(|model| (model.code(), model));
    let model = inner.need_word("model", &words, "packml or machinery")?.into_inner();
    let state = number(&mut inner, tags, "state");
    let mode = optional(&mut inner, "mode", |inner| number(inner, tags, "mode"));
    let rules = match model {
        Model::PackMl => {
            let blocked = optional(&mut inner, "blocked", |inner| flag(inner, tags, "blocked"));
            let starved = optional(&mut inner, "starved", |inner| flag(inner, tags, "starved"));
            let production = production_modes(&mut inner, mode.flatten().is_some());
            packml(state?, mode?, blocked?, starved?, &production?)
        }
        Model::Machinery => machinery(state?, mode?),
    };
    inner.finish();
    let (states, alarms) = rules;
    for when in states.iter().map(|rule| &rule.when).chain(alarms.iter().map(|alarm| &alarm.when)) {
        when.each(&mut |tag, _| watch(*tag));
    }
    // A state that the standard does not know says nothing.
    Some(Template { model, states, otherwise: outcome(Activity::NoData), alarms })
}

/// `Some(None)` when the field is absent, `None` after an error.
#[expect(clippy::option_option, reason = "absent and wrong are different")]
fn optional<T>(
    table: &mut Fields<'_, '_>,
    key: &'static str,
    read: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
) -> Option<Option<T>> {
    if table.has(key) { read(table).map(Some) } else { Some(None) }
}

fn number(table: &mut Fields<'_, '_>, tags: &Tags, key: &'static str) -> Option<TagIndex> {
    let tag = rule::tag_of(table, tags, key)?;
    if !tag.kind.is_whole() || tag.is_scaled {
        table.say_here(format!("{key}: a state is a whole number without scale and offset, not {}", tag.kind.code()));
        return None;
    }
    Some(tag.index)
}

fn flag(table: &mut Fields<'_, '_>, tags: &Tags, key: &'static str) -> Option<TagIndex> {
    let tag = rule::tag_of(table, tags, key)?;
    if tag.kind != TagType::Bool {
        table.say_here(format!("{key} must be a tag of type bool, not {}", tag.kind.code()));
        return None;
    }
    Some(tag.index)
}

fn production_modes(table: &mut Fields<'_, '_>, has_mode: bool) -> Option<Vec<i64>> {
    let Some(value) = table.raw("production_modes") else { return Some(vec![PACKML_PRODUCTION]) };
    if !has_mode {
        table.say(value.span(), "production_modes: without mode nobody asks for it; add mode or remove it".into());
        return None;
    }
    let items = value.get_ref().as_array().map(|items| items.iter().collect::<Vec<_>>()).unwrap_or_default();
    let modes: Vec<i64> = items
        .iter()
        .filter_map(|item| item.get_ref().as_integer())
        .filter_map(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
        .filter(|mode| PACKML_MODES.contains(mode))
        .collect();
    if modes.is_empty() || modes.len() != items.len() {
        table.say(value.span(), "production_modes: write a list of numbers from 1 to 31, like [1, 4]".into());
        return None;
    }
    Some(modes)
}

/// ISA-TR88.00.02: the numbers of Status.StateCurrent and Status.UnitModeCurrent.
fn packml(
    state: TagIndex,
    mode: Option<TagIndex>,
    blocked: Option<TagIndex>,
    starved: Option<TagIndex>,
    production: &[i64],
) -> (Vec<StateRule>, Vec<Alarm>) {
    const ABORT: &[i64] = &[8, 9];
    const HOLD: &[i64] = &[10, 11, 12];
    const STOP: &[i64] = &[7, 2];
    const SUSPEND: &[i64] = &[13, 5];
    // 1 Clearing mends what was aborted.
    const DOWN: &[i64] = &[1, 2, 7, 8, 9, 10, 11, 12];
    // 3 Starting, 4 Idle, 14 Unsuspending, 15 Resetting, 16 Completing, 17 Complete: on the way, nothing is made yet.
    const IDLE: &[i64] = &[3, 4, 5, 13, 14, 15, 16, 17];
    const EXECUTE: &[i64] = &[6];
    let produces = |when: When| match mode {
        Some(mode) => Expression::All(vec![is(mode, production), when]),
        None => when,
    };
    let mut rules = Vec::new();
    if let Some(mode) = mode {
        // Maintenance, manual and what a maker adds; 0 is none at all and says nothing.
        let known: Vec<i64> = std::iter::once(0).chain(production.iter().copied()).collect();
        rules.push(rule(Expression::Not(Box::new(is(mode, &known))), Activity::Setup));
    }
    rules.push(rule(produces(is(state, EXECUTE)), Activity::Running));
    for (tag, activity) in [(blocked, Activity::Blocked), (starved, Activity::Starved)] {
        if let Some(tag) = tag {
            let set = Expression::Tag(tag, Ask::In(vec![Literal::Bool(true)]));
            rules.push(rule(produces(Expression::All(vec![is(state, SUSPEND), set])), activity));
        }
    }
    rules.push(rule(produces(is(state, DOWN)), Activity::Down));
    rules.push(rule(produces(is(state, IDLE)), Activity::Idle));
    let alarms =
        [(ABORT, "PackML: aborted"), (HOLD, "PackML: held"), (STOP, "PackML: stopped"), (SUSPEND, "PackML: suspended")];
    (rules, alarms.map(|(states, text)| alarm(is(state, states), text)).into())
}

/// OPC 40001-1: each state by its number and by the number of its node, which is what CurrentState.Id holds.
fn machinery(state: TagIndex, mode: Option<TagIndex>) -> (Vec<StateRule>, Vec<Alarm>) {
    const NOT_AVAILABLE: &[i64] = &[0, 5_005];
    const OUT_OF_SERVICE: &[i64] = &[1, 5_004];
    const NOT_EXECUTING: &[i64] = &[2, 5_007];
    const EXECUTING: &[i64] = &[3, 5_006];
    const MAINTENANCE_OR_SETUP: &[i64] = &[1, 5_025, 2, 5_027];
    const PROCESSING: &[i64] = &[3, 5_026];
    let mut rules = Vec::new();
    if let Some(mode) = mode {
        rules.push(rule(is(mode, MAINTENANCE_OR_SETUP), Activity::Setup));
        // Working without any mode is no production: that is told as "no data" rather than guessed.
        rules.push(rule(Expression::All(vec![is(mode, PROCESSING), is(state, EXECUTING)]), Activity::Running));
    } else {
        rules.push(rule(is(state, EXECUTING), Activity::Running));
    }
    rules.push(rule(is(state, OUT_OF_SERVICE), Activity::Down));
    // Switched off or saving energy is no fault.
    rules.push(rule(is(state, &[NOT_EXECUTING, NOT_AVAILABLE].concat()), Activity::Idle));
    let alarms = [(OUT_OF_SERVICE, "Machinery: out of service"), (NOT_AVAILABLE, "Machinery: not available")];
    (rules, alarms.map(|(states, text)| alarm(is(state, states), text)).into())
}

fn is(tag: TagIndex, numbers: &[i64]) -> When {
    Expression::Tag(tag, Ask::In(numbers.iter().copied().map(Literal::Int).collect()))
}

const fn rule(when: When, activity: Activity) -> StateRule {
    StateRule { when, then: outcome(activity) }
}

const fn outcome(activity: Activity) -> Outcome {
    Outcome { activity, for_ms: 0, keep_ms: 0 }
}

fn alarm(when: When, text: &str) -> Alarm {
    Alarm { when, text: text.to_owned(), reason: None }
}
