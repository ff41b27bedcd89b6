//! What a connection says about itself, read by the API at any time without disturbing the driver.

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::Clock;
use super::opcua::Trust;
use super::writes::Writes;

/// How long a hint stands after what it is about was last seen.
pub(crate) const HINT_FOR: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Trying for the first time, or again after a failure that is not yet confirmed.
    Connecting,
    /// The device answers. An open socket alone is not "connected".
    Connected,
    /// The device does not answer; the next attempt waits.
    Disconnected,
}

impl ConnectionState {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
        }
    }
}

/// What went wrong.
#[derive(Default)]
struct Errors {
    /// Now.
    present: Option<Arc<str>>,
    /// The last time, and when that was.
    last: Option<(Arc<str>, i64)>,
}

/// Shared between one driver and everybody who looks.
pub struct ConnectionStatus {
    pub name: Arc<str>,
    /// The driver's code in the configuration.
    pub driver: &'static str,
    /// Tags of this connection.
    pub tags: u32,
    /// Where it matters who the device is.
    trust: OnceLock<Arc<Trust>>,
    state: AtomicU8,
    last_good_at: AtomicI64,
    clock: Arc<dyn Clock>,
    last_error: Mutex<Errors>,
    /// What would make it better, and when that was last seen.
    hint: Mutex<Option<(Arc<str>, i64)>>,
    requests_ok: AtomicU64,
    requests_failed: AtomicU64,
    merged: AtomicU64,
    skipped: AtomicU64,
    dropped: AtomicU64,
    restarts: AtomicU64,
    writes: Writes,
}

/// The status at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusSnapshot {
    pub name: Arc<str>,
    pub driver: &'static str,
    pub state: ConnectionState,
    /// The last good answer, microseconds since 1970 UTC; `None` before the first.
    pub last_good_at: Option<i64>,
    /// What is wrong now; `None` when nothing is.
    pub last_error: Option<Arc<str>>,
    /// What was wrong last, and when that was said last; it stays when all is well again.
    pub last_failure: Option<(Arc<str>, i64)>,
    /// What would make it better, for ten minutes after it was last seen.
    pub hint: Option<Arc<str>>,
    pub tags: u32,
    /// Answers, notifications or codes received.
    pub requests_ok: u64,
    /// Requests refused or unanswered, and failed attempts to connect.
    pub requests_failed: u64,
    /// Readings replaced before the engine took them.
    pub merged: u64,
    /// Scans of the plan that were late and left out.
    pub skipped: u64,
    /// Received but unusable: noise on a scanner line, scans nobody took, notifications that were lost.
    pub dropped: u64,
    /// Times the supervisor had to start the driver again.
    pub restarts: u64,
}

impl ConnectionStatus {
    #[must_use]
    pub fn new(name: Arc<str>, driver: &'static str, tags: u32, clock: Arc<dyn Clock>) -> Self {
        Self {
            name,
            clock,
            driver,
            tags,
            trust: OnceLock::new(),
            state: AtomicU8::new(0),
            last_good_at: AtomicI64::new(i64::MIN),
            last_error: Mutex::default(),
            hint: Mutex::default(),
            requests_ok: AtomicU64::new(0),
            requests_failed: AtomicU64::new(0),
            merged: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            restarts: AtomicU64::new(0),
            writes: Writes::default(),
        }
    }

    /// Whose certificate is believed at this connection; none where that does not matter.
    #[must_use]
    pub fn trust(&self) -> Option<&Arc<Trust>> {
        self.trust.get()
    }

    /// The way of values to the device.
    #[must_use]
    pub const fn writes(&self) -> &Writes {
        &self.writes
    }

    /// To be called once, before the driver starts.
    pub(crate) fn watch_trust(&self, trust: Trust) {
        self.trust.get_or_init(|| Arc::new(trust));
    }

    #[must_use]
    pub fn snapshot(&self) -> StatusSnapshot {
        let last_good_at = self.last_good_at.load(Relaxed);
        let (last_error, last_failure) = {
            let errors = self.errors();
            (errors.present.clone(), errors.last.clone())
        };
        StatusSnapshot {
            name: self.name.clone(),
            driver: self.driver,
            state: self.state(),
            last_good_at: (last_good_at != i64::MIN).then_some(last_good_at),
            last_error,
            last_failure,
            hint: self.present_hint(),
            tags: self.tags,
            requests_ok: self.requests_ok.load(Relaxed),
            requests_failed: self.requests_failed.load(Relaxed),
            merged: self.merged.load(Relaxed),
            skipped: self.skipped.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            restarts: self.restarts.load(Relaxed),
        }
    }

