//! Which Sparkplug nodes and devices are alive and what their metrics are called. Pure: messages and times come
//! in, news of tags come out. A value counts only between a birth and a death of its node and device, and only
//! while no message was missed; a node whose birth is not known is asked for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::sparkplug::{Kind, NAMESPACE, Payload, Topic};
use crate::config::{Metric as Named, MqttSource, MqttTag};
use crate::driver::{SourceStamp, Value};

/// Between two requests for a birth.
const ASK_FIRST: Duration = Duration::from_secs(1);
const ASK_MOST: Duration = Duration::from_secs(60);

/// What a message says of one tag: its value and the sender's time, or why there is none.
pub(super) type Said = Result<(Value, SourceStamp), String>;

/// What a message changes; places are those of the connection's tags.
#[derive(Debug, Default, PartialEq)]
pub(super) struct News {
    /// No longer known. Comes before `values`.
    pub(super) lost: Vec<usize>,
    pub(super) values: Vec<(usize, Said)>,
    /// Their node spoke.
    pub(super) heard: Vec<usize>,
    /// Messages that were missed, or that nobody can understand.
    pub(super) dropped: u64,
    pub(super) error: Option<String>,
}

struct Node {
    group: String,
    edge_node: String,
    /// `None`: not born as far as we know.
    session: Option<Session>,
    /// The node's own metrics (`None`) and those of its devices.
    origins: HashMap<Option<String>, Origin>,
    /// When it is asked for its births; `None` when there is no need.
    ask: Option<(Instant, Duration)>,
}

struct Session {
    bd_seq: Option<u64>,
    /// Of the last message; 0 to 255.
    seq: Option<u64>,
}

#[derive(Default)]
struct Origin {
    is_born: bool,
    wanted: Vec<Wanted>,
    by_name: HashMap<String, Vec<usize>>,
    /// As the last birth has it.
    by_alias: HashMap<u64, Vec<usize>>,
}

struct Wanted {
    place: usize,
    metric: Named,
    datatype: Option<u32>,
}

pub(super) struct Nodes {
    tags: Arc<[MqttTag]>,
    nodes: Vec<Node>,
    by_id: HashMap<(String, String), usize>,
}

impl Nodes {
    pub(super) fn new(tags: Arc<[MqttTag]>) -> Self {
        let mut all = Self { tags: tags.clone(), nodes: Vec::new(), by_id: HashMap::new() };
        for (place, tag) in tags.iter().enumerate() {
            let MqttSource::Metric { group, edge_node, device, metric } = &tag.source else { continue };
            let next = all.nodes.len();
            let index = *all.by_id.entry((group.clone(), edge_node.clone())).or_insert(next);
            if index == next {
                let (group, edge_node) = (group.clone(), edge_node.clone());
                all.nodes.push(Node { group, edge_node, session: None, origins: HashMap::new(), ask: None });
            }
            let Some(node) = all.nodes.get_mut(index) else { continue };
            let origin = node.origins.entry(device.clone()).or_default();
            if let Named::Name(name) = metric {
                origin.by_name.entry(name.clone()).or_default().push(origin.wanted.len());
            }
            origin.wanted.push(Wanted { place, metric: metric.clone(), datatype: None });
        }
        all
    }

