//! Reads `[[machine]]`: which signals say what a machine does (EDGE-06) and where its parts are counted
//! (EDGE-13). The rules are data; the engine applies them in list order, the first match wins.

use std::collections::HashMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;
use unison_core::activity::Activity;

use super::connection::{Tags, name};
use super::fields::Fields;
use super::register::TagType;
use crate::driver::{TagIndex, Text, Value};

/// A stop that may still become a downtime event holds up the settling of time for all machines of the
/// box, so this bounds how far OEE may lie behind.
const MICRO_STOP_SECONDS_MAX: u32 = 600;

/// One machine's signals.
#[derive(Clone, Debug)]
pub struct MachineConfig {
    pub code: Arc<str>,
    /// Without a good value for this long the machine is "no data".
    pub stale_after_ms: u32,
    /// A shorter stop is not a downtime event.
    pub micro_stop_seconds: u32,
    /// The first rule that matches says the activity.
    pub states: Vec<StateRule>,
    /// The activity when no rule matches.
    pub otherwise: Activity,
    pub counter: Option<Counter>,
    pub rejects: Option<Counter>,
}

#[derive(Clone, Debug)]
pub struct StateRule {
    pub tag: TagIndex,
    pub when: Condition,
    pub activity: Activity,
}

/// What a rule asks of its tag.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Any of these; `equals` is a list of one.
    In(Vec<Literal>),
    Above(f64),
    Below(f64),
}

/// A value as it is written in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Text),
}

/// A part counter and the width at which it wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    pub tag: TagIndex,
    pub bits: u32,
}

impl Condition {
    /// Whether a value fulfils the condition. Whole numbers are compared exactly.
    #[must_use]
    pub fn matches(&self, value: Value) -> bool {
        match self {
            Self::In(list) => list.iter().any(|literal| literal.equals(value)),
            Self::Above(limit) => value.as_f64() > *limit,
            Self::Below(limit) => value.as_f64() < *limit,
        }
    }
}

impl Literal {
    #[expect(clippy::float_cmp, reason = "a float in `equals` means exactly that value")]
    fn equals(self, value: Value) -> bool {
        match (self, value) {
            (Self::Bool(a), Value::Bool(b)) => a == b,
            (Self::Int(a), Value::Bool(b)) => a == i64::from(b),
            (Self::Int(a), Value::Int(b)) => a == b,
            (Self::Int(a), Value::Uint(b)) => u64::try_from(a).is_ok_and(|a| a == b),
            (Self::Int(a), Value::Float(b)) => a as f64 == b,
            (Self::Float(a), Value::Float(b)) => a == b,
            (Self::Text(a), Value::Text(b)) => a.reads_as(&b),
            // Refused by the reader: a rule that could never match.
            (Self::Bool(_), Value::Int(_) | Value::Uint(_) | Value::Float(_))
            | (Self::Float(_), Value::Bool(_) | Value::Int(_) | Value::Uint(_))
            | (Self::Text(_), Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_))
            | (Self::Bool(_) | Self::Int(_) | Self::Float(_), Value::Text(_)) => false,
        }
    }
}

pub(super) fn read_all(file: &mut Fields<'_, '_>, tags: &Tags) -> Vec<MachineConfig> {
    let mut names = HashMap::new();
    let mut machines = Vec::new();
    for mut table in file.tables("machine") {
        let machine = machine(&mut table, tags, &mut names);
        table.finish();
        machines.extend(machine);
    }
    machines
}

