//! How facts of the edges come in and master data goes out: the MQTT front, the embedded broker behind it,
//! the cloud's own client, a link per edge, and the projection of facts into tables.
//!
//! Nothing here trusts the carrier. An envelope is opened with the keys of its link, the sequence gate takes
//! each batch once, and only what is committed is acknowledged. Only this folder knows MQTT.

pub mod broker;
mod client;
pub mod counters;
mod effects;
pub mod front;
mod link;
mod links;
pub mod packets;
mod people;
mod project;
mod repeated;
mod sessions;
mod snapshots;
pub(crate) mod stops;
mod store;

use crate::db::DbError;
use crate::live::{Broker as BrokerState, Live};
use crate::tenancy::{Caller, Tenancy, plant_log};
use broker::Broker;
use bytes::Bytes;
use client::Outbox;
use counters::Counters;
use front::{Front, Known, Lookup, Presence};
use futures::FutureExt;
use links::Links;
use sessions::Sessions;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it looks whether another program wrote to a plant's log.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const PRUNE_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// Between two pieces of it.
const PRUNE_PAUSE: Duration = Duration::from_millis(50);

/// What the intake is told at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where edges connect.
    pub listen: SocketAddr,
    /// Loopback address of the embedded broker.
    pub broker: SocketAddr,
    /// Edges connected at the same time.
    pub sessions_max: usize,
    /// Version of this program, said to the edges.
    pub version: String,
}

/// A running intake. Clones share it.
#[derive(Clone)]
pub struct Intake {
    inner: Arc<Inner>,
}

struct Inner {
    listen: SocketAddr,
    broker: Broker,
    outbox: Outbox,
    counters: Arc<Counters>,
    sessions: Arc<Sessions>,
    stop: CancellationToken,
}

/// What the intake does right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The cloud is connected to its broker and hears the edges.
    pub is_up: bool,
    pub broker_restarts: u64,
    /// Edges with an open session, in order.
    pub connected: Vec<Uuid>,
    /// By code of [`counters::Count`].
    pub counts: BTreeMap<&'static str, u64>,
    /// Closed and refused connections by code of [`counters::Reason`].
    pub refused: BTreeMap<&'static str, u64>,
}

impl Intake {
    /// Starts everything; runs until `stop`.
    ///
    /// # Errors
    /// When the listening address cannot be taken or the broker's is not loopback.
    pub async fn start(
        settings: Settings,
        tenancy: Tenancy,
        live: Live,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(|e| anyhow::anyhow!("MQTT address {}: {e}; is another program using it?", settings.listen))?;
        let listen = listener.local_addr()?;
        live.set_broker(BrokerState::Starting);
        let counters = Arc::new(Counters::default());
        let broker = Broker::start(settings.broker, settings.sessions_max.saturating_add(front::STRANGERS_MAX + 16))?;
        let outbox = Outbox::new(counters.clone());
        let sessions = Arc::new(Sessions::default());
        let links =
            Links::new(tenancy.clone(), counters.clone(), outbox.clone(), live.clone(), settings.version, stop.clone());
        let front = Arc::new(Front {
            lookup: lookup(&tenancy),
            presence: presence(&links),
            broker: broker.clone(),
            counters: counters.clone(),
            sessions: sessions.clone(),
            sessions_max: settings.sessions_max,
            stop: stop.clone(),
        });
        until(&stop, front.serve(listener));
        until(&stop, follow_plant_logs(tenancy.clone(), links.clone()));
        until(&stop, prune_plant_logs(tenancy.clone()));
        until(&stop, watch_broker(outbox.clone(), broker.clone(), sessions.clone(), live));
        let ear = Arc::new(Ear { links });
        tokio::spawn(client::run(broker.clone(), outbox.clone(), ear, stop.clone()));
        tracing::info!(%listen, "edges may connect by MQTT");
        Ok(Self { inner: Arc::new(Inner { listen, broker, outbox, counters, sessions, stop }) })
    }

    /// Where edges connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.inner.listen
    }

    /// Where the embedded broker listens now.
    #[must_use]
    pub fn broker_address(&self) -> SocketAddr {
        self.inner.broker.address()
    }

    /// Ends the session of an edge that was just revoked. Without this call it ends by itself within a few seconds.
    pub fn revoke(&self, edge: Uuid) {
        self.inner.sessions.revoke(edge);
    }

    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    #[must_use]
    pub fn status(&self) -> Status {
        let (counts, refused) = self.inner.counters.snapshot();
        Status {
            is_up: self.inner.outbox.is_connected(),
            broker_restarts: self.inner.broker.restarts(),
            connected: self.inner.sessions.edges(),
            counts,
            refused,
        }
    }

    /// Ends everything but the broker's threads, which end with the process.
    pub fn stop(&self) {
        self.inner.stop.cancel();
    }
}

