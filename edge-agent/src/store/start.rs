//! What the agent says when it starts: the time it was away is `no_data`, and these machines are its own.

use std::convert::Infallible;

use unison_core::activity::Activity;
use unison_core::facts::{ActivityChanged, AgentStarted, ClockQuality, Fact};
use unison_core::time::Timestamp;

use super::model::{Model, Resolved};
use super::queue::Command;
use super::{Store, StoreError};

/// How the agent starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// How the configured codes stand to the master data.
    pub resolved: Resolved,
    /// False while nothing can be recorded because the edge is not enrolled.
    pub is_recorded: bool,
}

impl Store {
    /// Records the start: every machine that seemed seen is `no_data` from the last moment that is
    /// settled, and the machines of these codes are claimed. `codes` are those of the configuration.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn start(&self, version: &str, codes: Vec<String>) -> Result<Started, StoreError> {
        self.0.queue.hurry();
        self.ask(|reply| Command::Configured(codes, reply)).await?;
        let (version, now) = (version.to_owned(), self.now());
        self.record(move |model| {
            let mut facts = unseen(model);
            facts.push(started(&model.resolved(), &version, now));
            facts
        })
        .await
    }

    /// Records anew which machines are claimed, after master data changed that.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn claim(&self, version: &str, codes: Vec<String>) -> Result<Started, StoreError> {
        self.ask(|reply| Command::Configured(codes, reply)).await?;
        let (version, now) = (version.to_owned(), self.now());
        self.record(move |model| vec![started(&model.resolved(), &version, now)]).await
    }

    async fn record(&self, facts: impl FnOnce(&Model) -> Vec<Fact> + Send + 'static) -> Result<Started, StoreError> {
        let decided = self
            .decide(move |model| {
                let is_recorded = model.identity.is_some();
                let resolved = model.resolved();
                let facts = if is_recorded { facts(model) } else { Vec::new() };
                Ok::<_, Infallible>((facts, Started { resolved, is_recorded }))
            })
            .await?;
        Ok(decided.unwrap_or_default())
    }
}

/// A machine is never assumed to have gone on with what it last did.
fn unseen(model: &Model) -> Vec<Fact> {
    let seen = model.machines.values().filter(|m| m.activity != Activity::NoData);
    seen.filter_map(|m| {
        let at = model.observed_until.max(m.since?);
        let clock = ClockQuality::Sure;
        Some(ActivityChanged { machine: m.record.id, at, activity: Activity::NoData, clock }.into())
    })
    .collect()
}

fn started(resolved: &Resolved, version: &str, at: Timestamp) -> Fact {
    AgentStarted {
        at,
        version: version.to_owned(),
        machines: resolved.ours.iter().map(|(_, id)| *id).collect(),
        unknown: resolved.unknown.clone(),
    }
    .into()
}
