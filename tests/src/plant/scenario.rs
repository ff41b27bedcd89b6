//! What the simulated machines do: a seeded sequence of cycles and stops, the same for the same seed.
//!
//! Pure: no clock, no sockets, no random source but the seed. Somebody else says how late it is
//! (`advance`), in simulated microseconds since the plant was switched on.

use std::collections::VecDeque;

use serde::Serialize;

/// How many changes of activity a machine remembers; at demo pace that is more than a day.
const TRANSITIONS_KEPT: usize = 2_000;
/// After a stop a machine makes at least this many parts before it may stop again, so that stops never
/// join into a minute without parts.
const CYCLES_BETWEEN_STOPS: u32 = 3;
const SECOND_US: i64 = 1_000_000;

/// What a machine does, in the words of the edge: a breakdown is `down`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    Running,
    Idle,
    Setup,
    Down,
    Blocked,
    Starved,
}

impl Activity {
    pub const ALL: [Activity; 6] = [Self::Running, Self::Idle, Self::Setup, Self::Down, Self::Blocked, Self::Starved];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Idle => "idle",
            Self::Setup => "setup",
            Self::Down => "down",
            Self::Blocked => "blocked",
            Self::Starved => "starved",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|activity| activity.as_str() == word)
    }
}

/// One kind of stop a machine has: how often, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Stop {
    pub activity: Activity,
    /// Mean running time between two of them.
    pub every_us: i64,
    pub shortest_us: i64,
    pub longest_us: i64,
}

/// The character of a machine. Times hold at speed 1.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    pub code: &'static str,
    /// What master data should give as the ideal cycle time; real cycles are 2 % faster to 14 % slower.
    pub cycle_us_ideal: i64,
    pub reject_ratio: f64,
    pub stops: &'static [Stop],
    /// Codes a breakdown may show; one is drawn each time.
    pub fault_codes: &'static [u16],
    /// Where the machine's own counters stood when the plant was switched on. The wrapping ones start near
    /// their end, so that a wrap is seen within minutes and not after a day.
    pub counter_total_start: u64,
    pub counter_rejected_start: u64,
}

const fn stop(activity: Activity, every_s: i64, shortest_s: i64, longest_s: i64) -> Stop {
    Stop {
        activity,
        every_us: every_s * SECOND_US,
        shortest_us: shortest_s * SECOND_US,
        longest_us: longest_s * SECOND_US,
    }
}

// Every stop is shorter than 30 s: with the cycle that was lost and the one that follows, any minute of
// any machine still contains a part (a test holds this for many seeds).
const CNC_STOPS: &[Stop] = &[
    stop(Activity::Idle, 130, 3, 9),
    stop(Activity::Starved, 340, 6, 18),
    stop(Activity::Down, 600, 18, 30),
    stop(Activity::Setup, 1_300, 20, 30),
];
const PACK_STOPS: &[Stop] =
    &[stop(Activity::Idle, 120, 3, 8), stop(Activity::Blocked, 420, 8, 20), stop(Activity::Down, 800, 16, 28)];
const PRESS_STOPS: &[Stop] = &[
    stop(Activity::Idle, 150, 3, 9),
    stop(Activity::Starved, 500, 6, 16),
    stop(Activity::Blocked, 450, 6, 16),
    stop(Activity::Down, 700, 18, 30),
    stop(Activity::Setup, 1_500, 20, 30),
];

/// The machines of the plant.
pub const PROFILES: [Profile; 3] = [
    Profile {
        code: "CNC-001",
        cycle_us_ideal: 7_500_000,
        reject_ratio: 0.04,
        stops: CNC_STOPS,
        fault_codes: &[12, 31, 57],
        counter_total_start: 40_000,
        counter_rejected_start: 65_533,
    },
    Profile {
        code: "PACK-001",
        cycle_us_ideal: 4_000_000,
        // The lane has one photo-eye: nothing could show a reject, so it makes none.
        reject_ratio: 0.0,
        stops: PACK_STOPS,
        fault_codes: &[3],
        counter_total_start: 65_480,
        counter_rejected_start: 0,
    },
    Profile {
        code: "PRESS-001",
        cycle_us_ideal: 5_500_000,
        reject_ratio: 0.02,
        stops: PRESS_STOPS,
        fault_codes: &[101, 104, 207],
        counter_total_start: 1_200,
        counter_rejected_start: 17,
    },
];

/// A change of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Transition {
    pub at_us: i64,
    pub activity: Activity,
    pub fault_code: u16,
}

