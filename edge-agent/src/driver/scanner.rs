//! What all scanners of the box share: how a code is cleaned, how it is handed on, and what is told of a scanner that
//! was pulled out.

use std::fmt;
use std::time::Duration;

use super::Context;
use super::backoff::Backoff;
use super::reading::{Reader, Scan};
use super::status::ConnectionState;
use crate::config::ScannerConfig;

const PAUSE_FIRST: Duration = Duration::from_millis(500);
/// A person waits for a scanner that was plugged in again.
const PAUSE_MOST: Duration = Duration::from_secs(5);
/// Tells where a value of a GS1 label ends.
const SEPARATOR: char = '\u{1d}';

/// Why something that came from a scanner was thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noise {
    TooLong,
    NotText,
    WithoutPrefix,
    WithoutSuffix,
    /// The system could not keep up and left keys out.
    Gap,
}

impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "more characters than a code has",
            Self::NotText => "bytes that are no text",
            Self::WithoutPrefix => "a code without the configured prefix",
            Self::WithoutSuffix => "a code without the configured suffix",
            Self::Gap => "keys were lost within a code",
        })
    }
}

/// What a scanner puts around its codes.
pub(super) struct Affixes {
    prefix: String,
    suffix: String,
    chars_max: usize,
}

impl Affixes {
    pub(super) fn new(config: &ScannerConfig) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self { prefix: text(&config.prefix), suffix: text(&config.suffix), chars_max: config.chars_max }
    }

    /// The code in a text; `None` when there is none.
    pub(super) fn strip(&self, text: &str) -> Option<Result<String, Noise>> {
        let text: String = text.chars().filter(|c| !c.is_control() || *c == SEPARATOR).collect();
        if text.trim().is_empty() {
            return None;
        }
        let Some(text) = text.strip_prefix(self.prefix.as_str()) else { return Some(Err(Noise::WithoutPrefix)) };
        let Some(text) = text.strip_suffix(self.suffix.as_str()) else { return Some(Err(Noise::WithoutSuffix)) };
        let code = text.trim_matches(' ');
        if code.chars().count() > self.chars_max {
            return Some(Err(Noise::TooLong));
        }
        (!code.is_empty()).then(|| Ok(code.to_owned()))
    }
}

/// Where a scanner's codes go.
pub(super) struct Outlet<'a> {
    pub(super) context: &'a Context,
    pub(super) config: &'a ScannerConfig,
    pub(super) reader: Reader,
    /// What to look at when there is noise.
    pub(super) hint: String,
}

impl Outlet<'_> {
    /// The device is open. It has no sign of life but its codes: that is all that can be known.
    pub(super) fn opened(&self, backoff: &mut Backoff) {
        self.context.status.clear_error();
        self.context.status.set_state(ConnectionState::Connected);
        backoff.reset();
    }

    pub(super) fn hand_on(&self, code: Result<String, Noise>) {
        let Context { sink, clock, status, .. } = self.context;
        let at = clock.now_us();
        match code {
            Ok(code) => {
                let (connection, machine) = (status.name.clone(), self.config.machine.clone());
                if sink.scan(Scan { connection, machine, code, reader: self.reader, at }) {
                    status.good(at);
                    status.clear_error();
                } else {
                    status.add_dropped(1);
                    status.set_error("scans come faster than they are taken; the newest was dropped".into());
                }
            }
            Err(noise) => {
                status.add_dropped(1);
                status.failed(format!("noise on the line: {noise}; check {}", self.hint));
            }
        }
    }
}

/// Between one time that a device was open and the next.
pub(super) struct Absence<'a> {
    context: &'a Context,
    device: String,
    pub(super) backoff: Backoff,
    gone_at: Option<i64>,
}

impl<'a> Absence<'a> {
    pub(super) const fn new(context: &'a Context, device: String) -> Self {
        Self { context, device, backoff: Backoff::new(PAUSE_FIRST, PAUSE_MOST), gone_at: None }
    }

    /// Tells that the device is gone, and waits until it is worth looking again; false when the agent stops.
    pub(super) async fn wait(&mut self, reason: &str) -> bool {
        let Context { status, clock, shutdown, .. } = self.context;
        if status.state() == ConnectionState::Connected {
            self.gone_at = Some(clock.now_us());
        }
        let since = self.gone_at.and_then(|at| jiff::Timestamp::from_microsecond(at).ok());
        let since = since.map_or(String::new(), |at| format!("unplugged since {at:.0}: "));
        status.failed(format!("{}: {since}{reason}", self.device));
        self.context.lost();
        shutdown.run_until_cancelled(tokio::time::sleep(self.backoff.pause())).await.is_some()
    }
}
