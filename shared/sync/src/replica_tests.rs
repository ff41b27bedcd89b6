//! Two replicas over a pipe that drops, doubles, reorders and breaks; both sides crash. Whatever the
//! schedule, each log arrives whole, once and in order, and an acknowledged op is never lost.

use super::*;
use crate::wire::{FORMAT, Op, hash};
use proptest::prelude::*;
use uuid::Uuid;

/// A side with its disk: what survives a crash is in `log`, `acked`, `have`, `taken`.
struct Side {
    origin: Uuid,
    log: Vec<(Batch, Vec<u8>)>,
    acked: u64,
    have: Have,
    taken: Vec<Vec<u8>>,
    set_aside: usize,
    replica: Replica,
}

impl Side {
    fn new(n: u128) -> Self {
        let replica = Replica::new("test", 1, 0, 0, Have::default());
        let (log, taken, have) = Default::default();
        Self { origin: Uuid::from_u128(n), log, acked: 0, have, taken, set_aside: 0, replica }
    }

    fn head(&self) -> u64 {
        self.log.last().map_or(0, |(b, _)| b.last())
    }

    fn append(&mut self, ops: u8, now: i64, pipe: &mut Vec<Message>) {
        let prev = self.log.last().map_or([0; 32], |(_, bytes)| hash(bytes));
        let first = self.head() + 1;
        let op = |i: u8| Op { kind: 1, version: 1, hlc: first + u64::from(i), body: vec![i] };
        let batch =
            Batch { format: FORMAT, origin: self.origin, incarnation: 1, first, prev, ops: (0..ops).map(op).collect() };
        let bytes = batch.encode().unwrap();
        self.log.push((batch, bytes));
        let head = self.head();
        self.drive(Event::Appended(head), now, pipe);
    }

    fn crash(&mut self, now: i64, pipe: &mut Vec<Message>) {
        self.replica = Replica::new("test", 1, self.head(), self.acked, self.have);
        self.drive(Event::Up, now, pipe);
    }

    fn drive(&mut self, event: Event, now: i64, pipe: &mut Vec<Message>) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for action in self.replica.on(event, now) {
                match action {
                    Action::Send(m) => pipe.push(m),
                    Action::Read { after, .. } => {
                        let (batch, bytes) = self.log.iter().find(|(b, _)| b.first > after).expect("whole batches");
                        pipe.push(Message::Batches(vec![bytes.clone()]));
                        events.push(Event::Sent { last: batch.last(), bytes: bytes.len() });
                    }
                    Action::Store { batches, have } => {
                        self.taken.extend(batches.into_iter().map(|(_, bytes)| bytes));
                        self.have = have;
                        events.push(Event::Stored(have));
                    }
                    Action::Acked(seq) => self.acked = seq,
                    Action::Quarantine { encoded, .. } if encoded[0] > FORMAT => self.set_aside += 1,
                    Action::Quarantine { reason, .. } => panic!("{reason}"),
                    Action::Look { .. } | Action::Serve(_) | Action::Apply { .. } => {
                        panic!("neither side has snapshots")
                    }
                }
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Append(bool, u8),
    Deliver(bool, usize),
    Drop(bool, usize),
    Double(bool, usize),
    Crash(bool),
    Cut,
    Connect,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), 1u8..4).prop_map(|(s, n)| Step::Append(s, n)),
        8 => (any::<bool>(), any::<usize>()).prop_map(|(s, i)| Step::Deliver(s, i)),
        2 => (any::<bool>(), any::<usize>()).prop_map(|(s, i)| Step::Drop(s, i)),
        1 => (any::<bool>(), any::<usize>()).prop_map(|(s, i)| Step::Double(s, i)),
        1 => any::<bool>().prop_map(Step::Crash),
        1 => Just(Step::Cut),
        1 => Just(Step::Connect),
        2 => (0i64..20_000_000).prop_map(Step::Wait),
    ]
}

struct World {
    sides: [Side; 2],
    /// Messages on their way, by sender.
    pipes: [Vec<Message>; 2],
    /// From this batch on the first side writes a format that the second one does not know.
    strange_from: usize,
    now: i64,
}

impl World {
    fn drive(&mut self, side: usize, event: Event) {
        self.sides[side].drive(event, self.now, &mut self.pipes[side]);
    }

