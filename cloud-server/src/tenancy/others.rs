//! Servers on the same database: what one committed, the pages and links of the others hear too, and what the others
//! remember of it is not believed any more.
//!
//! It is told right after the commit, many commits at a time, and not inside of the transactions: PostgreSQL lets
//! only one transaction that notifies commit at a time, its flush to disk included (decision 0014). So some of it
//! can be lost, with the line or with a server. Nothing lasting is: whoever is newly on the line, teller or
//! listener, says to look at everything again, and logs of plants are looked at every second anyway.

use super::Inner;
use super::changed::{Changed, PlantLogGrew, Topic};
use super::tx::Effects;
use crate::db::DbError;
use crate::db::postgres::{Line, NOTICE_BYTES_MAX, Server};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use uuid::Uuid;

/// Commits that wait to be told; more are told as "everything".
const WAITING_MAX: usize = 4_096;
/// What is committed within this time is told at once.
const TOGETHER: Duration = Duration::from_millis(20);
const TRY_EVERY: Duration = Duration::from_secs(15);
const BACKOFF_FIRST: Duration = Duration::from_millis(250);
const BACKOFF_MOST: Duration = Duration::from_secs(15);
/// More topics of one organisation than this are told as "everything".
const TOPICS_MAX: usize = 60;

/// What travels between servers, as JSON. A field that is not known here is of a newer version.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    from: Uuid,
    /// Tables by organisation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    written: BTreeMap<i64, BTreeSet<String>>,
    /// Some organisation itself changed: suspended, paid for, taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    organizations: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changed: Vec<Changed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    grown: Vec<PlantLogGrew>,
}

/// One commit.
enum Commit {
    Of(Effects),
    Organizations,
}

/// The way to the others. Clones share it.
#[derive(Clone)]
pub(super) struct Others {
    commits: mpsc::Sender<Commit>,
    /// Some commit found no room.
    lost: Arc<AtomicBool>,
}

/// The other end of it.
pub(super) struct Ears {
    id: Uuid,
    commits: mpsc::Receiver<Commit>,
    lost: Arc<AtomicBool>,
}

/// Why a line is not used any more.
enum End {
    /// This server stops.
    Stopped,
    Broken(String),
}

impl From<DbError> for End {
    fn from(e: DbError) -> Self {
        Self::Broken(e.to_string())
    }
}

impl Others {
    pub(super) fn new() -> (Self, Ears) {
        let (send, commits) = mpsc::channel(WAITING_MAX);
        let lost = Arc::new(AtomicBool::new(false));
        (Self { commits: send, lost: lost.clone() }, Ears { id: Uuid::new_v4(), commits, lost })
    }

    /// Never waits. When the queue is full a line is down or slow, and everything is told once it works.
    pub(super) fn tell(&self, effects: &Effects) {
        if effects.changed.is_some() || !effects.grown.is_empty() || !effects.written.is_empty() {
            self.queue(Commit::Of(effects.clone()));
        }
    }

    /// As [`Self::tell`].
    pub(super) fn tell_organizations_changed(&self) {
        self.queue(Commit::Organizations);
    }

    /// As [`Self::tell`]: nobody knows what was written.
    pub(super) fn tell_everything(&self) {
        self.lost.store(true, Ordering::Relaxed);
        self.queue(Commit::Organizations);
    }

    fn queue(&self, commit: Commit) {
        if self.commits.try_send(commit).is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
    }
}

impl Ears {
    /// Runs as long as the server.
    pub(super) async fn follow(mut self, server: Server, here: Weak<Inner>) {
        let mut backoff = BACKOFF_FIRST;
        while here.strong_count() > 0 {
            let began = Instant::now();
            let ended = match server.line().await {
                Ok(line) => self.talk(line, &here).await,
                Err(e) => End::from(e),
            };
            let End::Broken(why) = ended else { return };
            if began.elapsed() > BACKOFF_MOST {
                backoff = BACKOFF_FIRST;
            }
            tracing::warn!(why, "the line to other servers on the database is broken; connecting again");
            sleep(backoff).await;
            backoff = (backoff * 2).min(BACKOFF_MOST);
        }
    }

