//! One machine on its walk through all that its rules can say: which values its tags have when. Times come from
//! outside, chance from a seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use unison_core::activity::Activity;
use unison_core::time::SECOND;

use super::domain::Shape;
use super::solve::{Choice, Choices, Found, Rules, Target, conditions};
use crate::config::{Config, Counter, MachineConfig, TagType};
use crate::driver::{Quality, Reading, TagIndex, Value};
use crate::machine::expression::Ask;

const MS: i64 = 1_000;
/// How long a machine makes parts before something else happens.
const RUN_SECONDS: std::ops::Range<i64> = 40..90;
/// A short stop, and how much longer than the limit a long one is.
const SHORT_SECONDS: std::ops::Range<i64> = 8..20;
const LONG_SECONDS: std::ops::Range<i64> = 10..40;
const LOST_SECONDS: i64 = 8;
const CYCLE_MS: std::ops::Range<i64> = 4_000..12_000;
/// One part of so many is a reject.
const REJECT_OF: u32 = 25;

/// What a machine was asked to say and cannot.
pub(super) struct Unreached {
    pub(super) target: Target,
    /// Every kind of value was looked at.
    pub(super) is_sure: bool,
}

/// Something that rules can say, and by which values.
struct Step {
    target: Target,
    activity: Activity,
    for_ms: u32,
    keep_ms: u32,
    choices: Choices,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Step(usize),
    /// The device cannot be read.
    Lost,
}

/// A tag that changes again and again.
struct Mover {
    tag: TagIndex,
    every: i64,
    next: i64,
    values: [Value; 2],
}

/// A counter of parts or rejects.
struct Count {
    tag: TagIndex,
    kind: TagType,
    bits: u32,
    raw: u64,
}

pub(super) struct Walker {
    rng: fastrand::Rng,
    micro_stop: i64,
    steps: Vec<Step>,
    /// Tags that the machine looks at.
    tags: BTreeSet<TagIndex>,
    stages: VecDeque<Stage>,
    stage: Stage,
    until: i64,
    movers: Vec<Mover>,
    pauses: BTreeMap<TagIndex, i64>,
    parts: Option<Count>,
    rejects: Option<Count>,
    cycle: i64,
    /// When the next part is made.
    next_part: i64,
    rounds: u32,
}

/// The values of all tags, and what is new.
pub(super) struct Scene {
    values: Vec<Option<Value>>,
    news: Vec<Reading>,
}

impl Scene {
    pub(super) fn new(tags: usize) -> Self {
        Self { values: vec![None; tags], news: Vec::new() }
    }

    pub(super) fn value(&self, tag: TagIndex) -> Option<Value> {
        self.values.get(tag.index()).copied().flatten()
    }

    pub(super) fn set(&mut self, tag: TagIndex, value: Value, at: i64) {
        if let Some(slot) = self.values.get_mut(tag.index()) {
            *slot = Some(value);
            self.news.push(Reading { tag, value, quality: Quality::Good, at });
        }
    }

    fn lose(&mut self, tag: TagIndex, at: i64) {
        let value = self.value(tag).unwrap_or(Value::Int(0));
        self.news.push(Reading { tag, value, quality: Quality::Bad, at });
    }

    /// What is new since the last call.
    pub(super) fn news(&mut self) -> Vec<Reading> {
        std::mem::take(&mut self.news)
    }
}