    /// What to subscribe to. All devices of a node, because its messages are numbered together.
    pub(super) fn filters(&self) -> impl Iterator<Item = String> + '_ {
        self.nodes.iter().flat_map(|Node { group, edge_node, .. }| {
            Kind::ALL.into_iter().map(move |(word, kind)| {
                let devices = if kind.is_of_device() { "/+" } else { "" };
                format!("{NAMESPACE}/{group}/{word}/{edge_node}{devices}")
            })
        })
    }

    /// A new connection: nothing is known, and what was said meanwhile was missed.
    pub(super) fn reset(&mut self, now: Instant) {
        for node in &mut self.nodes {
            node.session = None;
            node.origins.values_mut().for_each(|origin| origin.is_born = false);
            node.ask = Some((now, ASK_FIRST));
        }
    }

    /// Group and id of the nodes that are to be asked for their births now.
    pub(super) fn ask(&mut self, now: Instant) -> Vec<(String, String)> {
        let mut due = Vec::new();
        for node in &mut self.nodes {
            if let Some((at, pause)) = node.ask
                && at <= now
            {
                node.ask = Some((now + pause, (pause * 2).min(ASK_MOST)));
                due.push((node.group.clone(), node.edge_node.clone()));
            }
        }
        due
    }

    /// Whether a message of this topic matters here.
    pub(super) fn knows(&self, topic: Topic<'_>) -> bool {
        self.by_id.contains_key(&id(topic))
    }

    pub(super) fn take(&mut self, topic: Topic<'_>, payload: &Payload, now: Instant) -> News {
        let node = self.by_id.get(&id(topic)).and_then(|index| self.nodes.get_mut(*index));
        node.map(|node| node.take(&self.tags, topic, payload, now)).unwrap_or_default()
    }

    /// A message that nobody can read; returns what is no longer known.
    pub(super) fn garbled(&mut self, topic: Topic<'_>, now: Instant) -> Vec<usize> {
        let node = self.by_id.get(&id(topic)).and_then(|index| self.nodes.get_mut(*index));
        node.map(|node| node.garbled(topic, now)).unwrap_or_default()
    }
}

fn id(topic: Topic<'_>) -> (String, String) {
    (topic.group.to_owned(), topic.edge_node.to_owned())
}

impl Node {
    /// What a garbled message said may have been the stop of a machine, so it counts as one that was missed; a death
    /// is one whatever stands in it. Its number is taken for the next, so that the message after it is no gap again.
    fn garbled(&mut self, topic: Topic<'_>, now: Instant) -> Vec<usize> {
        if let Some(seq) = self.session.as_mut().and_then(|session| session.seq.as_mut()) {
            *seq = (*seq + 1) % 256;
        }
        self.want_birth(now);
        let device = topic.device.map(str::to_owned);
        match topic.kind {
            Kind::NodeDeath => return self.end(),
            // The names of the node's metrics are no longer those that are known.
            Kind::NodeBirth => self.forget_births(),
            Kind::DeviceBirth | Kind::DeviceDeath => {
                if let Some(origin) = self.origins.get_mut(&device) {
                    origin.is_born = false;
                }
            }
            Kind::NodeData | Kind::DeviceData => {}
        }
        self.places()
    }

    fn forget_births(&mut self) {
        self.session = None;
        self.origins.values_mut().for_each(|origin| origin.is_born = false);
    }

    /// The node is gone; it says itself when it is back.
    fn end(&mut self) -> Vec<usize> {
        self.forget_births();
        self.ask = None;
        self.places()
    }

    fn take(&mut self, tags: &[MqttTag], topic: Topic<'_>, payload: &Payload, now: Instant) -> News {
        let mut news = News::default();
        match topic.kind {
            Kind::NodeDeath => return self.death(payload),
            Kind::NodeBirth => self.birth(payload, &mut news),
            _ if self.session.is_none() => {
                // Without its birth nobody knows what its metrics are.
                self.want_birth(now);
                return news;
            }
            _ => self.count(payload, now, &mut news),
        }
        news.heard = self.places();
        let device = topic.device.map(str::to_owned);
        let Some(origin) = self.origins.get_mut(&device) else { return news };
        match topic.kind {
            Kind::NodeBirth | Kind::DeviceBirth => origin.birth(tags, payload, &mut news),
            Kind::DeviceDeath => {
                origin.is_born = false;
                news.lost.extend(origin.places());
                let (edge_node, device) = (topic.edge_node, topic.device.unwrap_or_default());
                news.error = Some(format!("{}/{edge_node}: device {device} is gone (DDEATH)", topic.group));
            }
            _ if !origin.is_born => self.want_birth(now),
            _ => origin.data(tags, payload, &mut news),
        }
        news
    }

    /// A will that was left by a session before this one says nothing. Some nodes already count on when they go, so
    /// only a number that lies behind is an old one.
    fn death(&mut self, payload: &Payload) -> News {
        let current = self.session.as_ref().and_then(|session| session.bd_seq);
        if let (Some(current), Some(dead)) = (current, payload.bd_seq())
            && (1..128).contains(&(current.wrapping_sub(dead) % 256))
        {
            return News::default();
        }
        let error = format!("{}/{}: the edge node is gone (NDEATH)", self.group, self.edge_node);
        News { lost: self.end(), error: Some(error), ..News::default() }
    }

