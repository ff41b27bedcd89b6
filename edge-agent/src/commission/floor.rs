//! The machines of a configuration on a clock that somebody else moves: readings go through the sink and the engine as
//! in the agent, and what comes out is told in order. No store, no disk, no random.

use std::collections::HashMap;

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

/// A tag as it was told last.
struct Told {
    at: i64,
    quality: Quality,
    /// Up to when it was read again since, and found the same.
    confirmed: i64,
    /// How often the agent reads it.
    period: i64,
}

pub(super) struct Floor<'a> {
    config: &'a Config,
    sink: Sink,
    engine: Engine,
    tags: Vec<TagIndex>,
    readings: Vec<Reading>,
    out: Output,
    told: Vec<Told>,
    /// All readings are told. Else a good value holds until its tag is told anew.
    is_complete: bool,
    next_tick: i64,
    /// Open stops, by their machines.
    stops: HashMap<Uuid, usize>,
    events: Vec<Event>,
}

impl Told {
    fn never(period_ms: u32) -> Self {
        let period = i64::from(period_ms.max(1)) * 1_000;
        Self { at: i64::MIN, quality: Quality::Bad, confirmed: i64::MIN, period }
    }

    /// When the agent read it last before what it reads at about `now`: a counter is judged by the time between its
    /// readings. Whole periods after it was told, and half of one before `now`, because no reading is quite in time.
    const fn read_again(&self, now: i64) -> i64 {
        let periods = now.saturating_sub(self.period / 2).saturating_sub(self.at) / self.period;
        self.at.saturating_add(periods.saturating_mul(self.period))
    }

    /// Takes a later reading of the same good value. False when there is none.
    fn holds_to(&mut self, until: i64) -> bool {
        let is_later = self.quality == Quality::Good && until > self.confirmed;
        if is_later {
            self.confirmed = until;
        }
        is_later
    }
}

impl<'a> Floor<'a> {
    /// All machines are unseen from `start` on. `ideal` is the ideal time of one part of each in microseconds, 0 for none.
    /// With `gap_ms` every reading is told, and a tag that is not told for so long was not read.
    pub(super) fn new(config: &'a Config, start: i64, ideal: impl Fn(usize) -> i64, gap_ms: Option<u32>) -> Self {
        let mut machines = config.machines.clone();
        // One limit, not the sum of two.
        machines.iter_mut().for_each(|machine| machine.stale_after_ms = gap_ms.unwrap_or(machine.stale_after_ms));
        let mut engine = Engine::new(config.tags.len(), &machines);
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
            told: config.tags.iter().map(|tag| Told::never(tag.period_ms)).collect(),
            is_complete: gap_ms.is_some(),
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
        for reading in readings {
            let Some(told) = self.told.get_mut(reading.tag.index()) else { continue };
            // Bad from here on: good until here. Another value was read one period after the one before.
            let until = if reading.quality == Quality::Good { told.read_again(at) } else { at };
            if !self.is_complete && told.holds_to(until) {
                self.sink.confirm(std::slice::from_ref(&(reading.tag.0..reading.tag.0 + 1)), until, &[]);
            }
            (told.at, told.confirmed, told.quality) = (at, at, reading.quality);
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
        let told = (0u32..).zip(&self.told).filter(|(_, told)| told.at != i64::MIN);
        told.filter_map(|(tag, _)| self.sink.latest(TagIndex(tag)).map(|(reading, _)| reading)).collect()
    }

    /// What happened since the last call.
    pub(super) fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    fn tick(&mut self, now: i64) {
        for tag in self.tags.iter().filter(|_| !self.is_complete) {
            let Some(told) = self.told.get_mut(tag.index()) else { continue };
            let until = told.read_again(now);
            if told.holds_to(until) {
                self.sink.confirm(std::slice::from_ref(&(tag.0..tag.0 + 1)), until, &[]);
            }
        }
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
