//! What can be done inside a caller's transaction.

use super::changed::{Changed, PlantLogGrew, Topic};
use super::{Caller, Known, plant_log};
use crate::db::{DbError, Row, Session, Value};
use crate::params;
use serde::Serialize;
use std::cell::RefCell;
use std::ops::Deref;
use std::time::Instant;
use unison_core::facts::Fact;
use unison_core::ids::PlantId;
use unison_core::master::MasterOp;
use unison_core::time::Timestamp;
use unison_sync::hlc;

/// A snapshot of one organisation's data for a caller.
pub struct Tx<'s> {
    pub(super) session: &'s Session<'s>,
    pub(super) caller: &'s Caller,
    pub(super) now: Timestamp,
    pub(super) known: &'s Known,
    /// Not later than the snapshot; none for a transaction that writes.
    pub(super) began: Option<Instant>,
}

impl Tx<'_> {
    /// The organisation: the first value of every key, so mostly `$1`.
    #[must_use]
    pub const fn org(&self) -> i64 {
        self.caller.organization()
    }

    #[must_use]
    pub const fn caller(&self) -> &Caller {
        self.caller
    }

    /// The time at which the transaction started.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// How many rows a question to a table has, counted or remembered: see [`Known::total`].
    ///
    /// # Errors
    /// Those of `count`.
    pub fn total(
        &self,
        table: &'static str,
        question: String,
        count: impl FnOnce() -> Result<u64, DbError>,
    ) -> Result<u64, DbError> {
        self.known.total(self.org(), table, &question, self.began, count)
    }

    /// # Errors
    /// When the statement is wrong or the database fails.
    pub fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        self.session.query(sql, params)
    }

    /// As [`Self::query`], but no row is kept: for answers of very many.
    ///
    /// # Errors
    /// When the statement is wrong or the database fails, and what `read` refuses.
    pub fn query_map<T>(
        &self,
        sql: &str,
        params: &[Value],
        read: impl FnMut(Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        self.session.query_map(sql, params, read)
    }

    /// # Errors
    /// When the statement is wrong or the database fails.
    pub fn query_one(&self, sql: &str, params: &[Value]) -> Result<Option<Row>, DbError> {
        self.session.query_one(sql, params)
    }
}

/// What travels down to the edges of a plant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlantOp {
    Master(MasterOp),
    /// A fact made in the cloud or by another edge of the plant.
    Fact(Fact),
}

impl From<MasterOp> for PlantOp {
    fn from(op: MasterOp) -> Self {
        Self::Master(op)
    }
}

impl From<Fact> for PlantOp {
    fn from(fact: Fact) -> Self {
        Self::Fact(fact)
    }
}

/// A transaction that may write. What it collects goes out when it commits, in one piece or not at all.
pub struct WriteTx<'s> {
    tx: Tx<'s>,
    down: RefCell<Vec<(PlantId, PlantOp)>>,
    topics: RefCell<Vec<Topic>>,
}

/// What a committed transaction has to tell.
#[derive(Clone, Default)]
pub(super) struct Effects {
    pub changed: Option<Changed>,
    pub grown: Vec<PlantLogGrew>,
    pub organization: i64,
    /// The tables it wrote to.
    pub written: Vec<String>,
}

impl<'s> Deref for WriteTx<'s> {
    type Target = Tx<'s>;

    fn deref(&self) -> &Tx<'s> {
        &self.tx
    }
}

impl<'s> WriteTx<'s> {
    pub(super) const fn new(tx: Tx<'s>) -> Self {
        Self { tx, down: RefCell::new(Vec::new()), topics: RefCell::new(Vec::new()) }
    }

    /// # Errors
    /// [`DbError::Unique`] and [`DbError::Constraint`] for what the schema refuses.
    pub fn execute(&self, sql: &str, params: &[Value]) -> Result<usize, DbError> {
        self.tx.session.execute(sql, params)
    }

    /// Runs `f` so that its `Err` undoes what it wrote and nothing else; the transaction goes on. Without it a
    /// statement that fails ends the transaction.
    ///
    /// # Errors
    /// What `f` returns, or why the way back failed.
    pub fn savepoint<T, E: From<DbError>>(&self, f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.tx.session.savepoint(f)
    }

