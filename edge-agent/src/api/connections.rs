//! The devices as whoever looks after them sees them: state, speed, what waits and what went wrong. Speeds are made
//! here from counters, so that the drivers only count.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::Instant;
use unison_core::time::{Rfc3339, Timestamp};

use super::Api;
use super::router::{Answer, Call, json};
use crate::driver::ConnectionStatus;

/// Speeds are of about the last ten seconds.
const WINDOW: Duration = Duration::from_secs(10);

/// A device or gateway.
#[derive(Serialize, JsonSchema)]
pub(super) struct ConnectionView {
    name: String,
    driver: &'static str,
    /// "connecting", "connected" or "disconnected".
    state: &'static str,
    last_good_at: Option<Rfc3339>,
    /// How long that is ago, by the clock of this box.
    last_good_age_ms: Option<i64>,
    /// What is wrong now.
    error: Option<String>,
    /// What was wrong last, and when that was said last; it stays when all is well again.
    last_error: Option<String>,
    last_error_at: Option<Rfc3339>,
    /// What would make it better, as a longer time-out.
    hint: Option<String>,
    tags: u32,
    /// Of them, those whose changes are kept.
    tags_kept: usize,
    /// Answers, notifications or codes a second, over the last ten seconds; null in the first ones.
    requests_per_second: Option<f64>,
    /// Requests refused or unanswered and failed attempts to connect, likewise.
    errors_per_second: Option<f64>,
    /// Readings that the machines' rules did not take yet.
    readings_waiting: usize,
    /// Scanned codes that nobody took yet.
    scans_waiting: usize,
    /// Readings that a newer one of the same tag replaced before they were taken, since the start.
    merged: u64,
    /// Scans that were due while the one before was still under way, since the start. They are not made up.
    scans_skipped: u64,
    /// What came and was of no use: late answers, noise, since the start.
    dropped: u64,
    /// How often the driver had to be started again.
    restarts: u64,
    /// For OPC UA: "unseen", "unknown", "trusted", "changed", "unreadable" or "insecure"; more at `/trust`.
    trust: Option<&'static str>,
}

/// All devices, in the order of the configuration.
#[derive(Serialize, JsonSchema)]
pub(super) struct Connections {
    connections: Vec<ConnectionView>,
}

pub(super) async fn list(call: Call) -> Answer {
    let context = &call.api.context;
    let now = context.clock.now_us();
    let ranges: Vec<_> = context.config.connections.iter().map(|connection| connection.tags.clone()).collect();
    let waiting = context.sink.unread(&ranges);
    let view = |(place, status): (usize, &Arc<ConnectionStatus>)| {
        let snapshot = status.snapshot();
        let speed = call.api.speeds.lock().ok().and_then(|speeds| speeds.get(place).and_then(Speed::per_second));
        let config = context.config.connections.get(place);
        let kept = |tags: &std::ops::Range<u32>| {
            let tags = context.config.tags.get(tags.start as usize..tags.end as usize).unwrap_or_default();
            tags.iter().filter(|tag| tag.keep).count()
        };
        let (last_error, last_error_at) = snapshot.last_failure.unzip();
        ConnectionView {
            name: snapshot.name.to_string(),
            driver: snapshot.driver,
            state: snapshot.state.code(),
            last_good_at: snapshot.last_good_at.map(|at| Timestamp(at).into()),
            last_good_age_ms: snapshot.last_good_at.map(|at| now.saturating_sub(at).max(0) / 1_000),
            error: snapshot.last_error.map(|error| error.to_string()),
            last_error: last_error.map(|error| error.to_string()),
            last_error_at: last_error_at.map(|at| Timestamp(at).into()),
            hint: snapshot.hint.map(|hint| hint.to_string()),
            tags: snapshot.tags,
            tags_kept: config.map_or(0, |config| kept(&config.tags)),
            requests_per_second: speed.map(|(ok, _)| ok),
            errors_per_second: speed.map(|(_, failed)| failed),
            readings_waiting: waiting.get(place).copied().unwrap_or_default(),
            scans_waiting: context.sink.scans_waiting(&snapshot.name),
            merged: snapshot.merged,
            scans_skipped: snapshot.skipped,
            dropped: snapshot.dropped,
            restarts: snapshot.restarts,
            trust: config.and_then(|config| super::trust::state_of(config, status)),
        }
    };
    Ok(json(200, &Connections { connections: context.connections.iter().enumerate().map(view).collect() }))
}

/// How fast a connection answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Speed {
    /// Counters of requests that were answered and that failed, the oldest first.
    seen: VecDeque<(Instant, u64, u64)>,
}

impl Speed {
    /// Notes the counters at a moment; what is no longer needed is forgotten.
    fn note(&mut self, at: Instant, ok: u64, failed: u64) {
        self.seen.push_back((at, ok, failed));
        while self.seen.get(1).is_some_and(|(second, ..)| at.duration_since(*second) >= WINDOW) {
            self.seen.pop_front();
        }
    }

    /// Answers and failures a second, to a tenth.
    fn per_second(&self) -> Option<(f64, f64)> {
        let ((from, ok_before, failed_before), (to, ok, failed)) = (self.seen.front()?, self.seen.back()?);
        let seconds = to.duration_since(*from).as_secs_f64();
        let rate = |before: u64, now: u64| {
            let count = u32::try_from(now.saturating_sub(before)).unwrap_or(u32::MAX);
            (f64::from(count) / seconds * 10.0).round() / 10.0
        };
        (seconds > 0.0).then(|| (rate(*ok_before, *ok), rate(*failed_before, *failed)))
    }
}

/// Looks at all counters; to be called about once a second.
pub(super) fn measure(api: &Api) {
    let Ok(mut speeds) = api.speeds.lock() else { return };
    let now = Instant::now();
    speeds.resize_with(api.context.connections.len(), Speed::default);
    for (speed, status) in speeds.iter_mut().zip(&api.context.connections) {
        let (ok, failed) = status.requests();
        speed.note(now, ok, failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_12_a_speed_is_of_the_last_ten_seconds() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut speed = Speed::default();
        assert_eq!(speed.per_second(), None);
        speed.note(at(0), 100, 0);
        assert_eq!(speed.per_second(), None);
        (1..=20).for_each(|second| speed.note(at(second), 100 + 50 * second, 0));
        assert_eq!(speed.per_second(), Some((50.0, 0.0)));
        // The device stops answering: ten seconds later that is all there is.
        (21..=25).for_each(|second| speed.note(at(second), 1_100, second - 20));
        assert_eq!(speed.per_second(), Some((25.0, 0.5)));
        (26..=30).for_each(|second| speed.note(at(second), 1_100, second - 20));
        assert_eq!(speed.per_second(), Some((0.0, 1.0)));
        assert!(speed.seen.len() <= 11);
        // A page that was not looked after for a minute.
        speed.note(at(90), 1_106, 10);
        assert_eq!(speed.per_second(), Some((0.1, 0.0)));
    }
}
