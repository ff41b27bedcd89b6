//! What a subscription delivers: notifications, keep-alives, and the gaps between them. Called by the
//! client library while it holds a lock, so nothing here waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opcua::client::{MonitoredItemMap, OnSubscriptionNotificationCore};
use opcua::types::{DataChangeNotification, DataValue, NotificationMessage, StatusChangeNotification, StatusCode};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::value;
use crate::config::{OPCUA_CONFIRM_MS, OpcUaTag};
use crate::driver::{ConnectionState, Context, Quality, Reading, SourceStamp, Value};

/// Shared between the subscription's callback and the driver's own loop. One per session.
#[derive(Clone)]
pub(super) struct Feed(Arc<Shared>);

struct Shared {
    context: Context,
    tags: Arc<[OpcUaTag]>,
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
    /// Tags whose last reading is Bad.
    bad: usize,
    gap: bool,
    ended: Option<StatusCode>,
    error: Option<String>,
    batch: Vec<(Reading, SourceStamp)>,
    again: Vec<Reading>,
}

/// What the driver's loop has to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trouble {
    /// Notifications were lost: read all values.
    pub(super) gap: bool,
    /// The server ended the subscription.
    pub(super) ended: Option<StatusCode>,
}

impl Feed {
    pub(super) fn new(context: Context, tags: Arc<[OpcUaTag]>) -> Self {
        let now = Instant::now();
        let inner = Inner {
            heard: now,
            confirmed: now,
            sequence: None,
            last: vec![None; tags.len()],
            changes: 0,
            bad: 0,
            gap: false,
            ended: None,
            error: None,
            batch: Vec::new(),
            again: Vec::new(),
        };
        Self(Arc::new(Shared { context, tags, inner: Mutex::new(inner), trouble: Notify::new() }))
    }

    /// When the server last said anything on the subscription.
    pub(super) fn heard(&self) -> Instant {
        self.inner().heard
    }

    pub(super) async fn trouble(&self) -> Trouble {
        self.0.trouble.notified().await;
        let mut inner = self.inner();
        Trouble { gap: std::mem::take(&mut inner.gap), ended: inner.ended }
    }

    /// To be taken before a read whose results go to [`Feed::take_read`].
    pub(super) fn changes(&self) -> u64 {
        self.inner().changes
    }

