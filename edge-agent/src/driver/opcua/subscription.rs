//! One subscription with its monitored items: creating it, watching over it, mending it. Servers commonly
//! take a thousand items a subscription, so a connection may have several. What a server does not let us
//! subscribe to is read again and again.

use std::sync::Arc;
use std::time::Duration;

use opcua::client::Session;
use opcua::types::{
    DataChangeFilter, DataChangeTrigger, DeadbandType, ExtensionObject, MonitoredItemCreateRequest, MonitoringMode,
    MonitoringParameters, NodeId, ReadValueId, StatusCode, TimestampsToReturn,
};
use tokio::time::{Instant, sleep_until};

use super::feed::{Feed, Health};
use super::limits::{Limits, Refusal, answer};
use super::resolve::resolve;
use crate::config::{Deadband, OPCUA_CONFIRM_MS, OpcUaConfig, OpcUaTag};
use crate::driver::{ConnectionState, Context};

/// Nodes that the server did not know are asked for again: programs of PLCs change.
const REFUSED_RETRY: Duration = Duration::from_secs(60);
/// What was written and could not be read is asked for once more.
const READ_BACK_RETRY: Duration = Duration::from_secs(2);

/// What all groups of a session share.
#[derive(Clone)]
pub(super) struct Common {
    pub(super) context: Context,
    pub(super) limits: Arc<Limits>,
    pub(super) health: Arc<Health>,
}

pub(super) struct Group {
    common: Common,
    tags: Arc<[OpcUaTag]>,
    feed: Feed,
    /// `None` where the server makes no subscription.
    subscription: Option<Subscription>,
    /// Places of the tags that are read, and how often.
    polled: Vec<usize>,
    every: Duration,
    /// Places of the tags that the server refuses.
    refused: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Subscription {
    id: u32,
    /// Longer without a word means that the subscription is lost.
    silence: Duration,
}

/// How much of what we want of an item is asked for: not every server takes every filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    Deadband,
    Status,
    Bare,
}

impl Group {
    /// Creates the subscription and its items.
    pub(super) async fn subscribe(
        session: &Session,
        config: &OpcUaConfig,
        feed: Feed,
        common: Common,
    ) -> Result<Self, String> {
        let tags = feed.tags().clone();
        let every = Duration::from_millis(config.publishing_ms.into());
        let subscription = match create(session, &feed, every).await {
            Ok(subscription) => Some(subscription),
            Err(refusal) if takes_no_subscription(refusal.code) => {
                common.note(format!("{}; values are read every {} ms instead", refusal.text, every.as_millis()));
                None
            }
            Err(refusal) => return Err(refusal.text),
        };
        let places: Vec<usize> = (0..tags.len()).collect();
        let mut group = Self { common, tags, feed, subscription, polled: Vec::new(), every, refused: Vec::new() };
        group.monitor(session, &places).await?;
        Ok(group)
    }

    /// Ends only with a reason to start anew.
    pub(super) async fn watch(&mut self, session: &Session) -> String {
        let mut retry = Instant::now() + REFUSED_RETRY;
        let mut poll = Instant::now();
        // What was written and could not be read.
        let (mut unread, mut read_again) = (Vec::new(), Instant::now());
        loop {
            let silent_at = self.subscription.map(|subscription| self.feed.heard() + subscription.silence);
            let done = tokio::select! {
                () = sleep_until(silent_at.unwrap_or(retry)), if silent_at.is_some() => match self.silent() {
                    Some(reason) => return reason,
                    None => Ok(()),
                },
                trouble = self.feed.trouble() => {
                    if let Some(code) = trouble.ended {
                        return format!("the server ended the subscription: {code}");
                    }
                    if !self.read_back(session, &trouble.written).await {
                        unread.extend(trouble.written);
                        read_again = Instant::now() + READ_BACK_RETRY;
                    }
                    let mended = if trouble.gap { self.mend(session).await } else { Ok(()) };
                    if unread.is_empty() {
                        self.feed.settle();
                    }
                    mended
                }
                () = sleep_until(read_again), if !unread.is_empty() => {
                    if self.read_back(session, &std::mem::take(&mut unread)).await {
                        self.feed.settle();
                    }
                    Ok(())
                }
                () = sleep_until(poll), if !self.polled.is_empty() => {
                    // A read that took too long is not made up.
                    poll = (poll + self.every).max(Instant::now());
                    self.poll(session).await
                }
                () = sleep_until(retry), if !self.refused.is_empty() => {
                    retry = Instant::now() + REFUSED_RETRY;
                    let places = std::mem::take(&mut self.refused);
                    let again = self.monitor(session, &places).await;
                    self.feed.settle();
                    again
                }
            };
            if let Err(reason) = done {
                return reason;
            }
        }
    }