/// The true values of a machine at one moment. Times are simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observation {
    pub code: &'static str,
    pub activity: Activity,
    /// Since when it does that.
    pub since_us: i64,
    /// 0 unless the machine is down.
    pub fault_code: u16,
    /// Parts made since the plant was switched on, good and bad.
    pub total: u64,
    /// How many of them were bad.
    pub rejected: u64,
    /// What the machine's own counters say, before they are cut to the width of a register.
    pub counter_total: u64,
    pub counter_rejected: u64,
    /// Load of the spindle or press in percent.
    pub load: f64,
    /// Time spent per activity; sums to the time since the plant was switched on.
    pub spent_us: Spent,
}

/// Microseconds per activity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    pub running: i64,
    pub idle: i64,
    pub setup: i64,
    pub down: i64,
    pub blocked: i64,
    pub starved: i64,
}

impl Spent {
    fn add(&mut self, activity: Activity, us: i64) {
        let slot = match activity {
            Activity::Running => &mut self.running,
            Activity::Idle => &mut self.idle,
            Activity::Setup => &mut self.setup,
            Activity::Down => &mut self.down,
            Activity::Blocked => &mut self.blocked,
            Activity::Starved => &mut self.starved,
        };
        *slot += us;
    }

    pub fn sum(&self) -> i64 {
        self.running + self.idle + self.setup + self.down + self.blocked + self.starved
    }
}

/// One machine and its future, which the seed has fixed.
#[derive(Debug, Clone)]
pub struct Machine {
    profile: Profile,
    seed: u64,
    draw: Draw,
    now_us: i64,
    activity: Activity,
    since_us: i64,
    fault_code: u16,
    /// When the present cycle or stop ends; `None` while somebody holds the machine.
    ends_us: Option<i64>,
    cycles_since_stop: u32,
    total: u64,
    rejected: u64,
    /// (counter value, parts made) when the counter was last set.
    counter_total_from: (u64, u64),
    counter_rejected_from: (u64, u64),
    spent_us: Spent,
    transitions: VecDeque<Transition>,
}

impl Machine {
    pub fn new(profile: Profile, seed: u64) -> Self {
        // Each machine draws its own numbers: one more machine does not change the others.
        let seed = profile.code.bytes().fold(seed ^ 0x9e37_79b9_7f4a_7c15, |h, b| mix(h ^ u64::from(b)));
        let mut machine = Self {
            profile,
            seed,
            draw: Draw::new(seed),
            now_us: 0,
            activity: Activity::Running,
            since_us: 0,
            fault_code: 0,
            ends_us: None,
            cycles_since_stop: 0,
            total: 0,
            rejected: 0,
            counter_total_from: (profile.counter_total_start, 0),
            counter_rejected_from: (profile.counter_rejected_start, 0),
            spent_us: Spent::default(),
            transitions: VecDeque::new(),
        };
        machine.transitions.push_back(Transition { at_us: 0, activity: Activity::Running, fault_code: 0 });
        machine.cycle_begin();
        machine
    }

