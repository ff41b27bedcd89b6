//! What the intake counts: refusals by reason, messages, ops. Read by the status page, `/metrics` and the
//! tests. A refusal is also logged, but each reason at most once in ten seconds: a flood of bad packets
//! must not become a flood of log lines.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const WARN_EVERY_SECONDS: u64 = 10;

/// Why the front closed a connection or did not take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// More connections than configured.
    TooMany,
    /// No CONNECT within the time for it.
    TooSlow,
    /// The first packet was no CONNECT.
    NotConnect,
    /// Bytes that are no MQTT packet.
    Malformed,
    /// Not MQTT 3.1.1.
    Protocol,
    /// A will message; the broker would publish it unchecked.
    Will,
    /// Client id and user name are not the same edge id.
    Identity,
    /// No such edge.
    Unknown,
    /// The edge was revoked.
    Revoked,
    /// Wrong password.
    Password,
    /// PUBLISH on a topic other than the edge's own `up`.
    ForeignTopic,
    /// SUBSCRIBE to anything but the edge's own `down`.
    ForeignFilter,
    Retain,
    /// QoS 2, or a QoS that does not exist.
    Qos,
    TooLarge,
    /// A PUBACK that answers nothing, or out of order.
    StrayAck,
    /// A packet that an edge has no business to send.
    Unexpected,
    /// Nothing heard for one and a half keep-alive times.
    Silent,
    /// The edge does not read what is sent to it.
    NotReading,
    /// The same edge connected again.
    Replaced,
    /// The broker behind the front is not there.
    Broker,
}

impl Reason {
    pub const ALL: [Self; 21] = [
        Self::TooMany,
        Self::TooSlow,
        Self::NotConnect,
        Self::Malformed,
        Self::Protocol,
        Self::Will,
        Self::Identity,
        Self::Unknown,
        Self::Revoked,
        Self::Password,
        Self::ForeignTopic,
        Self::ForeignFilter,
        Self::Retain,
        Self::Qos,
        Self::TooLarge,
        Self::StrayAck,
        Self::Unexpected,
        Self::Silent,
        Self::NotReading,
        Self::Replaced,
        Self::Broker,
    ];

    /// The label in metrics and log lines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooMany => "too_many",
            Self::TooSlow => "too_slow",
            Self::NotConnect => "not_connect",
            Self::Malformed => "malformed",
            Self::Protocol => "protocol",
            Self::Will => "will",
            Self::Identity => "identity",
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Password => "password",
            Self::ForeignTopic => "foreign_topic",
            Self::ForeignFilter => "foreign_filter",
            Self::Retain => "retain",
            Self::Qos => "qos",
            Self::TooLarge => "too_large",
            Self::StrayAck => "stray_ack",
            Self::Unexpected => "unexpected",
            Self::Silent => "silent",
            Self::NotReading => "not_reading",
            Self::Replaced => "replaced",
            Self::Broker => "broker",
        }
    }
}

/// What else is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Envelopes that came in.
    Received,
    /// Envelopes that did not open.
    Unopened,
    /// Envelopes dropped because their link was busy; they come again.
    Dropped,
    /// Messages for an edge that the broker client could not take; they are sent again.
    Unsent,
    /// Batches committed.
    Batches,
    /// Ops committed.
    Ops,
    /// Ops of a kind or version that is not known here; kept in their batch.
    UnknownOps,
    /// Ops and batches put aside for a person to decide.
    Quarantined,
    /// Transactions that failed and will be tried again.
    Failed,
    /// Snapshots of plants that were taken.
    Snapshots,
}

impl Count {
    pub const ALL: [Self; 10] = [
        Self::Received,
        Self::Unopened,
        Self::Dropped,
        Self::Unsent,
        Self::Batches,
        Self::Ops,
        Self::UnknownOps,
        Self::Quarantined,
        Self::Failed,
        Self::Snapshots,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Unopened => "unopened",
            Self::Dropped => "dropped",
            Self::Unsent => "unsent",
            Self::Batches => "batches",
            Self::Ops => "ops",
            Self::UnknownOps => "unknown_ops",
            Self::Quarantined => "quarantined",
            Self::Failed => "failed",
            Self::Snapshots => "snapshots",
        }
    }
}

/// All counters of the intake since the program started.
#[derive(Debug)]
pub struct Counters {
    refused: [AtomicU64; Reason::ALL.len()],
    /// Second of the next line about each reason.
    warn_at: [AtomicU64; Reason::ALL.len()],
    counts: [AtomicU64; Count::ALL.len()],
    since: Instant,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            refused: std::array::from_fn(|_| AtomicU64::new(0)),
            warn_at: std::array::from_fn(|_| AtomicU64::new(0)),
            counts: std::array::from_fn(|_| AtomicU64::new(0)),
            since: Instant::now(),
        }
    }
}

impl Counters {
    /// Counts a refusal and logs it if no line about this reason was written in the last ten seconds.
    pub fn refuse(&self, reason: Reason, who: &str, detail: &str) {
        let so_far = self.refused[reason as usize].fetch_add(1, Ordering::Relaxed) + 1;
        metrics::counter!("unison_intake_refused_total", "reason" => reason.code()).increment(1);
        let now = self.since.elapsed().as_secs();
        let due = self.warn_at[reason as usize].load(Ordering::Relaxed);
        let next = now + WARN_EVERY_SECONDS;
        if now >= due
            && self.warn_at[reason as usize].compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            tracing::warn!(reason = reason.code(), who, detail, so_far, "MQTT connection refused or closed");
        }
    }

    pub fn add(&self, count: Count, n: u64) {
        self.counts[count as usize].fetch_add(n, Ordering::Relaxed);
        metrics::counter!("unison_intake_total", "what" => count.code()).increment(n);
    }

    #[must_use]
    pub fn refused(&self, reason: Reason) -> u64 {
        self.refused[reason as usize].load(Ordering::Relaxed)
    }

    #[must_use]
    pub fn get(&self, count: Count) -> u64 {
        self.counts[count as usize].load(Ordering::Relaxed)
    }

    /// Every counter by its code; refusals that never happened are left out.
    #[must_use]
    pub fn snapshot(&self) -> (BTreeMap<&'static str, u64>, BTreeMap<&'static str, u64>) {
        let counts = Count::ALL.into_iter().map(|c| (c.code(), self.get(c))).collect();
        let refused = Reason::ALL.into_iter().map(|r| (r.code(), self.refused(r))).filter(|(_, n)| *n > 0).collect();
        (counts, refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_and_count_has_its_own_place_and_code() {
        for (i, r) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(r as usize, i, "{r:?}");
        }
        for (i, c) in Count::ALL.into_iter().enumerate() {
            assert_eq!(c as usize, i, "{c:?}");
        }
        let mut codes: Vec<_> = Reason::ALL.iter().map(|r| r.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::ALL.len());
    }
}