fn until(stop: &CancellationToken, work: impl Future<Output = ()> + Send + 'static) {
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = work => {}
            () = stop.cancelled() => {}
        }
    });
}

fn lookup(tenancy: &Tenancy) -> Lookup {
    let tenancy = tenancy.clone();
    Arc::new(move |edge| {
        let tenancy = tenancy.clone();
        async move {
            let link = tenancy.platform().edge(edge).await.map_err(|e| e.to_string())?;
            Ok(link.map(|l| Known { address: l.address, keys: l.keys, is_revoked: l.is_revoked }))
        }
        .boxed()
    })
}

fn presence(links: &Arc<Links>) -> Presence {
    let links = links.clone();
    Arc::new(move |address, session, is_here| links.presence(address, session, is_here))
}

/// The cloud's client hears for the links.
struct Ear {
    links: Arc<Links>,
}

impl client::Listener for Ear {
    fn connected(&self) {
        self.links.carrier_is_new();
    }

    fn message(&self, topic: &str, payload: Bytes) {
        self.links.message(topic, payload);
    }
}

/// Hears what this program writes, and looks for what another wrote: `organization load` runs beside it.
async fn follow_plant_logs(tenancy: Tenancy, links: Arc<Links>) {
    let mut growth = tenancy.plant_log_growth();
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            grew = growth.recv() => match grew {
                Ok(grew) => links.grew(grew.plant_uuid, (grew.incarnation, grew.head)),
                Err(RecvError::Lagged(_)) => links.grew_somewhere(),
                Err(RecvError::Closed) => return,
            },
            _ = look.tick() => {
                links.snapshots.forget_old();
                if let Err(e) = look_for_growth(&tenancy, &links).await {
                    tracing::warn!(error = %e, "cannot look for new master data; trying again");
                }
            }
        }
    }
}

/// One small question per organisation that has an edge to tell.
async fn look_for_growth(tenancy: &Tenancy, links: &Links) -> Result<(), DbError> {
    let open = links.organizations();
    if open.is_empty() {
        return Ok(());
    }
    for organization in tenancy.platform().organizations().await?.into_iter().filter(|o| open.contains(&o.uuid)) {
        let caller = Caller::system(organization.id, "heads of plant logs");
        for (plant, incarnation, head) in tenancy.read(&caller, plant_log::heads).await? {
            links.grew(plant, (incarnation, head));
        }
    }
    Ok(())
}

/// Deletes at start and daily what no edge needs any more of the plants' logs.
async fn prune_plant_logs(tenancy: Tenancy) {
    let mut daily = tokio::time::interval(PRUNE_EVERY);
    daily.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        daily.tick().await;
        if let Err(e) = prune_all(&tenancy).await {
            tracing::warn!(error = %e, "the plants' logs could not be pruned; trying again tomorrow");
        }
    }
}

async fn prune_all(tenancy: &Tenancy) -> Result<(), DbError> {
    for organization in tenancy.platform().organizations().await? {
        let caller = Caller::system(organization.id, "pruning of plant logs");
        for plant in tenancy.read(&caller, plant_log::plants).await? {
            // One small transaction after the other, so that nobody waits long.
            while tenancy.write(&caller, move |tx| plant_log::prune(tx, plant)).await? {
                tokio::time::sleep(PRUNE_PAUSE).await;
            }
        }
    }
    Ok(())
}

/// Tells the status page how the broker does.
async fn watch_broker(outbox: Outbox, broker: Broker, sessions: Arc<Sessions>, live: Live) {
    let mut was_up = false;
    loop {
        let is_up = outbox.is_connected();
        metrics::gauge!("unison_intake_up").set(if is_up { 1.0 } else { 0.0 });
        metrics::gauge!("unison_intake_sessions")
            .set(f64::from(u32::try_from(sessions.edges().len()).unwrap_or(u32::MAX)));
        let state = match (is_up, was_up, broker.restarts()) {
            (true, ..) => BrokerState::Up,
            (false, false, 0) => BrokerState::Starting,
            (false, ..) => {
                BrokerState::Failed("the embedded MQTT broker does not answer; it is being started again".into())
            }
        };
        was_up |= is_up;
        if live.broker() != state {
            live.set_broker(state);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
#[path = "tests/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "the same tests on the other database")]
mod on_postgres;