    fn deliver(&mut self, from: usize, index: usize) {
        let mut message = self.pipes[from].remove(index);
        if let (0, Message::Batches(batches)) = (from, &mut message) {
            for bytes in batches {
                let place = self.sides[0].log.iter().position(|(_, b)| b == bytes).expect("a batch of the log");
                if place >= self.strange_from {
                    bytes[0] = FORMAT + 1;
                }
            }
        }
        self.drive(1 - from, Event::Received(message));
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Append(s, n) => self.sides[usize::from(s)].append(n, self.now, &mut self.pipes[usize::from(s)]),
            Step::Deliver(s, i) if !self.pipes[usize::from(s)].is_empty() => {
                let i = i % self.pipes[usize::from(s)].len();
                self.deliver(usize::from(s), i);
            }
            Step::Drop(s, i) if !self.pipes[usize::from(s)].is_empty() => {
                let pipe = &mut self.pipes[usize::from(s)];
                pipe.remove(i % pipe.len());
            }
            Step::Double(s, i) if !self.pipes[usize::from(s)].is_empty() => {
                let pipe = &mut self.pipes[usize::from(s)];
                pipe.push(pipe[i % pipe.len()].clone());
            }
            Step::Deliver(..) | Step::Drop(..) | Step::Double(..) => {}
            Step::Crash(s) => self.sides[usize::from(s)].crash(self.now, &mut self.pipes[usize::from(s)]),
            Step::Cut => {
                self.pipes = [vec![], vec![]];
                self.drive(0, Event::Down);
                self.drive(1, Event::Down);
            }
            Step::Connect => {
                self.drive(0, Event::Up);
                self.drive(1, Event::Up);
            }
            Step::Wait(us) => {
                self.now += us;
                self.drive(0, Event::Tick);
                self.drive(1, Event::Tick);
            }
        }
        self.check();
    }

    fn check(&self) {
        for side in 0..2 {
            let (one, other) = (&self.sides[side], &self.sides[1 - side]);
            let sent: Vec<&Vec<u8>> = one.log.iter().map(|(_, b)| b).collect();
            let prefix: Vec<&Vec<u8>> = other.taken.iter().collect();
            assert!(sent.starts_with(&prefix), "a log arrives in order, each batch once");
            assert!(one.acked <= other.have.seq, "acknowledged means stored");
        }
    }

    /// The pipe is good for so many seconds. Returns how many messages were delivered in the second half.
    fn talk(&mut self, seconds: usize) -> usize {
        self.step(Step::Connect);
        let mut late = 0;
        for second in 0..seconds {
            let mut delivered = 0;
            while let Some(from) = (0..2).find(|from| !self.pipes[*from].is_empty()) {
                self.deliver(from, 0);
                self.check();
                delivered += 1;
                assert!(delivered < 2_000, "messages that beget messages without end");
            }
            late += if second >= seconds / 2 { delivered } else { 0 };
            self.step(Step::Wait(1_000_000));
        }
        late
    }

    /// The pipe becomes good: everything must arrive within a bounded time.
    fn settle(&mut self) {
        self.talk(400);
        for side in 0..2 {
            let (one, other) = (&self.sides[side], &self.sides[1 - side]);
            assert_eq!(other.taken.len(), one.log.len(), "everything arrives");
            assert_eq!(one.acked, one.head(), "and is acknowledged");
            assert_eq!(one.replica.pending(), 0);
        }
    }
}

