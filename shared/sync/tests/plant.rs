//! A cloud and the edges of one plant: facts go up, everything goes down to everybody. Messages are lost,
//! doubled, reordered and replayed, both sides crash, the cloud's log is pruned, the cloud is set back to a
//! backup, edges are replaced. In the end every edge holds exactly what the cloud says, every fact once.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use std::collections::{BTreeMap, BTreeSet};
use unison_sync::replica::{Action, Event, Replica};
use unison_sync::snapshot::{Standing, cut, standing};
use unison_sync::wire::{Batch, FORMAT, Fetch, Have, Message, Op, Part, hash};
use uuid::Uuid;

const EDGES: usize = 3;
const PLANT: Uuid = Uuid::from_u128(99);
/// Kinds of ops: a record (key, value), a fact (its id).
const RECORD: u16 = 1;
const FACT: u16 = 2;

fn op(kind: u16, words: &[u64]) -> Op {
    Op { kind, version: 1, hlc: 0, body: words.iter().flat_map(|w| w.to_le_bytes()).collect() }
}

fn words(op: &Op) -> Vec<u64> {
    op.body.chunks(8).map(|c| u64::from_le_bytes(c.try_into().unwrap())).collect()
}

/// A log on a disk.
#[derive(Clone, Debug)]
struct Log {
    origin: Uuid,
    end: Have,
    batches: Vec<(Batch, Vec<u8>)>,
}

impl Log {
    fn new(origin: Uuid) -> Self {
        Self { origin, end: Have { incarnation: 1, ..Have::default() }, batches: vec![] }
    }

    fn append(&mut self, ops: Vec<Op>) {
        let Have { incarnation, seq, hash: prev } = self.end;
        let batch = Batch { format: FORMAT, origin: self.origin, incarnation, first: seq + 1, prev, ops };
        let bytes = batch.encode().unwrap();
        self.end = Have { incarnation, seq: batch.last(), hash: hash(&bytes) };
        self.batches.push((batch, bytes));
    }

    fn next(&self, after: u64) -> Option<&(Batch, Vec<u8>)> {
        self.batches.iter().find(|(b, _)| b.incarnation == self.end.incarnation && b.first == after + 1)
    }

    fn first(&self) -> Option<u64> {
        self.batches.iter().filter(|(b, _)| b.incarnation == self.end.incarnation).map(|(b, _)| b.first).min()
    }

    /// Drops what lies at or before `until`, but never the last batch.
    fn prune(&mut self, until: u64) {
        let Have { incarnation, seq, .. } = self.end;
        self.batches.retain(|(b, _)| b.incarnation == incarnation && (b.last() > until || b.last() == seq));
    }
}

/// The cloud's disk; a clone is a backup.
#[derive(Clone, Debug)]
struct Disk {
    records: BTreeMap<u64, u64>,
    facts: BTreeSet<u64>,
    log: Log,
    /// What is held of each edge's log, by origin, and what of the plant's log it acknowledged.
    held: BTreeMap<Uuid, Have>,
    acked: BTreeMap<Uuid, (u32, u64)>,
}

/// An edge with its disk.
struct Edge {
    log: Log,
    acked: u64,
    have: Have,
    records: BTreeMap<u64, u64>,
    own: BTreeSet<u64>,
    others: BTreeSet<u64>,
    replica: Replica,
}

/// The cloud's end of a link, in memory.
struct Link {
    replica: Replica,
    snapshot: Option<([u8; 16], Have, Vec<Vec<Op>>)>,
}

struct World {
    disk: Disk,
    backup: Disk,
    edges: Vec<Edge>,
    links: Vec<Link>,
    /// Messages on their way, and all there ever were, up and down.
    pipes: [Vec<Vec<Message>>; 2],
    history: [Vec<Vec<Message>>; 2],
    born: u128,
    next_fact: u64,
    asks: u128,
    now: i64,
}

const UP: usize = 0;
const DOWN: usize = 1;

impl World {
    fn new() -> Self {
        let log = Log::new(PLANT);
        let (records, facts, held, acked) = Default::default();
        let disk = Disk { records, facts, log, held, acked };
        let empty = || [vec![vec![]; EDGES], vec![vec![]; EDGES]];
        let mut world = Self {
            backup: disk.clone(),
            disk,
            edges: vec![],
            links: vec![],
            pipes: empty(),
            history: empty(),
            born: 0,
            next_fact: 1,
            asks: 0,
            now: 1,
        };
        for i in 0..EDGES {
            let edge = world.fresh_edge();
            world.edges.push(edge);
            let link = world.fresh_link(i);
            world.links.push(link);
        }
        world
    }

    fn ask(&mut self) -> [u8; 16] {
        self.asks += 1 << 64;
        self.asks.to_le_bytes()
    }