    /// In the same session devices live on; in another one they are born again.
    fn birth(&mut self, payload: &Payload, news: &mut News) {
        let bd_seq = payload.bd_seq();
        let is_same = self.session.as_ref().is_some_and(|session| session.bd_seq.is_some() && session.bd_seq == bd_seq);
        if !is_same {
            for (_, origin) in self.origins.iter_mut().filter(|(device, _)| device.is_some()) {
                origin.is_born = false;
                news.lost.extend(origin.places());
            }
        }
        self.session = Some(Session { bd_seq, seq: payload.seq.map(|seq| seq % 256) });
        self.ask = None;
    }

    /// Messages of a node are numbered 0 to 255. What was missed may have been the stop of a machine, so after a
    /// gap nothing is known until it is said again.
    fn count(&mut self, payload: &Payload, now: Instant, news: &mut News) {
        let (Some(session), Some(seq)) = (&mut self.session, payload.seq) else { return };
        let expected = session.seq.map_or(seq, |last| (last + 1) % 256);
        session.seq = Some(seq % 256);
        if seq == expected {
            return;
        }
        news.dropped += (seq.wrapping_sub(expected) % 256).max(1);
        news.error = Some(format!(
            "{}/{}: message {seq} came, {expected} was due; what was missed is asked for",
            self.group, self.edge_node
        ));
        news.lost = self.places();
        self.want_birth(now);
    }

    fn want_birth(&mut self, now: Instant) {
        self.ask.get_or_insert((now, ASK_FIRST));
    }

    fn places(&self) -> Vec<usize> {
        self.origins.values().flat_map(Origin::places).collect()
    }
}

impl Origin {
    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.wanted.iter().map(|wanted| wanted.place)
    }

    fn birth(&mut self, tags: &[MqttTag], payload: &Payload, news: &mut News) {
        self.is_born = true;
        self.by_alias.clear();
        let mut named = vec![false; self.wanted.len()];
        for metric in &payload.metrics {
            let by_name = metric.name.as_ref().and_then(|name| self.by_name.get(name)).into_iter().flatten().copied();
            let by_alias = self.wanted.iter().enumerate().filter_map(|(i, wanted)| {
                matches!((&wanted.metric, metric.alias), (Named::Alias(a), Some(b)) if *a == b).then_some(i)
            });
            let places: Vec<_> = by_name.chain(by_alias).collect();
            for i in &places {
                if let Some((wanted, named)) = self.wanted.get_mut(*i).zip(named.get_mut(*i)) {
                    wanted.datatype = metric.datatype;
                    *named = true;
                }
            }
            if let Some(alias) = metric.alias.filter(|_| !places.is_empty()) {
                self.by_alias.insert(alias, places);
            }
        }
        for (wanted, _) in self.wanted.iter().zip(&named).filter(|(_, named)| !**named) {
            let reason = match &wanted.metric {
                Named::Name(name) => format!("the birth has no metric \"{name}\"; check its name"),
                Named::Alias(alias) => format!("the birth has no metric with alias {alias}"),
            };
            news.values.push((wanted.place, Err(reason)));
        }
        self.data(tags, payload, news);
    }

    fn data(&self, tags: &[MqttTag], payload: &Payload, news: &mut News) {
        for metric in &payload.metrics {
            // Old values that a node kept while it had no connection are not what is now.
            if metric.is_historical == Some(true) {
                continue;
            }
            let by_alias = metric.alias.and_then(|alias| self.by_alias.get(&alias));
            let by_name = || metric.name.as_ref().and_then(|name| self.by_name.get(name));
            for wanted in by_alias.or_else(by_name).into_iter().flatten().filter_map(|i| self.wanted.get(*i)) {
                let Some(tag) = tags.get(wanted.place) else { continue };
                let at = metric.timestamp.or(payload.timestamp).and_then(|ms| i64::try_from(ms).ok());
                let stamp = SourceStamp { at: at.and_then(|ms| ms.checked_mul(1_000)), status: 0 };
                let value = metric.value(wanted.datatype, tag.kind).map(|value| (value, stamp));
                news.values.push((wanted.place, value));
            }
        }
    }
}

#[cfg(test)]
mod tests;
