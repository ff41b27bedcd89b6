//! The machines and the clock that drives them, shared by all servers of the plant.
//!
//! Nothing ticks: whoever looks first moves the machines to the present moment. The only place of the
//! plant that reads a clock.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::scenario::{Activity, Machine, Observation, PROFILES, Transition};

/// The plant's machines at real time × speed.
#[derive(Debug)]
pub struct World {
    machines: Mutex<Vec<Machine>>,
    seed: u64,
    speed: f64,
    started: Instant,
    started_us: i64,
}

/// The truth about a machine, with wall-clock times (microseconds since 1970 UTC) beside simulated ones.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MachineTruth {
    #[serde(flatten)]
    pub now: Observation,
    /// When, on the wall clock, the present activity began.
    pub since_at_us: i64,
    /// The latest changes of activity, oldest first, at their wall-clock times.
    pub transitions: Vec<Transition>,
}

/// What `snapshot` and the control line `truth` give: everything about one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    pub seed: u64,
    pub speed: f64,
    /// The moment on the wall clock, microseconds since 1970 UTC.
    pub at_us: i64,
    /// The same moment, simulated microseconds since the plant was switched on.
    pub simulated_us: i64,
    pub machines: Vec<MachineTruth>,
}

impl Truth {
    pub fn machine(&self, code: &str) -> Option<&MachineTruth> {
        self.machines.iter().find(|machine| machine.now.code == code)
    }
}

impl World {
    pub fn new(seed: u64, speed: f64) -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            machines: Mutex::new(PROFILES.into_iter().map(|profile| Machine::new(profile, seed)).collect()),
            seed,
            speed,
            started: Instant::now(),
            started_us: since_epoch.as_micros() as i64,
        }
    }

    /// The machine at this moment; `None` when there is none of that code.
    pub fn observe(&self, code: &str) -> Option<Observation> {
        self.present().1.iter().find(|machine| machine.code() == code).map(Machine::observe)
    }

    pub fn truth(&self) -> Truth {
        let (simulated_us, machines) = self.present();
        let machines = machines
            .iter()
            .map(|machine| {
                let now = machine.observe();
                let transitions = machine.transitions();
                let transitions = transitions.map(|t| Transition { at_us: self.wall_us(t.at_us), ..*t });
                MachineTruth { since_at_us: self.wall_us(now.since_us), transitions: transitions.collect(), now }
            })
            .collect();
        let at_us = self.wall_us(simulated_us);
        Truth { seed: self.seed, speed: self.speed, at_us, simulated_us, machines }
    }

    /// Stops the machine (or keeps it running without parts) until `release`. False: no such machine.
    pub fn hold(&self, code: &str, activity: Activity, fault_code: u16) -> bool {
        self.change(code, |machine| machine.hold(activity, fault_code))
    }

    /// Lets a held machine go. False: no such machine.
    pub fn release(&self, code: &str) -> bool {
        self.change(code, Machine::release)
    }

    /// Sets the machine's own counters to zero. False: no such machine.
    pub fn counters_reset(&self, code: &str) -> bool {
        self.change(code, Machine::counters_reset)
    }

    /// How long to wait, in real time, until a simulated moment.
    pub fn wait_until(&self, simulated_us: i64) -> Duration {
        let due = Duration::from_secs_f64(simulated_us.max(0) as f64 / self.speed / 1e6);
        due.saturating_sub(self.started.elapsed())
    }

    fn change(&self, code: &str, change: impl FnOnce(&mut Machine)) -> bool {
        match self.present().1.iter_mut().find(|machine| machine.code() == code) {
            Some(machine) => {
                change(machine);
                true
            }
            None => false,
        }
    }

    fn present(&self) -> (i64, MutexGuard<'_, Vec<Machine>>) {
        let mut machines = self.machines.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // Read under the lock: two callers then never see time go back.
        let simulated_us = (self.started.elapsed().as_micros() as f64 * self.speed) as i64;
        for machine in machines.iter_mut() {
            machine.advance(simulated_us);
        }
        (simulated_us, machines)
    }

    fn wall_us(&self, simulated_us: i64) -> i64 {
        self.started_us + (simulated_us as f64 / self.speed) as i64
    }
}
