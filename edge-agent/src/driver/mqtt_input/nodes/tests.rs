//! Births, deaths, gaps and restarts of Sparkplug nodes.

use super::super::sparkplug::{BD_SEQ, Metric, MetricValue};
use super::*;
use crate::config::TagType;
use crate::driver::TagIndex;

fn tag(place: u32, device: Option<&str>, metric: Named) -> MqttTag {
    let source =
        MqttSource::Metric { group: "G".into(), edge_node: "N".into(), device: device.map(str::to_owned), metric };
    MqttTag { tag: TagIndex(place), kind: TagType::I64, scaling: None, stale_after_ms: None, source }
}

/// Place 0: a metric of the node; 1: of device D by name; 2: of device D by alias 9.
fn nodes(now: Instant) -> Nodes {
    let name = |name: &str| Named::Name(name.into());
    let tags = [tag(0, None, name("Uptime")), tag(1, Some("D"), name("Speed")), tag(2, Some("D"), Named::Alias(9))];
    let mut nodes = Nodes::new(Arc::new(tags));
    nodes.reset(now);
    nodes
}

fn metric(name: Option<&str>, alias: Option<u64>, value: u64) -> Metric {
    let value = Some(MetricValue::Long(value));
    Metric { name: name.map(str::to_owned), alias, datatype: Some(4), value, ..Metric::default() }
}

fn payload(seq: u64, metrics: Vec<Metric>) -> Payload {
    Payload { timestamp: Some(5), metrics, seq: Some(seq) }
}

fn node_birth(bd_seq: u64) -> Payload {
    payload(0, vec![metric(Some(BD_SEQ), None, bd_seq), metric(Some("Uptime"), Some(1), 10)])
}

fn device_birth(seq: u64) -> Payload {
    payload(seq, vec![metric(Some("Speed"), Some(2), 20), metric(Some("Other"), Some(9), 30)])
}

fn take(nodes: &mut Nodes, topic: &str, payload: &Payload, now: Instant) -> News {
    nodes.take(Topic::parse(&format!("spBv1.0/{topic}")).unwrap(), payload, now)
}

fn values(news: &News) -> Vec<(usize, Value)> {
    news.values.iter().map(|(place, value)| (*place, value.as_ref().unwrap().0)).collect()
}

fn lost(news: &News) -> Vec<usize> {
    let mut lost = news.lost.clone();
    lost.sort_unstable();
    lost
}

/// Born, with its device.
fn born(now: Instant) -> Nodes {
    let mut nodes = nodes(now);
    assert_eq!(values(&take(&mut nodes, "G/NBIRTH/N", &node_birth(4), now)), [(0, Value::Int(10))]);
    let news = take(&mut nodes, "G/DBIRTH/N/D", &device_birth(1), now);
    assert_eq!(values(&news), [(1, Value::Int(20)), (2, Value::Int(30))]);
    nodes
}

#[test]
fn edge_06_values_come_by_alias_and_by_name_after_the_birth() {
    let now = Instant::now();
    let mut nodes = born(now);
    assert_eq!(nodes.ask(now), []);
    let data = payload(2, vec![metric(None, Some(2), 21), metric(Some("Other"), Some(9), 31)]);
    let news = take(&mut nodes, "G/DDATA/N/D", &data, now);
    assert_eq!(values(&news), [(1, Value::Int(21)), (2, Value::Int(31))]);
    assert_eq!(news.values[0].1.as_ref().unwrap().1.at, Some(5_000), "the time of the payload");
    let news = take(&mut nodes, "G/DDATA/N/D", &payload(3, vec![metric(Some("Speed"), None, 22)]), now);
    assert_eq!((values(&news), news.dropped), (vec![(1, Value::Int(22))], 0));
    // Messages of other devices count in the same row and say nothing else.
    assert_eq!(values(&take(&mut nodes, "G/DDATA/N/Else", &payload(4, vec![metric(None, Some(2), 1)]), now)), []);
    let old = Metric { is_historical: Some(true), ..metric(None, Some(2), 1) };
    assert_eq!(take(&mut nodes, "G/DDATA/N/D", &payload(5, vec![old]), now).values, []);
}

#[test]
fn edge_14_what_is_not_born_has_no_values_and_is_asked_for_with_growing_pauses() {
    let now = Instant::now();
    let mut nodes = nodes(now);
    assert_eq!(take(&mut nodes, "G/NDATA/N", &payload(7, vec![metric(Some("Uptime"), None, 1)]), now).values, []);
    let n = || vec![("G".to_owned(), "N".to_owned())];
    let second = Duration::from_secs(1);
    let asked: Vec<_> = (0..200).filter(|s| nodes.ask(now + second * *s) == n()).collect();
    assert_eq!(asked, [0, 1, 3, 7, 15, 31, 63, 123, 183]);
    take(&mut nodes, "G/NBIRTH/N", &node_birth(4), now);
    assert_eq!(nodes.ask(now + second * 1_000), []);
    // A device that speaks before its birth is asked for too.
    assert_eq!(take(&mut nodes, "G/DDATA/N/D", &payload(1, vec![metric(None, Some(2), 1)]), now).values, []);
    assert_eq!(nodes.ask(now), n());
}

