//! When requests are due. Those of one period are a scan; a scan starts on its own grid, and one that is
//! late is left out, never made up. Pure: times come from outside.

use std::time::Duration;

use tokio::time::Instant;

/// All scans of a connection.
pub(super) struct Schedule {
    scans: Vec<Scan>,
}

struct Scan {
    period_ms: u32,
    due: Instant,
    /// Where the grid lies after the first time.
    phase: Option<Duration>,
    requests: Vec<usize>,
    /// Place in `requests` of the next one in the present scan.
    next: usize,
}

impl Schedule {
    /// `periods` are those of the requests by their place. All are asked at once first, and then in a phase
    /// that depends on the connection's `place` only, so that a hundred devices are not asked together.
    pub(super) fn new(now: Instant, place: u32, periods: impl Iterator<Item = u32>) -> Self {
        let mut scans: Vec<Scan> = Vec::new();
        for (request, period_ms) in periods.enumerate() {
            match scans.iter_mut().find(|scan| scan.period_ms == period_ms) {
                Some(scan) => scan.requests.push(request),
                None => scans.push(Scan {
                    period_ms,
                    due: now,
                    phase: Some(phase(period_ms, place, scans.len() as u32)),
                    requests: vec![request],
                    next: 1,
                }),
            }
        }
        scans.iter_mut().for_each(|scan| scan.next = scan.requests.len());
        Self { scans }
    }

    /// Another request of a period that there is.
    pub(super) fn add(&mut self, request: usize, period_ms: u32) {
        if let Some(scan) = self.scans.iter_mut().find(|scan| scan.period_ms == period_ms) {
            let is_done = scan.next == scan.requests.len();
            scan.requests.push(request);
            scan.next += usize::from(is_done);
        }
    }

    /// Starts what is due; returns how many scans are left out.
    pub(super) fn start(&mut self, now: Instant) -> u64 {
        self.scans.iter_mut().map(|scan| scan.start(now)).sum()
    }

    /// The next request of the scan that ends first.
    pub(super) fn next(&mut self) -> Option<usize> {
        let open = self.scans.iter_mut().filter(|scan| scan.next < scan.requests.len());
        let scan = open.min_by_key(|scan| scan.due)?;
        scan.next += 1;
        scan.requests.get(scan.next - 1).copied()
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.scans.iter().map(|scan| scan.due).min()
    }
}

impl Scan {
    fn start(&mut self, now: Instant) -> u64 {
        if now < self.due {
            return 0;
        }
        let late_ms = u64::try_from(now.duration_since(self.due).as_millis()).unwrap_or(0);
        let period_ms = u64::from(self.period_ms.max(1));
        let passed = late_ms / period_ms;
        // The first time shifts the grid, once.
        let from = self.due + self.phase.take().unwrap_or_default();
        let turns = now.checked_duration_since(from).map_or(0, |over| over.as_millis() as u64 / period_ms + 1);
        self.due = from + Duration::from_millis(period_ms * turns);
        if self.next < self.requests.len() {
            // The scan before is still under way: this one is left out.
            return passed + 1;
        }
        self.next = 0;
        passed
    }
}

/// Connections that are asked together. A program that is woken for one device alone takes twice the CPU of
/// one that is woken for several; more than these would wait for one another.
const TOGETHER: u32 = 4;

/// From half a period, in which the first scan has its time, to one and a half. Multiples of the golden ratio lie apart, however many there are.
fn phase(period_ms: u32, place: u32, scan: u32) -> Duration {
    const GOLDEN: u32 = 0x9e37_79b9;
    let share = (place / TOGETHER).wrapping_add(1).wrapping_add(scan.wrapping_mul(7)).wrapping_mul(GOLDEN);
    let period_us = u64::from(period_ms) * 1_000;
    let phase_us = (period_us * u64::from(share)) >> 32;
    Duration::from_micros(if 2 * phase_us < period_us { phase_us + period_us } else { phase_us })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn drain(schedule: &mut Schedule) -> Vec<usize> {
        std::iter::from_fn(|| schedule.next()).collect()
    }

    #[test]
    fn edge_12_late_scans_are_left_out_and_counted() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 0, [100, 100, 1_000].into_iter());
        assert_eq!(schedule.start(start), 0);
        assert_eq!(drain(&mut schedule), [0, 1, 2]);
        let first = schedule.due().unwrap();
        assert!(first >= start + ms(50) && first <= start + ms(150));
        // On the grid, with no drift.
        assert_eq!(schedule.start(first + ms(30)), 0);
        assert_eq!(drain(&mut schedule), [0, 1]);
        assert_eq!(schedule.due(), Some(first + ms(100)));
        // The device froze for 350 ms: three are gone, one starts, and the grid stays.
        assert_eq!(schedule.start(first + ms(450)), 3);
        assert_eq!(schedule.next(), Some(0));
        assert_eq!(schedule.due(), Some(first + ms(500)));
        // The scan before is not done yet.
        assert_eq!(schedule.start(first + ms(500)), 1);
        assert_eq!(drain(&mut schedule), [1]);
    }

    #[test]
    fn edge_12_the_scan_that_ends_first_goes_first() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 0, [60_000, 60_000, 100].into_iter());
        schedule.start(start);
        drain(&mut schedule);
        let later = start + ms(60_001);
        schedule.start(later);
        assert_eq!(drain(&mut schedule), [2, 0, 1]);
    }

    #[test]
    fn edge_12_phases_of_connections_lie_apart() {
        // Of 100 devices in 100 ms, no 10 ms see more than three times those that are asked together, and none
        // see nobody.
        let mut slots = [0; 10];
        for place in 0..100 {
            let at = phase(100, place, 0);
            assert!(at >= ms(50) && at < ms(150));
            slots[at.as_millis() as usize % 100 / 10] += 1;
        }
        assert!(slots.iter().all(|n| (4..=12).contains(n)), "{slots:?}");
        assert_eq!(phase(100, 0, 0), phase(100, 3, 0));
        assert_ne!(phase(100, 0, 0), phase(100, 0, 1));
    }
}
