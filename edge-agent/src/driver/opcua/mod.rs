//! OPC UA client (EDGE-03): one session, a subscription for every thousand tags. Writes what people ask for.
//!
//! The client library would try to keep a session and its subscription alive over a loss. After the
//! restart of a server the session comes back and the subscription does not, or the other way round, so
//! here a loss ends everything and the next attempt starts from nothing. Silence is a loss too.

mod encode;
mod endpoint;
mod feed;
mod limits;
mod line;
mod own;
mod resolve;
mod subscription;
pub mod survey;
mod trust;
mod value;
mod verdict;
mod writing;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use opcua::client::{Client, ClientBuilder, IdentityToken, Session, SessionPollResult, SubscriptionActivity};
use opcua::types::{EndpointDescription, StatusCode};
use tokio::time::{sleep, timeout};
use unison_core::time::Timestamp;

use crate::config::{OpcUaConfig, OpcUaSecurity, OpcUaTag};
use crate::driver::backoff::Backoff;
use crate::driver::supervise::DriverEnd;
use crate::driver::writes::NOT_CONNECTED;
use crate::driver::{Context, Value};
use feed::Feed;
use limits::Limits;
use line::Line;
use subscription::{Common, Group};
pub use trust::{Certificate, NotTrusted, Pin, Trust, TrustSnapshot, TrustState, TrustedBy};
use writing::Writer;

const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MOST: Duration = Duration::from_secs(30);
/// For finding the endpoint, opening the session and creating the subscription, each.
const OPENING: Duration = Duration::from_secs(10);
const CLOSING: Duration = Duration::from_secs(1);
/// A server that cannot be closed properly forgets us after this.
const SESSION_TIMEOUT_MS: u32 = 30_000;
/// Longest list, text and message that is decoded. The library's 1,000 would cut a big answer off and
/// reconnect for ever.
const LIST_MAX: usize = 100_000;
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// For certificates, in the data directory: a folder for all to write in would let anybody plant some.
const PKI_FOLDER: &str = "opcua";
/// No server cuts its messages into smaller pieces (OPC 10000-6, 7.1.2).
const CHUNK_BYTES_MIN: usize = 8_192;

