//! What a simulated configuration comes to, for people or for programs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde_json::json;
use unison_core::activity::Activity;

use super::solve::Target;
use super::walk::Unreached;
use crate::commission::floor::{Event, What, Why, because};
use crate::config::{Config, MachineConfig};

pub(super) struct Teller<'a> {
    config: &'a Config,
    is_json: bool,
    /// What each machine was to show and did not yet.
    expected: Vec<BTreeSet<Target>>,
    parts: BTreeMap<usize, (u64, u64)>,
    width: usize,
}

impl<'a> Teller<'a> {
    pub(super) fn new(config: &'a Config, is_json: bool) -> Self {
        let width = config.machines.iter().map(|machine| machine.code.chars().count()).max().unwrap_or(0);
        Self { config, is_json, expected: Vec::new(), parts: BTreeMap::new(), width }
    }

    /// What the next machine is going to show.
    pub(super) fn expect(&mut self, targets: impl Iterator<Item = Target>) {
        self.expected.push(targets.collect());
    }

    pub(super) fn unreached(
        &self,
        machine: &MachineConfig,
        unreached: &Unreached,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let place = self.config.machines.iter().position(|m| m.code == machine.code).unwrap_or(0);
        let what = self.named(place, unreached.target);
        let why = if unreached.is_sure { "no value can reach it" } else { "no value was found that reaches it" };
        if self.is_json {
            writeln!(out, "{}", json!({ "machine": &*machine.code, "unreachable": what, "sure": unreached.is_sure }))?;
        } else {
            writeln!(out, "{}: {what}: {why}", machine.code)?;
        }
        Ok(())
    }

    pub(super) fn tell(&mut self, event: &Event, out: &mut impl Write) -> anyhow::Result<()> {
        let Some(machine) = self.config.machines.get(event.place) else { return Ok(()) };
        let (total, rejected) = self.parts.get(&event.place).copied().unwrap_or_default();
        let (text, fields) = match &event.what {
            What::Activity(activity, why) => {
                self.seen(event.place, *why);
                let because = because(self.config, event.place, *why);
                let text = format!("{:8}  {because}", activity.code());
                (text, json!({ "activity": activity.code(), "because": because }))
            }
            What::StopOpened { .. } => {
                let text = format!("          a stop began that is longer than {} s", machine.micro_stop_seconds);
                (text, json!({ "stop": "opened" }))
            }
            What::StopClosed { .. } => ("          the stop ended".to_owned(), json!({ "stop": "closed" })),
            What::Alarm { alarm, .. } => {
                self.seen_target(event.place, Target::Alarm(*alarm));
                let alarm = machine.alarms.get(*alarm).map_or("", |alarm| alarm.text.as_str());
                (format!("          alarm: {alarm}"), json!({ "alarm": alarm }))
            }
            What::Parts { total, rejected, .. } => {
                let of = self.parts.entry(event.place).or_default();
                *of = (of.0 + total, of.1 + rejected);
                return Ok(());
            }
            What::Implausible(jump) => {
                (format!("          a counter jumped by {jump}; not counted"), json!({ "implausible": jump }))
            }
        };
        let at = event.at.rfc3339();
        if self.is_json {
            let mut line = json!({ "at": at, "machine": &*machine.code, "parts": total, "rejects": rejected });
            if let (Some(line), Some(fields)) = (line.as_object_mut(), fields.as_object()) {
                line.extend(fields.clone());
            }
            writeln!(out, "{line}")?;
        } else {
            let width = self.width;
            writeln!(out, "{at:24}  {:width$}  {text}  [{total} parts, {rejected} rejects]", machine.code)?;
        }
        out.flush()?;
        Ok(())
    }

    /// What was made, and what should have been seen and was not.
    pub(super) fn end(&self, out: &mut impl Write) -> anyhow::Result<()> {
        for (place, machine) in self.config.machines.iter().enumerate() {
            let (total, rejected) = self.parts.get(&place).copied().unwrap_or_default();
            let missing: Vec<String> =
                self.expected.get(place).into_iter().flatten().map(|target| self.named(place, *target)).collect();
            if self.is_json {
                let code = &*machine.code;
                writeln!(
                    out,
                    "{}",
                    json!({ "machine": code, "parts": total, "rejects": rejected, "not_seen": missing })
                )?;
                continue;
            }
            writeln!(out, "{}: {total} parts, {rejected} rejects", machine.code)?;
            if !missing.is_empty() {
                writeln!(out, "{}: not seen in this time: {}", machine.code, missing.join("; "))?;
            }
        }
        Ok(())
    }

    fn seen(&mut self, place: usize, why: Why) {
        match why {
            Why::Rule(rule) => self.seen_target(place, Target::Rule(rule)),
            Why::Otherwise => self.seen_target(place, Target::Otherwise),
            Why::Unseen | Why::Over => {}
        }
    }

    fn seen_target(&mut self, place: usize, target: Target) {
        if let Some(expected) = self.expected.get_mut(place) {
            expected.remove(&target);
        }
    }

    fn named(&self, place: usize, target: Target) -> String {
        let machine = self.config.machines.get(place);
        let activity = |activity: Activity| activity.code();
        match target {
            Target::Rule(rule) => {
                let then = machine
                    .and_then(|machine| machine.states.get(rule))
                    .map_or("", |rule| activity(rule.then.activity));
                format!("{then} by {}", because(self.config, place, Why::Rule(rule)))
            }
            Target::Otherwise => {
                format!("{}, when no rule holds", machine.map_or("", |machine| activity(machine.otherwise.activity)))
            }
            Target::Alarm(alarm) => {
                let text =
                    machine.and_then(|machine| machine.alarms.get(alarm)).map_or("", |alarm| alarm.text.as_str());
                format!("alarm \"{text}\" while the machine stands")
            }
        }
    }
}