    async fn talk(&mut self, mut line: Line, here: &Weak<Inner>) -> End {
        match self.keep_talking(&mut line, here).await {
            Ok(()) => End::Stopped,
            Err(end) => end,
        }
    }

    async fn keep_talking(&mut self, line: &mut Line, here: &Weak<Inner>) -> Result<(), End> {
        // What was said before here or there is not known.
        while self.commits.try_recv().is_ok() {}
        hear(here, Notice { changed: vec![Changed::unknown()], ..Notice::default() })?;
        self.say(line, Told { is_everything: true, ..Told::default() }).await?;
        let mut tries = interval(TRY_EVERY);
        tries.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                heard = line.hear() => {
                    let text = heard.ok_or_else(|| End::Broken("the server closed it".into()))?;
                    match serde_json::from_str::<Notice>(&text) {
                        Ok(notice) if notice.from == self.id => {}
                        Ok(notice) => hear(here, notice)?,
                        // Of another version: something was said.
                        Err(_) => hear(here, Notice { changed: vec![Changed::unknown()], ..Notice::default() })?,
                    }
                }
                first = self.commits.recv() => {
                    let Some(first) = first else { return Ok(()) };
                    sleep(TOGETHER).await;
                    let mut told = Told::default();
                    told.add(first);
                    while let Ok(more) = self.commits.try_recv() {
                        told.add(more);
                    }
                    // What found no room came while others waited, so this is reached after it.
                    told.is_everything = self.lost.swap(false, Ordering::Relaxed);
                    self.say(line, told).await?;
                }
                _ = tries.tick() => line.try_it().await?,
            }
        }
    }

    async fn say(&self, line: &Line, told: Told) -> Result<(), DbError> {
        for notice in told.notices(self.id) {
            line.say(&notice).await?;
        }
        Ok(())
    }
}

fn hear(here: &Weak<Inner>, notice: Notice) -> Result<(), End> {
    let here = here.upgrade().ok_or(End::Stopped)?;
    // What is out of date goes first: who hears of a change looks at once.
    if notice.changed.iter().any(|c| c.organization.is_none()) {
        here.forget();
    }
    if notice.organizations {
        here.platform.organizations_changed_elsewhere();
    }
    for (organization, tables) in notice.written {
        here.tell_here(Effects { organization, written: tables.into_iter().collect(), ..Effects::default() });
    }
    for changed in notice.changed {
        here.tell_here(Effects { changed: Some(changed), ..Effects::default() });
    }
    here.tell_here(Effects { grown: notice.grown, ..Effects::default() });
    Ok(())
}

/// Commits in one piece: each organisation, table, topic and plant once.
#[derive(Default)]
struct Told {
    is_everything: bool,
    written: BTreeMap<i64, BTreeSet<String>>,
    organizations: bool,
    changed: Vec<Changed>,
    grown: Vec<PlantLogGrew>,
}

impl Told {
    fn add(&mut self, commit: Commit) {
        let effects = match commit {
            Commit::Of(effects) => effects,
            Commit::Organizations => {
                self.organizations = true;
                return;
            }
        };
        if !effects.written.is_empty() {
            self.written.entry(effects.organization).or_default().extend(effects.written);
        }
        if let Some(new) = effects.changed {
            match self.changed.iter_mut().find(|c| c.organization == new.organization) {
                Some(known) => {
                    let fresh: Vec<_> = new.topics.into_iter().filter(|t| !known.topics.contains(t)).collect();
                    known.topics.extend(fresh);
                    if known.topics.len() > TOPICS_MAX {
                        known.topics = vec![Topic::Everything];
                    }
                }
                None => self.changed.push(Changed { topics: fewer(new.topics), ..new }),
            }
        }
        for new in effects.grown {
            self.grown.retain(|g| g.plant_uuid != new.plant_uuid);
            self.grown.push(new);
        }
    }

