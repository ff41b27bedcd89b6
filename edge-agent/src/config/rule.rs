//! Reads conditions over tags and what follows from them: the rules that say a machine's activity (EDGE-06) and
//! the alarms that suggest why it stands. Refuses a condition that could never hold, because it hides a typing
//! mistake.

use toml::Spanned;
use toml::de::DeValue;
use unison_core::activity::Activity;

use super::connection::Tags;
use super::fields::Fields;
use super::register::TagType;
use crate::driver::{TagIndex, Text};
use crate::machine::expression::{Ask, Expression, Literal};

/// Conditions in conditions, and conditions of one list. People write three.
const DEPTH_MAX: u32 = 6;
const LIST_MAX: usize = 64;
/// How long an activity may be doubted. Until then no later time is settled, for all machines of the box.
const DOUBT_MS_MAX: u32 = 600_000;

/// One rule for the activity.
#[derive(Clone, Debug, PartialEq)]
pub struct StateRule {
    pub when: Expression<TagIndex>,
    pub then: Outcome,
}

/// What follows when a rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub activity: Activity,
    /// It must match this long without a break to count; then it counts from its first moment.
    pub for_ms: u32,
    /// Once it counts, the activity stays at least this long.
    pub keep_ms: u32,
}

/// What an alarm of the machine means to people.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    pub when: Expression<TagIndex>,
    pub text: String,
    /// Code of the reason that is suggested for a stop with this alarm.
    pub reason: Option<String>,
}

/// All rules of a machine; `watch` is called for every tag that they ask.
pub(super) fn states(
    table: &mut Fields<'_, '_>,
    tags: &Tags,
    watch: &mut impl FnMut(TagIndex),
) -> Option<Vec<StateRule>> {
    table.need(
        "states",
        "at least one rule, like states = [{ tag = \"status\", equals = 1, activity = \"running\" }]",
    )?;
    let rules = table.tables("states");
    if rules.is_empty() {
        table.say_here("states is empty: no signal would ever say what the machine does; add a rule".into());
        return None;
    }
    all_of(rules, |rule| {
        let when = condition(rule, tags, DEPTH_MAX);
        let then = outcome(rule, "what the machine does when the rule matches", false);
        let (when, then) = (when?, then?);
        when.each(&mut |tag, _| watch(*tag));
        Some(StateRule { when, then })
    })
}

/// The activity when no rule matches: a word, or a table with its times.
pub(super) fn otherwise(table: &mut Fields<'_, '_>) -> Option<Outcome> {
    let what = "the activity when no rule matches, like \"idle\"";
    table.need("otherwise", what)?;
    if table.raw("otherwise").is_some_and(|value| value.get_ref().is_table()) {
        let mut inner = table.table("otherwise", "otherwise")?;
        let outcome = outcome(&mut inner, what, true);
        inner.finish();
        return outcome;
    }
    let activity = table.word("otherwise", &words(true))?.into_inner();
    Some(Outcome { activity, for_ms: 0, keep_ms: 0 })
}

/// The alarms of a machine, the most telling first.
pub(super) fn alarms(table: &mut Fields<'_, '_>, tags: &Tags, watch: &mut impl FnMut(TagIndex)) -> Option<Vec<Alarm>> {
    all_of(table.tables("alarms"), |alarm| {
        let when = condition(alarm, tags, DEPTH_MAX);
        let text = alarm.need_text("text", "what people read, like \"Spindle overload\"");
        let reason = alarm.text("reason").map(Spanned::into_inner);
        let when = when?;
        if let Some(text) = &text
            && text.get_ref().chars().count() > 120
        {
            alarm.wrong(text, "text", "at most 120 characters");
            return None;
        }
        when.each(&mut |tag, _| watch(*tag));
        Some(Alarm { when, text: text?.into_inner(), reason })
    })
}

/// Reads each table to its end, so that all mistakes are told; none when one could not be read.
fn all_of<T>(tables: Vec<Fields<'_, '_>>, mut read: impl FnMut(&mut Fields<'_, '_>) -> Option<T>) -> Option<Vec<T>> {
    let wanted = tables.len();
    let mut all = Vec::with_capacity(wanted);
    for mut table in tables {
        let one = read(&mut table);
        table.finish();
        all.extend(one);
    }
    (all.len() == wanted).then_some(all)
}

fn outcome(table: &mut Fields<'_, '_>, what: &str, no_data: bool) -> Option<Outcome> {
    let activity = table.need_word("activity", &words(no_data), what);
    let for_ms = table.whole_or("for_ms", 0, 0..=DOUBT_MS_MAX, " ms");
    let keep_ms = table.whole_or("keep_ms", 0, 0..=DOUBT_MS_MAX, " ms");
    Some(Outcome { activity: activity?.into_inner(), for_ms: for_ms?, keep_ms: keep_ms? })
}

