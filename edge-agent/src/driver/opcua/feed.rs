//! What a subscription delivers: notifications, keep-alives, and the gaps between them. Called by the
//! client library while it holds a lock, so nothing here waits.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opcua::client::{MonitoredItemMap, OnSubscriptionNotificationCore};
use opcua::types::{
    DataChangeNotification, DataValue, NodeId, NotificationMessage, StatusChangeNotification, StatusCode,
};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::value;
use crate::config::{OPCUA_CONFIRM_MS, OpcUaTag};
use crate::driver::{ConnectionState, ConnectionStatus, Context, Quality, Reading, SourceStamp, TagIndex, Value};

/// Lost notifications that are asked for one by one. With more, reading all values is the shorter way.
const MISSING_MAX: usize = 64;

/// What is wrong with the values of a session, over all its subscriptions.
#[derive(Default)]
pub(super) struct Health {
    /// Tags whose last reading is Bad.
    bad: AtomicUsize,
    /// What works in another way than it was asked for.
    note: Mutex<Option<String>>,
}

impl Health {
    pub(super) fn note(&self, status: &ConnectionStatus, note: String) {
        status.set_error(note.clone());
        *self.note.lock().unwrap_or_else(PoisonError::into_inner) = Some(note);
    }

    /// Takes the error back when nothing is Bad.
    fn settle(&self, status: &ConnectionStatus) {
        if self.bad.load(Relaxed) > 0 {
            return;
        }
        match &*self.note.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(note) => status.set_error(note.clone()),
            None => status.clear_error(),
        }
    }
}

/// Shared between the subscription's callback and the driver's own loop. One per subscription.
#[derive(Clone)]
pub(super) struct Feed(Arc<Shared>);

struct Shared {
    context: Context,
    tags: Arc<[OpcUaTag]>,
    health: Arc<Health>,
    inner: Mutex<Inner>,
    /// Something happened that the driver's loop must act upon.
    trouble: Notify,
}

struct Inner {
    heard: Instant,
    confirmed: Instant,
    /// Number of the next notification; `None` before the first.
    sequence: Option<u32>,
    /// By place in the connection's list of tags; `None` until a value came.
    last: Vec<Option<(Reading, u64)>>,
    /// Notifications of values so far; tells whether a value is newer than a read.
    changes: u64,
    gap: Gap,
    /// The server's queues were too short before; said once.
    overflowed: bool,
    ended: Option<StatusCode>,
    error: Option<String>,
    batch: Vec<(Reading, SourceStamp)>,
    again: Vec<Reading>,
    /// Places of the tags that somebody wrote since they were last read.
    written: Vec<usize>,
    /// By place in `tags`, in this session; `None` where the server has no such node.
    nodes: Vec<Option<NodeId>>,
}

/// Notifications that did not come.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Gap {
    /// Their numbers.
    pub(super) missing: Vec<u32>,
    /// Further ones that are not asked for.
    pub(super) beyond: u64,
    /// Values that came after this are newer than any of them.
    pub(super) since: u64,
}

impl Gap {
    const fn is_open(&self) -> bool {
        !self.missing.is_empty() || self.beyond > 0
    }
}

/// What the driver's loop has to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trouble {
    /// Notifications did not come.
    pub(super) gap: bool,
    /// The server ended the subscription.
    pub(super) ended: Option<StatusCode>,
    /// Places of tags to be read.
    pub(super) written: Vec<usize>,
}

impl Feed {
    pub(super) fn new(context: Context, tags: Arc<[OpcUaTag]>, health: Arc<Health>) -> Self {
        let now = Instant::now();
        let inner = Inner {
            heard: now,
            confirmed: now,
            sequence: None,
            last: vec![None; tags.len()],
            changes: 0,
            gap: Gap::default(),
            overflowed: false,
            ended: None,
            error: None,
            batch: Vec::new(),
            again: Vec::new(),
            written: Vec::new(),
            nodes: vec![None; tags.len()],
        };
        Self(Arc::new(Shared { context, tags, health, inner: Mutex::new(inner), trouble: Notify::new() }))
    }