fn world() -> World {
    World { sides: [Side::new(1), Side::new(2)], pipes: [vec![], vec![]], strange_from: usize::MAX, now: 1 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn sync_04_any_schedule_converges(steps in prop::collection::vec(step(), 0..120)) {
        let mut world = world();
        for step in steps {
            world.step(step);
        }
        world.settle();
    }

    /// A batch of a format that the receiver does not know waits for its update, and nobody runs hot meanwhile.
    #[test]
    fn sync_03_a_format_that_is_not_known_waits(steps in prop::collection::vec(step(), 0..120), strange in 0usize..6) {
        let mut world = world();
        world.strange_from = strange;
        for step in steps {
            world.step(step);
        }
        for _ in world.sides[0].log.len()..=strange {
            world.step(Step::Append(false, 1));
        }
        let late = world.talk(1_200);
        prop_assert_eq!(world.sides[1].taken.len(), strange, "all before it arrived");
        prop_assert_eq!(world.sides[0].acked, world.sides[1].have.seq, "and is acknowledged");
        prop_assert!(world.sides[1].set_aside > 0 && !world.sides[1].replica.is_forked());
        // Each 15 s both say hello and answer, and each minute comes what is not acknowledged, batch by batch.
        let most = 4 * 600 / 15 + 11 * world.sides[0].log.len();
        prop_assert!(late <= most, "{late} messages in ten minutes, expected {most}");
        // It is updated.
        world.strange_from = usize::MAX;
        world.settle();
    }
}

#[test]
fn sync_04_a_restored_receiver_gets_the_tail_again() {
    let mut world = world();
    world.step(Step::Connect);
    for _ in 0..3 {
        world.step(Step::Append(false, 2));
    }
    world.settle();
    // The cloud is set back to after the first batch, as from a backup.
    let cloud = &mut world.sides[1];
    cloud.taken.truncate(1);
    let first = &world.sides[0].log[0];
    let have = Have { incarnation: 1, seq: first.0.last(), hash: hash(&first.1) };
    let cloud = &mut world.sides[1];
    cloud.have = have;
    cloud.replica = Replica::new("test", 1, 0, 0, have);
    world.pipes = [vec![], vec![]];
    // The edge still believes in its acknowledgement until the hello corrects it.
    world.drive(1, Event::Up);
    world.deliver(1, 0);
    world.settle();
}

#[test]
fn a_contradicting_log_is_quarantined_and_stops_the_link() {
    let mut replica = Replica::new("test", 1, 0, 0, Have { incarnation: 1, seq: 5, hash: [1; 32] });
    let op = Op { kind: 1, version: 1, hlc: 0, body: vec![] };
    let batch = Batch { format: FORMAT, origin: Uuid::nil(), incarnation: 1, first: 6, prev: [2; 32], ops: vec![op] };
    let encoded = batch.encode().unwrap();
    let actions = replica.on(Event::Received(Message::Batches(vec![encoded.clone()])), 1);
    assert!(matches!(&actions[0], Action::Quarantine { encoded: e, .. } if *e == encoded));
    assert!(replica.is_forked());
    assert_eq!(replica.on(Event::Received(Message::Batches(vec![encoded])), 2), []);
}

fn serving(head: u64) -> Replica {
    let mut cloud = Replica::new("new", 1, head, 0, Have::default()).serving_snapshots();
    cloud.on(Event::Up, 0);
    cloud
}

fn hello(have: Have) -> Event {
    let version = "old".to_owned();
    Event::Received(Message::Hello(Hello { incarnation: 1, head: 0, have, wants_answer: false, version }))
}

#[test]
fn q_119_a_version_that_knows_no_snapshots_gets_the_whole_log_after_a_moment() {
    let mut cloud = serving(9);
    let none = Have::default();
    assert_eq!(cloud.on(hello(none), 1), [Action::Look { have: none }]);
    let offered = cloud.on(Event::Looked { have: none, standing: Standing::New }, 1);
    assert!(matches!(offered[..], [Action::Send(Message::Offer(Offer { incarnation: 1, head: 9 }))]), "{offered:?}");
    assert_eq!(cloud.on(Event::Tick, 2_000_000), [], "it may still ask");
    let read = cloud.on(Event::Tick, 3_100_000);
    assert!(matches!(read[..], [Action::Read { after: 0, .. }]), "{read:?}");
    assert_eq!(cloud.on(hello(none), 3_200_000), [], "and is not offered one again");
}

#[test]
fn q_119_a_version_that_knows_no_snapshots_and_needs_one_is_noticed() {
    let mut cloud = serving(9);
    let have = Have { incarnation: 1, seq: 3, hash: [1; 32] };
    cloud.on(hello(have), 1);
    cloud.on(Event::Looked { have, standing: Standing::Behind }, 1);
    for second in 1..60 {
        for action in cloud.on(Event::Tick, second * 1_000_000) {
            assert!(matches!(action, Action::Send(Message::Offer(_) | Message::Hello(_))), "{action:?}");
        }
    }
    assert!(cloud.is_offering_in_vain());
    assert_eq!(cloud.on(hello(have), 60_000_000), [Action::Look { have }]);
}

#[test]
fn q_119_replayed_parts_fit_nowhere() {
    let mut edge = Replica::new("new", 1, 0, 0, Have::default()).taking_snapshots([7; 16]);
    edge.on(Event::Up, 0);
    let offer = || Event::Received(Message::Offer(Offer { incarnation: 1, head: 9 }));
    let asked = edge.on(offer(), 1);
    assert_eq!(asked, [Action::Send(Message::Fetch(Fetch { ask: [7; 16], part: 0 }))]);
    assert_eq!(edge.on(offer(), 2), [], "it asks already");
    let at = Have { incarnation: 1, seq: 9, hash: [3; 32] };
    let part = |ask| Event::Received(Message::Part(crate::wire::Part { ask, at, part: 0, parts: 1, ops: vec![] }));
    assert_eq!(edge.on(part([6; 16]), 3), []);
    assert_eq!(edge.on(part([7; 16]), 3), [Action::Apply { at, ops: vec![] }]);
    assert_eq!(edge.on(Event::Stored(at), 4), [Action::Send(Message::Ack(at))]);
    assert_eq!(edge.on(part([7; 16]), 5), [], "it was used");
    let Action::Send(Message::Fetch(again)) = &edge.on(offer(), 20_000_000)[0] else { panic!("asks again") };
    assert_ne!(again.ask, [7; 16]);
}
