//! One subscription with its monitored items: creating it, watching over it, mending it. Servers commonly
//! take a thousand items a subscription, so a connection may have several.

use std::sync::Arc;
use std::time::Duration;

use opcua::client::Session;
use opcua::types::{
    DataChangeFilter, DataChangeTrigger, ExtensionObject, MonitoredItemCreateRequest, MonitoringMode,
    MonitoringParameters, ReadValueId, StatusCode, TimestampsToReturn,
};
use tokio::time::{Instant, sleep_until, timeout};

use super::OPENING;
use super::feed::Feed;
use crate::config::{OPCUA_CONFIRM_MS, OpcUaConfig, OpcUaTag};
use crate::driver::Context;

/// Tags of one subscription.
pub(super) const TAGS_MAX: usize = 1_000;
/// Items a request; many servers refuse more, none needs fewer.
const ITEMS_PER_REQUEST: usize = 100;
/// Values that a server may keep between two publishings.
const QUEUE: u32 = 10;
/// Nodes that the server did not know are asked for again: programs of PLCs change.
const REFUSED_RETRY: Duration = Duration::from_secs(60);

pub(super) struct Group {
    context: Context,
    tags: Arc<[OpcUaTag]>,
    sampling_ms: u32,
    feed: Feed,
    id: u32,
    /// Longer without a word means that the subscription is lost.
    silence: Duration,
    /// Places of the tags that the server refuses.
    refused: Vec<usize>,
}

impl Group {
    /// Creates the subscription and its items.
    pub(super) async fn subscribe(
        session: &Session,
        config: &OpcUaConfig,
        tags: &[OpcUaTag],
        context: &Context,
    ) -> Result<Self, String> {
        let tags: Arc<[OpcUaTag]> = tags.into();
        let feed = Feed::new(context.clone(), tags.clone());
        let (id, silence) = create(session, &feed, config.sampling_ms).await?;
        let places: Vec<usize> = (0..tags.len()).collect();
        let (context, sampling_ms) = (context.clone(), config.sampling_ms);
        let mut group = Self { context, tags, sampling_ms, feed, id, silence, refused: Vec::new() };
        group.monitor(session, &places).await?;
        Ok(group)
    }

    /// Ends only with a reason to start anew.
    pub(super) async fn watch(&mut self, session: &Session) -> String {
        let mut retry = Instant::now() + REFUSED_RETRY;
        loop {
            let done = tokio::select! {
                () = sleep_until(self.feed.heard() + self.silence) => {
                    if self.feed.heard().elapsed() >= self.silence {
                        return format!("silent for {} s, although a keep-alive is due", self.silence.as_secs());
                    }
                    Ok(())
                }
                trouble = self.feed.trouble() => {
                    if let Some(code) = trouble.ended {
                        return format!("the server ended the subscription: {code}");
                    }
                    let read = if trouble.gap { self.read_all(session).await } else { Ok(()) };
                    self.feed.settle();
                    read
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

    /// Creates the monitored items of the tags at `places`; remembers those that the server refuses.
    async fn monitor(&mut self, session: &Session, places: &[usize]) -> Result<(), String> {
        for chunk in places.chunks(ITEMS_PER_REQUEST) {
            let refused = self.create_items(session, chunk, true).await?;
            let unfiltered = refused.iter().filter(|(_, code)| is_about_the_filter(*code));
            let unfiltered: Vec<usize> = unfiltered.map(|(place, _)| *place).collect();
            let mut refused: Vec<_> = refused.into_iter().filter(|(_, code)| !is_about_the_filter(*code)).collect();
            if !unfiltered.is_empty() {
                refused.extend(self.create_items(session, &unfiltered, false).await?);
            }
            for (place, code) in refused {
                self.feed.refuse(place);
                let node = self.tags.get(place).map(|tag| tag.node.to_string()).unwrap_or_default();
                self.context.status.failed(format!("{node}: the server refuses it: {code}; check the node id"));
                self.refused.push(place);
            }
        }
        Ok(())
    }

    async fn create_items(
        &self,
        session: &Session,
        places: &[usize],
        filtered: bool,
    ) -> Result<Vec<(usize, StatusCode)>, String> {
        let items = places
            .iter()
            .filter_map(|place| self.tags.get(*place).map(|tag| item(*place, tag, self.sampling_ms, filtered)));
        let created = session.create_monitored_items(self.id, TimestampsToReturn::Both, items.collect());
        let created = answer("monitor the tags", created).await?;
        let results = places.iter().zip(&created).map(|(place, created)| (*place, created.result.status_code));
        Ok(results.filter(|(_, code)| code.is_bad()).collect())
    }

    /// Reads every tag, after notifications were lost.
    async fn read_all(&self, session: &Session) -> Result<(), String> {
        for (chunk, tags) in self.tags.chunks(ITEMS_PER_REQUEST).enumerate() {
            let nodes: Vec<_> = tags.iter().map(|tag| ReadValueId::from(tag.node.clone())).collect();
            let asked = self.feed.changes();
            let values = answer("read after a gap", session.read(&nodes, TimestampsToReturn::Both, 0.0)).await?;
            if values.len() != nodes.len() {
                return Err("the server answered a read with too few values".into());
            }
            self.feed.take_read(chunk * ITEMS_PER_REQUEST, &values, asked);
        }
        Ok(())
    }
}

/// Creates a subscription that speaks every second; returns its id and how long it may be silent.
async fn create(session: &Session, feed: &Feed, sampling_ms: u32) -> Result<(u32, Duration), String> {
    let interval = Duration::from_millis(u64::from(sampling_ms));
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
    Ok((id, silence.min(Duration::from_secs(24 * 3_600))))
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

fn item(place: usize, tag: &OpcUaTag, sampling_ms: u32, filtered: bool) -> MonitoredItemCreateRequest {
    // The standard reports changes of status without being asked; not every server does (EDGE-14).
    let filter = DataChangeFilter { trigger: DataChangeTrigger::StatusValue, deadband_type: 0, deadband_value: 0.0 };
    let parameters = MonitoringParameters {
        client_handle: u32::try_from(place + 1).unwrap_or(u32::MAX),
        sampling_interval: f64::from(sampling_ms),
        filter: if filtered { ExtensionObject::from_message(filter) } else { ExtensionObject::null() },
        queue_size: QUEUE,
        discard_oldest: true,
    };
    MonitoredItemCreateRequest::new(ReadValueId::from(tag.node.clone()), MonitoringMode::Reporting, parameters)
}

const fn is_about_the_filter(code: StatusCode) -> bool {
    matches!(
        code,
        StatusCode::BadMonitoredItemFilterUnsupported
            | StatusCode::BadMonitoredItemFilterInvalid
            | StatusCode::BadFilterNotAllowed
    )
}

/// Waits for one service call, but not for ever.
async fn answer<T>(what: &str, call: impl Future<Output = Result<T, opcua::types::Error>>) -> Result<T, String> {
    match timeout(OPENING, call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(format!("cannot {what}: {error}")),
        Err(_) => Err(format!("cannot {what}: no answer in {} s", OPENING.as_secs())),
    }
}