    /// When the server last said anything on the subscription.
    pub(super) fn heard(&self) -> Instant {
        self.inner().heard
    }

    pub(super) async fn trouble(&self) -> Trouble {
        self.0.trouble.notified().await;
        let mut inner = self.inner();
        Trouble { gap: inner.gap.is_open(), ended: inner.ended, written: std::mem::take(&mut inner.written) }
    }

    /// Has a tag read, if it is one of these: it was written.
    pub(super) fn read_soon(&self, tag: TagIndex) {
        let Some(place) = self.0.tags.iter().position(|of| of.tag == tag) else { return };
        let mut inner = self.inner();
        if !inner.written.contains(&place) {
            inner.written.push(place);
        }
        self.0.trouble.notify_one();
    }

    pub(super) fn tags(&self) -> &Arc<[OpcUaTag]> {
        &self.0.tags
    }

    /// The node at `place`, when it was found.
    pub(super) fn node(&self, place: usize) -> Option<NodeId> {
        self.inner().nodes.get(place).cloned().flatten()
    }

    /// The node that is read for a tag.
    pub(super) fn node_of(&self, tag: TagIndex) -> Option<NodeId> {
        self.0.tags.iter().position(|of| of.tag == tag).and_then(|place| self.node(place))
    }

    pub(super) fn set_node(&self, place: usize, node: NodeId) {
        self.inner().nodes.get_mut(place).into_iter().for_each(|slot| *slot = Some(node.clone()));
    }

    /// The notifications to ask for. What comes of them goes to [`Feed::take_late`].
    pub(super) fn take_gap(&self) -> Gap {
        let mut inner = self.inner();
        let since = inner.changes;
        std::mem::replace(&mut inner.gap, Gap { since, ..Gap::default() })
    }

    /// A notification that was asked for again. Values that came after it stay.
    pub(super) fn take_late(&self, message: NotificationMessage, gap_since: u64) {
        let mut inner = self.inner();
        self.take_values(&mut inner, message, Some(gap_since));
        self.publish(&mut inner);
    }

    /// Notifications that nobody has any more.
    pub(super) fn lost(&self, count: u64) {
        self.0.context.status.add_dropped(count);
        tracing::warn!(
            connection = %self.0.context.status.name,
            count,
            "OPC UA notifications were lost; all values are read again"
        );
    }

    /// To be taken before a read whose results go to [`Feed::take_read`].
    pub(super) fn changes(&self) -> u64 {
        self.inner().changes
    }

    /// Values of the tags at `places` that were read. What a notification brought since `asked` is newer and stays.
    pub(super) fn take_read(&self, places: &[usize], values: &[DataValue], asked: u64) {
        let mut inner = self.inner();
        let inner = &mut *inner;
        for (place, value) in places.iter().zip(values) {
            if !inner.is_newer(*place, asked) {
                self.put(inner, *place, value);
            }
        }
        self.publish(inner);
    }

    /// The server does not know a node: its tag is Bad.
    pub(super) fn refuse(&self, place: usize) {
        let Some(tag) = self.0.tags.get(place) else { return };
        let at = self.0.context.clock.now_us();
        let mut inner = self.inner();
        let changes = inner.changes;
        let reading = Reading { tag: tag.tag, value: Value::Int(0), quality: Quality::Bad, at };
        inner.keep(place, reading, changes, &self.0.health.bad);
        self.0.context.status.add_merged(self.0.context.sink.mark_bad([tag.tag], at));
    }

