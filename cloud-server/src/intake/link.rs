//! The link to one edge: opens envelopes, moves the replication's state machine, does what it says.
//!
//! One task per edge, one step after the other. What fails is tried again from what is stored; nothing is
//! acknowledged that is not committed.

use super::counters::Count;
use super::links::{Carrier, Head, Links};
use super::snapshots::{Given, Taken};
use super::store::{self, Beginning, EdgeRow, Seen};
use crate::db::DbError;
use crate::live;
use crate::tenancy::{Caller, EdgeLink, WriteTx, plant_log};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use unison_sync::replica::{Action, Event, Replica};
use unison_sync::seal::{self, Address, Direction, Header};
use unison_sync::snapshot::{SNAPSHOT_BYTES_MAX, Standing};
use unison_sync::wire::{Ask, Batch, Fetch, Have, Message};

/// A link without an edge ends after this time.
const IDLE_ENDS_AFTER: Duration = Duration::from_secs(60);
/// `last_seen_at` is written at most this often when nothing else is.
const SEEN_EVERY: Duration = Duration::from_secs(10);
const BACKOFF_MAX: Duration = Duration::from_secs(30);
/// A snapshot is taken at most this often for one edge.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(2);

/// See the module.
pub struct Link {
    pub links: Arc<Links>,
    pub address: Address,
    pub inbox: mpsc::Receiver<Bytes>,
    pub carrier: watch::Receiver<Carrier>,
    pub head: watch::Receiver<Head>,
}

/// Why a conversation ended.
enum End {
    /// Nothing to do any more.
    Idle,
    /// A person decided about its log.
    Released,
    /// The plant's log has begun anew.
    Restarted,
    /// The edge may not talk any more.
    Revoked,
    /// What is in memory may differ from what is stored: read it again.
    Again(String),
}

impl From<DbError> for End {
    fn from(e: DbError) -> Self {
        Self::Again(e.to_string())
    }
}

impl Link {
    /// Runs until the edge is gone for a while, unknown or revoked, or the program stops.
    pub async fn run(mut self) {
        let stop = self.links.stop.clone();
        tokio::select! {
            () = self.keep_talking() => {}
            () = stop.cancelled() => {}
        }
    }

    async fn keep_talking(&mut self) {
        let mut backoff = Duration::from_secs(1);
        loop {
            let began = Instant::now();
            let ended = match self.begin().await {
                Ok(Some(talk)) => self.talk(talk).await,
                Ok(None) => {
                    tracing::warn!(edge = %self.address.edge, "messages of an edge that is unknown or revoked are dropped");
                    return;
                }
                Err(e) => Err(e.into()),
            };
            match ended {
                Ok(()) | Err(End::Idle) => return,
                Err(End::Revoked) => {
                    tracing::warn!(edge = %self.address.edge, "the edge was revoked; what came late is in quarantine");
                    return;
                }
                Err(End::Restarted) => tracing::info!(edge = %self.address.edge, "the plant's log has begun anew"),
                Err(End::Released) => tracing::info!(edge = %self.address.edge, "the edge is out of quarantine"),
                Err(End::Again(why)) => {
                    self.links.counters.add(Count::Failed, 1);
                    tracing::error!(edge = %self.address.edge, why, "the link to an edge starts again from what is stored");
                    if began.elapsed() > BACKOFF_MAX {
                        backoff = Duration::from_secs(1);
                    }
                    tokio::time::sleep(backoff).await;
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                }
            }
        }
    }

    /// None for an edge that may not talk.
    async fn begin(&self) -> Result<Option<Talk>, DbError> {
        let tenancy = &self.links.tenancy;
        let known = tenancy.platform().edge(self.address.edge).await?;
        let Some(known) = known.filter(|k| !k.is_revoked && k.address == self.address) else { return Ok(None) };
        let caller = Caller::edge(known.organization, self.address.edge);
        let edge = self.address.edge;
        let Beginning { row, have, head } = tenancy.read(&caller, move |tx| store::begin(tx, edge)).await?;
        let acked = if row.down_incarnation == head.incarnation { row.down_acked } else { 0 };
        let replica = Replica::new(&self.links.version, head.incarnation, head.seq, acked, have).serving_snapshots();
        let is_halted = row.is_quarantined;
        Ok(Some(Talk {
            caller,
            known,
            row,
            replica,
            down_incarnation: head.incarnation,
            is_halted,
            halted_checked_at: Instant::now(),
            seen: Seen::default(),
            seen_at: None,
            read_failed: false,
            snapshot: None,
            snapshot_at: None,
            problem: None,
            snapshot_too_large: None,
        }))
    }

