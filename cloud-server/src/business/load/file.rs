//! The file's shape. Unknown keys are refused, so that a slip is seen and not ignored.

use super::LoadError;
use crate::business::organization::is_email;
use jiff::tz::TimeZone;
use serde::Deserialize;
use unison_core::master::WorkOrderStatus;
use unison_core::shift::{ActiveDays, WallTime};
use unison_core::time::Timestamp;
use unison_rules::rbac;

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Content {
    pub plant: Vec<Plant>,
    pub downtime_reason: Vec<Reason>,
    pub scrap_reason: Vec<ScrapReason>,
    pub user: Vec<User>,
    pub work_order: Vec<WorkOrder>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plant {
    pub name: String,
    pub timezone: String,
    #[serde(default)]
    pub lane: Vec<Lane>,
    #[serde(default)]
    pub shift: Vec<Shift>,
    #[serde(default)]
    pub machine: Vec<Machine>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    pub name: String,
    #[serde(default = "one")]
    pub capacity: u32,
    pub ideal_cycle_seconds: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    pub name: String,
    pub start: String,
    pub end: String,
    pub days: Vec<String>,
    #[serde(default)]
    pub breaks: Vec<Break>,
    #[serde(default)]
    pub break_minutes_unplaced: u16,
    pub target_units: Option<u32>,
    pub oee_target_percent: Option<u8>,
}

#[derive(Clone, Debug, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    pub from: String,
    pub minutes: u16,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    pub code: String,
    pub name: String,
    pub lane: Option<String>,
    pub ideal_cycle_seconds: Option<f64>,
    pub capacity_units_per_hour: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    pub code: String,
    pub name: String,
    pub category: String,
    #[serde(default)]
    pub is_planned: bool,
    #[serde(default)]
    pub is_critical: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScrapReason {
    pub code: String,
    pub name: String,
    pub category: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub name: String,
    pub email: String,
    /// Codes of roles, or other words for them.
    pub roles: Vec<String>,
    pub badge: Option<String>,
    #[serde(default)]
    pub hourly_rate: f64,
    /// Names of all their plants; those of before stay where this is missing. Administrators reach all without.
    pub plants: Option<Vec<String>>,
    /// Only for the first load; a random one is made where missing.
    pub password: Option<String>,
    /// Whether the password of this file is only for the first log-in; so it is unless this says false.
    pub must_change_password: Option<bool>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({})", self.email)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkOrder {
    pub number: String,
    pub title: String,
    pub product: Option<String>,
    pub plant: String,
    pub lane: Option<String>,
    pub machine: Option<String>,
    pub quantity: u32,
    /// "planned" or "released": what is done to it afterwards is no content of a file.
    #[serde(default = "planned")]
    pub status: String,
    pub planned_start: Option<String>,
    pub planned_end: Option<String>,
    pub due: Option<String>,
}

const fn one() -> u32 {
    1
}

fn planned() -> String {
    WorkOrderStatus::Planned.code().to_owned()
}

/// Reads and checks a file's text.
///
/// # Errors
/// Names line and reason of a wrong shape, and the record of a wrong value.
pub fn parse(text: &str) -> Result<Content, LoadError> {
    let mut content: Content = toml::from_str(text).map_err(|e| LoadError::Wrong(e.to_string()))?;
    for plant in &content.plant {
        plant.check().map_err(|e| LoadError::Wrong(format!("plant {}: {e}", plant.name)))?;
    }
    for user in &mut content.user {
        user.roles =
            user.roles.iter().map(|word| rbac::role(word).map_or(word.clone(), |r| r.code.to_owned())).collect();
        user.check().map_err(|e| LoadError::Wrong(format!("user {}: {e}", user.email)))?;
    }
    for order in &content.work_order {
        order.check().map_err(|e| LoadError::Wrong(format!("work order {}: {e}", order.number)))?;
    }
    Ok(content)
}

impl Plant {
    fn check(&self) -> Result<(), String> {
        TimeZone::get(&self.timezone)
            .map_err(|_| format!("\"{}\" is no IANA zone such as Europe/Berlin", self.timezone))?;
        for shift in &self.shift {
            shift.check().map_err(|e| format!("shift {}: {e}", shift.name))?;
        }
        for lane in &self.lane {
            check_cycle(lane.ideal_cycle_seconds).map_err(|e| format!("lane {}: {e}", lane.name))?;
        }
        for machine in &self.machine {
            check_cycle(machine.ideal_cycle_seconds).map_err(|e| format!("machine {}: {e}", machine.code))?;
        }
        Ok(())
    }
}

fn check_cycle(seconds: Option<f64>) -> Result<(), String> {
    match seconds {
        Some(s) if !(s > 0.0 && s <= 86_400.0) => {
            Err(format!("ideal_cycle_seconds {s} must be above 0 and at most a day"))
        }
        _ => Ok(()),
    }
}

impl Shift {
    fn check(&self) -> Result<(), String> {
        WallTime::parse(&self.start)?;
        WallTime::parse(&self.end)?;
        self.days()?;
        self.breaks.iter().try_for_each(|b| WallTime::parse(&b.from).map(drop))
    }

    pub fn days(&self) -> Result<ActiveDays, String> {
        ActiveDays::parse(self.days.iter().map(String::as_str))
    }
}

impl User {
    fn check(&self) -> Result<(), String> {
        if !is_email(&self.email) {
            return Err("email is no e-mail address".into());
        }
        if let Some(unknown) = self.roles.iter().find(|r| !rbac::is_role(r)) {
            return Err(format!("there is no role \"{unknown}\""));
        }
        if !(0.0..=100_000.0).contains(&self.hourly_rate) {
            return Err("hourly_rate must be from 0 to 100000".into());
        }
        match &self.password {
            None if self.must_change_password == Some(false) => {
                Err("must_change_password is for a password in this file; one that is made must be changed".into())
            }
            Some(p) => crate::auth::password::check(p),
            None => Ok(()),
        }
    }
}

impl WorkOrder {
    fn check(&self) -> Result<(), String> {
        if self.quantity == 0 {
            return Err("quantity must be above 0".into());
        }
        match WorkOrderStatus::from_code(&self.status) {
            Some(WorkOrderStatus::Planned | WorkOrderStatus::Released) => {}
            _ => return Err("status must be planned or released".into()),
        }
        for time in [&self.planned_start, &self.planned_end, &self.due].into_iter().flatten() {
            Timestamp::parse(time)?;
        }
        Ok(())
    }
}

/// A time that [`parse`] has checked.
pub(super) fn time(text: Option<&String>) -> Option<Timestamp> {
    text.and_then(|t| Timestamp::parse(t).ok())
}

/// A decimal of the file as millionths.
#[expect(clippy::cast_possible_truncation, reason = "checked to be small")]
pub(super) fn micro(value: f64) -> i64 {
    (value * 1e6).round() as i64
}
