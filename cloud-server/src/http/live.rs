//! Live events for pages (SSE): a snapshot, then what changed, at most four times a second, and a heartbeat
//! every second. One watcher per organisation reads the machines for all its listeners; each listener gets
//! only the plants its user reaches, and its session is checked again while it listens.

use super::App;
use super::call::{Answer, Call};
use crate::business::{Wrong, machines};
use crate::tenancy::{Caller, Changed, Organization, Topic, Via};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures::Stream;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc};
use tokio::time::{MissedTickBehavior, interval};
use tokio_stream::wrappers::ReceiverStream;
use unison_api::error::ApiError;
use unison_api::machine::MachineView;
use unison_core::ids::PlantId;
use unison_core::time::Rfc3339;
use uuid::Uuid;

/// What `/events` needs; asked again while one listens.
pub(super) const MAY_WATCH: &str = "machines:read";
/// Listeners at the same time, in all, of one organisation and of one session or key: none leaves others without.
const STREAMS_MAX: usize = 2_000;
const STREAMS_OF_ORGANIZATION_MAX: u32 = 500;
const STREAMS_OF_SESSION_MAX: u32 = 20;
/// When a page whose session has too many others may try again.
const RETRY_AFTER_SECONDS: i64 = 30;
/// Events a slow page may fall behind before it is cut off and connects anew.
const EVENTS_WAITING: usize = 64;
const DELTA_EVERY: Duration = Duration::from_millis(250);
const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);
/// A status grows stale without any change in the tables.
const LOOK_EVERY_TICKS: u64 = 8;
const UTILIZATION_EVERY_TICKS: u64 = 240;
const SESSION_CHECK_EVERY: Duration = Duration::from_secs(30);

type Machines = Arc<Vec<MachineView>>;

/// All listeners of this server. Clones share it.
#[derive(Clone)]
pub struct Streams {
    permits: Arc<Semaphore>,
    open: Arc<Mutex<HashMap<Holder, u32>>>,
    watchers: Arc<Mutex<HashMap<i64, Weak<Watcher>>>>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(STREAMS_MAX)), open: Arc::default(), watchers: Arc::default() }
    }
}

/// Who has streams open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    Organization(i64),
    Session(Uuid),
    /// A program's key: organisation and id.
    Key(i64, i64),
}

/// The right to one stream; giving it back makes room.
struct Place {
    open: Arc<Mutex<HashMap<Holder, u32>>>,
    of: [Holder; 2],
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for holder in &self.of {
            if let Some(count) = open.get_mut(holder) {
                *count -= 1;
            }
        }
        open.retain(|_, count| *count > 0);
    }
}

/// Lives as long as somebody listens.
struct Watcher {
    deltas: broadcast::Sender<Machines>,
}

impl Streams {
    /// How many listen.
    pub(super) fn open(&self) -> u32 {
        u32::try_from(STREAMS_MAX.saturating_sub(self.permits.available_permits())).unwrap_or(u32::MAX)
    }

    /// A place for one more stream.
    ///
    /// # Errors
    /// 429 when the session has its share, 503 when the organisation or the server is full.
    fn place(&self, caller: &Caller) -> Result<Place, ApiError> {
        let organization = caller.organization();
        let holder = match caller.signed_on().map(|user| &user.via) {
            Some(Via::Session { id, .. }) => Holder::Session(*id),
            Some(Via::ApiToken { id, .. }) => Holder::Key(organization, *id),
            None => return Err(ApiError::unauthenticated("Sign in first")),
        };
        let of = [holder, Holder::Organization(organization)];
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let [own, all] = of.map(|holder| open.get(&holder).copied().unwrap_or(0));
        if own >= STREAMS_OF_SESSION_MAX {
            return Err(ApiError::too_many("Too many live pages in this session; close some", RETRY_AFTER_SECONDS));
        }
        let full = |whose: &str| {
            let reason = format!("{whose} has no room for another live page; try again later");
            ApiError::new(503, "Too many listeners", reason)
        };
        if all >= STREAMS_OF_ORGANIZATION_MAX {
            return Err(full("Your organization"));
        }
        let permit = self.permits.clone().try_acquire_owned().map_err(|_| full("This server"))?;
        for holder in of {
            *open.entry(holder).or_insert(0) += 1;
        }
        Ok(Place { open: self.open.clone(), of, _permit: permit })
    }

    fn watcher(&self, app: &App, organization: i64) -> Arc<Watcher> {
        let mut watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        watchers.retain(|_, w| w.strong_count() > 0);
        if let Some(watcher) = watchers.get(&organization).and_then(Weak::upgrade) {
            return watcher;
        }
        let watcher = Arc::new(Watcher { deltas: broadcast::channel(16).0 });
        watchers.insert(organization, Arc::downgrade(&watcher));
        tokio::spawn(watch(app.clone(), organization, Arc::downgrade(&watcher)));
        watcher
    }
}