pub(super) async fn run(config: OpcUaConfig, context: Context) -> DriverEnd {
    let mut backoff = Backoff::new(PAUSE_FIRST, PAUSE_MOST);
    loop {
        let reason = tokio::select! {
            opened = open(&config, &context) => match opened {
                Ok(opened) => session(opened, &config, &context, &mut backoff).await,
                Err(reason) => reason,
            },
            () = context.shutdown.cancelled() => return Ok(()),
        };
        if context.shutdown.is_cancelled() {
            return Ok(());
        }
        context.status.failed(format!("{}: {reason}", config.endpoint));
        context.lost();
        let decided = async {
            match context.status.trust() {
                Some(trust) => trust.decided().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep(backoff.pause()) => {}
            () = decided => backoff.reset(),
            () = context.shutdown.cancelled() => return Ok(()),
            never = context.status.writes().refuse_all(NOT_CONNECTED) => match never {},
        }
    }
}

/// Whether a value can be written to a tag, as far as its type tells; the reason is for the one who writes.
pub(crate) fn check_write(tag: &OpcUaTag, value: Value) -> Result<(), String> {
    encode::check(tag, value)
}

/// Where everything lies that has to do with certificates.
pub(crate) fn pki(data_dir: &Path) -> PathBuf {
    data_dir.join(PKI_FOLDER)
}

/// This edge's own certificate, once it made one.
pub(crate) fn own_certificate(data_dir: &Path) -> Option<Certificate> {
    own::certificate(&pki(data_dir))
}

fn client(pki: PathBuf, uri: &str) -> Result<Client, String> {
    ClientBuilder::new()
        .application_name("Unison edge")
        .application_uri(uri)
        .product_uri("urn:unison:edge")
        .session_name("Unison edge")
        // The library makes its folders for certificates at once, also when none are used.
        .pki_dir(pki)
        // Whom to trust is decided before the library sees a server; it checks that the server has the key.
        .trust_server_certs(true)
        .verify_server_certs(false)
        .session_timeout(SESSION_TIMEOUT_MS)
        .session_retry_limit(0)
        .recreate_subscriptions(false)
        .request_timeout(Duration::from_secs(5))
        .keep_alive_interval(Duration::from_secs(5))
        .max_failed_keep_alive_count(3)
        // Clocks of PLCs lie; a value is judged by when it arrives.
        .ignore_clock_skew(true)
        .max_array_length(LIST_MAX)
        .max_string_length(BYTES_MAX)
        .max_byte_string_length(BYTES_MAX)
        .max_message_size(BYTES_MAX)
        // 0 would let a server send pieces of one message for ever.
        .max_chunk_count(BYTES_MAX / CHUNK_BYTES_MIN)
        .client()
        .map_err(|errors| errors.join(", "))
}

/// What is known before the session.
struct Opened {
    client: Client,
    endpoint: EndpointDescription,
    identity: IdentityToken,
}

/// Asks the server for its endpoints, takes the one that fits and makes sure that the server is who it was.
async fn open(config: &OpcUaConfig, context: &Context) -> Result<Opened, String> {
    let pki = pki(&context.data_dir);
    let uri = if config.security == OpcUaSecurity::None {
        "urn:unison:edge".to_owned()
    } else {
        let (pki, now) = (pki.clone(), context.clock.now_us());
        aside(move || own::ensure(&pki, now)).await?.uri
    };
    let client = client(pki, &uri)?;
    let endpoints = endpoints(&client, &config.endpoint).await?;
    let endpoint = endpoint::choose(endpoints, &config.endpoint, config.security, &config.user)?;
    if let Some(trust) = context.status.trust() {
        let certificate = endpoint.server_certificate.as_ref().to_vec();
        if certificate.is_empty() {
            return Err("the server shows no certificate, so nobody can tell who it is".into());
        }
        let (trust, now) = (trust.clone(), Timestamp(context.clock.now_us()));
        aside(move || trust.admit(certificate, now)).await?;
    }
    let user = config.user.clone();
    let identity = aside(move || endpoint::identity(&user)).await?;
    Ok(Opened { client, endpoint, identity })
}

async fn endpoints(client: &Client, url: &str) -> Result<Vec<EndpointDescription>, String> {
    match timeout(OPENING, client.get_server_endpoints_from_url(url)).await {
        Ok(Ok(endpoints)) => Ok(endpoints),
        Ok(Err(error)) => Err(format!("no answer to the question for endpoints: {error}")),
        Err(_) => Err(format!("no answer in {} s", OPENING.as_secs())),
    }
}

/// Files and keys wait for the disk and the processor; the runtime does not.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?
}

/// One session from opening to its end; returns why it ended.
async fn session(
    Opened { client, endpoint, identity }: Opened,
    config: &OpcUaConfig,
    context: &Context,
    backoff: &mut Backoff,
) -> String {
    let line = Line::default();
    let building = client.session_builder().with_connector(line.clone()).connect_to_endpoint_directly(endpoint);
    let made = building.and_then(|made| made.user_identity_token(identity).build(client.certificate_store().clone()));
    let (session, events) = match made {
        Ok(made) => made,
        Err(error) => return error.to_string(),
    };
    let events = events.enter();
    tokio::pin!(events);
    let work = async { (work(&session, &line, config, context, backoff).await, true) };
    let (reason, still_open) = tokio::select! {
        reason = drive(&mut events) => (reason, false),
        ended = work => ended,
        () = context.shutdown.cancelled() => ("the agent stops".into(), true),
    };
    // After a write without an answer nothing more may go out, not even a good-bye.
    if still_open && !line.is_cut() {
        // Servers allow few sessions; one that is not closed blocks a place until its time-out.
        let closing = async {
            tokio::select! {
                _ = session.disconnect() => {}
                _ = drive(&mut events) => {}
            }
        };
        let _ = timeout(CLOSING, closing).await;
    }
    reason
}

