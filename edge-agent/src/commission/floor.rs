//! The machines of a configuration on a clock that somebody else moves: readings go through the sink and the engine as
//! in the agent, and what comes out is told in order. No store, no disk, no random.

use std::collections::HashMap;
use std::ops::Range;

use unison_core::activity::Activity;
use unison_core::facts::Fact;
use unison_core::ids::MachineId;
use unison_core::time::{SECOND, Timestamp};
use uuid::Uuid;

use crate::agent::feed;
use crate::check::condition;
use crate::config::Config;
use crate::driver::{Quality, Reading, Sink, TagIndex};
use crate::machine::{Binding, Engine, Output};

/// As often as in the agent.
const TICK: i64 = SECOND / 2;

/// What happened at a machine.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    /// The machine's place in the configuration.
    pub(super) place: usize,
    pub(super) at: Timestamp,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Activity(Activity, Why),
    Parts {
        total: u64,
        rejected: u64,
        ideal: i64,
    },
    StopOpened {
        id: Uuid,
    },
    StopClosed {
        id: Uuid,
    },
    /// The first alarm of a stop, by its place in the machine.
    Alarm {
        stop: Uuid,
        alarm: usize,
    },
    /// A counter jumped by more than parts can have been made.
    Implausible(u64),
}

/// Why a machine does something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Rule(usize),
    Otherwise,
    /// A tag it needs is bad or too old.
    Unseen,
    /// What was so is over already when it is certain.
    Over,
}

pub(super) struct Floor<'a> {
    config: &'a Config,
    sink: Sink,
    engine: Engine,
    tags: Vec<TagIndex>,
    readings: Vec<Reading>,
    out: Output,
    /// When each tag was told last, and whether it was good.
    told: Vec<(i64, Quality)>,
    /// A good value holds for this long without being told again; `None`: for ever.
    holds: Option<i64>,
    /// Tags that are good still, while nothing is told that changes it.
    good: Option<Vec<Range<u32>>>,
    next_tick: i64,
    /// Open stops, by their machines.
    stops: HashMap<Uuid, usize>,
    events: Vec<Event>,
}

impl<'a> Floor<'a> {
    /// All machines are unseen from `start` on. `ideal` is the ideal time of one part of each in microseconds, 0 for none.
    pub(super) fn new(config: &'a Config, start: i64, ideal: impl Fn(usize) -> i64, holds: Option<i64>) -> Self {
        let mut engine = Engine::new(config.tags.len(), &config.machines);
        for place in 0..config.machines.len() {
            engine.bind(
                place,
                Binding {
                    machine: machine_of(place),
                    ideal: ideal(place),
                    work_order: None,
                    since: Timestamp(start),
                    downtime: None,
                    parts: None,
                    rejects: None,
                },
            );
        }
        // The same recording gives the same answer, down to the ids.
        let mut stops = 0u128;
        let ids = move || {
            stops += 1;
            Uuid::from_u128(stops)
        };
        Self {
            config,
            sink: Sink::new(config.tags.len()),
            tags: engine.tags(),
            engine,
            readings: Vec::new(),
            out: Output::new(ids),
            told: vec![(i64::MIN, Quality::Bad); config.tags.len()],
            holds,
            good: None,
            next_tick: start + TICK,
            stops: HashMap::new(),
            events: Vec::new(),
        }
    }

    /// When something has to be done although nobody says anything.
    pub(super) const fn next_tick(&self) -> i64 {
        self.next_tick
    }

    /// Takes readings of one time; the time before passes first.
    pub(super) fn take(&mut self, at: i64, readings: &[Reading]) {
        self.advance(at - 1);
        // What is told anew now was as before until now.
        let until = readings.iter().filter(|r| self.told.get(r.tag.index()).is_some_and(|told| self.holds(told, at)));
        self.sink.confirm(&until.map(|r| r.tag.0..r.tag.0 + 1).collect::<Vec<_>>(), at, &[]);
        self.good = None;
        for reading in readings {
            self.told.get_mut(reading.tag.index()).into_iter().for_each(|told| *told = (at, reading.quality));
        }
        self.sink.publish(readings);
        feed::drain(&self.sink, &mut self.engine, &mut self.readings, &mut self.out);
        self.collect(at);
    }

    /// Time passes until `to`, and what was good is good still.
    pub(super) fn advance(&mut self, to: i64) {
        while self.next_tick <= to {
            let now = self.next_tick;
            self.next_tick += TICK;
            self.tick(now);
        }
    }

