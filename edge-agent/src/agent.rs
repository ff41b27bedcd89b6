//! Wiring and supervision of the agent. Nothing here decides what a signal or a record means.
//!
//! A part that fails is started again alone, with growing pauses; the others do not notice. Only the
//! store cannot be started again inside the process: when it fails the process ends.

mod collect;
pub(crate) mod feed;

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use unison_core::time::Timestamp;

use crate::carrier::{self, CarrierState, CarrierStatus};
use crate::config::Config;
use crate::driver::{self, Clock, ConnectionStatus, Scan, Sink};
use crate::store::Store;
use crate::store::ring::{Kept, Ring};
use crate::tls::{Https, Place};
use crate::{api, enrol, files};

/// Scans that a slow listener may be behind.
const SCANS_KEPT: usize = 64;
const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MOST: Duration = Duration::from_secs(30);
/// A part that lived this long is not in a crash loop.
const HEALTHY_AFTER: Duration = Duration::from_secs(60);
/// Parts get this long to end by themselves.
const STOPPING_MOST: Duration = Duration::from_secs(3);
/// So often the certificate of HTTPS is looked at: files, addresses, clock.
const HTTPS_EVERY: Duration = Duration::from_secs(10);
/// So often the changes of kept tags are taken.
const KEEP_EVERY: Duration = Duration::from_millis(500);
const ADMIN_TOKEN_FILE: &str = "admin.token";

/// All that the operator API is given.
#[derive(Clone)]
pub struct ApiContext {
    pub store: Store,
    /// In the order of the configuration.
    pub connections: Vec<Arc<ConnectionStatus>>,
    /// The newest reading of every tag.
    pub sink: Sink,
    /// What kept tags were.
    pub ring: Ring,
    /// Codes read by scanners.
    pub scans: broadcast::Sender<Scan>,
    /// The way to the cloud, enrolment included; how much waits is `store.model().queue`.
    pub carrier: Arc<CarrierStatus>,
    pub config: Arc<Config>,
    /// None where HTTPS is switched off.
    pub https: Option<Arc<Https>>,
    /// The content of `data_dir/admin.token`.
    pub admin_token: Arc<str>,
    pub clock: Arc<dyn Clock>,
}

/// The clock of the box.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now_us(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}

/// Runs the agent until `shutdown`, then writes what waits and ends.
///
/// # Errors
/// When it cannot start: the address is taken, or the data directory cannot be used.
pub async fn run(config: Config, clock: Arc<dyn Clock>, shutdown: CancellationToken) -> anyhow::Result<()> {
    let config = Arc::new(config);
    let listeners = Listeners::open(&config)?;
    let store = Store::open_with(&config.agent.data_dir, clock.clone(), config.storage)?;
    let admin_token = admin_token(&config.agent.data_dir)?;
    let https = https(&config, &listeners, &store, &clock)?;
    let sink = Sink::keeping(config.tags.len(), config.kept().collect());
    let ring = ring(&config, &store, &clock);
    let connections = driver::start_all(&config, sink.clone(), clock.clone(), shutdown.clone());
    let context = ApiContext {
        store: store.clone(),
        connections,
        sink: sink.clone(),
        ring: ring.clone(),
        scans: broadcast::channel(SCANS_KEPT).0,
        carrier: Arc::new(CarrierStatus::default()),
        config,
        https,
        admin_token,
        clock,
    };
    let mut parts = JoinSet::new();
    start_parts(&mut parts, &context, &sink, listeners, &shutdown);
    tracing::info!(name = context.config.agent.name, address = %context.config.http.listen, "edge-agent runs");
    shutdown.cancelled().await;
    tracing::info!("stopping");
    let ending = async { while parts.join_next().await.is_some() {} };
    if tokio::time::timeout(STOPPING_MOST, ending).await.is_err() {
        tracing::warn!("a part did not end in time");
        parts.abort_all();
    }
    tokio::task::spawn_blocking(move || {
        // Facts first: they wait for no chart.
        store.close();
        // After the drivers ended: what they read last is in it.
        ring.step(&sink);
        ring.flush();
    })
    .await?;
    Ok(())
}