    /// Why the subscription is lost, if nothing was heard of it for too long.
    fn silent(&self) -> Option<String> {
        let Subscription { silence, .. } = self.subscription?;
        (self.feed.heard().elapsed() >= silence)
            .then(|| format!("silent for {} s, although a keep-alive is due", silence.as_secs()))
    }

    /// Finds the nodes of the tags at `places` and has them monitored; remembers those that the server refuses.
    async fn monitor(&mut self, session: &Session, places: &[usize]) -> Result<(), String> {
        let wanted: Vec<OpcUaTag> = places.iter().filter_map(|place| self.tags.get(*place).cloned()).collect();
        let mut known = Vec::with_capacity(places.len());
        for (place, node) in places.iter().zip(resolve(session, &wanted).await?) {
            match node {
                Ok(node) => {
                    self.feed.set_node(*place, node);
                    known.push(*place);
                }
                Err(reason) => self.refuse(*place, reason),
            }
        }
        let Some(Subscription { id, .. }) = self.subscription else {
            self.polled.extend(known);
            return Ok(());
        };
        let (with, without) = known.into_iter().partition(|place| self.deadband(*place).is_some());
        let mut next: [(Filter, Vec<usize>); 3] =
            [(Filter::Deadband, with), (Filter::Status, without), (Filter::Bare, Vec::new())];
        for step in 0..next.len() {
            let Some((filter, places)) = next.get_mut(step).map(|(filter, places)| (*filter, std::mem::take(places)))
            else {
                break;
            };
            let refused = self.create_items(session, id, &places, filter).await?;
            for (place, code) in refused {
                if is_about_the_filter(code)
                    && let Some((_, later)) = next.get_mut(step + 1)
                {
                    if filter == Filter::Deadband {
                        let node = self.named(place);
                        self.common
                            .note(format!("{node}: the server takes no deadband here ({code}); every change is sent"));
                    }
                    later.push(place);
                } else {
                    self.refused_item(place, code);
                }
            }
        }
        Ok(())
    }

    fn refused_item(&mut self, place: usize, code: StatusCode) {
        if code == StatusCode::BadTooManyMonitoredItems {
            if self.polled.is_empty() {
                let every = self.every.as_millis();
                self.common.note(format!("the server monitors no more items; the others are read every {every} ms"));
            }
            self.polled.push(place);
        } else {
            let node = self.named(place);
            self.refuse(place, format!("{node}: the server refuses it: {code}; check the node id"));
        }
    }

    fn refuse(&mut self, place: usize, reason: String) {
        self.feed.refuse(place);
        self.common.context.status.failed(reason);
        self.refused.push(place);
    }

    fn named(&self, place: usize) -> String {
        self.tags.get(place).map(|tag| tag.node.to_string()).unwrap_or_default()
    }

    fn deadband(&self, place: usize) -> Option<Deadband> {
        self.tags.get(place).and_then(|tag| tag.deadband)
    }