/// Reads the machines when something changed, and tells what differs.
async fn watch(app: App, organization: i64, watcher: Weak<Watcher>) {
    let caller = Caller::system(organization, "live events");
    let mut changes = app.tenancy.changes();
    let mut tick = interval(DELTA_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut known: BTreeMap<i64, MachineView> = BTreeMap::new();
    let mut utilization: BTreeMap<i64, Option<f64>> = BTreeMap::new();
    for n in 0u64.. {
        tick.tick().await;
        let Some(watcher) = watcher.upgrade() else { return };
        let changed = drain(&mut changes, organization).is_some();
        if !changed && n % LOOK_EVERY_TICKS != 0 {
            continue;
        }
        let (stale_after, refresh) = (app.stale_after(), n % UTILIZATION_EVERY_TICKS == 0);
        let look = app.tenancy.read(&caller, move |tx| {
            let mut seen = machines::all(tx, stale_after)?;
            if refresh {
                machines::add_utilization(tx, &mut seen)?;
            }
            Ok::<_, Wrong>(seen.into_iter().map(|s| s.view).collect::<Vec<_>>())
        });
        let Ok(mut now) = look.await else { continue };
        for machine in &mut now {
            if refresh {
                utilization.insert(machine.id, machine.utilization_percent);
            } else {
                machine.utilization_percent = utilization.get(&machine.id).copied().flatten();
            }
        }
        let delta: Vec<_> = now.iter().filter(|m| known.get(&m.id) != Some(m)).cloned().collect();
        known = now.into_iter().map(|m| (m.id, m)).collect();
        // The first look, too: what changed between a page's snapshot and it would never differ again.
        if !delta.is_empty() {
            let _ = watcher.deltas.send(Arc::new(delta));
        }
    }
}

/// Topics of this organisation that came since the last look; none when nothing did.
fn drain(changes: &mut broadcast::Receiver<Changed>, organization: i64) -> Option<Vec<Topic>> {
    use broadcast::error::TryRecvError;
    let mut topics = None;
    loop {
        match changes.try_recv() {
            Ok(c) if c.concerns(organization) => topics.get_or_insert_with(Vec::new).extend(c.topics),
            Ok(_) => {}
            Err(TryRecvError::Lagged(_)) => topics.get_or_insert_with(Vec::new).push(Topic::Observed),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return topics,
        }
    }
}

pub(super) async fn events(call: Call) -> Result<Answer, ApiError> {
    let place = call.app.streams.place(call.caller()?)?;
    let (send, receive) = mpsc::channel(EVENTS_WAITING);
    let organization = call.organization()?.clone();
    let caller = call.caller()?.clone();
    let watcher = call.app.streams.watcher(&call.app, organization.id);
    let plant = call.plant()?;
    let listener = Listener {
        // Listening starts before the snapshot is read: nothing falls between them.
        deltas: watcher.deltas.subscribe(),
        changes: call.app.tenancy.changes(),
        _watcher: watcher,
        _place: place,
        token: call.token.clone().unwrap_or_default(),
        app: call.app.clone(),
        organization,
        caller,
        plant,
        send,
        id: 0,
    };
    let snapshot = snapshot(&call, plant).await?;
    tokio::spawn(listener.run(snapshot));
    let stream: std::pin::Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>> =
        Box::pin(ReceiverStream::new(receive));
    let mut response = Sse::new(stream).into_response();
    // Proxies must not collect events.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

async fn snapshot(call: &Call, plant: Option<i64>) -> Result<Value, ApiError> {
    let stale_after = call.app.stale_after();
    let seen = call.read(move |tx| {
        let mut seen = machines::all(tx, stale_after)?;
        seen.retain(|s| plant.is_none_or(|p| s.view.plant_id == p));
        machines::add_utilization(tx, &mut seen)?;
        Ok(seen.into_iter().map(|s| s.view).collect::<Vec<_>>())
    });
    Ok(json!({"machines": seen.await?}))
}

struct Listener {
    app: App,
    organization: Organization,
    caller: Caller,
    /// The one that was chosen when it began (TEN-06).
    plant: Option<i64>,
    token: String,
    deltas: broadcast::Receiver<Machines>,
    changes: broadcast::Receiver<Changed>,
    send: mpsc::Sender<Result<Event, Infallible>>,
    id: u64,
    _watcher: Arc<Watcher>,
    _place: Place,
}

impl Listener {
    async fn run(mut self, snapshot: Value) {
        let (mut heartbeat, mut flush) = (interval(HEARTBEAT_EVERY), interval(DELTA_EVERY));
        let mut check = interval(SESSION_CHECK_EVERY);
        check.reset();
        let mut pending = BTreeSet::new();
        let mut goes_on = self.tell("snapshot", &snapshot);
        while goes_on {
            goes_on = tokio::select! {
                delta = self.deltas.recv() => match delta {
                    Ok(machines) => self.machines(&machines),
                    // What was missed cannot be told apart: the page connects anew and gets all.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => false,
                },
                change = self.changes.recv() => {
                    self.note(change, &mut pending);
                    true
                }
                _ = flush.tick() => std::mem::take(&mut pending).into_iter().all(|event| self.tell(event, &json!({}))),
                _ = heartbeat.tick() => {
                    let at = Rfc3339::from(self.app.tenancy.now());
                    self.tell("heartbeat", &json!({"at": at}))
                }
                _ = check.tick() => self.is_still_signed_on().await,
                () = self.app.stop.cancelled() => false,
            };
        }
    }

    fn machines(&mut self, all: &Machines) -> bool {
        let is_own = |m: &&MachineView| {
            self.plant.is_none_or(|plant| plant == m.plant_id) && self.caller.reaches(PlantId(m.plant_id))
        };
        let own: Vec<_> = all.iter().filter(is_own).collect();
        own.is_empty() || self.tell("machines", &own)
    }

    fn note(&self, change: Result<Changed, RecvError>, pending: &mut BTreeSet<&'static str>) {
        let topics = match change {
            Ok(c) if c.concerns(self.organization.id) => c.topics,
            Ok(_) | Err(RecvError::Closed) => return,
            Err(RecvError::Lagged(_)) => vec![Topic::Everything],
        };
        for topic in topics {
            match topic {
                Topic::ProductionLog(_) => _ = pending.insert("production_log"),
                Topic::WorkOrders | Topic::WorkOrderRequest(_) => _ = pending.insert("work_order"),
                Topic::Downtime(_) => _ = pending.insert("downtime"),
                Topic::Everything => pending.extend(["production_log", "work_order", "downtime"]),
                Topic::Machine(_) | Topic::Observed | Topic::Edges | Topic::MasterData => {}
            }
        }
    }

    /// A session that was ended ends its streams within half a minute, and so does a suspended organisation.
    async fn is_still_signed_on(&mut self) -> bool {
        match self.app.tenancy.platform().organization(&self.organization.subdomain).await {
            Ok(Some(now)) if now.id == self.organization.id && now.is_active => self.organization = now,
            _ => return false,
        }
        match self.app.auth.caller(&self.organization, &self.token).await {
            Ok(caller) => {
                // The rights of a program's key are those of its roles now.
                let may = caller.may(MAY_WATCH);
                self.caller = caller;
                may
            }
            Err(_) => false,
        }
    }

    /// False when the page is gone or too slow.
    fn tell<T: Serialize + ?Sized>(&mut self, event: &str, data: &T) -> bool {
        self.id += 1;
        let Ok(text) = serde_json::to_string(data) else { return false };
        self.send.try_send(Ok(Event::default().event(event).id(self.id.to_string()).data(text))).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenancy::{Reach, SignedOn};
    use unison_core::time::Timestamp;

    fn caller(organization: i64, via: Via) -> Caller {
        let user = SignedOn {
            user_id: 1,
            name: "Olga".into(),
            email: "olga@acme.example".into(),
            roles: vec![],
            permissions: vec![],
            reach: Reach::AllPlants,
            current_plant: None,
            via,
            must_change_password: false,
        };
        Caller::user(organization, user)
    }

    fn session(organization: i64, n: u128) -> Caller {
        caller(organization, Via::Session { id: Uuid::from_u128(n), expires_at: Timestamp(0) })
    }

    #[track_caller]
    fn refused(streams: &Streams, caller: &Caller) -> (u16, String) {
        let error = streams.place(caller).err().expect("no place is left");
        (error.status, error.body.reason.unwrap_or_default())
    }

    #[test]
    fn no_session_and_no_organisation_takes_the_streams_of_others() {
        let streams = Streams::default();
        let mut held: Vec<_> = (0..20).map(|_| streams.place(&session(1, 0)).unwrap()).collect();
        let (status, reason) = refused(&streams, &session(1, 0));
        assert!(status == 429 && reason.contains("close some"), "{reason}");
        held.pop();
        held.push(streams.place(&session(1, 0)).unwrap());
        let key = caller(1, Via::ApiToken { id: 7, name: "ERP".into(), expires_at: None });
        held.extend((0..20).map(|_| streams.place(&key).unwrap()));
        assert_eq!(refused(&streams, &key).0, 429);
        held.extend((1..24).flat_map(|n| (0..20).map(move |_| n)).map(|n| streams.place(&session(1, n)).unwrap()));
        let (status, reason) = refused(&streams, &session(1, 99));
        assert!(status == 503 && reason.contains("Your organization"), "{reason}");
        assert_eq!((streams.open(), held.len()), (500, 500));
        held.extend(
            (2_i64..5)
                .flat_map(|o| (0..25).map(move |n| (o, 1_000 * u128::from(o.unsigned_abs()) + n)))
                .flat_map(|(o, n)| (0..20).map(move |_| (o, n)))
                .map(|(o, n)| streams.place(&session(o, n)).unwrap()),
        );
        let (status, reason) = refused(&streams, &session(9, 9_999));
        assert!(status == 503 && reason.contains("This server"), "{reason}");
        drop(held);
        assert_eq!(streams.open(), 0);
        assert!(streams.open.lock().unwrap().is_empty(), "nothing is kept of who is gone");
    }
}