    /// Takes the error back when nothing is Bad.
    pub(super) fn settle(&self) {
        self.0.health.settle(&self.0.context.status);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, inner: &mut Inner, place: usize, value: &DataValue) {
        let Some(tag) = self.0.tags.get(place) else { return };
        let (reading, stamp, error) = value::reading(tag, value, self.0.context.clock.now_us());
        if inner.keep(place, reading, inner.changes, &self.0.health.bad) {
            self.settle();
        }
        if value.status.is_some_and(|status| status.overflow()) {
            // The server's own queue was too short between two publishings.
            self.0.context.status.add_dropped(1);
            if !std::mem::replace(&mut inner.overflowed, true) {
                let (connection, node) = (&self.0.context.status.name, &tag.node);
                tracing::warn!(%connection, %node, "the server's queue was too short; raise queue_size");
            }
        }
        inner.error = error.or(inner.error.take());
        inner.batch.push((reading, stamp));
    }

    fn publish(&self, inner: &mut Inner) {
        let merged = self.0.context.sink.publish_stamped(&inner.batch);
        self.0.context.status.add_merged(merged);
        inner.batch.clear();
        if let Some(error) = inner.error.take() {
            self.0.context.status.set_error(error);
        }
    }

    /// The server is there and says that nothing else changed: good values are good now too. Without this
    /// a machine that does one thing for an hour would look like one that cannot be seen.
    fn confirm(&self, inner: &mut Inner, now: Instant) {
        if now.duration_since(inner.confirmed) < Duration::from_millis(u64::from(OPCUA_CONFIRM_MS) * 9 / 10) {
            return;
        }
        inner.confirmed = now;
        let at = self.0.context.clock.now_us();
        inner.again.clear();
        let good = inner.last.iter().flatten().filter(|(reading, _)| reading.quality == Quality::Good);
        inner.again.extend(good.map(|(reading, _)| Reading { at, ..*reading }));
        self.0.context.publish(&inner.again);
    }

    /// Watches the numbers of notifications. A keep-alive carries the number of the next one. True for one that
    /// was missed before.
    fn count(&self, inner: &mut Inner, number: u32, has_data: bool) -> bool {
        if let Some(place) = inner.gap.missing.iter().position(|missing| *missing == number && has_data) {
            inner.gap.missing.swap_remove(place);
            return true;
        }
        if let Some(expected) = inner.sequence
            && number != expected
        {
            if !inner.gap.is_open() {
                inner.gap.since = inner.changes;
            }
            let missed = number.wrapping_sub(expected);
            if missed > u32::MAX / 2 {
                // A number from before that nobody waits for; the newest values are not certain.
                inner.gap.beyond += 1;
            } else {
                let room = u32::try_from(MISSING_MAX.saturating_sub(inner.gap.missing.len())).unwrap_or(0);
                // There is no number 0.
                let asked = (0..missed.min(room)).map(|i| expected.wrapping_add(i)).filter(|number| *number != 0);
                inner.gap.missing.extend(asked);
                inner.gap.beyond += u64::from(missed.saturating_sub(room));
            }
            self.0.trouble.notify_one();
        }
        // The number after the largest is 1.
        inner.sequence = Some(if has_data { number.checked_add(1).unwrap_or(1) } else { number });
        false
    }

    /// The values of one message; of a late one those that are the newest all the same.
    fn take_values(&self, inner: &mut Inner, message: NotificationMessage, late: Option<u64>) {
        for part in message.notification_data.into_iter().flatten() {
            if part.inner_is::<DataChangeNotification>() {
                let Some(change) = part.into_inner_as::<DataChangeNotification>() else { continue };
                if late.is_none() {
                    inner.changes += 1;
                }
                for item in change.monitored_items.into_iter().flatten() {
                    // Handles are places counted from 1.
                    let Some(place) = (item.client_handle as usize).checked_sub(1) else { continue };
                    if late.is_none_or(|since| !inner.is_newer(place, since)) {
                        self.put(inner, place, &item.value);
                    }
                }
            } else if let Some(ended) = part.into_inner_as::<StatusChangeNotification>()
                // "Transferred" is called good and takes the subscription away.
                && ended.status != StatusCode::Good
            {
                inner.ended = Some(ended.status);
                self.0.trouble.notify_one();
            }
        }
    }
}

