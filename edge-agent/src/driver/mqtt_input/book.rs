//! What is believed of each tag of a broker, and for how long. A value counts until its source is silent for too
//! long; what a broker kept from before (a retained message) is shown, but never as what is now.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::nodes::{News, Said};
use super::value;
use crate::config::{MQTT_CONFIRM_MS, MqttSource, MqttTag, TagType};
use crate::driver::reading::measured;
use crate::driver::{Context, Quality, Reading, SourceStamp, Value};

pub(super) struct Book {
    context: Context,
    tags: Arc<[MqttTag]>,
    held: Vec<Held>,
    /// Places by topic, for topics without wildcards.
    exact: HashMap<String, Vec<usize>>,
    wild: Vec<usize>,
    confirmed: Instant,
}

#[derive(Clone, Copy)]
struct Held {
    /// `None`: not believed.
    value: Option<Value>,
    heard: Instant,
    /// Its silence was told.
    is_silent: bool,
}

impl Book {
    pub(super) fn new(context: Context, tags: Arc<[MqttTag]>) -> Self {
        let now = Instant::now();
        let mut book = Self {
            context,
            held: vec![Held { value: None, heard: now, is_silent: false }; tags.len()],
            tags: tags.clone(),
            exact: HashMap::new(),
            wild: Vec::new(),
            confirmed: now,
        };
        for (place, tag) in tags.iter().enumerate() {
            match &tag.source {
                MqttSource::Topic { filter, .. } if filter.contains(['+', '#']) => book.wild.push(place),
                MqttSource::Topic { filter, .. } => book.exact.entry(filter.clone()).or_default().push(place),
                MqttSource::Metric { .. } => {}
            }
        }
        book
    }

    /// What to subscribe to, each once.
    pub(super) fn filters(&self) -> impl Iterator<Item = String> {
        let mut filters: Vec<_> = self.exact.keys().cloned().collect();
        filters.extend(self.wild.iter().filter_map(|place| match &self.tags.get(*place)?.source {
            MqttSource::Topic { filter, .. } => Some(filter.clone()),
            MqttSource::Metric { .. } => None,
        }));
        filters.sort_unstable();
        filters.dedup();
        filters.into_iter()
    }

    /// A new connection: nothing was heard yet.
    pub(super) fn reset(&mut self, now: Instant) {
        self.held.fill(Held { value: None, heard: now, is_silent: false });
    }

    /// A message of a topic that is not Sparkplug's.
    pub(super) fn take(&mut self, topic: &str, payload: &[u8], is_retained: bool, now: Instant) {
        let mut places = self.exact.get(topic).cloned().unwrap_or_default();
        places.extend(self.wild.iter().copied().filter(|place| {
            let tag = self.tags.get(*place).map(|tag| &tag.source);
            matches!(tag, Some(MqttSource::Topic { filter, .. }) if matches(topic, filter))
        }));
        if places.is_empty() {
            return;
        }
        let Some(tags) = places.iter().map(|place| self.tags.get(*place)).collect::<Option<Vec<_>>>() else { return };
        let text = std::str::from_utf8(payload);
        let is_json =
            tags.iter().any(|tag| !matches!(&tag.source, MqttSource::Topic { path: None, time_path: None, .. }));
        let json = text.ok().filter(|_| is_json).map(serde_json::from_str::<serde_json::Value>);
        let mut news = News::default();
        for (place, tag) in places.iter().zip(tags) {
            let found = match (&text, &json) {
                (Err(_), _) => Some(Err("the payload is no text".to_owned())),
                (Ok(text), None) => Some(plain(text, tag.kind)),
                (Ok(text), Some(Ok(json))) => within(text, json, tag),
                (Ok(_), Some(Err(error))) => Some(Err(format!("the payload is no JSON: {error}"))),
            };
            // A message about something else keeps no old value alive.
            let Some(found) = found else { continue };
            news.heard.push(*place);
            news.values.push((*place, found.map_err(|reason| format!("{topic}: {reason}"))));
        }
        news.dropped = u64::from(news.values.iter().any(|(_, value)| value.is_err()));
        if is_retained { self.keep_retained(&news) } else { self.apply(&news, now) }
    }

