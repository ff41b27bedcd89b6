//! Reads `[[machine]]`: which signals say what a machine does (EDGE-06, the rules are in [`super::rule`]) and where
//! its parts are counted (EDGE-13).

use std::collections::HashMap;
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
    })
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