fn machine(table: &mut Fields<'_, '_>, tags: &Tags, names: &mut HashMap<String, usize>) -> Option<MachineConfig> {
    let code = name(table, "machine", names);
    let stale_after_ms = table.whole_or("stale_after_ms", 3_000, 200..=7_200_000, " ms");
    let micro_stop_seconds = table.whole_or("micro_stop_seconds", 60, 0..=MICRO_STOP_SECONDS_MAX, " s");
    let mut slowest: Option<(u32, Arc<str>)> = None;
    let mut watch = |tag: TagIndex| {
        if let Some(info) = tags.infos.get(tag.index())
            && slowest.as_ref().is_none_or(|(period_ms, _)| info.period_ms > *period_ms)
        {
            slowest = Some((info.period_ms, info.name.clone()));
        }
    };
    let states = states(table, tags, &mut watch);
    let otherwise = otherwise(table);
    let counter = count_of(table, tags, "counter", &mut watch);
    let rejects = count_of(table, tags, "rejects", &mut watch);
    if let (Some(stale_after_ms), Some((period_ms, tag))) = (stale_after_ms, slowest)
        && u64::from(stale_after_ms) < 2 * u64::from(period_ms)
    {
        let enough = 2 * u64::from(period_ms);
        table.say_here(format!(
            "stale_after_ms {stale_after_ms}: tag \"{tag}\" is read every {period_ms} ms, so the machine would be \
             stale between two readings; write at least {enough}"
        ));
    }
    Some(MachineConfig {
        code: code?.into(),
        stale_after_ms: stale_after_ms?,
        micro_stop_seconds: micro_stop_seconds?,
        states: states?,
        otherwise: otherwise?,
        counter: counter?,
        rejects: rejects?,
    })
}

fn states(table: &mut Fields<'_, '_>, tags: &Tags, watch: &mut impl FnMut(TagIndex)) -> Option<Vec<StateRule>> {
    table.need(
        "states",
        "at least one rule, like states = [{ tag = \"status\", equals = 1, activity = \"running\" }]",
    )?;
    let rules = table.tables("states");
    if rules.is_empty() {
        table.say_here("states is empty: no signal would ever say what the machine does; add a rule".into());
        return None;
    }
    let mut states = Vec::with_capacity(rules.len());
    let mut sound = true;
    for mut rule in rules {
        let read = state_rule(&mut rule, tags);
        rule.finish();
        match read {
            Some(read) => {
                watch(read.tag);
                states.push(read);
            }
            None => sound = false,
        }
    }
    sound.then_some(states)
}

fn state_rule(rule: &mut Fields<'_, '_>, tags: &Tags) -> Option<StateRule> {
    let tag = tag(rule, tags);
    // A scaled tag gives floats, whatever lies in its registers.
    let kind = tag.as_ref().map(|(_, kind, scaled)| if *scaled { TagType::F64 } else { *kind });
    let when = condition(rule, kind);
    let activity = rule.need_word("activity", &words(false), "what the machine does when the rule matches");
    Some(StateRule { tag: tag?.0, when: when?, activity: activity?.into_inner() })
}

fn otherwise(table: &mut Fields<'_, '_>) -> Option<Activity> {
    let what = "the activity when no rule matches, like \"idle\"";
    table.need_word("otherwise", &words(true), what).map(Spanned::into_inner)
}

/// The activities a file may name. Only `otherwise` may say "no data": a rule that matches has data.
fn words(no_data: bool) -> Vec<(&'static str, Activity)> {
    let all = Activity::ALL.into_iter().filter(|activity| no_data || *activity != Activity::NoData);
    all.map(|activity| (activity.code(), activity)).collect()
}

/// The tag a rule or counter names: its place, the type of its values, whether they are scaled.
fn tag(table: &mut Fields<'_, '_>, tags: &Tags) -> Option<(TagIndex, TagType, bool)> {
    let name = table.need_text("tag", "the name of a [[connection.tag]]")?;
    match tags.find(name.get_ref()) {
        Some((tag, info)) => Some((tag, info.kind, info.scaled)),
        None if tags.is_broken(name.get_ref()) => None,
        None => {
            table.wrong(&name, "tag", "is not the name of any [[connection.tag]] in this file");
            None
        }
    }
}