    pub fn code(&self) -> &'static str {
        self.profile.code
    }

    /// Lives on until `to_us`. A moment already passed changes nothing.
    pub fn advance(&mut self, to_us: i64) {
        while let Some(ends_us) = self.ends_us.filter(|ends_us| *ends_us <= to_us) {
            self.pass(ends_us);
            if self.activity == Activity::Running {
                self.part_finish();
            }
            self.next_begin();
        }
        self.pass(to_us);
    }

    /// Somebody stops the machine (or makes it run without ever finishing a part): the part in work is
    /// lost, and nothing happens by itself until `release`.
    pub fn hold(&mut self, activity: Activity, fault_code: u16) {
        self.ends_us = None;
        self.change(activity, if activity == Activity::Down { fault_code } else { 0 });
    }

    /// Ends a hold: a new cycle begins now. A machine nobody holds goes on as it was.
    pub fn release(&mut self) {
        if self.ends_us.is_none() {
            self.change(Activity::Running, 0);
            self.cycles_since_stop = 0;
            self.cycle_begin();
        }
    }

    /// The machine's own counters go to zero, as after a change of shift at its panel or a lost memory.
    /// The truth (`total`, `rejected`) goes on.
    pub fn counters_reset(&mut self) {
        self.counter_total_from = (0, self.total);
        self.counter_rejected_from = (0, self.rejected);
    }

    pub fn observe(&self) -> Observation {
        let counter = |(value, at): (u64, u64), now: u64| value + (now - at);
        Observation {
            code: self.profile.code,
            activity: self.activity,
            since_us: self.since_us,
            fault_code: self.fault_code,
            total: self.total,
            rejected: self.rejected,
            counter_total: counter(self.counter_total_from, self.total),
            counter_rejected: counter(self.counter_rejected_from, self.rejected),
            load: self.load(),
            spent_us: self.spent_us,
        }
    }

    /// The latest changes of activity, oldest first.
    pub fn transitions(&self) -> impl ExactSizeIterator<Item = &Transition> {
        self.transitions.iter()
    }

    /// Depends on the moment alone, not on how often somebody looked.
    fn load(&self) -> f64 {
        let noise = unit(mix(self.seed ^ (self.now_us / 250_000) as u64));
        match self.activity {
            Activity::Running => 55.0 + 30.0 * noise,
            Activity::Setup => 5.0 + 5.0 * noise,
            Activity::Idle | Activity::Blocked | Activity::Starved => noise,
            Activity::Down => 0.0,
        }
    }

    fn pass(&mut self, to_us: i64) {
        if to_us > self.now_us {
            self.spent_us.add(self.activity, to_us - self.now_us);
            self.now_us = to_us;
        }
    }

    fn part_finish(&mut self) {
        self.total += 1;
        if self.draw.ratio() < self.profile.reject_ratio {
            self.rejected += 1;
        }
        self.cycles_since_stop += 1;
    }

    fn next_begin(&mut self) {
        if self.activity == Activity::Running
            && self.cycles_since_stop >= CYCLES_BETWEEN_STOPS
            && let Some(stop) = self.stop_draw()
        {
            let fault_code = match stop.activity {
                Activity::Down => self.draw.pick(self.profile.fault_codes).copied().unwrap_or(1),
                _ => 0,
            };
            self.change(stop.activity, fault_code);
            self.ends_us = Some(self.now_us + self.draw.between(stop.shortest_us, stop.longest_us));
            self.cycles_since_stop = 0;
            return;
        }
        self.change(Activity::Running, 0);
        self.cycle_begin();
    }

    /// Which stop, if any, comes after the part just made. Every kind draws, whatever the others drew: the
    /// sequence of numbers then depends on the number of parts alone.
    fn stop_draw(&mut self) -> Option<Stop> {
        let mut drawn = None;
        for stop in self.profile.stops {
            let chance = self.profile.cycle_us_ideal as f64 / stop.every_us as f64;
            if self.draw.ratio() < chance && drawn.is_none() {
                drawn = Some(*stop);
            }
        }
        drawn
    }

    fn cycle_begin(&mut self) {
        let ideal_us = self.profile.cycle_us_ideal;
        self.ends_us = Some(self.now_us + self.draw.between(ideal_us * 98 / 100, ideal_us * 114 / 100));
    }

    fn change(&mut self, activity: Activity, fault_code: u16) {
        if (self.activity, self.fault_code) == (activity, fault_code) {
            return;
        }
        self.activity = activity;
        self.fault_code = fault_code;
        self.since_us = self.now_us;
        if self.transitions.len() == TRANSITIONS_KEPT {
            self.transitions.pop_front();
        }
        self.transitions.push_back(Transition { at_us: self.now_us, activity, fault_code });
    }
}

/// What the person at the scanner does: the badge first, then a work order now and then.
#[derive(Debug, Clone)]
pub struct ScanPlan {
    draw: Draw,
    badge: Option<String>,
    work_orders: Vec<String>,
    next: usize,
    at_us: i64,
}

impl ScanPlan {
    pub fn new(seed: u64, badge: Option<String>, work_orders: Vec<String>) -> Self {
        Self { draw: Draw::new(mix(seed ^ 0x5ca9)), badge, work_orders, next: 0, at_us: SECOND_US }
    }
}

impl Iterator for ScanPlan {
    /// When (simulated microseconds) and what. Endless unless there is no work order to scan.
    type Item = (i64, String);

    fn next(&mut self) -> Option<Self::Item> {
        let at_us = self.at_us;
        if let Some(badge) = self.badge.take() {
            self.at_us += 5 * SECOND_US;
            return Some((at_us, badge));
        }
        let code = self.work_orders.get(self.next % self.work_orders.len().max(1))?.clone();
        self.next += 1;
        self.at_us += self.draw.between(150 * SECOND_US, 300 * SECOND_US);
        Some((at_us, code))
    }
}

/// A small seeded source of numbers (splitmix64). Enough for machines, not for secrets.
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// 0 up to, not including, 1.
    pub fn ratio(&mut self) -> f64 {
        unit(self.number())
    }

    /// Both ends included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.ratio() * (high - low + 1).max(1) as f64) as i64
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.number() as usize % from.len().max(1);
        from.get(at)
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn unit(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests;