    /// Requests that were answered and that failed, since the start.
    #[must_use]
    pub fn requests(&self) -> (u64, u64) {
        (self.requests_ok.load(Relaxed), self.requests_failed.load(Relaxed))
    }

    #[must_use]
    pub fn state(&self) -> ConnectionState {
        match self.state.load(Relaxed) {
            1 => ConnectionState::Connected,
            2 => ConnectionState::Disconnected,
            _ => ConnectionState::Connecting,
        }
    }

    /// Says it in the log when it changes, so that a plant's log shows each loss and return once.
    pub(crate) fn set_state(&self, state: ConnectionState) {
        let code = match state {
            ConnectionState::Connecting => 0,
            ConnectionState::Connected => 1,
            ConnectionState::Disconnected => 2,
        };
        if self.state.swap(code, Relaxed) == code {
            return;
        }
        match state {
            ConnectionState::Connecting => tracing::debug!(connection = %self.name, "connecting"),
            ConnectionState::Connected => tracing::info!(connection = %self.name, "connected"),
            ConnectionState::Disconnected => {
                let error = self.errors().present.clone();
                tracing::warn!(connection = %self.name, error = error.as_deref(), "disconnected");
            }
        }
    }

    pub(crate) fn good(&self, at: i64) {
        self.requests_ok.fetch_add(1, Relaxed);
        self.last_good_at.store(at, Relaxed);
    }

    pub(crate) fn failed(&self, error: String) {
        self.requests_failed.fetch_add(1, Relaxed);
        self.set_error(error);
    }

    pub(crate) fn set_error(&self, error: String) {
        let (error, now): (Arc<str>, _) = (error.into(), self.clock.now_us());
        *self.errors() = Errors { present: Some(error.clone()), last: Some((error, now)) };
    }

    /// Says what would make it better; in the log once, however often it is seen.
    pub(crate) fn hint(&self, text: String) {
        if self.present_hint().is_none_or(|said| !is_same_but_for_numbers(&said, &text)) {
            tracing::warn!(connection = %self.name, "{text}");
        }
        *self.hint.lock().unwrap_or_else(PoisonError::into_inner) = Some((text.into(), self.clock.now_us()));
    }

    fn present_hint(&self) -> Option<Arc<str>> {
        let hint = self.hint.lock().unwrap_or_else(PoisonError::into_inner);
        let since = self.clock.now_us().saturating_sub(i64::try_from(HINT_FOR.as_micros()).unwrap_or(i64::MAX));
        hint.as_ref().filter(|(_, at)| *at > since).map(|(text, _)| text.clone())
    }

    pub(crate) fn clear_error(&self) {
        self.errors().present = None;
    }

    pub(crate) fn add_merged(&self, n: u64) {
        if n > 0 {
            self.merged.fetch_add(n, Relaxed);
        }
    }

    pub(crate) fn add_skipped(&self, n: u64) {
        self.skipped.fetch_add(n, Relaxed);
    }

    pub(crate) fn add_dropped(&self, n: u64) {
        self.dropped.fetch_add(n, Relaxed);
    }

    pub(crate) fn add_restart(&self) {
        self.restarts.fetch_add(1, Relaxed);
    }

    fn errors(&self) -> std::sync::MutexGuard<'_, Errors> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether two texts say the same of something that is measured.
fn is_same_but_for_numbers(a: &str, b: &str) -> bool {
    fn words(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|c| !c.is_ascii_digit())
    }
    words(a).eq(words(b))
}

#[cfg(test)]
mod hint_tests {
    use super::*;

    #[test]
    fn edge_12_a_hint_with_another_figure_is_the_same_hint() {
        assert!(is_same_but_for_numbers("unit 3 answered after 1.4 s", "unit 12 answered after 10.25 s"));
        assert!(!is_same_but_for_numbers("unit 3 answered after 1.4 s", "unit 3 said nothing for 1.4 s"));
    }
}