impl Inner {
    /// Remembers the newest reading of a tag; says whether it was Bad and is not any more.
    fn keep(&mut self, place: usize, reading: Reading, change: u64, bad: &AtomicUsize) -> bool {
        let Some(last) = self.last.get_mut(place) else { return false };
        let was_bad = last.is_some_and(|(reading, _)| reading.quality == Quality::Bad);
        let is_bad = reading.quality == Quality::Bad;
        *last = Some((reading, change));
        match (was_bad, is_bad) {
            (false, true) => bad.fetch_add(1, Relaxed),
            (true, false) => bad.fetch_sub(1, Relaxed),
            (true, true) | (false, false) => 0,
        };
        was_bad && !is_bad
    }

    /// Whether a value came after the change of this number.
    fn is_newer(&self, place: usize, change: u64) -> bool {
        self.last.get(place).copied().flatten().is_some_and(|(_, last)| last > change)
    }
}

impl OnSubscriptionNotificationCore for Feed {
    fn on_subscription_notification(&mut self, message: NotificationMessage, _: MonitoredItemMap<'_>) {
        let now = Instant::now();
        let mut guard = self.inner();
        let inner = &mut *guard;
        inner.heard = now;
        let has_data = message.notification_data.as_ref().is_some_and(|parts| !parts.is_empty());
        let since = inner.gap.since;
        let is_late = self.count(inner, message.sequence_number, has_data);
        self.take_values(inner, message, is_late.then_some(since));
        if !inner.batch.is_empty() {
            self.publish(inner);
        }
        self.confirm(inner, now);
        self.0.context.status.good(self.0.context.clock.now_us());
        self.0.context.status.set_state(ConnectionState::Connected);
    }
}

#[cfg(test)]
mod tests {
    use opcua::types::{DateTime, ExtensionObject, MonitoredItemNotification};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::driver::opcua::value::tests::tag;
    use crate::driver::tests::FixedClock;
    use crate::driver::{ConnectionStatus, Sink};

    fn feed() -> (Feed, Context) {
        let context = Context {
            sink: Sink::new(2),
            clock: Arc::new(FixedClock(5)),
            status: Arc::new(ConnectionStatus::new("press".into(), "opcua", 2, Arc::new(FixedClock(5)))),
            tags: 0..2,
            data_dir: std::path::Path::new("").into(),
            shutdown: CancellationToken::new(),
        };
        (Feed::new(context.clone(), Arc::new([tag(0), tag(1)]), Arc::default()), context)
    }

    /// A notification with (place, value) of some tags; without any it is a keep-alive.
    fn message(number: u32, values: &[(u32, DataValue)]) -> NotificationMessage {
        let items = values
            .iter()
            .map(|(place, value)| MonitoredItemNotification { client_handle: place + 1, value: value.clone() });
        let change = DataChangeNotification { monitored_items: Some(items.collect()), diagnostic_infos: None };
        NotificationMessage {
            sequence_number: number,
            publish_time: DateTime::now(),
            notification_data: (!values.is_empty()).then(|| vec![ExtensionObject::from_message(change)]),
        }
    }

    #[tokio::test]
    async fn edge_03_lost_notifications_are_known_by_their_numbers() {
        let (feed, _) = feed();
        for (number, has_data) in [(1, true), (2, false), (2, true), (3, true), (6, true), (7, false)] {
            let mut inner = feed.inner();
            assert!(!feed.count(&mut inner, number, has_data));
        }
        assert_eq!(feed.trouble().await, Trouble { gap: true, ..Trouble::default() });
        assert_eq!(feed.take_gap().missing, [4, 5]);
        // The number after the largest is 1, without a gap; there is no 0 to ask for.
        let mut inner = feed.inner();
        inner.sequence = Some(u32::MAX);
        feed.count(&mut inner, u32::MAX, true);
        feed.count(&mut inner, 1, true);
        assert!(!inner.gap.is_open());
        inner.sequence = Some(u32::MAX);
        feed.count(&mut inner, 2, true);
        assert_eq!(inner.gap.missing, [u32::MAX, 1]);
        // One that comes after all is not asked for.
        assert!(feed.count(&mut inner, 1, true));
        assert_eq!((&inner.gap.missing[..], inner.sequence), (&[u32::MAX][..], Some(3)));
        // More than anybody would ask for one by one, and numbers that go backwards.
        feed.count(&mut inner, 103, true);
        assert_eq!((inner.gap.missing.len(), inner.gap.beyond), (64, 37));
        feed.count(&mut inner, 90, true);
        assert_eq!(inner.gap.beyond, 38);
    }