    /// The last value from before, Bad: somebody may look at it, no rule may believe it.
    fn keep_retained(&self, news: &News) {
        let at = self.context.clock.now_us();
        for (place, value) in &news.values {
            let (Some(tag), Ok((value, stamp))) = (self.tags.get(*place), value) else { continue };
            if self.held.get(*place).is_some_and(|held| held.value.is_none())
                && let Some(value) = measured(*value, tag.scaling)
            {
                let reading = Reading { tag: tag.tag, value, quality: Quality::Bad, at };
                self.context.status.add_merged(self.context.sink.publish_stamped(&[(reading, *stamp)]));
            }
        }
    }

    /// Hands on what a message changed.
    pub(super) fn apply(&mut self, news: &News, now: Instant) {
        let at = self.context.clock.now_us();
        let mut error = news.error.clone();
        for place in &news.heard {
            if let Some(held) = self.held.get_mut(*place) {
                held.heard = now;
            }
        }
        self.lose(news.lost.iter().copied(), at);
        let mut readings = Vec::with_capacity(news.values.len());
        let mut refused = Vec::new();
        for (place, value) in &news.values {
            let (Some(tag), Some(held)) = (self.tags.get(*place), self.held.get_mut(*place)) else { continue };
            let value = value.as_ref().map_err(Clone::clone).and_then(|(value, stamp)| {
                let measured = measured(*value, tag.scaling).ok_or("the value is not a number")?;
                Ok((measured, *stamp))
            });
            match value {
                Ok((value, stamp)) => {
                    *held = Held { value: Some(value), heard: now, is_silent: false };
                    readings.push((Reading { tag: tag.tag, value, quality: Quality::Good, at }, stamp));
                }
                Err(reason) => {
                    refused.push(*place);
                    error = Some(reason);
                }
            }
        }
        self.context.status.add_merged(self.context.sink.publish_stamped(&readings));
        self.lose(refused.into_iter(), at);
        if news.dropped > 0 {
            self.context.status.add_dropped(news.dropped);
        }
        match error {
            Some(error) => self.context.status.set_error(error),
            None if self.held.iter().all(|held| held.value.is_some()) => self.context.status.clear_error(),
            None => {}
        }
        if !readings.is_empty() {
            self.context.status.good(at);
        }
    }

    /// The broker does not hand out these topics.
    pub(super) fn refuse(&mut self, filter: &str) {
        self.context.status.failed(format!("{filter}: the broker refuses the subscription; check its access rules"));
    }

    fn lose(&mut self, places: impl Iterator<Item = usize>, at: i64) {
        let mut lost = Vec::new();
        for place in places {
            if let (Some(tag), Some(held)) = (self.tags.get(place), self.held.get_mut(place)) {
                held.value = None;
                lost.push(tag.tag);
            }
        }
        self.context.status.add_merged(self.context.sink.mark_bad(lost, at));
    }

    /// Confirms what is still believed, and lets go of what was silent for too long.
    pub(super) fn tick(&mut self, now: Instant) {
        let at = self.context.clock.now_us();
        let mut silent = Vec::new();
        for (place, (tag, held)) in self.tags.iter().zip(&mut self.held).enumerate() {
            let Some(limit) = tag.stale_after_ms else { continue };
            if now.duration_since(held.heard) >= Duration::from_millis(u64::from(limit)) && !held.is_silent {
                held.is_silent = true;
                silent.push(place);
                let source = source(tag);
                self.context.status.set_error(format!("{source}: silent for {} s", f64::from(limit) / 1_000.0));
            }
        }
        self.lose(silent.into_iter(), at);
        if now.duration_since(self.confirmed) < Duration::from_millis(u64::from(MQTT_CONFIRM_MS)) {
            return;
        }
        self.confirmed = now;
        let believed = self.tags.iter().zip(&self.held).filter_map(|(tag, held)| {
            held.value.map(|value| Reading { tag: tag.tag, value, quality: Quality::Good, at })
        });
        let readings: Vec<_> = believed.collect();
        self.context.publish(&readings);
    }
}