    fn fresh_edge(&mut self) -> Edge {
        self.born += 1;
        let log = Log::new(Uuid::from_u128(self.born));
        let replica = Replica::new("edge", 1, 0, 0, Have::default()).taking_snapshots(self.ask());
        let (records, own, others, have) = Default::default();
        Edge { log, acked: 0, have, records, own, others, replica }
    }

    fn fresh_link(&self, i: usize) -> Link {
        let (origin, end) = (self.edges[i].log.origin, self.disk.log.end);
        let acked = self.disk.acked.get(&origin).filter(|(inc, _)| *inc == end.incarnation).map_or(0, |(_, a)| *a);
        let have = self.disk.held.get(&origin).copied().unwrap_or_default();
        let replica = Replica::new("cloud", end.incarnation, end.seq, acked, have).serving_snapshots();
        Link { replica, snapshot: None }
    }

    fn send(&mut self, way: usize, i: usize, message: Message) {
        self.history[way][i].push(message.clone());
        self.pipes[way][i].push(message);
    }

    fn edge(&mut self, i: usize, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for action in self.edges[i].replica.on(event, self.now) {
                match action {
                    Action::Send(m) => self.send(UP, i, m),
                    Action::Read { after, .. } => {
                        let (batch, bytes) = self.edges[i].log.next(after).expect("an edge keeps its log").clone();
                        events.push(Event::Sent { last: batch.last(), bytes: bytes.len() });
                        self.send(UP, i, Message::Batches(vec![bytes]));
                    }
                    Action::Store { batches, have } => {
                        let edge = &mut self.edges[i];
                        batches.iter().flat_map(|(b, _)| &b.ops).for_each(|op| edge.take(op));
                        edge.have = have;
                        events.push(Event::Stored(have));
                    }
                    Action::Apply { at, ops } => {
                        let edge = &mut self.edges[i];
                        edge.records.clear();
                        edge.others.clear();
                        ops.iter().for_each(|op| edge.take(op));
                        edge.have = at;
                        events.push(Event::Stored(at));
                    }
                    Action::Acked(seq) => self.edges[i].acked = seq,
                    Action::Quarantine { .. } => {}
                    Action::Look { .. } | Action::Serve(_) => panic!("an edge serves no snapshots"),
                }
            }
        }
    }

    fn cloud(&mut self, i: usize, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for action in self.links[i].replica.on(event, self.now) {
                match action {
                    Action::Send(m) => self.send(DOWN, i, m),
                    Action::Read { after, .. } => match self.disk.log.next(after).cloned() {
                        Some((batch, bytes)) => {
                            events.push(Event::Sent { last: batch.last(), bytes: bytes.len() });
                            self.send(DOWN, i, Message::Batches(vec![bytes]));
                        }
                        None => events.push(Event::Gone),
                    },
                    Action::Store { batches, have } => {
                        self.store(i, &batches, have);
                        events.push(Event::Stored(have));
                    }
                    Action::Acked(seq) => {
                        let (origin, incarnation) = (self.edges[i].log.origin, self.disk.log.end.incarnation);
                        self.disk.acked.insert(origin, (incarnation, seq));
                    }
                    Action::Look { have } => {
                        let log = &self.disk.log;
                        let next = log.next(have.seq).map(|(_, bytes)| bytes.as_slice());
                        match standing(&have, &log.end, log.first(), next) {
                            Standing::Astray => return self.new_incarnation(have.incarnation),
                            standing => events.push(Event::Looked { have, standing }),
                        }
                    }
                    Action::Serve(Fetch { ask, part }) => self.serve(i, ask, part),
                    Action::Quarantine { reason, .. } => panic!("{reason}"),
                    Action::Apply { .. } => panic!("the cloud takes no snapshots"),
                }
            }
        }
    }

    fn store(&mut self, i: usize, batches: &[(Batch, Vec<u8>)], have: Have) {
        let mut down = vec![];
        for op in batches.iter().flat_map(|(b, _)| &b.ops) {
            assert!(self.disk.facts.insert(words(op)[0]), "a fact is taken once");
            down.push(op.clone());
        }
        self.disk.held.insert(self.edges[i].log.origin, have);
        self.append(down);
    }

    fn append(&mut self, ops: Vec<Op>) {
        self.disk.log.append(ops);
        let head = self.disk.log.end.seq;
        for link in 0..EDGES {
            // The one that stores right now hears of it at the next tick.
            for action in self.links[link].replica.on(Event::Appended(head), self.now) {
                if let Action::Read { after, .. } = action {
                    let event = match self.disk.log.next(after).cloned() {
                        Some((batch, bytes)) => {
                            self.send(DOWN, link, Message::Batches(vec![bytes.clone()]));
                            Event::Sent { last: batch.last(), bytes: bytes.len() }
                        }
                        None => Event::Gone,
                    };
                    self.cloud(link, event);
                }
            }
        }
    }

    /// The cloud found that its log was set back.
    fn new_incarnation(&mut self, other: u32) {
        let end = &mut self.disk.log.end;
        *end = Have { incarnation: end.incarnation.max(other) + 1, ..Have::default() };
        // As its stamp: no two such batches are alike, also not under a number that was used before.
        let unique = self.ask();
        self.disk.log.append(vec![op(9, &[u64::from_le_bytes(unique[8..].try_into().unwrap())])]);
        self.restart_cloud();
    }

    fn restart_cloud(&mut self) {
        for i in 0..EDGES {
            self.links[i] = self.fresh_link(i);
            self.cloud(i, Event::Up);
        }
    }

    fn serve(&mut self, i: usize, ask: [u8; 16], part: u32) {
        if part == 0 && self.links[i].snapshot.as_ref().is_none_or(|(a, ..)| *a != ask) {
            let records = self.disk.records.iter().map(|(k, v)| op(RECORD, &[*k, *v]));
            let ops: Vec<Op> = records.chain(self.disk.facts.iter().map(|f| op(FACT, &[*f]))).collect();
            // Small parts, so that there are several.
            let parts = if ops.is_empty() { cut(ops) } else { ops.chunks(3).map(<[Op]>::to_vec).collect() };
            self.links[i].snapshot = Some((ask, self.disk.log.end, parts));
        }
        let Some((held, at, parts)) = &self.links[i].snapshot else { return };
        let Some(ops) = parts.get(part as usize).filter(|_| *held == ask) else { return };
        let part = Part { ask, at: *at, part, parts: parts.len() as u32, ops: ops.clone() };
        self.send(DOWN, i, Message::Part(part));
    }

    fn deliver(&mut self, way: usize, i: usize, message: Message) {
        let event = Event::Received(message);
        if way == UP { self.cloud(i, event) } else { self.edge(i, event) }
    }

    fn cut(&mut self, i: usize) {
        self.pipes[UP][i].clear();
        self.pipes[DOWN][i].clear();
        self.edge(i, Event::Down);
        self.cloud(i, Event::Down);
    }

    fn connect(&mut self, i: usize) {
        self.edge(i, Event::Up);
        self.cloud(i, Event::Up);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Record(key, value) => {
                self.disk.records.insert(key, value);
                self.append(vec![op(RECORD, &[key, value])]);
            }
            Step::Fact(i) => {
                let id = self.next_fact;
                self.next_fact += 1;
                self.edges[i].own.insert(id);
                self.edges[i].log.append(vec![op(FACT, &[id])]);
                let head = self.edges[i].log.end.seq;
                self.edge(i, Event::Appended(head));
            }
            Step::Deliver(way, i, n) if !self.pipes[way][i].is_empty() => {
                let n = n % self.pipes[way][i].len();
                let message = self.pipes[way][i].remove(n);
                self.deliver(way, i, message);
            }
            Step::Drop(way, i, n) if !self.pipes[way][i].is_empty() => {
                let n = n % self.pipes[way][i].len();
                self.pipes[way][i].remove(n);
            }
            Step::Replay(way, i, n) if !self.history[way][i].is_empty() => {
                let n = n % self.history[way][i].len();
                let message = self.history[way][i][n].clone();
                self.pipes[way][i].push(message);
            }
            Step::Deliver(..) | Step::Drop(..) | Step::Replay(..) => {}
            Step::CrashEdge(i) => {
                let ask = self.ask();
                let edge = &mut self.edges[i];
                edge.replica = Replica::new("edge", 1, edge.log.end.seq, edge.acked, edge.have).taking_snapshots(ask);
                self.edge(i, Event::Up);
            }
            Step::CrashCloud => self.restart_cloud(),
            Step::Cut(i) => self.cut(i),
            Step::Connect(i) => self.connect(i),
            Step::Wait(us) => self.wait(us),
            Step::Prune => {
                let end = self.disk.log.end;
                let acked = self.edges.iter().map(|e| match self.disk.acked.get(&e.log.origin) {
                    Some((incarnation, acked)) if *incarnation == end.incarnation => *acked,
                    _ => 0,
                });
                let until = acked.min().unwrap_or(0);
                self.disk.log.prune(until);
            }
            Step::PruneSilent => self.disk.log.prune(u64::MAX),
            Step::Backup => self.backup = self.disk.clone(),
            Step::Restore => {
                self.disk = self.backup.clone();
                (0..EDGES).for_each(|i| self.cut(i));
                self.restart_cloud();
            }
            Step::Replace(i) => {
                self.cut(i);
                self.edges[i] = self.fresh_edge();
                self.history = [UP, DOWN].map(|way| {
                    let mut all = self.history[way].clone();
                    all[i].clear();
                    all
                });
                self.links[i] = self.fresh_link(i);
                self.connect(i);
            }
        }
    }

    fn wait(&mut self, us: i64) {
        self.now += us;
        for i in 0..EDGES {
            let (mine, all) = (self.edges[i].log.end.seq, self.disk.log.end.seq);
            self.edge(i, Event::Appended(mine));
            self.cloud(i, Event::Appended(all));
            self.edge(i, Event::Tick);
            self.cloud(i, Event::Tick);
        }
    }

    /// The pipes become good: everything must come right within a bounded time.
    fn settle(&mut self) {
        (0..EDGES).for_each(|i| self.connect(i));
        for _ in 0..300 {
            for _ in 0..200 {
                for way in [UP, DOWN] {
                    for i in 0..EDGES {
                        for message in std::mem::take(&mut self.pipes[way][i]) {
                            self.deliver(way, i, message);
                        }
                    }
                }
                if self.pipes.iter().flatten().all(Vec::is_empty) {
                    break;
                }
            }
            self.wait(1_000_000);
        }
        let Disk { records, facts, .. } = &self.disk;
        for edge in &self.edges {
            assert_eq!(&edge.records, records, "the records are the cloud's");
            let is_there = edge.have == self.disk.log.end || (edge.have.seq, self.disk.log.end.seq) == (0, 0);
            assert!(is_there, "and so is the place in its log");
            let all: BTreeSet<u64> = edge.own.union(&edge.others).copied().collect();
            assert_eq!(&all, facts, "every fact");
            assert!(edge.own.is_disjoint(&edge.others), "once");
            assert_eq!(edge.acked, edge.log.end.seq, "what it has to say is said");
        }
    }
}

