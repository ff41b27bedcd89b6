//! Whatever the devices say, in whatever order and however late: what comes out is gapless, counts every
//! part once, and nothing is said about time that was settled before.

use proptest::prelude::*;
use unison_core::activity::Activity;
use unison_core::facts::Fact;
use unison_core::span::Span;
use unison_core::time::{BUCKET, SECOND, Timestamp};
use unison_core::timeline::Timeline;
use uuid::Uuid;

use super::engine_tests::{PARTS, REJECTS, STATUS, binding, config};
use super::{Engine, Output};
use crate::config::{MachineConfig, Outcome};
use crate::driver::{Quality, Reading, TagIndex, Value};

const START: i64 = 1_000_000 * SECOND;

#[derive(Debug, Clone)]
enum Step {
    /// The machine does something else.
    Status(i64),
    /// It makes parts.
    Make(u64),
    Reject,
    /// The device cannot be read for a while.
    Lose,
    Find,
    /// Time passes, in milliseconds.
    Wait(i64),
    /// A tag is read a little late.
    Late(u32, i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0i64..5).prop_map(Step::Status),
        4 => (0u64..4).prop_map(Step::Make),
        1 => Just(Step::Reject),
        1 => Just(Step::Lose),
        2 => Just(Step::Find),
        6 => (10i64..30_000).prop_map(Step::Wait),
        1 => (30_000i64..200_000).prop_map(Step::Wait),
        1 => (0u32..3, 0i64..400).prop_map(|(tag, ms)| Step::Late(tag, ms)),
    ]
}

struct World {
    engine: Engine,
    out: Output,
    facts: Vec<Fact>,
    now: i64,
    status: i64,
    parts: u64,
    rejects: u64,
    is_lost: bool,
    settled: Option<Timestamp>,
    read: [i64; 3],
}

impl World {
    fn new(config: MachineConfig) -> Self {
        let mut engine = Engine::new(3, &[config]);
        engine.bind(0, super::Binding { since: Timestamp(START), ..binding() });
        Self {
            engine,
            out: Output::new(Uuid::new_v4),
            facts: vec![],
            now: START,
            status: 1,
            parts: 65_000,
            rejects: 10,
            is_lost: false,
            settled: None,
            read: [START; 3],
        }
    }

    fn read(&mut self, tag: u32, late_ms: i64) {
        let value = match tag {
            STATUS => Value::Int(self.status),
            PARTS => Value::Uint(self.parts % 65_536),
            _ => Value::Uint(self.rejects),
        };
        let quality = if self.is_lost { Quality::Bad } else { Quality::Good };
        // A driver reads a tag in order.
        let at = (self.now - late_ms * 1_000).max(self.read[tag as usize]);
        self.read[tag as usize] = at;
        self.engine.readings(&[Reading { tag: TagIndex(tag), value, quality, at }], &mut self.out);
        self.collect();
    }

    fn tick(&mut self) {
        let settled = self.engine.tick(self.now, &mut self.out);
        self.collect();
        if settled > self.settled {
            self.settled = settled;
        }
    }

    /// Nothing may come about time that is settled; what the end of a lost stop says is the exception,
    /// and it lies at the start of `no_data`.
    fn collect(&mut self) {
        for fact in std::mem::take(&mut self.out.ride).facts {
            let at = match &fact {
                Fact::ActivityChanged(f) => Some(f.at),
                Fact::Counted(f) => Some(f.bucket),
                Fact::DowntimeOpened(f) => Some(f.started_at),
                _ => None,
            };
            if let (Some(at), Some(settled)) = (at, self.settled) {
                assert!(at >= settled, "{fact:?} after time was settled until {settled:?}");
            }
            self.facts.push(fact);
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Status(status) => self.status = status,
            Step::Make(n) => self.parts += n,
            Step::Reject => self.rejects += u64::from(self.rejects - 10 < self.parts - 65_000),
            Step::Lose => self.is_lost = true,
            Step::Find => self.is_lost = false,
            Step::Late(tag, ms) => self.read(tag, ms),
            Step::Wait(ms) => {
                let until = self.now + ms * 1_000;
                while self.now < until {
                    self.now += SECOND.min(until - self.now);
                    for tag in [STATUS, PARTS, REJECTS] {
                        self.read(tag, 0);
                    }
                    self.tick();
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mach_04_edge_13_whatever_the_devices_say(
        steps in prop::collection::vec(step(), 1..120),
        doubts in prop::collection::vec((0u32..20_000, 0u32..20_000), 3),
        is_doubtful in any::<bool>(),
    ) {
        let mut config = config();
        for (rule, (for_ms, keep_ms)) in config.states.iter_mut().zip(&doubts).filter(|_| is_doubtful) {
            rule.then = Outcome { for_ms: *for_ms, keep_ms: *keep_ms, ..rule.then };
        }
        if is_doubtful {
            config.otherwise.for_ms = doubts[0].1;
        }
        let mut w = World::new(config);
        // A first reading from which parts are counted.
        w.step(&Step::Wait(1_000));
        for step in &steps {
            w.step(step);
        }
        // The end: the machine is seen and stands still, and one more part takes the last rejects along.
        w.step(&Step::Find);
        w.parts += 1;
        w.step(&Step::Wait(25_000));
        w.engine.flush(&mut w.out);
        w.collect();
        check_counts(&w);
        check_time(&w);
    }
}

fn check_counts(w: &World) {
    let (mut total, mut rejected) = (0, 0);
    for f in &w.facts {
        if let Fact::Counted(f) = f {
            assert_eq!(f.bucket.0 % BUCKET, 0);
            assert!(f.rejected <= f.total && f.total > 0, "{f:?}");
            total += u64::from(f.total);
            rejected += u64::from(f.rejected);
        }
    }
    assert_eq!(total, w.parts - 65_000, "every part once");
    assert!(rejected <= w.rejects - 10, "no reject twice");
}

fn check_time(w: &World) {
    let changes: Vec<(Timestamp, Activity)> = w
        .facts
        .iter()
        .filter_map(|f| if let Fact::ActivityChanged(f) = f { Some((f.at, f.activity)) } else { None })
        .collect();
    assert!(changes.windows(2).all(|w| w[0].0 <= w[1].0 && w[0].1 != w[1].1), "{changes:?}");
    let range = Span::new(Timestamp(START), Timestamp(w.now));
    let line = Timeline::from_changes(range, changes, Timestamp(w.now));
    assert_eq!(line.intervals().iter().map(|i| i.span.len()).sum::<i64>(), range.len());
    // Stops lie in time that the machine stood or was not seen, and none is open twice.
    let standing = line.spans(|a| a.is_stop() || a == Activity::NoData);
    let mut open: Option<(Uuid, Timestamp)> = None;
    for f in &w.facts {
        match f {
            Fact::DowntimeOpened(f) => {
                assert_eq!(open, None, "two open stops");
                open = Some((f.id, f.started_at));
            }
            Fact::DowntimeClosed(f) => {
                let (id, from) = open.take().expect("a stop that was never opened");
                assert_eq!(id, f.id);
                let span = Span::new(from, f.ended_at);
                assert!(span.len() > 60 * SECOND, "a micro-stop became a downtime event: {span:?}");
                assert_eq!(standing.intersect(&[span].into_iter().collect()).total(), span.len(), "{span:?}");
            }
            _ => {}
        }
    }
}