/// The activities a file may name. Only `otherwise` may say "no data": a rule that matches has data.
fn words(no_data: bool) -> Vec<(&'static str, Activity)> {
    let all = Activity::ALL.into_iter().filter(|activity| no_data || *activity != Activity::NoData);
    all.map(|activity| (activity.code(), activity)).collect()
}

/// One condition: `tag` with what is asked of it, or `all`, `any`, `not` of further conditions.
fn condition(table: &mut Fields<'_, '_>, tags: &Tags, depth: u32) -> Option<Expression<TagIndex>> {
    const KINDS: [&str; 4] = ["tag", "all", "any", "not"];
    let given: Vec<_> = KINDS.into_iter().filter(|key| table.has(key)).collect();
    let kind = match given.as_slice() {
        [kind] => *kind,
        // The usual mistake is a missing tag, so that is what is said.
        [] => {
            table.need("tag", "the name of a [[connection.tag]], or a list of conditions in all or any")?;
            return None;
        }
        several => {
            table.say_here(format!("{}: write exactly one of tag, all, any, not", several.join(" and ")));
            return None;
        }
    };
    if kind == "tag" {
        let tag = tag(table, tags);
        let ask = ask(table, tag.as_ref().map(Tag::kind_asked));
        return Some(Expression::Tag(tag?.index, ask?));
    }
    if depth == 0 {
        table.say_here(format!("{kind}: conditions in conditions go {DEPTH_MAX} deep at most"));
        return None;
    }
    if kind == "not" {
        let mut inner = table.table("not", "not")?;
        let one = condition(&mut inner, tags, depth - 1);
        inner.finish();
        return one.map(|one| Expression::Not(Box::new(one)));
    }
    let list = table.tables(kind);
    if list.is_empty() || list.len() > LIST_MAX {
        table.say_here(format!("{kind} holds {} conditions; write 1 to {LIST_MAX}", list.len()));
        return None;
    }
    let list = all_of(list, |one| condition(one, tags, depth - 1))?;
    Some(if kind == "all" { Expression::All(list) } else { Expression::Any(list) })
}

/// A tag as a rule or counter names it.
pub(super) struct Tag {
    pub(super) index: TagIndex,
    pub(super) kind: TagType,
    pub(super) is_scaled: bool,
}

impl Tag {
    /// A scaled tag gives floats, whatever lies in its registers.
    const fn kind_asked(&self) -> TagType {
        if self.is_scaled { TagType::F64 } else { self.kind }
    }
}

/// The tag a rule or counter names.
pub(super) fn tag(table: &mut Fields<'_, '_>, tags: &Tags) -> Option<Tag> {
    tag_of(table, tags, "tag")
}

/// The tag that a field names.
pub(super) fn tag_of(table: &mut Fields<'_, '_>, tags: &Tags, key: &'static str) -> Option<Tag> {
    let name = table.need_text(key, "the name of a [[connection.tag]]")?;
    match tags.find(name.get_ref()) {
        Some((index, info)) => Some(Tag { index, kind: info.kind, is_scaled: info.scaled }),
        None if tags.is_broken(name.get_ref()) => None,
        None => {
            table.wrong(&name, key, "is not the name of any [[connection.tag]] in this file");
            None
        }
    }
}

fn ask(rule: &mut Fields<'_, '_>, kind: Option<TagType>) -> Option<Ask> {
    const ASKS: [&str; 6] = ["equals", "in", "above", "below", "bit", "changed_within_ms"];
    let given: Vec<_> = ASKS.into_iter().filter(|key| rule.has(key)).collect();
    let [key] = given.as_slice() else {
        let found = if given.is_empty() { "no condition".to_owned() } else { given.join(" and ") };
        rule.say_here(format!("{found}: write exactly one of {}", ASKS.join(", ")));
        return None;
    };
    match *key {
        "equals" => {
            let value = rule.raw("equals")?;
            Some(Ask::In(vec![literal(rule, "equals", value, kind)?]))
        }
        "in" => list(rule, kind),
        "bit" => {
            let bits = kind.map_or(64, TagType::bits);
            if kind.is_some_and(|kind| !kind.is_whole()) {
                rule.say_here("bit: only a whole number has bits; use equals, above or below".into());
                return None;
            }
            Some(Ask::Bit(rule.whole_or("bit", 0, 0..=bits - 1, "")?))
        }
        "changed_within_ms" => {
            let ms = rule.whole_or("changed_within_ms", 0, 100..=DOUBT_MS_MAX, " ms")?;
            Some(Ask::ChangedWithin(i64::from(ms) * 1_000))
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
            Some(if above { Ask::Above(found) } else { Ask::Below(found) })
        }
    }
}

fn list(rule: &mut Fields<'_, '_>, kind: Option<TagType>) -> Option<Ask> {
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
    (found.len() == items.len()).then_some(Ask::In(found))
}

/// One value; refuses what the tag can never be.
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
        rule.say(value.span(), format!("{key} {literal}: a tag of type {} never has this value", kind.code()));
        return None;
    }
    Some(literal)
}