    /// As texts that fit, what was written before what is heard of it.
    fn notices(self, from: Uuid) -> Vec<String> {
        if self.is_everything {
            return text(&Notice { changed: vec![Changed::unknown()], ..empty(from) });
        }
        let organizations = self.organizations.then(|| Notice { organizations: true, ..empty(from) });
        let written = self.written.into_iter().map(|w| Notice { written: BTreeMap::from([w]), ..empty(from) });
        let changed = self.changed.into_iter().map(|c| Notice { changed: vec![c], ..empty(from) });
        let grown = self.grown.into_iter().map(|g| Notice { grown: vec![g], ..empty(from) });
        let (mut out, mut open) = (Vec::new(), empty(from));
        let mut bytes = 0;
        for piece in organizations.into_iter().chain(written).chain(changed).chain(grown) {
            let size: usize = text(&piece).iter().map(String::len).sum();
            if bytes + size > NOTICE_BYTES_MAX && bytes > 0 {
                out.extend(text(&std::mem::replace(&mut open, empty(from))));
                bytes = 0;
            }
            bytes += size;
            open.organizations |= piece.organizations;
            open.written.extend(piece.written);
            open.changed.extend(piece.changed);
            open.grown.extend(piece.grown);
        }
        if bytes > 0 {
            out.extend(text(&open));
        }
        out
    }
}

fn empty(from: Uuid) -> Notice {
    Notice { from, ..Notice::default() }
}

fn fewer(topics: Vec<Topic>) -> Vec<Topic> {
    if topics.len() > TOPICS_MAX { vec![Topic::Everything] } else { topics }
}

fn text(notice: &Notice) -> Vec<String> {
    // Plain data is always written.
    serde_json::to_string(notice).into_iter().collect()
}

#[cfg(test)]
#[path = "others_tests.rs"]
mod on_postgres;

#[cfg(test)]
mod tests {
    use super::*;
    use unison_core::ids::{MachineId, PlantId};

    fn changed(organization: i64, topics: Vec<Topic>) -> Commit {
        let changed = Some(Changed { organization: Some(organization), topics });
        let written = ["sessions", "work_orders"].map(String::from).to_vec();
        Commit::Of(Effects { changed, organization, written, grown: vec![] })
    }

    #[test]
    fn many_commits_are_few_notices_that_fit_and_say_all() {
        let mut told = Told::default();
        for n in 0..2_000 {
            told.add(changed(n % 100, vec![Topic::WorkOrders, Topic::Machine(MachineId(n % 1_000))]));
            let (plant, plant_uuid) = (PlantId(n % 50), Uuid::from_u128((n % 50).cast_unsigned().into()));
            let grew = PlantLogGrew { organization: n, plant, plant_uuid, incarnation: 1, head: n.cast_unsigned() };
            told.add(Commit::Of(Effects { grown: vec![grew], ..Effects::default() }));
        }
        told.add(Commit::Organizations);
        told.add(changed(7, (0..TOPICS_MAX as i64 + 1).map(|n| Topic::Machine(MachineId(n))).collect()));
        let from = Uuid::from_u128(1);
        let notices = told.notices(from);
        assert!(notices.len() < 20 && notices.iter().all(|n| n.len() < NOTICE_BYTES_MAX), "{}", notices.len());
        let heard: Vec<Notice> = notices.iter().map(|n| serde_json::from_str(n).unwrap()).collect();
        let all: Vec<_> = heard.iter().flat_map(|n| &n.changed).collect();
        assert_eq!(all.len(), 100);
        let of = |o| all.iter().find(|c| c.concerns(o)).unwrap().topics.clone();
        assert_eq!(of(7), [Topic::Everything]);
        assert_eq!(of(8).len(), 11, "each topic once");
        let tables: Vec<_> = heard.iter().flat_map(|n| &n.written).collect();
        assert_eq!(tables.len(), 100, "each organisation once");
        assert!(tables.iter().all(|(_, names)| names.len() == 2), "each table once: {tables:?}");
        assert!(heard[0].organizations && heard.iter().skip(1).all(|n| !n.organizations));
        let last_written = heard.iter().rposition(|n| !n.written.is_empty());
        assert!(last_written <= heard.iter().position(|n| !n.changed.is_empty()), "memory goes before the news");
        let heads: Vec<_> = heard.iter().flat_map(|n| &n.grown).map(|g| g.head).collect();
        assert_eq!((heads.len(), heads.iter().min()), (50, Some(&1_950)), "the newest of each plant");
        assert_eq!(Told::default().notices(from), Vec::<String>::new());
    }
}