impl Walker {
    /// The walker of a machine, and what no walk can show.
    pub(super) fn new(
        config: &Config,
        machine: &MachineConfig,
        shape: impl Fn(TagIndex) -> Shape,
        seed: u64,
        start: i64,
    ) -> (Self, Vec<Unreached>) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let rules = Rules::new(machine, shape);
        let targets = (0..machine.states.len()).map(Target::Rule).chain([Target::Otherwise]);
        let targets = targets.chain((0..machine.alarms.len()).map(Target::Alarm));
        let (mut steps, mut unreached) = (Vec::new(), Vec::new());
        for target in targets {
            match rules.reach(target) {
                Found::Values(choices) => steps.push(Step::new(machine, target, choices)),
                other => unreached.push(Unreached { target, is_sure: other == Found::Never }),
            }
        }
        let asked = |tag: TagIndex| {
            let (mut values, mut pause) = (false, None::<i64>);
            conditions(machine).for_each(|when| {
                when.each(&mut |of, ask| match ask {
                    _ if *of != tag => {}
                    Ask::ChangedWithin(time) => pause = Some(pause.map_or(*time, |p| p.min(*time))),
                    _ => values = true,
                })
            });
            (values, pause)
        };
        let mut tags = BTreeSet::new();
        conditions(machine).for_each(|when| when.each(&mut |tag, _| tags.extend([*tag])));
        let pauses = tags.iter().filter_map(|tag| Some((*tag, asked(*tag).1?))).collect();
        let mut count = |counter: Option<Counter>| {
            let Counter { tag, bits } = counter?;
            tags.insert(tag);
            let kind = config.tags.get(tag.index())?.kind;
            // Near its end, so that its wrap is seen. A counter whose value rules ask for is theirs.
            let raw = if bits > 32 { 1_000 } else { (1u64 << bits) - rng.u64(5..15) };
            (!asked(tag).0).then_some(Count { tag, kind, bits, raw })
        };
        let (parts, rejects) = (count(machine.counter), count(machine.rejects));
        let fastest = parts.as_ref().and_then(|parts| asked(parts.tag).1).map_or(i64::MAX, |pause| pause * 6 / 10);
        let cycle = (rng.i64(CYCLE_MS) * MS).min(fastest);
        let micro_stop = i64::from(machine.micro_stop_seconds) * SECOND;
        let stages = VecDeque::new();
        let (stage, movers) = (Stage::Lost, Vec::new());
        let walker = Self {
            rng,
            micro_stop,
            steps,
            tags,
            stages,
            stage,
            until: start,
            movers,
            pauses,
            parts,
            rejects,
            cycle,
            next_part: i64::MAX,
            rounds: 0,
        };
        (walker, unreached)
    }

    /// How often everything was shown.
    pub(super) const fn rounds(&self) -> u32 {
        self.rounds
    }

    /// What there is to show.
    pub(super) fn targets(&self) -> impl Iterator<Item = Target> + '_ {
        self.steps.iter().map(|step| step.target)
    }

    /// When something happens next.
    pub(super) fn next(&self) -> i64 {
        self.movers.iter().map(|mover| mover.next).chain([self.until, self.next_part]).min().unwrap_or(self.until)
    }

    /// What happens at `now`.
    pub(super) fn act(&mut self, now: i64, scene: &mut Scene) {
        if now >= self.until {
            self.enter(now, scene);
        }
        for mover in self.movers.iter_mut().filter(|mover| mover.next <= now) {
            mover.next = now + mover.every;
            let [first, second] = mover.values;
            let value = if scene.value(mover.tag) == Some(first) { second } else { first };
            scene.set(mover.tag, value, now);
        }
        if self.next_part <= now {
            let jitter = self.rng.i64(-self.cycle / 10..=self.cycle / 10);
            self.next_part = now + self.cycle + jitter;
            let is_reject = self.rng.u32(0..REJECT_OF) == 0;
            for count in self.parts.iter_mut().chain(self.rejects.iter_mut().filter(|_| is_reject)) {
                count.raw = count.raw.wrapping_add(1) & count.mask();
                scene.set(count.tag, count.value(), now);
            }
        }
    }

    fn enter(&mut self, now: i64, scene: &mut Scene) {
        let before = self.stage;
        if self.stages.is_empty() {
            self.plan();
        }
        let Some(stage) = self.stages.pop_front() else { return };
        self.rounds += u32::from(stage == Stage::Lost);
        self.stage = stage;
        self.movers.clear();
        self.next_part = i64::MAX;
        let Stage::Step(place) = stage else {
            self.until = now + LOST_SECONDS * SECOND;
            self.tags.iter().for_each(|tag| scene.lose(*tag, now));
            return;
        };
        let kept =
            if let Stage::Step(before) = before { self.steps.get(before).map_or(0, |step| step.keep_ms) } else { 0 };
        let Some(step) = self.steps.get(place) else { return };
        let is_first = before == Stage::Lost;
        let mut within = i64::MAX;
        let counted = self.parts.as_ref().map(|parts| parts.tag);
        let mut makes_parts = step.activity == Activity::Running;
        for (tag, choices) in &step.choices {
            let is_counter = counted == Some(*tag);
            let choice = choose(choices, scene.value(*tag), is_counter && makes_parts);
            if is_counter {
                makes_parts = choice.is_moving();
            } else if choice.is_moving() {
                let mut moving = choices.iter().filter(|choice| choice.is_moving()).map(|choice| choice.value);
                let (Some(first), Some(second)) = (moving.next(), moving.next()) else { continue };
                let every = self.pauses.get(tag).map_or(SECOND, |pause| pause * 4 / 10);
                self.movers.push(Mover { tag: *tag, every, next: now, values: [first, second] });
            } else {
                // What stands still for a while and not for long is so only until then.
                within = within.min(self.only_until(*tag, choice));
                if is_first || scene.value(*tag) != Some(choice.value) {
                    scene.set(*tag, choice.value, now);
                }
            }
        }
        if is_first {
            for count in self.parts.iter().chain(&self.rejects) {
                scene.set(count.tag, count.value(), now);
            }
        }
        if makes_parts && self.parts.is_some() {
            self.next_part = now + self.cycle;
        }
        let doubt = (i64::from(step.for_ms) + i64::from(kept)) * MS + self.longest_pause();
        let seconds = match (step.target, step.activity) {
            (Target::Alarm(_), _) => self.micro_stop / SECOND + self.rng.i64(LONG_SECONDS),
            (_, activity) if activity.is_stop() && self.rng.bool() => {
                self.micro_stop / SECOND + self.rng.i64(LONG_SECONDS)
            }
            (_, Activity::Running) => self.rng.i64(RUN_SECONDS),
            _ => self.rng.i64(SHORT_SECONDS),
        };
        self.until = now + (doubt + seconds * SECOND).min(within);
    }

    /// Everything once, with work in between where the machine can work, and at last a lost connection. The first round
    /// goes by the file.
    fn plan(&mut self) {
        let works = self.steps.iter().position(|step| step.activity == Activity::Running);
        let mut others: Vec<usize> = (0..self.steps.len()).filter(|place| Some(*place) != works).collect();
        if self.rounds > 0 {
            self.rng.shuffle(&mut others);
        }
        if others.is_empty() {
            self.stages.extend(works.map(Stage::Step));
        }
        for other in others {
            self.stages.extend(works.map(Stage::Step));
            self.stages.push_back(Stage::Step(other));
        }
        self.stages.extend(works.map(Stage::Step));
        self.stages.push_back(Stage::Lost);
    }

    fn longest_pause(&self) -> i64 {
        self.pauses.values().copied().max().unwrap_or(0)
    }

    /// How long a choice holds that stands still for less than all that is asked: half of the way to the next question.
    fn only_until(&self, tag: TagIndex, choice: Choice) -> i64 {
        let mut asked: Vec<i64> = Vec::new();
        for step in &self.steps {
            asked.extend(step.choices.get(&tag).into_iter().flatten().map(|choice| choice.unchanged));
        }
        let next = asked.into_iter().filter(|unchanged| *unchanged > choice.unchanged).min();
        next.map_or(i64::MAX, |next| i64::midpoint(choice.unchanged, next))
    }
}