/// Keeps the session's own tasks going until the connection is lost.
async fn drive(events: &mut (impl Stream<Item = Result<SessionPollResult, StatusCode>> + Unpin)) -> String {
    while let Some(event) = events.next().await {
        match event {
            Ok(SessionPollResult::ConnectionLost(code)) => return format!("connection lost: {code}"),
            Ok(SessionPollResult::ReconnectFailed(code)) | Err(code) => {
                return format!("cannot open a session: {code}{}", hint(code));
            }
            Ok(SessionPollResult::Subscription(SubscriptionActivity::FatalFailure(code))) => {
                return format!("the session is gone: {code}");
            }
            Ok(SessionPollResult::Subscription(SubscriptionActivity::PublishFailed(
                code @ (StatusCode::BadNoSubscription | StatusCode::BadSubscriptionIdInvalid),
            ))) => return format!("the subscription is gone: {code}"),
            // Other failures of one request are repeated by the library; silence is watched elsewhere.
            Ok(_) => {}
        }
    }
    "the session ended".into()
}

/// Reads all tags and writes what people ask for; returns why to start anew.
async fn work(
    session: &Session,
    line: &Line,
    config: &OpcUaConfig,
    context: &Context,
    backoff: &mut Backoff,
) -> String {
    match timeout(OPENING, session.wait_for_connection()).await {
        Ok(true) => {}
        Ok(false) | Err(_) => return format!("no session in {} s", OPENING.as_secs()),
    }
    // From here on an error is about a tag; each group says its own.
    context.status.clear_error();
    let limits = match Limits::read(session).await {
        Ok(limits) => Arc::new(limits),
        Err(reason) => return reason,
    };
    let common = Common { context: context.clone(), limits: limits.clone(), health: Arc::default() };
    let tags = config.tags.chunks(limits.items_per_subscription.max(1));
    let feeds: Vec<_> = tags.map(|tags| Feed::new(context.clone(), tags.into(), common.health.clone())).collect();
    // Whoever writes does not wait for the subscriptions.
    let writer = Writer { session, line, config, context, limits: &limits, feeds: &feeds };
    tokio::select! {
        // What a server answered to a write counts, also when a subscription ends in the same moment.
        biased;
        reason = writer.run() => reason,
        reason = watch(session, config, &feeds, &common, backoff) => reason,
    }
}

/// Subscribes to the tags of all feeds and watches over them; returns why to start anew.
async fn watch(
    session: &Session,
    config: &OpcUaConfig,
    feeds: &[Feed],
    common: &Common,
    backoff: &mut Backoff,
) -> String {
    let mut groups = Vec::new();
    for feed in feeds {
        match Group::subscribe(session, config, feed.clone(), common.clone()).await {
            Ok(group) => groups.push(group),
            Err(reason) => return reason,
        }
    }
    backoff.reset();
    let watches = groups.iter_mut().map(|group| Box::pin(group.watch(session)));
    let (reason, ..) = futures::future::select_all(watches).await;
    reason
}

/// What to do about a refused session.
const fn hint(code: StatusCode) -> &'static str {
    match code {
        StatusCode::BadUserAccessDenied
        | StatusCode::BadIdentityTokenRejected
        | StatusCode::BadIdentityTokenInvalid
        | StatusCode::BadUserSignatureInvalid => {
            "; the server refuses the user: check user_name and the password, and that the user may read"
        }
        StatusCode::BadSecurityChecksFailed
        | StatusCode::BadCertificateInvalid
        | StatusCode::BadCertificateUntrusted
        | StatusCode::BadCertificateTimeInvalid
        | StatusCode::BadCertificateUriInvalid
        | StatusCode::BadCertificateUseNotAllowed => {
            "; the server refuses this edge's certificate: trust opcua/own/cert.der of the data directory there"
        }
        StatusCode::BadTooManySessions => "; the server takes no more sessions: close one, or allow more there",
        _ => "",
    }
}