impl Edge {
    fn take(&mut self, op: &Op) {
        match (op.kind, words(op).as_slice()) {
            (RECORD, [key, value]) => _ = self.records.insert(*key, *value),
            (FACT, [id]) if !self.own.contains(id) => _ = self.others.insert(*id),
            _ => {}
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Record(u64, u64),
    Fact(usize),
    Deliver(usize, usize, usize),
    Drop(usize, usize, usize),
    Replay(usize, usize, usize),
    CrashEdge(usize),
    CrashCloud,
    Cut(usize),
    Connect(usize),
    Wait(i64),
    Prune,
    PruneSilent,
    Backup,
    Restore,
    Replace(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (edge, any) = (0..EDGES, any::<usize>());
    prop_oneof![
        4 => (0u64..6, 0u64..1000).prop_map(|(k, v)| Step::Record(k, v)),
        4 => edge.clone().prop_map(Step::Fact),
        20 => (0..2usize, edge.clone(), 0..2usize).prop_map(|(w, e, n)| Step::Deliver(w, e, n)),
        3 => (0..2usize, edge.clone(), any).prop_map(|(w, e, n)| Step::Drop(w, e, n)),
        3 => (0..2usize, edge.clone(), any).prop_map(|(w, e, n)| Step::Replay(w, e, n)),
        1 => edge.clone().prop_map(Step::CrashEdge),
        1 => Just(Step::CrashCloud),
        1 => edge.clone().prop_map(Step::Cut),
        4 => edge.clone().prop_map(Step::Connect),
        4 => (0i64..20_000_000).prop_map(Step::Wait),
        1 => Just(Step::Prune),
        1 => Just(Step::PruneSilent),
        1 => Just(Step::Backup),
        1 => Just(Step::Restore),
        1 => edge.prop_map(Step::Replace),
    ]
}

/// 300 schedules, or as many as PROPTEST_CASES says; what fails is kept beside this file and tried first for ever.
fn schedules() -> ProptestConfig {
    let kept = FileFailurePersistence::Direct(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plant.regressions"));
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    ProptestConfig { cases, failure_persistence: Some(Box::new(kept)), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(schedules())]
    #[test]
    fn q_119_any_schedule_ends_with_every_edge_holding_what_the_cloud_says(steps in prop::collection::vec(step(), 0..150)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.settle();
    }
}

#[test]
fn q_119_a_cloud_that_is_set_back_is_made_whole_and_followed() {
    let mut world = World::new();
    world.step(Step::Record(1, 1));
    world.step(Step::Fact(0));
    world.settle();
    world.step(Step::Backup);
    world.step(Step::Record(1, 2));
    world.step(Step::Record(2, 5));
    (0..EDGES).for_each(|i| world.step(Step::Fact(i)));
    world.settle();
    assert_eq!((world.edges[1].records.len(), world.disk.facts.len()), (2, 4));
    world.step(Step::Restore);
    world.settle();
    assert_eq!(world.edges[1].records, BTreeMap::from([(1, 1)]), "what the cloud lost is not kept alive by edges");
    assert_eq!(world.disk.facts.len(), 4, "facts come again from those who made them");
    assert_eq!(world.disk.log.end.incarnation, 2);
}
