//! OPC UA client (EDGE-03): one session, a subscription for every thousand tags. Reads only.
//!
//! The client library would try to keep a session and its subscription alive over a loss. After the
//! restart of a server the session comes back and the subscription does not, or the other way round, so
//! here a loss ends everything and the next attempt starts from nothing. Silence is a loss too.

mod feed;
mod subscription;
mod value;

use std::path::Path;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use opcua::client::{Client, ClientBuilder, IdentityToken, Session, SessionPollResult, SubscriptionActivity};
use opcua::types::{EndpointDescription, MessageSecurityMode, StatusCode, UserTokenType};
use tokio::time::{sleep, timeout};

use crate::config::OpcUaConfig;
use crate::driver::Context;
use crate::driver::backoff::Backoff;
use crate::driver::supervise::DriverEnd;
use subscription::Group;

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
    let mut client = client(&context.data_dir.join(PKI_FOLDER))?;
    let mut backoff = Backoff::new(PAUSE_FIRST, PAUSE_MOST);
    loop {
        let reason = tokio::select! {
            opened = open(&mut client, &config.endpoint) => match opened {
                Ok(endpoint) => session(&mut client, endpoint, &config, &context, &mut backoff).await,
                Err(reason) => reason,
            },
            () = context.shutdown.cancelled() => return Ok(()),
        };
        if context.shutdown.is_cancelled() {
            return Ok(());
        }
        context.status.failed(format!("{}: {reason}", config.endpoint));
        context.lost();
        tokio::select! {
            () = sleep(backoff.pause()) => {}
            () = context.shutdown.cancelled() => return Ok(()),
        }
    }
}

fn client(pki_dir: &Path) -> Result<Client, String> {
    ClientBuilder::new()
        .application_name("Unison edge")
        .application_uri("urn:unison:edge")
        .product_uri("urn:unison:edge")
        .session_name("Unison edge")
        // The library makes its folder for certificates at once, also when none are used.
        .pki_dir(pki_dir)
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

/// Asks the server for its endpoints and takes the one without security for anonymous users.
async fn open(client: &mut Client, url: &str) -> Result<EndpointDescription, String> {
    let endpoints = match timeout(OPENING, client.get_server_endpoints_from_url(url)).await {
        Ok(Ok(endpoints)) => endpoints,
        Ok(Err(error)) => return Err(format!("no answer to the question for endpoints: {error}")),
        Err(_) => return Err(format!("no answer in {} s", OPENING.as_secs())),
    };
    let anonymous = |endpoint: &EndpointDescription| {
        endpoint.user_identity_tokens.as_ref().is_none_or(|tokens| {
            tokens.is_empty() || tokens.iter().any(|token| token.token_type == UserTokenType::Anonymous)
        })
    };
    let mut open = endpoints.into_iter().filter(|endpoint| endpoint.security_mode == MessageSecurityMode::None);
    let Some(mut endpoint) = open.find(anonymous) else {
        return Err("the server has no endpoint without security for anonymous users; allow it there".into());
    };
    // Servers name themselves by names that only they can resolve; we know how we got here.
    endpoint.endpoint_url = url.into();
    Ok(endpoint)
}

/// One session from opening to its end; returns why it ended.
async fn session(
    client: &mut Client,
    endpoint: EndpointDescription,
    config: &OpcUaConfig,
    context: &Context,
    backoff: &mut Backoff,
) -> String {
    let (session, events) = match client.connect_to_endpoint_directly(endpoint, IdentityToken::Anonymous) {
        Ok(opened) => opened,
        Err(error) => return error.to_string(),
    };
    let events = events.enter();
    tokio::pin!(events);
    let work = async { (work(&session, config, context, backoff).await, true) };
    let (reason, still_open) = tokio::select! {
        reason = drive(&mut events) => (reason, false),
        ended = work => ended,
        () = context.shutdown.cancelled() => ("the agent stops".into(), true),
    };
    if still_open {
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
                return format!("cannot open a session: {code}");
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

/// Subscribes to all tags and watches over the subscriptions; returns why to start anew.
async fn work(session: &Session, config: &OpcUaConfig, context: &Context, backoff: &mut Backoff) -> String {
    match timeout(OPENING, session.wait_for_connection()).await {
        Ok(true) => {}
        Ok(false) | Err(_) => return format!("no session in {} s", OPENING.as_secs()),
    }
    // From here on an error is about a tag; each group says its own.
    context.status.clear_error();
    let mut groups = Vec::new();
    for tags in config.tags.chunks(subscription::TAGS_MAX) {
        match Group::subscribe(session, config, tags, context).await {
            Ok(group) => groups.push(group),
            Err(reason) => return reason,
        }
    }
    backoff.reset();
    let watches = groups.iter_mut().map(|group| Box::pin(group.watch(session)));
    let (reason, ..) = futures::future::select_all(watches).await;
    reason
}