    /// The next id of a table, from the organisation's counter.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_id(&self, table: &str) -> Result<i64, DbError> {
        self.count(table, first_id(self.org()))
    }

    /// The next place in the order in which transactions commit, for rows that are read "since".
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_pos(&self) -> Result<i64, DbError> {
        self.count("pos", 1)
    }

    /// The next of a sequence that starts at 1, such as the numbers of a kind of document in a year.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_in(&self, sequence: &str) -> Result<i64, DbError> {
        self.count(sequence, 1)
    }

    /// The logical time of the next op.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_hlc(&self) -> Result<u64, DbError> {
        let now_ms = u64::try_from(self.now().0 / 1_000).unwrap_or(0);
        let stamp = |last: i64| i64::try_from(hlc::next(u64::try_from(last).unwrap_or(0), now_ms)).unwrap_or(i64::MAX);
        // The row holds the last stamp given; a fresh one starts below every clock.
        let row = self.query_one(
            "SELECT next FROM counters WHERE organization_id = $1 AND name = $2",
            params![self.org(), "hlc"],
        )?;
        let last = row.map_or(Ok(0), |r| r.get("next"))?;
        self.set_hlc(stamp(last))?;
        u64::try_from(stamp(last)).map_err(|e| DbError::Failed(e.to_string()))
    }

    /// Takes note of an op of another origin, so that later ops of the cloud are later than it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn seen_hlc(&self, other: u64) -> Result<(), DbError> {
        self.set_hlc(i64::try_from(other).unwrap_or(i64::MAX))
    }

    fn set_hlc(&self, stamp: i64) -> Result<(), DbError> {
        self.execute(
            "INSERT INTO counters (organization_id, name, next) VALUES ($1, 'hlc', $2)
             ON CONFLICT (organization_id, name) DO UPDATE SET next = CASE WHEN excluded.next > counters.next THEN excluded.next ELSE counters.next END",
            params![self.org(), stamp],
        )?;
        Ok(())
    }

    fn count(&self, name: &str, first: i64) -> Result<i64, DbError> {
        let row = self.query_one(
            "INSERT INTO counters (organization_id, name, next) VALUES ($1, $2, $3 + 1)
             ON CONFLICT (organization_id, name) DO UPDATE SET next = counters.next + 1 RETURNING next",
            params![self.org(), name, first],
        )?;
        let next: i64 = row.ok_or_else(|| DbError::Failed(format!("counter {name} gave nothing")))?.get("next")?;
        Ok(next - 1)
    }

    /// Writes to the audit log (ADMIN-30). `before` and `after` are the record as the API shows it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn audit<B: Serialize, A: Serialize>(
        &self,
        entity: &str,
        id: impl std::fmt::Display,
        action: &str,
        before: Option<&B>,
        after: Option<&A>,
    ) -> Result<(), DbError> {
        let before = before.map(json).transpose()?;
        let after = after.map(json).transpose()?;
        let pos = self.next_pos()?;
        self.execute(
            "INSERT INTO audit_log (organization_id, pos, at, actor, user_id, entity, entity_id, action, before, after)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                self.org(),
                pos,
                self.now(),
                self.caller().actor(),
                self.caller().signed_on().map(|u| u.user_id),
                entity,
                id.to_string(),
                action,
                before,
                after
            ],
        )?;
        Ok(())
    }

    /// Sends this down to every edge of the plant: all ops of a transaction become one piece of the
    /// plant's log at commit.
    pub fn to_plant(&self, plant: PlantId, op: impl Into<PlantOp>) {
        self.down.borrow_mut().push((plant, op.into()));
    }

    /// Tells live pages and waiting requests after the commit.
    pub fn changed(&self, topic: Topic) {
        let mut topics = self.topics.borrow_mut();
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }

    /// Writes what was collected; called once, before the commit.
    pub(super) fn finish(self) -> Result<Effects, DbError> {
        let down = self.down.take();
        let grown = plant_log::append(&self, down)?;
        let topics = self.topics.take();
        let changed = (!topics.is_empty()).then(|| Changed { organization: Some(self.org()), topics });
        Ok(Effects { changed, grown, organization: self.org(), written: self.session.written() })
    }
}

/// Organisations count from different places, so that an id of one is rarely an id of another.
const fn first_id(organization: i64) -> i64 {
    organization * 1_000 + 1
}

fn json<T: Serialize>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|e| DbError::Failed(e.to_string()))
}
