//! The loop between drivers and store: drains readings, moves the engine, hands its facts on. It never
//! waits for the disk: while the store takes nothing it holds what it has, and readings merge in the sink.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use unison_core::downtime::edits;
use unison_core::facts::{DowntimeAlarmed, DowntimeEscalated, DowntimeOpened, Fact, Observed, StopSource};
use unison_core::ids::MachineId;
use unison_core::time::Timestamp;
use unison_rules::downtime;
use uuid::Uuid;

use super::{ApiContext, feed};
use crate::config::MachineConfig;
use crate::driver::{Clock, Reading, Scan, Sink, TagIndex};
use crate::machine::{Binding, Engine, Output};
use crate::store::{Change, Resolved, Ride, Store, history};

/// Readings of this time are taken together.
const DRAIN_EVERY: Duration = Duration::from_millis(50);
const TICK_EVERY: Duration = Duration::from_millis(500);

/// Collects the machines of the configuration until `shutdown`.
pub(super) async fn machines(context: ApiContext, sink: Sink, shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut changes = context.store.changes();
    let mut collector = Collector::new(&context, sink.clone());
    collector.start().await?;
    let mut tick = tokio::time::interval(TICK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut next_drain = Instant::now();
    loop {
        tokio::select! {
            () = async { tokio::time::sleep_until(next_drain).await; sink.ready().await } => {
                collector.drain();
                next_drain = Instant::now() + DRAIN_EVERY;
            }
            _ = tick.tick() => collector.tick(),
            change = changes.recv() => match change {
                Ok(change) => collector.changed(&change).await?,
                Err(RecvError::Lagged(_)) => collector.resync().await?,
                Err(RecvError::Closed) => return Ok(()),
            },
            () = shutdown.cancelled() => {
                collector.stop();
                return Ok(());
            }
        }
    }
}

/// Hands scans on to whoever listens.
pub(super) async fn scans(to: broadcast::Sender<Scan>, sink: Sink, shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut taken = Vec::new();
    loop {
        tokio::select! {
            () = sink.scans_ready() => {}
            () = shutdown.cancelled() => return Ok(()),
        }
        sink.drain_scans(&mut taken);
        for scan in taken.drain(..) {
            tracing::debug!(connection = %scan.connection, "a code was scanned");
            // Without a page open nobody listens.
            drop(to.send(scan));
        }
    }
}

struct Collector {
    store: Store,
    sink: Sink,
    clock: Arc<dyn Clock>,
    codes: Vec<String>,
    machines: Vec<MachineConfig>,
    /// Stops whose escalation is on its way to the store.
    escalated: HashSet<Uuid>,
    engine: Engine,
    /// What the engine looks at.
    tags: Vec<TagIndex>,
    out: Output,
    readings: Vec<Reading>,
    /// What the store could not take yet. While there is any, no readings are taken.
    held: Option<Ride>,
    bound: HashMap<usize, MachineId>,
    resolved: Resolved,
    is_recorded: bool,
    observed: Timestamp,
    /// Of our log.
    incarnation: u32,
}

impl Collector {
    fn new(context: &ApiContext, sink: Sink) -> Self {
        let engine = Engine::new(context.config.tags.len(), &context.config.machines);
        Self {
            store: context.store.clone(),
            sink,
            clock: context.clock.clone(),
            codes: context.config.machines.iter().map(|m| m.code.to_string()).collect(),
            machines: context.config.machines.clone(),
            escalated: HashSet::new(),
            tags: engine.tags(),
            engine,
            out: Output::new(Uuid::now_v7),
            readings: Vec::new(),
            held: None,
            bound: HashMap::new(),
            resolved: Resolved::default(),
            is_recorded: false,
            observed: Timestamp(i64::MIN),
            incarnation: context.store.model().queue.incarnation,
        }
    }

    /// Records the start and binds what is ours.
    async fn start(&mut self) -> anyhow::Result<()> {
        let started = self.store.start(env!("CARGO_PKG_VERSION"), self.codes.clone()).await?;
        self.is_recorded = started.is_recorded;
        self.resolved = started.resolved;
        self.warn_of_strangers();
        self.bind().await
    }

    fn warn_of_strangers(&self) {
        for code in &self.resolved.unknown {
            tracing::warn!(machine = code, "the master data does not know this machine; it is not recorded");
        }
        for code in &self.resolved.elsewhere {
            tracing::warn!(machine = code, "another edge looks after this machine; it is not recorded here");
        }
    }

    /// Makes the engine speak for exactly the machines that are ours now.
    async fn bind(&mut self) -> anyhow::Result<()> {
        let ours: HashMap<usize, MachineId> =
            if self.is_recorded { self.resolved.ours.iter().copied().collect() } else { HashMap::new() };
        let gone: Vec<usize> =
            self.bound.iter().filter(|(place, id)| ours.get(*place) != Some(*id)).map(|(place, _)| *place).collect();
        for place in gone {
            self.engine.unbind(place, &mut self.out);
            self.bound.remove(&place);
        }
        let new: Vec<(usize, MachineId)> =
            ours.into_iter().filter(|(place, _)| !self.bound.contains_key(place)).collect();
        if !new.is_empty() {
            let counters = self.store.query(history::counters).await?;
            let position = |machine, name: &str| {
                counters.iter().find(|(m, n, ..)| *m == machine && n == name).map(|(.., raw, at)| (*raw, *at))
            };
            let model = self.store.model();
            for (place, machine) in new {
                let Some(now) = model.machines.get(&machine) else { continue };
                let binding = Binding {
                    machine,
                    ideal: model.ideal_cycle(machine),
                    work_order: now.work_order,
                    since: now.since.unwrap_or_default().max(model.observed_until),
                    downtime: now.downtimes.first().map(|d| (d.id, d.started_at)),
                    parts: position(machine, "parts"),
                    rejects: position(machine, "rejects"),
                };
                self.engine.bind(place, binding);
                self.bound.insert(place, machine);
                tracing::info!(machine = now.record.code, "collecting");
            }
        }
        Ok(())
    }

    fn drain(&mut self) {
        if !self.offer() {
            return;
        }
        feed::drain(&self.sink, &mut self.engine, &mut self.readings, &mut self.out);
        self.offer();
    }

    fn tick(&mut self) {
        if !self.offer() {
            return;
        }
        // What was read before now comes before what now means.
        let now = self.clock.now_us();
        self.drain();
        let settled = feed::tick(&self.sink, (&mut self.engine, &self.tags), now, &mut self.readings, &mut self.out);
        if let Some(until) = settled.filter(|until| *until > self.observed) {
            self.observed = until;
            self.out.ride.facts.push(Observed { until }.into());
        }
        let seen: Vec<(MachineId, Timestamp)> = self.engine.seen().collect();
        if !seen.is_empty() {
            self.store.seen(&seen);
        }
        self.escalate(now);
        for (machine, difference) in self.out.implausible.drain(..) {
            tracing::warn!(%machine, difference, "a counter jumped by more than parts can have been made; not counted");
        }
        self.offer();
    }

    /// Stops that passed the limit are told to the supervisor, once (DOWN-05).
    fn escalate(&mut self, now: i64) {
        let model = self.store.model();
        // Also of machines without signals: a stop is open where it was recorded.
        let open = model.machines.values().flat_map(|m| &m.downtimes);
        let due = open.filter(|d| downtime::escalates(d.started_at, Timestamp(now), d.is_escalated));
        for d in due.filter(|d| self.escalated.insert(d.id)) {
            self.out.ride.facts.push(DowntimeEscalated { id: d.id, at: Timestamp(now) }.into());
        }
    }

    /// Says what the engine cannot know: the names of alarms.
    fn name_alarms(&mut self) {
        if self.out.alarms.is_empty() {
            return;
        }
        let model = self.store.model();
        for seen in self.out.alarms.drain(..) {
            let machine = self.machines.get(seen.place);
            let Some(alarm) = machine.and_then(|m| m.alarms.get(seen.alarm)) else { continue };
            let named = |code: &String| model.reasons.values().find(|r| r.is_active && r.code == *code);
            let reason = alarm.reason.as_ref().and_then(named).map(|r| r.id);
            let (id, at, text) = (seen.downtime, seen.at, alarm.text.clone());
            self.out.ride.facts.push(DowntimeAlarmed { id, at, text, reason }.into());
        }
    }

    /// Gives the store what there is. False while it takes nothing.
    fn offer(&mut self) -> bool {
        self.name_alarms();
        if let Some(ride) = self.held.take()
            && let Err(ride) = self.store.ride(ride)
        {
            self.held = Some(ride);
            return false;
        }
        let ride = std::mem::take(&mut self.out.ride);
        if let Err(ride) = self.store.ride(ride) {
            self.held = Some(ride);
            tracing::warn!("the store takes nothing; readings are held back");
            return false;
        }
        true
    }

    /// The log goes on under another incarnation: the cloud showed that the store is a copy.
    fn follow_incarnation(&mut self) {
        let incarnation = self.store.model().queue.incarnation;
        if incarnation != std::mem::replace(&mut self.incarnation, incarnation) {
            self.engine.forget_counters();
        }
    }

    /// Follows what people and the cloud did.
    async fn changed(&mut self, change: &Change) -> anyhow::Result<()> {
        self.follow_incarnation();
        for f in reported(&change.facts) {
            self.engine.downtime_opened(f.machine, f.id, f.started_at);
        }
        for fact in &change.facts {
            if let Fact::DowntimeClosed(f) = fact {
                self.engine.downtime_closed(f.id, f.ended_at);
                self.escalated.remove(&f.id);
            }
        }
        if change.facts.iter().any(|fact| !edits(fact).is_empty()) {
            // An edit may give the open stop another name or none: the model holds what it came to.
            self.follow_stops(change.machines.iter().copied());
        }
        if change.master {
            self.follow_master().await?;
        }
        if change.master || !change.work_orders.is_empty() {
            self.update();
        }
        Ok(())
    }

    async fn follow_master(&mut self) -> anyhow::Result<()> {
        let (resolved, is_enrolled) = {
            let model = self.store.model();
            (model.resolved(), model.identity.is_some())
        };
        if !self.is_recorded {
            return if is_enrolled { self.start().await } else { Ok(()) };
        }
        if resolved != self.resolved {
            self.resolved = resolved;
            self.warn_of_strangers();
            self.bind().await?;
            // What the unbound machines last said goes before the new claim.
            self.offer();
            self.store.claim(env!("CARGO_PKG_VERSION"), self.codes.clone()).await?;
        }
        Ok(())
    }

    fn update(&mut self) {
        let model = self.store.model();
        for (place, machine) in &self.bound {
            let work_order = model.machines.get(machine).and_then(|m| m.work_order);
            self.engine.update(*place, model.ideal_cycle(*machine), work_order);
        }
    }

    /// Too many changes were missed to follow them one by one.
    async fn resync(&mut self) -> anyhow::Result<()> {
        self.follow_incarnation();
        self.follow_master().await?;
        self.update();
        let all: Vec<MachineId> = self.bound.values().copied().collect();
        self.follow_stops(all.into_iter());
        Ok(())
    }

    /// Makes the engine hold the stops that the model holds as open.
    fn follow_stops(&mut self, machines: impl Iterator<Item = MachineId>) {
        let model = self.store.model();
        for machine in machines {
            let open = model.machines.get(&machine).and_then(|m| m.downtimes.first());
            self.engine.downtime_is(machine, open.map(|d| (d.id, d.started_at)), model.observed_until);
        }
    }

    fn stop(&mut self) {
        self.drain();
        self.tick();
        self.engine.flush(&mut self.out);
        if !self.offer() {
            tracing::error!("the last facts could not be handed over; their time will be no_data");
        }
    }
}

/// Stops that people reported and that go on. One that was reported with its end says nothing of now: the
/// machine may stand in another, which the engine must not forget.
fn reported(facts: &[Fact]) -> impl Iterator<Item = &DowntimeOpened> {
    let is_over = |id| facts.iter().any(|f| matches!(f, Fact::DowntimeClosed(f) if f.id == id));
    facts.iter().filter_map(move |fact| match fact {
        Fact::DowntimeOpened(f) if f.source == StopSource::Operator && !is_over(f.id) => Some(f),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use unison_core::facts::DowntimeClosed;

    use super::*;

    #[test]
    fn down_03_a_stop_that_is_reported_with_its_end_does_not_touch_the_present_one() {
        let opened = |id, source| -> Fact {
            let (machine, started_at) = (MachineId(7), Timestamp(0));
            let id = Uuid::from_u128(id);
            DowntimeOpened { id, machine, started_at, source, reason: None, work_order: None, by: None, note: None }
                .into()
        };
        let closed = DowntimeClosed { id: Uuid::from_u128(1), ended_at: Timestamp(5) }.into();
        let facts =
            [opened(1, StopSource::Operator), closed, opened(2, StopSource::Operator), opened(3, StopSource::Signal)];
        let ids: Vec<_> = reported(&facts).map(|f| f.id.as_u128()).collect();
        assert_eq!(ids, [2]);
    }
}