/// What kept tags were over the last days.
fn ring(config: &Config, store: &Store, clock: &Arc<dyn Clock>) -> Ring {
    let kept = config.kept().filter_map(|tag| {
        let info = config.tags.get(tag.index())?;
        Some(Kept { tag, name: info.name.clone(), period_ms: info.period_ms })
    });
    let store = store.clone();
    let disk = move || store.storage().state;
    Ring::open(&config.agent.data_dir, kept.collect(), config.storage.ring_bytes, clock.clone(), disk)
}

fn start_parts(
    parts: &mut JoinSet<()>,
    context: &ApiContext,
    sink: &Sink,
    listeners: Listeners,
    shutdown: &CancellationToken,
) {
    let part = |name, start: Box<dyn Fn() -> Part + Send>| supervise(name, shutdown.clone(), start);
    let (c, s, stop) = (context.clone(), sink.clone(), shutdown.clone());
    parts.spawn(part("engine", Box::new(move || Box::pin(collect::machines(c.clone(), s.clone(), stop.clone())))));
    let (c, s, stop) = (context.clone(), sink.clone(), shutdown.clone());
    parts.spawn(part("scans", Box::new(move || Box::pin(collect::scans(c.scans.clone(), s.clone(), stop.clone())))));
    let (r, s, stop) = (context.ring.clone(), sink.clone(), shutdown.clone());
    parts.spawn(part("ring of kept tags", Box::new(move || Box::pin(keep(r.clone(), s.clone(), stop.clone())))));
    let (c, stop) = (context.clone(), shutdown.clone());
    parts.spawn(part("link to the cloud", Box::new(move || Box::pin(link(c.clone(), stop.clone())))));
    let (c, stop) = (context.clone(), shutdown.clone());
    parts.spawn(part("certificate", Box::new(move || Box::pin(certificate(c.clone(), stop.clone())))));
    let (c, stop, listeners) = (context.clone(), shutdown.clone(), Arc::new(listeners));
    parts.spawn(part(
        "page and API",
        Box::new(move || {
            let (c, stop, listeners) = (c.clone(), stop.clone(), listeners.clone());
            Box::pin(async move {
                let plain = tokio::net::TcpListener::from_std(listeners.plain.try_clone()?)?;
                let tls = listeners.tls.as_ref().map(std::net::TcpListener::try_clone).transpose()?;
                let tls = tls.map(tokio::net::TcpListener::from_std).transpose()?;
                Ok(api::serve(c, plain, tls, stop).await?)
            })
        }),
    ));
}

/// Where the pages are served.
struct Listeners {
    plain: std::net::TcpListener,
    tls: Option<std::net::TcpListener>,
}

impl Listeners {
    fn open(config: &Config) -> anyhow::Result<Self> {
        let bind = |key, listen: std::net::SocketAddr, else_do| {
            std::net::TcpListener::bind(listen)
                .and_then(|l| l.set_nonblocking(true).map(|()| l))
                .with_context(|| format!("[http] {key} {listen}: cannot listen there; {else_do}"))
        };
        let plain = bind("listen", config.http.listen, "is another program using it?")?;
        let else_do = "is another program using it? Write another port, or https = \"off\"";
        let tls = config.http.https.as_ref().map(|https| bind("https", https.listen, else_do)).transpose()?;
        Ok(Self { plain, tls })
    }
}