fn plain(text: &str, kind: TagType) -> Said {
    let value = value::from_text(text, kind);
    let value = value.ok_or_else(|| format!("the payload \"{}\" is not {}", value::shown(text), kind.code()))?;
    Ok((value, SourceStamp::default()))
}

/// The value that a path finds; `None` when this message is about something else.
fn within(text: &str, json: &serde_json::Value, tag: &MqttTag) -> Option<Said> {
    let MqttSource::Topic { path, time_path, .. } = &tag.source else { return None };
    let at = time_path.as_ref().and_then(|path| path.query(json).first()).and_then(value::time_us);
    let stamp = SourceStamp { at, status: 0 };
    let Some(path) = path else { return Some(plain(text, tag.kind).map(|(value, _)| (value, stamp))) };
    let found = path.query(json);
    if found.len() > 1 {
        return Some(Err(format!("{path} finds {} values; write a path that finds one", found.len())));
    }
    let found = found.first()?;
    let value = value::from_json(found, tag.kind);
    let refused = || format!("{path} is {}, which is not {}", value::shown(&found.to_string()), tag.kind.code());
    Some(value.map(|value| (value, stamp)).ok_or_else(refused))
}

fn source(tag: &MqttTag) -> String {
    match &tag.source {
        MqttSource::Topic { filter, .. } => filter.clone(),
        MqttSource::Metric { group, edge_node, .. } => format!("{group}/{edge_node}"),
    }
}

/// MQTT 3.1.1, 4.7. Topics of the broker itself ($SYS) need a filter that names them.
fn matches(topic: &str, filter: &str) -> bool {
    if topic.starts_with('$') && !filter.starts_with('$') {
        return false;
    }
    let mut levels = topic.split('/');
    let mut patterns = filter.split('/');
    loop {
        match (patterns.next(), levels.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(pattern), Some(level)) if pattern == level => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::driver::tests::FixedClock;
    use crate::driver::{ConnectionStatus, Sink, TagIndex};

    #[test]
    fn edge_14_messages_about_something_else_keep_no_value_alive() {
        let path = Some(serde_json_path::JsonPath::parse("$.n").unwrap());
        let source = MqttSource::Topic { filter: "a/#".into(), path, time_path: None };
        let tag = MqttTag { tag: TagIndex(0), kind: TagType::I64, scaling: None, stale_after_ms: Some(5_000), source };
        let context = Context {
            sink: Sink::new(1),
            clock: Arc::new(FixedClock(5)),
            status: Arc::new(ConnectionStatus::new("gw".into(), "mqtt", 1, Arc::new(FixedClock(5)))),
            tags: 0..1,
            data_dir: std::path::Path::new("").into(),
            shutdown: CancellationToken::new(),
        };
        let mut book = Book::new(context.clone(), Arc::new([tag]));
        let quality = || context.sink.latest(TagIndex(0)).unwrap().0.quality;
        let began = Instant::now();
        book.take("a/b", br#"{"n": 7}"#, false, began);
        for second in 1..=10 {
            let now = began + Duration::from_secs(second);
            book.take("a/c", br#"{"other": 1}"#, false, now);
            book.tick(now);
            assert_eq!(quality() == Quality::Good, second < 5, "{second} s");
        }
        book.take("a/b", br#"{"n": 8}"#, false, began + Duration::from_secs(11));
        assert_eq!(quality(), Quality::Good);
    }

    #[test]
    fn edge_06_filters_match_as_the_standard_says() {
        for (topic, filter, expect) in [
            ("a/b", "a/b", true),
            ("a/b", "a/+", true),
            ("a", "a/#", true),
            ("a/b/c", "a/#", true),
            ("a/b/c", "a/+", false),
            ("a/b", "a/b/c", false),
            ("/a", "+/a", true),
            ("$SYS/x", "#", false),
            ("$SYS/x", "$SYS/+", true),
            ("é/x", "+/x", true),
        ] {
            assert_eq!(matches(topic, filter), expect, "{topic} {filter}");
        }
    }
}