    /// Values that were read after a gap. What a notification brought since `asked` is newer and stays.
    pub(super) fn take_read(&self, first: usize, values: &[DataValue], asked: u64) {
        let mut inner = self.inner();
        let inner = &mut *inner;
        for (place, value) in (first..).zip(values) {
            if inner.last.get(place).copied().flatten().is_none_or(|(_, change)| change <= asked) {
                self.put(inner, place, value);
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
        inner.keep(place, Reading { tag: tag.tag, value: Value::Int(0), quality: Quality::Bad, at }, changes);
        self.0.context.status.add_merged(self.0.context.sink.mark_bad([tag.tag], at));
    }

    /// Takes the error back when nothing of this subscription is Bad.
    pub(super) fn settle(&self) {
        if self.inner().bad == 0 {
            self.0.context.status.clear_error();
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, inner: &mut Inner, place: usize, value: &DataValue) {
        let Some(tag) = self.0.tags.get(place) else { return };
        let (reading, stamp, error) = value::reading(tag, value, self.0.context.clock.now_us());
        let mended = inner.keep(place, reading, inner.changes);
        if mended && inner.bad == 0 {
            self.0.context.status.clear_error();
        }
        if value.status.is_some_and(|status| status.overflow()) {
            // The server's own queue was too short between two publishings.
            self.0.context.status.add_dropped(1);
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

    /// Watches the numbers of notifications. A keep-alive carries the number of the next one.
    fn count(&self, inner: &mut Inner, number: u32, has_data: bool) {
        if let Some(expected) = inner.sequence
            && number != expected
        {
            let missed = number.wrapping_sub(expected);
            // A number from before means out of order; either way the newest values are not certain.
            let missed = if missed > u32::MAX / 2 { 1 } else { missed };
            self.0.context.status.add_dropped(u64::from(missed));
            self.0.context.status.set_error(format!("{missed} notifications were lost; all values are read again"));
            inner.gap = true;
            self.0.trouble.notify_one();
        }
        // The number after the largest is 1.
        inner.sequence = Some(if has_data { number.checked_add(1).unwrap_or(1) } else { number });
    }
}

impl Inner {
    /// Remembers the newest reading of a tag; says whether it was Bad and is not any more.
    fn keep(&mut self, place: usize, reading: Reading, change: u64) -> bool {
        let Some(last) = self.last.get_mut(place) else { return false };
        let was_bad = last.is_some_and(|(reading, _)| reading.quality == Quality::Bad);
        let is_bad = reading.quality == Quality::Bad;
        *last = Some((reading, change));
        self.bad = self.bad + usize::from(is_bad) - usize::from(was_bad);
        was_bad && !is_bad
    }
}

impl OnSubscriptionNotificationCore for Feed {
    fn on_subscription_notification(&mut self, message: NotificationMessage, _: MonitoredItemMap<'_>) {
        let now = Instant::now();
        let mut guard = self.inner();
        let inner = &mut *guard;
        inner.heard = now;
        let parts = message.notification_data.unwrap_or_default();
        self.count(inner, message.sequence_number, !parts.is_empty());
        for part in parts {
            if part.inner_is::<DataChangeNotification>() {
                let Some(change) = part.into_inner_as::<DataChangeNotification>() else { continue };
                inner.changes += 1;
                for item in change.monitored_items.into_iter().flatten() {
                    // Handles are places counted from 1.
                    if let Some(place) = (item.client_handle as usize).checked_sub(1) {
                        self.put(inner, place, &item.value);
                    }
                }
            } else if let Some(ended) = part.into_inner_as::<StatusChangeNotification>()
                && !ended.status.is_good()
            {
                inner.ended = Some(ended.status);
                self.0.trouble.notify_one();
            }
        }
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
    use opcua::types::NodeId;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::config::TagType;
    use crate::driver::tests::FixedClock;
    use crate::driver::{ConnectionStatus, Sink, TagIndex};

    fn feed() -> (Feed, Context) {
        let tag = |i| OpcUaTag { tag: TagIndex(i), node: NodeId::new(2, i), kind: TagType::I32, scaling: None };
        let context = Context {
            sink: Sink::new(2),
            clock: Arc::new(FixedClock(5)),
            status: Arc::new(ConnectionStatus::new("press".into(), "opcua", 2)),
            tags: 0..2,
            data_dir: std::path::Path::new("").into(),
            shutdown: CancellationToken::new(),
        };
        (Feed::new(context.clone(), Arc::new([tag(0), tag(1)])), context)
    }

    #[tokio::test]
    async fn edge_03_a_gap_in_the_numbers_is_counted_and_asks_for_a_read() {
        let (feed, context) = feed();
        for (number, has_data) in [(1, true), (2, false), (2, true), (3, true), (6, true), (7, false)] {
            let mut inner = feed.inner();
            feed.count(&mut inner, number, has_data);
        }
        assert_eq!(context.status.snapshot().dropped, 2);
        assert_eq!(feed.trouble().await, Trouble { gap: true, ended: None });
        // The number after the largest is 1, without a gap.
        let mut inner = feed.inner();
        inner.sequence = Some(u32::MAX);
        feed.count(&mut inner, u32::MAX, true);
        feed.count(&mut inner, 1, true);
        assert!(!inner.gap);
    }

    #[test]
    fn edge_03_a_read_does_not_undo_a_newer_notification() {
        let (feed, context) = feed();
        let value = |v: i32| DataValue::new_now(v);
        let asked = feed.changes();
        {
            let mut guard = feed.inner();
            guard.changes += 1;
            feed.put(&mut guard, 0, &value(20));
            feed.publish(&mut guard);
        }
        feed.take_read(0, &[value(10), value(11)], asked);
        assert_eq!(context.sink.latest(TagIndex(0)).unwrap().0.value, Value::Int(20));
        assert_eq!(context.sink.latest(TagIndex(1)).unwrap().0.value, Value::Int(11));
    }
}