    async fn talk(&mut self, mut talk: Talk) -> Result<(), End> {
        let started = Instant::now();
        let now = move || i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX);
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut gone_since = Instant::now();
        if self.carrier.borrow_and_update().session.is_some() {
            self.step(&mut talk, Event::Up, now()).await?;
        }
        self.show(&talk);
        loop {
            tokio::select! {
                message = self.inbox.recv() => {
                    let Some(envelope) = message else { return Ok(()) };
                    gone_since = Instant::now();
                    self.envelope(&mut talk, &envelope, now()).await?;
                }
                changed = self.carrier.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    let is_here = self.carrier.borrow_and_update().session.is_some();
                    gone_since = Instant::now();
                    self.step(&mut talk, Event::Down, now()).await?;
                    if is_here {
                        self.step(&mut talk, Event::Up, now()).await?;
                    }
                    self.show(&talk);
                }
                changed = self.head.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    let head = self.head_of_log(&talk).await?;
                    self.step(&mut talk, Event::Appended(head), now()).await?;
                }
                _ = ticks.tick() => {
                    self.step(&mut talk, Event::Tick, now()).await?;
                    if talk.read_failed {
                        return Err(End::Again("the plant's log is shorter than it was said to be".into()));
                    }
                    self.need_still_halted(&mut talk).await?;
                    let is_gone = self.carrier.borrow().session.is_none() && gone_since.elapsed() >= IDLE_ENDS_AFTER;
                    if is_gone && self.links.close(self.address.edge, || !self.inbox.is_empty()) {
                        return Err(End::Idle);
                    }
                }
            }
        }
    }

    /// A person may have decided meanwhile.
    async fn need_still_halted(&self, talk: &mut Talk) -> Result<(), End> {
        if !talk.is_halted || talk.halted_checked_at.elapsed() < SEEN_EVERY {
            return Ok(());
        }
        talk.halted_checked_at = Instant::now();
        let edge = self.address.edge;
        let stored = self.links.tenancy.read(&talk.caller, move |tx| store::begin(tx, edge)).await?;
        if stored.row.is_quarantined { Ok(()) } else { Err(End::Released) }
    }

    /// What was announced; after missed announcements, what is stored.
    async fn head_of_log(&mut self, talk: &Talk) -> Result<u64, End> {
        let (mut incarnation, mut head) = *self.head.borrow_and_update();
        if incarnation == 0 {
            let plant = talk.row.plant;
            let stored = self.links.tenancy.read(&talk.caller, move |tx| plant_log::head(tx, plant)).await?;
            (incarnation, head) = (stored.incarnation, stored.seq);
        }
        match incarnation.cmp(&talk.down_incarnation) {
            std::cmp::Ordering::Equal => Ok(head),
            std::cmp::Ordering::Greater => Err(End::Restarted),
            // Announced before this conversation began.
            std::cmp::Ordering::Less => Ok(0),
        }
    }

    async fn envelope(&self, talk: &mut Talk, envelope: &[u8], now: i64) -> Result<(), End> {
        let message = match seal::open(&talk.known.keys, &self.address, Direction::Up, envelope) {
            Ok((_, message)) => message,
            Err(e) => {
                self.links.counters.add(Count::Unopened, 1);
                tracing::warn!(edge = %self.address.edge, error = %e, "an envelope did not open and is dropped");
                return Ok(());
            }
        };
        match &message {
            Message::Hello(hello) => {
                talk.seen.head = talk.seen.head.max(hello.head);
                talk.seen.version = Some(hello.version.chars().filter(|c| *c != '\0').take(60).collect());
            }
            // A person decides first; what is sent meanwhile stays at the edge.
            Message::Batches(_) if talk.is_halted => return Ok(()),
            Message::Batches(_) | Message::Ack(_) | Message::Fetch(_) => {}
            // Only the cloud has a snapshot.
            Message::Offer(_) | Message::Part(_) => return Ok(()),
        }
        self.step(talk, Event::Received(message), now).await?;
        self.note_seen(talk).await?;
        self.show(talk);
        Ok(())
    }

    /// Moves the state machine and does what it asks, with all that follows from it.
    async fn step(&self, talk: &mut Talk, event: Event, now: i64) -> Result<(), End> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for action in talk.replica.on(event, now) {
                if let Some(next) = self.act(talk, action).await? {
                    events.push_back(next);
                }
            }
        }
        Ok(())
    }

    async fn act(&self, talk: &mut Talk, action: Action) -> Result<Option<Event>, End> {
        match action {
            Action::Send(message) => {
                self.send(talk, &message)?;
                Ok(None)
            }
            Action::Read { after, bytes } => self.read(talk, after, bytes).await,
            Action::Look { have } => self.look(talk, have).await.map(Some),
            Action::Serve(fetch) => self.serve(talk, fetch).await,
            Action::Store { batches, have } => self.store(talk, batches, have).await.map(Some),
            Action::Acked(acked) => {
                let (edge, incarnation) = (talk.row.id, talk.down_incarnation);
                self.links.tenancy.write(&talk.caller, move |tx| store::acked(tx, edge, incarnation, acked)).await?;
                Ok(None)
            }
            Action::Apply { .. } => Err(End::Again("an edge has no snapshot to give".into())),
            Action::Quarantine { encoded, reason } => {
                // A batch of a newer format is no fork: it waits for an update of this program.
                let is_fork = talk.replica.is_forked();
                self.quarantine(talk, encoded, reason, is_fork).await?;
                Ok(None)
            }
        }
    }

    fn send(&self, talk: &Talk, message: &Message) -> Result<(), End> {
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce).map_err(|e| End::Again(format!("no randomness: {e}")))?;
        let header = Header {
            address: self.address,
            direction: Direction::Down,
            incarnation: talk.down_incarnation,
            key_id: talk.known.key_id,
        };
        let envelope = seal::seal(&talk.known.keys, &header, nonce, message).map_err(|e| End::Again(e.to_string()))?;
        self.links.outbox.send(self.address.topic(Direction::Down), envelope);
        Ok(())
    }

    async fn read(&self, talk: &mut Talk, after: u64, bytes: usize) -> Result<Option<Event>, End> {
        let (plant, incarnation) = (talk.row.plant, talk.down_incarnation);
        let found = self
            .links
            .tenancy
            .read(&talk.caller, move |tx| plant_log::read(tx, plant, incarnation, after, bytes))
            .await?;
        let Some((last, batches)) = found else { return Ok(Some(Event::Gone)) };
        if batches.is_empty() {
            talk.read_failed = true;
            return Ok(None);
        }
        let bytes = batches.iter().map(Vec::len).sum();
        self.send(talk, &Message::Batches(batches))?;
        Ok(Some(Event::Sent { last, bytes }))
    }

    /// Where the edge stands; when it knows more than the cloud, the plant's log begins anew first.
    async fn look(&self, talk: &mut Talk, have: Have) -> Result<Event, End> {
        let (plant, tenancy) = (talk.row.plant, &self.links.tenancy);
        let standing = tenancy.read(&talk.caller, move |tx| plant_log::standing(tx, plant, &have)).await?;
        match standing {
            Standing::Tail => {
                talk.snapshot = None;
                talk.snapshot_too_large = None;
            }
            Standing::New | Standing::Behind => {}
            Standing::Astray => {
                tracing::warn!(edge = %self.address.edge, ?have, "the edge holds what the plant's log never said; was the cloud set back?");
                // Nearer numbers only: a rogue edge shall not use them up.
                let is_near = have.incarnation <= talk.down_incarnation.saturating_add(1_000);
                if is_near && self.links.may_restart(self.address.plant) {
                    tenancy.write(&talk.caller, move |tx| store::restart_log(tx, plant, &have)).await?;
                    return Err(End::Restarted);
                }
            }
        }
        Ok(Event::Looked { have, standing })
    }

    async fn serve(&self, talk: &mut Talk, Fetch { ask, part }: Fetch) -> Result<Option<Event>, End> {
        let is_new = part == 0 && talk.snapshot.as_ref().is_none_or(|(held, _)| *held != ask);
        if is_new && talk.snapshot_at.is_none_or(|at| at.elapsed() >= SNAPSHOT_EVERY) {
            talk.snapshot_at = Some(Instant::now());
            let (snapshots, tenancy) = (&self.links.snapshots, &self.links.tenancy);
            match snapshots.of(tenancy, &talk.caller, talk.row.plant, self.address.plant).await? {
                Given::Taken(taken) => {
                    talk.snapshot = Some((ask, taken));
                    talk.snapshot_too_large = None;
                }
                Given::TooLarge(bytes) => {
                    talk.snapshot = None;
                    talk.snapshot_too_large = Some(bytes);
                }
                Given::Busy => {}
            }
        }
        // What it does not get it asks for again.
        let held = talk.snapshot.as_ref().filter(|(held, _)| *held == ask);
        let found = held.map_or(Ok(None), |(_, taken)| taken.part(ask, part)).map_err(|e| End::Again(e.to_string()))?;
        if let Some(part) = found {
            self.send(talk, &Message::Part(part))?;
        }
        Ok(None)
    }

    async fn store(&self, talk: &mut Talk, batches: Vec<(Batch, Vec<u8>)>, have: Have) -> Result<Event, End> {
        let origin = self.address.edge;
        if let Some((batch, encoded)) = batches.iter().find(|(batch, _)| batch.origin != origin) {
            let reason = format!("a batch of origin {} came from edge {origin}", batch.origin);
            self.quarantine(talk, encoded.clone(), reason, true).await?;
            return Err(End::Again("it sent the log of another origin".into()));
        }
        let (row, seen, count) = (talk.row.clone(), talk.seen.clone(), batches.len());
        let packed = store::pack(&batches).map_err(|e| End::Again(e.to_string()))?;
        let take = move |tx: &WriteTx<'_>| {
            if store::late(tx, &row, &batches)? {
                Ok(None)
            } else {
                store::take(tx, &row, packed, &have, &seen).map(Some)
            }
        };
        let Some(taken) = self.links.tenancy.write::<_, DbError, _>(&talk.caller, take).await? else {
            return Err(End::Revoked);
        };
        talk.seen_at = Some(Instant::now());
        talk.problem = None;
        let counters = &self.links.counters;
        counters.add(Count::Batches, count as u64);
        counters.add(Count::Ops, taken.ops);
        counters.add(Count::UnknownOps, taken.unknown);
        counters.add(Count::Quarantined, taken.quarantined);
        Ok(Event::Stored(have))
    }

    async fn quarantine(&self, talk: &mut Talk, encoded: Vec<u8>, reason: String, halt: bool) -> Result<(), End> {
        tracing::warn!(edge = %self.address.edge, reason, "a batch goes to quarantine");
        talk.problem = Some(reason.clone());
        self.show(talk);
        let row = talk.row.clone();
        let is_new = self
            .links
            .tenancy
            .write(&talk.caller, move |tx| store::quarantine(tx, &row, &encoded, &reason, halt))
            .await?;
        talk.is_halted |= halt;
        self.links.counters.add(Count::Quarantined, u64::from(is_new));
        Ok(())
    }

    async fn note_seen(&self, talk: &mut Talk) -> Result<(), End> {
        if talk.seen_at.is_some_and(|at| at.elapsed() < SEEN_EVERY) {
            return Ok(());
        }
        talk.seen_at = Some(Instant::now());
        let (edge, seen) = (talk.row.id, talk.seen.clone());
        self.links.tenancy.write(&talk.caller, move |tx| store::seen(tx, edge, &seen)).await?;
        Ok(())
    }

    /// For the list of edges.
    fn show(&self, talk: &Talk) {
        let halted = "its log contradicts what is stored; nothing more is taken until somebody decides";
        let too_old = "its program does not know snapshots and cannot go on from what it holds; update it";
        let message = match (&talk.problem, talk.is_halted) {
            (_, true) => Some(halted.to_owned()),
            (Some(problem), false) => Some(problem.clone()),
            (None, false) => match talk.snapshot_too_large {
                Some(bytes) => Some(too_large(bytes)),
                None => talk.replica.is_offering_in_vain().then(|| too_old.to_owned()),
            },
        };
        let heard_at = self.links.tenancy.now();
        let is_connected = self.carrier.borrow().session.is_some();
        self.links.live.set_link(self.address.edge, live::Link { is_connected, heard_at, message });
    }
}

fn too_large(bytes: usize) -> String {
    let mib = |n: usize| n.div_ceil(1024 * 1024);
    format!(
        "its plant's records take {} MiB, and an edge takes {} MiB at once; complete or cancel work orders that are over, \
         or split the plant",
        mib(bytes),
        mib(SNAPSHOT_BYTES_MAX)
    )
}

/// One conversation, begun from what is stored.
struct Talk {
    caller: Caller,
    known: EdgeLink,
    row: EdgeRow,
    replica: Replica,
    /// Incarnation of the plant's log.
    down_incarnation: u32,
    /// No batches are taken until a person decides.
    is_halted: bool,
    halted_checked_at: Instant,
    seen: Seen,
    seen_at: Option<Instant>,
    read_failed: bool,
    /// What the edge is fetching.
    snapshot: Option<(Ask, Arc<Taken>)>,
    snapshot_at: Option<Instant>,
    /// Why a batch of the edge was set aside and nothing was taken since.
    problem: Option<String>,
    /// Bytes of the snapshot that the edge needs and cannot take.
    snapshot_too_large: Option<usize>,
}