fn condition(rule: &mut Fields<'_, '_>, kind: Option<TagType>) -> Option<Condition> {
    const ONE: &str = "write exactly one of equals, in, above, below";
    let given: Vec<_> = ["equals", "in", "above", "below"].into_iter().filter(|key| rule.has(key)).collect();
    let [key] = given.as_slice() else {
        let found = if given.is_empty() { "no condition".to_owned() } else { given.join(" and ") };
        rule.say_here(format!("{found}: {ONE}"));
        return None;
    };
    match *key {
        "equals" => {
            let value = rule.raw("equals")?;
            Some(Condition::In(vec![literal(rule, "equals", value, kind)?]))
        }
        "in" => {
            let value = rule.raw("in")?;
            let Some(items) = value.get_ref().as_array() else {
                rule.mistyped("in", value, "a list of values like [0, 4]");
                return None;
            };
            if items.is_empty() {
                rule.say(value.span(), "in is empty: the rule would never match; add a value".into());
                return None;
            }
            let found: Vec<_> = items.iter().filter_map(|item| literal(rule, "in", item, kind)).collect();
            (found.len() == items.len()).then_some(Condition::In(found))
        }
        limit => {
            let instead = match kind {
                Some(TagType::Bool) => Some("equals = true or equals = false"),
                Some(TagType::String) => Some("equals = \"…\""),
                _ => None,
            };
            if let (Some(instead), Some(kind)) = (instead, kind) {
                rule.say_here(format!("{limit} on a {} tag: use {instead}", kind.code()));
                return None;
            }
            let above = limit == "above";
            let found = rule.number(if above { "above" } else { "below" })?.into_inner();
            Some(if above { Condition::Above(found) } else { Condition::Below(found) })
        }
    }
}

/// One value; refuses what the tag can never be, because such a rule hides a typing mistake.
fn literal(rule: &Fields<'_, '_>, key: &str, value: &Spanned<DeValue<'_>>, kind: Option<TagType>) -> Option<Literal> {
    let literal = match value.get_ref() {
        DeValue::Boolean(b) => Some(Literal::Bool(*b)),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok().map(Literal::Int),
        DeValue::Float(f) => f.as_str().parse().ok().filter(|f: &f64| f.is_finite()).map(Literal::Float),
        DeValue::String(text) => Text::new(text.as_bytes()).map(Literal::Text),
        _ => None,
    };
    let Some(literal) = literal else {
        rule.mistyped(key, value, "a number, true, false or a text of at most 32 bytes");
        return None;
    };
    let Some(kind) = kind else { return Some(literal) };
    let possible = match (literal, kind.limits()) {
        (Literal::Bool(_), _) => kind == TagType::Bool,
        (Literal::Int(i), Some((low, high))) => (low..=high).contains(&i128::from(i)),
        (Literal::Int(i), None) => kind != TagType::String && (kind != TagType::Bool || i == 0 || i == 1),
        (Literal::Text(_), _) => kind == TagType::String,
        (Literal::Float(_), _) => matches!(kind, TagType::F32 | TagType::F64),
    };
    if !possible {
        let shown = match literal {
            Literal::Bool(b) => b.to_string(),
            Literal::Int(i) => i.to_string(),
            Literal::Float(f) => f.to_string(),
            Literal::Text(text) => format!("{text:?}"),
        };
        rule.say(value.span(), format!("{key} {shown}: a tag of type {} never has this value", kind.code()));
        return None;
    }
    Some(literal)
}

#[expect(clippy::option_option, reason = "absent and wrong are different")]
fn count_of(
    table: &mut Fields<'_, '_>,
    tags: &Tags,
    key: &'static str,
    watch: &mut impl FnMut(TagIndex),
) -> Option<Option<Counter>> {
    if !table.has(key) {
        return Some(None);
    }
    let mut inner = table.table(key, key)?;
    let found = tag(&mut inner, tags);
    let width = found.as_ref().map_or(32, |(_, kind, _)| kind.bits());
    let bits = inner.whole_or("bits", width, 8..=64, " bits");
    inner.finish();
    let ((tag, kind, scaled), bits) = (found?, bits?);
    if !kind.is_whole() || scaled {
        let what = if scaled { "a scaled tag".to_owned() } else { format!("a tag of type {}", kind.code()) };
        inner.say_here(format!("{what} cannot count parts; use a whole number without scale and offset"));
        return None;
    }
    if bits > kind.bits() {
        inner.say_here(format!(
            "bits {bits}: a tag of type {} wraps at {} bits at the latest; write {} or less",
            kind.code(),
            kind.bits(),
            kind.bits()
        ));
        return None;
    }
    watch(tag);
    Some(Some(Counter { tag, bits }))
}