    #[test]
    fn edge_03_a_read_and_a_late_notification_do_not_undo_a_newer_one() {
        let (feed, context) = feed();
        let value = |v: i32| DataValue::new_now(v);
        let latest = |tag| context.sink.latest(TagIndex(tag)).unwrap().0.value;
        let asked = feed.changes();
        feed.take_values(&mut feed.inner(), message(1, &[(0, value(20))]), None);
        feed.take_read(&[0, 1], &[value(10), value(11)], asked);
        assert_eq!((latest(0), latest(1)), (Value::Int(20), Value::Int(11)));
        // 2 is missing when 3 comes.
        {
            let mut inner = feed.inner();
            feed.count(&mut inner, 1, true);
            feed.count(&mut inner, 3, true);
            feed.take_values(&mut inner, message(3, &[(0, value(40))]), None);
            feed.publish(&mut inner);
        }
        let gap = feed.take_gap();
        assert_eq!(gap.missing, [2]);
        feed.take_late(message(2, &[(0, value(30)), (1, value(31))]), gap.since);
        assert_eq!((latest(0), latest(1)), (Value::Int(40), Value::Int(31)));
    }

    #[test]
    fn edge_03_what_the_servers_queue_lost_is_counted() {
        let (feed, context) = feed();
        // Info type "data value" with the bit for overflow (OPC 10000-4, 7.39).
        let status = StatusCode::from(0x0000_0480);
        let full = DataValue { status: Some(status), ..DataValue::new_now(7) };
        feed.take_values(&mut feed.inner(), message(1, &[(0, full.clone()), (1, full)]), None);
        feed.publish(&mut feed.inner());
        assert_eq!(context.status.snapshot().dropped, 2);
        assert_eq!(context.sink.latest(TagIndex(0)).unwrap().0.quality, Quality::Good);
    }

    #[tokio::test]
    async fn edge_03_a_subscription_that_the_server_ends_or_gives_away_is_over() {
        for status in [StatusCode::BadTimeout, StatusCode::GoodSubscriptionTransferred] {
            let (feed, _) = feed();
            let ended = StatusChangeNotification { status, diagnostic_info: opcua::types::DiagnosticInfo::null() };
            let data = Some(vec![ExtensionObject::from_message(ended)]);
            let message =
                NotificationMessage { sequence_number: 1, publish_time: DateTime::now(), notification_data: data };
            feed.take_values(&mut feed.inner(), message, None);
            assert_eq!(feed.trouble().await.ended, Some(status));
        }
    }

    #[test]
    fn edge_03_a_note_stays_while_nothing_is_bad_and_comes_back_after_it() {
        let (feed, context) = feed();
        let error = || context.status.snapshot().last_error.map(|e| e.to_string());
        feed.0.health.note(&context.status, "values are read".into());
        assert_eq!(error().as_deref(), Some("values are read"));
        let bad = DataValue { status: Some(StatusCode::BadSensorFailure), ..DataValue::new_now(7) };
        feed.take_read(&[0], &[bad], 0);
        assert!(error().unwrap().contains("BadSensorFailure"));
        feed.take_read(&[0], &[DataValue::new_now(8)], 0);
        assert_eq!(error().as_deref(), Some("values are read"));
    }
}
