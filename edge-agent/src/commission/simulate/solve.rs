//! Values that make a machine's rules say one thing: each question is about one tag, so what is wanted narrows each tag's
//! values, and only "any of these" needs trying. Pure.

use std::collections::BTreeMap;

use super::domain::{Shape, values};
use crate::config::MachineConfig;
use crate::driver::{TagIndex, Value};
use crate::machine::expression::{Ask, Expression, Known};

/// Steps of one search; rules that people write need some hundreds.
const STEPS_MAX: u32 = 200_000;

/// What a tag may do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) value: Value,
    /// How long the value has not changed, in microseconds: 0 for a tag that keeps changing. Tags that nobody asks for
    /// changes stand still for ever.
    pub(super) unchanged: i64,
}

impl Choice {
    pub(super) const fn is_moving(&self) -> bool {
        self.unchanged == 0
    }
}

/// What each tag may do, by the tag; never empty for any.
pub(super) type Choices = BTreeMap<TagIndex, Vec<Choice>>;

/// One thing that the rules of a machine can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// The place of a rule.
    Rule(usize),
    Otherwise,
    /// The place of an alarm that is on while the machine stands, and the rule by which it does.
    Alarm(usize),
}

/// What came of a search.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    Values(Choices),
    /// There are none.
    Never,
    /// None were found among those that were tried.
    Unsure,
}

/// The rules of one machine, with what each of their tags can hold.
pub(super) struct Rules<'a> {
    machine: &'a MachineConfig,
    domains: Choices,
    is_cut: bool,
}

type Want<'a> = (&'a Expression<TagIndex>, bool);

impl<'a> Rules<'a> {
    pub(super) fn new(machine: &'a MachineConfig, shape: impl Fn(TagIndex) -> Shape) -> Self {
        let mut asks: BTreeMap<TagIndex, Vec<&Ask>> = BTreeMap::new();
        for when in conditions(machine) {
            leaves(when, &mut |tag, ask| asks.entry(tag).or_default().push(ask));
        }
        let mut is_cut = false;
        let domains = asks.into_iter().map(|(tag, asks)| {
            let values = values(shape(tag), &asks);
            is_cut |= values.is_cut;
            let mut pauses: Vec<i64> = asks
                .iter()
                .filter_map(|ask| if let Ask::ChangedWithin(time) = ask { Some(*time) } else { None })
                .collect();
            pauses.sort_unstable();
            pauses.dedup();
            // Still for the longest time first, then changing, then what lies between.
            let longest = pauses.pop();
            let still = longest.map_or_else(|| vec![i64::MAX], |longest| [vec![longest, 0], pauses].concat());
            let choice = |unchanged: i64| values.list.iter().map(move |value| Choice { value: *value, unchanged });
            (tag, still.into_iter().flat_map(choice).collect())
        });
        let domains = domains.collect();
        Self { machine, domains, is_cut }
    }

    /// Values that make the rules say this; without an alarm where none is wanted, if that can be.
    pub(super) fn reach(&self, target: Target) -> Found {
        let machine = self.machine;
        let quiet: Vec<Want<'_>> = machine.alarms.iter().map(|alarm| (&alarm.when, false)).collect();
        match target {
            Target::Rule(rule) => self.reach_quietly(self.rule(rule), &quiet),
            Target::Otherwise => {
                self.reach_quietly(machine.states.iter().map(|rule| (&rule.when, false)).collect(), &quiet)
            }
            Target::Alarm(place) => {
                let Some(alarm) = machine.alarms.get(place) else { return Found::Never };
                let mut told: Vec<Want<'_>> = quiet.iter().take(place).copied().collect();
                told.push((&alarm.when, true));
                let standing = machine.states.iter().enumerate().filter(|(_, rule)| rule.then.activity.is_stop());
                let mut stops: Vec<Vec<Want<'_>>> = standing.map(|(rule, _)| self.rule(rule)).collect();
                if machine.otherwise.activity.is_stop() {
                    stops.push(machine.states.iter().map(|rule| (&rule.when, false)).collect());
                }
                let mut last = Found::Never;
                for stop in stops {
                    match self.search([stop, told.clone()].concat()) {
                        Found::Never => {}
                        Found::Unsure => last = Found::Unsure,
                        found @ Found::Values(_) => return found,
                    }
                }
                last
            }
        }
    }

    /// This rule and none before it.
    fn rule(&self, place: usize) -> Vec<Want<'a>> {
        let before = self.machine.states.iter().take(place).map(|rule| (&rule.when, false));
        before.chain(self.machine.states.get(place).map(|rule| (&rule.when, true))).collect()
    }

    fn reach_quietly(&self, wanted: Vec<Want<'_>>, quiet: &[Want<'_>]) -> Found {
        match self.search([&wanted, quiet].concat()) {
            found @ Found::Values(_) => found,
            _ => self.search(wanted),
        }
    }

    fn search(&self, wanted: Vec<Want<'_>>) -> Found {
        let mut steps = 0;
        match narrow(self.domains.clone(), wanted, Vec::new(), &mut steps) {
            Some(choices) => Found::Values(choices),
            None if self.is_cut || steps >= STEPS_MAX => Found::Unsure,
            None => Found::Never,
        }
    }
}

/// The conditions of a machine: rules, then alarms.
pub(super) fn conditions(machine: &MachineConfig) -> impl Iterator<Item = &Expression<TagIndex>> {
    machine.states.iter().map(|rule| &rule.when).chain(machine.alarms.iter().map(|alarm| &alarm.when))
}

/// As [`Expression::each`], for as long as the expression lives.
fn leaves<'a>(when: &'a Expression<TagIndex>, each: &mut impl FnMut(TagIndex, &'a Ask)) {
    match when {
        Expression::All(list) | Expression::Any(list) => list.iter().for_each(|one| leaves(one, each)),
        Expression::Not(one) => leaves(one, each),
        Expression::Tag(tag, ask) => each(*tag, ask),
    }
}

/// Takes from each tag's choices what does not fit; `branches` are lists of which one has to be as it is wanted.
fn narrow<'a>(
    mut choices: Choices,
    mut wanted: Vec<Want<'a>>,
    mut branches: Vec<Vec<Want<'a>>>,
    steps: &mut u32,
) -> Option<Choices> {
    while let Some((expression, want)) = wanted.pop() {
        *steps += 1;
        if *steps >= STEPS_MAX {
            return None;
        }
        match (expression, want) {
            (Expression::Not(one), want) => wanted.push((one, !want)),
            (Expression::All(list), true) | (Expression::Any(list), false) => {
                wanted.extend(list.iter().map(|one| (one, want)));
            }
            (Expression::All(list), false) | (Expression::Any(list), true) => {
                branches.push(list.iter().map(|one| (one, want)).collect());
            }
            (Expression::Tag(tag, ask), want) => {
                let of_tag = choices.get_mut(tag)?;
                of_tag.retain(|Choice { value, unchanged }| {
                    ask.holds(Known { value: *value, unchanged: *unchanged }) == want
                });
                if !is_possible(of_tag) {
                    return None;
                }
            }
        }
    }
    let Some(branch) = branches.pop() else { return Some(choices) };
    branch.into_iter().find_map(|one| narrow(choices.clone(), vec![one], branches.clone(), steps))
}

/// A tag stands still at a value, or has two values to change between.
fn is_possible(choices: &[Choice]) -> bool {
    choices.iter().any(|choice| !choice.is_moving()) || choices.len() > 1
}

#[cfg(test)]
#[path = "solve_tests.rs"]
mod tests;
