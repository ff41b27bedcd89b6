//! Reads `[[machine]]`: which signals say what a machine does (EDGE-06, the rules are in [`super::rule`]) and where
//! its parts are counted (EDGE-13).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::connection::{Tags, name};
use super::fields::Fields;
use super::rule::{self, Alarm, Outcome, StateRule};
use super::template::{self, Model, Template};
use crate::driver::TagIndex;

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
    /// Where the rules come from when nobody wrote them.
    pub template: Option<Model>,
    /// The first rule that matches says the activity.
    pub states: Vec<StateRule>,
    /// The activity when no rule matches.
    pub otherwise: Outcome,
    pub counter: Option<Counter>,
    pub rejects: Option<Counter>,
    /// The first that holds while the machine stands suggests the reason.
    pub alarms: Vec<Alarm>,
    /// Kept tags that no rule names and that belong to this machine all the same.
    pub chart: Vec<TagIndex>,
}

impl MachineConfig {
    /// All tags of this machine, each once, in the order of the file.
    #[must_use]
    pub fn tags(&self) -> BTreeSet<TagIndex> {
        let mut tags: BTreeSet<_> = self.chart.iter().copied().collect();
        tags.extend(self.counter.iter().chain(&self.rejects).map(|counter| counter.tag));
        let rules = self.states.iter().map(|rule| &rule.when);
        rules.chain(self.alarms.iter().map(|alarm| &alarm.when)).for_each(|when| {
            when.each(&mut |tag, _| {
                tags.insert(*tag);
            });
        });
        tags
    }
}

/// A part counter and the width at which it wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    pub tag: TagIndex,
    pub bits: u32,
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
    let alarms = rule::alarms(table, tags, &mut watch);
    let Rules { template, states, otherwise, alarms } = if table.has("template") {
        Rules::of_template(template::read(table, tags, &mut watch), alarms)
    } else {
        let states = rule::states(table, tags, &mut watch);
        Rules { template: Some(None), states, otherwise: rule::otherwise(table), alarms }
    };
    let counter = count_of(table, tags, "counter", &mut watch);
    let rejects = count_of(table, tags, "rejects", &mut watch);
    let chart = chart(table, tags);
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
        template: template?,
        states: states?,
        otherwise: otherwise?,
        counter: counter?,
        rejects: rejects?,
        alarms: alarms?,
        chart: chart?,
    })
}

/// `chart = ["spindle_load"]`: what the charts of this machine show beside the tags of its rules.
fn chart(table: &mut Fields<'_, '_>, tags: &Tags) -> Option<Vec<TagIndex>> {
    let Some(value) = table.raw("chart") else { return Some(Vec::new()) };
    let Some(names) = value.get_ref().as_array() else {
        table.mistyped("chart", value, "a list of tags, like [\"spindle_load\"]");
        return None;
    };
    let found: Vec<Option<TagIndex>> = names
        .iter()
        .map(|name| {
            let Some(text) = name.get_ref().as_str() else {
                table.mistyped("chart", name, "a list of tags, like [\"spindle_load\"]");
                return None;
            };
            let wrong = |reason: &str| table.say(name.span(), format!("chart \"{text}\" {reason}"));
            match tags.find(text) {
                Some((tag, info)) if info.keep => return Some(tag),
                Some(_) => wrong("is not kept, so there is nothing to show; write keep = true at the tag"),
                None if tags.is_broken(text) => {}
                None => wrong("is not the name of any [[connection.tag]] in this file"),
            }
            None
        })
        .collect();
    found.into_iter().collect()
}

/// What says the activity; `None` for each part that has an error.
struct Rules {
    #[expect(clippy::option_option, reason = "absent and wrong are different")]
    template: Option<Option<Model>>,
    states: Option<Vec<StateRule>>,
    otherwise: Option<Outcome>,
    alarms: Option<Vec<Alarm>>,
}

impl Rules {
    /// Alarms that somebody wrote tell more than those of the template.
    fn of_template(template: Option<Template>, written: Option<Vec<Alarm>>) -> Self {
        let Some(Template { model, states, otherwise, alarms }) = template else {
            return Self { template: None, states: None, otherwise: None, alarms: None };
        };
        let alarms = written.map(|written| written.into_iter().chain(alarms).collect());
        Self { template: Some(Some(model)), states: Some(states), otherwise: Some(otherwise), alarms }
    }
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
    let found = rule::tag(&mut inner, tags);
    let width = found.as_ref().map_or(32, |tag| tag.kind.bits());
    let bits = inner.whole_or("bits", width, 8..=64, " bits");
    inner.finish();
    let (rule::Tag { index, kind, is_scaled }, bits) = (found?, bits?);
    if !kind.is_whole() || is_scaled {
        let what = if is_scaled { "a scaled tag".to_owned() } else { format!("a tag of type {}", kind.code()) };
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
    watch(index);
    Some(Some(Counter { tag: index, bits }))
}