/// The certificate is there before the first client is.
fn https(
    config: &Config,
    listeners: &Listeners,
    store: &Store,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Option<Arc<Https>>> {
    let (Some(section), Some(listener)) = (&config.http.https, &listeners.tls) else { return Ok(None) };
    let name = match &store.model().plant {
        Some(plant) => format!("{}, {}", plant.name, config.agent.name),
        None => config.agent.name.clone(),
    };
    let extra = section.names.clone();
    let place = Box::new(move || Place::now(&extra));
    let port = listener.local_addr()?.port();
    let https = Https::new(section, port, &config.agent.data_dir, &name, place);
    https.look(Timestamp(clock.now_us()), std::time::Instant::now());
    Ok(Some(Arc::new(https)))
}

/// Looks at the certificate again and again.
async fn certificate(context: ApiContext, shutdown: CancellationToken) -> anyhow::Result<()> {
    let Some(https) = context.https else {
        shutdown.cancelled().await;
        return Ok(());
    };
    while shutdown.run_until_cancelled(tokio::time::sleep(HTTPS_EVERY)).await.is_some() {
        let (https, now) = (https.clone(), Timestamp(context.clock.now_us()));
        tokio::task::spawn_blocking(move || https.look(now, std::time::Instant::now())).await?;
    }
    Ok(())
}

/// Takes the changes of kept tags again and again. The disk is only waited for on a thread of its own.
async fn keep(ring: Ring, sink: Sink, shutdown: CancellationToken) -> anyhow::Result<()> {
    while shutdown.run_until_cancelled(tokio::time::sleep(KEEP_EVERY)).await.is_some() {
        let (ring, sink) = (ring.clone(), sink.clone());
        tokio::task::spawn_blocking(move || ring.step(&sink)).await?;
    }
    Ok(())
}

/// Enrols where needed, then talks with the cloud.
async fn link(context: ApiContext, shutdown: CancellationToken) -> anyhow::Result<()> {
    let ApiContext { store, carrier: status, config, .. } = context;
    let Some(cloud) = &config.cloud else {
        status
            .set(CarrierState::Offline, Some("there is no [cloud] in the configuration; this edge works alone".into()));
        shutdown.cancelled().await;
        return Ok(());
    };
    if let Some((identity, keys)) = enrol::identity(&store, &config, cloud, &status, &shutdown).await {
        carrier::mqtt::run(store, identity, keys, status, shutdown).await;
    }
    Ok(())
}

type Part = std::pin::Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// Runs a part again and again until `shutdown`.
async fn supervise(name: &'static str, shutdown: CancellationToken, start: Box<dyn Fn() -> Part + Send>) {
    let mut pause = PAUSE_FIRST;
    loop {
        let began = Instant::now();
        // A task of its own: a panic ends that task and becomes a value here.
        let ended = tokio::spawn(start()).await;
        if shutdown.is_cancelled() {
            return;
        }
        let reason = match ended {
            Ok(Ok(())) => "it ended by itself".to_owned(),
            Ok(Err(error)) => format!("{error:#}"),
            Err(error) => error.to_string(),
        };
        tracing::error!(part = name, reason, "a part of the agent failed and is started again");
        if began.elapsed() >= HEALTHY_AFTER {
            pause = PAUSE_FIRST;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.cancelled() => return,
        }
        pause = (pause * 2).min(PAUSE_MOST);
    }
}

/// The token for administrators of this box, made at the first start, readable for its user only.
fn admin_token(data_dir: &Path) -> anyhow::Result<Arc<str>> {
    let path = data_dir.join(ADMIN_TOKEN_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 32 => Ok(text.trim().into()),
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e).with_context(|| path.display().to_string()),
        Ok(_) | Err(_) => {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("no randomness: {e}"))?;
            let token: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
            files::write_private(&path, token.as_bytes()).with_context(|| path.display().to_string())?;
            Ok(token.into())
        }
    }
}

/// Reads the admin token that a running agent made.
///
/// # Errors
/// When the agent never ran, or this user may not read it.
pub fn read_admin_token(data_dir: &Path) -> anyhow::Result<String> {
    let path = data_dir.join(ADMIN_TOKEN_FILE);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{}: start the agent first, and run this as its user", path.display()))?;
    Ok(text.trim().to_owned())
}
