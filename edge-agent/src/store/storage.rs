//! How the disk under the database is: one state, found by a pure function of what was seen, with hysteresis so
//! that it does not flicker at a limit.

use std::fmt::Write as _;

use super::StoreError;

/// From well to ill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum StorageState {
    #[default]
    Ok,
    /// Somebody should free space.
    Low,
    /// What nobody needs is given up early: rows that the cloud acknowledged long ago.
    Degraded,
    /// The disk takes nothing. Nothing is acknowledged; it goes on by itself.
    ReadOnly,
}

impl StorageState {
    pub const ALL: [Self; 4] = [Self::Ok, Self::Low, Self::Degraded, Self::ReadOnly];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Low => "low",
            Self::Degraded => "degraded",
            Self::ReadOnly => "read_only",
        }
    }
}

/// What the configuration says of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageConfig {
    /// Facts and acknowledged parts of the log stay so many days.
    pub keep_days: u32,
    /// Below so many free bytes the disk is low, …
    pub low_bytes: u64,
    /// … and below so many degraded.
    pub degraded_bytes: u64,
    /// The kept values of tags take at most so many bytes; the oldest go first.
    pub ring_bytes: u64,
}

impl StorageConfig {
    /// What a restored cloud may ask for must still be there.
    pub const KEEP_DAYS_MIN: u32 = 35;
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self { keep_days: Self::KEEP_DAYS_MIN, low_bytes: 512 << 20, degraded_bytes: 128 << 20, ring_bytes: 512 << 20 }
    }
}

/// What was last seen of the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiskSeen {
    /// Free for this user, in bytes; none when the file system does not say.
    pub free: Option<u64>,
    /// The last write was refused, and none was taken since.
    pub is_refused: bool,
}

/// The state that follows.
#[must_use]
pub fn next(before: StorageState, seen: DiskSeen, config: &StorageConfig) -> StorageState {
    if seen.is_refused {
        return StorageState::ReadOnly;
    }
    let Some(free) = seen.free else { return StorageState::Ok };
    // A limit that was passed must be left a quarter behind before it counts as past.
    let is_below = |limit: u64, state: StorageState| {
        let was_below = before >= state && before != StorageState::ReadOnly;
        free < if was_below { limit.saturating_add(limit / 4) } else { limit }
    };
    if is_below(config.degraded_bytes, StorageState::Degraded) {
        StorageState::Degraded
    } else if is_below(config.low_bytes, StorageState::Low) {
        StorageState::Low
    } else {
        StorageState::Ok
    }
}

/// What pages and metrics show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    pub state: StorageState,
    pub seen: DiskSeen,
    /// What the last refused write said, while the state is read-only.
    pub error: Option<String>,
    /// It was refused for want of space.
    pub is_full: bool,
    /// Bytes in the write-ahead log that are not yet in the database.
    pub wal_bytes: u64,
    /// A reader keeps the write-ahead log from being folded into the database.
    pub is_wal_stuck: bool,
}

impl Storage {
    /// What somebody is told whose change could not be written.
    pub(super) fn refusal(&self) -> Option<StoreError> {
        let error = self.error.clone()?;
        Some(if self.is_full { StoreError::DiskFull } else { StoreError::Unwritable(error) })
    }

    /// What a person is told; nothing while all is well.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        let free = self.seen.free.map_or_else(|| "little".to_owned(), |free| format!("{} MB", free >> 20));
        let mut text = match self.state {
            StorageState::Ok => String::new(),
            StorageState::Low => format!("The disk is almost full ({free} left); free some space"),
            StorageState::Degraded => {
                format!(
                    "The disk is nearly full ({free} left); history older than 7 days is given up early. Free some space"
                )
            }
            StorageState::ReadOnly => {
                let why = self.refusal().map_or_else(|| "the disk takes nothing".to_owned(), |e| e.to_string());
                format!("Nothing can be recorded: {why}")
            }
        };
        if self.is_wal_stuck {
            let gap = if text.is_empty() { "" } else { ". " };
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "{gap}A reader of the database does not end, its write-ahead log has {} MB; close programs that have edge.db open",
                self.wal_bytes >> 20
            );
        }
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_09_the_state_of_the_disk_follows_its_space_and_does_not_flicker() {
        let config = StorageConfig { keep_days: 35, low_bytes: 1_000, degraded_bytes: 400, ..StorageConfig::default() };
        let check = |before, free, is_refused, expect| {
            let seen = DiskSeen { free, is_refused };
            assert_eq!(next(before, seen, &config), expect, "{before:?} {seen:?}");
        };
        use StorageState::{Degraded, Low, Ok, ReadOnly};
        check(Ok, Some(1_000), false, Ok);
        check(Ok, Some(999), false, Low);
        check(Low, Some(1_249), false, Low);
        check(Low, Some(1_250), false, Ok);
        check(Low, Some(400), false, Low);
        check(Low, Some(399), false, Degraded);
        check(Degraded, Some(499), false, Degraded);
        check(Degraded, Some(500), false, Low);
        check(Degraded, Some(1_250), false, Ok);
        check(Ok, Some(0), false, Degraded);
        for before in StorageState::ALL {
            check(before, Some(9_000), true, ReadOnly);
            check(before, None, false, Ok);
        }
        check(ReadOnly, Some(1_100), false, Ok);
        check(ReadOnly, Some(300), false, Degraded);
    }
}