    /// The end: what waits is told.
    pub(super) fn finish(&mut self, at: i64) {
        self.advance(at - 1);
        self.tick(at);
        self.engine.flush(&mut self.out);
        self.collect(at);
    }

    /// The newest reading of every tag that was told.
    pub(super) fn tags_told(&self) -> Vec<Reading> {
        let told = (0u32..).zip(&self.told).filter(|(_, (at, _))| *at != i64::MIN);
        told.filter_map(|(tag, _)| self.sink.latest(TagIndex(tag)).map(|(reading, _)| reading)).collect()
    }

    /// What happened since the last call.
    pub(super) fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    fn holds(&self, (at, quality): &(i64, Quality), now: i64) -> bool {
        *quality == Quality::Good && self.holds.is_none_or(|holds| now - at <= holds)
    }

    /// The tags that are good at `now`, as ranges of neighbours.
    fn good(&self, now: i64) -> Vec<Range<u32>> {
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for (tag, _) in (0u32..).zip(&self.told).filter(|(_, told)| self.holds(told, now)) {
            match ranges.last_mut() {
                Some(last) if last.end == tag => last.end = tag + 1,
                _ => ranges.push(tag..tag + 1),
            }
        }
        ranges
    }

    fn tick(&mut self, now: i64) {
        let known = self.good.take().filter(|_| self.holds.is_none());
        let good = known.unwrap_or_else(|| self.good(now));
        self.sink.confirm(&good, now, &[]);
        self.good = Some(good);
        feed::drain(&self.sink, &mut self.engine, &mut self.readings, &mut self.out);
        feed::tick(&self.sink, (&mut self.engine, &self.tags), now, &mut self.readings, &mut self.out);
        self.collect(now);
    }

    /// Turns facts into events; `now` is what the clock says.
    fn collect(&mut self, now: i64) {
        for fact in std::mem::take(&mut self.out.ride).facts {
            let (place, at, what) = match fact {
                Fact::ActivityChanged(f) => {
                    let place = place_of(f.machine);
                    (place, f.at, What::Activity(f.activity, self.why(place, f.activity, now)))
                }
                Fact::Counted(f) => {
                    let (total, rejected) = (f.total.into(), f.rejected.into());
                    (place_of(f.machine), f.bucket, What::Parts { total, rejected, ideal: f.ideal })
                }
                Fact::DowntimeOpened(f) => {
                    self.stops.insert(f.id, place_of(f.machine));
                    (place_of(f.machine), f.started_at, What::StopOpened { id: f.id })
                }
                Fact::DowntimeClosed(f) => {
                    let Some(place) = self.stops.remove(&f.id) else { continue };
                    (place, f.ended_at, What::StopClosed { id: f.id })
                }
                // The engine makes no others.
                _ => continue,
            };
            self.events.push(Event { place, at, what });
        }
        for seen in self.out.alarms.drain(..) {
            let what = What::Alarm { stop: seen.downtime, alarm: seen.alarm };
            self.events.push(Event { place: seen.place, at: seen.at, what });
        }
        for (machine, difference) in self.out.implausible.drain(..) {
            let what = What::Implausible(difference);
            self.events.push(Event { place: place_of(machine), at: Timestamp(now), what });
        }
    }

    fn why(&self, place: usize, activity: Activity, now: i64) -> Why {
        let Some(machine) = self.config.machines.get(place) else { return Why::Over };
        match self.engine.rule(place, now) {
            Some(rule) if machine.states.get(rule).is_some_and(|rule| rule.then.activity == activity) => {
                Why::Rule(rule)
            }
            None if machine.otherwise.activity == activity => Why::Otherwise,
            _ if activity == Activity::NoData => Why::Unseen,
            _ => Why::Over,
        }
    }
}

fn machine_of(place: usize) -> MachineId {
    MachineId(i64::try_from(place).unwrap_or(i64::MAX))
}

fn place_of(machine: MachineId) -> usize {
    usize::try_from(machine.0).unwrap_or(usize::MAX)
}

/// The reason in words, as the file has it.
pub(super) fn because(config: &Config, place: usize, why: Why) -> String {
    let name = |tag: TagIndex| config.tags.get(tag.index()).map_or("", |tag| &*tag.name);
    match why {
        Why::Rule(rule) => {
            let when = config.machines.get(place).and_then(|machine| machine.states.get(rule));
            let when = when.map_or_else(String::new, |rule| condition(&rule.when, &name));
            format!("rule {}: {when}", rule + 1)
        }
        Why::Otherwise => "otherwise: no rule holds".to_owned(),
        Why::Unseen => "a tag is bad or was not read".to_owned(),
        Why::Over => "held long enough".to_owned(),
    }
}