    /// Asks for the items in as many requests as the server wants; returns those it refuses.
    async fn create_items(
        &self,
        session: &Session,
        subscription: u32,
        places: &[usize],
        filter: Filter,
    ) -> Result<Vec<(usize, StatusCode)>, String> {
        let mut refused = Vec::new();
        let mut rest = places;
        // How many more the subscription has room for, once the server said that it is full.
        let mut room = usize::MAX;
        while !rest.is_empty() {
            let limit = &self.common.limits.items_per_call;
            let chunk = rest.get(..limit.get().min(room)).unwrap_or(rest);
            let items = chunk.iter().filter_map(|place| {
                let node = self.feed.node(*place)?;
                Some(item(*place, self.tags.get(*place)?, node, filter))
            });
            let created = session.create_monitored_items(subscription, TimestampsToReturn::Both, items.collect());
            let created = match answer("monitor the tags", created).await {
                Err(refusal) if refusal.is_about_size() && limit.shrink() => continue,
                // Some servers refuse each item for which there is no room, others the whole request.
                Err(refusal) if refusal.code == StatusCode::BadTooManyMonitoredItems => {
                    room = chunk.len() / 2;
                    if room == 0 {
                        refused.extend(rest.iter().map(|place| (*place, refusal.code)));
                        break;
                    }
                    continue;
                }
                other => other.map_err(|refusal| refusal.text)?,
            };
            let results = chunk.iter().zip(&created).map(|(place, created)| (*place, created.result.status_code));
            refused.extend(results.filter(|(_, code)| code.is_bad()));
            rest = rest.get(chunk.len()..).unwrap_or_default();
        }
        Ok(refused)
    }

    /// Asks for the notifications that did not come; what the server no longer has is read.
    async fn mend(&self, session: &Session) -> Result<(), String> {
        let Some(Subscription { id, .. }) = self.subscription else { return Ok(()) };
        let gap = self.feed.take_gap();
        let mut lost = gap.beyond;
        for number in gap.missing {
            match answer("ask for a lost notification", session.republish(id, number)).await {
                // Some servers answer with an empty message instead of a refusal.
                Ok(message) if message.sequence_number == number => self.feed.take_late(message, gap.since),
                Err(refusal) if refusal.code == StatusCode::BadTimeout => return Err(refusal.text),
                Ok(_) | Err(_) => lost += 1,
            }
        }
        if lost == 0 {
            return Ok(());
        }
        self.feed.lost(lost);
        let places: Vec<usize> = (0..self.tags.len()).collect();
        self.read(session, &places).await
    }

    async fn poll(&self, session: &Session) -> Result<(), String> {
        self.read(session, &self.polled).await?;
        let status = &self.common.context.status;
        status.good(self.common.context.clock.now_us());
        status.set_state(ConnectionState::Connected);
        Ok(())
    }

    /// Reads what was written. A server that does not answer this one question is no lost one, and no value of it is bad;
    /// whether it is there shows its silence.
    async fn read_back(&self, session: &Session, places: &[usize]) -> bool {
        let read = self.read(session, places).await;
        if let Err(reason) = &read {
            let name = &self.common.context.status.name;
            tracing::warn!(connection = %name, reason, "what was written could not be read");
            self.common.context.status.failed(format!("what was written could not be read: {reason}"));
        }
        read.is_ok()
    }

    /// Reads the tags at `places` in as many requests as the server wants.
    async fn read(&self, session: &Session, places: &[usize]) -> Result<(), String> {
        let (known, ids): (Vec<usize>, Vec<NodeId>) =
            places.iter().filter_map(|place| Some((*place, self.feed.node(*place)?))).unzip();
        let mut done = 0;
        while let (Some(rest @ [_, ..]), Some(ids)) = (known.get(done..), ids.get(done..)) {
            let limit = &self.common.limits.nodes_per_read;
            let chunk = rest.get(..limit.get()).unwrap_or(rest);
            let nodes: Vec<_> = ids.iter().take(chunk.len()).cloned().map(ReadValueId::from).collect();
            let asked = self.feed.changes();
            let values = match answer("read the tags", session.read(&nodes, TimestampsToReturn::Both, 0.0)).await {
                Err(refusal) if refusal.is_about_size() && limit.shrink() => continue,
                other => other.map_err(|refusal| refusal.text)?,
            };
            if values.len() != nodes.len() {
                return Err("the server answered a read with too few values".into());
            }
            self.feed.take_read(chunk, &values, asked);
            done += chunk.len();
        }
        Ok(())
    }
}

