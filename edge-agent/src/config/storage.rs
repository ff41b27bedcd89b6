//! The section `[storage]`: how long facts are kept, and when the disk is short of space.

use super::fields::Fields;
use crate::store::StorageConfig;

/// Ten years; 100 machines write about 70 MB a day.
const KEEP_DAYS_MOST: u32 = 3_660;
/// A disk with more free space than this is not low.
const MB_MOST: u32 = 1 << 20;
/// Less holds no hour of a plant.
const RING_MB_MIN: u32 = 16;

pub(super) fn read(mut section: Fields<'_, '_>) -> Option<StorageConfig> {
    let default = StorageConfig::default();
    let days = StorageConfig::KEEP_DAYS_MIN..=KEEP_DAYS_MOST;
    let keep_days = section.whole_or("keep_days", default.keep_days, days, " days");
    let mb = |bytes: u64| u32::try_from(bytes >> 20).unwrap_or(MB_MOST);
    let low = section.whole_or("low_mb", mb(default.low_bytes), 1..=MB_MOST, " MB");
    let degraded = section.whole_or("degraded_mb", mb(default.degraded_bytes), 1..=MB_MOST, " MB");
    let ring = section.whole_or("ring_mb", mb(default.ring_bytes), RING_MB_MIN..=MB_MOST, " MB");
    section.finish();
    let (low, degraded) = (low?, degraded?);
    if degraded >= low {
        section.say_here(format!("degraded_mb {degraded} must be less than low_mb {low}: a disk is low first"));
        return None;
    }
    Some(StorageConfig {
        keep_days: keep_days?,
        low_bytes: u64::from(low) << 20,
        degraded_bytes: u64::from(degraded) << 20,
        ring_bytes: u64::from(ring?) << 20,
    })
}
