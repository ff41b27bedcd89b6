//! What this program remembers of an organisation's tables, so that what did not change is not read again.
//!
//! Every table has a version that grows when this program commits a write to it, or hears that another server on the
//! database did (`others.rs`). What the command line commits is not always heard, nor what a server said while the
//! line was broken, so whoever remembers something lets go of it after some seconds.

use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a total is believed: one of a large list always, a small one while nothing is written here.
const TOTAL_KEPT: Duration = Duration::from_secs(10);
/// Up to here a total is counted anew after every write.
const LARGE: u64 = 10_000;
const TOTALS_MAX: u64 = 10_000;

/// Organisation, table, and a hash of the question with its values, which may be long.
type Question = (i64, &'static str, [u8; 32]);

/// How often a table was written, and when last.
#[derive(Clone, Copy)]
struct Written {
    version: u64,
    at: Instant,
}

#[derive(Clone, Copy)]
struct Total {
    rows: u64,
    version: u64,
    at: Instant,
}

#[derive(Default)]
struct Tables {
    by_organization: HashMap<i64, HashMap<String, Written>>,
    /// Counts for every table, those nobody wrote to included.
    everything: Option<Written>,
}

/// See the module.
pub struct Known {
    tables: Mutex<Tables>,
    totals: Cache<Question, Total>,
}

impl Default for Known {
    fn default() -> Self {
        // Twice as long, so that one who counts anew leaves the old total to the others meanwhile.
        let totals = Cache::builder().max_capacity(TOTALS_MAX).time_to_live(TOTAL_KEPT * 2).build();
        Self { tables: Mutex::default(), totals }
    }
}

impl Known {
    /// Told at every commit, before it is answered.
    pub(super) fn written(&self, organization: i64, tables: Vec<String>) {
        let (mut all, at) = (self.tables.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
        let own = all.by_organization.entry(organization).or_default();
        for table in tables {
            let version = own.get(&table).map_or(0, |w| w.version) + 1;
            own.insert(table, Written { version, at });
        }
    }

    /// Somebody wrote, and nobody knows what.
    pub(super) fn everything_written(&self) {
        let mut all = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let version = all.everything.map_or(0, |w| w.version) + 1;
        all.everything = Some(Written { version, at: Instant::now() });
    }

    /// Grows with every commit to one of these tables.
    pub(super) fn version(&self, organization: i64, tables: &[&str]) -> u64 {
        tables.iter().filter_map(|table| self.last(organization, table)).map(|w| w.version).sum()
    }

    fn last(&self, organization: i64, table: &str) -> Option<Written> {
        let all = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.by_organization.get(&organization).and_then(|own| own.get(table)).copied();
        match (own, all.everything) {
            (Some(own), Some(any)) => Some(Written { version: own.version + any.version, at: own.at.max(any.at) }),
            (own, any) => own.or(any),
        }
    }

    /// How many rows a list has in all: remembered, or counted by `count`. Exact up to 10,000 rows but for what
    /// other programs wrote in the last seconds; above that it may be some seconds old. `count` looks at a snapshot
    /// that is not older than `began`; without one it is not remembered.
    ///
    /// # Errors
    /// Those of `count`.
    pub fn total<E>(
        &self,
        organization: i64,
        table: &'static str,
        question: &str,
        began: Option<Instant>,
        count: impl FnOnce() -> Result<u64, E>,
    ) -> Result<u64, E> {
        let (key, last) = ((organization, table, Sha256::digest(question).into()), self.last(organization, table));
        let version = last.map_or(0, |w| w.version);
        let known = self.totals.get(&key);
        if let Some(total) = known {
            if total.at.elapsed() < TOTAL_KEPT && (total.rows > LARGE || total.version == version) {
                return Ok(total.rows);
            }
            if total.rows > LARGE {
                self.totals.insert(key, Total { at: Instant::now(), ..total });
            }
        }
        let rows = count()?;
        // A write that came after the snapshot is not in it, and its version would vouch for the wrong number.
        // One of a large list vouches for none: it is a little old in any case.
        if began.is_some_and(|began| rows > LARGE || last.is_none_or(|w| w.at < began)) {
            self.totals.insert(key, Total { rows, version, at: Instant::now() });
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    struct Table {
        known: Known,
        rows: Cell<u64>,
        counted: Cell<u64>,
    }

    impl Table {
        fn new(rows: u64) -> Self {
            Self { known: Known::default(), rows: Cell::new(rows), counted: Cell::new(0) }
        }

        fn total(&self, organization: i64, question: &str) -> u64 {
            self.total_since(organization, question, Some(Instant::now()))
        }

        fn total_since(&self, organization: i64, question: &str, began: Option<Instant>) -> u64 {
            let count = || {
                self.counted.set(self.counted.get() + 1);
                Ok::<_, ()>(self.rows.get())
            };
            self.known.total(organization, "materials", question, began, count).unwrap()
        }
    }

    #[test]
    fn a_total_is_counted_again_after_a_write_to_its_table_only() {
        let table = Table::new(7);
        assert_eq!((table.total(1, ""), table.total(1, ""), table.counted.get()), (7, 7, 1));
        table.rows.set(8);
        table.known.written(1, vec!["units".into()]);
        table.known.written(2, vec!["materials".into()]);
        assert_eq!((table.total(1, ""), table.counted.get()), (7, 1), "neither this table nor this organisation");
        table.known.written(1, vec!["materials".into()]);
        assert_eq!((table.total(1, ""), table.counted.get()), (8, 2));
        assert_eq!((table.total(1, "is_active"), table.counted.get()), (8, 3), "another question");
        assert_eq!((table.total(2, ""), table.counted.get()), (8, 4), "another organisation");
        table.known.everything_written();
        assert_eq!((table.total(1, ""), table.total(2, ""), table.counted.get()), (8, 8, 6), "anything may be written");
    }

    #[test]
    fn a_large_total_is_not_counted_at_every_write() {
        let table = Table::new(LARGE + 1);
        assert_eq!(table.total(1, ""), LARGE + 1);
        table.rows.set(LARGE + 2);
        table.known.written(1, vec!["materials".into()]);
        assert_eq!((table.total(1, ""), table.counted.get()), (LARGE + 1, 1));
    }

    #[test]
    fn a_total_of_an_older_snapshot_is_not_remembered() {
        let (table, before) = (Table::new(7), Instant::now());
        table.known.written(1, vec!["materials".into()]);
        assert_eq!(table.total_since(1, "", Some(before)), 7);
        assert_eq!(table.total_since(1, "", None), 7, "nor one of a transaction that writes");
        table.rows.set(8);
        assert_eq!(table.total(1, ""), 8);
    }

    #[test]
    fn versions_grow_with_each_table_asked_for() {
        let known = Known::default();
        let before = known.version(1, &["users", "roles"]);
        known.written(1, vec!["roles".into(), "audit_log".into()]);
        assert!(known.version(1, &["users", "roles"]) > before);
        assert_eq!(known.version(1, &["plants"]), 0);
        let before = [known.version(1, &["roles"]), known.version(1, &["plants"]), known.version(2, &["plants"])];
        known.everything_written();
        let after = [known.version(1, &["roles"]), known.version(1, &["plants"]), known.version(2, &["plants"])];
        assert!(before.iter().zip(&after).all(|(before, after)| after > before), "{before:?} {after:?}");
    }
}