#[test]
fn edge_14_a_gap_loses_all_and_asks_for_the_birth() {
    let now = Instant::now();
    let mut nodes = born(now);
    let news = take(&mut nodes, "G/DDATA/N/D", &payload(4, vec![metric(None, Some(2), 23)]), now);
    assert_eq!((lost(&news), values(&news), news.dropped), (vec![0, 1, 2], vec![(1, Value::Int(23))], 2));
    assert_eq!(news.error.as_deref(), Some("G/N: message 4 came, 2 was due; what was missed is asked for"));
    assert_eq!(nodes.ask(now).len(), 1);
    // In the same session its devices live on.
    assert_eq!(lost(&take(&mut nodes, "G/NBIRTH/N", &node_birth(4), now)), [] as [usize; 0]);
    assert_eq!(take(&mut nodes, "G/DDATA/N/D", &payload(1, vec![metric(None, Some(2), 24)]), now).values.len(), 1);
    // The number after 255 is 0.
    for seq in 2..=255 {
        assert_eq!(take(&mut nodes, "G/NDATA/N", &payload(seq, vec![]), now).dropped, 0);
    }
    assert_eq!(take(&mut nodes, "G/NDATA/N", &payload(0, vec![]), now).dropped, 0);
    assert_eq!(take(&mut nodes, "G/NDATA/N", &payload(u64::MAX, vec![]), now).dropped, 254);
}

#[test]
fn edge_14_deaths_lose_at_once_and_an_old_will_does_not() {
    let now = Instant::now();
    let mut nodes = born(now);
    let will = |bd_seq| Payload { metrics: vec![metric(Some(BD_SEQ), None, bd_seq)], ..Payload::default() };
    assert_eq!(take(&mut nodes, "G/NDEATH/N", &will(3), now), News::default());
    let news = take(&mut nodes, "G/DDEATH/N/D", &payload(2, vec![]), now);
    assert_eq!((lost(&news), news.error.as_deref()), (vec![1, 2], Some("G/N: device D is gone (DDEATH)")));
    let news = take(&mut nodes, "G/NDEATH/N", &will(4), now);
    assert_eq!((lost(&news), news.error.as_deref()), (vec![0, 1, 2], Some("G/N: the edge node is gone (NDEATH)")));
    assert_eq!(nodes.ask(now), [], "it says itself when it is back");
    // Another session: the device's values wait for its own birth.
    let mut nodes = born(now);
    assert_eq!(lost(&take(&mut nodes, "G/NBIRTH/N", &node_birth(5), now)), [1, 2]);
    assert_eq!(take(&mut nodes, "G/DDATA/N/D", &payload(1, vec![metric(None, Some(2), 1)]), now).values, []);
}

#[test]
fn edge_14_a_message_that_nobody_can_read_counts_as_missed() {
    let now = Instant::now();
    let garbled = |nodes: &mut Nodes, topic: &str| {
        let topic = format!("spBv1.0/{topic}");
        let mut lost = nodes.garbled(Topic::parse(&topic).unwrap(), now);
        lost.sort_unstable();
        lost
    };
    let speed = |nodes: &mut Nodes, seq| {
        let news = take(nodes, "G/DDATA/N/D", &payload(seq, vec![metric(None, Some(2), 21)]), now);
        (values(&news), news.dropped)
    };
    for (topic, still_believed) in [
        ("G/NDATA/N", true),
        ("G/DDATA/N/D", true),
        ("G/DDATA/N/Else", true),
        ("G/NBIRTH/N", false),
        ("G/DBIRTH/N/D", false),
        ("G/DDEATH/N/D", false),
    ] {
        let mut nodes = born(now);
        assert_eq!(garbled(&mut nodes, topic), [0, 1, 2], "{topic}");
        assert_eq!(nodes.ask(now).len(), 1, "{topic}: the births are asked for");
        // What is said next is no second gap, and counts where its names are known.
        let expect = if still_believed { vec![(1, Value::Int(21))] } else { vec![] };
        assert_eq!(speed(&mut nodes, 3), (expect, 0), "{topic}");
    }
    let mut nodes = born(now);
    assert_eq!(garbled(&mut nodes, "G/NDEATH/N"), [0, 1, 2]);
    assert_eq!(nodes.ask(now), [], "it says itself when it is back");
    assert_eq!(speed(&mut nodes, 2), (vec![], 0));
    assert_eq!(garbled(&mut nodes, "G/NDATA/Unknown"), [0; 0]);
    assert!(!nodes.knows(Topic::parse("spBv1.0/G/NDATA/Unknown").unwrap()));
}

#[test]
fn edge_06_a_metric_that_the_birth_does_not_have_is_told() {
    let now = Instant::now();
    let mut nodes = nodes(now);
    let news = take(&mut nodes, "G/NBIRTH/N", &payload(0, vec![]), now);
    assert_eq!(news.values, [(0, Err("the birth has no metric \"Uptime\"; check its name".to_owned()))]);
}