impl Common {
    /// Something that works in another way than it was asked for.
    fn note(&self, note: String) {
        tracing::warn!(connection = %self.context.status.name, note, "OPC UA");
        self.health.note(&self.context.status, note);
    }
}

/// Creates a subscription that speaks every second.
async fn create(session: &Session, feed: &Feed, interval: Duration) -> Result<Subscription, Refusal> {
    let keep_alive = keep_alive(interval);
    let lifetime = lifetime(keep_alive);
    let created = session.create_subscription(interval, lifetime, keep_alive, 0, 0, true, feed.clone());
    let id = answer("subscribe", created).await?;
    let made = |of: &Session| {
        let state = of.subscription_state.lock();
        state.get(id).map(|made| (made.publishing_interval(), made.max_keep_alive_count()))
    };
    let (mut interval, mut count) = made(session).unwrap_or((interval, keep_alive));
    if self::keep_alive(interval) < count {
        // The server publishes more slowly than asked, so the same count would be a longer silence.
        let keep_alive = self::keep_alive(interval);
        let modified = session.modify_subscription(id, interval, self::lifetime(keep_alive), keep_alive, 0, 0);
        answer("adjust the subscription", modified).await?;
        (interval, count) = made(session).unwrap_or((interval, keep_alive));
    }
    let silence = interval.saturating_mul(count.max(1)).saturating_mul(3) + Duration::from_secs(2);
    Ok(Subscription { id, silence: silence.min(Duration::from_secs(24 * 3_600)) })
}

/// Publishing intervals without a change after which the server shall say that it is there.
fn keep_alive(interval: Duration) -> u32 {
    let interval_ms = u32::try_from(interval.as_millis()).unwrap_or(u32::MAX).max(1);
    OPCUA_CONFIRM_MS.div_ceil(interval_ms)
}

/// Publishing intervals without a request of ours after which the server may forget the subscription.
const fn lifetime(keep_alive: u32) -> u32 {
    keep_alive.saturating_mul(30)
}

fn item(place: usize, tag: &OpcUaTag, node: NodeId, filter: Filter) -> MonitoredItemCreateRequest {
    let (deadband_type, deadband_value) = match (filter, tag.deadband) {
        (Filter::Deadband, Some(Deadband::Absolute(value))) => (DeadbandType::Absolute as u32, value),
        (Filter::Deadband, Some(Deadband::Percent(value))) => (DeadbandType::Percent as u32, value),
        (Filter::Deadband, None) | (Filter::Status | Filter::Bare, _) => (DeadbandType::None as u32, 0.0),
    };
    // The standard reports changes of status without being asked; not every server does (EDGE-14).
    let wanted = DataChangeFilter { trigger: DataChangeTrigger::StatusValue, deadband_type, deadband_value };
    let parameters = MonitoringParameters {
        client_handle: u32::try_from(place + 1).unwrap_or(u32::MAX),
        sampling_interval: f64::from(tag.sampling_ms),
        filter: if filter == Filter::Bare { ExtensionObject::null() } else { ExtensionObject::from_message(wanted) },
        queue_size: tag.queue_size,
        discard_oldest: tag.discard_oldest,
    };
    MonitoredItemCreateRequest::new(ReadValueId::from(node), MonitoringMode::Reporting, parameters)
}

const fn is_about_the_filter(code: StatusCode) -> bool {
    matches!(
        code,
        StatusCode::BadMonitoredItemFilterUnsupported
            | StatusCode::BadMonitoredItemFilterInvalid
            | StatusCode::BadFilterNotAllowed
            | StatusCode::BadDeadbandFilterInvalid
    )
}

const fn takes_no_subscription(code: StatusCode) -> bool {
    matches!(
        code,
        StatusCode::BadServiceUnsupported
            | StatusCode::BadNotSupported
            | StatusCode::BadNotImplemented
            | StatusCode::BadTooManySubscriptions
            | StatusCode::BadUserAccessDenied
    )
}
