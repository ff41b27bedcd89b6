//! Whatever the rules are: the values that are chosen make them say exactly what is wanted, and what is called
//! unreachable is so for every value there is.

use proptest::prelude::*;
use unison_core::activity::Activity;

use super::*;
use crate::config::{Alarm, Outcome, StateRule, TagType};
use crate::machine::expression::Literal;

const KINDS: [TagType; 4] = [TagType::U16, TagType::Bool, TagType::F64, TagType::I16];

fn shape(tag: TagIndex) -> Shape {
    Shape { kind: KINDS[tag.index()], scaling: None, text_bytes: 0 }
}

fn leaf() -> impl Strategy<Value = Expression<TagIndex>> {
    let number = prop_oneof![
        prop::collection::vec((0i64..4).prop_map(Literal::Int), 1..3).prop_map(Ask::In),
        (0i64..4).prop_map(|n| Ask::Above(n as f64)),
        (0i64..4).prop_map(|n| Ask::Below(n as f64)),
        (1i64..3).prop_map(|s| Ask::ChangedWithin(s * 1_000_000)),
    ];
    let bit = (0u32..3).prop_map(|bit| Expression::Tag(TagIndex(0), Ask::Bit(bit)));
    let flag = any::<bool>().prop_map(|b| Expression::Tag(TagIndex(1), Ask::In(vec![Literal::Bool(b)])));
    let of = prop::sample::select(vec![0u32, 2, 3]);
    prop_oneof![3 => (of, number).prop_map(|(tag, ask)| Expression::Tag(TagIndex(tag), ask)), 1 => bit, 1 => flag]
}

fn expression() -> impl Strategy<Value = Expression<TagIndex>> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expression::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expression::Any),
            inner.prop_map(|one| Expression::Not(Box::new(one))),
        ]
    })
}

fn machine(rules: Vec<Expression<TagIndex>>, alarms: Vec<Expression<TagIndex>>) -> MachineConfig {
    let activities = [Activity::Running, Activity::Down, Activity::Blocked, Activity::Setup];
    let outcome = |activity| Outcome { activity, for_ms: 0, keep_ms: 0 };
    let rule = |(when, activity)| StateRule { when, then: outcome(activity) };
    MachineConfig {
        code: "M".into(),
        stale_after_ms: 3_000,
        micro_stop_seconds: 60,
        template: None,
        states: rules.into_iter().zip(activities).map(rule).collect(),
        otherwise: outcome(Activity::Idle),
        counter: None,
        rejects: None,
        alarms: alarms.into_iter().map(|when| Alarm { when, text: "a".into(), reason: None }).collect(),
        chart: Vec::new(),
    }
}

/// What the rules and alarms say: the first rule, and the first alarm while the machine stands.
fn said(machine: &MachineConfig, of: &dyn Fn(TagIndex) -> Choice) -> (Option<usize>, Option<usize>) {
    let known = |tag: &TagIndex| {
        let Choice { value, unchanged } = of(*tag);
        Known { value, unchanged }
    };
    let rule = machine.states.iter().position(|rule| rule.when.holds(&known));
    let activity = rule.map_or(machine.otherwise.activity, |rule| machine.states[rule].then.activity);
    let alarm = machine.alarms.iter().position(|alarm| alarm.when.holds(&known));
    (rule, alarm.filter(|_| activity.is_stop()))
}

fn fits(target: Target, said: (Option<usize>, Option<usize>)) -> bool {
    match target {
        Target::Rule(rule) => said.0 == Some(rule),
        Target::Otherwise => said.0.is_none(),
        Target::Alarm(alarm) => said.1 == Some(alarm),
    }
}

/// Every way to give each tag one of its choices.
fn each_way(domains: &Choices, mut see: impl FnMut(&dyn Fn(TagIndex) -> Choice) -> bool) -> bool {
    let tags: Vec<_> = domains.iter().collect();
    let ways: usize = tags.iter().map(|(_, choices)| choices.len()).product();
    (0..ways.min(100_000)).any(|way| {
        let mut rest = way;
        let mut chosen = BTreeMap::new();
        for (tag, choices) in &tags {
            chosen.insert(**tag, choices[rest % choices.len()]);
            rest /= choices.len();
        }
        see(&|tag| chosen[&tag])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn edge_06_values_that_are_chosen_say_what_is_wanted_and_never_means_never(
        rules in prop::collection::vec(expression(), 1..4), alarms in prop::collection::vec(expression(), 0..2),
    ) {
        let machine = machine(rules, alarms);
        let rules = Rules::new(&machine, shape);
        let targets = (0..machine.states.len()).map(Target::Rule).chain([Target::Otherwise]);
        for target in targets.chain((0..machine.alarms.len()).map(Target::Alarm)) {
            match rules.reach(target) {
                Found::Values(choices) => {
                    prop_assert!(choices.values().all(|choices| is_possible(choices)), "{target:?} {choices:?}");
                    let wrong = each_way(&choices, |of| !fits(target, said(&machine, of)));
                    prop_assert!(!wrong, "{target:?} by {choices:?}");
                }
                Found::Never => {
                    // A tag that changes needs two values, which single choices do not show.
                    let still: Choices = rules.domains.iter().map(|(tag, choices)| {
                        (*tag, choices.iter().copied().filter(|choice| !choice.is_moving()).collect())
                    }).collect();
                    prop_assert!(!each_way(&still, |of| fits(target, said(&machine, of))), "{target:?}");
                }
                Found::Unsure => prop_assert!(false, "{target:?} is too much for the search"),
            }
        }
    }
}

fn is(tag: u32, value: i64) -> Expression<TagIndex> {
    Expression::Tag(TagIndex(tag), Ask::In(vec![Literal::Int(value)]))
}

#[test]
fn edge_06_a_rule_behind_one_that_always_comes_first_is_never_reached() {
    let machine =
        machine(vec![Expression::Any(vec![is(0, 3), is(0, 4)]), is(0, 3), is(3, 7)], vec![is(0, 4), is(0, 9)]);
    let rules = Rules::new(&machine, shape);
    assert_eq!(rules.reach(Target::Rule(1)), Found::Never);
    assert!(matches!(rules.reach(Target::Rule(2)), Found::Values(_)));
    // While 4 is on, the machine runs: nobody looks at alarms then.
    assert_eq!(rules.reach(Target::Alarm(0)), Found::Never);
    let Found::Values(choices) = rules.reach(Target::Alarm(1)) else { panic!("9 and standing") };
    assert!(choices[&TagIndex(0)].iter().all(|choice| choice.value == Value::Uint(9)));
}

#[test]
fn edge_06_a_tag_that_must_change_has_two_values_for_it() {
    let changes = Expression::Tag(TagIndex(0), Ask::ChangedWithin(5_000_000));
    let machine = machine(vec![Expression::All(vec![changes.clone(), is(0, 3)]), changes], vec![]);
    let rules = Rules::new(&machine, shape);
    assert_eq!(rules.reach(Target::Rule(0)), Found::Never, "it cannot change and be 3 all the time");
    let Found::Values(choices) = rules.reach(Target::Rule(1)) else { panic!("it can change") };
    assert!(choices[&TagIndex(0)].iter().all(|choice| choice.is_moving() && choice.value != Value::Uint(3)));
}