impl Step {
    fn new(machine: &MachineConfig, target: Target, choices: Choices) -> Self {
        let outcome = match target {
            Target::Rule(rule) => machine.states.get(rule).map_or(machine.otherwise, |rule| rule.then),
            Target::Otherwise | Target::Alarm(_) => machine.otherwise,
        };
        // By which rule the machine stands with an alarm does not matter, only that it does.
        let activity = if matches!(target, Target::Alarm(_)) { Activity::Down } else { outcome.activity };
        let for_ms = match target {
            Target::Alarm(_) => {
                machine.states.iter().map(|rule| rule.then).chain([machine.otherwise]).map(|o| o.for_ms).max()
            }
            _ => Some(outcome.for_ms),
        };
        Self { target, activity, for_ms: for_ms.unwrap_or(0), keep_ms: outcome.keep_ms, choices }
    }
}

impl Count {
    const fn mask(&self) -> u64 {
        if self.bits >= 64 { u64::MAX } else { (1 << self.bits) - 1 }
    }

    /// As a register of its type holds it.
    fn value(&self) -> Value {
        let is_signed = self.kind.limits().is_some_and(|(low, _)| low < 0);
        if !is_signed {
            return Value::Uint(self.raw);
        }
        let unused = 64 - self.kind.bits();
        Value::Int((self.raw << unused).cast_signed() >> unused)
    }
}

/// What changes least, or what changes where that is wanted.
fn choose(choices: &[Choice], now: Option<Value>, is_to_move: bool) -> Choice {
    let moving = choices.iter().find(|choice| choice.is_moving());
    let mut still = choices.iter().filter(|choice| !choice.is_moving());
    let as_it_is = still.clone().find(|choice| Some(choice.value) == now);
    let chosen = if is_to_move { moving.or(as_it_is) } else { as_it_is };
    let chosen = chosen.or_else(|| still.next()).or(moving);
    chosen.copied().unwrap_or(Choice { value: Value::Bool(false), unchanged: i64::MAX })
}
